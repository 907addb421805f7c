"""One school as arrays: who everybody is."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bihuan.base.ids import ClassCode, GradeCode, SchoolCode, ZoneCode
from bihuan.plan.days import in_force
from bihuan.plan.measures import (
    GateCheck,
    StaggeredArrival,
    StaggeredBreaks,
    StaggeredDining,
)
from bihuan.plan.people import Class, Person
from bihuan.plan.plan import Plan
from bihuan.plan.roster.splits import homes, rolls
from bihuan.plan.words import Role, ZoneKind

Ints = NDArray[np.int64]

SECONDS = 1.0
"""Service time at a gate where nobody measures, per person and lane (assumed)."""


@dataclass(frozen=True, kw_only=True)
class Cast:
    """One school as arrays: persons numbered, classes in the plan's order."""

    plan: Plan
    school: SchoolCode
    people: tuple[Person, ...]
    classes: tuple[Class, ...]
    place: dict[ClassCode, int]
    """Where each class stands in `classes`."""
    home: dict[ClassCode, ClassCode]
    rolls: dict[ClassCode, Ints]
    zones: dict[ZoneCode, int]
    """Row of the plan's zones by code."""
    student: NDArray[np.bool_]
    lives_in: NDArray[np.bool_]
    klass: Ints
    """Place of the homeroom class in `classes`, -1: none."""
    grade: tuple[GradeCode, ...]
    """Grade of each person, empty: none."""

    @classmethod
    def of(cls, plan: Plan, school: SchoolCode, people: tuple[Person, ...]) -> "Cast":
        classes = tuple(row for row in plan.classes if row.school == school)
        home = homes(classes)
        place = {row.code: n for n, row in enumerate(classes)}
        students = [p.klass if p.role is Role.STUDENT else "" for p in people]
        klass = [place[home[ClassCode(c)]] if c in place else -1 for c in students]
        return cls(
            plan=plan,
            school=school,
            people=people,
            classes=classes,
            place=place,
            home=home,
            rolls={c: np.array(r, np.int64) for c, r in rolls(classes, people).items()},
            zones={z.code: n for n, z in enumerate(plan.zones) if z.school == school},
            student=np.array([p.role is Role.STUDENT for p in people], np.bool_),
            lives_in=np.array([p.lives_in for p in people], np.bool_),
            klass=np.array(klass, np.int64),
            grade=tuple(classes[n].grade if n >= 0 else GradeCode("") for n in klass),
        )

    def zone(self, code: str) -> int:
        """Row of a zone, -1: none."""
        return self.zones.get(ZoneCode(code), -1)

    def of_kind(self, kind: ZoneKind) -> list[int]:
        """Rows of the school's zones of a kind."""
        return [n for n in self.zones.values() if self.plan.zones[n].kind is kind]

    @cached_property
    def homerooms(self) -> list[int]:
        """Places of the classes that are no parts, blocks of a grade together."""
        grades = list(dict.fromkeys(row.grade for row in self.classes))
        return sorted(
            (
                n
                for n, row in enumerate(self.classes)
                if self.home[row.code] == row.code
            ),
            key=lambda n: grades.index(self.classes[n].grade),
        )


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The measures that move presences, as they stand on the day."""

    arrival: tuple[StaggeredArrival, ...]
    dining: tuple[StaggeredDining, ...]
    breaks: tuple[StaggeredBreaks, ...]
    seconds: float
    """Service time at the gate."""

    @classmethod
    def of(
        cls, plan: Plan, school: SchoolCode, day: int, without: frozenset[str]
    ) -> "Rules":
        on = plan.district.opens + timedelta(days=day)
        held = [
            m
            for m in plan.measures
            if m.school in (school, "") and m.code not in without and in_force(m, on)
        ]
        return cls(
            arrival=tuple(m for m in held if isinstance(m, StaggeredArrival)),
            dining=tuple(m for m in held if isinstance(m, StaggeredDining)),
            breaks=tuple(m for m in held if isinstance(m, StaggeredBreaks)),
            seconds=max(
                (m.seconds for m in held if isinstance(m, GateCheck)), default=SECONDS
            ),
        )
