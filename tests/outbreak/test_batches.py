"""The same bits for any number of threads, any size of a block, any split of the seeds."""

from functools import cache

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings, strategies as st

from bihuan.outbreak import simulate as engine
from bihuan.outbreak.disease import disease
from bihuan.outbreak.scenario import Question, Scenario
from bihuan.outbreak.simulate import seeds, simulate
from world import YIGAO, small_plan

RUNS = 90
PER_RUN = ("size", "family", "apart_days", "false_positives", "by_setting", "imports")


def scenario(question: Question) -> Scenario:
    """一高 with every measure, a germ that spreads well, much of it outside."""
    return Scenario(
        plan=small_plan(),
        school=YIGAO,
        disease=disease("sars2-2020"),
        beta=0.6,
        question=question,
        days=40,
    )


@cache
def alone(question: Question) -> xr.Dataset:
    """All runs by one thread in one block."""
    return simulate(scenario(question), seeds(3, RUNS), threads=1)


@settings(max_examples=12, deadline=None)
@given(
    question=st.sampled_from(Question),
    threads=st.integers(1, 3),
    block=st.integers(1, RUNS + 5),
    room=st.sampled_from((8, 64, 4096)),
)
def test_threads_blocks_and_room_change_no_bit(
    question: Question, threads: int, block: int, room: int
) -> None:
    expected = alone(question)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "BLOCK", block)
        patch.setattr(engine, "ROOM", room)
        found = simulate(scenario(question), seeds(3, RUNS), threads=threads)
    assert found.identical(expected)


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(range(RUNS)), cut=st.integers(1, RUNS - 1))
def test_a_run_is_its_seed_s_whatever_runs_beside_it(
    order: list[int], cut: int
) -> None:
    keys = seeds(3, RUNS)[order]
    parts = [
        simulate(scenario(Question.RETURNER), part, threads=1)
        for part in (keys[:cut], keys[cut:])
    ]
    expected = alone(Question.RETURNER)
    for name in PER_RUN:
        found = np.concatenate([part[name].to_numpy() for part in parts])
        assert np.array_equal(found, expected[name].to_numpy()[order])


def test_seeds_go_on_where_others_end() -> None:
    assert np.array_equal(seeds(5, 9)[4:], seeds(5, 5, first=4))
