"""The dormitory in the evening: floor by floor, room by room, bed by bed; no illness is told."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from bihuan.base.wording import _
from bihuan.rules.access import Deed
from bihuan.web.flows import dorm
from bihuan.web.flows.accounts import Refused
from bihuan.web.ledgers.checks.entry import RoomEntry, Wrong, read_room
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.models import Person, Unit, UnitKind
from bihuan.web.org.policy import policy_of
from bihuan.web.pages import dorm_floors
from bihuan.web.pages.asked import Asked
from bihuan.web.pages.check import answer, told_of
from bihuan.web.pages.due import done, due
from bihuan.web.pages.frame import show
from bihuan.web.pages.offline import kept_for_the_day

FROM: Final = dt.time(18)
"""From when on the today page asks for the evening's rooms."""
HERE: Final = "here"


@open_to(Deed.DORM_CHECK)
@require_safe
@kept_for_the_day
def index(request: HttpRequest) -> HttpResponseBase:
    """The buildings somebody keeps; where there is one, its first room that is not done."""
    now = clock.now()
    buildings = list(_buildings(request))
    if len(buildings) == 1:
        return _floor(request, buildings[0], None, now)
    rows = [(row, due(row.due, now) if row.due and row.open else None)
            for row in _rows(buildings, now)]  # fmt: skip
    return show(request, "dorm/index.html", rows=rows)


@open_to(Deed.DORM_CHECK)
@require_http_methods(["GET", "HEAD", "POST"])
@kept_for_the_day
def room(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A room in hand, or its building's first; the phone's queue posts here."""
    unit = scope.reach_unit(request, Deed.DORM_CHECK, pk)
    if request.method == "POST":
        return _take(request, unit)
    if unit.kind == UnitKind.BUILDING.value:
        return _floor(request, unit, None, clock.now())
    if unit.kind != UnitKind.ROOM.value or unit.parent is None:
        raise Http404
    return _floor(request, unit.parent, unit, clock.now())


def asks(request: HttpRequest, now: dt.datetime) -> Iterator[Asked]:
    """The buildings of whoever keeps one, for the today page; by day only what comes."""
    who = scope.seen(request)
    if who is not None and who.may(Deed.DORM_CHECK):
        for row in _rows(list(_buildings(request)), now):
            if row.due is not None or now.time() >= FROM:
                yield row


def _buildings(request: HttpRequest) -> Any:
    found = scope.my_units(request, Deed.DORM_CHECK, UnitKind.BUILDING.value)
    return found.select_related("school", "school__twin_of")


def _rows(buildings: list[Unit], now: dt.datetime) -> Iterator[Asked]:
    for building in buildings:
        told = dorm_floors.tally(building, now.date())
        limit = dorm.due_of(
            building, now.date(), policy_of(building.school or building), now
        )
        left = told.rooms - told.done
        late = limit is not None and limit < now
        yield Asked(
            title=_("查寝 {building}", building=building.name),
            url=reverse("dorm_room", args=[building.pk]),
            second=_("已查{done}/{rooms}间", done=told.done, rooms=told.rooms),
            due=limit,
            fields=left,
            minutes=left,
            state="pass" if not left else ("late" if late else "wait"),
            action=_("开始查寝"),
        )


def _floor(
    request: HttpRequest, building: Unit, unit: Unit | None, now: dt.datetime
) -> HttpResponseBase:
    floors = dorm_floors.floors_of(building, now)
    hand = floors.hand(unit.pk if unit else None)
    limit = dorm.due_of(
        building, now.date(), policy_of(building.school or building), now
    )
    finished = floors.done == len(floors.rooms) and floors.rooms
    return show(
        request, "dorm/floor.html", building=building, floors=floors, hand=hand,
        chip=done(_("查完了")) if finished else (due(limit, now) if limit else None),
        facts=dorm_floors.facts(floors, hand), entry=uuid.uuid4(),
    )  # fmt: skip


def _take(request: HttpRequest, unit: Unit) -> HttpResponseBase:
    if unit.kind != UnitKind.ROOM.value:
        raise Http404
    by_form = request.content_type != "application/json"
    told = _from_form(request.POST) if by_form else told_of(request)
    found = read_room(told)
    if not isinstance(found, RoomEntry):
        said, status = _wrong(found, unit), 422
    else:
        said, status = _taken(request, unit, found)
    if not by_form:
        return answer(said, status)
    (messages.success if status == 200 else messages.error)(request, said)  # noqa: PLR2004
    return redirect("dorm_room", pk=unit.pk)


def _taken(request: HttpRequest, unit: Unit, entry: RoomEntry) -> tuple[str, int]:
    try:
        actor = scope.actor(request, Deed.DORM_CHECK, unit)
        return dorm.submit_room(actor, unit, entry, clock.now()).said, 200
    except Refused as refused:
        return str(refused), 409


def _from_form(form: QueryDict) -> dict[str, Any]:
    """What the plain form says, as the phone would say it."""
    rows = []
    for name, kind in form.items():
        person = name.removeprefix("bed_")
        if name.startswith("bed_") and kind != HERE and person.isdigit():
            heat = str(form.get(f"celsius_{person}", "")).strip()
            rows.append(
                {"person": int(person), "kind": kind, "celsius": heat or "unmeasured"}
            )
    nobody = form.get("found") == "nobody"
    return {
        "entry": form.get("entry"), "day": form.get("day"),
        "found": "nobody" if nobody else "checked",
        "exceptions": [] if nobody else rows,
    }  # fmt: skip


def _wrong(found: tuple[Wrong, ...], unit: Unit) -> str:
    people = Person.objects.filter(
        room=unit, pk__in=[one.person for one in found if one.person]
    )
    names = {person.pk: person.name for person in people}
    return _("；").join(
        f"{names[one.person]}{_('：')}{one.say()}" if one.person in names else one.say()
        for one in found
    )
