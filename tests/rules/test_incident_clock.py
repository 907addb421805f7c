"""Clocks of an incident: from being found, the plan's minutes first, one thing next."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from bihuan.base.ids import SchoolCode
from bihuan.base.units import Hours, Minutes, Share
from bihuan.plan.measures import ContactListing, Isolation
from bihuan.rules.book import SourceClass, load
from bihuan.rules.incident_clock import (
    Fast,
    Limit,
    Phase,
    Step,
    clocks,
    is_night,
    limits,
    next_step,
    report_row,
)

BOOK = load()
HENAN = "410183"
OPENED = datetime(2020, 4, 8, 7, 46, tzinfo=UTC)
SCHOOL = SchoolCode("S")
MEASURES = (
    Isolation(school=SCHOOL, code="M05", delay=Minutes(12), night_delay=Minutes(25)),
    ContactListing(school=SCHOOL, code="M07", recall=Share(1), delay=Hours(2)),
)
POLICY = limits(BOOK, (), OPENED, region=HENAN)

DONE = st.dictionaries(
    st.sampled_from([step for step in Step if step is not Step.FOUND]),
    st.integers(0, 200).map(lambda n: OPENED + timedelta(minutes=n)),
)
LATER = st.integers(200, 400).map(lambda n: OPENED + timedelta(minutes=n))


def after(minutes: float) -> datetime:
    return OPENED + timedelta(minutes=minutes)


def phase(step: Step, now: datetime, *, done: float | None = None) -> Phase:
    times = {} if done is None else {step: after(done)}
    return next(c.phase for c in clocks(times, OPENED, now, POLICY) if c.step is step)


@given(DONE, LATER)
def test_every_step_has_one_clock_in_the_order_of_steps(
    done: dict[Step, datetime], now: datetime
) -> None:
    found = clocks(done, OPENED, now, POLICY)
    assert [clock.step for clock in found] == list(Step)
    for clock in found:
        assert clock.done == (clock.step in done or clock.step is Step.FOUND)
        if clock.limit is not None:
            assert clock.left is not None
            assert (clock.phase is Phase.LATE) == (clock.left < 0)


@given(DONE, LATER)
def test_next_is_the_first_that_is_not_done(
    done: dict[Step, datetime], now: datetime
) -> None:
    found = next_step(clocks(done, OPENED, now, POLICY))
    left = [step for step in Step if step not in (*done, Step.FOUND)]
    assert (found.step if found else None) == next(iter(left), None)


@given(DONE, LATER, st.integers(0, 500))
def test_what_is_done_stays_as_it_was(
    done: dict[Step, datetime], now: datetime, more: int
) -> None:
    later = now + timedelta(minutes=more)
    before = clocks(done, OPENED, now, POLICY)
    for then, clock in zip(before, clocks(done, OPENED, later, POLICY), strict=True):
        if then.done:
            assert clock == then
        assert not (then.phase is Phase.LATE and clock.phase is not Phase.LATE)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (0, Phase.RUNNING),
        (7.4, Phase.RUNNING),
        (7.5, Phase.SOON),
        (10, Phase.SOON),
        (10.1, Phase.LATE),
    ],
)
def test_phases_of_a_clock_of_ten_minutes(minutes: float, expected: Phase) -> None:
    assert phase(Step.ROOM, after(minutes)) is expected


def test_done_in_time_and_done_late() -> None:
    assert phase(Step.ROOM, after(90), done=6) is Phase.DONE
    assert phase(Step.ROOM, after(90), done=14) is Phase.LATE
    assert phase(Step.MASKED, after(90)) is Phase.TODO
    assert phase(Step.MASKED, after(90), done=80) is Phase.DONE


def test_book_proposes_and_says_so() -> None:
    assert {(one.step, float(one.minutes), one.reference) for one in POLICY} == {
        (Step.ROOM, 10, "O14"),
        (Step.GUARDIAN, 15, "O15"),
        (Step.TRANSPORT, 90, "O17"),
        (Step.CONTACTS, 60, "O16"),
    }
    assert {one.source for one in POLICY} == {SourceClass.TARGET}


def test_own_plan_goes_before_the_book() -> None:
    def of(step: Step, *, night: bool = False) -> Limit:
        found = limits(BOOK, MEASURES, OPENED, region=HENAN, night=night)
        return next(one for one in found if one.step is step)

    room = of(Step.ROOM)
    assert (room.reference, room.by_plan) == ("M05", True)
    assert room.minutes == Minutes(12)
    assert room.source is SourceClass.PLAN
    assert of(Step.ROOM, night=True).minutes == Minutes(25)
    assert of(Step.CONTACTS).minutes == Minutes(120)
    assert of(Step.GUARDIAN).reference == "O15"


def test_report_has_a_clock_only_when_something_has_to_be_reported() -> None:
    assert Step.REPORTED not in {one.step for one in POLICY}
    day = date(2022, 9, 1)
    row = report_row(BOOK, day, "covid", notifiable=True)
    assert row is not None
    assert row.code == "T5"
    found = limits(BOOK, (), datetime(2022, 9, 1, tzinfo=UTC), region=HENAN, report=row)
    assert [one.minutes for one in found if one.step is Step.REPORTED] == [Minutes(120)]


@pytest.mark.parametrize(
    ("disease", "notifiable", "code"),
    [
        ("measles", True, "T2"),
        ("covid", True, "T2"),
        ("hfmd", True, "T2"),
        ("", False, None),
        ("varicella", False, None),
        ("", True, "T2"),
    ],
)
def test_row_of_a_report(disease: str, code: str | None, *, notifiable: bool) -> None:
    row = report_row(BOOK, date(2020, 4, 8), disease, notifiable=notifiable)
    assert (row.code if row else None) == code


@pytest.mark.parametrize(
    ("hour", "minute", "night"),
    [
        (21, 59, False),
        (22, 0, True),
        (22, 30, True),
        (0, 0, True),
        (5, 59, True),
        (6, 0, False),
    ],
)
def test_night(hour: int, minute: int, *, night: bool) -> None:
    rows = BOOK.on(date(2020, 4, 8), region=HENAN)
    assert is_night(OPENED.replace(hour=hour, minute=minute), rows) is night


def test_before_there_were_rows_there_is_no_limit_and_no_night() -> None:
    early = OPENED.replace(year=2015, hour=23)
    assert limits(BOOK, (), early, region=HENAN) == ()
    assert not is_night(early, BOOK.on(early.date()))


def test_due_is_the_limit_after_being_found() -> None:
    found = {clock.step: clock.due for clock in clocks({}, OPENED, OPENED, POLICY)}
    assert found[Step.ROOM] == after(10)
    assert found[Step.MASKED] is None


def test_three_clocks_stop_at_room_list_and_transport() -> None:
    assert [fast.step for fast in Fast] == [Step.ROOM, Step.CONTACTS, Step.TRANSPORT]
