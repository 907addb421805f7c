"""The settings of docs/model.md, one function each: who is where from when to when.

Everything staggered only moves presences; who is there together, and for how long,
follows from them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bihuan.base.ids import ClassCode, GradeCode, PersonId, ZoneCode
from bihuan.plan.batches import distinct, queue_minutes
from bihuan.plan.cast import (
    NOWHERE,
    Batches,
    Cast,
    Places,
    Rules,
    batches,
    buses,
    desks,
    dorm_floors,
    dorm_rooms,
    gates,
    halls,
    own_rooms,
    stairs,
    tables,
)
from bihuan.plan.presence import Book, Meetings, Presence, Stretch
from bihuan.plan.programme import (
    MEALS,
    MIDNIGHT,
    Spell,
    groups_of,
    programme,
    rows_of_day,
    rows_of_stay,
    weekday_of,
)
from bihuan.plan.timetable import Lesson, Period
from bihuan.plan.words import PeriodKind, Post, Role, Setting, ZoneKind

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Here = tuple[Ints, Spell]
"""Persons who have a spell of the day plan."""

MEAL = 20.0
"""Minutes at table."""
ON_STAIR = 3.0
"""Minutes on the stair in a break."""
AT_GATE = 1.0
"""Least minutes at the gate."""
QUEUE_MOST = 120.0
"""Nobody comes so much earlier for a queue."""
LANES = 2
"""Lanes of a gate that does not say (assumed)."""
ON_BUS = 30.0
IN_OFFICE = 120.0
OFFICE_MOST = 12
EVENING = 240.0
EVENING_FROM = 1080.0
"""The evening at home begins at 18:00, or half an hour after the day's last period."""
WAY_HOME = 30.0
AT_HOME = 480.0
AT_HOME_FROM = 840.0
"""A day at home counts its eight hours from 14:00."""
OFFICE_HOURS = (360.0, 1320.0)
"""Staff meet in their room between 6:00 and 22:00, if there is time."""
FAMILY = 2
"""Family persons of a household."""
OUT = (PeriodKind.BREAK, PeriodKind.EXERCISE, PeriodKind.DISMISSAL)
NIGHT = (PeriodKind.SLEEP, PeriodKind.WASH, PeriodKind.NOON_REST)


class School:
    """Everything of one school that does not change from day to day."""

    def __init__(self, cast: Cast, lessons: Sequence[Lesson], rules: Rules) -> None:
        self.cast = cast
        self.rules = rules
        self.rooms = own_rooms(cast, lessons)
        self.gate, self.stair, self.hall = gates(cast), stairs(cast), halls(cast)
        self.table, self.bus = tables(cast), buses(cast)
        self.dorm, self.floor = dorm_rooms(cast), dorm_floors(cast)
        self.desk = desks(cast, self.rooms)
        self.study = Places(cast.klass, self.desk.zone)
        self.coming = batches(cast, self.gate, rules.arrival)
        self.dining = batches(cast, self.hall, rules.dining)
        self.leaving = batches(cast, self.stair, rules.breaks)
        self.households = _households(cast)
        self.offices = tuple(_offices(cast, lessons))
        self.number = {person.id: n for n, person in enumerate(cast.people)}
        self.on_day: dict[int, list[Lesson]] = defaultdict(list)
        for lesson in lessons:
            self.on_day[lesson.day - 1].append(lesson)
        self.grade = {row.code: row.grade for row in cast.classes}
        self.rolls: dict[tuple[tuple[ClassCode, ...], tuple[PersonId, ...]], Ints] = {}
        self.taught: dict[
            tuple[tuple[ClassCode, ...], tuple[ZoneCode, ...], bytes], tuple[int, ...]
        ] = {}
        self.seated: dict[bytes, tuple[int, ...]] = {}
        self.alike = _alike(cast)
        self.book = Book(len(cast.people) + FAMILY * self.households.homes)

    def roll(
        self, codes: tuple[ClassCode, ...], teachers: tuple[PersonId, ...]
    ) -> Ints:
        """Students of classes and teachers, ascending."""
        if (codes, teachers) not in self.rolls:
            staff = [self.number[t] for t in teachers if t in self.number]
            parts = [self.cast.rolls[code] for code in codes]
            everybody = np.concatenate([*parts, np.array(staff, np.int64)])
            self.rolls[codes, teachers] = distinct(np.sort(everybody))
        return self.rolls[codes, teachers]


