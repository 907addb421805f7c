"""The columns of 错峰返校安排表 and what their cells hold, as a clerk fills them in."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bihuan.base.problems import Problem, error
from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.plan.load.cells import (
    BadCell,
    Holds,
    Limits,
    Raw,
    is_nothing,
    parse,
    text_of,
)
from bihuan.plan.load.headers import Column, Sheet
from bihuan.plan.load.rows import Row

BAD_SPAN: Final = error(
    "G381",
    N_("「{column}」填的是「{came}」，不是时段。"),
    N_("请填 07:20–07:35 这样的时段。"),
)
_DASH: Final = re.compile(r"\s*(?:[-–—~～至到]+)\s*")
TITLE: Final = "错峰返校安排表"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A row of the sheet as values; what is not filled in is empty."""

    school: str
    grade: str
    klass: str = ""
    students: int | None = None
    date: dt.date | None = None
    slot: str = ""
    gate: str = ""
    lane: int | None = None
    dismissal: str = ""
    leader: str = ""
    note: str = ""


def _c(name: str, zh: str, en: str, *also: str) -> Column:
    units = ("人", "名") if name == "students" else ("号", "号通道")
    return Column(name=name, zh=zh, en=en, also=also, units=units)


SHEET: Final = Sheet(
    table="return",
    zh=TITLE,
    en="Staggered return",
    note="",
    types=(Line,),
    key=("school", "grade", "klass"),
    also=("返校安排表", "返校安排", "返校日历"),
    columns=(
        _c("school", "学校", "School", "学校名称", "单位"),
        _c("grade", "年级", "Grade", "年级名称"),
        _c("klass", "班级", "Class", "班级名称"),
        _c("students", "人数", "Students", "学生数"),
        _c("date", "返校日期", "Return date", "日期", "开学日期"),
        _c("slot", "时段", "Time", "到校时段"),
        _c("gate", "校门", "Gate"),
        _c("lane", "通道", "Lane"),
        _c("dismissal", "离校时段", "Dismissal", "放学时段"),
        _c("leader", "带队人", "Leader", "班主任"),
        _c("note", "备注", "Note"),
    ),
)
TEXT: Final = frozenset({"school", "grade", "klass", "gate", "leader", "note"})


@dataclass(frozen=True)
class Filled:
    """A row that was read, with the place of each cell."""

    line: Line
    places: Mapping[str, Where]

    def where(self, name: str) -> Where:
        """The place of a cell; the row's where the file lacks the column."""
        return self.places.get(name) or self.places[""]


def filled(row: Row, heard: list[Problem]) -> Filled | None:
    """A row as values; None: it is blank. Bad cells are told and left empty."""
    if all(is_nothing(cell.raw) and not cell.bad for cell in row.cells.values()):
        return None
    values: dict[str, object] = {}
    places = {"": row.where}
    for column in SHEET.columns:
        cell = row.cells.get(column.zh)
        if cell is None:
            continue
        places[column.name] = cell.where
        try:
            value = None if cell.bad else _value(column, cell.raw)
        except BadCell as bad:
            heard.append(bad.kind.at(cell.where, **bad.words))
            value = None
        if value is not None:
            values[column.name] = value
    line = Line(**{"school": "", "grade": "", **values})  # type: ignore[arg-type]
    return Filled(line, places)


def _value(column: Column, raw: Raw) -> object:
    """What a cell says."""
    if column.name in TEXT:
        return "" if is_nothing(raw) else text_of(raw).strip()
    if column.name in ("slot", "dismissal"):
        return _span(column, raw)
    kinds = {"students": int, "lane": int, "date": dt.date}
    held = Holds(kinds[column.name], optional=True)
    limits = Limits(column=column.label, units=column.units)
    value: object = parse(raw, held, limits)
    return value


def _span(column: Column, raw: Raw) -> str:
    """A span of time, checked; one time is a start."""
    if is_nothing(raw):
        return ""
    came = text_of(raw)
    parts = _DASH.split(came.strip())
    if len(parts) > 2:  # noqa: PLR2004  # from and to
        raise BadCell(BAD_SPAN, column=column.label, came=came)
    limits = Limits(column=column.label)
    times = []
    for part in parts:
        try:
            times.append(parse(part, Holds(dt.time), limits))
        except BadCell as bad:
            raise BadCell(BAD_SPAN, column=column.label, came=came) from bad
    if None in times or (len(times) > 1 and times[0] >= times[1]):
        raise BadCell(BAD_SPAN, column=column.label, came=came)
    return "–".join(f"{at:%H:%M}" for at in times)
