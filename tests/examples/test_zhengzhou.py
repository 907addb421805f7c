"""Spring 2020: the real dates are a feasible plan of the rules of that spring."""

from datetime import date, timedelta

import pytest

import make_zhengzhou as made
from bihuan.base.problems import errors
from bihuan.plan.check import check as check_plan
from bihuan.plan.plan import Plan
from bihuan.plan.read import read
from bihuan.stagger.answer import Calendar, Opening, Status, Visit
from bihuan.stagger.calendar.batches import batches
from bihuan.stagger.calendar.settings import Settings
from bihuan.stagger.calendar.solve import plan_calendar
from bihuan.stagger.explain.explain import explain
from bihuan.stagger.verify.calendar import check


def calendar(plan: Plan, *, later: int = 0) -> Calendar:
    """The real dates as an answer; later: days by which the primary schools are moved."""
    levels = {(row.school, row.code): row.level for row in plan.grades}
    dates = made.real_dates()
    if later:
        moved = dates[1] + timedelta(days=later)
        dates |= dict.fromkeys(range(1, 7), moved)
    openings = tuple(
        Opening(
            school=batch.school.code,
            grades=batch.grades,
            date=dates[levels[batch.school.code, batch.grades[0]]],
            why=batch.why,
            students=batch.students,
        )
        for batch in batches(plan, Settings(plan))
    )
    inspected = {
        "CZ1": date(2020, 4, 15),
        "CZ2": date(2020, 4, 16),
        "XX1": date(2020, 5, 7),
        "XX2": date(2020, 5, 8),
        "ZX1": date(2020, 5, 8),
    }
    visits = tuple(
        Visit(school=row.code, date=inspected[row.code])
        for row in plan.schools
        if row.code in inspected
    )
    return Calendar(status=Status.FOUND, openings=openings, visits=visits)


def test_the_workbook_is_what_the_program_makes() -> None:
    reading = read(made.OUT)
    assert reading.problems == ()
    assert reading.plan == made.rules()


@pytest.mark.parametrize(
    "plan", [made.rules(), made.noticed()], ids=["rules", "notice"]
)
def test_the_real_dates_are_a_feasible_plan(plan: Plan) -> None:
    assert [str(problem) for problem in check(plan, calendar(plan))] == []
    assert list(errors(check_plan(plan))) == []
    assert explain(plan, seconds=30) is None


def test_other_dates_are_not() -> None:
    # A week sooner the inspections of the primary schools come too late.
    assert list(errors(tuple(check(made.rules(), calendar(made.rules(), later=-7)))))
    assert list(errors(tuple(check(made.noticed(), calendar(made.noticed(), later=1)))))


def test_the_rules_would_also_have_allowed_everybody_by_20_april() -> None:
    plan = made.rules()
    found = plan_calendar(plan, seconds=20, threads=1)
    assert found.status in (Status.PROVEN, Status.FOUND)
    assert list(errors(tuple(check(plan, found)))) == []
    last = max(opening.date for opening in found.openings)
    assert last == date(2020, 4, 20)
    assert (max(made.real_dates().values()) - last).days == 21


def test_with_the_notice_nothing_is_left_but_the_kindergartens() -> None:
    plan = made.noticed()
    found = plan_calendar(plan, seconds=20, threads=1)
    assert list(errors(tuple(check(plan, found)))) == []
    levels = {(row.school, row.code): row.level for row in plan.grades}
    dates = made.real_dates()
    for opening in found.openings:
        level = levels[opening.school, opening.grades[0]]
        if level:
            assert opening.date == dates[level]
        else:
            assert opening.date >= made.PRIMARY
