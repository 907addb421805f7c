"""What a day of a school asks for: who is there, who needs which slot when, what there is.

docs/guide/stagger.md, "The day, to the letter", says it in words; nothing is chosen here.
"""

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from bihuan.base.ids import ClassCode, GradeCode, SchoolCode, ZoneCode
from bihuan.plan.measures import StagedOpening
from bihuan.plan.meeting.cast import Cast
from bihuan.plan.meeting.programme import (
    Spell,
    groups_of,
    programme,
    rows_of_day,
    rows_of_stay,
    weekday_of,
)
from bihuan.plan.meeting.spots import dorm_floors
from bihuan.plan.people import Class
from bihuan.plan.places import Zone
from bihuan.plan.plan import Plan
from bihuan.plan.populate import populate
from bihuan.plan.staging import Slot
from bihuan.plan.timetable import Period
from bihuan.plan.tuning import tuned
from bihuan.plan.words import Flow, PeriodKind, Tuning, Who, ZoneKind
from bihuan.stagger.answer import Calendar
from bihuan.stagger.day.trouble import kind_of

MEALS: Final = {
    Flow.BREAKFAST: PeriodKind.BREAKFAST,
    Flow.LUNCH: PeriodKind.LUNCH,
    Flow.SUPPER: PeriodKind.SUPPER,
}
EARLY: Final = 7 * 60
"""Minute at which the gate opens where the day plan has no arrival."""
NOON: Final = 12 * 60
LANES: Final = 2
"""Lanes of a gate that does not say (assumed)."""
SEATS: Final = 400
"""Seats of a hall that does not say (assumed)."""
RIDE: Final = 30
"""Minutes on the bus."""
DISMISSAL: Final = 5
"""Minutes of a dismissal window."""
STEP: Final = 5
"""Minutes for which a class is on its stair."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """The school's settings of the staggered return, with their defaults."""

    slot: int
    service: float
    out: float
    headroom: float
    ignore: float
    spread: float
    seated: float
    counter: float
    eating: int
    stair: float
    taps: int
    washing: int
    bus_seats: int

    @classmethod
    def of(cls, plan: Plan, school: SchoolCode) -> "Limits":
        """What holds for a school."""

        def say(kind: Tuning) -> float:
            return tuned(plan, kind, school=school)

        return cls(
            slot=int(say(Tuning.SLOT)),
            service=say(Tuning.SERVICE),
            out=say(Tuning.OUT),
            headroom=say(Tuning.HEADROOM),
            ignore=say(Tuning.IGNORE),
            spread=say(Tuning.SPREAD),
            seated=say(Tuning.SEATED),
            counter=say(Tuning.COUNTER),
            eating=int(say(Tuning.EATING)),
            stair=say(Tuning.STAIR),
            taps=int(say(Tuning.TAPS)),
            washing=int(say(Tuning.WASHING)),
            bus_seats=int(say(Tuning.BUS_SEATS)),
        )

    def seconds(self, flow: Flow) -> float:
        """What a person takes at a lane, in or out."""
        return self.service if flow is Flow.ARRIVAL else self.out

    def through(self, flow: Flow, minutes: float) -> int:
        """Persons that a lane lets through in so many minutes."""
        return whole((1.0 - self.headroom) * minutes * 60.0 / self.seconds(flow))

    def minutes(self, flow: Flow, persons: int) -> int:
        """Whole minutes in which a lane lets so many persons through."""
        free = (1.0 - self.headroom) * 60.0
        return math.ceil(persons * self.seconds(flow) / free - 1e-9)


