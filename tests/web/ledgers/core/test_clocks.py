"""Clocks climb their ladder: each rung once, to the right people, quiet at night."""

import datetime as dt
from dataclasses import replace

import pytest

import site_world
from bihuan.rules.access import Role
from bihuan.web.ledgers.core import clocks
from bihuan.web.ledgers.core.models import Rung
from bihuan.web.ledgers.core.rows import REPLACED
from bihuan.web.notices.models import Notice
from bihuan.web.org.models import Assignment
from ledger_world.ledger import LEDGER
from ledger_world.models import Jab
from site_world import DAY, ZONE, Cast

pytestmark = pytest.mark.django_db
NOON = dt.datetime.combine(DAY, dt.time(12), ZONE)


def after(minutes: float) -> dt.datetime:
    return NOON + dt.timedelta(minutes=minutes)


@pytest.fixture
def cast() -> Cast:
    return site_world.build()


@pytest.fixture
def row(cast: Cast) -> Jab:
    return planned(cast, 1)


def planned(cast: Cast, seat: int, day: dt.date = DAY, **more: object) -> Jab:
    klass = cast.units["class_a1"]
    told = {
        "unit": klass,
        "school": klass.school,
        "day": day,
        "at": after(-300),
        "state": "todo",
        "person": cast.people[f"pupil_a1_{seat}"],
        "vaccine": "mmr",
        "planned": day,
    }
    return Jab.objects.create(**(told | more))


def told() -> list[tuple[str, str]]:
    """Kind of each notice and who got it, in order."""
    found = Notice.objects.order_by("pk").select_related("account")
    return [(row.kind, row.account.username) for row in found]


@pytest.mark.usefixtures("row")
def test_each_rung_tells_its_people_once() -> None:
    assert clocks.tick(after(-31)) == 0
    assert clocks.tick(after(-30)) == 1
    assert clocks.tick(after(-29)) == 0
    clocks.tick(after(0))
    clocks.tick(after(0))
    clocks.tick(after(30))
    clocks.tick(after(60))
    clocks.tick(after(120))
    clocks.tick(after(121))
    found = told()
    assert found[:2] == [("task_due", "user-teacher"), ("task_late", "user-teacher")]
    climbed = [who for _kind, who in found[2:]]
    assert set(climbed) == {
        "user-teacher",
        "user-grade",
        "user-principal",
        "user-bureau",
    }
    assert (
        climbed.index("user-grade")
        < climbed.index("user-principal")
        < climbed.index("user-bureau")
    )
    assert Rung.objects.count() == 5


@pytest.mark.usefixtures("row")
def test_worker_that_slept_an_hour_catches_up() -> None:
    clocks.tick(after(61))
    assert "user-principal" in {who for _kind, who in told()}
    assert "user-bureau" not in {who for _kind, who in told()}
    assert Rung.objects.count() == 4


@pytest.mark.usefixtures("row")
def test_rung_of_long_ago_is_noted_and_not_told() -> None:
    clocks.tick(after(60 * 24))
    assert told() == []
    assert Rung.objects.count() == 5


@pytest.mark.parametrize("state", ["given", "checked", REPLACED])
def test_what_is_done_rings_no_more(row: Jab, state: str) -> None:
    clocks.tick(after(0))
    before = len(told())
    Jab.objects.filter(pk=row.pk).update(state=state)
    clocks.tick(after(130))
    assert len(told()) == before


def test_several_rows_of_a_class_are_one_notice(cast: Cast) -> None:
    for seat in (1, 2, 3):
        planned(cast, seat)
    clocks.tick(after(0))
    late = Notice.objects.get(kind="task_late")
    assert late.params["count"] == 3
    assert late.link == "/ledgers/jabs/"


def test_one_row_is_linked(row: Jab) -> None:
    clocks.tick(after(0))
    assert Notice.objects.get(kind="task_late").link == f"/ledgers/jabs/{row.pk}/"


def test_nobody_is_woken_at_night(
    row: Jab,
) -> None:
    """A ladder that starts at 21:30 waits from 22:00 to 6:00."""
    evening = dt.datetime.combine(DAY, dt.time(21, 30), ZONE)
    morning = dt.datetime.combine(DAY + dt.timedelta(days=1), dt.time(6), ZONE)
    clock = replace(LEDGER.clocks[0], due=lambda _row: evening)
    quiet = replace(LEDGER, clocks=(clock,))
    rings = [ring.rung.at for ring in clocks.rings(quiet, morning)]
    assert rings[1:] == [evening, morning, morning, morning]
    red = replace(quiet, clocks=(replace(clock, red=True),))
    loud = [ring.rung.at for ring in clocks.rings(red, morning)]
    assert loud[2:] == [evening + dt.timedelta(minutes=n) for n in (30, 60, 120)]
    assert {ring.row.pk for ring in clocks.rings(quiet, morning)} == {row.pk}


def test_deputy_is_told_half_an_hour_later(cast: Cast, row: Jab) -> None:
    deputy = cast.people["teacher2"]
    Assignment.objects.create(
        person=deputy,
        role=Role.CLASS_TEACHER.value,
        unit=row.unit,
        since=DAY,
        deputy=True,
    )
    clocks.tick(after(0))
    assert "user-teacher2" not in {who for _kind, who in told()}
    clocks.tick(after(30))
    assert "user-teacher2" in {who for _kind, who in told()}


def test_other_school_hears_nothing(cast: Cast, row: Jab) -> None:
    del row
    clocks.tick(after(121))
    others = {f"user-{name}" for name in cast.accounts if name.endswith("_b")}
    assert not others & {who for _kind, who in told()}


def test_words_of_the_ladder_are_known(cast: Cast) -> None:
    steps = clocks.ladder_of(cast.units["school_a"], DAY)
    names = {name for rung in steps.rungs for name in rung.to}
    assert names == {"duty", "deputy", *clocks.CLIMBS}
