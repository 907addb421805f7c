"""Formulas in every text: whatever leaves as a workbook has texts where people wrote texts."""

import io
import logging
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import quoteattr

import openpyxl
import pytest
from django.apps import apps
from django.db import models, transaction
from django.test import Client

import bihuan.web
from access_world import ROLES, World, world
from bihuan.rules.access import Deed, right
from bihuan.web.ledgers.core.models import Import
from bihuan.web.ledgers.core.registry import ledgers
from bihuan.web.org import clock
from hostile_files import repacked, workbook
from ledger_world.desk import enter
from site_routes import routes
from site_world import MORNING

pytestmark = pytest.mark.django_db
HOT: Final = (
    "=cmd|' /C calc'!A0", "+1+cmd|' /C calc'!A0", "-2+3+cmd|'x'!A0", "@SUM(1+9)*cmd|'x'!A0",
    "\t=1+1", "\r=1+1", '=HYPERLINK("http://evil.example","x")', "http://evil.example/",
    "\uff1d1+1", " =1+1", "'=1+1",
)  # fmt: skip
KEPT: Final = {
    "path",
    "kind",
    "role",
    "state",
    "slot",
    "password",
    "username",
    "code",
    "digest",
}
FILES: Final = (
    "ledger_export", "ledger_template", "ledger_errors", "superior_fill", "plan_file",
    "report_word", "trail_heads",
)  # fmt: skip
"""Routes that hand a file out."""


