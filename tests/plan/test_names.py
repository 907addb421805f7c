"""Names of classes and grades: many spellings, one key."""

import pytest
from hypothesis import given, strategies as st

from bihuan.plan.names import class_key, folded, grade_key, numeral, plain

CHINESE = "一二三四五六七八九"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("初三(2)班", (9, 2)),
        ("初三（２）班", (9, 2)),
        ("九(2)班", (9, 2)),
        ("九年级2班", (9, 2)),
        ("九年级(二)班", (9, 2)),
        ("九二班", (9, 2)),
        ("902", (9, 2)),
        ("902班", (9, 2)),
        ("９０２", (9, 2)),
        ("G9C2", (9, 2)),
        ("G09C02", (9, 2)),
        ("高一3班", (10, 3)),
        ("高一(3)班", (10, 3)),
        ("高一 (3) 班", (10, 3)),
        ("高一【3】班", (10, 3)),
        ("高中一年级3班", (10, 3)),
        ("高三十二班", (12, 12)),
        ("1203", (12, 3)),
        ("三(1)班", (3, 1)),
        ("小学三年级1班", (3, 1)),
        ("实验班", None),
        ("高四(1)班", None),
        ("高一(0)班", None),
        ("1300", None),
        ("班", None),
        ("", None),
    ],
)
def test_class_names(name: str, key: tuple[int, int] | None) -> None:
    assert class_key(name) == key


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("初三", 9),
        ("九年级", 9),
        ("九", 9),
        ("9", 9),
        ("9年级", 9),
        ("初中三年级", 9),
        ("高一", 10),
        ("高一年级", 10),
        ("高1", 10),
        ("十二年级", 12),
        ("G12", 12),
        ("Grade 7", 7),
        ("小六", 6),
        ("小学六年级", 6),
        ("幼儿园", 0),
        ("小七", None),
        ("初四", None),
        ("高零", None),
        ("十三年级", None),
        ("教师", None),
        ("", None),
    ],
)
def test_grade_names(name: str, level: int | None) -> None:
    assert grade_key(name) == level


@given(level=st.integers(10, 12), number=st.integers(1, 40))
def test_every_spelling_of_a_senior_class_has_its_key(level: int, number: int) -> None:
    year = CHINESE[level - 10]
    tens, ones = divmod(number, 10)
    said = ("" if not tens else "十" if tens == 1 else f"{CHINESE[tens - 1]}十") + (
        CHINESE[ones - 1] if ones else ""
    )
    spellings = (f"高{year}({number})班", f"高{year}{number}班", f"高{year}{said}班")
    codes = (f"G{level}C{number:02}", f"{level}{number:02}")
    assert {class_key(name) for name in (*spellings, *codes)} == {(level, number)}


@pytest.mark.parametrize(
    ("text", "number"),
    [("十", 10), ("二十", 20), ("九十九", 99), ("〇", 0), ("12", 12), ("零", 0)],
)
def test_numerals(text: str, number: int) -> None:
    assert numeral(text) == number


@pytest.mark.parametrize("text", ["十十", "一二", "百", "", "123", "一二十三"])
def test_what_is_no_numeral(text: str) -> None:
    assert numeral(text) is None


@given(st.text())
def test_no_name_crashes(text: str) -> None:
    assert class_key(text) is None or class_key(plain(text)) == class_key(text)
    assert grade_key(text) is None or grade_key(plain(text)) == grade_key(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("*学校名称", "学校 名称"),
        ("Ｇ１２", "g12"),
        ("dorm_room", "Dorm Room"),
        ("电话：", "电话"),
    ],
)
def test_folded_names_are_the_same(one: str, other: str) -> None:
    assert folded(one) == folded(other)
