"""How every route of the site is asked: its address at a place, and a minimal body."""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from access_world import DAY, Place, evidence_of
from bihuan.web.ledgers.core.registry import ledgers
from bihuan.web.org.models import Assignment

Level = Literal["class", "school", "county", "mine", "none"]
Args = Callable[[Place, str], Any]
SAYS_TODAY: Final = {"starts": f"{DAY}T07:00", "ends": f"{DAY}T09:00"}


@dataclass(frozen=True, kw_only=True)
class Route:
    """A route with a method: where its address and its body come from."""

    level: Level = "none"
    """What it is about: a class, a school, the county, one's own rows, or nothing."""
    args: Args = lambda _place, _who: []
    body: Args | None = None
    """None: it is only looked at."""
    queued: bool = False
    """The body is JSON from a phone's queue."""
    query: Args = lambda _place, _who: {}

    def ask(
        self, client: Client, name: str, place: Place, who: str
    ) -> HttpResponseBase:
        """Ask it as somebody."""
        url = reverse(name.partition(" ")[0], args=self.args(place, who))
        if self.body is None:
            return client.get(url, self.query(place, who))
        if told := self.query(place, who):
            url = f"{url}?{urlencode(told)}"
        sent = self.body(place, who)
        if self.queued:
            return client.post(
                url, json.dumps(sent), content_type="application/json",
                headers={"X-Bihuan-Queue": "1"},
            )  # fmt: skip
        return client.post(url, sent)


def _get(level: Level = "none", args: Args | None = None, **more: Any) -> Route:
    return Route(level=level, args=args or (lambda _p, _w: []), **more)


def _post(
    body: Args | Mapping[str, Any], level: Level = "none", args: Args | None = None,
    **more: Any,
) -> Route:  # fmt: skip
    asked = body if callable(body) else lambda _p, _w: dict(body)
    return Route(level=level, args=args or (lambda _p, _w: []), body=asked, **more)


def _row(kind: str, *more: Any) -> Args:
    """The number of a row, and what follows it in the address."""
    return lambda place, _who: [place.rows[kind].pk, *more]


def _unit(kind: str, *more: Any) -> Args:
    return lambda place, _who: [getattr(place, kind).pk, *more]


def _post_of(place: Place, who: str) -> int:
    """The post that an account holds; 0: none."""
    held = Assignment.objects.filter(person=place.mine[who].person).first()
    return held.pk if held else 0


def entry_number() -> str:
    """A new number of an entry, as a phone makes one."""
    return str(uuid.uuid4())


def _check(place: Place, _who: str) -> Any:
    return {
        "entry": entry_number(), "slot": "noon", "day": DAY.isoformat(),
        "expected": place.klass.people.filter(left_on=None).count(), "exceptions": [],
    }  # fmt: skip


def _room(_place: Place, _who: str) -> Any:
    return {
        "entry": entry_number(),
        "day": DAY.isoformat(),
        "found": "checked",
        "exceptions": [],
    }


def _scan(place: Place, _who: str) -> Any:
    return {"entry": entry_number(), "person": place.pupil.pk, "direction": "in"}


def _count(place: Place, _who: str) -> Any:
    return {"entry": entry_number(), "klass": place.klass.pk, "count": 1}


def _load(place: Place, _who: str) -> Any:
    return {
        "entry": entry_number(),
        "host": place.colleague.pk,
        "what": "菜",
        "count": 1,
    }


def _visit(place: Place, _who: str) -> Any:
    told = {"name": "来访乙", "reason": "修灯", "count": 1, "host": place.colleague.pk}
    return told | SAYS_TODAY


def _slip(place: Place, _who: str) -> Any:
    return {"person": place.pupil.pk, "reason": "family"} | SAYS_TODAY


