"""The ledgers of the gate: what passed, who comes to visit, who asked to leave."""

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from bihuan.base.wording import N_, _
from bihuan.rules.access import Deed, Detail, Role
from bihuan.rules.passage import Direction, GateReason
from bihuan.web.ledgers.core.declare import (
    Clock,
    Column,
    Evidence,
    Kind,
    Ledger,
    Move,
    Retention,
    Shown,
    State,
)
from bihuan.web.ledgers.gate.models import (
    Action,
    LeaveSlip,
    Passing,
    PassingKind,
    SlipReason,
    SlipState,
    Standing,
    Visit,
    VisitState,
)
from bihuan.web.org.models import Unit

NAMED, PSEUDONYM = Detail.NAMED, Detail.PSEUDONYM
VISITORS_KEPT = Retention(
    days=30, erase=("name", "phone", "phone_last", "plate"), basis=N_("规则P9d")
)

PASSING_COLUMNS = (
    Column(field="at", heading=N_("时间"), kind=Kind.TIME, entered=False),
    Column(field="unit", heading=N_("校门"), kind=Kind.UNIT, entered=False),
    Column(field="lane", heading=N_("通道"), kind=Kind.WHOLE),
    Column(
        field="kind", heading=N_("类别"), kind=Kind.CHOICE, words=PassingKind,
        required=True,
    ),
    Column(
        field="person", heading=N_("姓名"), kind=Kind.PERSON, shown_from=PSEUDONYM
    ),
    Column(field="klass", heading=N_("班级"), kind=Kind.UNIT, entered=False),
    Column(field="visit.name", heading=N_("来访人"), shown_from=NAMED, entered=False),
    Column(
        field="visit.company", heading=N_("单位"), shown_from=NAMED, entered=False,
        listed=False,
    ),
    Column(
        field="visit.reason", heading=N_("事由"), shown_from=NAMED, entered=False,
        listed=False,
    ),
    Column(
        field="host", heading=N_("被访人"), kind=Kind.PERSON, shown_from=NAMED,
        listed=False,
    ),
    Column(field="plate", heading=N_("车牌"), shown_from=NAMED, listed=False),
    Column(field="what", heading=N_("物品"), listed=False),
    Column(field="count", heading=N_("人数"), kind=Kind.WHOLE),
    Column(
        field="direction", heading=N_("进/出"), kind=Kind.CHOICE, words=Direction,
        required=True,
    ),
    Column(
        field="celsius", heading=N_("体温"), kind=Kind.CELSIUS, shown_from=NAMED,
        listed=False,
    ),
    Column(
        field="again", heading=N_("复测"), kind=Kind.CELSIUS, shown_from=NAMED,
        listed=False,
    ),
    Column(
        field="action", heading=N_("处理"), kind=Kind.CHOICE, words=Action,
        required=True,
    ),
    Column(
        field="reason", heading=N_("门卫看到的原因"), kind=Kind.CHOICE, words=GateReason
    ),
    Column(
        field="by", heading=N_("值守"), kind=Kind.PERSON, entered=False,
        shown_from=NAMED,
    ),
    Column(field="note", heading=N_("备注"), shown_from=NAMED, listed=False),
)  # fmt: skip


def passings_indicator(rows: QuerySet[Any], unit: Unit, now: dt.datetime) -> Shown:
    """Nobody isolated without an incident; who waits is told beside it."""
    if not rows.exists():
        return Shown(
            state="unknown", value=None, unit="", said=_("今天还没有出入记录"),
            counted_at=now,
        )  # fmt: skip
    loose = rows.filter(action=Action.ISOLATED.value, incident=None).count()
    waiting = rows.filter(state=Standing.WAITING.value).count()
    said = _(
        "{unit}候检区{waiting}人，隔离了没开异常处置的{loose}人",
        unit=unit.name,
        waiting=waiting,
        loose=loose,
    )
    return Shown(
        state="fail" if loose else "pass", value=loose, unit=_("人"), said=said,
        counted_at=now,
    )  # fmt: skip


def _fetched_by(row: Passing) -> dt.datetime | None:
    """Who waits at the gate is fetched within half an hour."""
    waits = row.state == Standing.WAITING.value
    return row.at + dt.timedelta(minutes=30) if waits else None


PASSINGS = Ledger(
    slug="gate",
    name=N_("校门出入"),
    title=N_("校门出入登记"),
    model=Passing,
    see=Deed.GATE_SEE,
    enter=None,
    columns=PASSING_COLUMNS,
    states=(
        State(code=Standing.WAITING.value, label=Standing.WAITING.label),
        State(
            code=Standing.DONE.value,
            label=Standing.DONE.label,
            closed=True,
            mark="pass",
        ),
    ),
    first=Standing.DONE.value,
    clocks=(
        Clock(
            code="fetch",
            label=N_("领走"),
            due=_fetched_by,
            done=(Standing.DONE.value,),
            first=(Role.CLASS_TEACHER, Role.GATE_GUARD),
        ),
    ),
    evidence=(Evidence.PAPER,),
    search=("person__name", "visit__name", "plate"),
    filters=("state", "day", "kind", "action"),
    person="person",
    units=("gate",),
    indicator=passings_indicator,
    retention=Retention(days=30, basis=N_("规则P9d")),
    help=N_("门卫在“校门”一页扫码，记录自动进来"),
)

