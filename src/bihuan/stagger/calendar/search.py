"""One search: the best plan so far, the bound, the time; what everybody adds to."""

import threading

import numpy as np

from bihuan.stagger.calendar.days import Ints
from bihuan.stagger.calendar.lp import NEAR
from bihuan.stagger.calendar.places import filled, holds
from bihuan.stagger.calendar.progress import Clock, Progress, Step, Told
from bihuan.stagger.calendar.rows import Model


class Search:
    """What is known of a model while several threads look for its best plan."""

    def __init__(
        self,
        model: Model,
        clock: Clock,
        told: Told | None = None,
        *,
        begin: Ints | None = None,
        stakes: float = 1.0,
    ) -> None:
        self.model = model
        self.clock = clock
        self.begin = begin
        """Places to begin with, sound or not; None: everybody's first day."""
        self.stakes = stakes
        """How much more than a day late the moves in question cost."""
        self.place: Ints | None = None
        self.objective = np.inf
        self.bound = -np.inf
        self.stopped = threading.Event()
        self._told = told
        self._lock = threading.Lock()

    def offer(self, place: Ints, step: Step = Step.BETTER) -> bool:
        """Take a plan if it breaks no row and is better than the one there is."""
        x = filled(self.model, place)
        worth = float(self.model.cost @ x) + self.model.offset
        if not holds(self.model, x):
            return False
        with self._lock:
            if worth >= self.objective - 1e-9:
                return False
            self.place, self.objective = place.copy(), worth
        self.tell(step)
        return True

    def tell(self, step: Step) -> None:
        """Say how far it has come."""
        if self._told is not None:
            found = self.place is not None
            self._told(
                Progress(
                    step=step,
                    seconds=self.clock.spent,
                    objective=self.objective if found else None,
                    gap=self.gap,
                )
            )

    @property
    def gap(self) -> float | None:
        """How far the plan may be from the best one."""
        return gap(self.objective, self.bound)

    @property
    def done(self) -> bool:
        """Whether nothing is left to find, or no time."""
        known = self.gap
        good = known is not None and known <= NEAR
        return good or self.stopped.is_set() or self.clock.left <= 0.0


def gap(objective: float, bound: float) -> float | None:
    """(objective - bound) / bound; None where one of them is not known."""
    if not (np.isfinite(objective) and np.isfinite(bound)):
        return None
    over = max(0.0, objective - bound)
    if over <= 1e-9 * max(1.0, abs(objective)):
        return 0.0
    return over / bound if bound > 0 else None
