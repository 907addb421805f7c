"""The calendar's question in numbers: batches, days, choices, as frozen arrays.

A *choice* is a batch and a day on which it may open. Batches whose date stands have that
one choice. A *wide* spec has the days besides that one plan's row forbids, each with the
row's group, so that an explanation can ask what giving way would help.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bihuan.base.ids import AreaCode, SchoolCode
from bihuan.plan.people import School
from bihuan.plan.plan import Plan
from bihuan.plan.words import OrderKind, Tuning
from bihuan.stagger.answer import Why
from bihuan.stagger.calendar.batches import Batch, batches
from bihuan.stagger.calendar.days import Days, Flags, Floats, Ints
from bihuan.stagger.calendar.settings import Settings

BEYOND = 14
"""Days after the term that a wide spec has."""


@dataclass(frozen=True, slots=True)
class Closed:
    """Choices of a batch (or inspection days of a school) that a row of the plan forbids."""

    group: str
    owner: int
    """Number of the batch, or of the inspected school."""
    at: Ints
    """Numbers of the choices."""


@dataclass(frozen=True, slots=True)
class Late:
    """A date that stands and comes before the school can be inspected."""

    batch: int
    mend_by: int


@dataclass(frozen=True)
class Spec:
    """Everything that rows and heuristics need; nothing here is a solver's."""

    plan: Plan
    settings: Settings
    days: Days
    batches: tuple[Batch, ...]
    areas: tuple[AreaCode, ...]
    wide: bool

    # --- by batch
    school: Ints
    area: Ints
    students: Ints
    sampled: Floats
    observed: Floats
    coaches: Ints
    late: Floats
    """Weight of a student's day."""
    earliest: Ints
    stands: Flags
    ordered: Flags
    gap: Ints
    """Days after the batch before it; -1: it follows nobody."""

    # --- by choice, in the order of batch and day
    batch: Ints
    day: Ints

    # --- by inspected school
    inspected: Ints
    valid: Ints
    cleaned: Ints
    """Days of disinfection before the inspection."""
    heads: tuple[tuple[int, ...], ...]
    """Batches of each that may be its first."""
    unready: tuple[Late, ...]

    # --- by inspection choice
    visited: Ints
    """Place in `inspected`."""
    visit_day: Ints

    pool: Floats | None = None
    """Persons that may be sampled from each day of the span on, where a pool is shared."""
    closed: tuple[Closed, ...] = ()
    closed_visits: tuple[Closed, ...] = ()

    @cached_property
    def first(self) -> Ints:
        """Where each batch's choices begin; one more at the end."""
        return np.searchsorted(self.batch, np.arange(len(self.batches) + 1))

    @cached_property
    def visit_first(self) -> Ints:
        """Where each inspected school's choices begin; one more at the end."""
        return np.searchsorted(self.visited, np.arange(len(self.inspected) + 1))

    @cached_property
    def students_of(self) -> Floats:
        """Students of each choice."""
        return self.students[self.batch].astype(np.float64)

    @cached_property
    def delay(self) -> Ints:
        """Days late of each choice; a date that stands delays nobody."""
        late = np.maximum(0, self.day - self.earliest[self.batch])
        return np.where(self.stands[self.batch], 0, late)

    @cached_property
    def change(self) -> Floats:
        """Student days that each choice moves from the published dates."""
        moved = np.zeros(len(self.batch))
        for number, batch in enumerate(self.batches):
            part = slice(self.first[number], self.first[number + 1])
            for on, students in batch.published:
                moved[part] += students * abs(self.day[part] - self.days.number(on))
        return moved

    @cached_property
    def pairs(self) -> Ints:
        """Siblings of two batches: shape (row, 3), the batches and how many families."""
        where = {
            (batch.school.code, grade): number
            for number, batch in enumerate(self.batches)
            for grade in batch.grades
        }
        sums: dict[tuple[int, int], int] = {}
        for row in self.plan.siblings:
            one = where.get((row.school, row.grade))
            other = where.get((row.other_school, row.other_grade))
            if one is None or other is None or one == other:
                continue
            key = (min(one, other), max(one, other))
            sums[key] = sums.get(key, 0) + row.pairs
        rows = [(*key, families) for key, families in sums.items() if families]
        return np.array(rows, dtype=np.int64).reshape(-1, 3)