@dataclass(frozen=True)
class Households:
    """Who lives with whom: shape (person,), -1 for staff."""

    home: Ints
    homes: int


def enter(school: School) -> Book:
    """Enter all meetings of all kinds of day; who is somewhere first stays there."""
    plan, code = school.cast.plan, school.cast.school
    cycle = plan.district.cycle_days
    periods = [row for row in plan.periods if row.school == code]
    done: dict[tuple[Period, ...], tuple[int, list[Meetings]]] = {}
    for kind in range(cycle):
        rows = rows_of_day(periods, weekday_of(kind, cycle))
        here = _spells(school, rows)
        _lessons(school, kind, here)
        # Weekdays are mostly alike but for their lessons.
        if not (rows in done and school.book.repeat(kind, *done[rows])):
            done[rows] = kind, _beside_lessons(school, kind, here)
        _staff_rooms(school, kind)
    boarders = np.flatnonzero(school.cast.student & school.cast.lives_in)
    stay = [
        (np.intersect1d(persons, boarders), spell)
        for persons, spell in _spells(school, rows_of_stay(periods, cycle))
    ]
    for part in (_study, _meals, _dormitory):
        part(school, cycle, stay)
    day = np.flatnonzero(school.cast.student & ~school.cast.lives_in)
    _at_home(school, cycle, day)
    _at_home(school, cycle + 1, np.flatnonzero(school.cast.student))
    return school.book


def _beside_lessons(school: School, day: int, here: Sequence[Here]) -> list[Meetings]:
    """Enter all that is not a lesson; gives what was met."""
    before = len(school.book.sessions)
    for part in (_study, _meals, _dormitory, _stairs):
        part(school, day, here)
    arrived = _gates(school, day, here)
    _buses(school, day, here, arrived)
    _evening(school, day, here)
    return [meetings for _day, meetings in school.book.sessions[before:]]


def _alike(cast: Cast) -> dict[tuple[GradeCode, bool, bool], Ints]:
    """Persons by grade, whether they are students, whether they live in: one day plan."""
    alike: dict[tuple[GradeCode, bool, bool], list[int]] = defaultdict(list)
    every = zip(cast.grade, cast.student.tolist(), cast.lives_in.tolist(), strict=True)
    for number, kind in enumerate(every):
        alike[kind].append(number)
    return {kind: np.array(numbers, np.int64) for kind, numbers in alike.items()}


def _spells(school: School, rows: Sequence[Period]) -> list[Here]:
    """The day plan of everybody: persons of one grade and kind of living, and a spell."""
    return [
        (persons, spell)
        for (grade, student, lives_in), persons in school.alike.items()
        for spell in programme(
            rows, grade, groups_of(student=student, lives_in=lives_in)
        )
    ]


def _lessons(school: School, day: int, here: Iterable[Here]) -> None:
    """Classroom: classes and teachers of a lesson; seat: a whole class in its own room."""
    times = _lesson_times(school.cast, here)
    met = [
        (groups, time)
        for lesson in school.on_day[day]
        for period in range(lesson.period, lesson.period + lesson.duration)
        for time, codes, staff in _parties(school, lesson, period, times)
        if (groups := _teach(school, day, lesson, codes, staff=staff, time=time))
    ]
    starts, ends = np.array([time for _groups, time in met]).reshape(-1, 2).T
    sizes = [len(groups) for groups, _time in met]
    flat = np.fromiter((g for groups, _time in met for g in groups), np.int64)
    meetings = Meetings(flat, np.repeat(starts, sizes), np.repeat(ends, sizes))
    school.book.sessions.append((day, meetings))


