"""All kinds of day of a school, in the order in which who is somewhere first stays there."""

from collections.abc import Sequence

import numpy as np

from bihuan.plan.meeting.book import Book, Meetings
from bihuan.plan.meeting.campus import dormitory, meals, stairs, study
from bihuan.plan.meeting.classroom import lessons
from bihuan.plan.meeting.gate import buses, gates
from bihuan.plan.meeting.household import day_at_home, evening
from bihuan.plan.meeting.programme import rows_of_day, rows_of_stay, weekday_of
from bihuan.plan.meeting.school import Here, School, spells
from bihuan.plan.meeting.staff_room import staff_rooms
from bihuan.plan.timetable import Period


def enter(school: School) -> Book:
    """Enter all meetings of all kinds of day; who is somewhere first stays there."""
    plan, code = school.cast.plan, school.cast.school
    cycle = plan.district.cycle_days
    periods = [row for row in plan.periods if row.school == code]
    done: dict[tuple[Period, ...], tuple[int, list[Meetings]]] = {}
    for kind in range(cycle):
        rows = rows_of_day(periods, weekday_of(kind, cycle))
        here = spells(school, rows)
        lessons(school, kind, here)
        # Weekdays are mostly alike but for their lessons.
        if not (rows in done and school.book.repeat(kind, *done[rows])):
            done[rows] = kind, _beside_lessons(school, kind, here)
        staff_rooms(school, kind)
    boarders = np.flatnonzero(school.cast.student & school.cast.lives_in)
    stay = [
        (np.intersect1d(persons, boarders), spell)
        for persons, spell in spells(school, rows_of_stay(periods, cycle))
    ]
    for part in (study, meals, dormitory):
        part(school, cycle, stay)
    day = np.flatnonzero(school.cast.student & ~school.cast.lives_in)
    day_at_home(school, cycle, day)
    day_at_home(school, cycle + 1, np.flatnonzero(school.cast.student))
    return school.book


def _beside_lessons(school: School, day: int, here: Sequence[Here]) -> list[Meetings]:
    """Enter all that is not a lesson; gives what was met."""
    before = len(school.book.sessions)
    for part in (study, meals, dormitory, stairs):
        part(school, day, here)
    arrived = gates(school, day, here)
    buses(school, day, here, arrived)
    evening(school, day, here)
    return [meetings for _day, meetings in school.book.sessions[before:]]
