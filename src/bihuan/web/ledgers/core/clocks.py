"""The clocks of a row: which run, and by when the first of them has to have stopped."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from bihuan.web.ledgers.core.declare import Clock, Ledger


def running(ledger: Ledger, row: Any) -> Iterator[tuple[Clock, dt.datetime]]:
    """The clocks of a row that have not stopped, each with its time."""
    for clock in ledger.clocks:
        due = None if row.state in clock.done else clock.due(row)
        if due is not None:
            yield clock, due


def first_due(ledger: Ledger, row: Any) -> dt.datetime | None:
    """The earliest time that something of a row is due."""
    if ledger.state(row.state).closed:
        return None
    return min((due for _clock, due in running(ledger, row)), default=None)
