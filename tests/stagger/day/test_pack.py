"""The packing model: greedy ways, the search, and bounds that nobody comes under."""

from itertools import product

import pytest

from bihuan.base.ids import GradeCode
from bihuan.base.random import below
from bihuan.stagger.day.pack import (
    Cell,
    Item,
    Packing,
    Rule,
    blocks,
    dealt,
    floor_of,
    level_floor,
    search,
    spread,
    water,
)


def squares(persons: float) -> float:
    return persons * persons / 2.0


def question(seed: int, *, pure: bool) -> Packing:
    """Six classes of two grades and three cells, numbers drawn."""
    sizes = [5 + below(20, seed, "size", n) for n in range(6)]
    holds = [30 + below(40, seed, "holds", n) for n in range(3)]
    return Packing(
        items=tuple(
            Item(size=size, grade=GradeCode(f"G{n % 2}"), cells=(0, 1, 2))
            for n, size in enumerate(sizes)
        ),
        cells=tuple(Cell(room=n, holds=most) for n, most in enumerate(holds)),
        cost=(squares,) * 3,
        rules=(Rule(parts=((0, 0), (1, 0), (2, 0)), most=40),),
        pure=pure,
    )


def best_of_all(asked: Packing) -> float | None:
    """By looking at every choice there is."""
    fit = [
        asked.price(choice)
        for choice in product(range(3), repeat=len(asked.items))
        if asked.holds(choice)
    ]
    return min(fit, default=None)


@pytest.mark.parametrize("pure", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_search_finds_what_looking_at_everything_finds(
    seed: int, *, pure: bool
) -> None:
    asked = question(seed, pure=pure)
    best = best_of_all(asked)
    found = search(asked, seconds=4.0, seed=seed)
    if best is None:
        assert found.choice is None
        assert found.refuted
        return
    assert found.choice is not None
    assert asked.holds(found.choice)
    # The search ends at a gap of 0.2 % of costs that tangents hold from below.
    assert asked.price(found.choice) <= best * 1.02
    sizes = [item.size for item in asked.items]
    by_grade = [sum(sizes[0::2]), sum(sizes[1::2])] if pure else [sum(sizes)]
    holds = [cell.holds for cell in asked.cells]
    assert floor_of(by_grade, 3, squares) <= best + 1e-6
    assert level_floor(sum(sizes), holds, squares) <= best + 1e-6


@pytest.mark.parametrize("seed", range(6))
def test_greedy_ways_keep_capacities_or_say_nothing(seed: int) -> None:
    asked = question(seed, pure=seed % 2 == 0)
    for way in (blocks, spread):
        choice = way(asked)
        assert choice is None or asked.holds(choice)
    narrow = dealt(asked) if asked.pure else None
    if narrow is not None:
        owners: dict[int, set[str]] = {}
        for item in narrow.items:
            for cell in item.cells:
                owners.setdefault(cell, set()).add(item.grade)
        assert all(len(grades) == 1 for grades in owners.values())


def test_who_finds_no_cell_goes_where_most_is_left_if_all_must_be_somewhere() -> None:
    asked = Packing(
        items=tuple(
            Item(size=10, grade=GradeCode("G"), cells=(0, 1)) for _ in range(3)
        ),
        cells=(Cell(room=0, holds=15), Cell(room=1, holds=12)),
        cost=(squares, squares),
    )
    assert blocks(asked) is None
    assert blocks(asked, over=True) == [0, 1, 0]


def test_a_cell_fits_nobody_it_is_not_for() -> None:
    asked = Packing(
        items=(Item(size=1, grade=GradeCode("G"), cells=()),),
        cells=(Cell(room=0, holds=5),),
        cost=(squares,),
    )
    assert search(asked, seconds=1.0, seed=0).refuted


def test_water_fills_small_rooms_to_the_brim() -> None:
    assert water(100, [10, 200, 200]) == (45.0, 0.0)
    assert water(100, [40, 40]) == (float("inf"), 20.0)
    assert level_floor(100, [40, 40], squares) == float("inf")
    assert level_floor(100, [10, 200, 200], squares) == 50.0 + 2 * squares(45.0)
    assert floor_of([10, 30], 1, squares) == float("inf")
    assert floor_of([10, 30], 4, squares) == squares(10) + 3 * squares(10)
