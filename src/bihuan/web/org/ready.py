"""Statements of the hot path: written once, then run as they are.

Composing a statement costs the processor several times what running it does. A `Ready`
read is an ordinary query set given as a function of its values; Django writes its SQL once
per database. It gives tuples as the driver has them; `ReadyRows` gives objects. `add` and
`change` write rows by their model's own fields. PostgreSQL plans each statement once in a
connection.
"""

import datetime as dt
import re
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    AutoField,
    BooleanField,
    CharField,
    DateField,
    Field,
    ForeignKey,
    IntegerField,
    Model,
    QuerySet,
    UUIDField,
)

Value = int | str | dt.date | dt.datetime | uuid.UUID
M = TypeVar("M", bound=Model)
_STAND_INS: Final[dict[type, tuple[Value, ...]]] = {
    int: (7_340_033, 7_340_041, 7_340_051),
    str: ("\x01ready-a", "\x01ready-b", "\x01ready-c"),
    dt.date: (dt.date(1001, 1, 1), dt.date(1001, 1, 2)),
    dt.datetime: tuple(dt.datetime(1001, 1, day, tzinfo=dt.UTC) for day in (1, 2)),
    uuid.UUID: (uuid.UUID(int=7_340_033), uuid.UUID(int=7_340_041)),
}
"""Values that stand in the SQL where the real ones will go; no row has them."""
PLAIN: Final = (
    BooleanField, CharField, DateField, ForeignKey, IntegerField, UUIDField,
)  # fmt: skip
"""Fields, and those made of them, whose values are the driver's own."""
PLANNED_ROWS: Final = 4
"""Rows added by one statement that is planned once; more are rare, and planned each time."""


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
        held = connections[DEFAULT_DB_ALIAS]
        sql, places = self.kept.get(held.vendor) or self._compiled(held)
        adapted = [_adapted(held, value) for value in values]
        given = [
            adapted[place.number] if isinstance(place, _Place) else place
            for place in places
        ]
        return run(held, sql, given)

    def _compiled(self, held: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        used: dict[type, int] = {}
        stand_ins = []
        for kind in self.kinds:
            stand_ins.append(_STAND_INS[kind][used.get(kind, 0)])
            used[kind] = used.get(kind, 0) + 1
        sql, params = self._written(held, self.make(*stand_ins))
        adapted = [_adapted(held, value) for value in stand_ins]
        places = [
            _Place(adapted.index(param)) if param in adapted else param
            for param in params
        ]
        self.kept[held.vendor] = found = _with_words(sql, places)
        return found

    def _written(
        self, held: BaseDatabaseWrapper, rows: "QuerySet[Any, Any]"
    ) -> tuple[str, Sequence[Any]]:
        compiler = rows.query.get_compiler(connection=held)
        sql, params = compiler.as_sql()
        return sql, params


class _Place:
    """Where a value goes."""

    def __init__(self, number: int) -> None:
        self.number = number


def _with_words(sql: str, places: list[Any]) -> tuple[str, list[Any]]:
    """Write fixed words into the SQL, since a plan for any word misses an index of some."""
    parts, kept = sql.split("%s"), []
    told = [parts[0]]
    for place, part in zip(places, parts[1:], strict=True):
        fixed = isinstance(place, str) and _WORD.fullmatch(place)
        told += [f"'{place}'" if fixed else "%s", part]
        kept += [] if fixed else [place]
    return "".join(told), kept


_WORD: Final = re.compile("[a-z0-9_]*")


def _adapted(held: BaseDatabaseWrapper, value: Any) -> Any:
    """A value as the database takes it."""
    if isinstance(value, uuid.UUID):
        return value if held.features.has_native_uuid_field else value.hex
    if isinstance(value, dt.datetime):
        return held.ops.adapt_datetimefield_value(value)
    if isinstance(value, dt.date):
        return held.ops.adapt_datefield_value(value)
    return value


class ReadyRows(Ready, Generic[M]):
    """The same of a query set of objects, with all their columns."""

    def __init__(
        self, kinds: Sequence[type], make: Callable[..., "QuerySet[M]"]
    ) -> None:
        """kinds: the type of each argument; make: the query set for them."""
        super().__init__(kinds, make)
        self.model: type[M] | None = None
        self.names: list[str] = []
        self.read: dict[str, list[tuple[int, list[Any], Any]]] = {}

    def objects(self, *values: Value) -> list[M]:
        """Run it: objects as the query set gives them."""
        rows = self(*values)
        model, held = self.model, connections[DEFAULT_DB_ALIAS]
        if model is None or not rows:
            return []
        read = self.read[held.vendor]
        return [
            model.from_db(held.alias, self.names, _converted(held, row, read))
            for row in rows
        ]

    def _written(
        self, held: BaseDatabaseWrapper, rows: "QuerySet[Any, Any]"
    ) -> tuple[str, Sequence[Any]]:
        compiler = rows.query.get_compiler(connection=held)
        sql, params = compiler.as_sql()
        columns = [column for column, _sql, _alias in compiler.select]
        self.model = rows.model
        self.names = [column.target.attname for column in columns]
        found = compiler.get_converters(columns)
        self.read[held.vendor] = [(at, *how) for at, how in found.items()]
        return sql, params


def _converted(
    held: BaseDatabaseWrapper,
    row: tuple[Any, ...],
    read: Iterable[tuple[int, list[Any], Any]],
) -> list[Any]:
    values = list(row)
    for at, steps, column in read:
        for step in steps:
            values[at] = step(values[at], column, held)
    return values


@dataclass(frozen=True, slots=True)
class Change:
    """New values of some columns of one row, by the names of its fields."""

    model: type[Model]
    pk: int
    values: Mapping[str, Any]


def add(row: Model, along: Change | None = None) -> None:
    """Insert a row, which gets its number; along: a change made by the same statement."""
    held = connections[DEFAULT_DB_ALIAS]
    if not held.features.can_return_columns_from_insert:
        row.save(force_insert=True)
        _apply(held, along)
        return
    sql, fields = _insert(held.vendor, type(row), 1)
    sql += f" RETURNING {_quoted(held, _told(type(row)).pk)}"
    values = _values(held, fields, row)
    if along and held.vendor == "postgresql":
        other, before = _change(held, along)
        sql, values, along = f"WITH changed AS ({other}) {sql}", before + values, None
    ((row.pk,),) = run(held, sql, values)
    _apply(held, along)
    row._state.adding, row._state.db = False, held.alias  # noqa: SLF001  # as save() does


def add_all(rows: Sequence[Model]) -> None:
    """Insert rows of one kind by one statement; they do not get their numbers."""
    if not rows:
        return
    held = connections[DEFAULT_DB_ALIAS]
    sql, fields = _insert(held.vendor, type(rows[0]), len(rows))
    values = [value for row in rows for value in _values(held, fields, row)]
    run(held, sql, values, planned=len(rows) <= PLANNED_ROWS)


def change(model: type[Model], pk: int, **values: Any) -> None:
    """Write some columns of one row, by the names of its fields."""
    _apply(connections[DEFAULT_DB_ALIAS], Change(model, pk, values))


def _apply(held: BaseDatabaseWrapper, one: Change | None) -> None:
    if one is not None:
        run(held, *_change(held, one))


def _change(held: BaseDatabaseWrapper, one: Change) -> tuple[str, list[Any]]:
    """A change's SQL and its values."""
    sql, fields = _update(held.vendor, one.model, tuple(one.values))
    given = [
        field.get_db_prep_save(value, held)
        for field, value in zip(fields, one.values.values(), strict=True)
    ]
    return sql, [*given, one.pk]


def run(
    held: BaseDatabaseWrapper, sql: str, values: Sequence[Any], *, planned: bool = True
) -> list[tuple[Any, ...]]:
    """Run a statement; its rows, none where it gives none."""
    kept = _cursor(held) if planned else None
    if kept is None:
        with held.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall()) if cursor.description else []
    with held.wrap_database_errors:
        kept.execute(sql, values, prepare=True)
        return list(kept.fetchall()) if kept.pgresult.nfields else []


