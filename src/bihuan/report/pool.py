"""From seven schools to one row: means and sums whose intervals are never too narrow.

Schools share random numbers, so their errors are not independent. The mean (sum) of
the lower and of the upper ends holds whatever the correlation is.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bihuan.base.wording import _
from bihuan.loop.outcome import (
    Estimate,
    Leak,
    Outcome,
    Question,
    Rehearsal,
    SchoolRehearsal,
    Worth,
)
from bihuan.plan.measures import type_of
from bihuan.plan.words import Setting

ZERO = Estimate(0.0, 0.0, 0.0)
DAY_BREAKS = 6
"""Hours before this one are one column of the heat strip."""


def total(estimates: Iterable[Estimate]) -> Estimate:
    """The sum; its interval from the sum of the ends."""
    rows = list(estimates)
    return Estimate(
        sum(row.value for row in rows),
        sum(row.low for row in rows),
        sum(row.high for row in rows),
    )


def times(estimate: Estimate, factor: float) -> Estimate:
    """An estimate times a positive factor."""
    return Estimate(
        *(v * factor for v in (estimate.value, estimate.low, estimate.high))
    )


def mean(estimates: Iterable[Estimate]) -> Estimate:
    """The mean; its interval from the means of the ends."""
    rows = list(estimates)
    return times(total(rows), 1 / len(rows))


def asked(rehearsal: Rehearsal) -> tuple[Question, ...]:
    """The questions that were answered for at least one school, in their order."""
    return tuple(
        question
        for question in Question
        if any(answer(school.planned, question) for school in rehearsal.schools)
    )


def answer(
    rows: tuple[tuple[Question, Outcome], ...], question: Question
) -> Outcome | None:
    """The outcome that answers a question."""
    return dict(rows).get(question)


def answered(
    rehearsal: Rehearsal, question: Question
) -> tuple[tuple[SchoolRehearsal, Outcome], ...]:
    """The schools for which a question was answered, with the planned outcome."""
    pairs = ((school, answer(school.planned, question)) for school in rehearsal.schools)
    return tuple((school, outcome) for school, outcome in pairs if outcome)


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasureRow:
    """A kind of measure over the schools that have it, means of one such measure."""

    kind: str
    by_question: tuple[tuple[Question, Estimate], ...]
    """Mean difference of outbreak5."""
    single: tuple[tuple[Question, tuple[Estimate, ...]], ...]
    """The differences one by one, in the schools' order."""
    lessons: Estimate
    labour_hours: float
    schools: int

    @property
    def name(self) -> str:
        """What the kind of measure is called."""
        return kind_name(self.kind)

    def worth(self, question: Question) -> Estimate | None:
        return dict(self.by_question).get(question)

    @property
    def best(self) -> float:
        """The greatest clear fall of the chance under any question; 0: none is clear."""
        clear = [e.value for _q, e in self.by_question if not e.covers_zero]
        return min(clear, default=0.0)


def kind_name(kind: str) -> str:
    """The catalogue's name of a kind of measure."""
    return _(type_of[kind].label) if kind in type_of else _(kind)


def measures(rehearsal: Rehearsal) -> tuple[MeasureRow, ...]:
    """Every kind of measure that was taken away somewhere, the worthiest first."""
    kinds = dict.fromkeys(worth.kind for _s, _q, worth in _worths(rehearsal))
    rows = [_measure(rehearsal, kind) for kind in kinds]
    return tuple(sorted(rows, key=lambda row: (row.best, _least(row))))


def _least(row: MeasureRow) -> float:
    return min(estimate.value for _q, estimate in row.by_question)


def _worths(rehearsal: Rehearsal) -> list[tuple[SchoolRehearsal, Question, Worth]]:
    return [
        (school, question, worth)
        for school in rehearsal.schools
        for question, row in school.worth
        for worth in row
    ]


def _measure(rehearsal: Rehearsal, kind: str) -> MeasureRow:
    rows = [row for row in _worths(rehearsal) if row[2].kind == kind]
    single: dict[Question, list[Estimate]] = {}
    for _school, question, worth in rows:
        single.setdefault(question, []).append(worth.outbreak5)
    return MeasureRow(
        kind=kind,
        by_question=tuple((q, mean(found)) for q, found in single.items()),
        single=tuple((q, tuple(found)) for q, found in single.items()),
        lessons=mean(worth.lessons for _s, _q, worth in rows),
        labour_hours=sum(worth.labour_hours for _s, _q, worth in rows) / len(rows),
        schools=len({school.school.code for school, _q, _w in rows}),
    )


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A setting's share of the infections inside, in all and by hour."""

    setting: Setting
    share: Estimate
    hours: tuple[float, ...]
    """24 clock hours."""


def heat(outcomes: Iterable[Outcome]) -> tuple[HeatRow, ...]:
    """Settings, each outcome weighted by its infections; the greatest share first."""
    pairs = [(outcome, outcome.size.value) for outcome in outcomes]
    weight = sum(size for _o, size in pairs)
    if weight <= 0:
        return ()
    shares = [(outcome, size / weight) for outcome, size in pairs]
    rows = [_heat_row(setting, shares) for setting in Setting]
    return tuple(
        sorted((r for r in rows if r.share.high > 0), key=lambda r: -r.share.value)
    )


def _heat_row(setting: Setting, shares: list[tuple[Outcome, float]]) -> HeatRow:
    none = (0.0,) * 24
    share = total(
        times(dict(outcome.by_setting).get(setting, ZERO), part)
        for outcome, part in shares
    )
    hours = [
        [part * hour for hour in dict(outcome.by_hour).get(setting, none)]
        for outcome, part in shares
    ]
    return HeatRow(
        setting, share, tuple(sum(column) for column in zip(*hours, strict=True))
    )


def leaks(rehearsal: Rehearsal) -> tuple[Leak, ...]:
    """Crossings of the boundary over all schools: sums, those that bring most first."""
    causes = dict.fromkeys(leak.cause for s in rehearsal.schools for leak in s.leaks)
    rows = [
        Leak(
            cause=cause,
            crossings_per_week=sum(leak.crossings_per_week for leak in found),
            imports=total(leak.imports for leak in found),
        )
        for cause in causes
        if (found := _leaks_of(rehearsal, cause))
    ]
    return tuple(sorted(rows, key=lambda leak: -leak.imports.value))


def _leaks_of(rehearsal: Rehearsal, cause: str) -> list[Leak]:
    return [leak for s in rehearsal.schools for leak in s.leaks if leak.cause == cause]


def beds_state(outcome: Outcome) -> str:
    """Whether the isolation beds do: enough, maybe, short."""
    if outcome.beds_peak.low > outcome.beds:
        return "short"
    return "maybe" if outcome.beds_peak.high > outcome.beds else "enough"
