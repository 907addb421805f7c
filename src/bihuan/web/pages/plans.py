"""Plans: handed in, mended by cell, compared, signed, published, rolled back."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from bihuan.base.problems import Problem, Weight
from bihuan.base.wording import N_, _
from bihuan.plan.diff import Change
from bihuan.plan.load.headers import SHEET
from bihuan.rules.access import Deed
from bihuan.web import planfile
from bihuan.web.flows import plans
from bihuan.web.flows.accounts import Refused
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.models import PlanState, PlanVersion, Unit
from bihuan.web.org.policy import policy_of
from bihuan.web.pages import plan_effect
from bihuan.web.pages.frame import say_refusals, show

SHOWN: Final = 60
"""Changes shown at once; the rest is counted."""
CAME: Final = ("came", "name", "item")
"""Words of a problem that say what was filled in."""
ALLOWED: Final = ("allowed", "names", "high", "low")
NEAREST: Final = ("closest", "near")
TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Step:
    """A step that somebody may take with a version."""

    do: str
    label: str
    deed: Deed
    states: tuple[PlanState, ...]
    flow: Callable[..., Any]
    main: bool = True


STEPS: Final = (
    Step("submit", N_("送审"), Deed.PLAN_UPLOAD, (PlanState.DRAFT,), plans.submit),
    Step("sign", N_("校长签"), Deed.PLAN_APPROVE, (PlanState.SUBMITTED,), plans.sign),
    Step("review", N_("党组织审定"), Deed.PLAN_PARTY, (PlanState.SIGNED,), plans.review),
    Step(
        "publish", N_("发布，从现在起生效"), Deed.PLAN_PUBLISH, (PlanState.APPROVED,),
        plans.publish,
    ),
    Step(
        "roll_back", N_("恢复这一版"), Deed.PLAN_PUBLISH, (PlanState.REPLACED,),
        plans.roll_back, main=False,
    ),
)  # fmt: skip
BACK: Final = {
    PlanState.SUBMITTED: Deed.PLAN_APPROVE,
    PlanState.SIGNED: Deed.PLAN_PARTY,
    PlanState.APPROVED: Deed.PLAN_PUBLISH,
}
"""Who may give a version back, by where it stands."""
COMPARING: Final = frozenset({PlanState.DRAFT.value, *(str(s) for s in BACK)})
"""States in which a version is shown against the one in force."""
WAITS: Final = {
    PlanState.SUBMITTED: N_("等校长签"),
    PlanState.SIGNED: N_("等党组织审定"),
    PlanState.APPROVED: N_("等教育局发布"),
}


@open_to(Deed.PLAN_SEE)
@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """All versions one may see, those that wait first."""
    rows = scope.within(request, Deed.PLAN_SEE, PlanVersion.objects.defer("file"))
    rows = rows.filter(unit__exercise=False).select_related("unit", "by", "signed_by")
    waiting = [row for row in rows if row.state in {str(s) for s in WAITS}]
    units = scope.my_units(request, Deed.PLAN_UPLOAD, "school", "bureau")
    schools = scope.my_units(request, Deed.PLAN_SEE, "school")
    return show(
        request,
        "plans/index.html",
        rows=rows.order_by("unit__path", "-number"),
        waiting=waiting,
        units=list(units.filter(exercise=False)),
        without=[s for s in schools if policy_of(s).plan is None],
        states=PlanState,
        waits=WAITS,
        limit=settings.UPLOAD_LIMIT // 2**20,
    )


@open_to(Deed.PLAN_UPLOAD)
@require_POST
def upload(request: HttpRequest) -> HttpResponseBase:
    """Take a workbook as the next version."""
    unit = scope.reach_unit(
        request, Deed.PLAN_UPLOAD, scope.row_number(request.POST.get("unit"))
    )
    try:
        name, data = _given(request)
        who = scope.actor(request, Deed.PLAN_UPLOAD, unit)
        row = plans.upload(who, unit, name, data, clock.now())
    except Refused as refused:
        return show(request, "plans/refused.html", status=422, said=str(refused))
    return redirect("plan", row.pk)


@open_to(Deed.PLAN_SEE)
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A version: its problems in the clerk's own sheet, what it changes, what comes next."""
    row = _reach(request, Deed.PLAN_SEE, pk)
    if "effect" in request.GET:
        return _effect(request, row)
    return show(request, "plans/one.html", **_context(request, row))


