"""Reading a workbook as clerks fill it in: sheets become tables of rows with their cells.

Titles and notes above the header, two header rows, merged cells, an example row, foreign
sheets and columns are all usual; docs/plan.md tells clerks what is understood.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from bihuan.base.problems import Problem, error, warning
from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.plan.load.cells import Raw, closest, is_nothing, text_of
from bihuan.plan.load.headers import SHEETS, Column, Sheet, find_sheet
from bihuan.plan.load.package import (
    DAMAGED,
    MOST_CELLS,
    Refused,
    Scan,
    cell_name,
    open_package,
)
from bihuan.plan.load.rows import Cell, Row, Table, Tables
from bihuan.plan.names import folded, plain

NO_SHEET: Final = error(
    "P010",
    N_("没有一张工作表是预案的表；有：{came}。"),
    N_("请用 bihuan plan template 生成空表，工作表名称不要改：{allowed}。"),
)
UNKNOWN_SHEET: Final = warning(
    "P011",
    N_("工作表「{came}」不是预案的表，没有读；最接近的是「{closest}」。"),
    N_("如果它是预案的表，请改用规定的名称。"),
)
TWICE_SHEET: Final = error(
    "P012",
    N_("工作表「{came}」与「{other}」是同一张表。"),
    N_("请合并到一张工作表。"),
)
NO_HEADER: Final = error(
    "P013",
    N_("没有找到表头。"),
    N_("请保留表头行，列名如：{allowed}。"),
)
NO_COLUMN: Final = error(
    "P120",
    N_("缺少必填的列「{column}」。"),
    N_("请补上这一列。"),
)
UNKNOWN_COLUMN: Final = warning(
    "P121",
    N_("列「{came}」不认识，没有读；最接近的是「{closest}」。"),
    N_("如果要读，请改用规定的列名。"),
)
TWICE_COLUMN: Final = error(
    "P122",
    N_("列「{came}」出现两次（另一次在 {other}）。"),
    N_("请只留一列。"),
)
FORMULA: Final = error(
    "P123",
    N_("「{column}」这一格是公式，不读公式的结果。"),
    N_("请复制后选择性粘贴为数值。"),
)
ERROR_VALUE: Final = error(
    "P124",
    N_("「{column}」这一格是错误值 {came}。"),
    N_("请改填正确的内容。"),
)
HIDDEN: Final = warning(
    "P125",
    N_("有隐藏的行或列（{came}），已照常读入。"),
    N_("请取消隐藏，核对其中的内容。"),
)

EXAMPLES: Final = ("示例", "example")
"""How the first cell of the example row begins."""
_HEADER_WITHIN: Final = 20
"""Rows from the top among which the header is looked for."""
_LONGEST_HEADER: Final = 100
_OURS: Final = ("_", "说明", "填表说明", "readme")
Grid = list[list[Raw]]


def read_workbook(path: Path, heard: list[Problem]) -> Tables:
    """The tables of a workbook; what is wrong with it is told."""
    try:
        return _read(path, heard)
    except Refused as refused:
        heard.append(refused.kind.at(Where(path.name), **refused.words))
        return {}


def _read(path: Path, heard: list[Problem]) -> Tables:
    book = open_book(path)
    tables: Tables = {}
    named: dict[str, str] = {}
    for name in book.names:
        sheet = find_sheet(name)
        if sheet is None:
            heard.extend(_foreign(book, name))
        elif sheet.table in named:
            words = {"came": name, "other": named[sheet.table]}
            heard.append(TWICE_SHEET.at(Where(path.name, name), **words))
        else:
            named[sheet.table] = name
            tables[sheet.table] = read_table(sheet, book.page(name), heard)
    if not tables:
        came, allowed = "、".join(book.names[:9]), "、".join(s.label for s in SHEETS)
        heard.append(NO_SHEET.at(Where(path.name), came=came, allowed=allowed))
    return tables


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet's cells from A1 on, merged ones filled, with what its scan found."""

    file: str
    name: str
    grid: Grid
    scan: Scan

    def where(self, row: int, column: int) -> Where:
        """The place of a cell; row and column count from 0."""
        return Where(self.file, self.name, cell_name(row + 1, column + 1))


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook that was looked at and opened."""

    file: str
    names: tuple[str, ...]
    scans: Mapping[str, Scan]
    book: CalamineWorkbook

    def page(self, name: str) -> Page:
        """The cells of one of its sheets."""
        try:
            sheet = self.book.get_sheet_by_name(name)
            return lay_out(self.file, sheet, self.scans[name])
        except (CalamineError, KeyError) as bad:
            raise Refused(DAMAGED) from bad

    def filled(self, name: str) -> bool:
        """Whether a sheet holds something and is not one that the form hides."""
        scan = self.scans.get(name)
        return scan is not None and scan.rows > 0 and not name.startswith(_OURS)


def open_book(path: Path) -> Book:
    """Open a workbook that may be hostile, or refuse it."""
    package = open_package(path)
    try:
        book = CalamineWorkbook.from_filelike(package.content)
        return Book(path.name, tuple(book.sheet_names), package.scans, book)
    except (CalamineError, KeyError) as bad:
        raise Refused(DAMAGED) from bad


def _foreign(book: Book, name: str) -> Iterator[Problem]:
    """A sheet that is not ours; an empty one and the form's own are not worth a word."""
    if not book.filled(name):
        return
    known = {spelled: sheet for sheet in SHEETS for spelled in sheet.known_as}
    near = closest(folded(name), known)
    label = known[near].label if near else "—"
    yield UNKNOWN_SHEET.at(Where(book.file, name), came=name, closest=label)


