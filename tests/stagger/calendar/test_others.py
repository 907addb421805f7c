"""Offers, the range, re-planning, the clerk's way, shared pools: every answer holds."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from bihuan.base.ids import SchoolCode
from bihuan.base.problems import errors
from bihuan.plan.plan import Plan
from bihuan.plan.staging import Staging
from bihuan.plan.words import CapacityKind, Stage, Tuning
from bihuan.stagger.answer import Aim, Calendar, Goal, Status
from bihuan.stagger.calendar.greedy import greedy
from bihuan.stagger.calendar.offers import offers, pareto
from bihuan.stagger.calendar.pool import plan_counties
from bihuan.stagger.calendar.progress import Progress
from bihuan.stagger.calendar.replan import close, cut_capacity, moved, replan
from bihuan.stagger.calendar.solve import plan_calendar
from bihuan.stagger.calendar.timed import timed, whole
from bihuan.stagger.verify.calendar import check
from make_county import city, county
from return_made import DRAWN, Made, district, grade, returns, school
from small_return import chosen, small

FEW = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
PLANNED = {Status.FOUND, Status.PROVEN}


def wrong(plan: Plan, calendar: Calendar) -> list[str]:
    """What the checker finds."""
    return [str(problem) for problem in errors(tuple(check(plan, calendar)))]


@FEW
@given(small())
def test_the_peers_agree(plan: Plan) -> None:
    ours = plan_calendar(plan, seconds=20)
    for other in (timed(plan, seconds=10), whole(plan, seconds=10)):
        assert (ours.status in PLANNED) == (other.status in PLANNED)
        if other.objective is not None:
            assert other.objective == pytest.approx(ours.objective, rel=1e-3, abs=0.1)


@FEW
@given(returns())
def test_the_clerk_keeps_every_rule_or_says_that_he_is_stuck(made: Made) -> None:
    by_hand = greedy(made.plan)
    if by_hand.status is Status.FOUND:
        assert wrong(made.plan, by_hand) == []
    else:
        assert by_hand.openings == ()


def axes(calendar: Calendar) -> tuple[float, float]:
    """Lateness and peak of a calendar."""
    known = {term.goal: term.value for term in calendar.terms}
    return known[Goal.LATE], known[Goal.PEAK]


@FEW
@given(small())
def test_three_offers_differ_in_what_they_are_best_at(plan: Plan) -> None:
    three = offers(plan, seconds=30)
    assert [c.aim for c in three] == [Aim.EARLIEST, Aim.CALMEST, Aim.BALANCED]
    if all(c.status is Status.PROVEN for c in three):
        early, calm, even = (axes(c) for c in three)
        assert early[0] <= min(calm[0], even[0]) + 1
        assert calm[1] <= min(early[1], even[1]) + 1


@FEW
@given(small())
def test_no_point_of_the_range_is_both_later_and_fuller(plan: Plan) -> None:
    points = [axes(c) for c in pareto(plan, 3, seconds=20)]
    assert points == sorted(points)
    assert all(a[1] > b[1] for a, b in pairwise(points))


@FEW
@given(small())
def test_a_closed_school_moves_and_nothing_moves_without_a_shock(plan: Plan) -> None:
    old = plan_calendar(plan, seconds=20)
    if not old.openings or not (own := chosen(old)):
        return
    assert moved(old, replan(plan, old, seconds=10)) == ()
    first = own[0]
    changed = close(plan, first.school, first.date, first.date)
    new = replan(changed, old, seconds=10)
    if new.status in PLANNED:
        assert wrong(changed, new) == []
        assert (first.school, first.grades) in {
            (m.school, m.grades) for m in moved(old, new)
        }


def test_a_laboratory_that_is_down_is_a_changed_plan() -> None:
    plan = county(3)
    day = dt.date(2020, 4, 27)
    changed = cut_capacity(plan, CapacityKind.SAMPLING, day, day, 0.0)
    rows = [r for r in changed.capacities if r.kind is CapacityKind.SAMPLING]
    assert rows[0].amount == 0
    assert rows[0].start == rows[0].end == day


def test_what_moved_is_told_by_school() -> None:
    old = greedy(county(1))
    assert moved(old, old) == ()
    gone = moved(old, Calendar(status=Status.UNDECIDED))
    assert len({m.school for m in gone}) == len({o.school for o in old.openings})
    assert all(m.now is None for m in gone)


def test_counties_share_a_pool() -> None:
    plans = [tiny("甲"), tiny("乙"), tiny("丙")]
    pool = {DRAWN + dt.timedelta(n): 200 for n in range(90)}
    found = plan_counties(plans, pool, seconds=3)
    assert found.over == 0
    for plan, calendar in zip(plans, found.calendars, strict=True):
        assert wrong(plan, calendar) == []
    assert found.objective is not None
    assert found.bound is not None
    assert found.prices
    assert found.bound <= found.objective + 1e-6
    alone = plan_counties(plans, {DRAWN: 10**6}, seconds=2)
    assert alone.objective is not None
    assert alone.objective < found.objective


def test_a_stopped_run_goes_on_from_its_folder(tmp_path: Path) -> None:
    plans = [tiny("甲"), tiny("乙")]
    pool = {DRAWN + dt.timedelta(n): 500 for n in range(90)}
    first = plan_counties(plans, pool, seconds=2, kept=tmp_path)
    assert (tmp_path / "prices.json").exists()
    again = plan_counties(plans, pool, seconds=0.0, kept=tmp_path)
    assert again.objective == pytest.approx(first.objective)
    assert again.bound == pytest.approx(first.bound)


def tiny(name: str) -> Plan:
    """A county of one school."""
    return Plan(
        district=replace(district(), name=name),
        schools=(school("S", Stage.PRIMARY),),
        grades=tuple(grade("S", level, 100) for level in range(1, 7)),
        staging=(Staging(kind=Tuning.TERM, amount=30),),
    )


@pytest.mark.slow
def test_counties_get_a_plan_where_the_clerk_is_stuck() -> None:
    stuck = [
        seed for seed in range(1, 10) if greedy(county(seed)).status is not Status.FOUND
    ]
    assert stuck
    for seed in stuck[:2]:
        told: list[Progress] = []
        found = plan_calendar(county(seed), seconds=60, told=told.append)
        assert found.status in PLANNED
        assert wrong(county(seed), found) == []
        assert found.gap is not None
        assert told[-1].objective is not None


@pytest.mark.slow
def test_a_city_is_planned_within_its_pool() -> None:
    shared = city(1, counties=2)
    found = plan_counties(shared.counties, shared.sampling, seconds=90)
    assert found.over == 0
    assert found.objective is not None
    for plan, calendar in zip(shared.counties, found.calendars, strict=True):
        assert wrong(plan, calendar) == []
    assert SchoolCode("GZ01") in {o.school for o in found.calendars[0].openings}
