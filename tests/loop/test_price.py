"""Prices of a drill's delays: right where the answer is closed, honest where it is not.

Tests of chance state how often they fail if the claim holds; seeds are fixed.
"""

import math
from dataclasses import replace
from datetime import date, datetime, time
from functools import cache

import numpy as np
import pytest

import odds
from bihuan.base.ids import (
    AreaCode,
    ClassCode,
    GradeCode,
    SchoolCode,
    ZoneCode,
)
from bihuan.base.random import generator
from bihuan.base.units import (
    CubicMetres,
    Hours,
    Minutes,
    PerHour,
    PerHundredThousandDays,
    Share,
    SquareMetres,
)
from bihuan.drill.evaluate import evaluate
from bihuan.drill.marks import (
    ClockEvent,
    ClockKind,
    Entry,
    Evaluation,
    Log,
    Rating,
    State,
)
from bihuan.drill.script import (
    Expected,
    Inject,
    Measure,
    Objective,
    Scene,
    SourceClass,
    Standard,
    When,
)
from bihuan.loop.drilled import Price
from bihuan.loop.fed import NEVER_MINUTES, as_asked, as_measured, fed, with_nights
from bihuan.loop.price import ALL, Ground, in_order, paired, price, steps
from bihuan.outbreak.disease import Disease, disease
from bihuan.outbreak.network import build
from bihuan.outbreak.summary import Estimate
from bihuan.plan import measures as m
from bihuan.plan.people import Class, Grade, School
from bihuan.plan.places import Area, Zone
from bihuan.plan.plan import District, Plan
from bihuan.plan.timetable import Period
from bihuan.plan.words import InPlace, PeriodKind, Post, Stage, Who, ZoneKind

ONE = SchoolCode("ONE")
ODD = 1e-4
"""Chance that a single test of chance fails if its claim holds."""


@cache
def plan() -> Plan:
    """A school of one class that meets for one hour of study a day, after the check at 7."""
    return Plan(
        district=District(
            name="一校",
            region="410183",
            drawn_up=date(2020, 4, 2),
            opens=date(2020, 4, 6),
            incidence=PerHundredThousandDays(0.0),
        ),
        areas=(Area(code=AreaCode("A"), name="城区"),),
        schools=(
            School(
                code=ONE,
                name="一校",
                stage=Stage.SENIOR,
                area=AreaCode("A"),
                students=12,
            ),
        ),
        grades=(Grade(school=ONE, code=GradeCode("G"), name="高三", level=12),),
        classes=(
            Class(
                school=ONE,
                code=ClassCode("C"),
                name="1班",
                grade=GradeCode("G"),
                students=12,
                room=ZoneCode("R"),
            ),
        ),
        zones=(
            Zone(
                school=ONE,
                code=ZoneCode("R"),
                name="教室",
                kind=ZoneKind.CLASSROOM,
                area=SquareMetres(70.0),
                volume=CubicMetres(200.0),
                air_changes=PerHour(2.0),
            ),
            Zone(
                school=ONE,
                code=ZoneCode("I"),
                name="隔离室",
                kind=ZoneKind.ISOLATION_ROOM,
                beds=20,
                rooms=1,
            ),
        ),
        periods=(
            Period(
                school=ONE,
                name="自习",
                kind=PeriodKind.STUDY,
                start=time(8, 0),
                end=time(9, 0),
            ),
        ),
        measures=(
            m.SymptomCheck(
                school=ONE,
                code="M1",
                at=time(7, 0),
                who=Who.STUDENTS,
                fever_sensitivity=Share(1.0),
                symptom_sensitivity=Share(1.0),
            ),
            m.Isolation(
                school=ONE, code="M2", delay=Minutes(30.0), night_delay=Minutes(30.0)
            ),
            m.ContactListing(
                school=ONE, code="M3", recall=Share(0.9), delay=Hours(2.0)
            ),
        ),
    )


