"""The report as a paper 情况专报 in the layout of official documents."""

import datetime as dt
from collections.abc import Iterable

from django.utils.timezone import localtime

from bihuan.base.wording import _
from bihuan.report import official
from bihuan.report.tables import Cell, Table
from bihuan.web.ledgers.liaison.models import HealthReport


def paper(
    row: HealthReport,
    lines: Iterable[tuple[str, str]],
    people: Iterable[tuple[str, str]],
    now: dt.datetime,
) -> bytes:
    """A draft with counts and pseudonyms; number, seal and signature stay with people."""
    at = localtime(row.sent_at or now)
    title = _("关于{school}学生出现相似症状的情况专报", school=row.school.name)
    made = official.sheet(
        official.Sheet(
            title=title,
            head=_("内部资料，不得公开"),
            foot=row.school.name,
            mark=_("只写人数和编号；姓名只对依法须报告的病例显示"),
            day=at.date(),
        )
    )
    official.title(made, title, at.strftime("%Y-%m-%d %H:%M"))
    receiver = row.partner.organisation if row.partner else _("属地疾控机构")
    official.line(made, _("{who}：", who=receiver), indent=False)
    for number, (name, text) in enumerate(lines, start=1):
        official.line(made, f"{number}. {name}：{text}")
    if row.measures:
        official.heading(made, _("已采取的措施"), 1)
        official.line(made, row.measures)
    rows = tuple((Cell(who), Cell(unit)) for who, unit in people)
    if rows:
        official.table(
            made,
            Table(title=_("涉及的人"), columns=(_("编号或姓名"), _("班级")), rows=rows),
        )
    official.line(made, _("报告人签字：            负责人签字：            （盖章）"))
    return official.saved(made)
