"""From runs to estimates: an expected value and its 90% interval."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Z = 1.6448536269514722
"""Standard normal quantile of 0.95: two-sided 90% intervals."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """An expected value and its 90% interval."""

    value: float
    low: float
    high: float

    @property
    def covers_zero(self) -> bool:
        """Whether the interval says nothing about the sign (差异在误差范围内)."""
        return self.low <= 0.0 <= self.high

    def scaled(self, factor: float) -> "Estimate":
        """The same in another unit; factor > 0."""
        return Estimate(self.value * factor, self.low * factor, self.high * factor)


def mean(values: ArrayLike) -> Estimate:
    """Mean of a count over runs, with a normal interval that does not go below zero."""
    x = np.asarray(values, np.float64)
    wide = Z * _standard_error(x)
    middle = float(x.mean())
    return Estimate(middle, max(0.0, middle - wide), middle + wide)


def proportion(hits: int, runs: int) -> Estimate:
    """Share of runs with Wilson's interval (J Am Stat Assoc 1927;22:209-212)."""
    if runs == 0:
        return Estimate(math.nan, 0.0, 1.0)
    p = hits / runs
    scale = 1.0 + Z * Z / runs
    middle = (p + Z * Z / (2 * runs)) / scale
    wide = Z / scale * math.sqrt(p * (1 - p) / runs + Z * Z / (4 * runs * runs))
    return Estimate(p, min(p, middle - wide), max(p, middle + wide))


def share(parts: ArrayLike, wholes: ArrayLike) -> Estimate:
    """Sum of parts over sum of wholes, with the delta method over runs."""
    part, whole = np.asarray(parts, np.float64), np.asarray(wholes, np.float64)
    total = float(whole.sum())
    if total == 0.0:
        return Estimate(math.nan, 0.0, 1.0)
    p = float(part.sum()) / total
    wide = Z * math.sqrt(float(((part - p * whole) ** 2).sum())) / total
    return Estimate(p, max(0.0, p - wide), min(1.0, p + wide))


def quantile(values: ArrayLike, q: float) -> Estimate:
    """A quantile over runs with its interval by order statistics."""
    x = np.sort(np.asarray(values, np.float64))
    n = len(x)
    wide = Z * math.sqrt(n * q * (1 - q))
    low = min(n - 1, max(0, math.floor(n * q - wide)))
    high = min(n - 1, max(0, math.ceil(n * q + wide)))
    at = min(n - 1, math.ceil(n * q) - 1)
    return Estimate(float(x[max(0, at)]), float(x[low]), float(x[high]))


def difference(one: ArrayLike, other: ArrayLike) -> Estimate:
    """Mean of one minus other over paired runs, with a normal interval."""
    d = np.asarray(one, np.float64) - np.asarray(other, np.float64)
    wide = Z * _standard_error(d)
    middle = float(d.mean())
    return Estimate(middle, middle - wide, middle + wide)


def difference_of_shares(one: ArrayLike, other: ArrayLike) -> Estimate:
    """Difference of two paired proportions with Agresti and Min's interval.

    Half a run is added to each of the four cells (Stat Med 2005;24:729-740, doi
    10.1002/sim.1781), so that few discordant runs do not make a false certainty.
    """
    a, b = np.asarray(one, np.bool_), np.asarray(other, np.bool_)
    n = len(a)
    up, down = float((a & ~b).sum()), float((~a & b).sum())
    value = (up - down) / n
    m, up, down = n + 2.0, up + 0.5, down + 0.5
    middle = (up - down) / m
    wide = Z * math.sqrt(max(0.0, (up + down) - (up - down) ** 2 / m)) / m
    return Estimate(value, min(value, middle - wide), max(value, middle + wide))


def pooled(parts: list[Estimate], weights: list[float] | None = None) -> Estimate:
    """Weighted mean of independent estimates (schools), variances added."""
    w = np.array(weights or [1.0] * len(parts))
    w = w / w.sum()
    value = float(sum(x * p.value for x, p in zip(w, parts, strict=True)))
    spread = [(p.high - p.low) / 2.0 for p in parts]
    wide = math.sqrt(sum((x * s) ** 2 for x, s in zip(w, spread, strict=True)))
    return Estimate(value, value - wide, value + wide)


def pairing_gain(one: ArrayLike, other: ArrayLike) -> float:
    """Variance of the difference of independent runs over that of the paired ones."""
    a, b = np.asarray(one, np.float64), np.asarray(other, np.float64)
    paired = float((a - b).var())
    return float(a.var() + b.var()) / paired if paired > 0.0 else math.inf


def _standard_error(x: NDArray[np.float64]) -> float:
    return float(x.std(ddof=1)) / math.sqrt(len(x)) if len(x) > 1 else math.inf
