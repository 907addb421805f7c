"""The engine and its slow exact twin give the same distributions, each measure on and off.

Every case compares some forty figures. The chance that any test of this file fails
although the twins agree is at most `FALSE_ALARM`; seeds are fixed, so that it is a matter
of the code and not of the day.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

import odds
from bihuan.base.ids import SchoolCode
from bihuan.base.units import PerHundredThousandDays
from bihuan.outbreak import calibrate, exact
from bihuan.outbreak.disease import disease
from bihuan.outbreak.exact import ExactRuns
from bihuan.outbreak.scenario import Question, Scenario
from bihuan.outbreak.simulate import seeds, simulate
from bihuan.plan import measures as m
from bihuan.plan.contacts import SETTINGS
from bihuan.plan.plan import Plan
from bihuan.plan.words import Setting, ZoneKind
from world import QIZHONG, YIGAO, small_plan

FALSE_ALARM = 1e-3
FIGURES = 40
"""Figures that are compared in a case, at most."""
TWIN_RUNS = 400
ENGINE_RUNS = 4000
DAYS = 28
R0 = 2.5
ILL = replace(disease("influenza-a"), overdispersion=2.0)
"""Less spread between persons than is known: the same number of runs sees more."""
BINS = 7
"""Bins of about equal numbers of runs in which a distribution is compared."""

CHECKS = ("symptom_check",)
NEEDS = {
    "isolation": CHECKS,
    "testing": CHECKS,
    "suspension": CHECKS,
    "contact_listing": (*CHECKS, "testing"),
    "quarantine": (*CHECKS, "testing"),
}
"""What a measure can do nothing without."""


@dataclass(frozen=True)
class Case:
    """A way to look at a kind of measure."""

    kind: str
    way: str
    """alone; without: all but it; narrow: alone, for one grade and some days."""
    question: Question

    def __str__(self) -> str:
        return f"{self.kind}-{self.way}-{self.question}"


def cases() -> Iterator[Case]:
    for kind in m.type_of:
        for question in Question:
            yield Case(kind, "alone", question)
            yield Case(kind, "without", question)
        yield Case(kind, "narrow", Question.IMPORTS)


FAST = (
    *(Case("", way, question) for way in ("all", "none") for question in Question),
    Case("day school", "all", Question.IMPORTS),
    Case("few beds", "all", Question.IMPORTS),
)
CASES = (*FAST, *cases())
ALARM = FALSE_ALARM / (len(CASES) * FIGURES)


@cache
def plan_of(case: Case) -> Plan:
    """The small plan, with many imports, changed as a case wants it."""
    plan = small_plan()
    outside = PerHundredThousandDays(60.0)
    plan = replace(plan, district=replace(plan.district, incidence=outside))
    if case.way == "narrow":
        return replace(plan, measures=tuple(_narrowed(case, plan)))
    if case.kind == "few beds":
        zones = (
            replace(zone, rooms=1, beds=min(zone.beds or 0, 2))
            if zone.kind in (ZoneKind.ISOLATION_ROOM, ZoneKind.OBSERVATION_AREA)
            else zone
            for zone in plan.zones
        )
        return replace(plan, zones=tuple(zones))
    return plan


def _narrowed(case: Case, plan: Plan) -> Iterator[m.Measure]:
    for row in plan.measures:
        if row.kind != case.kind:
            yield row
        elif row.kind == "staged_opening":
            yield replace(row, scope=("G11C2",))
        else:
            start, end = date(2020, 4, 10), date(2020, 4, 27)
            always = row.kind in ("vaccination", "return_survey")
            yield replace(
                row,
                scope=("G10", "G12C1"),
                start=None if always else start,
                end=None if always else end,
            )


def school_of(case: Case) -> SchoolCode:
    return QIZHONG if case.kind == "day school" else YIGAO


def without(case: Case) -> frozenset[str]:
    """Codes of the measures that a case takes away."""
    rows = [row for row in plan_of(case).measures if row.school == school_of(case)]
    if case.way == "all":
        return frozenset()
    if case.way == "none":
        return frozenset(row.code for row in rows)
    if case.way == "without":
        return frozenset(row.code for row in rows if row.kind == case.kind)
    kept = {case.kind, *NEEDS.get(case.kind, ())}
    return frozenset(row.code for row in rows if row.kind not in kept)


@cache
def beta() -> float:
    return exact.beta_for(small_plan(), (YIGAO, QIZHONG), ILL, R0)


@cache
def twin(case: Case) -> ExactRuns:
    return exact.run(
        plan_of(case),
        school_of(case),
        ILL,
        beta=beta(),
        question=case.question,
        days=DAYS,
        runs=TWIN_RUNS,
        seed=CASES.index(case),
        without=without(case),
    )


@cache
def engine(case: Case) -> xr.Dataset:
    scenario = Scenario(
        plan=plan_of(case),
        school=school_of(case),
        disease=ILL,
        beta=beta(),
        question=case.question,
        days=DAYS,
        without=without(case),
    )
    return simulate(scenario, seeds(1, ENGINE_RUNS), threads=1)


def figures(slow: ExactRuns, fast: xr.Dataset) -> dict[str, float]:
    """How odd the two samples are, by figure, if they come from one distribution."""
    found: dict[str, float] = {}
    for name in ("size", "family", "first_found", "found", "beds_peak"):
        found[f"{name} spread"] = spread(getattr(slow, name), fast[name].to_numpy())
    for name in (
        "size",
        "family",
        "found",
        "confirmed",
        "tests",
        "beds_peak",
        "bedless_days",
        "false_positives",
        "apart_days",
        "class_days",
    ):
        one, other = getattr(slow, name), fast[name].to_numpy()
        found[f"{name} mean"] = odds.of_two_means(one, other)
    for number, cause in enumerate(exact.CAUSES):
        one, other = slow.imports[:, number], fast["imports"].to_numpy()[:, number]
        found[f"imports {cause}"] = odds.of_two_means(one, other)
    for number, setting in enumerate(SETTINGS):
        one = slow.by_setting[:, number]
        other = fast["by_setting"].to_numpy()[:, number]
        found[f"in {setting}"] = odds.of_two_means(one, other)
    return found


def spread(one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    """Chi-square over bins of about equal numbers."""
    both = np.concatenate([one, other])
    edges = np.unique(np.quantile(both, np.linspace(0, 1, BINS + 1)[1:-1]))
    counts = (
        np.bincount(np.digitize(sample, edges), minlength=len(edges) + 1)
        for sample in (one, other)
    )
    return odds.of_two_counts(*counts)


def disagreements(case: Case) -> dict[str, float]:
    slow, fast = twin(case), engine(case)
    told = figures(slow, fast)
    assert len(told) <= FIGURES
    return {
        f"{name} (twin {_mean(slow, name)}, engine {_mean(fast, name)})": value
        for name, value in told.items()
        if value < ALARM
    }


def _mean(runs: ExactRuns | xr.Dataset, figure: str) -> str:
    """A figure's mean, to be read where twins disagree."""
    first, last = figure.split(" ")
    if first == "imports":
        values = np.asarray(runs.imports)[:, exact.CAUSES.index(last)]
    elif first == "in":
        number = [str(setting) for setting in SETTINGS].index(last)
        values = np.asarray(runs.by_setting)[:, number]
    else:
        values = np.asarray(getattr(runs, first))
    return f"{values.mean():.4g}"


@pytest.mark.parametrize("case", FAST, ids=str)
def test_twins_agree(case: Case) -> None:
    assert disagreements(case) == {}


@pytest.mark.slow
@pytest.mark.parametrize("case", tuple(cases()), ids=str)
def test_twins_agree_on_every_measure(case: Case) -> None:
    assert disagreements(case) == {}


@pytest.mark.parametrize("code", ["sars2-2020", "norovirus"])
def test_twins_mean_the_same_by_r0(code: str) -> None:
    ill, schools = disease(code).felt(Setting.SEAT, 3.0), (YIGAO, QIZHONG)
    one = exact.beta_for(small_plan(), schools, ill, 2.0)
    assert calibrate.beta_for(small_plan(), schools, ill, 2.0) == pytest.approx(
        one, rel=1e-5
    )


def test_engine_infects_at_the_hours_of_the_twin() -> None:
    """An hour in which the twin infects is one of the engine's, setting by setting."""
    case = FAST[2]
    slow, fast = twin(case).by_hour, engine(case)["by_hour"].to_numpy()
    assert slow.sum() > 3000
    assert (fast[slow >= 5] > 0).all()
    assert (slow[fast >= 5 * ENGINE_RUNS / TWIN_RUNS * 4] > 0).all()
