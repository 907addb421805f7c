"""A ledger as typed JSON: the same rights, the same flows, the same refusals."""

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import path
from ninja import NinjaAPI
from ninja.security import django_auth

import site_world
from bihuan.rules.access import Deed
from bihuan.web.ledgers.core.api import router
from bihuan.web.org.models import AuditLine
from ledger_world.desk import enter
from ledger_world.ledger import LEDGER
from ledger_world.models import Jab
from site_world import Cast

pytestmark = pytest.mark.django_db
api = NinjaAPI(auth=django_auth, urls_namespace="ledger-test", title="test")
api.add_router("/jabs", router(LEDGER, frozenset(Deed)))
urlpatterns = [path("api/", api.urls)]
Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def cast(settings: Any) -> Cast:
    settings.SECOND_FACTOR = False
    return site_world.build()


@pytest.fixture
def row(cast: Cast) -> Jab:
    return enter(cast.client("teacher"), cast, 1, address="和平路5号", told="yes")


@pytest.fixture
def ask(cast: Cast, row: Jab) -> Iterator[Ask]:
    """Asks the API as somebody; the row is there."""
    del row

    def asked(
        who: str, address: str, body: dict[str, Any] | None = None
    ) -> tuple[int, Any]:
        client: Client = cast.client(who)
        where = f"/api/jabs{address}"
        if body is None:
            answer = client.get(where)
        else:
            answer = client.post(
                where, json.dumps(body), content_type="application/json"
            )
        kind = answer.headers["Content-Type"]
        return answer.status_code, answer.json() if "json" in kind else None

    with override_settings(ROOT_URLCONF=__name__):
        yield asked


def new(cast: Cast, **more: Any) -> dict[str, Any]:
    told = {
        "entry": str(uuid.uuid4()),
        "unit_number": cast.units["class_a1"].pk,
        "day": "2026-11-20",
        "person": cast.people["pupil_a1_2"].pk,
        "vaccine": "flu",
        "planned": "2026-12-01",
        "told": False,
        "signs": ["fever"],
    }
    return {**told, **more}


def test_teacher_reads_rows_typed(ask: Ask, row: Jab) -> None:
    status, rows = ask("teacher", "")
    assert status == 200
    (told,) = rows
    assert (told["number"], told["person"]) == (row.pk, "学生A101")
    assert (told["vaccine"], told["told"], told["doses"]) == ("mmr", True, 1)
    assert told["planned"] == "2026-12-01"
    assert told["address"] == "和平路5号"


@pytest.mark.parametrize("who", ["bureau", "teacher2", "doctor_b", "inspector"])
def test_others_read_none(ask: Ask, row: Jab, who: str) -> None:
    assert ask(who, "") == (200, [])
    assert ask(who, f"/{row.pk}")[0] == 404


def test_rows_after_a_number(ask: Ask, row: Jab) -> None:
    assert ask("teacher", f"?after={row.pk}") == (200, [])
    assert len(ask("teacher", "?state=todo&since=2026-11-20")[1]) == 1
    assert ask("teacher", "?limit=9999")[0] == 422


def test_row_is_entered_once(cast: Cast, ask: Ask) -> None:
    body = new(cast)
    first = ask("teacher", "", body)
    assert first[0] == 200
    assert first[1]["told"] is False
    assert first[1]["signs"] == ["fever"]
    assert ask("teacher", "", body)[1]["number"] == first[1]["number"]
    assert Jab.objects.count() == 2
    assert AuditLine.objects.filter(deed="ledger.enter").count() == 2


@pytest.mark.parametrize(
    ("more", "status", "said"),
    [
        ({"vaccine": "gold"}, 422, "疫苗"),
        ({"planned": "soon"}, 422, ""),
        ({"person": 10**9}, 422, "姓名"),
        ({"unit_number": 10**9}, 404, ""),
        ({"unit_number": 0}, 422, "unit_number"),
    ],
)
def test_bad_row_is_refused(
    cast: Cast, ask: Ask, more: dict[str, Any], status: int, said: str
) -> None:
    answer = ask("teacher", "", new(cast, **more))
    assert answer[0] == status
    assert said in json.dumps(answer[1], ensure_ascii=False)
    assert Jab.objects.count() == 1


def test_pupil_of_another_class_is_refused(cast: Cast, ask: Ask) -> None:
    stranger = cast.people["pupil_a2_1"].pk
    assert ask("teacher", "", new(cast, person=stranger))[0] == 422


def test_clash_is_told(cast: Cast, ask: Ask, row: Jab) -> None:
    body = new(cast, person=row.person_id, vaccine="mmr")
    status, told = ask("teacher", "", body)
    assert (status, told["saved"]) == (409, False)
    assert "冲突" in told["said"]


def test_step_is_taken_by_whoever_may(ask: Ask, row: Jab) -> None:
    given = {"given_at": "2026-11-24T09:00:00+08:00", "batch": "B7"}
    assert ask("grade", f"/{row.pk}/give", given)[0] == 403
    status, told = ask("teacher", f"/{row.pk}/give", given)
    assert (status, told["state"]) == (200, "given")
    status, told = ask("teacher", f"/{row.pk}/give", given)
    assert status == 409
    assert "现在是" in told["said"]


def test_schema_names_every_column() -> None:
    with override_settings(ROOT_URLCONF=__name__):
        schema = api.get_openapi_schema()
    shape = schema["components"]["schemas"]["JabsEntry"]
    assert {"person", "vaccine", "planned", "entry", "unit_number"} <= set(
        shape["required"]
    )
    assert set(shape["properties"]) >= {"doses", "celsius", "told", "signs", "batch"}
    ids = [op["operationId"] for way in schema["paths"].values() for op in way.values()]
    assert len(ids) == len(set(ids)) == 4
