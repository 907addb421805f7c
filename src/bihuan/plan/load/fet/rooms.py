"""Where a FET activity is: rooms, virtual rooms, home rooms."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from bihuan.base.ids import SchoolCode, ZoneCode
from bihuan.plan.load.fet.rows import Row, Rows, whole_number
from bihuan.plan.load.fet.told import ROOMS, UNLISTED, Names, Told, binding, keys
from bihuan.plan.places import Zone
from bihuan.plan.words import ZoneKind

UNKNOWN_CAPACITY: Final = 30000
"""FET's capacity of a room for which none was given."""
SPACE: Final = "Space_Constraints_List"


@dataclass(slots=True)
class Rooms:
    """Rooms of a file and the constraints that give them."""

    told: Told
    names: Names
    listed: dict[str, Row]
    by_activity: dict[str, Row]
    by_students: dict[str, str]
    by_teacher: dict[str, str]
    by_subject: dict[str, str]
    added: dict[str, int] = field(default_factory=dict)
    """Rooms that only lessons name, and the line of the first."""

    def of_activity(
        self, row: Row, students: tuple[str, ...], teachers: tuple[str, ...]
    ) -> tuple[ZoneCode, ...]:
        """Rooms of an activity: its own, its subject's, its students', its teacher's."""
        given = self.by_activity.get(row.first("Id").strip())
        if given is not None and given.first("Room").strip():
            return self.real(given.first("Room"), given)
        name = self.by_subject.get(row.first("Subject"), "")
        if len(students) == 1:
            name = name or self.by_students.get(students[0], "")
        if len(teachers) == 1:
            name = name or self.by_teacher.get(teachers[0], "")
        return self.real(name, row) if name.strip() else ()

    def home(self, students: str, line: int) -> ZoneCode:
        """The room of a set's own, of a virtual one the first real room."""
        name = self.by_students.get(students, "")
        return self.real(name, Row(line))[0] if name.strip() else ZoneCode("")

    def real(self, name: str, row: Row) -> tuple[ZoneCode, ...]:
        """Real rooms of a room; a virtual one that names none stands for itself."""
        listed = self.listed.get(self.names.find(name) or "")
        if listed is None or not _is_virtual(listed):
            return (self._one(name, row.line),)
        real = row.every("Real_Room") or _first_real_rooms(listed)
        return tuple(dict.fromkeys(self._one(r, row.line) for r in real or [name]))

    def zones(self, school: SchoolCode) -> Iterator[Zone]:
        """Real rooms, then those that only lessons name."""
        for name, row in self.listed.items():
            if not _is_virtual(row):
                self.told.place("zones", row.line)
                yield _zone(school, name, row)
        for name, line in self.added.items():
            self.told.place("zones", line)
            yield _zone(school, name, self.listed.get(name, Row(line)))

    def _one(self, name: str, line: int) -> ZoneCode:
        """A room as it is named; one that is not listed is told and added."""
        key = self.names.find(name)
        if key is None:
            self.told.tell(UNLISTED, line, came=name, allowed=ROOMS)
        key = key or name
        if key not in self.listed or _is_virtual(self.listed[key]):
            self.added.setdefault(key, line)
        return ZoneCode(key)


def read_rooms(rows: Rows, told: Told) -> Rooms:
    """Rooms of a file."""
    names = keys(rows, "Rooms_List", ROOMS, told)
    listed = {row.first("Name"): row for row in rows.of("Rooms_List")}
    own = binding(rows, SPACE, "ConstraintActivityPreferredRoom")
    return Rooms(
        told=told,
        names=names,
        listed={name: listed[name] for name in names.number},
        by_activity={row.first("Activity_Id").strip(): row for row in own},
        by_students=_rooms_of(rows, "ConstraintStudentsSetHomeRoom", "Students"),
        by_teacher=_rooms_of(rows, "ConstraintTeacherHomeRoom", "Teacher"),
        by_subject=_rooms_of(rows, "ConstraintSubjectPreferredRoom", "Subject"),
    )


def _rooms_of(rows: Rows, tag: str, key: str) -> dict[str, str]:
    """Room by students, teacher or subject."""
    return {r.first(key): r.first("Room") for r in binding(rows, SPACE, tag)}


def _is_virtual(row: Row) -> bool:
    return row.first("Virtual").strip().lower() == "true"


def _first_real_rooms(row: Row) -> list[str]:
    """The first room of each set of real rooms that a virtual room may take."""
    sets = (each.every("Real_Room") for each in row.rows("Set_of_Real_Rooms"))
    return [rooms[0] for rooms in sets if rooms]


def _zone(school: SchoolCode, name: str, row: Row) -> Zone:
    seats = whole_number(row.first("Capacity").strip())
    return Zone(
        school=school,
        code=ZoneCode(name),
        name=name.strip(),
        kind=ZoneKind.CLASSROOM,
        building=row.first("Building").strip(),
        seats=seats if 0 <= seats < UNKNOWN_CAPACITY else None,
    )
