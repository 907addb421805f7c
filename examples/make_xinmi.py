"""Make the example district 新密: `python examples/make_xinmi.py` writes xinmi/plan.xlsx.

xinmi_world.py has the world as values, xinmi_spots.py the weak spots that are planted in
the plans for the checks to find. The same program makes the same workbook: what varies
from class to class is drawn from named streams of one seed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from functools import cache
from math import ceil
from typing import Any

from bihuan.base.ids import (
    AreaCode,
    ClassCode,
    DocumentCode,
    GradeCode,
    PersonId,
    SchoolCode,
    ZoneCode,
)
from bihuan.base.random import below
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
from bihuan.plan.duties import Document, Duty, Liaison, Supply
from bihuan.plan.people import Class, Grade, Person, School
from bihuan.plan.places import Area, Zone
from bihuan.plan.plan import Capacity, District, Order, Plan
from bihuan.plan.save import save
from bihuan.plan.staging import Siblings, Staging
from bihuan.plan.timetable import CalendarDay, Period, Teaching
from bihuan.plan.words import (
    CapacityKind,
    Counted,
    DocumentKind,
    DocumentStatus,
    Driver,
    Extent,
    OrderKind,
    PeriodKind,
    Place,
    Post,
    Role,
    Setting,
    Stage,
    Unit,
    Who,
    ZoneKind,
)
from xinmi_spots import planted
from xinmi_world import (
    AIR,
    AREAS,
    BASIS,
    CALENDAR,
    CLASS_JOB,
    CODES,
    CONTRACTED,
    DAY,
    DRAWN_UP,
    EVENING,
    FIRST_YEAR,
    FULL_LOAD,
    GOODS,
    GRADES,
    HURRIED,
    JOBS,
    JUNIOR_THREE,
    LEADERS,
    LEVELS,
    LIVING_IN,
    NOT_BEFORE,
    OPENS,
    OUT,
    OWN_DOCUMENTS,
    PARTNERS,
    PASSED,
    READY,
    ROTA,
    SEED,
    SEVEN,
    SHARED,
    SIBLINGS,
    SLOTTED,
    SMALL,
    STAGING,
    SUBJECTS,
    SUPPLIED,
    Campus,
)

# --- building a school --------------------------------------------------------------


def _code(campus: Campus) -> SchoolCode:
    return SchoolCode(campus.code)


def _person(campus: Campus, post: Post, n: int) -> PersonId:
    return PersonId(f"{campus.code}-{CODES[post]}-{n:02}")


def _stream(campus: Campus, level: int, n: int) -> str:
    """The subjects a class takes: of a year, from the second year on 文 or 理."""
    if campus.vocational:
        return "职教"
    if level == FIRST_YEAR:
        return "高一"
    last = n > campus.classes[level - FIRST_YEAR] - campus.arts
    return LEVELS[level] + ("文" if last else "理")


@dataclass(frozen=True, kw_only=True)
class Form:
    """A class on its way into the plan."""

    level: int
    n: int
    stream: str
    students: int
    boarders: int

    @property
    def code(self) -> ClassCode:
        """The class as everybody calls it."""
        return ClassCode(f"{LEVELS[self.level]}({self.n})班")


@cache
def _forms(code: str) -> tuple[Form, ...]:
    """The classes of a school; sizes and boarders vary from class to class."""
    campus = next(c for c in SEVEN if c.code == code)
    number = SEVEN.index(campus)
    forms = []
    for level, count in zip(GRADES, campus.classes, strict=True):
        for n in range(1, count + 1):
            low, high = campus.size
            students = low + below(high - low + 1, SEED, "size", number, level, n)
            share = campus.boarding - 2 + below(5, SEED, "boarders", number, level, n)
            forms.append(
                Form(
                    level=level,
                    n=n,
                    stream=_stream(campus, level, n),
                    students=students,
                    boarders=round(students * share / 100),
                )
            )
    return tuple(forms)


def _share_out(loads: Sequence[int]) -> list[list[int]]:
    """Put lessons in a row of classes on teachers, so that the least busy has most.

    loads: lessons a week of each class. Returns, teacher by teacher, rows of `loads`.
    """
    fewest = ceil(sum(loads) / FULL_LOAD)
    ways = [_evenly(loads, teachers) for teachers in range(fewest, fewest + 3)]
    ways.append(_filled(loads))
    return max(
        (way for way in ways if max(_borne(loads, way)) <= FULL_LOAD),
        key=lambda way: min(_borne(loads, way)),
    )


def _borne(loads: Sequence[int], way: Sequence[Sequence[int]]) -> list[int]:
    """Lessons a week of each teacher."""
    return [sum(loads[row] for row in hand) for hand in way]


def _evenly(loads: Sequence[int], teachers: int) -> list[list[int]]:
    """Cut the row of classes into nearly equal parts."""
    hands: list[list[int]] = [[] for _ in range(teachers)]
    borne = 0
    for row, load in enumerate(loads):
        hands[int((borne + load / 2) / sum(loads) * teachers)].append(row)
        borne += load
    return [hand for hand in hands if hand]


def _filled(loads: Sequence[int]) -> list[list[int]]:
    """Give each teacher in turn as many classes as fit."""
    hands: list[list[int]] = [[]]
    for row, load in enumerate(loads):
        if sum(loads[r] for r in hands[-1]) + load > FULL_LOAD:
            hands.append([])
        hands[-1].append(row)
    return hands


@cache
def _teaching(code: str) -> tuple[Teaching, ...]:
    """Who teaches what to whom; class meetings are led by class teachers."""
    pools: dict[tuple[str, int], list[Form]] = {}
    for form in _forms(code):
        for subject in SUBJECTS[form.stream]:
            if subject != "班会":
                level = 0 if subject in SHARED else form.level
                pools.setdefault((subject, level), []).append(form)
    rows: dict[tuple[ClassCode, str], Teaching] = {}
    hired = 0
    for (subject, _level), forms in pools.items():
        loads = [SUBJECTS[form.stream][subject] for form in forms]
        for hand in _share_out(loads):
            hired += 1
            for row in hand:
                klass = forms[row].code
                rows[klass, subject] = Teaching(
                    school=SchoolCode(code),
                    teacher=PersonId(f"{code}-JS-{hired:03}"),
                    klass=klass,
                    subject=subject,
                    lessons=loads[row],
                )
    taken: set[PersonId] = set()
    for form in _forms(code):
        first, second = LEADERS[form.stream]
        order = (first, second) if form.n % 2 else (second, first)
        leader = next(
            teacher
            for subject in (*order, *SUBJECTS[form.stream])
            if subject != "班会"
            and (teacher := rows[form.code, subject].teacher) not in taken
        )
        taken.add(leader)
        rows[form.code, "班会"] = Teaching(
            school=SchoolCode(code),
            teacher=leader,
            klass=form.code,
            subject="班会",
            lessons=1,
        )
    return tuple(
        rows[form.code, subject]
        for form in _forms(code)
        for subject in SUBJECTS[form.stream]
    )


@cache
def _leaders(code: str) -> dict[ClassCode, PersonId]:
    """The class teacher of each class."""
    return {row.klass: row.teacher for row in _teaching(code) if row.subject == "班会"}


def _grade_forms(campus: Campus, level: int) -> tuple[Form, ...]:
    return tuple(form for form in _forms(campus.code) if form.level == level)


def _zone(campus: Campus, code: str, name: str, kind: ZoneKind, area: float) -> Zone:
    return Zone(
        school=_code(campus),
        code=ZoneCode(code),
        name=name,
        kind=kind,
        area=SquareMetres(area),
    )


def _aired(zone: Zone, height: float, air_changes: float) -> Zone:
    """The zone with the air that is in it."""
    volume = round((zone.area or 0.0) * height, 1)
    return replace(zone, volume=CubicMetres(volume), air_changes=PerHour(air_changes))


FLOORS = 5
"""Floors of a building of class rooms."""


def _room_of(campus: Campus, form: Form) -> tuple[int, int, int]:
    """Building, floor, number on the floor of a class room; a building is a grade's."""
    wide = ceil(campus.classes[form.level - FIRST_YEAR] / FLOORS)
    floor, place = divmod(form.n - 1, wide)
    return 1 + GRADES[-1] - form.level, floor + 1, place + 1


