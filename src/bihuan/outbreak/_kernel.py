"""The engine's inner loops, compiled; the fenced exception to the house's style.

Infections are simulated, not people x days (docs/model.md says what, `exact.py` says it
slowly): an infected person's whole course is drawn once, one Poisson number of attempts per
stream, each attempt a day, a session, a time, a member and a mark; attempts wait in a list
per day and are judged on their day, after that day's findings, by who is permitted to be
there. Nothing is allocated while a run goes on, and a list of what was touched is undone after.

Every draw is a hash of (seed, run, stream, person, counter): no draw depends on another's
fate, so two plans compared under one seed share all that they have in common.
"""

from typing import Any, NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

from bihuan.plan.contacts import SETTINGS
from bihuan.plan.words import Place, Setting, Unit
from bihuan.rules.clusters import (
    COUNT,
    COUNT_WHAT,
    DAYS,
    DELAY,
    PLACE,
    PLACES,
    SHARE,
    UNIT,
    UNITS,
    WINDOW,
)

NEVER = 1e9
TABLE = 4096
GUIDE = 256

# Streams of draws; counters follow.
INDEX, COURSE, ONSET, NU, CHECK, TEST, LISTED, IMMUNE, HELD = 1, 2, 3, 4, 5, 6, 7, 8, 9
IMPORT, VISITOR, FALSE, FALSE_DAY, ATTEMPT = 10, 11, 12, 13, 20

FOUND, CONFIRMED, AGAIN = 0, 1, 2
SOON = 1e-6
"""Days: a result comes after the finding even where its delay is nothing."""
HOME = PLACES.index(Place.HOME)
SINGLE = PLACES.index(Place.SINGLE)
DORM = PLACES.index(Place.DORM)
UNIT_KINDS = len(UNITS)
HOUSEHOLD = SETTINGS.index(Setting.HOUSEHOLD)
DORM_ROOM = SETTINGS.index(Setting.DORM_ROOM)
DORM_ROOM_UNIT = UNITS.index(Unit.DORM_ROOM)
DORM_FLOOR_UNIT = UNITS.index(Unit.DORM_FLOOR)
CAUSES = 5
"""Causes of imports: day students, boarders, staff, visitors, before opening."""


ENTRY = np.dtype([("rise", np.float32), ("session", np.int32)])
"""A running sum of weights and the session it ends with, side by side in memory."""
SESSION = np.dtype(
    [
        ("start", np.float64),
        ("hours", np.float64),
        ("keep", np.float64),
        ("first", np.int32),
        ("others", np.uint16),
        ("setting", np.uint16),
    ]
)
"""What an attempt asks of its session, in half a line of the processor's cache: start
(hours after midnight), length (hours), share of passing on that is kept, first member,
members but one, setting."""


class School(NamedTuple):
    """What does not change between variants with the same network (network.Network)."""

    first: NDArray[np.int32]
    member: NDArray[np.int32]
    row: NDArray[np.int32]
    most: NDArray[np.float32]
    edge: NDArray[np.int32]
    entry: NDArray[np.void]
    own_first: NDArray[np.int32]
    """(phase, person + 1)"""
    own: NDArray[np.int32]
    group_setting: NDArray[np.int32]


