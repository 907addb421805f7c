"""A log that the program did not make gives the marks that were worked out by hand."""

from dataclasses import replace
from datetime import datetime
from functools import cache

import pytest

from bihuan.base.ids import PersonId
from bihuan.base.units import Minutes, Share
from bihuan.drill.evaluate import evaluate, pooled
from bihuan.drill.marks import (
    ClockEvent,
    ClockKind,
    Entry,
    Evaluation,
    Log,
    Mark,
    Rating,
    State,
    Truth,
)
from bihuan.drill.script import (
    Expected,
    Inject,
    Jump,
    Measure,
    Objective,
    Scene,
    SourceClass,
    Standard,
    When,
)
from bihuan.plan.words import InPlace, Post
from world import YIGAO, small_plan


def standard(
    key: str, target: float, fail: float, kind: SourceClass = SourceClass.TARGET
) -> Standard:
    return Standard(
        key=key,
        target=Minutes(target),
        fail=Minutes(fail),
        source_class=kind,
        source="没有国家时限",
    )


def act(id_: str, by: Post, key: str = "", **more: object) -> Expected:
    return Expected(id=id_, act=id_, by=by, standard=key, **more)  # type: ignore[arg-type]


def inject(id_: str, when: When, *expected: Expected, objective: str = "O6") -> Inject:
    return Inject(
        id=id_,
        title=id_,
        text=id_,
        when=when,
        to=(expected[0].by,),
        expected=expected,
        objective=objective,
    )


def at(minutes: float) -> When:
    return When(at=Minutes(minutes))


SCENE = Scene(
    id="hand",
    title="手写记录",
    start=datetime(2020, 4, 9, 21, 0),  # noqa: DTZ001  # a school's own clock
    max_hours=8,
    objectives=(
        Objective(id="O6", text="", in_place=(InPlace.RESPONSE,)),
        Objective(id="O2", text="", in_place=(InPlace.SUPPLIES,)),
    ),
    standards=(
        standard("quick", 10, 30),
        standard("report", 30, 120),
        standard("law", 30, 120, SourceClass.LAW),
        standard("list", 60, 240),
    ),
    injects=(
        inject(
            "I1",
            at(10),
            act("A1", Post.DOCTOR, "quick", critical=True),
            act("A2", Post.LIAISON, "report"),
            act("A3", Post.CLASS_TEACHER),
            act("A4", Post.LIAISON, "law", critical=True),
        ),
        inject(
            "I2",
            at(60),
            act(
                "B1",
                Post.DOCTOR,
                "list",
                critical=True,
                measure=Measure(recall=Share(0.95), precision=Share(0.6)),
            ),
            act("B2", Post.COUNSELLOR),
            act("B3", Post.LOGISTICS, "quick", objective="O2"),
        ),
        inject(
            "I3",
            When(after="A1", delay=Minutes(5), late_by=Minutes(20)),
            act("C1", Post.DOCTOR, "quick"),
        ),
        inject("I4", at(230), act("D1", Post.DORM_MANAGER, "quick")),
        inject("I5", at(400), act("E1", Post.DORM_MANAGER, "law")),
    ),
    jumps=(Jump(after="I2", to=Minutes(398)),),
)

TRUE = tuple(PersonId(f"P{n}") for n in range(20))
LISTED = (*TRUE[:15], *(PersonId(f"X{n}") for n in range(5)))


def entry(wall: float, **more: object) -> Entry:
    return Entry(wall=Minutes(wall), **more)  # type: ignore[arg-type]


def clock(wall: float, kind: ClockKind, value: float = 0.0) -> ClockEvent:
    return ClockEvent(wall=Minutes(wall), kind=kind, value=value)


