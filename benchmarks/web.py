"""The site under load beside a bare peer: `./run bench web [--json] [--full]`.

Site, database and client share the machine. Nothing is cached for the benchmark; the
peer does the same statements on the same tables, turn by turn with the site.
"""

import argparse
import datetime as dt
import http.client
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path
from typing import Any, Final

import site_ground
from site_ground import Load, Site, centile, check_body, post_checks

sys.path.append(str(Path(__file__).parents[1] / "tests"))
import postgres

HERE: Final = Path(__file__).parent
CLASSES: Final = {False: 400, True: 3_400}
"""Classes of 45 pupils: 18,000 persons, or with --full 153,000."""
PEAK: Final = {False: 400, True: 4_000}
"""Checks of the morning peak."""
PEAK_SECONDS: Final = {False: 60.0, True: 600.0}
ROSTER: Final = {False: 10_000, True: 50_000}
EXPORT: Final = {False: 20_000, True: 200_000}
ROUNDS: Final = 3
SECONDS: Final = 5.0


def main() -> None:
    """Run and say."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--json", action="store_true", help="answer as JSON")
    words.add_argument(
        "--full", action="store_true", help="153,000 persons and a peak of ten minutes"
    )
    asked = words.parse_args()
    told = run(full=asked.full)
    print(json.dumps(told, sort_keys=True, indent=1) if asked.json else table(told))


def run(*, full: bool) -> dict[str, Any]:
    """All measurements, on one database."""
    with postgres.running() as server, home() as folder:
        site = Site(folder, postgres.free_port(), server.address("bihuan"))
        say("seeding")
        site.seed(CLASSES[full])
        site.start()
        try:
            told: dict[str, Any] = {"schema": "bihuan-bench-web/1", "full": full}
            told["persons"] = CLASSES[full] * 45
            told |= batches(server, site)
            told |= peak(site, PEAK[full], PEAK_SECONDS[full])
            told |= pages(site)
        finally:
            site.stop()
        told |= imported(site, ROSTER[full])
        told |= exported(site, EXPORT[full])
        return told


def say(words: str) -> None:
    """Tell whoever waits what is being done."""
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


@contextmanager
def home() -> Iterator[Path]:
    """A folder for the site's files that goes away."""
    with tempfile.TemporaryDirectory(prefix="bihuan-bench-") as name:
        yield Path(name)


def batches(server: postgres.Server, site: Site) -> dict[str, Any]:
    """Checks of 45 a second, ours and the peer's in turns."""
    rounds: dict[str, list[float]] = {"ours": [], "peer": []}
    spent: dict[str, list[float]] = {"ours": [], "peer": []}
    with peer(site) as other:
        for number in range(ROUNDS):
            for name, at in (("ours", site), ("peer", other)):
                if at is None:
                    continue
                say(f"batches of 45, {name}, round {number + 1}")
                before = processor(server, at)
                load = post_checks(at, SECONDS, exceptions=1)
                if load.refused:
                    raise RuntimeError(load.refused[0])
                rounds[name].append(len(load.acked) / SECONDS)
                used = processor(server, at) - before
                spent[name].append(used / len(load.acked) * 1000)
    best = {name: max(found) for name, found in rounds.items() if found}
    least = {name: min(found) for name, found in spent.items() if found}
    ratio = best["ours"] / best["peer"] if "peer" in best else None
    return {
        "batches_a_second": best,
        "batches_rounds": rounds,
        "ratio_to_peer": ratio,
        "processor_ms": least,
        "processor_rounds": spent,
        "load_average": os.getloadavg()[0],
    }


def processor(server: postgres.Server, at: Site) -> float:
    """Seconds of processor that a server with all it started, PostgreSQL and we have used.

    Beside other work on the machine they say more than the rate does.
    """
    roots = [int((server.data / "postmaster.pid").read_text().split()[0]), os.getpid()]
    roots += [at.process.pid] if at.process else []
    return sum(map(_used, {pid for root in roots for pid in _below(root)}))


