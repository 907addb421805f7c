"""What a standard is: the key of a row, how a plan is held against it, what is said."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from bihuan.base.problems import Kind, Problem, error, warning
from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.plan.check.look import Look
from bihuan.plan.people import School
from bihuan.rules.book import Book, Rule

UNDECIDED = warning(
    "S190",
    N_(
        "{school}的{what}未填，无法判断是否做到「{name}」（{rule}，《{document}》，{source}）。"
    ),
    N_("填上{what}；不知道的去量、去问，不要空着。"),
)
_SOFTER: Final = 50
"""A standard's warning has the code of its error plus this."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A place where a plan does not keep a row: what came, what the row asks for."""

    where: Where
    came: object
    allowed: object = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A place where a plan does not say what the row asks about."""

    where: Where
    what: str


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A school of a plan, the book of the day, the day."""

    look: Look
    school: School
    book: Book
    on: date

    @property
    def at(self) -> Where:
        """Where the school's row was written."""
        return self.look.school_at(self.school.code)

    @property
    def students(self) -> int:
        """Students of the school: the sum of its classes."""
        classes = self.look.own_classes(self.school.code)
        return sum(row.students for row in classes)

    @property
    def boards(self) -> bool:
        """Whether anybody boards."""
        classes = self.look.own_classes(self.school.code)
        return any(row.boarders for row in classes)


Find = Callable[[Ask, Rule], Iterator[Broken | Unknown]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Standard:
    """Rows of some keys, how a plan is held against them, the two kinds of problem.

    The error is for rows that bind, the warning for practices, targets and rows that
    nobody has read in the text yet.
    """

    keys: tuple[str, ...]
    find: Find
    broken: Kind
    advised: Kind

    def judge(self, ask: Ask) -> Iterator[Problem]:
        """What a school does not keep: told by the strongest row that it breaks."""
        for key in self.keys:
            for rule in ask.book.named(key):
                found = list(self.find(ask, rule))
                yield from (self._told(ask, rule, one) for one in found)
                if found:
                    break

    def _told(self, ask: Ask, rule: Rule, found: Broken | Unknown) -> Problem:
        words = {
            "school": ask.school.name,
            "rule": rule.code,
            "name": rule.name,
            "document": ask.book.by_code[rule.document].title,
            "source": rule.source_class.label,
        }
        if isinstance(found, Unknown):
            return UNDECIDED.at(found.where, what=found.what, **words)
        kind = self.broken if rule.binds else self.advised
        return kind.at(found.where, came=found.came, allowed=found.allowed, **words)


def standard(code: int, keys: str, find: Find, said: str, mend: str) -> Standard:
    """Declare a standard and its two kinds of problem, S1nn and S1nn + 50."""
    return Standard(
        keys=tuple(keys.split()),
        find=find,
        broken=error(f"S{code}", said, mend),
        advised=warning(f"S{code + _SOFTER}", said, mend),
    )
