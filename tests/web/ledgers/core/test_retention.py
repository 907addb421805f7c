"""What is kept too long is removed or loses what is personal; the job says which."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

import ledger_world.ledger
import site_world
from bihuan.web.ledgers.core import registry, retention
from bihuan.web.ledgers.core.declare import Retention
from bihuan.web.ledgers.core.models import Evidence, Import
from bihuan.web.ledgers.core.retention import Removed
from bihuan.web.ledgers.core.rows import REPLACED
from bihuan.web.org.models import AuditLine
from ledger_world.models import Jab
from site_world import DAY, MORNING, Cast

pytestmark = pytest.mark.django_db
OLD = DAY - dt.timedelta(days=366)
KEPT = DAY - dt.timedelta(days=365)


@pytest.fixture
def cast() -> Cast:
    return site_world.build()


@pytest.fixture
def deleting() -> Iterator[None]:
    """The ledger as if its rows were deleted when their time is over."""
    whole = ledger_world.ledger.LEDGER
    kept = Retention(days=365, since="planned")
    ledger_world.ledger.LEDGER = replace(whole, retention=kept)
    registry.ledgers.cache_clear()
    yield
    ledger_world.ledger.LEDGER = whole
    registry.ledgers.cache_clear()


def row(cast: Cast, seat: int, planned: dt.date, **more: Any) -> Jab:
    klass = cast.units["class_a1"]
    return Jab.objects.create(
        unit=klass,
        school=cast.units["school_a"],
        day=planned,
        at=MORNING,
        person=cast.people[f"pupil_a1_{seat}"],
        planned=planned,
        **({"state": "checked", "vaccine": "mmr", "address": "和平路"} | more),
    )


def test_personal_fields_are_emptied_once(cast: Cast) -> None:
    old = row(cast, 1, OLD, celsius="36.5", signs=["fever"], batch="X1")
    new = row(cast, 2, KEPT, signs=["rash"])
    school = cast.units["school_a"].pk
    assert retention.sweep(MORNING) == [Removed(ledger="jabs", school=school, erased=1)]
    old.refresh_from_db()
    assert (old.celsius, old.signs, old.address) == (None, [], "")
    assert (old.batch, old.vaccine) == ("X1", "mmr")
    new.refresh_from_db()
    assert (new.signs, new.address) == (["rash"], "和平路")
    assert retention.sweep(MORNING) == []
    line = AuditLine.objects.get(deed="retention")
    assert line.via == "job"
    assert (line.body["ledger"], line.body["erased"]) == ("jabs", 1)


@pytest.mark.usefixtures("deleting")
def test_rows_are_deleted_with_what_hangs_on_them(cast: Cast) -> None:
    first = row(cast, 1, OLD, state=REPLACED)
    second = row(cast, 1, OLD, replaces=first)
    young = row(cast, 2, KEPT)
    for number in (second.pk, young.pk):
        Evidence.objects.create(
            ledger="jabs", row=number, school=young.school, kind="paper", at=MORNING
        )
    (told,) = retention.sweep(MORNING)
    assert (told.deleted, told.erased) == (2, 0)
    assert [kept.pk for kept in Jab.objects.all()] == [young.pk]
    assert [kept.row for kept in Evidence.objects.all()] == [young.pk]


@pytest.mark.usefixtures("deleting")
def test_row_that_a_younger_one_replaced_stays_with_it(cast: Cast) -> None:
    old = row(cast, 1, OLD, state=REPLACED)
    row(cast, 1, KEPT, replaces=old)
    assert retention.sweep(MORNING) == []
    assert Jab.objects.count() == 2


def test_workbooks_of_imports_do_not_stay(cast: Cast) -> None:
    told = {"ledger": "jabs", "school": cast.units["school_a"], "file": b"names"}
    preview = [{"title": "学生A101"}]
    old = Import.objects.create(
        **told, preview=preview, state="confirmed", at=MORNING - dt.timedelta(days=3)
    )
    new = Import.objects.create(**told, preview=preview, state="preview", at=MORNING)
    retention.sweep(MORNING)
    old.refresh_from_db()
    new.refresh_from_db()
    assert (bytes(old.file), old.preview) == (b"", [])
    assert (bytes(new.file), new.preview) == (b"names", preview)
