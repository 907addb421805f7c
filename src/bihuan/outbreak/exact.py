"""The slow exact twin of the engine: docs/model.md word by word, every contact of every hour.

It knows that page and the plan, and imports nothing of the engine that it is compared
with. On each day every infectious person meets every other member of a group in every
session: the times of the contacts that would pass the infection on are a Poisson process
of the pair's hazard, and each is judged at its own time by who is allowed to be there.
"""

import heapq
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count

import numpy as np
from numpy.typing import NDArray

from bihuan.base.ids import SchoolCode
from bihuan.base.random import Draws, generator
from bihuan.outbreak.disease import Disease
from bihuan.outbreak.exact_stage import (
    ClosingUnit,
    Stage,
    meetings,
    members_of,
    stage_of,
)
from bihuan.outbreak.intensity import (
    BEFORE_DAYS,
    VISITOR_CHANCE,
    VISITOR_DAYS,
)
from bihuan.plan.contacts import SETTINGS, Contacts
from bihuan.plan.measures import (
    ContactListing,
    GateCheck,
    Isolation,
    ReturnSurvey,
    SymptomCheck,
    Testing,
    Vaccination,
)
from bihuan.plan.plan import Plan
from bihuan.plan.words import (
    Counted,
    Place,
    Setting,
    Unit,
    ZoneKind,
)
from bihuan.rules.clusters import WindowRule, fires

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CAUSES = ("day_students", "boarders", "staff", "visitors", "before")
"""Where an infection from outside comes from."""
RETRY = 7.0 / 24.0
NOON = 0.5
NIGHT = (6.0, 22.0)
"""Hours between which the day's delay holds."""
ALLOWED: Mapping[Place, frozenset[Setting]] = {
    Place.HOME: frozenset((Setting.HOUSEHOLD,)),
    Place.DORM: frozenset((Setting.DORM_ROOM,)),
    Place.SINGLE: frozenset(),
}
"""Settings that are left to a person who waits at a place."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ExactRuns:
    """What happened in each run; arrays of shape (run,) where nothing else is said."""

    size: Ints
    """Students and staff infected, the returner included."""
    family: Ints
    """Family persons infected."""
    index: Ints
    """Returners: 1 where the question is about one, else 0."""
    found: Ints
    first_found: Ints
    """Day of the first person found, -1: nobody."""
    beds_peak: Ints
    bedless_days: Ints
    confirmed: Ints
    tests: Ints
    false_positives: Ints
    apart_days: Floats
    """Student-days apart."""
    class_days: Ints
    by_setting: Ints
    """(run, setting) infections of students and staff."""
    by_hour: Ints
    """(setting, 24) the same by clock hour, summed over the runs."""
    imports: Ints
    """(run, cause) infections from outside, causes as in CAUSES."""


Deed = Callable[[float], None]
"""What happens at a time."""


class _Run:
    """One run: deeds wait on an agenda and are done in the order of time."""

    def __init__(
        self,
        stage: Stage,
        disease: Disease,
        beta: float,
        draws: Draws,
        *,
        returner: bool,
    ) -> None:
        self.stage, self.disease, self.beta, self.draws = stage, disease, beta, draws
        self.profile = disease.profile()
        self.agenda: list[tuple[float, int, Deed]] = []
        self.number = count()
        self.returner = returner
        """Whether the question is about one returner, not about imports."""
        self._clear_persons(stage.persons)
        self._clear_counts(stage.days)

    def _clear_persons(self, persons: int) -> None:
        self.infected = np.full(persons, np.inf)
        """Time of infection."""
        self.onset = np.full(persons, np.inf)
        self.well = np.full(persons, -np.inf)
        """End of symptoms."""
        self.feverish = np.zeros(persons, np.bool_)
        self.begins = np.full(persons, np.iinfo(np.int64).max // 2)
        """First day of infectiousness."""
        self.strength = np.zeros(persons)
        """Personal infectiousness, less without symptoms: nu times a."""
        self.found = np.full(persons, np.inf)
        self.isolated = np.full(persons, -np.inf)
        """End of isolation; a confirmed person's is never."""
        self.immune = self._immune(persons)
        self.stays: list[list[tuple[float, float, frozenset[Setting]]]] = [
            [] for _ in range(persons)
        ]
        """Stays apart: from, until, settings that are left."""
        self.observed: dict[int, int] = {}
        """Day on which a listed person's bed of an observation area is free again."""

    def _clear_counts(self, days: int) -> None:
        self.beds = np.zeros(days, np.int64)
        """Beds of isolation rooms taken."""
        self.cases: dict[tuple[int, Counted], list[int]] = {}
        """Days of the cases that a unit counts."""
        self.closed = np.full(len(self.stage.units), -np.inf)
        """Time until which a unit is closed."""
        self.lessons: set[tuple[int, int]] = set()
        """Classes and days without lessons."""
        self.first_found = -1
        self.confirmed = self.tests = self.false_positives = self.bedless = 0
        self.by_hour = np.zeros((len(SETTINGS), 24), np.int64)
        self.imports = dict.fromkeys(CAUSES, 0)

    def _immune(self, persons: int) -> Bools:
        immune = np.zeros(persons, np.bool_)
        for vaccine in self.stage.measures:
            if isinstance(vaccine, Vaccination):
                whom = self.stage.scope(vaccine) & self.stage.whom(vaccine.who)
                chance = vaccine.coverage * vaccine.effectiveness
                immune |= whom & (self.draws.random(persons) < chance)
        return immune

    def play(self) -> None:
        """Live through the days."""
        if self.returner:
            self._return_one()
        else:
            self._return_many()
        for day in range(self.stage.days):
            self._morning(day)
            while self.agenda and self.agenda[0][0] < day + 1:
                when, _, deed = heapq.heappop(self.agenda)
                deed(when)

    def _at(self, when: float, deed: Deed) -> None:
        heapq.heappush(self.agenda, (when, next(self.number), deed))

    def _chance(self, chance: float) -> bool:
        return bool(self.draws.random() < chance)

    def _morning(self, day: int) -> None:
        """Put on the agenda what the day brings, come what may."""
        self._draw_false_positives(day)
        if not self.returner:
            self._draw_imports(day)
            self._draw_visitors(day)
        self._draw_contacts(day)
        for check in self.stage.checks(day):
            hour = self.stage.hour(check)
            self._at(day + hour / 24.0, partial(self._check, check))

    # The course of an infection

    def _return_one(self) -> None:
        """One infectious student comes back on day 0."""
        students = np.flatnonzero(self.stage.students)
        prompt = students[self.stage.opening[students] == 0]
        returner = int(self.draws.choice(prompt if len(prompt) else students))
        self._fall(returner, -1.0)
        self.begins[returner] = 0
        if np.isfinite(self.onset[returner]):
            length = self.well[returner] - self.onset[returner]
            self.onset[returner] = self.disease.lead + self.draws.random()
            self.well[returner] = self.onset[returner] + length
        self._survey()

    def _return_many(self) -> None:
        """Infections of the days before opening."""
        for day in range(-BEFORE_DAYS, 0):
            for person in self._from_outside(day):
                self._import(int(person), "before", day + NOON)
        self._survey()

    def _survey(self) -> None:
        """Hold back whom the survey of returners flags."""
        for person in np.flatnonzero(self.infected < 0.0):
            survey = self.stage.first(ReturnSurvey, 0, int(person))
            if survey and self._chance(
                survey.coverage * survey.truthful * survey.flagged
            ):
                self._stay(int(person), 0.0, float(survey.hold), ALLOWED[Place.HOME])

    def _susceptible(self, person: int) -> bool:
        return bool(np.isinf(self.infected[person]) and not self.immune[person])

    def _fall(self, person: int, when: float) -> None:
        """Infect a person and draw the course."""
        ill, draws = self.disease, self.draws
        tomorrow = math.floor(when) + 1
        dispersion = math.log(ill.incubation_dispersion)
        incubation = ill.incubation_median * math.exp(dispersion * draws.normal())
        onset = max(when + incubation, tomorrow)
        student = self.stage.students[person]
        symptomatic = ill.symptomatic_student if student else ill.symptomatic_adult
        fever = ill.fever_student if student else ill.fever_adult
        shape, mean = ill.symptom_days_shape, ill.symptom_days_mean
        self.infected[person] = when
        self.begins[person] = max(math.floor(onset - ill.lead + 0.5), tomorrow)
        self.strength[person] = draws.gamma(ill.overdispersion, 1 / ill.overdispersion)
        if self._chance(symptomatic):
            self.onset[person] = onset
            self.well[person] = onset + draws.gamma(shape, mean / shape)
            self.feverish[person] = self._chance(fever)
        else:
            self.strength[person] *= ill.asymptomatic_infectiousness

    # Contacts and crossings

    def _draw_contacts(self, day: int) -> None:
        """Times of the contacts of the day that would pass the infection on."""
        age = day - self.begins
        met = self.stage.meetings(day, self.disease)
        for person in np.flatnonzero((age >= 0) & (age < len(self.profile))):
            mine = met[person]
            rate = self.beta * self.strength[person] * self.profile[age[person]]
            number = self.draws.poisson(rate * mine.weight)
            for n in np.repeat(np.arange(len(number)), number):
                hour = mine.start[n] + mine.hours[n] * self.draws.random()
                contact = partial(
                    self._contact, int(person), int(mine.other[n]), int(mine.setting[n])
                )
                self._at(day + hour / 24.0, contact)

    def _contact(self, person: int, other: int, setting: int, when: float) -> None:
        """A contact that passes the infection on, if both may be there."""
        place = SETTINGS[setting]
        there = self._may(person, place, when) and self._may(other, place, when)
        if there and self._susceptible(other):
            self._fall(other, when)
            if other < len(self.stage.contacts[0].people):
                hour = math.floor((when - math.floor(when)) * 24.0)
                self.by_hour[setting, min(hour, 23)] += 1

    def _may(self, person: int, setting: Setting, when: float) -> bool:
        """Whether a person may be in a setting at a time."""
        waits = when < self.stage.opening[person] and setting is not Setting.HOUSEHOLD
        return not waits and all(
            setting in left
            for begin, end, left in self.stays[person]
            if begin <= when < end
        )

    def _from_outside(self, day: int) -> Ints:
        """Persons whom the world outside infects on a day, if they can be."""
        stage = self.stage
        crossing = 0.5 if day >= 0 and stage.at_school(day) else 1.0
        share = np.where(stage.inside, 0.0, crossing)
        share = np.where(stage.at_home(day), 1.0, share)
        people = len(stage.contacts[0].people)
        chance = stage.incidence / 1e5 * share[:people]
        return np.flatnonzero(self.draws.random(people) < chance)

    def _draw_imports(self, day: int) -> None:
        for person in self._from_outside(day):
            inside = self.stage.inside[person]
            cause = "boarders" if inside else "day_students"
            if self.stage.staff[person]:
                cause = "staff"
            self._at(day + NOON, partial(self._import, int(person), cause))

    def _draw_visitors(self, day: int) -> None:
        """Visitors who would infect one member of staff each."""
        staff = np.flatnonzero(self.stage.staff)
        chance = self.stage.incidence / 1e5 * VISITOR_DAYS * VISITOR_CHANCE
        visitors = self.stage.visitors(day) if len(staff) else 0
        for _ in range(self.draws.binomial(visitors, chance)):
            person = int(self.draws.choice(staff))
            self._at(day + NOON, partial(self._visit, person))

    def _visit(self, person: int, when: float) -> None:
        if not self._apart(person, when):
            self._import(person, "visitors", when)

    def _import(self, person: int, cause: str, when: float) -> None:
        if self._susceptible(person):
            self._fall(person, when)
            self.imports[cause] += 1

    # Who is found, and what follows

    def _draw_false_positives(self, day: int) -> None:
        """Healthy persons taken for ill; those of the day have their beds first."""
        isolating = any(True for _ in self.stage.of(Isolation, day))
        for check in self.stage.checks(day):
            looked_at = int(self.stage.looked_at(check, day).sum())
            mean = looked_at * (1.0 - check.missed) * check.false_positive
            wrong = int(self.draws.poisson(mean))
            self.false_positives += wrong
            self.beds[day] += wrong if isolating else 0

    def _check(self, check: SymptomCheck | GateCheck, when: float) -> None:
        """Look at everybody; who is ill may be found."""
        ill = (self.onset <= when) & (when < self.well) & np.isinf(self.found)
        if not ill.any():
            return
        looked_at = self.stage.looked_at(check, math.floor(when))
        for person in np.flatnonzero(ill & looked_at):
            if self.feverish[person]:
                sensitivity = float(check.fever_sensitivity)
            elif isinstance(check, SymptomCheck):
                sensitivity = float(check.symptom_sensitivity)
            else:
                sensitivity = 0.0
            if self._chance((1.0 - check.missed) * sensitivity):
                self._find(int(person), when)

    def _find(self, person: int, when: float) -> None:
        day = math.floor(when)
        self.found[person] = when
        if self.first_found < 0:
            self.first_found = day
        self._count_case(Counted.FOUND, person, when)
        testing = self.stage.first(Testing, day, person)
        if testing:
            self.tests += 1
            if self._chance(testing.sensitivity):
                self._at(when + testing.delay / 24.0, partial(self._confirm, person))
        self._isolate(person, when)

    def _isolate(self, person: int, when: float) -> None:
        """Seek a bed for a person found, tomorrow again if there is none."""
        day = math.floor(when)
        isolation = self.stage.first(Isolation, day, person)
        if isolation is None:
            return
        at_home = self._apart(person, when)
        if not at_home and self.beds[day] >= self.stage.beds(ZoneKind.ISOLATION_ROOM):
            self.bedless += 1
            if day + 1 + RETRY < self.well[person]:
                self._at(day + 1 + RETRY, partial(self._isolate, person))
            return
        if not at_home:
            self.beds[day : day + isolation.hold] += 1
        hour = (when - day) * 24.0
        by_day = NIGHT[0] <= hour < NIGHT[1]
        delay = isolation.delay if by_day else isolation.night_delay
        least = self.found[person] + isolation.least_days
        end = max(least, self.well[person] + isolation.symptom_free / 24.0)
        self.isolated[person] = max(self.isolated[person], end)
        self._stay(person, when + delay / 1440.0, end, ALLOWED[Place.SINGLE])

    def _confirm(self, person: int, when: float) -> None:
        self.confirmed += 1
        self.isolated[person] = np.inf
        self._stay(person, when, np.inf, ALLOWED[Place.SINGLE])
        self._list_contacts(person, when)
        self._count_case(Counted.CONFIRMED, person, when)

    def _list_contacts(self, case: int, when: float) -> None:
        """List the members of a case's groups, each once."""
        day = math.floor(when)
        shared = _shared(self.stage.contacts[day], case)
        for person in sorted(shared):
            listing = self.stage.first(ContactListing, day, person)
            known = listing and shared[person] & set(listing.settings)
            if listing and known and self._chance(listing.recall):
                self._keep(person, listing, when)

    def _keep(self, person: int, listing: ContactListing, when: float) -> None:
        """Keep a listed contact apart where there is room."""
        begin = when + listing.delay / 24.0
        end = begin + listing.days
        place = listing.place
        if place is Place.SINGLE and not self._bed(person, when, end):
            self.bedless += 1
            place = Place.DORM if self.stage.inside[person] else Place.HOME
        self._stay(person, begin, end, ALLOWED[place])

    def _bed(self, person: int, when: float, end: float) -> bool:
        """Whether a listed contact has a bed until a time, or may take one."""
        if self.isolated[person] > when:
            return True
        today = math.floor(when)
        taken = sum(free > today for free in self.observed.values())
        mine = self.observed.get(person, today)
        if mine <= today and taken >= self.stage.beds(ZoneKind.OBSERVATION_AREA):
            return False
        self.observed[person] = max(mine, math.ceil(end))
        return True

    def _count_case(self, counted: Counted, person: int, when: float) -> None:
        """Count a case in its units and close those that reach a rule."""
        for number, unit in enumerate(self.stage.units):
            if person in unit.persons:
                days = self.cases.setdefault((number, counted), [])
                days.append(math.floor(when))
                for rule in self.stage.rules(unit, math.floor(when)):
                    reached = fires(rule, days, days[-1], len(unit.persons))
                    counts = rule.counted is counted
                    if counts and reached and self.closed[number] <= when:
                        self._close(number, rule, when)

    def _close(self, number: int, rule: WindowRule, when: float) -> None:
        """Keep a unit apart."""
        unit = self.stage.units[number]
        begin = when + rule.delay / 24.0
        self.closed[number] = begin + rule.days
        for person in unit.persons:
            self._stay(person, begin, begin + rule.days, ALLOWED[rule.place])
        if unit.kind in (Unit.CLASS, Unit.GRADE, Unit.SCHOOL):
            self._lose_lessons(unit, begin, begin + rule.days)

    def _lose_lessons(self, closed: ClosingUnit, begin: float, end: float) -> None:
        """A class-day is lost where the class is away at noon of a school day."""
        for number, unit in enumerate(self.stage.units):
            if unit.kind is Unit.CLASS and unit.persons <= closed.persons:
                opening = min(self.stage.opening[person] for person in unit.persons)
                self.lessons |= {
                    (number, day)
                    for day in range(opening, self.stage.days)
                    if begin <= day + NOON < end and self.stage.at_school(day)
                }

    def _stay(
        self, person: int, begin: float, end: float, left: frozenset[Setting]
    ) -> None:
        self.stays[person].append((begin, end, left))

    def _apart(self, person: int, when: float) -> bool:
        return any(begin <= when < end for begin, end, _ in self.stays[person])

    def apart_days(self) -> float:
        """Student-days apart within the horizon, none counted twice."""
        total = 0.0
        for person in np.flatnonzero(self.stage.students):
            until = 0.0
            for begin, end, _ in sorted(self.stays[person], key=lambda s: s[:2]):
                over = min(end, self.stage.days)
                total += max(0.0, over - max(begin, until))
                until = max(until, over)
        return total


