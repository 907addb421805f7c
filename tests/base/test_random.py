"""Named streams: the words of an array are those of its places one by one."""

import numpy as np
from hypothesis import given, strategies as st

from bihuan.base.random import key, key_array

WORDS = st.integers(0, 2**64 - 1)


@given(
    seed=WORDS,
    stream=st.text(max_size=8),
    counter=st.lists(WORDS.map(lambda n: n >> 1)),
)
def test_an_array_of_keys_is_its_keys(
    seed: int, stream: str, counter: list[int]
) -> None:
    found = key_array(seed, stream, np.array(counter, np.uint64))
    assert found.tolist() == [key(seed, stream, n) for n in counter]
