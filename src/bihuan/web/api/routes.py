"""The API's routes: for thermometers, gate readers and the systems of schools."""

import datetime as dt
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Router, Status
from ninja.errors import HttpError, ValidationError

from bihuan.base.wording import N_, _
from bihuan.plan.words import Role as PersonRole
from bihuan.rules.access import Deed
from bihuan.rules.passage import Direction
from bihuan.web.api import shapes
from bihuan.web.api.tokens import AS, ByToken
from bihuan.web.flows import gate, morning
from bihuan.web.flows.accounts import Refused
from bihuan.web.ledgers.checks.entry import Wrong, read_entry
from bihuan.web.ledgers.checks.models import ClassCheck, Standing
from bihuan.web.ledgers.core import api as ledger_api
from bihuan.web.ledgers.core.registry import ledgers
from bihuan.web.ledgers.daily.models import DailyReport
from bihuan.web.ledgers.gate.entry import Scan
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.models import Person, UnitKind

UNREAD: Final = 400
NO_TOKEN: Final = 401
REFUSED: Final = 409
WRONG: Final = 422
ERRORS: Final[dict[int, Any]] = dict.fromkeys(
    (UNREAD, NO_TOKEN, 403, 404, REFUSED), shapes.Refusal
) | {WRONG: shapes.WrongBody}
SHOWN: Final = 120
"""Letters of a wrong value that are said back."""
api = NinjaAPI(
    title="Bihuan 闭环",
    version="1",
    description=(
        "Typed JSON over the flows of the site. A token is made by a school's"
        " administrator for one unit and some deeds; it sees numbers and pseudonyms,"
        " never a name. Every refusal has a sentence in `said`, and then nothing was"
        " saved: 401 no valid token, 403 not for this deed, 404 out of reach, 409 the"
        " site's rules refuse it, 422 it could not be read."
    ),
    auth=ByToken(),
    urls_namespace="api",
    docs_url=None,
)
router = Router()
NO_JSON: Final = N_("正文不是 JSON，没有保存")


FINDS: Final = (
    Deed.CHECK_ENTER, Deed.GATE_KEEP, Deed.CHECK_SEE, Deed.GATE_SLIP, Deed.GATE_INVITE,
)  # fmt: skip
"""Deeds for which one has to know the numbers of units."""
SEATS: Final = (Deed.CHECK_ENTER, Deed.GATE_SLIP)
"""Deeds for which one has to know the numbers of pupils."""


@router.get(
    "/units",
    response={200: list[shapes.UnitOut], **ERRORS},
    summary="Units a token reaches",
)
@open_to(*FINDS)
def units(request: HttpRequest, kind: str = "class") -> Any:
    """Units of a kind, in the order of the tree."""
    return scope.my_units(request, _first(request, FINDS), kind)


@router.get(
    "/units/{unit}/seats",
    response={200: list[shapes.Seat], **ERRORS},
    summary="Who sits where in a class, without names",
)
@open_to(*SEATS)
def seats(request: HttpRequest, unit: int) -> Any:
    """Numbers and seats of the pupils of a class."""
    klass = scope.reach_unit(request, _first(request, SEATS), unit)
    pupils = Person.objects.filter(
        unit=klass, left_on=None, role=PersonRole.STUDENT.value
    )
    return [
        shapes.Seat(person=p.pk, code=p.code, seat=p.seat)
        for p in pupils.order_by("seat", "pk")
    ]


@router.post(
    "/units/{unit}/checks",
    response={200: shapes.CheckOut, **ERRORS},
    summary="Hand in a check of a class",
)
@open_to(Deed.CHECK_ENTER)
def enter_check(request: HttpRequest, unit: int, body: shapes.CheckIn) -> Any:
    """Take a check; the same entry sent again changes nothing and answers the same."""
    klass = scope.reach_unit(request, Deed.CHECK_ENTER, unit)
    entry = read_entry(body.model_dump(mode="json", exclude_none=True))
    if isinstance(entry, tuple):
        return Status(WRONG, _wrong(entry))
    actor = scope.actor(request, Deed.CHECK_ENTER, klass)
    done = morning.submit_check(actor, klass, entry, clock.now())
    return shapes.CheckOut(
        said=done.said, again=done.again, check=done.check.pk,
        expected=done.check.expected, present=done.check.present,
        late=done.check.late, isolated=list(done.isolated),
    )  # fmt: skip


@router.get(
    "/units/{unit}/checks",
    response={200: list[shapes.Counts], **ERRORS},
    summary="Checks of a unit's classes on a day, in numbers",
)
@open_to(Deed.CHECK_SEE)
def checks(request: HttpRequest, unit: int, day: dt.date) -> Any:
    """What has come in; a class that is absent has not reported."""
    top = scope.reach_unit(request, Deed.CHECK_SEE, unit)
    rows = ClassCheck.objects.filter(
        day=day, state=Standing.SENT.value, unit__path__startswith=top.path
    )
    return [
        shapes.Counts(
            unit=row.unit_id, day=row.day, slot=row.slot, expected=row.expected,
            present=row.present, sick=row.sick, unwell=row.unwell, late=row.late,
        )
        for row in scope.within(request, Deed.CHECK_SEE, rows)
    ]  # fmt: skip


