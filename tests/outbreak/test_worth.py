"""No measure is a factor on R: its worth hangs on timetable, beds and seats.

The worth of a measure is the share of the cases after the first that it spares. Each is
taken on the boarding school of the small plan, and on the same school after one change of
its timetable, beds or seats; beta is set anew, so that R0 without any measure is the same.
Differences are at least five standard errors (chance 6e-7 each if there were none).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Any

import pytest

from bihuan.base.units import (
    Days,
    Hours,
    Minutes,
    PerHundredThousandDays,
    Share,
    SquareMetres,
)
from bihuan.outbreak import calibrate
from bihuan.outbreak.disease import Disease, disease
from bihuan.outbreak.scenario import Question, Scenario
from bihuan.outbreak.simulate import seeds, simulate
from bihuan.plan import measures as m
from bihuan.plan.places import Zone
from bihuan.plan.plan import Plan
from bihuan.plan.timetable import CalendarDay, Period
from bihuan.plan.words import (
    Counted,
    DayKind,
    PeriodKind,
    Place,
    Setting,
    Who,
    ZoneKind,
)
from world import OPENS, YIGAO, small_plan

R0 = 1.8
RUNS = 100_000
DAYS = 28
ERRORS = 5.0
ILL = replace(disease("influenza-a"), overdispersion=4.0)
NOROVIRUS = replace(disease("norovirus"), overdispersion=4.0)
Change = Callable[[Plan], Plan]


def periods(plan: Plan, change: Callable[[Period], Period | None]) -> Plan:
    """The plan with each period changed, or dropped."""
    kept = (change(row) if row.school == YIGAO else row for row in plan.periods)
    return replace(plan, periods=tuple(row for row in kept if row is not None))


def zones(plan: Plan, kind: ZoneKind, change: Callable[[Zone], Zone]) -> Plan:
    rows = (
        change(z) if z.kind is kind and z.school == YIGAO else z for z in plan.zones
    )
    return replace(plan, zones=tuple(rows))


def short_lessons(plan: Plan) -> Plan:
    """Timetable: lessons and self-study last ten minutes."""

    def cut(row: Period) -> Period:
        if row.kind not in (PeriodKind.LESSON, PeriodKind.STUDY):
            return row
        return replace(row, end=_after(row.start, 10))

    return periods(plan, cut)


def no_isolation_beds(plan: Plan) -> Plan:
    """Beds: isolation rooms have none."""
    return zones(plan, ZoneKind.ISOLATION_ROOM, lambda zone: replace(zone, beds=0))


def no_breaks(plan: Plan) -> Plan:
    """Timetable: nobody leaves the room between lessons."""
    stairs = (PeriodKind.BREAK, PeriodKind.EXERCISE, PeriodKind.DISMISSAL)
    return periods(plan, lambda row: None if row.kind in stairs else row)


def long_arrival(plan: Plan) -> Plan:
    """Timetable: the gate is open for as long as it takes to let everybody in."""

    def earlier(row: Period) -> Period:
        arrives = row.kind is PeriodKind.ARRIVAL
        return replace(row, start=time(3, 0)) if arrives else row

    return periods(plan, earlier)


def slow_gate(plan: Plan) -> Plan:
    """One narrow lane, a minute a person: without batches, a queue of an hour."""
    narrow = SquareMetres(10.0)
    rows = (
        replace(row, seconds=60.0) if isinstance(row, m.GateCheck) else row
        for row in plan.measures
    )
    return zones(
        replace(plan, measures=tuple(rows)),
        ZoneKind.GATE,
        lambda zone: replace(zone, lanes=1, area=narrow),
    )


def two_to_a_room(plan: Plan) -> Plan:
    """Beds: dormitory rooms have two each."""
    return zones(
        plan,
        ZoneKind.DORM_ROOM,
        lambda zone: replace(zone, beds=2, rooms=12),
    )


def grades_apart(plan: Plan) -> Plan:
    """Timetable: no meal and no break at which grades would meet."""
    return no_breaks(no_meals(plan))


def no_meals(plan: Plan) -> Plan:
    """Timetable: nobody eats at school."""
    meals = (PeriodKind.BREAKFAST, PeriodKind.LUNCH, PeriodKind.SUPPER)
    return periods(plan, lambda row: None if row.kind in meals else row)


def first_days_off(plan: Plan) -> Plan:
    """Timetable: lessons begin four days after the return."""
    off = (
        CalendarDay(date=OPENS + timedelta(days=n), kind=DayKind.HOLIDAY)
        for n in range(4)
    )
    return replace(plan, calendar=(*plan.calendar, *off))


@dataclass(frozen=True, kw_only=True)
class Worth:
    """A measure, what it needs, and a change after which it is worth less (or more)."""

    kind: str
    change: Change
    more: bool = False
    needs: tuple[str, ...] = ()
    values: tuple[tuple[str, Any], ...] = ()
    """Fields of the measure that are not the small plan's."""
    question: Question = Question.RETURNER
    ill: Disease = ILL
    ground: Change = lambda plan: plan
    """A change that both schools have."""

    def __str__(self) -> str:
        return f"{self.kind}-{self.change.__name__}"


