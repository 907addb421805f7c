"""Odd FET files made without our reader, and a slow count of who meets whom in one.

The count goes set by set and slot by slot over the XML as it stands; it knows only what
FET says of its fields and nothing of our plan.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from xml.etree.ElementTree import Element  # noqa: TID251  # the type alone
from xml.sax.saxutils import escape

from defusedxml import ElementTree
from hypothesis import strategies as st

NAMES = ("1A", "1 A", "一班", "Ab&c<", "é", "é", "قسم", " x", "x ", "2-B", "高三(5)班")
WHOLE = "100"


def element(tag: str, *inside: str) -> str:
    """An element around others, or around an escaped text."""
    return f"<{tag}>{''.join(inside)}</{tag}>\n"


def leaf(tag: str, text: object) -> str:
    """An element with a text."""
    return f"<{tag}>{escape(str(text))}</{tag}>\n"


@dataclass(frozen=True)
class Group:
    name: str
    subgroups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Year:
    name: str
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True)
class Activity:
    id: int
    students: tuple[str, ...] = ()
    teachers: tuple[str, ...] = ()
    duration: int = 1
    active: str = "true"
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Start:
    activity: int
    day: str
    hour: str
    weight: str = WHOLE
    active: str = "true"


@dataclass(frozen=True)
class InRoom:
    activity: int
    room: str
    real: tuple[str, ...] = ()
    weight: str = WHOLE
    active: str = "true"


@dataclass(frozen=True)
class FetFile:
    """A FET file: what is in it, and its XML."""

    days: Sequence[str]
    hours: Sequence[str]
    years: Sequence[Year] = ()
    teachers: Sequence[str] = ()
    rooms: Sequence[str] = ()
    virtual: Sequence[tuple[str, tuple[str, ...]]] = ()
    """Virtual rooms, and the real rooms that each may take."""
    activities: Sequence[Activity] = ()
    starts: Sequence[Start] = ()
    in_rooms: Sequence[InRoom] = ()
    homes: Sequence[tuple[str, str]] = ()
    """Home rooms of sets of students."""
    mode: str = ""
    version: str = "6.8.5"
    numbers: dict[str, int] = field(default_factory=dict)
    """Number_of_Students by name; others say 0."""

    def xml(self) -> str:
        """The file."""
        parts = (
            element("Days_List", *(element("Day", leaf("Name", n)) for n in self.days)),
            element(
                "Hours_List", *(element("Hour", leaf("Name", n)) for n in self.hours)
            ),
            element("Students_List", *map(self._year, self.years)),
            element(
                "Teachers_List",
                *(element("Teacher", leaf("Name", n)) for n in self.teachers),
            ),
            element("Activities_List", *map(_activity, self.activities)),
            element("Rooms_List", *self._rooms()),
            element("Time_Constraints_List", *map(_start, self.starts)),
            element(
                "Space_Constraints_List",
                *map(_in_room, self.in_rooms),
                *(_home(students, room) for students, room in self.homes),
            ),
        )
        mode = leaf("Mode", self.mode) if self.mode else ""
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<fet version="{self.version}">\n'
            f"{mode}{leaf('Institution_Name', '测试学校')}{''.join(parts)}</fet>\n"
        )

    def _set(self, tag: str, name: str, inside: str = "") -> str:
        number = leaf("Number_of_Students", self.numbers.get(name, 0))
        return element(tag, leaf("Name", name), number, inside)

    def _year(self, year: Year) -> str:
        return self._set("Year", year.name, "".join(map(self._group, year.groups)))

    def _group(self, group: Group) -> str:
        below = "".join(self._set("Subgroup", name) for name in group.subgroups)
        return self._set("Group", group.name, below)

    def _rooms(self) -> Iterator[str]:
        for name in self.rooms:
            yield element("Room", leaf("Name", name), leaf("Capacity", 30000))
        for name, real in self.virtual:
            rooms = "".join(leaf("Real_Room", r) for r in real)
            yield element(
                "Room",
                leaf("Name", name),
                leaf("Capacity", 40),
                leaf("Virtual", "true"),
                element("Set_of_Real_Rooms", rooms),
            )


def _activity(row: Activity) -> str:
    return element(
        "Activity",
        *(leaf("Teacher", name) for name in row.teachers),
        leaf("Subject", "数学"),
        *(leaf("Activity_Tag", name) for name in row.tags),
        *(leaf("Students", name) for name in row.students),
        leaf("Duration", row.duration),
        leaf("Total_Duration", row.duration),
        leaf("Id", row.id),
        leaf("Activity_Group_Id", 0),
        leaf("Active", row.active),
    )


def _start(row: Start) -> str:
    return element(
        "ConstraintActivityPreferredStartingTime",
        leaf("Weight_Percentage", row.weight),
        leaf("Activity_Id", row.activity),
        leaf("Preferred_Day", row.day),
        leaf("Preferred_Hour", row.hour),
        leaf("Active", row.active),
    )


def _in_room(row: InRoom) -> str:
    return element(
        "ConstraintActivityPreferredRoom",
        leaf("Weight_Percentage", row.weight),
        leaf("Activity_Id", row.activity),
        leaf("Room", row.room),
        *([leaf("Number_of_Real_Rooms", len(row.real))] if row.real else []),
        *(leaf("Real_Room", name) for name in row.real),
        leaf("Active", row.active),
    )


def _home(students: str, room: str) -> str:
    return element(
        "ConstraintStudentsSetHomeRoom",
        leaf("Weight_Percentage", WHOLE),
        leaf("Students", students),
        leaf("Room", room),
        leaf("Active", "true"),
    )


@st.composite
def fet_files(draw: st.DrawFn) -> FetFile:
    """FET files with everything odd that one may hold."""
    names = st.sampled_from(NAMES)
    halves = draw(st.sampled_from(("", "", "Official", "Mornings_Afternoons", "old")))
    days = [f"D{n}" for n in range(draw(st.integers(1, 3)) * (2 if halves else 1))]
    hours = [f"H{n}" for n in range(draw(st.integers(1, 4)))]
    groups = st.builds(Group, names, st.lists(names, max_size=3).map(tuple))
    years = draw(
        st.lists(
            st.builds(Year, names, st.lists(groups, max_size=3).map(tuple)), max_size=4
        )
    )
    listed = sorted(
        {y.name for y in years}
        | {g.name for y in years for g in y.groups}
        | {s for y in years for g in y.groups for s in g.subgroups}
    )
    teachers = draw(st.lists(names, max_size=4, unique=True))
    rooms = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    virtual = (("V1", tuple(rooms)), ("V2", ()))
    activities = draw(
        st.lists(
            st.builds(
                Activity,
                id=st.integers(1, 9),
                students=_some(listed),
                teachers=_some(teachers),
                duration=st.integers(1, 3),
                active=st.sampled_from(("true", "true", "true", "false")),
                tags=st.sampled_from(((), ("tag",))),
            ),
            max_size=8,
        )
    )
    soft = st.sampled_from((WHOLE, WHOLE, "100.0", "95"))
    active = st.sampled_from(("true", "true", "true", "false"))
    starts = st.builds(
        Start,
        st.integers(1, 9),
        st.sampled_from(days),
        st.sampled_from(hours),
        soft,
        active,
    )
    in_rooms = st.one_of(
        st.builds(
            InRoom,
            st.integers(1, 9),
            st.sampled_from(rooms),
            weight=soft,
            active=active,
        ),
        st.builds(
            InRoom, st.integers(1, 9), st.sampled_from(("V1", "V2")), _some(rooms)
        ),
    )
    homes = st.tuples(st.sampled_from(listed or ["-"]), st.sampled_from(rooms))
    return FetFile(
        days=days,
        hours=hours,
        years=years,
        teachers=teachers,
        rooms=rooms,
        virtual=virtual,
        activities=activities,
        starts=draw(st.lists(starts, max_size=12)),
        in_rooms=draw(st.lists(in_rooms, max_size=6)),
        homes=draw(st.lists(homes, max_size=2)) if listed else [],
        mode="" if halves == "old" else halves,
        version="5.27.3-morocco30" if halves == "old" else "6.8.5",
        numbers=draw(st.dictionaries(names, st.integers(0, 50), max_size=5)),
    )


def _some(names: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    """A few of some names, possibly one twice."""
    if not names:
        return st.just(())
    return st.lists(st.sampled_from(names), max_size=3).map(tuple)


def count_slowly(xml: str) -> dict[str, int]:
    """Who meets whom, straight from the XML."""
    root = ElementTree.fromstring(xml.encode())
    atoms, sets = _atoms(root)
    day = {n: i for i, n in enumerate(_texts(root, "Days_List/Day/Name"))}
    hour = {n: i for i, n in enumerate(_texts(root, "Hours_List/Hour/Name"))}
    start = {
        c.findtext("Activity_Id"): (
            day[c.findtext("Preferred_Day") or ""],
            hour[c.findtext("Preferred_Hour") or ""],
        )
        for c in root.iterfind("Time_Constraints_List/*")
        if _binding(c)
    }
    spaces = [c for c in root.iterfind("Space_Constraints_List/*") if _binding(c)]
    with_room = {c.findtext("Activity_Id") for c in spaces}
    homes = {c.findtext("Students") for c in spaces if c.findtext("Students")}
    cell: set[tuple[str, tuple[int, int]]] = set()
    roomy: set[tuple[str, tuple[int, int]]] = set()
    taught: set[tuple[str, tuple[int, int]]] = set()
    teaches: set[tuple[str, str, tuple[int, int]]] = set()
    shared: set[tuple[str, str, tuple[int, int]]] = set()
    activities = 0
    for row in root.iterfind("Activities_List/Activity"):
        number = row.findtext("Id")
        if row.findtext("Active") != "true" or number not in start:
            continue
        students = {x.text or "" for x in row.iterfind("Students")}
        teachers = [x.text or "" for x in row.iterfind("Teacher")]
        there = set().union(*(sets[name] for name in students))
        activities += bool(students)
        for k in range(int(row.findtext("Duration") or 1)):
            slot = (start[number][0], start[number][1] + k)
            cell |= {(a, slot) for a in there}
            taught |= {(t, slot) for t in teachers}
            teaches |= {(t, a, slot) for t in teachers for a in there}
            shared |= {(a, b, slot) for a, b in combinations(sorted(there), 2)}
            if number in with_room or (len(students) == 1 and students <= homes):
                roomy |= {(a, slot) for a in there}
    return {
        "subgroups": len(atoms),
        "subgroup_slots_filled": len(cell),
        "teachers": len(set(_texts(root, "Teachers_List/Teacher/Name"))),
        "teacher_slots_filled": len(taught),
        "activities_with_students": activities,
        "teacher_subgroup_pairs": len({(t, a) for t, a, _ in teaches}),
        "teacher_subgroup_hours": len(teaches),
        "subgroup_pairs_sharing_activity": len({(a, b) for a, b, _ in shared}),
        "subgroup_pair_hours": len(shared),
        "subgroup_slots_with_room": len(roomy),
    }


def _texts(root: Element, path: str) -> list[str]:
    return [found.text or "" for found in root.iterfind(path)]


def _binding(constraint: Element) -> bool:
    """Whether a constraint is active and must hold."""
    weight = float(constraint.findtext("Weight_Percentage") or 0)
    return weight == 100 and constraint.findtext("Active") == "true"


def _atoms(root: Element) -> tuple[set[str], dict[str, set[str]]]:
    """All atoms, and the atoms of each name: every listing of a name is the same set."""
    years = root.findall("Students_List/Year")
    groups = [group for year in years for group in year.findall("Group")]
    parts: dict[str, set[str]] = {}
    for group in groups:
        below = parts.setdefault(group.findtext("Name") or "", set())
        below.update(_texts(group, "Subgroup/Name"))
    of_group = {name: below or {name} for name, below in parts.items()}
    sets: dict[str, set[str]] = {}
    for below in parts.values():
        for name in below:
            sets.setdefault(name, set()).add(name)
    for name, below in of_group.items():
        sets.setdefault(name, set()).update(below)
    in_year: dict[str, list[str]] = {}
    for year in years:
        names = _texts(year, "Group/Name")
        in_year.setdefault(year.findtext("Name") or "", []).extend(names)
    for name, names in in_year.items():
        below = set().union(*(of_group[each] for each in names))
        sets.setdefault(name, set()).update(below or of_group.get(name, {name}))
    return set().union(*sets.values()), sets
