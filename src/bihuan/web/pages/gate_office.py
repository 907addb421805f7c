"""Beside the gate: visits, leave slips, badges, who is kept out and why, one's own code."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

import segno
from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from bihuan.base.wording import _
from bihuan.plan.words import Role as PersonRole
from bihuan.rules.access import Deed
from bihuan.web.flows import gate as flow
from bihuan.web.flows.accounts import Refused
from bihuan.web.flows.gatebook import badge_code, holds, visit_code
from bihuan.web.ledgers.core.rows import in_force
from bihuan.web.ledgers.gate import codes
from bihuan.web.ledgers.gate.models import (
    LeaveSlip,
    Passing,
    SlipReason,
    SlipState,
    Standing,
    Visit,
    VisitState,
)
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.models import Person, Unit, UnitKind
from bihuan.web.org.told import MomentField, day_of
from bihuan.web.pages.asked import Asked
from bihuan.web.pages.frame import say_refusals, show
from bihuan.web.pages.gate import hosts

TERM: Final = dt.timedelta(days=150)
"""How long a badge is good unless somebody says otherwise."""
LOCAL: Final = "%Y-%m-%dT%H:%M"


def picture(text: str, scale: int = 5) -> str:
    """A code as a picture that stands in the page."""
    return segno.make(text, error="m").svg_data_uri(scale=scale, border=2)


class Times(forms.Form):
    """From when to when."""

    starts = MomentField(
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL),
        input_formats=[LOCAL],
    )
    ends = MomentField(
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL),
        input_formats=[LOCAL],
    )


class VisitForm(Times):
    """Who comes, to whom, why, when."""

    name = forms.CharField(max_length=60)
    company = forms.CharField(max_length=60, required=False)
    phone = forms.CharField(max_length=20, required=False)
    reason = forms.CharField(max_length=120)
    count = forms.IntegerField(min_value=1, max_value=200, initial=1)
    plate = forms.CharField(max_length=12, required=False)
    host = forms.ModelChoiceField(Person.objects.none())
    well = forms.BooleanField(required=False)

    def __init__(self, school: Unit, day: dt.date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        host = self.fields["host"]
        host.queryset = hosts(school, day)  # type: ignore[attr-defined]  # a ModelChoiceField
        host.label_from_instance = lambda p: f"{p.name} {p.unit.name}"  # type: ignore[attr-defined]
        for name, label in {
            "name": _("来访人"), "company": _("单位"), "phone": _("电话"),
            "reason": _("事由"), "count": _("人数"), "plate": _("车牌"),
            "host": _("被访人"), "starts": _("从"), "ends": _("到"),
            "well": _("问过了：没有发热、咳嗽，没有接触史"),
        }.items():  # fmt: skip
            self.fields[name].label = label
        self.order_fields(
            ["name", "company", "reason", "host", "starts", "ends", "count", "phone"]
        )


class SlipForm(Times):
    """Who leaves, why, when."""

    person = forms.ModelChoiceField(Person.objects.none())
    reason = forms.ChoiceField(choices=())
    with_guardian = forms.BooleanField(required=False, initial=True)
    note = forms.CharField(max_length=120, required=False)

    def __init__(self, people: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = self.fields["person"]
        person.queryset = people  # type: ignore[attr-defined]  # a ModelChoiceField
        person.label_from_instance = lambda p: f"{p.name} {p.unit.name}"  # type: ignore[attr-defined]
        reasons = [(r.value, _(r.label)) for r in SlipReason]
        self.fields["reason"].choices = reasons  # type: ignore[attr-defined]  # a ChoiceField
        for name, label in {
            "person": _("学生"), "reason": _("事由"), "starts": _("从"),
            "ends": _("到"), "with_guardian": _("家长来接"), "note": _("备注"),
        }.items():  # fmt: skip
            self.fields[name].label = label
        self.order_fields(["person", "reason", "starts", "ends"])


# ---- visits ---------------------------------------------------------------------------


@open_to(Deed.GATE_INVITE, Deed.GATE_KEEP)
@require_http_methods(["GET", "HEAD", "POST"])
@say_refusals
def visits(request: HttpRequest) -> HttpResponseBase:
    """Visits of today and later; a form for a new one."""
    deed, now = _inviting(request), clock.now()
    school = _my_school(request, deed)
    form = VisitForm(
        school,
        now.date(),
        request.POST or None,
        initial=_soon(now) | {"host": _me(request)},
    )
    if request.method == "POST" and form.is_valid():
        told = flow.Visiting(**form.cleaned_data)
        row = flow.visit(scope.actor(request, deed, school), school, told, now)
        messages.success(request, _("登记好了，请把码发给来访人"))
        return redirect("gate_visit", row.pk)
    rows = _my_visits(request, deed).filter(ends__gt=now)
    return show(
        request, "gate/visits.html", form=form, me=_me(request),
        states=VisitState, rows=rows.select_related("host").order_by("starts")[:100],
    )  # fmt: skip


def _my_visits(request: HttpRequest, deed: Deed) -> QuerySet[Visit, Visit]:
    """Visits within reach, and those one is the host of or registered."""
    rows, me = in_force(Visit.objects.all()), _me(request)
    reached = scope.within(request, deed, rows)
    own = rows.filter(Q(host=me) | Q(by=me)) if me else rows.none()
    return reached | own


def _inviting(request: HttpRequest) -> Deed:
    """A guard may ask a host; everybody else invites."""
    who = scope.seen(request)
    return Deed.GATE_INVITE if who and who.may(Deed.GATE_INVITE) else Deed.GATE_KEEP


def _soon(now: dt.datetime) -> dict[str, Any]:
    start = now.replace(minute=0, second=0, microsecond=0, tzinfo=None)
    return {
        "starts": start.strftime(LOCAL),
        "ends": (start + dt.timedelta(hours=2)).strftime(LOCAL),
    }


def _me(request: HttpRequest) -> int | None:
    who = scope.seen(request)
    return who.person_id if who else None


@open_to(Deed.GATE_INVITE, Deed.GATE_KEEP)
@require_http_methods(["GET", "HEAD", "POST"])
@say_refusals
def one_visit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A visit with its code; the host agrees here."""
    deed = _inviting(request)
    row = (
        _my_visits(request, deed).select_related("host", "school").filter(pk=pk).first()
    )
    if row is None:
        raise Http404
    if request.method == "POST":
        actor = scope.actor(request, deed, row.unit)
        flow.answer_visit(
            actor, row, clock.now(), yes=request.POST.get("answer") == "yes"
        )
        return redirect("gate_visit", row.pk)
    shown = row.state in {VisitState.APPROVED.value, VisitState.USED.value}
    return show(
        request, "gate/visit.html", row=row, states=VisitState, me=_me(request),
        picture=picture(visit_code(row), 8) if shown else "",
    )  # fmt: skip


