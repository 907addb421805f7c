"""Keeps the catalogues in step with the source: `./run words [--merge FILE.po...]`.

The catalogue is sorted by msgid and has no line numbers and no dates, so that two
branches which add messages do not meet in it. A translator's comment ``# keep`` on an
entry allows Chinese characters in its translation (a proper name in brackets).
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


def translations(catalogue: Catalog) -> Iterator[tuple[str, str, bool]]:
    """Yield msgid, msgstr, and whether Chinese characters may stay in it."""
    for entry in catalogue:
        if entry.id:
            yield str(entry.id), str(entry.string or ""), "keep" in entry.user_comments


def merged(messages: Iterable[str], catalogues: Iterable[Catalog]) -> Catalog:
    """Give each message the first translation that one of the catalogues has."""
    known: dict[str, tuple[str, bool]] = {}
    for catalogue in catalogues:
        for msgid, msgstr, keep in translations(catalogue):
            if msgstr and msgid not in known:
                known[msgid] = msgstr, keep
    result = Catalog(locale="en")
    for msgid in sorted(messages):
        msgstr, keep = known.get(msgid, ("", False))
        result.add(msgid, msgstr, user_comments=["keep"] if keep else [])
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
