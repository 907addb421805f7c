"""What to mend first: remedies of several schools put together and put in order."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from bihuan.base.problems import Problem, errors
from bihuan.base.wording import _
from bihuan.loop.mend import Remedy, standing
from bihuan.loop.outcome import Estimate, Mend, SchoolRehearsal
from bihuan.outbreak import summary
from bihuan.plan.people import School
from bihuan.plan.plan import Plan

MOST = 6
"""Things to mend that fit on the first page."""
MUSTS = 3
"""Of them, those that the check demands."""
NAMED = 3
"""Schools that a title names."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Tried:
    """A remedy at one school, with its effect."""

    remedy: Remedy
    school: School
    mended: Plan
    effect: Estimate
    beta: float


def mends(
    plan: Plan, schools: tuple[SchoolRehearsal, ...], tried: Iterable[Tried]
) -> tuple[Mend, ...]:
    """Remedies by worth: those whose interval excludes zero first, the greatest first."""
    names = {s.school.code for s in schools}
    together: dict[str, list[Tried]] = {}
    for one in tried:
        if one.school.code in names:
            together.setdefault(one.remedy.name, []).append(one)
    ordered = sorted(together.values(), key=_rank)
    first = tuple(musts(plan, schools))
    worth = tuple(_mend(plan, rows, len(schools)) for rows in ordered)
    return (*first, *worth[: MOST - len(first)])


def musts(plan: Plan, schools: tuple[SchoolRehearsal, ...]) -> Iterator[Mend]:
    """Errors of the check that no simulation can excuse: most schools first."""
    groups: dict[str, list[tuple[School, Problem]]] = {}
    for row in schools:
        for problem in errors(row.problems):
            groups.setdefault(problem.code, []).append((row.school, problem))
    ordered = sorted(groups.items(), key=_gravity)
    for _code, found in ordered[:MUSTS]:
        yield _must(plan, found)


def _gravity(group: tuple[str, list[tuple[School, Problem]]]) -> tuple[int, int, str]:
    """What cannot work in practice comes before what is missing or named wrongly."""
    code, found = group
    order = ["P4", "S1", "P3", "P5", "P2", "P1", "P0"]
    place = order.index(code[:2]) if code[:2] in order else len(order)
    return place, -len({school.code for school, _problem in found}), code


def _must(plan: Plan, found: list[tuple[School, Problem]]) -> Mend:
    """One kind of error: the first in its own words, the schools that have it."""
    school, problem = found[0]
    said = problem.said.rstrip("。.")
    title = said if school.name in said else f"{school.name}：{said}"
    where = {one.code: one for one, _problem in found}
    text = problem.mend
    if len(found) > 1:
        text = _("同类问题共 {n} 处。{mend}").format(n=len(found), mend=text)
    return Mend(
        title=title,
        text=text,
        who=_("各校校长") if len(where) > 1 else _("校长"),
        due=max(plan.district.opens - timedelta(days=1), plan.district.drawn_up),
        schools=tuple(where),
        effect_name=_("预案检查"),
        effect=None,
        unit="points",
        cost="",
    )


def ranking(tried: Iterable[Tried]) -> list[str]:
    """Names of remedies in the order in which they would be mended."""
    together: dict[str, list[Tried]] = {}
    for one in tried:
        together.setdefault(one.remedy.name, []).append(one)
    return [rows[0].remedy.name for rows in sorted(together.values(), key=_rank)]


def effect(rows: list[Tried]) -> Estimate:
    """Mean effect over the schools that need a remedy."""
    return summary.pooled([row.effect for row in rows])


def _rank(rows: list[Tried]) -> tuple[bool, float, str]:
    """Certain ones first, then by the share of its scale that a remedy takes away."""
    whole = effect(rows)
    scale = rows[0].remedy.scale
    return (
        whole.covers_zero or whole.value > 0.0,
        whole.value / scale * math.sqrt(len(rows)),
        rows[0].remedy.name,
    )


def _mend(plan: Plan, rows: list[Tried], schools: int) -> Mend:
    remedy = rows[0].remedy
    now = sorted({standing(plan, r.school.code, remedy.name) for r in rows} - {""})
    words = {
        "schools": _named(rows, schools),
        "now": _between(now),
        "minutes": "30",
    }
    return Mend(
        title=_(remedy.title).format(**words),
        text=_(remedy.text).format(**words),
        who=_(remedy.who),
        due=remedy.due(plan),
        schools=tuple(r.school.code for r in rows),
        effect_name=_(remedy.effect_name),
        effect=effect(rows),
        unit=remedy.unit,
        cost=_(remedy.cost),
    )


def _named(rows: list[Tried], schools: int) -> str:
    """Schools in words: how many, or each by its name where they are few."""
    if len(rows) == schools > 1 or len(rows) > NAMED:
        return _("{n} 校").format(n=len(rows))
    return _("、").join(r.school.name for r in rows)


def _between(values: list[str]) -> str:
    if len(values) < 2:  # noqa: PLR2004 - one value stands for itself
        return "".join(values)
    return _("{low} 至 {high}").format(low=values[0], high=values[-1])
