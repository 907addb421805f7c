"""The ledgers of incidents and of alarms, as the school keeps them on paper."""

import datetime as dt
from typing import Any, Final

from django.db.models import QuerySet

from bihuan.base.wording import N_, _
from bihuan.rules.access import Deed, Detail, Role
from bihuan.rules.alarms import Ask
from bihuan.rules.precision import Precision
from bihuan.rules.stay import Goes
from bihuan.rules.triage import Symptom, Syndrome
from bihuan.web.ledgers.core.declare import (
    Clock,
    Column,
    Evidence,
    Kind,
    Ledger,
    Retention,
    Shown,
    State,
)
from bihuan.web.ledgers.incidents.models import (
    Alarm,
    AlarmState,
    Incident,
    Spot,
    Standing,
)
from bihuan.web.org.models import Unit

PSEUDONYM: Final = Detail.PSEUDONYM
CLOSED: Final = (Standing.CLOSED.value, "replaced")

INCIDENT_COLUMNS: Final = (
    Column(field="opened_at", heading=N_("时间"), kind=Kind.TIME, entered=False),
    Column(
        field="person", heading=N_("姓名"), kind=Kind.PERSON, entered=False,
        shown_from=PSEUDONYM,
    ),
    Column(field="unit", heading=N_("班级"), kind=Kind.UNIT, entered=False),
    Column(
        field="temperatures", heading=N_("体温（初/复）"), entered=False,
        shown_from=PSEUDONYM,
    ),
    Column(
        field="symptoms", heading=N_("症状"), kind=Kind.CHOICES, words=Symptom,
        entered=False, shown_from=PSEUDONYM,
    ),
    Column(
        field="place", heading=N_("发现地点"), kind=Kind.CHOICE, words=Spot,
        entered=False, listed=False,
    ),
    Column(
        field="by", heading=N_("发现人"), kind=Kind.PERSON, entered=False, listed=False,
        shown_from=PSEUDONYM,
    ),
    Column(field="room_at", heading=N_("入室时间"), kind=Kind.TIME, entered=False),
    Column(
        field="guardian_at", heading=N_("通知家长时间"), kind=Kind.TIME, entered=False,
        listed=False,
    ),
    Column(
        field="reported_at", heading=N_("报告时间（校/局/疾控）"), kind=Kind.TIME,
        entered=False, listed=False,
    ),
    Column(
        field="goes", heading=N_("去向"), kind=Kind.CHOICE, words=Goes, entered=False,
        listed=False, shown_from=PSEUDONYM,
    ),
    Column(
        field="hospital", heading=N_("就诊医院"), entered=False, listed=False,
        shown_from=PSEUDONYM,
    ),
    Column(
        field="found_to_be", heading=N_("诊断"), entered=False, shown_from=PSEUDONYM
    ),
    Column(
        field="contact_count", heading=N_("接触者数"), kind=Kind.WHOLE, entered=False,
        listed=False,
    ),
    Column(
        field="disinfected_at", heading=N_("消毒"), kind=Kind.TIME, entered=False,
        listed=False,
    ),
    Column(
        field="back_on", heading=N_("复课日期"), kind=Kind.DAY, entered=False,
        listed=False, shown_from=PSEUDONYM,
    ),
    Column(
        field="in_hand", heading=N_("经办"), kind=Kind.PERSON, entered=False,
        listed=False,
    ),
)  # fmt: skip
"""Columns of 发热等异常情况处置登记."""


def incidents_indicator(rows: "QuerySet[Any]", unit: Unit, now: dt.datetime) -> Shown:
    """Incidents in hand, and those whose next limit has run out."""
    live = rows.exclude(state__in=CLOSED)
    total, late = live.count(), live.filter(due__lt=now).count()
    return Shown(
        state="fail" if late else "pass", value=float(late), unit=_("件"),
        said=_("{unit}在处置{total}件，超时限{late}件", unit=unit.name, total=total, late=late),
        counted_at=now,
    )  # fmt: skip


INCIDENTS: Final = Ledger(
    slug="incidents",
    name=N_("异常处置"),
    title=N_("发热等异常情况处置登记"),
    model=Incident,
    see=Deed.INCIDENT_SEE,
    enter=None,
    columns=INCIDENT_COLUMNS,
    states=(
        State(code=Standing.OPEN.value, label=Standing.OPEN.label, mark="run"),
        State(
            code=Standing.CLOSED.value, label=Standing.CLOSED.label, closed=True,
            mark="pass",
        ),
    ),
    first=Standing.OPEN.value,
    clocks=(
        Clock(
            code="step",
            label=N_("下一步的时限"),
            due=lambda row: row.due,
            done=(Standing.CLOSED.value,),
            first=(Role.SCHOOL_DOCTOR,),
            red=True,
        ),
    ),
    evidence=(Evidence.PAPER, Evidence.CALL, Evidence.PHOTO),
    search=("person.name", "hospital", "diagnosis_words"),
    key=("person", "opened_at"),
    person="person",
    units=("class", "staff"),
    indicator=incidents_indicator,
    retention=Retention(
        days=365,
        erase=("celsius", "again", "symptoms", "hospital", "diagnosis_words", "note"),
        basis=N_("规则P9b"),
    ),
    help=N_("看到有人发热、呕吐，在“今天”里点红色的报异常"),
)  # fmt: skip

