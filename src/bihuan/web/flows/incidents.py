"""Incidents 异常情况: opened once a person, step by step to a diagnosis."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db import transaction

from bihuan.base.wording import _
from bihuan.rules.access import Role
from bihuan.rules.book import load
from bihuan.rules.contacts_of import (
    ContactList,
    Known,
    Roll,
    Source,
    contacts_of,
    recall,
)
from bihuan.rules.incident_clock import Limit, Step, is_night, limits, report_row
from bihuan.web.flows import alarms
from bihuan.web.flows.accounts import Refused
from bihuan.web.ledgers.incidents.models import (
    DIAGNOSES,
    Call,
    Contact,
    ContactRoll,
    Incident,
    IncidentStep,
    Origin,
    Spot,
    Standing,
)
from bihuan.web.ledgers.incidents.rolls import LOOK_BACK, rolls_of
from bihuan.web.notices.inbox import holders, tell
from bihuan.web.org import audit
from bihuan.web.org.models import Guardianship, Person, Unit
from bihuan.web.org.policy import policy_of
from bihuan.web.org.scope import Actor

TOLD: Final = (Role.SCHOOL_DOCTOR, Role.PRINCIPAL, Role.GRADE_HEAD)
IN_HAND: Final = (Role.SCHOOL_DOCTOR, Role.PRINCIPAL)
"""Who may have an incident in hand."""
FOLLOWED: Final = dt.timedelta(days=14)
"""How long after it a list of contacts is held against who fell ill."""


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


@transaction.atomic
def step(
    actor: Actor,
    incident: Incident,
    which: Step,
    now: dt.datetime,
    *,
    note: str = "",
    again: Decimal | None = None,
    goes: str = "",
    hospital: str = "",
) -> IncidentStep:
    """Note that a step is done; noted again it stays as it was."""
    row = _locked(incident)
    done = row.steps.filter(step=which.value).first()
    if done is not None:
        return done
    _refuse_closed(row)
    if which in (Step.FOUND, Step.DIAGNOSED, Step.CLOSED):
        raise Refused(_("这一步要填诊断，不能只点完成。"))
    if which is Step.TRANSPORT and not goes:
        raise Refused(_("请填去向：家长接回、送医，还是转观察区。"))
    changed = {"again": again, "goes": goes, "hospital": hospital}
    for name, value in changed.items():
        if value:
            setattr(row, name, value)
    row.save(update_fields=list(changed))
    done = _note(actor, row, which, now, note)
    if which is Step.ROOM:
        list_contacts(actor, row, now)
    if again:
        alarms.weigh(row.school, now)
    return done


@transaction.atomic
def list_contacts(actor: Actor, incident: Incident, now: dt.datetime) -> ContactList:
    """List the contacts from every roll, or bring the list in step; nobody is taken off."""
    person, until = incident.person, incident.opened_at.date()
    found = contacts_of(
        str(person.pk), rolls_of(person, until), until=until, days=LOOK_BACK
    )
    there = set(incident.contacts.values_list("person", flat=True))
    new = [
        Contact(
            incident=incident,
            person_id=int(one.person),
            sources=[source.value for source in one.sources],
            closeness=place,
            last=one.last,
        )
        for place, one in enumerate(found.contacts)
        if int(one.person) not in there
    ]
    Contact.objects.bulk_create(new)
    for state in found.sources:
        came = state.known is not Known.UNKNOWN
        row, made = ContactRoll.objects.get_or_create(
            incident=incident, source=state.source.value, defaults={"came": came}
        )
        if came and not made and not row.came:
            row.came = True
            row.save(update_fields=["came"])
    if new:
        audit.write(
            actor, "incident.contacts", incident, school=incident.school_id, at=now,
            count=len(new),
        )  # fmt: skip
    return listed(incident)


def listed(incident: Incident) -> ContactList:
    """The list as it stands: who, from which sources, how many are checked."""
    rows = list(incident.contacts.all())
    until = incident.opened_at.date()
    rolls = []
    for roll in incident.rolls.all():
        source = Source(roll.source)
        named = frozenset(
            str(row.person_id) for row in rows if roll.source in row.sources
        )
        if named or roll.came:
            rolls.append(Roll(source=source, persons=named))
        if not roll.came:
            rolls.append(Roll(source=source, persons=None))
    checked = frozenset(str(row.person_id) for row in rows if row.checked_at)
    return contacts_of(
        str(incident.person_id), rolls, until=until, days=LOOK_BACK,
        checked=checked,
    )  # fmt: skip


@transaction.atomic
def add_contact(
    actor: Actor,
    incident: Incident,
    person: Person,
    source: Source,
    now: dt.datetime,
) -> Contact:
    """Name a contact whom no roll has, or another source of one who is listed."""
    _refuse_closed(incident)
    if person.school_id != incident.school_id or person.pk == incident.person_id:
        raise Refused(_("只能加本校的其他人。"))
    ContactRoll.objects.get_or_create(
        incident=incident, source=source.value, defaults={"came": True}
    )
    row, made = Contact.objects.get_or_create(
        incident=incident,
        person=person,
        defaults={
            "sources": [source.value],
            "closeness": list(Source).index(source),
            "last": incident.opened_at.date(),
            "added_by_id": actor.person_id,
        },
    )
    if not made and source.value not in row.sources:
        row.sources = [*row.sources, source.value]
        row.save(update_fields=["sources"])
    audit.write(
        actor, "incident.contact", incident, school=incident.school_id, at=now,
        contact=person.pk, source=source.value,
    )  # fmt: skip
    return row


@transaction.atomic
def check_contacts(
    actor: Actor,
    incident: Incident,
    contacts: Iterable[Contact],
    now: dt.datetime,
    *,
    well: bool,
) -> int:
    """Note that contacts were asked, and whether they are well; says how many were new."""
    _refuse_closed(incident)
    numbers = [row.pk for row in contacts if row.incident_id == incident.pk]
    rows = Contact.objects.filter(pk__in=numbers)
    new = rows.filter(checked_at=None).update(
        checked_at=now, checked_by_id=actor.person_id, well=well
    )
    rows.exclude(well=well).update(well=well)
    audit.write(
        actor, "incident.check", incident, school=incident.school_id, at=now,
        contacts=sorted(numbers), well=well,
    )  # fmt: skip
    _end_list(actor, incident, now)
    return new


@transaction.atomic
def roll_came(
    actor: Actor, incident: Incident, source: Source, now: dt.datetime, note: str = ""
) -> None:
    """Note that a roll that was out has come, or that there is nobody to name."""
    _refuse_closed(incident)
    ContactRoll.objects.update_or_create(
        incident=incident, source=source.value, defaults={"came": True, "note": note}
    )
    audit.write(
        actor, "incident.roll", incident, school=incident.school_id, at=now,
        source=source.value,
    )  # fmt: skip
    _end_list(actor, incident, now)


def _end_list(actor: Actor, incident: Incident, now: dt.datetime) -> None:
    """The step ends by itself, once every roll is there and everybody was asked."""
    done = incident.steps.filter(step=Step.CONTACTS.value).exists()
    if not done and listed(incident).complete:
        _note(actor, incident, Step.CONTACTS, now, "")


@transaction.atomic
def call(
    actor: Actor,
    incident: Incident,
    now: dt.datetime,
    *,
    answered: bool,
    person: Person | None = None,
    whom: str = "",
    note: str = "",
    entry: uuid.UUID | None = None,
) -> Call:
    """Log a call; an answered one to a guardian ends the step 通知家长."""
    key = entry or uuid.uuid4()
    known = Call.objects.filter(entry=key).first()
    if known:
        return known
    _refuse_closed(incident)
    row = Call.objects.create(
        incident=incident, entry=key, person=person, whom=whom[:40],
        answered=answered, note=note[:80], at=now, by_id=actor.person_id,
    )  # fmt: skip
    audit.write(
        actor, "incident.call", incident, school=incident.school_id, at=now,
        to=person.pk if person else None, answered=answered,
    )  # fmt: skip
    if answered and person is not None and _is_guardian(incident, person):
        step(actor, incident, Step.GUARDIAN, now)
    return row


def _is_guardian(incident: Incident, person: Person) -> bool:
    return Guardianship.objects.filter(
        child=incident.person_id, guardian=person, until=None
    ).exists()


@transaction.atomic
def hand_to(actor: Actor, incident: Incident, person: Person, now: dt.datetime) -> None:
    """Give an incident into somebody else's hands 转副岗."""
    _refuse_closed(incident)
    if person.pk not in holders(IN_HAND, incident.school, now.date()):
        raise Refused(_("只能转给本校的校医、校长或副岗。"))
    incident.in_hand = person
    incident.save(update_fields=["in_hand"])
    audit.write(
        actor, "incident.hand", incident, school=incident.school_id, at=now,
        to=person.pk,
    )  # fmt: skip
    tell(
        "incident_open", [person], unit=incident.school, now=now,
        link=f"/incidents/{incident.pk}/", count=1,
    )  # fmt: skip


