"""Every kind of change to an answer of the return, at every place."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from bihuan.base.ids import GradeCode, SchoolCode
from bihuan.stagger.answer import Calendar, Opening, Status, Unready, Visit, Why
from return_made import OPENS

DAY = dt.timedelta(1)
TOO_WIDE = 1e-3
"""A gap that nobody may call proven."""


def unready(**changes: object) -> Unready:
    row = Unready(
        school=SchoolCode("S"),
        grades=(GradeCode("G12"),),
        date=OPENS,
        order="O1",
        ready=OPENS,
        mend_by=OPENS - DAY,
    )
    return replace(row, **changes)  # type: ignore[arg-type]  # fields by name


def mutants(calendar: Calendar) -> Iterator[tuple[str, Calendar]]:
    """Every kind of change, at every place."""
    yield from _openings(calendar)
    yield from _visits(calendar)
    yield from _claims(calendar)


def _openings(calendar: Calendar) -> Iterator[tuple[str, Calendar]]:
    rows = calendar.openings
    for n, row in enumerate(rows):
        rest = (*rows[:n], *rows[n + 1 :])
        yield f"drop {n}", replace(calendar, openings=rest)
        yield f"twice {n}", replace(calendar, openings=(*rows, row))
        for what, new in _altered(row):
            yield f"{what} {n}", replace(calendar, openings=(*rest, new))
        for m, other in enumerate(rows[:n]):
            if other.school == row.school and other.date != row.date:
                dates = (replace(row, date=other.date), replace(other, date=row.date))
                kept = tuple(o for k, o in enumerate(rows) if k not in (n, m))
                yield f"swap {m} {n}", replace(calendar, openings=(*kept, *dates))
    for n, (row, after) in enumerate(pairwise(rows)):
        if row.school == after.school:
            whole = replace(
                row,
                grades=row.grades + after.grades,
                students=row.students + after.students,
            )
            kept = (*rows[:n], *rows[n + 2 :])
            yield f"merge {n}", replace(calendar, openings=(*kept, whole))


def _altered(row: Opening) -> Iterator[tuple[str, Opening]]:
    yield "later", replace(row, date=row.date + DAY)
    yield "earlier", replace(row, date=row.date - DAY)
    yield "on the Sunday", replace(row, date=row.date + DAY * (6 - row.date.weekday()))
    yield "next year", replace(row, date=row.date + DAY * 365)
    yield "more students", replace(row, students=row.students + 1)
    yield "unknown grade", replace(row, grades=(*row.grades, GradeCode("G99")))
    yield "unknown school", replace(row, school=SchoolCode("NONE"))
    yield "nobody", replace(row, grades=())
    why = Why.LOCK if row.why is not Why.LOCK else Why.CHOSEN
    yield "why", replace(row, why=why)
    if len(row.grades) > 1:
        yield "fewer grades", replace(row, grades=row.grades[1:])


def _visits(calendar: Calendar) -> Iterator[tuple[str, Calendar]]:
    for n, row in enumerate(calendar.visits):
        rest = (*calendar.visits[:n], *calendar.visits[n + 1 :])
        yield "no visit", replace(calendar, visits=rest)
        first = min(o.date for o in calendar.openings if o.school == row.school)
        for what, days in (("too late", 0), ("long ago", -20), ("before", -60)):
            moved = replace(row, date=first + DAY * days)
            yield what, replace(calendar, visits=(*rest, moved))
        yield "visited twice", replace(calendar, visits=(*calendar.visits, row))
    stranger = Visit(school=SchoolCode("NONE"), date=OPENS)
    yield "stranger", replace(calendar, visits=(*calendar.visits, stranger))
    for school_ in {o.school for o in calendar.openings}:
        named = unready(school=school_, date=OPENS - DAY)
        yield "unready", replace(calendar, unready=(named,))


def _claims(calendar: Calendar) -> Iterator[tuple[str, Calendar]]:
    for n, term in enumerate(calendar.terms):
        rest = (*calendar.terms[:n], *calendar.terms[n + 1 :])
        yield "term dropped", replace(calendar, terms=rest)
        more = replace(term, value=term.value + 1)
        yield f"more {term.goal}", replace(calendar, terms=(*rest, more))
    assert calendar.objective is not None
    yield "objective", replace(calendar, objective=calendar.objective + 1)
    yield "bound", replace(calendar, bound=calendar.objective + 1)
    if calendar.gap is not None:
        yield "gap", replace(calendar, gap=calendar.gap + 0.1)
        if calendar.gap > TOO_WIDE:
            yield "proven", replace(calendar, status=Status.PROVEN)
    yield "nothing", replace(calendar, openings=())
