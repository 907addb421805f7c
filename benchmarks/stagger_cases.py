"""What one case of the staggered return's benchmark does; each runs in a process of its own.

Every answer is judged by the independent checker, which knows nothing of the solvers.
"""

import datetime as dt
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import make_county
import make_xinmi
import planted
from bihuan.base.ids import SchoolCode
from bihuan.base.problems import Problem, errors
from bihuan.plan.plan import Plan
from bihuan.plan.words import CapacityKind
from bihuan.stagger.answer import Calendar
from bihuan.stagger.calendar.greedy import greedy
from bihuan.stagger.calendar.progress import Progress, Told
from bihuan.stagger.calendar.replan import close, cut_capacity, dates_of, replan
from bihuan.stagger.calendar.solve import plan_calendar
from bihuan.stagger.calendar.timed import timed, whole
from bihuan.stagger.explain.change import calendar as calendar_of
from bihuan.stagger.explain.explain import explained
from bihuan.stagger.verify.calendar import check

Row = dict[str, Any]
PLANTED_SEED: Final = 20200423
ONE: Final = dt.timedelta(days=1)
SNOW: Final = dt.date(2020, 4, 22)


def wrong(plan: Plan, calendar: Calendar) -> int:
    """Violations that the checker finds; none in no calendar."""
    if not calendar.openings:
        return 0
    return len(list(errors(tuple(check(plan, calendar)))))


def county(seed: int, seconds: float, method: str = "ours", **_: Any) -> Row:
    """One county by one method."""
    plan = make_county.county(seed)
    heard: list[tuple[float, float | None]] = []
    begun = time.perf_counter()

    def told(step: Progress) -> None:
        if step.objective is not None:
            heard.append((time.perf_counter() - begun, step.gap))

    found = _methods(plan, seconds, seed, told)[method]()
    spent = time.perf_counter() - begun
    within = [at for at, gap in heard if gap is not None and gap <= 0.01]
    return {
        "seed": seed,
        "method": method,
        "seconds": spent,
        "first": heard[0][0] if heard else None,
        "percent": within[0] if within else None,
        "objective": found.objective,
        "bound": found.bound,
        "status": str(found.status),
        "violations": wrong(plan, found),
    }


def _methods(
    plan: Plan, seconds: float, seed: int, told: Told
) -> dict[str, Callable[[], Calendar]]:
    return {
        "ours": lambda: plan_calendar(
            plan, seconds=seconds, threads=2, seed=seed, told=told
        ),
        "greedy": lambda: greedy(plan),
        "cp-sat": lambda: timed(plan, seconds=seconds, threads=2, seed=seed),
        "highs": lambda: whole(plan, seconds=seconds, threads=2, seed=seed),
    }


def conflict(number: int, count: int, seconds: float, **_: Any) -> list[Row]:
    """Planted conflicts from a number on, each with its twin that has none."""
    return [_conflict(n, seconds) for n in range(number, number + count)]


def _conflict(number: int, seconds: float) -> Row:
    case = planted.planted(PLANTED_SEED, number)
    begun = time.perf_counter()
    found, ways = explained(case.plan, seconds=seconds)
    spent = time.perf_counter() - begun
    twin, _ = explained(case.twin, seconds=seconds)
    passed = [wrong(way.plan, calendar_of(way.plan, way.dates)) == 0 for way in ways]
    return {
        "number": number,
        "kind": case.name,
        "whole": case.whole,
        "groups": len(case.rows),
        "seconds": spent,
        "same": found is not None and set(found.rows) == set(case.rows),
        "proven": found is not None and bool(found.proof),
        "twin_false": twin is not None and bool(twin.proof),
        "twin_undecided": twin is not None and not twin.proof,
        "repairs": len(ways),
        "repairs_passed": sum(passed),
    }


def shock(seed: int, seconds: float, **_: Any) -> list[Row]:
    """A county's calendar planned anew after each shock."""
    plan = make_county.county(seed)
    old = plan_calendar(plan, seconds=30, threads=2, seed=seed)
    if not old.openings:
        return []
    return [_shock(plan, old, seed, name, seconds) for name in SHOCKS]


def _shock(plan: Plan, old: Calendar, seed: int, name: str, seconds: float) -> Row:
    after = SHOCKS[name](plan, old)
    begun = time.perf_counter()
    found = replan(after, old, seconds=seconds, threads=2, seed=seed)
    spent = time.perf_counter() - begun
    students = {(row.school, row.code): row.students for row in plan.grades}
    was, now = dates_of(old), dates_of(found)
    moved = sum(students[key] for key in was if now.get(key) != was[key])
    hit = _hit(after, was)
    must = sum(students[key] for key in was if key in hit)
    return {
        "seed": seed,
        "shock": name,
        "seconds": spent,
        "status": str(found.status),
        "moved": moved / sum(students.values()),
        "must": must / sum(students.values()),
        "violations": wrong(after, found),
    }


