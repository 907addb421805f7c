"""What if an assumption stands at its low or its high end: does the order of mending hold?"""

from collections.abc import Iterator

import xarray as xr

from bihuan.base.wording import _
from bihuan.loop.assumptions import label
from bihuan.loop.observe import outbreak
from bihuan.loop.outcome import Estimate, Question, Sensitivity
from bihuan.loop.priorities import Tried, ranking
from bihuan.outbreak import summary
from bihuan.outbreak.calibrate import beta_for
from bihuan.outbreak.disease import Disease, parameters
from bihuan.outbreak.intensity import RANGE
from bihuan.outbreak.scenario import Scenario
from bihuan.outbreak.simulate import seeds, simulate
from bihuan.plan.people import School
from bihuan.plan.plan import Plan
from bihuan.plan.words import Setting

RUNS = 200
"""Runs per school and end: enough to see an order change, little time."""
VARIED = (
    "r0",
    "overdispersion",
    "symptomatic_student",
    "fever_student",
    "asymptomatic_infectiousness",
    "lead",
    "profile_mean",
)
FELT = (
    Setting.CLASSROOM,
    Setting.SEAT,
    Setting.DORM_ROOM,
    Setting.TABLE,
    Setting.STAIR,
)
"""Settings whose intensity is varied, the rest held and R0 held."""


def sensitivity(
    plan: Plan,
    disease: Disease,
    schools: tuple[School, ...],
    tried: list[Tried],
    seed: int,
) -> tuple[Sensitivity, ...]:
    """The district's mean chance of an outbreak at both ends of each assumption."""
    first = ranking(tried)[:2]
    candidates = [t for t in tried if t.remedy.name in first]
    rows = []
    for name, low, high in _ends(disease):
        ends = [_at(plan, one, schools, candidates, seed) for one in (low, high)]
        rows.append(
            Sensitivity(
                name=name,
                low=ends[0][0],
                high=ends[1][0],
                reorders=any(order != first for _mean, order in ends),
            )
        )
    return tuple(rows)


def _ends(disease: Disease) -> Iterator[tuple[str, Disease, Disease]]:
    """Name of an assumption and the disease at its two ends."""
    ranges = {p.parameter: p for p in parameters() if p.disease == disease.code}
    for name in VARIED:
        row = ranges[name]
        if row.low < row.high:
            yield (
                label(name),
                disease.varied(name, row.low),
                disease.varied(name, row.high),
            )
    for setting in FELT:
        low, high = (disease.felt(setting, factor) for factor in RANGE)
        yield _("{setting}的接触强度").format(setting=_(setting.label)), low, high


def _at(
    plan: Plan,
    disease: Disease,
    schools: tuple[School, ...],
    candidates: list[Tried],
    seed: int,
) -> tuple[Estimate, list[str]]:
    """The mean chance, and the order of the candidates, with one disease."""
    beta = beta_for(plan, [s.code for s in schools], disease)
    keys = seeds(seed, RUNS)

    def run(version: Plan, school: School, question: Question) -> xr.Dataset:
        return simulate(
            Scenario(
                plan=version,
                school=school.code,
                disease=disease,
                beta=beta,
                question=question,
            ),
            keys,
        )

    base = {s.code: run(plan, s, Question.RETURNER) for s in schools}
    chances = [summary.proportion(int(outbreak(r).sum()), RUNS) for r in base.values()]
    again = []
    for one in candidates:
        runs = run(one.mended, one.school, one.remedy.question)
        still = (
            base[one.school.code]
            if one.remedy.question is Question.RETURNER
            else run(plan, one.school, one.remedy.question)
        )
        again.append(
            Tried(
                remedy=one.remedy,
                school=one.school,
                mended=one.mended,
                effect=one.remedy.compare(runs, still),
                beta=beta,
            )
        )
    return summary.pooled(chances), ranking(again)
