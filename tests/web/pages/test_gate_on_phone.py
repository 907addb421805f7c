"""The gate in a real browser: a camera that sees codes, a hand, and no network."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page as Tab, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from bihuan.rules.access import Role
from bihuan.web.flows import incidents
from bihuan.web.ledgers.gate import codes
from bihuan.web.ledgers.gate.models import Passing
from bihuan.web.ledgers.incidents.models import Incident
from bihuan.web.org.scope import Actor
from phone_site import phone_of, picture, stand_at
from site_world import MORNING, Cast, build

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SIZE = (640, 480)
FRAMES = 75
"""Frames of each code: two and a half seconds."""


@pytest.fixture
def cast(settings: Settings, tmp_path: Path) -> Cast:
    stand_at(settings, tmp_path, MORNING)
    made = build()
    doctor = Actor(None, made.people["doctor"].pk, Role.SCHOOL_DOCTOR)
    incidents.open_incident(
        doctor, person=made.people["pupil_a1_1"], celsius=38.6, now=MORNING
    )
    return made


def seen(text: str) -> bytes:
    """A frame in which somebody holds a code before the camera."""
    drawn = io.BytesIO()
    if text:
        segno.make(text, error="m").save(drawn, kind="png", scale=6, border=4)
    frame = Image.new("RGB", SIZE, "#6b706d")
    if text:
        code = Image.open(drawn).convert("RGB")
        frame.paste(code, ((SIZE[0] - code.width) // 2, (SIZE[1] - code.height) // 2))
    told = io.BytesIO()
    frame.save(told, "JPEG", quality=80)
    return told.getvalue()


def code_of(cast: Cast, name: str) -> str:
    person = cast.people[name]
    site = person.school_id or 0
    return codes.make(codes.Whose.PERSON, person.pk, site, MORNING.date())


@pytest.fixture
def guard(
    chromium: Browser, live_site: LiveServer, cast: Cast, tmp_path: Path
) -> Iterator[BrowserContext]:
    """A guard's phone, before whose camera two pupils hold their codes in turn."""
    film = tmp_path / "camera.mjpeg"
    shown = ("pupil_a1_5", "", "pupil_a1_1", "")
    frames = [seen(code_of(cast, name) if name else "") for name in shown]
    film.write_bytes(b"".join(frame * FRAMES for frame in frames))
    browser = chromium.browser_type.launch(
        executable_path="/usr/bin/chromium",
        args=[
            "--no-sandbox",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ],
    )
    with phone_of(browser, live_site, cast, "guard") as context:
        yield context
    browser.close()


@pytest.fixture
def hand(
    chromium: Browser, live_site: LiveServer, cast: Cast
) -> Iterator[BrowserContext]:
    """A guard's phone without a camera."""
    with phone_of(chromium, live_site, cast, "guard") as context:
        yield context


def opened(phone: BrowserContext, server: LiveServer, cast: Cast) -> Tab:
    tab = phone.new_page()
    tab.goto(f"{server.url}/gate/{cast.units['gate_a'].pk}/")
    return tab


def pick(tab: Tab, words: str) -> None:
    """Find somebody by hand."""
    tab.locator("#dock-scan [data-sheet=pick], #dock-hold [data-sheet=pick]").locator(
        "visible=true"
    ).tap()
    tab.locator("#find").fill(words)
    tab.locator("#found .li").first.tap()


def test_two_codes_before_the_camera(
    guard: BrowserContext, live_site: LiveServer, cast: Cast
) -> None:
    tab = opened(guard, live_site, cast)
    res = tab.locator("#res")
    expect(res).to_have_class("res pass", timeout=20_000)
    expect(res).to_contain_text("放行")
    expect(res).to_contain_text("学生A105")
    expect(res).to_contain_text("高三(1)班")
    expect(tab.locator("#cam")).to_be_visible()  # a pass needs no tap
    picture(tab, "04b")
    expect(res).to_have_class("res hold", timeout=20_000)
    expect(res).to_contain_text("学生A101")
    expect(tab.locator("#why")).to_contain_text("返校手续没有办完")
    assert "38.6" not in tab.content()
    assert "发热" not in tab.content()
    expect(tab.locator("#cam")).to_be_hidden()
    picture(tab, "04")
    rows = Passing.objects.order_by("pk").values_list("person__name", "action", "state")
    assert list(rows) == [
        ("学生A105", "passed", "done"),
        ("学生A101", "held", "waiting"),
    ]
    expect(tab.locator("[data-fig=passed]")).to_have_text("1")
    expect(tab.locator("[data-fig=waiting]")).to_have_text("1")
    tab.get_by_text("已领到候检区，扫下一个").tap()
    expect(tab.locator("#cam")).to_be_visible()


