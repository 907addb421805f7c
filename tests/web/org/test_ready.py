"""A ready read says what the query set says."""

import datetime as dt

import pytest
from django.db.models import Q
from hypothesis import given, settings, strategies as st
from hypothesis.extra.django import TestCase

from bihuan.web.org.models import Person
from bihuan.web.org.ready import Ready
from site_world import DAY, Cast, build

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
