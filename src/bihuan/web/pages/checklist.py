"""The bureau's checklist: its items, and each school by them; unknown is not met."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from bihuan.rules.access import Deed
from bihuan.web.flows import checklist
from bihuan.web.flows.checklist import Wanted
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.models import Unit, UnitKind
from bihuan.web.pages.frame import say_refusals, show

STATES = {True: "pass", False: "fail"}


@open_to(Deed.CHECKLIST_SEE)
@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """Every school one may see, worst first."""
    schools = list(scope.my_units(request, Deed.CHECKLIST_SEE, "school"))
    items = list(checklist.items_of(_bureau(request)))
    order = ("fail", "unknown", "pass")
    scored = checklist.score(items, schools)
    return show(
        request,
        "plans/checklist.html",
        items=items,
        scored=sorted(scored, key=lambda row: order.index(row.state)),
        may_edit=_editable(request) is not None,
    )


@say_refusals
@open_to(Deed.CHECKLIST_EDIT)
@require_http_methods(["GET", "POST"])
def items(request: HttpRequest) -> HttpResponseBase:
    """Edit the items: a line each, as text | how it is verified | document."""
    bureau = scope.reach_unit(request, Deed.CHECKLIST_EDIT, _bureau(request).pk)
    if request.method == "POST":
        lines = request.POST.get("items", "").splitlines()
        wanted = [_wanted(line) for line in lines if line.strip()]
        who = scope.actor(request, Deed.CHECKLIST_EDIT, bureau)
        checklist.put_items(who, bureau, wanted, clock.now())
        return redirect("checklist")
    rows = checklist.items_of(bureau)
    told = [f"{row.text} | {row.how} | {row.document}".rstrip(" |") for row in rows]
    return show(request, "plans/checklist_items.html", told="\n".join(told))


@open_to(Deed.CHECKLIST_SEE)
@require_http_methods(["GET", "POST"])
def school(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A school by the checklist; whoever edits it notes what was found."""
    deed = Deed.CHECKLIST_EDIT if request.method == "POST" else Deed.CHECKLIST_SEE
    unit = scope.reach_unit(request, deed, pk)
    rows = list(checklist.items_of(_bureau(request)))
    if request.method == "POST":
        said = {
            row.pk: (
                request.POST[f"met-{row.pk}"] == "yes",
                request.POST.get(f"evidence-{row.pk}", ""),
            )
            for row in rows
            if request.POST.get(f"met-{row.pk}") in {"yes", "no"}
        }
        checklist.answer(scope.actor(request, deed, unit), unit, said, clock.now())
        return redirect("checklist")
    found = checklist.latest(rows, [unit])
    told = [
        (row, answer, STATES[answer.met] if answer else "unknown")
        for row in rows
        for answer in [found.get((unit.pk, row.pk))]
    ]
    return show(
        request, "plans/checklist_school.html", unit=unit, told=told,
        may_edit=_editable(request) is not None,
    )  # fmt: skip


def _wanted(line: str) -> Wanted:
    text, how, document = ([part.strip() for part in line.split("|")] + ["", ""])[:3]
    return Wanted(text, how[:120], document[:120])


def _bureau(request: HttpRequest) -> Unit:
    """The bureau over whoever looks: its checklist holds for all its schools."""
    top = scope.my_units(request, Deed.CHECKLIST_SEE).first()
    rows = Unit.objects.filter(kind=UnitKind.BUREAU.value)
    if top is None:
        return rows.order_by("exercise", "pk")[0]
    return rows.get(path=top.path[:8])


def _editable(request: HttpRequest) -> Unit | None:
    rows = Unit.objects.filter(pk=_bureau(request).pk)
    return scope.within(request, Deed.CHECKLIST_EDIT, rows, unit="").first()