def _room_code(campus: Campus, form: Form) -> ZoneCode:
    building, floor, place = _room_of(campus, form)
    return ZoneCode(f"J{building}-{floor}{place:02}")


def _stair_code(campus: Campus, form: Form) -> ZoneCode:
    building, _, place = _room_of(campus, form)
    wide = ceil(campus.classes[form.level - FIRST_YEAR] / FLOORS)
    return ZoneCode(f"J{building}-{'西' if place <= wide / 2 else '东'}楼梯")


def _class_rooms(campus: Campus) -> Iterator[Zone]:
    for form in _forms(campus.code):
        building, floor, place = _room_of(campus, form)
        yield replace(
            _aired(
                _zone(
                    campus,
                    _room_code(campus, form),
                    f"{building}号教学楼{floor}{place:02}教室",
                    ZoneKind.CLASSROOM,
                    campus.room,
                ),
                3.4,
                AIR,
            ),
            building=f"{building}号教学楼",
            floor=floor,
            seats=campus.size[1] + 3,
            users=(form.code,),
        )


def _teaching_buildings(campus: Campus) -> Iterator[Zone]:
    for level in GRADES:
        number = 1 + GRADES[-1] - level
        building = f"{number}号教学楼"
        for side in ("西", "东"):
            stair = _zone(
                campus,
                f"J{number}-{side}楼梯",
                f"{building}{side}楼梯",
                ZoneKind.STAIR,
                48.0,
            )
            yield replace(stair, building=building, lanes=2, users=(LEVELS[level],))
        toilet = _zone(
            campus, f"J{number}-厕所", f"{building}各层厕所", ZoneKind.TOILET, 30.0
        )
        yield replace(
            _aired(toilet, 3.2, 3.0),
            building=building,
            rooms=FLOORS * 2,
            users=(LEVELS[level],),
        )


