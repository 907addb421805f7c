"""docs/rules.md: every row of the book; `python -m bihuan.rules.book.page` writes it anew."""

import sys
from collections.abc import Iterator
from itertools import groupby

from bihuan.rules.book import Book, Document, Rule, load

HEAD = """# The rule book 规则库

Every number of a rule is a dated row of `src/bihuan/rules/book/rules.csv`, with its document in
`documents.csv`. Row texts stand in the language of their documents. This page is written from them
(`python -m bihuan.rules.book.page > docs/rules.md`) and a test compares it.

- **class**: *law* (法定) laws, regulations, mandatory standards, orders from above; *plan* (预案) national or
  provincial control plans, guides, recommended standards; *practice* (惯例) what others do; *target* (目标) our own
  proposal. What binds another region is a practice here. A plan that breaks a practice or a target gets a
  warning that says so, never an error.
- **sure**: R read in a copy of the text (often a mirror), M from memory and to be verified before it is cited,
  D our design; then H, M, L for high, middle, low. A row M or D binds nobody.
- **from, to**: first and last day. A row of a document that a newer one in force *supersedes* is out of force.
- A row without a number is a fact, or a number that nobody has found yet; nothing is judged by the latter.
"""


def page(book: Book) -> str:
    """The whole page."""
    return "\n".join([HEAD, *_documents(book), *_rules(book)]) + "\n"


def _documents(book: Book) -> Iterator[str]:
    yield "## Documents"
    yield ""
    yield "| code | title | issuer | number | issued | from | to | status | supersedes | note |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    yield from map(_document, book.documents)
    yield ""


def _document(row: Document) -> str:
    return _line(
        row.code,
        row.title,
        row.issuer,
        row.number,
        row.issued,
        row.effective_from,
        row.effective_to,
        row.status.label,
        " ".join(row.supersedes),
        row.note,
    )


def _rules(book: Book) -> Iterator[str]:
    yield "## Rows"
    for letter, rows in groupby(book.rules, key=lambda row: row.code[0]):
        yield ""
        yield f"### {letter}: {PARTS[letter]}"
        yield ""
        yield "| code | key | says | disease | value | scope | window | closes | region | from | to | document | class | sure | checked | note |"
        yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
        yield from map(_rule, rows)


def _rule(row: Rule) -> str:
    return _line(
        row.code,
        row.key,
        row.name,
        row.disease,
        value(row),
        row.scope,
        _days(row.window),
        _days(row.days),
        row.region,
        row.effective_from,
        row.effective_to,
        f"{row.document} {row.clause}".strip(),
        row.source_class,
        row.how_sure,
        row.checked,
        row.note,
    )


PARTS = {
    "T": "reporting and clusters 报告和聚集性疫情",
    "C": "suspension and return 停课和复课",
    "N": "daily numbers 日常数字",
    "M": "supplies 物资",
    "I": "isolation rooms 隔离室",
    "O": "opening 开学",
    "H": "hazards 安全隐患",
    "P": "personal data 个人信息",
}
"""Parts of the book by the first letter of their rows."""


def value(row: Rule) -> str:
    """The number of a row with its unit, or its day; empty where it has neither."""
    if row.day:
        return str(row.day)
    return "" if row.value is None else f"{row.value:g} {row.unit}".strip()


def _days(number: int | None) -> str:
    return "" if number is None else f"{number} d"


def _line(*cells: object) -> str:
    return f"| {' | '.join('' if cell is None else str(cell) for cell in cells)} |"


if __name__ == "__main__":
    sys.stdout.write(page(load()))
