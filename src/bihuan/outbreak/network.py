"""A school as flat arrays: who may meet whom on each kind of day, and how strongly.

A *phase* is a stretch of days on which the same measures are in force; a *kind* here is
phase x kind of day. The network depends on the measures that change who meets whom
(staggering); those that change what an hour passes on are `keep` factors beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from bihuan.base.ids import SchoolCode
from bihuan.outbreak._kernel import ENTRY, SESSION
from bihuan.outbreak.disease import Disease
from bihuan.outbreak.intensity import (
    INTENSITY,
    MASKS,
    REFERENCE_AIR,
    REFERENCE_CROWD,
    REFERENCE_SEAT,
    REFERENCE_SURFACE,
    Intensity,
)
from bihuan.plan.contacts import SETTINGS, Contacts, contacts
from bihuan.plan.days import day_kinds, in_force
from bihuan.plan.lessons import timetable
from bihuan.plan.measures import (
    Cleaning,
    ClosedCampus,
    GateCheck,
    Mask,
    Measure,
    SeatSpacing,
    StaggeredArrival,
    StaggeredBreaks,
    StaggeredDining,
    Ventilation,
)
from bihuan.plan.people import Person
from bihuan.plan.plan import Plan
from bihuan.plan.populate import populate
from bihuan.plan.timetable import Lesson
from bihuan.plan.words import Setting, ZoneKind

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Number = TypeVar("Number", bound=np.generic)

STREAMS = (
    (Setting.CLASSROOM, Setting.STUDY, Setting.SEAT, Setting.STAFF_ROOM),
    (Setting.DORM_ROOM, Setting.DORM_FLOOR),
    (Setting.TABLE, Setting.CANTEEN_HALL),
    (Setting.GATE, Setting.STAIR, Setting.BUS),
    (Setting.HOUSEHOLD,),
)
"""Settings whose attempts are drawn together; a change at table moves no draw in class."""

MOVING = (StaggeredArrival, StaggeredDining, StaggeredBreaks, GateCheck)
"""Measures that change groups and sessions (a gate check makes its queue)."""
PASSING = (Mask, Ventilation, Cleaning, SeatSpacing)
"""Measures that change what an hour in a room passes on."""


Felt = tuple[tuple[float, float, float], tuple[tuple[Setting, float], ...]]
"""Weights of the routes, factors on settings."""


class Network(NamedTuple):
    """Flat arrays that the kernel walks; S sessions, G groups, P persons, K kinds.

    Entries of person p in stream r on kind c are those from edge[row[p, r], c] to
    edge[row[p, r], c + 1]: the session and the running sum of its weight (intensity x
    hours x others). Who is in the same groups of a stream shares a row, so that a
    school's rows stay in the processor's cache.
    """

    first: Ints
    """(G + 1,) members of a group."""
    member: Ints
    group: Ints
    """(S,) group of a session."""
    setting: Ints
    """(S,) number of its setting."""
    start: Floats
    """(S,) hours after midnight."""
    hours: Floats
    """(S,)"""
    row: Ints
    """(P, streams) row of `edge`."""
    most: NDArray[np.float32]
    """(P, streams) greatest sum over the kinds."""
    edge: Ints
    """(rows, K + 1) offsets into `entry`."""
    entry: NDArray[np.void]
    """ENTRY: session, running sum of weights within a row and kind."""
    own_first: Ints
    """(phase, P + 1) groups of a person in a phase."""
    own: Ints
    group_setting: Ints
    """(G,)"""


@dataclass(frozen=True, eq=False)
class Built:
    """A network with what it was made from."""

    network: Network
    contacts: Contacts
    """Of the first phase: its persons and units."""
    base: Floats
    """(S, 3) intensity by route without any passing measure, disease weights in."""
    zone: Ints
    """(S,) row of the plan's zones, -1: none."""
    phase: Ints
    """(S,) phase of a session."""
    day: Ints
    """(S,) kind of day within its phase."""
    phases: tuple[int, ...]
    """First day of each phase; the first is 0."""
    air: Floats
    """(S,) air changes per hour of the zone itself."""
    use: Floats
    """(S,) hours that a session's group meets on that kind of day."""


