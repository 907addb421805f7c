"""The survey: no answer is never a good answer."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from bihuan.base.ids import SchoolCode
from bihuan.base.units import Days, Hours, Share
from bihuan.plan.measures import ContactListing, ReturnSurvey
from bihuan.rules.book import load
from bihuan.rules.survey import (
    Form,
    Outcome,
    SurveyRule,
    Why,
    coverage,
    sort,
    survey_rule,
)

BOOK = load()
HENAN = "410183"
DAY = date(2020, 4, 8)
RULE = survey_rule(BOOK, (), DAY, region=HENAN)
NO = Form(travelled=False, outside=False, contact=False, symptoms=False)
YES = replace(NO, outside=True, verified=True)
ANSWERS = st.none() | st.booleans()
FORMS = st.builds(
    Form,
    travelled=ANSWERS,
    outside=ANSWERS,
    contact=ANSWERS,
    symptoms=ANSWERS,
    arrived=st.none() | st.integers(0, 40).map(lambda n: DAY - timedelta(days=n)),
    verified=st.booleans(),
    released=st.booleans(),
)


@given(FORMS)
def test_clear_has_answered_all_and_every_yes_was_checked(form: Form) -> None:
    if sort(form, RULE, DAY).outcome is Outcome.CLEAR:
        assert form.filled
        risky = form.travelled or form.outside or form.contact or form.symptoms
        assert form.verified or not risky
        assert not form.symptoms


@given(FORMS, st.sampled_from(["travelled", "outside", "contact", "symptoms"]))
def test_a_question_left_open_makes_it_unfilled(form: Form, question: str) -> None:
    asked = replace(form, **{question: None})  # type: ignore[arg-type]
    assert sort(asked, RULE, DAY).outcome is Outcome.UNFILLED


@given(FORMS, st.integers(0, 60))
def test_waiting_never_makes_it_worse(form: Form, days: int) -> None:
    if sort(form, RULE, DAY).outcome is Outcome.CLEAR:
        later = sort(form, RULE, DAY + timedelta(days=days))
        assert later.outcome is Outcome.CLEAR


@given(st.lists(st.sampled_from(Outcome), max_size=30), st.integers(0, 30))
def test_coverage_never_counts_the_unfilled(
    outcomes: list[Outcome], expected: int
) -> None:
    found = coverage(outcomes, expected)
    filled = [one for one in outcomes if one is not Outcome.UNFILLED]
    assert found.filled == len(filled)
    assert found.unfilled == max(0, expected - len(filled))
    assert found.share is None or 0 <= found.share <= 1
    if found.done:
        assert len(filled) >= expected
        assert Outcome.UNVERIFIED not in outcomes


@pytest.mark.parametrize(
    ("form", "outcome"),
    [
        (None, Outcome.UNFILLED),
        (Form(), Outcome.UNFILLED),
        (NO, Outcome.CLEAR),
        (replace(NO, outside=True), Outcome.UNVERIFIED),
        (YES, Outcome.UNVERIFIED),
        (replace(YES, arrived=DAY - timedelta(days=13)), Outcome.OBSERVED),
        (replace(YES, arrived=DAY - timedelta(days=14)), Outcome.CLEAR),
        (replace(NO, symptoms=True, verified=True), Outcome.HELD),
        (
            replace(NO, contact=True, verified=True, arrived=DAY - timedelta(days=3)),
            Outcome.OBSERVED,
        ),
        (
            replace(NO, contact=True, verified=True, arrived=DAY - timedelta(days=14)),
            Outcome.HELD,
        ),
        (
            replace(
                NO,
                contact=True,
                verified=True,
                released=True,
                arrived=DAY - timedelta(days=14),
            ),
            Outcome.CLEAR,
        ),
    ],
)
def test_what_becomes_of_an_answer(form: Form | None, outcome: Outcome) -> None:
    assert sort(form, RULE, DAY).outcome is outcome


def test_observation_has_its_row_and_its_end() -> None:
    found = sort(replace(YES, arrived=DAY), RULE, DAY)
    assert (found.until, found.why) == (DAY + timedelta(days=14), (Why.OUTSIDE,))
    assert found.row is not None
    assert found.row.code in ("C12b", "C12c")


def test_plan_may_ask_for_longer_and_stands_alone_when_the_row_is_over() -> None:
    survey = ReturnSurvey(
        school=SchoolCode("S"),
        code="M18",
        coverage=Share(1),
        truthful=Share(1),
        flagged=Share(1),
        hold=Days(21),
    )
    assert survey_rule(BOOK, (survey,), DAY, region=HENAN).days == 21
    over = replace(survey, end=DAY - timedelta(days=1))
    assert survey_rule(BOOK, (over,), DAY, region=HENAN).days == 14
    listing = ContactListing(
        school=SchoolCode("S"), code="M07", recall=Share(1), delay=Hours(2)
    )
    assert survey_rule(BOOK, (listing,), DAY, region=HENAN).days == 14
    short = replace(survey, hold=Days(7))
    assert survey_rule(BOOK, (short,), DAY, region=HENAN).days == 14
    later = date(2023, 9, 1)
    assert survey_rule(BOOK, (short,), later, region=HENAN).days == 7
    assert survey_rule(BOOK, (), later, region=HENAN) == SurveyRule(days=None)


def test_when_nobody_asks_for_days_travel_is_no_hindrance_but_contact_is() -> None:
    rule = SurveyRule(days=None)
    assert sort(YES, rule, DAY).outcome is Outcome.CLEAR
    contact = replace(NO, contact=True, verified=True)
    assert sort(contact, rule, DAY).outcome is Outcome.HELD


def test_coverage_of_nobody_is_unknown() -> None:
    found = coverage([], 0)
    assert found.share is None
    assert not found.done
    assert coverage([Outcome.CLEAR], 1).done
