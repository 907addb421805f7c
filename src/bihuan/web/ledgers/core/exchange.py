"""Pages on which a ledger leaves and comes back: Excel, print, template, import, undo."""

import io
import tempfile
from collections.abc import Iterator
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from bihuan.base.wording import _
from bihuan.rules.access import Deed, Detail
from bihuan.web.ledgers.core import flows, giveback, listing, sheet, values
from bihuan.web.ledgers.core.flows import Refused
from bihuan.web.ledgers.core.forms import ExportForm, UploadForm
from bihuan.web.ledgers.core.intake import (
    CHANGE,
    ERROR,
    MOST_ROWS,
    NEW,
    SAME,
    Line,
    Reader,
    Reading,
)
from bihuan.web.ledgers.core.models import Import, ImportState
from bihuan.web.ledgers.core.rows import in_force
from bihuan.web.ledgers.core.sheet import Head
from bihuan.web.ledgers.core.sight import Sight, lean
from bihuan.web.ledgers.core.views import of_ledger
from bihuan.web.org import clock, scope
from bihuan.web.org.models import Unit

EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_PRINTED: Final = 1_000
MOST_SHOWN: Final = 200
"""Rows of a preview that the page shows; the workbook has them all."""
ORDER: Final = (ERROR, CHANGE, NEW, SAME)


@of_ledger(Deed.EXPORT)
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest, eye: Sight) -> HttpResponseBase:
    """Ask for the purpose, then hand out the workbook or the sheet to print."""
    found = listing.narrowed(eye, request)
    rows = found.qs if found.form.is_valid() else in_force(eye.rows())
    form = ExportForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {
            "ledger": eye.ledger,
            "form": form,
            "rows": rows.count(),
            "most": MOST_PRINTED,
        }
        status = 422 if form.is_bound else 200
        return render(request, "ledgers/export.html", context, status=status)
    purpose = form.cleaned_data["purpose"]
    head = _head(request, eye, purpose)
    if request.POST.get("as") == "print":
        return _printed(request, eye, rows, head, purpose)
    return _handed_out(request, eye, rows, head, purpose)


def _head(request: HttpRequest, eye: Sight, purpose: str) -> Head:
    """The unit at the head and the line that says who took it out."""
    now = clock.now()
    unit = _unit_of(request, eye)
    mark = _("{name} {time} 导出，用途：{purpose}", name=eye.who.name, time=f"{now:%Y-%m-%d %H:%M}", purpose=purpose)  # fmt: skip
    return Head(unit=unit.name, day=now.date(), mark=mark, words=_unit_words(eye))


def _unit_of(request: HttpRequest, eye: Sight) -> Unit:
    """The unit that hands it in: the one it was narrowed to, or one's own."""
    asked = scope.row_number(request.GET.get("unit"))
    seen = scope.my_units(request, eye.ledger.see)
    if asked and (found := seen.filter(pk=asked).first()):
        return found
    top = min((top for top, _detail in eye.tops), key=len, default="")
    return get_object_or_404(Unit, path=top)


def _unit_words(eye: Sight) -> dict[str, tuple[str, ...]]:
    if eye.ledger.enter is None:
        return {}
    names = [unit.name for unit in eye.units[: sheet.MOST_LIST]]
    return {"unit": tuple(dict.fromkeys(names))}


def _handed_out(
    request: HttpRequest, eye: Sight, rows: Any, head: Head, purpose: str
) -> FileResponse:
    """The workbook, written row by row into a file that is gone when it was sent."""
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  # FileResponse closes it
    if eye.ledger.person and eye.most < Detail.PSEUDONYM:
        count = sheet.write_counts(file, eye.ledger, head, _counts(eye))
    else:
        columns = sheet.columns_of(eye.ledger, eye.most)
        count = sheet.write_sheet(file, eye.ledger, head, columns, _seen(eye, rows))
    _note(request, eye, purpose, count)
    file.seek(0)
    name = sheet.file_name(eye.ledger, head)
    return FileResponse(file, as_attachment=True, filename=name, content_type=EXCEL)


def _seen(eye: Sight, rows: Any) -> Iterator[tuple[Any, Detail]]:
    for row in lean(eye.ledger, rows):
        yield row, eye.detail(row)


