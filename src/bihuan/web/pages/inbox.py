"""The inbox 通知: what somebody was told, by day, and what he has not read."""

import datetime as dt
from dataclasses import dataclass
from itertools import groupby

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from bihuan.base.wording import _
from bihuan.rules.access import Deed
from bihuan.web.notices import inbox
from bihuan.web.notices.kinds import CHINA
from bihuan.web.notices.models import Notice
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.scope import Seen
from bihuan.web.pages.frame import show
from bihuan.web.pages.outside import bindings

PAGE = 40


@dataclass(frozen=True, slots=True)
class Said:
    """A notice as the page shows it."""

    pk: int
    title: str
    text: str
    at: dt.datetime
    red: bool
    read: bool


@open_to(Deed.INBOX)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What somebody was told, the newest first."""
    who = _who(request)
    rows = inbox.notices(who.account_id, exercise=who.exercise)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    office = who.may(Deed.BOARD) or who.may(Deed.SETTINGS)
    return show(
        request,
        "notices/inbox.html",
        layout="desk.html" if office else "phone.html",
        days=_days([_said(row) for row in page]),
        page=page,
        unread=inbox.unread(who.account_id, exercise=who.exercise),
        bindings=bindings(request),
        settings=who.may(Deed.SETTINGS),
    )


@open_to(Deed.INBOX)
@require_POST
def open_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Read one's own notice and go where it leads."""
    who = _who(request)
    rows = inbox.notices(who.account_id, exercise=who.exercise)
    row = get_object_or_404(rows, pk=pk)
    inbox.read(rows.filter(pk=pk), clock.now())
    return redirect(row.link)


@open_to(Deed.INBOX)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Note that all was read that the page showed, not what came since."""
    who = _who(request)
    rows = inbox.notices(who.account_id, exercise=who.exercise)
    last = scope.row_number(request.POST.get("last"))
    inbox.read(rows.filter(pk__lte=last), clock.now())
    return redirect("inbox")


def _days(said: list[Said]) -> list[tuple[str, list[Said]]]:
    """Notices under the day they came."""
    days = groupby(said, lambda one: one.at.date())
    return [(_day(day), list(of_day)) for day, of_day in days]


def _who(request: HttpRequest) -> Seen:
    """Who looks; the door has let nobody else in."""
    who = scope.seen(request)
    if who is None:
        raise Http404
    return who


def _said(row: Notice) -> Said:
    title, text = inbox.say(row)
    at = row.at.astimezone(CHINA)
    return Said(row.pk, title, text, at, row.red, row.read_at is not None)


def _day(day: dt.date) -> str:
    """A day as people say it."""
    ago = (clock.today() - day).days
    if ago == 0:
        return _("今天")
    if ago == 1:
        return _("昨天")
    return _("{month}月{day}日", month=day.month, day=day.day)
