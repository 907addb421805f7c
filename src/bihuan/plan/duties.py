"""Who answers for what, with what, with whom: duties, supplies, liaison, documents."""

from dataclasses import dataclass
from datetime import date, time

from bihuan.base.ids import DocumentCode, PersonId, SchoolCode, ZoneCode
from bihuan.plan.words import (
    DocumentKind,
    DocumentStatus,
    Driver,
    InPlace,
    Partner,
    Post,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Duty:
    """A duty 责任: what, to which standard, at which post, who, who instead."""

    school: SchoolCode
    code: str
    name: str
    in_place: InPlace
    standard: str = ""
    post: Post | None = None
    person: PersonId = PersonId("")
    deputy: PersonId = PersonId("")
    place: ZoneCode = ZoneCode("")
    start: time | None = None
    end: time | None = None
    """Hours of the duty; None: whenever it is needed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Supply:
    """A supply 物资: stock, and use per day = rate x number of drivers.

    A durable is not used up; rate is then the number required per driver.
    """

    school: SchoolCode
    item: str
    unit: str
    stock: float
    driver: Driver
    rate: float
    durable: bool = False
    expires: date | None = None
    keeper: PersonId = PersonId("")
    place: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Liaison:
    """A partner outside the school and when the line was last tested."""

    school: SchoolCode
    partner: Partner
    organisation: str
    contact: str = ""
    phone: str = ""
    tested: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A document the plan rests on, or a plan of the school; school empty: the district's."""

    code: DocumentCode
    title: str
    kind: DocumentKind
    school: SchoolCode = SchoolCode("")
    issuer: str = ""
    number: str = ""
    issued: date | None = None
    status: DocumentStatus = DocumentStatus.PENDING