def _shared(met: Contacts, person: int) -> dict[int, set[Setting]]:
    """Settings in which a person has a group with each other student or member of staff."""
    shared: dict[int, set[Setting]] = {}
    places = np.flatnonzero(met.member == person)
    for group in np.searchsorted(met.first, places, side="right") - 1:
        for other in members_of(met, int(group)):
            if other != person and other < len(met.people):
                shared.setdefault(int(other), set()).add(SETTINGS[met.setting[group]])
    return shared


def run(
    plan: Plan,
    school: SchoolCode,
    disease: Disease,
    *,
    beta: float,
    question: str,
    days: int,
    runs: int,
    seed: int,
    without: frozenset[str] = frozenset(),
) -> ExactRuns:
    """Run a school's plan, the measures with codes in `without` taken away."""
    stage = stage_of(plan, school, days, without)
    return run_on(stage, disease, beta=beta, question=question, runs=runs, seed=seed)


def run_on(
    stage: Stage,
    disease: Disease,
    *,
    beta: float,
    question: str,
    runs: int,
    seed: int,
) -> ExactRuns:
    """Run a stage; question: "returner" or "imports"."""
    returner = question == "returner"
    played = []
    for number in range(runs):
        draws = generator(seed, "exact", number)
        played.append(_Run(stage, disease, beta, draws, returner=returner))
        played[-1].play()
    return _counted(stage, played, returners=int(returner))