@transaction.atomic
def diagnose(
    actor: Actor,
    incident: Incident,
    diagnosis: str,
    now: dt.datetime,
    *,
    words: str = "",
    confirmed: bool = False,
    notifiable: bool = False,
) -> None:
    """Write down what it turned out to be; alarms that counted the person are told by it."""
    if diagnosis not in dict(DIAGNOSES):
        raise Refused(_("请从表里选一个诊断，或选“排除”。"))
    row = _locked(incident)
    row.diagnosis, row.diagnosis_words = diagnosis, words[:80]
    row.confirmed, row.notifiable = confirmed, notifiable
    row.save(update_fields=["diagnosis", "diagnosis_words", "confirmed", "notifiable"])
    for name in ("diagnosis", "diagnosis_words", "confirmed", "notifiable"):
        setattr(incident, name, getattr(row, name))
    if not row.steps.filter(step=Step.DIAGNOSED.value).exists():
        _note(actor, row, Step.DIAGNOSED, now, "")
    _set_due(row)
    audit.write(
        actor, "incident.diagnose", row, school=row.school_id, at=now,
        diagnosis=diagnosis, confirmed=confirmed, notifiable=notifiable,
    )  # fmt: skip
    alarms.retell(row.school, [row.person_id], now)
    alarms.weigh(row.school, now)


