"""How much time is left, as a chip says it: far, soon, late or done."""

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal

from bihuan.base.wording import _

SOON: Final = dt.timedelta(minutes=60)
"""Under this the chip counts minutes."""


@dataclass(frozen=True, slots=True)
class Due:
    """A chip of time; the page's own clock keeps it right from `at` and `target`."""

    kind: Literal["far", "soon", "late", "done"]
    text: str
    at: dt.datetime | None = None
    target: dt.datetime | None = None


def due(at: dt.datetime, now: dt.datetime, target: dt.datetime | None = None) -> Due:
    """Say how long it is until a limit, or by how much it is passed.

    A target that is passed while the limit is not is amber, never red.
    """
    left = at - now
    if left < dt.timedelta(0):
        return Due("late", _("超{n}分", n=_minutes(-left)), at, target)
    if target is not None and target < now:
        return Due("soon", _("超目标{n}分", n=_minutes(now - target)), at, target)
    if left <= SOON:
        return Due("soon", _("剩{n}分", n=_minutes(left)), at, target)
    return Due("far", _("{t}前", t=_clock(at, now)), at, target)


def done(text: str) -> Due:
    """Say that it is done, and when."""
    return Due("done", text)


def _minutes(span: dt.timedelta) -> int:
    return int(span.total_seconds() // 60)


def _clock(at: dt.datetime, now: dt.datetime) -> str:
    at = at.astimezone(now.tzinfo)  # the database tells UTC
    if at.date() == now.date():
        return f"{at:%H:%M}"
    return _("{month}月{day}日{t}", month=at.month, day=at.day, t=f"{at:%H:%M}")
