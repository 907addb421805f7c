"""Hours of the gate come from the plan: arrival, leaving, home leave of the boarders."""

import datetime as dt
from functools import cache
from pathlib import Path

import pytest

from bihuan.base.ids import SchoolCode
from bihuan.plan.plan import Plan
from bihuan.plan.read import read
from bihuan.rules.passage import Direction
from bihuan.web.ledgers.gate.hours import NEVER, Group, Hours
from site_world import ZONE

ROOT = Path(__file__).parents[4]
SCHOOL = "SYGZ"
DAY_PUPIL = Group(student=True, grade="高三")
BOARDER = Group(student=True, boards=True, grade="高三")
STAFF = Group(student=False)


@cache
def plan() -> Plan:
    found = read(ROOT / "examples/xinmi/plan.xlsx").plan
    assert found
    return found.of(SchoolCode(SCHOOL))


def hours(day: dt.date) -> Hours:
    return Hours(plan(), SCHOOL, day, ZONE)


def at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), ZONE)


TUESDAY = dt.date(2020, 5, 12)
SUNDAY = dt.date(2020, 5, 10)
LEAVE = dt.date(2020, 5, 1)


def test_day_pupils_come_in_the_hours_of_arrival() -> None:
    (window,) = hours(TUESDAY).of(DAY_PUPIL, Direction.IN) or ()
    assert (window.start, window.end) == (at(TUESDAY, 6, 10), at(TUESDAY, 6, 50))
    assert hours(TUESDAY).now_coming(DAY_PUPIL, at(TUESDAY, 6, 30)) == window
    assert hours(TUESDAY).now_coming(DAY_PUPIL, at(TUESDAY, 6, 50)) is None


def test_who_stays_a_little_longer_is_not_locked_in() -> None:
    (window,) = hours(TUESDAY).of(DAY_PUPIL, Direction.OUT) or ()
    assert window.holds(at(TUESDAY, 22))
    assert window.holds(at(TUESDAY, 23, 59))
    assert not window.holds(at(TUESDAY, 21, 59))


def test_on_a_day_without_hours_nothing_is_said() -> None:
    assert hours(SUNDAY).of(DAY_PUPIL, Direction.IN) is None


@pytest.mark.parametrize("day", [LEAVE, LEAVE - dt.timedelta(days=1)])
def test_boarders_leave_on_home_leave_and_the_day_before(day: dt.date) -> None:
    assert hours(day).of(BOARDER, Direction.OUT) is None


def test_boarders_stay_on_other_days_and_may_always_come_back() -> None:
    assert hours(TUESDAY).of(BOARDER, Direction.OUT) == NEVER
    assert hours(TUESDAY).of(BOARDER, Direction.IN) is None
    assert Hours(None, SCHOOL, TUESDAY, ZONE).of(BOARDER, Direction.OUT) == NEVER


def test_staff_come_and_go() -> None:
    for way in Direction:
        assert hours(TUESDAY).of(STAFF, way) is None
