"""Which language a request is answered in, and the cookie that keeps the choice."""

from typing import Final

from django.http import HttpRequest

from bihuan.base.wording import languages, wanted

COOKIE: Final = "language"


def chosen_language(request: HttpRequest) -> str:
    """The language of the cookie, else of the browser, else the source's."""
    cookie = request.COOKIES.get(COOKIE)
    if cookie in languages():
        return str(cookie)
    first = request.headers.get("Accept-Language", "").partition(",")[0]
    return wanted(None, {"LANG": first.partition(";")[0]})
