"""The opening calendar of a district: a plan, how good it is, or that there is none.

The LP gives the bound and prices, annealing the first plan (it runs beside the LP, so that
a plan is there in a second), restricted programmes of HiGHS the last percent. A small
district is solved to its optimum by HiGHS.
"""

import datetime as dt
import threading
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from bihuan.plan.plan import Capacity, Plan
from bihuan.plan.words import CapacityKind
from bihuan.stagger.answer import Aim, Calendar, Conflict, Status
from bihuan.stagger.calendar import lp, made, proof
from bihuan.stagger.calendar.anneal import (
    COLD,
    HOT,
    annealed,
    ground,
    prices,
    start_of,
    warm,
)
from bihuan.stagger.calendar.days import Ints
from bihuan.stagger.calendar.lp import NEAR, Ended, Solved
from bihuan.stagger.calendar.places import filled, places
from bihuan.stagger.calendar.polish import polish, restricted
from bihuan.stagger.calendar.progress import Clock, Step, Told
from bihuan.stagger.calendar.rows import Model, model, weights
from bihuan.stagger.calendar.said import said
from bihuan.stagger.calendar.search import Search
from bihuan.stagger.calendar.spec import spec

Quota = Mapping[dt.date, int]
SMALL = 4000
"""Choices up to which HiGHS is given the whole programme."""
CHUNKS = 400
"""Of annealing at most; a small district has fewer."""
ANNEALED = 0.8
"""Share of the time that annealing may have; the rest polishes."""
WARM = (0.1, 0.02)
"""Heat where there is a plan to begin with."""


def plan_calendar(
    plan: Plan,
    *,
    aim: Aim = Aim.BALANCED,
    seconds: float = 30.0,
    threads: int = 2,
    seed: int = 0,
    told: Told | None = None,
    quota: Quota | None = None,
) -> Calendar:
    """The opening dates of a plan's batches, as good as the time allows.

    quota: persons that may be sampled, by date, where a pool is shared with others.
    Ctrl-C ends the search; the best plan so far is the answer.
    """
    warm()
    clock = Clock(seconds)
    asked = spec(with_quota(plan, quota) if quota is not None else plan)
    built = model(asked, weights(asked, aim))
    search = Search(built, clock, told)
    conflict = solved(search, threads=threads, seed=seed)
    return answer(search, conflict, aim=aim, seed=seed)


def with_quota(plan: Plan, quota: Quota) -> Plan:
    """The plan with no more persons sampled a day than a quota."""
    kept = [
        row
        for row in plan.capacities
        if row.kind is not CapacityKind.SAMPLING or row.area
    ]
    shared = [
        Capacity(kind=CapacityKind.SAMPLING, start=on, end=on, amount=amount)
        for on, amount in sorted(quota.items())
    ]
    return replace(plan, capacities=(*kept, *shared), places={})


def solved(search: Search, *, threads: int, seed: int) -> Conflict | None:
    """Look for the best plan; where there is none, what proves it."""
    bound = _Bound(search, threads=threads, seed=seed)
    try:
        bound.start()
        _anneal(search, bound, seed=seed)
        relaxed = bound.wait()
        if relaxed is None:
            return None
        if relaxed.ended is Ended.NONE:
            search.tell(Step.PROOF)
            return _conflict(search.model, relaxed, search.clock)
        if len(search.model.whole) <= SMALL:
            return _exactly(search, threads=threads, seed=seed)
        if search.place is None or search.begin is not None:
            restricted(search, relaxed, seed=seed)
        polish(search, relaxed, seed=seed)
    except KeyboardInterrupt:
        search.stopped.set()
    return None


def improved(search: Search, *, seed: int) -> None:
    """Look for a better plan without any bound, for one county of many."""
    try:
        _chain(search, chain=0, seed=seed, relaxed=None)
        if len(search.model.whole) <= SMALL:
            _small(search, seed=seed)
            return
        relaxed = Solved(Ended.STOPPED)
        if search.place is None:
            relaxed = lp.relaxed(search.model, seconds=search.clock.left, seed=seed)
            _chain(search, chain=2, seed=seed, relaxed=relaxed)
        if search.place is None:
            restricted(search, relaxed, seed=seed)
        polish(search, relaxed, seed=seed)
    except KeyboardInterrupt:
        search.stopped.set()


class _Bound(threading.Thread):
    """The LP, solved beside the annealing; where threads allow, it anneals on from it."""

    def __init__(self, search: Search, *, threads: int, seed: int) -> None:
        super().__init__(daemon=True)
        self._search, self._both, self._seed = search, threads > 1, seed
        self.relaxed: Solved | None = None
        self.ready = threading.Event()

    def run(self) -> None:
        """Find the bound, then anneal from the LP's mean days with its duals as prices."""
        search = self._search
        try:
            found = lp.relaxed(search.model, seconds=search.clock.left, seed=self._seed)
            if found.ended is Ended.BEST:
                search.bound = found.objective
            elif found.ended is Ended.NONE:
                search.stopped.set()
            self.relaxed = found
        finally:
            self.ready.set()
        if self._both and found.x is not None and len(search.model.whole) > SMALL:
            _chain(search, chain=1, seed=self._seed, relaxed=found)

    def wait(self) -> Solved | None:
        """The LP as far as it came; None: time ran out."""
        while self.is_alive() and self._search.clock.left > 0:
            self.join(0.05)
        return self.relaxed


