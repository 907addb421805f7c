"""When things happen: periods of a day, lessons of a week, days of the calendar."""

from dataclasses import dataclass
from datetime import date, time

from bihuan.base.ids import ClassCode, GradeCode, PersonId, SchoolCode, ZoneCode
from bihuan.plan.words import DayKind, PeriodKind, Who


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """A period of the day plan 作息: `days` are the weekdays it holds on, "12345" Monday to Friday.

    An `end` before `start` runs over midnight.
    """

    school: SchoolCode
    name: str
    kind: PeriodKind
    start: time
    end: time
    days: str = "12345"
    who: Who = Who.STUDENTS
    grade: GradeCode = GradeCode("")
    number: int = 0
    """Number of the lesson in the day, for lessons."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesson:
    """A lesson of the timetable 课表: day of the cycle and period, both counted from 1.

    day 0: the lesson is not placed.
    """

    school: SchoolCode
    day: int
    period: int
    duration: int = 1
    """Periods in a row."""
    subject: str = ""
    classes: tuple[ClassCode, ...] = ()
    teachers: tuple[PersonId, ...] = ()
    rooms: tuple[ZoneCode, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Teaching:
    """Who teaches what to whom, lessons a week 任课; enough where no timetable is given."""

    school: SchoolCode
    teacher: PersonId
    klass: ClassCode
    subject: str
    lessons: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarDay:
    """A day that is not what its weekday says 校历; school empty: the whole district."""

    date: date
    kind: DayKind
    school: SchoolCode = SchoolCode("")
    note: str = ""
