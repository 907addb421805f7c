"""Every route with every role at its own place, at another class, at another school.

`access_table.txt` holds the answers, three letters a cell: Y answered, F refused (403),
N does not exist (404), L sent to log in, - does not apply. It was gone through cell by
cell against the table of roles; ``BIHUAN_WRITE_TABLE=1 pytest tests/web/test_access.py``
writes what the site does now, and whoever does that reads the difference.
"""

import io
import logging
import os
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from django.db import connection, transaction
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from access_routes import OF, Route, all_routes
from access_world import (
    COUNTY,
    HEALTH,
    NAME,
    PHONE,
    ROLES,
    WHY,
    World,
    exercise,
    more,
    world,
)
from bihuan.web.ledgers.core.registry import ledgers
from bihuan.web.notices.login import WeCom
from bihuan.web.org import clock
from bihuan.web.org.door import ASKED
from bihuan.web.org.models import AuditLine, Person, Unit, UnitKind
from site_routes import routes as every_route
from site_world import MORNING

WRITE: Final = "BIHUAN_WRITE_TABLE"
NEVER_A_PAGE: Final = frozenset(
    {
        "outside_begin GET",  # to the maker, and back with its answer
        "outside_back GET",
        "plan_step GET",  # back to the plan
        "ledger_errors GET liaison",  # no bad row was handed in
        "ledger_errors GET slips",
        "ledger_export GET room-checks",  # nobody who keeps a dormitory exports
    }
)
TABLE: Final = Path(__file__).with_name("access_table.txt")
COLUMNS: Final = (*ROLES, "outsider", "nobody")
PLACES: Final = ("own", "other", "away")
OK, REFUSED, GONE, LOGIN, NOT_ASKED, BROKEN = "YFNL-!"
WITHOUT_NAMES: Final = (
    "bureau", "section", "inspector", "party", "leader", "psych", "cdc", "logistics",
)  # fmt: skip
"""Roles that see no pupil's name anywhere; the bureau has broken no glass here."""
WITHOUT_HEALTH: Final = (
    "section", "inspector", "party", "leader", "guard", "dorm", "psych", "admin",
    "bureau", "cdc", "logistics",
)  # fmt: skip
WITHOUT_WHY: Final = (*WITHOUT_HEALTH, "guardian")


@dataclass
class Walk:
    """What the site answered, cell by cell, and what was wrong with an answer."""

    cells: dict[str, dict[str, str]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(str))
    )
    told: list[str] = field(default_factory=list)
    wrote: set[str] = field(default_factory=set)
    """Routes that wrote something for somebody at his own place."""
    shown: set[str] = field(default_factory=set)
    """Routes that answered 200 with a page or a file."""


@dataclass
class Site:
    """The world, and a browser for everybody in it."""

    world: World
    cookies: dict[str, Any]

    def client(self, name: str) -> Client:
        """A fresh browser in which somebody is logged in."""
        client = Client(raise_request_exception=False)
        if name in self.cookies:
            client.cookies.load(self.cookies[name])
        return client


