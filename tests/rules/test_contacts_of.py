"""The contact list: everybody on a roll, nobody twice, a roll that is out is unknown."""

from datetime import date, timedelta

from hypothesis import given, strategies as st

from bihuan.base.units import Days
from bihuan.rules.contacts_of import (
    ContactList,
    Known,
    Roll,
    Source,
    contacts_of,
    recall,
)

DAY = date(2020, 4, 8)
ROLLS = st.lists(
    st.builds(
        Roll,
        source=st.sampled_from(Source),
        day=st.none() | st.integers(-9, 3).map(lambda n: DAY + timedelta(days=n)),
        persons=st.none() | st.frozensets(st.sampled_from("ABCDEFGX")),
    ),
    max_size=8,
)
CHECKED = st.frozensets(st.sampled_from("ABCDEFG"))


def listed(rolls: list[Roll], checked: frozenset[str] = frozenset()) -> ContactList:
    return contacts_of("X", rolls, until=DAY, days=Days(4), checked=checked)


@given(ROLLS, CHECKED)
def test_list_is_everybody_on_the_rolls_of_the_window(
    rolls: list[Roll], checked: frozenset[str]
) -> None:
    since = DAY - timedelta(days=3)
    met = {
        person
        for roll in rolls
        if roll.persons and (roll.day is None or since <= roll.day <= DAY)
        for person in roll.persons
    }
    found = listed(rolls, checked)
    assert sorted(one.person for one in found.contacts) == sorted(met - {"X"})
    for one in found.contacts:
        assert one.sources
        assert since <= one.last <= DAY
        assert one.checked == (one.person in checked)


@given(ROLLS, CHECKED)
def test_complete_has_every_roll_and_every_contact_checked(
    rolls: list[Roll], checked: frozenset[str]
) -> None:
    found = listed(rolls, checked)
    if found.complete:
        assert all(one.checked for one in found.contacts)
    if not rolls:
        assert not found.complete


@given(ROLLS, st.frozensets(st.sampled_from("ABCDEFG"), min_size=1))
def test_a_roll_that_comes_never_shortens_the_list(
    rolls: list[Roll], persons: frozenset[str]
) -> None:
    before = {one.person for one in listed(rolls).contacts}
    more = [*rolls, Roll(source=Source.LESSON, persons=persons)]
    assert before | persons == {one.person for one in listed(more).contacts}


def test_closest_first_and_each_with_all_its_sources() -> None:
    rolls = [
        Roll(source=Source.CLASS, persons=frozenset("ABCDX")),
        Roll(source=Source.SEAT, persons=frozenset("BC")),
        Roll(source=Source.TABLE, day=DAY, persons=frozenset("CE")),
        Roll(source=Source.DORM_ROOM, persons=frozenset("D")),
        Roll(source=Source.BUS, day=DAY - timedelta(days=4), persons=frozenset("F")),
    ]
    found = listed(rolls).contacts
    assert "".join(one.person for one in found) == "DCBEA"
    assert found[1].sources == (Source.SEAT, Source.TABLE, Source.CLASS)


def test_window_ends_with_its_last_day_and_has_so_many() -> None:
    rolls = [
        Roll(source=Source.BUS, day=DAY - timedelta(days=ago), persons=frozenset(who))
        for ago, who in enumerate("ABCDE", start=-1)
    ]
    rolls.append(
        Roll(source=Source.BUS, day=DAY - timedelta(days=4), persons=frozenset("F"))
    )
    found = {one.person: one.last for one in listed(rolls).contacts}
    assert "".join(sorted(found)) == "BCDE"
    assert found["E"] == DAY - timedelta(days=3)


def test_states_of_sources() -> None:
    rolls = [
        Roll(source=Source.BUS, persons=None),
        Roll(source=Source.TABLE, day=DAY, persons=frozenset("AB")),
        Roll(source=Source.TABLE, day=DAY - timedelta(days=1), persons=frozenset("AC")),
        Roll(source=Source.SEAT, persons=frozenset("A")),
    ]
    found = listed(rolls, frozenset("AB"))
    assert {
        one.source: (one.known, one.checked, one.named) for one in found.sources
    } == {
        Source.SEAT: (Known.COMPLETE, 1, 1),
        Source.TABLE: (Known.WAITING, 2, 3),
        Source.BUS: (Known.UNKNOWN, 0, None),
    }
    assert not found.complete


def test_half_a_source_is_still_unknown() -> None:
    rolls = [
        Roll(source=Source.BUS, day=DAY, persons=frozenset("A")),
        Roll(source=Source.BUS, day=DAY - timedelta(days=1), persons=None),
    ]
    (state,) = listed(rolls, frozenset("A")).sources
    assert (state.known, state.checked, state.named) == (Known.UNKNOWN, 1, 1)


def test_recall_is_told_afterwards() -> None:
    assert recall(frozenset("ABC"), frozenset("ABDE")) == 0.5
    assert recall(frozenset("ABC"), frozenset()) is None
