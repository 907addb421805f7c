"""Which role a post of the plan holds, and at which unit.

The plan says where a guard or a dormitory manager stands only by the place of a duty;
who has no such duty is dealt over gates and buildings in order, so that every one of them
has somebody. The administrator moves them afterwards.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bihuan.plan.people import Person
from bihuan.plan.plan import Plan
from bihuan.plan.words import Post
from bihuan.rules.access import Role
from bihuan.web.org.models import UnitKind

AT_SCHOOL: Final[Mapping[Post, Role]] = {
    Post.HEAD: Role.PRINCIPAL,
    Post.PARTY_SECRETARY: Role.PARTY_SECRETARY,
    Post.DOCTOR: Role.SCHOOL_DOCTOR,
    Post.COUNSELLOR: Role.PSYCHOLOGIST,
}
"""Posts whose role is held at the school. A vice-head, an office or a cleaner gets none
by the post alone: rights are given, not presumed."""
Place = tuple[UnitKind, str]
SCHOOL: Final[Place] = (UnitKind.SCHOOL, "")


@dataclass(frozen=True, slots=True)
class Held:
    """A role that a person holds at a place of the school."""

    person: str
    role: Role
    place: Place
    deputy: bool = False


def held(part: Plan, people: Iterable[Person], places: Sequence[Place]) -> set[Held]:
    """All roles that follow from the posts of one school; part: the plan of that school."""
    staff = sorted((p for p in people if p.post), key=lambda person: person.id)
    known = {person.id for person in staff}
    found = set(_at_school(staff))
    found |= {h for h in _in_classes(part, staff, places) if h.person in known}
    dealt = (
        (Post.GUARD, Role.GATE_GUARD, UnitKind.GATE),
        (Post.DORM_MANAGER, Role.DORM_MANAGER, UnitKind.BUILDING),
    )
    for post, role, kind in dealt:
        there = [place for place in places if place[0] is kind]
        ids = [p.id for p in staff if p.post is post]
        found |= set(_dealt(part, ids, role, there))
    canteen = (UnitKind.STAFF, "canteen")
    found |= {
        Held(p.id, Role.LOGISTICS, canteen) for p in staff if p.post is Post.LOGISTICS
    }
    return found


def _at_school(staff: Iterable[Person]) -> Iterator[Held]:
    for person in staff:
        role = AT_SCHOOL.get(person.post) if person.post else None
        if role:
            yield Held(person.id, role, SCHOOL)


def _in_classes(
    part: Plan, staff: Sequence[Person], places: Sequence[Place]
) -> Iterator[Held]:
    """Class teachers in their classes; heads of grades, further ones as deputies."""
    there = set(places)
    for klass in part.classes:
        place = (UnitKind.CLASS, str(klass.code))
        if klass.homeroom and place in there:
            yield Held(klass.homeroom, Role.CLASS_TEACHER, place)
    heads = {grade.head for grade in part.grades}
    for grade in part.grades:
        if grade.head:
            yield Held(grade.head, Role.GRADE_HEAD, (UnitKind.GRADE, grade.code))
    others = [p.id for p in staff if p.post is Post.GRADE_HEAD and p.id not in heads]
    for number, person in enumerate(others):
        if part.grades:
            grade = part.grades[number % len(part.grades)]
            place = (UnitKind.GRADE, str(grade.code))
            yield Held(person, Role.GRADE_HEAD, place, deputy=True)


def _dealt(
    part: Plan, ids: Sequence[str], role: Role, places: Sequence[Place]
) -> Iterator[Held]:
    """Where a duty of each says, else dealt in order; without places at the school."""
    if not places:
        yield from (Held(person, role, SCHOOL) for person in ids)
        return
    told = dict(_told(part, set(places)))
    rest = [person for person in ids if person not in told]
    yield from (Held(person, role, told[person]) for person in ids if person in told)
    for number, person in enumerate(rest):
        yield Held(person, role, places[number * len(places) // len(rest)])


def _told(part: Plan, places: set[Place]) -> Iterator[tuple[str, Place]]:
    """Persons with the gate or the building that a duty of theirs names."""
    zones = {zone.code: zone for zone in part.zones}
    for duty in part.duties:
        zone = zones.get(duty.place)
        if zone is None:
            continue
        for place in ((UnitKind.GATE, zone.code), (UnitKind.BUILDING, zone.building)):
            if place in places:
                yield from ((p, place) for p in (duty.deputy, duty.person) if p)
