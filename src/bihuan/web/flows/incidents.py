"""Incidents 异常情况: opened once a person, step by step to a diagnosis."""

import datetime as dt
import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from django.db import transaction

from bihuan.base.wording import _
from bihuan.rules.access import Role
from bihuan.rules.book import load
from bihuan.rules.incident_clock import Limit, is_night, limits, report_row
from bihuan.web.flows import alarms
from bihuan.web.flows.accounts import Refused
from bihuan.web.ledgers.incidents.models import Incident, Origin, Spot, Standing
from bihuan.web.notices.inbox import holders, tell
from bihuan.web.org import audit
from bihuan.web.org.models import Person, Unit
from bihuan.web.org.policy import policy_of
from bihuan.web.org.scope import Actor

TOLD: Final = (Role.SCHOOL_DOCTOR, Role.PRINCIPAL, Role.GRADE_HEAD)


@transaction.atomic
def open_incident(
    actor: Actor,
    *,
    person: Person,
    place: str = Spot.CLASSROOM.value,
    celsius: float | Decimal | None = None,
    symptoms: Iterable[str] = (),
    now: dt.datetime,
    entry: uuid.UUID | None = None,
    source: str = Origin.BUTTON.value,
    made_at: dt.datetime | None = None,
) -> Incident:
    """Open an incident, or add what is new to the one that is open for the person.

    From a check the alarms are weighed by the check itself, once for the whole class.
    """
    known = entry and Incident.objects.filter(entry=entry).first()
    if known:
        return known
    found = Incident.objects.filter(person=person, state=Standing.OPEN.value).first()
    heat = None if celsius is None else round(Decimal(str(celsius)), 1)
    if found is None:
        row = _new(actor, person, now, made_at, entry or uuid.uuid4())
        row.place, row.source = Spot(place).value, Origin(source).value
        row.celsius, row.symptoms = heat, sorted(set(symptoms))
        row.due = min((_due(limit, row) for limit in policy(row)), default=None)
        row.save(force_insert=True)
        audit.write(
            actor, "incident.open", row, school=row.school, at=now, source=row.source
        )
        _tell_opened(row, now)
    else:
        row = found
        _add(actor, row, heat, symptoms, now)
    if source != Origin.CHECK.value:
        alarms.weigh(row.school, now)
    return row


def policy(incident: Incident) -> tuple[Limit, ...]:
    """Limits of an incident's steps, by the plan in force and the book."""
    held = policy_of(incident.school)
    day = incident.opened_at.date()
    book = load()
    rows = book.on(day, region=held.region)
    report = report_row(rows, day, incident.diagnosis, notifiable=incident.notifiable)
    return limits(
        book, held.measures, incident.opened_at,
        night=is_night(incident.opened_at, rows), report=report, region=held.region,
    )  # fmt: skip


def _new(
    actor: Actor,
    person: Person,
    now: dt.datetime,
    made_at: dt.datetime | None,
    entry: uuid.UUID,
) -> Incident:
    return Incident(
        entry=entry,
        unit=person.unit,
        school=_school(person),
        person=person,
        day=now.date(),
        at=now,
        made_at=made_at,
        opened_at=made_at or now,
        by_id=actor.person_id,
        acting=actor.acting,
        state=Standing.OPEN.value,
    )


def _school(person: Person) -> Unit:
    school = person.school or person.unit.school
    if school is None:
        raise Refused(_("这个人不在任何学校里，请报给所在单位。"))
    return school


def _due(limit: Limit, row: Incident) -> dt.datetime:
    return row.opened_at + dt.timedelta(minutes=limit.minutes)


def _add(
    actor: Actor,
    row: Incident,
    heat: Decimal | None,
    symptoms: Iterable[str],
    now: dt.datetime,
) -> None:
    """A second reading, and symptoms that were not known."""
    more = sorted({*row.symptoms, *symptoms})
    if heat is None and more == row.symptoms:
        return
    if row.celsius is None:
        row.celsius = heat
    elif heat is not None:
        row.again = heat
    row.symptoms = more
    row.save(update_fields=["celsius", "again", "symptoms"])
    audit.write(actor, "incident.reading", row, school=row.school_id, at=now)


def _tell_opened(row: Incident, now: dt.datetime) -> None:
    open_now = Incident.objects.filter(
        school=row.school_id, state=Standing.OPEN.value
    ).count()
    tell(
        "incident_open", holders(TOLD, row.unit, now.date()), unit=row.school, now=now,
        link="/incidents/", count=open_now,
    )  # fmt: skip
