"""Inspection days for a calendar that tells none: the earliest deadline first."""

import datetime as dt
from dataclasses import replace

from bihuan.base.ids import SchoolCode
from bihuan.plan.plan import Plan
from bihuan.plan.tuning import tuned
from bihuan.plan.words import Tuning
from bihuan.stagger.answer import Calendar, Visit
from bihuan.stagger.verify import visits
from bihuan.stagger.verify.asked import Asked
from bihuan.stagger.verify.read import Read


def visited(plan: Plan, calendar: Calendar) -> Calendar:
    """The calendar with an inspection for each school that can have one in time."""
    made, asked = replace(calendar, visits=()), Asked(plan)
    firsts: dict[SchoolCode, dt.date] = {}
    for opening in calendar.openings:
        first = firsts.get(opening.school, opening.date)
        firsts[opening.school] = min(first, opening.date)
    open_ = [
        s for s in firsts if s in plan.by_code and plan.by_code[s].accepted is None
    ]
    for school in sorted(open_, key=lambda s: (firsts[s], s)):
        made = _with(asked, made, school, firsts[school])
    return made


def _with(
    asked: Asked, calendar: Calendar, school: SchoolCode, first: dt.date
) -> Calendar:
    """The calendar with a school's inspection on the first day that breaks nothing."""
    valid = int(tuned(asked.plan, Tuning.VALID, school=school))
    for ahead in range(valid, 0, -1):
        on = first - dt.timedelta(ahead)
        if not asked.days.working(school, on, None):
            continue
        visit = Visit(school=school, date=on)
        tried = replace(calendar, visits=(*calendar.visits, visit))
        if not _broken(asked, tried):
            return tried
    return calendar


def _broken(asked: Asked, tried: Calendar) -> bool:
    """Whether the inspections break a rule of days, hands or readiness."""
    only = {"G333", "G334", "G336", "G337", "G340"}
    return any(problem.code in only for problem in visits.look(Read(asked, tried)))
