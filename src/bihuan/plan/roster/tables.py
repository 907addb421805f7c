"""Halls and tables at which people eat."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bihuan.base.ids import ClassCode, GradeCode, ZoneCode
from bihuan.plan.places import Zone
from bihuan.plan.roster.draft import Basis, Draft, by_home
from bihuan.plan.words import ZoneKind

TABLE = 6
"""Places at a table where the hall does not say (assumed)."""
TABLE_RANGE = (4, 8)


def tabled(basis: Basis, people: Sequence[Draft]) -> Iterator[Draft]:
    """Those without a table get one in their hall, class mates together, staff together."""
    halls = [zone for zone in basis.zones if zone.kind is ZoneKind.CANTEEN_HALL]
    _assign_halls(basis, people, halls)
    yield from [draft for draft in people if draft.table]
    by_code = {zone.code: zone for zone in halls}
    parties: dict[ZoneCode, list[list[Draft]]] = defaultdict(list)
    for hall, party in _parties(basis, people):
        parties[hall].append(party)
    for hall, those in parties.items():
        taken = {p.table for p in people if p.hall == hall}
        labels = _tables(by_code.get(hall), taken)
        for party in those:
            for table in _split(party, _places(by_code.get(hall))):
                label = next(labels)
                for draft in table:
                    draft.table = label
                    yield draft


def _assign_halls(basis: Basis, people: Sequence[Draft], halls: Sequence[Zone]) -> None:
    """Give everybody a hall: the person's, the class's, else by users, else dealt by seats."""
    classes = by_home(people)
    open_to: dict[ClassCode, list[Zone]] = {
        home: [z for z in halls if basis.uses(z, basis.row(home))] for home in classes
    }
    dealt = _deal_halls(classes, open_to)
    first = halls[0].code if halls else ZoneCode("")
    for draft in people:
        if not draft.hall and draft.student:
            row = basis.row(draft.home)
            draft.hall = (row.hall if row else draft.hall) or dealt[draft.home]
        draft.hall = draft.hall or first


def _deal_halls(
    classes: dict[ClassCode, list[Draft]], open_to: dict[ClassCode, list[Zone]]
) -> dict[ClassCode, ZoneCode]:
    """Each class in the hall open to it that has most seats left for each of its seats."""
    filled = Counter[ZoneCode]()
    dealt = {}
    for home, students in classes.items():
        hall = min(
            open_to[home],
            key=lambda zone: filled[zone.code] / (zone.seats or 1),
            default=None,
        )
        dealt[home] = hall.code if hall else ZoneCode("")
        filled[dealt[home]] += len(students)
    return dealt


def _parties(
    basis: Basis, people: Sequence[Draft]
) -> Iterator[tuple[ZoneCode, list[Draft]]]:
    """Who sits down together: a class, small classes of a grade, the staff; boarders first."""
    small: dict[tuple[ZoneCode, GradeCode], list[Draft]] = defaultdict(list)
    for students in by_home(people).values():
        by_hall: dict[ZoneCode, list[Draft]] = defaultdict(list)
        for person in students:
            if not person.table:
                by_hall[person.hall].append(person)
        for hall, party in by_hall.items():
            if len(party) < TABLE_RANGE[0]:
                small[hall, basis.grade_of(party[0])] += party
            else:
                yield hall, sorted(party, key=lambda person: not person.lives_in)
    for (hall, _grade), party in small.items():
        yield hall, party
    staff: dict[ZoneCode, list[Draft]] = defaultdict(list)
    for draft in sorted(people, key=Draft.place):
        if not draft.student and not draft.table:
            staff[draft.hall].append(draft)
    yield from staff.items()


def _split(party: Sequence[Draft], places: int) -> Iterator[Sequence[Draft]]:
    """Cut a party into tables of about equal size, at least four where it can be."""
    tables = -(-len(party) // places)
    if len(party) < tables * TABLE_RANGE[0]:
        tables = max(1, len(party) // TABLE_RANGE[0])
    edges = [len(party) * n // tables for n in range(tables + 1)]
    yield from (party[a:b] for a, b in pairwise(edges))


def _places(hall: Zone | None) -> int:
    """Places at a table of a hall, 4 to 8."""
    if hall is None or not hall.seats or not hall.tables:
        return TABLE
    low, high = TABLE_RANGE
    return min(max(hall.seats // hall.tables, low), high)


def _tables(hall: Zone | None, taken: set[str]) -> Iterator[str]:
    """Labels of tables: 1, 2, ... and, once all are taken, 1-2, 2-2, ... for the next sitting."""
    tables = (hall.tables if hall else None) or 0
    number = 0
    while True:
        sitting, table = divmod(number, tables) if tables else (0, number)
        label = f"{table + 1}-{sitting + 1}" if sitting else str(table + 1)
        if label not in taken:
            yield label
        number += 1
