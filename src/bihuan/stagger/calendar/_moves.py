"""The annealing's inner loop, compiled: millions of moves of dates a second.

The fenced exception to the house's style, as `outbreak._kernel` is. An *entity* is a batch
or the inspection of a school; its dates are columns of the model, one after another. What
must hold is paid for while it does not: `price` a unit over a limit, `strict` a day of a
wrong order. Draws are the finaliser of SplitMix64 over a counter.
"""

from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

NOWHERE = -1
SLACK = 1e-7


class Ground(NamedTuple):
    """What does not change while dates move; int64 and float64 throughout."""

    low: NDArray[np.int64]
    """First column of each entity."""
    high: NDArray[np.int64]
    at: NDArray[np.int64]
    """Column of an entity on a day, shape (entity, day); NOWHERE: no choice."""
    day: NDArray[np.int64]
    """Of each column, from 0."""
    free: NDArray[np.int64]
    """Entities that have a choice."""
    cost: NDArray[np.float64]
    cell_start: NDArray[np.int64]
    cell: NDArray[np.int64]
    """Limits that a column takes from."""
    taken: NDArray[np.float64]
    room: NDArray[np.float64]
    step: NDArray[np.float64]
    """Part of a batch, in the unit of each limit."""
    students: NDArray[np.float64]
    """Of each column, for the peak."""
    area: NDArray[np.int64]
    """Of each entity; NOWHERE: not counted."""
    mean: NDArray[np.float64]
    """What each column adds to the mean delay of its area."""
    kin_start: NDArray[np.int64]
    kin: NDArray[np.int64]
    kin_cost: NDArray[np.float64]
    tie_start: NDArray[np.int64]
    tie: NDArray[np.int64]
    """Entities in an order with this one."""
    lag: NDArray[np.int64]
    first: NDArray[np.bool_]
    """Whether this one comes first: the other at least `lag` days after it."""
    peak_weight: float
    fair_weight: float


class State(NamedTuple):
    """Where everything stands."""

    place: NDArray[np.int64]
    """Column of each entity."""
    load: NDArray[np.float64]
    arriving: NDArray[np.float64]
    delay: NDArray[np.float64]
    sums: NDArray[np.float64]
    """Objective, peak, unfairness."""


@nb.njit(cache=True, nogil=True)
def _draw(counter):
    word = counter[0] + np.uint64(0x9E3779B97F4A7C15)
    counter[0] = word
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


@nb.njit(cache=True, nogil=True)
def _below(counter, n):
    return np.int64((_draw(counter) >> np.uint64(32)) * np.uint64(n) >> np.uint64(32))


@nb.njit(cache=True, nogil=True)
def _uniform(counter):
    return np.float64(_draw(counter) >> np.uint64(11)) * 2.0**-53


@nb.njit(cache=True, nogil=True)
def _wrong(g, s, e, day):
    """Days by which the orders in time of an entity are broken, were it on a day."""
    wrong = 0
    for k in range(g.tie_start[e], g.tie_start[e + 1]):
        other = g.day[s.place[g.tie[k]]]
        by = day + g.lag[k] - other if g.first[k] else other + g.lag[k] - day
        if by > 0:
            wrong += by
    return wrong


@nb.njit(cache=True, nogil=True)
def _kin(g, s, e, day):
    """What the siblings of an entity cost, were it on a day."""
    cost = 0.0
    for k in range(g.kin_start[e], g.kin_start[e + 1]):
        if g.day[s.place[g.kin[k]]] != day:
            cost += g.kin_cost[k]
    return cost


@nb.njit(cache=True, nogil=True)
def _fine(g, r, load):
    """What is over a limit; a little over is as bad as a part of a batch."""
    over = load - g.room[r]
    return over + g.step[r] if over > SLACK else 0.0


@nb.njit(cache=True, nogil=True)
def _shift(g, s, price, e, column):
    """Move an entity; returns by how much objective (without maxima) and fines change."""
    old = s.place[e]
    fine = 0.0
    for k in range(g.cell_start[old], g.cell_start[old + 1]):
        r = g.cell[k]
        fine -= _fine(g, r, s.load[r]) * price[r]
        s.load[r] -= g.taken[k]
        fine += _fine(g, r, s.load[r]) * price[r]
    for k in range(g.cell_start[column], g.cell_start[column + 1]):
        r = g.cell[k]
        fine -= _fine(g, r, s.load[r]) * price[r]
        s.load[r] += g.taken[k]
        fine += _fine(g, r, s.load[r]) * price[r]
    s.arriving[g.day[old]] -= g.students[old]
    s.arriving[g.day[column]] += g.students[column]
    if g.area[e] >= 0:
        s.delay[g.area[e]] += g.mean[column] - g.mean[old]
    s.place[e] = column
    return g.cost[column] - g.cost[old], fine


