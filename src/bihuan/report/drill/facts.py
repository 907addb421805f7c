"""What a judged drill says beside its marks: nights, causes, lists, what to mend first."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bihuan.base.ids import PersonId
from bihuan.drill.marks import ClockKind, Evaluation, Log, Mark, State
from bihuan.drill.script import Scene, SourceClass, Standard
from bihuan.loop.drilled import Correction, Gap, Price, Review
from bihuan.plan.words import InPlace
from bihuan.report.drill import words
from bihuan.report.drill.words import Sign

JUDGED: Final = frozenset({State.ON_TIME, State.LATE, State.NEVER})
"""States of an action on which the clock ran out or was beaten."""
NIGHT: Final = (22, 6)
"""Night begins and ends at these hours: a found person is then taken by the night duty."""
ALL: Final = "all"
"""The key of the price of everything together."""
GOOD: Final = 0.75
"""Quality from which an action done in time is worth taking over."""


def timed(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Marks with a standard."""
    return tuple(mark for mark in marks if mark.standard)


def counted(marks: Iterable[Mark]) -> Counter[State]:
    """How many actions ended in which state."""
    return Counter(mark.state for mark in marks)


def released(mark: Mark) -> float | None:
    """Exercise minutes at which its inject was released: as logged, else as planned."""
    return mark.released if mark.released is not None else mark.inject.when.at


def night(mark: Mark, scene: Scene) -> bool:
    """Whether it was asked for at night."""
    when = released(mark)
    if when is None:
        return False
    hour = int(words.clock(scene, when)[:2])
    return hour >= NIGHT[0] or hour < NIGHT[1]


def in_places(mark: Mark, scene: Scene) -> tuple[InPlace, ...]:
    """Which of the seven an action exercises."""
    wanted = mark.expected.objective or mark.inject.objective
    found = (row.in_place for row in scene.objectives if row.id == wanted)
    return next(found, ())


def of_place(evaluation: Evaluation, place: InPlace) -> tuple[Mark, ...]:
    """The marks of one of the seven."""
    scene = evaluation.scene
    return tuple(m for m in evaluation.marks if place in in_places(m, scene))


def glyph(mark: Mark) -> str:
    """The shape of what was done: by its rating, else by what became of it."""
    if mark.state not in JUDGED:
        return "na"
    if mark.state is State.NEVER:
        return "fail"
    return words.GLYPHS[mark.rating] if mark.rating else "unknown"


# --- the law's line -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A limit that a law sets: minutes, whether it binds here, under what condition."""

    minutes: float
    hard: bool
    source: str


def lines(scene: Scene, marks: Iterable[Mark]) -> tuple[Line, ...]:
    """The law's lines over these marks, once each; a custom that cites a law is not hard."""
    found: dict[float, Line] = {}
    for mark in marks:
        standard = mark.standard
        if standard and (words.hard(standard) or _cites(standard, scene)):
            line = Line(standard.fail, words.hard(standard), standard.source)
            if line.hard or line.minutes not in found:
                found[line.minutes] = line
    return tuple(found[key] for key in sorted(found))


def _cites(standard: Standard, scene: Scene) -> bool:
    """Whether a custom names a clause of a law that the drill rests on."""
    clauses = [row.clause for row in scene.basis if row.law and row.clause]
    practice = standard.source_class is SourceClass.PRACTICE
    return practice and any(clause in standard.source for clause in clauses)


def broken(evaluation: Evaluation) -> tuple[Mark, ...]:
    """Actions beyond a limit of law."""
    return tuple(mark for mark in evaluation.marks if mark.breaks_law)


def simulated(review: Review) -> bool:
    """Whether the scene's disease has a model, so that anything is priced."""
    return not math.isnan(review.as_planned.value)


# --- prices -------------------------------------------------------------------------------


def together(review: Review) -> Price | None:
    """The price of everything together."""
    return next((price for price in review.prices if price.key == ALL), None)


def single(review: Review) -> tuple[Price, ...]:
    """Prices of one thing each, dearest first; what cannot be told comes last."""
    rows = [price for price in review.prices if price.key != ALL]
    return tuple(sorted(rows, key=lambda p: (_blurred(p), -p.infections.value)))


def _blurred(price: Price) -> bool:
    return words.sign(price.infections) is Sign.UNCLEAR


def to_mend(review: Review) -> tuple[Price, ...]:
    """What costs something, by worth per effort."""
    rows = [p for p in single(review) if words.sign(p.infections) is Sign.COSTS]
    return tuple(sorted(rows, key=lambda p: -p.infections.value / max(p.effort, 0.1)))


def need_not(review: Review) -> tuple[Price, ...]:
    """What makes no difference that the model can see."""
    return tuple(price for price in single(review) if _blurred(price))


def fed(scene: Scene, key: str) -> tuple[str, ...]:
    """Ids of the actions that feed a price."""
    pairs = (pair for inject in scene.injects for pair in inject.feeds)
    return tuple(what.partition(".")[0] for name, what in pairs if name == key)


