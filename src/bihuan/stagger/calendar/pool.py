"""Counties that share a pool: who may be sampled when, priced, planned county by county.

A price on every window of days makes each county's LP a part of a lower bound for all
(Lagrange). What the LPs use at those prices, with a share of what is left over, is each
county's quota; within it the county is planned by itself, and what it leaves goes to the
others. Counties are built when they are planned and forgotten after, so that a province
needs no more memory than its workers' counties.
"""

import datetime as dt
import json
import threading
import zlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from bihuan.plan.plan import Plan
from bihuan.plan.words import Tuning
from bihuan.stagger.answer import MODEL, Aim, Calendar, Status
from bihuan.stagger.calendar import lp
from bihuan.stagger.calendar.anneal import warm
from bihuan.stagger.calendar.days import Floats, Ints
from bihuan.stagger.calendar.lp import Ended
from bihuan.stagger.calendar.progress import Clock, Progress, Step, Told
from bihuan.stagger.calendar.rows import Model, model, weights
from bihuan.stagger.calendar.search import Search, gap
from bihuan.stagger.calendar.solve import answer, improved
from bihuan.stagger.calendar.spec import Spec, spec

Source = Plan | Callable[[], Plan]
"""A county's plan, or who makes it when it is wanted."""
PRICED, FIRST = 0.35, 0.6
"""Shares of the time: up to the end of the pricing, of the first plans."""
ROUNDS = 6
OVER = 1.01
"""How far above the bound the best plan of all is thought to be, for the price's step."""
LEAST = 4.0
"""Seconds that a county has for its first plan, however many there are."""
AGAIN = (2.0, 8.0)
"""How much longer it has when it found none."""
SLACK = 1e-6
EDGE = 40
"""Days that matter before the first county opens, and after a year."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counties:
    """The calendars of all counties, and how good they are together."""

    calendars: tuple[Calendar, ...]
    objective: float | None
    """None: a county has no plan."""
    bound: float | None
    gap: float | None
    over: int
    """Windows of days on which more are sampled than the pool allows; 0 in an answer."""
    prices: tuple[tuple[dt.date, float], ...]
    """What a person's sampling costs, by the first day of the window, where it does."""
    seconds: float


@dataclass(slots=True)
class County:
    """What is kept of a county while it is not being planned."""

    source: Source
    mark: int = 0
    students: int = 0
    usage: Floats | None = None
    """Persons sampled by window in the LP, averaged over the rounds."""
    standing: Floats | None = None
    used: Floats | None = None
    """The same in its plan."""
    place: Ints | None = None
    calendar: Calendar | None = None
    objective: float = np.inf

    def plan(self) -> Plan:
        """The county's plan."""
        return self.source if isinstance(self.source, Plan) else self.source()


def plan_counties(
    plans: Sequence[Source],
    pool_by_day: Mapping[dt.date, int] | Sequence[tuple[dt.date, int]],
    *,
    seconds: float = 300.0,
    workers: int = 2,
    aim: Aim = Aim.BALANCED,
    seed: int = 0,
    told: Told | None = None,
    kept: Path | None = None,
) -> Counties:
    """Calendars of counties that share the persons who can be sampled a day.

    kept: a folder that a run which was stopped goes on from.
    """
    warm()
    whole = _Whole(
        plans,
        dict(pool_by_day),
        seconds=seconds,
        workers=workers,
        aim=aim,
        seed=seed,
        told=told,
        kept=kept,
    )
    try:
        whole.price()
        whole.first()
        whole.better()
    except KeyboardInterrupt:
        whole.stopped.set()
    return whole.answer()


