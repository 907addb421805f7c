"""The checker passes what is right and finds whatever is changed in it."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings

from bihuan.base.ids import AreaCode, GradeCode, SchoolCode
from bihuan.base.problems import Weight, errors
from bihuan.base.units import Days
from bihuan.plan.measures import StagedOpening
from bihuan.plan.plan import Capacity, Order, Plan
from bihuan.plan.staging import Siblings, Staging
from bihuan.plan.timetable import CalendarDay
from bihuan.plan.words import (
    CapacityKind,
    DayKind,
    Extent,
    OrderKind,
    Stage,
    Tuning,
)
from bihuan.stagger.answer import (
    Calendar,
    Goal,
    Opening,
    Status,
    Unready,
    Visit,
    Why,
)
from bihuan.stagger.verify.calendar import check, passes, terms
from return_made import DRAWN, OPENS, Made, district, grade, returns, school
from return_mutants import mutants, unready

QUICK = settings(max_examples=25, deadline=None)
DAY = dt.timedelta(1)


def said(plan: Plan, calendar: Calendar) -> list[str]:
    """Codes of the errors that the checker finds."""
    return [problem.code for problem in errors(tuple(check(plan, calendar)))]


# --- what is right passes, what is changed does not ------------------------------------


@QUICK
@given(returns())
def test_an_answer_that_is_right_passes(made: Made) -> None:
    assert said(made.plan, made.calendar) == []


@QUICK
@given(returns())
def test_no_changed_answer_passes(made: Made) -> None:
    for what, changed in mutants(made.calendar):
        assert said(made.plan, changed), what


@QUICK
@given(returns())
def test_each_capacity_is_counted(made: Made) -> None:
    """One less of what the fullest day takes, and the answer fails."""
    for number, row in enumerate(made.plan.capacities):
        if row.kind in (CapacityKind.INSPECTIONS, CapacityKind.DISINFECTION_TEAMS):
            continue  # as many as schools with a fixed date, which may be accepted
        less = replace(row, amount=row.amount - 1)
        rows = [*made.plan.capacities]
        rows[number] = less
        found = check(replace(made.plan, capacities=tuple(rows)), made.calendar)
        standing = [p for p in found if p.weight is Weight.WARNING]
        chosen = any(o.why is Why.CHOSEN for o in made.calendar.openings)
        if chosen and row.kind is not CapacityKind.SAMPLING and row.amount:
            assert any(errors(tuple(found))) or standing, row.kind


# --- rule by rule, worked out by hand --------------------------------------------------


def one_school(*capacities: Capacity, **more: object) -> Plan:
    """A senior school of two open grades and one whose date is fixed."""
    plan = Plan(
        district=district(),
        schools=(school("S", Stage.SENIOR, accepted=DRAWN),),
        grades=(grade("S", 12, 100), grade("S", 11, 200), grade("S", 10, 300)),
        orders=(
            Order(
                code="O1",
                level=12,
                extent=Extent.PROVINCE,
                kind=OrderKind.FIXED,
                date=OPENS,
            ),
        ),
        capacities=capacities,
    )
    return replace(plan, **more)  # type: ignore[arg-type]  # fields by name


def dated(*dates: tuple[int, int, dt.date], why: Why = Why.CHOSEN) -> Calendar:
    """A calendar of (level, students, date), the fixed grade with it."""
    fixed = Opening(
        school=SchoolCode("S"),
        grades=(GradeCode("G12"),),
        date=OPENS,
        why=Why.ORDER,
        students=100,
    )
    rows = [
        Opening(
            school=SchoolCode("S"),
            grades=(GradeCode(f"G{level}"),),
            date=on,
            why=why,
            students=students,
        )
        for level, students, on in dates
    ]
    return Calendar(status=Status.FOUND, openings=(fixed, *rows))


def both(first: dt.date, second: dt.date) -> Calendar:
    """The second and the first year on two days."""
    return dated((11, 200, first), (10, 300, second))


def limit(kind: CapacityKind, amount: int, area: str = "") -> Capacity:
    return Capacity(kind=kind, start=DRAWN, amount=amount, area=AreaCode(area))


MARCH = {n: dt.date(2021, 3, n) for n in range(1, 32)}


@pytest.mark.parametrize(
    ("first", "second", "codes"),
    [
        (MARCH[11], MARCH[12], []),
        (MARCH[10], MARCH[12], ["G313"]),  # on the day of the fixed one before it
        (MARCH[12], MARCH[11], ["G313"]),
        (MARCH[11], MARCH[11], ["G313"]),
        (MARCH[12], MARCH[13], ["G311"]),  # a Saturday
        (MARCH[12], dt.date(2021, 4, 25), []),  # a made-up workday
        (MARCH[12], dt.date(2021, 5, 3), ["G311"]),  # a public holiday
        (MARCH[12], dt.date(2021, 5, 7), []),  # day 59 of the term
        (MARCH[12], dt.date(2021, 5, 10), ["G312"]),
        (MARCH[5], MARCH[12], ["G312", "G310", "G313"]),
    ],
)
def test_dates_are_judged_by_the_page(
    first: dt.date, second: dt.date, codes: list[str]
) -> None:
    found = said(one_school(), both(first, second))
    assert found == codes


def test_a_row_of_the_calendar_wins_over_holiday_and_week() -> None:
    rows = (
        CalendarDay(date=MARCH[13], kind=DayKind.SCHOOL_DAY),
        CalendarDay(date=MARCH[12], kind=DayKind.ONLINE),
        CalendarDay(
            date=MARCH[12], kind=DayKind.SCHOOL_DAY, school=SchoolCode("OTHER")
        ),
    )
    plan = one_school(calendar=rows)
    assert said(plan, both(MARCH[11], MARCH[13])) == []
    assert said(plan, both(MARCH[11], MARCH[12])) == ["G311"]


def test_weekends_open_where_the_plan_says_so() -> None:
    plan = one_school(staging=(Staging(kind=Tuning.WEEKENDS, amount=1),))
    assert said(plan, both(MARCH[12], MARCH[13])) == []


def test_home_leave_closes_a_day() -> None:
    plan = one_school()
    home = replace(
        plan.schools[0], leave_every=Days(7), leave_days=Days(2), first_leave=MARCH[11]
    )
    assert said(replace(plan, schools=(home,)), both(MARCH[11], MARCH[15])) == ["G311"]


def test_orders_hold_a_grade_back_and_hurry_it() -> None:
    def order(kind: OrderKind, date: dt.date) -> Order:
        return Order(code="O2", level=10, extent=Extent.CITY, kind=kind, date=date)

    plan = one_school()
    late = replace(plan, orders=(*plan.orders, order(OrderKind.NOT_BEFORE, MARCH[16])))
    soon = replace(plan, orders=(*plan.orders, order(OrderKind.NOT_AFTER, MARCH[16])))
    assert said(late, both(MARCH[11], MARCH[15])) == ["G308"]
    assert said(late, both(MARCH[11], MARCH[16])) == []
    assert said(soon, both(MARCH[11], MARCH[17])) == ["G309"]
    assert said(soon, both(MARCH[11], MARCH[16])) == []


def locked(grade_: str, on: dt.date) -> StagedOpening:
    return StagedOpening(
        school=SchoolCode("S"),
        code="M1",
        scope=(grade_,),
        opens=on,
        locked=True,
    )


def test_a_lock_stays_and_may_break_the_order_of_grades() -> None:
    plan = one_school(measures=(locked("G10", MARCH[11]),))
    free = dated((11, 200, MARCH[15]))
    held = dated((10, 300, MARCH[11]), why=Why.LOCK)
    moved = dated((10, 300, MARCH[12]), why=Why.LOCK)
    whole = replace(free, openings=(*free.openings, *held.openings[1:]))
    assert said(plan, whole) == []
    wrong = replace(free, openings=(*free.openings, *moved.openings[1:]))
    assert said(plan, wrong) == ["G307"]


@pytest.mark.parametrize(
    ("kind", "enough", "short"),
    [
        (CapacityKind.STUDENTS, 300, "G322"),
        (CapacityKind.SAMPLING, 250, "G323"),  # 500 within two days, two days to do it
        (CapacityKind.OBSERVATION_BEDS, 1, "G324"),
        (CapacityKind.SUPPLIED, 600, "G326"),
    ],
)
def test_a_limit_is_kept_to_the_last(
    kind: CapacityKind, enough: int, short: str
) -> None:
    calendar = both(MARCH[17], MARCH[18])
    assert said(one_school(limit(kind, enough)), calendar) == []
    found = set(said(one_school(limit(kind, enough - 1)), calendar))
    assert found == {short}


def test_batches_of_an_area_count_without_those_from_above() -> None:
    plan = one_school(limit(CapacityKind.OPENINGS, 1))
    zero = one_school(limit(CapacityKind.OPENINGS, 0))
    assert said(plan, both(MARCH[11], MARCH[12])) == []
    assert said(zero, both(MARCH[11], MARCH[12])) == ["G321", "G321"]
    none = one_school(
        limit(CapacityKind.OPENINGS, 1), limit(CapacityKind.OPENINGS, 0, "A")
    )
    assert said(none, both(MARCH[11], MARCH[12])) == ["G321", "G321"]


def test_coaches_are_rounded_up_batch_by_batch() -> None:
    grades = (grade("S", 12, 100), grade("S", 11, 200, 46), grade("S", 10, 300, 44))
    calendar = both(MARCH[11], MARCH[12])
    for amount, codes in ((2, []), (1, ["G325"])):
        plan = one_school(limit(CapacityKind.BUSES, amount), grades=grades)
        assert said(plan, calendar) == codes


def test_what_a_fixed_date_alone_takes_is_a_warning() -> None:
    plan = one_school(limit(CapacityKind.SAMPLING, 10))
    found = check(plan, dated())
    assert {p.code for p in found if p.weight is Weight.WARNING} == {"G327"}
    assert {p.code for p in found if p.weight is Weight.ERROR} == {"G303"}


def visited(on: dt.date | None, *named: Unready) -> tuple[Plan, Calendar]:
    """A school that has to be inspected, ready on the ninth."""
    where = school("S", Stage.SENIOR, ready=MARCH[9])
    calendar = both(MARCH[15], MARCH[16])
    visits = (Visit(school=SchoolCode("S"), date=on),) if on else ()
    return one_school(schools=(where,)), replace(calendar, visits=visits, unready=named)


@pytest.mark.parametrize(
    ("on", "codes"),
    [
        (MARCH[9], []),
        (MARCH[8], ["G333"]),
        (MARCH[10], ["G332"]),
        (None, ["G331"]),
    ],
)
def test_inspections_come_in_time(on: dt.date | None, codes: list[str]) -> None:
    assert said(*visited(on)) == codes


def test_a_school_that_cannot_be_ready_is_named() -> None:
    plan, calendar = visited(MARCH[10], unready())
    found = check(plan, calendar)
    assert [p.code for p in found] == ["G338"]
    for wrong in (
        unready(date=MARCH[11]),
        unready(order="O2"),
        unready(mend_by=OPENS),
        unready(grades=(GradeCode("G11"),)),
    ):
        assert "G339" in said(*visited(MARCH[10], wrong))
    assert said(*visited(MARCH[9], unready())) == ["G339"]


def test_inspectors_and_teams_have_so_many_hands() -> None:
    schools = tuple(school(code, Stage.SENIOR) for code in "ST")
    grades = (grade("S", 11, 1), grade("T", 11, 1))
    openings = tuple(
        Opening(
            school=SchoolCode(code),
            grades=(GradeCode("G11"),),
            date=MARCH[on],
            students=1,
        )
        for code, on in (("S", 11), ("T", 12))
    )
    visits = tuple(Visit(school=SchoolCode(code), date=MARCH[10]) for code in "ST")
    calendar = Calendar(status=Status.FOUND, openings=openings, visits=visits)
    for kind, code in (
        (CapacityKind.INSPECTIONS, "G336"),
        (CapacityKind.DISINFECTION_TEAMS, "G337"),
    ):
        for amount, codes in ((2, []), (1, [code])):
            plan = one_school(
                limit(kind, amount), schools=schools, grades=grades, orders=()
            )
            assert said(plan, calendar) == codes


def test_terms_are_those_worked_out_by_hand() -> None:
    plan = one_school(
        siblings=(
            Siblings(
                school=SchoolCode("S"),
                grade=GradeCode("G12"),
                other_school=SchoolCode("S"),
                other_grade=GradeCode("G11"),
                pairs=7,
            ),
        ),
        measures=(replace(locked("G10", MARCH[12]), locked=False),),
    )
    found = terms(plan, both(MARCH[11], MARCH[17]))
    # earliest day of both is the tenth; a senior school's day weighs 1.5
    assert found == {
        Goal.LATE: (200 * 1 + 300 * 7) * 1.5,
        Goal.PEAK: 300,
        Goal.SIBLINGS: 7,
        Goal.FAIRNESS: (200 * 1 + 300 * 7) / 500,
        Goal.CHANGE: 300 * 5,
    }


def test_batches_are_cut_as_the_plan_says() -> None:
    levels = (6, 5, 4, 3, 2, 1)
    grades = tuple(grade("S", n, 10) for n in levels)
    where = school("S", Stage.PRIMARY, accepted=DRAWN)
    plan = one_school(schools=(where,), grades=grades)

    def cut(*runs: tuple[int, ...]) -> Calendar:
        rows = tuple(
            Opening(
                school=SchoolCode("S"),
                grades=tuple(GradeCode(f"G{n}") for n in run),
                date=MARCH[11 + k],
                students=10 * len(run),
            )
            for k, run in enumerate(runs)
        )
        return Calendar(status=Status.FOUND, openings=rows)

    assert passes(plan, cut((6, 5, 4), (3, 2, 1)))
    assert said(plan, cut((6, 5, 4, 3), (2, 1))) == ["G305", "G305"]
    assert said(plan, cut((3, 2, 1), (6, 5, 4))) == ["G313"]
    low = replace(plan, staging=(Staging(kind=Tuning.LOW_FIRST, amount=1),))
    assert passes(low, cut((3, 2, 1), (6, 5, 4)))


def test_every_problem_says_where_and_how_to_mend() -> None:
    plan = one_school(limit(CapacityKind.STUDENTS, 1))
    for problem in check(plan, both(MARCH[5], MARCH[4])):
        assert str(problem.where)
        assert "{" not in str(problem)


def test_an_unready_school_still_owes_an_inspection_to_its_first_free_batch() -> None:
    plan, calendar = visited(None, unready())
    assert said(plan, calendar) == ["G331"]


def test_nobody_disinfects_on_a_holiday() -> None:
    plan, calendar = visited(MARCH[9])
    shut = CalendarDay(date=MARCH[8], kind=DayKind.HOLIDAY)
    assert said(replace(plan, calendar=(shut,)), calendar) == ["G340"]


def test_a_batch_that_is_told_twice_on_one_day_is_found() -> None:
    calendar = both(MARCH[11], MARCH[12])
    again = replace(calendar, openings=(*calendar.openings, calendar.openings[0]))
    assert said(one_school(), again) == ["G302"]
