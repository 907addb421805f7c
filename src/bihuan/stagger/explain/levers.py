"""What giving way would help: some groups bend at a price, all others hold.

The cheapest bent plan is found in whole days, so that what it takes is told in batches,
persons and dates, never in parts of them.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np

from bihuan.plan.staging import Staging
from bihuan.plan.words import Tuning
from bihuan.stagger.calendar.days import Flags, Floats, Ints
from bihuan.stagger.calendar.lp import silent
from bihuan.stagger.explain.core import Core, core as of_plan
from bihuan.stagger.explain.farkas import lp_of
from bihuan.stagger.explain.integers import FEASIBLE

PRICE = {
    "openings": 1.0,
    "students": 0.002,
    "sampling": 0.004,
    "beds": 0.5,
    "buses": 0.3,
    "supplied": 0.003,
    "inspections": 1.0,
    "teams": 1.0,
    "gap": 2.0,
    "end": 1.5,
    "visit": 3.0,
    "lock": 8.0,
    "order": 20.0,
}
"""What a unit of giving way costs: how hard it is to change, not what it is paid."""
CHOICES = (4, 12, 10**6)
"""Days of each batch that stay in the search, beside those that the optimum in parts uses."""
SOME = 1e-6
CLOSE = 0.1
"""How far from the cheapest a search in whole days may stop."""
EARLY = 1e-3
"""Price of a day's delay: it tells the days apart that would cost the same."""


@dataclass(frozen=True, slots=True)
class Bent:
    """A plan that holds all but what bends."""

    x: Floats
    cost: float


@dataclass(frozen=True, slots=True)
class _Slacks:
    """Columns that let rows give way."""

    row: Ints
    column: Ints
    price: Floats
    """Of each slack column."""


def bend(core: Core, groups: Collection[str], *, seconds: float) -> Bent | None:
    """The cheapest plan in which only some groups give way; None: none found."""
    bent = core.rows_of(groups)
    closed = bent & core.closed
    # A school that is ready sooner is inspected sooner; the inspection still comes first.
    limits = (
        bent & ~closed & ~core.rows_of([g for g in groups if kind_of(g) == "visit"])
    )
    cost = _distances(core, closed)
    slacks = _slacks(core, limits)
    lp = lp_of(core, cost)
    lower = np.where(closed, -np.inf, core.lower)
    lp.row_lower_, lp.row_upper_ = lower, np.where(closed, np.inf, core.upper)
    solver = silent()
    solver.passModel(lp)
    _add(solver, slacks)
    if any(kind_of(name) == "gap" for name in groups):
        _keep_order(solver, core)
    relaxed = _relaxed(solver, seconds / 2)
    if relaxed is None:
        return None
    every = np.arange(core.columns, dtype=np.int32)
    whole = np.full(core.columns, int(highspy.HighsVarType.kInteger), np.uint8)
    solver.changeColsIntegrality(core.columns, every, whole)
    solver.setOptionValue("mip_rel_gap", CLOSE)
    for kept in CHOICES:
        near = _near(core, *relaxed, kept)
        zeros = np.zeros(core.columns)
        solver.changeColsBounds(core.columns, every, zeros, near.astype(np.float64))
        found = _whole(solver, core, seconds / 4)
        if found is not None:
            return found
    return None


def _near(core: Core, x: Floats, reduced: Floats, kept: int) -> Flags:
    """Columns that the optimum in parts uses, and the next best of each owner."""
    _, owner = _days(core)
    order = np.lexsort((reduced[: core.columns], owner))
    place = np.arange(len(order)) - np.searchsorted(owner[order], owner[order])
    near = np.zeros(core.columns, dtype=bool)
    near[order] = place < kept
    near[len(core.spec.batch) :] = True
    used: Flags = near | (x[: core.columns] > SOME)
    return used


def _add(solver: Any, slacks: _Slacks) -> None:
    """Add the columns that let rows give way."""
    count = len(slacks.price)
    starts = np.searchsorted(slacks.column, np.arange(count))
    solver.addCols(
        count,
        slacks.price,
        np.zeros(count),
        np.full(count, highspy.kHighsInf),
        len(slacks.row),
        starts.astype(np.int32),
        slacks.row.astype(np.int32),
        -np.ones(len(slacks.row)),
    )


def _keep_order(solver: Any, core: Core) -> None:
    """Gaps may shrink to nothing; nobody comes before who should come first."""
    plan = core.spec.plan
    settings = [row for row in plan.staging if row.kind is not Tuning.GAP]
    none = Staging(kind=Tuning.GAP, amount=0)
    order = of_plan(replace(plan, staging=(*settings, none)))
    for row in np.flatnonzero(
        order.rows_of([g for g in order.groups if kind_of(g) == "gap"])
    ):
        part = slice(order.start[row], order.start[row + 1])
        solver.addRow(
            order.lower[row],
            order.upper[row],
            part.stop - part.start,
            order.column[part].astype(np.int32),
            order.value[part],
        )


def _relaxed(solver: Any, seconds: float) -> tuple[Floats, Floats] | None:
    """The optimum in parts and its reduced costs; None: nothing holds the other rows."""
    solver.setOptionValue("time_limit", max(0.01, seconds))
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    known = solver.getSolution()
    return np.array(known.col_value), np.array(known.col_dual)


def _whole(solver: Any, core: Core, seconds: float) -> Bent | None:
    """The best plan in whole days that the time allows."""
    solver.setOptionValue("time_limit", solver.getRunTime() + max(0.01, seconds))
    solver.run()
    if int(solver.getInfo().primal_solution_status) != FEASIBLE:
        return None
    x = np.round(np.array(solver.getSolution().col_value)[: core.columns])
    return Bent(x, float(solver.getInfo().objective_function_value))


def kind_of(name: str) -> str:
    """The kind of a group: what stands before the colon."""
    return name.partition(":")[0]


def _price(core: Core, row: int) -> float:
    return PRICE[kind_of(core.names[core.group[row]])]


def _distances(core: Core, closed: Flags) -> Floats:
    """Of each choice: how many days it is from what its row allows, times the price."""
    days, owner = _days(core)
    cost: Floats = EARLY * (days - days.min()).astype(np.float64)
    for row in np.flatnonzero(closed):
        shut = core.column[core.start[row] : core.start[row + 1]]
        own = np.flatnonzero(owner == owner[shut[0]])
        allowed = days[np.setdiff1d(own, shut)]
        if len(allowed):
            far = np.abs(days[shut][:, None] - allowed[None, :]).min(axis=1)
        else:
            far = 1 + np.abs(days[shut] - days[shut].min())
        cost[shut] += _price(core, int(row)) * far
    return cost


def _days(core: Core) -> tuple[Ints, Ints]:
    """The day of every column, and whose it is: batches first, then schools."""
    spec = core.spec
    days = np.concatenate([spec.day, spec.visit_day])
    owner = np.concatenate([spec.batch, len(spec.batches) + spec.visited])
    return days, owner


def _slacks(core: Core, rows: Flags) -> _Slacks:
    """A column for each limit of a day; one for all days of a batch that follows another."""
    at = np.flatnonzero(rows)
    gaps = np.array([kind_of(core.names[core.group[n]]) == "gap" for n in at])
    key = np.where(gaps, -1 - core.owner[at], at) if len(at) else at
    _, first, column = np.unique(key, return_index=True, return_inverse=True)
    order = np.argsort(column, kind="stable")
    price = np.array([_price(core, int(at[n])) for n in first], dtype=np.float64)
    return _Slacks(at[order], column[order], price)
