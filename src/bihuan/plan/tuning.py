"""The settings of the staggered return: what a plan says, else a stated default.

Every default has its source; those marked assumed are for the pilot schools to measure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bihuan.base.ids import SchoolCode
from bihuan.base.wording import N_
from bihuan.plan.people import Grade, School
from bihuan.plan.plan import Plan
from bihuan.plan.words import Stage, Tuning

EVERYBODY: Final = SchoolCode("")
ASSUMED: Final = N_("假定，待试点学校实测")
_NOTICE_2020: Final = N_("2020年4月市级通知：提前一周告知，经查验合格后方可开学")
_HANDAN: Final = N_("邯郸市2020年2月方案：高年级至低年级分两天返校")


@dataclass(frozen=True, slots=True)
class Tuned:
    """A setting's default, by stage where stages differ, its bounds and its source."""

    amount: float
    source: str = ASSUMED
    low: float = 0.0
    high: float = float("inf")
    by_stage: Mapping[Stage, float] = field(default_factory=dict)
    whole: bool = False
    """Days, persons and flags: no fractions."""


TUNED: Final[Mapping[Tuning, Tuned]] = {
    Tuning.TERM: Tuned(60, low=1, high=200, whole=True),
    Tuning.NOTICE: Tuned(7, _NOTICE_2020, high=60, whole=True),
    Tuning.BATCHES: Tuned(
        2, _HANDAN, 1, 12, by_stage={Stage.KINDERGARTEN: 1}, whole=True
    ),
    Tuning.LOW_FIRST: Tuned(0, _HANDAN, high=1, whole=True),
    Tuning.GAP: Tuned(1, _HANDAN, high=60, whole=True),
    Tuning.WEEKENDS: Tuned(0, high=1, whole=True),
    Tuning.VALID: Tuned(10, low=1, high=60, whole=True),
    Tuning.DISINFECTION: Tuned(1, high=14, whole=True),
    Tuning.SAMPLED: Tuned(1.0, high=1),
    Tuning.SAMPLING_AHEAD: Tuned(2, low=1, high=14, whole=True),
    Tuning.OBSERVED: Tuned(0.002, high=1),
    Tuning.OBSERVATION: Tuned(3, low=1, high=30, whole=True),
    Tuning.BUS_SEATS: Tuned(45, low=1, high=90, whole=True),
    Tuning.LATE: Tuned(
        1.0,
        by_stage={
            Stage.SENIOR: 1.5,
            Stage.VOCATIONAL: 1.2,
            Stage.JUNIOR: 1.2,
            Stage.KINDERGARTEN: 0.8,
        },
    ),
    Tuning.PEAK: Tuned(3.0),
    Tuning.SIBLINGS: Tuned(5.0),
    Tuning.FAIRNESS: Tuned(500.0),
    Tuning.CHANGE: Tuned(2.0),
    Tuning.CHANGED: Tuned(0.05, high=1),
    Tuning.SLOT: Tuned(15, N_("小学方案：每批到校15分钟"), 5, 60, whole=True),
    Tuning.SERVICE: Tuned(6.0, N_("闸机厂商数据：每通道每分钟10人"), 0.5, 120),
    Tuning.OUT: Tuned(2.4, low=0.2, high=60),
    Tuning.HEADROOM: Tuned(0.15, high=0.9),
    Tuning.IGNORE: Tuned(0.2, high=1),
    Tuning.SPREAD: Tuned(4.0, high=60),
    Tuning.SEATED: Tuned(0.75, low=0.05, high=1),
    Tuning.COUNTER: Tuned(70, low=1, high=1000),
    Tuning.EATING: Tuned(20, low=5, high=90, whole=True),
    Tuning.STAIR: Tuned(44, low=1, high=500),
    Tuning.TAPS: Tuned(20, low=1, high=500, whole=True),
    Tuning.WASHING: Tuned(5, low=1, high=60, whole=True),
}
"""Every setting's default; bounds are inclusive."""

_BANDS: Final = ((0, Stage.KINDERGARTEN), (6, Stage.PRIMARY), (9, Stage.JUNIOR))


def band(school: School, grade: Grade) -> Stage:
    """The stage that a grade belongs to: a nine-year school has two of them."""
    for last, stage in _BANDS:
        if grade.level <= last:
            return stage
    return Stage.VOCATIONAL if school.stage is Stage.VOCATIONAL else Stage.SENIOR


def tuned(
    plan: Plan,
    kind: Tuning,
    *,
    school: SchoolCode = EVERYBODY,
    stage: Stage | None = None,
) -> float:
    """What holds for a school or a stage: its most particular row, else the default."""
    for key in (
        (kind, school, stage),
        (kind, school, None),
        (kind, EVERYBODY, stage),
        (kind, EVERYBODY, None),
    ):
        if key in plan.amounts:
            return plan.amounts[key]
    default = TUNED[kind]
    return default.by_stage.get(stage, default.amount) if stage else default.amount
