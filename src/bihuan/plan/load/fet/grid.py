"""When a FET activity is: days, hours, half-days, and the day plan they make."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Final

from bihuan.base.ids import SchoolCode
from bihuan.plan.default.day import lay_out
from bihuan.plan.load.fet.hours import clock_times
from bihuan.plan.load.fet.rows import Row, Rows
from bihuan.plan.load.fet.told import (
    DAYS,
    HOURS,
    UNEVEN,
    UNKNOWN,
    Names,
    Told,
    binding,
    keys,
)
from bihuan.plan.timetable import Lesson, Period
from bihuan.plan.words import PeriodKind

Start = tuple[int, int]
"""Day and hour of an activity as in the file, both from 0."""
WEEK: Final = "1234567"
HALF_DAY_EDITION: Final = re.compile(r"morocco|algeria|mornings", re.IGNORECASE)
LUNCH_MINUTES: Final = 40
LUNCH_HOURS: Final = range(11, 14)


@dataclass(frozen=True, slots=True)
class Grid:
    """Days and hours of a file; in half-day mode two of its days are one."""

    days: Names
    hours: Names
    halves: bool

    @property
    def cycle(self) -> int:
        """Real days of the cycle, at least one."""
        return max(len(self.days.number) // (2 if self.halves else 1), 1)

    def slot(self, start: Start, stride: int) -> Start:
        """Day of the cycle and period of the day, both from 1.

        stride: periods from a morning's first to the afternoon's.
        """
        day, hour = start
        if not self.halves:
            return day + 1, hour + 1
        return day // 2 + 1, day % 2 * stride + hour + 1


def read_grid(rows: Rows, told: Told) -> Grid:
    """Days and hours of a file."""
    days = keys(rows, "Days_List", DAYS, told)
    hours = keys(rows, "Hours_List", HOURS, told)
    mode = rows.texts.get("Mode", "")
    halves = (
        mode.lower().startswith("mornings")
        if mode
        else bool(HALF_DAY_EDITION.search(rows.version))
    )
    uneven = halves and len(days.number) % 2 == 1
    if uneven:
        told.tell(UNEVEN, rows.lines["Days_List"], came=len(days.number))
    return Grid(days, hours, halves and not uneven)


def starts(rows: Rows, grid: Grid, told: Told) -> dict[str, Start]:
    """When each activity that is placed begins, by its id."""
    found: dict[str, Start] = {}
    tag = "ConstraintActivityPreferredStartingTime"
    for row in binding(rows, "Time_Constraints_List", tag):
        day = _number(row, "Preferred_Day", grid.days, DAYS, told)
        hour = _number(row, "Preferred_Hour", grid.hours, HOURS, told)
        if day is not None and hour is not None:
            found[row.first("Activity_Id").strip()] = (day, hour)
    return found


def _number(row: Row, tag: str, names: Names, what: str, told: Told) -> int | None:
    """Place of a name in its list."""
    name = row.first(tag)
    key = names.find(name)
    if key is None:
        told.tell(UNKNOWN, row.line, came=name, allowed=what)
        return None
    return names.number[key]


def periods(
    school: SchoolCode, grid: Grid, lessons: Sequence[Lesson]
) -> tuple[Period, ...]:
    """Periods of the day, at the times in the hours' names; empty: they do not tell."""
    names = list(grid.hours.number)
    times = None if grid.halves else clock_times(names)
    if not times or _last(lessons) > len(names):
        return ()
    return tuple(_named(school, names, times, lessons, grid.cycle))


def default_periods(
    school: SchoolCode, grid: Grid, lessons: Sequence[Lesson], stride: int
) -> tuple[Period, ...]:
    """As many periods as there are hours, at default times."""
    last = max(_last(lessons), stride)
    if grid.halves:
        return lay_out(school, stride, max(stride, last - stride), grid.cycle)
    return lay_out(school, (last + 1) // 2, last // 2, grid.cycle)


def _last(lessons: Iterable[Lesson]) -> int:
    """The last period in which anybody is taught, 0: none."""
    return max((r.period + r.duration - 1 for r in lessons if r.day), default=0)


def _named(
    school: SchoolCode,
    names: Sequence[str],
    times: Sequence[tuple[time, time]],
    lessons: Sequence[Lesson],
    cycle: int,
) -> Iterator[Period]:
    """The hours of a day; one between lessons in which nobody is ever taught is none."""
    taught = {
        period
        for row in lessons
        if row.day
        for period in range(row.period, row.period + row.duration)
    }
    free = set(range(min(taught), max(taught))) - taught if taught else set()
    eaten = False
    for n, (name, (start, end)) in enumerate(zip(names, times, strict=True), 1):
        kind = _free_kind(start, end, eaten=eaten) if n in free else PeriodKind.LESSON
        eaten |= kind is PeriodKind.LUNCH
        yield Period(
            school=school,
            name=name.strip(),
            kind=kind,
            start=start,
            end=end,
            days=WEEK[:cycle],
            number=n if kind is PeriodKind.LESSON else 0,
        )


def _free_kind(start: time, end: time, *, eaten: bool) -> PeriodKind:
    """What an hour without lessons is for: the first long one at noon is lunch."""
    minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
    if minutes < LUNCH_MINUTES:
        return PeriodKind.BREAK
    lunch = not eaten and start.hour in LUNCH_HOURS
    return PeriodKind.LUNCH if lunch else PeriodKind.LESSON
