"""Where things happen: areas, zones."""

from dataclasses import dataclass

from bihuan.base.ids import AreaCode, SchoolCode, ZoneCode
from bihuan.base.units import CubicMetres, PerHour, SquareMetres
from bihuan.plan.words import ZoneKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """A part of the district whose schools are kept apart 片区."""

    code: AreaCode
    name: str
    towns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Zone:
    """A place 场所 with what limits it; a limit that is not known is None, not zero."""

    school: SchoolCode
    code: ZoneCode
    name: str
    kind: ZoneKind
    building: str = ""
    floor: int | None = None
    area: SquareMetres | None = None
    volume: CubicMetres | None = None
    air_changes: PerHour | None = None
    """Fresh air with windows as they usually stand, without any measure."""
    seats: int | None = None
    tables: int | None = None
    beds: int | None = None
    lanes: int | None = None
    rooms: int | None = None
    """How many like this one the row stands for (dormitory rooms come by the floor)."""
    apart: bool | None = None
    """Stands away from class rooms and canteen, without shared air (isolation rooms)."""
    toilet: bool | None = None
    users: tuple[str, ...] = ()
    """Grades or classes that use it; empty: everybody."""
    note: str = ""
