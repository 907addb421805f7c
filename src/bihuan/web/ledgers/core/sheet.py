"""A ledger as the paper sheet of its name: title, unit, header, rows, signatures; or empty.

The same sheet comes back: its header is what the import looks for, and the last column
holds the number by which a row is known again.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import IO, Any, Final

from django.utils.timezone import localtime
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from bihuan.base.wording import N_, _
from bihuan.plan.save import formats_of
from bihuan.rules.access import Detail
from bihuan.web.ledgers.core.declare import Column, Kind, Ledger
from bihuan.web.ledgers.core.listing import with_common
from bihuan.web.ledgers.core.values import masked, shown, value_of, word

FORMAT: Final = "bihuan-ledger/1"
TITLE, UNIT, NOTE, HEADER, FIRST = range(5)
"""Rows of the sheet, from 0."""
SPARE: Final = 200
"""Rows below the last one that have drop-downs too."""
A4: Final = 9
HOT: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a program might take for a formula."""
NUMBER: Final = "number"
"""Key of the column by which a row is known again."""
SIGNATURES: Final = (N_("填报人"), N_("审核人"), N_("负责人"))
EXAMPLE: Final = N_("示例")
HELP: Final = N_("说明：{help}")
LISTS: Final = "_codes"
MOST_LIST: Final = 200
"""Words of a drop-down."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetColumn:
    """A column of the sheet: declared by the ledger, or one that every sheet has."""

    key: str
    heading: str
    column: Column | None = None
    width: int = 12

    @property
    def required(self) -> bool:
        """Whether an imported row must fill it."""
        return self.column is not None and self.column.required and self.entered

    @property
    def entered(self) -> bool:
        """Whether an import reads it."""
        return self.column is not None and self.column.entered


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """What stands above and below the rows."""

    unit: str
    """Who hands it in 填报单位."""
    day: dt.date
    mark: str = ""
    """Who took it out, when, for what."""
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Drop-downs that depend on who asks, as the units, by key."""


def columns_of(ledger: Ledger, detail: Detail) -> tuple[SheetColumn, ...]:
    """The columns of a ledger's sheet for somebody with a detail."""
    told = with_common(ledger.columns_for(detail))
    names = {column.field for column in told}
    before = [SheetColumn(key="#", heading=N_("序号"), width=6)]
    if set(ledger.units) - {"school", "bureau"} and "school" not in names:
        before.append(SheetColumn(key="school", heading=N_("学校"), width=18))
    after = [
        SheetColumn(key=key, heading=heading, width=width)
        for key, heading, width in COMMON
        if key not in names
    ]
    return (*before, *map(_declared, told), *after)


COMMON: Final = (
    ("state", N_("状态"), 10),
    ("late", N_("补报"), 6),
    ("note", N_("备注"), 20),
    (NUMBER, N_("编号"), 9),
)


def _declared(column: Column) -> SheetColumn:
    widths = {Kind.LONG: 32, Kind.DAY: 12, Kind.TIME: 17, Kind.WHOLE: 8, Kind.YES_NO: 8}
    width = widths.get(column.kind, max(10, min(24, 2 * len(column.heading) + 4)))
    return SheetColumn(
        key=column.field, heading=column.heading, column=column, width=width
    )


def write_sheet(
    file: IO[bytes],
    ledger: Ledger,
    head: Head,
    columns: tuple[SheetColumn, ...],
    rows: Iterable[tuple[Any, Detail]],
) -> int:
    """Write rows into a workbook, one at a time; returns how many."""
    book, page, looks = _start(file, ledger, head, columns)
    writers = [_writer(ledger, column) for column in columns]
    count, row = 0, FIRST
    for found, detail in rows:
        count += 1
        for n, write in enumerate(writers):
            _put(page, row, n, write(found, detail, count), looks)
        row += 1
    _finish(page, ledger, head, row, looks)
    _close(book, page, columns, head, count)
    return count


def write_template(
    file: IO[bytes], ledger: Ledger, head: Head, columns: tuple[SheetColumn, ...]
) -> None:
    """Write the empty sheet with its example row."""
    book, page, looks = _start(file, ledger, head, columns)
    for n, column in enumerate(columns):
        example = _(column.column.example) if column.column else ""
        text = _(EXAMPLE) if n == 0 else example
        page.write_string(FIRST, n, text, looks["example"])
    _finish(page, ledger, head, FIRST + SPARE, looks)
    _close(book, page, columns, head, 1)


