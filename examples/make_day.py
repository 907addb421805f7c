"""A made school of sixty classes, for the slots of a day: `sixty_classes(seed)`.

3,050 pupils, 1,865 of them day students; gates of 2, 2 and 1 lanes; 1,200 seats in three
halls; six stairs; ten dormitory floors. Sizes are drawn, everything else is fixed.
Nothing here is a real school. `python examples/make_day.py` plans one and says how it went.
"""

from collections.abc import Iterator, Sequence
from datetime import date, time
from typing import Final

from bihuan.base.ids import (
    AreaCode,
    ClassCode,
    GradeCode,
    PersonId,
    SchoolCode,
    ZoneCode,
)
from bihuan.base.random import below
from bihuan.base.units import PerHundredThousandDays, SquareMetres
from bihuan.plan.measures import ClosedCampus
from bihuan.plan.people import Class, Grade, School
from bihuan.plan.places import Area, Zone
from bihuan.plan.plan import District, Plan
from bihuan.plan.staging import Staging
from bihuan.plan.timetable import Period
from bihuan.plan.words import PeriodKind, Stage, Tuning, Who, ZoneKind

SCHOOL: Final = SchoolCode("SIXTY")
OPENS: Final = date(2020, 4, 6)
CLASSES: Final = 60
PUPILS: Final = 3050
DAY: Final = 1865
LEVELS: Final = (10, 11, 12)
NAMES: Final = {10: "高一", 11: "高二", 12: "高三"}
GATES: Final = (("G1", 2), ("G2", 2), ("G3", 1))
HALLS: Final = (("H1", 500), ("H2", 400), ("H3", 300))
STAIRS: Final = 6
FLOORS: Final = 10
ROOMS: Final = 16
BEDS: Final = 8
SERVICE: Final = 8.0
"""Seconds at a lane that nine in ten do not exceed; a day is planned at this, not the mean."""
TIMES: Final = (
    ("洗漱", PeriodKind.WASH, time(6, 0), time(6, 40), Who.BOARDERS),
    ("到校", PeriodKind.ARRIVAL, time(6, 50), time(7, 50), Who.DAY_STUDENTS),
    ("早餐", PeriodKind.BREAKFAST, time(6, 50), time(7, 50), Who.BOARDERS),
    ("上午", PeriodKind.LESSON, time(8, 0), time(11, 20), Who.STUDENTS),
    ("午餐", PeriodKind.LUNCH, time(11, 30), time(13, 30), Who.STUDENTS),
    ("下午", PeriodKind.LESSON, time(14, 0), time(17, 0), Who.STUDENTS),
    ("放学", PeriodKind.DISMISSAL, time(17, 0), time(17, 40), Who.DAY_STUDENTS),
    ("晚餐", PeriodKind.SUPPER, time(17, 10), time(18, 30), Who.BOARDERS),
    ("晚洗漱", PeriodKind.WASH, time(21, 30), time(22, 15), Who.BOARDERS),
    ("就寝", PeriodKind.SLEEP, time(22, 20), time(6, 0), Who.BOARDERS),
)
TUNED: Final = (
    (Tuning.SERVICE, SERVICE),
    (Tuning.SEATED, 0.75),
    (Tuning.COUNTER, 160.0),
    (Tuning.TAPS, 40.0),
)


def sixty_classes(seed: int = 0) -> Plan:
    """The school's plan: three grades of twenty classes."""
    sizes = _shared(PUPILS, seed, "pupils")
    day = _shared(DAY, seed, "day students")
    rows = tuple(_classes(sizes, day))
    return Plan(
        district=District(
            name="六十班示例",
            region="410183",
            drawn_up=date(2020, 4, 1),
            opens=OPENS,
            incidence=PerHundredThousandDays(0.05),
        ),
        areas=(Area(code=AreaCode("A"), name="示例片区"),),
        staging=tuple(Staging(kind=kind, amount=amount) for kind, amount in TUNED),
        schools=(
            School(
                code=SCHOOL,
                name="六十班中学（示例）",
                stage=Stage.SENIOR,
                area=AreaCode("A"),
                students=PUPILS,
                boarders=PUPILS - DAY,
            ),
        ),
        grades=tuple(
            Grade(school=SCHOOL, code=GradeCode(NAMES[n]), name=NAMES[n], level=n)
            for n in LEVELS
        ),
        classes=rows,
        zones=tuple(_zones()),
        periods=tuple(
            Period(school=SCHOOL, name=name, kind=kind, start=start, end=end, who=who)
            for name, kind, start, end, who in TIMES
        ),
        measures=(ClosedCampus(school=SCHOOL, code="F1"),),
    )