def spec(plan: Plan, *, wide: bool = False) -> Spec:
    """The question that a plan puts."""
    known = Settings(plan)
    made = batches(plan, known)
    days = _span(plan, known, made, wide=wide)
    areas = tuple(dict.fromkeys(row.area for row in plan.schools))
    numbers = {row.code: n for n, row in enumerate(plan.schools)}
    facts = [_facts(known, days, batch) for batch in made]
    choices, closed = _choices(facts, made, days, known, wide=wide)
    earliest = [fact.earliest for fact in facts]
    visits = _visits(Around(known, days, made, earliest, wide))
    return Spec(
        plan=plan,
        settings=known,
        days=days,
        batches=made,
        areas=areas,
        wide=wide,
        school=_ints(numbers[b.school.code] for b in made),
        area=_ints(areas.index(b.school.area) for b in made),
        students=_ints(b.students for b in made),
        sampled=_floats(
            b.students * known.of(Tuning.SAMPLED, b.school.code, b.stage) for b in made
        ),
        observed=_floats(
            b.students * known.of(Tuning.OBSERVED, b.school.code, b.stage) for b in made
        ),
        coaches=_ints(
            math.ceil(b.riders / known.of(Tuning.BUS_SEATS, b.school.code, b.stage))
            for b in made
        ),
        late=_floats(known.of(Tuning.LATE, b.school.code, b.stage) for b in made),
        earliest=_ints(fact.earliest for fact in facts),
        stands=np.array([b.fixed is not None for b in made], dtype=bool),
        ordered=np.array([b.why is Why.ORDER for b in made], dtype=bool),
        gap=_gaps(made, known),
        batch=np.repeat(np.arange(len(made)), [len(days_) for days_ in choices]),
        day=np.concatenate([*choices, np.zeros(0, dtype=np.int64)]),
        inspected=_ints(numbers[row.school.code] for row in visits),
        valid=_ints(row.valid for row in visits),
        cleaned=_ints(row.cleaned for row in visits),
        heads=tuple(row.heads for row in visits),
        unready=tuple(row.unready for row in visits if row.unready),
        visited=np.repeat(np.arange(len(visits)), [len(row.days) for row in visits]),
        visit_day=np.concatenate(
            [*(row.days for row in visits), np.zeros(0, dtype=np.int64)]
        ),
        closed=closed,
        closed_visits=_closed_visits(visits),
    )


