"""Whether it is really so that nothing holds all rows, before anybody is told.

A ray of HiGHS is checked by itself, in whole numbers and fractions: rows weighed by it
add up to a row that no choice of days can hold. Where there is no such ray, another
solver has to agree.
"""

from fractions import Fraction

import numpy as np
from ortools.linear_solver import pywraplp
from ortools.sat.python import cp_model

from bihuan.stagger.calendar.days import Floats
from bihuan.stagger.calendar.rows import Programme

FARKAS = "farkas"
SECOND = "second engine"
TINY = 1e-9


def confirmed(programme: Programme, ray: Floats, *, seconds: float) -> str:
    """By what it is confirmed that the LP has no solution; empty: by nothing."""
    if len(ray) and (certifies(programme, ray) or certifies(programme, -ray)):
        return FARKAS
    return SECOND if _glop(programme, seconds=seconds) else ""


def certifies(programme: Programme, ray: Floats) -> bool:
    """Whether rows weighed by a ray add up to what no column within its bounds can hold."""
    size = np.abs(ray).max(initial=0.0)
    if size <= 0.0:
        return False
    weight = np.where(np.abs(ray) < TINY * size, 0.0, ray / size)
    side = np.where(weight > 0, programme.row_lower, programme.row_upper)
    # A weight on a side without a limit proves nothing and is left out.
    weight = np.where(np.isfinite(side), weight, 0.0)
    used = np.flatnonzero(weight)
    asked = sum((Fraction(weight[r]) * Fraction(side[r]) for r in used), Fraction(0))
    most = Fraction(0)
    for column, share in _weighed(programme, weight).items():
        bound = programme.upper[column] if share > 0 else programme.lower[column]
        if not np.isfinite(bound):
            return False
        most += share * Fraction(float(bound))
    return most < asked


def _weighed(programme: Programme, weight: Floats) -> dict[int, Fraction]:
    """The sum of the rows times their weights, column by column, without rounding."""
    sums: dict[int, Fraction] = {}
    known: dict[tuple[float, float], Fraction] = {}
    row = programme.entry_row
    for entry in np.flatnonzero(weight[row]):
        pair = (float(weight[row[entry]]), float(programme.value[entry]))
        part = known.get(pair)
        if part is None:
            part = known[pair] = Fraction(pair[0]) * Fraction(pair[1])
        column = int(programme.column[entry])
        sums[column] = sums.get(column, Fraction(0)) + part
    return {column: share for column, share in sums.items() if share}


def _glop(programme: Programme, *, seconds: float) -> bool:
    """Whether GLOP says, too, that the LP has no solution."""
    solver = pywraplp.Solver.CreateSolver("GLOP")
    solver.SetTimeLimit(int(max(0.1, seconds) * 1000))
    columns = [
        solver.NumVar(float(lo), float(up), "")
        for lo, up in zip(programme.lower, programme.upper, strict=True)
    ]
    for row in range(len(programme.row_lower)):
        made = solver.Constraint(
            float(programme.row_lower[row]), float(programme.row_upper[row])
        )
        for entry in range(programme.start[row], programme.start[row + 1]):
            made.SetCoefficient(
                columns[programme.column[entry]], float(programme.value[entry])
            )
    return bool(solver.Solve() == pywraplp.Solver.INFEASIBLE)


SCALE = 10**6
"""Shares of a person are counted in millionths, in favour of the plan."""


def no_whole_plan(programme: Programme, *, seconds: float, threads: int) -> bool:
    """Whether CP-SAT agrees that no whole plan holds all rows; presolve has a known fault."""
    said = [
        _cp_sat(programme, seconds=seconds, threads=threads, presolve=presolve)
        for presolve in (True, False)
    ]
    return all(status == cp_model.INFEASIBLE for status in said)


def _cp_sat(
    programme: Programme, *, seconds: float, threads: int, presolve: bool
) -> int:
    built = cp_model.CpModel()
    whole = set(programme.whole.tolist())
    columns = [
        built.new_bool_var("") if n in whole else None
        for n in range(len(programme.cost))
    ]
    for row in range(len(programme.row_lower)):
        part = slice(programme.start[row], programme.start[row + 1])
        own = [columns[n] for n in programme.column[part]]
        if any(column is None for column in own):
            continue  # measures the objective only
        value = programme.value[part]
        exact = bool((value == np.round(value)).all())
        scale = 1 if exact else SCALE
        taken = np.floor(value * scale).astype(np.int64).tolist()
        low, high = programme.row_lower[row], programme.row_upper[row]
        total = cp_model.LinearExpr.weighted_sum(own, taken)
        if np.isfinite(high):
            built.add(total <= int(np.floor(high * scale + 1e-6)))
        if np.isfinite(low):
            built.add(total >= int(np.ceil(low * scale - 1e-6)))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.1, seconds)
    solver.parameters.num_workers = threads
    solver.parameters.cp_model_presolve = presolve
    return int(solver.solve(built))
