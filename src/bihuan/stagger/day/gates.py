"""Gates: a class to a gate, a lane and a window; washing and buses hang on nobody else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bihuan.base.ids import ZoneCode
from bihuan.plan.words import Flow, Who
from bihuan.stagger.day.facts import (
    DISMISSAL,
    RIDE,
    STEP,
    Facts,
    Need,
    Placed,
)
from bihuan.stagger.day.pack import (
    Cell,
    Item,
    Packing,
    Rule,
    blocks,
    level_floor,
    search,
    water,
)

STRANGE: Final = 2000.0
"""Pairs that a further grade in a window of a gate counts as: a class or two."""
LEVEL: Final = 0.5
"""What evenness of the lanes counts beside the pairs at the gate."""
Window = tuple[int, int]


def windows(needs: Sequence[Need], least: int) -> tuple[Window, ...]:
    """Windows of at least so many minutes: the periods' ends cut the day into spans."""
    edges = sorted({at for need in needs for at in (need.low, need.high)})
    cut: list[Window] = []
    for low, high in pairwise(edges):
        parts = max(1, (high - low) // least)
        at = [low + (high - low) * n // parts for n in range(parts + 1)]
        cut += pairwise(at)
    return tuple(cut)


@dataclass(frozen=True, kw_only=True)
class Through:
    """Who passes the gates in one direction."""

    facts: Facts
    flow: Flow
    needs: tuple[Need, ...]
    taken: tuple[tuple[ZoneCode, int, int], ...] = ()
    """Who is on the stairs already."""

    @property
    def windows(self) -> tuple[Window, ...]:
        """Windows in the order of time, each long enough for any class at a lane."""
        limits = self.facts.limits
        slot = limits.slot if self.flow is Flow.ARRIVAL else DISMISSAL
        largest = max(need.size for need in self.needs)
        return windows(self.needs, max(slot, limits.minutes(self.flow, largest)))

    @property
    def cells(self) -> list[tuple[Window, int, int]]:
        """Window, number of the gate, lane."""
        return [
            (window, number, lane)
            for window in self.windows
            for number, gate in enumerate(self.facts.gates)
            for lane in range(1, gate.lanes + 1)
        ]

    def packing(self) -> Packing:
        """The question for the solver."""
        gates, cells = self.facts.gates, self.cells
        rooms = {
            key: n
            for n, key in enumerate(
                dict.fromkeys((window, gate) for window, gate, _lane in cells)
            )
        }
        items = tuple(
            Item(
                size=need.size,
                grade=need.klass.grade,
                cells=tuple(
                    n
                    for n, ((low, high), gate, _lane) in enumerate(cells)
                    if need.low <= low
                    and high <= need.high
                    and need.may(gates[gate].users)
                ),
            )
            for need in self.needs
        )
        return Packing(
            items=items,
            cells=tuple(
                Cell(
                    room=rooms[window, gate],
                    holds=self.facts.limits.through(self.flow, window[1] - window[0]),
                )
                for window, gate, _lane in cells
            ),
            cost=tuple(pairs for _room in rooms),
            rules=tuple(self._stairs(items)),
            mixed=STRANGE,
            level=LEVEL,
        )

    def _stairs(self, items: Sequence[Item]) -> Iterator[Rule]:
        """Who goes down a stair to go home."""
        if self.flow is not Flow.DISMISSAL:
            return
        cells = self.cells
        for stair, most in self.facts.stairs.items():
            moves = [
                (cells[c][0][0], (n, c))
                for n, need in enumerate(self.needs)
                if need.klass.stair == stair
                for c in items[n].cells
            ]
            others = [(at, size) for zone, at, size in self.taken if zone == stair]
            for begin in sorted({at for at, _part in moves} | {at for at, _ in others}):
                parts = [p for at, p in moves if begin <= at < begin + STEP]
                there = sum(s for at, s in others if begin <= at < begin + STEP)
                if parts:
                    yield Rule(parts=tuple(parts), most=most - there)

    def placed(self, choice: Sequence[int]) -> tuple[Placed, ...]:
        """Slots of a choice."""
        cells = self.cells
        return tuple(
            Placed(
                need=need,
                zone=self.facts.gates[cells[c][1]].code,
                lane=cells[c][2],
                start=cells[c][0][0],
                end=cells[c][0][1],
            )
            for need, c in zip(self.needs, choice, strict=True)
        )

    @property
    def floor(self) -> float:
        """No choice has fewer pairs at the gates, oneself half counted.

        Everybody evenly; or those who are bound to a part of the windows evenly there and
        the rest elsewhere, where it is fuller there: then nobody else would come to it.
        """
        best = 0.0
        spans = {(need.low, need.high) for need in self.needs}
        everywhere = (self.windows[0][0], self.windows[-1][1])
        for low, high in (everywhere, *sorted(spans)):
            own = [n.size for n in self.needs if low <= n.low and n.high <= high]
            rest = [n.size for n in self.needs if n.low < low or high < n.high]
            here = self._holds(low, high, len(own), inside=True)
            there = self._holds(low, high, len(rest), inside=False)
            if water(sum(own), here)[0] >= water(sum(rest), there)[0]:
                fewest = level_floor(sum(own), here, pairs)
                best = max(best, fewest + level_floor(sum(rest), there, pairs))
        return best

    def _holds(self, low: int, high: int, classes: int, *, inside: bool) -> list[int]:
        """The largest rooms inside or outside a span, no more than there are classes."""
        holds = sorted(
            gate.lanes * self.facts.limits.through(self.flow, until - start)
            for start, until in self.windows
            if (low <= start and until <= high) is inside
            for gate in self.facts.gates
        )
        return holds[len(holds) - min(classes, len(holds)) :]


def pairs(persons: float) -> float:
    """Pairs among so many persons, and a half for oneself."""
    return persons * persons / 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Passed:
    """Everybody's gate, lane and window; None: none was found."""

    placed: tuple[Placed, ...] | None
    seconds: float = 0.0


def pass_gates(
    asked: Through, *, seconds: float, seed: int, any_will_do: bool = False
) -> Passed:
    """Few at a gate together, grades apart, lanes even."""
    found = search(asked.packing(), seconds=seconds, seed=seed, any_will_do=any_will_do)
    if found.choice is None:
        return Passed(placed=None, seconds=found.seconds)
    return Passed(placed=asked.placed(found.choice), seconds=found.seconds)


def in_blocks(asked: Through) -> tuple[Placed, ...] | None:
    """Grade by grade in the first lane and window that takes the class, else the emptiest."""
    if any(not item.cells for item in asked.packing().items):
        return None
    choice = blocks(asked.packing(), over=True)
    return None if choice is None else asked.placed(choice)


def ride(needs: Sequence[Need], arrived: Sequence[Placed]) -> tuple[Placed, ...]:
    """A bus is at the gate when the first of its classes may go in."""
    starts = {
        p.need.klass.code: p.start for p in arrived if p.need.who is Who.DAY_STUDENTS
    }
    rides = [need for need in needs if need.klass.code in starts]
    there: dict[ZoneCode, int] = {}
    for need in rides:
        at = starts[need.klass.code]
        there[need.zone] = min(there.get(need.zone, at), at)
    return tuple(
        Placed(
            need=need,
            zone=need.zone,
            start=max(0, there[need.zone] - RIDE),
            end=there[need.zone],
        )
        for need in rides
    )