class Variant(NamedTuple):
    """What one version of the plan makes of the school, day by day and person by person."""

    session: NDArray[np.void]
    """(session,) SESSION."""
    kind: NDArray[np.int32]
    """(day,) kind, phase in."""
    base_kind: NDArray[np.int32]
    """(day,) 0 school day, 1 stay day, 2 home day."""
    returning: NDArray[np.bool_]
    """(day,) boarders come back: not a home day after a home day."""
    opens: NDArray[np.int32]
    """(person,) first day at school."""
    adult: NDArray[np.bool_]
    """(person,)"""
    crosses: NDArray[np.bool_]
    """(person,) goes home every day."""
    pupil: NDArray[np.bool_]
    """(person,)"""
    immune: NDArray[np.float64]
    """(person,) chance to be immune from the start."""
    unit: NDArray[np.int32]
    """(person, 5) a column for each of rules.clusters.UNITS; -1: none."""
    unit_size: NDArray[np.int32]
    unit_first: NDArray[np.int32]
    unit_member: NDArray[np.int32]
    checks: NDArray[np.float64]
    """(check, 7) hour, chance if feverish, if not, first day, last day, gate, number."""
    seen: NDArray[np.bool_]
    """(check, person) who is looked at."""
    rules: NDArray[np.int64]
    """(rule, 6) rules.clusters.as_table: unit, counted, count, window, days, place."""
    rule_parts: NDArray[np.float64]
    """(rule, 2) rules.clusters.as_table: share, delay (hours)."""
    rule_unit: NDArray[np.bool_]
    """(rule, unit) whether the unit lies in the rule's scope."""
    rule_days: NDArray[np.int32]
    """(rule, 2) first and last day in force."""
    isolation: NDArray[np.float64]
    """(row, 7) delay, night delay (days), hold, least days, symptom-free days, first, last
    day; of several rows the first that holds for a person on a day counts."""
    isolation_who: NDArray[np.bool_]
    """(row, person) in its scope."""
    isolating: NDArray[np.bool_]
    """(day,) whether any isolation holds."""
    beds: NDArray[np.int32]
    """Beds of isolation rooms, of observation areas."""
    testing: NDArray[np.float64]
    """(row, 4) delay (days), sensitivity, first day, last day."""
    testing_who: NDArray[np.bool_]
    listing: NDArray[np.float64]
    """(row, 6) recall, delay (days), days, place, first day, last day."""
    listing_who: NDArray[np.bool_]
    """(row, person) contacts in its scope."""
    listed: NDArray[np.bool_]
    """(row, setting) settings whose members are listed."""
    phase: NDArray[np.int32]
    """(day,) phase, for who shares a group with whom."""
    held: NDArray[np.float64]
    """(person, 2) chance to be held back by a survey on day 0, days."""
    false_rise: NDArray[np.float64]
    """Distribution function of the number of false positives over the horizon."""
    false_day: NDArray[np.float64]
    """(day,) running share of them."""
    false_guide: NDArray[np.int32]
    """(GUIDE,) first day whose running share exceeds i / GUIDE: where to begin looking."""
    imports: NDArray[np.float64]
    """Candidates per person-day, visitors a day, infections per visitor."""
    visitors: NDArray[np.float64]
    """(day,) visitors let in, as a share of `imports[1]`."""
    returners: NDArray[np.int32]
    """Students whose grade opens on day 0."""
    school_persons: int
    staff_from: NDArray[np.int32]
    """Staff, whom visitors meet."""


class Ills(NamedTuple):
    """The disease as tables."""

    beta: float
    incubation: NDArray[np.float64]
    """(TABLE,) quantiles, days."""
    nu: NDArray[np.float64]
    """(TABLE,) quantiles of personal infectiousness."""
    symptom_days: NDArray[np.float64]
    """(TABLE,) quantiles, days."""
    profile: NDArray[np.float64]
    """Running sum of infectiousness by day."""
    lead: float
    symptomatic: NDArray[np.float64]
    """students, adults."""
    fever: NDArray[np.float64]
    asymptomatic: float


class Work(NamedTuple):
    """Room to work in, clean between runs."""

    since: NDArray[np.float64]
    """(person,) time of infection, NEVER."""
    came: NDArray[np.int32]
    """(person,) session in which; -1 none, -2 import."""
    source: NDArray[np.int32]
    """(person,) who infected; says nothing where nobody is infected."""
    fate: NDArray[np.float64]
    """(person, 5) infectious from, onset, end, feverish, found."""
    apart: NDArray[np.float64]
    """(person, 6) isolation or single from, until; home from, until; dormitory from, until."""
    counted: NDArray[np.float64]
    """(person, 2) time from and to which its days apart are counted."""
    bed: NDArray[np.float64]
    """(person, 2) isolated until; bed of an observation area until."""
    asked: NDArray[np.int64]
    """(person,) last confirmation for which it was thought of as a contact."""
    touched: NDArray[np.int32]
    mark: NDArray[np.bool_]
    closed: NDArray[np.float64]
    """(unit, 3) from, until, place."""
    lessons: NDArray[np.float64]
    """(unit,) day until which lost class-days are counted."""
    cases: NDArray[np.int16]
    """(unit, 2, day) found, confirmed."""
    touched_unit: NDArray[np.int32]
    mark_unit: NDArray[np.bool_]
    head: NDArray[np.int32]
    """(day,) attempts that wait."""
    after: NDArray[np.int32]
    """Next attempt (or free place)."""
    who: NDArray[np.int32]
    """(attempt, 3) source, target, session."""
    when: NDArray[np.float64]
    event_head: NDArray[np.int32]
    event_after: NDArray[np.int32]
    event_who: NDArray[np.int32]
    """(event, 2) person, sort."""
    event_when: NDArray[np.float64]
    taken: NDArray[np.int32]
    """(day,) beds of isolation rooms."""
    watched: NDArray[np.int32]
    """(day,) change of beds taken in observation areas."""
    fresh: NDArray[np.int32]
    tally: NDArray[np.int64]
    """Counters: touched, touched units, first free attempt, events, beds of observation
    areas in use, fresh infections, whether room ran out, confirmations ever."""


