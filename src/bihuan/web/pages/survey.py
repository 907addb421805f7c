"""The survey before a return: whole class in two taps, one person, a pasted chat, an overview."""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.db.models import QuerySet
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
from bihuan.rules.survey import Coverage, Outcome, Sorted, coverage
from bihuan.rules.triage import Symptom
from bihuan.web.flows import survey as flow
from bihuan.web.flows.accounts import Refused
from bihuan.web.ledgers.core.rows import in_force
from bihuan.web.ledgers.survey.models import Answer, Round
from bihuan.web.ledgers.survey.paste import QUESTIONS, Name, read_rows, read_text
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.models import Person, Unit, UnitKind
from bihuan.web.org.told import day_of
from bihuan.web.pages.due import due
from bihuan.web.pages.frame import say_refusals, show
from bihuan.web.pages.survey_forms import (
    LARGEST,
    SHORT,
    PersonForm,
    RoundForm,
    lines_of,
    picked,
    sheet_rows,
)

HOMES: Final = (UnitKind.CLASS.value, UnitKind.STAFF.value, UnitKind.SECTION.value)
DEEDS: Final = (Deed.SURVEY_SEE, Deed.SURVEY_FILL, Deed.SURVEY_VERIFY)
MARKS: Final = {
    Outcome.CLEAR: "pass", Outcome.HELD: "hold", Outcome.OBSERVED: "run",
    Outcome.UNVERIFIED: "unknown", Outcome.UNFILLED: "wait",
}  # fmt: skip
WORST: Final = (
    Outcome.UNFILLED, Outcome.UNVERIFIED, Outcome.HELD, Outcome.OBSERVED, Outcome.CLEAR,
)  # fmt: skip
"""Order of a class: who still asks something of somebody first."""
UNITS_MOST: Final = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A line of the overview: a school, a class, a section, an employer in it."""

    name: str
    told: Coverage
    url: str = ""
    inner: bool = False
    """One employer's people inside a section that stands above."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A person of the unit's list."""

    person: Person
    answer: Answer | None
    found: Sorted

    @property
    def mark(self) -> str:
        """Mark of the outcome."""
        return MARKS[self.found.outcome]

    @property
    def why(self) -> str:
        """What the answer shows, in words."""
        return _("、").join(_(one.label) for one in self.found.why)


# ---- rounds and overview ------------------------------------------------------------------


@open_to(Deed.SURVEY_FILL, Deed.SURVEY_SEE, Deed.SURVEY_VERIFY, Deed.SURVEY_ROUND)
@require_http_methods(["GET", "HEAD", "POST"])
@say_refusals
def index(request: HttpRequest) -> HttpResponseBase:
    """The rounds that run, with one's own part in each; a form for a new one."""
    now = clock.now()
    asking = scope.my_units(
        request, Deed.SURVEY_ROUND, UnitKind.BUREAU.value, UnitKind.SCHOOL.value
    ).first()
    form = RoundForm(request.POST or None) if asking else None
    if asking and form is not None and request.method == "POST" and form.is_valid():
        actor = scope.actor(request, Deed.SURVEY_ROUND, asking)
        made = flow.open_round(actor, asking, now=now, **form.cleaned_data)
        messages.success(request, _("已经通知各班、各部门"))
        return redirect("survey_round", made.pk)
    rounds = list(_rounds(request))
    return show(
        request, "survey/index.html", form=form, asking=asking,
        rounds=[(of, list(_mine(request, of, now)), due(of.due, now)) for of in rounds],
        sees=_may(request, Deed.SURVEY_SEE),
    )  # fmt: skip


def _rounds(request: HttpRequest, *, closed: bool = False) -> QuerySet[Round, Round]:
    return flow.rounds_over(_tops(request), closed=closed)


def _tops(request: HttpRequest) -> list[str]:
    """Where somebody has to do with surveys: by his posts, or through his children."""
    who = scope.seen(request)
    if who is None:
        return []
    tops = [place.top for deed in DEEDS for place in scope.places(who, deed)]
    if Role.GUARDIAN in who.roles:
        children = Person.objects.filter(pk__in=who.own).exclude(role="guardian")
        tops += list(children.values_list("unit__path", flat=True))
    return tops


