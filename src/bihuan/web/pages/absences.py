"""Sick absences by when the family is next spoken to, and one absence step by step."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.timezone import localtime
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from bihuan.base.wording import _
from bihuan.plan.words import Post
from bihuan.rules.absence import BY, MOVES, Trace
from bihuan.rules.access import Deed, Role
from bihuan.rules.book import DISEASES
from bihuan.rules.triage import Symptom
from bihuan.web.flows import absences as flow
from bihuan.web.flows.accounts import Refused
from bihuan.web.ledgers.absences.ledger import LEDGER
from bihuan.web.ledgers.absences.models import CLOSED, Absence, AbsenceStep
from bihuan.web.ledgers.core import clocks
from bihuan.web.ledgers.core.sight import Sight, sight
from bihuan.web.ledgers.core.values import person_shown
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.told import DayField
from bihuan.web.pages.asked import Asked, went_to
from bihuan.web.pages.due import due
from bihuan.web.pages.frame import say_refusals, show

LISTED: Final = 100
"""Absences on the list at most; the ledger has all."""
SIGNING: Final = (Deed.ABSENCE_SIGN_CLASS, Deed.ABSENCE_SIGN_DOCTOR)
_T = Trace
ASKED: Final = {
    _T.FIRST: ("contact", "symptoms", "celsius", "onset"),
    _T.AGAIN: ("contact", "symptoms", "celsius"),
    _T.SEEN: ("hospital",),
    _T.DIAGNOSED: ("diagnosis",),
    _T.HOME: ("contact", "free_since"),
    _T.CERTIFIED: ("certificate", "free_since"),
    _T.CHECKED: ("free_since", "certificate", "reason"),
    _T.RETURNED: (),
    _T.LEAVE: ("reason",),
    _T.EXCLUDED: ("reason",),
}
"""What each step's form asks."""
OPTIONAL: Final = frozenset({"celsius", "free_since", "reason", "certificate"})
"""Fields that a step may leave out; where it may not, the flow says so."""


