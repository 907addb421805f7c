"""One version of the plan as the kernel reads it: persons, days, checks, rules, imports."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from bihuan.base.ids import SchoolCode
from bihuan.outbreak._kernel import GUIDE, Variant
from bihuan.outbreak.intensity import VISITOR_CHANCE, VISITOR_DAYS
from bihuan.outbreak.network import (
    Built,
    Floats,
    Ints,
    bare,
    build,
    holds,
    kinds_by_day,
    scope_mask,
    sessions,
)
from bihuan.outbreak.scenario import Scenario
from bihuan.plan.contacts import SETTINGS, Contacts
from bihuan.plan.measures import (
    ClosedCampus,
    ContactListing,
    GateCheck,
    Isolation,
    Measure,
    ReturnSurvey,
    StagedOpening,
    SymptomCheck,
    Testing,
    Vaccination,
)
from bihuan.plan.people import Class
from bihuan.plan.plan import Plan
from bihuan.plan.words import (
    PeriodKind,
    Role,
    Setting,
    Unit,
    Who,
    ZoneKind,
)
from bihuan.rules.clusters import PLACES, UNITS, WindowRule, as_table, window_rules

Bools = NDArray[np.bool_]
Kind = TypeVar("Kind", bound=Measure)

CAUSES = ("day_students", "boarders", "staff", "visitors", "before")
BEDS = (ZoneKind.ISOLATION_ROOM, ZoneKind.OBSERVATION_AREA)
OPEN_VISITORS = 40
"""Visitors a day of a school whose plan says nothing of them (assumed)."""
SCHOOL_DAY, STAY_DAY, HOME_DAY = range(3)
ALWAYS = 1_000_000
"""A day beyond every horizon."""


@dataclass(frozen=True, eq=False)
class Cast:
    """Persons of a school by number, whatever the measures."""

    pupil: Bools
    adult: Bools
    crosses: Bools
    """Students and staff who go home every day."""
    unit: Ints
    """(person, unit kind); -1: none."""
    unit_size: Ints
    unit_first: Ints
    unit_member: Ints
    staff: Ints


def variant(scenario: Scenario) -> tuple[Built, Variant]:
    """The network and the version of the plan that a scenario asks for."""
    plan, school = scenario.plan, scenario.school
    built = build(plan, school, scenario.disease, scenario.days, scenario.without)
    left = bare(plan, scenario.without)
    mine = tuple(m for m in left.measures if m.school == school)
    number = {
        m.code: i for i, m in enumerate(m for m in plan.measures if m.school == school)
    }
    people = cast(built.contacts, plan.classes)
    kind = kinds_by_day(built, left, school, scenario.days)
    base = _base(built, kind)
    opens = _opens(left, built, mine, people)
    checks = tuple(m for m in mine if isinstance(m, SymptomCheck | GateCheck))
    seen = np.array([_seen(m, plan, built, people) for m in checks], np.bool_).reshape(
        len(checks), len(built.contacts.people)
    )
    returning = (base != HOME_DAY) & np.concatenate([[True], base[:-1] == HOME_DAY])
    rules = _rules(mine, plan, people, built)
    rise, share = _false(
        checks,
        seen,
        people=people,
        base=base,
        returning=returning,
        opens=opens,
        plan=plan,
    )
    imports, visitors = _imports(plan, mine, base, school)
    isolation = _rows(plan, built, _of(Isolation, mine), _isolation, 7)
    testing = _rows(plan, built, _of(Testing, mine), _testing, 4)
    listing = _rows(plan, built, _of(ContactListing, mine), _listing, 6)
    return built, Variant(
        session=sessions(built, plan, scenario.disease, mine),
        kind=kind,
        base_kind=base,
        returning=returning,
        opens=opens,
        adult=people.adult,
        crosses=people.crosses,
        pupil=people.pupil,
        immune=_immune(plan, built, mine, people),
        unit=people.unit,
        unit_size=people.unit_size,
        unit_first=people.unit_first,
        unit_member=people.unit_member,
        checks=np.array(
            [_check(m, plan, school, number[m.code]) for m in checks], np.float64
        ).reshape(len(checks), 7),
        seen=seen,
        rules=rules.whole,
        rule_parts=rules.parts,
        rule_unit=rules.inside,
        rule_days=rules.spans,
        isolation=isolation.rows,
        isolation_who=isolation.who,
        isolating=_any_day(isolation.rows[:, -2:], scenario.days),
        beds=np.array([beds(plan, school, kind) for kind in BEDS], np.int32),
        testing=testing.rows,
        testing_who=testing.who,
        listing=listing.rows,
        listing_who=listing.who,
        listed=np.array(
            [[s in m.settings for s in SETTINGS] for m in _of(ContactListing, mine)],
            np.bool_,
        ).reshape(len(listing.rows), len(SETTINGS)),
        phase=(kind // (built.contacts.cycle + 2)).astype(np.int32),
        held=_held(plan, built, mine),
        false_rise=rise,
        false_day=share,
        false_guide=guide(share),
        imports=imports,
        visitors=visitors,
        returners=_returners(people, opens),
        school_persons=len(built.contacts.people),
        staff_from=people.staff,
    )


@lru_cache(maxsize=32)
def cast(people: Contacts, classes: tuple[Class, ...]) -> Cast:
    """Who everybody is and what units they belong to; classes: the plan's."""
    pupil = np.zeros(people.persons, np.bool_)
    crosses = np.zeros(people.persons, np.bool_)
    here = slice(len(people.people))
    pupil[here] = [p.role is Role.STUDENT for p in people.people]
    crosses[here] = [not p.lives_in for p in people.people]
    unit, units = _units(people, classes)
    of_unit, member = _members(unit)
    size = np.bincount(of_unit, minlength=units)
    return Cast(
        pupil=pupil,
        adult=~pupil,
        crosses=crosses,
        unit=unit,
        unit_size=size.astype(np.int32),
        unit_first=np.concatenate([[0], np.cumsum(size)]).astype(np.int32),
        unit_member=member.astype(np.int32),
        staff=np.flatnonzero(~pupil[here]).astype(np.int32),
    )


