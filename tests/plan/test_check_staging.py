"""What the plan says of the staggered return: found by what it means, located, no traceback."""

from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings, strategies as st

from bihuan.base.ids import AreaCode, ClassCode, GradeCode, ZoneCode
from bihuan.base.problems import Problem
from bihuan.base.where import Where
from bihuan.plan.check import check, slots, staging
from bihuan.plan.check.look import Look
from bihuan.plan.check.staging import term
from bihuan.plan.measures import StagedOpening
from bihuan.plan.plan import Capacity, Order, Plan
from bihuan.plan.read import read
from bihuan.plan.save import save
from bihuan.plan.staging import Siblings, Slot, Staging
from bihuan.plan.timetable import CalendarDay
from bihuan.plan.tuning import TUNED
from bihuan.plan.words import (
    CapacityKind,
    DayKind,
    Extent,
    Flow,
    OrderKind,
    Stage,
    Tuning,
    Who,
)
from world import OPENS, QIZHONG, YIGAO, small_plan

DAYS = [OPENS + timedelta(days=n) for n in range(12)]


def found(plan: Plan) -> list[Problem]:
    """Problems of the checks of the staggered return."""
    look = Look(plan)
    return [
        problem for one in (*staging.CHECKS, *slots.CHECKS) for problem in one(look)
    ]


def codes(plan: Plan) -> set[str]:
    return {problem.code for problem in found(plan)}


def order(code: str, kind: OrderKind, day: date, stage: Stage | None = None) -> Order:
    return Order(
        code=code, level=11, extent=Extent.CITY, kind=kind, date=day, stage=stage
    )


def kept(row: Order, day: date) -> bool:
    """Whether a date keeps an order."""
    return {
        OrderKind.FIXED: day == row.date,
        OrderKind.NOT_BEFORE: day >= row.date,
        OrderKind.NOT_AFTER: day <= row.date,
    }[row.kind]


ORDERS = st.builds(
    order,
    st.uuids().map(str),
    st.sampled_from(OrderKind),
    st.sampled_from(DAYS),
    st.sampled_from((None, Stage.SENIOR, Stage.VOCATIONAL)),
)


@given(ORDERS, ORDERS)
@settings(deadline=None, max_examples=200)
def test_two_orders_are_contradictory_just_when_no_day_keeps_both(
    a: Order, b: Order
) -> None:
    meet = a.stage is None or b.stage is None or a.stage is b.stage
    possible = any(kept(a, day) and kept(b, day) for day in DAYS)
    told = codes(replace(small_plan(), orders=(a, b))) & {"P516", "P517", "P518"}
    assert bool(told) == (meet and not possible)


@given(
    st.sampled_from(Tuning),
    st.floats(allow_nan=True, allow_infinity=True)
    | st.integers(-3, 300)
    | st.floats(-2, 300),
)
@example(Tuning.GAP, float("nan"))
@example(Tuning.PEAK, float("inf"))
@settings(deadline=None, max_examples=200)
def test_a_setting_is_told_just_when_it_is_out_of_bounds_or_broken(
    kind: Tuning, amount: float
) -> None:
    bounds = TUNED[kind]
    inside = bounds.low <= amount <= bounds.high and amount != float("inf")
    fits = inside and (not bounds.whole or amount == int(amount))
    plan = replace(small_plan(), staging=(Staging(kind=kind, amount=amount),))
    assert bool(codes(plan) & {"P228", "P229"}) == (not fits)


