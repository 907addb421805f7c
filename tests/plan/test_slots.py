"""What slots of classes do to who meets whom: docs/model.md, *Slots*."""

from dataclasses import replace
from datetime import time

import numpy as np
import pytest

from bihuan.base.ids import ClassCode, ZoneCode
from bihuan.plan.contacts import SETTINGS, Contacts, contacts
from bihuan.plan.meeting.batches import queue_minutes, slot_waits
from bihuan.plan.plan import Plan
from bihuan.plan.staging import Slot
from bihuan.plan.words import Flow, Setting, Who
from world import QIZHONG, YIGAO, small_plan


def slot(
    klass: str, flow: Flow, start: str, end: str, zone: str, **more: object
) -> Slot:
    """A row of 七中's table."""
    row = Slot(
        school=QIZHONG,
        klass=ClassCode(klass),
        flow=flow,
        start=time.fromisoformat(start),
        end=time.fromisoformat(end),
        zone=ZoneCode(zone),
    )
    return replace(row, **more)  # type: ignore[arg-type]


def with_slots(*rows: Slot) -> Plan:
    """The small plan without staggered measures, with these slots."""
    plan = small_plan()
    kept = tuple(m for m in plan.measures if not m.kind.startswith("staggered"))
    return replace(plan, measures=kept, slots=rows)


def met(
    found: Contacts, setting: Setting, klass: str, day: int = 0
) -> list[tuple[float, float]]:
    """When students of a class meet anybody in a setting: start and end in minutes."""
    own = {
        n
        for n, p in enumerate(found.people)
        if p.klass == klass and p.role == "student"
    }
    rows = []
    for session in np.flatnonzero(found.session_day == day):
        group = int(found.session_group[session])
        there = SETTINGS[found.setting[group]] is setting
        if there and own & set(found.members(group).tolist()):
            start = 60.0 * float(found.session_start[session])
            end = start + 60.0 * float(found.session_hours[session])
            rows.append((round(start, 6), round(end, 6)))
    return sorted(set(rows))


def period(plan: Plan, kind: str) -> tuple[float, float]:
    """A period of 七中's day."""
    row = next(p for p in plan.periods if p.school == QIZHONG and p.kind == kind)
    return (
        row.start.hour * 60.0 + row.start.minute,
        row.end.hour * 60.0 + row.end.minute,
    )


def clock(minute: float) -> str:
    return f"{int(minute) // 60:02d}:{int(minute) % 60:02d}"


def test_a_class_with_a_slot_eats_then_and_the_others_as_before() -> None:
    low, high = period(small_plan(), "lunch")
    late = high - 12
    plan = with_slots(slot("G7C1", Flow.LUNCH, clock(late), clock(high), "HALL"))
    found = contacts(plan, QIZHONG)
    assert met(found, Setting.CANTEEN_HALL, "G7C1") == [(late, high)]
    others = met(found, Setting.CANTEEN_HALL, "G8C1")
    assert others == [(low, low + 20.0)]
    assert met(contacts(with_slots(), QIZHONG), Setting.CANTEEN_HALL, "G7C1") == others


def test_a_slot_at_the_gate_keeps_a_class_to_itself() -> None:
    low, high = period(small_plan(), "arrival")
    middle = (low + high) // 2
    rows = [
        slot("G7C1", Flow.ARRIVAL, clock(low), clock(middle), "GATE", lane=1),
        slot("G8C1", Flow.ARRIVAL, clock(middle), clock(high), "GATE", lane=1),
    ]
    found = contacts(with_slots(*rows), QIZHONG)
    first, second = (met(found, Setting.GATE, klass) for klass in ("G7C1", "G8C1"))
    assert first[0][0] == low
    assert second[0][0] == middle
    groups = [
        set(found.members(g).tolist())
        for g in range(len(found.setting))
        if SETTINGS[found.setting[g]] is Setting.GATE
    ]
    own = {n for n, p in enumerate(found.people) if p.klass == "G7C1"}
    other = {n for n, p in enumerate(found.people) if p.klass == "G8C1"}
    assert not any(group & own and group & other for group in groups)


def test_a_dismissal_slot_moves_a_class_on_its_stair() -> None:
    low, high = period(small_plan(), "dismissal")
    start = low + 5
    plan = with_slots(slot("G9C1", Flow.DISMISSAL, clock(start), clock(high), "GATE"))
    found = met(contacts(plan, QIZHONG), Setting.STAIR, "G9C1")
    assert (start, min(start + 3.0, high)) in found
    assert all(row[0] != low for row in found)


def test_boarders_and_day_students_of_a_class_may_eat_apart() -> None:
    plan = small_plan()
    row = next(p for p in plan.periods if p.school == YIGAO and p.kind == "lunch")
    low = row.start.hour * 60.0 + row.start.minute
    late = Slot(
        school=YIGAO,
        klass=ClassCode("G10C1"),
        flow=Flow.LUNCH,
        start=time.fromisoformat(clock(low + 15)),
        end=row.end,
        zone=ZoneCode("HALL"),
        who=Who.BOARDERS,
    )
    moved = with_slots(late)
    found = contacts(moved, YIGAO)
    day = [
        n for n, p in enumerate(found.people) if p.klass == "G10C1" and not p.lives_in
    ]
    boarders = [
        n for n, p in enumerate(found.people) if p.klass == "G10C1" and p.lives_in
    ]
    starts = {
        n: min(
            60.0 * float(found.session_start[s])
            for s in np.flatnonzero(found.session_day == 0)
            if SETTINGS[found.setting[found.session_group[s]]] is Setting.CANTEEN_HALL
            and low <= 60.0 * float(found.session_start[s]) < low + 60
            and n in found.members(int(found.session_group[s]))
        )
        for n in (day[0], boarders[0])
    }
    assert starts[day[0]] == pytest.approx(low)
    assert starts[boarders[0]] == pytest.approx(low + 15)


def test_a_slot_outside_its_period_says_nothing() -> None:
    plan = with_slots(slot("G7C1", Flow.LUNCH, "05:00", "05:20", "HALL"))
    assert met(contacts(plan, QIZHONG), Setting.CANTEEN_HALL, "G7C1") == met(
        contacts(with_slots(), QIZHONG), Setting.CANTEEN_HALL, "G7C1"
    )


def test_one_slot_waits_as_one_batch_and_the_next_waits_for_what_is_left() -> None:
    alone = slot_waits([(300, 0.0, 15.0)], 10.0)[0]
    assert alone == pytest.approx(queue_minutes([300], 15.0, 10.0)[0])
    first, second = slot_waits([(300, 0.0, 15.0), (10, 15.0, 30.0)], 10.0)
    assert first == pytest.approx(alone)
    assert second > slot_waits([(10, 15.0, 30.0)], 10.0)[0] == 0.0
