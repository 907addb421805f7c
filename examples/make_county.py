"""Make a synthetic county: `python examples/make_county.py` writes county/plan.xlsx.

157 schools in 16 areas, about 112,800 pupils by grade, no classes: what the opening
calendar needs and nothing else. `county` draws another one from every seed; `city` and
`province` are counties that share the persons who can be sampled a day. Every name and
every number is made up; the orders follow the dates of a city's notice of April 2020.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor
from pathlib import Path

from bihuan.base.ids import AreaCode, GradeCode, SchoolCode
from bihuan.base.random import below, key, uniform
from bihuan.base.units import Days, PerHundredThousandDays
from bihuan.plan.people import Grade, School
from bihuan.plan.places import Area
from bihuan.plan.plan import Capacity, District, Order, Plan
from bihuan.plan.save import save
from bihuan.plan.staging import Siblings, Staging
from bihuan.plan.timetable import CalendarDay
from bihuan.plan.words import (
    CapacityKind,
    DayKind,
    Extent,
    OrderKind,
    Stage,
    Tuning,
)

SEED = 20200407
OUT = Path(__file__).parent / "county" / "plan.xlsx"

# --- what every county has in common --------------------------------------------------

DRAWN_UP = date(2020, 4, 2)
OPENS = date(2020, 4, 7)
TERM = 45
GRADE_TWELVE, GRADE_NINE = OPENS, date(2020, 4, 13)
SECONDARY, LOWER, KINDERGARTEN = date(2020, 4, 20), date(2020, 4, 26), date(2020, 5, 6)
"""Not before: secondary and primary 4 to 6; primary 1 to 3; kindergartens."""
OPENING_DAYS = 23
"""Working days from SECONDARY to the end of the term, without the holiday of 1 May."""
AREAS, HIGH, MIDDLE, LOW = 16, 7, 30, 120
VOCATIONAL, NINE_YEAR, CENTRES, SMALL = 2, 8, 10, 52
"""Of the 7, of the 30, of the 120; the primary schools that open in two batches, not three."""
HEADS = {
    Stage.SENIOR: 23_000,
    Stage.JUNIOR: 33_800,
    Stage.PRIMARY: 54_800,
    Stage.KINDERGARTEN: 1_200,
}
"""Pupils by the kind of their grade; vocational ones are among the senior."""
POOL = 0.93
"""What a city's laboratories can do, of the sum of what its counties ask for."""
PRIMARY_END, JUNIOR_END, UPPER = 6, 9, 3
"""Levels that end a stage; primary levels above UPPER come earlier."""
IN_STEP = {12: (Extent.PROVINCE, GRADE_TWELVE), 9: (Extent.CITY, GRADE_NINE)}
ACCEPTED, BOARDING = 0.8, 0.6
"""Of the junior schools that passed already; of the secondary ones that have boarders."""
LEVELS = (
    "幼儿园", "一年级", "二年级", "三年级", "四年级", "五年级", "六年级",
    "七年级", "八年级", "九年级", "高一", "高二", "高三",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Place:
    """A school before its pupils are shared out."""

    code: str
    name: str
    stage: Stage
    area: int
    levels: Sequence[int]
    size: float
    """Against the others of its kind."""


@dataclass(frozen=True, kw_only=True)
class Shared:
    """Counties whose pupils are sampled by the same laboratories."""

    counties: tuple[Plan, ...]
    sampling: tuple[tuple[date, int], ...]
    """Persons a day for all of them together."""


def county(seed: int, *, tightness: float = 1.0) -> Plan:
    """A county; tightness: what is asked for against what there is, 1.0 just fits mostly."""
    places = tuple(_places(seed))
    grades = tuple(_grades(seed, places))
    return Plan(
        district=District(
            name=f"示例县{seed}",
            region="410199",
            drawn_up=DRAWN_UP,
            opens=OPENS,
            incidence=PerHundredThousandDays(0.05),
            note="合成数据：学校、人数、容量都是编的",
        ),
        areas=tuple(Area(code=_area(n), name=f"{n + 1}号片区") for n in range(AREAS)),
        orders=tuple(_orders()),
        capacities=tuple(_capacities(seed, places, grades, tightness)),
        staging=tuple(_staging(places, grades)),
        schools=tuple(_schools(seed, places, grades)),
        grades=grades,
        calendar=tuple(_calendar(seed, places)),
        siblings=tuple(_siblings(seed, places)),
    )


def city(seed: int, *, counties: int = 10, tightness: float = 1.0) -> Shared:
    """Counties with 93 % of the sampling that each by itself asks for."""
    plans = tuple(
        county(key(seed, "county", n) % 10**6, tightness=tightness)
        for n in range(counties)
    )
    days = [DRAWN_UP + timedelta(days=n) for n in range(TERM + 5)]
    return Shared(
        counties=plans,
        sampling=tuple(
            (day, floor(POOL * sum(_sampled(plan, day) for plan in plans)))
            for day in days
        ),
    )


def province(seed: int, *, tightness: float = 1.0) -> Shared:
    """A hundred counties on one pool."""
    return city(seed, counties=100, tightness=tightness)


def _sampled(plan: Plan, day: date) -> int:
    """Persons that a county can sample on a day."""
    return sum(
        row.amount
        for row in plan.capacities
        if row.kind is CapacityKind.SAMPLING
        and row.start <= day
        and (row.end is None or day <= row.end)
    )


# --- schools and grades ---------------------------------------------------------------


def _area(n: int) -> AreaCode:
    return AreaCode(f"A{n + 1:02}")


def _places(seed: int) -> Iterator[Place]:
    """Senior schools in the first areas, a junior school or two and seven primaries in each."""
    for n in range(HIGH):
        vocational = n >= HIGH - VOCATIONAL
        yield Place(
            code=f"GZ{n + 1:02}",
            name=f"职业中专{n - 4}（示例）"
            if vocational
            else f"第{n + 1}高级中学（示例）",
            stage=Stage.VOCATIONAL if vocational else Stage.SENIOR,
            area=below(6, seed, "senior", n),
            levels=range(10, 13),
            size=0.6 + uniform(seed, "size", 0, n),
        )
    for n in range(MIDDLE):
        nine = n >= MIDDLE - NINE_YEAR
        yield Place(
            code=f"CZ{n + 1:02}",
            name=f"第{n + 1}{'九年制学校' if nine else '初级中学'}（示例）",
            stage=Stage.NINE_YEAR if nine else Stage.JUNIOR,
            area=n % AREAS,
            levels=range(1, 10) if nine else range(7, 10),
            size=0.4 + 1.6 * uniform(seed, "size", 1, n),
        )
    for n in range(LOW):
        centre = n >= LOW - CENTRES
        yield Place(
            code=f"XX{n + 1:03}",
            name=f"第{n + 1}{'中心校' if centre else '小学'}（示例）",
            stage=Stage.TOWNSHIP_CENTRE if centre else Stage.PRIMARY,
            area=below(AREAS, seed, "primary", n) if n >= 4 * AREAS else n % AREAS,
            levels=range(7) if centre else range(1, 7),
            size=0.25 + 1.75 * uniform(seed, "size", 2, n) ** 2,
        )


def _stage(level: int) -> Stage:
    """Whose heads a level is counted among."""
    stages = ((0, Stage.KINDERGARTEN), (6, Stage.PRIMARY), (9, Stage.JUNIOR))
    return next((stage for last, stage in stages if level <= last), Stage.SENIOR)


def _grades(seed: int, places: Sequence[Place]) -> Iterator[Grade]:
    """Grades with their pupils: a kind's heads, shared out by the schools' sizes."""
    shares = {
        (place.code, level): place.size
        * (0.85 + 0.3 * uniform(seed, "grade", n, level))
        for n, place in enumerate(places)
        for level in place.levels
    }
    whole = dict.fromkeys(HEADS, 0.0)
    for (_, level), share in shares.items():
        whole[_stage(level)] += share
    for n, place in enumerate(places):
        for level in place.levels:
            kind = _stage(level)
            part = shares[place.code, level] / whole[kind]
            students = max(6, round(HEADS[kind] * part))
            yield Grade(
                school=SchoolCode(place.code),
                code=GradeCode(LEVELS[level]),
                name=LEVELS[level],
                level=level,
                students=students,
                riders=_riders(seed, n, level, students),
            )


def _riders(seed: int, n: int, level: int, students: int) -> int:
    """Who come by coach: some of the boarders, hardly a small child."""
    most = {Stage.SENIOR: 0.3, Stage.JUNIOR: 0.15}.get(_stage(level), 0.0)
    return floor(students * most * uniform(seed, "riders", n))


def _schools(
    seed: int, places: Sequence[Place], grades: Sequence[Grade]
) -> Iterator[School]:
    for n, place in enumerate(places):
        students = sum(row.students for row in grades if row.school == place.code)
        secondary = max(place.levels) > PRIMARY_END
        ready = DRAWN_UP + timedelta(days=8 + below(24, seed, "ready", n))
        early = (
            uniform(seed, "accepted", n) < ACCEPTED or max(place.levels) > JUNIOR_END
        )
        boards = secondary and uniform(seed, "boards", n) < BOARDING
        yield School(
            code=SchoolCode(place.code),
            name=place.name,
            stage=place.stage,
            area=_area(place.area),
            students=students,
            boarders=round(students * 0.4) if boards else 0,
            staff=max(6, students // 13),
            leave_every=Days(14 if boards else 0),
            leave_days=Days(3 if boards else 2),
            first_leave=date(2020, 4, 17 + 7 * (n % 2)) if boards else None,
            ready=None if secondary else ready,
            accepted=date(2020, 4, 1) if secondary and early else None,
        )


def _siblings(seed: int, places: Sequence[Place]) -> Iterator[Siblings]:
    """Families of a primary school with an elder child in the area's junior school."""
    for n, place in enumerate(places):
        elder = [
            other
            for other in places
            if other.area == place.area
            and other.stage in (Stage.JUNIOR, Stage.NINE_YEAR)
        ]
        if max(place.levels) != PRIMARY_END or not elder:
            continue
        other = elder[below(len(elder), seed, "elder", n)]
        yield Siblings(
            school=SchoolCode(place.code),
            grade=GradeCode(LEVELS[1 + below(6, seed, "younger", n)]),
            other_school=SchoolCode(other.code),
            other_grade=GradeCode(LEVELS[7 + below(2, seed, "older", n)]),
            pairs=2 + floor(14 * place.size * uniform(seed, "pairs", n)),
        )


# --- orders, settings, capacities -----------------------------------------------------


def _orders() -> Iterator[Order]:
    """Grade 12 in step across the province, grade 9 across the city, others by window."""
    for level in reversed(range(13)):
        window = SECONDARY if level > UPPER else LOWER if level else KINDERGARTEN
        extent, day = IN_STEP.get(level, (Extent.CITY, window))
        yield Order(
            code=f"Y{13 - level:02}",
            level=level,
            extent=extent,
            kind=OrderKind.FIXED if level in IN_STEP else OrderKind.NOT_BEFORE,
            date=day,
        )


def _staging(places: Sequence[Place], grades: Sequence[Grade]) -> Iterator[Staging]:
    yield Staging(kind=Tuning.TERM, amount=TERM)
    yield Staging(kind=Tuning.BATCHES, amount=3, stage=Stage.PRIMARY)
    for place in _small(places, grades):
        yield Staging(
            kind=Tuning.BATCHES,
            amount=2,
            school=SchoolCode(place.code),
            stage=Stage.PRIMARY,
        )


def _small(places: Sequence[Place], grades: Sequence[Grade]) -> list[Place]:
    """The primary schools with the fewest pupils."""
    heads = {place.code: 0 for place in places}
    for row in grades:
        heads[row.school] += row.students
    primary = [place for place in places if max(place.levels) == PRIMARY_END]
    return sorted(primary, key=lambda place: (heads[place.code], place.code))[:SMALL]


def _calendar(seed: int, places: Sequence[Place]) -> Iterator[CalendarDay]:
    """Two schools have a day of repairs; public holidays are in the kept calendar."""
    for n in range(2):
        place = places[HIGH + MIDDLE + below(LOW, seed, "repairs", n)]
        yield CalendarDay(
            date=date(2020, 4, 28 + n),
            kind=DayKind.HOLIDAY,
            school=SchoolCode(place.code),
            note="校舍检修",
        )


def _batches(places: Sequence[Place], grades: Sequence[Grade]) -> dict[int, int]:
    """Batches that somebody has to decide on, by area."""
    small = {place.code for place in _small(places, grades)}
    found = dict.fromkeys(range(AREAS), 0)
    for place in places:
        primary = 2 if place.code in small else 3
        found[place.area] += 2 if max(place.levels) > PRIMARY_END else 0
        found[place.area] += primary if 1 in place.levels else 0
        found[place.area] += 1 if 0 in place.levels else 0
    return found


FILL = {
    CapacityKind.SAMPLING: 0.72,
    CapacityKind.STUDENTS: 0.55,
    CapacityKind.OBSERVATION_BEDS: 0.79,
    CapacityKind.BUSES: 0.40,
}
"""How full a capacity would be, were everybody spread evenly over the days."""
STOCK = (
    (OPENS, 0.30),
    (SECONDARY, 0.52),
    (LOWER, 0.72),
    (KINDERGARTEN, 0.90),
    (date(2020, 5, 11), 1.25),
)
"""Of all pupils, how many the supplies are enough for, from a day on."""


def _capacities(
    seed: int, places: Sequence[Place], grades: Sequence[Grade], tightness: float
) -> Iterator[Capacity]:
    def at(kind: CapacityKind, start: date, amount: float, **more: object) -> Capacity:
        scaled = max(1, floor(amount / tightness))
        return Capacity(kind=kind, start=start, amount=scaled, **more)  # type: ignore[arg-type]

    for area, batches in _batches(places, grades).items():
        slots = max(2, ceil(batches / OPENING_DAYS / 0.6))
        yield at(CapacityKind.OPENINGS, OPENS, slots, area=_area(area))
    open_ones = [row for row in grades if row.level not in IN_STEP]
    students = sum(row.students for row in open_ones)
    even = students / OPENING_DAYS
    week = SECONDARY - timedelta(days=3)
    # The city lends its laboratories and coaches while the two grades in step come back.
    yield at(CapacityKind.SAMPLING, DRAWN_UP, 2.2 * even, end=week)
    start = week + timedelta(days=1)
    yield at(CapacityKind.SAMPLING, start, even / FILL[CapacityKind.SAMPLING])
    yield at(CapacityKind.STUDENTS, OPENS, even / FILL[CapacityKind.STUDENTS])
    beds = 3 * 0.002 * even / FILL[CapacityKind.OBSERVATION_BEDS]
    yield at(CapacityKind.OBSERVATION_BEDS, DRAWN_UP, beds)
    coaches = sum(row.riders for row in open_ones) / 45 / 12
    yield at(CapacityKind.BUSES, OPENS, 90, end=week)
    yield at(CapacityKind.BUSES, start, max(coaches / FILL[CapacityKind.BUSES], 20))
    yield at(CapacityKind.INSPECTIONS, DRAWN_UP, 8 + below(3, seed, "inspections"))
    yield at(CapacityKind.DISINFECTION_TEAMS, DRAWN_UP, 9 + below(3, seed, "teams"))
    total = sum(row.students for row in grades)
    for start, share in STOCK:
        end = next((day - timedelta(days=1) for day, _ in STOCK if day > start), None)
        yield at(CapacityKind.SUPPLIED, start, share * total, end=end)


def main() -> None:
    """Write the workbook."""
    OUT.parent.mkdir(exist_ok=True)
    save(county(SEED), OUT)
    print(f"{OUT.name}: {OUT.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
