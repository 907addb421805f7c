"""Incidents: clocks under any order of steps, contacts from every roll, recall, refusals."""

import datetime as dt
import uuid

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from bihuan.rules.access import Role
from bihuan.rules.contacts_of import Known, Source
from bihuan.rules.incident_clock import Phase, Step
from bihuan.web.flows import incidents
from bihuan.web.flows.accounts import Refused
from bihuan.web.flows.incidents import open_incident, recall_of
from bihuan.web.ledgers.incidents.models import Contact, Incident
from bihuan.web.ledgers.incidents.rolls import beside, rolls_of
from bihuan.web.org.models import AuditLine, Person
from bihuan.web.org.scope import Actor
from bihuan.web.pages.incident_board import board, clocks_of
from site_world import MORNING, Cast, build

pytestmark = pytest.mark.django_db
DOCTOR = Actor(None, None, Role.SCHOOL_DOCTOR)
PLAIN = tuple(
    step
    for step in Step
    if step not in (Step.FOUND, Step.TRANSPORT, Step.DIAGNOSED, Step.CLOSED)
)


@pytest.fixture
def cast() -> Cast:
    return build(students=12)


def one(cast: Cast, pupil: str = "pupil_a1_1", now: dt.datetime = MORNING) -> Incident:
    return open_incident(
        DOCTOR, person=cast.people[pupil], celsius=38.1, symptoms=["fever"], now=now
    )


@settings(
    max_examples=6, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    order=st.permutations(PLAIN),
    minutes=st.lists(st.integers(0, 90), min_size=10, max_size=10),
)
def test_clocks_stop_once_whatever_the_order(
    cast: Cast, order: list[Step], minutes: list[int]
) -> None:
    Incident.objects.all().delete()
    row, at = one(cast), MORNING
    for step, wait in zip(order, minutes, strict=False):
        at += dt.timedelta(minutes=wait)
        incidents.step(DOCTOR, row, step, at)
        incidents.step(DOCTOR, row, step, at + dt.timedelta(hours=1))
        shown = {clock.step: clock for clock in clocks_of(row, at)}
        assert shown[step].done_at == at
        limit = shown[step].limit
        late = limit is not None and (at - MORNING).total_seconds() > limit.minutes * 60
        assert (shown[step].phase is Phase.LATE) == late
        faces = board(row, at).faces
        assert sum(face.kind == "soon" for face in faces) <= 1
        following = board(row, at).next
        assert following is not None
        assert not following.done
        fresh = Incident.objects.get(pk=row.pk)
        left = [c.due for c in shown.values() if not c.done and c.due]
        assert fresh.due == min(left, default=None)


def test_the_rolls_name_room_seat_table_class_and_bus(cast: Cast) -> None:
    Person.objects.filter(
        pk__in=[cast.people["pupil_a1_1"].pk, cast.people["pupil_a2_7"].pk]
    ).update(bus="3号车")
    cast.people["pupil_a1_1"].refresh_from_db()
    row = one(cast)
    incidents.list_contacts(DOCTOR, row, MORNING)
    sources = {
        contact.person_id: set(contact.sources) for contact in row.contacts.all()
    }
    neighbour = cast.people["pupil_a1_2"].pk
    assert sources[neighbour] == {"dorm_room", "seat", "table", "classroom"}
    assert sources[cast.people["pupil_a2_7"].pk] == {"bus"}
    assert row.person_id not in sources
    assert cast.people["pupil_b1_1"].pk not in sources
    found = {state.source: state for state in incidents.listed(row).sources}
    assert found[Source.LESSON].known is Known.UNKNOWN
    assert found[Source.LESSON].named is None
    assert found[Source.BUS].known is Known.WAITING


def test_a_seat_that_nobody_knows_is_unknown_not_empty(cast: Cast) -> None:
    person = cast.people["pupil_a1_1"]
    person.seat, person.hall, person.table = 0, "第一餐厅", ""
    rolls = {roll.source: roll for roll in rolls_of(person, MORNING.date())}
    assert rolls[Source.SEAT].persons is None
    assert rolls[Source.TABLE].persons is None


