"""A ledger's rows as typed JSON: list, get, enter, move; the same flows, the same eyes.

A step that asks for a second pair of eyes is a person's: no machine takes it.
"""

import datetime as dt
import uuid
from collections.abc import Container
from typing import Annotated, Any, Final

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
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.told import Moment

MOST: Final = 200
REFUSED: Final = 409
WRONG: Final = 422


Number = Annotated[int, Field(ge=1, lt=scope.LARGEST)]
"""A number that a row may have."""


class Told(Schema):
    """Why nothing was done."""

    saved: bool = False
    said: str


ERRORS: Final[dict[int, Any]] = dict.fromkeys(
    (400, 401, 403, 404, REFUSED, WRONG), Told
)


class Asked(Schema):
    """Which rows are asked for."""

    since: dt.date | None = None
    until: dt.date | None = None
    state: str = ""
    unit: Number | None = None
    """With everything under it."""
    after: Annotated[int, Field(ge=0, lt=scope.LARGEST)] = 0
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
IN: Final[dict[Kind, Any]] = {
    **OUT,
    Kind.PERSON: Number | None,
    Kind.UNIT: Number | None,
}


def router(ledger: Ledger, deeds: Container[Deed]) -> Router:
    """The routes of a ledger for whoever may do the deeds, to be mounted under its slug."""
    routes = Router(tags=[ledger.slug])
    out = out_schema(ledger)
    _mount_looks(routes, ledger, out)
    if ledger.enter is not None and ledger.enter in deeds:
        _mount_entry(routes, ledger, ledger.enter, out)
    for step in ledger.moves:
        if step.deed in deeds and not step.not_by:
            _mount_move(routes, ledger, step, out)
    return routes


def _mount_looks(routes: Router, ledger: Ledger, out: Any) -> None:
    @routes.get(
        "",
        response={200: list[out], **ERRORS},
        summary=f"Rows of {ledger.slug}",
        operation_id=f"{ledger.slug}_list",
    )
    @open_to(ledger.see)
    def listed(request: HttpRequest, asked: Query[Asked]) -> Any:
        eye = sight(request, ledger)
        return [told(eye, row) for row in _asked(eye, asked)]

    @routes.get(
        "/{number}",
        response={200: out, **ERRORS},
        summary="One row",
        operation_id=f"{ledger.slug}_one",
    )
    @open_to(ledger.see)
    def one(request: HttpRequest, number: Number) -> Any:
        eye = sight(request, ledger)
        return told(eye, eye.row(number))


def _mount_entry(routes: Router, ledger: Ledger, deed: Deed, out: Any) -> None:
    body_type = in_schema(ledger)

    @routes.post(
        "",
        response={200: out, **ERRORS},
        summary="Enter a row",
        operation_id=f"{ledger.slug}_enter",
    )
    @open_to(deed)
    @open_to(ledger.see)  # the answer is the row
    def enter(request: HttpRequest, body: body_type) -> Any:  # type: ignore[valid-type]
        return _enter(sight(request, ledger), deed, body)


def _mount_move(routes: Router, ledger: Ledger, step: Move, out: Any) -> None:
    body_type = move_schema(ledger, step)

    @routes.post(
        f"/{{number}}/{step.code}",
        response={200: out, **ERRORS},
        summary=f"Take the step {step.code}",
        operation_id=f"{ledger.slug}_{step.code}",
    )
    @open_to(step.deed)
    @open_to(ledger.see)
    def take(request: HttpRequest, number: Number, body: body_type) -> Any:  # type: ignore[valid-type]
        eye = sight(request, ledger)
        return _take(eye, eye.row(number), step, body)


def out_schema(ledger: Ledger) -> type[Schema]:
    """What a row is told as: the columns that somebody may see, the rest empty."""
    fields: dict[str, Any] = {
        name_of(column): _optional(OUT.get(column.kind, str | None))
        for column in ledger.columns
        if name_of(column) not in COMMON
    }
    return create_model(f"{_camel(ledger)}Row", __base__=Schema, **COMMON, **fields)


def in_schema(ledger: Ledger) -> type[Schema]:
    """What a new row needs."""
    fields: dict[str, Any] = {
        "entry": (uuid.UUID, ...),
        "unit_number": (Number, ...),
        "day": (dt.date | None, None),
        "made_at": (Moment | None, None),
        "note": (str, ""),
    }
    for column in entered(ledger):
        if column.field not in fields:
            kind = IN.get(column.kind, str | None)
            fields[column.field] = (kind, ...) if column.required else _optional(kind)
    return create_model(f"{_camel(ledger)}Entry", __base__=Schema, **fields)


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
        at = scope.reach_unit(eye.request, eye.ledger.see, asked.unit)
        rows = rows.filter(unit__path__startswith=at.path)
    return rows[: asked.limit]


def _enter(eye: Sight, deed: Deed, body: Any) -> Any:
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
