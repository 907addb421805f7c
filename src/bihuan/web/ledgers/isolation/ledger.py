"""The ledgers of isolation rooms and of who was in them."""

import datetime as dt
from typing import Any, Final

from django.db.models import QuerySet

from bihuan.base.wording import N_, _
from bihuan.rules.access import Deed, Detail, Role
from bihuan.rules.stay import Goes, RoomKind
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
from bihuan.web.ledgers.isolation.models import Room, RoomState, Stay, StayState
from bihuan.web.org.models import Unit

PSEUDONYM: Final = Detail.PSEUDONYM
DISINFECTED_IN: Final = dt.timedelta(hours=1)
"""Time in which a room is disinfected after somebody left it: our own aim."""

STAY_COLUMNS: Final = (
    Column(field="day", heading=N_("日期"), kind=Kind.DAY, entered=False),
    Column(
        field="person", heading=N_("姓名"), kind=Kind.PERSON, entered=False,
        shown_from=PSEUDONYM,
    ),
    Column(field="unit", heading=N_("班级"), kind=Kind.UNIT, entered=False),
    Column(field="room.name", heading=N_("隔离室"), entered=False),
    Column(field="came_at", heading=N_("入室"), kind=Kind.TIME, entered=False),
    Column(
        field="temperatures", heading=N_("体温记录"), entered=False, listed=False,
        shown_from=PSEUDONYM,
    ),
    Column(
        field="signs", heading=N_("症状"), kind=Kind.CHOICES, words=Symptom,
        entered=False, listed=False, shown_from=PSEUDONYM,
    ),
    Column(
        field="guardian_at", heading=N_("家长到达"), kind=Kind.TIME, entered=False,
        listed=False,
    ),
    Column(field="left_at", heading=N_("离室"), kind=Kind.TIME, entered=False),
    Column(
        field="goes", heading=N_("去向"), kind=Kind.CHOICE, words=Goes, entered=False,
        shown_from=PSEUDONYM,
    ),
    Column(field="disinfected_at", heading=N_("消毒时间"), kind=Kind.TIME, entered=False),
    Column(
        field="disinfected_by", heading=N_("管理员"), kind=Kind.PERSON, entered=False,
        listed=False,
    ),
)  # fmt: skip
"""Columns of 临时隔离(观察)室使用登记."""


def stays_indicator(rows: "QuerySet[Any]", unit: Unit, now: dt.datetime) -> Shown:
    """Rooms that two illnesses share, and rooms not disinfected after somebody left."""
    inside = rows.filter(state=StayState.IN.value)
    kinds = set(inside.values_list("room", "illness"))
    mixed = len(kinds) - len({room for room, _illness in kinds})
    unclean = rows.filter(
        state=StayState.LEFT.value, left_at__lt=now - DISINFECTED_IN
    ).count()
    return Shown(
        state="fail" if mixed or unclean else "pass", value=float(mixed), unit=_("间"),
        said=_(
            "{unit}在室{n}人，两种病同室{mixed}间，离室没消毒{unclean}间",
            unit=unit.name, n=inside.count(), mixed=mixed, unclean=unclean,
        ),
        counted_at=now,
    )  # fmt: skip


STAYS: Final = Ledger(
    slug="isolation",
    name=N_("隔离室使用"),
    title=N_("临时隔离（观察）室使用登记"),
    model=Stay,
    see=Deed.ROOM_SEE,
    enter=None,
    columns=STAY_COLUMNS,
    states=(
        State(code=StayState.IN.value, label=StayState.IN.label, mark="run"),
        State(code=StayState.LEFT.value, label=StayState.LEFT.label, mark="fail"),
        State(
            code=StayState.CLEAN.value, label=StayState.CLEAN.label, closed=True,
            mark="pass",
        ),
    ),
    first=StayState.IN.value,
    clocks=(
        Clock(
            code="disinfect",
            label=N_("终末消毒"),
            due=lambda row: row.left_at and row.left_at + DISINFECTED_IN,
            done=(StayState.CLEAN.value,),
            first=(Role.SCHOOL_DOCTOR,),
        ),
    ),
    evidence=(Evidence.PAPER, Evidence.PHOTO),
    search=("person.name", "room.name"),
    key=("person", "came_at"),
    person="person",
    units=("class", "staff"),
    indicator=stays_indicator,
    retention=Retention(days=365, erase=("illness", "note"), basis=N_("规则P9b")),
    help=N_("在“异常处置”里选隔离室，就会登记到这里"),
)  # fmt: skip

ROOM_COLUMNS: Final = (
    Column(field="school", heading=N_("学校"), kind=Kind.UNIT, entered=False),
    Column(field="code", heading=N_("编号"), entered=False),
    Column(field="name", heading=N_("名称"), entered=False),
    Column(
        field="kind", heading=N_("类别"), kind=Kind.CHOICE, words=RoomKind,
        entered=False,
    ),
    Column(field="beds", heading=N_("床位数"), kind=Kind.WHOLE, entered=False),
    Column(field="met", heading=N_("符合的条件数"), kind=Kind.WHOLE, entered=False),
    Column(field="checked_on", heading=N_("核对日期"), kind=Kind.DAY, entered=False),
    Column(field="note", heading=N_("备注"), entered=False, listed=False),
)  # fmt: skip


def rooms_indicator(rows: "QuerySet[Any]", unit: Unit, now: dt.datetime) -> Shown:
    """Rooms that are there and looked over; which rows each must meet its page tells."""
    used = rows.filter(state=RoomState.IN_USE.value)
    total, checked = used.count(), used.exclude(checked_on=None).count()
    fails = sum(not all(room.meets.values()) for room in used)
    whole = "fail" if fails or not total else "pass"
    return Shown(
        state=whole if checked == total else "unknown", value=float(total),
        unit=_("间"),
        said=_(
            "{unit}有隔离室{n}间，核过{checked}间，有条件没达到的{fails}间",
            unit=unit.name, n=total, checked=checked, fails=fails,
        ),
        counted_at=now,
    )  # fmt: skip


ROOMS: Final = Ledger(
    slug="rooms",
    name=N_("隔离室"),
    title=N_("临时隔离室、隔离观察区登记"),
    model=Room,
    see=Deed.ROOM_SEE,
    enter=None,
    columns=ROOM_COLUMNS,
    states=(
        State(code=RoomState.IN_USE.value, label=RoomState.IN_USE.label, mark="pass"),
        State(
            code=RoomState.CLOSED.value, label=RoomState.CLOSED.label, closed=True,
            mark="na",
        ),
    ),
    first=RoomState.IN_USE.value,
    evidence=(Evidence.PAPER, Evidence.DEMONSTRATION, Evidence.PHOTO),
    search=("code", "name"),
    key=("school", "code"),
    indicator=rooms_indicator,
    help=N_("在“隔离室”页里从预案带入，或者加一间"),
)  # fmt: skip

LEDGERS: Final = (STAYS, ROOMS)
