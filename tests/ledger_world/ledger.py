"""The declaration of the tests' ledger."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from bihuan.rules.access import Deed, Detail, Role
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
from bihuan.web.org.models import Unit
from ledger_world.models import Jab, Sign, Vaccine

ZONE = dt.timezone(dt.timedelta(hours=8))


def due(row: Any) -> dt.datetime | None:
    """On the planned day at noon."""
    if row.planned is None:
        return None
    return dt.datetime.combine(row.planned, dt.time(12), ZONE)


def judge(rows: QuerySet[Any], unit: Unit, now: dt.datetime) -> Shown:
    """Share of the planned ones that were given."""
    total, given = rows.count(), rows.exclude(state="todo").count()
    state = "unknown" if not total else "pass" if given == total else "fail"
    said = f"{unit.name}：{total}人中补了{given}人"
    value = given / total if total else None
    return Shown(
        state=state, value=value, unit="", said=said, counted_at=now, rule="全补"
    )


LEDGER = Ledger(
    slug="jabs",
    name="疫苗补种",
    title="《疫苗补种登记》",
    model=Jab,
    see=Deed.CHECK_SEE,
    enter=Deed.CHECK_ENTER,
    columns=(
        Column(field="person", heading="姓名", kind=Kind.PERSON, required=True, shown_from=Detail.PSEUDONYM, example="学生甲"),
        Column(field="person.code", heading="学号", shown_from=Detail.NAMED, entered=False),
        Column(field="vaccine", heading="疫苗", kind=Kind.CHOICE, words=Vaccine, required=True, example="麻腮风"),
        Column(field="planned", heading="计划日期", kind=Kind.DAY, required=True, note="年-月-日", example="2026-03-12"),
        Column(field="doses", heading="剂次", kind=Kind.WHOLE, example="1"),
        Column(field="celsius", heading="体温", kind=Kind.CELSIUS, shown_from=Detail.NAMED),
        Column(field="told", heading="家长知情", kind=Kind.YES_NO, example="是"),
        Column(field="signs", heading="反应", kind=Kind.CHOICES, words=Sign, shown_from=Detail.NAMED),
        Column(field="given_at", heading="接种时间", kind=Kind.TIME),
        Column(field="batch", heading="批号"),
        Column(field="address", heading="住址", shown_from=Detail.NAMED, listed=False),
    ),
    states=(
        State(code="todo", label="待补种"),
        State(code="given", label="已补种", mark="run"),
        State(code="checked", label="已核", closed=True, mark="pass"),
    ),
    first="todo",
    moves=(
        Move(code="give", label="已接种", sources=("todo",), target="given", deed=Deed.CHECK_ENTER, needs=("batch",), asks=("given_at", "batch")),
        Move(code="check", label="核对", sources=("given",), target="checked", deed=Deed.ABSENCE_SIGN_DOCTOR, not_by="by", needs=("told",)),
    ),
    clocks=(
        Clock(code="plan", label="到期未补种", due=due, done=("given", "checked"), first=(Role.CLASS_TEACHER,)),
    ),
    evidence=(Evidence.PAPER, Evidence.PHOTO),
    search=("batch", "person.name"),
    filters=("state", "day", "vaccine", "told"),
    key=("person", "vaccine"),
    person="person",
    units=("class",),
    indicator=judge,
    retention=Retention(days=365, since="planned", erase=("celsius", "signs", "address"), basis="测试"),
    help="漏种的学生由班主任登记",
)  # fmt: skip
