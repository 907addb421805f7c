"""What an indicator says: five states, of which only one is good news."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bihuan.base.wording import N_
from bihuan.plan.words import Word


class State(Word):
    """State of an indicator, the one to look at first standing first."""

    FAIL = "fail", N_("没到位")
    UNKNOWN = "unknown", N_("不明")
    STALE = "stale", N_("过时")
    RUNNING = "running", N_("进行中")
    PASS = "pass", N_("到位")

    @property
    def vetoes(self) -> bool:
        """Whether a gate that must be passed stays shut: all but passed ones keep it shut."""
        return self is not State.PASS


@dataclass(frozen=True, kw_only=True, slots=True)
class Aim:
    """What a value is held against; `due`: until then a value that falls short is on its way."""

    threshold: float
    at_most: bool = False
    """Whether the value may not be above the threshold, instead of not below."""
    max_age: timedelta | None = None
    """Age after which a count says nothing of today; None: it keeps."""
    due: datetime | None = None

    def met(self, value: float) -> bool:
        """Whether a value reaches the aim."""
        return value <= self.threshold if self.at_most else value >= self.threshold


def judge(
    value: float | None, aim: Aim, *, counted_at: datetime | None, now: datetime
) -> State:
    """State of a value that was counted at a time; nothing counted is unknown."""
    if value is None or counted_at is None:
        return State.UNKNOWN
    if aim.max_age is not None and now - counted_at > aim.max_age:
        return State.STALE
    if aim.met(value):
        return State.PASS
    return State.RUNNING if aim.due is not None and now < aim.due else State.FAIL


def order(state: State) -> int:
    """Place of a state on a page that shows what must be looked at first."""
    return list(State).index(state)


def worst(states: Iterable[State]) -> State:
    """State of a whole by its parts; a whole without parts is unknown."""
    return min(states, key=order, default=State.UNKNOWN)


def share(part: int | None, whole: int | None) -> float | None:
    """A share; None where a number is missing or nobody is counted."""
    return None if part is None or not whole else part / whole
