"""A ledger's rows as typed JSON: list, get, enter, move; the same flows, the same eyes."""

import datetime as dt
import uuid
from typing import Any, Final

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field, create_model

from bihuan.rules.access import Deed, Detail
from bihuan.web.ledgers.core import flows, values
from bihuan.web.ledgers.core.declare import Column, Kind, Ledger, Move
from bihuan.web.ledgers.core.flows import Entry, Refused
from bihuan.web.ledgers.core.forms import as_form, entered, form_for, said_errors
from bihuan.web.ledgers.core.rows import in_force
from bihuan.web.ledgers.core.sight import Sight, sight
from bihuan.web.org import clock
from bihuan.web.org.door import open_to

MOST: Final = 200
REFUSED: Final = 409
WRONG: Final = 422


class Told(Schema):
    """Why nothing was done."""

    saved: bool = False
    said: str


class Asked(Schema):
    """Which rows are asked for."""

    since: dt.date | None = None
    until: dt.date | None = None
    state: str = ""
    unit: int | None = None
    after: int = 0
    """Number of the last row that is known."""
    limit: int = Field(100, ge=1, le=MOST)


COMMON: Final[dict[str, Any]] = {
    "number": (int, ...),
    "entry": (uuid.UUID, ...),
    "unit_number": (int, ...),
    "unit_name": (str, ...),
    "school_number": (int, ...),
    "day": (dt.date, ...),
    "state": (str, ...),
    "late": (bool, ...),
    "due": (dt.datetime | None, None),
    "replaces": (int | None, None),
    "note": (str, ""),
}
OUT: Final[dict[Kind, Any]] = {
    Kind.WHOLE: int | None,
    Kind.NUMBER: float | None,
    Kind.CELSIUS: float | None,
    Kind.DAY: dt.date | None,
    Kind.YES_NO: bool | None,
    Kind.CHOICES: list[str],
}
"""Types of values; everything else is a text."""
IN: Final[dict[Kind, Any]] = {**OUT, Kind.PERSON: int | None, Kind.UNIT: int | None}


def router(ledger: Ledger) -> Router:
    """The routes of a ledger, to be mounted under its slug."""
    routes = Router(tags=[ledger.slug])
    out, into = out_schema(ledger), in_schema(ledger)
    errors: dict[int, Any] = {404: Told, REFUSED: Told, WRONG: Told}

    @routes.get(
        "",
        response=list[out],  # type: ignore[valid-type]
        summary=f"Rows of {ledger.slug}",
        operation_id=f"{ledger.slug}_list",
    )
    @open_to(ledger.see)
    def listed(request: HttpRequest, asked: Query[Asked]) -> Any:
        eye = sight(request, ledger)
        return [told(eye, row) for row in _asked(eye, asked)]

    @routes.get(
        "/{number}",
        response={200: out, **errors},
        summary="One row",
        operation_id=f"{ledger.slug}_one",
    )
    @open_to(ledger.see)
    def one(request: HttpRequest, number: int) -> Any:
        eye = sight(request, ledger)
        return told(eye, eye.row(number))

    if ledger.enter is not None:

        @routes.post(
            "",
            response={200: out, **errors},
            summary="Enter a row",
            operation_id=f"{ledger.slug}_enter",
        )
        @open_to(ledger.enter)
        def enter(request: HttpRequest, body: into) -> Any:  # type: ignore[valid-type]
            return _enter(sight(request, ledger), body)

    for step in ledger.moves:
        _mount_move(routes, ledger, step, out, errors)
    return routes


def _mount_move(
    routes: Router, ledger: Ledger, step: Move, out: Any, errors: dict[int, Any]
) -> None:
    body_type = move_schema(ledger, step)

    @routes.post(
        f"/{{number}}/{step.code}",
        response={200: out, **errors},
        summary=f"Take the step {step.code}",
        operation_id=f"{ledger.slug}_{step.code}",
    )
    @open_to(step.deed)
    def take(request: HttpRequest, number: int, body: body_type) -> Any:  # type: ignore[valid-type]
        eye = sight(request, ledger)
        return _take(eye, eye.row(number), step, body)


def out_schema(ledger: Ledger) -> type[Schema]:
    """What a row is told as: the columns that somebody may see, the rest empty."""
    fields: dict[str, Any] = {
        name_of(column): _optional(OUT.get(column.kind, str | None))
        for column in ledger.columns
        if name_of(column) not in COMMON
    }
    return create_model(f"{_camel(ledger)}Out", __base__=Schema, **COMMON, **fields)


