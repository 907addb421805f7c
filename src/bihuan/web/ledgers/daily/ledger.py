"""The ledger of daily and zero reports 日报: what was stated, by whom, when."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from bihuan.base.wording import N_, _
from bihuan.plan.words import Word
from bihuan.rules.access import Deed, Role
from bihuan.rules.daily import LABELS
from bihuan.web.ledgers.core.declare import (
    Clock,
    Column,
    Kind,
    Ledger,
    Retention,
    Shown,
    State,
)
from bihuan.web.ledgers.daily.models import DailyReport
from bihuan.web.org.models import Unit


class DailyState(Word):
    """Where a report stands."""

    DRAFT = "draft", N_("草稿")
    FILLED = "filled", N_("待校长签")
    SIGNED = "signed", N_("已签")


FIGURES = {
    **LABELS,
    "observed": N_("隔离观察"),
    "returned": N_("外地返回在观察"),
    "confirmed": N_("确诊"),
    "suspected": N_("疑似"),
    "staff": N_("教职工异常"),
    "short": N_("物资缺口"),
}
"""Columns of the report in their order; the office's own form is filled from them."""


def indicator(rows: QuerySet[Any], unit: Unit, now: dt.datetime) -> Shown:
    """Whether today's report is signed; none is unknown, not zero."""
    today = rows.filter(day=now.date()).order_by("-at").first()
    if today is None:
        return Shown(
            state="unknown", value=None, unit="",
            said=_("{unit}今天还没有日报", unit=unit.name), counted_at=now,
        )  # fmt: skip
    signed = today.state == DailyState.SIGNED.value
    said = _("{unit}今天的日报已签") if signed else _("{unit}今天的日报还没签")
    return Shown(
        state="pass" if signed else "stale", value=float(signed), unit="",
        said=said.format(unit=unit.name), counted_at=today.at,
    )  # fmt: skip


LEDGER = Ledger(
    slug="daily",
    name=N_("日报、零报告"),
    title=N_("学校疫情防控日报表"),
    model=DailyReport,
    see=Deed.DAILY_SEE,
    enter=None,
    columns=(
        Column(field="day", heading=N_("日期"), kind=Kind.DAY, entered=False),
        Column(field="unit", heading=N_("学校"), kind=Kind.UNIT, entered=False),
        *(
            Column(
                field=f"figures.{name}", heading=label, kind=Kind.WHOLE,
                entered=False, listed=name in ("expected", "present", "sick", "fever"),
            )
            for name, label in FIGURES.items()
        ),
        Column(field="zero", heading=N_("零报告"), kind=Kind.YES_NO, entered=False),
        Column(
            field="filled_by", heading=N_("报告人"), kind=Kind.PERSON, entered=False
        ),
        Column(
            field="signed_by", heading=N_("审核人"), kind=Kind.PERSON, entered=False
        ),
        Column(field="done_at", heading=N_("时间"), kind=Kind.TIME, entered=False),
        Column(field="late", heading=N_("是否补报"), kind=Kind.YES_NO, entered=False),
        Column(field="note", heading=N_("备注"), entered=False, listed=False),
    ),
    states=(
        State(code=DailyState.DRAFT.value, label=DailyState.DRAFT.label, mark="run"),
        State(code=DailyState.FILLED.value, label=DailyState.FILLED.label),
        State(
            code=DailyState.SIGNED.value, label=DailyState.SIGNED.label, closed=True,
            mark="pass",
        ),
    ),
    first=DailyState.DRAFT.value,
    clocks=(
        Clock(
            code="school",
            label=N_("日报"),
            due=lambda row: row.due,
            done=(DailyState.SIGNED.value,),
            first=(Role.SCHOOL_DOCTOR,),
        ),
    ),
    key=("unit", "day"),
    units=("school", "bureau"),
    indicator=indicator,
    retention=Retention(days=365, basis=N_("规则P9a")),
    help=N_("到“日报”一页填，数字从当天的晨检来"),
)  # fmt: skip
