"""What the papers of a return are written from."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from bihuan.base.ids import ClassCode, GradeCode, SchoolCode
from bihuan.base.problems import Problem
from bihuan.plan.plan import Plan
from bihuan.stagger.answer import Calendar, Day

Sequences = Mapping[tuple[SchoolCode, GradeCode], int]
"""How often the date of a grade was changed after it had been published."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A calendar with its plan, its judgement, what stood before."""

    plan: Plan
    calendar: Calendar
    problems: tuple[Problem, ...] = ()
    offers: tuple[Calendar, ...] = ()
    """The plans to choose from, this one among them."""
    before: Calendar | None = None
    """The calendar that this one replaces."""
    sequences: Sequences = field(default_factory=dict)
    partial: bool = False
    """Stopped by the clerk: the best plan so far."""


@dataclass(frozen=True, kw_only=True)
class ToldDay:
    """A school's day with its plan and its judgement."""

    plan: Plan
    day: Day
    problems: tuple[Problem, ...] = ()
    dates: Mapping[ClassCode, dt.date] = field(default_factory=dict)
    """Since when each class is back."""


def sequences(old: Calendar | None, before: Sequences, new: Calendar) -> Sequences:
    """Counts of changes after a re-plan: one more for each grade with another date."""
    was = {
        (o.school, code): o.date
        for o in (old.openings if old else ())
        for code in o.grades
    }
    counts = {}
    for opening in new.openings:
        for code in opening.grades:
            key = (opening.school, code)
            changed = key in was and was[key] != opening.date
            counts[key] = before.get(key, 0) + changed
    return counts