def _lesson_times(
    cast: Cast, here: Iterable[Here]
) -> dict[tuple[GradeCode, int], Stretch]:
    """When a grade has its lesson of a number."""
    times: dict[tuple[GradeCode, int], Stretch] = {}
    for persons, spell in here:
        if spell.kind is PeriodKind.LESSON and len(persons):
            grade = cast.grade[int(persons[0])]
            times.setdefault((grade, spell.number), (spell.start, spell.end))
    return times


def _parties(
    school: School,
    lesson: Lesson,
    period: int,
    times: Mapping[tuple[GradeCode, int], Stretch],
) -> Iterator[tuple[Stretch, tuple[ClassCode, ...], tuple[PersonId, ...]]]:
    """Classes of a lesson that have it at one time, with its teachers.

    Teachers go where the lesson's first class is, should times differ.
    """
    at: dict[Stretch, list[ClassCode]] = {}
    for code in lesson.classes:
        if time := times.get((school.grade.get(code, GradeCode("")), period)):
            at.setdefault(time, []).append(code)
    for number, (time, codes) in enumerate(at.items()):
        yield time, tuple(codes), () if number else lesson.teachers


def _teach(
    school: School,
    day: int,
    lesson: Lesson,
    codes: tuple[ClassCode, ...],
    *,
    staff: tuple[PersonId, ...],
    time: Stretch,
) -> tuple[int, ...]:
    """Groups that meet in a lesson: all in the room, then a whole class at its desks.

    Weeks repeat lessons of the same persons in the same room, so each is looked up once.
    """
    there = school.book.take(day, school.roll(codes, staff), *time)
    known = codes, lesson.rooms, there.tobytes()
    if known not in school.taught:
        school.taught[known] = tuple(_taught(school, lesson, codes, there))
    return school.taught[known]


def _taught(
    school: School, lesson: Lesson, codes: Sequence[ClassCode], there: Ints
) -> Iterator[int]:
    """Groups of one lesson that takes place with these persons."""
    cast, book = school.cast, school.book
    homes = {cast.home[code] for code in codes}
    own = NOWHERE
    if len(homes) == 1:
        own = int(school.rooms[cast.place[homes.pop()]])
    named = [cast.zone(room) for room in lesson.rooms]
    zone = next((room for room in named if room >= 0), own)
    if len(there) > 1:
        yield book.group(Setting.CLASSROOM, zone, there.tobytes())
    students = there[cast.student[there]]
    if not len(students) or (lesson.rooms and own not in named):
        return
    klass = cast.klass[students[0]]
    whole = np.count_nonzero(cast.klass == klass) == len(students)
    if whole and np.all(cast.klass[students] == klass):
        yield from _at_desks(school, students)


def _at_desks(school: School, students: Ints) -> tuple[int, ...]:
    """Groups of students at neighbouring desks; a class has the same in each lesson."""
    known = students.tobytes()
    if known not in school.seated:
        always = _presence(school.desk, students, 0.0, 0.0)
        met = school.book.meetings(Setting.SEAT, always)
        school.seated[known] = tuple(met.group.tolist())
    return school.seated[known]


def _presence(
    places: Places,
    persons: Ints,
    start: Floats | float,
    end: Floats | float,
) -> Presence:
    """Persons at their places of a kind; those without one are left out."""
    shape = persons.shape
    whole = Presence(
        person=persons,
        place=places.place[persons],
        zone=places.zone[persons],
        start=np.broadcast_to(np.asarray(start, np.float64), shape),
        end=np.broadcast_to(np.asarray(end, np.float64), shape),
    )
    return whole.only(whole.place != NOWHERE)


def _joined(parts: Sequence[Presence]) -> Presence:
    """Presences of several day plans together, so that those of one place meet."""
    empty = np.array([], np.int64)
    none = Presence(
        person=empty,
        place=empty,
        zone=empty,
        start=np.array([]),
        end=np.array([]),
    )
    every = (none, *parts)
    return Presence(
        person=np.concatenate([p.person for p in every]),
        place=np.concatenate([p.place for p in every]),
        zone=np.concatenate([p.zone for p in every]),
        start=np.concatenate([p.start for p in every]),
        end=np.concatenate([p.end for p in every]),
    )


