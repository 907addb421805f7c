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
from ledger_world.desk import column, enter, export, first_sheet, hand_in, returned
from ledger_world.models import Jab
from site_world import Cast

pytestmark = pytest.mark.django_db

NEW: dict[str, Any] = {
    "姓名": "学生A103",
    "疫苗": "流感",
    "计划日期": "2026.12.5",
    "日期": 20261121,
}
BAD: dict[str, Any] = {"姓名": "学生A104", "疫苗": "麻腮疯", "计划日期": "下周"}
NOBODY: dict[str, Any] = {
    "姓名": "查无此人",
    "疫苗": "流感",
    "计划日期": 46000,
    "单位": "902",
}
HOT: dict[str, Any] = {
    "姓名": "A105",
    "疫苗": "百白破",
    "计划日期": 46000,
    "体温": "52度",
}


@pytest.fixture
def cast() -> Cast:
    return site_world.build()


@pytest.fixture
def teacher(cast: Cast) -> Client:
    return cast.client("teacher")


@pytest.fixture
def first(cast: Cast, teacher: Client) -> Jab:
    return enter(teacher, cast, 1, batch="X1")


@pytest.fixture
def second(cast: Cast, teacher: Client, first: Jab) -> Jab:
    del first
    return enter(teacher, cast, 2)


@pytest.fixture
def edited(teacher: Client, second: Jab) -> openpyxl.Workbook:
    """The sheet as a clerk edits it: a change, a new row, three mistakes, one untouched."""
    del second
    book = export(teacher)
    page = first_sheet(book)
    page.cell(5, column(page, "批号")).value = "２０２６-B"
    page.cell(5, column(page, "家长知情")).value = "是"
    page.insert_rows(7, 4)
    for row, told in enumerate((NEW, BAD, NOBODY, HOT), 7):
        write(page, row, told)
    return book


def write(page: Worksheet, row: int, told: dict[str, Any]) -> None:
    for heading, value in told.items():
        page.cell(row, column(page, heading)).value = value


def test_sheet_is_the_paper_one(teacher: Client, second: Jab) -> None:
    page = first_sheet(export(teacher))
    assert page["A1"].value == "《疫苗补种登记》"
    assert "高三(1)班" in str(page["A2"].value)
    assert page.print_title_rows == "$4:$4"
    assert page.page_setup.orientation == "landscape"
    assert page.page_setup.paperSize == 9
    names = [page.cell(row, column(page, "姓名")).value for row in (5, 6)]
    assert names == ["学生A102", "学生A101"]
    assert page.cell(5, column(page, "编号")).value == str(second.pk)
    assert page.cell(5, column(page, "编号")).number_format == "@"
    foot = [str(row[0].value) for row in page.iter_rows(min_row=7) if row[0].value]
    assert "填报人：" in foot[1]
    assert "负责人：" in foot[1]
    assert "示例teacher" in foot[2]
    assert "用途：报送教育局" in foot[2]
    assert len(page.data_validations.dataValidation) == 3


def test_preview_tells_what_each_row_would_do(
    teacher: Client, edited: openpyxl.Workbook
) -> None:
    kept = hand_in(teacher, edited)
    assert kept.problems == []
    assert kept.counts == {"new": 1, "change": 1, "same": 1, "error": 3}
    shown = teacher.get(f"/ledgers/jabs/import/{kept.pk}/").content.decode()
    assert "会新增1条，更正1条；1条没有变，3条有错" in shown
    assert (
        first_sheet(edited).cell(8, column(first_sheet(edited), "疫苗")).coordinate
        in shown
    )
    assert "最接近的是「麻腮风」" in shown
    assert Jab.objects.count() == 2


def test_confirming_writes_what_was_shown(
    cast: Cast, teacher: Client, first: Jab, second: Jab, edited: openpyxl.Workbook
) -> None:
    kept = hand_in(teacher, edited)
    assert teacher.post(f"/ledgers/jabs/import/{kept.pk}/confirm/").status_code == 302
    rows = in_force(Jab.objects.all())
    assert rows.count() == 3
    changed = rows.get(person=cast.people["pupil_a1_2"])
    told = (changed.batch, changed.told, changed.replaces_id)
    assert told == ("２０２６-B", True, second.pk)
    fresh = rows.get(person=cast.people["pupil_a1_3"])
    assert str(fresh.planned) == "2026-12-05"
    assert (str(fresh.day), fresh.vaccine) == ("2026-11-21", "flu")
    assert rows.filter(pk=first.pk).exists()
    lines = AuditLine.objects.filter(deed="ledger.import")
    assert lines.filter(subject=f"ledgers.Import:{kept.pk}").count() == 1
    assert "查无此人" not in str(list(lines.values_list("body", flat=True)))


