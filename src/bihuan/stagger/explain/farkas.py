"""An LP that asks whether rows can hold together, and the certificate when they cannot.

A certificate is a weight for each row. The weighted sum of the rows is one inequality; if
even the best choice of every column between 0 and 1 misses it, nothing holds all rows.
`verified` works that sum out anew and allows for every rounding on the way.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import highspy
import numpy as np

from bihuan.stagger.calendar.days import Floats
from bihuan.stagger.calendar.lp import silent
from bihuan.stagger.explain.core import Core

EPSILON = float(np.finfo(np.float64).eps)


class Seen(Enum):
    """What an oracle says of a set of rows."""

    POSSIBLE = auto()
    IMPOSSIBLE = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """What an LP says: with a point, or with a certificate."""

    seen: Seen
    x: Floats | None = None
    ray: Floats | None = None


class Oracle:
    """One LP, asked again and again with other groups left out; it starts where it stood."""

    def __init__(self, core: Core) -> None:
        """An LP without an objective."""
        self.core = core
        self._solver = silent(presolve="off", solver="simplex")
        self._solver.passModel(lp_of(core, np.zeros(core.columns)))

    def ask(self, without: Collection[str], *, seconds: float) -> Answer:
        """Whether the rows can hold together without some groups."""
        lower, upper = self.core.without(without)
        every = np.arange(len(lower), dtype=np.int32)
        self._solver.changeRowsBounds(len(lower), every, lower, upper)
        limit = self._solver.getRunTime() + max(0.01, seconds)
        self._solver.setOptionValue("time_limit", limit)
        self._solver.run()
        match self._solver.getModelStatus():
            case highspy.HighsModelStatus.kOptimal:
                x = np.array(self._solver.getSolution().col_value)
                return Answer(Seen.POSSIBLE, x=x)
            case highspy.HighsModelStatus.kInfeasible:
                _, has, ray = self._solver.getDualRay()
                return Answer(Seen.IMPOSSIBLE, ray=np.array(ray) if has else None)
        return Answer(Seen.UNKNOWN)


def lp_of(core: Core, cost: Floats) -> Any:
    """A core as HiGHS takes it."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = core.columns, len(core.lower)
    lp.col_cost_ = cost
    lp.col_lower_, lp.col_upper_ = np.zeros(core.columns), np.ones(core.columns)
    lp.row_lower_, lp.row_upper_ = core.lower, core.upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = core.start.astype(np.int32)
    lp.a_matrix_.index_ = core.column.astype(np.int32)
    lp.a_matrix_.value_ = core.value
    return lp


def support(core: Core, ray: Floats) -> dict[str, float]:
    """Groups that a certificate rests on, with how much of it each carries."""
    weight = np.abs(ray) * np.maximum(core.sizes, 1.0)
    kept = weight > 1e-9 * max(weight.max(initial=0.0), 1e-30)
    carried = np.bincount(
        core.group, weights=np.where(kept, weight, 0.0), minlength=len(core.names)
    )
    return {core.names[n]: float(carried[n]) for n in np.flatnonzero(carried) if n}


def verified(core: Core, ray: Floats, within: Collection[str]) -> bool:
    """Whether weights prove that hard rows and those of some groups cannot all hold."""
    usable = core.rows_of(within) | (core.group == 0)
    return any(_proves(core, np.where(usable, sign * ray, 0.0)) for sign in (1.0, -1.0))


def _proves(core: Core, weight: Floats) -> bool:
    """Sum the rows by their weights; the best point of the box must miss the sum."""
    bound = np.where(weight > 0, core.lower, core.upper)
    weight = np.where(np.isfinite(bound), weight, 0.0)
    used = weight != 0
    if not used.any():
        return False
    needs = float(np.dot(weight[used], bound[used]))
    terms = weight[core.entry_row] * core.value
    sums = np.bincount(core.column, weights=terms, minlength=core.columns)
    most = float(np.maximum(sums, 0.0).sum())
    # Every product and sum is off by at most a part of what was added up.
    added = float(np.abs(terms).sum() + np.abs(weight[used] * bound[used]).sum())
    doubt = EPSILON * (len(terms) + core.columns + len(weight)) * added
    return needs - most > doubt
