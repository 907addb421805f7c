"""The worker: tasks that were put in the queue, and jobs that come round by the clock.

Two threads, so that a long task never delays an escalation. A job that fails is told in
the log and tried again at its next time; it never ends the worker. `worker.json` in the
site's folder says when the worker was last alive and how its jobs fared.
"""

import datetime as dt
import json
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import OperationalError, close_old_connections, connections
from django_tasks_db.management.commands.db_worker import Worker

from bihuan.web.org import clock
from bihuan.web.whatif import line

HEARTBEAT: Final = "worker.json"
BEAT: Final = 5.0
"""Seconds between two heartbeats."""
PULSE: Final = 1.0
"""Seconds between two looks at the queue and at the jobs."""
GRACE: Final = 15.0
"""Seconds that a task in hand is given to end."""
MIDNIGHT: Final = 0
NIGHT: Final = 3
"""Hour from which the jobs of the night are done."""
log = logging.getLogger("bihuan.worker")


@dataclass(slots=True)
class Job:
    """Something done every so often, or once a day from an hour on."""

    name: str
    carry_out: Callable[[dt.datetime], Any]
    every: dt.timedelta = dt.timedelta(0)
    hour: int | None = None
    last: dt.datetime | None = None
    failures: int = 0

    def due(self, now: dt.datetime) -> bool:
        """Whether it is time."""
        if self.hour is not None:
            done = self.last is not None and self.last.date() == now.date()
            return not done and now.hour >= self.hour
        return self.last is None or abs(now - self.last) >= self.every

    def run(self, now: dt.datetime) -> None:
        """Do it; what goes wrong is told and does not end the worker."""
        self.last = now
        try:
            self.carry_out(now)
        except Exception:
            self.failures += 1
            log.exception("job %s failed", self.name)


def jobs() -> tuple[Job, ...]:
    """All jobs of the site."""
    seconds = dt.timedelta(seconds=1)
    return (
        Job("clocks", _named("bihuan.web.ledgers.core.clocks:tick"), 15 * seconds),
        Job("missing", _named("bihuan.web.flows.missing:climb"), 60 * seconds),
        Job("notices", _named("bihuan.web.notices.deliver:deliver"), 15 * seconds),
        Job("survey", _named("bihuan.web.flows.survey:resort"), hour=MIDNIGHT),
        Job("retention", _named("bihuan.web.ledgers.core.retention:sweep"), hour=NIGHT),
        Job("forget", _named("bihuan.web.notices.deliver:forget"), hour=NIGHT),
    )


def _named(path: str) -> Callable[[dt.datetime], Any]:
    """A job's function, as module:name, imported when it is first due."""
    module, _colon, name = path.partition(":")

    def carry_out(now: dt.datetime) -> Any:
        return getattr(import_module(module), name)(now)

    return carry_out


@dataclass
class Rounds:
    """The thread of the jobs, with its heartbeat."""

    jobs: Sequence[Job]
    stop: threading.Event = field(default_factory=threading.Event)
    beat_at: float = 0.0

    def run(self) -> None:
        """Go round until asked to stop."""
        while not self.stop.is_set():
            self.once(clock.now())
            self.stop.wait(PULSE)
        connections.close_all()

    def once(self, now: dt.datetime) -> None:
        """Do what is due."""
        for job in self.jobs:
            if job.due(now) and not self.stop.is_set():
                close_old_connections()
                job.run(now)
        if time.monotonic() - self.beat_at >= BEAT:
            self.beat_at = time.monotonic()
            beat(Path(settings.HOME) / HEARTBEAT, self.jobs, now)


def beat(path: Path, jobs: Sequence[Job], now: dt.datetime) -> None:
    """Write the heartbeat, whole or not at all."""
    told = {
        "at": now.isoformat(timespec="seconds"),
        "pid": os.getpid(),
        "jobs": {
            job.name: {
                "last": job.last.isoformat(timespec="seconds") if job.last else None,
                "failures": job.failures,
            }
            for job in jobs
        },
    }
    part = path.with_suffix(".part")
    part.write_text(json.dumps(told, indent=1), "utf-8")
    part.replace(path)


def work() -> None:
    """Work until SIGTERM or SIGINT; the task in hand is ended first."""
    rounds = Rounds(jobs())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_heard: rounds.stop.set())
    thread = threading.Thread(target=rounds.run, name="jobs")
    queue = threading.Thread(target=_tasks, args=(rounds.stop,), daemon=True)
    thread.start()
    queue.start()
    whatif = line.start()
    while not rounds.stop.wait(PULSE):
        if not thread.is_alive() or not queue.is_alive():
            rounds.stop.set()
    whatif.terminate()
    thread.join()
    queue.join(GRACE)
    whatif.wait()


def _tasks(stop: threading.Event) -> None:
    """Do the queue's tasks as they come."""
    queue = Worker(
        queue_names=["*"],
        interval=PULSE,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=1,
        worker_id=f"{os.getpid()}",
        excluded_queue_names=[],
    )
    while not stop.is_set():
        queue._run_tasks = 0  # noqa: SLF001  # the library counts over its whole life
        try:
            queue.run()
        except OperationalError:  # a job that writes long keeps SQLite to itself
            log.warning("the queue could not be read, trying again", exc_info=True)
            close_old_connections()
        stop.wait(0 if queue._run_tasks else PULSE)  # noqa: SLF001
    connections.close_all()
