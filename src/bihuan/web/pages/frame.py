"""How a view shows a page, and how it says what was done or refused."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from bihuan.web.flows.accounts import Refused

View = Callable[..., HttpResponseBase]


def show(
    request: HttpRequest, template: str, status: int = 200, **context: Any
) -> HttpResponse:
    """Show a page; the frame around it comes from the context processors."""
    return render(request, template, context, status=status)


def say_refusals(view: View) -> View:
    """Turn a flow's refusal into a message on the page the post came from (GET of it)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Refused as refused:
            messages.error(request, str(refused))
            request.method = "GET"
            return view(request, *args, **kwargs)

    return guarded
