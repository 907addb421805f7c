"""First plans by annealing: dates move at random, what must hold has a price until it holds.

Where an LP is known its duals set the prices and its mean days the start. It needs no
solver, so that a county of a province gets its plan in seconds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from bihuan.base.random import key
from bihuan.stagger.answer import Goal
from bihuan.stagger.calendar import _moves
from bihuan.stagger.calendar._moves import NOWHERE, Ground, State
from bihuan.stagger.calendar.days import Flags, Floats, Ints
from bihuan.stagger.calendar.rows import GROUPS, Model

MOVES, EACH = 200_000, 400
"""Moves between two looks at the clock, at most; of each batch."""
HOT, COLD = 0.5, 0.02
"""Heat at the beginning and at the end, in what a batch's day costs."""
DEAR = 3.0
"""What a batch over a limit costs, in days of a batch."""
STEP = 0.1
"""Part of a batch that anything over a limit costs besides."""
RAISE, LOWER = 1.4, 0.97


@dataclass(frozen=True, slots=True)
class Sound:
    """A plan that breaks no row: the column of every entity, its objective."""

    place: Ints
    objective: float


def ground(model: Model) -> Ground | None:
    """The model as the inner loop wants it; None: somebody has no day at all."""
    spec = model.spec
    base = len(spec.batch)
    inspected = np.array([n for n, own in enumerate(spec.heads) if own], dtype=np.int64)
    low = np.concatenate([spec.first[:-1], base + spec.visit_first[inspected]])
    high = np.concatenate([spec.first[1:], base + spec.visit_first[inspected + 1]])
    days = np.concatenate([spec.day, spec.visit_day])
    pairs = _pairs(model, inspected)
    if not _narrow(low, high, days, pairs):
        return None
    origin = int(days.min()) if len(days) else 0
    at = np.full((len(low), int(days.max()) - origin + 1), NOWHERE)
    for entity in range(len(low)):
        own = slice(low[entity], high[entity])
        at[entity, days[own] - origin] = np.arange(own.start, own.stop)
    cells = _cells(model)
    typical = _typical(cells)
    ties = _ties(len(low), pairs)
    kin = _kin(model, len(low))
    chosen = np.where(spec.stands[spec.batch], 0.0, spec.students_of)
    none = np.zeros(len(spec.visited))
    area = np.where(spec.stands, NOWHERE, spec.area)
    return Ground(
        low=low,
        high=high,
        at=at,
        day=days - origin,
        free=np.flatnonzero(high - low > 1),
        cost=model.cost[: len(model.whole)].copy(),
        cell_start=cells[0],
        cell=cells[1],
        taken=cells[2],
        room=cells[3],
        step=STEP * typical,
        students=np.concatenate([chosen, none]),
        area=np.concatenate([area, np.full(len(inspected), NOWHERE)]),
        mean=np.concatenate([_means(model), none]),
        kin_start=kin[0],
        kin=kin[1],
        kin_cost=kin[2],
        tie_start=ties[0],
        tie=ties[1],
        lag=ties[2],
        first=ties[3],
        peak_weight=float(model.weights[Goal.PEAK]),
        fair_weight=float(model.weights[Goal.FAIRNESS]),
    )


def limits(model: Model) -> Ints:
    """Rows that are limits of a day: what the inner loop counts as cells."""
    known = set(GROUPS.values())
    scarce = np.array([name.partition(":")[0] in known for name in model.names])
    return np.flatnonzero(scarce[model.group])


def _cells(model: Model) -> tuple[Ints, Ints, Floats, Floats]:
    """Limits by column: where each column begins, the limits, what is taken, the room."""
    rows = limits(model)
    place = np.full(len(model.row_lower), NOWHERE)
    place[rows] = np.arange(len(rows))
    cell = place[model.entry_row]
    own = np.flatnonzero(cell >= 0)
    order = own[np.argsort(model.column[own], kind="stable")]
    start = np.searchsorted(model.column[order], np.arange(len(model.whole) + 1))
    return start, cell[order], model.value[order], model.row_upper[rows]


