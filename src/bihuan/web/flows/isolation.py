"""Isolation rooms and stays: who goes in, what is measured, when out, disinfected after."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypeGuard

from django.db import transaction

from bihuan.base.units import Celsius
from bihuan.base.wording import _
from bihuan.plan.words import ZoneKind
from bihuan.rules.book import Rule, load
from bihuan.rules.incident_clock import Step
from bihuan.rules.indicator import State
from bihuan.rules.stay import (
    Goes,
    Hindrance,
    Refusal,
    Room as RoomFacts,
    RoomKind,
    Stay as StayFacts,
    StayRule,
    checklist,
    fitness,
    hindrances,
    may_enter,
    stay_rule,
)
from bihuan.rules.triage import Symptom, Syndrome, syndromes
from bihuan.web.flows import incidents
from bihuan.web.flows.accounts import Refused
from bihuan.web.ledgers.incidents.models import Incident, Standing
from bihuan.web.ledgers.isolation.models import (
    Reading,
    Room,
    RoomState,
    Stay,
    StayState,
)
from bihuan.web.org import audit
from bihuan.web.org.models import Person, Unit
from bihuan.web.org.policy import policy_of, screening_of
from bihuan.web.org.scope import Actor


@transaction.atomic
def bring_rooms(actor: Actor, school: Unit, now: dt.datetime) -> int:
    """Bring the rooms of the plan in force; those that are there keep what they have."""
    plan = policy_of(school).plan
    zones = [zone for zone in plan.zones if zone.kind in _KINDS] if plan else []
    there = set(Room.objects.filter(school=school).values_list("code", flat=True))
    new = [zone for zone in zones if zone.code not in there]
    for zone in new:
        keep_room(
            actor, school, now, code=zone.code, name=zone.name,
            kind=RoomKind(zone.kind.value), beds=zone.beds,
        )  # fmt: skip
    return len(new)


_KINDS = (ZoneKind.ISOLATION_ROOM, ZoneKind.OBSERVATION_AREA)


@transaction.atomic
def keep_room(
    actor: Actor,
    school: Unit,
    now: dt.datetime,
    *,
    code: str,
    name: str,
    kind: RoomKind,
    beds: int | None,
    closed: bool = False,
) -> Room:
    """Add a room, or change what is known of it; beds None: not known, which is not none."""
    state = RoomState.CLOSED if closed else RoomState.IN_USE
    row = Room.objects.filter(school=school, code=code).first() or Room(
        school=school, unit=school, code=code, day=now.date(), at=now,
        by_id=actor.person_id, acting=actor.acting,
    )  # fmt: skip
    if closed and row.pk and row.stays.filter(left_at=None).exists():
        raise Refused(_("室内还有人，不能停用。"))
    row.name, row.kind, row.beds, row.state = name, kind.value, beds, state.value
    row.save()
    audit.write(actor, "room.keep", row, school=school, at=now, beds=beds)
    return row


@transaction.atomic
def answer_checklist(
    actor: Actor, room: Room, answers: Mapping[str, bool | None], now: dt.datetime
) -> None:
    """Note what a room has and what it lacks; None: nobody has looked."""
    known = {row.code for row in checklist_of(room, now.date())}
    said = {code: bool(yes) for code, yes in answers.items() if yes is not None}
    room.meets = {code: yes for code, yes in said.items() if code in known}
    room.checked_on = now.date()
    room.save(update_fields=["meets", "checked_on"])
    audit.write(
        actor, "room.checklist", room, school=room.school_id, at=now,
        met=sum(room.meets.values()), asked=len(known),
    )  # fmt: skip


def checklist_of(room: Room, day: dt.date) -> tuple[Rule, ...]:
    """Rows of the book that say what the room must have."""
    return checklist(load(), day, region=policy_of(room.school).region)


def fit(room: Room, day: dt.date) -> State:
    """Whether a room has all it must have; a row nobody answered leaves it unknown."""
    answers: dict[str, bool | None] = dict(room.meets)
    return fitness(answers, checklist_of(room, day))


def facts(room: Room) -> tuple[RoomFacts, tuple[StayFacts, ...]]:
    """A room as the rules see it, with the stays that still matter: in, or not disinfected."""
    rows = room.stays.exclude(state=StayState.CLEAN.value)
    stays = tuple(
        StayFacts(
            illness=row.illness,
            since=row.came_at,
            until=row.left_at,
            disinfected=row.disinfected_at,
        )
        for row in rows
        if row.state in set(StayState)
    )
    return RoomFacts(kind=RoomKind(room.kind), beds=room.beds), stays


def refusals(room: Room, illness: str) -> tuple[Refusal, ...]:
    """Why somebody with an illness may not go into a room now; empty: go in."""
    return may_enter(*facts(room), illness)


def illness_of(incident: Incident) -> str:
    """What somebody is kept apart for: the diagnosis, else the first syndrome, else unknown."""
    if incident.diagnosis:
        return incident.diagnosis
    heat = incident.again or incident.celsius
    policy = screening_of(incident.school, incident.opened_at.date())
    signs = frozenset(Symptom(code) for code in incident.symptoms)
    looks = syndromes(signs, Celsius(float(heat)) if heat else None, policy)
    return next((one.value for one in Syndrome if one in looks), "")


@transaction.atomic
def come(
    actor: Actor,
    person: Person,
    room: Room,
    now: dt.datetime,
    *,
    illness: str = "",
    incident: Incident | None = None,
    entry: uuid.UUID | None = None,
) -> Stay:
    """Let somebody into a room, if the room takes him; the incident's clock 入室 stops."""
    known = Stay.objects.filter(entry=entry).first() if entry else None
    if known:
        return known
    room = Room.objects.select_for_update().select_related("school").get(pk=room.pk)
    if person.school_id != room.school_id or room.state != RoomState.IN_USE.value:
        raise Refused(_("这间隔离室不能用：不是本校的，或者停用了。"))
    if Stay.objects.filter(person=person, left_at=None).exists():
        raise Refused(_("这个人已经在隔离室里。"))
    if why := refusals(room, illness):
        raise Refused("；".join(_(reason.label) for reason in why))
    stay = Stay.objects.create(
        entry=entry or uuid.uuid4(), unit=person.unit, school=room.school,
        day=now.date(), at=now, came_at=now, by_id=actor.person_id,
        acting=actor.acting, state=StayState.IN.value, person=person, room=room,
        incident=incident, illness=illness,
    )  # fmt: skip
    audit.write(actor, "stay.come", stay, school=room.school, at=now, room=room.pk)
    if incident is not None:
        incidents.step(actor, incident, Step.ROOM, now)
    return stay