VISITS = Ledger(
    slug="visits",
    name=N_("来访登记"),
    title=N_("来访人员登记表"),
    model=Visit,
    see=Deed.GATE_SEE,
    enter=Deed.GATE_INVITE,
    columns=(
        Column(
            field="name", heading=N_("来访人"), required=True, shown_from=NAMED,
            example=N_("示例来访人"),
        ),
        Column(field="company", heading=N_("单位"), shown_from=NAMED),
        Column(
            field="reason", heading=N_("事由"), required=True, example=N_("送教材")
        ),
        Column(
            field="host", heading=N_("被访人"), kind=Kind.PERSON, required=True,
            shown_from=PSEUDONYM,
        ),
        Column(
            field="starts", heading=N_("从"), kind=Kind.TIME, required=True,
            example="2020-04-08 08:00",
        ),
        Column(
            field="ends", heading=N_("到"), kind=Kind.TIME, required=True,
            example="2020-04-08 09:00",
        ),
        Column(field="count", heading=N_("人数"), kind=Kind.WHOLE, example="1"),
        Column(field="plate", heading=N_("车牌"), shown_from=NAMED, listed=False),
        Column(
            field="well", heading=N_("本人健康"), kind=Kind.YES_NO, shown_from=NAMED,
            listed=False, note=N_("没有发热、咳嗽，没有接触史"),
        ),
        Column(field="note", heading=N_("备注"), shown_from=NAMED, listed=False),
    ),
    states=(
        State(code=VisitState.ASKED.value, label=VisitState.ASKED.label),
        State(
            code=VisitState.APPROVED.value, label=VisitState.APPROVED.label,
            mark="run",
        ),
        State(
            code=VisitState.REFUSED.value, label=VisitState.REFUSED.label,
            closed=True, mark="hold",
        ),
        State(code=VisitState.USED.value, label=VisitState.USED.label, mark="run"),
        State(
            code=VisitState.LEFT.value, label=VisitState.LEFT.label, closed=True,
            mark="pass",
        ),
    ),
    first=VisitState.ASKED.value,
    moves=(
        Move(
            code="approve", label=N_("答应来访"), sources=(VisitState.ASKED.value,),
            target=VisitState.APPROVED.value, deed=Deed.GATE_INVITE, not_by="by",
        ),
        Move(
            code="refuse", label=N_("不答应"), sources=(VisitState.ASKED.value,),
            target=VisitState.REFUSED.value, deed=Deed.GATE_INVITE,
        ),
    ),
    search=("name", "company", "plate"),
    units=("school",),
    retention=VISITORS_KEPT,
    help=N_("有人要来，先在这里登记，给他当天的码"),
)  # fmt: skip

SLIPS = Ledger(
    slug="slips",
    name=N_("请假条"),
    title=N_("学生请假出校登记表"),
    model=LeaveSlip,
    see=Deed.GATE_SLIP,
    enter=Deed.GATE_SLIP,
    columns=(
        Column(
            field="person", heading=N_("姓名"), kind=Kind.PERSON, required=True,
            shown_from=PSEUDONYM,
        ),
        Column(field="unit", heading=N_("班级"), kind=Kind.UNIT, entered=False),
        Column(
            field="reason", heading=N_("事由"), kind=Kind.CHOICE, words=SlipReason,
            required=True, shown_from=NAMED,
        ),
        Column(
            field="starts", heading=N_("从"), kind=Kind.TIME, required=True,
            example="2020-04-08 14:00",
        ),
        Column(
            field="ends", heading=N_("到"), kind=Kind.TIME, required=True,
            example="2020-04-08 18:00",
        ),
        Column(
            field="with_guardian", heading=N_("家长来接"), kind=Kind.YES_NO,
            example=N_("是"),
        ),
        Column(
            field="approved_by", heading=N_("批准人"), kind=Kind.PERSON,
            entered=False, shown_from=NAMED,
        ),
        Column(field="note", heading=N_("备注"), shown_from=NAMED, listed=False),
    ),
    states=(
        State(code=SlipState.ASKED.value, label=SlipState.ASKED.label),
        State(
            code=SlipState.APPROVED.value, label=SlipState.APPROVED.label, mark="run"
        ),
        State(
            code=SlipState.REFUSED.value, label=SlipState.REFUSED.label, closed=True,
            mark="hold",
        ),
        State(code=SlipState.USED.value, label=SlipState.USED.label, mark="run"),
        State(
            code=SlipState.BACK.value, label=SlipState.BACK.label, closed=True,
            mark="pass",
        ),
    ),
    first=SlipState.ASKED.value,
    moves=(
        Move(
            code="approve", label=N_("批假"), sources=(SlipState.ASKED.value,),
            target=SlipState.APPROVED.value, deed=Deed.GATE_APPROVE, not_by="by",
        ),
        Move(
            code="refuse", label=N_("不批"), sources=(SlipState.ASKED.value,),
            target=SlipState.REFUSED.value, deed=Deed.GATE_APPROVE,
        ),
    ),
    clocks=(
        Clock(
            code="back",
            label=N_("按时回校"),
            due=lambda row: row.ends if row.state == SlipState.USED.value else None,
            done=(SlipState.BACK.value,),
            first=(Role.CLASS_TEACHER,),
        ),
    ),
    search=("person__name",),
    person="person",
    units=("class",),
    retention=Retention(days=365),
    help=N_("班主任替学生申请，年级主任或校长批，门卫扫码就能看到"),
)  # fmt: skip

LEDGERS = (PASSINGS, VISITS, SLIPS)


def inside(rows: QuerySet[Passing, Passing]) -> QuerySet[Passing, Passing]:
    """Passings in which something really passed."""
    passed = Q(action=Action.PASSED.value) | Q(
        action=Action.REMEASURED.value, state=Standing.DONE.value
    )
    return rows.filter(passed)
