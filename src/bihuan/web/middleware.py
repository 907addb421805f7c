"""What happens around every request: language, content-security policy, refusals."""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation

from bihuan.base.wording import SOURCE, _, speak
from bihuan.web.org import scope
from bihuan.web.org.tongue import chosen_language

NUL: Final = "\0"
type_of_view = Callable[[HttpRequest], HttpResponse]
POLICY: Final = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def content_security_policy(get_response: type_of_view) -> type_of_view:
    """Let nothing but our own files run or be fetched."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(self), geolocation=(), microphone=()"
        )
        return response

    return middleware


def spoken_language(get_response: type_of_view) -> type_of_view:
    """Speak the language of the account, else of the cookie, else of the browser."""

    def middleware(request: HttpRequest) -> HttpResponse:
        name = chosen_language(request)
        code = "zh-hans" if name == SOURCE else name
        with speak(name), translation.override(code):
            response = get_response(request)
        response.headers.setdefault("Content-Language", name)
        return response

    return middleware


def no_nul(get_response: type_of_view) -> type_of_view:
    """Refuse the letter NUL, which no person types and PostgreSQL does not store."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if _has_nul(request):
            return refused(request)
        return get_response(request)

    return middleware


def _has_nul(request: HttpRequest) -> bool:
    if "%00" in request.META.get("QUERY_STRING", "") or NUL in request.path_info:
        return True
    return any(NUL in text for _name, texts in request.POST.lists() for text in texts)


def refused(request: HttpRequest) -> HttpResponse:
    """Say that a request cannot be read: a page, or JSON where a machine asks."""
    if request.path_info.startswith("/api/"):
        said = _("这个请求看不懂，没有保存")
        return JsonResponse({"saved": False, "said": said}, status=400)
    return render(request, "400.html", status=400)


def page_context(request: HttpRequest) -> dict[str, Any]:
    """What every page knows: who looks, whether it is the demo or a drill."""
    seen = scope.seen(request)
    return {
        "seen": seen,
        "drill": bool(seen and seen.exercise),
        "demo": settings.DEMO,
        "https": request.is_secure(),
    }


def locked_out(request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
    """Say that an account is locked, for how long and who unlocks it."""
    return render(request, "errors/locked.html", status=429)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Say that the page was open too long; nothing was saved."""
    response = render(request, "errors/csrf.html", status=403)
    response.headers["X-Bihuan-Refused"] = "csrf"  # a phone's queue waits, then resends
    return response
