"""What a bare timetable does not say, filled by stated defaults.

A timetable tells who is taught when, not when the gate opens, how large a room is or who
takes a temperature. `complete` fills that for a school of which a plan knows nothing but
its timetable, so that it can be rehearsed, and says in words what it filled. A school
whose plan says more is left as it is: what it lacks is for the checks to find.

Every number is a row of DEFAULTS; docs/defaults.md lists them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from itertools import chain, count
from math import ceil
from typing import Final, TypeVar

from bihuan.base.ids import ClassCode, PersonId, SchoolCode, ZoneCode
from bihuan.base.units import (
    CubicMetres,
    Days,
    Hours,
    Minutes,
    PerHour,
    PerHundredThousandDays,
    Share,
    SquareMetres,
)
from bihuan.plan.default.day import fill_day, minutes_of, time_of
from bihuan.plan.default.rows import DEFAULTS, Default, number, said, text
from bihuan.plan.measures import (
    GateCheck,
    Isolation,
    Measure,
    Suspension,
    SymptomCheck,
    Testing,
    Ventilation,
)
from bihuan.plan.people import Class, Person
from bihuan.plan.places import Zone
from bihuan.plan.plan import District, Plan
from bihuan.plan.roster.splits import homes
from bihuan.plan.timetable import Lesson, Period
from bihuan.plan.words import Counted, PeriodKind, Post, Setting, Unit, ZoneKind

__all__ = ["DEFAULTS", "Default", "bare_district", "complete", "is_bare"]

GATE: Final = ZoneCode("GATE")
HALL: Final = ZoneCode("HALL")
ISOLATION: Final = ZoneCode("ISOLATION")
_PLACES: Final = frozenset({ZoneKind.CLASSROOM, ZoneKind.LABORATORY})
_ROOMS: Final = (Setting.CLASSROOM, Setting.STUDY)
_NOON: Final = time(12, 30)
"""A lesson that begins later belongs to the afternoon."""
ILI_RULE: Final = "C1a"
"""Row of the rule book: five new cases of influenza-like illness in a class."""
_Row = TypeVar("_Row", bound=Class | Person | Zone | Period)


def bare_district(name: str, cycle_days: int) -> District:
    """The district of a timetable that says nothing of the world outside."""
    return District(
        name=name,
        region="",
        drawn_up=date.fromisoformat(text("world.drawn_up")),
        opens=date.fromisoformat(text("world.opens")),
        incidence=PerHundredThousandDays(number("world.incidence")),
        cycle_days=cycle_days,
    )


def complete(plan: Plan) -> tuple[Plan, tuple[str, ...]]:
    """A plan with its bare timetables filled, and in words what was filled."""
    used: set[str] = set()
    for school in plan.schools:
        if is_bare(plan, school.code):
            bare = _Bare.of(plan, school.code)
            plan = bare.filled(plan)
            used |= bare.used
    if used and not plan.district.region:
        region = text("world.region")
        plan = replace(plan, district=replace(plan.district, region=region))
        used.add("world")
    return plan, said(used)


def is_bare(plan: Plan, school: SchoolCode) -> bool:
    """Whether a plan knows of a school its timetable and nothing else."""
    more = chain(
        plan.measures, plan.duties, plan.supplies, plan.liaison, plan.documents
    )
    return (
        any(row.school == school for row in plan.classes)
        and any(row.school == school for row in plan.lessons)
        and not any(row.school == school for row in more)
        and all(row.kind in _PLACES for row in plan.zones if row.school == school)
    )


@dataclass
class _Bare:
    """A bare school while it is filled: its rows, and the defaults used."""

    school: SchoolCode
    cycle: int
    classes: list[Class]
    lessons: list[Lesson]
    people: list[Person]
    zones: list[Zone]
    periods: list[Period]
    measures: list[Measure] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, plan: Plan, school: SchoolCode) -> "_Bare":
        """The rows of a school."""
        return cls(
            school=school,
            cycle=plan.district.cycle_days,
            classes=[row for row in plan.classes if row.school == school],
            lessons=[row for row in plan.lessons if row.school == school],
            people=[row for row in plan.people if row.school == school],
            zones=[row for row in plan.zones if row.school == school],
            periods=[row for row in plan.periods if row.school == school],
        )

    def filled(self, plan: Plan) -> Plan:
        """The plan with this school's rows filled."""
        self._fill_day()
        self._fill_sizes()
        self._fill_rooms()
        self._fill_class_teachers()
        self._fill_places()
        self._fill_measures()
        return self._put(plan)

    def _fill_day(self) -> None:
        self.periods, used = fill_day(
            self.school, self.periods, self.lessons, self.cycle
        )
        self.used |= {"boarders", *used}

    def _fill_sizes(self) -> None:
        """Give classes without a number of students one, their parts even shares."""
        home = homes(self.classes)
        empty = {
            row.code
            for row in self.classes
            if home[row.code] == row.code and not row.students
        }
        parts = Counter(home[row.code] for row in self.classes)
        size, place = int(number("class_size")), Counter[ClassCode]()
        for n, row in enumerate(self.classes):
            code = home[row.code]
            if code not in empty:
                continue
            self.used.add("class_size")
            if row.code == code:
                self.classes[n] = replace(row, students=size)
            else:
                share, rest = divmod(size, parts[code] - 1)
                more = place[code] < rest
                self.classes[n] = replace(row, students=share + more)
                place[code] += 1

    def _fill_rooms(self) -> None:
        """Give every class a room, every room a size and air."""
        home = homes(self.classes)
        codes = {zone.code for zone in self.zones}
        own: dict[ClassCode, ZoneCode] = {}
        for row in self.classes:
            if home[row.code] == row.code and not row.room:
                code = own[row.code] = _unused(f"ROOM-{row.code}", codes)
                self.zones.append(_own_room(self.school, code, row))
                self.used.add("own_room")
        self.classes = [
            replace(row, room=row.room or own.get(home[row.code], ZoneCode("")))
            for row in self.classes
        ]
        most = _most_persons(self.classes, self.lessons)
        self.zones = [_sized(zone, most[zone.code]) for zone in self.zones]
        self.used.add("room")

    def _fill_class_teachers(self) -> None:
        """Make the teacher who teaches a class most its class teacher, one class each."""
        home = homes(self.classes)
        hours = Counter(
            (home[code], teacher)
            for row in self.lessons
            for code in dict.fromkeys(home.get(c, c) for c in row.classes)
            for teacher in row.teachers
            for _hour in range(row.duration)
            if code in home
        )
        chosen: dict[ClassCode, PersonId] = {}
        busy: set[PersonId] = set()
        for (code, teacher), _hours in hours.most_common():
            if code not in chosen and teacher not in busy:
                chosen[code] = teacher
                busy.add(teacher)
        self.classes = [
            replace(row, homeroom=row.homeroom or chosen.get(row.code, PersonId("")))
            for row in self.classes
        ]
        named = {row.homeroom for row in self.classes}
        self.people = [
            replace(row, post=Post.CLASS_TEACHER) if row.id in named else row
            for row in self.people
        ]
        self.used.add("class_teacher")

    def _fill_places(self) -> None:
        """Add a gate, a canteen hall, isolation rooms for the school's persons."""
        codes = {zone.code for zone in self.zones}
        gate, hall, apart = (_unused(c, codes) for c in (GATE, HALL, ISOLATION))
        self.zones.append(_gate(self.school, gate, self.persons))
        self.zones.append(_isolation(self.school, apart))
        self.used |= {"gate", "isolation"}
        self.classes = [replace(row, gate=gate) for row in self.classes]
        if any(row.kind is PeriodKind.LUNCH for row in self.periods):
            self.zones.append(_hall(self.school, hall, self.persons))
            self.classes = [replace(row, hall=hall) for row in self.classes]
            self.used.add("hall")

    def _fill_measures(self) -> None:
        self.measures = list(_measures(self.school, self.periods))
        self.used |= {"check", "gate_check", "apart", "testing"}
        self.used |= {"suspension", "ventilation"}

    @property
    def students(self) -> int:
        """Students of the school, those of parts counted once."""
        home = homes(self.classes)
        return sum(row.students for row in self.classes if home[row.code] == row.code)

    @property
    def persons(self) -> int:
        """Students and staff."""
        return self.students + len(self.people)

    def _put(self, plan: Plan) -> Plan:
        """The plan with the rows of this school in place of those it had."""
        schools = tuple(
            replace(row, students=self.students, staff=len(self.people))
            if row.code == self.school
            else row
            for row in plan.schools
        )
        return replace(
            plan,
            schools=schools,
            classes=self._swap(plan.classes, self.classes),
            people=self._swap(plan.people, self.people),
            zones=self._swap(plan.zones, self.zones),
            periods=self._swap(plan.periods, self.periods),
            measures=(*plan.measures, *self.measures),
            places=plan.places if len(plan.schools) == 1 else {},
        )

    def _swap(self, old: Iterable[_Row], new: Iterable[_Row]) -> tuple[_Row, ...]:
        return (*(row for row in old if row.school != self.school), *new)


