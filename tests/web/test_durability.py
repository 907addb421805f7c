"""What was acknowledged is there after a kill: server and database, under load, three rounds.

SIGKILL leaves the kernel's page cache, so this says nothing of a power cut; for that the
databases sync every commit, which the last test counts. The control shows that the check
can see a loss: without synchronous commits PostgreSQL does lose what it acknowledged.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

import site_ground
from postgres import free_port, missing, running
from site_ground import Load, Site, post_checks

pytestmark = pytest.mark.slow
ROUNDS: Final = 3
SECONDS: Final = 4.0
LEAST: Final = 30
"""Acknowledged entries of a round, fewer prove nothing."""
needs_postgresql = pytest.mark.skipif(bool(missing()), reason=missing())


@contextmanager
def site(database: str = "") -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="bihuan-kill-") as home:
        made = Site(Path(home), free_port(), database)
        made.seed(24)
        try:
            yield made
        finally:
            made.stop()


def killed_rounds(
    made: Site, kill: Callable[[], None], again: Callable[[], None]
) -> Load:
    """Rounds of load, each cut short by a kill in its midst; all that was acknowledged."""
    total = Load()
    for _round in range(ROUNDS):
        dead = threading.Event()
        timer = threading.Timer(SECONDS, _at_once, (kill, dead))
        timer.start()
        load = post_checks(made, SECONDS + 1, stop=dead.is_set)
        timer.join()
        assert len(load.acked) >= LEAST, (len(load.acked), load.refused[:3])
        total.acked |= load.acked
        again()
    return total


def _at_once(kill: Callable[[], None], dead: threading.Event) -> None:
    kill()
    dead.set()


def lost(made: Site, load: Load) -> list[str]:
    """Entries that were acknowledged and are not there as they were sent, with their line."""
    told = json.loads(made.python(site_ground.__file__, "stored"))
    assert told["broken"] == []
    rows = {row["entry"]: row for row in told["rows"]}
    return [
        entry for entry, body in load.acked.items() if not _whole(body, rows.get(entry))
    ]


def _whole(body: dict[str, Any], row: dict[str, Any] | None) -> bool:
    if row is None:
        return False
    sent = sorted([ill["person"], ill["celsius"]] for ill in body["exceptions"])
    return bool(
        row["audited"]
        and row["expected"] == body["expected"]
        and sorted(row["ill"]) == sent
    )


def test_a_killed_server_loses_nothing_on_sqlite() -> None:
    with site() as made:
        made.start()
        load = killed_rounds(made, made.kill, made.start)
        assert lost(made, load) == []


@needs_postgresql
def test_a_killed_server_loses_nothing_on_postgresql() -> None:
    with running() as held, site(held.address("bihuan")) as made:
        made.start()
        load = killed_rounds(made, made.kill, made.start)
        assert lost(made, load) == []


@needs_postgresql
def test_a_killed_postgresql_loses_nothing() -> None:
    with running() as held, site(held.address("bihuan")) as made:
        made.start()
        load = killed_rounds(made, held.kill, held.start)
        assert lost(made, load) == []


@needs_postgresql
def test_the_control_loses() -> None:
    """Without synchronous commits, and a slow writer, a kill does lose: the check can see."""
    careless = (
        "synchronous_commit=off",
        "wal_writer_delay=10s",
        "wal_writer_flush_after=2GB",
    )
    with running(*careless) as held, site(held.address("bihuan")) as made:
        made.start()
        load = killed_rounds(made, held.kill, held.start)
        assert lost(made, load) != []


@pytest.mark.skipif(shutil.which("strace") is None, reason="no strace on this machine")
def test_sqlite_syncs_every_commit() -> None:
    """Fifty commits are at least fifty syncs; NORMAL would make a handful."""
    with tempfile.TemporaryDirectory(prefix="bihuan-sync-") as home:
        made = Site(Path(home), free_port())
        made.python("-m", "django", "migrate", "--verbosity=0")
        trace = Path(home, "trace")
        program = (
            "import django; django.setup()\n"
            "from bihuan.web.org.models import Unit, UnitKind\n"
            "from bihuan.web.org.units import add_unit\n"
            "from django.db import transaction\n"
            "for n in range(50):\n"
            "    with transaction.atomic():\n"
            "        add_unit(None, UnitKind.BUREAU, str(n), str(n))\n"
        )
        subprocess.run(
            [shutil.which("strace") or "strace", "-f", "-c", "-e", "trace=fdatasync,fsync", "-o", str(trace),
             sys.executable, "-c", program],
            env=made.environment, check=True,
        )  # fmt: skip
        calls = [
            int(line.split()[3])
            for line in trace.read_text().splitlines()
            if line.split()[-1:] in (["fdatasync"], ["fsync"])
        ]
        assert sum(calls) >= 50
