"""Triage: a reading leads to one course, the hotter never to a milder one."""

from datetime import date, time

import pytest
from hypothesis import given, strategies as st

from bihuan.base.ids import SchoolCode
from bihuan.base.units import Celsius, Minutes, Share
from bihuan.plan.measures import GateCheck, Isolation, Measure, SymptomCheck
from bihuan.plan.words import Post, Who
from bihuan.rules.book import SourceClass, load
from bihuan.rules.triage import (
    ASKED,
    AbsenceKind,
    Course,
    Disposition,
    Reading,
    Reason,
    Screening,
    Symptom,
    Syndrome,
    screening,
    triage,
)

BOOK = load()
HENAN, HUBEI = "410183", "420100"
DAY = date(2020, 4, 8)
SCHOOL = SchoolCode("S")
MEASURES: tuple[Measure, ...] = (
    SymptomCheck(
        school=SCHOOL,
        code="M02",
        at=time(14, 0),
        fever_sensitivity=Share(0.9),
        symptom_sensitivity=Share(0.5),
    ),
    SymptomCheck(
        school=SCHOOL,
        code="M01",
        at=time(7, 50),
        looker=Post.CLASS_TEACHER,
        fever_sensitivity=Share(0.9),
        symptom_sensitivity=Share(0.5),
    ),
    SymptomCheck(
        school=SCHOOL,
        code="M03",
        at=time(21, 0),
        fever_sensitivity=Share(0.9),
        symptom_sensitivity=Share(0.5),
        start=date(2020, 5, 1),
    ),
    GateCheck(school=SCHOOL, code="M04", fever_sensitivity=Share(0.8)),
    Isolation(school=SCHOOL, code="M05", delay=Minutes(10), night_delay=Minutes(20)),
)
POLICY = screening(BOOK, MEASURES, DAY, region=HUBEI)
S = Symptom

TEMPERATURES = st.floats(34, 43).map(lambda x: Celsius(round(x, 1)))
SETS = st.frozensets(st.sampled_from(Symptom), max_size=4)
READINGS = st.builds(
    Reading,
    celsius=st.none() | TEMPERATURES,
    symptoms=SETS,
    present=st.booleans(),
    absence=st.none() | st.sampled_from(AbsenceKind),
    repeat=st.none() | TEMPERATURES,
    at_gate=st.booleans(),
)
HARDER = tuple(Course)


def of(
    celsius: float | None = 36.5,
    *symptoms: Symptom,
    repeat: float | None = None,
    at_gate: bool = False,
    policy: Screening = POLICY,
) -> Disposition:
    return triage(
        Reading(
            celsius=None if celsius is None else Celsius(celsius),
            symptoms=frozenset(symptoms),
            present=True,
            repeat=None if repeat is None else Celsius(repeat),
            at_gate=at_gate,
        ),
        policy,
    )


def away(absence: AbsenceKind | None, *symptoms: Symptom) -> Disposition:
    reading = Reading(None, frozenset(symptoms), present=False, absence=absence)
    return triage(reading, POLICY)


@given(symptoms=SETS, one=TEMPERATURES, other=TEMPERATURES, at_gate=st.booleans())
def test_hotter_is_never_milder(
    *, symptoms: frozenset[Symptom], one: Celsius, other: Celsius, at_gate: bool
) -> None:
    cool, hot = sorted((one, other))
    courses = [
        of(celsius, *symptoms, at_gate=at_gate).course for celsius in (cool, hot)
    ]
    assert HARDER.index(courses[0]) <= HARDER.index(courses[1])


@given(READINGS, st.sampled_from(ASKED))
def test_another_symptom_never_makes_it_milder(
    reading: Reading, symptom: Symptom
) -> None:
    worse = Reading(
        reading.celsius,
        reading.symptoms | {symptom},
        reading.present,
        reading.absence,
        reading.repeat,
        reading.at_gate,
    )
    before, after = triage(reading, POLICY), triage(worse, POLICY)
    assert before.syndromes <= after.syndromes
    assert HARDER.index(before.course) <= HARDER.index(after.course)


@given(READINGS)
def test_normal_has_nothing_to_keep_and_all_else_says_why(reading: Reading) -> None:
    done = triage(reading, POLICY)
    if done.course is Course.NORMAL:
        assert not done.syndromes
        assert done.reasons in ((), (Reason.LEAVE,))
    else:
        assert done.reasons


@given(READINGS)
def test_what_is_not_known_is_never_normal(reading: Reading) -> None:
    unknown = Symptom.UNKNOWN in reading.symptoms
    unmeasured = reading.present and reading.last is None
    unexplained = not reading.present and reading.absence in (
        None,
        AbsenceKind.UNKNOWN,
    )
    if unknown or unmeasured or unexplained:
        assert triage(reading, POLICY).course is not Course.NORMAL


@given(READINGS)
def test_only_who_is_there_is_isolated_or_measured(reading: Reading) -> None:
    if not reading.present:
        course = triage(reading, POLICY).course
        assert course in (Course.NORMAL, Course.COUNTED)


@given(READINGS)
def test_flu_like_illness_is_fever_and_cough_or_throat(reading: Reading) -> None:
    found = triage(reading, POLICY).syndromes
    if Syndrome.ILI in found:
        assert {Syndrome.FEVER, Syndrome.RESPIRATORY} <= found
        assert reading.last is not None
        assert reading.last >= 38


