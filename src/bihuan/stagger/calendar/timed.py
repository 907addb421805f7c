"""Peers for the benchmark: CP-SAT on the time-indexed programme, HiGHS on the whole of it."""

import math
from dataclasses import replace
from importlib.metadata import version

import numpy as np
from ortools.sat.python import cp_model

from bihuan.plan.plan import Plan
from bihuan.stagger.answer import Aim, Calendar
from bihuan.stagger.calendar import lp
from bihuan.stagger.calendar.places import places
from bihuan.stagger.calendar.progress import Clock
from bihuan.stagger.calendar.rows import Model, model, weights
from bihuan.stagger.calendar.search import Search
from bihuan.stagger.calendar.solve import answer
from bihuan.stagger.calendar.spec import spec

SCALE = 1000
"""Parts of a unit that CP-SAT counts in."""


def timed(
    plan: Plan,
    *,
    aim: Aim = Aim.BALANCED,
    seconds: float = 30.0,
    threads: int = 2,
    seed: int = 0,
) -> Calendar:
    """CP-SAT alone, a switch for every batch and day."""
    search = _search(plan, aim, seconds)
    built = search.model
    programme, columns = _programme(built)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.1, search.clock.left)
    solver.parameters.num_workers = threads
    solver.parameters.random_seed = seed
    status = solver.solve(programme)
    if status in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        x = np.array([float(solver.value(column)) for column in columns])
        search.offer(places(built, x))
        search.bound = solver.best_objective_bound / SCALE + built.offset
    found = answer(search, None, aim=aim, seed=seed)
    return replace(found, engine=f"cp-sat {version('ortools')}, time-indexed")


def whole(
    plan: Plan,
    *,
    aim: Aim = Aim.BALANCED,
    seconds: float = 30.0,
    threads: int = 2,
    seed: int = 0,
) -> Calendar:
    """HiGHS alone, on the whole programme."""
    search = _search(plan, aim, seconds)
    found = lp.best(search.model, seconds=search.clock.left, threads=threads, seed=seed)
    if found.x is not None:
        search.offer(places(search.model, found.x))
    search.bound = found.bound
    return replace(
        answer(search, None, aim=aim, seed=seed), engine=f"{lp.version()}, whole"
    )


def _search(plan: Plan, aim: Aim, seconds: float) -> Search:
    clock = Clock(seconds)
    asked = spec(plan)
    return Search(model(asked, weights(asked, aim)), clock)


def _programme(built: Model) -> tuple[cp_model.CpModel, list[cp_model.IntVar]]:
    """The same rows in whole numbers; what measures the objective in parts of a unit."""
    programme = cp_model.CpModel()
    switches = len(built.cost) - 2
    columns = [programme.new_bool_var("") for _ in range(switches)]
    most = int(built.spec.students.sum()) * SCALE * 200
    columns += [programme.new_int_var(0, most, "") for _ in range(2)]
    for row in range(len(built.row_lower)):
        part = slice(built.start[row], built.start[row + 1])
        own, value = built.column[part], built.value[part]
        scale = 1 if (value == np.round(value)).all() else SCALE * 1000
        measured = own >= switches
        taken = np.where(measured, value * scale / SCALE, value * scale)
        if measured.any() and scale == 1:
            taken, scale = taken * SCALE, SCALE
        whole = np.ceil(taken - 1e-9).astype(np.int64).tolist()
        total = cp_model.LinearExpr.weighted_sum([columns[n] for n in own], whole)
        if np.isfinite(built.row_upper[row]):
            programme.add(total <= math.floor(built.row_upper[row] * scale + 1e-6))
        if np.isfinite(built.row_lower[row]):
            programme.add(total >= math.ceil(built.row_lower[row] * scale - 1e-6))
    cost = np.round(built.cost * SCALE)
    cost[-2:] = np.round(built.cost[-2:])
    programme.minimize(
        cp_model.LinearExpr.weighted_sum(columns, cost.astype(np.int64).tolist())
    )
    return programme, columns
