"""A FET timetable (.fet) as a plan of one school.

FET: lalescu.ro/liviu/fet. What is read: docs of `LISTS` in `rows`; who is in which set:
`sets`. A lesson's classes are atoms (FET's subgroups), so that what FET calls a
subgroup is a row of `Plan.classes` that no other row is within; home classes with more
than one atom are rows too and hold the students of their parts.

An activity is placed by its last active ConstraintActivityPreferredStartingTime of weight
100; its room is that of its last active ConstraintActivityPreferredRoom of weight 100
(the real rooms of a virtual one), else its subject's preferred room, else the home room of
its students (if they are one set), else that of its one teacher.

In mornings-afternoons mode (`<Mode>`, or a version of FET's Moroccan or Algerian edition)
days 2n-1 and 2n are morning and afternoon of day n: afternoon hours go on counting.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Final

from bihuan.base.ids import AreaCode, ClassCode, GradeCode, PersonId, SchoolCode
from bihuan.base.problems import Problem
from bihuan.base.where import Where
from bihuan.plan.defaults import bare_district
from bihuan.plan.load.fet.grid import (
    Grid,
    Start,
    default_periods,
    periods,
    read_grid,
    starts,
)
from bihuan.plan.load.fet.rooms import Rooms, read_rooms
from bihuan.plan.load.fet.rows import Row, Rows, read_rows, whole_number
from bihuan.plan.load.fet.sets import (
    Home,
    Sets,
    home_classes,
    number_students,
    read_sets,
    size_of,
)
from bihuan.plan.load.fet.tally import counts
from bihuan.plan.load.fet.told import (
    ACTIVITIES,
    DISAGREE,
    DURATION,
    EMPTY_LIST,
    MISSING_LIST,
    NO_NUMBER,
    NO_TIMES,
    NOT_PLACED,
    NOT_SOLVED,
    OVER_END,
    STUDENTS,
    TEACHERS,
    TOO_MANY_SETS,
    TWICE,
    UNKNOWN,
    UNLISTED,
    Names,
    Told,
    is_active,
    keys,
)
from bihuan.plan.people import Class, Grade, Person, School
from bihuan.plan.places import Area
from bihuan.plan.plan import Plan
from bihuan.plan.reading import Reading
from bihuan.plan.timetable import Lesson, Period
from bihuan.plan.words import Post, Role, Stage

__all__ = ["counts", "read_fet"]

NEEDED: Final = (
    "Days_List",
    "Hours_List",
    "Students_List",
    "Teachers_List",
    "Activities_List",
)
MAX_DURATION: Final = 100
"""Hours of one activity; FET's own limit is the hours of a day, in practice below 20."""
MAX_SIZE: Final = 500_000_000
"""Names of sets of students times atoms: 60 MB of memory; FET's own limit of 30,000
atoms with 16,000 groups."""
FIRST_LEVEL: Final = 10
LEVELS: Final = 3
"""Years are taken for the grades of a senior school, in the file's order."""
SCHOOL: Final = SchoolCode("FET")
AREA: Final = AreaCode("FET")


def read_fet(path: Path) -> Reading:
    """The plan that a FET timetable tells of, with what was wrong in it."""
    rows = read_rows(path)
    if isinstance(rows, Problem):
        return Reading(None, (rows,))
    told = Told(path.name)
    refused = tuple(_refused(rows, told))
    if refused:
        return Reading(None, refused)
    plan = _plan(rows, told)
    told.tell_rest()
    return Reading(plan, tuple(told.problems))


def _refused(rows: Rows, told: Told) -> Iterator[Problem]:
    """What makes it no timetable that can be read."""
    for name in NEEDED:
        if name not in rows.lists:
            yield MISSING_LIST.at(Where(file=told.file), came=name)
    size = size_of(rows.of("Students_List"))
    if size > MAX_SIZE:
        where = told.where(rows.lines["Students_List"])
        yield TOO_MANY_SETS.at(where, came=size, allowed=MAX_SIZE)


def _plan(rows: Rows, told: Told) -> Plan:
    """The plan; its problems are told on the way."""
    for name in NEEDED:
        if not rows.lists[name]:
            told.tell(EMPTY_LIST, rows.lines[name], came=name)
    grid, rooms = read_grid(rows, told), read_rooms(rows, told)
    students = _students(rows, rooms, told)
    teachers = keys(rows, "Teachers_List", TEACHERS, told)
    desk = _Desk(
        rows, grid=grid, rooms=rooms, students=students, teachers=teachers, told=told
    )
    lessons = tuple(desk.lessons())
    classes = tuple(_classes(students, rooms, told))
    name = rows.texts.get("Institution_Name", "").strip() or told.file
    people = tuple(_teachers(teachers))
    total = sum(students.numbers)
    return Plan(
        district=bare_district(name, grid.cycle),
        areas=(Area(code=AREA, name=name),),
        schools=(_school(name, students=total, staff=len(people)),),
        grades=tuple(_grades(students, told)),
        classes=classes,
        people=people,
        zones=tuple(rooms.zones(SCHOOL)),
        periods=desk.periods(lessons),
        lessons=lessons,
        places=told.places,
    )


