"""Who may pass the gate 放行: the guard learns a word and one of five reasons, no more."""

from dataclasses import dataclass
from datetime import datetime

from bihuan.base.wording import N_
from bihuan.plan.words import Word


class Verdict(Word):
    """What the guard's phone says."""

    PASS = "pass", N_("放行")
    HOLD = "hold", N_("暂停")
    RETAKE = "retake", N_("再扫一次")


class GateReason(Word):
    """All that a guard may see of a reason; an illness looks like paper."""

    PAPERS = "papers", N_("手续没有办完")
    NOT_LISTED = "not_listed", N_("不在今天名单")
    NOT_NOW = "not_now", N_("不在本时段")
    LEAVE = "leave", N_("请假单没批")
    EXPIRED = "expired", N_("码已过期")


class Direction(Word):
    """Which way somebody goes."""

    IN = "in", N_("进校")
    OUT = "out", N_("出校")


class Hold(Word):
    """What keeps somebody out; only the class teacher and the school doctor see which."""

    INCIDENT = "incident", N_("异常情况在处置")
    OBSERVATION = "observation", N_("在隔离观察")
    SURVEY = "survey", N_("返校摸排没做完")
    RETURN = "return", N_("复课两签没齐")


class Code(Word):
    """How a scanned code was read."""

    READ = "read", N_("已读出")
    EXPIRED = "expired", N_("已过期")
    UNREADABLE = "unreadable", N_("没认出")


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when, the end not included."""

    start: datetime
    end: datetime

    def holds(self, now: datetime) -> bool:
        """Whether it is open."""
        return self.start <= now < self.end


@dataclass(frozen=True, kw_only=True, slots=True)
class Slip:
    """A leave slip or a visit: for when, and whether who must agree has agreed."""

    window: Window
    approved: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Knock:
    """What is known of somebody at the gate."""

    code: Code = Code.READ
    direction: Direction = Direction.IN
    listed: bool | None
    """None: there is no list of today to look in."""
    windows: tuple[Window, ...] | None = None
    """Hours in which the person's group passes this way; None: at any hour."""
    holds: frozenset[Hold] = frozenset()
    slip: Slip | None = None
    """Leave slip of a pupil."""
    visit: Slip | None = None
    """Visit of an outsider; approved by the host."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Pass, hold or scan again; the reason is one that a guard may see."""

    verdict: Verdict
    reason: GateReason | None = None


_PASS = Passage(Verdict.PASS)
_RETAKE = Passage(Verdict.RETAKE)


def passage(knock: Knock, now: datetime) -> Passage:
    """Whether somebody may pass now."""
    if knock.code is Code.UNREADABLE:
        return _RETAKE
    if knock.code is Code.EXPIRED:
        return _hold(GateReason.EXPIRED)
    if knock.visit is not None:
        return _visitor(knock, knock.visit, now)
    if knock.listed is None:
        return _RETAKE
    if not knock.listed:
        return _hold(GateReason.NOT_LISTED)
    return _out(knock, now) if knock.direction is Direction.OUT else _in(knock, now)


def _visitor(knock: Knock, visit: Slip, now: datetime) -> Passage:
    """A visitor comes in by the host's word, in the hours agreed, and may always leave."""
    if knock.direction is Direction.OUT:
        return _PASS
    if not visit.approved or knock.holds:
        return _hold(GateReason.PAPERS)
    return _PASS if visit.window.holds(now) else _hold(GateReason.NOT_NOW)


def _in(knock: Knock, now: datetime) -> Passage:
    if knock.holds:
        return _hold(GateReason.PAPERS)
    if _open(knock, now) or _excused(knock, now):
        return _PASS
    return _hold(GateReason.LEAVE if _asked(knock, now) else GateReason.NOT_NOW)


def _out(knock: Knock, now: datetime) -> Passage:
    """Out by an approved slip, also to the hospital; without one in the hours of leaving."""
    if _excused(knock, now):
        return _PASS
    if knock.holds:
        return _hold(GateReason.PAPERS)
    return _PASS if _open(knock, now) else _hold(GateReason.LEAVE)


def _open(knock: Knock, now: datetime) -> bool:
    return knock.windows is None or any(window.holds(now) for window in knock.windows)


def _asked(knock: Knock, now: datetime) -> bool:
    return knock.slip is not None and knock.slip.window.holds(now)


def _excused(knock: Knock, now: datetime) -> bool:
    return knock.slip is not None and knock.slip.approved and _asked(knock, now)


def _hold(reason: GateReason) -> Passage:
    return Passage(Verdict.HOLD, reason)
