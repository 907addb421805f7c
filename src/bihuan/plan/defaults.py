"""What a bare timetable does not say, filled by stated defaults."""

from datetime import date

from bihuan.base.units import PerHundredThousandDays
from bihuan.plan.plan import District


def bare_district(name: str, cycle_days: int) -> District:
    """The district of a timetable that says nothing of the world outside."""
    return District(
        name=name,
        region="",
        drawn_up=date(2020, 4, 2),
        opens=date(2020, 4, 7),
        incidence=PerHundredThousandDays(0.2),
        cycle_days=cycle_days,
    )