def _ints(values: Iterator[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)


def _floats(values: Iterator[float]) -> Floats:
    return np.fromiter(values, dtype=np.float64)


def _span(plan: Plan, known: Settings, made: Sequence[Batch], *, wide: bool) -> Days:
    """The days that anything of the answer may fall on."""
    opens = plan.district.opens
    terms = [known.whole(Tuning.TERM, b.school.code, b.stage) for b in made]
    fixed = [(b.fixed - opens).days for b in made if b.fixed]
    valid = max([known.whole(Tuning.VALID, b.school.code) for b in made], default=1)
    before = valid + known.whole(Tuning.SAMPLING_AHEAD)
    after = known.whole(Tuning.OBSERVATION) + BEYOND * wide
    first = min(
        [0, (plan.district.drawn_up - opens).days, *(d - before for d in fixed)]
    )
    last = max([1, *(term - 1 for term in terms), *fixed]) + after
    return Days(plan, first - before, last)


@dataclass(frozen=True, slots=True)
class Facts:
    """When a batch may open: days, those that a row forbids."""

    open_: Flags
    """School days, told in time."""
    forbidden: Mapping[str, Flags]
    """By the group of the row that forbids them."""
    earliest: int


def _facts(known: Settings, days: Days, batch: Batch) -> Facts:
    code, stage = batch.school.code, batch.stage
    weekends = known.of(Tuning.WEEKENDS, code, stage) >= 1
    told = days.number(days.plan.district.drawn_up) + known.whole(
        Tuning.NOTICE, code, stage
    )
    numbers, begin = days.numbers, max(0, told)
    end = days.last - known.whole(Tuning.OBSERVATION)
    open_ = days.working(batch.school, weekends=weekends)
    open_ = open_ & (numbers >= begin) & (numbers <= end)
    last = known.whole(Tuning.TERM, code, stage) - 1
    forbidden: dict[str, Flags] = {f"end:{stage}": numbers > last}
    held = open_ & (numbers <= last)
    for order in batch.orders:
        on, group = days.number(order.date), f"order:{order.code}"
        before = order.kind is OrderKind.NOT_BEFORE
        shut = numbers < on if before else numbers > on
        forbidden[group] = forbidden.get(group, False) | shut
        held = held & ~shut if before else held
    earliest = int(numbers[held][0]) if held.any() else 10**6
    return Facts(open_, forbidden, earliest)


def _choices(
    facts: Sequence[Facts],
    made: Sequence[Batch],
    days: Days,
    known: Settings,
    *,
    wide: bool,
) -> tuple[list[Ints], tuple[Closed, ...]]:
    """The days of each batch; where wide, with those that rows forbid."""
    found: list[Ints] = []
    closed: list[Closed] = []
    start = 0
    for number, (fact, batch) in enumerate(zip(facts, made, strict=True)):
        flags, forbidden = _flags(fact, batch, days, wide=wide)
        if not wide and batch.fixed is None:
            flags = flags & (days.numbers >= _after_fixed(number, made, days, known))
        at = np.flatnonzero(flags)
        if wide:
            for group, shut in forbidden.items():
                shut_at = start + np.flatnonzero(shut[at])
                if len(shut_at):
                    closed.append(Closed(group, number, shut_at))
        found.append(days.numbers[at])
        start += len(at)
    return found, tuple(closed)


def _flags(
    fact: Facts, batch: Batch, days: Days, *, wide: bool
) -> tuple[Flags, Mapping[str, Flags]]:
    """Which days are choices, and the groups that forbid some of them."""
    if batch.fixed is None:
        if wide:
            return fact.open_, fact.forbidden
        shut = np.logical_or.reduce(list(fact.forbidden.values()))
        return fact.open_ & ~shut, {}
    on = days.numbers == days.number(batch.fixed)
    if not wide:
        return on, {}
    order = batch.why is Why.ORDER
    group = f"order:{batch.order}" if order else f"lock:{batch.school.code}"
    return fact.open_ | on, {group: ~on}


def _after_fixed(
    number: int, made: Sequence[Batch], days: Days, known: Settings
) -> int:
    """The day from which a batch may follow the date that stands before it."""
    before = made[number - 1] if number else None
    batch = made[number]
    if before is None or before.school.code != batch.school.code or not before.fixed:
        return days.first
    gap = known.whole(Tuning.GAP, batch.school.code, batch.stage)
    return days.number(before.fixed) + gap


def _gaps(made: Sequence[Batch], known: Settings) -> Ints:
    """Days after the batch before it; dates that stand follow nobody."""
    gaps = np.full(len(made), -1, dtype=np.int64)
    for number, batch in enumerate(made):
        follows = number and made[number - 1].school.code == batch.school.code
        if follows and batch.fixed is None:
            gaps[number] = known.whole(Tuning.GAP, batch.school.code, batch.stage)
    return gaps


@dataclass(frozen=True, slots=True)
class Inspected:
    """A school that must be inspected: on which days, before which batches."""

    school: School
    days: Ints
    unprepared: Flags
    """Days before it is ready; in a wide spec only."""
    valid: int
    cleaned: int
    heads: tuple[int, ...]
    unready: Late | None


@dataclass(frozen=True, slots=True)
class Around:
    """What an inspected school is looked at with."""

    known: Settings
    days: Days
    made: Sequence[Batch]
    earliest: Sequence[int]
    wide: bool


def _visits(around: Around) -> list[Inspected]:
    """Schools without an inspection that have a batch."""
    own: dict[SchoolCode, list[int]] = {}
    for number, batch in enumerate(around.made):
        if batch.school.accepted is None:
            own.setdefault(batch.school.code, []).append(number)
    return [_inspected(around, numbers) for numbers in own.values()]


def _inspected(around: Around, numbers: Sequence[int]) -> Inspected:
    """When a school can be inspected, and for which batches it has to be."""
    days, known = around.days, around.known
    school = around.made[numbers[0]].school
    valid = known.whole(Tuning.VALID, school.code)
    cleaned = known.whole(Tuning.DISINFECTION, school.code)
    drawn = days.number(days.plan.district.drawn_up)
    ready = max(drawn, days.number(school.ready)) if school.ready else drawn
    flags = _inspectable(days, school, cleaned, known) & (days.numbers >= drawn)
    open_ = days.numbers[flags]
    able = open_[open_ >= ready]
    late = _unready(around, numbers, valid, (open_, able))
    heads = _heads(around.made, numbers, late)
    on = open_ if around.wide else able
    on = on if heads else on[:0]
    return Inspected(school, on, on < ready, valid, cleaned, heads, late)


def _heads(
    made: Sequence[Batch], numbers: Sequence[int], late: Late | None
) -> tuple[int, ...]:
    """Batches of a school that may be its first.

    Dates that stand before the school is ready do not count: its first free batch waits.
    """
    fixed = [n for n in numbers if made[n].fixed]
    free = [n for n in numbers if not made[n].fixed]
    if late:
        return tuple(free[:1])
    return tuple(fixed) if made[numbers[0]].fixed else (numbers[0], *fixed)


def _inspectable(days: Days, school: School, cleaned: int, known: Settings) -> Flags:
    """School days before which nobody who disinfects has a holiday."""
    weekends = known.of(Tuning.WEEKENDS, school.code) >= 1
    flags = days.working(school, weekends=weekends).copy()
    shut = days.shut(school)
    for before in range(1, cleaned + 1):
        flags[before:] &= ~shut[:-before]
        flags[:before] = False
    return flags


def _unready(
    around: Around, numbers: Sequence[int], valid: int, days: tuple[Ints, Ints]
) -> Late | None:
    """The first date that stands, where no inspection can come in time for it.

    days: on which the school may be inspected, and on which it can pass.
    """
    made, (open_, able) = around.made, days
    fixed = [(around.days.number(d), n) for n in numbers if (d := made[n].fixed)]
    if not fixed:
        return None
    on, first = min(fixed)
    head = numbers[0]
    earlier = made[head].fixed is None and around.earliest[head] < on
    if earlier or ((able >= on - valid) & (able < on)).any():
        return None
    in_time = open_[(open_ >= on - valid) & (open_ < on)]
    return Late(first, int(in_time[-1]) if len(in_time) else on - 1)


def _closed_visits(visits: Sequence[Inspected]) -> tuple[Closed, ...]:
    closed, start = [], 0
    for number, row in enumerate(visits):
        at = start + np.flatnonzero(row.unprepared)
        if len(row.days) and len(at):
            closed.append(Closed(f"visit:{row.school.code}", number, at))
        start += len(row.days)
    return tuple(closed)
