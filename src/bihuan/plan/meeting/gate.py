"""On the way to school and home: the queue at the gate, the bus."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from bihuan.plan.meeting.batches import queue_minutes, slot_waits
from bihuan.plan.meeting.presence import Presence
from bihuan.plan.meeting.programme import MIDNIGHT
from bihuan.plan.meeting.school import Here, School
from bihuan.plan.meeting.slots import Told
from bihuan.plan.meeting.spots import NOWHERE
from bihuan.plan.words import Flow, PeriodKind, Setting

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

AT_GATE = 1.0
"""Least minutes at the gate."""
QUEUE_MOST = 120.0
"""Nobody comes so much earlier for a queue."""
LANES = 2
"""Lanes of a gate that does not say (assumed)."""
ON_BUS = 30.0


def gates(school: School, day: int, here: Iterable[Here]) -> Floats:
    """Gate: the mean time in the queue; gives when each person begins to wait, else inf.

    Staff come when the day plan says, or with the first who arrive.
    """
    begins = np.full(school.book.persons, np.inf)
    arriving = [(p, spell) for p, spell in here if spell.kind is PeriodKind.ARRIVAL]
    if arriving:
        told = np.concatenate([persons for persons, _spell in arriving])
        staff = np.setdiff1d(np.flatnonzero(~school.cast.student), told)
        arriving.append((staff, min((s for _p, s in arriving), key=lambda s: s.start)))
    windows: dict[tuple[float, float], list[Ints]] = defaultdict(list)
    for persons, spell in arriving:
        windows[spell.start, spell.end].append(persons)
    parts: list[Presence] = []
    for (start, end), those in windows.items():
        persons = np.concatenate(those)
        slots = school.slots.told(Flow.ARRIVAL, start, end)
        if slots is not None:
            parts += _in_slots(school, persons, slots, end)
            persons = persons[~_passes(school, slots)[persons]]
        place = school.gate.place[persons]
        for gate in np.unique(place[place != NOWHERE]).tolist():
            queue = persons[place == gate]
            parts.append(_queue(school, queue, gate, start, end))
    waiting = school.book.admit(day, Presence.joined(parts))
    school.book.meet(day, Setting.GATE, waiting)
    begins[waiting.person] = waiting.start
    return begins


def _queue(
    school: School, persons: Ints, gate: int, start: float, end: float
) -> Presence:
    """The queue at one gate. Who would be late for what follows has come earlier."""
    zone = school.cast.plan.zones[gate] if gate >= 0 else None
    rate = ((zone.lanes if zone else None) or LANES) * 60.0 / school.rules.seconds
    count = int(school.coming.count[persons].max())
    window = (end - start) / count
    if count > 1:
        window = min(window, float(school.coming.minutes[persons].max()) or window)
    batch = school.coming.batch[persons]
    waits = queue_minutes(np.bincount(batch, minlength=count).tolist(), window, rate)
    least = min(AT_GATE, end - start)
    wait = np.clip(np.array(waits), least, QUEUE_MOST)[batch]
    begin = np.maximum(np.minimum(start + batch * window, end - wait), 0.0)
    return school.gate.presence(persons, begin, begin + wait)


def _passes(school: School, told: Told) -> Flags:
    """Who passes a gate in a slot of the period: shape (person,)."""
    there = (told.zone >= 0) & (school.gate.place != NOWHERE)
    return np.asarray(told.is_told & there)


def _in_slots(
    school: School, persons: Ints, told: Told, end: float
) -> Iterator[Presence]:
    """Those who have a slot: through its gate, by its lane if it names one.

    A lane is a queue of its own, and so are all lanes of a gate together for those who
    are sent to none.
    """
    mine = persons[_passes(school, told)[persons]]
    lines = np.stack([told.zone[mine], told.lane[mine]], 1)
    for gate, lane in np.unique(lines, axis=0).tolist():
        line = mine[(lines == (gate, lane)).all(axis=1)]
        lanes = 1 if lane else school.cast.plan.zones[gate].lanes or LANES
        rate = lanes * 60.0 / school.rules.seconds
        slots, which = np.unique(
            np.stack([told.start[line], told.end[line]], 1), axis=0, return_inverse=True
        )
        which = which.reshape(-1)
        sizes = np.bincount(which).tolist()
        rows = [
            (size, start, until)
            for size, (start, until) in zip(sizes, slots.tolist(), strict=True)
        ]
        waits = np.clip(np.array(slot_waits(rows, rate)), AT_GATE, QUEUE_MOST)[which]
        begin = np.maximum(np.minimum(told.start[line], end - waits), 0.0)
        here = np.full(len(line), gate)
        yield Presence(
            person=line, place=here, zone=here, start=begin, end=begin + waits
        )


def buses(school: School, day: int, here: Iterable[Here], begins: Floats) -> None:
    """Bus: half an hour before the first rider is at the gate, half an hour after school."""
    ends = np.full(school.book.persons, -np.inf)
    first = np.array(begins)
    for persons, spell in here:
        if spell.kind is PeriodKind.ARRIVAL:
            first[persons] = np.minimum(first[persons], spell.start)
        if spell.kind is PeriodKind.DISMISSAL:
            ends[persons] = np.maximum(ends[persons], spell.end)
    parts = []
    for bus in np.unique(school.bus.place[school.bus.place != NOWHERE]).tolist():
        riders = np.flatnonzero(school.bus.place == bus)
        there, home = float(first[riders].min()), float(ends[riders].max())
        if np.isfinite(there) and there > 0.0:
            begin = max(there - ON_BUS, 0.0)
            parts.append(school.bus.presence(riders, begin, there))
        if np.isfinite(home) and home < MIDNIGHT:
            end = min(home + ON_BUS, MIDNIGHT)
            parts.append(school.bus.presence(riders, home, end))
    book = school.book
    book.meet(day, Setting.BUS, book.admit(day, Presence.joined(parts)))
