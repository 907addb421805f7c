"""The gate's pages as guard, teacher, host and doctor use them."""

import datetime as dt
import json
import re
import uuid
from typing import Any

import pytest
from django.test import Client

from bihuan.rules.access import Role
from bihuan.rules.passage import GateReason
from bihuan.web.flows import gate as flow, incidents
from bihuan.web.ledgers.gate import codes
from bihuan.web.ledgers.gate.models import (
    Badge,
    LeaveSlip,
    Passing,
    SlipState,
    Visit,
    VisitState,
)
from bihuan.web.org import clock
from bihuan.web.org.models import Unit, UnitKind
from bihuan.web.org.scope import Actor
from bihuan.web.org.units import add_unit
from site_world import MORNING, Cast, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Cast:
    settings.SECOND_FACTOR = False
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    return build()


def page(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    return response.content.decode()


def send(client: Client, gate: Unit, **body: Any) -> Any:
    return client.post(
        f"/gate/{gate.pk}/scan/",
        json.dumps({"entry": str(uuid.uuid4()), **body}),
        content_type="application/json",
        HTTP_X_BIHUAN_QUEUE="1",
    )


def code(cast: Cast, name: str) -> str:
    person = cast.people[name]
    return codes.make(
        codes.Whose.PERSON, person.pk, person.school_id or 0, MORNING.date()
    )


def sick(cast: Cast, name: str) -> None:
    doctor = Actor(None, cast.people["doctor"].pk, Role.SCHOOL_DOCTOR)
    incidents.open_incident(doctor, person=cast.people[name], celsius=38.6, now=MORNING)


def test_a_guard_of_one_gate_is_at_it_at_once(cast: Cast) -> None:
    response = cast.client("guard").get("/gate/")
    assert response.url == f"/gate/{cast.units['gate_a'].pk}/"  # type: ignore[attr-defined]
    add_unit(cast.units["school_a"], UnitKind.GATE, "W", "西门")
    assert "西门" in page(cast.client("guard"), "/gate/")


def test_the_page_and_the_list_tell_the_guard_no_health(cast: Cast) -> None:
    sick(cast, "pupil_a1_1")
    client, gate = cast.client("guard"), cast.units["gate_a"]
    send(client, gate, code=code(cast, "pupil_a1_1"))
    for path in ("", "list/", "waiting/", "classes/"):
        text = page(client, f"/gate/{gate.pk}/{path}")
        for word in ("38.6", "发热", "异常情况", "incident"):
            assert word not in text, (path, word)


def test_scan_says_pass_then_hold_with_a_reason(cast: Cast) -> None:
    client, gate = cast.client("guard"), cast.units["gate_a"]
    told = send(client, gate, code=code(cast, "pupil_a1_5")).json()
    assert (told["saved"], told["verdict"], told["name"]) == (True, "pass", "学生A105")
    sick(cast, "pupil_a1_1")
    told = send(client, gate, code=code(cast, "pupil_a1_1")).json()
    assert (told["verdict"], told["reason"], told["waits"]) == ("hold", "papers", True)
    assert "incident" not in json.dumps(told)
    told = send(client, gate, code="no code").json()
    assert told["verdict"] == "retake"


def test_exactly_five_reasons_are_on_the_page(cast: Cast) -> None:
    text = page(cast.client("guard"), f"/gate/{cast.units['gate_a'].pk}/")
    found = re.search(r'id="reasons">(.*?)</script>', text)
    assert found
    assert [row[0] for row in json.loads(found[1])] == [r.value for r in GateReason]
    assert len(GateReason) == 5


@pytest.mark.parametrize(
    "body",
    [
        {"entry": "no uuid"},
        {"celsius": "hot"},
        {"celsius": "NaN"},
        {"celsius": "51"},
        {"person": "x"},
        {"person": -1},
        {"direction": "up"},
        {"made_at": "2026-03-09T07:00:00"},
        {"made_at": "yesterday"},
        {"typed": "没有这个人"},
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(
    cast: Cast, body: dict[str, Any]
) -> None:
    told = send(cast.client("guard"), cast.units["gate_a"], **body)
    assert told.status_code == 422
    assert told.json()["saved"] is False
    assert told.json()["said"]
    assert not Passing.objects.exists()


def test_a_body_that_is_no_json_is_refused(cast: Cast) -> None:
    path = f"/gate/{cast.units['gate_a'].pk}/scan/"
    for text in ("", "[]", "[1]", "{", '"x"'):
        told = cast.client("guard").post(path, text, content_type="application/json")
        assert told.status_code == 422, text


def test_a_name_that_was_written_down_is_found(cast: Cast) -> None:
    client, gate = cast.client("guard"), cast.units["gate_a"]
    assert send(client, gate, typed="学生A101 高三(1)班").status_code == 200
    assert send(client, gate, typed="a102").status_code == 200
    assert Passing.objects.count() == 2


def test_another_schools_gate_does_not_exist(cast: Cast) -> None:
    client, gate = cast.client("guard_b"), cast.units["gate_a"]
    for path in ("", "list/", "classes/", "waiting/", "load/"):
        page(client, f"/gate/{gate.pk}/{path}", 404)
    assert send(client, gate, code=code(cast, "pupil_a1_1")).status_code == 404
    told = send(cast.client("guard"), gate, person=cast.people["pupil_b1_1"].pk).json()
    assert told["reason"] == "not_listed"


def test_a_class_of_boarders_is_counted_through(cast: Cast) -> None:
    sick(cast, "pupil_a1_2")
    client, gate = cast.client("guard"), cast.units["gate_a"]
    path = f"/gate/{gate.pk}/classes/"
    text = page(client, path)
    assert "学生A102" in text
    assert 'value="3"' in text
    body = {"entry": str(uuid.uuid4()), "klass": cast.units["class_a1"].pk, "count": 3}
    for _time in range(2):
        assert client.post(path, body).status_code == 302
    assert Passing.objects.filter(kind="class").count() == 1
    assert "已进3/4人" in page(client, path)
    wrong = client.post(path, body | {"entry": str(uuid.uuid4()), "count": "many"})
    assert wrong.status_code == 200
    assert Passing.objects.filter(kind="class").count() == 1


def test_the_waiting_area_is_emptied_by_hand(cast: Cast) -> None:
    sick(cast, "pupil_a1_1")
    client, gate = cast.client("guard"), cast.units["gate_a"]
    send(client, gate, code=code(cast, "pupil_a1_1"))
    send(client, gate, person=cast.people["pupil_a1_5"].pk, celsius="37.6")
    text = page(client, f"/gate/{gate.pk}/waiting/")
    assert "返校手续没有办完" in text
    assert "37.6" in text
    held, hot = Passing.objects.order_by("pk")
    client.post(f"/gate/take/{held.pk}/", {"how": "fetched"})
    answer = client.post(f"/gate/take/{hot.pk}/", {"again": "37.8"}, follow=True)
    assert "临时隔离室" in answer.content.decode()
    assert not Passing.objects.filter(state="waiting").exists()
    assert cast.people["pupil_a1_5"].incidents.count() == 1
    page(client, f"/gate/{gate.pk}/waiting/")


def test_goods_without_somebody_who_expects_them_do_not_pass(cast: Cast) -> None:
    client, gate = cast.client("guard"), cast.units["gate_a"]
    path, body = f"/gate/{gate.pk}/load/", {"what": "蔬菜", "plate": "豫A00001"}
    told = client.post(path, body | {"entry": str(uuid.uuid4())})
    assert "没有人接收" in told.content.decode()
    assert not Passing.objects.exists()
    body |= {"host": str(cast.people["logistics"].pk), "entry": str(uuid.uuid4())}
    assert client.post(path, body).status_code == 302
    row = Passing.objects.get()
    assert (row.kind, row.host, row.plate) == (
        "vehicle",
        cast.people["logistics"],
        "豫A00001",
    )


def visit_form(cast: Cast, host: str) -> dict[str, Any]:
    return {
        "name": "示例来访人",
        "reason": "修水管",
        "host": cast.people[host].pk,
        "starts": "2026-03-09T07:00",
        "ends": "2026-03-09T09:00",
        "count": 1,
        "well": "on",
    }


def test_a_visit_from_registration_to_the_gate(cast: Cast) -> None:
    told = cast.client("teacher").post("/gate/visits/", visit_form(cast, "teacher"))
    row = Visit.objects.get()
    assert told.url == f"/gate/visits/{row.pk}/"  # type: ignore[attr-defined]
    assert row.state == VisitState.APPROVED.value
    text = page(cast.client("teacher"), f"/gate/visits/{row.pk}/")
    assert "data:image/svg+xml" in text
    assert "示例来访人" in page(cast.client("teacher"), "/gate/visits/")
    page(cast.client("teacher_b"), f"/gate/visits/{row.pk}/", 404)
    assert "示例来访人" not in page(cast.client("teacher_b"), "/gate/visits/")


def test_a_guard_asks_the_host_of_a_visitor_who_was_not_expected(cast: Cast) -> None:
    cast.client("guard").post("/gate/visits/", visit_form(cast, "teacher"))
    row = Visit.objects.get()
    assert row.state == VisitState.ASKED.value
    assert "data:image" not in page(cast.client("guard"), f"/gate/visits/{row.pk}/")
    path = f"/gate/visits/{row.pk}/"
    cast.client("guard").post(path, {"answer": "yes"})
    row.refresh_from_db()
    assert row.state == VisitState.ASKED.value
    assert "答应来访" in page(cast.client("teacher"), "/")
    cast.client("teacher").post(path, {"answer": "yes"})
    row.refresh_from_db()
    assert row.state == VisitState.APPROVED.value


def test_a_visit_without_a_host_is_not_kept(cast: Cast) -> None:
    body = visit_form(cast, "teacher") | {"host": ""}
    assert cast.client("guard").post("/gate/visits/", body).status_code == 200
    body = visit_form(cast, "principal_b")
    assert cast.client("guard").post("/gate/visits/", body).status_code == 200
    assert not Visit.objects.exists()


def test_a_slip_is_asked_by_the_teacher_and_approved_by_the_grade_head(
    cast: Cast,
) -> None:
    body = {
        "person": cast.people["pupil_a1_1"].pk,
        "reason": "sick",
        "starts": "2026-03-09T07:00",
        "ends": "2026-03-09T12:00",
    }
    teacher = cast.client("teacher")
    assert teacher.post("/gate/slips/", body).status_code == 302
    row = LeaveSlip.objects.get()
    path = f"/gate/slips/{row.pk}/"
    assert teacher.post(path, {"answer": "yes"}).status_code == 403
    assert cast.client("principal_b").post(path, {"answer": "yes"}).status_code == 404
    assert "批假" in page(cast.client("grade"), "/gate/slips/")
    cast.client("grade").post(path, {"answer": "yes"})
    row.refresh_from_db()
    assert row.state == SlipState.APPROVED.value
    other = body | {"person": cast.people["pupil_a2_1"].pk}
    assert teacher.post("/gate/slips/", other).status_code == 200
    assert LeaveSlip.objects.count() == 1


def test_badges_are_printed_on_a_sheet_and_hold_no_number(cast: Cast) -> None:
    client, klass = cast.client("teacher"), cast.units["class_a1"]
    path = f"/gate/badges/{klass.pk}/"
    assert klass.name in page(client, "/gate/badges/")
    assert "学生A101" in page(client, path)
    sheet = client.post(path, {"until": "2026-07-10"}).content.decode()
    assert sheet.count("data:image/svg+xml") == 6
    assert Badge.objects.count() == 6
    one = {"until": "2026-07-10", "person": [cast.people["pupil_a1_3"].pk]}
    assert client.post(path, one).content.decode().count("data:image") == 1
    assert "有效期" in client.post(path, {"until": "soon"}).content.decode()
    page(cast.client("teacher_b"), path, 404)


def test_everybody_has_a_code_of_today_and_a_guardian_his_childs(cast: Cast) -> None:
    assert "示例teacher" in page(cast.client("teacher"), "/gate/code/")
    text = page(cast.client("guardian"), "/gate/code/")
    assert "学生A101" in text
    assert "学生A102" not in text


def test_only_teacher_and_doctor_see_why(cast: Cast) -> None:
    sick(cast, "pupil_a1_1")
    for name in ("teacher", "doctor"):
        assert "异常情况在处置" in page(cast.client(name), "/gate/held/")
    assert "学生A101" not in page(cast.client("teacher2"), "/gate/held/")
    assert "学生A101" not in page(cast.client("doctor_b"), "/gate/held/")
    page(cast.client("guard"), "/gate/held/", 403)
    page(cast.client("bureau"), "/gate/held/", 403)


def test_offline_pages_may_be_kept_and_the_list_may_not(cast: Cast) -> None:
    client, gate = cast.client("guard"), cast.units["gate_a"]
    assert client.get(f"/gate/{gate.pk}/").headers["X-Bihuan-Keep"] == "day"
    kept = client.get(f"/gate/{gate.pk}/list/").headers
    assert "X-Bihuan-Keep" not in kept
    assert kept["Cache-Control"] == "no-store"


def test_the_hour_of_arrival_and_the_figures(cast: Cast) -> None:
    gate = cast.units["gate_a"]
    send(cast.client("guard"), gate, code=code(cast, "pupil_a1_5"), lane=2)
    client = cast.client("guard")
    told = client.get(f"/gate/{gate.pk}/list/?lane=2").json()
    assert told["figures"] == {"passed": 1, "missing": None, "waiting": 0}
    assert client.get(f"/gate/{gate.pk}/list/?lane=x").json()["figures"]["passed"] == 0
    assert dt.datetime.fromisoformat(told["made"]) == MORNING
    assert flow.decide(cast.people["pupil_a1_5"], MORNING).reason is None
