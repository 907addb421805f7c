"""Staff together in their room while none of them has anything else."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from bihuan.plan.meeting.book import Stretch
from bihuan.plan.meeting.programme import MIDNIGHT
from bihuan.plan.meeting.school import School
from bihuan.plan.words import Setting

IN_OFFICE = 120.0
OFFICE_HOURS = (360.0, 1320.0)
"""Staff meet in their room between 6:00 and 22:00, if there is time."""


def staff_rooms(school: School, day: int) -> None:
    """Staff room: two hours of a day when nobody of the room has anything else.

    The longest such spells of the hours on campus are taken first, then earlier or later.
    """
    busy = school.book.busy(day)
    there = np.zeros((len(busy), school.book.persons), np.bool_)
    for number, (_stretch, taken) in enumerate(busy):
        there[number] = taken
    met: list[tuple[int, float, float]] = []
    for zone, members in school.offices:
        if len(members) < 2:  # noqa: PLR2004  # alone is no meeting
            continue
        on = np.flatnonzero(there[:, members].any(axis=1))
        left = IN_OFFICE
        for low, high in _gaps(busy[n][0] for n in on):
            end = min(high, low + left)
            group = school.book.group(Setting.STAFF_ROOM, zone, members.tobytes())
            met.append((group, low, end))
            left -= end - low
            if left <= 0.0:
                break
    school.book.enter(day, met)


def _gaps(taken: Iterable[Stretch]) -> list[Stretch]:
    """Spells with nothing on: in the hours on campus by length, then the rest of the day.

    taken: when something is on, by start.
    """
    low, high = OFFICE_HOURS
    free: list[Stretch] = []
    at = 0.0
    for start, end in (*taken, (MIDNIGHT, MIDNIGHT)):
        marks = [at, *(mark for mark in OFFICE_HOURS if at < mark < start), start]
        free += [(a, b) for a, b in pairwise(marks) if a < b]
        at = max(at, end)
    return sorted(free, key=lambda s: (not low <= s[0] < high, s[0] - s[1], s[0]))
