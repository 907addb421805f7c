"""HiGHS as the calendar uses it: programmes as arrays, bounds, duals, rays.

A limit of time says nothing of whether there is a plan; only `Ended.NONE` does, and that
is looked at again (`proof`) before anybody is told.
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

import highspy
import numpy as np

from bihuan.stagger.calendar.days import Floats
from bihuan.stagger.calendar.rows import Programme

INTEGER = 1
"""HiGHS' code of a whole number."""
NEAR = 1e-4
"""The gap at which a plan is as good as proven."""


class Ended(Enum):
    """How a solver stopped."""

    BEST = auto()
    """The optimum."""
    NONE = auto()
    """It says that nothing holds all rows."""
    STOPPED = auto()
    """Out of time, with or without a solution."""


ENDED = {
    highspy.HighsModelStatus.kOptimal: Ended.BEST,
    highspy.HighsModelStatus.kInfeasible: Ended.NONE,
    highspy.HighsModelStatus.kUnboundedOrInfeasible: Ended.NONE,
}


@dataclass(frozen=True, slots=True)
class Solved:
    """What a solver leaves behind."""

    ended: Ended
    x: Floats | None = None
    objective: float = np.inf
    bound: float = -np.inf
    reduced: Floats = field(default_factory=lambda: np.zeros(0))
    """Reduced costs, where an LP was solved to its optimum."""
    dual: Floats = field(default_factory=lambda: np.zeros(0))
    """Duals of the rows; where nothing holds all rows, a ray."""
    seconds: float = 0.0


def version() -> str:
    """The solver and its version."""
    return f"highs {highspy.HIGHS_VERSION_MAJOR}.{highspy.HIGHS_VERSION_MINOR}.{highspy.HIGHS_VERSION_PATCH}"


class _Quiet(highspy.Highs):
    """HiGHS without its banner, which it prints where callbacks are set up."""

    def enableCallbacks(self) -> None:  # noqa: N802  # the solver's own name
        """Leave callbacks alone: nobody uses them here."""


def silent(**options: Any) -> Any:
    """HiGHS without a word, on one thread unless told otherwise.

    The threads are the process's: HiGHS refuses to run where a solver before it, that
    was told another number or none, has started them.
    """
    solver: Any = _Quiet()  # type: ignore[no-untyped-call]
    for option, value in {"output_flag": False, "threads": 1, **options}.items():
        solver.setOptionValue(option, value)
    return solver


def engine(programme: Programme, *, threads: int = 1, seed: int = 0) -> Any:
    """A solver with a programme in it, as an LP."""
    solver = silent(threads=threads, random_seed=seed % 2**31)
    solver.passModel(_lp(programme))
    return solver


def _lp(programme: Programme) -> Any:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(programme.cost), len(programme.row_lower)
    lp.col_cost_, lp.offset_ = programme.cost, programme.offset
    lp.col_lower_, lp.col_upper_ = programme.lower, programme.upper
    lp.row_lower_, lp.row_upper_ = programme.row_lower, programme.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = programme.start.astype(np.int32)
    lp.a_matrix_.index_ = programme.column.astype(np.int32)
    lp.a_matrix_.value_ = programme.value
    return lp


def relaxed(
    programme: Programme, *, seconds: float, threads: int = 1, seed: int = 0
) -> Solved:
    """The LP of a programme: its bound, its duals, a ray where nothing holds all rows."""
    solver = engine(programme, threads=threads, seed=seed)
    _limit(solver, seconds)
    solver.run()
    solved = _read(solver)
    if solved.ended is Ended.NONE:  # presolve leaves no ray
        solver.setOptionValue("presolve", "off")
        _limit(solver, seconds)
        solver.run()
        solved = _with_ray(solver, _read(solver))
    return solved


def best(
    programme: Programme,
    *,
    seconds: float,
    start: Floats | None = None,
    threads: int = 1,
    seed: int = 0,
    effort: float = 0.05,
) -> Solved:
    """The programme with its whole numbers, from a plan to begin with."""
    if threads > 1:  # HiGHS' threads are the process's: the first to ask decides
        highspy.Highs.resetGlobalScheduler(True)  # noqa: FBT003  # takes no names
    solver = engine(programme, threads=threads, seed=seed)
    whole = programme.whole.astype(np.int32)
    solver.changeColsIntegrality(
        len(whole), whole, np.full(len(whole), INTEGER, np.uint8)
    )
    solver.setOptionValue("mip_rel_gap", NEAR / 2)
    solver.setOptionValue("mip_heuristic_effort", effort)
    if start is not None:
        known = highspy.HighsSolution()
        known.col_value = start.tolist()
        solver.setSolution(known)
    _limit(solver, seconds)
    solver.run()
    solved = _read(solver)
    if threads > 1:
        highspy.Highs.resetGlobalScheduler(True)  # noqa: FBT003  # takes no names
    return solved


def _limit(solver: Any, seconds: float) -> None:
    solver.setOptionValue("time_limit", solver.getRunTime() + max(0.05, seconds))


def _read(solver: Any) -> Solved:
    info, status = solver.getInfo(), solver.getModelStatus()
    ended = ENDED.get(status, Ended.STOPPED)
    known = solver.getSolution()
    feasible = (
        info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    )
    x = np.array(known.col_value) if feasible else None
    optimal = ended is Ended.BEST
    return Solved(
        ended=ended,
        x=x,
        objective=info.objective_function_value if feasible else np.inf,
        bound=info.mip_dual_bound
        if len(solver.getLp().integrality_)
        else (info.objective_function_value if optimal else -np.inf),
        reduced=np.array(known.col_dual)
        if optimal and known.dual_valid
        else np.zeros(0),
        dual=np.array(known.row_dual) if optimal and known.dual_valid else np.zeros(0),
        seconds=solver.getRunTime(),
    )


def _with_ray(solver: Any, solved: Solved) -> Solved:
    if solved.ended is not Ended.NONE:
        return solved
    _status, has, ray = solver.getDualRay()
    return Solved(ended=Ended.NONE, dual=np.array(ray) if has else np.zeros(0))