class StepForm(forms.Form):
    """What a step writes down; only the fields that it asks are shown."""

    contact = forms.CharField(max_length=60)
    symptoms = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    celsius = forms.DecimalField(min_value=34, max_value=43, decimal_places=1)
    onset = DayField(widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    hospital = forms.CharField(max_length=60)
    diagnosis = forms.ChoiceField()
    free_since = DayField(widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    certificate = forms.CharField(max_length=60)
    reason = forms.CharField(max_length=120)
    entry = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, after: Trace, row: Absence, data: Any = None) -> None:
        known = {name: getattr(row, name) for name in ("onset", "free_since")}
        super().__init__(data, initial={**known, "entry": uuid.uuid4()})
        asked = ASKED[after]
        for name in set(self.fields) - {*asked, "entry"}:
            del self.fields[name]
        for name, field in self.fields.items():
            field.label = _labels().get(name, "")
            field.required = name not in OPTIONAL
        if "reason" in self.fields and after is not Trace.CHECKED:
            self.fields["reason"].required = True
        if "symptoms" in self.fields:
            self.fields["symptoms"].choices = [(s.value, _(s.label)) for s in Symptom]  # type: ignore[attr-defined]
        if "diagnosis" in self.fields:
            self.fields["diagnosis"].choices = _diagnoses()  # type: ignore[attr-defined]

    def told(self, after: Trace) -> flow.StepEntry:
        """The step as the flow takes it."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        if "symptoms" in given:
            given["symptoms"] = frozenset(map(Symptom, given["symptoms"]))
        if "celsius" in given:
            given["celsius"] = float(given["celsius"])
        return flow.StepEntry(after=after, **given)


@open_to(Deed.ABSENCE_SEE)
@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """Absences that are traced, what is due first on top."""
    eye, now = sight(request, LEDGER), clock.now()
    live = eye.rows().exclude(state__in=CLOSED).order_by("due", "day", "pk")[:LISTED]
    rows = [
        (row, person_shown(row.person, eye.detail(row)), _chip(row, now))
        for row in live
    ]
    counted = eye.counted().exclude(state__in=CLOSED)
    by_unit = counted.values("school__name").annotate(n=Count("pk")).order_by("-n")
    return show(request, "absences/index.html", rows=rows, counts=list(by_unit))


@open_to(Deed.ABSENCE_SEE)
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One absence: where it stands, what comes next, what was done."""
    eye, now = sight(request, LEDGER), clock.now()
    row = eye.row(pk)
    return _shown(request, eye, row, now)


@open_to(Deed.ABSENCE_TRACE)
@require_http_methods(["GET", "HEAD", "POST"])
@say_refusals
def step(request: HttpRequest, pk: int, after: str) -> HttpResponseBase:
    """A step of a trace: what it asks, and taking it."""
    row, now = _reach(request, Deed.ABSENCE_TRACE, pk), clock.now()
    to = next((one for one in Trace if one.value == after and one in ASKED), None)
    if to is None:
        return redirect("absence", pk=pk)
    form = StepForm(to, row, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        flow.step(_actor(request, to, row), row, form.told(to), now)
        messages.success(request, _("记下了：{step}", step=_(to.label)))
        return redirect("absence", pk=pk)
    return show(
        request, "absences/step.html", row=row, form=form, after=to,
        said=_(flow.STEPS_SAID[to]), name=row.person.name,
    )  # fmt: skip


@open_to(*SIGNING)
@require_POST
def sign(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A signature before the pupil comes: the class teacher's, after the doctor's check."""
    deed = next(d for d in SIGNING if _may(request, d))
    row = _reach(request, deed, pk)
    try:
        flow.sign(scope.actor(request, deed, row.unit), row, clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("签好了"))
    return redirect("absence", pk=pk)


def asks(request: HttpRequest, now: dt.datetime) -> Iterator[Asked]:
    """How many families are to be spoken to, how many papers wait, for the today page."""
    who = scope.seen(request)
    if who is None or not who.may(Deed.ABSENCE_TRACE):
        return
    live = scope.within(
        request, Deed.ABSENCE_TRACE, Absence.objects.exclude(state__in=CLOSED)
    )
    waits = Q(due__lt=now.replace(hour=0, minute=0) + dt.timedelta(days=1))
    if Role.SCHOOL_DOCTOR in who.roles:
        waits = Q(state=Trace.CERTIFIED.value) | Q(due__lt=now)
    told = live.filter(waits).aggregate(n=Count("pk"), first=Min("due"))
    late = list(live.filter(due__lt=now).select_related("school").order_by("due")[:60])
    climbed = clocks.climbed(
        "absences", [row.pk for row in late], late[0].school, now.date()
    ) if late else ()  # fmt: skip
    if told["n"]:
        yield Asked(
            title=_("追踪缺课{n}人", n=told["n"]),
            url="/absences/",
            second=_("问家里情况，记一句"),
            due=told["first"] and told["first"].astimezone(now.tzinfo),
            fields=2 * told["n"], minutes=2 * told["n"],
            state="late" if told["first"] and told["first"] < now else "wait",
            action=_("追踪缺课"), late_to=went_to(climbed, who),
        )  # fmt: skip


def _shown(
    request: HttpRequest, eye: Sight, row: Absence, now: dt.datetime
) -> HttpResponseBase:
    detail = eye.detail(row)
    answer = None
    if row.trace is not None and not row.trace.closed:
        answer = flow.comeback(row, row.school, now)
    past = [_past(one) for one in row.steps.select_related("by")]
    return show(
        request, "absences/one.html", row=row, name=person_shown(row.person, detail),
        chip=_chip(row, now), answer=answer, past=past, steps=_next(request, row),
        signs=_signs(request, row), state=_(row.trace.label) if row.trace else "",
    )  # fmt: skip


def _past(one: AbsenceStep) -> tuple[str, str]:
    """A step that was taken, and when, by whom, with what."""
    by = (one.by.name if one.by else "") + (_("（代）") if one.acting else "")
    symptoms = _("、").join(_(Symptom(code).label) for code in one.symptoms)
    at = f"{localtime(one.at):%m-%d %H:%M}"
    told = (at, by, one.contact, symptoms, one.note)
    return _(Trace(one.step).label), "·".join(part for part in told if part)


def _next(request: HttpRequest, row: Absence) -> list[tuple[str, str]]:
    """The steps somebody may take now: the usual one first."""
    if row.trace is None or not _may(request, Deed.ABSENCE_TRACE, row):
        return []
    actor = scope.actor(request, Deed.ABSENCE_TRACE, row.unit)
    post = flow.POSTS.get(actor.role)
    return [
        (to.value, _(flow.STEPS_SAID[to]))
        for to in Trace
        if to in MOVES[row.trace] and post in BY[to]
    ]


def _signs(request: HttpRequest, row: Absence) -> bool:
    """Whether somebody may sign for the class now."""
    waiting = row.state == Trace.CHECKED.value and row.class_signed_by_id is None
    return waiting and _may(request, Deed.ABSENCE_SIGN_CLASS, row)


def _may(request: HttpRequest, deed: Deed, row: Absence | None = None) -> bool:
    who = scope.seen(request)
    if who is None or not who.may(deed):
        return False
    places = scope.places(who, deed)
    return row is None or any(row.unit.path.startswith(p.top) for p in places)


def _actor(request: HttpRequest, to: Trace, row: Absence) -> scope.Actor:
    """Who takes a step; signing is a right of its own."""
    signing = {
        Trace.RETURNED: Deed.ABSENCE_SIGN_CLASS,
        Trace.CHECKED: Deed.ABSENCE_SIGN_DOCTOR,
    }
    deed = signing.get(to, Deed.ABSENCE_TRACE)
    if not _may(request, deed, row):
        whose = _("、").join(_(one.label) for one in Post if one in BY[to])
        raise Refused(_("这一步由{whose}来做", whose=whose))
    return scope.actor(request, deed, row.unit)


def _reach(request: HttpRequest, deed: Deed, pk: int) -> Absence:
    rows = Absence.objects.select_related("unit", "school", "school__twin_of", "person")
    return scope.reach_row(request, deed, rows, pk)


def _chip(row: Absence, now: dt.datetime) -> Any:
    return due(row.due.astimezone(now.tzinfo), now) if row.due else None


def _diagnoses() -> list[tuple[str, str]]:
    known = [(key, _(name)) for key, name in DISEASES.items() if key != "old"]
    return [("", _("请选")), *known, ("other", _("其他病"))]


def _labels() -> dict[str, str]:
    return {
        "contact": _("跟谁联系的"),
        "symptoms": _("现在有什么症状"),
        "celsius": _("体温（没量就空着）"),
        "onset": _("哪天发病的"),
        "hospital": _("哪家医院"),
        "diagnosis": _("诊断"),
        "free_since": _("哪天起没有症状了"),
        "certificate": _("什么证明"),
        "reason": _("理由"),
    }
