"""Persons in the making, and what the plan says of their school."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from bihuan.base.ids import ClassCode, GradeCode, PersonId, SchoolCode, ZoneCode
from bihuan.base.random import keys
from bihuan.plan.names import in_order
from bihuan.plan.people import Class, Person
from bihuan.plan.places import Zone
from bihuan.plan.plan import Plan
from bihuan.plan.roster.splits import homes
from bihuan.plan.words import Role


@dataclass(kw_only=True, slots=True, eq=False)
class Draft:
    """A person of whom more and more is known; `Person` is made once, at the end."""

    said: Person
    """What the plan says of the person."""
    listed: bool
    id: PersonId
    student: bool
    klass: ClassCode
    home: ClassCode
    """The homeroom class."""
    rank: tuple[object, ...]
    """Where it stands before its seat is known: student or not, class or post."""
    order: tuple[tuple[int, str], ...]
    lives_in: bool
    seat: int
    room: ZoneCode
    bed: str
    hall: ZoneCode
    table: str
    siblings: tuple[PersonId, ...]

    def place(self) -> tuple[object, ...]:
        """Where a person stands in the roster."""
        return self.rank, self.seat if self.student else 0, self.order

    def person(self) -> Person:
        """The person with all that was filled in."""
        return replace(
            self.said,
            lives_in=self.lives_in,
            seat=self.seat,
            room=self.room,
            bed=self.bed,
            hall=self.hall,
            table=self.table,
            siblings=self.siblings,
        )


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What the plan says of one school, in an order that is not the file's."""

    school: SchoolCode
    seed: int
    staff: int
    classes: tuple[Class, ...]
    level: dict[GradeCode, int]
    zones: tuple[Zone, ...]
    given: tuple[Person, ...]
    home: dict[ClassCode, ClassCode]
    rank: dict[ClassCode, int]
    listed: frozenset[PersonId]

    @classmethod
    def of(cls, plan: Plan, school: SchoolCode, seed: int) -> "Basis":
        level = {g.code: g.level for g in plan.grades if g.school == school}
        classes = sorted(
            (row for row in plan.classes if row.school == school),
            key=lambda row: (level.get(row.grade, 0), in_order(row.grade + row.code)),
        )
        zones = (row for row in plan.zones if row.school == school)
        people = [row for row in plan.people if row.school == school]
        return cls(
            school=school,
            seed=seed,
            staff=plan.by_code[school].staff,
            classes=tuple(classes),
            level=level,
            zones=tuple(sorted(zones, key=lambda row: in_order(row.code))),
            given=tuple(sorted(people, key=lambda row: in_order(row.id))),
            home=homes(classes),
            rank={row.code: number for number, row in enumerate(classes)},
            listed=frozenset(row.id for row in people),
        )

    def draft(self, person: Person) -> Draft:
        """A person to be filled in."""
        student = person.role is Role.STUDENT
        home = self.home.get(person.klass, person.klass)
        staff = 1, tuple(Role).index(person.role), person.post or ""
        return Draft(
            said=person,
            listed=person.id in self.listed,
            id=person.id,
            student=student,
            klass=person.klass,
            home=home,
            rank=(0, self.rank.get(home, len(self.rank))) if student else staff,
            order=in_order(person.id),
            lives_in=person.lives_in,
            seat=person.seat,
            room=person.room,
            bed=person.bed,
            hall=person.hall,
            table=person.table,
            siblings=person.siblings,
        )

    def shuffled(self, stream: str, people: Iterable[Draft]) -> list[Draft]:
        """Persons in an order of their own for each stream, whoever else there is."""
        school = zlib.crc32(self.school.encode())
        drafts = list(people)
        places = [(school, zlib.crc32(draft.id.encode())) for draft in drafts]
        words = keys(self.seed, stream, np.array(places, np.int64).reshape(-1, 2))
        drawn = [(w, d.id) for w, d in zip(words.tolist(), drafts, strict=True)]
        return [drafts[n] for n in sorted(range(len(drafts)), key=drawn.__getitem__)]

    def row(self, code: ClassCode) -> Class | None:
        return self.classes[self.rank[code]] if code in self.rank else None

    def grade_of(self, draft: Draft) -> GradeCode:
        row = self.row(draft.klass)
        return row.grade if row else GradeCode("")

    def uses(self, zone: Zone, klass: Class | None) -> bool:
        """Whether a class may use a zone."""
        return not zone.users or not self.names(klass).isdisjoint(zone.users)

    def names(self, klass: Class | None) -> frozenset[str]:
        """What zones may call a class by as their user."""
        if klass is None:
            return frozenset()
        return frozenset((klass.code, self.home[klass.code], klass.grade))


def by_home(people: Iterable[Draft]) -> dict[ClassCode, list[Draft]]:
    """Students by homeroom class, classes in order, students in order of the roster."""
    classes: dict[ClassCode, list[Draft]] = {}
    for draft in sorted((p for p in people if p.student), key=Draft.place):
        classes.setdefault(draft.home, []).append(draft)
    return classes
