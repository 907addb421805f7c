"""Alarms over the rows of checks, absences and incidents."""

import datetime as dt
import uuid

import pytest

from bihuan.rules.access import Role
from bihuan.web.flows.alarms import weigh
from bihuan.web.flows.incidents import open_incident
from bihuan.web.ledgers.incidents.models import Alarm, Incident
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
