"""A calendar mended by hand is solved again: what the hand changed is locked."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from bihuan.base.ids import GradeCode, SchoolCode
from bihuan.plan.measures import StagedOpening
from bihuan.plan.plan import Plan
from bihuan.stagger.answer import Calendar
from bihuan.stagger.verify.asked import Asked

Dates = Mapping[tuple[SchoolCode, GradeCode], dt.date]


def dates(calendar: Calendar) -> Dates:
    """The date of every grade."""
    return {(o.school, code): o.date for o in calendar.openings for code in o.grades}


def edits(plan: Plan, mended: Calendar, before: Calendar | None) -> Dates:
    """Dates that the hand set: other than those before, else than the plan's own."""
    asked = Asked(plan)
    was = dates(before) if before else asked.published
    return {
        key: on
        for key, on in dates(mended).items()
        if was.get(key) != on and key in asked.grades
    }


def locked(plan: Plan, mended: Calendar, before: Calendar | None) -> Plan:
    """The plan with the edits as locks and the other dates as published ones.

    They stand before the plan's own measures, whose word on a grade they replace.
    """
    changed, told = edits(plan, mended, before), dates(mended)
    rows = tuple(
        StagedOpening(
            school=school,
            code=f"hand-{school}-{grade}",
            scope=(grade,),
            opens=on,
            locked=(school, grade) in changed,
        )
        for (school, grade), on in told.items()
    )
    kept = tuple(m for m in plan.measures if not _replaced(plan, m, told))
    return replace(plan, measures=(*rows, *kept))


def _replaced(plan: Plan, measure: object, told: Dates) -> bool:
    """Whether a published date speaks only of grades that the hand has dated."""
    if not isinstance(measure, StagedOpening):
        return False
    keys = list(Asked(plan).scope(measure))
    return bool(keys) and all(key in told for key in keys)