def worst(review: Review, price: Price) -> Mark | None:
    """The action behind a price: of several the one with the lowest score."""
    ids = fed(review.evaluation.scene, price.key)
    rows = [mark for mark in review.evaluation.marks if mark.expected.id in ids]
    scored = [mark for mark in rows if mark.score is not None]
    return min(scored, key=lambda mark: mark.score or 0.0, default=None) or next(
        iter(rows), None
    )


def unpriced(review: Review) -> tuple[Mark, ...]:
    """What was late or not done and is in no price."""
    scene = review.evaluation.scene
    there = {id_ for p in review.prices for id_ in fed(scene, p.key)}
    return tuple(
        mark
        for mark in review.evaluation.marks
        if mark.state in {State.LATE, State.NEVER} and mark.expected.id not in there
    )


# --- gaps, corrections, what went well --------------------------------------------------------


def gap_of(review: Review, action: str) -> Gap | None:
    """The gap of an action."""
    return next((gap for gap in review.gaps if gap.action == action), None)


def open_first(review: Review) -> tuple[Correction, ...]:
    """Corrections, open ones first, by their day."""
    return tuple(sorted(review.corrections, key=lambda row: (row.verified, row.due)))


def good(evaluation: Evaluation) -> tuple[Mark, ...]:
    """What was done in time and well, the quickest against its standard first."""
    rows = [
        mark
        for mark in timed(evaluation.marks)
        if mark.state is State.ON_TIME
        and mark.minutes is not None
        and (mark.quality is None or mark.quality >= GOOD)
    ]
    return tuple(sorted(rows, key=_of_target))


def _of_target(mark: Mark) -> float:
    target = mark.standard.target if mark.standard else 1.0
    return (mark.minutes or 0.0) / max(target, 0.1)


def substituted(evaluation: Evaluation) -> tuple[Mark, ...]:
    """Actions that somebody else did than who stood for the post."""
    stood = dict(evaluation.posts)
    return tuple(
        mark
        for mark in evaluation.marks
        if mark.person and stood.get(mark.expected.by, mark.person) != mark.person
    )


# --- evaluators ---------------------------------------------------------------------------------


def raters(log: Log) -> int:
    """How many evaluators judged."""
    names = {entry.rater for entry in log.entries if entry.rating}
    names |= {entry.second_rater for entry in log.entries if entry.second_rating}
    return len(names - {""})


def twice(evaluation: Evaluation) -> tuple[Mark, ...]:
    """Actions that two evaluators judged."""
    return tuple(m for m in evaluation.marks if m.rating and m.second_rating)


def disputed(evaluation: Evaluation) -> tuple[Mark, ...]:
    """Actions on which they differ."""
    return tuple(m for m in twice(evaluation) if m.rating is not m.second_rating)


# --- the contact list -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recalled:
    """Contacts of one setting: how many there were, how many of them were listed."""

    setting: str
    true: int
    found: int


def list_mark(evaluation: Evaluation) -> Mark | None:
    """The action that hands in the contact list."""
    rows = [m for m in evaluation.marks if m.expected.measure or m.recall is not None]
    return next(iter(rows), None)


def listed(evaluation: Evaluation) -> frozenset[PersonId]:
    """Who stands on the list."""
    mark = list_mark(evaluation)
    wanted = mark.expected.id if mark else ""
    rows = (entry for entry in evaluation.log.entries if entry.action == wanted)
    return frozenset(person for entry in rows for person in entry.listed)


def contacts(log: Log) -> frozenset[PersonId]:
    """Who was a contact in truth."""
    return frozenset(p for _setting, row in log.truth.contacts for p in row)


def recalled(evaluation: Evaluation) -> tuple[Recalled, ...]:
    """Setting by setting; who was met in several settings counts in each."""
    there = listed(evaluation)
    return tuple(
        Recalled(setting, len(set(row)), len(set(row) & there))
        for setting, row in evaluation.log.truth.contacts
    )


# --- the log ------------------------------------------------------------------------------------


def row_of(evaluation: Evaluation, action: str) -> int:
    """The number of an action's row in the log, from 1; 0: it has none."""
    for number, entry in enumerate(evaluation.log.entries, 1):
        if entry.action == action:
            return number
    return 0


def started(log: Log) -> float:
    """Minutes of the wall clock at which the drill began."""
    starts = (row.wall for row in log.clock if row.kind is ClockKind.START)
    return next(starts, 0.0)


def paused(log: Log) -> tuple[int, float]:
    """How often it paused, for how many minutes of the wall clock."""
    times, whole, since = 0, 0.0, None
    for row in log.clock:
        if row.kind is ClockKind.PAUSE and since is None:
            times, since = times + 1, row.wall
        elif row.kind in {ClockKind.RESUME, ClockKind.STOP} and since is not None:
            whole, since = whole + row.wall - since, None
    return times, whole


def jumps(log: Log) -> int:
    """How often the exercise clock was set forward."""
    return sum(row.kind is ClockKind.JUMP for row in log.clock)
