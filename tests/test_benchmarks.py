"""The benchmark's pieces run at a tiny size and set its peers to the same work; no timing."""

import json
from pathlib import Path

import numpy as np
import pytest
from jsonschema import validate

from race import Bench, Peer, Score, compare, contained, targets
from school import CODE
from tell import machine, readme, tables
from ties import DEGREE, ties

ROOT = Path(__file__).parents[1]
PEERS = ROOT / ".venv-bench/bin/python"
CLASSES = 3


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench.of(CLASSES)


def test_ties_keep_what_persons_pass_on_in_a_day(bench: Bench) -> None:
    """Thinned to a few ties each, their weights sum to that of all pairs."""
    few = [
        ties(bench.plan, bench.germ, bench.works["nothing"], seed=seed)
        for seed in range(20)
    ]
    every = sum(float(t.weight.sum()) for t in few) / len(few)
    degree = np.mean([2 * len(t.first) / t.persons for t in few])
    assert degree == pytest.approx(DEGREE, rel=0.03)
    met = 2 * every / few[0].persons * bench.beta
    a = bench.germ.mean_infectiousness(CLASSES * 40 / few[0].persons)
    assert met * a == pytest.approx(2.5 * few[0].shared, rel=0.03)


def test_measures_thin_what_is_passed_on(bench: Bench) -> None:
    plain, guarded = (
        ties(bench.plan, bench.germ, bench.works[work], seed=1)
        for work in ("nothing", "everything")
    )
    assert guarded.weight.sum() < 0.8 * plain.weight.sum()


def test_without_peers_it_runs_alone_and_says_so(bench: Bench) -> None:
    result = {
        "schema": "bihuan-bench-outbreak/1",
        "date": "2026-11-24",
        "machine": machine(),
        **compare(bench, None, 1),
        "contained_per_second": contained(bench, 50),
        "district": None,
    }
    result["targets"] = list(targets(result))
    schema = json.loads((ROOT / "docs/schema/bench-outbreak.json").read_text("utf-8"))
    validate(result, schema)
    assert [row["engine"] for row in result["school"]] == ["bihuan"] * 3
    assert [row["met"] for row in result["targets"]].count(None) == 8
    assert "not measured" in tables(result)
    assert "R0 is 2.5" in readme(result)


def test_ratios_are_of_time_for_a_run_and_for_an_infection() -> None:
    score = Score()
    score.add(2.0, [1, 3])
    score.add(2.0, [4, 0])
    assert (score.run, score.infection) == (1.0, 0.5)


@pytest.mark.slow
@pytest.mark.skipif(not PEERS.exists(), reason="no peers: ./run bench outbreak")
def test_peers_are_set_to_the_school_s_own_r0_and_sizes(
    bench: Bench, tmp_path: Path
) -> None:
    told, plain = bench.for_peers(tmp_path)
    size = float(np.mean(bench.batch("isolation", 2000, 0)[1]))
    with Peer.start(str(PEERS), "epiworld_mixed", told) as peer:
        peer.ask(do="calibrate", work="isolation", goal=size)
        found = peer.ask(do="batch", work="isolation", runs=1000, seed=77)["sizes"]
        assert np.mean(found) == pytest.approx(size, rel=0.3)
    with Peer.start(str(PEERS), "covasim", told) as peer:
        goal = 2.5 * plain.shared
        beta = peer.ask(do="calibrate", work="nothing", goal=goal)["found"]
        assert 0.0 < beta < 1.0
        theirs = peer.ask(do="batch", work="nothing", runs=40, seed=5)["sizes"]
    ours = bench.batch("nothing", 2000, 0)[1]
    assert np.mean(theirs) == pytest.approx(np.mean(ours), rel=0.5)
    assert min(theirs) >= 1


def test_the_school_has_every_kind_of_measure(bench: Bench) -> None:
    kinds = {m.kind for m in bench.plan.measures if m.school == CODE}
    assert len(kinds) == 18
