"""Batches 错峰: who comes when, how long a queue takes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bihuan.plan.measures import StaggeredArrival, StaggeredBreaks, StaggeredDining
from bihuan.plan.meeting.cast import Cast
from bihuan.plan.meeting.spots import NOWHERE, Places

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Batches:
    """In which batch a person comes: shape (person,) each."""

    batch: Ints
    minutes: Floats
    """From one batch to the next."""
    count: Ints
    """Batches in all; 1 for those of no batch."""

    def shift(self, persons: Ints, room: float) -> Floats:
        """Minutes by which each person comes after the first batch.

        room: minutes that the period has for the last batch to be late.
        """
        count = np.maximum(self.count[persons] - 1, 1)
        gap = np.minimum(self.minutes[persons], max(room, 0.0) / count)
        return np.asarray(self.batch[persons] * gap)


def deal(sizes: Sequence[int], batches: int) -> list[int]:
    """Batch of each class: classes in a row are cut into batches of about equal persons.

    A class belongs to the batch in which its middle person lies.
    """
    total = sum(sizes)
    dealt, before = [], 0
    for size in sizes:
        middle = before + size / 2
        dealt.append(min(int(batches * middle / total), batches - 1) if total else 0)
        before += size
    return dealt


def queue_minutes(arrivals: Sequence[float], window: float, rate: float) -> list[float]:
    """Mean minutes in a queue for each batch: a fluid queue.

    arrivals: persons of each batch; batch k comes evenly during [k w, (k + 1) w), w the
    window in minutes; rate: persons served a minute. The backlog q grows at n/w - rate,
    never below nothing, and is carried into the next window; who comes at time t waits
    q(t)/rate. For one batch this is max(0, n/rate - w)/2.
    """
    backlog, waits = 0.0, []
    for persons in arrivals:
        slope = persons / window - rate
        after = backlog + slope * window
        if after >= 0.0:
            mean = (backlog + after) / 2
        else:
            mean = backlog * backlog / (-slope) / 2 / window
        waits.append(mean / rate)
        backlog = max(0.0, after)
    return waits


def slot_waits(
    arrivals: Sequence[tuple[int, float, float]], rate: float
) -> list[float]:
    """Mean minutes in a queue for each slot of persons who come evenly from start to end.

    arrivals: persons, start, end. The same fluid queue, minute by minute, with what other
    slots leave behind; rate: persons served a minute.
    """
    low = min(int(start) for _persons, start, _end in arrivals)
    high = max(int(np.ceil(end)) for _persons, _start, end in arrivals)
    coming = np.zeros(max(high - low, 1))
    spans = []
    for persons, start, end in arrivals:
        span = slice(int(start) - low, max(int(np.ceil(end)), int(start) + 1) - low)
        coming[span] += persons / (span.stop - span.start)
        spans.append(span)
    waits = np.array(queue_minutes(coming.tolist(), 1.0, rate))
    return [float(waits[span].mean()) for span in spans]


def batches(
    cast: Cast,
    places: Places,
    measures: Sequence[StaggeredArrival | StaggeredDining | StaggeredBreaks],
) -> Batches:
    """Classes of a place in the order of the plan, blocks of a grade, evenly by persons.

    Who belongs to no class, or to none in a measure's scope, comes with the first batch.
    """
    persons = len(cast.people)
    batch, count = np.zeros(persons, np.int64), np.ones(persons, np.int64)
    gap = np.zeros(persons)
    done = np.zeros(persons, np.bool_)
    for measure in measures:
        inside = _in_scope(cast, measure.scope) & ~done
        done |= inside
        count[inside], gap[inside] = max(1, measure.batches), measure.minutes
        for place in np.unique(places.place[inside & (places.place != NOWHERE)]):
            here = inside & (places.place == place)
            sizes = np.bincount(
                cast.klass[here & (cast.klass >= 0)], minlength=len(cast.classes)
            )
            dealt = deal(
                [int(sizes[n]) for n in cast.homerooms], max(1, measure.batches)
            )
            of_class = np.zeros(len(cast.classes) + 1, np.int64)
            of_class[cast.homerooms] = dealt
            batch[here] = of_class[cast.klass[here]]
    return Batches(batch, gap, count)


def _in_scope(cast: Cast, scope: tuple[str, ...]) -> NDArray[np.bool_]:
    """Persons whose class or grade a measure names; everybody where it names none."""
    if not scope:
        return np.ones(len(cast.people), np.bool_)
    inside = np.array(
        [bool({row.code, row.grade} & set(scope)) for row in cast.classes] + [False],
        np.bool_,
    )
    return inside[cast.klass]
