"""The day plan as one person has it."""

from dataclasses import replace
from datetime import time
from itertools import pairwise

from hypothesis import given, settings, strategies as st

from bihuan.base.ids import GradeCode
from bihuan.plan.meeting.programme import (
    groups_of,
    programme,
    rows_of_day,
    rows_of_stay,
    weekday_of,
)
from bihuan.plan.timetable import Period
from bihuan.plan.words import PeriodKind, Who
from world import YIGAO, small_plan

BOARDER = groups_of(student=True, lives_in=True)
DAY = groups_of(student=True, lives_in=False)
STAFF = groups_of(student=False, lives_in=False)


def row(kind: PeriodKind, start: str, end: str, **more: object) -> Period:
    made = Period(
        school=YIGAO,
        name=kind.label,
        kind=kind,
        start=time.fromisoformat(start),
        end=time.fromisoformat(end),
    )
    return replace(made, **more)  # type: ignore[arg-type]  # a test's shorthand


def told(*rows: Period, who: frozenset[Who] = DAY, grade: str = "G1") -> list[str]:
    return [
        f"{s.kind} {s.number} {s.start:g}-{s.end:g}"
        for s in programme(rows, GradeCode(grade), who)
    ]


def test_a_night_is_cut_in_two_at_midnight() -> None:
    night = row(PeriodKind.SLEEP, "22:30", "06:00")
    assert told(night) == ["sleep 0 0-360", "sleep 0 1350-1440"]
    assert told(replace(night, end=time(0))) == ["sleep 0 1350-1440"]


def test_a_period_of_no_length_is_none() -> None:
    assert told(row(PeriodKind.STUDY, "10:00", "10:00")) == []


def test_lessons_go_before_what_overlaps_them() -> None:
    study = row(PeriodKind.STUDY, "07:00", "09:00")
    lesson = row(PeriodKind.LESSON, "08:00", "08:40", number=1)
    assert told(study, lesson) == ["study 0 420-480", "lesson 1 480-520"]


def test_who_and_grade_choose() -> None:
    study = row(PeriodKind.STUDY, "20:00", "21:00", who=Who.BOARDERS)
    assert told(study, who=BOARDER)
    assert not told(study, who=DAY)
    assert not told(study, who=STAFF)
    assert not told(replace(study, grade=GradeCode("G2")), who=BOARDER)
    assert told(replace(study, who=Who.ALL), who=STAFF)


def test_a_grade_s_own_lunch_stands_in_place_of_the_common_one() -> None:
    common = row(PeriodKind.LUNCH, "12:00", "12:40")
    own = row(PeriodKind.LUNCH, "11:30", "12:00", grade=GradeCode("G1"))
    assert told(common, own) == ["lunch 0 690-720"]
    assert told(common, own, grade="G2") == ["lunch 0 720-760"]


def test_lessons_without_a_number_are_counted() -> None:
    rows = (
        row(PeriodKind.LESSON, "09:00", "09:40"),
        row(PeriodKind.LESSON, "08:00", "08:40"),
        row(PeriodKind.LESSON, "08:00", "08:40", days="6"),
    )
    assert told(*rows_of_day(rows, "1")) == ["lesson 1 480-520", "lesson 2 540-580"]


def test_a_weekend_takes_meals_from_the_week_where_it_gives_none() -> None:
    rows = (
        row(PeriodKind.SLEEP, "22:30", "06:00", days="12345"),
        row(PeriodKind.SLEEP, "23:00", "07:00", days="6"),
        row(PeriodKind.LUNCH, "12:00", "12:40", days="12345"),
        row(PeriodKind.STUDY, "09:00", "11:00", days="67"),
        row(PeriodKind.LESSON, "14:00", "14:40", days="67"),
    )
    kept = rows_of_stay(rows, 5)
    assert told(*kept, who=BOARDER) == [
        "sleep 0 0-420",
        "study 0 540-660",
        "lunch 0 720-760",
        "sleep 0 1380-1440",
    ]
    ordinary = rows_of_stay(rows[:1] + rows[2:3], 5)
    assert {kept.kind for kept in ordinary} == {PeriodKind.SLEEP, PeriodKind.LUNCH}


def test_days_of_a_long_cycle_take_the_workdays_in_turn() -> None:
    assert [weekday_of(n, 6) for n in range(6)] == list("123456")
    assert [weekday_of(n, 10) for n in range(10)] == list("1234512345")


clock = st.builds(time, st.integers(0, 23), st.sampled_from((0, 10, 25, 40)))
periods = st.lists(
    st.builds(
        lambda kind, start, end, who: replace(
            row(kind, "00:00", "00:01"), start=start, end=end, who=who
        ),
        st.sampled_from(PeriodKind),
        clock,
        clock,
        st.sampled_from(Who),
    ),
    max_size=12,
)


@given(rows=periods, who=st.sampled_from((BOARDER, DAY, STAFF)))
@settings(deadline=None)
def test_nobody_has_two_things_at_once(rows: list[Period], who: frozenset[Who]) -> None:
    spells = programme(rows, GradeCode("G1"), who)
    for one, two in pairwise(spells):
        assert one.end <= two.start
    assert all(0 <= s.start < s.end <= 1440 for s in spells)


def test_a_valid_day_plan_is_taken_as_it_is() -> None:
    rows = rows_of_day([r for r in small_plan().periods if r.school == YIGAO], "1")
    lengths = sum(s.end - s.start for s in programme(rows, GradeCode("G10"), BOARDER))
    assert lengths == sum(
        (r.end.hour - r.start.hour) * 60
        + r.end.minute
        - r.start.minute
        + (1440 if r.end < r.start else 0)
        for r in rows
        if r.who in BOARDER
    )
