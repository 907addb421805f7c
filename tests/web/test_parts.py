"""Sheets, guards, clocks, charts and the camera, as a hand meets them in a browser."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
from playwright.sync_api import Browser, Page as Tab, expect

from bihuan.web.pages.due import due
from look_world import OPTIONS, look
from page_server import Answer, Asked, Site, page, serve

pytestmark = pytest.mark.slow

NOW = dt.datetime(2026, 4, 8, 7, 42, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
PHONE = '{% extends "phone.html" %}{% from "parts/ui.html" import chip, sheet, chart %}'
FORM = (
    PHONE
    + """{% block main %}
<button type="button" id="risky" data-sure="真的删掉，再点一下">删掉</button>
<form method="post" action="/save/" id="save"></form>{% endblock %}
{% block scripts %}<script type="module" src="/count.js"></script>{% endblock %}
{% block dock %}<div class="row"><button class="btn p" form="save" data-ask="sure">全勤</button></div>
<div id="sure" data-asks hidden><p class="ask">都到了？</p><div class="row">
<button class="btn" type="button" data-back>再看看</button><button class="btn p" form="save">确认，提交</button></div></div>
{% endblock %}"""
)
COUNT = """document.getElementById("risky").addEventListener("click", (event) => {
  event.target.dataset.done = Number(event.target.dataset.done ?? 0) + 1; });"""
CODE = "BH1:3f9c"


@pytest.fixture
def site() -> Iterator[Site]:
    empty = Answer("", status=204)
    pages = {"/favicon.ico": lambda _asked: empty}
    with serve(Site(pages)) as running:
        yield running


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Tab]:
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, service_workers="block"
    )
    tab = context.new_page()
    yield tab
    context.close()


def test_a_sheet_holds_the_focus_and_gives_it_back(tab: Tab, site: Site) -> None:
    site.pages["/check/"] = lambda _asked: Answer(look("check.html"))
    tab.goto(f"{site.url}/check/")
    seat = tab.locator("[data-sheet=sheet]")
    seat.click()
    expect(tab.locator("#sheet")).to_be_visible()
    expect(tab.locator("#sheet-title")).to_be_focused()
    for _step in range(30):
        tab.keyboard.press("Tab")
        inside = "document.activeElement === document.body || document.getElementById('sheet').contains(document.activeElement)"
        assert tab.evaluate(inside)
    tab.keyboard.press("Escape")
    expect(tab.locator("#sheet")).to_be_hidden()
    expect(seat).to_be_focused()
    seat.click()
    tab.mouse.click(200, 20)  # beside the sheet
    expect(tab.locator("#sheet")).to_be_hidden()


def posts(site: Site) -> int:
    return sum(asked.path == "/save/" for asked in site.asked)


@pytest.fixture
def form(tab: Tab, site: Site) -> Tab:
    site.pages["/form/"] = page(FORM)
    site.pages["/count.js"] = lambda _asked: Answer(COUNT, "text/javascript")
    site.pages["/save/"] = _slowly
    tab.goto(f"{site.url}/form/")
    tab.wait_for_load_state("networkidle")
    return tab


def _slowly(_asked: Asked) -> Answer:
    """No content: the page stays, as it does while a slow answer is under way."""
    return Answer("", status=204)


def test_the_dock_asks_and_a_hasty_second_tap_is_no_answer(
    form: Tab, site: Site
) -> None:
    form.get_by_role("button", name="全勤").click()
    expect(form.get_by_text("都到了？")).to_be_visible()
    expect(form.get_by_role("button", name="确认，提交")).to_be_focused()
    form.evaluate("document.activeElement.click()")
    assert posts(site) == 0
    form.get_by_role("button", name="再看看").click()
    expect(form.get_by_role("button", name="全勤")).to_be_focused()
    form.get_by_role("button", name="全勤").click()
    form.wait_for_timeout(450)
    form.get_by_role("button", name="确认，提交").click()
    form.get_by_role("button", name="确认，提交").click()
    form.wait_for_timeout(200)
    assert posts(site) == 1


def test_a_risky_button_asks_once_more(form: Tab) -> None:
    risky = form.locator("#risky")
    risky.dblclick()
    expect(risky).to_have_text("真的删掉，再点一下")
    expect(risky).not_to_have_attribute("data-done", "1")
    form.wait_for_timeout(450)
    risky.click()
    expect(risky).to_have_attribute("data-done", "1")
    expect(risky).to_have_text("删掉")


def test_a_chip_follows_the_clock_of_the_site(tab: Tab, site: Site) -> None:
    chips = [due(NOW + left * MINUTE, NOW) for left in (18, 62, 1)]
    source = (
        PHONE
        + "{% block main %}{% for one in chips %}{{ chip(one) }}{% endfor %}{% endblock %}"
    )
    site.pages["/clock/"] = page(source, now=NOW, chips=chips)
    tab.clock.install(time=NOW + 90 * MINUTE)  # the phone's own clock is wrong
    tab.goto(f"{site.url}/clock/")
    first, second, third = (tab.locator("time.t").nth(number) for number in range(3))
    expect(second).to_have_text("08:44前")
    tab.clock.run_for(210 * 1000)
    expect(first).to_have_text("剩14分")
    expect(second).to_have_text("剩58分")
    expect(second).to_have_class("t soon")
    expect(third).to_have_text("超2分")
    expect(third).to_have_class("t late")
    assert str(third.locator("use").get_attribute("href")).endswith("#fail")


@pytest.mark.parametrize(
    ("scheme", "green"), [("light", "#0E6B5B"), ("dark", "#3FB39B")]
)
def test_a_chart_is_drawn_in_the_pages_colours_within_the_policy(
    tab: Tab, site: Site, scheme: str, green: str
) -> None:
    source = (
        PHONE
        + """{% block scripts %}<script src="{{ static("vendor/echarts.min.js") }}" defer></script>
