"""A day's parts, each solved by itself: the gates in, meals, the gates out, floors, buses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Final

from bihuan.base.ids import ZoneCode
from bihuan.plan.words import Flow
from bihuan.stagger.day import gates, meals, wash
from bihuan.stagger.day.facts import DISMISSAL, MEALS, STEP, Facts, Need, Placed
from bihuan.stagger.day.mixing import moments

SHARE: Final = {Flow.ARRIVAL: 0.15, Flow.DISMISSAL: 0.05, Flow.LUNCH: 0.45}
"""Of the seconds; meals of one shape are solved once."""
Taken = tuple[tuple[ZoneCode, int, int], ...]


@dataclass(frozen=True, kw_only=True)
class Part:
    """Needs that are placed together."""

    flow: Flow
    needs: tuple[Need, ...]
    place: wash.Place | None = None
    """Of a floor's washing."""

    @property
    def low(self) -> int:
        """The first minute of its period."""
        return min(need.low for need in self.needs)

    @property
    def high(self) -> int:
        """The last minute of its period."""
        return max(need.high for need in self.needs)

    @property
    def people(self) -> int:
        """How many persons it is about."""
        return sum(need.size for need in self.needs)


def parts(facts: Facts) -> Iterator[Part]:
    """The parts of a day, meals in the order of time, dismissal after them."""
    for flow in (Flow.ARRIVAL, *MEALS, Flow.DISMISSAL):
        if needs := facts.of(flow):
            yield Part(flow=flow, needs=needs)
    for place, own in wash.by_floor(facts.of(Flow.WASH)).items():
        yield Part(flow=Flow.WASH, needs=tuple(own), place=place)


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """A part's slots, if there are any, and the least pair-minutes that it could have."""

    placed: tuple[Placed, ...] | None
    floor: float = 0.0


@dataclass
class Bench:
    """Solves parts one after another; what was placed stands for those that follow."""

    facts: Facts
    seconds: float
    seed: int
    any_will_do: bool = False
    placed: list[Placed] = field(default_factory=list)
    known: dict[object, tuple[Part, meals.Meal]] = field(default_factory=dict)

    def solve(self, part: Part) -> Done:
        """A part's slots; they are taken for those that follow."""
        done = self._solve(part)
        self.placed += done.placed or ()
        return done

    def _solve(self, part: Part) -> Done:
        if part.flow is Flow.WASH:
            return self._washed(part)
        if part.flow in MEALS:
            return self._seated(part)
        asked = self.through(part)
        found = gates.pass_gates(
            asked,
            seconds=SHARE[part.flow] * self.seconds,
            seed=self.seed,
            any_will_do=self.any_will_do,
        )
        return Done(placed=found.placed, floor=asked.floor - _own_pairs(part.needs))

    def through(self, part: Part) -> gates.Through:
        """The question of a part at the gates."""
        return gates.Through(
            facts=self.facts, flow=part.flow, needs=part.needs, taken=self.taken
        )

    @property
    def taken(self) -> Taken:
        """Who is on the stairs already."""
        return tuple(
            (ZoneCode(stair), minute, size)
            for stair, _class, minute, size in moments(self.placed)
        )

    def _washed(self, part: Part) -> Done:
        if part.place is None:
            return Done(placed=None)
        placed = wash.wash(self.facts, part.place, part.needs)
        exact = placed is not None and len(part.needs) <= wash.EXACT
        return Done(placed=placed, floor=met(placed or ()) if exact else 0.0)

    def _seated(self, part: Part) -> Done:
        """A meal; one of the same classes and length before it is asked for again first."""
        shape = _shape(part)
        if shape in self.known:
            before, meal = self.known[shape]
            again = _moved(before, meal.placed or (), part)
            if meal.placed is None or self._fits_stairs(again):
                return Done(
                    placed=None if meal.placed is None else again, floor=_least(meal)
                )
        meal = meals.seat(
            self.facts,
            part.needs,
            taken=self.taken,
            seconds=SHARE[Flow.LUNCH] * self.seconds * part.people / self._diners(part),
            seed=self.seed,
            any_will_do=self.any_will_do,
        )
        self.known.setdefault(shape, (part, meal))
        return Done(placed=meal.placed, floor=_least(meal))

    def _diners(self, part: Part) -> int:
        """Persons of all meals that differ, this one with them: they share the time."""
        every = (part, *(one for one in parts(self.facts) if one.flow in MEALS))
        return sum({_shape(one): one.people for one in every}.values())

    def _fits_stairs(self, placed: Sequence[Placed]) -> bool:
        """Whether all stairs hold with these slots beside those before."""
        there = [(zone, at, size) for zone, _class, at, size in moments(placed)]
        every = [*self.taken, *there]
        return all(
            sum(s for z, t, s in every if z == zone and at <= t < at + STEP)
            <= self.facts.stairs[ZoneCode(zone)]
            for zone, at, _size in every
            if zone in self.facts.stairs
        )


