"""The cast of the tests: a small, complete, valid plan of two schools.

一高 is a boarding senior school (G10 to G12, two classes of 24 each, half of them
boarders), its lessons given by who teaches what; 七中 is a day school (G7 to G9, four
classes of 24) with a whole timetable. Codes are those of a school: both have a GATE.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from functools import cache
from typing import Final

from bihuan.base.ids import (
    AreaCode,
    ClassCode,
    DocumentCode,
    GradeCode,
    PersonId,
    SchoolCode,
    ZoneCode,
)
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
from bihuan.plan.timetable import CalendarDay, Lesson, Period, Teaching
from bihuan.plan.words import (
    CapacityKind,
    Counted,
    DayKind,
    DocumentKind,
    DocumentStatus,
    Driver,
    Extent,
    InPlace,
    OrderKind,
    Partner,
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

YIGAO = SchoolCode("YIGAO")
QIZHONG = SchoolCode("QIZHONG")
DRAWN_UP = date(2020, 4, 2)
OPENS = date(2020, 4, 7)

SUBJECTS = {
    YIGAO: {
        "语文": 6,
        "数学": 6,
        "英语": 6,
        "物理": 5,
        "化学": 4,
        "生物": 3,
        "历史": 3,
        "政治": 3,
        "体育": 4,
    },
    QIZHONG: dict.fromkeys(("语文", "数学", "英语", "物理", "历史", "道法", "体育"), 5),
}
POSTS = (
    Post.HEAD,
    Post.VICE_HEAD,
    Post.OFFICE,
    Post.ACADEMIC,
    Post.MORAL,
    Post.LOGISTICS,
    Post.COUNSELLOR,
    Post.LIAISON,
)
CREW = {
    Post.DOCTOR: 2,
    Post.GUARD: 4,
    Post.DORM_MANAGER: 4,
    Post.CANTEEN: 6,
    Post.CLEANER: 4,
}


@cache
def small_plan() -> Plan:
    """The plan of the district 新密 with its two schools."""
    return Plan(
        district=District(
            name="新密市",
            region="410183",
            drawn_up=DRAWN_UP,
            opens=OPENS,
            incidence=PerHundredThousandDays(0.2),
        ),
        areas=(
            Area(code=AreaCode("A1"), name="城区", towns=("青屏街", "新华路")),
            Area(code=AreaCode("A2"), name="乡镇"),
        ),
        orders=_orders(),
        capacities=_capacities(),
        schools=_schools(),
        grades=tuple(_grades()),
        classes=tuple(_classes()),
        people=(*_people(YIGAO), *_people(QIZHONG)),
        zones=(*_yigao_zones(), *_qizhong_zones()),
        periods=(*_yigao_periods(), *_qizhong_periods()),
        teaching=tuple(_teaching()),
        lessons=tuple(_lessons()),
        calendar=_calendar(),
        measures=(*_yigao_measures(), *_qizhong_measures()),
        duties=(*_duties(YIGAO), *_duties(QIZHONG)),
        supplies=(*_supplies(YIGAO), *_supplies(QIZHONG)),
        liaison=(*_liaison(YIGAO), *_liaison(QIZHONG)),
        documents=tuple(_documents()),
    )


def _orders() -> tuple[Order, ...]:
    return (
        Order(
            code="O1",
            level=12,
            extent=Extent.PROVINCE,
            kind=OrderKind.FIXED,
            date=OPENS,
            document="B1",
        ),
        Order(
            code="O2",
            level=9,
            extent=Extent.CITY,
            kind=OrderKind.NOT_BEFORE,
            date=date(2020, 4, 13),
            document="B1",
        ),
    )


def _capacities() -> tuple[Capacity, ...]:
    return (
        Capacity(kind=CapacityKind.OPENINGS, start=OPENS, amount=2),
        Capacity(
            kind=CapacityKind.OBSERVATION_BEDS,
            start=OPENS,
            end=date(2020, 7, 10),
            amount=60,
            area=AreaCode("A1"),
        ),
    )


def _schools() -> tuple[School, ...]:
    return (
        School(
            code=YIGAO,
            name="一高",
            stage=Stage.SENIOR,
            area=AreaCode("A1"),
            students=144,
            boarders=72,
            staff=len(_people(YIGAO)),
            leave_every=Days(28),
            leave_days=Days(2),
            first_leave=date(2020, 5, 1),
        ),
        School(
            code=QIZHONG,
            name="七中",
            stage=Stage.JUNIOR,
            area=AreaCode("A2"),
            students=96,
            staff=len(_people(QIZHONG)),
        ),
    )


def _levels(school: SchoolCode) -> dict[int, int]:
    """Number of classes by grade level."""
    return {10: 2, 11: 2, 12: 2} if school == YIGAO else {7: 1, 8: 1, 9: 2}


NAMES = {7: "七", 8: "八", 9: "九", 10: "高一", 11: "高二", 12: "高三"}


def _grades() -> Iterator[Grade]:
    for school in (YIGAO, QIZHONG):
        for level in _levels(school):
            yield Grade(
                school=school,
                code=GradeCode(f"G{level}"),
                name=NAMES[level] + ("年级" if level < 10 else ""),
                level=level,
                head=_head(school, level),
            )


def _classes() -> Iterator[Class]:
    for school in (YIGAO, QIZHONG):
        for level, number in _levels(school).items():
            for n in range(1, number + 1):
                yield Class(
                    school=school,
                    code=ClassCode(f"G{level}C{n}"),
                    name=f"{NAMES[level]}({n})班",
                    grade=GradeCode(f"G{level}"),
                    students=24,
                    boarders=12 if school == YIGAO else 0,
                    room=ZoneCode(f"R{level}0{n}"),
                    homeroom=_homeroom(school, level, n),
                    stair=ZoneCode("STAIR-W" if n == 1 else "STAIR-E"),
                    gate=ZoneCode("GATE"),
                    hall=ZoneCode("HALL"),
                    columns=6,
                )


def _teacher(school: SchoolCode, level: int, subject: str) -> PersonId:
    """Who teaches a subject: at 一高 one a grade, at 七中 one for all."""
    n = list(SUBJECTS[school]).index(subject) + 1
    return PersonId(f"T{level}-{n}" if school == YIGAO else f"T{n}")


def _head(school: SchoolCode, level: int) -> PersonId:
    """Who heads a grade: a teacher of no homeroom."""
    return PersonId(f"T{level}-3" if school == YIGAO else f"T{level - 2}")


def _homeroom(school: SchoolCode, level: int, n: int) -> PersonId:
    """The class teacher: one person for each class."""
    return PersonId(f"T{level}-{n}" if school == YIGAO else f"T{level - 7 + n}")


@cache
def _people(school: SchoolCode) -> tuple[Person, ...]:
    """Staff; students are given by counts."""
    crew = CREW if school == YIGAO else CREW | {Post.DORM_MANAGER: 0}
    rows = [
        *(_staff(school, post.upper(), Role.TEACHER, post) for post in POSTS),
        *(
            _staff(
                school,
                f"{post.upper()}-{n}",
                Role.CONTRACTOR if post is Post.CANTEEN else Role.STAFF,
                post,
            )
            for post, number in crew.items()
            for n in range(1, number + 1)
        ),
        *(
            _staff(school, teacher, Role.TEACHER, Post.TEACHER)
            for teacher in dict.fromkeys(
                _teacher(school, level, subject)
                for level in _levels(school)
                for subject in SUBJECTS[school]
            )
        ),
    ]
    heads = {_head(school, level) for level in _levels(school)}
    homerooms = {
        _homeroom(school, level, n)
        for level, number in _levels(school).items()
        for n in range(1, number + 1)
    }
    return tuple(
        replace(row, post=Post.GRADE_HEAD)
        if row.id in heads
        else replace(row, post=Post.CLASS_TEACHER)
        if row.id in homerooms
        else row
        for row in rows
    )


def _staff(school: SchoolCode, person: str, role: Role, post: Post) -> Person:
    return Person(
        school=school,
        id=PersonId(person),
        role=role,
        post=post,
        lives_in=post is Post.DORM_MANAGER or (school == YIGAO and post is Post.DOCTOR),
    )


def _zone(school: SchoolCode, code: str, name: str, kind: ZoneKind) -> Zone:
    return Zone(school=school, code=ZoneCode(code), name=name, kind=kind)


def _rooms(school: SchoolCode) -> Iterator[Zone]:
    for level, number in _levels(school).items():
        for n in range(1, number + 1):
            yield Zone(
                school=school,
                code=ZoneCode(f"R{level}0{n}"),
                name=f"{NAMES[level]}({n})班教室",
                kind=ZoneKind.CLASSROOM,
                building="教学楼",
                floor=level % 3 + 1,
                area=SquareMetres(72.0),
                volume=CubicMetres(230.0),
                air_changes=PerHour(1.5),
                seats=48,
            )


def _common_zones(school: SchoolCode) -> Iterator[Zone]:
    """Gate, stairs, hall, clinic, isolation rooms, observation area, toilets."""
    yield replace(
        _zone(school, "GATE", "南门", ZoneKind.GATE), area=SquareMetres(80.0), lanes=3
    )
    for side, name in (("W", "西楼梯"), ("E", "东楼梯")):
        yield replace(
            _zone(school, f"STAIR-{side}", name, ZoneKind.STAIR),
            area=SquareMetres(60.0),
        )
    yield replace(
        _zone(school, "HALL", "一餐厅", ZoneKind.CANTEEN_HALL),
        area=SquareMetres(400.0),
        volume=CubicMetres(1600.0),
        air_changes=PerHour(3.0),
        seats=200,
        tables=50,
    )
    yield replace(
        _zone(school, "CLINIC", "医务室", ZoneKind.CLINIC),
        area=SquareMetres(40.0),
        beds=2,
    )
    yield replace(
        _zone(school, "ISO", "临时隔离室", ZoneKind.ISOLATION_ROOM),
        area=SquareMetres(15.0),
        beds=1,
        rooms=3,
        apart=True,
        toilet=True,
    )
    yield replace(
        _zone(school, "OBS", "隔离观察区", ZoneKind.OBSERVATION_AREA),
        beds=10,
        rooms=1,
        apart=True,
        toilet=True,
    )
    yield _zone(school, "WC", "教学楼厕所", ZoneKind.TOILET)


def _yigao_zones() -> Iterator[Zone]:
    yield from _rooms(YIGAO)
    yield from _common_zones(YIGAO)
    for floor, level in enumerate((10, 11, 12), start=1):
        users = (f"G{level}",)
        yield replace(
            _zone(YIGAO, f"DF{floor}", f"宿舍楼{floor}层", ZoneKind.DORM_FLOOR),
            building="宿舍楼",
            floor=floor,
            area=SquareMetres(60.0),
            users=users,
        )
        yield replace(
            _zone(YIGAO, f"D{floor}", f"宿舍楼{floor}层寝室", ZoneKind.DORM_ROOM),
            building="宿舍楼",
            floor=floor,
            area=SquareMetres(24.0),
            volume=CubicMetres(72.0),
            air_changes=PerHour(1.0),
            beds=8 if floor == 3 else 6,
            rooms=4,
            users=users,
        )


def _qizhong_zones() -> Iterator[Zone]:
    yield from _rooms(QIZHONG)
    yield from _common_zones(QIZHONG)
    yield replace(_zone(QIZHONG, "BUS1", "校车1号", ZoneKind.BUS), seats=30)
    yield replace(_zone(QIZHONG, "LAB", "理化实验室", ZoneKind.LABORATORY), seats=50)


def _t(text: str) -> time:
    return time.fromisoformat(text)


def _periods(
    school: SchoolCode, rows: str, *, boarding: str = "1234567"
) -> Iterator[Period]:
    """Periods from lines `name kind start end [who]`."""
    numbers = iter(range(1, 20))
    for line in rows.strip().splitlines():
        name, kind, start, end, *who = line.split()
        boards = kind in ("sleep", "wash")
        yield Period(
            school=school,
            name=name,
            kind=PeriodKind[kind.upper()],
            start=_t(start),
            end=_t(end),
            days=boarding if boards else "12345",
            who=Who[who[0].upper()] if who else Who.STUDENTS,
            number=next(numbers) if kind == "lesson" else 0,
        )


def _yigao_periods() -> Iterator[Period]:
    return _periods(
        YIGAO,
        """
        起床洗漱 wash 06:00 06:20 boarders
        到校 arrival 06:50 07:20 day_students
        早餐 breakfast 07:20 07:50 boarders
        第1节 lesson 08:00 08:40
        课间1 break 08:40 08:50
        第2节 lesson 08:50 09:30
        课间操 exercise 09:30 09:50
        第3节 lesson 09:50 10:30
        课间3 break 10:30 10:40
        第4节 lesson 10:40 11:20
        课间4 break 11:20 11:30
        第5节 lesson 11:30 12:10
        午餐 lunch 12:10 12:50
        午休 noon_rest 13:00 14:10 boarders
        第6节 lesson 14:30 15:10
        课间6 break 15:10 15:20
        第7节 lesson 15:20 16:00
        课间7 break 16:00 16:10
        第8节 lesson 16:10 16:50
        晚餐 supper 17:30 18:10
        晚自习1 study 18:40 19:40
        晚自习2 study 19:50 20:50
        放学 dismissal 20:50 21:10 day_students
        晚自习3 study 21:00 21:50 boarders
        洗漱 wash 21:50 22:20 boarders
        就寝 sleep 22:30 06:00 boarders
        """,
    )


def _qizhong_periods() -> Iterator[Period]:
    return _periods(
        QIZHONG,
        """
        到校 arrival 07:10 07:40
        第1节 lesson 08:00 08:45
        课间1 break 08:45 08:55
        第2节 lesson 08:55 09:40
        课间操 exercise 09:40 10:00
        第3节 lesson 10:00 10:45
        课间3 break 10:45 10:55
        第4节 lesson 10:55 11:40
        午餐 lunch 11:50 12:30
        第5节 lesson 14:00 14:45
        课间5 break 14:45 14:55
        第6节 lesson 14:55 15:40
        课间6 break 15:40 15:50
        第7节 lesson 15:50 16:35
        放学 dismissal 16:40 17:00
        """,
    )


def _teaching() -> Iterator[Teaching]:
    """Who teaches what at 一高: forty lessons a week for each class."""
    for level, number in _levels(YIGAO).items():
        for n in range(1, number + 1):
            for subject, lessons in SUBJECTS[YIGAO].items():
                yield Teaching(
                    school=YIGAO,
                    teacher=_teacher(YIGAO, level, subject),
                    klass=ClassCode(f"G{level}C{n}"),
                    subject=subject,
                    lessons=lessons,
                )


def _lessons() -> Iterator[Lesson]:
    """Timetable of 七中: a shifted square, so that no teacher is in two rooms at once."""
    classes = [row for row in _classes() if row.school == QIZHONG]
    subjects = list(SUBJECTS[QIZHONG])
    for day in range(1, 6):
        for period in range(1, 8):
            for c, klass in enumerate(classes):
                subject = subjects[(day + period + c) % len(subjects)]
                yield Lesson(
                    school=QIZHONG,
                    day=day,
                    period=period,
                    subject=subject,
                    classes=(klass.code,),
                    teachers=(_teacher(QIZHONG, 0, subject),),
                    rooms=(klass.room,),
                )


def _calendar() -> tuple[CalendarDay, ...]:
    rows = [(date(2020, 4, 26), DayKind.SCHOOL_DAY, "调休上班")]
    rows += [(date(2020, 5, n), DayKind.HOLIDAY, "劳动节") for n in range(1, 6)]
    rows += [(date(2020, 5, 9), DayKind.SCHOOL_DAY, "调休上班")]
    return tuple(
        CalendarDay(date=day, kind=kind, note=note) for day, kind, note in rows
    )


ROOMS = (Setting.CLASSROOM, Setting.STUDY)


def _yigao_measures() -> tuple[m.Measure, ...]:
    """One measure of each kind, three checks a day, two openings."""
    checks = tuple(
        m.SymptomCheck(
            school=YIGAO,
            code=code,
            at=_t(at),
            who=who,
            looker=looker,
            fever_sensitivity=Share(0.9),
            symptom_sensitivity=Share(0.4),
            missed=Share(0.05),
            false_positive=Share(0.002),
        )
        for code, at, who, looker in (
            ("M01", "07:55", Who.ALL, Post.CLASS_TEACHER),
            ("M02", "14:20", Who.ALL, Post.CLASS_TEACHER),
            ("M03", "21:50", Who.BOARDERS, Post.DORM_MANAGER),
        )
    )
    return (
        *checks,
        m.GateCheck(
            school=YIGAO, code="M04", fever_sensitivity=Share(0.8), missed=Share(0.02)
        ),
        m.Isolation(
            school=YIGAO, code="M05", delay=Minutes(10.0), night_delay=Minutes(40.0)
        ),
        m.Testing(school=YIGAO, code="M06", delay=Hours(24.0), sensitivity=Share(0.85)),
        m.ContactListing(school=YIGAO, code="M07", recall=Share(0.8), delay=Hours(4.0)),
        m.Quarantine(school=YIGAO, code="M08", unit=Unit.CLASS),
        m.Suspension(
            school=YIGAO,
            code="M09",
            unit=Unit.CLASS,
            counted=Counted.FOUND,
            count=5,
            share=Share(0.3),
        ),
        m.Mask(school=YIGAO, code="M10", wearing=Share(0.9), settings=ROOMS),
        m.Ventilation(
            school=YIGAO,
            code="M11",
            settings=(*ROOMS, Setting.DORM_ROOM, Setting.CANTEEN_HALL),
            times=3,
            minutes=Minutes(30.0),
            air_changes=PerHour(6.0),
        ),
        m.Cleaning(
            school=YIGAO,
            code="M12",
            settings=(*ROOMS, Setting.DORM_ROOM, Setting.CANTEEN_HALL),
            times=2,
            strength=MilligramPerLitre(500.0),
        ),
        m.StaggeredArrival(school=YIGAO, code="M13", batches=3, minutes=Minutes(10.0)),
        m.StaggeredDining(school=YIGAO, code="M14", batches=3, minutes=Minutes(8.0)),
        m.StaggeredBreaks(school=YIGAO, code="M15", batches=2, minutes=Minutes(5.0)),
        m.SeatSpacing(school=YIGAO, code="M16", distance=Metres(1.0)),
        m.StagedOpening(school=YIGAO, code="M17", scope=("G12",), opens=OPENS),
        m.StagedOpening(
            school=YIGAO, code="M18", scope=("G10", "G11"), opens=date(2020, 4, 13)
        ),
        m.ClosedCampus(school=YIGAO, code="M19", visitors=2),
        m.ReturnSurvey(
            school=YIGAO,
            code="M20",
            coverage=Share(0.98),
            truthful=Share(0.9),
            flagged=Share(0.5),
        ),
        m.Vaccination(
            school=YIGAO,
            code="M21",
            who=Who.STAFF,
            coverage=Share(0.1),
            effectiveness=Share(0.5),
        ),
    )


def _qizhong_measures() -> tuple[m.Measure, ...]:
    checks = tuple(
        m.SymptomCheck(
            school=QIZHONG,
            code=code,
            at=_t(at),
            who=Who.ALL,
            looker=Post.CLASS_TEACHER,
            fever_sensitivity=Share(0.9),
            symptom_sensitivity=Share(0.4),
        )
        for code, at in (("M01", "07:50"), ("M02", "13:50"))
    )
    return (
        *checks,
        m.StagedOpening(
            school=QIZHONG, code="M10", scope=("G9",), opens=date(2020, 4, 13)
        ),
        m.StagedOpening(
            school=QIZHONG, code="M11", scope=("G7", "G8"), opens=date(2020, 4, 20)
        ),
        m.GateCheck(school=QIZHONG, code="M03", fever_sensitivity=Share(0.8)),
        m.Isolation(
            school=QIZHONG, code="M04", delay=Minutes(10.0), night_delay=Minutes(60.0)
        ),
        m.Quarantine(
            school=QIZHONG,
            code="M05",
            scope=("G9C1", "G8"),
            start=OPENS,
            end=date(2020, 7, 10),
            unit=Unit.CLASS,
            place=Place.HOME,
        ),
        m.Mask(school=QIZHONG, code="M06", wearing=Share(0.9), settings=ROOMS),
        m.Ventilation(
            school=QIZHONG,
            code="M07",
            settings=(*ROOMS, Setting.CANTEEN_HALL),
            times=3,
            minutes=Minutes(30.0),
            air_changes=PerHour(6.0),
        ),
        m.Cleaning(
            school=QIZHONG,
            code="M08",
            settings=(*ROOMS, Setting.CANTEEN_HALL),
            times=1,
            strength=MilligramPerLitre(500.0),
        ),
        m.ReturnSurvey(
            school=QIZHONG,
            code="M09",
            coverage=Share(1.0),
            truthful=Share(0.9),
            flagged=Share(0.5),
        ),
    )


DUTIES: Final = """
    d1 总负责 每日研判一次 HEAD VICE_HEAD
    d1 预案方案制定、备案 一校一案 OFFICE MORAL
    d1 党员先锋岗 每岗一人 VICE_HEAD OFFICE
    d1 联防联控网络 四级到人 VICE_HEAD OFFICE
    d1 防控人员培训 每月一次 OFFICE ACADEMIC
    d1 应急演练、开学第一课 开学前一次 MORAL OFFICE
    d1 隐患排查 每周一次 LOGISTICS OFFICE
    d1 信息报告、零报告 2小时内上报 LIAISON OFFICE
    d1 联络卫生、公安 每周试拨 LIAISON OFFICE
    d2 物资采购、保管、盘点 储备不少于14天 LOGISTICS OFFICE
    d3 校门入校检查 37.3℃以上复测 GUARD-1 GUARD-2
    d3 就餐秩序 分批单向 LOGISTICS MORAL
    d3 错峰到校、课间、离校 按批次 MORAL ACADEMIC
    d3 宿舍管理和夜间值守 夜间每层一人 DORM_MANAGER-1 DORM_MANAGER-2
    d4 消毒 每日两次，有记录 CLEANER-1 CLEANER-2
    d4 通风 每日三次，每次30分钟 CLEANER-2 CLEANER-3
    d4 公共区域卫生 每日两次 CLEANER-3 CLEANER-4
    d4 食品留样、陪餐 每餐留样48小时 CANTEEN-1 CANTEEN-2
    d5 心理疏导 每班每周一次 COUNSELLOR MORAL
    d5 困难学生关爱 每周走访 MORAL COUNSELLOR
    d5 思想教育 每周一次 MORAL COUNSELLOR
    d5 家长告知、热线 当日答复 OFFICE LIAISON
    d6 假期行踪和健康摸排 每日一报 LIAISON OFFICE
    d6 晨午晚检 37.3℃为线，逐人逐项 DOCTOR-1 DOCTOR-2
    d6 因病缺勤追踪 当日追到 DOCTOR-2 DOCTOR-1
    d6 发热等症状者隔离 10分钟内到隔离室 DOCTOR-1 DOCTOR-2
    d6 接触者排查 2小时内出名单 DOCTOR-2 DOCTOR-1
    d6 送诊 有专车 LOGISTICS OFFICE
    d6 舆情应对 2小时内回应 OFFICE VICE_HEAD
    d7 线上教学 停课不停学 ACADEMIC VICE_HEAD
    d7 督促、辅导和返校衔接 每科有计划 ACADEMIC VICE_HEAD
