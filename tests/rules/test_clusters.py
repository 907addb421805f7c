"""Window rules: the decision, the table of the kernel, a plain count; all agree."""

import math
from datetime import date

import pytest
from hypothesis import given, settings, strategies as st

from bihuan.base.ids import SchoolCode
from bihuan.base.units import Days, Hours, Share
from bihuan.plan.measures import Mask, Measure, Quarantine, Suspension
from bihuan.plan.words import Counted, Place, Setting, Unit
from bihuan.rules import clusters as c
from bihuan.rules.book import load
from bihuan.rules.suspension import return_rows, suspension_rules

BOOK = load()
RULES = st.builds(
    c.WindowRule,
    unit=st.sampled_from(Unit),
    counted=st.sampled_from(Counted),
    count=st.none() | st.integers(1, 12),
    share=st.none() | st.floats(0.01, 1.0).map(Share),
    window=st.integers(1, 14).map(Days),
    delay=st.floats(0, 72).map(Hours),
    days=st.integers(0, 21).map(Days),
    place=st.sampled_from(Place),
    code=st.just("X"),
)
CASES = st.lists(st.integers(0, 20), max_size=25).map(sorted)


def rule(
    *, count: int | None = None, share: float | None = None, window: int = 1
) -> c.WindowRule:
    return c.WindowRule(
        unit=Unit.CLASS,
        counted=Counted.FOUND,
        count=count,
        share=None if share is None else Share(share),
        window=Days(window),
        delay=Hours(2),
        days=Days(4),
        place=Place.HOME,
        code="X",
    )


@given(RULES, CASES, st.integers(0, 22), st.integers(0, 60))
@settings(deadline=None, max_examples=300)
def test_decision_and_table_say_the_same(
    one: c.WindowRule, cases: list[int], today: int, size: int
) -> None:
    whole, parts = c.as_table([one])
    seen = 0
    for day in cases:
        if today - whole[0, c.WINDOW] < day <= today:
            seen += 1
    share = parts[0, c.SHARE]
    by_share = math.inf if math.isinf(share) else math.ceil(share * size - 1e-9)
    plain = seen >= max(1, min(whole[0, c.COUNT], by_share))
    assert c.fires(one, cases, today, size) == plain


@given(RULES, CASES, st.integers(0, 20), st.integers(1, 60))
@settings(deadline=None, max_examples=100)
def test_one_more_case_today_never_silences_a_rule(
    one: c.WindowRule, cases: list[int], today: int, size: int
) -> None:
    if c.fires(one, cases, today, size):
        assert c.fires(one, sorted([*cases, today]), today, size)


@pytest.mark.parametrize(
    ("one", "cases", "size", "expected"),
    [
        (rule(count=5), [3, 3, 3, 3, 3], 55, True),
        (rule(count=5), [2, 3, 3, 3, 3], 55, False),
        (rule(count=5, window=2), [2, 3, 3, 3, 3], 55, True),
        (rule(count=1), [4], 55, False),
        (rule(share=0.3), [3] * 15, 50, True),
        (rule(share=0.3), [3] * 14, 50, False),
        (rule(share=0.1), [3] * 3, 30, True),
        (rule(count=5, share=0.3), [3] * 3, 10, True),
        (rule(share=0.3), [], 0, False),
        (rule(), [3] * 50, 50, False),
    ],
)
def test_rule_fires_on_day_three(
    one: c.WindowRule, cases: list[int], size: int, *, expected: bool
) -> None:
    assert c.fires(one, cases, 3, size) is expected


def test_quarantine_and_suspension_are_compiled_with_their_dates() -> None:
    school = SchoolCode("S")
    start, end = date(2020, 4, 7), date(2020, 4, 20)
    measures: tuple[Measure, ...] = (
        Quarantine(
            school=school, code="Q", unit=Unit.GRADE, place=Place.DORM, scope=("G1",)
        ),
        Suspension(
            school=school,
            code="U",
            unit=Unit.CLASS,
            share=Share(0.3),
            start=start,
            end=end,
        ),
        Mask(
            school=school, code="M", wearing=Share(1.0), settings=(Setting.CLASSROOM,)
        ),
    )
    grade, klass = c.window_rules(measures, start)
    assert (grade.unit, grade.count, grade.place) == (Unit.GRADE, 1, Place.DORM)
    assert (grade.counted, grade.window, grade.days) == (Counted.CONFIRMED, 14, 14)
    assert grade.scope == ("G1",)
    assert (klass.count, klass.share, klass.place) == (None, 0.3, Place.HOME)
    assert (klass.delay, klass.days, klass.end) == (2.0, 4, end)
    assert c.window_rules(measures, end) == (grade, klass)
    assert c.window_rules(measures, date(2020, 4, 6)) == (grade,)
    assert c.window_rules(measures, date(2020, 4, 21)) == (grade,)
    assert c.window_rules(measures) == (grade, klass)


def test_table_has_a_row_each_and_none_for_none() -> None:
    whole, parts = c.as_table([rule(count=5, window=3), rule(share=0.3)])
    assert whole.tolist() == [
        [0, 0, 5, 3, 4, 0],
        [0, 0, c.NEVER, 1, 4, 0],
    ]
    assert parts.tolist() == [[math.inf, 2.0], [0.3, 2.0]]
    empty, fractions = c.as_table([])
    assert empty.shape == (0, 6)
    assert fractions.shape == (0, 2)


@pytest.mark.parametrize(
    ("disease", "on", "expected"),
    [
        ("hfmd", date(2020, 4, 7), {("class", 2, 7), ("dorm_room", 2, 7), ("school", 5, 7)}),
        ("norovirus", date(2024, 4, 7), {("school", 10, 7)}),
        ("measles", date(2024, 4, 7), {("school", 2, 10)}),
        ("tb", date(2024, 4, 7), set()),
    ],
)  # fmt: skip
def test_cluster_rules_of_the_book(
    disease: str, on: date, expected: set[tuple[str, int, int]]
) -> None:
    general = {
        ("class", 3, 1),
        ("dorm_room", 3, 1),
        ("class", 5, 3),
        ("dorm_room", 5, 3),
    }
    found = c.cluster_rules(BOOK, disease, on)
    assert {(r.unit.value, r.count, r.window) for r in found} == general | expected
    assert {r.delay for r in found} == {24.0}
    assert {r.days for r in found} == {0}


def test_suspension_rules_of_influenza() -> None:
    found = {r.code: r for r in suspension_rules(BOOK, "influenza", date(2020, 4, 7))}
    assert (found["C1a"].count, found["C1a"].window, found["C1a"].days) == (5, 1, 4)
    assert (found["C1b"].share, found["C1b"].window, found["C1b"].days) == (0.3, 5, 4)
    assert "C1c" not in found  # counts those in hospital, whom no check finds


def test_suspension_rules_follow_the_edition() -> None:
    def of(day: date) -> set[str]:
        return {r.code for r in suspension_rules(BOOK, "h1n1", day)}

    assert of(date(2009, 7, 1)) == {"C15a"}
    assert of(date(2010, 7, 1)) == {"C14a", "C14b"}
    assert of(date(2020, 7, 1)) == set()


def test_rows_of_return() -> None:
    rows = {r.code for r in return_rows(BOOK, "measles", date(2020, 4, 7))}
    assert {"C6b", "C6c", "C13"} <= rows
    assert "C1d" not in rows
