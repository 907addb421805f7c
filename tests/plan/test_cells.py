"""One cell: every way of writing it that is understood, and the ways that are not."""

import datetime as dt
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, strategies as st

from bihuan.base.wording import speak
from bihuan.plan.load.cells import (
    BadCell,
    Holds,
    Limits,
    Raw,
    canonical,
    canonical_code,
    closest,
    holds,
    members,
    parse,
    show,
    spellings_of,
    text_of,
)
from bihuan.plan.load.headers import SHEETS, hints, kinds_of_measures
from bihuan.plan.measures import type_of
from bihuan.plan.words import Post, Setting, Stage, Word, ZoneKind

NO_LIMITS = Limits(column="x", units=("人", "分钟"))
DAY = dt.date(2020, 3, 1)
WORDS = sorted(
    {
        held.of
        for sheet in SHEETS
        for cls in sheet.types
        for held in hints(cls).values()
        if issubclass(held.of, Word)
    },
    key=lambda word: word.__name__,
)


@pytest.mark.parametrize(
    "raw",
    ["2020-03-01", "2020.3.1", "2020/3/1", "20200301", "2020年3月1日", "２０２０．３．１",
     " 2020 - 03 - 01 ", 20200301, 20200301.0, 43891, 43891.0, "43891", DAY,
     dt.datetime.combine(DAY, dt.time(12, 30)), "2020-03-01 00:00:00"],
)  # fmt: skip
def test_dates(raw: Raw) -> None:
    assert parse(raw, Holds(dt.date), NO_LIMITS) == DAY


@pytest.mark.parametrize(
    "raw", ["2020-02-30", "三月一日", "3.1", 3, 99999, True, "2020"]
)
def test_what_is_no_date(raw: Raw) -> None:
    assert _code(raw, Holds(dt.date)) == "P105"


@pytest.mark.parametrize(
    "raw",
    ["7:20", "07:20", "7点20分", "7点20", "7：20", "７：２０", "0720", "07:20:00", "上午7:20",
     7 / 24 + 20 / 1440, dt.time(7, 20), dt.datetime.combine(dt.date(1900, 1, 1), dt.time(7, 20)),
     dt.timedelta(hours=7, minutes=20)],
)  # fmt: skip
def test_times(raw: Raw) -> None:
    assert parse(raw, Holds(dt.time), NO_LIMITS) == dt.time(7, 20)


@pytest.mark.parametrize(
    ("raw", "time"),
    [
        ("7点", dt.time(7)),
        ("7点半", dt.time(7, 30)),
        ("下午2:30", dt.time(14, 30)),
        ("晚上10点", dt.time(22)),
        ("22:30:15", dt.time(22, 30, 15)),
        (0.0, None),
        ("0:00", dt.time()),
    ],
)
def test_more_times(raw: Raw, time: dt.time | None) -> None:
    assert parse(raw, Holds(dt.time), NO_LIMITS) == time


@pytest.mark.parametrize("raw", ["25:00", "7:60", "早上", "7.20", 7, 1.5, True])
def test_what_is_no_time(raw: Raw) -> None:
    assert _code(raw, Holds(dt.time)) == "P106"


@pytest.mark.parametrize(
    ("raw", "number"),
    [("24", 24), ("２４", 24), (24.0, 24), ("24人", 24), ("1,200", 1200), ("+3", 3), ("2.0", 2)],
)  # fmt: skip
def test_whole_numbers(raw: Raw, number: int) -> None:
    value = parse(raw, Holds(int), NO_LIMITS)
    assert value == number
    assert isinstance(value, int)


@pytest.mark.parametrize(
    ("raw", "code"),
    [("24.5", "P102"), (24.5, "P102"), ("二十四", "P101"), (True, "P101"), ("1,20", "P101"),
     ("-1", "P103"), ("1e400", "P103"), ("12人左右", "P101"), (DAY, "P101"), (".", "P101")],
)  # fmt: skip
def test_what_is_no_whole_number(raw: Raw, code: str) -> None:
    assert _code(raw, Holds(int)) == code


@pytest.mark.parametrize(
    ("raw", "share"),
    [("90%", 0.9), ("９０％", 0.9), (0.9, 0.9), ("0.9", 0.9), ("0.2%", 0.002), (1, 1), ("0", 0)],
)  # fmt: skip
def test_shares(raw: Raw, share: float) -> None:
    assert parse(raw, Holds(float, "Share"), NO_LIMITS) == share


@pytest.mark.parametrize("raw", ["90", 90, "120%", "-1%", "多数", 1.01])
def test_what_is_no_share(raw: Raw) -> None:
    assert _code(raw, Holds(float, "Share")) == "P104"


@pytest.mark.parametrize(
    ("raw", "value"),
    [("是", True), ("否", False), ("有", True), ("无", False), ("√", True), ("×", False),
     (1, True), (0, False), (True, True), ("Y", True), ("no", False), ("", None), ("—", None)],
)  # fmt: skip
def test_yes_and_no(raw: Raw, value: bool | None) -> None:  # noqa: FBT001  # the value itself
    assert parse(raw, Holds(bool), NO_LIMITS) is value


