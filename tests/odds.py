"""How odd a sample is: tail probabilities that tests of random things compare with.

Each returns the chance, if the claim holds, of a sample at least so far from it. A test
states the chance below which it fails; with fixed seeds it then fails always or never.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

NORMAL = 0.05
"""Skewness below which a sum is taken for normal."""
LEAST = 5.0
"""Expected number below which bins of a chi-square are joined."""


def chi_square_tail(value: float, freedom: float) -> float:
    """P(X >= value), X chi-square; Abramowitz and Stegun 6.5.29 and 26.4.19."""
    if value <= 0.0 or freedom == 0:
        return 1.0
    a, x = freedom / 2.0, value / 2.0
    term = total = 1.0 / a
    for n in range(1, int(x + 20.0 * math.sqrt(x + 1.0)) + 200):
        term *= x / (a + n)
        total += term
    return max(0.0, 1.0 - total * math.exp(a * math.log(x) - x - math.lgamma(a)))


def normal_tails(z: float) -> float:
    """P(|Z| >= |z|)."""
    return math.erfc(abs(z) / math.sqrt(2.0))


def of_shares(counts: ArrayLike, shares: ArrayLike) -> float:
    """Chi-square of counts by bin against stated shares; thin bins are joined."""
    seen, stated = np.asarray(counts, float), np.asarray(shares, float)
    seen, due = _joined(seen, stated / stated.sum() * seen.sum())
    return chi_square_tail(float(((seen - due) ** 2 / due).sum()), len(seen) - 1)


def of_two_counts(one: ArrayLike, other: ArrayLike) -> float:
    """Chi-square of two samples' counts over the same bins; thin bins are joined."""
    a, b = np.asarray(one, float), np.asarray(other, float)
    both, portion = a + b, a.sum() / (a.sum() + b.sum())
    thin = min(portion, 1.0 - portion)
    cuts = _cuts(both * thin)
    a, b = np.add.reduceat(a, cuts), np.add.reduceat(b, cuts)
    both = a + b
    value = (a - both * portion) ** 2 / (both * portion)
    value += (b - both * (1.0 - portion)) ** 2 / (both * (1.0 - portion))
    return chi_square_tail(float(value.sum()), len(both) - 1)


def of_mean(sample: ArrayLike, mean: float) -> float:
    """Two-sided z test of a sample's mean against a stated one."""
    x = np.asarray(sample, float)
    error = x.std(ddof=1) / math.sqrt(len(x))
    if error == 0.0:
        return float(math.isclose(x.mean(), mean))
    return normal_tails(float(x.mean() - mean) / error)


def of_two_means(one: ArrayLike, other: ArrayLike) -> float:
    """Two-sided permutation test of two independent samples' means.

    The sum of a sample drawn from both without replacement is taken for a shifted gamma
    of its own mean, variance and skewness, so that rare large values raise no alarm.
    """
    x, y = np.asarray(one, float), np.asarray(other, float)
    both, n, rest = np.concatenate([x, y]), len(x), len(y)
    spread, total = both.std(), n + rest
    if spread == 0.0:
        return 1.0
    skew = float(((both - both.mean()) ** 3).mean() / spread**3)
    skew *= (rest - n) / (total - 2.0) * math.sqrt((total - 1.0) / (n * rest))
    error = spread * math.sqrt(n * rest / (total - 1.0))
    z = float((x.sum() - n * both.mean()) / error)
    return min(1.0, 2.0 * skewed_tail(z if z > 0.0 else -z, skew if z > 0.0 else -skew))


def skewed_tail(z: float, skew: float) -> float:
    """P(Z >= z), Z of mean 0 and variance 1, a shifted gamma of a skewness (Pearson III)."""
    if abs(skew) < NORMAL:
        return normal_tails(z) / 2.0 if z > 0.0 else 1.0 - normal_tails(z) / 2.0
    shape = 4.0 / skew**2
    at = shape + z * math.sqrt(shape) * math.copysign(1.0, skew)
    tail = chi_square_tail(2.0 * at, 2.0 * shape)
    return tail if skew > 0.0 else 1.0 - tail


def of_share(hits: int, trials: int, share: float) -> float:
    """Exact two-sided binomial test: twice the smaller tail."""
    log = [
        math.lgamma(trials + 1)
        - math.lgamma(n + 1)
        - math.lgamma(trials - n + 1)
        + n * math.log(share)
        + (trials - n) * math.log1p(-share)
        for n in range(trials + 1)
    ]
    low = math.fsum(math.exp(value) for value in log[: hits + 1])
    high = math.fsum(math.exp(value) for value in log[hits:])
    return min(1.0, 2.0 * min(low, high))


def _cuts(due: np.ndarray) -> list[int]:
    """First bins of the joined bins, each of which is due at least LEAST."""
    cuts, total = [0], 0.0
    for n, amount in enumerate(due):
        if total >= LEAST and due[n:].sum() >= LEAST:
            cuts.append(n)
            total = 0.0
        total += float(amount)
    return cuts


def _joined(seen: np.ndarray, due: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    cuts = _cuts(due)
    return np.add.reduceat(seen, cuts), np.add.reduceat(due, cuts)
