"""Rows are entered, resent, corrected, moved, proven and taken back."""

import io
import json
import uuid
from typing import Any

import pytest
from django.test import Client
from PIL import Image

import site_world
from bihuan.rules.access import Role
from bihuan.web.ledgers.core.models import Evidence
from bihuan.web.ledgers.core.rows import REPLACED, in_force
from bihuan.web.org import clock
from bihuan.web.org.models import Assignment, AuditLine
from ledger_world.desk import enter
from ledger_world.models import Jab
from site_world import Cast

pytestmark = pytest.mark.django_db
GIVEN = {"given_at": "2026-11-24T09:00", "batch": "B7"}


@pytest.fixture
def cast(settings: Any) -> Cast:
    settings.SECOND_FACTOR = False
    return site_world.build()


@pytest.fixture
def teacher(cast: Cast) -> Client:
    return cast.client("teacher")


@pytest.fixture
def doctor(cast: Cast) -> Client:
    return cast.client("doctor")


@pytest.fixture
def row(cast: Cast, teacher: Client) -> Jab:
    return enter(teacher, cast, 1)


def test_row_says_who_for_whom_in_which_state(cast: Cast, row: Jab) -> None:
    assert row.by == cast.people["teacher"]
    assert (row.unit, row.school) == (cast.units["class_a1"], cast.units["school_a"])
    assert (row.state, row.doses, row.acting) == ("todo", 1, False)
    assert row.due is not None
    line = AuditLine.objects.latest("number")
    assert (line.deed, line.role) == ("ledger.enter", "class_teacher")
    assert cast.people["pupil_a1_1"].name not in str(line.body)


def test_row_of_a_day_before_is_late(row: Jab, teacher: Client) -> None:
    assert row.late
    shown = teacher.get(f"/ledgers/jabs/{row.pk}/").content.decode()
    assert "补报" in shown


def test_row_of_today_is_not_late(cast: Cast, teacher: Client) -> None:
    today = clock.today().isoformat()
    assert not enter(teacher, cast, 1, day=today, planned="2099-01-01").late


def test_entry_sent_again_changes_nothing(cast: Cast, teacher: Client) -> None:
    number = str(uuid.uuid4())
    first = enter(teacher, cast, 1, entry=number)
    assert enter(teacher, cast, 1, entry=number).pk == first.pk
    assert Jab.objects.count() == 1
    assert AuditLine.objects.filter(deed="ledger.enter").count() == 1


def test_phones_queue_is_answered_in_json(cast: Cast, teacher: Client) -> None:
    told = {
        "entry": str(uuid.uuid4()),
        "made_at": "2026-11-20T07:00:00+08:00",
        "person": cast.people["pupil_a1_1"].pk,
        "day": "2026-11-20",
        "vaccine": "flu",
        "planned": "2026-12-01",
        "told": True,
        "signs": ["fever", "rash"],
    }

    def send(body: dict[str, object]) -> tuple[int, dict[str, object]]:
        answer = teacher.post(
            "/ledgers/jabs/new/",
            json.dumps(body),
            content_type="application/json",
            headers={"X-Bihuan-Queue": "1"},
        )
        return answer.status_code, answer.json()

    assert send(told) == (200, {"saved": True, "said": "已保存"})
    kept = Jab.objects.get()
    assert (kept.told, kept.signs, kept.late) == (True, ["fever", "rash"], False)
    status, said = send({**told, "entry": str(uuid.uuid4()), "vaccine": "gold"})
    assert (status, said["saved"]) == (422, False)
    assert "疫苗" in str(said["said"])
    status, said = send({**told, "entry": str(uuid.uuid4())})
    assert (status, said["saved"]) == (409, False)


def test_correction_is_a_row_beside_the_old_one(
    cast: Cast, teacher: Client, row: Jab
) -> None:
    del cast
    sent = {"person": row.person_id, "day": "2026-11-20", "vaccine": "dtap"}
    answer = teacher.post(
        f"/ledgers/jabs/{row.pk}/correct/", {**sent, "planned": "2026-12-02"}
    )
    fresh = Jab.objects.latest("pk")
    assert answer.headers["Location"] == f"/ledgers/jabs/{fresh.pk}/"
    row.refresh_from_db()
    assert (row.state, row.vaccine) == (REPLACED, "mmr")
    assert (fresh.replaces_id, fresh.state, fresh.vaccine) == (row.pk, "todo", "dtap")
    old = teacher.get(f"/ledgers/jabs/{row.pk}/").content.decode()
    assert "这一条已经更正" in old
    new = teacher.get(f"/ledgers/jabs/{fresh.pk}/").content.decode()
    assert "看那时的" in new
    assert teacher.get(f"/ledgers/jabs/{row.pk}/correct/").status_code == 404


def test_taking_a_correction_back_restores_the_row(teacher: Client, row: Jab) -> None:
    sent = {"person": row.person_id, "day": "2026-11-20", "vaccine": "dtap"}
    teacher.post(f"/ledgers/jabs/{row.pk}/correct/", {**sent, "planned": "2026-12-02"})
    teacher.post(f"/ledgers/jabs/{Jab.objects.latest('pk').pk}/withdraw/")
    assert [kept.pk for kept in in_force(Jab.objects.all())] == [row.pk]


def test_only_who_wrote_it_takes_it_back(
    teacher: Client, doctor: Client, row: Jab
) -> None:
    doctor.post(f"/ledgers/jabs/{row.pk}/withdraw/")
    row.refresh_from_db()
    assert row.state == "todo"
    teacher.post(f"/ledgers/jabs/{row.pk}/withdraw/")
    row.refresh_from_db()
    assert row.state == REPLACED


