"""Rehearse a district's plan: every school, two questions, with and without each measure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr

from bihuan.base.ids import SchoolCode
from bihuan.base.problems import Problem
from bihuan.base.wording import _
from bihuan.loop.ahead import ahead
from bihuan.loop.assumptions import LEFT_OUT, assumptions
from bihuan.loop.cost import labour_hours
from bihuan.loop.leaks import leaks
from bihuan.loop.mend import REMEDIES, Remedy
from bihuan.loop.observe import outbreak, outcome
from bihuan.loop.outcome import (
    Outcome,
    Question,
    Rehearsal,
    SchoolRehearsal,
    Worth,
)
from bihuan.loop.priorities import Tried, mends
from bihuan.loop.stock import supplies_used
from bihuan.loop.vary import Ground, sensitivity
from bihuan.loop.worth import Group, groups, label
from bihuan.outbreak import summary
from bihuan.outbreak.calibrate import beta_for, r0_of
from bihuan.outbreak.disease import PARAMETERS_VERSION, Disease, parameters
from bihuan.outbreak.scenario import MODEL_VERSION, Scenario
from bihuan.outbreak.simulate import Seeds, seeds, simulate
from bihuan.outbreak.variant import beds, crossing_days
from bihuan.plan.people import School
from bihuan.plan.plan import Plan
from bihuan.plan.words import ZoneKind

QUESTIONS = (Question.RETURNER, Question.IMPORTS)


def nobody(done: int, whole: int) -> None:
    """Listen to no progress."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is asked of a rehearsal."""

    plan: Plan
    disease: Disease
    runs: int = 1000
    days: int = 60
    seed: int = 1
    schools: tuple[SchoolCode, ...] = ()
    """Empty: every school that has classes."""
    without: tuple[str, ...] = ()
    """Kinds or codes of the measures to take away; empty: each in turn."""
    against: Plan | None = None
    """An older version to compare with."""
    plan_file: str = ""
    older_file: str = ""
    title: str = ""
    filled: tuple[str, ...] = ()
    problems: tuple[tuple[SchoolCode, Problem], ...] = ()
    """What the check found, by school; an empty code speaks of the district."""
    threads: int = 0


def rehearse(order: Order, progress: Callable[[int, int], None] = nobody) -> Rehearsal:
    """Carry out an order. Ctrl-C keeps the schools that are done.

    `progress` hears how many runs are done and how many there are in all.
    """
    schools = tuple(_schools(order))
    beta = beta_for(
        order.against or order.plan, [s.code for s in schools], order.disease
    )
    meter = _Meter(progress, sum(_length(order, s) for s in schools))
    done: list[SchoolRehearsal] = []
    tried: list[Tried] = []
    interrupted = False
    try:
        for school in schools:
            desk = _Desk(order, school, beta, meter)
            rehearsed = desk.rehearse()
            tried += desk.remedies(rehearsed)
            done.append(rehearsed)
        ground = Ground(
            order.plan, schools, seeds(order.seed, _few(order.runs)), order.days
        )
        ranges = sensitivity(ground, order.disease, tried)
    except KeyboardInterrupt:
        if not done:
            raise
        interrupted, ranges = True, ()
    return Rehearsal(
        title=order.title or _("{n} 所学校开学预案推演报告").format(n=len(done)),
        district=order.plan.district.name,
        plan_date=order.plan.district.drawn_up,
        plan_file=order.plan_file,
        older_file=order.older_file,
        pathogen=order.disease.code,
        pathogen_name=order.disease.name,
        pathogen_low_high=_r0_range(order.disease),
        runs=order.runs,
        days=order.days,
        seed=order.seed,
        model_version=MODEL_VERSION,
        parameters_version=PARAMETERS_VERSION,
        incidence=order.plan.district.incidence,
        schools=tuple(done),
        mends=mends(order.plan, tuple(done), tried),
        assumptions=assumptions(order.disease, order.plan.district.incidence),
        sensitivity=ranges,
        filled=order.filled,
        left_out=tuple(_(text) for text in LEFT_OUT),
        interrupted=interrupted,
        ahead=ahead(order.plan, tuple(s.school.code for s in done)),
    )


class _Meter:
    """Counts runs over all scenarios."""

    def __init__(self, progress: Callable[[int, int], None], whole: int) -> None:
        self.progress, self.whole, self.done = progress, whole, 0

    def __call__(self, runs: int) -> None:
        self.done += runs
        self.progress(self.done, self.whole)


