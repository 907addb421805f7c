"""From rows that know their cells to a plan; a bad cell is told and building goes on.

A cell that cannot be read is replaced by a stand-in (nothing, zero, the first day), so
that what stands beside it is still looked at; its problem keeps the plan from use. A row
without its key is left out.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bihuan.base.problems import Problem, error
from bihuan.base.where import Where
from bihuan.base.wording import N_, _
from bihuan.plan.load.cells import (
    BAD_WORD,
    EMPTY,
    BadCell,
    Holds,
    Limits,
    Raw,
    Value,
    closest,
    is_nothing,
    members,
    parse,
    text_of,
)
from bihuan.plan.load.headers import (
    KIND,
    SHEET,
    Column,
    Sheet,
    defaults,
    hints,
    kinds_of_measures,
    ordered,
)
from bihuan.plan.load.rows import Cell, Row, Table, Tables
from bihuan.plan.measures import type_of
from bihuan.plan.names import class_key, folded, grade_key
from bihuan.plan.plan import Plan
from bihuan.plan.words import Word

UNUSED: Final = error(
    "P111",
    N_("「{kind}」用不着「{column}」，这里填了「{came}」。"),
    N_("请清空这一格，或把种类改对。"),
)
AMBIGUOUS: Final = error(
    "P112",
    N_("「{column}」填的是「{came}」，有 {n} 个叫这个名字。"),
    N_("请改填代码：{allowed}。"),
)
NO_DISTRICT: Final = error(
    "P113",
    N_("没有「区县」表的内容。"),
    N_("请填写「区县」表：名称、编制日期、开学日期。"),
)
TWO_DISTRICTS: Final = error(
    "P114",
    N_("「区县」表只能有一行，这是多出来的。"),
    N_("请只留一行。"),
)

Fields = dict[str, Value]
Places = dict[str, Where]
STAND_IN_DAY: Final = dt.date(2020, 1, 1)


@dataclass(slots=True)
class Built:
    """A row as values, not yet resolved."""

    type: type
    kind: str
    values: Fields
    places: Places
    bad: set[str] = field(default_factory=set)


def build(tables: Tables) -> tuple[Plan | None, tuple[Problem, ...]]:
    """A plan from the rows of its tables; None: there was no row at all."""
    heard: list[Problem] = []
    built = {
        table: [*_rows(SHEET[table], tables[table], heard)]
        for table in ordered()
        if table in tables
    }
    if not any(built.values()):
        return None, tuple(heard)
    _resolve(built, heard)
    return _assemble(built, heard), tuple(heard)


def _assemble(built: Mapping[str, list[Built]], heard: list[Problem]) -> Plan:
    district = built.get("district", [])
    if not district:
        heard.append(NO_DISTRICT.at(Where(sheet=SHEET["district"].label)))
        district = [_stand_in_district()]
    heard += [TWO_DISTRICTS.at(row.places[""]) for row in district[1:]]
    rows = {
        table: tuple(row.type(**row.values) for row in built[table])
        for table in built
        if table != "district"
    }
    places = {
        (table, n): row.places for table in built for n, row in enumerate(built[table])
    }
    first = district[0]
    return Plan(district=first.type(**first.values), **rows, places=places)


def _stand_in_district() -> Built:
    sheet = SHEET["district"]
    values = {c.name: _stand_in(c, sheet.type()) for c in sheet.columns}
    return Built(sheet.type(), "", values, {})


@dataclass(frozen=True, slots=True)
class _Reader:
    """What is at hand while the rows of one table are read."""

    sheet: Sheet
    absent: frozenset[str]
    heard: list[Problem]
    seen: dict[tuple[str, str, type, Raw], Value] = field(default_factory=dict)


def _rows(sheet: Sheet, table: Table, heard: list[Problem]) -> Iterator[Built]:
    """The rows of a table as values, blank ones and those without a key left out."""
    reader = _Reader(sheet, table.absent, heard)
    for row in table.rows:
        if all(is_nothing(cell.raw) and not cell.bad for cell in row.cells.values()):
            continue
        kind = _kind(sheet, row, heard) if sheet.table == "measures" else ""
        if kind is None:
            continue
        built = _row(reader, row, kind)
        if not built.bad & _needed(sheet):
            yield built


def build_rows(sheet: Sheet, table: Table, heard: list[Problem]) -> Iterator[Built]:
    """The rows of a table that stands alone, as values; what is wrong is told."""
    return _rows(sheet, table, heard)


def _needed(sheet: Sheet) -> set[str]:
    """Fields without which a row is of no use: its key, where it must be given."""
    return {c.name for c in sheet.columns if c.name in sheet.key and sheet.required(c)}


def _kind(sheet: Sheet, row: Row, heard: list[Problem]) -> str | None:
    """The kind of a measure's row; None, and told, where it is none."""
    column = sheet.columns[0]
    cell = row.cells.get(column.zh, Cell(None, row.where))
    if is_nothing(cell.raw):
        heard.append(EMPTY.at(cell.where, column=column.label))
        return None
    known = kinds_of_measures()
    came = text_of(cell.raw)
    if kind := known.get(folded(came)):
        return kind
    near = closest(folded(came), known)
    heard.append(
        BAD_WORD.at(
            cell.where,
            column=column.label,
            came=came[:60],
            allowed="、".join(_(cls.label) for cls in type_of.values()),
            closest=_(type_of[known[near]].label) if near else "—",
        )
    )
    return None


