"""A check of the day: its counts add up, a resend changes nothing, the last written stands."""

import datetime as dt
import itertools
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from bihuan.rules.access import Role
from bihuan.web.flows import morning
from bihuan.web.flows.accounts import Refused
from bihuan.web.flows.morning import Submitted, draft_count, submit_check
from bihuan.web.ledgers.absences.models import WITHDRAWN, Absence
from bihuan.web.ledgers.checks.entry import CheckEntry, read_entry
from bihuan.web.ledgers.checks.models import (
    CheckException,
    ClassCheck,
    DraftCount,
    Slot,
    Standing,
)
from bihuan.web.ledgers.incidents.models import Incident
from bihuan.web.notices.models import Notice
from bihuan.web.org import audit
from bihuan.web.org.models import AuditLine, Person
from bihuan.web.org.scope import Actor
from site_world import DAY, MORNING, Cast, build

pytestmark = pytest.mark.django_db
SIZE = 6
Tell = dict[str, Any]


@pytest.fixture
def cast() -> Cast:
    return build(SIZE)


def actor(cast: Cast, who: str = "teacher", role: Role = Role.CLASS_TEACHER) -> Actor:
    return Actor(cast.accounts[who].pk, cast.people[who].pk, role)


def pupil(cast: Cast, seat: int) -> int:
    return cast.people[f"pupil_a1_{seat}"].pk


def entry(*exceptions: Tell, **fields: Any) -> CheckEntry:
    found = read_entry(
        {
            "entry": str(uuid.uuid4()), "slot": "morning", "day": DAY.isoformat(),
            "expected": SIZE, "exceptions": list(exceptions), **fields,
        }
    )  # fmt: skip
    assert isinstance(found, CheckEntry), found
    return found


def sick(person: int, *symptoms: str, celsius: float | str = "unmeasured") -> Tell:
    told = list(symptoms) or ["unknown"]
    return {"person": person, "kind": "sick", "symptoms": told, "celsius": celsius}


def unwell(person: int, celsius: float) -> Tell:
    return {"person": person, "kind": "unwell", "symptoms": [], "celsius": celsius}


def submit(cast: Cast, told: CheckEntry, at: dt.datetime = MORNING) -> Submitted:
    return submit_check(actor(cast), cast.units["class_a1"], told, at)


def later(minutes: int) -> dt.datetime:
    return MORNING + dt.timedelta(minutes=minutes)


def standing() -> ClassCheck:
    return ClassCheck.objects.get(state=Standing.SENT.value)


def counts(check: ClassCheck) -> tuple[int, ...]:
    return (
        check.expected, check.present, check.sick, check.leave, check.tardy,
        check.unknown, check.unwell,
    )  # fmt: skip


# --- counting ---------------------------------------------------------------------


def test_all_well_is_one_row_and_no_exception(cast: Cast) -> None:
    found = submit(cast, entry())
    assert found.said == "07:20已交，全勤6人"
    assert counts(found.check) == (6, 6, 0, 0, 0, 0, 0)
    assert found.check.mode == "all_normal"
    assert not CheckException.objects.exists()
    line = AuditLine.objects.get(deed="check")
    assert line.body["expected"] == 6
    assert list(audit.verify()) == []


KINDS = st.sampled_from(
    ["sick", "leave", "late", "unwell", "unknown", "normal", "back"]
)