@nb.njit(cache=True, nogil=True)
def broken(g, s):
    """Whether anything that must hold does not."""
    for r in range(len(g.room)):
        if s.load[r] > g.room[r] + SLACK:
            return True
    return disordered(g, s)


@nb.njit(cache=True, nogil=True)
def disordered(g, s):
    """Whether an order in time is broken."""
    for e in range(len(g.low)):
        if _wrong(g, s, e, g.day[s.place[e]]) > 0:
            return True
    return False


@nb.njit(cache=True, nogil=True)
def owed(g, s, price, strict):
    """What is paid for everything that does not hold."""
    fine = 0.0
    for r in range(len(g.room)):
        fine += price[r] * _fine(g, r, s.load[r])
    wrong = 0
    for e in range(len(g.low)):
        wrong += _wrong(g, s, e, g.day[s.place[e]])
    return fine + 0.5 * strict * wrong


@nb.njit(cache=True, nogil=True)
def worth(g, s):
    """The objective, worked out anew."""
    total = 0.0
    for e in range(len(g.low)):
        total += g.cost[s.place[e]] + 0.5 * _kin(g, s, e, g.day[s.place[e]])
    return total + g.peak_weight * s.arriving.max() + g.fair_weight * s.delay.max()


@nb.njit(cache=True, nogil=True)
def settle(g, s):
    """Loads and sums of the places, worked out anew."""
    s.load[:] = 0.0
    s.arriving[:] = 0.0
    s.delay[:] = 0.0
    for e in range(len(g.low)):
        column = s.place[e]
        for k in range(g.cell_start[column], g.cell_start[column + 1]):
            s.load[g.cell[k]] += g.taken[k]
        s.arriving[g.day[column]] += g.students[column]
        if g.area[e] >= 0:
            s.delay[g.area[e]] += g.mean[column]
    s.sums[0] = worth(g, s)
    s.sums[1] = s.arriving.max()
    s.sums[2] = s.delay.max()


@nb.njit(cache=True, nogil=True)
def _mate(g, s, counter, e, day):
    """An entity on a day that may take the place of another; NOWHERE: none found."""
    mine = g.day[s.place[e]]
    for _ in range(12):
        other = g.free[_below(counter, len(g.free))]
        if other != e and g.day[s.place[other]] == day and g.at[other, mine] >= 0:
            return other
    return NOWHERE


@nb.njit(cache=True, nogil=True)
def anneal(g, s, price, strict, heat, moves, counter, best):
    """Move dates for a while at a heat; returns the worth of the best sound plan seen.

    best: places of that plan, filled in; inf where none was seen.
    """
    settle(g, s)
    found = np.inf
    if not broken(g, s):
        found = s.sums[0]
        best[:] = s.place
    if len(g.free) == 0:
        return found
    debt = owed(g, s, price, strict)
    for _ in range(moves):
        e = g.free[_below(counter, len(g.free))]
        old = s.place[e]
        if _below(counter, 2):
            column = old + _below(counter, 7) - 3
            if column < g.low[e] or column >= g.high[e]:
                continue
        else:
            column = g.low[e] + _below(counter, g.high[e] - g.low[e])
        if column == old:
            continue
        day, was = g.day[column], g.day[old]
        other = NOWHERE
        if _below(counter, 2):
            other = _mate(g, s, counter, e, day)
        change = _kin(g, s, e, day) - _kin(g, s, e, was)
        wrong = _wrong(g, s, e, day) - _wrong(g, s, e, was)
        gain, fine = _shift(g, s, price, e, column)
        change += gain
        back = NOWHERE
        if other >= 0:
            back = s.place[other]
            change += _kin(g, s, other, was) - _kin(g, s, other, day)
            wrong += _wrong(g, s, other, was) - _wrong(g, s, other, day)
            gain, more = _shift(g, s, price, other, g.at[other, was])
            change += gain
            fine += more
        peak, fair = s.arriving.max(), s.delay.max()
        change += g.peak_weight * (peak - s.sums[1])
        change += g.fair_weight * (fair - s.sums[2])
        whole = change + fine + strict * wrong
        if whole <= 0.0 or _uniform(counter) < np.exp(-whole / heat):
            s.sums[0] += change
            s.sums[1], s.sums[2] = peak, fair
            debt += fine + strict * wrong
            if s.sums[0] < found and debt < 0.5 and not broken(g, s):
                found = s.sums[0]
                best[:] = s.place
        else:
            if other >= 0:
                _shift(g, s, price, other, back)
            _shift(g, s, price, e, old)
    return found
