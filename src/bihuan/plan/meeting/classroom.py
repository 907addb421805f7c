"""Lessons: a class with its teachers in a room, and the desks of a whole class in its own room."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bihuan.base.ids import ClassCode, GradeCode, PersonId
from bihuan.plan.meeting.book import Meetings, Stretch
from bihuan.plan.meeting.cast import Cast
from bihuan.plan.meeting.school import Here, School
from bihuan.plan.meeting.spots import NOWHERE
from bihuan.plan.timetable import Lesson
from bihuan.plan.words import PeriodKind, Setting

Ints = NDArray[np.int64]


def lessons(school: School, day: int, here: Iterable[Here]) -> None:
    """Classroom: classes and teachers of a lesson; seat: a whole class in its own room."""
    times = _lesson_times(school.cast, here)
    met = [
        (groups, time)
        for lesson in school.on_day[day]
        for period in range(lesson.period, lesson.period + lesson.duration)
        for time, codes, staff in _parties(school, lesson, period, times)
        if (groups := _teach(school, day, lesson, codes, staff=staff, time=time))
    ]
    starts, ends = np.array([time for _groups, time in met]).reshape(-1, 2).T
    sizes = [len(groups) for groups, _time in met]
    flat = np.fromiter((g for groups, _time in met for g in groups), np.int64)
    meetings = Meetings(flat, np.repeat(starts, sizes), np.repeat(ends, sizes))
    school.book.sessions.append((day, meetings))


def _lesson_times(
    cast: Cast, here: Iterable[Here]
) -> dict[tuple[GradeCode, int], Stretch]:
    """When a grade has its lesson of a number."""
    times: dict[tuple[GradeCode, int], Stretch] = {}
    for persons, spell in here:
        if spell.kind is PeriodKind.LESSON and len(persons):
            grade = cast.grade[int(persons[0])]
            times.setdefault((grade, spell.number), (spell.start, spell.end))
    return times


def _parties(
    school: School,
    lesson: Lesson,
    period: int,
    times: Mapping[tuple[GradeCode, int], Stretch],
) -> Iterator[tuple[Stretch, tuple[ClassCode, ...], tuple[PersonId, ...]]]:
    """Classes of a lesson that have it at one time, with its teachers.

    Teachers go where the lesson's first class is, should times differ.
    """
    at: dict[Stretch, list[ClassCode]] = {}
    for code in lesson.classes:
        if time := times.get((school.grade.get(code, GradeCode("")), period)):
            at.setdefault(time, []).append(code)
    for number, (time, codes) in enumerate(at.items()):
        yield time, tuple(codes), () if number else lesson.teachers


def _teach(
    school: School,
    day: int,
    lesson: Lesson,
    codes: tuple[ClassCode, ...],
    *,
    staff: tuple[PersonId, ...],
    time: Stretch,
) -> tuple[int, ...]:
    """Groups that meet in a lesson: all in the room, then a whole class at its desks.

    Weeks repeat lessons of the same persons in the same room, so each is looked up once.
    """
    there = school.book.take(day, school.roll(codes, staff), *time)
    known = codes, lesson.rooms, there.tobytes()
    if known not in school.taught:
        school.taught[known] = tuple(_taught(school, lesson, codes, there))
    return school.taught[known]


def _taught(
    school: School, lesson: Lesson, codes: Sequence[ClassCode], there: Ints
) -> Iterator[int]:
    """Groups of one lesson that takes place with these persons."""
    cast, book = school.cast, school.book
    homes = {cast.home[code] for code in codes}
    own = NOWHERE
    if len(homes) == 1:
        own = int(school.rooms[cast.place[homes.pop()]])
    named = [cast.zone(room) for room in lesson.rooms]
    zone = next((room for room in named if room >= 0), own)
    if len(there) > 1:
        yield book.group(Setting.CLASSROOM, zone, there.tobytes())
    students = there[cast.student[there]]
    if not len(students) or (lesson.rooms and own not in named):
        return
    klass = cast.klass[students[0]]
    whole = np.count_nonzero(cast.klass == klass) == len(students)
    if whole and np.all(cast.klass[students] == klass):
        yield from _at_desks(school, students)


def _at_desks(school: School, students: Ints) -> tuple[int, ...]:
    """Groups of students at neighbouring desks; a class has the same in each lesson."""
    known = students.tobytes()
    if known not in school.seated:
        always = school.desk.presence(students, 0.0, 0.0)
        met = school.book.meetings(Setting.SEAT, always)
        school.seated[known] = tuple(met.group.tolist())
    return school.seated[known]