def _shared(total: int, seed: int, stream: str) -> list[int]:
    """A number shared out over the classes, each within two of its even share."""
    even, rest = divmod(total, CLASSES)
    sizes = [even + (n < rest) for n in range(CLASSES)]
    for n in range(0, CLASSES, 2):
        moved = below(5, seed, stream, n) - 2
        sizes[n] += moved
        sizes[n + 1] -= moved
    return sizes


def _classes(sizes: Sequence[int], day: Sequence[int]) -> Iterator[Class]:
    for n, (students, out) in enumerate(zip(sizes, day, strict=True)):
        level, number = LEVELS[n // 20], n % 20 + 1
        yield Class(
            school=SCHOOL,
            code=ClassCode(f"{NAMES[level]}({number})班"),
            name=f"{NAMES[level]}({number})班",
            grade=GradeCode(NAMES[level]),
            students=students,
            boarders=students - out,
            homeroom=PersonId(f"T{n + 1:02d}"),
            stair=ZoneCode(f"S{n // (CLASSES // STAIRS) + 1}"),
            gate=ZoneCode(GATES[n % len(GATES)][0]),
            hall=ZoneCode(HALLS[n % len(HALLS)][0]),
        )


def _zones() -> Iterator[Zone]:
    def zone(code: str, kind: ZoneKind, name: str, **more: int) -> Zone:
        return Zone(
            school=SCHOOL,
            code=ZoneCode(code),
            name=name,
            kind=kind,
            seats=more.get("seats"),
            lanes=more.get("lanes"),
            rooms=more.get("rooms"),
            beds=more.get("beds"),
            building="宿舍" if "floor" in more else "",
            floor=more.get("floor"),
            area=SquareMetres(float(more["area"])) if "area" in more else None,
        )

    for code, lanes in GATES:
        yield zone(code, ZoneKind.GATE, f"{code}号门", lanes=lanes)
    for code, seats in HALLS:
        yield zone(
            code, ZoneKind.CANTEEN_HALL, f"{code}餐厅", seats=seats, area=2 * seats
        )
    for n in range(1, STAIRS + 1):
        yield zone(f"S{n}", ZoneKind.STAIR, f"{n}号楼梯", lanes=2)
    for n in range(1, FLOORS + 1):
        yield zone(f"D{n}", ZoneKind.DORM_FLOOR, f"宿舍{n}层", floor=n)
        yield zone(
            f"B{n}", ZoneKind.DORM_ROOM, f"{n}层寝室", floor=n, rooms=ROOMS, beds=BEDS
        )


def main() -> None:
    """Plan a day of it and say how it went."""
    from bihuan.loop.slots import rates  # noqa: PLC0415  # heavy
    from bihuan.outbreak.disease import disease  # noqa: PLC0415
    from bihuan.stagger.day.solve import plan_day  # noqa: PLC0415

    plan = sixty_classes(0)
    day = plan_day(
        plan,
        SCHOOL,
        date(2020, 4, 8),
        rates=rates(plan, SCHOOL, disease("sars2-2020")),
    )
    print(f"{day.status.label}，{day.seconds:.1f} 秒，{len(day.slots)} 个时段")
    for row in day.queues:
        print(
            f"{row.flow.label} {row.zone}：{row.people} 人，"
            f"平均等 {row.mean:.1f}、95% 不超过 {row.p95:.1f}、最长 {row.longest:.1f} 分钟"
        )
    for name, mixing, wait in day.others:
        print(f"{name}：加权接触 {mixing:.3f}，门口平均等 {wait:.2f} 分钟")


if __name__ == "__main__":
    main()
