"""A PostgreSQL of the tests' own: made in a temporary folder, started, killed, started again.

The server refuses to run as root; as root it runs as the user `postgres`, or `nobody`.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

START: Final = 60.0
"""Seconds a server may take to come up, after a kill too."""
QUIET: Final = {"listen_addresses": "127.0.0.1", "unix_socket_directories": ""}


def binaries() -> Path | None:
    """Folder of initdb and postgres; None: there is no PostgreSQL server here."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("postgres")
    if found:
        folders.insert(0, Path(found).resolve().parent)
    return next((f for f in folders if (f / "initdb").exists()), None)


def owner() -> str | None:
    """The user a server runs as; None: as ourselves."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


@dataclass
class Postgres:
    """A server of our own in a folder."""

    folder: Path
    port: int
    options: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def address(self) -> str:
        """What BIHUAN_DATABASE is set to."""
        return f"postgresql://bihuan@127.0.0.1:{self.port}/bihuan"

    @property
    def upkeep(self) -> str:
        """The database that is always there."""
        return f"postgresql://bihuan@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start the server and wait until it answers, through its recovery if need be."""
        settings = [
            f"-c{name}={value}" for name, value in (QUIET | {**self.options}).items()
        ]
        until = time.monotonic() + START
        while time.monotonic() < until:
            # after a kill the old postmaster may not be reaped yet: try again
            self.process = run_as(
                [
                    tool("postgres"),
                    "-D",
                    str(self.folder),
                    "-p",
                    str(self.port),
                    *settings,
                ]
            )
            if self._answers(until):
                return
        raise TimeoutError(f"PostgreSQL in {self.folder} does not answer")

    def _answers(self, until: float) -> bool:
        while time.monotonic() < until:
            if self.process is None or self.process.poll() is not None:
                return False
            asked = [tool("psql"), "-qAt", self.upkeep, "-c", "select 1"]
            if subprocess.run(asked, capture_output=True, check=False).returncode == 0:
                return True
            time.sleep(0.1)
        return False

    def kill(self) -> None:
        """SIGKILL the postmaster and every backend at once, as a power cut would."""
        assert self.process is not None
        pids = [self.process.pid, *_children(self.process.pid)]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        self.process.wait()
        for pid in pids[1:]:
            _gone(pid)

    def stop(self) -> None:
        """Stop it in good order."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(START)


def tool(name: str) -> str:
    """Path of one of the server's programs."""
    folder = binaries()
    assert folder is not None
    path = folder / name
    return str(path) if path.exists() else (shutil.which(name) or name)


def run_as(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Start a program as the user a server runs as."""
    return subprocess.Popen(
        command,
        user=owner(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
    )


@contextmanager
def server(**options: str) -> Iterator[Postgres]:
    """A running server with an empty database `bihuan`."""
    folder = Path(tempfile.mkdtemp(prefix="bihuan-pg-"))
    made = Postgres(folder / "data", free_port(), options)
    if user := owner():
        shutil.chown(folder, user)
    initdb = [tool("initdb"), "-D", str(made.folder), "-U", "bihuan", "-A", "trust",
              "-E", "UTF8", "--locale=C.UTF-8"]  # fmt: skip
    assert run_as(initdb).wait() == 0
    try:
        made.start()
        create = [tool("psql"), "-qc", "create database bihuan", made.upkeep]
        subprocess.run(create, check=True)
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port nobody listens at."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def _children(pid: int) -> list[int]:
    listing = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listing.read_text().split()]


def _gone(pid: int) -> None:
    until = time.monotonic() + START
    while Path(f"/proc/{pid}").exists() and time.monotonic() < until:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        if state == "Z":
            return
        time.sleep(0.02)
