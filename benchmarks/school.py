"""The school that the benchmarks run: 30 classes of 40, 100 staff, every second boards."""

from collections.abc import Iterator
from datetime import date, time

from bihuan.base.ids import AreaCode, ClassCode, GradeCode, SchoolCode, ZoneCode
from bihuan.base.units import (
    CubicMetres,
    Days,
    Hours,
    Metres,
    MilligramPerLitre,
    Minutes,
    PerHour,
    PerHundredThousandDays,
    Share,
    SquareMetres,
)
from bihuan.plan import measures as m
from bihuan.plan.people import Class, Grade, School
from bihuan.plan.places import Area, Zone
from bihuan.plan.plan import District, Plan
from bihuan.plan.timetable import Period
from bihuan.plan.words import (
    Counted,
    PeriodKind,
    Post,
    Setting,
    Stage,
    Unit,
    Who,
    ZoneKind,
)

CODE = SchoolCode("S1300")
OPENS = date(2020, 4, 7)
GRADES = 3
STUDENTS = 40
"""Of a class."""
STAFF_PER_CLASS = 100 / 30
ROOMS = (Setting.CLASSROOM, Setting.STUDY)
AIRED = (*ROOMS, Setting.DORM_ROOM, Setting.CANTEEN_HALL)
BARE = frozenset({"C1", "C2", "ISO"})
"""Measures of the work with symptomatic isolation only."""

DAY = """
wash 06:00 06:20 boarders
arrival 06:50 07:20 day_students
breakfast 07:20 07:50 boarders
lesson 08:00 08:40
break 08:40 08:50
lesson 08:50 09:30
exercise 09:30 09:50
lesson 09:50 10:30
break 10:30 10:40
lesson 10:40 11:20
break 11:20 11:30
lesson 11:30 12:10
lunch 12:10 12:50
noon_rest 13:00 14:10 boarders
lesson 14:30 15:10
break 15:10 15:20
lesson 15:20 16:00
break 16:00 16:10
lesson 16:10 16:50
supper 17:30 18:10
study 18:40 19:40
study 19:50 20:50
dismissal 20:50 21:10 day_students
study 21:00 21:50 boarders
wash 21:50 22:20 boarders
sleep 22:30 06:00 boarders
"""


def school_plan(classes: int = 30, *, incidence: float = 0.0) -> Plan:
    """The plan of a boarding school with a measure of every kind.

    classes: a multiple of GRADES; incidence: per 100,000 persons and day.
    """
    staff = round(classes * STAFF_PER_CLASS)
    return Plan(
        district=District(
            name="",
            region="410183",
            drawn_up=date(2020, 4, 2),
            opens=OPENS,
            incidence=PerHundredThousandDays(incidence),
        ),
        areas=(Area(code=AreaCode("A"), name=""),),
        schools=(
            School(
                code=CODE,
                name="",
                stage=Stage.SENIOR,
                area=AreaCode("A"),
                students=classes * STUDENTS,
                boarders=classes * STUDENTS // 2,
                staff=staff,
                leave_every=Days(28),
                first_leave=date(2020, 5, 1),
            ),
        ),
        grades=tuple(
            Grade(school=CODE, code=_grade(n), name=f"G{10 + n}", level=10 + n)
            for n in range(GRADES)
        ),
        classes=tuple(_classes(classes)),
        zones=tuple(_zones(classes)),
        periods=tuple(_periods()),
        measures=tuple(_measures()),
    )


def _grade(n: int) -> GradeCode:
    return GradeCode(f"G{10 + n % GRADES}")


def _classes(number: int) -> Iterator[Class]:
    for n in range(number):
        yield Class(
            school=CODE,
            code=ClassCode(f"C{n:02}"),
            name=f"C{n:02}",
            grade=_grade(n),
            students=STUDENTS,
            boarders=STUDENTS // 2,
            room=ZoneCode(f"R{n:02}"),
            stair=ZoneCode(f"T{n % GRADES}"),
            gate=ZoneCode("GATE"),
            hall=ZoneCode(f"H{n % 2}"),
            columns=8,
        )


