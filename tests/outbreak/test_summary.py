"""Intervals cover what they claim to cover; shapes and edges.

A 90% interval is tested over many samples of known truth; `of_share` gives the chance of
so few (or many) covering intervals if 90% were true, and `ODD` is the false-alarm rate.
"""

import math

import numpy as np
import pytest

import odds
from bihuan.base.random import generator
from bihuan.outbreak import summary
from bihuan.outbreak.summary import Estimate

ODD = 1e-4
SAMPLES = 2000


def test_a_share_of_runs_is_covered_in_nine_of_ten_samples() -> None:
    draws = generator(1, "share").binomial(200, 0.07, SAMPLES)
    covered = sum(_holds(summary.proportion(int(n), 200), 0.07) for n in draws)
    assert 0.87 < covered / SAMPLES < 0.94


def test_a_mean_is_covered_in_nine_of_ten_samples() -> None:
    draws = generator(2, "mean").poisson(3.0, (SAMPLES, 300))
    covered = sum(_holds(summary.mean(row), 3.0) for row in draws)
    assert odds.of_share(covered, SAMPLES, 0.90) > ODD


def test_a_quantile_is_covered_in_nine_of_ten_samples() -> None:
    draws = generator(3, "quantile").random((SAMPLES, 400))
    covered = sum(_holds(summary.quantile(row, 0.95), 0.95) for row in draws)
    assert 0.87 < covered / SAMPLES < 0.97


def test_a_difference_of_paired_shares_is_covered_though_pairs_seldom_differ() -> None:
    draw = generator(4, "pairs")
    one = draw.random((SAMPLES, 300))
    a, b = one < 0.10, one < 0.09
    covered = sum(
        _holds(summary.difference_of_shares(x, y), 0.01)
        for x, y in zip(a, b, strict=True)
    )
    assert covered / SAMPLES > 0.87


def test_a_ratio_of_sums_is_covered_in_nine_of_ten_samples() -> None:
    draw = generator(5, "ratio")
    wholes = draw.poisson(20.0, (SAMPLES, 300))
    parts = draw.binomial(wholes, 0.3)
    covered = sum(
        _holds(summary.share(p, w), 0.3) for p, w in zip(parts, wholes, strict=True)
    )
    assert odds.of_share(covered, SAMPLES, 0.90) > ODD


def test_runs_that_never_differ_say_nothing_of_the_sign() -> None:
    same = np.array([True, False, False])
    assert summary.difference_of_shares(same, same).covers_zero
    assert summary.difference([1, 2, 3], [1, 2, 3]) == Estimate(0.0, 0.0, 0.0)


def test_nobody_asked_is_unknown_not_zero() -> None:
    assert math.isnan(summary.proportion(0, 0).value)
    assert math.isnan(summary.share([0, 0], [0, 0]).value)


def test_a_pool_of_schools_is_narrower_than_any_of_them() -> None:
    each = Estimate(0.2, 0.1, 0.3)
    pool = summary.pooled([each] * 4)
    assert pool.value == pytest.approx(0.2)
    assert (pool.high - pool.low) == pytest.approx(0.1)


def test_pairing_gains_where_runs_go_together() -> None:
    one = generator(6, "gain").random(1000)
    assert summary.pairing_gain([0, 1, 1], [1, 2, 2]) == math.inf
    assert summary.pairing_gain(one, one[::-1]) == pytest.approx(1.0, abs=0.2)


def _holds(estimate: Estimate, truth: float) -> bool:
    return estimate.low <= truth <= estimate.high
