"""Pages that a phone may keep for the day, so that they open without a network.

The service worker keeps a page only when it comes with this header, so a page with
health data is never kept by accident; `KEPT` names the routes that carry it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase

View = Callable[..., HttpResponseBase]
HEADER: Final = "X-Bihuan-Keep"
KEPT: Final = ("today", "check", "gate", "dorm")
"""Beginnings of the names of routes that may be kept."""


def kept_for_the_day(view: View) -> View:
    """Let a phone keep this page until the end of the day."""

    @wraps(view)
    def signed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers[HEADER] = "day"
        return response

    return signed