SIZE, FAMILY, FIRST, PEAK, BEDLESS, CASES, TESTS, WRONG, CLASSES, FOUNDS = range(10)
COUNTS = 10


class Tally(NamedTuple):
    """Results by run."""

    result: NDArray[np.int32]
    """(run, COUNTS)"""
    apart: NDArray[np.float64]
    """(run,) student-days."""
    setting: NDArray[np.int32]
    """(run, setting)"""
    cause: NDArray[np.int32]
    """(run, cause)"""
    hour: NDArray[np.int64]
    """(setting, 24), summed over runs."""
    daily: NDArray[np.int64]
    """(day,) infections of students and staff, summed over runs."""


# The tuples are some hundred values to the compiler. Without wrappers for Python and
# reference counts on each of them it takes a third of the time, and inlining spares
# copying them at every call, which cost more than the work itself.
_BARE: Any = {"error_model": "numpy", "_nrt": False}
_INNER: Any = _BARE | {
    "forceinline": True,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}
_inner = nb.njit(**_INNER)


def kept(function: Any) -> Any:
    """Compile a function and keep that for other processes, where there is a place.

    numba keeps it in NUMBA_CACHE_DIR, else beside the source, else in the user's cache; it
    refuses to compile at all where none can be written, as on a read-only system.
    """
    try:
        return nb.njit(nogil=True, cache=True, **_BARE)(function)
    except RuntimeError:
        return nb.njit(nogil=True, **_BARE)(function)


_G = np.uint64(0x9E3779B97F4A7C15)
_A = np.uint64(0xBF58476D1CE4E5B9)
_B = np.uint64(0x94D049BB133111EB)


@_inner
def _mix(x):  # SplitMix64's finaliser, as in base/random.py
    x = (x ^ (x >> np.uint64(30))) * _A
    x = (x ^ (x >> np.uint64(27))) * _B
    return x ^ (x >> np.uint64(31))


@_inner
def _word(key, stream, a, b):
    where = (np.uint64(stream) << np.uint64(52)) ^ (np.uint64(a) << np.uint64(26))
    return _mix(_mix(key ^ (where ^ np.uint64(b)) * _G) + _G)


@_inner
def _unit(word):
    return np.float64(word >> np.uint64(11)) * 1.1102230246251565e-16


@_inner
def _draw(key, stream, a, b):
    return _unit(_word(key, stream, a, b))


@_inner
def _poisson(mean, key, stream, a):
    """By inversion, in portions so that exp() never underflows."""
    total, part, b = 0, mean, 0
    while part > 0.0:
        now = min(part, 12.0)
        part -= now
        u = _draw(key, stream, a, b)
        b += 1
        p = np.exp(-now)
        n = 0
        while u > p and n < 80:
            u -= p
            n += 1
            p *= now / n
        total += n
    return total


@_inner
def _touch(w, person):
    if not w.mark[person]:
        w.mark[person] = True
        w.touched[w.tally[0]] = person
        w.tally[0] += 1


@_inner
def _touch_unit(w, unit):
    if not w.mark_unit[unit]:
        w.mark_unit[unit] = True
        w.touched_unit[w.tally[1]] = unit
        w.tally[1] += 1


@_inner
def _wait(w, day, source, target, session, when):
    """Put an attempt on its day's list."""
    place = w.tally[2]
    if place < 0:
        w.tally[6] = 1
        return
    w.tally[2] = w.after[place]
    w.who[place, 0] = source
    w.who[place, 1] = target
    w.who[place, 2] = session
    w.when[place] = when
    w.after[place] = w.head[day]
    w.head[day] = place


@_inner
def _event(w, days, person, sort, when):
    """Put an event on its day's list, in the order of time."""
    day = int(np.floor(when))
    if day >= days:
        return
    if w.tally[3] >= len(w.event_when):
        w.tally[6] = 1
        return
    place = w.tally[3]
    w.tally[3] += 1
    w.event_who[place, 0] = person
    w.event_who[place, 1] = sort
    w.event_when[place] = when
    before, at = -1, w.event_head[day]
    while at >= 0 and (
        w.event_when[at] < when
        or (w.event_when[at] == when and w.event_who[at, 0] < person)
    ):
        before, at = at, w.event_after[at]
    w.event_after[place] = at
    if before < 0:
        w.event_head[day] = place
    else:
        w.event_after[before] = place