def _zones(classes: int) -> Iterator[Zone]:
    for n in range(classes):
        yield _zone(f"R{n:02}", ZoneKind.CLASSROOM, area=70, volume=210, air=1.5)
    yield _zone("GATE", ZoneKind.GATE, area=120, lanes=4)
    for n in range(2):
        yield _zone(
            f"H{n}", ZoneKind.CANTEEN_HALL, area=600, volume=2400, air=3.0, seats=700
        )
    for n in range(GRADES):
        yield _zone(f"T{n}", ZoneKind.STAIR, area=60)
        yield _zone(f"F{n}", ZoneKind.DORM_FLOOR, area=60, users=(_grade(n),))
        yield _zone(
            f"D{n}",
            ZoneKind.DORM_ROOM,
            area=24,
            volume=72,
            air=0.8,
            beds=8,
            rooms=-(-classes // GRADES * STUDENTS // 16),
            users=(_grade(n),),
        )
    yield _zone("ISO", ZoneKind.ISOLATION_ROOM, beds=1, rooms=6)
    yield _zone("OBS", ZoneKind.OBSERVATION_AREA, beds=40)


def _zone(
    code: str,
    kind: ZoneKind,
    *,
    area: float | None = None,
    volume: float | None = None,
    air: float | None = None,
    seats: int | None = None,
    beds: int | None = None,
    rooms: int | None = None,
    lanes: int | None = None,
    users: tuple[str, ...] = (),
) -> Zone:
    return Zone(
        school=CODE,
        code=ZoneCode(code),
        name=code,
        kind=kind,
        area=None if area is None else SquareMetres(area),
        volume=None if volume is None else CubicMetres(volume),
        air_changes=None if air is None else PerHour(air),
        seats=seats,
        beds=beds,
        rooms=rooms,
        lanes=lanes,
        users=users,
    )


def _periods() -> Iterator[Period]:
    lessons = 0
    for line in DAY.strip().splitlines():
        name, start, end, *who = line.split()
        kind = PeriodKind[name.upper()]
        lessons += kind is PeriodKind.LESSON
        yield Period(
            school=CODE,
            name=name,
            kind=kind,
            start=time.fromisoformat(start),
            end=time.fromisoformat(end),
            days="1234567" if name in ("sleep", "wash") else "12345",
            who=Who[who[0].upper()] if who else Who.STUDENTS,
            number=lessons if kind is PeriodKind.LESSON else 0,
        )


def _measures() -> Iterator[m.Measure]:
    for code, at, who, looker in (
        ("C1", "07:55", Who.ALL, Post.CLASS_TEACHER),
        ("C2", "14:20", Who.ALL, Post.CLASS_TEACHER),
        ("C3", "21:50", Who.BOARDERS, Post.DORM_MANAGER),
    ):
        yield m.SymptomCheck(
            school=CODE,
            code=code,
            at=time.fromisoformat(at),
            who=who,
            looker=looker,
            fever_sensitivity=Share(0.9),
            symptom_sensitivity=Share(0.4),
            missed=Share(0.05),
            false_positive=Share(0.001),
        )
    yield m.GateCheck(school=CODE, code="GATE", fever_sensitivity=Share(0.8))
    yield m.Isolation(
        school=CODE, code="ISO", delay=Minutes(15.0), night_delay=Minutes(40.0)
    )
    yield m.Testing(
        school=CODE, code="TEST", delay=Hours(24.0), sensitivity=Share(0.85)
    )
    yield m.ContactListing(
        school=CODE, code="LIST", recall=Share(0.8), delay=Hours(4.0)
    )
    for unit in (Unit.CLASS, Unit.DORM_ROOM):
        yield m.Quarantine(school=CODE, code=f"Q_{unit}", unit=unit)
    yield m.Suspension(
        school=CODE,
        code="SUSP",
        unit=Unit.CLASS,
        counted=Counted.FOUND,
        count=5,
        share=Share(0.3),
    )
    yield m.Mask(school=CODE, code="MASK", wearing=Share(0.9), settings=ROOMS)
    yield m.Ventilation(
        school=CODE,
        code="AIR",
        settings=AIRED,
        times=3,
        minutes=Minutes(30.0),
        air_changes=PerHour(6.0),
    )
    yield m.Cleaning(
        school=CODE,
        code="CLEAN",
        settings=AIRED,
        times=2,
        strength=MilligramPerLitre(500.0),
    )
    yield m.StaggeredArrival(
        school=CODE, code="ARRIVE", batches=3, minutes=Minutes(10.0)
    )
    yield m.StaggeredDining(school=CODE, code="DINE", batches=3, minutes=Minutes(12.0))
    yield m.StaggeredBreaks(school=CODE, code="BREAK", batches=2, minutes=Minutes(5.0))
    yield m.SeatSpacing(school=CODE, code="SEAT", distance=Metres(1.0))
    yield m.StagedOpening(school=CODE, code="OPEN", scope=("G12",), opens=OPENS)
    yield m.ClosedCampus(school=CODE, code="CLOSED", visitors=2)
    yield m.ReturnSurvey(
        school=CODE,
        code="SURVEY",
        coverage=Share(0.98),
        truthful=Share(0.9),
        flagged=Share(0.5),
    )
    yield m.Vaccination(
        school=CODE,
        code="VACCINE",
        who=Who.STAFF,
        coverage=Share(0.1),
        effectiveness=Share(0.5),
    )