TIMES = st.integers(0, 287).map(lambda n: time(n // 12, n % 12 * 5))
SLOTS = st.builds(
    Slot,
    school=st.just(YIGAO),
    klass=st.sampled_from([ClassCode("G10C1"), ClassCode("G10C2")]),
    flow=st.sampled_from((Flow.LUNCH, Flow.ARRIVAL, Flow.DISMISSAL)),
    start=TIMES,
    end=TIMES,
    zone=st.just(ZoneCode("GATE")),
    who=st.sampled_from((Who.STUDENTS, Who.BOARDERS, Who.DAY_STUDENTS)),
)


def minutes(row: Slot) -> set[int]:
    first, last = (at.hour * 60 + at.minute for at in (row.start, row.end))
    return set(range(first, last))


@given(SLOTS, SLOTS)
@settings(deadline=None, max_examples=200)
def test_two_slots_clash_just_when_somebody_is_at_two_places(a: Slot, b: Slot) -> None:
    persons = Who.STUDENTS in (a.who, b.who) or a.who is b.who
    clash = a.klass == b.klass and persons and bool(minutes(a) & minutes(b))
    assert ("P232" in codes(replace(small_plan(), slots=(a, b)))) == clash


@given(st.data())
@settings(deadline=None, max_examples=100)
def test_any_rows_are_told_in_words_and_never_break_a_check(
    data: st.DataObject,
) -> None:
    days = st.dates(date(1990, 1, 1), date(2099, 12, 31))
    places = st.sampled_from(["", "G10", "G8", "没有", "HALL"])
    schools = st.sampled_from([YIGAO, QIZHONG, "没有这个学校"])
    plan = replace(
        small_plan(),
        orders=tuple(data.draw(st.lists(ORDERS, max_size=3))),
        capacities=tuple(
            data.draw(
                st.lists(
                    st.builds(
                        Capacity,
                        kind=st.sampled_from(CapacityKind),
                        start=days,
                        end=st.none() | days,
                        amount=st.integers(-(10**12), 10**12),
                        area=places.map(AreaCode),
                    ),
                    max_size=3,
                )
            )
        ),
        staging=tuple(
            data.draw(
                st.lists(
                    st.builds(
                        Staging,
                        kind=st.sampled_from(Tuning),
                        amount=st.floats(),
                        school=schools,
                    ),
                    max_size=4,
                )
            )
        ),
        siblings=tuple(
            data.draw(
                st.lists(
                    st.builds(
                        Siblings,
                        school=schools,
                        grade=places,
                        other_school=schools,
                        other_grade=places,
                        pairs=st.integers(-5, 5),
                    ),
                    max_size=3,
                )
            )
        ),
        slots=tuple(data.draw(st.lists(SLOTS, max_size=3))),
    )
    for problem in check(plan):
        assert "{" not in problem.said + problem.mend


def test_a_problem_names_the_cell_of_the_workbook(tmp_path: Path) -> None:
    plan = replace(
        small_plan(),
        orders=(
            order("O1", OrderKind.FIXED, DAYS[0]),
            order("O2", OrderKind.FIXED, DAYS[1]),
        ),
        staging=(Staging(kind=Tuning.GAP, amount=61),),
        siblings=(
            Siblings(
                school=YIGAO,
                grade=GradeCode("G10"),
                other_school=QIZHONG,
                other_grade=GradeCode("G99"),
                pairs=2,
            ),
        ),
    )
    save(plan, tmp_path / "plan.xlsx")
    back = read(tmp_path / "plan.xlsx").plan
    assert back is not None
    at = {problem.code: problem.where for problem in found(back)}
    assert at["P516"] == Where("plan.xlsx", "上级要求", "E6")
    assert at["P228"] == Where("plan.xlsx", "错峰设置", "B5")
    assert at["P223"] == Where("plan.xlsx", "同胞", "D5")


def test_a_date_on_a_holiday_is_told_unless_the_plan_teaches_on_it() -> None:
    may = date(2020, 5, 4)
    plan = replace(small_plan(), orders=(order("O1", OrderKind.FIXED, may),))
    assert "P520" in codes(plan)
    row = CalendarDay(date=may, kind=DayKind.SCHOOL_DAY)
    assert "P520" not in codes(replace(plan, calendar=(row,)))


@pytest.mark.parametrize(
    ("day", "told"),
    [(date(2020, 4, 26), False), (date(2020, 4, 25), True), (date(2020, 4, 27), False)],
    ids=["made-up workday", "saturday", "monday"],
)
def test_a_locked_date_is_held_against_the_public_calendar(
    day: date, *, told: bool
) -> None:
    opening = StagedOpening(
        school=YIGAO, code="M98", scope=("G11",), opens=day, locked=True
    )
    plan = replace(small_plan(), measures=(opening,))
    assert ("P520" in codes(plan)) == told


def test_a_published_date_after_the_term_is_told() -> None:
    _, last = term(small_plan())
    opening = StagedOpening(school=YIGAO, code="M98", scope=("G11",), opens=last)
    plan = replace(small_plan(), measures=(opening,))
    assert "P519" not in codes(plan)
    later = replace(opening, opens=last + timedelta(days=1))
    assert "P519" in codes(replace(plan, measures=(later,)))
