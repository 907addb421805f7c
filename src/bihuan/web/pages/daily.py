"""The daily report: a school fills and signs it, the bureau adds up those that are signed."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from bihuan.base.wording import _
from bihuan.plan.words import Stage
from bihuan.rules.access import Deed
from bihuan.web.flows import daily as flow
from bihuan.web.flows.accounts import Refused
from bihuan.web.ledgers.daily.ledger import FIGURES, DailyState
from bihuan.web.ledgers.daily.models import DailyReport
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.models import Unit, UnitKind
from bihuan.web.org.told import day_of
from bihuan.web.pages.due import done, due
from bihuan.web.pages.frame import say_refusals, show

BY: Final = ("stage", "town", "centre")
"""By what the bureau may have the schools together."""
MOST: Final = 99_999


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Schools of a level with their sum."""

    name: str
    schools: tuple[Unit, ...]
    told: flow.Summed


@open_to(Deed.DAILY_SEE)
@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """One school's report, or the sum of all that one may see."""
    schools = list(_schools(request))
    above = scope.my_units(request, Deed.DAILY_SEE, UnitKind.BUREAU.value).first()
    if len(schools) == 1 and above is None:
        return redirect(_address(schools[0], _day(request)))
    day, now = _day(request), clock.now()
    rows = flow.reports(schools, day)
    signed = flow.current(above, day) if above else None
    return show(
        request, "daily/sum.html", day=day, groups=_groups(request, schools, day, rows),
        whole=flow.sum_up(schools, day, rows), reports=rows, figures=FIGURES, by=_by(request),
        bureau=above, signed=signed, rights=_rights(request, above),
        chip=_chip(above, signed, day, now) if above else None, states=DailyState,
        before=day - dt.timedelta(days=1), after=day + dt.timedelta(days=1),
        today=now.date(),
    )  # fmt: skip


def _schools(request: HttpRequest) -> Any:
    rows = scope.my_units(request, Deed.DAILY_SEE, UnitKind.SCHOOL.value)
    return rows.select_related("parent").order_by("path")


def _groups(
    request: HttpRequest,
    schools: Iterable[Unit],
    day: dt.date,
    rows: dict[int, DailyReport],
) -> list[Group]:
    """Schools by level, town or centre school, each with its sum."""
    by = _by(request)
    found: dict[str, list[Unit]] = {}
    for school in schools:
        found.setdefault(_level(school, by), []).append(school)
    return [
        Group(name=name, schools=tuple(of), told=flow.sum_up(of, day, rows))
        for name, of in found.items()
    ]


def _level(school: Unit, by: str) -> str:
    if by == "stage":
        return _(Stage(school.stage).label) if school.stage else _("其他")
    if by == "town":
        return school.town or _("其他")
    parent = school.parent
    tier = parent is not None and parent.kind == UnitKind.CENTRE.value
    return parent.name if parent and tier else _("直属")


def _by(request: HttpRequest) -> str:
    by = request.GET.get("by", "")
    return by if by in BY else BY[0]


