"""Reading a workbook as clerks hand it in: each bad cell is named, messy ones are read.

The workbooks are broken cell by cell with a library that is not the one we write with.
"""

from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from bihuan.base.problems import Problem
from bihuan.plan.plan import Plan
from bihuan.plan.read import read
from bihuan.plan.save import save
from bihuan.plan.words import ZoneKind
from bihuan.rules.judged import arranged
from world import small_plan

HEADER, FIRST = 3, 5


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cast's plan as a workbook."""
    path = tmp_path_factory.mktemp("good") / "good.xlsx"
    save(small_plan(), path)
    return path


def place(page: Worksheet, header: str, row: int) -> str:
    """The cell of the n-th row (from 1) below the example, by its header."""
    for cell in page[HEADER]:
        if str(cell.value).strip("*") == header:
            return f"{cell.coordinate.removesuffix(str(HEADER))}{FIRST + row - 1}"
    raise KeyError(header)


BROKEN: tuple[tuple[str, str, int, Any, str], ...] = (
    # sheet, header, row, what is written, the problem
    ("班级", "学生数", 1, "五十五", "P101"),
    ("班级", "学生数", 2, 24.5, "P102"),
    ("班级", "住校生数", 3, -3, "P103"),
    ("上级要求", "年级序号", 1, 13, "P103"),
    ("措施", "发热检出率", 1, "120%", "P104"),
    ("措施", "漏检率", 2, "偶尔", "P104"),
    ("区县", "编制日期", 1, "四月二日", "P105"),
    ("校历", "日期", 1, "2020-02-30", "P105"),
    ("作息", "开始", 1, "25:00", "P106"),
    ("措施", "检查时间", 3, "晚自习后", "P106"),
    ("人员", "住校", 1, "也许", "P107"),
    ("场所", "类型", 1, "教师", "P108"),
    ("学校", "学段", 2, "初级", "P108"),
    ("措施", "种类", 11, "佩带口罩", "P108"),
    ("班级", "班级名称", 4, "字" * 32_001, "P109"),
    ("班级", "班级名称", 5, None, "P110"),
    ("责任", "责任", 1, "—", "P110"),
    ("措施", "佩戴率", 4, "90%", "P111"),
    ("班级", "校门", 1, "南门", "P112"),
    ("区县", "区县名称", 2, "另一个县", "P114"),
    ("物资", "库存", 1, "=100+20", "P123"),
    ("物资", "每日用量", 2, "#REF!", "P124"),
    ("任课", "班级", 1, "高一(8)班", "P203"),
    ("物资", "学校", 14, "三高", "P203"),
    ("班级", "班主任", 6, "T12-22", "P203"),
    ("班级", "教室", 7, "R9999", "P204"),
    ("年级", "年级代码", 2, "G10", "P205"),
    ("责任", "B角", 3, "无", "P303"),
    ("文件", "文件编号", 3, "B1", "P205"),
    ("作息", "类型", 3, "早自修课", "P108"),
    ("任课", "周课时", 2, "6节半", "P101"),
)
"""One cell each; the others stay as they were."""


Broken = tuple[dict[tuple[str, str, int], str], tuple[Problem, ...]]


def _break_all(good: Path, path: Path) -> dict[tuple[str, str, int], str]:
    """Break every cell of the table in one workbook; gives the cells by what is broken."""
    book = openpyxl.load_workbook(good)
    cells = {}
    zones = book["场所"]
    names = [cell.value for cell in zones[HEADER]]
    zones.cell(FIRST + 7, names.index("*场所名称") + 1).value = "南门"  # a second one
    for sheet, header, row, value, _code in BROKEN:
        cell = place(book[sheet], header, row)
        book[sheet][cell].value = value
        cells[sheet, header, row] = cell
    book.save(path)
    return cells


@pytest.fixture(scope="module")
def broken(good: Path, tmp_path_factory: pytest.TempPathFactory) -> Broken:
    path = tmp_path_factory.mktemp("broken") / "broken.xlsx"
    cells = _break_all(good, path)
    return cells, arranged(read(path), None)


def test_good_workbook_has_nothing_wrong(good: Path) -> None:
    reading = read(good)
    assert arranged(reading, None) == ()
    assert reading.plan == small_plan()


@pytest.mark.parametrize("what", BROKEN, ids=[f"{b[0]}-{b[1]}-{b[2]}" for b in BROKEN])
def test_each_broken_cell_is_named(
    broken: Broken, what: tuple[str, str, int, Any, str]
) -> None:
    cells, problems = broken
    sheet, header, row, _value, code = what
    cell = cells[sheet, header, row]
    told = {p.code for p in problems if (p.where.sheet, p.where.cell) == (sheet, cell)}
    assert code in told, [str(p) for p in problems if p.where.sheet == sheet]
    assert {p.where.file for p in problems} == {"broken.xlsx"}


