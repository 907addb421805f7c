"""The report as a .docx for filing, laid out as an official document (GB/T 9704-2012).

A4, margins 37, 28, 35 and 26 mm, 22 lines of 28 characters; fonts are named and none is
embedded; figures are given as tables. Seal, number and signature stay with people.
"""

import io
from collections.abc import Iterator
from datetime import datetime
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

from bihuan.base.wording import _, speak
from bihuan.loop.outcome import Rehearsal
from bihuan.report import wording
from bihuan.report.charts.scale import length
from bihuan.report.packed import clean, packed
from bihuan.report.page import Page, Section, page
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


def document(rehearsal: Rehearsal, *, lang: str) -> bytes:
    """The document's bytes; the same rehearsal gives the same bytes."""
    file = io.BytesIO()
    with speak(lang):
        _written(page(rehearsal), rehearsal).save(file)
    return packed(file.getvalue())


def _written(shown: Page, rehearsal: Rehearsal) -> Document:
    made = docx.Document()
    _lay_out(made, shown)
    _properties(made, shown, rehearsal)
    _first(made, shown)
    _figures(made, shown)
    for section in shown.sections:
        _school(made, section)
    _basis(made, shown)
    return made


def _properties(made: Document, shown: Page, rehearsal: Rehearsal) -> None:
    made.core_properties.title = clean(shown.title)
    made.core_properties.author = ""
    made.core_properties.comments = _("情景推演，非预测")
    stamp = datetime.combine(rehearsal.plan_date, datetime.min.time())
    made.core_properties.created = made.core_properties.modified = stamp


def _lay_out(made: Document, shown: Page) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(20), Mm(24)
    made.settings.odd_and_even_pages_header_footer = True
    for part in (section.header, section.even_page_header):
        _mark(part, shown)
    _number(section.footer, shown, WD_ALIGN_PARAGRAPH.RIGHT)
    _number(section.even_page_footer, shown, WD_ALIGN_PARAGRAPH.LEFT)
    normal = made.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)  # noqa: S101  # tells the types apart
    _font(normal.element.get_or_add_rPr(), FANGSONG)
    normal.font.size = BODY
    normal.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    normal.paragraph_format.line_spacing = LINE
    normal.paragraph_format.space_after = Pt(0)


def _mark(part: _Header, shown: Page) -> None:
    """The head of every page."""
    line = part.paragraphs[0]
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    words = _("{title}　　情景推演，非预测").format(title=shown.title)
    _set(line.add_run(clean(words)), SONGTI, Pt(10.5))


def _number(part: _Footer, shown: Page, side: WD_ALIGN_PARAGRAPH) -> None:
    """The foot of every page: versions, and — 1 — on the outer side."""
    foot = part.paragraphs[0]
    _set(foot.add_run(clean(shown.foot)), SONGTI, Pt(9))
    line = part.add_paragraph()
    line.alignment = side
    _set(line.add_run("— "), SONGTI, Pt(14))
    run = line.add_run()
    _set(run, SONGTI, Pt(14))
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run._r.append(_field(kind, text))  # noqa: SLF001  # python-docx has no fields
    _set(line.add_run(" —"), SONGTI, Pt(14))


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


def _line(
    made: Document, text: str, font: str = FANGSONG, *, indent: bool = True
) -> Paragraph:
    line = made.add_paragraph()
    if indent:
        line.paragraph_format.first_line_indent = Pt(32)
    _set(line.add_run(clean(text)), font, BODY)
    return line


def _heading(made: Document, text: str, level: int) -> None:
    """一、 in 黑体, （一） in 楷体; real heading styles, so that Word makes a contents list."""
    line = made.add_paragraph(style=f"Heading {level}")
    line.paragraph_format.first_line_indent = Pt(32)
    line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(0)
    line.paragraph_format.line_spacing = LINE
    run = line.add_run(clean(text))
    _set(run, HEITI if level == 1 else KAITI, BODY)
    run.font.color.rgb = RGBColor(0, 0, 0)


