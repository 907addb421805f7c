"""The rows that must hold, sparse, each with its group in the words of docs/guide/stagger.md.

Columns are the choices of batches, the inspection days of schools, then what measures the
objective: siblings together on a day, the peak, the unfairness.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bihuan.base.ids import AreaCode
from bihuan.plan.words import CapacityKind, Tuning
from bihuan.stagger.answer import Aim, Goal
from bihuan.stagger.calendar.days import EVERYWHERE, Flags, Floats, Ints
from bihuan.stagger.calendar.spec import Spec

NONE = -(10**6)
"""No day, nobody."""
GROUPS: Mapping[CapacityKind, str] = {
    CapacityKind.OPENINGS: "openings",
    CapacityKind.STUDENTS: "students",
    CapacityKind.SAMPLING: "sampling",
    CapacityKind.OBSERVATION_BEDS: "beds",
    CapacityKind.BUSES: "buses",
    CapacityKind.SUPPLIED: "supplied",
    CapacityKind.INSPECTIONS: "inspections",
    CapacityKind.DISINFECTION_TEAMS: "teams",
}
Weights = Mapping[Goal, float]
CALMER = 10.0
EARLIER = 0.001


def weights(spec: Spec, aim: Aim) -> Weights:
    """What each term of the objective weighs for an aim."""
    known = {
        Goal.LATE: 1.0,
        Goal.PEAK: spec.settings.of(Tuning.PEAK),
        Goal.SIBLINGS: spec.settings.of(Tuning.SIBLINGS),
        Goal.FAIRNESS: spec.settings.of(Tuning.FAIRNESS),
        Goal.CHANGE: spec.settings.of(Tuning.CHANGE),
    }
    if aim is Aim.CALMEST:
        known[Goal.PEAK] *= CALMER
    if aim is Aim.EARLIEST:
        known = {
            goal: w if goal is Goal.LATE else w * EARLIER for goal, w in known.items()
        }
    return known


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of one kind with their entries."""

    row: Ints
    """Place in this block, of each entry."""
    column: Ints
    value: Floats
    lower: Floats
    upper: Floats
    group: tuple[str, ...]
    """Of each row; empty: holds in any case."""
    day: Ints
    owner: Ints
    """Whom a row speaks of: batch (gap, order, lock, end), area, or school (visit)."""


@dataclass(frozen=True, kw_only=True)
class Programme:
    """A mixed integer programme: what a solver takes."""

    cost: Floats
    offset: float
    lower: Floats
    upper: Floats
    whole: Ints
    """Columns that are whole numbers."""

    start: Ints
    """Where each row begins; one more at the end."""
    column: Ints
    value: Floats
    row_lower: Floats
    row_upper: Floats

    @cached_property
    def entry_row(self) -> Ints:
        """Row of each entry."""
        return np.repeat(np.arange(len(self.row_lower)), np.diff(self.start))

    def activity(self, x: Floats) -> Floats:
        """What each row comes to."""
        come = np.bincount(
            self.entry_row,
            weights=self.value * x[self.column],
            minlength=len(self.row_lower),
        )
        return come.astype(np.float64)


@dataclass(frozen=True, kw_only=True)
class Model(Programme):
    """A calendar's programme, with a name to every row that may give way."""

    spec: Spec
    weights: Weights
    names: tuple[str, ...]
    group: Ints
    """Place in `names`, of each row; names[0] is empty: the row cannot give way."""
    day: Ints
    owner: Ints

    pair: Ints
    """Of each column of siblings together, its place in `spec.pairs`."""
    pair_day: Ints

    @property
    def choices(self) -> slice:
        """Columns of the batches' choices."""
        return slice(0, len(self.spec.batch))

    @property
    def visits(self) -> slice:
        """Columns of the inspection days."""
        first = len(self.spec.batch)
        return slice(first, first + len(self.spec.visited))

    @property
    def together(self) -> slice:
        """Columns of siblings together on a day."""
        return slice(self.visits.stop, self.visits.stop + len(self.pair))

    @property
    def peak(self) -> int:
        """Column of the peak."""
        return len(self.cost) - 2

    @property
    def unfair(self) -> int:
        """Column of the largest mean delay of an area."""
        return len(self.cost) - 1


