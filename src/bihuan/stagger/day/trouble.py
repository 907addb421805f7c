"""What keeps a day from being planned at all: problems of the question, not of the plan."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from bihuan.base.ids import SchoolCode
from bihuan.base.problems import Problem, error
from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.plan.days import day_kinds
from bihuan.plan.plan import Plan

NO_SCHOOL: Final = error(
    "G201",
    N_("预案里没有学校「{came}」。"),
    N_("改成学校表里的代码。"),
)
NO_CLASSES: Final = error(
    "G202",
    N_("{school}没有班级，只有人数，排不出时段。"),
    N_("在班级表里填上该校的班级。"),
)
NO_PERIODS: Final = error(
    "G203",
    N_("{school}没有作息，排不出时段。"),
    N_("在作息表里填上该校的作息。"),
)
NO_SCHOOL_DAY: Final = error(
    "G204",
    N_("{came} {school}不上课，也没有学生留校。"),
    N_("换一天，或改校历。"),
)
NOBODY_BACK: Final = error(
    "G205",
    N_("{came} {school}还没有年级返校。"),
    N_("换一天；最早返校的年级是 {first}。"),
)


class NoDay(Exception):  # noqa: N818  # it names what there is not
    """There is nothing to plan; the problems say why."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def troubles(plan: Plan, school: SchoolCode, date: dt.date) -> Iterator[Problem]:
    """Why a day of a school cannot be asked for; nothing where it can."""
    row = plan.by_code.get(school)
    if row is None:
        yield NO_SCHOOL.at(Where(sheet="schools"), came=school)
        return
    where = plan.where("schools", plan.schools.index(row))
    if not any(c.school == school for c in plan.classes):
        yield NO_CLASSES.at(where, school=row.name)
    if not any(p.school == school for p in plan.periods):
        yield NO_PERIODS.at(where, school=row.name)
    if kind_of(plan, school, date) > plan.district.cycle_days:
        yield NO_SCHOOL_DAY.at(where, school=row.name, came=date)


def kind_of(plan: Plan, school: SchoolCode, date: dt.date) -> int:
    """Kind of a date, numbered as in `plan.days`."""
    number = (date - plan.district.opens).days
    return int(day_kinds(plan, school, 1, start=number)[0])
