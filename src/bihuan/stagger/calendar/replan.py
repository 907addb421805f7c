"""The calendar after a shock: as few families as can be get a new date.

A shock is a changed plan: the school has a holiday in its calendar, the laboratory a row
of its own for the days it is down. The plan's date stays; what is published stays wherever
it still can.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from bihuan.base.ids import AreaCode, GradeCode, SchoolCode
from bihuan.plan.plan import Capacity, Plan
from bihuan.plan.timetable import CalendarDay
from bihuan.plan.words import CapacityKind, DayKind, Tuning
from bihuan.stagger.answer import Aim, Calendar, Moved, Opening, Status
from bihuan.stagger.calendar.anneal import warm
from bihuan.stagger.calendar.days import Floats, Ints
from bihuan.stagger.calendar.progress import Clock, Told
from bihuan.stagger.calendar.rows import Model, model, weights
from bihuan.stagger.calendar.search import Search
from bihuan.stagger.calendar.solve import answer, solved
from bihuan.stagger.calendar.spec import Spec, spec

Key = tuple[SchoolCode, GradeCode]
DEAR = 40.0
"""A new date costs a student as much as so many days late: it is given where it must."""


def replan(
    plan: Plan,
    old: Calendar,
    *,
    aim: Aim = Aim.BALANCED,
    seconds: float = 20.0,
    threads: int = 2,
    seed: int = 0,
    told: Told | None = None,
) -> Calendar:
    """A calendar of a changed plan, near an old one."""
    warm()
    clock = Clock(seconds)
    asked = spec(plan)
    built = model(asked, weights(asked, aim))
    dates = dates_of(old)
    near = replace(built, cost=built.cost + _moving(built, dates))
    search = Search(near, clock, told, begin=_begin(asked, old), stakes=DEAR / 2)
    conflict = solved(search, threads=threads, seed=seed)
    found = answer(search, conflict, aim=aim, seed=seed)
    if found.status is Status.IMPOSSIBLE:
        return found
    # The bound is that of the cost of moving, which is none of the calendar's terms.
    status = Status.FOUND if found.openings else Status.UNDECIDED
    return replace(found, status=status, bound=None, gap=None)


def dates_of(calendar: Calendar) -> Mapping[Key, dt.date]:
    """The date of every grade."""
    return {
        (row.school, grade): row.date
        for row in calendar.openings
        for grade in row.grades
    }


def _moving(built: Model, dates: Mapping[Key, dt.date]) -> Floats:
    """What every column costs for the students who would get another date."""
    asked = built.spec
    cost = np.zeros(len(built.cost))
    for number, batch in enumerate(asked.batches):
        part = slice(asked.first[number], asked.first[number + 1])
        # Grades of a batch count alike: who moves is told by grade and not by heads.
        share = asked.students[number] / len(batch.grades)
        near = asked.settings.of(Tuning.CHANGE)
        for grade in batch.grades:
            was = dates.get((batch.school.code, grade))
            if was is not None:
                away = np.abs(asked.day[part] - asked.days.number(was))
                cost[part] += share * (DEAR * (away > 0) + near * away)
    return cost


def _begin(asked: Spec, old: Calendar) -> Ints:
    """The choice of everybody that is nearest to the old date."""
    dates = dates_of(old)
    place = []
    for number, batch in enumerate(asked.batches):
        known = [dates.get((batch.school.code, grade)) for grade in batch.grades]
        was = [asked.days.number(on) for on in known if on is not None]
        part = slice(asked.first[number], asked.first[number + 1])
        place.append(_nearest(asked.day[part], part.start, was))
    visits = {row.school: asked.days.number(row.date) for row in old.visits}
    for number, heads in enumerate(asked.heads):
        if heads:
            part = slice(asked.visit_first[number], asked.visit_first[number + 1])
            code = asked.plan.schools[asked.inspected[number]].code
            was = [visits[code]] if code in visits else []
            start = len(asked.batch) + part.start
            place.append(_nearest(asked.visit_day[part], start, was))
    return np.array(place, dtype=np.int64)


def _nearest(days: Ints, start: int, was: list[int]) -> int:
    if not was or not len(days):
        return start
    return start + int(np.abs(days - max(was)).argmin())


def moved(old: Calendar, new: Calendar) -> tuple[Moved, ...]:
    """Every difference of two calendars: batches that come back on another day.

    Where only some grades of a batch move, its students are shared out evenly.
    """
    before, after = dates_of(old), dates_of(new)
    gone = [row for row in old.openings if not after.keys() & set(_keys(row))]
    found: list[Moved] = []
    for row in (*new.openings, *gone):
        runs: dict[tuple[dt.date | None, dt.date | None], list[GradeCode]] = {}
        for key in _keys(row):
            runs.setdefault((before.get(key), after.get(key)), []).append(key[1])
        for (was, now), grades in runs.items():
            if was != now:
                part = round(row.students * len(grades) / len(row.grades))
                found.append(
                    Moved(
                        school=row.school,
                        grades=tuple(grades),
                        was=was,
                        now=now,
                        students=part,
                    )
                )
    return tuple(found)


def _keys(row: Opening) -> list[Key]:
    return [(row.school, grade) for grade in row.grades]


# --- shocks as changed plans ------------------------------------------------------------


def close(plan: Plan, school: SchoolCode, first: dt.date, last: dt.date) -> Plan:
    """The plan with a school closed for some days."""
    days = [first + dt.timedelta(n) for n in range((last - first).days + 1)]
    shut = [CalendarDay(school=school, date=day, kind=DayKind.HOLIDAY) for day in days]
    kept = [r for r in plan.calendar if r.school != school or r.date not in days]
    return replace(plan, calendar=(*kept, *shut), places={})


def cut_capacity(
    plan: Plan, kind: CapacityKind, first: dt.date, last: dt.date, share: float
) -> Plan:
    """The plan with a share of a capacity on some days: 0.0 a laboratory that is down."""
    days = [first + dt.timedelta(n) for n in range((last - first).days + 1)]
    rows = [row for row in plan.capacities if row.kind is kind]
    cut = [
        Capacity(kind=kind, start=day, end=day, area=area, amount=int(amount * share))
        for day in days
        for area, amount in _held(rows, day).items()
    ]
    return replace(plan, capacities=(*cut, *plan.capacities), places={})


def _held(rows: list[Capacity], day: dt.date) -> dict[AreaCode, int]:
    """What holds on a day, area by area: the row that began last."""
    held: dict[AreaCode, int] = {}
    latest = sorted(reversed(rows), key=lambda row: row.start)  # noqa: C414  # of equals the first holds
    for row in latest:
        if row.start <= day and (row.end is None or day <= row.end):
            held[row.area] = row.amount
    return held