def _school(name: str, *, students: int, staff: int) -> School:
    return School(
        code=SCHOOL,
        name=name,
        stage=Stage.SENIOR,
        area=AREA,
        students=students,
        staff=staff,
    )


@dataclass(frozen=True, slots=True)
class _Students:
    """Sets of students, home classes, numbers, and the codes they get in the plan."""

    sets: Sets
    names: Names
    homes: list[Home]
    numbers: list[int]
    """Students of each atom."""
    atom_codes: list[ClassCode]
    home_codes: list[ClassCode]
    grade_codes: dict[str, GradeCode]
    """By year."""


def _students(rows: Rows, rooms: Rooms, told: Told) -> _Students:
    """Who is in which set, which sets are classes, how many they are."""
    sets = read_sets(rows.of("Students_List"))
    homes = home_classes(sets, rooms.by_students)
    numbers = number_students(sets, homes)
    _check_numbers(sets, numbers, told)
    taken = set(sets.atoms)
    return _Students(
        sets=sets,
        names=Names(sets.named),
        homes=homes,
        numbers=numbers,
        atom_codes=[ClassCode(name) for name in sets.atoms],
        home_codes=[
            ClassCode(home.name if home.whole else _unused(home.name, taken))
            for home in homes
        ],
        grade_codes={year: GradeCode(_unused(year, taken)) for year in sets.years},
    )


def _check_numbers(sets: Sets, numbers: Sequence[int], told: Told) -> None:
    """Tell of sets that state no number, or another one than the level above leaves."""
    wrong = [
        name
        for name, bits in sets.named.items()
        if not (stated := sets.stated.get(name, 0))
        or stated != sum(numbers[atom] for atom in sets.members(bits))
    ]
    if wrong:
        first = min(wrong, key=lambda name: sets.lines.get(name, 0))
        line = sets.lines.get(first, 1)
        told.tell(DISAGREE, line, came=first, allowed=len(wrong))


def _classes(students: _Students, rooms: Rooms, told: Told) -> Iterator[Class]:
    """Home classes, each followed by its parts."""
    for home, code in zip(students.homes, students.home_codes, strict=True):
        line = students.sets.lines.get(home.name, 1)
        row = Class(
            school=SCHOOL,
            code=code,
            name=home.name.strip(),
            grade=students.grade_codes[home.year],
            students=home.students,
            room=rooms.home(home.name, line),
        )
        told.place("classes", line)
        yield row
        for atom in () if home.whole else home.atoms:
            told.place("classes", students.sets.lines.get(students.sets.atoms[atom], 1))
            yield _part(students, row, atom, rooms)


def _part(students: _Students, home: Class, atom: int, rooms: Rooms) -> Class:
    """An atom as a part of its class."""
    name = students.sets.atoms[atom]
    line = students.sets.lines.get(name, 1)
    return replace(
        home,
        code=students.atom_codes[atom],
        name=name.strip(),
        students=students.numbers[atom],
        room=rooms.home(name, line) or home.room,
        within=home.code,
    )


def _grades(students: _Students, told: Told) -> Iterator[Grade]:
    codes = students.grade_codes
    for n, (year, code) in enumerate(codes.items()):
        told.place("grades", students.sets.lines.get(year, 1))
        level = FIRST_LEVEL + n * LEVELS // len(codes)
        yield Grade(school=SCHOOL, code=code, name=year.strip(), level=level)


def _teachers(names: Names) -> Iterator[Person]:
    for name in names.number:
        yield Person(
            school=SCHOOL, id=PersonId(name), role=Role.TEACHER, post=Post.TEACHER
        )


