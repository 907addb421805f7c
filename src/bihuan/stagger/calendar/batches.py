"""The batches of a plan 批次: grades of a school and band that come back together."""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bihuan.base.ids import GradeCode, SchoolCode
from bihuan.plan.measures import StagedOpening
from bihuan.plan.people import Grade, School
from bihuan.plan.plan import Order, Plan
from bihuan.plan.tuning import band
from bihuan.plan.words import OrderKind, Stage, Tuning
from bihuan.stagger.answer import Why
from bihuan.stagger.calendar.settings import Settings

RANK = {
    Stage.SENIOR: 0,
    Stage.VOCATIONAL: 0,
    Stage.JUNIOR: 1,
    Stage.PRIMARY: 2,
    Stage.KINDERGARTEN: 3,
}
"""Bands in the order in which they open."""
Key = tuple[SchoolCode, GradeCode]


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Grades of a school and band that come back on one day."""

    school: School
    stage: Stage
    grades: tuple[GradeCode, ...]
    students: int
    riders: int
    why: Why = Why.CHOSEN
    fixed: dt.date | None = None
    order: str = ""
    """Code of the order that fixes its date."""
    orders: tuple[Order, ...] = ()
    """Orders on when it may open, besides."""
    published: tuple[tuple[dt.date, int], ...] = ()
    """Dates that are published, with the students of each."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A grade with what the plan says of its date."""

    row: Grade
    stage: Stage
    students: int
    why: Why
    fixed: dt.date | None
    order: str
    orders: tuple[Order, ...]
    published: dt.date | None


@dataclass(frozen=True, slots=True)
class Dates:
    """What measures and orders say of grades' dates; students by the classes of a grade."""

    orders: Mapping[int, Sequence[Order]]
    locked: Mapping[Key, dt.date]
    published: Mapping[Key, dt.date]
    taught: Mapping[Key, int]


def batches(plan: Plan, settings: Settings) -> tuple[Batch, ...]:
    """Every batch of the district, school by school, each school's in order."""
    dates = _dates(plan)
    own: dict[SchoolCode, dict[GradeCode, Grade]] = defaultdict(dict)
    for row in plan.grades:
        own[row.school][row.code] = row
    return tuple(
        batch
        for school in plan.schools
        for batch in _of_school(school, own[school.code].values(), dates, settings)
    )


def _dates(plan: Plan) -> Dates:
    taught: dict[Key, int] = defaultdict(int)
    for klass in plan.classes:
        if not klass.within:
            taught[klass.school, klass.grade] += klass.students
    orders: dict[int, list[Order]] = defaultdict(list)
    for order in plan.orders:
        orders[order.level].append(order)
    locked, published = _staged(plan)
    return Dates(orders, locked, published, taught)


def _staged(plan: Plan) -> tuple[dict[Key, dt.date], dict[Key, dt.date]]:
    """Locked dates (the last row holds) and published ones (the first does)."""
    locked: dict[Key, dt.date] = {}
    published: dict[Key, dt.date] = {}
    for measure in plan.measures:
        if isinstance(measure, StagedOpening):
            for key in _scope(plan, measure):
                published.setdefault(key, measure.opens)
                if measure.locked:
                    locked[key] = measure.opens
    return locked, published


def _scope(plan: Plan, measure: StagedOpening) -> Iterator[Key]:
    """Grades that a published date speaks of; of a class it names its grade."""
    named = set(measure.scope)
    named |= {
        row.grade
        for row in plan.classes
        if row.school == measure.school and row.code in named
    }
    for grade in plan.grades:
        if grade.school == measure.school and (not named or grade.code in named):
            yield grade.school, grade.code


def _of_school(
    school: School, grades: Collection[Grade], dates: Dates, settings: Settings
) -> list[Batch]:
    listed = [_listed(school, row, dates) for row in grades]
    made: list[tuple[tuple[int, int], Batch]] = []
    for rank in sorted(set(RANK.values())):
        ladder = sorted(
            (g for g in listed if g.students > 0 and RANK[g.stage] == rank),
            key=lambda g: _place(school, g, settings),
        )
        made += [
            (_place(school, run[0], settings), _batch(school, run))
            for run in _runs(school, ladder, settings)
        ]
    return [batch for _, batch in sorted(made, key=lambda row: row[0])]


def _listed(school: School, row: Grade, dates: Dates) -> Listed:
    key, stage = (school.code, row.code), band(school, row)
    mine = [
        order
        for order in dates.orders.get(row.level, ())
        if order.stage in {None, school.stage, stage}
    ]
    fixed = next((o for o in mine if o.kind is OrderKind.FIXED), None)
    lock = dates.locked.get(key)
    return Listed(
        row=row,
        stage=stage,
        students=dates.taught.get(key) or row.students,
        why=Why.ORDER if fixed else Why.LOCK if lock else Why.CHOSEN,
        fixed=fixed.date if fixed else lock,
        order=fixed.code if fixed else "",
        orders=tuple(o for o in mine if o.kind is not OrderKind.FIXED),
        published=dates.published.get(key),
    )


def _place(school: School, grade: Listed, settings: Settings) -> tuple[int, int]:
    """Where a grade stands in the order of its school."""
    low = settings.of(Tuning.LOW_FIRST, school.code, grade.stage) >= 1
    return RANK[grade.stage], grade.row.level if low else -grade.row.level


def _runs(
    school: School, ladder: Sequence[Listed], settings: Settings
) -> Iterator[Sequence[Listed]]:
    """Grades with a date by themselves, the others in runs; the first are the longer ones."""
    yield from ([grade] for grade in ladder if grade.fixed is not None)
    free = [grade for grade in ladder if grade.fixed is None]
    if not free:
        return
    wanted = settings.whole(Tuning.BATCHES, school.code, free[0].stage)
    left, runs, start = len(free), max(1, min(wanted, len(free))), 0
    while left:
        size = math.ceil(left / runs)
        yield free[start : start + size]
        start, left, runs = start + size, left - size, runs - 1


def _batch(school: School, run: Sequence[Listed]) -> Batch:
    return Batch(
        school=school,
        stage=run[0].stage,
        grades=tuple(grade.row.code for grade in run),
        students=sum(grade.students for grade in run),
        riders=sum(grade.row.riders for grade in run),
        why=run[0].why,
        fixed=run[0].fixed,
        order=run[0].order,
        orders=tuple(dict.fromkeys(order for grade in run for order in grade.orders)),
        published=tuple(
            (grade.published, grade.students) for grade in run if grade.published
        ),
    )
