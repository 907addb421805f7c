"""The superior's own form of the day: their workbook, kept as it came, filled from ours.

A mapping says which cell takes which figure. What is not held stays marked 未报: an
empty cell would be read as nothing to report.
"""

import datetime as dt
import io
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import openpyxl
from defusedxml import DefusedXmlException, ElementTree
from django.db import transaction
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from bihuan.base.where import Where
from bihuan.base.wording import N_, _
from bihuan.plan.load.package import Refused as RefusedFile, cell_name, open_package
from bihuan.plan.names import folded
from bihuan.rules.access import Detail
from bihuan.web.ledgers.core.declare import Column, Ledger
from bihuan.web.ledgers.core.flows import Refused
from bihuan.web.ledgers.core.models import SuperiorForm
from bihuan.web.ledgers.core.registry import ledgers
from bihuan.web.ledgers.core.rows import in_force
from bihuan.web.ledgers.core.sheet import cell_value
from bihuan.web.org import audit
from bihuan.web.org.models import Person, Unit
from bihuan.web.org.scope import Actor

MISSING: Final = N_("未报")
MOST_BYTES: Final = 4 * 2**20
MOST_CELLS: Final = 400
"""Cells of a form that are filled."""
ROWS, COLUMNS = 60, 30
"""Part of a sheet that is looked at for headings and that the page shows."""
_CELL: Final = re.compile(r"[A-Z]{1,3}[1-9][0-9]{0,5}")
_FOREIGN: Final = frozenset(
    {
        "tableParts",
        "hyperlinks",
        "legacyDrawing",
        "legacyDrawingHF",
        "drawing",
        "picture",
        "oleObjects",
        "controls",
        "externalReferences",
        "pivotCaches",
        "extLst",
    }
)
"""Elements that point to parts which are not taken."""
ABOUT: Final = {
    "unit": N_("填报单位"),
    "day": N_("日期"),
    "by": N_("填报人"),
}
"""Figures that are of no ledger."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A cell of the form and the figure it takes; unit: code of a unit below, or empty."""

    sheet: str
    cell: str
    figure: str
    unit: str = ""

    def told(self) -> dict[str, str]:
        """As the mapping keeps it."""
        return {
            "sheet": self.sheet,
            "cell": self.cell,
            "figure": self.figure,
            "unit": self.unit,
        }


def places(form: SuperiorForm) -> tuple[Place, ...]:
    """The mapping of a form."""
    return tuple(Place(**told) for told in form.mapping)


def figures() -> dict[str, str]:
    """Every figure by its path, as daily.sick, with its name; none is about a person."""
    found = {path: _(name) for path, name in ABOUT.items()}
    for ledger in ledgers().values():
        if not ledger.person:
            for column in ledger.columns_for(Detail.NUMBERS):
                path = path_of(ledger, column)
                found.setdefault(path, f"{_(ledger.name)}：{_(column.heading)}")
    return found


def path_of(ledger: Ledger, column: Column) -> str:
    """The path of a figure: the ledger, the last part of the column's field."""
    return f"{ledger.slug}.{column.field.rpartition('.')[2]}"


@dataclass(frozen=True)
class Held:
    """What is held of a unit and the units below it on a day."""

    unit: Unit
    day: dt.date
    by: str

    @cached_property
    def units(self) -> dict[str, Unit]:
        """Units below by their code."""
        below = Unit.objects.filter(path__startswith=self.unit.path, kind="school")
        return {unit.code: unit for unit in below}

    @cached_property
    def rows(self) -> dict[tuple[str, int], Any]:
        """Rows of the day that were looked up."""
        return {}

    def value(self, place: Place) -> Any:
        """The figure of a place; None: it is not held."""
        unit = self.units.get(place.unit) if place.unit else self.unit
        if unit is None:
            return None
        about = {"unit": unit.name, "day": self.day, "by": self.by}
        if place.figure in about:
            return about[place.figure]
        slug, _dot, _name = place.figure.partition(".")
        ledger = ledgers().get(slug)
        if ledger is None or ledger.person:
            return None
        columns = ledger.columns_for(Detail.NUMBERS)
        column = next((c for c in columns if path_of(ledger, c) == place.figure), None)
        row = self._row(ledger, unit)
        if column is None or row is None:
            return None
        value = cell_value(row, column, Detail.NUMBERS)
        return None if value == "" else value

    def _row(self, ledger: Ledger, unit: Unit) -> Any:
        """The row in force of a unit and the day, the last if there are several."""
        key = (ledger.slug, unit.pk)
        if key not in self.rows:
            rows = in_force(ledger.rows().filter(unit=unit, day=self.day))
            self.rows[key] = rows.order_by("-at", "-pk").first()
        return self.rows[key]


@transaction.atomic
def keep_form(
    actor: Actor,
    unit: Unit,
    name: str,
    content: bytes,
    file_name: str,
    *,
    now: dt.datetime,
) -> SuperiorForm:
    """Keep a form as it came, with a first guess of its mapping; refused with the reason."""
    book = opened(content, file_name)
    guess = [place.told() for place in guessed(book)]
    form, _made = SuperiorForm.objects.update_or_create(
        unit=unit,
        name=name,
        defaults={
            "file": content,
            "file_name": file_name[:120],
            "mapping": guess,
            "by_id": actor.person_id,
            "at": now,
        },
    )
    _note(actor, "superior.keep", form, now, cells=len(guess))
    return form


@transaction.atomic
def set_mapping(
    actor: Actor, form: SuperiorForm, wanted: Iterable[Place], now: dt.datetime
) -> None:
    """Replace the mapping; a place that is none, or a formula, is refused."""
    book = opened(bytes(form.file), form.file_name)
    known, kept = figures(), list(wanted)
    if len(kept) > MOST_CELLS:
        raise Refused(_("最多填{n}格", n=MOST_CELLS))
    for place in kept:
        _refuse(book, place, known)
    form.mapping = [place.told() for place in kept]
    form.save(update_fields=["mapping"])
    _note(actor, "superior.map", form, now, cells=len(kept))


