"""The papers of a staggered return: calendar, sheets, dates, notices, cards, duties."""

from pathlib import Path

from bihuan.base.wording import speak
from bihuan.report.files import put
from bihuan.report.stagger import board, cards, ics, notice, sheets
from bihuan.report.stagger.values import Told, ToldDay


def write_calendar(told: Told, folder: Path, *, lang: str) -> tuple[Path, ...]:
    """Write a calendar's page and workbook, and each school's dates and notice."""
    folder.mkdir(parents=True, exist_ok=True)
    made = [
        put(folder / "calendar.html", board.html(told, lang=lang).encode()),
        put(folder / "calendar.xlsx", sheets.calendar(told, lang=lang)),
    ]
    with speak(lang):
        for school in dict.fromkeys(o.school for o in told.calendar.openings):
            made += _school(told, school, folder / "schools" / _safe(school))
    return tuple(made)


def _school(told: Told, school: str, home: Path) -> list[Path]:
    """What a school gets: its dates as calendar files, its notice."""
    home.mkdir(parents=True, exist_ok=True)
    files = {
        "return.ics": ics.of_school(told, school),
        "notice.txt": notice.text(told, school).encode(),
        "notice.docx": notice.docx(told, school),
    }
    files |= {f"{_safe(code)}.ics": made for code, made in ics.of_classes(told, school)}
    return [put(home / name, content) for name, content in files.items()]


def write_day(told: ToldDay, folder: Path, *, lang: str) -> tuple[Path, ...]:
    """Write a day's workbook, cards, duty sheets, and each class's hours."""
    home = folder / "classes"
    home.mkdir(parents=True, exist_ok=True)
    made = [
        put(folder / "day.xlsx", sheets.day(told, lang=lang)),
        put(folder / "cards.html", cards.cards_html(told, lang=lang).encode()),
        put(folder / "duty.html", cards.duty_html(told, lang=lang).encode()),
    ]
    with speak(lang):
        made += [
            put(home / f"{_safe(code)}.ics", content)
            for code, content in ics.of_day(told)
        ]
    return tuple(made)


def _safe(code: str) -> str:
    """A code as the name of a file: nothing that leads out of the folder."""
    return "".join(c if c.isalnum() or c in "-_.()" else "_" for c in code).strip(".")