ILL = Disease(
    **{
        f: getattr(disease("sars2-2020"), f)
        for f in Disease.__dataclass_fields__  # one that is ill at once for one day
    }
    | {
        "code": "sars2-2020",
        "lead": 0.0,
        "profile_days": 1.0,
        "symptomatic_student": 1.0,
        "incubation_median": 1e6,
        "overdispersion": 1e4,
    }
)
BETA = 0.4
FOUND_FIRST = 7 / 24
"""Chance that symptoms begin (evenly over the first day) before the check at 7."""


def standard(key: str, target: float, fail: float) -> Standard:
    return Standard(
        key=key,
        target=Minutes(target),
        fail=Minutes(fail),
        source_class=SourceClass.TARGET,
        source="",
    )


SCENE = Scene(
    id="s",
    title="s",
    start=datetime(2020, 4, 6, 7, 0),  # noqa: DTZ001  # a school's own clock
    objectives=(Objective(id="O", text="", in_place=(InPlace.RESPONSE,)),),
    standards=(standard("apart", 10, 200), standard("list", 60, 240)),
    injects=(
        Inject(
            id="I1",
            title="",
            text="",
            when=When(at=Minutes(0)),
            to=(Post.DOCTOR,),
            objective="O",
            expected=(
                Expected(id="A", act="", by=Post.DOCTOR, standard="apart"),
                Expected(id="B", act="", by=Post.CLASS_TEACHER, standard="apart"),
                Expected(
                    id="L",
                    act="",
                    by=Post.DOCTOR,
                    standard="list",
                    measure=Measure(recall=Share(0.95), precision=Share(0.6)),
                ),
                Expected(id="Q", act="", by=Post.DOCTOR),
            ),
            feeds=(
                ("isolation.delay", "A.at"),
                ("isolation.delay", "B.at"),
                ("contact_listing.delay", "L.at"),
                ("symptom_check.missed", "Q.missed"),
                ("testing.delay", "A.at"),
            ),
        ),
    ),
)


def judged(
    scene: Scene = SCENE, rating: Rating = Rating.P, **done: float
) -> Evaluation:
    """A drill in which actions were done after so many minutes, the others never."""
    entries = [Entry(wall=Minutes(0.0), inject="I1")]
    entries += [
        Entry(wall=Minutes(wall), action=action, rating=rating)
        for action, wall in done.items()
    ]
    log = Log(
        scene="s",
        school=ONE,
        clock=(
            ClockEvent(wall=Minutes(0.0), kind=ClockKind.START),
            ClockEvent(wall=Minutes(900.0), kind=ClockKind.STOP),
        ),
        entries=tuple(entries),
    )
    return evaluate(scene, log, plan())


def only(*feeds: tuple[str, str]) -> Scene:
    return replace(SCENE, injects=(replace(SCENE.injects[0], feeds=feeds),))


def closed() -> float:
    """Infections that two hours instead of ten minutes cost: one hour of study, once.

    Only where symptoms begin before the check at 7 does the delay matter; then each of
    the others of the class is infected in that hour with chance 1 - exp(-beta k hours),
    k the intensity of study and, for neighbours, of the seat.
    """
    built = build(plan(), ONE, ILL, 10, frozenset())
    network, k = built.network, built.base.sum(axis=1)
    students = len(built.contacts.people)
    reach = np.zeros((students, students))
    for s in np.flatnonzero((built.day == 0) & (network.start == 8.0)):
        group = network.group[s]
        there = network.member[network.first[group] : network.first[group + 1]]
        reach[np.ix_(there, there)] += k[s] * network.hours[s]
    np.fill_diagonal(reach, 0.0)
    return FOUND_FIRST * float((1.0 - np.exp(-BETA * reach)).sum(axis=1).mean())


def priced(runs: int, seed: int) -> Price:
    scene = only(("isolation.delay", "A.at"))
    ground = Ground(
        plan=plan(), disease=ILL, beta=BETA, runs=runs, days=10, seed=seed, threads=1
    )
    return price(judged(scene, A=120.0), ground).prices[0]


def test_the_price_of_a_delay_is_the_closed_answer() -> None:
    runs = 60_000
    found = priced(runs, 1).infections
    error = (found.high - found.low) / 2 / 1.6449
    assert closed() > 0.02
    assert odds.normal_tails((found.value - closed()) / error) > ODD


REPEATS = 300
FALSE_ALARM = 1e-3


