"""Put classes into cells: the one model behind gates and tables.

A *cell* holds so many persons; cells that share a *room* meet (the lanes of a gate in one
window; a hall's sitting is both). What a room costs grows with its persons, convexly.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ortools.sat.python import cp_model

from bihuan.base.ids import GradeCode

Cost = Callable[[int], float]
"""What so many persons together cost; convex, nothing for nobody."""
TANGENTS: Final = 24
"""Straight lines by which a cost is held from below in the model."""
GOOD: Final = 0.002
"""A gap at which the search ends."""
PATIENCE: Final = 1.5
"""Seconds of the clock for each second asked for, should the machine be busy."""
NARROW: Final = 0.3
"""Share of the time for the smaller question, in which cells are given to grades."""
DEAL: Final = 0.5
"""Seconds for giving cells to grades."""
SOLVED: Final = (cp_model.OPTIMAL, cp_model.FEASIBLE)
PACE: Final = 0.4
"""Share of a second's solver time that counts as deterministic time, so that the clock
seldom binds and the same question has the same answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A class to be put somewhere."""

    size: int
    grade: GradeCode
    cells: tuple[int, ...]
    """Cells it may go to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A place at a time."""

    room: int
    holds: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A further capacity: so many persons of these (item, cell) together."""

    parts: tuple[tuple[int, int], ...]
    most: int


@dataclass(frozen=True, kw_only=True)
class Packing:
    """The question."""

    items: tuple[Item, ...]
    cells: tuple[Cell, ...]
    cost: tuple[Cost, ...]
    """Of each room."""
    rules: tuple[Rule, ...] = ()
    pure: bool = False
    """Whether a room must have one grade."""
    mixed: float = 0.0
    """What a further grade in a room costs."""
    abreast: int = 1
    """Cells in a row that go at one time: the halls of a sitting."""
    level: float = 0.0
    """What a square of persons in a cell costs: even lanes have short queues."""

    def price(self, choice: Sequence[int]) -> float:
        """What a choice costs in its rooms."""
        loads = self.loads(choice)
        return sum(cost(load) for cost, load in zip(self.cost, loads, strict=True))

    def total(self, choice: Sequence[int]) -> float:
        """The same with strange grades and uneven cells."""
        held = [0] * len(self.cells)
        grades: list[set[GradeCode]] = [set() for _ in self.cost]
        for item, cell in zip(self.items, choice, strict=True):
            held[cell] += item.size
            grades[self.cells[cell].room].add(item.grade)
        strange = sum(len(grade) for grade in grades)
        squares = sum(load * load for load in held)
        return self.price(choice) + self.mixed * strange + self.level * squares

    def loads(self, choice: Sequence[int]) -> list[int]:
        """Persons of each room."""
        loads = [0] * len(self.cost)
        for item, cell in zip(self.items, choice, strict=True):
            loads[self.cells[cell].room] += item.size
        return loads

    def holds(self, choice: Sequence[int]) -> bool:
        """Whether every capacity is kept."""
        table = _Table(self)
        for number, cell in enumerate(choice):
            if cell not in self.items[number].cells or not table.fits(number, cell):
                return False
            table.put(number, cell)
        return True


class _Table:
    """Who is where while classes are put down one by one."""

    def __init__(self, asked: Packing) -> None:
        self.asked = asked
        self.left = [cell.holds for cell in asked.cells]
        self.loads = [0] * len(asked.cost)
        self.grade: list[set[GradeCode]] = [set() for _ in asked.cost]
        self.spare = [rule.most for rule in asked.rules]
        self.bound: dict[tuple[int, int], list[int]] = {}
        for number, rule in enumerate(asked.rules):
            for part in rule.parts:
                self.bound.setdefault(part, []).append(number)

    def fits(self, number: int, cell: int) -> bool:
        """Whether a class may still go to a cell."""
        item, room = self.asked.items[number], self.asked.cells[cell].room
        alone = not self.asked.pure or self.grade[room] <= {item.grade}
        return (
            alone
            and item.size <= self.left[cell]
            and all(
                item.size <= self.spare[n] for n in self.bound.get((number, cell), ())
            )
        )

    def put(self, number: int, cell: int) -> None:
        """A class goes to a cell."""
        item, room = self.asked.items[number], self.asked.cells[cell].room
        self.left[cell] -= item.size
        self.loads[room] += item.size
        self.grade[room].add(item.grade)
        for rule in self.bound.get((number, cell), ()):
            self.spare[rule] -= item.size

    def dearer(self, number: int, cell: int) -> float:
        """By how much the room grows dearer, a further grade counted."""
        item, room = self.asked.items[number], self.asked.cells[cell].room
        cost, load = self.asked.cost[room], self.loads[room]
        strange = bool(self.grade[room]) and item.grade not in self.grade[room]
        held = self.asked.cells[cell].holds - self.left[cell]
        return (
            cost(load + item.size)
            - cost(load)
            + self.asked.mixed * strange
            + self.asked.level * ((held + item.size) ** 2 - held**2)
        )


