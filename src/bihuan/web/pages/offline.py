"""What a phone may do without a network: keep some pages for the day, and a queue.

The service worker keeps a page only when it comes with `KEEP`, so a page with health
data is never kept by accident. An entry of the queue names the account it was made
under; under another one it is turned away, and the phone keeps it for its owner.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from bihuan.web.org import scope

View = Callable[..., HttpResponseBase]
KEEP: Final = "X-Bihuan-Keep"
ACCOUNT: Final = "X-Bihuan-Account"
REFUSED: Final = "X-Bihuan-Refused"
KEPT: Final = ("today", "check", "gate", "dorm")
"""Beginnings of the names of routes that may be kept."""
KEPT_SIGN: Final = "kept_for_the_day"
"""Attribute of a view that a phone may keep."""


def kept_for_the_day(view: View) -> View:
    """Let a phone keep this page until the end of the day."""

    @wraps(view)
    def signed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers[KEEP] = "day"
        return response

    setattr(signed, KEPT_SIGN, True)
    return signed


def own_queue(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Turn an entry away that somebody else left in the phone's queue."""

    def middleware(request: HttpRequest) -> HttpResponse:
        made_under = request.headers.get(ACCOUNT)
        if made_under is None or made_under == account_key(request):
            return get_response(request)
        response = JsonResponse({"saved": False}, status=403)
        response.headers[REFUSED] = "account"
        return response

    return middleware


def account_key(request: HttpRequest) -> str:
    """Whose page it is; the exercise has a queue of its own. Empty: nobody's."""
    who = scope.seen(request)
    if who is None:
        return ""
    return f"{who.account_id}-drill" if who.exercise else str(who.account_id)
