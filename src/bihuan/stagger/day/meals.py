"""Meals by batch templates: sittings of equal length, a class to a hall's sitting."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from math import ceil
from typing import Final

from bihuan.base.ids import ZoneCode
from bihuan.stagger.day.facts import STEP, Facts, Hall, Need, Placed
from bihuan.stagger.day.pack import (
    Cell,
    Cost,
    Found,
    Item,
    Packing,
    Rule,
    blocks,
    floor_of,
    level_floor,
    search,
)

SITTINGS: Final = 12
"""No meal goes in more."""
PURE: Final = 0.7
"""Share of the time for cells of one grade, and of that for the first template."""
LEAST: Final = 0.2
"""Seconds that a template has at the least."""
STRANGE: Final = 1e6
"""Pair-minutes that a further grade in a cell counts as: more than most cells have."""
Moment = tuple[ZoneCode, int, int]
"""A stair, a minute, persons on it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """So many sittings from a minute on, one every `pitch` minutes, `stay` minutes long."""

    low: int
    sittings: int
    pitch: int
    stay: int

    def start(self, sitting: int) -> int:
        """The minute at which a sitting begins."""
        return self.low + sitting * self.pitch


def templates(facts: Facts, needs: Sequence[Need]) -> Iterator[Template]:
    """Templates that leave time to eat, most sittings first.

    A pause of five minutes between sittings keeps who leaves off the stair of who comes.
    """
    low = min(need.low for need in needs)
    high = max(need.high for need in needs)
    for sittings in range(min(SITTINGS, high - low), 0, -1):
        pitch = (high - low) // sittings
        for stay in (pitch, pitch - STEP):
            if stay > facts.limits.eating and (stay == pitch or sittings > 1):
                yield Template(low=low, sittings=sittings, pitch=pitch, stay=stay)


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """A meal's question for one template."""

    facts: Facts
    needs: tuple[Need, ...]
    template: Template
    taken: tuple[Moment, ...]
    """Who is on the stairs already."""
    pure: bool

    @property
    def cells(self) -> list[tuple[int, Hall]]:
        """Sitting and hall, in the order of time."""
        return [
            (sitting, hall)
            for sitting in range(self.template.sittings)
            for hall in self.facts.halls
        ]

    @cached_property
    def packing(self) -> Packing:
        """The question for the solver."""
        cells = self.cells
        serving = self.template.stay - self.facts.limits.eating
        items = tuple(
            Item(
                size=need.size,
                grade=need.klass.grade,
                cells=tuple(
                    n
                    for n, (sitting, hall) in enumerate(cells)
                    if need.may(hall.users) and self._within(need, sitting)
                ),
            )
            for need in self.needs
        )
        return Packing(
            items=items,
            cells=tuple(
                Cell(room=n, holds=min(hall.seats, int(hall.rate * serving + 1e-9)))
                for n, (_sitting, hall) in enumerate(cells)
            ),
            cost=tuple(together(self.facts, hall) for _sitting, hall in cells),
            rules=tuple(self._stairs(items)),
            pure=self.pure,
            abreast=len(self.facts.halls),
            mixed=0.0 if self.pure else STRANGE,
        )

    def _within(self, need: Need, sitting: int) -> bool:
        start = self.template.start(sitting)
        return need.low <= start and start + self.template.stay <= need.high

    def _stairs(self, items: Sequence[Item]) -> Iterator[Rule]:
        """Those who leave for a sitting and who come from the one before, stair by stair."""
        for stair, most in self.facts.stairs.items():
            own = [n for n, need in enumerate(self.needs) if need.klass.stair == stair]
            moves = [
                (minute, (n, c))
                for n in own
                for c in items[n].cells
                for minute in self._minutes(self.cells[c][0])
            ]
            others = [(at, size) for zone, at, size in self.taken if zone == stair]
            for begin in sorted({at for at, _part in moves} | {at for at, _ in others}):
                parts = [p for at, p in moves if begin <= at < begin + STEP]
                there = sum(s for at, s in others if begin <= at < begin + STEP)
                if parts:
                    yield Rule(parts=tuple(parts), most=most - there)

    def _minutes(self, sitting: int) -> tuple[int, int]:
        start = self.template.start(sitting)
        return start, start + self.template.stay

    def placed(self, choice: Sequence[int]) -> tuple[Placed, ...]:
        """Slots: each as long as its cell needs to be served and to eat."""
        cells = self.cells
        loads = self.packing.loads(choice)
        done = []
        for need, cell in zip(self.needs, choice, strict=True):
            sitting, hall = cells[cell]
            start = self.template.start(sitting)
            stay = self.facts.limits.eating + max(
                1, ceil(loads[cell] / hall.rate - 1e-9)
            )
            end = start + min(stay, self.template.stay)
            done.append(Placed(need=need, zone=hall.code, start=start, end=end))
        return tuple(done)


