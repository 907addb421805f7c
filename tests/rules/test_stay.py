"""Isolation rooms: two diseases never share one, what is not known shares with nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from bihuan.base.ids import SchoolCode
from bihuan.base.units import Days, Hours, Minutes, Share
from bihuan.plan.measures import ContactListing, Isolation
from bihuan.rules.book import load
from bihuan.rules.indicator import State
from bihuan.rules.stay import (
    Goes,
    Hindrance,
    Refusal,
    Room,
    RoomKind,
    Stay,
    StayRule,
    checklist,
    fitness,
    free_beds,
    hindrances,
    leave_by,
    may_enter,
    rooms_needed,
    stay_rule,
)

BOOK = load()
HENAN = "410183"
DAY = date(2020, 4, 8)
NOW = datetime(2020, 4, 8, 9, 0, tzinfo=UTC)
ROOM = Room(kind=RoomKind.TEMPORARY, beds=2)
AREA = Room(kind=RoomKind.OBSERVATION, beds=10)
FEVER = Stay(illness="fever", since=NOW - timedelta(hours=1))
LEFT = replace(FEVER, until=NOW)
CLEAN = replace(LEFT, disinfected=NOW)
RULE = StayRule(bed_days=Days(1), watch_days=Days(14))

ILLNESS = st.sampled_from(["", "fever", "gastro"])
STAYS = st.lists(
    st.builds(
        Stay,
        illness=ILLNESS,
        since=st.just(NOW),
        until=st.none() | st.just(NOW),
        disinfected=st.none() | st.just(NOW),
    ),
    max_size=4,
)
ROOMS = st.builds(
    Room,
    kind=st.sampled_from(RoomKind),
    beds=st.none() | st.integers(0, 4),
)


@given(ROOMS, STAYS, ILLNESS)
def test_who_goes_in_is_of_one_known_illness_with_all_inside(
    room: Room, stays: list[Stay], illness: str
) -> None:
    if not may_enter(room, stays, illness):
        inside = [stay for stay in stays if stay.until is None]
        assert {stay.illness for stay in inside} <= ({illness} if illness else set())
        assert room.beds is not None
        assert len(inside) < room.beds
        assert all(stay.disinfected for stay in stays if stay.until)


@given(ROOMS, ILLNESS, st.lists(ILLNESS, max_size=8))
def test_a_room_filled_by_the_rule_never_mixes(
    room: Room, first: str, more: list[str]
) -> None:
    stays: list[Stay] = []
    for illness in (first, *more):
        if not may_enter(room, stays, illness):
            stays.append(Stay(illness=illness, since=NOW))
    assert len({stay.illness for stay in stays}) <= 1
    assert len(stays) <= (room.beds or 0)


@pytest.mark.parametrize(
    ("room", "stays", "illness", "expected"),
    [
        (ROOM, [], "fever", ()),
        (ROOM, [], "", ()),
        (ROOM, [FEVER], "fever", ()),
        (ROOM, [FEVER], "gastro", (Refusal.OTHER_ILLNESS,)),
        (ROOM, [FEVER], "", (Refusal.UNKNOWN_ILLNESS,)),
        (ROOM, [replace(FEVER, illness="")], "fever", (Refusal.UNKNOWN_ILLNESS,)),
        (ROOM, [replace(FEVER, illness="")], "", (Refusal.UNKNOWN_ILLNESS,)),
        (ROOM, [FEVER, FEVER], "fever", (Refusal.FULL,)),
        (ROOM, [LEFT], "fever", (Refusal.NOT_DISINFECTED,)),
        (ROOM, [CLEAN], "gastro", ()),
        (replace(ROOM, beds=None), [], "fever", (Refusal.BEDS_UNKNOWN,)),
    ],
)
def test_who_may_go_in(
    room: Room, stays: list[Stay], illness: str, expected: tuple[Refusal, ...]
) -> None:
    assert may_enter(room, stays, illness) == expected


def test_free_beds_are_not_known_where_beds_are_not() -> None:
    assert free_beds(ROOM, [FEVER, CLEAN, CLEAN]) == 1
    assert free_beds(ROOM, [FEVER] * 3) == 0
    assert free_beds(replace(ROOM, beds=None), []) is None


def test_stays_end_by_plan_in_the_room_and_by_row_in_the_area() -> None:
    school = SchoolCode("S")
    measures = (
        Isolation(
            school=school,
            code="M05",
            delay=Minutes(10),
            night_delay=Minutes(20),
            hold=Days(2),
        ),
        ContactListing(school=school, code="M07", recall=Share(1), delay=Hours(2)),
    )
    covid = stay_rule(BOOK, measures, DAY, region=HENAN, disease="covid")
    assert (covid.bed_days, covid.watch_days) == (2, 14)
    assert covid.watch_row is not None
    assert covid.watch_row.code == "C12a"
    measles = stay_rule(BOOK, measures, DAY, region=HENAN, disease="measles")
    assert measles.watch_days == 7
    mumps = stay_rule(BOOK, measures, DAY, region=HENAN, disease="mumps")
    assert (mumps.watch_row, mumps.watch_days) == (None, 14)
    assert leave_by(ROOM, FEVER, covid) == FEVER.since + timedelta(days=2)
    assert leave_by(AREA, FEVER, covid) == FEVER.since + timedelta(days=14)
    nothing = stay_rule(BOOK, (), DAY, region=HENAN)
    assert leave_by(AREA, FEVER, nothing) is None
    assert (covid.mixing is not None, covid.turnover is not None) == (True, True)


OVER = replace(FEVER, since=NOW - timedelta(days=14))


@pytest.mark.parametrize(
    ("room", "stay", "words", "expected"),
    [
        (ROOM, FEVER, {"goes": None}, (Hindrance.WHERE_TO,)),
        (ROOM, FEVER, {"goes": Goes.HOME}, ()),
        (ROOM, FEVER, {"goes": Goes.HOSPITAL, "symptoms": True}, ()),
        (
            ROOM,
            FEVER,
            {"goes": Goes.CLASS},
            (Hindrance.SYMPTOMS_UNKNOWN, Hindrance.DOCTOR),
        ),
        (
            ROOM,
            FEVER,
            {"goes": Goes.CLASS, "symptoms": True, "checked": True},
            (Hindrance.SYMPTOMS,),
        ),
        (ROOM, FEVER, {"goes": Goes.CLASS, "symptoms": False, "checked": True}, ()),
        (AREA, FEVER, {"goes": Goes.HOSPITAL}, ()),
        (
            AREA,
            FEVER,
            {"goes": Goes.HOME, "symptoms": False, "released": True},
            (Hindrance.DAYS,),
        ),
        (AREA, OVER, {"goes": Goes.HOME, "symptoms": False, "released": True}, ()),
        (
            AREA,
            OVER,
            {"goes": Goes.CLASS, "symptoms": None},
            (Hindrance.SYMPTOMS_UNKNOWN, Hindrance.RELEASE),
        ),
    ],
)
def test_what_keeps_somebody_in(
    room: Room,
    stay: Stay,
    words: dict[str, object],
    expected: tuple[Hindrance, ...],
) -> None:
    words = {"symptoms": None, **words}
    assert hindrances(room, stay, RULE, NOW, **words) == expected  # type: ignore[arg-type]


def test_area_without_days_keeps_everybody_in() -> None:
    found = hindrances(
        AREA,
        OVER,
        StayRule(bed_days=None, watch_days=None),
        NOW,
        goes=Goes.HOME,
        symptoms=False,
        released=True,
    )
    assert found == (Hindrance.DAYS_UNKNOWN,)


def test_checklist_is_the_rows_of_the_book() -> None:
    rows = checklist(BOOK, DAY, region=HENAN)
    assert [row.code for row in rows] == [f"I{n}" for n in range(1, 10)]
    answers: dict[str, bool | None] = dict.fromkeys((row.code for row in rows), True)
    assert fitness(answers, rows) is State.PASS
    assert fitness(answers | {"I3": None}, rows) is State.UNKNOWN
    assert fitness(answers | {"I3": None, "I4": False}, rows) is State.FAIL
    assert fitness({}, rows) is State.UNKNOWN
    assert fitness(answers, ()) is State.UNKNOWN


def test_rooms_of_a_school() -> None:
    row = rooms_needed(BOOK, DAY, region=HENAN)
    assert row is not None
    assert (row.code, row.value, row.binds) == ("I10", 2, False)
    assert rooms_needed(BOOK, date(2015, 1, 1), region=HENAN) is None
