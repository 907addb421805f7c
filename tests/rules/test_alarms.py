"""Alarms: the site's decision is the engine's, each illness counts once, unknown is watched."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from bihuan.base.ids import SchoolCode
from bihuan.base.units import Days, Share
from bihuan.plan.measures import Quarantine, Suspension
from bihuan.plan.words import Counted, Unit
from bihuan.rules.alarms import (
    Alarm,
    AlarmRule,
    Ask,
    Case,
    Cell,
    Group,
    alarm_rules,
    judge,
    near_misses,
)
from bihuan.rules.book import DISEASES, SourceClass, load
from bihuan.rules.clusters import cluster_rules, fires, needed
from bihuan.rules.suspension import suspension_rules
from bihuan.rules.triage import Syndrome

BOOK = load()
DAY = date(2020, 4, 8)
HENAN = "410183"
RAISED = datetime(2020, 4, 8, 9, 50, tzinfo=UTC)
RULES = alarm_rules(BOOK, (), DAY, region=HENAN)
C3, C5 = (Group.CLASS, "C3"), (Group.CLASS, "C5")
R1: Cell = (Group.DORM_ROOM, "R1")
SCHOOL: Cell = (Group.SCHOOL, "S")
LUNCH: Cell = (Group.MEAL, "K1/2020-04-08/lunch")
BUS: Cell = (Group.BUS, "B7")
FEVER = frozenset({Syndrome.FEVER})
BELLY = frozenset({Syndrome.BELLY})


def ill(
    number: int,
    *cells: Cell,
    groups: frozenset[Syndrome] = FEVER,
    ago: int = 0,
    disease: str = "",
    confirmed: bool = False,
) -> list[Case]:
    """So many cases, each another person of the same units."""
    return [
        Case(
            person=f"P{ago}-{n}",
            day=DAY - timedelta(days=ago),
            cells=frozenset(cells),
            syndromes=groups,
            disease=disease,
            confirmed=confirmed,
        )
        for n in range(number)
    ]


def told(found: tuple[Alarm, ...]) -> set[tuple[str, str, int]]:
    return {(one.rule.code, one.unit, one.count) for one in found}


ONE_RULE = st.builds(
    replace,
    st.just(RULES[0]),
    group=st.just(Group.CLASS),
    disease=st.just(""),
    count=st.none() | st.integers(1, 6),
    share=st.none() | st.floats(0.02, 1.0).map(Share),
    window=st.integers(1, 7).map(Days),
)
SOME_CASES = st.lists(
    st.builds(
        Case,
        person=st.sampled_from("ABCDEFGHIJ"),
        day=st.integers(-9, 2).map(lambda n: DAY + timedelta(days=n)),
        cells=st.just(frozenset({C3})),
        syndromes=st.just(FEVER),
    ),
    max_size=20,
)


@given(ONE_RULE, SOME_CASES, st.integers(1, 60))
@settings(deadline=None, max_examples=300)
def test_site_and_engine_decide_alike(
    rule: AlarmRule, cases: list[Case], size: int
) -> None:
    last: dict[str, int] = {}
    for case in cases:
        if case.day <= DAY:
            day = case.day.toordinal()
            last[case.person] = max(day, last.get(case.person, day))
    engine = fires(rule, sorted(last.values()), DAY.toordinal(), size)
    found = judge(cases, {C3: size}, [rule], DAY)
    assert bool(found) is engine
    for alarm in found:
        assert alarm.threshold == needed(rule, size) <= alarm.count
        assert DAY - timedelta(days=rule.window - 1) <= alarm.first <= alarm.last


@given(ONE_RULE, SOME_CASES, st.integers(0, 60))
@settings(deadline=None)
def test_alarm_and_near_miss_exclude_each_other(
    rule: AlarmRule, cases: list[Case], size: int
) -> None:
    sizes = {C3: size}
    watched = near_misses(cases, sizes, [rule], DAY)
    if judge(cases, sizes, [rule], DAY):
        assert watched == ()
    for one in watched:
        assert one.threshold is None or one.count == one.threshold - 1


@given(SOME_CASES)
@settings(deadline=None)
def test_one_entered_twice_changes_nothing(cases: list[Case]) -> None:
    assert judge(cases, {}, RULES, DAY) == judge([*cases, *cases], {}, RULES, DAY)


@pytest.mark.parametrize("disease", sorted(DISEASES))
@pytest.mark.parametrize("day", [DAY, date(2010, 4, 8), date(2024, 4, 8)])
def test_rules_are_those_of_the_table(disease: str, day: date) -> None:
    ours = {
        (r.group.value, r.count, r.share, r.window, r.report_by)
        for r in alarm_rules(BOOK, (), day, region=HENAN)
        if r.disease in ("", disease) and r.ask is Ask.CLUSTER
    }
    for rule in cluster_rules(BOOK, disease, day):
        key = (rule.unit.value, rule.count, rule.share, rule.window, rule.delay)
        assert key in ours
    stops = {
        (r.code, r.group.value, r.count, r.share, r.window, r.days)
        for r in alarm_rules(BOOK, (), day, region=HENAN)
        if r.ask is Ask.SUSPEND
    }
    for rule in suspension_rules(BOOK, disease, day):
        assert (
            rule.code,
            rule.unit.value,
            rule.count,
            rule.share,
            rule.window,
            rule.days,
        ) in stops


@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        (ill(3, C3), {("T1a", "C3", 3)}),
        (ill(2, C3), set()),
        (ill(3, R1), {("T1b", "R1", 3)}),
        (ill(2, C3) + ill(2, C3, ago=1) + ill(1, C3, ago=2), {("T1c", "C3", 5)}),
        (ill(2, C3) + ill(2, C3, ago=1) + ill(1, C3, ago=3), set()),
        (ill(2, R1) + ill(3, R1, ago=2), {("T1d", "R1", 5)}),
        (ill(3, BUS), {("T14", "B7", 3)}),
        (ill(2, LUNCH, groups=BELLY), {("T13", LUNCH[1], 2)}),
        (ill(2, LUNCH), set()),
        (ill(3, C3, groups=frozenset()), set()),
        (ill(5, SCHOOL, disease="hfmd"), {("T8a", "S", 5)}),
        (ill(4, SCHOOL, disease="hfmd"), set()),
    ],
)
def test_rows_of_the_guideline(
    cases: list[Case], expected: set[tuple[str, str, int]]
) -> None:
    assert told(judge(cases, {}, RULES, DAY)) == expected


def test_different_symptoms_are_no_cluster() -> None:
    mixed = [
        *ill(2, C3),
        *ill(2, C3, groups=frozenset({Syndrome.RASH}), ago=0),
    ]
    mixed[2:] = [replace(case, person=f"Q{n}") for n, case in enumerate(mixed[2:])]
    assert judge(mixed, {}, RULES, DAY) == ()


def test_classes_are_not_added_up() -> None:
    assert judge([*ill(2, C3), *ill(2, C5)], {}, RULES, DAY) == ()


@pytest.mark.parametrize(
    ("disease", "number", "window", "code"),
    [
        ("hfmd", 5, 7, "T7a"),
        ("norovirus", 10, 7, "T7d"),
        ("dysentery", 10, 3, "T7e"),
        ("ahc", 3, 7, "T7g"),
        ("influenza", 10, 7, "T7h"),
        ("scarlet_fever", 10, 7, "T7i"),
        ("measles", 2, 10, "T7j"),
        ("rubella", 5, 7, "T7k"),
        ("mumps", 5, 7, "T7l"),
        ("varicella", 5, 7, "T7m"),
        ("dengue", 3, 14, "T7n"),
    ],
)
def test_clusters_of_diagnosed_diseases(
    disease: str, number: int, window: int, code: str
) -> None:
    day = date(2024, 4, 8)
    rules = alarm_rules(BOOK, (), day, region=HENAN)

    def codes(cases: list[Case], on: date) -> set[str]:
        return {one.rule.code for one in judge(cases, {}, rules, on)}

    cases = [
        replace(case, day=day)
        for case in ill(number, SCHOOL, groups=frozenset(), disease=disease)
    ]
    assert code in codes(cases, day)
    assert code not in codes(cases[1:], day)
    assert code in codes(cases, day + timedelta(days=window - 1))
    assert code not in codes(cases, day + timedelta(days=window))


def test_flu_like_illness_counts_until_another_diagnosis_is_out() -> None:
    flu = frozenset({Syndrome.ILI, Syndrome.FEVER})
    cases = ill(5, C3, groups=flu)
    assert ("C1a", "C3", 5) in told(judge(cases, {}, RULES, DAY))
    cases[0] = replace(cases[0], disease="mumps")
    assert "C1a" not in {one.rule.code for one in judge(cases, {}, RULES, DAY)}
    cases[0] = replace(cases[0], disease="influenza", syndromes=frozenset())
    assert ("C1a", "C3", 5) in told(judge(cases, {}, RULES, DAY))


def test_share_needs_the_size_and_says_so() -> None:
    flu = frozenset({Syndrome.ILI})
    cases = ill(3, C3, groups=flu, ago=4)

    def by_share(found: tuple[Alarm, ...]) -> list[int | None]:
        return [one.threshold for one in found if one.rule.code == "C1b"]

    assert by_share(judge(cases, {C3: 10}, RULES, DAY)) == [3]
    assert by_share(judge(cases, {C3: 11}, RULES, DAY)) == []
    assert by_share(judge(cases, {}, RULES, DAY)) == []
    assert by_share(near_misses(cases, {}, RULES, DAY)) == [None]
    assert by_share(near_misses(cases, {C3: 0}, RULES, DAY)) == [None]


def test_alarm_says_what_it_rests_on() -> None:
    cases = ill(2, C3, ago=1) + ill(3, C3)
    day, three = judge(cases, {}, RULES, DAY)
    assert (day.rule.code, three.rule.code) == ("T1a", "T1c")
    assert (three.first, three.last) == (DAY - timedelta(days=1), DAY)
    assert three.persons == ("P0-0", "P0-1", "P0-2", "P1-0", "P1-1")
    assert (three.window, three.threshold, three.syndrome) == (3, 5, Syndrome.FEVER)
    assert three.rule.document == "report-2006"
    assert three.rule.source is SourceClass.LAW
    assert three.due(RAISED) == RAISED + timedelta(hours=24)
    assert three.key == ("T1c", Group.CLASS, "C3", "fever")


def test_suspension_asks_for_no_report() -> None:
    (alarm,) = (
        one
        for one in judge(ill(5, C3, disease="influenza"), {}, RULES, DAY)
        if one.rule.ask is Ask.SUSPEND
    )
    assert alarm.due(RAISED) is None
    assert alarm.rule.days == 4


def test_near_miss_is_one_short_and_no_lone_case() -> None:
    assert [
        (one.rule.code, one.count, one.threshold)
        for one in near_misses(ill(2, C3), {}, RULES, DAY)
    ] == [("T1a", 2, 3)]
    assert near_misses(ill(1, LUNCH, groups=BELLY), {}, RULES, DAY) == ()


def test_larger_group_speaks_for_its_parts() -> None:
    both = frozenset({Syndrome.FEVER, Syndrome.RESPIRATORY})
    (alarm,) = judge(ill(3, C3, groups=both), {}, RULES, DAY)
    assert alarm.syndrome is Syndrome.FEVER
    cough = [
        replace(case, person=f"Q{n}")
        for n, case in enumerate(ill(1, C3, groups=frozenset({Syndrome.RESPIRATORY})))
    ]
    (alarm,) = judge([*ill(3, C3, groups=both), *cough], {}, RULES, DAY)
    assert (alarm.syndrome, alarm.count) == (Syndrome.RESPIRATORY, 4)


def test_two_illnesses_of_a_class_and_one_of_two_meals_are_two_alarms() -> None:
    fever = ill(3, C3)
    rash = [
        replace(case, person=f"Q{n}", syndromes=frozenset({Syndrome.RASH}))
        for n, case in enumerate(fever)
    ]
    found = judge([*fever, *rash], {}, RULES, DAY)
    assert {one.syndrome for one in found} == {Syndrome.FEVER, Syndrome.RASH}
    supper = (Group.MEAL, "K1/2020-04-08/supper")
    found = judge(ill(2, LUNCH, supper, groups=BELLY), {}, RULES, DAY)
    assert {one.unit for one in found} == {LUNCH[1], supper[1]}


def test_alarm_says_by_what_it_counted() -> None:
    (hfmd,) = judge(ill(5, SCHOOL, disease="hfmd"), {}, RULES, DAY)
    assert (hfmd.disease, hfmd.syndrome) == ("hfmd", None)
    flu = frozenset({Syndrome.ILI})
    by_code = {
        one.rule.code: one for one in judge(ill(5, C3, groups=flu), {}, RULES, DAY)
    }
    assert (by_code["T1a"].disease, by_code["T1a"].syndrome) == ("", Syndrome.ILI)
    assert by_code["C1a"].disease == "influenza"


def test_measures_of_the_plan_are_rules_of_the_day() -> None:
    school = SchoolCode("S")
    measures = (
        Quarantine(school=school, code="M08", unit=Unit.CLASS, scope=("C3",)),
        Suspension(school=school, code="M09", unit=Unit.GRADE, count=2),
        Suspension(
            school=school, code="M10", unit=Unit.GRADE, count=2, start=date(2021, 1, 1)
        ),
    )
    rules = [
        rule
        for rule in alarm_rules(BOOK, measures, DAY, region=HENAN)
        if rule.ask is Ask.PLAN
    ]
    assert [rule.code for rule in rules] == ["M08", "M09"]
    assert rules[0].counted is Counted.CONFIRMED
    grade = (Group.GRADE, "G12")
    cases = ill(2, C3, grade, disease="influenza")
    assert told(judge(cases, {}, rules, DAY)) == {("M09", "G12", 2)}
    cases = ill(2, C3, grade, disease="influenza", confirmed=True)
    assert told(judge(cases, {}, rules, DAY)) == {("M08", "C3", 2), ("M09", "G12", 2)}
    elsewhere = ill(2, C5, disease="influenza", confirmed=True)
    assert told(judge(elsewhere, {}, rules, DAY)) == set()


def test_twins_of_two_documents_raise_one_alarm() -> None:
    rules = alarm_rules(BOOK, (), date(2024, 4, 8), region=HENAN)
    codes = {rule.code for rule in rules}
    assert {"T7a", "T7b", "T7c"} <= codes
    assert not {"T8a", "T8b", "T8c"} & codes


def test_rule_of_another_region_binds_nobody_here() -> None:
    here = {rule.code: rule for rule in RULES}
    there = {rule.code: rule for rule in alarm_rules(BOOK, (), DAY, region="110100")}
    assert here["C2a"].source is SourceClass.PRACTICE
    assert not here["C2a"].binds
    assert there["C2a"].binds
