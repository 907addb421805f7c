"""Conflicts planted beforehand are found by name, proven, mended; a plan that fits has none."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import make_county
import planted
from bihuan.base.problems import Problem, errors
from bihuan.plan.plan import Plan
from bihuan.report.stagger import words
from bihuan.stagger.answer import Conflict
from bihuan.stagger.explain.change import calendar
from bihuan.stagger.explain.core import core
from bihuan.stagger.explain.explain import explain, explained
from bihuan.stagger.explain.farkas import Oracle, Seen, verified
from bihuan.stagger.explain.integers import Sat, highs
from bihuan.stagger.explain.repairs import WayOut
from bihuan.stagger.verify.calendar import check

SEED = 11
NUMBERS = range(len(planted.KINDS))


@cache
def case(number: int) -> planted.Planted:
    return planted.planted(SEED, number)


@cache
def told(number: int) -> tuple[Conflict | None, tuple[WayOut, ...]]:
    return explained(case(number).plan, seconds=60)


def conflict(number: int) -> Conflict:
    found, _ = told(number)
    assert found is not None
    return found


def wrong(way: WayOut) -> list[Problem]:
    return list(errors(tuple(check(way.plan, calendar(way.plan, way.dates)))))


@pytest.mark.parametrize("number", NUMBERS)
def test_the_conflict_is_the_one_that_was_planted(number: int) -> None:
    assert set(conflict(number).rows) == case(number).rows
    assert conflict(number).minimal
    assert len(conflict(number).said) == len(case(number).rows)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_conflict_is_proven(number: int) -> None:
    whole = case(number).whole
    assert conflict(number).proof == ("second engine" if whole else "farkas")


@pytest.mark.parametrize("number", NUMBERS)
def test_every_way_out_is_a_plan_that_the_checker_passes(number: int) -> None:
    ways = told(number)[1]
    assert ways
    for way in ways:
        assert wrong(way) == []
        assert way.plan != case(number).plan
        assert way.repair.row in case(number).rows
        assert way.repair.amount > 0


@pytest.mark.parametrize("number", NUMBERS)
def test_a_little_more_and_nothing_clashes(number: int) -> None:
    assert explain(case(number).twin, seconds=60) is None


def test_what_is_told_names_the_place_the_days_and_how_much() -> None:
    said = [way.repair.said for way in told(0)[1]]
    assert any("1号片区" in line and "个批次名额" in line for line in said)
    assert any("向上级申请把N6的不晚于" in line for line in said)


def test_the_ways_out_come_cheapest_first() -> None:
    for number in NUMBERS:
        costs = [repair.cost for repair in conflict(number).repairs]
        assert costs == sorted(costs)


@pytest.mark.slow
def test_any_group_less_and_the_rest_can_be_had() -> None:
    for number in NUMBERS:
        known = core(case(number).plan)
        sat, every = Sat(known), set(known.groups)
        rows = set(conflict(number).rows)
        for name in rows:
            without = every - rows | {name}
            assert sat.ask(without, seconds=20).seen is Seen.POSSIBLE


def test_a_certificate_proves_only_with_its_own_rows() -> None:
    known = core(case(0).plan)
    answer = Oracle(known).ask((), seconds=20)
    assert answer.ray is not None
    rows = case(0).rows
    assert verified(known, answer.ray, rows)
    for name in rows:
        assert not verified(known, answer.ray, rows - {name})


def test_a_made_up_certificate_proves_nothing() -> None:
    known = core(case(0).twin)
    ray = np.ones(len(known.lower))
    assert not verified(known, ray, known.groups)
    assert not verified(known, np.zeros(len(known.lower)), known.groups)


def test_both_engines_see_what_only_whole_days_have() -> None:
    number = next(n for n in NUMBERS if case(n).whole)
    known = core(case(number).plan)
    assert Oracle(known).ask((), seconds=20).seen is Seen.POSSIBLE
    assert Sat(known).ask((), seconds=20).seen is Seen.IMPOSSIBLE
    assert highs(known, (), seconds=20).seen is Seen.IMPOSSIBLE


def test_out_of_time_is_never_called_impossible() -> None:
    found = explain(make_county.county(5), seconds=0.1)
    assert found is not None
    assert found.proof == ""
    assert found.rows == ()
    assert "未能判定" in found.said[0]
    assert words.conflict(found) == found.said


def test_a_plan_without_schools_has_no_conflict() -> None:
    plan: Plan = replace(case(0).plan, schools=(), grades=(), orders=())
    assert explain(plan, seconds=20) is None
