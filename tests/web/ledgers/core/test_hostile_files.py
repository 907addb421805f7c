"""Files that are no workbooks, torn, bombs, or say strange things: a located problem each."""

import datetime as dt
import io
import zipfile
from typing import Any

import openpyxl
import pytest
from django.test import Client
from hypothesis import (
    HealthCheck,
    given,
    settings as hypothesis_settings,
    strategies as st,
)

import site_world
from bihuan.web.ledgers.core.models import Import
from bihuan.web.ledgers.core.rows import in_force
from ledger_world.desk import column, enter, export, first_sheet, hand_in, hand_in_bytes
from ledger_world.models import Jab
from site_world import Cast

pytestmark = pytest.mark.django_db
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@pytest.fixture
def cast() -> Cast:
    return site_world.build()


@pytest.fixture
def teacher(cast: Cast) -> Client:
    return cast.client("teacher")


def sheet(*rows: dict[str, Any], headings: tuple[str, ...] = ()) -> openpyxl.Workbook:
    """A sheet with our headings, as somebody made it."""
    names = headings or ("姓名", "疫苗", "计划日期", "剂次", "家长知情", "体温", "反应")
    book = openpyxl.Workbook()
    page = first_sheet(book)
    page.append(["全县统一下发的表"])
    page.append(list(names))
    for row in rows:
        page.append([row.get(name) for name in names])
    return book


def bomb() -> bytes:
    """A workbook whose sheet unpacks to more than anybody reads."""
    made = io.BytesIO()
    plain = io.BytesIO()
    sheet().save(plain)
    with (
        zipfile.ZipFile(plain) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))
        with new.open("xl/worksheets/sheet9.xml", "w") as part:
            for _n in range(120):
                part.write(b" " * 2**20)
    return made.getvalue()


def entity() -> bytes:
    """A workbook with entities that grow."""
    made = io.BytesIO()
    plain = io.BytesIO()
    sheet().save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                dtd = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
                part = dtd + part
            new.writestr(name, part)
    return made.getvalue()


def torn() -> bytes:
    plain = io.BytesIO()
    sheet().save(plain)
    return plain.getvalue()[:-300]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "P006"),
        (b"MZ\x90 not a workbook", "P005"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "P003"),
        (b"PK\x03\x04 torn", "P006"),
        (torn(), "P006"),
        (bomb(), "P007"),
        (entity(), "P006"),
    ],
)
def test_bad_file_is_a_problem_and_nothing_else(
    teacher: Client, content: bytes, code: str
) -> None:
    if not content:  # Django itself refuses an empty file, in the form
        file = io.BytesIO(b"")
        file.name = "空.xlsx"
        answer = teacher.post("/ledgers/jabs/import/", {"file": file})
        assert answer.status_code == 422
        return
    kept = hand_in_bytes(teacher, content, "../../etc/坏 文件.xlsx")
    assert kept.state == "refused"
    assert code in kept.problems[0]
    assert "坏_文件" in kept.problems[0]
    shown = teacher.get(f"/ledgers/jabs/import/{kept.pk}/").content.decode()
    assert "这个文件不能导入" in shown
    answer = teacher.post(f"/ledgers/jabs/import/{kept.pk}/confirm/")
    assert answer.status_code == 409
    assert not Jab.objects.exists()


def test_sheet_without_our_header(teacher: Client) -> None:
    kept = hand_in(teacher, sheet(headings=("物资", "数量")))
    assert kept.state == "refused"
    assert "P013" in kept.problems[0]


def test_file_that_is_too_large(teacher: Client, settings: Any) -> None:
    settings.UPLOAD_LIMIT = 100
    content = io.BytesIO()
    sheet().save(content)
    content.seek(0)
    content.name = "x.xlsx"
    answer = teacher.post("/ledgers/jabs/import/", {"file": content})
    assert answer.status_code == 422
    assert not Import.objects.exists()


def wrong(teacher: Client, **told: Any) -> str:
    """What is said of a row with one bad cell."""
    good = {"姓名": "学生A101", "疫苗": "流感", "计划日期": "2026-12-01"}
    kept = hand_in(teacher, sheet({**good, **told}))
    assert kept.counts["error"] == 1, kept.preview
    (line,) = kept.preview
    return "；".join(f"{cell} {said}" for cell, said in line["wrong"])


@pytest.mark.parametrize(
    ("told", "cell", "said"),
    [
        ({"计划日期": "2026-02-30"}, "C3", "不是日期"),
        ({"计划日期": "明天"}, "C3", "不是日期"),
        ({"计划日期": None}, "C3", "必填"),
        ({"剂次": "一支半"}, "D3", "应该是数字"),
        ({"剂次": 1.5}, "D3", "应该是整数"),
        ({"剂次": -1}, "D3", "之间"),
        ({"体温": "365"}, "F3", "之间"),
        ({"家长知情": "也许"}, "E3", "应该是「是」或「否」"),
        ({"反应": "发热、咳血"}, "G3", "咳血"),
        ({"姓名": "学生B101"}, "A3", "没有这个人"),
        ({"姓名": "学生A201"}, "A3", "没有这个人"),
        ({"疫苗": '=HYPERLINK("http://x")'}, "B3", "公式"),
    ],
)
def test_bad_cell_is_told_at_its_place(
    teacher: Client, told: dict[str, Any], cell: str, said: str
) -> None:
    heard = wrong(teacher, **told)
    assert cell in heard
    assert said in heard


