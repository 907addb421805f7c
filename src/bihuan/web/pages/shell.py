"""What makes the site an installable app: service worker, manifest, the page without a network."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from bihuan import __version__
from bihuan.base.wording import _, language
from bihuan.web.notices.inbox import unread
from bihuan.web.org import clock, scope
from bihuan.web.org.door import public
from bihuan.web.pages.nav import ways
from bihuan.web.pages.offline import account_key

STATIC: Final = Path(__file__).parent.parent / "static"
HELD: Final = ("css/*.css", "img/*.svg", "js/*.js", "img/icon-192.png")
VENDOR: Final = ("vendor/htmx.min.js", "vendor/jsQR.js")
WORKER: Final = "js/sw.js"
"""Files that a phone holds before they are needed; charts are for the office."""


def frame(request: HttpRequest) -> dict[str, Any]:
    """What the frame of every page needs: the time, whose page, where to go, what is unread."""
    who = scope.seen(request)
    return {
        "now": clock.now(),
        "account": account_key(request),
        "nav": ways(who, request.path),
        "inbox": unread(who.account_id, exercise=who.exercise) if who else 0,
    }


@public
@require_safe
@cache_control(no_cache=True)
def sw(_request: HttpRequest) -> HttpResponse:
    """The service worker, from the root so that it covers every page."""
    return HttpResponse(
        f"self.SHELL = {json.dumps(_shell())};\n{_worker()}",
        content_type="text/javascript",
    )


@public
@require_safe
def manifest(_request: HttpRequest) -> JsonResponse:
    """What the phone shows of the installed app."""
    icons = [
        {"src": static(f"img/icon-{size}.png"), "sizes": f"{size}x{size}"}
        | {"type": "image/png", "purpose": purpose}
        for size, purpose in ((192, "any"), (512, "any"), (512, "maskable"))
    ]
    return JsonResponse(
        {
            "name": _("闭环 校园疫情防控"),
            "short_name": _("闭环"),
            "lang": language(),
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#F6F7F4",
            "theme_color": "#F6F7F4",
            "icons": icons,
        },
        content_type="application/manifest+json",
    )


@public
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown when a page was not kept and there is no network."""
    return render(request, "offline.html")


@cache
def held() -> tuple[str, ...]:
    """List the files a page needs without a network, whoever wrote its script."""
    found = (path for pattern in HELD for path in sorted(STATIC.glob(pattern)))
    names = (path.relative_to(STATIC).as_posix() for path in found)
    return (*(name for name in names if name != WORKER), *VENDOR)


def _shell() -> dict[str, Any]:
    """What the worker holds, under a mark that changes with any of it."""
    shell = {
        "files": [static(name) for name in held()],
        "static": settings.STATIC_URL,
        "offline": reverse("offline"),
    }
    told = json.dumps(shell) + __version__
    return shell | {"mark": hashlib.sha256(told.encode()).hexdigest()[:12]}


@cache
def _worker() -> str:
    return (STATIC / WORKER).read_text("utf-8")
