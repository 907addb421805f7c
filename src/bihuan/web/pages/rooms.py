"""Isolation rooms 隔离室: who is in, what each room has, readings, out, disinfected."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from bihuan.base.wording import _
from bihuan.rules.access import Deed, Detail
from bihuan.rules.book import DISEASES, Rule, load
from bihuan.rules.indicator import State
from bihuan.rules.stay import (
    Goes,
    Room as RoomFacts,
    RoomKind,
    Stay as StayFacts,
    free_beds,
    leave_by,
    rooms_needed,
)
from bihuan.rules.triage import ASKED, Symptom, Syndrome
from bihuan.web.flows import isolation as flow
from bihuan.web.flows.accounts import Refused
from bihuan.web.ledgers.core.values import person_shown
from bihuan.web.ledgers.incidents.models import Incident, Standing
from bihuan.web.ledgers.isolation.models import Room, RoomState, Stay, StayState
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.models import Unit, UnitKind
from bihuan.web.org.policy import policy_of
from bihuan.web.pages.asked import Asked
from bihuan.web.pages.due import Due, due
from bihuan.web.pages.frame import back, entry_of, number_of, run, show
from bihuan.web.pages.incident import name_of, reach

MARKS: Final = {
    State.FAIL: "fail",
    State.UNKNOWN: "unknown",
    State.STALE: "stale",
    State.RUNNING: "run",
    State.PASS: "pass",
}


class Measured(forms.Form):
    """A reading in a room; what was not measured or not noted stays so."""

    celsius = forms.DecimalField(
        required=False, min_value=34, max_value=43, max_digits=3, decimal_places=1
    )
    symptoms = forms.MultipleChoiceField(
        required=False, choices=[(s.value, s.label) for s in Symptom]
    )
    asked = forms.BooleanField(required=False)


class Kept(forms.Form):
    """What is known of a room."""

    code = forms.CharField(max_length=40)
    name = forms.CharField(max_length=60)
    kind = forms.ChoiceField(choices=[(k.value, k.label) for k in RoomKind])
    beds = forms.IntegerField(required=False, min_value=0, max_value=500)
    closed = forms.BooleanField(required=False)


@dataclass(frozen=True, slots=True)
class Shown:
    """A room: whether it has all, what is free, who is in, why not this one."""

    room: Room
    mark: str
    met: int
    asked: int
    free: int | None
    inside: tuple[tuple[Stay, str, Due | None], ...]
    count: int
    unclean: tuple[Stay, ...]
    refusals: tuple[str, ...]


@open_to(Deed.ROOM_SEE, Deed.ROOM_KEEP, Deed.INCIDENT_STEP)
@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """Rooms of a school; with an incident in hand, into which of them the person may go."""
    incident = _incident(request)
    school = incident.school if incident else _school(request)
    rooms = Room.objects.filter(school=school, state=RoomState.IN_USE.value)
    illness = flow.illness_of(incident) if incident else ""
    rows = [_shown(request, room, illness, incident) for room in rooms.order_by("kind", "code")]  # fmt: skip
    needed = rooms_needed(load(), clock.today(), region=policy_of(school).region)
    return show(
        request, "rooms/index.html", rows=rows, school=school, incident=incident,
        who=name_of(request, incident) if incident else "", needed=needed,
        illness=illness_said(illness), schools=_schools(request),
        keeps=_keeps(request, school), entry=uuid.uuid4(), kinds=tuple(RoomKind),
        ready=sum(row.mark == "pass" for row in rows),
    )  # fmt: skip


def illness_said(illness: str) -> str:
    """What somebody is kept apart for, in words."""
    if illness in set(Syndrome):
        return _(Syndrome(illness).label)
    return _(DISEASES[illness]) if illness in DISEASES else _("病种不明")


def _incident(request: HttpRequest) -> Incident | None:
    number = number_of(request, "incident")
    return reach(request, number) if number else None


def _schools(request: HttpRequest) -> "QuerySet[Unit]":
    return scope.my_units(request, Deed.ROOM_SEE, UnitKind.SCHOOL.value)


def _school(request: HttpRequest) -> Unit:
    """The school in hand: the one asked for, else the first that is reached."""
    if number := number_of(request, "school"):
        return scope.reach_unit(request, Deed.ROOM_SEE, number)
    found = _schools(request).first()
    if found is None:
        raise Http404
    return found


def _keeps(request: HttpRequest, school: Unit) -> bool:
    return bool(scope.detail(request, Deed.ROOM_KEEP, school))


def _shown(
    request: HttpRequest, room: Room, illness: str, incident: Incident | None
) -> Shown:
    now, detail = clock.now(), scope.detail(request, Deed.ROOM_SEE, room.school)
    facts, stays = flow.facts(room)
    asked = flow.checklist_of(room, now.date())
    rows = room.stays.select_related("person", "person__unit", "room", "school")
    inside = list(rows.filter(state=StayState.IN.value))
    shown = tuple(
        (stay, person_shown(stay.person, detail), _out_by(stay))
        for stay in inside
        if detail >= Detail.PSEUDONYM
    )
    why = flow.refusals(room, illness) if incident else ()
    return Shown(
        room=room,
        mark=MARKS[flow.fit(room, now.date())],
        met=sum(room.meets.get(row.code, False) for row in asked),
        asked=len(asked),
        free=free_beds(facts, stays),
        inside=shown,
        count=len(inside),
        unclean=tuple(rows.filter(state=StayState.LEFT.value)),
        refusals=tuple(_(reason.label) for reason in why),
    )


def _out_by(stay: Stay) -> Due | None:
    room = RoomFacts(kind=RoomKind(stay.room.kind), beds=stay.room.beds)
    seen = StayFacts(illness=stay.illness, since=stay.came_at)
    until = leave_by(room, seen, flow.rule_of(stay, clock.today()))
    return due(until, clock.now()) if until else None


@open_to(Deed.ROOM_KEEP, Deed.INCIDENT_STEP)
@require_POST
def come(request: HttpRequest) -> HttpResponseBase:
    """Let the person of an incident into a room."""
    incident = reach(request, number_of(request, "incident"))
    deed = Deed.INCIDENT_STEP
    if not scope.detail(request, deed, incident.unit):
        raise Http404
    room = Room.objects.filter(school=incident.school, pk=number_of(request, "room"))
    found = room.first()
    if found is None or incident.state != Standing.OPEN.value:
        raise Http404
    who = scope.actor(request, deed, incident.unit)
    try:
        flow.come(
            who, incident.person, found, clock.now(), incident=incident,
            illness=flow.illness_of(incident), entry=entry_of(request),
        )  # fmt: skip
    except Refused as refused:
        return back(request, f"{reverse('rooms')}?incident={incident.pk}", str(refused))
    return run(request, reverse("incident", args=[incident.pk]), lambda: None)


@open_to(Deed.ROOM_SEE, Deed.ROOM_KEEP)
@require_safe
def room(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One room: its checklist, its beds, who was in it."""
    found = scope.reach_row(
        request, Deed.ROOM_SEE, Room.objects.select_related("school", "unit"), pk
    )
    detail = scope.detail(request, Deed.ROOM_SEE, found.school)
    past = found.stays.select_related("person", "person__unit")[:30]
    rows: list[tuple[Rule, bool | None]] = [
        (row, found.meets.get(row.code))
        for row in flow.checklist_of(found, clock.today())
    ]
    return show(
        request, "rooms/room.html", room=found, checks=rows, kinds=tuple(RoomKind),
        keeps=_keeps(request, found.school),
        past=[(stay, person_shown(stay.person, detail)) for stay in past if detail >= Detail.PSEUDONYM],
    )  # fmt: skip


