"""docs/problems.md: every kind of problem, what is said, why, what to do.

`python tools/problems.py` brings what the source says up to date and keeps the reasons,
which are written by hand in the page; a new kind gets a heading without a reason.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Final

import bihuan.drill
import bihuan.plan
import bihuan.rules
import bihuan.stagger
import bihuan.web.planfile
from bihuan.base.problems import Kind, kinds

PAGE: Final = Path(__file__).parents[1] / "docs/problems.md"
HEAD: Final = """# Problems

What `bihuan plan check`, `bihuan drill check` and their kin can find, by code. An *error* must be mended, a *warning* looked at. A problem says
`file:sheet!cell: what came and what is allowed; what to do [code]`. The sentences in quotes are those of the source
(Chinese is its language, `--lang en` says them in English); the reason is below each.

`python tools/problems.py` brings the quotes up to date; reasons are written here. A test compares.
"""
PARTS: Final = {
    "P0": "Reading files",
    "P1": "Cells and rows",
    "P2": "Consistent: references, counts, clashes",
    "P3": "Complete: nothing left out, nothing ownerless",
    "P4": "Feasible: seats, beds, lanes, hands, stocks",
    "P5": "Measures and dates",
    "S1": "The rules in force",
    "F1": "FET timetables",
    "D0": "Reading a drill's script or log",
    "D1": "A drill's script",
    "D2": "A drill's log",
    "G1": "The staggered return: the calendar",
    "G2": "The staggered return: a school's day",
    "G3": "The staggered return: the checker, and sheets filled in by hand",
    "G4": "The staggered return: the command line",
    "W0": "What only the site minds",
}
"""Parts of the page by the first two characters of a code."""
RULES: Final = """
The first code of each is an error: the row binds. The second, 50 higher, is a warning: the row is a practice of
elsewhere, a target of our own, or nobody has read it in the text yet. Rows: [rules.md](rules.md).
"""
_ENTRY: Final = re.compile(
    r"^### (\S+)[^\n]*\n\n(?:>[^\n]*\n)+\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL
)


def declared() -> Mapping[str, Kind]:
    """Every kind of problem of the plan and of the rules; those that tests make begin with T."""
    for package in (bihuan.plan, bihuan.rules, bihuan.drill, bihuan.stagger):
        _import_all(package)
    return {code: kind for code, kind in kinds().items() if not code.startswith("T")}


def reasons(page: str) -> dict[str, str]:
    """The reasons that a page gives, by the (first) code of their heading."""
    return {code.strip(","): text.strip() for code, text in _ENTRY.findall(page)}


def written(known: Mapping[str, Kind], why: Mapping[str, str]) -> str:
    """The page for these kinds with these reasons."""
    return "\n".join([HEAD, *_parts(known, why)]).rstrip("\n") + "\n"


def _parts(known: Mapping[str, Kind], why: Mapping[str, str]) -> Iterator[str]:
    for start, title in PARTS.items():
        codes = sorted(code for code in known if code.startswith(start))
        if codes:
            yield f"## {start}: {title}"
            yield RULES if start == "S1" else ""
        for code in codes:
            if not _softer(code, known):
                yield from _entry(code, known, why.get(code, ""))


def _entry(code: str, known: Mapping[str, Kind], reason: str) -> Iterator[str]:
    kind, twin = known[code], _twin(code)
    title = f"{code}, {twin}" if _softer(twin, known) else f"{code} ({kind.weight})"
    yield f"### {title}"
    yield ""
    yield f"> {kind.said}"
    yield f"> {kind.mend}"
    yield ""
    yield reason
    yield ""


def _twin(code: str) -> str:
    return f"{code[0]}{int(code[1:]) + 50}"


def _softer(code: str, known: Mapping[str, Kind]) -> bool:
    """Whether a code is the warning of a standard whose error says the same."""
    harder = known.get(f"{code[0]}{int(code[1:]) - 50}")
    return code in known and harder is not None and harder.said == known[code].said


def _import_all(package: ModuleType) -> None:
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)


if __name__ == "__main__":
    old = PAGE.read_text("utf-8") if PAGE.exists() else ""
    PAGE.write_text(written(declared(), reasons(old)), "utf-8")
