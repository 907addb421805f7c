"""Presences: who is at which place from when to when; and the meetings that follow."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bihuan.plan.batches import together
from bihuan.plan.words import Setting

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Stretch = tuple[float, float]
"""Minutes from, to."""
_NUMBER = {setting: number for number, setting in enumerate(Setting)}


@dataclass(frozen=True, kw_only=True)
class Presence:
    """Persons at places: parallel arrays, minutes after midnight."""

    person: Ints
    place: Ints
    zone: Ints
    start: Floats
    end: Floats

    def only(self, keep: Flags | Ints) -> "Presence":
        """Some of them."""
        return Presence(
            person=self.person[keep],
            place=self.place[keep],
            zone=self.zone[keep],
            start=self.start[keep],
            end=self.end[keep],
        )

    def sorted(self) -> "Presence":
        """By place, then time, then person."""
        return self.only(np.lexsort((self.person, self.end, self.start, self.place)))

    def raw(self) -> bytes:
        """All of it as bytes, to be compared with others."""
        parts = self.person, self.place, self.zone, self.start, self.end
        return b"".join(part.tobytes() for part in parts)

    def stretches(self) -> Iterator[tuple[float, float, Ints]]:
        """The stretches of time by start and end, each with the presences that have it."""
        # A complex number sorts by its real part, then its imaginary one: one plain sort.
        stamps, which = np.unique(self.start + 1j * self.end, return_inverse=True)
        for number, stamp in enumerate(stamps.tolist()):
            yield stamp.real, stamp.imag, np.flatnonzero(which == number)


@dataclass(frozen=True)
class Meetings:
    """Groups that meet, and when: parallel arrays, minutes after midnight."""

    group: Ints
    start: Floats
    end: Floats

    @classmethod
    def of(cls, rows: Sequence[tuple[int, float, float]]) -> "Meetings":
        """From rows of group, start and end."""
        return cls(
            np.array([group for group, _start, _end in rows], np.int64),
            np.array([start for _group, start, _end in rows], np.float64),
            np.array([end for _group, _start, end in rows], np.float64),
        )


@dataclass
class Busy:
    """Who is somewhere on one kind of day, by stretch of time: shape (person,) each."""

    persons: int
    there: dict[Stretch, Flags] = field(default_factory=dict)
    clashing: dict[Stretch, list[Flags]] = field(default_factory=dict)
    """Those who are somewhere during any of a stretch: one array for each overlap."""

    def claim(self, persons: Ints, stretch: Stretch) -> Flags:
        """Which of some persons are free during a stretch; they are not any more."""
        if stretch not in self.there:
            self._open(stretch)
        taken = np.zeros(len(persons), np.bool_)
        for there in self.clashing[stretch]:
            taken |= there[persons]
        free = ~taken
        self.there[stretch][persons[free]] = True
        return free

    def _open(self, stretch: Stretch) -> None:
        """Begin a stretch. Overlaps are found here, once, and not at every claim."""
        mine = self.there[stretch] = np.zeros(self.persons, np.bool_)
        self.clashing[stretch] = []
        for other, theirs in self.there.items():
            if other[0] < stretch[1] and stretch[0] < other[1]:
                self.clashing[stretch].append(theirs)
                if other != stretch:
                    self.clashing[other].append(mine)


@dataclass
class Book:
    """Groups and sessions as they are found; equal sets of persons at a place are one group."""

    persons: int
    groups: dict[tuple[int, int, bytes], int] = field(default_factory=dict)
    """Numbers of groups in order, by setting, zone and the bytes of their members."""
    sessions: list[tuple[int, Meetings]] = field(default_factory=list)
    """Kind of day and what is on."""
    busy: dict[int, Busy] = field(default_factory=dict)
    """By kind of day."""
    found: dict[tuple[Setting, bytes], Meetings] = field(default_factory=dict)
    """Meetings of presences that were looked at before."""

    def __post_init__(self) -> None:
        self.busy = defaultdict(lambda: Busy(self.persons))

    def take(self, day: int, persons: Ints, start: float, end: float) -> Ints:
        """Those of some persons who are free; they are not any more."""
        return persons[self.busy[day].claim(persons, (start, end))]

    def admit(self, day: int, presence: Presence) -> Presence:
        """The presences of those who are free; they are not any more."""
        keep = np.zeros(len(presence.person), np.bool_)
        for start, end, here in presence.stretches():
            keep[here] = self.busy[day].claim(presence.person[here], (start, end))
        return presence.only(keep)

    def group(self, setting: Setting, zone: int, members: bytes) -> int:
        """The group of these persons, ascending, at this place."""
        return self.groups.setdefault(
            (_NUMBER[setting], zone, members), len(self.groups)
        )

    def meet(self, day: int, setting: Setting, presence: Presence) -> None:
        """Enter who is together at each place, and when."""
        self.sessions.append((day, self.meetings(setting, presence)))

    def enter(self, day: int, met: Sequence[tuple[int, float, float]]) -> None:
        """Enter groups that meet from minute to minute."""
        self.sessions.append((day, Meetings.of(met)))

    def meetings(self, setting: Setting, presence: Presence) -> Meetings:
        """Who is together at each place, and when; days that are alike are found once."""
        key = setting, presence.raw()
        if key not in self.found:
            self.found[key] = Meetings.of(list(self._meetings(setting, presence)))
        return self.found[key]

    def _meetings(
        self, setting: Setting, presence: Presence
    ) -> Iterator[tuple[int, float, float]]:
        here = presence.sorted()
        first, mixed = _cells(here)
        # Nearly always those at a place come and go together: their bytes are the group.
        raw, size = here.person.tobytes(), here.person.itemsize
        rows = zip(
            pairwise([*first.tolist(), len(here.person)]),
            here.zone[first].tolist(),
            here.start[first].tolist(),
            here.end[first].tolist(),
            mixed.tolist(),
            strict=True,
        )
        for (a, b), zone, start, end, apart in rows:
            if apart:
                yield from self._apart(setting, zone, here.only(np.arange(a, b)))
            elif b - a > 1:
                yield self.group(setting, zone, raw[a * size : b * size]), start, end

    def _apart(
        self, setting: Setting, zone: int, place: Presence
    ) -> Iterator[tuple[int, float, float]]:
        """The meetings at one place whose persons come and go one by one."""
        here = place.only(np.argsort(place.person, kind="stable"))
        for start, end, there in together(here.person, here.start, here.end):
            if len(there) > 1:
                yield self.group(setting, zone, there.tobytes()), start, end


def _cells(here: Presence) -> tuple[Ints, Flags]:
    """Where each cell of presences begins, and whether its times differ.

    here: sorted by place, start, end, person. A cell is a place and a stretch; a place
    where stretches overlap or a person comes twice is one cell, whose times differ.
    """
    if len(here.person) == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.bool_)
    place, stretch = np.ones((2, len(here.person)), np.bool_)
    odd = np.zeros(len(here.person), np.bool_)
    place[1:] = here.place[1:] != here.place[:-1]
    later = (here.start[1:] != here.start[:-1]) | (here.end[1:] != here.end[:-1])
    stretch[1:] = place[1:] | later
    overlaps = here.start[1:] < here.end[:-1]
    twice = here.person[1:] == here.person[:-1]
    odd[1:] = ~place[1:] & np.where(later, overlaps, twice)
    first = np.flatnonzero(place)
    sizes = np.diff(first, append=len(place))
    mixed = np.repeat(np.logical_or.reduceat(odd, first), sizes)
    cells = np.flatnonzero(place | (stretch & ~mixed))
    return cells, mixed[cells]
