"""What a measure asks for: staff hours a week (F5); every time unit here is assumed."""

from bihuan.base.ids import SchoolCode
from bihuan.outbreak.intensity import INTENSITY
from bihuan.plan.measures import (
    Cleaning,
    ClosedCampus,
    ContactListing,
    GateCheck,
    Isolation,
    Mask,
    Measure,
    ReturnSurvey,
    StaggeredArrival,
    StaggeredBreaks,
    StaggeredDining,
    SymptomCheck,
    Testing,
    Ventilation,
)
from bihuan.plan.plan import Plan
from bihuan.plan.words import Setting, ZoneKind

DAYS_A_WEEK = 6.0
CHECK_MINUTES = 4.0
"""A class of 45 looked at, asked, its exceptions written down."""
CLEAN_MINUTES = 4.0
"""A room of 70 square metres."""
WINDOW_MINUTES = 1.0
BATCH_HOURS = 0.5
"""A person on watch for every batch and meal or gate."""
SURVEY_MINUTES = 3.0
"""A person asked, once; spread over the horizon's weeks."""
LIST_HOURS = 6.0
"""A contact list made by hand."""
FETCH_HOURS = 1.0
"""Somebody found, brought away, watched until fetched."""
_ZONES = {
    Setting.CLASSROOM: ZoneKind.CLASSROOM,
    Setting.STUDY: ZoneKind.CLASSROOM,
    Setting.SEAT: ZoneKind.CLASSROOM,
    Setting.DORM_ROOM: ZoneKind.DORM_ROOM,
    Setting.DORM_FLOOR: ZoneKind.DORM_FLOOR,
    Setting.TABLE: ZoneKind.CANTEEN_HALL,
    Setting.CANTEEN_HALL: ZoneKind.CANTEEN_HALL,
    Setting.GATE: ZoneKind.GATE,
    Setting.STAIR: ZoneKind.STAIR,
    Setting.BUS: ZoneKind.BUS,
    Setting.STAFF_ROOM: ZoneKind.OFFICE,
}


def labour_hours(
    plan: Plan, school: SchoolCode, measure: Measure, *, weeks: float, found: float
) -> float:
    """Staff hours a week; `found`: persons found ill a week, false ones too."""
    classes = [c for c in plan.classes if c.school == school and not c.within]
    students = sum(c.students for c in classes)
    match measure:
        case SymptomCheck():
            return len(classes) * CHECK_MINUTES / 60 * DAYS_A_WEEK
        case GateCheck():
            day_students = students - sum(c.boarders for c in classes)
            return day_students * measure.seconds / 3600 * DAYS_A_WEEK
        case Isolation() | Testing():
            return found * FETCH_HOURS
        case ContactListing():
            return found * LIST_HOURS / 10
        case Ventilation() | Cleaning():
            each = WINDOW_MINUTES if isinstance(measure, Ventilation) else CLEAN_MINUTES
            rooms = _rooms(plan, school, measure.settings)
            return rooms * measure.times * each / 60 * DAYS_A_WEEK
        case StaggeredDining():
            return measure.batches * 3 * BATCH_HOURS * DAYS_A_WEEK
        case StaggeredArrival() | StaggeredBreaks():
            return measure.batches * BATCH_HOURS * DAYS_A_WEEK
        case ReturnSurvey():
            return students * SURVEY_MINUTES / 60 / weeks
        case ClosedCampus():
            return 24.0 * 7
        case Mask():
            return 0.0
        case _:
            return 0.0


def _rooms(plan: Plan, school: SchoolCode, settings: tuple[Setting, ...]) -> float:
    """Rooms of the settings, in rooms of 70 square metres."""
    kinds = {_ZONES[s] for s in settings if s in _ZONES}
    usual = INTENSITY[Setting.CLASSROOM].room.area
    return sum(
        (z.rooms or 1) * max(1.0, (z.area or usual) / usual)
        for z in plan.zones
        if z.school == school and z.kind in kinds
    )
