"""Supplies over the horizon: what daily life and the outbreak use up."""

import xarray as xr

from bihuan.base.ids import SchoolCode
from bihuan.outbreak.variant import HOME_DAY, CrossingDays
from bihuan.plan.plan import Plan
from bihuan.plan.supplies import drivers
from bihuan.plan.words import Driver


def supplies_used(
    plan: Plan, school: SchoolCode, days: CrossingDays, runs: xr.Dataset
) -> tuple[tuple[str, float, float | None], ...]:
    """Item (with unit), expected use over the days at school, stock.

    Daily use is rate x drivers on every day that is not a home day, for those who are
    not apart; a durable's use is the number that must stand ready.
    """
    open_days = int((days.base != HOME_DAY).sum())
    students = days.day_students + days.boarders
    away = float(runs["apart_days"].mean())
    counts = drivers(plan, school, students=students, staff=days.staff)
    rows = []
    for supply in plan.supplies:
        if supply.school != school:
            continue
        number = counts[supply.driver]
        used = supply.rate * number * (1 if supply.durable else open_days)
        if supply.driver in (Driver.STUDENT, Driver.PERSON) and not supply.durable:
            used -= supply.rate * min(away, students * open_days)
        rows.append((f"{supply.item}（{supply.unit}）", used, supply.stock))
    return tuple(rows)
