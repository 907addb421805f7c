"""Return to class: the rows' own days, two signatures of two persons, unknown is not yes."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies as st

from bihuan.base.ids import SchoolCode
from bihuan.base.units import Days, Hours, Minutes
from bihuan.plan.measures import Isolation
from bihuan.rules.book import DISEASES, Rule, SourceClass, load
from bihuan.rules.comeback import Answer, Missing, Recovery, Return, may_return
from bihuan.rules.suspension import RETURNS
from bihuan.rules.triage import Syndrome

BOOK = load()
NOW = datetime(2020, 4, 20, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
HENAN, JIANGSU, SHENYANG = "410183", "320100", "210100"
SIGNED = Recovery(certificate=True, teacher="T", doctor="D")
M = Missing


def ago(*, days: float = 0, hours: float = 0) -> datetime:
    return NOW - timedelta(days=days, hours=hours)


def day(days: int) -> date:
    return ago(days=days).date()


def returned(recovery: Recovery, *, region: str = HENAN, now: datetime = NOW) -> Return:
    return may_return(recovery, BOOK, now, region=region)


RECOVERIES = st.builds(
    Recovery,
    disease=st.sampled_from(["", *DISEASES]),
    syndromes=st.frozensets(st.sampled_from(Syndrome), max_size=3),
    symptom_free_since=st.none() | st.integers(0, 400).map(lambda h: ago(hours=h)),
    onset=st.none() | st.integers(0, 30).map(day),
    rash_on=st.none() | st.integers(0, 30).map(day),
    treated_from=st.none() | st.integers(0, 30).map(day),
    dry=st.none() | st.booleans(),
    complication=st.sampled_from(["", "pneumonia"]),
    certificate=st.booleans(),
    teacher=st.sampled_from(["", "T", "D"]),
    doctor=st.sampled_from(["", "D"]),
    doctor_reason=st.sampled_from(["", "复诊已愈"]),
)
REGIONS = st.sampled_from([HENAN, JIANGSU, SHENYANG])
FAST = settings(deadline=None, max_examples=60)


@FAST
@given(RECOVERIES, REGIONS)
def test_yes_means_nothing_is_missing_and_two_persons_signed(
    recovery: Recovery, region: str
) -> None:
    found = returned(recovery, region=region)
    assert (found.answer is Answer.YES) == (not found.missing)
    if found.answer is Answer.YES:
        assert recovery.teacher
        assert recovery.doctor
        assert recovery.teacher != recovery.doctor
        if found.earliest and not recovery.doctor_reason:
            assert found.earliest <= NOW


@FAST
@given(RECOVERIES, REGIONS, st.integers(1, 40))
def test_time_alone_never_turns_yes_into_no(
    recovery: Recovery, region: str, days: int
) -> None:
    later = NOW + timedelta(days=days)
    if returned(recovery, region=region).answer is Answer.YES:
        assert returned(recovery, region=region, now=later).answer is Answer.YES


@FAST
@given(RECOVERIES, REGIONS)
def test_whoever_waits_may_come_on_the_day_that_is_told(
    recovery: Recovery, region: str
) -> None:
    found = returned(recovery, region=region)
    if found.missing == (M.WAIT,):
        assert found.earliest is not None
        before = found.earliest - timedelta(seconds=1)
        for now, answer in ((found.earliest, Answer.YES), (before, Answer.NO)):
            assert returned(recovery, region=region, now=now).answer is answer


@FAST
@given(RECOVERIES, REGIONS)
def test_what_is_not_written_down_is_unknown_unless_something_stands_against_it(
    recovery: Recovery, region: str
) -> None:
    found = returned(recovery, region=region)
    if found.answer is Answer.UNKNOWN:
        hard = {M.WAIT, M.NOT_DRY, M.CERTIFICATE, M.TWO_PERSONS}
        assert not hard & set(found.missing)


@FAST
@given(RECOVERIES, REGIONS)
def test_reason_of_the_doctor_stands_in_for_all_but_signatures(
    recovery: Recovery, region: str
) -> None:
    found = returned(replace(recovery, doctor_reason="复诊已愈"), region=region)
    assert set(found.missing) <= {M.TEACHER, M.DOCTOR, M.TWO_PERSONS}


@pytest.mark.parametrize(
    ("recovery", "region", "missing"),
    [
        ({"disease": "influenza", "symptom_free_since": ago(hours=48)}, HENAN, ()),
        ({"disease": "influenza", "symptom_free_since": ago(hours=47)}, HENAN, (M.WAIT,)),
        ({"disease": "influenza"}, HENAN, (M.SYMPTOM_FREE,)),
        ({"disease": "norovirus", "symptom_free_since": ago(hours=72)}, HENAN, ()),
        ({"disease": "norovirus", "symptom_free_since": ago(hours=71)}, HENAN, (M.WAIT,)),
        ({"disease": "hfmd", "symptom_free_since": ago(days=7)}, HENAN, ()),
        ({"disease": "hfmd", "symptom_free_since": ago(days=6)}, HENAN, (M.WAIT,)),
        (
            {"disease": "hfmd", "symptom_free_since": ago(days=7), "onset": day(13)},
            SHENYANG,
            (M.WAIT,),
        ),
        (
            {"disease": "hfmd", "symptom_free_since": ago(days=7), "onset": day(14)},
            SHENYANG,
            (),
        ),
        ({"disease": "varicella", "dry": True}, HENAN, ()),
        ({"disease": "varicella", "dry": False}, HENAN, (M.NOT_DRY,)),
        ({"disease": "varicella"}, HENAN, (M.DRY,)),
        ({"disease": "varicella", "dry": True, "onset": day(13)}, JIANGSU, (M.WAIT,)),
        ({"disease": "varicella", "dry": True, "onset": day(14)}, JIANGSU, ()),
        ({"disease": "varicella", "dry": True}, JIANGSU, (M.ONSET,)),
        ({"disease": "mumps", "onset": day(10)}, HENAN, ()),
        ({"disease": "mumps", "onset": day(9)}, HENAN, (M.WAIT,)),
        ({"disease": "measles", "rash_on": day(4)}, HENAN, ()),
        ({"disease": "measles", "rash_on": day(3)}, HENAN, (M.WAIT,)),
        ({"disease": "measles", "onset": day(30)}, HENAN, (M.RASH,)),
        (
            {"disease": "measles", "rash_on": day(13), "complication": "pneumonia"},
            HENAN,
            (M.WAIT,),
        ),
        (
            {"disease": "measles", "rash_on": day(14), "complication": "pneumonia"},
            HENAN,
            (),
        ),
        ({"disease": "rubella", "rash_on": day(5)}, HENAN, ()),
        ({"disease": "rubella", "rash_on": day(4)}, HENAN, (M.WAIT,)),
        ({"disease": "scarlet_fever", "treated_from": day(7)}, HENAN, ()),
        ({"disease": "scarlet_fever", "treated_from": day(6)}, HENAN, (M.WAIT,)),
        ({"disease": "scarlet_fever"}, HENAN, (M.TREATMENT,)),
        ({"disease": "ahc", "onset": day(7)}, HENAN, ()),
        ({"disease": "dysentery", "symptom_free_since": ago(days=7)}, HENAN, ()),
        ({"disease": "dysentery", "symptom_free_since": ago(days=6)}, HENAN, (M.WAIT,)),
        ({"disease": "tb", "certificate": False}, HENAN, (M.CERTIFICATE,)),
        ({"disease": "mumps", "onset": day(10), "certificate": False}, HENAN, (M.CERTIFICATE,)),
        ({"disease": "mumps", "onset": day(10), "teacher": ""}, HENAN, (M.TEACHER,)),
        ({"disease": "mumps", "onset": day(10), "doctor": ""}, HENAN, (M.DOCTOR,)),
        ({"disease": "mumps", "onset": day(10), "doctor": "T"}, HENAN, (M.TWO_PERSONS,)),
    ],
)  # fmt: skip
def test_rows_of_return(
    recovery: dict[str, object], region: str, missing: tuple[Missing, ...]
) -> None:
    assert returned(replace(SIGNED, **recovery), region=region).missing == missing  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("syndrome", "code"),
    [
        (Syndrome.ILI, "C1d"),
        (Syndrome.FEVER, "C1d"),
        (Syndrome.RESPIRATORY, "C1d"),
        (Syndrome.GASTRO, "C3c"),
    ],
)
def test_syndrome_follows_the_rows_of_its_likeliest_disease_without_paper(
    syndrome: Syndrome, code: str
) -> None:
    recovery = replace(
        SIGNED,
        syndromes=frozenset({syndrome}),
        symptom_free_since=ago(hours=72),
        certificate=False,
    )
    found = returned(recovery)
    assert found.answer is Answer.YES
    assert [row.code for row in found.rows] == [code]


def test_rash_without_a_diagnosis_is_unknown() -> None:
    recovery = replace(
        SIGNED, syndromes=frozenset({Syndrome.RASH}), symptom_free_since=ago(days=9)
    )
    found = returned(recovery)
    assert (found.answer, found.missing) == (Answer.UNKNOWN, (M.DIAGNOSIS,))


def test_where_no_row_speaks_the_end_of_symptoms_is_asked() -> None:
    recovery = replace(SIGNED, syndromes=frozenset({Syndrome.MALAISE}))
    assert returned(recovery).missing == (M.SYMPTOM_FREE,)
    assert returned(recovery).row is None
    well = replace(recovery, symptom_free_since=ago(hours=1))
    assert returned(well).answer is Answer.YES


def test_plan_may_ask_for_longer() -> None:
    isolation = Isolation(
        school=SchoolCode("S"),
        code="M05",
        delay=Minutes(10),
        night_delay=Minutes(20),
        least_days=Days(5),
        symptom_free=Hours(48),
    )
    recovery = replace(
        SIGNED,
        disease="influenza",
        onset=day(4),
        symptom_free_since=ago(hours=50),
    )
    assert returned(recovery).answer is Answer.YES
    found = may_return(recovery, BOOK, NOW, region=HENAN, isolation=isolation)
    assert found.missing == (M.WAIT,)
    assert found.earliest == datetime(2020, 4, 21, tzinfo=NOW.tzinfo)


def test_swine_flu_of_2009_waits_for_the_longer_of_both() -> None:
    now = NOW.replace(year=2009, month=9)
    onset = now.date() - timedelta(days=7)
    recovery = replace(SIGNED, disease="h1n1", onset=onset)
    early = replace(recovery, symptom_free_since=now - timedelta(hours=23))
    late = replace(recovery, symptom_free_since=now - timedelta(hours=24))
    assert returned(early, now=now).missing == (M.WAIT,)
    assert returned(late, now=now).answer is Answer.YES


def test_every_row_of_return_is_one_that_is_judged() -> None:
    rows = {rule.key for rule in BOOK.rules if rule.key.startswith("return_")}
    assert rows - set(RETURNS) == {"return_kitchen", "return_survey_days"}


def test_rows_that_decide_stand_in_the_order_of_their_weight() -> None:
    found = returned(replace(SIGNED, disease="varicella"), region=JIANGSU)
    assert [row.code for row in found.rows] == ["C4b", "C4d", "C13"]


def test_own_region_goes_before_all_and_what_binds_before_what_does_not() -> None:
    general = next(rule for rule in BOOK.rules if rule.code == "C5b")
    local = replace(general, code="X1", region="4101", value=7.0)
    binding = replace(
        general, code="X2", value=9.0, source_class=SourceClass.PLAN, how_sure="R/H"
    )
    recovery = replace(SIGNED, disease="mumps", onset=day(8))

    def row(*more: Rule) -> str:
        book = replace(BOOK, rules=(*BOOK.rules, *more))
        found = may_return(recovery, book, NOW, region=HENAN).row
        assert found is not None
        return found.code

    assert row() == "C5b"
    assert row(local) == "X1"
    assert row(local, binding) == "X2"
