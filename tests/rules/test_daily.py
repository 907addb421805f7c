"""The daily report: a class that is missing is told, and none missing is a zero."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from bihuan.rules.daily import (
    LABELS,
    ClassCount,
    Daily,
    Ill,
    Sum,
    Timing,
    daily,
    timing,
    together,
)
from bihuan.rules.triage import Symptom

CLASSES = ("C1", "C2", "C3")
COUNTS = st.builds(ClassCount, expected=st.integers(0, 60), present=st.integers(0, 60))
CHECKS = st.dictionaries(st.sampled_from(CLASSES), st.none() | COUNTS)
ILL = st.lists(
    st.builds(
        Ill,
        unit=st.sampled_from(CLASSES),
        sick=st.booleans(),
        symptoms=st.frozensets(st.sampled_from(Symptom), max_size=3),
    ),
    max_size=6,
)
REPORTS = st.dictionaries(
    st.sampled_from("XYZ"), st.none() | st.builds(daily, CHECKS, ILL)
)


def row(report: Daily) -> dict[str, Sum]:
    return {column: getattr(report, column) for column in LABELS}


@given(CHECKS, ILL)
def test_sums_are_over_those_who_reported_and_name_the_others(
    checks: dict[str, ClassCount | None], ill: list[Ill]
) -> None:
    report = daily(checks, ill)
    missing = sorted(unit for unit, check in checks.items() if check is None)
    for one in row(report).values():
        assert list(one.without) == missing
    came = [check for check in checks.values() if check is not None]
    if came:
        assert report.expected.value == sum(check.expected for check in came)
        assert report.present.value == sum(check.present for check in came)
    else:
        assert report.expected == report.present == Sum(None, tuple(missing))


@given(CHECKS, ILL)
def test_zero_report_is_complete_and_has_nobody_ill(
    checks: dict[str, ClassCount | None], ill: list[Ill]
) -> None:
    report = daily(checks, ill)
    nobody = not any(one.sick or one.symptoms - {Symptom.UNKNOWN} for one in ill)
    assert report.zero == (bool(checks) and None not in checks.values() and nobody)


@given(REPORTS)
def test_missing_school_is_named_and_never_a_zero(
    reports: dict[str, Daily | None],
) -> None:
    for column, one in row(together(reports)).items():
        sums = {
            name: getattr(report, column) if report else Sum(None)
            for name, report in reports.items()
        }
        assert set(one.without) == {n for n, s in sums.items() if not s.complete}
        values = [s.value for s in sums.values() if s.value is not None]
        assert one.value == (sum(values) if values else None)


def test_columns_of_the_report() -> None:
    assert list(LABELS) == [field.name for field in fields(Daily)]
    ill = [
        Ill(unit="C1", sick=True, symptoms=frozenset({Symptom.FEVER, Symptom.COUGH})),
        Ill(unit="C1", sick=True, symptoms=frozenset({Symptom.VOMITING})),
        Ill(unit="C1", sick=True, symptoms=frozenset({Symptom.UNKNOWN})),
        Ill(unit="C2", sick=False, symptoms=frozenset({Symptom.RASH})),
        Ill(unit="C2", sick=False, symptoms=frozenset({Symptom.HEADACHE})),
        Ill(unit="C2", sick=False),
    ]
    count = ClassCount(expected=55, present=52)
    report = daily({"C1": count, "C2": count}, ill)
    assert {name: one.value for name, one in row(report).items()} == {
        "expected": 110,
        "present": 104,
        "sick": 3,
        "fever": 1,
        "cough": 1,
        "gastro": 1,
        "rash": 1,
        "other": 2,
    }
    assert report.complete
    assert not report.zero


def test_all_missing_is_unknown_but_who_is_ill_is_told() -> None:
    report = daily({"C1": None}, [Ill(unit="C1", sick=True)])
    assert report.expected == Sum(None, ("C1",))
    assert report.sick == Sum(1, ("C1",))


def test_a_sum_is_complete_with_a_value_and_nobody_missing() -> None:
    assert Sum(0).complete
    assert not Sum(None).complete
    assert not Sum(3, ("C1",)).complete


def test_in_time_late_waiting_missing() -> None:
    due = datetime(2020, 4, 8, 8, 30, tzinfo=UTC)
    second = timedelta(seconds=1)
    assert timing(due, due, due + second) is Timing.ON_TIME
    assert timing(due + second, due, due + second) is Timing.LATE
    assert timing(None, due, due) is Timing.WAITING
    assert timing(None, due, due + second) is Timing.MISSING