@_inner
def _barred(w, v, person, household, dorm, when):
    """Whether a person may not be where a session of this sort is."""
    if not w.mark[person] and w.tally[1] == 0:
        return False
    a = w.apart
    if a[person, 0] <= when < a[person, 1]:
        return True
    if not household and a[person, 2] <= when < a[person, 3]:
        return True
    if not dorm and a[person, 4] <= when < a[person, 5]:
        return True
    if w.tally[1] == 0 or person >= v.school_persons:
        return False
    for k in range(UNIT_KINDS):
        u = v.unit[person, k]
        if u >= 0 and w.closed[u, 0] <= when < w.closed[u, 1]:
            place = w.closed[u, 2]
            if place == SINGLE:
                return True
            if place == HOME and not household:
                return True
            if place == DORM and not dorm:
                return True
    return False


@_inner
def _keep_apart(w, person, place, begin, end):
    """Lengthen a person's stay apart at a place."""
    col = 0 if place == SINGLE else (2 if place == HOME else 4)
    _touch(w, person)
    if w.apart[person, col + 1] < begin:
        w.apart[person, col] = begin
        w.apart[person, col + 1] = end
    else:
        w.apart[person, col] = min(w.apart[person, col], begin)
        w.apart[person, col + 1] = max(w.apart[person, col + 1], end)


@_inner
def _count_apart(w, v, t, r, days, person, begin, end):
    """Student-days away, none counted twice."""
    if v.pupil[person]:
        _touch(w, person)
        low, high = w.counted[person, 0], w.counted[person, 1]
        stop = min(end, np.float64(days))
        if stop <= begin:
            return
        if high <= low:
            t.apart[r] += stop - begin
            w.counted[person, 0], w.counted[person, 1] = begin, stop
            return
        t.apart[r] += max(0.0, min(stop, low) - begin)
        t.apart[r] += max(0.0, stop - max(begin, high))
        w.counted[person, 0] = min(low, begin)
        w.counted[person, 1] = max(high, stop)


@_inner
def _course(s, v, ill, w, key, days, person):
    """Draw what follows from an infection."""
    when = w.since[person]
    d = np.floor(when)
    word = _word(key, COURSE, person, 0)
    other = _word(key, COURSE, person, 1)
    adult = 1 if v.adult[person] else 0
    onset = max(when + ill.incubation[word & np.uint64(TABLE - 1)], d + 1.0)
    begin = max(np.floor(onset - ill.lead + 0.5), d + 1.0)
    nu = ill.nu[(word >> np.uint64(12)) & np.uint64(TABLE - 1)]
    if w.came[person] == -3:  # the returner: infectious from day 0
        begin = 0.0
        onset = ill.lead + _draw(key, ONSET, person, 0)
    length = ill.symptom_days[(word >> np.uint64(24)) & np.uint64(TABLE - 1)]
    sick = np.float64(other >> np.uint64(40)) * 5.960464477539063e-08
    hot = np.float64(other & np.uint64(0xFFFFFF)) * 5.960464477539063e-08
    symptomatic = sick < ill.symptomatic[adult]
    fever = hot < ill.fever[adult]
    if symptomatic:
        if person < v.school_persons:
            w.fate[person, 2] = onset + length
            _seen(v, w, key, days, person, onset, onset + length, fever, d)
    else:
        nu *= ill.asymptomatic
        onset = NEVER
    w.fate[person, 0] = begin
    w.fate[person, 1] = onset
    _attempts(s, v, ill, w, key, days, person, int(begin), nu)


@_inner
def _seen(v, w, key, days, person, onset, end, fever, infected):
    """Find the first check that finds a person ill."""
    first = max(int(np.floor(onset)), int(infected) + 1, 0)
    last = min(int(np.floor(end)), days - 1)
    for day in range(first, last + 1):
        base = v.base_kind[day]
        if base == 2 or day < v.opens[person]:
            continue
        for c in range(v.checks.shape[0]):
            if not v.seen[c, person] or day < v.checks[c, 3] or day > v.checks[c, 4]:
                continue
            if v.checks[c, 5] > 0.0:
                come = v.returning[day] or day == v.opens[person]
                if v.crosses[person]:
                    come = base == 0
                if not come:
                    continue
            elif base == 1 and v.crosses[person]:
                continue
            when = day + v.checks[c, 0] / 24.0
            if when < onset or when >= end:
                continue
            chance = v.checks[c, 1] if fever else v.checks[c, 2]
            if _draw(key, CHECK, person, day * 64 + int(v.checks[c, 6])) < chance:
                _event(w, days, person, FOUND, when)
                return


