"""Every operation of the API with every token at its own place, another class, another school.

`access_api_table.txt` holds the answers as `access_table.txt` has them, U for 401. A column
is a token made for one deed; then one with all of them, nobody, a guess, one that ended,
and a log-in. `own` and `away` are asked with a token of school A, `other` with one of a
class about the next class of its school.
"""

import logging
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client

from access_api import ALL, CALLERS, OPEN, WITHOUT, Call, all_calls, operations, secrets
from access_world import HEALTH, NAME, PHONE, WHY, World, exercise, world
from bihuan.rules.access import Deed
from bihuan.web.api.routes import api
from bihuan.web.api.tokens import AS
from bihuan.web.ledgers.core.registry import ledgers
from bihuan.web.org import clock
from bihuan.web.org.door import ASKED
from bihuan.web.org.models import Person, Unit
from site_routes import routes as every_route
from site_world import MORNING

TABLE: Final = Path(__file__).with_name("access_api_table.txt")
WRITE: Final = "BIHUAN_WRITE_TABLE"
SAYS: Final = {200: "Y", 409: "Y", 422: "Y", 401: "U", 403: "F", 404: "N"}
SECRET_WORDS: Final = (HEALTH, WHY, PHONE)


@pytest.fixture
def site(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    del db  # it is only to be there
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    logging.disable(logging.CRITICAL)  # a thousand refusals
    yield world()
    logging.disable(logging.NOTSET)


def walk(
    site: World, *, thorough: bool = False
) -> tuple[dict[str, dict[str, str]], list[str]]:
    """The letters of every cell, and what was said that must not be.

    What the door refuses it refuses before it looks at the address; only the thorough
    walk asks that at the other places.
    """
    given = secrets(site)
    session = site.cast.client("principal")
    cells: dict[str, dict[str, str]] = defaultdict(dict)
    told: list[str] = []
    for name, call in all_calls().items():
        for who in CALLERS:
            asking = session if who == "session" else Client()
            letters = ""
            for which in ("own", "other", "away"):
                if not applies(call, name, who, which):
                    letters += "-"
                    continue
                if letters[:1] == "F" and not thorough:
                    letters += "F"
                    continue
                secret = given["class" if which == "other" else "school"].get(who, "")
                answer = asked(asking, call, secret, site, which)
                letters += SAYS.get(answer.status_code, "!")
                told += [f"{name} {who} {which}: {one}" for one in leaks(answer, which)]
            cells[name][who] = letters
    return cells, told


def applies(call: Call, name: str, who: str, which: str) -> bool:
    """Whether a cell means anything."""
    if which == "own":
        return True
    if who in WITHOUT or name in {OPEN, "units GET"}:
        return False
    return call.at_class or which == "away"


def asked(
    client: Client, call: Call, secret: str, site: World, which: str
) -> HttpResponseBase:
    """The answer; what it wrote is undone."""
    place = {"own": "a1", "other": "a2", "away": "b1"}[which]
    with transaction.atomic():
        answer = call.ask(client, secret, site.places[place])
        transaction.set_rollback(True)
    return answer


def leaks(answer: HttpResponseBase, which: str) -> Iterator[str]:
    """A pupil's name, an illness, a reason, a telephone, or a row of another school."""
    text = answer.content.decode()  # type: ignore[attr-defined]  # HttpResponse
    if found := re.search(NAME + r"[AB]\d{3}", text):
        yield f"says {found[0]}"
    yield from (f"says {word}" for word in SECRET_WORDS if word in text)
    if which == "away" and answer.status_code == 200 and text != "[]":
        yield "tells of another school"


def written(cells: dict[str, dict[str, str]]) -> str:
    """The table as text."""
    wide = max(map(len, cells)) + 1
    head = " " * wide + " ".join(f"{name:>13}" for name in CALLERS)
    lines = [
        name.ljust(wide) + " ".join(f"{row[who]:>13}" for who in CALLERS)
        for name, row in cells.items()
    ]
    return "\n".join([head.rstrip(), *lines]) + "\n"


def read() -> dict[str, dict[str, str]]:
    """The table from its text."""
    lines = [line.split() for line in TABLE.read_text("utf-8").splitlines()[1:]]
    return {
        " ".join(parts[:2]): dict(zip(CALLERS, parts[2:], strict=True))
        for parts in lines
    }


def test_every_operation_answers_every_token_as_the_table_says(site: World) -> None:
    cells, told = walk(site)
    if WRITE in os.environ:
        TABLE.write_text(written(cells), "utf-8")
    assert not (wrong := wrong_cells(cells)), "\n".join(wrong[:40])
    assert not told, "\n".join(told[:40])


@pytest.mark.slow
def test_a_deed_that_is_not_given_is_closed_everywhere(site: World) -> None:
    assert not wrong_cells(walk(site, thorough=True)[0])


def wrong_cells(now: dict[str, dict[str, str]]) -> list[str]:
    """Cells that are not as the table has them."""
    wanted = read()
    return [
        f"{name} with {who}: {came}, the table: {stands}"
        for name in {**wanted, **now}
        for who in CALLERS
        if (came := now.get(name, {}).get(who))
        != (stands := wanted.get(name, {}).get(who))
    ]


def test_every_operation_has_a_row() -> None:
    """A new operation, of a new ledger too, fails here until it has its row."""
    here = {one for one in operations() if "ledgers/jabs" not in one}
    assert here - {" GET"} == set(all_calls())  # the root is no page: 404
    assert set(read()) == set(all_calls())


def test_the_description_has_every_operation() -> None:
    said = {
        f"{path.removeprefix('/api/v1/')} {method.upper()}"
        for path, ways in api.get_openapi_schema()["paths"].items()
        for method in ways
    }
    assert said == set(operations()) - {" GET", OPEN}


def test_the_table_has_no_hole() -> None:
    """Without a token all is closed; nobody gets another school; a deed opens only its own."""
    table = read()
    for name, row in table.items():
        if name == OPEN:
            continue
        assert {row[who] for who in WITHOUT} == {"U--"}, name
        assert "!" not in "".join(row.values()), name
        assert {row[who][2] for who in CALLERS} <= set("FN-"), name
        assert any(row[who][0] == "Y" for who in CALLERS), name
        assert row[ALL][0] == "Y", name


@pytest.mark.parametrize("slug", sorted(set(ledgers()) - {"jabs"}))
def test_a_ledger_opens_only_to_its_deed(slug: str) -> None:
    row = read()[f"ledgers/{slug} GET"]
    opens = {who for who, letters in row.items() if letters[0] == "Y"}
    assert opens == {ledgers()[slug].see.value, ALL}


def test_a_token_never_has_a_deed_that_is_a_persons() -> None:
    """Signing, approving, reporting, reading names, handing out accounts."""
    theirs = {
        Deed.GATE_APPROVE, Deed.DAILY_SIGN, Deed.LIAISON_REPORT, Deed.PEOPLE_SEE,
        Deed.ACCOUNTS, Deed.EXPORT, Deed.GLASS, Deed.PLAN_APPROVE, Deed.SETTINGS,
        Deed.ABSENCE_SIGN_CLASS, Deed.ABSENCE_SIGN_DOCTOR, Deed.INCIDENT_STEP,
    }  # fmt: skip
    assert not theirs & set(AS)


def test_a_token_never_reaches_the_exercise(site: World) -> None:
    secret = secrets(site)["school"][ALL]
    exercise(site.cast)
    double = Unit.objects.get(twin_of=site.cast.units["class_a1"])
    headers = {"Authorization": f"Bearer {secret}"}
    path = f"/api/v1/units/{double.pk}/seats"
    assert Client().get(path, headers=headers).status_code == 404
    assert Person.objects.filter(unit=double).exists()
    for slug in set(ledgers()) - {"jabs"}:
        rows = Client().get(f"/api/v1/ledgers/{slug}?limit=200", headers=headers).json()
        schools = Unit.objects.filter(pk__in={row["school_number"] for row in rows})
        assert not schools.filter(exercise=True).exists(), slug
        assert rows, slug


def test_no_page_takes_a_token(site: World) -> None:
    """A token is for the API alone: to every page whoever has it is nobody."""
    headers = {"Authorization": f"Bearer {secrets(site)['school'][ALL]}"}
    for route in every_route():
        if not route.api and getattr(route.view, ASKED, "public") != "public":
            answer = Client().get(route.address(), headers=headers)
            closed = answer.headers.get("Location", "").startswith("/login/")
            assert closed or answer.status_code in {404, 405}, route.name
