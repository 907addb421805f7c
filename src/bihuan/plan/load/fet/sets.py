"""FET's sets of students: atoms, who is in which set, home classes, how many persons.

FET's atom is the subgroup. A group that no listing gives subgroups is its own atom, and
so is a year without groups (FET then adds automatic groups and subgroups). A name is one
set however often and wherever it is listed: its atoms are the union over the listings.

*Home.* Of each year those groups are its classes that split it without overlap and
without a rest. Where several families do, it is the one that begins first in the file,
groups with a home room before others, a group that is the whole year last. Where none
does, the family that leaves out fewest; an atom left out that states more than one
student is a class, the others are in a class named as the year.

*Numbers.* The highest level that states a number above 0 wins; the levels below are made
to agree, in proportion to what they state themselves; sets that state nothing share what
is left evenly.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from bihuan.plan.load.fet.rows import Row, whole_number

_TRIES: Final = 200
"""Groups from which a family of classes is tried, by year."""


@dataclass(slots=True)
class Sets:
    """Sets of students by name; a set of atoms is a whole number whose bits are atoms."""

    atoms: list[str] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    """Line on which a name is first listed."""
    years: dict[str, int] = field(default_factory=dict)
    """Atoms of each year."""
    groups: dict[str, dict[str, int]] = field(default_factory=dict)
    """Atoms of each group, by year."""
    named: dict[str, int] = field(default_factory=dict)
    """Atoms of each name, whatever it names."""
    stated: dict[str, int] = field(default_factory=dict)
    """Number of students that a name states first, above 0."""

    def members_of(self, names: Iterable[str]) -> tuple[int, ...]:
        """Numbers of the atoms of some sets, ascending, each once."""
        return self.members(union(self.named[name] for name in names))

    def members(self, bits: int) -> tuple[int, ...]:
        """Numbers of the atoms of a set, ascending."""
        return tuple(ones(bits))


@dataclass(slots=True)
class Home:
    """A home class: its name, its atoms, the year it belongs to, its students."""

    name: str
    year: str
    atoms: tuple[int, ...]
    whole: bool
    """It is one atom and not a group of some."""
    students: int = 0


def size_of(years: Iterable[Row]) -> int:
    """How many names there are times how many atoms: what the sets need, in bits."""
    names, parts = set[str](), set[str]()
    for year in years:
        names.add(year.first("Name"))
        for group in year.rows("Group"):
            name = group.first("Name")
            below = {part.first("Name") for part in group.rows("Subgroup")}
            names.add(name)
            parts |= below or {name}
    return len(names | parts) * len(parts)


def ones(bits: int) -> list[int]:
    """Places of the ones of a whole number, ascending."""
    octets = np.frombuffer(
        bits.to_bytes(bits.bit_length() // 8 + 1, "little"), np.uint8
    )
    places: list[int] = np.flatnonzero(
        np.unpackbits(octets, bitorder="little")
    ).tolist()
    return places


def read_sets(years: Iterable[Row]) -> Sets:
    """Sets of students of the rows of Students_List."""
    rows = [row for row in years if row.first("Name").strip()]
    sets = Sets()
    below = _listed(sets, rows)
    number: dict[str, int] = {}

    def atom(name: str) -> int:
        if name not in number:
            number[name] = len(sets.atoms)
            sets.atoms.append(name)
        return 1 << number[name]

    def group(name: str) -> int:
        bits = 0
        for part in below.parts.get(name) or (name,):
            bits |= atom(part)
        return bits

    for year, groups in below.groups.items():
        sets.groups[year] = {name: group(name) for name in groups}
        sets.years[year] = union(sets.groups[year].values()) or group(year)
    _name(sets, number)
    return sets


@dataclass(slots=True)
class _Below:
    """What is listed below each name, in the file's order, each once."""

    groups: dict[str, list[str]] = field(default_factory=dict)
    parts: dict[str, list[str]] = field(default_factory=dict)


def _listed(sets: Sets, years: Sequence[Row]) -> _Below:
    """Who lists whom; lines and numbers of students on the way."""
    groups: dict[str, dict[str, None]] = {}
    parts: dict[str, dict[str, None]] = {}
    for year in years:
        of_year = groups.setdefault(_note(sets, year), {})
        for group in _named_rows(year, "Group"):
            name = _note(sets, group)
            of_year[name] = None
            of_group = parts.setdefault(name, {})
            for part in _named_rows(group, "Subgroup"):
                of_group[_note(sets, part)] = None
    return _Below(
        {name: list(below) for name, below in groups.items()},
        {name: list(below) for name, below in parts.items()},
    )


def _named_rows(row: Row, tag: str) -> Iterator[Row]:
    return (below for below in row.rows(tag) if below.first("Name").strip())


