"""The rule book: dated rows, their documents, who supersedes whom."""

import csv
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from bihuan.rules.book import DISEASES, Measured, Rule, SourceClass, Standing, load
from bihuan.rules.book.page import page

ROOT = Path(__file__).parents[2]
FACTS = ROOT.parent / "shared/data/parameters/china_control_rules.csv"
BOOK = load()
BY_CODE = {rule.code: rule for rule in BOOK.rules}
DAYS = st.dates(date(1990, 1, 1), date(2030, 12, 31))


def codes(day: date, *, disease: str | None = None) -> set[str]:
    return {rule.code for rule in BOOK.on(day, disease=disease).rules}


def test_codes_are_unique() -> None:
    for rows in (BOOK.rules, BOOK.documents):
        counts = Counter(row.code for row in rows)
        assert [code for code, n in counts.items() if n > 1] == []


def test_every_row_has_what_a_row_needs() -> None:
    for rule in BOOK.rules:
        assert rule.document in BOOK.by_code
        assert rule.disease in ("", *DISEASES)
        assert rule.how_sure in {f"{a}/{b}" for a in "RMD" for b in "HML"}, rule.code
        assert (rule.value is None) == (rule.unit is Measured.NOTHING), rule.code
        start, end = rule.effective_from, rule.effective_to
        assert start is None or end is None or start <= end, rule.code


def test_documents_name_known_ones_and_replace_them_on_the_day_they_end() -> None:
    for document in BOOK.documents:
        for code in document.supersedes:
            older = BOOK.by_code[code]
            assert document.effective_from is not None
            if older.effective_to:
                gap = document.effective_from - older.effective_to
                assert gap == timedelta(days=1), (document.code, code)


def test_documents_of_the_bureau_stand_empty() -> None:
    pending = [row for row in BOOK.documents if row.status is Standing.PENDING]
    assert len(pending) == 5
    assert not {row.code for row in pending} & {rule.document for rule in BOOK.rules}


@given(DAYS)
@settings(deadline=None, max_examples=60)
def test_rows_on_a_day_are_those_whose_dates_hold_it(day: date) -> None:
    for rule in BOOK.on(day).rules:
        assert rule.effective_from is None or rule.effective_from <= day
        assert rule.effective_to is None or day <= rule.effective_to
        newer = (d for d in BOOK.documents if rule.document in d.supersedes)
        assert all(d.effective_from and day < d.effective_from for d in newer)


@given(DAYS, st.sampled_from(sorted(DISEASES)))
@settings(deadline=None, max_examples=40)
def test_a_disease_has_its_rows_and_those_of_none(day: date, disease: str) -> None:
    own = BOOK.on(day, disease=disease).rules
    rest = {rule.disease for rule in BOOK.on(day).rules if rule not in own}
    assert {rule.disease for rule in own} <= {"", disease}
    assert not rest & {"", disease}


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("N12a", date(2020, 5, 8), date(2020, 8, 12)),
        ("N13b", date(2020, 5, 8), date(2020, 8, 12)),
        ("N6c", date(2020, 5, 8), date(2020, 8, 12)),
        ("T5", date(2022, 8, 25), date(2023, 1, 6)),
        ("C12a", date(2020, 2, 25), date(2020, 5, 7)),
        ("C14a", date(2009, 12, 1), date(2013, 10, 31)),
        ("C15a", date(2009, 6, 1), date(2009, 11, 30)),
        ("N19g", date(2013, 6, 1), date(2022, 5, 31)),
        ("O1", date(2020, 3, 31), date(2020, 8, 31)),
    ],
)
def test_rows_of_an_edition_end_with_it(code: str, first: date, last: date) -> None:
    one = timedelta(days=1)
    assert code in codes(first)
    assert code in codes(last)
    assert code not in codes(first - one)
    assert code not in codes(last + one)


def test_guards_go_by_the_new_standard_from_june_2022() -> None:
    before, after = codes(date(2022, 5, 31)), codes(date(2022, 6, 1))
    assert {"N19a", "N19b"} & before == set()
    assert {"N19a", "N19b"} <= after
    assert "gbt29315-2012" in BOOK.superseded(date(2022, 6, 1))


def test_symptom_monitoring_holds_from_its_date() -> None:
    assert "N4c" not in codes(date(2020, 4, 7))
    assert "N4c" in codes(date(2020, 7, 28))


def test_old_reporting_hours_are_kept_and_never_applied() -> None:
    rows = [rule for rule in BOOK.rules if rule.document == "old-report"]
    assert len(rows) == 5
    assert not {rule.code for rule in rows} & codes(date(2006, 4, 6))


@pytest.mark.parametrize(
    ("key", "day", "words", "value"),
    [
        ("supplies_days", date(2020, 4, 7), {"region": "410183"}, 14),
        ("supplies_days", date(2020, 4, 7), {"region": "310000"}, 7),
        ("beds_per_room", date(2020, 6, 1), {}, 6),
        ("beds_per_room", date(2020, 9, 1), {}, None),
        ("fever_line", date(2020, 4, 7), {}, 37.3),
        ("ili_line", date(2020, 4, 7), {"disease": "influenza"}, 38),
        ("doctor_students", date(2020, 4, 7), {}, 600),
        ("report_hours", date(2022, 9, 1), {"disease": "covid"}, 2),
        (
            "report_hours",
            date(2023, 3, 1),
            {"disease": "covid", "scope": "cluster"},
            24,
        ),
        ("ventilation_times", date(2020, 6, 1), {"region": "410183"}, 3),
        ("distance", date(2020, 4, 7), {}, None),
        ("no_such_key", date(2020, 4, 7), {}, None),
    ],
)
def test_value_of_a_key_on_a_day(
    key: str, day: date, words: dict[str, str], value: float | None
) -> None:
    assert BOOK.value(key, day, **words) == value


def test_what_binds_elsewhere_is_a_practice_here() -> None:
    def of(region: str) -> Rule:
        book = BOOK.on(date(2020, 4, 7), region=region)
        return next(rule for rule in book.rules if rule.code == "I10")

    assert of("440106").source_class is SourceClass.PLAN
    assert of("410183").source_class is SourceClass.PRACTICE
    assert not of("410183").binds


def test_row_from_memory_binds_nobody() -> None:
    assert BY_CODE["N15a"].binds
    assert BY_CODE["N15c"].source_class is SourceClass.LAW
    assert not BY_CODE["N15c"].binds


def test_page_of_the_documentation_is_the_book() -> None:
    assert (ROOT / "docs/rules.md").read_text("utf-8") == page(BOOK)


SOURCES = {
    "流感样病例暴发疫情处置指南(2018年版)": "ili-2018",
    "教育部 卫生部 2009-12 学校甲型H1N1流感防控工作方案": "h1n1-2009-12",
    "同上 试行 2009-06": "h1n1-2009-06",
    "湖州市卫健委 2023": "huzhou-2023",
    "江苏院校附件 引全国麻疹监测方案(2014)": "measles-2014",
    "苏卫计疾控[2017]18号 引自江苏院校附件": "jiangsu-2017",
    "WS/T 772-2020 学校传染病症状监测预警技术指南": "wst772-2020",
}


@pytest.mark.skipif(not FACTS.exists(), reason="shared data are not on this machine")
def test_facts_that_were_read_are_rows() -> None:
    with FACTS.open(encoding="utf-8", newline="") as file:
        facts = list(csv.DictReader(file))
    assert len(facts) == 19
    for fact in facts:
        rows = [
            rule
            for rule in BOOK.rules
            if rule.document == SOURCES[fact["source"]]
            and rule.checked == fact["checked"]
        ]
        said = {
            (rule.value, rule.window or 0, rule.days or 0)
            for rule in rows
            if rule.key in ("cluster", "suspend")
        }
        window, days = (int(fact[k] or 0) for k in ("window_days", "duration_days"))
        for wanted in filter(None, (fact["count"], fact["share_of_class"])):
            assert (float(wanted), window, days) in said, fact
        assert rows, fact
