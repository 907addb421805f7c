"""A bureau's own checklist 核查清单: its items as data, and what was found of each at a school.

An item that changes ends and begins anew, so that an old answer never speaks of a new
text. No answer is unknown, and unknown is not met.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from bihuan.base.wording import _
from bihuan.web.flows.accounts import Refused
from bihuan.web.org import audit
from bihuan.web.org.models import ChecklistAnswer, ChecklistItem, Unit
from bihuan.web.org.scope import Actor

MOST = 100
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """An item as the bureau writes it."""

    text: str
    how: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """A school by the checklist: how many items are met, not met, unknown."""

    school: Unit
    met: int
    failed: int
    unknown: int

    @property
    def state(self) -> str:
        """Fail before unknown before pass."""
        if self.failed:
            return "fail"
        return "unknown" if self.unknown or not self.met else "pass"


def items_of(bureau: Unit) -> QuerySet[ChecklistItem, ChecklistItem]:
    """The items in force, in their order."""
    return ChecklistItem.objects.filter(unit=bureau, until=None).order_by("number")


@transaction.atomic
def put_items(
    actor: Actor, bureau: Unit, wanted: Sequence[Wanted], now: dt.datetime
) -> int:
    """Make the checklist these items; says how many are new or ended."""
    if len(wanted) > MOST or any(len(one.text) > LONGEST for one in wanted):
        raise Refused(_("最多{n}条，每条最多{m}个字", n=MOST, m=LONGEST))
    there = {
        (row.number, row.text, row.how, row.document): row for row in items_of(bureau)
    }
    kept = {
        (number, one.text, one.how, one.document)
        for number, one in enumerate(wanted, 1)
    }
    gone = [row.pk for key, row in there.items() if key not in kept]
    ChecklistItem.objects.filter(pk__in=gone).update(until=now.date())
    new = [
        ChecklistItem(
            unit=bureau, number=n, text=text, how=how, document=document,
            since=now.date(),
        )
        for n, text, how, document in sorted(kept - there.keys())
    ]  # fmt: skip
    ChecklistItem.objects.bulk_create(new)
    if gone or new:
        audit.write(
            actor, "checklist.items", bureau, school=bureau, at=now,
            new=len(new), ended=len(gone),
        )  # fmt: skip
    return len(new) + len(gone)


@transaction.atomic
def answer(
    actor: Actor,
    school: Unit,
    said: Mapping[int, tuple[bool, str]],
    now: dt.datetime,
) -> int:
    """Note what was found of items at a school: met or not, and the evidence."""
    bureau = Unit.objects.get(path=school.path[:8])
    items = {row.pk: row for row in items_of(bureau)}
    rows = [
        ChecklistAnswer(
            item=items[pk], school=school, met=met, evidence=evidence[:LONGEST],
            by_id=actor.person_id, on=now.date(),
        )
        for pk, (met, evidence) in said.items()
        if pk in items
    ]  # fmt: skip
    ChecklistAnswer.objects.bulk_create(rows)
    if rows:
        audit.write(
            actor, "checklist.answer", school, school=school, at=now,
            met=sum(row.met for row in rows), of=len(rows),
        )  # fmt: skip
    return len(rows)


def latest(
    items: Iterable[ChecklistItem], schools: Iterable[Unit]
) -> dict[tuple[int, int], ChecklistAnswer]:
    """The newest answer of each school and item."""
    rows = ChecklistAnswer.objects.filter(
        item__in=list(items), school__in=list(schools)
    )
    return {(row.school_id, row.item_id): row for row in rows.order_by("on", "pk")}


def score(items: Sequence[ChecklistItem], schools: Sequence[Unit]) -> list[Scored]:
    """Every school by the checklist."""
    found = latest(items, schools)
    scored = []
    for school in schools:
        answers = [found.get((school.pk, item.pk)) for item in items]
        met = sum(1 for one in answers if one and one.met)
        failed = sum(1 for one in answers if one and not one.met)
        scored.append(Scored(school, met, failed, len(answers) - met - failed))
    return scored
