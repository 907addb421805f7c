"""Made timetables: every lesson placed, nobody twice at once."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings, strategies as st

from bihuan.base.ids import ClassCode, PersonId
from bihuan.plan.lessons import SELF_STUDY, timetable
from bihuan.plan.plan import Plan
from bihuan.plan.populate import populate
from bihuan.plan.timetable import Lesson, Teaching
from bihuan.plan.words import PeriodKind, Role
from world import QIZHONG, YIGAO, small_plan


def made(plan: Plan, seed: int = 0) -> tuple[Lesson, ...]:
    return timetable(plan, YIGAO, populate(plan, YIGAO), seed=seed)


def clashes(lessons: tuple[Lesson, ...]) -> int:
    """Persons and classes in two lessons at once."""
    held = Counter(
        (who, row.day, row.period)
        for row in lessons
        if row.day
        for who in (*row.teachers, *row.classes)
    )
    return sum(n - 1 for n in held.values())


def taught(rows: list[tuple[str, str, int]]) -> Plan:
    """一高 with these teaching rows: class, teacher, lessons; other classes get made ones."""
    teaching = tuple(
        Teaching(
            school=YIGAO,
            klass=ClassCode(klass),
            teacher=PersonId(teacher),
            subject=teacher,
            lessons=lessons,
        )
        for klass, teacher, lessons in rows
    )
    return replace(small_plan(), teaching=teaching)


def test_a_given_timetable_is_kept() -> None:
    plan = small_plan()
    given_ = tuple(row for row in plan.lessons if row.school == QIZHONG)
    assert timetable(plan, QIZHONG, populate(plan, QIZHONG)) == given_


def test_a_class_that_a_timetable_leaves_out_is_taught_as_the_teaching_rows_say() -> (
    None
):
    plan = small_plan()
    kept = tuple(row for row in plan.lessons if row.classes != ("G7C1",))
    row = Teaching(
        school=QIZHONG,
        klass=ClassCode("G7C1"),
        teacher=PersonId("T1"),
        subject="语文",
        lessons=5,
    )
    people = populate(plan, QIZHONG)
    silent = timetable(replace(plan, lessons=kept), QIZHONG, people)
    assert len(silent) == 3 * 35
    told = replace(plan, lessons=kept, teaching=(row,))
    lessons = timetable(told, QIZHONG, people)
    mine = [r for r in lessons if r.classes == ("G7C1",)]
    assert len(mine) == 35
    assert sum(r.teachers == ("T1",) for r in mine) == 5
    assert clashes(lessons) == 0


@given(seed=st.integers(0, 2**40))
@settings(deadline=None, max_examples=10)
def test_the_teaching_rows_are_all_placed_without_a_clash(seed: int) -> None:
    plan = small_plan()
    lessons = made(plan, seed)
    wanted = Counter(
        {
            (row.klass, row.teacher): row.lessons
            for row in plan.teaching
            if row.school == YIGAO
        }
    )
    assert Counter((r.classes[0], r.teachers[0]) for r in lessons) == wanted
    assert all(row.day for row in lessons)
    assert clashes(lessons) == 0


loads = st.lists(
    st.tuples(
        st.sampled_from([f"G{g}C{c}" for g in (10, 11, 12) for c in (1, 2)]),
        st.sampled_from(["a", "b", "c", "d"]),
        st.integers(1, 20),
    ),
    max_size=18,
    unique_by=lambda row: row[:2],
)


@given(rows=loads)
@settings(deadline=None, max_examples=60)
def test_a_timetable_is_found_whenever_there_is_one(
    rows: list[tuple[str, str, int]],
) -> None:
    """König: there is one if no class and no teacher has more than the 40 periods."""
    lessons = made(taught(rows))
    load = Counter[str]()
    for klass, teacher, number in rows:
        load.update({f"c{klass}": number, f"t{teacher}": number})
    lost = sum(row.day == 0 for row in lessons)
    assert clashes(lessons) == 0
    asked = Counter({(klass, teacher): number for klass, teacher, number in rows})
    assert (
        Counter((r.classes[0], *r.teachers) for r in lessons if r.subject in "abcd")
        == asked
    )
    if max(load.values(), default=0) <= 40:
        assert lost == 0


def test_what_has_no_place_comes_back_unplaced() -> None:
    lessons = made(taught([("G10C1", "a", 30), ("G10C2", "a", 30)]))
    assert sum(row.day == 0 for row in lessons) == 20
    assert clashes(lessons) == 0


def test_every_lesson_period_of_a_class_is_filled() -> None:
    lessons = made(taught([("G10C1", "a", 3)]))
    mine = [row for row in lessons if row.classes == ("G10C1",)]
    assert len({(row.day, row.period) for row in mine}) == 40
    assert sum(row.subject == SELF_STUDY for row in mine) == 37


def test_lessons_of_a_subject_are_spread_over_the_days() -> None:
    days = Counter(
        row.day for row in made(taught([("G10C1", "a", 10)])) if "a" in row.teachers
    )
    assert set(days.values()) == {2}


def test_without_teaching_rows_the_teachers_are_dealt_evenly() -> None:
    plan = replace(small_plan(), teaching=())
    lessons = made(plan)
    teachers = [p for p in populate(plan, YIGAO) if p.role is Role.TEACHER]
    load = Counter(teacher for row in lessons for teacher in row.teachers)
    assert clashes(lessons) == 0
    assert len(load) == len(teachers)
    assert sum(load.values()) == 6 * 40
    assert max(load.values()) <= 240 / len(teachers) + 6


def test_without_teachers_classes_study_by_themselves() -> None:
    plan = replace(small_plan(), teaching=(), people=())
    plan = replace(plan, schools=tuple(replace(s, staff=0) for s in plan.schools))
    lessons = made(plan)
    assert len(lessons) == 240
    assert {row.subject for row in lessons} == {SELF_STUDY}


def test_the_order_of_rows_does_not_matter() -> None:
    plan = small_plan()
    turned = replace(
        plan,
        teaching=plan.teaching[::-1],
        classes=plan.classes[::-1],
        periods=plan.periods[::-1],
    )
    assert made(turned) == made(plan)


def test_without_lesson_periods_nothing_is_placed() -> None:
    plan = small_plan()
    kept = tuple(r for r in plan.periods if r.kind is not PeriodKind.LESSON)
    assert all(row.day == 0 for row in made(replace(plan, periods=kept)))
