"""The today page: each role's own work, with its time, in few questions to the database."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bihuan.base.wording import speak
from bihuan.rules.access import Role
from bihuan.web.ledgers.absences.models import Absence
from bihuan.web.ledgers.core.models import Rung
from bihuan.web.org import clock
from bihuan.web.org.scope import Seen, seen_as
from bihuan.web.pages.asked import Asked, went_to
from bihuan.web.pages.today import sheet_of
from site_world import DAY, MORNING, Cast, build

pytestmark = pytest.mark.django_db
WAITS = Asked(title="午检", url="/", fields=1, minutes=1)


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch, settings: object) -> Cast:
    settings.SECOND_FACTOR = False  # type: ignore[attr-defined]  # log-ins are not what is told here
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    return build(students=45)


def page(cast: Cast, name: str) -> str:
    answer = cast.client(name).get("/")
    assert answer.status_code == 200, name
    return answer.content.decode()


def test_every_role_has_a_page_of_its_own(cast: Cast) -> None:
    for name in cast.accounts.keys() - {"outsider"}:
        assert 'id="main"' in page(cast, name), name


def test_a_teacher_has_the_check_in_hand_and_the_red_button(cast: Cast) -> None:
    text = page(cast, "teacher")
    assert "开始晨检" in text
    assert "报异常" in text
    assert "高三(2)班" not in text


def test_who_may_open_no_incident_has_no_red_button(cast: Cast) -> None:
    assert "报异常" not in page(cast, "cdc")


def test_a_guardian_is_asked_for_consent_about_the_child_only(cast: Cast) -> None:
    text = page(cast, "guardian")
    assert "看同意书" in text
    assert "学生A101" in text
    assert "学生A102" not in text


@pytest.mark.parametrize("name", ["teacher", "grade", "doctor", "principal", "guard"])
def test_the_page_asks_the_database_little(cast: Cast, name: str) -> None:
    client = cast.client(name)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get("/")
    ceiling = 20 if name == "teacher" else 45
    assert len(asked) <= ceiling, "\n".join(q["sql"][:150] for q in asked)


def test_what_is_due_in_hours_is_not_in_hand_but_next() -> None:
    later = replace(WAITS, due=MORNING + dt.timedelta(hours=5))
    sheet = sheet_of([later], MORNING)
    assert sheet.hand is None
    assert sheet.next_at == later.due
    assert [row for row, _chip in sheet.after] == [later]


def test_what_went_wrong_stands_apart_and_in_the_dock_when_nothing_runs() -> None:
    late = replace(WAITS, state="late", due=MORNING - dt.timedelta(minutes=5))
    sheet = sheet_of([WAITS, late], MORNING)
    assert list(sheet.wrong) == [late]
    assert sheet.button is late
    soon = replace(WAITS, due=MORNING + dt.timedelta(minutes=5))
    assert sheet_of([soon, late], MORNING).button is soon
    assert sheet_of([late], MORNING).button is late


def test_the_sum_counts_what_is_open_only() -> None:
    finished = replace(WAITS, state="pass", fields=9, minutes=9)
    sheet = sheet_of([WAITS, WAITS, finished], MORNING)
    assert (sheet.count, sheet.fields, sheet.minutes) == (2, 2, 2)
    assert list(sheet.finished) == [finished]


def test_a_check_that_is_not_asked_yet_is_the_next_thing(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = page(cast, "teacher")
    assert "午检" not in text  # no plan says until when, so nothing can be said of it
    monkeypatch.setattr(clock, "now", lambda: MORNING.replace(hour=12))
    assert "午检" in page(cast, "teacher")


def test_what_is_late_says_to_whom_it_went_but_not_to_oneself(cast: Cast) -> None:
    def who(name: str) -> Seen:
        return seen_as(cast.accounts[name].pk, cast.people[name], MORNING)

    with speak("zh-Hans"):
        assert went_to((Role.GRADE_HEAD,), who("teacher")) == "年级主任"
        assert went_to((Role.GRADE_HEAD,), who("grade")) == ""
        assert went_to(()) == ""


def test_a_late_absence_says_how_far_it_has_climbed(cast: Cast) -> None:
    row = Absence.objects.create(
        unit=cast.units["class_a1"], school=cast.units["school_a"],
        person=cast.people["pupil_a1_1"], kind="sick", day=DAY, last_day=DAY,
        at=MORNING, state="registered", due=MORNING - dt.timedelta(minutes=40),
    )  # fmt: skip
    Rung.objects.create(
        ledger="absences", row=row.pk, clock="trace", rung="N22c", at=MORNING,
        told=[cast.people["grade"].pk],
    )  # fmt: skip
    assert "已转年级主任" in page(cast, "teacher")
    assert "已转年级主任" not in page(cast, "grade")
