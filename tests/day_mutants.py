"""Every kind of change to a day of slots, at every slot."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from bihuan.base.ids import ClassCode, GradeCode, PersonId, ZoneCode
from bihuan.plan.staging import Slot
from bihuan.plan.words import Flow, Who
from bihuan.stagger.answer import Day
from day_made import GATES, clock, shifted


def mutants(day: Day) -> Iterator[tuple[str, Day]]:
    """Every kind of change, at every slot."""
    for n, slot in enumerate(day.slots):
        rest = (*day.slots[:n], *day.slots[n + 1 :])
        yield f"dropped {n}", replace(day, slots=rest)
        yield f"twice {n}", replace(day, slots=(*day.slots, slot))
        for what, new in altered(slot):
            yield f"{what} {n}", replace(day, slots=(*rest, new))
    yield "one grade less", replace(day, present=day.present[1:])
    stranger = GradeCode("G99")
    yield "one grade more", replace(day, present=(*day.present, stranger))
    sunday = day.date + dt.timedelta(6 - day.date.weekday())
    yield "a Sunday", replace(day, date=sunday)


def altered(slot: Slot) -> Iterator[tuple[str, Slot]]:
    yield "before its period", shifted(slot, -180)
    yield "after its period", shifted(slot, 181)
    yield "backwards", replace(slot, start=slot.end, end=slot.start)
    yield "at a place that is not", replace(slot, zone=ZoneCode("NONE"))
    yield "at a place of another kind", replace(slot, zone=ZoneCode("STAIR"))
    others = [code for code in GATES.values() if code != slot.zone]
    if slot.flow in (Flow.ARRIVAL, Flow.DISMISSAL):
        yield "at the others' gate", replace(slot, zone=others[0])
        yield "by a lane that is not", replace(slot, lane=3)
    else:
        yield "by a lane away from gates", replace(slot, lane=1)
    if slot.flow in (Flow.LUNCH, Flow.BREAKFAST):
        yield "too short to eat", replace(slot, end=clock(minute(slot.end) - 2))
    yield "led by another", replace(slot, leader=PersonId("NOBODY"))
    yield "of nobody", replace(slot, klass=ClassCode("NONE"))
    yield "for everybody", replace(slot, who=Who.ALL)


def minute(at: dt.time) -> int:
    return at.hour * 60 + at.minute
