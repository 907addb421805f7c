"""The installable app: worker, manifest, the page without a network, the queue's owner."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, get_resolver, is_valid_path

from bihuan.rules.access import Deed
from bihuan.web.pages import offline, shell
from bihuan.web.pages.nav import WAYS
from site_world import build

HOST = {"HTTP_HOST": "localhost"}


def test_the_worker_comes_from_the_root_and_knows_its_files() -> None:
    response = Client().get("/sw.js", **HOST)  # type: ignore[arg-type]  # a header
    first, _, rest = response.content.decode().partition("\n")
    told = json.loads(first.removeprefix("self.SHELL = ").removesuffix(";"))
    assert response["Content-Type"] == "text/javascript"
    assert "no-cache" in response["Cache-Control"]
    assert "/static/js/queue.js" in told["files"]
    assert (told["static"], told["offline"]) == ("/static/", "/offline/")
    assert "addEventListener" in rest


def test_the_manifest_speaks_the_language_and_its_icons_are_there() -> None:
    response = Client().get("/manifest.webmanifest", HTTP_ACCEPT_LANGUAGE="en", **HOST)  # type: ignore[arg-type]
    told = response.json()
    assert (told["lang"], told["start_url"], told["display"]) == (
        "en",
        "/",
        "standalone",
    )
    for icon in told["icons"]:
        assert (shell.STATIC / icon["src"].removeprefix("/static/")).is_file()


@pytest.mark.parametrize("path", ["/offline/", "/nowhere/"])
def test_pages_for_when_something_is_wrong_need_no_database(path: str) -> None:
    response = Client().get(path, **HOST)  # type: ignore[arg-type]
    assert "<script" not in response.content.decode()
    assert "css/site.css" in response.content.decode()


def test_a_page_may_ask_to_be_kept() -> None:
    view = offline.kept_for_the_day(lambda _request: HttpResponse())
    assert view(RequestFactory().get("/"))[offline.KEEP] == "day"


def routes(patterns: list[Any]) -> Iterator[URLPattern]:
    """Every route, however deep."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        else:
            yield from routes(pattern.url_patterns)


def test_only_the_pages_of_the_hand_are_kept() -> None:
    kept = {
        str(route.name)
        for route in routes(get_resolver().url_patterns)
        if getattr(route.callback, offline.KEPT_SIGN, False)
    }
    assert {name for name in kept if not name.startswith(offline.KEPT)} == set()
    assert {"today", "check"} <= kept


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("made_under", "status"), [("own", 200), ("other", 403), ("", 403), (None, 200)]
)
def test_an_entry_is_taken_only_from_its_own_account(
    made_under: str | None, status: int
) -> None:
    cast = build(students=1)
    own, other = (str(cast.accounts[name].pk) for name in ("teacher", "doctor"))
    header = {"own": own, "other": other}.get(made_under or "", "")
    sent = {} if made_under is None else {offline.ACCOUNT: header}
    response = cast.client("teacher").get("/offline/", headers=sent)
    assert response.status_code == status
    assert response.headers.get(offline.REFUSED) == (
        None if status == 200 else "account"
    )


@pytest.mark.django_db
def test_the_exercise_has_a_queue_of_its_own() -> None:
    cast = build(students=1)
    request = RequestFactory().get("/")
    request.user = cast.accounts["teacher"]
    request.session = {"exercise": True}  # type: ignore[assignment]  # all it reads
    assert offline.account_key(request) == f"{cast.accounts['teacher'].pk}-drill"


@pytest.mark.django_db
def test_the_frame_shows_only_where_one_may_go() -> None:
    cast = build(students=1)
    request = RequestFactory().get("/board/")
    request.session = {}  # type: ignore[assignment]
    request.user = cast.accounts["bureau"]
    ways = shell.frame(request)["nav"]
    assert {way.url for way in ways if way.here} == {"/board/"}
    request = RequestFactory().get("/")
    request.session = {}  # type: ignore[assignment]
    request.user = cast.accounts["guard"]
    assert "/board/" not in {way.url for way in shell.frame(request)["nav"]}


@pytest.mark.parametrize(("address", "deed"), [way[:2] for way in WAYS])
def test_every_way_leads_somewhere(address: str, deed: Deed) -> None:
    assert is_valid_path(address), deed
