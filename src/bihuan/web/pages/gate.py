"""The gate: scan, a word and a colour, the next one; also without a network."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from bihuan.base.wording import N_, _
from bihuan.rules.access import Deed, Role
from bihuan.rules.passage import Direction, GateReason, Verdict
from bihuan.rules.triage import Course
from bihuan.web.flows import gate as flow
from bihuan.web.flows.accounts import Refused
from bihuan.web.flows.gatebook import Book, as_list, open_book
from bihuan.web.ledgers.core.rows import in_force
from bihuan.web.ledgers.gate.entry import Scan, Unreadable, read_scan, whole
from bihuan.web.ledgers.gate.models import Passing, PassingKind, Standing
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.models import Person, Unit, UnitKind
from bihuan.web.org.policy import screening_of
from bihuan.web.org.told import json_of
from bihuan.web.pages.asked import Asked
from bihuan.web.pages.due import due
from bihuan.web.pages.frame import say_refusals, show
from bihuan.web.pages.offline import kept_for_the_day

MOST: Final = 500
HINTS: Final = {
    GateReason.PAPERS: N_("请带到候检区等班主任，不在队里问原因"),
    GateReason.NOT_LISTED: N_("请登记，问值班室要找谁"),
    GateReason.NOT_NOW: N_("请在候检区等到自己的时段"),
    GateReason.LEAVE: N_("请班主任或年级主任先批请假条"),
    GateReason.EXPIRED: N_("请换今天的码，或从名单里找"),
}
TITLES: Final = {
    GateReason.PAPERS: N_("返校手续没有办完"),
    GateReason.NOT_LISTED: N_("不在今天的名单里"),
    GateReason.NOT_NOW: N_("不在本时段"),
    GateReason.LEAVE: N_("请假单没有批"),
    GateReason.EXPIRED: N_("这个码已经过期"),
}
COURSES: Final = {
    Course.REMEASURE: N_("到候检区等5分钟，用水银或耳温计复测"),
    Course.ISOLATE: N_("戴上口罩，送临时隔离室，校医已经知道"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassRow:
    """A class of boarders as the headcount page shows it."""

    unit: Unit
    expected: int
    scanned: int
    """Boarders who were scanned one by one."""
    counted: int | None
    """As counted with the class; None: nobody has counted it."""
    held: tuple[Person, ...]
    """Who is kept out: never in a bulk count."""

    @property
    def ready(self) -> int:
        """How many a bulk count lets in."""
        return max(0, self.expected - self.scanned - len(self.held))

    @property
    def inside(self) -> int:
        """How many are in."""
        return self.scanned + (self.counted or 0)

    @property
    def open(self) -> bool:
        """Whether somebody who may come in is still to come."""
        return self.inside < self.expected - len(self.held)

    @property
    def done(self) -> bool:
        """Whether everybody is in; who is kept out is not."""
        return self.inside >= self.expected


@open_to(Deed.GATE_KEEP)
@require_safe
@kept_for_the_day
def index(request: HttpRequest) -> HttpResponseBase:
    """The gates one keeps, and who waits at them."""
    gates = list(_gates(request))
    if len(gates) == 1:
        return redirect("gate", gates[0].pk)
    waiting = in_force(Passing.objects.filter(day=clock.today(), unit__in=gates))
    waits = list(
        waiting.filter(state=Standing.WAITING.value).values_list("unit", flat=True)
    )
    rows = [(gate, waits.count(gate.pk)) for gate in gates]
    return show(request, "gate/index.html", rows=rows)


def _gates(request: HttpRequest) -> Any:
    return scope.my_units(request, Deed.GATE_KEEP, UnitKind.GATE.value)


@open_to(Deed.GATE_KEEP)
@require_safe
@kept_for_the_day
def page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A gate: the camera, the answer, three numbers."""
    gate, now = _reach(request, pk), clock.now()
    book = open_book(_school(gate), now)
    window, coming = book.coming(now)
    names = sorted({p.unit.parent.name for p in coming if p.unit.parent})
    return show(
        request, "gate/gate.html", gate=gate, figures=flow.figures(gate, 1, book, now),
        window=window, coming="、".join(names), facts=_facts(gate, now),
        chip=due(window.end, now) if window else None, line=_line(gate, now),
        reasons=[(r.value, _(TITLES[r]), _(HINTS[r])) for r in GateReason],
        lanes=range(1, flow.LANES + 1),
    )  # fmt: skip


