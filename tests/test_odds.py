"""Tail probabilities against printed tables, so that tests of chance can be trusted."""

import math

import pytest

import odds
from bihuan.base.random import generator


@pytest.mark.parametrize(
    ("value", "freedom", "tail"),
    [(3.841, 1, 0.05), (18.307, 10, 0.05), (6.635, 1, 0.01), (149.449, 100, 0.001)],
)
def test_chi_square_has_the_table_s_tails(
    value: float, freedom: int, tail: float
) -> None:
    """Abramowitz and Stegun, table 26.8."""
    assert odds.chi_square_tail(value, freedom) == pytest.approx(tail, rel=1e-3)


def test_normal_has_the_table_s_tails() -> None:
    assert odds.normal_tails(1.95996) == pytest.approx(0.05, rel=1e-4)
    assert odds.normal_tails(-3.29053) == pytest.approx(0.001, rel=1e-4)


def test_binomial_counts_both_tails() -> None:
    """Nine or more heads of ten, or one or fewer: 22 of 1024 ways."""
    assert odds.of_share(9, 10, 0.5) == pytest.approx(22 / 1024)
    assert odds.of_share(5, 10, 0.5) == 1.0


def test_counts_as_stated_are_not_odd_and_others_are() -> None:
    assert odds.of_shares([250, 500, 250], [0.25, 0.5, 0.25]) == 1.0
    assert odds.of_shares([350, 400, 250], [0.25, 0.5, 0.25]) < 1e-6
    assert odds.of_two_counts([100, 200, 3], [50, 100, 1]) > 0.9
    assert odds.of_two_counts([100, 200, 3], [90, 60, 1]) < 1e-4


def test_means_of_constants_are_compared_as_numbers() -> None:
    assert odds.of_mean([2, 2, 2], 2.0) == 1.0
    assert odds.of_mean([2, 2, 2], 2.1) == 0.0
    assert odds.of_two_means([1, 1], [1, 1]) == 1.0


@pytest.mark.parametrize(("skew", "z"), [(2.0, 4.0), (2.0, -0.9), (-2.0, 0.5)])
def test_skewed_tail_of_skewness_two_is_that_of_an_exponential(
    skew: float, z: float
) -> None:
    """1 + Z is exponential; with skewness -2, 1 - Z is."""
    tail = math.exp(-(1.0 + z)) if skew > 0.0 else 1.0 - math.exp(-(1.0 - z))
    assert odds.skewed_tail(z, skew) == pytest.approx(tail)


def test_skewed_tail_passes_over_into_the_normal() -> None:
    assert odds.skewed_tail(2.0, 0.051) == pytest.approx(
        odds.skewed_tail(2.0, 0.049), abs=0.002
    )


def test_two_means_are_compared_by_permutation() -> None:
    """All three ones of 40 values among the first four: 4 of 9,880 ways, doubled.

    The gamma stands in for those ways; a normal would say 1e-7.
    """
    value = odds.of_two_means([1, 1, 1, 0], [0] * 36)
    assert 1e-4 < value < 5e-3
    draws = generator(1, "means").normal(size=(200, 2, 100))
    values = [odds.of_two_means(a, b) for a, b in draws]
    assert odds.of_share(sum(v < 0.05 for v in values), 200, 0.05) > 1e-4
    assert odds.of_two_means(draws[0, 0], draws[0, 1] + 1.0) < 1e-6
