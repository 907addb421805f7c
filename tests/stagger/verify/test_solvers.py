"""Whatever the solvers answer passes the checker; changed in any way it does not."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import day_made
import day_mutants
import return_made
import return_mutants
from bihuan.base.problems import errors
from bihuan.plan.plan import Plan
from bihuan.plan.words import CapacityKind, Setting
from bihuan.stagger.answer import Aim, Calendar, Status
from bihuan.stagger.calendar.replan import replan
from bihuan.stagger.calendar.solve import plan_calendar
from bihuan.stagger.day.mixing import Rates
from bihuan.stagger.day.solve import plan_day
from bihuan.stagger.hand.lock import dates, locked
from bihuan.stagger.verify.calendar import check
from bihuan.stagger.verify.day import check as check_day

FEW = settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
MANY = settings(FEW, max_examples=40)
RATES = Rates(dict.fromkeys(Setting, 0.01))


def wrong(plan: Plan, calendar: Calendar) -> list[str]:
    """What breaks a rule; what stands and is named is no fault of the answer."""
    return [str(problem) for problem in errors(tuple(check(plan, calendar)))]


def looser(plan: Plan) -> Plan:
    """The plan with a second batch a day, so that the solver has a choice."""
    rows = tuple(
        replace(row, amount=2 * row.amount)
        if row.kind is not CapacityKind.OBSERVATION_BEDS
        else row
        for row in plan.capacities
    )
    return replace(plan, capacities=rows)


def answers(made: return_made.Made, aim: Aim) -> None:
    plan = looser(made.plan)
    found = plan_calendar(plan, aim=aim, seconds=2, threads=1)
    assert found.status in (Status.PROVEN, Status.FOUND)
    assert wrong(plan, found) == []
    for what, changed in return_mutants.mutants(found):
        assert wrong(plan, changed), what


@FEW
@given(return_made.returns(), st.sampled_from(Aim))
def test_calendars_pass_and_none_changed_does(made: return_made.Made, aim: Aim) -> None:
    answers(made, aim)


@pytest.mark.slow
@MANY
@given(return_made.returns(), st.sampled_from(Aim))
def test_many_calendars_pass(made: return_made.Made, aim: Aim) -> None:
    answers(made, aim)


@pytest.mark.slow
@FEW
@given(return_made.returns(), st.data())
def test_a_hand_edit_stays_and_the_rest_passes(
    made: return_made.Made, data: st.DataObject
) -> None:
    """A batch is moved a week later by hand, locked, and the rest is planned again."""
    plan = looser(made.plan)
    old = plan_calendar(plan, seconds=5, threads=1)
    chosen = [o for o in old.openings if o.date > return_made.OPENS]
    if not chosen:
        return
    moved = data.draw(st.sampled_from(chosen))
    later = replace(moved, date=moved.date + return_made.WEEK)
    rows = tuple(later if o is moved else o for o in old.openings)
    mended = locked(plan, replace(old, openings=rows), old)
    new = replan(mended, old, seconds=5, threads=1)
    if new.status not in (Status.PROVEN, Status.FOUND):
        return  # the hand may have asked for what cannot be
    assert wrong(mended, new) == []
    for code in moved.grades:
        assert dates(new)[moved.school, code] == later.date


def day_answers(made: day_made.Made) -> None:
    found = plan_day(made.plan, day_made.S, made.day.date, rates=RATES, seconds=2)
    assert found.status in (Status.PROVEN, Status.FOUND)
    assert [str(p) for p in check_day(made.plan, found)] == []
    for what, changed in day_mutants.mutants(found):
        assert check_day(made.plan, changed), what


def test_a_day_passes_and_none_changed_does() -> None:
    rows = [day_made.klass(0, 40, 10), day_made.klass(1, 30, 0)]
    day_answers(day_made.of(rows))


@pytest.mark.slow
@MANY
@given(day_made.days())
def test_many_days_pass(made: day_made.Made) -> None:
    day_answers(made)
