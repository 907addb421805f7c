"""Guessing: passwords, names of accounts, second factors, join codes."""

import datetime as dt
import re
from typing import Any, Final

import pytest
from axes.models import AccessAttempt
from django.conf import settings as site
from django.http import HttpResponse
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from bihuan.web.flows import accounts
from bihuan.web.org import clock
from bihuan.web.org.codes import code_digest
from bihuan.web.org.models import Account, Guardianship, JoinCode
from bihuan.web.org.scope import Actor
from counting_hasher import Counting
from site_world import Cast, build

pytestmark = pytest.mark.django_db
RIGHT: Final = "correct-horse-42"


@pytest.fixture
def cast() -> Cast:
    made = build(students=2)
    for account in made.accounts.values():
        account.set_password(RIGHT)
        account.save()
    return made


def tried(name: str, password: str = "wrong-horse-41") -> HttpResponse:  # noqa: S107  # a wrong one
    """A log-in from a fresh browser."""
    answer: HttpResponse = Client().post(  # type: ignore[assignment]  # a monkey-patched one
        "/login/", {"username": name, "password": password}
    )
    return answer


def plain(answer: HttpResponse, *typed: str) -> str:
    """A page without what differs each time and without what was typed."""
    text = re.sub(r"\b\w{64}\b|\d{4}-\d\d-\d\dT[^\"]+", "", answer.content.decode())
    for word in typed:
        text = text.replace(f'value="{word}"', "")
    return text


# ---- passwords ----------------------------------------------------------------------


def test_nobody_learns_which_accounts_there_are(cast: Cast) -> None:
    """By what is said: unknown, known, closed and without a password are one."""
    Account.objects.filter(username="user-dorm").update(is_active=False)
    guest = cast.accounts["guard"]
    guest.set_unusable_password()
    guest.save()
    names = ("user-teacher", "user-nobody", "user-dorm", "user-guard")
    said = {plain(tried(name), name) for name in names}
    assert len(said) == 1
    locked = set()
    for name in names:
        for _n in range(site.AXES_FAILURE_LIMIT):
            answer = tried(name)
        locked.add((answer.status_code, plain(answer, name)))
    assert [status for status, _text in locked] == [429]


def test_nobody_learns_it_by_the_time_either(cast: Cast, settings: Any) -> None:
    """Every wrong log-in hashes a password once, whether there is an account or not."""
    settings.PASSWORD_HASHERS = ["counting_hasher.Counting"]
    Account.objects.filter(username="user-dorm").update(is_active=False)
    for name in ("teacher", "dorm"):
        cast.accounts[name].set_password(RIGHT)
        cast.accounts[name].save(update_fields=["password"])
    cast.accounts["guard"].set_unusable_password()
    cast.accounts["guard"].save(update_fields=["password"])
    times = {}
    for name in ("user-teacher", "user-nobody", "user-dorm", "user-guard"):
        Counting.hashed = 0
        tried(name)
        times[name] = Counting.hashed
    assert set(times.values()) == {1}, times


def test_a_lock_holds_against_the_right_password_and_ends(cast: Cast) -> None:
    assert cast.units
    for _n in range(site.AXES_FAILURE_LIMIT):
        tried("user-teacher")
    assert tried("user-teacher", RIGHT).status_code == 429
    past = clock.now() - dt.timedelta(hours=site.AXES_COOLOFF_TIME, minutes=1)
    AccessAttempt.objects.update(attempt_time=past)
    assert tried("user-teacher", RIGHT).status_code == 302


def test_a_name_spelt_otherwise_is_no_new_name(cast: Cast) -> None:
    """Wide letters are the same account, and so the same count."""
    assert cast.units
    for _n in range(site.AXES_FAILURE_LIMIT):
        tried("ｕｓｅｒ－ｔｅａｃｈｅｒ")
    assert tried("user-teacher", RIGHT).status_code == 429


