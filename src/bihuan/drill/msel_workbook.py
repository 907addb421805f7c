"""A script as a workbook: our own sheets, or the chronogram somebody made by hand.

A hand-made chronogram is one sheet of any name with a header that says 情景 and 处置 or
their like; its title and date are looked for above the header.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from bihuan.base.problems import Problem, error, warning
from bihuan.base.where import Where
from bihuan.base.wording import N_, _
from bihuan.drill import columns
from bihuan.drill.build import Loaded, build
from bihuan.drill.plain import Plain, rows_of
from bihuan.drill.script import FORMAT, Scene
from bihuan.drill.written import Written, empty, named
from bihuan.plan.load.cells import (
    Raw,
    closest,
    is_nothing,
    members,
    show_bool,
    show_word,
    text_of,
)
from bihuan.plan.load.headers import Column, Sheet
from bihuan.plan.load.package import Refused
from bihuan.plan.load.rows import Cell, Row
from bihuan.plan.load.workbook import Book, Page, find_header, open_book, read_table
from bihuan.plan.names import folded
from bihuan.plan.save import Lists, drop_down, formats_of, whole
from bihuan.plan.words import Word

NO_LIST: Final = error(
    "D010",
    N_("没有一张工作表是事件清单；有：{came}。"),
    N_("事件清单的表头要有「情景」和「预期处置」这样的列名。"),
)
UNKNOWN_SHEET: Final = warning(
    "D012",
    N_("工作表「{came}」不是演练脚本的表，没有读；最接近的是「{closest}」。"),
    N_("如果它是脚本的表，请改用规定的名称。"),
)
TWICE_SHEET: Final = error(
    "D013",
    N_("工作表「{came}」与「{other}」是同一张表。"),
    N_("请合并到一张工作表。"),
)
NO_INJECT: Final = error(
    "D014",
    N_("这一行有处置「{came}」，上面却没有情景。"),
    N_("请在这一行或上面填写情景。"),
)
TWO_SCENES: Final = error(
    "D015",
    N_("「演练」表只能有一行，这是多出来的。"),
    N_("请只留一行。"),
)

_TITLE_ROWS: Final = 20
_LEAST: Final = 2
"""Columns of a chronogram that a header must name to be one."""


def read_workbook(path: Path) -> Loaded:
    """A script of a workbook."""
    heard: list[Problem] = []
    try:
        written = _written(path, open_book(path), heard)
    except Refused as refused:
        told = refused.kind.at(Where(path.name), **refused.words)
        return Loaded(None, (*heard, told))
    if written is None:
        return Loaded(None, tuple(heard))
    return build(written, heard)


def _written(path: Path, book: Book, heard: list[Problem]) -> Written | None:
    pages = _pages(book, heard)
    if "chronogram" not in pages:
        came = "、".join(book.names[:9])
        heard.append(NO_LIST.at(Where(path.name), came=came))
        return None
    tables = {}
    for sheet in columns.SHEETS:
        if sheet.table in pages:
            read = read_table(sheet, pages[sheet.table], heard)
            rows = named(sheet, [*read.rows])
            if sheet is not columns.CHRONOGRAM:
                rows = [row for row in rows if not empty(row)]
            tables[sheet.table] = rows
    heard += [TWO_SCENES.at(row.where) for row in tables.get("scene", [])[1:]]
    if not tables.get("scene"):
        tables["scene"] = [_said_above(pages["chronogram"])]
    injects, expected = _parted(tables.pop("chronogram"), heard)
    return Written(path.name, path.stem, tables | {"injects": injects}, expected)


def _pages(book: Book, heard: list[Problem]) -> dict[str, Page]:
    """The sheets that hold something of a script, by table."""
    pages: dict[str, Page] = {}
    foreign = []
    for name in filter(book.filled, book.names):
        sheet = next((s for s in columns.SHEETS if folded(name) in s.known_as), None)
        if sheet is None:
            foreign.append(name)
        elif sheet.table in pages:
            words = {"came": name, "other": pages[sheet.table].name}
            heard.append(TWICE_SHEET.at(Where(book.file, name), **words))
        else:
            pages[sheet.table] = book.page(name)
    for name in foreign:
        page = book.page(name)
        if "chronogram" not in pages and _is_chronogram(page):
            pages["chronogram"] = page
        else:
            known = {s: sheet for sheet in columns.SHEETS for s in sheet.known_as}
            near = closest(folded(name), known)
            words = {"came": name, "closest": known[near].label if near else "—"}
            heard.append(UNKNOWN_SHEET.at(Where(book.file, name), **words))
    return pages


def _is_chronogram(page: Page) -> bool:
    """Whether the header of a sheet names an inject and what is expected."""
    found = find_header(columns.CHRONOGRAM, page.grid)
    if found is None:
        return False
    names = {column.name for column in found.columns.values()}
    return len(names) > _LEAST and "title" in names and "act" in names


_DATE: Final = re.compile(
    r"\d{4}\s*[-./年]\s*\d{1,2}\s*[-./月]\s*\d{1,2}\s*日?"
    r"[\sT]*(?:(?:上午|下午|早上|晚上)?\d{1,2}[:点时](?:\d{1,2}分?)?)?"
)


def _said_above(page: Page) -> Row:
    """Title and start of a hand-made chronogram: what stands above its header."""
    found = find_header(columns.CHRONOGRAM, page.grid)
    last = found.last if found else 0
    cells: dict[str, Cell] = {}
    for where, raw in _above(page, last):
        text = unicodedata.normalize("NFKC", text_of(raw))
        if isinstance(raw, dt.datetime):
            cells.setdefault("start", Cell(raw, where))
        elif isinstance(raw, str) and (match := _DATE.search(text)):
            said = re.sub(r"\s*([-./年月日:])\s*", r"\1", match[0].strip())
            cells.setdefault("start", Cell(said.replace("日", "日 "), where))
        elif isinstance(raw, str):
            cells.setdefault("title", Cell(raw, where))
    if "start" in cells:
        cells["start"] = _with_clock(cells["start"], page, last)
    return Row(Where(page.file, page.name), cells)


def _above(page: Page, last: int) -> Iterator[tuple[Where, Raw]]:
    """The cells above a header, merged ones once."""
    for n, raws in enumerate(page.grid[: min(last, _TITLE_ROWS)]):
        before: Raw = None
        for c, raw in enumerate(raws):
            if not is_nothing(raw) and raw != before:
                yield page.where(n, c), raw
            before = raw


_CLOCK: Final = re.compile(r"\d{1,2}[:点时]")


def _with_clock(cell: Cell, page: Page, last: int) -> Cell:
    """A start with the time of the first row, where only its day is said."""
    if isinstance(cell.raw, dt.datetime) and cell.raw.time() != dt.time():
        return cell
    if isinstance(cell.raw, str) and _CLOCK.search(cell.raw):
        return cell
    found = find_header(columns.CHRONOGRAM, page.grid)
    at = [
        c
        for c, column in (found.columns if found else {}).items()
        if column.name == "at"
    ]
    for raws in page.grid[last + 1 :]:
        raw = raws[at[0]] if at else None
        if is_nothing(raw):
            continue
        day = cell.raw.date() if isinstance(cell.raw, dt.datetime) else cell.raw
        if isinstance(raw, dt.datetime):
            return Cell(raw, cell.where)
        text = raw.isoformat() if isinstance(raw, dt.time) else text_of(raw)
        first = re.split(r"[-—–~～至到]", unicodedata.normalize("NFKC", text))[0]
        return Cell(f"{str(day).strip()} {first.strip()}", cell.where)
    return cell


def _parted(rows: list[Row], heard: list[Problem]) -> tuple[list[Row], list[list[Row]]]:
    """The injects of a chronogram, of each its actions.

    A row goes on with the inject above where its cells of an inject are empty or say
    the same (merged cells do).
    """
    injects: list[Row] = []
    expected: list[list[Row]] = []
    for row in rows:
        if empty(row):
            continue
        inject = _cut(row, columns.INJECT_KEYS)
        action = _cut(row, columns.ACTION_KEYS)
        if not injects and empty(inject):
            came = text_of(action.cells["act"].raw) if "act" in action.cells else ""
            heard.append(NO_INJECT.at(row.where, came=came[:60]))
            continue
        if not injects or not _goes_on(inject, injects[-1]):
            injects.append(inject)
            expected.append([])
        if not empty(action):
            expected[-1].append(action)
    return injects, expected


def _cut(row: Row, keys: tuple[str, ...]) -> Row:
    cells = {name: cell for name, cell in row.cells.items() if name in keys}
    return Row(row.where, cells)


def _goes_on(row: Row, above: Row) -> bool:
    return all(
        is_nothing(cell.raw)
        or (name in above.cells and cell.raw == above.cells[name].raw)
        for name, cell in row.cells.items()
    )


# --- writing ----------------------------------------------------------------------------

TITLE, NOTE, HEADER, EXAMPLE, FIRST = range(5)
"""Rows of a sheet, from 0."""


def write_workbook(scene: Scene, path: Path) -> None:
    """Write a script into a workbook that is read back as the same script."""
    rows = rows_of(scene)
    with whole(path) as part:
        book = Workbook(
            str(part),
            {
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        made = scene.start.replace(tzinfo=None, hour=0, minute=0, second=0)
        book.set_properties({"created": made, "comments": FORMAT})
        pen = Pen(book)
        for sheet in columns.SHEETS:
            if sheet is columns.CHRONOGRAM:
                _write_chronogram(pen, rows)
            else:
                pen.write_sheet(sheet, rows[sheet.table])
        pen.close()


class Pen:
    """Writes sheets of one workbook: title, note, header, example, rows."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.formats = formats_of(book)
        wrapped = {"border": 1, "border_color": "#C9CFCB", "valign": "top", "text_wrap": True, "num_format": "@"}  # fmt: skip
        self.formats["wrapped"] = book.add_format(wrapped)
        self._lists = Lists(book)

    def open_sheet(
        self, sheet: Sheet, filled: int, *, example: bool = True
    ) -> Worksheet:
        """A new sheet with everything above its first row."""
        page = self.book.add_worksheet(sheet.label)
        last = len(sheet.columns) - 1
        for row, text, look in (
            (TITLE, sheet.label, "title"),
            (NOTE, _(sheet.note), "note"),
        ):
            if last:
                page.merge_range(row, 0, row, last, text, self.formats[look])
            else:
                page.write_string(row, 0, text, self.formats[look])
        page.set_row(NOTE, 30)
        page.set_row(HEADER, 32)
        page.freeze_panes(FIRST, min(2, last))
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.repeat_rows(HEADER)
        for n, column in enumerate(sheet.columns):
            self._head(page, sheet, n, example=example)
            if words := _words(sheet, column):
                drop_down(page, column.label, (n, filled), self._lists.source(words))
        return page

    def _head(self, page: Worksheet, sheet: Sheet, n: int, *, example: bool) -> None:
        column = sheet.columns[n]
        star = "*" if sheet.required(column) else ""
        page.write_string(HEADER, n, f"{star}{column.label}", self.formats["header"])
        if column.note:
            page.write_comment(HEADER, n, _(column.note), {"author": ""})
        if example:
            lead = _("示例：") if n == 0 else ""
            page.write_string(
                EXAMPLE, n, f"{lead}{column.example}", self.formats["example"]
            )
        page.set_column(n, n, _WIDE.get(column.name, 12), self.formats["text"])

    def write_sheet(self, sheet: Sheet, rows: list[Plain]) -> None:
        """A sheet of rows."""
        page = self.open_sheet(sheet, len(rows))
        for r, row in enumerate(rows, start=FIRST):
            for n, column in enumerate(sheet.columns):
                self.write_cell(page, (r, n), row.get(column.name))

    def write_cell(self, page: Worksheet, place: tuple[int, int], value: Any) -> None:
        """A cell by its type; texts are never taken for formulas or links."""
        shown = shown_cell(value)
        if shown is None:
            page.write_blank(*place, None, self.formats["wrapped"])
        elif isinstance(shown, (int, float)):
            page.write_number(*place, shown, self.formats["number"])
        else:
            page.write_string(*place, shown, self.formats["wrapped"])

    def close(self) -> None:
        """Write the hidden sheet of words and close the file."""
        self._lists.write()
        try:
            self.book.close()
        except xlsxwriter.exceptions.FileCreateError as bad:
            raise bad.args[0] from bad


