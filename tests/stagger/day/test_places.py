"""Gates, taps, queues and mixing by themselves, against what can be worked out by hand."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import pytest

from bihuan.base.ids import ClassCode, GradeCode, SchoolCode, ZoneCode
from bihuan.plan.people import Class
from bihuan.plan.words import Flow, Setting, Who
from bihuan.stagger.day import wash
from bihuan.stagger.day.facts import Facts, Gate, Hall, Limits, Need, Placed, facts
from bihuan.stagger.day.gates import windows
from bihuan.stagger.day.mixing import minutes_together
from bihuan.stagger.day.queues import fluid, queues
from world import YIGAO, small_plan

DATE = dt.date(2020, 4, 22)


@pytest.fixture(scope="module")
def asked() -> Facts:
    """一高 on a school day, its gate with two lanes."""
    found = facts(small_plan(), YIGAO, DATE)
    halls = tuple(
        Hall(code=ZoneCode(code), seats=100, whole_seats=100, rate=30.0)
        for code in ("H", "K")
    )
    gates = (Gate(code=ZoneCode("GATE"), lanes=2),)
    return replace(found, gates=gates, halls=halls)


def need(
    name: str, size: int, flow: Flow, low: int, high: int, *, zone: str = ""
) -> Need:
    klass = Class(
        school=SchoolCode("S"),
        code=ClassCode(name),
        name=name,
        grade=GradeCode(name[0]),
        students=size,
        stair=ZoneCode("S1"),
    )
    return Need(
        klass=klass,
        flow=flow,
        who=Who.STUDENTS,
        size=size,
        low=low,
        high=high,
        zone=ZoneCode(zone),
    )


def at(one: Need, zone: str, start: int, end: int, lane: int = 0) -> Placed:
    return Placed(need=one, zone=ZoneCode(zone), start=start, end=end, lane=lane)


def test_windows_part_every_period_and_overlap_nowhere() -> None:
    rows = [need("a", 1, Flow.ARRIVAL, 400, 440), need("b", 1, Flow.ARRIVAL, 400, 500)]
    cut = windows(rows, 15)
    assert cut[0][0] == 400
    assert cut[-1][1] == 500
    assert (420, 440) in cut
    assert all(high - low >= 15 for low, high in cut)
    assert all(a[1] == b[0] for a, b in pairwise(cut))
    assert windows([need("a", 1, Flow.ARRIVAL, 400, 407)], 15) == ((400, 407),)


def test_a_queue_waits_for_half_of_what_is_left_over(asked: Facts) -> None:
    rate = 60.0 / asked.limits.service
    size = int(15 * rate) + 30
    rows = [at(need("a", size, Flow.ARRIVAL, 400, 430), "GATE", 400, 415, lane=1)]
    (told,) = fluid(asked, rows)
    assert told.fluid == pytest.approx((size / rate - 15.0) / 2.0, rel=1e-6)
    two = [replace(rows[0], lane=0)]
    assert fluid(asked, two)[0].fluid == 0.0


def test_people_wait_more_than_the_fluid_and_stragglers_make_it_worse(
    asked: Facts,
) -> None:
    rate = 60.0 / asked.limits.service
    size = int(15 * rate * 0.85)
    rows = [
        at(need(name, size, Flow.ARRIVAL, 400, 430), "GATE", start, start + 15, lane=1)
        for name, start in (("a", 400), ("b", 415))
    ]
    (told,) = queues(asked, rows, seed=1)
    assert told.fluid == 0.0
    assert 0.0 < told.mean <= told.p95 <= told.longest
    assert told.people == 2 * size
    assert queues(asked, rows, seed=1) == (told,)
    slower = replace(
        asked, limits=replace(asked.limits, service=asked.limits.service * 1.3)
    )
    assert queues(slower, rows, seed=1)[0].mean > 2 * told.mean


def test_mixing_counts_pairs_of_different_classes_times_minutes(asked: Facts) -> None:
    a, b = need("a", 10, Flow.LUNCH, 700, 760), need("b", 20, Flow.LUNCH, 700, 760)
    rows = [at(a, "H", 700, 720), at(b, "H", 710, 730)]
    told = minutes_together(asked, rows)
    assert told[Setting.CANTEEN_HALL] == 10 * 20 * 10
    # Out at 700 and 710, back at 720 and 730: never on the stair together.
    assert told[Setting.STAIR] == 0
    close = minutes_together(asked, [at(a, "H", 700, 720), at(b, "K", 702, 720)])
    assert close[Setting.CANTEEN_HALL] == 0
    assert close[Setting.STAIR] == 10 * 20 * (1 + 3)
    gate = [
        at(need("a", 10, Flow.ARRIVAL, 400, 430), "GATE", 400, 415, lane=1),
        at(need("b", 20, Flow.ARRIVAL, 400, 430), "GATE", 400, 430, lane=2),
    ]
    assert minutes_together(asked, gate)[Setting.GATE] == 10 * 20 * 0.5


def limits_of(asked: Facts, taps: int) -> Facts:
    return replace(
        asked,
        taps={ZoneCode("F"): taps},
        limits=replace(asked.limits, washing=5),
    )


def test_classes_wash_one_after_another_where_there_is_time(asked: Facts) -> None:
    rows = [need(name, 30, Flow.WASH, 350, 370, zone="F") for name in "ab"]
    place = (ZoneCode("F"), 350, 370)
    apart = wash.wash(limits_of(asked, 20), place, rows)
    assert apart is not None
    assert [(one.start, one.end) for one in apart] == [(350, 360), (360, 370)]
    rows = [
        need(n, size, Flow.WASH, 350, 370, zone="F")
        for n, size in (("a", 33), ("b", 31))
    ]
    together = wash.wash(limits_of(asked, 16), place, rows)
    assert together is not None
    assert {(one.start, one.end) for one in together} == {(350, 370)}
    assert wash.wash(limits_of(asked, 14), place, rows) is None


def test_many_parts_of_a_floor_are_merged_until_they_fit(asked: Facts) -> None:
    rows = [need(f"{n}", 11, Flow.WASH, 350, 380, zone="F") for n in range(9)]
    place = (ZoneCode("F"), 350, 380)
    placed = wash.wash(limits_of(asked, 20), place, rows)
    assert placed is not None
    assert max(one.end for one in placed) <= 380
    by_start: dict[int, tuple[int, int]] = {}
    for one in placed:
        size, _end = by_start.get(one.start, (0, 0))
        by_start[one.start] = size + one.need.size, one.end
    assert all(
        size <= 20 * ((end - start) // 5) for start, (size, end) in by_start.items()
    )


def test_a_lane_takes_whole_persons(asked: Facts) -> None:
    limits: Limits = replace(asked.limits, service=6.0, headroom=0.15)
    assert limits.through(Flow.ARRIVAL, 15) == 127
    assert limits.minutes(Flow.ARRIVAL, 127) == 15
    assert limits.minutes(Flow.ARRIVAL, 128) == 16
