"""The site's one reader of the clock; flows and rules get the time as an argument."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings


def now() -> dt.datetime:
    """Say what time it is, with the zone of the bureau."""
    zone = ZoneInfo(settings.TIME_ZONE)
    return (dt.datetime.now(dt.UTC) + _shift()).astimezone(zone)


def today() -> dt.date:
    """Say which day it is at the bureau."""
    return now().date()


def _shift() -> dt.timedelta:
    """How far the demo's clock stands off: `CLOCK_FILE` holds seconds, or nothing."""
    if not settings.CLOCK_FILE:
        return dt.timedelta(0)
    try:
        return dt.timedelta(seconds=float(Path(settings.CLOCK_FILE).read_text("ascii")))
    except (FileNotFoundError, ValueError):
        return dt.timedelta(0)
