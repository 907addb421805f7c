"""Which checks there are on a day, and until when each is handed in."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bihuan.plan.words import Post, Who
from bihuan.rules.book import Book, Rule
from bihuan.rules.triage import Look, Screening
from bihuan.web.ledgers.checks.models import Slot

GRACE: Final = dt.timedelta(minutes=30)
"""From the time that the plan sets for a check to its being handed in; our own target."""
NOON_FROM: Final = dt.time(11)
EVENING_FROM: Final = dt.time(16, 30)
_STAFF: Final = frozenset({Who.ALL, Who.STAFF})


@dataclass(frozen=True, slots=True)
class Asked:
    """A check that is asked for; due None: neither plan nor book says until when."""

    slot: Slot
    due: dt.datetime | None


def slot_at(at: dt.time) -> Slot:
    """The check that a time of the day belongs to."""
    if at < NOON_FROM:
        return Slot.MORNING
    return Slot.NOON if at < EVENING_FROM else Slot.EVENING


def asked_of(
    screening: Screening,
    book: Book,
    day: dt.date,
    zone: dt.tzinfo,
    *,
    staff: bool = False,
    boards: bool = False,
) -> tuple[Asked, ...]:
    """The checks of a class or a section on a day.

    Pupils are looked at morning and noon, boarders in the evening too (N4); a section
    in the morning, and whenever the plan looks at staff. book: the rows in force where
    the school is.
    """
    own = tuple(look for look in screening.looks if _looks_at(look, staff=staff))
    planned = {slot_at(look.at): look.at for look in reversed(own)}
    slots = {Slot.MORNING, *planned} if staff else {Slot.MORNING, Slot.NOON}
    if boards and not staff:
        slots.add(Slot.EVENING)
    return tuple(
        Asked(slot, _due(slot, planned.get(slot), book, day, zone))
        for slot in Slot
        if slot in slots
    )


def room_due(
    screening: Screening, book: Book, day: dt.date, zone: dt.tzinfo
) -> dt.datetime | None:
    """Until when the rooms are looked through: the plan's keeper's look, else before quiet."""
    looks = [look.at for look in screening.looks if look.looker is Post.DORM_MANAGER]
    if looks:
        return dt.datetime.combine(day, max(looks), zone) + GRACE
    quiet = book.best("quiet_from")
    return None if quiet is None else clock_of(quiet.value, day, zone)


def quiet_from(book: Book, day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    """The end of the hours in which somebody is rung up on a day."""
    row = book.best("quiet_from")
    found = clock_of(row.value if row else None, day, zone)
    return found or dt.datetime.combine(day, dt.time(23, 59), zone)


def clock_of(hours: float | None, day: dt.date, zone: dt.tzinfo) -> dt.datetime | None:
    """A clock time of the book, as 8.5, on a day."""
    if hours is None:
        return None
    return dt.datetime.combine(day, dt.time(), zone) + dt.timedelta(hours=hours)


def _due(
    slot: Slot, at: dt.time | None, book: Book, day: dt.date, zone: dt.tzinfo
) -> dt.datetime | None:
    if at is not None:
        return dt.datetime.combine(day, at, zone) + GRACE
    if slot is not Slot.MORNING:
        return None
    rows = book.named("class_report_by")
    return clock_of(min(_here(rows), default=None), day, zone)


def _here(rows: Iterable[Rule]) -> list[float]:
    """Clock times of rows that are no other region's custom; else of all."""
    told = [(row.region, row.value) for row in rows if row.value is not None]
    return [value for region, value in told if not region] or [v for _r, v in told]


def _looks_at(look: Look, *, staff: bool) -> bool:
    if look.looker is Post.DORM_MANAGER:
        return False
    return look.who in _STAFF if staff else look.who is not Who.STAFF
