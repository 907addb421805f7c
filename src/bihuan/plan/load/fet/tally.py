"""Who meets whom in a timetable, counted as FET's own output is counted.

Everything is counted from the plan's lessons: an hour is a period of a day in which two
are in the same lesson, however many lessons they share in it. A set of atoms is a whole
number whose bits are atoms, so that joining and counting sets costs little.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from bihuan.plan.load.fet.sets import ones, union
from bihuan.plan.plan import Plan
from bihuan.plan.timetable import Lesson
from bihuan.plan.words import Role

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
    together, hours = _atoms_together(table.slots.values())
    taught = [list(map(union, slots.values())) for slots in table.teachers.values()]
    return {
        "subgroups": table.atoms,
        "subgroup_slots_filled": _cells(table.slots.values()),
        "teachers": sum(person.role is Role.TEACHER for person in plan.people),
        "teacher_slots_filled": sum(map(len, taught)),
        "activities_with_students": table.activities,
        "teacher_subgroup_pairs": sum(union(met).bit_count() for met in taught),
        "teacher_subgroup_hours": sum(m.bit_count() for met in taught for m in met),
        "subgroup_pairs_sharing_activity": together,
        "subgroup_pair_hours": hours,
        "subgroup_slots_with_room": _cells(table.with_room.values()),
    }


@dataclass(slots=True)
class _Table:
    """A timetable by slots: the sets of atoms that have a lesson."""

    atoms: int = 0
    activities: int = 0
    slots: dict[Slot, set[int]] = field(default_factory=lambda: defaultdict(set))
    with_room: dict[Slot, set[int]] = field(default_factory=lambda: defaultdict(set))
    teachers: dict[Key, dict[Slot, set[int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )


def _table(plan: Plan) -> _Table:
    """A plan's timetable by slots."""
    leaves = _leaves(plan)
    table = _Table(atoms=union(leaves.values()).bit_count())
    sets: dict[tuple[str, tuple[str, ...]], int] = {}
    for row in plan.lessons:
        if row.day > 0:
            key = (row.school, row.classes)
            if key not in sets:
                sets[key] = union(leaves.get((row.school, c), 0) for c in row.classes)
            _enter(table, row, sets[key])
    return table


def _leaves(plan: Plan) -> dict[Key, int]:
    """Atoms of each class."""
    within = {(row.school, row.code): (row.school, row.within) for row in plan.classes}
    split = {above for above in within.values() if above in within}
    leaves: dict[Key, int] = dict.fromkeys(within, 0)
    for number, key in enumerate(key for key in within if key not in split):
        seen: set[Key] = set()
        above = key
        while above in within and above not in seen:
            seen.add(above)
            leaves[above] |= 1 << number
            above = within[above]
    return leaves


def _enter(table: _Table, row: Lesson, atoms: int) -> None:
    """Enter a placed lesson in the slots it takes."""
    table.activities += atoms > 0
    for period in range(row.period, row.period + row.duration):
        slot = (row.school, row.day, period)
        table.slots[slot].add(atoms)
        if row.rooms:
            table.with_room[slot].add(atoms)
        for teacher in row.teachers:
            table.teachers[row.school, teacher][slot].add(atoms)


def _cells(slots: Iterable[Collection[int]]) -> int:
    """How many (atom, slot) there are in which the atom has a lesson."""
    return sum(union(sets).bit_count() for sets in slots)


def _atoms_together(slots: Collection[Collection[int]]) -> tuple[int, int]:
    """Pairs of atoms that share a lesson, and the slots in which they do."""
    everything = {atoms for sets in slots for atoms in sets}
    twice = sum(met.bit_count() - 1 for met in _met(everything))
    twice_hours = sum(map(_meetings, slots))
    return twice // 2, twice_hours // 2


def _meetings(sets: Collection[int]) -> int:
    """Pairs of atoms that meet in one slot, each counted from both sides."""
    sizes = [atoms.bit_count() for atoms in sets]
    if sum(sizes) == union(sets).bit_count():
        return sum(size * (size - 1) for size in sizes)
    return sum(met.bit_count() - 1 for met in _met(sets))


def _met(sets: Iterable[int]) -> Iterable[int]:
    """Of each atom of some sets, all atoms it is in a set with, itself included."""
    met: dict[int, int] = {}
    for atoms in sets:
        for atom in ones(atoms):
            met[atom] = met.get(atom, 0) | atoms
    return met.values()
