"""Pages of every ledger: index, list, one row, its form, its steps, its evidence."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

from django.contrib import messages
from django.db.models import Count
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    QueryDict,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from bihuan.base.wording import _
from bihuan.rules.access import Deed, Detail
from bihuan.web.ledgers.core import flows, history, listing, pictures, values
from bihuan.web.ledgers.core.declare import (
    Evidence as EvidenceKind,
    Ledger,
    Move,
    Shown,
    State,
)
from bihuan.web.ledgers.core.flows import Refused
from bihuan.web.ledgers.core.forms import EvidenceForm, as_form, form_for, said_errors
from bihuan.web.ledgers.core.models import Evidence, SavedView
from bihuan.web.ledgers.core.registry import ledgers
from bihuan.web.ledgers.core.rows import REPLACED, in_force
from bihuan.web.ledgers.core.sight import Sight, sight
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.models import Unit
from bihuan.web.org.told import json_of, moment_of

LedgerView = Callable[..., HttpResponseBase]
MOST_VIEWS: Final = 20
MOST_INDICATORS: Final = 4


def of_ledger(*and_deeds: Deed) -> Callable[[LedgerView], LedgerView]:
    """Give a view the ledger that its address names, as far as whoever asks sees it."""

    def sign(view: LedgerView) -> LedgerView:
        @open_to(Deed.TODAY)
        @wraps(view)
        def opened(
            request: HttpRequest, slug: str, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            ledger = ledgers().get(slug)
            if ledger is None:
                raise Http404
            return view(request, sight(request, ledger, *and_deeds), *args, **kwargs)

        return opened

    return sign


@dataclass(frozen=True, slots=True)
class Line:
    """A ledger in the index: how many rows, how many ask for something."""

    ledger: Ledger
    rows: int
    open: int
    late: int


@open_to(Deed.TODAY)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every ledger somebody sees, those that ask for something first."""
    who = scope.seen(request)
    now = clock.now()
    lines = [
        _line(sight(request, ledger), now)
        for ledger in ledgers().values()
        if who and who.may(ledger.see)
    ]
    lines.sort(key=lambda line: (-line.late, -line.open))
    forms = (Deed.DAILY_SIGN, Deed.DAILY_FILL)
    may_fill = bool(who and any(who.may(deed) for deed in forms))
    context = {"lines": lines, "may_fill": may_fill}
    return render(request, "ledgers/index.html", context)


def _line(eye: Sight, now: dt.datetime) -> Line:
    closed = {state.code for state in eye.ledger.states if state.closed}
    counted = in_force(eye.rows() | eye.counted()) if eye.tops else in_force(eye.rows())
    still = counted.exclude(state__in=closed)
    late = still.filter(due__lt=now).count()
    return Line(eye.ledger, counted.count(), still.count(), late)


@of_ledger()
@require_safe
def listed(request: HttpRequest, eye: Sight) -> HttpResponse:
    """The list of a ledger: filter, search, saved views, pages, indicator, counts."""
    now = clock.now()
    found = listing.narrowed(eye, request)
    rows = found.qs if found.form.is_valid() else found.queryset
    query = listing.saved_query(request.GET)
    table = listing.table_for(eye, rows, request)
    context = {
        "eye": eye,
        "ledger": eye.ledger,
        "filter": found,
        "table": table,
        "lines": [_cells(eye, row, now) for row in table.paginated_rows],
        "narrowed": bool(query),
        "query": query,
        "views": _views(eye),
        "shown": _indicators(eye, now),
        "counts": _counts(eye),
        "may_enter": eye.may(eye.ledger.enter) and eye.units.exists(),
        "may_export": eye.may(Deed.EXPORT),
    }
    return render(request, "ledgers/list.html", context)


def _cells(eye: Sight, bound: Any, now: dt.datetime) -> dict[str, Any]:
    row = bound.record
    return {
        "row": row,
        "state": eye.ledger.state(row.state),
        "due": due_shown(eye, row, now),
        "cells": [(column.header, value) for column, value in bound.items()],
    }


def due_shown(eye: Sight, row: Any, now: dt.datetime) -> dt.datetime | None:
    """By when something has to be done about a row; None: nothing, or at no time."""
    if row.due is None or eye.ledger.state(row.state).closed:
        return None
    due: dt.datetime = row.due.astimezone(now.tzinfo)
    return due


