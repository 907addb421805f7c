"""Liaison 联防联控: partners and their test calls, reports to the health department, advice."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from bihuan.base.wording import _
from bihuan.plan.words import Partner
from bihuan.rules.access import Deed, Detail
from bihuan.rules.triage import Symptom
from bihuan.web.flows import liaison as flow
from bihuan.web.ledgers.core.values import pseudonym
from bihuan.web.ledgers.incidents.models import DIAGNOSES, Alarm
from bihuan.web.ledgers.liaison.models import (
    Advice,
    Agency,
    ContactState,
    HealthReport,
    ReportState,
)
from bihuan.web.ledgers.liaison.paper import paper
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.models import Person, Unit, UnitKind
from bihuan.web.pages import incident as incidents
from bihuan.web.pages.asked import Asked
from bihuan.web.pages.due import Due, due
from bihuan.web.pages.frame import back, entry_of, number_of, run, show

TESTED: Final = dt.timedelta(days=7)
"""Days after which a line has to be tested again."""
WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MARKS: Final = {"draft": "wait", "sent": "run", "received": "pass", "answered": "pass"}


class Kept(forms.Form):
    """A partner."""

    partner = forms.ChoiceField(choices=[(p.value, p.label) for p in Partner])
    organisation = forms.CharField(max_length=80)
    contact = forms.CharField(required=False, max_length=40)
    phone = forms.CharField(required=False, max_length=40)
    agreement = forms.CharField(required=False, max_length=80)


class Advised(forms.Form):
    """What the health department advises."""

    advice = forms.ChoiceField(choices=[(a.value, a.label) for a in Advice])
    days = forms.IntegerField(required=False, min_value=1, max_value=60)
    words = forms.CharField(required=False, max_length=1000)


@dataclass(frozen=True, slots=True)
class Line:
    """A partner with how its line stands."""

    agency: Agency
    mark: str
    said: str


@open_to(Deed.LIAISON_SEE)
@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """Partners of a school, those whose line is not tested first; reports below."""
    schools = scope.my_units(request, Deed.LIAISON_SEE, UnitKind.SCHOOL.value)
    number = number_of(request, "school")
    school = (
        scope.reach_unit(request, Deed.LIAISON_SEE, number)
        if number
        else _only(schools)
    )
    rows = Agency.objects.filter(unit=school, state=ContactState.IN_FORCE.value)
    lines = sorted((_line(row) for row in rows), key=lambda one: _FIRST.index(one.mark))
    may_report = school is not None and bool(
        scope.detail(request, Deed.LIAISON_REPORT, school)
    )
    return show(
        request, "liaison/index.html", lines=lines, school=school, schools=schools,
        may_report=may_report, partners=tuple(Partner),
        reports=[(row, MARKS[row.state], _due(row)) for row in _reports(request)[:30]],
        untested=_untested(request) if school is None else (),
    )  # fmt: skip


_FIRST: Final = ("fail", "unknown", "stale", "pass")


def _only(schools: "QuerySet[Unit]") -> Unit | None:
    some = list(schools[:2])
    return some[0] if len(some) == 1 else None


def _line(row: Agency) -> Line:
    if row.tested_on is None:
        return Line(row, "unknown", _("还没试过"))
    if not row.answered:
        return Line(row, "fail", _("{d}打没接", d=row.tested_on))
    if clock.today() - row.tested_on > TESTED:
        return Line(row, "stale", _("{d}打通，超过7天", d=row.tested_on))
    return Line(row, "pass", _("{d}打通", d=row.tested_on))


def _untested(request: HttpRequest) -> list[tuple[Unit, int, int]]:
    """Of each school how many lines there are, how many were answered in the last days."""
    rows = scope.within(request, Deed.LIAISON_SEE, Agency.objects.all())
    found: dict[Unit, list[bool]] = {}
    schools = scope.my_units(request, Deed.LIAISON_SEE, UnitKind.SCHOOL.value)
    known = {school.pk: school for school in schools}
    for row in rows.filter(state=ContactState.IN_FORCE.value, unit__in=known):
        fine = _line(row).mark == "pass"
        found.setdefault(known[row.unit_id], []).append(fine)
    told = [(s, len(found.get(s, ())), sum(found.get(s, ()))) for s in known.values()]
    return sorted(told, key=lambda row: (row[1] > 0 and row[1] == row[2], row[0].path))


def _due(row: HealthReport) -> Due | None:
    return due(row.due, clock.now()) if row.due and not row.sent_at else None


def _reports(request: HttpRequest) -> "QuerySet[HealthReport]":
    """Reports that are seen; a draft only by who may send it."""
    rows = HealthReport.objects.select_related("unit", "school", "partner", "alarm")
    sent = scope.within(request, Deed.LIAISON_SEE, rows).exclude(
        state=ReportState.DRAFT.value
    )
    mine = scope.within(request, Deed.LIAISON_REPORT, rows)
    return rows.filter(pk__in=sent.values("pk")) | rows.filter(pk__in=mine.values("pk"))


@open_to(Deed.LIAISON_REPORT)
@require_POST
def keep(request: HttpRequest) -> HttpResponseBase:
    """Add or change a partner, bring the plan's, note a test call, end one."""
    if number := number_of(request, "agency"):
        return _keep_one(request, number)
    school = scope.reach_unit(
        request, Deed.LIAISON_REPORT, number_of(request, "school")
    )
    who, where = scope.actor(request, Deed.LIAISON_REPORT, school), reverse("liaison")
    now = clock.now()
    if request.POST.get("do") == "plan":
        return run(request, where, lambda: flow.bring_agencies(who, school, now))
    form = Kept(request.POST)
    if not form.is_valid():
        return back(request, where, _("请填单位名称。"))
    said = dict(form.cleaned_data)
    said["partner"] = Partner(said["partner"])
    return run(request, where, lambda: flow.keep_agency(who, school, now, **said))


