"""The staggered return beside its peers: `./run bench stagger [--json] [--full]`.

Every case is a process of its own on the same machine in one run. With --full the results
of each case are kept in out/bench-stagger, and a run that was broken off goes on.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any, Final

from tell import machine

HERE: Final = Path(__file__).parent
KEPT: Final = HERE.parent / "out" / "bench-stagger"
Row = dict[str, Any]
SCHEMA: Final = "bihuan-bench-stagger/1"
COUNTIES: Final = {False: 5, True: 50}
BESIDE: Final = {False: 1, True: 10}
"""Seeds that the peers get, too."""
CONFLICTS: Final = {False: 40, True: 2_000}
BATCH: Final = 10
"""Conflicts of one process."""
SHOCK_SEEDS: Final = {False: 1, True: 10}
COUNTY_SECONDS: Final = 30.0
CITY_SECONDS: Final = 300.0
PROVINCE_SECONDS: Final = 10_800.0
FIRST_SEED: Final = 1
NO_TIMEFOLD: Final = (
    "its own environment has no timefold; it gave no bound and was behind"
)


def main() -> None:
    """Run and say."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--json", action="store_true", help="answer as JSON")
    words.add_argument(
        "--full", action="store_true", help="all seeds; hours; resumable"
    )
    words.add_argument(
        "--anew", action="store_true", help="forget what --full has kept"
    )
    words.add_argument("--only", default="", help="sections, with commas between them")
    words.add_argument("--case", help=argparse.SUPPRESS)
    asked = words.parse_args()
    if asked.case:
        print(json.dumps(one(json.loads(asked.case))), flush=True)
        os._exit(
            0
        )  # a solver's thread that is still at work must not hold up the answer
    if asked.anew and KEPT.exists():
        shutil.rmtree(KEPT)
    only = set(filter(None, asked.only.split(",")))
    told = run(full=asked.full, only=only)
    print(json.dumps(told, sort_keys=True, indent=1) if asked.json else tables(told))


def one(case: Row) -> Any:
    """A case, in this process."""
    sys.path.append(str(HERE.parent / "examples"))
    from stagger_cases import CASES

    words = dict(case)
    return CASES[words.pop("case")](**words)


def run(*, full: bool, only: set[str] | None = None) -> Row:
    """All sections, or some."""
    wanted = only or {"counties", "city", "province", "conflicts", "day", "shocks"}
    told: Row = {
        "schema": SCHEMA,
        "full": full,
        "date": time.strftime("%Y-%m-%d"),
        "machine": machine()
        | {name: metadata.version(name) for name in ("highspy", "ortools")},
        "timefold": NO_TIMEFOLD,
    }
    told["counties"] = counties(full=full) if "counties" in wanted else []
    told["city"] = shared(10, CITY_SECONDS, full=full) if "city" in wanted else None
    province = full and "province" in wanted
    told["province"] = shared(100, PROVINCE_SECONDS, full=full) if province else None
    told["conflicts"] = conflicts(full=full) if "conflicts" in wanted else []
    told["day"] = ask({"case": "day", "seconds": 10.0}) if "day" in wanted else None
    told["shocks"] = shocks(full=full) if "shocks" in wanted else []
    told["targets"] = list(targets(told))
    return told


def counties(*, full: bool) -> list[Row]:
    """Ours and the clerk on every seed, the solvers alone on some."""
    rows = []
    for n in range(COUNTIES[full]):
        methods = ["ours", "greedy"]
        if n < BESIDE[full]:
            methods += ["cp-sat", "highs"]
        for method in methods:
            case = {
                "case": "county",
                "seed": FIRST_SEED + n,
                "seconds": COUNTY_SECONDS,
                "method": method,
            }
            rows.append(ask(case, keep=full))
    return rows


def shared(count: int, seconds: float, *, full: bool) -> Row | None:
    """Counties on one pool."""
    case = {"case": "city", "seed": FIRST_SEED, "counties": count, "seconds": seconds}
    if full:
        case["kept"] = str(KEPT / f"pool-{count}")
    return failing(case, keep=full)


def conflicts(*, full: bool) -> list[Row]:
    """The planted ones."""
    rows: list[Row] = []
    for n in range(0, CONFLICTS[full], BATCH):
        case = {"case": "conflict", "number": n, "count": BATCH, "seconds": 60.0}
        rows += ask(case, keep=full)
    return rows


def shocks(*, full: bool) -> list[Row]:
    """Every shock on some counties."""
    rows: list[Row] = []
    for n in range(SHOCK_SEEDS[full]):
        case = {"case": "shock", "seed": FIRST_SEED + n, "seconds": 20.0}
        rows += ask(case, keep=full)
    return rows