def blocks(asked: Packing, *, over: bool = False) -> list[int] | None:
    """Grade by grade, each class in the first cell that takes it: the clerk's way.

    over: who finds none goes where most is left, whatever breaks.
    """
    table = _Table(asked)
    choice = [-1] * len(asked.items)
    for number in _by_grade(asked):
        cell = next((c for c in asked.items[number].cells if table.fits(number, c)), -1)
        if cell < 0 and over:
            cell = max(asked.items[number].cells, key=lambda c: table.left[c])
        if cell < 0:
            return None
        table.put(number, cell)
        choice[number] = cell
    return choice


def spread(asked: Packing) -> list[int] | None:
    """Grade by grade, the largest class first, each in the cheapest cell."""
    table = _Table(asked)
    choice = [-1] * len(asked.items)
    order = sorted(
        _by_grade(asked),
        key=lambda n: (-_total(asked, asked.items[n].grade), -asked.items[n].size),
    )
    share = _shares(asked) if asked.pure else {}
    for number in order:
        item = asked.items[number]
        fit = [c for c in item.cells if table.fits(number, c)]
        mine = share.get(item.grade, 0)
        open_rooms = {r for r, g in enumerate(table.grade) if item.grade in g}
        if mine and len(open_rooms) >= mine:
            own = [c for c in fit if asked.cells[c].room in open_rooms]
            fit = own or fit
        if not fit:
            return None
        cell = min(fit, key=lambda c: (table.dearer(number, c), c))
        table.put(number, cell)
        choice[number] = cell
    return choice


