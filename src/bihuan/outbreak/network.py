"""A school as flat arrays: who may meet whom on each kind of day, and how strongly.

A *phase* is a stretch of days on which the same measures are in force; a *kind* here is
phase x kind of day. The network depends on the measures that change who meets whom
(staggering); those that change what an hour passes on are `keep` factors beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bihuan.base.ids import SchoolCode
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
from bihuan.plan.days import day_kinds
from bihuan.plan.measures import (
    Cleaning,
    Mask,
    Measure,
    SeatSpacing,
    StaggeredArrival,
    StaggeredBreaks,
    StaggeredDining,
    Ventilation,
)
from bihuan.plan.plan import Plan
from bihuan.plan.words import Setting

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

STREAMS = (
    (Setting.CLASSROOM, Setting.STUDY, Setting.SEAT, Setting.STAFF_ROOM),
    (Setting.DORM_ROOM, Setting.DORM_FLOOR),
    (Setting.TABLE, Setting.CANTEEN_HALL),
    (Setting.GATE, Setting.STAIR, Setting.BUS),
    (Setting.HOUSEHOLD,),
)
"""Settings whose attempts are drawn together; a change at table moves no draw in class."""

MOVING = (StaggeredArrival, StaggeredDining, StaggeredBreaks)
"""Measures that change groups and sessions."""
PASSING = (Mask, Ventilation, Cleaning, SeatSpacing)
"""Measures that change what an hour in a room passes on."""


class Network(NamedTuple):
    """Flat arrays that the kernel walks; S sessions, G groups, P persons, K kinds.

    Entries of person p in stream r on kind c are edge[e[p, r, c]:e[p, r, c + 1]]: the
    session and the running sum of its weight (intensity x hours x others).
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
    edge: NDArray[np.int64]
    """(P, streams, K + 1) offsets into `entry` and `rise`."""
    entry: Ints
    """Session of an entry."""
    rise: NDArray[np.float32]
    """Running sum of weights within a person, stream and kind."""
    most: NDArray[np.float32]
    """(P, streams) greatest sum over the kinds."""
    own_first: Ints
    """(P + 1,) groups of a person."""
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


def in_force(measure: Measure, plan: Plan, day: int) -> bool:
    """Whether a measure holds on a day counted from the district's first."""
    today = plan.district.opens + timedelta(days=day)
    return (measure.start is None or measure.start <= today) and (
        measure.end is None or today <= measure.end
    )


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
    moving = frozenset(
        m.code
        for m in plan.measures
        if isinstance(m, MOVING) and m.school == school and m.code in without
    )
    weights = (disease.route_close, disease.route_air, disease.route_surface)
    return _build(_Key(plan), school, (weights, disease.scale), days, moving)