@router.post(
    "/gates/{unit}/passings",
    response={200: shapes.PassOut, **ERRORS},
    summary="Somebody at a gate: may he pass",
)
@open_to(Deed.GATE_KEEP)
def pass_gate(request: HttpRequest, unit: int, body: shapes.PassIn) -> Any:
    """Judge and record a passing; the same entry sent again changes nothing."""
    at = scope.reach_unit(request, Deed.GATE_KEEP, unit)
    if at.kind != UnitKind.GATE.value:
        raise Refused(_("这不是校门"))
    scan = Scan(**body.model_dump() | {"direction": Direction(body.direction)})
    actor = scope.actor(request, Deed.GATE_KEEP, at)
    told = gate.pass_gate(actor, at, scan, clock.now()).passage
    said = told.reason.label if told.reason else told.verdict.label
    return shapes.PassOut(
        verdict=told.verdict.value,
        reason=told.reason.value if told.reason else "",
        said=_(said),
    )


@router.get(
    "/schools/{unit}/daily",
    response={200: shapes.DailyOut, **ERRORS},
    summary="A school's report of a day",
)
@open_to(Deed.DAILY_SEE)
def daily(request: HttpRequest, unit: int, day: dt.date) -> Any:
    """The report in force; none: 404, which is not a zero."""
    school = scope.reach_unit(request, Deed.DAILY_SEE, unit)
    rows = DailyReport.objects.filter(unit=school, day=day).exclude(state="replaced")
    row = rows.first()
    if row is None:
        return Status(404, shapes.Refusal(said=_("这一天没报")))
    return shapes.DailyOut(
        unit=row.unit_id, day=row.day, state=row.state, zero=row.zero,
        figures=row.figures, missing=row.missing,
    )  # fmt: skip


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Exception) -> HttpResponse:
    """What a flow does not do: 409 with its sentence."""
    return api.create_response(
        request, {"saved": False, "said": str(error)}, status=REFUSED
    )


@api.exception_handler(PermissionDenied)
def not_open(request: HttpRequest, _error: Exception) -> HttpResponse:
    """A deed the token was not made for."""
    said = _("这个令牌没有这项权限")
    return api.create_response(request, {"saved": False, "said": said}, status=403)


@api.exception_handler(Http404)
def not_there(request: HttpRequest, _error: Exception) -> HttpResponse:
    """What is out of reach does not exist."""
    said = _("没有这一条")
    return api.create_response(request, {"saved": False, "said": said}, status=404)


@api.exception_handler(ValidationError)
def not_read(request: HttpRequest, error: Exception) -> HttpResponse:
    """A body or a query that is not as the description has it: 422, place by place."""
    found = [_place(one) for one in getattr(error, "errors", ())]
    said = _("有{n}处没读懂，没有保存", n=len(found))
    body = shapes.WrongBody(said=said, wrong=found)
    return api.create_response(request, body.model_dump(), status=WRONG)


@api.exception_handler(HttpError)
def not_taken(request: HttpRequest, error: Exception) -> HttpResponse:
    """No valid token: 401; a body that is no JSON: 400."""
    status = getattr(error, "status_code", UNREAD)
    said = (
        _("没有这个令牌，或者已过期；请找学校管理员") if status == NO_TOKEN else NO_JSON
    )
    return api.create_response(
        request, {"saved": False, "said": _(said)}, status=status
    )


def _place(error: dict[str, Any]) -> shapes.WrongField:
    """Where, what came and what is allowed, from what pydantic says."""
    where = [str(part) for part in error["loc"] if part != "body"]
    return shapes.WrongField(
        person=None,
        field=".".join(where)[:SHOWN],
        came=str(error.get("input", ""))[:SHOWN],
        said=str(error["msg"])[:SHOWN],
    )


def _first(request: HttpRequest, deeds: tuple[Deed, ...]) -> Deed:
    """The first of some deeds that a token may do."""
    who = scope.seen(request)
    return next(deed for deed in deeds if who and who.may(deed))


def _wrong(found: tuple[Wrong, ...]) -> shapes.WrongBody:
    return shapes.WrongBody(
        said=_("有{n}处没读懂，没有保存", n=len(found)),
        wrong=[
            shapes.WrongField(
                person=one.person, field=one.field, came=one.came, said=one.say()
            )
            for one in found
        ],
    )


api.add_router("", router)
for _slug, _ledger in ledgers().items():
    api.add_router(f"/ledgers/{_slug}", ledger_api.router(_ledger, AS))
