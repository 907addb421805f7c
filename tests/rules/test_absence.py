"""The trace of an absence: where it may go, what it needs, when contact is due."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from bihuan.plan.words import Post
from bihuan.rules.absence import (
    BY,
    MOVES,
    NEEDS,
    Need,
    Trace,
    Tracing,
    move,
    next_contact,
    tracing,
)
from bihuan.rules.book import load

BOOK = load()
DAY = date(2020, 4, 8)
RULE = tracing(BOOK, DAY, region="410183")
STATES = st.sampled_from(Trace)
GIVEN = st.frozensets(st.sampled_from(Need))


def test_every_step_has_its_moves_needs_and_hands() -> None:
    assert set(MOVES) == set(NEEDS) == set(BY) == set(Trace)
    assert all(BY[one] for one in Trace)
    assert {one for one in Trace if one.closed} == {
        Trace.RETURNED,
        Trace.LEAVE,
        Trace.EXCLUDED,
    }


def test_every_step_is_reached_from_the_first_and_leads_to_an_end() -> None:
    seen, edge = {Trace.REGISTERED}, {Trace.REGISTERED}
    while edge:
        edge = {after for one in edge for after in MOVES[one]} - seen
        seen |= edge
    assert seen == set(Trace)
    for state in Trace:
        ends, more = {state}, {state}
        while more:
            more = {after for one in more for after in MOVES[one]} - ends
            ends |= more
        assert any(one.closed for one in ends)


def test_nobody_returns_without_the_school_doctor_and_the_class_teacher() -> None:
    assert {b for b in Trace if Trace.RETURNED in MOVES[b]} == {Trace.CHECKED}
    assert BY[Trace.CHECKED] == {Post.DOCTOR}
    assert BY[Trace.RETURNED] == {Post.CLASS_TEACHER}
    assert move(Trace.CHECKED, Trace.RETURNED, {Need.DOCTOR}).missing == (Need.TEACHER,)


@given(STATES, STATES, GIVEN, st.sampled_from(Need))
def test_one_thing_more_never_stops_a_move(
    before: Trace, after: Trace, given_: frozenset[Need], more: Need
) -> None:
    if move(before, after, given_).ready:
        assert move(before, after, given_ | {more}).ready


@given(STATES, STATES, GIVEN)
def test_a_move_is_ready_when_it_is_allowed_and_has_all(
    before: Trace, after: Trace, given_: frozenset[Need]
) -> None:
    done = move(before, after, given_)
    assert done.allowed == (after in MOVES[before])
    assert done.ready == (done.allowed and NEEDS[after] <= given_)
    assert not set(done.missing) & given_


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        (Trace.REGISTERED, Trace.FIRST, True),
        (Trace.REGISTERED, Trace.RETURNED, False),
        (Trace.REGISTERED, Trace.LEAVE, True),
        (Trace.FIRST, Trace.AGAIN, True),
        (Trace.AGAIN, Trace.AGAIN, True),
        (Trace.SEEN, Trace.DIAGNOSED, True),
        (Trace.HOME, Trace.CERTIFIED, True),
        (Trace.CERTIFIED, Trace.RETURNED, False),
        (Trace.RETURNED, Trace.AGAIN, False),
    ],
)
def test_moves(before: Trace, after: Trace, *, allowed: bool) -> None:
    assert move(before, after, Need).ready is allowed


def test_first_trace_is_due_the_same_day_and_then_every_day() -> None:
    assert next_contact(DAY, [], Trace.REGISTERED, RULE) == DAY
    contacts = [DAY, DAY + timedelta(days=2)]
    assert next_contact(DAY, contacts, Trace.HOME, RULE) == DAY + timedelta(days=3)
    assert next_contact(DAY, contacts, Trace.RETURNED, RULE) is None
    assert [row.code for row in RULE.rows] == ["N21a", "N21b"]


def test_without_a_row_nothing_is_asked() -> None:
    none = tracing(BOOK, date(2015, 4, 8), region="410183")
    assert none == Tracing(first=None, again=None)
    assert next_contact(DAY, [], Trace.REGISTERED, none) is None
