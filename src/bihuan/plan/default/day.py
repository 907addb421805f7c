"""The day plan of a bare timetable: times of lessons, then what lies around them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import time
from itertools import pairwise
from typing import Final

from bihuan.base.ids import SchoolCode
from bihuan.base.wording import N_
from bihuan.plan.default.rows import number, text
from bihuan.plan.timetable import Lesson, Period
from bihuan.plan.words import PeriodKind

Span = tuple[float, float]
"""Minutes after midnight, from and to."""

_DAY: Final = 24 * 60 - 1
_EARLIEST: Final = 7 * 60
_LATEST: Final = 22 * 60
_WEEK: Final = "1234567"
ARRIVAL: Final = N_("到校")
BREAK: Final = N_("课间")
LUNCH: Final = N_("午餐")
DISMISSAL: Final = N_("放学")


def lay_out(
    school: SchoolCode, morning: int, afternoon: int, cycle: int
) -> tuple[Period, ...]:
    """Lesson periods at the default times: so many before noon, so many after."""
    spans = [*_row(_minutes(text("day.morning")), morning)]
    noon = max(
        _minutes(text("day.afternoon")),
        (spans[-1][1] if spans else 0) + number("lunch.minutes"),
    )
    spans += _row(noon, afternoon)
    if spans and spans[-1][1] > _LATEST:
        spans = list(_squeezed(morning + afternoon))
    return tuple(
        _period(school, f"第{n}节", PeriodKind.LESSON, span, cycle, number_=n)
        for n, span in enumerate(spans, 1)
    )


def is_laid_out(periods: Iterable[Period]) -> bool:
    """Whether the times of lessons are those of `lay_out`, not the school's own."""
    lessons = [row for row in periods if row.kind is PeriodKind.LESSON]
    if not lessons:
        return False
    afternoon = _minutes(text("day.afternoon"))
    school, cycle = lessons[0].school, len(lessons[0].days)
    before = sum(minutes_of(row.start) < afternoon for row in lessons)
    return any(
        tuple(lessons) == lay_out(school, morning, len(lessons) - morning, cycle)
        for morning in {before, (len(lessons) + 1) // 2}
    )


def fill_day(
    school: SchoolCode,
    given: Sequence[Period],
    lessons: Iterable[Lesson],
    cycle: int,
) -> tuple[list[Period], list[str]]:
    """A day plan with arrival, breaks, lunch, dismissal, and the defaults that it took."""
    used: list[str] = []
    periods = list(given)
    if not any(row.kind is PeriodKind.LESSON for row in periods):
        ends = [row.period + row.duration - 1 for row in lessons if row.day]
        count = max(ends, default=int(number("day.lessons")))
        periods += lay_out(school, (count + 1) // 2, count // 2, cycle)
    if is_laid_out(periods):
        used.append("day")
    for group, kind, make in (
        ("lunch", PeriodKind.LUNCH, _lunch),
        ("breaks", PeriodKind.BREAK, _breaks),
        ("arrival", PeriodKind.ARRIVAL, _arrival),
        ("dismissal", PeriodKind.DISMISSAL, _dismissal),
    ):
        if all(row.kind is not kind for row in given):
            made = list(make(school, periods, cycle))
            periods += made
            used.append(group)
    return sorted(periods, key=lambda row: (row.start, row.end)), used


def minutes_of(at: time) -> float:
    """Minutes after midnight."""
    return at.hour * 60 + at.minute + at.second / 60


def _lunch(
    school: SchoolCode, periods: Sequence[Period], cycle: int
) -> Iterator[Period]:
    """Lunch in the longest gap at noon, if it is long enough."""
    low, high = _minutes(text("lunch.from")), _minutes(text("lunch.until"))
    gaps = [(max(a, low), min(b, high)) for a, b in _gaps(periods)]
    start, end = max(gaps, key=lambda gap: gap[1] - gap[0], default=(0.0, 0.0))
    if end - start >= number("lunch.least"):
        span = (start, min(end, start + number("lunch.minutes")))
        yield _period(school, LUNCH, PeriodKind.LUNCH, span, cycle)


def _breaks(
    school: SchoolCode, periods: Sequence[Period], cycle: int
) -> Iterator[Period]:
    """A break in every gap between two periods of the day that are next to each other."""
    for a, b in _gaps(periods):
        if number("breaks") <= b - a < number("lunch.minutes"):
            yield _period(school, BREAK, PeriodKind.BREAK, (a, b), cycle)


def _arrival(
    school: SchoolCode, periods: Sequence[Period], cycle: int
) -> Iterator[Period]:
    first = min(minutes_of(row.start) for row in periods)
    end = max(first - number("arrival.before"), 1.0)
    span = (max(end - number("arrival.window"), 0.0), end)
    yield _period(school, ARRIVAL, PeriodKind.ARRIVAL, span, cycle)


def _dismissal(
    school: SchoolCode, periods: Sequence[Period], cycle: int
) -> Iterator[Period]:
    last = max(minutes_of(row.end) for row in periods)
    span = (min(last, _DAY - 1.0), min(last + number("dismissal"), _DAY))
    yield _period(school, DISMISSAL, PeriodKind.DISMISSAL, span, cycle)


def _gaps(periods: Iterable[Period]) -> Iterator[Span]:
    """Times between the periods of a day in which none runs."""
    spans = sorted((minutes_of(row.start), minutes_of(row.end)) for row in periods)
    end = spans[0][1] if spans else 0.0
    for start, stop in spans:
        if start > end:
            yield end, start
        end = max(end, stop)


def _row(start: float, count: int) -> Iterator[Span]:
    """Lessons one after another with breaks between."""
    for n in range(count):
        at = start + n * (number("day.lesson") + number("day.break"))
        yield at, at + number("day.lesson")


def _squeezed(count: int) -> Iterator[Span]:
    """So many lessons that they must be shorter to end before night."""
    edges = [_EARLIEST + n * (_LATEST - _EARLIEST) / count for n in range(count + 1)]
    yield from pairwise(edges)


def _period(
    school: SchoolCode,
    name: str,
    kind: PeriodKind,
    span: Span,
    cycle: int,
    *,
    number_: int = 0,
) -> Period:
    return Period(
        school=school,
        name=name,
        kind=kind,
        start=time_of(span[0]),
        end=time_of(span[1]),
        days=_WEEK[:cycle] or "1",
        number=number_,
    )


def _minutes(at: str) -> float:
    return minutes_of(time.fromisoformat(at))


def time_of(minutes: float) -> time:
    """The time of day so many minutes after midnight."""
    seconds = round(minutes * 60)
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60)
