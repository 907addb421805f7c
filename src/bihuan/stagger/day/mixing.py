"""Who is together with whom across classes, weighted by the engine's rates."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from types import MappingProxyType
from typing import Final

from bihuan.plan.words import Flow, Setting
from bihuan.stagger.answer import Mixing
from bihuan.stagger.day.facts import MEALS, Facts, Placed
from bihuan.stagger.day.queues import fluid

ON_STAIR: Final = 3
"""Minutes on the stair."""
AT_GATE: Final = 1.0
"""Least minutes at the gate."""
COUNTED: Final = (
    Setting.CANTEEN_HALL,
    Setting.GATE,
    Setting.STAIR,
    Setting.DORM_FLOOR,
    Setting.BUS,
)
"""Settings in which slots bring classes together."""
CHOSEN: Final = (Setting.CANTEEN_HALL, Setting.GATE, Setting.DORM_FLOOR)
"""Settings that the search makes small, and for which it has a bound."""
FACTORS: Final = (0.5, 1.5)


@dataclass(frozen=True)
class Rates:
    """Expected transmissions per pair and hour by setting, from the outbreak engine."""

    by_setting: Mapping[Setting, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_setting", MappingProxyType(dict(self.by_setting)))

    def of(self, setting: Setting) -> float:
        """The rate of a setting; nothing where the engine has none."""
        return self.by_setting.get(setting, 0.0)


def mixing(facts: Facts, placed: Sequence[Placed], rates: Rates) -> tuple[Mixing, ...]:
    """Person-minutes together by setting, and what they carry."""
    return tuple(
        Mixing(
            setting=setting,
            minutes=minutes,
            weighted=minutes / 60.0 * rates.of(setting),
        )
        for setting, minutes in minutes_together(facts, placed).items()
    )


def minutes_together(facts: Facts, placed: Sequence[Placed]) -> dict[Setting, float]:
    """Unordered pairs of different classes times minutes together, by setting."""
    whole = dict.fromkeys(COUNTED, 0.0)
    for setting, minutes in (
        (Setting.CANTEEN_HALL, _overlapping(placed, *MEALS)),
        (Setting.DORM_FLOOR, _overlapping(placed, Flow.WASH)),
        (Setting.BUS, _overlapping(placed, Flow.BUS)),
        (Setting.GATE, _at_gates(facts, placed)),
        (Setting.STAIR, _on_stairs(placed)),
    ):
        whole[setting] = minutes
    return whole


def _overlapping(placed: Iterable[Placed], *flows: Flow) -> float:
    """Minutes that pairs are at one place."""
    return sum(
        a.need.size * b.need.size * together
        for a, b in _neighbours(placed, *flows)
        if (together := min(a.end, b.end) - max(a.start, b.start)) > 0
    )


def _neighbours(
    placed: Iterable[Placed], *flows: Flow
) -> Iterator[tuple[Placed, Placed]]:
    """Slots of different classes at one place and flow."""
    places: dict[tuple[Flow, str], list[Placed]] = defaultdict(list)
    for one in placed:
        if one.need.flow in flows:
            places[one.need.flow, one.zone].append(one)
    for there in places.values():
        for a, b in combinations(there, 2):
            if a.need.klass.code != b.need.klass.code:
                yield a, b


def _at_gates(facts: Facts, placed: Sequence[Placed]) -> float:
    """Queues: the mean wait at the gate, at least a minute, of those in one window."""
    waits = {
        (one.flow, one.zone): max(AT_GATE, one.fluid) for one in fluid(facts, placed)
    }
    total = 0.0
    for a, b in _neighbours(placed, Flow.ARRIVAL, Flow.DISMISSAL):
        shared = min(a.end, b.end) - max(a.start, b.start)
        if shared > 0:
            share = shared / max(a.end - a.start, b.end - b.start)
            total += a.need.size * b.need.size * share * waits[a.need.flow, a.zone]
    return total


def moments(placed: Iterable[Placed]) -> Iterator[tuple[str, str, int, int]]:
    """When a class is on its stair: stair, class, minute, persons."""
    for one in placed:
        row = one.need.klass
        if not row.stair:
            continue
        if one.need.flow in MEALS or one.need.flow is Flow.DISMISSAL:
            yield row.stair, row.code, one.start, one.need.size
        if one.need.flow in MEALS:
            yield row.stair, row.code, one.end, one.need.size


def _on_stairs(placed: Iterable[Placed]) -> float:
    """Three minutes less what lies between two moments on one stair."""
    stairs: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for stair, klass, minute, size in moments(placed):
        stairs[stair].append((klass, minute, size))
    return float(
        sum(
            a[2] * b[2] * (ON_STAIR - abs(a[1] - b[1]))
            for there in stairs.values()
            for a, b in combinations(there, 2)
            if a[0] != b[0] and abs(a[1] - b[1]) < ON_STAIR
        )
    )


def stands(plans: Sequence[Mapping[Setting, float]], rates: Rates) -> bool:
    """Whether plans keep their order when any one rate is half or one and a half times itself.

    plans: minutes together by setting.
    """

    def order(factor: float, moved: Setting | None) -> list[int]:
        whole = [
            sum(
                minutes * rates.of(s) * (factor if s is moved else 1.0)
                for s, minutes in plan.items()
            )
            for plan in plans
        ]
        return sorted(range(len(plans)), key=lambda n: (whole[n], n))

    first = order(1.0, None)
    return all(
        order(factor, setting) == first for setting in COUNTED for factor in FACTORS
    )