def model(spec: Spec, weighed: Weights) -> Model:
    """All rows and the objective of a question."""
    pair, pair_day, ends = _together(spec)
    blocks = [
        _assigned(spec),
        *_capacities(spec),
        *_gaps(spec),
        *_visits(spec),
        *_hands(spec),
        *_closed(spec),
        _together_rows(spec, ends),
        *_measured(spec, len(pair)),
    ]
    cost, offset = _cost(spec, weighed, pair)
    count = len(cost)
    upper = np.ones(count)
    upper[-2:] = np.inf
    names, group = _names(blocks)
    sizes = np.cumsum([0, *(len(block.lower) for block in blocks)])
    row = np.concatenate([b.row + n for b, n in zip(blocks, sizes, strict=False)])
    order = np.argsort(row, kind="stable")
    return Model(
        spec=spec,
        weights=weighed,
        cost=cost,
        offset=offset,
        lower=np.zeros(count),
        upper=upper,
        whole=np.arange(len(spec.batch) + len(spec.visited)),
        start=np.searchsorted(row[order], np.arange(sizes[-1] + 1)),
        column=np.concatenate([b.column for b in blocks])[order],
        value=np.concatenate([b.value for b in blocks])[order],
        row_lower=np.concatenate([b.lower for b in blocks]),
        row_upper=np.concatenate([b.upper for b in blocks]),
        names=names,
        group=group,
        day=np.concatenate([b.day for b in blocks]),
        owner=np.concatenate([b.owner for b in blocks]),
        pair=pair,
        pair_day=pair_day,
    )


def _names(blocks: list[Block]) -> tuple[tuple[str, ...], Ints]:
    """The groups, each once, and the group of every row."""
    said = [group for block in blocks for group in block.group]
    names = tuple(dict.fromkeys(["", *said]))
    place = {name: n for n, name in enumerate(names)}
    return names, np.array([place[name] for name in said], dtype=np.int64)


# --- the objective ----------------------------------------------------------------------


def _cost(spec: Spec, weighed: Weights, pair: Ints) -> tuple[Floats, float]:
    """Cost of every column, and what is paid in any case."""
    late = spec.late[spec.batch] * spec.students_of * spec.delay
    opening = weighed[Goal.LATE] * late + weighed[Goal.CHANGE] * spec.change
    siblings = weighed[Goal.SIBLINGS]
    together = -siblings * spec.pairs[pair, 2] if len(pair) else np.zeros(0)
    cost = np.concatenate(
        [
            opening,
            np.zeros(len(spec.visited)),
            together,
            [weighed[Goal.PEAK], weighed[Goal.FAIRNESS]],
        ]
    )
    return cost, siblings * float(spec.pairs[:, 2].sum())


def _together(spec: Spec) -> tuple[Ints, Ints, Ints]:
    """Days that two batches of siblings share: pair, day, the two choices."""
    pairs, days, ends = [], [], []
    for number, (one, other, _) in enumerate(spec.pairs):
        mine = slice(spec.first[one], spec.first[one + 1])
        theirs = slice(spec.first[other], spec.first[other + 1])
        both, at, to = np.intersect1d(
            spec.day[mine], spec.day[theirs], assume_unique=True, return_indices=True
        )
        pairs.append(np.full(len(both), number))
        days.append(both)
        ends.append(np.stack([at + mine.start, to + theirs.start], axis=1))
    none = np.zeros(0, dtype=np.int64)
    return (
        np.concatenate([*pairs, none]),
        np.concatenate([*days, none]),
        np.concatenate([*ends, none.reshape(0, 2)]),
    )


def _together_rows(spec: Spec, ends: Ints) -> Block:
    """Siblings are together on a day only if both batches open on it."""
    count = len(ends)
    first = len(spec.batch) + len(spec.visited)
    own = np.repeat(first + np.arange(count), 2)
    rows = np.arange(2 * count)
    return _block(
        np.concatenate([rows, rows]),
        np.concatenate([own, ends.reshape(-1)]),
        np.concatenate([np.ones(2 * count), -np.ones(2 * count)]),
        upper=np.zeros(2 * count),
    )


def _measured(spec: Spec, together: int) -> Iterator[Block]:
    """The peak is at least every day's students, the unfairness every area's mean delay."""
    first = len(spec.batch) + len(spec.visited) + together
    chosen = np.flatnonzero(~spec.stands[spec.batch])
    yield _at_most(spec.day[chosen], chosen, spec.students_of[chosen], first)
    area = spec.area[spec.batch[chosen]]
    free = ~spec.stands
    whole = np.bincount(
        spec.area[free], weights=spec.students[free], minlength=len(spec.areas)
    )
    mean = spec.students_of[chosen] * spec.delay[chosen] / whole[area]
    some = mean > 0
    yield _at_most(area[some], chosen[some], mean[some], first + 1)