def _hit(plan: Plan, was: Any) -> set[Any]:
    """Grades whose old day is closed now: these families get a new date in any case."""
    shut = {(row.school, row.date) for row in plan.calendar}
    return {
        key for key, day in was.items() if (key[0], day) in shut or ("", day) in shut
    }


def _closed(plan: Plan, old: Calendar) -> Plan:
    """The largest batch's school has a case and is closed for ten days from its day on."""
    chosen = [row for row in old.openings if row.why == "chosen"]
    largest = max(chosen, key=lambda row: (row.students, row.school))
    last = largest.date + dt.timedelta(days=9)
    return close(plan, largest.school, largest.date, last)


def _laboratory(plan: Plan, _old: Calendar) -> Plan:
    """The laboratory is down for a day in the second week of opening."""
    day = dt.date(2020, 4, 29)
    return cut_capacity(plan, CapacityKind.SAMPLING, day, day, 0.5)


def _snow(plan: Plan, _old: Calendar) -> Plan:
    """No school opens on a day."""
    return close(plan, SchoolCode(""), SNOW, SNOW)


def _supplies(plan: Plan, _old: Calendar) -> Plan:
    """Supplies are a tenth short for three days."""
    first, last = dt.date(2020, 4, 28), dt.date(2020, 4, 30)
    return cut_capacity(plan, CapacityKind.SUPPLIED, first, last, 0.9)


SHOCKS: Final[dict[str, Callable[[Plan, Calendar], Plan]]] = {
    "a school closed": _closed,
    "laboratory at half": _laboratory,
    "snow": _snow,
    "supplies late": _supplies,
}


def day(seconds: float, **_: Any) -> Row:
    """A day of the example district's school with sixty classes, all of them back."""
    from bihuan.loop.slots import rates
    from bihuan.outbreak.disease import disease
    from bihuan.stagger.day.solve import plan_day
    from bihuan.stagger.verify.day import check as check_day

    plan = make_xinmi.sound()
    school, date = SchoolCode("SYGZ"), dt.date(2020, 4, 22)
    known = rates(plan, school, disease("sars2-2020"))
    begun = time.perf_counter()
    found = plan_day(plan, school, date, rates=known, seconds=seconds, seed=1)
    spent = time.perf_counter() - begun
    gates = [row for row in found.queues if row.flow == "arrival"]
    return {
        "classes": len({row.klass for row in found.slots}),
        "seconds": spent,
        "status": str(found.status),
        "p95": max((row.p95 for row in gates), default=0.0),
        "others": [list(row) for row in found.others],
        "gap": found.gap,
        "violations": _errors(check_day(plan, found)),
    }


def _errors(problems: list[Problem]) -> int:
    return len(list(errors(tuple(problems))))


def city(seed: int, counties: int, seconds: float, kept: str = "", **_: Any) -> Row:
    """Counties on one pool of sampling, against the Lagrangian bound."""
    from bihuan.stagger.calendar.pool import plan_counties

    shared = make_county.city(seed, counties=counties)
    pool = dict(shared.sampling)
    begun = time.perf_counter()
    found = plan_counties(
        shared.counties,
        pool,
        seconds=seconds,
        workers=2,
        seed=seed,
        kept=Path(kept) if kept else None,
    )
    spent = time.perf_counter() - begun
    violations = sum(
        wrong(_pooled(plan), one)
        for plan, one in zip(shared.counties, found.calendars, strict=True)
    )
    return {
        "seed": seed,
        "counties": counties,
        "schools": sum(len(plan.schools) for plan in shared.counties),
        "students": sum(g.students for plan in shared.counties for g in plan.grades),
        "seconds": spent,
        "complete": found.objective is not None,
        "planned": sum(bool(one.openings) for one in found.calendars),
        "objective": found.objective,
        "bound": found.bound,
        "over_pool": over_pool(found.calendars, pool),
        "violations": violations,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _pooled(plan: Plan) -> Plan:
    """A county without sampling of its own: the pool is looked at by itself."""
    kept = tuple(r for r in plan.capacities if r.kind is not CapacityKind.SAMPLING)
    return replace(plan, capacities=kept)


def over_pool(calendars: Sequence[Calendar], pool: Mapping[dt.date, int]) -> int:
    """Days on which two days' students pass two days of the pool, counted by hand."""
    come: dict[dt.date, int] = {}
    for calendar in calendars:
        for row in calendar.openings:
            come[row.date] = come.get(row.date, 0) + row.students
    one = ONE
    return sum(
        come.get(at + one, 0) + come.get(at + 2 * one, 0) > pool[at] + pool[at + one]
        for at in pool
        if at + one in pool
    )


CASES: Final[dict[str, Callable[..., Any]]] = {
    "county": county,
    "conflict": conflict,
    "shock": shock,
    "day": day,
    "city": city,
}