@given(seat=st.integers(1, 80), columns=st.integers(1, 10))
def test_neighbours_are_mutual_and_near(seat: int, columns: int) -> None:
    for other in beside(seat, columns):
        assert seat in beside(other, columns)
        assert other != seat
        rows = abs((other - 1) // columns - (seat - 1) // columns)
        places = abs((other - 1) % columns - (seat - 1) % columns)
        assert max(rows, places) == 1


def test_the_list_ends_when_every_roll_is_there_and_everybody_was_asked(
    cast: Cast,
) -> None:
    row = one(cast)
    incidents.list_contacts(DOCTOR, row, MORNING)
    contacts = list(row.contacts.all())
    incidents.check_contacts(DOCTOR, row, contacts, MORNING, well=True)
    assert not row.steps.filter(step="contacts").exists()
    incidents.roll_came(DOCTOR, row, Source.LESSON, MORNING)
    assert row.steps.filter(step="contacts").exists()


def test_a_contact_may_be_added_but_not_from_another_school(cast: Cast) -> None:
    row = one(cast)
    incidents.list_contacts(DOCTOR, row, MORNING)
    other = cast.people["pupil_a2_9"]
    incidents.add_contact(DOCTOR, row, other, Source.HOUSEHOLD, MORNING)
    assert Contact.objects.get(incident=row, person=other).sources == ["household"]
    with pytest.raises(Refused):
        incidents.add_contact(
            DOCTOR, row, cast.people["pupil_b1_1"], Source.SEAT, MORNING
        )


def test_recall_is_told_by_who_fell_ill_afterwards(cast: Cast) -> None:
    row = one(cast)
    incidents.list_contacts(DOCTOR, row, MORNING)
    assert recall_of(row).share is None
    later = MORNING + dt.timedelta(days=2)
    one(cast, "pupil_a1_2", later)
    one(cast, "pupil_a2_9", later)
    one(cast, "pupil_b1_1", later)
    found = recall_of(row)
    assert (found.ill, found.on_list, found.share) == (2, 1, 0.5)


def test_it_closes_only_with_a_diagnosis_and_no_more_changes(cast: Cast) -> None:
    row = one(cast)
    with pytest.raises(Refused, match="诊断"):
        incidents.close(DOCTOR, row, MORNING)
    with pytest.raises(Refused, match="排除"):
        incidents.diagnose(DOCTOR, row, "", MORNING)
    incidents.diagnose(DOCTOR, row, "excluded", MORNING)
    incidents.close(DOCTOR, row, MORNING)
    with pytest.raises(Refused, match="关闭"):
        incidents.step(DOCTOR, row, Step.CLASS, MORNING)
    assert one(cast).pk != row.pk


def test_a_second_reading_is_added_and_nobody_gets_two_incidents(cast: Cast) -> None:
    row = one(cast)
    again = open_incident(
        DOCTOR, person=row.person, celsius=38.6, symptoms=["cough"], now=MORNING,
        source="dorm",
    )  # fmt: skip
    assert again.pk == row.pk
    assert (str(again.again), again.symptoms) == ("38.6", ["cough", "fever"])


def test_a_call_is_logged_once(cast: Cast) -> None:
    row, key = one(cast), uuid.uuid4()
    for _ in range(2):
        incidents.call(
            DOCTOR, row, MORNING, answered=True, person=cast.people["guardian"],
            entry=key,
        )  # fmt: skip
    assert row.calls.count() == 1
    assert row.steps.filter(step="guardian").exists()


def test_the_trail_has_every_step_and_no_name(cast: Cast) -> None:
    row = one(cast)
    incidents.step(DOCTOR, row, Step.MASKED, MORNING)
    incidents.hand_to(DOCTOR, row, cast.people["principal"], MORNING)
    lines = list(AuditLine.objects.values_list("deed", "body"))
    assert {"incident.open", "incident.step", "incident.hand"} <= {d for d, _b in lines}
    assert not any(row.person.name in str(body) for _d, body in lines)
