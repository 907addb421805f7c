"""A column's value as people read it, with no more of a person than may be seen."""

import datetime as dt
import re
from typing import Any, Final

from django.utils.timezone import localtime

from bihuan.base.wording import N_, _
from bihuan.plan.words import Role as PersonRole, Word
from bihuan.rules.access import Detail
from bihuan.web.ledgers.core.declare import Column, Kind, Ledger
from bihuan.web.org.crypto import blind
from bihuan.web.org.models import Person

_PARTS: Final = re.compile(
    r"(?<![0-9])(?:([1-9][0-9]{3})[0-9]{10}([0-9]{3}[0-9Xx])|(1[3-9][0-9])[0-9]{4}([0-9]{4}))(?![0-9Xx])"
)


def value_of(row: Any, column: Column) -> Any:
    """The value of a column: of the row's field, or along a dotted path."""
    value = row
    for name in column.field.split("."):
        if value is None:
            return None
        value = value.get(name) if isinstance(value, dict) else getattr(value, name)
    return value


def shown(row: Any, column: Column, detail: Detail) -> str:
    """A column's value in words; empty where it is empty or where it may not be seen."""
    if column.shown_from > detail:
        return ""
    value = value_of(row, column)
    if value is None or value in ("", [], ()):
        return ""
    if column.kind is Kind.PERSON or isinstance(value, Person):
        signed = column.shown_from <= Detail.NUMBERS and is_staff(value)
        return str(value.name) if signed else person_shown(value, detail)
    return said(value, column)


def said(value: Any, column: Column) -> str:
    """A value that is about nobody, in words."""
    match column.kind:
        case Kind.CHOICE:
            return word(column.words, value)
        case Kind.CHOICES:
            return "、".join(word(column.words, part) for part in value)
        case Kind.YES_NO:
            return _("是") if value else _("否")
        case Kind.UNIT:
            return str(value)
        case Kind.CELSIUS:
            return f"{float(value):.1f}"
        case _:
            return plain(value)


def plain(value: Any) -> str:
    """A number, a day, a time or a text."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, dt.datetime):
        return f"{localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def word(words: type[Word] | None, code: Any) -> str:
    """The label of a code; a code that the vocabulary does not have stays as it is."""
    known = {member.value: member.label for member in words} if words else {}
    return _(known[code]) if code in known else str(code)


KINDS: Final = {
    PersonRole.STUDENT.value: N_("学生"),
    "guardian": N_("家长"),
}
"""What a pseudonym begins with; anybody else is staff."""


def person_shown(person: Person, detail: Detail) -> str:
    """A name, a pseudonym or nothing."""
    if detail >= Detail.NAMED:
        return person.name
    return pseudonym(person) if detail >= Detail.PSEUDONYM else ""


def is_staff(person: Person) -> bool:
    """Whether a name stands under a paper: of staff, never of a pupil or a guardian."""
    return person.role not in KINDS


def pseudonym(person: Person) -> str:
    """A name that tells nothing and stays the same in a school."""
    kind = _(KINDS.get(person.role, N_("教职工")))
    return f"{kind}-{blind(f'{person.school_id}:{person.pk}')[:6]}"


SHORTEST: Final = 11
"""Digits of a mobile phone's number."""


def masked(text: str) -> str:
    """A text whose identity and phone numbers have lost their middle."""
    return _PARTS.sub(_mask, text) if len(text) >= SHORTEST else text


def _mask(found: "re.Match[str]") -> str:
    head, tail, first, last = found.groups()
    return f"{head}{'*' * 10}{tail}" if head else f"{first}****{last}"


def state_shown(ledger: Ledger, row: Any) -> str:
    """The state of a row in words."""
    return _(ledger.state(row.state).label)
