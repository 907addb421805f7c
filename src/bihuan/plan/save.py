"""Writing a plan: the workbook that clerks fill in, or a folder of YAML files.

What is written is read back as the same plan, for a plan whose texts are as the reader
makes them (`load.cells.canonical`). A file appears whole or not at all.
"""

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import xlsxwriter
import yaml
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from bihuan.base.wording import SOURCE, _, language, speak
from bihuan.plan.load.cells import (
    Holds,
    Raw,
    Value,
    members,
    show,
    show_bool,
    show_nothing,
    show_word,
)
from bihuan.plan.load.headers import (
    KIND,
    SHEETS,
    Column,
    Sheet,
    defaults,
    hints,
    kind_of,
    ordered,
)
from bihuan.plan.measures import type_of
from bihuan.plan.plan import FORMAT, Plan
from bihuan.plan.words import Word

SPARE: Final = 500
"""Rows below the last one that have drop-downs and formats too."""
LISTS: Final = "_codes"
"""The hidden sheet that holds the format's name and the drop-downs."""
TITLE, NOTE, HEADER, EXAMPLE, FIRST = range(5)
"""Rows of a sheet, from 0."""


def save(plan: Plan, path: Path, *, lang: str = SOURCE) -> None:
    """Write a plan: to a workbook if the name ends in .xlsx, else to a folder of YAML."""
    with speak(lang):
        if path.suffix.lower() == ".xlsx":
            write_workbook(rows_of(plan), path, plan.district.drawn_up)
        else:
            _write_folder(plan, path)


def rows_of(plan: Plan) -> dict[str, Sequence[Any]]:
    """The rows of every table, the district's as one."""
    return {"district": (plan.district,)} | {t: getattr(plan, t) for t in ordered()[1:]}


# --- workbook ---------------------------------------------------------------------------


