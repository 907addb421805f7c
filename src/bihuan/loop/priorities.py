"""What to mend first: remedies of several schools put together and put in order."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from bihuan.base.wording import _
from bihuan.loop.mend import Remedy, standing
from bihuan.loop.outcome import Estimate, Mend, SchoolRehearsal
from bihuan.outbreak import summary
from bihuan.plan.people import School
from bihuan.plan.plan import Plan

MOST = 6
"""Things to mend that fit on the first page."""


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
    return tuple(_mend(plan, rows, len(schools)) for rows in ordered[:MOST])


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
    """Schools in words: all of them, or each by its name."""
    if len(rows) == schools > 1:
        return _("{n} 校").format(n=schools)
    return _("、").join(r.school.name for r in rows)


def _between(values: list[str]) -> str:
    if len(values) < 2:  # noqa: PLR2004 - one value stands for itself
        return "".join(values)
    return _("{low} 至 {high}").format(low=values[0], high=values[-1])