@_inner
def _attempts(s, v, ill, w, key, days, person, begin, nu):
    """Draw all attempts of a course."""
    scale = ill.beta * nu
    for stream in range(s.most.shape[1]):
        most = s.most[person, stream]
        if most <= 0.0:
            continue
        row = s.row[person, stream]
        number = _poisson(scale * most, key, ATTEMPT + stream, person)
        for n in range(number):
            a = _word(key, ATTEMPT + 6 + stream, person, 2 * n)
            u = np.float64(a & np.uint64(0xFFFFFF)) * 5.960464477539063e-08
            age = 0
            while ill.profile[age] <= u:
                age += 1
            day = begin + age
            if day < 0 or day >= days:
                continue
            kind = v.kind[day]
            low, high = s.edge[row, kind], s.edge[row, kind + 1]
            if low == high:
                continue
            at = np.float64(a >> np.uint64(24)) * 9.094947017729282e-13 * most
            if at >= s.entry[high - 1].rise:
                continue
            while low < high:  # first entry whose running sum exceeds `at`
                middle = (low + high) >> 1
                if s.entry[middle].rise <= at:
                    low = middle + 1
                else:
                    high = middle
            number_of = s.entry[low].session
            session = v.session[number_of]
            b = _word(key, ATTEMPT + 6 + stream, person, 2 * n + 1)
            if np.float64(b & np.uint64(0xFFFF)) * 1.52587890625e-05 >= session.keep:
                continue
            pick = session.first + int(
                ((b >> np.uint64(32)) * np.uint64(session.others)) >> np.uint64(32)
            )
            target = s.member[pick]
            if target >= person:
                target = s.member[pick + 1]
            if w.since[target] < day:
                continue
            if session.setting != HOUSEHOLD and (
                day < v.opens[person] or day < v.opens[target]
            ):
                continue
            part = np.float64((b >> np.uint64(16)) & np.uint64(0xFFFF)) + 0.5
            hour = session.start + session.hours * part * 1.52587890625e-05
            _wait(w, day, person, target, number_of, day + hour / 24.0)


@_inner
def _apply_rules(v, w, t, r, days, person, counted, when):
    """Count an event in the person's units and close those that reach a rule."""
    day = int(np.floor(when))
    for k in range(UNIT_KINDS):
        u = v.unit[person, k]
        if u < 0:
            continue
        _touch_unit(w, u)
        w.cases[u, counted, day] += 1
        for rule in range(v.rules.shape[0]):
            row = v.rules[rule]
            if row[UNIT] != k or row[COUNT_WHAT] != counted or not v.rule_unit[rule, u]:
                continue
            if day < v.rule_days[rule, 0] or day > v.rule_days[rule, 1]:
                continue
            number = 0
            for back in range(max(0, day - row[WINDOW] + 1), day + 1):
                number += w.cases[u, counted, back]
            share = v.rule_parts[rule, SHARE] * v.unit_size[u] - 1e-9
            if (number >= row[COUNT] or number >= share) and w.closed[u, 1] <= when:
                begin = when + v.rule_parts[rule, DELAY] / 24.0
                _close(v, w, t, r, days, u, k, row, begin)


@_inner
def _close(v, w, t, r, days, u, k, row, begin):
    end = begin + row[DAYS]
    w.closed[u, 0] = begin
    w.closed[u, 1] = end
    w.closed[u, 2] = row[PLACE]
    for i in range(v.unit_first[u], v.unit_first[u + 1]):
        person = v.unit_member[i]
        _count_apart(w, v, t, r, days, person, begin, end)
        c = v.unit[person, 0]
        if c >= 0 and k != DORM_ROOM_UNIT and k != DORM_FLOOR_UNIT:
            _touch_unit(w, c)
            if w.lessons[c] < end:
                # A class-day is lost where the class is away at noon of a school day.
                first = max(begin, w.lessons[c])
                for day in range(max(0, int(np.ceil(first - 0.5))), days):
                    if day + 0.5 >= end:
                        break
                    if v.base_kind[day] == 0 and day >= v.opens[person]:
                        t.result[r, CLASSES] += 1
                w.lessons[c] = end


