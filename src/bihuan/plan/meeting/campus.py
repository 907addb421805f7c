"""On campus beside lessons: self-study, meals, dormitory, stairs.

Everything staggered only moves presences; who is there together, and for how long,
follows from them.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bihuan.plan.meeting.presence import Presence
from bihuan.plan.meeting.programme import MEALS, Spell
from bihuan.plan.meeting.school import Here, School
from bihuan.plan.meeting.slots import Told
from bihuan.plan.meeting.spots import Places
from bihuan.plan.words import Flow, PeriodKind, Setting

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MEAL = 20.0
"""Minutes at table."""
ON_STAIR = 3.0
"""Minutes on the stair in a break."""
OUT = (PeriodKind.BREAK, PeriodKind.EXERCISE, PeriodKind.DISMISSAL)
FLOWS = {
    PeriodKind.BREAKFAST: Flow.BREAKFAST,
    PeriodKind.LUNCH: Flow.LUNCH,
    PeriodKind.SUPPER: Flow.SUPPER,
}


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
    """Table and hall: twenty minutes of each meal, by slot or by batch."""
    for kind in MEALS:
        parts = []
        for persons, spell in here:
            if spell.kind is kind:
                room = spell.end - spell.start - MEAL
                start = spell.start + school.dining.shift(persons, room)
                end = np.minimum(start + MEAL, spell.end)
                told = school.slots.told(FLOWS[kind], spell.start, spell.end)
                at_table = _in_slots(
                    school.hall, persons, start, end, told=told, elsewhere=True
                )
                parts.append(at_table)
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
            _in_slots(
                places, persons, spell.start, spell.end, told=_washing(school, spell)
            )
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
            if (told := _leaving(school, spell)) is not None:
                mine = told.only(persons)
                start = np.where(mine.is_told, mine.start, start)
            end = np.minimum(start + ON_STAIR, spell.end)
            parts.append(school.stair.presence(persons, start, end))
    book = school.book
    book.meet(day, Setting.STAIR, book.admit(day, Presence.joined(parts)))


def _in_slots(
    places: Places,
    persons: Ints,
    start: Floats | float,
    end: Floats | float,
    *,
    told: Told | None,
    elsewhere: bool = False,
) -> Presence:
    """Persons at their places, when their slot tells it; elsewhere: and where it does."""
    if told is None:
        return places.presence(persons, start, end)
    mine = told.only(persons)
    from_ = np.where(mine.is_told, mine.start, start)
    longest = np.where(mine.is_told, mine.start + (np.asarray(end) - start), end)
    until = np.where(mine.is_told, np.minimum(mine.end, longest), end)
    if elsewhere:
        place, zone = places.place.copy(), places.zone.copy()
        there = mine.is_told & (mine.zone >= 0)
        place[persons[there]] = zone[persons[there]] = mine.zone[there]
        places = replace(places, place=place, zone=zone)
    return places.presence(persons, from_, until)


def _washing(school: School, spell: Spell) -> Told | None:
    """Slots of a washing period; nobody is told when to sleep."""
    if spell.kind is not PeriodKind.WASH:
        return None
    return school.slots.told(Flow.WASH, spell.start, spell.end)


def _leaving(school: School, spell: Spell) -> Told | None:
    """Slots of a dismissal; breaks have none."""
    if spell.kind is not PeriodKind.DISMISSAL:
        return None
    return school.slots.told(Flow.DISMISSAL, spell.start, spell.end)
