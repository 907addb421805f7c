"""Offers, the range, re-planning, the clerk's way, shared pools: every answer holds."""

import datetime as dt
from dataclasses import replace
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


@settings(FEW, max_examples=4)
@given(returns())
def test_three_offers_differ_in_what_they_are_best_at(made: Made) -> None:
    early, calm, even = offers(made.plan, seconds=30)
    assert [c.aim for c in (early, calm, even)] == [
        Aim.EARLIEST,
        Aim.CALMEST,
        Aim.BALANCED,
    ]
    late = [{t.goal: t.value for t in c.terms}[Goal.LATE] for c in (early, calm, even)]
    assert late[0] <= min(late) + 1e-6 + 0.01 * max(late)


@settings(FEW, max_examples=4)
@given(returns())
def test_no_point_of_the_range_is_both_later_and_fuller(made: Made) -> None:
    axes = [
        (
            {t.goal: t.value for t in c.terms}[Goal.LATE],
            {t.goal: t.value for t in c.terms}[Goal.PEAK],
        )
        for c in pareto(made.plan, 3, seconds=20)
    ]
    assert axes
    assert axes == sorted(axes)
    assert [peak for _, peak in axes] == sorted((p for _, p in axes), reverse=True)


@FEW
@given(returns())
def test_a_closed_school_moves_itself_and_as_few_others_as_can_be(made: Made) -> None:
    old = plan_calendar(made.plan, seconds=20)
    first = chosen(old)[0]
    changed = close(made.plan, first.school, first.date, first.date)
    new = replan(changed, old, seconds=10)
    if new.status not in PLANNED:
        return
    assert wrong(changed, new) == []
    assert first.date != next(
        o.date
        for o in new.openings
        if o.grades == first.grades and o.school == first.school
    )
    same = replan(made.plan, old, seconds=10)
    assert moved(old, same) == ()


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


@settings(FEW, max_examples=5)
@given(returns(), returns())
def test_counties_share_a_pool(one: Made, other: Made) -> None:
    pool = {DRAWN + dt.timedelta(n): 2000 for n in range(260)}
    found = plan_counties([one.plan, other.plan], pool, seconds=4)
    assert found.over == 0
    for made, calendar in zip((one, other), found.calendars, strict=True):
        assert wrong(made.plan, calendar) == []
    assert found.objective is not None
    assert found.bound is not None
    assert found.bound <= found.objective + 1e-6


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