def holds(measure: Measure, plan: Plan, day: int) -> bool:
    """Whether a measure holds on a day counted from the district's first."""
    return in_force(measure, plan.district.opens + timedelta(days=day))


def phases(plan: Plan, days: int) -> tuple[int, ...]:
    """First days of the stretches on which moving and passing measures do not change."""
    starts = {0}
    for measure in plan.measures:
        if isinstance(measure, MOVING + PASSING):
            for date, shift in ((measure.start, 0), (measure.end, 1)):
                if date is not None:
                    starts.add((date - plan.district.opens).days + shift)
    return tuple(sorted(day for day in starts if 0 <= day < days))


def build(
    plan: Plan, school: SchoolCode, disease: Disease, days: int, without: frozenset[str]
) -> Built:
    """The network of one school; `without` names measures that are taken away."""
    return _weigh(layout_of(plan, school, days, without), felt_by(disease))


def felt_by(disease: Disease) -> Felt:
    """What of a disease bears on intensities."""
    weights = (disease.route_close, disease.route_air, disease.route_surface)
    return weights, disease.scale


@dataclass(frozen=True, eq=False)
class Layout:
    """Groups and sessions of all phases and the entries of every person; no disease yet.

    The same for every plan that has the same persons, zones and times: a plan with another
    test or another mask shares it.
    """

    contacts: Contacts
    first: Ints
    member: Ints
    group: Ints
    group_setting: Ints
    start: Floats
    hours: Floats
    zone: Ints
    phase: Ints
    day: Ints
    phases: tuple[int, ...]
    place: Ints
    """(S,) setting and zone, a row of `rooms` and `air`."""
    rooms: Floats
    """(place, 3) intensity of close, air, surface for a disease of weights one."""
    air: Floats
    """(place,) air changes per hour of the zone itself."""
    use: Floats
    """(S,) hours that a session's group meets on that kind of day."""
    entries: "Entries"
    own_first: Ints
    own: Ints


class Entries(NamedTuple):
    """Sessions of every row, ordered by row and kind; see Network."""

    row: Ints
    edge: Ints
    session: Ints


def layout_of(
    plan: Plan, school: SchoolCode, days: int, without: frozenset[str]
) -> Layout:
    """Who meets whom when, `without` those measures; shared by plans that agree in it."""
    mine = tuple(m for m in plan.measures if m.school == school)
    if mine and without.issuperset(m.code for m in mine):
        plan = replace(plan, slots=())  # without any measure nobody has a slot
    moving = tuple(m for m in mine if isinstance(m, MOVING))
    gone = frozenset(m.code for m in moving if m.code in without)
    tables = (plan.classes, plan.people, plan.periods, plan.teaching, plan.lessons)
    starts = phases(plan, days)
    zones = tuple(
        z for z in plan.zones if z.school == school and z.kind not in SICK_ROOMS
    )
    row = plan.by_code[school]
    counts = (row.students, row.boarders, row.staff)
    told = id(plan.slots) if plan.slots else 0
    same = (*map(id, tables), plan.district, zones, counts, told, moving, starts, gone)
    return _layout(_Same(same, plan), school, starts, gone)


SICK_ROOMS = (ZoneKind.CLINIC, ZoneKind.ISOLATION_ROOM, ZoneKind.OBSERVATION_AREA)
"""Zones where nobody meets anybody: their beds change no contact."""


class _Same:
    """What a layout depends on; the plan itself only rides along (and keeps ids alive)."""

    def __init__(self, same: tuple[object, ...], plan: Plan) -> None:
        self.same, self.plan = same, plan

    def __hash__(self) -> int:
        return hash(self.same)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.same == self.same


