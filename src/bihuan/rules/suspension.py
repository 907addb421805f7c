"""When lessons stop and when somebody may come back, as the rule book has it on a day."""

from collections.abc import Iterator
from datetime import date

from bihuan.rules.book import Book, Rule
from bihuan.rules.clusters import WindowRule, from_row, is_window

RETURNS = ("return_hours", "return_days", "return_certificate", "return_dry")
"""Keys of the rows that say when somebody may come back."""


def suspension_rules(book: Book, disease: str, on: date) -> tuple[WindowRule, ...]:
    """Rows of the book by which a unit's lessons stop on a day.

    A row by those *now ill* has no window; the days that an illness is taken to last
    stand in for it.
    """
    return tuple(_rules(book.on(on, disease=disease)))


def return_rows(book: Book, disease: str, on: date) -> tuple[Rule, ...]:
    """Rows of the book that say when a person with a disease may come back."""
    in_force = book.on(on, disease=disease)
    return tuple(rule for rule in in_force.rules if rule.key in RETURNS)


def _rules(book: Book) -> Iterator[WindowRule]:
    for rule in book.named("suspend"):
        if not is_window(rule):
            continue
        ill = book.best("ill_days", disease=rule.disease)
        window = round(ill.value) if ill and ill.value else None
        if rule.window or window:
            yield from_row(rule, delay=0.0, window=window, days=rule.days or 0)
