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

from bihuan.base.ids import ClassCode, GradeCode, PersonId, SchoolCode, ZoneCode
from bihuan.base.random import key
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
    people = [*cast.given, *_students(cast), *_staff(cast)]
    people = list(_living(cast, people))
    people = list(_seated(cast, people))
    people = list(_bedded(cast, people))
    people = list(_tabled(cast, people))
    people = list(_with_siblings(cast, people))
    return tuple(sorted(people, key=cast.place))


@lru_cache(maxsize=1 << 16)
def in_order(code: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts G2 before G10."""
    return tuple(
        (int(part), "") if part.isdecimal() else (-1, part)
        for part in _PARTS.split(code)
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
    rank: dict[ClassCode, int] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: Plan, school: SchoolCode, seed: int) -> "_Cast":
        level = {g.code: g.level for g in plan.grades if g.school == school}
        classes = sorted(
            (row for row in plan.classes if row.school == school),
            key=lambda row: (level.get(row.grade, 0), in_order(row.grade + row.code)),
        )
        zones = (row for row in plan.zones if row.school == school)
        people = (row for row in plan.people if row.school == school)
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
        )

    def draw(self, stream: str, person: Person) -> tuple[int, str]:
        """A sorting key that shuffles persons."""
        place = zlib.crc32(self.school.encode()), zlib.crc32(person.id.encode())
        return key(self.seed, stream, *place), person.id

    def home_of(self, person: Person) -> ClassCode:
        return self.home.get(person.klass, person.klass)

    def row(self, code: ClassCode) -> Class | None:
        return self.classes[self.rank[code]] if code in self.rank else None

    def grade_of(self, person: Person) -> GradeCode:
        row = self.row(person.klass)
        return row.grade if row else GradeCode("")

    def place(self, person: Person) -> tuple[object, ...]:
        """Where a person stands in the roster."""
        if person.role is Role.STUDENT:
            home = self.rank.get(self.home_of(person), len(self.rank))
            return 0, home, person.seat, in_order(person.id)
        return 1, tuple(Role).index(person.role), person.post or "", in_order(person.id)

    def students_by_home(
        self, people: Sequence[Person]
    ) -> dict[ClassCode, list[Person]]:
        """Students by homeroom class, classes in order, students in order of the roster."""
        by_home: dict[ClassCode, list[Person]] = {}
        for person in sorted(people, key=self.place):
            if person.role is Role.STUDENT:
                by_home.setdefault(self.home_of(person), []).append(person)
        return by_home

    def uses(self, zone: Zone, klass: Class | None) -> bool:
        """Whether a class may use a zone."""
        if not zone.users or klass is None:
            return not zone.users
        return bool({klass.code, self.home[klass.code], klass.grade} & set(zone.users))


def _students(cast: _Cast) -> Iterator[Person]:
    """The students that a class counts and the plan does not list."""
    taken = {person.id for person in cast.given}
    listed = Counter(p.klass for p in cast.given if p.role is Role.STUDENT)
    whole = Counter(cast.home_of(p) for p in cast.given if p.role is Role.STUDENT)
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


def _living(cast: _Cast, people: Sequence[Person]) -> Iterator[Person]:
    """Made students board until their class has the boarders it counts."""
    listed = {person.id for person in cast.given}
    yield from (p for p in people if p.role is not Role.STUDENT)
    parts = Counter[ClassCode]()
    for row in cast.classes:
        if cast.home[row.code] != row.code:
            parts[cast.home[row.code]] += row.boarders
    for home, students in cast.students_by_home(people).items():
        whole = cast.row(home)
        wanted = (whole.boarders if whole else 0) or parts[home]
        wanted -= sum(p.lives_in for p in students)
        made = [p for p in students if p.id not in listed]
        made.sort(key=lambda person: cast.draw("boards", person))
        yield from (p for p in students if p.id in listed)
        yield from (replace(p, lives_in=n < wanted) for n, p in enumerate(made))


def _seated(cast: _Cast, people: Sequence[Person]) -> Iterator[Person]:
    """Those without a seat take the free ones of their home room, shuffled."""
    yield from (p for p in people if p.role is not Role.STUDENT)
    for students in cast.students_by_home(people).values():
        taken = {p.seat for p in students}
        free = (n for n in range(1, 2 * len(students) + 1) if n not in taken)
        yield from (p for p in students if p.seat)
        loose = [p for p in students if not p.seat]
        for person in sorted(loose, key=lambda person: cast.draw("seat", person)):
            yield replace(person, seat=next(free))


@dataclass
class _Room:
    """One dormitory room: its zone, its number in the row, its beds and who is in."""

    zone: Zone | None
    number: int
    beds: int
    inside: list[Person] = field(default_factory=list)

    def take(self, person: Person) -> Person:
        """Put a person into the next bed: `room number-bed` where a row is many rooms."""
        self.inside.append(person)
        bed = str(len(self.inside))
        many = self.zone is None or (self.zone.rooms or 1) > 1
        return replace(
            person,
            room=self.zone.code if self.zone else ZoneCode(""),
            bed=f"{self.number}-{bed}" if many else bed,
        )


def _bedded(cast: _Cast, people: Sequence[Person]) -> Iterator[Person]:
    """Boarders without a room get one: class mates together as far as beds allow.

    Classes begin a room of their own while there are enough rooms, else grades, else
    beds are filled one after the other. With more boarders than beds every room gets
    further beds (加床), evenly. A school without dormitory rooms in its plan gets rooms
    of BEDS beds.
    """
    loose = [p for p in people if p.role is Role.STUDENT and p.lives_in and not p.room]
    ids = {person.id for person in loose}
    yield from (person for person in people if person.id not in ids)
    rooms = _rooms(cast, people, len(loose))
    for apart in ("class", "grade", "none"):
        placed = _fill(cast, rooms, loose, apart)
        if placed is not None:
            yield from placed
            return


def _rooms(cast: _Cast, people: Sequence[Person], wanted: int) -> list[_Room]:
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
    cast: _Cast, rooms: Sequence[_Room], loose: Sequence[Person], apart: str
) -> list[Person] | None:
    """Boarders in rooms, with a fresh room for each class or grade; None if they do not fit."""
    trial = [replace(room, inside=list(room.inside)) for room in rooms]
    by_class: dict[ClassCode, list[Person]] = {}
    for person in sorted(loose, key=cast.place):
        by_class.setdefault(person.klass, []).append(person)
    done: list[Person] = []
    for mates in by_class.values():
        beds = _beds_for(cast, trial, mates[0], apart)
        for person in mates:
            room = next(beds, None)
            if room is None:
                return None
            done.append(room.take(person))
    return done


def _beds_for(
    cast: _Cast, rooms: Sequence[_Room], person: Person, apart: str
) -> Iterator[_Room]:
    """Free beds for a class, by their room: first of rooms meant for it, then of common ones."""
    klass = cast.row(person.klass)
    meant = [r for r in rooms if r.zone and r.zone.users and cast.uses(r.zone, klass)]
    common = [room for room in rooms if room.zone is None or not room.zone.users]
    any_room = rooms if apart == "none" else []
    for room in (*meant, *common, *any_room):
        if apart == "none" or all(_mates(cast, person, p, apart) for p in room.inside):
            while len(room.inside) < room.beds:
                yield room


def _mates(cast: _Cast, one: Person, other: Person, apart: str) -> bool:
    if apart == "class":
        return cast.home_of(one) == cast.home_of(other)
    return cast.grade_of(one) == cast.grade_of(other)


def _tabled(cast: _Cast, people: Sequence[Person]) -> Iterator[Person]:
    """Those without a table get one in their hall, class mates together, staff together."""
    halls = [zone for zone in cast.zones if zone.kind is ZoneKind.CANTEEN_HALL]
    settled = list(_halled(cast, people, halls))
    yield from (person for person in settled if person.table)
    by_code = {zone.code: zone for zone in halls}
    parties: dict[ZoneCode, list[list[Person]]] = defaultdict(list)
    for hall, party in _parties(cast, settled):
        parties[hall].append(party)
    for hall, those in parties.items():
        taken = {p.table for p in settled if p.hall == hall}
        labels = _tables(by_code.get(hall), taken)
        for party in those:
            for table in _split(party, _places(by_code.get(hall))):
                label = next(labels)
                yield from (replace(person, table=label) for person in table)


def _halled(
    cast: _Cast, people: Sequence[Person], halls: Sequence[Zone]
) -> Iterator[Person]:
    """Everybody with a hall: the person's, the class's, else by users, else dealt by seats."""
    by_home = cast.students_by_home(people)
    open_to: dict[ClassCode, list[Zone]] = {
        home: [z for z in halls if cast.uses(z, cast.row(home))] for home in by_home
    }
    dealt = _deal_halls(by_home, open_to)
    first = halls[0].code if halls else ZoneCode("")
    for person in people:
        hall = person.hall
        if not hall and person.role is Role.STUDENT:
            row = cast.row(cast.home_of(person))
            hall = (row.hall if row else hall) or dealt[cast.home_of(person)]
        yield person if person.hall else replace(person, hall=hall or first)


def _deal_halls(
    by_home: dict[ClassCode, list[Person]], open_to: dict[ClassCode, list[Zone]]
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
    cast: _Cast, people: Sequence[Person]
) -> Iterator[tuple[ZoneCode, list[Person]]]:
    """Who sits down together: a class, small classes of a grade, the staff; boarders first."""
    small: dict[tuple[ZoneCode, GradeCode], list[Person]] = defaultdict(list)
    for students in cast.students_by_home(people).values():
        by_hall: dict[ZoneCode, list[Person]] = defaultdict(list)
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
    staff: dict[ZoneCode, list[Person]] = defaultdict(list)
    for person in sorted(people, key=cast.place):
        if person.role is not Role.STUDENT and not person.table:
            staff[person.hall].append(person)
    yield from staff.items()


def _split(party: Sequence[Person], places: int) -> Iterator[Sequence[Person]]:
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


def _with_siblings(cast: _Cast, people: Sequence[Person]) -> Iterator[Person]:
    """Pair made day students of different classes until SIBLINGS of the day students are."""
    listed = {person.id for person in cast.given}
    day = [p for p in people if p.role is Role.STUDENT and not p.lives_in]
    made = [p for p in day if p.id not in listed]
    made.sort(key=lambda person: cast.draw("sibling", person))
    wanted = int(SIBLINGS * len(day)) - sum(bool(p.siblings) for p in day)
    pairs = dict(_pairs(cast, made, max(0, wanted) // 2))
    for person in people:
        other = pairs.get(person.id)
        yield replace(person, siblings=(other,)) if other else person


def _pairs(
    cast: _Cast, made: Iterable[Person], wanted: int
) -> Iterator[tuple[PersonId, PersonId]]:
    """Both ways, the first `wanted` pairs of neighbours who are not class mates."""
    waiting: list[Person] = []
    for person in made:
        if not wanted:
            return
        mates = [p for p in waiting if cast.home_of(p) != cast.home_of(person)]
        if mates:
            wanted -= 1
            waiting.remove(mates[0])
            yield person.id, mates[0].id
            yield mates[0].id, person.id
        else:
            waiting.append(person)
