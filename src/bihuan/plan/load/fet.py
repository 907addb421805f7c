"""A FET timetable (.fet) as a plan of one school.

FET: lalescu.ro/liviu/fet. What is read: docs of `LISTS` in `fetxml`; who is in which set:
`fetsets`. A lesson's classes are atoms (FET's subgroups), so that what FET calls a
subgroup is a row of `Plan.classes` that no other row is within; home classes with more
than one atom are rows too and hold the students of their parts.

An activity is placed by its last active ConstraintActivityPreferredStartingTime of weight
100; its room is that of its last active ConstraintActivityPreferredRoom of weight 100
(the real rooms of a virtual one), else its subject's preferred room, else the home room of
its students (if they are one set), else that of its one teacher.

In mornings-afternoons mode (`<Mode>`, or a version of FET's Moroccan or Algerian edition)
days 2n-1 and 2n are morning and afternoon of day n: afternoon hours go on counting.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time
from itertools import count
from pathlib import Path
from typing import Final

from bihuan.base.ids import (
    AreaCode,
    ClassCode,
    GradeCode,
    PersonId,
    SchoolCode,
    ZoneCode,
)
from bihuan.base.problems import Kind, Problem, error, warning
from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.plan.default_day import lay_out
from bihuan.plan.defaults import bare_district
from bihuan.plan.load.fetcounts import counts
from bihuan.plan.load.fethours import clock_times
from bihuan.plan.load.fetsets import home_classes, number_students, read_sets, size_of
from bihuan.plan.load.fetxml import Row, Rows, read_rows
from bihuan.plan.people import Class, Grade, Person, School
from bihuan.plan.places import Area, Zone
from bihuan.plan.plan import Plan
from bihuan.plan.reading import Reading
from bihuan.plan.timetable import Lesson, Period
from bihuan.plan.words import PeriodKind, Post, Role, Stage, ZoneKind

__all__ = ["counts", "read_fet"]

DAYS, HOURS = N_("天的名称"), N_("节次的名称")
TEACHERS, STUDENTS = N_("教师名单"), N_("学生组")
ROOMS, ACTIVITIES = N_("教室名单"), N_("课的编号")
DURATION = N_("1 到 100 的整数")
NEEDED: Final = (
    "Days_List",
    "Hours_List",
    "Students_List",
    "Teachers_List",
    "Activities_List",
)
HALF_DAY_EDITION: Final = re.compile(r"morocco|algeria|mornings", re.IGNORECASE)
MAX_DURATION: Final = 100
"""Hours of one activity; FET's own limit is the hours of a day, in practice below 20."""
FIRST_LEVEL: Final = 10
LEVELS: Final = 3
"""Years are taken for the grades of a senior school, in the file's order."""
WEEK: Final = "1234567"
SCHOOL: Final = SchoolCode("FET")
AREA: Final = AreaCode("FET")
MAX_SIZE: Final = 500_000_000
"""Names of sets of students times atoms: 60 MB of memory; FET's own limit of 30,000
atoms with 16,000 groups."""
MOST: Final = 100
"""Problems of one kind that are listed one by one."""
MUST: Final = 100.0
"""Percent: weight of a constraint that must hold."""
LUNCH_MINUTES: Final = 40
LUNCH_HOURS: Final = range(11, 14)
UNKNOWN_CAPACITY: Final = 30000
"""FET's capacity of a room for which none was given."""

