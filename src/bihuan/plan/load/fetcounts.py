"""Who meets whom in a timetable, counted as FET's own output is counted.

Everything is counted from the plan's lessons: an hour is a period of a day in which two
are in the same lesson, however many lessons they share in it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bihuan.plan.plan import Plan
from bihuan.plan.timetable import Lesson
from bihuan.plan.words import Role

Atoms = NDArray[np.int64]
"""Numbers of atoms, ascending."""
Slot = tuple[str, int, int]
"""School, day, period."""
Key = tuple[str, str]
"""School and code of a class, or of a person."""


def counts(plan: Plan) -> dict[str, int]:
    """Counts of a plan's timetable by the names of FET's answer.

    A subgroup is a class that no other class is within; a lesson of a class with parts is
    a lesson of its parts. Lessons without a day count nowhere; teachers are all there are.
    """
    table = _table(plan)
    pairs, hours = _meetings(table, _by_teacher(table))
    twice, twice_hours = _meetings(table, _by_atom(table))
    return {
        "subgroups": table.atoms,
        "subgroup_slots_filled": _cells(table, table.slots),
        "teachers": sum(person.role is Role.TEACHER for person in plan.people),
        "teacher_slots_filled": sum(map(len, table.teachers.values())),
        "activities_with_students": table.activities,
        "teacher_subgroup_pairs": pairs,
        "teacher_subgroup_hours": hours,
        "subgroup_pairs_sharing_activity": twice // 2,
        "subgroup_pair_hours": twice_hours // 2,
        "subgroup_slots_with_room": _cells(table, table.slots_with_room),
    }


@dataclass(slots=True)
class _Table:
    """A timetable by slots; sets of atoms are numbered, each distinct one once."""

    atoms: int
    members: list[Atoms] = field(default_factory=list)
    """Atoms of each set."""
    slots: dict[Slot, set[int]] = field(default_factory=lambda: defaultdict(set))
    slots_with_room: dict[Slot, set[int]] = field(
        default_factory=lambda: defaultdict(set)
    )
    teachers: dict[Key, dict[Slot, set[int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    activities: int = 0


@dataclass(slots=True)
class _Row:
    """Whom somebody meets: hours with each set, and slots in which sets overlap."""

    hours: dict[int, int]
    """Slots in which a set is the only one, by set."""
    together: list[tuple[int, ...]]
    """Sets met in one slot; who is in several of them is met once."""
    own: int = -1
    """An atom meets itself: not counted."""
    alike: int = 1
    """How many have this same row."""


def _table(plan: Plan) -> _Table:
    """A plan's timetable by slots."""
    leaves = _leaves(plan)
    table = _Table(atoms=len({leaf for below in leaves.values() for leaf in below}))
    numbers: dict[tuple[str, tuple[str, ...]], int] = {}
    for row in plan.lessons:
        if row.day > 0:
            key = (row.school, row.classes)
            if key not in numbers:
                numbers[key] = len(table.members)
                table.members.append(_union(leaves, row))
            _enter(table, row, numbers[key])
    return table


def _leaves(plan: Plan) -> dict[Key, list[int]]:
    """Numbers of the atoms of each class."""
    within = {(row.school, row.code): (row.school, row.within) for row in plan.classes}
    split = {above for above in within.values() if above in within}
    leaves: dict[Key, list[int]] = {key: [] for key in within}
    number = 0
    for key in within:
        if key in split:
            continue
        seen: set[Key] = set()
        above = key
        while above in within and above not in seen:
            seen.add(above)
            leaves[above].append(number)
            above = within[above]
        number += 1
    return leaves


def _union(leaves: dict[Key, list[int]], row: Lesson) -> Atoms:
    found = {a for code in row.classes for a in leaves.get((row.school, code), ())}
    return np.array(sorted(found), dtype=np.int64)


def _enter(table: _Table, row: Lesson, atoms: int) -> None:
    """Enter a placed lesson in the slots it takes."""
    table.activities += len(table.members[atoms]) > 0
    for period in range(row.period, row.period + row.duration):
        slot = (row.school, row.day, period)
        table.slots[slot].add(atoms)
        if row.rooms:
            table.slots_with_room[slot].add(atoms)
        for teacher in row.teachers:
            table.teachers[row.school, teacher][slot].add(atoms)


def _cells(table: _Table, slots: dict[Slot, set[int]]) -> int:
    """How many (atom, slot) there are in which the atom has a lesson."""
    total = 0
    for sets in slots.values():
        mark = np.zeros(table.atoms, dtype=bool)
        for number in sets:
            mark[table.members[number]] = True
        total += int(mark.sum())
    return total


def _by_teacher(table: _Table) -> Iterator[_Row]:
    """Whom each teacher meets."""
    for slots in table.teachers.values():
        single = Counter(next(iter(sets)) for sets in slots.values() if len(sets) == 1)
        yield _Row(single, [tuple(sets) for sets in slots.values() if len(sets) > 1])


def _by_atom(table: _Table) -> Iterator[_Row]:
    """Whom each atom meets; atoms that are always in the same sets share a row."""
    sets_of: dict[int, list[int]] = defaultdict(list)
    for number, members in enumerate(table.members):
        for atom in members.tolist():
            sets_of[atom].append(number)
    hours = Counter(number for sets in table.slots.values() for number in sets)
    overlaps = _overlaps(table)
    alike: dict[tuple[object, object], list[int]] = defaultdict(list)
    for atom, sets in sets_of.items():
        alike[tuple(sets), overlaps.get(atom, ())].append(atom)
    for same in alike.values():
        slots = overlaps.get(same[0], ())
        alone = {
            s: hours[s] - sum(s in slot for slot in slots) for s in sets_of[same[0]]
        }
        yield _Row(alone, list(slots), own=same[0], alike=len(same))


def _overlaps(table: _Table) -> dict[int, tuple[tuple[int, ...], ...]]:
    """Of atoms that are in several sets of one slot, these sets, slot by slot."""
    found: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for sets in table.slots.values():
        times = np.zeros(table.atoms, dtype=np.int32)
        for number in sets:
            times[table.members[number]] += 1
        for atom in np.flatnonzero(times > 1).tolist():
            of_atom = (s for s in sorted(sets) if _holds(table.members[s], atom))
            found[atom].append(tuple(of_atom))
    return {atom: tuple(slots) for atom, slots in found.items()}


def _holds(members: Atoms, atom: int) -> bool:
    place = int(np.searchsorted(members, atom))
    return place < len(members) and int(members[place]) == atom


def _meetings(table: _Table, rows: Iterable[_Row]) -> tuple[int, int]:
    """Pairs that meet, each counted from every row, and their hours."""
    pairs = hours = 0
    line = np.zeros(table.atoms, dtype=np.int64)
    for row in rows:
        line.fill(0)
        for number, weight in row.hours.items():
            line[table.members[number]] += weight
        for sets in row.together:
            line[np.unique(np.concatenate([table.members[s] for s in sets]))] += 1
        if row.own >= 0:
            line[row.own] = 0
        pairs += row.alike * int(np.count_nonzero(line))
        hours += row.alike * int(line.sum())
    return pairs, hours
