"""The survey's flows: what becomes of an answer, in any order, and who is missing."""

import datetime as dt
import itertools
import uuid
from typing import Any

import pytest

from bihuan.rules.access import Role
from bihuan.rules.survey import Outcome
from bihuan.web.flows import survey as flow
from bihuan.web.flows.accounts import Refused
from bihuan.web.ledgers.survey.models import Answer, Round
from bihuan.web.notices.models import Notice
from bihuan.web.org import audit
from bihuan.web.org.models import AuditLine, Person
from bihuan.web.org.scope import Actor
from site_world import MORNING as TODAY, ZONE, Cast, build

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
ONE_DAY = dt.timedelta(days=1)
DAY = dt.date(2020, 3, 9)
MORNING = dt.datetime(2020, 3, 9, 7, 20, tzinfo=ZONE)
"""A day on which the book asks for days of observation."""


@pytest.fixture
def cast() -> Cast:
    return build()


def who(cast: Cast, name: str, role: Role) -> Actor:
    return Actor(cast.accounts[name].pk, cast.people[name].pk, role)


def teacher(cast: Cast) -> Actor:
    return who(cast, "teacher", Role.CLASS_TEACHER)


def doctor(cast: Cast) -> Actor:
    return who(cast, "doctor", Role.SCHOOL_DOCTOR)


def opened(cast: Cast, at: str = "school_a", now: dt.datetime = MORNING) -> Round:
    return flow.open_round(
        who(cast, "principal", Role.PRINCIPAL),
        cast.units[at],
        name="2026年春季",
        since=DAY - 14 * ONE_DAY,
        returns_on=DAY + ONE_DAY,
        due=now + HOUR,
        now=now,
    )


def told(cast: Cast, of: Round, name: str, **fields: Any) -> Answer:
    entry = fields.pop("entry", None) or uuid.uuid4()
    now, made = fields.pop("now", MORNING), fields.pop("made_at", None)
    said = flow.Said(**fields)
    return flow.answer(
        teacher(cast), of, cast.people[name], said, entry=entry, now=now, made_at=made
    )


@pytest.mark.parametrize(
    ("said", "first", "outcome"),
    [
        ({}, Outcome.CLEAR, Outcome.CLEAR),
        ({"travelled": True, "arrived_on": DAY}, Outcome.UNVERIFIED, Outcome.OBSERVED),
        (
            {"outside": True, "arrived_on": DAY - 14 * ONE_DAY},
            Outcome.UNVERIFIED,
            Outcome.CLEAR,
        ),
        (
            {"contact": True, "arrived_on": DAY - 14 * ONE_DAY},
            Outcome.UNVERIFIED,
            Outcome.HELD,
        ),
        ({"symptoms": True}, Outcome.UNVERIFIED, Outcome.HELD),
    ],
)
def test_what_becomes_of_an_answer(
    cast: Cast, said: dict[str, Any], first: Outcome, outcome: Outcome
) -> None:
    row = told(cast, opened(cast), "pupil_a1_1", **said)
    assert row.state == first.value
    row = flow.verify(doctor(cast), row, MORNING)
    assert row.state == outcome.value


def test_details_are_kept_only_of_a_yes(cast: Cast) -> None:
    row = told(
        cast,
        opened(cast),
        "pupil_a1_1",
        place="郑州",
        contact_note="邻居",
        symptom_codes=("cough",),
        arrived_on=DAY,
    )
    row.refresh_from_db()
    assert (row.place, row.contact_note, row.symptom_codes, row.arrived_on) == (
        "", "", [], None,
    )  # fmt: skip


def test_who_wrote_it_does_not_check_it(cast: Cast) -> None:
    row = told(cast, opened(cast), "pupil_a1_1", travelled=True, arrived_on=DAY)
    with pytest.raises(Refused):
        flow.verify(teacher(cast), row, MORNING)
    undated = told(cast, Round.objects.get(), "pupil_a1_2", travelled=True)
    with pytest.raises(Refused):
        flow.verify(doctor(cast), undated, MORNING)
    assert flow.verify(doctor(cast), undated, MORNING, arrived_on=DAY).observe_to


def test_a_contact_is_released_by_whoever_ordered_it(cast: Cast) -> None:
    row = told(
        cast, opened(cast), "pupil_a1_1", contact=True, arrived_on=DAY - 20 * ONE_DAY
    )
    with pytest.raises(Refused):
        flow.release(doctor(cast), row, "社区解除证明", MORNING)
    flow.verify(doctor(cast), row, MORNING)
    with pytest.raises(Refused):
        flow.release(doctor(cast), row, " ", MORNING)
    assert flow.release(doctor(cast), row, "社区解除证明", MORNING).state == "clear"


