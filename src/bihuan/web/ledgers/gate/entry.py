"""What a phone at the gate hands in, read into types; nothing is looked up here."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from bihuan.base.wording import _
from bihuan.rules.passage import Direction
from bihuan.web.org.told import moment_of

COLDEST: Final = Decimal("34.0")
HOTTEST: Final = Decimal("43.0")
LONGEST: Final = 120
OLDEST: Final = dt.timedelta(hours=24)
"""An entry that says it is older was written with a wrong clock."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scan:
    """What a phone at the gate sends: a code as read, or somebody picked by hand."""

    entry: uuid.UUID
    code: str = ""
    person: int | None = None
    visit: int | None = None
    typed: str = ""
    """A name, or name and class, written by hand where there was no list."""
    direction: Direction = Direction.IN
    lane: int = 1
    made_at: dt.datetime | None = None
    shown: str | None = None
    """What the phone showed without the server: "" pass, else a reason's code."""
    celsius: Decimal | None = None
    again: Decimal | None = None

    def moment(self, now: dt.datetime) -> dt.datetime:
        """When it happened: the phone's time, within reason."""
        return (
            now if self.made_at is None else min(max(self.made_at, now - OLDEST), now)
        )


class Unreadable(ValueError):  # noqa: N818  # it is an answer, not a fault
    """What came cannot be read; the text says what is allowed."""


def read_scan(told: Any) -> Scan:
    """A scan from JSON or a form; `Unreadable` says what is wrong."""
    if not isinstance(told, Mapping):
        raise Unreadable(_("请从校门页面提交"))
    shown = told.get("shown")
    return Scan(
        entry=_uuid(told.get("entry")),
        code=str(told.get("code") or "")[:LONGEST],
        person=_number(told.get("person")),
        visit=_number(told.get("visit")),
        typed=str(told.get("typed") or "").strip()[:LONGEST],
        direction=_direction(told.get("direction")),
        lane=_number(told.get("lane")) or 1,
        made_at=_moment(told.get("made_at")),
        shown=None if shown is None else str(shown)[:LONGEST],
        celsius=_celsius(told.get("celsius")),
        again=_celsius(told.get("again")),
    )


def whole(came: Any, most: int) -> int:
    """A whole number between nothing and the most there can be."""
    found = _number(came, least=0)
    if found is None or found > most:
        raise Unreadable(_("人数应填0到{n}的整数", n=most))
    return found


def _uuid(came: Any) -> uuid.UUID:
    try:
        return uuid.UUID(str(came))
    except ValueError:
        raise Unreadable(_("编号应是一个UUID")) from None


def _number(came: Any, least: int = 1) -> int | None:
    if came in (None, ""):
        return None
    text = str(came).strip()
    if isinstance(came, bool) or not text.isascii() or not text.isdigit():
        raise Unreadable(_("应填整数"))
    number = int(text[:18])
    if number < least:
        raise Unreadable(_("应填整数"))
    return number


def _direction(came: Any) -> Direction:
    try:
        return Direction(str(came or Direction.IN.value))
    except ValueError:
        raise Unreadable(_("方向应填进或出")) from None


def _moment(came: Any) -> dt.datetime | None:
    if came in (None, ""):
        return None
    try:
        return moment_of(str(came))
    except ValueError:
        raise Unreadable(_("时间要带时区")) from None


def _celsius(came: Any) -> Decimal | None:
    if came in (None, ""):
        return None
    try:
        found = Decimal(str(came))
    except InvalidOperation:
        raise Unreadable(_("体温应填34.0到43.0")) from None
    if not found.is_finite() or not COLDEST <= found <= HOTTEST:
        raise Unreadable(_("体温应填34.0到43.0"))
    return found.quantize(Decimal("0.1"))
