"""The files: whole, every number in the workbook, the same bytes for the same rehearsal."""

import io
import math
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm

from bihuan import report
from bihuan.base.units import Days
from bihuan.loop.outcome import Rehearsal
from bihuan.report.documents import document
from bihuan.report.packed import clean
from bihuan.report.workbook import xlsx
from report import example


def numbers(value: object) -> Iterator[float]:
    """Every number anywhere in a value."""
    if isinstance(value, bool | Enum | str):
        return
    if isinstance(value, int | float):
        yield float(value)
    elif isinstance(value, tuple):
        for part in value:
            yield from numbers(part)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from numbers(getattr(value, name))


def cells(data: bytes) -> list[object]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    rows = (row for sheet in book for row in sheet.iter_rows(values_only=True))
    return [value for row in rows for value in row if value is not None]


@pytest.fixture(scope="module")
def two() -> Rehearsal:
    """Two of the seven schools: what is true of them is true of all."""
    whole = example.versus()
    return replace(whole, schools=whole.schools[1:3])


def test_workbook_has_every_number(two: Rehearsal) -> None:
    found = cells(xlsx(two, lang="zh-Hans"))
    # a file holds 16 figures of a number
    there = {f"{v:.12g}" for v in found if isinstance(v, int | float)}
    there |= {f"{two.seed:.12g}"} if str(two.seed) in found else set()
    bare = [
        replace(s.school, leave_every=Days(0), leave_days=Days(0)) for s in two.schools
    ]
    schools = zip(two.schools, bare, strict=True)
    plain = replace(two, schools=tuple(replace(s, school=b) for s, b in schools))
    wanted = {f"{n:.12g}" for n in numbers(plain)}
    assert len(wanted) > 200
    assert wanted - there == set()


def test_workbook_carries_the_mark_on_every_sheet(two: Rehearsal) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(two, lang="zh-Hans")))
    assert len(book.sheetnames) == 11
    assert {sheet["A1"].value for sheet in book} == {"情景推演，非预测"}


def test_workbook_never_takes_a_text_for_a_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(example.hostile(), lang="zh-Hans")))
    kinds = {cell.data_type for sheet in book for row in sheet for cell in row}
    assert "f" not in kinds
    titles = [row[1].value for row in book["说明"].iter_rows(min_row=3)]
    assert "=1+1" + example.HOSTILE in titles


def test_workbook_leaves_what_is_unknown_empty(two: Rehearsal) -> None:
    school = two.schools[0]
    question, outcome = school.planned[0]
    infinite = replace(outcome.size, high=math.nan)
    lost = replace(outcome, found=None, size=infinite)
    bare = replace(school, planned=((question, lost),), against=(), nothing=())
    odd = replace(two, schools=(bare,))
    book = openpyxl.load_workbook(io.BytesIO(xlsx(odd, lang="zh-Hans")))
    rows = {row[3].value: [cell.value for cell in row[4:7]] for row in book["结果"]}
    assert rows["有感染时被发现的机会"] == [None, None, None]
    assert rows["校内感染"] == [outcome.size.value, outcome.size.low, None]


def test_workbook_of_a_bare_rehearsal_has_its_headings() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(example.bare(), lang="zh-Hans")))
    assert book["措施"]["A2"].value == "学校"
    assert book["措施"].max_row == 2


def test_document_has_the_layout_of_an_official_paper(two: Rehearsal) -> None:
    made = docx.Document(io.BytesIO(document(two, lang="zh-Hans")))
    section = made.sections[0]
    sizes = (section.page_width, section.page_height)
    margins = (section.top_margin, section.left_margin)
    assert [round((v or 0) / Mm(1)) for v in (*sizes, *margins)] == [210, 297, 37, 28]
    faces = {
        fonts.get(qn("w:eastAsia")) for fonts in made.element.iter(qn("w:rFonts"))
    } - {None}
    assert faces == {"仿宋", "黑体", "楷体", "宋体", "方正小标宋简体"}
    for part in (section.header, section.even_page_header):
        assert "情景推演，非预测" in part.paragraphs[0].text
    assert "种子 20200407" in section.footer.paragraphs[0].text


def test_document_gives_figures_as_tables_and_says_so(two: Rehearsal) -> None:
    data = document(two, lang="zh-Hans")
    made = docx.Document(io.BytesIO(data))
    text = "\n".join(line.text for line in made.paragraphs)
    assert "本文件不带图" in text
    assert "图 1" in text
    assert "推演中途停止" in text
    assert "无论推演结果，都要补（标准要求）。" in text
    tables = "\n".join(
        cell.text for table in made.tables for row in table.rows for cell in row.cells
    )
    assert "21%（19 至 23）" in tables
    assert "✕ 差 7 张" in tables
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert not [n for n in archive.namelist() if "media" in n or "fonts/" in n]


def test_document_takes_hostile_names_as_text() -> None:
    whole = example.hostile()
    mean = replace(whole, schools=whole.schools[:1])
    made = docx.Document(io.BytesIO(document(mean, lang="zh-Hans")))
    assert any(example.HOSTILE in line.text for line in made.paragraphs)


def test_document_in_english_has_no_chinese_numerals(two: Rehearsal) -> None:
    made = docx.Document(io.BytesIO(document(two, lang="en")))
    assert made.core_properties.title == two.title


def test_same_rehearsal_gives_the_same_bytes(two: Rehearsal) -> None:
    one_school = replace(two, schools=two.schools[:1])
    for make in (document, xlsx):
        assert make(one_school, lang="zh-Hans") == make(one_school, lang="zh-Hans")
    with zipfile.ZipFile(io.BytesIO(xlsx(one_school, lang="zh-Hans"))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {
            (1980, 1, 1, 0, 0, 0)
        }


def test_write_puts_three_files_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "out" / "xinmi"
    made = report.write(example.bare(), folder, lang="zh-Hans")
    names = [path.name for path in made]
    assert names[:3] == ["report.html", "report.docx", "report.xlsx"]
    assert names[3:] == [f"figure-{n}.svg" for n in range(1, len(names) - 2)]
    assert sorted(folder.iterdir()) == sorted(made)
    assert all(path.stat().st_mode & 0o777 == 0o644 for path in made)
    again = {path: path.read_bytes() for path in made}
    report.write(example.bare(), folder, lang="zh-Hans")
    assert {path: path.read_bytes() for path in made} == again


def test_write_leaves_the_old_file_when_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = report.write(example.bare(), tmp_path, lang="zh-Hans")
    made = whole[0]
    before = made.read_bytes()

    def full(_self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        report.write(example.rehearsal(), tmp_path, lang="zh-Hans")
    assert made.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == sorted(whole)


def test_control_characters_are_left_out() -> None:
    assert clean("a\x00b\x0bc\nd　e") == "abc\nd　e"
