"""The door under attack: forged posts, foreign addresses, kept sessions, guessed passwords."""

import pytest
from django.conf import settings as site
from django.contrib.sessions.models import Session
from django.test import Client

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


def test_no_route_takes_a_post_without_a_token(cast: Cast) -> None:
    forger = Client(enforce_csrf_checks=True)
    forger.cookies = cast.client("principal").cookies
    answers = {
        route.name: forger.post(route.address()).status_code
        for route in routes()
        if not route.api
    }
    assert len(answers) > 80
    assert {name: code for name, code in answers.items() if code != 403} == {}


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
