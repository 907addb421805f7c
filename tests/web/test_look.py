"""The kitchen-sink pages in a real browser: nothing overflows, small or pale."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page as Tab, ViewportSize

from look_world import look
from page_server import Answer, Page, Site, serve

pytestmark = pytest.mark.slow

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}
PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "today": ("today.html", {}),
    "check": ("check.html", {}),
    "pass": ("gate.html", {"kind": "pass"}),
    "hold": ("gate.html", {"kind": "hold"}),
    "incident": ("incident.html", {}),
    "drill": ("incident.html", {"drill": True}),
    "dorm": ("dorm.html", {}),
    "board": ("board.html", {}),
    "board-drill": ("board.html", {"drill": True}),
}
AUDIT = """(targets) => {
  const found = [];
  const lum = (c) => {
    const [r, g, b] = c.map((x) => { x /= 255; return x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4; });
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const colour = (text) => { const v = (text.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number); return v.length < 4 ? [...v, 1] : v; };
  const ground = (e) => {
    for (; e; e = e.parentElement) { const c = colour(getComputedStyle(e).backgroundColor); if (c[3] > .99) return c.slice(0, 3); }
    return colour(getComputedStyle(document.documentElement).getPropertyValue("background-color")).slice(0, 3);
  };
  const seen = (e) => { const r = e.getBoundingClientRect(), s = getComputedStyle(e); return r.width > 1 && r.height > 1 && s.visibility !== "hidden" && !e.closest("[hidden]"); };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement, said = walk.currentNode.textContent.trim();
    if (!said || !seen(e) || e.closest("script,svg,.hush")) continue;
    const style = getComputedStyle(e);
    let a = lum(colour(style.color).slice(0, 3)), b = lum(ground(e));
    if (a < b) [a, b] = [b, a];
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) found.push(`contrast ${ratio.toFixed(2)} "${said.slice(0, 20)}"`);
    if (parseFloat(style.fontSize) < 12) found.push(`small ${style.fontSize} "${said.slice(0, 20)}"`);
  }
  if (targets) for (const e of document.querySelectorAll("button,a,select,summary,label:has(input),input:not([type=hidden])")) {
    if (!seen(e) || e.matches(".skip") || e.closest("label:has(input)") !== null && e.matches("input")) continue;
    const box = e.getBoundingClientRect();
    if (box.height < 43.5 || box.width < 43.5) found.push(`target ${box.width.toFixed(0)}x${box.height.toFixed(0)} "${e.textContent.trim().slice(0, 16)}"`);
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push(`page is ${document.documentElement.scrollWidth} wide`);
  for (const e of document.querySelectorAll("main *, .dock *, .dbar *, dialog[open] *")) {
    if (e.closest("svg,.scroll,.hush,.chart") || !seen(e)) continue;
    const style = getComputedStyle(e);
    if (style.display !== "inline" && style.overflowX === "visible" && e.clientWidth && e.scrollWidth > e.clientWidth + 1) found.push(`spills ${e.tagName}.${e.className} "${e.textContent.trim().slice(0, 20)}"`);
  }
  return found;
}"""


BAD = """<!doctype html><body><main><p>普通</p><p class="pale">太淡</p><button>小</button>
<p class="tiny">太小</p><p class="wide">太宽太宽太宽太宽</p></main><link rel="stylesheet" href="/bad.css">"""
BAD_CSS = """body{margin:0;background:#fff} .pale{color:#bbb} button{width:20px;height:20px}
.tiny{font-size:9px} .wide{width:30px;white-space:nowrap}"""


def _page(source: str, language: str, more: dict[str, Any]) -> Page:
    return lambda _asked: Answer(look(source, language, **more))


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    pages = {
        f"/{name}/{language}/": _page(source, language, more)
        for name, (source, more) in PAGES.items()
        for language in ("zh-Hans", "en")
    }
    pages["/bad/"] = lambda _asked: Answer(BAD)
    pages["/favicon.ico"] = lambda _asked: Answer("", status=204)
    pages["/bad.css"] = lambda _asked: Answer(BAD_CSS, "text/css")
    with serve(Site(pages)) as running:
        yield running


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Tab]:
    """A fresh tab that keeps what the browser complains of."""
    context = chromium.new_context(service_workers="block")
    page = context.new_page()
    yield page
    context.close()


def complaints(tab: Tab, url: str, *, phone: bool) -> list[str]:
    """What is wrong with a page in light and dark, its sheet closed and open."""
    said: list[str] = []
    tab.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto(url)
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        said += tab.evaluate(AUDIT, phone)
    opener = tab.locator("[data-sheet=sheet], [data-sheet=me]").first
    if opener.count():
        opener.click()
        tab.locator("dialog[open]").wait_for()
        said += tab.evaluate(AUDIT, phone)
    return said


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_component_fits_and_can_be_read(
    tab: Tab, site: Site, language: str, size: ViewportSize
) -> None:
    tab.set_viewport_size(size)
    wrong = {
        name: found
        for name in PAGES
        if (
            found := complaints(
                tab, f"{site.url}/{name}/{language}/", phone=size == PHONE
            )
        )
    }
    assert wrong == {}


def test_the_eye_sees_what_is_wrong(tab: Tab, site: Site) -> None:
    tab.set_viewport_size(PHONE)
    kinds = {
        found.split()[0] for found in complaints(tab, f"{site.url}/bad/", phone=True)
    }
    assert kinds == {"contrast", "small", "target", "spills"}
