"""The door under attack: forged posts, foreign addresses, kept sessions, guessed passwords."""

import json
import os
import subprocess
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings as site
from django.contrib.sessions.models import Session
from django.test import Client

from bihuan.web.notices.login import DingTalk, WeCom
from bihuan.web.org.models import Account, AuditLine
from makers import SECRET, maker
from site_routes import routes
from site_world import Cast, build

pytestmark = pytest.mark.django_db
LOGIN = {"username": "user-teacher", "password": "correct-horse-42"}
FOREIGN = (
    "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example",
    "https:evil.example", "javascript:alert(1)", "http:///evil.example", "\t//evil.example",
)  # fmt: skip


@pytest.fixture
def cast() -> Cast:
    return build(students=1)


@pytest.fixture(autouse=True)
def _one_factor(settings: pytest.FixtureRequest) -> None:
    settings.SECOND_FACTOR = False  # type: ignore[attr-defined]  # pytest-django's settings


QUEUE = {"X-Bihuan-Queue": "1"}


@pytest.mark.parametrize(
    "method",
    [
        "POST",
        *(pytest.param(m, marks=pytest.mark.slow) for m in ("PUT", "PATCH", "DELETE")),
    ],
)
@pytest.mark.parametrize("headers", [{}, QUEUE], ids=["form", "queue"])
def test_no_route_takes_a_post_without_a_token(
    cast: Cast, method: str, headers: dict[str, str]
) -> None:
    forger = Client(enforce_csrf_checks=True)
    forger.cookies = cast.client("principal").cookies
    kind = "application/json" if headers else "application/x-www-form-urlencoded"
    answers = {
        route.name: forger.generic(
            method, route.address(), b"{}", content_type=kind, headers=headers
        ).status_code
        for route in routes()
        if not route.api
    }
    assert len(answers) > 80
    assert {name: code for name, code in answers.items() if code != 403} == {}


def test_a_token_from_elsewhere_is_none(cast: Cast) -> None:
    """Another session's token, another site's page, a token in the address."""
    browser = Client(enforce_csrf_checks=True)
    browser.cookies.update(cast.client("teacher").cookies)
    browser.get("/")
    mine = browser.cookies["csrftoken"].value
    told = {"language": "en"}
    assert (
        browser.post("/language/", told | {"csrfmiddlewaretoken": mine}).status_code
        == 302
    )
    for forged in (
        browser.post("/language/", told | {"csrfmiddlewaretoken": "a" * 64}),
        browser.post(f"/language/?csrfmiddlewaretoken={mine}", told),
        browser.post(
            "/language/", told | {"csrfmiddlewaretoken": mine},
            headers={"Origin": "https://evil.example"},
        ),
        browser.post(
            "/language/", told | {"csrfmiddlewaretoken": mine}, secure=True,
            headers={"Referer": "https://evil.example/"},
        ),
    ):  # fmt: skip
        assert forged.status_code == 403
        assert forged.headers["X-Bihuan-Refused"] == "csrf"


def test_every_unsafe_route_refuses_to_be_looked_at_as_a_deed(cast: Cast) -> None:
    """What writes takes POST only: no link, no picture does it (405, or a page)."""
    client = cast.client("principal")
    before = AuditLine.objects.count()
    for route in routes():
        if not route.api and route.name != "outside_begin":
            answer = client.get(route.address())
            if answer.streaming:
                list(answer)
    written = set(AuditLine.objects.values_list("deed", flat=True)[before:])
    assert written <= SEEN, written


SEEN = {"superior.fill", "plan.download", "trail.heads"}
"""What is noted although it only looks."""


def test_the_api_knows_no_session(cast: Cast) -> None:
    forger = cast.client("principal")
    paths = [
        r.address() for r in routes() if r.api and getattr(r.view, "csrf_exempt", False)
    ]
    assert paths
    assert {forger.get(path).status_code for path in paths} <= {401, 405}
    assert {forger.post(path).status_code for path in paths} <= {401, 405}


@pytest.mark.parametrize("where", FOREIGN)
def test_nobody_is_sent_away_from_the_site(cast: Cast, where: str) -> None:
    assert cast.units
    answers = [
        Client().post("/login/", LOGIN | {"next": where}),
        Client().post("/login/", LOGIN, query_params={"next": where}),
        Client().post("/language/", {"language": "en", "next": where}),
        Client().post("/language/", {"language": "en"}, query_params={"next": where}),
    ]
    assert [answer["Location"] for answer in answers] == ["/"] * 4


ASKS = ("next", "url", "to", "return", "returnTo", "redirect", "redirect_uri", "back", "r",
        "continue", "goto", "then", "path", "target", "dest", "u")  # fmt: skip
"""Names under which sites are told where to go; ours knows `next`."""


SOME = [FOREIGN[0], *(pytest.param(one, marks=pytest.mark.slow) for one in FOREIGN[1:])]


@pytest.mark.parametrize("where", SOME)
def test_no_route_leads_away(cast: Cast, settings: Any, where: str) -> None:
    """Whatever a route is asked, it redirects inside, or to the maker of the log-in."""
    settings.OUTSIDE = {"wecom": WeCom(corp="c", agent="1", secret="s")}  # noqa: S106  # not one
    told = dict.fromkeys(ASKS, where)
    away = []
    for client in (Client(), cast.client("principal")):
        for route in routes():
            if route.api:
                continue
            answers = [client.get(route.address(), told)]
            if route.name not in {"logout", "outside_bind"}:
                answers.append(client.post(route.address(), told))
            for answer in answers:
                to = answer.headers.get("Location", "/")
                host = urlsplit(to).netloc
                if answer.streaming:
                    list(answer)
                inside = to.startswith("/") and not to.startswith(("//", "/\\"))
                if not inside and host != MAKER:
                    away.append((route.name, to))
    assert away == []