def _note(sets: Sets, row: Row) -> str:
    """Name of a listing; its line and its number of students are kept."""
    name = row.first("Name")
    sets.lines.setdefault(name, row.line)
    number = whole_number(row.first("Number_of_Students").strip())
    if number > 0:
        sets.stated.setdefault(name, number)
    return name


def _name(sets: Sets, number: dict[str, int]) -> None:
    """Join what a name stands for at every level."""
    for name, bits in sets.years.items():
        sets.named[name] = sets.named.get(name, 0) | bits
    for groups in sets.groups.values():
        for name, bits in groups.items():
            sets.named[name] = sets.named.get(name, 0) | bits
    for name, place in number.items():
        sets.named[name] = sets.named.get(name, 0) | 1 << place


def union(sets: Iterable[int]) -> int:
    """Everything that is in one of some sets."""
    bits = 0
    for each in sets:
        bits |= each
    return bits


def home_classes(sets: Sets, with_room: Iterable[str]) -> list[Home]:
    """Home classes of all years; an atom is in one of them, of the first year it is in."""
    roomy = set(with_room)
    homes: list[Home] = []
    taken = 0
    for year, whole in sets.years.items():
        order = sorted(sets.groups[year].items(), key=lambda item: item[0] not in roomy)
        chosen = family(whole, [bits for _, bits in order])
        names = {bits: name for name, bits in reversed(order)}
        homes += (
            _home(sets, names[bits], year, rest)
            for bits in sorted(chosen, key=lambda b: b & -b)
            if (rest := bits & ~taken)
        )
        left = whole & ~taken & ~union(chosen)
        homes += _left_over(sets, year, left)
        taken |= whole
    return homes


def family(whole: int, groups: Sequence[int]) -> list[int]:
    """The groups that split a year best: see the module's docstring."""
    parts = list(dict.fromkeys(bits for bits in groups if bits != whole))
    best: list[int] = []
    left = whole
    for first in range(min(len(parts), _TRIES)):
        chosen, union = [], 0
        for bits in (*parts[first:], *parts[:first]):
            if not bits & union:
                chosen.append(bits)
                union |= bits
        rest = (whole & ~union).bit_count()
        if rest < left.bit_count():
            best, left = chosen, whole & ~union
        if not left:
            return best
    return [whole] if whole in groups else best


def _home(sets: Sets, name: str, year: str, bits: int) -> Home:
    atoms = sets.members(bits)
    whole = len(atoms) == 1 and sets.atoms[atoms[0]] == name
    return Home(name, year, atoms, whole)


def _left_over(sets: Sets, year: str, bits: int) -> Iterator[Home]:
    """Classes of the atoms that no class of their year holds."""
    persons = 0
    for atom in ones(bits):
        name = sets.atoms[atom]
        if name != year and sets.stated.get(name, 0) <= 1:
            persons |= 1 << atom
        else:
            yield Home(name, year, (atom,), whole=True)
    if persons:
        yield _home(sets, year, year, persons)


def number_students(sets: Sets, homes: Sequence[Home]) -> list[int]:
    """Students of each atom, consistent with those it sets in `homes`."""
    students = [0] * len(sets.atoms)
    for year in sets.years:
        own = [home for home in homes if home.year == year]
        before = sum(students[atom] for atom in sets.members(sets.years[year]))
        total = max(sets.stated.get(year, 0) - before, 0)
        shares = apportion(total, [_stated(sets, home) for home in own])
        for home, share in zip(own, shares, strict=True):
            below = [sets.stated.get(sets.atoms[atom], 0) for atom in home.atoms]
            for atom, part in zip(home.atoms, apportion(share, below), strict=True):
                students[atom] = part
            home.students = sum(students[atom] for atom in home.atoms)
    return students


def _stated(sets: Sets, home: Home) -> int:
    """What a class states, else the sum of its atoms; 0: nothing."""
    below = sum(sets.stated.get(sets.atoms[atom], 0) for atom in home.atoms)
    return (home.name != home.year and sets.stated.get(home.name, 0)) or below


def apportion(total: int, stated: Sequence[int]) -> list[int]:
    """Shares of a total in proportion to what is stated; 0 states nothing.

    total 0: as stated. Who states nothing shares evenly what is left; where nothing is
    left, everybody's share shrinks. Largest remainders, the first first.
    """
    known, silent = sum(stated), stated.count(0)
    if not stated or total <= 0 or (total == known and not silent):
        return list(stated)
    if silent and known < total:
        weights = [float(n or (total - known) / silent) for n in stated]
    elif silent < len(stated):
        mean = known / (len(stated) - silent)
        weights = [float(n or mean) for n in stated]
    else:
        weights = [1.0] * len(stated)
    exact = [total * weight / sum(weights) for weight in weights]
    shares = [int(share) for share in exact]
    order = sorted(range(len(exact)), key=lambda i: (shares[i] - exact[i], i))
    for i in order[: total - sum(shares)]:
        shares[i] += 1
    return shares