def _effect(request: HttpRequest, row: PlanVersion) -> HttpResponseBase:
    """The part that comes by itself: the version against the one in force, simulated."""
    found = plan_effect.effects(row) if _decides(request, row) else ()
    return show(request, "plans/effect.html", effects=found, row=row)


def _decides(request: HttpRequest, row: PlanVersion) -> bool:
    """Whether somebody writes or approves the version: figures of risk are for them alone."""
    deeds = (Deed.PLAN_UPLOAD, *BACK.values(), Deed.WHAT_IF)
    return any(_may(request, deed, row) for deed in deeds)


@say_refusals
@open_to(Deed.PLAN_UPLOAD, Deed.PLAN_APPROVE, Deed.PLAN_PARTY, Deed.PLAN_PUBLISH)
def step(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take the next step with a version, or give it back with a reason."""
    if request.method != "POST":
        return one(request, pk)
    do, now = request.POST.get("do", ""), clock.now()
    if do == "back":
        row = _reach(request, Deed.PLAN_SEE, pk)
        deed = BACK.get(PlanState(row.state), Deed.PLAN_PUBLISH)
        row = _reach(request, deed, pk)
        who = scope.actor(request, deed, row.unit)
        plans.send_back(who, row, request.POST.get("reason", ""), now)
        return redirect("plan", pk)
    if do == "mend":
        return redirect("plan", _mend(request, pk).pk)
    wanted = next((step for step in STEPS if step.do == do), STEPS[0])
    row = _reach(request, wanted.deed, pk)
    done = wanted.flow(scope.actor(request, wanted.deed, row.unit), row, now)
    return redirect("plan", done.pk if isinstance(done, PlanVersion) else pk)


def _mend(request: HttpRequest, pk: int) -> PlanVersion:
    """Take the nearest word for a wrong one, in a version of its own."""
    row = _reach(request, Deed.PLAN_UPLOAD, pk)
    problems = planfile.told(row.problems)
    number = scope.row_number(request.POST.get("n"))
    fix = _fix(problems[number]) if 0 <= number < len(problems) else None
    if fix is None:
        raise Refused(_("这一格不能自动改，请在原表里改好再上传"))
    who = scope.actor(request, Deed.PLAN_UPLOAD, row.unit)
    return plans.mend(who, row, problems[number].where, *fix, now=clock.now())


def _fix(problem: Problem) -> tuple[str, str] | None:
    """What stands in a cell and what is meant, where there is one obvious mend."""
    words = dict(problem.words)
    came, nearest = words.get("came", ""), words.get("closest", "")
    plain = problem.where.cell and came and nearest not in ("", "—", came)
    return (came, nearest) if plain else None


@open_to(Deed.PLAN_SEE)
@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file as it was handed in."""
    row = _reach(request, Deed.PLAN_SEE, pk)
    response = HttpResponse(bytes(row.file), content_type=TYPE)
    response.headers["Content-Disposition"] = (
        f'attachment; filename="plan-{row.unit_id}-{row.number}.xlsx"'
    )
    return response


def _given(request: HttpRequest) -> tuple[str, bytes]:
    """The file that was handed in, not read into memory if it is too large."""
    given = request.FILES.get("file")
    if not isinstance(given, UploadedFile) or given.size is None:
        raise Refused(_("请先选一个 .xlsx 文件"))
    if given.size > settings.UPLOAD_LIMIT:
        raise Refused(_("文件太大，最多 {n} MB", n=settings.UPLOAD_LIMIT // 2**20))
    return given.name or "", given.read()


def _reach(request: HttpRequest, deed: Deed, pk: int) -> PlanVersion:
    rows = PlanVersion.objects.select_related("unit", "by", "signed_by", "party_by")
    return scope.reach_row(request, deed, rows, pk)


def _context(request: HttpRequest, row: PlanVersion) -> dict[str, Any]:
    problems = planfile.told(row.problems)
    number = min(
        max(scope.row_number(request.GET.get("n")), 0), max(len(problems) - 1, 0)
    )
    chosen = problems[number] if problems else None
    changed = plans.changes(row) if row.checked else ()
    return {
        "row": row,
        "state": PlanState(row.state),
        "problems": problems,
        "number": number,
        "chosen": chosen,
        "told": _told(chosen) if chosen else None,
        "fix": _fixable(request, row, chosen),
        "compares": row.checked and row.state in COMPARING and _decides(request, row),
        "sheet": _sheet(row, chosen, problems),
        "tabs": _tabs(problems),
        "changes": [_change(change) for change in changed[:SHOWN]],
        "more": max(len(changed) - SHOWN, 0),
        "counts": _counts(changed),
        "steps": _steps(request, row),
        "back": _may_give_back(request, row),
        "waits": WAITS.get(PlanState(row.state)),
        "error": Weight.ERROR,
    }


def _fixable(
    request: HttpRequest, row: PlanVersion, chosen: Problem | None
) -> tuple[str, str] | None:
    """The one-tap mend that is offered for the problem in hand."""
    if chosen is None or row.state != PlanState.DRAFT.value:
        return None
    return _fix(chosen) if _may(request, Deed.PLAN_UPLOAD, row) else None


def _told(problem: Problem) -> dict[str, str]:
    """A problem as a clerk asks about it: what came, what should, what is nearest."""
    words = dict(problem.words)

    def first(names: Iterable[str]) -> str:
        return next((words[name] for name in names if words.get(name)), "")

    must = problem.weight is Weight.ERROR
    return {
        "came": first(CAME),
        "allowed": first(ALLOWED),
        "nearest": first(NEAREST),
        "else": _("不改就不能送审") if must else _("可以带着送审，审的人会看到这一条"),
    }


def _sheet(
    row: PlanVersion, chosen: Problem | None, problems: list[Problem]
) -> planfile.Shown | None:
    if chosen is None or not chosen.where.sheet:
        return None
    return planfile.show(row.file_name, bytes(row.file), chosen.where, problems)


def _tabs(problems: list[Problem]) -> list[tuple[str, int, int]]:
    """Sheets with problems: name, number of the first, how many errors."""
    found: dict[str, tuple[str, int, int]] = {}
    for number, problem in enumerate(problems):
        name = problem.where.sheet
        _name, first, wrong = found.get(name, (name, number, 0))
        found[name] = (name, first, wrong + (problem.weight is Weight.ERROR))
    return list(found.values())


MARKS: Final = {"added": N_("加"), "removed": N_("去"), "changed": N_("改")}


def _change(change: Change) -> dict[str, str]:
    return {
        "deed": change.deed.value,
        "mark": _(MARKS[change.deed.value]),
        "sheet": SHEET[change.table].label,
        "school": change.school,
        "row": change.row,
        "field": change.label,
        "before": change.before,
        "after": change.after,
    }


def _counts(changed: Iterable[Change]) -> dict[str, int]:
    counts = dict.fromkeys(MARKS, 0)
    for change in changed:
        counts[change.deed.value] += 1
    return counts


def _steps(request: HttpRequest, row: PlanVersion) -> list[Step]:
    """The steps whoever looks may take now."""
    return [
        step
        for step in STEPS
        if row.state in {state.value for state in step.states}
        and _may(request, step.deed, row)
    ]


def _may_give_back(request: HttpRequest, row: PlanVersion) -> bool:
    deed = BACK.get(PlanState(row.state))
    return deed is not None and _may(request, deed, row)


def _may(request: HttpRequest, deed: Deed, row: PlanVersion) -> bool:
    rows = Unit.objects.filter(pk=row.unit_id)
    return scope.within(request, deed, rows, unit="").exists()
