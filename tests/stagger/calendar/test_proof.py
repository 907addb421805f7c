"""Nothing is called impossible on one solver's word."""

import numpy as np
from hypothesis import HealthCheck, given, settings

from bihuan.plan.plan import Plan
from bihuan.stagger.answer import Aim
from bihuan.stagger.calendar import lp, proof
from bihuan.stagger.calendar.lp import Ended
from bihuan.stagger.calendar.rows import Programme, model, weights
from bihuan.stagger.calendar.spec import spec
from small_return import small

MANY = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def two(upper: float) -> Programme:
    """Two choices that add up to one, each at most `upper`."""
    return Programme(
        cost=np.zeros(2),
        offset=0.0,
        lower=np.zeros(2),
        upper=np.ones(2),
        whole=np.arange(2),
        start=np.array([0, 2, 3, 4]),
        column=np.array([0, 1, 0, 1]),
        value=np.ones(4),
        row_lower=np.array([1.0, -np.inf, -np.inf]),
        row_upper=np.array([1.0, upper, upper]),
    )


def test_a_ray_is_checked_and_not_believed() -> None:
    ray = np.array([1.0, -1.0, -1.0])
    assert proof.certifies(two(0.25), ray)
    assert not proof.certifies(two(0.5), ray)
    assert not proof.certifies(two(0.25), np.array([1.0, -1.0, 0.0]))


def test_without_a_ray_the_second_engine_is_asked() -> None:
    nothing = np.zeros(0)
    assert proof.confirmed(two(0.25), nothing, seconds=5) == proof.SECOND
    assert not proof.confirmed(two(0.5), nothing, seconds=5)


def test_what_only_whole_numbers_rule_out_is_looked_at_twice() -> None:
    assert proof.no_whole_plan(two(0.5), seconds=5, threads=1)
    assert not proof.no_whole_plan(two(1.0), seconds=5, threads=1)


@MANY
@given(small())
def test_where_the_lp_has_nothing_a_ray_proves_it(plan: Plan) -> None:
    asked = spec(plan)
    built = model(asked, weights(asked, Aim.BALANCED))
    relaxed = lp.relaxed(built, seconds=10)
    if relaxed.ended is Ended.NONE:
        assert proof.confirmed(built, relaxed.dual, seconds=10)
    else:
        assert relaxed.ended is Ended.BEST
