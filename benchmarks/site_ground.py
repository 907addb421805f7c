"""A real site to measure and to kill: seeded, served by granian, under a load of checks.

`python site_ground.py seed CLASSES PUPILS` fills the database that the environment
names; the benchmark and the durability tests run it, serve it and post to it.
"""

import datetime as dt
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final

from bihuan.web.running import Address, web_command

SCHOOL_CLASSES: Final = 20
"""Classes of a school of the seeded district."""
START: Final = 60.0
TIMEOUT: Final = 30.0


@dataclass(frozen=True, slots=True)
class Klass:
    """A class to post for: its number and those of its pupils."""

    unit: int
    pupils: tuple[int, ...]


@dataclass
class Site:
    """A site of its own: where its files are, its database, its server."""

    home: Path
    port: int
    database: str = ""
    workers: int = 2
    token: str = ""
    classes: tuple[Klass, ...] = ()
    teachers: tuple[str, ...] = ()
    """Session keys of the class teachers, in the order of the classes."""
    bureau: str = ""
    """Session key of the bureau's office."""
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def environment(self) -> dict[str, str]:
        """What every process of this site has in its environment."""
        return {
            **os.environ,
            "BIHUAN_HOME": str(self.home),
            "BIHUAN_DATABASE": self.database,
            "BIHUAN_DEMO": "1",  # no second factor: the load logs in by sessions
            "DJANGO_SETTINGS_MODULE": "bihuan.web.settings",
            "PYTHONWARNINGS": "ignore",
        }

    def python(self, *words: str) -> str:
        """Run a program in the site's environment; its output."""
        done = subprocess.run(
            [sys.executable, *words],
            env=self.environment,
            capture_output=True,
            check=False,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-4000:])
        return done.stdout

    def seed(self, classes: int, pupils: int = 45) -> None:
        """Make the tables, a district of so many classes, a token and sessions."""
        self.python("-m", "django", "migrate", "--verbosity=0")
        told = json.loads(self.python(__file__, "seed", str(classes), str(pupils)))
        self.token, self.bureau = told["token"], told["bureau"]
        self.teachers = tuple(told["teachers"])
        self.classes = tuple(
            Klass(unit, tuple(people)) for unit, people in told["classes"]
        )

    def start(self) -> None:
        """Serve, and wait until it answers; a stale server on the port is an error."""
        if self._answers():
            raise RuntimeError(f"port {self.port} is taken")
        command = web_command(Address("127.0.0.1", self.port), self.workers)
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                env=self.environment,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + START
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((self.home / "server.log").read_text()[-4000:])
            time.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL the server and all its workers at once."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stop the server in good order."""
        if self.process is not None and self.process.poll() is None:
            self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        os.killpg(self.process.pid, how)
        self.process.wait(TIMEOUT)

    def _answers(self) -> bool:
        door = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            door.request("GET", "/offline/")
            return door.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            door.close()


@dataclass
class Load:
    """What a run of requests did: answers with their time, and entries that were acknowledged."""

    times: list[float] = field(default_factory=list)
    acked: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    broken: int = 0
    """Requests that got no answer."""

    @property
    def p99(self) -> float:
        """99th centile of the answers' times, seconds."""
        return centile(self.times, 0.99)


