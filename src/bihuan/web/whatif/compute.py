"""The answer: the plan and the changed plan on the same random numbers, with intervals."""

import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import numpy as np
import xarray as xr

from bihuan.base.ids import SchoolCode
from bihuan.base.random import generator
from bihuan.loop.cost import labour_hours
from bihuan.loop.observe import outcome
from bihuan.loop.outcome import SIZE_BINS, Estimate
from bihuan.outbreak import summary
from bihuan.outbreak.calibrate import beta_for
from bihuan.outbreak.disease import NAMES, Disease, disease
from bihuan.outbreak.scenario import MODEL_VERSION, Question, Scenario
from bihuan.outbreak.simulate import seeds, simulate
from bihuan.outbreak.variant import beds
from bihuan.plan.plan import Plan
from bihuan.plan.words import ZoneKind
from bihuan.web.whatif.levers import measures_of, pulled

USUAL: Final = "sars2-2020"
"""The pathogen that is asked about where nobody says which."""
DAYS: Final = 60
SEED: Final = 20200402
RUNS: Final = 4000
"""Pairs of runs of an answer; they fit into the second with room for every change's own."""
BUDGET: Final = 0.75
"""Seconds after which no further change is tried by itself."""
GREAT: Final = 20
SMALL: Final = 5
PEAK: Final = 0.95


class Bench:
    """One school under one version of a plan: its baseline is simulated once."""

    def __init__(
        self,
        plan: Plan,
        school: SchoolCode,
        *,
        pathogen: str = USUAL,
        runs: int = RUNS,
    ) -> None:
        self.plan, self.school, self.runs = plan, school, runs
        self.disease: Disease = disease(pathogen)
        self.beta = beta_for(plan, [school], self.disease)
        self.seeds = seeds(SEED, runs)
        self.base = self.run(plan)

    def run(self, plan: Plan) -> xr.Dataset:
        """Simulate a version with the bench's own random numbers."""
        scenario = Scenario(
            plan=plan,
            school=self.school,
            disease=self.disease,
            beta=self.beta,
            question=Question.RETURNER,
            days=DAYS,
        )
        return simulate(scenario, self.seeds)

    def answer(self, changes: Mapping[str, float]) -> dict[str, Any]:
        """The plan and the changed one side by side, and each change taken back by itself."""
        began = time.perf_counter()
        changed = pulled(self.plan, self.school, changes)
        runs = self.run(changed) if changes else self.base
        alone, later = self._alone(changes, runs, began)
        return {
            **self._rests_on(),
            "pathogens": [list(one) for one in NAMES.items()],
            "before": self._side(self.base, self.plan),
            "after": self._side(runs, changed),
            "rows": self._rows(runs),
            "alone": alone,
            "later": later,
            "labour": self._labour(changed, changes, runs),
            "seconds": round(time.perf_counter() - began, 3),
        }

    def _rests_on(self) -> dict[str, Any]:
        """What an answer must carry: runs, days, seed, version, pathogen."""
        return {
            "runs": self.runs,
            "days": DAYS,
            "seed": SEED,
            "model": MODEL_VERSION,
            "pathogen": self.disease.code,
            "pathogen_name": self.disease.name,
        }

    def compare(self, other: Plan) -> dict[str, Any]:
        """The plan and another version of it on the same random numbers."""
        began = time.perf_counter()
        rows = self._rows(self.run(other))
        return {
            **self._rests_on(),
            "rows": rows,
            "seconds": round(time.perf_counter() - began, 3),
        }

    def _side(self, runs: xr.Dataset, plan: Plan) -> dict[str, Any]:
        found = outcome(runs, beds(plan, self.school, ZoneKind.ISOLATION_ROOM), ())
        return {
            "outbreak5": told(found.outbreak5),
            "none": found.none,
            "bins": bins(found.size_quantiles),
        }

    def _rows(self, runs: xr.Dataset) -> list[dict[str, Any]]:
        """The comparisons: of chances, of counts, of the fullest day."""
        rows = []
        for name, least in (("outbreak5", SMALL), ("outbreak20", GREAT)):
            one, other = _over(runs, least), _over(self.base, least)
            rows.append(
                _row(
                    name, summary.proportion(int(other.sum()), self.runs),
                    summary.proportion(int(one.sum()), self.runs),
                    summary.difference_of_shares(one, other),
                )
            )  # fmt: skip
        rows.append(
            _row(
                "beds_peak", summary.quantile(self.base["beds_peak"], PEAK),
                summary.quantile(runs["beds_peak"], PEAK),
                _peak_difference(runs["beds_peak"], self.base["beds_peak"]),
            )
        )  # fmt: skip
        rows += [
            _row(
                name, summary.mean(self.base[name]), summary.mean(runs[name]),
                summary.difference(runs[name], self.base[name]),
            )
            for name in ("class_days", "false_positives")
        ]  # fmt: skip
        return rows

    def _alone(
        self, changes: Mapping[str, float], runs: xr.Dataset, began: float
    ) -> tuple[list[dict[str, Any]], int]:
        """Each change's own part: all changes against all but it; within the time there is."""
        rows = []
        for key in changes:
            if time.perf_counter() - began > BUDGET:
                break
            rest = {k: v for k, v in changes.items() if k != key}
            fewer = self.run(pulled(self.plan, self.school, rest))
            part = summary.difference_of_shares(_over(runs, SMALL), _over(fewer, SMALL))
            days = summary.difference(runs["class_days"], fewer["class_days"])
            rows.append({"key": key, "part": told(part), "class_days": told(days)})
        return rows, len(changes) - len(rows)

    def _labour(
        self, changed: Plan, changes: Mapping[str, float], runs: xr.Dataset
    ) -> dict[str, float]:
        """Staff hours a week that each change asks for besides those of today."""
        weeks = DAYS / 7.0
        ill = float((runs["found"] + runs["false_positives"]).mean()) / weeks

        def hours(plan: Plan, key: str) -> float:
            return sum(
                labour_hours(plan, self.school, m, weeks=weeks, found=ill)
                for m in measures_of(plan, self.school, key)
            )

        return {
            key: round(hours(changed, key) - hours(self.plan, key), 2)
            for key in changes
        }


