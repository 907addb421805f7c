"""How far a search has come, for whoever waits."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from bihuan.base.wording import N_
from bihuan.plan.words import Word


class Step(Word):
    """What a search is at."""

    BOUND = "bound", N_("求下界")
    FIRST = "first", N_("找第一份方案")
    BETTER = "better", N_("改进")
    PROOF = "proof", N_("复核无解")
    COUNTY = "county", N_("逐县排")


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """Where a search stands."""

    step: Step
    seconds: float
    objective: float | None = None
    gap: float | None = None
    done: int = 0
    """Of counties."""
    of: int = 0


Told = Callable[[Progress], None]


class Clock:
    """The time of one search."""

    def __init__(self, seconds: float) -> None:
        self._began = perf_counter()
        self.seconds = seconds

    @property
    def spent(self) -> float:
        """Seconds since it began."""
        return perf_counter() - self._began

    @property
    def left(self) -> float:
        """Seconds until it must end."""
        return max(0.0, self.seconds - self.spent)
