"""One school as arrays: who everybody is, where their places are, in which batch they come."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bihuan.base.ids import ClassCode, GradeCode, SchoolCode, ZoneCode
from bihuan.plan.batches import deal
from bihuan.plan.days import in_force
from bihuan.plan.measures import (
    GateCheck,
    StaggeredArrival,
    StaggeredBreaks,
    StaggeredDining,
)
from bihuan.plan.people import Class, Person
from bihuan.plan.plan import Plan
from bihuan.plan.populate import BEDS
from bihuan.plan.splits import homes, rolls
from bihuan.plan.timetable import Lesson
from bihuan.plan.words import Role, ZoneKind

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NOWHERE = -1
UNNAMED = -2
"""The one gate, hall or stair of a school whose plan names none; further ones below it."""
SECONDS = 1.0
"""Service time at a gate where nobody measures, per person and lane (assumed)."""
STAIR_CLASSES = 8
"""Classes on a stair where the plan has no stairs (assumed)."""
FLOOR_ROOMS = 20
"""Rooms on a floor where the plan has no dormitory rooms (assumed)."""
BLOCK_ROWS, BLOCK_COLUMNS = 3, 2
"""Desks of a block of neighbours."""
COLUMNS = 8
"""Columns of desks where neither they nor the room's area are given (assumed)."""
COLUMNS_RANGE = (4, 10)
"""Else one column for each metre of the side of a square of the room's area."""
_BLOCKS = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Cast:
    """One school as arrays: persons numbered, classes in the plan's order."""

    plan: Plan
    school: SchoolCode
    people: tuple[Person, ...]
    classes: tuple[Class, ...]
    place: dict[ClassCode, int]
    """Where each class stands in `classes`."""
    home: dict[ClassCode, ClassCode]
    rolls: dict[ClassCode, Ints]
    zones: dict[ZoneCode, int]
    """Row of the plan's zones by code."""
    student: NDArray[np.bool_]
    lives_in: NDArray[np.bool_]
    klass: Ints
    """Place of the homeroom class in `classes`, -1: none."""
    grade: tuple[GradeCode, ...]
    """Grade of each person, empty: none."""

    @classmethod
    def of(cls, plan: Plan, school: SchoolCode, people: tuple[Person, ...]) -> "Cast":
        classes = tuple(row for row in plan.classes if row.school == school)
        home = homes(classes)
        place = {row.code: n for n, row in enumerate(classes)}
        students = [p.klass if p.role is Role.STUDENT else "" for p in people]
        klass = [place[home[ClassCode(c)]] if c in place else -1 for c in students]
        return cls(
            plan=plan,
            school=school,
            people=people,
            classes=classes,
            place=place,
            home=home,
            rolls={c: np.array(r, np.int64) for c, r in rolls(classes, people).items()},
            zones={z.code: n for n, z in enumerate(plan.zones) if z.school == school},
            student=np.array([p.role is Role.STUDENT for p in people], np.bool_),
            lives_in=np.array([p.lives_in for p in people], np.bool_),
            klass=np.array(klass, np.int64),
            grade=tuple(classes[n].grade if n >= 0 else GradeCode("") for n in klass),
        )

    def zone(self, code: str) -> int:
        """Row of a zone, -1: none."""
        return self.zones.get(ZoneCode(code), -1)

    def of_kind(self, kind: ZoneKind) -> list[int]:
        """Rows of the school's zones of a kind."""
        return [n for n in self.zones.values() if self.plan.zones[n].kind is kind]

    @cached_property
    def homerooms(self) -> list[int]:
        """Places of the classes that are no parts, blocks of a grade together."""
        grades = list(dict.fromkeys(row.grade for row in self.classes))
        return sorted(
            (
                n
                for n, row in enumerate(self.classes)
                if self.home[row.code] == row.code
            ),
            key=lambda n: grades.index(self.classes[n].grade),
        )


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The measures that move presences, as they stand on the day."""

    arrival: tuple[StaggeredArrival, ...]
    dining: tuple[StaggeredDining, ...]
    breaks: tuple[StaggeredBreaks, ...]
    seconds: float
    """Service time at the gate."""

    @classmethod
    def of(
        cls, plan: Plan, school: SchoolCode, day: int, without: frozenset[str]
    ) -> "Rules":
        on = plan.district.opens + timedelta(days=day)
        held = [
            m
            for m in plan.measures
            if m.school in (school, "") and m.code not in without and in_force(m, on)
        ]
        return cls(
            arrival=tuple(m for m in held if isinstance(m, StaggeredArrival)),
            dining=tuple(m for m in held if isinstance(m, StaggeredDining)),
            breaks=tuple(m for m in held if isinstance(m, StaggeredBreaks)),
            seconds=max(
                (m.seconds for m in held if isinstance(m, GateCheck)), default=SECONDS
            ),
        )


@dataclass(frozen=True)
class Places:
    """Where a person's place of a kind is: shape (person,) each; NOWHERE: has none."""

    place: Ints
    zone: Ints


