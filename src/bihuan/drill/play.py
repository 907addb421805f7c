"""Simulated players: a script is tried out before anybody's time is spent.

What is due, open and released is `drill.session`'s word, as in a real drill; the players
only answer. Each draw hangs on the seed, the school and the action, so that one more
action in a script changes no other answer.
"""

import heapq
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib import resources
from typing import Final

import yaml

from bihuan.base.ids import PersonId, SchoolCode
from bihuan.base.random import Draws, generator
from bihuan.base.units import Minutes
from bihuan.drill.bind import Bound, bind
from bihuan.drill.marks import ClockEvent, ClockKind, Entry, Log, Rating, State, Truth
from bihuan.drill.script import Expected, Inject, Purpose, Scene
from bihuan.drill.session import Pending, Session, Stage, jump, release, session, skip
from bihuan.drill.timeline import clock_time
from bihuan.plan.plan import Plan
from bihuan.plan.populate import populate
from bihuan.plan.words import Post

UNTIMED: Final = 10.0
"""Median minutes of an action without a standard, at pace 1."""
LOOK: Final = 5.0
"""Minutes between two looks at the clock when nothing happens."""
TURN: Final = 1.0
"""Minutes that the controller takes to set the clock."""
NIGHT: Final = (22, 6)
SMOOTH: Final = 0.5
"""Share of actions in time from which the controller adds a contingency 加压."""
SEEN: Final = 0.25
"""Chance that a second rater says one step more or less."""
TOO_HARD: Final = "处置不顺，不加压"
OTHER: Final = "other"


@dataclass(frozen=True, kw_only=True, eq=False)
class Profile:
    """How players answer; what each field is stands in profiles.yaml."""

    name: str
    label: str
    pace: float
    spread: float
    between: float
    night: Mapping[str, float]
    posts: Mapping[str, float]
    missed: float
    absent: float
    deputy: float
    rated: tuple[float, ...]
    recall: Mapping[str, float]
    spread_recall: float
    wrong: float


@cache
def profiles() -> Mapping[str, Profile]:
    """The profiles there are, by name."""
    text = resources.files("bihuan.drill").joinpath("profiles.yaml")
    rows = yaml.safe_load(text.read_text(encoding="utf-8"))
    return {
        name: Profile(**row | {"name": name, "rated": tuple(row["rated"])})
        for name, row in rows.items()
    }


def play(
    scene: Scene,
    plan: Plan,
    school: SchoolCode,
    truth: Truth,
    profile: Profile,
    *,
    seed: int,
) -> Log:
    """The log of a drill that simulated players went through."""
    players = _Players(scene, plan, school, truth, profile, seed)
    log = Log(
        scene=scene.id,
        school=school,
        clock=(ClockEvent(wall=Minutes(0.0), kind=ClockKind.START),),
        entries=(),
        truth=truth,
        played=True,
    )
    return _Room(scene, players, log).run()


