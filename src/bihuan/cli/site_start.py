"""Getting Django ready for the site in a folder."""

import os
from pathlib import Path
from typing import Final

MARK: Final = "demo"
"""File that says that a folder is a demo's, and may be made anew."""


def start(home: Path | None) -> None:
    """Get Django ready for the site in a folder."""
    if home is not None:
        os.environ["BIHUAN_HOME"] = str(home.resolve())
    folder = Path(os.environ.get("BIHUAN_HOME", "site"))
    if (folder / MARK).exists():
        os.environ |= {"BIHUAN_DEMO": "1", "BIHUAN_CLOCK_FILE": str(folder / "clock")}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.web.settings")
    import django

    django.setup()