ROOMS_A_FLOOR = 20
FLOORS_A_DORM = 6


def _dormitory(campus: Campus) -> Iterator[Zone]:
    """Floors of dormitories, each of one grade, then the rooms on them."""
    floors: list[tuple[int, int]] = []
    for level in GRADES:
        rooms = 2 + sum(
            ceil(form.boarders / campus.beds) for form in _grade_forms(campus, level)
        )
        while rooms > 0:
            floors.append((level, min(rooms, ROOMS_A_FLOOR)))
            rooms -= ROOMS_A_FLOOR
    for row, (level, rooms) in enumerate(floors):
        building, floor = row // FLOORS_A_DORM + 1, row % FLOORS_A_DORM + 1
        code, name = f"S{building}-{floor}", f"{building}号宿舍楼{floor}层"
        where: dict[str, Any] = {
            "building": f"{building}号宿舍楼",
            "floor": floor,
            "users": (LEVELS[level],),
        }
        corridor = _zone(
            campus, f"{code}层", f"{name}走廊、洗漱间", ZoneKind.DORM_FLOOR, 190.0
        )
        yield replace(_aired(corridor, 3.0, 2.0), **where)
        room = _zone(
            campus, f"{code}室", f"{name}寝室", ZoneKind.DORM_ROOM, 3.4 * campus.beds
        )
        yield replace(
            _aired(room, 3.2, 1.0), **where, beds=campus.beds, rooms=rooms, toilet=False
        )


def _common_rooms(campus: Campus) -> Iterator[Zone]:
    for n, (name, area, seats) in enumerate(campus.halls, 1):
        hall = _aired(
            _zone(campus, f"CT{n}", name, ZoneKind.CANTEEN_HALL, area), 4.5, 2.5
        )
        yield replace(hall, seats=seats, tables=ceil(seats / 4))
    for n, (name, area, lanes) in enumerate(campus.gates, 1):
        yield replace(_zone(campus, f"XM{n}", name, ZoneKind.GATE, area), lanes=lanes)
    for n, name in enumerate(("物理", "化学", "生物"), 1):
        room = _zone(campus, f"SY{n}", f"{name}实验室", ZoneKind.LABORATORY, 96.0)
        yield replace(
            _aired(room, 3.6, 2.0), building="实验楼", floor=n, seats=60, rooms=2
        )
    shop = _zone(campus, "SD", "小卖部", ZoneKind.SHOP, 70.0)
    yield replace(_aired(shop, 3.5, 1.5), note="分年级分时段进店，限20人")
    bath = _zone(campus, "YS", "浴室", ZoneKind.BATH, 240.0)
    yield replace(_aired(bath, 3.5, 4.0), rooms=2, note="按楼层排班")
    water = _zone(campus, "KS", "开水间", ZoneKind.OTHER, 25.0)
    yield replace(_aired(water, 3.2, 3.0), rooms=6)
    office = _zone(campus, "BG", "年级办公室", ZoneKind.OFFICE, 60.0)
    yield replace(_aired(office, 3.2, AIR), rooms=9, seats=16)


SICK_ROOMS = {1: "发热、呼吸道症状", 2: "其他症状"}