def test_what_was_worked_on_is_not_taken_back(teacher: Client, row: Jab) -> None:
    teacher.post(f"/ledgers/jabs/{row.pk}/take/give/", GIVEN)
    answer = teacher.post(f"/ledgers/jabs/{row.pk}/withdraw/", follow=True)
    assert "已经办过，不能撤回" in answer.content.decode()
    row.refresh_from_db()
    assert row.state == "given"


def test_step_asks_for_what_it_needs(teacher: Client, row: Jab) -> None:
    answer = teacher.post(f"/ledgers/jabs/{row.pk}/take/give/", {"batch": "B7"})
    assert answer.status_code == 409
    row.refresh_from_db()
    assert row.state == "todo"
    assert teacher.post(f"/ledgers/jabs/{row.pk}/take/give/", GIVEN).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.batch, row.due) == ("given", "B7", None)


def test_step_from_another_state_is_refused(teacher: Client, row: Jab) -> None:
    teacher.post(f"/ledgers/jabs/{row.pk}/take/give/", GIVEN)
    again = teacher.post(f"/ledgers/jabs/{row.pk}/take/give/", GIVEN)
    assert again.status_code == 409
    assert "现在是「已补种」" in again.content.decode()


def test_check_needs_another_pair_of_eyes(
    cast: Cast, teacher: Client, doctor: Client
) -> None:
    mine = enter(teacher, cast, 3, told="yes")
    teacher.post(f"/ledgers/jabs/{mine.pk}/take/give/", GIVEN)
    assert teacher.post(f"/ledgers/jabs/{mine.pk}/take/check/").status_code == 404
    assert doctor.post(f"/ledgers/jabs/{mine.pk}/take/check/").status_code == 302
    mine.refresh_from_db()
    assert mine.state == "checked"
    assert mine.done_at is not None


def test_nobody_checks_his_own(cast: Cast, teacher: Client, row: Jab) -> None:
    Assignment.objects.create(
        person=cast.people["teacher"],
        role=Role.SCHOOL_DOCTOR.value,
        unit=cast.units["school_a"],
        since=clock.today(),
    )
    Jab.objects.filter(pk=row.pk).update(state="given", told=True)
    shown = teacher.get(f"/ledgers/jabs/{row.pk}/")
    assert "这一步要由另一个人办" in shown.content.decode()
    assert teacher.post(f"/ledgers/jabs/{row.pk}/take/check/").status_code == 409


def test_step_lacks_what_nobody_filled(doctor: Client, row: Jab) -> None:
    Jab.objects.filter(pk=row.pk).update(state="given")
    answer = doctor.post(f"/ledgers/jabs/{row.pk}/take/check/")
    assert answer.status_code == 409
    assert "还要先填：家长知情" in answer.content.decode()


def photo(**options: object) -> io.BytesIO:
    """A photo that says where it was taken."""
    picture = Image.new("RGB", (2400, 1200), (20, 120, 60))
    exif = Image.Exif()
    exif[0x010F] = "Maker of phones"
    exif[0x8825] = {1: "N", 2: (34.5, 0.0, 0.0)}
    made = io.BytesIO()
    picture.save(made, "JPEG", exif=exif, **options)
    made.seek(0)
    made.name = "evidence.jpg"
    return made


def test_photo_is_drawn_anew(teacher: Client, row: Jab) -> None:
    sent = {"kind": "photo", "note": "接种点", "photo": photo()}
    assert teacher.post(f"/ledgers/jabs/{row.pk}/evidence/", sent).status_code == 302
    kept = Evidence.objects.get()
    assert b"Maker of phones" not in bytes(kept.photo)
    picture = Image.open(io.BytesIO(bytes(kept.photo)))
    assert picture.size == (1600, 800)
    assert not picture.getexif()
    address = f"/ledgers/jabs/{row.pk}/evidence/{kept.pk}/"
    answer = teacher.get(address)
    assert (answer.headers["Content-Type"], answer.content) == (
        "image/jpeg",
        bytes(kept.photo),
    )
    assert address in teacher.get(f"/ledgers/jabs/{row.pk}/").content.decode()


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html><script>alert(1)</script>",
        b"\xff\xd8\xff\xe0 torn",
        b"GIF89a" + b"\0" * 40,
        b"%PDF-1.4",
    ],
)
def test_what_is_no_photo_is_refused(teacher: Client, row: Jab, content: bytes) -> None:
    file = io.BytesIO(content)
    file.name = "photo.jpg"
    answer = teacher.post(
        f"/ledgers/jabs/{row.pk}/evidence/", {"kind": "photo", "photo": file}
    )
    assert answer.status_code == 422
    assert "这不是能用的照片" in answer.content.decode()
    assert not Evidence.objects.exists()


def test_picture_bomb_is_refused(teacher: Client, row: Jab) -> None:
    made = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(made, "PNG")
    made.seek(0)
    made.name = "bomb.png"
    answer = teacher.post(
        f"/ledgers/jabs/{row.pk}/evidence/", {"kind": "photo", "photo": made}
    )
    assert answer.status_code == 422
    assert "这不是能用的照片" in answer.content.decode()


def test_evidence_says_something(teacher: Client, row: Jab) -> None:
    answer = teacher.post(f"/ledgers/jabs/{row.pk}/evidence/", {"kind": "paper"})
    assert answer.status_code == 422
    wrong = teacher.post(
        f"/ledgers/jabs/{row.pk}/evidence/", {"kind": "call", "note": "电话"}
    )
    assert wrong.status_code == 422
    assert not Evidence.objects.exists()