def _at_most(key: Ints, column: Ints, value: Floats, measure: int) -> Block:
    """For each key: the sum of its columns is at most a measuring column."""
    keys, row = np.unique(key, return_inverse=True)
    count = len(keys)
    return _block(
        np.concatenate([row, np.arange(count)]),
        np.concatenate([column, np.full(count, measure)]),
        np.concatenate([value, -np.ones(count)]),
        upper=np.zeros(count),
    )


# --- what must hold ---------------------------------------------------------------------


def _block(
    row: Ints,
    column: Ints,
    value: Floats,
    *,
    upper: Floats,
    lower: Floats | None = None,
    group: str | tuple[str, ...] = "",
    day: Ints | None = None,
    owner: Ints | None = None,
) -> Block:
    count = len(upper)
    none = np.full(count, NONE)
    return Block(
        row=row.astype(np.int64),
        column=column.astype(np.int64),
        value=value.astype(np.float64),
        lower=np.full(count, -np.inf) if lower is None else lower,
        upper=upper.astype(np.float64),
        group=(group,) * count if isinstance(group, str) else group,
        day=none if day is None else day,
        owner=none if owner is None else owner,
    )


def _assigned(spec: Spec) -> Block:
    """Every batch opens on one day, every inspected school is inspected once."""
    batches, schools = len(spec.batches), len(spec.inspected)
    heads = np.array([bool(own) for own in spec.heads], dtype=bool)
    once = np.concatenate([np.ones(batches), heads.astype(np.float64)])
    row = np.concatenate([spec.batch, batches + spec.visited])
    return _block(
        row,
        np.arange(len(row)),
        np.ones(len(row)),
        lower=once,
        upper=np.ones(batches + schools),
    )


@dataclass(frozen=True, slots=True)
class Load:
    """What choices take of a kind of capacity, on which days."""

    kind: CapacityKind
    choice: Ints
    day: Ints
    taken: Floats
    standing: Floats
    """The same where the date stands, else zero."""


def _loads(spec: Spec) -> Iterator[Load]:
    """What each choice takes, kind by kind."""
    chosen, ordered = ~spec.stands, spec.ordered
    everybody = np.ones(len(spec.batches), dtype=bool)
    coaches = spec.coaches.astype(np.float64)
    students = spec.students.astype(np.float64)
    ahead = max(1, spec.settings.whole(Tuning.SAMPLING_AHEAD))
    stay = max(1, spec.settings.whole(Tuning.OBSERVATION))
    one = np.ones(len(spec.batches))
    yield _load(spec, CapacityKind.OPENINGS, one, ~ordered, range(1))
    yield _load(spec, CapacityKind.STUDENTS, students, chosen, range(1))
    yield _load(spec, CapacityKind.SAMPLING, spec.sampled, everybody, range(-ahead, 0))
    yield _load(
        spec, CapacityKind.OBSERVATION_BEDS, spec.observed, everybody, range(stay)
    )
    yield _load(spec, CapacityKind.BUSES, coaches, everybody, range(1))


def _load(
    spec: Spec, kind: CapacityKind, takes: Floats, who: Flags, days: range
) -> Load:
    """What batches take on days counted from their opening."""
    at = np.flatnonzero((who & (takes > 0))[spec.batch])
    choice = np.tile(at, len(days))
    day = np.concatenate([spec.day[at] + n for n in days])
    taken = takes[spec.batch[choice]]
    return Load(kind, choice, day, taken, taken * _stands(spec, choice))


def _stands(spec: Spec, choice: Ints) -> Floats:
    """1 where a choice is a date that stands."""
    known = np.array(
        [spec.days.number(b.fixed) if b.fixed else NONE for b in spec.batches],
        dtype=np.int64,
    )
    return np.asarray(known[spec.batch[choice]] == spec.day[choice], dtype=np.float64)


def _room(spec: Spec, kind: CapacityKind, area: AreaCode) -> Floats:
    """What there is on each day of the span; of sampling, on as many days as count together."""
    room = spec.days.room(kind, area)
    if kind is CapacityKind.OPENINGS:
        return np.where(np.isinf(room), spec.days.room(kind), room)
    if kind is not CapacityKind.SAMPLING:
        return room
    ahead = max(1, spec.settings.whole(Tuning.SAMPLING_AHEAD))
    padded = np.concatenate([room, np.full(ahead, np.inf)])
    whole = np.sum([padded[n : n + len(room)] for n in range(ahead)], axis=0)
    if spec.pool is not None and area == EVERYWHERE:
        whole = np.minimum(whole, spec.pool)
    return np.asarray(whole, dtype=np.float64)


