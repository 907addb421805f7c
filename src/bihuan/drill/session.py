"""A drill while it runs: what is due, released, open, done; a function of script, log, time.

Nothing is kept: the same script, log and wall time give the same session, so that a
controller's page, a played drill and an evaluation read one truth. Deadlines are exercise
minutes since release, so that a pause never makes one expire.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from bihuan.base.units import Minutes, Share
from bihuan.base.wording import N_, _
from bihuan.drill import clock
from bihuan.drill.clock import Clock, JumpRefused
from bihuan.drill.marks import ClockEvent, ClockKind, Entry, Log, State, Truth
from bihuan.drill.score import recall_and_precision
from bihuan.drill.script import Expected, Inject, Jump, Scene, Standard, When

HOUR: Final = 60.0


class Stage(StrEnum):
    """How far an inject has come."""

    WAITING = "waiting"
    DUE = "due"
    HELD = "held"
    """Fell due while the clock stood, or was jumped over: waits for one click of its own."""
    MANUAL = "manual"
    """Waits for the controller's hand."""
    RULED_OUT = "ruled_out"
    """What it waits for can no longer come about."""
    RELEASED = "released"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Pending:
    """An inject and how far it has come; times in exercise minutes."""

    inject: Inject
    stage: Stage
    due: Minutes | None
    """None: not known yet, or never."""
    released: Minutes | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """An expected action and how far it has come; times in exercise minutes."""

    inject: Inject
    expected: Expected
    standard: Standard | None
    released: Minutes | None
    done: Minutes | None
    """None: not done, or nobody noted when."""
    gone: Minutes | None
    """Minutes since release, up to done or now; without what was jumped over."""
    state: State | None
    """None: not released yet, or still open."""

    @property
    def open(self) -> bool:
        """Whether it is to be done now."""
        return self.released is not None and self.state is None

    @property
    def left(self) -> Minutes | None:
        """Minutes until it counts nothing; None: not open, or without a deadline."""
        if not self.open or self.standard is None or self.gone is None:
            return None
        return Minutes(self.standard.fail - self.gone)


@dataclass(frozen=True, slots=True)
class Session:
    """How a drill stands at a wall time."""

    clock: Clock
    ended: bool
    """Stopped, or over its longest time."""
    injects: tuple[Pending, ...]
    tasks: tuple[Task, ...]
    jump: Jump | None
    """The jump of the script that may come next, once nothing is open."""

    @property
    def open(self) -> tuple[Task, ...]:
        """Actions that are to be done now."""
        return tuple(task for task in self.tasks if task.open)


def session(scene: Scene, log: Log, wall: Minutes) -> Session:
    """How a drill stands at a wall time."""
    return _Look(scene, log, wall).session()


def final(scene: Scene, log: Log) -> Session:
    """How a drill stood when it was over."""
    return session(scene, log, Minutes(math.inf))


def due(scene: Scene, log: Log, wall: Minutes) -> tuple[Pending, ...]:
    """Injects to be released now, in the order of the plan; in a pause there are none."""
    now = session(scene, log, wall)
    if now.ended or not now.clock.running:
        return ()
    ready = (p for p in now.injects if p.stage in {Stage.DUE, Stage.HELD})
    return tuple(sorted(ready, key=lambda p: p.due or 0.0))


class Refusal(StrEnum):
    """Why an inject is not released or skipped."""

    UNKNOWN = "unknown"
    IDLE = "idle"
    PAUSED = "paused"
    ALREADY = "already"


