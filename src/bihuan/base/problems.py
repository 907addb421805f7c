"""What is wrong with an input: where, what came, what is allowed, what to do, a code.

A *kind* of problem is declared once, beside the code that finds it, and is listed in
docs/problems.md. Its sentences are templates; they are translated when they are shown,
so that one problem can be read in either language.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from bihuan.base.where import Where
from bihuan.base.wording import _


class Weight(StrEnum):
    """How much a problem weighs: an error must be mended, a warning looked at."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: code, weight, what is said, what to do."""

    code: str
    weight: Weight
    said: str
    mend: str

    def at(self, where: Where, **words: object) -> "Problem":
        """A problem of this kind at a place, with the words its templates need."""
        told = tuple((name, str(word)) for name, word in sorted(words.items()))
        return Problem(self.code, where, told)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong at one place."""

    code: str
    where: Where
    words: tuple[tuple[str, str], ...] = ()

    @property
    def kind(self) -> Kind:
        """The declaration of this kind of problem."""
        return _kinds[self.code]

    @property
    def weight(self) -> Weight:
        """Error or warning."""
        return self.kind.weight

    @property
    def said(self) -> str:
        """What came and what is allowed, in the language in force."""
        return _(self.kind.said).format_map(_Words(self.words))

    @property
    def mend(self) -> str:
        """What to do about it, in the language in force."""
        return _(self.kind.mend).format_map(_Words(self.words))

    def __str__(self) -> str:
        """`file:sheet!cell: what is wrong; what to do [code]`."""
        return f"{self.where}: {self.said} {self.mend} [{self.code}]"


class _Words(dict[str, str]):
    """The words of a problem; a word that a template wants and nobody gave is shown."""

    def __init__(self, words: tuple[tuple[str, str], ...]) -> None:
        super().__init__((name, _(word) if word else word) for name, word in words)


_kinds: dict[str, Kind] = {}


def error(code: str, said: str, mend: str) -> Kind:
    """Declare a kind of error; a code is declared once."""
    return _declare(Kind(code, Weight.ERROR, said, mend))


def warning(code: str, said: str, mend: str) -> Kind:
    """Declare a kind of warning; a code is declared once."""
    return _declare(Kind(code, Weight.WARNING, said, mend))


def kinds() -> Mapping[str, Kind]:
    """Every kind declared by the modules imported so far, by code."""
    return MappingProxyType(_kinds)


def errors(problems: tuple[Problem, ...]) -> Iterator[Problem]:
    """Those that must be mended."""
    return (p for p in problems if p.weight is Weight.ERROR)


def _declare(kind: Kind) -> Kind:
    if _kinds.setdefault(kind.code, kind) != kind:
        msg = f"problem code {kind.code} is declared twice"
        raise ValueError(msg)
    return kind
