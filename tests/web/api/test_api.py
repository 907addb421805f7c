"""The API: a token does its deeds at its place, and nothing else."""

import datetime as dt
import json
import uuid
from typing import Any

import pytest
from django.test import Client

from bihuan.rules.access import Deed
from bihuan.web.flows.accounts import make_token
from bihuan.web.ledgers.checks.models import ClassCheck
from bihuan.web.org import clock
from bihuan.web.org.models import AuditLine, Token
from bihuan.web.org.scope import Actor
from site_world import Cast, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return build()


def token(cast: Cast, unit: str, *deeds: Deed) -> str:
    admin = Actor(None, cast.people["admin"].pk)
    return make_token(
        admin, "测试", cast.units[unit], deeds=deeds, days=1, now=clock.now()
    )


def call(secret: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    answer = Client().generic(
        method,
        f"/api/v1{path}",
        json.dumps(body) if body is not None else "",
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )
    return answer.status_code, answer.json()


def check(cast: Cast, **other: Any) -> dict[str, Any]:
    return {
        "entry": str(uuid.uuid4()),
        "slot": "morning",
        "day": clock.today().isoformat(),
        "expected": cast.units["class_a1"].size,
        "exceptions": [],
    } | other


def test_without_a_token_nothing_is_open() -> None:
    status, _body = call("nothing", "GET", "/units")
    assert status == 401


def test_a_check_is_taken_once(cast: Cast) -> None:
    secret = token(cast, "school_a", Deed.CHECK_ENTER)
    path = f"/units/{cast.units['class_a1'].pk}/checks"
    body = check(cast)
    status, first = call(secret, "POST", path, body)
    assert (status, first["present"], first["again"]) == (200, 6, False)
    status, second = call(secret, "POST", path, body)
    assert (status, second["again"], second["check"]) == (200, True, first["check"])
    assert ClassCheck.objects.count() == 1
    line = AuditLine.objects.get(deed="check")
    assert (line.via, line.account) == ("api", -Token.objects.get().pk)


def test_what_is_wrong_is_told_by_person_and_nothing_is_saved(cast: Cast) -> None:
    secret = token(cast, "school_a", Deed.CHECK_ENTER)
    path = f"/units/{cast.units['class_a1'].pk}/checks"
    pupil = cast.people["pupil_a1_1"].pk
    ill = {"person": pupil, "kind": "sick", "celsius": "unmeasured"}
    status, told = call(secret, "POST", path, check(cast, exceptions=[ill]))
    assert (status, told["saved"]) == (422, False)
    assert [(w["person"], w["field"]) for w in told["wrong"]] == [(pupil, "symptoms")]
    assert not ClassCheck.objects.exists()


def test_a_pupil_of_another_class_is_refused(cast: Cast) -> None:
    secret = token(cast, "school_a", Deed.CHECK_ENTER)
    other = {"person": cast.people["pupil_a2_1"].pk, "kind": "leave"}
    path = f"/units/{cast.units['class_a1'].pk}/checks"
    status, told = call(secret, "POST", path, check(cast, exceptions=[other]))
    assert (status, told["saved"]) == (409, False)


@pytest.mark.parametrize(
    ("method", "path", "deed"),
    [
        ("POST", "/units/{class_b1}/checks", Deed.CHECK_ENTER),
        ("GET", "/units/{class_b1}/seats", Deed.CHECK_ENTER),
        ("GET", "/units/{school_b}/checks?day=2026-03-09", Deed.CHECK_SEE),
        ("GET", "/schools/{school_b}/daily?day=2026-03-09", Deed.DAILY_SEE),
        ("POST", "/gates/{gate_b}/passings", Deed.GATE_KEEP),
    ],
)
def test_another_school_does_not_exist(
    cast: Cast, method: str, path: str, deed: Deed
) -> None:
    secret = token(cast, "school_a", deed)
    where = path.format(**{name: unit.pk for name, unit in cast.units.items()})
    body = (
        check(cast) if "checks" in path else {"entry": str(uuid.uuid4()), "person": 1}
    )
    status, _body = call(secret, method, where, body if method == "POST" else None)
    assert status == 404


def test_a_deed_that_was_not_given_is_closed(cast: Cast) -> None:
    secret = token(cast, "school_a", Deed.GATE_KEEP)
    status, _body = call(secret, "GET", f"/units/{cast.units['class_a1'].pk}/seats")
    assert status == 403


def test_an_ended_token_is_none(cast: Cast) -> None:
    secret = token(cast, "school_a", Deed.CHECK_ENTER)
    Token.objects.update(until=clock.now() - dt.timedelta(seconds=1))
    assert call(secret, "GET", "/units")[0] == 401


def test_seats_have_no_names(cast: Cast) -> None:
    secret = token(cast, "school_a", Deed.CHECK_ENTER)
    _status, rows = call(secret, "GET", f"/units/{cast.units['class_a1'].pk}/seats")
    assert len(rows) == 6
    assert set(rows[0]) == {"person", "code", "seat"}


def test_a_missing_daily_report_is_no_zero(cast: Cast) -> None:
    secret = token(cast, "school_a", Deed.DAILY_SEE)
    path = f"/schools/{cast.units['school_a'].pk}/daily?day=2026-03-09"
    status, told = call(secret, "GET", path)
    assert (status, told["said"]) == (404, "这一天没报")


def test_a_gate_says_no_illness(cast: Cast) -> None:
    secret = token(cast, "school_a", Deed.GATE_KEEP)
    path = f"/gates/{cast.units['gate_a'].pk}/passings"
    body = {"entry": str(uuid.uuid4()), "person": cast.people["pupil_a1_1"].pk}
    status, told = call(secret, "POST", path, body)
    assert status == 200
    assert set(told) == {"verdict", "reason", "said"}


@pytest.mark.parametrize("made_at", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00", "2026-03-09T07:20:00"])  # fmt: skip
def test_a_moment_is_one_of_our_times_and_has_a_zone(cast: Cast, made_at: str) -> None:
    secret = token(cast, "school_a", Deed.GATE_KEEP)
    path = f"/gates/{cast.units['gate_a'].pk}/passings"
    person = cast.people["pupil_a1_1"].pk
    body = {"entry": str(uuid.uuid4()), "person": person, "made_at": made_at}
    status, told = call(secret, "POST", path, body)
    assert (status, told["wrong"][0]["field"]) == (422, "made_at")


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "\xff", '{"entry": NaN}', "null", "[]"])  # fmt: skip
def test_what_is_no_body_is_refused_with_a_sentence(cast: Cast, text: str) -> None:
    secret = token(cast, "school_a", Deed.GATE_KEEP)
    answer = Client().post(
        f"/api/v1/gates/{cast.units['gate_a'].pk}/passings", text.encode("latin-1"),
        content_type="application/json", headers={"Authorization": f"Bearer {secret}"},
    )  # fmt: skip
    assert answer.status_code in {400, 422}
    assert answer.json()["said"]


