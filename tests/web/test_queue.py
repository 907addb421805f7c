"""The phone's queue in a real browser against a real server: cut, resent, refused, logged out."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page as Tab, expect

from bihuan.web.pages.offline import ACCOUNT, KEEP
from page_server import Answer, Asked, Site, render, serve

pytestmark = pytest.mark.slow

PAGE = """{% extends "phone.html" %}{% block heading %}晨检{% endblock %}
{% block main %}<p id="names">韩沐阳</p>{% endblock %}
{% block scripts %}<script type="module" src="/try.js"></script>{% endblock %}"""
TRY = """import * as queue from "/static/js/queue.js";
import * as store from "/static/js/store.js";
window.queue = queue;
window.store = store;"""


class School(Site):
    """A server that keeps what it got by its UUID; somebody is logged in."""

    def __init__(self) -> None:
        super().__init__()
        self.saved: dict[str, dict[str, Any]] = {}
        self.received: list[str] = []
        self.logged_in = "7"
        self.lose_receipts = 0
        self.verdict: tuple[int, dict[str, object]] | None = None
        self.pages = {
            "/check/": self.check,
            "/login/": self.login,
            "/offline/": lambda _asked: Answer("<!doctype html><p>没有网</p>"),
            "/try.js": lambda _asked: Answer(TRY, "text/javascript"),
            "/save/": self.save,
            "/favicon.ico": lambda _asked: Answer("", status=204),
        }

    def check(self, _asked: Asked) -> Answer:
        if not self.logged_in:
            return Answer("", status=302, headers={"Location": "/login/"})
        return Answer(render(PAGE, account=self.logged_in), headers={KEEP: "day"})

    def login(self, _asked: Asked) -> Answer:
        return Answer(render(PAGE, account=""))

    def save(self, asked: Asked) -> Answer:
        """Save an entry once, however often it comes."""
        if not self.logged_in:
            return Answer("", status=302, headers={"Location": "/login/"})
        if asked.headers[ACCOUNT.lower()] != self.logged_in:
            return Answer("{}", status=403, headers={"X-Bihuan-Refused": "account"})
        if self.verdict:
            status, told = self.verdict
            return Answer(json.dumps(told), "application/json", status)
        body = json.loads(asked.body)
        self.received.append(body["name"])
        self.saved.setdefault(body["entry"], body)
        if self.lose_receipts:
            self.lose_receipts -= 1
            return Answer("", status=502)
        return Answer('{"saved": true, "said": "07:45已交"}', "application/json")

    def names(self) -> list[str]:
        """What was saved, in the order it was saved."""
        return [body["name"] for body in self.saved.values()]


@pytest.fixture
def school() -> Iterator[School]:
    with serve(School()) as running:
        assert isinstance(running, School)
        yield running


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN"
    )
    yield context
    context.close()


@pytest.fixture
def tab(phone: BrowserContext, school: School) -> Tab:
    return opened(phone, school, "/check/")


def opened(phone: BrowserContext, school: School, path: str) -> Tab:
    tab = phone.new_page()
    go(tab, school, path)
    return tab


def go(tab: Tab, school: School, path: str) -> None:
    tab.goto(f"{school.url}{path}")
    until(tab, "window.queue && navigator.serviceWorker.ready.then(() => true)")


def until(tab: Tab, condition: str) -> None:
    """Wait for something in the page; the page's own policy forbids the tool's way."""
    for _turn in range(100):
        if tab.evaluate(condition):
            return
        tab.wait_for_timeout(50)
    pytest.fail(f"never: {condition}")


def enter(tab: Tab, *names: str) -> None:
    """Enter something on the page, as a screen does."""
    tab.evaluate(
        """async (names) => { for (const name of names)
        await queue.enqueue({ url: "/save/", label: name, body: { name } }); }""",
        list(names),
    )


def hurry(tab: Tab) -> None:
    """Do not wait for the next try: the net is back."""
    tab.evaluate("dispatchEvent(new Event('online'))")


def strip(tab: Tab) -> Any:
    return tab.locator("#queue")


def test_an_entry_is_sent_at_once_and_thanked_for(tab: Tab, school: School) -> None:
    enter(tab, "晨检")
    expect(strip(tab)).to_contain_text("已上传1条")
    assert school.names() == ["晨检"]
    assert {"entry", "made_at"} <= school.saved.popitem()[1].keys()
    expect(strip(tab)).to_be_hidden(timeout=6000)


def test_entries_wait_for_the_net_and_leave_in_order(tab: Tab, school: School) -> None:
    school.down = True
    enter(tab, "一", "二", "三")
    expect(strip(tab)).to_contain_text("离线，3条待上传")
    school.down = False
    hurry(tab)
    expect(strip(tab)).to_contain_text("已上传3条")
    assert school.names() == ["一", "二", "三"]


def test_a_new_try_comes_by_itself(tab: Tab, school: School) -> None:
    school.down = True
    enter(tab, "一")
    expect(strip(tab)).to_contain_text("离线，1条待上传")
    school.down = False
    expect(strip(tab)).to_contain_text("已上传1条", timeout=8000)


def test_a_lost_receipt_is_resent_and_counts_once(tab: Tab, school: School) -> None:
    school.lose_receipts = 2
    enter(tab, "一", "二")
    expect(strip(tab)).to_contain_text("2条待上传")
    hurry(tab)
    tab.wait_for_timeout(300)
    hurry(tab)
    expect(strip(tab)).to_contain_text("已上传2条")
    assert school.names() == ["一", "二"]
    assert school.received == ["一", "一", "一", "二"]


def test_a_hotspots_own_page_is_no_receipt(tab: Tab, school: School) -> None:
    school.verdict = (200, {"welcome": "wifi"})
    enter(tab, "一")
    expect(strip(tab)).to_contain_text("1条待上传")
    school.verdict = None
    hurry(tab)
    expect(strip(tab)).to_contain_text("已上传1条")


@pytest.mark.parametrize("status", [409, 422])
def test_what_is_refused_stays_with_the_reason(
    tab: Tab, school: School, status: int
) -> None:
    school.verdict = (status, {"saved": False, "said": "这个班已经交过了"})
    enter(tab, "一")
    expect(strip(tab)).to_contain_text("1条没有收下")
    go(tab, school, "/check/")
    tab.get_by_role("button", name="查看").click()
    row = tab.locator("#queue-list li")
    expect(row).to_contain_text("这个班已经交过了")
    school.verdict = None
    row.get_by_role("button", name="再传一次").click()
    expect(row).to_have_count(0)
    assert school.names() == ["一"]


def test_a_refusal_does_not_hold_up_the_rest(tab: Tab, school: School) -> None:
    school.down = True
    enter(tab, "一")
    expect(strip(tab)).to_contain_text("离线")
    school.verdict, school.down = (422, {"saved": False, "said": "不行"}), False
    hurry(tab)
    expect(strip(tab)).to_contain_text("1条没有收下")
    school.verdict = None
    enter(tab, "二")
    until(tab, "queue.standing.waiting.length === 0")
    assert school.names() == ["二"]


def test_taking_an_entry_out_asks_once_more(tab: Tab, school: School) -> None:
    school.verdict = (422, {"saved": False, "said": "不行"})
    enter(tab, "一")
    tab.get_by_role("button", name="查看").click()
    row = tab.locator("#queue-list li")
    row.get_by_role("button", name="拿掉").dblclick()  # one hasty hand is no answer
    expect(row).to_have_count(1)
    tab.wait_for_timeout(450)
    row.get_by_role("button", name="拿掉就找不回来").click()
    expect(row).to_have_count(0)


def test_the_queue_waits_for_the_same_account(tab: Tab, school: School) -> None:
    school.logged_in = ""
    enter(tab, "一")
    expect(strip(tab)).to_contain_text("登录过期，1条待上传")
    expect(strip(tab).get_by_role("link", name="登录")).to_be_visible()
    go(tab, school, "/login/")
    expect(strip(tab)).to_be_hidden()
    school.logged_in = "8"
    go(tab, school, "/check/")
    assert tab.evaluate("store.entries('8').then((all) => all.length)") == 0
    expect(strip(tab)).to_be_hidden()
    assert school.names() == []
    school.logged_in = "7"
    go(tab, school, "/check/")
    expect(strip(tab)).to_contain_text("已上传1条")
    assert school.names() == ["一"]


def test_a_page_left_open_does_not_send_under_another_log_in(
    tab: Tab, phone: BrowserContext, school: School
) -> None:
    school.logged_in = "8"
    opened(phone, school, "/check/")
    enter(tab, "一")
    expect(strip(tab)).to_contain_text("登录过期，1条待上传")
    assert school.names() == []


def test_two_tabs_send_an_entry_once(
    tab: Tab, phone: BrowserContext, school: School
) -> None:
    other = opened(phone, school, "/check/")
    school.down = True
    enter(tab, "一", "二")
    expect(strip(tab)).to_contain_text("离线，2条待上传")
    school.down = False
    hurry(tab)
    hurry(other)
    until(tab, "queue.standing.waiting.length === 0")
    until(other, "queue.standing.waiting.length === 0")
    assert school.received == ["一", "二"]


def test_a_kept_page_opens_without_the_net_and_says_so(
    tab: Tab, school: School
) -> None:
    tab.reload()  # the worker holds the page from now on
    school.down = True
    tab.reload()
    expect(tab.locator("#names")).to_have_text("韩沐阳")
    expect(strip(tab)).to_contain_text("离线，还能照常填")
    expect(strip(tab)).to_contain_text("存下的")
    tab.goto(f"{school.url}/other/")
    expect(tab.locator("body")).to_contain_text("没有网")


def test_a_page_that_does_not_say_so_is_not_kept(tab: Tab, school: School) -> None:
    school.pages["/secret/"] = lambda _asked: Answer("<!doctype html><p>诊断</p>")
    tab.goto(f"{school.url}/secret/")
    assert "诊断" in tab.content()
    school.down = True
    tab.goto(f"{school.url}/secret/")
    expect(tab.locator("body")).to_contain_text("没有网")


def test_a_lost_phone_has_no_names_tomorrow(tab: Tab, school: School) -> None:
    tab.reload()
    tab.evaluate("store.keepRoster('7', 'class', ['韩沐阳'])")
    assert tab.evaluate("store.roster('7', 'class').then((r) => r.data)") == ["韩沐阳"]
    assert tab.evaluate("store.roster('8', 'class')") is None
    tab.evaluate(
        """async () => { // as if it were kept yesterday
        const cache = await caches.open("pages");
        for (const asked of await cache.keys()) {
          const kept = await cache.match(asked), headers = new Headers(kept.headers);
          headers.set("X-Kept-Day", "Sun Mar 08 2026");
          await cache.put(asked, new Response(await kept.blob(), { headers }));
        }
        Date.now = () => new Date().setHours(48, 0, 0, 0);
      }"""
    )
    assert tab.evaluate("store.roster('7', 'class')") is None
    school.down = True
    tab.reload()
    expect(tab.locator("body")).to_contain_text("没有网")


def test_logging_out_forgets_names_and_keeps_the_queue(
    tab: Tab, school: School
) -> None:
    tab.reload()
    tab.evaluate("store.keepRoster('7', 'class', ['韩沐阳'])")
    school.verdict = (503, {})
    enter(tab, "一")
    expect(strip(tab)).to_contain_text("1条待上传")
    school.logged_in = ""
    go(tab, school, "/login/")
    until(tab, "caches.has('pages').then((has) => !has)")
    assert tab.evaluate("store.roster('7', 'class')") is None
    assert tab.evaluate("store.entries('7').then((all) => all.length)") == 1
