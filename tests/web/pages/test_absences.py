"""The pages of absences: the list by due time, the next step, who signs."""

import datetime as dt
import uuid
from typing import Any

import pytest

from bihuan.web.ledgers.absences.models import Absence
from bihuan.web.org import clock
from site_world import DAY, MORNING, Cast, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Cast:
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    settings.SECOND_FACTOR = False
    return build()


@pytest.fixture
def row(cast: Cast) -> Absence:
    return make(cast, "pupil_a1_1")


def make(cast: Cast, who: str, **fields: Any) -> Absence:
    person = cast.people[who]
    told = {"state": "registered", "due": MORNING + dt.timedelta(hours=14), **fields}
    return Absence.objects.create(
        unit=person.unit, school=person.unit.school or person.unit, person=person, kind="sick",
        symptoms=["fever"], day=DAY, last_day=DAY, at=MORNING, **told,
    )  # fmt: skip


def first(**fields: Any) -> dict[str, Any]:
    return {
        "contact": "父亲", "symptoms": ["fever"], "onset": "2026-03-08",
        "entry": str(uuid.uuid4()), **fields,
    }  # fmt: skip


def test_the_list_is_by_due_time(cast: Cast, row: Absence) -> None:
    other = make(cast, "pupil_a1_2", due=MORNING + dt.timedelta(hours=1))
    page = cast.client("teacher").get("/absences/").content.decode()
    assert page.index(other.person.name) < page.index(row.person.name)
    assert "剩60分" in page


@pytest.mark.parametrize(
    ("who", "status", "named"),
    [
        ("teacher", 200, True), ("doctor", 200, True), ("grade", 200, True),
        ("principal", 200, True), ("teacher2", 200, False), ("doctor_b", 200, False),
        ("guardian", 200, True), ("bureau", 200, False), ("guard", 403, False),
        ("dorm", 403, False), ("leader", 403, False),
    ],
)  # fmt: skip
def test_who_sees_whom(
    cast: Cast,
    row: Absence,
    who: str,
    status: int,
    named: bool,  # noqa: FBT001  # a column
) -> None:
    client = cast.client(who)
    page = client.get("/absences/")
    assert page.status_code == status
    assert (row.person.name in page.content.decode()) is named
    detail = client.get(f"/absences/{row.pk}/").status_code
    assert detail == (200 if named else 403 if status == 403 else 404)


def test_the_next_step_is_whose_it_is(cast: Cast, row: Absence) -> None:
    address = f"/absences/{row.pk}/"
    teacher = cast.client("teacher").get(address).content.decode()
    assert "今天打过电话" in teacher
    assert "核过，可以复课" not in teacher
    assert "step/" not in cast.client("principal").get(address).content.decode()
    assert "step/" not in cast.client("guardian").get(address).content.decode()


def test_a_step_is_asked_and_taken(cast: Cast, row: Absence) -> None:
    client, address = cast.client("teacher"), f"/absences/{row.pk}/step/first/"
    page = client.get(address).content.decode()
    assert "跟谁联系的" in page
    assert "哪家医院" not in page
    refused = client.post(address, first(contact=""))
    assert refused.status_code == 200
    page = client.post(address, first(celsius="38.2"), follow=True).content.decode()
    assert "记下了：首追" in page
    assert "父亲·发热" in page
    row.refresh_from_db()
    assert row.onset == DAY - dt.timedelta(days=1)
    assert str(row.steps.get().celsius) == "38.2"


def test_a_refusal_is_said_on_the_page(cast: Cast, row: Absence) -> None:
    told = {"reason": "看过", "entry": str(uuid.uuid4())}
    for who, step, why in (
        ("doctor", "checked", "不能直接到"),
        ("teacher", "checked", "这一步由校医来做"),
        ("grade", "returned", "这一步由班主任来做"),
    ):
        answer = cast.client(who).post(f"/absences/{row.pk}/step/{step}/", told)
        assert why in answer.content.decode()
    row.refresh_from_db()
    assert row.state == "registered"


def test_steps_of_another_class_do_not_exist(cast: Cast, row: Absence) -> None:
    for who in ("teacher2", "teacher_b", "doctor_b"):
        client = cast.client(who)
        address = f"/absences/{row.pk}/step/first/"
        assert client.post(address, first()).status_code == 404
        assert client.post(f"/absences/{row.pk}/sign/").status_code == 404
    assert cast.client("teacher").get(f"/absences/{row.pk}/step/nap/").status_code == 302  # fmt: skip


def test_the_class_signs_before_the_pupil_comes(cast: Cast) -> None:
    row = make(cast, "pupil_a1_1", state="checked", doctor_signed_by=cast.people["doctor"])  # fmt: skip
    client, address = cast.client("teacher"), f"/absences/{row.pk}/"
    assert "先签字，人没到" in client.get(address).content.decode()
    assert "签好了" in client.post(f"{address}sign/", follow=True).content.decode()
    row.refresh_from_db()
    assert (row.class_signed_by, row.state) == (cast.people["teacher"], "checked")
    assert "先签字，人没到" not in client.get(address).content.decode()


def test_today_asks_teacher_and_doctor(cast: Cast, row: Absence) -> None:
    assert "追踪缺课1人" in cast.client("teacher").get("/").content.decode()
    assert "追踪缺课" not in cast.client("doctor").get("/").content.decode()
    Absence.objects.filter(pk=row.pk).update(state="certified")
    assert "追踪缺课1人" in cast.client("doctor").get("/").content.decode()


def test_numbers_above_the_school(cast: Cast, row: Absence) -> None:
    page = cast.client("bureau").get("/absences/").content.decode()
    assert row.school.name in page
    assert "在追踪1人" in page


def test_both_ledgers_are_shown(cast: Cast, row: Absence) -> None:
    client = cast.client("doctor")
    page = client.get("/ledgers/absences/").content.decode()
    assert row.person.name in page
    assert "缺勤原因（症状、就诊）" in page
    assert client.get("/ledgers/checks/").status_code == 200
    assert cast.client("dorm").get("/ledgers/room-checks/").status_code == 200