MAKER = "login.work.weixin.qq.com"


@pytest.mark.parametrize("where", FOREIGN)
def test_a_log_in_from_outside_comes_back_inside(
    cast: Cast, settings: Any, where: str
) -> None:
    """WeCom and DingTalk send the browser back to a page of ours, whatever was asked."""
    Account.objects.filter(pk=cast.accounts["teacher"].pk).update(outside_id="")
    with maker() as knows:
        settings.OUTSIDE = {
            "wecom": WeCom(corp="corp", agent="7", secret=SECRET, api=knows.base),
            "dingtalk": DingTalk(
                key="app", secret=SECRET, api=knows.base, old_api=knows.base
            ),
        }
        for name, code in (("wecom", "code"), ("dingtalk", "authCode")):
            Account.objects.filter(pk=cast.accounts["teacher"].pk).update(
                outside_id=f"{name}:wang01"
            )
            client = Client()
            begun = client.get(f"/login/{name}/", {"next": where})
            state = parse_qs(urlsplit(begun["Location"]).query)["state"][0]
            back = client.get(
                f"/login/{name}/back/",
                {code: "code-of-wang", "state": state, "next": where},
            )
            assert (back.status_code, back["Location"]) == (302, "/")


def test_an_address_that_looks_foreign_is_ours(cast: Cast) -> None:
    """`//evil.example/` as a path is no host, on the way to the log-in neither."""
    assert cast.units
    for path in ("//evil.example/", "//evil.example/../", "/\\evil.example/"):
        answer = Client().get(path)
        assert "//evil" not in answer.headers.get("Location", "")


def test_a_session_that_was_planted_is_not_the_one_logged_in(cast: Cast) -> None:
    assert cast.units
    phone = Client()
    planted = phone.session
    planted["planted"] = "yes"
    planted.save()
    phone.cookies[site.SESSION_COOKIE_NAME] = str(planted.session_key)
    phone.post("/login/", LOGIN)
    assert phone.session.session_key != planted.session_key
    assert not Session.objects.filter(pk=planted.session_key).exists()


def test_a_session_ends_when_one_logs_out(cast: Cast) -> None:
    phone = cast.client("teacher")
    key = phone.session.session_key
    phone.post("/logout/")
    thief = Client()
    thief.cookies[site.SESSION_COOKIE_NAME] = str(key)
    assert thief.get("/")["Location"].startswith("/login/")


def test_the_session_cookie_is_out_of_reach_of_scripts(cast: Cast) -> None:
    assert cast.units
    answer = Client().post("/login/", LOGIN)
    cookie = answer.cookies[site.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


HTTPS = """
import json, os
os.environ["BIHUAN_HTTPS"] = "1"
from site_settings import *
names = [n for n in dir() if n.endswith("_SECURE") or n.startswith("SECURE_")]
print(json.dumps({n: globals()[n] for n in names}))
"""


def test_under_https_cookies_and_browsers_keep_to_it(cast: Cast, settings: Any) -> None:
    """BIHUAN_HTTPS=1: Secure on every cookie, HSTS on every answer."""
    assert cast.units
    told = subprocess.run(
        [sys.executable, "-c", HTTPS], check=True, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": "src:tests"},
    ).stdout  # fmt: skip
    for name, value in json.loads(told).items():
        setattr(settings, name, tuple(value) if isinstance(value, list) else value)
    proxied = {"X-Forwarded-Proto": "https"}
    browser = Client(headers=proxied)
    pages = (
        browser.get("/login/"),
        browser.post("/login/", LOGIN),
        browser.post("/language/", {"language": "en"}),
        browser.get("/nowhere/"),
    )
    for answer in pages:
        assert int(answer["Strict-Transport-Security"].split("=")[1]) >= 30 * 24 * 3600
        for cookie in answer.cookies.values():
            assert cookie["secure"], cookie.key
            assert cookie["samesite"] in {"Lax", "Strict"}, cookie.key
    kept = {cookie.key for answer in pages for cookie in answer.cookies.values()}
    assert {site.SESSION_COOKIE_NAME, "csrftoken", "language"} <= kept
    for name in (site.SESSION_COOKIE_NAME, "language"):
        assert browser.cookies[name]["httponly"], name


def test_guessing_is_not_helped_by_other_headers(cast: Cast) -> None:
    assert cast.units
    for number in range(site.AXES_FAILURE_LIMIT):
        Client().post(
            "/login/",
            LOGIN | {"password": f"wrong-{number}"},
            headers={"X-Forwarded-For": f"10.0.0.{number}", "User-Agent": str(number)},
            REMOTE_ADDR=f"10.1.0.{number}",
        )
    answer = Client().post("/login/", LOGIN, headers={"X-Forwarded-For": "10.9.9.9"})
    assert answer.status_code == 429
    other = LOGIN | {"username": "user-doctor"}
    assert Client().post("/login/", other).status_code == 302


@pytest.mark.parametrize(
    "path", ["/", "/login/", "/nowhere/", "/ledgers/nowhere/", "/sw.js"]
)
def test_every_answer_carries_the_policy(cast: Cast, path: str) -> None:
    for client in (Client(), cast.client("teacher")):
        answer = client.get(path)
        policy = answer["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"


def test_another_sites_name_is_refused(cast: Cast) -> None:
    answer = cast.client("teacher").get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()
