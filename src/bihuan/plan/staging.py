"""How the return is staggered 错峰: its settings, siblings across schools, the slots of a day."""

from dataclasses import dataclass
from datetime import time

from bihuan.base.ids import ClassCode, GradeCode, SchoolCode, ZoneCode
from bihuan.plan.words import Flow, Stage, Tuning, Who


@dataclass(frozen=True, kw_only=True, slots=True)
class Staging:
    """One setting of the staggered return 错峰设置; what is not set takes its default.

    The most particular row holds: of the school, then of the stage, then of everybody.
    """

    kind: Tuning
    amount: float
    """In the unit that the kind names: days, minutes, persons a minute, a share, a weight."""
    school: SchoolCode = SchoolCode("")
    stage: Stage | None = None
    document: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Siblings:
    """Families with a child in each of two grades 同胞: a count, nobody's name."""

    school: SchoolCode
    grade: GradeCode
    other_school: SchoolCode
    other_grade: GradeCode
    pairs: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """When and where a class passes 班级时段: through a gate's lane, at table, at the taps."""

    school: SchoolCode
    klass: ClassCode
    flow: Flow
    start: time
    end: time
    zone: ZoneCode
    """Gate, hall, dormitory floor, stair or bus."""
    lane: int = 0
    """Lane of a gate, counted from 1; 0: any."""
    who: Who = Who.STUDENTS
    """Boarders and day students of a class may have slots of their own."""
    leader: str = ""
    """Who leads the class, a person's id."""
