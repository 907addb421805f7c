"""The command board: missing and red first, sums that leave out, urging once, names by glass."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bihuan.base.units import Celsius
from bihuan.rules.access import Role
from bihuan.rules.triage import Symptom
from bihuan.web.flows import accounts, morning
from bihuan.web.ledgers.checks.entry import CheckEntry, ExceptionEntry
from bihuan.web.ledgers.checks.models import Kind, Slot
from bihuan.web.ledgers.gate.models import Action, Passing, Standing as Passed
from bihuan.web.notices.models import Notice
from bihuan.web.org import clock
from bihuan.web.org.models import AuditLine, UnitKind
from bihuan.web.org.scope import Actor
from bihuan.web.org.units import add_unit
from site_world import DAY, MORNING, Cast, build

pytestmark = pytest.mark.django_db
TEN = MORNING.replace(hour=10, minute=6)


@pytest.fixture(autouse=True)
def at(monkeypatch: pytest.MonkeyPatch, settings: object) -> list[dt.datetime]:
    settings.SECOND_FACTOR = False  # type: ignore[attr-defined]  # log-ins are not what is told here
    moment = [TEN]
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    return moment


@pytest.fixture
def cast() -> Cast:
    return build(students=10)


def check(cast: Cast, klass: str, *ill: str, heat: float = 38.5) -> None:
    unit = cast.units[klass]
    size = unit.people.count()
    rows = tuple(
        ExceptionEntry(
            person=cast.people[name].pk, kind=Kind.SICK,
            symptoms=frozenset({Symptom.FEVER, Symptom.COUGH}), celsius=Celsius(heat),
        )
        for name in ill
    )  # fmt: skip
    entry = CheckEntry(
        entry=uuid.uuid4(), slot=Slot.MORNING, day=DAY, expected=size, exceptions=rows
    )
    actor = Actor(None, cast.people["teacher"].pk, Role.CLASS_TEACHER)
    morning.submit_check(actor, unit, entry, MORNING)


def text(client: Client, path: str = "/board/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def test_only_those_whom_the_table_lets_see_it(cast: Cast) -> None:
    for name in ("bureau", "section", "principal", "party"):
        assert cast.client(name).get("/board/").status_code == 200, name
    for name in ("teacher", "grade", "doctor", "guardian", "cdc", "guard"):
        assert cast.client(name).get("/board/").status_code == 403, name


def test_what_is_missing_is_said_first_and_is_not_zero(cast: Cast) -> None:
    check(cast, "class_a1", "pupil_a1_1")
    page = text(cast.client("bureau"))
    assert "2所学校日报没报，2个班晨检没交" in page
    assert 'class="miss"' in page
    assert "合计（0所）" in page
    assert "不含示例A中学、示例B中学" in page


def test_a_sum_holds_whoever_is_complete(cast: Cast) -> None:
    check(cast, "class_a1", "pupil_a1_1")
    check(cast, "class_a2")
    page = text(cast.client("bureau"))
    assert "合计（1所）" in page
    assert "不含示例B中学" in page


def test_a_head_sees_his_own_school_only(cast: Cast) -> None:
    page = text(cast.client("principal"))
    assert "示例A中学" in page
    assert "示例B中学" not in page
    other = cast.units["class_b1"].pk
    assert cast.client("principal").get(f"/board/unit/{other}/").status_code == 404


def test_the_bureau_sees_a_name_only_through_the_glass(cast: Cast) -> None:
    check(cast, "class_a1", "pupil_a1_1")
    client, klass = cast.client("bureau"), cast.units["class_a1"]
    for path in ("/board/", f"/board/unit/{klass.pk}/", f"/board/?unit={klass.pk}"):
        assert "学生A101" not in text(client, path), path
    page = text(client, f"/board/unit/{klass.pk}/")
    assert f"/glass/?unit={cast.units['school_a'].pk}" in page
    actor = Actor(
        cast.accounts["bureau"].pk, cast.people["bureau"].pk, Role.BUREAU_OFFICE
    )
    accounts.break_glass(
        actor, cast.units["school_a"], "核对接触者名单里的人数和班级",
        cast.people["section"], TEN,
    )  # fmt: skip
    assert "学生A101" in text(client, f"/board/unit/{klass.pk}/")
    other = cast.units["class_b1"]
    check(cast, "class_b1", "pupil_b1_1")
    assert "学生B101" not in text(client, f"/board/unit/{other.pk}/")


def test_tiles_say_fever_and_who_is_missing(cast: Cast) -> None:
    check(cast, "class_a1", "pupil_a1_1", "pupil_a1_2")
    page = text(cast.client("bureau"), f"/board/unit/{cast.units['grade_a'].pk}/")
    assert "发热2" in page
    assert "晨检没交" in page
    assert "8/10" in page


def test_urging_tells_once_in_ten_minutes_and_says_how(
    cast: Cast, at: list[dt.datetime]
) -> None:
    client = cast.client("bureau")
    first = client.post("/board/urge/", follow=True).content.decode()
    assert "催了2所" in first
    made = Notice.objects.count()
    assert made
    line = AuditLine.objects.get(deed="urge")
    assert line.body["inboxes"] == made
    assert client.post("/board/urge/", follow=True).status_code == 200
    assert Notice.objects.count() == made
    at[0] = TEN + dt.timedelta(minutes=11)
    client.post("/board/urge/")
    assert Notice.objects.filter(at=at[0]).count() == made


def test_urging_one_school_leaves_the_other_in_peace(cast: Cast) -> None:
    school = cast.units["school_b"]
    cast.client("bureau").post("/board/urge/", {"unit": school.pk})
    assert set(Notice.objects.values_list("unit", flat=True)) == {school.pk}


def test_a_head_of_grade_urges_his_class_teachers(cast: Cast) -> None:
    check(cast, "class_a1")
    cast.client("grade").post("/board/urge/")
    told = Notice.objects.get()
    assert told.kind == "check_due"
    assert told.klass == cast.units["class_a2"]
    assert told.account == cast.accounts["teacher2"]


def test_a_head_urges_whoever_can_mend_what_is_missing(
    cast: Cast, at: list[dt.datetime]
) -> None:
    check(cast, "class_a1")
    Passing.objects.create(
        entry=uuid.uuid4(), unit=cast.units["gate_a"], school=cast.units["school_a"],
        day=DAY, at=TEN - dt.timedelta(minutes=30), kind="person",
        state=Passed.WAITING.value, action=Action.HELD.value,
        reason="papers", person=cast.people["pupil_a1_1"],
    )  # fmt: skip
    client = cast.client("principal")
    assert "一键催报3处" in text(client, "/board/")
    client.post("/board/urge/")
    assert told_to(cast) == {
        "teacher2": {"check_due"}, "guard": {"gate_hold"}, "doctor": {"report_due"},
    }  # fmt: skip
    at[0] = TEN.replace(hour=21, minute=50)
    client.post("/board/urge/")
    assert told_to(cast)["dorm"] == {"rooms_due"}


def told_to(cast: Cast) -> dict[str, set[str]]:
    names = {account.pk: name for name, account in cast.accounts.items()}
    found: dict[str, set[str]] = {}
    for notice in Notice.objects.all():
        found.setdefault(names[notice.account_id], set()).add(notice.kind)
    return found


def test_no_notice_carries_a_pupils_name(cast: Cast) -> None:
    check(cast, "class_a1", "pupil_a1_1")
    cast.client("bureau").post("/board/urge/")
    client = cast.client("principal")
    assert "学生A101" not in text(client, "/inbox/")


def test_the_part_is_304_until_something_changes(cast: Cast) -> None:
    client = cast.client("bureau")
    first = client.get("/board/part/")
    tag = first["ETag"]
    again = client.get("/board/part/", HTTP_IF_NONE_MATCH=tag)
    assert again.status_code == 304
    assert not again.content
    check(cast, "class_a1", "pupil_a1_1")
    changed = client.get("/board/part/", HTTP_IF_NONE_MATCH=tag)
    assert changed.status_code == 200
    assert changed["ETag"] != tag


def test_an_alarm_stands_with_its_rule_and_precision(cast: Cast) -> None:
    check(cast, "class_a1", *(f"pupil_a1_{n}" for n in range(1, 7)))
    page = text(cast.client("bureau"))
    assert "条报警没人接" in page
    assert "触发条款" in page
    assert "近60天报警" in page


def test_the_board_asks_no_more_of_twenty_schools_than_of_two(cast: Cast) -> None:
    check(cast, "class_a1", *(f"pupil_a1_{n}" for n in range(1, 7)))
    client = cast.client("bureau")
    with CaptureQueriesContext(connection) as few:
        client.get("/board/")
    for number in range(20):
        school = add_unit(
            cast.units["bureau"], UnitKind.SCHOOL, f"S{number}", f"示例{number}小学",
            town=f"示例{number % 7}镇",
        )  # fmt: skip
        grade = add_unit(school, UnitKind.GRADE, "G1", "一年级", level=1)
        add_unit(grade, UnitKind.CLASS, "C1", "一(1)班", level=1, size=40)
    with CaptureQueriesContext(connection) as many:
        answer = client.get("/board/")
    assert answer.status_code == 200
    assert len(many) <= 40, "\n".join(q["sql"][:140] for q in many)
    assert len(many) <= len(few) + 2