def _typical(cells: tuple[Ints, Ints, Floats, Floats]) -> Floats:
    """What one choice takes of each limit, on average."""
    _start, cell, taken, room = cells
    count = np.bincount(cell, minlength=len(room))
    return np.bincount(cell, weights=taken, minlength=len(room)) / np.maximum(count, 1)


def _means(model: Model) -> Floats:
    """What each choice adds to the mean delay of its area."""
    spec = model.spec
    free = ~spec.stands
    whole = np.bincount(
        spec.area[free], weights=spec.students[free], minlength=len(spec.areas)
    )
    mine = np.maximum(whole[spec.area[spec.batch]], 1.0)
    return spec.students_of * spec.delay / mine


def _by_entity(count: int, owner: list[int]) -> tuple[Ints, Ints]:
    """The order that sorts by owner, and where each owner begins."""
    owners = np.array(owner, dtype=np.int64)
    order = np.argsort(owners, kind="stable")
    return order, np.searchsorted(owners[order], np.arange(count + 1))


Pair = tuple[int, int, int]
"""One entity, another, and how many days after the one the other is at least."""


def _pairs(model: Model, inspected: Ints) -> list[Pair]:
    """Orders in time: batches of a school, inspections and what waits for them."""
    spec = model.spec
    pairs = [
        (int(late) - 1, int(late), int(spec.gap[late]))
        for late in np.flatnonzero(spec.gap >= 0)
    ]
    for place, number in enumerate(inspected):
        visit, heads = len(spec.batches) + place, spec.heads[number]
        pairs += [(visit, head, 1) for head in heads]
        standing = [head for head in heads if spec.stands[head]]
        first = min(
            standing, key=lambda head: spec.day[spec.first[head]], default=heads[0]
        )
        pairs.append((first, visit, -int(spec.valid[number])))
    return pairs


def _narrow(low: Ints, high: Ints, days: Ints, pairs: list[Pair]) -> bool:
    """Leave out days that an order in time rules out; False: somebody has none left."""
    changed = True
    while changed:
        if (low >= high).any():
            return False
        changed = False
        for one, other, lag in pairs:
            while low[other] < high[other] and days[low[other]] < days[low[one]] + lag:
                low[other] += 1
                changed = True
            while (
                low[one] < high[one]
                and low[other] < high[other]
                and days[high[one] - 1] > days[high[other] - 1] - lag
            ):
                high[one] -= 1
                changed = True
            if low[one] >= high[one] or low[other] >= high[other]:
                return False
    return True


def _ties(count: int, pairs: list[Pair]) -> tuple[Ints, Ints, Ints, Flags]:
    """Orders in time by entity, seen from both sides."""
    one = [early for early, _, _ in pairs] + [late for _, late, _ in pairs]
    other = np.array([la for _, la, _ in pairs] + [e for e, _, _ in pairs], np.int64)
    lag = np.array([gap for _, _, gap in pairs] * 2, np.int64)
    leads = np.array([True] * len(pairs) + [False] * len(pairs), dtype=bool)
    order, start = _by_entity(count, one)
    return start, other[order], lag[order], leads[order]


def _kin(model: Model, count: int) -> tuple[Ints, Ints, Floats]:
    """Siblings by batch, with what it costs when they are apart."""
    pairs = model.spec.pairs
    one = [*pairs[:, 0], *pairs[:, 1]]
    other = np.array([*pairs[:, 1], *pairs[:, 0]], dtype=np.int64)
    cost = np.tile(pairs[:, 2], 2) * model.weights[Goal.SIBLINGS]
    order, start = _by_entity(count, one)
    return start, other[order], cost[order].astype(np.float64)


@dataclass(frozen=True, slots=True)
class Prices:
    """What it costs while something does not hold."""

    over: Floats
    """A unit over each limit."""
    strict: float
    """A day of a wrong order."""
    day: float
    """What a day of a batch costs: the measure of heat."""