class _Key:
    """A plan by identity, so that a cache need not compare two great values."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def __hash__(self) -> int:
        return id(self.plan)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.plan is self.plan


_Felt = tuple[tuple[float, float, float], tuple[tuple[Setting, float], ...]]
"""Weights of the routes, factors on settings."""


@lru_cache(maxsize=64)
def _build(
    key: _Key,
    school: SchoolCode,
    felt: _Felt,
    days: int,
    moving: frozenset[str],
) -> Built:
    plan = key.plan
    starts = phases(plan, days)
    parts = [contacts(plan, school, day=day, without=moving) for day in starts]
    return _assemble(plan, parts, felt, starts)


def _assemble(
    plan: Plan,
    parts: list[Contacts],
    felt: _Felt,
    starts: tuple[int, ...],
) -> Built:
    head = parts[0]
    groups = np.cumsum([0] + [len(c.setting) for c in parts])
    members = np.cumsum([0] + [len(c.member) for c in parts])
    phase = np.concatenate(
        [np.full(len(c.session_day), i) for i, c in enumerate(parts)]
    )
    group = np.concatenate(
        [c.session_group + base for c, base in zip(parts, groups[:-1], strict=True)]
    )
    group_setting = np.concatenate([c.setting for c in parts])
    group_zone = np.concatenate([c.zone for c in parts])
    first = np.concatenate(
        [c.first[:-1] + base for c, base in zip(parts, members[:-1], strict=True)]
        + [members[-1:]]
    )
    member = np.concatenate([c.member for c in parts])
    day = np.concatenate([c.session_day for c in parts])
    start = np.concatenate([c.session_start for c in parts])
    hours = np.concatenate([c.session_hours for c in parts])
    zone = group_zone[group]
    weights, scale = felt
    base = _routes(plan, group_setting[group], zone) * np.array(weights)
    for place, factor in scale:
        base[group_setting[group] == SETTINGS.index(place)] *= factor
    kind = phase * (head.cycle + 2) + day
    kinds = len(starts) * (head.cycle + 2)
    sizes = np.diff(first)[group]
    weight = base.sum(axis=1) * hours * (sizes - 1)
    entries = _entries(
        group,
        setting=group_setting[group],
        kind=kind,
        weight=weight,
        first=first,
        member=member,
        persons=head.persons,
        kinds=kinds,
    )
    own_first, own = _groups_of(first[: groups[1] + 1], member, head.persons)
    network = Network(
        first=first.astype(np.int32),
        member=member.astype(np.int32),
        group=group.astype(np.int32),
        setting=group_setting[group].astype(np.int32),
        start=start,
        hours=hours,
        **entries,
        own_first=own_first,
        own=own,
        group_setting=group_setting.astype(np.int32),
    )
    return Built(network, head, base, zone, phase, day, starts)


def _routes(plan: Plan, setting: Ints, zone: Ints) -> Floats:
    """Intensity per pair and hour by route (close, air, surface): shape (session, 3)."""
    table = np.zeros((len(setting), 3))
    for number, zone_row in {
        (int(a), int(b)) for a, b in zip(setting, zone, strict=True)
    }:
        here = (setting == number) & (zone == zone_row)
        table[here] = _at(plan, INTENSITY[SETTINGS[number]], zone_row)
    return table


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
    weight: Floats,
    first: Ints,
    member: Ints,
    persons: int,
    kinds: int,
) -> dict[str, NDArray[np.generic]]:
    """Entries of every person, ordered by person, stream, kind."""
    stream_of = np.zeros(len(SETTINGS), np.int64)
    for number, names in enumerate(STREAMS):
        stream_of[[SETTINGS.index(name) for name in names]] = number
    sizes = np.diff(first)[group]
    session = np.repeat(np.arange(len(group)), sizes)
    within = np.arange(len(session)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    person = member[first[group[session]] + within].astype(np.int64)
    place = (person * len(STREAMS) + stream_of[setting[session]]) * kinds + kind[
        session
    ]
    order = np.argsort(place, kind="stable")
    cells = persons * len(STREAMS) * kinds
    count = np.bincount(place, minlength=cells)
    edge = np.concatenate([[0], np.cumsum(count)])
    run = np.cumsum(weight[session[order]])
    before = np.concatenate([[0.0], run])[edge[:-1]]
    rise = (run - np.repeat(before, count)).astype(np.float32)
    last = np.where(count > 0, np.concatenate([[0.0], run])[edge[1:]] - before, 0.0)
    shape = (persons, len(STREAMS), kinds)
    # One more column closes each person's and stream's last kind.
    edges = np.empty((persons, len(STREAMS), kinds + 1), np.int64)
    edges[:, :, :-1] = edge[:-1].reshape(shape)
    edges[:, :, -1] = edge[1:].reshape(shape)[:, :, -1]
    return {
        "edge": edges,
        "entry": session[order].astype(np.int32),
        "rise": rise,
        "most": last.reshape(shape).max(axis=2).astype(np.float32),
    }


def _groups_of(first: Ints, member: Ints, persons: int) -> tuple[Ints, Ints]:
    """Groups of each person in the first phase: offsets and groups."""
    sizes = np.diff(first)
    group = np.repeat(np.arange(len(sizes)), sizes)
    person = member[: first[-1]]
    order = np.argsort(person, kind="stable")
    count = np.bincount(person, minlength=persons)
    own_first = np.concatenate([[0], np.cumsum(count)])
    return own_first.astype(np.int32), group[order].astype(np.int32)


def keep(
    built: Built, plan: Plan, disease: Disease, measures: Iterable[Measure]
) -> Floats:
    """Share of an hour's passing on that masks, air and cleaning leave: shape (session,)."""
    kept = np.ones((len(built.zone), 3))
    setting = built.network.setting
    for measure in measures:
        if not isinstance(measure, PASSING):
            continue
        on = np.array([in_force(measure, plan, day) for day in built.phases])
        rows = on[built.phase] & _in_scope(built, plan, measure)
        if isinstance(measure, SeatSpacing):
            seat = rows & (setting == SETTINGS.index(Setting.SEAT))
            kept[seat, 0] *= min(1.0, (REFERENCE_SEAT / measure.distance) ** 2)
            continue
        rows &= np.isin(setting, [SETTINGS.index(s) for s in measure.settings])
        if isinstance(measure, Mask):
            out, into = MASKS[measure.mask]
            passed = (1 - measure.wearing * out) * (1 - measure.wearing * into)
            kept[rows, :2] *= passed
        elif isinstance(measure, Cleaning):
            share = min(1.0, measure.strength / disease.strength_needed)
            kept[rows, 2] /= 1.0 + measure.times * share
        else:
            kept[rows, 1] *= _fresher(built, plan, measure)[rows]
    total = built.base.sum(axis=1)
    left = (built.base * kept).sum(axis=1)
    return np.divide(left, total, out=np.ones_like(total), where=total > 0)


