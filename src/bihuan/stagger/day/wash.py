"""Washing, floor by floor: classes one after another where there is time, else together."""

from collections.abc import Iterator, Sequence
from typing import Final

from bihuan.base.ids import ZoneCode
from bihuan.stagger.day.facts import Facts, Need, Placed

EXACT: Final = 7
"""Parts of a floor up to which every way to bring them together is looked at."""
Place = tuple[ZoneCode, int, int]
"""A floor and a washing period."""
Cell = tuple[Need, ...]


def by_floor(needs: Sequence[Need]) -> dict[Place, list[Need]]:
    """Needs of each floor and period."""
    floors: dict[Place, list[Need]] = {}
    for need in needs:
        floors.setdefault((need.zone, need.low, need.high), []).append(need)
    return floors


def wash(
    facts: Facts, place: Place, needs: Sequence[Need]
) -> tuple[Placed, ...] | None:
    """Who washes with whom on a floor: as few pairs as the turns allow; None: no room."""
    zone, low, high = place
    taps, turn = facts.taps[zone], facts.limits.washing
    turns = (high - low) // turn
    if sum(need.size for need in needs) > taps * turns:
        return None
    ways = (
        _ways(list(needs)) if len(needs) <= EXACT else _merged(list(needs), taps, turns)
    )
    fit = [way for way in ways if sum(_turns(cell, taps) for cell in way) <= turns]
    way = min(fit, key=lambda way: sum(_met(cell, taps) for cell in way))
    return tuple(_in_turn(way, zone=zone, low=low, taps=taps, turn=turn))


def in_blocks(
    facts: Facts, place: Place, needs: Sequence[Need]
) -> tuple[Placed, ...] | None:
    """One class after another where that fits, else all together."""
    zone, low, high = place
    taps, turn = facts.taps[zone], facts.limits.washing
    for way in ([(need,) for need in needs], [tuple(needs)]):
        if sum(_turns(cell, taps) for cell in way) <= (high - low) // turn:
            return tuple(_in_turn(way, zone=zone, low=low, taps=taps, turn=turn))
    return None


def _in_turn(
    way: Sequence[Cell], *, zone: ZoneCode, low: int, taps: int, turn: int
) -> Iterator[Placed]:
    """Cell after cell from the period's start."""
    start = low
    for cell in way:
        end = start + turn * _turns(cell, taps)
        for need in cell:
            yield Placed(need=need, zone=zone, start=start, end=end)
        start = end


def _turns(cell: Cell, taps: int) -> int:
    """Turns at the taps that a cell needs."""
    return -(-sum(need.size for need in cell) // taps)


def _met(cell: Cell, taps: int) -> int:
    """Pairs of different classes times turns."""
    total = sum(need.size for need in cell)
    apart = total * total - sum(need.size * need.size for need in cell)
    return apart * _turns(cell, taps) // 2


def _ways(needs: list[Need]) -> Iterator[list[Cell]]:
    """Every way to part the needs into cells, in a fixed order."""
    if not needs:
        yield []
        return
    first, rest = needs[0], needs[1:]
    for way in _ways(rest):
        yield [(first,), *way]
        for n, cell in enumerate(way):
            yield [*way[:n], (first, *cell), *way[n + 1 :]]


def _merged(needs: list[Need], taps: int, turns: int) -> Iterator[list[Cell]]:
    """Bring together the two cells that then meet least, until it fits."""
    way: list[Cell] = [(need,) for need in needs]
    yield list(way)
    while len(way) > 1 and sum(_turns(cell, taps) for cell in way) > turns:
        a, b = min(
            ((a, b) for b in range(len(way)) for a in range(b)),
            key=lambda ab: _met((*way[ab[0]], *way[ab[1]]), taps),
        )
        way = [
            *(cell for n, cell in enumerate(way) if n not in (a, b)),
            (*way[a], *way[b]),
        ]
        yield list(way)
    yield [tuple(needs)]
