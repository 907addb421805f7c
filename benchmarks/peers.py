"""The peers' side: run in their own environment, it answers one request a line.

Nothing of bihuan is imported here. A request is a JSON object with `do`; the answer holds
the seconds of CPU that the runs took and the size of each (students and staff infected,
the first one included).
"""

import json
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

INCUBATION_DAYS = 4.0
INFECTIOUS_DAYS = 7.0
"""Of epiworld's models, whose stages are geometric."""


class Covasim:
    """Covasim on a weighted list of ties: one layer, tests of those with symptoms."""

    def __init__(self, work: dict[str, Any]) -> None:
        warnings.simplefilter("ignore")
        import covasim  # takes ten seconds and belongs to one peer

        self.cv, self.work, self.beta = covasim, work, 0.0
        covasim.options(verbose=0)

    def version(self) -> str:
        """Its version."""
        return str(self.cv.__version__)

    def sim(self, name: str, beta: float, infected: int, seed: int) -> Any:
        """A simulation ready to run, with the measures of a work."""
        cv, work = self.cv, self.work[name]
        measures = []
        if work["found"] > 0.0:
            measures.append(cv.test_prob(symp_prob=work["found"], test_delay=0))
        if work["listed"] > 0.0:
            measures.append(
                cv.contact_tracing(
                    trace_probs={"a": work["listed"]}, trace_time={"a": 1}
                )
            )
        sim = cv.Sim(
            pop_size=work["persons"],
            pop_type="random",
            pop_infected=infected,
            n_days=work["days"],
            beta=beta,
            rand_seed=seed,
            interventions=measures,
            iso_factor={"a": 0.0},
            quar_factor={"a": 0.0},
            beta_layer={"a": 1.0},
            verbose=0,
        )
        sim.initialize()
        ties = np.load(work["ties"])
        weight = ties["weight"]
        sim.people.contacts["a"] = cv.Layer(
            p1=ties["first"].astype(cv.default_int),
            p2=ties["second"].astype(cv.default_int),
            beta=(weight / work["unit"]).astype(cv.default_float),
            label="a",
        )
        sim.people.symp_prob[:] = work["symptomatic"]
        return sim

    def calibrate(self, name: str, r0: float) -> float:
        """The beta at which the first infected infect `r0` others when all are susceptible.

        A twentieth of the beta, so that nobody is infected twice and few in their turn.
        """
        cases, seeds, infected, trial = 0, 30, 100, 0.01
        for seed in range(seeds):
            sim = self.sim(name, trial / 20, infected, seed)
            sim.run()
            log = sim.people.infection_log
            first = {row["target"] for row in log if row["source"] is None}
            cases += sum(row["source"] in first for row in log)
        left = 1.0 - infected / self.work[name]["persons"]
        found = cases / (seeds * infected) * 20 / left
        self.beta = trial * r0 / found
        return self.beta

    def batch(self, name: str, runs: int, seed: int) -> tuple[float, list[int]]:
        """Run so many; making ready is not counted."""
        seconds, sizes = 0.0, []
        for number in range(runs):
            sim = self.sim(name, self.beta, 1, seed + number)
            start = time.process_time()
            sim.run()
            seconds += time.process_time() - start
            sizes.append(int(sim.results["cum_infections"][-1]))
        return seconds, sizes


class Epiworld:
    """epiworld's SEIR models: on the list of ties (unweighted), and well mixed."""

    def __init__(self, work: dict[str, Any], *, mixed: bool) -> None:
        import epiworldpy

        self.ew, self.work, self.mixed = epiworldpy, work, mixed
        self.models: dict[str, Any] = {}

    def version(self) -> str:
        """Its version."""
        from importlib import metadata

        return metadata.version("epiworldpy")

    def model(self, name: str, chance: float) -> Any:
        """A model whose one first infected may infect with a chance per tie and day."""
        work, models = self.work[name], self.ew.epimodels
        persons = work["persons"]
        recovery = 1.0 / INFECTIOUS_DAYS
        # half a person more, so that rounding down leaves one
        share = 1.5 / persons
        if self.mixed:
            model = models.ModelSEIRCONN(
                "germ", persons, share, 10.0, chance, INCUBATION_DAYS, recovery
            )
        else:
            model = models.ModelSEIR("germ", share, chance, INCUBATION_DAYS, recovery)
            ties = np.load(work["ties"])
            first, second = ties["first"].tolist(), ties["second"].tolist()
            model.agents_from_edgelist(first, second, persons, False)  # noqa: FBT003
        model.verbose_off()
        return model

    def calibrate(self, name: str, size: float) -> float:
        """The chance at which runs have a mean size: it knows no measures of a plan."""
        low, high = 1e-4, 0.3
        for _step in range(9):
            middle = (low * high) ** 0.5
            self.models[name] = self.model(name, middle)
            sizes = self.batch(name, 300, 10_000)[1]
            if sum(sizes) / len(sizes) < size:
                low = middle
            else:
                high = middle
        self.models[name] = self.model(name, middle)
        return float(middle)

    def batch(self, name: str, runs: int, seed: int) -> tuple[float, list[int]]:
        """Run so many in one call."""
        model, sizes = self.models[name], []
        persons = self.work[name]["persons"]

        def note(_number: int, done: Any) -> None:
            sizes.append(persons - int(done.get_db().get_today_total()["counts"][0]))

        start = time.process_time()
        model.run_multiple(
            self.work[name]["days"], runs, seed_=seed, fun=note, verbose=False
        )
        return time.process_time() - start, sizes


PEERS: dict[str, Callable[[dict[str, Any]], Covasim | Epiworld]] = {
    "covasim": Covasim,
    "epiworld_network": lambda work: Epiworld(work, mixed=False),
    "epiworld_mixed": lambda work: Epiworld(work, mixed=True),
}


def answer(peer: Covasim | Epiworld, asked: dict[str, Any]) -> dict[str, Any]:
    """Do what a request asks."""
    if asked["do"] == "version":
        return {"version": peer.version(), "python": sys.version.split()[0]}
    if asked["do"] == "calibrate":
        return {"found": peer.calibrate(asked["work"], asked["goal"])}
    seconds, sizes = peer.batch(asked["work"], asked["runs"], asked["seed"])
    return {"seconds": seconds, "sizes": sizes}


def main() -> None:
    """Answer requests until there are no more: argv is the peer and its work."""
    out = sys.stdout
    sys.stdout = sys.stderr  # peers greet on it
    peer = PEERS[sys.argv[1]](json.loads(sys.argv[2]))
    for line in sys.stdin:
        out.write(json.dumps(answer(peer, json.loads(line))) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
