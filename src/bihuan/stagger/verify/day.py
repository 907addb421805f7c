"""Judges the slots of a school's day from the plan alone, whoever made them."""

from bihuan.base.problems import Problem
from bihuan.plan.plan import Plan
from bihuan.stagger.answer import Calendar, Day
from bihuan.stagger.verify import places, said, slots
from bihuan.stagger.verify.present import Present
from bihuan.stagger.verify.slots import Beside


def check(plan: Plan, day: Day, calendar: Calendar | None = None) -> list[Problem]:
    """Everything that is wrong with a day's slots."""
    present = Present(plan=plan, school=day.school, date=day.date, calendar=calendar)
    beside = Beside(present, day)
    return [*slots.look(beside), *places.look(beside), *said.look(beside)]
