"""The survey's pages as guardian, class teacher, doctor, principal and bureau use them."""

import datetime as dt
import io
import re
import uuid
from typing import Any

import pytest
import xlsxwriter
from django.test import Client

from bihuan.rules.access import Role
from bihuan.web.flows import survey as flow
from bihuan.web.ledgers.survey.models import Answer, Round
from bihuan.web.org import clock
from bihuan.web.org.scope import Actor
from site_world import DAY, MORNING, Cast, build

pytestmark = pytest.mark.django_db
NO = dict.fromkeys(("travelled", "outside", "contact", "symptoms"), "no")


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Cast:
    settings.SECOND_FACTOR = False
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    return build()


@pytest.fixture
def of(cast: Cast) -> Round:
    return flow.open_round(
        Actor(None, cast.people["principal"].pk, Role.PRINCIPAL),
        cast.units["school_a"],
        name="2026年春季",
        since=DAY - dt.timedelta(days=14),
        returns_on=DAY,
        due=MORNING + dt.timedelta(hours=1),
        now=MORNING,
    )


def page(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    return response.content.decode()


def unit_path(cast: Cast, of: Round, unit: str = "class_a1") -> str:
    return f"/survey/{of.pk}/{cast.units[unit].pk}/"


def person_path(cast: Cast, of: Round, name: str) -> str:
    return f"/survey/{of.pk}/person/{cast.people[name].pk}/"


def test_a_principal_opens_a_round(cast: Cast) -> None:
    body = {
        "name": "秋季", "since": "2026-02-20", "returns_on": "2026-03-10",
        "due": "2026-03-09T18:00",
    }  # fmt: skip
    client = cast.client("principal")
    assert client.post("/survey/", body).status_code == 302
    assert Round.objects.get().unit == cast.units["school_a"]
    assert "已经有一轮" in client.post("/survey/", body).content.decode()
    assert cast.client("teacher").post("/survey/", body).status_code == 200
    assert Round.objects.count() == 1


def test_the_rest_of_the_class_in_two_taps_with_exceptions_first(
    cast: Cast, of: Round
) -> None:
    client, path = cast.client("teacher"), unit_path(cast, of)
    assert "全部无外出、无异常（6人）" in page(client, path)
    one = NO | {"travelled": "yes", "place": "郑州", "arrived_on": "2026-03-01"}
    told = client.post(person_path(cast, of, "pupil_a1_3"), one)
    assert told.url == path  # type: ignore[attr-defined]
    text = page(client, path)
    assert "其余5人无外出、无异常" in text
    people = re.findall(r'name="person" value="(\d+)"', text)
    entry = re.search(r'name="entry" value="([0-9a-f-]+)"', text)
    assert entry
    for _time in range(2):
        client.post(path, {"entry": entry[1], "person": people})
    assert Answer.objects.count() == 6
    assert "6/6" in page(client, path)


def test_nothing_is_preset_and_silence_is_no_answer(cast: Cast, of: Round) -> None:
    client, path = cast.client("teacher"), person_path(cast, of, "pupil_a1_1")
    assert "checked" not in page(client, path)
    told = client.post(path, {"travelled": "no"})
    assert told.status_code == 200
    assert not Answer.objects.exists()


def test_a_guardian_fills_for_his_own_child_only(cast: Cast, of: Round) -> None:
    client = cast.client("guardian")
    text = page(client, "/survey/")
    assert "学生A101" in text
    assert "学生A102" not in text
    told = client.post(person_path(cast, of, "pupil_a1_1"), NO)
    assert told.status_code == 302
    row = Answer.objects.get()
    assert (row.by, row.state) == (cast.people["guardian"], "clear")
    page(client, person_path(cast, of, "pupil_a1_2"), 404)
    page(client, unit_path(cast, of), 404)
    told = client.get(f"/survey/{of.pk}/")
    assert told.url == person_path(cast, of, "pupil_a1_1")  # type: ignore[attr-defined]


def test_another_class_and_another_school_do_not_exist(cast: Cast, of: Round) -> None:
    page(cast.client("teacher2"), unit_path(cast, of), 404)
    page(cast.client("teacher2"), person_path(cast, of, "pupil_a1_1"), 404)
    for path in (unit_path(cast, of), f"/survey/{of.pk}/"):
        page(cast.client("doctor_b"), path, 404)
    flow.answer(
        Actor(None, None), of, cast.people["pupil_a1_1"], flow.NOTHING,
        entry=uuid.uuid4(), now=MORNING,
    )  # fmt: skip
    row = Answer.objects.get()
    page(cast.client("teacher2"), f"/survey/answer/{row.pk}/", 404)
    page(cast.client("doctor_b"), f"/survey/answer/{row.pk}/", 404)
    page(cast.client("bureau"), f"/survey/answer/{row.pk}/", 404)


def test_the_doctor_checks_what_the_teacher_wrote(cast: Cast, of: Round) -> None:
    one = NO | {
        "contact": "yes",
        "contact_note": "<b>邻居</b>",
        "arrived_on": "2026-02-01",
    }
    cast.client("teacher").post(person_path(cast, of, "pupil_a1_1"), one)
    row = Answer.objects.get()
    path, doctor = f"/survey/answer/{row.pk}/", cast.client("doctor")
    assert "请另一个人核实" in page(cast.client("teacher"), path)
    cast.client("teacher").post(path, {"community": "x"})
    assert Answer.objects.get().verified_at is None
    text = page(doctor, path)
    assert "&lt;b&gt;邻居" in text
    assert doctor.post(path, {"arrived_on": "soon"}).status_code == 200
    doctor.post(path, {"community": "示例村"})
    assert Answer.objects.get().state == "held"
    cast.client("teacher").post(path, {"do": "release", "note": "x"})
    assert Answer.objects.get().released_at is None
    doctor.post(path, {"do": "release", "note": "社区解除证明"})
    assert Answer.objects.get().state == "clear"


def test_pasted_lines_are_shown_and_only_ticked_ones_are_kept(
    cast: Cast, of: Round
) -> None:
    client, path = cast.client("teacher"), unit_path(cast, of) + "paste/"
    chat = (
        "#接龙\n1. 学生A101 无外出 无接触 健康\n2. 学生A102 无外出 健康\n"
        "3. 学生A1 无外出 无接触 健康\n4. 学生A104 去过郑州 3月1日返回 无接触 健康 没去外地"
    )
    text = client.post(path, {"text": chat}).content.decode()
    assert "读出4行，2行完整，1行对不上姓名" in text
    assert not Answer.objects.exists()
    pupils = {n: cast.people[f"pupil_a1_{n}"].pk for n in range(1, 7)}
    body = {
        "lines": "4", "entry": str(uuid.uuid4()),
        "take-0": "on", "person-0": pupils[1], **{f"{q}-0": "no" for q in NO},
        "take-1": "on", "person-1": pupils[2], "travelled-1": "no",
        "take-2": "on", "person-2": "", **{f"{q}-2": "no" for q in NO},
        "take-3": "on", "person-3": cast.people["pupil_b1_1"].pk,
        **{f"{q}-3": "no" for q in NO},
    }  # fmt: skip
    text = client.post(path, body, follow=True).content.decode()
    assert "记下1人" in text
    assert "2行没有存" in text
    assert Answer.objects.get().person_id == pupils[1]
    client.post(path, body | {"rest_no": "on"})
    assert set(Answer.objects.values_list("person", flat=True)) == {
        pupils[1],
        pupils[2],
    }


def test_two_lines_of_one_person_are_not_merged(cast: Cast, of: Round) -> None:
    pupil = cast.people["pupil_a1_1"].pk
    body = {"lines": "2", "entry": str(uuid.uuid4())}
    for n in (0, 1):
        body |= {f"take-{n}": "on", f"person-{n}": str(pupil)}
        body |= {f"{q}-{n}": "no" for q in NO}
    text = (
        cast.client("teacher")
        .post(unit_path(cast, of) + "paste/", body, follow=True)
        .content.decode()
    )
    assert "2行没有存" in text
    assert not Answer.objects.exists()


def test_a_sheet_is_read_and_a_broken_one_refused(cast: Cast, of: Round) -> None:
    client, path = cast.client("teacher"), unit_path(cast, of) + "paste/"
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate(
            [
                ["姓名", "假期是否外出", "接触史", "目前健康"],
                ["学生A101", "否", "无", "健康"],
            ]
        ):
            sheet.write_row(number, 0, cells)
    file.seek(0)
    file.name = "a.xlsx"
    text = client.post(path, {"file": file}).content.decode()
    assert "读出1行，1行完整" in text
    broken = io.BytesIO(b"PK no workbook")
    broken.name = "b.xlsx"
    assert "不是 .xlsx" in client.post(path, {"file": broken}).content.decode()


def test_the_overview_is_numbers_and_the_bureau_sees_no_name(
    cast: Cast, of: Round
) -> None:
    for name in ("principal", "doctor", "bureau", "inspector", "grade"):
        text = page(cast.client(name), f"/survey/{of.pk}/")
        assert "没填" in text
        assert "学生A101" not in text
    text = page(cast.client("bureau"), f"/survey/{of.pk}/")
    assert "示例A中学" in text
    school = cast.units["school_a"].pk
    assert "高三(1)班" in page(
        cast.client("bureau"), f"/survey/{of.pk}/?school={school}"
    )
    text = page(cast.client("bureau"), unit_path(cast, of))
    assert "学生A101" not in text
    assert "您只能看数字" in text
    assert "学生A101" in page(cast.client("doctor"), unit_path(cast, of))


def test_urge_and_close(cast: Cast, of: Round) -> None:
    principal = cast.client("principal")
    body = {"at": cast.units["school_a"].pk}
    assert principal.post(f"/survey/{of.pk}/urge/", body).status_code == 302
    other = {"at": cast.units["school_b"].pk}
    assert principal.post(f"/survey/{of.pk}/urge/", other).status_code == 404
    assert cast.client("teacher").post(f"/survey/{of.pk}/close/").status_code == 403
    principal.post(f"/survey/{of.pk}/close/")
    of.refresh_from_db()
    assert of.closed_at == MORNING


def test_a_teacher_is_led_to_his_class(cast: Cast, of: Round) -> None:
    told = cast.client("teacher").get(f"/survey/{of.pk}/")
    assert told.url == unit_path(cast, of)  # type: ignore[attr-defined]
    page(cast.client("guard"), f"/survey/{of.pk}/", 403)