def _row(reader: _Reader, row: Row, kind: str) -> Built:
    """A row as values; what is wrong with its cells is told."""
    sheet = reader.sheet
    cls = sheet.type(kind)
    built = Built(cls, kind, {}, {"": row.where})
    for column in sheet.columns:
        cell = row.cells.get(column.zh)
        if column.name not in hints(cls) or (column.kinds and kind not in column.kinds):
            reader.heard.extend(_unused(column, cell, cls))
            continue
        if cell is not None:
            built.places[column.name] = cell.where
        value, wrong = _value(reader, column, cell, built)
        if value is _MISSING:
            built.bad.add(column.name)
            value = _stand_in(column, cls)
        if wrong and not (cell is None and column.zh in reader.absent):
            where = cell.where if cell else row.where
            reader.heard.append(wrong.kind.at(where, **wrong.words))
        built.values[column.name] = value
    return built


_MISSING: Final = object()


def _unused(column: Column, cell: Cell | None, cls: type) -> Iterator[Problem]:
    """A cell that is filled although this kind of measure does not know it."""
    if column.name == KIND or cell is None or is_nothing(cell.raw):
        return
    label: str = cls.label  # type: ignore[attr-defined]  # measures have one
    yield UNUSED.at(
        cell.where, kind=label, column=column.label, came=text_of(cell.raw)[:60]
    )


def _value(
    reader: _Reader, column: Column, cell: Cell | None, built: Built
) -> tuple[Value, BadCell | None]:
    """The value of a cell, or why there is none."""
    if cell is not None and cell.bad:
        return _MISSING, None
    raw = cell.raw if cell else None
    place = (column.zh, built.kind, type(raw), raw)
    if place not in reader.seen:
        try:
            reader.seen[place] = _parsed(column, raw, built.type)
        except BadCell as bad:
            return _MISSING, bad
    return reader.seen[place], None


def _parsed(column: Column, raw: Raw, cls: type) -> Value:
    """The value of a cell; an empty one means the usual, if there is a usual."""
    held, usual = hints(cls)[column.name], defaults(cls)
    blank = raw is None or (isinstance(raw, str) and not raw.strip())
    value = None if blank else parse(raw, held, limits(column))
    if value is not None and value != "":
        return value
    if column.name in usual:
        return usual[column.name]
    raise BadCell(EMPTY, column=column.label)


def limits(column: Column) -> Limits:
    """What a column says of its cells beyond their type."""
    return Limits(
        column=column.label,
        low=column.low,
        high=column.high,
        units=column.units,
        refers=bool(column.refers),
    )


def _stand_in(column: Column, cls: type) -> Value:
    """What a cell that cannot be read is taken for."""
    usual, held = defaults(cls), hints(cls)[column.name]
    if column.name in usual:
        return usual[column.name]
    if held.many:
        return ()
    return _nil(held, column.low)


def _nil(held: Holds, low: float) -> Value:
    if issubclass(held.of, Word):
        return members(held.of)[-1]
    nil: dict[type, Any] = {
        str: "",
        int: int(low),
        float: float(low),
        dt.date: STAND_IN_DAY,
        dt.time: dt.time(),
        bool: False,
    }
    return nil[held.of]


