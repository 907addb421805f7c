"""The incident board 异常处置: opened in three taps, one next step, who is called."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django import forms
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
from bihuan.rules.access import Deed, Detail, Role
from bihuan.rules.alarms import Group
from bihuan.rules.incident_clock import Step
from bihuan.rules.stay import Goes
from bihuan.rules.triage import ASKED, Symptom
from bihuan.web.flows import incidents as flow
from bihuan.web.flows.accounts import Refused
from bihuan.web.ledgers.core import clocks
from bihuan.web.ledgers.core.persons import Names
from bihuan.web.ledgers.core.values import person_shown
from bihuan.web.ledgers.incidents.models import (
    DIAGNOSES,
    Incident,
    Spot,
    Standing,
)
from bihuan.web.notices.inbox import holders
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.models import Person, Unit, UnitKind
from bihuan.web.org.policy import alarm_rules_of
from bihuan.web.pages import incident_board as boards
from bihuan.web.pages.asked import Asked, went_to
from bihuan.web.pages.due import Due, due
from bihuan.web.pages.frame import (
    back,
    entry_of,
    number_of,
    run,
    say_refusals,
    show,
)

AT_HAND: Final = (Step.MASKED, Step.ROOM, Step.REMEASURED, Step.GUARDIAN)
"""Steps that whoever opened an incident, or its class teacher, notes too."""
LISTED: Final = 60
"""Incidents on the list at most; the ledger has all."""


class Reading(forms.Form):
    """What is seen when somebody is found: everything may come later."""

    celsius = forms.DecimalField(
        required=False, min_value=34, max_value=43, max_digits=3, decimal_places=1
    )
    symptoms = forms.MultipleChoiceField(
        required=False, choices=[(s.value, s.label) for s in Symptom]
    )
    place = forms.ChoiceField(
        required=False, choices=[(s.value, s.label) for s in Spot]
    )
    entry = forms.UUIDField(required=False)


class Done(forms.Form):
    """What a step writes down."""

    step = forms.ChoiceField(choices=[(s.value, s.label) for s in Step])
    note = forms.CharField(required=False, max_length=120)
    again = forms.DecimalField(
        required=False, min_value=34, max_value=43, max_digits=3, decimal_places=1
    )
    goes = forms.ChoiceField(
        required=False, choices=[("", ""), *((g.value, g.label) for g in Goes)]
    )
    hospital = forms.CharField(required=False, max_length=60)


class Diagnosed(forms.Form):
    """What it turned out to be."""

    diagnosis = forms.ChoiceField(choices=DIAGNOSES)
    words = forms.CharField(required=False, max_length=80)
    confirmed = forms.BooleanField(required=False)
    notifiable = forms.BooleanField(required=False)


@dataclass(frozen=True, slots=True)
class Row:
    """An incident on the list: who as far as one may see, what is next, by when."""

    incident: Incident
    name: str
    next: str
    due: Due | None
    late: bool


@open_to(Deed.INCIDENT_SEE, Deed.INCIDENT_OPEN)
@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """Incidents by deadline: those in hand, then those that ended lately."""
    rows = seen(request)
    now = clock.now()
    open_rows = [
        _row(request, row, now)
        for row in rows.filter(state=Standing.OPEN.value)[:LISTED]
    ]
    ended = rows.filter(state=Standing.CLOSED.value)[:20]
    return show(
        request, "incident/index.html", rows=sorted(open_rows, key=_by_deadline),
        ended=[(row, name_of(request, row)) for row in ended],
        may_open=_may(request, Deed.INCIDENT_OPEN),
    )  # fmt: skip


def seen(request: HttpRequest) -> "QuerySet[Incident]":
    """Incidents somebody sees: by right, of his class, or because he opened them."""
    rows = Incident.objects.select_related(
        "person", "unit", "school", "in_hand"
    ).prefetch_related("steps")
    kept = Q(pk__in=scope.within(request, Deed.INCIDENT_SEE, rows).values("pk"))
    for lookup in ("unit", "person__room"):
        near = scope.within(request, Deed.INCIDENT_OPEN, rows, unit=lookup)
        kept |= Q(pk__in=near.filter(by=scope.me(request)).values("pk"))
    taught = scope.my_units(request, Deed.ABSENCE_TRACE, UnitKind.CLASS.value)
    return rows.filter(kept | Q(unit__in=taught.values("pk")))


def reach(request: HttpRequest, pk: int) -> Incident:
    """The incident with a number, if somebody sees it; else it does not exist."""
    found = seen(request).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def detail_of(request: HttpRequest, row: Incident) -> Detail:
    """How much of the person is shown; whoever opened it knows whom he found."""
    if row.by_id == scope.me(request):
        return Detail.NAMED
    return max(
        scope.detail(request, deed, row.unit)
        for deed in (Deed.INCIDENT_SEE, Deed.ABSENCE_TRACE)
    )


def name_of(request: HttpRequest, row: Incident) -> str:
    """The person of an incident, as somebody may see him."""
    return person_shown(row.person, detail_of(request, row)) or _("1人")


def _row(request: HttpRequest, row: Incident, now: dt.datetime) -> Row:
    shown = boards.clocks_of(row, now)
    following = boards.next_of(shown, reports=boards.must_report(row))
    limits = [c.due for c in shown if not c.done and c.due is not None]
    first = min(limits, default=None)
    title = _(boards.TITLES[following.step]) if following else ""
    return Row(
        row, name_of(request, row), title, due(first, now) if first else None,
        first is not None and first < now,
    )  # fmt: skip


def _by_deadline(row: Row) -> float:
    at = row.due.at if row.due else None
    return at.timestamp() if at else float("inf")


@open_to(Deed.INCIDENT_OPEN)
@require_http_methods(["GET", "HEAD", "POST"])
@say_refusals
def new(request: HttpRequest) -> HttpResponseBase:
    """The red button: the class, the person, done; what is not known yet comes later."""
    if request.method == "POST":
        return _open(request)
    classes = scope.my_units(request, Deed.INCIDENT_OPEN, UnitKind.CLASS.value)
    klass = _chosen(request, classes)
    person = _person_asked(request)
    return show(
        request, "incident/new.html", classes=list(classes[:300]), klass=klass,
        people=_people(request, klass), person=person, symptoms=ASKED,
        spots=tuple(Spot), spot=_spot(request), entry=uuid.uuid4(),
        rooms=_sleepers(request), quick=bool(number_of(request, "class")),
    )  # fmt: skip


def _chosen(request: HttpRequest, classes: "QuerySet[Unit]") -> Unit | None:
    """The class in hand: the one asked for, or the only one."""
    if asked := number_of(request, "class"):
        return scope.reach_unit(request, Deed.INCIDENT_OPEN, asked)
    some = list(classes[:2])
    return some[0] if len(some) == 1 else None


def _person_asked(request: HttpRequest) -> Person | None:
    """Whom a link names; whoever may not know his name types whom he found."""
    if not (asked := number_of(request, "person")):
        return None
    found = scope.reach_person(request, Deed.INCIDENT_OPEN, asked)
    return found if _knows(request, found.unit) else None


def _people(request: HttpRequest, klass: Unit | None) -> list[Person]:
    """Names of a class, for whoever may know them."""
    if klass is None or not _knows(request, klass):
        return []
    rows = Person.objects.filter(unit=klass, left_on=None).exclude(role="guardian")
    return list(rows.order_by("seat", "pk"))


def _sleepers(request: HttpRequest) -> list[Person]:
    """Who sleeps in the buildings somebody keeps."""
    rooms = scope.my_units(request, Deed.DORM_CHECK, UnitKind.ROOM.value)
    rows = Person.objects.filter(room__in=rooms.values("pk"), left_on=None)
    return list(rows.select_related("room").order_by("room__path", "bed", "pk")[:400])


_KNOWING: Final = (Deed.INCIDENT_OPEN, Deed.GATE_KEEP, Deed.PEOPLE_SEE)


def _knows(request: HttpRequest, unit: Unit) -> bool:
    return any(scope.detail(request, deed, unit) is Detail.NAMED for deed in _KNOWING)


def _spot(request: HttpRequest) -> Spot:
    """Where somebody is likely to have been found, by who found him."""
    who = scope.seen(request)
    roles = who.roles if who else frozenset()
    if Role.GATE_GUARD in roles:
        return Spot.GATE
    if Role.DORM_MANAGER in roles:
        return Spot.DORM
    return Spot.CANTEEN if Role.LOGISTICS in roles else Spot.CLASSROOM


def _open(request: HttpRequest) -> HttpResponseBase:
    person = _person(request)
    form = Reading(request.POST)
    if not form.is_valid():
        raise Refused(_("体温应在34.0到43.0之间，或者先不填。"))
    said = form.cleaned_data
    row = flow.open_incident(
        scope.actor(request, Deed.INCIDENT_OPEN, person.unit),
        person=person,
        place=said["place"] or _spot(request).value,
        celsius=said["celsius"],
        symptoms=said["symptoms"],
        now=clock.now(),
        entry=said["entry"],
    )
    return redirect("incident", row.pk)


def _person(request: HttpRequest) -> Person:
    """Who was found: by a tap on a name, or by a name or number that was typed."""
    if asked := number_of(request, "person"):
        return scope.reach_person(request, Deed.INCIDENT_OPEN, asked)
    typed = request.POST.get("who", "").strip()
    schools = scope.my_units(request, Deed.INCIDENT_OPEN, UnitKind.SCHOOL.value)
    for school in schools[:1] if typed else ():
        found = Names(school).find(typed)
        if isinstance(found, str):
            raise Refused(found)
        return found
    raise Refused(_("请先点一个名字。"))


@open_to(Deed.INCIDENT_SEE, Deed.INCIDENT_OPEN)
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One incident: its clocks, the next step only, who is called."""
    row, now = reach(request, pk), clock.now()
    named = detail_of(request, row) is Detail.NAMED
    shown = boards.board(row, now)
    waiting = seen(request).filter(state=Standing.OPEN.value).count()
    return show(
        request, "incident/one.html", row=row, board=shown, name=name_of(request, row),
        named=named, found=_found(row), near=_near(row), waiting=waiting,
        calls=boards.called(row, now.date()) if named else (),
        steps=_may_step(request, row), entry=uuid.uuid4(),
        hands=_hands(request, row, now.date()), diagnoses=DIAGNOSES, goes=tuple(Goes),
        whole=scope.detail(request, Deed.INCIDENT_SEE, row.unit) is Detail.NAMED,
        trail=[(done, boards.moment(done.at, row)) for done in row.steps.all()],
        recall=flow.recall_of(row) if row.state == Standing.CLOSED.value else None,
    )  # fmt: skip


