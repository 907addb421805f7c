"""The command board 指挥台: what is missing or red first, then numbers, map, classes."""

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST, require_safe

from bihuan.base.wording import _
from bihuan.rules.access import Deed, Detail
from bihuan.rules.alarms import Alarm as Found
from bihuan.rules.triage import Symptom
from bihuan.web.flows import alarms as alarm_flow, daily, urge as flow
from bihuan.web.ledgers.checks.models import (
    CheckException,
    ClassCheck,
    Kind,
    Slot,
    Standing,
)
from bihuan.web.ledgers.core.rows import REPLACED
from bihuan.web.ledgers.core.values import person_shown
from bihuan.web.ledgers.incidents.models import Alarm, AlarmState
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.models import Unit, UnitKind
from bihuan.web.org.policy import policy_of, screening_of
from bihuan.web.pages import board_counts, board_words
from bihuan.web.pages.alarm import kind_said, place_said
from bihuan.web.pages.board_counts import Counts
from bihuan.web.pages.due import due
from bihuan.web.pages.frame import show

TOKEN: Final = re.compile(rb'<input type="hidden" name="csrfmiddlewaretoken"[^>]*>')
NEAR: Final = 2
"""Schools, those with the most ill pupils, for which near misses are worked out."""


@open_to(Deed.BOARD)
@require_safe
def board(request: HttpRequest) -> HttpResponseBase:
    """The whole board; `?unit=` opens a school or a grade below."""
    now = clock.now()
    schools = _schools(request)
    told = _told(request, schools, now)
    opened = _asked_unit(request) or (schools[0] if len(schools) == 1 else None)
    line = screening_of(schools[0], now.date()).fever_line if schools else None
    days = board_counts.trend(schools, now.date(), line)
    return show(
        request, "board/board.html", **told, below=_below(request, opened, now),
        chart=board_words.trend_chart(days, line), chart_words=board_words.trend_words(days),
    )  # fmt: skip


@open_to(Deed.BOARD)
@require_safe
def part(request: HttpRequest) -> HttpResponseBase:
    """What changes on the board, asked for every half minute; 304 where nothing did."""
    now = clock.now()
    told = _told(request, _schools(request), now)
    page = render_to_string("board/part.html", told, request=request).encode()
    tag = f'"{hashlib.sha256(TOKEN.sub(b"", page)).hexdigest()[:24]}"'
    same = request.headers.get("If-None-Match") == tag
    answer = HttpResponse(status=304) if same else HttpResponse(page)
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-cache"
    answer["Vary"] = "Cookie, Accept-Language"
    return answer


@open_to(Deed.BOARD)
@require_safe
def unit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A school's grades, a grade's classes, a class: as much as one may see."""
    here = scope.reach_unit(request, Deed.BOARD, pk)
    return show(
        request, "board/below.html", below=_below(request, here, clock.now())
    )  # fmt: skip


@open_to(Deed.URGE)
@require_POST
def urge(request: HttpRequest) -> HttpResponseBase:
    """Tell those who have not reported; says how many, and how they were told."""
    now = clock.now()
    only = scope.row_number(request.POST.get("unit"))
    schools = list(scope.my_units(request, Deed.URGE, UnitKind.SCHOOL.value))
    if only:
        reached = scope.reach_unit(request, Deed.URGE, only)
        schools = [school for school in schools if school.pk == reached.pk]
    who = scope.seen(request)
    above = any(
        place.grant.school_id is None for place in scope.places(who, Deed.URGE)
    ) if who else False  # fmt: skip
    urged = (
        _urge_schools(request, schools, now) if above else _urge_classes(request, now)
    )
    messages.add_message(
        request,
        messages.SUCCESS if urged.units else messages.INFO,
        urged_said(urged, classes=not above),
    )
    return redirect("board" if who and who.may(Deed.BOARD) else "today")


def urged_said(urged: flow.Urged, *, classes: bool) -> str:
    """What urging did: how many, through what, whom it left in peace."""
    if urged.units:
        n = urged.units
        text = _("催了{n}处", n=n) if classes else _("催了{n}所", n=n)
        said = [text, _("站内信{n}条", n=urged.inboxes)]
        if urged.bots:
            said.append(_("群机器人{n}个", n=urged.bots))
    else:
        said = [_("这次没有催谁")]
    if urged.lately:
        said.append(_("{n}处10分钟内催过或不缺", n=urged.lately))
    if urged.nobody:
        said.append(_("{n}处没有人有账号，请打电话", n=urged.nobody))
    return _("，").join(said)


def _urge_schools(
    request: HttpRequest, schools: Sequence[Unit], now: dt.datetime
) -> flow.Urged:
    counted = board_counts.counts(schools, now)
    late = [
        flow.Late(
            unit=line.unit,
            classes=line.asked - line.came,
            check_by=line.check_by,
            report=not line.reported and _near(line.report_by, now),
            report_by=line.report_by,
        )
        for line in counted.lines
    ]
    at = scope.places(_who(request), Deed.URGE)[0].grant.unit_id
    root = scope.reach_unit(request, Deed.URGE, at)
    return flow.urge_schools(scope.actor(request, Deed.URGE, root), root, late, now)


def _urge_classes(request: HttpRequest, now: dt.datetime) -> flow.Urged:
    place = scope.places(_who(request), Deed.URGE)[0]
    top = scope.reach_unit(request, Deed.URGE, place.grant.unit_id)
    school = top.school or top
    by, _report = board_counts.limits_of(school, policy_of(school), now)
    classes = flow.missing_classes([place.top], now.date())
    actor = scope.actor(request, Deed.URGE, top)
    gaps = flow.gaps_of(school, now) if top == school else []
    return flow.urge_classes(actor, top, classes, by, now, gaps=gaps)


def _near(limit: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether a report is due within the hour, or was."""
    return limit is not None and limit - now < board_words.KNOWN


