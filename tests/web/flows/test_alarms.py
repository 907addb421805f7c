"""Alarms over the rows of checks, absences and incidents."""

import datetime as dt
import uuid

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from bihuan.rules.access import Role
from bihuan.rules.alarms import judge
from bihuan.web.flows.alarms import (
    _sizes,
    cases_of,
    close,
    precision_of,
    take,
    weigh,
)
from bihuan.web.flows.incidents import diagnose, open_incident
from bihuan.web.ledgers.checks.models import CheckException, ClassCheck
from bihuan.web.ledgers.incidents.models import Alarm, Incident
from bihuan.web.notices.models import Notice
from bihuan.web.org.policy import alarm_rules_of
from bihuan.web.org.scope import Actor
from site_world import MORNING, Cast, build

pytestmark = pytest.mark.django_db
DOCTOR = Actor(None, None, Role.SCHOOL_DOCTOR)


@pytest.fixture
def cast() -> Cast:
    return build(students=24)


def fever(cast: Cast, *names: str, now: dt.datetime = MORNING) -> list[Incident]:
    """Feverish pupils, found one after the other."""
    return [
        open_incident(
            DOCTOR,
            person=cast.people[name],
            place="classroom",
            celsius=38.1,
            symptoms=["fever", "cough"],
            now=now,
        )
        for name in names
    ]


def test_three_of_a_class_in_a_day_raise_the_alarm_with_its_rule(cast: Cast) -> None:
    fever(cast, "pupil_a1_1", "pupil_a1_2")
    assert not Alarm.objects.exists()
    fever(cast, "pupil_a1_3")
    alarm = Alarm.objects.get(rule="T1a")
    assert alarm.unit == cast.units["class_a1"]
    assert (alarm.count, alarm.threshold, alarm.window) == (3, 3, 1)
    assert alarm.document
    assert alarm.report_by == MORNING + dt.timedelta(hours=24)


def test_weighing_again_changes_nothing(cast: Cast) -> None:
    fever(cast, "pupil_a1_1", "pupil_a1_2", "pupil_a1_3")
    before = list(Alarm.objects.values())
    assert weigh(cast.units["school_a"], MORNING) == ()
    assert list(Alarm.objects.values()) == before


def test_a_resent_entry_opens_nothing_new(cast: Cast) -> None:
    entry = uuid.uuid4()
    rows = {
        open_incident(
            DOCTOR, person=cast.people["pupil_a1_1"], place="gate", celsius=38.0,
            symptoms=[], now=MORNING, entry=entry,
        ).pk
        for _ in range(3)
    }  # fmt: skip
    assert len(rows) == Incident.objects.count() == 1


def test_another_school_is_not_touched(cast: Cast) -> None:
    fever(cast, "pupil_a1_1", "pupil_a1_2", "pupil_b1_1", "pupil_b1_2")
    assert not Alarm.objects.exists()


def checked(cast: Cast, day: dt.date, *pupils: str, kind: str = "sick") -> None:
    """A morning check with some ill ones."""
    klass = cast.units["class_a1"]
    row = ClassCheck.objects.create(
        unit=klass, school=cast.units["school_a"], day=day, at=MORNING, slot="morning",
        state="sent", expected=24, present=24 - len(pupils), sick=len(pupils),
        mode="exceptions",
    )  # fmt: skip
    for name in pupils:
        CheckException.objects.create(
            check_row=row, person=cast.people[name], kind=kind, symptoms=["rash"]
        )


def test_yesterdays_absentees_are_no_new_cases(cast: Cast) -> None:
    monday = MORNING.date()
    ill = ["pupil_a1_1", "pupil_a1_2"]
    for day in range(4):
        checked(cast, monday + dt.timedelta(days=day), *ill)
    thursday = MORNING + dt.timedelta(days=3)
    CheckException.objects.create(
        check_row=ClassCheck.objects.get(day=thursday.date()),
        person=cast.people["pupil_a1_3"], kind="sick", symptoms=["rash"],
    )  # fmt: skip
    weigh(cast.units["school_a"], thursday)
    assert not Alarm.objects.filter(rule="T1a").exists()


