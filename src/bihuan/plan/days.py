"""Which date is which kind of day 校历: the cycle's school days, stay days, home days.

Kinds are the numbers of `Contacts`: 0 to cycle-1 a school day, `cycle` a day on which
boarders stay and nobody is taught, `cycle + 1` a day on which everybody is at home.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from bihuan.base.ids import SchoolCode
from bihuan.plan.measures import ClosedCampus, Measure
from bihuan.plan.people import School
from bihuan.plan.plan import Plan
from bihuan.plan.timetable import CalendarDay
from bihuan.plan.words import DayKind

WEEK = 7
WORKDAYS = 5
WEEKDAYS = "一二三四五六日"
_NAMED = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])")


def day_kinds(
    plan: Plan, school: SchoolCode, days: int, *, start: int = 0
) -> NDArray[np.int32]:
    """Kind of each of `days` days from the district's first day plus `start`.

    A made-up workday (a calendar row 上课 on a weekend, 调休) takes the timetable of the
    weekday that its note names last ("周日补周四课": Thursday); where the note names none,
    of the school day taught least often since the first day, the earliest of these.
    """
    kinds = tuple(_kinds(plan, plan.by_code[school], min(start, 0), start + days))
    return np.array(kinds[len(kinds) - days :], dtype=np.int32)


def week_kinds(plan: Plan, school: SchoolCode) -> tuple[int, ...]:
    """Kinds of an ordinary week's days: the cycle, then what weekends are on the first day.

    A cycle longer than a week gives the whole cycle.
    """
    cycle = plan.district.cycle_days
    stays = has_boarders(plan, school) and _is_closed(plan, school, plan.district.opens)
    weekend = cycle if stays and plan.by_code[school].leave_every > 0 else cycle + 1
    return (*range(cycle), *[weekend] * max(0, WEEK - cycle))


def in_force(measure: Measure, on: date) -> bool:
    """Whether a measure holds on a date."""
    begun = measure.start is None or measure.start <= on
    return begun and (measure.end is None or on <= measure.end)


def has_boarders(plan: Plan, school: SchoolCode) -> bool:
    """Whether anybody of a school sleeps there, by its counts or by its persons."""
    return (
        plan.by_code[school].boarders > 0
        or any(row.boarders > 0 for row in plan.classes if row.school == school)
        or any(
            row.lives_in and row.role == "student"
            for row in plan.people
            if row.school == school
        )
    )


def _is_closed(plan: Plan, school: SchoolCode, on: date) -> bool:
    """Whether the gate of a school is closed to its boarders on a date."""
    return any(
        isinstance(m, ClosedCampus) and m.school in (school, "") and in_force(m, on)
        for m in plan.measures
    )


def _kinds(plan: Plan, school: School, first: int, end: int) -> Iterator[int]:
    """Kinds of the days `first` to `end` - 1, counted from the district's first day."""
    cycle = plan.district.cycle_days
    rows = _calendar(plan, school.code)
    boards = has_boarders(plan, school.code)
    taught = [0] * cycle
    for number in range(first, end):
        on = plan.district.opens + timedelta(days=number)
        stays = boards and _is_closed(plan, school.code, on)
        row = rows.get(on)
        kind = _kind(
            on, row, school, plan.district.opens, taught, boards=boards, stays=stays
        )
        if kind < cycle and number >= 0:
            taught[kind] += 1
        yield kind


def _kind(
    on: date,
    row: CalendarDay | None,
    school: School,
    opens: date,
    taught: list[int],
    *,
    boards: bool,
    stays: bool,
) -> int:
    """Kind of one day, its calendar row first, then home leave, then its weekday."""
    stay, home = len(taught), len(taught) + 1
    if row is None:
        if stays and _on_leave(on, school, opens):
            return home
        weekday = _school_day(on, opens, len(taught))
        if weekday is not None:
            return weekday
        return stay if stays and school.leave_every > 0 else home
    if row.kind is DayKind.SCHOOL_DAY:
        return _made_up(on, row, opens, taught)
    return stay if row.kind is DayKind.STAY and boards else home


def _school_day(on: date, opens: date, cycle: int) -> int | None:
    """The school day that a date's weekday is, if any.

    A cycle longer than a week runs on over the workdays.
    """
    weekday = on.weekday()
    if cycle <= WEEK:
        return weekday if weekday < cycle else None
    if weekday >= WORKDAYS:
        return None
    monday = opens - timedelta(days=opens.weekday())
    return ((on - monday).days // WEEK * WORKDAYS + weekday) % cycle


def _made_up(on: date, row: CalendarDay, opens: date, taught: list[int]) -> int:
    """The school day whose timetable a day marked 上课 has."""
    weekday = _school_day(on, opens, len(taught))
    if weekday is not None:
        return weekday
    named = [
        WEEKDAYS.index(name.replace("天", "日")) for name in _NAMED.findall(row.note)
    ]
    known = [day for day in named if day < len(taught)]
    return known[-1] if known else taught.index(min(taught))


def _on_leave(on: date, school: School, opens: date) -> bool:
    """Whether the boarders' home leave 大休 is on."""
    if school.leave_every <= 0:
        return False
    first = school.first_leave or opens + timedelta(days=school.leave_every)
    return on >= first and (on - first).days % school.leave_every < school.leave_days


def _calendar(plan: Plan, school: SchoolCode) -> dict[date, CalendarDay]:
    """Calendar rows by date, the school's own before the district's."""
    district = {row.date: row for row in plan.calendar if not row.school}
    own = {row.date: row for row in plan.calendar if row.school == school}
    return district | own