def test_problem_says_what_came_what_is_allowed_and_the_closest(
    broken: Broken,
) -> None:
    cells, problems = broken
    cell = cells["场所", "类型", 1]
    (one,) = [p for p in problems if (p.where.sheet, p.where.cell) == ("场所", cell)]
    assert str(one).startswith(
        f"broken.xlsx:场所!{cell}: 「类型」填的是「教师」，可填："
    )
    assert "最接近的是「教室」" in one.said
    assert str(one).endswith("[P108]")


def test_checks_say_nothing_of_a_stand_in(
    broken: Broken,
) -> None:
    cells, problems = broken
    cell = cells["作息", "开始", 1]
    told = [p.code for p in problems if (p.where.sheet, p.where.cell) == ("作息", cell)]
    assert told == ["P106"]


Change = Callable[[Workbook], object]


def _head(page: Worksheet, header: str) -> Any:
    return next(c for c in page[HEADER] if str(c.value).strip("*") == header)


def _rename(sheet: str, header: str, new: str) -> Change:
    return lambda book: setattr(_head(book[sheet], header), "value", new)


def _retitle(sheet: str, new: str) -> Change:
    return lambda book: setattr(book[sheet], "title", new)


def _foreign(book: Workbook) -> None:
    book.create_sheet("责任制")["A1"] = "别的表"


def _again(book: Workbook) -> None:
    book.create_sheet("classes")["A1"] = "x"


def _headless(book: Workbook) -> None:
    book["物资"].delete_rows(1, HEADER)


def _hide(book: Workbook) -> None:
    book["班级"].row_dimensions[FIRST + 1].hidden = True
    book["班级"].column_dimensions["C"].hidden = True