def _views(eye: Sight) -> Any:
    return SavedView.objects.filter(account=eye.who.account_id, ledger=eye.ledger.slug)


def _indicators(eye: Sight, now: dt.datetime) -> list[tuple[Unit, Shown]]:
    """The ledger's indicator for the units that one answers for."""
    judge = eye.ledger.indicator
    if judge is None:
        return []
    tops = {top for top, _detail in eye.tops}
    units = Unit.objects.filter(path__in=tops).order_by("path")[:MOST_INDICATORS]
    return [(unit, judge(_under(eye, unit), unit, now)) for unit in units]


def _under(eye: Sight, unit: Unit) -> Any:
    return in_force(eye.ledger.rows().filter(scope.under([unit.path], "unit__path")))


def _counts(eye: Sight) -> list[tuple[str, list[tuple[State, int]]]]:
    """Of rows that may only be counted: how many in each state, school by school."""
    rows = in_force(eye.counted()).order_by()
    found: dict[str, list[tuple[State, int]]] = {}
    for name, state, number in (
        rows.values_list("school__name", "state")
        .annotate(number=Count("pk"))
        .order_by("school__path", "state")
    ):
        found.setdefault(name, []).append((eye.ledger.state(state), number))
    return list(found.items())


@of_ledger()
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, eye: Sight) -> HttpResponse:
    """The form for a new row; first the unit, if there are several."""
    ledger = eye.ledger
    if not eye.may(ledger.enter):
        raise Http404
    unit = _chosen(request, eye)
    if unit is None:
        return render(
            request, "ledgers/unit.html", {"ledger": ledger, "units": eye.units}
        )
    sent = _sent(request)
    form = form_for(ledger, unit, sent, day=clock.today())
    if sent is not None and form.is_valid():
        return _entered(request, eye, unit, form)
    if sent is not None and _queued(request):
        return JsonResponse({"saved": False, "said": said_errors(form)}, status=422)
    return _form_page(request, eye, form, unit=unit, entry=uuid.uuid4())


def _chosen(request: HttpRequest, eye: Sight) -> Unit | None:
    """The unit a row is for: the one asked for, or the only one there is."""
    if asked := request.GET.get("unit", ""):
        return get_object_or_404(eye.units, pk=scope.row_number(asked))
    some = list(eye.units[:2])
    if not some:
        raise Http404
    return some[0] if len(some) == 1 else None


def _entered(request: HttpRequest, eye: Sight, unit: Unit, form: Any) -> HttpResponse:
    told = dict(form.cleaned_data)
    day = told.pop("day")
    sent = _sent(request) or {}
    entry = flows.Entry(
        unit=unit,
        day=day,
        values=told,
        entry=as_uuid(sent.get("entry")),
        made_at=as_time(sent.get("made_at")),
    )
    deed = eye.ledger.enter or Deed.TODAY
    try:
        row = flows.enter(eye.actor(deed, unit), eye.ledger, entry, clock.now())
    except Refused as refused:
        return _refused(request, eye, form, refused, unit=unit)
    said = _("已保存，记为补报") if row.late else _("已保存")
    if _queued(request):
        return JsonResponse({"saved": True, "said": said})
    messages.success(request, said)
    return redirect("ledger_row", eye.ledger.slug, row.pk)


def _refused(
    request: HttpRequest, eye: Sight, form: Any, refused: Refused, **more: Any
) -> HttpResponse:
    if _queued(request):
        return JsonResponse({"saved": False, "said": str(refused)}, status=409)
    form.add_error(None, str(refused))
    return _form_page(request, eye, form, **more)


def _form_page(
    request: HttpRequest, eye: Sight, form: Any, **more: Any
) -> HttpResponse:
    context = {"ledger": eye.ledger, "form": form, "row": None, "entry": uuid.uuid4()}
    status = 422 if form.is_bound else 200
    page = {**context, **more}
    return render(request, "ledgers/form.html", page, status=status)


@of_ledger()
@require_safe
def detail(request: HttpRequest, eye: Sight, pk: int) -> HttpResponse:
    """One row: its columns, what comes next, its evidence, its history."""
    return _detail_page(request, eye, eye.row(pk))