def centile(times: list[float], share: float) -> float:
    """The time below which a share of the answers came, seconds."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def check_body(klass: Klass, slot: str, number: int, exceptions: int) -> dict[str, Any]:
    """A check of a class; its exceptions carry temperatures that tell it from any other."""
    today = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date()
    ill = [
        {
            "person": klass.pupils[(number + n) % len(klass.pupils)],
            "kind": "unwell",
            "celsius": 36 + (number + n) % 13 / 10,
            "symptoms": [],
        }
        for n in range(exceptions)
    ]
    return {
        "entry": str(uuid.uuid4()),
        "slot": slot,
        "day": today.isoformat(),
        "expected": len(klass.pupils),
        "exceptions": ill,
        "back": [],
    }


def post_checks(
    site: Site,
    seconds: float,
    *,
    clients: int = 8,
    exceptions: int = 2,
    stop: Callable[[], bool] = lambda: False,
) -> Load:
    """Post checks of one class after the other, from several clients, for some time."""
    load, numbers, lock = Load(), count(), threading.Lock()
    until = time.monotonic() + seconds

    def client() -> None:
        door = http.client.HTTPConnection("127.0.0.1", site.port, timeout=TIMEOUT)
        while time.monotonic() < until and not stop():
            number = next(numbers)
            klass = site.classes[number % len(site.classes)]
            slot = ("morning", "noon")[number // len(site.classes) % 2]
            body = check_body(klass, slot, number, exceptions)
            door = _post(site, door, klass, body, load, lock)
        door.close()

    threads = [threading.Thread(target=client) for _number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return load


def _post(  # noqa: PLR0917  # a loop of its own
    site: Site,
    door: http.client.HTTPConnection,
    klass: Klass,
    body: dict[str, Any],
    load: Load,
    lock: threading.Lock,
) -> http.client.HTTPConnection:
    began = time.perf_counter()
    try:
        door.request(
            "POST",
            f"/api/v1/units/{klass.unit}/checks",
            json.dumps(body),
            {
                "Authorization": f"Bearer {site.token}",
                "Content-Type": "application/json",
            },
        )
        answer = door.getresponse()
        text = answer.read()
    except (OSError, http.client.HTTPException):
        door.close()
        with lock:
            load.broken += 1
        time.sleep(0.02)
        return http.client.HTTPConnection("127.0.0.1", site.port, timeout=TIMEOUT)
    with lock:
        load.times.append(time.perf_counter() - began)
        if answer.status == http.HTTPStatus.OK:
            load.acked[body["entry"]] = {"unit": klass.unit, **body}
        else:
            load.refused.append(f"{answer.status} {text[:200]!r}")
    return door


# --- run inside the site's environment ------------------------------------------------


def seed(classes: int, pupils: int) -> dict[str, Any]:
    """Fill an empty database; what a load needs to know of it."""
    import django

    django.setup()
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import connection, transaction

    from bihuan.rules.access import Deed, Role
    from bihuan.web.flows.accounts import make_token
    from bihuan.web.org import clock
    from bihuan.web.org.models import Account, Assignment, Person, Unit, UnitKind
    from bihuan.web.org.scope import Actor
    from bihuan.web.org.units import add_unit

    day = clock.today()

    def session(account: Account) -> str:
        store = SessionStore()
        store["_auth_user_id"] = str(account.pk)
        store["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
        store["_auth_user_hash"] = account.get_session_auth_hash()
        store.create()
        return str(store.session_key)

    def person(unit: Unit, role: Role, at: Unit, number: int) -> str:
        made = Person.objects.create(
            unit=unit, school=unit.school, role="teacher", name=f"示例{number}"
        )
        account = Account.objects.create_user(f"load-{made.pk}", None, person=made)
        Assignment.objects.create(person=made, role=role.value, unit=at, since=day)
        return session(account)

    made: list[tuple[Unit, str]] = []
    with transaction.atomic():
        bureau = add_unit(None, UnitKind.BUREAU, "B", "示例市教体局")
        office = add_unit(bureau, UnitKind.SECTION, "O", "办公室")
        school = grade = bureau
        for number in range(classes):
            if number % SCHOOL_CLASSES == 0:
                code = f"S{number // SCHOOL_CLASSES}"
                school = add_unit(
                    bureau,
                    UnitKind.SCHOOL,
                    code,
                    f"示例{code}",
                    stage="senior",
                    town="城区",
                )
                grade = add_unit(school, UnitKind.GRADE, "G12", "高三", level=12)
            klass = add_unit(
                grade, UnitKind.CLASS, f"C{number}", f"高三({number})班",
                level=12, size=pupils,
            )  # fmt: skip
            made.append((klass, person(klass, Role.CLASS_TEACHER, klass, number)))
        people = (
            Person(
                unit=klass, school=klass.school, role="student",
                code=f"{klass.pk}-{seat}", name=f"示例{seat}", seat=seat,
            )
            for klass, _teacher in made
            for seat in range(1, pupils + 1)
        )  # fmt: skip
        Person.objects.bulk_create(people, batch_size=5000)
        who = person(office, Role.BUREAU_OFFICE, bureau, 0)
        secret = make_token(
            Actor(None, None), "load", bureau,
            deeds=[Deed.CHECK_ENTER], days=1, now=clock.now(),
        )  # fmt: skip
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("analyze")
    return {
        "token": secret,
        "bureau": who,
        "teachers": [teacher for _klass, teacher in made],
        "classes": list(_pupils(made)),
    }


def _pupils(made: "list[tuple[Any, str]]") -> Iterator[tuple[int, list[int]]]:
    from bihuan.web.org.models import Person

    found: dict[int, list[int]] = {klass.pk: [] for klass, _teacher in made}
    rows = Person.objects.filter(role="student").order_by("pk")
    for unit, pk in rows.values_list("unit_id", "pk"):
        found[unit].append(pk)
    yield from found.items()


def stored() -> dict[str, Any]:
    """What the database holds of checks: each entry with its exceptions, audited or not."""
    import django

    django.setup()
    from bihuan.web.ledgers.checks.models import CheckException, ClassCheck
    from bihuan.web.org import audit
    from bihuan.web.org.models import AuditLine

    told: dict[int, dict[str, Any]] = {
        pk: {"entry": str(entry), "expected": expected, "unwell": unwell, "ill": []}
        for pk, entry, expected, unwell in ClassCheck.objects.values_list(
            "pk", "entry", "expected", "unwell"
        )
    }
    rows = CheckException.objects.values_list("check_row_id", "person_id", "celsius")
    for pk, who, celsius in rows.order_by("pk"):
        told[pk]["ill"].append([who, float(celsius or 0)])
    lines = AuditLine.objects.filter(deed="check").values_list("subject", flat=True)
    audited = {int(subject.rpartition(":")[2]) for subject in lines}
    for pk, row in told.items():
        row["audited"] = pk in audited
    broken = [f"{b.school}:{b.number} {b.what}" for b in audit.verify()]
    return {"rows": list(told.values()), "broken": broken}


if __name__ == "__main__":
    if sys.argv[1] == "seed":
        print(json.dumps(seed(int(sys.argv[2]), int(sys.argv[3]))))
    else:
        print(json.dumps(stored()))