def _fresher(built: Built, plan: Plan, measure: Ventilation) -> Floats:
    """Own air changes over those under a measure, by session."""
    net = built.network
    place = net.group.astype(np.int64) * (int(built.day.max()) + 1) + built.day
    use = np.bincount(place, weights=net.hours)[place] * 60.0
    share = np.minimum(1.0, measure.times * measure.minutes / use)
    own = np.array(
        [
            room_of(plan, INTENSITY[SETTINGS[s]], int(z))[2]
            for s, z in zip(net.setting, built.zone, strict=True)
        ]
    )
    return own / np.maximum(own, own + (measure.air_changes - own) * share)


def _in_scope(built: Built, plan: Plan, measure: Measure) -> NDArray[np.bool_]:
    """Sessions whose group has only students of the scope (all: empty scope)."""
    if not measure.scope:
        return np.ones(len(built.zone), np.bool_)
    inside = scope_mask(plan, built.contacts, measure.scope)
    net = built.network
    students = np.array([p.role == "student" for p in built.contacts.people])
    outside = np.zeros(built.contacts.persons, np.int64)
    outside[: len(students)] = students & ~inside[: len(students)]
    number = np.add.reduceat(outside[net.member], net.first[:-1].astype(np.int64))
    number[np.diff(net.first) == 0] = 0
    return number[net.group] == 0


def scope_mask(
    plan: Plan, people: Contacts, scope: tuple[str, ...]
) -> NDArray[np.bool_]:
    """Persons in a measure's scope: students of its grades and classes; all if empty."""
    mask = np.zeros(people.persons, np.bool_)
    if not scope:
        mask[: len(people.people)] = True
        return mask
    wanted = {
        c.code
        for c in plan.classes
        if c.school == people.school and {c.code, c.grade, c.within} & set(scope)
    }
    for number, person in enumerate(people.people):
        mask[number] = person.role == "student" and person.klass in wanted
    return mask


def kinds_by_day(built: Built, plan: Plan, school: SchoolCode, days: int) -> Ints:
    """Kind (phase x kind of day) of each day of the horizon: shape (days,)."""
    phase = np.searchsorted(built.phases, np.arange(days), side="right") - 1
    day = day_kinds(plan, school, days)
    return (phase * (built.contacts.cycle + 2) + day).astype(np.int32)


def bare(plan: Plan, codes: frozenset[str]) -> Plan:
    """The plan with the measures of these codes taken away."""
    return replace(
        plan, measures=tuple(m for m in plan.measures if m.code not in codes)
    )


def weekly_reach(built: Built) -> Floats:
    """Sum of intensity x hours x others of each person, mean over a week's days.

    The week has the cycle's school days and, for the rest, home days; shape (person,).
    """
    net, cycle = built.network, built.contacts.cycle
    total = np.zeros(net.edge.shape[0])
    week = [(day, 1) for day in range(cycle)] + [(cycle + 1, max(0, 7 - cycle))]
    for kind, times in week:
        for stream in range(len(STREAMS)):
            low, high = net.edge[:, stream, kind], net.edge[:, stream, kind + 1]
            last = np.where(high > low, net.rise[np.maximum(high - 1, 0)], 0.0)
            total += times * last
    return total / sum(times for _, times in week)
