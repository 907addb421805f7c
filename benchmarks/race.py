"""The race of the outbreak engine and its peers, and the district's rehearsal timed."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import numpy as np

from bihuan.loop.rehearse import Order, rehearse
from bihuan.outbreak.calibrate import beta_for
from bihuan.outbreak.disease import Disease, disease
from bihuan.outbreak.scenario import Question, Scenario
from bihuan.outbreak.simulate import seeds, simulate
from bihuan.plan.measures import ContactListing, SymptomCheck
from bihuan.plan.plan import Plan
from bihuan.plan.read import read
from school import BARE, CODE, school_plan
from tell import machine
from ties import Ties, ties

HERE = Path(__file__).parent
XINMI = HERE.parent / "examples" / "xinmi" / "plan.xlsx"
GERM, R0, DAYS = "sars2-2020", 2.5, 60
BIG = 20
BATCH = {"bihuan": 2000, "covasim": 8, "epiworld_network": 40, "epiworld_mixed": 80}
"""Runs of a batch: less than a second each."""
PEERS = tuple(BATCH)[1:]
LEAST = {"covasim": 500.0, "epiworld_network": 10.0, "epiworld_mixed": 10.0}
"""How much faster bihuan has to be, measures on, at equal infections."""
CONTAINED, SECONDS, MEGABYTES = 200_000, 20.0, 1024.0


@dataclass
class Peer:
    """A peer in an environment and a process of its own."""

    process: "subprocess.Popen[str]"

    @classmethod
    def start(cls, python: str, name: str, work: Mapping[str, Any]) -> Self:
        """Start it on one thread."""
        one = {f"{n}_NUM_THREADS": "1" for n in ("OMP", "MKL", "OPENBLAS", "NUMBA")}
        return cls(
            subprocess.Popen(
                [python, str(HERE / "peers.py"), name, json.dumps(work)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | one,
                text=True,
            )
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()

    def ask(self, **asked: Any) -> dict[str, Any]:
        """Put a request, wait for the answer."""
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("the peer was started without pipes")
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))


@dataclass
class Score:
    """What an engine did on a work."""

    seconds: float = 0.0
    sizes: list[int] = field(default_factory=list)

    def add(self, seconds: float, sizes: list[int]) -> None:
        """Count a batch in."""
        self.seconds += seconds
        self.sizes += sizes

    @property
    def run(self) -> float:
        """Seconds a run."""
        return self.seconds / len(self.sizes)

    @property
    def infection(self) -> float:
        """Seconds an infection."""
        return self.seconds / sum(self.sizes)


@dataclass(frozen=True, eq=False)
class Bench:
    """The school, the germ, and the works: names and the measures they are without."""

    plan: Plan
    germ: Disease
    beta: float
    works: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, classes: int) -> Self:
        """The school of so many classes."""
        plan, germ = school_plan(classes), disease(GERM)
        every = frozenset(m.code for m in plan.measures)
        works = {
            "nothing": every,
            "isolation": every - BARE,
            "everything": frozenset[str](),
        }
        return cls(plan, germ, beta_for(plan, (CODE,), germ, R0), works)

    def scenario(self, work: str) -> Scenario:
        """A work as bihuan has it."""
        return Scenario(
            plan=self.plan,
            school=CODE,
            disease=self.germ,
            beta=self.beta,
            question=Question.RETURNER,
            days=DAYS,
            without=self.works[work],
        )

    def batch(self, work: str, runs: int, first: int) -> tuple[float, list[int]]:
        """CPU seconds of a call of simulate from end to end, and the sizes."""
        keys = seeds(1, runs, first)
        start = time.process_time()
        found = simulate(self.scenario(work), keys, threads=1)
        seconds = time.process_time() - start
        return seconds, [int(n) for n in found["size"]]

    def for_peers(self, folder: Path) -> tuple[dict[str, Any], Ties]:
        """What peers are told of each work, and the ties without measures."""
        plain = ties(self.plan, self.germ, self.works["nothing"], seed=1)
        unit = float(plain.weight.mean())
        told = {}
        for name, without in self.works.items():
            drawn = ties(self.plan, self.germ, without, seed=1)
            path = folder / f"{name}.npz"
            np.savez(path, first=drawn.first, second=drawn.second, weight=drawn.weight)
            told[name] = {
                "ties": str(path),
                "persons": drawn.persons,
                "unit": unit,
                "days": DAYS,
                "found": self._found(without),
                "listed": self._listed(without),
                "symptomatic": self.germ.symptomatic_student,
            }
        return told, plain

    def _found(self, without: frozenset[str]) -> float:
        """Chance that a day's checks of everybody find somebody who is ill."""
        missed_hot = missed = 1.0
        for m in self.plan.measures:
            if isinstance(m, SymptomCheck) and m.code in BARE - without:
                missed_hot *= 1.0 - (1.0 - m.missed) * m.fever_sensitivity
                missed *= 1.0 - (1.0 - m.missed) * m.symptom_sensitivity
        hot = self.germ.fever_student
        return round(1.0 - hot * missed_hot - (1.0 - hot) * missed, 12)

    def _listed(self, without: frozenset[str]) -> float:
        lists = [
            float(m.recall)
            for m in self.plan.measures
            if isinstance(m, ContactListing) and m.code not in without
        ]
        return max(lists, default=0.0)


