"""Several notices become one message, and not at night.

A group that is told everything reads nothing: one digest in five minutes, the newest
state of each thing in it once. Red ones go out at once and take along what waits.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bihuan.web.notices.bots import Link, Message, Mobile
from bihuan.web.notices.kinds import CHINA, Line, Roll

EVERY: Final = dt.timedelta(minutes=5)
NIGHT_FROM: Final = 22
NIGHT_TO: Final = 6
CROWDED: Final = frozenset({0, 30})
"""Minutes of an hour in which everybody's robots speak; Feishu asks to avoid them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A notice that waits for a digest."""

    line: Line
    at: dt.datetime
    link: Link
    mobiles: tuple[Mobile, ...] = ()
    exercise: bool = False


def due(
    items: Sequence[Item], last: dt.datetime | None, now: dt.datetime
) -> tuple[Item, ...]:
    """Those that go out now in one digest; none: it is not time.

    last: when this bot's digest before was made.
    """
    if any(item.line.kind.red for item in items):
        return tuple(items)
    if quiet(now) or now.astimezone(CHINA).minute in CROWDED:
        return ()
    if last is not None and now - last < EVERY:
        return ()
    return tuple(items)


def quiet(now: dt.datetime) -> bool:
    """Whether it is night in China."""
    hour = now.astimezone(CHINA).hour
    return hour >= NIGHT_FROM or hour < NIGHT_TO


def roll_up(items: Sequence[Item], *, inbox: Link) -> Message:
    """One message out of several notices: red first, each thing once.

    inbox: where the link leads if the notices lead to several pages.
    """
    once = _once(sorted(items, key=lambda item: item.at))
    first = sorted(once, key=lambda item: not item.line.kind.red)
    links = {item.link for item in items}
    return Message(
        lines=tuple(item.line for item in first),
        link=links.pop() if len(links) == 1 else inbox,
        at_mobiles=tuple(dict.fromkeys(m for item in first for m in item.mobiles)),
        exercise=any(item.exercise for item in items),
    )


def _once(items: Iterable[Item]) -> list[Item]:
    """Each kind about each unit once: its newest state, or its sum."""
    kept: dict[object, Item] = {}
    for item in items:
        facts = item.line.facts
        thing = (item.line.kind.key, facts.unit, facts.klass)
        kept[thing] = _rolled(kept[thing], item) if thing in kept else item
    return list(kept.values())


def _rolled(before: Item, item: Item) -> Item:
    """Two notices about one thing as one."""
    facts = item.line.facts
    if item.line.kind.roll is Roll.SUM and facts.count is not None:
        count = facts.count + (before.line.facts.count or 0)
        facts = replace(facts, count=count)
    mobiles = tuple(dict.fromkeys(before.mobiles + item.mobiles))
    return replace(item, line=replace(item.line, facts=facts), mobiles=mobiles)