<script src="{{ static("js/chart.js") }}" type="module"></script>{% endblock %}
{% block main %}{{ chart("worth", options, "夜间 −7.4") }}{% endblock %}"""
    )
    said: list[str] = []
    tab.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # light or dark
    site.pages["/chart/"] = page(source, options=OPTIONS)
    tab.goto(f"{site.url}/chart/")
    bars = tab.locator(f".chart svg path[fill='{green}']")
    expect(bars.first).to_be_visible()
    tab.mouse.move(200, 200)
    assert said == []


def film(path: Path, text: str) -> None:
    """A short film of a code, as a camera would see it."""
    width, height, scale = 320, 240, 6
    rows = [list(row) for row in segno.make(text, micro=False).matrix]
    left, top = (width - len(rows) * scale) // 2, (height - len(rows) * scale) // 2
    light = bytearray(b"\xeb" * (width * height))
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            for line in range(scale if dark else 0):
                at = (top + y * scale + line) * width + left + x * scale
                light[at : at + scale] = b"\x10" * scale
    frame = b"FRAME\n" + bytes(light) + b"\x80" * (width * height // 2)
    path.write_bytes(b"YUV4MPEG2 W320 H240 F10:1 Ip A1:1 C420jpeg\n" + frame * 10)


CAMERA = (
    PHONE
    + """{% block scripts %}<script src="{{ static("vendor/jsQR.js") }}" defer></script>
<script src="/hear.js" type="module"></script><script src="{{ static("js/camera.js") }}" type="module"></script>{% endblock %}
{% block main %}<div class="cam" data-camera><video playsinline muted></video><p></p></div><p id="heard"></p>{% endblock %}"""
)
HEAR = """addEventListener("code", (event) => { heard.textContent += event.detail + " "; });
addEventListener("camera-off", () => { heard.textContent = "off"; });"""


@pytest.fixture
def gate(site: Site) -> Site:
    site.pages["/gate/"] = page(CAMERA)
    site.pages["/hear.js"] = lambda _asked: Answer(HEAR, "text/javascript")
    return site


def test_the_camera_reads_a_code_once(
    chromium: Browser, gate: Site, tmp_path: Path
) -> None:
    film(tmp_path / "code.y4m", CODE)
    args = [
        "--no-sandbox",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
    ]
    launched = chromium.browser_type.launch(
        executable_path="/usr/bin/chromium",
        args=[*args, f"--use-file-for-fake-video-capture={tmp_path / 'code.y4m'}"],
    )
    tab = launched.new_page()
    tab.goto(f"{gate.url}/gate/")
    expect(tab.locator("#heard")).to_have_text(CODE, timeout=15000)
    tab.wait_for_timeout(1000)
    expect(tab.locator("#heard")).to_have_text(CODE)
    expect(tab.locator(".cam p")).to_have_text("对准下一个码，自动识别")
    launched.close()


def test_without_a_camera_the_page_goes_on_by_hand(tab: Tab, gate: Site) -> None:
    tab.goto(f"{gate.url}/gate/")
    expect(tab.locator("#heard")).to_have_text("off")
    expect(tab.locator(".cam p")).to_have_text("没有摄像头或没有允许使用，请手工输入")


def test_without_https_the_page_says_why(tab: Tab, gate: Site) -> None:
    tab.add_init_script(
        "Object.defineProperty(navigator, 'mediaDevices', {value: undefined});"
        "Object.defineProperty(window, 'isSecureContext', {value: false});"
    )  # what a browser does to a page that came by http from another machine
    tab.goto(f"{gate.url}/gate/")
    expect(tab.locator(".cam p")).to_contain_text("没有用https")
