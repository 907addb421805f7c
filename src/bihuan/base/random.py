"""Named counter-based random streams.

A draw is a hash of (seed, stream, counters...), so that it does not depend on what was
drawn before it, on the number of threads or on the size of a batch. The mixing function
is the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014, doi 10.1145/2660193.2660195).
"""

import zlib

import numpy as np
from numpy.random import Generator, Philox
from numpy.typing import NDArray

Draws = Generator
"""A sequence of draws of its own."""

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB


def mix(word: int) -> int:
    """Scramble a 64-bit word; a bijection."""
    word &= _MASK
    word = ((word ^ (word >> 30)) * _FIRST) & _MASK
    word = ((word ^ (word >> 27)) * _SECOND) & _MASK
    return word ^ (word >> 31)


def key(seed: int, stream: str, *counters: int) -> int:
    """The 64-bit word at a place of a named stream."""
    word = mix((seed & _MASK) + _GOLDEN)
    for part in (zlib.crc32(stream.encode()), *counters):
        word = mix(word + ((part + 1) * _GOLDEN & _MASK))
    return word


def key_array(
    seed: int, stream: str, counter: NDArray[np.uint64]
) -> NDArray[np.uint64]:
    """The words at many places of a named stream: `key` of each counter."""
    word = np.uint64(key(seed, stream)) + (counter + np.uint64(1)) * np.uint64(_GOLDEN)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(word ^ (word >> np.uint64(31)))


def keys(
    seed: int, stream: str, counters: NDArray[np.int64] | NDArray[np.uint64]
) -> NDArray[np.uint64]:
    """The words at many places of a named stream: `key` of each row.

    counters: shape (place, counter). Returns shape (place,).
    """
    words = np.full(len(counters), key(seed, stream), np.uint64)
    # Arrays of 64 bits wrap round, as `key` does with its mask.
    for part in counters.astype(np.uint64).T:
        words += (part + np.uint64(1)) * np.uint64(_GOLDEN)
        words = (words ^ (words >> np.uint64(30))) * np.uint64(_FIRST)
        words = (words ^ (words >> np.uint64(27))) * np.uint64(_SECOND)
        words ^= words >> np.uint64(31)
    return words


def uniform(seed: int, stream: str, *counters: int) -> float:
    """A number in [0, 1) at a place of a named stream."""
    return (key(seed, stream, *counters) >> 11) * 2.0**-53


def below(n: int, seed: int, stream: str, *counters: int) -> int:
    """A whole number in [0, n) at a place of a named stream."""
    return key(seed, stream, *counters) * n >> 64


def generator(seed: int, stream: str, *counters: int) -> Draws:
    """A sequence of draws of its own at a place of a named stream.

    For readers that draw one number after another; Philox 4x64 (Salmon et al., SC 2011,
    doi 10.1145/2063384.2063405) keyed by the word at that place.
    """
    return Generator(Philox(key=key(seed, stream, *counters)))
