"""The gate: five reasons and no sixth, and an illness looks like paper."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from bihuan.rules.passage import (
    Code,
    Direction,
    GateReason,
    Hold,
    Knock,
    Passage,
    Slip,
    Verdict,
    Window,
    passage,
)

NOW = datetime(2020, 4, 8, 7, 26, tzinfo=UTC)
AROUND = Window(NOW - timedelta(minutes=16), NOW + timedelta(minutes=14))
LATER = Window(AROUND.end, AROUND.end + timedelta(minutes=30))
PUPIL = Knock(listed=True, windows=(AROUND,))
APPROVED, ASKED = (Slip(window=AROUND, approved=yes) for yes in (True, False))

SLIPS = st.none() | st.builds(
    Slip, window=st.sampled_from([AROUND, LATER]), approved=st.booleans()
)
KNOCKS = st.builds(
    Knock,
    code=st.sampled_from(Code),
    direction=st.sampled_from(Direction),
    listed=st.none() | st.booleans(),
    windows=st.none() | st.sampled_from([(), (AROUND,), (LATER,), (AROUND, LATER)]),
    holds=st.frozensets(st.sampled_from(Hold)),
    slip=SLIPS,
    visit=SLIPS,
)


@given(KNOCKS)
def test_a_hold_has_a_reason_and_nothing_else_has(knock: Knock) -> None:
    found = passage(knock, NOW)
    assert (found.verdict is Verdict.HOLD) == (found.reason is not None)


@given(KNOCKS, st.sampled_from(Hold), st.sampled_from(Hold))
def test_no_hold_is_told_from_another(knock: Knock, one: Hold, other: Hold) -> None:
    answers = {
        passage(replace(knock, holds=frozenset({hold})), NOW) for hold in (one, other)
    }
    assert len(answers) == 1


@given(KNOCKS, st.sampled_from(Hold))
def test_a_hold_opens_no_gate(knock: Knock, hold: Hold) -> None:
    without = replace(knock, holds=knock.holds - {hold})
    held = replace(knock, holds=knock.holds | {hold})
    if passage(held, NOW).verdict is Verdict.PASS:
        assert passage(without, NOW).verdict is Verdict.PASS


@given(KNOCKS)
def test_nobody_comes_in_while_held_or_without_a_list(knock: Knock) -> None:
    comes = replace(knock, direction=Direction.IN)
    if comes.holds or (comes.visit is None and not comes.listed):
        assert passage(comes, NOW).verdict is not Verdict.PASS


def test_reasons_are_the_five_of_the_guard() -> None:
    assert [reason.label for reason in GateReason] == [
        "手续没有办完",
        "不在今天名单",
        "不在本时段",
        "请假单没批",
        "码已过期",
    ]


OUT = replace(PUPIL, direction=Direction.OUT)
GUEST = Knock(listed=None, visit=APPROVED)


@pytest.mark.parametrize(
    ("knock", "expected"),
    [
        (PUPIL, None),
        (replace(PUPIL, code=Code.EXPIRED), GateReason.EXPIRED),
        (replace(PUPIL, listed=False), GateReason.NOT_LISTED),
        (replace(PUPIL, windows=(LATER,)), GateReason.NOT_NOW),
        (replace(PUPIL, windows=()), GateReason.NOT_NOW),
        (replace(PUPIL, windows=None), None),
        (replace(PUPIL, windows=(LATER,), slip=ASKED), GateReason.LEAVE),
        (replace(PUPIL, windows=(LATER,), slip=APPROVED), None),
        (replace(PUPIL, holds=frozenset({Hold.INCIDENT})), GateReason.PAPERS),
        (
            replace(PUPIL, holds=frozenset({Hold.SURVEY}), slip=APPROVED),
            GateReason.PAPERS,
        ),
        (OUT, None),
        (replace(OUT, windows=(LATER,)), GateReason.LEAVE),
        (replace(OUT, windows=(LATER,), slip=ASKED), GateReason.LEAVE),
        (replace(OUT, windows=(LATER,), slip=APPROVED), None),
        (replace(OUT, holds=frozenset({Hold.INCIDENT})), GateReason.PAPERS),
        (replace(OUT, holds=frozenset({Hold.INCIDENT}), slip=APPROVED), None),
        (GUEST, None),
        (replace(GUEST, visit=ASKED), GateReason.PAPERS),
        (
            replace(GUEST, visit=Slip(window=LATER, approved=True)),
            GateReason.NOT_NOW,
        ),
        (replace(GUEST, visit=ASKED, direction=Direction.OUT), None),
    ],
)
def test_who_may_pass(knock: Knock, expected: GateReason | None) -> None:
    verdict = Verdict.HOLD if expected else Verdict.PASS
    assert passage(knock, NOW) == Passage(verdict, expected)


@pytest.mark.parametrize(
    "knock", [replace(PUPIL, code=Code.UNREADABLE), replace(PUPIL, listed=None)]
)
def test_what_was_not_read_is_scanned_again(knock: Knock) -> None:
    assert passage(knock, NOW) == Passage(Verdict.RETAKE)


def test_a_window_ends_with_its_last_minute() -> None:
    assert AROUND.holds(AROUND.start)
    assert AROUND.holds(AROUND.end - timedelta(seconds=1))
    assert not AROUND.holds(AROUND.end)