def _may(request: HttpRequest, deed: Deed) -> bool:
    who = scope.seen(request)
    return bool(who and scope.places(who, deed))


def _round(request: HttpRequest, pk: int) -> Round:
    found = _rounds(request, closed=True).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _mine(request: HttpRequest, of: Round, now: dt.datetime) -> Iterator[Place]:
    """One's own part in a round: units to fill, children to answer for."""
    units = _fills(request, of)[:UNITS_MOST]
    for unit in units:
        counted = flow.tally(of, flow.asked(of, now.date(), unit), now.date())
        told = flow.together(v for place, v in counted.items() if not place.employer)
        url = reverse("survey_unit", args=[of.pk, unit.pk])
        yield Place(name=unit.name, told=told, url=url)
    for child in _children(request, of, now.date()):
        row = flow.answers_of(of, [child]).get(child.pk)
        told = coverage([flow.outcome(row, now.date()).outcome], 1)
        url = reverse("survey_person", args=[of.pk, child.pk])
        yield Place(name=child.name, told=told, url=url)


def _fills(request: HttpRequest, of: Round) -> QuerySet[Unit, Unit]:
    """Units whose people somebody answers for in a round."""
    units = scope.my_units(request, Deed.SURVEY_FILL, *HOMES)
    return units.filter(path__startswith=of.unit.path)


def _children(
    request: HttpRequest, of: Round, day: dt.date
) -> QuerySet[Person, Person]:
    who = scope.seen(request)
    own = who.own if who and Role.GUARDIAN in who.roles else ()
    rows = flow.asked(of, day).filter(pk__in=own).select_related("unit")
    return rows.exclude(pk=who.person_id or 0) if who else rows


@open_to(Deed.SURVEY_SEE, Deed.SURVEY_FILL)
@require_safe
def overview(request: HttpRequest, pk: int) -> HttpResponseBase:
    """How far a round has come, school by school or class by class; the missing first."""
    of, now = _round(request, pk), clock.now()
    if (own := _own_part(request, of, now.date())) is not None:
        return redirect(own)
    top = _top(request)
    counted = flow.tally(of, _within(request, of, now.date(), top), now.date())
    places = list(_by_school(of, counted) if top is None else _by_unit(of, counted))
    whole = flow.together(v for place, v in counted.items() if not place.employer)
    schools = scope.my_units(request, Deed.SURVEY_SEE, UnitKind.SCHOOL.value)
    return show(
        request, "survey/round.html", of=of, places=places, whole=whole, top=top,
        chip=due(of.due, now) if of.closed_at is None else None,
        rights=_rights(request, of, top), several=schools.count() > 1,
    )  # fmt: skip


def _own_part(request: HttpRequest, of: Round, day: dt.date) -> str | None:
    """Where somebody goes who has one class or one child and nothing to oversee."""
    if not _may(request, Deed.SURVEY_SEE):
        children = list(_children(request, of, day)[:2])
        if len(children) == 1:
            return reverse("survey_person", args=[of.pk, children[0].pk])
        return reverse("survey")
    seen = scope.my_units(request, Deed.SURVEY_SEE, *HOMES)[:2]
    mine = list(_fills(request, of)[:2])
    alone = len(mine) == 1 and len(seen) == 1
    return reverse("survey_unit", args=[of.pk, mine[0].pk]) if alone else None


def _top(request: HttpRequest) -> Unit | None:
    """The school that is looked at; None: all of them."""
    asked = scope.row_number(request.GET.get("school"))
    schools = scope.my_units(request, Deed.SURVEY_SEE, UnitKind.SCHOOL.value)
    if asked:
        return scope.reach_unit(request, Deed.SURVEY_SEE, asked)
    above = scope.my_units(request, Deed.SURVEY_SEE, UnitKind.BUREAU.value).exists()
    if above or schools.count() > 1:
        return None
    units = scope.my_units(request, Deed.SURVEY_SEE).exclude(school=None)
    first = units.select_related("school").first()
    return first.school if first else None


def _within(
    request: HttpRequest, of: Round, day: dt.date, top: Unit | None
) -> QuerySet[Person, Person]:
    rows = flow.asked(of, day, top)
    return scope.within(request, Deed.SURVEY_SEE, rows)