def prices(
    model: Model, ground_: Ground, dual: Floats | None = None, *, stakes: float = 1.0
) -> Prices:
    """Prices to begin with: a batch too many costs some days, and more than its dual."""
    spec = model.spec
    free = ~spec.stands
    day = float((spec.late * spec.students)[free].mean()) if free.any() else 1.0
    day = stakes * max(day * model.weights[Goal.LATE], 1e-3)
    over = DEAR * day * STEP / np.maximum(ground_.step, 1e-9)
    if dual is not None and len(dual):
        over = np.maximum(over, 2.0 * np.abs(dual[limits(model)]))
    return Prices(over, DEAR * day, day)


def start_of(ground_: Ground, x: Floats | None = None) -> Ints:
    """A place for everybody: the choice next to the mean day of an LP, else the first."""
    if x is None:
        return ground_.low.copy()
    place = ground_.low.copy()
    for entity, (low, high) in enumerate(zip(ground_.low, ground_.high, strict=True)):
        share = x[low:high]
        days = ground_.day[low:high]
        mean = float((share * days).sum() / max(share.sum(), 1e-9))
        place[entity] = low + int(np.abs(days - mean).argmin())
    return place


def annealed(
    ground_: Ground,
    place: Ints,
    price: Prices,
    *,
    chunks: int,
    seed: int,
    chain: int = 0,
    spent: Callable[[], float] = lambda: 0.0,
    heat: tuple[float, float] = (HOT, COLD),
) -> Iterator[Sound | None]:
    """Ever better plans that break no row, one a chunk; None: no better one.

    spent: the share of the time that is gone; at 1 it ends, however many chunks are left.
    """
    state = _state(ground_, place)
    counter = np.array([key(seed, "stagger/anneal", chain)], dtype=np.uint64)
    best, best_place = np.inf, place.copy()
    over, strict = price.over.copy(), price.strict
    moves = min(MOVES, EACH * len(ground_.free))
    share = 0.0
    for chunk in range(chunks):
        share = max(share, chunk / max(1, chunks - 1), spent())
        if share >= 1.0 and chunk not in {0, chunks - 1}:
            return
        warm = price.day * heat[0] * (heat[1] / heat[0]) ** min(1.0, share)
        found = _moves.anneal(
            ground_, state, over, strict, warm, moves, counter, best_place
        )
        better = found < best - 1e-9
        best = min(best, float(found))
        yield Sound(best_place.copy(), best) if better else None
        wrong = state.load > ground_.room + _moves.SLACK
        over = np.where(wrong, over * RAISE, np.maximum(over * LOWER, price.over))
        if np.isinf(best) and _moves.disordered(ground_, state):
            strict *= RAISE


@cache
def warm() -> None:
    """Have the inner loop compiled (or read from its cache) before the time of a search."""
    ints, none = np.zeros(2, dtype=np.int64), np.zeros(1)
    nothing = np.zeros(0, dtype=np.int64)
    idle = Ground(
        low=ints[:1],
        high=ints[:1] + 1,
        at=np.zeros((1, 1), dtype=np.int64),
        day=ints[:1],
        free=nothing,
        cost=none,
        cell_start=ints,
        cell=nothing,
        taken=np.zeros(0),
        room=np.zeros(0),
        step=np.zeros(0),
        students=none,
        area=ints[:1],
        mean=none,
        kin_start=ints,
        kin=nothing,
        kin_cost=np.zeros(0),
        tie_start=ints,
        tie=nothing,
        lag=nothing,
        first=np.zeros(0, dtype=bool),
        peak_weight=1.0,
        fair_weight=1.0,
    )
    price = Prices(np.zeros(0), 1.0, 1.0)
    list(annealed(idle, ints[:1], price, chunks=1, seed=0))
    _moves.disordered(idle, _state(idle, ints[:1]))


def _state(ground_: Ground, place: Ints) -> State:
    return State(
        place=place.copy(),
        load=np.zeros(len(ground_.room)),
        arriving=np.zeros(int(ground_.day.max(initial=0)) + 1),
        delay=np.zeros(int(ground_.area.max(initial=0)) + 1),
        sums=np.zeros(3),
    )
