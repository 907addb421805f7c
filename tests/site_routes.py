"""Every route of the site, walked in the resolver, and an address for each."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.urls import URLResolver, get_resolver

HOLE: Final = re.compile(r"<(?:(\w+):)?(\w+)>")
WORDS: Final = {
    "slug": "jabs", "slot": "morning", "maker": "wecom", "after": "told", "code": "give",
}  # fmt: skip
"""A word for each hole of an address that is no number."""


@dataclass(frozen=True, slots=True)
class Route:
    """A route: its pattern, its name, the view behind it."""

    pattern: str
    name: str
    view: Callable[..., Any]

    @property
    def api(self) -> bool:
        """Whether it is of the open API, which knows no session."""
        return self.pattern.startswith("api/")

    @property
    def numbered(self) -> bool:
        """Whether its address has a number in it."""
        return "<int:" in self.pattern or "<unit>" in self.pattern

    def address(self, number: int = 1) -> str:
        """An address of it, with a number in the numbers' place."""
        told = HOLE.sub(
            lambda hole: (
                str(number)
                if hole[1] in {"int", None}
                else WORDS.get(hole[2], "morning")
            ),
            self.pattern,
        )
        return f"/{told}"


def routes() -> list[Route]:
    """Every route, in the order in which they are tried."""
    return list(_walk(get_resolver(), ""))


def _walk(resolver: URLResolver, before: str) -> Iterator[Route]:
    for part in resolver.url_patterns:
        pattern = before + str(part.pattern)
        if isinstance(part, URLResolver):
            yield from _walk(part, pattern)
        else:
            yield Route(pattern, part.name or pattern, part.callback)