def _found(row: Incident) -> str:
    """When and where somebody was found, with what temperature."""
    at, place = boards.moment(row.opened_at, row), _(Spot(row.place).label)
    if row.again is not None:
        return _("{t}在{place}发现，复测{n}℃", t=at, place=place, n=row.again)
    if row.celsius is not None:
        return _("{t}在{place}发现，{n}℃", t=at, place=place, n=row.celsius)
    return _("{t}在{place}发现，还没测体温", t=at, place=place)


def _near(row: Incident) -> str:
    """How many of the class today, and how many set off an alarm."""
    same = Incident.objects.filter(unit=row.unit_id, day=row.day).exclude(
        state="replaced"
    )
    lines = [
        rule.count
        for rule in alarm_rules_of(row.school, row.day)
        if rule.group is Group.CLASS and rule.window == 1 and rule.count
        if not rule.disease
    ]
    if row.unit.kind != UnitKind.CLASS.value or not lines:
        return ""
    return _("同班当天{n}例，满{of}例自动报警", n=same.count(), of=min(lines))


def _hands(request: HttpRequest, row: Incident, day: dt.date) -> "QuerySet[Person]":
    """Who else may have it in hand."""
    people = set(holders(flow.IN_HAND, row.school, day)) - {scope.me(request)}
    return Person.objects.filter(pk__in=people).order_by("pk")


