"""The calendar that is found is the best of all that the checker passes."""

import pytest
from hypothesis import HealthCheck, given, settings

from bihuan.base.problems import errors
from bihuan.plan.plan import Plan
from bihuan.stagger.answer import Aim, Status
from bihuan.stagger.calendar import lp
from bihuan.stagger.calendar.rows import model, weights
from bihuan.stagger.calendar.solve import plan_calendar
from bihuan.stagger.calendar.spec import spec
from bihuan.stagger.explain.explain import explain
from bihuan.stagger.verify.calendar import check
from return_made import Made, returns
from small_return import best_of_all, small, worth

FEW = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))


@FEW
@given(small())
def test_no_calendar_that_the_checker_passes_is_better(plan: Plan) -> None:
    found = plan_calendar(plan, seconds=20)
    best = best_of_all(plan)
    if found.unready:
        return  # the checker has no way to try a date for which nobody is ready
    if best is None:
        assert found.status is Status.IMPOSSIBLE
        return
    assert found.status is Status.PROVEN
    assert found.objective == pytest.approx(best, rel=1e-4, abs=1e-6)


@settings(FEW, max_examples=3)
@given(small())
def test_who_asked_why_can_still_plan(plan: Plan) -> None:
    """HiGHS' threads are the process's: the explanation must leave them to the next."""
    explain(plan, seconds=5)
    relaxed = lp.relaxed(
        model(spec(plan), weights(spec(plan), Aim.BALANCED)), seconds=5
    )
    assert relaxed.ended is not lp.Ended.STOPPED


@settings(FEW, max_examples=3)
@given(returns())
def test_where_there_is_a_plan_one_is_found(made: Made) -> None:
    found = plan_calendar(made.plan, seconds=20)
    assert found.status in {Status.PROVEN, Status.FOUND}
    assert list(errors(tuple(check(made.plan, found)))) == []
    assert found.objective is not None
    assert found.objective <= worth(made.plan, made.calendar) + 1e-6