@dataclass(frozen=True)
class Batches:
    """In which batch a person comes: shape (person,) each."""

    batch: Ints
    minutes: Floats
    """From one batch to the next."""
    count: Ints
    """Batches in all; 1 for those of no batch."""


def gates(cast: Cast) -> Places:
    """Gates of day students, by class, and of staff living out: the first one."""
    by_class = _dealt(cast, lambda row: row.gate, ZoneKind.GATE)
    place = _of_class(cast, by_class)
    rows = cast.of_kind(ZoneKind.GATE)
    place[~cast.student] = rows[0] if rows else UNNAMED
    place[cast.lives_in] = NOWHERE
    return _named(place)


def stairs(cast: Cast) -> Places:
    """Stairs of students, by class."""
    return _named(_of_class(cast, _dealt(cast, lambda row: row.stair, ZoneKind.STAIR)))


def halls(cast: Cast) -> Places:
    """Halls in which persons eat."""
    rows = [cast.zone(person.hall) for person in cast.people]
    return _named(np.array([n if n >= 0 else UNNAMED for n in rows], np.int64))


def tables(cast: Cast) -> Places:
    """Tables at which persons eat."""
    keys = [(p.hall, p.table) if p.table else None for p in cast.people]
    return Places(_numbered(keys), halls(cast).zone)


def buses(cast: Cast) -> Places:
    """Buses of those who ride one and do not sleep on campus."""
    rows = [
        NOWHERE if person.lives_in else cast.zone(person.bus) for person in cast.people
    ]
    return _named(np.array(rows, np.int64))


def dorm_rooms(cast: Cast) -> Places:
    """Dormitory rooms; a row of many rooms is told apart by the bed's `room-bed`."""
    zone = np.array([cast.zone(p.room) for p in cast.people], np.int64)
    return Places(_numbered(_room_keys(cast)), zone)


