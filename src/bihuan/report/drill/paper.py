"""A paper in the official layout: headings, lines and tables as values."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from docx.document import Document
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from bihuan.base.wording import _
from bihuan.report import official, wording
from bihuan.report.drill import words
from bihuan.report.official import Sheet
from bihuan.report.tables import Table

EDGES: Final = ("top", "left", "bottom", "right")
"""Of a page, in the order that the format asks for."""
AMBER: Final = "C98A00"


@dataclass(frozen=True, kw_only=True, slots=True)
class Chapter:
    """A heading with what stands below it."""

    title: str
    lines: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """A document: title, a line under it, chapters, who signs."""

    title: str
    under: str
    chapters: tuple[Chapter, ...]
    signed: tuple[str, ...] = ()
    """Posts that sign with date; signature and seal stay with people."""


def document(papers: tuple[Paper, ...], *, foot: str, day: date, note: str) -> bytes:
    """Papers in one file, each on a page of its own; the same values give the same bytes."""
    made = official.sheet(
        Sheet(
            title=papers[0].title,
            head="　　".join(
                part for part in (_("演练"), _(words.BLAME), note) if part
            ),
            foot=foot,
            mark=_(words.BLAME),
            day=day,
        )
    )
    _stripes(made)
    for number, paper in enumerate(papers):
        if number:
            made.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        _write(made, paper)
    return official.saved(made)


def _stripes(made: Document) -> None:
    """A striped amber edge round every page."""
    edge = OxmlElement("w:pgBorders")
    edge.set(qn("w:offsetFrom"), "page")
    for side in EDGES:
        line = OxmlElement(f"w:{side}")
        for name, value in (
            ("val", "dashDotStroked"),
            ("sz", "24"),
            ("space", "16"),
            ("color", AMBER),
        ):
            line.set(qn(f"w:{name}"), value)
        edge.append(line)
    # the format asks for the order of a section's parts: borders follow the margins
    made.sections[0]._sectPr.find(qn("w:pgMar")).addnext(edge)  # noqa: SLF001  # no other door


def _write(made: Document, paper: Paper) -> None:
    official.title(made, paper.title, paper.under)
    for number, chapter in enumerate(paper.chapters, 1):
        ordinal = wording.ordinal(number)
        head = _("{n}、{title}", n=ordinal, title=chapter.title)
        official.heading(made, head, 1)
        for text in chapter.lines:
            official.line(made, text)
        for table in chapter.tables:
            official.heading(made, table.title, 2)
            official.table(made, table)
    for who in paper.signed:
        official.line(made, _("{who}（签字）：　　　　　　年　月　日", who=who))
