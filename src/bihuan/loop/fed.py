"""What a drill measured, in the units of the plan's measures: `isolation.night_delay=F2.at`.

A script says what of a measure an action feeds; here the minutes, misses and lists of the
marks become values of that field, beside the value that the standard asks for.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any, Final, get_type_hints

from bihuan.base.ids import SchoolCode
from bihuan.base.units import Minutes, Share
from bihuan.base.wording import N_, _
from bihuan.drill.marks import Evaluation, Mark, Rating, State
from bihuan.drill.timeline import clock_time
from bihuan.plan.load.cells import holds
from bihuan.plan.load.headers import SHEET
from bihuan.plan.measures import Measure, SymptomCheck, type_of
from bihuan.plan.plan import Plan
from bihuan.plan.words import Who

NEVER_MINUTES: Final = 720.0
"""What was not done is taken to be done at the next check but one, 12 hours on (assumed)."""
HOUR: Final = 60.0
FEW: Final = 10.0
DIGITS: Final = 2
"""No drill measures finer than a hundredth of an hour or of a share."""
DAY_MINUTES: Final = 1440.0
LESS_IS_BETTER: Final = frozenset({"missed", "false_positive"})
DONE: Final = frozenset({State.ON_TIME, State.LATE, State.NEVER})

LABELS: Final = {
    "isolation.delay": N_("送入隔离室"),
    "isolation.night_delay": N_("夜间分室、单管"),
    "contact_listing.recall": N_("名单漏人（查全率）"),
    "contact_listing.delay": N_("出名单"),
    "symptom_check.missed": N_("晨午晚检漏人"),
    "gate_check.missed": N_("校门测温漏人"),
    "testing.delay": N_("出检测结果"),
    "quarantine.delay": N_("班级、寝室隔离"),
    "suspension.delay": N_("停课"),
    "return_survey.coverage": N_("返校摸排漏人"),
    "return_survey.truthful": N_("摸排瞒报"),
}
EFFORT: Final = {
    "isolation.delay": 2.0,
    "isolation.night_delay": 3.0,
    "contact_listing.recall": 1.0,
    "contact_listing.delay": 2.0,
    "symptom_check.missed": 1.0,
    "gate_check.missed": 2.0,
    "testing.delay": 4.0,
    "quarantine.delay": 2.0,
    "suspension.delay": 2.0,
    "return_survey.coverage": 2.0,
    "return_survey.truthful": 3.0,
}
"""Rough effort to mend a thing, 1 a word to 5 money and people (assumed)."""
USUAL_EFFORT: Final = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Fed:
    """One field of the plan's measures: what a drill measured, what was asked."""

    key: str
    code: str
    """Of the one measure that it speaks of; empty: every one of its kind."""
    mark: Mark
    measured: float
    standard: float
    """Both in the field's unit."""
    said: str
    asked: str
    """Both in words."""

    @property
    def label(self) -> str:
        """What people call it, a catalogue entry."""
        kind, _dot, field = self.key.partition(".")
        return LABELS.get(self.key) or SHEET["measures"].column(field, kind).label

    @property
    def effort(self) -> float:
        """Rough effort to mend it."""
        return EFFORT.get(self.key, USUAL_EFFORT)


def fed(evaluation: Evaluation, plan: Plan) -> tuple[Fed, ...]:
    """What a drill fed, each field once, by the action that did worst; in script order.

    What was not asked, cut off or has no measure in the plan feeds nothing.
    """
    found: dict[tuple[str, str], Fed] = {}
    for one in _each(evaluation, plan):
        key = one.key, one.code
        if key not in found or _worth(one.mark) < _worth(found[key].mark):
            found[key] = one
    return tuple(found.values())


def _worth(mark: Mark) -> float:
    return 1.0 if mark.score is None else mark.score


def _each(evaluation: Evaluation, plan: Plan) -> Iterator[Fed]:
    marks = {m.expected.id: m for m in evaluation.marks}
    for inject in evaluation.scene.injects:
        for key, measured in inject.feeds:
            action, _dot, what = measured.rpartition(".")
            mark = marks.get(action)
            if mark is None or mark.state not in DONE or not _is_field(key):
                continue
            measure = _measure(evaluation, plan, key, mark)
            if measure is not None and (one := _fed(key, what, mark, measure)):
                yield one


def _is_field(key: str) -> bool:
    kind, _dot, field = key.partition(".")
    return kind in type_of and field in get_type_hints(type_of[kind])


def _measure(
    evaluation: Evaluation, plan: Plan, key: str, mark: Mark
) -> Measure | None:
    """The measure of the plan: of several checks the one next to the hour of the action."""
    kind = key.partition(".")[0]
    rows = [m for m in plan.measures if (m.school, m.kind) == (evaluation.school, kind)]
    at = clock_time(evaluation.scene, mark.released or Minutes(0.0))
    return min(rows, key=lambda m: _apart(m, at), default=None)


def _apart(measure: Measure, at: datetime) -> float:
    """Minutes between a check and a time of day, round the clock."""
    if not isinstance(measure, SymptomCheck):
        return 0.0
    gap = abs(measure.at.hour * HOUR + measure.at.minute - at.hour * HOUR - at.minute)
    return min(gap, DAY_MINUTES - gap)


