"""docs/plan.md: the sheets and columns of a plan, as the source knows them.

`python tools/form.py` writes the tables between the marks anew; the text around them is
written by hand in the page.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Protocol

from bihuan.base.wording import _, speak
from bihuan.plan.load.cells import Holds
from bihuan.plan.load.headers import KIND, SHEETS, Column, Sheet
from bihuan.plan.measures import type_of
from bihuan.plan.words import Word

PAGE: Final = Path(__file__).parents[1] / "docs/plan.md"
START: Final = "<!-- tables: python tools/form.py -->\n"
END: Final = "<!-- end of tables -->\n"
PLAIN: Final = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "yes or no",
    dt.date: "date",
    dt.time: "time",
}


def written(page: str) -> str:
    """The page with the tables of the source."""
    before, _mark, rest = page.partition(START)
    _tables, _end, after = rest.partition(END)
    return f"{before}{START}{tables()}{END}{after}"


def tables() -> str:
    """A heading and a table for each sheet, then the vocabularies."""
    with speak("zh-Hans"):
        return "\n".join((*(line for s in SHEETS for line in _sheet(s)), *_words(), ""))


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield f"\n### {sheet.zh} {sheet.en} (`{sheet.table}`)\n"
    if sheet.also:
        yield f"Also named: {'、'.join(sheet.also)}.\n"
    yield "| column | English | field | holds | refers to | example | also named |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    yield from (_column(sheet, column) for column in sheet.columns)


def _column(sheet: Sheet, column: Column) -> str:
    star = "\\*" if sheet.required(column) else ""
    cells = (
        f"{star}{column.zh}",
        column.en,
        f"`{column.name}`{_kinds(column)}",
        _holds(sheet, column),
        ", ".join(f"`{table}`" for table in column.refers),
        column.example,
        "、".join(column.also),
    )
    return f"| {' | '.join(cells)} |"


def _kinds(column: Column) -> str:
    labels = "、".join(type_of[kind].label for kind in column.kinds)
    return f" ({labels})" if labels else ""


def _holds(sheet: Sheet, column: Column) -> str:
    if sheet.table == "measures" and column.name == KIND:
        return "kind of measure"
    held = sheet.holds(column)
    return f"list of {_one(held)}" if held.many else _one(held)


def _one(held: Holds) -> str:
    if held.unit == "Share":
        return "proportion"
    if issubclass(held.of, Word):
        return f"`{held.of.__name__}`"
    return PLAIN[held.of]


def _words() -> Iterator[str]:
    yield "\n### Words\n"
    yield "| vocabulary | code: label |"
    yield "| --- | --- |"
    yield f"| kind of measure | {_members(type_of.items())} |"
    for word in vocabularies():
        pairs = [(member.value, member) for member in _all(word)]
        yield f"| `{word.__name__}` | {_members(pairs)} |"


class _Labelled(Protocol):
    """A member of a vocabulary, or a kind of measure."""

    @property
    def label(self) -> str: ...


def vocabularies() -> list[type[Word]]:
    """The vocabularies that cells hold, by name."""
    held = (sheet.holds(column).of for sheet in SHEETS for column in sheet.columns)
    return sorted({of for of in held if issubclass(of, Word)}, key=lambda w: w.__name__)


def _all(word: type[Word]) -> list[Word]:
    return list(word)


def _members(pairs: Iterable[tuple[str, _Labelled]]) -> str:
    return "; ".join(f"{code}: {_(member.label)}" for code, member in pairs)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
