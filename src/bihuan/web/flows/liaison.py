"""Liaison with the health department: partners, test calls, reports, receipts, advice."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from bihuan.base.wording import _
from bihuan.plan.words import Partner
from bihuan.rules.access import Role
from bihuan.rules.incident_clock import Step
from bihuan.web.flows import incidents
from bihuan.web.flows.accounts import Refused
from bihuan.web.ledgers.incidents.models import Alarm, Incident, Standing
from bihuan.web.ledgers.isolation.models import Stay
from bihuan.web.ledgers.liaison.models import (
    Advice,
    Agency,
    ContactState,
    HealthReport,
    ReportState,
    TestCall,
)
from bihuan.web.notices.inbox import holders, tell
from bihuan.web.org import audit
from bihuan.web.org.models import Unit
from bihuan.web.org.policy import policy_of
from bihuan.web.org.scope import Actor

ANSWERED_TO = (Role.SCHOOL_DOCTOR, Role.PRINCIPAL, Role.BUREAU_OFFICE)


@transaction.atomic
def bring_agencies(actor: Actor, school: Unit, now: dt.datetime) -> int:
    """Bring the partners of the plan in force; those that are there stay as they are."""
    plan = policy_of(school).plan
    there = {
        (row.partner, row.organisation)
        for row in Agency.objects.filter(unit=school, state=ContactState.IN_FORCE.value)
    }
    new = [
        row
        for row in (plan.liaison if plan else ())
        if (row.partner.value, row.organisation) not in there
    ]
    for row in new:
        keep_agency(
            actor, school, now, partner=row.partner, organisation=row.organisation,
            contact=row.contact, phone=row.phone, of_plan=True,
        )  # fmt: skip
    return len(new)


@transaction.atomic
def keep_agency(
    actor: Actor,
    unit: Unit,
    now: dt.datetime,
    *,
    partner: Partner,
    organisation: str,
    contact: str = "",
    phone: str = "",
    agreement: str = "",
    of_plan: bool = False,
) -> Agency:
    """Add a partner, or change how it is reached; a new number has not been tested."""
    row = Agency.objects.filter(
        unit=unit, partner=partner.value, organisation=organisation,
        state=ContactState.IN_FORCE.value,
    ).first() or Agency(
        unit=unit, school=unit, partner=partner.value, organisation=organisation,
        day=now.date(), at=now, by_id=actor.person_id, acting=actor.acting,
        state=ContactState.IN_FORCE.value, of_plan=of_plan,
    )  # fmt: skip
    if row.phone != phone:
        row.tested_on = row.answered = None
    row.contact, row.phone, row.agreement = contact, phone, agreement
    row.save()
    audit.write(actor, "agency.keep", row, school=unit, at=now)
    return row


@transaction.atomic
def end_agency(actor: Actor, agency: Agency, now: dt.datetime) -> None:
    """A partner is the one no more; what was reported to it stays."""
    agency.state, agency.done_at = ContactState.ENDED.value, now
    agency.save(update_fields=["state", "done_at"])
    audit.write(actor, "agency.end", agency, school=agency.school_id, at=now)


@transaction.atomic
def try_line(
    actor: Actor,
    agency: Agency,
    now: dt.datetime,
    *,
    answered: bool,
    note: str = "",
    entry: uuid.UUID | None = None,
) -> TestCall:
    """Note a call that tested the line."""
    key = entry or uuid.uuid4()
    known = TestCall.objects.filter(entry=key).first()
    if known:
        return known
    call = TestCall.objects.create(
        agency=agency, entry=key, at=now, answered=answered, by_id=actor.person_id,
        note=note[:80],
    )  # fmt: skip
    agency.tested_on, agency.answered = now.date(), answered
    agency.save(update_fields=["tested_on", "answered"])
    audit.write(
        actor, "agency.call", agency, school=agency.school_id, at=now,
        answered=answered,
    )  # fmt: skip
    return call


@transaction.atomic
def report(
    actor: Actor,
    about: Alarm | Incident,
    now: dt.datetime,
    *,
    partner: Agency | None = None,
    entry: uuid.UUID | None = None,
) -> HealthReport:
    """Draft the report on an alarm or an incident; a draft that is there is brought in step."""
    alarm = about if isinstance(about, Alarm) else None
    incident = about if isinstance(about, Incident) else None
    row = HealthReport.objects.filter(
        alarm=alarm, incident=incident, state=ReportState.DRAFT.value
    ).first()
    if row is None:
        row = HealthReport(
            entry=entry or uuid.uuid4(), unit=about.school, school=about.school,
            day=now.date(), alarm=alarm, incident=incident, at=now,
            state=ReportState.DRAFT.value, by_id=actor.person_id,
            acting=actor.acting, due=alarm.report_by if alarm else None,
        )  # fmt: skip
    row.partner = partner or row.partner or _health(about.school)
    row.facts = _facts(about)
    row.save()
    audit.write(actor, "report.draft", row, school=row.school_id, at=now)
    return row


@transaction.atomic
def send(
    actor: Actor, row: HealthReport, now: dt.datetime, *, measures: str = ""
) -> None:
    """Send a report: the liaison officer finds it on the site and acknowledges it.

    It holds counts and pseudonyms; a name is shown only of a case that is reportable.
    """
    if row.state != ReportState.DRAFT.value:
        return
    row.measures, row.sent_at, row.sent_by_id = measures, now, actor.person_id
    row.state = ReportState.SENT.value
    row.late = row.due is not None and now > row.due
    row.facts = _facts(row.about)
    row.save()
    audit.write(
        actor, "report.send", row, school=row.school_id, at=now,
        count=row.facts.get("count", 0),
    )  # fmt: skip
    for one in Incident.objects.filter(
        person__in=row.facts["persons"], school=row.school_id, state=Standing.OPEN.value
    ):
        incidents.step(actor, one, Step.REPORTED, now)
    tell(
        "health_report", holders(Role.CDC_LIAISON, row.unit, now.date()),
        unit=row.unit, now=now, link=f"/reports/{row.pk}/", count=1,
    )  # fmt: skip


@transaction.atomic
def receive(actor: Actor, row: HealthReport, now: dt.datetime) -> None:
    """Acknowledge a report 回执; the first time stays."""
    _refuse_draft(row)
    if row.received_at is not None:
        return
    row.received_at, row.received_by_id = now, actor.person_id
    row.state = ReportState.RECEIVED.value
    row.save(update_fields=["received_at", "received_by", "state"])
    audit.write(actor, "report.receive", row, school=row.school_id, at=now)
    _tell_back(row, now)


@transaction.atomic
def answer(
    actor: Actor,
    row: HealthReport,
    advice: Advice,
    now: dt.datetime,
    *,
    days: int | None = None,
    words: str = "",
) -> None:
    """Advise the school; whether lessons stop is decided by school and bureau."""
    receive(actor, row, now)
    row.advice, row.advice_days, row.answer = advice.value, days, words
    row.answered_at, row.done_at = now, now
    row.state = ReportState.ANSWERED.value
    row.save()
    audit.write(
        actor, "report.answer", row, school=row.school_id, at=now,
        advice=advice.value, days=days,
    )  # fmt: skip
    _tell_back(row, now)


def reportable(row: HealthReport) -> frozenset[int]:
    """Persons of a report whose cases the law has reported by name."""
    rows = Incident.objects.filter(
        person__in=row.facts.get("persons", ()), school=row.school_id, notifiable=True
    )
    return frozenset(rows.values_list("person", flat=True))


def _refuse_draft(row: HealthReport) -> None:
    if row.state == ReportState.DRAFT.value:
        raise Refused(_("这份专报还没发出。"))


def _health(school: Unit) -> Agency | None:
    """The school's own line to the health department, else the bureau's."""
    steps = school.path.count(".")
    paths = [school.path[: 8 * (n + 1)] for n in range(steps)]
    return (
        Agency.objects.filter(
            unit__path__in=paths,
            partner=Partner.HEALTH.value,
            state=ContactState.IN_FORCE.value,
        )
        .order_by("-unit__path", "pk")
        .first()
    )


def _tell_back(row: HealthReport, now: dt.datetime) -> None:
    tell(
        "liaison_back", holders(ANSWERED_TO, row.unit, now.date()), unit=row.unit,
        now=now, link=f"/reports/{row.pk}/", count=1,
    )  # fmt: skip


def _facts(about: Alarm | Incident) -> Mapping[str, Any]:
    """Counts, days, codes and numbers of persons; no name and no telephone."""
    persons = about.persons if isinstance(about, Alarm) else [about.person_id]
    rows = Incident.objects.filter(person__in=persons, school=about.school_id)
    newest = {row.person_id: row for row in rows.order_by("day", "pk")}
    signs = Counter(code for row in newest.values() for code in row.symptoms)
    stays = Stay.objects.filter(person__in=persons, school=about.school_id)
    facts: dict[str, Any] = {
        "persons": sorted(persons),
        "count": len(persons),
        "unit": about.unit.name,
        "symptoms": dict(sorted(signs.items())),
        "diagnoses": dict(
            Counter(row.diagnosis for row in newest.values() if row.diagnosis)
        ),
        "in_room": stays.filter(left_at=None).count(),
        "taken_to_hospital": sum(r.goes == "hospital" for r in newest.values()),
        "size": about.unit.size,
    }
    if isinstance(about, Alarm):
        facts |= {
            "rule": about.rule,
            "title": about.title,
            "document": about.document,
            "threshold": about.threshold,
            "window": about.window,
            "first": about.first.isoformat(),
            "last": about.last.isoformat(),
            "raised_at": about.raised_at.isoformat(),
        }
    return facts
