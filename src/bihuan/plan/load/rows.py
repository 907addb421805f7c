"""Rows that know their cells: what every reader hands to `plan.build`."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bihuan.base.where import Where
from bihuan.plan.load.cells import Raw


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell, where it stands, whether it was already found bad."""

    raw: Raw
    where: Where
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its cells by the Chinese header of their column."""

    where: Where
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a table; `absent` are columns that the file lacks and that were told of."""

    rows: Iterable[Row]
    absent: frozenset[str] = field(default_factory=frozenset)


Tables = dict[str, Table]
"""Tables by their name, as far as the file has them."""