def _capacities(spec: Spec) -> Iterator[Block]:
    """Every kind of capacity, for the district and for areas with a row of their own."""
    for load in _loads(spec):
        openings = load.kind is CapacityKind.OPENINGS
        known = spec.days.areas(load.kind)
        if openings and known:
            known = spec.areas
        if load.kind is CapacityKind.SAMPLING and spec.pool is not None:
            known = tuple(dict.fromkeys((*known, EVERYWHERE)))
        for area in known:
            yield from _capacity(spec, load, area)
    for area in spec.days.areas(CapacityKind.SUPPLIED):
        yield from _supplied(spec, area)


def _of_area(spec: Spec, choice: Ints, area: AreaCode) -> Ints:
    """Places of the choices that are of an area."""
    if area == EVERYWHERE or area not in spec.areas:
        return np.arange(len(choice)) if area == EVERYWHERE else np.zeros(0, np.int64)
    return np.flatnonzero(spec.area[spec.batch[choice]] == spec.areas.index(area))


def _group(kind: CapacityKind, area: AreaCode) -> str:
    return f"{GROUPS[kind]}:{area}" if area else GROUPS[kind]


def _owner(spec: Spec, area: AreaCode) -> int:
    return spec.areas.index(area) if area in spec.areas else NONE


def _capacity(spec: Spec, load: Load, area: AreaCode) -> Iterator[Block]:
    """Days of an area on which more could be taken than there is."""
    at = _of_area(spec, load.choice, area)
    at = at[load.day[at] >= spec.days.first]
    if not len(at):
        return
    days, row = np.unique(load.day[at], return_inverse=True)
    room = _room(spec, load.kind, area)[days - spec.days.first]
    standing = np.bincount(row, weights=load.standing[at])
    most = np.bincount(row, weights=load.taken[at])
    # A date that stands is not undone by a limit: what is left for the others is none.
    upper = np.maximum(room, standing)
    tight = np.flatnonzero((most > upper + 1e-9) & np.isfinite(upper))
    place = np.full(len(days), -1)
    place[tight] = np.arange(len(tight))
    kept = place[row] >= 0
    yield _block(
        place[row[kept]],
        load.choice[at[kept]],
        load.taken[at[kept]],
        upper=upper[tight],
        group=_group(load.kind, area),
        day=days[tight],
        owner=np.full(len(tight), _owner(spec, area)),
    )


def _supplied(spec: Spec, area: AreaCode) -> Iterator[Block]:
    """Students who are back: a day whose limit a later day undercuts needs no row."""
    choice = _of_area(spec, np.arange(len(spec.batch)), area)
    if not len(choice):
        return
    room = _room(spec, CapacityKind.SUPPLIED, area)
    last = int(spec.day[choice].max()) - spec.days.first
    room[last + 1 :] = np.inf
    later = np.minimum.accumulate(room[::-1])[::-1]
    binding = np.flatnonzero(
        np.isfinite(room) & (room < np.concatenate([later[1:], [np.inf]]))
    )
    stands = _stands(spec, choice)
    for at in binding:
        day = int(at) + spec.days.first
        back = choice[spec.day[choice] <= day]
        taken = spec.students_of[back]
        standing = float((taken * stands[spec.day[choice] <= day]).sum())
        if not len(back) or taken.sum() <= max(room[at], standing):
            continue
        yield _block(
            np.zeros(len(back), dtype=np.int64),
            back,
            taken,
            upper=np.array([max(room[at], standing)]),
            group=_group(CapacityKind.SUPPLIED, area),
            day=np.array([day]),
            owner=np.array([_owner(spec, area)]),
        )


def _follows(
    early_day: Ints, early: Ints, late_day: Ints, late: Ints, gap: int
) -> Iterator[tuple[int, Ints, Ints]]:
    """The days, with the columns of both sides, on which `late` must not lead `early`.

    What opened by day t is at most what opened by t - gap of the one before it: the
    tightest form of an order in time.
    """
    before = np.searchsorted(early_day, late_day - gap, side="right")
    for n in range(len(late_day)):
        last = n + 1 == len(late_day) or before[n + 1] > before[n]
        if last and before[n] < len(early_day):
            yield int(late_day[n]), early[: before[n]], late[: n + 1]


def _stack(
    rows: list[tuple[int, Ints, Ints]], *, group: str | tuple[str, ...], owner: Ints
) -> Block:
    """Rows of an order in time."""
    sizes = [len(early) + len(late) for _, early, late in rows]
    none = np.zeros(0, dtype=np.int64)
    return _block(
        np.repeat(np.arange(len(rows)), sizes),
        np.concatenate([none, *(part for _, e, la in rows for part in (e, la))]),
        np.concatenate(
            [
                np.zeros(0),
                *(p for _, e, la in rows for p in (-np.ones(len(e)), np.ones(len(la)))),
            ]
        ),
        upper=np.zeros(len(rows)),
        group=group,
        day=np.array([day for day, _, _ in rows], dtype=np.int64),
        owner=owner,
    )


