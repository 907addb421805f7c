"""What the use of a supply grows with: one count for the checks and for the rehearsal."""

from bihuan.base.ids import SchoolCode
from bihuan.plan.places import Zone
from bihuan.plan.plan import Plan
from bihuan.plan.words import Driver, ZoneKind


def drivers(
    plan: Plan, school: SchoolCode, *, students: int, staff: int
) -> dict[Driver, float]:
    """How many of each thing a school has, for so many students and staff."""
    zones = [zone for zone in plan.zones if zone.school == school]
    return {
        Driver.STUDENT: students,
        Driver.STAFF: staff,
        Driver.PERSON: students + staff,
        Driver.CLASS: sum(
            row.school == school and not row.within for row in plan.classes
        ),
        Driver.LANE: sum(z.lanes or 0 for z in zones if z.kind is ZoneKind.GATE),
        Driver.ISOLATION_ROOM: _rooms(zones),
        Driver.AREA: sum((z.area or 0) * (z.rooms or 1) for z in zones) / 100,
        Driver.SCHOOL: 1,
    }


def _rooms(zones: list[Zone]) -> int:
    return sum(z.rooms or 1 for z in zones if z.kind is ZoneKind.ISOLATION_ROOM)
