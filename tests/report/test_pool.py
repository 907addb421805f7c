"""From schools to one row: intervals that are never too narrow."""

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from bihuan.loop.outcome import Estimate, Question
from bihuan.report import pool
from report import example

values = st.floats(-10.0, 10.0)
estimates = st.builds(
    lambda value, below, above: Estimate(value, value - below, value + above),
    values,
    st.floats(0.0, 5.0),
    st.floats(0.0, 5.0),
)


@given(st.lists(estimates, min_size=1, max_size=7))
def test_interval_of_a_mean_is_as_wide_as_the_intervals_are_on_average(
    rows: list[Estimate],
) -> None:
    found = pool.mean(rows)
    widths = [row.high - row.low for row in rows]
    assert found.low <= found.value + 1e-9 <= found.high + 2e-9
    assert found.high - found.low == pytest.approx(sum(widths) / len(rows))


def test_measures_of_a_kind_are_one_row_and_the_worthiest_comes_first() -> None:
    rows = pool.measures(example.rehearsal())
    assert [row.kind for row in rows].count("symptom_check") == 1
    assert rows[0].kind == "closed_campus"
    bests = [row.best for row in rows]
    assert bests == sorted(bests)
    assert {row.schools for row in rows} == {7}


def test_heat_weights_schools_by_their_infections() -> None:
    one = example.outcome(0.2, 10, 5.0, Question.RETURNER)
    empty = replace(one, by_setting=(), by_hour=())
    alone = pool.heat([one])
    half = pool.heat([one, replace(empty, size=one.size)])
    assert half[0].share.value == pytest.approx(alone[0].share.value / 2)
    assert half[0].hours == pytest.approx([hour / 2 for hour in alone[0].hours])
    assert pool.heat([replace(one, size=pool.ZERO)]) == ()


def test_leaks_are_summed_over_schools() -> None:
    rows = pool.leaks(example.rehearsal())
    assert [row.cause for row in rows] == [
        "boarders",
        "day_students",
        "staff",
        "visitors",
    ]
    assert rows[0].crossings_per_week == 7 * 1500
    assert rows[0].imports.value == pytest.approx(7 * 1.31)


@pytest.mark.parametrize(
    ("beds", "state"), [(5, "short"), (6, "maybe"), (16, "maybe"), (17, "enough")]
)
def test_beds_are_judged_by_the_interval(beds: int, state: str) -> None:
    one = example.outcome(0.2, beds, 11.0, Question.RETURNER)
    assert pool.beds_state(one) == state


def test_unknown_kind_is_shown_as_it_came() -> None:
    assert pool.kind_name("mask") == "佩戴口罩"
    assert pool.kind_name("wishes") == "wishes"
