"""A building's floors and rooms with what was found tonight."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count
from django.urls import reverse
from django.utils.timezone import localtime

from bihuan.base.wording import _
from bihuan.web.flows import dorm
from bihuan.web.ledgers.checks.models import Found, RoomCheck, RoomKind, Standing
from bihuan.web.org.models import Person, Unit, UnitKind
from bihuan.web.org.policy import screening_of

ROOM_DIGITS: Final = 2
"""Digits of a room's number on its floor: 412 is on the fourth."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bed:
    """A sleeper's bed tonight."""

    person: int
    name: str
    bed: str
    away: str
    """Where the sleeper is instead: home, elsewhere, or empty."""
    kind: str = ""
    """What the last check found: absent, hot, or empty."""
    celsius: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """A room tonight."""

    pk: int
    name: str
    floor: str
    beds: tuple[Bed, ...]
    check: RoomCheck | None
    knocks: int

    @property
    def state(self) -> str:
        """todo, pass, fail or unknown; what is unknown is not done."""
        if self.check is None:
            return "todo"
        if self.check.found == Found.NOBODY.value:
            return "unknown"
        whole = self.check.present == self.check.expected and not self.check.flagged
        return "pass" if whole else "fail"

    @property
    def done(self) -> bool:
        """Whether somebody has looked at it."""
        return self.state in ("pass", "fail")

    @property
    def expected(self) -> int:
        """How many should be in bed."""
        return sum(not bed.away for bed in self.beds)

    @property
    def said(self) -> str:
        """What was found, as the list on top says it."""
        if self.check is None:
            return ""
        if self.state == "unknown":
            at = localtime(self.check.written_at)
            return _(
                "{t}敲过{k}次，应在{n}人，去向不明",
                t=f"{at:%H:%M}", k=self.knocks, n=self.check.expected,
            )  # fmt: skip
        parts = []
        if self.check.flagged:
            parts.append(_("{n}人体温异常，已报校医", n=self.check.flagged))
        if missing := self.check.expected - self.check.present:
            parts.append(_("{n}人不在", n=missing))
        return _("，").join(parts)


@dataclass(frozen=True, kw_only=True, slots=True)
class Floors:
    """A building tonight."""

    building: Unit
    day: dt.date
    rooms: tuple[Room, ...]
    line: float | None

    @property
    def done(self) -> int:
        """Rooms that are done."""
        return sum(room.done for room in self.rooms)

    @property
    def unknown(self) -> list[Room]:
        """Rooms where nobody answered."""
        return [room for room in self.rooms if room.state == "unknown"]

    @property
    def failed(self) -> list[Room]:
        """Rooms with somebody missing or hot."""
        return [room for room in self.rooms if room.state == "fail"]

    @property
    def floors(self) -> Mapping[str, list[Room]]:
        """Rooms by floor, from the lowest."""
        found: dict[str, list[Room]] = defaultdict(list)
        for room in self.rooms:
            found[room.floor].append(room)
        return dict(sorted(found.items(), key=lambda item: item[0].zfill(3)))

    def hand(self, pk: int | None) -> Room | None:
        """The room in hand: the one asked for, else the first that is not done."""
        asked = (room for room in self.rooms if room.pk == pk)
        todo = (room for room in self.rooms if room.state == "todo")
        first = next(iter(self.rooms), None)
        return next(asked, None) or next(todo, None) or next(iter(self.unknown), first)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rooms there are, how many are done."""

    rooms: int
    done: int


def tally(building: Unit, day: dt.date) -> Tally:
    """How far the keeper of a building has come."""
    rooms = Unit.objects.filter(
        parent=building, kind=UnitKind.ROOM.value, closed_on=None
    )
    done = RoomCheck.objects.filter(
        unit__in=rooms, day=day, state=Standing.SENT.value, found=Found.CHECKED.value
    )
    return Tally(rooms.count(), done.count())


def floors_of(building: Unit, now: dt.datetime) -> Floors:
    """A building's rooms tonight."""
    units = list(
        Unit.objects.filter(parent=building, kind=UnitKind.ROOM.value, closed_on=None)
    )
    day = now.date()
    sleepers = dorm.sleepers_of(units, day)
    away = dorm.away_of(sleepers, now)
    checks = RoomCheck.objects.filter(
        unit__in=units, day=day, state=Standing.SENT.value
    ).prefetch_related("exceptions")
    by_room = {check.unit_id: check for check in checks}
    knocks = Counter(
        dict(
            RoomCheck.objects.filter(unit__in=units, day=day, found=Found.NOBODY.value)
            .values_list("unit")
            .annotate(n=Count("pk"))
            .order_by()
        )
    )
    people: dict[int | None, list[Person]] = defaultdict(list)
    for person in sleepers.values():
        people[person.room_id].append(person)
    rooms = [
        _room(unit, people[unit.pk], away, by_room.get(unit.pk), knocks[unit.pk])
        for unit in sorted(units, key=lambda unit: unit.name.zfill(8))
    ]
    school = building.school or building
    return Floors(
        building=building, day=day, rooms=tuple(rooms),
        line=screening_of(school, day).fever_line,
    )  # fmt: skip


def facts(floors: Floors, hand: Room | None) -> dict[str, Any]:
    """The same for the page's script: the whole building, so that it works without a net."""
    return {
        "day": floors.day.isoformat(),
        "line": floors.line,
        "hand": hand.pk if hand else None,
        "rooms": [
            {
                "id": room.pk, "name": room.name, "floor": room.floor,
                "state": room.state, "said": room.said,
                "url": reverse("dorm_room", args=[room.pk]),
                "beds": [
                    [bed.person, bed.name, bed.bed, bed.away, bed.kind, bed.celsius]
                    for bed in room.beds
                ],
            }
            for room in floors.rooms
        ],
    }  # fmt: skip


def _room(
    unit: Unit,
    people: list[Person],
    away: Mapping[int, str],
    check: RoomCheck | None,
    knocks: int,
) -> Room:
    found = {e.person_id: e for e in check.exceptions.all()} if check else {}
    beds = tuple(_bed(person, away, found.get(person.pk)) for person in people)
    floor = unit.name[:-ROOM_DIGITS] if unit.name[:-ROOM_DIGITS].isdigit() else ""
    return Room(
        pk=unit.pk, name=unit.name, floor=floor, beds=beds, check=check, knocks=knocks
    )


def _bed(person: Person, away: Mapping[int, str], found: Any) -> Bed:
    heat = found.celsius if found and found.kind == RoomKind.HOT.value else None
    return Bed(
        person=person.pk,
        name=person.name,
        bed=person.bed,
        away=away.get(person.pk, ""),
        kind=found.kind if found else "",
        celsius=None if heat is None else float(heat),
    )
