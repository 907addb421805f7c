"""Classes that are parts of classes 教学分组: whose room they sit in, who their students are."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from bihuan.base.ids import ClassCode
from bihuan.plan.people import Class, Person
from bihuan.plan.words import Role


def homes(classes: Iterable[Class]) -> dict[ClassCode, ClassCode]:
    """The homeroom class of every class: the one it is a part of, at last itself."""
    rows = {row.code: row for row in classes}
    return {code: _root(code, rows) for code in rows}


def own_students(classes: Sequence[Class]) -> dict[ClassCode, int]:
    """Students whose own class each row is, so that nobody is counted twice.

    Parts that fit into their class hold its students, who are left over belong to the
    class itself. Parts that do not fit split it more than once (English one way, sports
    another): then the students are the class's own and `rolls` deals them to the parts.
    """
    inside = Counter[ClassCode]()
    rows = {row.code: row for row in classes}
    for row in classes:
        if row.within in rows and row.within != row.code:
            inside[row.within] += row.students
    fits = {row.code: inside[row.code] <= row.students for row in classes}
    own = {}
    for row in classes:
        left = row.students - inside[row.code] if fits[row.code] else row.students
        split = any(not fits[code] for code in _above(row.code, rows))
        own[row.code] = 0 if split else left
    return own


def rolls(
    classes: Sequence[Class], people: Sequence[Person]
) -> dict[ClassCode, tuple[int, ...]]:
    """Students of each class, numbers of `people`, ascending; its parts' students are its own.

    A part that no student gives as own class takes the next ones of its class by number,
    going round as the parts go on.
    """
    direct: dict[ClassCode, list[int]] = {row.code: [] for row in classes}
    for number, person in enumerate(people):
        if person.role is Role.STUDENT and person.klass in direct:
            direct[person.klass].append(number)
    parts: dict[ClassCode, list[Class]] = {row.code: [] for row in classes}
    for row in classes:
        if row.within in parts and row.within != row.code:
            parts[row.within].append(row)
    filled: dict[ClassCode, tuple[int, ...]] = {}
    tops = [row for row in classes if row.within not in direct]
    for row in tops:
        _gather(row.code, parts, direct)
        _deal(row.code, parts, direct)
    for code, numbers in direct.items():
        filled[code] = tuple(sorted(set(numbers)))
    return filled


def _gather(
    code: ClassCode,
    parts: Mapping[ClassCode, list[Class]],
    direct: dict[ClassCode, list[int]],
) -> list[int]:
    """Give a class the students of its parts."""
    for part in parts[code]:
        direct[code] = direct[code] + _gather(part.code, parts, direct)
    return direct[code]


def _deal(
    code: ClassCode,
    parts: Mapping[ClassCode, list[Class]],
    direct: dict[ClassCode, list[int]],
) -> None:
    """Give the parts without students of their own some of their class."""
    whole, place = sorted(direct[code]), 0
    for part in parts[code]:
        if whole and not direct[part.code]:
            size = min(part.students, len(whole))
            direct[part.code] = [whole[(place + i) % len(whole)] for i in range(size)]
            place += size
        _deal(part.code, parts, direct)


def _root(code: ClassCode, rows: Mapping[ClassCode, Class]) -> ClassCode:
    """The class at the top that is no part."""
    return (code, *_above(code, rows))[-1]


def _above(code: ClassCode, rows: Mapping[ClassCode, Class]) -> tuple[ClassCode, ...]:
    """The classes that a class is a part of, upwards; a circle ends where it closes."""
    way = [code]
    while (above := rows[way[-1]].within) in rows and above not in way:
        way.append(above)
    return tuple(way[1:])