def _below(root: int) -> Iterator[int]:
    """A process and all that it started; of this one, which starts the servers, itself."""
    yield root
    if root == os.getpid():
        return
    for task in Path(f"/proc/{root}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from _below(int(child))


def _used(pid: int) -> float:
    """Seconds of processor of a process and of those that ended under it."""
    told = Path(f"/proc/{pid}/stat")
    if not told.exists():
        return 0.0
    fields = told.read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def peer(site: Site) -> Iterator[Site | None]:
    """The peer on the same database; None where its environment is not there."""
    python = os.environ.get("BIHUAN_PEERS", "")
    if not python or not Path(python).exists():
        yield None
        return
    other = Site(site.home, postgres.free_port(), site.database)
    other.token, other.classes = site.token, site.classes
    command = [
        str(Path(python).absolute()), "-m", "uvicorn", "web_peer:app", "--workers", "2",
        "--port", str(other.port), "--log-level", "critical", "--no-access-log",
    ]  # fmt: skip
    with subprocess.Popen(command, env=site.environment, cwd=HERE) as running:
        other.process = running
        until = time.monotonic() + 30
        while not answers(other.port) and time.monotonic() < until:
            time.sleep(0.1)
        try:
            yield other
        finally:
            running.terminate()


def answers(port: int) -> bool:
    """Whether anything answers at a port."""
    door = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        door.request("GET", "/")
        door.getresponse().read()
    except OSError:
        return False
    finally:
        door.close()
    return True


def peak(site: Site, checks: int, seconds: float) -> dict[str, Any]:
    """Teachers hand in their morning check, evenly over some minutes, each by his session."""
    say(f"morning peak: {checks} checks in {seconds:.0f} s")
    load, numbers, lock = Load(), count(), threading.Lock()
    began = time.monotonic()

    def client() -> None:
        while (number := next(numbers)) < checks:
            time.sleep(max(0.0, began + number * seconds / checks - time.monotonic()))
            hand_in(site, number % len(site.classes), number, load, lock)

    together([client] * 16)
    sent = json.loads(site.python(site_ground.__file__, "stored"))
    stored = {row["entry"] for row in sent["rows"]}
    lost = [entry for entry in load.acked if entry not in stored]
    return {
        "peak_checks": checks,
        "peak_seconds": seconds,
        "peak_p50_ms": centile(load.times, 0.5) * 1000,
        "peak_p99_ms": centile(load.times, 0.99) * 1000,
        "peak_refused": len(load.refused) + load.broken,
        "peak_lost": len(lost),
        "chain_broken": len(sent["broken"]),
    }


def hand_in(site: Site, at: int, number: int, load: Load, lock: threading.Lock) -> None:
    """One teacher's post from the phone's queue, with his session and his CSRF token."""
    klass = site.classes[at]
    slot = ("noon", "morning")[number // len(site.classes) % 2]
    body = check_body(klass, slot, number, 1)
    began = time.perf_counter()
    status, text = fetch(
        site, f"/check/{klass.unit}/{body['slot']}/", site.teachers[at], body
    )
    with lock:
        load.times.append(time.perf_counter() - began)
        if status == http.HTTPStatus.OK:
            load.acked[body["entry"]] = body
        else:
            load.refused.append(f"{status} {text[:200]!r}")


def fetch(
    site: Site, path: str, session: str, body: dict[str, Any] | None = None
) -> tuple[int, bytes]:
    """A page or, with a body, a post from the queue."""
    token = "a" * 32
    headers = {"Cookie": f"sessionid={session}; csrftoken={token}"}
    if body is not None:
        headers |= {
            "X-CSRFToken": token, "X-Bihuan-Queue": "1",
            "Content-Type": "application/json",
        }  # fmt: skip
    door = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    try:
        door.request(
            "POST" if body is not None else "GET",
            path,
            json.dumps(body) if body is not None else None,
            headers,
        )
        answer = door.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException) as broken:
        return 0, str(broken).encode()
    finally:
        door.close()


def together(works: list[Callable[[], None]]) -> None:
    """Run works in threads until all are done."""
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def pages(site: Site) -> dict[str, Any]:
    """Time and size of the pages that are opened most, one after the other."""
    say("pages")
    told = {}
    for name, path, session in (
        ("today", "/", site.teachers[0]),
        ("class", f"/check/{site.classes[0].unit}/morning/", site.teachers[0]),
        ("board", "/board/", site.bureau),
    ):
        times, size = [], 0
        for _number in range(40):
            began = time.perf_counter()
            status, text = fetch(site, path, session)
            times.append(time.perf_counter() - began)
            size = len(text)
            if status != http.HTTPStatus.OK:
                raise RuntimeError(f"{path}: {status}")
        told[f"{name}_p95_ms"] = centile(times, 0.95) * 1000
        told[f"{name}_kb"] = size / 1000
    return told


def imported(site: Site, rows: int) -> dict[str, Any]:
    """A roster of new schools comes into the full database: looked at, then taken over."""
    say(f"roster of {rows} rows")
    return json.loads(site.python(__file__, "--inside", "roster", str(rows)))  # type: ignore[no-any-return]


def exported(site: Site, rows: int) -> dict[str, Any]:
    """A ledger of so many rows goes out as a workbook."""
    say(f"ledger of {rows} rows")
    return json.loads(site.python(__file__, "--inside", "export", str(rows)))  # type: ignore[no-any-return]


# --- run inside the site's environment ------------------------------------------------


def take_roster(rows: int) -> dict[str, Any]:
    """Time and memory of taking a roster over."""
    import django

    django.setup()
    from bihuan.web.flows import enrolment
    from bihuan.web.org import clock
    from bihuan.web.org.models import Unit, UnitKind
    from bihuan.web.org.scope import Actor
    from bihuan.web.org.units import add_unit

    bureau = Unit.objects.get(kind=UnitKind.BUREAU.value)
    for number in range(rows // 2000 + 1):
        add_unit(bureau, UnitKind.SCHOOL, f"N{number}", f"新{number + 1}中学")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "roster.xlsx")
        subprocess.run(
            [sys.executable, __file__, "--write-roster", str(path), str(rows)],
            check=True,
        )
        content = path.read_bytes()
    began, used = time.monotonic(), time.process_time()
    row = enrolment.preview(Actor(None, None), bureau, content, "r.xlsx", clock.now())
    enrolment.take_over(Actor(None, None), row, clock.now())
    return {
        "roster_rows": rows,
        "roster_new": row.counts["new"],
        "roster_seconds": time.monotonic() - began,
        "roster_processor": time.process_time() - used,
        "roster_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def write_roster(path: str, rows: int) -> None:
    """A roster of invented pupils, 2,000 a school."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("名册")
    heads = ("学校", "年级", "班级", "姓名", "学号", "性别", "家长电话", "家庭地址",
             "座号", "是否寄宿", "宿舍楼", "寝室", "床位")  # fmt: skip
    sheet.write_row(0, 0, heads)
    for n in range(rows):
        grade = ("高一", "高二", "高三")[n % 2000 // 700]
        boards = n % 3 != 0
        sheet.write_row(
            n + 1, 0,
            (f"新{n // 2000 + 1}中学", grade, f"{grade}({n % 700 // 50 + 1})班",
             f"甲{n}", str(2_026_000_000 + n), "男女"[n % 2], f"138{n:08d}", "新路1号",
             n % 50 + 1, "是" if boards else "否", "1号楼" if boards else "",
             str(100 + n % 50) if boards else "", str(n % 8 + 1) if boards else ""),
        )  # fmt: skip
    book.close()


def give_ledger(rows: int) -> dict[str, Any]:
    """Time and memory of handing out a ledger of so many rows, as the bureau asks for it."""
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.test import Client

    fill_ledger(rows)
    client = Client(SERVER_NAME="localhost")
    office = get_user_model().objects.get(person__assignments__role="bureau_office")
    client.force_login(office, backend="django.contrib.auth.backends.ModelBackend")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began, used = time.monotonic(), time.process_time()
    answer: Any = client.post("/ledgers/checks/export/", {"purpose": "测量导出要多久"})
    size = sum(len(part) for part in answer.streaming_content)
    return {
        "export_rows": rows,
        "export_seconds": time.monotonic() - began,
        "export_processor": time.process_time() - used,
        "export_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "export_mib_before": before,
        "export_file_mb": size / 1e6,
    }


def fill_ledger(rows: int) -> None:
    """Past checks, one a class and day, until there are so many."""
    from bihuan.web.ledgers.checks.models import ClassCheck
    from bihuan.web.org import clock
    from bihuan.web.org.models import Unit, UnitKind

    classes = list(
        Unit.objects.filter(kind=UnitKind.CLASS.value).select_related("school")
    )
    day, now = clock.today() - dt.timedelta(days=1), clock.now()
    made = (
        ClassCheck(
            entry=uuid.uuid4(), unit=classes[n % len(classes)],
            school=classes[n % len(classes)].school or classes[0],
            day=day - dt.timedelta(days=n // len(classes)), at=now,
            state="sent", slot="morning", expected=45, present=45, mode="all_normal",
        )
        for n in range(rows)
    )  # fmt: skip
    while batch := list(islice(made, 2_000)):
        ClassCheck.objects.bulk_create(batch)


def table(told: dict[str, Any]) -> str:
    """The measurements and their targets as a table."""
    best = told["batches_a_second"]
    ratio = told["ratio_to_peer"]
    rows = [
        ("class batches of 45 a second", f"{best['ours']:.0f}", ">= 300"),
        ("the peer's", f"{best['peer']:.0f}" if "peer" in best else "not run", ""),
        ("ratio to the peer", f"{ratio:.2f}" if ratio else "not run", ">= 0.7"),
        (
            "processor of a batch, the peer's",
            " ms, ".join(f"{ms:.1f}" for ms in told["processor_ms"].values()) + " ms",
            "",
        ),
        (
            f"peak: {told['peak_checks']} checks in {told['peak_seconds']:.0f} s, p99",
            f"{told['peak_p99_ms']:.0f} ms",
            "<= 500 ms",
        ),
        (
            "of these lost, refused",
            f"{told['peak_lost']}, {told['peak_refused']}",
            "0, 0",
        ),
        ("today page p95", f"{told['today_p95_ms']:.0f} ms", "<= 300 ms"),
        ("command board p95", f"{told['board_p95_ms']:.0f} ms", "<= 300 ms"),
        ("class page", f"{told['class_kb']:.0f} kB", "<= 60 kB"),
        (
            f"roster of {told['roster_rows']:,} rows",
            f"{told['roster_seconds']:.0f} s, {told['roster_mib']:.0f} MiB",
            "<= 60 s, 300 MiB at 50,000",
        ),
        (
            f"ledger of {told['export_rows']:,} rows",
            f"{told['export_seconds']:.0f} s, {told['export_mib']:.0f} MiB",
            "<= 60 s, 200 MiB at 200,000",
        ),
    ]
    lines = [f"{told['persons']:,} persons in the database", ""]
    lines += ["| work | measured | target |", "| --- | ---: | --- |"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])


INSIDE: Final = {"roster": take_roster, "export": give_ledger}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        print(json.dumps(INSIDE[sys.argv[2]](int(sys.argv[3]))))
    elif sys.argv[1:2] == ["--write-roster"]:
        write_roster(sys.argv[2], int(sys.argv[3]))
    else:
        main()
