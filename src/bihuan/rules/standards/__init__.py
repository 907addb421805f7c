"""A plan held against the rows in force on a date 标准.

A row that binds (law or guidance that somebody has read) gives errors; practices of
elsewhere, targets of our own and rows from memory give warnings that say so. What the
plan does not say is told as undecided, not passed.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from bihuan.base.problems import Problem, error
from bihuan.base.wording import N_
from bihuan.plan.check.look import Look
from bihuan.plan.measures import Suspension
from bihuan.plan.plan import Plan
from bihuan.rules.book import Book
from bihuan.rules.standards import daily, means, openings
from bihuan.rules.standards.ask import Ask

NO_SUCH_ROW = error(
    "S191",
    N_("停课措施引用的条款「{came}」不在规则库里。"),
    N_("改成 bihuan rules 列出的编号。"),
)
NOT_IN_FORCE = error(
    "S192",
    N_("停课措施引用的条款「{came}」在 {day} 不生效（{start} 至 {end}）。"),
    N_("改引当日生效的条款；bihuan rules --on {day} 列出全部。"),
)

STANDARDS: Final = (*openings.STANDARDS, *daily.STANDARDS, *means.STANDARDS)
"""Every standard, in the order in which its problems are told."""


def judge(plan: Plan, book: Book, on: date) -> tuple[Problem, ...]:
    """What a plan does not keep of the rows in force on a date."""
    look = Look(plan)
    in_force = book.on(on, region=plan.district.region)
    return (*_judged(look, in_force, on), *_cited(look, book, in_force, on))


def _judged(look: Look, in_force: Book, on: date) -> Iterator[Problem]:
    for one in STANDARDS:
        for school in look.detailed:
            yield from one.judge(Ask(look=look, school=school, book=in_force, on=on))


def _cited(look: Look, book: Book, in_force: Book, on: date) -> Iterator[Problem]:
    """Rows that suspensions name and that are not in the book, or not in force."""
    rows = {rule.code: rule for rule in book.rules}
    now = {rule.code for rule in in_force.rules}
    for n, row in enumerate(look.plan.measures):
        if not (isinstance(row, Suspension) and row.rule) or row.rule in now:
            continue
        where = look.plan.where("measures", n, "rule")
        if row.rule not in rows:
            yield NO_SUCH_ROW.at(where, came=row.rule)
            continue
        rule = rows[row.rule]
        yield NOT_IN_FORCE.at(
            where,
            came=rule.code,
            day=on,
            start=rule.effective_from or "—",
            end=rule.effective_to or "—",
        )
