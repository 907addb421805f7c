"""docs/drill.md: the keys of a script and of a log, as the source knows them.

`python tools/script.py` writes the tables between the marks anew; the text around them is
written by hand in the page.
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bihuan.base.wording import _, speak
from bihuan.drill import columns, logcolumns
from bihuan.drill.lint import LISTENED
from bihuan.drill.session import Stage
from bihuan.plan.load.cells import Holds, members
from bihuan.plan.load.headers import Column, Sheet
from bihuan.plan.words import Word

PAGE: Final = Path(__file__).parents[1] / "docs/drill.md"
START: Final = "<!-- tables: python tools/script.py -->\n"
END: Final = "<!-- end of tables -->\n"
PLAIN: Final = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "yes or no",
    dt.date: "date",
}
UNITS: Final = {
    "Minutes": "minutes",
    "Moment": "time of the drill",
    "Start": "date and time",
    "Feed": "`kind.field=ACTION.at`",
    "Limit": "key of a standard",
    "Wall": "time on the wall",
    "Share": "proportion",
}
SCRIPT: Final = (columns.SCENE, *columns.PARTS, columns.EXPECTED)
HOMES: Final = {
    "scene": "at the top of the file",
    "injects": "`injects:`",
    "expected": "`expected:` of an inject",
    "log": "at the top of the file",
}


def written(page: str) -> str:
    """The page with the tables of the source."""
    before, _mark, rest = page.partition(START)
    _tables, _end, after = rest.partition(END)
    return f"{before}{START}{tables()}{END}{after}"


def tables() -> str:
    """The keys of a script, those of a log, the words, what can be fed."""
    with speak("zh-Hans"):
        return "\n".join(
            (
                "\n### A script, `bihuan-msel/1`",
                *(line for sheet in SCRIPT for line in _sheet(sheet)),
                "\n### A log, `bihuan-drill-log/1`",
                *(line for sheet in logcolumns.LOG_SHEETS for line in _sheet(sheet)),
                *_words(),
                "\n### What can be fed\n",
                ", ".join(f"`{key}`" for key in sorted(LISTENED)),
                "\n### How far an inject has come\n",
                ", ".join(f"`{stage}`" for stage in Stage),
                "",
            )
        )


def _sheet(sheet: Sheet) -> Iterator[str]:
    home = HOMES.get(sheet.table, f"`{sheet.table}:`")
    yield f"\n#### {sheet.zh} {sheet.en}: {home}\n"
    yield "| key | Excel | English | holds | example | also named |"
    yield "| --- | --- | --- | --- | --- | --- |"
    yield from (_column(sheet, column) for column in sheet.columns)


def _column(sheet: Sheet, column: Column) -> str:
    star = "\\*" if sheet.required(column) else ""
    cells = (
        f"{star}`{column.name}`",
        column.zh,
        column.en,
        _holds(sheet.holds(column)),
        column.example,
        "、".join(column.also),
    )
    return f"| {' | '.join(cells)} |"


def _holds(held: Holds) -> str:
    return f"list of {_one(held)}" if held.many else _one(held)


def _one(held: Holds) -> str:
    if held.unit in UNITS:
        return UNITS[held.unit]
    if issubclass(held.of, Word):
        return f"`{held.of.__name__}`"
    return PLAIN[held.of]


def _words() -> Iterator[str]:
    yield "\n### Words\n"
    yield "| vocabulary | code: label |"
    yield "| --- | --- |"
    for word in vocabularies():
        told = "; ".join(f"{m.value}: {_(m.label)}" for m in members(word))
        yield f"| `{word.__name__}` | {told} |"


def vocabularies() -> list[type[Word]]:
    """The vocabularies that cells hold, by name."""
    sheets = (*SCRIPT, *logcolumns.LOG_SHEETS)
    held = (sheet.holds(column).of for sheet in sheets for column in sheet.columns)
    return sorted({of for of in held if issubclass(of, Word)}, key=lambda w: w.__name__)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
