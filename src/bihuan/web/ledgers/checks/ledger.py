"""The ledgers of checks: of classes and sections, and of the dormitory's rooms."""

import datetime as dt
from typing import Any, Final

from django.db.models import QuerySet

from bihuan.base.wording import N_, _
from bihuan.rules.access import Deed
from bihuan.web.ledgers.checks.models import (
    ClassCheck,
    Found,
    Mode,
    RoomCheck,
    Slot,
    Standing,
)
from bihuan.web.ledgers.core.declare import (
    Column,
    Kind,
    Ledger,
    Retention,
    Shown,
    State,
)
from bihuan.web.org.models import Unit, UnitKind

SENT: Final = (
    State(
        code=Standing.SENT.value, label=Standing.SENT.label, closed=True, mark="pass"
    ),
)
KEPT: Final = Retention(days=365, basis=N_("规则P9a"))


def _count(field: str, heading: str, *, listed: bool = True) -> Column:
    return Column(
        field=field, heading=heading, kind=Kind.WHOLE, entered=False, listed=listed
    )


def handed_in(rows: "QuerySet[Any]", unit: Unit, now: dt.datetime) -> Shown:
    """How many classes have handed in this morning's check, and how many in time."""
    classes = Unit.objects.filter(
        path__startswith=unit.path, kind=UnitKind.CLASS.value, closed_on=None
    ).count()
    today = rows.filter(
        day=now.date(), slot=Slot.MORNING.value, state=Standing.SENT.value,
        unit__kind=UnitKind.CLASS.value,
    )  # fmt: skip
    came, late = today.count(), today.filter(late=True).count()
    return Shown(
        state=_state(classes, came, late),
        value=came / classes if classes else None,
        unit="",
        said=_(
            "{unit}{classes}个班交了{came}个，其中补交{late}个",
            unit=unit.name, classes=classes, came=came, late=late,
        ),
        counted_at=now,
    )  # fmt: skip


def _state(classes: int, came: int, late: int) -> str:
    """A class that has not handed in is unknown, never zero."""
    if came < classes or not classes:
        return "unknown"
    return "fail" if late else "pass"


CHECKS = Ledger(
    slug="checks",
    name=N_("晨午晚检"),
    title=N_("晨午晚检登记表"),
    model=ClassCheck,
    see=Deed.CHECK_SEE,
    enter=None,
    columns=(
        Column(field="day", heading=N_("日期"), kind=Kind.DAY, entered=False),
        Column(
            field="slot", heading=N_("时段"), kind=Kind.CHOICE, words=Slot,
            entered=False,
        ),
        Column(field="unit", heading=N_("班别"), kind=Kind.UNIT, entered=False),
        _count("expected", N_("应到")),
        _count("present", N_("实到")),
        _count("away", N_("缺课")),
        _count("sick", N_("其中因病")),
        _count("leave", N_("事假"), listed=False),
        _count("tardy", N_("迟到"), listed=False),
        _count("unknown", N_("原因不明"), listed=False),
        _count("unwell", N_("在校不适")),
        _count("unmeasured", N_("没测体温"), listed=False),
        Column(
            field="mode", heading=N_("方式"), kind=Kind.CHOICE, words=Mode,
            entered=False, listed=False,
        ),
        Column(field="by", heading=N_("报告人"), kind=Kind.PERSON, entered=False),
        Column(field="at", heading=N_("收到时间"), kind=Kind.TIME, entered=False),
        Column(field="late", heading=N_("补交"), kind=Kind.YES_NO, entered=False),
    ),
    states=SENT,
    first=Standing.SENT.value,
    filters=("state", "day", "slot", "late"),
    key=("unit", "day", "slot"),
    units=(UnitKind.CLASS.value, UnitKind.STAFF.value),
    indicator=handed_in,
    retention=KEPT,
    help=N_("到“晨检”一页交，没有缺课也要交“全勤”"),
)  # fmt: skip

ROOMS = Ledger(
    slug="room-checks",
    name=N_("晚间查寝"),
    title=N_("晚间查寝登记表"),
    model=RoomCheck,
    see=Deed.DORM_CHECK,
    enter=None,
    columns=(
        Column(field="day", heading=N_("日期"), kind=Kind.DAY, entered=False),
        Column(field="unit", heading=N_("寝室"), kind=Kind.UNIT, entered=False),
        Column(
            field="found", heading=N_("查房结果"), kind=Kind.CHOICE, words=Found,
            entered=False,
        ),
        _count("expected", N_("应在")),
        _count("present", N_("在寝")),
        _count("flagged", N_("体温异常")),
        Column(field="by", heading=N_("查房人"), kind=Kind.PERSON, entered=False),
        Column(field="at", heading=N_("收到时间"), kind=Kind.TIME, entered=False),
        Column(field="late", heading=N_("补查"), kind=Kind.YES_NO, entered=False),
    ),
    states=SENT,
    first=Standing.SENT.value,
    filters=("day", "found", "late"),
    key=("unit", "day"),
    units=(UnitKind.ROOM.value,),
    retention=KEPT,
    help=N_("到“查寝”一页逐间查"),
)  # fmt: skip

LEDGERS = (CHECKS, ROOMS)