def compare(bench: Bench, python: str | None, rounds: int) -> dict[str, Any]:
    """Let the engines take turns; without a peers' python bihuan runs alone."""
    scores = {work: {name: Score() for name in BATCH} for work in bench.works}
    versions: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        told, plain = bench.for_peers(Path(folder))
        peers = {
            name: stack.enter_context(Peer.start(python, name, told))
            for name in PEERS
            if python
        }
        for work in bench.works:
            bench.batch(work, 10, 0)  # compile, lay the school out
        school = R0 * plain.shared
        for name, peer in peers.items():
            versions[name] = peer.ask(do="version") | {"set_to": {}}
            for work in bench.works if name != "covasim" else ("nothing",):
                size = float(np.mean(bench.batch(work, 4000, 10**6)[1]))
                goal = school if name == "covasim" else size
                asked = {"do": "calibrate", "work": work, "goal": goal}
                versions[name]["set_to"][work] = peer.ask(**asked)["found"]
        for number in range(rounds):
            for work, score in scores.items():
                runs = BATCH["bihuan"]
                score["bihuan"].add(*bench.batch(work, runs, number * runs))
                for name, peer in peers.items():
                    asked = {"do": "batch", "work": work, "runs": BATCH[name]}
                    got = peer.ask(**asked, seed=1 + number * BATCH[name])
                    score[name].add(got["seconds"], got["sizes"])
    return {
        "school": [row for work, score in scores.items() for row in _rows(work, score)],
        "peers": versions,
        "same": {
            "days": DAYS,
            "families": 1.0 - plain.shared,
            "r_school": school,
            "degree": 2 * len(plain.first) / plain.persons,
        },
    }


def _rows(work: str, scores: Mapping[str, Score]) -> Iterator[dict[str, Any]]:
    ours = scores["bihuan"]
    for name, score in scores.items():
        if score.sizes:
            other = name != "bihuan"
            yield {
                "work": work,
                "engine": name,
                "runs": len(score.sizes),
                "mean_size": float(np.mean(score.sizes)),
                "big": float(np.mean(np.array(score.sizes) >= BIG)),
                "run_ms": score.run * 1e3,
                "infection_us": score.infection * 1e6,
                "ratio_run": score.run / ours.run if other else None,
                "ratio_infection": score.infection / ours.infection if other else None,
            }


def contained(bench: Bench, runs: int) -> float:
    """Runs a second of one thread with one case, every measure, no imports: best of five."""
    bench.batch("everything", 10, 0)
    return runs / min(bench.batch("everything", runs, 0)[0] for _again in range(5))


def district(runs: int) -> dict[str, Any]:
    """Rehearse the example district as `bihuan rehearse` does, on two cores."""
    plan = read(XINMI).plan
    if plan is None:
        raise RuntimeError("the example cannot be read")
    first = next(
        s.code for s in plan.schools if any(c.school == s.code for c in plan.classes)
    )
    germ = disease(GERM)
    small = Scenario(
        plan=plan,
        school=first,
        disease=germ,
        beta=0.1,
        question=Question.RETURNER,
        days=DAYS,
    )
    simulate(small, seeds(1, 2), threads=1)  # compile
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, cpu = time.perf_counter(), time.process_time()
    done = rehearse(Order(plan=plan, disease=germ, runs=runs, days=DAYS, threads=2))
    return {
        "schools": len(done.schools),
        "runs": runs,
        "wall_seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - cpu,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "megabytes_before": before / 1024,
    }


def in_a_process_of_its_own(runs: int) -> dict[str, Any] | None:
    """The district's figures, so that its memory is its own; None: no example.

    The quicker of two, as others may be using the cores.
    """
    if not XINMI.exists():
        return None
    words = [sys.executable, str(HERE / "outbreak.py"), "--district", str(runs)]
    tries: list[dict[str, Any]] = [
        json.loads(subprocess.run(words, capture_output=True, check=True).stdout)
        for _again in range(2)
    ]
    return min(tries, key=lambda one: float(one["wall_seconds"]))


def targets(result: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What was to be reached, what was, and whether that is met."""
    for work in ("isolation", "everything"):
        for name, least in LEAST.items():
            found = [
                row["ratio_infection"]
                for row in result["school"]
                if (row["work"], row["engine"]) == (work, name)
            ]
            yield {
                "target": f"{work}: {least:,.0f} x {name}, at equal infections",
                "reached": f"{found[0]:,.0f} x" if found else "",
                "met": found[0] >= least if found else None,
            }
    rate = result["contained_per_second"]
    yield {
        "target": f"everything, one case: {CONTAINED:,} runs a second of one thread",
        "reached": f"{rate:,.0f}",
        "met": rate >= CONTAINED,
    }
    whole = result["district"]
    yield {
        "target": f"seven schools, 1,000 runs, {DAYS} days, all pairs: under {SECONDS:.0f} s on two cores",
        "reached": (
            f"{whole['wall_seconds']:.1f} s ({whole['cpu_seconds']:.1f} s of CPU)"
            if whole
            else "no example"
        ),
        "met": whole["wall_seconds"] < SECONDS if whole else None,
    }
    yield {
        "target": f"the same: under {MEGABYTES:.0f} MB",
        "reached": f"{whole['megabytes']:.0f} MB" if whole else "no example",
        "met": whole["megabytes"] < MEGABYTES if whole else None,
    }


def run(*, classes: int, rounds: int, many: int, python: str | None) -> dict[str, Any]:
    """All of it, as `--json` gives it."""
    bench = Bench.of(classes)
    result: dict[str, Any] = {
        "schema": "bihuan-bench-outbreak/1",
        "date": datetime.now().astimezone().date().isoformat(),
        "machine": machine(),
        **compare(bench, python, rounds),
        "contained_per_second": contained(bench, 100 * many),
        "district": in_a_process_of_its_own(many),
    }
    return result | {"targets": list(targets(result))}
