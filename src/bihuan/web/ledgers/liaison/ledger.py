"""The ledgers of partners outside the school and of reports to them."""

import datetime as dt
from typing import Any, Final

from django.db.models import QuerySet

from bihuan.base.wording import N_, _
from bihuan.plan.words import Partner
from bihuan.rules.access import Deed, Role
from bihuan.web.ledgers.core.declare import (
    Clock,
    Column,
    Evidence,
    Kind,
    Ledger,
    Move,
    Shown,
    State,
)
from bihuan.web.ledgers.liaison.models import (
    Advice,
    Agency,
    ContactState,
    HealthReport,
    ReportState,
)
from bihuan.web.org.models import Unit

TESTED: Final = dt.timedelta(days=7)
"""Days in which a line is tested again (R17)."""

AGENCY_COLUMNS: Final = (
    Column(
        field="partner", heading=N_("协作单位类别"), kind=Kind.CHOICE, words=Partner,
        required=True,
    ),
    Column(
        field="organisation", heading=N_("单位名称"), required=True,
        example=N_("示例市疾控中心"),
    ),
    Column(field="contact", heading=N_("联系人"), example=N_("传染病科值班")),
    Column(field="phone", heading=N_("联系电话"), note=N_("填办公电话"), example="0371-0000000"),
    Column(field="agreement", heading=N_("协议、文号"), listed=False),
    Column(field="tested_on", heading=N_("最近测试"), kind=Kind.DAY, entered=False),
    Column(field="answered", heading=N_("是否畅通"), kind=Kind.YES_NO, entered=False),
)  # fmt: skip
"""Columns of 联防联控协作机制联系表."""


def agencies_indicator(rows: "QuerySet[Any]", unit: Unit, now: dt.datetime) -> Shown:
    """Health department and hospital of a school answered a test call in the last days."""
    used = rows.filter(state=ContactState.IN_FORCE.value)
    wanted = used.filter(partner__in=[Partner.HEALTH.value, Partner.HOSPITAL.value])
    fresh = wanted.filter(tested_on__gte=now.date() - TESTED)
    kinds = fresh.filter(answered=True).values_list("partner", flat=True)
    return Shown(
        state=_state(set(kinds), wanted, fresh),
        value=float(len(set(kinds))),
        unit=_("个"),
        said=_(
            "{unit}的疾控和医院两条线，7天内打通{n}条",
            unit=unit.name,
            n=len(set(kinds)),
        ),
        counted_at=now,
    )


def _state(answered: set[str], wanted: "QuerySet[Any]", fresh: "QuerySet[Any]") -> str:
    if len(answered) == 2:  # noqa: PLR2004  # health department and hospital
        return "pass"
    if fresh.filter(answered=False).exists():
        return "fail"
    return "stale" if wanted.exclude(tested_on=None).exists() else "unknown"


AGENCIES: Final = Ledger(
    slug="liaison",
    name=N_("联防联控"),
    title=N_("联防联控协作机制联系表"),
    model=Agency,
    see=Deed.LIAISON_SEE,
    enter=Deed.LIAISON_REPORT,
    columns=AGENCY_COLUMNS,
    states=(
        State(
            code=ContactState.IN_FORCE.value, label=ContactState.IN_FORCE.label,
            mark="pass",
        ),
        State(
            code=ContactState.ENDED.value, label=ContactState.ENDED.label, closed=True,
            mark="na",
        ),
    ),
    first=ContactState.IN_FORCE.value,
    moves=(
        Move(
            code="end",
            label=N_("停用"),
            sources=(ContactState.IN_FORCE.value,),
            target=ContactState.ENDED.value,
            deed=Deed.LIAISON_REPORT,
        ),
    ),
    evidence=(Evidence.CALL, Evidence.PAPER),
    search=("organisation", "contact"),
    key=("unit", "partner", "organisation"),
    indicator=agencies_indicator,
    help=N_("从预案带入，或者在这里加一个"),
)  # fmt: skip

REPORT_COLUMNS: Final = (
    Column(field="day", heading=N_("日期"), kind=Kind.DAY, entered=False),
    Column(field="school", heading=N_("学校"), kind=Kind.UNIT, entered=False),
    Column(field="partner.organisation", heading=N_("报给谁"), entered=False),
    Column(field="alarm.rule", heading=N_("触发条款"), entered=False),
    Column(field="sent_at", heading=N_("发出时间"), kind=Kind.TIME, entered=False),
    Column(field="late", heading=N_("是否超时"), kind=Kind.YES_NO, entered=False),
    Column(field="received_at", heading=N_("回执时间"), kind=Kind.TIME, entered=False),
    Column(
        field="advice", heading=N_("回复意见"), kind=Kind.CHOICE, words=Advice,
        entered=False,
    ),
    Column(
        field="advice_days", heading=N_("停课天数"), kind=Kind.WHOLE, entered=False,
        listed=False,
    ),
    Column(
        field="answered_at", heading=N_("回复时间"), kind=Kind.TIME, entered=False,
        listed=False,
    ),
)  # fmt: skip


def reports_indicator(rows: "QuerySet[Any]", unit: Unit, now: dt.datetime) -> Shown:
    """Share of the reports that were sent which came back with a receipt."""
    sent = rows.exclude(sent_at=None)
    total, back = sent.count(), sent.exclude(received_at=None).count()
    return Shown(
        state="pass" if total == back else "fail",
        value=back / total if total else 1.0,
        unit="",
        said=_(
            "{unit}发出专报{n}份，有回执{back}份", unit=unit.name, n=total, back=back
        ),
        counted_at=now,
    )


REPORTS: Final = Ledger(
    slug="reports",
    name=N_("情况专报"),
    title=N_("向卫生健康部门报告登记"),
    model=HealthReport,
    see=Deed.LIAISON_SEE,
    enter=None,
    columns=REPORT_COLUMNS,
    states=(
        State(code=ReportState.DRAFT.value, label=ReportState.DRAFT.label),
        State(code=ReportState.SENT.value, label=ReportState.SENT.label, mark="run"),
        State(
            code=ReportState.RECEIVED.value, label=ReportState.RECEIVED.label,
            mark="run",
        ),
        State(
            code=ReportState.ANSWERED.value, label=ReportState.ANSWERED.label,
            closed=True, mark="pass",
        ),
    ),
    first=ReportState.DRAFT.value,
    clocks=(
        Clock(
            code="send",
            label=N_("发出专报"),
            due=lambda row: row.due,
            done=tuple(s.value for s in ReportState if s is not ReportState.DRAFT),
            first=(Role.SCHOOL_DOCTOR, Role.PRINCIPAL),
            red=True,
        ),
    ),
    evidence=(Evidence.PAPER, Evidence.CALL),
    key=("alarm", "incident"),
    indicator=reports_indicator,
    help=N_("在报警或异常处置里写情况专报"),
)  # fmt: skip

LEDGERS: Final = (AGENCIES, REPORTS)
