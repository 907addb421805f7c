"""All that reading, checking and the standards find in a plan, in the order of its file."""

import re
from datetime import date
from typing import Final

from bihuan.base.problems import Problem, Weight, errors
from bihuan.base.where import Where
from bihuan.plan.check import check
from bihuan.plan.load.headers import SHEETS, find_sheet
from bihuan.plan.reading import Reading
from bihuan.rules.book import load
from bihuan.rules.standards import judge


def judged(reading: Reading, on: date | None = None) -> tuple[Problem, ...]:
    """All problems of a plan at once, sorted by place; each once.

    on: the day whose rules apply; None: the day the plan is dated.
    """
    found = set(reading.problems)
    if reading.plan is not None:
        found |= set(check(reading.plan))
        found |= set(judge(reading.plan, load(), on or reading.plan.district.drawn_up))
    return tuple(sorted(found, key=lambda p: (p.where, p.code, p.words)))


def arranged(reading: Reading, on: date | None) -> tuple[Problem, ...]:
    """All problems in the order of the file; each cell's first cause only.

    A cell that could not be read was replaced by a stand-in: what the checks say of it
    is no news.
    """
    told = {problem.where for problem in errors(reading.problems) if problem.where.cell}
    own = set(reading.problems)
    kept = (p for p in judged(reading, on) if p in own or p.where not in told)
    return tuple(sorted(kept, key=_order))


def _order(problem: Problem) -> tuple[object, ...]:
    """Errors first, then by place in the form: sheet, row, column."""
    return (
        problem.weight is not Weight.ERROR,
        problem.where.file,
        _rank(problem.where.sheet),
        problem.where.sheet,
        *_cell(problem.where),
        problem.code,
        problem.words,
    )


def _rank(name: str) -> int:
    """The number of a sheet in the form; foreign ones come last."""
    sheet = find_sheet(name)
    return SHEETS.index(sheet) if sheet else len(SHEETS)


def _cell(where: Where) -> tuple[int, int, str]:
    """Row and column of a cell, for sorting: C17 comes after D9."""
    match = _PLACE.match(where.cell)
    if not match:
        return 0, 0, where.cell
    letters, row = match.groups()
    return int(row), len(letters), letters


_PLACE: Final = re.compile(r"([A-Z]*)(\d{1,9})$")
