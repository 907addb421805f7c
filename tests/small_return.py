"""Very small plans of a return, tight in every way, whose calendars can all be tried."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from hypothesis import strategies as st

from bihuan.base.ids import AreaCode, SchoolCode
from bihuan.plan.measures import StagedOpening
from bihuan.plan.places import Area
from bihuan.plan.plan import Capacity, Order, Plan
from bihuan.plan.staging import Siblings, Staging
from bihuan.plan.words import CapacityKind, Extent, OrderKind, Stage, Tuning
from bihuan.stagger.answer import Calendar, Opening, Status, Visit, Why
from bihuan.stagger.calendar.spec import Spec, spec
from bihuan.stagger.verify.calendar import passes, terms
from return_made import DRAWN, OPENS, WEIGHTS, district, grade, school

MOST = 1500
"""Calendars that are tried one by one."""


@st.composite
def small(draw: st.DrawFn) -> Plan:
    """Two schools with a few grades and a fortnight at most."""
    stages = (Stage.JUNIOR, draw(st.sampled_from((Stage.KINDERGARTEN, Stage.JUNIOR))))
    sizes = st.integers(20, 200)
    schools, grades = [], []
    for number, stage in enumerate(stages):
        code = f"S{number}"
        done = draw(st.sampled_from((DRAWN, None))) if number else DRAWN
        ready = None if done else OPENS + dt.timedelta(draw(st.integers(-6, 2)))
        row = school(code, stage, "AB"[number])
        schools.append(replace(row, accepted=done, ready=ready))
        levels = (0,) if stage is Stage.KINDERGARTEN else (9, 8)
        grades += [grade(code, n, draw(sizes), draw(sizes)) for n in levels]
    fixed = draw(st.booleans())
    locked = draw(st.booleans())
    return Plan(
        district=district(),
        areas=(
            Area(code=AreaCode("A"), name="甲片"),
            Area(code=AreaCode("B"), name="乙片"),
        ),
        orders=tuple(_orders(draw(st.integers(0, 3)))) if fixed else (),
        staging=(
            Staging(kind=Tuning.TERM, amount=draw(st.integers(3, 7))),
            Staging(kind=Tuning.GAP, amount=draw(st.integers(0, 2))),
            Staging(kind=Tuning.VALID, amount=draw(st.integers(1, 4))),
        ),
        schools=tuple(schools),
        grades=tuple(grades),
        siblings=(
            Siblings(
                school=grades[0].school,
                grade=grades[0].code,
                other_school=grades[-1].school,
                other_grade=grades[-1].code,
                pairs=9,
            ),
        ),
        measures=(
            StagedOpening(
                school=SchoolCode("S1"),
                code="published",
                opens=OPENS + dt.timedelta(2),
                locked=locked,
            ),
        ),
        capacities=tuple(_capacities(draw)),
    )


def _orders(late: int) -> Iterator[Order]:
    for code, level, kind, days in (
        ("O1", 9, OrderKind.FIXED, 0),
        ("O2", 8, OrderKind.NOT_BEFORE, late),
    ):
        on = OPENS + dt.timedelta(days)
        yield Order(code=code, level=level, extent=Extent.CITY, kind=kind, date=on)


def _capacities(draw: st.DrawFn) -> Iterator[Capacity]:
    """Some kinds of capacity, each about what a batch or two take."""
    amounts = {
        CapacityKind.OPENINGS: st.integers(1, 2),
        CapacityKind.STUDENTS: st.integers(100, 400),
        CapacityKind.SAMPLING: st.integers(60, 300),
        CapacityKind.OBSERVATION_BEDS: st.integers(0, 2),
        CapacityKind.BUSES: st.integers(1, 6),
        CapacityKind.SUPPLIED: st.integers(200, 700),
        CapacityKind.INSPECTIONS: st.integers(0, 1),
        CapacityKind.DISINFECTION_TEAMS: st.integers(0, 1),
    }
    for kind in draw(st.sets(st.sampled_from(list(amounts)), max_size=4)):
        amount = draw(amounts[kind])
        yield Capacity(kind=kind, start=DRAWN, amount=amount)
        if draw(st.booleans()):
            later = OPENS + dt.timedelta(draw(st.integers(0, 4)))
            yield Capacity(kind=kind, start=later, amount=amount * 2)


def every(plan: Plan) -> Iterator[Calendar]:
    """Every calendar that gives each batch a day and each school an inspection or none."""
    asked = spec(plan)
    span = range(7)
    days = [
        [batch.fixed] if batch.fixed else [OPENS + dt.timedelta(n) for n in span]
        for batch in asked.batches
    ]
    visited = [
        [DRAWN + dt.timedelta(n) for n in range(16)] if row.accepted is None else [None]
        for row in plan.schools
    ]
    for dates in product(*days):
        for visits in product(*visited):
            yield _calendar(asked, dates, visits)


def _calendar(
    asked: Spec, dates: tuple[dt.date, ...], visits: tuple[dt.date | None, ...]
) -> Calendar:
    return Calendar(
        status=Status.FOUND,
        openings=tuple(
            Opening(
                school=batch.school.code,
                grades=batch.grades,
                date=on,
                why=batch.why,
                students=batch.students,
            )
            for batch, on in zip(asked.batches, dates, strict=True)
        ),
        visits=tuple(
            Visit(school=row.code, date=on)
            for row, on in zip(asked.plan.schools, visits, strict=True)
            if on
        ),
    )


def best_of_all(plan: Plan) -> float | None:
    """The least objective of all calendars that the checker passes; None: there is none."""
    found = [
        worth(plan, calendar) for calendar in every(plan) if passes(plan, calendar)
    ]
    return min(found, default=None)


def worth(plan: Plan, calendar: Calendar) -> float:
    """The weighted sum of a calendar's terms, by the checker's own count."""
    return sum(value * WEIGHTS[goal] for goal, value in terms(plan, calendar).items())


def chosen(calendar: Calendar) -> list[Opening]:
    """Openings whose date the calendar chose."""
    return [row for row in calendar.openings if row.why is Why.CHOSEN]
