"""The stage of the exact twin: one school over the horizon, read from the plan.

Who is who, which measure holds when and for whom, who meets whom and how strongly, as
docs/model.md says it; nothing here changes while a run goes on.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from bihuan.base.ids import ClassCode, SchoolCode
from bihuan.outbreak.disease import Disease
from bihuan.outbreak.intensity import (
    INTENSITY,
    MASKS,
    REFERENCE_AIR,
    REFERENCE_CROWD,
    REFERENCE_SEAT,
    REFERENCE_SURFACE,
)
from bihuan.plan.contacts import SETTINGS, Contacts, contacts
from bihuan.plan.days import day_kinds, in_force
from bihuan.plan.measures import (
    Cleaning,
    ClosedCampus,
    GateCheck,
    Mask,
    Measure,
    SeatSpacing,
    StagedOpening,
    StaggeredArrival,
    StaggeredBreaks,
    StaggeredDining,
    SymptomCheck,
    Ventilation,
)
from bihuan.plan.people import Class
from bihuan.plan.places import Zone
from bihuan.plan.plan import Plan
from bihuan.plan.words import (
    PeriodKind,
    Role,
    Setting,
    Unit,
    Who,
    ZoneKind,
)
from bihuan.rules.clusters import WindowRule, window_rules

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
M = TypeVar("M")

OPEN_VISITORS = 40
"""Visitors a day where the plan has no row on closing the campus."""
ARRIVAL = 7.0
"""Hour of the gate check where the day plan has no arrival."""
UNIT_SETTINGS = {
    Unit.DORM_ROOM: Setting.DORM_ROOM,
    Unit.DORM_FLOOR: Setting.DORM_FLOOR,
}
MOVING = (StaggeredArrival, StaggeredDining, StaggeredBreaks, GateCheck)
"""Measures that change who meets whom."""
PASSING: tuple[type[Measure], ...] = (Mask, Ventilation, Cleaning, SeatSpacing)
"""Measures that change what an hour passes on."""


class Meetings(NamedTuple):
    """What one person meets in a day: an entry for each session and other member."""

    other: Ints
    weight: Floats
    """Intensity times hours."""
    start: Floats
    """Hours after midnight."""
    hours: Floats
    setting: Ints
    """Index into SETTINGS."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Stage:
    """One school over the horizon: what a run needs to know and does not change."""

    contacts: tuple[Contacts, ...]
    """Of each day."""
    kinds: tuple[int, ...]
    """Of each day, numbered as in Contacts."""
    opens: date = date(2020, 1, 1)
    """Day 0."""
    measures: tuple[Measure, ...] = ()
    zones: tuple[Zone, ...] = ()
    """The plan's zones, as Contacts counts them."""
    classes: tuple[Class, ...] = ()
    arrival: float = ARRIVAL
    """Hour at which the first period of arrival starts."""
    incidence: float = 0.0
    """New infections outside per 100,000 persons and day."""
    open_visitors: int = OPEN_VISITORS
    met: dict[object, tuple["Meetings", ...]] = field(default_factory=dict, repr=False)
    """What was worked out already, by day's kind and the measures that hold."""

    @property
    def days(self) -> int:
        return len(self.kinds)

    @property
    def home(self) -> int:
        """Kind of the days on which everybody is at home."""
        return self.contacts[0].cycle + 1

    @property
    def school(self) -> SchoolCode:
        return self.contacts[0].school

    @cached_property
    def persons(self) -> int:
        return self.contacts[0].persons

    @cached_property
    def students(self) -> Bools:
        """(person,) whether a student; family persons are not."""
        return self._who(lambda role, _: role is Role.STUDENT)

    @cached_property
    def staff(self) -> Bools:
        return self._who(lambda role, _: role is not Role.STUDENT)

    @cached_property
    def inside(self) -> Bools:
        """(person,) whether the person sleeps on campus."""
        return self._who(lambda _, lives_in: lives_in)

    def _who(self, test: Callable[[Role, bool], bool]) -> Bools:
        mask = np.zeros(self.persons, np.bool_)
        for number, person in enumerate(self.contacts[0].people):
            mask[number] = test(person.role, person.lives_in)
        return mask

    def whom(self, who: Who) -> Bools:
        """(person,) who is meant by a word of the plan."""
        return {
            Who.ALL: self.students | self.staff,
            Who.STUDENTS: self.students,
            Who.BOARDERS: self.students & self.inside,
            Who.DAY_STUDENTS: self.students & ~self.inside,
            Who.STAFF: self.staff,
        }[who]

    def scope(self, measure: Measure | WindowRule) -> Bools:
        """(person,) for whom a measure holds."""
        if not measure.scope:
            return self.students | self.staff
        codes = {
            row.code
            for row in self.classes
            if row.school == self.school
            and {row.code, row.grade, row.within} & set(measure.scope)
        }
        mask = np.zeros(self.persons, np.bool_)
        for number, person in enumerate(self.contacts[0].people):
            mask[number] = self.students[number] and person.klass in codes
        return mask

    def covers(self, measure: Measure, members: Ints) -> bool:
        """Whether a measure on what an hour passes on holds for a group."""
        if not measure.scope:
            return True
        students = members[self.students[members]]
        return len(students) > 0 and bool(self.scope(measure)[students].all())

    def on(self, day: int) -> date:
        return self.opens + timedelta(days=day)

    def of(self, kind: type[M], day: int) -> Iterator[M]:
        """Measures of a type that hold on a day, in the plan's order."""
        for measure in self.measures:
            if isinstance(measure, kind) and in_force(measure, self.on(day)):
                yield measure

    def first(self, kind: type[M], day: int, person: int) -> M | None:
        """The first measure of a type that holds on a day for a person."""
        for measure in self.of(kind, day):
            if self._in_scope[measure][person]:  # type: ignore[index]
                return measure
        return None

    @cached_property
    def _in_scope(self) -> Mapping[Measure, Bools]:
        return {measure: self.scope(measure) for measure in self.measures}

    @cached_property
    def opening(self) -> Ints:
        """(person,) first day at school."""
        days = np.zeros(self.persons, np.int64)
        for measure in reversed(self.measures):
            if isinstance(measure, StagedOpening):
                day = (measure.opens - self.opens).days
                days[self.scope(measure) & self.students] = max(0, day)
        return days

    def at_home(self, day: int) -> Bools:
        """(person,) for whom a day is a home day: before the opening every day is."""
        closed = day < 0 or self.kinds[day] == self.home
        return (self.opening > day) | closed

    def at_school(self, day: int) -> bool:
        """Whether a day is a school day."""
        return self.kinds[day] < self.home - 1

    def checks(self, day: int) -> tuple[SymptomCheck | GateCheck, ...]:
        return (*self.of(SymptomCheck, day), *self.of(GateCheck, day))

    def hour(self, check: SymptomCheck | GateCheck) -> float:
        """Hour of the day at which a check is made."""
        if isinstance(check, GateCheck):
            return self.arrival
        return check.at.hour + check.at.minute / 60.0

    def looked_at(self, check: SymptomCheck | GateCheck, day: int) -> Bools:
        """(person,) whom a check looks at on a day."""
        here = self.scope(check) & ~self.at_home(day)
        if isinstance(check, GateCheck):
            back = self.inside & self.at_home(day - 1)
            return here & (back | ~self.inside & self.at_school(day))
        present = self.inside | self.at_school(day)
        return here & present & self.whom(check.who)

    def beds(self, kind: ZoneKind) -> int:
        """Beds in the school's rooms of a kind; a room that does not say has none."""
        return sum(
            (zone.beds or 0) * (zone.rooms or 1)
            for zone in self.zones
            if zone.kind is kind and zone.school == self.school
        )

    def visitors(self, day: int) -> int:
        """Visitors let in on a day."""
        if self.kinds[day] == self.home:
            return 0
        closed = next(self.of(ClosedCampus, day), None)
        return closed.visitors if closed else self.open_visitors

    def meetings(self, day: int, disease: Disease) -> tuple[Meetings, ...]:
        """What each person meets on a day."""
        if (day, disease) not in self.met:
            met, kind = self.contacts[day], self.kinds[day]
            holding = tuple(m for passing in PASSING for m in self.of(passing, day))
            key = (met, kind, holding, disease)
            if key not in self.met:
                self.met[key] = meetings(self, met, kind, holding, disease)
            self.met[day, disease] = self.met[key]
        return self.met[day, disease]

    @cached_property
    def units(self) -> tuple["ClosingUnit", ...]:
        """Every unit that a rule can close."""
        met = self.contacts[0]
        grade = {row.code: row.grade for row in self.classes}
        named: dict[tuple[Unit, str], list[int]] = {}
        for number, person in enumerate(met.people):
            named.setdefault((Unit.SCHOOL, ""), []).append(number)
            if person.role is Role.STUDENT and person.klass:
                home = self._homeroom(person.klass)
                named.setdefault((Unit.CLASS, home), []).append(number)
                named.setdefault((Unit.GRADE, grade[home]), []).append(number)
        for kind, setting in UNIT_SETTINGS.items():
            for group in np.flatnonzero(met.setting == SETTINGS.index(setting)):
                members = members_of(met, int(group))
                if kind is Unit.DORM_FLOOR:
                    members = members[self.students[members]]
                named[kind, str(group)] = [int(m) for m in members]
        return tuple(
            ClosingUnit(kind, frozenset(who)) for (kind, _), who in named.items()
        )

    def rules(self, unit: "ClosingUnit", day: int) -> Iterator[WindowRule]:
        """Rules that hold for a unit on a day."""
        for rule in window_rules(self.measures, self.on(day)):
            inside = self.scope(rule)
            if rule.unit is unit.kind and all(inside[p] for p in unit.persons):
                yield rule

    def _homeroom(self, code: ClassCode) -> ClassCode:
        within = {row.code: row.within for row in self.classes}
        while within.get(code):
            code = within[code]
        return code