@transaction.atomic
def drop_form(actor: Actor, form: SuperiorForm, now: dt.datetime) -> None:
    """Remove a form that is asked for no longer."""
    _note(actor, "superior.drop", form, now)
    form.delete()


@transaction.atomic
def filled(
    actor: Actor, form: SuperiorForm, day: dt.date, now: dt.datetime
) -> tuple[bytes, list[Place]]:
    """The form of a day, and the places whose figures are not held."""
    book = opened(bytes(form.file), form.file_name)
    by = Person.objects.filter(pk=actor.person_id or 0).first()
    held = Held(form.unit, day, by.name if by else "")
    gaps = []
    for place in places(form):
        cell = target(book, place)
        value = held.value(place)
        if value is None:
            gaps.append(place)
        if cell is not None:
            _write(cell, _(MISSING) if value is None else value)
    _note(
        actor, "superior.fill", form, now,
        day=day.isoformat(), cells=len(form.mapping), missing=len(gaps),
    )  # fmt: skip
    made = io.BytesIO()
    book.save(made)
    return made.getvalue(), gaps


def opened(content: bytes, file_name: str) -> Workbook:
    """The workbook, looked through first; refused with the reason."""
    if len(content) > MOST_BYTES:
        raise Refused(_("文件超过{n}MB，上级的表不会这么大", n=MOST_BYTES // 2**20))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        path.write_bytes(content)
        try:
            package = open_package(path)
            return openpyxl.load_workbook(_plainer(package.content))
        except RefusedFile as refused:
            told = refused.kind.at(Where(file_name), **refused.words)
            raise Refused(str(told)) from refused
        except _TORN as torn:
            raise Refused(_("这个工作簿打不开，请在Excel或WPS里另存后再传")) from torn


_TORN: Final = (
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    InvalidFileException,
    zipfile.BadZipFile,
    DefusedXmlException,
    ElementTree.ParseError,
)
"""What the library raises over a workbook that is not sound."""


def _plainer(content: io.BytesIO) -> io.BytesIO:
    """The workbook without what points to parts that were left out."""
    made = io.BytesIO()
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            if name.startswith("xl/worksheets/_rels/"):
                continue
            part = old.read(name)
            if name == "xl/workbook.xml" or name.startswith("xl/worksheets/"):
                part = _stripped(part)
            new.writestr(name, part)
    made.seek(0)
    return made


def _stripped(part: bytes) -> bytes:
    root = ElementTree.fromstring(part, forbid_dtd=True)
    for child in list(root):
        if str(child.tag).rpartition("}")[2] in _FOREIGN:
            root.remove(child)
    return bytes(ElementTree.tostring(root))


def target(book: Workbook, place: Place) -> Cell | None:
    """The cell of a place; of a merged range its first."""
    if place.sheet not in book.sheetnames or not _CELL.fullmatch(place.cell):
        return None
    page: Any = book[place.sheet]
    if not isinstance(page, Worksheet):
        return None
    cell: Any = page[place.cell]
    if isinstance(cell, MergedCell):
        ranges = (r for r in page.merged_cells.ranges if place.cell in r)
        found = next(ranges, None)
        cell = page.cell(found.min_row, found.min_col) if found else None
    return cell if isinstance(cell, Cell) else None


def _refuse(book: Workbook, place: Place, known: Mapping[str, str]) -> None:
    cell = target(book, place)
    if cell is None:
        said = _(
            "没有这一格：{sheet}!{cell}", sheet=place.sheet[:40], cell=place.cell[:10]
        )
        raise Refused(said)
    if cell.data_type == "f":
        raise Refused(_("{cell}是公式，不填", cell=place.cell))
    if place.figure not in known:
        raise Refused(_("没有这个数：{figure}", figure=place.figure[:40]))


def _write(cell: Cell, value: Any) -> None:
    """Write a value; a text is never a formula."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"


def guessed(book: Workbook) -> Iterator[Place]:
    """Places beside or below a heading that one of our figures has too."""
    known = {folded(name.rpartition("：")[2]): path for path, name in figures().items()}
    seen: set[str] = set()
    for page in book.worksheets:
        for row in page.iter_rows(max_row=ROWS, max_col=COLUMNS):
            for cell in row:
                figure = known.get(folded(str(cell.value or "")[:60]))
                found = _free(page, cell.row or 1, cell.column or 1) if figure else ""
                if figure and found and figure not in seen:
                    seen.add(figure)
                    yield Place(sheet=page.title, cell=found, figure=figure)


def _free(page: Worksheet, row: int, column: int) -> str:
    """The empty cell below a heading, else the one beside it."""
    for r, c in ((row + 1, column), (row, column + 1)):
        cell = page.cell(r, c)
        if not isinstance(cell, MergedCell) and cell.value is None:
            return cell_name(r, c)
    return ""


def grid(book: Workbook, title: str) -> list[list[str]]:
    """The upper left part of a sheet as the page shows it."""
    page = book[title]
    rows = min(page.max_row, ROWS)
    columns = min(page.max_column, COLUMNS)
    return [
        ["" if cell.value is None else str(cell.value)[:40] for cell in row]
        for row in page.iter_rows(max_row=rows, max_col=columns)
    ]


def _note(
    actor: Actor, deed: str, form: SuperiorForm, now: dt.datetime, **body: Any
) -> None:
    unit = form.unit.school or form.unit
    audit.write(actor, deed, form, school=unit, at=now, **body)