# ---- leave slips ------------------------------------------------------------------------


@open_to(Deed.GATE_SLIP)
@require_http_methods(["GET", "HEAD", "POST"])
@say_refusals
def slips(request: HttpRequest) -> HttpResponseBase:
    """Leave slips of one's pupils: asked, approved, used; a form for a new one."""
    now = clock.now()
    people = scope.within(request, Deed.GATE_SLIP, _pupils())
    form = SlipForm(people, request.POST or None, initial=_soon(now))
    if request.method == "POST" and form.is_valid():
        told = flow.Leave(**form.cleaned_data)
        actor = scope.actor(request, Deed.GATE_SLIP, told.person.unit)
        flow.slip(actor, told, now)
        messages.success(request, _("已报年级主任，批了就能出校"))
        return redirect("gate_slips")
    rows = scope.within(request, Deed.GATE_SLIP, _open_slips(now))
    return show(
        request, "gate/slips.html", form=form, me=_me(request), rows=rows[:100],
        states=SlipState, reasons=SlipReason, few=people.count() <= _MOST_PICKED,
        may=frozenset(scope.within(request, Deed.GATE_APPROVE, rows).values_list("pk", flat=True)),
    )  # fmt: skip


_MOST_PICKED: Final = 600
"""Pupils that one can pick from in a list."""


def _pupils() -> Any:
    rows = Person.objects.filter(role=PersonRole.STUDENT.value, left_on=None)
    return rows.select_related("unit").order_by("unit__path", "seat", "name")


def _open_slips(now: dt.datetime) -> Any:
    rows = in_force(LeaveSlip.objects.filter(ends__gt=now - dt.timedelta(hours=12)))
    return rows.select_related("person", "unit", "approved_by", "by").order_by("starts")