def _file(name: str = "in.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"not a workbook")


ROUTES: dict[str, Route] = {
    # logging in, one's own things
    "login GET": _get(),
    "login POST": _post({"username": "user-nobody", "password": "wrong"}),
    "logout POST": _post({}),
    "password_change GET": _get(),
    "password_change POST": _post({"old_password": "wrong"}),
    "second_factor GET": _get(),
    "second_factor POST": _post({"code": "0"}),
    "language POST": _post({"language": "en"}),
    "exercise POST": _post({}),
    "outside_begin GET": _get(args=lambda _p, _w: ["wecom"]),
    "outside_bind POST": _post({}, args=lambda _p, _w: ["wecom"]),
    "outside_back GET": _get(args=lambda _p, _w: ["wecom"]),
    "outside_unbind POST": _post({}),
    "sw GET": _get(),
    "manifest GET": _get(),
    "offline GET": _get(),
    "join GET": _get(),
    "join POST": _post({"code": "wrong"}),
    "today GET": _get(),
    "inbox GET": _get(),
    "inbox_read POST": _post({"last": "99999"}),
    "inbox_open POST": _post({}, "mine", lambda p, w: [p.rows[f"notice {w}"].pk]),
    "hand_over GET": _get(),
    "hand_over POST": _post(
        lambda p, w: {
            "assignment": _post_of(p, w),
            "to": p.colleague.pk,
            "until": (DAY + dt.timedelta(days=2)).isoformat(),
        },
        "mine",
    ),
    "gate_code GET": _get(),
    # people and accounts
    "people GET": _get(),
    "unit_people GET": _get("class", _unit("klass")),
    "person GET": _get("class", _unit("pupil")),
    "person_leave POST": _post({}, "class", _unit("pupil")),
    "enrolments GET": _get(),
    "enrolments POST": _post(lambda _p, _w: {"file": _file("in.txt")}),
    "enrolment GET": _get("school", _row("enrolment")),
    "enrolment POST": _post({"undo": "1"}, "school", _row("enrolment")),
    "accounts GET": _get(),
    "accounts_make POST": _post(lambda p, _w: {"unit": p.klass.pk}, "class"),
    "account GET": _get("class", _unit("pupil")),
    "account POST": _post({"what": "make"}, "class", _unit("pupil")),
    "promote GET": _get(),
    "promote POST": _post(lambda p, _w: {"unit": p.school.pk, "name": "?"}, "school"),
    "glass GET": _get(),
    "glass POST": _post(
        lambda p, _w: {"unit": p.school.pk, "told": 0, "reason": "核对密切接触者名单"},
        "school",
    ),
    "consent GET": _get(),
    "consent POST": _post(lambda p, _w: {"child": p.pupil.pk, "given": "yes"}, "class"),
    "join_code GET": _get(),
    "join_code POST": _post(lambda p, _w: {"unit": p.klass.pk}, "class"),
    "tokens GET": _get(),
    "tokens POST": _post(
        lambda p, _w: {"unit": p.school.pk, "name": "新", "deed": "gate.keep"}, "school"
    ),
    "trail GET": _get(),
    "trail_heads GET": _get(),
    "bots GET": _get(),
    "bots POST": _post({}),
    "bot GET": _get("school", _row("bot")),
    "bot_change POST": _post({"do": "off"}, "school", _row("bot")),
    # checks and dormitory
    "check_index GET": _get(),
    "check GET": _get("class", _unit("klass", "noon")),
    "check POST": _post(_check, "class", _unit("klass", "noon"), queued=True),
    "check_plain GET": _get("class", _unit("klass", "noon")),
    "check_plain POST": _post({}, "class", _unit("klass", "noon")),
    "check_draft GET": _get("class", _unit("group", "morning")),
    "check_draft POST": _post(
        {"expected": "4", "present": "4"}, "class", _unit("group", "morning")
    ),
    "check_call POST": _post(
        lambda p, _w: {"person": p.pupil.pk}, "class", _unit("klass")
    ),
    "dorm GET": _get(),
    "dorm_room GET": _get("class", _unit("room")),
    "dorm_room POST": _post(_room, "class", _unit("room"), queued=True),
    # absences
    "absences GET": _get(),
    "absence GET": _get("class", _row("absence")),
    "absence_sign POST": _post({}, "class", _row("absence")),
    "absence_step GET": _get("class", _row("absence", "first")),
    "absence_step POST": _post({}, "class", _row("absence", "first")),
    # gate
    "gate_index GET": _get(),
    "gate GET": _get("class", _unit("gate")),
    "gate_list GET": _get("class", _unit("gate")),
    "gate_scan POST": _post(_scan, "class", _unit("gate"), queued=True),
    "gate_classes GET": _get("class", _unit("gate")),
    "gate_classes POST": _post(_count, "class", _unit("gate")),
    "gate_waiting GET": _get("class", _unit("gate")),
    "gate_take POST": _post({"how": "away"}, "class", _row("passing")),
    "gate_load GET": _get("class", _unit("gate")),
    "gate_load POST": _post(_load, "class", _unit("gate")),
    "gate_visits GET": _get(),
    "gate_visits POST": _post(_visit),
    "gate_visit GET": _get("class", _row("visit")),
    "gate_visit POST": _post({"answer": "yes"}, "class", _row("visit")),
    "gate_slips GET": _get(),
    "gate_slips POST": _post(_slip),
    "gate_slip POST": _post({"answer": "yes"}, "class", _row("slip")),
    "gate_badges GET": _get(),
    "gate_badges_unit GET": _get("class", _unit("klass")),
    "gate_badges_unit POST": _post(
        {"until": (DAY + dt.timedelta(days=30)).isoformat()}, "class", _unit("klass")
    ),
    "gate_held GET": _get(),
    # incidents and what follows them
    "incidents GET": _get(),
    "incident_new GET": _get("class", query=lambda p, _w: {"person": p.pupil.pk}),
    "incident_new POST": _post(
        lambda p, _w: {"person": p.pupil.pk, "celsius": "38.5"}, "class"
    ),
    "incident GET": _get("class", _row("incident")),
    "incident_step POST": _post({"step": "masked"}, "class", _row("incident")),
    "incident_call POST": _post(
        {"whom": "家长", "answered": "1"}, "class", _row("incident")
    ),
    "incident_hand POST": _post(
        lambda p, _w: {"person": p.colleague.pk}, "class", _row("incident")
    ),
    "incident_diagnose POST": _post(
        {"diagnosis": "influenza"}, "class", _row("incident")
    ),
    "incident_close POST": _post({}, "class", _row("incident")),
    "contacts GET": _get("class", _row("incident")),
    "contacts_change POST": _post({"do": "list"}, "class", _row("incident")),
    "report_incident POST": _post({}, "class", _row("incident")),
    "alarms GET": _get(),
    "alarm GET": _get("class", _row("alarm")),
    "alarm_take POST": _post({}, "class", _row("alarm")),
    "alarm_close POST": _post({"diagnosis": "excluded"}, "class", _row("alarm")),
    "report_alarm POST": _post({}, "class", _row("alarm")),
    "rooms GET": _get("school", query=lambda p, _w: {"school": p.school.pk}),
    "rooms_come POST": _post(
        lambda p, _w: {
            "incident": p.rows["incident"].pk,
            "room": p.rows["isolation"].pk,
        },
        "class",
    ),
    "rooms_keep POST": _post(
        lambda p, _w: {
            "room": p.rows["isolation"].pk,
            "name": "隔离室",
            "kind": "isolation_room",
        },
        "school",
    ),
    "room GET": _get("school", _row("isolation")),
    "stay GET": _get("class", _row("stay")),
    "stay_change POST": _post({"do": "guardian"}, "class", _row("stay")),
    "liaison GET": _get("school", query=lambda p, _w: {"school": p.school.pk}),
    "liaison_keep POST": _post(
        lambda p, _w: {"agency": p.rows["agency"].pk, "answered": "1"}, "school"
    ),
    "report GET": _get("school", _row("report")),
    "report_change POST": _post({"do": "receive"}, "school", _row("report")),
    "report_word GET": _get("school", _row("report")),
    # the day's report, others' forms
    "daily GET": _get(),
    "daily_school GET": _get("school", _unit("school")),
    "daily_school POST": _post({"do": "fill"}, "school", _unit("school")),
    "daily_sum POST": _post({}, "county", lambda p, _w: [p.school.parent_id]),
    "daily_urge POST": _post({}, "county", lambda p, _w: [p.school.parent_id]),
    "superior GET": _get(),
    "superior POST": _post({}),
}


def _superior(place: Place, who: str) -> Any:
    """The bureau's own form for the bureau, the school's for the others."""
    return [place.rows["bureau_form" if who == "bureau" else "superior"].pk]


ROUTES |= {
    "superior_form GET": _get("school", _superior),
    "superior_form POST": _post({}, "school", _superior),
    "superior_fill GET": _get("school", _superior),
    "superior_drop POST": _post({}, "school", _superior),
}


def _fill_in(_place: Place, _who: str) -> Any:
    return {"travelled": "no", "outside": "no", "contact": "no", "symptoms": "no"}


def _round_at(place: Place, _who: str) -> Any:
    return [place.rows["round"].pk, place.klass.pk]


ROUTES |= {
    # the county's and the headmaster's pages
    "board GET": _get(),
    "board_part GET": _get(),
    "board_unit GET": _get("school", _unit("school")),
    "board_urge POST": _post(lambda p, _w: {"unit": p.school.pk}, "school"),
    "whatif GET": _get(),
    "whatif_school GET": _get("school", _unit("school")),
    "whatif_run GET": _get("school", _unit("school")),
    "plans GET": _get(),
    "plan_upload POST": _post(
        lambda p, _w: {"unit": p.school.pk, "file": _file()}, "school"
    ),
    "plan GET": _get("school", _row("plan")),
    "plan_step GET": _get("school", _row("plan")),
    "plan_step POST": _post({"do": "submit"}, "school", _row("plan")),
    "plan_file GET": _get("school", _row("plan")),
    "duties GET": _get(),
    "duties_school GET": _get("school", _unit("school")),
    "checklist GET": _get(),
    "checklist_items GET": _get(),
    "checklist_items POST": _post({"items": "晨检坚决到位"}),
    "checklist_school GET": _get("school", _unit("school")),
    "checklist_school POST": _post({}, "school", _unit("school")),
    # the survey
    "survey GET": _get(),
    "survey POST": _post({}),
    "survey_round GET": _get("school", _row("round")),
    "survey_urge POST": _post(lambda p, _w: {"at": p.klass.pk}, "class", _row("round")),
    "survey_close POST": _post({}, "school", _row("round")),
    "survey_unit GET": _get("class", _round_at),
    "survey_unit POST": _post({}, "class", _round_at),
    "survey_paste GET": _get("class", _round_at),
    "survey_paste POST": _post({"text": ""}, "class", _round_at),
    "survey_person GET": _get("class", lambda p, _w: [p.rows["round"].pk, p.pupil.pk]),
    "survey_person POST": _post(
        _fill_in, "class", lambda p, _w: [p.rows["round"].pk, p.pupil.pk]
    ),
    "survey_answer GET": _get("class", _row("answer")),
    "survey_answer POST": _post({}, "class", _row("answer")),
}

OF: Final = {
    "absences": "absence", "checks": "check", "room-checks": "room_check",
    "daily": "daily", "gate": "passing", "visits": "visit", "slips": "slip",
    "incidents": "incident", "alarms": "alarm", "isolation": "stay",
    "rooms": "isolation", "liaison": "agency", "reports": "report", "survey": "answer",
}  # fmt: skip
"""Which row of a place is one of a ledger."""
OF_SCHOOL: Final = frozenset({"daily", "visits", "rooms", "liaison", "reports"})
"""Ledgers whose rows are a school's."""
ENTERED: Final = ("slips", "liaison")
"""Ledgers that are entered by hand: one of pupils, one of the school."""
_MOVE: Final = {"slips": "approve", "liaison": "end"}


def _new_row(slug: str) -> Args:
    def body(place: Place, _who: str) -> Any:
        if slug == "liaison":
            told: dict[str, Any] = {
                "unit": place.school.pk,
                "partner": "police",
                "organisation": "派出所",
            }
        else:
            told = {"unit": place.klass.pk, "person": place.pupil.pk, "reason": "home"}
        return told | {"day": DAY.isoformat(), "entry": entry_number()} | SAYS_TODAY

    return body


def ledger_routes(slug: str) -> dict[str, Route]:
    """Routes of one ledger; those of entry only where rows are entered."""
    kind, level = OF[slug], "school" if slug in OF_SCHOOL else "class"
    at: Any = level

    def row(*more: Any) -> Args:
        return lambda place, _who: [slug, place.rows[kind].pk, *more]

    def own(what: str) -> Args:
        return lambda place, who: [slug, place.rows[f"{what} {slug} {who}"].pk]

    here: Args = lambda _p, _w: [slug]  # noqa: E731
    photo: Args = lambda p, _w: [  # noqa: E731
        slug, p.rows[kind].pk, evidence_of(slug, p.rows[kind]).pk
    ]  # fmt: skip
    routes = {
        "ledger GET": _get(args=here),
        "ledger_row GET": _get(at, row()),
        "ledger_photo GET": _get(at, photo),
        "ledger_export GET": _get(args=here),
        "ledger_export POST": _post(
            {"purpose": "报送教育局", "as": "excel"}, args=here
        ),
    }
    if slug in ENTERED:
        routes |= {
            "ledger_new GET": _get(
                at, here, query=lambda p, w: {"unit": _new_row(slug)(p, w)["unit"]}
            ),
            "ledger_new POST": _post(
                _new_row(slug), at, here,
                query=lambda p, w: {"unit": _new_row(slug)(p, w)["unit"]},
            ),
            "ledger_view POST": _post({"name": "新", "query": ""}, args=here),
            "ledger_view_drop POST": _post({}, "mine", own("view")),
            "ledger_template GET": _get(args=here),
            "ledger_import GET": _get(args=here),
            "ledger_import POST": _post({}, args=here),
            "ledger_preview GET": _get("mine", own("import")),
            "ledger_confirm POST": _post({}, "mine", own("import")),
            "ledger_undo POST": _post({}, "mine", own("import")),
            "ledger_errors GET": _get("mine", own("import")),
            "ledger_correct GET": _get(at, row()),
            "ledger_correct POST": _post(_new_row(slug), at, row()),
            "ledger_take GET": _get(at, row(_MOVE[slug])),
            "ledger_take POST": _post({}, at, row(_MOVE[slug])),
            "ledger_withdraw POST": _post({}, at, row()),
            "ledger_evidence POST": _post({"kind": "paper", "note": "x"}, at, row()),
        }  # fmt: skip
    return {f"{name} {slug}": route for name, route in routes.items()}


def all_routes() -> dict[str, Route]:
    """Rows of the table in their order."""
    found = dict(ROUTES)
    found["ledgers GET"] = _get()
    for slug in sorted(set(ledgers()) - {"jabs"}):
        found |= ledger_routes(slug)
    return found
