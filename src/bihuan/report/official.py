"""The layout of an official document (GB/T 9704-2012) as a .docx, whatever it says.

A4, margins 37, 28, 35 and 26 mm, 22 lines of 28 characters; fonts are named and none is
embedded; figures are given as tables. Seal, number and signature stay with people.
"""

import io
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.text.font import CT_RPr
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import _Footer, _Header
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from bihuan.report.charts.scale import length
from bihuan.report.packed import clean, packed
from bihuan.report.tables import Cell, Table

FANGSONG: Final = "仿宋"
HEITI: Final = "黑体"
KAITI: Final = "楷体"
SONGTI: Final = "宋体"
TITLE: Final = "方正小标宋简体"
"""Where a machine lacks it, Word falls back to 宋体, which is set bold."""
LATIN: Final = "Times New Roman"
LINE: Final = Pt(29)
"""225 mm / 22 lines."""
BODY: Final = Pt(16)
"""三号."""
SMALL: Final = Pt(10.5)
"""五号, in tables."""
WIDTH: Final = 156.0
"""Of the text, mm."""
LETTER: Final = 10.5 * 0.3528 / 12
"""Millimetres of a table's text for a unit of `length`."""
PADDING: Final = 5.0
"""Of a cell, both sides, mm."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """What stands on every page of a document, and what its properties say."""

    title: str
    head: str
    foot: str
    mark: str
    """What the paper is not: a forecast; ground for blame."""
    day: date


def sheet(shown: Sheet) -> Document:
    """An empty document laid out."""
    made = docx.Document()
    _lay_out(made, shown)
    made.core_properties.title = clean(shown.title)
    made.core_properties.author = ""
    made.core_properties.comments = shown.mark
    stamp = datetime.combine(shown.day, datetime.min.time())
    made.core_properties.created = made.core_properties.modified = stamp
    return made


def saved(made: Document) -> bytes:
    """The document's bytes, which depend on its content alone."""
    file = io.BytesIO()
    made.save(file)
    return packed(file.getvalue())


def _lay_out(made: Document, shown: Sheet) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(20), Mm(24)
    made.settings.odd_and_even_pages_header_footer = True
    for part in (section.header, section.even_page_header):
        _head(part, shown.head)
    _number(section.footer, shown.foot, WD_ALIGN_PARAGRAPH.RIGHT)
    _number(section.even_page_footer, shown.foot, WD_ALIGN_PARAGRAPH.LEFT)
    normal = made.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)  # noqa: S101  # tells the types apart
    _font(normal.element.get_or_add_rPr(), FANGSONG)
    normal.font.size = BODY
    normal.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    normal.paragraph_format.line_spacing = LINE
    normal.paragraph_format.space_after = Pt(0)


def _head(part: _Header, words: str) -> None:
    """The head of every page."""
    top = part.paragraphs[0]
    top.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _set(top.add_run(clean(words)), SONGTI, Pt(10.5))


def _number(part: _Footer, words: str, side: WD_ALIGN_PARAGRAPH) -> None:
    """The foot of every page: versions, and — 1 — on the outer side."""
    foot = part.paragraphs[0]
    _set(foot.add_run(clean(words)), SONGTI, Pt(9))
    page = part.add_paragraph()
    page.alignment = side
    _set(page.add_run("— "), SONGTI, Pt(14))
    run = page.add_run()
    _set(run, SONGTI, Pt(14))
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run._r.append(_field(kind, text))  # noqa: SLF001  # python-docx has no fields
    _set(page.add_run(" —"), SONGTI, Pt(14))


def _field(kind: str, text: str) -> BaseOxmlElement:
    if kind:
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        return mark
    code = OxmlElement("w:instrText")
    code.text = text
    return code


def _set(run: Run, font: str, size: Pt, *, bold: bool = False) -> None:
    run.font.size = size
    run.font.bold = bold
    _font(run._r.get_or_add_rPr(), font)  # noqa: SLF001  # w:eastAsia has no other door


