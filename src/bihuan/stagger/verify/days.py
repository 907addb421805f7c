"""Which days count: school days by the plan and the public calendar, limits by date."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from bihuan.base.ids import AreaCode, SchoolCode
from bihuan.plan.holidays import public
from bihuan.plan.plan import Capacity, Plan
from bihuan.plan.tuning import tuned
from bihuan.plan.words import CapacityKind, DayKind, Stage, Tuning

SATURDAY = 5
NOBODY = SchoolCode("")
EVERYWHERE = AreaCode("")


@dataclass(frozen=True)
class Days:
    """The days of a plan, as each school has them."""

    plan: Plan

    @cached_property
    def _rows(self) -> dict[tuple[SchoolCode, dt.date], DayKind]:
        return {(row.school, row.date): row.kind for row in self.plan.calendar}

    @cached_property
    def _rooms(self) -> dict[tuple[CapacityKind, AreaCode], list[Capacity]]:
        rows: dict[tuple[CapacityKind, AreaCode], list[Capacity]] = defaultdict(list)
        for row in self.plan.capacities:
            rows[row.kind, row.area].append(row)
        return rows

    def tuned(
        self, kind: Tuning, *, school: SchoolCode = NOBODY, stage: Stage | None = None
    ) -> float:
        """What the plan sets for a school and a stage."""
        return tuned(self.plan, kind, school=school, stage=stage)

    def working(self, school: SchoolCode, on: dt.date, stage: Stage | None) -> bool:
        """Whether a school teaches: its calendar, holidays, home leave, the week."""
        row = self._rows.get((school, on)) or self._rows.get((NOBODY, on))
        if row is not None:
            return row is DayKind.SCHOOL_DAY
        off, made_up = public(on.year)
        if on in off or on in made_up:
            return on in made_up
        if self._on_leave(school, on):
            return False
        opened = self.tuned(Tuning.WEEKENDS, school=school, stage=stage)
        return on.weekday() < SATURDAY or opened >= 1

    def shut(self, school: SchoolCode, on: dt.date) -> bool:
        """Whether a day is a holiday, on which nobody disinfects."""
        row = self._rows.get((school, on)) or self._rows.get((NOBODY, on))
        if row is not None:
            return row is DayKind.HOLIDAY
        off, made_up = public(on.year)
        return on in off and on not in made_up

    def _on_leave(self, school: SchoolCode, on: dt.date) -> bool:
        """Whether the boarders of a school are at home for their leave 大休."""
        row = self.plan.by_code.get(school)
        if row is None or row.leave_every <= 0:
            return False
        first = row.first_leave or self.plan.district.opens + dt.timedelta(
            row.leave_every
        )
        return on >= first and (on - first).days % row.leave_every < row.leave_days

    def last(self, school: SchoolCode, stage: Stage | None) -> dt.date:
        """The last day of the term in which a batch may open."""
        term = self.tuned(Tuning.TERM, school=school, stage=stage)
        return self.plan.district.opens + dt.timedelta(int(term) - 1)

    def room(
        self, kind: CapacityKind, on: dt.date, area: AreaCode = EVERYWHERE
    ) -> int | None:
        """How much there is of a kind on a day, by the row that began last; None: no limit."""
        rows = [
            row
            for row in self._rooms.get((kind, area), ())
            if row.start <= on and (row.end is None or on <= row.end)
        ]
        return max(rows, key=lambda row: row.start).amount if rows else None