class _Desk:
    """The rehearsal of one school."""

    def __init__(
        self, order: Order, school: School, beta: float, meter: _Meter
    ) -> None:
        self.order, self.school, self.beta, self.meter = order, school, beta, meter
        self.code = school.code
        self.seeds: Seeds = seeds(order.seed, order.runs)
        self.groups = groups(order.plan, school.code, order.without)
        self.all = frozenset(
            m.code for m in order.plan.measures if m.school == school.code
        )
        self.planned = {q: self.run(order.plan, q) for q in QUESTIONS}

    def run(
        self, plan: Plan, question: Question, without: frozenset[str] = frozenset()
    ) -> xr.Dataset:
        """Simulate one version under one question, with the school's own seeds."""
        return simulate(
            self.scenario(plan, question, without),
            self.seeds,
            threads=self.order.threads,
            progress=self.meter,
        )

    def scenario(
        self, plan: Plan, question: Question, without: frozenset[str] = frozenset()
    ) -> Scenario:
        """The scenario of one version of the plan."""
        return Scenario(
            plan=plan,
            school=self.code,
            disease=self.order.disease,
            beta=self.beta,
            question=question,
            days=self.order.days,
            without=without,
        )

    def outcome(self, runs: xr.Dataset, plan: Plan, question: Question) -> Outcome:
        """What came of the runs of one version."""
        days = crossing_days(self.scenario(plan, question))
        return outcome(
            runs,
            beds(plan, self.code, ZoneKind.ISOLATION_ROOM),
            supplies_used(plan, self.code, days, runs),
        )

    def rehearse(self) -> SchoolRehearsal:
        """The plan, nothing, the older version, and the plan without each measure."""
        plan, code = self.order.plan, self.code
        planned = {q: self.outcome(self.planned[q], plan, q) for q in QUESTIONS}
        nothing = {q: self.run(plan, q, self.all) for q in QUESTIONS}
        older = self.order.against
        against = {q: self.run(older, q) for q in QUESTIONS} if older else {}
        classes = [c for c in plan.classes if c.school == code]
        days = crossing_days(self.scenario(plan, Question.IMPORTS))
        return SchoolRehearsal(
            school=self.school,
            students=days.day_students + days.boarders,
            boarders=days.boarders,
            staff=days.staff,
            classes=len({c.within or c.code for c in classes}),
            r0=r0_of(plan, code, self.order.disease, self.beta),
            planned=tuple(planned.items()),
            nothing=tuple((q, self.outcome(r, plan, q)) for q, r in nothing.items()),
            against=tuple(
                (q, self.outcome(r, older or plan, q)) for q, r in against.items()
            ),
            change=tuple(
                (
                    q,
                    summary.difference_of_shares(
                        outbreak(self.planned[q]), outbreak(r)
                    ),
                )
                for q, r in against.items()
            ),
            worth=tuple((q, tuple(self.worths(q, planned[q]))) for q in QUESTIONS),
            leaks=leaks(
                self.scenario(plan, Question.IMPORTS), planned[Question.IMPORTS]
            ),
            problems=tuple(
                problem for school, problem in self.order.problems if school == code
            ),
        )

    def worths(self, question: Question, planned: Outcome) -> Iterator[Worth]:
        """Every measure's worth: with it minus without it, same random numbers."""
        for group in self.groups:
            codes = frozenset(m.code for m in group)
            runs = self.run(self.order.plan, question, codes)
            yield self.worth(group, question, runs, planned)

    def worth(
        self, group: Group, question: Question, runs: xr.Dataset, planned: Outcome
    ) -> Worth:
        """Compare the runs without a group of measures with those of the plan."""
        base = self.planned[question]
        weeks = self.order.days / 7.0
        ill = (planned.false_positives.value + float(base["found"].mean())) / weeks
        return Worth(
            code=" ".join(m.code for m in group),
            kind=group[0].kind,
            label=label(group),
            outbreak5=summary.difference_of_shares(outbreak(base), outbreak(runs)),
            size=summary.difference(base["size"], runs["size"]),
            lessons=summary.difference(base["class_days"], runs["class_days"]).scaled(
                self._lessons_a_week()
            ),
            labour_hours=sum(
                labour_hours(
                    self.order.plan, self.code, m, weeks=weeks, found=float(ill)
                )
                for m in group
            ),
            gain_by_pairing=summary.pairing_gain(outbreak(base), outbreak(runs)),
        )

    def _lessons_a_week(self) -> float:
        """Lessons per class and week that one class-day of the horizon makes."""
        plan = self.order.plan
        classes = {c.within or c.code for c in plan.classes if c.school == self.code}
        lessons = sum(
            p.school == self.code and p.kind == "lesson" and "1" in p.days
            for p in plan.periods
        )
        return lessons / max(1, len(classes)) / (self.order.days / 7.0)

    def remedies(self, rehearsed: SchoolRehearsal) -> Iterator[Tried]:
        """Every remedy that this school needs, tried."""
        need = int(np.ceil(dict(rehearsed.planned)[Question.RETURNER].beds_peak.value))
        for remedy in REMEDIES:
            mended = remedy.apply(self.order.plan, self.code, need)
            if mended is None:
                self.meter(self.order.runs)
            else:
                yield self.tried(remedy, mended)

    def tried(self, remedy: Remedy, mended: Plan) -> Tried:
        """The plan with a remedy, compared with the plan."""
        base = self.planned[remedy.question]
        runs = self.run(mended, remedy.question)
        return Tried(
            remedy=remedy,
            school=self.school,
            mended=mended,
            effect=remedy.compare(runs, base),
            beta=self.beta,
        )


def _schools(order: Order) -> Iterator[School]:
    taught = {c.school for c in order.plan.classes}
    for school in order.plan.schools:
        if school.code in taught and (
            not order.schools or school.code in order.schools
        ):
            yield school


def _length(order: Order, school: School) -> int:
    """Runs that a school's rehearsal takes."""
    each = len(groups(order.plan, school.code, order.without))
    versions = 2 + each + (order.against is not None)
    return order.runs * (versions * len(QUESTIONS) + len(REMEDIES))


def _few(runs: int) -> int:
    """Runs per school and end of an assumption: enough to see an order change."""
    return max(1, min(200, runs // 5))


def _r0_range(disease: Disease) -> tuple[float, float, float]:
    row = next(
        p for p in parameters() if (p.disease, p.parameter) == (disease.code, "r0")
    )
    return disease.r0, row.low, row.high