@transaction.atomic
def close(actor: Actor, incident: Incident, now: dt.datetime) -> None:
    """Close an incident: it has a diagnosis, or nothing was found, and no room holds him."""
    row = _locked(incident)
    if row.state == Standing.CLOSED.value:
        return
    if not row.diagnosis:
        raise Refused(_("关闭前要有诊断，或选“排除”。"))
    if row.stays.filter(left_at=None).exists():
        raise Refused(_("人还在隔离室，请先登记离室。"))
    _note(actor, row, Step.CLOSED, now, "")
    row.state, row.done_at = Standing.CLOSED.value, now
    row.closed_by_id = actor.person_id
    row.save(update_fields=["state", "done_at", "closed_by"])
    incident.state, incident.done_at = row.state, now


@dataclass(frozen=True, slots=True)
class Recall:
    """How well a list foresaw who fell ill afterwards."""

    listed: int
    ill: int
    """Who fell ill afterwards with something alike."""
    on_list: int
    share: float | None
    """None: nobody fell ill, so nobody can tell."""


def recall_of(incident: Incident) -> Recall:
    """Hold the list against those of the school who fell ill in the two weeks after."""
    start = incident.opened_at.date()
    later = start + FOLLOWED
    named = frozenset(
        str(pk) for pk in incident.contacts.values_list("person", flat=True)
    )
    cases = list(alarms.cases_of(incident.school, later, FOLLOWED))
    own = str(incident.person_id)
    looks = {look for case in cases if case.person == own for look in case.syndromes}
    alike = frozenset(
        case.person
        for case in cases
        if case.person != own
        and case.day > start
        and (not looks or looks & case.syndromes)
    )
    return Recall(
        listed=len(named),
        ill=len(alike),
        on_list=len(named & alike),
        share=recall(named, alike),
    )


def _note(
    actor: Actor, row: Incident, which: Step, now: dt.datetime, note: str
) -> IncidentStep:
    done = IncidentStep.objects.create(
        incident=row, step=which.value, at=now, by_id=actor.person_id,
        acting=actor.acting, note=note[:120],
    )  # fmt: skip
    _set_due(row)
    audit.write(
        actor, "incident.step", row, school=row.school_id, at=now, step=which.value
    )
    return done


def _set_due(row: Incident) -> None:
    """The row is due when the next of its limits runs out."""
    done = set(row.steps.all().values_list("step", flat=True))
    left = (_due(limit, row) for limit in policy(row) if limit.step.value not in done)
    row.due = min(left, default=None)
    row.save(update_fields=["due"])


def _locked(incident: Incident) -> Incident:
    audit.hold(incident.school_id)
    return Incident.objects.select_for_update().get(pk=incident.pk)


def _refuse_closed(incident: Incident) -> None:
    if incident.state != Standing.OPEN.value:
        raise Refused(_("这件已经关闭，不能再改。"))
