"""Presences: who is at which place from when to when; and the meetings that follow."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bihuan.plan.batches import together
from bihuan.plan.words import Setting

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Meeting = tuple[int, float, float]
"""Group, minutes from, to."""
_NUMBER = {setting: number for number, setting in enumerate(Setting)}


@dataclass(frozen=True, kw_only=True)
class Presence:
    """Persons at places: parallel arrays, minutes after midnight."""

    person: Ints
    place: Ints
    zone: Ints
    start: Floats
    end: Floats

    def only(self, keep: NDArray[np.bool_] | Ints) -> "Presence":
        """Some of them."""
        return Presence(
            person=self.person[keep],
            place=self.place[keep],
            zone=self.zone[keep],
            start=self.start[keep],
            end=self.end[keep],
        )


@dataclass
class Book:
    """Groups and sessions as they are found; equal sets of persons at a place are one group."""

    persons: int
    groups: dict[tuple[int, int, bytes], int] = field(default_factory=dict)
    members: list[Ints] = field(default_factory=list)
    setting: list[int] = field(default_factory=list)
    zone: list[int] = field(default_factory=list)
    sessions: list[tuple[int, int, float, float]] = field(default_factory=list)
    """Group, kind of day, minutes from, to."""
    busy: dict[int, dict[tuple[float, float], NDArray[np.bool_]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    """By kind of day and stretch: who is somewhere."""
    found: dict[tuple[Setting, bytes], list[Meeting]] = field(default_factory=dict)
    """Meetings of presences that were looked at before."""

    def free(self, day: int, start: float, end: float) -> NDArray[np.bool_]:
        """Who is nowhere during a stretch: shape (person,)."""
        free = np.ones(self.persons, np.bool_)
        for (low, high), there in self.busy[day].items():
            if low < end and start < high:
                free &= ~there
        return free

    def take(self, day: int, persons: Ints, start: float, end: float) -> Ints:
        """Those of some persons who are free; they are not any more."""
        taken = persons[self.free(day, start, end)[persons]]
        stretch = self.busy[day].setdefault(
            (start, end), np.zeros(self.persons, np.bool_)
        )
        stretch[taken] = True
        return taken

    def admit(self, day: int, presence: Presence) -> Presence:
        """The presences of those who are free; they are not any more."""
        keep = np.zeros(len(presence.person), np.bool_)
        stretches = np.unique(np.stack([presence.start, presence.end]), axis=1)
        for start, end in stretches.T.tolist():
            here = (presence.start == start) & (presence.end == end)
            taken = np.zeros(self.persons, np.bool_)
            taken[self.take(day, presence.person[here], start, end)] = True
            keep |= here & taken[presence.person]
        return presence.only(keep)

    def group(self, setting: Setting, zone: int, members: Ints) -> int:
        """The group of these persons at this place; they are ascending."""
        number = _NUMBER[setting]
        found = self.groups.setdefault(
            (number, zone, members.tobytes()), len(self.members)
        )
        if found == len(self.members):
            self.members.append(members)
            self.setting.append(number)
            self.zone.append(zone)
        return found

    def meet(self, day: int, setting: Setting, presence: Presence) -> None:
        """Enter who is together at each place, and when."""
        met = self.meetings(setting, presence)
        self.sessions += [(group, day, start, end) for group, start, end in met]

    def meetings(self, setting: Setting, presence: Presence) -> list[Meeting]:
        """Who is together at each place, and when; days that are alike are found once."""
        key = (
            setting,
            b"".join(
                part.tobytes()
                for part in (
                    presence.person,
                    presence.place,
                    presence.zone,
                    presence.start,
                    presence.end,
                )
            ),
        )
        if key not in self.found:
            self.found[key] = list(self._meetings(setting, presence))
        return self.found[key]

    def _meetings(self, setting: Setting, presence: Presence) -> Iterator[Meeting]:
        order = np.lexsort((presence.person, presence.place))
        here = presence.only(order)
        first = np.flatnonzero(np.diff(here.place, prepend=-(2**40)))
        edges = [*first.tolist(), len(order)]
        for a, b in pairwise(edges):
            if b - a < 2:  # noqa: PLR2004  # alone is no meeting
                continue
            part = slice(a, b)
            for start, end, there in together(
                here.person[part], here.start[part], here.end[part]
            ):
                if len(there) > 1:
                    yield self.group(setting, int(here.zone[a]), there), start, end
