"""Contacts of one person 接触者名单: from rolls of class, bed, table, bus, lessons, to one list."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bihuan.base.units import Days
from bihuan.base.wording import N_
from bihuan.plan.words import Setting, Word
from bihuan.rules.indicator import share


class Source(Word):
    """Where a contact is known from, the closest first."""

    DORM_ROOM = Setting.DORM_ROOM.value, N_("同宿舍")
    SEAT = Setting.SEAT.value, N_("邻座")
    TABLE = Setting.TABLE.value, N_("同桌就餐")
    BUS = Setting.BUS.value, N_("校车")
    CLASS = Setting.CLASSROOM.value, N_("同班")
    LESSON = "lesson", N_("走班、同上课")
    HOUSEHOLD = Setting.HOUSEHOLD.value, N_("同住、同行")


class Known(Word):
    """How far a source has come."""

    UNKNOWN = "unknown", N_("名单没到")
    WAITING = "waiting", N_("等回话")
    COMPLETE = "complete", N_("已齐")


@dataclass(frozen=True, kw_only=True, slots=True)
class Roll:
    """Who was together with the person once; persons None: the roll has not come."""

    source: Source
    day: date | None = None
    """None: on every day, as a class or a room."""
    persons: frozenset[str] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """A contact, the sources that name it, the closest first, the last day together."""

    person: str
    sources: tuple[Source, ...]
    last: date
    checked: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceState:
    """How many a source names, how many of them are checked."""

    source: Source
    known: Known
    checked: int
    named: int | None
    """None: a roll is out and none has come."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactList:
    """Contacts in the order in which they are called, and what each source gave."""

    contacts: tuple[Contact, ...]
    sources: tuple[SourceState, ...]

    @property
    def complete(self) -> bool:
        """Whether every source has come and every contact is checked."""
        states = {one.known for one in self.sources}
        return bool(states) and states == {Known.COMPLETE}


_ORDER: Final = tuple(Source)


def contacts_of(
    person: str,
    rolls: Iterable[Roll],
    *,
    until: date,
    days: Days,
    checked: frozenset[str] = frozenset(),
) -> ContactList:
    """The contacts of a person in the last days, `until` being the last of them."""
    since = until - timedelta(days=days - 1)
    near = [roll for roll in rolls if roll.day is None or since <= roll.day <= until]
    return ContactList(
        contacts=_contacts(person, near, until, checked),
        sources=tuple(_states(person, near, checked)),
    )


def _contacts(
    person: str, rolls: Iterable[Roll], until: date, checked: frozenset[str]
) -> tuple[Contact, ...]:
    met: dict[str, list[tuple[Source, date]]] = defaultdict(list)
    for roll in rolls:
        for other in (roll.persons or frozenset()) - {person}:
            met[other].append((roll.source, roll.day or until))
    found = (_contact(other, times, checked) for other, times in met.items())
    return tuple(sorted(found, key=_closeness))


def _contact(
    person: str, times: Iterable[tuple[Source, date]], checked: frozenset[str]
) -> Contact:
    sources, days = zip(*times, strict=True)
    return Contact(
        person=person,
        sources=tuple(source for source in _ORDER if source in sources),
        last=max(days),
        checked=person in checked,
    )


def _closeness(contact: Contact) -> tuple[int, int, int, str]:
    """Closest source, then more sources, then the later day, then the key."""
    closest = _ORDER.index(contact.sources[0])
    return closest, -len(contact.sources), -contact.last.toordinal(), contact.person


def _states(
    person: str, rolls: Iterable[Roll], checked: frozenset[str]
) -> Iterable[SourceState]:
    of: dict[Source, list[Roll]] = defaultdict(list)
    for roll in rolls:
        of[roll.source].append(roll)
    return (
        _state(source, of[source], person, checked) for source in _ORDER if of[source]
    )


def _state(
    source: Source, rolls: list[Roll], person: str, checked: frozenset[str]
) -> SourceState:
    came = [roll.persons for roll in rolls if roll.persons is not None]
    named = frozenset[str]().union(*came) - {person}
    done = len(named & checked)
    if len(came) < len(rolls):
        known = Known.UNKNOWN
    else:
        known = Known.COMPLETE if done == len(named) else Known.WAITING
    return SourceState(
        source=source, known=known, checked=done, named=len(named) if came else None
    )


def recall(listed: frozenset[str], true: frozenset[str]) -> float | None:
    """Share of the true contacts, told afterwards, that stood on the list; None: none known."""
    return share(len(true & listed), len(true))
