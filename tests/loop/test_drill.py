"""A drill's whole way at two schools: reproducible, interruptible, compared with care."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from bihuan.base.ids import SchoolCode
from bihuan.base.units import Minutes
from bihuan.drill.load import load
from bihuan.drill.marks import Evaluation, Mark, State
from bihuan.drill.play import profiles
from bihuan.drill.script import Scene
from bihuan.loop import drill
from bihuan.loop.drill import Exercise, carried, compare, judge, practices, run
from bihuan.loop.drilled import Comparison
from bihuan.loop.price import ALL, Ground, steps
from bihuan.outbreak.calibrate import beta_for
from bihuan.outbreak.disease import disease
from world import QIZHONG, YIGAO, small_plan

NIGHT = Path(__file__).parents[2] / "examples/scenes/night.yaml"
COVID = disease("sars2-2020")


@cache
def scene() -> Scene:
    found = load(NIGHT).scene
    assert found is not None
    return found


@cache
def exercise(seed: int = 1) -> Exercise:
    ground = Ground(
        plan=small_plan(),
        disease=COVID,
        beta=beta_for(small_plan(), (YIGAO, QIZHONG), COVID),
        runs=200,
        days=21,
        seed=seed,
        threads=1,
    )
    return Exercise(scene=scene(), schools=(YIGAO, QIZHONG), ground=ground)


@cache
def ran(profile: str = "ordinary", seed: int = 1) -> Comparison:
    return run(exercise(seed), profiles()[profile])


def test_every_school_is_reviewed() -> None:
    assert [r.evaluation.school for r in ran().reviews] == [YIGAO, QIZHONG]
    for review in ran().reviews:
        assert review.evaluation.log.played
        assert review.prices[-1].key == ALL
        assert [c.gap for c in review.corrections] == [g.action for g in review.gaps]
        assert (review.runs, review.seed) == (200, 1)


def test_the_same_seed_gives_the_same_comparison() -> None:
    assert run(exercise(), profiles()["ordinary"]) == ran()
    assert ran(seed=2) != ran()


def test_progress_comes_to_its_end() -> None:
    heard: list[tuple[int, int]] = []
    listening = replace(exercise(), progress=lambda done, n: heard.append((done, n)))
    found = run(listening, profiles()["ordinary"])
    whole = 200 * sum(steps(r.evaluation, small_plan()) for r in found.reviews)
    assert heard[-1] == (whole, whole)
    assert [done for done, _n in heard] == sorted(done for done, _n in heard)


def test_ctrl_c_keeps_the_schools_that_are_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole, calls = drill.review, iter((False, True))

    def stop(evaluation: Evaluation, ground: Ground) -> object:
        if next(calls):
            raise KeyboardInterrupt
        return whole(evaluation, ground)

    logs = [r.evaluation.log for r in ran().reviews]
    monkeypatch.setattr(drill, "review", stop)
    kept = judge(exercise(), logs)
    assert [r.evaluation.school for r in kept.reviews] == [YIGAO]
    monkeypatch.setattr(drill, "review", _stopped)
    with pytest.raises(KeyboardInterrupt):
        judge(exercise(), logs)


def _stopped(*_asked: object) -> object:
    raise KeyboardInterrupt


def test_two_schools_alike_are_not_put_in_an_order() -> None:
    first = ran().reviews[0]
    twin = replace(first, evaluation=replace(first.evaluation, school=QIZHONG))
    found = compare((first, twin), runs=200, seed=1)
    assert [set(tier) for tier in found.order] == [{YIGAO, QIZHONG}]
    assert found.better == ()


def test_a_school_far_better_is_put_first() -> None:
    weak = ran("unprepared").reviews[0]
    good = ran("trained").reviews[1]
    found = compare((weak, good), runs=200, seed=1)
    assert found.order == ((QIZHONG,), (YIGAO,))
    assert found.better[0][:2] == (QIZHONG, YIGAO)


NAMES = (YIGAO, QIZHONG, SchoolCode("THREE"))


def timed(mark: Mark, state: State, minutes: float | None) -> Mark:
    done = None if minutes is None else Minutes(minutes)
    return replace(mark, state=state, minutes=done, quality=1.0)


def quick(*rows: tuple[State, float | None]) -> tuple[Evaluation, ...]:
    """Schools that differ in one action."""
    base = ran().reviews[0].evaluation
    mark = base.marks[0]
    return tuple(
        replace(base, school=school, marks=(timed(mark, state, minutes),))
        for school, (state, minutes) in zip(NAMES, rows, strict=False)
    )


def test_a_practice_is_far_quicker_and_somebody_needs_it() -> None:
    late = (State.LATE, 30.0)
    (one,) = practices(quick((State.ON_TIME, 6.0), late, (State.ON_TIME, 12.0)))
    assert (one.school, one.minutes, one.median) == (YIGAO, 6.0, 12.0)
    assert one.takers == (QIZHONG,)
    never = (State.NEVER, None)
    (one,) = practices(quick((State.ON_TIME, 6.0), late, never))
    assert one.takers == (QIZHONG, "THREE")


def test_no_practice_where_nobody_stands_out_or_nobody_needs_it() -> None:
    on_time = State.ON_TIME
    assert practices(quick((on_time, 6.0), (on_time, 12.0), (on_time, 12.0))) == ()
    assert practices(quick((on_time, 11.0), (State.LATE, 30.0), (on_time, 12.0))) == ()
    assert practices(quick((State.LATE, 1.0), (State.LATE, 30.0))) == ()
    assert practices(quick((on_time, 6.0))) == ()


def test_a_re_drill_carries_the_open_corrections_on() -> None:
    before = ran("unprepared").reviews[0]
    after = ran("trained").reviews[0]
    found = carried(after, before)
    rows = {c.gap: c for c in found.corrections}
    assert len(rows) == len(found.corrections)
    assert {c.gap for c in before.corrections} <= set(rows)
    assert any(c.verified for c in found.corrections)
    failed = {g.action for g in after.gaps}
    for row in found.corrections:
        assert not (row.verified and row.gap in failed)
    assert {c.gap for c in found.corrections} <= {g.action for g in found.gaps}
