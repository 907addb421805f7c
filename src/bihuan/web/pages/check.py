"""The class check: two taps when all is well, three for who is not; also without a network."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any, Final

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from bihuan.base.wording import N_, _
from bihuan.rules.access import Deed, Role
from bihuan.rules.triage import Symptom
from bihuan.web.flows import missing, morning
from bihuan.web.flows.accounts import Refused
from bihuan.web.ledgers.checks.entry import CheckEntry, Wrong, read_entry
from bihuan.web.ledgers.checks.models import (
    ClassCheck,
    DraftCount,
    Kind,
    Slot,
    Standing,
)
from bihuan.web.ledgers.checks.slots import Asked as Due, slot_at
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.models import Person, Unit, UnitKind
from bihuan.web.org.policy import policy_of
from bihuan.web.org.told import json_of
from bihuan.web.pages import check_sheet
from bihuan.web.pages.asked import Asked, went_to
from bihuan.web.pages.check_form import form_rows, from_form
from bihuan.web.pages.due import done, due
from bihuan.web.pages.frame import show
from bihuan.web.pages.offline import kept_for_the_day

KINDS: Final = (UnitKind.CLASS.value, UnitKind.STAFF.value)
ANSWERS: Final = frozenset({Role.CLASS_TEACHER, Role.LOGISTICS})
"""Of whom checks are asked; a doctor may take one over and is not asked."""
MINUTES: Final = 1
"""What an all-normal check takes, as the today page says."""


@open_to(Deed.CHECK_ENTER, Deed.CHECK_DRAFT)
@require_safe
@kept_for_the_day
def index(request: HttpRequest) -> HttpResponseBase:
    """The classes and sections that somebody checks, with what is due."""
    now = clock.now()
    rows = [*_rows(request, now), *_draft_rows(request, now)]
    chips = [(row, _clock(row, now)) for row in rows]
    return show(request, "check/index.html", rows=chips)


@open_to(Deed.CHECK_ENTER)
@require_http_methods(["GET", "HEAD", "POST"])
@kept_for_the_day
def check(request: HttpRequest, pk: int, slot: str) -> HttpResponseBase:
    """A unit's check of today; the phone's queue posts here."""
    unit = reach(request, pk)
    if request.method == "POST":
        return _take(request, unit, slot)
    now = clock.now()
    at = _moment(request, unit, now)
    sheet = check_sheet.sheet_of(unit, _slot(slot), at)
    past = sheet.day if at < now else None
    urls = {
        "url": reverse("check", args=[pk, slot]),
        "call": reverse("check_call", args=[pk]),
        "plain": reverse("check_plain", args=[pk, slot]) + of_day(past),
    }
    return show(
        request, "check/check.html", sheet=sheet, chip=_chip(sheet), urls=urls, past=past,
        facts=check_sheet.facts(sheet, urls), said=morning.said, kinds=SEGMENTS,
        offered=check_sheet.OFFERED, unsaid=Symptom.UNKNOWN,
        aisles=check_sheet.AISLES,
    )  # fmt: skip


@open_to(Deed.CHECK_ENTER)
@require_http_methods(["GET", "HEAD", "POST"])
def plain(request: HttpRequest, pk: int, slot: str) -> HttpResponseBase:
    """The same check as a plain form, for a browser without scripts."""
    unit, now = reach(request, pk), clock.now()
    sheet = check_sheet.sheet_of(unit, _slot(slot), _moment(request, unit, now))
    wrong: tuple[Wrong, ...] = ()
    if request.method == "POST":
        told = from_form(request.POST, sheet)
        found = read_entry(told)
        if isinstance(found, CheckEntry):
            return _taken(request, unit, found, now)
        wrong = found
    return show(
        request, "check/plain.html", status=422 if wrong else 200, sheet=sheet,
        wrong=[_named(one, sheet.people) for one in wrong], chip=_chip(sheet),
        rows=form_rows(sheet, request.POST), entry=uuid.uuid4(), kinds=tuple(Kind),
        offered=tuple(Symptom),
    )  # fmt: skip


@open_to(Deed.CHECK_DRAFT)
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, pk: int, slot: str) -> HttpResponseBase:
    """A group leader's count: how many there should be and how many there are, no names."""
    group = scope.reach_unit(request, Deed.CHECK_DRAFT, pk)
    now, chosen = clock.now(), _slot(slot)
    if request.method == "POST":
        actor = scope.actor(request, Deed.CHECK_DRAFT, group)
        try:
            morning.draft_count(
                actor, group, chosen, now.date(), now,
                expected=_whole(request.POST.get("expected")),
                present=_whole(request.POST.get("present")),
            )  # fmt: skip
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("记下了，班主任晨检时看得到"))
            return redirect("check_index")
    there = DraftCount.objects.filter(
        unit=group, day=now.date(), slot=chosen.value
    ).first()
    return show(request, "check/draft.html", group=group, slot=chosen, there=there)


