"""What this machine is like; the doctor judges it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import bihuan

# where systems and office suites put fonts that have Chinese characters
FONT_FOLDERS: Final = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
FONT_NAMES: Final = (
    "*CJK*", "*SourceHan*", "wqy*", "PingFang*", "STHeiti*", "msyh*", "simsun*", "simhei*",
)  # fmt: skip
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A place to write to: whether it can be written, and the bytes free there."""

    path: str
    writable: bool
    free: int


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What matters of a machine; None where it could not be found out."""

    python: tuple[int, int]
    cores: int
    memory: int | None
    output: Folder
    cache: Folder
    chinese_font: str | None
    browser: str | None
    postgresql: str | None


def look(output: Path) -> Machine:
    """Look at this machine, which would write its results to a folder."""
    return Machine(
        python=sys.version_info[:2],
        cores=os.cpu_count() or 1,
        memory=_memory(),
        output=_folder(output),
        cache=_folder(_cache()),
        chinese_font=_chinese_font(),
        browser=next(filter(None, map(shutil.which, BROWSERS)), None),
        postgresql=shutil.which("psql"),
    )


def _folder(path: Path) -> Folder:
    """Look at a folder, or at the nearest one above it that exists."""
    near = next(part for part in (path, *path.parents) if part.exists())
    writable = near.is_dir() and os.access(near, os.W_OK | os.X_OK)
    return Folder(path=str(path), writable=writable, free=shutil.disk_usage(near).free)


def _cache() -> Path:
    """Find where numba keeps compiled code: as told, beside the source, or at home."""
    if told := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(told).absolute()
    beside = Path(bihuan.__file__).parent / "outbreak"
    return beside if os.access(beside, os.W_OK) else Path.home() / ".cache"


def _memory() -> int | None:
    """Count the bytes of memory, where the system tells."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _chinese_font() -> str | None:
    """Name one font that has Chinese characters."""
    if lister := shutil.which("fc-list"):
        said = subprocess.run(  # noqa: S603  # a program that which() found, fixed words
            [lister, ":lang=zh", "family"], capture_output=True, text=True, check=False
        )
        if families := sorted(filter(None, said.stdout.splitlines())):
            return families[0].partition(",")[0]
    return next(_font_files(), None)


def _font_files() -> Iterator[str]:
    """Name the files of Chinese fonts in the usual folders."""
    for folder in (*map(Path, FONT_FOLDERS), Path.home() / ".local/share/fonts"):
        for name in FONT_NAMES:
            yield from (path.name for path in folder.rglob(name))
