"""Alarms 报警: the rule row that fired, its document, until when, how often it was right."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from bihuan.base.wording import _
from bihuan.rules.access import Deed, Detail
from bihuan.rules.alarms import Alarm as Found, Group
from bihuan.rules.book import DISEASES
from bihuan.rules.precision import Precision
from bihuan.rules.triage import Syndrome
from bihuan.web.flows import alarms as flow
from bihuan.web.ledgers.core.values import person_shown
from bihuan.web.ledgers.incidents.models import (
    DIAGNOSES,
    Alarm,
    AlarmState,
    Incident,
)
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.models import Person, UnitKind
from bihuan.web.pages.asked import Asked
from bihuan.web.pages.due import Due, due
from bihuan.web.pages.frame import run, show

ORDER: Final = tuple(state.value for state in AlarmState)
MARKS: Final = {"open": "fail", "taken": "run", "closed": "pass"}
WATCHED_SCHOOLS: Final = 3
"""Schools for which near misses are worked out on the page; the board has the others."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An alarm in words."""

    alarm: Alarm
    where: str
    what: str
    mark: str
    due: Due | None
    precision: str


@open_to(Deed.ALARM_SEE)
@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """Alarms: those nobody has taken first; what one more case would set off below."""
    rows = list(_seen(request).order_by(_place(), "due", "-pk")[:60])
    precisions = _precisions(request, rows)
    schools = scope.my_units(request, Deed.ALARM_SEE, UnitKind.SCHOOL.value)
    now = clock.now()
    few = list(schools[: WATCHED_SCHOOLS + 1])
    alone = len(few) == 1
    near = [
        (
            place_said(one)
            if alone
            else f"{school.name}·{place_said(one)}".rstrip("·"),
            one,
            kind_said(one.syndrome.value if one.syndrome else "", one.disease),
        )
        for school in (few if len(few) <= WATCHED_SCHOOLS else ())
        for one in flow.watched(school, now)
    ]
    return show(
        request, "alarm/index.html", rows=[_shown(row, precisions, alone=alone) for row in rows],
        near=near,
    )  # fmt: skip


def _place() -> Case:
    whens = [When(state=state, then=Value(n)) for n, state in enumerate(ORDER)]
    return Case(*whens, default=Value(len(ORDER)), output_field=IntegerField())


def _seen(request: HttpRequest) -> "QuerySet[Alarm]":
    rows = Alarm.objects.select_related("unit", "school", "taken_by")
    return scope.within(request, Deed.ALARM_SEE, rows).exclude(state="replaced")


def _precisions(request: HttpRequest, rows: Iterable[Alarm]) -> Mapping[str, str]:
    """How often each rule of some alarms was right, asked once a rule."""
    seen, day = _seen(request), clock.today()
    return {
        rule: precision_said(flow.precision_of(seen, rule, day))
        for rule in {row.rule for row in rows}
    }


def _shown(
    alarm: Alarm, precisions: Mapping[str, str], *, alone: bool = False
) -> Shown:
    now = clock.now()
    open_now = alarm.state != AlarmState.CLOSED.value
    return Shown(
        alarm=alarm,
        where=where_said(alarm, alone=alone),
        what=what_said(alarm),
        mark=MARKS.get(alarm.state, "na"),
        due=due(alarm.due, now) if alarm.due and open_now else None,
        precision=precisions[alarm.rule],
    )


def place_said(one: Found) -> str:
    """Where cases are counted: a class or a grade by its name, else what kind of place."""
    group, code = one.cell
    if group is Group.SCHOOL:
        return ""
    return code if group in {Group.CLASS, Group.GRADE} else _(group.label)


def where_said(alarm: Alarm, *, alone: bool = False) -> str:
    """School and unit of an alarm, a bus or a canteen by what it is called.

    alone: no other school is seen, so that its name need not be said.
    """
    if alarm.group in (Group.BUS.value, Group.MEAL.value):
        part = f"{_(Group(alarm.group).label)}{alarm.where}"
    else:
        part = "" if alarm.unit_id == alarm.school_id else alarm.unit.name
    school = "" if alone and part else alarm.school.name
    return "·".join(word for word in (school, part) if word)


