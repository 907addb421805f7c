"""The line to the process: a key, one line each way, and silence where nobody listens."""

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bihuan.web.whatif import line, server
from bihuan.web.whatif.compute import Bench
from bihuan.web.whatif.levers import OutOfRange


@pytest.fixture
def listening(tmp_path: Path, settings: object) -> Iterator[Path]:
    """A server that knows no plan, in a thread, with its address in the site's folder."""
    settings.HOME = tmp_path  # type: ignore[attr-defined]  # where the address is written
    path = tmp_path / line.ADDRESS
    with server._Server(
        ("127.0.0.1", 0), server._Hearer
    ) as made:  # the part under test
        made.key = "key"
        server._tell(path, {"port": made.server_address[1], "key": "key"})
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield path
        made.shutdown()
        thread.join()


ASKED = {"version": 1, "digest": "", "school": "A", "changes": {"a.b": 1}}


@pytest.mark.usefixtures("listening")
@pytest.mark.django_db(transaction=True)
def test_a_lever_that_is_none_is_refused_by_the_other_side(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none(*_asked: object) -> Bench:
        raise OutOfRange("a.b")

    monkeypatch.setattr(server, "bench", none)
    assert line.ask(ASKED, seconds=3.0) == {"refused": "a.b"}


def test_the_address_is_for_the_site_alone(listening: Path) -> None:
    assert listening.stat().st_mode & 0o077 == 0


def test_without_the_key_nothing_is_answered(listening: Path) -> None:
    port = json.loads(listening.read_text("utf-8"))["port"]
    with socket.create_connection(("127.0.0.1", port), 3) as door:
        door.sendall(json.dumps(ASKED | {"key": "other"}).encode() + b"\n")
        assert door.recv(100) == b""


def test_where_nobody_listens_there_is_no_answer(
    tmp_path: Path, settings: object
) -> None:
    settings.HOME = tmp_path  # type: ignore[attr-defined]  # where no address is
    assert line.ask(ASKED, seconds=0.5) is None
    (tmp_path / line.ADDRESS).write_text('{"port": 1, "key": ""}')
    assert line.ask(ASKED, seconds=0.5) is None
