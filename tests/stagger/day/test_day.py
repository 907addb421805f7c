"""A day of slots: every capacity kept, on schools large and small, and what is told."""

import datetime as dt
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bihuan.base.ids import ClassCode, GradeCode, PersonId, SchoolCode, ZoneCode
from bihuan.base.random import below
from bihuan.plan.people import Class, Grade, Person
from bihuan.plan.places import Zone
from bihuan.plan.plan import Plan
from bihuan.plan.staging import Slot, Staging
from bihuan.plan.words import Flow, Role, Setting, Tuning, Who, ZoneKind
from bihuan.stagger.answer import Calendar, Day, Opening, Status
from bihuan.stagger.day.mixing import Rates
from bihuan.stagger.day.solve import plan_day
from bihuan.stagger.day.trouble import NoDay
from bihuan.stagger.verify.day import check
from world import OPENS, QIZHONG, YIGAO, small_plan

sys.path.append(str(Path(__file__).parents[3] / "examples"))
from make_day import LEVELS, NAMES, SCHOOL, sixty_classes

RATES = Rates(
    {
        Setting.CANTEEN_HALL: 2e-4,
        Setting.GATE: 4e-4,
        Setting.STAIR: 6e-4,
        Setting.DORM_FLOOR: 1e-3,
        Setting.BUS: 1e-3,
    }
)
FIRST, LATER = dt.date(2020, 4, 6), dt.date(2020, 4, 8)


def set_to(plan: Plan, **settings: float) -> Plan:
    """The plan with some settings for everybody."""
    rows = tuple(Staging(kind=Tuning(k), amount=a) for k, a in settings.items())
    kept = tuple(row for row in plan.staging if row.kind.value not in settings)
    return replace(plan, staging=(*kept, *rows))


def made(seed: int) -> Plan:
    """A small school whose numbers are drawn: some fit, some do not."""

    def draw(low: int, high: int, *place: int) -> int:
        return low + below(high - low + 1, seed, "small school", *place)

    whole = sixty_classes(seed)
    halls = [z for z in whole.zones if z.kind is ZoneKind.CANTEEN_HALL]
    gates = [z for z in whole.zones if z.kind is ZoneKind.GATE]
    others = [z for z in whole.zones if z not in halls and z not in gates]
    classes = []
    for level in LEVELS[: draw(1, 3, 1)]:
        for n in range(draw(1, 4, 2, level)):
            size = draw(12, 60, 3, level, n)
            classes.append(
                Class(
                    school=SCHOOL,
                    code=ClassCode(f"{level}-{n}"),
                    name=f"{NAMES[level]}({n + 1})班",
                    grade=GradeCode(NAMES[level]),
                    students=size,
                    boarders=draw(0, size, 4, level, n),
                    homeroom=PersonId(f"T{level}-{n}"),
                    stair=ZoneCode(f"S{draw(1, 2, 5, level, n)}"),
                )
            )
    return set_to(
        replace(
            whole,
            classes=tuple(classes),
            zones=(
                *others,
                *(
                    replace(z, seats=draw(80, 240, 6, n))
                    for n, z in enumerate(halls[:2])
                ),
                *(replace(z, lanes=draw(1, 2, 7, n)) for n, z in enumerate(gates[:2])),
            ),
        ),
        service=draw(4, 20, 8),
        counter=draw(30, 120, 9),
        taps=draw(10, 60, 10),
        stair=draw(15, 60, 11),
    )


@pytest.mark.parametrize("seed", range(8))
def test_every_slot_keeps_every_capacity(seed: int) -> None:
    plan = made(seed)
    for date in (FIRST, LATER):
        day = plan_day(plan, SCHOOL, date, rates=RATES, seconds=1.0, seed=seed)
        found = check(plan, day)
        if day.conflict is None:
            assert found == []
            continue
        # What did not fit is missing; nothing that is there breaks anything.
        assert {p.code for p in found} == {"G354"}
        assert day.status in (Status.IMPOSSIBLE, Status.UNDECIDED)
        assert (day.status is Status.IMPOSSIBLE) == bool(day.conflict.proof)
        assert day.conflict.rows