@open_to(Deed.GATE_KEEP)
@require_safe
def day_list(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The list of the day for the phone: nothing of anybody's health, no code."""
    gate, now = _reach(request, pk), clock.now()
    book = open_book(_school(gate), now)
    lane = _lane(request.GET.get("lane"))
    told = as_list(book, now) | {"figures": _numbers(gate, lane, book, now)}
    answer = JsonResponse(told)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@open_to(Deed.GATE_KEEP)
@require_POST
def scan(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Somebody stands at the gate: judged and kept, told in one answer."""
    gate, now = _reach(request, pk), clock.now()
    actor = scope.actor(request, Deed.GATE_KEEP, gate)
    try:
        told = flow.pass_gate(actor, gate, read_scan(_body(request)), now)
    except (Unreadable, Refused) as why:
        return JsonResponse({"saved": False, "said": str(why)}, status=422)
    return JsonResponse(_answer(told))


def _answer(told: flow.Answer) -> dict[str, Any]:
    passes = told.passage.verdict is Verdict.PASS
    reason = told.passage.reason
    word = _(told.passage.verdict.label)
    said = f"{word} {told.name}" if passes or reason is None else _(TITLES[reason])
    return {
        "saved": True,
        "said": said,
        "verdict": told.passage.verdict.value,
        "reason": reason.value if reason else "",
        "name": told.name,
        "place": told.place,
        "who": _who(told.row),
        "count": told.row.count if told.row else 0,
        "waits": bool(told.row and told.row.state == Standing.WAITING.value),
        "course": told.course.value if told.course else "",
    }


def _who(row: Passing | None) -> list[Any] | None:
    """Whom a later temperature is about, as the list names them."""
    if row is None:
        return None
    return ["p", row.person_id] if row.person_id else ["v", row.visit_id]


@open_to(Deed.GATE_KEEP)
@require_http_methods(["GET", "HEAD", "POST"])
@say_refusals
def classes(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Boarders come back without a phone: class by class with a headcount."""
    gate, now = _reach(request, pk), clock.now()
    if request.method == "POST":
        return _count(request, gate, now)
    rows = list(_class_rows(_school(gate), now))
    rows.sort(key=lambda row: (not row.open, row.done))
    return show(
        request, "gate/classes.html", gate=gate, rows=rows, lane=_lane(request.GET.get("lane")),
        entry=uuid.uuid4(), left=sum(not row.done for row in rows),
    )  # fmt: skip


def _count(request: HttpRequest, gate: Unit, now: dt.datetime) -> HttpResponseBase:
    actor = scope.actor(request, Deed.GATE_KEEP, gate)
    try:
        body = _body(request)
        told = read_scan(body)
        klass = scope.reach_unit(
            request, Deed.GATE_KEEP, whole(body.get("klass"), 2**53)
        )
        count = whole(body.get("count"), MOST)
        row = flow.head_count(actor, gate, told, now, klass=klass, count=count)
    except Unreadable as why:
        raise Refused(str(why)) from None
    messages.success(request, _("{klass}进了{n}人", klass=klass.name, n=row.count))
    return redirect(f"{reverse('gate_classes', args=[gate.pk])}?lane={row.lane}")


def _class_rows(school: Unit, now: dt.datetime) -> Iterator[ClassRow]:
    """Classes with boarders, with who came in one by one and who is kept out."""
    book = open_book(school, now)
    by_class: dict[Unit, list[Person]] = {}
    for person in book.people.values():
        if person.boards:
            by_class.setdefault(person.unit, []).append(person)
    rows = in_force(Passing.objects.filter(school=school, day=now.date()))
    inward = rows.filter(direction=Direction.IN.value, action="passed")
    came = set(inward.exclude(person=None).values_list("person", flat=True))
    counts = dict(
        inward.filter(kind=PassingKind.CLASS.value).values_list("klass", "count")
    )
    for unit, people in by_class.items():
        held = [p for p in people if _is_held(book, p, now) and p.pk not in came]
        yield ClassRow(
            unit=unit, expected=len(people), counted=counts.get(unit.pk),
            scanned=sum(p.pk in came for p in people), held=tuple(held),
        )  # fmt: skip


def _is_held(book: Book, person: Person, now: dt.datetime) -> bool:
    return book.person(person, Direction.IN, now).verdict is not Verdict.PASS


@open_to(Deed.GATE_KEEP)
@require_safe
def waiting(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The waiting area 候检区: who waits, since when, and how it ends."""
    gate = _reach(request, pk)
    rows = in_force(Passing.objects.filter(unit=gate, day=clock.today()))
    rows = rows.filter(state=Standing.WAITING.value).order_by("at")
    return show(
        request, "gate/waiting.html", gate=gate,
        rows=rows.select_related("person", "person__unit", "visit"),
        line=_line(gate, clock.now()), titles={r.value: _(TITLES[r]) for r in GateReason},
    )  # fmt: skip


@open_to(Deed.GATE_KEEP)
@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Somebody is fetched from the waiting area, turned away, or measured again."""
    row = scope.reach_row(
        request, Deed.GATE_KEEP, Passing.objects.select_related("unit"), pk
    )
    actor, now = scope.actor(request, Deed.GATE_KEEP, row.unit), clock.now()
    if request.POST.get("again"):
        _again(request, actor, row, now)
    else:
        flow.take(actor, row, now, away=request.POST.get("how") == "away")
        messages.success(request, _("记下了"))
    return redirect("gate_waiting", row.unit_id)


def _again(
    request: HttpRequest, actor: scope.Actor, row: Passing, now: dt.datetime
) -> None:
    """The second measurement of somebody who waits."""
    told = {
        "entry": str(uuid.uuid5(row.entry, "again")),
        "person": row.person_id,
        "visit": row.visit_id,
        "celsius": row.celsius,
        "again": request.POST.get("again"),
        "lane": row.lane,
    }
    try:
        answer = flow.pass_gate(actor, row.unit, read_scan(told), now)
    except (Unreadable, Refused) as why:
        messages.error(request, str(why))
        return
    course = answer.course
    if course in COURSES:
        messages.warning(request, _(COURSES[course]))
    else:
        messages.success(request, _("{name}复测正常，放行", name=answer.name))


@open_to(Deed.GATE_KEEP)
@require_http_methods(["GET", "HEAD", "POST"])
@say_refusals
def load(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A vehicle or goods: who expects them, what, how many."""
    gate, now = _reach(request, pk), clock.now()
    if request.method == "POST":
        actor = scope.actor(request, Deed.GATE_KEEP, gate)
        flow.bring(actor, gate, _load(request, gate, now), _scan_of(request), now)
        messages.success(request, _("记下了"))
        return redirect("gate_load", gate.pk)
    rows = in_force(Passing.objects.filter(unit=gate, day=now.date()))
    rows = rows.filter(kind__in=[PassingKind.VEHICLE.value, PassingKind.GOODS.value])
    return show(
        request, "gate/load.html", gate=gate, hosts=hosts(_school(gate), now.date()),
        rows=rows.select_related("host")[:20], entry=uuid.uuid4(),
    )  # fmt: skip


def _load(request: HttpRequest, gate: Unit, now: dt.datetime) -> flow.Load:
    host = (
        hosts(_school(gate), now.date())
        .filter(pk=scope.row_number(request.POST.get("host")))
        .first()
    )
    what = request.POST.get("what", "").strip()
    plate = request.POST.get("plate", "").strip()
    if host is None:
        raise Refused(_("没有人接收的不放行，请选接收人"))
    if not what:
        raise Refused(_("写明送什么、办什么事"))
    kind = PassingKind.VEHICLE if plate else PassingKind.GOODS
    try:
        pieces = whole(request.POST.get("count") or 1, 9999)
    except Unreadable as why:
        raise Refused(str(why)) from None
    return flow.Load(
        kind=kind, host=host, what=what[:80], plate=plate[:12], pieces=pieces
    )


def _scan_of(request: HttpRequest) -> Scan:
    try:
        return read_scan(request.POST)
    except Unreadable as why:
        raise Refused(str(why)) from None


def hosts(school: Unit, day: dt.date) -> Any:
    """Whoever may expect a visitor or goods: those who hold a post that invites."""
    roles = (
        Role.PRINCIPAL, Role.GRADE_HEAD, Role.CLASS_TEACHER, Role.LOGISTICS,
        Role.SCHOOL_DOCTOR,
    )  # fmt: skip
    rows = Person.objects.filter(
        school=school, left_on=None, assignments__role__in=[r.value for r in roles],
        assignments__since__lte=day,
    )  # fmt: skip
    return rows.select_related("unit").distinct().order_by("unit__path", "name")


def asks(request: HttpRequest, now: dt.datetime) -> Iterator[Asked]:
    """On the today page: the gates one keeps, with who waits there."""
    who = scope.seen(request)
    if who is None or not who.may(Deed.GATE_KEEP):
        return
    for gate in _gates(request):
        waits = in_force(Passing.objects.filter(unit=gate, day=now.date()))
        n = waits.filter(state=Standing.WAITING.value).count()
        yield Asked(
            title=_("守{gate}", gate=gate.name),
            second=_("候检区有{n}人", n=n) if n else _("扫码、核对、放行"),
            url=reverse("gate", args=[gate.pk]),
            state="run",
            action=_("开始扫码"),
        )


def _facts(gate: Unit, now: dt.datetime) -> dict[str, Any]:
    """What the script needs; it holds no word of its own."""
    return {
        "list": reverse("gate_list", args=[gate.pk]),
        "scan": reverse("gate_scan", args=[gate.pk]),
        "key": f"gate {gate.pk}",
        "today": now.date().isoformat(),
        "line": _line(gate, now),
        "remeasure": screening_of(_school(gate), now.date()).remeasured is not None,
        "fresh": 24 * 60,
        "words": {
            "pass": _("放行"), "hold": _("暂停"), "unread": _("没认出，再扫一次"),
            "unread_hint": _("把码放平、放近，或点“手输”"),
            "old": _("名单过期，只能手输"), "old_hint": _("连上网就会更新；现在请打值班室"),
            "offline": _("离线，按{t}下载的名单放行"), "none": _("名单里没有“{words}”"),
            "label": _("{word} {name} {place}"), "way_in": _("进"), "way_out": _("出"),
            "remeasure": _(COURSES[Course.REMEASURE]), "isolate": _(COURSES[Course.ISOLATE]),
            "cool": _("体温正常，放行"), "bad_heat": _("体温应填34.0到43.0"),
            "kept": _("没有网，已存在本机"), "typed": _("记下“{words}”，有网再核对"),
        },
    }  # fmt: skip


def _line(gate: Unit, now: dt.datetime) -> float | None:
    found = screening_of(_school(gate), now.date()).fever_line
    return None if found is None else float(found)


def _numbers(gate: Unit, lane: int, book: Book, now: dt.datetime) -> dict[str, Any]:
    found = flow.figures(gate, lane, book, now)
    return {"passed": found.passed, "missing": found.missing, "waiting": found.waiting}


def _reach(request: HttpRequest, pk: int) -> Unit:
    gate = scope.reach_row(
        request, Deed.GATE_KEEP,
        Unit.objects.filter(kind=UnitKind.GATE.value).select_related("school"),
        pk, unit="",
    )  # fmt: skip
    return gate


def _school(gate: Unit) -> Unit:
    return gate.school or gate


def _lane(came: str | None) -> int:
    text = came or "1"
    return min(int(text[:2]), flow.LANES) or 1 if text.isdecimal() else 1


def _body(request: HttpRequest) -> Any:
    """JSON of the phone's queue, or a plain form."""
    if request.content_type != "application/json":
        return request.POST
    try:
        return json_of(request)
    except ValueError:
        raise Unreadable(_("请从校门页面提交")) from None
