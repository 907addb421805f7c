"""The plan's own checks: a sound plan passes all, each edit is found by its code."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, time
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from bihuan.base.ids import ClassCode, GradeCode, PersonId, SchoolCode, ZoneCode
from bihuan.base.problems import Problem, Weight, kinds
from bihuan.base.units import Days, Metres, Minutes, Share, SquareMetres
from bihuan.base.where import Where
from bihuan.plan import required
from bihuan.plan.check import (
    CHECKS,
    calendar,
    check,
    complete,
    consistent,
    feasible,
    slots,
    staging,
)
from bihuan.plan.check.look import Look, meet
from bihuan.plan.duties import Duty
from bihuan.plan.measures import StagedOpening, StaggeredDining
from bihuan.plan.people import Person, School
from bihuan.plan.plan import TABLES, Order, Plan
from bihuan.plan.staging import Siblings, Slot, Staging
from bihuan.plan.timetable import CalendarDay, Lesson
from bihuan.plan.words import (
    DayKind,
    Driver,
    Extent,
    Flow,
    OrderKind,
    PeriodKind,
    Post,
    Role,
    Stage,
    Tuning,
    Who,
    ZoneKind,
)
from world import OPENS, QIZHONG, YIGAO, small_plan

Edit = Callable[[Plan], Plan]


@cache
def sound() -> Plan:
    """The small plan with every duty that a school must have, and somebody at night."""
    plan = change("measures", "M14", minutes=Minutes(10))(small_plan())
    crew = [
        PersonId(f"{post}-{n}")
        for post, most in (("CANTEEN", 6), ("CLEANER", 4), ("GUARD", 4), ("DOCTOR", 2))
        for n in range(1, most + 1)
    ]
    duties = [
        Duty(
            school=school.code,
            code=duty.code,
            name=duty.name,
            in_place=duty.in_place,
            standard="每日一次，有记录",
            person=PersonId("DOCTOR-1") if duty.code == "isolation" else crew[n % 15],
            deputy=crew[(n + 1) % 15],
        )
        for school in plan.schools
        for n, duty in enumerate(required.DUTIES)
    ]
    return replace(
        plan,
        duties=tuple(duties),
        staging=STAGING,
        siblings=(SIBLINGS,),
        slots=SLOTS,
    )


MODULES = (consistent, complete, feasible, calendar, staging, slots)
STAGING = (
    Staging(kind=Tuning.GAP, amount=2, document="B1"),
    Staging(kind=Tuning.GAP, amount=1, stage=Stage.JUNIOR),
)
SIBLINGS = Siblings(
    school=YIGAO,
    grade=GradeCode("G10"),
    other_school=QIZHONG,
    other_grade=GradeCode("G8"),
    pairs=3,
)
LUNCH = Slot(
    school=YIGAO,
    klass=ClassCode("G10C1"),
    flow=Flow.LUNCH,
    start=time(12, 10),
    end=time(12, 30),
    zone=ZoneCode("HALL"),
    leader=PersonId("T10-1"),
)
ARRIVAL = replace(
    LUNCH, flow=Flow.ARRIVAL, start=time(6, 50), end=time(7), zone=ZoneCode("GATE"), lane=1
)  # fmt: skip
SLOTS = (LUNCH, ARRIVAL)


def order(kind: OrderKind, day: date, *, level: int = 12) -> Edit:
    """One more order from the city."""
    return add(
        "orders",
        Order(code="O9", level=level, extent=Extent.CITY, kind=kind, date=day),
    )


def rows(table: str, *made: Any) -> Edit:
    """Other rows of a table."""
    return lambda plan: with_rows(plan, table, list(made))


def change(table: str, key: str, *, school: str = YIGAO, **new: Any) -> Edit:
    """Change the rows of a school whose code, id, name or item is the key."""

    def edit(plan: Plan) -> Plan:
        rows = [
            replace(row, **new) if _named(row, school, key) else row
            for row in getattr(plan, table)
        ]
        assert rows != list(getattr(plan, table))
        return with_rows(plan, table, rows)

    return edit


def drop(table: str, key: str, *, school: str = YIGAO) -> Edit:
    """Take rows of a school away; key empty: all of the table."""

    def edit(plan: Plan) -> Plan:
        rows = [
            row
            for row in getattr(plan, table)
            if not (_named(row, school, key) or (not key and row.school == school))
        ]
        assert len(rows) < len(getattr(plan, table))
        return with_rows(plan, table, rows)

    return edit


def add(table: str, *rows: Any) -> Edit:
    return lambda plan: with_rows(plan, table, [*getattr(plan, table), *rows])


def again(table: str, key: str, **new: Any) -> Edit:
    """Add a copy of a row with something changed."""

    def edit(plan: Plan) -> Plan:
        row = next(r for r in getattr(plan, table) if _named(r, YIGAO, key))
        return add(table, replace(row, **new))(plan)

    return edit


def both(*edits: Edit) -> Edit:
    def edit(plan: Plan) -> Plan:
        for one in edits:
            plan = one(plan)
        return plan

    return edit


def with_rows(plan: Plan, table: str, rows: list[Any]) -> Plan:
    changed: dict[str, Any] = {table: tuple(rows)}
    return replace(plan, **changed)


def _named(row: Any, school: str, key: str) -> bool:
    names = [getattr(row, name, None) for name in ("code", "id", "name", "item")]
    if isinstance(row, School):
        return row.code == key
    return getattr(row, "school", school) == school and key in names


def codes(plan: Plan) -> set[str]:
    return {problem.code for problem in check(plan)}


def only(plan: Plan, code: str) -> Problem:
    return next(problem for problem in check(plan) if problem.code == code)


PUPILS = [
    Person(
        school=YIGAO,
        id=PersonId(f"S{n}"),
        role=Role.STUDENT,
        klass=small_plan().classes[0].code,
        room=ZoneCode("D1"),
        bed=str(n),
        bus=ZoneCode(""),
    )
    for n in range(25)
]
GROUP = replace(
    small_plan().classes[0], code=ClassCode("G10C1A"), name="高一(1)班A组", within=ClassCode("G10C1"), students=12, boarders=6
)  # fmt: skip
OTHER_GROUP = replace(GROUP, code=ClassCode("G10C1B"), name="高一(1)班B组")


def lesson(classes: str, teacher: str, *, day: int = 1, period: int = 1) -> Lesson:
    return Lesson(
        school=YIGAO,
        day=day,
        period=period,
        classes=tuple(map(ClassCode, classes.split())),
        teachers=(PersonId(teacher),),
        rooms=(),
    )


BUS = replace(
    small_plan().zones[0], code=ZoneCode("BUS9"), name="校车9号", kind=ZoneKind.BUS, seats=20
)  # fmt: skip
TIMED: dict[str, Any] = {"start": time(6), "end": time(8)}

FINDS: tuple[tuple[str, Edit], ...] = (
    ("P203", change("classes", "G10C2", homeroom=PersonId("T10-99"))),
    ("P204", change("zones", "HALL", users=("狮子",))),
    ("P205", again("zones", "GATE")),
    ("P206", change("classes", "G10C1", boarders=25)),
    ("P207", change("schools", YIGAO, students=145)),
    ("P208", change("schools", YIGAO, boarders=71)),
    ("P209", add("people", *PUPILS)),
    ("P210", change("people", "HEAD", siblings=(PersonId("OFFICE"),))),
    ("P211", add("lessons", lesson("G10C1", "T10-1"), lesson("G10C2", "T10-1"))),
    ("P212", add("lessons", lesson("G10C1", "T10-1"), lesson("G10C1", "T10-2"))),
    (
        "P213",
        add(
            "lessons",
            replace(lesson("G10C1", "T10-1"), rooms=(ZoneCode("R1001"),)),
            replace(lesson("G10C2", "T10-2"), rooms=(ZoneCode("R1001"),)),
        ),
    ),
    ("P214", change("grades", "G10", level=9)),
    ("P215", add("people", *PUPILS[:2], replace(PUPILS[2], bed="1"))),
    ("P216", add("people", *PUPILS[:23])),
    ("P217", change("classes", "G10C1", gate=ZoneCode("HALL"))),
    ("P218", add("lessons", lesson("G10C1", "T10-1", period=9))),
    (
        "P219",
        add("calendar", CalendarDay(date=date(2020, 5, 1), kind=DayKind.STAY)),
    ),
    ("P301", change("classes", "G10C1", homeroom=PersonId(""))),
    ("P302", change("duties", "gate", person=PersonId(""))),
    ("P303", change("duties", "gate", deputy=PersonId(""))),
    ("P304", change("duties", "gate", standard=" ")),
    ("P305", drop("duties", "supplies")),
    ("P306", drop("duties", "training")),
    ("P307", drop("periods", "")),
    ("P308", drop("zones", "GATE")),
    ("P309", drop("measures", "")),
    ("P310", drop("liaison", "")),
    ("P311", both(drop("people", "DOCTOR-1"), drop("people", "DOCTOR-2"))),
    ("P312", drop("classes", "")),
    ("P313", change("duties", "gate", person=PersonId("GUARD-1"), deputy=PersonId("GUARD-1"))),
    ("P314", change("supplies", "洗手液", keeper=PersonId(""))),
    ("P315", change("grades", "G10", head=PersonId(""))),
    ("P316", change("classes", "G10C1", room=ZoneCode(""))),
    ("P317", change("zones", "GATE", lanes=None)),
    ("P318", drop("supplies", "")),
    ("P401", change("zones", "HALL", seats=40)),
    ("P402", change("measures", "M14", batches=4)),
    ("P403", change("zones", "D1", beds=5)),
    ("P404", both(change("zones", "GATE", lanes=1), change("measures", "M04", seconds=30.0))),
    ("P405", change("measures", "M13", minutes=Minutes(0.3))),
    ("P406", change("zones", "ISO", beds=0)),
    ("P407", change("duties", "isolation", start=time(6), end=time(22))),
    ("P408", change("people", "DOCTOR-1", lives_in=False)),
    (
        "P409",
        both(
            change("duties", "gate", **TIMED, place=ZoneCode("GATE"), person=PersonId("GUARD-1")),
            change("duties", "dining", **TIMED, place=ZoneCode("HALL"), person=PersonId("GUARD-1")),
        ),
    ),
    (
        "P410",
        both(
            *(
                change("duties", code, person=PersonId("OFFICE"))
                for code in ("party", "network", "drill", "care", "training")
            )
        ),
    ),
    (
        "P411",
        both(
            change("duties", "counselling", **TIMED, post=Post.COUNSELLOR),
            change("duties", "care", **TIMED, post=Post.COUNSELLOR),
        ),
    ),
    ("P412", change("supplies", "84消毒液", stock=41.0)),
    ("P413", change("supplies", "额温枪", stock=5.0)),
    ("P414", change("supplies", "洗手液", expires=date(2020, 4, 1))),
    ("P415", change("supplies", "洗手液", expires=date(2020, 4, 10))),
    ("P416", change("periods", "午餐", start=time(12))),
    ("P417", both(drop("periods", "午餐"), drop("periods", "午休"))),
    (
        "P418",
        both(
            add("lessons", lesson("G11C1", "T11-1", period=8)),
            change("periods", "第8节", grade=GradeCode("G10")),
        ),
    ),
    ("P419", change("zones", "R1001", seats=23)),
    ("P420", change("measures", "M16", distance=Metres(1.8))),
    (
        "P421",
        both(
            add("zones", BUS),
            add("people", *(replace(p, bus=BUS.code) for p in PUPILS[:21])),
        ),
    ),
    ("P422", change("duties", "gate", post=Post.GUARD, person=PersonId("HEAD"))),
    ("P501", change("measures", "M16", start=date(2020, 5, 2), end=date(2020, 5, 1))),
    ("P502", change("measures", "M16", end=date(2020, 4, 6))),
    ("P503", change("measures", "M16", scope=("G13",))),
    ("P504", change("measures", "M10", wearing=Share(1.1))),
    ("P505", again("measures", "M16", code="M99")),
    ("P506", change("measures", "M02", at=time(23), who=Who.DAY_STUDENTS)),
    ("P507", change("measures", "M17", opens=date(2020, 4, 8))),
    (
        "P508",
        add(
            "orders",
            Order(
                code="O9",
                level=10,
                extent=Extent.CITY,
                kind=OrderKind.NOT_BEFORE,
                date=date(2020, 4, 14),
            ),
        ),
    ),
    ("P509", again("measures", "M17", code="M99", opens=date(2020, 4, 9))),
    ("P510", change("measures", "M11", times=0)),
    ("P511", change("measures", "M09", count=None, share=None)),
    ("P512", change("measures", "M13", batches=7)),
    ("P513", change("schools", YIGAO, first_leave=None)),
    ("P514", change("measures", "M17", opens=date(2020, 4, 6))),
    ("P220", rows("siblings", replace(SIBLINGS, other_school=YIGAO, other_grade=GradeCode("G10")))),
    ("P221", rows("siblings", replace(SIBLINGS, pairs=0))),
    (
        "P222",
        add(
            "siblings",
            Siblings(
                school=QIZHONG,
                grade=GradeCode("G8"),
                other_school=YIGAO,
                other_grade=GradeCode("G10"),
                pairs=3,
            ),
        ),
    ),
    ("P223", rows("siblings", replace(SIBLINGS, other_grade=GradeCode("G10")))),
    ("P224", change("grades", "G10", students=47)),
    (
        "P225",
        both(
            drop("classes", ""),
            *(change("grades", code, students=47) for code in ("G10", "G11", "G12")),
        ),
    ),
    ("P226", change("grades", "G10", riders=49)),
    ("P227", rows("capacities", replace(small_plan().capacities[0], amount=-1))),
    ("P228", rows("staging", replace(STAGING[0], amount=-1))),
    ("P229", rows("staging", replace(STAGING[0], amount=1.5))),
    ("P230", rows("slots", replace(LUNCH, end=LUNCH.start))),
    ("P231", rows("slots", replace(LUNCH, zone=ZoneCode("GATE")))),
    ("P232", rows("slots", LUNCH, replace(ARRIVAL, start=time(12), end=time(12, 11)))),
    ("P233", rows("slots", replace(ARRIVAL, lane=4))),
    ("P515", rows("capacities", replace(small_plan().capacities[0], end=date(2020, 4, 6)))),
    ("P516", order(OrderKind.FIXED, date(2020, 4, 8))),
    ("P517", order(OrderKind.NOT_AFTER, date(2020, 4, 10), level=9)),
    ("P518", order(OrderKind.NOT_BEFORE, date(2020, 4, 8))),
    ("P519", order(OrderKind.NOT_BEFORE, date(2020, 9, 1), level=10)),
    ("P520", order(OrderKind.FIXED, date(2020, 5, 4), level=10)),
    ("P521", change("schools", YIGAO, ready=date(2020, 4, 5), accepted=date(2020, 4, 4))),
    ("P522", rows("slots", replace(LUNCH, end=time(12, 55)))),
    ("P523", order(OrderKind.NOT_AFTER, date(2020, 4, 6))),
)  # fmt: skip


def test_sound_plan_has_no_problem() -> None:
    assert check(sound()) == ()


@pytest.mark.parametrize(("code", "edit"), FINDS, ids=[code for code, _ in FINDS])
def test_edit_is_found(code: str, edit: Edit) -> None:
    assert code in codes(edit(sound()))


def test_every_kind_of_the_checks_has_an_edit_that_raises_it() -> None:
    declared = {
        kind.code
        for module in MODULES
        for kind in vars(module).values()
        if kind in kinds().values()
    }
    assert declared == {code for code, _ in FINDS}


def test_every_check_is_listed() -> None:
    listed = {one.__name__ for one in CHECKS}
    assert len(listed) + 1 == len(CHECKS)  # duplicates: of rows, of measures
    for module in MODULES:
        takes_a_look = {
            name
            for name, value in vars(module).items()
            if callable(value)
            and getattr(value, "__module__", "") == module.__name__
            and not name.startswith("_")
            and list(getattr(value, "__annotations__", {})) == ["look", "return"]
        }
        assert takes_a_look == {one.__name__ for one in module.CHECKS}


def test_unknown_class_is_told_with_place_and_closest() -> None:
    plan = change("people", "OFFICE", klass="高一(9)班")(sound())
    row = next(n for n, p in enumerate(plan.people) if p.id == "OFFICE")
    cell = Where(file="新密.xlsx", sheet="人员", cell="C17")
    plan = replace(plan, places={("people", row): {"klass": cell}})
    said = str(only(plan, "P203"))
    assert said.startswith(
        "新密.xlsx:人员!C17: 班级「高一(9)班」不存在；最接近的是「高一(2)班」。"
    )
    assert said.endswith("[P203]")


def test_row_of_an_unknown_school_is_told_once() -> None:
    stray = replace(sound().classes[0], school=SchoolCode("YIGAP"))
    problems = check(add("classes", stray)(sound()))
    assert [p.code for p in problems] == ["P203"]
    assert "「YIGAO」" in problems[0].said


def test_closest_of_many_names_is_found_among_the_neighbours() -> None:
    people = [replace(PUPILS[0], id=PersonId(f"P{n:05}"), bed="") for n in range(5000)]
    look = Look(add("people", *people)(sound()))
    assert look.closest(("people",), YIGAO, "P04321x") == "P04321"
    assert look.closest(("people",), YIGAO, "狮子") == ""


def test_groups_of_one_class_may_be_taught_at_once_and_not_with_the_class() -> None:
    groups = add("classes", GROUP, OTHER_GROUP)(sound())
    beside = add("lessons", lesson("G10C1A", "T10-1"), lesson("G10C1B", "T10-2"))
    assert check(beside(groups)) == ()
    within = add("lessons", lesson("G10C1A", "T10-1"), lesson("G10C1", "T10-2"))
    assert codes(within(groups)) == {"P212"}
    before = add("lessons", lesson("G10C1", "T10-1"), lesson("G10C1B", "T10-2"))
    assert codes(before(groups)) == {"P212"}


def test_lesson_that_is_not_placed_clashes_with_nothing() -> None:
    rows = (lesson("G10C1", "T10-1", day=0), lesson("G10C1", "T10-1", day=0))
    assert check(add("lessons", *rows)(sound())) == ()


def test_sports_ground_holds_several_lessons() -> None:
    ground = replace(BUS, code=ZoneCode("FIELD"), name="操场", kind=ZoneKind.OTHER)
    rows = (
        replace(lesson("G10C1", "T10-1"), rooms=(ground.code,)),
        replace(lesson("G10C2", "T10-2"), rooms=(ground.code,)),
    )
    assert check(both(add("zones", ground), add("lessons", *rows))(sound())) == ()


@pytest.mark.parametrize(
    ("seats", "over"), [(48, None), (47, "1"), (40, "8")]
)  # fmt: skip
def test_seats_of_a_hall_are_held_against_the_fullest_meal(
    seats: int, over: str | None
) -> None:
    problems = check(change("zones", "HALL", seats=seats)(sound()))
    lunch = [dict(p.words) for p in problems if p.code == "P401"]
    assert [w["over"] for w in lunch if w["meal"] == "午餐"] == ([over] if over else [])


def test_only_boarders_eat_a_boarders_breakfast() -> None:
    problems = check(change("zones", "HALL", seats=23)(sound()))
    words = [dict(p.words) for p in problems if p.code == "P401"]
    assert {w["meal"]: w["came"] for w in words}["早餐"] == "24"


def test_without_batches_all_eat_at_once() -> None:
    plan = drop("measures", "M14")(sound())
    assert check(change("zones", "HALL", seats=144)(plan)) == ()
    assert codes(change("zones", "HALL", seats=143)(plan)) == {"P401"}


@pytest.mark.parametrize(("stock", "enough"), [(42.0, True), (41.9, False)])
def test_consumable_lasts_the_reserve(stock: float, *, enough: bool) -> None:
    """Six classes use 0.5 kg each a day; fourteen days need 42 kg."""
    found = codes(change("supplies", "84消毒液", stock=stock)(sound()))
    assert found == (set() if enough else {"P412"})


@pytest.mark.parametrize(
    ("driver", "number"),
    [
        (Driver.STUDENT, 144),
        (Driver.CLASS, 6),
        (Driver.LANE, 3),
        (Driver.ISOLATION_ROOM, 3),
        (Driver.SCHOOL, 1),
    ],
)
def test_drivers_of_supplies(driver: Driver, number: float) -> None:
    row = replace(sound().supplies[0], driver=driver)
    assert feasible.drivers(Look(sound()), row) == number


def test_persons_are_students_and_staff() -> None:
    look = Look(sound())
    row = sound().supplies[0]
    staff = feasible.drivers(look, replace(row, driver=Driver.STAFF))
    assert staff is not None
    assert staff > 0
    assert feasible.drivers(look, replace(row, driver=Driver.PERSON)) == 144 + staff


def test_area_counts_every_room_of_a_row() -> None:
    row = replace(sound().supplies[0], driver=Driver.AREA)
    areas = [z for z in sound().zones if z.school == YIGAO and z.area]
    hundreds = sum((z.area or 0) * (z.rooms or 1) for z in areas) / 100
    assert feasible.drivers(Look(sound()), row) == pytest.approx(hundreds)


def test_gate_passes_everybody_just_in_time() -> None:
    """72 day students, one lane, 30 minutes: 25 s each is just enough."""
    one = change("zones", "GATE", lanes=1)(sound())
    plan = drop("measures", "M13")(one)
    assert check(change("measures", "M04", seconds=25.0)(plan)) == ()
    assert codes(change("measures", "M04", seconds=25.1)(plan)) == {"P404"}


def test_gate_without_lanes_passes_nobody() -> None:
    plan = change("zones", "GATE", lanes=0)(sound())
    assert "P404" in codes(plan)


@pytest.mark.parametrize(
    ("start", "end", "alone"),
    [
        (time(22), time(6), False),
        (time(21), time(7), False),
        (time(0), time(6), True),
        (time(22), time(23, 59), True),
        (time(8), time(7, 59), False),
    ],
)
def test_night_is_covered_from_ten_to_six(
    start: time, end: time, *, alone: bool
) -> None:
    edit = change("duties", "isolation", start=start, end=end)
    assert ("P407" in codes(edit(sound()))) is alone


def test_night_in_two_halves_is_covered() -> None:
    first = change("duties", "isolation", start=time(21), end=time(0))
    second = again(
        "duties", "isolation", code="isolation-2", start=time(0), end=time(7)
    )
    assert "P407" not in codes(both(second, first)(sound()))


def test_day_school_needs_nobody_at_night() -> None:
    edit = change("duties", "isolation", school=QIZHONG, start=time(8), end=time(17))
    assert check(edit(sound())) == ()


@pytest.mark.parametrize("distance", [1.73, 1.74])
def test_spacing_that_fits_is_the_one_that_is_told(distance: float) -> None:
    """72 square metres for 24 desks: 1.732 m."""
    found = check(change("measures", "M16", distance=Metres(distance))(sound()))
    assert [dict(p.words)["allowed"] for p in found] == (
        [] if distance < 1.732 else ["1.73"] * 6
    )


def test_periods_of_different_people_may_overlap() -> None:
    lunch = change("periods", "午餐", grade=GradeCode("G10"), start=time(12, 10))
    other = again("periods", "午餐", name="午餐二", grade=GradeCode("G11"))
    assert check(both(other, lunch)(sound())) == ()


def test_leave_of_a_day_school_needs_no_date() -> None:
    assert check(change("schools", QIZHONG, leave_every=Days(14))(sound())) == ()


def test_arrival_may_overlap_with_breakfast() -> None:
    arrival = next(p for p in sound().periods if p.kind is PeriodKind.ARRIVAL)
    assert check(change("periods", arrival.name, end=time(7, 40))(sound())) == ()


def test_check_of_boarders_may_be_at_night() -> None:
    assert check(change("measures", "M03", at=time(23))(sound())) == ()


def test_same_measure_in_other_scopes_or_dates_is_no_duplicate() -> None:
    dining = StaggeredDining(
        school=QIZHONG, code="X1", batches=1, minutes=Minutes(5), scope=("G7",)
    )
    other = replace(dining, code="X2", scope=("G8",))
    first = replace(dining, code="X3", scope=("G9",), end=date(2020, 4, 30))
    second = replace(first, code="X4", start=date(2020, 5, 1), end=None)
    assert check(add("measures", dining, other, first, second)(sound())) == ()


def test_openings_obey_the_orders_of_their_level_only() -> None:
    late = StagedOpening(
        school=QIZHONG, code="X1", scope=("G7",), opens=date(2020, 4, 20)
    )
    assert check(add("measures", late)(sound())) == ()
    fixed = replace(sound().orders[0], code="O9", level=7, date=date(2020, 4, 21))
    assert codes(add("orders", fixed)(add("measures", late)(sound()))) == {"P507"}


def test_opening_of_a_class_counts_for_its_grade() -> None:
    edit = change("measures", "M17", scope=("G12C1",), opens=date(2020, 4, 9))
    assert codes(edit(sound())) == {"P507"}


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_has_levels(stage: Stage) -> None:
    low, high = consistent.LEVELS[stage]
    assert 0 <= low <= high <= 12


@pytest.mark.parametrize(
    ("a", "b", "together"),
    [
        ((480, 520), (520, 560), False),
        ((480, 521), (520, 560), True),
        ((1350, 1800), (60, 120), True),
        ((1350, 1800), (360, 380), False),
        ((60, 120), (1350, 1800), True),
    ],
)
def test_spans_meet_over_midnight(
    a: tuple[int, int], b: tuple[int, int], *, together: bool
) -> None:
    assert meet(a, b) is together


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_checks_bear_plans_with_rows_torn_out(data: st.DataObject) -> None:
    plan = sound()
    for table in data.draw(st.sets(st.sampled_from(TABLES), max_size=4)):
        rows = getattr(plan, table)
        kept = data.draw(st.lists(st.integers(0, max(0, len(rows) - 1)), max_size=6))
        plan = with_rows(plan, table, [rows[n] for n in sorted(set(kept)) if rows])
    for problem in check(plan):
        assert "{" not in problem.said + problem.mend


@given(st.data())
@settings(deadline=None, max_examples=80)
def test_a_broken_reference_is_always_told(data: st.DataObject) -> None:
    table, field, _ = data.draw(st.sampled_from(consistent.REFERENCES))
    rows = list(getattr(sound(), table))
    filled = [n for n, row in enumerate(rows) if getattr(row, field)]
    if not filled:
        return
    n = data.draw(st.sampled_from(filled))
    broken = "没有这个" if isinstance(getattr(rows[n], field), str) else ("没有这个",)
    rows[n] = replace(rows[n], **{field: broken})
    found = codes(with_rows(sound(), table, rows))
    assert found & {"P203", "P204"}


def test_every_reference_is_a_field_of_its_table() -> None:
    for table, field, _ in consistent.REFERENCES:
        row = next(iter(getattr(sound(), table)))
        assert field in {f.name for f in fields(row)}


def test_area_of_a_room_that_is_not_known_is_told_as_undecided() -> None:
    problem = only(change("zones", "R1001", area=None)(sound()), "P317")
    assert problem.weight is Weight.WARNING
    assert "未填，无法判断" in problem.said


def test_boarders_without_beds_of_their_grade_are_told_by_grade() -> None:
    smaller = change("zones", "D1", beds=SquareMetres(5))
    more = change("zones", "D2", beds=8)
    problem = only(both(smaller, more)(sound()), "P403")
    assert dict(problem.words)["name"] == "一高高一"
    assert dict(problem.words)["over"] == "4"


def test_opens_is_the_day_of_the_small_plan() -> None:
    assert sound().district.opens == OPENS