@open_to(Deed.ROOM_KEEP)
@require_POST
def keep(request: HttpRequest) -> HttpResponseBase:
    """Add or change a room, bring the plan's rooms, or answer its checklist."""
    if number := number_of(request, "room"):
        return _keep_one(request, number)
    school = scope.reach_unit(request, Deed.ROOM_KEEP, number_of(request, "school"))
    who, where = scope.actor(request, Deed.ROOM_KEEP, school), reverse("rooms")
    if request.POST.get("do") == "plan":
        return run(request, where, lambda: flow.bring_rooms(who, school, clock.now()))
    form = Kept(request.POST)
    if not form.is_valid():
        return back(request, where, _("请填编号、名称和床位数。"))
    said = dict(form.cleaned_data)
    said["kind"] = RoomKind(said["kind"])
    return run(request, where, lambda: flow.keep_room(who, school, clock.now(), **said))


def _keep_one(request: HttpRequest, number: int) -> HttpResponseBase:
    found = scope.reach_row(
        request, Deed.ROOM_KEEP, Room.objects.select_related("school"), number
    )
    who = scope.actor(request, Deed.ROOM_KEEP, found.school)
    where = reverse("room", args=[found.pk])
    answers = {
        name.removeprefix("c-"): {"1": True, "0": False}.get(str(value))
        for name, value in request.POST.items()
        if name.startswith("c-")
    }
    if answers:
        return run(
            request, where,
            lambda: flow.answer_checklist(who, found, answers, clock.now()),
        )  # fmt: skip
    form = Kept({**request.POST.dict(), "code": found.code})
    if not form.is_valid():
        return back(request, where, _("请填名称和床位数。"))
    said = dict(form.cleaned_data)
    said["kind"] = RoomKind(said["kind"])
    return run(
        request, where,
        lambda: flow.keep_room(who, found.school, clock.now(), **said),
    )  # fmt: skip


