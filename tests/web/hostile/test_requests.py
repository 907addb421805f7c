"""Requests that no browser sends: odd methods, numbers, letters and lengths, to every route."""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

import bihuan.web
from access_api import ALL, all_calls, secrets
from access_routes import Route, all_routes
from access_world import ROLES, World, world
from bihuan.web.notices.login import WeCom
from bihuan.web.org import clock
from site_routes import routes as every_route
from site_world import MORNING

pytestmark = pytest.mark.django_db
TABLE: Final = Path(__file__).parents[1] / "access_table.txt"
NUMBERS: Final = (
    "0", "-1", "1" + "0" * 30, "9223372036854775807", "9223372036854775808", "abc",
    "１２", "٣", "1.5", "%00", "%ff", "1%2f2", "00", "+1", "2147483648",
)  # fmt: skip
"""What stands in an address where a row's number belongs."""
VALUES: Final = (
    "", "0", "-1", "9" * 30, "1e400", "nan", "１２", "2026-02-30", "9999-12-31", "0001-01-01",
    "25:61", "[]", "null", "'\"><x9>", "%s{0}{{x}}", "x" * 20_000, "\u202e\ud7ff\U0001f600",
    "﷽" * 400, "0001-01-01T00:00", "9999-12-31T23:59", "0001-01-01T00:00:00+08:00",
    "9999-12-31T23:59:59-08:00", "\0",
)  # fmt: skip
"""What somebody puts into a field."""
QUICK: Final = ("9" * 30, "nan", "0001-01-01", "9999-12-31T23:59:59-08:00")
METHODS: Final = (
    "HEAD",
    "OPTIONS",
    "PUT",
    "PATCH",
    "DELETE",
    "TRACE",
    "CONNECT",
    "FOO",
)
BROKEN: Final = 500


def how_many(name: str, some: Any, every: Any) -> pytest.MarkDecorator:
    """A test with some of the oddities; the slow run has every one of them."""
    return pytest.mark.parametrize(
        name, [some, pytest.param(every, marks=pytest.mark.slow)], ids=["some", "every"]
    )


HOW_MANY: Final[pytest.MarkDecorator] = how_many("values", QUICK, VALUES)


