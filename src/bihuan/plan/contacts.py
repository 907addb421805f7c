"""Who meets whom: groups of persons, and the sessions in which a group is together.

This is the one place that knows it; the engine, the drill's contact lists and the site
read it. See docs/model.md, "Who meets whom".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bihuan.base.ids import SchoolCode
from bihuan.plan.lessons import timetable
from bihuan.plan.meeting.cast import Cast, Rules
from bihuan.plan.meeting.school import School
from bihuan.plan.meeting.week import enter
from bihuan.plan.people import Person
from bihuan.plan.plan import Plan
from bihuan.plan.populate import populate
from bihuan.plan.timetable import Lesson
from bihuan.plan.words import Setting

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

SETTINGS: tuple[Setting, ...] = tuple(Setting)
"""Settings by the number that arrays hold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """How much a setting brings together in a week."""

    setting: Setting
    groups: int
    persons: int
    """Who meets anybody there."""
    minutes: float
    """Mean minutes a week of these persons there, in company."""
    pair_minutes: float
    """Sum over unordered pairs of the minutes a week that they are there together."""
    contacts: float
    """Mean number of different others that these persons meet there."""


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

    def members(self, group: int) -> Ints:
        """Persons of a group, ascending."""
        return self.member[self.first[group] : self.first[group + 1]]

    def groups_of(self, person: int) -> Ints:
        """Groups of a person, ascending."""
        return np.searchsorted(
            self.first, np.flatnonzero(self.member == person), side="right"
        ).astype(np.int32) - np.int32(1)

    def minutes_per_week(self, week: Sequence[int]) -> tuple[Tally, ...]:
        """What each setting brings together in a week, in the order of SETTINGS.

        week: kind of each of its days (`days.week_kinds`).
        """
        times = np.bincount(np.asarray(week, np.int64), minlength=self.cycle + 2)
        minutes = np.bincount(
            self.session_group,
            weights=60.0 * self.session_hours * times[self.session_day],
            minlength=len(self.setting),
        ).astype(np.float64)
        return tuple(
            self._tally(
                number,
                np.flatnonzero((self.setting == number) & (minutes > 0)),
                minutes,
            )
            for number in range(len(SETTINGS))
        )

    def _tally(self, setting: int, groups: NDArray[np.int64], minutes: Floats) -> Tally:
        """A setting's row, from its groups that meet in the week."""
        sizes = np.diff(self.first)[groups].astype(np.float64)
        met: dict[int, int] = {}
        for group in groups.tolist():
            members = self.members(group)
            bits = _bits(members, self.persons)
            for person in members.tolist():
                met[person] = met.get(person, 0) | bits
        persons = len(met)
        others = sum(bits.bit_count() - 1 for bits in met.values())
        return Tally(
            setting=SETTINGS[setting],
            groups=len(groups),
            persons=persons,
            minutes=float((minutes[groups] * sizes).sum()) / max(persons, 1),
            pair_minutes=float((minutes[groups] * sizes * (sizes - 1) / 2).sum()),
            contacts=others / max(persons, 1),
        )


def _bits(persons: Ints, size: int) -> int:
    """A set of persons as the bits of one number."""
    there = np.zeros(size, np.bool_)
    there[persons] = True
    return int.from_bytes(np.packbits(there, bitorder="little").tobytes(), "little")


def contacts(
    plan: Plan,
    school: SchoolCode,
    *,
    day: int = 0,
    seed: int = 0,
    without: frozenset[str] = frozenset(),
    people: tuple[Person, ...] | None = None,
    lessons: Sequence[Lesson] | None = None,
) -> Contacts:
    """Groups and sessions of a school under what holds on a day from the district's first.

    Staggered arrival, dining and breaks (and the gate's service time) hold as dated,
    except the measures whose codes are in `without`. people, lessons: what `populate`
    and `timetable` gave, where the caller has it.
    """
    roster = populate(plan, school, seed=seed) if people is None else people
    table = timetable(plan, school, roster, seed=seed) if lessons is None else lessons
    rules = Rules.of(plan, school, day, without)
    whole = School(Cast.of(plan, school, roster), table, rules)
    book = enter(whole)
    settings, zones, raw = (
        zip(*book.groups, strict=True) if book.groups else ((), (), ())
    )
    member = np.frombuffer(b"".join(raw), np.int64)
    sizes = [len(members) // member.itemsize for members in raw]
    met = [meetings for _day, meetings in book.sessions]
    start = np.concatenate([m.start for m in met]) / 60.0
    end = np.concatenate([m.end for m in met]) / 60.0
    days = [day for day, _meetings in book.sessions]
    return Contacts(
        school=school,
        people=roster,
        family=book.persons - len(roster),
        cycle=plan.district.cycle_days,
        setting=np.array(settings, np.int32),
        zone=np.array(zones, np.int32),
        first=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32),
        member=member.astype(np.int32),
        session_group=np.concatenate([m.group for m in met]).astype(np.int32),
        session_day=np.repeat(days, [len(m.group) for m in met]).astype(np.int32),
        session_start=start,
        session_hours=np.minimum(end - start, 24.0 - start),
    )
