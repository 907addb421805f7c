"""What reading a plan gives: the plan, if it could be built, and all that is wrong."""

from dataclasses import dataclass

from bihuan.base.problems import Problem
from bihuan.plan.plan import Plan


@dataclass(frozen=True)
class Reading:
    """A plan as read, None if errors kept it from being built, with its problems."""

    plan: Plan | None
    problems: tuple[Problem, ...] = ()
