"""The daily report: to be filled by the doctor, signed by the headmaster, summed by the bureau."""

import datetime as dt
from collections.abc import Iterator

from django.http import HttpRequest

from bihuan.base.wording import _
from bihuan.rules.access import Deed
from bihuan.web.flows import daily
from bihuan.web.ledgers.core.rows import in_force
from bihuan.web.ledgers.daily.ledger import DailyState
from bihuan.web.ledgers.daily.models import DailyReport
from bihuan.web.org import scope
from bihuan.web.org.models import Unit, UnitKind
from bihuan.web.pages.asked import Asked

MINUTES = 3
SIGNING = 1


def asks(request: HttpRequest, now: dt.datetime) -> Iterator[Asked]:
    """Today's report of each school one fills or signs it for; a bureau's own."""
    who = scope.seen(request)
    if who is None or not (who.may(Deed.DAILY_FILL) or who.may(Deed.DAILY_SIGN)):
        return
    fills = {place.grant.school_id for place in scope.places(who, Deed.DAILY_FILL)}
    signs = {place.grant.unit_id for place in scope.places(who, Deed.DAILY_SIGN)}
    units = Unit.objects.filter(pk__in=[pk for pk in fills | signs if pk])
    rows = in_force(DailyReport.objects.filter(unit__in=units, day=now.date()))
    states = dict(rows.values_list("unit", "state"))
    for unit in units.select_related("school", "school__twin_of"):
        yield from _of(unit, states.get(unit.pk), now, fills=unit.pk in fills)


def _of(
    unit: Unit, state: str | None, now: dt.datetime, *, fills: bool
) -> Iterator[Asked]:
    signed = state == DailyState.SIGNED.value
    school = unit.kind == UnitKind.SCHOOL.value
    if signed or (school and (state is None) != fills):
        return
    due = daily.due(unit, now.date(), now.tzinfo or dt.UTC)
    own = _("填日报") if fills else _("签日报")
    title = own if school else _("签全市日报")
    yield Asked(
        title=title, second=unit.name, url=daily.LINK, due=due,
        fields=len(daily.TYPED) if fills else 1,
        minutes=MINUTES if fills else SIGNING,
        state="late" if due and due < now else "wait", action=title,
    )  # fmt: skip