def test_an_observation_ends_on_its_day_by_the_days_it_was_set_with(cast: Cast) -> None:
    row = told(cast, opened(cast), "pupil_a1_1", travelled=True, arrived_on=DAY)
    row = flow.verify(doctor(cast), row, MORNING)
    assert row.observe_to == DAY + 14 * ONE_DAY
    assert flow.resort(MORNING + 13 * ONE_DAY) == 0
    assert flow.resort(MORNING + 14 * ONE_DAY) == 1
    assert flow.resort(MORNING + 14 * ONE_DAY) == 0
    row.refresh_from_db()
    assert row.state == "clear"
    assert AuditLine.objects.get(deed="survey.over").via == "job"


def test_a_resent_entry_changes_nothing(cast: Cast) -> None:
    of, entry = opened(cast), uuid.uuid4()
    for _time in range(3):
        told(cast, of, "pupil_a1_1", entry=entry)
    assert Answer.objects.count() == 1
    assert AuditLine.objects.filter(deed="survey.answer").count() == 1
    assert list(audit.verify()) == []


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_answer_made_last_is_in_force(cast: Cast, order: tuple[int, ...]) -> None:
    of = opened(cast)
    for number in order:
        made = MORNING - (10 - number) * dt.timedelta(minutes=1)
        told(cast, of, "pupil_a1_1", travelled=number == 2, made_at=made)
    (row,) = Answer.objects.exclude(state="replaced")
    assert row.travelled
    assert Answer.objects.count() == 3


def test_the_rest_of_a_class_leaves_what_is_there(cast: Cast) -> None:
    of = opened(cast)
    told(cast, of, "pupil_a1_1", travelled=True)
    pupils = [cast.people[f"pupil_a1_{n}"] for n in range(1, 7)]
    entry = uuid.uuid4()
    said = [
        flow.answer_rest(teacher(cast), of, pupils, entry=entry, now=MORNING)
        for _time in range(2)
    ]
    assert said == [5, 0]
    assert Answer.objects.filter(state="clear").count() == 5
    assert Answer.objects.get(person=pupils[0]).travelled


def test_whoever_has_not_answered_is_nowhere_fine(cast: Cast) -> None:
    of, day = opened(cast), DAY
    cook = Person.objects.create(
        unit=cast.units["canteen_a"],
        school=cast.units["school_a"],
        role="contractor",
        name="示例厨工",
        employer="示例餐饮公司",
    )
    counted = flow.tally(of, flow.asked(of, day), day)
    whole = flow.together(v for p, v in counted.items() if not p.employer)
    assert (
        whole.expected
        == Person.objects.filter(school=cast.units["school_a"])
        .exclude(role="guardian")
        .count()
    )
    assert (whole.clear, whole.unfilled, whole.done) == (0, whole.expected, False)
    place = flow.Place(cook.unit_id, "示例餐饮公司")
    assert counted[place].expected == 1
    told(cast, of, "pupil_a1_1")
    told(cast, of, "pupil_a1_2", symptoms=True)
    counted = flow.tally(of, flow.asked(of, day), day)
    klass = counted[flow.Place(cast.units["class_a1"].pk)]
    assert (klass.clear, klass.unverified, klass.unfilled) == (1, 1, 4)


def test_only_those_who_are_asked_can_be_answered_for(cast: Cast) -> None:
    of = opened(cast)
    with pytest.raises(Refused):
        told(cast, of, "pupil_b1_1")
    Person.objects.filter(pk=cast.people["pupil_a1_1"].pk).update(left_on=DAY)
    cast.people["pupil_a1_1"].refresh_from_db()
    with pytest.raises(Refused):
        told(cast, of, "pupil_a1_1")
    flow.close_round(doctor(cast), of, MORNING)
    of.refresh_from_db()
    with pytest.raises(Refused):
        told(cast, of, "pupil_a1_2")


def test_class_teachers_are_told_by_a_school_and_principals_by_the_bureau(
    cast: Cast,
) -> None:
    opened(cast, now=TODAY)
    accounts = set(Notice.objects.values_list("account", flat=True))
    assert cast.accounts["teacher"].pk in accounts
    assert cast.accounts["principal_b"].pk not in accounts
    opened(cast, "bureau", TODAY)
    accounts = set(Notice.objects.values_list("account", flat=True))
    assert cast.accounts["principal_b"].pk in accounts
    assert cast.accounts["teacher_b"].pk not in accounts