class _Desk:
    """Activities on their way to lessons."""

    def __init__(
        self,
        rows: Rows,
        *,
        grid: Grid,
        rooms: Rooms,
        students: _Students,
        teachers: Names,
        told: Told,
    ) -> None:
        self.rows, self.grid, self.rooms, self.told = rows, grid, rooms, told
        self.students, self.teachers = students, teachers
        self.line = rows.lines["Activities_List"]
        self.stride = len(grid.hours.number)
        self._classes_of: dict[tuple[str, ...], tuple[ClassCode, ...]] = {}

    def lessons(self) -> Iterator[Lesson]:
        """Active activities, those that are not placed on day 0."""
        begin = starts(self.rows, self.grid, self.told)
        self._check_ids(begin)
        active = [r for r in self.rows.of("Activities_List") if is_active(r)]
        placed = [begin.get(row.first("Id").strip()) for row in active]
        lengths = [self._duration(row) for row in active]
        self._check_placed(placed)
        self._fit([p[1] + n for p, n in zip(placed, lengths, strict=True) if p])
        for row, start, length in zip(active, placed, lengths, strict=True):
            self.told.place("lessons", row.line)
            yield self._lesson(row, start, length)

    def periods(self, lessons: Sequence[Lesson]) -> tuple[Period, ...]:
        """The day plan, at the file's own times or at default ones."""
        named = periods(SCHOOL, self.grid, lessons)
        if named:
            return named
        few = list(self.grid.hours.number)[:3]
        self.told.tell(NO_TIMES, self.rows.lines["Hours_List"], came="、".join(few))
        return default_periods(SCHOOL, self.grid, lessons, self.stride)

    def _lesson(self, row: Row, start: Start | None, length: int) -> Lesson:
        day, period = self.grid.slot(start, self.stride) if start else (0, 0)
        sets, teachers = self._sets_of(row), self._teachers_of(row)
        return Lesson(
            school=SCHOOL,
            day=day,
            period=period,
            duration=length,
            subject=row.first("Subject").strip(),
            classes=self._atoms(sets),
            teachers=tuple(map(PersonId, teachers)),
            rooms=self.rooms.of_activity(row, sets, teachers),
        )

    def _fit(self, ends: Sequence[int]) -> None:
        """Make mornings long enough for what runs over their end."""
        hours = len(self.grid.hours.number)
        over = sum(end > hours for end in ends)
        if over:
            self.told.tell(OVER_END, self.rows.lines["Hours_List"], came=over)
        self.stride = max([hours, *ends])

    def _check_ids(self, placed: Iterable[str]) -> None:
        """Tell of ids that come twice, and of placed ones that there are not."""
        seen: set[str] = set()
        for row in self.rows.of("Activities_List"):
            number = row.first("Id").strip()
            if number in seen:
                self.told.tell(TWICE, row.line, came=number, allowed=ACTIVITIES)
            seen.add(number)
        for number in placed:
            if number not in seen:
                self.told.tell(UNKNOWN, self.line, came=number, allowed=ACTIVITIES)

    def _check_placed(self, placed: Sequence[Start | None]) -> None:
        """Tell how many activities have no time."""
        missing = placed.count(None)
        if placed and missing == len(placed):
            self.told.tell(NOT_SOLVED, self.line, came=missing)
        elif missing:
            self.told.tell(NOT_PLACED, self.line, came=missing, allowed=len(placed))

    def _duration(self, row: Row) -> int:
        """Hours of an activity."""
        text = row.first("Duration", "1").strip()
        hours = whole_number(text)
        if 1 <= hours <= MAX_DURATION:
            return hours
        self.told.tell(NO_NUMBER, row.line, came=text, allowed=DURATION, used=1)
        return 1

    def _sets_of(self, row: Row) -> tuple[str, ...]:
        """Sets of students of an activity, each once."""
        found: dict[str, None] = {}
        for name in row.every("Students"):
            key = self.students.names.find(name)
            if key is None:
                self.told.tell(UNKNOWN, row.line, came=name, allowed=STUDENTS)
            else:
                found[key] = None
        return tuple(found)

    def _atoms(self, sets: tuple[str, ...]) -> tuple[ClassCode, ...]:
        """Atoms of some sets, each once; the same sets give the same tuple."""
        if sets not in self._classes_of:
            codes = self.students.atom_codes
            members = self.students.sets.members_of(sets)
            self._classes_of[sets] = tuple(codes[atom] for atom in members)
        return self._classes_of[sets]

    def _teachers_of(self, row: Row) -> tuple[str, ...]:
        """Teachers of an activity, each once; one that is not listed is told and added."""
        found: dict[str, None] = {}
        for name in row.every("Teacher"):
            key = self.teachers.find(name)
            if key is None:
                self.told.tell(UNLISTED, row.line, came=name, allowed=TEACHERS)
            found[key or self.teachers.add(name)] = None
        return tuple(found)


def _unused(name: str, taken: set[str]) -> str:
    """A name that is not taken yet, the name itself if it can be; it is taken now."""
    free = next(
        code
        for n in count(1)
        if (code := name if n == 1 else f"{name}#{n}") not in taken
    )
    taken.add(free)
    return free
