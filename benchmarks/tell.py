"""What a benchmark says: the machine, the tables, the README."""

import os
import platform
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

NAMES = {
    "nothing": "no measure",
    "isolation": "the ill found twice a day and isolated",
    "everything": "a measure of every kind",
    "bihuan": "bihuan",
    "covasim": "covasim",
    "epiworld_network": "epiworld, network",
    "epiworld_mixed": "epiworld, well mixed",
}


def machine() -> dict[str, Any]:
    """The processor, its cores, and the versions of what computes here."""
    model = platform.processor()
    if (info := Path("/proc/cpuinfo")).exists():
        rows = (row.partition(":") for row in info.read_text("utf-8").splitlines())
        model = next(v.strip() for k, _, v in rows if k.strip() == "model name")
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in ("bihuan", "numba", "numpy")},
    }


def tables(result: dict[str, Any]) -> str:
    """The results as Markdown."""
    return "\n".join(_lines(result))


def _lines(result: dict[str, Any]) -> Iterator[str]:
    here = result["machine"]
    yield (
        f"{result['date']}: {here['processor']}, {here['cores']} cores, load {here['load']}"
        f" (others were at work); python {here['python']}, numba {here['numba']}, numpy"
        f" {here['numpy']}, bihuan {here['bihuan']}."
    )
    if result["peers"]:
        said = [f"{NAMES[p]} {v['version']}" for p, v in result["peers"].items()]
        yield f"Peers: {', '.join(said)}."
    yield ""
    yield (
        "| work | engine | runs | mean size | P(size >= 20) | ms a run | µs an infection"
        " | bihuan is faster: a run | at equal infections |"
    )
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for row in result["school"]:
        yield (
            f"| {NAMES[row['work']]} | {NAMES[row['engine']]} | {row['runs']:,}"
            f" | {row['mean_size']:.2f} | {row['big']:.3f} | {row['run_ms']:.4f}"
            f" | {row['infection_us']:.2f} | {_times(row['ratio_run'])}"
            f" | {_times(row['ratio_infection'])} |"
        )
    yield ""
    yield "| target | reached | |"
    yield "| --- | --- | --- |"
    for row in result["targets"]:
        met = {True: "met", False: "**not met**", None: "not measured"}[row["met"]]
        yield f"| {row['target']} | {row['reached']} | {met} |"


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:,.0f} x"


README = """\
# Benchmarks

`./run bench outbreak` compares the outbreak engine with its peers; `--json` answers as
`bihuan-bench-outbreak/1`, `--readme` writes this page. Times are CPU seconds of one
thread, the engines taking turns in batches, so that what else the machine does falls on
all of them; nothing in the tests depends on a time.

## The outbreak engine beside its peers

{tables}

How it is made the same work:

- One school: 30 classes of 40, 100 staff, half of the students board
  ([school.py](school.py)); {days} days; the first case is one student. R0 is 2.5 without
  measures; as {families:.0%} of that falls on families, who are not in the peers' networks,
  a case infects {r_school:.2f} others of the school itself, and that is what peers are set to.
- Sizes are students and staff. bihuan also simulates the families' infections in its
  time; it times the whole call, preparing the plan and collecting results included. Peers are
  timed while they run, their making ready (some 20 ms for each run of covasim) is not counted.
- Peers run on ties drawn from the plan's own groups in proportion to how much a pair
  meets, {degree:.0f} a person ([ties.py](ties.py)). Where measures change the groups or what an
  hour passes on, so they do the ties and their weights.
- covasim has them weighted, its beta set by counting whom first cases infect. Those with
  symptoms are tested and isolated daily with the chance of the plan's checks; with every measure
  it also traces contacts. It has no quarantine of classes, no beds, no opening by grade.
- epiworld has the ties unweighted in one model and no ties in the other. Neither knows
  isolation, so its chance of transmission is set to give as many infections as bihuan has.
- Runs a second are the best of five tries, the district's time is the quicker of two.
- *At equal infections*: time for each infection, since a peer's runs are not of the same size.
  A contained run is mostly the same fixed cost to a peer, however few it infects.
"""


def readme(result: dict[str, Any]) -> str:
    """The whole of benchmarks/README.md."""
    return README.format(tables=tables(result), **result["same"])
