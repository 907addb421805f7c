"""Better plans from a plan: some batches are let go, HiGHS places them anew.

Days whose reduced cost is above what is left to gain cannot be in a better plan; they
stay shut, which makes the programmes small.
"""

import numpy as np

from bihuan.base.random import Draws, generator
from bihuan.stagger.calendar.days import Flags, Ints
from bihuan.stagger.calendar.lp import Solved, best
from bihuan.stagger.calendar.places import cut, filled, owners, places
from bihuan.stagger.calendar.search import Search

SIZE = 110
"""Batches that are let go at once."""
PART = 4.0
"""Seconds for one part."""


SOME = 1e-9
"""A share of a day that counts as used."""
WIDTHS = (4, 10, 10**6)
"""Days of a batch in a restricted programme, besides those that the LP uses."""


def polish(search: Search, relaxed: Solved, *, seed: int, rounds: int = 10**6) -> None:
    """Let go batches that open near each other, again and again, until time is up."""
    model = search.model
    own = owners(model)
    size = SIZE
    for number in range(rounds):
        if search.done or search.place is None:
            return
        draws = generator(seed, "stagger/polish", number)
        free = _near(search, draws, size)
        x = filled(model, search.place)
        columns = np.flatnonzero(free[own])
        worth_it = _worth(search, relaxed, columns) | (x[columns] > 0.5)  # noqa: PLR2004
        part, kept = cut(model, x, columns[worth_it])
        seconds = min(PART, search.clock.left)
        solved = best(part, seconds=seconds, start=x[kept], seed=seed)
        if solved.x is not None:
            x[kept] = solved.x
            search.offer(places(model, x))
        size = max(40, size - 10) if solved.seconds > PART / 2 else min(200, size + 10)


def restricted(search: Search, relaxed: Solved, *, seed: int) -> None:
    """A first plan on the days that the LP uses and the next cheapest, ever more of them."""
    model = search.model
    if relaxed.x is None:
        return
    own = owners(model)
    whole = np.arange(len(own))
    order = np.lexsort((whole, relaxed.reduced[whole], -relaxed.x[whole], own))
    first = np.searchsorted(own[order], own[order])
    rank = np.empty(len(own), dtype=np.int64)
    rank[order] = whole - first
    for width in WIDTHS:
        if search.done:
            return
        taken = np.zeros(len(own), dtype=bool)
        if search.place is not None:
            taken[search.place] = True
        columns = np.flatnonzero((rank < width) | (relaxed.x[whole] > SOME) | taken)
        part, kept = cut(model, np.zeros(len(model.cost)), columns)
        start = None if search.place is None else filled(model, search.place)[kept]
        seconds = search.clock.left / 2
        solved = best(part, seconds=seconds, start=start, seed=seed)
        if solved.x is not None:
            x = np.zeros(len(model.cost))
            x[kept] = solved.x
            if search.offer(places(model, x)):
                return


def _near(search: Search, draws: Draws, size: int) -> Flags:
    """Batches around a day, and the inspections they wait for."""
    spec = search.model.spec
    assert search.place is not None  # noqa: S101  # asked of a plan that there is
    count = len(spec.batches)
    day = spec.day[search.place[:count]]
    centre = draws.choice(day)
    nearest = np.argsort(np.abs(day - centre) + draws.random(count), kind="stable")
    free = np.zeros(len(search.place), dtype=bool)
    free[nearest[:size]] = True
    return with_visits(search, free)


def with_visits(search: Search, free: Flags) -> Flags:
    """The same, with the inspections of the schools whose first batch is among them."""
    spec = search.model.spec
    schools = [n for n, heads in enumerate(spec.heads) if heads]
    for entity, number in enumerate(schools, start=len(spec.batches)):
        free[entity] |= any(free[head] for head in spec.heads[number])
    return free


def _worth(search: Search, relaxed: Solved, columns: Ints) -> Flags:
    """Choices that a better plan may have, by their reduced cost."""
    if not len(relaxed.reduced):
        return np.ones(len(columns), dtype=bool)
    room = search.objective - relaxed.objective
    return relaxed.reduced[columns] <= room + 1e-6
