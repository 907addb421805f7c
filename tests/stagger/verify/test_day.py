"""The checker passes a day that is right and finds whatever is changed in it."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings

from bihuan.base.ids import GradeCode, ZoneCode
from bihuan.plan.measures import StagedOpening
from bihuan.plan.plan import Plan
from bihuan.plan.staging import Slot, Staging
from bihuan.plan.timetable import CalendarDay
from bihuan.plan.words import DayKind, Flow, Setting, Tuning, Who
from bihuan.stagger.answer import Calendar, Day, Mixing, Opening, Queue, Status
from bihuan.stagger.verify.day import check
from day_made import Made, S, clock, days, klass, of, shifted
from day_mutants import minute, mutants

QUICK = settings(max_examples=6, deadline=None)


def said(plan: Plan, day: Day, calendar: Calendar | None = None) -> list[str]:
    """Codes of what the checker finds."""
    return [problem.code for problem in check(plan, day, calendar)]


@QUICK
@given(days())
def test_a_day_that_is_right_passes(made: Made) -> None:
    assert said(made.plan, made.day) == []


@QUICK
@given(days())
def test_no_changed_day_passes(made: Made) -> None:
    for what, changed in mutants(made.day):
        assert said(made.plan, changed), what


@QUICK
@given(days())
def test_what_is_sent_to_one_place_at_one_time_is_counted(made: Made) -> None:
    """Everybody in one minute: lanes, counters, stairs, taps tell it where it is too much."""
    plan, day = made.plan, made.day
    people = {row.code: row for row in plan.classes}
    for flow, codes in (
        (Flow.ARRIVAL, {"G370", "G371"}),
        (Flow.DISMISSAL, {"G370", "G371"}),
        (Flow.LUNCH, {"G372", "G373", "G374"}),
        (Flow.WASH, {"G375"}),
    ):
        own = [slot for slot in day.slots if slot.flow is flow]
        if not own:
            continue
        first = own[0]
        jammed = tuple(
            replace(slot, start=first.start, end=clock(minute(first.start) + 1))
            if slot.flow is flow and flow is not Flow.LUNCH
            else replace(slot, start=first.start, end=first.end)
            if slot.flow is flow
            else slot
            for slot in day.slots
        )
        sizes = [_size(slot, people[slot.klass]) for slot in own]
        found = set(said(plan, replace(day, slots=jammed)))
        limits = {Flow.ARRIVAL: 8, Flow.DISMISSAL: 21, Flow.LUNCH: 60, Flow.WASH: 0}
        if max(sizes) > limits[flow] or (flow is Flow.LUNCH and sum(sizes) > 70):
            assert found & codes, flow


def _size(slot: Slot, row: object) -> int:
    students, boarders = getattr(row, "students", 0), getattr(row, "boarders", 0)
    sizes = {Who.STUDENTS: students, Who.BOARDERS: boarders}
    return int(sizes.get(slot.who, students - boarders))


# --- rule by rule, worked out by hand --------------------------------------------------


@pytest.fixture(scope="module")
def whole() -> Made:
    """Two classes of 40, ten of each board."""
    return of([klass(0, 40, 10), klass(1, 40, 10)])


def with_slot(day: Day, klass: str, flow: Flow, **changes: object) -> Day:
    slots = tuple(
        replace(s, **changes) if (s.klass, s.flow) == (klass, flow) else s  # type: ignore[arg-type]  # fields by name
        for s in day.slots
    )
    return replace(day, slots=slots)


def test_the_day_of_two_classes_passes(whole: Made) -> None:
    assert said(whole.plan, whole.day) == []
    assert len(whole.day.slots) == 10


@pytest.mark.parametrize(
    ("length", "codes"),
    [(4, []), (3, ["G371"]), (1, ["G370", "G371"])],
)
def test_a_lane_takes_eight_and_a_half_aminute(
    whole: Made, length: int, codes: list[str]
) -> None:
    """30 day students: (1 - 0.15) x 4 x 60 / 6 = 34, in three minutes 25, a gate twice that."""
    day = with_slot(whole.day, "C0", Flow.ARRIVAL, end=clock(6 * 60 + length))
    assert sorted(said(whole.plan, day)) == codes


def test_a_hall_seats_three_quarters(whole: Made) -> None:
    """80 seats x 0.75 = 60 for twice 40 students; two halves of the stair's five minutes."""
    day = with_slot(whole.day, "C1", Flow.LUNCH, start=clock(11 * 60 + 10))
    assert said(whole.plan, day) == ["G372"]