def together(facts: Facts, hall: Hall) -> Cost:
    """Pair-minutes, and a half for oneself, of so many persons at one sitting of a hall."""

    def cost(persons: float) -> float:
        return persons * persons / 2.0 * (facts.limits.eating + persons / hall.rate)

    return cost


@dataclass(frozen=True, kw_only=True, slots=True)
class Meal:
    """A meal placed, with the least pair-minutes that any template could have."""

    placed: tuple[Placed, ...] | None
    floor: float = 0.0
    pure: bool = True
    seconds: float = 0.0


def seat(
    facts: Facts,
    needs: tuple[Need, ...],
    *,
    taken: tuple[Moment, ...],
    seconds: float,
    seed: int,
    any_will_do: bool = False,
) -> Meal:
    """The best template and its assignment; one grade a cell where that can be had."""
    spent, left = 0.0, seconds * PURE
    for pure in (False,) if any_will_do else (True, False):
        best: tuple[float, tuple[Placed, ...]] | None = None
        for template in templates(facts, needs):
            asked = Sitting(
                facts=facts, needs=needs, template=template, taken=taken, pure=pure
            )
            if hopeless(asked) or (best and best[0] <= _floor(asked)):
                continue
            found = _search(
                asked, seconds=left - spent, seed=seed, any_will_do=any_will_do
            )
            spent += found.seconds
            if found.choice is not None:
                price = asked.packing.price(found.choice)
                if best is None or price < best[0]:
                    best = price, asked.placed(found.choice)
            if (any_will_do and best) or spent >= left:
                break
        left = seconds
        if best is not None:
            floor = min(
                _floor(
                    Sitting(
                        facts=facts, needs=needs, template=t, taken=taken, pure=pure
                    )
                )
                for t in templates(facts, needs)
            )
            return Meal(placed=best[1], floor=floor, pure=pure, seconds=spent)
    return Meal(placed=None, seconds=spent)


def _search(asked: Sitting, *, seconds: float, seed: int, any_will_do: bool) -> Found:
    return search(
        asked.packing,
        seconds=max(LEAST, seconds * (1.0 if any_will_do else PURE)),
        seed=seed,
        any_will_do=any_will_do,
    )


def in_blocks(
    facts: Facts, needs: tuple[Need, ...], *, taken: tuple[Moment, ...]
) -> tuple[Placed, ...] | None:
    """Grade by grade in the first sitting that takes the class; stairs only if they can be."""
    loose = replace(facts, stairs={})
    for pure, where in product((True, False), (facts, loose)):
        for template in templates(facts, needs):
            asked = Sitting(
                facts=where, needs=needs, template=template, taken=taken, pure=pure
            )
            if not hopeless(asked) and (choice := blocks(asked.packing)):
                return asked.placed(choice)
    return None


def hopeless(asked: Sitting) -> bool:
    """Whether a glance at the numbers tells that a template has no room."""
    packing = asked.packing
    room = sum(cell.holds for cell in packing.cells)
    largest = max((cell.holds for cell in packing.cells), default=0)
    return (
        sum(item.size for item in packing.items) > room
        or any(item.size > largest for item in packing.items)
        or any(not item.cells for item in packing.items)
        or (asked.pure and len({i.grade for i in packing.items}) > len(packing.cells))
    )


def _floor(asked: Sitting) -> float:
    """No assignment to a template has fewer pair-minutes, oneself half counted."""
    sizes: dict[str, int] = {}
    for need in asked.needs:
        key = need.klass.grade if asked.pure else ""
        sizes[key] = sizes.get(key, 0) + need.size
    rate = max(hall.rate for hall in asked.facts.halls)
    eating = asked.facts.limits.eating

    def cost(persons: float) -> float:
        return persons * persons / 2.0 * (eating + persons / rate)

    holds = [cell.holds for cell in asked.packing.cells]
    rooms = min(len(holds), len(asked.needs))
    return max(
        floor_of(list(sizes.values()), rooms, cost),
        level_floor(sum(sizes.values()), sorted(holds)[-rooms:], cost),
    )
