"""How strongly a pair in a group meets: docs/model.md, "How strongly".

Every value is assumed: no source gives transmission per pair and hour by place in a
boarding school. They are listed in the report with their ranges and varied there.
"""

from dataclasses import dataclass
from types import MappingProxyType

from bihuan.plan.words import MaskKind, Setting


@dataclass(frozen=True, slots=True)
class Room:
    """What stands in for an area (m2), a volume (m3), air changes (per hour) not given."""

    area: float
    volume: float
    air_changes: float


@dataclass(frozen=True, slots=True)
class Intensity:
    """Weights per pair and hour by route, and the room where the plan names none."""

    close: float
    air: float
    surface: float
    room: Room
    crowd: bool = False
    """Close contact grows with persons per square metre: gate, stair, hall, floor."""


INTENSITY = MappingProxyType(
    {
        Setting.CLASSROOM: Intensity(0.0, 0.02, 0.01, Room(70, 210, 2.0)),
        Setting.STUDY: Intensity(0.0, 0.02, 0.01, Room(70, 210, 2.0)),
        Setting.SEAT: Intensity(0.3, 0.0, 0.02, Room(70, 210, 2.0)),
        Setting.DORM_ROOM: Intensity(0.15, 0.02, 0.02, Room(24, 72, 0.8)),
        Setting.DORM_FLOOR: Intensity(0.3, 0.0, 0.05, Room(60, 180, 2.0), crowd=True),
        Setting.TABLE: Intensity(1.0, 0.0, 0.1, Room(600, 2400, 3.0)),
        Setting.CANTEEN_HALL: Intensity(
            0.3, 0.02, 0.02, Room(600, 2400, 3.0), crowd=True
        ),
        Setting.GATE: Intensity(0.3, 0.0, 0.0, Room(60, 2000, 20.0), crowd=True),
        Setting.STAIR: Intensity(0.1, 0.0, 0.01, Room(60, 300, 4.0), crowd=True),
        Setting.BUS: Intensity(0.2, 0.02, 0.05, Room(25, 60, 3.0)),
        Setting.STAFF_ROOM: Intensity(0.1, 0.02, 0.02, Room(40, 120, 2.0)),
        Setting.HOUSEHOLD: Intensity(1.0, 0.02, 0.1, Room(90, 240, 1.0)),
    }
)

REFERENCE_CROWD = 10.0
"""m2: the area at which `close` of a crowd holds."""
REFERENCE_AIR = 400.0
"""m3/h: the fresh air at which `air` holds (200 m3 at 2 air changes an hour)."""
REFERENCE_SURFACE = 70.0
"""m2: the area at which `surface` holds."""
REFERENCE_SEAT = 0.6
"""m: distance of desk mates at which `close` of a seat holds."""

MASKS = MappingProxyType(
    {
        MaskKind.CLOTH: (0.3, 0.2),
        MaskKind.SURGICAL: (0.5, 0.3),
        MaskKind.RESPIRATOR: (0.8, 0.8),
    }
)
"""Share kept back (out, in). Surgical: exhaled .5, inhaled .7 pass in Lasser et al. Nat
Commun 2022;13:554; the others assumed."""

RANGE = (0.5, 2.0)
"""Factors by which every weight is varied in the report."""

VISITOR_DAYS = 10.0
"""Days of infectiousness per incident infection among visitors (assumed)."""
VISITOR_CHANCE = 0.05
"""Chance that an infectious visitor infects one member of staff (assumed)."""
BEFORE_DAYS = 10
"""Days before opening during which a returner may have been infected."""
