"""The answer from places: openings, inspections, what is not ready, the terms one by one."""

from collections.abc import Iterator, Mapping

import numpy as np

from bihuan.base.ids import SchoolCode
from bihuan.stagger.answer import Goal, Opening, Term, Unready, Visit
from bihuan.stagger.calendar.days import Ints
from bihuan.stagger.calendar.rows import Model, Weights
from bihuan.stagger.calendar.spec import Late, Spec


def openings(spec: Spec, place: Ints) -> Iterator[Opening]:
    """Every batch with its date."""
    for number, batch in enumerate(spec.batches):
        yield Opening(
            school=batch.school.code,
            grades=batch.grades,
            date=spec.days.date(spec.day[place[number]]),
            why=batch.why,
            students=batch.students,
        )


def visits(spec: Spec, place: Ints) -> Iterator[Visit]:
    """Every inspection with its date."""
    schools = [n for n, heads in enumerate(spec.heads) if heads]
    for entity, number in enumerate(schools, start=len(spec.batches)):
        yield Visit(
            school=spec.plan.schools[spec.inspected[number]].code,
            date=spec.days.date(spec.visit_day[place[entity] - len(spec.batch)]),
        )


def unready(spec: Spec) -> tuple[Unready, ...]:
    """Dates that stand for which the inspection comes too late."""
    return tuple(_unready(spec, late) for late in spec.unready)


def _unready(spec: Spec, late: Late) -> Unready:
    batch = spec.batches[late.batch]
    assert batch.fixed is not None  # noqa: S101  # only dates that stand are late
    able = spec.visit_day[spec.visited == _place(spec, late.batch)]
    return Unready(
        school=batch.school.code,
        grades=batch.grades,
        date=batch.fixed,
        order=batch.order,
        ready=spec.days.date(able[0]) if len(able) else None,
        mend_by=spec.days.date(late.mend_by),
        borrow=_hosts(spec, late.batch),
    )


def _place(spec: Spec, batch: int) -> int:
    found = np.flatnonzero(spec.inspected == spec.school[batch])
    return int(found[0])


def _hosts(spec: Spec, batch: int) -> tuple[SchoolCode, ...]:
    """Accepted schools of the area at least as large as the batch, nearest in size first."""
    students = np.bincount(
        spec.school, weights=spec.students, minlength=len(spec.plan.schools)
    )
    need = int(spec.students[batch])
    own = spec.batches[batch].school
    hosts = [
        (abs(students[n] - need), n)
        for n, row in enumerate(spec.plan.schools)
        if row.accepted
        and row.area == own.area
        and row.code != own.code
        and students[n] >= need
    ]
    return tuple(spec.plan.schools[n].code for _, n in sorted(hosts))


def terms(spec: Spec, weighed: Weights, place: Ints) -> tuple[Term, ...]:
    """What the objective is made of, each in its own unit."""
    known = values(spec, place)
    return tuple(
        Term(goal=goal, value=known[goal], weight=weighed[goal]) for goal in Goal
    )


def values(spec: Spec, place: Ints) -> Mapping[Goal, float]:
    """The terms of a plan."""
    at = place[: len(spec.batches)]
    chosen = ~spec.stands
    students = spec.students.astype(np.float64)
    day = spec.day[at]
    delay = spec.delay[at]
    come = np.bincount(day[chosen] - day.min(initial=0), weights=students[chosen])
    waited = np.bincount(spec.area[chosen], weights=(students * delay)[chosen])
    whole = np.bincount(spec.area[chosen], weights=students[chosen])
    one, other, families = spec.pairs.T
    return {
        Goal.LATE: float((spec.late * students * delay).sum()),
        Goal.PEAK: float(come.max(initial=0.0)),
        Goal.SIBLINGS: float(families[day[one] != day[other]].sum()),
        Goal.FAIRNESS: float((waited / np.maximum(whole, 1.0)).max(initial=0.0)),
        Goal.CHANGE: float(spec.change[at].sum()),
    }


def objective(model: Model, place: Ints) -> float:
    """The weighted sum of the terms."""
    return sum(
        term.value * term.weight for term in terms(model.spec, model.weights, place)
    )
