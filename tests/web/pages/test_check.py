"""The pages of the class check: who sees what, how large, plain forms, drafts, calls."""

import datetime as dt
import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from bihuan.web.ledgers.absences.models import Absence
from bihuan.web.ledgers.checks.models import CheckException, ClassCheck, DraftCount
from bihuan.web.ledgers.gate.models import LeaveSlip
from bihuan.web.org import clock
from bihuan.web.org.models import AuditLine, Person
from site_world import DAY, MORNING, Cast, build

pytestmark = pytest.mark.django_db
MOST = 60 * 1024


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.datetime], None]:
    """Let the site's clock stand at a moment."""

    def stand(at: dt.datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: at)

    stand(MORNING)
    return stand


@pytest.fixture
def cast(now: object, settings: Any) -> Cast:  # noqa: ARG001  # the clock stands first
    settings.SECOND_FACTOR = False
    return build()


def url(
    cast: Cast, unit: str = "class_a1", slot: str = "morning", end: str = ""
) -> str:
    return f"/check/{cast.units[unit].pk}/{slot}/{end}"


def post(client: Client, address: str, **fields: Any) -> Any:
    body = {
        "entry": str(uuid.uuid4()), "slot": "morning", "day": DAY.isoformat(),
        "expected": 6, "exceptions": [], **fields,
    }  # fmt: skip
    return client.post(
        address, json.dumps(body), "application/json", headers={"X-Bihuan-Queue": "1"}
    )


def facts(page: Any) -> dict[str, Any]:
    found = re.search(r'id="facts">(.*?)</script>', page.content.decode(), re.DOTALL)
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


def test_the_queue_is_answered_in_json(cast: Cast) -> None:
    answer = post(cast.client("teacher"), url(cast))
    assert answer.json() == {"saved": True, "said": "07:20已交，全勤6人"}


def test_what_is_wrong_is_said_with_the_name(cast: Cast) -> None:
    pupil = cast.people["pupil_a1_2"]
    row = {"person": pupil.pk, "kind": "sick", "symptoms": ["fever"], "celsius": 50}
    answer = post(cast.client("teacher"), url(cast), exceptions=[row])
    assert answer.status_code == 422
    assert answer.json() == {
        "saved": False,
        "said": f"{pupil.name}：体温填的是“50”，应填：34.0到43.0，或“未测”",
    }


def test_the_name_of_another_class_is_not_told(cast: Cast) -> None:
    pupil = cast.people["pupil_b1_2"]
    row = {"person": pupil.pk, "kind": "sick", "symptoms": ["fever"], "celsius": 50}
    answer = post(cast.client("teacher"), url(cast), exceptions=[row])
    assert pupil.name not in answer.json()["said"]


@pytest.mark.parametrize("body", ["", "[]", "{", '"x"', "null"])
def test_what_is_no_json_is_refused(cast: Cast, body: str) -> None:
    answer = cast.client("teacher").post(url(cast), body, "application/json")
    assert answer.status_code == 422
    assert not answer.json()["saved"]


@pytest.mark.parametrize("number", [2**63, 2**63 - 1, 10**30])
def test_a_number_that_no_row_has_is_refused_in_words(cast: Cast, number: int) -> None:
    client = cast.client("teacher")
    row = {"person": number, "kind": "sick", "symptoms": ["fever"], "celsius": 50}
    assert post(client, url(cast), exceptions=[row]).status_code == 422
    assert post(client, url(cast), back=[number]).status_code in (409, 422)
    assert client.get(f"/check/{number}/morning/").status_code == 404


def test_a_slot_that_is_not_the_pages_is_refused(cast: Cast) -> None:
    assert post(cast.client("teacher"), url(cast), slot="noon").status_code == 422


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("teacher", 200), ("doctor", 200), ("teacher2", 404), ("teacher_b", 404),
        ("doctor_b", 404), ("guard", 403), ("leader", 403), ("bureau", 403),
    ],
)  # fmt: skip
def test_who_reaches_a_class(cast: Cast, who: str, status: int) -> None:
    client = cast.client(who)
    assert client.get(url(cast)).status_code == status
    assert post(client, url(cast)).status_code == status
    assert ClassCheck.objects.exists() is (status == 200)


def test_a_gate_is_no_class(cast: Cast) -> None:
    client = cast.client("doctor")
    for unit, slot in (("gate_a", "morning"), ("school_a", "morning"), ("class_a1", "night")):  # fmt: skip
        assert client.get(url(cast, unit, slot)).status_code == 404


def test_the_page_of_fifty_five_is_small_and_may_be_kept(cast: Cast) -> None:
    unit = cast.units["class_a1"]
    Person.objects.bulk_create(
        Person(
            unit=unit, school=cast.units["school_a"], role="student", seat=seat,
            name="阿依努尔", code=f"X{seat}", phone_last="1234",
        )
        for seat in range(7, 56)
    )  # fmt: skip
    page = cast.client("teacher").get(url(cast))
    assert len(page.content) <= MOST
    assert page["X-Bihuan-Keep"] == "day"
    assert len(facts(page)["people"]) == 55
    assert " style=" not in page.content.decode()


