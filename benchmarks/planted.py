"""Small districts with a conflict planted in them whose groups are known beforehand.

A district has plenty of everything. A conflict takes away just as much as makes one set of
rows impossible together while any one row less would do; its *twin* takes away a little
less, so that a plan is there. Some conflicts only whole days have: in parts it would fit.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bihuan.base.ids import AreaCode, GradeCode, SchoolCode
from bihuan.base.random import below
from bihuan.base.units import PerHundredThousandDays
from bihuan.plan.measures import StagedOpening
from bihuan.plan.people import Grade, School
from bihuan.plan.places import Area
from bihuan.plan.plan import Capacity, District, Order, Plan
from bihuan.plan.staging import Staging
from bihuan.plan.words import CapacityKind, Extent, OrderKind, Stage, Tuning

DRAWN_UP = date(2020, 5, 25)
OPENS = date(2020, 6, 1)
"""A Monday; the first holiday is on 25 June."""
AREAS = 3
LEVELS = (
    "",
    "一年级",
    "二年级",
    "三年级",
    "四年级",
    "五年级",
    "六年级",
    "七年级",
    "八年级",
    "九年级",
)
PLENTY = {
    CapacityKind.OPENINGS: 12,
    CapacityKind.STUDENTS: 6_000,
    CapacityKind.SAMPLING: 6_000,
    CapacityKind.OBSERVATION_BEDS: 200,
    CapacityKind.BUSES: 200,
    CapacityKind.SUPPLIED: 60_000,
    CapacityKind.INSPECTIONS: 12,
    CapacityKind.DISINFECTION_TEAMS: 14,
}


@dataclass(frozen=True)
class Planted:
    """A plan with a conflict, the groups that it is made of, a plan like it without."""

    name: str
    plan: Plan
    rows: frozenset[str]
    whole: bool
    """Whether only whole days have the conflict."""
    twin: Plan


def planted(seed: int, number: int) -> Planted:
    """The conflict of a number: the kinds in turn, the district drawn anew each time."""
    kind = KINDS[number % len(KINDS)]
    return kind(_district(seed, number), seed, number)


def _district(seed: int, number: int) -> Plan:
    """A dozen of primary and a few nine-year schools, all accepted, with plenty."""
    schools, grades = [], []
    for n in range(7 + below(8, seed, "schools", number)):
        nine = n < 2
        code = SchoolCode(f"S{n + 1:02}")
        levels = range(1, 10) if nine else range(1, 7)
        size = 40 + below(80, seed, "size", number, n)
        schools.append(
            School(
                code=code,
                name=f"{n + 1}号学校",
                stage=Stage.NINE_YEAR if nine else Stage.PRIMARY,
                area=AreaCode(f"A{n % AREAS + 1}"),
                students=size * len(levels),
                ready=OPENS,
                accepted=None if below(2, seed, "visit", number, n) else OPENS,
            )
        )
        grades += [
            Grade(
                school=code,
                code=GradeCode(LEVELS[level]),
                name=LEVELS[level],
                level=level,
                students=size,
                riders=size // 9,
            )
            for level in levels
        ]
    return Plan(
        district=District(
            name=f"冲突{number}",
            region="410199",
            drawn_up=DRAWN_UP,
            opens=OPENS,
            incidence=PerHundredThousandDays(0.05),
        ),
        areas=tuple(
            Area(code=AreaCode(f"A{n + 1}"), name=f"{n + 1}号片区")
            for n in range(AREAS)
        ),
        capacities=tuple(
            Capacity(kind=kind, start=DRAWN_UP, amount=amount)
            for kind, amount in PLENTY.items()
        ),
        staging=(
            Staging(kind=Tuning.TERM, amount=18),
            Staging(kind=Tuning.NOTICE, amount=7),
        ),
        schools=tuple(schools),
        grades=tuple(grades),
    )


# --- what is changed in a plan --------------------------------------------------------


def _day(workday: int) -> date:
    """A working day by its number from the first day on, from 0."""
    return OPENS + timedelta(days=workday + 2 * (workday // 5))


def _order(plan: Plan, code: str, level: int, kind: OrderKind, day: date) -> Plan:
    order = Order(code=code, level=level, extent=Extent.CITY, kind=kind, date=day)
    return replace(plan, orders=(*plan.orders, order))


def _set(plan: Plan, kind: Tuning, amount: float, stage: Stage | None = None) -> Plan:
    row = Staging(kind=kind, amount=amount, stage=stage)
    return replace(plan, staging=(*plan.staging, row))


def _room(plan: Plan, kind: CapacityKind, amount: int, area: str = "") -> Plan:
    """Another amount of a kind for everybody, or an area's own."""
    kept = tuple(
        row
        for row in plan.capacities
        if row.kind is not kind or (area and not row.area)
    )
    row = Capacity(kind=kind, start=DRAWN_UP, amount=amount, area=AreaCode(area))
    return replace(plan, capacities=(*kept, row))


