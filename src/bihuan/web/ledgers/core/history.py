"""What happened to a row: the lines of the trail about it and about those it replaced."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from bihuan.base.wording import N_, _
from bihuan.rules.access import Role
from bihuan.web.ledgers.core.declare import Ledger
from bihuan.web.org import audit
from bihuan.web.org.models import AuditLine, Person

DEEDS: Final = {
    "ledger.enter": N_("填写"),
    "ledger.correct": N_("更正"),
    "ledger.withdraw": N_("撤回"),
    "ledger.move": N_("办理"),
    "ledger.evidence": N_("附佐证"),
    "ledger.import": N_("导入"),
    "ledger.undo_import": N_("撤销导入"),
}
MOST_LINKS: Final = 50
"""Corrections of one row that are followed."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a row's history."""

    at: dt.datetime
    what: str
    who: str
    post: str
    acting: bool
    row: int
    more: str


def of(ledger: Ledger, row: Any) -> list[Line]:
    """The history of a row, newest first."""
    chain = links(row)
    subjects = {audit.subject(link): link.pk for link in chain}
    found = list(
        AuditLine.objects.filter(
            school=row.school_id, subject__in=list(subjects)
        ).order_by("-number")
    )
    names = dict(
        Person.objects.filter(pk__in={line.person for line in found}).values_list(
            "pk", "name"
        )
    )
    return [_line(ledger, line, names, subjects[line.subject]) for line in found]


def links(row: Any) -> list[Any]:
    """A row and those it replaced, newest first."""
    chain = [row]
    while chain[-1].replaces_id and len(chain) < MOST_LINKS:
        chain.append(chain[-1].replaces)
    return chain


def newer(row: Any) -> Any:
    """The row that replaced a row, if any."""
    return row.replaced_by.order_by("-pk").first()


def _line(ledger: Ledger, line: AuditLine, names: dict[int, str], row: int) -> Line:
    roles = {role.value: role.label for role in Role}
    return Line(
        at=line.at,
        what=_(DEEDS.get(line.deed, line.deed)),
        who=names.get(line.person or 0, ""),
        post=_(roles[line.role]) if line.role in roles else "",
        acting=line.acting,
        row=row,
        more=_more(ledger, line.body),
    )


def _more(ledger: Ledger, body: dict[str, Any]) -> str:
    """Which step was taken, or which columns were filled."""
    if "before" in body:
        before, after = (_(ledger.state(body[k]).label) for k in ("before", "after"))
        return f"{before} → {after}"
    headings = {column.field: _(column.heading) for column in ledger.columns}
    known = [headings[name] for name in body.get("fields", ()) if name in headings]
    return "、".join(known)