def told(one: Estimate) -> list[float]:
    """An estimate as three numbers."""
    return [float(one.value), float(one.low), float(one.high)]


def bins(dots: tuple[int, ...]) -> list[int]:
    """How many of the fifty dots fall into each bin; the first is nobody at all."""
    ends: list[tuple[int, int | None]] = [(0, 0), *SIZE_BINS]
    return [
        sum(low <= n and (high is None or n <= high) for n in dots)
        for low, high in ends
    ]  # fmt: skip


@lru_cache(maxsize=16)
def _resamples(runs: int) -> Any:
    """Which runs each of two hundred resamples draws, the same for both sides."""
    return generator(SEED, "resample").integers(0, runs, size=(200, runs))


def _peak_difference(one: Any, other: Any) -> Estimate:
    """Difference of the 95% quantiles, with its interval from resampled pairs of runs."""
    a, b = np.asarray(one), np.asarray(other)
    picked = _resamples(len(a))
    found = _peak(a[picked]) - _peak(b[picked])
    value = float(_peak(a) - _peak(b))
    low, high = np.quantile(found, (0.05, 0.95))
    return Estimate(value, min(value, float(low)), max(value, float(high)))


def _peak(days: Any) -> Any:
    return np.quantile(days, PEAK, axis=-1, method="inverted_cdf")


def _over(runs: xr.Dataset, least: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.asarray(runs["size"].to_numpy() >= least)


def _row(
    name: str, before: Estimate, after: Estimate, change: Estimate
) -> dict[str, Any]:
    return {
        "name": name,
        "before": told(before),
        "after": told(after),
        "change": told(change),
        "hollow": change.covers_zero,
    }