_local = threading.local()


def _cursor(held: BaseDatabaseWrapper) -> Any:
    """PostgreSQL's own cursor, whose statements it plans once; None: go through Django's.

    Django's writes each value into the SQL, so that every statement is parsed and planned
    anew. Where somebody counts or wraps statements they go through it all the same.
    """
    if held.vendor != "postgresql" or held.queries_logged or held.execute_wrappers:
        return None
    held.close_if_health_check_failed()
    held.ensure_connection()
    held.validate_no_broken_transaction()
    if getattr(_local, "connection", None) is not held.connection:
        _local.connection, _local.cursor = held.connection, _opened(held.connection)
    return _local.cursor


def _opened(connection: Any) -> Any:
    """A cursor to which every whole number is a bigint, so that a statement has one plan."""
    from psycopg import Cursor  # noqa: PLC0415  # a site on SQLite does not load it
    from psycopg.types.numeric import Int8Dumper  # noqa: PLC0415

    connection.prepare_threshold = 0  # Django's own cursors never plan ahead
    cursor = Cursor(connection)
    cursor.adapters.register_dumper(int, Int8Dumper)
    return cursor


@cache
def _insert(vendor: str, model: type[Model], rows: int) -> tuple[str, list[Any]]:
    del vendor  # quotes differ by it
    held = connections[DEFAULT_DB_ALIAS]
    fields = [
        field
        for field in _told(model).local_concrete_fields
        if not isinstance(field, AutoField)
    ]
    columns = ", ".join(_quoted(held, field) for field in fields)
    places = ", ".join(["(" + ", ".join(["%s"] * len(fields)) + ")"] * rows)
    table = held.ops.quote_name(_told(model).db_table)
    return f"INSERT INTO {table} ({columns}) VALUES {places}", fields  # noqa: S608  # names of our models


@cache
def _update(
    vendor: str, model: type[Model], names: tuple[str, ...]
) -> tuple[str, list[Any]]:
    del vendor  # quotes differ by it
    held = connections[DEFAULT_DB_ALIAS]
    fields = [_told(model).get_field(name) for name in names]
    told = ", ".join(f"{_quoted(held, field)} = %s" for field in fields)
    table, key = held.ops.quote_name(_told(model).db_table), _told(model).pk
    return f"UPDATE {table} SET {told} WHERE {_quoted(held, key)} = %s", fields  # noqa: S608  # names of our models


def _told(model: type[Model]) -> Any:
    """What a model says of itself."""
    return model._meta  # noqa: SLF001  # Django's own public-by-custom name


def _quoted(held: BaseDatabaseWrapper, field: Any) -> str:
    return held.ops.quote_name(field.column)


def _values(
    held: BaseDatabaseWrapper, fields: Iterable["Field[Any, Any]"], row: Model
) -> list[Any]:
    """A row's values as the database takes them; psycopg takes most of them as they are."""
    as_they_are = held.vendor == "postgresql"
    return [
        getattr(row, field.attname)
        if as_they_are and isinstance(field, PLAIN)
        else field.get_db_prep_save(getattr(row, field.attname), held)
        for field in fields
    ]
