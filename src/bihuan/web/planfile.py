"""A plan's file as it was handed in: judged, kept as data, shown as the clerk sees it."""

import io
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.utils.exceptions import InvalidFileException

from bihuan.base.problems import Problem, Weight, error, errors
from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.plan.load.cells import text_of
from bihuan.plan.load.package import Refused as Unreadable, cell_name, column_number
from bihuan.plan.load.workbook import open_book
from bihuan.plan.plan import TABLES, Plan
from bihuan.plan.read import read
from bihuan.plan.reading import Reading
from bihuan.rules.judged import arranged

TOO_LONG: Final = error(
    "W001",
    N_("「{came}」有 {n} 个字，网站最多记 {high} 个字。"),
    N_("请缩短编号或名称。"),
)
NOT_OURS: Final = error(
    "W002",
    N_("本校编号「{code}」不在文件里；文件里的学校是：{came}。"),
    N_("请交本校自己的预案，学校编号与名册一致。"),
)
CODE: Final = 40
NAME: Final = 80
AROUND: Final = 5
"""Rows of the clerk's sheet shown above and below a wrong cell."""
TOP: Final = 3
"""Rows of the sheet's head that are always shown."""
WIDE: Final = 16
"""Columns shown; a wrong cell further right moves the window."""
ENDING: Final = ".xlsx"
LONGEST: Final = 60
"""Letters of a file's name; a letter takes up to four of the 255 bytes a system allows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """What a file holds and what is wrong with it."""

    plan: Plan | None
    problems: tuple[Problem, ...]
    rows: int
    seconds: float

    @property
    def wrong(self) -> int:
        """How many must be mended before it can be sent on."""
        return sum(1 for _problem in errors(self.problems))


def file_name(name: str) -> str:
    """The name a file is kept under: its last part, short, always a workbook's."""
    stem = Path(name.replace("\\", "/")).stem.strip(". ")[:LONGEST] or "plan"
    plain = "".join(c for c in stem if c.isprintable() and c not in '/:*?"<>|')
    return f"{plain or 'plan'}{ENDING}"


def read_bytes(name: str, data: bytes) -> Reading:
    """Read a plan from what was handed in."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file_name(name)
        path.write_bytes(data)
        return read(path)


def examine(name: str, data: bytes, school: str = "") -> Examined:
    """Read and judge a file; school: the code of the school whose plan it has to be."""
    began = time.perf_counter()
    reading = read_bytes(name, data)
    own = tuple(_own(reading.plan, school, file_name(name))) if reading.plan else ()
    found = (*own, *arranged(reading, None))
    plan = reading.plan
    return Examined(
        plan=plan,
        problems=found,
        rows=sum(len(getattr(plan, table)) for table in TABLES) if plan else 0,
        seconds=round(time.perf_counter() - began, 1),
    )


def _own(plan: Plan, school: str, file: str) -> Iterator[Problem]:
    """What only the site minds: whose plan it is, and how long names may be."""
    codes = {str(row.code) for row in plan.schools}
    if school and school not in codes:
        came = "、".join(sorted(codes)[:6]) or "—"
        yield NOT_OURS.at(Where(file), code=school, came=came)
    for table, names in _NAMED.items():
        for number, row in enumerate(getattr(plan, table)):
            for name, high in names.items():
                came = str(getattr(row, name))
                if len(came) > high:
                    where = plan.where(table, number, name)
                    yield TOO_LONG.at(where, came=came[:20], n=len(came), high=high)


_NAMED: Final[Mapping[str, Mapping[str, int]]] = {
    "schools": {"code": CODE, "name": NAME},
    "grades": {"code": CODE, "name": NAME},
    "classes": {"code": CODE, "name": NAME},
    "people": {"id": CODE, "name": 60},
    "zones": {"code": CODE - 4, "name": NAME, "building": CODE},
    "duties": {"code": CODE},
}
"""Fields that become columns of the site, and how long they may be."""


def kept(examined: Examined) -> list[dict[str, Any]]:
    """Problems as they are kept: by code and place, so that they can be told in any language."""
    return [
        {
            "code": problem.code,
            "file": problem.where.file,
            "sheet": problem.where.sheet,
            "cell": problem.where.cell,
            "words": [list(word) for word in problem.words],
        }
        for problem in examined.problems
    ]


def told(rows: Iterable[Mapping[str, Any]]) -> list[Problem]:
    """The problems again."""
    return [
        Problem(
            row["code"],
            Where(row["file"], row["sheet"], row["cell"]),
            tuple((name, word) for name, word in row["words"]),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Square:
    """A cell as it is shown."""

    name: str
    text: str
    state: str = ""
    """fail, stale (a warning) or nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the clerk's sheet; `gap`: rows were left out before it."""

    number: int
    cells: tuple[Square, ...]
    gap: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """The part of a sheet around a cell."""

    sheet: str
    letters: tuple[str, ...]
    lines: tuple[Line, ...]
    row: int
    letter: str


def show(
    name: str, data: bytes, at: Where, problems: Iterable[Problem]
) -> Shown | None:
    """The clerk's own sheet around a cell; None where there is none to show."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file_name(name)
        path.write_bytes(data)
        try:
            grid = open_book(path).page(at.sheet).grid
        except Unreadable:
            return None
    marks = {
        p.where.cell: "fail" if p.weight is Weight.ERROR else "stale"
        for p in reversed(list(problems))
        if p.where.sheet == at.sheet
    }
    return _window(at, grid, marks)


def mended(data: bytes, at: Where, came: str, instead: str) -> bytes | None:
    """The file with one word of a cell replaced; None where that is not plainly one word."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(data))
        cell = book[at.sheet][at.cell]
    except (KeyError, ValueError, TypeError, OSError, BadZipFile, InvalidFileException):
        return None
    text = str(cell.value or "") if isinstance(cell, Cell) else ""
    if text.count(came) != 1 or text.startswith("="):
        return None
    cell.value = text.replace(came, instead)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _window(at: Where, grid: list[list[Any]], marks: Mapping[str, str]) -> Shown:
    letters = "".join(c for c in at.cell if c.isalpha())
    digits = "".join(c for c in at.cell if c.isdigit())
    row, column = int(digits or 1), column_number(letters or "A")
    width = max((len(line) for line in grid), default=0)
    first = max(1, min(column - WIDE // 2, width - WIDE + 1))
    columns = range(first, min(width, first + WIDE - 1) + 1)
    wanted = sorted(set(range(1, TOP + 1)) | set(range(row - AROUND, row + AROUND + 1)))
    numbers = [n for n in wanted if 1 <= n <= len(grid)]
    lines = []
    for place, number in enumerate(numbers):
        cells = tuple(_square(grid, number, c, marks) for c in columns)
        if len({cell.text for cell in cells}) == 1:  # a title over merged cells
            cells = (cells[0], *(Square(c.name, "", c.state) for c in cells[1:]))
        lines.append(Line(number, cells, place > 0 and numbers[place - 1] < number - 1))
    heads = tuple(cell_name(0, c)[:-1] for c in columns)
    return Shown(at.sheet, heads, tuple(lines), row, letters or "A")


def _square(
    grid: list[list[Any]], row: int, column: int, marks: Mapping[str, str]
) -> Square:
    line = grid[row - 1]
    raw = line[column - 1] if column <= len(line) else None
    name = cell_name(row, column)
    return Square(name, "" if raw is None else text_of(raw)[:120], marks.get(name, ""))
