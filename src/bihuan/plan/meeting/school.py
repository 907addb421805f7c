"""One school with all that does not change from day to day, and the book of its meetings."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bihuan.base.ids import ClassCode, GradeCode, PersonId, ZoneCode
from bihuan.plan.meeting.batches import batches
from bihuan.plan.meeting.book import Book
from bihuan.plan.meeting.cast import Cast, Rules
from bihuan.plan.meeting.presence import distinct
from bihuan.plan.meeting.programme import Spell, groups_of, programme
from bihuan.plan.meeting.slots import Slots
from bihuan.plan.meeting.spots import (
    NOWHERE,
    Places,
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
from bihuan.plan.timetable import Lesson, Period
from bihuan.plan.words import Post, Role, ZoneKind

Ints = NDArray[np.int64]
Here = tuple[Ints, Spell]
"""Persons who have a spell of the day plan."""

OFFICE_MOST = 12
FAMILY = 2
"""Family persons of a household."""


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
        self.slots = Slots.of(cast, self.floor.zone)
        self.households = households(cast)
        self.offices = tuple(offices(cast, lessons))
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


def spells(school: School, rows: Sequence[Period]) -> list[Here]:
    """The day plan of everybody: persons of one grade and kind of living, and a spell."""
    return [
        (persons, spell)
        for (grade, student, lives_in), persons in school.alike.items()
        for spell in programme(
            rows, grade, groups_of(student=student, lives_in=lives_in)
        )
    ]


def _alike(cast: Cast) -> dict[tuple[GradeCode, bool, bool], Ints]:
    """Persons by grade, whether they are students, whether they live in: one day plan."""
    alike: dict[tuple[GradeCode, bool, bool], list[int]] = defaultdict(list)
    every = zip(cast.grade, cast.student.tolist(), cast.lives_in.tolist(), strict=True)
    for number, kind in enumerate(every):
        alike[kind].append(number)
    return {kind: np.array(numbers, np.int64) for kind, numbers in alike.items()}


def households(cast: Cast) -> Households:
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


def offices(cast: Cast, lessons: Iterable[Lesson]) -> Iterator[tuple[int, Ints]]:
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
    rows = cast.of_kind(ZoneKind.OFFICE)
    for name, numbers in rooms.items():
        parts = -(-len(numbers) // OFFICE_MOST)
        grade = name.removeprefix("grade ")
        zone = next((n for n in rows if grade in cast.plan.zones[n].users), NOWHERE)
        for part in np.array_split(np.array(numbers, np.int64), parts):
            yield zone, part