def write_workbook(rows: dict[str, Sequence[Any]], path: Path, day: dt.date) -> None:
    """Write rows into the form; day: what the file says of its own age."""
    with whole(path) as part:
        book = Workbook(
            str(part),
            {
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        made = dt.datetime(day.year, day.month, day.day)  # noqa: DTZ001  # Excel has no zones
        book.set_properties({"created": made, "comments": FORMAT})
        formats = formats_of(book)
        lists = Lists(book)
        for sheet in SHEETS:
            _write_sheet(book, sheet, rows.get(sheet.table, ()), formats, lists)
        lists.write()
        try:
            book.close()
        except xlsxwriter.exceptions.FileCreateError as error:
            raise error.args[0] from error


Formats = dict[str, Format]


def formats_of(book: Workbook) -> Formats:
    """The looks of cells by name."""
    edge = {"border": 1, "border_color": "#C9CFCB"}
    looks: dict[str, dict[str, Any]] = {
        "title": {"bold": True, "font_size": 14, "valign": "vcenter"},
        "note": {"font_color": "#C00000", "text_wrap": True, "valign": "vcenter"},
        "header": {"bold": True, "bg_color": "#E3EFE8", "text_wrap": True, "valign": "vcenter", **edge},
        "example": {"italic": True, "font_color": "#808080", "num_format": "@", **edge},
        "text": {"num_format": "@", **edge},
        "number": {"num_format": "General", **edge},
        "percent": {"num_format": "0%", **edge},
        "percents": {"num_format": "0.0##%", **edge},
        "date": {"num_format": "yyyy-mm-dd", **edge},
    }  # fmt: skip
    return {name: book.add_format(look) for name, look in looks.items()}


class Lists:
    """Drop-downs, one column each of a hidden sheet: Excel's own lists are too short."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._lists: dict[tuple[str, ...], str] = {}

    def source(self, words: tuple[str, ...]) -> str:
        """The range that holds some words."""
        column = chr(ord("A") + 1 + len(self._lists))
        place = f"={LISTS}!${column}$1:${column}${len(words)}"
        return self._lists.setdefault(words, place)

    def write(self) -> None:
        """Write the hidden sheet, after all others."""
        sheet = self._book.add_worksheet(LISTS)
        sheet.write_string(0, 0, FORMAT)
        for column, words in enumerate(self._lists, start=1):
            for row, word in enumerate(words):
                sheet.write_string(row, column, word)
        sheet.hide()


def _write_sheet(
    book: Workbook, sheet: Sheet, rows: Sequence[Any], formats: Formats, lists: Lists
) -> None:
    """Write one sheet: title, note, header, example, rows."""
    page = book.add_worksheet(sheet.label)
    last = len(sheet.columns) - 1
    page.merge_range(TITLE, 0, TITLE, last, sheet.label, formats["title"])
    page.merge_range(NOTE, 0, NOTE, last, _(sheet.note), formats["note"])
    page.set_row(TITLE, 24)
    page.set_row(NOTE, 30)
    page.set_row(HEADER, 32)
    page.freeze_panes(FIRST, min(2, last))
    page.set_landscape()
    page.set_paper(9)  # A4
    page.repeat_rows(HEADER)
    for n, column in enumerate(sheet.columns):
        _write_head(page, sheet, n, column, formats)
        if words := _words(sheet, column):
            drop_down(page, column.label, (n, len(rows)), lists.source(words))
    for r, row in enumerate(rows, start=FIRST):
        for n, column in enumerate(sheet.columns):
            share = sheet.holds(column).unit == "Share"
            write_cell(page, (r, n), written(column, row), formats, share=share)


def _write_head(
    page: Worksheet, sheet: Sheet, n: int, column: Column, formats: Formats
) -> None:
    """Write a column's header and its example."""
    star = "*" if sheet.required(column) else ""
    page.write_string(HEADER, n, f"{star}{column.label}", formats["header"])
    if column.note:
        page.write_comment(HEADER, n, _(column.note), {"author": ""})
    page.write_string(EXAMPLE, n, _example(sheet, n, column), formats["example"])
    width = max(10, min(28, 2 * len(column.label) + 4))
    held = sheet.holds(column)
    plain = "number" if held.of in (int, float) else "text"
    page.set_column(n, n, width, formats["date" if held.of is dt.date else plain])


def _example(sheet: Sheet, n: int, column: Column) -> str:
    """The example of a column; that of the first says what it is."""
    shown = column.example
    if n:
        return shown
    return f"示例：{shown}" if sheet.label == sheet.zh else f"Example: {shown}"


def drop_down(page: Worksheet, label: str, size: tuple[int, int], words: str) -> None:
    """Offer words in a column; other spellings may be typed after a warning.

    size: the column, the number of rows that are filled.
    """
    n, rows = size
    page.data_validation(
        FIRST,
        n,
        FIRST + rows + SPARE,
        n,
        {
            "validate": "list",
            "source": words,
            "error_type": "warning",
            "error_title": label[:32],
            "error_message": _("不在下拉列表中；确定要这样填吗？"),
        },
    )


def _words(sheet: Sheet, column: Column) -> tuple[str, ...]:
    """The words that a drop-down offers; none: no drop-down."""
    if sheet.table == "measures" and column.name == KIND:
        return tuple(show_kind(kind) for kind in type_of)
    held = sheet.holds(column)
    if held.of is bool:
        return (show_bool(True), show_bool(False))  # noqa: FBT003  # the values themselves
    if issubclass(held.of, Word) and not held.many:
        return tuple(map(show_word, members(held.of)))
    return ()


def show_kind(kind: str) -> str:
    """A kind of measure as a clerk reads it."""
    label = type_of[kind].label
    return label if language() == SOURCE else kind.replace("_", " ")


def written(column: Column, row: Any) -> Raw:
    """What is written into a column for a row of the plan; None: the cell stays empty."""
    cls: type = type(row)
    kind = kind_of(cls)
    if kind and column.name == KIND:
        return show_kind(kind)
    knows = column.name in hints(cls)
    if not knows or (column.kinds and kind not in column.kinds):
        return None
    return _written(getattr(row, column.name), hints(cls)[column.name], column, cls)


def _written(value: Value, held: Holds, column: Column, cls: type) -> Raw:
    if value is None or value == "":
        return None
    if held.many and not value:
        return None if defaults(cls).get(column.name) == () else show_nothing()
    return show(value, many=held.many)


_FIRST_DAY: Final = dt.date(1900, 3, 1)
"""Before it Excel's calendar is wrong."""


def write_cell(
    page: Worksheet, place: tuple[int, int], raw: Raw, formats: Formats, *, share: bool
) -> None:
    """Write a cell by its type; texts are never taken for formulas or links."""
    if raw is None:
        page.write_blank(*place, None, formats["text"])
    elif isinstance(raw, dt.date) and raw >= _FIRST_DAY:
        day = dt.datetime.combine(raw, dt.time())
        page.write_datetime(*place, day, formats["date"])
    elif isinstance(raw, (int, float)) and float(f"{raw:.16G}") == raw:
        page.write_number(*place, raw, formats[_look(raw) if share else "number"])
    else:
        refused = page.write_string(*place, str(raw), formats["text"])
        if refused:
            raise ValueError(f"a cell does not hold {len(str(raw))} characters")


def _look(share: float) -> str:
    """How a proportion is shown: 90%, 0.25%."""
    return "percent" if round(share * 100, 6) % 1 == 0 else "percents"


# --- folder of YAML ---------------------------------------------------------------------


def _write_folder(plan: Plan, path: Path) -> None:
    """Write one file a table; tables without rows have none."""
    path.mkdir(parents=True, exist_ok=True)
    rows = rows_of(plan)
    part = Path(tempfile.mkdtemp(prefix=".bihuan-", dir=path))
    try:
        for table in ordered():
            if rows[table]:
                text = _yaml(table, rows[table])
                (part / f"{table}.yaml").write_text(text, "utf-8", newline="\n")
        for table in ordered():
            name = f"{table}.yaml"
            if (part / name).exists():
                (part / name).replace(path / name)
            else:
                (path / name).unlink(missing_ok=True)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _yaml(table: str, rows: Sequence[Any]) -> str:
    """A table as YAML; what a row leaves as usual is not written."""
    listed = [_plain_row(row) for row in rows]
    body = {"format": FORMAT, table: listed[0] if table == "district" else listed}
    return yaml.dump(
        body, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100
    )


class _Line(list[Any]):
    """A list that stands in one line."""


class _Dumper(yaml.CSafeDumper):
    """Writes equal values out again, for people do not read anchors; lists in a line."""

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


_Dumper.add_representer(
    _Line,
    lambda dumper, data: dumper.represent_sequence(
        "tag:yaml.org,2002:seq", data, flow_style=True
    ),
)


def _plain_row(row: Any) -> dict[str, Any]:
    cls: type = type(row)
    kind = {KIND: kind_of(cls)} if kind_of(cls) else {}
    usual = defaults(cls)
    return kind | {
        name: _plain(getattr(row, name))
        for name in hints(cls)
        if name not in usual or usual[name] != getattr(row, name)
    }


def _plain(value: Value) -> Any:
    if isinstance(value, tuple):
        return _Line(_plain(part) for part in value)
    if isinstance(value, Word):
        return value.value
    if isinstance(value, dt.time):
        return show(value)
    return value


# --- whole or not at all ----------------------------------------------------------------


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A place to write beside the file; it takes the file's name once it is complete."""
    handle, name = tempfile.mkstemp(prefix=".bihuan-", suffix=".part", dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _umask() -> int:
    """The mask of new files; reading it needs setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
