"""Survey of those who come back 返校摸排: what an answer leads to, and who has not answered."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from bihuan.base.units import Days
from bihuan.base.wording import N_
from bihuan.plan.days import in_force
from bihuan.plan.measures import Measure, ReturnSurvey
from bihuan.plan.words import Word
from bihuan.rules.book import Book, Rule
from bihuan.rules.indicator import share


class Outcome(Word):
    """What becomes of a person after the survey."""

    CLEAR = "clear", N_("可返校")
    HELD = "held", N_("暂缓返校")
    OBSERVED = "observed", N_("隔离观察")
    UNVERIFIED = "unverified", N_("待核实")
    UNFILLED = "unfilled", N_("未填")


class Why(Word):
    """What a survey answer shows."""

    TRAVELLED = "travelled", N_("假期外出")
    OUTSIDE = "outside", N_("从外地返回")
    CONTACT = "contact", N_("有接触史")
    SYMPTOMS = "symptoms", N_("现在有症状")
    NO_DATE = "no_date", N_("没写返回日期")
    OVER = "over", N_("观察期满")


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """A survey answer; None: the question is not answered."""

    travelled: bool | None = None
    outside: bool | None = None
    """Whether the person came back from outside the district."""
    contact: bool | None = None
    symptoms: bool | None = None
    arrived: date | None = None
    """Day of coming back, or of the last contact."""
    verified: bool = False
    """Whether school or community has checked a yes."""
    released: bool = False
    """Whether the observation was ended by who ordered it."""

    @property
    def filled(self) -> bool:
        """Whether every question has an answer."""
        asked = (self.travelled, self.outside, self.contact, self.symptoms)
        return None not in asked


@dataclass(frozen=True, kw_only=True, slots=True)
class SurveyRule:
    """Days of observation on a day, by the row or the plan; None: nobody asks for any."""

    days: Days | None
    row: Rule | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sorted:
    """What an answer leads to, why, until when."""

    outcome: Outcome
    why: tuple[Why, ...] = ()
    until: date | None = None
    """First day on which the observation is over."""
    row: Rule | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """How far a survey has come; whoever has not answered is nowhere counted as fine."""

    expected: int
    clear: int
    held: int
    observed: int
    unverified: int

    @property
    def filled(self) -> int:
        """Persons who have answered."""
        return self.clear + self.held + self.observed + self.unverified

    @property
    def unfilled(self) -> int:
        """Persons who have not."""
        return max(0, self.expected - self.filled)

    @property
    def share(self) -> float | None:
        """Share of the expected who have answered; None: nobody is expected."""
        return share(min(self.filled, self.expected), self.expected)

    @property
    def done(self) -> bool:
        """Whether everybody has answered and every yes is checked."""
        return self.expected > 0 and not self.unfilled and not self.unverified


def survey_rule(
    book: Book, measures: Iterable[Measure], day: date, *, region: str
) -> SurveyRule:
    """Days of observation that hold on a day: the longer of the row's and the plan's."""
    row = book.on(day, region=region).best("return_survey_days", disease="covid")
    held = [
        measure.hold
        for measure in measures
        if isinstance(measure, ReturnSurvey) and in_force(measure, day)
    ]
    by_row = [] if row is None or row.value is None else [Days(round(row.value))]
    return SurveyRule(days=max([*by_row, *held], default=None), row=row)


def sort(form: Form | None, rule: SurveyRule, day: date) -> Sorted:
    """What becomes of a person on a day; None: no form has come."""
    if form is None or not form.filled:
        return Sorted(outcome=Outcome.UNFILLED)
    why = tuple(_why(form))
    if not why:
        return Sorted(outcome=Outcome.CLEAR)
    if not form.verified:
        return Sorted(outcome=Outcome.UNVERIFIED, why=why)
    if Why.SYMPTOMS in why:
        return Sorted(outcome=Outcome.HELD, why=why)
    return _observed(form, why, rule, day)


def coverage(outcomes: Iterable[Outcome], expected: int) -> Coverage:
    """Count outcomes against those expected; who is not on any list is unfilled."""
    found = Counter(outcomes)
    return Coverage(
        expected=expected,
        clear=found[Outcome.CLEAR],
        held=found[Outcome.HELD],
        observed=found[Outcome.OBSERVED],
        unverified=found[Outcome.UNVERIFIED],
    )


def _why(form: Form) -> Iterable[Why]:
    said = {
        Why.TRAVELLED: form.travelled,
        Why.OUTSIDE: form.outside,
        Why.CONTACT: form.contact,
        Why.SYMPTOMS: form.symptoms,
    }
    return (why for why, yes in said.items() if yes)


def _observed(form: Form, why: tuple[Why, ...], rule: SurveyRule, day: date) -> Sorted:
    """A contact waits for a release even after the days, and where nobody counts days."""
    contact = Why.CONTACT in why
    done = Outcome.HELD if contact and not form.released else Outcome.CLEAR
    if rule.days is None:
        return Sorted(outcome=done, why=why)
    if form.arrived is None:
        return Sorted(outcome=Outcome.UNVERIFIED, why=(*why, Why.NO_DATE), row=rule.row)
    until = form.arrived + timedelta(days=rule.days)
    if day < until:
        return Sorted(outcome=Outcome.OBSERVED, why=why, until=until, row=rule.row)
    return Sorted(outcome=done, why=(*why, Why.OVER), until=until, row=rule.row)
