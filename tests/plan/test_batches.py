"""Batches, presences, queues."""

import heapq
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings, strategies as st

from bihuan.plan.meeting.batches import deal, queue_minutes
from bihuan.plan.meeting.presence import together

people_of_classes = st.lists(st.integers(0, 60), min_size=1, max_size=30)


@given(sizes=people_of_classes, batches=st.integers(1, 6))
@settings(deadline=None)
def test_batches_are_blocks_in_order(sizes: list[int], batches: int) -> None:
    dealt = deal(sizes, batches)
    assert len(dealt) == len(sizes)
    assert dealt == sorted(dealt)
    assert set(dealt) <= set(range(batches))


@given(sizes=people_of_classes, batches=st.integers(1, 6))
@settings(deadline=None)
def test_batches_differ_by_no_more_than_a_class(sizes: list[int], batches: int) -> None:
    assume(sum(sizes) > 0)
    dealt = deal(sizes, batches)
    for batch in range(batches):
        held = sum(n for n, b in zip(sizes, dealt, strict=True) if b == batch)
        assert abs(held - sum(sizes) / batches) <= max(sizes)


def test_six_equal_classes_make_three_pairs() -> None:
    assert deal([24] * 6, 3) == [0, 0, 1, 1, 2, 2]


def simulated(arrivals: list[int], window: float, lanes: int, service: float) -> float:
    """Mean wait of everybody, person by person: the next one goes to the first free lane."""
    free = [0.0] * lanes
    waits = []
    for batch, persons in enumerate(arrivals):
        for n in range(persons):
            comes = (batch + (n + 0.5) / persons) * window
            begins = max(comes, heapq.heappop(free))
            heapq.heappush(free, begins + service)
            waits.append(begins - comes)
    return float(np.mean(waits))


@given(
    arrivals=st.lists(st.integers(40, 400), min_size=1, max_size=4),
    window=st.floats(5.0, 40.0),
    lanes=st.integers(1, 4),
    service=st.floats(0.02, 0.2),
)
@settings(deadline=None, max_examples=60)
def test_the_fluid_queue_is_that_of_persons(
    arrivals: list[int], window: float, lanes: int, service: float
) -> None:
    waits = queue_minutes([float(n) for n in arrivals], window, lanes / service)
    fluid = float(np.average(waits, weights=arrivals))
    # A person counts whole and lanes serve in rhythm: off by two services at most.
    assert fluid == pytest.approx(
        simulated(arrivals, window, lanes, service), abs=2 * service, rel=0.02
    )


def test_one_batch_waits_half_of_what_it_is_late() -> None:
    assert queue_minutes([300.0], 30.0, 5.0) == [(300 / 5 - 30) / 2]
    assert queue_minutes([100.0], 30.0, 5.0) == [0.0]


def test_a_backlog_is_waited_for_by_the_next_batch() -> None:
    """60 persons in 10 minutes at 4 a minute leave 20; these are gone 5 minutes later."""
    first, second = queue_minutes([60.0, 0.0], 10.0, 4.0)
    assert first == pytest.approx(2.5)
    assert second == pytest.approx(20 * 5 / 2 / 10 / 4)


presences = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 30), st.integers(1, 20)), max_size=20
)


@given(rows=presences)
@settings(deadline=None)
def test_stretches_hold_who_is_there_in_every_minute(
    rows: list[tuple[int, int, int]],
) -> None:
    rows = sorted(rows)
    persons = np.array([p for p, _s, _n in rows], np.int64)
    start = np.array([float(s) for _p, s, _n in rows])
    end = start + np.array([float(n) for _p, _s, n in rows])
    found = list(together(persons, start, end))
    for minute in range(60):
        expected = {p for p, s, n in rows if s <= minute < s + n}
        inside = [there for low, high, there in found if low <= minute < high]
        assert len(inside) <= 1
        assert {int(p) for part in inside for p in part} == expected
    for _low, _high, there in found:
        assert all(a < b for a, b in pairwise(there.tolist()))