@pytest.mark.parametrize(
    ("done", "course"),
    [
        (of(36.5), Course.NORMAL),
        (of(37.2), Course.NORMAL),
        (of(37.3), Course.ISOLATE),
        (of(37.3, at_gate=True), Course.REMEASURE),
        (of(37.3, repeat=37.3, at_gate=True), Course.ISOLATE),
        (of(37.3, repeat=37.2, at_gate=True), Course.COUNTED),
        (of(36.5, S.FEVER), Course.COUNTED),
        (of(None, S.FEVER), Course.REMEASURE),
        (of(None), Course.COUNTED),
        (of(None, at_gate=True), Course.REMEASURE),
        (of(36.5, S.UNKNOWN), Course.COUNTED),
        (of(36.5, S.COUGH), Course.COUNTED),
        (of(36.5, S.HEADACHE), Course.COUNTED),
        (of(36.5, S.RASH), Course.ISOLATE),
        (of(36.5, S.DIARRHOEA), Course.ISOLATE),
        (of(36.5, S.VOMITING), Course.ISOLATE),
        (of(36.5, S.JAUNDICE), Course.ISOLATE),
        (of(36.5, S.RED_EYES), Course.ISOLATE),
        (of(37.3, S.RASH, at_gate=True), Course.ISOLATE),
        (away(AbsenceKind.LEAVE), Course.NORMAL),
        (away(AbsenceKind.LATE), Course.NORMAL),
        (away(AbsenceKind.LEAVE, S.COUGH), Course.COUNTED),
        (away(AbsenceKind.SICK), Course.COUNTED),
        (away(AbsenceKind.SICK, S.RASH), Course.COUNTED),
        (away(AbsenceKind.UNKNOWN), Course.COUNTED),
        (away(None), Course.COUNTED),
    ],
)
def test_course_of_a_reading(done: Disposition, course: Course) -> None:
    assert done.course is course


@pytest.mark.parametrize(
    ("done", "groups"),
    [
        (of(37.9, S.COUGH), {"fever", "respiratory"}),
        (of(38.0, S.COUGH), {"fever", "respiratory", "ili"}),
        (of(38.0, S.SORE_THROAT), {"fever", "respiratory", "ili"}),
        (of(38.0, S.HEADACHE), {"fever", "malaise"}),
        (of(38.0, S.FEVER, S.COUGH, repeat=36.8), {"respiratory"}),
        (of(36.5, S.FEVER), {"fever"}),
        (of(36.5, S.BELLY_PAIN), {"belly"}),
        (of(36.5, S.VOMITING), {"belly", "gastro"}),
        (of(36.5, S.PAROTID), {"parotid"}),
        (of(36.5, S.UNKNOWN), set()),
    ],
)
def test_syndromes_of_a_reading(done: Disposition, groups: set[str]) -> None:
    assert {group.value for group in done.syndromes} == groups


def test_twelve_symptoms_of_the_standard_and_jaundice() -> None:
    row = next(rule for rule in BOOK.rules if rule.code == "T12a")
    named = row.name.partition("：")[2].split("、")
    assert [one.label for one in ASKED] == [*named, "黄疸"]
    assert len(named) == row.value


def test_lines_come_with_their_rows() -> None:
    assert (POLICY.fever_line, POLICY.ili_line) == (Celsius(37.3), Celsius(38))
    assert POLICY.fever_row is not None
    assert POLICY.fever_row.code == "N1a"
    assert POLICY.fever_row.source_class is SourceClass.PRACTICE
    assert of(37.3).row == POLICY.fever_row
    assert of(36.5).row is None


def test_policy_has_the_checks_of_the_plan_that_hold_in_their_order() -> None:
    assert [(look.measure, look.at) for look in POLICY.looks] == [
        ("M01", time(7, 50)),
        ("M02", time(14, 0)),
    ]
    assert POLICY.looks[0].who is Who.STUDENTS
    assert POLICY.looks[0].looker is Post.CLASS_TEACHER
    assert POLICY.gate
    assert POLICY.room_within == Minutes(10)
    june = screening(BOOK, MEASURES, date(2020, 6, 1), region=HUBEI)
    assert [look.measure for look in june.looks] == ["M01", "M02", "M03"]


def test_order_of_henan_isolates_who_coughs() -> None:
    henan = screening(BOOK, MEASURES, DAY, region=HENAN)
    assert of(36.5, S.COUGH, policy=henan).course is Course.ISOLATE
    before = screening(BOOK, MEASURES, date(2020, 2, 13), region=HENAN)
    assert of(36.5, S.COUGH, policy=before).course is Course.COUNTED


def test_without_a_gate_check_nobody_is_held_for_a_temperature() -> None:
    policy = screening(BOOK, (), DAY, region=HUBEI)
    assert of(None, at_gate=True, policy=policy).course is Course.COUNTED


def test_before_there_was_a_line_no_temperature_is_called_normal() -> None:
    early = screening(BOOK, (), date(2015, 4, 8), region=HUBEI)
    assert early.fever_line is None
    done = of(39.0, policy=early)
    assert done.reasons == (Reason.NO_LINE,)
    assert done.course is Course.COUNTED