"""
"""What for, at what standard, who, who instead; at the post of who."""


def _duties(school: SchoolCode) -> Iterator[Duty]:
    staff = {row.id: row for row in _people(school)}
    for n, line in enumerate(DUTIES.strip().splitlines(), 1):
        code, name, standard, person, deputy = line.split()
        if person not in staff:
            continue
        at_gate = person.startswith("GUARD")
        yield Duty(
            school=school,
            code=f"Z{n:02}",
            name=name,
            in_place=next(word for word in InPlace if word.value == code),
            standard=standard,
            post=staff[PersonId(person)].post,
            person=PersonId(person),
            deputy=PersonId(deputy),
            place=ZoneCode("GATE" if at_gate else ""),
            start=_t("06:40") if at_gate else None,
            end=_t("07:40") if at_gate else None,
        )


def _supplies(school: SchoolCode) -> Iterator[Supply]:
    for item, unit, stock, driver, rate, durable in (
        ("医用外科口罩", "只", 12000.0, Driver.PERSON, 2.0, False),
        ("84消毒液", "千克", 600.0, Driver.CLASS, 0.5, False),
        ("洗手液", "瓶", 200.0, Driver.CLASS, 0.2, False),
        ("75%酒精", "升", 120.0, Driver.ISOLATION_ROOM, 0.5, False),
        ("额温枪", "支", 20.0, Driver.CLASS, 1.0, True),
        ("水银体温计", "支", 60.0, Driver.CLASS, 2.0, True),
        ("防护服", "套", 20.0, Driver.ISOLATION_ROOM, 2.0, True),
    ):
        yield Supply(
            school=school,
            item=item,
            unit=unit,
            stock=stock,
            driver=driver,
            rate=rate,
            durable=durable,
            expires=None if durable else date(2021, 12, 31),
            keeper=PersonId("LOGISTICS"),
            place="物资库",
        )


def _liaison(school: SchoolCode) -> Iterator[Liaison]:
    for n, (partner, organisation) in enumerate(
        {
            Partner.HEALTH: "新密市疾控中心",
            Partner.HOSPITAL: "定点医院发热门诊",
            Partner.POLICE: "辖区派出所",
            Partner.TOWNSHIP: "街道防控办",
            Partner.COMMUNITY: "社区居委会",
        }.items()
    ):
        yield Liaison(
            school=school,
            partner=partner,
            organisation=organisation,
            contact="值班室",
            phone=f"0371-0000000{n}",
            tested=date(2020, 4, 1),
        )


def _documents() -> Iterator[Document]:
    yield Document(
        code=DocumentCode("B1"),
        title="开学工作通知",
        kind=DocumentKind.BASIS,
        issuer="省教育厅",
    )
    for school, name in ((YIGAO, "一高"), (QIZHONG, "七中")):
        for kind in DocumentKind:
            if kind is not DocumentKind.BASIS:
                yield Document(
                    code=DocumentCode(f"{school}-{kind}"),
                    title=f"{name}{kind.label}",
                    kind=kind,
                    school=school,
                    issuer=name,
                    issued=date(2020, 3, 25),
                    status=DocumentStatus.FILED,
                )
