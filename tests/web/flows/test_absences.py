"""The trace of an absence: whose step it is, what it needs, two persons' signatures."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from bihuan.rules.absence import Trace
from bihuan.rules.access import Role
from bihuan.rules.triage import Symptom
from bihuan.web.flows import morning
from bihuan.web.flows.absences import StepEntry, comeback, sign, step
from bihuan.web.flows.accounts import Refused
from bihuan.web.ledgers.absences.models import Absence, AbsenceStep
from bihuan.web.ledgers.checks.entry import CheckEntry, ExceptionEntry
from bihuan.web.ledgers.checks.models import Kind, Slot
from bihuan.web.ledgers.gate.models import Passing
from bihuan.web.notices.models import Notice
from bihuan.web.org.models import AuditLine
from bihuan.web.org.scope import Actor
from site_world import DAY, MORNING, Cast, build

pytestmark = pytest.mark.django_db
FIRST: dict[str, Any] = {
    "contact": "父亲", "symptoms": frozenset({Symptom.FEVER}), "onset": DAY
}  # fmt: skip
LATER = MORNING + dt.timedelta(days=5)


@pytest.fixture
def cast() -> Cast:
    return build()


@pytest.fixture
def row(cast: Cast) -> Absence:
    return Absence.objects.create(
        unit=cast.units["class_a1"], school=cast.units["school_a"],
        person=cast.people["pupil_a1_1"], kind="sick", symptoms=["fever"],
        syndromes=["fever"], day=DAY, last_day=DAY, at=MORNING, state="registered",
    )  # fmt: skip


def teacher(cast: Cast) -> Actor:
    return Actor(cast.accounts["teacher"].pk, cast.people["teacher"].pk, Role.CLASS_TEACHER)  # fmt: skip


def doctor(cast: Cast) -> Actor:
    return Actor(cast.accounts["doctor"].pk, cast.people["doctor"].pk, Role.SCHOOL_DOCTOR)  # fmt: skip


def to(after: Trace, **told: Any) -> StepEntry:
    return StepEntry(after=after, **told)


def test_the_first_contact_sets_the_next_one(cast: Cast, row: Absence) -> None:
    found = step(teacher(cast), row, to(Trace.FIRST, **FIRST), MORNING)
    assert (found.state, found.contacted_on, found.onset) == ("first", DAY, DAY)
    assert found.due == (MORNING + dt.timedelta(days=1)).replace(hour=22, minute=0)
    assert found.traced_by_id == cast.people["teacher"].pk
    assert AuditLine.objects.get(deed="absence.step").body == {"step": "first"}


@pytest.mark.parametrize("without", ["contact", "symptoms", "onset"])
def test_a_step_says_what_is_missing(cast: Cast, row: Absence, without: str) -> None:
    told = {name: value for name, value in FIRST.items() if name != without}
    with pytest.raises(Refused, match="还缺"):
        step(teacher(cast), row, to(Trace.FIRST, **told), MORNING)
    assert not AbsenceStep.objects.exists()


def test_the_same_step_sent_again_is_one(cast: Cast, row: Absence) -> None:
    told = to(Trace.FIRST, **FIRST)
    step(teacher(cast), row, told, MORNING)
    step(teacher(cast), row, told, LATER)
    assert AbsenceStep.objects.count() == 1
    row.refresh_from_db()
    assert row.contacted_on == DAY


@pytest.mark.parametrize(
    ("after", "who"),
    [(Trace.CHECKED, "teacher"), (Trace.EXCLUDED, "teacher"), (Trace.LEAVE, "doctor")],
)
def test_a_step_is_somebodys(cast: Cast, row: Absence, after: Trace, who: str) -> None:
    step(teacher(cast), row, to(Trace.FIRST, **FIRST), MORNING)
    actor = {"teacher": teacher, "doctor": doctor}[who](cast)
    with pytest.raises(Refused, match="这一步由"):
        step(actor, row, to(after, reason="理由"), MORNING)


def test_no_step_is_jumped(cast: Cast, row: Absence) -> None:
    with pytest.raises(Refused, match="不能直接到"):
        step(doctor(cast), row, to(Trace.CHECKED, reason="理由"), MORNING)


def test_leave_closes_the_trace(cast: Cast, row: Absence) -> None:
    found = step(teacher(cast), row, to(Trace.LEAVE, reason="家里有事"), MORNING)
    assert (found.state, found.due, found.done_at) == ("leave", None, MORNING)
    with pytest.raises(Refused, match="已经结束"):
        step(teacher(cast), row, to(Trace.FIRST, **FIRST), MORNING)


def test_both_sign_and_the_pupil_returns(cast: Cast, row: Absence) -> None:
    step(teacher(cast), row, to(Trace.FIRST, **FIRST), MORNING)
    step(teacher(cast), row, to(Trace.HOME, contact="父亲"), MORNING)
    papers = to(Trace.CERTIFIED, certificate="县医院证明", free_since=DAY)
    step(teacher(cast), row, papers, LATER)
    assert Notice.objects.filter(account=cast.accounts["doctor"]).count() == 1
    checked = sign(doctor(cast), row, LATER)
    assert (checked.state, checked.doctor_signed_by_id) == ("checked", cast.people["doctor"].pk)  # fmt: skip
    assert Notice.objects.filter(account=cast.accounts["teacher"]).count() == 1
    signed = sign(teacher(cast), row, LATER)
    assert (signed.state, signed.signed) == ("checked", True)
    assert sign(teacher(cast), row, LATER).class_signed_at == LATER
    back = step(teacher(cast), row, to(Trace.RETURNED), LATER)
    assert (back.state, back.returned_on, back.due) == ("returned", LATER.date(), None)


def test_a_pupil_who_is_there_returns_with_the_second_signature(
    cast: Cast, row: Absence
) -> None:
    step(teacher(cast), row, to(Trace.FIRST, **FIRST), MORNING)
    sign(doctor(cast), row, LATER, reason="看过，不传染")
    Absence.objects.update(back_on=LATER.date())
    assert sign(teacher(cast), row, LATER).state == "returned"


def test_the_days_rule_is_kept_or_the_doctor_says_why_not(
    cast: Cast, row: Absence
) -> None:
    step(teacher(cast), row, to(Trace.FIRST, **FIRST), MORNING)
    assert comeback(row, row.school, MORNING).answer.value == "unknown"
    with pytest.raises(Refused, match="还不能复课"):
        sign(doctor(cast), row, MORNING)
    row.refresh_from_db()
    assert row.doctor_signed_by_id is None
    assert sign(doctor(cast), row, MORNING, reason="牙痛，不传染").state == "checked"


def test_the_class_signs_only_after_the_doctor(cast: Cast, row: Absence) -> None:
    with pytest.raises(Refused, match="校医还没有核"):
        sign(teacher(cast), row, MORNING)
    principal = Actor(None, cast.people["principal"].pk, Role.PRINCIPAL)
    with pytest.raises(Refused, match="班主任和校医"):
        sign(principal, row, MORNING)


def test_one_person_never_signs_both(cast: Cast, row: Absence) -> None:
    """A doctor who stands in for the class teacher."""
    step(teacher(cast), row, to(Trace.FIRST, **FIRST), MORNING)
    sign(doctor(cast), row, LATER, reason="看过")
    both = Actor(None, cast.people["doctor"].pk, Role.CLASS_TEACHER, acting=True)
    with pytest.raises(Refused, match="两个人"):
        sign(both, row, LATER)
    with pytest.raises(Refused, match="两个人"):
        step(both, row, to(Trace.RETURNED), LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Absence.objects.update(class_signed_by=cast.people["doctor"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Absence.objects.update(state="returned")


def test_going_home_again_takes_the_signatures_back(cast: Cast, row: Absence) -> None:
    step(teacher(cast), row, to(Trace.FIRST, **FIRST), MORNING)
    sign(doctor(cast), row, LATER, reason="看过")
    sign(teacher(cast), row, LATER)
    found = step(doctor(cast), row, to(Trace.HOME, contact="母亲"), LATER)
    assert (found.doctor_signed_by, found.class_signed_by) == (None, None)


def test_the_paper_forms_columns(row: Absence) -> None:
    row.person.born = dt.date(2008, 3, 10)
    row.hospital, row.diagnosis = "县医院", "influenza"
    row.contacted_on = DAY
    assert row.age == 17
    assert row.why == "发热（县医院，流感、流感样病例）"
    assert row.followed == "登记，3月9日联系"


def test_an_absence_knows_when_somebody_left_school(cast: Cast) -> None:
    pupil, evening = cast.people["pupil_a1_2"], MORNING - dt.timedelta(hours=12)
    for hours, direction in ((2, "out"), (0, "out"), (-2, "in")):
        Passing.objects.create(
            entry=uuid.uuid4(), unit=cast.units["gate_a"], school=cast.units["school_a"],
            day=evening.date(), at=evening - dt.timedelta(hours=hours), kind="person",
            state="done", action="passed", direction=direction, person=pupil,
        )  # fmt: skip
    ill = ExceptionEntry(
        person=pupil.pk, kind=Kind.SICK, symptoms=frozenset({Symptom.COUGH})
    )
    other = ExceptionEntry(
        person=cast.people["pupil_a1_3"].pk, kind=Kind.SICK,
        symptoms=frozenset({Symptom.COUGH}),
    )  # fmt: skip
    entry = CheckEntry(
        entry=uuid.uuid4(), slot=Slot.MORNING, day=DAY, expected=6,
        exceptions=(ill, other),
    )  # fmt: skip
    morning.submit_check(teacher(cast), cast.units["class_a1"], entry, MORNING)
    assert Absence.objects.get(person=pupil).left_at == evening
    assert Absence.objects.exclude(person=pupil).get().left_at is None
