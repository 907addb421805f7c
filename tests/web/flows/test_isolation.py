"""Rooms and stays: two illnesses never share, nobody goes in before disinfection."""

import datetime as dt
import itertools

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from bihuan.rules.access import Role
from bihuan.rules.stay import Goes, RoomKind
from bihuan.web.flows import isolation
from bihuan.web.flows.accounts import Refused
from bihuan.web.flows.incidents import open_incident
from bihuan.web.ledgers.isolation.models import Reading, Room, Stay
from bihuan.web.org.scope import Actor
from site_world import MORNING, Cast, build

pytestmark = pytest.mark.django_db
DOCTOR = Actor(None, None, Role.SCHOOL_DOCTOR)
ILLNESSES = ("fever", "gastro", "")


@pytest.fixture
def cast() -> Cast:
    return build(students=8)


def room(
    cast: Cast, code: str, beds: int | None = 2, kind: RoomKind = RoomKind.TEMPORARY
) -> Room:
    return isolation.keep_room(
        DOCTOR, cast.units["school_a"], MORNING, code=code, name=code, kind=kind,
        beds=beds,
    )  # fmt: skip


MOVE = st.tuples(
    st.sampled_from(["come", "leave", "disinfect"]),
    st.integers(1, 8),
    st.integers(0, 1),
    st.sampled_from(ILLNESSES),
)


@settings(
    max_examples=20, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(moves=st.lists(MOVE, max_size=14))
def test_two_illnesses_never_share_a_room(
    cast: Cast, moves: list[tuple[str, int, int, str]]
) -> None:
    Stay.objects.all().delete()
    rooms = [room(cast, "G1"), room(cast, "G2", beds=3)]
    for number, (what, pupil, place, illness) in enumerate(moves):
        now = MORNING + dt.timedelta(minutes=number)
        person = cast.people[f"pupil_a1_{pupil}"]
        stays = Stay.objects.filter(person=person)
        try:
            if what == "come":
                isolation.come(DOCTOR, person, rooms[place], now, illness=illness)
            for stay in stays.filter(left_at=None) if what == "leave" else ():
                isolation.leave(DOCTOR, stay, Goes.HOME, now)
            for stay in stays.filter(state="left") if what == "disinfect" else ():
                isolation.disinfect(DOCTOR, stay, now)
        except Refused:
            pass
        for one in rooms:
            inside = list(one.stays.filter(left_at=None))
            assert len(inside) <= (one.beds or 0)
            for some, other in itertools.combinations(inside, 2):
                assert some.illness == other.illness != ""
    for one in rooms:
        for stay in one.stays.all():
            before = one.stays.filter(
                left_at__lte=stay.came_at, disinfected_at=None
            ).exclude(pk=stay.pk)
            assert not before.exists()


def test_beds_that_nobody_filled_in_are_not_enough(cast: Cast) -> None:
    with pytest.raises(Refused, match="床位数没填"):
        isolation.come(
            DOCTOR, cast.people["pupil_a1_1"], room(cast, "G1", beds=None), MORNING,
            illness="fever",
        )  # fmt: skip


def test_another_schools_room_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="不是本校"):
        isolation.come(
            DOCTOR, cast.people["pupil_b1_1"], room(cast, "G1"), MORNING,
            illness="fever",
        )  # fmt: skip


def test_nobody_leaves_observation_without_notice_and_symptoms_noted(
    cast: Cast,
) -> None:
    place = room(cast, "O1", kind=RoomKind.OBSERVATION)
    stay = isolation.come(
        DOCTOR, cast.people["pupil_a1_1"], place, MORNING, illness="fever"
    )
    with pytest.raises(Refused, match="今天症状没记"):
        isolation.leave(DOCTOR, stay, Goes.HOME, MORNING)
    isolation.reading(DOCTOR, stay, MORNING, celsius=None, symptoms=[])
    with pytest.raises(Refused, match="解除观察"):
        isolation.leave(DOCTOR, stay, Goes.HOME, MORNING)
    isolation.leave(DOCTOR, stay, Goes.HOSPITAL, MORNING)
    assert stay.goes == "hospital"


def test_what_was_not_noted_stays_unknown(cast: Cast) -> None:
    stay = isolation.come(
        DOCTOR, cast.people["pupil_a1_1"], room(cast, "G1"), MORNING, illness="fever"
    )
    isolation.reading(DOCTOR, stay, MORNING, celsius=None, symptoms=None)
    row = Reading.objects.get()
    assert (row.celsius, row.symptoms) == (None, None)


def test_the_illness_is_the_diagnosis_before_the_look(cast: Cast) -> None:
    row = open_incident(
        DOCTOR, person=cast.people["pupil_a1_1"], celsius=38.2,
        symptoms=["vomiting"], now=MORNING,
    )  # fmt: skip
    assert isolation.illness_of(row) == "fever"
    row.diagnosis = "norovirus"
    assert isolation.illness_of(row) == "norovirus"
    row.diagnosis, row.symptoms, row.celsius = "", [], None
    assert isolation.illness_of(row) == ""


def test_a_checklist_is_kept_by_the_books_rows(cast: Cast) -> None:
    place = room(cast, "G1")
    rows = isolation.checklist_of(place, MORNING.date())
    assert len(rows) >= 5
    answers = {row.code: True for row in rows} | {"NO-SUCH-ROW": True}
    isolation.answer_checklist(DOCTOR, place, answers, MORNING)
    assert set(place.meets) == {row.code for row in rows}
    assert isolation.fit(place, MORNING.date()).value == "pass"
    isolation.answer_checklist(DOCTOR, place, {rows[0].code: True}, MORNING)
    assert isolation.fit(place, MORNING.date()).value == "unknown"
