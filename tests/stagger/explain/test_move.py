"""A batch moved by hand: what breaks is named, every way out passes the checker."""

import datetime as dt
from dataclasses import replace
from functools import cache

import pytest

import planted
from bihuan.base.ids import AreaCode
from bihuan.base.problems import errors
from bihuan.plan.plan import Capacity, Plan
from bihuan.plan.words import CapacityKind
from bihuan.stagger.answer import Calendar, Opening, Status
from bihuan.stagger.calendar.solve import plan_calendar
from bihuan.stagger.explain.move import Move, move
from bihuan.stagger.verify.calendar import check


@cache
def plan() -> Plan:
    """A small district in which an area opens two batches a day."""
    made = planted.planted(3, 5).twin
    rows = tuple(
        row for row in made.capacities if row.kind is not CapacityKind.OPENINGS
    )
    two = Capacity(kind=CapacityKind.OPENINGS, start=made.district.drawn_up, amount=2)
    return replace(made, capacities=(*rows, two))


@cache
def calendar() -> Calendar:
    found = plan_calendar(plan(), seconds=15, threads=1, seed=1)
    assert found.status in (Status.FOUND, Status.PROVEN)
    return found


def area(row: Opening) -> AreaCode:
    return plan().by_code[row.school].area


@cache
def full() -> tuple[Opening, dt.date]:
    """A batch and an earlier day on which its area is full."""
    by_day: dict[tuple[AreaCode, dt.date], list[Opening]] = {}
    for row in calendar().openings:
        by_day.setdefault((area(row), row.date), []).append(row)
    first = {row.school: row for row in reversed(calendar().openings)}
    for (where, day), rows in by_day.items():
        for row in first.values():
            if len(rows) == 2 and area(row) == where and row.date > day:
                return row, day
    raise AssertionError


@cache
def moved() -> Move:
    row, day = full()
    return move(plan(), calendar(), row.school, row.grades, day, seconds=20)


def test_the_day_that_is_full_is_named_with_what_it_has() -> None:
    row, day = full()
    assert not moved().fits
    assert f"openings:{area(row)}" in moved().rows
    name = next(a.name for a in plan().areas if a.code == area(row))
    assert f"{name}{day}成了3批，最多2批" in moved().said


def test_there_are_three_ways_out_and_each_passes_the_checker() -> None:
    assert len(moved().ways) == 3
    for way in moved().ways:
        assert list(errors(tuple(check(way.plan, way.calendar)))) == []


def test_ways_come_by_how_many_families_get_another_date() -> None:
    counts = [way.families for way in moved().ways]
    assert counts == sorted(counts)
    row, _ = full()
    assert all(count >= row.students or count == 0 for count in counts)


def test_one_way_keeps_the_hand_s_date_and_the_plan() -> None:
    row, day = full()
    kept = [
        way
        for way in moved().ways
        if way.plan == plan()
        and any(
            o.school == row.school and o.grades == row.grades and o.date == day
            for o in way.calendar.openings
        )
    ]
    assert len(kept) == 1
    assert "其余不动" in kept[0].said


def test_one_way_asks_for_room_and_moves_nobody_else() -> None:
    more = [way for way in moved().ways if way.plan != plan()]
    assert len(more) == 1
    assert "1天内增加共1个批次名额" in more[0].said
    assert more[0].families == full()[0].students


def test_the_date_it_has_fits() -> None:
    row, _ = full()
    assert move(plan(), calendar(), row.school, row.grades, row.date).fits


@pytest.mark.parametrize("days", [-40, 5])
def test_a_day_without_school_is_said_to_be_one(days: int) -> None:
    row, _ = full()
    sunday = dt.date(2020, 6, 7) + dt.timedelta(days=days - days % 7)
    found = move(plan(), calendar(), row.school, row.grades, sunday)
    assert not found.fits
    assert "不上课" in found.said[0]
    assert found.rows == ()
