"""What the program says: Chinese in the source, other languages from a catalogue.

A message is written in Simplified Chinese where it is said, and that text is its own
key. ``_`` translates when it is called, so one process can speak several languages;
``N_`` marks a text in a table, which is translated later by ``_``. Where a catalogue has
plural forms of a message, ``_`` takes the form of its number: the value called ``n``, or
the only whole number among the values.
"""

import gettext
from collections.abc import Mapping
from contextvars import ContextVar, Token
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

SOURCE: Final = "zh-Hans"
LOCALE: Final = Path(__file__).parent.parent / "locale"

MANY: Final = 2
"""A number that takes the form of many."""

_spoken: ContextVar[str] = ContextVar("_spoken", default=SOURCE)


class UnknownLanguage(ValueError):  # noqa: N818  # it names what came, as the message does
    """A language was asked for that has no catalogue."""


def N_(message: str) -> str:  # noqa: N802  # gettext's own name
    """Mark a text for the catalogue."""
    return message


def _(message: str, **values: object) -> str:
    """Say a message in the language being spoken, its ``{places}`` filled with values."""
    said = _form(message, values) if message else ""
    return said.format(**values) if values else said


def _form(message: str, values: Mapping[str, object]) -> str:
    """Find a message in the catalogue, in the form of the number it is said with."""
    catalogue = _catalogue(_spoken.get())
    said = catalogue.ngettext(message, message, _number(values))
    return said if said != message else catalogue.gettext(message)


def _number(values: Mapping[str, object]) -> int:
    """The number a message is said with; many where there is none or more than one."""
    if isinstance(n := values.get("n"), int):
        return n
    whole = [value for value in values.values() if type(value) is int]
    return whole[0] if len(whole) == 1 else MANY


def language() -> str:
    """Name the language being spoken."""
    return _spoken.get()


def languages() -> tuple[str, ...]:
    """List the languages there are, that of the source first."""
    return _languages(LOCALE)


@cache
def _languages(folder: Path) -> tuple[str, ...]:
    return (SOURCE, *sorted(path.name for path in folder.iterdir() if path.is_dir()))


@dataclass(frozen=True)
class Turn:
    """A language being spoken; as a context it gives way to the one before."""

    before: Token[str]

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_raised: object) -> None:
        _spoken.reset(self.before)


def speak(name: str) -> Turn:
    """Change the language from here on, or only within a ``with``."""
    if name not in languages():
        raise UnknownLanguage(name)
    return Turn(_spoken.set(name))


def wanted(option: str | None, environment: Mapping[str, str]) -> str:
    """Choose a language: the option, else BIHUAN_LANG, else the locale, else Chinese."""
    if asked := option or environment.get("BIHUAN_LANG"):
        return _known(asked) or asked
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((environment[name] for name in names if environment.get(name)), "")
    return _known(locale) or SOURCE


def _known(tag: str) -> str | None:
    """Find the language meant by a tag or a locale, as ``en-GB`` or ``zh_CN.UTF-8``."""
    stem = tag.replace("_", "-").partition(".")[0].partition("-")[0].lower()
    matches = (name for name in languages() if name.partition("-")[0].lower() == stem)
    return next(matches, None)


@cache
def _catalogue(name: str) -> gettext.NullTranslations:
    """Load a catalogue; the source needs none."""
    if name == SOURCE:
        return gettext.NullTranslations()
    return gettext.translation("bihuan", LOCALE, languages=[name])
