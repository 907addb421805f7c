"""The book of meetings: who is somewhere already, which groups and sessions there are."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from bihuan.plan.meeting.presence import Flags, Floats, Ints, Presence, together
from bihuan.plan.words import Setting

Stretch = tuple[float, float]
"""Minutes from, to."""
_NUMBER = {setting: number for number, setting in enumerate(Setting)}


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
    before: "Busy | None" = None
    """Who is somewhere else already; it does not change any more."""
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
        self.clashing[stretch] = [
            there
            for layer in (self.before, self)
            if layer is not None
            for other, there in layer.there.items()
            if _overlap(other, stretch)
        ]
        for other, clashing in self.clashing.items():
            if other != stretch and _overlap(other, stretch):
                clashing.append(mine)

    def repeated(self, before: "Busy | None") -> "Busy":
        """The same persons at the same times, on a day that is otherwise another."""
        again = Busy(self.persons, before)
        for stretch, there in self.there.items():
            again._open(stretch)
            again.there[stretch][:] = there
        return again

    def overlaps(self, other: "Busy") -> bool:
        """Whether any stretch runs at the same time as one of another."""
        return any(_overlap(a, b) for a in self.there for b in other.there)


BLINK = 1e-4
"""Minutes: batches a whisker apart are together for less than anybody meets."""


def _overlap(one: Stretch, other: Stretch) -> bool:
    return one[0] < other[1] and other[0] < one[1]


@dataclass
class Book:
    """Groups and sessions as they are found; equal sets of persons at a place are one group."""

    persons: int
    groups: dict[tuple[int, int, bytes], int] = field(default_factory=dict)
    """Numbers of groups in order, by setting, zone and the bytes of their members."""
    sessions: list[tuple[int, Meetings]] = field(default_factory=list)
    """Kind of day and what is on."""
    taught: dict[int, Busy] = field(default_factory=dict)
    """Who is in lessons, by kind of day."""
    beside: dict[int, Busy] = field(default_factory=dict)
    """Who is elsewhere, by kind of day; lessons are entered first."""

    def take(self, day: int, persons: Ints, start: float, end: float) -> Ints:
        """Those of some persons who are free for a lesson; they are not any more."""
        busy = self.taught.setdefault(day, Busy(self.persons))
        return persons[busy.claim(persons, (start, end))]

    def admit(self, day: int, presence: Presence) -> Presence:
        """The presences of those who are free; they are not any more."""
        busy = self.beside.setdefault(day, Busy(self.persons, self.taught.get(day)))
        keep = np.zeros(len(presence.person), np.bool_)
        for start, end, here in presence.stretches():
            keep[here] = busy.claim(presence.person[here], (start, end))
        return presence.only(keep)

    def busy(self, day: int) -> list[tuple[Stretch, Flags]]:
        """Who is somewhere on a kind of day, by stretch in order of time."""
        layers = (self.taught.get(day), self.beside.get(day))
        every = [item for layer in layers if layer for item in layer.there.items()]
        return sorted(every, key=lambda item: item[0])

    def repeat(self, day: int, other: int, met: Iterable[Meetings]) -> bool:
        """Enter what was met beside lessons on another kind of day, if lessons let it be.

        Where nobody has lessons while anybody has anything else, what is beside lessons
        does not depend on them.
        """
        beside = self.beside.get(other, Busy(self.persons))
        for kind in (day, other):
            if beside.overlaps(self.taught.get(kind, Busy(self.persons))):
                return False
        self.beside[day] = beside.repeated(self.taught.get(day))
        self.sessions += [(day, meetings) for meetings in met]
        return True

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
        """Who is together at each place, and when, by place."""
        return Meetings.of(list(self._meetings(setting, presence)))

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
            if len(there) > 1 and end - start > BLINK:
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
