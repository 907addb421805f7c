"""Logging in with WeCom or DingTalk, and tying an account to one's name there."""

import datetime as dt
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import login as begin_session
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from bihuan.base.wording import N_, _
from bihuan.rules.access import Deed
from bihuan.web.flows import outside as flow
from bihuan.web.notices import inbox, login, post
from bihuan.web.notices.login import Begun, NotLoggedIn, Provider
from bihuan.web.org import clock, scope
from bihuan.web.org.codes import fresh_code
from bihuan.web.org.door import open_to, public
from bihuan.web.org.models import Account

BEGUN: Final = "outside"
BIND: Final = "bind "
STATE_LETTERS: Final = 32
BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
INSIDE: Final = "wxwork"
"""In the browser's name when a page is open inside WeCom."""
HOUR: Final = 3600
NOBODY: Final = N_("这个{maker}账号还没有绑定。请先用账号和密码登录，在通知页上绑定")


class Kept:
    """The applications' tokens in the site's cache, so that not every log-in asks."""

    def get(self, name: str, /) -> tuple[str, dt.datetime] | None:
        """A token that is kept."""
        kept: tuple[str, dt.datetime] | None = cache.get(f"outside:{name}")
        return kept

    def __setitem__(self, name: str, token: tuple[str, dt.datetime], /) -> None:
        """Keep a token."""
        cache.set(f"outside:{name}", token, 2 * HOUR)

    def pop(self, name: str, _default: None, /) -> object:
        """Drop a token."""
        return cache.delete(f"outside:{name}")


@public
@require_safe
def begin(request: HttpRequest, maker: str) -> HttpResponse:
    """Send the browser to the maker, with a state that only this session knows."""
    return _send(request, maker, request.GET.get("next", "/"))


@open_to(Deed.INBOX)
@require_POST
def bind(request: HttpRequest, maker: str) -> HttpResponse:
    """The same, to tie one's account to one's name there."""
    return _send(request, _binding(maker), reverse("inbox"))


@open_to(Deed.INBOX)
@require_POST
def unbind(request: HttpRequest) -> HttpResponse:
    """Untie one's account from whatever name it was tied to."""
    actor = scope.actor(request, Deed.INBOX)
    flow.untie(actor, _account(request), clock.now())
    return redirect("inbox")


@public
@require_safe
def back(request: HttpRequest, maker: str) -> HttpResponse:
    """The browser comes back: log in, or tie; a state serves once."""
    provider = _provider(maker)
    kept = request.session.pop(BEGUN, None)
    begun = Begun.of(kept) if kept else None
    binds = begun is not None and begun.provider == _binding(maker)
    try:
        return _came_back(request, provider, begun, binds=binds)
    except NotLoggedIn as why:
        context = {"why": _(str(why), maker=_(provider.label))}
        return render(request, "notices/not_logged_in.html", context, status=403)


def _came_back(
    request: HttpRequest, provider: Provider, begun: Begun | None, *, binds: bool
) -> HttpResponse:
    """Check the state, ask the maker who it is, then tie or log in."""
    asked = _binding(provider.name) if binds else provider.name
    state = request.GET.get("state", "")
    then = login.returned(begun, asked, state, clock.now())
    # DingTalk calls it authCode
    found = _member(
        provider, request.GET.get("code") or request.GET.get("authCode", "")
    )
    (_tie if binds else _log_in)(request, found)
    return redirect(then)


def bindings(request: HttpRequest) -> list[dict[str, Any]]:
    """Makers that are configured, and whether one's account is tied there."""
    account = request.user
    tied = account.outside_id if isinstance(account, Account) else ""
    return [
        {"maker": name, "name": _(maker.label), "tied": tied.startswith(f"{name}:")}
        for name, maker in settings.OUTSIDE.items()
    ]


def _binding(maker: str) -> str:
    """What a session keeps when a log-in is begun to tie an account."""
    return BIND + maker


def _send(request: HttpRequest, asked: str, then: str) -> HttpResponse:
    provider = _provider(asked.removeprefix(BIND))
    begun = Begun(asked, fresh_code(STATE_LETTERS), clock.now(), login.inner(then))
    request.session[BEGUN] = begun.kept()
    comes_back = inbox.site() + reverse("outside_back", args=[provider.name])
    inside = INSIDE in request.headers.get("User-Agent", "").lower()
    return redirect(login.authorize(provider, begun.state, comes_back, inside=inside))


def _provider(maker: str) -> Provider:
    """A maker that is configured; another is no page of this site."""
    if maker not in settings.OUTSIDE:
        raise Http404
    provider: Provider = settings.OUTSIDE[maker]
    return provider


def _member(provider: Provider, code: str) -> str:
    with post.client(settings.OUTBOUND_PROXY) as client:
        return login.member(
            provider, code, outbound=client, tokens=Kept(), now=clock.now()
        )


def _log_in(request: HttpRequest, found: str) -> None:
    """Log the tied account in; the door still asks for the second factor."""
    account = Account.objects.filter(outside_id=found, is_active=True).first()
    if account is None:
        raise NotLoggedIn(NOBODY)
    begin_session(request, account, backend=BACKEND)


def _tie(request: HttpRequest, found: str) -> None:
    """Tie the account that is logged in."""
    account = _account(request)
    flow.tie(scope.actor(request, Deed.INBOX), account, found, clock.now())


def _account(request: HttpRequest) -> Account:
    """The account that is logged in; a session that ended meanwhile has none."""
    if not isinstance(request.user, Account):
        raise NotLoggedIn(login.NOT_BEGUN)
    return request.user
