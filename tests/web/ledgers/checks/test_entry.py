"""What a phone hands in: read into types, or every fault said with its place."""

import datetime as dt
import uuid
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from bihuan.rules.triage import Symptom
from bihuan.web.ledgers.checks.entry import (
    CheckEntry,
    RoomEntry,
    Wrong,
    read_entry,
    read_room,
)
from bihuan.web.ledgers.checks.models import Kind, Slot

ENTRY = "5a2f6a3e-9c51-4a6a-8f0f-0a4a4f5a8e01"
GOOD: dict[str, Any] = {
    "entry": ENTRY, "slot": "morning", "day": "2026-03-09", "expected": 55,
    "exceptions": [],
}  # fmt: skip
SICK = {"person": 7, "kind": "sick", "symptoms": ["fever"], "celsius": 38.24}


def wrong(told: Any) -> tuple[Wrong, ...]:
    found = read_entry(told)
    assert isinstance(found, tuple), found
    return found


def test_all_well_is_read() -> None:
    assert read_entry(GOOD) == CheckEntry(
        entry=uuid.UUID(ENTRY),
        slot=Slot.MORNING,
        day=dt.date(2026, 3, 9),
        expected=55,
    )


def test_an_exception_is_read_to_a_tenth() -> None:
    found = read_entry({**GOOD, "exceptions": [SICK], "back": [9]})
    assert isinstance(found, CheckEntry)
    (one,) = found.exceptions
    assert (one.person, one.kind, one.celsius) == (7, Kind.SICK, 38.2)
    assert one.symptoms == {Symptom.FEVER}
    assert found.back == {9}


def test_not_measured_is_an_answer_and_silence_is_none() -> None:
    said = {**SICK, "celsius": "unmeasured"}
    found = read_entry({**GOOD, "exceptions": [said]})
    assert isinstance(found, CheckEntry)
    assert found.exceptions[0].celsius is None
    silent = {key: value for key, value in SICK.items() if key != "celsius"}
    assert [one.field for one in wrong({**GOOD, "exceptions": [silent]})] == ["celsius"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"entry": "7"}, "entry"),
        ({"entry": None}, "entry"),
        ({"slot": "night"}, "slot"),
        ({"day": "3月9日"}, "day"),
        ({"day": 20260309}, "day"),
        ({"expected": "55"}, "expected"),
        ({"expected": True}, "expected"),
        ({"expected": -1}, "expected"),
        ({"exceptions": None}, "exceptions"),
        ({"exceptions": {}}, "exceptions"),
        ({"back": ["韩"]}, "back"),
        ({"made_at": "2026-03-09T07:40"}, "made_at"),
        ({"exceptions": ["x"]}, "person"),
        ({"exceptions": [{**SICK, "person": 0}]}, "person"),
        ({"exceptions": [{**SICK, "person": 2**63}]}, "person"),
        ({"exceptions": [{**SICK, "kind": "ill"}]}, "kind"),
        ({"exceptions": [{**SICK, "symptoms": ["flu"]}]}, "symptoms"),
        ({"exceptions": [{**SICK, "symptoms": []}]}, "symptoms"),
        ({"exceptions": [{**SICK, "celsius": 50}]}, "celsius"),
        ({"exceptions": [{**SICK, "celsius": "NaN"}]}, "celsius"),
        ({"exceptions": [{**SICK, "celsius": True}]}, "celsius"),
        ({"exceptions": [{**SICK, "onset": "昨天"}]}, "onset"),
        ({"exceptions": [SICK, SICK]}, "person"),
        ({"exceptions": [SICK], "back": [7]}, "person"),
    ],
)
def test_a_fault_is_said_with_its_place(change: dict[str, Any], field: str) -> None:
    assert field in [one.field for one in wrong({**GOOD, **change})]


def test_a_fault_says_whose_what_came_and_what_is_allowed() -> None:
    (one,) = wrong({**GOOD, "exceptions": [{**SICK, "celsius": 50}]})
    assert one.person == 7
    assert one.say() == "体温填的是“50”，应填：34.0到43.0，或“未测”"


def test_an_unwell_pupil_with_a_temperature_needs_no_symptom() -> None:
    row = {"person": 7, "kind": "unwell", "symptoms": [], "celsius": 37.5}
    assert isinstance(read_entry({**GOOD, "exceptions": [row]}), CheckEntry)
    row["celsius"] = "unmeasured"
    assert [one.field for one in wrong({**GOOD, "exceptions": [row]})] == ["symptoms"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(max_size=8), part, max_size=4),
    max_leaves=8,
)  # fmt: skip


@settings(deadline=None)  # other work on the machine is no fault
@given(st.fixed_dictionaries({}, optional=dict.fromkeys([*GOOD, "back", "made_at"], JSON)))  # fmt: skip
def test_whatever_comes_is_read_or_refused(told: dict[str, Any]) -> None:
    found = read_entry({**GOOD, **told})
    assert isinstance(found, CheckEntry) or all(one.say() for one in found)
    room = read_room({"found": "checked", **GOOD, **told})
    assert isinstance(room, RoomEntry) or all(one.say() for one in room)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"found": "open"}, "found"),
        ({"exceptions": [{"person": 1, "kind": "sick"}]}, "kind"),
        ({"exceptions": [{"person": 1, "kind": "hot"}]}, "celsius"),
        ({"exceptions": [{"person": 1, "kind": "absent"}] * 2}, "person"),
        ({"found": "nobody", "exceptions": [{"person": 1, "kind": "absent"}]}, "exceptions"),
    ],
)  # fmt: skip
def test_a_rooms_fault_is_said(change: dict[str, Any], field: str) -> None:
    found = read_room(
        {"entry": ENTRY, "day": "2026-03-09", "found": "checked", **change}
    )
    assert isinstance(found, tuple)
    assert [one.field for one in found] == [field]