@lru_cache(maxsize=48)
def _layout(
    same: _Same, school: SchoolCode, starts: tuple[int, ...], gone: frozenset[str]
) -> Layout:
    plan = same.plan
    people, lessons = _roster(_Same(same.same[:-4], plan), school)
    parts = [
        contacts(plan, school, day=day, without=gone, people=people, lessons=lessons)
        for day in starts
    ]
    return _lay_out(plan, parts, starts)


@lru_cache(maxsize=64)
def _roster(
    same: _Same, school: SchoolCode
) -> tuple[tuple[Person, ...], tuple[Lesson, ...]]:
    """Who is at a school and when they are taught, whatever the measures."""
    people = populate(same.plan, school)
    return people, tuple(timetable(same.plan, school, people))


def _lay_out(plan: Plan, parts: list[Contacts], starts: tuple[int, ...]) -> Layout:
    head = parts[0]
    groups = np.cumsum([0] + [len(c.setting) for c in parts])
    members = np.cumsum([0] + [len(c.member) for c in parts])
    phase = np.concatenate(
        [np.full(len(c.session_day), i, np.int32) for i, c in enumerate(parts)]
    )
    group = np.concatenate(
        [c.session_group + base for c, base in zip(parts, groups[:-1], strict=True)]
    )
    group_setting = _joined([c.setting for c in parts])
    first = np.concatenate(
        [c.first[:-1] + base for c, base in zip(parts, members[:-1], strict=True)]
        + [members[-1:]]
    )
    member = _joined([c.member for c in parts])
    day = _joined([c.session_day for c in parts])
    zone = _joined([c.zone for c in parts])[group]
    entries = _entries(
        group,
        setting=group_setting,
        kind=phase * (head.cycle + 2) + day,
        first=first,
        member=member,
        persons=head.persons,
        kinds=len(starts) * (head.cycle + 2),
    )
    own_first, own = _groups_of(first, member, groups, head.persons)
    hours = _joined([c.session_hours for c in parts])
    place = _place(group_setting[group], zone)
    rooms, air = _rooms(plan, place)
    meets = group.astype(np.int64) * (head.cycle + 2) + day
    return Layout(
        contacts=head,
        first=first.astype(np.int32),
        member=member.astype(np.int32, copy=False),
        group=group.astype(np.int32, copy=False),
        group_setting=group_setting.astype(np.int32, copy=False),
        start=_joined([c.session_start for c in parts]),
        hours=hours,
        zone=zone,
        phase=phase,
        day=day,
        phases=starts,
        place=place,
        rooms=rooms,
        air=air,
        use=np.bincount(meets, weights=hours)[meets],
        entries=entries,
        own_first=own_first,
        own=own,
    )


def _joined(parts: list[NDArray[Number]]) -> NDArray[Number]:
    """Arrays one after the other; a plan of one phase, as most are, is not copied."""
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def intensities(layout: Layout, felt: Felt) -> Floats:
    """Intensity per pair and hour by route: shape (session, 3)."""
    weights, scale = felt
    base = layout.rooms * np.array(weights)
    for setting, factor in scale:
        base[SETTINGS.index(setting) :: len(SETTINGS)] *= factor
    return np.asarray(base[layout.place])


@lru_cache(maxsize=12)
def _weigh(layout: Layout, felt: Felt) -> Built:
    """A layout with the intensities of a disease."""
    setting = layout.group_setting[layout.group]
    base = intensities(layout, felt)
    others = np.diff(layout.first)[layout.group] - 1
    weight = base.sum(axis=1) * layout.hours * others
    entry, most = _rises(layout.entries, weight)
    network = Network(
        first=layout.first,
        member=layout.member,
        group=layout.group,
        setting=setting,
        start=layout.start,
        hours=layout.hours,
        row=layout.entries.row,
        most=most,
        edge=layout.entries.edge,
        entry=entry,
        own_first=layout.own_first,
        own=layout.own,
        group_setting=layout.group_setting,
    )
    return Built(
        network,
        layout.contacts,
        base,
        layout.zone,
        layout.phase,
        layout.day,
        layout.phases,
        layout.air[layout.place],
        layout.use,
    )


