"""The rows of a calendar that somebody may ask about: columns of 0 and 1, groups on and off.

What measures the objective is left out: it never forbids anything.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bihuan.plan.plan import Plan
from bihuan.stagger.answer import Aim
from bihuan.stagger.calendar.days import Flags, Floats, Ints
from bihuan.stagger.calendar.rows import NONE, Model, model, weights
from bihuan.stagger.calendar.spec import Spec, spec


@dataclass(frozen=True)
class Core:
    """Rows over the choices of batches and inspections; every column is 0 or 1."""

    spec: Spec
    columns: int
    start: Ints
    """Where each row begins; one more at the end."""
    column: Ints
    value: Floats
    lower: Floats
    upper: Floats
    names: tuple[str, ...]
    """names[0] is empty: rows that cannot give way."""
    group: Ints
    day: Ints
    owner: Ints

    @cached_property
    def entry_row(self) -> Ints:
        """Row of each entry."""
        return np.repeat(np.arange(len(self.lower)), np.diff(self.start))

    @cached_property
    def sizes(self) -> Floats:
        """How much each row weighs at most: the sum of its values' sizes."""
        sums = np.bincount(
            self.entry_row, weights=np.abs(self.value), minlength=len(self.lower)
        )
        return sums.astype(np.float64)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """Groups that have a row."""
        return tuple(self.names[n] for n in np.unique(self.group) if n)

    def rows_of(self, names: Collection[str]) -> Flags:
        """Which rows belong to any of some groups."""
        wanted = [n for n, name in enumerate(self.names) if n and name in names]
        return np.isin(self.group, wanted)

    def without(self, names: Collection[str]) -> tuple[Floats, Floats]:
        """Bounds of the rows where some groups do not hold."""
        off = self.rows_of(names)
        return (
            np.where(off, -np.inf, self.lower),
            np.where(off, np.inf, self.upper),
        )

    @property
    def closed(self) -> Flags:
        """Rows that forbid choices, rather than limit a day."""
        rows: Flags = (self.group > 0) & (self.day == NONE)
        return rows

    def activity(self, x: Floats) -> Floats:
        """What each row comes to."""
        sums = np.bincount(
            self.entry_row,
            weights=self.value * x[self.column],
            minlength=len(self.lower),
        )
        return sums.astype(np.float64)

    def holds(self, x: Floats) -> bool:
        """Whether every row is kept."""
        got, slack = self.activity(x), 1e-6 * (1 + self.sizes)
        kept = (got >= self.lower - slack) & (got <= self.upper + slack)
        return bool(kept.all())


def core(plan: Plan, *, wide: bool = True) -> Core:
    """The rows of a plan; wide: with the choices that rows of its own forbid."""
    asked = spec(plan, wide=wide)
    return of_model(model(asked, weights(asked, Aim.BALANCED)))


def of_model(known: Model) -> Core:
    """The rows of a model without those that only measure."""
    columns = known.visits.stop
    measured = np.zeros(len(known.row_lower), dtype=bool)
    measured[known.entry_row[known.column >= columns]] = True
    kept = np.flatnonzero(~measured)
    entries = ~measured[known.entry_row]
    sizes = np.diff(known.start)[kept]
    return Core(
        spec=known.spec,
        columns=columns,
        start=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        column=known.column[entries],
        value=known.value[entries],
        lower=known.row_lower[kept],
        upper=known.row_upper[kept],
        names=known.names,
        group=known.group[kept],
        day=known.day[kept],
        owner=known.owner[kept],
    )
