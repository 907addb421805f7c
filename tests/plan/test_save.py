"""Saving a plan: what is written is read back, and a file appears whole or not at all."""

import datetime as dt
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from bihuan.base.ids import AreaCode
from bihuan.plan.duties import Supply
from bihuan.plan.load.cells import canonical, canonical_code, is_nothing, members
from bihuan.plan.load.headers import (
    SHEET,
    SHEETS,
    Column,
    Sheet,
    defaults,
    hints,
    kind_of,
    ordered,
)
from bihuan.plan.measures import type_of
from bihuan.plan.places import Area
from bihuan.plan.plan import TABLES, Plan
from bihuan.plan.read import read
from bihuan.plan.save import save
from bihuan.plan.template import template
from bihuan.plan.words import Post, Unit, Word
from world import small_plan

HOSTILE = (
    "=1+1", "+86", "-5", "@SUM(A1)", '=HYPERLINK("http://x")', "http://example.org",
    "示例：一高", "Example", "#REF!", "_x0041_", "_x005F_x000D_", "'quoted", '"', "a: b # c",
    "- x", "{a}", "[b]", "!tag", "&anchor", "*alias", "%", "null", "~", "yes", "0x1F",
    "1e3", "07:20", "2020-04-07", "00123", "1.10", "a\nb", "a\tb", "二〇二〇\u3000年",
    "\u202eabc", "😀", "<b>&amp;</b>", "]]>", "{came}", "１２", "a, b；c、d", "e\u0301", "0", "否",
)  # fmt: skip
ANY_TEXT = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12))


def texts() -> st.SearchStrategy[str]:
    """Texts as a reader makes them; none is what a reference to nothing may be."""
    return ANY_TEXT.map(canonical).filter(
        lambda text: not is_nothing(text) and not text.startswith("~")
    )


def codes() -> st.SearchStrategy[str]:
    """Codes as a reader makes them, without a separator."""
    return (
        ANY_TEXT.map(lambda text: canonical_code(text).translate(_SEPARATORS))
        .map(canonical_code)
        .filter(lambda text: not is_nothing(text) and text not in ("0", "否"))
    )


_SEPARATORS = {ord(mark): "" for mark in "、,;/\\ \t\n"}
Known = Mapping[str, Sequence[str]]


def one(cls: type, column: Column, known: Known) -> st.SearchStrategy[Any]:
    """Values of one field, by its annotation and what its column says."""
    held = hints(cls)[column.name]
    if column.refers:
        values = _references(column, known)
    elif issubclass(held.of, Word):
        values = st.sampled_from(members(held.of))
    else:
        values = _plain(held.of, held.unit, column)
    usual = defaults(cls)
    if held.many:
        return st.lists(values, max_size=3).map(tuple)
    blank = [st.just(usual[column.name])] if column.name in usual else []
    return st.one_of(values, *blank)


def _references(column: Column, known: Known) -> st.SearchStrategy[str]:
    there = [code for table in column.refers for code in known.get(table, ())]
    missing = st.from_regex(r"~[a-z]{1,4}", fullmatch=True)
    return st.one_of(st.sampled_from(there), missing) if there else missing


def _plain(of: type, unit: str, column: Column) -> st.SearchStrategy[Any]:
    high = 1.0 if unit == "Share" else column.high
    low = 0.0 if unit == "Share" else column.low
    simple: dict[type, Callable[[], st.SearchStrategy[Any]]] = {
        str: lambda: codes() if unit or column.name in ("towns", "days") else texts(),
        int: lambda: st.integers(int(low), int(high or 10**9)),
        float: lambda: st.floats(low, high, allow_nan=False, allow_infinity=False),
        dt.date: st.dates,
        dt.time: lambda: st.times().map(lambda time: time.replace(microsecond=0)),
        bool: st.booleans,
    }
    return simple[of]()


def rows(sheet: Sheet, known: Known) -> st.SearchStrategy[Any]:
    """Rows of a table."""
    return st.one_of([_row(sheet, cls, known) for cls in sheet.types])


def _row(sheet: Sheet, cls: type, known: Known) -> st.SearchStrategy[Any]:
    fields = {
        name: one(cls, sheet.column(name, kind_of(cls)), known) for name in hints(cls)
    }
    if "school" in fields and "school" not in defaults(cls):
        fields["school"] = st.sampled_from(known["schools"])
    return st.builds(cls, **fields)


