"""Is a plan complete, consistent, feasible? One function per check; no rule book.

`rules.standards.judge` asks beside it whether the plan keeps the rules of its date.
"""

from typing import Final

from bihuan.base.problems import Problem
from bihuan.plan.check import (
    calendar,
    complete,
    consistent,
    feasible,
    slots,
    staging,
)
from bihuan.plan.check.look import Look
from bihuan.plan.plan import Plan

CHECKS: Final = (
    *consistent.CHECKS,
    *complete.CHECKS,
    *feasible.CHECKS,
    *calendar.CHECKS,
    *staging.CHECKS,
    *slots.CHECKS,
)
"""Every check, in the order in which its problems are told."""


def check(plan: Plan) -> tuple[Problem, ...]:
    """All that is wrong with a plan by itself."""
    look = Look(plan)
    return tuple(problem for one in CHECKS for problem in one(look))
