"""The clerk's way, for comparison: school by school, each batch on its first day that fits.

Senior schools first, then junior ones, then large primaries before small ones. Nothing is
taken back, so it comes to dead ends where there are plans; then it says so.
"""

import numpy as np

from bihuan.plan.plan import Plan
from bihuan.stagger.answer import Aim, Calendar, Status
from bihuan.stagger.calendar import made
from bihuan.stagger.calendar._moves import SLACK, Ground
from bihuan.stagger.calendar.anneal import ground
from bihuan.stagger.calendar.batches import RANK
from bihuan.stagger.calendar.days import Floats, Ints
from bihuan.stagger.calendar.rows import Model, model, weights
from bihuan.stagger.calendar.spec import Spec, spec


def greedy(plan: Plan, *, aim: Aim = Aim.BALANCED) -> Calendar:
    """The clerk's calendar; undecided where he comes to a dead end."""
    asked = spec(plan)
    built = model(asked, weights(asked, aim))
    place = first_fit(built)
    if place is None:
        return Calendar(status=Status.UNDECIDED, aim=aim, engine="greedy")
    return Calendar(
        status=Status.FOUND,
        openings=tuple(made.openings(asked, place)),
        visits=tuple(made.visits(asked, place)),
        unready=made.unready(asked),
        terms=made.terms(asked, built.weights, place),
        objective=made.objective(built, place),
        aim=aim,
        engine="greedy",
    )


def first_fit(built: Model) -> Ints | None:
    """Everybody's first day that fits; None: a dead end."""
    ground_ = ground(built)
    if ground_ is None:
        return None
    batches = len(built.spec.batches)
    load = np.zeros(len(ground_.room))
    place = np.full(len(ground_.low), -1)
    for alone in np.flatnonzero(ground_.high - ground_.low == 1):
        _take(ground_, load, place, int(alone), int(ground_.low[alone]))
    for entity in _order(built.spec):
        if place[entity] < 0 and not _open(ground_, load, place, entity, batches):
            return None
    late = [int(n) for n in np.flatnonzero(place < 0)]
    if all(_open(ground_, load, place, n, batches) for n in late):
        return place
    return None


def _order(asked: Spec) -> list[int]:
    """Batches in the clerk's order, each school's one after another."""
    size = np.bincount(asked.school, weights=asked.students)
    return sorted(
        range(len(asked.batches)),
        key=lambda n: (
            RANK[asked.batches[n].stage],
            -size[asked.school[n]],
            asked.school[n],
            n,
        ),
    )


def _take(ground_: Ground, load: Floats, place: Ints, entity: int, column: int) -> None:
    part = slice(ground_.cell_start[column], ground_.cell_start[column + 1])
    np.add.at(load, ground_.cell[part], ground_.taken[part])
    place[entity] = column


def _fits(ground_: Ground, load: Floats, column: int) -> bool:
    part = slice(ground_.cell_start[column], ground_.cell_start[column + 1])
    room = ground_.room[ground_.cell[part]] + SLACK
    return bool((load[ground_.cell[part]] + ground_.taken[part] <= room).all())


def _in_order(ground_: Ground, place: Ints, entity: int, column: int) -> bool:
    """Whether a day keeps the order with all that have theirs."""
    day = ground_.day[column]
    for k in range(ground_.tie_start[entity], ground_.tie_start[entity + 1]):
        other = place[ground_.tie[k]]
        if other < 0:
            continue
        by = ground_.day[other] - day if ground_.first[k] else day - ground_.day[other]
        if by < ground_.lag[k]:
            return False
    return True


def _waits(ground_: Ground, place: Ints, entity: int, batches: int) -> int:
    """The inspection that a batch waits for and that has no day yet; -1: none."""
    for k in range(ground_.tie_start[entity], ground_.tie_start[entity + 1]):
        if ground_.tie[k] >= batches and place[ground_.tie[k]] < 0:
            return int(ground_.tie[k])
    return -1


def _open(
    ground_: Ground, load: Floats, place: Ints, entity: int, batches: int
) -> bool:
    """Give an entity its first day that fits, its inspection before it."""
    visit = _waits(ground_, place, entity, batches)
    for column in range(ground_.low[entity], ground_.high[entity]):
        if not _in_order(ground_, place, entity, column):
            continue
        if not _fits(ground_, load, column):
            continue
        if visit < 0:
            _take(ground_, load, place, entity, column)
            return True
        place[entity] = column
        for own in range(ground_.low[visit], ground_.high[visit]):
            if _in_order(ground_, place, visit, own) and _fits(ground_, load, own):
                _take(ground_, load, place, entity, column)
                _take(ground_, load, place, visit, own)
                return True
        place[entity] = -1
    return False