def _who(request: HttpRequest) -> scope.Seen:
    who = scope.seen(request)
    assert who is not None  # noqa: S101  # the door let nobody else in
    return who


def _schools(request: HttpRequest) -> list[Unit]:
    rows = scope.my_units(request, Deed.BOARD, UnitKind.SCHOOL.value)
    return list(rows.select_related("twin_of"))


def _asked_unit(request: HttpRequest) -> Unit | None:
    wanted = scope.row_number(request.GET.get("unit"))
    return scope.reach_unit(request, Deed.BOARD, wanted) if wanted else None


def _told(
    request: HttpRequest, schools: Sequence[Unit], now: dt.datetime
) -> dict[str, Any]:
    """Everything of the part that changes."""
    counted = board_counts.counts(schools, now)
    who = _who(request)
    sees = who.may(Deed.ALARM_SEE)
    rows = scope.within(
        request, Deed.ALARM_SEE, Alarm.objects.select_related("unit", "school", "taken_by")
    )  # fmt: skip
    alarms = _alarms(rows, now) if sees else []
    known = board_words.known_of(
        counted, alarms,
        board_counts.overdue_traces([line.unit.pk for line in counted.lines], now)
        if who.may(Deed.ABSENCE_SEE) else {},
        now, incidents=who.may(Deed.INCIDENT_SEE),
    )  # fmt: skip
    first = board_words.first_of(counted, known, now, may_urge=who.may(Deed.URGE))
    untaken = sum(alarm.state == AlarmState.OPEN.value for alarm in alarms)
    district = len(counted.lines) > 1
    return {
        "counts": counted,
        "now": now,
        "district": district,
        "sentence": board_words.sentence(counted, untaken if sees else None, now),
        "deadline": _deadline(request, counted, now),
        "reach": _reach(counted, now) if who.may(Deed.URGE) else 0,
        "gaps": _gaps(request, counted, now) if who.may(Deed.URGE) else 0,
        "first": first[: board_words.FIRST],
        "more": max(0, len(first) - board_words.FIRST),
        "sees_alarms": sees,
        "cards": board_words.cards(rows, alarms, now) if sees else [],
        "near": _near_misses(counted, now) if sees else [],
        "total": counted.total(),
        "map": board_words.map_of(counted.lines, alarms, now) if district else None,
    }


def _alarms(rows: Any, now: dt.datetime) -> list[Alarm]:
    """Alarms in hand and those closed today: nobody's first."""
    found = rows.exclude(state=REPLACED).exclude(
        state=AlarmState.CLOSED.value, day__lt=now.date()
    )
    order = [state.value for state in AlarmState]
    return sorted(
        found.order_by("due", "-pk")[:40], key=lambda row: order.index(row.state)
    )