@dataclass(frozen=True, eq=False)
class ClosingUnit:
    kind: Unit
    persons: frozenset[int]


def intensity(
    setting: Setting,
    zone: Zone | None,
    minutes_in_use: float,
    measures: Iterable[Measure],
    disease: Disease,
) -> float:
    """How strongly a pair meets in an hour of a setting, under some measures."""
    row = INTENSITY[setting]
    area = (zone and zone.area) or row.room.area
    volume = (zone and zone.volume) or row.room.volume
    changes = (zone and zone.air_changes) or row.room.air_changes
    close = row.close * (REFERENCE_CROWD / area if row.crowd else 1.0)
    air = row.air * REFERENCE_AIR / (volume * changes)
    surface = row.surface * REFERENCE_SURFACE / area
    for measure in measures:
        if isinstance(measure, SeatSpacing):
            if setting is Setting.SEAT:
                close *= min(1.0, (REFERENCE_SEAT / measure.distance) ** 2)
        elif isinstance(measure, Mask) and setting in measure.settings:
            out, into = MASKS[measure.mask]
            passed = (1.0 - measure.wearing * out) * (1.0 - measure.wearing * into)
            close, air = close * passed, air * passed
        elif isinstance(measure, Ventilation) and setting in measure.settings:
            opened = min(1.0, measure.times * measure.minutes / minutes_in_use)
            gain = max(0.0, measure.air_changes - changes) * opened
            air *= changes / (changes + gain)
        elif isinstance(measure, Cleaning) and setting in measure.settings:
            strength = min(1.0, measure.strength / disease.strength_needed)
            surface /= 1.0 + measure.times * strength
    felt = math.prod(factor for felt_at, factor in disease.scale if felt_at is setting)
    return felt * (
        disease.route_close * close
        + disease.route_air * air
        + disease.route_surface * surface
    )