@pytest.mark.parametrize("runs", [30, 400])
def test_the_interval_of_a_price_holds_the_closed_answer(runs: int) -> None:
    """Of nominal 90%, even where a handful of runs differ: at least 0.86.

    Fails in 0.1% of cases if that is just so; 300 repeats.
    """
    truth, held = closed(), 0
    for seed in range(REPEATS):
        found = priced(runs, seed + 10).infections
        held += found.low <= truth <= found.high
    assert (
        held >= 0.86 * REPEATS or odds.of_share(held, REPEATS, 0.86) > 2 * FALSE_ALARM
    )
    assert held < REPEATS  # an interval that always holds says nothing


def test_differences_of_a_mean_have_intervals_that_hold() -> None:
    """Rare, skewed differences: Poisson numbers of them over 200 runs."""
    random, held = generator(7, "rare"), 0
    for _n in range(1000):
        d = random.poisson(3.0 * random.binomial(1, 0.02, size=200))
        found = paired(d, np.zeros(200))
        held += found.low <= 0.06 <= found.high
    assert held >= 850 or odds.of_share(held, 1000, 0.85) > 2 * FALSE_ALARM


def test_no_run_that_differs_is_no_certainty() -> None:
    same = np.ones(100)
    found = paired(same, same)
    assert found.value == 0.0
    assert found.low == -found.high < 0.0
    assert found.covers_zero
    assert paired(np.ones(10_000), np.ones(10_000)).high < found.high


def test_the_worst_action_feeds_a_field_in_the_fields_own_unit() -> None:
    found = {one.key: one for one in fed(judged(A=15.0, B=40.0, L=90.0, Q=5.0), plan())}
    assert list(found) == [
        "isolation.delay",
        "contact_listing.delay",
        "symptom_check.missed",
    ]  # the plan has no test to feed
    delay, listing = found["isolation.delay"], found["contact_listing.delay"]
    assert (delay.measured, delay.standard, delay.mark.expected.id) == (40.0, 10.0, "B")
    assert (listing.measured, listing.standard) == (1.5, 1.0)  # hours
    assert (delay.said, delay.asked) == ("40 分", "10 分")


def test_what_was_never_done_is_late_and_a_check_not_done_finds_nobody() -> None:
    found = {one.key: one for one in fed(judged(), plan())}
    assert found["isolation.delay"].measured == NEVER_MINUTES
    assert found["isolation.delay"].mark.state is State.NEVER
    assert found["symptom_check.missed"].measured == 1.0
    useless = fed(judged(rating=Rating.U, A=1, B=1, L=1, Q=1), plan())
    assert {one.key: one.measured for one in useless}["symptom_check.missed"] == 1.0
    done = fed(judged(A=1, B=1, L=1, Q=1), plan())
    assert {one.key: one.measured for one in done}["symptom_check.missed"] == 0.0


def test_a_list_feeds_its_recall() -> None:
    scene = only(("contact_listing.recall", "L.recall"))
    e = judged(scene, L=30.0)
    marks = tuple(
        replace(mark, recall=0.6) if mark.expected.id == "L" else mark
        for mark in e.marks
    )
    (one,) = fed(replace(e, marks=marks), plan())
    assert (one.measured, one.standard) == (0.6, 0.95)
    assert fed(e, plan()) == ()  # nothing true is known: nothing was measured


def test_of_several_checks_the_next_one_in_time_is_meant() -> None:
    first = next(x for x in plan().measures if isinstance(x, m.SymptomCheck))
    late = replace(first, code="M9", at=time(21, 40))
    both = replace(plan(), measures=(*plan().measures, late))
    night = replace(SCENE, start=SCENE.start.replace(hour=23, minute=50))
    scene = replace(only(("symptom_check.missed", "Q.missed")), start=night.start)
    (one,) = fed(judged(scene), both)
    assert one.code == "M9"
    changed = as_measured(both, ONE, [one])
    missed = {
        c.code: c.missed for c in changed.measures if isinstance(c, m.SymptomCheck)
    }
    assert missed == {"M1": 0.0, "M9": 1.0}