@settings(
    max_examples=40, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(kinds=st.lists(KINDS, min_size=SIZE, max_size=SIZE), traced=st.sets(st.integers(1, SIZE)), seen=st.integers(0, SIZE + 2))  # fmt: skip
def test_the_counts_always_add_up(
    cast: Cast, kinds: list[str], traced: set[int], seen: int
) -> None:
    with transaction.atomic():
        for seat in traced:
            _absent(cast, seat)
        told, back = [], []
        for seat, kind in enumerate(kinds, 1):
            row = {"person": pupil(cast, seat), "kind": kind}
            row |= {"symptoms": ["cough"], "celsius": "unmeasured"}
            if kind == "back":
                back.append(pupil(cast, seat))
            elif kind != "normal":
                told.append(row)
        check = submit(cast, entry(*told, back=back, expected=seen)).check
        away = check.sick + check.leave + check.tardy + check.unknown
        assert check.expected == SIZE == check.present + away
        assert check.unwell <= check.present
        forgotten = sum(kinds[seat - 1] == "normal" for seat in traced)
        assert check.unknown >= min(forgotten, SIZE - check.sick - check.leave)
        assert check.present <= SIZE - sum(k in ("sick", "leave", "late", "unknown") for k in kinds)  # fmt: skip
        transaction.set_rollback(True)


def _absent(cast: Cast, seat: int, **fields: Any) -> Absence:
    person = cast.people[f"pupil_a1_{seat}"]
    day = DAY - dt.timedelta(days=2)
    told = {"kind": "sick", "state": "registered", **fields}
    return Absence.objects.create(
        unit=cast.units["class_a1"], school=cast.units["school_a"], person=person,
        day=day, last_day=day, at=MORNING - dt.timedelta(days=2), **told,
    )  # fmt: skip


def test_somebody_whom_the_page_did_not_have_is_unknown(cast: Cast) -> None:
    check = submit(cast, entry(expected=5)).check
    assert counts(check) == (6, 5, 0, 0, 0, 1, 0)
    assert check.mode == "exceptions"


def test_a_missing_answer_about_yesterday_is_unknown_and_not_present(
    cast: Cast,
) -> None:
    _absent(cast, 1)
    assert counts(submit(cast, entry()).check) == (6, 5, 0, 0, 0, 1, 0)


def test_in_the_evening_only_boarders_are_expected(cast: Cast) -> None:
    at = MORNING.replace(hour=18)
    assert submit(cast, entry(slot="evening", expected=4), at).check.expected == 4


def test_a_section_is_counted_and_nobody_of_it_is_traced(cast: Cast) -> None:
    section = cast.units["canteen_a"]
    cook = Person.objects.create(
        unit=section, school=cast.units["school_a"], role="staff", name="示例厨师"
    )
    who = actor(cast, "logistics", Role.LOGISTICS)
    found = submit_check(
        who, section, entry(sick(cook.pk, "diarrhoea"), expected=1), MORNING
    )
    assert found.said == "07:20已交，实到0人，病假1"
    assert not Absence.objects.exists()


# --- resend and correction --------------------------------------------------------


def test_a_resend_answers_as_the_first_time_and_changes_nothing(cast: Cast) -> None:
    told = entry(
        sick(pupil(cast, 1), "fever", celsius=38.2), unwell(pupil(cast, 2), 38)
    )
    first = submit(cast, told)
    rows = [
        model.objects.count() for model in (ClassCheck, Absence, Incident, AuditLine)
    ]
    again = submit(cast, told, later(90))
    assert again.again
    assert again.said == first.said
    assert again.check.pk == first.check.pk
    assert rows == [model.objects.count() for model in (ClassCheck, Absence, Incident, AuditLine)]  # fmt: skip


def test_a_correction_replaces_and_keeps_what_was_there(cast: Cast) -> None:
    first = submit(cast, entry(sick(pupil(cast, 1), "fever"))).check
    second = submit(cast, entry(), later(60)).check
    first.refresh_from_db()
    assert (first.state, second.replaces_id) == ("replaced", first.pk)
    assert standing() == second
    assert not second.late, "a correction is as late as the first was"
    assert Absence.objects.get().state == WITHDRAWN


def test_an_absence_that_was_worked_on_outlives_the_correction(cast: Cast) -> None:
    submit(cast, entry(sick(pupil(cast, 1), "fever")))
    row = Absence.objects.get()
    row.steps.create(step="first", at=MORNING, day=DAY)
    submit(cast, entry(), later(10))
    assert Absence.objects.get().state == "registered"


def test_another_check_of_the_day_keeps_the_absence(cast: Cast) -> None:
    noon = MORNING.replace(hour=13)
    submit(cast, entry(sick(pupil(cast, 1), "fever")))
    submit(cast, entry(sick(pupil(cast, 1), "fever"), slot="noon"), noon)
    submit(
        cast, entry(slot="noon", back=[pupil(cast, 1)]), noon + dt.timedelta(minutes=5)
    )
    assert Absence.objects.get().state == "registered"


def test_a_correction_is_taken_until_midnight(cast: Cast) -> None:
    submit(cast, entry())
    submit(cast, entry(sick(pupil(cast, 1))), MORNING.replace(hour=23, minute=59))
    with pytest.raises(Refused, match="24:00"):
        submit(cast, entry(), MORNING + dt.timedelta(days=1))


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_order_in_which_entries_arrive_does_not_matter(
    cast: Cast, order: tuple[int, ...]
) -> None:
    """Three entries of one phone, each written later; whichever comes first."""
    one, two = pupil(cast, 1), pupil(cast, 2)
    told = [
        entry(sick(one, "fever"), made_at=later(0).isoformat()),
        entry(sick(one, "fever"), {"person": two, "kind": "leave"}, made_at=later(100).isoformat()),
        entry({"person": two, "kind": "leave"}, made_at=later(110).isoformat()),
    ]  # fmt: skip
    for place in order:
        submit(cast, told[place], later(200))
        submit(cast, told[place], later(200))
    assert standing().entry == told[2].entry
    assert counts(standing()) == (6, 5, 0, 1, 0, 0, 0)
    assert not standing().late
    assert ClassCheck.objects.count() == 3
    live = Absence.objects.exclude(state=WITHDRAWN)
    assert not live.exists()


def test_an_entry_of_another_class_is_not_answered(cast: Cast) -> None:
    told = entry()
    submit(cast, told)
    with pytest.raises(Refused, match="编号"):
        submit_check(actor(cast, "teacher2"), cast.units["class_a2"], told, MORNING)


def test_a_pupil_of_another_class_is_refused(cast: Cast) -> None:
    stranger = cast.people["pupil_a2_1"].pk
    for told in (entry(sick(stranger)), entry(back=[stranger])):
        with pytest.raises(Refused, match="有1人不在今天的名单上"):
            submit(cast, told)
    assert not ClassCheck.objects.exists()
    assert not AuditLine.objects.exists()


# --- time -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "late", "said"),
    [(later(70), False, "08:30已交"), (later(71), True, "08:31补交")],
)
def test_after_the_deadline_it_is_late(
    cast: Cast,
    at: dt.datetime,
    late: bool,  # noqa: FBT001  # a column of the table
    said: str,
) -> None:
    found = submit(cast, entry(), at)
    assert found.check.late is late
    assert found.said.startswith(said)