def _anneal(search: Search, bound: _Bound, *, seed: int) -> None:
    """A first plan while the LP is solved."""
    search.tell(Step.FIRST)
    _chain(search, chain=0, seed=seed, relaxed=None)
    bound.ready.wait(search.clock.left)
    if search.place is None and bound.relaxed is not None and not search.done:
        _chain(search, chain=2, seed=seed, relaxed=bound.relaxed)


def _chain(search: Search, *, chain: int, seed: int, relaxed: Solved | None) -> None:
    """One chain of annealing, from nothing or from an LP."""
    ground_ = ground(search.model)
    if ground_ is None:
        return
    clock, begun = search.clock, search.clock.spent
    part = ANNEALED if search.begin is None else ANNEALED / 2
    allowed = max(0.1, part * clock.seconds - begun)

    def spent() -> float:
        return 1.0 if search.stopped.is_set() else (clock.spent - begun) / allowed

    known = relaxed is not None and relaxed.x is not None
    price = prices(
        search.model,
        ground_,
        relaxed.dual if relaxed and known else None,
        stakes=search.stakes,
    )
    place = start_of(ground_, relaxed.x if relaxed else None)
    heat = (HOT, COLD)
    if search.begin is not None:
        place, heat = np.clip(search.begin, ground_.low, ground_.high - 1), WARM
    for sound in annealed(
        ground_,
        place,
        price,
        chunks=min(CHUNKS, 10 + len(ground_.free)),
        seed=seed,
        chain=chain,
        spent=spent,
        heat=heat,
    ):
        if sound is not None and sound.objective < search.objective:
            search.offer(sound.place, Step.BETTER)
        if search.done:
            return


def _exactly(search: Search, *, threads: int, seed: int) -> Conflict | None:
    """A small programme, whole; where it has no plan, what agrees."""
    if not search.done:
        ended = _small(search, seed=seed)
        if ended is Ended.NONE and search.place is None:
            return _whole_conflict(search.model, search.clock, threads)
    return None


def _small(search: Search, *, seed: int) -> Ended:
    """Give HiGHS the whole programme, with the plan there is to begin with."""
    start = None if search.place is None else filled(search.model, search.place)
    found = lp.best(search.model, seconds=search.clock.left, start=start, seed=seed)
    if found.x is not None:
        search.offer(places(search.model, found.x))
    if np.isfinite(found.bound):
        search.bound = max(search.bound, found.bound)
    return found.ended


def _conflict(built: Model, relaxed: Solved, clock: Clock) -> Conflict | None:
    """Groups of rows that an LP cannot hold together, if that is confirmed."""
    how = proof.confirmed(built, relaxed.dual, seconds=max(10.0, clock.left))
    used = np.flatnonzero(np.abs(relaxed.dual) > 0) if len(relaxed.dual) else ()
    return _told(built, used, how) if how else None


def _whole_conflict(built: Model, clock: Clock, threads: int) -> Conflict | None:
    """All groups, where no whole plan holds them, if a second engine agrees."""
    agreed = proof.no_whole_plan(built, seconds=max(10.0, clock.left), threads=threads)
    every = np.arange(len(built.group))
    return _told(built, every, proof.SECOND) if agreed else None


def _told(built: Model, rows: Ints | tuple[()], how: str) -> Conflict:
    names = [built.names[n] for n in np.unique(built.group[list(rows)])]
    groups = tuple(name for name in names if name)
    plan = built.spec.plan
    return Conflict(
        rows=groups,
        said=tuple(said(plan, group) for group in groups),
        proof=how,
        minimal=False,
    )


def answer(
    search: Search, conflict: Conflict | None, *, aim: Aim, seed: int
) -> Calendar:
    """What a search found, as everybody reads it."""
    built, engine = search.model, f"{lp.version()}, annealing and restricted programmes"
    rest = {
        "aim": aim,
        "seed": seed,
        "engine": engine,
        "unready": made.unready(built.spec),
    }
    bound = float(search.bound) if np.isfinite(search.bound) else None
    if search.place is None:
        status = Status.IMPOSSIBLE if conflict else Status.UNDECIDED
        return Calendar(
            status=status,
            conflict=conflict,
            bound=None if conflict else bound,
            seconds=search.clock.spent,
            **rest,  # type: ignore[arg-type]
        )
    value = made.objective(built, search.place)
    gap = search.gap
    return Calendar(
        status=Status.PROVEN if gap is not None and gap <= NEAR else Status.FOUND,
        openings=tuple(made.openings(built.spec, search.place)),
        visits=tuple(made.visits(built.spec, search.place)),
        terms=made.terms(built.spec, built.weights, search.place),
        objective=value,
        bound=None if bound is None else min(bound, value),
        gap=gap,
        seconds=search.clock.spent,
        **rest,  # type: ignore[arg-type]
    )
