"""From marks to gaps by cause, corrections, the plan; closed only by a passed re-drill."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from bihuan.base.ids import PersonId
from bihuan.base.units import Hours, Minutes, Share
from bihuan.drill.evaluate import evaluate
from bihuan.drill.marks import (
    ClockEvent,
    ClockKind,
    Entry,
    Evaluation,
    Log,
    Rating,
    Truth,
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
from bihuan.loop.amend import amended, changes, corrections, gaps, passes, verify
from bihuan.loop.drilled import Cause
from bihuan.plan.measures import ContactListing, Isolation
from bihuan.plan.plan import Plan
from bihuan.plan.words import InPlace, Post
from world import QIZHONG, YIGAO, small_plan


def act(id_: str, by: Post, *evidence: str, critical: bool = False) -> Expected:
    return Expected(
        id=id_, act=id_, by=by, standard="quick", evidence=evidence, critical=critical
    )


LIST = Expected(
    id="L",
    act="L",
    by=Post.ACADEMIC,
    standard="quick",
    measure=Measure(recall=Share(0.9), precision=Share(0.5)),
)
SCENE = Scene(
    id="s",
    title="s",
    start=datetime(2020, 4, 9, 22, 30),  # noqa: DTZ001  # a school's own clock
    objectives=(
        Objective(id="O6", text="", in_place=(InPlace.RESPONSE,)),
        Objective(id="O2", text="", in_place=(InPlace.SUPPLIES,)),
    ),
    standards=(
        Standard(
            key="quick",
            target=Minutes(10),
            fail=Minutes(60),
            source_class=SourceClass.TARGET,
            source="",
        ),
    ),
    injects=(
        Inject(
            id="I1",
            title="",
            text="",
            when=When(at=Minutes(0)),
            to=(Post.DOCTOR,),
            objective="O6",
            expected=(
                act("A", Post.DOCTOR, "scan", critical=True),
                act("B", Post.LIAISON, "call_log"),
                act("C", Post.LOGISTICS, "stock_out"),
                act("D", Post.DORM_MANAGER, "observe"),
            ),
            feeds=(("isolation.night_delay", "A.at"),),
        ),
        Inject(
            id="I2",
            title="",
            text="",
            when=When(at=Minutes(0)),
            to=(Post.ACADEMIC,),
            objective="O6",
            expected=(LIST,),
            feeds=(
                ("contact_listing.recall", "L.recall"),
                ("contact_listing.delay", "L.at"),
            ),
        ),
    ),
)
TRUE = tuple(PersonId(f"P{n}") for n in range(10))


def entry(action: str, wall: float, **more: object) -> Entry:
    values: dict[str, object] = {"rating": Rating.P} | more
    return Entry(wall=Minutes(wall), action=action, **values)  # type: ignore[arg-type]


GOOD = (
    entry("A", 5),
    entry("B", 5),
    entry("C", 5),
    entry("D", 5),
    entry("L", 5, listed=TRUE),
)


def judged(
    *entries: Entry, played: bool = False, plan: Plan | None = None
) -> Evaluation:
    """A drill in which all went well but for these entries (a wall below 0: never)."""
    said = {e.action: e for e in (*GOOD, *entries)}
    rows = tuple(e for e in said.values() if e.wall >= 0)
    log = Log(
        scene="s",
        school=YIGAO,
        clock=(
            ClockEvent(wall=Minutes(0), kind=ClockKind.START),
            ClockEvent(wall=Minutes(300), kind=ClockKind.STOP),
        ),
        entries=(
            Entry(wall=Minutes(0), inject="I1"),
            Entry(wall=Minutes(0), inject="I2"),
            *sorted(rows, key=lambda e: e.wall),
        ),
        truth=Truth(index=PersonId("X"), contacts=(("table", TRUE),), drawn=True),
        played=played,
    )
    return evaluate(SCENE, log, plan or small_plan())


def test_a_drill_in_which_all_went_well_has_no_gap() -> None:
    assert gaps(judged(), small_plan()) == ()
    assert all(passes(mark) for mark in judged().marks)


CAUSES = [
    (entry("A", 30), Cause.PEOPLE),
    (entry("A", 5, rating=Rating.M), Cause.PEOPLE),
    (entry("A", -1), Cause.PEOPLE),
    (entry("B", 30), Cause.COORDINATION),  # a call that came late
    (entry("B", 5, rating=Rating.M), Cause.PEOPLE),  # in time, but badly
    (entry("D", 30, received=Minutes(20)), Cause.COORDINATION),  # heard of it late
    (entry("D", 30, received=Minutes(2)), Cause.PEOPLE),
    (entry("C", 30), Cause.SUPPLIES),
    (entry("A", 30, note="宿舍停电"), Cause.SURROUNDINGS),
    (entry("L", 5, listed=TRUE[:7]), Cause.PLAN),  # in time, but not all
]


@pytest.mark.parametrize(("row", "expected"), CAUSES)
def test_a_gap_has_its_cause_by_rule(row: Entry, expected: Cause) -> None:
    (gap,) = gaps(judged(row), small_plan())
    assert (gap.action, gap.cause) == (row.action, expected)
    assert gap.text
    assert gap.evidence


def test_what_nobody_holds_or_stands_in_for_is_the_plans_gap() -> None:
    plan = small_plan()
    rest = tuple(p for p in plan.people if p.post is not Post.DOCTOR)
    nobody = replace(
        plan,
        people=rest,
        duties=tuple(d for d in plan.duties if d.post is not Post.DOCTOR),
    )
    (gap,) = gaps(judged(entry("A", 30), plan=nobody), nobody)
    assert gap.cause is Cause.PLAN
    alone = replace(
        nobody,
        people=(*rest, next(p for p in plan.people if p.post is Post.DOCTOR)),
    )
    (gap,) = gaps(judged(entry("A", -1), plan=alone), alone)
    assert gap.cause is Cause.PLAN
    (gap,) = gaps(judged(entry("A", 30), plan=alone), alone)
    assert gap.cause is Cause.PEOPLE  # it was done, late: who is alone came


def test_a_correction_says_whose_by_when_and_what_must_pass() -> None:
    evaluation = judged(entry("A", 30), entry("L", 5, listed=TRUE[:5]))
    found = gaps(evaluation, small_plan())
    one, other = corrections(found, evaluation, small_plan())
    assert (one.gap, one.inject, one.owner) == ("A", "I1", "校医 DOCTOR-1")
    assert one.due == date(2020, 4, 16)  # a week for people to learn
    assert (other.gap, other.inject) == ("L", "I2")
    assert other.due == date(2020, 4, 12)
    assert not one.verified
    assert "座位表" in other.text


def test_a_correction_is_closed_by_a_passed_re_drill_and_nothing_else() -> None:
    before = judged(entry("D", 30), entry("L", 70))
    found = corrections(gaps(before, small_plan()), before, small_plan())
    assert [c.gap for c in found] == ["D", "L"]

    def closed(*rows: Entry) -> list[bool]:
        return [c.verified for c in verify(found, judged(*rows))]

    assert closed() == [True, True]
    assert closed(entry("D", 20)) == [False, True]
    assert closed(entry("D", 5, rating=Rating.M)) == [False, True]
    assert closed(entry("D", -1)) == [False, True]
    assert closed(entry("D", 5, waived="没有演")) == [False, True]
    assert closed(entry("D", 5, untimed=True)) == [False, True]
    assert closed(entry("L", 5, listed=TRUE[:8])) == [True, False]
    # A is critical of the same inject: what was mended elsewhere may not break it.
    assert closed(entry("A", 20)) == [False, True]
    assert closed(entry("B", 20)) == [True, True]


def test_what_was_closed_stays_closed() -> None:
    before = judged(entry("D", 30))
    found = corrections(gaps(before, small_plan()), before, small_plan())
    (once,) = verify(found, judged())
    (again,) = verify([once], before)
    assert again.verified


def test_simulated_players_close_no_gap_of_people() -> None:
    before = judged(entry("D", 30))
    found = corrections(gaps(before, small_plan()), before, small_plan())
    assert [c.verified for c in verify(found, judged(played=True))] == [False]
    simulated = verify(found, judged(played=True), played=True)
    assert [c.verified for c in simulated] == [True]


def test_the_plan_as_rehearsed_differs_in_what_was_measured() -> None:
    evaluation = judged(entry("A", 45), entry("L", 30, listed=TRUE[:6]))
    plan = amended(small_plan(), evaluation)
    mine = [m for m in plan.measures if m.school == YIGAO]
    isolation = next(m for m in mine if isinstance(m, Isolation))
    listing = next(m for m in mine if isinstance(m, ContactListing))
    assert isolation.night_delay == 45.0
    assert (listing.recall, listing.delay) == (Share(0.6), Hours(0.5))
    others = [m for m in small_plan().measures if m.school == QIZHONG]
    assert [m for m in plan.measures if m.school == QIZHONG] == others
    said = [str(change) for change in changes(small_plan(), evaluation)]
    assert len(said) == 3
    assert any("40 改为 45" in one for one in said)