def _counts(eye: Sight) -> Iterator[tuple[str, str, int]]:
    rows = in_force(eye.counted()).order_by("school__path", "state")
    labels = {state.code: _(state.label) for state in eye.ledger.states}
    counted = rows.values_list("school__name", "state").annotate(n=Count("pk"))
    for school, state, number in counted:
        yield school, labels.get(state, state), number


def _note(request: HttpRequest, eye: Sight, purpose: str, count: int) -> None:
    unit = _unit_of(request, eye)
    flows.note_export(
        eye.actor(Deed.EXPORT, unit),
        eye.ledger,
        unit.school or unit,
        clock.now(),
        purpose=purpose,
        rows=count,
        detail=int(eye.most),
        query=listing.saved_query(request.GET)[:200],
    )


def _printed(
    request: HttpRequest, eye: Sight, rows: Any, head: Head, purpose: str
) -> HttpResponse:
    """The sheet as a page to print."""
    columns = [
        column
        for column in sheet.columns_of(eye.ledger, eye.most)
        if column.column is not None
    ]
    lines = [
        [
            values.masked(values.shown(row, c.column, eye.detail(row)))
            for c in columns
            if c.column
        ]
        + [values.state_shown(eye.ledger, row)]
        for row in rows[:MOST_PRINTED]
    ]
    _note(request, eye, purpose, len(lines))
    context = {
        "ledger": eye.ledger,
        "head": head,
        "columns": [_(column.heading) for column in columns],
        "lines": lines,
        "signatures": sheet.SIGNATURES,
    }
    return render(request, "ledgers/print.html", context)


@of_ledger()
@require_safe
def template(request: HttpRequest, eye: Sight) -> FileResponse:
    """The empty sheet with its example row."""
    del request
    if not eye.may(eye.ledger.enter):
        raise Http404
    unit = eye.units.first()
    school = (unit.school or unit) if unit else None
    name = school.name if school else ""
    head = Head(unit=name, day=clock.today(), words=_unit_words(eye))
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  # FileResponse closes it
    columns = sheet.columns_of(eye.ledger, Detail.NAMED)
    sheet.write_template(file, eye.ledger, head, columns)
    file.seek(0)
    called = _("空表_{name}.xlsx", name=_(eye.ledger.name))
    return FileResponse(file, as_attachment=True, filename=called, content_type=EXCEL)


@of_ledger()
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, eye: Sight) -> HttpResponse:
    """Take a workbook in and show what it would do; nothing is written yet."""
    if not eye.may(eye.ledger.enter):
        raise Http404
    sent = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if sent else UploadForm()
    if not sent or not form.is_valid():
        return _upload_page(request, eye, form)
    file = form.cleaned_data["file"]
    if file.size > settings.UPLOAD_LIMIT:
        limit = settings.UPLOAD_LIMIT // 2**20
        form.add_error("file", _("文件超过{n}MB，请分几次", n=limit))
        return _upload_page(request, eye, form)
    content = file.read()
    reading = _reader(eye).read(content, file.name)
    kept = _kept(eye, content, file.name, reading)
    return redirect("ledger_preview", eye.ledger.slug, kept.pk)


def _upload_page(request: HttpRequest, eye: Sight, form: UploadForm) -> HttpResponse:
    mine = _mine(eye).exclude(state=ImportState.REFUSED.value)[:10]
    states = {state.value: _(state.label) for state in ImportState}
    context = {
        "ledger": eye.ledger,
        "form": form,
        "mine": mine,
        "states": states,
        "most": MOST_ROWS,
    }
    status = 422 if form.is_bound else 200
    return render(request, "ledgers/upload.html", context, status=status)


def _mine(eye: Sight) -> Any:
    return Import.objects.filter(ledger=eye.ledger.slug, account=eye.who.account_id)


def _reader(eye: Sight) -> Reader:
    deed = eye.ledger.enter or Deed.TODAY
    return Reader(eye, eye.actor(deed), clock.now())


def _kept(eye: Sight, content: bytes, name: str, reading: Reading) -> Import:
    unit = eye.units.first()
    if unit is None:
        raise Http404
    state = ImportState.REFUSED if reading.problems else ImportState.PREVIEW
    return Import.objects.create(
        ledger=eye.ledger.slug,
        account_id=eye.who.account_id,
        school=unit.school or unit,
        by_id=eye.who.person_id,
        at=clock.now(),
        file=content,
        file_name=name[:120],
        state=state.value,
        **_told(reading),
    )


