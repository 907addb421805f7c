"""The trail 留痕: append-only lines, chained per school.

h(n) = SHA-256(h(n-1) + canonical JSON of line n). A changed, removed, inserted or moved
line breaks the chain at its place; a cut end shows against an exported head, which is
why heads are printed or kept elsewhere.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from bihuan.web.org import ready
from bihuan.web.org.models import AuditHead, AuditLine, Unit
from bihuan.web.org.ready import Ready
from bihuan.web.org.scope import Actor


@dataclass(frozen=True, slots=True)
class Broken:
    """Where a chain does not hold, and how it was seen."""

    school: int
    number: int
    what: str
    """changed, missing, inserted, moved or cut."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a school's chain, held by this transaction."""

    number: int
    digest: str


def hold(school: Unit | int) -> Head:
    """Hold the end of a school's chain until the transaction ends.

    A flow that begins with it goes alone in its school: others wait here, not halfway.
    """
    school_id = school if isinstance(school, int) else school.pk
    rows = _HEAD(school_id)
    if not rows:
        AuditHead.objects.get_or_create(school_id=school_id)
        rows = _HEAD(school_id)
    return Head(*rows[0])


def write(
    actor: Actor,
    deed: str,
    row: models.Model | str,
    *,
    school: Unit | int,
    at: dt.datetime,
    head: Head | None = None,
    **body: Any,
) -> AuditLine:
    """Add a line to a school's chain; inside the transaction of what it tells.

    row: the row it is about. head: as `hold` gave it, where no line came since. body: ids,
    codes and numbers, never a name.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(
            "an audit line outside a transaction"
        )
    school_id = school if isinstance(school, int) else school.pk
    last = head or hold(school_id)
    line = AuditLine(
        school_id=school_id,
        number=last.number + 1,
        at=at,
        account=actor.account_id,
        person=actor.person_id,
        role=actor.role.value if actor.role else "",
        acting=actor.acting,
        via=actor.via,
        deed=deed,
        subject=row if isinstance(row, str) else subject(row),
        body=body,
        previous=last.digest,
    )
    line.digest = digest(line)
    moved = ready.Change(
        AuditHead, school_id, {"number": line.number, "digest": line.digest}
    )
    ready.add(line, moved)
    return line


def subject(row: models.Model) -> str:
    """Name a row by its table and number."""
    return f"{row._meta.label}:{row.pk}"  # noqa: SLF001  # Django's own public-by-custom name


def digest(line: AuditLine) -> str:
    """Digest of a line and of all before it."""
    told = {
        "school": line.school_id,
        "number": line.number,
        "at": line.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "account": line.account,
        "person": line.person,
        "role": line.role,
        "acting": line.acting,
        "via": line.via,
        "deed": line.deed,
        "subject": line.subject,
        "body": line.body,
    }
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256((line.previous + text).encode()).hexdigest()


def verify(heads: dict[int, tuple[int, str]] | None = None) -> Iterator[Broken]:
    """Walk every chain and tell where it does not hold.

    heads: school to (number, digest) as exported before; lines up to it must lead to it.
    """
    for head in AuditHead.objects.order_by("pk"):
        yield from _verify_school(head, (heads or {}).get(head.pk))


def _verify_school(head: AuditHead, kept: tuple[int, str] | None) -> Iterator[Broken]:
    school, number, last = head.pk, 0, ""
    kept_seen = kept is None or kept[0] == 0
    for line in AuditLine.objects.filter(school=school).order_by("number").iterator():
        if line.number != number + 1:
            yield Broken(school, number + 1, "missing")
        elif line.previous != last:
            yield Broken(school, line.number, "inserted")
        if digest(line) != line.digest:
            yield Broken(school, line.number, "changed")
        if kept and line.number == kept[0]:
            kept_seen = line.digest == kept[1]
            if not kept_seen:
                yield Broken(school, line.number, "moved")
                kept_seen = True
        number, last = line.number, line.digest
    if (number, last) != (head.number, head.digest) or not kept_seen:
        yield Broken(school, number + 1, "cut")


_HEAD = Ready(
    (int,),
    lambda school: (
        AuditHead.objects.select_for_update()
        .filter(pk=school)
        .order_by()
        .values_list("number", "digest")
    ),
)