@open_to(Deed.GATE_APPROVE)
@require_POST
def answer_slip(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Approve a slip or refuse it; never one's own."""
    row = scope.reach_row(
        request, Deed.GATE_APPROVE, LeaveSlip.objects.select_related("unit"), pk
    )
    actor = scope.actor(request, Deed.GATE_APPROVE, row.unit)
    try:
        flow.answer_slip(
            actor, row, clock.now(), yes=request.POST.get("answer") == "yes"
        )
    except Refused as why:
        messages.error(request, str(why))
    return redirect("gate_slips")


# ---- badges ---------------------------------------------------------------------------------


@open_to(Deed.GATE_SLIP)
@require_safe
def badges(request: HttpRequest) -> HttpResponseBase:
    """Classes and sections whose badges one may print."""
    kinds = (UnitKind.CLASS.value, UnitKind.STAFF.value)
    units = scope.my_units(request, Deed.GATE_SLIP, *kinds)
    return show(request, "gate/badges.html", units=units)


@open_to(Deed.GATE_SLIP)
@require_http_methods(["GET", "HEAD", "POST"])
@say_refusals
def unit_badges(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Print the badges of a class: asked first, since those printed before then end."""
    unit = scope.reach_unit(request, Deed.GATE_SLIP, pk)
    now = clock.now()
    people = list(
        Person.objects.filter(unit=unit, left_on=None)
        .exclude(role="guardian")
        .order_by("seat", "pk")
    )
    if request.method != "POST":
        return show(
            request, "gate/print.html", unit=unit, people=people,
            until=(now.date() + TERM).isoformat(),
        )  # fmt: skip
    chosen = set(request.POST.getlist("person"))
    people = [p for p in people if str(p.pk) in chosen] if chosen else people
    actor = scope.actor(request, Deed.GATE_SLIP, unit)
    made = flow.make_badges(actor, unit, people, _until(request), now)
    names = {person.pk: person for person in people}
    site = unit.school_id or unit.pk
    labels = [
        (names[badge.person_id], picture(badge_code(badge, site), 4)) for badge in made
    ]
    return show(
        request, "gate/labels.html", unit=unit, labels=labels, until=_until(request)
    )


def _until(request: HttpRequest) -> dt.date:
    try:
        return day_of(request.POST.get("until", ""))
    except ValueError:
        raise Refused(_("有效期应填日期，如2026-07-10")) from None


@open_to(Deed.TODAY)
@require_safe
def own_code(request: HttpRequest) -> HttpResponseBase:
    """Today's code of oneself, or of one's children."""
    who, day = scope.seen(request), clock.today()
    own = Person.objects.filter(pk__in=who.own if who else (), left_on=None)
    rows = [
        (p, picture(codes.make(codes.Whose.PERSON, p.pk, p.school_id, day), 9))
        for p in own.exclude(role="guardian").select_related("unit")
        if p.school_id
    ]
    return show(request, "gate/code.html", rows=rows, day=day)


# ---- who is kept out, and why ---------------------------------------------------------------


@open_to(Deed.SURVEY_VERIFY)
@require_safe
def held(request: HttpRequest) -> HttpResponseBase:
    """For class teacher and school doctor alone: who is kept out today, and why."""
    now = clock.now()
    people = scope.within(
        request, Deed.SURVEY_VERIFY, Person.objects.filter(left_on=None)
    )
    why: dict[int, Any] = {}
    schools = Unit.objects.filter(pk__in=people.values("school").distinct())
    for school in schools:
        why |= holds(school, now.date())
    rows = people.filter(pk__in=why).exclude(role="guardian").select_related("unit")
    waits = in_force(
        Passing.objects.filter(day=now.date(), state=Standing.WAITING.value)
    )
    at_gate = dict(waits.exclude(person=None).values_list("person", "unit__name"))
    told = [
        (
            p,
            _("、").join(_(one.label) for one in sorted(why[p.pk])),
            at_gate.get(p.pk, ""),
        )
        for p in rows
    ]
    told.sort(key=lambda row: (not row[2], row[0].unit.path, row[0].seat))
    return show(request, "gate/held.html", rows=told)


def _my_school(request: HttpRequest, deed: Deed) -> Unit:
    """The school somebody invites to."""
    found = scope.my_units(request, deed).exclude(school=None).first()
    if found is None or found.school is None:
        raise Refused(_("您没有在哪所学校任职"))
    return found.school


def asks(request: HttpRequest, now: dt.datetime) -> Iterator[Asked]:
    """On the today page: slips to approve, visits to agree to."""
    who = scope.seen(request)
    if who is None:
        return
    rows = in_force(LeaveSlip.objects.filter(state=SlipState.ASKED.value, ends__gt=now))
    if who.may(Deed.GATE_APPROVE):
        mine = scope.within(request, Deed.GATE_APPROVE, rows)
        mine = mine.exclude(by=who.person_id).order_by("starts")
        first = mine.first()
        if first is not None:
            n = mine.count()
            yield Asked(
                title=_("批请假条"), second=_("{n}张在等", n=n), due=first.starts,
                url=reverse("gate_slips"), fields=n, minutes=n, action=_("去批"),
            )  # fmt: skip
    asked = in_force(
        Visit.objects.filter(
            host=who.person_id, state=VisitState.ASKED.value, ends__gt=now
        )
    ).order_by("starts")
    first_visit = asked.first()
    if first_visit is not None:
        n = asked.count()
        yield Asked(
            title=_("答应来访"), second=_("{n}位在等", n=n), due=first_visit.starts,
            url=reverse("gate_visit", args=[first_visit.pk]), fields=n, minutes=n,
            action=_("去看"),
        )  # fmt: skip
