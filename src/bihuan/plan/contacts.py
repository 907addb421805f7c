"""Who meets whom: groups of persons, and the sessions in which a group is together.

This is the one place that knows it; the engine, the drill's contact lists and the site
read it. See docs/model.md, "Who meets whom".
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bihuan.base.ids import SchoolCode
from bihuan.plan.people import Person
from bihuan.plan.words import Setting

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

SETTINGS: tuple[Setting, ...] = tuple(Setting)
"""Settings by the number that arrays hold."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Contacts:
    """Persons, groups and sessions of one school.

    Persons are numbered: those of `people` first, then `family` persons without a name
    who live with them. Days are numbered by kind: 0 to cycle-1 are the school days of the
    timetable's cycle, `cycle` is a day on which boarders stay and nobody is taught, and
    `cycle + 1` a day on which everybody is at home.
    """

    school: SchoolCode
    people: tuple[Person, ...]
    family: int
    cycle: int
    setting: Ints
    """(group,) index into SETTINGS."""
    zone: Ints
    """(group,) row of the plan's zones, -1: none."""
    first: Ints
    """(group + 1,) members of group g are member[first[g]:first[g + 1]]."""
    member: Ints
    """(memberships,) persons, ascending within a group."""
    session_group: Ints
    """(session,) its group."""
    session_day: Ints
    """(session,) its kind of day, 0 to cycle + 1."""
    session_start: Floats
    """(session,) hours after midnight, [0, 24)."""
    session_hours: Floats
    """(session,) length in hours; a session over midnight is cut in two at midnight."""

    @cached_property
    def persons(self) -> int:
        """How many persons, families included."""
        return len(self.people) + self.family
