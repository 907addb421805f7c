"""The staggered return and the rehearsal: rates for a day, slots and dates in the plan."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bihuan.base.ids import GradeCode, SchoolCode
from bihuan.outbreak import summary
from bihuan.outbreak.calibrate import beta_for
from bihuan.outbreak.disease import Disease
from bihuan.outbreak.network import build, keep
from bihuan.outbreak.scenario import Question, Scenario
from bihuan.outbreak.simulate import seeds, simulate
from bihuan.outbreak.summary import Estimate
from bihuan.plan.contacts import SETTINGS
from bihuan.plan.measures import (
    Measure,
    StagedOpening,
    StaggeredArrival,
    StaggeredBreaks,
    StaggeredDining,
)
from bihuan.plan.plan import Plan
from bihuan.stagger.answer import Calendar, Day, Opening, Why
from bihuan.stagger.day.mixing import COUNTED, Rates

STAGGERED: Final = (StaggeredArrival, StaggeredDining, StaggeredBreaks)
SMALL: Final = 5
"""Students and staff from which an outbreak is counted."""


def rates(plan: Plan, school: SchoolCode, disease: Disease) -> Rates:
    """Expected transmissions per pair and hour over a whole course, by setting.

    What the kernel would use: the disease's weights, the intensities of the zones where
    the school meets, masks, air and cleaning of the first day, times beta; the mean over
    the pairs and hours of each setting.
    """
    built = build(plan, school, disease, 1, frozenset())
    mine = tuple(m for m in plan.measures if m.school == school)
    kept = keep(built, plan, disease.strength_needed, mine)
    net = built.network
    sizes = np.diff(net.first)[net.group].astype(np.float64)
    pair_hours = sizes * (sizes - 1.0) / 2.0 * net.hours
    beta = beta_for(plan, (school,), disease)
    found = {}
    for setting in COUNTED:
        there = net.setting == SETTINGS.index(setting)
        whole = float(pair_hours[there].sum())
        if whole > 0.0:
            strength = (built.base.sum(axis=1) * kept * pair_hours)[there].sum()
            found[setting] = beta * float(strength) / whole
    return Rates(found)


def with_day(plan: Plan, day: Day) -> Plan:
    """The plan with a day's slots in place of those that its school had."""
    others = tuple(slot for slot in plan.slots if slot.school != day.school)
    return replace(plan, slots=(*others, *day.slots), places={})


def with_calendar(plan: Plan, calendar: Calendar) -> Plan:
    """The plan with a calendar's dates published in place of those before.

    Locks stay locks; grades that the calendar does not name keep their dates.
    """
    named = {(o.school, code) for o in calendar.openings for code in o.grades}
    kept = tuple(
        left for measure in plan.measures for left in _unnamed(plan, measure, named)
    )
    added = _published(plan, calendar.openings, {(m.school, m.code) for m in kept})
    return replace(plan, measures=(*kept, *added), places={})


def _unnamed(
    plan: Plan, measure: Measure, named: set[tuple[SchoolCode, GradeCode]]
) -> Iterator[Measure]:
    """A measure, or what is left of a published date where others have dates now."""
    if not isinstance(measure, StagedOpening):
        yield measure
        return
    school = measure.school
    grades = {row.code: row.grade for row in plan.classes if row.school == school}
    codes = measure.scope or tuple(
        row.code for row in plan.grades if row.school == school
    )
    left = tuple(
        code
        for code in codes
        if (school, GradeCode(grades.get(code, code))) not in named  # type: ignore[call-overload]
    )
    if left == codes:
        yield measure
    elif left:
        yield replace(measure, scope=left)


