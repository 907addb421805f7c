"""Every route that takes a file is handed every hostile one: a clear no, nothing written."""

import ast
import io
import logging
import re
import resource
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest
from django.apps import apps
from django.http import HttpResponse
from django.test import Client
from PIL import Image

import bihuan.web
from access_world import ROLES, World, world
from bihuan.rules.access import right
from bihuan.web.ledgers.core.models import Evidence, Import, SuperiorForm
from bihuan.web.ledgers.core.registry import ledgers
from bihuan.web.org import clock
from bihuan.web.org.models import EnrolmentImport, PlanVersion
from hostile_files import NAMES, Harm, books, photos, polyglot, with_macro, workbook
from site_crawl import Page
from site_world import MORNING

pytestmark = pytest.mark.django_db
MIB: Final = 2**20
EDGE: Final = "x9edge"
KEPT: Final = {
    "import",
    "enrolmentimport",
    "planversion",
    "auditline",
    "audithead",
    "session",
}
"""What may grow by a file that is refused: it is kept with its problems, to be shown."""


@dataclass(frozen=True)
class Door:
    """A route that takes a file: who hands in, where, under which name, with what else."""

    who: str
    address: str
    field: str = "file"
    body: tuple[tuple[str, str], ...] = ()


@pytest.fixture
def site(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[World]:
    del db  # it is only to be there
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    settings.SECOND_FACTOR = False
    logging.disable(logging.CRITICAL)
    yield world()
    logging.disable(logging.NOTSET)


def book_doors(site: World) -> dict[str, Door]:
    """Routes that take a workbook, each with somebody who may use it."""
    place = site.places["a1"]
    at = f"/survey/{place.rows['round'].pk}/{place.klass.pk}/paste/"
    doors = {
        "enrolments": Door("admin", "/people/imports/"),
        "plan_upload": Door(
            "principal", "/plans/upload/", body=(("unit", str(place.school.pk)),)
        ),
        "superior": Door("doctor", "/superior/", body=(("name", "县表"),)),
        "survey_paste": Door("teacher", at),
    }
    for slug, ledger in ledgers().items():
        if ledger.enter is not None:
            who = next(
                name
                for name, role in ROLES.items()
                if right(role, ledger.enter) and right(role, ledger.see)
            )
            doors[f"ledger_import {slug}"] = Door(who, f"/ledgers/{slug}/import/")
    return doors


def photo_doors(site: World) -> dict[str, Door]:
    """Rows to which evidence may be attached."""
    rows = {"liaison": "agency", "visits": "visit", "slips": "slip"}
    return {
        f"ledger_evidence {slug}": Door(
            "doctor", f"/ledgers/{slug}/{site.places['a1'].rows[kind].pk}/evidence/",
            "photo", (("kind", ledgers()[slug].evidence[0].value), ("note", "x")),
        )
        for slug, kind in rows.items()
        if ledgers()[slug].evidence
    }  # fmt: skip


def hand_in(
    client: Client, door: Door, content: bytes, name: str = "台账.xlsx"
) -> HttpResponse:
    """Post a file as a browser does, under a name that no browser may give."""
    parts = [
        f'--{EDGE}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in door.body
    ]
    head = (
        f'--{EDGE}\r\nContent-Disposition: form-data; name="{door.field}"; filename="'
    )
    body = b"".join(
        (
            "".join(parts).encode(), head.encode(),
            name.encode("utf-8", "surrogatepass"),
            b'"\r\nContent-Type: application/octet-stream\r\n\r\n', content,
            f"\r\n--{EDGE}--\r\n".encode(),
        )
    )  # fmt: skip
    kind = f"multipart/form-data; boundary={EDGE}"
    return client.post(door.address, body, content_type=kind, follow=True)  # type: ignore[return-value]  # a monkey-patched HttpResponse


def counted() -> dict[str, int]:
    """Rows of every table."""
    return {
        model._meta.label_lower: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.model_name not in KEPT
    }


def judge(site: World, doors: dict[str, Door], harms: Iterator[Harm]) -> Iterator[str]:
    """What is wrong with the answers: it broke, it said too little, it wrote something."""
    clients = {name: site_client(site, door) for name, door in doors.items()}
    plain = {
        name: said(clients[name].get(door.address)) for name, door in doors.items()
    }
    before = counted()
    for harm in harms:
        for name, door in doors.items():
            answer = hand_in(clients[name], door, harm.content)
            text = answer.content.decode()
            new = "\n".join(said(answer) - plain[name])
            if answer.status_code not in {200, 422}:
                yield f"{name} {harm.name}: {answer.status_code}"
            elif not any(word in new for word in harm.words):
                yield f"{name} {harm.name}: says none of {harm.words}"
            elif "请" not in new:
                yield f"{name} {harm.name}: does not say what to do"
            if "root:" in text or "hahaha" in text:
                yield f"{name} {harm.name}: an entity was resolved"
            if Page(name, text).alive:
                yield f"{name} {harm.name}: a script came to life"
            if (now := counted()) != before:
                more = [table for table in now if now[table] != before[table]]
                yield f"{name} {harm.name}: wrote {more}"
                before = now


def said(answer: Any) -> set[str]:
    """The texts of a page."""
    return set(re.findall(r">([^<>]+)<", answer.content.decode()))


def site_client(site: World, door: Door) -> Client:
    """Whoever uses a door, in a browser that shows 500 as a page."""
    client = site.cast.client(door.who)
    client.raise_request_exception = False
    return client


def test_no_hostile_workbook_gets_in(site: World) -> None:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    doors = book_doors(site)
    wrong = list(judge(site, doors, books()))
    assert not wrong, "\n".join(wrong)
    assert not Import.objects.exclude(state="refused").exclude(
        pk__in=[row.pk for place in site.places.values() for row in place.rows.values() if isinstance(row, Import)]
    ).exists()  # fmt: skip
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024
    assert grown < 320, f"{grown} MiB"


def test_no_hostile_photo_gets_in(site: World) -> None:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wrong = list(judge(site, photo_doors(site), photos()))
    assert not wrong, "\n".join(wrong)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024
    assert grown < 150, f"{grown} MiB"


def test_a_photo_is_drawn_anew(site: World) -> None:
    """Page, maker and place that rode in it are gone; it leaves as a picture and nothing else."""
    door = photo_doors(site)["ledger_evidence liaison"]
    client = site_client(site, door)
    assert hand_in(client, door, polyglot(), "x.html").status_code == 200
    kept = bytes(Evidence.objects.exclude(photo=b"").latest("pk").photo)
    assert b"script" not in kept
    assert b"maker-x9" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()
    row = Evidence.objects.latest("pk")
    answer = client.get(f"/ledgers/liaison/{row.row}/evidence/{row.pk}/")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_no_name_leads_anywhere(site: World, tmp_path: Path) -> None:
    """A sound file under a hostile name: taken or refused, kept under a harmless one."""
    wrong = []
    for name in NAMES:
        for route, door in (book_doors(site) | photo_doors(site)).items():
            content = workbook() if door.field == "file" else polyglot()
            answer = hand_in(site_client(site, door), door, content, name)
            text = answer.content.decode()
            # a part without a file name is text, and text with a NUL stays at the door
            as_text = not name and b"\0" in content
            if answer.status_code not in ({400} if as_text else {200, 422}):
                wrong.append(f"{route} {name[:12]!a}: {answer.status_code}")
            if Page(route, text).alive:
                wrong.append(f"{route} {name[:12]!a}: came to life")
            if "Set-Cookie: x" in str(answer.headers):
                wrong.append(f"{route} {name[:12]!a}: a header of its own")
    assert not wrong, "\n".join(wrong)
    kept = [
        *Import.objects.values_list("file_name", flat=True),
        *EnrolmentImport.objects.values_list("file_name", flat=True),
        *PlanVersion.objects.values_list("file_name", flat=True),
        *SuperiorForm.objects.values_list("file_name", flat=True),
    ]
    assert kept
    assert not [
        name for name in kept if set(name) & set("/\\\0\r\n") or len(name) > 120
    ]
    assert not list(tmp_path.iterdir())


def test_macros_and_links_stay_outside(site: World) -> None:
    """Of a workbook that is filled and given back only sheets are left."""
    door = book_doors(site)["superior"]
    client = site_client(site, door)
    assert hand_in(client, door, with_macro()).status_code == 200
    form = SuperiorForm.objects.get(name="县表")
    answer: Any = client.get(f"/superior/{form.pk}/fill/")
    made = io.BytesIO(b"".join(answer.streaming_content))
    with zipfile.ZipFile(made) as book:
        assert not [n for n in book.namelist() if "vba" in n or "external" in n]
    assert openpyxl.load_workbook(made).worksheets


@pytest.mark.parametrize(
    "route", ["enrolments", "plan_upload", "superior", "survey_paste"]
)
def test_a_file_over_the_limit_is_refused(
    site: World, route: str, settings: Any
) -> None:
    door = book_doors(site)[route]
    settings.UPLOAD_LIMIT = MIB
    large = workbook() + b"\0" * (3 * MIB if route != "superior" else 12 * MIB)
    answer = hand_in(site_client(site, door), door, large)
    assert answer.status_code in {200, 413, 422}
    assert any(word in answer.content.decode() for word in ("太大", "超过"))


def test_every_route_that_takes_a_file_is_tried(site: World) -> None:
    """`FILES` in a view that is not handed anything here fails."""
    reading = {view for path in _sources() for view in _readers(path)}
    assert reading == {
        "imports", "_given", "index", "_read", "upload", "attach",
    }  # fmt: skip
    tried = {name.split()[0] for name in book_doors(site) | photo_doors(site)}
    assert len(tried) == len(reading)
    every = {slug for slug, ledger in ledgers().items() if ledger.enter}
    assert every == {
        name.split()[1] for name in book_doors(site) if name.startswith("ledger_import")
    }


def _sources() -> list[Path]:
    return sorted(Path(bihuan.web.__file__).parent.rglob("*.py"))


def _readers(path: Path) -> Iterator[str]:
    """Functions of a module that ask a request for files."""
    walk: Callable[[Any], Any] = ast.walk
    for node in walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef) and any(
            isinstance(part, ast.Attribute) and part.attr == "FILES"
            for part in walk(node)
        ):
            yield node.name