def _school(plan: Plan, number: int, **new: object) -> Plan:
    rows = list(plan.schools)
    rows[number] = replace(rows[number], **new)  # type: ignore[arg-type]
    return replace(plan, schools=tuple(rows))


def _heads(plan: Plan, levels: range) -> int:
    return sum(row.students for row in plan.grades if row.level in levels)


def _lower(seed: int, number: int) -> int:
    """Working days, by number, before which something must be over: two to four."""
    return 2 + below(3, seed, "days", number)


# --- conflicts that an LP sees --------------------------------------------------------


def _too_few_openings(plan: Plan, _seed: int, _number: int) -> Planted:
    """More schools in an area than may open by the date of an order."""
    own = sum(row.area == "A1" for row in plan.schools)
    days = max(1, own - 1)
    narrow = _room(plan, CapacityKind.OPENINGS, 1, "A1")

    def until(last: int) -> Plan:
        # Upper grades first: each school's first batch has the sixth grade.
        made = _accepted(_set(narrow, Tuning.BATCHES, 1))
        for level in (7, 8, 9):
            made = _without(made, level)
        return _order(made, "N6", 6, OrderKind.NOT_AFTER, _day(last))

    return Planted(
        "openings",
        until(days - 1),
        frozenset({"order:N6", "openings:A1"}),
        whole=False,
        twin=until(days),
    )


def _without(plan: Plan, level: int) -> Plan:
    """The plan without the grades of a level."""
    return replace(plan, grades=tuple(row for row in plan.grades if row.level != level))


def _gap_too_wide(plan: Plan, seed: int, number: int) -> Planted:
    """Two batches of a school, further apart than an order leaves room for."""
    last = _lower(seed, number)
    made = _order(plan, "N1", 1, OrderKind.NOT_AFTER, _day(last))
    for level in (7, 8, 9):
        made = _without(made, level)
    return Planted(
        "gap",
        _set(made, Tuning.GAP, last + 1, Stage.PRIMARY),
        frozenset({"order:N1", "gap:primary"}),
        whole=False,
        twin=_set(_accepted(made), Tuning.GAP, 1, Stage.PRIMARY),
    )


def _accepted(plan: Plan) -> Plan:
    return replace(
        plan, schools=tuple(replace(row, accepted=OPENS) for row in plan.schools)
    )


def _ready_late(plan: Plan, seed: int, number: int) -> Planted:
    """A school that is ready only after an order wants it open."""
    last = _lower(seed, number)
    made = _accepted(_set(plan, Tuning.BATCHES, 1))
    made = _order(made, "N6", 6, OrderKind.NOT_AFTER, _day(last + 5))
    which = 2 + below(len(plan.schools) - 2, seed, "which", number)
    code = plan.schools[which].code
    return Planted(
        "ready",
        _school(made, which, accepted=None, ready=_day(last + 5)),
        frozenset({"order:N6", f"visit:{code}"}),
        whole=False,
        twin=_school(made, which, accepted=None, ready=_day(last)),
    )


