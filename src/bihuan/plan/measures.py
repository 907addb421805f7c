"""Measures 措施: one closed union of frozen types with units.

`rules` and the engine read the same values: the threshold that a school doctor applies
at 07:20 is the threshold that the rehearsal assumed. A measure changes who meets whom,
when, who is seen, or what an hour in a room passes on; none is a factor on R.
docs/model.md says, measure by measure, what the engine does with each field.
"""

from dataclasses import dataclass
from datetime import date, time
from typing import ClassVar

from bihuan.base.ids import SchoolCode
from bihuan.base.units import (
    Days,
    Hours,
    Metres,
    MilligramPerLitre,
    Minutes,
    PerHour,
    Share,
)
from bihuan.base.wording import N_
from bihuan.plan.words import Counted, MaskKind, Place, Post, Setting, Unit, Who


@dataclass(frozen=True, kw_only=True, slots=True)
class _Measure:
    """What every measure says: where it holds and when; None: from the first to the last day."""

    school: SchoolCode
    code: str
    scope: tuple[str, ...] = ()
    """Grades or classes; empty: the whole school."""
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SymptomCheck(_Measure):
    """Morning, noon or evening check 晨午晚检: somebody looks, asks, measures."""

    kind: ClassVar[str] = "symptom_check"
    label: ClassVar[str] = N_("晨午晚检")
    at: time
    who: Who = Who.STUDENTS
    looker: Post | None = None
    fever_sensitivity: Share
    """Chance that an ill person with fever who is looked at is found."""
    symptom_sensitivity: Share
    """The same for an ill person without fever."""
    missed: Share = Share(0.0)
    """Share of persons who are not looked at in a check."""
    false_positive: Share = Share(0.0)
    """Chance that a healthy person who is looked at is taken for ill."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GateCheck(_Measure):
    """Temperature at the gate 校门测温: day students and staff daily, boarders on return."""

    kind: ClassVar[str] = "gate_check"
    label: ClassVar[str] = N_("校门测温")
    fever_sensitivity: Share
    missed: Share = Share(0.0)
    false_positive: Share = Share(0.0)
    seconds: float = 3.0
    """Service time per person and lane."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Isolation(_Measure):
    """Isolation of those found 发热隔离, and the return rule."""

    kind: ClassVar[str] = "isolation"
    label: ClassVar[str] = N_("发热等症状者隔离")
    delay: Minutes
    """From being found to being apart, 06:00 to 22:00."""
    night_delay: Minutes
    """The same from 22:00 to 06:00."""
    hold: Days = Days(1)
    """Days a bed of the isolation room is taken until the person is fetched or moved."""
    least_days: Days = Days(3)
    """Least days away from school."""
    symptom_free: Hours = Hours(48.0)
    """Hours without symptoms before return."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Testing(_Measure):
    """Test of those found 检测: confirms a case after a delay."""

    kind: ClassVar[str] = "testing"
    label: ClassVar[str] = N_("病原检测")
    delay: Hours
    sensitivity: Share


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactListing(_Measure):
    """Contacts of a confirmed case are listed and kept apart 接触者排查."""

    kind: ClassVar[str] = "contact_listing"
    label: ClassVar[str] = N_("接触者名单")
    recall: Share
    """Share of true contacts that come onto the list."""
    delay: Hours
    settings: tuple[Setting, ...] = (Setting.SEAT, Setting.DORM_ROOM, Setting.TABLE)
    days: Days = Days(14)
    place: Place = Place.SINGLE


@dataclass(frozen=True, kw_only=True, slots=True)
class Quarantine(_Measure):
    """A unit is kept apart once it has so many cases in a window 单元隔离."""

    kind: ClassVar[str] = "quarantine"
    label: ClassVar[str] = N_("班级、寝室、年级隔离")
    unit: Unit
    counted: Counted = Counted.CONFIRMED
    count: int = 1
    window: Days = Days(14)
    delay: Hours = Hours(2.0)
    days: Days = Days(14)
    place: Place = Place.HOME


@dataclass(frozen=True, kw_only=True, slots=True)
class Suspension(_Measure):
    """Lessons of a unit stop 停课 by count or by share in a window."""

    kind: ClassVar[str] = "suspension"
    label: ClassVar[str] = N_("停课")
    unit: Unit
    counted: Counted = Counted.FOUND
    count: int | None = None
    share: Share | None = None
    """Share of the unit's persons among the cases of the window."""
    window: Days = Days(1)
    delay: Hours = Hours(2.0)
    days: Days = Days(4)
    rule: str = ""
    """Row of the rule book it follows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mask(_Measure):
    """Masks in some settings 佩戴口罩."""

    kind: ClassVar[str] = "mask"
    label: ClassVar[str] = N_("佩戴口罩")
    mask: MaskKind = MaskKind.SURGICAL
    wearing: Share
    settings: tuple[Setting, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ventilation(_Measure):
    """Windows opened so often for so long 定时通风."""

    kind: ClassVar[str] = "ventilation"
    label: ClassVar[str] = N_("开窗通风")
    settings: tuple[Setting, ...]
    times: int
    """Times a day."""
    minutes: Minutes
    """Each time."""
    air_changes: PerHour
    """While the windows stand open."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cleaning(_Measure):
    """Surfaces disinfected so often at such a strength 消杀."""

    kind: ClassVar[str] = "cleaning"
    label: ClassVar[str] = N_("消毒保洁")
    settings: tuple[Setting, ...]
    times: int
    strength: MilligramPerLitre