@_inner
def _row(rows, who, first, person, day):
    """The first row that holds for a person on a day, -1: none."""
    for row in range(rows.shape[0]):
        if rows[row, first] <= day <= rows[row, first + 1] and who[row, person]:
            return row
    return -1


@_inner
def _found(v, w, t, r, key, days, person, when, again):
    """Somebody was found ill: the rules, a test, a bed."""
    day = int(np.floor(when))
    if not again:
        w.fate[person, 4] = when
        t.result[r, FOUNDS] += 1
        if t.result[r, FIRST] < 0:
            t.result[r, FIRST] = day
        _apply_rules(v, w, t, r, days, person, 0, when)
        row = _row(v.testing, v.testing_who, 2, person, day)
        if row >= 0:
            t.result[r, TESTS] += 1
            if _draw(key, TEST, person, 0) < v.testing[row, 1]:
                _event(w, days, person, CONFIRMED, when + v.testing[row, 0] + SOON)
    row = _row(v.isolation, v.isolation_who, 5, person, day)
    if row < 0:
        return
    iso = v.isolation[row]
    # Who is already kept apart or sent home needs no bed at school.
    waits = _barred(w, v, person, False, False, when)
    if waits or w.taken[day] < v.beds[0]:
        if not waits:
            for d in range(day, min(days, day + int(iso[2]))):
                w.taken[d] += 1
        hour = (when - day) * 24.0
        begin = when + (iso[1] if hour < 6.0 or hour >= 22.0 else iso[0])
        end = max(w.fate[person, 4] + iso[3], w.fate[person, 2] + iso[4])
        w.bed[person, 0] = max(w.bed[person, 0], end)
        _keep_apart(w, person, SINGLE, begin, end)
        _count_apart(w, v, t, r, days, person, begin, end)
    else:
        t.result[r, BEDLESS] += 1
        tomorrow = day + 1 + 7.0 / 24.0
        if tomorrow < w.fate[person, 2]:
            _event(w, days, person, AGAIN, tomorrow)


@_inner
def _any_lists(v, setting):
    """Whether any listing asks for the members of a setting."""
    for row in range(v.listed.shape[0]):
        if v.listed[row, setting]:
            return True
    return False


@_inner
def _confirmed(s, v, w, t, r, key, days, person, when):
    """A test came back positive: away for good, contacts listed, rules."""
    t.result[r, CASES] += 1
    w.bed[person, 0] = NEVER
    _keep_apart(w, person, SINGLE, when, NEVER)
    _count_apart(w, v, t, r, days, person, when, NEVER)
    day = int(np.floor(when))
    w.tally[7] += 1
    phase = v.phase[day]
    for i in range(s.own_first[phase, person], s.own_first[phase, person + 1]):
        group = s.own[i]
        if not _any_lists(v, s.group_setting[group]):
            continue  # a hall has hundreds of members, and most rows do not list it
        for j in range(s.first[group], s.first[group + 1]):
            contact = s.member[j]
            if contact == person or contact >= v.school_persons:
                continue
            if w.asked[contact] == w.tally[7]:
                continue
            row = _row(v.listing, v.listing_who, 4, contact, day)
            # Another group of theirs may be of a setting that is listed.
            if row >= 0 and v.listed[row, s.group_setting[group]]:
                w.asked[contact] = w.tally[7]
                _list(v, w, t, r, key, days, person, contact, row, when)
    _apply_rules(v, w, t, r, days, person, 1, when)


@_inner
def _list(v, w, t, r, key, days, case, contact, row, when):
    """Put a contact on the list, if the list is good enough."""
    listing = v.listing[row]
    if _draw(key, LISTED, case, contact) >= listing[0]:
        return
    begin = when + listing[1]
    end = begin + listing[2]
    place = int(listing[3])
    if place == SINGLE and not _observed(v, w, days, contact, when, end):
        t.result[r, BEDLESS] += 1
        place = HOME if v.crosses[contact] else DORM
    _keep_apart(w, contact, place, begin, end)
    _count_apart(w, v, t, r, days, contact, begin, end)


