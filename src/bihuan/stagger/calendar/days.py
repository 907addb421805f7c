"""Which days count: a school's working days and what there is on a day.

Days are numbers: how many after the district's first day.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from bihuan.base.ids import AreaCode, SchoolCode
from bihuan.plan.holidays import public
from bihuan.plan.people import School
from bihuan.plan.plan import Capacity, Plan
from bihuan.plan.words import CapacityKind, DayKind

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SATURDAY = 5
EVERYWHERE = AreaCode("")


@dataclass(frozen=True)
class Days:
    """A span of days of a plan, as each school has them."""

    plan: Plan
    first: int
    """Number of the first day."""
    last: int

    @cached_property
    def dates(self) -> tuple[dt.date, ...]:
        """The dates of the span."""
        opens = self.plan.district.opens
        return tuple(opens + dt.timedelta(n) for n in range(self.first, self.last + 1))

    @cached_property
    def numbers(self) -> Ints:
        """The numbers of the span."""
        return np.arange(self.first, self.last + 1, dtype=np.int64)

    def number(self, on: dt.date) -> int:
        """The number of a date."""
        return (on - self.plan.district.opens).days

    def date(self, number: int) -> dt.date:
        """The date of a number."""
        return self.plan.district.opens + dt.timedelta(int(number))

    @cached_property
    def _rows(self) -> Mapping[SchoolCode, Mapping[dt.date, DayKind]]:
        rows: dict[SchoolCode, dict[dt.date, DayKind]] = defaultdict(dict)
        for row in self.plan.calendar:
            rows[row.school][row.date] = row.kind
        return rows

    @cached_property
    def _district(self) -> tuple[Ints, Flags]:
        """Each day for everybody: 1 open, 0 shut, -1 as the week says; whether a holiday."""
        rows = self._rows.get(SchoolCode(""), {})
        said = np.full(len(self.dates), -1, dtype=np.int64)
        shut = np.zeros(len(self.dates), dtype=bool)
        for n, on in enumerate(self.dates):
            off, made_up = public(on.year)
            if on in rows:
                said[n] = rows[on] is DayKind.SCHOOL_DAY
                shut[n] = rows[on] is DayKind.HOLIDAY
            elif on in off or on in made_up:
                said[n] = on in made_up
                shut[n] = on not in made_up
        return said, shut

    @cached_property
    def _weekend(self) -> Flags:
        return np.array([on.weekday() >= SATURDAY for on in self.dates])

    @lru_cache(maxsize=8)  # noqa: B019  # a span lives as long as its spec
    def _common(self, *, weekends: bool) -> Flags:
        said, _ = self._district
        week = np.ones(len(said), dtype=bool) if weekends else ~self._weekend
        return np.where(said >= 0, said == 1, week)

    def working(self, school: School, *, weekends: bool) -> Flags:
        """Whether a school teaches on each day: calendar, holidays, home leave, week."""
        common = self._common(weekends=weekends)
        own = self._rows.get(school.code)
        if not own and school.leave_every <= 0:
            return common
        open_ = common & ~((self._district[0] < 0) & self._on_leave(school))
        for n, on in enumerate(self.dates):
            if own and on in own:
                open_[n] = own[on] is DayKind.SCHOOL_DAY
        return open_

    def shut(self, school: School) -> Flags:
        """Whether a day is a holiday, on which nobody disinfects."""
        own = self._rows.get(school.code)
        shut = self._district[1]
        if not own:
            return shut
        kinds = [own.get(on) for on in self.dates]
        return np.array(
            [
                old if kind is None else kind is DayKind.HOLIDAY
                for old, kind in zip(shut, kinds, strict=True)
            ]
        )

    def _on_leave(self, school: School) -> Flags:
        """Whether the boarders of a school are at home for their leave 大休."""
        if school.leave_every <= 0:
            return np.zeros(len(self.dates), dtype=bool)
        first = (
            self.number(school.first_leave)
            if school.first_leave
            else int(school.leave_every)
        )
        since = self.numbers - first
        return (since >= 0) & (since % school.leave_every < school.leave_days)

    @cached_property
    def _capacities(self) -> Mapping[tuple[CapacityKind, AreaCode], list[Capacity]]:
        rows: dict[tuple[CapacityKind, AreaCode], list[Capacity]] = defaultdict(list)
        for row in self.plan.capacities:
            rows[row.kind, row.area].append(row)
        return rows

    def areas(self, kind: CapacityKind) -> tuple[AreaCode, ...]:
        """Areas that have rows of a kind; empty: the district."""
        return tuple(area for known, area in self._capacities if known is kind)

    def room(self, kind: CapacityKind, area: AreaCode = EVERYWHERE) -> Floats:
        """How much there is of a kind on each day, by the row that began last; inf: no limit."""
        room = np.full(len(self.dates), np.inf)
        rows = self._capacities.get((kind, area), [])[::-1]
        # Of two rows that began on one day the first holds: it is written last.
        for row in sorted(rows, key=lambda row: row.start):
            start = max(0, self.number(row.start) - self.first)
            end = self.last if row.end is None else self.number(row.end)
            room[start : max(0, end - self.first + 1)] = row.amount
        return room