@open_to(Deed.DAILY_SEE)
@require_http_methods(["GET", "HEAD", "POST"])
@say_refusals
def school(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A school's report: counted, filled by the doctor, signed by the principal."""
    unit = scope.reach_row(
        request, Deed.DAILY_SEE,
        Unit.objects.filter(kind=UnitKind.SCHOOL.value).select_related("school", "parent"),
        pk, unit="",
    )  # fmt: skip
    day, now = _day(request), clock.now()
    if request.method == "POST":
        return _do(request, unit, day, now)
    counted, row = flow.count(unit, day), flow.current(unit, day)
    shown = row.figures if row else counted.figures
    return show(
        request, "daily/school.html", unit=unit, day=day, row=row, counted=counted,
        figures=FIGURES, shown=shown, states=DailyState, typed=flow.TYPED,
        missing=_named(row.missing) if row else list(counted.missing),
        zero=flow.zero(shown, row.missing if row else counted.missing),
        moved=row is not None and _moved(row, counted), chip=_chip(unit, row, day, now),
        rights=_rights(request, unit), before=day - dt.timedelta(days=1),
        after=day + dt.timedelta(days=1), today=now.date(),
    )  # fmt: skip


def _do(
    request: HttpRequest, unit: Unit, day: dt.date, now: dt.datetime
) -> HttpResponseBase:
    if request.POST.get("do") == "sign":
        _reach(request, Deed.DAILY_SIGN, unit)
        row = DailyReport.objects.filter(
            unit=unit, pk=_whole(request, "row") or 0
        ).first()
        if row is None:
            raise Refused(_("还没有填，不能签"))
        actor = scope.actor(request, Deed.DAILY_SIGN, unit)
        flow.sign(actor, row, now, as_zero=request.POST.get("zero") == "on")
        messages.success(request, _("{t}已签", t=f"{now:%H:%M}"))
    else:
        _reach(request, Deed.DAILY_FILL, unit)
        typed = {name: _whole(request, name) for name in flow.TYPED}
        told = {name: value for name, value in typed.items() if value is not None}
        actor = scope.actor(request, Deed.DAILY_FILL, unit)
        flow.fill(actor, unit, day, now, typed=told, note=request.POST.get("note", ""))
        messages.success(request, _("{t}已填，等校长签", t=f"{now:%H:%M}"))
    return redirect(_address(unit, day))


def _reach(request: HttpRequest, deed: Deed, unit: Unit) -> None:
    """Whoever may only look is told so by the same 404 as everywhere."""
    scope.reach_unit(request, deed, unit.pk)


def _whole(request: HttpRequest, name: str) -> int | None:
    came = request.POST.get(name, "").strip()
    if not came:
        return None
    if not (came.isascii() and came.isdigit()) or int(came[:9]) > MOST:
        raise Refused(_("“{came}”不是0到{n}的整数", came=came[:20], n=MOST))
    return int(came)


def _moved(row: DailyReport, counted: flow.Counted) -> bool:
    """Whether classes have handed something in since the report was filled."""
    own = {n: v for n, v in row.figures.items() if n not in flow.TYPED}
    now = {n: v for n, v in counted.figures.items() if n not in flow.TYPED}
    return own != now or row.missing != [unit.pk for unit in counted.missing]


@open_to(Deed.DAILY_SIGN)
@require_POST
def sum_up(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The bureau states its sum of a day."""
    bureau = _bureau(request, Deed.DAILY_SIGN, pk)
    day = _day(request)
    actor = scope.actor(request, Deed.DAILY_SIGN, bureau)
    row = flow.sign_sum(actor, bureau, day, clock.now())
    messages.success(request, _("{t}已签", t=f"{clock.now():%H:%M}"))
    return redirect(f"{reverse('daily')}?day={row.day.isoformat()}")


@open_to(Deed.URGE)
@require_POST
def urge(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Remind the schools that have not signed."""
    bureau = _bureau(request, Deed.URGE, pk)
    actor = scope.actor(request, Deed.URGE, bureau)
    told = flow.urge(actor, bureau, _day(request), clock.now())
    messages.success(request, _("催了{n}所学校", n=told))
    return redirect(f"{reverse('daily')}?day={_day(request).isoformat()}")


def _bureau(request: HttpRequest, deed: Deed, pk: int) -> Unit:
    rows = Unit.objects.filter(kind=UnitKind.BUREAU.value).select_related("school")
    return scope.reach_row(request, deed, rows, pk, unit="")


def _named(numbers: Iterable[int]) -> list[Unit]:
    return list(Unit.objects.filter(pk__in=list(numbers)).order_by("path"))


def _rights(request: HttpRequest, unit: Unit | None) -> dict[str, bool]:
    """Which of the buttons somebody has at a unit."""
    who = scope.seen(request)
    deeds = {"fill": Deed.DAILY_FILL, "sign": Deed.DAILY_SIGN, "urge": Deed.URGE}
    return {
        name: bool(
            who
            and unit
            and any(unit.path.startswith(a.top) for a in scope.places(who, deed))
        )
        for name, deed in deeds.items()
    }


def _chip(unit: Unit, row: DailyReport | None, day: dt.date, now: dt.datetime) -> Any:
    if row is not None and row.state == DailyState.SIGNED.value and row.done_at:
        late = _("补报") if row.late else _("已签")
        return done(f"{row.done_at.astimezone(now.tzinfo):%H:%M} {late}")
    limit = flow.due(unit, day, now.tzinfo or dt.UTC)
    return due(limit, now) if limit and day == now.date() else None


def _address(unit: Unit, day: dt.date) -> str:
    return f"{reverse('daily_school', args=[unit.pk])}?day={day.isoformat()}"


def _day(request: HttpRequest) -> dt.date:
    try:
        return min(day_of(request.GET.get("day", "")), clock.today())
    except ValueError:
        return clock.today()
