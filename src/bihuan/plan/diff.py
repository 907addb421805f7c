"""What changed from one plan to another, in words that a headmaster reads.

Rows are matched by their keys, not by their number: a row that moved did not change.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from bihuan.base.wording import _
from bihuan.plan.load.cells import Raw, Value, show, text_of
from bihuan.plan.load.headers import KIND, SHEET, Column, Sheet, hints, kind_of, ordered
from bihuan.plan.measures import type_of
from bihuan.plan.plan import Plan
from bihuan.plan.words import Word


class Deed(StrEnum):
    """What became of a row or of a field."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One change: of which school, in which row, of which field, from what to what.

    school and row are names as people know them; field is the name in the plan; before
    and after are values as they are written in a cell. Added and removed rows have no field.
    """

    deed: Deed
    table: str
    school: str
    row: str
    field: str = ""
    kind: str = ""
    before: str = ""
    after: str = ""

    @property
    def label(self) -> str:
        """The field's header; empty for whole rows."""
        return (
            SHEET[self.table].column(self.field, self.kind).label if self.field else ""
        )

    def __str__(self) -> str:
        """One sentence."""
        words = {
            "place": _("{school}：", school=self.school) if self.school else "",
            "sheet": SHEET[self.table].label,
            "row": self.row,
        }
        if self.deed is Deed.ADDED:
            return _("{place}{sheet}增加「{row}」", **words)
        if self.deed is Deed.REMOVED:
            return _("{place}{sheet}去掉「{row}」", **words)
        words |= {"before": _shown(self.before), "after": _shown(self.after)}
        return _(
            "{place}{row} {field} {before} 改为 {after}", field=self.label, **words
        )


def _shown(text: str) -> str:
    return text or _("空")


def diff(a: Plan, b: Plan) -> tuple[Change, ...]:
    """The changes from plan a to plan b, in the order of their tables."""
    names = _Names(a, b)
    return tuple(
        change for table in ordered() for change in _table(SHEET[table], a, b, names)
    )


class _Names:
    """What things are called: schools in words, persons and places by their code."""

    def __init__(self, a: Plan, b: Plan) -> None:
        self._schools = {row.code: row.name for plan in (a, b) for row in plan.schools}
        self._named = {
            (table, row.school, row.code): row.name
            for plan in (a, b)
            for table in ("classes", "grades", "zones")
            for row in getattr(plan, table)
        }

    def school(self, code: str) -> str:
        """The name of a school."""
        return self._schools.get(code, code) if code else ""  # type: ignore[call-overload]  # any code may come

    def name(self, tables: tuple[str, ...], school: str, code: str) -> str:
        """The name of a row that is referred to."""
        if tables == ("schools",):
            return self.school(code)
        found = (self._named.get((table, school, code)) for table in tables)
        return next((name for name in found if name), code)


Key = tuple[Value, ...]


def _table(sheet: Sheet, a: Plan, b: Plan, names: _Names) -> Iterator[Change]:
    """The changes of one table: removed, changed, added."""
    before, after = _keyed(sheet, a), _keyed(sheet, b)
    for key, row in before.items():
        if key not in after:
            yield _whole(sheet, Deed.REMOVED, row, names)
        elif row != after[key]:
            yield from _fields(sheet, row, after[key], names)
    for key, row in after.items():
        if key not in before:
            yield _whole(sheet, Deed.ADDED, row, names)


def _keyed(sheet: Sheet, plan: Plan) -> dict[Key, Any]:
    """Rows by their key; rows of one key are told apart by their order."""
    rows = getattr(plan, sheet.table)
    seen: Counter[Key] = Counter()
    keyed = {}
    for row in rows if isinstance(rows, tuple) else (rows,):
        key = tuple(_key(row, name) for name in sheet.key)
        keyed[*key, seen[key]] = row
        seen[key] += 1
    return keyed


def _key(row: Any, name: str) -> Value:
    return kind_of(type(row)) or row.kind if name == KIND else getattr(row, name)


def _whole(sheet: Sheet, deed: Deed, row: Any, names: _Names) -> Change:
    return Change(
        deed=deed,
        table=sheet.table,
        school=_school(row, names),
        row=_row(sheet, row, names),
        kind=kind_of(type(row)),
    )


def _fields(sheet: Sheet, old: Any, new: Any, names: _Names) -> Iterator[Change]:
    """The fields that differ between two rows of one key."""
    cls: type = type(old)
    kind = kind_of(cls)
    for field in hints(cls):
        before, after = getattr(old, field), getattr(new, field)
        if before != after:
            column = sheet.column(field, kind)
            yield Change(
                deed=Deed.CHANGED,
                table=sheet.table,
                school=_school(old, names),
                row=_row(sheet, old, names),
                field=field,
                kind=kind,
                before=_said(column, old, before, names),
                after=_said(column, new, after, names),
            )


def _said(column: Column, row: Any, value: Value, names: _Names) -> str:
    """A value in words: references by name, proportions in per cent."""
    cls: type = type(row)
    held = hints(cls)[column.name]
    if value is None:
        return ""
    if column.refers:
        codes = value if held.many else (value,)
        school = getattr(row, "school", "")
        return "、".join(names.name(column.refers, school, code) for code in codes)
    if held.unit == "Share":
        return f"{round(value * 100, 6):g}%"
    if held.many:
        return "、".join(text_of(_cell(part)) for part in value)
    return text_of(_cell(value))


def _cell(value: Value) -> Raw:
    return _(value.label) if isinstance(value, Word) else show(value)


def _school(row: Any, names: _Names) -> str:
    return names.school(getattr(row, "school", ""))


_TITLES: Final = {
    "district": ("name",),
    "capacities": ("kind", "area", "start"),
    "people": ("id",),
    "periods": ("name",),
    "teaching": ("teacher", "klass", "subject"),
    "lessons": ("classes", "day", "period"),
    "calendar": ("date",),
    "supplies": ("item",),
    "liaison": ("partner",),
    "documents": ("title",),
    "orders": ("code",),
}
"""Fields by which people know a row; elsewhere its name."""


def _row(sheet: Sheet, row: Any, names: _Names) -> str:
    """What people call a row."""
    if kind := kind_of(type(row)):
        return _measure(kind, row)
    parts = (
        _said(sheet.column(field), row, getattr(row, field), names)
        for field in _TITLES.get(sheet.table, ("name",))
    )
    return " ".join(filter(None, parts))


def _measure(kind: str, row: Any) -> str:
    """A measure by its kind and, where a school has several of it, its code."""
    return f"{_(type_of[kind].label)} {row.code}"
