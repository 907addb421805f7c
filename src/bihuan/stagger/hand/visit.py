"""Inspection days for a calendar that tells none: the earliest deadline first."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from bihuan.plan.plan import Plan
from bihuan.plan.words import Tuning
from bihuan.stagger.answer import Calendar, Unready, Visit
from bihuan.stagger.verify import visits
from bihuan.stagger.verify.asked import Asked, Batch
from bihuan.stagger.verify.read import Read

Dated = tuple[Batch, dt.date]
CLOSED = {"G334", "G340"}
"""A day off for those who inspect or disinfect."""


def visited(plan: Plan, calendar: Calendar) -> Calendar:
    """The calendar with an inspection for each school that can have one in time.

    Where a date that stands is too early for one the school is named, and the inspection
    comes before its first batch whose date was chosen.
    """
    made = replace(calendar, visits=(), unready=())
    read = Read(Asked(plan), made)
    owing = [
        (school, rows)
        for school, rows in read.by_school.items()
        if plan.by_code[school].accepted is None
    ]
    for _school, rows in sorted(owing, key=lambda row: (_first(row[1]), row[0])):
        made = _with(read, made, rows)
    return made


def _first(rows: list[Dated]) -> dt.date:
    return min(on for _batch, on in rows)


def _with(read: Read, calendar: Calendar, rows: list[Dated]) -> Calendar:
    """The calendar with a school's inspection on the first day that breaks nothing."""
    batch, on = min(rows, key=lambda row: row[1])
    for visit in _days(read, batch, on):
        tried = replace(calendar, visits=(*calendar.visits, visit))
        if not _broken(read.asked, tried):
            return tried
    if not read.stands(batch, on):
        return calendar
    named = Unready(
        school=batch.school,
        grades=batch.grades,
        date=on,
        order=batch.order,
        ready=None,
        mend_by=_mend_by(read, batch, on),
    )
    told = replace(calendar, unready=(*calendar.unready, named))
    free = [row for row in rows if not read.stands(*row)]
    return _with(read, told, free) if free else told


def _mend_by(read: Read, batch: Batch, on: dt.date) -> dt.date:
    """The last day on which an inspection would still be in time."""
    for visit in reversed([*_days(read, batch, on)]):
        tried = replace(read.calendar, visits=(visit,))
        if not {p.code for p in visits.look(Read(read.asked, tried))} & CLOSED:
            return visit.date
    return on - dt.timedelta(1)


def _days(read: Read, batch: Batch, on: dt.date) -> Iterator[Visit]:
    """Inspections that would be in time, on days on which the school works."""
    valid = int(read.asked.tuned(Tuning.VALID, school=batch.school))
    for ahead in range(valid, 0, -1):
        day = on - dt.timedelta(ahead)
        if read.asked.days.working(batch.school, day, None):
            yield Visit(school=batch.school, date=day)


def _broken(asked: Asked, tried: Calendar) -> bool:
    """Whether the inspections break a rule of days, hands or readiness."""
    only = CLOSED | {"G333", "G336", "G337"}
    return any(problem.code in only for problem in visits.look(Read(asked, tried)))
