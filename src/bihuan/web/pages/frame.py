"""How a view shows a page, and how it says what was done or refused."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from bihuan.web.flows.accounts import Refused
from bihuan.web.org import scope

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


def run(
    request: HttpRequest, where: str, write: Callable[[], object], said: str = ""
) -> HttpResponseBase:
    """Write, and go back to where it was asked; a refusal is said there."""
    try:
        write()
    except Refused as refused:
        return back(request, where, str(refused))
    if said:
        messages.success(request, said)
    return redirect(where)


def back(request: HttpRequest, where: str, why: str) -> HttpResponseBase:
    """Go back without having written, and say why."""
    messages.error(request, why)
    return redirect(where)


def number_of(request: HttpRequest, name: str) -> int:
    """A number of a form or an address; one that is none names nothing."""
    return scope.row_number(request.POST.get(name) or request.GET.get(name))


def entry_of(request: HttpRequest) -> uuid.UUID | None:
    """Number the page gave this entry, so that a second sending changes nothing."""
    try:
        return uuid.UUID(request.POST.get("entry", ""))
    except ValueError:
        return None