def _detail_page(
    request: HttpRequest, eye: Sight, row: Any, status: int = 200, **more: Any
) -> HttpResponse:
    ledger, level, now = eye.ledger, eye.detail(row), clock.now()
    columns = listing.with_common(ledger.columns_for(level))
    proofs = Evidence.objects.filter(ledger=ledger.slug, row=row.pk)
    context = {
        "ledger": ledger,
        "row": row,
        "state": ledger.state(row.state),
        "due": due_shown(eye, row, now),
        "shown": [(_(c.heading), values.shown(row, c, level)) for c in columns],
        # free text may name whom the columns hide
        "remark": row.note if level is Detail.NAMED else "",
        "steps": steps_for(eye, row),
        "history": history.of(ledger, row),
        "evidence": proofs.select_related("by"),
        "evidence_kinds": {kind.value: _(kind.label) for kind in EvidenceKind},
        "evidence_form": EvidenceForm(ledger) if ledger.evidence else None,
        "newer": history.newer(row),
        "may_enter": eye.may(ledger.enter, row) and row.state != REPLACED,
        "may_withdraw": may_withdraw(eye, row, now),
        **more,
    }
    return render(request, "ledgers/detail.html", context, status=status)


def may_withdraw(eye: Sight, row: Any, now: dt.datetime) -> bool:
    """Whether the page offers to take a row back; the flow decides."""
    same = row.at.astimezone(now.tzinfo).date() == now.date()
    mine = row.by_id is not None and row.by_id == eye.who.person_id
    return bool(
        same and mine and eye.may(eye.ledger.enter, row) and row.state != REPLACED
    )


@dataclass(frozen=True, slots=True)
class Step:
    """A step as the page offers it, or why it cannot be taken yet."""

    move: Move
    why_not: str


def steps_for(eye: Sight, row: Any) -> list[Step]:
    """The steps somebody may take from here."""
    return [
        Step(step, _why_not(eye, row, step))
        for step in flows.allowed(eye.ledger, row)
        if eye.may(step.deed, row)
    ]


def _why_not(eye: Sight, row: Any, step: Move) -> str:
    if flows.second_eyes(row, step, eye.who.person_id):
        return _("这一步要由另一个人办")
    asked = dict.fromkeys(step.asks, "asked")
    lacks = flows.missing(eye.ledger, row, step, asked)
    return _("还要先填：{fields}", fields=lacks) if lacks else ""


@of_ledger()
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, eye: Sight, pk: int) -> HttpResponse:
    """The form that corrects a row: what is sent becomes a new row beside it."""
    row, deed = eye.row(pk), eye.ledger.enter
    if deed is None or not eye.may(deed, row) or row.state == REPLACED:
        raise Http404
    sent = _sent(request)
    form = form_for(eye.ledger, row.unit, sent, row=row)
    if sent is None or not form.is_valid():
        return _form_page(request, eye, form, row=row, unit=row.unit)
    actor, number = eye.actor(deed, row.unit), as_uuid(sent.get("entry"))
    try:
        made = flows.correct(
            actor, eye.ledger, row, form.cleaned_data, clock.now(), entry=number
        )
    except Refused as refused:
        return _refused(request, eye, form, refused, row=row, unit=row.unit)
    messages.success(request, _("已更正，原来的一条留着，标为已更正"))
    return redirect("ledger_row", eye.ledger.slug, made.pk)