@open_to(Deed.ROOM_SEE, Deed.ROOM_KEEP)
@require_safe
def stay(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One stay: readings, who came, where to."""
    found = scope.reach_row(request, Deed.ROOM_SEE, _stays(), pk)
    detail = scope.detail(request, Deed.ROOM_SEE, found.unit)
    if detail < Detail.PSEUDONYM:
        raise Http404
    now = clock.now()
    return show(
        request, "rooms/stay.html", stay=found, name=person_shown(found.person, detail),
        illness=illness_said(found.illness), out_by=_out_by(found),
        keeps=bool(scope.detail(request, Deed.ROOM_KEEP, found.unit)),
        readings=found.readings.all(), symptoms=ASKED, entry=uuid.uuid4(),
        words={s.value: s.label for s in Symptom},
        ways=[
            (goes, [_(why.label) for why in flow.hindered(found, goes, now, checked=True)])
            for goes in Goes
        ] if found.left_at is None else (),
        observation=found.room.kind == RoomKind.OBSERVATION.value,
    )  # fmt: skip


def _stays() -> "QuerySet[Stay]":
    return Stay.objects.select_related(
        "person", "person__unit", "unit", "room", "school", "incident"
    )


@open_to(Deed.ROOM_KEEP)
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A reading, the guardian at the door, the notice of release, out, disinfected."""
    found = scope.reach_row(request, Deed.ROOM_KEEP, _stays(), pk)
    who, now = scope.actor(request, Deed.ROOM_KEEP, found.unit), clock.now()
    where = reverse("stay", args=[pk])
    match request.POST.get("do"):
        case "reading":
            return _read(request, found, who, where)
        case "guardian":
            return run(request, where, lambda: flow.guardian_came(who, found, now))
        case "release":
            return run(request, where, lambda: flow.release(who, found, now))
        case "disinfect":
            return run(request, where, lambda: flow.disinfect(who, found, now))
        case "leave" if request.POST.get("goes") in set(Goes):
            goes = Goes(request.POST["goes"])
            return run(
                request, where,
                lambda: flow.leave(who, found, goes, now, checked=True),
            )  # fmt: skip
    return back(request, where, _("请选去向。"))


def _read(
    request: HttpRequest, found: Stay, who: scope.Actor, where: str
) -> HttpResponseBase:
    form = Measured(request.POST)
    if not form.is_valid():
        return back(request, where, _("体温应在34.0到43.0之间，或者不填。"))
    said = form.cleaned_data
    signs = said["symptoms"] if said["asked"] or said["symptoms"] else None
    return run(
        request, where,
        lambda: flow.reading(
            who, found, clock.now(), celsius=said["celsius"], symptoms=signs,
            entry=entry_of(request),
        ),
    )  # fmt: skip


def asks(request: HttpRequest, now: dt.datetime) -> Iterator[Asked]:
    """Readings of today that are not there, rooms that wait to be disinfected."""
    rows = scope.within(request, Deed.ROOM_KEEP, _stays())
    detail = Detail.NAMED
    for row in rows.filter(state=StayState.IN.value)[:40]:
        if row.readings.filter(at__date=now.date()).exists():
            continue
        yield Asked(
            title=_("记体温和症状"),
            second=f"{person_shown(row.person, detail)}·{row.room.name}",
            url=reverse("stay", args=[row.pk]),
            fields=2,
            minutes=1,
            action=_("记体温和症状"),
        )
    for row in rows.filter(state=StayState.LEFT.value)[:40]:
        yield Asked(
            title=_("隔离室终末消毒"),
            second=row.room.name,
            url=reverse("stay", args=[row.pk]),
            fields=1,
            minutes=30,
            action=_("记下消毒"),
        )