@_inner
def _observed(v, w, days, contact, when, end):
    """Whether a listed contact needs no bed, has one until the end, or may take one."""
    if w.bed[contact, 0] > when:
        return True
    today = int(np.floor(when))
    free = np.ceil(end)
    until = w.bed[contact, 1]
    if until > today:
        if free > until:
            w.watched[min(days, int(until))] += 1
            w.watched[min(days, int(free))] -= 1
            w.bed[contact, 1] = free
        return True
    if w.tally[4] >= v.beds[1]:
        return False
    _touch(w, contact)
    w.tally[4] += 1
    w.watched[min(days, int(free))] -= 1
    w.bed[contact, 1] = free
    return True


@_inner
def _false_positives(v, w, t, r, key, days):
    """One draw for the whole horizon, then a day for each."""
    if len(v.false_rise) == 0:
        return
    u = _draw(key, FALSE, 0, 0)
    low, high = 0, len(v.false_rise)
    while low < high:  # first entry that exceeds u
        middle = (low + high) >> 1
        if v.false_rise[middle] <= u:
            low = middle + 1
        else:
            high = middle
    t.result[r, WRONG] = low
    for n in range(low):
        # There are up to some hundred of them in a run that infects nobody, so that a
        # search for each day would be most of the run.
        u = _draw(key, FALSE_DAY, n, 0)
        day = v.false_guide[int(u * GUIDE)]
        while day < days - 1 and v.false_day[day] <= u:
            day += 1
        if v.isolating[day]:
            w.taken[day] += 1


@_inner
def _outside(v, person, day):
    """Share of a day that a person spends outside."""
    if day < 0 or day < v.opens[person]:
        return 1.0
    base = v.base_kind[day]
    if base == 2:
        return 1.0
    if v.crosses[person]:
        return 0.5 if base == 0 else 1.0
    return 0.0


@_inner
def _imports(v, w, key, days, before):
    """Draw infections from outside."""
    persons = v.school_persons
    span = days + before
    mean = v.imports[0] * persons * span
    number = _poisson(mean, key, IMPORT, 0)
    for n in range(number):
        person = int(_draw(key, IMPORT, n + 1, 1) * persons)
        day = int(_draw(key, IMPORT, n + 1, 2) * span) - before
        if _draw(key, IMPORT, n + 1, 3) >= _outside(v, person, day):
            continue
        if day < 0:
            if w.since[person] > day + 0.5:
                if w.since[person] >= NEVER:
                    w.fresh[w.tally[5]] = person
                    w.tally[5] += 1
                    _touch(w, person)
                w.since[person] = day + 0.5
                w.came[person] = -2
        else:
            _wait(w, day, -2, person, -1, day + 0.5)
    number = _poisson(v.imports[1] * v.imports[2] * days, key, VISITOR, 0)
    for n in range(number):
        if len(v.staff_from) == 0:
            break
        person = v.staff_from[int(_draw(key, VISITOR, n + 1, 1) * len(v.staff_from))]
        day = int(_draw(key, VISITOR, n + 1, 2) * days)
        if _draw(key, VISITOR, n + 1, 3) < v.visitors[day]:
            _wait(w, day, -3, person, -1, day + 0.5)


@_inner
def _record(v, w, t, r, person):
    """Count an infection where it came about."""
    when = w.since[person]
    if person < v.school_persons:
        t.result[r, SIZE] += 1
        t.daily[max(0, int(np.floor(when)))] += 1
    else:
        t.result[r, FAMILY] += 1
        return
    session = w.came[person]
    if session >= 0:
        setting = v.session[session].setting
        t.setting[r, setting] += 1
        hour = int((when - np.floor(when)) * 24.0)
        t.hour[setting, min(23, hour)] += 1
    elif session == -2:
        if when < 0.0:
            t.cause[r, 4] += 1
        elif v.pupil[person]:
            t.cause[r, 0 if v.crosses[person] else 1] += 1
        else:
            t.cause[r, 2] += 1
    elif session == -4:
        t.cause[r, 3] += 1


@_inner
def _begin(s, v, ill, w, t, r, key, days, returner, before):
    """Infections that stand at the start."""
    if returner:
        if len(v.returners) == 0:
            return
        person = v.returners[int(_draw(key, INDEX, 0, 0) * len(v.returners))]
        w.since[person] = -1.0
        w.came[person] = -3
        _touch(w, person)
        w.fresh[0] = person
        w.tally[5] = 1
    else:
        _imports(v, w, key, days, before)
    for i in range(w.tally[5]):
        person = w.fresh[i]
        if _draw(key, IMMUNE, person, 0) < v.immune[person] and not returner:
            w.since[person] = NEVER
            continue
        if (
            person < v.school_persons
            and _draw(key, HELD, person, 0) < v.held[person, 0]
        ):
            _keep_apart(w, person, HOME, 0.0, v.held[person, 1])
            _count_apart(w, v, t, r, days, person, 0.0, v.held[person, 1])
        _record(v, w, t, r, person)
        _course(s, v, ill, w, key, days, person)
    w.tally[5] = 0


