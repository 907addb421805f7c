"""Judges a calendar of opening dates from the plan alone, whoever made it."""

from collections.abc import Mapping

from bihuan.base.problems import Problem, errors
from bihuan.plan.plan import Plan
from bihuan.stagger.answer import Calendar, Goal
from bihuan.stagger.verify import batches, claims, loads, visits
from bihuan.stagger.verify.asked import Asked
from bihuan.stagger.verify.read import Places, Read


def check(
    plan: Plan, calendar: Calendar, *, places: Places | None = None
) -> list[Problem]:
    """Everything that is wrong with a calendar; warnings name what cannot be helped.

    places: where a calendar made by hand says the date of each grade.
    """
    read = Read(Asked(plan), calendar, places or {})
    parts = (batches.look(read), loads.look(read), visits.look(read), claims.look(read))
    return [problem for part in parts for problem in part]


def passes(plan: Plan, calendar: Calendar) -> bool:
    """Whether a calendar breaks no rule."""
    return not any(errors(tuple(check(plan, calendar))))


def terms(plan: Plan, calendar: Calendar) -> Mapping[Goal, float]:
    """The terms of the objective, worked out anew."""
    return claims.terms(Read(Asked(plan), calendar))
