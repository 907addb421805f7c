"""A script in every field: typed by every role, and put into every text of the database."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from access_routes import all_routes
from access_world import ROLES as ROLES_ALL, World, world
from bihuan.web.org import clock
from phone_site import phone_of, stand_at
from script_rows import plant, shown
from site_crawl import LONG, SHORT, Page, crawl, fill, presses
from site_world import MORNING, Cast, build

pytestmark = pytest.mark.django_db
ROLES = (
    "bureau", "principal", "teacher", "doctor", "guard", "guardian", "admin", "cdc",
    "logistics",
)  # fmt: skip
LEFT = ("logout", "exercise", "password", "leave", "drop", "withdraw")
"""Forms that take something away from the next one."""
TABLE: Final = Path(__file__).parents[1] / "access_table.txt"
NEVER_SHOWN: Final = frozenset(
    {
        # digests and words of the program itself
        "org.person.id_blind", "org.person.phone_blind", "org.account.demo_of",
        "org.account.demo_note", "survey.answer.source", "notices.notice.link",
        "incidents.alarm.where", "incidents.alarm.disease", "checks.checkexception.course",
        "isolation.stay.illness", "ledgers.import.sheet",
        # shown in a state in which the table's row is not
        "liaison.healthreport.answer", "liaison.healthreport.note",
        "absences.absence.reason", "checks.classcheck.note",
        # kept for a count or a screen of staff that the table's pupil is not on
        "org.person.employer", "org.person.hall",
    }
)  # fmt: skip
"""Texts that no page of the table shows."""


def write_everywhere(client: object, pages: dict[str, Page]) -> None:
    """Send each form once a button, with a script in every free field."""
    sent: set[tuple[str, str]] = set()
    for form in [form for page in pages.values() for form in page.forms]:
        if form.method != "post" or form.key() in sent:
            continue
        if any(word in form.action for word in LEFT):
            continue
        sent.add(form.key())
        for press in presses(form):
            answer = client.post(form.action, fill(form, LONG) | press)  # type: ignore[attr-defined]  # a client
            assert answer.status_code < 500, form.action
            if answer.streaming:
                list(answer)  # read to its end, so that its file is closed


@pytest.fixture
def cast(settings: pytest.FixtureRequest) -> Cast:
    settings.SECOND_FACTOR = False  # type: ignore[attr-defined]  # pytest-django's settings
    return build(students=2)


@pytest.mark.slow
def test_no_script_that_was_typed_or_stored_comes_to_life(cast: Cast) -> None:
    for name in ROLES:
        client = cast.client(name)
        write_everywhere(client, crawl(client, most=60, alike=2))
    assert len(plant(200)) > 20
    alive: list[str] = []
    count = 0
    for name in ROLES:
        found = crawl(cast.client(name), most=60, alike=2)
        count += len(found)
        alive += [one for page in found.values() for one in page.alive]
    assert count > 100
    assert alive == []


# ---- every field, every page ----------------------------------------------------------


@pytest.fixture
def site(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[World]:
    """A row of every kind, and a script in each of its texts."""
    del db  # it is only to be there
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    settings.SECOND_FACTOR = False
    logging.disable(logging.CRITICAL)
    yield world()
    logging.disable(logging.NOTSET)


def able(name: str) -> list[str]:
    """Roles whom a route answers, as the access table has it."""
    for line in TABLE.read_text("utf-8").splitlines()[1:]:
        if line.startswith(f"{name} "):
            cells = line.split()[-len(ROLES_ALL) - 2 :]
            return [
                who
                for who, cell in zip(ROLES_ALL, cells, strict=False)
                if cell[0] == "Y"
            ]
    raise KeyError(name)


def pages(site: World, most: int) -> Iterator[tuple[str, str]]:
    """Every page of the table as some of those who may see it, and every sheet to print."""
    clients = {who: site.cast.client(who) for who in ROLES_ALL}
    for name, route in all_routes().items():
        printed = name.startswith("ledger_export POST")
        if route.body is not None and not printed:
            continue
        for who in able(name)[:most]:
            place = site.place(who, "own")
            url = reverse(name.split()[0], args=route.args(place, who))
            if printed:
                answer = clients[who].post(url, {"purpose": SHORT, "as": "print"})
            else:
                answer = clients[who].get(url, route.query(place, who))
            if not answer.streaming and "html" in answer.headers.get(
                "Content-Type", ""
            ):
                yield f"{name} as {who}", answer.content.decode()
            elif answer.streaming:
                list(answer)


@pytest.mark.parametrize("most", [2, pytest.param(99, marks=pytest.mark.slow)])
def test_no_page_lets_a_stored_script_live(site: World, most: int) -> None:
    """Fields are found in the models, pages in the addresses; each field is seen somewhere."""
    planted = plant()
    assert len(planted) > 40
    alive: list[str] = []
    seen: set[int] = set()
    count = 0
    for name, text in pages(site, most):
        count += 1
        alive += [f"{name}: {one}" for one in Page(name, text).alive]
        seen |= shown(text)
    assert not alive, "\n".join(alive[:20])
    assert count > 100
    unseen = {planted[number] for number in planted.keys() - seen}
    assert unseen <= NEVER_SHOWN, "\n".join(sorted(unseen - NEVER_SHOWN))


# ---- in a real browser ----------------------------------------------------------------

WATCH: Final = """
window.ran = 0;
window.x9 = () => { window.ran += 1 };
window.refused = [];
document.addEventListener("securitypolicyviolation", (e) => window.refused.push(e.violatedDirective));
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_no_stored_script_runs_in_a_browser(
    chromium: Browser, live_site: LiveServer, settings: Any, tmp_path: Path
) -> None:
    """The pages of five roles with a script in every text: none runs, none loads anything."""
    stand_at(settings, tmp_path, MORNING)
    site = world()
    assert len(plant()) > 40
    told = 0
    for who in ("doctor", "principal", "teacher", "bureau", "admin"):
        addresses = [*crawl(site.cast.client(who), most=25, alike=1)]
        with phone_of(chromium, live_site, site.cast, who) as phone:
            phone.add_init_script(WATCH)
            tab = phone.new_page()
            asked: list[str] = []
            tab.on("request", lambda one: asked.append(one.url))  # noqa: B023  # of this phone
            for address in addresses:
                tab.goto(f"{live_site.url}{address}", wait_until="load")
                assert tab.evaluate("[window.ran, window.refused]") == [0, []], address
                told += "x9 n=" in tab.content()
            assert not [url for url in asked if not url.startswith(live_site.url)]
            assert not [url for url in asked if url.endswith("/q")]
    assert told > 10


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_browser_would_have_seen_a_script(
    chromium: Browser, live_site: LiveServer, settings: Any, tmp_path: Path
) -> None:
    """Control: a tag that came to life is asked for and reported, and still does not run."""
    stand_at(settings, tmp_path, MORNING)
    cast = build(students=1)
    with phone_of(chromium, live_site, cast, "teacher") as phone:
        phone.add_init_script(WATCH)
        tab = phone.new_page()
        asked: list[str] = []
        tab.on("request", lambda one: asked.append(one.url))
        tab.goto(f"{live_site.url}/")
        tab.evaluate(
            "document.body.insertAdjacentHTML('beforeend', '<img src=q onerror=x9()>')"
        )
        tab.wait_for_function("window.refused.length > 0")
        assert [url for url in asked if url.endswith("/q")]
        assert tab.evaluate("window.ran") == 0
