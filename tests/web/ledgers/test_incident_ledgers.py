"""The ledgers of incidents, alarms, rooms and liaison: on their pages, and as Excel."""

import datetime as dt
import io

import openpyxl
import pytest

from bihuan.plan.words import Partner
from bihuan.rules.access import Role
from bihuan.rules.stay import RoomKind
from bihuan.web.flows import alarms, incidents, isolation, liaison
from bihuan.web.ledgers.core.registry import ledgers
from bihuan.web.ledgers.incidents.models import Alarm
from bihuan.web.ledgers.liaison.models import Agency
from bihuan.web.org.scope import Actor
from site_world import MORNING, Cast, build

pytestmark = pytest.mark.django_db
SLUGS = ("incidents", "alarms", "isolation", "rooms", "liaison", "reports")
DOCTOR = Actor(None, None, Role.SCHOOL_DOCTOR)


@pytest.fixture
def cast(settings: pytest.FixtureRequest) -> Cast:
    """A school with a cluster, a room with somebody in it, a partner, a report."""
    settings.SECOND_FACTOR = False  # type: ignore[attr-defined]  # pytest-django's settings
    cast = build(students=24)
    school = cast.units["school_a"]
    for n in (1, 2, 3):
        row = incidents.open_incident(
            DOCTOR, person=cast.people[f"pupil_a1_{n}"], celsius=38.1 + n / 10,
            symptoms=["fever"], now=MORNING,
        )  # fmt: skip
    room = isolation.keep_room(
        DOCTOR, school, MORNING, code="G1", name="隔离室一", kind=RoomKind.TEMPORARY,
        beds=2,
    )  # fmt: skip
    stay = isolation.come(
        DOCTOR, row.person, room, MORNING, illness="fever", incident=row
    )
    isolation.reading(DOCTOR, stay, MORNING, celsius=row.celsius, symptoms=["fever"])
    liaison.keep_agency(
        DOCTOR, school, MORNING, partner=Partner.HEALTH, organisation="示例市疾控中心",
        phone="0371-0000000",
    )  # fmt: skip
    liaison.send(
        DOCTOR, liaison.report(DOCTOR, Alarm.objects.get(rule="T1a"), MORNING), MORNING
    )
    return cast


@pytest.mark.parametrize("slug", SLUGS)
def test_every_ledger_lists_shows_and_leaves_as_excel(cast: Cast, slug: str) -> None:
    doctor, ledger = cast.client("doctor"), ledgers()[slug]
    page = doctor.get(f"/ledgers/{slug}/")
    assert page.status_code == 200
    row = ledger.rows().first()
    assert row is not None
    assert doctor.get(f"/ledgers/{slug}/{row.pk}/").status_code == 200
    answer = doctor.post(f"/ledgers/{slug}/export/", {"purpose": "存档备查，期末归档"})
    body = answer.getvalue()
    cells = [
        str(value)
        for line in openpyxl.load_workbook(io.BytesIO(body)).worksheets[0].values
        for value in line
        if value is not None
    ]
    text = "".join(cells)
    assert ledger.title in text
    assert all(column.heading in text for column in ledger.columns)


@pytest.mark.parametrize("slug", SLUGS)
def test_no_name_of_a_pupil_is_on_the_bureaus_ledgers(cast: Cast, slug: str) -> None:
    answer = cast.client("bureau").get(f"/ledgers/{slug}/")
    assert answer.status_code == 200
    assert "学生A1" not in answer.content.decode()


@pytest.mark.parametrize("slug", SLUGS)
def test_the_indicator_speaks(cast: Cast, slug: str) -> None:
    ledger, school = ledgers()[slug], cast.units["school_a"]
    assert ledger.indicator is not None
    told = ledger.indicator(ledger.rows().filter(school=school), school, MORNING)
    assert told.state in {"pass", "fail", "unknown", "stale"}
    assert school.name in told.said
    for clock in ledger.clocks:
        for row in ledger.rows():
            due = clock.due(row)
            assert due is None or due.utcoffset() is not None


def test_a_line_is_unknown_then_answered_then_stale(cast: Cast) -> None:
    school, ledger = cast.units["school_a"], ledgers()["liaison"]
    hospital = liaison.keep_agency(
        DOCTOR, school, MORNING, partner=Partner.HOSPITAL, organisation="示例市医院"
    )
    assert ledger.indicator is not None
    states = []
    rows = Agency.objects.filter(unit=school)
    states.append(ledger.indicator(rows, school, MORNING).state)
    for row in rows:
        liaison.try_line(DOCTOR, row, MORNING, answered=True)
    states.append(ledger.indicator(rows, school, MORNING).state)
    states.append(ledger.indicator(rows, school, MORNING + dt.timedelta(days=8)).state)
    liaison.try_line(DOCTOR, hospital, MORNING, answered=False)
    states.append(ledger.indicator(rows, school, MORNING).state)
    assert states == ["unknown", "pass", "stale", "fail"]


def test_an_alarm_is_late_until_it_is_reported(cast: Cast) -> None:
    ledger, school = ledgers()["alarms"], cast.units["school_a"]
    assert ledger.indicator is not None
    later = MORNING + dt.timedelta(hours=25)
    rows = Alarm.objects.filter(rule="T1a")
    assert ledger.indicator(rows, school, later).state == "pass"
    rows.get().reports.update(sent_at=None)
    assert ledger.indicator(rows, school, later).state == "fail"
    alarms.close(DOCTOR, rows.get(), "excluded", later)
    assert ledger.indicator(rows, school, later).state == "pass"
    assert rows.get().true_alarm is False
