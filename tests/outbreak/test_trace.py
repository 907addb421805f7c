"""Traces of single runs: they are the runs that are counted, and everybody met somebody."""

from functools import cache

import numpy as np

from bihuan.outbreak.calibrate import beta_for
from bihuan.outbreak.disease import disease
from bihuan.outbreak.network import build
from bihuan.outbreak.scenario import Question, Scenario
from bihuan.outbreak.simulate import seeds, simulate
from bihuan.outbreak.trace import NOBODY, Case, persons_of, trace
from bihuan.plan.contacts import SETTINGS
from world import QIZHONG, YIGAO, small_plan

RUNS = 60
COVID = disease("sars2-2020")


@cache
def scenario(question: Question = Question.RETURNER) -> Scenario:
    plan = small_plan()
    return Scenario(
        plan=plan,
        school=YIGAO,
        disease=COVID,
        beta=2.0 * beta_for(plan, (YIGAO, QIZHONG), COVID),
        question=question,
        days=40,
    )


@cache
def runs(question: Question = Question.RETURNER) -> tuple[tuple[Case, ...], ...]:
    return tuple(trace(scenario(question), seeds(3, RUNS)))


def test_a_trace_is_the_run_that_is_counted() -> None:
    persons = len(persons_of(scenario())[0].people)
    for question in Question:
        counted = simulate(scenario(question), seeds(3, RUNS), threads=1)
        for number, cases in enumerate(runs(question)):
            inside = [c for c in cases if c.person < persons]
            assert len(inside) == int(counted["size"][number])
            assert len(cases) - len(inside) == int(counted["family"][number])
            where = counted["by_setting"][number].to_numpy()
            for setting in SETTINGS:
                there = sum(c.setting is setting for c in inside)
                assert there == where[SETTINGS.index(setting)]


def test_days_of_finding_are_those_that_are_counted() -> None:
    first = simulate(scenario(), seeds(3, RUNS), threads=1)["first_found"].to_numpy()
    for number, cases in enumerate(runs()):
        found = [int(c.found) for c in cases if c.found is not None]
        assert min(found, default=-1) == first[number]
    assert (first >= 0).any()


def test_who_infects_shares_the_sessions_group_and_was_infectious() -> None:
    network = build(small_plan(), YIGAO, COVID, 40, frozenset()).network
    seen = 0
    for cases in runs():
        by_person = {c.person: c for c in cases}
        for case in cases:
            if case.source == NOBODY:
                assert case.setting is None
                continue
            group = network.group[case.session]
            start, end = network.first[group : group + 2]
            members = network.member[start:end]
            assert {case.person, case.source} <= set(members.tolist())
            assert SETTINGS[network.group_setting[group]] is case.setting
            source = by_person[case.source]
            assert source.infectious <= np.floor(case.time)
            assert source.time < case.time
            seen += 1
    assert seen > RUNS  # a returner of this strength infects more than one


def test_the_returner_has_no_source_and_is_infectious_at_once() -> None:
    for cases in runs():
        assert [c.source for c in cases].count(NOBODY) == 1
        assert cases[0].source == NOBODY
        assert cases[0].infectious == 0.0
