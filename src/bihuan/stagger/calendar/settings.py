"""The settings of the return as the calendar asks for them: by position, often whole."""

from dataclasses import dataclass

from bihuan.base.ids import SchoolCode
from bihuan.plan.plan import Plan
from bihuan.plan.tuning import EVERYBODY, tuned
from bihuan.plan.words import Stage, Tuning


@dataclass(frozen=True, slots=True)
class Settings:
    """What a plan sets, by kind, school and stage."""

    plan: Plan

    def of(
        self, kind: Tuning, school: SchoolCode = EVERYBODY, stage: Stage | None = None
    ) -> float:
        """What holds for a school or a stage."""
        return tuned(self.plan, kind, school=school, stage=stage)

    def whole(
        self, kind: Tuning, school: SchoolCode = EVERYBODY, stage: Stage | None = None
    ) -> int:
        """The same, of a setting that counts days, batches or a flag."""
        return int(self.of(kind, school, stage))