def _study(school: School, day: int, here: Iterable[Here]) -> None:
    """Study: a class in its own room; seat: the desks of it."""
    whole = _joined(
        [
            _presence(school.study, persons, spell.start, spell.end)
            for persons, spell in here
            if spell.kind is PeriodKind.STUDY
        ]
    )
    there = school.book.admit(day, whole)
    school.book.meet(day, Setting.STUDY, there)
    seated = Presence(
        person=there.person,
        place=school.desk.place[there.person],
        zone=there.zone,
        start=there.start,
        end=there.end,
    )
    school.book.meet(day, Setting.SEAT, seated.only(seated.place != NOWHERE))


def _shift(batches: Batches, persons: Ints, room: float) -> Floats:
    """Minutes by which each person comes after the first batch.

    room: minutes that the period has for the last batch to be late.
    """
    count = np.maximum(batches.count[persons] - 1, 1)
    gap = np.minimum(batches.minutes[persons], max(room, 0.0) / count)
    return np.asarray(batches.batch[persons] * gap)


def _meals(school: School, day: int, here: Iterable[Here]) -> None:
    """Table and hall: twenty minutes of each meal, by batch."""
    for kind in MEALS:
        parts = []
        for persons, spell in here:
            if spell.kind is kind:
                room = spell.end - spell.start - MEAL
                start = spell.start + _shift(school.dining, persons, room)
                end = np.minimum(start + MEAL, spell.end)
                parts.append(_presence(school.hall, persons, start, end))
        eating = school.book.admit(day, _joined(parts))
        school.book.meet(day, Setting.CANTEEN_HALL, eating)
        seated = Presence(
            person=eating.person,
            place=school.table.place[eating.person],
            zone=eating.zone,
            start=eating.start,
            end=eating.end,
        )
        school.book.meet(day, Setting.TABLE, seated.only(seated.place != NOWHERE))


def _dormitory(school: School, day: int, here: Iterable[Here]) -> None:
    """Room: noon rest and sleep; floor: washing."""
    for kinds, setting, places in (
        ((PeriodKind.SLEEP,), Setting.DORM_ROOM, school.dorm),
        ((PeriodKind.NOON_REST,), Setting.DORM_ROOM, school.dorm),
        ((PeriodKind.WASH,), Setting.DORM_FLOOR, school.floor),
    ):
        parts = [
            _presence(places, persons, spell.start, spell.end)
            for persons, spell in here
            if spell.kind in kinds
        ]
        school.book.meet(day, setting, school.book.admit(day, _joined(parts)))


def _stairs(school: School, day: int, here: Iterable[Here]) -> None:
    """Stair: three minutes of each break, exercise, dismissal, by batch."""
    parts = []
    for persons, spell in here:
        if spell.kind in OUT:
            room = spell.end - spell.start - ON_STAIR
            start = spell.start + _shift(school.leaving, persons, room)
            end = np.minimum(start + ON_STAIR, spell.end)
            parts.append(_presence(school.stair, persons, start, end))
    book = school.book
    book.meet(day, Setting.STAIR, book.admit(day, _joined(parts)))


def _gates(school: School, day: int, here: Iterable[Here]) -> Floats:
    """Gate: the mean time in the queue; gives when each person begins to wait, else inf.

    Staff come when the day plan says, or with the first who arrive.
    """
    begins = np.full(school.book.persons, np.inf)
    arriving = [(p, spell) for p, spell in here if spell.kind is PeriodKind.ARRIVAL]
    if arriving:
        told = np.concatenate([persons for persons, _spell in arriving])
        staff = np.setdiff1d(np.flatnonzero(~school.cast.student), told)
        arriving.append((staff, min((s for _p, s in arriving), key=lambda s: s.start)))
    windows: dict[tuple[float, float], list[Ints]] = defaultdict(list)
    for persons, spell in arriving:
        windows[spell.start, spell.end].append(persons)
    parts = []
    for (start, end), those in windows.items():
        persons = np.concatenate(those)
        place = school.gate.place[persons]
        for gate in np.unique(place[place != NOWHERE]).tolist():
            queue = persons[place == gate]
            parts.append(_queue(school, queue, gate, start, end))
    waiting = school.book.admit(day, _joined(parts))
    school.book.meet(day, Setting.GATE, waiting)
    begins[waiting.person] = waiting.start
    return begins