def _first(made: Document, shown: Page) -> None:
    head = made.add_paragraph()
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _set(head.add_run(clean(shown.title)), TITLE, Pt(22), bold=True)
    under = made.add_paragraph()
    under.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _set(under.add_run(clean(f"{shown.day}　{shown.scenario}")), KAITI, BODY)
    for text in (shown.banner, shown.lead + _("各校期望值；90% 区间见后文各表。")):
        if text:
            _line(made, text)
    for head_, text in shown.premises:
        _line(made, _("{head}：{text}。").format(head=head_, text=text))
    _heading(made, _("一、先补什么"), 1)
    for number, item in enumerate(shown.mends, 1):
        _heading(
            made,
            _("（{n}）{title}").format(n=wording.ordinal(number), title=item.title),
            2,
        )
        _line(made, item.text + item.duty)
        _line(made, _effect(item.effect_name, item.value, item.interval))
    _heading(made, _("二、{title}").format(title=shown.checks.title), 1)
    _table(made, shown.checks)
    _heading(made, _("三、看得清与看不清"), 1)
    for head_, text in shown.sights:
        _line(made, _("{head}：{text}").format(head=head_, text=text))
    for day, text in shown.dates:
        _line(made, _("{day}：{text}。").format(day=day, text=text))


def _effect(name: str, value: str, interval: str) -> str:
    if not interval:
        return _("{value}（{name}）。").format(value=value, name=name)
    return _("{name}：{value}（{interval}）。").format(
        name=name, value=value, interval=interval
    )


def _figures(made: Document, shown: Page) -> None:
    _heading(made, _("四、各校放在一起看"), 1)
    _line(made, _("本文件不带图，图里的数字列成表；图见同时生成的 report.html。"))
    for number, figure in enumerate(shown.figures, 1):
        _heading(made, _("图 {n}　{title}", n=number, title=figure.title), 2)
        _table(made, figure.table)


def _school(made: Document, section: Section) -> None:
    _heading(made, section.name, 1)
    _line(made, section.facts + _("。"))
    for table in _tables_of(section):
        _heading(made, table.title, 2)
        _table(made, table)


def _tables_of(section: Section) -> Iterator[Table]:
    if section.problems:
        yield section.problems
    for table, figure in section.answers:
        yield table
        if figure:
            yield figure.table
    if section.settings:
        yield section.settings.table
    yield from section.more


def _basis(made: Document, shown: Page) -> None:
    _heading(made, shown.assumptions.title, 1)
    _table(made, shown.assumptions)
    if shown.sensitivity:
        _heading(made, shown.sensitivity.title, 2)
        _table(made, shown.sensitivity)
    for title, rows in (
        (_("预案没写、用默认值补上的"), shown.filled),
        (_("没有算进去的"), shown.left_out),
    ):
        if rows:
            _heading(made, title, 2)
            for text in rows:
                _line(made, text)
    _heading(made, _("怎么得来的"), 1)
    for head, text in shown.method:
        _line(made, _("{head}：{text}").format(head=head, text=text))
    _line(made, shown.glossary)


def _table(made: Document, table: Table) -> None:
    """A table with thin lines whose headings repeat on each page."""
    grid = made.add_table(rows=1, cols=len(table.columns))
    grid.style = made.styles["Table Grid"]
    grid.autofit = False
    for column, width in zip(grid.columns, _widths(table), strict=True):
        column.width = width
    for cell, text in zip(grid.rows[0].cells, table.columns, strict=True):
        _fill(cell.paragraphs[0], text, number=False, bold=True)
    _flag(grid.rows[0], "w:tblHeader")
    for row in table.rows:
        line = grid.add_row()
        _flag(line, "w:cantSplit")
        for cell, value in zip(line.cells, row, strict=True):
            text = _shown(value)
            _fill(cell.paragraphs[0], text, number=value.number, bold=value.strong)
    if table.note:
        note = made.add_paragraph()
        _fill(note, table.note, number=False, bold=False)


def _flag(row: _Row, name: str) -> None:
    """Mark a row: its headings repeat, or it stays on one page."""
    flag = OxmlElement(name)
    flag.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(flag)  # noqa: SLF001  # no other door


def _widths(table: Table) -> list[Mm]:
    """Columns as wide as what they hold asks for, within the text's 156 mm."""
    rows = [table.columns, *(tuple(map(_shown, row)) for row in table.rows)]
    asked = [min(max(map(length, column)), 260.0) for column in zip(*rows, strict=True)]
    room = 26.0
    whole = sum(asked) + room * len(asked)
    return [Mm(156 * (size + room) / whole) for size in asked]


_MARKS: Final = {"pass": "✓ ", "fail": "✕ ", "late": "◇ ", "unknown": "? ", "": ""}


def _shown(cell: Cell) -> str:
    """A cell's text behind its state's shape, which the page draws."""
    return _MARKS[cell.mark] + cell.whole


def _fill(line: Paragraph, text: str, *, number: bool, bold: bool) -> None:
    line.paragraph_format.line_spacing = Pt(15)
    if number:
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _set(line.add_run(clean(text)), SONGTI, SMALL, bold=bold)
