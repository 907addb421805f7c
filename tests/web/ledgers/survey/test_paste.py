"""Lines of a chat and rows of a sheet become answers only where they say so."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, strategies as st

from bihuan.web.ledgers.survey.paste import Name, Told, read_rows, read_text

NAMES = (
    Name(pk=1, name="张一一"),
    Name(pk=2, name="李二二"),
    Name(pk=3, name="王三"),
    Name(pk=4, name="王三三"),
    Name(pk=5, name="赵四"),
    Name(pk=6, name="赵四"),
)
TODAY = dt.date(2026, 3, 9)


def one(line: str) -> Told:
    (told,) = read_text(line, NAMES, TODAY)
    return told


@pytest.mark.parametrize(
    ("line", "person", "answers"),
    [
        ("1. 张一一 无外出 健康", 1, (False, False, None, False)),
        ("2、李二二，未外出，无接触史，无症状", 2, (False, False, False, False)),
        ("３．　王三 没有外出 没有接触 身体健康 36.5", 3, (False, False, False, False)),
        ("4 王三三妈妈 一直在家 健康", 4, (False, False, None, False)),
        ("王三三去过郑州，3月1日返回，健康", 4, (True, None, None, False)),
        ("张一一 从武汉回来 2月20日 有发热", 1, (True, True, None, True)),
        ("张一一 有接触史", 1, (None, None, True, None)),
        ("张一一 38.5 咳嗽", 1, (None, None, None, True)),
        ("张一一 没发烧接触过密接", 1, (None, None, True, False)),
        ("张一一 不健康", 1, (None, None, None, None)),
        ("张一一 正在路上", 1, (None, None, None, None)),
        ("张一一 健康，但发热", 1, (None, None, None, None)),
    ],
)
def test_a_line_says_only_what_it_says(
    line: str, person: int, answers: tuple[bool | None, ...]
) -> None:
    told = one(line)
    assert told.person == person
    found = (told.travelled, told.outside, told.contact, told.symptoms)
    assert found == answers


def test_place_day_and_signs_of_a_yes() -> None:
    told = one("5. 张一一 从武汉回来 2月20日 有发热 咳嗽")
    assert (told.place, told.arrived) == ("武汉", dt.date(2026, 2, 20))
    assert told.symptom_codes == ("cough", "fever")
    assert one("张一一 去过郑州 12月30日返回").arrived == dt.date(2025, 12, 30)


@pytest.mark.parametrize(
    ("line", "closest"),
    [("张一 无外出", 1), ("赵四 无外出", 5), ("无名氏 无外出", None), ("李二 健康", 2)],
)
def test_a_name_that_is_not_exactly_one_is_only_shown(
    line: str, closest: int | None
) -> None:
    told = one(line)
    assert told.person is None
    assert told.closest == closest


def test_headings_are_left_out_and_doubles_marked() -> None:
    text = "#接龙\n例：某某 无外出\n\n1. 张一一 无外出\n2. 张一一 健康\n3. 李二二 健康"
    told = read_text(text, NAMES, TODAY)
    assert [(row.person, row.twice) for row in told] == [
        (1, True),
        (1, True),
        (2, False),
    ]


def test_a_sheet_is_read_from_its_heading_on() -> None:
    rows: list[list[Any]] = [
        ["返校前排查表", "", "", "", "", ""],
        ["序号", "姓名*", "假期是否外出", "地点", "返回日期", "接触史", "目前健康"],
        [1, "示例", "否", "", "", "否", "健康"],
        [2, "张一一", "否", "", "", "否", "健康"],
        [
            3,
            "李二二",
            "是",
            "郑州",
            dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
            "—",
            "发热",
        ],
        [4, "王三", "", "", "2026.3.1", "", ""],
    ]
    first, second, third = read_rows(rows, NAMES, TODAY)
    assert (first.person, first.open) == (1, ())
    assert (second.travelled, second.place, second.arrived) == (
        True,
        "郑州",
        dt.date(2026, 3, 1),
    )
    assert (second.contact, second.symptoms) == (False, True)
    assert third.open == ("travelled", "outside", "contact", "symptoms")
    assert third.arrived == dt.date(2026, 3, 1)
    assert read_rows([["a", "b"]], NAMES, TODAY) == ()


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    for told in read_text(text, NAMES, TODAY):
        assert told.person in {None, 1, 2, 3, 4, 5, 6}


@given(st.lists(st.lists(st.one_of(st.none(), st.text(max_size=9), st.floats()))))
def test_no_sheet_breaks_it(rows: list[list[Any]]) -> None:
    head = ["姓名", "返回日期", "接触史"]
    assert isinstance(read_rows([head, *rows], NAMES, TODAY), tuple)
