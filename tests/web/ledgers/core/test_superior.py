"""The superior's own form is kept as it came, mapped on a page, filled from what is held."""

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.test import Client
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.workbook import Workbook

import site_world
from bihuan.web.ledgers.core.models import SuperiorForm
from bihuan.web.ledgers.daily.models import DailyReport
from bihuan.web.org import clock
from bihuan.web.org.models import AuditLine
from ledger_world.desk import first_sheet
from site_world import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(settings: Any) -> Cast:
    settings.SECOND_FACTOR = False
    return site_world.build()


@pytest.fixture
def bureau(cast: Cast) -> Client:
    return cast.client("bureau")


def form() -> Workbook:
    """A form as a city's office sends it."""
    book = openpyxl.Workbook()
    page = first_sheet(book)
    page.title = "日报"
    page["A1"] = "市疫情防控日报表"
    page["A1"].font = Font(bold=True, size=18)
    page.merge_cells("A1:E1")
    page["A2"] = "填报单位"
    page.append(["病假", "其中发热", "应到", "合计"])
    page["D4"] = "=A4+B4"
    page["A2"].comment = Comment("填全称", "市")
    page["E3"].hyperlink = "http://example.invalid/"
    return book


def upload(client: Client, book: Workbook | bytes, name: str = "市日报") -> Any:
    if isinstance(book, bytes):
        content = io.BytesIO(book)
    else:
        content = io.BytesIO()
        book.save(content)
        content.seek(0)
    content.name = "日报表.xlsx"
    return client.post("/superior/", {"name": name, "file": content})


def fill(client: Client, kept: SuperiorForm, day: dt.date | None = None) -> Workbook:
    query = f"?day={day.isoformat()}" if day else ""
    answer = client.get(f"/superior/{kept.pk}/fill/{query}")
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    return openpyxl.load_workbook(io.BytesIO(content))


def report(cast: Cast, unit: str, day: dt.date, **figures: int) -> DailyReport:
    at = cast.units[unit]
    return DailyReport.objects.create(
        unit=at, school=at, day=day, at=clock.now(), state="filled", figures=figures
    )


def test_headings_are_found_and_figures_filled(cast: Cast, bureau: Client) -> None:
    assert upload(bureau, form()).status_code == 302
    kept = SuperiorForm.objects.get()
    guess = {told["cell"]: told["figure"] for told in kept.mapping}
    assert guess == {
        "B2": "unit",
        "A4": "daily.sick",
        "B4": "daily.fever",
        "C4": "daily.expected",
    }
    report(cast, "bureau", clock.today(), sick=12, fever=0)
    page = first_sheet(fill(bureau, kept))
    assert (page["A4"].value, page["B4"].value) == (12, 0)
    assert page["C4"].value == "未报"
    assert page["D4"].value == "=A4+B4"
    assert page["B2"].value == "示例市教体局"
    assert page["A1"].font.size == 18
    assert "A1:E1" in {str(area) for area in page.merged_cells.ranges}
    line = AuditLine.objects.get(deed="superior.fill")
    assert (line.body["cells"], line.body["missing"]) == (4, 1)


def test_day_without_a_report_is_missing_not_zero(cast: Cast, bureau: Client) -> None:
    upload(bureau, form())
    report(cast, "bureau", clock.today(), sick=12)
    page = first_sheet(fill(bureau, SuperiorForm.objects.get(), dt.date(2026, 3, 9)))
    assert [page[cell].value for cell in ("A4", "B4", "C4")] == ["未报"] * 3


def test_office_edits_the_mapping(cast: Cast, bureau: Client) -> None:
    upload(bureau, form())
    kept = SuperiorForm.objects.get()
    sent = {
        "sheet": ["日报", "日报", "日报"],
        "cell": ["c5", "E1", ""],
        "figure": ["daily.sick", "day", "daily.fever"],
        "unit": ["A", "", ""],
    }
    assert bureau.post(f"/superior/{kept.pk}/", sent).status_code == 302
    report(cast, "school_a", clock.today(), sick=7)
    page = first_sheet(fill(bureau, kept))
    assert page["C5"].value == 7
    assert page["A4"].value is None
    shown = bureau.get(f"/superior/{kept.pk}/").content.decode()
    assert "市疫情防控日报表" in shown
    assert ">7<" in shown


@pytest.mark.parametrize(
    ("cell", "figure", "said"),
    [
        ("D4", "daily.sick", "是公式"),
        ("5C", "daily.sick", "没有这一格"),
        ("A9999999", "daily.sick", "没有这一格"),
        ("C5", "absences.person", "没有这个数"),
        ("C5", "jabs.person", "没有这个数"),
    ],
)
def test_mapping_that_cannot_be_is_refused(
    bureau: Client, cell: str, figure: str, said: str
) -> None:
    upload(bureau, form())
    kept = SuperiorForm.objects.get()
    sent = {"sheet": ["日报"], "cell": [cell], "figure": [figure], "unit": [""]}
    answer = bureau.post(f"/superior/{kept.pk}/", sent)
    assert answer.status_code == 409
    assert said in answer.content.decode()
    assert len(SuperiorForm.objects.get().mapping) == 4


def test_bad_file_is_refused(bureau: Client) -> None:
    answer = upload(bureau, b"PK\x03\x04 torn")
    assert answer.status_code == 422
    assert "P006" in answer.content.decode()
    assert not SuperiorForm.objects.exists()


def test_forms_of_others_do_not_exist(cast: Cast, bureau: Client) -> None:
    upload(bureau, form())
    kept = SuperiorForm.objects.get()
    for who in ("principal", "doctor", "principal_b"):
        client = cast.client(who)
        assert client.get(f"/superior/{kept.pk}/").status_code == 404
        assert client.get(f"/superior/{kept.pk}/fill/").status_code == 404
        assert client.post(f"/superior/{kept.pk}/drop/").status_code == 404
    assert cast.client("teacher").get("/superior/").status_code == 403


def test_form_is_dropped(bureau: Client) -> None:
    upload(bureau, form())
    bureau.post(f"/superior/{SuperiorForm.objects.get().pk}/drop/")
    assert not SuperiorForm.objects.exists()
    assert "还没有上级的表" in bureau.get("/superior/").content.decode()