def _queue(
    school: School, persons: Ints, gate: int, start: float, end: float
) -> Presence:
    """The queue at one gate. Who would be late for what follows has come earlier."""
    zone = school.cast.plan.zones[gate] if gate >= 0 else None
    rate = ((zone.lanes if zone else None) or LANES) * 60.0 / school.rules.seconds
    count = int(school.coming.count[persons].max())
    window = (end - start) / count
    if count > 1:
        window = min(window, float(school.coming.minutes[persons].max()) or window)
    batch = school.coming.batch[persons]
    waits = queue_minutes(np.bincount(batch, minlength=count).tolist(), window, rate)
    least = min(AT_GATE, end - start)
    wait = np.clip(np.array(waits), least, QUEUE_MOST)[batch]
    begin = np.maximum(np.minimum(start + batch * window, end - wait), 0.0)
    return _presence(school.gate, persons, begin, begin + wait)


def _buses(school: School, day: int, here: Iterable[Here], begins: Floats) -> None:
    """Bus: half an hour before the first rider is at the gate, half an hour after school."""
    ends = np.full(school.book.persons, -np.inf)
    first = np.array(begins)
    for persons, spell in here:
        if spell.kind is PeriodKind.ARRIVAL:
            first[persons] = np.minimum(first[persons], spell.start)
        if spell.kind is PeriodKind.DISMISSAL:
            ends[persons] = np.maximum(ends[persons], spell.end)
    parts = []
    for bus in np.unique(school.bus.place[school.bus.place != NOWHERE]).tolist():
        riders = np.flatnonzero(school.bus.place == bus)
        there, home = float(first[riders].min()), float(ends[riders].max())
        if np.isfinite(there) and there > 0.0:
            begin = max(there - ON_BUS, 0.0)
            parts.append(_presence(school.bus, riders, begin, there))
        if np.isfinite(home) and home < MIDNIGHT:
            end = min(home + ON_BUS, MIDNIGHT)
            parts.append(_presence(school.bus, riders, home, end))
    book = school.book
    book.meet(day, Setting.BUS, book.admit(day, _joined(parts)))


def _evening(school: School, day: int, here: Iterable[Here]) -> None:
    """Household on a school day: day students, four hours, over midnight if need be."""
    students = np.flatnonzero(school.cast.student & ~school.cast.lives_in)
    start = np.full(school.book.persons, EVENING_FROM)
    for persons, spell in here:
        if spell.kind not in NIGHT:
            start[persons] = np.maximum(start[persons], spell.end + WAY_HOME)
    begin = np.minimum(start[students], MIDNIGHT)
    end = begin + EVENING
    _household(school, day, students, begin, np.minimum(end, MIDNIGHT))
    late = end > MIDNIGHT
    over = (end - MIDNIGHT)[late]
    _household(school, day, students[late], np.zeros(len(over)), over)


def _at_home(school: School, day: int, students: Ints) -> None:
    """Household on a day without school: eight hours."""
    start = np.full(len(students), AT_HOME_FROM)
    _household(school, day, students, start, start + AT_HOME)


def _household(
    school: School, day: int, students: Ints, start: Floats, end: Floats
) -> None:
    """Students at home, and their family while anyone of them is."""
    some = end > start
    students, start, end = students[some], start[some], end[some]
    homes = school.households.home[students]
    lived, place = np.unique(homes, return_inverse=True)
    first, last = np.full(len(lived), MIDNIGHT), np.zeros(len(lived))
    np.minimum.at(first, place, start)
    np.maximum.at(last, place, end)
    family = len(school.cast.people) + FAMILY * np.repeat(lived, FAMILY)
    family += np.tile(np.arange(FAMILY), len(lived))
    there = Presence(
        person=np.concatenate([students, family]),
        place=np.concatenate([homes, np.repeat(lived, FAMILY)]),
        zone=np.full(len(students) + len(family), NOWHERE),
        start=np.concatenate([start, np.repeat(first, FAMILY)]),
        end=np.concatenate([end, np.repeat(last, FAMILY)]),
    )
    book = school.book
    book.meet(day, Setting.HOUSEHOLD, book.admit(day, there))


