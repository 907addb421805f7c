"""Dates that come next: which grades come back when, in words."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from bihuan.base.ids import SchoolCode
from bihuan.base.wording import _
from bihuan.plan.measures import StagedOpening
from bihuan.plan.people import Grade
from bihuan.plan.plan import Plan

SCHOOLS: Final = 2
"""Schools that are named; more are counted."""


def ahead(plan: Plan, schools: tuple[SchoolCode, ...]) -> tuple[tuple[date, str], ...]:
    """Each day on which grades of these schools come back, and what they are called.

    A grade that comes back on several days is named with its schools.
    """
    days = {
        (school, grade.name): day
        for school in schools
        for grade, day in _openings(plan, school)
    }
    return tuple(
        (day, _("{grades}返校").format(grades=_("、").join(_named(plan, days, day))))
        for day in sorted(set(days.values()))
    )


def _openings(plan: Plan, school: SchoolCode) -> Iterator[tuple[Grade, date]]:
    """The grades of a school and their first days."""
    staged = {
        code: m.opens
        for m in plan.measures
        if isinstance(m, StagedOpening) and m.school == school
        for code in m.scope
    }
    for grade in plan.grades:
        if grade.school == school:
            yield grade, staged.get(grade.code, plan.district.opens)


def _named(
    plan: Plan, days: dict[tuple[SchoolCode, str], date], day: date
) -> Iterator[str]:
    """Grades of a day, with their schools where others of the grade come another day."""
    names = dict.fromkeys(name for (_school, name), when in days.items() if when == day)
    for name in names:
        there = [s for (s, n), when in days.items() if (n, when) == (name, day)]
        if len(there) == sum(n == name for _school, n in days):
            yield name
        else:
            schools = _("、").join(plan.by_code[s].name for s in there[:SCHOOLS])
            more = len(there) > SCHOOLS
            yield _("{grade}（{schools}）").format(
                grade=name,
                schools=_("{n} 校").format(n=len(there)) if more else schools,
            )
