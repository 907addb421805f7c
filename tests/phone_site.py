"""A phone on the real site, for the browser stories of the pages for the hand."""

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page as Tab
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from bihuan.web.org import clock
from site_world import Cast

PICTURES = os.environ.get("BIHUAN_PICTURES", "")
"""Folder into which the stories put what they saw; empty: nowhere."""
LANGUAGE = os.environ.get("BIHUAN_PICTURES_IN", "zh-CN")
SCHEME = os.environ.get("BIHUAN_PICTURES_BY", "light")


def stand_at(settings: Settings, folder: Path, at: dt.datetime) -> None:
    """Let the site's clock stand at a moment, and go on from there."""
    settings.CLOCK_FILE = ""
    shift = (at - clock.now()).total_seconds()
    (folder / "clock").write_text(str(shift))
    settings.CLOCK_FILE = str(folder / "clock")
    settings.SECOND_FACTOR = False


@contextmanager
def phone_of(
    browser: Browser, site: LiveServer, cast: Cast, who: str
) -> Iterator[BrowserContext]:
    """A phone in which somebody is logged in, without typing the password."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale=LANGUAGE, device_scale_factor=2,
        has_touch=True, color_scheme="dark" if SCHEME == "dark" else "light",
    )  # fmt: skip
    session = cast.client(who).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": site.url}])
    yield context
    context.close()


def picture(tab: Tab, name: str) -> None:
    """Keep what the phone shows, if somebody wants to look at it."""
    if PICTURES:
        tab.screenshot(path=f"{PICTURES}/{name}.png")
