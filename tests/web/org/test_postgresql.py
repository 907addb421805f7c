"""A kept connection: whether it lives is seen without a statement."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from django.db import connections
from django.db.backends.postgresql import base

from bihuan.web.org.postgresql.base import DatabaseWrapper
from bihuan.web.settings import database
from postgres import Server, missing, running

pytestmark = [
    pytest.mark.django_db,  # opens the door of every database
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing()), reason=missing()),
]


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as held:
        yield held


@pytest.fixture
def kept(server: Server) -> Iterator[Any]:
    """A connection that is open, of a database of its own."""
    told = connections["default"].settings_dict | {"OPTIONS": {}}
    told |= database(server.address("kept"))
    made = DatabaseWrapper(told)
    made.connect()
    with closing(made):
        yield made


def test_a_quiet_connection_is_not_asked(
    kept: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", asked.append)
    assert kept.is_usable()
    assert asked == []


def test_a_server_that_was_ended_is_seen(kept: Any, server: Server) -> None:
    server.restart()
    assert not kept.is_usable()
    kept.close()
    kept.connect()
    assert kept.is_usable()


def test_a_killed_server_is_seen(kept: Any, server: Server) -> None:
    server.kill()
    try:
        assert not kept.is_usable()
    finally:
        server.start()