def whole(number: float) -> int:
    """Round down what is a whole number but for the last bits."""
    return math.floor(number + 1e-9)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """A gate with its lanes."""

    code: ZoneCode
    lanes: int
    users: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Hall:
    """A hall: persons it may seat at once, persons a minute that its counters serve."""

    code: ZoneCode
    seats: int
    whole_seats: int
    rate: float
    users: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """A slot to be found: whose, of what, within which minutes of the day."""

    klass: Class
    flow: Flow
    who: Who
    size: int
    low: int
    high: int
    zone: ZoneCode = ZoneCode("")
    """Where it must be: a floor, a bus; else chosen."""

    def may(self, users: frozenset[str]) -> bool:
        """Whether the class may use a zone of these users."""
        return not users or bool(users & {self.klass.code, self.klass.grade})


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """A need with its place and its minutes."""

    need: Need
    zone: ZoneCode
    start: int
    end: int
    lane: int = 0

    def slot(self) -> Slot:
        """The row of the answer."""
        row = self.need.klass
        return Slot(
            school=row.school,
            klass=row.code,
            flow=self.need.flow,
            start=clock(self.start),
            end=clock(self.end),
            zone=self.zone,
            lane=self.lane,
            who=self.need.who,
            leader=row.homeroom,
        )


def clock(minute: int) -> dt.time:
    """Time of day of a minute; midnight at the end is the last minute."""
    return dt.time(*divmod(min(minute, 24 * 60 - 1), 60))


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A school on a date: needs by flow, places, settings."""

    plan: Plan
    school: SchoolCode
    date: dt.date
    limits: Limits
    present: tuple[GradeCode, ...]
    needs: tuple[Need, ...]
    gates: tuple[Gate, ...]
    halls: tuple[Hall, ...]
    stairs: Mapping[ZoneCode, int]
    """Persons in five minutes."""
    taps: Mapping[ZoneCode, int]
    buses: Mapping[ZoneCode, int]
    """Seats."""
    opens: int = EARLY
    """Minute from which arrival windows count."""
    longer: Mapping[Flow, int] = field(default_factory=dict)
    """Minutes by which a repair lengthens a period."""

    def of(self, *flows: Flow) -> tuple[Need, ...]:
        """The needs of some flows."""
        return tuple(need for need in self.needs if need.flow in flows)


def facts(
    plan: Plan, school: SchoolCode, date: dt.date, calendar: Calendar | None = None
) -> Facts:
    """All that the day rests on."""
    opening = openings(plan, school, calendar)
    there = [row for row in _homerooms(plan, school) if opening[row.code] <= date]
    limits = Limits.of(plan, school)
    zones = [zone for zone in plan.zones if zone.school == school]
    kind = kind_of(plan, school, date)
    asked = _Asked(
        plan=plan,
        school=school,
        there=tuple(there),
        day=_day(_rows(plan, school, kind), there),
        stay=kind >= plan.district.cycle_days,
        back=_back(plan, school, date, there, opening),
        kinds=frozenset(zone.kind for zone in zones),
    )
    return Facts(
        plan=plan,
        school=school,
        date=date,
        limits=limits,
        present=tuple(dict.fromkeys(row.grade for row in there)),
        needs=tuple(asked.needs()),
        gates=tuple(_gates(zones)),
        halls=tuple(_halls(zones, limits)),
        stairs={
            zone.code: whole(STEP * limits.stair * (zone.lanes or 1))
            for zone in zones
            if zone.kind is ZoneKind.STAIR
        },
        taps={
            zone.code: zone.lanes or limits.taps
            for zone in zones
            if zone.kind is ZoneKind.DORM_FLOOR
        },
        buses={
            zone.code: zone.seats or limits.bus_seats
            for zone in zones
            if zone.kind is ZoneKind.BUS
        },
        opens=asked.opens,
    )


def openings(
    plan: Plan, school: SchoolCode, calendar: Calendar | None = None
) -> dict[ClassCode, dt.date]:
    """From which day on each homeroom is there."""
    dates = dict.fromkeys(
        (row.code for row in _homerooms(plan, school)), plan.district.opens
    )
    staged = [m for m in plan.measures if isinstance(m, StagedOpening)]
    for measure in reversed(staged):
        for row in _homerooms(plan, school) if measure.school == school else ():
            if not measure.scope or {row.code, row.grade} & set(measure.scope):
                dates[row.code] = measure.opens
    if calendar is not None:
        told = {
            grade: opening.date
            for opening in calendar.openings
            if opening.school == school
            for grade in opening.grades
        }
        for row in _homerooms(plan, school):
            dates[row.code] = told.get(row.grade, dates[row.code])
    return dates


def _homerooms(plan: Plan, school: SchoolCode) -> list[Class]:
    """Classes that are no parts, in the plan's order."""
    return [row for row in plan.classes if row.school == school and not row.within]