def what_said(alarm: Alarm) -> str:
    """What an alarm counted, and how many."""
    return _(
        "{what}{n}人", what=kind_said(alarm.syndrome, alarm.disease), n=alarm.count
    )


def kind_said(syndrome: str, disease: str) -> str:
    """A syndrome or a disease in words."""
    if syndrome:
        return _(Syndrome(syndrome).label)
    return _(DISEASES[disease]) if disease in DISEASES else _("症状相似")


def precision_said(found: Precision) -> str:
    """How often a rule was right."""
    if not found.decided:
        return _("近60天报警{n}次，诊断都没出", n=found.raised)
    return _(
        "近60天报警{n}次，诊断已出{decided}次，其中属实{true}次",
        n=found.raised,
        decided=found.decided,
        true=found.true,
    )


@open_to(Deed.ALARM_SEE)
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One alarm with the row it rests on; persons as far as one may see them."""
    alarm = scope.reach_row(
        request, Deed.ALARM_SEE, Alarm.objects.select_related("unit", "school", "taken_by"), pk
    )  # fmt: skip
    detail = scope.detail(request, Deed.ALARM_SEE, alarm.unit)
    people = Person.objects.filter(pk__in=alarm.persons).select_related("unit")
    open_of = dict(
        Incident.objects.filter(person__in=alarm.persons).values_list("person", "pk")
    )
    return show(
        request, "alarm/one.html", alarm=alarm,
        shown=_shown(alarm, _precisions(request, [alarm])),
        people=[
            (person_shown(person, detail), person.unit.name, open_of.get(person.pk))
            for person in people
            if detail >= Detail.PSEUDONYM
        ],
        may_take=bool(scope.detail(request, Deed.ALARM_TAKE, alarm.unit)),
        may_report=bool(scope.detail(request, Deed.LIAISON_REPORT, alarm.unit)),
        reports=alarm.reports.all(), diagnoses=DIAGNOSES,
    )  # fmt: skip


def _taker(request: HttpRequest, pk: int) -> tuple[Alarm, scope.Actor]:
    alarm = scope.reach_row(
        request, Deed.ALARM_TAKE, Alarm.objects.select_related("unit", "school"), pk
    )
    return alarm, scope.actor(request, Deed.ALARM_TAKE, alarm.unit)


@open_to(Deed.ALARM_TAKE)
@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take an alarm."""
    alarm, who = _taker(request, pk)
    where = reverse("alarm", args=[pk])
    return run(request, where, lambda: flow.take(who, alarm, clock.now()))


@open_to(Deed.ALARM_TAKE)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Close an alarm with its diagnosis."""
    alarm, who = _taker(request, pk)
    said = request.POST.get("diagnosis", "")
    where = reverse("alarm", args=[pk])
    return run(request, where, lambda: flow.close(who, alarm, said, clock.now()))


def asks(request: HttpRequest, now: dt.datetime) -> Iterator[Asked]:
    """Alarms that nobody has taken, and reports that are due on those taken."""
    rows = Alarm.objects.select_related("unit", "school").prefetch_related("reports")
    seen = scope.within(request, Deed.ALARM_TAKE, rows)
    who = scope.seen(request)
    alone = who is not None and all(grant.school_id for grant in who.grants)
    for alarm in seen.exclude(state__in=[AlarmState.CLOSED.value, "replaced"])[:40]:
        taken = alarm.state == AlarmState.TAKEN.value
        told = any(report.sent_at for report in alarm.reports.all())
        if taken and (alarm.report_by is None or told):
            continue
        late = alarm.due is not None and alarm.due < now
        yield Asked(
            title=_("写情况专报") if taken else _("接报警"),
            second=f"{where_said(alarm, alone=alone)}·{what_said(alarm)}",
            url=reverse("alarm", args=[alarm.pk]),
            due=alarm.due,
            fields=1,
            minutes=5 if taken else 1,
            state="late" if late else "run" if taken else "fail",
            action=_("写情况专报") if taken else _("接报警"),
        )
