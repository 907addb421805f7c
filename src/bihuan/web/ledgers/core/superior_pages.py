"""Pages of the superior's own forms: keep one, say which cell takes what, fill it."""

import io
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from bihuan.base.wording import _
from bihuan.rules.access import Deed
from bihuan.web.ledgers.core import superior
from bihuan.web.ledgers.core.exchange import EXCEL
from bihuan.web.ledgers.core.flows import Refused
from bihuan.web.ledgers.core.forms import UploadForm
from bihuan.web.ledgers.core.models import SuperiorForm
from bihuan.web.ledgers.core.superior import Place
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.models import Unit
from bihuan.web.org.told import day_of

KINDS = ("school", "bureau")
SPARE = 3
"""Empty lines below the mapping."""


class FormUpload(UploadForm):
    """The superior's workbook with the name under which it is kept."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        name = forms.CharField(label=_("名称"), max_length=80)
        self.fields = {"name": name, **self.fields}


@open_to(Deed.DAILY_SIGN, Deed.DAILY_FILL)
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The forms of one's unit; a new one is handed in here."""
    sent = request.method == "POST"
    form = FormUpload(request.POST, request.FILES) if sent else FormUpload()
    unit = _units(request).first()
    if unit is None:
        raise Http404
    if sent and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = superior.keep_form(
                _actor(request, unit),
                unit,
                form.cleaned_data["name"],
                file.read(superior.MOST_BYTES + 1),
                file.name,
                now=clock.now(),
            )
            return redirect("superior_form", kept.pk)
        except Refused as refused:
            form.add_error("file", str(refused))
    context = {"form": form, "kept": _forms(request), "unit": unit}
    status = 422 if form.is_bound else 200
    return render(request, "ledgers/superior.html", context, status=status)


@open_to(Deed.DAILY_SIGN, Deed.DAILY_FILL)
@require_http_methods(["GET", "POST"])
def form(request: HttpRequest, pk: int) -> HttpResponse:
    """A form with its mapping, which the office edits."""
    kept = _one(request, pk)
    wrong = ""
    if request.method == "POST":
        try:
            wanted = _sent(request.POST)
            actor = _actor(request, kept.unit)
            superior.set_mapping(actor, kept, wanted, clock.now())
            messages.success(request, _("对应关系已保存"))
            return redirect("superior_form", kept.pk)
        except Refused as refused:
            wrong = str(refused)
    return _form_page(request, kept, wrong)


def _form_page(request: HttpRequest, kept: SuperiorForm, wrong: str) -> HttpResponse:
    book = superior.opened(bytes(kept.file), kept.file_name)
    empty = Place(sheet=book.sheetnames[0], cell="", figure="")
    sent = [*_sent(request.POST)] if wrong else [*superior.places(kept)]
    held = superior.Held(kept.unit, clock.today(), "")
    context = {
        "kept": kept,
        "wrong": wrong,
        "lines": [(place, held.value(place)) for place in sent]
        + [(empty, None)] * SPARE,
        "sheets": [(name, superior.grid(book, name)) for name in book.sheetnames[:5]],
        "figures": superior.figures(),
        "units": Unit.objects.filter(path__startswith=kept.unit.path, kind="school"),
        "day": clock.today(),
    }
    return render(
        request, "ledgers/superior_form.html", context, status=409 if wrong else 200
    )


@open_to(Deed.DAILY_SIGN, Deed.DAILY_FILL)
@require_safe
def fill(request: HttpRequest, pk: int) -> FileResponse:
    """The form of a day, filled from what is held; 未报 where nothing is."""
    kept = _one(request, pk)
    try:
        day = day_of(request.GET.get("day", ""))
    except ValueError:
        day = clock.today()
    actor = _actor(request, kept.unit)
    content, _gaps = superior.filled(actor, kept, day, clock.now())
    name = f"{kept.unit.name}_{kept.name}_{day.isoformat()}.xlsx"
    file = io.BytesIO(content)
    return FileResponse(file, as_attachment=True, filename=name, content_type=EXCEL)


@open_to(Deed.DAILY_SIGN, Deed.DAILY_FILL)
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a form."""
    kept = _one(request, pk)
    superior.drop_form(_actor(request, kept.unit), kept, clock.now())
    messages.success(request, _("已删去"))
    return redirect("superior")


def _units(request: HttpRequest) -> Any:
    """Units whose forms one fills: the nearest to the root first."""
    found = [
        scope.my_units(request, deed, *KINDS).values("pk")
        for deed in (Deed.DAILY_SIGN, Deed.DAILY_FILL)
    ]
    either = Unit.objects.filter(pk__in=found[0]) | Unit.objects.filter(pk__in=found[1])
    return either.select_related("school").order_by("path")


def _forms(request: HttpRequest) -> Any:
    """Forms of one's own unit; those of schools below are the schools'."""
    unit = _units(request).first()
    return SuperiorForm.objects.filter(unit=unit).select_related("unit")


def _one(request: HttpRequest, pk: int) -> SuperiorForm:
    found = _forms(request).filter(pk=pk).first()
    if found is None:
        raise Http404
    kept: SuperiorForm = found
    return kept


def _actor(request: HttpRequest, unit: Unit) -> scope.Actor:
    actor = scope.actor(request, Deed.DAILY_SIGN, unit)
    return actor if actor.role else scope.actor(request, Deed.DAILY_FILL, unit)


def _sent(post: QueryDict) -> list[Place]:
    """The lines of the mapping that were filled."""
    names = ("sheet", "cell", "figure", "unit")
    lines = zip(*(post.getlist(name) for name in names), strict=False)
    return [
        Place(sheet=sheet, cell=cell.strip().upper(), figure=figure, unit=unit)
        for sheet, cell, figure, unit in lines
        if cell.strip() and figure
    ]