def lay_out(file: str, sheet: CalamineSheet, scan: Scan) -> Page:
    """The cells of a sheet from A1 on, merged ones filled."""
    grid: Grid = [
        [None if raw == "" else raw for raw in row]
        for row in sheet.to_python(skip_empty_area=False)
    ]
    left = MOST_CELLS  # merged ranges of a sound sheet do not overlap
    for (top, first), (bottom, last) in sheet.merged_cell_ranges or ():
        if left > 0:
            left -= _fill(grid, range(top, bottom + 1), range(first, last + 1))
    return Page(file, sheet.name, grid, scan)


def _fill(grid: Grid, rows: range, columns: range) -> int:
    """Give every cell of a merged range the value of its first; the cells looked at."""
    if rows.start >= len(grid) or columns.start >= len(grid[rows.start]):
        return 1
    value = grid[rows.start][columns.start]
    looked = 1
    for row in grid[rows.start : rows.stop]:
        for column in range(columns.start, min(columns.stop, len(row))):
            looked += 1
            if row[column] is None:
                row[column] = value
    return looked


def read_table(sheet: Sheet, page: Page, heard: list[Problem]) -> Table:
    """The rows below the header of a sheet."""
    table = stream_table(sheet, page, heard)
    return Table([*table.rows], table.absent)


