"""How long people wait: a fluid queue, and person by person with all that goes wrong."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bihuan.base.ids import ZoneCode
from bihuan.base.random import Draws, generator
from bihuan.plan.meeting.batches import queue_minutes
from bihuan.plan.words import Flow
from bihuan.stagger.answer import Queue
from bihuan.stagger.day.facts import MEALS, Facts, Placed

Floats = NDArray[np.float64]

DRAWS: Final = 16
SIGMA: Final = 0.4
"""Spread of the logarithm of a service time (assumed, for the stopwatch to measure)."""
WALK: Final = 1.0
"""Spread in minutes of those who walk to table together (assumed)."""
GATES: Final = (Flow.ARRIVAL, Flow.DISMISSAL)


@dataclass(frozen=True, kw_only=True)
class _Line:
    """A queue of its own: a lane, a gate whose lanes anybody takes, a hall's counters."""

    flow: Flow
    zone: ZoneCode
    rate: float
    """Persons a minute."""
    placed: tuple[Placed, ...]

    @property
    def people(self) -> int:
        return sum(one.need.size for one in self.placed)

    def fluid(self) -> float:
        """Mean wait when everybody comes evenly in the slot and nothing varies."""
        low = min(one.start for one in self.placed)
        high = max(one.end for one in self.placed)
        coming = np.zeros(high - low)
        for one in self.placed:
            end = max(self._last(one), one.start + 1)
            coming[one.start - low : end - low] += one.need.size / (end - one.start)
        waits = np.array(queue_minutes(coming.tolist(), 1.0, self.rate))
        return float((waits * coming).sum() / max(coming.sum(), 1.0))

    def _last(self, one: Placed) -> int:
        """When the last of a slot come; to table they come at once."""
        return one.end if self.flow in GATES else one.start + 1

    def drawn(self, facts: Facts, draws: Draws) -> Floats:
        """Waits of everybody over the draws: shape (draw, person)."""
        comes = np.concatenate(
            [self._comes(facts, one, draws) for one in self.placed], 1
        )
        comes.sort(axis=1)
        shape = -SIGMA * SIGMA / 2.0
        takes = np.exp(draws.normal(shape, SIGMA, comes.shape)) / self.rate
        # Lindley: who comes next waits for all that was not done when he came.
        done = np.cumsum(takes, axis=1)
        slack = comes - (done - takes)
        return np.asarray(np.maximum.accumulate(slack, axis=1) - slack)

    def _comes(self, facts: Facts, one: Placed, draws: Draws) -> Floats:
        """When the persons of a slot come, in minutes: shape (draw, person)."""
        shape = (DRAWS, one.need.size)
        if self.flow not in GATES:
            return np.asarray(one.start + np.abs(draws.normal(0.0, WALK, shape)))
        kept = draws.uniform(one.start, one.end, shape)
        if self.flow is Flow.ARRIVAL:
            kept += draws.normal(0.0, facts.limits.spread, shape)
        else:  # nobody leaves before the bell
            kept += np.abs(draws.normal(0.0, facts.limits.spread, shape))
        free = draws.uniform(one.need.low, one.need.high, shape)
        stray = draws.random(shape) < facts.limits.ignore
        return np.where(stray, free, kept)


def queues(facts: Facts, placed: Sequence[Placed], *, seed: int) -> tuple[Queue, ...]:
    """Waiting at each gate and hall, fluid and person by person over repeated draws."""
    lines = list(_lines(facts, placed))
    places = dict.fromkeys((line.flow, line.zone) for line in lines)
    return tuple(
        _told(facts, [one for one in lines if (one.flow, one.zone) == place], seed=seed)
        for place in places
    )


def fluid(facts: Facts, placed: Sequence[Placed]) -> tuple[Queue, ...]:
    """The same for the gates without any draw."""
    lines = [line for line in _lines(facts, placed) if line.flow in GATES]
    places = dict.fromkeys((line.flow, line.zone) for line in lines)
    return tuple(
        _even([one for one in lines if (one.flow, one.zone) == place])
        for place in places
    )


def mean_at_gates(told: Sequence[Queue], *, fluid_only: bool = False) -> float:
    """Mean wait on the way in, over all gates."""
    into = [one for one in told if one.flow is Flow.ARRIVAL]
    people = sum(one.people for one in into)
    whole = sum((one.fluid if fluid_only else one.mean) * one.people for one in into)
    return whole / people if people else 0.0


def _even(lines: Sequence[_Line]) -> Queue:
    people = sum(line.people for line in lines)
    wait = sum(line.fluid() * line.people for line in lines) / max(people, 1)
    return Queue(
        flow=lines[0].flow,
        zone=lines[0].zone,
        people=people,
        mean=wait,
        p95=wait,
        longest=wait,
        fluid=wait,
    )


def _told(facts: Facts, lines: Sequence[_Line], *, seed: int) -> Queue:
    """One place's row."""
    flow, zone = lines[0].flow, lines[0].zone
    draws = generator(seed, f"day {flow} {zone}")
    waits = np.concatenate([line.drawn(facts, draws) for line in lines], axis=1)
    even = _even(lines)
    return Queue(
        flow=flow,
        zone=zone,
        people=even.people,
        mean=float(waits.mean()),
        p95=float(np.quantile(waits, 0.95)),
        longest=float(waits.max()),
        fluid=even.fluid,
    )


def _lines(facts: Facts, placed: Sequence[Placed]) -> Iterator[_Line]:
    """Queues: each lane that somebody is sent to, each gate where lanes are free, each hall."""
    lanes = {gate.code: gate.lanes for gate in facts.gates}
    halls = {hall.code: hall.rate for hall in facts.halls}
    own: dict[tuple[Flow, ZoneCode, int], list[Placed]] = defaultdict(list)
    for one in placed:
        own[one.need.flow, one.zone, one.lane].append(one)
    for (flow, zone, lane), those in sorted(own.items(), key=lambda item: item[0]):
        if flow in GATES:
            free = lanes[zone] if lane == 0 else 1
            rate = free * 60.0 / facts.limits.seconds(flow)
        elif flow in MEALS:
            rate = halls[zone]
        else:
            continue
        yield _Line(flow=flow, zone=zone, rate=rate, placed=tuple(those))