# --- references: by code or by name ----------------------------------------------------


@dataclass(slots=True)
class _Index:
    """Codes of the rows of one table (of one school) by what they are called."""

    codes: set[str] = field(default_factory=set)
    spelled: dict[str, str] = field(default_factory=dict)
    names: dict[Any, list[str]] = field(default_factory=dict)

    def find(self, came: str, key: object) -> list[str]:
        """Codes that a text may mean by another spelling, by name, by what names it."""
        spelled = folded(came)
        if spelled in self.spelled:
            return [self.spelled[spelled]]
        found = self.names.get(spelled, [])
        return found or (self.names.get(key, []) if key is not None else [])


Indices = dict[tuple[str, str], _Index]
_CODED: Final = {
    "areas": "code",
    "schools": "code",
    "documents": "code",
    "grades": "code",
    "classes": "code",
    "zones": "code",
    "people": "id",
}
_SCHOOLED: Final = frozenset({"grades", "classes", "zones", "people"})


def _resolve(built: Mapping[str, list[Built]], heard: list[Problem]) -> None:
    """Turn names into codes, those of schools first."""
    indices: Indices = {}
    for table in ("schools", "areas", "documents"):
        _index(table, built.get(table, ()), indices)
    for table, rows in built.items():
        _refer(SHEET[table], rows, indices, heard, only=("schools", "areas"))
    for table in ("people", "zones", "grades", "classes"):
        _index(table, built.get(table, ()), indices)
    for table, rows in built.items():
        _refer(SHEET[table], rows, indices, heard, only=None)


def _index(table: str, rows: Iterable[Built], indices: Indices) -> None:
    for row in rows:
        school = row.values["school"] if table in _SCHOOLED else ""
        index = indices.setdefault((table, school), _Index())
        code = row.values[_CODED[table]]
        index.codes.add(code)
        index.spelled.setdefault(folded(code), code)
        for name in _names(table, row.values):
            called = index.names.setdefault(name, [])
            if code not in called:
                called.append(code)


def _names(table: str, values: Fields) -> Iterator[object]:
    """What a row is called, besides its code."""
    name = str(values.get("name", values.get("title", "")))
    if name:
        yield folded(name)
    if table == "grades":
        yield values["level"]
    if table == "classes" and (key := class_key(name) or class_key(values["code"])):
        yield key


_KEYS: Final = {"grades": grade_key, "classes": class_key}


def _refer(
    sheet: Sheet,
    rows: Iterable[Built],
    indices: Indices,
    heard: list[Problem],
    *,
    only: tuple[str, ...] | None,
) -> None:
    """Turn the references of a table's rows into codes."""
    columns = [
        c for c in sheet.columns if c.refers and (not only or c.refers[0] in only)
    ]
    for row in rows:
        for column in columns:
            if row.values.get(column.name):
                _refer_cell(column, row, indices, heard)


def _refer_cell(
    column: Column, row: Built, indices: Indices, heard: list[Problem]
) -> None:
    value, school = row.values[column.name], row.values.get("school", "")
    for came in value if isinstance(value, tuple) else (value,):
        found = _find(came, column.refers, school, indices)
        if len(found) == 1:
            value = _swapped(value, came, found[0])
        elif found:
            words = {"column": column.label, "came": came, "n": len(found)}
            where = row.places.get(column.name, row.places[""])
            heard.append(AMBIGUOUS.at(where, allowed="、".join(found), **words))
    row.values[column.name] = value


def _swapped(value: Value, came: str, code: str) -> Value:
    if isinstance(value, tuple):
        return tuple(code if part == came else part for part in value)
    return code


def _find(
    came: str, tables: tuple[str, ...], school: str, indices: Indices
) -> list[str]:
    """Codes that a text may mean, an exact one first; none: unknown."""
    places = [(table, school if table in _SCHOOLED else "") for table in tables]
    there = [(place[0], indices[place]) for place in places if place in indices]
    if any(came in index.codes for _table, index in there):
        return [came]
    for table, index in there:
        key = _KEYS[table](came) if table in _KEYS else None
        if found := index.find(came, key):
            return found
    return []
