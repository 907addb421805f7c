"""A school's roster: the persons of the plan, and made ones where it only counts.

What the plan says of a person is kept; what it does not say (seat, dormitory room, table)
is filled. Nobody made has a name. The plan does not tell boys from girls, so rooms do
not either. All draws hang on the seed, the school and a person's id, never on the order
of rows.
"""

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from bihuan.base.ids import ClassCode, GradeCode, PersonId, SchoolCode, ZoneCode
from bihuan.base.random import keys
from bihuan.plan.people import Class, Person
from bihuan.plan.places import Zone
from bihuan.plan.plan import Plan
from bihuan.plan.splits import homes, own_students
from bihuan.plan.words import Post, Role, ZoneKind

SIBLINGS = 0.04
"""Share of day students with a sibling at the school, where none is given (assumed)."""
BEDS = 8
"""Beds of a dormitory room that does not say (assumed)."""
TABLE = 6
"""Places at a table where the hall does not say (assumed)."""
TABLE_RANGE = (4, 8)
STAFF_MIX = MappingProxyType(
    {
        Post.TEACHER: 0.80,
        Post.CANTEEN: 0.07,
        Post.CLEANER: 0.04,
        Post.GUARD: 0.03,
        Post.DORM_MANAGER: 0.03,
        Post.OTHER: 0.025,
        Post.DOCTOR: 0.005,
    }
)
"""Share of a school's staff by post, for those who are only counted (assumed)."""
TEACHING_POSTS = frozenset((Post.TEACHER, Post.CLASS_TEACHER, Post.GRADE_HEAD))
_PARTS = re.compile(r"(\d+)")


def populate(plan: Plan, school: SchoolCode, *, seed: int = 0) -> tuple[Person, ...]:
    """Everybody of a school: students by class and seat, then staff by post."""
    cast = _Cast.of(plan, school, seed)
    people = [cast.draft(person) for person in cast.given]
    people += [cast.draft(p) for p in (*_students(cast), *_staff(cast))]
    people = list(_living(cast, people))
    people = list(_seated(cast, people))
    people = list(_bedded(cast, people))
    people = list(_tabled(cast, people))
    _pair_siblings(cast, people)
    return tuple(draft.person() for draft in sorted(people, key=_Draft.place))


