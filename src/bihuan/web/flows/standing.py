"""Which check of a slot stands: a class's and a room's go by the same rule.

The same entry answers as the first time; of two entries the one written last stands,
whichever came in first; a correction is as late as the first was.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Final, TypeVar

from django.utils.timezone import localtime

from bihuan.base.wording import _
from bihuan.web.flows.accounts import Refused
from bihuan.web.ledgers.checks.models import ClassCheck, RoomCheck, Standing
from bihuan.web.org import ready
from bihuan.web.org.models import Unit

KEPT: Final = dt.timedelta(days=7)
"""How long an entry may lie on a phone without a network."""
C = TypeVar("C", ClassCheck, RoomCheck)


def there(rows: Iterable[C], entry: uuid.UUID, unit: Unit) -> tuple[C | None, C | None]:
    """The same entry if it came before, and the check that stands now.

    rows: those with the entry's number, and those that stand in its slot.
    """
    known = standing = None
    for row in rows:
        if row.entry == entry:
            known = row
        else:
            standing = row
    if known is not None and known.unit_id != unit.pk:
        raise Refused(_("这个编号已经用在别处，请重新打开页面再交"))
    return known, standing


def made(
    made_at: dt.datetime | None,
    day: dt.date,
    now: dt.datetime,
    elsewhen: str,
    *,
    until: dt.date | None = None,
) -> dt.datetime:
    """When an entry was written; refused where that is not the day it is about.

    elsewhen: what is said then. until: the last day on which it may be made good 补报.
    """
    at = min(made_at.astimezone(now.tzinfo), now) if made_at else now
    if not day <= at.date() <= (until or day):
        raise Refused(elsewhen)
    if now - at > KEPT:
        raise Refused(_("这一条放了{n}天才传上来，没有收下", n=(now - at).days))
    return at


def later(one: C, other: C) -> bool:
    """Whether a check was written after another, however they came in."""
    return (one.written_at, str(one.entry)) > (other.written_at, str(other.entry))


def place(check: C, standing: C | None) -> bool:
    """Put a check among those of its slot; says whether an older one came in late."""
    if standing is None:
        return False
    late = standing.late and check.late
    if later(standing, check):
        check.state = Standing.REPLACED.value
        ready.change(type(check), standing.pk, late=late)
        return True
    check.late, check.replaces = late, standing
    ready.change(type(check), standing.pk, state=Standing.REPLACED.value)
    return False


def clock_of(check: ClassCheck | RoomCheck) -> str:
    """The hour and minute at which a check was written, at the bureau."""
    return f"{localtime(check.written_at):%H:%M}"
