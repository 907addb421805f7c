"""A rehearsal of the small plan: whole, reproducible, interruptible, comparable."""

import json
from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import jsonschema
import pytest

from bihuan.base.wording import speak
from bihuan.cli.values import plain, schema
from bihuan.loop.outcome import Estimate, Outcome, Question, Rehearsal
from bihuan.loop.rehearse import Order, rehearse
from bihuan.outbreak.disease import disease
from bihuan.plan.measures import ContactListing
from world import QIZHONG, YIGAO, small_plan

SCHEMA = Path(__file__).parents[2] / "docs/schema/rehearse.json"


def order(**changes: object) -> Order:
    plain_order = Order(
        plan=small_plan(), disease=disease("sars2-2020"), runs=60, days=20, threads=1
    )
    return replace(plain_order, **changes)  # type: ignore[arg-type]


@cache
def rehearsed() -> Rehearsal:
    return rehearse(order())


def test_every_school_with_classes_is_rehearsed_in_the_plans_order() -> None:
    assert [s.school.code for s in rehearsed().schools] == [YIGAO, QIZHONG]


def test_both_questions_are_answered_apart() -> None:
    for school in rehearsed().schools:
        assert [q for q, _ in school.planned] == list(Question)
        assert [q for q, _ in school.nothing] == list(Question)
        assert [q for q, _ in school.worth] == list(Question)


def test_the_plan_does_better_than_nothing() -> None:
    for school in rehearsed().schools:
        planned, nothing = dict(school.planned), dict(school.nothing)
        returner = Question.RETURNER
        assert planned[returner].size.value < nothing[returner].size.value


def test_every_measure_has_its_worth() -> None:
    school = rehearsed().schools[0]
    kinds = {m.kind for m in small_plan().measures if m.school == YIGAO}
    for _question, worths in school.worth:
        assert {w.kind for w in worths} == kinds


def test_an_estimate_lies_in_its_interval() -> None:
    for school in rehearsed().schools:
        for outcome in dict(school.planned).values():
            for estimate in _estimates(outcome):
                assert estimate.low <= estimate.value <= estimate.high


def test_shares_add_up() -> None:
    for school in rehearsed().schools:
        for outcome in dict(school.nothing).values():
            assert outcome.none + sum(outcome.size_bins) == pytest.approx(1.0)
            if outcome.by_setting:
                total = sum(e.value for _setting, e in outcome.by_setting)
                assert total == pytest.approx(1.0)


def test_the_same_order_gives_the_same_answer_for_any_number_of_threads() -> None:
    again = rehearse(order(threads=3))
    assert json.dumps(plain(again)) == json.dumps(plain(rehearsed()))


def test_another_seed_gives_another_answer() -> None:
    assert plain(rehearse(order(seed=2))) != plain(rehearsed())


def test_ctrl_c_keeps_the_schools_that_are_done() -> None:
    def stop(done: int, whole: int) -> None:
        if done > 0.9 * whole:
            raise KeyboardInterrupt

    kept = rehearse(order(), stop)
    assert kept.interrupted
    assert kept.schools == rehearsed().schools[:1]
    assert {code for mend in kept.mends for code in mend.schools} <= {YIGAO}


def test_ctrl_c_before_the_first_school_is_done_leaves_nothing() -> None:
    def stop(*_counts: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rehearse(order(), stop)


def test_progress_ends_at_the_whole() -> None:
    heard: list[tuple[int, int]] = []
    rehearse(order(), lambda done, whole: heard.append((done, whole)))
    assert heard[-1][0] == heard[-1][1]
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)


def test_only_the_schools_and_measures_that_were_named() -> None:
    some = rehearse(order(schools=(QIZHONG,), without=("isolation",)))
    assert [s.school.code for s in some.schools] == [QIZHONG]
    assert {w.kind for _q, ws in some.schools[0].worth for w in ws} == {"isolation"}


def test_two_versions_of_a_plan_are_compared_over_the_same_runs() -> None:
    plan = small_plan()
    lists = tuple(m for m in plan.measures if not isinstance(m, ContactListing))
    older = replace(plan, measures=lists)
    both = rehearse(order(against=older, without=("isolation",)))
    same = rehearse(order(against=plan, without=("isolation",)))
    assert [q for q, _ in both.schools[0].against] == list(Question)
    assert all(e.value == 0.0 for _q, e in same.schools[0].change)


def test_the_answer_is_what_its_schema_says() -> None:
    told = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert told == json.loads(json.dumps(schema(Rehearsal, "bihuan-rehearse/1")))
    body = {"schema": "bihuan-rehearse/1", **plain(rehearsed())}
    jsonschema.validate(json.loads(json.dumps(body)), told)


def test_words_follow_the_language() -> None:
    with speak("en"):
        assert rehearse(
            order(schools=(QIZHONG,), without=("isolation",))
        ).title.isascii()


def _estimates(outcome: Outcome) -> list[Estimate]:
    values = [getattr(outcome, f.name) for f in fields(outcome)]
    return [value for value in values if isinstance(value, Estimate)]