@lru_cache(maxsize=1 << 16)
def in_order(code: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts G2 before G10."""
    return tuple(
        (int(part), "") if part.isdecimal() else (-1, part)
        for part in _PARTS.split(code)
    )


@dataclass(kw_only=True, slots=True, eq=False)
class _Draft:
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
class _Cast:
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
    def of(cls, plan: Plan, school: SchoolCode, seed: int) -> "_Cast":
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

    def draft(self, person: Person) -> _Draft:
        """A person to be filled in."""
        student = person.role is Role.STUDENT
        home = self.home.get(person.klass, person.klass)
        staff = 1, tuple(Role).index(person.role), person.post or ""
        return _Draft(
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

    def shuffled(self, stream: str, people: Iterable[_Draft]) -> list[_Draft]:
        """Persons in an order of their own for each stream, whoever else there is."""
        school = zlib.crc32(self.school.encode())
        drafts = list(people)
        places = [(school, zlib.crc32(draft.id.encode())) for draft in drafts]
        words = keys(self.seed, stream, np.array(places, np.int64).reshape(-1, 2))
        drawn = [(w, d.id) for w, d in zip(words.tolist(), drafts, strict=True)]
        return [drafts[n] for n in sorted(range(len(drafts)), key=drawn.__getitem__)]

    def row(self, code: ClassCode) -> Class | None:
        return self.classes[self.rank[code]] if code in self.rank else None

    def grade_of(self, draft: _Draft) -> GradeCode:
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


def _by_home(people: Iterable[_Draft]) -> dict[ClassCode, list[_Draft]]:
    """Students by homeroom class, classes in order, students in order of the roster."""
    by_home: dict[ClassCode, list[_Draft]] = {}
    for draft in sorted((p for p in people if p.student), key=_Draft.place):
        by_home.setdefault(draft.home, []).append(draft)
    return by_home


def _students(cast: _Cast) -> Iterator[Person]:
    """The students that a class counts and the plan does not list."""
    taken = {person.id for person in cast.given}
    listed = Counter(p.klass for p in cast.given if p.role is Role.STUDENT)
    whole = Counter(
        cast.home.get(p.klass, p.klass) for p in cast.given if p.role is Role.STUDENT
    )
    own = own_students(cast.classes)
    for row in cast.classes:
        missing = own[row.code] - listed[row.code]
        if cast.home[row.code] == row.code:
            # Listed persons may stand under the class or under one of its parts.
            missing = min(missing, row.students - whole[row.code])
        ids = _free_ids(f"{row.code}-S", 2, taken)
        for _ in range(missing):
            yield Person(
                school=cast.school, id=next(ids), role=Role.STUDENT, klass=row.code
            )


def _staff(cast: _Cast) -> Iterator[Person]:
    """The staff that the school counts and the plan does not list, by STAFF_MIX."""
    taken = {person.id for person in cast.given}
    have = Counter(_mixed(p) for p in cast.given if p.role is not Role.STUDENT)
    boards = any(row.boarders for row in cast.classes)
    posts = [p for p in STAFF_MIX if boards or p is not Post.DORM_MANAGER]
    ids = {
        post: _free_ids(f"{cast.school}-{post.value.upper()}-", 2, taken)
        for post in posts
    }
    for _ in range(cast.staff - have.total()):
        post = max(posts, key=lambda post: STAFF_MIX[post] * cast.staff - have[post])
        have[post] += 1
        yield Person(
            school=cast.school,
            id=next(ids[post]),
            role=Role.TEACHER if post is Post.TEACHER else Role.STAFF,
            post=post,
            lives_in=post is Post.DORM_MANAGER,
        )


def _mixed(person: Person) -> Post:
    """The post of STAFF_MIX under which a person counts."""
    if person.role is Role.TEACHER or person.post in TEACHING_POSTS:
        return Post.TEACHER
    return person.post if person.post in STAFF_MIX and person.post else Post.OTHER


def _free_ids(stem: str, width: int, taken: set[PersonId]) -> Iterator[PersonId]:
    number = 0
    while True:
        number += 1
        person = PersonId(f"{stem}{number:0{width}}")
        if person not in taken:
            yield person


def _living(cast: _Cast, people: Sequence[_Draft]) -> Iterator[_Draft]:
    """Made students board until their class has the boarders it counts."""
    yield from (p for p in people if not p.student)
    parts = Counter[ClassCode]()
    for row in cast.classes:
        if cast.home[row.code] != row.code:
            parts[cast.home[row.code]] += row.boarders
    for home, students in _by_home(people).items():
        whole = cast.row(home)
        wanted = (whole.boarders if whole else 0) or parts[home]
        wanted -= sum(p.lives_in for p in students)
        made = cast.shuffled("boards", (p for p in students if not p.listed))
        for number, draft in enumerate(made):
            draft.lives_in = number < wanted
        yield from (p for p in students if p.listed)
        yield from made


def _seated(cast: _Cast, people: Sequence[_Draft]) -> Iterator[_Draft]:
    """Those without a seat take the free ones of their home room, shuffled."""
    yield from (p for p in people if not p.student)
    for students in _by_home(people).values():
        taken = {p.seat for p in students}
        free = (n for n in range(1, 2 * len(students) + 1) if n not in taken)
        settled = [p for p in students if p.seat]
        loose = cast.shuffled("seat", (p for p in students if not p.seat))
        for draft in loose:
            draft.seat = next(free)
        yield from (*settled, *loose)


@dataclass
class _Room:
    """One dormitory room: its zone, its number in the row, its beds and who is in."""

    zone: Zone | None
    number: int
    beds: int
    inside: list[_Draft] = field(default_factory=list)

    def take(self, draft: _Draft) -> None:
        """Put a person into the next bed: `room number-bed` where a row is many rooms."""
        self.inside.append(draft)
        bed = str(len(self.inside))
        many = self.zone is None or (self.zone.rooms or 1) > 1
        draft.room = self.zone.code if self.zone else ZoneCode("")
        draft.bed = f"{self.number}-{bed}" if many else bed


def _bedded(cast: _Cast, people: Sequence[_Draft]) -> Iterator[_Draft]:
    """Boarders without a room get one: class mates together as far as beds allow.

    Classes begin a room of their own while there are enough rooms, else grades, else
    beds are filled one after the other. With more boarders than beds every room gets
    further beds (加床), evenly. A school without dormitory rooms in its plan gets rooms
    of BEDS beds.
    """
    loose = [p for p in people if p.student and p.lives_in and not p.room]
    ids = {draft.id for draft in loose}
    yield from (draft for draft in people if draft.id not in ids)
    rooms = _rooms(cast, people, len(loose))
    for apart in ("class", "grade", "none"):
        placed = _fill(cast, rooms, loose, apart)
        if placed is not None:
            yield from placed
            return


def _rooms(cast: _Cast, people: Sequence[_Draft], wanted: int) -> list[_Room]:
    """The dormitory rooms, those who have a room in them, with beds for all."""
    rooms = [
        _Room(zone, number, zone.beds or BEDS)
        for zone in cast.zones
        if zone.kind is ZoneKind.DORM_ROOM
        for number in range(1, (zone.rooms or 1) + 1)
    ] or [
        _Room(None, number, BEDS)
        for number in range(1, wanted // BEDS + len(cast.classes) + 2)
    ]
    by_place = {
        (room.zone.code if room.zone else "", room.number): room for room in rooms
    }
    for person in people:
        number = person.bed.rpartition("-")[0]
        place = person.room, int(number) if number.isdecimal() else 1
        if person.room and place in by_place:
            by_place[place].inside.append(person)
    while sum(max(room.beds - len(room.inside), 0) for room in rooms) < wanted:
        for room in rooms:
            room.beds += 1
    return rooms


def _fill(
    cast: _Cast, rooms: Sequence[_Room], loose: Sequence[_Draft], apart: str
) -> list[_Draft] | None:
    """Boarders in rooms, with a fresh room for each class or grade; None if they do not fit."""
    trial = [replace(room, inside=list(room.inside)) for room in rooms]
    by_class: dict[ClassCode, list[_Draft]] = {}
    for draft in sorted(loose, key=_Draft.place):
        by_class.setdefault(draft.klass, []).append(draft)
    done: list[_Draft] = []
    for mates in by_class.values():
        beds = _beds_for(cast, trial, mates[0], apart)
        for draft in mates:
            room = next(beds, None)
            if room is None:
                return None
            room.take(draft)
            done.append(draft)
    return done


def _beds_for(
    cast: _Cast, rooms: Sequence[_Room], draft: _Draft, apart: str
) -> Iterator[_Room]:
    """Free beds for a class, by their room: first of rooms meant for it, then of common ones."""
    names = cast.names(cast.row(draft.klass))
    meant = [r for r in rooms if r.zone and not names.isdisjoint(r.zone.users)]
    common = [room for room in rooms if room.zone is None or not room.zone.users]
    any_room = rooms if apart == "none" else []
    for room in (*meant, *common, *any_room):
        if apart == "none" or all(_mates(cast, draft, p, apart) for p in room.inside):
            while len(room.inside) < room.beds:
                yield room


def _mates(cast: _Cast, one: _Draft, other: _Draft, apart: str) -> bool:
    if apart == "class":
        return one.home == other.home
    return cast.grade_of(one) == cast.grade_of(other)


def _tabled(cast: _Cast, people: Sequence[_Draft]) -> Iterator[_Draft]:
    """Those without a table get one in their hall, class mates together, staff together."""
    halls = [zone for zone in cast.zones if zone.kind is ZoneKind.CANTEEN_HALL]
    _assign_halls(cast, people, halls)
    yield from [draft for draft in people if draft.table]
    by_code = {zone.code: zone for zone in halls}
    parties: dict[ZoneCode, list[list[_Draft]]] = defaultdict(list)
    for hall, party in _parties(cast, people):
        parties[hall].append(party)
    for hall, those in parties.items():
        taken = {p.table for p in people if p.hall == hall}
        labels = _tables(by_code.get(hall), taken)
        for party in those:
            for table in _split(party, _places(by_code.get(hall))):
                label = next(labels)
                for draft in table:
                    draft.table = label
                    yield draft


def _assign_halls(cast: _Cast, people: Sequence[_Draft], halls: Sequence[Zone]) -> None:
    """Give everybody a hall: the person's, the class's, else by users, else dealt by seats."""
    by_home = _by_home(people)
    open_to: dict[ClassCode, list[Zone]] = {
        home: [z for z in halls if cast.uses(z, cast.row(home))] for home in by_home
    }
    dealt = _deal_halls(by_home, open_to)
    first = halls[0].code if halls else ZoneCode("")
    for draft in people:
        if not draft.hall and draft.student:
            row = cast.row(draft.home)
            draft.hall = (row.hall if row else draft.hall) or dealt[draft.home]
        draft.hall = draft.hall or first


def _deal_halls(
    by_home: dict[ClassCode, list[_Draft]], open_to: dict[ClassCode, list[Zone]]
) -> dict[ClassCode, ZoneCode]:
    """Each class in the hall open to it that has most seats left for each of its seats."""
    filled = Counter[ZoneCode]()
    dealt = {}
    for home, students in by_home.items():
        hall = min(
            open_to[home],
            key=lambda zone: filled[zone.code] / (zone.seats or 1),
            default=None,
        )
        dealt[home] = hall.code if hall else ZoneCode("")
        filled[dealt[home]] += len(students)
    return dealt


def _parties(
    cast: _Cast, people: Sequence[_Draft]
) -> Iterator[tuple[ZoneCode, list[_Draft]]]:
    """Who sits down together: a class, small classes of a grade, the staff; boarders first."""
    small: dict[tuple[ZoneCode, GradeCode], list[_Draft]] = defaultdict(list)
    for students in _by_home(people).values():
        by_hall: dict[ZoneCode, list[_Draft]] = defaultdict(list)
        for person in students:
            if not person.table:
                by_hall[person.hall].append(person)
        for hall, party in by_hall.items():
            if len(party) < TABLE_RANGE[0]:
                small[hall, cast.grade_of(party[0])] += party
            else:
                yield hall, sorted(party, key=lambda person: not person.lives_in)
    for (hall, _grade), party in small.items():
        yield hall, party
    staff: dict[ZoneCode, list[_Draft]] = defaultdict(list)
    for draft in sorted(people, key=_Draft.place):
        if not draft.student and not draft.table:
            staff[draft.hall].append(draft)
    yield from staff.items()


def _split(party: Sequence[_Draft], places: int) -> Iterator[Sequence[_Draft]]:
    """Cut a party into tables of about equal size, at least four where it can be."""
    tables = -(-len(party) // places)
    if len(party) < tables * TABLE_RANGE[0]:
        tables = max(1, len(party) // TABLE_RANGE[0])
    edges = [len(party) * n // tables for n in range(tables + 1)]
    yield from (party[a:b] for a, b in pairwise(edges))


def _places(hall: Zone | None) -> int:
    """Places at a table of a hall, 4 to 8."""
    if hall is None or not hall.seats or not hall.tables:
        return TABLE
    low, high = TABLE_RANGE
    return min(max(hall.seats // hall.tables, low), high)


def _tables(hall: Zone | None, taken: set[str]) -> Iterator[str]:
    """Labels of tables: 1, 2, ... and, once all are taken, 1-2, 2-2, ... for the next sitting."""
    tables = (hall.tables if hall else None) or 0
    number = 0
    while True:
        sitting, table = divmod(number, tables) if tables else (0, number)
        label = f"{table + 1}-{sitting + 1}" if sitting else str(table + 1)
        if label not in taken:
            yield label
        number += 1


def _pair_siblings(cast: _Cast, people: Sequence[_Draft]) -> None:
    """Pair made day students of different classes until SIBLINGS of the day students are."""
    day = [p for p in people if p.student and not p.lives_in]
    made = cast.shuffled("sibling", (p for p in day if not p.listed))
    wanted = int(SIBLINGS * len(day)) - sum(bool(p.siblings) for p in day)
    for one, other in _pairs(made, max(0, wanted) // 2):
        one.siblings, other.siblings = (other.id,), (one.id,)


def _pairs(made: Iterable[_Draft], wanted: int) -> Iterator[tuple[_Draft, _Draft]]:
    """The first `wanted` pairs of neighbours who are not class mates."""
    waiting: list[_Draft] = []
    for draft in made:
        if not wanted:
            return
        mates = [p for p in waiting if p.home != draft.home]
        if mates:
            wanted -= 1
            waiting.remove(mates[0])
            yield draft, mates[0]
        else:
            waiting.append(draft)