def test_the_schools_own_administrator_unlocks(cast: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR = False
    for _n in range(site.AXES_FAILURE_LIMIT):
        tried("user-teacher")
    person = cast.people["teacher"].pk
    other = cast.client("principal_b").post(f"/accounts/{person}/", {"what": "unlock"})
    assert other.status_code in {403, 404}
    assert tried("user-teacher", RIGHT).status_code == 429
    cast.client("admin").post(f"/accounts/{person}/", {"what": "unlock"})
    assert tried("user-teacher", RIGHT).status_code == 302


def test_a_new_password_ends_the_other_sessions(cast: Cast) -> None:
    phone, stolen = cast.client("teacher"), cast.client("teacher")
    new = "another-horse-43"
    phone.post(
        "/password/",
        {"old_password": RIGHT, "new_password1": new, "new_password2": new},
    )
    assert phone.get("/").status_code == 200
    assert stolen.get("/")["Location"].startswith("/login/")


# ---- the second factor ----------------------------------------------------------------


def device(cast: Cast) -> TOTPDevice:
    """The principal's second device."""
    made: TOTPDevice = TOTPDevice.objects.create(
        user=cast.accounts["principal"], confirmed=True
    )
    return made


def code_of(made: TOTPDevice) -> str:
    return f"{totp(made.bin_key):06d}"


def test_a_second_factor_is_not_guessed(cast: Cast) -> None:
    """After wrong codes the right one is refused as well, and waiting grows."""
    made = device(cast)
    phone = cast.client("principal")
    waits = []
    for number in range(4):
        phone.post("/second-factor/", {"code": f"00000{number}"})
        made.refresh_from_db()
        waits.append(made.throttling_failure_count)
        made.throttling_failure_timestamp = clock.now() - dt.timedelta(hours=1)
        made.save()
    assert waits == [1, 2, 3, 4]
    phone.post("/second-factor/", {"code": "999999"})
    answer = phone.post("/second-factor/", {"code": code_of(made)})
    assert answer.status_code == 200
    assert phone.get("/board/")["Location"] == "/second-factor/"


def test_spare_codes_are_not_guessed_and_serve_once(cast: Cast) -> None:
    device(cast)
    spare = StaticDevice.objects.create(user=cast.accounts["principal"], name="spare")
    StaticToken.objects.create(device=spare, token="abcdefgh")  # noqa: S106  # of nobody
    phone = cast.client("principal")
    phone.post("/second-factor/", {"code": "wrongone"})
    assert phone.post("/second-factor/", {"code": "abcdefgh"}).status_code == 200
    StaticDevice.objects.update(throttling_failure_count=0)
    TOTPDevice.objects.update(throttling_failure_count=0)
    assert phone.post("/second-factor/", {"code": "abcdefgh"}).status_code == 302
    again = cast.client("principal")
    assert again.post("/second-factor/", {"code": "abcdefgh"}).status_code == 200


def test_a_code_serves_once(cast: Cast) -> None:
    made = device(cast)
    code = code_of(made)
    assert (
        cast.client("principal").post("/second-factor/", {"code": code}).status_code
        == 302
    )
    thief = cast.client("principal")
    assert thief.post("/second-factor/", {"code": code}).status_code == 200
    assert thief.get("/board/")["Location"] == "/second-factor/"


def test_the_second_factor_gets_a_session_of_its_own(cast: Cast) -> None:
    """Whoever knew the number of the session before does not know it afterwards."""
    made = device(cast)
    phone = cast.client("principal")
    before = phone.session.session_key
    phone.post("/second-factor/", {"code": code_of(made)})
    assert phone.session.session_key != before
    assert phone.get("/board/").status_code == 200
    thief = Client()
    thief.cookies[site.SESSION_COOKIE_NAME] = str(before)
    assert thief.get("/board/")["Location"].startswith("/login/")


def test_a_device_that_stands_is_not_set_up_anew(cast: Cast) -> None:
    """Whoever has only the password is shown no secret."""
    made = device(cast)
    text = cast.client("principal").get("/second-factor/").content.decode()
    assert "data:image" not in text
    assert made.key not in text
    assert TOTPDevice.objects.count() == 1


# ---- join codes ---------------------------------------------------------------------


def joined(code: str, name: str, number: str, who: str) -> HttpResponse:
    """A guardian gives code, name, number."""
    told = {
        "code": code, "child_name": name, "child_code": number, "name": "示例家长",
        "relation": "母", "username": who, "password": "long-enough-92x",
    }  # fmt: skip
    answer: HttpResponse = Client().post("/join/", told)  # type: ignore[assignment]
    return answer


def fresh(cast: Cast) -> str:
    klass = cast.units["class_a1"]
    return accounts.make_join_code(Actor(None, None), klass, 14, clock.now())


def test_student_numbers_are_not_guessed(cast: Cast) -> None:
    """They follow each other; five wrong ones for a name, and only a new code helps."""
    first, second = cast.people["pupil_a1_1"], cast.people["pupil_a1_2"]
    code = fresh(cast)
    for number in range(accounts.MOST_MISSES):
        assert (
            joined(code, second.name, f"no-{number}", f"g{number}").status_code == 200
        )
    assert joined(code, second.name, second.code, "g9").status_code == 200
    assert not Guardianship.objects.filter(child=second).exists()
    assert joined(code, first.name, first.code, "g10").status_code == 302
    assert joined(fresh(cast), second.name, second.code, "g11").status_code == 302


def test_a_code_ends_when_many_names_are_tried(cast: Cast) -> None:
    code = fresh(cast)
    row = JoinCode.objects.get(digest=code_digest(code))
    row.misses = {"x": accounts.MOST_OF_CLASS - 1}
    row.save()
    joined(code, "没有这个人", "1", "g1")
    pupil = cast.people["pupil_a1_2"]
    assert joined(code, pupil.name, pupil.code, "g2").status_code == 200
    assert not Guardianship.objects.filter(child=pupil).exists()


def test_nobody_learns_which_of_the_three_was_wrong(cast: Cast) -> None:
    pupil, code = cast.people["pupil_a1_2"], fresh(cast)
    away = cast.people["pupil_b1_1"]
    said = {
        plain(joined(*told, "g1"), *told)
        for told in (
            ("wrongone", pupil.name, pupil.code), (code, "没有这个人", pupil.code),
            (code, pupil.name, "no"), (code, away.name, away.code),
        )
    }  # fmt: skip
    assert len(said) == 1


def test_no_name_stands_in_the_count(cast: Cast) -> None:
    pupil, code = cast.people["pupil_a1_2"], fresh(cast)
    joined(code, pupil.name, "no", "g1")
    row = JoinCode.objects.get(digest=code_digest(code))
    assert sum(row.misses.values()) == 1
    assert pupil.name not in str(row.misses)