def test_a_counter_serves_seventy_aminute(whole: Made) -> None:
    """40 in a slot of 21 minutes are served in one; of 20 minutes in none."""
    day = with_slot(whole.day, "C0", Flow.LUNCH, end=clock(11 * 60 + 20))
    assert said(whole.plan, day) == ["G373"]
    slow = (Staging(kind=Tuning.COUNTER, amount=39),)
    assert "G373" in said(replace(whole.plan, staging=slow), whole.day)


def test_a_stair_is_counted_for_five_minutes(whole: Made) -> None:
    """5 x 15 = 75 on the stair; twice 40 within five minutes are too many."""
    plan = replace(whole.plan, staging=(Staging(kind=Tuning.STAIR, amount=15),))
    assert said(plan, whole.day) == []
    day = with_slot(
        whole.day, "C1", Flow.LUNCH, start=clock(11 * 60 + 25), end=clock(11 * 60 + 50)
    )
    assert said(plan, day) == ["G374"]
    day = with_slot(
        whole.day, "C1", Flow.LUNCH, start=clock(11 * 60 + 26), end=clock(11 * 60 + 50)
    )
    assert said(plan, day) == []


def test_taps_turn_by_whole_turns(whole: Made) -> None:
    """Ten taps, turns of five minutes: ten boarders in five, none in four."""
    for end, codes in ((5, []), (4, ["G375"])):
        day = with_slot(whole.day, "C0", Flow.WASH, end=clock(20 * 60 + end))
        assert said(whole.plan, day) == codes


def test_boarders_who_come_back_pass_the_gate_and_have_no_breakfast(
    whole: Made,
) -> None:
    back = StagedOpening(school=S, code="M", scope=("G11",), opens=whole.day.date)
    plan = replace(whole.plan, measures=(back,))
    found = said(plan, whole.day)
    assert found.count("G354") == 1  # the boarders' arrival
    assert found.count("G353") == 1  # their breakfast
    slots = tuple(
        s for s in whole.day.slots if not (s.klass == "C0" and s.flow is Flow.BREAKFAST)
    )
    arrival = next(s for s in slots if s.flow is Flow.ARRIVAL and s.klass == "C0")
    comes = replace(shifted(arrival, 180), who=Who.BOARDERS)
    assert said(plan, replace(whole.day, slots=(*slots, comes))) == []


def test_only_grades_that_are_open_are_there(whole: Made) -> None:
    later = Opening(
        school=S, grades=(GradeCode("G10"),), date=whole.day.date + dt.timedelta(1)
    )
    calendar = Calendar(status=Status.FOUND, openings=(later,))
    found = said(whole.plan, whole.day, calendar)
    assert "G352" in found
    assert found.count("G353") == 5
    slots = tuple(s for s in whole.day.slots if s.klass != "C1")
    day = replace(whole.day, slots=slots, present=(GradeCode("G11"),))
    assert said(whole.plan, day, calendar) == []


def test_nobody_has_slots_on_a_holiday(whole: Made) -> None:
    row = CalendarDay(date=whole.day.date, kind=DayKind.HOLIDAY)
    plan = replace(whole.plan, calendar=(row,))
    assert said(plan, whole.day) == ["G351"]


def test_claims_of_a_day_are_worked_out_anew(whole: Made) -> None:
    """Breakfasts of ten boarders each, 21 minutes from 06:00 and from 06:11: ten together."""
    day = with_slot(whole.day, "C1", Flow.BREAKFAST, start=clock(371), end=clock(392))
    true = {
        Setting.CANTEEN_HALL: 10 * 10 * 10.0,
        Setting.DORM_FLOOR: 0.0,
        Setting.STAIR: 0.0,
    }
    rows = tuple(Mixing(setting=s, minutes=m, weighted=0) for s, m in true.items())
    queue = Queue(
        flow=Flow.ARRIVAL,
        zone=ZoneCode("E"),
        people=30,
        mean=0,
        p95=0,
        longest=0,
        fluid=0,
    )
    told = replace(day, mixing=rows, queues=(queue,), objective=1.1, bound=1.0, gap=0.1)
    assert said(whole.plan, told) == []
    for n, row in enumerate(rows):
        wrong = (*rows[:n], replace(row, minutes=row.minutes + 1), *rows[n + 1 :])
        assert said(whole.plan, replace(told, mixing=wrong)) == ["G378"]
    short = replace(queue, people=29)
    assert said(whole.plan, replace(told, queues=(short,))) == ["G379"]
    for changed in (
        replace(told, gap=0.05),
        replace(told, gap=None),
        replace(told, status=Status.PROVEN),
    ):
        assert said(whole.plan, changed) == ["G380"]