@pytest.fixture(scope="module")
def sixty() -> Day:
    """The school of sixty classes on an ordinary day, its settings as they are."""
    return plan_day(sixty_classes(0), SCHOOL, LATER, rates=RATES, seconds=8.0)


@pytest.mark.slow
def test_sixty_classes_wait_little_and_grades_do_not_eat_together(sixty: Day) -> None:
    plan = sixty_classes(0)
    assert check(plan, sixty) == []
    gates = [q for q in sixty.queues if q.flow is Flow.ARRIVAL]
    assert sum(q.people for q in gates) == 1865
    assert max(q.p95 for q in gates) <= 3.0
    grade = {row.code: row.grade for row in plan.classes}
    cells: dict[tuple[Flow, str, dt.time], set[str]] = {}
    for slot in sixty.slots:
        if slot.flow in (Flow.BREAKFAST, Flow.LUNCH, Flow.SUPPER):
            cells.setdefault((slot.flow, slot.zone, slot.start), set()).add(
                grade[slot.klass]
            )
    assert all(len(grades) == 1 for grades in cells.values())
    ours, clerk, none = sixty.others
    assert ours[1] < clerk[1] < none[1]
    assert none[2] > 5.0 > ours[2]
    assert sixty.bound is not None
    assert sixty.objective is not None
    assert 0.0 < sixty.bound <= sixty.objective


def test_the_same_question_has_the_same_answer() -> None:
    plan, date = small_plan(), dt.date(2020, 4, 22)
    one, again = (
        plan_day(plan, YIGAO, date, rates=RATES, seconds=20.0, seed=5) for _ in "ab"
    )
    assert one == again


def of(day: Day, flow: Flow, who: Who | None = None) -> list[Slot]:
    """A day's slots of a flow."""
    return [s for s in day.slots if s.flow is flow and who in (None, s.who)]


def test_boarders_pass_the_gate_on_the_day_they_come_back_only() -> None:
    plan = small_plan()
    back = plan_day(plan, YIGAO, OPENS, rates=RATES, seconds=1.0)
    usual = plan_day(plan, YIGAO, dt.date(2020, 4, 22), rates=RATES, seconds=1.0)
    assert of(back, Flow.ARRIVAL, Who.BOARDERS)
    assert not of(usual, Flow.ARRIVAL, Who.BOARDERS)
    assert of(usual, Flow.ARRIVAL, Who.DAY_STUDENTS)
    assert check(plan, back) == check(plan, usual) == []


def test_a_calendar_decides_which_grades_a_day_has() -> None:
    plan = small_plan()
    date = dt.date(2020, 4, 22)
    calendar = Calendar(
        status=Status.FOUND,
        openings=(
            Opening(school=YIGAO, grades=(GradeCode("G12"),), date=OPENS),
            Opening(
                school=YIGAO,
                grades=(GradeCode("G10"), GradeCode("G11")),
                date=dt.date(2020, 4, 30),
            ),
        ),
    )
    day = plan_day(plan, YIGAO, date, rates=RATES, calendar=calendar, seconds=1.0)
    assert day.present == ("G12",)
    assert {s.klass for s in day.slots} == {"G12C1", "G12C2"}
    assert check(plan, day, calendar) == []


def test_riders_come_by_one_bus_at_one_time() -> None:
    plan = small_plan()
    bus = Zone(
        school=QIZHONG, code=ZoneCode("BUS"), name="校车", kind=ZoneKind.BUS, seats=20
    )
    riders = tuple(
        Person(
            school=QIZHONG,
            id=PersonId(f"R{n}"),
            role=Role.STUDENT,
            klass=ClassCode(f"G{7 + n % 2}C1"),
            bus=ZoneCode("BUS"),
        )
        for n in range(6)
    )
    plan = replace(plan, zones=(*plan.zones, bus), people=(*plan.people, *riders))
    day = plan_day(plan, QIZHONG, dt.date(2020, 4, 22), rates=RATES, seconds=1.0)
    rides = of(day, Flow.BUS)
    assert {s.klass for s in rides} == {"G7C1", "G8C1"}
    assert len({(s.start, s.end) for s in rides}) == 1
    assert check(plan, day) == []