def test_what_was_written_in_time_is_not_late_for_want_of_a_net(cast: Cast) -> None:
    found = submit(cast, entry(made_at=MORNING.isoformat()), later(300))
    assert not found.check.late
    assert found.said.startswith("07:20已交")


def test_a_phone_that_is_ahead_is_put_right(cast: Cast) -> None:
    found = submit(cast, entry(made_at=later(600).isoformat()))
    assert found.check.made_at == MORNING


@pytest.mark.parametrize(
    ("made", "now"),
    [
        (None, MORNING + dt.timedelta(days=1)),
        (MORNING - dt.timedelta(days=1), MORNING),
        (MORNING, MORNING + dt.timedelta(days=8)),
    ],
)
def test_an_entry_of_another_day_or_too_old_is_refused(
    cast: Cast, made: dt.datetime | None, now: dt.datetime
) -> None:
    with pytest.raises(Refused):
        submit(cast, entry(**({"made_at": made.isoformat()} if made else {})), now)


def test_an_entry_that_waited_overnight_opens_no_incident(cast: Cast) -> None:
    told = entry(unwell(pupil(cast, 1), 38.5), made_at=MORNING.isoformat())
    submit(cast, told, MORNING + dt.timedelta(days=1))
    assert standing().unwell == 1
    assert not Incident.objects.exists()


# --- what follows -----------------------------------------------------------------


def test_a_fever_at_school_opens_an_incident_once(cast: Cast) -> None:
    told = entry(unwell(pupil(cast, 1), 37.3))
    found = submit(cast, told)
    assert found.isolated == (pupil(cast, 1),)
    assert found.said == "07:20已交，实到6人，不适1，1人要隔离，已报校医"
    assert Incident.objects.get().person_id == pupil(cast, 1)
    row = CheckException.objects.get()
    assert (row.course, row.syndromes) == ("isolate", ["fever"])
    assert Notice.objects.filter(kind="incident_open").exists()


