"""Batches 错峰: who comes when, who is therefore there together, how long a queue takes."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


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


def together(
    persons: Ints, start: Floats, end: Floats
) -> Iterator[tuple[float, float, Ints]]:
    """Stretches of time during which the same persons are at a place, with these persons.

    persons, start, end: shape (presence,), who is there from when to when, persons
    ascending. Those who are not there at the same time do not come in one stretch.
    """
    if len(persons) == 0:
        return
    if (start == start[0]).all() and (end == end[0]).all():
        yield float(start[0]), float(end[0]), distinct(persons)
        return
    edges = np.unique(np.concatenate([start, end]))
    for low, high in pairwise(edges.tolist()):
        there = persons[(start <= low) & (end >= high)]
        if len(there):
            yield low, high, distinct(there)


def distinct(ascending: Ints) -> Ints:
    """Each person once."""
    twice = ascending[1:] == ascending[:-1]
    return np.unique(ascending) if twice.any() else ascending
