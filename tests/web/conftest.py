"""A real browser for the tests that need one."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from django.db import connection
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

CHROMIUM: Final = Path("/usr/bin/chromium")
# the browser's event loop runs in the thread in which the tests ask the database
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, once for the whole session, without a sandbox, since CI is root."""
    if not CHROMIUM.exists():
        pytest.skip("there is no /usr/bin/chromium (Debian: chromium)")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture
def live_site(live_server: LiveServer) -> Iterator[LiveServer]:
    """The real site on a port; afterwards the trail is emptied, which SQLite forbids anybody."""
    yield live_server
    if connection.vendor == "sqlite":
        empty_trail()


def empty_trail() -> None:
    """Take the trail's lines out; its guards stand again before the next test."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master"
            " WHERE type = 'trigger' AND tbl_name = 'org_auditline'"
        )
        guards = cursor.fetchall()
        for name, _sql in guards:
            cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute("DELETE FROM org_auditline")
        for _name, sql in guards:
            cursor.execute(sql)
