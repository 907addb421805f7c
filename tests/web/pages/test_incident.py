"""The incident board, told from the red button to the advice of the health department."""

import datetime as dt

import pytest
from django.test import Client

from bihuan.plan.words import Partner
from bihuan.rules.access import Role
from bihuan.rules.incident_clock import Step
from bihuan.rules.stay import RoomKind
from bihuan.web.flows import incidents, isolation, liaison
from bihuan.web.flows.twin import twin
from bihuan.web.ledgers.incidents.models import Alarm, Incident
from bihuan.web.ledgers.isolation.models import Room, Stay
from bihuan.web.ledgers.liaison.models import Agency, HealthReport
from bihuan.web.org import clock
from bihuan.web.org.audit import verify
from bihuan.web.org.models import Assignment, Person
from bihuan.web.org.scope import Actor
from site_world import MORNING, Cast, build

pytestmark = pytest.mark.django_db
DOCTOR = Actor(None, None, Role.SCHOOL_DOCTOR)


@pytest.fixture
def cast() -> Cast:
    return build(students=24)


@pytest.fixture(autouse=True)
def at(monkeypatch: pytest.MonkeyPatch, settings: object) -> list[dt.datetime]:
    """The clock stands at the morning; a test moves it on."""
    settings.SECOND_FACTOR = False  # type: ignore[attr-defined]  # log-ins are not what is told here
    moment = [MORNING]
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    return moment


def post(client: Client, path: str, **data: object) -> None:
    answer = client.post(path, data)
    assert answer.status_code == 302, (path, answer.status_code)


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def room(cast: Cast, code: str = "G1") -> Room:
    return isolation.keep_room(
        DOCTOR, cast.units["school_a"], MORNING, code=code, name=f"隔离室{code}",
        kind=RoomKind.TEMPORARY, beds=2,
    )  # fmt: skip


def open_by_teacher(cast: Cast, pupil: str, celsius: str = "38.1") -> Incident:
    person = cast.people[pupil]
    post(
        cast.client("teacher"), "/incidents/new/", person=person.pk, celsius=celsius,
        symptoms=["fever", "cough"], place="classroom",
    )  # fmt: skip
    return Incident.objects.get(person=person)


def test_from_the_red_button_to_the_closed_incident(
    cast: Cast, at: list[dt.datetime]
) -> None:
    teacher, doctor = cast.client("teacher"), cast.client("doctor")
    page = text(teacher, "/incidents/new/")
    assert cast.people["pupil_a1_1"].name in page
    assert cast.people["pupil_a2_1"].name not in page
    row = open_by_teacher(cast, "pupil_a1_1")
    here = f"/incidents/{row.pk}/"
    assert "戴口罩" in text(teacher, here)
    post(teacher, f"{here}step/", step="masked")

    at[0] += dt.timedelta(minutes=6)
    where = room(cast)
    assert where.name in text(doctor, f"/rooms/?incident={row.pk}")
    post(doctor, "/rooms/come/", incident=row.pk, room=where.pk)
    assert "复测体温" in text(doctor, here)
    post(doctor, f"{here}step/", step="remeasured", again="38.4")
    guardian = cast.people["guardian"]
    post(doctor, f"{here}call/", key=f"p{guardian.pk}", answered="0")
    assert "1次没接" in text(doctor, here)
    post(
        doctor, f"{here}call/", key=f"p{guardian.pk}", answered="1", note="约08:50到校"
    )
    assert "接通，约08:50到校" in text(doctor, here)
    post(doctor, f"{here}step/", step="head")

    assert (
        row.contacts.count() == 23 + 4
    )  # the class, and those of class 2 in the same room
    assert "核对剩下27名接触者" in text(doctor, here)
    change = f"{here}contacts/change/"
    post(doctor, change, do="came", source="lesson")
    for source in ("dorm_room", "seat", "table", "classroom"):
        post(doctor, change, do="check", source=source, well="1")
    row.refresh_from_db()
    assert {s.step for s in row.steps.all()} >= {"room", "guardian", "contacts"}

    post(doctor, f"{here}close/")
    assert Incident.objects.get(pk=row.pk).state == "open"
    stay = Stay.objects.get()
    post(doctor, f"/stays/{stay.pk}/change/", do="leave", goes="hospital")
    post(doctor, f"/stays/{stay.pk}/change/", do="disinfect")
    post(doctor, f"{here}step/", step="class")
    post(doctor, f"{here}diagnosis/", diagnosis="influenza", confirmed="1", close="1")
    row.refresh_from_db()
    assert (row.state, row.goes, row.diagnosis) == ("closed", "hospital", "influenza")
    done = set(row.steps.values_list("step", flat=True))
    assert done == {s.value for s in Step} - {"found", "reported"}
    assert "诊断：流感" in text(doctor, here)
    assert list(verify()) == []


