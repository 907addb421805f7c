"""Public holidays 法定节假日 and the weekends worked for them 调休, as kept upstream."""

import datetime as dt
from functools import lru_cache


@lru_cache(maxsize=64)
def public(year: int) -> tuple[frozenset[dt.date], frozenset[dt.date]]:
    """Public holidays of a year, its made-up workdays."""
    import holidays  # noqa: PLC0415  # a fifth of a second, for who asks for a date

    known = holidays.country_holidays("CN", years=year)
    return frozenset(known), frozenset(known.weekend_workdays)
