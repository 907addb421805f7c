"""Exercise time comes from the log of the clock: properties over any sequence of events."""

import math

import pytest
from hypothesis import given, settings, strategies as st

from bihuan.base.units import Minutes
from bihuan.drill import clock
from bihuan.drill.clock import JumpRefused
from bihuan.drill.marks import ClockEvent, ClockKind

ALMOST = 1e-6
QUIET = settings(deadline=None, max_examples=150)


def event(wall: float, kind: ClockKind, value: float = 0.0) -> ClockEvent:
    return ClockEvent(wall=Minutes(wall), kind=kind, value=value)


START, PAUSE, RESUME, SPEED, JUMP, STOP = ClockKind
WALLS = st.integers(0, 600).map(float)
LOGS = st.lists(
    st.builds(
        event,
        wall=WALLS,
        kind=st.sampled_from(ClockKind),
        value=st.integers(-2, 900).map(lambda n: n / 4),
    ),
    max_size=12,
)
"""Any events in any order, sensible or not."""


@st.composite
def sound(draw: st.DrawFn) -> list[ClockEvent]:
    """A log as a program appends it: in order, each event allowed when it comes."""
    log = [event(draw(st.integers(0, 50)), START)]
    for kind, gap, value in draw(
        st.lists(
            st.tuples(st.sampled_from([PAUSE, RESUME, SPEED, JUMP]), st.integers(0, 60), st.integers(1, 40)),
            max_size=10,
        )
    ):  # fmt: skip
        wall = Minutes(log[-1].wall + gap)
        now = clock.clock_at(log, wall)
        if (kind is PAUSE) == now.running or kind in {SPEED, JUMP}:
            to = {JUMP: now.minutes + value, SPEED: value / 8}.get(kind, 0.0)
            log.append(event(wall, kind, to))
    return log


def minutes(log: list[ClockEvent], wall: float) -> float:
    return clock.exercise_minutes(log, Minutes(wall))


@QUIET
@given(LOGS, WALLS, WALLS)
def test_time_never_goes_back(log: list[ClockEvent], a: float, b: float) -> None:
    early, late = sorted((a, b))
    assert minutes(log, early) <= minutes(log, late)


@QUIET
@given(sound(), WALLS, st.integers(1, 300), st.integers(0, 200))
def test_a_pause_adds_nothing(
    log: list[ClockEvent], at: float, length: int, more: int
) -> None:
    begin = log[-1].wall + at
    if not clock.clock_at(log, Minutes(begin)).running:
        return
    paused = [*log, event(begin, PAUSE), event(begin + length, RESUME)]
    assert minutes(paused, begin + length) == minutes(log, begin)
    later = minutes(paused, begin + length + more)
    assert later == pytest.approx(minutes(log, begin + more), abs=ALMOST)


@QUIET
@given(st.integers(1, 80), st.integers(0, 500))
def test_speed_multiplies(eighths: int, wall: int) -> None:
    log = [event(0, START), event(0, SPEED, eighths / 8)]
    assert minutes(log, wall) == pytest.approx(wall * eighths / 8)


@QUIET
@given(sound(), WALLS, WALLS, WALLS)
def test_pieces_add_up(log: list[ClockEvent], a: float, b: float, c: float) -> None:
    """What runs from a to c is what runs from a to b and from b to c, jumps among them."""
    first, middle, last = (Minutes(w) for w in sorted((a, b, c)))
    whole = minutes(log, last) - minutes(log, first)
    over = clock.jumped(log, first, last)
    ran = sum(
        minutes(log, till) - minutes(log, since) - clock.jumped(log, since, till)
        for since, till in ((first, middle), (middle, last))
    )
    assert whole == pytest.approx(ran + over, abs=ALMOST)


@QUIET
@given(sound(), st.integers(0, 100))
def test_time_runs_at_the_sum_of_its_definition(
    log: list[ClockEvent], more: int
) -> None:
    """Speed x running wall minutes + jumps, added up event by event (domain B.2)."""
    until = log[-1].wall + more
    told, speed, running = 0.0, 1.0, False
    for now, then in zip(log, [*log[1:], event(until, STOP)], strict=True):
        if now.kind in {START, RESUME}:
            running = True
        elif now.kind is PAUSE:
            running = False
        elif now.kind is SPEED:
            speed = now.value
        else:
            told = now.value
        told += speed * (then.wall - now.wall) * running
    assert minutes(log, until) == pytest.approx(told, abs=ALMOST)