def test_three_of_a_class_go_to_the_health_department_without_a_name(
    cast: Cast, at: list[dt.datetime]
) -> None:
    liaison.keep_agency(
        DOCTOR, cast.units["school_a"], MORNING, partner=Partner.HEALTH,
        organisation="示例市疾控中心", phone="0371-0000000",
    )  # fmt: skip
    pupils = [cast.people[f"pupil_a1_{n}"] for n in (1, 2, 3)]
    for n in (1, 2, 3):
        open_by_teacher(cast, f"pupil_a1_{n}")
    doctor, cdc, bureau = (cast.client(who) for who in ("doctor", "cdc", "bureau"))
    alarm = Alarm.objects.get(rule="T1a")
    for client in (doctor, bureau):
        page = text(client, f"/alarms/{alarm.pk}/")
        assert "T1a" in page
        assert "（3/3）" in page
        assert alarm.document in page
    assert pupils[0].name not in text(bureau, f"/alarms/{alarm.pk}/")
    post(doctor, f"/alarms/{alarm.pk}/take/")
    post(doctor, f"/alarms/{alarm.pk}/report/")
    row = HealthReport.objects.get()
    assert cdc.get(f"/reports/{row.pk}/").status_code == 404
    post(doctor, f"/reports/{row.pk}/change/", do="send", measures="已隔离")
    page = text(cdc, f"/reports/{row.pk}/")
    assert "3人" in page
    assert not any(one.name in page for one in pupils)
    assert cdc.get(f"/reports/{row.pk}/word/").content.startswith(b"PK")

    one = Incident.objects.get(person=pupils[0])
    incidents.diagnose(DOCTOR, one, "measles", at[0], confirmed=True, notifiable=True)
    page = text(cdc, f"/reports/{row.pk}/")
    assert pupils[0].name in page
    assert pupils[1].name not in page

    post(cdc, f"/reports/{row.pk}/change/", do="receive")
    post(cdc, f"/reports/{row.pk}/change/", do="answer", advice="suspend", days="4")
    assert "建议停课·4天" in text(doctor, f"/reports/{row.pk}/")
    assert Incident.objects.filter(steps__step="reported").count() == 3
    post(doctor, f"/alarms/{alarm.pk}/close/", diagnosis="measles")
    alarm.refresh_from_db()
    assert alarm.true_alarm is True
    assert "其中属实1次" in text(bureau, f"/alarms/{alarm.pk}/")


@pytest.mark.parametrize("who", ["teacher_b", "doctor_b", "guard", "leader", "cdc"])
def test_others_do_not_see_it(cast: Cast, who: str) -> None:
    row = open_by_teacher(cast, "pupil_a1_1")
    client = cast.client(who)
    paths = ["", "step/", "call/", "contacts/", "contacts/change/", "close/"]
    for path in paths:
        for answer in (
            client.get(f"/incidents/{row.pk}/{path}"),
            client.post(f"/incidents/{row.pk}/{path}", {"step": "masked"}),
        ):
            assert answer.status_code in {403, 404, 405}
    assert not row.steps.exists()


def test_the_guard_sees_what_he_opened_and_its_first_steps(cast: Cast) -> None:
    guard = cast.client("guard")
    code = cast.people["pupil_a1_5"].code
    post(guard, "/incidents/new/", who=code, celsius="37.9")
    row = Incident.objects.get()
    assert row.place == "gate"
    post(guard, f"/incidents/{row.pk}/step/", step="masked")
    assert (
        guard.post(f"/incidents/{row.pk}/step/", {"step": "class"}).status_code == 404
    )
    assert guard.get("/alarms/").status_code == 403


def test_the_bureau_sees_pseudonyms(cast: Cast) -> None:
    row = open_by_teacher(cast, "pupil_a1_1")
    for path in (
        "/incidents/",
        f"/incidents/{row.pk}/",
        f"/incidents/{row.pk}/contacts/",
    ):
        page = text(cast.client("bureau"), path)
        assert "学生A1" not in page


def test_a_wrong_temperature_is_refused_in_words(cast: Cast) -> None:
    answer = cast.client("teacher").post(
        "/incidents/new/", {"person": cast.people["pupil_a1_1"].pk, "celsius": "381"}
    )
    assert "34.0到43.0" in answer.content.decode()
    assert not Incident.objects.exists()


def test_an_empty_school_says_so(cast: Cast) -> None:
    doctor = cast.client("doctor")
    assert "现在没有在处置的" in text(doctor, "/incidents/")
    assert "现在没有报警" in text(doctor, "/alarms/")
    assert "还没有登记隔离室" in text(doctor, "/rooms/")
    assert "还没有联系人" in text(doctor, "/liaison/")
    assert Assignment.objects.exists()