def test_what_is_neither_yes_nor_no() -> None:
    assert _code("也许", Holds(bool)) == "P107"


@pytest.mark.parametrize("word", WORDS)
def test_every_word_is_known_by_code_and_label_in_each_language(word: type) -> None:
    for member in members(word):
        for tongue in ("zh-Hans", "en"):
            with speak(tongue):
                assert parse(show(member), Holds(word), NO_LIMITS) is member
        for raw in (member.value, member.value.upper(), member.label):
            assert parse(raw, Holds(word), NO_LIMITS) is member


@pytest.mark.parametrize("word", WORDS)
def test_words_in_a_row_are_told_apart(word: type) -> None:
    for tongue in ("zh-Hans", "en"):
        with speak(tongue):
            shown = show(members(word), many=True)
            assert parse(shown, Holds(word, many=True), NO_LIMITS) == members(word)


def test_no_spelling_means_two_words() -> None:
    for word in WORDS:
        known = spellings_of(word)
        assert set(known.values()) == set(members(word))


def test_every_kind_of_measure_is_known_by_its_label() -> None:
    assert set(kinds_of_measures().values()) == set(type_of)


@pytest.mark.parametrize(
    ("raw", "member"),
    [("高中", Stage.SENIOR), ("中心校", Stage.TOWNSHIP_CENTRE), ("门卫", Post.GUARD),
     ("食堂", ZoneKind.CANTEEN_HALL), ("寝 室", ZoneKind.DORM_ROOM), ("Dorm Room", ZoneKind.DORM_ROOM)],
)  # fmt: skip
def test_other_names_of_words(raw: str, member: Word) -> None:
    assert parse(raw, Holds(type(member)), NO_LIMITS) is member


def test_unknown_word_is_told_with_the_closest() -> None:
    with pytest.raises(BadCell) as told:
        parse("教师", Holds(ZoneKind), NO_LIMITS)
    assert told.value.kind.code == "P108"
    assert told.value.words["closest"] == "教室"
    assert "、寝室、" in told.value.words["allowed"]


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        ("甲、乙", ("甲", "乙")),
        ("甲,乙;丙", ("甲", "乙", "丙")),
        ("甲，乙；丙\n丁 戊", ("甲", "乙", "丙", "丁", "戊")),
        ("高一 （3） 班、高二(1)班", ("高一(3)班", "高二(1)班")),
        ("无", ()),
        ("", ()),
        (("a, b", "c"), ("a, b", "c")),
        (101, ("101",)),
    ],
)
def test_lists(raw: Raw, parts: tuple[str, ...]) -> None:
    assert parse(raw, Holds(str, many=True), Limits(refers=True)) == parts


@pytest.mark.parametrize(
    "raw", ["无", "空", "—", "/", "N/A", " ", "\u00a0", None, "0", 0, "否"]
)
def test_nothing_where_a_code_may_be_left_out(raw: Raw) -> None:
    assert parse(raw, Holds(str, "ZoneCode"), Limits(refers=True)) is None


@pytest.mark.parametrize("of", [int, float])
def test_zero_is_a_number_and_not_nothing(of: type) -> None:
    assert parse("0", Holds(of, optional=True), NO_LIMITS) == 0
    assert parse(0, Holds(of, optional=True), NO_LIMITS) == 0


@pytest.mark.parametrize("setting", list(Setting))
def test_setting_whose_label_has_a_separator_is_one(setting: Setting) -> None:
    shown = show((setting, Setting.GATE), many=True)
    read = parse(shown, Holds(Setting, many=True), NO_LIMITS)
    assert read == (setting, Setting.GATE)


@pytest.mark.parametrize(
    ("hint", "held"),
    [
        (int, Holds(int)),
        (int | None, Holds(int, optional=True)),
        (tuple[Setting, ...], Holds(Setting, many=True)),
    ],
)
def test_what_a_cell_holds_is_known_from_the_annotation(hint: Any, held: Holds) -> None:
    assert holds(hint) == held


def test_numbers_as_text_have_no_point() -> None:
    assert text_of(410183.0) == "410183"
    assert text_of(0.5) == "0.5"
    assert text_of(dt.datetime.combine(DAY, dt.time())) == "2020-03-01"


def test_nearest_text_is_found_or_none() -> None:
    assert closest("七(9)班", ["七(8)班", "八(1)班"]) == "七(8)班"
    assert closest("abc", ["甲", "乙"]) == ""


@given(st.text())
def test_canonical_text_stays_as_it_is(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)
    assert canonical_code(canonical_code(text)) == canonical_code(text)


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.datetimes()))
def test_no_cell_crashes(raw: Raw) -> None:
    every = {
        held for sheet in SHEETS for cls in sheet.types for held in hints(cls).values()
    }
    for held in every:
        with suppress(BadCell):
            parse(raw, held, NO_LIMITS)


def _code(raw: Raw, held: Holds) -> str:
    with pytest.raises(BadCell) as told:
        parse(raw, held, NO_LIMITS)
    return told.value.kind.code