def _back(
    plan: Plan,
    school: SchoolCode,
    date: dt.date,
    there: Iterable[Class],
    opening: Mapping[ClassCode, dt.date],
) -> frozenset[ClassCode]:
    """Classes whose boarders come through the gate on this day."""
    before = kind_of(plan, school, date - dt.timedelta(days=1))
    everybody = before > plan.district.cycle_days
    return frozenset(r.code for r in there if everybody or opening[r.code] == date)


def _rows(plan: Plan, school: SchoolCode, kind: int) -> tuple[Period, ...]:
    """The day plan's rows of a kind of day."""
    periods = [row for row in plan.periods if row.school == school]
    cycle = plan.district.cycle_days
    if kind < cycle:
        return rows_of_day(periods, weekday_of(kind, cycle))
    return rows_of_stay(periods, cycle)


def _day(
    rows: tuple[Period, ...], there: Iterable[Class]
) -> dict[tuple[GradeCode, bool], tuple[Spell, ...]]:
    """Who of a grade has what when."""
    return {
        (grade, boards): programme(
            rows, grade, groups_of(student=True, lives_in=boards)
        )
        for grade in {row.grade for row in there}
        for boards in (False, True)
    }


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """The needs of a day while they are gathered."""

    plan: Plan
    school: SchoolCode
    there: tuple[Class, ...]
    day: Mapping[tuple[GradeCode, bool], tuple[Spell, ...]]
    """The day plan of a grade's day students and of its boarders (True)."""
    stay: bool
    back: frozenset[ClassCode]
    kinds: frozenset[ZoneKind]

    @property
    def opens(self) -> int:
        """The first minute of the day's arrivals."""
        starts = [
            low
            for grade in dict.fromkeys(row.grade for row in self.there)
            for boards in (False, True)
            for low, _high in self._spans(grade, PeriodKind.ARRIVAL, boards=boards)
        ]
        return min(starts, default=EARLY)

    def needs(self) -> Iterator[Need]:
        """Every slot that somebody must have, in the order of classes."""
        where = (
            self._where() if self.kinds & {ZoneKind.DORM_FLOOR, ZoneKind.BUS} else {}
        )
        for row in self.there:
            if ZoneKind.GATE in self.kinds:
                yield from self._through(row)
            if ZoneKind.CANTEEN_HALL in self.kinds:
                yield from self._meals(row)
            yield from self._beyond(row, where.get(row.code, Counter()))

    def _size(self, row: Class, *, boards: bool) -> int:
        """Persons of a class's group."""
        if boards:
            return row.boarders
        return 0 if self.stay else row.students - row.boarders

    def _through(self, row: Class) -> Iterator[Need]:
        """Arrival and dismissal."""
        day = self._size(row, boards=False)
        for flow, kind in (
            (Flow.ARRIVAL, PeriodKind.ARRIVAL),
            (Flow.DISMISSAL, PeriodKind.DISMISSAL),
        ):
            span = self._span(row.grade, kind, boards=False)
            if day and span:
                yield _need(row, flow, Who.DAY_STUDENTS, day, span)
        if row.boarders and row.code in self.back:
            lunch = self._span(row.grade, PeriodKind.LUNCH, boards=True)
            span = (self.opens, lunch[0] if lunch else NOON)
            yield _need(row, Flow.ARRIVAL, Who.BOARDERS, row.boarders, span)

    def _meals(self, row: Class) -> Iterator[Need]:
        """Meals, the two groups together where they have the same time."""
        for flow, kind in MEALS.items():
            spans = {
                boards: span
                for boards in (True, False)
                if self._size(row, boards=boards)
                and not (boards and flow is Flow.BREAKFAST and row.code in self.back)
                and (span := self._span(row.grade, kind, boards=boards))
            }
            sizes = {boards: self._size(row, boards=boards) for boards in spans}
            if len(spans) > 1 and spans[True] == spans[False]:
                both = sum(sizes.values())
                yield _need(row, flow, Who.STUDENTS, both, spans[True])
                continue
            for boards, span in spans.items():
                who = Who.BOARDERS if boards else Who.DAY_STUDENTS
                yield _need(row, flow, who, sizes[boards], span)

    def _beyond(
        self, row: Class, where: Counter[tuple[Flow, ZoneCode]]
    ) -> Iterator[Need]:
        """Washing by floor, riding by bus."""
        washes = self._spans(row.grade, PeriodKind.WASH, boards=True)
        for (flow, zone), size in where.items():
            if flow is Flow.BUS:
                span = self._span(row.grade, PeriodKind.ARRIVAL, boards=False)
                if span and not self.stay:
                    span = (max(0, span[0] - RIDE), span[1])
                    yield _need(row, flow, Who.DAY_STUDENTS, size, span, zone=zone)
                continue
            for span in washes:
                if not (row.code in self.back and span[0] < NOON):
                    yield _need(row, flow, Who.BOARDERS, size, span, zone=zone)

    def _where(self) -> dict[ClassCode, Counter[tuple[Flow, ZoneCode]]]:
        """Floors and buses of each class, with how many of it."""
        people = populate(self.plan, self.school)
        cast = Cast.of(self.plan, self.school, people)
        floors = dorm_floors(cast).zone
        found: dict[ClassCode, Counter[tuple[Flow, ZoneCode]]] = defaultdict(Counter)
        for number, person in enumerate(people):
            if not cast.student[number] or cast.klass[number] < 0:
                continue
            home = cast.classes[cast.klass[number]].code
            if person.lives_in and floors[number] >= 0:
                zone = self.plan.zones[floors[number]].code
                found[home][Flow.WASH, zone] += 1
            if person.bus and not person.lives_in and cast.zone(person.bus) >= 0:
                found[home][Flow.BUS, person.bus] += 1
        return found

    def _span(
        self, grade: GradeCode, kind: PeriodKind, *, boards: bool
    ) -> tuple[int, int] | None:
        """The period of a kind: from the first spell to the last."""
        spans = self._spans(grade, kind, boards=boards)
        return (spans[0][0], max(high for _low, high in spans)) if spans else None

    def _spans(
        self, grade: GradeCode, kind: PeriodKind, *, boards: bool
    ) -> list[tuple[int, int]]:
        """The spells of a kind, in whole minutes."""
        return [
            (math.ceil(one.start), math.floor(one.end))
            for one in self.day[grade, boards]
            if one.kind is kind
        ]


def _need(
    row: Class,
    flow: Flow,
    who: Who,
    size: int,
    span: tuple[int, int],
    *,
    zone: ZoneCode = ZoneCode(""),
) -> Need:
    return Need(
        klass=row, flow=flow, who=who, size=size, low=span[0], high=span[1], zone=zone
    )


def _gates(zones: Iterable[Zone]) -> Iterator[Gate]:
    for zone in zones:
        if zone.kind is ZoneKind.GATE:
            yield Gate(
                code=zone.code, lanes=zone.lanes or LANES, users=frozenset(zone.users)
            )


def _halls(zones: Iterable[Zone], limits: Limits) -> Iterator[Hall]:
    """Halls; counters are shared out by seats."""
    rows = [zone for zone in zones if zone.kind is ZoneKind.CANTEEN_HALL]
    seats = sum(zone.seats or SEATS for zone in rows)
    for zone in rows:
        own = zone.seats or SEATS
        yield Hall(
            code=zone.code,
            seats=whole(limits.seated * own),
            whole_seats=own,
            rate=limits.counter * own / seats,
            users=frozenset(zone.users),
        )