SEEN = ("symptom_check",)
LESSONS = (
    Worth(kind="mask", change=short_lessons),
    Worth(kind="ventilation", change=short_lessons),
    Worth(kind="seat_spacing", change=short_lessons),
    Worth(
        kind="vaccination",
        change=short_lessons,
        values=(("who", Who.STUDENTS), ("coverage", Share(0.8))),
    ),
    Worth(
        kind="suspension",
        change=short_lessons,
        needs=SEEN,
        values=(("count", 1), ("days", Days(14))),
    ),
    Worth(
        kind="quarantine",
        change=short_lessons,
        needs=SEEN,
        values=(("counted", Counted.FOUND),),
    ),
    Worth(
        kind="contact_listing",
        change=short_lessons,
        needs=(*SEEN, "testing"),
        values=(("place", Place.HOME), ("delay", Hours(0.0)), ("recall", Share(1.0))),
    ),
)
BEDS = (
    Worth(kind="symptom_check", change=no_isolation_beds, needs=("isolation",)),
    Worth(kind="gate_check", change=no_isolation_beds, needs=("isolation",)),
    Worth(kind="isolation", change=no_isolation_beds, needs=SEEN),
    Worth(
        kind="testing",
        change=no_isolation_beds,
        more=True,
        needs=(*SEEN, "isolation"),
        values=(("delay", Hours(2.0)),),
    ),
)
DAY = (
    Worth(
        kind="staggered_arrival",
        change=long_arrival,
        needs=("gate_check",),
        values=(("minutes", Minutes(120.0)),),
        ground=slow_gate,
    ),
    Worth(kind="staggered_dining", change=no_meals),
    Worth(kind="staggered_breaks", change=no_breaks),
    Worth(kind="staged_opening", change=grades_apart),
    Worth(
        kind="cleaning",
        change=two_to_a_room,
        values=(("settings", (Setting.DORM_ROOM,)), ("strength", 5000.0)),
        ill=NOROVIRUS,
    ),
    Worth(
        kind="return_survey",
        change=first_days_off,
        values=(
            ("truthful", Share(1.0)),
            ("flagged", Share(1.0)),
            ("hold", Days(4)),
        ),
    ),
    Worth(
        kind="closed_campus",
        change=two_to_a_room,
        more=True,
        question=Question.IMPORTS,
    ),
)
ALL = (*LESSONS, *BEDS, *DAY)


def spared(worth: Worth, plan: Plan) -> tuple[float, float]:
    """Log of the ratio of later cases with a measure to those without, standard error."""
    beta = calibrate.beta_for(plan, (YIGAO,), worth.ill, R0)
    kept = {worth.kind, *worth.needs}
    rows = [row for row in plan.measures if row.school == YIGAO]
    others = {row.code for row in rows if row.kind not in kept}
    mine = {row.code for row in rows if row.kind == worth.kind}
    ratio = error = 0.0
    for sign, codes in ((1.0, others), (-1.0, others | mine)):
        scenario = Scenario(
            plan=plan,
            school=YIGAO,
            disease=worth.ill,
            beta=beta,
            question=worth.question,
            days=DAYS,
            without=frozenset(codes),
        )
        size = simulate(scenario, seeds(3, RUNS), threads=1)["size"].to_numpy()
        later = size - (worth.question is Question.RETURNER)
        ratio += sign * math.log(later.mean())
        error += float(later.var() / later.mean() ** 2) / RUNS
    return ratio, math.sqrt(error)


def ground(worth: Worth) -> Plan:
    """The small plan with the values that a worth wants."""
    plan = small_plan()
    district = replace(plan.district, incidence=PerHundredThousandDays(20.0))
    rows = (
        replace(row, **dict(worth.values)) if row.kind == worth.kind else row
        for row in plan.measures
    )
    return worth.ground(replace(plan, district=district, measures=tuple(rows)))


def test_there_is_a_worth_of_every_measure() -> None:
    assert {worth.kind for worth in ALL} == set(m.type_of)


@pytest.mark.slow
@pytest.mark.parametrize("worth", ALL, ids=str)
def test_worth_changes_while_r0_is_held(worth: Worth) -> None:
    before = ground(worth)
    one, error = spared(worth, before)
    other, error_after = spared(worth, worth.change(before))
    assert one < -3.0 * error or worth.more
    gained = (one - other) if worth.more else (other - one)
    assert gained > ERRORS * math.hypot(error, error_after)


def _after(start: time, minutes: int) -> time:
    total = start.hour * 60 + start.minute + minutes
    return time(total // 60, total % 60)
