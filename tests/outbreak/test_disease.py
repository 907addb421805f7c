"""Natural history: tables against closed values, rows with sources and ranges."""

import math

import numpy as np
import pytest

from bihuan.outbreak.disease import (
    NAMES,
    Parameter,
    disease,
    gamma_distribution,
    gamma_quantiles,
    lognormal_quantiles,
    parameters,
)
from bihuan.plan.words import Setting


@pytest.mark.parametrize("code", NAMES)
def test_infectiousness_sums_to_one(code: str) -> None:
    profile = disease(code).profile()
    assert profile.sum() == pytest.approx(1.0)
    assert (profile > 0).all()


@pytest.mark.parametrize(
    "row", parameters(), ids=lambda r: f"{r.disease}.{r.parameter}"
)
def test_a_value_lies_in_its_range_and_has_a_source_or_says_assumed(
    row: Parameter,
) -> None:
    assert row.low <= row.value <= row.high
    assert row.assumed != bool(row.source)


@pytest.mark.parametrize("shape", [0.4, 1.0, 2.5])
def test_gamma_quantiles_have_the_mean_and_nearly_the_variance(shape: float) -> None:
    table = gamma_quantiles(shape, 3.0, 4096)
    assert table.mean() == pytest.approx(3.0)
    assert table.var() == pytest.approx(9.0 / shape, rel=0.02)
    assert (np.diff(table) >= 0).all()


def test_the_gamma_distribution_meets_its_closed_forms() -> None:
    x = np.array([0.0, 0.5, 1.0, 4.0, 30.0])
    assert gamma_distribution(x, 1.0, 2.0) == pytest.approx(1 - np.exp(-x / 2.0))
    half = np.array([math.erf(math.sqrt(v)) for v in x])  # shape 1/2, mean 1/2
    assert gamma_distribution(x, 0.5, 0.5) == pytest.approx(half)


def test_lognormal_quantiles_meet_median_and_dispersion() -> None:
    table = lognormal_quantiles(5.1, 1.52, 4096)
    assert np.median(table) == pytest.approx(5.1, rel=1e-3)
    assert np.log(table).std() == pytest.approx(math.log(1.52), rel=1e-2)


def test_an_unknown_disease_names_those_there_are() -> None:
    with pytest.raises(KeyError, match="influenza-a"):
        disease("plague")


def test_a_varied_disease_differs_in_one_thing() -> None:
    one = disease("influenza-a")
    other = one.varied("lead", 0.0)
    assert (other.lead, other.varied("lead", one.lead)) == (0.0, one)
    assert one.felt(Setting.TABLE, 2.0).scale == ((Setting.TABLE, 2.0),)
