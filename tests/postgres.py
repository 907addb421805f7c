"""A PostgreSQL of the tests' own, in a folder that goes away; skipped where there is none.

    from postgres import server  # a fixture for the whole session

`server` is a `Server`: `server.address("name")` makes an empty database and gives its
address for BIHUAN_DATABASE; `server.restart()` and `server.kill()` end it as asked and
not asked. The program refuses to run as root, so root starts it as somebody else.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

OTHERS = ("postgres", "nobody")
"""Users as whom root starts the server."""
START = 30.0


@dataclass
class Server:
    """A running server and how it is started again."""

    binaries: Path
    folder: Path
    port: int
    user: str | None
    settings: tuple[str, ...] = ()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def call(self, program: str, *words: str) -> None:
        """Run one of PostgreSQL's programs as the user who may."""
        done = subprocess.run(
            [self.binaries / program, *words],
            check=False,
            capture_output=True,
            text=True,
            cwd=self.folder,
            user=self.user,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self, *settings: str) -> None:
        """Start it, with settings as name=value."""
        given = [f"-c {setting}" for setting in (*self.settings, *settings)]
        options = " ".join(
            [
                "-c listen_addresses=127.0.0.1",
                f"-p {self.port}",
                f"-k {self.folder}",
                *given,
            ]
        )
        log = str(self.folder / "log")
        self.call(
            "pg_ctl", "-D", str(self.data), "-w", "-l", log, "-o", options, "start"
        )

    def stop(self, mode: str = "fast") -> None:
        """Stop it; mode immediate is a crash."""
        self.call("pg_ctl", "-D", str(self.data), "-w", "-m", mode, "stop")

    def restart(self, *settings: str) -> None:
        """Stop it in order and start it again."""
        self.stop()
        self.start(*settings)

    def kill(self) -> None:
        """End the server and all its processes with SIGKILL."""
        leader = int((self.data / "postmaster.pid").read_text().split()[0])
        told = subprocess.run(
            ["/usr/bin/pgrep", "-P", str(leader)],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        for number in (leader, *map(int, told.stdout.split())):
            try:
                os.kill(number, signal.SIGKILL)
            except ProcessLookupError:
                continue
        until = time.monotonic() + START
        while Path(f"/proc/{leader}").exists() and time.monotonic() < until:
            time.sleep(0.05)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def address(self, name: str) -> str:
        """Make an empty database and give its address."""
        with psycopg.connect(self.admin, autocommit=True) as held:
            held.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
            held.execute(
                f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'".encode()
            )
        return f"postgresql://bihuan@127.0.0.1:{self.port}/{name}"

    @property
    def admin(self) -> str:
        return f"postgresql://bihuan@127.0.0.1:{self.port}/postgres"


def binaries() -> Path | None:
    """Where PostgreSQL's programs are, newest version first; None: nowhere."""
    known = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    places = [*known, *([Path(found).parent] if found else [])]
    return next((place for place in places if (place / "initdb").exists()), None)


def other_user() -> str | None:
    """As whom root starts it; None: as oneself."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in OTHERS if name in names), None)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server for the session, without the safety of fsync: nothing here outlives it."""
    if reason := missing():
        pytest.skip(reason)
    with running("fsync=off") as held:
        yield held


def missing() -> str:
    """Why there is no server on this machine; empty: there is one."""
    if binaries() is None:
        return "no PostgreSQL on this machine (Debian: postgresql)"
    if os.geteuid() == 0 and other_user() is None:
        return "PostgreSQL does not run as root, and there is no user to run it as"
    return ""


@contextmanager
def running(*settings: str) -> Iterator[Server]:
    """A server in a folder that goes away with it."""
    place, user = binaries(), other_user()
    assert place is not None
    with tempfile.TemporaryDirectory(prefix="bihuan-pg-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        if user:
            shutil.chown(folder, user)
        held = Server(place, folder, free_port(), user, settings)
        held.call(
            "initdb", "-D", str(held.data), "-U", "bihuan", "--auth=trust",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        held.start()
        try:
            yield held
        finally:
            held.stop("immediate")


def free_port() -> int:
    """A port nobody listens at now."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])
