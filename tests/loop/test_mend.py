"""Remedies: each mends what is weak and leaves alone what is not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bihuan.base.ids import ZoneCode
from bihuan.base.problems import Problem, errors
from bihuan.base.units import Days, Hours, Minutes, Share
from bihuan.loop.mend import REMEDIES, Remedy, standing
from bihuan.loop.outcome import Estimate, Mend, SchoolRehearsal
from bihuan.loop.priorities import Tried, mends, musts, ranking
from bihuan.outbreak.variant import beds
from bihuan.plan import measures as m
from bihuan.plan.check import check
from bihuan.plan.plan import Plan
from bihuan.plan.words import ZoneKind
from world import QIZHONG, YIGAO, small_plan

Edit = Callable[[Plan], Plan]


def edit(kind: type, **changes: Any) -> Edit:
    """The plan with every measure of a kind changed."""

    def change(plan: Plan) -> Plan:
        rows = tuple(
            replace(row, **changes) if isinstance(row, kind) else row
            for row in plan.measures
        )
        return replace(plan, measures=rows)

    return change


def leave(days: int) -> Edit:
    def change(plan: Plan) -> Plan:
        rows = tuple(replace(s, leave_every=Days(days)) for s in plan.schools)
        return replace(plan, schools=rows)

    return change


def unmasked(plan: Plan) -> Plan:
    return replace(
        plan, measures=tuple(x for x in plan.measures if not isinstance(x, m.Mask))
    )


WEAK_AND_SOUND: dict[str, tuple[Edit, Edit]] = {
    "night": (
        edit(m.Isolation, night_delay=Minutes(90)),
        edit(m.Isolation, night_delay=Minutes(20)),
    ),
    "list": (
        edit(m.ContactListing, recall=Share(0.7)),
        edit(m.ContactListing, recall=Share(0.97), delay=Hours(3)),
    ),
    "test": (edit(m.Testing, delay=Hours(24)), edit(m.Testing, delay=Hours(5))),
    "morning": (
        edit(m.SymptomCheck, missed=Share(0.2)),
        edit(m.SymptomCheck, missed=Share(0.01)),
    ),
    "survey": (
        edit(m.ReturnSurvey, coverage=Share(0.9)),
        edit(m.ReturnSurvey, coverage=Share(1.0)),
    ),
    "leave": (leave(14), leave(28)),
    "dine": (
        edit(m.StaggeredDining, batches=2),
        edit(m.StaggeredDining, batches=4),
    ),
    "air": (
        edit(m.Ventilation, times=2, minutes=Minutes(20)),
        edit(m.Ventilation, times=4, minutes=Minutes(30)),
    ),
    "masks": (unmasked, lambda plan: plan),
}


def remedy(name: str) -> Remedy:
    return next(r for r in REMEDIES if r.name == name)


@pytest.mark.parametrize("name", WEAK_AND_SOUND)
def test_a_weak_plan_is_mended_once(name: str) -> None:
    weak, _sound = WEAK_AND_SOUND[name]
    plan = weak(small_plan())
    mended = remedy(name).apply(plan, YIGAO, 0)
    assert mended is not None
    assert mended != plan
    assert remedy(name).apply(mended, YIGAO, 0) is None or name == "dine"


@pytest.mark.parametrize("name", WEAK_AND_SOUND)
def test_a_sound_plan_is_left_alone(name: str) -> None:
    _weak, sound = WEAK_AND_SOUND[name]
    assert remedy(name).apply(sound(small_plan()), YIGAO, 0) is None


@pytest.mark.parametrize("name", WEAK_AND_SOUND)
def test_a_remedy_touches_one_school(name: str) -> None:
    weak, _sound = WEAK_AND_SOUND[name]
    plan = weak(small_plan())
    mended = remedy(name).apply(plan, YIGAO, 0)
    assert mended is not None
    assert mended.of(QIZHONG) == plan.of(QIZHONG)


def test_every_remedy_has_a_weak_and_a_sound_case() -> None:
    assert {r.name for r in REMEDIES} == {*WEAK_AND_SOUND, "beds"}


def test_beds_are_added_up_to_the_need() -> None:
    plan = small_plan()
    have = beds(plan, YIGAO, ZoneKind.ISOLATION_ROOM)
    mended = remedy("beds").apply(plan, YIGAO, have + 5)
    assert mended is not None
    assert beds(mended, YIGAO, ZoneKind.ISOLATION_ROOM) == have + 5
    assert remedy("beds").apply(plan, YIGAO, have) is None


def test_certain_and_great_worth_comes_first() -> None:
    tried = [
        _tried("test", Estimate(-0.05, -0.08, -0.02)),
        _tried("air", Estimate(-0.2, -0.5, 0.1)),
        _tried("list", Estimate(-0.1, -0.15, -0.05)),
    ]
    assert ranking(tried) == ["list", "test", "air"]


def test_a_mend_names_its_schools_and_a_day_before_opening() -> None:
    plan = edit(m.Testing, delay=Hours(24))(small_plan())
    rows = mends(plan, (), [])
    assert rows == ()
    assert remedy("test").due(plan) <= plan.district.opens
    assert remedy("test").due(plan) >= plan.district.drawn_up
    assert standing(plan, YIGAO, "test") == "24"
    assert isinstance(remedy("test").due(plan), date)


def test_what_the_check_demands_comes_before_what_is_worth_something() -> None:
    zones = tuple(
        replace(z, seats=10) if z.kind is ZoneKind.CANTEEN_HALL else z
        for z in small_plan().zones
    )
    first, *others = small_plan().classes
    lost = replace(first, stair=ZoneCode("NOWHERE"))
    plan = replace(small_plan(), zones=zones, classes=(lost, *others))
    found = tuple(errors(check(plan)))
    rows = tuple(musts(plan, (_rehearsed(plan, found),)))
    assert [found_by(mend, found) for mend in rows][:2] == ["P401", "P204"]
    assert all(mend.effect is None for mend in rows)
    assert rows[0].schools == (YIGAO,)


def found_by(mend: Mend, found: tuple[Problem, ...]) -> str:
    """The code of the problem whose words a mend's title has."""
    return next(p.code for p in found if p.said.rstrip("。") in mend.title)


def _rehearsed(plan: Plan, problems: tuple[Problem, ...]) -> SchoolRehearsal:
    return SchoolRehearsal(
        school=plan.by_code[YIGAO],
        students=1,
        boarders=0,
        staff=1,
        classes=1,
        r0=1.0,
        planned=(),
        nothing=(),
        against=(),
        change=(),
        worth=(),
        leaks=(),
        problems=problems,
    )


def _tried(name: str, effect: Estimate) -> Tried:
    plan = small_plan()
    return Tried(
        remedy=remedy(name),
        school=plan.by_code[YIGAO],
        mended=plan,
        effect=effect,
        beta=1.0,
    )
