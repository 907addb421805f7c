"""The clocks of rows: which run, when the first is due, and who is told as it passes.

``tick`` is the job: it climbs the ladder of `rules.escalation`, tells each rung's people
once, and leaves a row behind that says so.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.db import transaction
from django.urls import reverse

from bihuan.rules.access import Role
from bihuan.rules.book import load
from bihuan.rules.escalation import Due, Ladder, due_rungs, ladder
from bihuan.web.ledgers.core.declare import Clock, Ledger
from bihuan.web.ledgers.core.models import Rung
from bihuan.web.ledgers.core.registry import ledgers
from bihuan.web.ledgers.core.rows import in_force
from bihuan.web.notices.inbox import holders, tell
from bihuan.web.org.models import Unit
from bihuan.web.org.policy import policy_of

HORIZON: Final = dt.timedelta(days=30)
"""Rows of older days ring no more."""
KEPT: Final = 3 * HORIZON
"""How long it is kept who was told; `retention` removes it then."""
PAST: Final = dt.timedelta(hours=12)
"""A rung that should have been told so long ago, before anybody looked, is not told."""
CLIMBS: Final = {
    "grade_head": (Role.GRADE_HEAD,),
    "head": (Role.PRINCIPAL,),
    "bureau": (Role.BUREAU_OFFICE,),
}
"""Roles of the ladder's names; duty and deputy are those of the clock itself."""


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


@dataclass(frozen=True, slots=True)
class Ring:
    """A rung of a row's clock whose time has come."""

    ledger: Ledger
    clock: Clock
    row: Any
    due: dt.datetime
    rung: Due


def tick(now: dt.datetime) -> int:
    """Tell everybody whose rung has come; says how many notices it made."""
    found = (ring for one in ledgers().values() for ring in rings(one, now))
    groups: dict[Any, list[Ring]] = {}
    for ring in found:
        key = (ring.ledger.slug, ring.clock.code, ring.rung.rung.code, ring.row.unit_id)
        groups.setdefault(key, []).append(ring)
    return sum(_tell(group, now) for group in groups.values())


def rings(ledger: Ledger, now: dt.datetime) -> Iterator[Ring]:
    """Rungs of a ledger that are due and were not told."""
    if not ledger.clocks:
        return
    told = set(
        Rung.objects.filter(ledger=ledger.slug).values_list("row", "clock", "rung")
    )
    steps: dict[int, Ladder] = {}
    for row in _open(ledger, now):
        if row.school_id not in steps:
            steps[row.school_id] = ladder_of(row.school, now.date())
        for clock, due in running(ledger, row):
            for rung in due_rungs(due, now, steps[row.school_id], red=clock.red):
                if (row.pk, clock.code, rung.rung.code) not in told:
                    yield Ring(ledger, clock, row, due, rung)


def _open(ledger: Ledger, now: dt.datetime) -> Iterable[Any]:
    """Rows of the last weeks of which a clock may run."""
    stopped = set.intersection(*(set(clock.done) for clock in ledger.clocks))
    closed = {state.code for state in ledger.states if state.closed}
    rows = in_force(ledger.rows()).filter(day__gte=now.date() - HORIZON)
    rows = rows.exclude(state__in=stopped | closed)
    return rows.select_related("unit", "school").iterator(chunk_size=1000)


def ladder_of(school: Unit, day: dt.date) -> Ladder:
    """The ladder that holds at a school on a day."""
    return _ladder(policy_of(school).region, day)


@cache
def _ladder(region: str, day: dt.date) -> Ladder:
    return ladder(load(), day, region=region)


@transaction.atomic
def _tell(group: list[Ring], now: dt.datetime) -> int:
    """Tell the people of a rung of all its rows at once, and note it of each."""
    first = group[0]
    people = whom(first.clock, first.row.unit, first.rung.rung.to, now.date())
    fresh = [ring for ring in group if _noted(ring, people, now)]
    if not fresh or not people:
        return 0
    return tell(
        _kind(first),
        people,
        unit=first.row.unit,
        now=now,
        link=_link(fresh),
        count=len(fresh),
        due=min(ring.due for ring in fresh),
    )


def _noted(ring: Ring, people: list[int], now: dt.datetime) -> bool:
    """Note that a rung was told; False: it was already, or it is of long ago."""
    past = now - ring.rung.at > PAST
    _row, made = Rung.objects.get_or_create(
        ledger=ring.ledger.slug,
        row=ring.row.pk,
        clock=ring.clock.code,
        rung=ring.rung.rung.code,
        defaults={"at": now, "told": [] if past else people},
    )
    return made and not past


def whom(clock: Clock, unit: Unit, to: Iterable[str], day: dt.date) -> list[int]:
    """Persons of a rung: the clock's own, their deputies, then those above them."""
    people: set[int] = set()
    for name in to:
        if name in CLIMBS:
            people |= set(holders(CLIMBS[name], unit, day))
        else:
            own = holders(clock.first, unit, day, deputies=name == "deputy")
            people |= set(own or holders(clock.first, unit, day))
    return sorted(people)


def climbed(
    slug: str, rows: Iterable[int], school: Unit, day: dt.date, clock: str = ""
) -> tuple[Role, ...]:
    """To whom above it a row, or the worst of several, went when it was late."""
    said = Rung.objects.filter(ledger=slug, row__in=list(rows))
    if clock:
        said = said.filter(clock=clock)
    codes = set(said.exclude(told=[]).values_list("rung", flat=True))
    rungs = [one for one in ladder_of(school, day).rungs if one.code in codes]
    names = next((one.to for one in reversed(rungs)), ())
    return tuple(role for name in names for role in CLIMBS.get(name, ()))


def _kind(ring: Ring) -> str:
    """What is said: that it comes, that it is over, that it climbed."""
    if ring.rung.rung.after < 0:
        return "task_due"
    if ring.clock.red:
        return "incident_late"
    return "task_late" if "duty" in ring.rung.rung.to else "task_up"


def _link(group: list[Ring]) -> str:
    """The row, or the list where there are several."""
    slug = group[0].ledger.slug
    if len(group) == 1:
        return reverse("ledger_row", args=(slug, group[0].row.pk))
    return reverse("ledger", args=(slug,))
