"""What is simulated: one school, one disease, one version of its plan, one question."""

from dataclasses import dataclass
from enum import StrEnum

from bihuan.base.ids import SchoolCode
from bihuan.outbreak.disease import Disease
from bihuan.plan.plan import Plan

MODEL_VERSION = "1"


class Question(StrEnum):
    """The two questions of a rehearsal; they are answered apart."""

    RETURNER = "returner"
    """One infectious student comes back on day 0."""
    IMPORTS = "imports"
    """Infections from outside at the plan's incidence."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Scenario:
    """Frozen: the same scenario and the same seeds give the same bits."""

    plan: Plan
    school: SchoolCode
    disease: Disease
    beta: float
    """Transmissions per unit of intensity and hour over a course; see `calibrate`."""
    question: Question
    days: int = 60
    without: frozenset[str] = frozenset()
    """Codes of the school's measures that are taken away."""