def in_schema(ledger: Ledger) -> type[Schema]:
    """What a new row needs."""
    fields: dict[str, Any] = {
        "entry": (uuid.UUID, ...),
        "unit_number": (int, ...),
        "day": (dt.date | None, None),
        "made_at": (dt.datetime | None, None),
        "note": (str, ""),
    }
    for column in entered(ledger):
        if column.field not in fields:
            kind = IN.get(column.kind, str | None)
            fields[column.field] = (kind, ...) if column.required else _optional(kind)
    return create_model(f"{_camel(ledger)}In", __base__=Schema, **fields)


def move_schema(ledger: Ledger, step: Move) -> type[Schema]:
    """What a step asks for."""
    fields: dict[str, Any] = {
        column.field: (IN.get(column.kind, str | None), ...)
        for column in entered(ledger)
        if column.field in step.asks
    }
    name = f"{_camel(ledger)}{step.code.title()}"
    return create_model(name, __base__=Schema, **fields)


def told(eye: Sight, row: Any) -> dict[str, Any]:
    """A row as it is told to whoever asks."""
    level = eye.detail(row)
    said = {
        "number": row.pk,
        "entry": row.entry,
        "unit_number": row.unit_id,
        "unit_name": row.unit.name,
        "school_number": row.school_id,
        "day": row.day,
        "state": row.state,
        "late": row.late,
        "due": row.due,
        "replaces": row.replaces_id,
        "note": row.note if level >= Detail.NAMED or not eye.ledger.person else "",
    }
    for column in eye.ledger.columns:
        name = name_of(column)
        if name not in said:
            said[name] = _value(row, column, level)
    return said


def name_of(column: Column) -> str:
    """Name of a column in JSON."""
    return column.field.replace(".", "_")


def _value(row: Any, column: Column, level: Detail) -> Any:
    """A value as JSON has it; None where it may not be seen."""
    if column.shown_from > level:
        return [] if column.kind is Kind.CHOICES else None
    value = values.value_of(row, column)
    if column.kind in (Kind.CELSIUS, Kind.NUMBER) and value is not None:
        return float(value)
    if column.kind in (Kind.CHOICE, *OUT):
        return value
    return values.masked(values.shown(row, column, level)) or None


def _asked(eye: Sight, asked: Asked) -> Any:
    rows = in_force(eye.rows()).order_by("pk").filter(pk__gt=asked.after)
    if asked.since:
        rows = rows.filter(day__gte=asked.since)
    if asked.until:
        rows = rows.filter(day__lte=asked.until)
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.unit is not None:
        rows = rows.filter(unit=asked.unit)
    return rows[: asked.limit]


def _enter(eye: Sight, body: Any) -> Any:
    deed = eye.ledger.enter or Deed.TODAY
    unit = eye.units.filter(pk=body.unit_number).first()
    if unit is None:
        raise Http404
    sent = body.model_dump(exclude_none=True)
    day = body.day or clock.today()
    form = form_for(eye.ledger, unit, as_form({**sent, "day": day}))
    if not form.is_valid():
        return Status(WRONG, Told(said=said_errors(form)))
    filled = dict(form.cleaned_data)
    entry = Entry(
        unit=unit,
        day=filled.pop("day"),
        values=filled,
        entry=body.entry,
        made_at=body.made_at,
    )
    try:
        row = flows.enter(eye.actor(deed, unit), eye.ledger, entry, clock.now())
    except Refused as refused:
        return Status(REFUSED, Told(said=str(refused)))
    return told(eye, row)


def _take(eye: Sight, row: Any, step: Move, body: Any) -> Any:
    if not eye.may(step.deed, row):
        raise Http404
    sent = as_form(body.model_dump(exclude_none=True))
    form = form_for(eye.ledger, row.unit, sent, row=row, only=step.asks)
    if not form.is_valid():
        return Status(WRONG, Told(said=said_errors(form)))
    actor = eye.actor(step.deed, row.unit)
    try:
        moved = flows.move(
            actor, eye.ledger, row, step, now=clock.now(), values=form.cleaned_data
        )
    except Refused as refused:
        return Status(REFUSED, Told(said=str(refused)))
    return told(eye, eye.row(moved.pk))


def _optional(kind: Any) -> tuple[Any, Any]:
    return (kind, []) if kind == list[str] else (kind, None)


def _camel(ledger: Ledger) -> str:
    return "".join(part.title() for part in ledger.slug.split("-"))
