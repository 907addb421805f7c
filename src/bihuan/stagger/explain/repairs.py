"""The ways out of a conflict: each one tried on the whole plan before it is told."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bihuan.plan.plan import Plan
from bihuan.plan.words import OrderKind
from bihuan.stagger.answer import Repair
from bihuan.stagger.explain.change import Dates, changed, dates, holds, together
from bihuan.stagger.explain.core import Core
from bihuan.stagger.explain.farkas import Oracle, Seen, support
from bihuan.stagger.explain.levers import PRICE, bend, kind_of
from bihuan.stagger.explain.minimal import Left

MOST = 12
"""Groups that one way out may ask to give way."""
SECONDS = 24.0
"""Of one way out, at most; half of it for the whole days."""
ENOUGH = 4
"""Ways out that are told."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """A repair with the plan that it makes and dates that keep it."""

    repair: Repair
    plan: Plan
    dates: Dates


def ways_out(
    core: Core, oracle: Oracle, plan: Plan, rows: Collection[str], left: Left
) -> Iterator[WayOut]:
    """The ways out of a conflict, one for each of its groups that can give way."""
    found = 0
    seen: set[frozenset[str]] = set()
    for name in sorted(rows, key=lambda row: (PRICE[kind_of(row)], row)):
        if left() <= 1 or found >= ENOUGH:
            return
        if not bends(plan, name):
            continue
        groups = _with(core, oracle, plan, name, left)
        if groups is None or frozenset(groups) in seen:
            continue
        seen.add(frozenset(groups))
        way = _tried(core, plan, groups, min(SECONDS, left() / 2))
        if way is not None:
            found += 1
            yield way


def bends(plan: Plan, name: str) -> bool:
    """Whether anybody can be asked to change a row: a date in step is for the province."""
    kind, _colon, of = name.partition(":")
    fixed = {row.code for row in plan.orders if row.kind is OrderKind.FIXED}
    return kind != "order" or of not in fixed


def _with(
    core: Core, oracle: Oracle, plan: Plan, name: str, left: Left
) -> list[str] | None:
    """A group, and those of other conflicts that must give way with it."""
    groups = _given_together(plan, name)
    while len(groups) <= MOST and left() > 1:
        answer = oracle.ask(groups, seconds=left() / 3)
        if answer.seen is Seen.POSSIBLE:
            return groups
        if answer.seen is Seen.UNKNOWN or answer.ray is None:
            return None
        carried = support(core, answer.ray)
        able = [row for row in carried if row not in groups and bends(plan, row)]
        if not able:
            return None
        alike = kind_of(name)
        groups.append(
            min(
                able,
                key=lambda row: (kind_of(row) != alike, PRICE[kind_of(row)], row),
            )
        )
    return None


def _given_together(plan: Plan, name: str) -> list[str]:
    """A group; of a window from above all levels that it was given for."""
    kind, _colon, of = name.partition(":")
    order = next((row for row in plan.orders if row.code == of), None)
    if kind != "order" or order is None:
        return [name]
    return [f"order:{row.code}" for row in together(plan, order)]


def _tried(
    core: Core, plan: Plan, groups: Collection[str], seconds: float
) -> WayOut | None:
    """The cheapest bent plan, as a change of the plan that keeps every row of it."""
    bent = bend(core, groups, seconds=seconds)
    if bent is None:
        return None
    made, said, amounts, given = plan, [], [], []
    for name in groups:
        step = changed(core, bent.x, made, name)
        if step is not None:
            made = step.plan
            said.append(step.said)
            amounts.append(step.amount)
            given.append(name)
    found = dates(core, bent.x)
    if not given or not holds(made, found):
        return None
    cost = sum(PRICE[kind_of(n)] * a for n, a in zip(given, amounts, strict=True))
    repair = Repair(
        row=given[0], said="；".join(said), amount=amounts[0], cost=round(cost, 3)
    )
    return WayOut(repair, made, found)
