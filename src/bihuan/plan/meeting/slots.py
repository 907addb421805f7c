"""Slots of classes 班级时段: when and where each person passes, where the plan says so."""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bihuan.plan.meeting.cast import Cast
from bihuan.plan.meeting.programme import minutes
from bihuan.plan.staging import Slot
from bihuan.plan.words import Flow, Who

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LIVING = {
    Who.STUDENTS: (False, True),
    Who.ALL: (False, True),
    Who.BOARDERS: (True,),
    Who.DAY_STUDENTS: (False,),
    Who.STAFF: (),
}
"""Whether those whom a slot means sleep on campus."""


@dataclass(frozen=True)
class Told:
    """What everybody's slot of a flow within a period says: shape (person,) each."""

    is_told: Flags
    start: Floats
    end: Floats
    zone: Ints
    """Row of the plan's zones, -1: not a place of the school."""
    lane: Ints

    def only(self, persons: Ints) -> "Told":
        """The same for some persons."""
        return Told(
            self.is_told[persons],
            self.start[persons],
            self.end[persons],
            self.zone[persons],
            self.lane[persons],
        )


@dataclass(frozen=True)
class Slots:
    """A school's slots and whom each of them means."""

    persons: int
    rows: dict[Flow, list[tuple[Slot, Ints, int]]]
    """Slot, its persons, the row of its zone; by flow."""
    known: dict[tuple[Flow, float, float], Told] = field(default_factory=dict)

    @classmethod
    def of(cls, cast: Cast, floor: Ints) -> "Slots":
        """Read a school's rows; floor: zone of each person's dormitory floor."""
        members = _members(cast)
        rows: dict[Flow, list[tuple[Slot, Ints, int]]] = defaultdict(list)
        for slot in cast.plan.slots:
            home = cast.home.get(slot.klass)
            if slot.school != cast.school or home is None:
                continue
            who = [
                members.get((cast.place[home], inside), _NOBODY)
                for inside in LIVING[slot.who]
            ]
            persons = np.concatenate([_NOBODY, *who])
            zone = cast.zone(slot.zone)
            if slot.flow is Flow.WASH:
                persons = persons[floor[persons] == zone]
            rows[slot.flow].append((slot, persons, zone))
        return cls(len(cast.people), dict(rows))

    def told(self, flow: Flow, start: float, end: float) -> Told | None:
        """What slots say that begin in a period; None: nobody has one."""
        if flow not in self.rows:
            return None
        key = (flow, start, end)
        if key not in self.known:
            self.known[key] = self._told(flow, start, end)
        return self.known[key]

    def _told(self, flow: Flow, start: float, end: float) -> Told:
        """The first row that means a person holds."""
        told = Told(
            np.zeros(self.persons, np.bool_),
            np.full(self.persons, start),
            np.full(self.persons, end),
            np.full(self.persons, -1, np.int64),
            np.zeros(self.persons, np.int64),
        )
        for slot, persons, zone in self.rows[flow]:
            begin, finish = minutes(slot.start), minutes(slot.end)
            if not start <= begin < end or finish <= begin:
                continue
            free = persons[~told.is_told[persons]]
            told.is_told[free] = True
            told.start[free], told.end[free] = begin, min(finish, end)
            told.zone[free], told.lane[free] = zone, slot.lane
        return told


_NOBODY = np.zeros(0, np.int64)


def _members(cast: Cast) -> dict[tuple[int, bool], Ints]:
    """Students of each class, those who sleep on campus apart."""
    return {
        (klass, lives_in): np.flatnonzero(
            cast.student & (cast.klass == klass) & (cast.lives_in == lives_in)
        )
        for klass in range(len(cast.classes))
        for lives_in in (False, True)
    }
