"""The exercise clock: its minutes come from an append-only log and from nothing else.

Exercise minutes at a wall time are speed x running wall minutes until then, plus jumps.
A log that is out of order is told (`problems`) and still means something: an event that
says an earlier wall time than the one before it counts at that one's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final

from bihuan.base.problems import Problem, error
from bihuan.base.units import Minutes
from bihuan.base.where import Where
from bihuan.base.wording import N_, _
from bihuan.drill.marks import ClockEvent, ClockKind

Events = Sequence[ClockEvent]

BACKWARDS: Final = error(
    "D201",
    N_("时钟记录的时间倒退：这一条比上一条早 {came} 分钟。"),
    N_("时钟记录只能往后加，请核对时间。"),
)
NOT_STARTED: Final = error(
    "D202",
    N_("演练还没有开始，时钟就有「{came}」。"),
    N_("第一条应是开始。"),
)
STARTED_TWICE: Final = error(
    "D203",
    N_("演练开始了两次。"),
    N_("请只留第一次；暂停后继续是「继续」。"),
)
AFTER_STOP: Final = error(
    "D204",
    N_("演练已经结束，时钟还有「{came}」。"),
    N_("请核对结束的时间，或删去后面的记录。"),
)
NOT_RUNNING: Final = error(
    "D205",
    N_("时钟已经停着，又有一次暂停。"),
    N_("请补上中间的「继续」，或删去一次暂停。"),
)
RUNNING: Final = error(
    "D206",
    N_("时钟正在走，又有一次继续。"),
    N_("请补上前面的「暂停」，或删去这一条。"),
)
BAD_SPEED: Final = error(
    "D207",
    N_("速度填的是「{came}」，应该大于 0。"),
    N_("要停下时钟请用「暂停」。"),
)
JUMPS_BACK: Final = error(
    "D208",
    N_("时钟从 T+{now} 分跳到 T+{came} 分，是往回跳。"),
    N_("演练时间只能往前跳。"),
)


@dataclass(frozen=True, slots=True)
class Clock:
    """How the clock stands at a wall time."""

    wall: Minutes = Minutes(0.0)
    minutes: Minutes = Minutes(0.0)
    """Exercise minutes."""
    speed: float = 1.0
    running: bool = False
    started: bool = False
    stopped: bool = False

    def at(self, wall: Minutes) -> "Clock":
        """The clock at a later wall time, if nothing happens to it."""
        gone = max(0.0, wall - self.wall) * self.speed if self.running else 0.0
        minutes = Minutes(self.minutes + gone)
        return replace(self, wall=Minutes(max(wall, self.wall)), minutes=minutes)

    def after(self, event: ClockEvent) -> "Clock":
        """The clock after an event; one that makes no sense changes nothing."""
        now = self.at(event.wall)
        if event.kind is ClockKind.START:
            return now if self.started else replace(now, started=True, running=True)
        if not self.started or self.stopped:
            return now
        match event.kind:
            case ClockKind.PAUSE:
                return replace(now, running=False)
            case ClockKind.RESUME:
                return replace(now, running=True)
            case ClockKind.SPEED:
                return replace(now, speed=event.value) if event.value > 0 else now
            case ClockKind.JUMP:
                ahead = Minutes(max(now.minutes, event.value))
                return replace(now, minutes=ahead)
            case _:
                return replace(now, running=False, stopped=True)


def _states(events: Events) -> Iterator[Clock]:
    """The clock before the first event and after each."""
    first = Clock(wall=events[0].wall) if events else Clock()
    return accumulate(events, Clock.after, initial=first)


def clock_at(events: Events, wall: Minutes) -> Clock:
    """How the clock stands at a wall time, what happens at that time included."""
    last = Clock()
    for state in _states(events):
        if state.wall > wall:
            break
        last = state
    return last.at(wall)


def exercise_minutes(events: Events, wall: Minutes) -> Minutes:
    """Exercise minutes at a wall time."""
    return clock_at(events, wall).minutes


def wall_of(events: Events, minutes: Minutes) -> Minutes | None:
    """The first wall time at which so many exercise minutes are reached; None: never."""
    states = [state for state in _states(events) if state.started]
    for n, state in enumerate(states):
        if state.minutes >= minutes:
            return state.wall
        if not state.running:
            continue
        wall = Minutes(state.wall + (minutes - state.minutes) / state.speed)
        if n + 1 == len(states) or wall <= states[n + 1].wall:
            return wall
    return None


def jumped(events: Events, since: Minutes, until: Minutes) -> Minutes:
    """Exercise minutes jumped over after one wall time and up to another."""
    sizes = (
        size for event, _before, size in jumps(events) if since < event.wall <= until
    )
    return Minutes(sum(sizes))


def jumps(events: Events) -> Iterator[tuple[ClockEvent, Minutes, Minutes]]:
    """The jumps of a log: event, exercise minutes before it, minutes jumped over."""
    before = iter(_states(events))
    for event, state in zip(events, before, strict=False):
        now, after = state.at(event.wall), state.after(event)
        if event.kind is ClockKind.JUMP and after.minutes > now.minutes:
            yield event, now.minutes, Minutes(after.minutes - now.minutes)


@dataclass(frozen=True, slots=True)
class JumpRefused:
    """Why the clock does not jump."""

    open: tuple[str, ...] = ()
    """Actions of released injects that are not done yet."""
    back: bool = False
    """It would go backwards."""
    idle: bool = False
    """The drill has not started, or is over."""

    def __str__(self) -> str:
        """Say so."""
        if self.open:
            return _("还有处置没有完成，不能跳：{names}", names="、".join(self.open))
        return _("只能往前跳") if self.back else _("演练没有在进行，不能跳")


def jump(
    events: Events, wall: Minutes, to: Minutes, open_: Sequence[str] = (), by: str = ""
) -> ClockEvent | JumpRefused:
    """The event of a jump, or why there is none; `open_`: actions still to be done."""
    now = clock_at(events, wall)
    if not now.started or now.stopped:
        return JumpRefused(idle=True)
    if open_:
        return JumpRefused(tuple(open_))
    if to < now.minutes:
        return JumpRefused(back=True)
    return ClockEvent(wall=wall, kind=ClockKind.JUMP, value=to, by=by)


def problems(events: Events, places: Sequence[Where] = ()) -> tuple[Problem, ...]:
    """What is wrong with the order of a log; `places`: where each event stands."""
    found = []
    for n, (state, event) in enumerate(zip(_states(events), events, strict=False)):
        where = places[n] if n < len(places) else Where(sheet="clock", cell=str(n + 1))
        if event.wall < state.wall:
            came = f"{state.wall - event.wall:g}"
            found.append(BACKWARDS.at(where, came=came))
        if problem := _problem(state, event, where):
            found.append(problem)
    return tuple(found)


def _problem(state: Clock, event: ClockEvent, where: Where) -> Problem | None:
    now = state.at(event.wall)
    if state.stopped:
        return AFTER_STOP.at(where, came=event.kind.label)
    match event.kind:
        case ClockKind.START:
            return STARTED_TWICE.at(where) if state.started else None
        case _ if not state.started:
            return NOT_STARTED.at(where, came=event.kind.label)
        case ClockKind.PAUSE if not state.running:
            return NOT_RUNNING.at(where)
        case ClockKind.RESUME if state.running:
            return RUNNING.at(where)
        case ClockKind.SPEED if event.value <= 0:
            return BAD_SPEED.at(where, came=f"{event.value:g}")
        case ClockKind.JUMP if event.value < now.minutes:
            words = {"now": f"{now.minutes:g}", "came": f"{event.value:g}"}
            return JUMPS_BACK.at(where, **words)
    return None