TOO_MANY_SETS = error(
    "F107",
    N_("学生组太多：组数乘以最小组数是 {came}，最多读 {allowed}。"),
    N_("请确认是一所学校的课表；几所学校请分开保存。"),
)
MISSING_LIST = error(
    "F110",
    N_("文件里没有「{came}」。"),
    N_("课表要有天、节次、教师、学生、课程各一张表；请在 FET 里重新保存。"),
)
EMPTY_LIST = warning(
    "F111",
    N_("「{came}」是空的。"),
    N_("请在 FET 里补上，否则接触情况算不出来。"),
)
NOT_SOLVED = warning(
    "F112",
    N_("{came} 门课都没有排进课表，谁在何时何地与谁上课算不出来，按 0 计。"),
    N_("请在 FET 里生成课表，再保存「数据和课表」文件。"),
)
NOT_PLACED = warning(
    "F113",
    N_("{allowed} 门课里有 {came} 门没有排进课表，不计入接触。"),
    N_("请在 FET 里生成完整课表，再保存「数据和课表」文件。"),
)
UNKNOWN = warning(
    "F114",
    N_("「{came}」不在{allowed}里。"),
    N_("请在 FET 里改正名称；这一处按没有填处理。"),
)
UNLISTED = warning(
    "F115",
    N_("「{came}」不在{allowed}里，按新的一项加上。"),
    N_("请在 FET 里补上这一项或改正名称。"),
)
TWICE = warning(
    "F116",
    N_("{allowed}「{came}」出现了不止一次。"),
    N_("名称相同的按同一项处理，编号相同的课各算一门；请在 FET 里改正。"),
)
DISAGREE = warning(
    "F117",
    N_("{allowed} 个学生组的人数没有填或上下级对不上，第一个是「{came}」。"),
    N_("按最上一级的人数往下分；请在 FET 里核对人数。"),
)
NO_NUMBER = warning(
    "F118",
    N_("「{came}」不是{allowed}。"),
    N_("请在 FET 里改正；这一处按 {used} 处理。"),
)
OVER_END = warning(
    "F119",
    N_("有课排到了一天最后一节以后，共 {came} 门。"),
    N_("请在 FET 里重新排课；多出的节次接在最后一节之后。"),
)
UNEVEN = warning(
    "F120",
    N_("半天模式下应有双数个半天，这里是 {came} 个，按整天处理。"),
    N_("请在 FET 里核对上午、下午是否成对。"),
)

NO_TIMES = warning(
    "F121",
    N_("从节次名称（{came}……）看不出上课时间，按默认作息排。"),
    N_("想用本校的时间，请在 FET 里把节次写成「08:00-08:45」这样再保存。"),
)

MORE = warning(
    "F122",
    N_("同类问题 [{allowed}] 还有 {came} 处没有列出。"),
    N_("请先改正列出的，再读一次。"),
)


def read_fet(path: Path) -> Reading:
    """The plan that a FET timetable tells of, with what was wrong in it."""
    rows = read_rows(path)
    if isinstance(rows, Problem):
        return Reading(None, (rows,))
    reader = _Reader(path.name, rows)
    lost = tuple(reader.missing())
    if lost:
        return Reading(None, lost)
    plan = reader.plan()
    return Reading(plan, tuple(reader.problems))


@dataclass(slots=True)
class _Placing:
    """Day and hour of an activity, both from 0, as in the file."""

    day: int
    hour: int


class _Names:
    """Keys of a list: found as written, else without the blanks around them."""

    def __init__(self, names: Iterable[str]) -> None:
        self.exact = dict.fromkeys(names)
        bare = Counter(name.strip() for name in self.exact)
        self._bare = {n.strip(): n for n in self.exact if bare[n.strip()] == 1}

    def find(self, name: str) -> str | None:
        """The key meant by a name."""
        return name if name in self.exact else self._bare.get(name.strip())


