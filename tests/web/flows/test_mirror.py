"""The plan in force as units, people, rights and duties; and its exercise twin."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from bihuan.base.ids import SchoolCode
from bihuan.plan.plan import Plan
from bihuan.plan.words import Post
from bihuan.rules.access import Role
from bihuan.web.flows.mirror import entered, mirror
from bihuan.web.flows.syllables import FIRST, SECOND, invented
from bihuan.web.flows.twin import twin
from bihuan.web.org.models import Assignment, Duty, Person, Unit, UnitKind
from bihuan.web.org.units import add_unit
from site_world import DAY, MORNING
from world import small_plan

pytestmark = pytest.mark.django_db
LATER = MORNING + dt.timedelta(days=3)


@pytest.fixture
def bureau() -> Unit:
    return add_unit(None, UnitKind.BUREAU, "B", "示例市教体局")


def everything() -> list[dict[str, Any]]:
    """Every row the mirror may write."""
    tables: tuple[Any, ...] = (Unit, Person, Assignment, Duty)
    return [row for table in tables for row in table.objects.order_by("pk").values()]


def school(code: str) -> Unit:
    return Unit.objects.get(kind="school", code=code, exercise=False)


@pytest.mark.parametrize("made", [False, True])
def test_a_second_mirror_changes_nothing(bureau: Unit, *, made: bool) -> None:
    plan = small_plan()
    assert mirror(plan, bureau, MORNING, made=made)
    before = everything()
    assert not mirror(plan, bureau, LATER, made=made)
    assert everything() == before


def test_the_tree_is_the_plan(bureau: Unit) -> None:
    plan = small_plan()
    mirror(plan, bureau, MORNING)
    for klass in plan.classes:
        if klass.within:
            continue
        unit = Unit.objects.get(
            school__code=klass.school, kind="class", code=klass.code
        )
        assert unit.parent is not None
        assert (unit.parent.kind, unit.parent.code) == ("grade", klass.grade)
        assert unit.path == f"{unit.parent.path}{unit.pk:07d}."
        assert unit.size == klass.students
    for unit in Unit.objects.exclude(pk=bureau.pk):
        assert unit.path.startswith(bureau.path)


def test_a_centre_school_is_a_tier_above_and_a_school_beside(bureau: Unit) -> None:
    plan = small_plan()
    first, second = plan.schools[:2]
    lower = replace(second, superior=first.code)
    mirror(replace(plan, schools=(first, lower, *plan.schools[2:])), bureau, MORNING)
    tier = Unit.objects.get(kind="centre", code=first.code)
    assert school(first.code).parent == tier == school(second.code).parent
    mirror(plan, bureau, LATER)  # and out again, with everything below
    assert school(second.code).parent == bureau
    below = Unit.objects.filter(school=school(second.code))
    assert all(u.path.startswith(school(second.code).path) for u in below)
    assert all(u.path.endswith(f"{u.pk:07d}.") for u in below)


def test_posts_become_roles_at_their_place(bureau: Unit) -> None:
    plan = small_plan()
    mirror(plan, bureau, MORNING)
    for klass in plan.classes:
        if klass.homeroom and not klass.within:
            held = Assignment.objects.get(
                unit__code=klass.code, unit__school__code=klass.school,
                role=Role.CLASS_TEACHER.value,
            )  # fmt: skip
            assert held.person.code == klass.homeroom
    heads = [p for p in plan.people if p.post is Post.HEAD]
    for head in heads:
        row = Assignment.objects.get(
            person__code=head.id, person__school__code=head.school
        )
        assert (row.role, row.unit) == (Role.PRINCIPAL.value, school(head.school))
    cleaners = [p.id for p in plan.people if p.post is Post.CLEANER]
    assert not Assignment.objects.filter(person__code__in=cleaners).exists()


def test_who_leaves_the_plan_loses_every_right_at_once(bureau: Unit) -> None:
    plan = small_plan()
    mirror(plan, bureau, MORNING)
    gone = next(p for p in plan.people if p.post is Post.HEAD)
    person = Person.objects.get(code=gone.id, school__code=gone.school)
    by_hand = Assignment.objects.create(
        person=person, role=Role.ADMINISTRATOR.value, unit=person.unit, since=DAY
    )
    mirror(without(plan, gone.id), bureau, LATER)
    person.refresh_from_db()
    by_hand.refresh_from_db()
    assert person.left_on == LATER.date() == by_hand.until
    assert not Assignment.objects.filter(person=person, until=None).exists()
    mirror(plan, bureau, LATER)
    person.refresh_from_db()
    assert person.left_on is None


def without(plan: Plan, person: str) -> Plan:
    return replace(plan, people=tuple(p for p in plan.people if p.id != person))


def test_what_came_by_hand_stays(bureau: Unit) -> None:
    plan = small_plan()
    mirror(plan, bureau, MORNING)
    at = school(plan.schools[0].code)
    own = Person.objects.create(
        unit=at, school=at, role="staff", code="X9", name="新人"
    )
    listed = Person.objects.filter(school=at, from_plan=True).first()
    assert listed is not None
    Person.objects.filter(pk=listed.pk).update(name="改过", seat=7)
    held = Assignment.objects.create(
        person=own, role=Role.ADMINISTRATOR.value, unit=at, since=DAY
    )
    mirror(plan, bureau, LATER)
    own.refresh_from_db()
    held.refresh_from_db()
    listed.refresh_from_db()
    assert (own.left_on, held.until) == (None, None)
    assert listed.name == "改过"


def test_a_class_that_went_is_closed_and_its_teacher_with_it(bureau: Unit) -> None:
    plan = small_plan()
    mirror(plan, bureau, MORNING)
    gone = next(c for c in plan.classes if c.homeroom and not c.within)
    kept = tuple(
        c for c in plan.classes if (c.school, c.code) != (gone.school, gone.code)
    )
    mirror(replace(plan, classes=kept), bureau, LATER)
    unit = Unit.objects.get(kind="class", code=gone.code, school__code=gone.school)
    assert unit.closed_on == LATER.date()
    assert not Assignment.objects.filter(unit=unit, until=None).exists()
    others = Unit.objects.filter(kind="class").exclude(pk=unit.pk)
    assert not others.exclude(closed_on=None).exists()


def test_a_changed_duty_begins_anew_and_the_old_one_is_kept(bureau: Unit) -> None:
    plan = small_plan()
    mirror(plan, bureau, MORNING)
    first, *rest = plan.duties
    new = replace(first, standard="另一个标准")
    mirror(replace(plan, duties=(new, *rest)), bureau, LATER)
    rows = Duty.objects.filter(school__code=first.school, code=first.code)
    assert list(rows.order_by("pk").values_list("standard", "until")) == [
        (first.standard, LATER.date()),
        ("另一个标准", None),
    ]


def test_a_school_that_is_not_named_is_left_alone(bureau: Unit) -> None:
    plan = small_plan()
    mirror(plan, bureau, MORNING)
    before = everything()
    assert not mirror(plan.of(SchoolCode(plan.schools[0].code)), bureau, LATER)
    assert everything() == before


def test_made_people_have_seats_and_nobodys_name(bureau: Unit) -> None:
    plan = small_plan()
    mirror(plan, bureau, MORNING, made=True)
    pairs = {a + b for a in FIRST for b in SECOND}
    for unit in Unit.objects.filter(kind="class"):
        names = list(unit.people.filter(left_on=None).values_list("name", flat=True))
        assert len(names) == unit.size == len(set(names))
        assert set(names) <= pairs


def test_invented_names_do_not_come_twice() -> None:
    assert len({invented("班", n) for n in range(900)}) == 900


@pytest.mark.parametrize(
    ("level", "day", "year"),
    [
        (12, dt.date(2026, 3, 9), 2023),
        (10, dt.date(2026, 9, 1), 2026),
        (9, dt.date(2026, 8, 31), 2023),
        (1, dt.date(2026, 10, 1), 2026),
        (0, DAY, 0),
    ],
)
def test_the_year_a_class_entered(level: int, day: dt.date, year: int) -> None:
    assert entered(level, day) == year


def test_a_twin_is_the_school_once_more_under_a_root_of_its_own(bureau: Unit) -> None:
    plan = small_plan()
    mirror(plan, bureau, MORNING)
    real = school(plan.schools[0].code)
    before = everything()
    copy = twin(real, MORNING)
    assert copy.exercise
    assert copy.path[:8] != real.path[:8]
    assert [row for row in everything() if row in before] == before
    for table, at in (
        (Person, "school"),
        (Duty, "school"),
        (Assignment, "unit__school"),
    ):
        there = table.objects.filter(**{at: real}).count()
        assert table.objects.filter(**{at: copy}).count() == there > 0
    assert (
        Unit.objects.filter(school=copy).count()
        == Unit.objects.filter(school=real).count()
    )
    after = everything()
    twin(real, LATER)
    assert everything() == after


def test_a_twin_follows_who_leaves(bureau: Unit) -> None:
    plan = small_plan()
    mirror(plan, bureau, MORNING)
    head = next(p for p in plan.people if p.post is Post.HEAD)
    twin(school(head.school), MORNING)
    mirror(without(plan, head.id), bureau, LATER)
    twin(school(head.school), LATER)
    copy = Person.objects.get(twin_of__code=head.id, twin_of__school__code=head.school)
    assert copy.left_on == LATER.date()
    assert not Assignment.objects.filter(person=copy, until=None).exists()


def test_a_twin_carries_no_telephone(bureau: Unit) -> None:
    plan = small_plan()
    mirror(plan, bureau, MORNING)
    real = school(plan.schools[0].code)
    Person.objects.filter(school=real).update(phone="13800000000", address="某街1号")
    copies = Person.objects.filter(school=twin(real, MORNING))
    assert set(copies.values_list("phone", "address")) == {("", "")}
