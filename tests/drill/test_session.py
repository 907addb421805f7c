"""How a drill stands is a function of script, log and time."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from bihuan.base.ids import PersonId, SchoolCode
from bihuan.base.units import Minutes, Share
from bihuan.drill import clock, session
from bihuan.drill.clock import JumpRefused
from bihuan.drill.marks import ClockEvent, ClockKind, Entry, Log, State, Truth
from bihuan.drill.script import Scene, When
from bihuan.drill.session import Refusal, Refused, Stage
from script_world import small_script

SCENE = small_script()
START, PAUSE, RESUME, SPEED, JUMP, STOP = ClockKind
FOUR = tuple(PersonId(f"P{n}") for n in range(4))


def event(wall: float, kind: ClockKind, value: float = 0.0) -> ClockEvent:
    return ClockEvent(wall=Minutes(wall), kind=kind, value=value)


def out(inject: str, wall: float, waived: str = "") -> Entry:
    return Entry(wall=Minutes(wall), inject=inject, waived=waived)


def did(action: str, wall: float, **more: object) -> Entry:
    return replace(Entry(wall=Minutes(wall), action=action), **more)  # type: ignore[arg-type]


def log(*entries: Entry, events: tuple[ClockEvent, ...] = ()) -> Log:
    return Log(
        scene="small",
        school=SchoolCode("YIGAO"),
        clock=events or (event(0, START),),
        entries=entries,
        truth=Truth(contacts=(("seat", FOUR),)),
    )


def stages(told: Log, wall: float, scene: Scene = SCENE) -> dict[str, Stage]:
    now = session.session(scene, told, Minutes(wall))
    return {p.inject.id: p.stage for p in now.injects}


def states(told: Log, wall: float = math.inf) -> dict[str, State | None]:
    now = session.session(SCENE, told, Minutes(wall))
    return {t.expected.id: t.state for t in now.tasks}


def with_when(inject: str, when: When, *, manual: bool = False) -> Scene:
    return replace(
        SCENE,
        injects=tuple(
            replace(i, when=when, manual=manual) if i.id == inject else i
            for i in SCENE.injects
        ),
    )


# --- injects ---------------------------------------------------------------------------


def test_an_inject_is_due_at_its_time_and_not_before() -> None:
    assert stages(log(), 9.9)["A"] is Stage.WAITING
    assert stages(log(), 10)["A"] is Stage.DUE
    assert [p.inject.id for p in session.due(SCENE, log(), Minutes(10))] == ["A"]


def test_what_waits_for_an_action_is_due_after_it_and_its_delay() -> None:
    told = log(out("A", 10), did("A1", 18))
    assert stages(told, 22.9)["B"] is Stage.WAITING
    assert stages(told, 23)["B"] is Stage.DUE


def test_the_world_goes_on_when_an_action_is_never_done() -> None:
    told = log(out("A", 10))  # A1 fails at 30 minutes after release
    assert stages(told, 44.9)["B"] is Stage.WAITING
    assert stages(told, 45)["B"] is Stage.DUE


def test_a_condition_on_lateness_comes_true_when_it_is_sure() -> None:
    told = log(out("A", 10))  # target 10, late by 5: sure after minute 25
    assert stages(told, 25)["C"] is Stage.WAITING
    assert stages(told, 25.1)["C"] is Stage.DUE
    assert stages(log(out("A", 10), did("A1", 40)), 41)["C"] is Stage.DUE


def test_a_condition_on_lateness_is_ruled_out_by_speed() -> None:
    assert stages(log(out("A", 10), did("A1", 25)), 26)["C"] is Stage.RULED_OUT


@pytest.mark.parametrize(
    ("done", "wall", "stage"),
    [
        (None, 24, Stage.WAITING),
        (None, 26, Stage.RULED_OUT),
        (24.0, 25, Stage.DUE),
        (26.0, 27, Stage.RULED_OUT),
    ],
)
def test_unless_late_is_the_contrary(
    done: float | None, wall: float, stage: Stage
) -> None:
    scene = with_when("C", When(after="A1", unless_late=Minutes(5)))
    told = log(out("A", 10), *([did("A1", done)] if done is not None else []))
    assert stages(told, wall, scene)["C"] is stage


@pytest.mark.parametrize(
    ("listed", "stage"),
    [
        (FOUR, Stage.RULED_OUT),
        (FOUR[:3], Stage.DUE),
        ((), Stage.DUE),
    ],
)
def test_a_condition_on_recall(listed: tuple[PersonId, ...], stage: Stage) -> None:
    scene = with_when("C", When(after="D1", recall_below=Share(0.9)))
    told = log(out("D", 120), did("D1", 150, listed=listed))
    assert stages(told, 149, scene)["C"] is Stage.WAITING
    assert stages(told, 150, scene)["C"] is stage


def test_recall_without_a_truth_rules_out() -> None:
    scene = with_when("C", When(after="D1", recall_below=Share(0.9)))
    told = replace(log(out("D", 120), did("D1", 150)), truth=Truth())
    assert stages(told, 200, scene)["C"] is Stage.RULED_OUT


def test_what_waits_for_a_skipped_or_waived_thing_is_ruled_out() -> None:
    assert stages(log(out("A", 10, "没有人手")), 60)["B"] is Stage.RULED_OUT
    told = log(out("A", 10), did("A1", 12, waived="没有校门"))
    assert stages(told, 60)["B"] is Stage.RULED_OUT


def test_a_manual_inject_waits_for_a_hand() -> None:
    assert stages(log(), 300)["D"] is Stage.MANUAL
    assert session.due(SCENE, log(out("A", 10), did("A1", 12)), Minutes(300)) != ()
    names = [p.inject.id for p in session.due(SCENE, log(), Minutes(300))]
    assert "D" not in names


def test_nothing_is_due_in_a_pause_and_each_waits_for_its_own_click() -> None:
    events = (event(0, START), event(10, PAUSE))
    assert session.due(SCENE, log(events=events), Minutes(50)) == ()
    assert stages(log(events=events), 50)["A"] is Stage.HELD
    resumed = log(events=(*events, event(60, RESUME)))
    (held,) = session.due(SCENE, resumed, Minutes(60))
    assert (held.inject.id, held.stage, held.due) == ("A", Stage.HELD, 10.0)


def test_what_was_jumped_over_is_held_in_the_order_of_the_plan() -> None:
    scene = with_when("D", When(at=Minutes(60)))
    told = log(events=(event(0, START), event(5, JUMP, 110)))
    names = [(p.inject.id, p.stage) for p in session.due(scene, told, Minutes(5))]
    assert names == [("A", Stage.HELD), ("D", Stage.HELD)]


def test_what_a_jump_leads_to_is_due_at_once() -> None:
    scene = with_when("D", When(at=Minutes(110)))
    told = log(events=(event(0, START), event(5, JUMP, 110)))
    assert stages(told, 5, scene)["D"] is Stage.DUE


# --- releases --------------------------------------------------------------------------


def test_release_is_an_entry_and_leaves_the_plan_as_it_is() -> None:
    entry = session.release(SCENE, log(), Minutes(3), "A")
    assert entry == out("A", 3)
    assert isinstance(entry, Entry)
    (first, *_rest) = session.session(SCENE, log(entry), Minutes(4)).injects
    assert (first.stage, first.due, first.released) == (Stage.RELEASED, 10.0, 3.0)


def test_skipping_says_why() -> None:
    entry = session.skip(SCENE, log(), Minutes(3), "A", "真有人受伤")
    assert entry == out("A", 3, "真有人受伤")
    assert stages(log(out("A", 3, "真有人受伤")), 20)["A"] is Stage.SKIPPED


@pytest.mark.parametrize(
    ("told", "inject", "reason"),
    [
        (log(), "X", Refusal.UNKNOWN),
        (log(out("A", 1)), "A", Refusal.ALREADY),
        (log(out("A", 1, "人手不够")), "A", Refusal.ALREADY),
        (log(events=(event(0, START), event(1, PAUSE))), "A", Refusal.PAUSED),
        (log(events=(event(0, START), event(1, STOP))), "A", Refusal.IDLE),
        (log(events=(event(9, START),)), "A", Refusal.IDLE),
    ],
)
def test_release_is_refused(told: Log, inject: str, reason: Refusal) -> None:
    found = session.release(SCENE, told, Minutes(5), inject)
    assert found == Refused(reason, inject)
    assert str(found)


def test_a_drill_is_over_at_its_longest() -> None:
    told = log(out("A", 10), did("A1", 15))
    assert session.session(SCENE, told, Minutes(359)).ended is False
    assert session.session(SCENE, told, Minutes(360)).ended is True
    assert session.due(SCENE, told, Minutes(360)) == ()


# --- actions ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "wall", "state"),
    [
        (log(), 20, None),
        (log(out("A", 10)), 39, None),
        (log(out("A", 10), did("A1", 20)), 20, State.ON_TIME),
        (log(out("A", 10), did("A1", 21)), 21, State.LATE),
        (log(out("A", 10), did("A1", 90)), 90, State.LATE),
        (log(out("A", 10)), 40, State.NEVER),
        (log(out("A", 10), did("A1", 12, waived="没有校门")), 12, State.NOT_APPLICABLE),
        (log(out("A", 10, "跳过")), 20, State.NOT_APPLICABLE),
        (log(out("A", 10), did("A1", 10, untimed=True)), 12, State.CENSORED),
        (log(), 400, State.NOT_APPLICABLE),
        (log(out("A", 340)), 400, State.CENSORED),
        (log(out("A", 10)), 400, State.NEVER),
    ],
)
def test_state_of_an_action(told: Log, wall: float, state: State | None) -> None:
    assert states(told, wall)["A1"] is state


@pytest.mark.parametrize(
    ("told", "state"),
    [
        (log(out("A", 10), did("A2", 90)), State.ON_TIME),
        (log(out("A", 10), did("A2", 10, untimed=True)), State.ON_TIME),
        (log(out("A", 10)), State.NEVER),
    ],
)
def test_state_without_a_standard(told: Log, state: State) -> None:
    assert states(told)["A2"] is state


def test_a_stop_cuts_off_what_was_open() -> None:
    events = (event(0, START), event(30, STOP))
    told = log(out("A", 10), events=events)
    assert states(told)["A1"] is State.CENSORED
    late = log(out("A", 1), events=(event(0, START), event(31, STOP)))
    assert states(late)["A1"] is State.NEVER


@pytest.mark.parametrize(("wall", "state"), [(15, State.CENSORED), (14, State.ON_TIME)])
def test_done_while_the_clock_stands_is_not_known_to_be_in_time(
    wall: float, state: State
) -> None:
    events = (event(0, START), event(14, PAUSE), event(60, RESUME))
    assert states(log(out("A", 10), did("A1", wall), events=events))["A1"] is state


def test_late_stays_late_while_the_clock_stands() -> None:
    events = (event(0, START), event(25, PAUSE))
    assert states(log(out("A", 10), did("A1", 40), events=events))["A1"] is State.LATE


def test_minutes_leapt_over_are_nobodys_fault() -> None:
    events = (event(0, START), event(15, JUMP, 200))
    told = log(out("A", 10), did("A1", 18), events=events)
    assert states(told)["A1"] is State.CENSORED
    (task, *_rest) = session.final(SCENE, told).tasks
    assert task.gone == 8.0


def test_time_left_runs_down_to_the_fail() -> None:
    now = session.session(SCENE, log(out("A", 10)), Minutes(17))
    assert [(t.expected.id, t.left) for t in now.open] == [("A1", 23), ("A2", None)]


# --- jumps -----------------------------------------------------------------------------


def test_a_jump_is_refused_while_an_action_is_open() -> None:
    told = log(out("A", 10), did("A1", 12))
    found = session.jump(SCENE, told, Minutes(20), Minutes(110))
    assert found == JumpRefused(open=("A2",))
    done = log(*told.entries, did("A2", 19))
    assert session.jump(
        SCENE, done, Minutes(20), Minutes(110), by="导调"
    ) == ClockEvent(wall=Minutes(20), kind=JUMP, value=Minutes(110), by="导调")


def test_the_scripts_jump_is_offered_once_it_may_come() -> None:
    assert session.session(SCENE, log(), Minutes(20)).jump is None
    told = log(out("A", 10), did("A1", 12), out("B", 17))
    assert session.session(SCENE, told, Minutes(20)).jump == SCENE.jumps[0]
    assert session.session(SCENE, told, Minutes(110)).jump is None


# --- properties ------------------------------------------------------------------------

ENTRIES = st.lists(
    st.one_of(
        st.builds(out, st.sampled_from("ABCD"), st.integers(0, 300)),
        st.builds(
            did,
            st.sampled_from(["A1", "A2", "B1", "B2", "C1", "D1"]),
            st.integers(0, 300),
        ),
    ),
    max_size=10,
).map(lambda rows: sorted(rows, key=lambda e: e.wall))
QUIET = settings(deadline=None, max_examples=100)


@QUIET
@given(ENTRIES, st.integers(0, 200), st.integers(1, 500))
def test_a_pause_never_makes_a_deadline_expire(
    entries: list[Entry], at: int, length: int
) -> None:
    """A pause put in between, all that follows later by as much: the same states."""
    begin = at + 0.5  # between two entries
    moved = [
        replace(e, wall=Minutes(e.wall + length)) if e.wall > begin else e
        for e in entries
    ]
    paused = (event(0, START), event(begin, PAUSE), event(begin + length, RESUME))
    assert states(log(*entries)) == states(log(*moved, events=paused))
    before = session.session(SCENE, log(*entries), Minutes(begin)).open
    during = log(*moved, events=paused)
    for wall in (begin, begin + length / 2, begin + length):
        now = session.session(SCENE, during, Minutes(wall)).open
        assert [(t.expected.id, t.left) for t in now] == [
            (t.expected.id, t.left) for t in before
        ]


@QUIET
@given(ENTRIES, st.integers(0, 400), st.integers(0, 400))
def test_what_is_settled_stays_settled(entries: list[Entry], a: int, b: int) -> None:
    """Done in time or late stays so; never may still become late; released stays out."""
    early, late = sorted((a, b))
    told = log(*entries)
    before, after = states(told, early), states(told, late)
    for name, state in before.items():
        if state in {State.ON_TIME, State.LATE}:
            assert after[name] is state
        if state is State.NEVER:
            assert after[name] in {State.NEVER, State.LATE}
    first, then = stages(told, early), stages(told, late)
    for name, stage in first.items():
        if stage in {Stage.RELEASED, Stage.SKIPPED}:
            assert then[name] is stage


@QUIET
@given(st.lists(st.integers(1, 40), min_size=1, max_size=12), st.data())
def test_playing_on_releases_each_inject_once_and_leaves_nothing_due(
    gaps: list[int], data: st.DataObject
) -> None:
    """A controller who clicks whatever is due, in any rhythm, with pauses between."""
    told, wall = log(), 0.0
    for gap in gaps:
        wall += gap
        running = clock.clock_at(told.clock, Minutes(wall)).running
        if data.draw(st.booleans()):
            kind = PAUSE if running else RESUME
            told = replace(told, clock=(*told.clock, event(wall, kind)))
        for pending in session.due(SCENE, told, Minutes(wall)):
            entry = session.release(SCENE, told, Minutes(wall), pending.inject.id)
            assert isinstance(entry, Entry)
            told = replace(told, entries=(*told.entries, entry))
            again = session.release(SCENE, told, Minutes(wall), pending.inject.id)
            assert again == Refused(Refusal.ALREADY, pending.inject.id)
        assert session.due(SCENE, told, Minutes(wall)) == ()
    names = [e.inject for e in told.entries]
    assert len(names) == len(set(names))
    assert clock.problems(told.clock) == ()
