"""Supplies over the horizon: what daily life and the outbreak use up."""

import xarray as xr

from bihuan.base.ids import SchoolCode
from bihuan.outbreak.variant import HOME_DAY, CrossingDays
from bihuan.plan.plan import Plan
from bihuan.plan.words import Driver, ZoneKind


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
    rows = []
    for supply in plan.supplies:
        if supply.school != school:
            continue
        number = drivers(plan, school, days)[supply.driver]
        used = supply.rate * number * (1 if supply.durable else open_days)
        if supply.driver in (Driver.STUDENT, Driver.PERSON) and not supply.durable:
            used -= supply.rate * min(away, students * open_days)
        rows.append((f"{supply.item}（{supply.unit}）", used, supply.stock))
    return tuple(rows)


def drivers(plan: Plan, school: SchoolCode, days: CrossingDays) -> dict[Driver, float]:
    """How many of each thing that supplies grow with."""
    zones = [z for z in plan.zones if z.school == school]
    classes = {c.within or c.code for c in plan.classes if c.school == school}
    students = days.day_students + days.boarders
    return {
        Driver.STUDENT: students,
        Driver.STAFF: days.staff,
        Driver.PERSON: students + days.staff,
        Driver.CLASS: len(classes),
        Driver.LANE: sum(z.lanes or 0 for z in zones if z.kind is ZoneKind.GATE),
        Driver.ISOLATION_ROOM: sum(
            z.rooms or 1 for z in zones if z.kind is ZoneKind.ISOLATION_ROOM
        ),
        Driver.AREA: sum((z.area or 0) * (z.rooms or 1) for z in zones) / 100.0,
        Driver.SCHOOL: 1,
    }
