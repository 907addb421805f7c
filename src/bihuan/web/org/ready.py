"""Reads of the hot path: Django writes the SQL once, the cursor then runs it as it is.

Composing a query costs the processor several times what running it does. A `Ready` read
is an ordinary query set given as a function of its values; its SQL is kept per database.
It gives tuples of whole numbers and texts as the driver has them, never objects.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet

Value = int | str | dt.date | dt.datetime | uuid.UUID
_STAND_INS: Final[dict[type, tuple[Value, ...]]] = {
    int: (7_340_033, 7_340_041, 7_340_051),
    str: ("\x01ready-a", "\x01ready-b", "\x01ready-c"),
    dt.date: (dt.date(1001, 1, 1), dt.date(1001, 1, 2)),
    dt.datetime: tuple(dt.datetime(1001, 1, day, tzinfo=dt.UTC) for day in (1, 2)),
    uuid.UUID: (uuid.UUID(int=7_340_033), uuid.UUID(int=7_340_041)),
}
"""Values that stand in the SQL where the real ones will go; no row has them."""


class Ready:
    """A query set whose SQL is made once; call it with the values of its arguments."""

    def __init__(
        self, kinds: Sequence[type], make: Callable[..., "QuerySet[Any, Any]"]
    ) -> None:
        """kinds: the type of each argument; make: the query set of `values_list` for them."""
        self.kinds = tuple(kinds)
        self.make = make
        self.kept: dict[str, tuple[str, list[Any]]] = {}

    def __call__(self, *values: Value) -> list[tuple[Any, ...]]:
        """Run it: rows as the driver gives them."""
        sql, places = self.kept.get(connection.vendor) or self._compiled()
        adapted = [_adapted(value) for value in values]
        given = [
            adapted[place.number] if isinstance(place, _Place) else place
            for place in places
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql, given)
            return list(cursor.fetchall())

    def _compiled(self) -> tuple[str, list[Any]]:
        used: dict[type, int] = {}
        stand_ins = []
        for kind in self.kinds:
            stand_ins.append(_STAND_INS[kind][used.get(kind, 0)])
            used[kind] = used.get(kind, 0) + 1
        sql, params = self.make(*stand_ins).query.sql_with_params()
        adapted = [_adapted(value) for value in stand_ins]
        places = [
            _Place(adapted.index(param)) if param in adapted else param
            for param in params
        ]
        self.kept[connection.vendor] = sql, places
        return sql, places


class _Place:
    """Where a value goes."""

    def __init__(self, number: int) -> None:
        self.number = number


def _adapted(value: Any) -> Any:
    """A value as the database takes it."""
    if isinstance(value, uuid.UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, dt.date):
        return connection.ops.adapt_datefield_value(value)
    return value
