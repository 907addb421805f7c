"""A plan as places: the column of every batch and inspection, and back."""

import numpy as np

from bihuan.stagger.calendar.days import Floats, Ints
from bihuan.stagger.calendar.rows import Model, Programme


def owners(model: Model) -> Ints:
    """Whose every choice is: batches, then inspected schools that have choices."""
    spec = model.spec
    own = np.cumsum([bool(heads) for heads in spec.heads]) - 1
    return np.concatenate([spec.batch, len(spec.batches) + own[spec.visited]])


def filled(model: Model, place: Ints) -> Floats:
    """All columns of a plan: choices, siblings together, peak, unfairness."""
    x = np.zeros(len(model.cost))
    x[place] = 1.0
    if len(model.pair):
        x[model.together] = _together(model, x)
    come = model.activity(x)
    for column in (model.peak, model.unfair):
        mine = _rows_of(model, column)
        x[column] = max(0.0, come[mine].max(initial=0.0))
    return x


def _rows_of(model: Model, column: int) -> Ints:
    return np.unique(model.entry_row[model.column == column])


def _together(model: Model, x: Floats) -> Floats:
    """Whether the two batches of every pair open on its day."""
    spec = model.spec
    one, other = spec.pairs[model.pair, 0], spec.pairs[model.pair, 1]
    day = np.full(len(spec.batches), -(10**6))
    taken = np.flatnonzero(x[model.choices] > 0.5)  # noqa: PLR2004  # a half
    day[spec.batch[taken]] = spec.day[taken]
    both = (day[one] == model.pair_day) & (day[other] == model.pair_day)
    return np.asarray(both, dtype=np.float64)


def places(model: Model, x: Floats) -> Ints:
    """The place of everybody in a whole solution."""
    whole = x[: len(model.whole)]
    own = owners(model)
    count = int(own.max()) + 1 if len(own) else 0
    order = np.lexsort((whole, own))
    last = np.searchsorted(own[order], np.arange(count), side="right") - 1
    return order[last]


def holds(programme: Programme, x: Floats, *, slack: float = 1e-6) -> bool:
    """Whether a solution holds every row."""
    come = programme.activity(x)
    size = np.maximum(
        1.0,
        np.abs(np.where(np.isfinite(programme.row_upper), programme.row_upper, 0.0)),
    )
    over = come > programme.row_upper + slack * size
    under = come < programme.row_lower - slack
    return not (over.any() or under.any())


def cut(model: Model, x: Floats, open_: Ints) -> tuple[Programme, Ints]:
    """What is left to decide where only some columns are open; the columns it has."""
    count = len(model.cost)
    kept = np.zeros(count, dtype=bool)
    kept[open_] = True
    kept[-2:] = True
    spec = model.spec
    if len(model.pair):
        touched = np.zeros(len(spec.batches), dtype=bool)
        chosen = open_[open_ < len(spec.batch)]
        touched[spec.batch[chosen]] = True
        pair = spec.pairs[model.pair]
        kept[model.together] = touched[pair[:, 0]] | touched[pair[:, 1]]
    still = np.where(kept, 0.0, x)
    done = model.activity(still)
    entry = kept[model.column]
    some = np.zeros(len(model.row_lower), dtype=bool)
    some[model.entry_row[entry]] = True
    row_place = np.cumsum(some) - 1
    column_place = np.cumsum(kept) - 1
    columns = np.flatnonzero(kept)
    rows = row_place[model.entry_row[entry]]
    whole = columns < len(model.whole)
    left = Programme(
        cost=model.cost[columns],
        offset=model.offset + float(model.cost @ still),
        lower=model.lower[columns],
        upper=model.upper[columns],
        whole=np.flatnonzero(whole),
        start=np.searchsorted(rows, np.arange(int(some.sum()) + 1)),
        column=column_place[model.column[entry]],
        value=model.value[entry],
        row_lower=(model.row_lower - done)[some],
        row_upper=(model.row_upper - done)[some],
    )
    return left, columns
