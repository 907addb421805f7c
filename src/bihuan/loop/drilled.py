"""What a drill means for the school: prices of what went wrong, gaps, what to do, plan changes."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bihuan.base.ids import SchoolCode
from bihuan.drill.marks import Evaluation
from bihuan.outbreak.summary import Estimate
from bihuan.plan.diff import Change


class Cause(StrEnum):
    """Where a gap comes from."""

    PLAN = "plan"
    PEOPLE = "people"
    SUPPLIES = "supplies"
    COORDINATION = "coordination"
    SURROUNDINGS = "surroundings"


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """What a measured delay, miss or recall costs against its standard: measured minus standard."""

    key: str
    """What of the plan it feeds: isolation.night_delay; "all": all together."""
    label: str
    measured: str
    standard: str
    infections: Estimate
    outbreak5: Estimate
    apart_days: Estimate
    """Student-days of isolation."""
    lessons: Estimate
    """Class-days of lessons."""
    effort: float
    """Rough effort to mend it, 1 (a word) to 5 (money and people); assumed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """What went wrong, why, and the action that closes it."""

    action: str
    """Id of the expected action."""
    text: str
    cause: Cause
    evidence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """A corrective action; closed only by a passed re-drill of its inject."""

    gap: str
    text: str
    owner: str
    """Post and person id."""
    due: date
    inject: str
    """The inject that must pass."""
    verified: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """One school's drill with all that follows from it."""

    evaluation: Evaluation
    prices: tuple[Price, ...]
    gaps: tuple[Gap, ...]
    corrections: tuple[Correction, ...]
    changes: tuple[Change, ...]
    """Proposed changes of the plan, as rehearsed."""
    as_planned: Estimate
    """Chance of an outbreak of >= 5, one infectious returner."""
    as_rehearsed: Estimate
    days: int = 60
    """Horizon of the prices."""
    runs: int = 0
    """Pairs of runs behind a price; 0: not known."""
    seed: int = 0
    model_version: str = ""
    parameters_version: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Practice:
    """What one school does best, and who could take it over 经验做法."""

    action: str
    school: SchoolCode
    minutes: float
    median: float
    takers: tuple[SchoolCode, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Seven schools, one scene: the bureau's view."""

    reviews: tuple[Review, ...]
    order: tuple[tuple[SchoolCode, ...], ...]
    """Tiers, best first; one tier: 差异不显著，不排名."""
    better: tuple[tuple[SchoolCode, SchoolCode, float], ...]
    """Pairs with P(A > B) >= 0.90."""
    practices: tuple[Practice, ...]
    runs: int
    seed: int
    model_version: str
