"""The one reader of the clock below the site; everything else takes the day as an argument."""

import datetime as dt


def today() -> dt.date:
    """Say which day it is where the program runs."""
    return now().date()


def now() -> dt.datetime:
    """Say what time it is where the program runs."""
    return dt.datetime.now().astimezone()