def dorm_floors(cast: Cast) -> Places:
    """Floors of the dormitory, by building and floor, else by row."""
    washrooms = {
        (z.building, z.floor): n
        for n in cast.of_kind(ZoneKind.DORM_FLOOR)
        if (z := cast.plan.zones[n]).floor is not None
    }
    keys: list[object] = []
    for person, room in zip(cast.people, _room_keys(cast), strict=True):
        row = cast.zone(person.room)
        zone = cast.plan.zones[row] if row >= 0 else None
        if room is None:
            keys.append(None)
        elif zone is None:
            keys.append(int(room[1]) // FLOOR_ROOMS if room[1].isdecimal() else room)
        elif zone.floor is None:
            keys.append(zone.building or zone.code)
        else:
            keys.append((zone.building, zone.floor))
    where = [
        washrooms.get(k, NOWHERE) if isinstance(k, tuple) else NOWHERE for k in keys
    ]
    return Places(_numbered(keys), np.array(where, np.int64))


def desks(cast: Cast, rooms: Ints) -> Places:
    """Blocks of desks in the homeroom, by seat number; rooms: zone of each class."""
    place = np.full(len(cast.people), NOWHERE, np.int64)
    for number, person in enumerate(cast.people):
        home = int(cast.klass[number])
        if home >= 0 and person.seat > 0:
            width = columns(cast, home, int(rooms[home]))
            row, column = divmod(person.seat - 1, width)
            block = row // BLOCK_ROWS * width + column // BLOCK_COLUMNS
            place[number] = home * _BLOCKS + block
    return Places(place, np.where(cast.klass >= 0, rooms[cast.klass], NOWHERE))


def columns(cast: Cast, klass: int, room: int) -> int:
    """Columns of desks in a class's room."""
    if given := cast.classes[klass].columns:
        return given
    area = cast.plan.zones[room].area if room >= 0 else None
    low, high = COLUMNS_RANGE
    return min(max(int(area**0.5), low), high) if area else COLUMNS


def own_rooms(cast: Cast, lessons: Iterable[Lesson]) -> Ints:
    """Zone of each class's own room: as given, else where it has most of its lessons."""
    used: dict[ClassCode, Counter[int]] = defaultdict(Counter)
    for lesson in lessons:
        for home in {cast.home[c] for c in lesson.classes if c in cast.home}:
            used[home].update(cast.zone(room) for room in lesson.rooms[:1])
    rooms = np.full(len(cast.classes) + 1, NOWHERE, np.int64)
    for number, row in enumerate(cast.classes):
        rooms[number] = cast.zone(row.room)
        if rooms[number] < 0 and used[row.code]:
            rooms[number] = used[row.code].most_common(1)[0][0]
    return rooms


def batches(
    cast: Cast,
    places: Places,
    measures: Sequence[StaggeredArrival | StaggeredDining | StaggeredBreaks],
) -> Batches:
    """Classes of a place in the order of the plan, blocks of a grade, evenly by persons.

    Who belongs to no class, or to none in a measure's scope, comes with the first batch.
    """
    persons = len(cast.people)
    batch, count = np.zeros(persons, np.int64), np.ones(persons, np.int64)
    gap = np.zeros(persons)
    done = np.zeros(persons, np.bool_)
    for measure in measures:
        inside = _in_scope(cast, measure.scope) & ~done
        done |= inside
        count[inside], gap[inside] = max(1, measure.batches), measure.minutes
        for place in np.unique(places.place[inside & (places.place != NOWHERE)]):
            here = inside & (places.place == place)
            sizes = np.bincount(
                cast.klass[here & (cast.klass >= 0)], minlength=len(cast.classes)
            )
            dealt = deal(
                [int(sizes[n]) for n in cast.homerooms], max(1, measure.batches)
            )
            of_class = np.zeros(len(cast.classes) + 1, np.int64)
            of_class[cast.homerooms] = dealt
            batch[here] = of_class[cast.klass[here]]
    return Batches(batch, gap, count)


def _in_scope(cast: Cast, scope: tuple[str, ...]) -> NDArray[np.bool_]:
    """Persons whose class or grade a measure names; everybody where it names none."""
    if not scope:
        return np.ones(len(cast.people), np.bool_)
    inside = np.array(
        [bool({row.code, row.grade} & set(scope)) for row in cast.classes] + [False],
        np.bool_,
    )
    return inside[cast.klass]


def _dealt(cast: Cast, given: Callable[[Class], ZoneCode], kind: ZoneKind) -> Ints:
    """The zone of a kind that each class uses: its own, else by users, else evenly dealt."""
    rows = cast.of_kind(kind)
    filled = Counter[int]()
    chosen = np.full(len(cast.classes) + 1, NOWHERE, np.int64)
    for rank, number in enumerate(cast.homerooms):
        row = cast.classes[number]
        users = {row.code, row.grade}
        meant = [n for n in rows if users & set(cast.plan.zones[n].users)]
        common = [n for n in rows if not cast.plan.zones[n].users]
        zone = cast.zone(given(row))
        if zone < 0 and rows:
            zone = min(meant or common or rows, key=lambda n: filled[n])
        elif zone < 0:
            zone = UNNAMED - (rank // STAIR_CLASSES if kind is ZoneKind.STAIR else 0)
        chosen[number] = zone
        filled[zone] += row.students
    return chosen


def _of_class(cast: Cast, by_class: Ints) -> Ints:
    """A class's place for each of its students."""
    return np.where(cast.klass >= 0, by_class[cast.klass], NOWHERE)


def _named(place: Ints) -> Places:
    """Places that are rows of zones, or unnamed."""
    return Places(place, np.where(place >= 0, place, NOWHERE))


def _numbered(keys: Sequence[object]) -> Ints:
    """Numbers for keys, in order of first sight; None is NOWHERE."""
    seen: dict[object, int] = {}
    return np.array(
        [NOWHERE if k is None else seen.setdefault(k, len(seen)) for k in keys],
        np.int64,
    )


def _room_keys(cast: Cast) -> list[tuple[str, str] | None]:
    """Dormitory room of each person: its row and its number in the row.

    Persons of a row of many rooms whose beds do not say which fill them one by one.
    """
    loose = Counter[str]()
    keys: list[tuple[str, str] | None] = []
    for person in cast.people:
        row = cast.zone(person.room)
        zone = cast.plan.zones[row] if row >= 0 else None
        number = person.bed.rpartition("-")[0]
        if not person.room and not person.bed:
            keys.append(None)
        elif number or zone is None or (zone.rooms or 1) == 1:
            keys.append((person.room, number))
        else:
            keys.append((person.room, f"+{loose[person.room] // (zone.beds or BEDS)}"))
            loose[person.room] += 1
    return keys