def _households(cast: Cast) -> Households:
    """Students and their siblings at the school, numbered by the first of them."""
    numbers = {person.id: n for n, person in enumerate(cast.people)}
    root = list(range(len(cast.people)))

    def top(number: int) -> int:
        while root[number] != number:
            number = root[number]
        return number

    for number, person in enumerate(cast.people):
        for sibling in person.siblings if cast.student[number] else ():
            other = numbers.get(sibling, number)
            if cast.student[other]:
                low, high = sorted((top(number), top(other)))
                root[high] = low
    seen: dict[int, int] = {}
    home = [
        seen.setdefault(top(n), len(seen)) if cast.student[n] else NOWHERE
        for n in range(len(cast.people))
    ]
    return Households(np.array(home, np.int64), len(seen))


def _staff_rooms(school: School, day: int) -> None:
    """Staff room: two hours of a day when nobody of the room has anything else.

    The longest such spells of the hours on campus are taken first, then earlier or later.
    """
    busy = school.book.busy(day)
    there = np.zeros((len(busy), school.book.persons), np.bool_)
    for number, (_stretch, taken) in enumerate(busy):
        there[number] = taken
    met: list[tuple[int, float, float]] = []
    for zone, members in school.offices:
        if len(members) < 2:  # noqa: PLR2004  # alone is no meeting
            continue
        on = np.flatnonzero(there[:, members].any(axis=1))
        left = IN_OFFICE
        for low, high in _gaps(busy[n][0] for n in on):
            end = min(high, low + left)
            group = school.book.group(Setting.STAFF_ROOM, zone, members.tobytes())
            met.append((group, low, end))
            left -= end - low
            if left <= 0.0:
                break
    school.book.enter(day, met)


def _gaps(taken: Iterable[Stretch]) -> list[Stretch]:
    """Spells with nothing on: in the hours on campus by length, then the rest of the day.

    taken: when something is on, by start.
    """
    low, high = OFFICE_HOURS
    free: list[Stretch] = []
    at = 0.0
    for start, end in (*taken, (MIDNIGHT, MIDNIGHT)):
        marks = [at, *(mark for mark in OFFICE_HOURS if at < mark < start), start]
        free += [(a, b) for a, b in pairwise(marks) if a < b]
        at = max(at, end)
    return sorted(free, key=lambda s: (not low <= s[0] < high, s[0] - s[1], s[0]))


def _offices(cast: Cast, lessons: Iterable[Lesson]) -> Iterator[tuple[int, Ints]]:
    """Teachers by the grade they teach most, other staff by post, at most twelve together."""
    grades = {row.code: row.grade for row in cast.classes}
    taught: dict[PersonId, Counter[GradeCode]] = defaultdict(Counter)
    for lesson in lessons:
        for teacher in lesson.teachers:
            for code in lesson.classes[:1]:
                taught[teacher][grades.get(code, GradeCode(""))] += lesson.duration
    rooms: dict[str, list[int]] = defaultdict(list)
    for number, person in enumerate(cast.people):
        if person.role is Role.STUDENT:
            continue
        most = taught[person.id].most_common(1)
        rooms[f"grade {most[0][0]}" if most else person.post or Post.OTHER].append(
            number
        )
    offices = cast.of_kind(ZoneKind.OFFICE)
    for name, numbers in rooms.items():
        parts = -(-len(numbers) // OFFICE_MOST)
        grade = name.removeprefix("grade ")
        zone = next((n for n in offices if grade in cast.plan.zones[n].users), NOWHERE)
        for part in np.array_split(np.array(numbers, np.int64), parts):
            yield zone, part