def _measures(school: SchoolCode, periods: Sequence[Period]) -> Iterator[Measure]:
    """A modest set of measures of a day school."""
    starts = sorted(row.start for row in periods if row.kind is PeriodKind.LESSON)
    afternoon = [at for at in starts if at >= _NOON]
    for n, at in enumerate((starts[0], *afternoon[:1]), 1):
        yield SymptomCheck(
            school=school,
            code=f"CHECK-{n}",
            at=time_of(max(minutes_of(at) - number("check.before"), 0.0)),
            looker=Post.CLASS_TEACHER,
            fever_sensitivity=Share(number("check.fever")),
            symptom_sensitivity=Share(number("check.symptoms")),
            missed=Share(number("check.missed")),
            false_positive=Share(number("check.false")),
        )
    yield GateCheck(
        school=school,
        code="GATE",
        fever_sensitivity=Share(number("gate_check.fever")),
        missed=Share(number("gate_check.missed")),
    )
    yield Isolation(
        school=school,
        code="ISOLATION",
        delay=Minutes(number("apart.delay")),
        night_delay=Minutes(number("apart.night")),
        least_days=Days(int(number("apart.days"))),
        symptom_free=Hours(number("apart.free")),
    )
    yield Testing(
        school=school,
        code="TESTING",
        delay=Hours(number("testing.delay")),
        sensitivity=Share(number("testing.sensitivity")),
    )
    yield Suspension(
        school=school,
        code="SUSPENSION",
        unit=Unit.CLASS,
        counted=Counted.FOUND,
        count=int(number("suspension.count")),
        share=Share(number("suspension.share")),
        days=Days(int(number("suspension.days"))),
        rule=ILI_RULE,
    )
    yield Ventilation(
        school=school,
        code="VENTILATION",
        settings=_ROOMS,
        times=int(number("ventilation.times")),
        minutes=Minutes(number("ventilation.minutes")),
        air_changes=PerHour(number("ventilation.air")),
    )


