"""A drill's whole way: stage, play or read the log, judge, price, amend, compare."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from statistics import median
from typing import Final, TypeVar

from bihuan.base.ids import SchoolCode
from bihuan.drill import score
from bihuan.drill.evaluate import evaluate, pooled
from bihuan.drill.marks import Evaluation, Log, Mark, State
from bihuan.drill.play import Profile, play
from bihuan.drill.script import Scene
from bihuan.loop import amend
from bihuan.loop.drilled import Comparison, Practice, Review
from bihuan.loop.price import Ground, price, steps
from bihuan.loop.stage import stage
from bihuan.outbreak.disease import PARAMETERS_VERSION
from bihuan.outbreak.scenario import MODEL_VERSION

Row = TypeVar("Row")
QUICKER: Final = 0.75
"""A practice is offered where somebody needs this share of the schools' median, or less."""


def nothing(done: int, whole: int) -> None:
    """Listen to no progress."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Exercise:
    """A scene that schools go through, and the ground on which it is priced."""

    scene: Scene
    schools: tuple[SchoolCode, ...]
    ground: Ground
    progress: Callable[[int, int], None] = nothing


def run(exercise: Exercise, profile: Profile) -> Comparison:
    """Play a scene at every school with simulated players. Ctrl-C keeps those that are done."""
    return judge(exercise, _until_stopped(_logs(exercise, profile)))


def _logs(exercise: Exercise, profile: Profile) -> Iterator[Log]:
    """The log of each school, as its simulated players leave it."""
    ground, scene = exercise.ground, exercise.scene
    for school in exercise.schools:
        truth = stage(
            scene,
            ground.plan,
            school,
            ground.disease,
            seed=ground.seed,
            beta=ground.beta,
        )
        yield play(scene, ground.plan, school, truth, profile, seed=ground.seed)


def _until_stopped(rows: Iterator[Row]) -> list[Row]:
    """What is done when Ctrl-C comes; where nothing is, it goes on up."""
    done: list[Row] = []
    try:
        done.extend(rows)
    except KeyboardInterrupt:
        if not done:
            raise
    return done


def judge(exercise: Exercise, logs: Sequence[Log]) -> Comparison:
    """Judge logs of one scene, price them, set them side by side."""
    ground, scene = exercise.ground, exercise.scene
    first = [evaluate(scene, log, ground.plan, seed=ground.seed) for log in logs]
    pool = pooled(first)
    judged = [
        evaluate(scene, log, ground.plan, pool=pool, seed=ground.seed) for log in logs
    ]
    meter = _Meter(
        exercise.progress, ground.runs * sum(steps(e, ground.plan) for e in judged)
    )
    listening = replace(ground, progress=meter)
    reviews = _until_stopped(review(evaluation, listening) for evaluation in judged)
    return compare(reviews, runs=ground.runs, seed=ground.seed)


class _Meter:
    """Counts runs over all schools."""

    def __init__(self, progress: Callable[[int, int], None], whole: int) -> None:
        self.progress, self.whole, self.done = progress, whole, 0

    def __call__(self, runs: int) -> None:
        self.done += runs
        self.progress(self.done, self.whole)


def review(evaluation: Evaluation, ground: Ground) -> Review:
    """What a judged drill means for its school: prices, gaps, corrections, plan changes."""
    priced = price(evaluation, ground)
    gaps = amend.gaps(evaluation, ground.plan)
    return Review(
        evaluation=evaluation,
        prices=priced.prices,
        gaps=gaps,
        corrections=amend.corrections(gaps, evaluation, ground.plan),
        changes=amend.changes(ground.plan, evaluation),
        as_planned=priced.as_planned,
        as_rehearsed=priced.as_rehearsed,
        days=ground.days,
        runs=0 if ground.disease is None else ground.runs,
        seed=ground.seed,
        model_version=MODEL_VERSION,
        parameters_version=PARAMETERS_VERSION,
    )


def compare(reviews: Sequence[Review], *, runs: int, seed: int) -> Comparison:
    """Schools that went through one scene, side by side; in an order only where it is sure."""
    evaluations = [r.evaluation for r in reviews]
    pool = pooled(evaluations)
    draws = {
        e.school: score.standing(
            e.scene, e.marks, pool=pool, seed=seed, school=e.school
        ).draws
        for e in evaluations
    }
    return Comparison(
        reviews=tuple(reviews),
        order=score.tiers(draws),
        better=score.better(draws),
        practices=practices(evaluations),
        runs=runs,
        seed=seed,
        model_version=MODEL_VERSION,
    )


def carried(review: Review, before: Review) -> Review:
    """A re-drill's review with the corrections of the drill before, closed where it passed.

    What is still open stands once, as it was, with the gap that it came from.
    """
    played = before.evaluation.log.played
    old = amend.verify(before.corrections, review.evaluation, played=played)
    still = {row.gap for row in old if not row.verified}
    known = {gap.action for gap in review.gaps}
    gaps = tuple(gap for gap in before.gaps if gap.action not in known)
    new = tuple(row for row in review.corrections if row.gap not in still)
    return replace(review, gaps=(*review.gaps, *gaps), corrections=(*old, *new))


# --- practices ------------------------------------------------------------------------


def practices(evaluations: Sequence[Evaluation]) -> tuple[Practice, ...]:
    """What one school did far better than the others 经验做法, and who could take it over.

    It was done in time and well, in at most QUICKER of the schools' median; who was late or
    did not do it takes it over. In the order of the script.
    """
    rows = _by_action(evaluations)
    found = chain.from_iterable(
        _practice(action, marks) for action, marks in rows.items()
    )
    return tuple(found)


def _by_action(
    evaluations: Sequence[Evaluation],
) -> Mapping[str, Mapping[SchoolCode, Mark]]:
    rows: dict[str, dict[SchoolCode, Mark]] = {}
    for evaluation in evaluations:
        for mark in evaluation.marks:
            if mark.standard is not None:
                rows.setdefault(mark.expected.id, {})[evaluation.school] = mark
    return rows


def _practice(action: str, marks: Mapping[SchoolCode, Mark]) -> list[Practice]:
    """At most one practice of an action."""
    timed = {s: m.minutes for s, m in marks.items() if m.minutes is not None}
    takers = tuple(s for s, m in marks.items() if m.state in {State.LATE, State.NEVER})
    good = {
        s: t
        for s, t in timed.items()
        if marks[s].state is State.ON_TIME and amend.passes(marks[s])
    }
    if len(timed) < 2 or not good or not takers:  # noqa: PLR2004  # one has no median
        return []
    best = min(good, key=lambda s: good[s])
    middle = median(timed.values())
    if good[best] > QUICKER * middle:
        return []
    return [
        Practice(
            action=action,
            school=best,
            minutes=float(good[best]),
            median=float(middle),
            takers=takers,
        )
    ]