def _published(
    plan: Plan,
    openings: Sequence[Opening],
    used: set[tuple[SchoolCode, str]],
) -> Iterator[StagedOpening]:
    """A published date for each opening, its code new at its school."""
    locked = {
        (m.school, code)
        for m in plan.measures
        if isinstance(m, StagedOpening) and m.locked
        for code in m.scope
    }
    number: dict[SchoolCode, int] = {}
    for one in openings:
        while True:
            number[one.school] = number.get(one.school, 0) + 1
            code = f"F{number[one.school]:02d}"
            if (one.school, code) not in used:
                break
        yield StagedOpening(
            school=one.school,
            code=code,
            scope=one.grades,
            opens=one.date,
            locked=one.why is Why.LOCK
            or any((one.school, grade) in locked for grade in one.grades),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """A school staggered and not, the same random numbers; negative: staggering helps."""

    school: SchoolCode
    question: Question
    runs: int
    staggered: Estimate
    """Students and staff infected."""
    unstaggered: Estimate
    size: Estimate
    """Difference of the two."""
    outbreak5: Estimate
    """Difference of the chance of at least five."""
    wait: float
    """Mean minutes at the gate in the morning, staggered."""
    wait_unstaggered: float

    @property
    def is_told(self) -> bool:
        """Whether the interval of the difference leaves the sign open no more."""
        return not self.size.covers_zero


def compare(
    plan: Plan,
    answers: Sequence[Day],
    disease: Disease,
    *,
    calendar: Calendar | None = None,
    questions: Sequence[Question] = tuple(Question),
    runs: int = 400,
    days: int = 60,
    seed: int = 1,
    threads: int = 0,
) -> tuple[Compared, ...]:
    """Rehearse schools with the slots of their days against everybody at once.

    Unstaggered: no slots, no staggered measure, and with a calendar all grades of a school
    on the first of its dates. All else of the plan is the same, and so is beta.
    """
    beta = beta_for(plan, [day.school for day in answers], disease)
    drawn = seeds(seed, runs)
    return tuple(
        _compared(
            day,
            tuple(
                Scenario(
                    plan=version,
                    school=day.school,
                    disease=disease,
                    beta=beta,
                    question=question,
                    days=days,
                )
                for version in (
                    with_day(_dated(plan, calendar), day),
                    unstaggered(plan, day.school, calendar),
                )
            ),
            drawn,
            threads=threads,
        )
        for day in answers
        for question in questions
    )


def _dated(plan: Plan, calendar: Calendar | None) -> Plan:
    return plan if calendar is None else with_calendar(plan, calendar)


def unstaggered(
    plan: Plan, school: SchoolCode, calendar: Calendar | None = None
) -> Plan:
    """The plan as if nobody staggered anything at a school."""
    if calendar is not None:
        first = min(
            (o.date for o in calendar.openings if o.school == school), default=None
        )
        every = tuple(
            replace(o, date=first) if o.school == school and first else o
            for o in calendar.openings
        )
        plan = with_calendar(plan, replace(calendar, openings=every))
    return replace(
        plan,
        measures=tuple(
            m
            for m in plan.measures
            if not (m.school == school and isinstance(m, STAGGERED))
        ),
        slots=tuple(slot for slot in plan.slots if slot.school != school),
        places={},
    )


def _compared(
    day: Day,
    pair: tuple[Scenario, ...],
    drawn: np.ndarray[tuple[int], np.dtype[np.uint64]],
    *,
    threads: int,
) -> Compared:
    ours, none = (
        simulate(one, drawn, threads=threads)["size"].to_numpy() for one in pair
    )
    waits = {name: wait for name, _mixing, wait in day.others}
    return Compared(
        school=day.school,
        question=pair[0].question,
        runs=len(drawn),
        staggered=summary.mean(ours),
        unstaggered=summary.mean(none),
        size=summary.difference(ours, none),
        outbreak5=summary.difference_of_shares(ours >= SMALL, none >= SMALL),
        wait=waits.get("ours", math.nan),
        wait_unstaggered=waits.get("none", math.nan),
    )


def district(rows: Sequence[Compared]) -> Estimate:
    """Infections more or fewer over all schools of one question, schools independent."""
    value = sum(row.size.value for row in rows)
    spread = math.sqrt(sum(((row.size.high - row.size.low) / 2.0) ** 2 for row in rows))
    return Estimate(value, value - spread, value + spread)
