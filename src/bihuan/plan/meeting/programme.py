"""The day plan 作息 as one person has it: what comes when, nothing twice at once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import time

from bihuan.base.ids import GradeCode
from bihuan.plan.timetable import Period
from bihuan.plan.words import PeriodKind, Who

MIDNIGHT = 24 * 60.0
WORKDAYS = 5
WEEK = "1234567"
MEALS = (PeriodKind.BREAKFAST, PeriodKind.LUNCH, PeriodKind.SUPPER)
LIVING = (*MEALS, PeriodKind.NOON_REST, PeriodKind.WASH, PeriodKind.SLEEP)
"""What a boarder does on every day on campus."""
STAYING = (*LIVING, PeriodKind.STUDY)


@dataclass(frozen=True, slots=True)
class Spell:
    """A period, or a part of it, from minute to minute after midnight."""

    kind: PeriodKind
    number: int
    """Number of the lesson in the day; 0 for what is not a lesson."""
    start: float
    end: float


def weekday_of(kind: int, cycle: int) -> str:
    """The digit in `Period.days` of a school day of the cycle.

    A cycle longer than a week takes the workdays' periods in turn.
    """
    return str(kind + 1) if cycle <= len(WEEK) else str(kind % WORKDAYS + 1)


def rows_of_day(periods: Iterable[Period], weekday: str) -> tuple[Period, ...]:
    """Periods that hold on a weekday, lessons numbered."""
    held = [row for row in periods if weekday in row.days]
    return tuple(_numbered(held))


def rows_of_stay(periods: Sequence[Period], cycle: int) -> tuple[Period, ...]:
    """Periods of a day on which boarders stay: those of the first weekday after the cycle.

    What boarders do every day (meals, noon rest, washing, sleep) is as on the cycle's
    first day where the plan gives no such period for the weekend.
    """
    beyond = WEEK[cycle:]
    weekend = next((rows for day in beyond if (rows := rows_of_day(periods, day))), ())
    kept = [row for row in weekend if row.kind in STAYING]
    given = {row.kind for row in kept}
    ordinary = rows_of_day(periods, weekday_of(0, cycle))
    return (
        *kept,
        *(row for row in ordinary if row.kind in LIVING and row.kind not in given),
    )


def programme(
    rows: Iterable[Period], grade: GradeCode, groups: frozenset[Who]
) -> tuple[Spell, ...]:
    """What a person of a grade has, by time; groups: the `Who` that the person belongs to.

    A grade's own rows of a kind stand in place of those for all grades. Where periods
    overlap lessons go first, then what begins earlier; the later one is cut. Lessons are
    a class's whatever `who` they name.
    """
    mine = [
        row
        for row in rows
        if row.grade in (grade, "")
        and (
            row.who in groups
            or (row.kind is PeriodKind.LESSON and Who.STUDENTS in groups)
        )
    ]
    own = {row.kind for row in mine if row.grade}
    held = (row for row in mine if row.grade or row.kind not in own)
    spells = sorted(
        (spell for row in held for spell in _spells(row)),
        key=lambda s: (s.kind is not PeriodKind.LESSON, s.start, s.end),
    )
    placed: list[Spell] = []
    for spell in spells:
        placed.extend(_cut(spell, placed))
    return tuple(sorted(placed, key=lambda s: s.start))


def groups_of(*, student: bool, lives_in: bool) -> frozenset[Who]:
    """The `Who` that a person belongs to."""
    if not student:
        return frozenset((Who.ALL, Who.STAFF))
    return frozenset(
        (Who.ALL, Who.STUDENTS, Who.BOARDERS if lives_in else Who.DAY_STUDENTS)
    )


def minutes(at: time) -> float:
    """Minutes after midnight."""
    return at.hour * 60.0 + at.minute + at.second / 60.0


def _numbered(rows: Sequence[Period]) -> Iterator[Period]:
    """Rows, with lessons that have no number counted by their start within their grade."""
    lessons = sorted(
        (row for row in rows if row.kind is PeriodKind.LESSON), key=lambda r: r.start
    )
    for row in rows:
        if row.kind is PeriodKind.LESSON and not row.number:
            same = [other for other in lessons if other.grade == row.grade]
            yield replace(row, number=same.index(row) + 1)
        else:
            yield row


def _spells(row: Period) -> Iterator[Spell]:
    """A period's time, cut in two at midnight."""
    start, end = minutes(row.start), minutes(row.end)
    number = row.number if row.kind is PeriodKind.LESSON else 0
    if start < end:
        yield Spell(row.kind, number, start, end)
    elif end < start:
        yield Spell(row.kind, number, start, MIDNIGHT)
        if end > 0.0:
            yield Spell(row.kind, number, 0.0, end)


def _cut(spell: Spell, placed: Iterable[Spell]) -> Iterator[Spell]:
    """The first part of a spell during which nothing placed runs, if there is one."""
    start, end = spell.start, spell.end
    for other in sorted(placed, key=lambda s: s.start):
        if other.end <= start or other.start >= end:
            continue
        if other.start > start:
            end = other.start
            break
        start = other.end
    if start < end:
        yield replace(spell, start=start, end=end)
