"""What each measured delay, miss and recall costs against its standard, in infections.

The school's own model is run with the standard's value and with the measured one, over
the same random numbers, each thing alone and all together. A price whose interval covers
zero is kept and says so: 差异在误差范围内.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from bihuan.base.ids import SchoolCode
from bihuan.base.wording import N_
from bihuan.drill.marks import Evaluation
from bihuan.loop.drilled import Price
from bihuan.loop.fed import Fed, as_asked, as_measured, fed, with_nights
from bihuan.loop.observe import outbreak
from bihuan.outbreak import summary
from bihuan.outbreak.disease import Disease
from bihuan.outbreak.scenario import Question, Scenario
from bihuan.outbreak.simulate import seeds, simulate
from bihuan.outbreak.summary import Estimate
from bihuan.plan.plan import Plan

ALL = "all"
TOGETHER = N_("一起补")
MOST_EFFORT = 5.0
UNKNOWN = Estimate(math.nan, 0.0, 1.0)
"""A chance of which nothing is known."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """What is held while values change: the plan, the disease, the runs."""

    plan: Plan
    disease: Disease | None
    """None: the engine has no model of the scene's disease; nothing is priced."""
    beta: float
    runs: int = 4000
    days: int = 60
    seed: int = 1
    threads: int = 0
    progress: Callable[[int], None] | None = None
    """Hears how many more runs are done."""

    def run(self, plan: Plan, school: SchoolCode) -> xr.Dataset:
        """One infectious returner under a version of the plan."""
        if self.disease is None:
            raise ValueError("no model")
        scenario = Scenario(
            plan=plan,
            school=school,
            disease=self.disease,
            beta=self.beta,
            question=Question.RETURNER,
            days=self.days,
        )
        keys = seeds(self.seed, self.runs)
        return simulate(scenario, keys, threads=self.threads, progress=self.progress)


@dataclass(frozen=True, kw_only=True)
class Priced:
    """A drill's prices, and the chance of an outbreak as planned and as rehearsed."""

    prices: tuple[Price, ...]
    as_planned: Estimate
    as_rehearsed: Estimate


def price(evaluation: Evaluation, ground: Ground) -> Priced:
    """Price everything that a drill measured, the best worth per effort first."""
    school, plan = evaluation.school, ground.plan
    if ground.disease is None:
        return Priced(prices=(), as_planned=UNKNOWN, as_rehearsed=UNKNOWN)
    found = differing(evaluation, plan)
    plan = with_nights(plan, school, found)
    planned = ground.run(plan, school)
    if not found:
        chance = _chance(planned)
        return Priced(prices=(), as_planned=chance, as_rehearsed=chance)
    asked = as_asked(plan, school, found)
    base = ground.run(asked, school)
    alone = [
        _price(one, ground.run(as_measured(asked, school, [one]), school), base)
        for one in found
    ]
    together = ground.run(as_measured(plan, school, found), school)
    whole = _row(ALL, TOGETHER, ("", ""), MOST_EFFORT, one=together, other=base)
    return Priced(
        prices=(*in_order(alone), whole),
        as_planned=_chance(planned),
        as_rehearsed=_chance(together),
    )


def differing(evaluation: Evaluation, plan: Plan) -> tuple[Fed, ...]:
    """What was measured at another value than was asked for; the rest has no price."""
    return tuple(f for f in fed(evaluation, plan) if f.measured != f.standard)


def steps(evaluation: Evaluation, plan: Plan) -> int:
    """How many times the model is run for the prices of a drill."""
    found = len(differing(evaluation, plan))
    return found + 3 if found else 1


def in_order(prices: Sequence[Price]) -> tuple[Price, ...]:
    """What to mend first: sure ones before unsure ones, then by worth per effort."""
    return tuple(
        sorted(
            prices,
            key=lambda p: (
                p.infections.covers_zero or p.infections.value < 0.0,
                -p.infections.value / p.effort,
            ),
        )
    )


def _price(one: Fed, measured: xr.Dataset, base: xr.Dataset) -> Price:
    words = one.said, one.asked
    return _row(one.key, one.label, words, one.effort, one=measured, other=base)


def _row(
    key: str,
    label: str,
    words: tuple[str, str],
    effort: float,
    *,
    one: xr.Dataset,
    other: xr.Dataset,
) -> Price:
    """Measured (`one`) minus standard (`other`)."""
    return Price(
        key=key,
        label=label,
        measured=words[0],
        standard=words[1],
        infections=paired(one["size"], other["size"]),
        outbreak5=summary.difference_of_shares(outbreak(one), outbreak(other)),
        apart_days=paired(one["apart_days"], other["apart_days"]),
        lessons=paired(one["class_days"], other["class_days"]),
        effort=effort,
    )


def paired(one: ArrayLike, other: ArrayLike) -> Estimate:
    """Mean paired difference with an interval that few differing runs do not make too sure.

    Two runs are added that differ as much as those that do, once up and once down, as
    Agresti and Min add to their table; with no run that differs the interval is not zero.
    """
    d = np.asarray(one, np.float64) - np.asarray(other, np.float64)
    differs = np.abs(d[d != 0.0])
    size = max(1.0, float(differs.mean())) if len(differs) else 1.0
    value = float(d.mean())
    more = np.concatenate([d, [value + size, value - size]])
    wide = summary.Z * float(more.std(ddof=1)) / np.sqrt(len(d))
    return Estimate(value, value - float(wide), value + float(wide))


def _chance(runs: xr.Dataset) -> Estimate:
    hits = outbreak(runs)
    return summary.proportion(int(hits.sum()), len(hits))