def _coded(draw: st.DrawFn, table: str, known: Known) -> list[Any]:
    """Rows for every code, in every school: a reference to one is never a name."""
    field = "id" if table == "people" else "code"
    in_school = table in ("grades", "classes", "zones", "people")
    return [
        replace(draw(rows(SHEET[table], known)), **{field: code}, **school)
        for code in known[table]
        for school in ([{"school": s} for s in known["schools"]] if in_school else [{}])
    ]


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Plans with every table and every kind of measure; references may lead nowhere."""
    few = st.lists(codes(), min_size=1, max_size=2, unique=True)
    coded = ("schools", "areas", "documents", "grades", "classes", "zones", "people")
    known = {table: tuple(draw(few)) for table in coded}
    tables: dict[str, Any] = {}
    for table in TABLES:
        tables[table] = tuple(
            _coded(draw, table, known)
            if table in known
            else draw(st.lists(rows(SHEET[table], known), max_size=3))
        )
    (district,) = draw(st.lists(rows(SHEET["district"], known), min_size=1, max_size=1))
    return Plan(district=district, **tables)


FORMS = (("plan.xlsx", "zh-Hans"), ("plan.xlsx", "en"), ("plan", "zh-Hans"))


@pytest.mark.parametrize(("form", "lang"), FORMS)
@settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(plan=plans())
def test_saved_plan_is_read_back_the_same(
    form: str, lang: str, plan: Plan, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("saved") / form
    save(plan, path, lang=lang)
    reading = read(path)
    assert reading.problems == ()
    assert reading.plan is not None
    for table in ordered():
        assert getattr(reading.plan, table) == getattr(plan, table)


def test_cast_is_saved_and_read_back_the_same(tmp_path: Path) -> None:
    for name in ("plan.xlsx", "plan"):
        save(small_plan(), tmp_path / name)
        assert read(tmp_path / name).plan == small_plan()


def test_same_plan_is_the_same_file(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        save(small_plan(), tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_text_that_looks_like_a_formula_is_written_as_text(tmp_path: Path) -> None:
    texts = ("=1+1", "+1", "-1", "@A1", "=HYPERLINK(A1)", "http://example.org")
    areas = tuple(Area(code=AreaCode(f"A{n}"), name=t) for n, t in enumerate(texts))
    save(replace(small_plan(), areas=areas), tmp_path / "plan.xlsx")
    page = openpyxl.load_workbook(tmp_path / "plan.xlsx")["片区"]
    cells = [row[1] for row in page.iter_rows(min_row=5, max_row=10)]
    assert [(cell.value, cell.data_type) for cell in cells] == [(t, "s") for t in texts]
    assert [cell.hyperlink for cell in cells] == [None] * 6


def test_form_is_the_one_clerks_know(tmp_path: Path) -> None:
    save(small_plan(), tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    assert book.sheetnames == [sheet.zh for sheet in SHEETS] + ["_codes"]
    assert book["_codes"].sheet_state == "hidden"
    assert book["_codes"]["A1"].value == "bihuan-plan/1"
    page = book["联防联控"]
    assert {str(merged) for merged in page.merged_cells.ranges} == {"A1:F1", "A2:F2"}
    assert page["A2"].font.color.rgb == "FFC00000"
    assert [cell.value for cell in page[3]][:3] == ["*学校", "*部门", "*单位名称"]
    assert str(page["A4"].value).startswith("示例")
    assert page.freeze_panes == "C5"
    assert (page["E5"].value, page["E5"].number_format) == ("0371-00000000", "@")
    assert (page["F5"].value, page["F5"].number_format) == (
        dt.datetime(2020, 4, 1),  # noqa: DTZ001  # Excel has no zones
        "yyyy-mm-dd",
    )


def test_drop_downs_offer_what_is_allowed(tmp_path: Path) -> None:
    save(small_plan(), tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    offered = {}
    for rule in book["措施"].data_validations.dataValidation:
        column = str(rule.sqref).partition(":")[0].rstrip("0123456789")
        header = str(book["措施"][f"{column}3"].value).strip("*")
        sheet, _mark, cells = str(rule.formula1).rpartition("!")
        column_of_words = book[sheet.strip("='")][cells.replace("$", "")]
        offered[header] = [row[0].value for row in column_of_words]
    assert offered["种类"] == [cls.label for cls in type_of.values()]
    assert offered["单元"] == [unit.label for unit in Unit]
    assert offered["检查人"] == [post.label for post in Post]


def test_template_is_the_form_without_rows(tmp_path: Path) -> None:
    template(tmp_path / "form.xlsx")
    assert [p.code for p in read(tmp_path / "form.xlsx").problems] == ["P021"]
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    for sheet in SHEETS:
        page = book[sheet.zh]
        assert page.max_row == 4
        for n, column in enumerate(sheet.columns, start=1):
            star = "*" if sheet.required(column) else ""
            assert page.cell(3, n).value == star + column.zh
            assert bool(page.cell(3, n).comment) is bool(column.note)


@pytest.mark.parametrize("lang", ["zh-Hans", "en"])
def test_example_row_of_each_sheet_is_a_row_that_is_read(
    lang: str, tmp_path: Path
) -> None:
    """Filled in as its examples say, the form has nothing that cannot be read."""
    template(tmp_path / "form.xlsx", lang=lang)
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    for sheet in SHEETS:
        page = book[sheet.zh if lang == "zh-Hans" else sheet.en]
        for n, column in enumerate(sheet.columns, start=1):
            page.cell(5, n).value = column.example or None
    book.save(tmp_path / "filled.xlsx")
    reading = read(tmp_path / "filled.xlsx")
    assert [str(p) for p in reading.problems] == []
    assert reading.plan is not None
    for table in TABLES:
        assert len(getattr(reading.plan, table)) == 1


def test_cleared_tables_disappear_from_a_folder_and_other_files_stay(
    tmp_path: Path,
) -> None:
    save(small_plan(), tmp_path)
    (tmp_path / "README.md").write_text("ours")
    save(replace(small_plan(), lessons=()), tmp_path)
    assert not (tmp_path / "lessons.yaml").exists()
    assert (tmp_path / "README.md").read_text() == "ours"
    plan = read(tmp_path).plan
    assert plan is not None
    assert plan.lessons == ()


def test_yaml_is_readable(tmp_path: Path) -> None:
    save(small_plan(), tmp_path)
    text = (tmp_path / "measures.yaml").read_text("utf-8")
    assert text.startswith(
        "format: bihuan-plan/1\n"
        "measures:\n"
        "- kind: symptom_check\n"
        "  school: YIGAO\n"
        "  code: M01\n"
        "  at: 07:55\n"
    )
    assert "settings: [classroom, study]\n" in text
    assert "&" not in text


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        (("code: M02", "cdoe: M02"), "P126", "measures.yaml:15"),
        (("code: M02", "code: M02\n  code: M03"), "P127", "measures.yaml:16"),
        (("at: 07:55", "at: 7.55"), "P106", "measures.yaml:6"),
        (("kind: gate_check", "kind: gate_chek"), "P108", "measures.yaml:33"),
        (("who: all", "wearing: 90%"), "P111", "measures.yaml:7"),
    ],
)
def test_bad_yaml_is_told_with_its_line(
    change: tuple[str, str], code: str, where: str, tmp_path: Path
) -> None:
    save(small_plan(), tmp_path)
    file = tmp_path / "measures.yaml"
    file.write_text(file.read_text("utf-8").replace(*change, 1), "utf-8")
    told = {str(p.where): p.code for p in read(tmp_path).problems}
    assert told[where] == code


def test_foreign_yaml_is_a_warning(tmp_path: Path) -> None:
    save(small_plan(), tmp_path)
    (tmp_path / "school.yaml").write_text("format: bihuan-plan/1\n")
    (problem,) = read(tmp_path).problems
    assert (problem.code, dict(problem.words)["closest"]) == ("P018", "schools.yaml")


class _Interrupted(tuple[Supply, ...]):
    """Rows during which somebody presses Ctrl-C."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Supply]:
        raise KeyboardInterrupt


@pytest.mark.parametrize("name", ["plan.xlsx", "plan"])
def test_interrupted_save_leaves_what_was_there(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    save(small_plan(), path)
    before = _content(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        save(replace(small_plan(), areas=(), supplies=_Interrupted((0,))), path)  # type: ignore[arg-type]  # not empty
    assert _content(tmp_path) == before


FULL_DISK = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from world import small_plan
from bihuan.plan.save import save
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    save(small_plan(), Path(sys.argv[1]))
except OSError:
    sys.exit(3)
"""


@pytest.mark.parametrize("name", ["plan.xlsx", "plan"])
def test_full_disk_leaves_what_was_there(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    save(replace(small_plan(), areas=()), path)
    before = _content(tmp_path)
    tests = str(Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path), tests], check=False
    )
    assert done.returncode == 3
    assert _content(tmp_path) == before


def _content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_text_that_no_cell_holds_is_not_cut_in_silence(tmp_path: Path) -> None:
    areas = (Area(code=AreaCode("A1"), name="字" * 40_000),)
    with pytest.raises(ValueError, match="40000"):
        save(replace(small_plan(), areas=areas), tmp_path / "plan.xlsx")
    assert _content(tmp_path) == {}