@dataclass(frozen=True, kw_only=True, slots=True)
class StaggeredArrival(_Measure):
    """Classes come to the gate in batches 错峰到校."""

    kind: ClassVar[str] = "staggered_arrival"
    label: ClassVar[str] = N_("错峰到校")
    batches: int
    minutes: Minutes
    """From one batch to the next."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StaggeredDining(_Measure):
    """Classes eat in batches 错峰就餐."""

    kind: ClassVar[str] = "staggered_dining"
    label: ClassVar[str] = N_("错峰就餐")
    batches: int
    minutes: Minutes


@dataclass(frozen=True, kw_only=True, slots=True)
class StaggeredBreaks(_Measure):
    """Classes leave their rooms in batches 错峰课间."""

    kind: ClassVar[str] = "staggered_breaks"
    label: ClassVar[str] = N_("错峰课间、放学")
    batches: int
    minutes: Minutes


@dataclass(frozen=True, kw_only=True, slots=True)
class SeatSpacing(_Measure):
    """Desks so far apart 座位间距."""

    kind: ClassVar[str] = "seat_spacing"
    label: ClassVar[str] = N_("座位间距")
    distance: Metres


@dataclass(frozen=True, kw_only=True, slots=True)
class StagedOpening(_Measure):
    """The grades of its scope come back on a day of their own 分批开学."""

    kind: ClassVar[str] = "staged_opening"
    label: ClassVar[str] = N_("分批开学")
    opens: date
    locked: bool = False
    """The date stays when the return is planned anew 锁定."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClosedCampus(_Measure):
    """Fewer crossings of the campus boundary 封闭管理.

    Without it boarders go home every weekend and `open_visitors` come a day.
    """

    kind: ClassVar[str] = "closed_campus"
    label: ClassVar[str] = N_("封闭管理")
    visitors: int = 0
    """Visitors and deliveries let in a day."""
    open_visitors: int = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnSurvey(_Measure):
    """Survey of those who come back 返校摸排: holds back whom it flags."""

    kind: ClassVar[str] = "return_survey"
    label: ClassVar[str] = N_("返校摸排")
    coverage: Share
    truthful: Share
    flagged: Share
    """Chance that a truthful answer of an infected returner shows a risk."""
    hold: Days = Days(14)


@dataclass(frozen=True, kw_only=True, slots=True)
class Vaccination(_Measure):
    """Vaccinated before the term 疫苗接种."""

    kind: ClassVar[str] = "vaccination"
    label: ClassVar[str] = N_("疫苗接种")
    who: Who = Who.STUDENTS
    coverage: Share
    effectiveness: Share
    """Against infection."""


type_of = {
    cls.kind: cls
    for cls in (
        SymptomCheck,
        GateCheck,
        Isolation,
        Testing,
        ContactListing,
        Quarantine,
        Suspension,
        Mask,
        Ventilation,
        Cleaning,
        StaggeredArrival,
        StaggeredDining,
        StaggeredBreaks,
        SeatSpacing,
        StagedOpening,
        ClosedCampus,
        ReturnSurvey,
        Vaccination,
    )
}
"""Every type of the union by its kind, in the order in which a plan lists them."""

Measure = (
    SymptomCheck
    | GateCheck
    | Isolation
    | Testing
    | ContactListing
    | Quarantine
    | Suspension
    | Mask
    | Ventilation
    | Cleaning
    | StaggeredArrival
    | StaggeredDining
    | StaggeredBreaks
    | SeatSpacing
    | StagedOpening
    | ClosedCampus
    | ReturnSurvey
    | Vaccination
)
