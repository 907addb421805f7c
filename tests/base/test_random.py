"""Random streams: the words of an array are those of one place after another."""

import numpy as np
from hypothesis import given, settings, strategies as st

from bihuan.base.random import key, keys, mix

small = st.integers(-(2**63), 2**63 - 1)
rows = st.integers(0, 3).flatmap(
    lambda width: st.lists(st.lists(small, min_size=width, max_size=width), max_size=6)
)


@given(seed=small, counters=rows)
@settings(deadline=None)
def test_many_words_are_those_of_one_place_each(
    seed: int, counters: list[list[int]]
) -> None:
    width = len(counters[0]) if counters else 0
    places = np.array(counters, np.int64).reshape(len(counters), width)
    expected = [key(seed, "stream", *row) for row in counters]
    assert keys(seed, "stream", places).tolist() == expected


def test_mixing_is_the_published_finaliser() -> None:
    # First outputs of SplitMix64 from seed 0, as published with xoshiro (Vigna).
    golden = 0x9E3779B97F4A7C15
    assert mix(golden) == 0xE220A8397B1DCDAF
    assert mix(2 * golden) == 0x6E789E6AA1B965F4


def test_streams_do_not_share_words() -> None:
    words = {key(0, stream, n) for stream in ("a", "b") for n in range(500)}
    assert len(words) == 1000
