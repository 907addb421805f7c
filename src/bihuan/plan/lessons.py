"""A timetable where the plan has none: lessons from who teaches whom, without clashes.

Lessons are edges between classes and teachers and slots are colours: by König's theorem
a timetable without clash exists whenever no teacher and no class has more lessons than
there are slots, and flipping alternating chains finds it.
"""

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from bihuan.base.ids import ClassCode, PersonId, SchoolCode
from bihuan.base.random import keys
from bihuan.plan.meeting.programme import groups_of, programme, rows_of_day, weekday_of
from bihuan.plan.names import in_order
from bihuan.plan.people import Class, Person
from bihuan.plan.plan import Plan
from bihuan.plan.roster.made import TEACHING_POSTS
from bihuan.plan.roster.splits import homes
from bihuan.plan.timetable import Lesson, Teaching
from bihuan.plan.words import PeriodKind, Role

Slot = tuple[int, int]
"""Day of the cycle and number of the period, both from 1."""
Task = tuple[ClassCode, PersonId, str]
"""Class, teacher, subject."""

SUBJECTS = (
    ("语文", 6),
    ("数学", 6),
    ("英语", 6),
    ("物理", 4),
    ("化学", 4),
    ("生物", 3),
    ("政治", 3),
    ("历史", 3),
    ("地理", 3),
    ("体育", 2),
)
"""Lessons a week of forty where the plan does not say who teaches what (assumed)."""
SELF_STUDY = "自习"


def timetable(
    plan: Plan, school: SchoolCode, people: Sequence[Person], *, seed: int = 0
) -> tuple[Lesson, ...]:
    """The plan's lessons; classes without any get made ones from who teaches what.

    In a school without any lesson every class gets them, where the plan does not say who
    teaches it from SUBJECTS with the teachers dealt evenly. A lesson that has no slot free
    for both class and teacher comes back with day 0, so that it can be counted; periods
    that a class has left are self-study there. Equal numbers of periods are taken for
    equal times in all grades.
    """
    given = tuple(row for row in plan.lessons if row.school == school)
    desk = _Desk.of(plan, school, given, seed)
    tasks = [
        task
        for row in _teaching(plan, school, people, desk)
        for task in [(row.klass, row.teacher, row.subject)] * row.lessons
    ]
    load = Counter(teacher for _klass, teacher, _subject in tasks)
    tasks.sort(key=lambda task: (-load[task[1]], task[1], in_order(task[0]), task[2]))
    for task in tasks:
        desk.place(*task)
    return (*given, *desk.lessons())


@dataclass
class _Desk:
    """The timetable in the making: which task stands where for class and teacher."""

    school: SchoolCode
    seed: int
    classes: tuple[Class, ...]
    """Homeroom classes without lessons of their own."""
    slots: dict[ClassCode, tuple[Slot, ...]]
    at: dict[str, dict[Slot, Task]] = field(default_factory=lambda: defaultdict(dict))
    """By class or teacher: what is on in a slot."""
    left: list[Task] = field(default_factory=list)
    draws: dict[Task, dict[Slot, int]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, plan: Plan, school: SchoolCode, given: Iterable[Lesson], seed: int
    ) -> "_Desk":
        rows = [row for row in plan.classes if row.school == school]
        home = homes(rows)
        have = {home.get(code, code) for lesson in given for code in lesson.classes}
        told = {row.klass for row in plan.teaching if row.school == school}
        wanted = sorted(
            (
                row
                for row in rows
                if home[row.code] == row.code and row.code not in have
                if row.code in told or not have
            ),
            key=lambda row: in_order(row.grade + row.code),
        )
        desk = cls(school, seed, tuple(wanted), dict(_slots(plan, school, wanted)))
        for lesson in given:
            for teacher in lesson.teachers:
                for n in range(lesson.duration if lesson.day else 0):
                    busy = (ClassCode(""), teacher, lesson.subject)
                    desk.at[f"T{teacher}"][lesson.day, lesson.period + n] = busy
        return desk

    def place(self, klass: ClassCode, teacher: PersonId, subject: str) -> None:
        """Give a lesson a slot, moving others along a chain where it must be.

        A chain that begins at the teacher never comes back to the class: it reaches
        classes by `slot`, and in that slot the class is free.
        """
        mine, theirs = self.at[f"C{klass}"], self.at[f"T{teacher}"]
        free = [slot for slot in self.slots[klass] if slot not in mine]
        both = [slot for slot in free if slot not in theirs]
        task = (klass, teacher, subject)
        if both:
            on = [slot[0] for slot, other in mine.items() if other == task]
            drawn = self._drawn(task)
            self._put(task, min(both, key=lambda s: (on.count(s[0]), drawn[s])))
            return
        for slot in free:
            for other in self.slots[klass]:
                if other not in theirs and self._flip(teacher, slot, other):
                    self._put(task, slot)
                    return
        self.left.append(task)

    def _drawn(self, task: Task) -> dict[Slot, int]:
        """A draw for each slot of a class, the same for all lessons of a task."""
        if task not in self.draws:
            name = zlib.crc32("|".join(task).encode())
            slots = self.slots[task[0]]
            places = np.array([(name, *slot) for slot in slots], np.int64)
            words = keys(self.seed, "slot", places).tolist()
            self.draws[task] = dict(zip(slots, words, strict=True))
        return self.draws[task]

    def _put(self, task: Task, slot: Slot) -> None:
        self.at[f"C{task[0]}"][slot] = task
        self.at[f"T{task[1]}"][slot] = task

    def _flip(self, teacher: PersonId, slot: Slot, other: Slot) -> bool:
        """Swap two slots along the chain from a teacher, so that `slot` becomes free there."""
        chain: list[tuple[Task, Slot]] = []
        node, here, there = f"T{teacher}", slot, other
        while task := self.at[node].get(here):
            if not task[0] or there not in self.slots[task[0]]:
                return False
            chain.append((task, here))
            node = f"C{task[0]}" if node[0] == "T" else f"T{task[1]}"
            here, there = there, here
        for task, at in chain:
            del self.at[f"C{task[0]}"][at], self.at[f"T{task[1]}"][at]
        for task, at in chain:
            self._put(task, other if at == slot else slot)
        return True

    def lessons(self) -> Iterator[Lesson]:
        """What was placed, self-study in what is free, then what was not placed."""
        for row in self.classes:
            mine = self.at[f"C{row.code}"]
            for slot in self.slots[row.code]:
                _klass, teacher, subject = mine.get(
                    slot, (row.code, PersonId(""), SELF_STUDY)
                )
                yield self._lesson(row.code, teacher, subject, slot)
        for klass, teacher, subject in self.left:
            yield self._lesson(klass, teacher, subject, (0, 0))

    def _lesson(
        self, klass: ClassCode, teacher: PersonId, subject: str, slot: Slot
    ) -> Lesson:
        return Lesson(
            school=self.school,
            day=slot[0],
            period=slot[1],
            subject=subject,
            classes=(klass,),
            teachers=(teacher,) if teacher else (),
        )