def test_bad_rows_come_back_mended(
    cast: Cast, teacher: Client, edited: openpyxl.Workbook
) -> None:
    del cast
    kept = hand_in(teacher, edited)
    teacher.post(f"/ledgers/jabs/import/{kept.pk}/confirm/")
    book = returned(teacher, kept)
    page = first_sheet(book)
    said = [str(page.cell(n, column(page, "错误说明")).value) for n in (5, 6, 7)]
    assert "麻腮疯" in said[0]
    assert "下周" in said[0]
    assert "902" in said[1]
    assert "52度" in said[2]
    assert page.max_row == 7

    write(page, 5, {"疫苗": "麻腮风", "计划日期": "2026年12月6日"})
    write(page, 6, {"单位": "高三1班", "姓名": "学生A106"})
    write(page, 7, {"体温": "36.5℃"})
    again = hand_in(teacher, book)
    assert again.counts == {"new": 3, "change": 0, "same": 0, "error": 0}
    teacher.post(f"/ledgers/jabs/import/{again.pk}/confirm/")
    assert in_force(Jab.objects.all()).count() == 6


def test_sheet_that_is_returned_twice_has_one_explanation(
    teacher: Client, edited: openpyxl.Workbook
) -> None:
    first = returned(teacher, hand_in(teacher, edited))
    second = first_sheet(returned(teacher, hand_in(teacher, first)))
    heads = [str(cell.value) for cell in second[4]]
    assert heads.count("错误说明") == 1
    assert second.max_row == 7


def test_whole_import_is_undone(
    teacher: Client, first: Jab, second: Jab, edited: openpyxl.Workbook
) -> None:
    kept = hand_in(teacher, edited)
    teacher.post(f"/ledgers/jabs/import/{kept.pk}/confirm/")
    teacher.post(f"/ledgers/jabs/import/{kept.pk}/undo/")
    rows = in_force(Jab.objects.all())
    assert {row.pk for row in rows} == {first.pk, second.pk}
    second.refresh_from_db()
    assert second.state == "todo"
    kept.refresh_from_db()
    assert kept.state == "undone"
    again = teacher.post(f"/ledgers/jabs/import/{kept.pk}/undo/")
    assert again.status_code == 409


def test_undo_is_refused_once_a_row_was_worked_on(
    cast: Cast, teacher: Client, edited: openpyxl.Workbook
) -> None:
    kept = hand_in(teacher, edited)
    teacher.post(f"/ledgers/jabs/import/{kept.pk}/confirm/")
    row = in_force(Jab.objects.all()).get(person=cast.people["pupil_a1_3"])
    sent = {"given_at": "2026-11-24T09:00", "batch": "B7"}
    assert teacher.post(f"/ledgers/jabs/{row.pk}/take/give/", sent).status_code == 302
    refused = teacher.post(f"/ledgers/jabs/import/{kept.pk}/undo/")
    assert refused.status_code == 409
    assert "其中1条已经办过" in refused.content.decode()
    assert in_force(Jab.objects.all()).count() == 3


def test_confirmation_is_of_what_was_shown_and_nothing_else(
    cast: Cast, teacher: Client, second: Jab, edited: openpyxl.Workbook
) -> None:
    del cast
    kept = hand_in(teacher, edited)
    sent = {"person": second.person_id, "day": "2026-11-20", "vaccine": "mmr"}
    more = {"planned": "2026-12-01", "batch": "人工改的"}
    teacher.post(f"/ledgers/jabs/{second.pk}/correct/", {**sent, **more})
    answer = teacher.post(f"/ledgers/jabs/import/{kept.pk}/confirm/")
    assert answer.status_code == 409
    assert "预览以后有人改过" in answer.content.decode()
    kept.refresh_from_db()
    assert kept.state == "preview"
    assert kept.counts["error"] == 4


def test_another_teacher_sees_no_import(
    cast: Cast, teacher: Client, edited: openpyxl.Workbook
) -> None:
    kept = hand_in(teacher, edited)
    other = cast.client("teacher2")
    for what in ("", "confirm/", "undo/", "errors.xlsx"):
        address = f"/ledgers/jabs/import/{kept.pk}/{what}"
        ask = other.post if what in ("confirm/", "undo/") else other.get
        assert ask(address).status_code == 404
    assert Import.objects.get().state == "preview"


def test_template_is_read_without_its_example(teacher: Client) -> None:
    answer = teacher.get("/ledgers/jabs/template/")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = first_sheet(book)
    assert page["A5"].value == "示例"
    assert page.cell(5, column(page, "疫苗")).value == "麻腮风"
    assert hand_in(teacher, book).counts == {
        "new": 0,
        "change": 0,
        "same": 0,
        "error": 0,
    }
    write(page, 6, NEW)
    assert hand_in(teacher, book).counts["new"] == 1