def write_counts(
    file: IO[bytes],
    ledger: Ledger,
    head: Head,
    counts: Iterable[tuple[str, str, int]],
) -> int:
    """Write how many rows there are: school, state, number; for who sees only numbers."""
    headings = (N_("序号"), N_("单位"), N_("状态"), N_("条数"))
    columns = tuple(
        SheetColumn(key=heading, heading=heading, width=18) for heading in headings
    )
    book, page, looks = _start(file, ledger, head, columns)
    row = FIRST
    for row, line in enumerate(counts, FIRST):
        for n, value in enumerate((row - FIRST + 1, *line)):
            _put(page, row, n, value, looks)
    _finish(page, ledger, head, row + 1, looks)
    book.close()
    return row - FIRST + 1


def file_name(ledger: Ledger, head: Head) -> str:
    """Unit, ledger, day: 示例A中学_校门出入_2026-03-09.xlsx."""
    stem = "_".join((head.unit, _(ledger.name), head.day.isoformat()))
    return "".join("-" if c in '\\/:*?"<>|\r\n' else c for c in stem) + ".xlsx"


def _start(
    file: IO[bytes], ledger: Ledger, head: Head, columns: tuple[SheetColumn, ...]
) -> tuple[Workbook, Worksheet, dict[str, Format]]:
    """The workbook with everything above the rows."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = Workbook(file, options)
    book.set_properties({"comments": f"{FORMAT} {ledger.slug}"})
    page = book.add_worksheet(_(ledger.name)[:31].replace("/", "、"))
    looks = _looks(book)
    _set_up(page, columns, head)
    last = len(columns) - 1
    page.set_row(TITLE, 28)
    page.merge_range(TITLE, 0, TITLE, last, _(ledger.title), looks["title"])
    said = _("填报单位：{unit}　　日期：{day}", unit=head.unit, day=head.day)
    page.merge_range(UNIT, 0, UNIT, last, said, looks["line"])
    page.merge_range(NOTE, 0, NOTE, last, _notes(columns), looks["note"])
    page.set_row(HEADER, 32)
    for n, column in enumerate(columns):
        star = "*" if column.required else ""
        page.write_string(HEADER, n, f"{star}{_(column.heading)}", looks["header"])
    return book, page, looks


def _set_up(page: Worksheet, columns: tuple[SheetColumn, ...], head: Head) -> None:
    """Paper, repeated header, widths, the mark at the foot of every page."""
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    page.repeat_rows(HEADER)
    page.freeze_panes(FIRST, 0)
    page.set_footer(f"&L&8{head.mark.replace('&', '&&')[:180]}&R&P / &N")
    for n, column in enumerate(columns):
        page.set_column(n, n, column.width)


def _notes(columns: tuple[SheetColumn, ...]) -> str:
    """The line above the header: what every clerk asks, then the columns' own notes."""
    notes = [
        f"{_(column.heading)}：{_(column.column.note)}"
        for column in columns
        if column.column and column.column.note
    ]
    first = _("带*的必填；「编号」不要改，改过的行按它对上；新加的行「编号」空着")
    return "；".join((first, *notes))


def _looks(book: Workbook) -> dict[str, Format]:
    edge = {"border": 1, "border_color": "#C9CFCB", "valign": "top"}
    looks: dict[str, Format] = formats_of(book)
    looks["title"] = book.add_format(
        {"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"}
    )
    looks["line"] = book.add_format({"align": "left"})
    wrapped = {"num_format": "@", "text_wrap": True, **edge}
    looks["text"] = book.add_format(wrapped)
    looks["hot"] = book.add_format({"quote_prefix": True, **wrapped})
    looks["mark"] = book.add_format({"font_color": "#808080", "font_size": 9})
    return looks


Writer = Callable[[Any, Detail, int], Any]


def _writer(ledger: Ledger, column: SheetColumn) -> Writer:
    """What writes a column's cell for a row."""
    declared = column.column
    if declared is not None:
        quick, least = _quick(declared), declared.shown_from
        if quick is not None:
            return lambda row, detail, _count: None if least > detail else quick(row)
        return lambda row, detail, _count: cell_value(row, declared, detail)
    labels = {state.code: _(state.label) for state in ledger.states}
    yes = _("是")
    writers: dict[str, Writer] = {
        "#": lambda _row, _detail, count: count,
        "school": lambda row, _detail, _count: row.school.name,
        "state": lambda row, _detail, _count: labels.get(row.state, row.state),
        "late": lambda row, _detail, _count: yes if row.late else "",
        # free text may name whom the columns hide
        "note": lambda row, detail, _count: (
            masked(row.note) if detail is Detail.NAMED else ""
        ),
        NUMBER: lambda row, _detail, _count: str(row.pk),
    }
    return writers[column.key]