_SAID: Final = {
    Refusal.UNKNOWN: N_("脚本里没有情景「{name}」"),
    Refusal.IDLE: N_("演练没有在进行"),
    Refusal.PAUSED: N_("时钟停着，继续以后再发"),
    Refusal.ALREADY: N_("情景「{name}」已经发出或跳过"),
}


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an inject is not released or skipped."""

    reason: Refusal
    inject: str

    def __str__(self) -> str:
        """Say so."""
        return _(_SAID[self.reason], name=self.inject)


def release(
    scene: Scene, log: Log, wall: Minutes, inject: str, *, note: str = ""
) -> Entry | Refused:
    """The entry that releases one inject now, due or not; its planned time stays."""
    if refused := _refusal(scene, log, wall, inject):
        return refused
    return Entry(wall=wall, inject=inject, note=note)


def skip(
    scene: Scene, log: Log, wall: Minutes, inject: str, why: str
) -> Entry | Refused:
    """The entry that says that an inject will not be played, and why."""
    if refused := _refusal(scene, log, wall, inject):
        return refused
    return Entry(wall=wall, inject=inject, waived=why or "-")


def _refusal(scene: Scene, log: Log, wall: Minutes, inject: str) -> Refused | None:
    now = session(scene, log, wall)
    pending = next((p for p in now.injects if p.inject.id == inject), None)
    if pending is None:
        return Refused(Refusal.UNKNOWN, inject)
    if not now.clock.started or now.ended:
        return Refused(Refusal.IDLE, inject)
    if not now.clock.running:
        return Refused(Refusal.PAUSED, inject)
    if pending.stage in {Stage.RELEASED, Stage.SKIPPED}:
        return Refused(Refusal.ALREADY, inject)
    return None


def jump(
    scene: Scene, log: Log, wall: Minutes, to: Minutes, *, by: str = ""
) -> ClockEvent | JumpRefused:
    """The event of a jump; refused while an action of a released inject is open."""
    now = session(scene, log, wall)
    names = tuple(task.expected.id for task in now.open)
    return clock.jump(log.clock, wall, to, names, by)


def recall(truth: Truth, entry: Entry) -> Share | None:
    """Share of the true contacts that a list has; None: nothing true is known."""
    true = {person for _setting, row in truth.contacts for person in row}
    found, _precision = recall_and_precision(entry.listed, true)
    return None if found is None else Share(found)


@dataclass(frozen=True)
class _Look:
    """A script and a log, looked at from a wall time."""

    scene: Scene
    log: Log
    wall: Minutes

    def session(self) -> Session:
        """How the drill stands."""
        return Session(
            clock=self._now,
            ended=self._ended,
            injects=tuple(map(self._pending, self.scene.injects)),
            tasks=tuple(self._task(i, e) for i, e in self.scene.expected()),
            jump=next(filter(self._may_jump, self.scene.jumps), None),
        )

    # --- clock ---------------------------------------------------------------------

    @cached_property
    def _end(self) -> float:
        """Wall time at which the drill is over."""
        stops = [e.wall for e in self.log.clock if e.kind is ClockKind.STOP]
        longest = Minutes(self.scene.max_hours * HOUR)
        over = clock.wall_of(self.log.clock, longest)
        return min([*stops[:1], math.inf if over is None else over])

    @property
    def _ended(self) -> bool:
        return self.wall >= self._end or math.isinf(self.wall)

    @cached_property
    def _now(self) -> Clock:
        return clock.clock_at(self.log.clock, Minutes(min(self.wall, self._end)))

    def _minutes(self, wall: float) -> Minutes:
        """Exercise minutes at a wall time; none run after the end."""
        until = Minutes(min(wall, self._end))
        return clock.exercise_minutes(self.log.clock, until)

    # --- what the log says ---------------------------------------------------------

    @cached_property
    def _releases(self) -> Mapping[str, Entry]:
        """The first release, or the skipping, of each inject."""
        found: dict[str, Entry] = {}
        for entry in self.log.entries:
            if entry.inject and not entry.action and entry.wall <= self.wall:
                found.setdefault(entry.inject, entry)
        return found

    @cached_property
    def _done(self) -> Mapping[str, Entry]:
        """The first entry of each action that was done."""
        found: dict[str, Entry] = {}
        for entry in self.log.entries:
            if entry.action and not entry.waived and entry.wall <= self.wall:
                found.setdefault(entry.action, entry)
        return found

    @cached_property
    def _waived(self) -> frozenset[str]:
        return frozenset(
            e.action
            for e in self.log.entries
            if e.action and e.waived and e.wall <= self.wall
        )

    @cached_property
    def _inject_of(self) -> Mapping[str, tuple[Inject, Expected]]:
        return {e.id: (i, e) for i, e in self.scene.expected()}

    def _released(self, inject: str) -> Minutes | None:
        entry = self._releases.get(inject)
        return None if entry is None or entry.waived else self._minutes(entry.wall)

    # --- injects -------------------------------------------------------------------

    def _pending(self, inject: Inject) -> Pending:
        entry, due_at = self._releases.get(inject.id), self._due(inject.when)
        known = None if due_at is None or math.isinf(due_at) else due_at
        if entry is not None:
            stage = Stage.SKIPPED if entry.waived else Stage.RELEASED
            return Pending(inject, stage, known, self._released(inject.id))
        if due_at is not None and math.isinf(due_at):
            return Pending(inject, Stage.RULED_OUT, None)
        if inject.manual:
            return Pending(inject, Stage.MANUAL, known)
        if known is None or not self._now.started or known > self._now.minutes:
            return Pending(inject, Stage.WAITING, known)
        return Pending(inject, Stage.HELD if self._held(known) else Stage.DUE, known)

    def _held(self, due_at: Minutes) -> bool:
        """Whether the clock stood when something fell due, or jumped over it."""
        events = self.log.clock
        for _event, before, size in clock.jumps(events):
            if before < due_at < before + size:
                return True
        wall = clock.wall_of(events, due_at)
        return wall is not None and not clock.clock_at(events, wall).running

    def _due(self, when: When) -> Minutes | None:
        """Exercise minutes at which an inject is due; infinite: never; None: not known."""
        if not when.after:
            return when.at
        if when.after in self._inject_of:
            anchor = self._after_action(when)
        else:
            entry = self._releases.get(when.after)
            skipped = entry is not None and bool(entry.waived)
            anchor = _NEVER if skipped else self._released(when.after)
        return None if anchor is None else Minutes(anchor + when.delay)

    def _after_action(self, when: When) -> Minutes | None:
        """The moment from which the delay counts, once the conditions hold."""
        inject, expected = self._inject_of[when.after]
        entry = self._releases.get(inject.id)
        if expected.id in self._waived or (entry is not None and entry.waived):
            return _NEVER
        if entry is None:
            return None
        wait = _Wait(
            released=self._minutes(entry.wall),
            done=self._done_at(expected.id),
            now=self._now.minutes,
            standard=self.scene.standard(expected.standard),
        )
        moments = [*wait.moments(when)]
        if when.recall_below is not None:
            moments.append(self._recall_moment(expected.id, when.recall_below))
        if _NEVER in moments:
            return _NEVER
        known = [m for m in moments if m is not None]
        return max(known) if len(known) == len(moments) else None

    def _recall_moment(self, action: str, below: Share) -> Minutes | None:
        entry = self._done.get(action)
        if entry is None:
            return None
        found = recall(self.log.truth, entry)
        low = found is not None and found < below
        return self._done_at(action) if low else _NEVER

    def _done_at(self, action: str) -> Minutes | None:
        entry = self._done.get(action)
        return None if entry is None else self._minutes(entry.wall)

    # --- actions -------------------------------------------------------------------

    def _task(self, inject: Inject, expected: Expected) -> Task:
        standard = self.scene.standard(expected.standard)
        released = self._released(inject.id)
        entry = self._done.get(expected.id)
        done = None if entry is None or entry.untimed else self._minutes(entry.wall)
        gone = None
        if released is not None and not (entry and entry.untimed):
            gone = self._gone(self._releases[inject.id].wall, entry)
        return Task(
            inject=inject,
            expected=expected,
            standard=standard,
            released=released,
            done=done,
            gone=gone,
            state=self._state(inject, expected, standard, gone),
        )

    def _gone(self, since: Minutes, entry: Entry | None) -> Minutes:
        """Minutes from a release to what was done, or to now, without jumps."""
        until = min(entry.wall if entry else self.wall, self._end)
        whole = self._minutes(until) - self._minutes(since)
        over = clock.jumped(self.log.clock, since, Minutes(until))
        return Minutes(max(0.0, whole - over))

    def _state(
        self,
        inject: Inject,
        expected: Expected,
        standard: Standard | None,
        gone: Minutes | None,
    ) -> State | None:
        entry, released = self._done.get(expected.id), self._releases.get(inject.id)
        if expected.id in self._waived or (released is not None and released.waived):
            return State.NOT_APPLICABLE
        if released is None:
            return State.NOT_APPLICABLE if self._ended else None
        if entry is not None:
            return self._done_state(standard, gone, released, entry)
        if standard is None:
            return State.NEVER if self._ended else None
        if gone is not None and gone >= standard.fail:
            return State.NEVER
        return State.CENSORED if self._ended else None

    def _done_state(
        self,
        standard: Standard | None,
        gone: Minutes | None,
        released: Entry,
        entry: Entry,
    ) -> State:
        """On time, late, or censored where the time is only known to be that or more."""
        if standard is None:
            return State.ON_TIME
        if gone is None:
            return State.CENSORED
        if gone > standard.target:
            return State.LATE
        over = clock.jumped(self.log.clock, released.wall, entry.wall)
        standing = clock.clock_at(self.log.clock, entry.wall)
        stood = standing.started and not standing.running
        at_once = any(
            e.wall == entry.wall and e.kind in {ClockKind.PAUSE, ClockKind.STOP}
            for e in self.log.clock
        )
        cut = over > 0 or (stood and not at_once) or entry.wall > self._end
        return State.CENSORED if cut else State.ON_TIME

    # --- jumps ---------------------------------------------------------------------

    def _may_jump(self, jump_: Jump) -> bool:
        """Whether what a jump waits for has come, and it still leads ahead."""
        come = jump_.after in self._done or self._released(jump_.after) is not None
        return come and jump_.to > self._now.minutes and not self._ended


_NEVER: Final = Minutes(math.inf)


@dataclass(frozen=True, slots=True)
class _Wait:
    """What is known of an action that something waits for; exercise minutes."""

    released: Minutes
    done: Minutes | None
    now: Minutes
    standard: Standard | None

    def moments(self, when: When) -> tuple[Minutes | None, ...]:
        """When each condition came true; infinite: it cannot; None: not known yet."""
        if when.late_by is None and when.unless_late is None:
            return () if when.recall_below is not None else (self._over(),)
        found = []
        if when.late_by is not None:
            found.append(self._late(when.late_by))
        if when.unless_late is not None:
            found.append(self._unless_late(when.unless_late))
        return tuple(found)

    def _over(self) -> Minutes | None:
        """Done, or past what counts at all: the world goes on."""
        if self.standard is None:
            return self.done
        fail = Minutes(self.released + self.standard.fail)
        if self.done is not None:
            return min(self.done, fail)
        return fail

    def _threshold(self, more: Minutes) -> Minutes | None:
        if self.standard is None:
            return None
        return Minutes(self.released + self.standard.target + more)

    def _late(self, by: Minutes) -> Minutes | None:
        """The moment at which it is surely so late, whether it still comes or not."""
        threshold = self._threshold(by)
        if threshold is None or (self.done is not None and self.done <= threshold):
            return _NEVER
        late = self.done is not None or self.now > threshold
        return threshold if late else None

    def _unless_late(self, by: Minutes) -> Minutes | None:
        threshold = self._threshold(by)
        if threshold is None or (self.done or 0.0) > threshold:
            return _NEVER
        if self.done is None:
            return _NEVER if self.now > threshold else None
        return self.done
