"""Giving bad rows back: the sheet as it came, with a column that says what is wrong."""

import datetime as dt
import io
from collections.abc import Iterable, Mapping
from typing import Any

from xlsxwriter.workbook import Workbook

from bihuan.base.wording import _
from bihuan.plan.load.cells import Raw, text_of
from bihuan.plan.load.package import cell_name
from bihuan.web.ledgers.core.intake import WRONG, Reading


def given_back(reading: Reading, bad: Iterable[Mapping[str, Any]]) -> bytes:
    """The sheet with its header, only the bad rows, and a column that says what is wrong.

    bad: lines of the preview that had an error.
    """
    made = io.BytesIO()
    book = Workbook(made, {"strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True})  # fmt: skip
    page = book.add_worksheet(_sheet_name(reading.sheet))
    looks = _looks(book)
    grid = reading.page.grid if reading.page else []
    last = _width(grid, reading.header)
    for n in range(reading.header + 1):
        head = n == reading.header
        _copy(page, n, grid[n][:last], looks["head" if head else "line"], looks)
    page.write_string(reading.header, last, _(WRONG), looks["head"])
    for n, line in enumerate(bad, reading.header + 1):
        wrong = {cell for cell, _said in line["wrong"]}
        for column, raw in enumerate(grid[line["row"] - 1][:last]):
            cell = cell_name(line["row"], column + 1)
            look = looks["bad" if cell in wrong else "text"]
            _write(page, (n, column), raw, look, looks)
        said = "；".join(f"{cell}：{what}" for cell, what in line["wrong"])
        page.write_string(n, last, said[:32_000], looks["wrong"])
    page.set_column(0, last - 1, 14)
    page.set_column(last, last, 60)
    page.freeze_panes(reading.header + 1, 0)
    book.close()
    return made.getvalue()


def _sheet_name(came: str) -> str | None:
    """A name that a sheet may have; what came may be none, since anybody can write one."""
    plain = "".join(c for c in came if c.isprintable() and c not in "[]:*?/\\'")
    return plain[:31].strip() or None


def _width(grid: list[list[Raw]], header: int) -> int:
    """Columns of the sheet, without an explanation from before."""
    width = max(map(len, grid), default=0)
    heads = grid[header] if grid else []
    explained = len(heads) == width and heads and text_of(heads[-1]) == _(WRONG)
    return width - 1 if explained else width


def _looks(book: Workbook) -> dict[str, Any]:
    edge = {"border": 1, "border_color": "#C9CFCB", "valign": "top"}
    return {
        "line": book.add_format({"quote_prefix": True}),
        "head": book.add_format({"bold": True, "bg_color": "#E3EFE8", "text_wrap": True, **edge}),
        "text": book.add_format({"num_format": "@", "quote_prefix": True, **edge}),
        "date": book.add_format({"num_format": "yyyy-mm-dd", **edge}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm", **edge}),
        "bad": book.add_format({"num_format": "@", "bg_color": "#F9E3E0", "quote_prefix": True, **edge}),
        "wrong": book.add_format({"font_color": "#C00000", "text_wrap": True, **edge}),
    }  # fmt: skip


def _copy(page: Any, n: int, raws: list[Raw], look: Any, looks: dict[str, Any]) -> None:
    """A row above the header; a merged one is written once."""
    said = [raw for raw in raws if raw is not None]
    if len(said) > 1 and len(set(map(str, said))) == 1:
        page.write_string(n, 0, text_of(said[0]), look)
        return
    for column, raw in enumerate(raws):
        _write(page, (n, column), raw, look, looks)


def _write(
    page: Any, place: tuple[int, int], raw: Raw, look: Any, looks: dict[str, Any]
) -> None:
    """A cell as it came; days stay days."""
    if raw is None:
        page.write_blank(*place, None, look)
    elif isinstance(raw, dt.datetime):
        day = raw.time() == dt.time()
        page.write_datetime(*place, raw, looks["date" if day else "moment"])
    elif isinstance(raw, dt.date):
        page.write_datetime(*place, raw, looks["date"])
    elif isinstance(raw, (int, float)) and not isinstance(raw, bool):
        page.write_number(*place, raw, look)
    else:
        page.write_string(*place, text_of(raw)[:32_000], look)
