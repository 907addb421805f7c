"""The pages of the dormitory: who sees which building, what is on top, no illness."""

import datetime as dt
import itertools
import json
import uuid
from typing import Any

import pytest

from bihuan.rules.access import Role
from bihuan.web.ledgers.checks.models import RoomCheck
from bihuan.web.org import clock
from bihuan.web.org.models import Assignment, UnitKind
from bihuan.web.org.units import add_unit
from site_world import DAY, MORNING, Cast, build

pytestmark = pytest.mark.django_db
EVENING = MORNING.replace(hour=21, minute=38)


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Cast:
    ticks = itertools.count()
    moment = dt.timedelta(milliseconds=1)
    monkeypatch.setattr(clock, "now", lambda: EVENING + moment * next(ticks))
    settings.SECOND_FACTOR = False
    return build()


def url(cast: Cast, unit: str = "room_a") -> str:
    return f"/dorm/{cast.units[unit].pk}/"


def post(client: Any, address: str, **fields: Any) -> Any:
    body = {"entry": str(uuid.uuid4()), "day": DAY.isoformat(), "found": "checked", **fields}  # fmt: skip
    return client.post(address, json.dumps(body), "application/json")


@pytest.mark.parametrize(
    ("who", "unit", "status"),
    [
        ("dorm", "room_a", 200), ("dorm", "building_a", 200), ("dorm", "room_b", 404),
        ("dorm", "class_a1", 404), ("teacher", "room_a", 403), ("doctor", "room_a", 403),
        ("principal_b", "room_a", 403),
    ],
)  # fmt: skip
def test_who_reaches_a_room(cast: Cast, who: str, unit: str, status: int) -> None:
    assert cast.client(who).get(url(cast, unit)).status_code == status


def test_only_a_room_is_checked(cast: Cast) -> None:
    client = cast.client("dorm")
    assert post(client, url(cast, "building_a")).status_code == 404
    assert post(client, url(cast, "room_b")).status_code == 404
    assert post(client, url(cast), found="x").status_code == 422
    assert post(client, url(cast)).json() == {"saved": True, "said": "21:38已查，在寝8人"}  # fmt: skip


def test_the_page_names_beds_and_no_illness(cast: Cast) -> None:
    client = cast.client("dorm")
    page = client.get("/dorm/").content.decode()
    assert cast.people["pupil_a1_1"].name in page
    assert "剩21分" in page
    assert "发热、" not in page
    assert "病" not in page.replace("这里不记病情", "")


def test_where_nobody_answers_stays_on_top_and_is_not_done(cast: Cast) -> None:
    client = cast.client("dorm")
    post(client, url(cast), found="nobody")
    page = client.get("/dorm/").content.decode()
    assert "101室没有人应门" in page
    assert "21:38敲过1次，应在8人，去向不明" in page
    assert "全楼已查0/1间，1间不明" in page
    post(client, url(cast), found="nobody")
    assert "21:38敲过2次" in client.get("/dorm/").content.decode()
    post(client, url(cast))
    page = client.get("/dorm/").content.decode()
    assert "没有人应门<" not in page.partition('id="flr"')[0]
    assert "查完了" in page


def test_a_plain_form_records_a_room(cast: Cast) -> None:
    client, pupil = cast.client("dorm"), cast.people["pupil_a1_1"]
    form = {
        "entry": str(uuid.uuid4()), "day": DAY.isoformat(), "found": "checked",
        f"bed_{pupil.pk}": "hot", f"celsius_{pupil.pk}": "50",
    }  # fmt: skip
    page = client.post(url(cast), form, follow=True).content.decode()
    assert f"{pupil.name}：体温填的是“50”" in page
    form[f"celsius_{pupil.pk}"] = "38.1"
    page = client.post(url(cast), form, follow=True).content.decode()
    assert "体温异常1人" in page
    assert RoomCheck.objects.get().flagged == 1


def test_two_buildings_are_a_list(cast: Cast) -> None:
    other = add_unit(cast.units["school_a"], UnitKind.BUILDING, "D2", "2号楼")
    Assignment.objects.create(
        person=cast.people["dorm"], role=Role.DORM_MANAGER.value, unit=other, since=DAY
    )
    client = cast.client("dorm")
    page = client.get("/dorm/").content.decode()
    assert "查寝 1号楼" in page
    assert "查寝 2号楼" in page
    assert "还没有寝室" in client.get(f"/dorm/{other.pk}/").content.decode()
    assert "查寝 1号楼" in client.get("/").content.decode()
