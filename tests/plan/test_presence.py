"""Presences: who meets at a place, minute by minute; who is free; what days share."""

from collections import defaultdict

import numpy as np
from hypothesis import given, settings, strategies as st

from bihuan.plan.meeting.book import Book
from bihuan.plan.meeting.presence import Presence
from bihuan.plan.words import Setting

PERSONS, PLACES, END = 6, 3, 12
Row = tuple[int, int, int, int]
"""Person, place, minutes from, to."""

rows = st.lists(
    st.builds(
        lambda person, place, start, length: (person, place, start, start + length),
        st.integers(0, PERSONS - 1),
        st.integers(-2, PLACES),
        st.integers(0, END - 4),
        st.sampled_from([1, 2, 4]),
    ),
    max_size=14,
)


def presence(listed: list[Row]) -> Presence:
    table = np.array(listed, np.int64).reshape(-1, 4)
    return Presence(
        person=table[:, 0],
        place=table[:, 1],
        zone=table[:, 1] + 10,
        start=table[:, 2].astype(np.float64),
        end=table[:, 3].astype(np.float64),
    )


def company(book: Book, day: int) -> dict[tuple[int, int], set[frozenset[int]]]:
    """Who is together in which zone in each minute, by the book."""
    members = [
        (zone, frozenset(np.frombuffer(raw, np.int64).tolist()))
        for _setting, zone, raw in book.groups
    ]
    found: dict[tuple[int, int], set[frozenset[int]]] = defaultdict(set)
    for kind, met in book.sessions:
        for group, start, end in zip(met.group, met.start, met.end, strict=True):
            zone, those = members[group]
            for minute in range(int(start), int(end)):
                if kind == day:
                    assert those not in found[zone, minute]
                    found[zone, minute].add(those)
    return found


@given(listed=rows)
@settings(deadline=None)
def test_who_meets_is_who_is_there_in_each_minute(listed: list[Row]) -> None:
    book = Book(PERSONS)
    book.meet(0, Setting.STAIR, presence(listed))
    expected: dict[tuple[int, int], set[frozenset[int]]] = {}
    for place in {row[1] for row in listed}:
        for minute in range(END):
            there = {p for p, at, a, b in listed if at == place and a <= minute < b}
            if len(there) > 1:
                expected[place + 10, minute] = {frozenset(there)}
    assert company(book, 0) == expected


@given(listed=rows)
@settings(deadline=None)
def test_meetings_at_a_place_come_in_order_of_time(listed: list[Row]) -> None:
    book = Book(PERSONS)
    book.meet(0, Setting.STAIR, presence(listed))
    zones = [zone for _setting, zone, _raw in book.groups]
    ((_day, met),) = book.sessions
    order = [(zones[g], start) for g, start in zip(met.group, met.start, strict=True)]
    assert order == sorted(order)


@given(lessons=rows, later=st.lists(rows, min_size=1, max_size=3))
@settings(deadline=None)
def test_nobody_is_admitted_while_somewhere_else(
    lessons: list[Row], later: list[list[Row]]
) -> None:
    book = Book(PERSONS)
    busy: set[tuple[int, int]] = set()
    for person, _place, start, end in lessons:
        came = book.take(0, np.array([person]), float(start), float(end))
        minutes = {(person, minute) for minute in range(start, end)}
        assert bool(len(came)) == (not busy & minutes)
        busy |= minutes if len(came) else set()
    for listed in later:
        there = book.admit(0, presence(listed))
        admitted = list(zip(there.person, there.start, there.end, strict=True))
        for person, start, end in admitted:
            assert all((person, m) not in busy for m in range(int(start), int(end)))
        busy |= {(p, m) for p, a, b in admitted for m in range(int(a), int(b))}
    stretches = [stretch for stretch, _there in book.busy(0)]
    assert stretches == sorted(stretches)


@given(first=rows, second=rows, beside=rows)
@settings(deadline=None)
def test_a_repeated_day_is_the_day_entered_anew(
    first: list[Row], second: list[Row], beside: list[Row]
) -> None:
    shared, anew = Book(PERSONS), Book(PERSONS)
    for book in (shared, anew):
        for day, lessons in ((0, first), (1, second)):
            for person, _place, start, end in lessons:
                book.take(day, np.array([person]), float(start), float(end))
        book.meet(0, Setting.STAIR, book.admit(0, presence(beside)))
    repeated = shared.repeat(1, 0, [shared.sessions[0][1]])
    overlap = any(
        a < d and c < b
        for _p, _at, a, b in (*first, *second)
        for _q, _in, c, d in beside
    )
    assert repeated == (not overlap)
    if repeated:
        anew.meet(1, Setting.STAIR, anew.admit(1, presence(beside)))
        assert company(shared, 1) == company(anew, 1)
        for minute in range(END):
            came = [
                book.admit(
                    1, presence([(p, 0, minute, minute + 1) for p in range(PERSONS)])
                )
                for book in (shared, anew)
            ]
            assert came[0].person.tolist() == came[1].person.tolist()