def _counted(stage: Stage, played: list[_Run], *, returners: int) -> ExactRuns:
    people = len(stage.contacts[0].people)
    ever = np.array([np.isfinite(one.infected) for one in played])
    hours = np.array([one.by_hour for one in played])
    return ExactRuns(
        size=ever[:, :people].sum(axis=1),
        family=ever[:, people:].sum(axis=1),
        index=np.full(len(played), returners),
        found=np.array([np.isfinite(one.found).sum() for one in played]),
        first_found=np.array([one.first_found for one in played]),
        beds_peak=np.array([one.beds.max(initial=0) for one in played]),
        bedless_days=np.array([one.bedless for one in played]),
        confirmed=np.array([one.confirmed for one in played]),
        tests=np.array([one.tests for one in played]),
        false_positives=np.array([one.false_positives for one in played]),
        apart_days=np.array([one.apart_days() for one in played]),
        class_days=np.array([len(one.lessons) for one in played]),
        by_setting=hours.sum(axis=2),
        by_hour=hours.sum(axis=0),
        imports=np.array([[one.imports[c] for c in CAUSES] for one in played]),
    )


def beta_for(
    plan: Plan, schools: Iterable[SchoolCode], disease: Disease, r0: float
) -> float:
    """The beta at which the schools' mean R0 without any measure is `r0`."""
    codes = frozenset(m.code for m in plan.measures)
    plan = replace(plan, slots=())
    stages = [stage_of(plan, school, 1, codes) for school in schools]
    return beta_on(stages, disease, r0)


def beta_on(stages: Sequence[Stage], disease: Disease, r0: float) -> float:
    """The beta at which stages without any measure have a mean R0 of `r0`."""
    everybody = np.concatenate([_weekly_reach(stage, disease) for stage in stages])
    students = sum(int(stage.students.sum()) for stage in stages)
    mean_a = disease.mean_infectiousness(students / len(everybody))
    return float(r0 / (mean_a * everybody.mean()))


def _weekly_reach(stage: Stage, disease: Disease) -> Floats:
    """Intensity x hours x other members a day, of each student and member of staff."""
    met = stage.contacts[0]
    week = (*range(met.cycle), *[stage.home] * (7 - met.cycle))
    total = np.zeros(len(met.people))
    for kind in week:
        mine = meetings(stage, met, kind, (), disease)
        total += [mine[person].weight.sum() for person in range(len(met.people))]
    return total / len(week)
