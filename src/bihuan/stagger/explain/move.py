"""A batch moved by hand: what it breaks while all else stays, and three ways out of it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import highspy
import numpy as np

from bihuan.base.ids import GradeCode, SchoolCode
from bihuan.base.wording import N_, _
from bihuan.plan.plan import Plan
from bihuan.plan.words import CapacityKind
from bihuan.stagger.answer import Calendar
from bihuan.stagger.calendar.days import Floats, Ints
from bihuan.stagger.calendar.lp import silent
from bihuan.stagger.calendar.said import KINDS, area_name, said, school_name
from bihuan.stagger.explain.change import (
    Dates,
    calendar as calendar_of,
    changed,
    columns,
    dates,
    holds,
)
from bihuan.stagger.explain.core import Core, core
from bihuan.stagger.explain.farkas import lp_of
from bihuan.stagger.explain.integers import FEASIBLE
from bihuan.stagger.explain.levers import kind_of

PASSED: Final = {
    CapacityKind.OPENINGS: N_("{place}{day}成了{came}批，最多{allowed}批"),
    CapacityKind.STUDENTS: N_("{place}{day}返校{came}人，最多{allowed}人"),
    CapacityKind.SAMPLING: N_("{place}{day}起采样{came}人次，最多{allowed}人次"),
    CapacityKind.OBSERVATION_BEDS: N_(
        "{place}{day}要观察床位{came}张，只有{allowed}张"
    ),
    CapacityKind.BUSES: N_("{place}{day}要客车{came}辆，只有{allowed}辆"),
    CapacityKind.SUPPLIED: N_("{place}{day}在校{came}人，物资只够{allowed}人"),
    CapacityKind.INSPECTIONS: N_("{place}{day}要核验{came}所，只能{allowed}所"),
    CapacityKind.DISINFECTION_TEAMS: N_(
        "{place}{day}要消杀队{came}支，只有{allowed}支"
    ),
}
FAR: Final = 1e-3
"""What a day further away costs, beside a student who gets a new date at all."""
TOLD: Final = 3
"""Moved batches that a way out names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """A way out: what it changes, and how many families get another date by it."""

    said: str
    families: int
    """Students whose date is not the one that the calendar had."""
    plan: Plan
    calendar: Calendar


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """What moving a batch does; fitting: nothing is broken."""

    fits: bool
    said: tuple[str, ...]
    """Each row that is broken, in the words of the plan, with its day and amounts."""
    rows: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()
    """Fewest families first."""