def test_the_red_rows_stand_on_the_page_of_today(cast: Cast) -> None:
    open_by_teacher(cast, "pupil_a1_1")
    assert "送进隔离室" not in text(cast.client("teacher"), "/")
    assert "戴口罩，带离人群" in text(cast.client("doctor"), "/")


def test_the_doctor_opens_by_class_and_name(cast: Cast) -> None:
    doctor = cast.client("doctor")
    klass = cast.units["class_a2"]
    assert f"?class={klass.pk}" in text(doctor, "/incidents/new/")
    page = text(doctor, f"/incidents/new/?class={klass.pk}")
    pupil = cast.people["pupil_a2_3"]
    assert f'name="person" value="{pupil.pk}"' in page
    assert (
        doctor.get("/incidents/new/", {"class": cast.units["class_b1"].pk}).status_code
        == 404
    )
    post(doctor, "/incidents/new/", person=pupil.pk)
    assert Incident.objects.get().person == pupil


def test_a_room_is_looked_over_and_closed(cast: Cast) -> None:
    doctor, one = cast.client("doctor"), room(cast)
    assert "条件核对" in text(doctor, f"/rooms/{one.pk}/")
    code = isolation.checklist_of(one, MORNING.date())[0].code
    post(doctor, "/rooms/keep/", **{"room": one.pk, f"c-{code}": "1"})
    one.refresh_from_db()
    assert one.meets == {code: True}
    post(
        doctor,
        "/rooms/keep/",
        room=one.pk,
        name="一号",
        kind="isolation_room",
        beds="3",
        closed="1",
    )
    one.refresh_from_db()
    assert (one.name, one.beds, one.state) == ("一号", 3, "closed")
    assert "条件核对" in text(cast.client("principal"), f"/rooms/{one.pk}/")
    bureau = text(cast.client("bureau"), f"/rooms/?school={cast.units['school_a'].pk}")
    assert "还没有登记隔离室" in bureau


def test_a_partner_is_kept_tested_and_ended(cast: Cast) -> None:
    doctor, school = cast.client("doctor"), cast.units["school_a"]
    post(
        doctor,
        "/liaison/keep/",
        school=school.pk,
        partner="hospital",
        organisation="示例市医院",
    )
    row = Agency.objects.get()
    post(doctor, "/liaison/keep/", agency=row.pk, answered="0")
    assert "打没接" in text(doctor, "/liaison/")
    assert "0/1个打通" in text(cast.client("bureau"), "/liaison/")
    post(doctor, "/liaison/keep/", agency=row.pk, do="end")
    assert "还没有联系人" in text(doctor, "/liaison/")
    assert (
        doctor.post(
            "/liaison/keep/", {"school": cast.units["school_b"].pk, "do": "plan"}
        ).status_code
        == 404
    )


def test_an_exercise_has_the_same_page_in_its_frame_and_minutes(
    cast: Cast, at: list[dt.datetime]
) -> None:
    twin(cast.units["school_a"], MORNING)
    doctor = cast.client("doctor")
    session = doctor.session
    session["exercise"] = True
    session.save()
    person = Person.objects.get(twin_of=cast.people["pupil_a1_1"])
    post(doctor, "/incidents/new/", person=person.pk, celsius="38.1")
    row = Incident.objects.get()
    assert row.school.exercise
    at[0] += dt.timedelta(minutes=16)
    post(doctor, f"/incidents/{row.pk}/call/", whom="导调", answered="1")
    page = text(doctor, f"/incidents/{row.pk}/")
    assert "第0分在教室发现" in page
    assert "第16分接通" in page
    assert 'class="dbar"' in page
    assert "演练电话只拨名册内号码" in page
    assert cast.client("doctor").get(f"/incidents/{row.pk}/").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/incidents/?page=x",
        "/incidents/new/?class=9999999999999999999999",
        "/rooms/?school=-1",
        "/rooms/?incident=1",
        "/liaison/?school=0",
    ],
)
def test_odd_addresses_are_answered(cast: Cast, path: str) -> None:
    assert cast.client("doctor").get(path).status_code in {200, 404}


def test_stored_script_stays_text(cast: Cast) -> None:
    row, doctor = open_by_teacher(cast, "pupil_a1_1"), cast.client("doctor")
    evil = "<script>alert(1)</script>"
    post(doctor, f"/incidents/{row.pk}/call/", whom=evil, note=evil, answered="0")
    post(doctor, f"/incidents/{row.pk}/step/", step="masked", note=evil)
    page = text(doctor, f"/incidents/{row.pk}/")
    assert evil not in page
    assert "&lt;script&gt;" in page
