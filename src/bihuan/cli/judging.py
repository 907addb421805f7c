"""Of which schools the problems are, and which schools a command is about."""

from collections.abc import Sequence

import typer

from bihuan.base.ids import SchoolCode
from bihuan.base.problems import Problem
from bihuan.base.where import Where
from bihuan.base.wording import _
from bihuan.plan.plan import Plan


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
