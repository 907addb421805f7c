"""From values to places: scales, their ticks, how long a text is."""

import math
from dataclasses import dataclass
from typing import Final

STEPS: Final = (1.0, 2.0, 5.0, 10.0)
MINUTES: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 240.0, 480.0, 1440.0)
"""Where a scale of minutes has its ticks."""
WIDE: Final = "\u2e80"
"""From this character on a letter is as wide as it is high."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear scale: values [low, high] on places [left, right]."""

    low: float
    high: float
    left: float
    right: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.left + share * (self.right - self.left)

    def over(self, factor: float) -> "Scale":
        """The same places for values that are a factor smaller."""
        ends = (self.low / factor, self.high / factor)
        return Scale(*ends, self.left, self.right)

    def inside(self, value: float) -> float:
        """The place of a value, held within the scale's ends."""
        return self(min(max(value, self.low), self.high))


@dataclass(frozen=True, slots=True)
class Log:
    """A logarithmic scale for minutes: values [low, high] > 0 on places [left, right]."""

    low: float
    high: float
    left: float
    right: float

    def __call__(self, value: float) -> float:
        held = min(max(value, self.low), self.high)
        share = math.log(held / self.low) / math.log(self.high / self.low)
        return self.left + share * (self.right - self.left)

    def ticks(self, room: float) -> tuple[float, ...]:
        """Round minutes and hours on it, at least so far apart; the last is kept."""
        inside = [t for t in MINUTES if self.low <= t <= self.high]
        kept: list[float] = []
        for tick in reversed(inside):
            if not kept or self(kept[-1]) - self(tick) >= room:
                kept.append(tick)
        return tuple(reversed(kept))


def step(reach: float, most: int) -> float:
    """The smallest step of 1, 2 or 5 times a power of ten that cuts a reach into at most so many."""
    if reach <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(reach / most))
    return next(power * s for s in STEPS if reach / (power * s) <= most + 1e-9)


def fitted(
    values: tuple[float, ...], left: float, right: float, most: int = 5
) -> tuple[Scale, tuple[float, ...]]:
    """A scale that holds zero and all values, with its ticks."""
    known = [value for value in values if math.isfinite(value)]
    low, high = min([0.0, *known]), max([0.0, *known])
    by = step(high - low, most)
    first, last = math.floor(low / by + 1e-9), math.ceil(high / by - 1e-9)
    last = last if last > first else first + 1
    ticks = tuple(n * by for n in range(first, last + 1))
    return Scale(ticks[0], ticks[-1], left, right), ticks


def length(words: str, size: float = 12.0) -> float:
    """About how long a text is in a sans face."""
    return sum(size if letter >= WIDE else size * 0.56 for letter in words)


def wrapped(words: str, width: float, size: float = 12.0) -> tuple[str, ...]:
    """A text in lines no longer than a width; a word is cut only where it must be."""
    lines = [""]
    for word in _words(words):
        if lines[-1] and length((lines[-1] + word).rstrip(), size) > width:
            lines.append("")
        lines[-1] += word.lstrip() if not lines[-1] else word
    return tuple(row.rstrip() for row in lines)


def _words(words: str) -> list[str]:
    """Where a line may break: after a space, after each Chinese character, not before a stop."""
    pieces: list[str] = []
    for letter in words:
        stop = letter in "，。；：、）》”"
        joined = pieces and (
            stop or (pieces[-1][-1] < WIDE and letter < WIDE and pieces[-1][-1] != " ")
        )
        if joined:
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces
