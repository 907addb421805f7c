"""Numbers and dates in words."""

from datetime import date

import pytest

from bihuan.base.wording import speak
from bihuan.loop.outcome import Estimate
from bihuan.report import wording
from bihuan.report.wording import (
    CHANCE,
    COUNT,
    DIFFERENCE,
    PERSONS,
    POINTS,
    SHARE,
    Form,
)


@pytest.mark.parametrize(
    ("estimate", "form", "words"),
    [
        (Estimate(-0.041, -0.069, -0.012), POINTS, "−4.1 个百分点（−6.9 至 −1.2）"),
        (Estimate(-0.041, -0.069, -0.012), DIFFERENCE, "−4.1（−6.9 至 −1.2）"),
        (Estimate(-0.003, -0.009, 0.006), POINTS, "差异在误差范围内（−0.9 至 0.6）"),
        (Estimate(0.24, 0.21, 0.27), CHANCE, "24%（21 至 27）"),
        (Estimate(0.031, 0.02, 0.045), CHANCE, "3.1%（2.0 至 4.5）"),
        (Estimate(0.0, 0.0, 0.0), CHANCE, "0%（0 至 0）"),
        (Estimate(7.44, 6.9, 8.04), COUNT, "7.4（6.9 至 8.0）"),
        (Estimate(1310.4, 1266.0, 1354.0), COUNT, "1,310（1,266 至 1,354）"),
        (Estimate(0.034, 0.021, 0.05), COUNT, "0.03（0.02 至 0.05）"),
        (Estimate(-31.2, -48.0, -17.0), PERSONS, "−31 人（−48 至 −17）"),
        (Estimate(-0.38, -0.46, -0.29), SHARE, "−38%（−46 至 −29）"),
        (Estimate(-0.06, -0.1, -0.02), PERSONS, "−0.06 人（−0.10 至 −0.02）"),
        (Estimate(float("nan"), 0.0, 1.0), CHANCE, "算不出%（0 至 100）"),
    ],
)
def test_estimate_is_said_with_its_interval(
    estimate: Estimate, form: Form, words: str
) -> None:
    assert wording.words(estimate, form) == words


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1234567.0, 0, "1,234,567"),
        (-0.04, 1, "0.0"),
        (-0.06, 1, "−0.1"),
        (-1234.5, 1, "−1,234.5"),
        (float("inf"), 0, "算不出"),
    ],
)
def test_number_has_commas_and_a_true_minus(
    value: float, digits: int, text: str
) -> None:
    assert wording.number(value, digits) == text


def test_whole_numbers_have_no_digits() -> None:
    assert [wording.plain(v) for v in (14.0, 4.6, 0.05, 0.0)] == [
        "14",
        "4.6",
        "0.05",
        "0",
    ]


def test_days_are_said_in_both_languages() -> None:
    when = date(2020, 4, 7)
    assert wording.day(when) == "4月7日"
    assert wording.dated(when) == "2020年4月7日"


def test_span_of_one_value_is_that_value() -> None:
    assert wording.span((0.3, 0.18)) == "18% 至 30%"
    assert wording.span((0.18, 0.18)) == "18%"


def test_schools_are_counted_as_chinese_counts() -> None:
    assert [wording.schools(n) for n in (1, 2, 7, 16)] == [
        "1 校",
        "两校",
        "七校",
        "16校",
    ]
    with speak("en"):
        assert wording.numeral(2) == "2"
        assert wording.ordinal(3) == "3"
    assert wording.ordinal(12) == "12"


def test_long_rows_say_how_many_there_are() -> None:
    assert wording.listed("甲乙", 2) == "甲、乙"
    assert wording.listed("甲乙丙", 2) == "甲、乙等 3 项"


def test_sentence_has_one_stop() -> None:
    assert wording.sentence("好。") == wording.sentence("好") == "好。"
    assert wording.sentence("") == ""


def test_unknown_cause_is_shown_as_it_came() -> None:
    assert wording.cause("boarders") == "寄宿生离校返校"
    assert wording.cause("parcels") == "parcels"


def test_bands_of_sizes() -> None:
    assert [wording.band(*b) for b in ((1, 1), (2, 4), (50, None))] == [
        "1",
        "2–4",
        "≥50",
    ]


def test_a_tiny_number_keeps_two_digits_that_count() -> None:
    told = wording.said(Estimate(0.0026, 0.0011, 0.0041), wording.PERSONS)
    assert str(told).startswith("0.0026")
    assert "0.0011" in told.interval