def move(
    plan: Plan,
    calendar: Calendar,
    school: SchoolCode,
    grades: tuple[GradeCode, ...],
    to: dt.date,
    *,
    seconds: float = 20.0,
) -> Move:
    """Move a batch to a day while every other date stays."""
    old = _dates(calendar)
    new = replace(
        old, openings={**old.openings, **{(school, grade): to for grade in grades}}
    )
    known = core(plan)
    x = columns(known, new)
    if x is None:
        return Move(
            fits=False,
            said=(
                _(
                    "{school}{to}不上课，或通知来不及",
                    school=school_name(plan, school),
                    to=to.isoformat(),
                ),
            ),
            ways=tuple(_elsewhere(plan, old, school, grades, to)),
        )
    broken = _broken(known, x)
    if not broken:
        return Move(fits=True, said=())
    asked = _Asked(plan, old, new, school, grades, to)
    ways = [
        *_others(asked, seconds),
        *_elsewhere(plan, old, school, grades, to),
        *_more(asked, known, x, broken),
    ]
    return Move(
        fits=False,
        said=tuple(_told(known, x, plan, row) for row in broken.values()),
        rows=tuple(broken),
        ways=tuple(sorted(ways, key=lambda way: way.families)),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """The dates before and after somebody's hand."""

    plan: Plan
    old: Dates
    new: Dates
    school: SchoolCode
    grades: tuple[GradeCode, ...]
    to: dt.date


def _dates(calendar: Calendar) -> Dates:
    return Dates(
        {
            (row.school, grade): row.date
            for row in calendar.openings
            for grade in row.grades
        },
        {row.school: row.date for row in calendar.visits},
    )


def _broken(known: Core, x: Floats) -> dict[str, int]:
    """Groups that dates break, each with its worst row."""
    got, slack = known.activity(x), 1e-6 * (1 + known.sizes)
    over = np.maximum(got - known.upper, known.lower - got) - slack
    found: dict[str, int] = {}
    for row in np.flatnonzero(over > 0):
        name = known.names[known.group[row]]
        if name and (name not in found or over[row] > over[found[name]]):
            found[name] = int(row)
    return found


def _told(known: Core, x: Floats, plan: Plan, row: int) -> str:
    """A broken row with its day and amounts; a rule of order by its name."""
    name = known.names[known.group[row]]
    kind, area = KINDS.get(kind_of(name)), name.partition(":")[2]
    if kind is None:
        return said(plan, name)
    return _(
        PASSED[kind],
        place=area_name(plan, area) if area else _("全区县"),
        day=known.spec.days.date(int(known.day[row])).isoformat(),
        came=f"{known.activity(x)[row]:g}",
        allowed=f"{known.upper[row]:g}",
    )


# --- ways out -------------------------------------------------------------------------


def _others(asked: _Asked, seconds: float) -> Iterator[Way]:
    """The batch stays where the hand put it; the fewest others make room."""
    known = core(asked.plan, wide=False)
    start, end = _part(known, asked)
    here = np.arange(start, end)
    here = here[known.spec.day[here] == known.spec.days.number(asked.to)]
    if not len(here):
        return
    lp = lp_of(known, _moving(known, asked.old))
    lower, upper = np.zeros(known.columns), np.ones(known.columns)
    upper[start:end] = 0.0
    lower[here], upper[here] = 1.0, 1.0
    lp.col_lower_, lp.col_upper_ = lower, upper
    lp.integrality_ = [highspy.HighsVarType.kInteger] * known.columns
    solver = silent(time_limit=max(0.1, seconds), mip_rel_gap=FAR)
    solver.passModel(lp)
    solver.run()
    if int(solver.getInfo().primal_solution_status) != FEASIBLE:
        return
    found = dates(known, np.round(np.array(solver.getSolution().col_value)))
    if holds(asked.plan, found):
        yield _way(asked.plan, asked.old, found, _moved(known, asked, found))


def _part(known: Core, asked: _Asked) -> tuple[int, int]:
    """The choices of the batch that was moved."""
    spec = known.spec
    number = next(
        n
        for n, batch in enumerate(spec.batches)
        if batch.school.code == asked.school and batch.grades == asked.grades
    )
    return int(spec.first[number]), int(spec.first[number + 1])


def _moving(known: Core, old: Dates) -> Floats:
    """What another day costs: the batch's students, a little more the further away."""
    spec = known.spec
    cost = np.zeros(known.columns)
    for number, batch in enumerate(spec.batches):
        was = spec.days.number(old.openings[batch.school.code, batch.grades[0]])
        part = slice(spec.first[number], spec.first[number + 1])
        away: Ints = np.abs(spec.day[part] - was)
        cost[part] = batch.students * ((away > 0) + FAR * away)
    return cost


def _elsewhere(
    plan: Plan,
    old: Dates,
    school: SchoolCode,
    grades: tuple[GradeCode, ...],
    to: dt.date,
) -> Iterator[Way]:
    """The day nearest to the wish on which the batch fits while nobody else moves."""
    known = core(plan, wide=False)
    days = sorted(set(known.spec.day.tolist()))
    on = (known.spec.days.date(day) for day in days)
    for day in sorted(on, key=lambda day: (abs((day - to).days), day)):
        moved = {(school, grade): day for grade in grades}
        new = replace(old, openings={**old.openings, **moved})
        x = columns(known, new) if day != to else None
        if x is not None and known.holds(x):
            text = _(
                "{school}{grades}放到{day}，其余不动",
                school=school_name(plan, school),
                grades="、".join(grades),
                day=day.isoformat(),
            )
            yield _way(plan, old, new, text)
            return


def _more(
    asked: _Asked, known: Core, x: Floats, broken: dict[str, int]
) -> Iterator[Way]:
    """Everything as the hand put it, with what is scarce made enough."""
    plan, lines = asked.plan, list[str]()
    for name in broken:
        step = changed(known, x, plan, name)
        if step is None:
            return
        plan, lines = step.plan, [*lines, step.said]
    if holds(plan, asked.new):
        yield _way(plan, asked.old, asked.new, "；".join(lines))


def _way(plan: Plan, old: Dates, new: Dates, text: str) -> Way:
    students = {(row.school, row.code): row.students for row in plan.grades}
    found = calendar_of(plan, new)
    for row in found.openings:
        whole = sum(students.get((row.school, grade), 0) for grade in row.grades)
        if whole != row.students:  # counted by classes: shared out evenly
            even = row.students // len(row.grades)
            students |= {(row.school, grade): even for grade in row.grades}
    families = sum(
        students.get(key, 0)
        for key, day in new.openings.items()
        if old.openings[key] != day
    )
    return Way(said=text, families=families, plan=plan, calendar=found)


def _moved(known: Core, asked: _Asked, found: Dates) -> str:
    """Who makes room: the largest batches by name, the others by number."""
    lines = []
    for batch in sorted(known.spec.batches, key=lambda batch: -batch.students):
        key = (batch.school.code, batch.grades[0])
        moved = found.openings[key] != asked.old.openings[key]
        if moved and (batch.school.code, batch.grades) != (asked.school, asked.grades):
            lines.append(
                _(
                    "{school}{grades}改到{day}",
                    school=batch.school.name,
                    grades="、".join(batch.grades),
                    day=found.openings[key].isoformat(),
                )
            )
    told = "；".join(lines[:TOLD])
    if len(lines) > TOLD:
        return _("{moved}等{count}批；其余不动", moved=told, count=len(lines))
    return _("{moved}；其余不动", moved=told)