@open_to(Deed.CHECK_ENTER)
@require_POST
def call(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The family's number of somebody in a unit; that it was shown is kept."""
    unit = reach(request, pk)
    try:
        wanted = _whole(request.POST.get("person"))
        child = scope.reach_person(request, Deed.CHECK_ENTER, wanted)
        if child.unit_id != unit.pk:
            raise Http404
        actor = scope.actor(request, Deed.CHECK_ENTER, unit)
        number = morning.call(actor, child, clock.now())
    except Refused as refused:
        return answer(str(refused), 422)
    return JsonResponse({"number": number})


def asks(request: HttpRequest, now: dt.datetime) -> Iterator[Asked]:
    """The checks that are asked of whoever looks, for the today page."""
    who = scope.seen(request)
    yield from _draft_rows(request, now)
    if who is None or not who.may(Deed.CHECK_ENTER):
        return
    places = scope.places(who, Deed.CHECK_ENTER)
    own = [place.top for place in places if place.grant.role in ANSWERS]
    only = scope.under(own, "path")
    yield from _rows(request, now, only, later=True)
    yield from _missed(request, now, only)


def answer(said: str, status: int = 200) -> JsonResponse:
    """What the phone's queue hears."""
    return JsonResponse({"saved": status == 200, "said": said}, status=status)  # noqa: PLR2004


def reach(request: HttpRequest, pk: int) -> Unit:
    """A class or a section that somebody checks; else it does not exist."""
    unit = scope.reach_unit(request, Deed.CHECK_ENTER, pk)
    if unit.kind not in KINDS:
        raise Http404
    return unit


def told_of(request: HttpRequest) -> Any:
    """The JSON of a post; what is none is read as nothing, and refused by its reader."""
    try:
        return json_of(request)
    except ValueError:
        return None


def _take(request: HttpRequest, unit: Unit, slot: str) -> JsonResponse:
    found = read_entry(told_of(request))
    if not isinstance(found, CheckEntry):
        people = Person.objects.filter(
            unit=unit, pk__in=[one.person for one in found if one.person]
        )
        return answer(_("；").join(_named(one, people) for one in found), 422)
    if found.slot != slot:
        return answer(_("时段和页面不一样，请重新打开页面再交"), 422)
    try:
        actor = scope.actor(request, Deed.CHECK_ENTER, unit)
        taken = morning.submit_check(actor, unit, found, clock.now())
    except Refused as refused:
        return answer(str(refused), 409)
    return answer(taken.said)


def _taken(
    request: HttpRequest, unit: Unit, entry: CheckEntry, now: dt.datetime
) -> HttpResponseBase:
    """Take a plain form's entry and go back to the list."""
    try:
        actor = scope.actor(request, Deed.CHECK_ENTER, unit)
        taken = morning.submit_check(actor, unit, entry, now)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{unit.name}{_('：')}{taken.said}")
    return redirect("check_index")


def _named(wrong: Wrong, people: Any) -> str:
    """A fault with the name of whom it is about."""
    name = next((p.name for p in people if p.pk == wrong.person), "")
    return f"{name}{_('：')}{wrong.say()}" if name else wrong.say()


def _rows(
    request: HttpRequest,
    now: dt.datetime,
    only: Q | None = None,
    *,
    later: bool = False,
) -> Iterator[Asked]:
    """The checks of units; later: also those whose time has not begun, to say what is next."""
    units = _units(request, only)
    sent = _sent(units, now.date())
    boarding = set(
        Person.objects.filter(unit__in=units, boards=True, left_on=None)
        .values_list("unit", flat=True)
        .distinct()
    )
    schools = {unit.school_id: unit.school or unit for unit in units}
    policies = {pk: policy_of(school) for pk, school in schools.items()}
    for unit in units:
        slots = morning.asked(
            unit, now, policies[unit.school_id], boards=unit.pk in boarding
        )
        for one in slots:
            coming = later and one.due is not None
            there = (unit.pk, one.slot.value) in sent
            if coming or there or _begun(one.slot, now):
                yield _row(unit, one, sent.get((unit.pk, one.slot.value)), now)


def _missed(request: HttpRequest, now: dt.datetime, only: Q | None) -> Iterator[Asked]:
    """Checks of the school day before that were never handed in: to be made good 补报."""
    units = _units(request, only)
    days = {
        school: morning.school_day_before(school, now.date())
        for school in {unit.school or unit for unit in units}
    }
    for unit in units:
        day = days[unit.school or unit]
        if day is None:
            continue
        at = _end_of(day, now)
        sent = _sent([unit], day)
        boards = Person.objects.filter(unit=unit, boards=True, left_on=None).exists()
        for one in morning.asked(unit, at, boards=boards):
            if one.due is not None and (unit.pk, one.slot.value) not in sent:
                yield _missed_row(unit, one, day, now)


def _missed_row(unit: Unit, one: Due, day: dt.date, now: dt.datetime) -> Asked:
    slot = _(one.slot.label)
    return Asked(
        title=_("{day}{slot}没有报", day=check_sheet.day_said(day, now.date()), slot=slot),
        url=reverse("check", args=[unit.pk, one.slot.value]) + of_day(day),
        second=_("{unit}，今天24:00前可补", unit=unit.name),
        fields=1, minutes=MINUTES, state="late", action=_("补上"),
        late_to=_went_to(unit, one.slot, day),
    )  # fmt: skip


def of_day(day: dt.date | None) -> str:
    """The part of a check's address that says of which past day it is."""
    return f"?day={day.isoformat()}" if day else ""


def _moment(request: HttpRequest, unit: Unit, now: dt.datetime) -> dt.datetime:
    """When a check's page stands: now, or at the end of the day that is made good."""
    wanted = request.GET.get("day", "")
    if wanted in ("", now.date().isoformat()):
        return now
    day = morning.school_day_before(unit.school or unit, now.date())
    if day is None or wanted != day.isoformat():
        raise Http404
    return _end_of(day, now)


def _end_of(day: dt.date, now: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(23, 59), now.tzinfo)


MOST: Final = 60
"""Units on the list: a school doctor may check for any class."""


def _units(request: HttpRequest, only: Q | None) -> list[Unit]:
    reached = scope.my_units(request, Deed.CHECK_ENTER, *KINDS).filter(only or Q())
    return list(reached.select_related("school", "school__twin_of")[:MOST])


def _begun(slot: Slot, now: dt.datetime) -> bool:
    """Whether a slot runs now or is over."""
    order = list(Slot)
    return order.index(slot) <= order.index(slot_at(now.time()))


def _row(unit: Unit, one: Due, sent: ClassCheck | None, now: dt.datetime) -> Asked:
    url = reverse("check", args=[unit.pk, one.slot.value])
    title = f"{_(one.slot.label)} {unit.name}"
    if sent is not None:
        return Asked(title=title, url=url, second=morning.said(sent, 0), state="pass")
    late = one.due is not None and one.due < now
    return Asked(
        title=title,
        url=url,
        second=_("应到{n}人", n=unit.size) if unit.size else "",
        due=one.due,
        fields=1,
        minutes=MINUTES,
        state="late" if late else "wait",
        action=_("补交{slot}", slot=_(one.slot.label))
        if late
        else _("开始{slot}", slot=_(one.slot.label)),
        late_to=_went_to(unit, one.slot, now.date()) if late else "",
    )


def _went_to(unit: Unit, slot: Slot, day: dt.date) -> str:
    """Whom a missing check went to, in words."""
    return went_to(missing.told(unit, slot, day))


def _clock(row: Asked, now: dt.datetime) -> Any:
    return due(row.due, now) if row.due and row.open else None


def _draft_rows(request: HttpRequest, now: dt.datetime) -> Iterator[Asked]:
    who = scope.seen(request)
    if who is None or not who.may(Deed.CHECK_DRAFT):
        return
    slot = slot_at(now.time())
    groups = list(scope.my_units(request, Deed.CHECK_DRAFT, UnitKind.GROUP.value))
    there = DraftCount.objects.filter(unit__in=groups, day=now.date(), slot=slot.value)
    counted = {row.unit_id: row for row in there}
    for group in groups:
        draft = counted.get(group.pk)
        yield Asked(
            title=_("{group}点人数", group=group.name),
            url=reverse("check_draft", args=[group.pk, slot.value]),
            second=_("只报人数，不记名字") if draft is None
            else _("应到{n}·实到{here}", n=draft.expected, here=draft.present),
            fields=2, minutes=1, action=_("点人数"),
            state="wait" if draft is None else "pass",
        )  # fmt: skip


def _sent(units: list[Unit], day: dt.date) -> dict[tuple[int, str], ClassCheck]:
    rows = ClassCheck.objects.filter(unit__in=units, day=day, state=Standing.SENT.value)
    return {(row.unit_id, row.slot): row for row in rows}


def _chip(sheet: check_sheet.Sheet) -> Any:
    if sheet.sent is not None:
        return done(_("已交"))
    return due(sheet.asked.due, clock.now()) if sheet.asked.due else None


def _slot(code: str) -> Slot:
    try:
        return Slot(code)
    except ValueError as bad:
        raise Http404 from bad


def _whole(text: str | None) -> int:
    """A whole number of a form; anything else is refused in words."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 9:  # noqa: PLR2004
        raise Refused(_("请填整数"))
    return int(text)


SEGMENTS: Final = (
    (Kind.SICK, N_("病假"), N_("记下病假")),
    (Kind.LEAVE, N_("事假"), N_("记下事假")),
    (Kind.LATE, N_("迟到"), N_("记下迟到")),
    (Kind.UNWELL, N_("在校不适"), N_("记下不适")),
    (Kind.UNKNOWN, N_("不明"), N_("记下没到")),
)
"""Kinds of the sheet, as the segment and as the button say them."""
