"""The two signs a view carries: who may open it, or that everybody may."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from bihuan.rules.access import Deed, second_factor
from bihuan.web.org import scope
from bihuan.web.org.scope import Seen

View = Callable[..., HttpResponseBase]
ASKED: Final = "deed"
"""Attribute of a view that the access table reads: its deed, or "public"."""

CHANGE: Final = "/password/"


def open_to(*deeds: Deed) -> Callable[[View], View]:
    """Open a view to whoever may do one of the deeds; the first is the one it is about."""

    def sign(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            refusal = _refusal(request, deeds)
            return refusal or view(request, *args, **kwargs)

        setattr(opened, ASKED, deeds)
        return opened

    return sign


def public(view: View) -> View:
    """Mark a view as open to everybody."""
    setattr(view, ASKED, "public")
    return view


def _refusal(request: HttpRequest, deeds: tuple[Deed, ...]) -> HttpResponseBase | None:
    """What keeps somebody out, if anything: log-in, password, second factor, no right."""
    who = scope.seen(request)
    if who is None:
        return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
    # a token cannot answer; what it may see is capped instead
    if not who.token and (refusal := _unfinished(request, who)):
        return refusal
    if not any(who.may(deed) for deed in deeds):
        raise PermissionDenied
    return None


def _unfinished(request: HttpRequest, who: Seen) -> HttpResponseBase | None:
    """What an account has to do first: change the password of its slip, give its second factor."""
    if getattr(request.user, "must_change", False) and request.path != CHANGE:
        return redirect("password_change")
    verified = getattr(request.user, "is_verified", lambda: False)()
    asked = any(second_factor(role) for role in who.roles)
    if settings.SECOND_FACTOR and asked and not verified:
        return redirect("second_factor")
    return None