def _too_many_students(plan: Plan, seed: int, number: int) -> Planted:
    """More pupils than may come on the days that an order leaves."""
    last = _lower(seed, number)
    made = _accepted(_set(plan, Tuning.BATCHES, 1))
    for level in (7, 8, 9):
        made = _without(made, level)
    made = _order(made, "N6", 6, OrderKind.NOT_AFTER, _day(last))
    heads = _heads(made, range(1, 7))
    return Planted(
        "students",
        _room(made, CapacityKind.STUDENTS, heads // (last + 1) - 5),
        frozenset({"order:N6", "students"}),
        whole=False,
        twin=_room(made, CapacityKind.STUDENTS, 2 * heads // (last + 1) + 720),
    )


def _sampling_short(plan: Plan, _seed: int, _number: int) -> Planted:
    """Fewer can be sampled in the whole term than there are."""
    made = _accepted(_set(plan, Tuning.BATCHES, 6))
    for level in (7, 8, 9):
        made = _without(made, level)
    heads = _heads(made, range(1, 7))
    # A term of 18 days, and 30 more that an explanation looks at.
    return Planted(
        "sampling",
        _room(made, CapacityKind.SAMPLING, heads // 24),
        frozenset({"end:primary", "sampling"}),
        whole=False,
        twin=_room(made, CapacityKind.SAMPLING, heads // 4 + 400),
    )


def _stock_short(plan: Plan, seed: int, number: int) -> Planted:
    """The supplies are never enough for everybody."""
    made = _accepted(plan)
    heads = _heads(made, range(1, 10))
    return Planted(
        "supplied",
        _room(made, CapacityKind.SUPPLIED, heads - 1 - below(99, seed, "s", number)),
        frozenset({"supplied"}),
        whole=False,
        twin=_room(made, CapacityKind.SUPPLIED, heads),
    )


def _late_lock(plan: Plan, seed: int, number: int) -> Planted:
    """A locked first batch on the term's last day leaves none for the one after it."""
    made = _accepted(plan)
    which = 2 + below(len(plan.schools) - 2, seed, "which", number)
    code = plan.schools[which].code

    def locked(day: date) -> Plan:
        row = StagedOpening(
            school=code, code="L1", scope=(LEVELS[6],), opens=day, locked=True
        )
        return replace(made, measures=(row,))

    end = OPENS + timedelta(days=17)
    return Planted(
        "lock",
        locked(end),
        frozenset({f"lock:{code}", "gap:primary", "end:primary"}),
        whole=False,
        twin=locked(_day(3)),
    )


def _chain(plan: Plan, _seed: int, _number: int) -> Planted:
    """From grade 8 to grade 6 by two gaps, between two orders: four groups."""
    made = _accepted(_set(_without(plan, 9), Tuning.BATCHES, 2))
    made = _order(made, "B8", 8, OrderKind.NOT_BEFORE, _day(5))

    def gaps(days: int) -> Plan:
        until = _order(made, "N6", 6, OrderKind.NOT_AFTER, _day(8))
        return _set(
            _set(until, Tuning.GAP, days, Stage.JUNIOR), Tuning.GAP, days, Stage.PRIMARY
        )

    return Planted(
        "chain",
        gaps(2),
        frozenset({"order:B8", "order:N6", "gap:junior", "gap:primary"}),
        whole=False,
        twin=gaps(1),
    )


# --- conflicts that only whole days have ----------------------------------------------


def _two_do_not_fit(plan: Plan, seed: int, number: int) -> Planted:
    """A day takes one batch and a half; there is a batch more than days."""
    made, size = _alike(plan, seed, number)
    return Planted(
        "students, whole",
        _room(made, CapacityKind.STUDENTS, size * 3 // 2),
        frozenset({"order:N6", "students"}),
        whole=True,
        twin=_room(made, CapacityKind.STUDENTS, size * 2 + 1),
    )


def _two_do_not_ride(plan: Plan, seed: int, number: int) -> Planted:
    """A day has coaches for one batch and a half; there is a batch more than days."""
    made, _size = _alike(plan, seed, number)
    grades = tuple(replace(row, riders=44) for row in made.grades)
    made = replace(made, grades=grades)  # 6 x 44 riders: 6 coaches
    return Planted(
        "buses, whole",
        _room(made, CapacityKind.BUSES, 9),
        frozenset({"order:N6", "buses"}),
        whole=True,
        twin=_room(made, CapacityKind.BUSES, 12),
    )


def _alike(plan: Plan, seed: int, number: int) -> tuple[Plan, int]:
    """Schools of one size, one batch each, one more of them than days."""
    size = 50 + below(40, seed, "alike", number)
    made = _accepted(_set(plan, Tuning.BATCHES, 1))
    for level in (7, 8, 9):
        made = _without(made, level)
    made = replace(
        made, grades=tuple(replace(row, students=size) for row in made.grades)
    )
    last = len(plan.schools) - 2
    made = _order(made, "N6", 6, OrderKind.NOT_AFTER, _day(last))
    return made, 6 * size


KINDS: tuple[Callable[[Plan, int, int], Planted], ...] = (
    _too_few_openings,
    _gap_too_wide,
    _ready_late,
    _too_many_students,
    _sampling_short,
    _stock_short,
    _late_lock,
    _chain,
    _two_do_not_fit,
    _two_do_not_ride,
)
