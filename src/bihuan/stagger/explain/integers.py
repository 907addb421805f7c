"""Whole plans: CP-SAT and HiGHS asked whether rows can hold together in days, not in parts.

The two engines check each other. Neither is believed alone when it says that nothing
holds all rows: releases of both have been wrong just there.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import highspy
import numpy as np
from ortools.sat.python import cp_model

from bihuan.stagger.calendar.days import Floats
from bihuan.stagger.calendar.lp import silent
from bihuan.stagger.explain.core import Core
from bihuan.stagger.explain.farkas import Answer, Seen, lp_of

MOST_PARTS = 10**6
"""Finest fraction in which a row is written in whole numbers."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A row in whole numbers."""

    columns: Sequence[int]
    values: Sequence[int]
    lower: int | None
    upper: int | None
    group: int


def whole_rows(core: Core) -> list[Whole]:
    """Every row in whole numbers; limits are rounded to the side that keeps all points."""
    return [_whole(core, n) for n in range(len(core.lower))]


def _whole(core: Core, n: int) -> Whole:
    part = slice(core.start[n], core.start[n + 1])
    values = core.value[part]
    scale = 1
    if not np.array_equal(values, np.round(values)):
        exact = [Fraction(float(v)).limit_denominator(MOST_PARTS) for v in values]
        scale = min(lcm(*(v.denominator for v in exact)), MOST_PARTS)
    lower, upper = float(core.lower[n]), float(core.upper[n])
    slack = 1e-6 * max(1.0, float(core.sizes[n]))
    return Whole(
        columns=core.column[part].tolist(),
        values=[round(float(v) * scale) for v in values],
        lower=int(np.ceil((lower - slack) * scale)) if np.isfinite(lower) else None,
        upper=int(np.floor((upper + slack) * scale)) if np.isfinite(upper) else None,
        group=int(core.group[n]),
    )


class Sat:
    """CP-SAT over the rows of a core."""

    def __init__(self, core: Core) -> None:
        """Write the rows in whole numbers once."""
        self.core = core
        self._rows = whole_rows(core)

    def ask(
        self, without: Collection[str], *, seconds: float, workers: int = 2
    ) -> Answer:
        """Whether whole days can hold the rows without some groups."""
        model, columns = self._columns()
        off = {n for n, name in enumerate(self.core.names) if name in without}
        for row in self._rows:
            if row.group not in off:
                _add(model, columns, row)
        solver = _solver(seconds, workers)
        status = solver.solve(model)
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            x = np.array([solver.value(column) for column in columns], dtype=float)
            return Answer(Seen.POSSIBLE, x=x)
        proven = status == cp_model.INFEASIBLE
        return Answer(Seen.IMPOSSIBLE if proven else Seen.UNKNOWN)

    def blamed(self, names: Collection[str], *, seconds: float) -> set[str] | None:
        """Groups that cannot all hold, as one search blames them; None: out of time."""
        model, columns = self._columns()
        literals = {name: model.new_bool_var(name) for name in sorted(names)}
        for row in self._rows:
            name = self.core.names[row.group]
            if not name:
                _add(model, columns, row)
            elif name in literals:
                _add(model, columns, row, literals[name])
        model.add_assumptions(list(literals.values()))
        # Presolve may blame what is no assumption, and several workers name no core.
        solver = _solver(seconds, 1)
        solver.parameters.cp_model_presolve = False
        if solver.solve(model) != cp_model.INFEASIBLE:
            return None
        core = set(solver.sufficient_assumptions_for_infeasibility())
        return {name for name, literal in literals.items() if literal.index in core}

    def _columns(self) -> tuple[cp_model.CpModel, list[cp_model.IntVar]]:
        model = cp_model.CpModel()
        return model, [model.new_bool_var("") for _ in range(self.core.columns)]


def _solver(seconds: float, workers: int) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.01, seconds)
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = 0
    return solver


def _add(
    model: cp_model.CpModel,
    columns: Sequence[cp_model.IntVar],
    row: Whole,
    only_if: cp_model.IntVar | None = None,
) -> None:
    """A row, always or where a literal holds."""
    terms = [columns[n] for n in row.columns]
    total = cp_model.LinearExpr.weighted_sum(terms, list(row.values))
    sides = []
    if row.lower is not None and row.lower == row.upper:
        sides.append(model.add(total == row.lower))
    else:
        if row.lower is not None:
            sides.append(model.add(total >= row.lower))
        if row.upper is not None:
            sides.append(model.add(total <= row.upper))
    if only_if is not None:
        for side in sides:
            side.only_enforce_if(only_if)


def highs(
    core: Core,
    without: Collection[str],
    *,
    seconds: float,
    guide: Floats | None = None,
) -> Answer:
    """HiGHS asked the same; guide: a cost that leads to a first plan."""
    lower, upper = core.without(without)
    cost = np.zeros(core.columns) if guide is None else guide
    lp = lp_of(core, cost)
    lp.row_lower_, lp.row_upper_ = lower, upper
    lp.integrality_ = [highspy.HighsVarType.kInteger] * core.columns
    solver = silent(time_limit=max(0.01, seconds), mip_max_improving_sols=1)
    solver.passModel(lp)
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Answer(Seen.IMPOSSIBLE)
    if int(solver.getInfo().primal_solution_status) == FEASIBLE:
        return Answer(Seen.POSSIBLE, x=np.round(solver.getSolution().col_value))
    return Answer(Seen.UNKNOWN)


FEASIBLE = int(highspy.SolutionStatus.kSolutionStatusFeasible)
