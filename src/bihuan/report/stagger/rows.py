"""错峰返校安排表: a row a class, as schools hang it up and send it in."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bihuan.base.ids import ClassCode, GradeCode, PersonId, SchoolCode
from bihuan.base.wording import _
from bihuan.plan.people import Grade
from bihuan.plan.plan import Plan
from bihuan.plan.staging import Slot
from bihuan.plan.words import Flow, Who
from bihuan.stagger.answer import Calendar, Day, Opening, Why


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of the sheet; a class that comes in two groups has two rows."""

    school: str
    grade: str
    klass: str
    students: int
    date: dt.date | None
    slot: str = ""
    gate: str = ""
    lane: str = ""
    dismissal: str = ""
    leader: str = ""
    note: str = ""

    def cells(self) -> tuple[str | int | dt.date | None, ...]:
        """The row in the order of the columns of `stagger.hand.sheet`."""
        return (
            self.school,
            self.grade,
            self.klass,
            self.students,
            self.date,
            self.slot,
            self.gate,
            self.lane,
            self.dismissal,
            self.leader,
            self.note,
        )


def of_calendar(
    plan: Plan, calendar: Calendar, days: Mapping[SchoolCode, Day] | None = None
) -> Iterator[Row]:
    """Every class of every batch, by school and date; a grade without classes as a whole."""
    order = {row.code: n for n, row in enumerate(plan.schools)}
    openings = sorted(
        calendar.openings, key=lambda o: (order.get(o.school, -1), o.date, o.grades)
    )
    index = _Index(plan)
    for opening in openings:
        for code in opening.grades:
            grade = index.grades.get((opening.school, code))
            if grade:
                slots = (days or {}).get(opening.school)
                yield from _of_grade(index, opening, grade, slots)


def of_day(plan: Plan, day: Day, dates: Mapping[ClassCode, dt.date]) -> Iterator[Row]:
    """Every class that is there on a day, with its slots."""
    index = _Index(plan)
    for klass in index.classes.get(day.school, ()):
        if klass.grade in day.present:
            grade = index.grades[day.school, klass.grade]
            on = dates.get(klass.code, day.date)
            yield from _of_class(index, day, grade, klass, (on, ""))


class _Index:
    """The plan's rows by what they are looked up by."""

    def __init__(self, plan: Plan) -> None:
        self.schools = {row.code: row for row in plan.schools}
        self.grades = {(row.school, row.code): row for row in plan.grades}
        self.zones = {(row.school, row.code): row.name for row in plan.zones}
        self.people = {
            (row.school, row.id): row.name for row in plan.people if row.name
        }
        self.classes: dict[SchoolCode, list[ClassRow]] = {}
        for row in plan.classes:
            if not row.within:
                own = self.classes.setdefault(row.school, [])
                own.append(
                    ClassRow(
                        row.code,
                        row.name,
                        row.grade,
                        row.students,
                        row.boarders,
                        row.homeroom,
                    )
                )


@dataclass(frozen=True)
class ClassRow:
    """A homeroom as the sheet needs it."""

    code: ClassCode
    name: str
    grade: GradeCode
    students: int
    boarders: int
    homeroom: PersonId


def _of_grade(
    index: _Index, opening: Opening, grade: Grade, day: Day | None
) -> Iterator[Row]:
    note = "" if opening.why is Why.CHOSEN else _(opening.why.label)
    own = [c for c in index.classes.get(grade.school, ()) if c.grade == grade.code]
    if not own:
        yield Row(
            school=index.schools[grade.school].name,
            grade=grade.name,
            klass="",
            students=grade.students,
            date=opening.date,
            note=note,
        )
    for klass in own:
        yield from _of_class(index, day, grade, klass, (opening.date, note))


def _of_class(
    index: _Index,
    day: Day | None,
    grade: Grade,
    klass: ClassRow,
    said_of: tuple[dt.date, str],
) -> Iterator[Row]:
    """One row, or one for each group that comes by itself."""
    on, note = said_of
    slots = [s for s in day.slots if s.klass == klass.code] if day else []
    arrivals = [s for s in slots if s.flow is Flow.ARRIVAL]
    passing: list[Slot | None] = [*arrivals] or [None]
    for slot in passing:
        students, said = klass.students, note
        led = slot.leader if slot else klass.homeroom
        leave = next((s for s in slots if s.flow is Flow.DISMISSAL), None)
        if slot and len(arrivals) > 1:
            boards = slot.who is Who.BOARDERS
            students = klass.boarders if boards else klass.students - klass.boarders
            leave = None if boards else leave
            said = "；".join(part for part in (_(slot.who.label), note) if part)
        yield Row(
            school=index.schools[grade.school].name,
            grade=grade.name,
            klass=klass.name,
            students=students,
            date=on,
            slot=span(slot),
            gate=index.zones.get((grade.school, slot.zone), "") if slot else "",
            lane=str(slot.lane) if slot and slot.lane else "",
            dismissal=span(leave),
            leader=index.people.get((grade.school, PersonId(led)), led),
            note=said,
        )


def span(slot: Slot | None) -> str:
    """A slot's time: 07:20–07:35."""
    return f"{slot.start:%H:%M}–{slot.end:%H:%M}" if slot else ""
