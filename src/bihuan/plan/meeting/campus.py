"""On campus beside lessons: self-study, meals, dormitory, stairs.

Everything staggered only moves presences; who is there together, and for how long,
follows from them.
"""

from collections.abc import Iterable

import numpy as np

from bihuan.plan.meeting.presence import Presence
from bihuan.plan.meeting.programme import MEALS
from bihuan.plan.meeting.school import Here, School
from bihuan.plan.words import PeriodKind, Setting

MEAL = 20.0
"""Minutes at table."""
ON_STAIR = 3.0
"""Minutes on the stair in a break."""
OUT = (PeriodKind.BREAK, PeriodKind.EXERCISE, PeriodKind.DISMISSAL)


def study(school: School, day: int, here: Iterable[Here]) -> None:
    """Study: a class in its own room; seat: the desks of it."""
    whole = Presence.joined(
        [
            school.study.presence(persons, spell.start, spell.end)
            for persons, spell in here
            if spell.kind is PeriodKind.STUDY
        ]
    )
    there = school.book.admit(day, whole)
    school.book.meet(day, Setting.STUDY, there)
    school.book.meet(day, Setting.SEAT, school.desk.within(there))


def meals(school: School, day: int, here: Iterable[Here]) -> None:
    """Table and hall: twenty minutes of each meal, by batch."""
    for kind in MEALS:
        parts = []
        for persons, spell in here:
            if spell.kind is kind:
                room = spell.end - spell.start - MEAL
                start = spell.start + school.dining.shift(persons, room)
                end = np.minimum(start + MEAL, spell.end)
                parts.append(school.hall.presence(persons, start, end))
        eating = school.book.admit(day, Presence.joined(parts))
        school.book.meet(day, Setting.CANTEEN_HALL, eating)
        school.book.meet(day, Setting.TABLE, school.table.within(eating))


def dormitory(school: School, day: int, here: Iterable[Here]) -> None:
    """Room: noon rest and sleep; floor: washing."""
    for kinds, setting, places in (
        ((PeriodKind.SLEEP,), Setting.DORM_ROOM, school.dorm),
        ((PeriodKind.NOON_REST,), Setting.DORM_ROOM, school.dorm),
        ((PeriodKind.WASH,), Setting.DORM_FLOOR, school.floor),
    ):
        parts = [
            places.presence(persons, spell.start, spell.end)
            for persons, spell in here
            if spell.kind in kinds
        ]
        school.book.meet(day, setting, school.book.admit(day, Presence.joined(parts)))


def stairs(school: School, day: int, here: Iterable[Here]) -> None:
    """Stair: three minutes of each break, exercise, dismissal, by batch."""
    parts = []
    for persons, spell in here:
        if spell.kind in OUT:
            room = spell.end - spell.start - ON_STAIR
            start = spell.start + school.leaving.shift(persons, room)
            end = np.minimum(start + ON_STAIR, spell.end)
            parts.append(school.stair.presence(persons, start, end))
    book = school.book
    book.meet(day, Setting.STAIR, book.admit(day, Presence.joined(parts)))
