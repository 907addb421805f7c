"""Why a plan cannot be had, and the cheapest ways out: the words of the plan, with proof."""

from time import monotonic

import numpy as np

from bihuan.base.wording import _
from bihuan.plan.plan import Plan
from bihuan.stagger.answer import Conflict
from bihuan.stagger.calendar.days import Floats
from bihuan.stagger.calendar.said import said
from bihuan.stagger.explain.core import Core, core
from bihuan.stagger.explain.farkas import Oracle, Seen
from bihuan.stagger.explain.integers import highs
from bihuan.stagger.explain.minimal import Found, by_integers, by_lp
from bihuan.stagger.explain.repairs import WayOut, ways_out


def explain(plan: Plan, *, seconds: float = 60.0) -> Conflict | None:
    """What of a plan cannot all hold; None: everything can.

    A conflict without proof is no impossibility: time ran out.
    """
    return explained(plan, seconds=seconds)[0]


def explained(
    plan: Plan, *, seconds: float = 60.0
) -> tuple[Conflict | None, tuple[WayOut, ...]]:
    """The same, with the plans that the ways out make."""
    end = monotonic() + seconds

    def left() -> float:
        return end - monotonic()

    asked = core(plan)
    if not asked.columns:
        return None, ()
    oracle = Oracle(asked)
    first = oracle.ask((), seconds=left())
    found: Found | None
    if first.seen is Seen.IMPOSSIBLE:
        found = by_lp(asked, oracle, first, lambda: left() - seconds / 2)
    elif first.seen is Seen.POSSIBLE and _whole(plan, left()):
        return None, ()
    else:
        found = by_integers(asked, lambda: left() - seconds / 4) if left() > 0 else None
    if found is None or not found.groups:
        return _undecided(), ()
    ways = tuple(ways_out(asked, oracle, plan, found.groups, left))
    return _told(plan, found, ways), ways


def _told(plan: Plan, found: Found, ways: tuple[WayOut, ...]) -> Conflict:
    """A conflict in the words of the plan."""
    repairs = sorted((way.repair for way in ways), key=lambda row: (row.cost, row.row))
    return Conflict(
        rows=found.groups,
        said=tuple(said(plan, name) for name in found.groups),
        proof=found.proof,
        minimal=found.minimal,
        repairs=tuple(repairs),
    )


def _undecided() -> Conflict:
    """Neither a plan nor a conflict in the time there was."""
    return Conflict(
        rows=(),
        said=(_("未能判定：时间之内既没有排出方案，也没有证明排不出。"),),
        proof="",
        minimal=False,
    )


def _whole(plan: Plan, seconds: float) -> bool:
    """Whether whole days are found that keep every row."""
    narrow = core(plan, wide=False)
    answer = highs(narrow, (), seconds=seconds / 2, guide=_early(narrow))
    return answer.x is not None and narrow.holds(answer.x)


def _early(narrow: Core) -> Floats:
    """A cost that leads to a first plan: everybody soon, the large batches first."""
    spec = narrow.spec
    cost = np.zeros(narrow.columns)
    cost[: len(spec.batch)] = spec.students_of * spec.delay
    return cost