@pytest.mark.parametrize(
    ("told", "stored"),
    [
        ({"计划日期": "2026.3.1"}, {"planned": dt.date(2026, 3, 1)}),
        ({"计划日期": "20260301"}, {"planned": dt.date(2026, 3, 1)}),
        ({"计划日期": 20260301}, {"planned": dt.date(2026, 3, 1)}),
        ({"计划日期": "２０２６年３月１日"}, {"planned": dt.date(2026, 3, 1)}),
        ({"计划日期": 46082}, {"planned": dt.date(2026, 3, 1)}),
        ({"计划日期": dt.datetime(2026, 3, 1)}, {"planned": dt.date(2026, 3, 1)}),  # noqa: DTZ001  # Excel has no zones
        ({"家长知情": "否"}, {"told": False}),
        ({"家长知情": "√"}, {"told": True}),
        ({"家长知情": "—"}, {"told": None}),
        ({"反应": "无"}, {"signs": []}),
        ({"反应": "发热，皮疹"}, {"signs": ["fever", "rash"]}),
        ({"剂次": "２支"}, {"doses": 2}),
        ({"姓名": " 学生 Ａ１０１ "}, {"vaccine": "flu"}),
        ({"姓名": "A101"}, {"vaccine": "flu"}),
        ({"姓名": "学生A101（A101）"}, {"vaccine": "flu"}),
    ],
)
def test_cells_as_clerks_write_them(
    cast: Cast, teacher: Client, told: dict[str, Any], stored: dict[str, Any]
) -> None:
    good = {"姓名": "学生A101", "疫苗": "流感", "计划日期": "2026-12-01"}
    kept = hand_in(teacher, sheet({**good, **told}))
    assert kept.counts["new"] == 1, kept.preview
    teacher.post(f"/ledgers/jabs/import/{kept.pk}/confirm/")
    row = Jab.objects.get()
    assert row.person == cast.people["pupil_a1_1"]
    assert {name: getattr(row, name) for name in stored} == stored


def test_same_row_twice_in_a_file(teacher: Client) -> None:
    good = {"姓名": "学生A101", "疫苗": "流感", "计划日期": "2026-12-01"}
    kept = hand_in(teacher, sheet(good, good))
    assert kept.counts == {"new": 1, "change": 0, "same": 0, "error": 1}
    assert "与第3行重复" in str(kept.preview)


def test_row_is_known_by_its_key_too(cast: Cast, teacher: Client) -> None:
    enter(teacher, cast, 1, vaccine="flu")
    good = {"姓名": "学生A101", "疫苗": "流感", "计划日期": "2026-12-09"}
    kept = hand_in(teacher, sheet(good))
    assert kept.counts == {"new": 0, "change": 1, "same": 0, "error": 0}
    shown = teacher.get(f"/ledgers/jabs/import/{kept.pk}/").content.decode()
    assert "2026-12-01" in shown
    assert "2026-12-09" in shown


def test_number_of_somebody_elses_row(cast: Cast, teacher: Client) -> None:
    row = enter(cast.client("teacher"), cast, 1)
    book = export(teacher)
    other = cast.client("teacher2")
    kept = hand_in(other, book)
    assert kept.counts["error"] == 1
    assert f"没有编号{row.pk}的记录" in str(kept.preview)
    assert in_force(Jab.objects.all()).count() == 1


def test_namesakes_are_asked_for_their_number(cast: Cast, teacher: Client) -> None:
    other = cast.people["pupil_a1_2"]
    other.name = cast.people["pupil_a1_1"].name
    other.save()
    assert "请填学号：A101、A102" in wrong(teacher)


def test_too_many_rows_are_told(teacher: Client) -> None:
    rows = [{"姓名": f"学生{n}", "疫苗": "流感"} for n in range(5_001)]
    kept = hand_in(teacher, sheet(*rows))
    assert kept.state == "refused"
    assert "一次最多导入5000行" in kept.problems[0]


def test_script_in_a_sheet_is_text(teacher: Client) -> None:
    kept = hand_in(teacher, sheet({"姓名": "<script>x</script>", "疫苗": "流感"}))
    shown = teacher.get(f"/ledgers/jabs/import/{kept.pk}/").content.decode()
    assert "<script>x" not in shown


@hypothesis_settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(batch=TEXT, address=TEXT, note=TEXT)
def test_export_that_nobody_edited_says_same(
    cast: Cast, teacher: Client, batch: str, address: str, note: str
) -> None:
    Jab.objects.all().delete()
    enter(teacher, cast, 1, batch=batch, address=address, note=note)
    kept = hand_in(teacher, export(teacher))
    assert kept.counts == {"new": 0, "change": 0, "same": 1, "error": 0}, kept.preview


def test_masked_number_that_comes_back_overwrites_nothing(
    cast: Cast, teacher: Client
) -> None:
    row = enter(teacher, cast, 1, address="和平路5号 13812345678", batch="无")
    book = export(teacher)
    page = first_sheet(book)
    assert "138****5678" in str(page.cell(5, column(page, "住址")).value)
    page.cell(5, column(page, "剂次")).value = 2
    page.cell(5, column(page, "编号")).value = None
    kept = hand_in(teacher, book)
    teacher.post(f"/ledgers/jabs/import/{kept.pk}/confirm/")
    fresh = Jab.objects.latest("pk")
    told = (fresh.replaces_id, fresh.doses, fresh.address, fresh.batch)
    assert told == (row.pk, 2, "和平路5号 13812345678", "无")


def test_hidden_rows_are_read_and_told(cast: Cast, teacher: Client) -> None:
    enter(teacher, cast, 1)
    book = export(teacher)
    page = first_sheet(book)
    page.row_dimensions[5].hidden = True
    page.cell(5, column(page, "批号")).value = "藏起来的"
    kept = hand_in(teacher, book)
    assert kept.counts["change"] == 1
    assert "P125" in kept.problems[0]
