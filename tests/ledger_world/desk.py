"""What a clerk does with the tests' ledger: enter, export, edit, hand in."""

import io
from typing import Any

import openpyxl
from django.test import Client
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from bihuan.web.ledgers.core.models import Import
from ledger_world.models import Jab
from site_world import Cast


def enter(client: Client, cast: Cast, seat: int, **more: Any) -> Jab:
    """Enter a row of class 1 of school A."""
    pupil = cast.people[f"pupil_a1_{seat}"]
    sent = {"person": pupil.pk, "day": "2026-11-20", "vaccine": "mmr", **more}
    answer = client.post("/ledgers/jabs/new/", {"planned": "2026-12-01", **sent})
    assert answer.status_code == 302, answer.content.decode()
    return Jab.objects.latest("pk")


def export(client: Client, query: str = "", slug: str = "jabs") -> Workbook:
    """The workbook of a ledger."""
    told = {"purpose": "报送教育局", "as": "excel"}
    answer = client.post(f"/ledgers/{slug}/export/{query}", told)
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    return openpyxl.load_workbook(io.BytesIO(content))


def hand_in(client: Client, book: Workbook, name: str = "台账.xlsx") -> Import:
    """A workbook comes back; what is kept of it."""
    content = io.BytesIO()
    book.save(content)
    return hand_in_bytes(client, content.getvalue(), name)


def hand_in_bytes(client: Client, content: bytes, name: str) -> Import:
    """Any file comes in."""
    file = io.BytesIO(content)
    file.name = name
    answer = client.post("/ledgers/jabs/import/", {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    return Import.objects.latest("pk")


def returned(client: Client, kept: Import) -> Workbook:
    """The bad rows of an import."""
    answer = client.get(f"/ledgers/jabs/import/{kept.pk}/errors.xlsx")
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    return openpyxl.load_workbook(io.BytesIO(content))


def first_sheet(book: Workbook) -> Worksheet:
    """The sheet of the ledger."""
    page = book.worksheets[0]
    assert isinstance(page, Worksheet)
    return page


def column(page: Worksheet, heading: str, header: int = 4) -> int:
    """Number of the column with a heading."""
    found = {str(cell.value).strip("*"): cell.column for cell in page[header]}
    return int(found[heading] or 0)