def _deadline(request: HttpRequest, counted: Counts, now: dt.datetime) -> Any:
    """By when the board's own report is due: the bureau's sum, or the school's report."""
    if not counted.lines:
        return None
    who = _who(request)
    top = next(
        (p.grant for p in scope.places(who, Deed.BOARD) if p.grant.school_id is None),
        None,
    )
    line = counted.lines[0]
    if top is None:
        limit = line.report_by
    else:
        bureau = scope.reach_unit(request, Deed.BOARD, top.unit_id)
        policy = counted.policies[line.unit.pk]
        limit = daily.due(bureau, now.date(), now.tzinfo or dt.UTC, policy)
    return due(limit, now) if limit else None


def _reach(counted: Counts, now: dt.datetime) -> int:
    """Whom one key would tell: schools, or within a school classes."""
    if len(counted.lines) == 1:
        line = counted.lines[0]
        return line.asked - line.came
    return sum(
        not line.complete or (not line.reported and _near(line.report_by, now))
        for line in counted.lines
    )


def _gaps(request: HttpRequest, counted: Counts, now: dt.datetime) -> int:
    """How many others one key would tell in a school, for whoever urges all of it."""
    place = scope.places(_who(request), Deed.URGE)[0]
    school = counted.lines[0].unit if len(counted.lines) == 1 else None
    return len(flow.gaps_of(school, now)) if school and place.top == school.path else 0


def _near_misses(counted: Counts, now: dt.datetime) -> list[tuple[Unit, Found, str]]:
    """What one more case would set off, at the schools with the most ill pupils."""
    ill = sorted(
        counted.lines, key=lambda line: -((line.sick or 0) + (line.fever or 0))
    )
    return [
        (
            line.unit,
            one,
            "·".join(
                word
                for word in (
                    place_said(one),
                    kind_said(one.syndrome.value if one.syndrome else "", one.disease),
                )
                if word
            ),
        )
        for line in ill[:NEAR]
        if line.sick or line.fever
        for one in alarm_flow.watched(line.unit, now)[:2]
    ]


# ---- below: grades, classes, one class -------------------------------------------------


def _below(
    request: HttpRequest, here: Unit | None, now: dt.datetime
) -> dict[str, Any] | None:
    """A unit with its parts, or a class with its exceptions as far as one may see."""
    if here is None:
        return None
    told: dict[str, Any] = {
        "unit": here, "way": _way(request, here), "parts": [], "rows": None,
        "may_glass": _who(request).may(Deed.GLASS),
        "school": here.school or here, "now": now,
    }  # fmt: skip
    if here.kind == UnitKind.CLASS.value:
        return told | _class(request, here, now)
    return told | {
        "parts": board_counts.parts(here, now, policy_of(here.school or here))
    }


def _way(request: HttpRequest, here: Unit) -> list[Unit]:
    """Units from the top of one's own down to this one."""
    tops = [place.top for place in scope.places(_who(request), Deed.BOARD)]
    paths = [here.path[: 8 * n] for n in range(1, here.path.count(".") + 1)]
    rows = Unit.objects.filter(
        path__in=[p for p in paths if any(p.startswith(top) for top in tops)]
    )
    kinds = (UnitKind.SCHOOL.value, UnitKind.GRADE.value, UnitKind.CLASS.value)
    return list(rows.filter(kind__in=kinds).order_by("path"))


def _class(request: HttpRequest, here: Unit, now: dt.datetime) -> dict[str, Any]:
    """A class's check of the morning; who is not normal by name only where one may."""
    check = ClassCheck.objects.filter(
        unit=here, day=now.date(), slot=Slot.MORNING.value, state=Standing.SENT.value
    ).first()
    detail = scope.detail(request, Deed.CHECK_SEE, here)
    rows: list[tuple[str, str, str]] | None = None
    if check is not None and detail >= Detail.PSEUDONYM:
        found = CheckException.objects.filter(check_row=check).select_related("person")
        rows = [
            (person_shown(one.person, detail), _(Kind(one.kind).label), _signs(one))
            for one in found.order_by("person__seat")
        ]
    return {"check": check, "rows": rows, "named": detail is Detail.NAMED}


def _signs(one: CheckException) -> str:
    said = [_(Symptom(code).label) for code in one.symptoms]
    if one.celsius is not None:
        said.append(f"{one.celsius}℃")
    return _("、").join(said)
