"""Who stands for a post: through duties that fit hour and matter, then among the people."""

from dataclasses import replace
from datetime import time

import pytest

from bihuan.base.ids import PersonId
from bihuan.base.units import Minutes
from bihuan.drill.bind import bind, posts
from bihuan.drill.lint import lint
from bihuan.drill.script import Inject, Scene, When
from bihuan.drill.timeline import planned
from bihuan.plan.duties import Duty
from bihuan.plan.plan import Plan
from bihuan.plan.words import InPlace, Post
from script_world import START, act, small_script
from world import YIGAO, small_plan

PLAN = small_plan()
SCENE = small_script()


def duty(
    code: str, person: str, hours: tuple[int, int] | None = None, **more: object
) -> Duty:
    told = Duty(
        school=YIGAO,
        code=code,
        name=code,
        in_place=InPlace.RESPONSE,
        post=Post.DOCTOR,
        person=PersonId(person),
        start=time(hours[0]) if hours else None,
        end=time(hours[1]) if hours else None,
    )
    return replace(told, **more)  # type: ignore[arg-type]


def with_duties(*duties: Duty) -> Plan:
    return replace(PLAN, duties=duties)


def at(hour: int) -> Scene:
    """One action of the doctor's, at an hour of the day."""
    minutes = Minutes((hour - START.hour) % 24 * 60.0)
    inject = Inject(
        id="A",
        title="发热",
        text="",
        when=When(at=minutes),
        to=(),
        objective="O1",
        expected=(act("A1", Post.DOCTOR),),
    )
    return replace(SCENE, injects=(inject,))


def test_every_post_of_a_script_is_asked_for() -> None:
    assert posts(SCENE) == (
        Post.GUARD,
        Post.DOCTOR,
        Post.LIAISON,
        Post.CLASS_TEACHER,
        Post.CLEANER,
        Post.GRADE_HEAD,
    )


def test_a_duty_names_person_and_deputy() -> None:
    assert bind(SCENE, PLAN, YIGAO)[Post.LIAISON] == ("LIAISON", "OFFICE")


def test_without_a_duty_it_is_who_has_the_post() -> None:
    holders = [p.id for p in PLAN.people if p.school == YIGAO and p.post is Post.DOCTOR]
    assert bind(SCENE, with_duties(), YIGAO)[Post.DOCTOR] == tuple(holders[:2])


def test_without_people_it_is_the_class_teacher_of_a_class() -> None:
    first = next(k for k in PLAN.classes if k.school == YIGAO and k.homeroom)
    alone = replace(PLAN, people=(), duties=())
    assert bind(SCENE, alone, YIGAO)[Post.CLASS_TEACHER][0] == first.homeroom


def test_a_post_without_anybody_is_left_out_and_told() -> None:
    bare = replace(PLAN, people=(), duties=())
    assert Post.GUARD not in bind(SCENE, bare, YIGAO)
    told = [p for p in lint(SCENE, bare, YIGAO) if p.code == "D120"]
    assert any("保安" in p.said and "一高" in p.said for p in told)


@pytest.mark.parametrize(("hour", "person"), [(12, "DAY"), (23, "NIGHT"), (3, "NIGHT")])
def test_the_duty_of_the_hour_is_taken(hour: int, person: str) -> None:
    plan = with_duties(
        duty("1", "ALWAYS"), duty("2", "DAY", (6, 22)), duty("3", "NIGHT", (22, 6))
    )
    assert bind(at(hour), plan, YIGAO)[Post.DOCTOR][0] == person


def test_of_two_duties_of_one_hour_the_one_of_the_matter_is_taken() -> None:
    plan = with_duties(duty("1", "CARE", in_place=InPlace.CARE), duty("2", "RESPONSE"))
    assert bind(at(12), plan, YIGAO)[Post.DOCTOR][0] == "RESPONSE"


def test_a_deputy_who_is_the_person_is_none() -> None:
    plan = replace(with_duties(duty("1", "X", deputy=PersonId("X"))), people=())
    assert bind(at(12), plan, YIGAO)[Post.DOCTOR] == ("X", "")


def test_one_person_for_two_posts_at_once_is_told() -> None:
    both = with_duties(
        duty("1", "X"),
        duty("2", "X", post=Post.GUARD),
        duty("3", "Y", post=Post.CLEANER),
    )
    told = [p for p in lint(SCENE, both, YIGAO) if p.code == "D121"]
    assert [sorted(w for k, w in p.words if k in "ab") for p in told] == [["A1", "A2"]]


def test_a_critical_action_without_a_deputy_is_told() -> None:
    plan = replace(with_duties(duty("1", "X", post=Post.GUARD)), people=())
    told = [p for p in lint(SCENE, plan, YIGAO) if p.code == "D122"]
    assert [dict(p.words)["post"] for p in told] == ["保安"]


def test_planned_times_follow_targets() -> None:
    assert planned(SCENE) == {"A": 10.0, "B": 25.0, "C": 25.0, "D": 120.0}


def test_a_circle_has_no_time() -> None:
    first = replace(SCENE.injects[0], when=When(after="B1"))
    scene = replace(SCENE, injects=(first, *SCENE.injects[1:]))
    assert planned(scene)["A"] is None
    assert planned(scene)["B"] is None
