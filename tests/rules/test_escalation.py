"""The ladder: rungs in their order, none after the thing is done, quiet at night but for red."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, strategies as st

from bihuan.rules.book import load
from bihuan.rules.escalation import (
    Ladder,
    Quiet,
    due_rungs,
    ladder,
    next_rung,
    times,
    whom,
)

DAY = date(2020, 4, 8)
BOOK = load()
STEPS = ladder(BOOK, DAY, region="410183")
NOON = datetime(2020, 4, 8, 12, 0, tzinfo=UTC)
TIMES = st.integers(0, 3 * 24 * 60).map(lambda n: NOON + timedelta(minutes=n))


def codes(
    due: datetime, now: datetime, *, red: bool = False, done: datetime | None = None
) -> str:
    found = due_rungs(due, now, STEPS, red=red, done_at=done)
    return "".join(one.rung.code[-1] for one in found)


@given(TIMES, TIMES, TIMES)
def test_rungs_only_ever_become_more(
    due: datetime, one: datetime, other: datetime
) -> None:
    early, late = sorted((one, other))
    assert codes(due, late).startswith(codes(due, early))


@given(TIMES, TIMES)
def test_red_is_told_no_later(due: datetime, now: datetime) -> None:
    assert codes(due, now, red=True).startswith(codes(due, now))


@given(TIMES, TIMES, TIMES)
def test_nobody_is_told_of_what_is_done(
    due: datetime, now: datetime, done: datetime
) -> None:
    for one in due_rungs(due, now, STEPS, done_at=done):
        assert one.at < done
        assert one.at <= now


@given(TIMES)
def test_night_is_quiet(due: datetime) -> None:
    for one in times(due, STEPS):
        assert 6 <= one.at.hour < 22
    for plain, red in zip(times(due, STEPS), times(due, STEPS, red=True), strict=True):
        assert red.at <= plain.at
        assert red.at == due + timedelta(minutes=red.rung.after)


@given(TIMES, TIMES)
def test_next_rung_is_the_one_that_is_not_due_yet(due: datetime, now: datetime) -> None:
    found = next_rung(due, now, STEPS)
    assert (found is None) == (len(codes(due, now)) == len(STEPS.rungs))
    if found is not None:
        assert len(codes(due, found.at)) > len(codes(due, now))


def test_rungs_of_the_book() -> None:
    assert [(float(rung.after), rung.to) for rung in STEPS.rungs] == [
        (-30, ("duty",)),
        (0, ("duty",)),
        (30, ("deputy", "grade_head")),
        (60, ("head",)),
        (120, ("bureau",)),
    ]


def test_ladder_by_the_minute() -> None:
    def after(minutes: int) -> datetime:
        return NOON + timedelta(minutes=minutes)

    said = {n: codes(NOON, after(n)) for n in (-31, -30, -1, 0, 30, 60, 119, 120)}
    assert said == {
        -31: "",
        -30: "a",
        -1: "a",
        0: "ab",
        30: "abc",
        60: "abcd",
        119: "abcd",
        120: "abcde",
    }
    assert codes(NOON, after(120), done=after(30)) == "ab"
    assert whom(due_rungs(NOON, after(60), STEPS)) == (
        "duty",
        "deputy",
        "grade_head",
        "head",
    )


def test_what_falls_into_the_night_waits_for_six() -> None:
    due = NOON.replace(hour=21, minute=40)
    morning = datetime(2020, 4, 9, 6, 0, tzinfo=UTC)
    assert codes(due, NOON.replace(hour=23)) == "ab"
    assert codes(due, NOON.replace(hour=23), red=True) == "abcd"
    assert codes(due, morning - timedelta(minutes=1)) == "ab"
    assert codes(due, morning) == "abcde"


def test_without_quiet_hours_or_rungs_nothing_is_moved() -> None:
    late = NOON.replace(hour=23)
    loud = Ladder(rungs=STEPS.rungs)
    assert len(due_rungs(late, late, loud)) == 2
    assert due_rungs(late, late, Ladder(rungs=())) == ()


def test_quiet_hours_end_with_the_minute_and_may_lie_within_a_day() -> None:
    night = Quiet(start=time(22), end=time(6))
    six = datetime(2020, 4, 9, 6, 0, tzinfo=UTC)
    second = timedelta(seconds=1)
    assert night.over(six) == six
    assert night.over(six - second) == six
    assert night.over(six.replace(day=8, hour=22)) == six
    noon = Quiet(start=time(12), end=time(14))
    assert noon.over(NOON) == NOON.replace(hour=14)
    assert noon.over(NOON - second) == NOON - second
    assert noon.over(NOON.replace(hour=14)) == NOON.replace(hour=14)
    assert Quiet(start=time(12), end=time(12)).over(NOON) == NOON


def test_without_rows_nobody_is_told_and_half_a_night_is_none() -> None:
    assert ladder(BOOK, date(2015, 4, 8), region="410183") == Ladder(rungs=())
    for key in ("quiet_from", "quiet_to"):
        rows = tuple(row for row in BOOK.rules if row.key != key)
        assert ladder(replace(BOOK, rules=rows), DAY, region="410183").quiet is None


def test_quiet_hours_may_begin_at_half_past() -> None:
    rows = tuple(
        replace(row, value=22.5) if row.key == "quiet_from" else row
        for row in BOOK.rules
    )
    found = ladder(replace(BOOK, rules=rows), DAY, region="410183")
    assert found.quiet == Quiet(start=time(22, 30), end=time(6))
