"""Which date is which kind of day, with the calendar of spring 2020."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from bihuan.base.ids import SchoolCode
from bihuan.base.units import Days
from bihuan.plan import measures as m
from bihuan.plan.days import day_kinds, has_boarders, in_force, week_kinds
from bihuan.plan.measures import ClosedCampus
from bihuan.plan.plan import Plan
from bihuan.plan.timetable import CalendarDay
from bihuan.plan.words import DayKind
from world import OPENS, QIZHONG, YIGAO, small_plan

STAY, HOME = 5, 6


def spring(
    opens: date = date(2020, 3, 30),
    cycle: int = 5,
    calendar: Sequence[CalendarDay] | None = None,
) -> Plan:
    """The small plan from another day, with the Qingming and Labour Day of 2020."""
    plan = small_plan()
    rows = [CalendarDay(date=date(2020, 4, n), kind=DayKind.HOLIDAY) for n in (4, 5, 6)]
    rows += [
        CalendarDay(date=date(2020, 5, n), kind=DayKind.HOLIDAY) for n in range(1, 6)
    ]
    rows += [
        CalendarDay(date=date(2020, 4, 26), kind=DayKind.SCHOOL_DAY, note="补周一课"),
        CalendarDay(
            date=date(2020, 5, 9),
            kind=DayKind.SCHOOL_DAY,
            note="5月9日（周六）按周二课表",
        ),
    ]
    return replace(
        plan,
        district=replace(plan.district, opens=opens, cycle_days=cycle),
        calendar=tuple(rows if calendar is None else calendar),
    )


def leave(plan: Plan, every: int, days: int = 2, first: date | None = None) -> Plan:
    """A plan whose first school has another home leave."""
    schools = tuple(
        replace(s, leave_every=Days(every), leave_days=Days(days), first_leave=first)
        if s.code == YIGAO
        else s
        for s in plan.schools
    )
    return replace(plan, schools=schools)


def open_campus(plan: Plan) -> Plan:
    kept = tuple(row for row in plan.measures if not isinstance(row, ClosedCampus))
    return replace(plan, measures=kept)


def kind(plan: Plan, school: SchoolCode, on: date) -> int:
    day = (on - plan.district.opens).days
    return int(day_kinds(plan, school, 1, start=day)[0])


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2020, 3, 30), 0),
        (date(2020, 4, 3), 4),
        (date(2020, 4, 4), HOME),  # Qingming, a Saturday
        (date(2020, 4, 6), HOME),  # its Monday off
        (date(2020, 4, 7), 1),
        (date(2020, 4, 11), HOME),  # a Saturday
        (date(2020, 4, 26), 0),  # a Sunday with Monday's lessons
        (date(2020, 5, 1), HOME),
        (date(2020, 5, 5), HOME),
        (date(2020, 5, 6), 2),
        (date(2020, 5, 9), 1),  # a Saturday: the weekday named last counts
        (date(2020, 5, 10), HOME),
    ],
)
def test_a_day_school_follows_the_calendar(on: date, expected: int) -> None:
    assert kind(spring(), QIZHONG, on) == expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2020, 4, 11), STAY),
        (date(2020, 4, 26), 0),
        (date(2020, 4, 6), HOME),  # a holiday sends boarders home too
        (date(2020, 4, 24), HOME),  # home leave, a Friday
        (date(2020, 4, 25), HOME),
    ],
)
def test_boarders_stay_between_their_leaves(on: date, expected: int) -> None:
    plan = leave(spring(), 28, first=date(2020, 4, 24))
    assert kind(plan, YIGAO, on) == expected


def test_the_first_leave_is_one_turn_after_the_opening() -> None:
    plan = leave(spring(calendar=()), 13, days=3)
    kinds = day_kinds(plan, YIGAO, 27).tolist()
    assert [n for n, k in enumerate(kinds) if k == HOME] == [13, 14, 15, 26]


def test_without_a_turn_or_a_closed_gate_weekends_are_at_home() -> None:
    for plan in (leave(spring(calendar=()), 0), open_campus(spring(calendar=()))):
        kinds = day_kinds(plan, YIGAO, 14).tolist()
        assert kinds == [0, 1, 2, 3, 4, HOME, HOME] * 2


def test_the_gate_is_closed_only_while_its_measure_holds() -> None:
    plan = leave(spring(calendar=()), 28)
    ends = date(2020, 4, 8)
    rows = tuple(
        replace(row, end=ends) if isinstance(row, ClosedCampus) else row
        for row in plan.measures
    )
    plan = replace(plan, measures=rows)
    assert kind(plan, YIGAO, date(2020, 4, 5)) == STAY
    assert kind(plan, YIGAO, date(2020, 4, 12)) == HOME


def test_a_school_without_boarders_has_no_stay_days() -> None:
    gate = ClosedCampus(school=QIZHONG, code="X")
    plan = spring(calendar=(CalendarDay(date=date(2020, 4, 4), kind=DayKind.STAY),))
    plan = replace(plan, measures=(*plan.measures, gate))
    assert not has_boarders(plan, QIZHONG)
    assert STAY not in day_kinds(plan, QIZHONG, 60)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (DayKind.HOLIDAY, HOME),
        (DayKind.HOME_LEAVE, HOME),
        (DayKind.ONLINE, HOME),
        (DayKind.STAY, STAY),
        (DayKind.SCHOOL_DAY, 2),
    ],
)
def test_a_calendar_row_comes_before_the_weekday(word: DayKind, expected: int) -> None:
    plan = spring(calendar=(CalendarDay(date=date(2020, 4, 1), kind=word),))
    assert kind(plan, YIGAO, date(2020, 4, 1)) == expected


def test_a_school_s_own_row_comes_before_the_district_s() -> None:
    on = date(2020, 4, 8)
    own = CalendarDay(date=on, kind=DayKind.SCHOOL_DAY, school=YIGAO)
    plan = spring(calendar=(own, CalendarDay(date=on, kind=DayKind.HOLIDAY)))
    assert kind(plan, YIGAO, on) == 2
    assert kind(plan, QIZHONG, on) == HOME


def test_a_workday_without_a_named_weekday_takes_what_was_taught_least() -> None:
    off = [CalendarDay(date=date(2020, 4, n), kind=DayKind.HOLIDAY) for n in (2, 9)]
    sunday = CalendarDay(
        date=date(2020, 4, 12), kind=DayKind.SCHOOL_DAY, note="调休上班"
    )
    plan = spring(calendar=(*off, sunday))
    assert kind(plan, QIZHONG, date(2020, 4, 12)) == 3  # two Thursdays fell away


@pytest.mark.parametrize(
    ("cycle", "week"),
    [
        (5, [0, 1, 2, 3, 4, 6, 6]),
        (6, [0, 1, 2, 3, 4, 5, 7]),
        (7, [0, 1, 2, 3, 4, 5, 6]),
        (10, [0, 1, 2, 3, 4, 11, 11]),
    ],
)
def test_the_cycle_lies_on_the_week(cycle: int, week: list[int]) -> None:
    plan = spring(cycle=cycle, calendar=())
    assert day_kinds(plan, QIZHONG, 7).tolist() == week


def test_a_cycle_of_two_weeks_goes_on_in_the_second() -> None:
    plan = spring(cycle=10, calendar=())
    kinds = day_kinds(plan, QIZHONG, 21).tolist()
    assert kinds[7:12] == [5, 6, 7, 8, 9]
    assert kinds[14:19] == [0, 1, 2, 3, 4]


def test_an_ordinary_week_has_the_weekends_of_its_gate() -> None:
    assert week_kinds(small_plan(), YIGAO) == (0, 1, 2, 3, 4, STAY, STAY)
    assert week_kinds(open_campus(small_plan()), YIGAO) == (0, 1, 2, 3, 4, HOME, HOME)
    assert week_kinds(small_plan(), QIZHONG) == (0, 1, 2, 3, 4, HOME, HOME)


@pytest.mark.parametrize(
    ("start", "end", "holds"),
    [
        (None, None, True),
        (OPENS, OPENS, True),
        (OPENS + timedelta(1), None, False),
        (None, OPENS - timedelta(1), False),
    ],
)
def test_a_measure_holds_on_both_its_first_and_last_day(
    start: date | None, end: date | None, *, holds: bool
) -> None:
    gate = m.ClosedCampus(school=YIGAO, code="X", start=start, end=end)
    assert in_force(gate, OPENS) is holds


@given(
    cycle=st.integers(5, 12),
    start=st.integers(-20, 100),
    days=st.integers(0, 60),
    every=st.integers(0, 30),
)
@settings(deadline=None, max_examples=50)
def test_a_window_shows_what_the_whole_shows(
    cycle: int, start: int, days: int, every: int
) -> None:
    plan = leave(spring(cycle=cycle), every)
    whole = day_kinds(plan, YIGAO, 200, start=-20)
    part = day_kinds(plan, YIGAO, days, start=start)
    assert part.tolist() == whole[start + 20 : start + 20 + days].tolist()
    assert ((whole >= 0) & (whole <= cycle + 1)).all()
