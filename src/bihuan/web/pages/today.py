"""Today: what is asked of me now, with the time left, and how many fields and minutes."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from bihuan.base.wording import _
from bihuan.rules.access import Deed
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.models import Assignment
from bihuan.web.pages.asked import Asked
from bihuan.web.pages.due import Due, due
from bihuan.web.pages.frame import show
from bihuan.web.pages.offline import kept_for_the_day

ASKING: Final[tuple[str, ...]] = (
    "bihuan.web.pages.check",
    "bihuan.web.pages.absences",
    "bihuan.web.pages.incident",
    "bihuan.web.pages.alarm",
    "bihuan.web.pages.rooms",
    "bihuan.web.pages.dorm",
    "bihuan.web.pages.gate",
    "bihuan.web.pages.gate_office",
    "bihuan.web.pages.liaison",
    "bihuan.web.pages.asking.survey",
    "bihuan.web.pages.asking.daily",
    "bihuan.web.pages.asking.plans",
    "bihuan.web.pages.asking.consent",
)
"""Modules of pages that ask something."""
WORST: Final = ("fail", "late", "unknown", "run", "wait", "stale", "done", "pass")
"""Order of the rows before their time: what went wrong first."""
WRONG: Final = frozenset({"fail", "late"})
NOW: Final = dt.timedelta(minutes=90)
"""What is due in longer is not asked now: it is the next thing."""
LISTED: Final = 12
"""Rows that are shown; the rest is a number and waits on its own page."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """The today page of somebody: three layers, the one in hand, what is done."""

    wrong: Sequence[Asked]
    hand: Asked | None
    after: Sequence[tuple[Asked, Due | None]]
    more: int
    finished: Sequence[Asked]
    next_at: dt.datetime | None
    count: int
    fields: int
    minutes: int
    chip: Due | None

    @property
    def button(self) -> Asked | None:
        """What the dock offers: the one in hand; but what is late comes before what has no time."""
        late = next(iter(self.wrong), None)
        if self.hand and (self.hand.due or self.hand.state == "run"):
            return self.hand
        return late or self.hand


@open_to(Deed.TODAY)
@require_safe
@kept_for_the_day
def today(request: HttpRequest) -> HttpResponseBase:
    """What went wrong, what runs now, what follows by deadline."""
    now = clock.now()
    who = scope.seen(request)
    return show(
        request, "today/today.html", sheet=sheet_of(asked(request, now), now),
        where=_where(request), opens=bool(who and who.may(Deed.INCIDENT_OPEN)),
    )  # fmt: skip


def asked(request: HttpRequest, now: dt.datetime) -> Iterator[Asked]:
    """Everything that every page asks of whoever looks."""
    for name in ASKING:
        yield from import_module(name).asks(request, now)


def sheet_of(rows: Iterable[Asked], now: dt.datetime) -> Sheet:
    """Sort what is asked into its layers."""
    sorted_rows = ordered(rows)
    waiting = [row for row in sorted_rows if row.open]
    wrong = [row for row in waiting if row.state in WRONG]
    others = [row for row in waiting if row.state not in WRONG]
    hand = next((row for row in others if _now(row, now)), None)
    after = [row for row in others if row is not hand]
    dues = [row.due for row in after if row.due and row.due > now]
    return Sheet(
        wrong=wrong[:LISTED],
        hand=hand,
        after=[(row, due(row.due, now) if row.due else None) for row in after[:LISTED]],
        more=max(len(after) - LISTED, 0) + max(len(wrong) - LISTED, 0),
        finished=[row for row in sorted_rows if not row.open],
        next_at=min(dues, default=None),
        count=len(waiting),
        fields=sum(row.fields for row in waiting),
        minutes=sum(row.minutes for row in waiting),
        chip=due(hand.due, now) if hand and hand.due else None,
    )


def ordered(rows: Iterable[Asked]) -> list[Asked]:
    """Rows by how bad, then by when."""
    return sorted(rows, key=lambda row: (WORST.index(row.state), _time(row)))


def _now(row: Asked, now: dt.datetime) -> bool:
    return row.due is None or row.state == "run" or row.due - now <= NOW


def _time(row: Asked) -> float:
    return row.due.timestamp() if row.due else float("inf")


def _where(request: HttpRequest) -> str:
    """The units one holds something at, those one stands in for marked 代."""
    who = scope.seen(request)
    if who is None:
        return ""
    held = {grant.unit_id: grant.acting for grant in who.grants}
    rows = Assignment.objects.filter(unit__in=held, person=who.person_id)
    names = dict(rows.values_list("unit", "unit__name"))
    said = [
        _("{name}（代）", name=name) if held[pk] else name for pk, name in names.items()
    ]
    return _("、").join(said[:2])