def test_an_entry_of_elsewhere_is_not_answered(cast: Cast) -> None:
    """A number that another class has used already is no key to its row."""
    secret = token(cast, "school_a", Deed.CHECK_ENTER, Deed.CHECK_SEE)
    body = check(cast)
    first = cast.units["class_a1"].pk
    assert call(secret, "POST", f"/units/{first}/checks", body)[0] == 200
    away = token(cast, "school_b", Deed.CHECK_ENTER)
    other = body | {"expected": cast.units["class_b1"].size}
    status, told = call(
        away, "POST", f"/units/{cast.units['class_b1'].pk}/checks", other
    )
    assert status in {404, 409, 422}, told
    assert "check" not in told


def test_a_ledgers_entry_of_elsewhere_is_not_answered(cast: Cast) -> None:
    deeds = (Deed.GATE_SLIP,)
    entry = str(uuid.uuid4())

    def slip(klass: str, pupil: str) -> dict[str, Any]:
        return {
            "entry": entry, "unit_number": cast.units[klass].pk, "reason": "home",
            "person": cast.people[pupil].pk, "starts": "2026-03-09T07:00:00+08:00",
            "ends": "2026-03-09T09:00:00+08:00",
        }  # fmt: skip

    mine = call(token(cast, "school_a", *deeds), "POST", "/ledgers/slips", slip("class_a1", "pupil_a1_1"))  # fmt: skip
    assert mine[0] == 200
    status, told = call(token(cast, "school_b", *deeds), "POST", "/ledgers/slips", slip("class_b1", "pupil_b1_1"))  # fmt: skip
    assert status == 409
    assert "number" not in told