@pytest.fixture
def site(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[World]:
    del db  # it is only to be there
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    settings.SECOND_FACTOR = False
    logging.disable(logging.CRITICAL)
    yield world()
    logging.disable(logging.NOTSET)


def plant() -> int:
    """A formula into every free text of every table of ours, turn by turn."""
    planted = 0
    for model in apps.get_models():
        if not model.__module__.startswith(("bihuan.", "ledger_world.")):
            continue
        for field in texts(model):
            for number, row in enumerate(model._default_manager.all()[:40]):
                told = HOT[(planted + number) % len(HOT)][: field.max_length or 99]
                try:
                    with transaction.atomic():
                        planted += model._default_manager.filter(pk=row.pk).update(
                            **{field.name: told}
                        )
                except Exception:  # noqa: BLE001, S112  # a guard of the table: the text stays as it was
                    continue
    return planted


def texts(model: type[models.Model]) -> Iterator[Any]:
    """Fields into which somebody may write what he likes."""
    for field in model._meta.get_fields():
        text = isinstance(field, models.CharField | models.TextField)
        if text and not field.choices and field.name not in KEPT:  # type: ignore[union-attr]  # a field
            yield field


def judged(content: bytes, where: str) -> tuple[int, list[str]]:
    """Hot texts in a workbook, and what in it would run or lead away."""
    wrong, hot = [], 0
    for sheet in openpyxl.load_workbook(io.BytesIO(content)).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f" or cell.hyperlink:
                    wrong.append(f"{where} {cell.coordinate}: {cell.value!r}")
                hot += isinstance(cell.value, str) and cell.value[:1] in set("=+-@\t\r")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        for name in book.namelist():
            part = book.read(name)
            if name.startswith("xl/worksheets/") and re.search(rb"<f[ >]", part):
                wrong.append(f"{where} {name}: a formula")
            if b"DDE" in part or b"externalLink" in part:
                wrong.append(f"{where} {name}: a link")
    return hot, wrong


def got(answer: Any) -> bytes:
    """The file of an answer."""
    assert answer.status_code == 200, answer.content.decode()
    return b"".join(answer.streaming_content)


def test_no_ledger_hands_out_a_formula(site: World) -> None:
    enter(site.cast.client("teacher"), site.cast, 1, address="=1+1")
    assert plant() > 300
    wrong: list[str] = []
    seen: dict[str, int] = {}
    for slug, ledger in ledgers().items():
        for who, role in ROLES.items():
            if not (right(role, ledger.see) and right(role, Deed.EXPORT)):
                continue
            client = site.cast.client(who)
            told = {"purpose": "=1+1 报送", "as": "excel"}
            content = got(client.post(f"/ledgers/{slug}/export/", told))
            hot, found = judged(content, f"{slug} by {who}")
            wrong += found
            seen[slug] = seen.get(slug, 0) + hot
    assert not wrong, "\n".join(wrong[:20])
    assert sum(seen.values()) > 60
    exported = {slug for slug, ledger in ledgers().items() if any(
        right(role, ledger.see) and right(role, Deed.EXPORT) for role in ROLES.values()
    )}  # fmt: skip
    assert set(seen) == exported
    assert len(exported) >= 12


def test_no_empty_sheet_has_a_formula(site: World) -> None:
    """Names of units and words of a clerk stand in a template and its drop-downs."""
    plant()
    tried = 0
    for slug, ledger in ledgers().items():
        if ledger.enter is None:
            continue
        who = next(
            name for name, role in ROLES.items()
            if right(role, ledger.enter) and right(role, ledger.see)
        )  # fmt: skip
        answer: Any = site.cast.client(who).get(f"/ledgers/{slug}/template/")
        content = got(answer)
        assert judged(content, slug)[1] == []
        tried += 1
    assert tried >= 4


def given_in(client: Client, content: bytes) -> Import:
    """A sheet of jabs comes in."""
    file = io.BytesIO(content)
    file.name = "台账.xlsx"
    answer = client.post("/ledgers/jabs/import/", {"file": file})
    assert answer.status_code == 302
    return Import.objects.latest("pk")


def bad_sheet(title: str) -> bytes:
    """A ledger's sheet whose every cell is a formula in a text's clothes, under a title."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for n, heading in enumerate(
        ("单位", "日期", "姓名", "疫苗", "计划日期", "备注"), 1
    ):
        sheet.cell(1, n, heading)
    for row, hot in enumerate(HOT, 2):
        for n in range(1, 7):
            cell = sheet.cell(row, n, "x")
            cell.value, cell.data_type = hot.replace("\r", "").replace("\t", ""), "s"
    made = io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as old:
        named = old.read("xl/workbook.xml").decode()
    named = named.replace('name="Sheet"', f"name={quoteattr(title)}")
    other = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            new.writestr(name, named if name == "xl/workbook.xml" else old.read(name))
    return other.getvalue()


ODD_NAMES: Final = (
    "Sheet",
    "a/b\\c",
    "'quoted'",
    "[x]:*?",
    "x" * 40,
    "History",
    "=1+1",
    "台账\u202e",
)


@pytest.mark.parametrize(
    "title",
    [
        "=[1+1]/'",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ODD_NAMES),
    ],
)
def test_bad_rows_come_back_without_a_formula(site: World, title: str) -> None:
    """Under whatever name the sheet came: some are none that a workbook may have."""
    client = site.cast.client("teacher")
    kept = given_in(client, bad_sheet(title))
    assert kept.counts["error"] >= len(HOT) - 1, kept.problems
    answer: Any = client.get(f"/ledgers/jabs/import/{kept.pk}/errors.xlsx")
    hot, wrong = judged(got(answer), title)
    assert not wrong
    assert hot > 10


def test_the_superiors_form_takes_texts_as_texts(site: World) -> None:
    """A name that begins with = stands in the form as a name."""
    plant()
    client = site.cast.client("doctor")
    form = site.places["a1"].rows["superior"]
    sheet = openpyxl.load_workbook(io.BytesIO(bytes(form.file))).sheetnames[0]
    wanted = [{"sheet": sheet, "cell": f"C{n}", "figure": figure} for n, figure in enumerate(("unit", "by", "day"), 30)]  # fmt: skip
    form.mapping = wanted
    form.save(update_fields=["mapping"])
    answer: Any = client.get(f"/superior/{form.pk}/fill/")
    hot, wrong = judged(got(answer), "superior")
    assert not wrong
    assert hot >= 1


def test_every_route_that_hands_a_file_out_is_known() -> None:
    """A view that answers with an attachment and is not listed here fails."""
    known = {name.split()[0] for name in FILES}
    assert known <= {route.name for route in routes()}
    root = Path(bihuan.web.__file__).parent
    handing = sum(
        len(
            re.findall(
                r"as_attachment=True|attachment; filename", path.read_text("utf-8")
            )
        )
        for path in root.rglob("*.py")
    )
    assert handing == len(FILES)
    assert not [
        path
        for path in root.rglob("*.py")
        if re.search(r"^import csv", path.read_text("utf-8"), re.MULTILINE)
    ], "a file of commas needs its own guard"


def test_the_check_would_see_a_formula() -> None:
    """Control: a workbook with one formula, and one with a link, are found."""
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "=1+1"
    made = io.BytesIO()
    book.save(made)
    assert judged(made.getvalue(), "x")[1]
    assert judged(workbook("=1+1"), "x")[1]
    assert not judged(repacked(), "x")[1]
