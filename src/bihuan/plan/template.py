"""The empty form: every sheet with its notes, drop-downs and an example row."""

import datetime as dt
from pathlib import Path
from typing import Final

from bihuan.base.wording import SOURCE, speak
from bihuan.plan.save import write_workbook

MADE: Final = dt.date(2020, 4, 2)
"""What the form says of its own age, so that the same form is the same file."""


def template(path: Path, *, lang: str = SOURCE) -> None:
    """Write the empty form."""
    with speak(lang):
        write_workbook({}, path, MADE)
