"""Files that are there whole or not at all."""

import os
import tempfile
from pathlib import Path


def put(path: Path, content: bytes) -> Path:
    """Put a file in place of the one before in one step."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)  # there only where something failed
    return path
