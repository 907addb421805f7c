"""The compiled kernel is kept between processes, and works where it cannot be kept."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bihuan.outbreak import _kernel
from bihuan.outbreak.simulate import compiled

LOOK = "from bihuan.outbreak.simulate import compiled; print(compiled())"
RUN = """
import sys
sys.path.insert(0, "tests")
from world import YIGAO, small_plan
from bihuan.outbreak.disease import disease
from bihuan.outbreak.scenario import Question, Scenario
from bihuan.outbreak.simulate import compiled, k, seeds, simulate
simulate(Scenario(plan=small_plan(), school=YIGAO, disease=disease("sars2-2020"),
    beta=0.1, question=Question.RETURNER), seeds(1, 3), threads=1)
print(compiled(), sum(k.simulate_runs.stats.cache_hits.values()))
"""
ROOT = Path(__file__).parents[2]


def said(program: str, cache: Path) -> str:
    """What a program says that keeps compiled code in a folder."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"NUMBA_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_an_empty_cache_is_not_compiled(tmp_path: Path) -> None:
    assert said(LOOK, tmp_path) == "False"


@pytest.mark.slow
def test_another_process_finds_what_one_compiled(tmp_path: Path) -> None:
    assert said(RUN, tmp_path) == "True 0"
    assert said(LOOK, tmp_path) == "True"
    assert said(RUN, tmp_path) == "True 1"
    for index in tmp_path.rglob("*.nbi"):
        os.utime(index, (0, 0))  # older than the source
    assert said(LOOK, tmp_path) == "False"


def test_code_that_cannot_be_kept_is_compiled_all_the_same() -> None:
    """Numba finds no place for code that is in no file."""
    names: dict[str, object] = {}
    exec(compile("def twice(x):\n    return 2 * x", "<nowhere>", "exec"), names)  # noqa: S102
    twice = _kernel.kept(names["twice"])
    assert twice(21) == 42
    assert twice.stats.cache_path is None


def test_it_says_so_without_compiling(monkeypatch: pytest.MonkeyPatch) -> None:
    """With NUMBA_DISABLE_JIT there is nothing to wait for."""
    plain = _kernel.simulate_runs
    monkeypatch.setattr(_kernel, "simulate_runs", getattr(plain, "py_func", plain))
    assert compiled()