@pytest.fixture
def site(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[World]:
    del db  # it is only to be there
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    settings.SECOND_FACTOR = False
    settings.OUTSIDE = {"wecom": WeCom(corp="c", agent="1", secret="s")}  # noqa: S106  # not one
    logging.disable(logging.CRITICAL)
    yield world()
    logging.disable(logging.NOTSET)


class Visitors:
    """Whoever may ask a route, in a browser that shows a fault as a page."""

    def __init__(self, site: World) -> None:
        self.site = site
        self.kept: dict[str, Client] = {}
        head, *lines = TABLE.read_text("utf-8").splitlines()
        assert head
        self.who = {}
        for line in lines:
            parts = line.split()
            cells = parts[-len(ROLES) - 2 :]
            able = [
                who for who, cell in zip(ROLES, cells, strict=False) if cell[0] == "Y"
            ]
            self.who[" ".join(parts[: -len(ROLES) - 2])] = (able or ["principal"])[0]

    def client(self, who: str) -> Client:
        """Somebody's browser."""
        if who not in self.kept:
            self.kept[who] = self.site.cast.client(who)
            self.kept[who].raise_request_exception = False
        return self.kept[who]

    def of(self, name: str) -> tuple[str, Client]:
        """Somebody who may ask a route."""
        return self.who[name], self.client(self.who[name])


def undone(ask: Any) -> HttpResponseBase:
    """An answer; what it wrote is not kept."""
    with transaction.atomic():
        answer: HttpResponseBase = ask()
        if answer.streaming:
            list(answer)  # to its end, so that its file is closed
        transaction.set_rollback(True)
    return answer


@how_many("numbers", NUMBERS[4:7], NUMBERS)
def test_no_number_breaks_a_page(site: World, numbers: tuple[str, ...]) -> None:
    visitors = Visitors(site)
    broken = []
    by_name = {name.split()[0]: name for name in all_routes()}
    for route in every_route():
        if route.api or "<int:" not in route.pattern:
            continue
        _who, client = visitors.of(by_name[route.name])
        for number in numbers:
            path = re.sub(r"<int:\w+>", number, f"/{route.pattern}")
            path = re.sub(r"<slug:slug>", "slips", path)
            path = re.sub(r"<\w+:\w+>", "morning", path)
            answer = undone(lambda: client.get(path))  # noqa: B023  # asked at once
            if answer.status_code not in {200, 302, 400, 403, 404, 405}:
                broken.append(f"{path}: {answer.status_code}")
    assert not broken, "\n".join(broken)


@how_many("methods", METHODS[:3], METHODS)
def test_no_method_breaks_a_page(site: World, methods: tuple[str, ...]) -> None:
    visitors = Visitors(site)
    broken = []
    for name, route in all_routes().items():
        who, client = visitors.of(name)
        place = site.place(who, "own")
        url = reverse(name.split()[0], args=route.args(place, who))
        for method in methods:
            answer = undone(lambda: client.generic(method, url))  # noqa: B023
            if answer.status_code >= BROKEN:
                broken.append(f"{method} {url}: {answer.status_code}")
            if method in {"TRACE", "CONNECT", "FOO"} and answer.status_code == 200:
                told = getattr(answer, "content", b"")
                if b"sessionid" in told:
                    broken.append(f"{method} {url}: tells the cookie")
    assert not broken, "\n".join(broken)


def test_no_method_breaks_the_api(site: World) -> None:
    secret = secrets(site)["school"][ALL]
    headers = {"Authorization": f"Bearer {secret}"}
    client = Client(raise_request_exception=False)
    for name, call in all_calls().items():
        path = "/api/v1" + call.path(site.places["a1"])
        for method in METHODS:
            answer = undone(lambda: client.generic(method, path, headers=headers))  # noqa: B023
            assert answer.status_code < BROKEN, (method, name)


def questions(view: Any) -> set[str]:
    """Names that a view's module asks the address for."""
    while hasattr(view, "__wrapped__"):
        view = view.__wrapped__
    module = str(getattr(view, "__module__", ""))
    if not module.startswith("bihuan."):
        return set()
    path = Path(bihuan.web.__file__).parents[1].joinpath(*module.split(".")[1:])
    text = path.with_suffix(".py").read_text("utf-8")
    found = re.findall(
        r'(?:GET\.get(?:list)?\(|number_of\(request, |GET\[)"(\w+)"', text
    )
    return {
        *found,
        "q",
        "page",
        "sort",
        "state",
        "day",
        "day_min",
        "day_max",
        "unit",
        "n",
    }


@HOW_MANY
def test_no_question_breaks_a_page(site: World, values: tuple[str, ...]) -> None:
    """Each value in all questions at once that a page's module knows."""
    visitors = Visitors(site)
    broken = []
    views = {route.name: route.view for route in every_route() if not route.api}
    for name, route in all_routes().items():
        if route.body is not None:
            continue
        who, client = visitors.of(name)
        url = reverse(name.split()[0], args=route.args(site.place(who, "own"), who))
        asked = questions(views[name.split()[0]])
        for value in values:
            told = "&".join(f"{one}={quote(value)}" for one in sorted(asked))
            answer = undone(lambda: client.get(f"{url}?{told}"))  # noqa: B023
            if answer.status_code >= BROKEN:
                broken.append(f"{url} {value[:12]!a}: {answer.status_code}")
        for raw in ("%ff%fe", "%c0%af", "%ed%a0%80")[: 1 if values is QUICK else 3]:
            told = "&".join(f"{one}={raw}" for one in sorted(asked))
            answer = undone(lambda: client.get(f"{url}?{told}"))  # noqa: B023
            if answer.status_code >= BROKEN:
                broken.append(f"{url} {raw}: {answer.status_code}")
    assert not broken, "\n".join(broken)


def bent(
    body: Mapping[str, Any], values: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The body with each field bent in every way."""
    for name in body:
        yield f"{name} left out", {k: v for k, v in body.items() if k != name}
        for value in values:
            yield f"{name}={value[:12]!a}", {**body, name: value}


ODD_JSON: Final[tuple[Any, ...]] = (
    None,
    True,
    -1,
    10**30,
    1e308,
    [],
    {},
    [[]],
    "x" * 20_000,
    "\0",
    [None],
    {"x": {}},
)


def bent_json(
    body: Mapping[str, Any], values: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """A queue's post with each field of another kind, and as a whole none."""
    for name in body:
        yield (
            f"{name} left out",
            json.dumps({k: v for k, v in body.items() if k != name}),
        )
        for value in ODD_JSON if values is VALUES else ODD_JSON[3:8]:
            yield f"{name}={str(value)[:12]!a}", json.dumps({**body, name: value})
        for value in values:
            yield f"{name}={value[:12]!a}", json.dumps({**body, name: value})
    for text in ("", "[]", "null", "1", '"x"', "{", "[" * 100_000, '{"a":' * 100_000, "NaN", '{"entry": NaN}'):  # fmt: skip
        yield text[:9], text


def sent(client: Client, url: str, route: Route, body: Any) -> HttpResponseBase:
    """Post a body as the route takes it."""
    if route.queued:
        return client.post(
            url, body, content_type="application/json", headers={"X-Bihuan-Queue": "1"}
        )
    return client.post(url, body)


@HOW_MANY
def test_no_body_breaks_a_page(site: World, values: tuple[str, ...]) -> None:
    visitors = Visitors(site)
    broken = []
    for name, route in all_routes().items():
        if route.body is None:
            continue
        who, client = visitors.of(name)
        place = site.place(who, "own")
        url = reverse(name.split()[0], args=route.args(place, who))
        body = {k: v for k, v in route.body(place, who).items() if k != "file"}
        ways: Any = bent_json(body, values) if route.queued else bent(body, values)
        for way, other in ways:
            answer = undone(lambda: sent(client, url, route, other))  # noqa: B023
            if answer.status_code >= BROKEN:
                broken.append(f"{name} {way}: {answer.status_code}")
    assert not broken, "\n".join(broken)
