"""Group bots 群机器人: put in, tried, switched, and what became of each digest."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from bihuan.base.wording import _
from bihuan.rules.access import Deed
from bihuan.web.notices import groups, inbox
from bihuan.web.notices.bots import BotKind
from bihuan.web.notices.kinds import said_time
from bihuan.web.notices.models import Bot, Delivery, DeliveryState, Maker
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.models import Unit, UnitKind
from bihuan.web.pages.frame import show

SINCE: Final = dt.timedelta(days=1)
PAGE: Final = 40
KINDS: Final = (UnitKind.BUREAU, UnitKind.CENTRE, UnitKind.SCHOOL, UnitKind.CAMPUS)
MARKS: Final = {
    DeliveryState.WAITING.value: "wait",
    DeliveryState.SENT.value: "tick",
    DeliveryState.REFUSED.value: "fail",
    DeliveryState.GIVEN_UP.value: "late",
}


class BotForm(forms.Form):
    """What a new bot needs."""

    name = forms.CharField(max_length=40)
    url = forms.CharField(max_length=500)
    secret = forms.CharField(max_length=200, required=False)
    field_order = ("unit", "kind", "name", "url", "secret")

    def __init__(self, units: QuerySet[Unit], data: Any = None) -> None:
        super().__init__(data)
        makers = [(maker.value, _(maker.label)) for maker in Maker]
        self.fields["unit"] = forms.ModelChoiceField(units, empty_label=None)
        self.fields["kind"] = forms.ChoiceField(choices=makers)
        self.order_fields(self.field_order)
        for name, label, hint in self._words():
            self.fields[name].label, self.fields[name].help_text = label, hint
        self.fields["url"].widget.attrs["autocomplete"] = "off"
        hidden = {"autocomplete": "new-password"}
        self.fields["secret"].widget = forms.PasswordInput(attrs=hidden)

    def _words(self) -> tuple[tuple[str, str, str], ...]:
        return (
            ("unit", _("哪个单位的群"), ""),
            ("kind", _("平台"), ""),
            ("name", _("群名"), _("自己认得就行，如 高三年级防控群")),
            ("url", _("机器人地址"), _("群设置里“添加机器人”后得到的整段地址")),
            (
                "secret",
                _("签名密钥"),
                _("钉钉、飞书选“签名校验”时才有；选“关键词”的，关键词填 闭环"),
            ),
        )

    def clean(self) -> dict[str, Any]:
        """Refuse an address that is not the maker's or the bureau's own gateway."""
        given = super().clean() or {}
        if {"kind", "url"} <= given.keys():
            wrong = groups.wrong_address(BotKind(given["kind"]), given["url"].strip())
            if wrong:
                self.add_error("url", wrong)
        return given


@dataclass(frozen=True, slots=True)
class Row:
    """A bot as the page shows it."""

    bot: Bot
    maker: str
    address: str
    last: Delivery | None
    state: str
    said: str


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest as the page shows it."""

    at: str
    lines: list[str]
    state: str
    said: str
    tries: int
    reason: str
    code: str
    again: str


@open_to(Deed.SETTINGS)
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The bots of one's units, and the form for a new one."""
    units = scope.my_units(request, Deed.SETTINGS, *[kind.value for kind in KINDS])
    form = BotForm(units, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return _added(request, form.cleaned_data)
    rows = scope.within(request, Deed.SETTINGS, groups.bots())
    return show(
        request,
        "notices/bots.html",
        status=422 if form.errors else 200,
        rows=[_row(bot) for bot in rows],
        on=rows.filter(on=True).count(),
        lost=groups.undelivered(rows, clock.now() - SINCE),
        form=form,
    )


@open_to(Deed.SETTINGS)
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of each digest of a bot."""
    bot = _reach(request, pk)
    page = Paginator(groups.deliveries(bot), PAGE).get_page(request.GET.get("page"))
    digests = [_digest(row) for row in page]
    return show(request, "notices/bot.html", row=_row(bot), page=page, digests=digests)


@open_to(Deed.SETTINGS)
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a bot out, switch it, or take it out."""
    bot = _reach(request, pk)
    actor, now = scope.actor(request, Deed.SETTINGS, bot.unit), clock.now()
    match request.POST.get("do"):
        case "test" if bot.on:
            groups.try_out(actor, bot, now)
            messages.info(request, _("测试消息排上了，几秒后看结果"))
        case "on" | "off" as do:
            groups.switch(actor, bot, on=do == "on", now=now)
        case "remove":
            groups.remove(actor, bot, now)
            return redirect("bots")
    return redirect("bot", pk)


def _added(request: HttpRequest, given: dict[str, Any]) -> HttpResponse:
    unit = given["unit"]
    bot = groups.add(
        scope.actor(request, Deed.SETTINGS, unit),
        unit,
        BotKind(given["kind"]),
        name=given["name"],
        url=given["url"].strip(),
        secret=given["secret"].strip(),
        now=clock.now(),
    )
    return redirect("bot", bot.pk)


def _reach(request: HttpRequest, pk: int) -> Bot:
    return scope.reach_row(request, Deed.SETTINGS, groups.bots(), pk)


def _row(bot: Bot) -> Row:
    last = groups.deliveries(bot).first()
    return Row(
        bot=bot,
        maker=_(Maker(bot.kind).label),
        address=groups.masked(bot.url),
        last=last,
        state=MARKS[last.state] if last else "",
        said=_state(last) if last else "",
    )


def _state(row: Delivery) -> str:
    """Where a digest is, in words."""
    return _(DeliveryState(row.state).label)


def _digest(row: Delivery) -> Digest:
    """A digest as the page shows it."""
    again = row.state == DeliveryState.WAITING.value and row.tries > 0
    return Digest(
        at=said_time(row.made_at),
        lines=[inbox.say(notice)[1] for notice in row.notices.all()],
        state=MARKS[row.state],
        said=_state(row),
        tries=row.tries,
        reason=_(row.reason) if row.reason else "",
        code=row.code,
        again=said_time(row.next_at, row.made_at) if again else "",
    )