def _own_room(school: SchoolCode, code: ZoneCode, row: Class) -> Zone:
    """The room of a class that has none."""
    return Zone(
        school=school,
        code=code,
        name=f"{row.name}本班教室",
        kind=ZoneKind.CLASSROOM,
    )


def _most_persons(
    classes: Iterable[Class], lessons: Iterable[Lesson]
) -> Counter[ZoneCode]:
    """The most students that are in each room at once."""
    students = {row.code: row.students for row in classes}
    most = Counter[ZoneCode]()
    for row in classes:
        most[row.room] = max(most[row.room], row.students)
    for lesson in lessons:
        there = sum(students.get(code, 0) for code in lesson.classes)
        for room in lesson.rooms:
            most[room] = max(most[room], ceil(there / len(lesson.rooms)))
    return most


def _sized(zone: Zone, most: int) -> Zone:
    """A room with seats, area, volume and air where these are not known."""
    seats = zone.seats if zone.seats is not None else most
    area = zone.area or SquareMetres(
        max(number("room.least"), seats * number("room.seat"))
    )
    return replace(
        zone,
        seats=seats,
        area=area,
        volume=zone.volume or CubicMetres(area * number("room.height")),
        air_changes=zone.air_changes or PerHour(number("room.air")),
    )


def _gate(school: SchoolCode, code: ZoneCode, persons: int) -> Zone:
    lanes = max(int(number("gate.lanes")), ceil(persons / number("gate.lane")))
    area = SquareMetres(number("gate.area"))
    return Zone(
        school=school,
        code=code,
        name="校门",
        kind=ZoneKind.GATE,
        area=area,
        lanes=lanes,
    )


def _hall(school: SchoolCode, code: ZoneCode, persons: int) -> Zone:
    area = max(persons, 1) * number("hall.seat")
    return Zone(
        school=school,
        code=code,
        name="餐厅",
        kind=ZoneKind.CANTEEN_HALL,
        area=SquareMetres(area),
        volume=CubicMetres(area * number("hall.height")),
        air_changes=PerHour(number("hall.air")),
        seats=persons,
        tables=ceil(persons / number("hall.table")),
    )


def _isolation(school: SchoolCode, code: ZoneCode) -> Zone:
    area = number("isolation.area")
    return Zone(
        school=school,
        code=code,
        name="临时隔离室",
        kind=ZoneKind.ISOLATION_ROOM,
        area=SquareMetres(area),
        volume=CubicMetres(area * number("room.height")),
        air_changes=PerHour(number("room.air")),
        beds=1,
        rooms=int(number("isolation.rooms")),
        apart=True,
        toilet=True,
    )


def _unused(code: str, taken: set[ZoneCode]) -> ZoneCode:
    """A code that no zone has, the code itself if it can be; it is taken now."""
    names = chain((code,), (f"{code}-{n}" for n in count(2)))
    free = next(ZoneCode(name) for name in names if name not in taken)
    taken.add(free)
    return free
