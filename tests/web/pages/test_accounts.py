"""Accounts, hand-over, glass, consent, joining: the deeds a school does at 06:40."""

import datetime as dt
import re

import pytest
from django.test import Client

from bihuan.rules.access import Role
from bihuan.web.org import clock
from bihuan.web.org.models import (
    Account,
    Assignment,
    AuditLine,
    Consent,
    Glass,
    Guardianship,
    Token,
)
from bihuan.web.pages.accounts import GIVEN
from site_world import Cast, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return build()


@pytest.fixture(autouse=True)
def _one_factor(settings: pytest.FixtureRequest) -> None:
    settings.SECOND_FACTOR = False  # type: ignore[attr-defined]  # pytest-django's settings


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined, no-any-return]


def test_an_administrator_prints_slips_and_the_slip_logs_in_once(cast: Cast) -> None:
    admin = cast.client("admin")
    pupil = cast.people["pupil_a1_2"]
    page = admin.post(f"/accounts/{pupil.pk}/", {"what": "make"})
    password = re.search(r"初始密码 <code>(\w+)</code>", text(page))
    assert password
    account = Account.objects.get(person=pupil)
    phone = Client()
    login = {"username": account.username, "password": password[1]}
    assert phone.post("/login/", login).status_code == 302
    assert phone.get("/hand-over/")["Location"] == "/password/"


def test_five_wrong_passwords_lock_and_the_schools_administrator_unlocks(
    cast: Cast,
) -> None:
    phone = Client()
    wrong = {"username": "user-teacher", "password": "wrong"}
    answers = [phone.post("/login/", wrong).status_code for _try in range(6)]
    assert answers[-1] == 429
    right = {"username": "user-teacher", "password": "correct-horse-42"}
    assert phone.post("/login/", right).status_code == 429
    teacher = cast.people["teacher"]
    cast.client("admin").post(f"/accounts/{teacher.pk}/", {"what": "unlock"})
    assert phone.post("/login/", right).status_code == 302


def test_a_role_taken_away_ends_in_the_same_moment(cast: Cast) -> None:
    doctor = cast.client("doctor")
    assert doctor.get("/people/").status_code == 200
    held = Assignment.objects.get(person=cast.people["doctor"])
    cast.client("admin").post(
        f"/accounts/{cast.people['doctor'].pk}/", {"what": "end", "assignment": held.pk}
    )
    assert doctor.get("/people/").status_code == 403


def test_nobody_gives_himself_a_role(cast: Cast) -> None:
    admin = cast.people["admin"]
    page = cast.client("admin").post(
        f"/accounts/{admin.pk}/",
        {"what": "give", "role": "school_doctor", "unit": cast.units["school_a"].pk},
        follow=True,
    )
    assert "不能给自己加权限" in text(page)
    assert not Assignment.objects.filter(person=admin, role="school_doctor").exists()


def test_an_administrator_does_not_reach_another_school(cast: Cast) -> None:
    other = cast.people["teacher_b"]
    assert cast.client("admin").get(f"/accounts/{other.pk}/").status_code == 404


def test_a_teacher_hands_over_and_the_deputy_is_marked(cast: Cast) -> None:
    held = Assignment.objects.get(person=cast.people["teacher"])
    until = clock.today() + dt.timedelta(days=2)
    cast.client("teacher").post(
        "/hand-over/",
        {"assignment": held.pk, "to": cast.people["psych"].pk, "until": until},
    )
    acting = Assignment.objects.get(acting_for=held)
    assert acting.person == cast.people["psych"]
    assert acting.until == until
    psych = cast.client("psych")
    unit = cast.units["class_a1"].pk
    assert psych.get(f"/people/unit/{unit}/").status_code == 200
    cast.client("teacher").post("/hand-over/", {"back": acting.pk})
    assert psych.get(f"/people/unit/{unit}/").status_code == 403


def test_glass_needs_a_reason_and_a_second_person(cast: Cast) -> None:
    bureau = cast.client("bureau")
    school = cast.units["school_a"].pk
    told = cast.people["section"].pk
    asked = {"unit": school, "told": told, "reason": "看"}
    assert "理由至少" in text(bureau.post("/glass/", asked))
    assert not Glass.objects.exists()
    bureau.post("/glass/", asked | {"reason": "聚集性发热，需核对密切接触者"})
    assert Glass.objects.get().told == cast.people["section"]
    assert AuditLine.objects.filter(deed="glass", school=school).exists()