class _Reader:
    """One file on its way to a plan."""

    def __init__(self, file: str, rows: Rows) -> None:
        self.file, self.rows = file, rows
        self.problems: list[Problem] = []
        self._told: set[tuple[str, str, str]] = set()
        self._times: Counter[str] = Counter()
        self.places: dict[tuple[str, int], dict[str, Where]] = {}
        self._rows_placed: Counter[str] = Counter()

    def missing(self) -> Iterator[Problem]:
        """What makes it no timetable that can be read."""
        for name in NEEDED:
            if name not in self.rows.lists:
                yield MISSING_LIST.at(Where(file=self.file), came=name)
        size = size_of(self.rows.of("Students_List"))
        if size > MAX_SIZE:
            where = Where(file=self.file, cell=str(self.rows.lines["Students_List"]))
            yield TOO_MANY_SETS.at(where, came=size, allowed=MAX_SIZE)

    def plan(self) -> Plan:
        """The plan; its problems are noted on the way."""
        for name in NEEDED:
            if not self.rows.lists[name]:
                self._tell(EMPTY_LIST, self.rows.lines[name], came=name)
        self._read_grid()
        self._read_students()
        self._read_teachers()
        self._read_rooms()
        lessons = tuple(self._lessons())
        plan = self._assemble(lessons)
        self._tell_rest()
        return plan

    def _tell(self, kind: Kind, line: int, **words: object) -> None:
        """Note a problem, of one kind and one name only the first."""
        key = (kind.code, str(words.get("allowed")), str(words.get("came")))
        if key in self._told:
            return
        self._told.add(key)
        self._times[kind.code] += 1
        if self._times[kind.code] <= MOST:
            where = Where(file=self.file, cell=str(line))
            self.problems.append(kind.at(where, **words))

    def _tell_rest(self) -> None:
        """Say how many problems of a kind are not listed."""
        for code, times in self._times.items():
            if times > MOST:
                where = Where(file=self.file)
                self.problems.append(MORE.at(where, came=times - MOST, allowed=code))

    # --- days and hours

    def _read_grid(self) -> None:
        self.days = self._keys("Days_List", DAYS)
        self.hours = self._keys("Hours_List", HOURS)
        self.day_number = {name: n for n, name in enumerate(self.days.exact)}
        self.hour_number = {name: n for n, name in enumerate(self.hours.exact)}
        self.halves = self._half_days()
        self.stride = len(self.hour_number)
        """Periods from a morning's first to the afternoon's first."""

    def _keys(self, name: str, what: str) -> _Names:
        """Names of a list's rows; a name listed twice is told."""
        seen: dict[str, None] = {}
        for row in self.rows.of(name):
            key = row.first("Name")
            if key in seen:
                self._tell(TWICE, row.line, came=key, allowed=what)
            if key.strip():
                seen[key] = None
        return _Names(seen)

    def _half_days(self) -> bool:
        mode = self.rows.texts.get("Mode", "")
        halves = (
            mode.lower().startswith("mornings")
            if mode
            else bool(HALF_DAY_EDITION.search(self.rows.version))
        )
        if halves and len(self.day_number) % 2:
            line = self.rows.lines["Days_List"]
            self._tell(UNEVEN, line, came=len(self.day_number))
            return False
        return halves

    # --- students

    def _read_students(self) -> None:
        self.sets = read_sets(self.rows.of("Students_List"))
        self.set_names = _Names(self.sets.named)
        self.home_rooms = dict(
            self._rooms_of("ConstraintStudentsSetHomeRoom", "Students")
        )
        self.homes = home_classes(self.sets, self.home_rooms)
        self.students = number_students(self.sets, self.homes)
        self._check_numbers()
        taken: set[str] = set(self.sets.atoms)
        self.atom_codes = [ClassCode(name) for name in self.sets.atoms]
        self.home_codes = [
            ClassCode(home.name if home.whole else _unused(home.name, taken))
            for home in self.homes
        ]
        self.grade_codes = {
            year: GradeCode(_unused(year, taken)) for year in self.sets.years
        }

    def _check_numbers(self) -> None:
        sets = self.sets
        wrong = [
            name
            for name, bits in sets.named.items()
            if not (stated := sets.stated.get(name, 0))
            or stated != sum(self.students[atom] for atom in sets.members(bits))
        ]
        if wrong:
            first = min(wrong, key=lambda name: sets.lines.get(name, 0))
            line = sets.lines.get(first, 1)
            self._tell(DISAGREE, line, came=first, allowed=len(wrong))

    def _classes(self) -> Iterator[Class]:
        """Home classes, each followed by its parts."""
        for home, code in zip(self.homes, self.home_codes, strict=True):
            whole = Class(
                school=SCHOOL,
                code=code,
                name=home.name.strip(),
                grade=self.grade_codes[home.year],
                students=home.students,
                room=self._home_room(home.name),
            )
            self._place("classes", self.sets.lines.get(home.name, 1))
            yield whole
            if not home.whole:
                yield from (self._part(whole, atom) for atom in home.atoms)

    def _part(self, whole: Class, atom: int) -> Class:
        name = self.sets.atoms[atom]
        self._place("classes", self.sets.lines.get(name, 1))
        return replace(
            whole,
            code=self.atom_codes[atom],
            name=name.strip(),
            students=self.students[atom],
            room=self._home_room(name) or whole.room,
            within=whole.code,
        )

    def _home_room(self, name: str) -> ZoneCode:
        """The room of a set's own, of a virtual one the first real room."""
        room = self.home_rooms.get(name, "")
        row = Row(self.sets.lines.get(name, 1))
        return self._real_rooms(room, row)[0] if room.strip() else ZoneCode("")

    def _grades(self) -> Iterator[Grade]:
        for n, (year, code) in enumerate(self.grade_codes.items()):
            self._place("grades", self.sets.lines.get(year, 1))
            level = FIRST_LEVEL + n * LEVELS // len(self.grade_codes)
            yield Grade(school=SCHOOL, code=code, name=year.strip(), level=level)

    # --- teachers

    def _read_teachers(self) -> None:
        self.teachers = self._keys("Teachers_List", TEACHERS)

    def _people(self) -> Iterator[Person]:
        for name in self.teachers.exact:
            yield Person(
                school=SCHOOL, id=PersonId(name), role=Role.TEACHER, post=Post.TEACHER
            )

    # --- rooms

    def _read_rooms(self) -> None:
        names = self._keys("Rooms_List", ROOMS)
        listed = {row.first("Name"): row for row in self.rows.of("Rooms_List")}
        self.room_names = names
        self.room_rows = {name: listed[name] for name in names.exact}
        self.used_rooms: dict[str, int] = {}
        """Rooms that only lessons name, with their line."""
        self.activity_rooms = {
            row.first("Activity_Id").strip(): row
            for row in self._active(
                "Space_Constraints_List", "ConstraintActivityPreferredRoom"
            )
        }
        self.teacher_rooms = dict(
            self._rooms_of("ConstraintTeacherHomeRoom", "Teacher")
        )
        self.subject_rooms = dict(
            self._rooms_of("ConstraintSubjectPreferredRoom", "Subject")
        )

    def _rooms_of(self, tag: str, key: str) -> Iterator[tuple[str, str]]:
        for row in self._active("Space_Constraints_List", tag):
            yield row.first(key), row.first("Room")

    def _active(self, name: str, tag: str) -> Iterator[Row]:
        """Constraints in force that must hold."""
        return (r for r in self.rows.of(name, tag) if _is_active(r) and _must_hold(r))

    def _zones(self) -> Iterator[Zone]:
        for name, row in self.room_rows.items():
            if not _is_virtual(row):
                self._place("zones", row.line)
                yield _zone(name, row)
        for name, line in self.used_rooms.items():
            self._place("zones", line)
            yield _zone(name, self.room_rows.get(name, Row(line)))

    def _real_rooms(self, name: str, row: Row) -> tuple[ZoneCode, ...]:
        """Real rooms of a room; a virtual one that names none stands for itself."""
        key = self.room_names.find(name)
        listed = self.room_rows.get(key or "")
        if listed is not None and not _is_virtual(listed):
            return (ZoneCode(key or name),)
        real = row.every("Real_Room") or _first_real_rooms(listed)
        if listed is not None and real:
            return tuple(
                dict.fromkeys(z for r in real for z in self._one_room(r, row.line))
            )
        return self._one_room(name, row.line)

    def _one_room(self, name: str, line: int) -> tuple[ZoneCode, ...]:
        """A room as it is named; one that is not listed is told and added."""
        key = self.room_names.find(name)
        if key is None:
            self._tell(UNLISTED, line, came=name, allowed=ROOMS)
        key = key or name
        if key not in self.room_rows or _is_virtual(self.room_rows[key]):
            self.used_rooms.setdefault(key, line)
        return (ZoneCode(key),)

    # --- lessons

    def _lessons(self) -> Iterator[Lesson]:
        placings = self._placings()
        active = [r for r in self.rows.of("Activities_List") if _is_active(r)]
        self._check_ids(placings)
        placed = [placings.get(row.first("Id").strip()) for row in active]
        lengths = [self._duration(row) for row in active]
        self._fit(placed, lengths)
        self._check_placed(placed)
        self._classes_of: dict[tuple[str, ...], tuple[ClassCode, ...]] = {}
        for row, placing, length in zip(active, placed, lengths, strict=True):
            self._place("lessons", row.line)
            yield self._lesson(row, placing, length)

    def _lesson(self, row: Row, placing: _Placing | None, length: int) -> Lesson:
        day, period = (0, 0) if placing is None else self._slot(placing)
        sets = self._sets_of(row)
        teachers = self._teachers_of(row)
        return Lesson(
            school=SCHOOL,
            day=day,
            period=period,
            duration=length,
            subject=row.first("Subject").strip(),
            classes=self._atoms(sets),
            teachers=teachers,
            rooms=self._rooms(row, sets, teachers),
        )

    def _slot(self, placing: _Placing) -> tuple[int, int]:
        """Day and period, both from 1."""
        if not self.halves:
            return placing.day + 1, placing.hour + 1
        day, half = divmod(placing.day, 2)
        return day + 1, half * self.stride + placing.hour + 1

    def _fit(self, placed: list[_Placing | None], lengths: list[int]) -> None:
        """Make mornings long enough for what runs over their end."""
        ends = [p.hour + n for p, n in zip(placed, lengths, strict=True) if p]
        over = sum(end > len(self.hour_number) for end in ends)
        if over:
            self._tell(OVER_END, self.rows.lines["Hours_List"], came=over)
        self.stride = max([len(self.hour_number), *ends])

    def _placings(self) -> dict[str, _Placing]:
        found: dict[str, _Placing] = {}
        tag = "ConstraintActivityPreferredStartingTime"
        for row in self._active("Time_Constraints_List", tag):
            day = self._number(row, "Preferred_Day", self.days, self.day_number, DAYS)
            hour = self._number(
                row, "Preferred_Hour", self.hours, self.hour_number, HOURS
            )
            if day is not None and hour is not None:
                found[row.first("Activity_Id").strip()] = _Placing(day, hour)
        return found

    def _number(
        self, row: Row, tag: str, names: _Names, numbers: Mapping[str, int], what: str
    ) -> int | None:
        name = row.first(tag)
        key = names.find(name)
        if key is None:
            self._tell(UNKNOWN, row.line, came=name, allowed=what)
            return None
        return numbers[key]

    def _check_ids(self, placings: Mapping[str, _Placing]) -> None:
        seen: set[str] = set()
        for row in self.rows.of("Activities_List"):
            number = row.first("Id").strip()
            if number in seen:
                self._tell(TWICE, row.line, came=number, allowed=ACTIVITIES)
            seen.add(number)
        for number in placings.keys() - seen:
            line = self.rows.lines["Activities_List"]
            self._tell(UNKNOWN, line, came=number, allowed=ACTIVITIES)

    def _check_placed(self, placed: list[_Placing | None]) -> None:
        line = self.rows.lines["Activities_List"]
        missing = placed.count(None)
        if placed and missing == len(placed):
            self._tell(NOT_SOLVED, line, came=missing)
        elif missing:
            self._tell(NOT_PLACED, line, came=missing, allowed=len(placed))

    def _duration(self, row: Row) -> int:
        text = row.first("Duration", "1").strip()
        if text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_DURATION:
            return int(text)
        self._tell(NO_NUMBER, row.line, came=text, allowed=DURATION, used=1)
        return 1

    def _sets_of(self, row: Row) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for name in row.every("Students"):
            key = self.set_names.find(name)
            if key is None:
                self._tell(UNKNOWN, row.line, came=name, allowed=STUDENTS)
            else:
                found[key] = None
        return tuple(found)

    def _atoms(self, sets: tuple[str, ...]) -> tuple[ClassCode, ...]:
        """Atoms of some sets, each once; the same sets give the same tuple."""
        if sets not in self._classes_of:
            bits = 0
            for name in sets:
                bits |= self.sets.named[name]
            self._classes_of[sets] = tuple(
                self.atom_codes[atom] for atom in self.sets.members(bits)
            )
        return self._classes_of[sets]

    def _teachers_of(self, row: Row) -> tuple[PersonId, ...]:
        found: dict[str, None] = {}
        for name in row.every("Teacher"):
            key = self.teachers.find(name)
            if key is None:
                self._tell(UNLISTED, row.line, came=name, allowed=TEACHERS)
                self.teachers.exact[name] = None
            found[key or name] = None
        return tuple(PersonId(name) for name in found)

    def _rooms(
        self, row: Row, sets: tuple[str, ...], teachers: tuple[PersonId, ...]
    ) -> tuple[ZoneCode, ...]:
        given = self.activity_rooms.get(row.first("Id").strip())
        if given is not None and given.first("Room").strip():
            return self._real_rooms(given.first("Room"), given)
        name = self.subject_rooms.get(row.first("Subject"), "")
        if len(sets) == 1:
            name = name or self.home_rooms.get(sets[0], "")
        if len(teachers) == 1:
            name = name or self.teacher_rooms.get(teachers[0], "")
        return self._real_rooms(name, row) if name.strip() else ()

    # --- the plan

    def _place(self, table: str, line: int) -> None:
        where = Where(file=self.file, cell=str(line))
        self.places[table, self._rows_placed[table]] = {"": where}
        self._rows_placed[table] += 1

    def _periods(self, lessons: Sequence[Lesson], days: int) -> tuple[Period, ...]:
        """Periods of the day, at the times in the hours' names or at default times."""
        names = list(self.hour_number)
        times = None if self.halves else clock_times(names)
        last = max((r.period + r.duration - 1 for r in lessons if r.day), default=0)
        if times and last <= len(names):
            return tuple(_named_periods(names, times, lessons, days))
        self._tell(NO_TIMES, self.rows.lines["Hours_List"], came="、".join(names[:3]))
        if self.halves:
            return lay_out(
                SCHOOL, self.stride, max(self.stride, last - self.stride), days
            )
        last = max(last, len(names))
        return lay_out(SCHOOL, (last + 1) // 2, last // 2, days)

    def _assemble(self, lessons: tuple[Lesson, ...]) -> Plan:
        name = self.rows.texts.get("Institution_Name", "").strip() or self.file
        days = max(len(self.day_number) // (2 if self.halves else 1), 1)
        classes = tuple(self._classes())
        people = tuple(self._people())
        school = School(
            code=SCHOOL,
            name=name,
            stage=Stage.SENIOR,
            area=AREA,
            students=sum(self.students),
            staff=len(people),
        )
        return Plan(
            district=bare_district(name, days),
            areas=(Area(code=AREA, name=name),),
            schools=(school,),
            grades=tuple(self._grades()),
            classes=classes,
            people=people,
            zones=tuple(self._zones()),
            periods=self._periods(lessons, days),
            lessons=lessons,
            places=self.places,
        )


def _named_periods(
    names: Sequence[str],
    times: Sequence[tuple[time, time]],
    lessons: Sequence[Lesson],
    days: int,
) -> Iterator[Period]:
    """The hours of a day; one between lessons in which nobody is ever taught is none."""
    taught = {
        period
        for row in lessons
        if row.day
        for period in range(row.period, row.period + row.duration)
    }
    free = set(range(min(taught), max(taught))) - taught if taught else set()
    eaten = False
    for n, (name, (start, end)) in enumerate(zip(names, times, strict=True), 1):
        kind = _free_kind(start, end, eaten=eaten) if n in free else PeriodKind.LESSON
        eaten |= kind is PeriodKind.LUNCH
        yield Period(
            school=SCHOOL,
            name=name.strip(),
            kind=kind,
            start=start,
            end=end,
            days=WEEK[:days],
            number=n if kind is PeriodKind.LESSON else 0,
        )


def _is_active(row: Row) -> bool:
    """FET writes true and false, early versions yes and no, before that nothing."""
    return row.first("Active").strip().lower() not in ("false", "no")


def _must_hold(row: Row) -> bool:
    """Weight 100: what a solved file says; less is a wish."""
    try:
        return float(row.first("Weight_Percentage", "100")) >= MUST
    except ValueError:
        return False


def _is_virtual(row: Row) -> bool:
    return row.first("Virtual").strip().lower() == "true"


def _first_real_rooms(row: Row | None) -> list[str]:
    """The first room of each set of real rooms that a virtual room may take."""
    sets = row.rows("Set_of_Real_Rooms") if row else ()
    return [rooms[0] for each in sets if (rooms := each.every("Real_Room"))]


def _zone(name: str, row: Row) -> Zone:
    text = row.first("Capacity").strip()
    known = text.isascii() and text.isdigit() and int(text) < UNKNOWN_CAPACITY
    return Zone(
        school=SCHOOL,
        code=ZoneCode(name),
        name=name.strip(),
        kind=ZoneKind.CLASSROOM,
        building=row.first("Building").strip(),
        seats=int(text) if known else None,
    )


def _unused(name: str, taken: set[str]) -> str:
    """A name that is not taken yet, the name itself if it can be; it is taken now."""
    free = next(
        code
        for n in count(1)
        if (code := name if n == 1 else f"{name}#{n}") not in taken
    )
    taken.add(free)
    return free


def _free_kind(start: time, end: time, *, eaten: bool) -> PeriodKind:
    """What an hour without lessons is for: the first long one at noon is lunch."""
    minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
    if minutes < LUNCH_MINUTES:
        return PeriodKind.BREAK
    lunch = not eaten and start.hour in LUNCH_HOURS
    return PeriodKind.LUNCH if lunch else PeriodKind.LESSON