class _Whole:
    """All counties, the pool between them."""

    def __init__(
        self,
        plans: Sequence[Source],
        pool: Mapping[dt.date, int],
        *,
        seconds: float,
        workers: int,
        aim: Aim,
        seed: int,
        told: Told | None,
        kept: Path | None,
    ) -> None:
        self.clock = Clock(seconds)
        self.counties = [County(source) for source in plans]
        self.workers, self.aim, self.seed = max(1, workers), aim, seed
        self.told, self.kept = told, kept
        self.stopped = threading.Event()
        self.lock = threading.Lock()
        self.origin = min(pool).toordinal() - EDGE
        self.days = max(pool).toordinal() - self.origin + EDGE
        self.by_day = np.full(self.days, np.inf)
        for on, amount in pool.items():
            self.by_day[on.toordinal() - self.origin] = amount
        self.price_ = np.zeros(self.days)
        self.bound = -np.inf
        self.ahead = 1

    # --- windows of days ------------------------------------------------------------

    def room(self) -> Floats:
        """What the pool has for the window from each day on; standing dates in any case."""
        padded = np.concatenate([self.by_day, np.full(self.ahead, np.inf)])
        parts = [padded[n : n + self.days] for n in range(self.ahead)]
        room = np.sum(parts, axis=0)
        standing = sum((c.standing for c in self.counties if c.standing is not None), 0)
        return np.asarray(np.maximum(room, standing), dtype=np.float64)

    def windows(self, asked: Spec, batch: Ints, day: Ints, share: Floats) -> Floats:
        """Persons sampled by window, of batches that open on days."""
        shift = asked.plan.district.opens.toordinal() - self.origin
        come = np.bincount(
            day + shift, weights=asked.sampled[batch] * share, minlength=self.days
        )[: self.days]
        padded = np.concatenate([come, np.zeros(self.ahead)])
        parts = [padded[n : n + self.days] for n in range(1, self.ahead + 1)]
        return np.asarray(np.sum(parts, axis=0), dtype=np.float64)

    def built(self, county: County, pool: Floats | None) -> Model:
        """A county's model, within a quota."""
        asked = spec(county.plan())
        if pool is not None:
            shift = asked.plan.district.opens.toordinal() - self.origin
            at = np.clip(asked.days.numbers + shift, 0, self.days - 1)
            asked = replace(asked, pool=pool[at])
        return model(asked, weights(asked, self.aim))

    # --- prices ---------------------------------------------------------------------

    def price(self) -> None:
        """Prices of windows by the counties' LPs; the best bound that they give."""
        self._look()
        if self._recall_prices():
            return
        best_price = self.price_.copy()
        for number in range(ROUNDS):
            begun = self.clock.spent
            parts = self._each(self._priced)
            usage = np.sum([use for _, use in parts], axis=0)
            room = self.room()
            limited = np.isfinite(room)
            value = sum(part for part, _ in parts)
            value -= float((self.price_ * np.where(limited, room, 0.0)).sum())
            if value > self.bound:
                self.bound, best_price = value, self.price_.copy()
            for county, (_, use) in zip(self.counties, parts, strict=True):
                old = county.usage
                county.usage = use if old is None else old + (use - old) / (number + 1)
            slope = np.where(limited, usage - np.where(limited, room, 0.0), 0.0)
            slope[(slope < 0) & (self.price_ <= 0)] = 0.0
            took = self.clock.spent - begun
            late = self.clock.spent + took > PRICED * self.clock.seconds
            if late or self.stopped.is_set() or not (slope > SLACK).any():
                break
            step = max(0.0, OVER * self.bound - value) / float(slope @ slope)
            self.price_ = np.maximum(0.0, self.price_ + step * slope)
        self.price_ = best_price
        self._keep_prices()

    def _look(self) -> None:
        """What must be known of every county before: its size, its standing dates."""
        for county in self.counties:
            asked = spec(county.plan())
            ahead = max(1, asked.settings.whole(Tuning.SAMPLING_AHEAD))
            self.ahead = max(self.ahead, ahead)
            county.students = int(asked.students.sum())
            county.mark = zlib.crc32(repr((MODEL, self.aim, asked.plan)).encode())
            at = np.flatnonzero(asked.stands[asked.batch])
            county.standing = self.windows(
                asked, asked.batch[at], asked.day[at], np.ones(len(at))
            )
            county.usage = None

    def _priced(self, county: County) -> tuple[float, Floats]:
        """The LP of a county at the prices: its value, what it uses."""
        built = self.built(county, None)
        asked = built.spec
        shift = asked.plan.district.opens.toordinal() - self.origin
        cost = built.cost.copy()
        for ahead in range(1, self.ahead + 1):
            at = np.clip(asked.day + shift - ahead, 0, self.days - 1)
            cost[built.choices] += self.price_[at] * asked.sampled[asked.batch]
        found = lp.relaxed(
            replace(built, cost=cost),
            seconds=max(5.0, PRICED * self.clock.seconds - self.clock.spent),
            seed=self.seed,
        )
        if found.ended is not Ended.BEST or found.x is None:
            return 0.0, np.zeros(self.days)
        share = found.x[built.choices]
        return found.objective, self.windows(asked, asked.batch, asked.day, share)

    def _each(
        self, deed: Callable[[County], tuple[float, Floats]]
    ) -> list[tuple[float, Floats]]:
        with ThreadPoolExecutor(self.workers) as pool:
            return list(pool.map(deed, self.counties))

    # --- plans ----------------------------------------------------------------------

    def quotas(self) -> list[Floats]:
        """What each county may use of every window: its LP's use, a share of what is left."""
        room = self.room()
        limited = np.where(np.isfinite(room), room, 0.0)
        usage = [c.usage if c.usage is not None else c.standing for c in self.counties]
        known = [np.asarray(use) for use in usage]
        whole = np.sum(known, axis=0)
        scale = np.minimum(1.0, limited / np.maximum(whole, 1e-9))
        size = np.array([c.students for c in self.counties], dtype=np.float64)
        left = np.maximum(0.0, limited - whole * scale)
        parts = size / max(size.sum(), 1.0)
        return [
            np.where(np.isfinite(room), use * scale + left * part, np.inf)
            for use, part in zip(known, parts, strict=True)
        ]

    def first(self) -> None:
        """A plan for every county; who finds none gets another go with all that is left."""
        quotas = self.quotas()
        self._recall_plans()
        todo = [
            (county, quota)
            for county, quota in zip(self.counties, quotas, strict=True)
            if county.place is None
        ]
        share = max(1.0, FIRST * self.clock.seconds - self.clock.spent)
        seconds = max(LEAST, share * self.workers / max(1, len(todo)))
        with ThreadPoolExecutor(self.workers) as pool:
            list(pool.map(lambda row: self._plan(row[0], row[1], seconds), todo))
        for longer in AGAIN:  # a plan for everybody comes before the end of the time
            for county in self.counties:
                if county.place is None and not self.stopped.is_set():
                    self._plan(county, self._left(county), longer * seconds)

    def better(self) -> None:
        """Each county again with all that the others leave, until time is up."""
        while self.clock.left > 1.0 and not self.stopped.is_set():
            before = self.objective
            seconds = max(2.0, self.clock.left * self.workers / len(self.counties) / 2)
            again = partial(self._again, seconds=seconds)
            with ThreadPoolExecutor(self.workers) as pool:
                list(pool.map(again, self.counties))
            if before - self.objective < 1e-6 * max(1.0, abs(before)):
                return

    def _again(self, county: County, seconds: float) -> None:
        if self.clock.left <= 1.0 or self.stopped.is_set():
            return
        with self.lock:  # while one is planned again nobody else may take what is left
            part = self._left(county)
            own = county.used if county.used is not None else county.standing
            quota = np.where(
                np.isfinite(part),
                np.asarray(own) + (part - np.asarray(own)) / self.workers,
                np.inf,
            )
            county.used = np.where(np.isfinite(quota), quota, np.asarray(own))
        self._plan(county, quota, seconds, own=np.asarray(own))

    def _left(self, county: County) -> Floats:
        """What the pool has beside what all others use."""
        others = [c.used for c in self.counties if c is not county]
        taken = np.sum([use for use in others if use is not None], axis=0)
        return np.asarray(self.room() - taken, dtype=np.float64)

    def _plan(
        self,
        county: County,
        quota: Floats,
        seconds: float,
        own: Floats | None = None,
    ) -> None:
        """Plan a county within a quota; a worse plan than it has is not taken."""
        built = self.built(county, quota)
        search = Search(built, Clock(seconds), begin=county.place)
        if county.place is not None:
            search.offer(county.place)
        improved(search, seed=self.seed)
        if search.place is None or search.objective >= county.objective:
            county.used = own if own is not None else county.used
            self.tell()
            return
        at = search.place[: len(built.spec.batches)]
        used = self.windows(
            built.spec, built.spec.batch[at], built.spec.day[at], np.ones(len(at))
        )
        found = answer(search, None, aim=self.aim, seed=self.seed)
        with self.lock:
            county.place, county.used = search.place, used
            county.objective = search.objective
            # Its own bound is that of its quota; the bound that counts is of all.
            county.calendar = replace(found, bound=None, gap=None, status=Status.FOUND)
        self._keep_plan(county)
        self.tell()

    # --- what is told and kept ------------------------------------------------------

    @property
    def objective(self) -> float:
        """Of all counties; inf where one has no plan."""
        return float(sum(county.objective for county in self.counties))

    def tell(self) -> None:
        """Say how many counties have a plan."""
        if self.told is not None:
            done = sum(county.place is not None for county in self.counties)
            objective = self.objective
            self.told(
                Progress(
                    step=Step.COUNTY,
                    seconds=self.clock.spent,
                    objective=objective if np.isfinite(objective) else None,
                    gap=gap(objective, self.bound),
                    done=done,
                    of=len(self.counties),
                )
            )

    def _file(self, name: str) -> Path | None:
        if self.kept is None:
            return None
        self.kept.mkdir(parents=True, exist_ok=True)
        return self.kept / name

    def _mark(self) -> int:
        marks = [county.mark for county in self.counties]
        return zlib.crc32(repr((marks, self.by_day.tolist())).encode())

    def _keep_prices(self) -> None:
        if path := self._file("prices.json"):
            usage = [np.asarray(county.usage).tolist() for county in self.counties]
            known = {
                "mark": self._mark(),
                "bound": self.bound,
                "price": self.price_.tolist(),
                "usage": usage,
            }
            path.write_text(json.dumps(known))

    def _recall_prices(self) -> bool:
        path = self._file("prices.json")
        if path is None or not path.exists():
            return False
        known = json.loads(path.read_text())
        if known["mark"] != self._mark():
            return False
        self.bound, self.price_ = known["bound"], np.array(known["price"])
        for county, use in zip(self.counties, known["usage"], strict=True):
            county.usage = np.array(use)
        return True

    def _keep_plan(self, county: County) -> None:
        number = next(n for n, c in enumerate(self.counties) if c is county)
        if path := self._file(f"county-{number:05}.json"):
            known = {
                "mark": county.mark,
                "all": self._mark(),
                "place": np.asarray(county.place).tolist(),
            }
            path.write_text(json.dumps(known))

    def _recall_plans(self) -> None:
        """Plans of a run that was stopped; a changed county is planned anew."""
        for number, county in enumerate(self.counties):
            path = self._file(f"county-{number:05}.json")
            if path is None or not path.exists():
                continue
            known = json.loads(path.read_text())
            if (known["mark"], known["all"]) != (county.mark, self._mark()):
                continue
            built = self.built(county, None)
            search = Search(built, Clock(0.0))
            if search.offer(np.array(known["place"], dtype=np.int64)):
                self._recalled(county, search)

    def _recalled(self, county: County, search: Search) -> None:
        asked = search.model.spec
        place = np.asarray(search.place)
        at = place[: len(asked.batches)]
        county.place, county.objective = place, search.objective
        county.used = self.windows(
            asked, asked.batch[at], asked.day[at], np.ones(len(at))
        )
        found = answer(search, None, aim=self.aim, seed=self.seed)
        county.calendar = replace(found, bound=None, gap=None, status=Status.FOUND)

    def answer(self) -> Counties:
        """What was found for all."""
        none = Calendar(status=Status.UNDECIDED, aim=self.aim, seed=self.seed)
        used = np.zeros(self.days)
        for county in self.counties:
            if county.place is not None and county.used is not None:
                used = used + county.used
        objective = self.objective
        complete = bool(np.isfinite(objective))
        bound = float(self.bound) if np.isfinite(self.bound) else None
        first = dt.date.fromordinal(self.origin)
        return Counties(
            calendars=tuple(county.calendar or none for county in self.counties),
            objective=objective if complete else None,
            bound=bound,
            gap=gap(objective, self.bound),
            over=int((used > self.room() + 1e-6).sum()),
            prices=tuple(
                (first + dt.timedelta(int(n)), float(self.price_[n]))
                for n in np.flatnonzero(self.price_ > 0)
            ),
            seconds=self.clock.spent,
        )