def test_no_seats_for_so_many_is_impossible_and_seats_are_a_way_out() -> None:
    plan = set_to(sixty_classes(0), seated=0.4)
    day = plan_day(plan, SCHOOL, LATER, rates=RATES, seconds=1.0)
    assert day.status is Status.IMPOSSIBLE
    assert day.conflict is not None
    assert day.conflict.proof == "counting"
    assert {"seats:H1", "window:lunch"} <= set(day.conflict.rows)
    assert any(row.row == "seats:H1" for row in day.conflict.repairs)
    assert not of(day, Flow.LUNCH)
    assert of(day, Flow.ARRIVAL)  # what fits is given all the same


@pytest.mark.slow
def test_every_repair_repairs() -> None:
    plan = set_to(sixty_classes(0), seated=0.5)
    day = plan_day(plan, SCHOOL, LATER, rates=RATES, seconds=4.0)
    assert day.conflict is not None
    seats = next(r for r in day.conflict.repairs if r.row == "seats:H1")
    mended = set_to(plan, seated=seats.amount)
    again = plan_day(mended, SCHOOL, LATER, rates=RATES, seconds=6.0)
    assert again.conflict is None
    assert check(mended, again) == []


def test_what_is_only_not_found_is_undecided_and_says_by_which_templates() -> None:
    # Two classes on a stair at once: in five minutes each there is time for all, but
    # sittings bring who leaves and who comes back onto it together.
    whole = set_to(sixty_classes(0), stair=11)
    plan = replace(whole, classes=whole.classes[:20])
    day = plan_day(plan, SCHOOL, LATER, rates=RATES, seconds=1.0)
    assert day.status is Status.UNDECIDED
    assert day.conflict is not None
    assert not day.conflict.proof
    assert {"stair:S1", "stair:S2"} <= set(day.conflict.rows)
    assert all("按批次模板" in text for text in day.conflict.said)
    assert any(row.row == "stair:S1" for row in day.conflict.repairs)


@pytest.mark.parametrize(
    ("school", "date", "code"),
    [
        (SchoolCode("NOWHERE"), OPENS, "G201"),
        (YIGAO, dt.date(2020, 5, 2), "G204"),
        (YIGAO, dt.date(2020, 3, 30), "G205"),
    ],
)
def test_a_day_that_cannot_be_asked_for_is_a_problem(
    school: SchoolCode, date: dt.date, code: str
) -> None:
    with pytest.raises(NoDay) as raised:
        plan_day(small_plan(), school, date, rates=RATES, seconds=1.0)
    assert [p.code for p in raised.value.problems] == [code]


def test_a_school_of_counts_only_has_no_day() -> None:
    plan = small_plan()
    bare = replace(
        plan,
        classes=tuple(c for c in plan.classes if c.school != QIZHONG),
        periods=tuple(p for p in plan.periods if p.school != QIZHONG),
    )
    with pytest.raises(NoDay) as raised:
        plan_day(bare, QIZHONG, OPENS, rates=RATES, seconds=1.0)
    assert [p.code for p in raised.value.problems] == ["G202", "G203"]


def test_grades_of_the_made_school_are_three() -> None:
    rows: tuple[Grade, ...] = sixty_classes(4).grades
    plan = sixty_classes(4)
    assert [row.level for row in rows] == list(LEVELS)
    assert sum(c.students for c in plan.classes) == 3050
    assert sum(c.students - c.boarders for c in plan.classes) == 1865