def dealt(asked: Packing) -> Packing | None:
    """The same with each cell given to one grade, at one time to different ones if it can.

    A smaller question, whose answer is one of the whole; grades that take turns at each
    time keep their stairs free. None: there are not cells enough to give.
    """
    sizes = {item.grade: _total(asked, item.grade) for item in asked.items}
    count = Counter(item.grade for item in asked.items)
    model = cp_model.CpModel()
    given = {
        (grade, cell): model.new_bool_var("")
        for grade in sizes
        for cell in range(len(asked.cells))
    }
    for cell in range(len(asked.cells)):
        model.add_exactly_one(given[grade, cell] for grade in sizes)
    for grade, size in sizes.items():
        takes = [c.holds * count[grade] // size for c in asked.cells]
        model.add(sum(n * given[grade, c] for c, n in enumerate(takes)) >= count[grade])
    beside = []
    for grade in sizes:
        for first in range(0, len(asked.cells), asked.abreast):
            more = model.new_int_var(0, asked.abreast, "")
            there = range(first, min(first + asked.abreast, len(asked.cells)))
            model.add(more >= sum(given[grade, c] for c in there) - 1)
            beside.append(more)
    model.minimize(sum(beside))
    solver = _solver(DEAL, 0)
    if solver.solve(model) not in SOLVED:
        return None
    return replace(
        asked,
        items=tuple(
            replace(
                item,
                cells=tuple(
                    c for c in item.cells if solver.boolean_value(given[item.grade, c])
                ),
            )
            for item in asked.items
        ),
    )


def _solver(seconds: float, seed: int) -> cp_model.CpSolver:
    """One worker and a deterministic limit: the same question has the same answer."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % (1 << 31)
    solver.parameters.max_time_in_seconds = PATIENCE * seconds
    solver.parameters.max_deterministic_time = PACE * seconds
    return solver


def _by_grade(asked: Packing) -> list[int]:
    """Items, blocks of a grade together, in their order."""
    grades = list(dict.fromkeys(item.grade for item in asked.items))
    return sorted(
        range(len(asked.items)), key=lambda n: grades.index(asked.items[n].grade)
    )


def _total(asked: Packing, grade: GradeCode) -> int:
    return sum(item.size for item in asked.items if item.grade == grade)


def _shares(asked: Packing) -> dict[GradeCode, int]:
    """How many rooms each grade gets: the next one to who gains most by it."""
    sizes = {item.grade: _total(asked, item.grade) for item in asked.items}
    classes = {
        grade: sum(item.grade == grade for item in asked.items) for grade in sizes
    }
    cost = asked.cost[0]
    rooms = dict.fromkeys(sizes, 1)
    for _ in range(len(asked.cost) - len(sizes)):
        open_to = [g for g in sizes if rooms[g] < classes[g]]
        if not open_to:
            break
        best = max(open_to, key=lambda g: _gain(cost, sizes[g], rooms[g]))
        rooms[best] += 1
    return rooms


def _gain(cost: Cost, size: int, rooms: int) -> float:
    """What a further room saves a grade that is spread evenly."""
    return rooms * cost(size // rooms) - (rooms + 1) * cost(size // (rooms + 1))


def floor_of(sizes: Sequence[int], rooms: int, cost: Callable[[float], float]) -> float:
    """No assignment costs less: each block of persons evenly in its rooms, best shared out.

    sizes: persons that must not meet (grades), or one block of all; cost: convex, at most
    what any room costs.
    """
    blocks_ = [size for size in sizes if size]
    if rooms < len(blocks_):
        return float("inf")
    shares = [1] * len(blocks_)
    if not blocks_:
        return 0.0

    def gain(number: int) -> float:
        size, had = blocks_[number], shares[number]
        return had * cost(size / had) - (had + 1) * cost(size / (had + 1))

    for _ in range(rooms - len(blocks_)):
        shares[max(range(len(blocks_)), key=gain)] += 1
    return sum(
        had * cost(size / had) for size, had in zip(blocks_, shares, strict=True)
    )


def water(size: int, holds: Sequence[int]) -> tuple[float, float]:
    """To which level persons fill rooms, small ones to the brim; and who finds no room."""
    left, level = float(size), 0.0
    for number, most in enumerate(sorted(holds)):
        level = left / (len(holds) - number)
        if level <= most:
            return level, 0.0
        left -= most
    return float("inf") if holds else 0.0, left


def level_floor(
    size: int, holds: Sequence[int], cost: Callable[[float], float]
) -> float:
    """No assignment costs less: the rooms filled to one level, small ones to the brim."""
    level, over = water(size, holds)
    if over >= 1.0:
        return float("inf")
    return sum(cost(min(float(most), level)) for most in holds)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What the search came back with."""

    choice: tuple[int, ...] | None
    refuted: bool
    """The solver says that no choice keeps the capacities of this template."""
    seconds: float
    """What it took, counted as the solver counts its own work, not by the clock."""


def search(
    asked: Packing, *, seconds: float, seed: int, any_will_do: bool = False
) -> Found:
    """The cheapest choice that was found in the time; greedy ones are its first."""
    greedy = [spread(asked), blocks(asked)]
    narrow = dealt(asked) if asked.pure else None
    if narrow is not None:
        greedy.append(spread(narrow))
    hint = min((c for c in greedy if c is not None), key=asked.total, default=None)
    spent = 0.0
    if hint is None and narrow is not None and all(i.cells for i in narrow.items):
        choice, _status, spent = _run(narrow, None, seconds * NARROW, seed, bare=True)
        hint = choice
    if hint is not None and any_will_do:
        return Found(choice=tuple(hint), refuted=False, seconds=0.0)
    if any(item.size and not item.cells for item in asked.items):
        return Found(choice=None, refuted=True, seconds=0.0)
    choice, status, more = _run(asked, hint, seconds - spent, seed, bare=any_will_do)
    best = min((c for c in (choice, hint) if c), key=asked.total, default=None)
    return Found(
        choice=None if best is None else tuple(best),
        refuted=status == cp_model.INFEASIBLE,
        seconds=spent + more,
    )


def _run(
    asked: Packing, hint: list[int] | None, seconds: float, seed: int, *, bare: bool
) -> tuple[list[int] | None, cp_model.CpSolverStatus, float]:
    """Ask CP-SAT: its choice, its status, what it took. bare: any choice will do."""
    model = _Model(asked, bare=bare)
    if hint is not None:
        model.hint(hint)
    solver = _solver(seconds, seed)
    solver.parameters.relative_gap_limit = GOOD
    solver.parameters.stop_after_first_solution = bare
    status = solver.solve(model.model)
    choice = model.read(solver) if status in SOLVED else None
    return choice, status, float(solver.response_proto.deterministic_time) / PACE


class _Model:
    """The same question in CP-SAT's words."""

    def __init__(self, asked: Packing, *, bare: bool) -> None:
        self.asked = asked
        self.model = cp_model.CpModel()
        self.at = {
            (n, c): self.model.new_bool_var("")
            for n, item in enumerate(asked.items)
            for c in item.cells
        }
        for number, item in enumerate(asked.items):
            self.model.add_exactly_one(self.at[number, c] for c in item.cells)
        self._capacities()
        self.there = dict(self._grades())
        self.bent: list[tuple[cp_model.IntVar, Cost, list[tuple[int, int]]]] = []
        if not bare:
            self._costs()

    def _in_cell(self, cell: int) -> list[tuple[int, int]]:
        return [(n, c) for n, c in self.at if c == cell]

    def _capacities(self) -> None:
        items = self.asked.items
        limits = [
            (self._in_cell(number), cell.holds)
            for number, cell in enumerate(self.asked.cells)
        ]
        limits += [
            ([part for part in rule.parts if part in self.at], rule.most)
            for rule in self.asked.rules
        ]
        for parts, most in limits:
            if parts:
                load = sum(items[n].size * self.at[n, c] for n, c in parts)
                self.model.add(load <= most)

    def _grades(self) -> Iterator[tuple[tuple[GradeCode, int], cp_model.IntVar]]:
        """Whether a grade is in a room."""
        if not (self.asked.pure or self.asked.mixed):
            return
        grades = dict.fromkeys(item.grade for item in self.asked.items)
        for room in range(len(self.asked.cost)):
            there = {grade: self.model.new_bool_var("") for grade in grades}
            for (n, c), at in self.at.items():
                if self.asked.cells[c].room == room:
                    self.model.add_implication(at, there[self.asked.items[n].grade])
            if self.asked.pure:
                self.model.add_at_most_one(there.values())
            for grade, flag in there.items():
                yield (grade, room), flag

    def _costs(self) -> None:
        """The objective: each room's cost from below by tangents."""
        total: list[cp_model.LinearExprT] = []
        for room, cost in enumerate(self.asked.cost):
            parts = [(n, c) for n, c in self.at if self.asked.cells[c].room == room]
            total.append(self._bend(parts, cost))
        if self.asked.level:
            total += [
                self._bend(self._in_cell(cell), self._uneven)
                for cell in range(len(self.asked.cells))
            ]
        if self.asked.mixed and not self.asked.pure:
            total += [round(self.asked.mixed) * flag for flag in self.there.values()]
        self.model.minimize(sum(total))

    def _uneven(self, persons: int) -> float:
        return self.asked.level * persons * persons

    def _bend(self, parts: list[tuple[int, int]], cost: Cost) -> cp_model.IntVar:
        """A variable that is at least the cost of the persons of some parts."""
        items, cells = self.asked.items, self.asked.cells
        most = min(
            sum(items[n].size for n, _c in parts),
            sum(cells[c].holds for c in {c for _n, c in parts}),
        )
        load = sum(items[n].size * self.at[n, c] for n, c in parts)
        dear = self.model.new_int_var(0, round(cost(most)) + 1, "")
        for k in range(TANGENTS):
            a = round(most * (k + 0.5) / TANGENTS)
            slope = round(cost(a + 1) - cost(a))
            self.model.add(dear >= slope * load + round(cost(a)) - slope * a)
        self.bent.append((dear, cost, parts))
        return dear

    def hint(self, choice: Sequence[int]) -> None:
        """Begin with a whole choice: a partial hint is worse than none."""
        chosen = set(enumerate(choice))
        for part, at in self.at.items():
            self.model.add_hint(at, int(part in chosen))
        there = {
            (self.asked.items[n].grade, self.asked.cells[c].room) for n, c in chosen
        }
        for key, flag in self.there.items():
            self.model.add_hint(flag, int(key in there))
        for dear, cost, parts in self.bent:
            load = sum(self.asked.items[n].size for n, c in parts if (n, c) in chosen)
            self.model.add_hint(dear, round(cost(load)) + 1)

    def read(self, solver: cp_model.CpSolver) -> list[int]:
        """Where each class goes."""
        choice = [-1] * len(self.asked.items)
        for (n, c), at in self.at.items():
            if solver.boolean_value(at):
                choice[n] = c
        return choice
