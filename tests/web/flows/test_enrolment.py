"""The roster comes in as a whole and goes out as a whole."""

import io

import pytest
from django.db import connection
from openpyxl import Workbook

from bihuan.web.flows import enrolment
from bihuan.web.flows.accounts import Refused
from bihuan.web.org.models import EnrolmentImport, Person, Unit
from bihuan.web.org.scope import Actor
from site_world import MORNING, Cast, build

pytestmark = pytest.mark.django_db
HEADS = ("年级", "班级", "姓名", "学号", "家长电话", "寝室", "宿舍楼")


@pytest.fixture
def cast() -> Cast:
    return build()


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADS, *rows):
        sheet.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def handed(cast: Cast, *rows: tuple[object, ...]) -> EnrolmentImport:
    admin = Actor(None, cast.people["admin"].pk)
    return enrolment.preview(
        admin, cast.units["school_a"], workbook(*rows), "名册.xlsx", MORNING
    )


NEW = ("高二", "高二(3)班", "新生", "9001", "13800001234", "202", "2号楼")
KNOWN = ("高三", "高三(2)班", "学生A101", "A101", "", "", "")
"""The first pupil of class 1, now in class 2 and not boarding."""


def test_a_preview_changes_nothing(cast: Cast) -> None:
    before = Person.objects.count()
    row = handed(cast, NEW, KNOWN)
    assert (row.counts["new"], row.counts["changed"]) == (1, 1)
    assert Person.objects.count() == before


def test_what_was_looked_at_comes_in_with_its_units(cast: Cast) -> None:
    enrolment.take_over(Actor(None, None), handed(cast, NEW, KNOWN), MORNING)
    pupil = Person.objects.get(code="9001")
    assert (pupil.unit.name, pupil.unit.parent.name) == ("高二(3)班", "高二")  # type: ignore[union-attr]
    assert pupil.room
    assert pupil.room.parent
    assert (pupil.room.parent.name, pupil.phone, pupil.phone_last) == (
        "2号楼",
        "13800001234",
        "1234",
    )
    moved = Person.objects.get(code="A101")
    assert moved.unit == cast.units["class_a2"]
    sizes = Unit.objects.filter(pk__in=[cast.units["class_a1"].pk, moved.unit.pk])
    assert sorted(sizes.values_list("size", flat=True)) == [6, 7]


def test_the_same_file_again_changes_nobody(cast: Cast) -> None:
    enrolment.take_over(Actor(None, None), handed(cast, NEW, KNOWN), MORNING)
    again = handed(cast, NEW, KNOWN)
    assert again.counts == {"same": 2, "bad": 0}


def test_undo_brings_everything_back(cast: Cast) -> None:
    old = Person.objects.get(code="A101")
    done = enrolment.take_over(Actor(None, None), handed(cast, NEW, KNOWN), MORNING)
    enrolment.undo(Actor(None, None), done, MORNING)
    back = Person.objects.get(code="A101")
    assert (back.unit_id, back.room_id, back.name) == (
        old.unit_id,
        old.room_id,
        old.name,
    )
    assert Person.objects.get(code="9001").left_on == MORNING.date()
    with pytest.raises(Refused):
        enrolment.undo(Actor(None, None), done, MORNING)


def test_another_school_is_a_located_problem(cast: Cast) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["学校", "年级", "班级", "姓名", "学号"])
    sheet.append(["第二中学", "高三", "高三(1)班", "甲", "1"])
    file = io.BytesIO()
    book.save(file)
    admin = Actor(None, cast.people["admin"].pk)
    row = enrolment.preview(
        admin, cast.units["school_a"], file.getvalue(), "x.xlsx", MORNING
    )
    assert row.counts["bad"] == 1
    assert "示例A中学" in row.problems[0]


def test_personal_fields_are_not_readable_in_the_database(cast: Cast) -> None:
    enrolment.take_over(Actor(None, None), handed(cast, NEW), MORNING)
    with connection.cursor() as cursor:
        cursor.execute("select phone from org_person where code = '9001'")
        (stored,) = cursor.fetchone()
    assert b"13800001234" not in bytes(stored)