def _gaps(spec: Spec) -> Iterator[Block]:
    """A batch opens so many days after the one before it in its school."""
    rows: list[tuple[int, Ints, Ints]] = []
    groups: list[str] = []
    owner: list[int] = []
    for late in np.flatnonzero(spec.gap >= 0):
        early = late - 1
        if spec.stands[early] and not spec.wide:
            continue  # the days before are no choices
        mine = np.arange(spec.first[early], spec.first[early + 1])
        theirs = np.arange(spec.first[late], spec.first[late + 1])
        found = list(
            _follows(
                spec.day[mine], mine, spec.day[theirs], theirs, int(spec.gap[late])
            )
        )
        rows += found
        groups += [f"gap:{spec.batches[late].stage}"] * len(found)
        owner += [int(late)] * len(found)
    yield _stack(rows, group=tuple(groups), owner=np.array(owner, dtype=np.int64))


def _visits(spec: Spec) -> Iterator[Block]:
    """The inspection comes before every batch, at most `valid` days before the first."""
    base = len(spec.batch)
    for number, school in enumerate(spec.inspected):
        heads = spec.heads[number]
        visit = np.arange(spec.visit_first[number], spec.visit_first[number + 1])
        days = spec.visit_day[visit]
        rows: list[tuple[int, Ints, Ints]] = []
        for head in heads:
            mine = np.arange(spec.first[head], spec.first[head + 1])
            rows += _follows(days, base + visit, spec.day[mine], mine, 1)
        every = np.concatenate(
            [
                np.zeros(0, np.int64),
                *(np.arange(spec.first[h], spec.first[h + 1]) for h in heads),
            ]
        )
        every = every[np.argsort(spec.day[every], kind="stable")]
        if len(every):
            rows += _follows(
                spec.day[every], every, days, base + visit, -int(spec.valid[number])
            )
        code = spec.plan.schools[school].code
        yield _stack(rows, group=f"visit:{code}", owner=np.full(len(rows), school))


def _hands(spec: Spec) -> Iterator[Block]:
    """Inspections and schools in disinfection a day."""
    base, count = len(spec.batch), len(spec.visited)
    yield from _of_hands(
        spec, CapacityKind.INSPECTIONS, base + np.arange(count), spec.visit_day
    )
    before = spec.cleaned[spec.visited]
    column = np.repeat(np.arange(count), before)
    first = np.cumsum(before) - before
    back = np.arange(len(column)) - np.repeat(first, before) + 1
    day = spec.visit_day[column] - back
    yield from _of_hands(spec, CapacityKind.DISINFECTION_TEAMS, base + column, day)


def _of_hands(
    spec: Spec, kind: CapacityKind, column: Ints, day: Ints
) -> Iterator[Block]:
    """Days on which more schools could be looked after than there are hands."""
    base = len(spec.batch)
    school = spec.inspected[spec.visited[column - base]] if len(column) else column
    codes = np.array([row.area for row in spec.plan.schools])
    for area in spec.days.areas(kind):
        own = (day >= spec.days.first) & (
            (codes[school] == area) | (area == EVERYWHERE)
        )
        days, row = np.unique(day[own], return_inverse=True)
        room = spec.days.room(kind, area)[days - spec.days.first]
        tight = np.flatnonzero(np.bincount(row, minlength=len(days)) > room)
        place = np.full(len(days), -1)
        place[tight] = np.arange(len(tight))
        kept = place[row] >= 0
        yield _block(
            place[row[kept]],
            column[own][kept],
            np.ones(int(kept.sum())),
            upper=room[tight],
            group=_group(kind, area),
            day=days[tight],
            owner=np.full(len(tight), _owner(spec, area)),
        )


def _closed(spec: Spec) -> Iterator[Block]:
    """Choices that a row of the plan forbids; in a wide spec only."""
    parts = [(c, c.at, c.owner) for c in spec.closed] + [
        (c, len(spec.batch) + c.at, int(spec.inspected[c.owner]))
        for c in spec.closed_visits
    ]
    if not parts:
        return
    yield _block(
        np.repeat(np.arange(len(parts)), [len(at) for _, at, _ in parts]),
        np.concatenate([at for _, at, _ in parts]),
        np.ones(sum(len(at) for _, at, _ in parts)),
        upper=np.zeros(len(parts)),
        group=tuple(c.group for c, _, _ in parts),
        owner=np.array([owner for _, _, owner in parts], dtype=np.int64),
    )
