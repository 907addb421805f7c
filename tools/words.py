"""Keeps the catalogues in step with the source: `./run words [--merge FILE.po...]`.

The catalogue is sorted by msgid and has no line numbers and no dates, so that two
branches which add messages do not meet in it. A translator's comment ``# keep`` on an
entry allows Chinese characters in its translation (a proper name in brackets). An entry
may have plural forms: its msgid_plural is its msgid again, and ``_`` chooses by the number.
"""

import argparse
import ast
import io
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT: Final = Path(__file__).parent.parent
SOURCE: Final = ROOT / "src/bihuan"
CATALOGUE: Final = SOURCE / "locale/en/LC_MESSAGES/bihuan.po"
METHODS: Final = [
    ("**.py", "python"),
    ("**.html", "jinja2.ext:babel_extract"),
    ("**.jinja", "jinja2.ext:babel_extract"),
]
HEADER: Final = r"""# What Bihuan says, in English. The msgid is the Chinese of the source.
# Made by ./run words; a comment "# keep" allows Chinese characters in a translation.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Language: en\n"

"""


def said(source: Path = SOURCE) -> frozenset[str]:
    """Collect every message that the source marks with ``_`` or ``N_``."""
    found = extract_from_dir(
        source, METHODS, keywords={"_": None, "N_": None}, comment_tags=()
    )
    return frozenset(row[2] for row in found if isinstance(row[2], str) and row[2])


def unsayable(source: Path = SOURCE) -> list[str]:
    """List the f-strings given to ``_`` or ``N_``, which no catalogue can hold."""
    return [
        f"{path.relative_to(source)}:{call.lineno}"
        for path in sorted(source.rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in {"_", "N_"}
        and any(isinstance(word, ast.JoinedStr) for word in call.args)
    ]


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, charset="utf-8")


def forms(catalogue: Catalog) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """Yield msgid, its forms from one to many, and whether Chinese may stay in them."""
    for entry in catalogue:
        if not entry.id:
            continue
        msgid = entry.id if isinstance(entry.id, str) else entry.id[0]
        held = entry.string or ""
        told = (
            (held,) if isinstance(held, str) else tuple(str(one or "") for one in held)
        )
        yield msgid, told, "keep" in entry.user_comments


def translations(catalogue: Catalog) -> Iterator[tuple[str, str, bool]]:
    """Yield msgid, msgstr, and whether Chinese characters may stay in it, form by form."""
    for msgid, told, keep in forms(catalogue):
        for one in told:
            yield msgid, one, keep


def merged(messages: Iterable[str], catalogues: Iterable[Catalog]) -> Catalog:
    """Give each message the first translation that one of the catalogues has.

    Forms of one and of many stand before a translation that has no forms yet.
    """
    known: dict[str, tuple[tuple[str, ...], bool]] = {}
    for catalogue in catalogues:
        for msgid, told, keep in forms(catalogue):
            if all(told) and len(told) > len(known.get(msgid, ((), False))[0]):
                known[msgid] = told, keep
    result = Catalog(locale="en")
    for msgid in sorted(messages):
        told, keep = known.get(msgid, (("",), False))
        marks = ["keep"] if keep else []
        if len(told) > 1:
            result.add((msgid, msgid), told, user_comments=marks)
        else:
            result.add(msgid, told[0], user_comments=marks)
    return result


def written(catalogue: Catalog) -> str:
    """Write a catalogue as the text of its file."""
    text = io.BytesIO()
    write_po(text, catalogue, omit_header=True, no_location=True, sort_output=True)
    # babel marks messages as python-format when a % occurs; ours have only {places}
    body = re.sub(r"^#, .*\n", "", text.getvalue().decode(), flags=re.MULTILINE)
    return HEADER + body.strip() + "\n"


def places(text: str) -> list[str]:
    """List the names of the ``{places}`` of a message."""
    return sorted(re.findall(r"\{(\w*)[^{}]*\}", text))


def chinese(text: str) -> bool:
    """Tell whether a text has Chinese characters or Chinese punctuation."""
    return bool(re.search(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]", text))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run words", description=__doc__)
    parser.add_argument("--merge", nargs="+", type=Path, default=[], metavar="FILE.po")
    others = parser.parse_args(arguments).merge
    catalogue = merged(said(), [read(path) for path in (CATALOGUE, *others)])
    CATALOGUE.write_text(written(catalogue), "utf-8")
    missing = [msgid for msgid, msgstr, _ in translations(catalogue) if not msgstr]
    print(*missing, sep="\n", end="\n" if missing else "")
    print(
        f"{len(missing)} of {len(catalogue)} messages have no English", file=sys.stderr
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