def test_by_hand_where_there_is_no_camera(
    hand: BrowserContext, live_site: LiveServer, cast: Cast
) -> None:
    tab = opened(hand, live_site, cast)
    expect(tab.locator("#cam p")).to_contain_text("请手工输入")
    picture(tab, "04-hand")
    pick(tab, "a106")
    expect(tab.locator("#res")).to_have_class("res pass")
    tab.locator("#hot").tap()
    tab.locator("#celsius").fill("37.6")
    tab.locator("#again").fill("37.8")
    picture(tab, "04-heat")
    tab.get_by_text("记下体温").tap()
    expect(tab.locator("#heat-said")).to_contain_text("临时隔离室")
    tab.wait_for_timeout(500)
    isolated = Incident.objects.get(person=cast.people["pupil_a1_6"])
    assert isolated.place == "gate"


def test_a_cut_network_keeps_the_line_going_and_sends_once(
    hand: BrowserContext, live_site: LiveServer, cast: Cast
) -> None:
    tab = opened(hand, live_site, cast)
    expect(tab.locator("#cam p")).to_contain_text("请手工输入")
    tab.evaluate("navigator.serviceWorker.ready")
    tab.reload()
    expect(tab.locator("#by-list")).to_be_hidden()
    tab.wait_for_timeout(800)
    hand.set_offline(True)
    pick(tab, "学生A105")
    expect(tab.locator("#res")).to_have_class("res pass")
    expect(tab.locator("#by-list")).to_contain_text("下载的名单放行")
    expect(tab.locator("#queue")).to_contain_text("1条待上传")
    pick(tab, "学生A101")
    expect(tab.locator("#res")).to_have_class("res hold")
    expect(tab.locator("#ring")).to_be_visible()
    picture(tab, "04-offline")
    assert not Passing.objects.exists()
    tab.reload()
    expect(tab.locator("#by-list")).to_contain_text("下载的名单放行")
    pick(tab, "学生A106")
    expect(tab.locator("#res")).to_have_class("res pass")
    hand.set_offline(False)
    tab.evaluate("window.dispatchEvent(new Event('online'))")
    expect(tab.locator("#by-list")).to_be_hidden(timeout=15_000)
    tab.wait_for_timeout(1500)
    names = Passing.objects.order_by("pk").values_list("person__name", "action")
    assert list(names) == [
        ("学生A105", "passed"),
        ("学生A101", "held"),
        ("学生A106", "passed"),
    ]


def test_the_phone_judges_temperatures_as_the_server_does(
    hand: BrowserContext, live_site: LiveServer, cast: Cast
) -> None:
    tab = opened(hand, live_site, cast)
    told = tab.evaluate(
        """async () => {
          const {course} = await import("/static/js/gate.js");
          const at = {line: 37.3, remeasure: true};
          return [[37.2, null], [37.3, null], [37.3, 37.2], [37.2, 37.3], [39, 38]]
            .map(([first, again]) => course(first, again, at));
        }"""
    )
    assert told == ["cool", "remeasure", "cool", "isolate", "isolate"]


def test_a_list_of_yesterday_says_nothing_any_more(
    hand: BrowserContext, live_site: LiveServer, cast: Cast
) -> None:
    tab = opened(hand, live_site, cast)
    expect(tab.locator("#by-list")).to_be_hidden()
    tab.wait_for_timeout(800)
    told = tab.evaluate(
        """async (url) => {
          const {fresh} = await import("/static/js/gate.js");
          const list = await (await fetch(url)).json();
          const made = Date.parse(list.made), hour = 3600e3;
          return [0, 16, 17, 24, 25].map((n) => fresh(list, made + n * hour));
        }""",
        f"/gate/{cast.units['gate_a'].pk}/list/",
    )
    assert told == [True, True, False, False, False]  # made at 07:20, midnight ends it
