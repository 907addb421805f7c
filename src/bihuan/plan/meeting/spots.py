"""Where everybody's places of a kind are: gate, stair, hall, table, bus, dormitory, desk."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bihuan.base.ids import ClassCode, ZoneCode
from bihuan.plan.meeting.cast import Cast
from bihuan.plan.meeting.presence import Presence
from bihuan.plan.people import Class
from bihuan.plan.roster.beds import BEDS
from bihuan.plan.timetable import Lesson
from bihuan.plan.words import ZoneKind

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NOWHERE = -1
UNNAMED = -2
"""The one gate, hall or stair of a school whose plan names none; further ones below it."""
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


@dataclass(frozen=True)
class Places:
    """Where a person's place of a kind is: shape (person,) each; NOWHERE: has none."""

    place: Ints
    zone: Ints

    def presence(
        self, persons: Ints, start: Floats | float, end: Floats | float
    ) -> Presence:
        """Persons at their places of this kind; those without one are left out."""
        shape = persons.shape
        whole = Presence(
            person=persons,
            place=self.place[persons],
            zone=self.zone[persons],
            start=np.broadcast_to(np.asarray(start, np.float64), shape),
            end=np.broadcast_to(np.asarray(end, np.float64), shape),
        )
        return whole.only(whole.place != NOWHERE)

    def within(self, larger: Presence) -> Presence:
        """Those present, in the same zone, at their places of this kind."""
        whole = replace(larger, place=self.place[larger.person])
        return whole.only(whole.place != NOWHERE)


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
