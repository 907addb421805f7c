"""How much time is left, as a chip says it: far, soon, late or done."""

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal

from bihuan.base.wording import _

SOON: Final = dt.timedelta(minutes=60)
"""Under this the chip counts minutes."""
HOUR: Final = 60
DAY: Final = 24


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
        over = max(-left, dt.timedelta(minutes=1))  # nothing is over by no time
        return Due("late", _("超{t}", t=span(over)), at, target)
    if target is not None and target < now:
        return Due("soon", _("超目标{t}", t=span(now - target)), at, target)
    if left <= SOON:
        return Due("soon", _("剩{t}", t=span(left)), at, target)
    return Due("far", _("{t}前", t=_clock(at, now)), at, target)


def done(text: str) -> Due:
    """Say that it is done, and when."""
    return Due("done", text)


def span(length: dt.timedelta) -> str:
    """How long something is: minutes up to an hour, then hours, from a day on days.

    `js/clock.js` says it the same way.
    """
    minutes = int(length.total_seconds() // 60)
    hours, left = divmod(minutes, 60)
    if minutes <= HOUR:
        return _("{n}分", n=minutes)
    if hours < DAY:
        return _("{h}小时{n}分", h=hours, n=left) if left else _("{n}小时", n=hours)
    days, rest = divmod(hours, DAY)
    return _("{d}天{n}小时", d=days, n=rest) if rest else _("{n}天", n=days)


def _clock(at: dt.datetime, now: dt.datetime) -> str:
    at = at.astimezone(now.tzinfo)  # the database tells UTC
    if at.date() == now.date():
        return f"{at:%H:%M}"
    return _("{month}月{day}日{t}", month=at.month, day=at.day, t=f"{at:%H:%M}")
