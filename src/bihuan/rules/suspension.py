"""When lessons stop and when somebody may come back, as the rule book has it on a day."""

from collections.abc import Iterator
from datetime import date

from bihuan.rules.book import Book, Rule
from bihuan.rules.clusters import WindowRule, from_row, is_window

RETURNS = (
    "return_hours",
    "return_days",
    "return_recovery_days",
    "return_rash_days",
    "return_treatment_days",
    "return_dry",
    "return_certificate",
)
"""Keys of the rows that say when somebody may come back: hours without symptoms, days from
onset, from recovery, from the rash, from the start of treatment, blisters dry, paper."""


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


def ill_window(book: Book, rule: Rule) -> int | None:
    """Days that stand in for the window of a row by those now ill; None: the book has none."""
    ill = book.best("ill_days", disease=rule.disease)
    return round(ill.value) if ill and ill.value else None


def _rules(book: Book) -> Iterator[WindowRule]:
    for rule in book.named("suspend"):
        if not is_window(rule):
            continue
        window = ill_window(book, rule)
        if rule.window or window:
            yield from_row(rule, delay=0.0, window=window, days=rule.days or 0)
