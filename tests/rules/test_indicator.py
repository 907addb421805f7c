"""Indicators: unknown is not good, old is not now, one bad part spoils the whole."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from bihuan.rules.indicator import Aim, State, judge, share, worst

NOW = datetime(2020, 4, 8, 10, 0, tzinfo=UTC)
AGES = st.integers(0, 200).map(lambda n: NOW - timedelta(hours=n))
AIMS = st.builds(
    Aim,
    threshold=st.floats(0, 1),
    at_most=st.booleans(),
    max_age=st.none() | st.integers(0, 100).map(lambda n: timedelta(hours=n)),
    due=st.none() | st.integers(-9, 9).map(lambda n: NOW + timedelta(hours=n)),
)
VALUES = st.none() | st.floats(0, 1)
STATES = st.lists(st.sampled_from(State))


@given(VALUES, AIMS, st.none() | AGES)
def test_only_a_fresh_value_that_is_met_passes(
    value: float | None, aim: Aim, counted: datetime | None
) -> None:
    if judge(value, aim, counted_at=counted, now=NOW) is State.PASS:
        assert value is not None
        assert counted is not None
        assert aim.met(value)
        assert aim.max_age is None or NOW - counted <= aim.max_age


@given(VALUES, AIMS)
def test_never_counted_is_unknown(value: float | None, aim: Aim) -> None:
    assert judge(value, aim, counted_at=None, now=NOW) is State.UNKNOWN
    assert judge(None, aim, counted_at=NOW, now=NOW) is State.UNKNOWN


@given(STATES)
def test_whole_passes_only_when_every_part_does(states: list[State]) -> None:
    passes = bool(states) and set(states) == {State.PASS}
    assert (worst(states) is State.PASS) is passes
    assert worst(states).vetoes is not passes


@given(STATES, st.sampled_from(State))
def test_a_part_more_never_makes_a_whole_better(
    states: list[State], more: State
) -> None:
    order = list(State)
    if states:
        assert order.index(worst([*states, more])) <= order.index(worst(states))


@pytest.mark.parametrize(
    ("value", "aim", "hours", "expected"),
    [
        (1.0, Aim(threshold=1.0), 0, State.PASS),
        (0.99, Aim(threshold=1.0), 0, State.FAIL),
        (0.99, Aim(threshold=1.0, due=NOW + timedelta(hours=1)), 0, State.RUNNING),
        (0.99, Aim(threshold=1.0, due=NOW), 0, State.FAIL),
        (1.0, Aim(threshold=1.0, max_age=timedelta(days=7)), 168, State.PASS),
        (1.0, Aim(threshold=1.0, max_age=timedelta(days=7)), 169, State.STALE),
        (0.0, Aim(threshold=1.0, max_age=timedelta(days=7)), 169, State.STALE),
        (0.0, Aim(threshold=0.0, at_most=True), 0, State.PASS),
        (1.0, Aim(threshold=0.0, at_most=True), 0, State.FAIL),
    ],
)
def test_state_of_a_value(value: float, aim: Aim, hours: int, expected: State) -> None:
    counted = NOW - timedelta(hours=hours)
    assert judge(value, aim, counted_at=counted, now=NOW) is expected


def test_order_is_fail_unknown_stale_running_pass() -> None:
    assert " ".join(State) == "fail unknown stale running pass"
    assert worst([]) is State.UNKNOWN


def test_share_of_nobody_is_unknown() -> None:
    assert share(3, 4) == 0.75
    assert share(0, 0) is None
    assert share(None, 4) is None
    assert share(3, None) is None