_WIDE: Final = {
    "title": 24,
    "text": 36,
    "act": 30,
    "source": 36,
    "document": 24,
    "feeds": 28,
    "hint": 44,
}


def shown_cell(value: Any) -> str | int | float | None:
    """A plain value as a cell holds it; numbers that Excel would round are texts."""
    if value is None:
        return None
    if isinstance(value, tuple):
        return "、".join(str(shown_cell(part)) for part in value)
    if isinstance(value, bool):
        return show_bool(value)
    if isinstance(value, (int, float)):
        return value if float(f"{value:.16G}") == value else repr(value)
    return str(value)


def _words(sheet: Sheet, column: Column) -> tuple[str, ...]:
    """The words that a drop-down offers; none: no drop-down."""
    held = sheet.holds(column)
    if held.of is bool:
        return (show_bool(True), show_bool(False))  # noqa: FBT003  # the values themselves
    if issubclass(held.of, Word) and not held.many:
        return tuple(map(show_word, members(held.of)))
    return ()


def _write_chronogram(pen: Pen, rows: dict[str, list[Any]]) -> None:
    """The chronogram: a row an action, the cells of its inject merged."""
    sheet = columns.CHRONOGRAM
    filled = sum(max(1, len(actions)) for actions in rows["actions"])
    page = pen.open_sheet(sheet, filled)
    r = FIRST
    for inject, actions in zip(rows["injects"], rows["actions"], strict=True):
        last = r + max(1, len(actions)) - 1
        for n, column in enumerate(sheet.columns):
            if column.name in columns.INJECT_KEYS:
                _write_merged(pen, page, (r, last, n), inject.get(column.name))
            else:
                for k, action in enumerate(actions):
                    pen.write_cell(page, (r + k, n), action.get(column.name))
        r = last + 1


def _write_merged(
    pen: Pen, page: Worksheet, place: tuple[int, int, int], value: Any
) -> None:
    """One cell over rows; place: first row, last row, column."""
    first, last, n = place
    if first < last:
        page.merge_range(first, n, last, n, "", pen.formats["wrapped"])
    pen.write_cell(page, (first, n), value)
