"""Style sheets, scripts and pictures as the server gives them: hashed names, compressed."""

import hashlib
import os
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.staticfiles.management.commands.collectstatic import Command
from django.core.management import call_command
from whitenoise.storage import (  # type: ignore[import-untyped]  # it has none
    CompressedManifestStaticFilesStorage,
)

STAMP: Final = "collected.sha256"


def collect() -> bool:
    """Collect the files where they changed; tells whether it had to."""
    stamp = Path(settings.STATIC_ROOT) / STAMP
    now = _digest()
    if stamp.exists() and stamp.read_text("ascii") == now:
        return False
    command = Command()
    # the settings choose hashed names only once there are some
    command.storage = CompressedManifestStaticFilesStorage()
    call_command(command, interactive=False, verbosity=0, clear=True)
    stamp.write_text(now, "ascii")
    return True


def _digest() -> str:
    """A digest of all that is collected."""
    told = hashlib.sha256()
    for folder in settings.STATICFILES_DIRS:
        for place, _folders, names in sorted(os.walk(folder)):
            for name in sorted(names):
                path = Path(place) / name
                told.update(f"{path.relative_to(folder)}\n".encode())
                told.update(hashlib.sha256(path.read_bytes()).digest())
    return told.hexdigest()