def _by_school(of: Round, counted: dict[flow.Place, Coverage]) -> Iterator[Place]:
    units = Unit.objects.filter(pk__in={place.unit for place in counted})
    school_of = {
        unit.pk: unit.school or unit for unit in units.select_related("school")
    }
    found: dict[Unit, list[Coverage]] = {}
    for place, told in counted.items():
        if not place.employer and place.unit in school_of:
            found.setdefault(school_of[place.unit], []).append(told)
    rows = [
        Place(
            name=school.name, told=flow.together(parts),
            url=f"{reverse('survey_round', args=[of.pk])}?school={school.pk}",
        )
        for school, parts in found.items()
    ]  # fmt: skip
    return iter(_worst_first(rows))


def _by_unit(of: Round, counted: dict[flow.Place, Coverage]) -> Iterator[Place]:
    units = {
        unit.pk: unit for unit in Unit.objects.filter(pk__in={p.unit for p in counted})
    }
    rows = [
        Place(
            name=units[place.unit].name, told=told,
            url=reverse("survey_unit", args=[of.pk, place.unit]),
        )
        for place, told in counted.items()
        if not place.employer
    ]  # fmt: skip
    inner = [
        Place(name=f"{units[p.unit].name} {p.employer}", told=told, inner=True)
        for p, told in counted.items()
        if p.employer
    ]
    yield from _worst_first(rows)
    yield from _worst_first(inner)


def _worst_first(rows: Iterable[Place]) -> list[Place]:
    return sorted(
        rows, key=lambda row: (-row.told.unfilled, -row.told.unverified, row.name)
    )


def _rights(request: HttpRequest, of: Round, top: Unit | None) -> dict[str, Any]:
    """Which of the buttons somebody has."""
    who = scope.seen(request)
    at = top or of.unit

    def holds(deed: Deed, unit: Unit) -> bool:
        tops = [place.top for place in scope.places(who, deed)] if who else []
        return any(unit.path.startswith(one) for one in tops)

    is_open = of.closed_at is None
    return {
        "urge": is_open and holds(Deed.URGE, at), "at": at.pk,
        "close": is_open and holds(Deed.SURVEY_ROUND, of.unit),
    }  # fmt: skip