def members_of(met: Contacts, group: int) -> Ints:
    return met.member[met.first[group] : met.first[group + 1]].astype(np.int64)


def meetings(
    stage: Stage,
    met: Contacts,
    kind: int,
    holding: tuple[Measure, ...],
    disease: Disease,
) -> tuple[Meetings, ...]:
    """What each person meets on a kind of day while some measures hold."""
    sessions = np.flatnonzero(met.session_day == kind)
    parts: list[list[tuple[Ints, float, float, float, int]]] = [
        [] for _ in range(met.persons)
    ]
    minutes = np.bincount(
        met.session_group[sessions],
        weights=60.0 * met.session_hours[sessions],
        minlength=len(met.setting),
    )
    for session in sessions:
        group = int(met.session_group[session])
        members = members_of(met, group)
        zone = stage.zones[met.zone[group]] if met.zone[group] >= 0 else None
        k = intensity(
            SETTINGS[met.setting[group]],
            zone,
            minutes[group],
            (m for m in holding if stage.covers(m, members)),
            disease,
        )
        start, hours = met.session_start[session], met.session_hours[session]
        for person in members:
            others = members[members != person]
            entry = (others, k * hours, start, hours, int(met.setting[group]))
            parts[person].append(entry)
    return tuple(_joined(entries) for entries in parts)