def _told(reading: Reading) -> dict[str, Any]:
    """What is kept of a reading."""
    lines = sorted(
        reading.lines, key=lambda line: (ORDER.index(line.kind), line.number)
    )
    bad = reading.counts()[ERROR]  # every one of them is given back
    return {
        "sheet": reading.sheet[:60],
        "digest": reading.digest(),
        "counts": reading.counts(),
        "preview": [_preview(line) for line in lines[: max(MOST_SHOWN, bad)]],
        "problems": [*reading.problems, *reading.remarks][:50],
    }


def _preview(line: Line) -> dict[str, Any]:
    return {
        "row": line.number,
        "kind": line.kind,
        "title": line.title,
        "wrong": [[told.cell, told.said] for told in line.wrong],
        "changes": [list(change) for change in line.changes],
    }


@of_ledger()
@require_safe
def preview(request: HttpRequest, eye: Sight, number: int) -> HttpResponse:
    """What an import would do, row by row: errors first."""
    kept = get_object_or_404(_mine(eye), pk=number)
    return _preview_page(request, eye, kept)


def _preview_page(
    request: HttpRequest, eye: Sight, kept: Import, changed: str = ""
) -> HttpResponse:
    now = clock.now()
    may_undo = kept.state == ImportState.CONFIRMED and now <= (kept.undo_until or now)
    context = {
        "ledger": eye.ledger,
        "kept": kept,
        "state": ImportState(kept.state),
        "changed": changed,
        "takes": kept.counts.get(NEW, 0) + kept.counts.get(CHANGE, 0),
        "errors": kept.counts.get(ERROR, 0),
        "may_undo": may_undo,
        "lines": kept.preview[:MOST_SHOWN],
        "more": sum(kept.counts.values()) - MOST_SHOWN,
    }
    status = 409 if changed else 200
    return render(request, "ledgers/preview.html", context, status=status)


@of_ledger()
@require_POST
def confirm(request: HttpRequest, eye: Sight, number: int) -> HttpResponse:
    """Write what the preview showed; if it would be something else by now, show that."""
    kept = get_object_or_404(_mine(eye), pk=number)
    if not eye.may(eye.ledger.enter):
        raise Http404
    reader = _reader(eye)
    reading = reader.read(bytes(kept.file), kept.file_name)
    if kept.state == ImportState.PREVIEW and reading.digest() != kept.digest:
        Import.objects.filter(pk=kept.pk).update(**_told(reading))
        kept.refresh_from_db()
        said = _("预览以后有人改过，请按现在的再核对一遍")
        return _preview_page(request, eye, kept, said)
    planned = [
        (reader.made(line), line.old)
        for line in reading.lines
        if line.kind in (NEW, CHANGE)
    ]
    try:
        flows.import_rows(reader.actor, eye.ledger, kept, planned, reader.now)
    except Refused as refused:
        return _preview_page(request, eye, kept, str(refused))
    messages.success(request, _("已导入{n}条", n=len(planned)))
    return redirect("ledger_preview", eye.ledger.slug, kept.pk)


@of_ledger()
@require_POST
def undo(request: HttpRequest, eye: Sight, number: int) -> HttpResponse:
    """Undo a whole import."""
    kept = get_object_or_404(_mine(eye), pk=number)
    deed = eye.ledger.enter
    if deed is None or not eye.may(deed):
        raise Http404
    try:
        flows.undo_import(eye.actor(deed), eye.ledger, kept, clock.now())
    except Refused as refused:
        return _preview_page(request, eye, kept, str(refused))
    messages.success(request, _("整批撤销了，原来的都恢复了"))
    return redirect("ledger_preview", eye.ledger.slug, kept.pk)


@of_ledger()
@require_safe
def errors(request: HttpRequest, eye: Sight, number: int) -> FileResponse:
    """The bad rows of an import in their own workbook, each with what is wrong."""
    del request
    kept = get_object_or_404(_mine(eye), pk=number)
    if not kept.file or not kept.counts.get(ERROR):
        raise Http404
    reading = _reader(eye).laid_out(bytes(kept.file), kept.file_name)
    bad = [line for line in kept.preview if line["kind"] == ERROR]
    made = giveback.given_back(reading, bad)
    name = kept.file_name.rpartition(".")[0] or kept.file_name
    return _download(made, _("{name}_要改的行.xlsx", name=name))


def _download(content: bytes, name: str) -> FileResponse:
    file = io.BytesIO(content)
    return FileResponse(file, as_attachment=True, filename=name, content_type=EXCEL)