ALARM_COLUMNS: Final = (
    Column(field="raised_at", heading=N_("报警时间"), kind=Kind.TIME, entered=False),
    Column(field="unit", heading=N_("单位"), kind=Kind.UNIT, entered=False),
    Column(field="rule", heading=N_("触发条款"), entered=False),
    Column(field="title", heading=N_("条款内容"), entered=False, listed=False),
    Column(field="document", heading=N_("出处"), entered=False, listed=False),
    Column(
        field="ask", heading=N_("要做什么"), kind=Kind.CHOICE, words=Ask, entered=False,
        listed=False,
    ),
    Column(
        field="syndrome", heading=N_("相似症状"), kind=Kind.CHOICE, words=Syndrome,
        entered=False,
    ),
    Column(field="count", heading=N_("人数"), kind=Kind.WHOLE, entered=False),
    Column(field="threshold", heading=N_("报警线"), kind=Kind.WHOLE, entered=False),
    Column(
        field="window", heading=N_("按几天计"), kind=Kind.WHOLE, entered=False,
        listed=False,
    ),
    Column(field="report_by", heading=N_("上报时限"), kind=Kind.TIME, entered=False),
    Column(
        field="taken_by", heading=N_("接警人"), kind=Kind.PERSON, entered=False,
        listed=False,
    ),
    Column(
        field="taken_at", heading=N_("接警时间"), kind=Kind.TIME, entered=False,
        listed=False,
    ),
    Column(field="found_to_be", heading=N_("诊断"), entered=False, listed=False),
    Column(field="true_alarm", heading=N_("是否属实"), kind=Kind.YES_NO, entered=False),
)  # fmt: skip


def alarms_indicator(rows: "QuerySet[Any]", unit: Unit, now: dt.datetime) -> Shown:
    """Alarms past their deadline, and how often those whose diagnoses are out were true."""
    found = rows.exclude(state="replaced")
    late = found.exclude(state=AlarmState.CLOSED.value).filter(due__lt=now)
    overdue = late.exclude(reports__sent_at__isnull=False).count()
    right = precision(found)
    return Shown(
        state="fail" if overdue else "pass", value=right.share, unit="",
        said=_(
            "{unit}报警{n}次，诊断已出{decided}次，属实{true}次，过期没报{late}次",
            unit=unit.name, n=right.raised, decided=right.decided, true=right.true,
            late=overdue,
        ),
        counted_at=now,
    )  # fmt: skip


def precision(rows: "QuerySet[Any]") -> Precision:
    """How often alarms were true, told by their diagnoses."""
    truths = list(rows.values_list("true_alarm", flat=True))
    return Precision(
        raised=len(truths),
        decided=sum(one is not None for one in truths),
        true=sum(one is True for one in truths),
    )


def _report_due(row: Alarm) -> dt.datetime | None:
    """Until when it is reported; None: nothing has to be, or it is."""
    if row.report_by is None or row.reports.exclude(sent_at=None).exists():
        return None
    return row.report_by


ALARMS: Final = Ledger(
    slug="alarms",
    name=N_("报警"),
    title=N_("聚集性疫情报警登记"),
    model=Alarm,
    see=Deed.ALARM_SEE,
    enter=None,
    columns=ALARM_COLUMNS,
    states=(
        State(code=AlarmState.OPEN.value, label=AlarmState.OPEN.label, mark="fail"),
        State(code=AlarmState.TAKEN.value, label=AlarmState.TAKEN.label, mark="run"),
        State(
            code=AlarmState.CLOSED.value, label=AlarmState.CLOSED.label, closed=True,
            mark="pass",
        ),
    ),
    first=AlarmState.OPEN.value,
    clocks=(
        Clock(
            code="take",
            label=N_("接报警"),
            due=lambda row: row.raised_at,
            done=(AlarmState.TAKEN.value, AlarmState.CLOSED.value),
            first=(Role.SCHOOL_DOCTOR,),
            red=True,
        ),
        Clock(
            code="report",
            label=N_("报疾控和教育局"),
            due=_report_due,
            done=(AlarmState.CLOSED.value,),
            first=(Role.SCHOOL_DOCTOR, Role.PRINCIPAL),
            red=True,
        ),
    ),
    evidence=(Evidence.PAPER, Evidence.CALL),
    search=("rule", "title"),
    key=("unit", "rule", "day"),
    units=("class", "room", "grade", "school"),
    indicator=alarms_indicator,
    retention=Retention(days=3 * 365, basis=N_("规则P9f")),
    help=N_("同班、同宿舍、同校车、同一餐的病例到了线，几秒内报警"),
)  # fmt: skip

LEDGERS: Final = (INCIDENTS, ALARMS)
