"""The evening's rooms: presence and raised temperatures, never an illness."""

import datetime as dt
import uuid
from typing import Any

import pytest

from bihuan.rules.access import Role
from bihuan.web.flows.accounts import Refused
from bihuan.web.flows.dorm import SubmittedRoom, away_of, sleepers_of, submit_room
from bihuan.web.ledgers.absences.models import Absence
from bihuan.web.ledgers.checks.entry import RoomEntry, read_room
from bihuan.web.ledgers.checks.models import RoomCheck
from bihuan.web.ledgers.incidents.models import Incident
from bihuan.web.notices.models import Notice
from bihuan.web.org.models import AuditLine
from bihuan.web.org.scope import Actor
from site_world import DAY, MORNING, Cast, build

pytestmark = pytest.mark.django_db
EVENING = MORNING.replace(hour=21, minute=30)


@pytest.fixture
def cast() -> Cast:
    """Eight sleep in room 101: the first four of both classes."""
    return build()


def entry(*exceptions: dict[str, Any], **fields: Any) -> RoomEntry:
    found = read_room(
        {
            "entry": str(uuid.uuid4()), "day": DAY.isoformat(), "found": "checked",
            "exceptions": list(exceptions), **fields,
        }
    )  # fmt: skip
    assert isinstance(found, RoomEntry), found
    return found


def absent(cast: Cast, seat: int) -> dict[str, Any]:
    return {"person": cast.people[f"pupil_a1_{seat}"].pk, "kind": "absent"}


def hot(cast: Cast, seat: int, celsius: float | str) -> dict[str, Any]:
    return absent(cast, seat) | {"kind": "hot", "celsius": celsius}


def submit(cast: Cast, told: RoomEntry, at: dt.datetime = EVENING) -> SubmittedRoom:
    keeper = Actor(cast.accounts["dorm"].pk, cast.people["dorm"].pk, Role.DORM_MANAGER)
    return submit_room(keeper, cast.units["room_a"], told, at)


def counts(check: RoomCheck) -> tuple[int, int, int]:
    return check.expected, check.present, check.flagged


def test_all_are_there(cast: Cast) -> None:
    found = submit(cast, entry())
    assert found.said == "21:30已查，在寝8人"
    assert counts(found.check) == (8, 8, 0)
    assert AuditLine.objects.get(deed="room.check").body["expected"] == 8


def test_a_raised_temperature_opens_an_incident_without_an_illness(cast: Cast) -> None:
    told = entry(hot(cast, 1, 38.1), hot(cast, 2, "unmeasured"))
    found = submit(cast, told)
    assert found.said == "21:30已查，在寝8人，体温异常2人，已报校医"
    assert {one.place for one in Incident.objects.all()} == {"dorm"}
    assert submit(cast, told).again
    assert Incident.objects.count() == 2


def test_below_the_line_is_not_raised(cast: Cast) -> None:
    with pytest.raises(Refused, match=r"不到发热线37\.3"):
        submit(cast, entry(hot(cast, 1, 37.2)))
    assert not RoomCheck.objects.exists()


def test_who_is_missing_is_told_to_grade_and_principal(cast: Cast) -> None:
    found = submit(cast, entry(absent(cast, 1)))
    assert found.said == "21:30已查，在寝7人，不在1人"
    told = Notice.objects.filter(kind="dorm_missing").values_list("account", flat=True)
    assert set(told) >= {cast.accounts["principal"].pk}
    assert cast.accounts["guard"].pk not in told


def test_behind_a_shut_door_nobody_is_known_to_be(cast: Cast) -> None:
    found = submit(cast, entry(found="nobody"))
    assert found.said == "21:30没有人应门，应在8人，去向不明"
    assert counts(found.check) == (8, 0, 0)
    assert not Notice.objects.exists()
    assert counts(submit(cast, entry(), EVENING + dt.timedelta(minutes=9)).check) == (8, 8, 0)  # fmt: skip
    assert RoomCheck.objects.filter(state="sent").count() == 1


def test_who_is_at_home_is_not_missed(cast: Cast) -> None:
    pupil = cast.people["pupil_a1_1"]
    Absence.objects.create(
        unit=pupil.unit, school=cast.units["school_a"], person=pupil, kind="sick",
        day=DAY, last_day=DAY, at=MORNING, state="registered",
    )  # fmt: skip
    sleepers = sleepers_of([cast.units["room_a"]], DAY)
    assert away_of(sleepers, EVENING) == {pupil.pk: "home"}
    assert counts(submit(cast, entry(absent(cast, 1))).check) == (7, 7, 0)
    back = submit(cast, entry(hot(cast, 1, 38)), EVENING + dt.timedelta(minutes=5))
    assert counts(back.check) == (8, 8, 1), "he is in bed after all"


def test_what_was_written_later_stands_whichever_comes_first(cast: Cast) -> None:
    old = entry(absent(cast, 1), made_at=EVENING.isoformat())
    new = entry(made_at=(EVENING + dt.timedelta(minutes=10)).isoformat())
    at = EVENING + dt.timedelta(hours=2)
    submit(cast, new, at)
    submit(cast, old, at)
    assert RoomCheck.objects.get(state="sent").entry == new.entry
    assert not Notice.objects.exists()


def test_a_stranger_a_wrong_day_and_a_used_number_are_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="名单"):
        submit(cast, entry({"person": cast.people["pupil_a1_5"].pk, "kind": "absent"}))
    with pytest.raises(Refused, match="日子"):
        submit(cast, entry(), EVENING + dt.timedelta(days=1))
    told = entry()
    submit(cast, told)
    keeper = Actor(None, cast.people["dorm"].pk, Role.DORM_MANAGER)
    with pytest.raises(Refused, match="编号"):
        submit_room(keeper, cast.units["room_b"], told, EVENING)


def test_after_the_deadline_it_is_late(cast: Cast) -> None:
    assert not submit(cast, entry(), MORNING.replace(hour=22, minute=0)).check.late
    late = submit_room(
        Actor(None, None), cast.units["room_b"], entry(), MORNING.replace(hour=22, minute=1)
    )  # fmt: skip
    assert late.check.late
