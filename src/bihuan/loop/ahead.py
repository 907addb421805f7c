"""Dates that come next: which grades come back when, in words."""

from datetime import date

from bihuan.base.ids import GradeCode, SchoolCode
from bihuan.base.wording import _
from bihuan.plan.measures import StagedOpening
from bihuan.plan.plan import Plan


def ahead(plan: Plan, schools: tuple[SchoolCode, ...]) -> tuple[tuple[date, str], ...]:
    """Each day on which grades of these schools come back, and what they are called."""
    names = {(g.school, g.code): g.name for g in plan.grades}
    days: dict[date, list[str]] = {}
    staged: set[tuple[SchoolCode, str]] = set()
    for measure in plan.measures:
        if isinstance(measure, StagedOpening) and measure.school in schools:
            for code in map(GradeCode, measure.scope):
                staged.add((measure.school, code))
                name = names.get((measure.school, code), code)
                _enter(days, measure.opens, name)
    for grade in plan.grades:
        if grade.school in schools and (grade.school, grade.code) not in staged:
            _enter(days, plan.district.opens, grade.name)
    return tuple(
        (day, _("{grades}返校").format(grades=_("、").join(days[day])))
        for day in sorted(days)
    )


def _enter(days: dict[date, list[str]], day: date, name: str) -> None:
    found = days.setdefault(day, [])
    if name not in found:
        found.append(name)
