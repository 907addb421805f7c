"""A check that never comes climbs by itself; one of yesterday is made good, and late."""

import datetime as dt
import uuid

import pytest

from bihuan.rules.access import Role
from bihuan.rules.triage import Symptom
from bihuan.web.flows import missing, morning
from bihuan.web.flows.accounts import Refused
from bihuan.web.ledgers.absences.models import Absence
from bihuan.web.ledgers.checks.entry import CheckEntry, ExceptionEntry
from bihuan.web.ledgers.checks.models import ClassCheck, Kind, Slot
from bihuan.web.notices.models import Notice
from bihuan.web.org.scope import Actor
from site_world import DAY, MORNING, Cast, build

pytestmark = pytest.mark.django_db
NEXT = DAY + dt.timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    return build()


def hand_in(
    cast: Cast,
    unit: str,
    at: dt.datetime,
    *ill: str,
    slot: Slot = Slot.MORNING,
    day: dt.date | None = None,
    made_at: dt.datetime | None = None,
) -> ClassCheck:
    rows = tuple(
        ExceptionEntry(
            person=cast.people[name].pk, kind=Kind.SICK,
            symptoms=frozenset({Symptom.COUGH}),
        )
        for name in ill
    )  # fmt: skip
    entry = CheckEntry(
        entry=uuid.uuid4(), slot=slot, day=day or at.date(), expected=6,
        exceptions=rows, made_at=made_at,
    )  # fmt: skip
    teacher = Actor(None, cast.people["teacher"].pk, Role.CLASS_TEACHER)
    return morning.submit_check(teacher, cast.units[unit], entry, at).check


def due_of(cast: Cast, slot: Slot = Slot.MORNING) -> dt.datetime:
    asked = morning.asked(cast.units["class_a1"], MORNING, boards=True)
    found = next(one.due for one in asked if one.slot is slot)
    assert found is not None
    return found


def told(cast: Cast) -> dict[str, set[str]]:
    names = {account.pk: name for name, account in cast.accounts.items()}
    found: dict[str, set[str]] = {}
    for notice in Notice.objects.all():
        found.setdefault(names[notice.account_id], set()).add(notice.kind)
    return found


def test_nobody_is_told_on_a_day_without_any_check(cast: Cast) -> None:
    assert missing.climb(due_of(cast) + dt.timedelta(hours=3)) == 0


def test_a_missing_check_climbs_to_the_bureau_rung_by_rung(cast: Cast) -> None:
    hand_in(cast, "class_a1", MORNING)
    due = due_of(cast)
    missing.climb(due - dt.timedelta(minutes=29))
    assert told(cast)["teacher2"] == {"check_due"}
    assert "teacher" not in told(cast)
    assert "grade" not in told(cast)
    missing.climb(due + dt.timedelta(minutes=31))
    assert told(cast)["grade"] == {"check_late"}
    assert "principal" not in told(cast)
    missing.climb(due + dt.timedelta(minutes=61))
    assert told(cast)["principal"] == {"check_late"}
    assert "bureau" not in told(cast)
    missing.climb(due + dt.timedelta(minutes=121))
    assert told(cast)["bureau"] == {"check_late"}


def test_a_rung_is_told_once_and_ends_with_the_check(cast: Cast) -> None:
    hand_in(cast, "class_a1", MORNING)
    at = due_of(cast) + dt.timedelta(minutes=31)
    assert missing.climb(at) > 0
    assert missing.climb(at + dt.timedelta(minutes=1)) == 0
    hand_in(cast, "class_a2", at)
    hand_in(cast, "class_b1", at)
    assert missing.climb(at + dt.timedelta(hours=2)) == 0


def test_whom_a_missing_check_went_to_is_known(cast: Cast) -> None:
    hand_in(cast, "class_a1", MORNING)
    unit = cast.units["class_a2"]
    assert missing.told(unit, Slot.MORNING, DAY) == ()
    missing.climb(due_of(cast) + dt.timedelta(minutes=31))
    assert missing.told(unit, Slot.MORNING, DAY) == (Role.GRADE_HEAD,)


def test_yesterdays_check_is_made_good_and_never_on_time(cast: Cast) -> None:
    hand_in(cast, "class_a1", MORNING)
    after = MORNING + dt.timedelta(days=1)
    check = hand_in(cast, "class_a2", after, "pupil_a2_1", day=DAY)
    assert check.late
    assert check.day == DAY
    assert Absence.objects.get().day == DAY


def test_what_a_later_check_says_stands_beside_one_made_good(cast: Cast) -> None:
    hand_in(cast, "class_a1", MORNING)
    after = MORNING + dt.timedelta(days=1)
    hand_in(cast, "class_a2", after)
    assert hand_in(cast, "class_a2", after, "pupil_a2_1", day=DAY).late
    assert not Absence.objects.exists()


def test_one_made_good_can_be_corrected_that_day(cast: Cast) -> None:
    hand_in(cast, "class_a1", MORNING)
    after = MORNING + dt.timedelta(days=1)
    hand_in(cast, "class_a2", after, day=DAY)
    again = hand_in(cast, "class_a2", after + dt.timedelta(hours=1), day=DAY)
    assert again.late
    assert again.replaces is not None


@pytest.mark.parametrize(
    ("unit", "days"), [("class_a1", 1), ("class_a2", 2), ("class_a2", 4)]
)
def test_what_is_not_yesterdays_or_was_handed_in_is_refused(
    cast: Cast, unit: str, days: int
) -> None:
    """A check that was handed in is corrected on its day; an older one is too late."""
    hand_in(cast, "class_a1", MORNING)
    at = MORNING + dt.timedelta(days=days)
    if days > 1:
        hand_in(cast, "class_a1", at - dt.timedelta(days=1))
    with pytest.raises(Refused):
        hand_in(cast, unit, at, day=DAY)


def test_a_monday_makes_good_for_the_friday_before(cast: Cast) -> None:
    friday = MORNING - dt.timedelta(days=3)
    hand_in(cast, "class_a1", friday)
    assert hand_in(cast, "class_a2", MORNING, day=friday.date()).late