@open_to(Deed.URGE)
@require_POST
def urge(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Remind those who see to it: principals, or class teachers and heads of sections."""
    of = _round(request, pk)
    unit = scope.reach_unit(
        request, Deed.URGE, scope.row_number(request.POST.get("at"))
    )
    told = flow.urge(scope.actor(request, Deed.URGE, unit), of, unit, clock.now())
    messages.success(request, _("催了{n}人", n=told))
    return redirect("survey_round", of.pk)


@open_to(Deed.SURVEY_ROUND)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponseBase:
    """End a round."""
    of = _round(request, pk)
    scope.reach_unit(request, Deed.SURVEY_ROUND, of.unit_id)
    flow.close_round(scope.actor(request, Deed.SURVEY_ROUND, of.unit), of, clock.now())
    messages.success(request, _("这一轮结束了，在观察的人到期再解除"))
    return redirect("survey_round", of.pk)


# ---- a class or a section -----------------------------------------------------------------


@open_to(*DEEDS)
@require_http_methods(["GET", "HEAD", "POST"])
@say_refusals
def unit(request: HttpRequest, pk: int, at: int) -> HttpResponseBase:
    """A class or a section: who is missing, who has a yes; the rest in two taps."""
    of, now = _round(request, pk), clock.now()
    place, fills = _place(request, of, at)
    if request.method == "POST":
        return _rest(request, of, place, now)
    rows = _rows(of, place, now.date())
    left = [row for row in rows if row.found.outcome is Outcome.UNFILLED]
    found = [row.found.outcome for row in rows]
    named = any(scope.detail(request, d, place) is Detail.NAMED for d in DEEDS)
    return show(
        request, "survey/unit.html", of=of, unit=place, rows=rows if named else [],
        left=left, told=coverage(found, len(rows)), fills=fills and of.closed_at is None,
        entry=uuid.uuid4(), chip=due(of.due, now), named=named, outcomes=Outcome,
    )  # fmt: skip


def _place(request: HttpRequest, of: Round, at: int) -> tuple[Unit, bool]:
    """The unit, and whether one answers for its people."""
    own = _fills(request, of).filter(pk=at).select_related("school").first()
    if own is not None:
        return own, True
    for deed in (Deed.SURVEY_SEE, Deed.SURVEY_VERIFY):
        seen = scope.my_units(request, deed, *HOMES).select_related("school")
        found = seen.filter(pk=at, path__startswith=of.unit.path).first()
        if found is not None:
            return found, False
    raise Http404


def _rows(of: Round, place: Unit, day: dt.date) -> list[Row]:
    people = list(flow.asked(of, day, place).order_by("seat", "employer", "name"))
    answers = flow.answers_of(of, people)
    rows = [
        Row(
            person=p,
            answer=answers.get(p.pk),
            found=flow.outcome(answers.get(p.pk), day),
        )
        for p in people
    ]
    return sorted(rows, key=lambda row: WORST.index(row.found.outcome))


def _rest(
    request: HttpRequest, of: Round, place: Unit, now: dt.datetime
) -> HttpResponseBase:
    """All who were on the page without an answer: no travel, nothing unusual."""
    _fill_right(request, of, place)
    wanted = {scope.row_number(n) for n in request.POST.getlist("person")}
    people = [
        p
        for p in flow.asked(of, now.date(), place).select_related("unit", "school")
        if p.pk in wanted
    ]
    try:
        entry = uuid.UUID(request.POST.get("entry", ""))
    except ValueError:
        raise Refused(_("页面开得太久了，请重新打开再填")) from None
    actor = scope.actor(request, Deed.SURVEY_FILL, place)
    count = flow.answer_rest(actor, of, people, entry=entry, now=now)
    messages.success(
        request, _("{t}记下{n}人：无外出、无异常", t=f"{now:%H:%M}", n=count)
    )
    return redirect("survey_unit", of.pk, place.pk)


def _fill_right(request: HttpRequest, of: Round, place: Unit) -> None:
    if not _fills(request, of).filter(pk=place.pk).exists():
        raise Http404


# ---- one person -------------------------------------------------------------------------------


@open_to(Deed.SURVEY_FILL)
@require_http_methods(["GET", "HEAD", "POST"])
@say_refusals
def person(request: HttpRequest, pk: int, who: int) -> HttpResponseBase:
    """One person's answer, by the guardian or for him."""
    of, now = _round(request, pk), clock.now()
    found = scope.reach_person(request, Deed.SURVEY_FILL, who)
    row = flow.answers_of(of, [found]).get(found.pk)
    form = PersonForm(request.POST or None, initial=PersonForm.initial_of(row))
    if request.method == "POST" and form.is_valid():
        actor = scope.actor(request, Deed.SURVEY_FILL, found.unit)
        flow.answer(
            actor, of, found, form.said(), entry=_entry(request), now=now, source="form"
        )
        messages.success(
            request, _("{t}已填，{name}", t=f"{now:%H:%M}", name=found.name)
        )
        back = scope.my_units(request, Deed.SURVEY_FILL).filter(pk=found.unit_id)
        if back.exists():
            return redirect("survey_unit", of.pk, found.unit_id)
        return redirect("survey")
    return show(
        request, "survey/person.html", of=of, person=found, form=form, row=row,
        questions=[form[name] for name in QUESTIONS], entry=uuid.uuid4(),
        chip=due(of.due, now),
    )  # fmt: skip


def _entry(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("entry", ""))
    except ValueError:
        return uuid.uuid4()


@open_to(Deed.SURVEY_SEE, Deed.SURVEY_VERIFY)
@require_http_methods(["GET", "HEAD", "POST"])
@say_refusals
def answer(request: HttpRequest, pk: int) -> HttpResponseBase:
    """An answer with its details; a yes is checked here, a contact released."""
    verifies = _may(request, Deed.SURVEY_VERIFY)
    deed = Deed.SURVEY_VERIFY if verifies else Deed.SURVEY_SEE
    rows = in_force(
        Answer.objects.select_related("person", "unit", "school", "round", "by")
    )
    row = scope.reach_row(request, deed, rows, pk)
    if scope.detail(request, deed, row.unit) is not Detail.NAMED:
        raise Http404
    now = clock.now()
    if request.method == "POST":
        return _check(request, row, now)
    found = flow.outcome(row, now.date())
    who = scope.seen(request)
    return show(
        request, "survey/answer.html", row=row, found=found, mark=MARKS[found.outcome],
        signs=[_(Symptom(code).label) for code in row.symptom_codes],
        verifies=verifies, mine=bool(who and who.person_id == row.by_id),
        releases=verifies and bool(who and Role.SCHOOL_DOCTOR in who.roles),
        why=[_(one.label) for one in found.why],
    )  # fmt: skip


def _check(request: HttpRequest, row: Answer, now: dt.datetime) -> HttpResponseBase:
    scope.reach_row(request, Deed.SURVEY_VERIFY, Answer.objects.all(), row.pk)
    actor = scope.actor(request, Deed.SURVEY_VERIFY, row.unit)
    if request.POST.get("do") == "release":
        if actor.role is not Role.SCHOOL_DOCTOR:
            raise Refused(_("解除观察由校医记"))
        flow.release(actor, row, request.POST.get("note", ""), now)
        messages.success(request, _("已解除"))
    else:
        came = request.POST.get("arrived_on", "")
        try:
            arrived = day_of(came) if came else None
        except ValueError:
            raise Refused(_("日期应填成2026-03-09这样")) from None
        told = request.POST.get("community", "")[:40]
        flow.verify(actor, row, now, community=told, arrived_on=arrived)
        messages.success(request, _("已核实"))
    return redirect("survey_answer", row.pk)


# ---- pasted -------------------------------------------------------------------------------------


@open_to(Deed.SURVEY_FILL)
@require_http_methods(["GET", "HEAD", "POST"])
@say_refusals
def paste(request: HttpRequest, pk: int, at: int) -> HttpResponseBase:
    """A chat or a sheet of a class: read, shown line by line, kept only when ticked."""
    of, now = _round(request, pk), clock.now()
    place, fills = _place(request, of, at)
    if not fills:
        raise Http404
    people = list(flow.asked(of, now.date(), place).order_by("seat", "name"))
    if request.method == "POST" and request.POST.get("lines"):
        return _keep(request, of, place, people, now)
    lines = []
    if request.method == "POST":
        names = [Name(pk=p.pk, name=p.name) for p in people]
        told = _read(request, names, now.date())
        lines = list(lines_of(told, flow.answers_of(of, people)))
        if not lines:
            messages.error(request, _("没有读出一行，请看看是不是粘贴全了"))
    return show(
        request, "survey/paste.html", of=of, unit=place, people=people, lines=lines,
        short={q: _(SHORT[q]) for q in QUESTIONS}, entry=uuid.uuid4(),
        safe=sum(line.safe for line in lines),
        strange=sum(line.told.person is None for line in lines),
    )  # fmt: skip


def _read(request: HttpRequest, names: list[Name], today: dt.date) -> Any:
    file = request.FILES.get("file")
    if file is not None:
        return read_rows(
            sheet_rows(file.read(LARGEST + 1), file.name or ""), names, today
        )
    return read_text(request.POST.get("text", "")[:100_000], names, today)


def _keep(
    request: HttpRequest,
    of: Round,
    place: Unit,
    people: list[Person],
    now: dt.datetime,
) -> HttpResponseBase:
    lines = request.POST.get("lines", "")
    known = {p.pk: p for p in people}
    taken, left = picked(request.POST, min(int(lines), 400) if lines.isdecimal() else 0)
    actor = scope.actor(request, Deed.SURVEY_FILL, place)
    entry = _entry(request)
    ours = [one for one in taken if one.person in known]
    for one in ours:
        flow.answer(
            actor, of, known[one.person], one.said, now=now, source="paste",
            entry=uuid.uuid5(entry, str(one.person)),
        )  # fmt: skip
    messages.success(request, _("记下{n}人", n=len(ours)))
    if left:
        messages.warning(
            request, _("{n}行没有存：没说全，或不知道是谁，请一个一个填", n=left)
        )
    return redirect("survey_unit", of.pk, place.pk)
