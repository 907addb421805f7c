"""A script as the plain values of its file's rows: what reading them gives it back."""

from collections.abc import Mapping
from typing import Any

from bihuan.base.units import Minutes
from bihuan.drill import columns, times
from bihuan.drill.script import Expected, Inject, Scene
from bihuan.plan.load.cells import show_word
from bihuan.plan.load.headers import Sheet, defaults
from bihuan.plan.words import Word

Plain = dict[str, Any]
"""Values of a row by key, as they are written; what is as usual is left out."""


def rows_of(scene: Scene) -> dict[str, list[Any]]:
    """The rows of each table; `actions` are lists, one for each inject."""
    return {
        "scene": [_row(columns.SCENE, _values(scene, columns.SCENE))],
        "basis": [_row(columns.BASIS, _values(b, columns.BASIS)) for b in scene.basis],
        "objectives": [
            _row(columns.OBJECTIVES, _values(o, columns.OBJECTIVES))
            for o in scene.objectives
        ],
        "standards": [
            _row(columns.STANDARDS, _values(s, columns.STANDARDS))
            for s in scene.standards
        ],
        "injects": [_row(columns.INJECTS, _inject(i)) for i in scene.injects],
        "actions": [
            [_row(columns.EXPECTED, _action(e)) for e in i.expected]
            for i in scene.injects
        ],
        "jumps": [
            {"after": j.after, "to": times.show_moment(j.to)} for j in scene.jumps
        ],
        "stop_rules": [{"text": text} for text in scene.stop_rules],
    }


def _values(value: object, sheet: Sheet) -> Plain:
    return {column.name: getattr(value, column.name) for column in sheet.columns}


def _inject(inject: Inject) -> Plain:
    when, source = inject.when, inject.source
    values = _values(inject, _OWN) | _values(when, _WHEN)
    values["at"] = None if when.at is None else times.show_moment(when.at)
    values["feeds"] = tuple(f"{fed}={measured}" for fed, measured in inject.feeds)
    return values | (_values(source, _SOURCE) if source else {})


def _part(*names: str) -> Sheet:
    """Some of the columns of injects."""
    kept = tuple(c for c in columns.INJECTS.columns if c.name in names)
    return Sheet(
        table="injects",
        zh="",
        en="",
        note="",
        types=(columns.InjectRow,),
        columns=kept,
        key=(),
    )


_OWN = _part("id", "title", "text", "to", "kind", "channel", "manual", "objective")
_WHEN = _part("after", "delay", "late_by", "unless_late", "recall_below")
_SOURCE = _part("draw", "settings", "within_hours", "scripted_if_none")


def _action(expected: Expected) -> Plain:
    measure = expected.measure
    return {
        "action": expected.id,
        "act": expected.act,
        "by": expected.by,
        "within": expected.standard,
        "critical": expected.critical,
        "evidence": expected.evidence,
        "serves": expected.objective,
        "recall": measure.recall if measure else None,
        "precision": measure.precision if measure else None,
    }


def _row(sheet: Sheet, values: Mapping[str, Any]) -> Plain:
    """The values that are not as usual, as they are written."""
    usual = defaults(sheet.types[0])
    return {
        name: _written(value, sheet.holds(sheet.column(name)).unit)
        for name, value in values.items()
        if value is not None and (name not in usual or usual[name] != value)
    }


def _written(value: Any, unit: str) -> Any:
    if isinstance(value, tuple):
        return tuple(_written(part, "") for part in value)
    if isinstance(value, Word):
        return show_word(value)
    if unit == "Start":
        return times.show_start(value)
    if isinstance(value, float):
        return times.show_span(Minutes(value))
    return value
