"""Dormitory rooms and beds of boarders."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from bihuan.base.ids import ClassCode, ZoneCode
from bihuan.plan.places import Zone
from bihuan.plan.roster.draft import Basis, Draft
from bihuan.plan.words import ZoneKind

BEDS = 8
"""Beds of a dormitory room that does not say (assumed)."""


@dataclass
class _Room:
    """One dormitory room: its zone, its number in the row, its beds and who is in."""

    zone: Zone | None
    number: int
    beds: int
    inside: list[Draft] = field(default_factory=list)

    def take(self, draft: Draft) -> None:
        """Put a person into the next bed: `room number-bed` where a row is many rooms."""
        self.inside.append(draft)
        bed = str(len(self.inside))
        many = self.zone is None or (self.zone.rooms or 1) > 1
        draft.room = self.zone.code if self.zone else ZoneCode("")
        draft.bed = f"{self.number}-{bed}" if many else bed


def bedded(basis: Basis, people: Sequence[Draft]) -> Iterator[Draft]:
    """Boarders without a room get one: class mates together as far as beds allow.

    Classes begin a room of their own while there are enough rooms, else grades, else
    beds are filled one after the other. With more boarders than beds every room gets
    further beds (加床), evenly. A school without dormitory rooms in its plan gets rooms
    of BEDS beds.
    """
    loose = [p for p in people if p.student and p.lives_in and not p.room]
    ids = {draft.id for draft in loose}
    yield from (draft for draft in people if draft.id not in ids)
    rooms = _rooms(basis, people, len(loose))
    for apart in ("class", "grade", "none"):
        placed = _fill(basis, rooms, loose, apart)
        if placed is not None:
            yield from placed
            return


def _rooms(basis: Basis, people: Sequence[Draft], wanted: int) -> list[_Room]:
    """The dormitory rooms, those who have a room in them, with beds for all."""
    rooms = [
        _Room(zone, number, zone.beds or BEDS)
        for zone in basis.zones
        if zone.kind is ZoneKind.DORM_ROOM
        for number in range(1, (zone.rooms or 1) + 1)
    ] or [
        _Room(None, number, BEDS)
        for number in range(1, wanted // BEDS + len(basis.classes) + 2)
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
    basis: Basis, rooms: Sequence[_Room], loose: Sequence[Draft], apart: str
) -> list[Draft] | None:
    """Boarders in rooms, with a fresh room for each class or grade; None if they do not fit."""
    trial = [replace(room, inside=list(room.inside)) for room in rooms]
    by_class: dict[ClassCode, list[Draft]] = {}
    for draft in sorted(loose, key=Draft.place):
        by_class.setdefault(draft.klass, []).append(draft)
    done: list[Draft] = []
    for mates in by_class.values():
        beds = _beds_for(basis, trial, mates[0], apart)
        for draft in mates:
            room = next(beds, None)
            if room is None:
                return None
            room.take(draft)
            done.append(draft)
    return done


def _beds_for(
    basis: Basis, rooms: Sequence[_Room], draft: Draft, apart: str
) -> Iterator[_Room]:
    """Free beds for a class, by their room: first of rooms meant for it, then of common ones."""
    names = basis.names(basis.row(draft.klass))
    meant = [r for r in rooms if r.zone and not names.isdisjoint(r.zone.users)]
    common = [room for room in rooms if room.zone is None or not room.zone.users]
    any_room = rooms if apart == "none" else []
    for room in (*meant, *common, *any_room):
        if apart == "none" or all(_mates(basis, draft, p, apart) for p in room.inside):
            while len(room.inside) < room.beds:
                yield room


def _mates(basis: Basis, one: Draft, other: Draft, apart: str) -> bool:
    if apart == "class":
        return one.home == other.home
    return basis.grade_of(one) == basis.grade_of(other)