def _keep_one(request: HttpRequest, number: int) -> HttpResponseBase:
    agency = scope.reach_row(
        request, Deed.LIAISON_REPORT, Agency.objects.select_related("unit", "school"), number
    )  # fmt: skip
    who = scope.actor(request, Deed.LIAISON_REPORT, agency.unit)
    where, now = reverse("liaison"), clock.now()
    if request.POST.get("do") == "end":
        return run(request, where, lambda: flow.end_agency(who, agency, now))
    answered = request.POST.get("answered") == "1"
    return run(
        request, where,
        lambda: flow.try_line(
            who, agency, now, answered=answered, entry=entry_of(request)
        ),
    )  # fmt: skip


@open_to(Deed.LIAISON_REPORT)
@require_POST
def draft_alarm(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Draft the report on an alarm."""
    about = scope.reach_row(
        request, Deed.LIAISON_REPORT, Alarm.objects.select_related("unit", "school"), pk
    )
    who = scope.actor(request, Deed.LIAISON_REPORT, about.unit)
    row = flow.report(who, about, clock.now())
    return redirect("report", row.pk)


@open_to(Deed.LIAISON_REPORT)
@require_POST
def draft_incident(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Draft the report on one incident."""
    about = incidents.reach(request, pk)
    if not scope.detail(request, Deed.LIAISON_REPORT, about.unit):
        raise Http404
    who = scope.actor(request, Deed.LIAISON_REPORT, about.unit)
    row = flow.report(who, about, clock.now())
    return redirect("report", row.pk)


@open_to(Deed.LIAISON_SEE, Deed.LIAISON_REPORT)
@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One report as the receiver sees it, with what may be done to it."""
    row = _reach(request, pk)
    shows = scope.detail(request, Deed.LIAISON_SEE, row.unit) >= Detail.PSEUDONYM
    return show(
        request, "liaison/report.html", row=row, lines=lines_of(row),
        people=people_of(row) if shows else (), mark=MARKS[row.state],
        may_send=bool(scope.detail(request, Deed.LIAISON_REPORT, row.unit)),
        may_answer=bool(scope.detail(request, Deed.LIAISON_ANSWER, row.unit)),
        advices=tuple(Advice), due=_due(row),
    )  # fmt: skip


def _reach(request: HttpRequest, pk: int) -> HealthReport:
    found = _reports(request).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def people_of(row: HealthReport) -> list[tuple[str, str]]:
    """Persons of a report: a pseudonym, or the name of one who is reported by law."""
    open_names = flow.reportable(row)
    people = Person.objects.filter(pk__in=row.facts.get("persons", ()))
    return [
        (
            person.name if person.pk in open_names else pseudonym(person),
            person.unit.name,
        )
        for person in people.select_related("unit")
    ]


def lines_of(row: HealthReport) -> list[tuple[str, str]]:
    """The facts of a report, line by line."""
    facts: Mapping[str, Any] = row.facts
    words = dict(DIAGNOSES)
    signs = "、".join(
        _("{what}{n}人", what=_(Symptom(code).label), n=n)
        for code, n in facts.get("symptoms", {}).items()
    )
    found = "、".join(
        _("{what}{n}人", what=_(words[code]), n=n)
        for code, n in facts.get("diagnoses", {}).items()
    )
    told = [
        (_("单位"), facts.get("unit", "")),
        (_("人数"), _("{n}人", n=facts.get("count", 0))),
        (_("班级总人数"), _("{n}人", n=facts["size"]) if facts.get("size") else ""),
        (_("发现日期"), _span(facts)),
        (_("症状"), signs or _("还没记")),
        (_("诊断"), found or _("还没出")),
        (_("在隔离室"), _("{n}人", n=facts.get("in_room", 0))),
        (_("送医"), _("{n}人", n=facts.get("taken_to_hospital", 0))),
        (_("触发条款"), _rule(facts)),
        (_("出处"), facts.get("document", "")),
    ]
    return [(name, str(text)) for name, text in told if text != ""]


def _span(facts: Mapping[str, Any]) -> str:
    first, last = facts.get("first", ""), facts.get("last", "")
    return first if first == last else f"{first}–{last}"


def _rule(facts: Mapping[str, Any]) -> str:
    if not facts.get("rule"):
        return ""
    return f"{facts['rule']} {_(facts['title']) if facts.get('title') else ''}".strip()


@open_to(Deed.LIAISON_REPORT, Deed.LIAISON_ANSWER)
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send a report, acknowledge it, or answer with advice."""
    row, now = _reach(request, pk), clock.now()
    where, do = reverse("report", args=[pk]), request.POST.get("do")
    deed = Deed.LIAISON_REPORT if do == "send" else Deed.LIAISON_ANSWER
    if not scope.detail(request, deed, row.unit):
        raise Http404
    who = scope.actor(request, deed, row.unit)
    if do == "send":
        words = request.POST.get("measures", "").strip()[:2000]
        return run(request, where, lambda: flow.send(who, row, now, measures=words))
    if do == "receive":
        return run(request, where, lambda: flow.receive(who, row, now))
    form = Advised(request.POST)
    if not form.is_valid():
        return back(request, where, _("请选一条意见；停课天数在1到60天之间。"))
    said = dict(form.cleaned_data)
    advice = Advice(said.pop("advice"))
    return run(request, where, lambda: flow.answer(who, row, advice, now, **said))


@open_to(Deed.LIAISON_SEE, Deed.LIAISON_REPORT)
@require_safe
def word(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The report as an official document, to be sealed and signed by people."""
    row = _reach(request, pk)
    if scope.detail(request, Deed.LIAISON_SEE, row.unit) < Detail.PSEUDONYM:
        raise Http404
    made = paper(row, lines_of(row), people_of(row), clock.now())
    answer = HttpResponse(made, content_type=WORD)
    answer["Content-Disposition"] = f'attachment; filename="report-{row.pk}.docx"'
    return answer


def asks(request: HttpRequest, now: dt.datetime) -> Iterator[Asked]:
    """Reports that wait for a receipt or an answer; lines to test again."""
    rows = HealthReport.objects.select_related("unit", "school")
    asked = scope.within(request, Deed.LIAISON_ANSWER, rows)
    for row in asked.filter(
        state__in=[ReportState.SENT.value, ReportState.RECEIVED.value]
    )[:40]:
        new = row.state == ReportState.SENT.value
        yield Asked(
            title=_("回执情况专报") if new else _("回复意见"),
            second=f"{row.school.name}·{_('{n}人', n=row.facts.get('count', 0))}",
            url=reverse("report", args=[row.pk]),
            fields=1,
            minutes=2,
            state="fail" if new else "run",
            action=_("看专报"),
        )
    yield from _lines_asked(request, now)


def _lines_asked(request: HttpRequest, now: dt.datetime) -> Iterator[Asked]:
    rows = scope.within(request, Deed.LIAISON_REPORT, Agency.objects.all())
    old = rows.filter(state=ContactState.IN_FORCE.value).exclude(
        tested_on__gte=now.date() - TESTED, answered=True
    )
    if count := old.count():
        yield Asked(
            title=_("试打联防联控电话"),
            second=_("{n}个超过7天没打通", n=count),
            url=reverse("liaison"),
            fields=count,
            minutes=count,
            action=_("试打电话"),
        )
