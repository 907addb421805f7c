"""Frozen values as plain ones for `--json`, and the JSON Schema of their types.

A dataclass is an object; a tuple of (name, value) pairs is an object too, by its type, so
that it stays one when it is empty; not-a-number is null.
"""

import math
import typing
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any

from bihuan.base.problems import Problem

PAIR = 2
PROBLEM = {
    "code": str,
    "weight": str,
    "where": str,
    "said": str,
    "mend": str,
}


def plain(value: Any) -> Any:
    """A frozen value as JSON can hold it."""
    return _as(value, type(value))


def schema(kind: type, name: str) -> dict[str, Any]:
    """The JSON Schema of what `plain` makes of a dataclass, as a command's answer."""
    defs: dict[str, Any] = {}
    whole = _object(kind, defs)
    whole["properties"] = {"schema": {"const": name}, **whole["properties"]}
    whole["required"] = ["schema", *whole["required"]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **whole,
        "$defs": dict(sorted(defs.items())),
    }


def _as(value: Any, kind: Any) -> Any:
    match value:
        case Problem():
            return {name: str(getattr(value, name)) for name in PROBLEM}
        case Enum():
            return str(value)
        case float():
            return value if math.isfinite(value) else None
        case date() | time():
            return value.isoformat()
        case tuple():
            item = _item(kind)
            if _is_pairs(kind):
                value_kind = typing.get_args(item)[1]
                return {str(name): _as(one, value_kind) for name, one in value}
            return [_as(one, item) for one in value]
        case _ if is_dataclass(value):
            hints = _hints(value.__class__)
            return {
                f.name: _as(getattr(value, f.name), hints[f.name])
                for f in fields(value)
            }
        case _:
            return value


def frozen(kind: Any, body: Any) -> Any:
    """What `plain` made plain, as the value of a type again.

    Pairs come back in the order of the object. KeyError, TypeError, ValueError: it is none.
    """
    kind = _plain_type(kind)
    if _is_union(kind):
        return None if body is None else frozen(_bare(kind), body)
    if typing.get_origin(kind) is tuple:
        return _frozen_tuple(kind, body)
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        values = {f.name: frozen(hints[f.name], body[f.name]) for f in fields(kind)}
        return kind(**values)
    if kind in (date, datetime, time):
        return kind.fromisoformat(body)
    if kind is float:
        return math.nan if body is None else float(body)
    return kind(body)


def _frozen_tuple(kind: Any, body: Any) -> tuple[Any, ...]:
    if _is_pairs(kind):
        name, value = typing.get_args(_item(kind))
        return tuple((frozen(name, n), frozen(value, v)) for n, v in body.items())
    parts = typing.get_args(kind)
    if parts[-1] is Ellipsis:
        return tuple(frozen(parts[0], one) for one in body)
    return tuple(frozen(part, one) for part, one in zip(parts, body, strict=True))


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _item(kind: Any) -> Any:
    """Type of the items of tuple[X, ...]; Any where items differ."""
    found = typing.get_args(_bare(kind))
    return found[0] if len(found) == PAIR and found[1] is Ellipsis else Any


def _is_union(kind: Any) -> bool:
    """Whether a type is X | Y; that of a NewType is typing's own."""
    return typing.get_origin(kind) in (UnionType, typing.Union)


def _bare(kind: Any) -> Any:
    """X of X | None."""
    if _is_union(kind):
        return next(k for k in typing.get_args(kind) if k is not NoneType)
    return kind


def _is_pairs(kind: Any) -> bool:
    pair = typing.get_args(_item(kind))
    if len(pair) != PAIR or pair[1] is Ellipsis:
        return False
    name = _plain_type(pair[0])
    return isinstance(name, type) and issubclass(name, str)


def _plain_type(kind: Any) -> Any:
    """The type behind a NewType."""
    while hasattr(kind, "__supertype__"):
        kind = kind.__supertype__
    return kind


def _schema(kind: Any, defs: dict[str, Any]) -> dict[str, Any]:
    kind = _plain_type(kind)
    if _is_union(kind):
        return {"anyOf": [_schema(k, defs) for k in typing.get_args(kind)]}
    if typing.get_origin(kind) is tuple:
        return _tuple(kind, defs)
    if kind is Problem:
        return {
            "type": "object",
            "additionalProperties": False,
            "required": list(PROBLEM),
            "properties": {name: {"type": "string"} for name in PROBLEM},
        }
    if is_dataclass(kind) and isinstance(kind, type):
        if kind.__name__ not in defs:
            defs[kind.__name__] = {}
            defs[kind.__name__] = _object(kind, defs)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": sorted(str(member) for member in kind)}
    return dict(_LEAVES[kind])


_LEAVES: dict[Any, dict[str, Any]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": ["number", "null"]},
    str: {"type": "string"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string"},
    time: {"type": "string"},
    NoneType: {"type": "null"},
}


def _tuple(kind: Any, defs: dict[str, Any]) -> dict[str, Any]:
    parts = typing.get_args(kind)
    if _is_pairs(kind):
        value = typing.get_args(_item(kind))[1]
        return {"type": "object", "additionalProperties": _schema(value, defs)}
    if parts[-1] is Ellipsis:
        return {"type": "array", "items": _schema(parts[0], defs)}
    return {
        "type": "array",
        "prefixItems": [_schema(part, defs) for part in parts],
        "minItems": len(parts),
        "maxItems": len(parts),
    }


def _object(kind: type, defs: dict[str, Any]) -> dict[str, Any]:
    hints = _hints(kind)
    names = [f.name for f in fields(kind)]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": names,
        "properties": {name: _schema(hints[name], defs) for name in names},
    }
