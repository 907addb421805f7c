"""The site's keys: one file beside the database, readable by its owner only.

Backups of the database do not hold it; docs/guide/deploy.md says where it is kept.
"""

import base64
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FILE: Final = "keys.json"
BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of sessions, of encrypted fields, of the blind index and of signed codes."""

    session: str
    field: bytes
    blind: bytes


class NoKeys(FileNotFoundError):  # noqa: N818  # it names what is missing
    """The keys of this site are not where they should be."""


def read_keys(home: Path) -> Keys:
    """Read the keys of a site; a site that has none yet gets them, once."""
    path = home / FILE
    if not path.exists():
        write_keys(home)
    held = json.loads(path.read_text("ascii"))
    return Keys(
        session=held["session"],
        field=base64.b64decode(held["field"]),
        blind=base64.b64decode(held["blind"]),
    )


def write_keys(home: Path) -> None:
    """Make new keys, unless a neighbour process was quicker."""
    if (home / "bihuan.sqlite3").exists():
        raise NoKeys(home / FILE)  # fields encrypted with the old ones would be lost
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = json.dumps(
        {name: _new() for name in ("session", "field", "blind")}, sort_keys=True
    )
    try:
        handle = os.open(home / FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)


def _new() -> str:
    return base64.b64encode(os.urandom(BYTES)).decode("ascii")
