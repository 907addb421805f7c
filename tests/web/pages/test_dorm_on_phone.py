"""The evening's rooms in a real browser against the real site, also without a net."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page as Tab, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from bihuan.web.ledgers.checks.models import RoomCheck, RoomException
from bihuan.web.ledgers.incidents.models import Incident
from bihuan.web.org.models import Person, UnitKind
from bihuan.web.org.units import add_unit
from phone_site import phone_of, picture, stand_at
from site_world import MORNING, Cast, build

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NAMES = ("韦初一", "江见月", "田小雨", "安若素", "古丽娜", "于归", "梅影", "秦书仪")


@pytest.fixture
def cast(settings: Settings, tmp_path: Path) -> Cast:
    """A building of two floors; eight sleep in 412."""
    stand_at(settings, tmp_path, MORNING.replace(hour=21, minute=38))
    made = build(8)
    building = made.units["building_a"]
    for floor in (3, 4):
        for number in range(1, 15):
            name = f"{floor}{number:02d}"
            made.units[name] = add_unit(building, UnitKind.ROOM, name, name)
    pupils = Person.objects.filter(unit=made.units["class_a1"]).order_by("seat")
    for bed, (pupil, name) in enumerate(zip(pupils, NAMES, strict=True), 1):
        pupil.name, pupil.room, pupil.bed = name, made.units["412"], str(bed)
        pupil.boards = True
        pupil.save()
    return made


@pytest.fixture
def phone(
    chromium: Browser, live_site: LiveServer, cast: Cast
) -> Iterator[BrowserContext]:
    with phone_of(chromium, live_site, cast, "dorm") as context:
        yield context


def opened(phone: BrowserContext, site: LiveServer, cast: Cast, room: str) -> Tab:
    tab = phone.new_page()
    tab.goto(f"{site.url}/dorm/{cast.units[room].pk}/")
    return tab


def test_room_by_room(phone: BrowserContext, live_site: LiveServer, cast: Cast) -> None:
    tab = opened(phone, live_site, cast, "411")
    tab.locator("#nobody").tap()
    expect(tab.locator("#name")).to_have_text("412室")
    expect(tab.locator("#top")).to_contain_text("411室没有人应门")
    expect(tab.locator("#tally")).to_have_text("全楼已查0/29间，1间不明")
    tab.locator("#beds").get_by_text("梅影").tap()
    tab.locator("#kinds").get_by_text("不在").tap()
    tab.locator("#keep").tap()
    tab.locator("#beds").get_by_text("韦初一").tap()
    tab.locator("#kinds").get_by_text("体温异常").tap()
    tab.locator("#heat").fill("37.0")
    expect(tab.locator("#keep")).to_have_text("不到发热线，不记体温异常")
    tab.locator("#heat").fill("38.1")
    tab.locator("#keep").tap()
    send = tab.locator("#send")
    expect(send).to_contain_text("7人在，1人不在，1人体温异常")
    expect(send).to_contain_text("记下，去413室")
    tab.wait_for_timeout(450)
    picture(tab, "07")
    send.tap()
    expect(tab.locator("#name")).to_have_text("413室")
    expect(tab.locator("#top")).to_contain_text(
        "已查，在寝7人，不在1人，体温异常1人，已报校医", timeout=15_000
    )
    picture(tab, "07b")
    check = RoomCheck.objects.get(unit=cast.units["412"])
    assert (check.expected, check.present, check.flagged) == (8, 7, 1)
    assert set(RoomException.objects.values_list("kind", flat=True)) == {
        "absent",
        "hot",
    }
    incident = Incident.objects.get()
    assert (incident.person.name, incident.place) == ("韦初一", "dorm")
    tab.reload()
    expect(tab.locator("#top")).to_contain_text("411室没有人应门")


def test_a_second_tap_records_no_second_room(
    phone: BrowserContext, live_site: LiveServer, cast: Cast
) -> None:
    tab = opened(phone, live_site, cast, "401")
    tab.locator("#send").dblclick()
    expect(tab.locator("#name")).to_have_text("402室")
    expect(tab.locator("#tally")).to_have_text("全楼已查1/29间")


def test_without_a_net_the_rooms_wait(
    phone: BrowserContext, live_site: LiveServer, cast: Cast
) -> None:
    tab = opened(phone, live_site, cast, "301")
    tab.evaluate("navigator.serviceWorker.ready.then(() => true)")
    tab.reload()
    phone.set_offline(True)
    tab.locator("#send").tap()
    expect(tab.locator("#name")).to_have_text("302室")
    tab.wait_for_timeout(450)
    tab.locator("#send").tap()
    expect(tab.locator("#name")).to_have_text("303室")
    expect(tab.locator("#queue")).to_contain_text("2条待上传")
    assert not RoomCheck.objects.exists()
    phone.set_offline(False)
    expect(tab.locator("#queue")).to_contain_text("已上传2条", timeout=20_000)
    assert set(RoomCheck.objects.values_list("unit__name", flat=True)) == {"301", "302"}