def _quick(column: Column) -> Callable[[Any], Any] | None:
    """What reads a column that needs nothing looked up for each of very many rows.

    It gives what `cell_value` gives; None: the column is of another kind.
    """
    read = attrgetter(column.field)
    if "." in column.field:
        return None
    if column.kind in (Kind.WHOLE, Kind.DAY):
        return read
    if column.kind is Kind.CHOICE and column.words:
        labels = {member.value: _(member.label) for member in column.words}
        return lambda row: labels.get(value := read(row), value)
    if column.kind is Kind.YES_NO:
        said = {True: _("是"), False: _("否")}
        return lambda row: said.get(read(row))
    return None


def cell_value(row: Any, column: Column, detail: Detail) -> Any:
    """What a cell holds: numbers and days as such, everything else as text."""
    if column.shown_from > detail:
        return None
    value = value_of(row, column)
    if column.kind in (Kind.WHOLE, Kind.NUMBER, Kind.CELSIUS) and value is not None:
        return float(value) if column.kind is not Kind.WHOLE else value
    if column.kind is Kind.CHOICE and value:
        return word(column.words, value)
    if isinstance(value, dt.datetime):
        return f"{localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, dt.date):
        return value
    return masked(shown(row, column, detail))


def _put(
    page: Worksheet, row: int, column: int, value: Any, looks: dict[str, Format]
) -> None:
    """Write one cell by its type; a text is never a formula or a link."""
    if isinstance(value, (int, float)):
        page.write_number(row, column, value, looks["number"])
    elif isinstance(value, str) and value:
        look = looks["hot" if value.startswith(HOT) else "text"]
        page.write_string(row, column, value[:32_000], look)
    elif isinstance(value, dt.date):
        day = dt.datetime.combine(value, dt.time())
        page.write_datetime(row, column, day, looks["date"])
    else:
        page.write_blank(row, column, None, looks["text"])


def _finish(
    page: Worksheet,
    ledger: Ledger,
    head: Head,
    row: int,
    looks: dict[str, Format],
) -> None:
    """The notes row, the signatures and the mark; row: the last so far."""
    said = _(HELP, help=_(ledger.help)) if ledger.help else ""
    names = "　　　　　　".join(f"{_(name)}：" for name in SIGNATURES)
    lines = (("line", said), ("line", names), ("mark", head.mark))
    for look, text in lines:
        if text:
            row += 1
            page.write_string(
                row, 0, text, looks[look]
            )  # merged ones stay when rows move


def _close(
    book: Workbook,
    page: Worksheet,
    columns: tuple[SheetColumn, ...],
    head: Head,
    rows: int,
) -> None:
    """Offer the words of each column, and write the workbook out."""
    lists: list[tuple[str, ...]] = []
    for n, column in enumerate(columns):
        words = head.words.get(column.key) or _words(column)
        if words:
            lists.append(words[:MOST_LIST])
            _offer(page, n, rows, len(lists), len(lists[-1]))
    hidden = book.add_worksheet(LISTS)
    for row in range(max(map(len, lists), default=0) or 1):
        for n, words in enumerate(lists, 1):
            if row < len(words):
                hidden.write_string(row, n, words[row])
        if row == 0:
            hidden.write_string(0, 0, FORMAT)
    hidden.hide()
    book.close()


def _offer(page: Worksheet, column: int, rows: int, number: int, size: int) -> None:
    letter = chr(ord("A") + number)
    page.data_validation(
        FIRST,
        column,
        FIRST + rows + SPARE,
        column,
        {
            "validate": "list",
            "source": f"={LISTS}!${letter}$1:${letter}${size}",
            "error_type": "warning",
            "error_message": _("不在下拉列表中；确定要这样填吗？"),
        },
    )


def _words(column: SheetColumn) -> tuple[str, ...]:
    """The words that a column's drop-down offers."""
    declared = column.column
    if declared is None or not column.entered:
        return ()
    if declared.kind is Kind.YES_NO:
        return (_("是"), _("否"))
    if declared.kind is Kind.CHOICE:
        return tuple(_(member.label) for member in declared.words or ())
    return ()