def test_below_the_line_nobody_is_isolated(cast: Cast) -> None:
    assert submit(cast, entry(unwell(pupil(cast, 1), 37.2))).isolated == ()
    assert not Incident.objects.exists()


def test_three_of_a_class_raise_an_alarm(cast: Cast) -> None:
    three = [sick(pupil(cast, seat), "vomiting") for seat in (1, 2, 3)]
    submit(cast, entry(*three))
    assert Notice.objects.filter(kind="alarm_class").exists()


def test_back_with_both_signatures_closes_the_trace(cast: Cast) -> None:
    signed = {
        "class_signed_by": cast.people["teacher"],
        "doctor_signed_by": cast.people["doctor"],
    }
    _absent(cast, 1, state="checked", **signed)
    found = submit(cast, entry(back=[pupil(cast, 1)]))
    row = Absence.objects.get()
    assert (row.state, row.returned_on, found.unsigned) == ("returned", DAY, ())
    assert [one.step for one in row.steps.all()] == ["returned"]


def test_back_without_signatures_is_told_to_the_doctor(cast: Cast) -> None:
    _absent(cast, 1)
    found = submit(cast, entry(back=[pupil(cast, 1)]))
    row = Absence.objects.get()
    assert (row.state, row.back_on) == ("registered", DAY)
    assert found.unsigned == (pupil(cast, 1),)
    assert found.check.present == 6
    notice = Notice.objects.get(kind="return_sign")
    assert notice.account_id == cast.accounts["doctor"].pk
    assert submit(cast, entry(slot="noon"), MORNING.replace(hour=13)).check.unknown == 0


def test_who_is_still_away_goes_on_in_the_same_trace(cast: Cast) -> None:
    _absent(cast, 1, kind="unknown", symptoms=["cough"])
    submit(cast, entry(sick(pupil(cast, 1), "fever", celsius=38.5)))
    row = Absence.objects.get()
    assert (row.kind, row.last_day) == ("sick", DAY)
    assert row.symptoms == ["cough", "fever"]
    assert str(row.celsius) == "38.5"


def test_a_group_leader_counts_and_hands_in_nothing(cast: Cast) -> None:
    leader = actor(cast, "leader", Role.GROUP_LEADER)
    group = cast.units["group_a"]
    for present in (5, 4):
        draft_count(leader, group, Slot.MORNING, DAY, MORNING, expected=5, present=present)  # fmt: skip
    assert DraftCount.objects.get().present == 4
    assert not ClassCheck.objects.exists()
    with pytest.raises(Refused):
        draft_count(leader, group, Slot.MORNING, DAY, MORNING, expected=5, present=6)


def test_a_number_that_is_shown_is_kept_in_the_trail(cast: Cast) -> None:
    child = cast.people["pupil_a1_1"]
    with pytest.raises(Refused):
        morning.call(actor(cast), child, MORNING)
    child.phone = "13800001111"
    child.save()
    assert morning.call(actor(cast), child, MORNING) == "13800001111"
    guardian = cast.people["guardian"]
    guardian.phone = "13900002222"
    guardian.save()
    assert morning.call(actor(cast), child, MORNING) == "13900002222"
    assert [line.body["of"] for line in AuditLine.objects.order_by("number")] == [
        child.pk,
        guardian.pk,
    ]


# --- queries ----------------------------------------------------------------------


def test_a_class_of_forty_five_takes_few_statements(
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    cast = build(45)
    ids = [pupil(cast, seat) for seat in range(1, 46)]
    submit(cast, entry(slot="noon", expected=45), MORNING)  # the trail has a head now
    unit = cast.units["class_a1"]
    with django_assert_max_num_queries(14):
        submit_check(actor(cast), unit, entry(expected=45), MORNING)
    leave = [{"person": one, "kind": "leave"} for one in ids]
    with django_assert_max_num_queries(15):
        submit_check(actor(cast), unit, entry(*leave, expected=45), later(1))
    ill = [sick(one, "cough") for one in ids]
    submit_check(actor(cast), unit, entry(*ill, expected=45), later(2))  # raises alarms
    with django_assert_max_num_queries(38):  # forty-five again
        submit_check(actor(cast), unit, entry(*ill, expected=45), later(3))
