"""Reading a folder of YAML, one file a table, each value with its line.

Only events are read, so that no tag, anchor or depth of nesting does anything; what a
value means is said by the field it fills, so that 07:20 stays a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from bihuan.base.problems import Problem, error, warning
from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.plan.load.cells import Raw, closest
from bihuan.plan.load.headers import (
    KIND,
    SHEET,
    Column,
    Sheet,
    hints,
    kinds_of_measures,
    ordered,
)
from bihuan.plan.load.package import MIB, MOST_ROWS, TOO_MANY_ROWS
from bihuan.plan.load.rows import Cell, Row, Table, Tables
from bihuan.plan.names import folded
from bihuan.plan.plan import FORMAT

MOST_YAML: Final = 24 * MIB
ENDING: Final = ".yaml"

BAD_YAML: Final = error(
    "P014",
    N_("YAML 写法有误：{came}。"),
    N_("请检查这一行的缩进、冒号和引号。"),
)
BAD_SHAPE: Final = error(
    "P015",
    N_("应该是「{table}:」下面一条一条的字段，这里是{came}。"),
    N_("请照 bihuan plan save 写出的文件改。"),
)
BAD_FORMAT: Final = error(
    "P016",
    N_("格式是「{came}」，应该是 {allowed}。"),
    N_("请在文件开头写 format: {allowed}。"),
)
LARGE_YAML: Final = error(
    "P017",
    N_("文件超过 {high} MiB，不读取。"),
    N_("请分学校提交。"),
)
UNKNOWN_FILE: Final = warning(
    "P018",
    N_("这个文件不是预案的表，没有读；最接近的是「{closest}」。"),
    N_("如果它是预案的表，请改用规定的文件名。"),
)
UNKNOWN_FIELD: Final = error(
    "P126",
    N_("没有「{came}」这个字段；最接近的是「{closest}」。"),
    N_("请改用规定的字段名，或删去这一行。"),
)
TWICE_FIELD: Final = error(
    "P127",
    N_("字段「{came}」在同一条里写了两次。"),
    N_("请只留一个。"),
)


class _Bad(Exception):  # noqa: N818  # the file is bad
    """A file that cannot be read further, and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def read_folder(path: Path, heard: list[Problem]) -> Tables:
    """The tables of a folder of YAML files."""
    tables: Tables = {}
    left = MOST_ROWS
    for file in sorted(path.glob(f"*{ENDING}")):
        sheet = SHEET.get(file.stem)
        if sheet is None:
            near = closest(file.stem, SHEET)
            words = {"closest": f"{near}{ENDING}" if near else "—"}
            heard.append(UNKNOWN_FILE.at(Where(file.name), **words))
            continue
        try:
            rows = [*_read(sheet, file, left, heard)]
        except _Bad as bad:
            heard.append(bad.problem)
            continue
        tables[sheet.table] = Table(rows)
        left -= len(rows)
    return {table: tables[table] for table in ordered() if table in tables}


