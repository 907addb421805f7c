"""An answer's openings as the plan's batches: what stands where, who opens when."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bihuan.base.ids import AreaCode, SchoolCode
from bihuan.base.where import Where
from bihuan.plan.words import CapacityKind
from bihuan.stagger.answer import Calendar, Opening, Visit, Why
from bihuan.stagger.verify.asked import Asked, Batch, Key
from bihuan.stagger.verify.days import EVERYWHERE

Places = Mapping[Key, Where]
"""Where a hand-made calendar says the date of a grade."""


@dataclass(frozen=True)
class Read:
    """A calendar beside its plan."""

    asked: Asked
    calendar: Calendar
    places: Places = field(default_factory=dict)

    @cached_property
    def openings(self) -> tuple[Opening, ...]:
        """Openings whose grades the plan knows and that are of one band."""
        return tuple(o for o in self.calendar.openings if self.known(o))

    def known(self, opening: Opening) -> bool:
        """Whether an opening can be judged at all."""
        keys = [(opening.school, code) for code in opening.grades]
        return bool(keys) and all(key in self.asked.grades for key in keys)

    @cached_property
    def opened(self) -> tuple[tuple[Batch, dt.date], ...]:
        """Each opening as a batch with its date, in the order of its school."""
        found = [(self.batch(o), o.date) for o in self.openings]
        return tuple(
            sorted(
                found,
                key=lambda row: (
                    row[0].school,
                    self.asked.place(row[0].school, row[0].grades[0]),
                ),
            )
        )

    def batch(self, opening: Opening) -> Batch:
        """The batch that an opening is, its grades in the order of the school."""
        grades = sorted(
            opening.grades, key=lambda code: self.asked.place(opening.school, code)
        )
        return self.asked.batch(opening.school, tuple(grades))

    @cached_property
    def by_school(self) -> Mapping[SchoolCode, list[tuple[Batch, dt.date]]]:
        """Openings of each school, in its order."""
        rows: dict[SchoolCode, list[tuple[Batch, dt.date]]] = defaultdict(list)
        for batch, on in self.opened:
            rows[batch.school].append((batch, on))
        return rows

    @cached_property
    def by_area(self) -> Mapping[AreaCode, list[tuple[Batch, dt.date]]]:
        """Openings of each area; under no code those of everywhere."""
        rows: dict[AreaCode, list[tuple[Batch, dt.date]]] = defaultdict(list)
        for batch, on in self.opened:
            rows[self.area(batch.school)].append((batch, on))
        rows[EVERYWHERE] = list(self.opened)
        return rows

    @cached_property
    def visits(self) -> Mapping[SchoolCode, list[Visit]]:
        """Inspections of each school."""
        rows: dict[SchoolCode, list[Visit]] = defaultdict(list)
        for visit in self.calendar.visits:
            rows[visit.school].append(visit)
        return rows

    @cached_property
    def limited(self) -> frozenset[tuple[CapacityKind, AreaCode]]:
        """Kinds that the plan limits, by area."""
        return frozenset((row.kind, row.area) for row in self.asked.plan.capacities)

    def area(self, school: SchoolCode) -> AreaCode:
        """The area of a school."""
        return self.asked.plan.by_code[school].area

    def stands(self, batch: Batch, on: dt.date) -> bool:
        """Whether a date is not the calendar's choice: from above, or locked."""
        return batch.why is not Why.CHOSEN and batch.fixed == on

    def where(self, opening: Opening | Batch) -> Where:
        """The place of an opening: its cell, else its school and grades."""
        for code in opening.grades:
            if place := self.places.get((opening.school, code)):
                return place
        return Where(sheet=self.name(opening.school), cell=self.told(opening))

    def name(self, school: SchoolCode) -> str:
        """The name of a school; its code where the plan does not know it."""
        row = self.asked.plan.by_code.get(school)
        return row.name if row else school

    def told(self, opening: Opening | Batch) -> str:
        """The names of an opening's grades."""
        names = [
            row.name if (row := self.asked.grades.get((opening.school, code))) else code
            for code in opening.grades
        ]
        return "、".join(names)

    def words(self, opening: Opening | Batch) -> dict[str, str]:
        """Names of school and grades, for a message."""
        return {"school": self.name(opening.school), "grades": self.told(opening)}