def test_versions_differ_in_nothing_but_what_was_measured() -> None:
    found = fed(judged(A=15.0, B=40.0, L=90.0, Q=5.0), plan())
    rehearsed, asked = as_measured(plan(), ONE, found), as_asked(plan(), ONE, found)
    iso = next(x for x in rehearsed.measures if isinstance(x, m.Isolation))
    assert (iso.delay, iso.night_delay) == (40.0, 30.0)
    quick = next(x for x in asked.measures if isinstance(x, m.Isolation))
    assert (quick.delay, quick.night_delay) == (10.0, 30.0)
    assert replace(rehearsed, measures=plan().measures) == plan()
    assert as_measured(plan(), SchoolCode("OTHER"), found) == plan()


def test_everything_is_priced_alone_and_together() -> None:
    evaluation = judged(A=15.0, B=120.0, L=90.0, Q=5.0)
    heard: list[int] = []
    ground = Ground(
        plan=plan(),
        disease=ILL,
        beta=BETA,
        runs=2000,
        days=10,
        threads=1,
        progress=heard.append,
    )
    found = price(evaluation, ground)
    assert [p.key for p in found.prices][-1] == ALL
    assert sum(heard) == ground.runs * steps(evaluation, plan())
    prices = {p.key: p for p in found.prices}
    assert "symptom_check.missed" not in prices  # it was done, as the plan has it
    # Nobody is ever confirmed, so that a list comes to nothing: its price is zero.
    assert prices["contact_listing.delay"].infections.value == 0.0
    assert prices["contact_listing.delay"].infections.covers_zero
    assert prices["isolation.delay"].infections.low > 0.0
    assert prices[ALL].infections == prices["isolation.delay"].infections
    assert found.prices[0].key == "isolation.delay"
    assert found.as_rehearsed.value >= found.as_planned.value


def test_nothing_fed_costs_nothing() -> None:
    ground = Ground(plan=plan(), disease=ILL, beta=BETA, runs=50, days=10, threads=1)
    found = price(judged(only(), A=15.0), ground)
    assert found.prices == ()
    assert found.as_planned == found.as_rehearsed
    assert steps(judged(only(), A=15.0), plan()) == 1


def test_without_a_model_of_the_disease_nothing_is_priced() -> None:
    ground = Ground(plan=plan(), disease=None, beta=0.0)
    found = price(judged(A=15.0, B=40.0), ground)
    assert found.prices == ()
    assert math.isnan(found.as_planned.value)


def test_a_night_is_priced_as_it_is_told_of_at_night() -> None:
    """The plan's check ends by day: without somebody who knocks no night would count."""
    scene = replace(
        only(("isolation.night_delay", "A.at")), start=SCENE.start.replace(hour=23)
    )
    found = fed(judged(scene, A=120.0), plan())
    told = with_nights(plan(), ONE, found)
    extra = [x for x in told.measures if x not in plan().measures]
    assert {type(x) for x in extra} == {m.SymptomCheck}
    hours = sorted(x.at.hour for x in extra if isinstance(x, m.SymptomCheck))
    assert hours == [0, 1, 2, 3, 4, 5, 22, 23]
    assert with_nights(told, ONE, found) == told  # there is somebody already
    day = fed(judged(only(("isolation.delay", "A.at")), A=120.0), plan())
    assert with_nights(plan(), ONE, day) == plan()


def test_sure_ones_come_first_then_worth_per_effort() -> None:
    def row(key: str, value: float, wide: float, effort: float) -> Price:
        e = Estimate(value, value - wide, value + wide)
        return Price(
            key=key,
            label=key,
            measured="",
            standard="",
            infections=e,
            outbreak5=e,
            apart_days=e,
            lessons=e,
            effort=effort,
        )

    rows = (
        row("unsure", 9.0, 10.0, 1.0),
        row("dear", 4.0, 1.0, 5.0),
        row("saves", -3.0, 1.0, 1.0),
        row("cheap", 2.0, 1.0, 1.0),
    )
    order = [p.key for p in in_order(rows)]
    assert order[:2] == ["cheap", "dear"]
    assert order[2:] == ["unsure", "saves"]
    assert math.isclose(rows[1].infections.value / rows[1].effort, 0.8)
