"""Small plans of a return with an answer that is right by its making.

No two batches of the district open within a week of each other, so each day's load is
that of one batch, and every capacity is exactly the largest of these.
"""

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from bihuan.base.ids import AreaCode, GradeCode, SchoolCode
from bihuan.base.units import PerHundredThousandDays
from bihuan.plan.people import Grade, School
from bihuan.plan.places import Area
from bihuan.plan.plan import Capacity, District, Order, Plan
from bihuan.plan.staging import Siblings, Staging
from bihuan.plan.words import CapacityKind, Extent, OrderKind, Stage, Tuning
from bihuan.stagger.answer import Calendar, Opening, Status, Term, Visit, Why
from bihuan.stagger.verify.calendar import terms

DRAWN = dt.date(2021, 3, 1)
OPENS = dt.date(2021, 3, 10)
WEEK = dt.timedelta(7)
LEVELS = {
    Stage.SENIOR: (10, 11, 12),
    Stage.JUNIOR: (7, 8, 9),
    Stage.PRIMARY: (1, 2, 3, 4, 5, 6),
    Stage.KINDERGARTEN: (0,),
}
HEADINGS = [
    "学校",
    "年级",
    "班级",
    "人数",
    "返校日期",
    "时段",
    "校门",
    "通道",
    "离校时段",
    "带队人",
    "备注",
]
"""The columns of 错峰返校安排表 as schools expect them."""
WEIGHTS = {"late": 1.0, "peak": 3.0, "siblings": 5.0, "fairness": 500.0, "change": 2.0}


@dataclass(frozen=True)
class Made:
    """A plan and an answer that keeps all its rules."""

    plan: Plan
    calendar: Calendar


