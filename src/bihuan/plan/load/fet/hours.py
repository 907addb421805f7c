"""Clock times from the names of FET's hours, such as 08:15~08:30, 9.50, 01:15p."""

import re
from collections.abc import Sequence
from datetime import time
from itertools import pairwise
from typing import Final

_CLOCK: Final = re.compile(
    r"(?<!\d)(\d{1,2})\s?[:.：hH时點点]\s?(\d{2})(?!\d)\s*([aApP]?)"
)
_NOON: Final = 12 * 60
_DAY: Final = 24 * 60
LAST_MINUTES: Final = 45
"""Length of a lesson where one start is named and no end."""


def clock_times(names: Sequence[str]) -> list[tuple[time, time]] | None:
    """Start and end of each hour; None if the names do not tell, in rising order.

    Where only starts are named, a lesson lasts as long as the middle (of two the shorter) of the steps
    from start to start, so that a longer step has a break in it.
    """
    spans = [_span(name) for name in names]
    starts: list[int] = []
    for span in spans:
        if not span:
            return None
        start = _after(span[0], starts[-1] if starts else -1)
        if start is None:
            return None
        starts.append(start)
    named = [_end(span, start) for span, start in zip(spans, starts, strict=True)]
    usual = sorted(b - a for a, b in pairwise(starts)) or [LAST_MINUTES]
    length = usual[(len(usual) - 1) // 2]
    latest = [*starts[1:], _DAY - 1]
    ends = [
        min(end or start + length, last)
        for start, end, last in zip(starts, named, latest, strict=True)
    ]
    times = [(_time(a), _time(b)) for a, b in zip(starts, ends, strict=True)]
    return times if all(a < b for a, b in times) else None


def _span(name: str) -> list[tuple[int, str]]:
    """Minutes after midnight with a or p, at most a start and an end."""
    found = [
        (int(h) * 60 + int(m), half.lower()) for h, m, half in _CLOCK.findall(name)
    ]
    return found[:2] if all(minutes < _DAY for minutes, _ in found) else []


def _after(clock: tuple[int, str], before: int) -> int | None:
    """Minutes after midnight of a clock time later than another; None: it cannot be."""
    minutes, half = clock
    if half == "p" and minutes < _NOON:
        minutes += _NOON
    elif half == "a" and minutes >= _NOON:
        minutes -= _NOON
    if minutes <= before and not half:
        minutes += _NOON
    return minutes if before < minutes < _DAY else None


def _end(span: list[tuple[int, str]], start: int) -> int | None:
    """Where an hour ends, if its name says."""
    return _after(span[1], start) if len(span) > 1 else None


def _time(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)