def _empty(book: Workbook) -> None:
    book["区县"].delete_rows(FIRST, 1)


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        (_rename("文件", "标题", "题目是什么"), "P120", "文件!A3"),
        (_rename("联防联控", "电话", "电活号"), "P121", "联防联控!E3"),
        (_rename("文件", "文号", "发文日期"), "P122", "文件!G3"),
        (_retitle("物资", "物资表格"), "P011", "物资表格"),
        (_foreign, "P011", "责任制"),
        (_again, "P012", "classes"),
        (_headless, "P013", "物资!A1"),
        (_hide, "P125", "班级"),
        (_empty, "P113", "区县"),
    ],
)
def test_broken_layout_is_named(
    change: Change, code: str, place: str, good: Path, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(good)
    change(book)
    book.save(tmp_path / "plan.xlsx")
    reading = read(tmp_path / "plan.xlsx")
    found = [p for p in reading.problems if p.code == code]
    at = [str(p.where).removeprefix("plan.xlsx:") for p in found]
    assert at == [place], [str(p) for p in reading.problems]
    assert reading.plan is not None


MESSY: tuple[tuple[str, str, int, Any], ...] = (
    ("区县", "编制日期", 1, "2020.4.2"),
    ("区县", "开学日期", 1, "2020年4月7日"),
    ("区县", "课表周期（天）", 1, "５ 天"),
    ("校历", "日期", 1, "20200426"),
    ("校历", "日期", 2, 43952),
    ("学校", "片区", 1, " 城区\u00a0"),
    ("学校", "学段", 1, "高中"),
    ("学校", "学生数", 1, "144人"),
    ("学校", "上级学校", 1, "无"),
    ("学校", "备注", 1, "—"),
    ("班级", "学校", 1, "一高"),
    ("班级", "年级", 1, "高一年级"),
    ("班级", "年级", 8, "初二"),
    ("班级", "教室", 1, "高一（１）班教室"),
    ("班级", "所属班级", 1, "/"),
    ("班级", "学生数", 1, "２４"),
    ("任课", "班级", 1, "高一1班"),
    ("任课", "班级", 2, "高一（１）班"),
    ("课表", "班级", 1, "初一(1)班"),
    ("课表", "班级", 2, "801"),
    ("人员", "班级", 1, "0"),
    ("人员", "住校", 1, "否"),
    ("作息", "开始", 1, "6点"),
    ("作息", "结束", 1, "６：２０"),
    ("作息", "开始", 2, time(6, 50)),
    ("作息", "结束", 2, 7 / 24 + 20 / 1440),
    ("作息", "开始", 3, "7点20分"),
    ("措施", "发热检出率", 1, "９０％"),
    ("措施", "发热检出率", 2, 0.9),
    ("措施", "场景", 10, "教室、自习"),
    ("措施", "适用范围", 17, "高三"),
    ("措施", "适用范围", 18, "高一， 高二年级"),
    ("措施", "佩戴率", 1, "—"),
    ("场所", "使用者", 15, " 高一 "),
    ("场所", "独立卫生间", 12, "有"),
    ("物资", "库存", 1, "12,000"),
    ("物资", "耐用品", 1, "无"),
    ("物资", "有效期至", 1, date(2021, 12, 31)),
    ("联防联控", "部门", 1, "疾控"),
    ("责任", "七个到位", 1, "D1"),
)
"""Other spellings of what the cells held before."""


def test_messy_cells_are_read_as_meant(good: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(good)
    for sheet, header, row, value in MESSY:
        book[sheet][place(book[sheet], header, row)].value = value
    book.save(tmp_path / "messy.xlsx")
    reading = read(tmp_path / "messy.xlsx")
    assert [str(p) for p in reading.problems] == []
    assert reading.plan is not None
    for name in ("district", "schools", "classes", "people", "zones", "periods"):
        assert getattr(reading.plan, name) == getattr(small_plan(), name), name
    assert reading.plan == small_plan()


def _clerks_own(path: Path) -> None:
    """A workbook that nobody made with our form."""
    book = openpyxl.Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = "区县"
    page.append(["新密市2020年春季学期开学预案"])
    page.append(["名称", "区划代码", "编制日期", "开学日期", "校外发病率"])
    page.append(["新密市", 410183, date(2020, 4, 2), "2020/4/7", 0.2])
    page = book.create_sheet(" 学校 ")
    page.append(["代码", "名称", "学段", "片区"])
    page.append(["YG", "一高", "普通高中", "A1"])
    page = book.create_sheet("场所")
    page.append(["场所一览表"])
    page.merge_cells("A1:F1")
    page.append([None])
    page.append(["学校 *", "代码*", "名称", "类型", "大小和容量", None, "填表人"])
    page.append([None, None, None, None, "面积（㎡）", "床位数（张）", None])
    for column in "ABCD":
        page.merge_cells(f"{column}3:{column}4")
    page.merge_cells("E3:F3")
    page.append(["一高", "D1", "一层寝室", "宿舍", "24平方米", "8张", "张"])
    page.append([None, "D2", "二层寝室", "宿舍", 24, 6, None])
    page.merge_cells("A5:A6")
    page.append([None, None, None, None, None, None, None])
    page.append(["YG", "D3", "三层寝室", "dorm_room", None, "6", None])
    book.create_sheet("草稿")["A1"] = "随便写写"
    book.save(path)


def test_workbook_of_a_clerks_own_making_is_read(tmp_path: Path) -> None:
    _clerks_own(tmp_path / "own.xlsx")
    reading = read(tmp_path / "own.xlsx")
    assert {p.code for p in reading.problems} == {"P011", "P121"}
    plan = reading.plan
    assert plan is not None
    assert [(z.school, z.code, z.kind, z.area, z.beds) for z in plan.zones] == [
        ("YG", "D1", ZoneKind.DORM_ROOM, 24.0, 8),
        ("YG", "D2", ZoneKind.DORM_ROOM, 24.0, 6),
        ("YG", "D3", ZoneKind.DORM_ROOM, None, 6),
    ]
    assert str(plan.where("zones", 2, "beds")) == "own.xlsx:场所!F8"
    assert plan.district.region == "410183"
    assert (plan.district.drawn_up, plan.district.opens) == (
        date(2020, 4, 2),
        date(2020, 4, 7),
    )


def test_example_row_is_left_out_and_only_the_first(good: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(good)
    page = book["片区"]
    page[f"A{FIRST}"].value = "示例：A1"
    book.save(tmp_path / "plan.xlsx")
    plan = _plan(tmp_path / "plan.xlsx")
    assert [area.code for area in plan.areas] == ["示例:A1", "A2"]


def _plan(path: Path) -> Plan:
    plan = read(path).plan
    assert plan is not None
    return plan


def test_row_without_its_key_is_left_out_and_told(good: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(good)
    cell = place(book["班级"], "班级代码", 1)
    book["班级"][cell].value = None
    book.save(tmp_path / "plan.xlsx")
    reading = read(tmp_path / "plan.xlsx")
    assert [(p.code, p.where.cell) for p in reading.problems] == [("P110", cell)]
    assert reading.plan is not None
    assert len(reading.plan.classes) == len(small_plan().classes) - 1


def test_calendar_of_1904_gives_the_same_dates(good: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(good)
    book.epoch = CALENDAR_MAC_1904
    book.save(tmp_path / "mac.xlsx")
    assert _plan(tmp_path / "mac.xlsx") == small_plan()
