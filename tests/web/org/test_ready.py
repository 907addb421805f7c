"""A ready read says what the query set says."""

import datetime as dt
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Q
from hypothesis import given, settings, strategies as st
from hypothesis.extra.django import TestCase

from bihuan.web.ledgers.checks.models import CheckException, ClassCheck
from bihuan.web.org import ready
from bihuan.web.org.models import Person
from bihuan.web.org.ready import Ready, ReadyRows
from site_world import DAY, MORNING, Cast, build

PEOPLE = Ready(
    (int, dt.date, str),
    lambda unit, day, role: (
        Person.objects.filter(
            Q(left_on=None) | Q(left_on__gt=day), unit=unit, role=role, seat__gt=1
        )
        .order_by("pk")
        .values_list("pk", "code")
    ),
)


@pytest.mark.django_db
def test_it_finds_the_same_rows_with_other_values_each_time() -> None:
    cast: Cast = build()
    gone = cast.people["pupil_a1_3"]
    gone.left_on = DAY
    gone.save()
    for name in ("class_a1", "class_a2", "class_b1"):
        for day in (DAY - dt.timedelta(days=1), DAY):
            unit = cast.units[name].pk
            asked = Person.objects.filter(
                Q(left_on=None) | Q(left_on__gt=day),
                unit=unit,
                role="student",
                seat__gt=1,
            )
            told = list(asked.order_by("pk").values_list("pk", "code"))
            assert PEOPLE(unit, day, "student") == told
            assert told


class AnyText(TestCase):
    """Whatever a text holds, it is a value and never SQL."""

    @given(st.text(max_size=40).filter(lambda text: "\0" not in text))
    @settings(deadline=None, max_examples=40)
    def test_a_text_is_only_a_value(self, text: str) -> None:
        assert PEOPLE(1, DAY, text) == []


SAME = ReadyRows(
    (uuid.UUID, int),
    lambda entry, unit: ClassCheck.objects.filter(
        Q(entry=entry) | Q(unit=unit, state="sent")
    ).order_by("pk"),
)


def check(cast: Cast, **other: Any) -> ClassCheck:
    return ClassCheck(
        **{
            "entry": uuid.uuid4(), "unit": cast.units["class_a1"],
            "school": cast.units["school_a"], "day": DAY, "at": MORNING,
            "made_at": MORNING, "state": "sent", "slot": "morning", "expected": 6,
            "present": 6, "mode": "all_normal", "late": True,
        } | other,
    )  # fmt: skip


@pytest.mark.django_db
def test_a_row_that_is_added_is_the_row_that_save_writes() -> None:
    cast: Cast = build()
    row = check(cast)
    ready.add(row)
    assert not row._state.adding
    found = ClassCheck.objects.get(pk=row.pk)
    for field in ClassCheck._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(row, field.attname), field.name


@pytest.mark.django_db
def test_a_change_goes_along_with_a_row_and_touches_no_other() -> None:
    cast: Cast = build()
    first, other = check(cast), check(cast, unit=cast.units["class_a2"])
    for row in (first, other):
        ready.add(row)
    gone = ready.Change(ClassCheck, first.pk, {"state": "replaced", "late": False})
    ready.add(check(cast, slot="noon"), gone)
    told = ClassCheck.objects.order_by("pk").values_list("state", "late")
    assert list(told) == [("replaced", False), ("sent", True), ("sent", True)]
    ready.change(ClassCheck, other.pk, note="x' OR 1=1 --")
    assert ClassCheck.objects.get(note="x' OR 1=1 --") == other


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [0, 1, 3, 9])
def test_many_rows_are_added_at_once(
    rows: int, django_assert_num_queries: Callable[[int], AbstractContextManager[Any]]
) -> None:
    cast: Cast = build(students=10)
    whole = check(cast)
    ready.add(whole)
    ill = [
        CheckException(
            check_row=whole, person=cast.people[f"pupil_a1_{n + 1}"], kind="sick",
            symptoms=["fever"], celsius=Decimal("38.1"), onset=DAY,
        )
        for n in range(rows)
    ]  # fmt: skip
    with django_assert_num_queries(min(rows, 1)):
        ready.add_all(ill)
    told = whole.exceptions.values_list("symptoms", "celsius", "onset")
    assert list(told) == [(["fever"], Decimal("38.1"), DAY)] * rows


@pytest.mark.django_db
def test_objects_are_those_of_the_query_set() -> None:
    cast: Cast = build()
    rows = [
        check(cast),
        check(cast, slot="noon", state="replaced"),
        check(cast, slot="noon"),
    ]
    for row in rows:
        ready.add(row)
    unit = cast.units["class_a1"].pk
    for _again in range(2):
        found = SAME.objects(rows[1].entry, unit)
        assert found == rows
        for one in found:
            told = ClassCheck.objects.get(pk=one.pk)
            for field in ClassCheck._meta.concrete_fields:
                assert getattr(one, field.attname) == getattr(told, field.attname)
    assert SAME.objects(uuid.uuid4(), 0) == []


def test_a_fixed_word_stands_in_the_statement() -> None:
    with_words = ready._with_words("a = %s AND b = %s AND c = %s", ["sent", 3, "it's"])
    assert with_words == ("a = 'sent' AND b = %s AND c = %s", [3, "it's"])