def test_a_guardian_joins_two_children_with_one_account(cast: Cast) -> None:
    code = re.search(
        r'class="code">(\w+)<',
        text(
            cast.client("teacher").post(
                "/join-code/", {"unit": cast.units["class_a1"].pk}
            )
        ),
    )
    assert code
    phone = Client()
    first, second = cast.people["pupil_a1_2"], cast.people["pupil_a1_3"]
    joining = {
        "code": code[1].upper(), "child_name": first.name, "child_code": first.code,
        "name": "示例家长", "username": "parent", "password": "correct-horse-43",
    }  # fmt: skip
    assert phone.post("/join/", joining)["Location"] == "/consent/"
    again = {"code": code[1], "child_name": second.name, "child_code": second.code}
    assert phone.post("/join/", again)["Location"] == "/consent/"
    guardian = Account.objects.get(username="parent").person
    assert Guardianship.objects.filter(guardian=guardian).count() == 2
    page = text(phone.get("/consent/"))
    assert first.name in page
    assert cast.people["pupil_a1_4"].name not in page


def test_a_wrong_number_joins_nobody(cast: Cast) -> None:
    pupil = cast.people["pupil_a1_2"]
    page = Client().post(
        "/join/",
        {
            "code": "wrongone", "child_name": pupil.name, "child_code": pupil.code,
            "name": "示例", "username": "parent", "password": "correct-horse-43",
        },
    )  # fmt: skip
    assert "对不上" in text(page)
    assert not Account.objects.filter(username="parent").exists()


def test_a_refusal_is_kept_like_a_yes(cast: Cast) -> None:
    child = cast.people["pupil_a1_1"]
    cast.client("guardian").post("/consent/", {"child": child.pk, "given": "no"})
    assert Consent.objects.get().given is False
    other = cast.people["pupil_a1_2"]
    answer = cast.client("guardian").post(
        "/consent/", {"child": other.pk, "given": "no"}
    )
    assert answer.status_code == 404


def test_a_teacher_enters_a_paper_for_a_child_without_a_guardian(cast: Cast) -> None:
    child = cast.people["pupil_a1_3"]
    cast.client("teacher").post("/consent/", {"child": child.pk, "given": "yes"})
    assert Consent.objects.get().by_staff == cast.people["teacher"]


def test_a_promotion_moves_classes_and_lets_the_highest_go(cast: Cast) -> None:
    school = cast.units["school_a"]
    admin = cast.client("admin")
    admin.post("/accounts/promote/", {"unit": school.pk, "name": "写错了"})
    cast.people["pupil_a1_1"].refresh_from_db()
    assert cast.people["pupil_a1_1"].left_on is None
    admin.post("/accounts/promote/", {"unit": school.pk, "name": school.name})
    cast.people["pupil_a1_1"].refresh_from_db()
    assert cast.people["pupil_a1_1"].left_on == clock.today()


def test_a_token_is_shown_once_and_ends(cast: Cast) -> None:
    admin = cast.client("admin")
    made = {"name": "测温仪", "unit": cast.units["school_a"].pk, "deed": "gate.keep"}
    page = text(admin.post("/tokens/", made))
    assert re.search(r"令牌只显示这一次：\w{40}", page)
    token = Token.objects.get()
    admin.post("/tokens/", {"end": token.pk})
    token.refresh_from_db()
    assert token.until <= clock.now()


def test_roles_that_see_names_above_a_class_are_asked_for_a_second_factor(
    cast: Cast, settings: pytest.FixtureRequest
) -> None:
    settings.SECOND_FACTOR = True  # type: ignore[attr-defined]
    assert cast.client("doctor").get("/people/")["Location"] == "/second-factor/"
    assert cast.client("teacher").get("/people/").status_code == 200
    page = text(cast.client("doctor").get("/second-factor/"))
    assert "data:image/svg+xml" in page


def test_every_role_is_given_by_somebody() -> None:
    above = {Role.BUREAU_OFFICE, Role.BUREAU_SECTION, Role.INSPECTOR, Role.CDC_LIAISON}
    assert set(GIVEN) | above | {Role.GUARDIAN} == set(Role)