@of_ledger()
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest, eye: Sight, pk: int, code: str) -> HttpResponse:
    """Take a step; it asks for what it needs."""
    row = eye.row(pk)
    step = next((m for m in eye.ledger.moves if m.code == code), None)
    if step is None or not eye.may(step.deed, row):
        raise Http404
    sent = _sent(request)
    form = form_for(eye.ledger, row.unit, sent, row=row, only=step.asks)
    if sent is None or not form.is_valid():
        return _step_page(request, eye, row, step, form)
    try:
        actor = eye.actor(step.deed, row.unit)
        flows.move(
            actor, eye.ledger, row, step, now=clock.now(), values=form.cleaned_data
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return _step_page(request, eye, row, step, form)
    messages.success(request, _("已办：{step}", step=_(step.label)))
    return redirect("ledger_row", eye.ledger.slug, row.pk)


def _step_page(
    request: HttpRequest, eye: Sight, row: Any, step: Move, form: Any
) -> HttpResponse:
    level = eye.detail(row)
    columns = listing.with_common(eye.ledger.columns_for(level))
    context = {
        "ledger": eye.ledger,
        "row": row,
        "step": step,
        "form": form,
        "shown": [(_(c.heading), values.shown(row, c, level)) for c in columns],
    }
    status = 409 if form.is_bound and form.errors else 200
    return render(request, "ledgers/step.html", context, status=status)


@of_ledger()
@require_POST
def withdraw(request: HttpRequest, eye: Sight, pk: int) -> HttpResponse:
    """Take a row back that one wrote today."""
    row, deed = eye.row(pk), eye.ledger.enter
    if deed is None or not eye.may(deed, row):
        raise Http404
    try:
        flows.withdraw(eye.actor(deed, row.unit), eye.ledger, row, clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("ledger_row", eye.ledger.slug, row.pk)
    messages.success(request, _("已撤回"))
    return redirect("ledger", eye.ledger.slug)


@of_ledger()
@require_POST
def attach(request: HttpRequest, eye: Sight, pk: int) -> HttpResponse:
    """Keep evidence for a row: the way, a note, a photo that is drawn anew."""
    row = eye.row(pk)
    deeds = [eye.ledger.enter, *(m.deed for m in eye.ledger.moves)]
    deed = next((d for d in deeds if d and eye.may(d, row)), None)
    if deed is None or not eye.ledger.evidence:
        raise Http404
    form = EvidenceForm(eye.ledger, request.POST, request.FILES)
    if not form.is_valid():
        return _detail_page(request, eye, row, 422, evidence_form=form)
    told = form.cleaned_data
    try:
        photo = pictures.redrawn(told["photo"]) if told["photo"] else b""
        actor, kind = eye.actor(deed, row.unit), EvidenceKind(told["kind"])
        flows.attach(
            actor, eye.ledger, row, kind, clock.now(), note=told["note"], photo=photo
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return _detail_page(request, eye, row, 422, evidence_form=form)
    messages.success(request, _("佐证已收下"))
    return redirect("ledger_row", eye.ledger.slug, row.pk)


@of_ledger()
@require_safe
def photo(request: HttpRequest, eye: Sight, pk: int, number: int) -> HttpResponse:
    """The photo of a row's evidence."""
    del request
    row = eye.row(pk)
    kept = get_object_or_404(
        Evidence, pk=number, ledger=eye.ledger.slug, row=row.pk, school=row.school_id
    )
    if not kept.photo:
        raise Http404
    response = HttpResponse(bytes(kept.photo), content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@of_ledger()
@require_POST
def save_view(request: HttpRequest, eye: Sight) -> HttpResponse:
    """Keep a filter under a name; the same name is overwritten."""
    name = request.POST.get("name", "").strip()[:40]
    query = listing.saved_query(QueryDict(request.POST.get("query", "")[:1000]))
    mine = _views(eye)
    if not name:
        messages.error(request, _("请给常用筛选起个名字"))
    elif mine.count() >= MOST_VIEWS and not mine.filter(name=name).exists():
        messages.error(request, _("最多存{n}个，请先删去不用的", n=MOST_VIEWS))
    else:
        SavedView.objects.update_or_create(
            account_id=eye.who.account_id,
            ledger=eye.ledger.slug,
            name=name,
            defaults={"query": query[:1000]},
        )
    return redirect("ledger", eye.ledger.slug)


@of_ledger()
@require_POST
def drop_view(request: HttpRequest, eye: Sight, number: int) -> HttpResponse:
    """Forget a saved filter."""
    del request
    get_object_or_404(_views(eye), pk=number).delete()
    return redirect("ledger", eye.ledger.slug)


def _queued(request: HttpRequest) -> bool:
    return request.headers.get("X-Bihuan-Queue") == "1"


def _sent(request: HttpRequest) -> Any:
    """What was posted: a form, or JSON from a phone's queue; None: nothing."""
    if request.method != "POST":
        return None
    if not _queued(request):
        return request.POST
    try:
        told = json_of(request)
    except ValueError:
        told = {}
    return as_form(told if isinstance(told, dict) else {})


def as_uuid(text: Any) -> uuid.UUID | None:
    """The number of an entry; None if it is none."""
    try:
        return uuid.UUID(str(text)) if text else None
    except ValueError:
        return None


def as_time(text: Any) -> dt.datetime | None:
    """A time with its zone; None if it is none."""
    try:
        return moment_of(str(text)) if text else None
    except ValueError:
        return None
