"""The ledger of sick absences, as class and school keep it on paper."""

import datetime as dt
from typing import Any, Final

from django.db.models import Q, QuerySet

from bihuan.base.wording import N_, _
from bihuan.rules.absence import Trace
from bihuan.rules.access import Deed, Detail, Role
from bihuan.rules.triage import Symptom
from bihuan.web.ledgers.absences.models import CLOSED, Absence, AbsenceKind
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
from bihuan.web.org.models import Sex, Unit

NAMED, PSEUDONYM = Detail.NAMED, Detail.PSEUDONYM
MARKS: Final = {
    Trace.REGISTERED: "wait",
    Trace.CHECKED: "stale",
    Trace.RETURNED: "pass",
    Trace.LEAVE: "na",
    Trace.EXCLUDED: "na",
}

FORM: Final = (
    Column(field="unit", heading=N_("班别"), kind=Kind.UNIT, entered=False),
    Column(
        field="check_row.expected", heading=N_("应到"), kind=Kind.WHOLE,
        entered=False, listed=False,
    ),
    Column(
        field="check_row.present", heading=N_("实到"), kind=Kind.WHOLE,
        entered=False, listed=False,
    ),
    Column(
        field="check_row.away", heading=N_("缺课"), kind=Kind.WHOLE,
        entered=False, listed=False,
    ),
    Column(
        field="check_row.sick", heading=N_("其中因病"), kind=Kind.WHOLE,
        entered=False, listed=False,
    ),
    Column(
        field="person", heading=N_("姓名"), kind=Kind.PERSON, entered=False,
        shown_from=PSEUDONYM,
    ),
    Column(
        field="person.sex", heading=N_("性别"), kind=Kind.CHOICE, words=Sex,
        entered=False, listed=False, shown_from=PSEUDONYM,
    ),
    Column(
        field="age", heading=N_("年龄"), kind=Kind.WHOLE, entered=False, listed=False,
        shown_from=PSEUDONYM,
    ),
    Column(
        field="person.address", heading=N_("家庭地址"), entered=False, listed=False,
        shown_from=NAMED,
    ),
    Column(
        field="person.phone", heading=N_("家长电话"), entered=False, listed=False,
        shown_from=NAMED,
    ),
    Column(
        field="why", heading=N_("缺勤原因（症状、就诊）"), entered=False,
        shown_from=PSEUDONYM,
    ),
    Column(
        field="onset", heading=N_("发病时间"), kind=Kind.DAY, entered=False,
        shown_from=PSEUDONYM,
    ),
    Column(
        field="left_at", heading=N_("离校时间"), kind=Kind.TIME, entered=False,
        listed=False, shown_from=PSEUDONYM,
    ),
    Column(
        field="followed", heading=N_("跟踪情况"), entered=False, shown_from=PSEUDONYM
    ),
    Column(
        field="traced_by", heading=N_("追踪人"), kind=Kind.PERSON, entered=False,
        listed=False, shown_from=PSEUDONYM,
    ),
    Column(
        field="returned_on", heading=N_("返校时间"), kind=Kind.DAY, entered=False
    ),
)  # fmt: skip
"""Columns of the class form 因病缺勤追踪登记表; the school's adds 返校时间."""

MORE: Final = (
    Column(
        field="day", heading=N_("缺课日期"), kind=Kind.DAY, entered=False, listed=False
    ),
    Column(
        field="kind", heading=N_("类别"), kind=Kind.CHOICE, words=AbsenceKind,
        entered=False, listed=False,
    ),
    Column(
        field="symptoms", heading=N_("症状"), kind=Kind.CHOICES, words=Symptom,
        entered=False, listed=False, shown_from=PSEUDONYM,
    ),
    Column(
        field="celsius", heading=N_("体温"), kind=Kind.CELSIUS, entered=False,
        listed=False, shown_from=PSEUDONYM,
    ),
    Column(
        field="certificate", heading=N_("证明"), entered=False, listed=False,
        shown_from=PSEUDONYM,
    ),
    Column(
        field="class_signed_by", heading=N_("班主任签字"), kind=Kind.PERSON,
        entered=False, listed=False, shown_from=PSEUDONYM,
    ),
    Column(
        field="doctor_signed_by", heading=N_("校医签字"), kind=Kind.PERSON,
        entered=False, listed=False, shown_from=PSEUDONYM,
    ),
)  # fmt: skip
"""What the paper form has no column for."""


def indicator(rows: "QuerySet[Any]", unit: Unit, now: dt.datetime) -> Shown:
    """Whether everybody who is missed was spoken to as often as the rule asks."""
    live = rows.exclude(state__in=CLOSED)
    total = live.count()
    overdue = live.filter(Q(due__lt=now)).count()
    return Shown(
        state="fail" if overdue else "pass",
        value=1.0 if not total else (total - overdue) / total,
        unit="",
        said=_(
            "{unit}在追踪{total}人，其中{late}人过了联系时间",
            unit=unit.name, total=total, late=overdue,
        ),
        counted_at=now,
        rule=_("因病缺课当天首次追踪"),
    )  # fmt: skip


LEDGER = Ledger(
    slug="absences",
    name=N_("因病缺课追踪"),
    title=N_("学生因病缺勤追踪登记表"),
    model=Absence,
    see=Deed.ABSENCE_SEE,
    enter=None,
    columns=(*FORM, *MORE),
    states=tuple(
        State(
            code=step.value, label=step.label, closed=step.closed,
            mark=MARKS.get(step, "run"),
        )
        for step in Trace
    ),
    first=Trace.REGISTERED.value,
    clocks=(
        Clock(
            code="trace",
            label=N_("追踪"),
            due=lambda row: row.due,
            done=CLOSED,
            first=(Role.CLASS_TEACHER, Role.SCHOOL_DOCTOR),
        ),
    ),
    evidence=(Evidence.PAPER, Evidence.CALL, Evidence.PHOTO),
    search=("person.name", "hospital", "diagnosis"),
    key=("person", "day"),
    person="person",
    units=("class",),
    indicator=indicator,
    retention=Retention(
        days=365,
        since="last_day",
        erase=(
            "symptoms", "syndromes", "celsius", "onset", "hospital", "diagnosis",
            "certificate", "reason", "note",
        ),
        basis=N_("规则P9b"),
    ),
    help=N_("没有缺课也要报：在“晨检”里交“全勤”就是零报告"),
)  # fmt: skip