def _read(sheet: Sheet, path: Path, most: int, heard: list[Problem]) -> Iterator[Row]:
    """The rows of one file."""
    if path.stat().st_size > MOST_YAML:
        raise _Bad(LARGE_YAML.at(Where(path.name), high=MOST_YAML // MIB))
    text = path.read_bytes()
    if (
        text.count(b"\n- ") > most
    ):  # soon told; written in one line, it is counted below
        raise _Bad(TOO_MANY_ROWS.at(Where(path.name), high=MOST_ROWS))
    events = _Events(path.name, sheet.table, text)
    for n, fields in enumerate(events.rows(), start=1):
        if n > most:
            raise _Bad(TOO_MANY_ROWS.at(Where(path.name), high=MOST_ROWS))
        yield _row(sheet, path.name, fields, heard)


@dataclass(frozen=True, slots=True)
class _Field:
    """A field as it stands: name, value, line."""

    name: str
    raw: Raw
    line: int


def _row(sheet: Sheet, file: str, fields: list[_Field], heard: list[Problem]) -> Row:
    """A row whose fields are known by their column."""
    kind = _kind_of(sheet, fields)
    cells: dict[str, Cell] = {}
    for field in fields:
        where = Where(file, cell=str(field.line))
        column = _column(sheet, field.name, kind)
        if column is None:
            heard.append(_unknown(sheet, field.name, kind, where))
        elif column.zh in cells:
            heard.append(TWICE_FIELD.at(where, came=field.name))
        else:
            cells[column.zh] = Cell(field.raw, where)
    line = str(fields[0].line) if fields else ""
    return Row(Where(file, cell=line), cells)


def _kind_of(sheet: Sheet, fields: list[_Field]) -> str:
    """The kind of a measure, as far as it is one."""
    if sheet.table != "measures":
        return ""
    said = next((f.raw for f in fields if f.name == KIND), "")
    return kinds_of_measures().get(folded(said) if isinstance(said, str) else "", "")


def _column(sheet: Sheet, name: str, kind: str) -> Column | None:
    named = [column for column in sheet.columns if column.name == name]
    fit = [column for column in named if not column.kinds or kind in column.kinds]
    return next(iter(fit or named), None)


def _unknown(sheet: Sheet, name: str, kind: str, where: Where) -> Problem:
    known = hints(sheet.type(kind)) if kind else {c.name for c in sheet.columns}
    near = closest(name, known) or "—"
    return UNKNOWN_FIELD.at(where, came=name[:60], closest=near)


class _Events:
    """Walks the events of a file: `format: ...` and one table of rows."""

    def __init__(self, file: str, table: str, text: bytes) -> None:
        self._file = file
        self._table = table
        self._events = self._parse(text)

    def _parse(self, text: bytes) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(text, Loader=yaml.CSafeLoader)
        except (yaml.YAMLError, UnicodeDecodeError) as bad:
            mark = getattr(bad, "problem_mark", None)
            line = str(mark.line + 1) if mark else ""
            came = getattr(bad, "problem", None) or getattr(bad, "reason", None)
            where = Where(self._file, cell=line)
            raise _Bad(BAD_YAML.at(where, came=came or "?")) from bad

    def _next(self) -> yaml.Event:
        return next(self._events)

    def _wrong(self, event: yaml.Event) -> _Bad:
        where = Where(self._file, cell=str(_line(event)))
        came = type(event).__name__.removesuffix("Event").removesuffix("Start")
        return _Bad(BAD_SHAPE.at(where, table=self._table, came=came))

    def rows(self) -> Iterator[list[_Field]]:
        """The rows of the table, each as its fields."""
        self._expect(yaml.StreamStartEvent, yaml.StreamStartEvent)
        start = self._next()
        if isinstance(start, yaml.StreamEndEvent):
            raise _Bad(BAD_FORMAT.at(Where(self._file), came="", allowed=FORMAT))
        self._expect(yaml.MappingStartEvent, yaml.MappingStartEvent)
        told = False
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._wrong(event)
            if event.value == "format":
                self._check_format()
                told = True
            elif event.value == self._table:
                yield from self._table_rows()
            else:
                where = Where(self._file, cell=str(_line(event)))
                words = {"came": event.value[:60], "closest": self._table}
                raise _Bad(UNKNOWN_FIELD.at(where, **words))
        if not told:
            raise _Bad(BAD_FORMAT.at(Where(self._file), came="", allowed=FORMAT))

    def _expect(self, *kinds: type[yaml.Event]) -> yaml.Event:
        event = self._next()
        if not isinstance(event, kinds):
            raise self._wrong(event)
        return event

    def _check_format(self) -> None:
        event = self._next()
        came = event.value if isinstance(event, yaml.ScalarEvent) else ""
        if came != FORMAT:
            where = Where(self._file, cell=str(_line(event)))
            raise _Bad(BAD_FORMAT.at(where, came=came[:60], allowed=FORMAT))

    def _table_rows(self) -> Iterator[list[_Field]]:
        start = self._next()
        if isinstance(start, yaml.MappingStartEvent):
            yield [*self._fields()]
        elif isinstance(start, yaml.SequenceStartEvent):
            while not isinstance(event := self._next(), yaml.SequenceEndEvent):
                if not isinstance(event, yaml.MappingStartEvent):
                    raise self._wrong(event)
                yield [*self._fields()]
        elif not isinstance(start, yaml.ScalarEvent) or start.value:
            raise self._wrong(start)

    def _fields(self) -> Iterator[_Field]:
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._wrong(event)
            yield _Field(event.value, self._value(), _line(event))

    def _value(self) -> Raw:
        event = self._next()
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if not isinstance(event, yaml.SequenceStartEvent):
            raise self._wrong(event)
        parts: list[str] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._wrong(event)
            parts.append(event.value)
        return tuple(parts)

    def _scalar(self, event: yaml.ScalarEvent) -> str | None:
        bare = event.implicit[0] and event.value in ("", "~", "null")
        return None if bare else event.value


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
