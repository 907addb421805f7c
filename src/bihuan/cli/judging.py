"""What reading, checking and the standards find in a plan, together."""

from collections.abc import Sequence
from datetime import date

import typer

from bihuan.base.ids import SchoolCode
from bihuan.base.problems import Problem
from bihuan.base.where import Where
from bihuan.base.wording import _
from bihuan.plan.check import check
from bihuan.plan.plan import Plan
from bihuan.plan.reading import Reading
from bihuan.rules.book import load
from bihuan.rules.standards import judge


def judged(reading: Reading, on: date | None = None) -> tuple[Problem, ...]:
    """All problems of a plan at once, sorted by place; each once.

    on: the day whose rules apply; None: the day the plan is dated.
    """
    found = set(reading.problems)
    if reading.plan is not None:
        found |= set(check(reading.plan))
        found |= set(judge(reading.plan, load(), on or reading.plan.district.drawn_up))
    return tuple(sorted(found, key=lambda p: (p.where, p.code, p.words)))


def by_school(
    plan: Plan, problems: tuple[Problem, ...]
) -> tuple[tuple[SchoolCode, Problem], ...]:
    """Each problem with the school whose row it stands in; none: the district's."""
    schools: dict[Where, SchoolCode] = {}
    for (table, number), cells in plan.places.items():
        row = getattr(plan, table, ())
        if isinstance(row, tuple) and number < len(row):
            school = getattr(row[number], "school", None)
            if table == "schools":
                school = row[number].code
            for where in cells.values():
                if school:
                    schools.setdefault(where, school)
    return tuple((schools.get(p.where, SchoolCode("")), p) for p in problems)


def schools_asked(plan: Plan, wanted: Sequence[str]) -> tuple[SchoolCode, ...]:
    """Codes of the schools that are asked for, else of all that have classes."""
    taught = {c.school for c in plan.classes}
    there = [s for s in plan.schools if s.code in taught]
    found = []
    for name in wanted:
        codes = [s.code for s in there if name in (s.code, s.name)]
        if not codes:
            names = "、".join(s.name for s in there)
            raise typer.TyperException(
                _("没有学校「{name}」；有：{names}", name=name, names=names)
            )
        found += codes
    return tuple(dict.fromkeys(found)) or tuple(s.code for s in there)