# --- players --------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Players:
    """Everybody who answers at one school."""

    scene: Scene
    plan: Plan
    school: SchoolCode
    truth: Truth
    profile: Profile
    seed: int

    @cached_property
    def bound(self) -> Mapping[Post, Bound]:
        """Whose each post is."""
        return bind(self.scene, self.plan, self.school)

    @cached_property
    def skill(self) -> float:
        """Factor on all delays of this school."""
        return float(self.profile.between ** self.random("school").standard_normal())

    def random(self, what: str) -> Draws:
        """Draws of their own for one thing."""
        return generator(self.seed, f"play {self.school} {what}")

    def answers(self, inject: Inject, wall: Minutes, now: Minutes) -> Iterator[Entry]:
        """What comes of an inject that is released at a wall time, exercise time `now`."""
        for expected in inject.expected:
            if entry := self._answer(expected, wall, now):
                yield entry

    def _answer(self, expected: Expected, wall: Minutes, now: Minutes) -> Entry | None:
        person, factor = self._who(expected.by)
        random = self.random(expected.id)
        missed = not person or random.random() < self.profile.missed
        standard = self.scene.standard(expected.standard)
        if missed and standard is not None:
            return None
        delay = self._delay(expected, random, now) * factor
        heard = min(delay, 1.0) * random.random()
        began = heard + (delay - heard) * random.uniform(0.0, 0.5)
        # Of an action without a limit somebody has to say that it was not done.
        rating = Rating.U if missed else self._rating(random)
        shown = self.scene.purpose is Purpose.SHOW
        return Entry(
            wall=Minutes(wall + delay),
            action=expected.id,
            received=Minutes(wall + heard),
            started=Minutes(wall + began),
            person=person,
            rating=rating,
            rater="E1",
            second_rating=_second(rating, random) if shown else None,
            second_rater="E2" if shown else "",
            listed=self._listed(random) if expected.measure and not missed else (),
            evidence="" if missed else next(iter(expected.evidence), ""),
        )

    def _who(self, post: Post) -> tuple[PersonId, float]:
        """Who answers for a post in this drill, by what factor slower."""
        person, deputy = self.bound.get(post, _NOBODY)
        if self.random(f"absent {post}").random() >= self.profile.absent:
            return person, 1.0
        return deputy, self.profile.deputy

    def _delay(self, expected: Expected, random: Draws, now: Minutes) -> float:
        """Minutes until an action is done; never quicker than physics."""
        profile, post = self.profile, str(expected.by)
        standard = self.scene.standard(expected.standard)
        median = profile.pace * (standard.target if standard else UNTIMED)
        median *= self.skill * profile.posts.get(post, 1.0)
        hour = clock_time(self.scene, now).hour
        if hour >= NIGHT[0] or hour < NIGHT[1]:
            median *= profile.night.get(post, profile.night[OTHER])
        delay = median * profile.spread ** random.standard_normal()
        least = standard.contact_time if standard else None
        return max(float(delay), least or 0.0)

    def _rating(self, random: Draws) -> Rating:
        ratings = list(Rating)
        return ratings[int(random.choice(len(ratings), p=self.profile.rated))]

    def _listed(self, random: Draws) -> tuple[PersonId, ...]:
        """Who comes onto a contact list: most of the true contacts, some others."""
        profile = self.profile
        shift = profile.spread_recall * random.standard_normal()
        chance: dict[PersonId, float] = {}
        for setting, persons in self.truth.contacts:
            known = profile.recall.get(setting, profile.recall[OTHER]) + shift
            for person in persons:
                chance[person] = max(chance.get(person, 0.0), known)
        listed = [p for p, known in chance.items() if random.random() < known]
        others = [
            p.id
            for p in populate(self.plan, self.school)
            if p.id not in chance and p.id != self.truth.index
        ]
        wrong = min(len(others), round(profile.wrong * len(listed)))
        picked = random.choice(len(others), size=wrong, replace=False) if wrong else ()
        return (*listed, *(others[int(n)] for n in picked))


_NOBODY: Final[Bound] = (PersonId(""), PersonId(""))


def _second(first: Rating, random: Draws) -> Rating:
    """What a second rater says who saw the same."""
    ratings = list(Rating)
    step = 0
    if random.random() < SEEN:
        step = 1 if random.random() < 0.5 else -1  # noqa: PLR2004  # as often more as less
    return ratings[min(max(ratings.index(first) + step, 0), len(ratings) - 1)]


# --- the controller -------------------------------------------------------------------


