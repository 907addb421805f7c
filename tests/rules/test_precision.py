"""Precision: the truth comes from diagnoses, and what is not out stays unknown."""

import pytest
from hypothesis import given, strategies as st

from bihuan.rules.precision import Closing, Diagnosis, Truth, precision, truth

FLU = Diagnosis(disease="influenza", communicable=True)
MUMPS = Diagnosis(disease="mumps", communicable=True)
SPRAIN = Diagnosis(disease="sprain", communicable=False)
CLOSINGS = st.builds(
    Closing,
    threshold=st.integers(1, 4),
    diagnoses=st.lists(
        st.none() | st.sampled_from([FLU, MUMPS, SPRAIN]), max_size=6
    ).map(tuple),
)


@given(CLOSINGS, st.sampled_from([FLU, MUMPS, SPRAIN]))
def test_what_is_decided_no_later_diagnosis_changes(
    closing: Closing, later: Diagnosis
) -> None:
    before = truth(closing)
    rest = list(closing.diagnoses)
    if None in rest and before is not Truth.UNKNOWN:
        rest[rest.index(None)] = later
        after = Closing(threshold=closing.threshold, diagnoses=tuple(rest))
        assert truth(after) is before


@given(st.lists(CLOSINGS, max_size=10))
def test_shares_are_of_the_decided(closings: list[Closing]) -> None:
    found = precision(closings)
    assert found.raised == len(closings)
    assert found.true <= found.decided <= found.raised
    assert found.unknown == sum(truth(one) is Truth.UNKNOWN for one in closings)
    assert (found.share is None) == (found.decided == 0)


@pytest.mark.parametrize(
    ("diagnoses", "expected"),
    [
        ((FLU, FLU, FLU), Truth.TRUE),
        ((FLU, FLU, FLU, None), Truth.TRUE),
        ((FLU, FLU, None), Truth.UNKNOWN),
        ((FLU, FLU, MUMPS), Truth.FALSE),
        ((SPRAIN, SPRAIN, SPRAIN), Truth.FALSE),
        ((SPRAIN, None, None), Truth.FALSE),
        ((None, None, None), Truth.UNKNOWN),
    ],
)
def test_truth_of_an_alarm_of_three(
    diagnoses: tuple[Diagnosis | None, ...], expected: Truth
) -> None:
    assert truth(Closing(threshold=3, diagnoses=diagnoses)) is expected


def test_nine_raised_seven_out_four_true() -> None:
    true = Closing(threshold=2, diagnoses=(FLU, FLU))
    false = Closing(threshold=2, diagnoses=(FLU, SPRAIN))
    open_ = Closing(threshold=2, diagnoses=(FLU, None))
    found = precision([true] * 4 + [false] * 3 + [open_] * 2)
    assert (found.raised, found.decided, found.true, found.unknown) == (9, 7, 4, 2)
    assert found.share == 4 / 7
