"""Today: what is asked of me now, with the time left, and how many fields and minutes."""

import datetime as dt
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Final

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from bihuan.rules.access import Deed
from bihuan.web.org import clock
from bihuan.web.org.door import open_to
from bihuan.web.pages.asked import Asked
from bihuan.web.pages.due import due
from bihuan.web.pages.frame import show
from bihuan.web.pages.offline import kept_for_the_day

ASKING: Final[tuple[str, ...]] = (
    "bihuan.web.pages.check",
    "bihuan.web.pages.dorm",
    "bihuan.web.pages.absences",
    "bihuan.web.pages.incident",
    "bihuan.web.pages.alarm",
    "bihuan.web.pages.rooms",
    "bihuan.web.pages.liaison",
    "bihuan.web.pages.gate",
    "bihuan.web.pages.gate_office",
)
"""Modules of pages that ask something."""
WORST: Final = ("fail", "late", "unknown", "run", "wait", "done", "pass")
"""Order of the rows before their time: what went wrong first."""


@open_to(Deed.TODAY)
@require_safe
@kept_for_the_day
def today(request: HttpRequest) -> HttpResponseBase:
    """What went wrong, what runs now, what follows by deadline."""
    now = clock.now()
    rows = ordered(asked(request, now))
    waiting = [row for row in rows if row.open]
    return show(
        request, "today/today.html",
        rows=[(row, due(row.due, now) if row.due and row.open else None) for row in rows],
        hand=next((row for row in waiting if row.state not in {"late", "fail"}), None),
        fields=sum(row.fields for row in waiting),
        minutes=sum(row.minutes for row in waiting),
    )  # fmt: skip


def asked(request: HttpRequest, now: dt.datetime) -> Iterator[Asked]:
    """Everything that every page asks of whoever looks."""
    for name in ASKING:
        yield from import_module(name).asks(request, now)


def ordered(rows: Iterable[Asked]) -> list[Asked]:
    """Rows by how bad, then by when."""
    return sorted(rows, key=lambda row: (WORST.index(row.state), _time(row)))


def _time(row: Asked) -> float:
    return row.due.timestamp() if row.due else float("inf")