@transaction.atomic
def reading(
    actor: Actor,
    stay: Stay,
    now: dt.datetime,
    *,
    celsius: Decimal | None,
    symptoms: Iterable[str] | None,
    entry: uuid.UUID | None = None,
) -> Reading:
    """Write down a temperature and symptoms; None: not measured, not noted."""
    key = entry or uuid.uuid4()
    known = Reading.objects.filter(entry=key).first()
    if known:
        return known
    row = Reading.objects.create(
        stay=stay, entry=key, at=now, celsius=celsius, by_id=actor.person_id,
        symptoms=None if symptoms is None else sorted({Symptom(c) for c in symptoms}),
    )  # fmt: skip
    audit.write(actor, "stay.reading", stay, school=stay.school_id, at=now)
    return row


@transaction.atomic
def guardian_came(actor: Actor, stay: Stay, now: dt.datetime) -> None:
    """Note when the guardian came; the first time stays."""
    if stay.guardian_at is None:
        stay.guardian_at = now
        stay.save(update_fields=["guardian_at"])
        audit.write(actor, "stay.guardian", stay, school=stay.school_id, at=now)


def rule_of(stay: Stay, day: dt.date) -> StayRule:
    """How long this stay lasts."""
    policy = policy_of(stay.school)
    return stay_rule(
        load(), policy.measures, day, disease=stay.illness, region=policy.region
    )


def hindered(
    stay: Stay, goes: Goes | None, now: dt.datetime, *, checked: bool
) -> tuple[Hindrance, ...]:
    """What keeps somebody in the room now."""
    room = RoomFacts(kind=RoomKind(stay.room.kind), beds=stay.room.beds)
    seen = StayFacts(illness=stay.illness, since=stay.came_at)
    last = stay.readings.filter(at__date=now.date()).exclude(symptoms=None).last()
    signs = None if last is None else bool(last.symptoms)
    return hindrances(
        room, seen, rule_of(stay, now.date()), now, goes=goes, symptoms=signs,
        released=stay.released, checked=checked,
    )  # fmt: skip


@transaction.atomic
def release(actor: Actor, stay: Stay, now: dt.datetime) -> None:
    """Note the notice 解除观察通知 of whoever ordered the observation."""
    stay.released = True
    stay.save(update_fields=["released"])
    audit.write(actor, "stay.release", stay, school=stay.school_id, at=now)


@transaction.atomic
def leave(
    actor: Actor,
    stay: Stay,
    goes: Goes,
    now: dt.datetime,
    *,
    checked: bool = False,
) -> None:
    """Let somebody out; the incident's clock 送医 stops, the room waits to be disinfected."""
    row = (
        Stay.objects.select_for_update(of=("self",))
        .select_related("room", "school", "incident")
        .get(pk=stay.pk)
    )
    if row.left_at is not None:
        return
    if why := hindered(row, goes, now, checked=checked):
        raise Refused("；".join(_(reason.label) for reason in why))
    row.left_at, row.goes, row.state = now, goes.value, StayState.LEFT.value
    row.save(update_fields=["left_at", "goes", "state"])
    stay.left_at, stay.goes, stay.state = now, goes.value, row.state
    audit.write(actor, "stay.leave", row, school=row.school, at=now, goes=goes.value)
    if _is_open(row.incident) and goes in (Goes.HOME, Goes.HOSPITAL):
        incidents.step(actor, row.incident, Step.TRANSPORT, now, goes=goes.value)


@transaction.atomic
def disinfect(actor: Actor, stay: Stay, now: dt.datetime) -> None:
    """Note the terminal disinfection after a stay; only then the room takes the next."""
    row = Stay.objects.select_for_update(of=("self",)).get(pk=stay.pk)
    if row.left_at is None:
        raise Refused(_("人还在室内，离开后再做终末消毒。"))
    if row.disinfected_at is not None:
        return
    row.disinfected_at, row.state, row.done_at = now, StayState.CLEAN.value, now
    row.disinfected_by_id = actor.person_id
    row.save(update_fields=["disinfected_at", "disinfected_by", "state", "done_at"])
    stay.disinfected_at, stay.state = now, row.state
    audit.write(actor, "stay.disinfect", row, school=row.school_id, at=now)
    if _is_open(row.incident):
        incidents.step(actor, row.incident, Step.DISINFECTED, now)


def _is_open(incident: Incident | None) -> TypeGuard[Incident]:
    return incident is not None and incident.state == Standing.OPEN.value
