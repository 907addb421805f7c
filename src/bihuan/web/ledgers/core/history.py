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
    "check": N_("交晨午晚检"),
    "absence.note": N_("登记缺课"),
    "absence.step": N_("追踪一步"),
    "absence.sign": N_("复课签字"),
    "alarm.raise": N_("报警"),
    "alarm.grow": N_("又有病例"),
    "alarm.take": N_("接报警"),
    "alarm.close": N_("关闭报警"),
    "alarm.truth": N_("记下属实不属实"),
    "incident.open": N_("报异常"),
    "incident.step": N_("做完一步"),
    "incident.contacts": N_("列出接触者"),
    "incident.contact": N_("改接触者"),
    "incident.check": N_("核对接触者"),
    "incident.roll": N_("名单到了"),
    "incident.call": N_("打电话"),
    "incident.hand": N_("转交"),
    "incident.reading": N_("量体温"),
    "incident.diagnose": N_("填诊断"),
    "incident.close": N_("关闭异常"),
    "daily.fill": N_("填日报"),
    "daily.sign": N_("签日报"),
    "gate.pass": N_("过校门"),
    "gate.class": N_("整班进门"),
    "gate.measure": N_("门口复测"),
    "gate.take": N_("接走"),
    "gate.bring": N_("带到候检区"),
    "room.keep": N_("改隔离室"),
    "room.checklist": N_("核对条件"),
    "room.check": N_("查寝"),
    "stay.come": N_("进隔离室"),
    "stay.reading": N_("记体温和症状"),
    "stay.guardian": N_("通知家长"),
    "stay.release": N_("解除观察"),
    "stay.leave": N_("离开隔离室"),
    "stay.disinfect": N_("终末消毒"),
    "agency.keep": N_("改联系人"),
    "agency.call": N_("试打电话"),
    "agency.end": N_("停用联系人"),
    "report.draft": N_("写情况专报"),
    "report.send": N_("报出"),
    "report.receive": N_("收到回执"),
    "report.answer": N_("得到答复"),
    "survey.answer": N_("填健康排查"),
    "survey.verify": N_("核实"),
    "slip.ask": N_("申请请假条"),
    "slip.answer": N_("批请假条"),
    "slip.used": N_("用请假条出门"),
    "visit.ask": N_("登记来访"),
    "visit.answer": N_("答复来访"),
}
"""Deeds of the trail about rows, as a row's history says them."""
_OTHER: Final = N_("办理")
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
        what=_(DEEDS.get(line.deed, _OTHER)),
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