def _sick_rooms(campus: Campus) -> Iterator[Zone]:
    clinic = _zone(campus, "YW", "医务室", ZoneKind.CLINIC, 68.0)
    yield replace(_aired(clinic, 3.2, 2.0), beds=4, building="综合楼", floor=1)
    for n, beds in enumerate(campus.isolation, 1):
        use = SICK_ROOMS.get(n, "备用")
        room = _zone(
            campus, f"GL{n}", f"临时隔离室{n}", ZoneKind.ISOLATION_ROOM, 9.0 * beds
        )
        yield replace(
            _aired(room, 3.0, 3.0),
            building="临时隔离点",
            floor=1,
            beds=beds,
            apart=True,
            toilet=True,
            note=use,
        )
    rooms, beds = campus.observation
    area = _zone(campus, "GC", "隔离观察区", ZoneKind.OBSERVATION_AREA, 18.0)
    yield replace(
        _aired(area, 3.0, 2.0),
        building="隔离观察楼",
        beds=beds,
        rooms=rooms,
        apart=True,
        toilet=True,
        note="单间，送餐到室",
    )


def _buses(campus: Campus) -> Iterator[Zone]:
    for n in range(1, campus.buses + 1):
        bus = _zone(campus, f"XC{n}", f"校车{n}号线", ZoneKind.BUS, 28.0)
        yield replace(_aired(bus, 2.0, 6.0), seats=45)


@cache
def _zones(code: str) -> tuple[Zone, ...]:
    """Every place of a school."""
    campus = next(c for c in SEVEN if c.code == code)
    parts = (
        _class_rooms,
        _teaching_buildings,
        _dormitory,
        _common_rooms,
        _sick_rooms,
        _buses,
    )
    return tuple(zone for part in parts for zone in part(campus))


def _of_kind(campus: Campus, kind: ZoneKind) -> tuple[Zone, ...]:
    return tuple(zone for zone in _zones(campus.code) if zone.kind is kind)


def _classes(campus: Campus) -> Iterator[Class]:
    halls = _halls(campus)
    gates = _of_kind(campus, ZoneKind.GATE)
    for form in _forms(campus.code):
        yield Class(
            school=_code(campus),
            code=form.code,
            name=form.code,
            grade=GradeCode(LEVELS[form.level]),
            students=form.students,
            boarders=form.boarders,
            room=_room_code(campus, form),
            homeroom=_leaders(campus.code)[form.code],
            stair=_stair_code(campus, form),
            gate=gates[form.n % len(gates)].code,
            hall=halls[form.code],
            columns=8,
        )


def _halls(campus: Campus) -> dict[ClassCode, ZoneCode]:
    """Where each class eats: grade by grade in the hall with most seats left for it."""
    chosen: dict[ClassCode, ZoneCode] = {}
    for level in GRADES:
        left = {
            zone.code: float(zone.seats or 0)
            for zone in _of_kind(campus, ZoneKind.CANTEEN_HALL)
        }
        for form in _grade_forms(campus, level):
            hall = max(left, key=lambda code: left[code])
            left[hall] -= form.students
            chosen[form.code] = hall
    return chosen


def _people(campus: Campus) -> Iterator[Person]:
    """Staff by post; students are given by counts."""
    for post, number in campus.crew.items():
        for n in range(1, number + 1):
            yield Person(
                school=_code(campus),
                id=_person(campus, post, n),
                role=_role(post),
                post=post,
                lives_in=post in LIVING_IN,
            )
    leads = {teacher: klass for klass, teacher in _leaders(campus.code).items()}
    teachers = sorted({row.teacher for row in _teaching(campus.code)})
    for n, teacher in enumerate(teachers):
        yield Person(
            school=_code(campus),
            id=teacher,
            role=Role.TEACHER,
            post=Post.CLASS_TEACHER if teacher in leads else Post.TEACHER,
            lives_in=below(5, SEED, "lives in", SEVEN.index(campus), n) in (0, 1),
        )


def _role(post: Post) -> Role:
    if post is Post.DRIVER:
        return Role.DRIVER
    if post in CONTRACTED:
        return Role.CONTRACTOR
    return Role.STAFF if post in (Post.DORM_MANAGER, Post.DOCTOR) else Role.TEACHER


