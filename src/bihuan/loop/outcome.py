"""What a rehearsal found: frozen values, read by the report, the workbook and `--json`.

Every simulated figure is an `Estimate`: an expected value with a 90% interval.
"""

from dataclasses import dataclass
from datetime import date

from bihuan.base.ids import SchoolCode
from bihuan.base.problems import Problem
from bihuan.outbreak.scenario import Question
from bihuan.outbreak.summary import Estimate
from bihuan.plan.people import School
from bihuan.plan.words import Setting

__all__ = [
    "SIZE_BINS",
    "Assumption",
    "Estimate",
    "Leak",
    "Mend",
    "Outcome",
    "Question",
    "Rehearsal",
    "SchoolRehearsal",
    "Sensitivity",
    "Worth",
]

SIZE_BINS: tuple[tuple[int, int | None], ...] = (
    (1, 1),
    (2, 4),
    (5, 9),
    (10, 19),
    (20, 49),
    (50, None),
)
"""Bins of outbreak sizes, persons, both ends included; size 0 is `Outcome.none`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What happened to one school under one version of its plan, one question."""

    runs: int
    outbreak5: Estimate
    """Chance that at least 5 students and staff are infected."""
    outbreak20: Estimate
    size: Estimate
    """Students and staff infected, persons; the returner counts."""
    none: float
    """Share of runs in which nobody was infected (the returner was held back, no import)."""
    size_bins: tuple[float, ...]
    """Share of runs by SIZE_BINS."""
    size_quantiles: tuple[int, ...]
    """Sizes at the quantiles 1%, 3%, ..., 99% (50 of them, for quantile dots)."""
    found: Estimate | None
    """Chance that somebody was found, among runs with an infection; None: no such run."""
    days_to_found: tuple[float, float, float] | None
    """Days to the first person found: 10%, 50%, 90% quantile of the runs in which one was."""
    by_setting: tuple[tuple[Setting, Estimate], ...]
    """Share of the infections inside, by setting."""
    by_hour: tuple[tuple[Setting, tuple[float, ...]], ...]
    """Share of the infections inside, by setting and clock hour 0 to 23."""
    beds: int
    """Beds of isolation rooms that the plan has."""
    beds_peak: Estimate
    """Beds taken on the fullest day: the 95% quantile of the runs and its 90% interval."""
    bedless_days: Estimate
    """Person-days found ill and without a bed."""
    apart_days: Estimate
    """Student-days in isolation, quarantine or suspension."""
    class_days: Estimate
    """Class-days of lessons lost to suspension and quarantine."""
    confirmed: Estimate
    tests: Estimate
    false_positives: Estimate
    """Healthy persons taken for ill."""
    imports: tuple[tuple[str, Estimate], ...]
    """Infections from outside by cause: day_students, boarders, staff, visitors, before."""
    supplies: tuple[tuple[str, float, float | None], ...] = ()
    """Item, expected use over the horizon in the plan's unit, stock."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Worth:
    """One measure taken away, all else kept, same random numbers: with minus without.

    A measure that helps has a negative difference of outbreak5 and size.
    """

    code: str
    """Code of the measure in the plan."""
    kind: str
    label: str
    """Its name for people, a catalogue entry, with what matters of its parameters."""
    outbreak5: Estimate
    """Difference of the chance, as a share (-0.07: seven points less)."""
    size: Estimate
    lessons: Estimate
    """Lessons lost to it, per class and week (direct and by the closures it causes)."""
    labour_hours: float
    """Staff hours a week it asks for."""
    gain_by_pairing: float
    """Variance of the difference of independent runs over that of the paired runs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mend:
    """Something to mend: what, why, who, by when, what it is worth, what it costs."""

    title: str
    text: str
    who: str
    due: date | None
    schools: tuple[SchoolCode, ...]
    effect_name: str
    """What the effect counts, for the right margin (≥5 人暴发机会)."""
    effect: Estimate | None
    """None: it must be mended whatever the simulation says (a hard standard)."""
    unit: str
    """How to show the effect: points, persons, bed_days, share."""
    cost: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Leak:
    """A crossing of the campus boundary: how often, what it brings in."""

    cause: str
    """day_students, boarders, staff, visitors."""
    crossings_per_week: float
    imports: Estimate
    """Infections it brings in over the horizon."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SchoolRehearsal:
    """One school: its plan judged and rehearsed."""

    school: School
    students: int
    boarders: int
    staff: int
    classes: int
    r0: float
    """Of this school without any measure, at the reference's beta."""
    planned: tuple[tuple[Question, Outcome], ...]
    nothing: tuple[tuple[Question, Outcome], ...]
    """Without any measure."""
    against: tuple[tuple[Question, Outcome], ...]
    """Under the older version of the plan, where one was given."""
    change: tuple[tuple[Question, Estimate], ...]
    """Paired difference of outbreak5, this version minus the older one."""
    worth: tuple[tuple[Question, tuple[Worth, ...]], ...]
    leaks: tuple[Leak, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Assumption:
    """A value the rehearsal rests on."""

    name: str
    value: str
    low: str
    high: str
    unit: str
    source: str
    assumed: bool
    """True: not from a source; varied in the report."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sensitivity:
    """The district's mean outbreak5 when one assumption stands at its low or high end."""

    name: str
    low: Estimate
    high: Estimate
    reorders: bool
    """Whether the first two things to mend change places."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsal:
    """The whole: district, pathogen, seven schools, what to mend first."""

    title: str
    district: str
    plan_date: date
    plan_file: str
    older_file: str
    pathogen: str
    pathogen_name: str
    pathogen_low_high: tuple[float, float, float]
    """R0: value, low, high."""
    runs: int
    days: int
    seed: int
    model_version: str
    parameters_version: str
    incidence: float
    """Per 100,000 persons and day."""
    schools: tuple[SchoolRehearsal, ...]
    mends: tuple[Mend, ...]
    assumptions: tuple[Assumption, ...]
    sensitivity: tuple[Sensitivity, ...]
    filled: tuple[str, ...]
    """What the plan did not say and defaults filled, in words."""
    left_out: tuple[str, ...]
    ahead: tuple[tuple[date, str], ...] = ()
    """Dates that come next and what happens on them (高三返校), in words."""
    interrupted: bool = False
    """Ctrl-C came: fewer runs than asked, all of them whole."""
