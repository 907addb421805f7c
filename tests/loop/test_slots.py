"""The staggered return and the rehearsal: rates, slots and dates in the plan, compared."""

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest

from bihuan.base.ids import GradeCode
from bihuan.loop.slots import (
    Compared,
    compare,
    district,
    rates,
    unstaggered,
    with_calendar,
    with_day,
)
from bihuan.outbreak.calibrate import beta_for
from bihuan.outbreak.disease import disease
from bihuan.outbreak.exact_stage import stage_of
from bihuan.outbreak.intensity import INTENSITY, REFERENCE_CROWD
from bihuan.outbreak.network import layout_of
from bihuan.outbreak.scenario import Question
from bihuan.outbreak.summary import Estimate
from bihuan.plan.contacts import SETTINGS
from bihuan.plan.measures import StagedOpening, StaggeredDining
from bihuan.plan.words import Setting
from bihuan.stagger.answer import Calendar, Day, Opening, Status, Why
from bihuan.stagger.day.mixing import Rates, stands
from bihuan.stagger.day.solve import plan_day
from world import OPENS, QIZHONG, YIGAO, small_plan

ILL = disease("sars2-2020")
DATE = dt.date(2020, 4, 22)


@pytest.fixture(scope="module")
def day() -> Day:
    """A day of 七中 at the engine's rates."""
    plan = small_plan()
    return plan_day(plan, QIZHONG, DATE, rates=rates(plan, QIZHONG, ILL), seconds=2.0)


def test_rates_are_the_kernels_own() -> None:
    """By hand: the close route of a gate at which nobody wears a mask."""
    plan = small_plan()
    bare = replace(
        plan, measures=tuple(m for m in plan.measures if m.school != QIZHONG)
    )
    found = rates(bare, QIZHONG, ILL)
    zone = next(z for z in plan.zones if z.school == QIZHONG and z.kind == "gate")
    row = INTENSITY[Setting.GATE]
    close = row.close * REFERENCE_CROWD / float(zone.area or row.room.area)
    air = row.air * ILL.route_air
    beta = beta_for(bare, (QIZHONG,), ILL)
    assert air == 0.0
    assert found.of(Setting.GATE) == pytest.approx(beta * ILL.route_close * close)
    masked = rates(plan, QIZHONG, ILL)
    assert masked.of(Setting.GATE) <= found.of(Setting.GATE)
    assert found.of(Setting.BUS) == 0.0  # nobody rides


def test_slots_of_a_day_stand_in_place_of_the_schools_own(day: Day) -> None:
    plan = with_day(small_plan(), day)
    assert plan.slots == day.slots
    other = replace(day, school=YIGAO, slots=())
    assert with_day(plan, other).slots == day.slots
    assert with_day(plan, replace(day, slots=day.slots[:3])).slots == day.slots[:3]


def test_both_engines_go_by_slots_and_neither_without_any_measure(day: Day) -> None:
    plan = with_day(small_plan(), day)
    every = frozenset(m.code for m in plan.measures if m.school == QIZHONG)
    for without, base in ((frozenset[str](), plan), (every, small_plan())):
        fast = layout_of(plan, QIZHONG, 1, without).contacts
        slow = stage_of(plan, QIZHONG, 1, without).contacts[0]
        same = layout_of(base, QIZHONG, 1, without).contacts
        for one in (slow, same):
            assert np.array_equal(fast.session_start, one.session_start)
            assert np.array_equal(fast.member, one.member)
    told = layout_of(plan, QIZHONG, 1, frozenset()).contacts
    batches = layout_of(small_plan(), QIZHONG, 1, frozenset()).contacts
    assert not np.array_equal(told.member, batches.member)
    assert beta_for(plan, (QIZHONG,), ILL) == beta_for(small_plan(), (QIZHONG,), ILL)


def test_a_calendars_dates_replace_the_published_ones() -> None:
    plan = small_plan()
    date = dt.date(2020, 4, 20)
    calendar = Calendar(
        status=Status.FOUND,
        openings=(
            Opening(
                school=YIGAO, grades=(GradeCode("G10"), GradeCode("G11")), date=date
            ),
            Opening(school=YIGAO, grades=(GradeCode("G12"),), date=OPENS, why=Why.LOCK),
        ),
    )
    dated = with_calendar(plan, calendar)
    own = [m for m in dated.measures if isinstance(m, StagedOpening)]
    mine = {m.scope: (m.opens, m.locked) for m in own if m.school == YIGAO}
    assert mine == {("G10", "G11"): (date, False), ("G12",): (OPENS, True)}
    assert len({m.code for m in dated.measures if m.school == YIGAO}) == len(
        [m for m in dated.measures if m.school == YIGAO]
    )
    before = [m for m in plan.measures if m.school == QIZHONG]
    assert [m for m in dated.measures if m.school == QIZHONG] == before


def test_unstaggered_all_come_on_the_first_of_the_dates_and_eat_at_once() -> None:
    plan = small_plan()
    calendar = Calendar(
        status=Status.FOUND,
        openings=(
            Opening(
                school=YIGAO, grades=(GradeCode("G10"),), date=dt.date(2020, 4, 20)
            ),
            Opening(
                school=YIGAO, grades=(GradeCode("G11"),), date=dt.date(2020, 4, 13)
            ),
        ),
    )
    bare = unstaggered(plan, YIGAO, calendar)
    mine = [m for m in bare.measures if m.school == YIGAO]
    assert not any(isinstance(m, StaggeredDining) for m in mine)
    dates = {
        m.opens for m in mine if isinstance(m, StagedOpening) and "G1" in m.scope[0]
    }
    assert dt.date(2020, 4, 13) in dates
    assert dt.date(2020, 4, 20) not in dates


@pytest.mark.slow
def test_staggered_against_unstaggered_with_an_interval(day: Day) -> None:
    rows = compare(small_plan(), [day], ILL, runs=60, days=20, threads=1)
    assert [row.question for row in rows] == list(Question)
    for row in rows:
        assert row.size.low <= row.size.value <= row.size.high
        assert row.size.value == pytest.approx(
            row.staggered.value - row.unstaggered.value
        )
        assert not math.isnan(row.wait)
    again = compare(small_plan(), [day], ILL, runs=60, days=20, threads=2)
    assert rows == again


def test_a_districts_sum_adds_variances() -> None:
    def row(value: float, wide: float) -> Compared:
        size = Estimate(value, value - wide, value + wide)
        return Compared(
            school=QIZHONG,
            question=Question.RETURNER,
            runs=1,
            staggered=size,
            unstaggered=size,
            size=size,
            outbreak5=size,
            wait=0.0,
            wait_unstaggered=1.0,
        )

    whole = district([row(-1.0, 3.0), row(-2.0, 4.0)])
    assert whole == Estimate(-3.0, -8.0, 2.0)
    assert row(-2.0, 1.0).is_told
    assert not row(-2.0, 3.0).is_told


def test_a_ranking_that_hangs_on_one_rate_does_not_stand() -> None:
    even = Rates({Setting.GATE: 1.0, Setting.CANTEEN_HALL: 1.0})
    gate, hall = {Setting.GATE: 100.0}, {Setting.CANTEEN_HALL: 120.0}
    assert not stands([gate, hall], even)
    assert stands([gate, {Setting.CANTEEN_HALL: 400.0}], even)
    assert len(SETTINGS) == len(Setting)
