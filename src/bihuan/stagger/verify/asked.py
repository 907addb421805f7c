"""The batches that a plan asks for, worked out anew: bands, dates from above, order, cut."""

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from bihuan.base.ids import GradeCode, SchoolCode
from bihuan.plan.measures import StagedOpening
from bihuan.plan.people import Grade, School
from bihuan.plan.plan import Order, Plan
from bihuan.plan.tuning import band
from bihuan.plan.words import OrderKind, Stage, Tuning
from bihuan.stagger.answer import Why
from bihuan.stagger.verify.days import NOBODY, Days

RANK = {
    Stage.SENIOR: 0,
    Stage.VOCATIONAL: 0,
    Stage.JUNIOR: 1,
    Stage.PRIMARY: 2,
    Stage.KINDERGARTEN: 3,
}
"""Bands in the order in which they open."""
Key = tuple[SchoolCode, GradeCode]


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Grades of a school and band that come back on one day."""

    school: SchoolCode
    stage: Stage
    grades: tuple[GradeCode, ...]
    students: int
    why: Why = Why.CHOSEN
    fixed: dt.date | None = None
    order: str = ""
    """Code of the order that fixes its date."""


@dataclass(frozen=True)
class Asked:
    """What a plan asks of the return."""

    plan: Plan

    @cached_property
    def days(self) -> Days:
        """Which days count."""
        return Days(self.plan)

    def tuned(
        self, kind: Tuning, *, school: SchoolCode = NOBODY, stage: Stage | None = None
    ) -> float:
        """What the plan sets for a school and a stage."""
        return self.days.tuned(kind, school=school, stage=stage)

    @cached_property
    def _own(self) -> dict[SchoolCode, list[GradeCode]]:
        """Codes of the grades with students of each school."""
        own: dict[SchoolCode, list[GradeCode]] = {}
        for school, code in self.grades:
            own.setdefault(school, []).append(code)
        return own

    @cached_property
    def grades(self) -> dict[Key, Grade]:
        """Grades with students, by school and code."""
        rows = {(row.school, row.code): row for row in self.plan.grades}
        return {key: row for key, row in rows.items() if self.students(*key) > 0}

    @cached_property
    def _taught(self) -> dict[Key, int]:
        sums: dict[Key, int] = {}
        for row in self.plan.classes:
            if not row.within:
                key = (row.school, row.grade)
                sums[key] = sums.get(key, 0) + row.students
        return sums

    @cached_property
    def _told(self) -> dict[Key, int]:
        return {(row.school, row.code): row.students for row in self.plan.grades}

    def students(self, school: SchoolCode, grade: GradeCode) -> int:
        """Students of a grade: of its classes, else as the grade says."""
        key = (school, grade)
        return self._taught.get(key) or self._told.get(key, 0)

    def stage(self, school: SchoolCode, grade: GradeCode) -> Stage:
        """The band of a grade."""
        return band(self.plan.by_code[school], self.grades[school, grade])

    def orders(
        self, school: SchoolCode, grade: GradeCode, kind: OrderKind
    ) -> tuple[Order, ...]:
        """Orders of a kind that speak of a grade."""
        row, where = self.grades[school, grade], self.plan.by_code[school]
        stages = (None, where.stage, self.stage(school, grade))
        return tuple(
            order
            for order in self.plan.orders
            if order.level == row.level and order.kind is kind and order.stage in stages
        )

    @cached_property
    def locks(self) -> dict[Key, dt.date]:
        """Dates that the plan locks."""
        return {
            key: row.opens
            for row in self.plan.measures
            if isinstance(row, StagedOpening) and row.locked
            for key in self.scope(row)
        }

    @cached_property
    def published(self) -> dict[Key, dt.date]:
        """Dates that the plan has published, locked or not; the first row holds."""
        dates: dict[Key, dt.date] = {}
        for row in self.plan.measures:
            if isinstance(row, StagedOpening):
                for key in self.scope(row):
                    dates.setdefault(key, row.opens)
        return dates

    def scope(self, row: StagedOpening) -> Iterator[Key]:
        """Grades that a published date speaks of; of a class it names its grade."""
        named = (self._grade_of.get((row.school, code), code) for code in row.scope)
        meant = set(named)
        for grade in self._own.get(row.school, ()):
            if not row.scope or grade in meant:
                yield row.school, grade

    @cached_property
    def _grade_of(self) -> dict[tuple[str, str], str]:
        return {(row.school, row.code): row.grade for row in self.plan.classes}

    def pinned(
        self, school: SchoolCode, grade: GradeCode
    ) -> tuple[Why, dt.date | None, str]:
        """Why a grade has a date that nobody chooses, the date, the order's code."""
        for order in self.orders(school, grade, OrderKind.FIXED):
            return Why.ORDER, order.date, order.code
        locked = self.locks.get((school, grade))
        return (Why.LOCK, locked, "") if locked else (Why.CHOSEN, None, "")

    def ladder(self, school: SchoolCode) -> list[GradeCode]:
        """Grades of a school in the order in which they open."""
        own = self._own.get(school, [])
        return sorted(own, key=lambda code: self.place(school, code))

    def place(self, school: SchoolCode, grade: GradeCode) -> tuple[int, int]:
        """Where a grade stands in the order of its school."""
        stage = self.stage(school, grade)
        low = self.tuned(Tuning.LOW_FIRST, school=school, stage=stage)
        level = self.grades[school, grade].level
        return RANK[stage], level if low >= 1 else -level

    @cached_property
    def batches(self) -> tuple[Batch, ...]:
        """Every batch of the district, school by school, in order."""
        return tuple(
            batch for row in self.plan.schools for batch in self._of_school(row)
        )

    def _of_school(self, school: School) -> list[Batch]:
        ladder = self.ladder(school.code)
        made = []
        for rank in sorted(set(RANK.values())):
            own = [c for c in ladder if RANK[self.stage(school.code, c)] == rank]
            free = [c for c in own if self.pinned(school.code, c)[1] is None]
            made += [self.batch(school.code, (c,)) for c in own if c not in free]
            made += [self.batch(school.code, run) for run in self._cut(school, free)]
        return sorted(made, key=lambda b: self.place(b.school, b.grades[0]))

    def _cut(
        self, school: School, free: list[GradeCode]
    ) -> Iterator[tuple[GradeCode, ...]]:
        """Runs of about equal number; the first are the longer ones."""
        left, runs = len(free), self.runs(school.code, free)
        start = 0
        while left:
            size = math.ceil(left / runs)
            yield tuple(free[start : start + size])
            start, left, runs = start + size, left - size, runs - 1

    def runs(self, school: SchoolCode, free: Sequence[GradeCode]) -> int:
        """Into how many batches the free grades of a band are cut."""
        if not free:
            return 0
        stage = self.stage(school, free[0])
        wanted = self.tuned(Tuning.BATCHES, school=school, stage=stage)
        return min(int(wanted), len(free))

    def batch(self, school: SchoolCode, grades: tuple[GradeCode, ...]) -> Batch:
        """The batch of some grades."""
        why, fixed, order = self.pinned(school, grades[0])
        return Batch(
            school=school,
            stage=self.stage(school, grades[0]),
            grades=grades,
            students=sum(self.students(school, code) for code in grades),
            why=why,
            fixed=fixed,
            order=order,
        )

    def first(self, batch: Batch) -> dt.date:
        """The first day a batch's grades may open: orders, notice, the district's first."""
        notice = self.tuned(Tuning.NOTICE, school=batch.school, stage=batch.stage)
        told = self.plan.district.drawn_up + dt.timedelta(int(notice))
        held = [
            order.date
            for code in batch.grades
            for order in self.orders(batch.school, code, OrderKind.NOT_BEFORE)
        ]
        return max(self.plan.district.opens, told, *held)

    def earliest(self, batch: Batch) -> dt.date | None:
        """The first school day on which a batch may open; None: not within the term."""
        day, last = self.first(batch), self.days.last(batch.school, batch.stage)
        while day <= last:
            if self.days.working(batch.school, day, batch.stage):
                return day
            day += dt.timedelta(1)
        return None