def _units(people: Contacts, classes: Iterable[Class]) -> tuple[Ints, int]:
    """Units of each person (a row of UNITS), and how many units there are."""
    unit = np.full((people.persons, len(UNITS)), -1, np.int32)
    unit[: len(people.people), UNITS.index(Unit.SCHOOL)] = 0
    names: dict[tuple[Unit, str], int] = {}
    own = {c.code: c for c in classes if c.school == people.school}
    for number, person in enumerate(people.people):
        row = own.get(person.klass)
        if person.role is Role.STUDENT and row is not None:
            for kind, name in (
                (Unit.CLASS, row.within or row.code),
                (Unit.GRADE, row.grade),
            ):
                place = names.setdefault((kind, name), 1 + len(names))
                unit[number, UNITS.index(kind)] = place
    units = 1 + len(names)
    for kind, setting in (
        (Unit.DORM_ROOM, Setting.DORM_ROOM),
        (Unit.DORM_FLOOR, Setting.DORM_FLOOR),
    ):
        for group in np.flatnonzero(people.setting == SETTINGS.index(setting)).tolist():
            unit[people.members(group), UNITS.index(kind)] = units
            units += 1
    return unit, units


def _members(unit: Ints) -> tuple[Ints, Ints]:
    """Memberships by unit, then person: the unit and the person of each."""
    of_unit = unit.ravel()
    order = np.argsort(of_unit, kind="stable")
    order = order[of_unit[order] >= 0]
    return of_unit[order], (order // unit.shape[1]).astype(np.int32)


def _base(built: Built, kind: Ints) -> Ints:
    """0 school day, 1 stay day, 2 home day."""
    cycle = built.contacts.cycle
    day = kind % (cycle + 2)
    return np.maximum(0, day - cycle + 1).astype(np.int32)


def _span(measure: Measure | WindowRule, plan: Plan) -> tuple[int, int]:
    """First and last day of a measure."""
    opens = plan.district.opens
    return (
        -ALWAYS if measure.start is None else (measure.start - opens).days,
        ALWAYS if measure.end is None else (measure.end - opens).days,
    )


def _opens(plan: Plan, built: Built, mine: Iterable[Measure], people: Cast) -> Ints:
    """First day at school of each person; families have no such day."""
    opens = np.zeros(built.contacts.persons, np.int32)
    for measure in reversed(_of(StagedOpening, mine)):  # the first of several counts
        day = max(0, (measure.opens - plan.district.opens).days)
        opens[scope_mask(plan, built.contacts, measure.scope) & people.pupil] = day
    return opens


def _who(who: Who, people: Cast, persons: int) -> Bools:
    pupil, crosses = people.pupil[:persons], people.crosses[:persons]
    return {
        Who.ALL: np.ones(persons, np.bool_),
        Who.STUDENTS: pupil,
        Who.BOARDERS: pupil & ~crosses,
        Who.DAY_STUDENTS: pupil & crosses,
        Who.STAFF: ~pupil,
    }[who]


def _seen(
    check: SymptomCheck | GateCheck, plan: Plan, built: Built, people: Cast
) -> Bools:
    persons = len(built.contacts.people)
    who = Who.ALL if isinstance(check, GateCheck) else check.who
    inside = scope_mask(plan, built.contacts, check.scope)[:persons]
    return inside & _who(who, people, persons)


def _check(
    check: SymptomCheck | GateCheck, plan: Plan, school: SchoolCode, number: int
) -> tuple[float, ...]:
    first, last = _span(check, plan)
    looked = 1.0 - check.missed
    if isinstance(check, GateCheck):
        hour = arrival_hour(plan, school)
        return hour, looked * check.fever_sensitivity, 0.0, first, last, 1.0, number
    hour = check.at.hour + check.at.minute / 60.0
    return (
        hour,
        looked * check.fever_sensitivity,
        looked * check.symptom_sensitivity,
        first,
        last,
        0.0,
        number,
    )


def arrival_hour(plan: Plan, school: SchoolCode) -> float:
    """Hour at which the gate opens; 7 where the day plan does not say."""
    starts = [
        p.start.hour + p.start.minute / 60.0
        for p in plan.periods
        if p.school == school and p.kind is PeriodKind.ARRIVAL
    ]
    return min(starts, default=7.0)


class _Rules(NamedTuple):
    """Window rules: rules.clusters.as_table, units in their scope, days in force."""

    whole: NDArray[np.int64]
    parts: Floats
    inside: Bools
    spans: Ints


def _rules(mine: Iterable[Measure], plan: Plan, people: Cast, built: Built) -> _Rules:
    """The window rules of a plan as the kernel reads them."""
    rules = window_rules(mine)
    whole, parts = as_table(rules)
    inside = np.ones((len(rules), len(people.unit_size)), np.bool_)
    spans = np.zeros((len(rules), 2), np.int32)
    for i, rule in enumerate(rules):
        spans[i] = _span(rule, plan)
        if rule.scope:
            outside = ~scope_mask(plan, built.contacts, rule.scope)
            units = people.unit[outside]
            inside[i, np.unique(units[units >= 0])] = False
    return _Rules(whole.astype(np.int64), parts, inside, spans)


def _of(kind: type[Kind], mine: Iterable[Measure]) -> tuple[Kind, ...]:
    """The measures of a kind, in the plan's order."""
    return tuple(m for m in mine if isinstance(m, kind))


class _Rows(NamedTuple):
    """Measures of one kind: of those that hold for a person on a day the first counts."""

    rows: Floats
    """(row, column), first and last day in the last two columns."""
    who: Bools
    """(row, person)"""


def _rows(
    plan: Plan,
    built: Built,
    measures: tuple[Kind, ...],
    row: Callable[[Kind], tuple[float, ...]],
    columns: int,
) -> _Rows:
    """Measures of a kind as the kernel reads them."""
    persons = built.contacts.persons
    rows = [(*row(m), *_span(m, plan)) for m in measures]
    who = [scope_mask(plan, built.contacts, m.scope) for m in measures]
    return _Rows(
        np.array(rows, np.float64).reshape(len(rows), columns),
        np.array(who, np.bool_).reshape(len(rows), persons),
    )


def _any_day(spans: Floats, days: int) -> Bools:
    """(day,) whether a row holds on it."""
    day = np.arange(days)
    return np.asarray(
        ((spans[:, :1] <= day) & (day <= spans[:, 1:])).any(axis=0), np.bool_
    )


def _held(plan: Plan, built: Built, mine: Iterable[Measure]) -> Floats:
    """(person, 2) chance to be held back on day 0 by the first survey, and for how long."""
    held = np.zeros((built.contacts.persons, 2))
    for survey in reversed(_of(ReturnSurvey, mine)):
        if holds(survey, plan, 0):
            who = scope_mask(plan, built.contacts, survey.scope)
            chance = survey.coverage * survey.truthful * survey.flagged
            held[who] = chance, survey.hold
    return held


def beds(plan: Plan, school: SchoolCode, kind: ZoneKind) -> int:
    """Beds of a school's zones of a kind; a room that does not say counts none."""
    return sum(
        (z.beds or 0) * (z.rooms or 1)
        for z in plan.zones
        if z.school == school and z.kind is kind
    )


def _isolation(m: Isolation) -> tuple[float, ...]:
    delays = m.delay / 1440.0, m.night_delay / 1440.0
    return *delays, m.hold, m.least_days, m.symptom_free / 24.0


def _testing(m: Testing) -> tuple[float, ...]:
    return m.delay / 24.0, m.sensitivity


def _listing(m: ContactListing) -> tuple[float, ...]:
    return m.recall, m.delay / 24.0, m.days, PLACES.index(m.place)


def _immune(plan: Plan, built: Built, mine: Iterable[Measure], people: Cast) -> Floats:
    immune = np.zeros(built.contacts.persons)
    persons = len(built.contacts.people)
    for m in mine:
        if isinstance(m, Vaccination):
            inside = scope_mask(plan, built.contacts, m.scope)[:persons]
            who = inside & _who(m.who, people, persons)
            left = 1.0 - immune[:persons][who]
            immune[:persons][who] = 1.0 - left * (1.0 - m.coverage * m.effectiveness)
    return immune


def _returners(people: Cast, opens: Ints) -> Ints:
    """Students whose grade opens on day 0; all students where none does."""
    pupils = np.flatnonzero(people.pupil)
    first = pupils[opens[pupils] == 0]
    return (first if len(first) else pupils).astype(np.int32)


def _false(
    checks: tuple[SymptomCheck | GateCheck, ...],
    seen: Bools,
    *,
    people: Cast,
    base: Ints,
    returning: Bools,
    opens: Ints,
    plan: Plan,
) -> tuple[Floats, Floats]:
    """Distribution function of false positives over the horizon; running share by day."""
    days = np.arange(len(base))
    mean = np.zeros(len(base))
    persons = seen.shape[1]
    # Who opens on the same day and crosses alike is looked at on the same days.
    sorts, number = np.unique(
        2 * opens[:persons] + people.crosses[:persons], return_inverse=True
    )
    opening, crosses = sorts[:, None] // 2, sorts[:, None] % 2 > 0
    there = opening <= days
    for check, who in zip(checks, seen, strict=True):
        if isinstance(check, GateCheck):
            back = returning | (opening == days)
            at = np.where(crosses, base == SCHOOL_DAY, back & (base != HOME_DAY))
        else:
            at = np.where(crosses, base == SCHOOL_DAY, base != HOME_DAY)
        first, last = _span(check, plan)
        persons_of = np.bincount(number, weights=who, minlength=len(sorts))
        looked = persons_of @ (at & there) * (1.0 - check.missed)
        mean += looked * check.false_positive * ((first <= days) & (days <= last))
    total = float(mean.sum())
    if total <= 0.0:
        return np.zeros(0), np.zeros(0)
    return poisson_distribution(total), np.cumsum(mean) / total


def guide(share: Floats) -> Ints:
    """First day whose running share exceeds i / GUIDE: shape (GUIDE,)."""
    steps = np.arange(GUIDE) / GUIDE
    return np.searchsorted(share, steps, side="right").astype(np.int32)


def poisson_distribution(mean: float) -> Floats:
    """P(N <= n) for n = 0, 1, ... as far as it is below one."""
    top = int(mean + 12.0 * mean**0.5 + 30.0)
    n = np.arange(1, top)
    log_p = np.concatenate([[0.0], np.cumsum(np.log(mean / n))]) - mean
    return np.asarray(np.minimum(np.cumsum(np.exp(log_p)), 1.0))


def _imports(
    plan: Plan, mine: Iterable[Measure], base: Ints, school: SchoolCode
) -> tuple[Floats, Floats]:
    """Rates of imports, and visitors by day as a share of the most there may be."""
    # Of the whole plan, so that a version without a closed campus shares its draws.
    known = _of(ClosedCampus, (m for m in plan.measures if m.school == school))
    opened = known[0].open_visitors if known else OPEN_VISITORS
    most = max((max(m.visitors, m.open_visitors) for m in known), default=opened)
    days = np.arange(len(base))
    let_in = np.full(len(base), float(opened))
    for closed in reversed(_of(ClosedCampus, mine)):
        first, last = _span(closed, plan)
        let_in[(first <= days) & (days <= last)] = closed.visitors
    rate = plan.district.incidence / 1e5
    rates = np.array([rate, most, rate * VISITOR_DAYS * VISITOR_CHANCE])
    return rates, np.where(base != HOME_DAY, let_in, 0.0) / max(1, most)


@dataclass(frozen=True, eq=False)
class CrossingDays:
    """Who may cross the boundary, and what sort of day each day is."""

    base: Ints
    """(day,) SCHOOL_DAY, STAY_DAY or HOME_DAY."""
    day_students: int
    boarders: int
    staff: int
    staff_out: int
    visitors: Floats
    """(day,) visitors let in."""


def crossing_days(scenario: Scenario) -> CrossingDays:
    """The crossings of a scenario's school, for the picture of the loop."""
    built, version = variant(scenario)
    people = slice(len(built.contacts.people))
    pupil, crosses = version.pupil[people], version.crosses[people]
    return CrossingDays(
        base=version.base_kind,
        day_students=int((pupil & crosses).sum()),
        boarders=int((pupil & ~crosses).sum()),
        staff=int((~pupil).sum()),
        staff_out=int((~pupil & crosses).sum()),
        visitors=version.visitors * version.imports[1],
    )
