"""Rows carry the names that the guide gives them, and are those of the checker."""

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings

from bihuan.plan.plan import Plan
from bihuan.plan.timetable import CalendarDay
from bihuan.plan.words import DayKind, Stage
from bihuan.stagger.answer import Aim, Goal
from bihuan.stagger.calendar import made
from bihuan.stagger.calendar.days import Days
from bihuan.stagger.calendar.greedy import first_fit
from bihuan.stagger.calendar.places import filled, holds, places
from bihuan.stagger.calendar.rows import model, weights
from bihuan.stagger.calendar.said import said
from bihuan.stagger.calendar.spec import spec
from return_made import OPENS, Made, district, returns, school
from small_return import small

GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "stagger.md"
MANY = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@MANY
@given(small())
def test_every_group_is_one_of_the_guide(plan: Plan) -> None:
    asked = spec(plan, wide=True)
    known = set(re.findall(r"^\| `(\w+)[:`]", GUIDE.read_text("utf-8"), re.MULTILINE))
    for name in model(asked, weights(asked, Aim.BALANCED)).names:
        assert not name or (name.partition(":")[0] in known and said(plan, name))


@MANY
@given(small())
def test_a_wide_question_has_every_choice_of_the_narrow_one(plan: Plan) -> None:
    narrow, wide = spec(plan), spec(plan, wide=True)
    assert [b.grades for b in narrow.batches] == [b.grades for b in wide.batches]
    kept = set(zip(wide.batch.tolist(), wide.day.tolist(), strict=True))
    assert set(zip(narrow.batch.tolist(), narrow.day.tolist(), strict=True)) <= kept


@MANY
@given(returns())
def test_the_columns_of_a_plan_cost_what_its_terms_come_to(given_: Made) -> None:
    asked = spec(given_.plan)
    built = model(asked, weights(asked, Aim.BALANCED))
    place = first_fit(built)
    if place is None:
        return
    x = filled(built, place)
    assert holds(built, x)
    assert (places(built, x) == place).all()
    cost = float(built.cost @ x) + built.offset
    assert np.isclose(cost, made.objective(built, place))


def test_the_earliest_plan_counts_a_thousandth_of_the_rest() -> None:
    asked = spec(Plan(district=district()))
    plain, early, calm = (
        weights(asked, aim) for aim in (Aim.BALANCED, Aim.EARLIEST, Aim.CALMEST)
    )
    assert early[Goal.PEAK] == plain[Goal.PEAK] / 1000
    assert early[Goal.LATE] == plain[Goal.LATE]
    assert calm[Goal.PEAK] == plain[Goal.PEAK] * 10


def _working(plan: Plan, *, weekends: bool = False) -> set[dt.date]:
    days = Days(plan, 0, 70)
    flags = days.working(plan.schools[0], weekends=weekends)
    return {on for on, flag in zip(days.dates, flags, strict=True) if flag}


def _plan(opens: dt.date) -> Plan:
    return Plan(
        district=replace(district(), opens=opens),
        schools=(school("S", Stage.PRIMARY),),
    )


def test_public_holidays_close_and_made_up_workdays_open() -> None:
    days = _working(_plan(dt.date(2020, 4, 20)))
    assert dt.date(2020, 4, 26) in days
    assert dt.date(2020, 5, 5) not in days
    assert dt.date(2020, 5, 6) in days


def test_the_row_of_the_school_stands_above_that_of_the_district() -> None:
    plan = replace(
        _plan(OPENS),
        calendar=(
            CalendarDay(date=OPENS, kind=DayKind.HOLIDAY),
            CalendarDay(date=OPENS, kind=DayKind.SCHOOL_DAY, school="S"),  # type: ignore[arg-type]
            CalendarDay(date=OPENS + dt.timedelta(1), kind=DayKind.ONLINE),
        ),
    )
    days = _working(plan)
    assert OPENS in days
    assert OPENS + dt.timedelta(1) not in days


def test_weekends_open_where_the_plan_says_so() -> None:
    saturday = dt.date(2021, 3, 13)
    assert saturday not in _working(_plan(OPENS))
    assert saturday in _working(_plan(OPENS), weekends=True)


def test_a_school_on_home_leave_does_not_open() -> None:
    plan = _plan(OPENS)
    own = replace(plan.schools[0], leave_every=14, leave_days=3, first_leave=OPENS)  # type: ignore[arg-type]
    days = _working(replace(plan, schools=(own,)))
    assert OPENS not in days
    assert OPENS + dt.timedelta(14) not in days
    assert OPENS + dt.timedelta(5) in days
