"""Who is at a school on a date and which slots they must have, worked out anew."""

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from bihuan.base.ids import ClassCode, GradeCode, SchoolCode, ZoneCode
from bihuan.plan.days import day_kinds
from bihuan.plan.measures import StagedOpening
from bihuan.plan.meeting.cast import Cast
from bihuan.plan.meeting.programme import (
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
from bihuan.plan.timetable import Period
from bihuan.plan.words import Flow, PeriodKind, Who, ZoneKind
from bihuan.stagger.answer import Calendar

PLACES: Mapping[Flow, ZoneKind] = {
    Flow.ARRIVAL: ZoneKind.GATE,
    Flow.DISMISSAL: ZoneKind.GATE,
    Flow.BREAKFAST: ZoneKind.CANTEEN_HALL,
    Flow.LUNCH: ZoneKind.CANTEEN_HALL,
    Flow.SUPPER: ZoneKind.CANTEEN_HALL,
    Flow.WASH: ZoneKind.DORM_FLOOR,
    Flow.BUS: ZoneKind.BUS,
}
MEALS: Mapping[Flow, PeriodKind] = {
    Flow.BREAKFAST: PeriodKind.BREAKFAST,
    Flow.LUNCH: PeriodKind.LUNCH,
    Flow.SUPPER: PeriodKind.SUPPER,
}
SEVEN, NOON = 7 * 60, 12 * 60
RIDE = 30
"""Minutes of a ride."""
Span = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Due:
    """A slot that a group of a class must have: within which minutes, how many persons."""

    klass: ClassCode
    flow: Flow
    who: Who
    size: int
    span: Span
    zone: ZoneCode = ZoneCode("")
    """The one place where it can be; empty: any of the kind."""


@dataclass(frozen=True, kw_only=True)
class Present:
    """A school on a date."""

    plan: Plan
    school: SchoolCode
    date: dt.date
    calendar: Calendar | None = None

    def _kind(self, back: int = 0) -> int:
        start = (self.date - self.plan.district.opens).days - back
        return int(day_kinds(self.plan, self.school, 1, start=start)[0])

    @property
    def open(self) -> bool:
        """Whether anybody is at school by the calendar."""
        return self._kind() <= self.plan.district.cycle_days

    @property
    def stay(self) -> bool:
        """Whether only boarders are there."""
        return self._kind() == self.plan.district.cycle_days

    @cached_property
    def homerooms(self) -> tuple[Class, ...]:
        """Every class that is not a part of another."""
        return tuple(
            c for c in self.plan.classes if c.school == self.school and not c.within
        )

    @cached_property
    def zones(self) -> Mapping[ZoneCode, Zone]:
        """Places of the school by code."""
        return {z.code: z for z in self.plan.zones if z.school == self.school}

    @cached_property
    def _published(self) -> list[StagedOpening]:
        rows = (row for row in self.plan.measures if row.school == self.school)
        return [row for row in rows if isinstance(row, StagedOpening)]

    def opens(self, klass: Class) -> dt.date:
        """The day from which a class is there."""
        if self.calendar is not None:
            for opening in self.calendar.openings:
                if opening.school == self.school and klass.grade in opening.grades:
                    return opening.date
        names = {klass.code, klass.grade}
        for row in self._published:
            if not row.scope or names & set(row.scope):
                return row.opens
        return self.plan.district.opens

    @cached_property
    def classes(self) -> tuple[Class, ...]:
        """Classes that are there."""
        return tuple(c for c in self.homerooms if self.opens(c) <= self.date)

    @property
    def grades(self) -> tuple[GradeCode, ...]:
        """Grades of which a class is there."""
        return tuple(dict.fromkeys(c.grade for c in self.classes))

    def back(self, klass: Class) -> bool:
        """Whether the boarders of a class come back on this day."""
        home = self._kind(1) > self.plan.district.cycle_days
        return home or self.opens(klass) == self.date

    @cached_property
    def _rows(self) -> tuple[Period, ...]:
        periods = [row for row in self.plan.periods if row.school == self.school]
        cycle = self.plan.district.cycle_days
        if self.stay:
            return rows_of_stay(periods, cycle)
        return rows_of_day(periods, weekday_of(self._kind(), cycle))

    def spells(self, grade: GradeCode, kind: PeriodKind, *, boards: bool) -> list[Span]:
        """Spells of a kind in the day of a grade's boarders or day students."""
        day = programme(self._rows, grade, groups_of(student=True, lives_in=boards))
        return [
            (math.ceil(spell.start), math.floor(spell.end))
            for spell in day
            if spell.kind is kind
        ]

    def period(
        self, grade: GradeCode, kind: PeriodKind, *, boards: bool
    ) -> Span | None:
        """From the first start to the last end of a kind."""
        spells = self.spells(grade, kind, boards=boards)
        if not spells:
            return None
        return min(s for s, _e in spells), max(e for _s, e in spells)

    @cached_property
    def _first_arrival(self) -> int:
        starts = [
            start
            for grade in self.grades
            for boards in (True, False)
            for start, _end in self.spells(grade, PeriodKind.ARRIVAL, boards=boards)
        ]
        return min(starts, default=SEVEN)

    def size(self, klass: Class, *, boards: bool) -> int:
        """Persons of a group that are there."""
        if boards:
            return klass.boarders
        return 0 if self.stay else klass.students - klass.boarders

    @cached_property
    def due(self) -> tuple[Due, ...]:
        """Every slot that there must be."""
        kinds = {zone.kind for zone in self.zones.values()}
        return tuple(
            due
            for klass in self.classes
            for due in (*self._gates(klass), *self._meals(klass), *self._beyond(klass))
            if PLACES[due.flow] in kinds
        )

    def _gates(self, klass: Class) -> Iterator[Due]:
        """Arrival and dismissal of day students, return of boarders."""
        size = self.size(klass, boards=False)
        for flow, kind in (
            (Flow.ARRIVAL, PeriodKind.ARRIVAL),
            (Flow.DISMISSAL, PeriodKind.DISMISSAL),
        ):
            span = self.period(klass.grade, kind, boards=False)
            if size and span:
                yield Due(
                    klass=klass.code,
                    flow=flow,
                    who=Who.DAY_STUDENTS,
                    size=size,
                    span=span,
                )
        if klass.boarders and self.back(klass):
            lunch = self.period(klass.grade, PeriodKind.LUNCH, boards=True)
            yield Due(
                klass=klass.code,
                flow=Flow.ARRIVAL,
                who=Who.BOARDERS,
                size=klass.boarders,
                span=(self._first_arrival, lunch[0] if lunch else NOON),
            )

    def _meals(self, klass: Class) -> Iterator[Due]:
        """Meals of both groups, in one slot where they have one time."""
        for flow, kind in MEALS.items():
            own = {
                boards: span
                for boards in (True, False)
                if self.size(klass, boards=boards)
                and (span := self.period(klass.grade, kind, boards=boards))
            }
            if flow is Flow.BREAKFAST and self.back(klass):
                own.pop(True, None)
            sizes = {boards: self.size(klass, boards=boards) for boards in own}
            if len(own) == len((True, False)) and own[True] == own[False]:
                whole = sum(sizes.values())
                yield Due(
                    klass=klass.code,
                    flow=flow,
                    who=Who.STUDENTS,
                    size=whole,
                    span=own[True],
                )
                continue
            for boards, span in own.items():
                who = Who.BOARDERS if boards else Who.DAY_STUDENTS
                yield Due(
                    klass=klass.code,
                    flow=flow,
                    who=who,
                    size=sizes[boards],
                    span=span,
                )

    def _beyond(self, klass: Class) -> Iterator[Due]:
        """Washing by floor and spell, riding by bus."""
        for (flow, zone), size in self._spread.get(klass.code, Counter()).items():
            if flow is Flow.BUS:
                arrival = self.period(klass.grade, PeriodKind.ARRIVAL, boards=False)
                if arrival and self.size(klass, boards=False):
                    span = (max(0, arrival[0] - RIDE), arrival[1])
                    yield Due(
                        klass=klass.code,
                        flow=flow,
                        who=Who.DAY_STUDENTS,
                        size=size,
                        span=span,
                        zone=zone,
                    )
                continue
            for span in self.spells(klass.grade, PeriodKind.WASH, boards=True):
                if not (self.back(klass) and span[0] < NOON):
                    yield Due(
                        klass=klass.code,
                        flow=flow,
                        who=Who.BOARDERS,
                        size=size,
                        span=span,
                        zone=zone,
                    )

    @cached_property
    def _spread(self) -> Mapping[ClassCode, Counter[tuple[Flow, ZoneCode]]]:
        """How many of a class sleep on which floor, ride which bus."""
        kinds = {zone.kind for zone in self.zones.values()}
        if not kinds & {ZoneKind.DORM_FLOOR, ZoneKind.BUS}:
            return {}
        people = populate(self.plan, self.school)
        cast = Cast.of(self.plan, self.school, people)
        floors = dorm_floors(cast).zone
        found: dict[ClassCode, Counter[tuple[Flow, ZoneCode]]] = defaultdict(Counter)
        for number, person in enumerate(people):
            home = int(cast.klass[number])
            if not cast.student[number] or home < 0:
                continue
            code, floor = cast.classes[home].code, int(floors[number])
            if person.lives_in and floor >= 0:
                found[code][Flow.WASH, self.plan.zones[floor].code] += 1
            elif person.bus and not person.lives_in and person.bus in self.zones:
                found[code][Flow.BUS, person.bus] += 1
        return found