def _slots(
    plan: Plan, school: SchoolCode, classes: Iterable[Class]
) -> Iterator[tuple[ClassCode, tuple[Slot, ...]]]:
    """The lesson periods of each class over the cycle."""
    cycle = plan.district.cycle_days
    periods = [row for row in plan.periods if row.school == school]
    who = groups_of(student=True, lives_in=False)
    by_day = [rows_of_day(periods, weekday_of(day, cycle)) for day in range(cycle)]
    found: dict[str, tuple[Slot, ...]] = {}
    for row in classes:
        if row.grade not in found:
            found[row.grade] = tuple(
                sorted(
                    {
                        (day + 1, spell.number)
                        for day, rows in enumerate(by_day)
                        for spell in programme(rows, row.grade, who)
                        if spell.kind is PeriodKind.LESSON
                    }
                )
            )
        yield row.code, found[row.grade]


def _teaching(
    plan: Plan, school: SchoolCode, people: Sequence[Person], desk: _Desk
) -> Iterator[Teaching]:
    """Teaching rows of the desk's classes, made ones for classes without any."""
    wanted = {row.code for row in desk.classes}
    rows = [r for r in plan.teaching if r.school == school and r.klass in wanted]
    yield from rows
    told = {row.klass for row in rows}
    yield from _dealt(people, [r for r in desk.classes if r.code not in told], desk)


def _dealt(
    people: Sequence[Person], classes: Sequence[Class], desk: _Desk
) -> Iterator[Teaching]:
    """Subject by subject the classes in turn, cut into shares of equal lessons a teacher."""
    teachers = sorted(
        (p.id for p in people if p.role is Role.TEACHER or p.post in TEACHING_POSTS),
        key=in_order,
    )
    tasks = [
        (row.code, subject, lessons)
        for number, (subject, _weight) in enumerate(SUBJECTS)
        for row in classes
        if (lessons := _lessons_a_week(len(desk.slots[row.code]))[number])
    ]
    total, before = sum(lessons for *_rest, lessons in tasks), 0
    for klass, subject, lessons in tasks if teachers else ():
        share = int((before + lessons / 2) * len(teachers) / total)
        before += lessons
        yield Teaching(
            school=desk.school,
            teacher=teachers[share],
            klass=klass,
            subject=subject,
            lessons=lessons,
        )


def _lessons_a_week(slots: int) -> list[int]:
    """Lessons of each of SUBJECTS, all slots shared out in proportion."""
    whole = sum(weight for _subject, weight in SUBJECTS)
    ends, before = [0], 0
    for _subject, weight in SUBJECTS:
        before += weight
        ends.append(round(before * slots / whole))
    return [b - a for a, b in pairwise(ends)]
