"""The warmed process: it holds the compiled kernel and the schools of the plans in force.

It listens on this machine only; ``whatif.json`` in the site's folder, readable to the
site alone, says on which port and with which key. A request and its answer are one line of
JSON each. The process ends when the worker that started it is gone.
"""

import hmac
import json
import logging
import os
import socketserver
import threading
import time
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import close_old_connections, connections

from bihuan.base.ids import SchoolCode
from bihuan.plan.defaults import complete
from bihuan.plan.plan import Plan
from bihuan.web.org.codes import fresh_code
from bihuan.web.org.models import PlanState, PlanVersion
from bihuan.web.org.policy import plan_of_version
from bihuan.web.whatif.compute import USUAL, Bench
from bihuan.web.whatif.levers import OutOfRange
from bihuan.web.whatif.line import ADDRESS

LONGEST: Final = 100_000
"""Bytes of a request."""
BENCHES: Final = 64
"""Schools whose baselines are held."""
WATCH: Final = 1.0
KEY: Final = 26
"""Letters of the key: 130 bits."""
log = logging.getLogger("bihuan.whatif")
_one_at_a_time = threading.Lock()


def serve() -> None:
    """Answer until the worker is gone."""
    path = Path(settings.HOME) / ADDRESS
    key = fresh_code(KEY)
    with _Server(("127.0.0.1", 0), _Hearer) as server:
        server.key = key
        _tell(path, {"port": server.server_address[1], "key": key, "pid": os.getpid()})
        for task in (server.serve_forever, warm):
            threading.Thread(target=task, daemon=True).start()
        parent = os.getppid()
        while os.getppid() == parent:
            time.sleep(WATCH)
    path.unlink(missing_ok=True)


def warm() -> None:
    """Compile the kernel and simulate the baselines of every plan in force."""
    try:
        rows = PlanVersion.objects.filter(state=PlanState.IN_FORCE.value)
        for number, digest in list(rows.values_list("pk", "digest")):
            plan = _plan(number, digest)
            taught = {c.school for c in plan.classes} if plan else set()
            for code in sorted(taught):
                bench(number, digest, code)
    except Exception:
        log.exception("warming failed")
    finally:
        connections.close_all()


def bench(number: int, digest: str, code: str, pathogen: str = USUAL) -> Bench:
    """The bench of a school and a pathogen; made once, by one thread at a time."""
    with _one_at_a_time:
        return _bench(number, digest, code, pathogen)


@lru_cache(maxsize=BENCHES)
def _bench(number: int, digest: str, code: str, pathogen: str) -> Bench:
    return Bench(_of(number, digest, code), SchoolCode(code), pathogen=pathogen)


def _of(number: int, digest: str, code: str) -> Plan:
    """The part of a version that speaks of a school."""
    plan = _plan(number, digest)
    if plan is None or SchoolCode(code) not in plan.by_code:
        raise LookupError(code)
    return plan.of(SchoolCode(code))


@lru_cache(maxsize=4)
def _plan(number: int, digest: str) -> Plan | None:
    plan = plan_of_version(number, digest)
    return complete(plan)[0] if plan else None


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Answer a request: the version, the school, and levers that were pulled or another version."""
    try:
        code, pathogen = str(asked["school"]), str(asked.get("pathogen") or USUAL)
        found = bench(int(asked["version"]), str(asked["digest"]), code, pathogen)
        if other := asked.get("other"):
            plan = _of(int(other["version"]), str(other["digest"]), code)
            with _one_at_a_time:
                return {"answer": found.compare(plan)}
        changes = {str(k): float(v) for k, v in dict(asked["changes"]).items()}
        with _one_at_a_time:
            return {"answer": found.answer(changes)}
    except OutOfRange as wrong:
        return {"refused": str(wrong)}
    except LookupError:
        return {"refused": "school"}
    finally:
        close_old_connections()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = False
    key = ""


class _Hearer(socketserver.StreamRequestHandler):
    """One request of a line, one answer of a line."""

    def handle(self) -> None:
        asked = json.loads(self.rfile.readline(LONGEST))
        server: Any = self.server
        if not hmac.compare_digest(str(asked.get("key", "")), server.key):
            return
        self.wfile.write(json.dumps(answer(asked)).encode() + b"\n")


def _tell(path: Path, told: dict[str, Any]) -> None:
    """Write the address so that nobody but the site reads it, whole or not at all."""
    part = path.with_suffix(".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(told, file)
    part.replace(path)
