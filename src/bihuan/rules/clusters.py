"""Cluster rules: so many cases of a unit within a window, compiled once to one table.

The thresholds that a school doctor applies and those that the rehearsal assumes are the
same values: `fires` decides on one unit, `as_table` gives the engine's kernel the same
rules as bare arrays.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from bihuan.base.ids import SchoolCode
from bihuan.base.units import Days, Hours, Share
from bihuan.plan.days import in_force
from bihuan.plan.measures import Measure, Quarantine, Suspension
from bihuan.plan.words import Counted, Place, Unit
from bihuan.rules.book import Book, Measured, Rule

UNITS: Final = tuple(Unit)
"""Units by the number that the table holds."""
COUNTED: Final = tuple(Counted)
PLACES: Final = tuple(Place)

UNIT, COUNT_WHAT, COUNT, WINDOW, DAYS, PLACE = range(6)
"""Columns of the table of whole numbers."""
SHARE, DELAY = range(2)
"""Columns of the table of fractions."""

NEVER: Final = int(np.iinfo(np.int32).max)
"""A count that no unit reaches, for rules that go by share alone."""
_ROUNDING: Final = 1e-9


class Threshold(Protocol):
    """What decides whether cases are too many; every counting rule has it."""

    @property
    def count(self) -> int | None:
        """Cases; None: by share alone."""

    @property
    def share(self) -> Share | None:
        """Share of the unit's persons; None: by count alone."""

    @property
    def window(self) -> Days:
        """Days in which cases are counted, the last one included."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WindowRule:
    """A unit that has so many cases within a window of days is closed, or reported.

    It holds for a count, a share of the unit's persons, or either where both are given.
    `days` 0: the rule asks for a report within `delay`, it closes nothing.
    """

    unit: Unit
    counted: Counted
    count: int | None
    share: Share | None
    window: Days
    delay: Hours
    days: Days
    place: Place
    code: str
    """Code of the measure, or of the row of the rule book."""
    school: SchoolCode = SchoolCode("")
    scope: tuple[str, ...] = ()
    """Grades or classes it holds for; empty: all."""
    start: date | None = None
    end: date | None = None


def window_rules(
    measures: Iterable[Measure], day: date | None = None
) -> tuple[WindowRule, ...]:
    """Compile the quarantines and suspensions of a plan that hold on a day.

    day None: all of them; a reader of a whole term then minds `start` and `end`.
    """
    return tuple(
        _compiled(measure)
        for measure in measures
        if isinstance(measure, Quarantine | Suspension)
        and (day is None or in_force(measure, day))
    )


def cluster_rules(book: Book, disease: str, on: date) -> tuple[WindowRule, ...]:
    """Rows of the book that call for a report of a cluster on a day."""
    in_force = book.on(on, disease=disease)
    return tuple(
        from_row(rule, delay=report_hours(in_force, rule))
        for rule in in_force.named("cluster")
        if is_window(rule)
    )


def is_window(rule: Rule) -> bool:
    """Whether a row counts cases of a unit of the plan within a window."""
    counts = rule.unit in (Measured.CASES, Measured.SHARE)
    return counts and rule.value is not None and rule.scope in set(Unit)


def from_row(
    rule: Rule, *, delay: float, window: int | None = None, days: int = 0
) -> WindowRule:
    """Turn a row of the book into a window rule; `window` stands in where it has none."""
    value = rule.value or 0.0
    by_share = rule.unit is Measured.SHARE
    return WindowRule(
        unit=Unit(rule.scope),
        counted=Counted.FOUND,
        count=None if by_share else round(value),
        share=Share(value) if by_share else None,
        window=Days(rule.window or window or 1),
        delay=Hours(delay),
        days=Days(days),
        place=Place.HOME,
        code=rule.code,
    )


def report_hours(book: Book, cluster: Rule, scope: str = "cluster") -> float:
    """Hours within which a cluster is reported: the disease's own row before the general."""
    hours = [row for row in book.named("report_hours") if row.scope == scope]
    own = [row for row in hours if row.disease == cluster.disease]
    found = (own or [row for row in hours if not row.disease])[:1]
    return found[0].value or 0.0 if found else 24.0


def needed(rule: Threshold, size: int) -> int:
    """How many cases of the window make a rule fire in a unit of `size` persons."""
    by_share = NEVER if rule.share is None else math.ceil(rule.share * size - _ROUNDING)
    by_count = NEVER if rule.count is None else rule.count
    return max(1, min(by_count, by_share))


def fires(rule: Threshold, days_of_cases: Sequence[int], today: int, size: int) -> bool:
    """Whether a unit's cases make a rule fire today.

    days_of_cases: ascending, the day of each counted case; size: persons of the unit.
    Counts the days today - window + 1 to today.
    """
    first = bisect_left(days_of_cases, today - rule.window + 1)
    cases = bisect_right(days_of_cases, today) - first
    return cases >= needed(rule, size)


def as_table(
    rules: Sequence[WindowRule],
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Put rules into bare arrays, a row each, for the kernel.

    Whole numbers, (rule, 6): UNIT and COUNT_WHAT and PLACE as indices into UNITS,
    COUNTED and PLACES, COUNT (NEVER: by share alone), WINDOW and DAYS in days.
    Fractions, (rule, 2): SHARE (inf: by count alone), DELAY in hours. A rule fires with
    max(1, min(COUNT, ceil(SHARE * size - 1e-9))) cases in the window.
    """
    whole = np.array([_whole(rule) for rule in rules], np.int32).reshape(-1, 6)
    parts = np.array([_fractions(rule) for rule in rules], np.float64).reshape(-1, 2)
    return whole, parts


def _whole(rule: WindowRule) -> tuple[int, ...]:
    return (
        UNITS.index(rule.unit),
        COUNTED.index(rule.counted),
        NEVER if rule.count is None else rule.count,
        rule.window,
        rule.days,
        PLACES.index(rule.place),
    )


def _fractions(rule: WindowRule) -> tuple[float, float]:
    return math.inf if rule.share is None else rule.share, rule.delay


def _compiled(measure: Quarantine | Suspension) -> WindowRule:
    return WindowRule(
        unit=measure.unit,
        counted=measure.counted,
        count=measure.count,
        share=measure.share if isinstance(measure, Suspension) else None,
        window=measure.window,
        delay=measure.delay,
        days=measure.days,
        place=Place.HOME if isinstance(measure, Suspension) else measure.place,
        code=measure.code,
        school=measure.school,
        scope=measure.scope,
        start=measure.start,
        end=measure.end,
    )