LOG = Log(
    scene="hand",
    school=YIGAO,
    clock=(
        clock(1000, ClockKind.START),
        clock(1015, ClockKind.PAUSE),
        clock(1027, ClockKind.RESUME),
        clock(1247, ClockKind.JUMP, 398),
        clock(1260, ClockKind.STOP),
    ),
    # Wall 1000 is exercise 0. Up to 1015: wall - 1000. Paused 12 minutes. From 1027 on:
    # wall - 1012. At 1247 it is 235 and becomes 398: from there wall - 849. Stop at 411.
    entries=(
        entry(1010, inject="I1"),  # 10
        # A1: 1030 is 18, so 8 minutes of exercise after release (20 of the wall)
        entry(
            1030,
            action="A1",
            person=PersonId("DOCTOR-2"),
            rating=Rating.S,
            second_rating=Rating.P,
            rater="E1",
            second_rater="E2",
            evidence="scan",
        ),
        # A2: 1082 is 70, 60 after release; half of the logarithm from 30 to 120
        entry(1082, action="A2", rating=Rating.M, second_rating=Rating.M, rater="E1"),
        entry(1040, action="A3", rating=Rating.P, second_rating=Rating.S),
        # A4: 1152 is 140, 130 after release, 10 beyond the law's 120
        entry(1152, action="A4", rating=Rating.S, rectified="次日补报"),
        entry(1072, inject="I2"),  # 60
        # B1: 1157 is 145, 85 after release
        entry(1157, action="B1", listed=LISTED, rating=Rating.U),
        # B2 nobody did; B3 does not apply
        entry(1080, action="B3", waived="当天没有领用"),
        entry(1242, inject="I4"),  # 230; D1 is open when the clock jumps over it
        entry(1251, action="D1", rating=Rating.P),
        entry(1251, inject="I5"),  # 402; ends 9 minutes later
    ),
    truth=Truth(
        index=PersonId("P99"),
        contacts=(("dorm_room", TRUE[:8]), ("table", TRUE[4:])),
        drawn=True,
    ),
    source="paper",
)


@cache
def judged() -> Evaluation:
    return evaluate(SCENE, LOG, small_plan())


def mark(action: str) -> Mark:
    return next(m for m in judged().marks if m.expected.id == action)


ON, LATE, NEVER = State.ON_TIME, State.LATE, State.NEVER
Row = tuple[str, State, float | None, float | None, float | None, float | None]
"""Action, state, minutes, time, quality, score."""
BY_HAND: list[Row] = [
    # time 1 (8 of 10 minutes), quality (S 0.75 + P 1) / 2 = 0.875: half of the sum
    ("A1", ON, 8.0, 1.0, 0.875, 0.9375),
    # ln(60/30) / ln(120/30) = 1/2; M 0.35: (0.5 + 0.35) / 2
    ("A2", LATE, 60.0, 0.5, 0.35, 0.425),
    # no standard: quality alone, (1 + 0.75) / 2
    ("A3", ON, 18.0, None, 0.875, 0.875),
    # 130 of 120 minutes: no time; S: (0 + 0.75) / 2
    ("A4", LATE, 130.0, 0.0, 0.75, 0.375),
    # 1 - ln(85/60) / ln(240/60) = 1 - 0.34831 / 1.38629 = 0.74875
    # recall 15/20 = 0.75: from 0.7 x 0.95 = 0.665 on 0.35; precision 15/20: 1
    # quality (2 x 0.35 + 1) / 3 = 0.56667, whatever was rated; half of the sum 0.65771
    ("B1", LATE, 85.0, 0.74875, 0.56667, 0.65771),
    ("B2", NEVER, None, None, None, 0.0),
    ("B3", State.NOT_APPLICABLE, None, None, None, None),
    # A1 was on time: what waits for 20 minutes of lateness never comes
    ("C1", State.NOT_APPLICABLE, None, None, None, None),
    # 9 minutes that ran and 163 jumped over: it cannot be said whether in time
    ("D1", State.CENSORED, None, None, 1.0, None),
    # 9 minutes until the stop, 120 would be allowed
    ("E1", State.CENSORED, None, None, None, None),
]


@pytest.mark.parametrize("row", BY_HAND, ids=[row[0] for row in BY_HAND])
def test_marks_are_those_worked_out_by_hand(row: Row) -> None:
    action, state, minutes, *parts = row
    found = mark(action)
    assert (found.state, found.minutes) == (state, minutes)
    assert [found.time, found.quality, found.score] == [
        None if part is None else pytest.approx(part, abs=1e-5) for part in parts
    ]


def test_every_action_has_its_mark() -> None:
    assert [m.expected.id for m in judged().marks] == [row[0] for row in BY_HAND]