@pytest.fixture
def site(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Site:
    """The world; every check in it is undone."""
    del db  # it is only to be there
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    settings.SECOND_FACTOR = False
    wecom = WeCom(corp="c", agent="1", secret="s")  # noqa: S106  # not one
    settings.OUTSIDE = {"wecom": wecom}
    logging.disable(logging.CRITICAL)  # two thousand refusals
    return made()


@pytest.fixture(autouse=True)
def _heard() -> Iterator[None]:
    yield
    logging.disable(logging.NOTSET)


def made() -> Site:
    """The world with everybody logged in."""
    made = world()
    cookies = {
        name: {"sessionid": made.cast.client(name).cookies["sessionid"].value}
        for name in (*ROLES, "outsider")
    }
    return Site(made, cookies)


# ---- walking ------------------------------------------------------------------------


def walk(site: Site, *, thorough: bool = False) -> Walk:
    """Ask every route as everybody, everywhere.

    Whom the door refuses at his own place it refuses before it looks at the address;
    only the thorough walk asks him again at the other places.
    """
    found = Walk()
    for name, route in all_routes().items():
        for who in COLUMNS:
            for which in PLACES:
                letter, so_far = NOT_ASKED, found.cells[name][who]
                if applies(route, who, which):
                    again = thorough or so_far[:1] != REFUSED
                    letter = (
                        asked(site, found, name, route, who, which)
                        if again
                        else REFUSED
                    )
                found.cells[name][who] += letter
    return found


def applies(route: Route, who: str, which: str) -> bool:
    """Whether a cell means anything: what is about nothing has no other place."""
    if route.level == "none" or who in {"nobody", "outsider"}:
        return which == "own"
    if route.level == "county":
        return which == "own"
    if route.level == "school":
        return which != "other"
    return True


def asked(  # noqa: PLR0917  # the six things a cell is about
    site: Site, found: Walk, name: str, route: Route, who: str, which: str
) -> str:
    """The letter of one cell; what it wrote is undone, what it said is looked through."""
    role = who if who in ROLES else "teacher"
    place = site.world.place(role, which)
    before = AuditLine.objects.count() if route.body else 0
    with transaction.atomic():
        answer = route.ask(site.client(who), name, place, role)
        told = letter(answer)
        if told in {OK, BROKEN}:
            why = leaks(who, words(answer), place) if told == OK else ["broken"]
            found.told += [f"{name} as {who} at {which}: {one}" for one in why]
        if told == OK and answer.status_code == 200:
            found.shown.add(name)
        if route.body and AuditLine.objects.count() > before:
            found.wrote.add(name)
        transaction.set_rollback(True)
    return told


def letter(answer: HttpResponseBase) -> str:
    """What an answer means."""
    status = answer.status_code
    to = answer.headers.get("Location", "")
    if status in {301, 302}:
        return LOGIN if to.startswith("/login/") else OK
    known = {200: OK, 204: OK, 409: OK, 422: OK, 403: REFUSED, 404: GONE}
    return known.get(status, BROKEN)


def words(answer: HttpResponseBase) -> str:
    """What an answer says, an office file's sheets and paragraphs too."""
    if isinstance(answer, StreamingHttpResponse):
        content = b"".join(answer.streaming_content)  # type: ignore[arg-type]  # it is sync
    else:
        content = answer.content  # type: ignore[attr-defined]  # HttpResponse
    if content[:2] != b"PK":
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "".join(
            book.read(part).decode("utf-8", "replace") for part in book.namelist()
        )


def leaks(who: str, text: str, place: Any) -> Iterator[str]:
    """What an answer says that it must not say to somebody."""
    name = re.search(NAME + r"[AB]\d{3}", text)
    if name and who in WITHOUT_NAMES:
        yield f"says {name[0]}"
    own_cook = who == "logistics" and place.pupil.unit.kind == UnitKind.STAFF.value
    if HEALTH in text and who in WITHOUT_HEALTH and not own_cook:
        yield "tells of health"
    if WHY in text and who in WITHOUT_WHY and not own_cook:
        yield "tells why somebody leaves"
    if PHONE in text and who in (*WITHOUT_NAMES, "guard", "dorm"):
        yield "tells a telephone"
    if who == "guardian" and (other := others(text)):
        yield f"says {other}, who is not his child"
    if (
        who in ROLES
        and who not in COUNTY
        and (away := re.search(NAME + r"B\d{3}", text))
    ):
        yield f"says {away[0]} of another school"


def others(text: str) -> str:
    """A pupil's name that is not the guardian's child's."""
    names = re.findall(NAME + r"[AB]\d{3}", text)
    return next((name for name in names if name != f"{NAME}A101"), "")


# ---- the table ------------------------------------------------------------------------


def written(cells: dict[str, dict[str, str]]) -> str:
    """The table as text."""
    wide = max(map(len, cells)) + 1
    head = " " * wide + " ".join(f"{name[:9]:>9}" for name in COLUMNS)
    lines = [
        name.ljust(wide) + " ".join(f"{row[who]:>9}" for who in COLUMNS)
        for name, row in cells.items()
    ]
    return "\n".join([head.rstrip(), *lines]) + "\n"


def read(text: str) -> dict[str, dict[str, str]]:
    """The table from its text."""
    lines = text.splitlines()[1:]
    found = {}
    for line in lines:
        parts = line.split()
        name = " ".join(parts[: -len(COLUMNS)])
        found[name] = dict(zip(COLUMNS, parts[-len(COLUMNS) :], strict=True))
    return found


# ---- tests ------------------------------------------------------------------------


def wrong_cells(now: dict[str, dict[str, str]]) -> list[str]:
    """Cells that are not as the table has them."""
    wanted = read(TABLE.read_text("utf-8"))
    return [
        f"{name} as {who}: {row.get(who)}, the table: {wanted.get(name, {}).get(who)}"
        for name in {**wanted, **now}
        for who in COLUMNS
        if (row := now.get(name, {})).get(who) != wanted.get(name, {}).get(who)
    ]


def test_every_route_answers_every_role_as_the_table_says(site: Site) -> None:
    found = walk(site)
    if WRITE in os.environ:
        TABLE.write_text(written(found.cells), "utf-8")
    wrong = wrong_cells(found.cells)
    assert not wrong, "\n".join(wrong[:40])
    assert not found.told, "\n".join(found.told[:40])
    blank = {name for name in found.cells if name.split()[1] == "GET"} - found.shown
    assert blank <= NEVER_A_PAGE, "pages that nobody has seen"


@pytest.mark.slow
def test_the_door_refuses_at_every_place_alike(site: Site) -> None:
    assert not wrong_cells(walk(site, thorough=True).cells)


def test_no_school_answers_another() -> None:
    """The table itself: of school B nobody of school A gets anything."""
    wrong = [
        (name, who, row[who])
        for name, row in read(TABLE.read_text("utf-8")).items()
        for who in set(ROLES) - COUNTY
        if row[who][2] not in {REFUSED, GONE, NOT_ASKED}
    ]
    assert not wrong


def test_without_a_log_in_only_what_is_public_is_open() -> None:
    public = {
        route.name
        for route in every_route()
        if getattr(route.view, ASKED, None) == "public"
    }
    for name, row in read(TABLE.read_text("utf-8")).items():
        assert row["nobody"] == "L--" or name.split()[0] in public, name


def test_every_route_has_a_row_for_every_method() -> None:
    """A new route, or one that takes posts now, fails here until it has its row."""
    rows = {" ".join(name.split()[:2]) for name in all_routes()}
    asked_for = {
        f"{route.name} {method}"
        for route in every_route()
        if not route.api
        for method in methods(route.view) & {"GET", "POST"}
    }
    assert asked_for - rows == set()
    assert set(OF) == set(ledgers()) - {"jabs"}


def test_every_view_says_who_may_open_it() -> None:
    silent = [
        route.pattern
        for route in every_route()
        if not route.api and not hasattr(route.view, ASKED)
    ]
    assert not silent


def methods(view: Any) -> set[str]:
    """The methods a view takes, as its decorator has them."""
    while view is not None:
        names = getattr(getattr(view, "__code__", None), "co_freevars", ())
        if "request_method_list" in names:
            cell = view.__closure__[names.index("request_method_list")]
            return set(cell.cell_contents)
        view = getattr(view, "__wrapped__", None)
    return {"GET", "POST"}


# ---- the exercise -------------------------------------------------------------------


LISTS: Final = (
    "/people/", "/incidents/", "/absences/", "/alarms/", "/rooms/", "/gate/slips/",
    "/daily/", "/board/", "/ledgers/", "/ledgers/incidents/", "/ledgers/checks/",
    "/superior/", "/survey/", "/duties/", "/plans/", "/inbox/",
)  # fmt: skip


def test_an_exercise_never_reaches_live_rows_nor_they_it(site: Site) -> None:
    cast = site.world.cast
    exercise(cast)
    other = Unit.objects.get(twin_of=cast.units["class_a1"])
    double = Person.objects.get(twin_of=cast.people["pupil_a1_1"])
    live, drill = site.client("doctor"), site.client("doctor")
    assert live.get(f"/people/unit/{other.pk}/").status_code == 404
    assert live.get(f"/people/{double.pk}/").status_code == 404
    drill.post("/exercise/")
    assert drill.get(f"/people/unit/{other.pk}/").status_code == 200
    for name, route in all_routes().items():
        if route.level not in {"class", "school"} or route.body:
            continue
        answer = route.ask(drill, name, site.world.places["a1"], "doctor")
        assert letter(answer) in {REFUSED, GONE}, name
    for path in LISTS:
        answer = drill.get(path)
        assert HEALTH not in words(answer), path


def test_live_lists_do_not_grow_by_an_exercise(site: Site) -> None:
    bureau = site.client("bureau")
    pages = ("/board/", "/daily/", "/duties/", "/liaison/", "/checklist/")
    before = [words(bureau.get(path)).count("示例A中学") for path in pages]
    exercise(site.world.cast)
    after = [
        words(site.client("bureau").get(path)).count("示例A中学") for path in pages
    ]
    assert after == before


def test_whoever_has_no_double_comes_back_from_the_exercise(site: Site) -> None:
    guardian = site.client("guardian")
    guardian.post("/exercise/")
    guardian.post("/exercise/")
    assert guardian.get("/").status_code == 200


# ---- queries --------------------------------------------------------------------------


def test_pages_ask_no_more_when_there_are_more_rows(site: Site) -> None:
    pages = {
        "doctor": ("/people/", "/alarms/", "/ledgers/slips/", "/ledgers/absences/"),
        "principal": ("/ledgers/incidents/", "/absences/", "/gate/slips/", "/board/"),
        "bureau": ("/board/", "/daily/", "/ledgers/checks/", "/duties/"),
    }

    def counted() -> dict[str, int]:
        return {
            f"{who} {path}": queries(site, who, path)
            for who in pages
            for path in pages[who]
        }

    counted()  # what is kept after the first time is not asked again
    before = counted()
    for seat in range(2, 6):
        more(site.world, seat)
    grown = {
        path: (before[path], now)
        for path, now in counted().items()
        if now > before[path]
    }
    assert not grown


def queries(site: Site, who: str, path: str) -> int:
    """How many queries a page takes."""
    client = site.client(who)
    with CaptureQueriesContext(connection) as asked:
        client.get(path)
    return len(asked)
