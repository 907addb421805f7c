"""The line to the what-if process: how it is started, and how the web side asks it.

Nothing of the engine is imported here, so that no web worker carries it.
"""

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from django.conf import settings

ADDRESS: Final = "whatif.json"
"""File of the site's folder that says where the process listens."""


def start() -> subprocess.Popen[bytes]:
    """Start the process beside the worker."""
    return subprocess.Popen(
        [sys.executable, "-m", "bihuan.web.whatif"]
    )  # our own command line


def ask(asked: dict[str, Any], *, seconds: float) -> dict[str, Any] | None:
    """Ask the process from the web side; None: it does not run or does not answer in time."""
    try:
        told = json.loads((Path(settings.HOME) / ADDRESS).read_text("utf-8"))
        with socket.create_connection(("127.0.0.1", told["port"]), seconds) as line:
            line.settimeout(seconds)
            line.sendall(json.dumps(asked | {"key": told["key"]}).encode() + b"\n")
            with line.makefile("rb") as heard:
                found: dict[str, Any] = json.loads(heard.readline())
                return found
    except (OSError, ValueError, KeyError):
        return None