def ask(case: Row, *, keep: bool = False) -> Any:
    """The result of a case: kept, or from a process of its own."""
    words = json.dumps(case, sort_keys=True)
    name = f"{case['case']}-{hashlib.sha256(words.encode()).hexdigest()[:16]}.json"
    place = KEPT / name
    if keep and place.exists():
        return json.loads(place.read_text("utf-8"))
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)
    found = subprocess.run(
        [sys.executable, __file__, "--case", words],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    told = json.loads(found.stdout.strip().splitlines()[-1])
    if keep:
        KEPT.mkdir(parents=True, exist_ok=True)
        part = place.with_suffix(".part")
        part.write_text(json.dumps(told), "utf-8")
        part.replace(place)
    return told


def failing(case: Row, *, keep: bool) -> Row | None:
    """The same; None where the process ended without an answer, which is told."""
    try:
        return dict(ask(case, keep=keep))
    except subprocess.CalledProcessError as bad:
        print(bad, file=sys.stderr)
        return None


# --- what is said ---------------------------------------------------------------------


def gap(row: Row, rows: Sequence[Row]) -> float | None:
    """A plan's distance from the best bound that any method proved for its seed."""
    bounds = [r["bound"] for r in rows if r["seed"] == row["seed"] and r["bound"]]
    if row["objective"] is None or not bounds:
        return None
    return float(row["objective"] / max(bounds) - 1)


def targets(told: Row) -> Iterator[Row]:
    """The bars of the work, and whether they are met; None: not measured."""
    yield from _county_bars(told["counties"])
    for name, bar, label in (
        ("city", 0.015, "ten counties: gap to the Lagrangian bound <= 1.5 % in 5 min"),
        ("province", 0.05, "100 counties: complete, 0 violations, gap <= 5 %"),
    ):
        row = told[name]
        if row is None:
            yield _bar(label, "not run", met=None)
            continue
        far = row["objective"] / row["bound"] - 1 if row["complete"] else None
        broken = row["violations"] + row["over_pool"]
        said = f"{row['seconds']:.0f} s, {broken} violations"
        said = f"{far:.2%}, {said}" if far is not None else f"incomplete, {said}"
        met = far is not None and far <= bar and not broken
        yield _bar(label, said, met=met and (name != "city" or row["seconds"] <= 300))
    yield from _conflict_bars(told["conflicts"])
    yield from _other_bars(told)


def _bar(target: str, reached: str, *, met: bool | None) -> Row:
    return {"target": target, "reached": reached, "met": met}


def _county_bars(rows: Sequence[Row]) -> Iterator[Row]:
    ours = [row for row in rows if row["method"] == "ours"]
    near = [g for row in ours if (g := gap(row, rows)) is not None]
    good = sum(g <= 0.01 for g in near)
    n = len(ours)
    yield _bar(
        "county: gap <= 1 % within 30 s on >= 95 % of seeds",
        f"{good} of {n}" if n else "not run",
        met=good >= 0.95 * n if n else None,
    )
    planned = sum(row["objective"] is not None for row in ours)
    yield _bar(
        "county: a plan for every seed, 0 violations",
        f"{planned} of {n}, {sum(row['violations'] for row in ours)}"
        if n
        else "not run",
        met=planned == n and not any(r["violations"] for r in ours) if n else None,
    )


def _conflict_bars(rows: Sequence[Row]) -> Iterator[Row]:
    n = len(rows)
    false = sum(row["twin_false"] for row in rows)
    same = sum(row["same"] and row["proven"] for row in rows)
    made, good = (sum(row[k] for row in rows) for k in ("repairs", "repairs_passed"))
    slow = max((row["seconds"] for row in rows), default=0.0)
    for target, reached, met in (
        ("no false impossibility among twins that have a plan", f"{false} of {n}", not false),
        ("the named set is the planted one >= 95 %", f"{same} of {n}", same >= 0.95 * n),
        ("every repair passes the checker", f"{good} of {made}", good == made),
        ("a conflict <= 60 s", f"{slow:.1f} s at most", slow <= 60),
    ):  # fmt: skip
        yield _bar(target, reached if n else "not run", met=met if n else None)


def _other_bars(told: Row) -> Iterator[Row]:
    day = told["day"]
    label = "60 classes: <= 10 s, 0 violations, p95 at the gate <= 3 min"
    if day is None:
        yield _bar(label, "not run", met=None)
    else:
        said = f"{day['seconds']:.1f} s, {day['violations']}, {day['p95']:.1f} min"
        met = day["seconds"] <= 10 and not day["violations"] and day["p95"] <= 3
        yield _bar(label, said, met=met)
    rows = told["shocks"]
    slow = max((row["seconds"] for row in rows), default=0.0)
    most = max((row["moved"] for row in rows), default=0.0)
    broken = sum(row["violations"] for row in rows)
    yield _bar(
        "after a shock: <= 20 s, <= 5 % of families change",
        f"{slow:.1f} s, {most:.1%}, {broken} violations" if rows else "not run",
        met=slow <= 20 and most <= 0.05 and not broken if rows else None,
    )


def tables(told: Row) -> str:
    """The results as Markdown."""
    return "\n".join(_lines(told))


def _lines(told: Row) -> Iterator[str]:
    here = told["machine"]
    yield (
        f"{told['date']}: {here['processor']}, {here['cores']} cores, load {here['load']}"
        f"; python {here['python']}, HiGHS {here['highspy']}, OR-Tools {here['ortools']},"
        f" bihuan {here['bihuan']}. Timefold: not run ({told['timefold']})."
    )
    yield from ("", "| target | reached | |", "| --- | --- | --- |")
    for row in told["targets"]:
        met = {True: "met", False: "**missed**", None: "not measured"}[row["met"]]
        yield f"| {row['target']} | {row['reached']} | {met} |"
    yield from _county_table(told["counties"])
    yield from _conflict_table(told["conflicts"])
    yield from _shock_table(told["shocks"])
    yield from _pool_table([told["city"], told["province"]])
    if told["day"] and told["day"]["others"]:
        yield from (
            "",
            "| a day of sixty classes (n = 1) | weighted mixing | gate, mean min |",
        )
        yield "| --- | ---: | ---: |"
        for name, mixing, wait in told["day"]["others"]:
            yield f"| {name} | {mixing:.4g} | {wait:.2f} |"


def _county_table(rows: Sequence[Row]) -> Iterator[str]:
    if not rows:
        return
    yield from (
        "",
        "| county, 30 s | n | a plan | gap, median | worst | first plan, s | 1 %, s | violations |",
    )
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for method in dict.fromkeys(row["method"] for row in rows):
        own = [row for row in rows if row["method"] == method]
        near = [g for row in own if (g := gap(row, rows)) is not None]
        first = [row["first"] for row in own if row["first"] is not None]
        percent = [row["percent"] for row in own if row["percent"] is not None]
        yield (
            f"| {method} | {len(own)} | {len([r for r in own if r['objective']])}"
            f" | {_part(median(near) if near else None)} | {_part(max(near, default=None))}"
            f" | {_time(first)} | {_time(percent)} | {sum(r['violations'] for r in own)} |"
        )


def _part(value: float | None) -> str:
    return "" if value is None else f"{value:.2%}"


def _time(values: Sequence[float]) -> str:
    return f"{median(values):.1f}" if values else ""


def _conflict_table(rows: Sequence[Row]) -> Iterator[str]:
    if not rows:
        return
    yield from (
        "",
        "| planted | n | groups | named | proven | s, median | most | repairs passed |",
    )
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for kind in dict.fromkeys(row["kind"] for row in rows):
        own = [row for row in rows if row["kind"] == kind]
        seconds = [row["seconds"] for row in own]
        yield (
            f"| {kind} | {len(own)} | {own[0]['groups']}"
            f" | {sum(r['same'] for r in own)} | {sum(r['proven'] for r in own)}"
            f" | {median(seconds):.1f} | {max(seconds):.1f}"
            f" | {sum(r['repairs_passed'] for r in own)} of {sum(r['repairs'] for r in own)} |"
        )


def _shock_table(rows: Sequence[Row]) -> Iterator[str]:
    if not rows:
        return
    yield from (
        "",
        "| shock | n | s, most | families with a new date, mean | of these must | violations |",
    )
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for name in dict.fromkeys(row["shock"] for row in rows):
        own = [row for row in rows if row["shock"] == name]
        moved, must = (sum(r[k] for r in own) / len(own) for k in ("moved", "must"))
        yield (
            f"| {name} | {len(own)} | {max(r['seconds'] for r in own):.1f}"
            f" | {moved:.1%} | {must:.1%} | {sum(r['violations'] for r in own)} |"
        )


def _pool_table(rows: Sequence[Row | None]) -> Iterator[str]:
    run_ = [row for row in rows if row]
    if not run_:
        return
    yield from (
        "",
        "| one pool (n = 1 each) | schools | pupils | s | gap | over the pool, days | violations |",
    )
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for row in run_:
        far = row["objective"] / row["bound"] - 1 if row["complete"] else None
        yield (
            f"| {row['counties']} counties | {row['schools']:,} | {row['students']:,}"
            f" | {row['seconds']:.0f} | {_part(far)} | {row['over_pool']}"
            f" | {row['violations']} |"
        )


if __name__ == "__main__":
    main()