def _joined(entries: list[tuple[Ints, float, float, float, int]]) -> Meetings:
    """One person's entries, session after session, as arrays."""
    sizes = [len(others) for others, *_ in entries]
    none = np.zeros(0, np.int64)
    return Meetings(
        np.concatenate([none, *(others for others, *_ in entries)]),
        np.repeat(np.array([e[1] for e in entries], np.float64), sizes),
        np.repeat(np.array([e[2] for e in entries], np.float64), sizes),
        np.repeat(np.array([e[3] for e in entries], np.float64), sizes),
        np.repeat(np.array([e[4] for e in entries], np.int64), sizes),
    )


def stage_of(
    plan: Plan, school: SchoolCode, days: int, without: frozenset[str] = frozenset()
) -> Stage:
    """The stage that a plan makes of a school."""
    mine = tuple(m for m in plan.measures if m.school == school)
    kept = tuple(m for m in mine if m.code not in without)
    slots = plan.slots if kept or not mine else ()
    left = replace(plan, measures=kept, slots=slots, places={})
    closing = next((m for m in mine if isinstance(m, ClosedCampus)), None)
    return Stage(
        contacts=_contacts_by_day(left, school, days),
        kinds=tuple(int(kind) for kind in day_kinds(left, school, days)),
        opens=plan.district.opens,
        measures=kept,
        zones=plan.zones,
        classes=tuple(row for row in plan.classes if row.school == school),
        arrival=_arrival(plan, school),
        incidence=plan.district.incidence,
        open_visitors=closing.open_visitors if closing else OPEN_VISITORS,
    )


def _contacts_by_day(plan: Plan, school: SchoolCode, days: int) -> tuple[Contacts, ...]:
    """Contacts of each day, worked out anew where a measure that moves people changes."""
    known: dict[frozenset[str], Contacts] = {}
    by_day = []
    for day in range(days):
        on = plan.district.opens + timedelta(days=day)
        moving = frozenset(
            m.code for m in plan.measures if isinstance(m, MOVING) and in_force(m, on)
        )
        if moving not in known:
            known[moving] = contacts(plan, school, day=day)
        by_day.append(known[moving])
    return tuple(by_day)


def _arrival(plan: Plan, school: SchoolCode) -> float:
    starts = (
        period.start.hour + period.start.minute / 60.0
        for period in plan.periods
        if period.school == school and period.kind is PeriodKind.ARRIVAL
    )
    return min(starts, default=ARRIVAL)
