"""What if an assumption stands at its low or its high end: does the order of mending hold?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

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
from bihuan.outbreak.simulate import Seeds, simulate
from bihuan.plan.people import School
from bihuan.plan.plan import Plan
from bihuan.plan.words import Setting

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


class End(NamedTuple):
    """One end of one assumption: its name and the disease there."""

    name: str
    disease: Disease


@dataclass(frozen=True, eq=False)
class Ground:
    """What is held while assumptions move: the plan, its schools, the runs."""

    plan: Plan
    schools: tuple[School, ...]
    seeds: Seeds
    days: int


def sensitivity(
    ground: Ground, disease: Disease, tried: Sequence[Tried]
) -> tuple[Sensitivity, ...]:
    """The district's mean chance of an outbreak at both ends of each assumption."""
    first = ranking(tried)[:2]
    candidates = [t for t in tried if t.remedy.name in first]
    ends = list(_ends(disease))
    chances: list[list[Estimate]] = [[] for _end in ends]
    again: list[list[Tried]] = [[] for _end in ends]
    codes = [s.code for s in ground.schools]
    betas = [beta_for(ground.plan, codes, end.disease) for end in ends]
    # School by school, so that a school's network is built once and then let go.
    for school in ground.schools:
        here = [t for t in candidates if t.school.code == school.code]
        for number, end in enumerate(ends):
            chance, effects = _at(ground, school, end.disease, betas[number], here)
            chances[number].append(chance)
            again[number] += effects
    orders = [ranking(rows) for rows in again]
    return tuple(
        Sensitivity(
            name=ends[low].name,
            low=summary.pooled(chances[low]),
            high=summary.pooled(chances[low + 1]),
            reorders=any(order != first for order in orders[low : low + 2]),
        )
        for low in range(0, len(ends), 2)
    )


def _ends(disease: Disease) -> Iterator[End]:
    """The low and the high end of each assumption, one after the other."""
    ranges = {p.parameter: p for p in parameters() if p.disease == disease.code}
    for name in VARIED:
        row = ranges[name]
        if row.low < row.high:
            yield End(label(name), disease.varied(name, row.low))
            yield End(label(name), disease.varied(name, row.high))
    for setting in FELT:
        name = _("{setting}的接触强度").format(setting=_(setting.label))
        for factor in RANGE:
            yield End(name, disease.felt(setting, factor))


def _at(
    ground: Ground,
    school: School,
    disease: Disease,
    beta: float,
    here: Sequence[Tried],
) -> tuple[Estimate, list[Tried]]:
    """A school's chance of an outbreak, and what its remedies do, with one disease."""

    def run(plan: Plan, question: Question) -> xr.Dataset:
        scenario = Scenario(
            plan=plan,
            school=school.code,
            disease=disease,
            beta=beta,
            question=question,
            days=ground.days,
        )
        return simulate(scenario, ground.seeds)

    questions = {Question.RETURNER, *(one.remedy.question for one in here)}
    base = {question: run(ground.plan, question) for question in sorted(questions)}
    hits = int(outbreak(base[Question.RETURNER]).sum())
    chance = summary.proportion(hits, len(ground.seeds))
    effects = [
        replace(
            one,
            beta=beta,
            effect=one.remedy.compare(
                run(one.mended, one.remedy.question), base[one.remedy.question]
            ),
        )
        for one in here
    ]
    return chance, effects