def stream_table(sheet: Sheet, page: Page, heard: list[Problem]) -> Table:
    """The same, each row made when it is asked for: long sheets need not stand twice."""
    found = find_header(sheet, page.grid)
    if found is None:
        if page.grid:
            allowed = "、".join(column.label for column in sheet.columns[:6])
            heard.append(NO_HEADER.at(page.where(0, 0), allowed=allowed))
        return Table(())
    heard.extend(_header_problems(sheet, page, found))
    heard.extend(_hidden(page))
    columns = _first_of_each(found.columns)
    absent = frozenset(c.zh for c in sheet.columns) - {c.zh for c in columns.values()}
    return Table(_rows(page, columns, found.last + 1, heard), absent)


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header ends, which column of the sheet is which, what nobody knows."""

    last: int
    columns: Mapping[int, Column]
    unknown: Mapping[int, str]


def find_header(sheet: Sheet, grid: Grid) -> Header | None:
    """The header of a sheet: one row or two, somewhere near the top."""
    known = {spelled: column for column in sheet.columns for spelled in column.known_as}
    for column in sheet.columns:  # the header proper wins over what it is also called
        known |= {folded(column.zh): column, folded(column.en): column}
    top = grid[:_HEADER_WITHIN]
    matched = [_matched(row, known) for row in top]
    best = max(range(len(top)), key=lambda n: (len(matched[n]), n), default=0)
    if not top or len(matched[best]) < min(2, len(sheet.columns)):
        return None
    last = best
    while last + 1 < len(top) and _all_headers(top[last + 1], matched[last + 1]):
        last += 1
    columns: dict[int, Column] = {}
    said: dict[int, str] = {}
    for n in range(max(0, best - 1), last + 1):
        columns |= matched[n]
        if matched[n]:
            said |= {
                c: text_of(r)[:_LONGEST_HEADER]
                for c, r in enumerate(top[n])
                if not is_nothing(r)
            }
    unknown = {c: text for c, text in said.items() if c not in columns}
    return Header(last, dict(sorted(columns.items())), unknown)


def _matched(row: list[Raw], known: Mapping[str, Column]) -> dict[int, Column]:
    """The columns that the cells of a row name."""
    found = {}
    for n, raw in enumerate(row):
        if isinstance(raw, str) and (column := known.get(_header(raw, known))):
            found[n] = column
    return found


def _header(text: str, known: Mapping[str, Column]) -> str:
    """A header folded; a remark in brackets counts only where it must."""
    text = text[:_LONGEST_HEADER]
    spelled = folded(text)
    return spelled if spelled in known else folded(plain(text).partition("(")[0])


def _all_headers(row: list[Raw], matched: Mapping[int, Column]) -> bool:
    filled = [n for n, raw in enumerate(row) if not is_nothing(raw)]
    return bool(filled) and all(n in matched for n in filled)


def _first_of_each(columns: Mapping[int, Column]) -> dict[int, Column]:
    first: dict[str, int] = {}
    for n, column in columns.items():
        first.setdefault(column.zh, n)
    return {n: column for n, column in columns.items() if first[column.zh] == n}


def _header_problems(sheet: Sheet, page: Page, found: Header) -> Iterator[Problem]:
    """Columns that are missing, that nobody knows, that come twice."""
    present = {column.zh: n for n, column in reversed([*found.columns.items()])}
    for column in sheet.columns:
        if column.zh not in present and sheet.required(column) and not column.kinds:
            yield NO_COLUMN.at(page.where(found.last, 0), column=column.label)
    known = {s: c for c in sheet.columns for s in c.known_as if c.zh not in present}
    for n, came in found.unknown.items():
        near = closest(folded(came), known)
        label = known[near].label if near else "—"
        where = page.where(found.last, n)
        yield UNKNOWN_COLUMN.at(where, came=came[:60], closest=label)
    for n, column in found.columns.items():
        if n != present[column.zh]:
            other = cell_name(found.last + 1, present[column.zh] + 1)
            where = page.where(found.last, n)
            yield TWICE_COLUMN.at(where, came=column.label, other=other)


def _hidden(page: Page) -> Iterator[Problem]:
    """A word about hidden rows and columns that hold something."""
    rows = [f"{n}:{n}" for n in page.scan.hidden_rows if n <= len(page.grid)]
    width = page.scan.last_column
    columns = [
        f"{cell_name(0, first)[:-1]}:{cell_name(0, min(last, width))[:-1]}"
        for first, last in page.scan.hidden_columns
        if 0 < first <= width
    ]
    if rows or columns:
        came = "、".join((*columns, *rows)[:6])
        yield HIDDEN.at(Where(page.file, page.name), came=came)


def _rows(
    page: Page, columns: Mapping[int, Column], first: int, heard: list[Problem]
) -> Iterator[Row]:
    """The rows of a sheet from the first below its header; the example is left out."""
    for n, raws in enumerate(page.grid[first:], start=first):
        if n == first and _is_example(raws):
            continue
        cells = {
            column.zh: _cell(page, n, c, column, heard) for c, column in columns.items()
        }
        yield Row(page.where(n, min(columns)), cells)


def _is_example(raws: list[Raw]) -> bool:
    """Whether a row shows how to fill in the form."""
    said = next((text_of(raw) for raw in raws if not is_nothing(raw)), "")
    return plain(said[:_LONGEST_HEADER]).casefold().startswith(EXAMPLES)


def _cell(
    page: Page, row: int, column: int, what: Column, heard: list[Problem]
) -> Cell:
    """A cell; one that holds a formula or an error is told and taken for bad."""
    where, raw = page.where(row, column), page.grid[row][column]
    if (row + 1, column + 1) in page.scan.formulas:
        heard.append(FORMULA.at(where, column=what.label))
        return Cell(raw, where, bad=True)
    if (row + 1, column + 1) in page.scan.errors:
        heard.append(ERROR_VALUE.at(where, column=what.label, came=text_of(raw)))
        return Cell(raw, where, bad=True)
    return Cell(raw, where)