def test_a_corrected_check_counts_no_more(cast: Cast) -> None:
    checked(cast, MORNING.date(), "pupil_a1_1", "pupil_a1_2", "pupil_a1_3")
    ClassCheck.objects.update(state="replaced")
    assert weigh(cast.units["school_a"], MORNING) == ()


def test_leave_is_no_illness(cast: Cast) -> None:
    checked(
        cast, MORNING.date(), "pupil_a1_1", "pupil_a1_2", "pupil_a1_3", kind="leave"
    )
    assert weigh(cast.units["school_a"], MORNING) == ()


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    found=st.lists(
        st.tuples(st.integers(1, 12), st.integers(0, 6)), max_size=14, unique=True
    )
)
def test_alarms_agree_with_the_rules(cast: Cast, found: list[tuple[int, int]]) -> None:
    """What stands in the table is what the rules say of the same cases."""
    for model in (Alarm, CheckException, ClassCheck):
        model.objects.all().delete()
    for day in range(7):
        names = [f"pupil_a1_{pupil}" for pupil, on in found if on == day]
        checked(cast, MORNING.date() + dt.timedelta(days=day), *names)
    now, school = MORNING + dt.timedelta(days=6), cast.units["school_a"]
    weigh(school, now)
    cases = tuple(cases_of(school, now.date()))
    rules = alarm_rules_of(school, now.date())
    told = {
        (one.rule.code, tuple(sorted(map(int, one.persons))))
        for one in judge(cases, _sizes(school), rules, now.date())
    }
    kept = {(row.rule, tuple(row.persons)) for row in Alarm.objects.all()}
    assert kept == told
    assert all(row.title or row.binding == "plan" for row in Alarm.objects.all())
    assert weigh(school, now) == ()


def test_it_grows_and_opens_again_on_its_day(cast: Cast) -> None:
    fever(cast, "pupil_a1_1", "pupil_a1_2", "pupil_a1_3")
    alarm = Alarm.objects.get(rule="T1a")
    take(DOCTOR, alarm, MORNING)
    fever(cast, "pupil_a1_5")
    alarm.refresh_from_db()
    assert (alarm.count, alarm.state) == (4, "taken")
    close(DOCTOR, alarm, "none", MORNING)
    alarm.refresh_from_db()
    assert alarm.true_alarm is False
    fever(cast, "pupil_a1_6")
    alarm.refresh_from_db()
    assert (alarm.count, alarm.state) == (5, "open")
    assert Alarm.objects.get(pk=alarm.pk).true_alarm is None
    assert Alarm.objects.filter(rule="T1a").count() == 1


def test_truth_follows_the_diagnoses_of_its_persons(cast: Cast) -> None:
    rows = fever(cast, "pupil_a1_1", "pupil_a1_2", "pupil_a1_3")
    alarm = Alarm.objects.get(rule="T1a")
    for row, disease in zip(rows, ("influenza", "influenza", "none"), strict=True):
        diagnose(DOCTOR, row, disease, MORNING)
    alarm.refresh_from_db()
    assert alarm.true_alarm is False
    told = precision_of(Alarm.objects.all(), "T1a", MORNING.date())
    assert (told.raised, told.decided, told.true) == (1, 1, 0)


def test_weighing_asks_few_questions(
    cast: Cast, django_assert_max_num_queries: object
) -> None:
    checked(cast, MORNING.date(), *[f"pupil_a1_{n}" for n in range(1, 10)])
    weigh(cast.units["school_a"], MORNING)
    with django_assert_max_num_queries(14):  # type: ignore[operator]  # pytest-django's fixture
        weigh(cast.units["school_a"], MORNING)


def test_whom_an_alarm_is_told_to(cast: Cast) -> None:
    fever(cast, "pupil_a1_1", "pupil_a1_2", "pupil_a1_3")
    told = Notice.objects.filter(kind="alarm_class").values_list(
        "account__username", flat=True
    )
    assert set(told) == {"user-doctor", "user-principal", "user-grade", "user-bureau"}
