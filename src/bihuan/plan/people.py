"""Who is in the plan: schools, grades, classes, persons."""

from dataclasses import dataclass
from datetime import date

from bihuan.base.ids import (
    AreaCode,
    ClassCode,
    GradeCode,
    PersonId,
    SchoolCode,
    ZoneCode,
)
from bihuan.base.units import Days
from bihuan.plan.words import Post, Role, Stage


@dataclass(frozen=True, kw_only=True, slots=True)
class School:
    """A school 学校."""

    code: SchoolCode
    name: str
    stage: Stage
    area: AreaCode
    superior: SchoolCode = SchoolCode("")
    """The township centre school or campus above it, if any."""
    students: int = 0
    """Persons, where only counts are given; else the sum of the classes."""
    boarders: int = 0
    staff: int = 0
    leave_every: Days = Days(0)
    """Days from one home leave 大休 of the boarders to the next; 0: every week."""
    leave_days: Days = Days(2)
    first_leave: date | None = None
    ready: date | None = None
    """From this day on it can be inspected 具备核验条件; None: from the first day on."""
    accepted: date | None = None
    """The day on which it passed the inspection 通过核验; None: not yet."""
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Grade:
    """A grade 年级 of a school; level 1 to 12 counts from primary one, 0 is kindergarten."""

    school: SchoolCode
    code: GradeCode
    name: str
    level: int
    head: PersonId = PersonId("")
    students: int = 0
    """Persons, where no classes are given; else the sum of the classes."""
    riders: int = 0
    """Of these, who come back by coach 乘客车返校."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Class:
    """A class 班级: its students (persons), how many board, its own room."""

    school: SchoolCode
    code: ClassCode
    name: str
    grade: GradeCode
    within: ClassCode = ClassCode("")
    """The class it is a part of, for teaching groups that split a class 教学分组."""
    students: int
    boarders: int = 0
    room: ZoneCode = ZoneCode("")
    homeroom: PersonId = PersonId("")
    """The class teacher 班主任."""
    stair: ZoneCode = ZoneCode("")
    gate: ZoneCode = ZoneCode("")
    hall: ZoneCode = ZoneCode("")
    """Where it eats."""
    columns: int = 0
    """Columns of desks in its room; 0: as many as the room's area allows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A person by id; a name is optional and no example carries one."""

    school: SchoolCode
    id: PersonId
    name: str = ""
    role: Role
    post: Post | None = None
    klass: ClassCode = ClassCode("")
    room: ZoneCode = ZoneCode("")
    """Dormitory room."""
    bed: str = ""
    seat: int = 0
    """Place in the class room, counted from 1 row by row; 0: not given."""
    hall: ZoneCode = ZoneCode("")
    table: str = ""
    bus: ZoneCode = ZoneCode("")
    siblings: tuple[PersonId, ...] = ()
    lives_in: bool = False
    """Sleeps on campus."""