def test_the_page_takes_few_statements(
    cast: Cast, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client, doctor = cast.client("teacher"), cast.client("doctor")
    with django_assert_max_num_queries(22):
        client.get(url(cast))
    with django_assert_max_num_queries(22):
        doctor.get("/check/")


def test_those_missed_before_come_first(cast: Cast, now: Callable[..., None]) -> None:
    yesterday = MORNING - dt.timedelta(days=1)
    now(yesterday)
    one, two, three = (cast.people[f"pupil_a1_{seat}"] for seat in (1, 2, 3))
    ill = {"person": one.pk, "kind": "sick", "symptoms": ["fever"], "celsius": 38.5}
    post(
        cast.client("teacher"), url(cast), day=yesterday.date().isoformat(),
        exceptions=[ill, {"person": two.pk, "kind": "leave"}],
    )  # fmt: skip
    now(MORNING)
    LeaveSlip.objects.create(
        unit=three.unit, school=cast.units["school_a"], person=three, day=DAY,
        at=MORNING, state="approved", reason="family", starts=MORNING,
        ends=MORNING + dt.timedelta(hours=4),
    )  # fmt: skip
    page = cast.client("teacher").get(url(cast))
    text = page.content.decode()
    assert "昨天缺课的3人，现在到了吗" in text
    assert "病假第2天，发热" in text
    assert "昨天事假" in text
    assert "请假条已批" in text
    carry = facts(page)["carry"]
    assert carry[str(one.pk)] == {
        "kind": "sick", "chip": "病 2天", "symptoms": ["fever"], "signed": False,
    }  # fmt: skip
    assert 'aria-pressed="true"' not in text.partition('id="sheet"')[0]


def test_a_pupil_of_todays_check_is_not_asked_after_again(cast: Cast) -> None:
    client, pupil = cast.client("teacher"), cast.people["pupil_a1_1"]
    ill = {"person": pupil.pk, "kind": "sick", "symptoms": ["cough"], "celsius": "unmeasured"}  # fmt: skip
    post(client, url(cast), exceptions=[ill])
    page = facts(client.get(url(cast)))
    assert page["carry"] == {}
    assert page["sent"]["exceptions"][str(pupil.pk)]["kind"] == "sick"
    assert str(pupil.pk) in facts(client.get(url(cast, slot="noon")))["carry"]


def test_an_empty_class_says_what_to_do(cast: Cast) -> None:
    Person.objects.filter(unit=cast.units["class_a1"]).update(left_on=DAY)
    page = cast.client("teacher").get(url(cast)).content.decode()
    assert "名册里还没有人" in page
    assert 'id="send"' not in page


def test_a_cook_whose_certificate_has_run_out_is_told(cast: Cast) -> None:
    Person.objects.create(
        unit=cast.units["canteen_a"], school=cast.units["school_a"], role="staff",
        name="示例厨师", certificate_until=DAY - dt.timedelta(days=1),
    )  # fmt: skip
    page = cast.client("logistics").get(url(cast, "canteen_a"))
    assert "示例厨师的健康证2026-03-08过期，今天不能上岗" in page.content.decode()


# --- the list, drafts, calls -------------------------------------------------------


def test_the_list_has_what_is_due_and_what_is_done(
    cast: Cast, now: Callable[..., None]
) -> None:
    client = cast.client("teacher")
    assert "剩" not in client.get("/check/").content.decode()
    now(MORNING.replace(hour=7, minute=45))
    assert "剩45分" in client.get("/check/").content.decode()
    now(MORNING.replace(hour=8, minute=35))
    assert "超5分" in client.get("/check/").content.decode()
    post(client, url(cast))
    assert "08:35补交，全勤6人" in client.get("/check/").content.decode()


def test_today_asks_the_teacher_and_not_the_doctor(cast: Cast) -> None:
    assert "晨检 高三(1)班" in cast.client("teacher").get("/").content.decode()
    assert "晨检 高三(1)班" not in cast.client("doctor").get("/").content.decode()


def test_a_leaders_count_is_shown_to_the_teacher(cast: Cast) -> None:
    leader = cast.client("leader")
    address = url(cast, "group_a", end="draft/")
    assert "第一组" in leader.get("/check/").content.decode()
    assert leader.get(address).status_code == 200
    assert leader.post(address, {"expected": "5", "present": "6"}).status_code == 200
    assert leader.post(address, {"expected": "五", "present": "4"}).status_code == 200
    assert not DraftCount.objects.exists()
    assert leader.post(address, {"expected": "5", "present": "4"}).status_code == 302
    page = cast.client("teacher").get(url(cast)).content.decode()
    assert "第一组组长报：应到5，实到4" in page
    assert cast.client("teacher").get(address).status_code == 403


def test_a_number_is_shown_to_who_may_and_kept_in_the_trail(cast: Cast) -> None:
    child = cast.people["pupil_a1_2"]
    child.phone, child.phone_last = "13800001111", "1111"
    child.save()
    address = f"/check/{cast.units['class_a1'].pk}/call/"
    client = cast.client("teacher")
    assert "13800001111" not in client.get(url(cast)).content.decode()
    assert client.post(address, {"person": child.pk}).json() == {"number": "13800001111"}  # fmt: skip
    line = AuditLine.objects.get(deed="call")
    assert line.subject == f"org.Person:{child.pk}"
    assert client.post(address, {"person": cast.people["pupil_a2_1"].pk}).status_code == 404  # fmt: skip
    assert client.post(address, {"person": cast.people["pupil_a1_3"].pk}).status_code == 422  # fmt: skip
    assert cast.client("teacher2").post(address, {"person": child.pk}).status_code == 404  # fmt: skip
    for came in ("", "x", "9" * 30):
        assert client.post(address, {"person": came}).status_code == 422


# --- without scripts -----------------------------------------------------------------


def test_a_plain_form_hands_in_the_same(cast: Cast) -> None:
    client, address = cast.client("teacher"), url(cast, end="plain/")
    one, two = cast.people["pupil_a1_1"].pk, cast.people["pupil_a1_2"].pk
    assert client.get(address).status_code == 200
    form = {
        "entry": str(uuid.uuid4()), f"kind_{one}": "sick",
        f"symptoms_{one}": "发热、咳嗽", f"celsius_{one}": "38.2", f"kind_{two}": "leave",
    }  # fmt: skip
    answer = client.post(address, form, follow=True)
    assert "07:20已交，实到4人，病假1，事假1" in answer.content.decode()
    row = CheckException.objects.get(kind="sick")
    assert (row.symptoms, str(row.celsius)) == (["cough", "fever"], "38.2")
    client.post(address, form)
    assert ClassCheck.objects.count() == 1


def test_a_plain_form_says_what_is_wrong_and_keeps_what_was_typed(cast: Cast) -> None:
    client, address = cast.client("teacher"), url(cast, end="plain/")
    pupil = cast.people["pupil_a1_1"]
    form = {
        "entry": str(uuid.uuid4()), f"kind_{pupil.pk}": "sick",
        f"symptoms_{pupil.pk}": "头疼", f"celsius_{pupil.pk}": "38.2",
    }  # fmt: skip
    answer = client.post(address, form)
    assert answer.status_code == 422
    assert f"{pupil.name}：症状填的是“['头疼']”" in answer.content.decode().replace("&#39;", "'")  # fmt: skip
    assert 'value="头疼"' in answer.content.decode()
    assert not ClassCheck.objects.exists()


def test_a_plain_form_presets_no_answer_about_yesterday(cast: Cast) -> None:
    pupil = cast.people["pupil_a1_1"]
    Absence.objects.create(
        unit=pupil.unit, school=cast.units["school_a"], person=pupil, kind="sick",
        day=DAY - dt.timedelta(days=1), last_day=DAY, at=MORNING, state="registered",
    )  # fmt: skip
    client, address = cast.client("teacher"), url(cast, end="plain/")
    page = client.get(address).content.decode()
    assert '<option value="" selected>请选</option>' in page
    form = {"entry": str(uuid.uuid4()), f"kind_{pupil.pk}": ""}
    assert client.post(address, form).status_code == 422
    form[f"kind_{pupil.pk}"] = "back"
    assert client.post(address, form).status_code == 302
    assert Absence.objects.get().back_on == DAY


def test_yesterdays_missing_check_is_asked_for_and_made_good(
    cast: Cast, now: Callable[[dt.datetime], None]
) -> None:
    client = cast.client("teacher")
    post(cast.client("teacher2"), url(cast, "class_a2"))
    now(MORNING + dt.timedelta(days=1))
    asked = client.get("/").content.decode()
    assert "昨天晨检没有报" in asked
    address = f"{url(cast)}?day={DAY.isoformat()}"
    assert address in asked
    page = client.get(address)
    assert facts(page)["day"] == DAY.isoformat()
    assert "补报3月9日" in page.content.decode()
    assert post(client, url(cast)).json()["saved"]
    assert ClassCheck.objects.get(unit=cast.units["class_a1"]).late
    assert "昨天晨检没有报" not in client.get("/").content.decode()


def test_a_day_that_cannot_be_made_good_has_no_page(cast: Cast) -> None:
    client = cast.client("teacher")
    for day in ("2026-03-08", "2026-03-10", "x", "'"):
        assert client.get(f"{url(cast)}?day={day}").status_code == 404
        assert client.get(f"{url(cast, end='plain/')}?day={day}").status_code == 404
    assert client.get(f"{url(cast)}?day={DAY.isoformat()}").status_code == 200