def _later(text: str, minutes: int) -> time:
    """A time of the day moved by some minutes, unless it is in the evening or at night."""
    at = time.fromisoformat(text)
    if at >= EVENING:
        return at
    moved = at.hour * 60 + at.minute + minutes
    return time(moved // 60, moved % 60)


def _periods(campus: Campus) -> Iterator[Period]:
    """The day plan; meals and nights hold on Sundays too, for those who stay."""
    numbers = iter(range(1, 20))
    for line in DAY.strip().splitlines():
        name, kind, start, end, *who = line.split()
        always = kind in ("wash", "sleep", "breakfast", "lunch", "supper", "noon_rest")
        yield Period(
            school=_code(campus),
            name=name,
            kind=PeriodKind[kind.upper()],
            start=_later(start, campus.shift),
            end=_later(end, campus.shift),
            days="1234567" if always else "123456",
            who=Who[who[0].upper()] if who else Who.STUDENTS,
            number=next(numbers) if kind == "lesson" else 0,
        )


# --- measures, duties, supplies, partners, documents --------------------------------

ROOMS = (Setting.CLASSROOM, Setting.STUDY)
AIRED = (*ROOMS, Setting.DORM_ROOM, Setting.CANTEEN_HALL, Setting.STAFF_ROOM)
CLEANED = (*ROOMS, Setting.TABLE, Setting.DORM_ROOM, Setting.DORM_FLOOR, Setting.STAIR)


def _measures(campus: Campus) -> tuple[m.Measure, ...]:
    """The measures of a school, numbered in the order in which a plan lists them."""
    parts = (_found, _apart, _closed, _rooms_and_masks, _staggered, _boundary)
    rows = [measure for part in parts for measure in part(campus)]
    return tuple(
        replace(row, school=_code(campus), code=f"C{n:02}")
        for n, row in enumerate(rows, 1)
    )


NOWHERE: dict[str, Any] = {"school": SchoolCode(""), "code": ""}
"""School and code are given when the measures of a school are numbered."""


def _found(campus: Campus) -> Iterator[m.Measure]:
    fever, other, missed = campus.sight
    morning, noon, evening = campus.checks
    for at, who, looker in (
        (morning, Who.STUDENTS, Post.CLASS_TEACHER),
        (noon, Who.STUDENTS, Post.CLASS_TEACHER),
        (evening, Who.BOARDERS, Post.CLASS_TEACHER),
    ):
        yield m.SymptomCheck(
            **NOWHERE,
            at=time.fromisoformat(at),
            who=who,
            looker=looker,
            fever_sensitivity=Share(fever),
            symptom_sensitivity=Share(other),
            missed=Share(missed),
            false_positive=Share(0.0005),
        )
    yield m.SymptomCheck(
        **NOWHERE,
        at=_later("07:40", campus.shift),
        who=Who.STAFF,
        looker=Post.DOCTOR,
        fever_sensitivity=Share(0.9),
        symptom_sensitivity=Share(0.3),
        missed=Share(0.05),
        false_positive=Share(0.0005),
    )
    yield m.GateCheck(
        **NOWHERE,
        fever_sensitivity=Share(0.85),
        missed=Share(0.02),
        false_positive=Share(0.001),
        seconds=3.0,
    )


def _apart(campus: Campus) -> Iterator[m.Measure]:
    day, night = campus.delay
    yield m.Isolation(
        **NOWHERE,
        delay=Minutes(day),
        night_delay=Minutes(night),
        hold=Days(1),
        least_days=Days(3),
        symptom_free=Hours(48.0),
    )
    yield m.Testing(**NOWHERE, delay=Hours(24.0), sensitivity=Share(0.85))
    yield m.ContactListing(
        **NOWHERE,
        recall=Share(campus.recall),
        delay=Hours(campus.listing),
        settings=campus.listed,
        days=Days(14),
        place=Place.SINGLE,
    )


def _closed(campus: Campus) -> Iterator[m.Measure]:
    for unit in campus.shutting:
        yield m.Quarantine(
            **NOWHERE,
            unit=unit,
            counted=Counted.CONFIRMED,
            count=1,
            window=Days(14),
            delay=Hours(2.0),
            days=Days(14),
            place=Place.HOME if unit is Unit.CLASS else Place.SINGLE,
        )
    yield m.Quarantine(
        **NOWHERE,
        unit=Unit.GRADE,
        counted=Counted.CONFIRMED,
        count=2,
        window=Days(14),
        delay=Hours(6.0),
        days=Days(14),
        place=Place.HOME,
    )
    yield m.Suspension(
        **NOWHERE,
        unit=Unit.CLASS,
        counted=Counted.FOUND,
        count=5,
        share=Share(0.3),
        window=Days(1),
        delay=Hours(2.0),
        days=Days(4),
        rule="C1a",
    )


def _rooms_and_masks(campus: Campus) -> Iterator[m.Measure]:
    times, minutes = campus.airing
    yield m.Mask(
        **NOWHERE,
        wearing=Share(campus.wearing),
        settings=(*ROOMS, Setting.SEAT, Setting.STAIR, Setting.GATE),
    )
    yield m.Ventilation(
        **NOWHERE,
        settings=AIRED,
        times=times,
        minutes=Minutes(minutes),
        air_changes=PerHour(6.0),
    )
    yield m.Cleaning(
        **NOWHERE, settings=CLEANED, times=2, strength=MilligramPerLitre(500.0)
    )
    if campus.spacing:
        yield m.SeatSpacing(**NOWHERE, distance=Metres(campus.spacing))


def _staggered(campus: Campus) -> Iterator[m.Measure]:
    for make, (batches, minutes) in (
        (m.StaggeredArrival, campus.arriving),
        (m.StaggeredDining, campus.dining),
        (m.StaggeredBreaks, campus.breaks),
    ):
        yield make(**NOWHERE, batches=batches, minutes=Minutes(minutes))
    for level, opens in reversed(list(zip(GRADES, campus.returns, strict=True))):
        yield m.StagedOpening(
            school=SchoolCode(""), code="", scope=(LEVELS[level],), opens=opens
        )


def _boundary(campus: Campus) -> Iterator[m.Measure]:
    coverage, truthful, flagged = campus.survey
    yield m.ClosedCampus(**NOWHERE, visitors=campus.visitors, open_visitors=40)
    yield m.ReturnSurvey(
        **NOWHERE,
        coverage=Share(coverage),
        truthful=Share(truthful),
        flagged=Share(flagged),
        hold=Days(14),
    )


def _duties(campus: Campus) -> tuple[Duty, ...]:
    """Every duty with a person and a deputy; posts take turns at their persons."""
    turn: dict[Post, int] = {}

    def hand(post: Post) -> PersonId:
        turn[post] = turn.get(post, 0) + 1
        taking_turns = min(campus.crew[post], ROTA.get(post, campus.crew[post]))
        return _person(campus, post, (turn[post] - 1) % taking_turns + 1)

    rows: list[Duty] = []
    for job in JOBS:
        for zone in _of_kind(campus, job.at) if job.at else (None,):
            person = hand(job.post)
            rows.append(
                Duty(
                    school=_code(campus),
                    code="",
                    name=job.name if zone is None else f"{zone.name}{job.name}",
                    in_place=job.in_place,
                    standard=job.standard,
                    post=job.post,
                    person=person,
                    deputy=hand(job.deputy),
                    place=zone.code if zone else ZoneCode(""),
                    start=_at(job.start, campus.shift if job.at else 0),
                    end=_at(job.end, campus.shift if job.at else 0),
                )
            )
    rows.extend(_class_duties(campus))
    return tuple(replace(row, code=f"Z{n:03}") for n, row in enumerate(rows, 1))


def _at(text: str, minutes: int) -> time | None:
    return _later(text, minutes) if text else None


def _class_duties(campus: Campus) -> Iterator[Duty]:
    """The class teacher's duty; the next class's teacher is deputy."""
    leaders = _leaders(campus.code)
    for level in GRADES:
        forms = _grade_forms(campus, level)
        for form, following in zip(forms, (*forms[1:], forms[0]), strict=True):
            yield Duty(
                school=_code(campus),
                code="",
                name=f"{form.code}{CLASS_JOB.name}",
                in_place=CLASS_JOB.in_place,
                standard=CLASS_JOB.standard,
                post=CLASS_JOB.post,
                person=leaders[form.code],
                deputy=leaders[following.code],
                place=_room_code(campus, form),
            )


def _supplies(campus: Campus) -> Iterator[Supply]:
    forms = _forms(campus.code)
    counts = {
        Driver.PERSON: sum(f.students for f in forms) + len(tuple(_people(campus))),
        Driver.CLASS: len(forms),
        Driver.ISOLATION_ROOM: len(campus.isolation),
        Driver.LANE: sum(lanes for _, _, lanes in campus.gates),
        Driver.SCHOOL: 1,
    }
    keeper = _person(campus, Post.LOGISTICS, 1)
    for n, (item, unit, driver, rate, durable, expires) in enumerate(GOODS):
        days = (
            1
            if durable
            else campus.stock + below(4, SEED, "stock", SEVEN.index(campus), n)
        )
        yield Supply(
            school=_code(campus),
            item=item,
            unit=unit,
            stock=_rounded_up(days * rate * counts[driver]),
            driver=driver,
            rate=rate,
            durable=durable,
            expires=expires,
            keeper=keeper,
            place="防疫物资库",
        )


PACKS = ((2000, 100), (200, 10))
"""Above so many, goods come in packs of so many."""


def _rounded_up(amount: float) -> float:
    """A stock as it is bought: by hundreds, tens or one by one."""
    pack = next((pack for least, pack in PACKS if amount > least), 1)
    return float(ceil(amount / pack) * pack)


def _liaison(campus: Campus) -> Iterator[Liaison]:
    for n, (partner, organisation) in enumerate(PARTNERS.items(), 1):
        yield Liaison(
            school=_code(campus),
            partner=partner,
            organisation=organisation,
            contact="值班室",
            phone=f"0371-0000{SEVEN.index(campus) + 1:02}{n:02}",
            tested=date(2020, 3, 28 + n % 3),
        )


def _own_documents(campus: Campus) -> Iterator[Document]:
    for n, kind in enumerate(
        kind for kind in DocumentKind if kind is not DocumentKind.BASIS
    ):
        yield Document(
            code=DocumentCode(f"{campus.code}-{n + 1}"),
            title=f"{campus.name}{kind.label}",
            kind=kind,
            school=_code(campus),
            issuer=campus.name,
            issued=date(2020, 3, 23 + n % 3),
            status=DocumentStatus.FILED,
        )


def _district_documents() -> Iterator[Document]:
    for code, title, issuer, number, issued in BASIS:
        yield Document(
            code=DocumentCode(code),
            title=title,
            kind=DocumentKind.BASIS,
            issuer=issuer,
            number=number,
            issued=issued,
            status=DocumentStatus.FILED,
        )
    yield Document(
        code=DocumentCode("市初三安排"),
        title="全市初三年级开学安排（示例假定）",
        kind=DocumentKind.BASIS,
        issuer="郑州市",
    )
    for n, title in enumerate(OWN_DOCUMENTS):
        yield Document(
            code=DocumentCode(f"局文{n + 1}"),
            title=title,
            kind=DocumentKind.BASIS,
            issuer="新密市教体局",
        )


# --- the whole ----------------------------------------------------------------------


def _staging() -> Iterator[Staging]:
    """Settings of the staggered return, those of crowded halls by school."""
    for kind, amount, stage in STAGING:
        yield Staging(kind=kind, amount=amount, stage=stage)
    for kind, amount, hurried in SLOTTED:
        yield Staging(kind=kind, amount=amount)
        for school in HURRIED if hurried != amount else ():
            yield Staging(kind=kind, amount=hurried, school=SchoolCode(school))


def _orders() -> Iterator[Order]:
    fixed = {
        12: (Extent.PROVINCE, OPENS, "henan-2020-03-31"),
        9: (Extent.CITY, JUNIOR_THREE, "市初三安排"),
    }
    for level in reversed(range(13)):
        extent, day, document = fixed.get(
            level, (Extent.PROVINCE, NOT_BEFORE, "henan-2020-03-31")
        )
        yield Order(
            code=f"Y{13 - level:02}",
            level=level,
            extent=extent,
            kind=OrderKind.FIXED if level in fixed else OrderKind.NOT_BEFORE,
            date=day,
            document=document,
        )


def _capacities() -> Iterator[Capacity]:
    for kind, start, amount in (
        (CapacityKind.OPENINGS, OPENS, 7),
        (CapacityKind.OPENINGS, NOT_BEFORE, 4),
        (CapacityKind.DISINFECTION_TEAMS, DRAWN_UP, 6),
        (CapacityKind.SAMPLING, OPENS, 600),
        (CapacityKind.SAMPLING, NOT_BEFORE, 900),
        (CapacityKind.OBSERVATION_BEDS, DRAWN_UP, 120),
        (CapacityKind.BUSES, OPENS, 24),
        (CapacityKind.INSPECTIONS, DRAWN_UP, 3),
        (CapacityKind.STUDENTS, NOT_BEFORE, 5500),
    ):
        until = date(2020, 4, 12) if (start, kind) in UNTIL_STAGED else None
        yield Capacity(kind=kind, start=start, end=until, amount=amount)
    for start, amount in SUPPLIED:
        yield Capacity(kind=CapacityKind.SUPPLIED, start=start, amount=amount)
    for area in AREAS:
        beds = 40 if area == "城区" else 20
        yield Capacity(
            kind=CapacityKind.OBSERVATION_BEDS,
            start=DRAWN_UP,
            amount=beds,
            area=AreaCode(area),
        )


UNTIL_STAGED = ((OPENS, CapacityKind.OPENINGS), (OPENS, CapacityKind.SAMPLING))
"""Capacities that end when the other grades may come."""


def _schools() -> Iterator[School]:
    for campus in SEVEN:
        forms = _forms(campus.code)
        yield School(
            code=_code(campus),
            name=campus.name,
            stage=Stage.VOCATIONAL if campus.vocational else Stage.SENIOR,
            area=AreaCode(campus.area),
            students=sum(form.students for form in forms),
            boarders=sum(form.boarders for form in forms),
            staff=len(tuple(_people(campus))),
            leave_every=Days(campus.leave_every),
            leave_days=Days(campus.leave_days),
            first_leave=campus.first_leave,
            ready=READY.get(campus.code),
            accepted=None if campus.code in READY else PASSED,
            note="人数、班数、片区为示例假定",
        )
    for small in SMALL:
        yield School(
            code=SchoolCode(small.code),
            name=small.name,
            stage=small.stage,
            area=AreaCode(small.area),
            superior=SchoolCode(small.superior),
            students=small.students,
            boarders=small.boarders,
            staff=small.staff,
            ready=READY[small.code],
            note="只填人数，示例假定",
        )


def _grades() -> Iterator[Grade]:
    for campus in SEVEN:
        for n, level in enumerate(GRADES, 1):
            yield Grade(
                school=_code(campus),
                code=GradeCode(LEVELS[level]),
                name=LEVELS[level],
                level=level,
                head=_person(campus, Post.GRADE_HEAD, n),
                riders=sum(f.students for f in _grade_forms(campus, level)) // 10,
            )
    for small in SMALL:
        even, rest = divmod(small.students, len(small.levels))
        for n, level in enumerate(small.levels):
            yield Grade(
                school=SchoolCode(small.code),
                code=GradeCode(LEVELS[level]),
                name=LEVELS[level],
                level=level,
                students=even + (n < rest),
                riders=small.boarders // 30,
            )


def _siblings() -> Iterator[Siblings]:
    for school, level, other, other_level, pairs in SIBLINGS:
        yield Siblings(
            school=SchoolCode(school),
            grade=GradeCode(LEVELS[level]),
            other_school=SchoolCode(other),
            other_grade=GradeCode(LEVELS[other_level]),
            pairs=pairs,
        )


def sound() -> Plan:
    """The district's plan before weak spots were planted in it."""
    return Plan(
        district=District(
            name="新密市",
            region="410183",
            drawn_up=DRAWN_UP,
            opens=OPENS,
            incidence=PerHundredThousandDays(0.05),
            cycle_days=6,
            note="示例数据：人数、人员、文件均为假定，非真实学校情况；校外发病率为假定值",
        ),
        areas=tuple(
            Area(
                code=AreaCode(name),
                name=name if name.endswith("片") else f"{name}片",
                towns=towns,
            )
            for name, towns in AREAS.items()
        ),
        orders=tuple(_orders()),
        capacities=tuple(_capacities()),
        staging=tuple(_staging()),
        schools=tuple(_schools()),
        grades=tuple(_grades()),
        classes=_each(_classes),
        people=_each(_people),
        zones=_each(lambda campus: _zones(campus.code)),
        periods=_each(_periods),
        teaching=_each(lambda campus: _teaching(campus.code)),
        calendar=tuple(
            CalendarDay(date=day, kind=kind, note=note) for day, kind, note in CALENDAR
        ),
        siblings=tuple(_siblings()),
        measures=_each(_measures),
        duties=_each(_duties),
        supplies=_each(_supplies),
        liaison=_each(_liaison),
        documents=(*_district_documents(), *_each(_own_documents)),
    )


def _each(part: Callable[[Campus], Any]) -> tuple[Any, ...]:
    """The rows of all seven schools, school by school."""
    return tuple(row for campus in SEVEN for row in part(campus))


def plan() -> Plan:
    """The district's plan as it is handed in, with its weak spots."""
    return planted(sound())


def main() -> None:
    """Write the workbook."""
    OUT.parent.mkdir(exist_ok=True)
    save(plan(), OUT)
    print(f"{OUT.name}: {OUT.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