def _fed(key: str, what: str, mark: Mark, measure: Measure) -> Fed | None:
    field = key.partition(".")[2]
    values = _values(what, field, mark, float(getattr(measure, field)))
    if values is None:
        return None
    measured, standard, said, asked = values
    factor = HOUR if what == "at" and _unit(measure, field) == "Hours" else 1.0
    return Fed(
        key=key,
        code=measure.code if isinstance(measure, SymptomCheck) else "",
        mark=mark,
        measured=round(measured / factor, DIGITS),
        standard=standard / factor,
        said=said,
        asked=asked,
    )


def _unit(measure: Measure, field: str) -> str:
    return holds(get_type_hints(type(measure))[field]).unit


Values = tuple[float, float, str, str]


def _values(what: str, field: str, mark: Mark, planned: float) -> Values | None:
    """Measured and asked for, as numbers (minutes, shares) and in words."""
    match what:
        case "at":
            return _time(mark)
        case "recall":
            return _recall(mark)
        case _:
            return _missed(field, mark, planned)


def _time(mark: Mark) -> Values | None:
    standard = mark.standard
    if standard is None:
        return None
    asked = minutes(standard.target)
    if mark.state is State.NEVER:
        longest = max(NEVER_MINUTES, standard.fail)
        return longest, standard.target, _("没做"), asked
    if mark.minutes is None:
        return None
    return mark.minutes, standard.target, minutes(mark.minutes), asked


def _recall(mark: Mark) -> Values | None:
    least = mark.expected.measure
    if least is None:
        return None
    if mark.state is State.NEVER:
        return 0.0, least.recall, _("没做"), f"{least.recall:.2f}"
    if mark.recall is None:
        return None
    return mark.recall, least.recall, f"{mark.recall:.2f}", f"{least.recall:.2f}"


def _missed(field: str, mark: Mark, planned: float) -> Values:
    """A check that was not done, or done so that it saw nothing, finds nobody."""
    asked = _("按预案 {share}", share=f"{planned:.0%}")
    if mark.state is State.NEVER or mark.rating is Rating.U:
        return float(field in LESS_IS_BETTER), planned, _("没做"), asked
    return planned, planned, _("做了"), asked


def minutes(value: float) -> str:
    """Minutes in words, with a tenth where they are few."""
    digits = 0 if value >= FEW or value == round(value) else 1
    return _("{n} 分", n=f"{value:.{digits}f}")


def with_values(
    plan: Plan, school: SchoolCode, values: Iterable[tuple[Fed, float]]
) -> Plan:
    """The plan with fields of a school's measures at other values."""
    changed = plan.measures
    for one, value in values:
        changed = tuple(_set(m, school, one, value) for m in changed)
    return replace(plan, measures=changed)


def _set(measure: Measure, school: SchoolCode, one: Fed, value: float) -> Measure:
    kind, _dot, field = one.key.partition(".")
    mine = measure.school == school and measure.kind == kind
    if not mine or (one.code and measure.code != one.code):
        return measure
    changed: dict[str, Any] = {field: value}
    return replace(measure, **changed)


NIGHT_KEY: Final = "isolation.night_delay"
NIGHT: Final = (22, 6)
ASKED_AT_NIGHT: Final = "+night"
TOLD: Final = Share(0.5)
"""Chance that a boarder's fever is told within an hour of the night (assumed)."""


def with_nights(plan: Plan, school: SchoolCode, found: Iterable[Fed]) -> Plan:
    """The plan, where a boarder's fever is told at night, if a drill measured a night.

    The checks of a plan end before 22:00, so that a delay at night would bear on nobody;
    in a dormitory it is a room mate who knocks, as in the drill: at half past every hour of
    the night a boarder with fever is found with chance TOLD. This holds for the standard
    and for what was measured alike, and only for prices.
    """
    if not any(one.key == NIGHT_KEY for one in found) or any(
        _at_night(check.at) for check in _checks(plan, school)
    ):
        return plan
    knocks = tuple(
        SymptomCheck(
            school=school,
            code=f"{ASKED_AT_NIGHT}{hour:02}",
            at=time(hour, 30),
            who=Who.BOARDERS,
            fever_sensitivity=TOLD,
            symptom_sensitivity=Share(0.0),
        )
        for hour in (*range(NIGHT[1]), *range(NIGHT[0], 24))
    )
    return replace(plan, measures=(*plan.measures, *knocks))


def _checks(plan: Plan, school: SchoolCode) -> Iterator[SymptomCheck]:
    for measure in plan.measures:
        if measure.school == school and isinstance(measure, SymptomCheck):
            yield measure


def _at_night(at: time) -> bool:
    return at.hour >= NIGHT[0] or at.hour < NIGHT[1]


def as_asked(plan: Plan, school: SchoolCode, found: Iterable[Fed]) -> Plan:
    """The plan with every standard kept."""
    return with_values(plan, school, [(one, one.standard) for one in found])


def as_measured(plan: Plan, school: SchoolCode, found: Iterable[Fed]) -> Plan:
    """The plan as it was rehearsed."""
    return with_values(plan, school, [(one, one.measured) for one in found])
