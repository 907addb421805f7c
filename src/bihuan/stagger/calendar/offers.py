"""Several calendars to choose from: the three named ones, the whole range from early to calm."""

from bihuan.plan.plan import Plan
from bihuan.stagger.answer import Aim, Calendar, Goal, Status
from bihuan.stagger.calendar.anneal import warm
from bihuan.stagger.calendar.progress import Clock, Told
from bihuan.stagger.calendar.rows import model, weights
from bihuan.stagger.calendar.search import Search
from bihuan.stagger.calendar.solve import answer, plan_calendar, solved
from bihuan.stagger.calendar.spec import spec

WIDEST = 30.0
"""The peak weighs from a thirtieth of the plan's weight to thirty times it."""


def offers(
    plan: Plan,
    *,
    seconds: float = 90.0,
    threads: int = 2,
    seed: int = 0,
    told: Told | None = None,
) -> tuple[Calendar, Calendar, Calendar]:
    """The three plans that a clerk chooses from: earliest, calmest, balanced."""
    earliest, calmest, balanced = (
        plan_calendar(
            plan, aim=aim, seconds=seconds / 3, threads=threads, seed=seed, told=told
        )
        for aim in (Aim.EARLIEST, Aim.CALMEST, Aim.BALANCED)
    )
    return earliest, calmest, balanced


def pareto(
    plan: Plan,
    points: int = 5,
    *,
    seconds: float = 150.0,
    threads: int = 2,
    seed: int = 0,
    told: Told | None = None,
) -> tuple[Calendar, ...]:
    """Calendars from early to calm, none of them both later and fuller than another."""
    warm()
    asked = spec(plan)
    known = weights(asked, Aim.BALANCED)
    found: list[Calendar] = []
    for point in range(points):
        share = point / max(1, points - 1) * 2 - 1
        weighed = {**known, Goal.PEAK: known[Goal.PEAK] * WIDEST**share}
        search = Search(model(asked, weighed), Clock(seconds / points), told)
        conflict = solved(search, threads=threads, seed=seed)
        found.append(answer(search, conflict, aim=Aim.BALANCED, seed=seed))
    return undominated(found)


def undominated(found: list[Calendar]) -> tuple[Calendar, ...]:
    """Plans that no other beats in lateness and peak, the earliest first."""
    plans = sorted(
        (c for c in found if c.status in {Status.FOUND, Status.PROVEN}), key=_axes
    )
    kept: list[Calendar] = []
    for plan in plans:
        if not kept or _axes(plan)[1] < _axes(kept[-1])[1]:
            kept.append(plan)
    return tuple(kept)


def _axes(calendar: Calendar) -> tuple[float, float]:
    """Lateness and peak."""
    known = {term.goal: term.value for term in calendar.terms}
    return known[Goal.LATE], known[Goal.PEAK]
