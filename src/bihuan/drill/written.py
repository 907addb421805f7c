"""What a file of a drill holds before it means something: rows of cells that know their place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bihuan.base.problems import Problem, error
from bihuan.base.units import Minutes
from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.drill import times
from bihuan.plan.load.cells import (
    EMPTY,
    BadCell,
    Holds,
    Limits,
    Raw,
    Value,
    is_nothing,
    members,
    parse,
    text_of,
)
from bihuan.plan.load.headers import Column, Sheet, defaults
from bihuan.plan.load.rows import Cell, Row
from bihuan.plan.names import folded, plain
from bihuan.plan.words import Post, Word

BAD_FEED: Final = error(
    "D026",
    N_("「{column}」填的是「{came}」，不是「措施字段=处置编号.at」这样的一对。"),
    N_("请照 isolation.night_delay=N1-2.at 填写，at 也可是 missed 或 recall。"),
)

Places = dict[tuple[str, int], dict[str, Where]]
"""Where things were written: (table, number from 0) to key to place; "" is the row."""

CODES: Final = frozenset(
    (
        "id",
        "key",
        "objective",
        "after",
        "action",
        "within",
        "serves",
        "inject",
        "scene",
        "school",
        "person",
        "listed",
        "persons",
    )
)
"""Columns that hold a code: half-width, however it was typed."""
POSTS: Final = {
    "校门测温岗": Post.GUARD,
    "测温岗": Post.GUARD,
    "门岗": Post.GUARD,
    "值班校领导": Post.VICE_HEAD,
    "夜班校领导": Post.VICE_HEAD,
    "带班领导": Post.VICE_HEAD,
    "值班领导": Post.VICE_HEAD,
    "学校疫情报告人": Post.LIAISON,
    "疫情报告人": Post.LIAISON,
    "信息报告员": Post.LIAISON,
    "宣传干事": Post.OFFICE,
    "办公室": Post.OFFICE,
    "后勤主任": Post.LOGISTICS,
    "后勤": Post.LOGISTICS,
    "教务处": Post.ACADEMIC,
    "德育处": Post.MORAL,
    "政教主任": Post.MORAL,
    "宿管员": Post.DORM_MANAGER,
    "食堂管理员": Post.CANTEEN,
    "食堂": Post.CANTEEN,
    "保洁岗": Post.CLEANER,
    "保洁员": Post.CLEANER,
    "心理老师": Post.COUNSELLOR,
    "司机": Post.DRIVER,
}
"""What scripts call the posts of a plan."""
_POSTS: Final = {folded(name): post for name, post in POSTS.items()}


@dataclass(slots=True)
class Reader:
    """Reads rows of one form; what is wrong is heard, what stood where is kept."""

    heard: list[Problem] = field(default_factory=list)
    places: Places = field(default_factory=dict)

    def values(self, sheet: Sheet, row: Row, number: int) -> dict[str, Value]:
        """The values of a row by key; what cannot be read is told and stood in for."""
        usual = defaults(sheet.types[0])
        found: dict[str, Value] = {}
        places = {"": row.where}
        for column in sheet.columns:
            cell = row.cells.get(column.name)
            if cell:
                places[column.name] = cell.where
            before = len(self.heard)
            value = self._value(sheet, column, cell)
            if value is None and column.name in usual:
                value = usual[column.name]
            if value is None and column.name not in usual:
                told = len(self.heard) > before or (cell is not None and cell.bad)
                if not told:
                    where = cell.where if cell else row.where
                    self.heard.append(EMPTY.at(where, column=column.label))
                value = stand_in(sheet.holds(column))
            found[column.name] = value
        self.places[sheet.table, number] = places
        return found

    def _value(self, sheet: Sheet, column: Column, cell: Cell | None) -> Value:
        if cell is None or cell.bad or is_nothing(cell.raw):
            return None
        try:
            value = meaning(cell.raw, sheet.holds(column), column)
        except BadCell as bad:
            self.heard.append(bad.kind.at(cell.where, **bad.words))
            return None
        required = column.name not in defaults(sheet.types[0])
        return None if value in ("", ()) and required else value


def meaning(raw: Raw, held: Holds, column: Column) -> Value:
    """The value of a cell that is not empty."""
    match held.unit:
        case "Minutes":
            return times.span(raw, column.label)
        case "Moment":
            return times.moment(raw, column.label)
        case "Start":
            return times.start(raw, column.label)
        case "Feed":
            return feeds(raw, column.label)
        case "Wall":  # its meaning hangs on when the drill began
            return raw
    limits = Limits(
        column=column.label,
        low=column.low,
        high=column.high,
        units=column.units,
        refers=column.name in CODES,
    )
    if held.of is Post:
        raw = _posts(raw)
    return parse(raw, held, limits)


def _posts(raw: Raw) -> Raw:
    """The posts of a cell by the names of the plan."""
    parts = raw if isinstance(raw, tuple) else separated(text_of(raw))
    return "、".join(_POSTS.get(folded(p), p) for p in parts)


def separated(text: str) -> list[str]:
    """The parts of a list in one cell; spaces do not part them."""
    for mark in ",，;；/\n":
        text = text.replace(mark, "、")
    return [part for part in text.split("、") if part.strip()]


def feeds(raw: Raw, column: str) -> tuple[str, ...]:
    """What a cell says of feeds: pairs of what is fed and what was measured."""
    parts = raw if isinstance(raw, tuple) else separated(text_of(raw))
    pairs = []
    for part in parts:
        text = plain(part).replace("→", "=").replace(":", "=")
        fed, _mark, measured = text.partition("=")
        if not fed or not measured or "=" in measured:
            raise BadCell(BAD_FEED, column=column, came=part)
        pairs.append(f"{fed}={measured}")
    return tuple(pairs)


def stand_in(held: Holds) -> Any:
    """Something of the right type where nothing could be read."""
    if held.many:
        return ()
    match held.unit:
        case "Moment":
            return times.Moment(Minutes(0.0))
        case "Start":
            return None
    if issubclass(held.of, Word):
        return [*members(held.of)][-1]
    return held.of()


def named(sheet: Sheet, rows: list[Row]) -> list[Row]:
    """Rows with their cells by key instead of by header."""
    names = {column.zh: column.name for column in sheet.columns}
    return [
        Row(row.where, {names[zh]: cell for zh, cell in row.cells.items()})
        for row in rows
    ]


def empty(row: Row) -> bool:
    """Whether a row holds nothing."""
    return all(is_nothing(cell.raw) and not cell.bad for cell in row.cells.values())


@dataclass(frozen=True, slots=True)
class Written:
    """A file's rows: tables by name; of each inject its actions."""

    file: str
    stem: str
    tables: Mapping[str, list[Row]]
    expected: list[list[Row]]
    """Rows of the actions of each inject, in the order of the injects."""
