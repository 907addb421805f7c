"""Frozen values as plain ones for `--json`: mappings, lists, text, numbers."""

import math
from dataclasses import fields, is_dataclass
from datetime import date, time
from enum import Enum
from typing import Any

from bihuan.base.problems import Problem


def plain(value: Any) -> Any:
    """A frozen value as JSON can hold it.

    A tuple of (name, value) pairs becomes a mapping; not-a-number becomes null.
    """
    match value:
        case Problem():
            return {
                "code": value.code,
                "weight": str(value.weight),
                "where": str(value.where),
                "said": value.said,
                "mend": value.mend,
            }
        case Enum():
            return str(value)
        case float():
            return value if math.isfinite(value) else None
        case date() | time():
            return value.isoformat()
        case tuple() | list():
            if value and all(_is_pair(item) for item in value):
                return {str(name): plain(item) for name, item in value}
            return [plain(item) for item in value]
        case _ if is_dataclass(value):
            return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
        case _:
            return value


def _is_pair(item: Any) -> bool:
    return isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str)  # noqa: PLR2004
