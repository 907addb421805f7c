"""At home: a household in the evening and on days without school."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from bihuan.plan.meeting.presence import Presence
from bihuan.plan.meeting.programme import MIDNIGHT
from bihuan.plan.meeting.school import FAMILY, Here, School
from bihuan.plan.meeting.spots import NOWHERE
from bihuan.plan.words import PeriodKind, Setting

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

EVENING = 240.0
EVENING_FROM = 1080.0
"""The evening at home begins at 18:00, or half an hour after the day's last period."""
WAY_HOME = 30.0
AT_HOME = 480.0
AT_HOME_FROM = 840.0
"""A day at home counts its eight hours from 14:00."""
NIGHT = (PeriodKind.SLEEP, PeriodKind.WASH, PeriodKind.NOON_REST)


def evening(school: School, day: int, here: Iterable[Here]) -> None:
    """Household on a school day: day students, four hours, over midnight if need be."""
    students = np.flatnonzero(school.cast.student & ~school.cast.lives_in)
    start = np.full(school.book.persons, EVENING_FROM)
    for persons, spell in here:
        if spell.kind not in NIGHT:
            start[persons] = np.maximum(start[persons], spell.end + WAY_HOME)
    begin = np.minimum(start[students], MIDNIGHT)
    end = begin + EVENING
    at_home(school, day, students, begin, np.minimum(end, MIDNIGHT))
    late = end > MIDNIGHT
    over = (end - MIDNIGHT)[late]
    at_home(school, day, students[late], np.zeros(len(over)), over)


def day_at_home(school: School, day: int, students: Ints) -> None:
    """Household on a day without school: eight hours."""
    start = np.full(len(students), AT_HOME_FROM)
    at_home(school, day, students, start, start + AT_HOME)


def at_home(
    school: School, day: int, students: Ints, start: Floats, end: Floats
) -> None:
    """Students at home, and their family while anyone of them is."""
    some = end > start
    students, start, end = students[some], start[some], end[some]
    homes = school.households.home[students]
    lived, place = np.unique(homes, return_inverse=True)
    first, last = np.full(len(lived), MIDNIGHT), np.zeros(len(lived))
    np.minimum.at(first, place, start)
    np.maximum.at(last, place, end)
    family = len(school.cast.people) + FAMILY * np.repeat(lived, FAMILY)
    family += np.tile(np.arange(FAMILY), len(lived))
    there = Presence(
        person=np.concatenate([students, family]),
        place=np.concatenate([homes, np.repeat(lived, FAMILY)]),
        zone=np.full(len(students) + len(family), NOWHERE),
        start=np.concatenate([start, np.repeat(first, FAMILY)]),
        end=np.concatenate([end, np.repeat(last, FAMILY)]),
    )
    book = school.book
    book.meet(day, Setting.HOUSEHOLD, book.admit(day, there))