def _font(properties: CT_RPr, name: str) -> None:
    """Name a font for Chinese and one for Latin letters."""
    fonts = properties.get_or_add_rFonts()
    for slot, face in (("ascii", LATIN), ("hAnsi", LATIN), ("eastAsia", name)):
        fonts.set(qn(f"w:{slot}"), face)


def title(made: Document, text: str, under: str = "") -> None:
    """The title, centred, and a line under it."""
    head = made.add_paragraph()
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _set(head.add_run(clean(text)), TITLE, Pt(22), bold=True)
    if under:
        below = made.add_paragraph()
        below.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _set(below.add_run(clean(under)), KAITI, BODY)


def line(
    made: Document, text: str, font: str = FANGSONG, *, indent: bool = True
) -> Paragraph:
    """A paragraph of the text."""
    written = made.add_paragraph()
    if indent:
        written.paragraph_format.first_line_indent = Pt(32)
    _set(written.add_run(clean(text)), font, BODY)
    return written


def heading(made: Document, text: str, level: int) -> None:
    """一、 in 黑体, （一） in 楷体; real heading styles, so that Word makes a contents list."""
    written = made.add_paragraph(style=f"Heading {level}")
    written.paragraph_format.first_line_indent = Pt(32)
    written.paragraph_format.space_before = written.paragraph_format.space_after = Pt(0)
    written.paragraph_format.line_spacing = LINE
    run = written.add_run(clean(text))
    _set(run, HEITI if level == 1 else KAITI, BODY)
    run.font.color.rgb = RGBColor(0, 0, 0)


def table(made: Document, shown: Table) -> None:
    """A table with thin lines whose headings repeat on each page."""
    grid = made.add_table(rows=1, cols=len(shown.columns))
    grid.style = made.styles["Table Grid"]
    grid.autofit = False
    for column, width in zip(grid.columns, _widths(shown), strict=True):
        column.width = width
    for cell, text in zip(grid.rows[0].cells, shown.columns, strict=True):
        _fill(cell.paragraphs[0], text, number=False, bold=True)
    _flag(grid.rows[0], "w:tblHeader")
    for row in shown.rows:
        added = grid.add_row()
        _flag(added, "w:cantSplit")
        for cell, value in zip(added.cells, row, strict=True):
            _fill(
                cell.paragraphs[0],
                _shown(value),
                number=value.number,
                bold=value.strong,
            )
    if shown.note:
        note = made.add_paragraph()
        _fill(note, shown.note, number=False, bold=False)


def _flag(row: _Row, name: str) -> None:
    """Mark a row: its headings repeat, or it stays on one page."""
    flag = OxmlElement(name)
    flag.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(flag)  # noqa: SLF001  # no other door


def _widths(shown: Table) -> list[Mm]:
    """Columns as wide as what they hold asks for; what is short is not cut for what is long."""
    rows = [shown.columns, *(tuple(map(_shown, row)) for row in shown.rows)]
    asked = [
        max(map(length, column)) * LETTER + PADDING
        for column in zip(*rows, strict=True)
    ]
    whole = sum(asked)
    if whole <= WIDTH:
        return [Mm(WIDTH * size / whole) for size in asked]
    level = _level(asked)
    return [Mm(min(size, level)) for size in asked]


def _level(asked: list[float]) -> float:
    """The width to which the longest columns are cut so that all fit."""
    room, left = WIDTH, len(asked)
    for size in sorted(asked):
        if size * left >= room:
            break
        room, left = room - size, left - 1
    return room / max(left, 1)


_MARKS: Final = {
    "pass": "✓ ",
    "fail": "✕ ",
    "late": "◇ ",
    "unknown": "? ",
    "wait": "○ ",
    "na": "· ",
    "": "",
}


def _shown(cell: Cell) -> str:
    """A cell's text behind its state's shape, which the page draws."""
    return _MARKS[cell.mark] + cell.whole


def _fill(part: Paragraph, text: str, *, number: bool, bold: bool) -> None:
    part.paragraph_format.line_spacing = Pt(15)
    if number:
        part.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _set(part.add_run(clean(text)), SONGTI, SMALL, bold=bold)
