"""The ledger of the survey 返校摸排: one row per person, details only of a yes."""

import datetime as dt
from collections import Counter
from typing import Any

from django.db.models import QuerySet

from bihuan.base.wording import N_, _
from bihuan.rules.access import Deed, Detail, Role
from bihuan.rules.survey import Outcome
from bihuan.rules.triage import Symptom
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
from bihuan.web.ledgers.survey.models import Answer
from bihuan.web.org.models import Unit

NAMED, PSEUDONYM = Detail.NAMED, Detail.PSEUDONYM

COLUMNS = (
    Column(
        field="person", heading=N_("姓名"), kind=Kind.PERSON, shown_from=PSEUDONYM,
        required=True, entered=False,
    ),
    Column(
        field="person.role", heading=N_("身份"), entered=False, listed=False,
        shown_from=PSEUDONYM,
    ),
    Column(field="unit", heading=N_("班级/岗位"), kind=Kind.UNIT, entered=False),
    Column(field="round.name", heading=N_("轮次"), entered=False, listed=False),
    Column(
        field="travelled", heading=N_("假期是否外出"), kind=Kind.YES_NO,
        shown_from=NAMED, required=True, example=N_("否"),
    ),
    Column(
        field="outside", heading=N_("是否去过外地"), kind=Kind.YES_NO,
        shown_from=NAMED, required=True, note=N_("本县（市）以外"), example=N_("否"),
    ),
    Column(
        field="place", heading=N_("地点"), shown_from=NAMED, listed=False,
        note=N_("只写到县、区"),
    ),
    Column(
        field="arrived_on", heading=N_("返回日期"), kind=Kind.DAY, shown_from=NAMED,
        listed=False,
    ),
    Column(field="transport", heading=N_("交通"), shown_from=NAMED, listed=False),
    Column(
        field="contact", heading=N_("接触史"), kind=Kind.YES_NO, shown_from=NAMED,
        required=True, example=N_("否"),
    ),
    Column(
        field="contact_note", heading=N_("接触说明"), shown_from=NAMED, listed=False
    ),
    Column(
        field="symptoms", heading=N_("目前有无症状"), kind=Kind.YES_NO,
        shown_from=NAMED, required=True, example=N_("否"),
    ),
    Column(
        field="symptom_codes", heading=N_("症状"), kind=Kind.CHOICES, words=Symptom,
        shown_from=NAMED, listed=False,
    ),
    Column(
        field="observe_to", heading=N_("观察到"), kind=Kind.DAY, entered=False,
        shown_from=NAMED,
    ),
    Column(
        field="community", heading=N_("社区核实人"), shown_from=NAMED, listed=False
    ),
    Column(
        field="verified_by", heading=N_("学校核实人"), kind=Kind.PERSON,
        entered=False, listed=False, shown_from=NAMED,
    ),
    Column(field="by", heading=N_("填报人"), kind=Kind.PERSON, entered=False,
           listed=False, shown_from=NAMED),
    Column(field="at", heading=N_("填报时间"), kind=Kind.TIME, entered=False,
           listed=False),
    Column(field="late", heading=N_("是否补报"), kind=Kind.YES_NO, entered=False,
           listed=False),
    Column(field="note", heading=N_("备注"), shown_from=NAMED, listed=False),
)  # fmt: skip

STATES = (
    State(
        code=Outcome.UNVERIFIED.value, label=Outcome.UNVERIFIED.label, mark="unknown"
    ),
    State(code=Outcome.OBSERVED.value, label=Outcome.OBSERVED.label, mark="run"),
    State(code=Outcome.HELD.value, label=Outcome.HELD.label, mark="hold"),
    State(
        code=Outcome.CLEAR.value, label=Outcome.CLEAR.label, closed=True, mark="pass"
    ),
)


def indicator(rows: QuerySet[Any], unit: Unit, now: dt.datetime) -> Shown:
    """How many yes are still unchecked; that everybody has answered is seen on the page."""
    found = Counter(rows.values_list("state", flat=True))
    if not found:
        return Shown(
            state="unknown", value=None, unit="", said=_("还没有一个人填"),
            counted_at=now,
        )  # fmt: skip
    open_ = found[Outcome.UNVERIFIED.value]
    said = _(
        "{unit}填了{filled}人，待核实{open}人",
        unit=unit.name,
        filled=sum(found.values()),
        open=open_,
    )
    return Shown(
        state="fail" if open_ else "pass", value=open_, unit=_("人"), said=said,
        counted_at=now,
    )  # fmt: skip


def _verify_by(row: Answer) -> dt.datetime | None:
    """A yes is checked within a day of being told."""
    return row.at + dt.timedelta(days=1)


LEDGER = Ledger(
    slug="survey",
    name=N_("返校摸排"),
    title=N_("返校前14天健康监测及旅居史排查表"),
    model=Answer,
    see=Deed.SURVEY_SEE,
    enter=None,
    columns=COLUMNS,
    states=STATES,
    first=Outcome.UNVERIFIED.value,
    clocks=(
        Clock(
            code="verify",
            label=N_("核实"),
            due=_verify_by,
            done=(
                Outcome.CLEAR.value,
                Outcome.HELD.value,
                Outcome.OBSERVED.value,
            ),
            first=(Role.CLASS_TEACHER, Role.SCHOOL_DOCTOR),
        ),
    ),
    evidence=(Evidence.PAPER, Evidence.CALL),
    search=("person__name", "place"),
    filters=("state", "round", "day"),
    key=("round", "person"),
    person="person",
    units=("class", "staff"),
    indicator=indicator,
    retention=Retention(
        days=44,
        since="day",
        erase=("place", "transport", "contact_note", "symptom_codes", "community"),
        basis=N_("规则P9c：观察14天结束后30天"),
    ),
    help=N_("到“返校摸排”一页填，或从群接龙、Excel粘贴"),
)