@QUIET
@given(sound(), st.integers(0, 2000).map(lambda n: n / 2))
def test_wall_of_is_the_first_wall_that_reaches(
    log: list[ClockEvent], wanted: float
) -> None:
    wall = clock.wall_of(log, Minutes(wanted))
    if wall is None:
        assert minutes(log, 1e9) < wanted
        return
    assert minutes(log, wall) >= wanted - ALMOST
    if wall > log[0].wall + ALMOST:
        assert minutes(log, wall - 1e-3) < wanted


@QUIET
@given(sound())
def test_a_log_that_a_program_appends_has_no_problem(log: list[ClockEvent]) -> None:
    assert clock.problems(log) == ()
    assert clock.problems([*log, event(log[-1].wall + 1, STOP)]) == ()


@QUIET
@given(sound(), st.data())
def test_two_events_swapped_are_told(
    log: list[ClockEvent], data: st.DataObject
) -> None:
    walls = [e.wall for e in log]
    pairs = [n for n in range(len(log) - 1) if walls[n] < walls[n + 1]]
    if not pairs:
        return
    n = data.draw(st.sampled_from(pairs))
    log[n], log[n + 1] = log[n + 1], log[n]
    assert "D201" in {p.code for p in clock.problems(log)}


@pytest.mark.parametrize(
    ("log", "code"),
    [
        ([event(5, START), event(3, PAUSE)], "D201"),
        ([event(0, PAUSE)], "D202"),
        ([event(0, START), event(1, START)], "D203"),
        ([event(0, START), event(1, STOP), event(2, RESUME)], "D204"),
        ([event(0, START), event(1, PAUSE), event(2, PAUSE)], "D205"),
        ([event(0, START), event(1, RESUME)], "D206"),
        ([event(0, START), event(1, SPEED, 0)], "D207"),
        ([event(0, START), event(30, JUMP, 20)], "D208"),
    ],
)
def test_order_of_a_log(log: list[ClockEvent], code: str) -> None:
    assert [(p.code, p.where.cell) for p in clock.problems(log)] == [
        (code, str(len(log)))
    ]


def test_nothing_runs_before_the_start_and_after_the_stop() -> None:
    log = [event(10, START), event(40, STOP)]
    assert [minutes(log, w) for w in (0, 10, 25, 40, 90, math.inf)] == [
        0, 0, 15, 30, 30, 30,
    ]  # fmt: skip


def test_a_jump_is_seen_with_what_it_leaps() -> None:
    log = [event(0, START), event(20, JUMP, 100)]
    assert [(before, size) for _e, before, size in clock.jumps(log)] == [(20.0, 80.0)]
    assert minutes(log, 20) == 100
    assert clock.wall_of(log, Minutes(60)) == 20.0


# --- the guard of a jump -----------------------------------------------------------------

RUNNING = [event(0, START)]


def test_a_jump_is_an_event() -> None:
    found = clock.jump(RUNNING, Minutes(20), Minutes(100), by="导调")
    assert found == ClockEvent(
        wall=Minutes(20), kind=JUMP, value=Minutes(100), by="导调"
    )


@pytest.mark.parametrize(
    ("log", "to", "open_", "refused"),
    [
        (RUNNING, 100, ("A1", "A2"), JumpRefused(open=("A1", "A2"))),
        (RUNNING, 10, (), JumpRefused(back=True)),
        ([], 100, (), JumpRefused(idle=True)),
        ([*RUNNING, event(5, STOP)], 100, ("A1",), JumpRefused(idle=True)),
    ],
)
def test_a_jump_is_refused(
    log: list[ClockEvent], to: float, open_: tuple[str, ...], refused: JumpRefused
) -> None:
    found = clock.jump(log, Minutes(20), Minutes(to), open_)
    assert found == refused
    assert all(name in str(found) for name in open_ if refused.open)
    assert str(found)
