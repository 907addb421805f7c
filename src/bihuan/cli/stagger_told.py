"""What the commands of the staggered return answer, as values with a schema."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

import typer

from bihuan.base.ids import GradeCode, SchoolCode
from bihuan.base.problems import Problem
from bihuan.base.wording import _
from bihuan.report.stagger.values import Sequences
from bihuan.stagger.answer import Calendar, Conflict, Day

CALENDAR: Final = "bihuan-stagger-calendar/1"
DAY: Final = "bihuan-stagger-day/1"
BETWEEN: Final = "/"
"""Between school and grade in a key; a grade's code may hold it, a school's not."""


@dataclass(frozen=True, kw_only=True)
class CalendarTold:
    """The answer of ``bihuan stagger calendar``; nothing in it tells the hour."""

    status: str
    gap: float | None
    bound: float | None
    objectives: tuple[tuple[str, float], ...]
    """Each term by its name; a sum is nobody's wish."""
    seed: int
    model: str
    partial: bool
    """Stopped by the clerk: the best plan so far."""
    violations: tuple[Problem, ...]
    """What the independent checker finds; warnings name what cannot be helped."""
    calendar: Calendar
    offers: tuple[Calendar, ...]
    sequence: tuple[tuple[str, int], ...]
    """How often each grade's date was changed after it was published."""


@dataclass(frozen=True, kw_only=True)
class DayTold:
    """The answer of ``bihuan stagger day``."""

    status: str
    gap: float | None
    bound: float | None
    seed: int
    model: str
    partial: bool
    violations: tuple[Problem, ...]
    day: Day


@dataclass(frozen=True, kw_only=True)
class ExplainTold:
    """The answer of ``bihuan stagger explain``; no conflict: everything can be had."""

    status: str
    seed: int
    model: str
    conflict: Conflict | None
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CheckTold:
    """The answer of ``bihuan stagger check``."""

    path: str
    errors: int
    warnings: int
    objectives: tuple[tuple[str, float], ...]
    problems: tuple[Problem, ...]


_Told = TypeVar("_Told", CalendarTold, DayTold)


def timeless(calendar: Calendar) -> Calendar:
    """A calendar without how long it took: the same question has the same answer."""
    return replace(calendar, seconds=0.0)


def kept(sequences: Sequences) -> tuple[tuple[str, int], ...]:
    """Counts of changes as pairs of names; those never changed are left out."""
    rows = ((f"{s}{BETWEEN}{g}", n) for (s, g), n in sequences.items() if n)
    return tuple(sorted(rows))


def counts(told: CalendarTold) -> Sequences:
    """The same, read back."""
    found = {}
    for name, count in told.sequence:
        school, _between, grade = name.partition(BETWEEN)
        found[SchoolCode(school), GradeCode(grade)] = count
    return found


def read_calendar(path: Path) -> CalendarTold:
    """An answer that was kept as a file; a refusal where it is none."""
    return _read(path, CalendarTold, CALENDAR)


def read_day(path: Path) -> DayTold:
    """A day that was kept as a file; a refusal where it is none."""
    return _read(path, DayTold, DAY)


def _read(path: Path, kind: type[_Told], schema: str) -> _Told:
    """A kept answer; what the checker said of it is not read, but found anew."""
    from bihuan.cli.values import frozen

    body = _body(path, schema)
    try:
        told: _Told = frozen(kind, {**body, "violations": []})
    except (KeyError, TypeError, ValueError, AttributeError) as bad:
        raise _refused(path) from bad
    return told


def schema_of(path: Path) -> str:
    """Which answer a file holds; empty: none that can be read."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError):
        return ""
    found = body.get("schema", "") if isinstance(body, dict) else ""
    return found if isinstance(found, str) else ""


def _body(path: Path, schema: str) -> dict[str, Any]:
    try:
        body: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        right = body.pop("schema", "") == schema
    except (ValueError, AttributeError, TypeError) as bad:
        raise _refused(path) from bad
    if not right:
        raise _refused(path)
    return body


def _refused(path: Path) -> typer.TyperException:
    return typer.TyperException(
        _("{path} 不是 bihuan stagger 写出的答案。", path=path.name)
    )
