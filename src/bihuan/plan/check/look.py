"""A plan with its rows found by code: what every check looks things up in."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from bihuan.base.ids import SchoolCode
from bihuan.base.where import Where
from bihuan.plan.people import Class, Grade, Person, School
from bihuan.plan.places import Zone
from bihuan.plan.plan import Plan
from bihuan.plan.timetable import Period
from bihuan.plan.words import Who, ZoneKind

NEAR = 40
"""Neighbours in the alphabet that are looked at for the closest of many names."""
MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, eq=False)
class Look:
    """A plan, and its rows by (school, code)."""

    plan: Plan

    @cached_property
    def grades(self) -> Mapping[tuple[str, str], Grade]:
        """Grades by school and code."""
        return {(row.school, row.code): row for row in self.plan.grades}

    @cached_property
    def classes(self) -> Mapping[tuple[str, str], Class]:
        """Classes by school and code."""
        return {(row.school, row.code): row for row in self.plan.classes}

    @cached_property
    def zones(self) -> Mapping[tuple[str, str], Zone]:
        """Zones by school and code."""
        return {(row.school, row.code): row for row in self.plan.zones}

    @cached_property
    def people(self) -> Mapping[tuple[str, str], Person]:
        """Persons by school and id."""
        return {(row.school, row.id): row for row in self.plan.people}

    @cached_property
    def detailed(self) -> tuple[School, ...]:
        """Schools that give classes, not only counts."""
        with_classes = {row.school for row in self.plan.classes}
        return tuple(s for s in self.plan.schools if s.code in with_classes)

    @cached_property
    def _of(self) -> Mapping[tuple[str, str], list[tuple[int, Any]]]:
        rows: dict[tuple[str, str], list[tuple[int, Any]]] = defaultdict(list)
        tables = (
            "grades", "classes", "people", "zones", "periods", "lessons", "measures",
            "duties", "supplies", "liaison", "documents",
        )  # fmt: skip
        for table in tables:
            for n, row in enumerate(getattr(self.plan, table)):
                rows[table, row.school].append((n, row))
        return rows

    def of(self, table: str, school: SchoolCode) -> list[tuple[int, Any]]:
        """Rows of a table that belong to a school, with their numbers."""
        return self._of.get((table, school), [])

    def own_classes(self, school: SchoolCode) -> list[Class]:
        """Classes of a school, without the teaching groups that split them."""
        return [row for _, row in self.of("classes", school) if not row.within]

    def zones_of(self, school: SchoolCode, kind: ZoneKind) -> list[Zone]:
        """Zones of a kind."""
        return [row for _, row in self.of("zones", school) if row.kind is kind]

    def school_at(self, code: str) -> Where:
        """Where a school's row was written."""
        for n, row in enumerate(self.plan.schools):
            if row.code == code:
                return self.plan.where("schools", n)
        return Where()

    @cached_property
    def zone_rows(self) -> Mapping[tuple[str, str], int]:
        """Numbers of the zones' rows by school and code."""
        return {(row.school, row.code): n for n, row in enumerate(self.plan.zones)}

    def zone_at(self, zone: Zone, field: str = "") -> Where:
        """Where a zone's row was written."""
        return self.plan.where("zones", self.zone_rows[zone.school, zone.code], field)

    @cached_property
    def _names(self) -> Mapping[tuple[str, str], list[str]]:
        names: dict[tuple[str, str], set[str]] = defaultdict(set)
        for table in ("areas", "schools", "grades", "classes", "zones", "documents"):
            for row in getattr(self.plan, table):
                school = getattr(row, "school", "")
                names[table, school] |= {row.code, getattr(row, "name", "")} - {""}
        for person in self.plan.people:
            names["people", person.school] |= {person.id, person.name} - {""}
        return {key: sorted(found) for key, found in names.items()}

    def closest(self, tables: tuple[str, ...], school: str, came: str) -> str:
        """The name most like what came; empty: none is like it."""
        names = [
            name
            for table in tables
            for name in _near(self._names.get((table, school), []), came)
        ]
        found = get_close_matches(came, names, n=1, cutoff=0.5)
        return found[0] if found else ""


def _near(names: list[str], came: str) -> list[str]:
    """Names worth comparing: all of a few, the alphabetical neighbours of many."""
    if len(names) <= 10 * NEAR:
        return names
    at = bisect_left(names, came)
    return names[max(0, at - NEAR) : at + NEAR]


def capacity(zone: Zone) -> int | None:
    """Beds of all the rooms that a row stands for."""
    return None if zone.beds is None else zone.beds * (zone.rooms or 1)


def minutes(start: time, end: time) -> tuple[int, int]:
    """Start and end in minutes after midnight; an end before the start is a day later."""
    first = start.hour * 60 + start.minute
    last = end.hour * 60 + end.minute
    return first, last if last > first else last + MINUTES_A_DAY


def meet(a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Whether two spans of minutes share a moment, over midnight too."""
    shifts = (0, MINUTES_A_DAY, -MINUTES_A_DAY)
    return any(a[0] < b[1] + shift and b[0] + shift < a[1] for shift in shifts)


def span(period: Period) -> tuple[int, int]:
    """A period in minutes after midnight."""
    return minutes(period.start, period.end)


_PARTS: Mapping[Who, frozenset[Who]] = {
    Who.ALL: frozenset({Who.BOARDERS, Who.DAY_STUDENTS, Who.STAFF}),
    Who.STUDENTS: frozenset({Who.BOARDERS, Who.DAY_STUDENTS}),
    Who.BOARDERS: frozenset({Who.BOARDERS}),
    Who.DAY_STUDENTS: frozenset({Who.DAY_STUDENTS}),
    Who.STAFF: frozenset({Who.STAFF}),
}


def parts(who: Who) -> frozenset[Who]:
    """The groups that make up `who`: boarders, day students, staff."""
    return _PARTS[who]


def counted(who: Who, klass: Class) -> int:
    """How many students of a class belong to `who`."""
    groups = parts(who)
    boarders = klass.boarders if Who.BOARDERS in groups else 0
    others = klass.students - klass.boarders
    return boarders + (others if Who.DAY_STUDENTS in groups else 0)


def in_scope(scope: tuple[str, ...], klass: Class) -> bool:
    """Whether a measure's scope covers a class."""
    return not scope or klass.code in scope or klass.grade in scope


def pairs(rows: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Each pair of rows once."""
    return ((a, b) for n, a in enumerate(rows) for b in rows[n + 1 :])