def district(**changes: object) -> District:
    """A district without anything particular."""
    plain = District(
        name="示例县",
        region="410000",
        drawn_up=DRAWN,
        opens=OPENS,
        incidence=PerHundredThousandDays(0.0),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # fields by name


def grade(school: str, level: int, students: int, riders: int = 0) -> Grade:
    """A grade by its level."""
    return Grade(
        school=SchoolCode(school),
        code=GradeCode(f"G{level}"),
        name=f"{level}年级",
        level=level,
        students=students,
        riders=riders,
    )


def school(code: str, stage: Stage, area: str = "A", **more: dt.date) -> School:
    """A school of a stage."""
    return School(
        code=SchoolCode(code),
        name=f"{code}校",
        stage=stage,
        area=AreaCode(area),
        ready=more.get("ready"),
        accepted=more.get("accepted"),
    )


@st.composite
def returns(draw: st.DrawFn) -> Made:
    """A plan of one to three schools and an answer to it."""
    stages = draw(st.lists(st.sampled_from(list(LEVELS)), min_size=1, max_size=3))
    fixed = draw(st.booleans())
    accepted = draw(st.booleans())
    sizes = st.integers(1, 400)
    schools, grades = [], []
    for number, stage in enumerate(stages):
        code = f"S{number}"
        done = {"accepted": DRAWN} if accepted and number == 0 else {}
        schools.append(school(code, stage, "AB"[number % 2], **done))
        grades += [grade(code, n, draw(sizes), draw(sizes)) for n in LEVELS[stage]]
    plan = Plan(
        district=district(),
        areas=(
            Area(code=AreaCode("A"), name="甲片"),
            Area(code=AreaCode("B"), name="乙片"),
        ),
        orders=tuple(_orders()) if fixed else (),
        staging=(Staging(kind=Tuning.TERM, amount=200),),
        schools=tuple(schools),
        grades=tuple(grades),
        siblings=tuple(_siblings(grades)),
    )
    openings, visits = _dated(plan)
    plan = replace(plan, capacities=tuple(_capacities(plan, openings)))
    return Made(plan, claimed(plan, openings, visits))


def _orders() -> Iterator[Order]:
    """One date from above, one that holds a level back."""
    for code, level, kind, date in (
        ("O1", 12, OrderKind.FIXED, OPENS),
        ("O2", 10, OrderKind.NOT_BEFORE, dt.date(2021, 4, 1)),
    ):
        yield Order(code=code, level=level, extent=Extent.CITY, kind=kind, date=date)


def _siblings(grades: list[Grade]) -> Iterator[Siblings]:
    if len(grades) > 1:
        yield Siblings(
            school=grades[0].school,
            grade=grades[0].code,
            other_school=grades[-1].school,
            other_grade=grades[-1].code,
            pairs=3,
        )


def _dated(plan: Plan) -> tuple[list[Opening], list[Visit]]:
    """Batches a week apart, each school's inspection the day before its first."""
    openings, visits = [], []
    on = dt.date(2021, 4, 13)  # a Tuesday after the spring holiday
    fixed = {order.level for order in plan.orders if order.kind is OrderKind.FIXED}
    for row in plan.schools:
        own = sorted(
            (g for g in plan.grades if g.school == row.code), key=lambda g: -g.level
        )
        free = [g for g in own if g.level not in fixed]
        runs = 1 if row.stage is Stage.KINDERGARTEN else 2
        half = math.ceil(len(free) / runs)
        for part in (free[:half], free[half:]):
            if part:
                openings.append(_opening(row, part, on, Why.CHOSEN))
                on += WEEK
                on += WEEK * (on == dt.date(2021, 5, 4))  # a public holiday
        openings += [
            _opening(row, [g], OPENS, Why.ORDER) for g in own if g.level in fixed
        ]
        first = min(o.date for o in openings if o.school == row.code)
        if row.accepted is None:
            visits.append(Visit(school=row.code, date=first - dt.timedelta(1)))
    return openings, visits


def _opening(row: School, grades: list[Grade], on: dt.date, why: Why) -> Opening:
    return Opening(
        school=row.code,
        grades=tuple(g.code for g in grades),
        date=on,
        why=why,
        students=sum(g.students for g in grades),
    )


def _capacities(plan: Plan, openings: list[Opening]) -> Iterator[Capacity]:
    """Exactly as much of everything as the fullest day takes."""
    riders = {(g.school, g.code): g.riders for g in plan.grades}
    chosen = [o.students for o in openings if o.why is Why.CHOSEN]
    days: dict[dt.date, list[Opening]] = {}
    for one in openings:
        days.setdefault(one.date, []).append(one)
    largest = max(sum(o.students for o in day) for day in days.values())
    coaches = max(
        sum(
            math.ceil(sum(riders[o.school, code] for code in o.grades) / 45)
            for o in day
        )
        for day in days.values()
    )
    fixed = sum(o.why is Why.ORDER for o in openings)
    amounts = {
        CapacityKind.OPENINGS: 1,
        CapacityKind.STUDENTS: max(chosen, default=0),
        CapacityKind.SAMPLING: math.ceil(largest / 2),
        CapacityKind.OBSERVATION_BEDS: math.ceil(0.002 * largest),
        CapacityKind.BUSES: coaches,
        CapacityKind.INSPECTIONS: max(fixed, 1),
        CapacityKind.DISINFECTION_TEAMS: max(fixed, 1),
        CapacityKind.SUPPLIED: sum(o.students for o in openings),
    }
    for kind, amount in amounts.items():
        yield Capacity(kind=kind, start=DRAWN, amount=amount)


def claimed(plan: Plan, openings: list[Opening], visits: list[Visit]) -> Calendar:
    """A calendar that says of itself what is so."""
    bare = Calendar(status=Status.FOUND, openings=tuple(openings), visits=tuple(visits))
    told = tuple(
        Term(goal=goal, value=value, weight=WEIGHTS[goal])
        for goal, value in terms(plan, bare).items()
    )
    objective = sum(term.value * term.weight for term in told)
    bound = objective / 1.01 if objective else 0.0
    gap = 0.01 if objective else None
    return replace(bare, terms=told, objective=objective, bound=bound, gap=gap)