def test_places_and_total_are_those_worked_out_by_hand() -> None:
    """Response: weights 2 for critical A1, A4, B1, else 1.

    (2 x 0.9375 + 0.425 + 0.875 + 2 x 0.375 + 2 x 0.65771 + 0) / (2 + 1 + 1 + 2 + 2 + 1)
    = (1.875 + 0.425 + 0.875 + 0.75 + 1.31542) / 9 = 5.24042 / 9 = 0.58227
    """
    places = {p.in_place: p for p in judged().places}
    response = places[InPlace.RESPONSE]
    assert (response.actions, response.counted) == (9, 6)
    assert response.value is not None
    assert response.value.value == pytest.approx(0.58227, abs=1e-5)
    assert response.value.low < response.value.value < response.value.high
    supplies = places[InPlace.SUPPLIES]
    assert (supplies.actions, supplies.counted, supplies.value) == (1, 0, None)
    assert judged().total is not None
    assert judged().total == response.value  # the only place that was tried enough
    assert judged().coverage == pytest.approx(6 / 10)


def test_only_the_law_raises_a_flag() -> None:
    assert [m.expected.id for m in judged().marks if m.breaks_law] == ["A4"]
    kept = replace(LOG, entries=tuple(e for e in LOG.entries if e.action != "A4"))
    never = evaluate(SCENE, kept, small_plan())
    assert [m.expected.id for m in never.marks if m.breaks_law] == ["A4"]


def test_recall_and_precision_come_from_the_truth() -> None:
    assert (mark("B1").recall, mark("B1").precision) == (0.75, 0.75)
    assert mark("A1").recall is None


def test_a_rectified_result_is_late_whatever_its_stamp() -> None:
    assert mark("A4").rectified == "次日补报"
    early = tuple(
        replace(e, wall=Minutes(1012)) if e.action == "A4" else e for e in LOG.entries
    )
    found = evaluate(SCENE, replace(LOG, entries=early), small_plan())
    late = next(m for m in found.marks if m.expected.id == "A4")
    assert (late.state, late.time, late.breaks_law) == (State.LATE, 0.0, False)


def test_agreement_is_of_those_rated_twice() -> None:
    """(S, P), (M, M), (P, S): ranks (1, 0), (2, 2), (0, 1).

    Seen: (1 + 0 + 1) / 3. By chance, all nine pairs of {1, 2, 0} and {0, 2, 1}:
    (1 + 1 + 0 + 4 + 0 + 1 + 0 + 4 + 1) / 9 = 12/9. Kappa 1 - (2/3) / (12/9) = 1/2.
    """
    assert judged().kappa == pytest.approx(0.5)


def test_who_did_it_stands_beside_whose_post_it_is() -> None:
    posts = dict(judged().posts)
    assert posts["doctor"] == "DOCTOR-1"
    assert mark("A1").person == "DOCTOR-2"


def test_a_done_without_a_minute_is_neither_on_time_nor_late() -> None:
    rows = tuple(
        replace(e, untimed=True, wall=Minutes(1010)) if e.action == "A1" else e
        for e in LOG.entries
    )
    found = evaluate(SCENE, replace(LOG, entries=rows), small_plan()).marks[0]
    assert (found.state, found.minutes, found.score) == (State.CENSORED, None, None)
    assert found.rating is Rating.S


def test_the_pool_changes_how_sure_and_not_what_was_scored() -> None:
    better = replace(
        LOG,
        entries=tuple(
            replace(e, rating=Rating.P, second_rating=None) if e.rating else e
            for e in LOG.entries
        ),
    )
    pool = pooled((judged(), evaluate(SCENE, better, small_plan())))
    again = evaluate(SCENE, LOG, small_plan(), pool=pool)
    assert again.marks == judged().marks
    one, other = again.total, judged().total
    assert one is not None
    assert other is not None
    assert one.value == other.value
    assert one != other


def test_an_empty_log_is_neither_good_nor_bad() -> None:
    empty = Log(scene="hand", school=YIGAO, clock=(), entries=())
    found = evaluate(SCENE, empty, small_plan())
    assert {m.score for m in found.marks} == {None}
    assert found.total is None
    assert found.coverage == 0.0
