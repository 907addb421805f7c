"""Shapes of the API: what is taken and what is given, as OpenAPI has it."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Annotated, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from bihuan.rules.triage import Symptom
from bihuan.web.ledgers.checks.models import Kind, Slot
from bihuan.web.org.told import Moment

Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Temperature = Annotated[Decimal, Field(ge=34, le=43, decimal_places=1)]


class Strict(Schema):
    """A body whose unknown names are refused, so that a misspelt one is not lost."""

    model_config = ConfigDict(extra="forbid")


class ExceptionIn(Strict):
    """Somebody who is not normal."""

    person: Id
    kind: Kind
    symptoms: list[Symptom] = Field(default_factory=list, max_length=20)
    celsius: Temperature | Literal["unmeasured"] | None = None
    onset: dt.date | None = None


class CheckIn(Strict):
    """A check of a class: whoever is not named is there and well."""

    entry: uuid.UUID = Field(
        description="made by the sender; sent again it changes nothing"
    )
    slot: Slot
    day: dt.date
    expected: Annotated[int, Field(ge=0, le=500)]
    exceptions: list[ExceptionIn] = Field(default_factory=list, max_length=500)
    back: list[Id] = Field(default_factory=list, max_length=500)
    made_at: Moment | None = None


class CheckOut(Schema):
    """A check as it stands."""

    saved: bool = True
    said: str
    again: bool = Field(description="the entry was there already")
    check: int
    expected: int
    present: int
    late: bool
    isolated: list[int] = Field(description="persons for whom an incident is open")


class Counts(Schema):
    """A check in numbers."""

    unit: int
    day: dt.date
    slot: str
    expected: int
    present: int
    sick: int
    unwell: int
    late: bool


class UnitOut(Schema):
    """A unit."""

    id: int
    kind: str
    code: str
    name: str
    size: int


class Seat(Schema):
    """A pupil of a class as a device needs him: no name."""

    person: int
    code: str
    seat: int


class PassIn(Strict):
    """A code read at a gate, or a person's number."""

    entry: uuid.UUID
    code: Annotated[str, Field(max_length=120)] = ""
    person: Id | None = None
    direction: Literal["in", "out"] = "in"
    lane: Annotated[int, Field(ge=1, le=9)] = 1
    celsius: Temperature | None = None
    again: Temperature | None = Field(None, description="the second measurement")
    made_at: Moment | None = None


class PassOut(Schema):
    """Whether he may pass, with a reason that says nothing of health."""

    verdict: str
    reason: str
    said: str


class DailyOut(Schema):
    """A school's report of a day; a figure that is absent was not reported."""

    unit: int
    day: dt.date
    state: str
    zero: bool
    figures: dict[str, int]
    missing: list[int] = Field(description="units that are in no figure")


class Refusal(Schema):
    """Why something was not taken; nothing was saved."""

    saved: bool = False
    said: str


class WrongField(Schema):
    """One thing that is wrong with a body."""

    person: int | None
    field: str
    came: str
    said: str


class WrongBody(Refusal):
    """Everything that is wrong with a body."""

    wrong: list[WrongField]
