"""Dates of return as calendar files: one a school, one a class; told again when they move.

A file that was taken over once is known again by the UID of its events; SEQUENCE rises
with a changed date and with nothing else. There is no clock here: DTSTAMP is the day of
the plan.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Final

import icalendar

from bihuan.base.ids import ClassCode
from bihuan.base.wording import SOURCE, _, language
from bihuan.plan.plan import Plan
from bihuan.plan.staging import Slot
from bihuan.plan.words import Flow
from bihuan.report.stagger import words
from bihuan.report.stagger.values import Told, ToldDay
from bihuan.stagger.answer import Opening

AHEAD: Final = dt.timedelta(days=-7)
"""One alarm, a week before: the notice that families are owed."""


def of_school(told: Told, school: str) -> bytes:
    """Every batch of a school."""
    name = words.school(told.plan, school)
    events = [
        _event(told, opening, uid(told.plan, school, "+".join(opening.grades)))
        for opening in told.calendar.openings
        if opening.school == school
    ]
    return _file(_("{school}返校日历", school=name), events)


def of_classes(told: Told, school: str) -> Iterator[tuple[ClassCode, bytes]]:
    """The return of each class of a school."""
    for opening in told.calendar.openings:
        if opening.school != school:
            continue
        for row in told.plan.classes:
            mine = row.school == school and row.grade in opening.grades
            if mine and not row.within:
                event = _event(told, opening, uid(told.plan, school, row.code))
                event["SUMMARY"] = icalendar.vText(
                    _(
                        "{school}{klass}返校",
                        school=words.school(told.plan, school),
                        klass=row.name,
                    )
                )
                yield row.code, _file(row.name, [event])


def of_day(told: ToldDay) -> Iterator[tuple[ClassCode, bytes]]:
    """The hours of each class on a day: in, to table, out."""
    names = {
        row.code: row.name for row in told.plan.classes if row.school == told.day.school
    }
    for code in dict.fromkeys(slot.klass for slot in told.day.slots):
        own = [slot for slot in told.day.slots if slot.klass == code]
        events = [_hour(told, slot, names[code]) for slot in own]
        yield code, _file(names[code], events)


def uid(plan: Plan, school: str, whose: str) -> str:
    """What an event is known by, whatever its date: district, school, whose it is."""
    return f"return-{plan.district.region}-{school}-{whose}@bihuan"


def _event(told: Told, opening: Opening, known_as: str) -> icalendar.Event:
    """A whole day, with its one alarm."""
    name, who = (
        words.school(told.plan, opening.school),
        words.grades(told.plan, opening),
    )
    event = icalendar.Event()
    event.add("uid", known_as)
    event.add("dtstamp", _stamp(told.plan))
    event.add("sequence", _sequence(told, opening))
    event.add("dtstart", opening.date)
    event.add("dtend", opening.date + dt.timedelta(1))
    event.add("summary", _("{school}{grades}返校", school=name, grades=who))
    event.add("transp", "TRANSPARENT")
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", AHEAD)
    said = _("{school}{grades}一周后返校", school=name, grades=who)
    alarm.add("description", said)
    event.add_component(alarm)
    return event


def _sequence(told: Told, opening: Opening) -> int:
    """How often the date was changed; the grades of a batch move together."""
    counts = (told.sequences.get((opening.school, g), 0) for g in opening.grades)
    return max(counts, default=0)


def _hour(told: ToldDay, slot: Slot, klass: str) -> icalendar.Event:
    zones = {z.code: z.name for z in told.plan.zones if z.school == slot.school}
    place = zones.get(slot.zone, slot.zone)
    if slot.lane and slot.flow in (Flow.ARRIVAL, Flow.DISMISSAL):
        place = _("{gate} {n} 号通道", gate=place, n=slot.lane)
    event = icalendar.Event()
    whose = f"{slot.klass}-{told.day.date:%Y%m%d}-{slot.flow}-{slot.who}-{slot.zone}"
    if slot.flow is Flow.WASH:
        whose += f"-{slot.start:%H%M}"
    event.add("uid", uid(told.plan, slot.school, whose))
    event.add("dtstamp", _stamp(told.plan))
    event.add("sequence", 0)
    # local time without a zone: the clock on the wall of the school
    event.add("dtstart", dt.datetime.combine(told.day.date, slot.start))
    event.add("dtend", dt.datetime.combine(told.day.date, slot.end))
    event.add("summary", f"{klass} {_(slot.flow.label)}")
    event.add("location", place)
    return event


def _stamp(plan: Plan) -> dt.datetime:
    return dt.datetime.combine(plan.district.drawn_up, dt.time(), dt.UTC)


def _file(name: str, events: Iterable[icalendar.Event]) -> bytes:
    made = icalendar.Calendar()
    made.add("prodid", "-//bihuan//stagger//" + language().split("-")[0].upper())
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    if language() == SOURCE:
        made.add("x-wr-timezone", "Asia/Shanghai")
    for event in events:
        made.add_component(event)
    content: bytes = made.to_ical()
    return content
