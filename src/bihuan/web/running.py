"""The processes of a running site: granian, which serves, and the worker beside it.

The two are started in sessions of their own, so that Ctrl-C reaches this process only; it
then ends first the one that takes entries, then the one that works on them, and waits.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Final

GRACE: Final = 20.0
"""Seconds a process has to end by itself."""
START: Final = 60.0
"""Seconds until the server has to answer."""
LEFT_BEHIND: Final = 3.0
"""Seconds that children of an ended process have to end by themselves."""
PAUSE: Final = 0.2
THREADS: Final = 4
"""Threads of each serving process; they wait for the database, not for the processor."""


class PortTaken(OSError):  # noqa: N818  # it names what was found
    """Another program listens at the address."""


class Ended(RuntimeError):  # noqa: N818  # it names what happened
    """A process of the site ended by itself."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a site is reached."""

    host: str
    port: int

    def __str__(self) -> str:
        host = "127.0.0.1" if self.host in {"", "0.0.0.0", "::"} else self.host  # noqa: S104  # compared, not bound
        return f"http://{host}:{self.port}/"


def claim(address: Address) -> None:
    """See that nobody listens at an address; PortTaken if somebody does."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((address.host, address.port))
        except OSError as taken:
            raise PortTaken(taken.errno, os.strerror(taken.errno or 0)) from taken


def web_command(address: Address, workers: int) -> list[str]:
    """The command line of the server."""
    return [
        sys.executable, "-m", "granian", "bihuan.web.wsgi:application",
        "--interface", "wsgi", "--host", address.host, "--port", str(address.port),
        "--workers", str(workers), "--blocking-threads", str(THREADS),
        "--no-ws", "--log-level", "warning", "--respawn-failed-workers",
    ]  # fmt: skip


def work_command() -> list[str]:
    """The command line of the worker."""
    return [sys.executable, "-m", "bihuan", "site", "work"]


def run(
    address: Address,
    workers: int,
    environment: Mapping[str, str],
    ready: Callable[[], None],
) -> None:
    """Serve until a signal asks to end; Ended if a process ends by itself."""
    stop = _Stop()
    web = _start(web_command(address, workers), environment)
    work = _start(work_command(), environment)
    try:
        if _answers(address, web, stop):
            ready()
        while not stop.asked and web.poll() is None and work.poll() is None:
            time.sleep(PAUSE)
        if not stop.asked:
            raise Ended("web" if web.poll() is not None else "work")
    finally:
        _end(web)
        _end(work)
        stop.give_back()


class _Stop:
    """Hears SIGINT and SIGTERM."""

    def __init__(self) -> None:
        self.asked = False
        self._before = {
            number: signal.signal(number, self._hear)
            for number in (signal.SIGINT, signal.SIGTERM)
        }

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True

    def give_back(self) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)


def _start(
    command: list[str], environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  # our own command lines
        command, env=dict(environment), start_new_session=True
    )


def _answers(address: Address, web: subprocess.Popen[bytes], stop: _Stop) -> bool:
    """Wait until the server takes connections."""
    host = "127.0.0.1" if address.host in {"", "0.0.0.0"} else address.host  # noqa: S104  # compared, not bound
    for _try in range(int(START / PAUSE)):
        if stop.asked or web.poll() is not None:
            return False
        try:
            socket.create_connection((host, address.port), timeout=1).close()
        except OSError:
            time.sleep(PAUSE)
        else:
            return True
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, and make it end when it does not."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    _end_group(process.pid)


def _end_group(leader: int) -> None:
    """End what a process left behind in its session: one killed early leaves children."""
    if sys.platform == "win32":  # it has neither groups nor SIGKILL
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        for _try in range(int(LEFT_BEHIND / PAUSE)):
            try:
                os.killpg(leader, number)
            except ProcessLookupError:  # nobody there
                return
            time.sleep(PAUSE)