@_inner
def _day(s, v, ill, w, t, r, key, days, day):
    """One day: findings first, then attempts."""
    w.tally[4] += w.watched[day]
    at = w.event_head[day]
    while at >= 0:
        person, sort, when = w.event_who[at, 0], w.event_who[at, 1], w.event_when[at]
        if sort == CONFIRMED:
            _confirmed(s, v, w, t, r, key, days, person, when)
        else:
            _found(v, w, t, r, key, days, person, when, sort == AGAIN)
        at = w.event_after[at]
    w.event_head[day] = -1
    at = w.head[day]
    w.head[day] = -1
    while at >= 0:
        source, target, session = w.who[at, 0], w.who[at, 1], w.who[at, 2]
        when = w.when[at]
        _try(v, w, key, source, target, session, when)
        then = w.after[at]
        w.after[at] = w.tally[2]
        w.tally[2] = at
        at = then
    for i in range(w.tally[5]):
        person = w.fresh[i]
        _record(v, w, t, r, person)
        _course(s, v, ill, w, key, days, person)
    w.tally[5] = 0


@_inner
def _try(v, w, key, source, target, session, when):
    """Judge an attempt on its day; the earliest of a day that holds infects."""
    if w.since[target] <= when:
        return
    if source >= 0:
        household = v.session[session].setting == HOUSEHOLD
        dorm = v.session[session].setting == DORM_ROOM
        if _barred(w, v, source, household, dorm, when):
            return
        if _barred(w, v, target, household, dorm, when):
            return
    elif source == -3 and _barred(w, v, target, False, False, when):
        return
    if v.immune[target] > 0.0 and _draw(key, IMMUNE, target, 0) < v.immune[target]:
        return
    if w.since[target] >= NEVER:
        _touch(w, target)
        w.fresh[w.tally[5]] = target
        w.tally[5] += 1
    w.since[target] = when
    w.came[target] = session if source >= 0 else (-2 if source == -2 else -4)
    w.source[target] = source


@_inner
def _clean(w, days):
    """Undo a run."""
    for i in range(w.tally[0]):
        p = w.touched[i]
        w.mark[p] = False
        w.since[p] = NEVER
        w.came[p] = -1
        w.counted[p, 0] = 0.0
        w.counted[p, 1] = 0.0
        w.bed[p, 0] = -NEVER
        w.bed[p, 1] = -NEVER
        for k in range(5):
            w.fate[p, k] = NEVER
        for k in range(6):
            w.apart[p, k] = -NEVER
    for i in range(w.tally[1]):
        u = w.touched_unit[i]
        w.mark_unit[u] = False
        w.closed[u, 0] = -NEVER
        w.closed[u, 1] = -NEVER
        w.lessons[u] = -NEVER
        w.cases[u] = 0
    for d in range(days):
        at = w.head[d]
        while at >= 0:
            then = w.after[at]
            w.after[at] = w.tally[2]
            w.tally[2] = at
            at = then
        w.head[d] = -1
        w.event_head[d] = -1
        w.taken[d] = 0
        w.watched[d] = 0
    w.watched[days] = 0
    w.tally[0] = 0
    w.tally[1] = 0
    w.tally[3] = 0
    w.tally[4] = 0
    w.tally[5] = 0
    w.tally[6] = 0


@kept
def simulate_runs(s, v, ill, w, t, keys, returner, before, keep):
    """Simulate runs one after another; the first run that had no room left, else -1.

    keep: leave the room as the last run left it, for `trace` to read.
    """
    days = len(v.kind)
    for r in range(len(keys)):
        key = keys[r]
        t.result[r, FIRST] = -1
        _false_positives(v, w, t, r, key, days)
        _begin(s, v, ill, w, t, r, key, days, returner, before)
        for day in range(days):
            if w.tally[6] != 0:
                break
            if w.head[day] >= 0 or w.event_head[day] >= 0 or w.watched[day] != 0:
                _day(s, v, ill, w, t, r, key, days, day)
        peak = 0
        for day in range(days):
            peak = max(peak, w.taken[day])
        t.result[r, PEAK] = peak
        full = w.tally[6] != 0
        if not keep:
            _clean(w, days)
        if full:
            return r
    return -1
