"""The settings of the return, looked up as `plan.tuning.tuned` does, many times over."""

from collections.abc import Mapping
from dataclasses import dataclass

from bihuan.base.ids import SchoolCode
from bihuan.plan.plan import Plan
from bihuan.plan.tuning import TUNED
from bihuan.plan.words import Stage, Tuning

EVERYBODY = SchoolCode("")
Key = tuple[Tuning, SchoolCode, Stage | None]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a plan sets, by kind, school and stage."""

    rows: Mapping[Key, float]

    def of(
        self, kind: Tuning, school: SchoolCode = EVERYBODY, stage: Stage | None = None
    ) -> float:
        """What holds for a school or a stage: its most particular row, else the default."""
        for key in (
            (kind, school, stage),
            (kind, school, None),
            (kind, EVERYBODY, stage),
            (kind, EVERYBODY, None),
        ):
            if key in self.rows:
                return self.rows[key]
        default = TUNED[kind]
        return default.by_stage.get(stage, default.amount) if stage else default.amount

    def whole(
        self, kind: Tuning, school: SchoolCode = EVERYBODY, stage: Stage | None = None
    ) -> int:
        """The same, of a setting that counts days, batches or a flag."""
        return int(self.of(kind, school, stage))


def settings(plan: Plan) -> Settings:
    """Index the settings of a plan; of two equal rows the first holds."""
    rows: dict[Key, float] = {}
    for row in plan.staging:
        rows.setdefault((row.kind, row.school, row.stage), row.amount)
    return Settings(rows)
