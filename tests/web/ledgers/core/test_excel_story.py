"""A ledger's Excel leaves, is edited as a clerk would, comes back, is mended, undone."""

import io
from typing import Any

import openpyxl
import pytest
from django.test import Client
from openpyxl.worksheet.worksheet import Worksheet

import site_world
from bihuan.web.ledgers.core.models import Import
from bihuan.web.ledgers.core.rows import in_force
from bihuan.web.org.models import AuditLine
from ledger_world.models import Jab
from site_world import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return site_world.build()


def enter(client: Client, cast: Cast, seat: int, **more: Any) -> Jab:
    pupil = cast.people[f"pupil_a1_{seat}"]
    sent = {"person": pupil.pk, "day": "2026-11-20", "vaccine": "mmr", **more}
    response = client.post("/ledgers/jabs/new/", {"planned": "2026-12-01", **sent})
    assert response.status_code == 302, response.content.decode()
    return Jab.objects.latest("pk")


def export(client: Client, query: str = "") -> openpyxl.Workbook:
    address = f"/ledgers/jabs/export/{query}"
    response = client.post(address, {"purpose": "报送教育局", "as": "excel"})
    assert response.status_code == 200
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    return openpyxl.load_workbook(io.BytesIO(content))


def hand_in(client: Client, book: openpyxl.Workbook, name: str = "台账.xlsx") -> Import:
    content = io.BytesIO()
    book.save(content)
    content.seek(0)
    content.name = name
    response = client.post("/ledgers/jabs/import/", {"file": content})
    assert response.status_code == 302, response.content.decode()
    return Import.objects.latest("pk")


def column(page: Worksheet, heading: str, header: int = 4) -> int:
    found = {str(cell.value).strip("*"): cell.column for cell in page[header]}
    return int(found[heading])


def test_excel_leaves_is_edited_and_comes_back(cast: Cast) -> None:
    teacher = cast.client("teacher")
    first = enter(teacher, cast, 1, batch="X1")
    second = enter(teacher, cast, 2)

    book = export(teacher)
    page = book.worksheets[0]
    assert page["A1"].value == "《疫苗补种登记》"
    assert "高三(1)班" in page["A2"].value
    assert page.print_title_rows == "$4:$4"
    assert page.page_setup.orientation == "landscape"
    assert int(page.page_setup.paperSize) == 9
    names = [page.cell(row, column(page, "姓名")).value for row in (5, 6)]
    assert sorted(names) == ["学生A101", "学生A102"]
    assert page.cell(5, column(page, "编号")).value == str(second.pk)

    # a clerk edits: a change, a new row, three rows with mistakes, one row left as it is
    page.cell(5, column(page, "批号")).value = "２０２６-B"
    page.cell(5, column(page, "家长知情")).value = "是"
    new = {
        "姓名": "学生A103",
        "疫苗": "流感",
        "计划日期": "2026.12.5",
        "日期": 20261121,
    }
    bad = {"姓名": "学生A104", "疫苗": "麻腮疯", "计划日期": "下周"}
    nobody = {"姓名": "查无此人", "疫苗": "流感", "计划日期": 46000, "单位": "902"}
    hot = {"姓名": "A105", "疫苗": "百白破", "计划日期": 46000, "体温": "52度"}
    page.insert_rows(7, 4)
    for row, told in enumerate((new, bad, nobody, hot), 7):
        for heading, value in told.items():
            page.cell(row, column(page, heading)).value = value

    kept = hand_in(teacher, book)
    assert kept.problems == []
    assert kept.counts == {"new": 1, "change": 1, "same": 1, "error": 3}
    shown = teacher.get(f"/ledgers/jabs/import/{kept.pk}/").content.decode()
    assert "会新增1条，更正1条；1条没有变，3条有错" in shown
    cell = f"{page.cell(8, column(page, '疫苗')).coordinate}"
    assert cell in shown
    assert "麻腮风" in shown
    assert Jab.objects.count() == 2

    response = teacher.post(f"/ledgers/jabs/import/{kept.pk}/confirm/")
    assert response.status_code == 302
    rows = in_force(Jab.objects.all())
    assert rows.count() == 3
    changed = rows.get(person=cast.people["pupil_a1_2"])
    assert (changed.batch, changed.told, changed.replaces_id) == (
        "２０２６-B",
        True,
        second.pk,
    )
    fresh = rows.get(person=cast.people["pupil_a1_3"])
    assert (str(fresh.planned), str(fresh.day), fresh.vaccine) == (
        "2026-12-05",
        "2026-11-21",
        "flu",
    )
    assert rows.filter(pk=first.pk).exists()

    # the bad rows come back in their own sheet, are mended there and handed in again
    response = teacher.get(f"/ledgers/jabs/import/{kept.pk}/errors.xlsx")
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    returned = openpyxl.load_workbook(io.BytesIO(content))
    page = returned.worksheets[0]
    wrong = column(page, "错误说明")
    said = [str(page.cell(row, wrong).value) for row in (5, 6, 7)]
    assert "麻腮疯" in said[0]
    assert "下周" in said[0]
    assert "查无此人" not in said[1]
    assert "902" in said[1]
    assert "52度" in said[2]
    assert page.max_row == 7
    page.cell(5, column(page, "疫苗")).value = "麻腮风"
    page.cell(5, column(page, "计划日期")).value = "2026年12月6日"
    page.cell(6, column(page, "单位")).value = "高三1班"
    page.cell(6, column(page, "姓名")).value = "学生A106"
    page.cell(7, column(page, "体温")).value = "36.5℃"
    again = hand_in(teacher, returned)
    assert again.counts == {"new": 3, "change": 0, "same": 0, "error": 0}
    teacher.post(f"/ledgers/jabs/import/{again.pk}/confirm/")
    assert in_force(Jab.objects.all()).count() == 6

    # both imports are undone, the later one first
    for number in (again.pk, kept.pk):
        teacher.post(f"/ledgers/jabs/import/{number}/undo/")
    assert {row.pk for row in in_force(Jab.objects.all())} == {first.pk, second.pk}
    second.refresh_from_db()
    assert second.state == "todo"
    deeds = AuditLine.objects.filter(subject=f"ledgers.Import:{kept.pk}")
    assert deeds.filter(deed="ledger.import").exists()