def _place(setting: Ints, zone: Ints) -> Ints:
    """A number for setting and zone, of which there are few."""
    return setting + len(SETTINGS) * (zone + 1)


def _rooms(plan: Plan, place: Ints) -> tuple[Floats, Floats]:
    """Intensity per pair and hour by route (place, 3), air changes (place,)."""
    used = np.bincount(place)
    routes, air = np.zeros((len(used), 3)), np.ones(len(used))
    for number in np.flatnonzero(used).tolist():
        row = INTENSITY[SETTINGS[number % len(SETTINGS)]]
        routes[number] = _at(plan, row, number // len(SETTINGS) - 1)
        air[number] = room_of(plan, row, number // len(SETTINGS) - 1)[2]
    return routes, air


def room_of(plan: Plan, row: Intensity, zone: int) -> tuple[float, float, float]:
    """Area (m2), volume (m3), air changes (per hour) of a zone, defaults where not given."""
    found = plan.zones[zone] if zone >= 0 else None
    area = (found and found.area) or row.room.area
    volume = (found and found.volume) or row.room.volume
    changes = (found and found.air_changes) or row.room.air_changes
    return float(area), float(volume), float(changes)


def _at(plan: Plan, row: Intensity, zone: int) -> tuple[float, float, float]:
    area, volume, changes = room_of(plan, row, zone)
    return (
        row.close * (REFERENCE_CROWD / area if row.crowd else 1.0),
        row.air * REFERENCE_AIR / (volume * changes),
        row.surface * REFERENCE_SURFACE / area,
    )


def _entries(
    group: Ints,
    *,
    setting: Ints,
    kind: Ints,
    first: Ints,
    member: Ints,
    persons: int,
    kinds: int,
) -> Entries:
    """Entries of every row, ordered by row and kind.

    group, kind: (session,); setting: (group,).
    """
    stream_of = np.zeros(len(SETTINGS), np.int64)
    for number, names in enumerate(STREAMS):
        stream_of[[SETTINGS.index(name) for name in names]] = number
    mine = np.repeat(np.arange(len(setting)), np.diff(first))
    place = member * len(STREAMS) + stream_of[setting[mine]]
    row, chosen, mine, of_row = _alike(place, mine, persons * len(STREAMS))
    # From groups to sessions only now, when persons who are alike are one row.
    by_group = np.argsort(group, kind="stable")
    held = np.bincount(group, minlength=len(setting))
    times = held[mine]
    within = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    begin = np.cumsum(held) - held
    session = by_group[np.repeat(begin[mine], times) + within]
    cell = np.repeat(of_row, times) * kinds + kind[session]
    session = session[np.lexsort((session, cell))]
    count = np.bincount(cell, minlength=len(chosen) * kinds)
    start = np.concatenate([[0], np.cumsum(count)])
    # One more column closes each row's last kind.
    edge = np.arange(len(chosen))[:, None] * kinds + np.arange(kinds + 1)
    return Entries(
        row=row.reshape(persons, len(STREAMS)).astype(np.int32),
        edge=start[edge].astype(np.int32),
        session=session.astype(np.int32),
    )


class _Alike(NamedTuple):
    """Places (person x stream) whose groups are the same share a row."""

    row: NDArray[np.int64]
    """(place,)"""
    chosen: NDArray[np.int64]
    """(row,) one of its places, ascending."""
    group: NDArray[np.int64]
    """Groups of the rows, one row after the other."""
    of_row: NDArray[np.int64]
    """The row of each of them."""


def _alike(place: NDArray[np.int64], group: NDArray[np.int64], places: int) -> _Alike:
    """Sort places by their groups; place, group: (membership,), groups ascending."""
    order = np.argsort(place, kind="stable")
    place, group = place[order], group[order]
    count = np.bincount(place, minlength=places)
    column = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
    table = np.full((places, int(count.max(initial=1))), -1, np.int32)
    table[place, column] = group
    bytes_of = np.dtype((np.void, table.shape[1] * table.itemsize))
    _, chosen, number = np.unique(
        table.view(bytes_of).ravel(), return_index=True, return_inverse=True
    )
    order = np.argsort(chosen)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    chosen = chosen[order]
    one = np.zeros(places, np.bool_)
    one[chosen] = True
    kept = one[place]
    return _Alike(rank[number], chosen, group[kept], rank[number][place[kept]])


def _rises(
    entries: Entries, weight: Floats
) -> tuple[NDArray[np.void], NDArray[np.float32]]:
    """Entries with running sums of their weight; the greatest sum over the kinds."""
    run = np.concatenate([[0.0], np.cumsum(weight[entries.session])])
    low, high = entries.edge[:, :-1], entries.edge[:, 1:]
    entry = np.empty(len(entries.session), ENTRY)
    entry["session"] = entries.session
    entry["rise"] = run[1:] - np.repeat(run[low.ravel()], (high - low).ravel())
    most = (run[high] - run[low]).max(axis=1)
    return entry, most[entries.row].astype(np.float32)


def _groups_of(
    first: Ints, member: Ints, groups: Ints, persons: int
) -> tuple[Ints, Ints]:
    """Groups of each person by phase: offsets (phase, person + 1), and groups.

    groups: first group of each phase, and their number.
    """
    sizes = np.diff(first)
    group = np.repeat(np.arange(len(sizes)), sizes)
    phase = np.searchsorted(groups, group, side="right") - 1
    place = phase * persons + member[: first[-1]]
    order = np.argsort(place, kind="stable")
    phases = len(groups) - 1
    count = np.bincount(place, minlength=phases * persons)
    start = np.concatenate([[0], np.cumsum(count)])
    cell = np.arange(phases)[:, None] * persons + np.arange(persons + 1)
    return start[cell].astype(np.int32), group[order].astype(np.int32)


def keep(
    built: Built, plan: Plan, strength: float, measures: Iterable[Measure]
) -> Floats:
    """Share of an hour's passing on that masks, air and cleaning leave: shape (session,).

    strength: that disinfects for the disease, mg/L.
    """
    close, air, surface = (np.ones(len(built.zone)) for _route in range(3))
    setting = built.network.setting
    for measure in measures:
        if not isinstance(measure, PASSING):
            continue
        on = np.array([holds(measure, plan, day) for day in built.phases])
        wanted = np.zeros(len(SETTINGS), np.bool_)
        at = (Setting.SEAT,) if isinstance(measure, SeatSpacing) else measure.settings
        wanted[[SETTINGS.index(s) for s in at]] = True
        rows = wanted[setting] & on[built.phase] & _in_scope(built, plan, measure)
        if isinstance(measure, SeatSpacing):
            close[rows] *= min(1.0, (REFERENCE_SEAT / measure.distance) ** 2)
        elif isinstance(measure, Mask):
            out, into = MASKS[measure.mask]
            passed = (1 - measure.wearing * out) * (1 - measure.wearing * into)
            close[rows] *= passed
            air[rows] *= passed
        elif isinstance(measure, Cleaning):
            share = min(1.0, measure.strength / strength)
            surface[rows] /= 1.0 + measure.times * share
        else:
            air[rows] *= _fresher(built, measure)[rows]
    base = built.base.T
    left = base[0] * close + base[1] * air + base[2] * surface
    whole = base[0] + base[1] + base[2]
    return np.asarray(np.divide(left, whole, out=np.ones_like(whole), where=whole > 0))


def sessions(
    built: Built, plan: Plan, disease: Disease, measures: Iterable[Measure]
) -> NDArray[np.void]:
    """The sessions as the kernel reads them (SESSION), with what is kept of each."""
    passing = tuple(m for m in measures if isinstance(m, PASSING))
    same = _Same((built, passing), plan)
    return _sessions(same, built, disease.strength_needed, passing)


@lru_cache(maxsize=8)
def _sessions(
    same: _Same, built: Built, strength: float, passing: tuple[Measure, ...]
) -> NDArray[np.void]:
    """Kept, for most versions of a plan differ in other measures."""
    net = built.network
    table = np.empty(len(net.group), SESSION)
    table["start"], table["hours"] = net.start, net.hours
    table["setting"] = net.setting
    table["keep"] = keep(built, same.plan, strength, passing)
    table["first"] = net.first[net.group]
    # A group without a member is in nobody's row.
    table["others"] = np.maximum(1, np.diff(net.first))[net.group] - 1
    return table


def _fresher(built: Built, measure: Ventilation) -> Floats:
    """Own air changes over those under a measure, by session."""
    share = np.minimum(1.0, measure.times * measure.minutes / (built.use * 60.0))
    open_air = built.air + (measure.air_changes - built.air) * share
    return np.asarray(built.air / np.maximum(built.air, open_air))


def _in_scope(built: Built, plan: Plan, measure: Measure) -> NDArray[np.bool_]:
    """Sessions whose group has students, all of them in the scope (all: empty scope)."""
    if not measure.scope:
        return np.ones(len(built.zone), np.bool_)
    inside = scope_mask(plan, built.contacts, measure.scope)
    net = built.network
    students = np.array([p.role == "student" for p in built.contacts.people])
    outside = np.zeros(built.contacts.persons, np.int64)
    outside[: len(students)] = students & ~inside[: len(students)]
    within = np.zeros(built.contacts.persons, np.int64)
    within[: len(students)] = students
    first = net.first[:-1].astype(np.int64)
    strangers = np.add.reduceat(outside[net.member], first)
    pupils = np.add.reduceat(within[net.member], first)
    return np.asarray(((strangers == 0) & (pupils > 0))[net.group])


def scope_mask(
    plan: Plan, people: Contacts, scope: tuple[str, ...]
) -> NDArray[np.bool_]:
    """Persons in a measure's scope: students of its grades and classes; all if empty."""
    return _scope_mask(_Same((people, scope), plan), people, scope)


@lru_cache(maxsize=256)
def _scope_mask(
    same: _Same, people: Contacts, scope: tuple[str, ...]
) -> NDArray[np.bool_]:
    mask = np.zeros(people.persons, np.bool_)
    wanted = {
        c.code
        for c in same.plan.classes
        if c.school == people.school and {c.code, c.grade, c.within} & set(scope)
    }
    mask[: len(people.people)] = [
        not scope or (p.role == "student" and p.klass in wanted) for p in people.people
    ]
    mask.flags.writeable = False
    return mask


def kinds_by_day(built: Built, plan: Plan, school: SchoolCode, days: int) -> Ints:
    """Kind (phase x kind of day) of each day of the horizon: shape (days,)."""
    phase = np.searchsorted(built.phases, np.arange(days), side="right") - 1
    # Of the measures only closed campuses bear on days, which looks at all each day.
    closed = tuple(m for m in plan.measures if isinstance(m, ClosedCampus))
    day = day_kinds(replace(plan, measures=closed), school, days)
    return (phase * (built.contacts.cycle + 2) + day).astype(np.int32)


def bare(plan: Plan, codes: frozenset[str]) -> Plan:
    """The plan with the measures of these codes taken away."""
    return replace(
        plan, measures=tuple(m for m in plan.measures if m.code not in codes)
    )


def mean_reach(layout: Layout, felt: Felt) -> float:
    """Mean of intensity x hours x others a day over students and staff.

    The week has the cycle's school days and, for the rest, home days; first phase only.
    """
    people, cycle = len(layout.contacts.people), layout.contacts.cycle
    times = np.zeros(cycle + 2)
    times[:cycle] = 1.0
    times[cycle + 1] = max(0, 7 - cycle)
    ours = np.add.reduceat(layout.member < people, layout.first[:-1].astype(np.int64))
    sizes = np.diff(layout.first)
    met = (ours * (sizes - 1))[layout.group] * layout.hours * times[layout.day]
    weight = intensities(layout, felt).sum(axis=1) * met * (layout.phase == 0)
    return float(weight.sum() / times.sum() / people)