class _Room:
    """The controller of a simulated drill: releases, jumps, stops."""

    def __init__(self, scene: Scene, players: _Players, log: Log) -> None:
        self.scene, self.players, self.log = scene, players, log
        self.wall = Minutes(0.0)
        self.deeds: list[tuple[Minutes, int, Entry]] = []
        """Answers on their way: wall time, number, entry."""
        self.number = 0

    def run(self) -> Log:
        """Play the script to its end."""
        while True:
            self._answer()
            now = session(self.scene, self.log, self.wall)
            if now.ended or self._over(now):
                break
            if not (self._release(now) or self._jump(now)):
                self.wall = self._next(now)
        stop = ClockEvent(wall=self.wall, kind=ClockKind.STOP)
        return replace(self.log, clock=(*self.log.clock, stop))

    def _answer(self) -> None:
        """Write down the answers that have come by now."""
        came = []
        while self.deeds and self.deeds[0][0] <= self.wall:
            came.append(heapq.heappop(self.deeds)[2])
        self.log = replace(self.log, entries=(*self.log.entries, *came))

    def _over(self, now: Session) -> bool:
        """Whether nothing is left to release, to do or to wait for."""
        left = {Stage.WAITING, Stage.DUE, Stage.HELD, Stage.MANUAL}
        waits = any(p.stage in left and not self._stuck(p) for p in now.injects)
        return not (waits or now.open or self.deeds)

    def _stuck(self, pending: Pending) -> bool:
        """Whether a manual inject has no time at which the controller would think of it."""
        return pending.stage is Stage.MANUAL and pending.due is None

    def _release(self, now: Session) -> bool:
        """Release the first inject that is due; a contingency only if it goes smoothly."""
        for pending in sorted(now.injects, key=lambda p: p.due or 0.0):
            if pending.stage in {Stage.DUE, Stage.HELD} or self._time_for(pending, now):
                hard = pending.stage is Stage.MANUAL and not _smooth(now)
                self._put(pending.inject, now.clock.minutes, hard=hard)
                return True
        return False

    def _time_for(self, pending: Pending, now: Session) -> bool:
        """Whether an inject of the controller's hand has come to its planned time."""
        due = pending.due
        return (
            pending.stage is Stage.MANUAL
            and due is not None
            and due <= now.clock.minutes
        )

    def _put(self, inject: Inject, minutes: Minutes, *, hard: bool) -> None:
        """Release an inject, or skip it where it would be too hard."""
        if hard:
            entry = skip(self.scene, self.log, self.wall, inject.id, TOO_HARD)
        else:
            entry = release(self.scene, self.log, self.wall, inject.id)
        if not isinstance(entry, Entry):
            raise TypeError(str(entry))
        self.log = replace(self.log, entries=(*self.log.entries, entry))
        if not hard:
            for answer in self.players.answers(inject, self.wall, minutes):
                self.number += 1
                heapq.heappush(self.deeds, (answer.wall, self.number, answer))

    def _jump(self, now: Session) -> bool:
        """Jump where the script says so and nothing is open."""
        if now.jump is None or now.open or self.deeds:
            return False
        # A minute later: what was done just now was done before the jump.
        later = Minutes(self.wall + TURN)
        event = jump(self.scene, self.log, later, now.jump.to)
        if not isinstance(event, ClockEvent):
            return False
        self.wall = later
        self.log = replace(self.log, clock=(*self.log.clock, event))
        return True

    def _next(self, now: Session) -> Minutes:
        """The wall time at which something may happen next."""
        ahead = [float(self.deeds[0][0])] if self.deeds else []
        dues = [p.due for p in now.injects if p.due is not None]
        fails = [t.left for t in now.open if t.left is not None]
        ahead += [self.wall + due - now.clock.minutes for due in dues]
        ahead += [self.wall + left for left in fails]
        later = [wall for wall in ahead if wall > self.wall]
        soon = min([*later, self.wall + LOOK])
        # Minutes are floats: a step too small to be one would never end.
        return Minutes(max(soon, math.nextafter(self.wall, math.inf) + 1e-6))


def _smooth(now: Session) -> bool:
    """Whether so far enough of what was asked came in time."""
    told = [t.state for t in now.tasks if t.released is not None and t.state]
    good = sum(state is State.ON_TIME for state in told)
    return not told or good >= SMOOTH * len(told)
