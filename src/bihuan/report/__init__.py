"""Figures and documents from values."""

from pathlib import Path

from bihuan.base.wording import speak
from bihuan.loop.outcome import Rehearsal
from bihuan.report.documents import document
from bihuan.report.figures import all_of
from bihuan.report.files import put
from bihuan.report.page import html
from bihuan.report.workbook import xlsx


def write(rehearsal: Rehearsal, folder: Path, *, lang: str) -> tuple[Path, ...]:
    """Write the report of a rehearsal into a folder; a file is there whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "report.html": html(rehearsal, lang=lang).encode(),
        "report.docx": document(rehearsal, lang=lang),
        "report.xlsx": xlsx(rehearsal, lang=lang),
        **_pictures(rehearsal, lang),
    }
    return tuple(put(folder / name, content) for name, content in files.items())


def _pictures(rehearsal: Rehearsal, lang: str) -> dict[str, bytes]:
    """The district's figures as files of their own, for slides and letters."""
    with speak(lang):
        return {
            f"figure-{number}{chr(97 + part) if part else ''}.svg": one.alone().encode()
            for number, figure in enumerate(all_of(rehearsal), 1)
            for part, one in enumerate(figure.wide)
        }