def _shape(part: Part) -> object:
    """What makes two meals the same question."""
    return tuple(
        (n.klass.code, n.who, n.size, n.low - part.low, n.high - part.low)
        for n in part.needs
    )


def _least(meal: meals.Meal) -> float:
    """Pair-minutes across classes that a meal has at the least."""
    if meal.placed is None:
        return 0.0
    own = sum(p.need.size**2 / 2.0 * (p.end - p.start) for p in meal.placed)
    return max(0.0, meal.floor - own)


def _own_pairs(needs: Sequence[Need]) -> float:
    """Pairs within classes, oneself half counted."""
    sizes: dict[str, int] = {}
    for need in needs:
        sizes[need.klass.code] = sizes.get(need.klass.code, 0) + need.size
    return sum(size * size / 2.0 for size in sizes.values())


def met(placed: Sequence[Placed]) -> float:
    """Pair-minutes across classes at one place."""
    return float(
        sum(
            a.need.size
            * b.need.size
            * max(0, min(a.end, b.end) - max(a.start, b.start))
            for n, a in enumerate(placed)
            for b in placed[:n]
        )
    )


def _moved(before: Part, placed: Sequence[Placed], part: Part) -> tuple[Placed, ...]:
    """The same slots at another meal."""
    needs = dict(zip(before.needs, part.needs, strict=True))
    by = part.low - before.low
    return tuple(
        replace(p, need=needs[p.need], start=p.start + by, end=p.end + by)
        for p in placed
    )


def in_blocks(facts: Facts) -> tuple[Placed, ...]:
    """The clerk's plan: grade by grade, first place that fits; unstaggered where none does."""
    placed: list[Placed] = []
    for part in parts(facts):
        bench = Bench(facts, 0.0, 0, placed=placed)
        if part.place is not None:
            own = wash.in_blocks(facts, part.place, part.needs)
        elif part.flow in MEALS:
            own = meals.in_blocks(facts, part.needs, taken=bench.taken)
        else:
            own = gates.in_blocks(bench.through(part))
        placed += own if own is not None else at_once(facts, part)
    return (*placed, *rides(facts, placed))


def unstaggered(facts: Facts) -> tuple[Placed, ...]:
    """Nobody is told when: all at once."""
    placed = [one for part in parts(facts) for one in at_once(facts, part)]
    return (*placed, *rides(facts, placed))


def rides(facts: Facts, placed: Sequence[Placed]) -> tuple[Placed, ...]:
    """The buses of a day."""
    arrived = [one for one in placed if one.need.flow is Flow.ARRIVAL]
    return gates.ride(facts.of(Flow.BUS), arrived)


def at_once(facts: Facts, part: Part) -> tuple[Placed, ...]:
    """A part as it goes where nobody staggers: in the last window, at one sitting."""
    if part.place is not None:
        zone, low, high = part.place
        return tuple(Placed(need=n, zone=zone, start=low, end=high) for n in part.needs)
    if part.flow in MEALS:
        return tuple(_one_sitting(facts, part))
    return tuple(_one_window(facts, part))


def _one_window(facts: Facts, part: Part) -> Iterator[Placed]:
    """At the class's own gate, the last window in, the first one out."""
    slot = facts.limits.slot if part.flow is Flow.ARRIVAL else DISMISSAL
    cut = gates.windows(part.needs, slot)
    for need in part.needs:
        mine = [
            (low, high) for low, high in cut if need.low <= low and high <= need.high
        ]
        start, end = mine[-1] if part.flow is Flow.ARRIVAL else mine[0]
        own = [gate.code for gate in facts.gates if need.may(gate.users)]
        zone = need.klass.gate if need.klass.gate in own else (own or [_any(facts)])[0]
        yield Placed(need=need, zone=zone, start=start, end=end)


def _any(facts: Facts) -> ZoneCode:
    return facts.gates[0].code


def _one_sitting(facts: Facts, part: Part) -> Iterator[Placed]:
    """At the class's own hall from the first minute on."""
    halls = {hall.code: hall for hall in facts.halls}
    first = next(iter(halls))
    where = {n: n.klass.hall if n.klass.hall in halls else first for n in part.needs}
    loads = dict.fromkeys(halls, 0)
    for need, hall in where.items():
        loads[hall] += need.size
    for need, hall in where.items():
        stay = facts.limits.eating + ceil(loads[hall] / halls[hall].rate)
        end = max(need.low + 1, min(need.high, need.low + stay))
        yield Placed(need=need, zone=hall, start=need.low, end=end)
