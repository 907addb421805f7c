"""Small schools with a day of slots that is right by its making.

Each class has every place to itself: windows follow each other, long enough for the class.
"""

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from bihuan.base.ids import ClassCode, GradeCode, PersonId, SchoolCode, ZoneCode
from bihuan.plan.people import Class
from bihuan.plan.places import Zone
from bihuan.plan.plan import Plan
from bihuan.plan.staging import Slot
from bihuan.plan.timetable import Period
from bihuan.plan.words import Flow, PeriodKind, Stage, Who, ZoneKind
from bihuan.stagger.answer import Day, Status
from return_made import DRAWN, OPENS, district, grade, school

S = SchoolCode("S")
PERIODS = (
    (PeriodKind.ARRIVAL, 6 * 60, 8 * 60, Who.DAY_STUDENTS),
    (PeriodKind.BREAKFAST, 6 * 60, 8 * 60, Who.BOARDERS),
    (PeriodKind.LUNCH, 11 * 60, 14 * 60, Who.STUDENTS),
    (PeriodKind.DISMISSAL, 17 * 60, 18 * 60, Who.DAY_STUDENTS),
    (PeriodKind.WASH, 20 * 60, 23 * 60, Who.BOARDERS),
)
GATES = {GradeCode("G11"): ZoneCode("E"), GradeCode("G10"): ZoneCode("W")}


@dataclass(frozen=True)
class Made:
    """A plan and a day that keeps all its rules."""

    plan: Plan
    day: Day


def clock(minute: int) -> dt.time:
    """Time of day of a minute."""
    return dt.time(*divmod(minute, 60))


def klass(number: int, students: int, boarders: int) -> Class:
    """The classes are of two grades in turn."""
    return Class(
        school=S,
        code=ClassCode(f"C{number}"),
        name=f"{number}班",
        grade=GradeCode(f"G{11 - number % 2}"),
        students=students,
        boarders=boarders,
        stair=ZoneCode("STAIR"),
        homeroom=PersonId(f"T{number}"),
    )


@st.composite
def days(draw: st.DrawFn) -> Made:
    """A school of two or three classes, some of whose students board."""
    count = draw(st.integers(2, 3))
    classes = []
    for number in range(count):
        students = draw(st.integers(1, 60))
        boarders = draw(st.integers(0, students))
        classes.append(klass(number, students, boarders))
    return of(classes)


def of(classes: Sequence[Class]) -> Made:
    """A school of these classes."""
    plan = Plan(
        district=district(),
        schools=(school("S", Stage.SENIOR, accepted=DRAWN),),
        grades=(grade("S", 11, 0), grade("S", 10, 0)),
        classes=tuple(classes),
        zones=tuple(_zones()),
        periods=tuple(_periods()),
    )
    return Made(plan, _day(plan))


def _periods() -> Iterator[Period]:
    for kind, start, end, who in PERIODS:
        yield Period(
            school=S,
            name=kind.label,
            kind=kind,
            start=clock(start),
            end=clock(end),
            who=who,
            days="1234567",
        )


def _zones() -> Iterator[Zone]:
    """A gate for each grade, a hall, a stair, one dormitory floor."""
    for number, (level, code) in enumerate(GATES.items()):
        yield Zone(
            school=S,
            code=code,
            name=f"{number}门",
            kind=ZoneKind.GATE,
            lanes=2,
            users=(level,),
        )
    yield Zone(
        school=S,
        code=ZoneCode("HALL"),
        name="餐厅",
        kind=ZoneKind.CANTEEN_HALL,
        seats=80,
    )
    yield Zone(school=S, code=ZoneCode("STAIR"), name="楼梯", kind=ZoneKind.STAIR)
    yield Zone(
        school=S,
        code=ZoneCode("D1"),
        name="寝室",
        kind=ZoneKind.DORM_ROOM,
        building="宿舍",
        floor=1,
        beds=8,
        rooms=60,
    )
    yield Zone(
        school=S,
        code=ZoneCode("F1"),
        name="一层洗漱间",
        kind=ZoneKind.DORM_FLOOR,
        building="宿舍",
        floor=1,
        lanes=10,
    )


def _day(plan: Plan) -> Day:
    """Two days after the first: nobody is back today."""
    date = OPENS + dt.timedelta(1)
    slots = [slot for n, row in enumerate(plan.classes) for slot in _slots(n, row)]
    return Day(
        school=S,
        date=date,
        status=Status.FOUND,
        present=tuple(dict.fromkeys(row.grade for row in plan.classes)),
        slots=tuple(slots),
    )


def _slots(number: int, row: Class) -> Iterator[Slot]:
    """A class's own quarter of an hour at each place."""
    living_out = row.students - row.boarders
    gate = GATES[row.grade]
    start = 6 * 60 + number * 15
    if living_out:
        yield _slot(row, Flow.ARRIVAL, (start, start + 15), (gate, 1), Who.DAY_STUDENTS)
        leaves = 17 * 60 + number * 10
        yield _slot(
            row, Flow.DISMISSAL, (leaves, leaves + 5), (gate, 2), Who.DAY_STUDENTS
        )
    if row.boarders:
        eats = 6 * 60 + number * 22
        yield _slot(row, Flow.BREAKFAST, (eats, eats + 21), ("HALL", 0), Who.BOARDERS)
        turns = math.ceil(row.boarders / 10) * 5
        wash = 20 * 60 + number * 30
        yield _slot(row, Flow.WASH, (wash, wash + turns), ("F1", 0), Who.BOARDERS)
    both = Who.STUDENTS if living_out and row.boarders else Who.DAY_STUDENTS
    who = both if living_out else Who.BOARDERS
    eats = 11 * 60 + number * 27
    yield _slot(row, Flow.LUNCH, (eats, eats + 21), ("HALL", 0), who)


def _slot(
    row: Class,
    flow: Flow,
    span: tuple[int, int],
    place: tuple[str, int],
    who: Who,
) -> Slot:
    return Slot(
        school=S,
        klass=row.code,
        flow=flow,
        start=clock(span[0]),
        end=clock(span[1]),
        zone=ZoneCode(place[0]),
        lane=place[1],
        who=who,
        leader=row.homeroom,
    )


def shifted(slot: Slot, minutes: int) -> Slot:
    """A slot earlier or later."""

    def move(at: dt.time) -> dt.time:
        return clock((at.hour * 60 + at.minute + minutes) % (24 * 60))

    return replace(slot, start=move(slot.start), end=move(slot.end))
