"""Which checks are asked, and until when."""

import datetime as dt

import pytest

from bihuan.plan.words import Post, Who
from bihuan.rules.book import load
from bihuan.rules.triage import Look, Screening
from bihuan.web.ledgers.checks.models import Slot
from bihuan.web.ledgers.checks.slots import asked_of, room_due, slot_at
from site_world import DAY, ZONE

BOOK = load().on(DAY, region="")


def policy(*looks: Look) -> Screening:
    return Screening(
        fever_line=None, fever_row=None, ili_line=None, ili_row=None, remeasured=None,
        isolating=frozenset(), looks=looks,
    )  # fmt: skip


def look(
    hour: int, minute: int, who: Who = Who.STUDENTS, by: Post | None = None
) -> Look:
    return Look(at=dt.time(hour, minute), who=who, looker=by, measure="M")


@pytest.mark.parametrize(
    ("at", "slot"),
    [("07:30", Slot.MORNING), ("10:59", Slot.MORNING), ("11:00", Slot.NOON),
     ("16:29", Slot.NOON), ("16:30", Slot.EVENING), ("23:00", Slot.EVENING)],
)  # fmt: skip
def test_a_time_belongs_to_a_slot(at: str, slot: Slot) -> None:
    assert slot_at(dt.time.fromisoformat(at)) is slot


def test_without_a_plan_the_book_says_the_morning_and_nothing_of_noon() -> None:
    morning, noon = asked_of(policy(), BOOK, DAY, ZONE)
    assert morning.due == dt.datetime.combine(DAY, dt.time(8, 30), ZONE)
    assert noon.due is None


def test_the_plans_look_comes_before_the_book() -> None:
    morning, noon = asked_of(policy(look(7, 30), look(13, 50)), BOOK, DAY, ZONE)
    assert morning.due == dt.datetime.combine(DAY, dt.time(8), ZONE)
    assert noon.due == dt.datetime.combine(DAY, dt.time(14, 20), ZONE)


def test_boarders_are_looked_at_in_the_evening() -> None:
    slots = [one.slot for one in asked_of(policy(), BOOK, DAY, ZONE, boards=True)]
    assert slots == [Slot.MORNING, Slot.NOON, Slot.EVENING]


def test_a_section_is_asked_in_the_morning_and_when_the_plan_looks_at_staff() -> None:
    looks = policy(look(7, 0, Who.STUDENTS), look(13, 0, Who.STAFF))
    found = asked_of(looks, BOOK, DAY, ZONE, staff=True)
    assert [one.slot for one in found] == [Slot.MORNING, Slot.NOON]
    assert [one.due and one.due.hour for one in found] == [8, 13]


def test_rooms_are_due_by_the_keepers_look_else_before_the_quiet_hours() -> None:
    keeper = look(21, 30, Who.BOARDERS, Post.DORM_MANAGER)
    assert room_due(policy(keeper), BOOK, DAY, ZONE) == dt.datetime.combine(
        DAY, dt.time(22), ZONE
    )
    due = room_due(policy(), BOOK, DAY, ZONE)
    assert due is not None
    assert due.hour == 22
    assert len(asked_of(policy(keeper), BOOK, DAY, ZONE)) == 2
