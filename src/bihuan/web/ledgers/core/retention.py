"""Rows whose time is over are removed, or lose what is personal; the job says which.

Nothing of it can be undone, so the trail keeps how many rows of which ledger it was.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import models, transaction
from django.db.models import ProtectedError, Q, QuerySet

from bihuan.web.ledgers.core.clocks import KEPT
from bihuan.web.ledgers.core.declare import Ledger
from bihuan.web.ledgers.core.models import Evidence, Import, ImportState, Rung
from bihuan.web.ledgers.core.registry import ledgers
from bihuan.web.org import audit
from bihuan.web.org.scope import Actor

BATCH: Final = 500
FILES_KEPT: Final = dt.timedelta(days=2)
"""How long the workbook of an import is kept, beyond which nothing is undone."""
JOB: Final = Actor(account_id=None, person_id=None, via="job")


@dataclass(frozen=True, kw_only=True, slots=True)
class Removed:
    """What the job did to the rows of a ledger at a school."""

    ledger: str
    school: int
    deleted: int = 0
    erased: int = 0


def sweep(now: dt.datetime) -> list[Removed]:
    """Remove what is kept no longer; says of what, where and how many."""
    done = [told for one in ledgers().values() for told in _swept(one, now)]
    Rung.objects.filter(at__lt=now - KEPT).delete()
    old = Import.objects.filter(at__lt=now - FILES_KEPT).exclude(file=b"")
    old.update(file=b"", preview=[])
    Import.objects.filter(
        at__lt=now - FILES_KEPT, state=ImportState.REFUSED.value
    ).delete()
    return done


def _swept(ledger: Ledger, now: dt.datetime) -> Iterator[Removed]:
    since = now.date() - dt.timedelta(days=ledger.retention.days)
    lookup = _before(ledger, since, now)
    rows = ledger.rows().filter(lookup)
    if ledger.retention.erase:
        rows = rows.exclude(**_empties(ledger))
    schools = rows.order_by().values_list("school", flat=True).distinct()
    for school in list(schools):
        told = _swept_school(ledger, rows.filter(school=school), school, now)
        if told.deleted or told.erased:
            yield told


def _before(ledger: Ledger, day: dt.date, now: dt.datetime) -> Q:
    """Rows whose time ended, counted from the field that the ledger names."""
    name = ledger.retention.since
    field = ledger.model._meta.get_field(name)  # noqa: SLF001  # Django's public name
    if isinstance(field, models.DateTimeField):
        moment = now - dt.timedelta(days=ledger.retention.days)
        return Q(**{f"{name}__lt": moment})
    return Q(**{f"{name}__lt": day})


def _swept_school(
    ledger: Ledger, rows: QuerySet[Any], school: int, now: dt.datetime
) -> Removed:
    numbers = list(rows.order_by("-pk").values_list("pk", flat=True))
    erased = deleted = 0
    for start in range(0, len(numbers), BATCH):
        some = numbers[start : start + BATCH]
        with transaction.atomic():
            if ledger.retention.erase:
                erased += ledger.rows().filter(pk__in=some).update(**_empties(ledger))
            else:
                deleted += _deleted(ledger, some)
            _proofs(ledger, some).update(photo=b"", note="")
            _note(ledger, school, now, deleted=deleted, erased=erased, of=len(some))
    return Removed(ledger=ledger.slug, school=school, deleted=deleted, erased=erased)


def _note(ledger: Ledger, school: int, now: dt.datetime, **numbers: int) -> None:
    audit.write(
        JOB,
        "retention",
        f"ledger:{ledger.slug}",
        school=school,
        at=now,
        ledger=ledger.slug,
        head=None,
        **numbers,
    )


def _deleted(ledger: Ledger, numbers: list[int]) -> int:
    """Delete rows and what hangs on them; a row that another one needs stays."""
    rows = ledger.rows().filter(pk__in=numbers)
    kept = ledger.rows().filter(replaces__in=numbers).exclude(pk__in=numbers)
    gone = set(numbers) - set(kept.values_list("replaces", flat=True))
    rows.filter(pk__in=gone).update(replaces=None)
    removed = {number for number in gone if _is_deleted(ledger, number)}
    _proofs(ledger, removed).delete()
    Rung.objects.filter(ledger=ledger.slug, row__in=removed).delete()
    return len(removed)


def _is_deleted(ledger: Ledger, number: int) -> bool:
    try:
        with transaction.atomic():
            ledger.rows().filter(pk=number).delete()
    except ProtectedError:
        return False
    return True


def _proofs(ledger: Ledger, numbers: Iterable[int]) -> QuerySet[Evidence]:
    return Evidence.objects.filter(ledger=ledger.slug, row__in=numbers)


def _empties(ledger: Ledger) -> dict[str, Any]:
    """What the erased fields hold afterwards."""
    return {name: _empty(ledger, name) for name in ledger.retention.erase}


def _empty(ledger: Ledger, name: str) -> Any:
    field: Any = ledger.model._meta.get_field(name)  # noqa: SLF001  # Django's public name
    if field.null:
        return None
    return field.get_default() if field.has_default() else ""