def _may(request: HttpRequest, deed: Deed) -> bool:
    who = scope.seen(request)
    return who is not None and who.may(deed)


def _may_step(request: HttpRequest, row: Incident) -> tuple[Step, ...]:
    """Steps that somebody may note."""
    if scope.detail(request, Deed.INCIDENT_STEP, row.unit):
        return tuple(Step)
    named = detail_of(request, row) is Detail.NAMED
    return AT_HAND if named and _may(request, Deed.INCIDENT_OPEN) else ()


def acting(
    request: HttpRequest, row: Incident, step: Step | None = None
) -> scope.Actor:
    """Who acts on an incident; None of his steps: it does not exist for him."""
    allowed = _may_step(request, row)
    if not allowed or (step is not None and step not in allowed):
        raise Http404
    deed = Deed.INCIDENT_STEP if Step.CLOSED in allowed else Deed.INCIDENT_OPEN
    return scope.actor(request, deed, row.unit)


@open_to(Deed.INCIDENT_STEP, Deed.INCIDENT_OPEN)
@require_http_methods(["POST"])
def step(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Note that a step is done."""
    row, form = reach(request, pk), Done(request.POST)
    if not form.is_valid():
        return back(
            request, here(row), _("没有记下：请看填的内容，体温在34.0到43.0之间。")
        )
    said = form.cleaned_data
    which = Step(said.pop("step"))
    who = acting(request, row, which)
    return run(
        request, here(row), lambda: flow.step(who, row, which, clock.now(), **said)
    )


@open_to(Deed.INCIDENT_STEP, Deed.INCIDENT_OPEN)
@require_POST
def call(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Log a call."""
    row = reach(request, pk)
    who, key = acting(request, row), request.POST.get("key", "")
    rows = {one.key: one for one in boards.called(row, clock.today())}
    known = rows.get(key)
    whom = known.name if known else request.POST.get("whom", "").strip()
    if not whom:
        return back(request, here(row), _("请填打给了谁。"))
    return run(
        request, here(row),
        lambda: flow.call(
            who, row, clock.now(), answered=request.POST.get("answered") == "1",
            person=known.person if known else None, whom=whom,
            note=request.POST.get("note", "").strip(), entry=entry_of(request),
        ),
    )  # fmt: skip


def here(row: Incident) -> str:
    """Address of an incident."""
    return reverse("incident", args=[row.pk])


@open_to(Deed.INCIDENT_STEP)
@require_POST
def hand(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give it into somebody else's hands."""
    row = reach(request, pk)
    who = acting(request, row, Step.CLOSED)
    people = _hands(request, row, clock.today())
    person = people.filter(pk=number_of(request, "person")).first()
    if person is None:
        raise Http404
    return run(request, here(row), lambda: flow.hand_to(who, row, person, clock.now()))


@open_to(Deed.INCIDENT_STEP)
@require_POST
def diagnose(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Write down the diagnosis; with 关闭 the incident is closed by it."""
    row, form = reach(request, pk), Diagnosed(request.POST)
    who = acting(request, row, Step.CLOSED)
    if not form.is_valid():
        return back(request, here(row), _("请从表里选一个诊断，或选“排除”。"))
    said = dict(form.cleaned_data)

    def write() -> None:
        flow.diagnose(who, row, said.pop("diagnosis"), clock.now(), **said)
        if request.POST.get("close") == "1":
            flow.close(who, row, clock.now())

    return run(request, here(row), write)


@open_to(Deed.INCIDENT_STEP)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Close an incident that has its diagnosis."""
    row = reach(request, pk)
    who = acting(request, row, Step.CLOSED)
    return run(request, here(row), lambda: flow.close(who, row, clock.now()))


def asks(request: HttpRequest, now: dt.datetime) -> Iterator[Asked]:
    """Incidents in hand: the next step of each that somebody may take."""
    for row in seen(request).filter(state=Standing.OPEN.value)[:LISTED]:
        steps, told = _may_step(request, row), _row(request, row, now)
        shown = boards.clocks_of(row, now)
        following = boards.next_of(shown, reports=boards.must_report(row))
        if following is None or following.step not in steps:
            continue
        yield Asked(
            title=told.next,
            second=f"{told.name}·{row.unit.name}",
            url=here(row),
            due=told.due.at if told.due else None,
            fields=1,
            minutes=2,
            state="late" if told.late else "run",
            action=told.next,
            late_to=_went_to(request, row, now) if told.late else "",
        )


def _went_to(request: HttpRequest, row: Incident, now: dt.datetime) -> str:
    """To whom above the school's own an incident past a limit went."""
    climbed = clocks.climbed("incidents", [row.pk], row.school, now.date())
    return went_to(climbed, scope.seen(request))
