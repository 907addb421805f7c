"""Every write to a ledger: enter, correct, take back, move, show evidence.

One function, one transaction, one line in the trail, which says what was done to which
fields and never what stood in them. Who may do it was asked by whoever calls.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from bihuan.base.wording import _
from bihuan.web.ledgers.core.clocks import first_due
from bihuan.web.ledgers.core.declare import Evidence as EvidenceKind, Ledger, Move
from bihuan.web.ledgers.core.models import Evidence, Import, ImportState
from bihuan.web.ledgers.core.rows import REPLACED
from bihuan.web.org import audit
from bihuan.web.org.models import AuditLine, Unit
from bihuan.web.org.scope import Actor

UNDO: Final = dt.timedelta(hours=24)
"""How long a whole import can be undone."""
OWN: Final = ("id", "entry", "at", "made_at", "by", "acting", "replaces")
"""Fields that a correction does not take over from the row that it replaces."""


class Refused(ValueError):  # noqa: N818  # it is an answer, not a fault
    """What was asked cannot be done; the text says why and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What somebody enters: for which unit and day, what stands in the columns."""

    unit: Unit
    day: dt.date
    values: Mapping[str, Any] = field(default_factory=dict)
    entry: uuid.UUID | None = None
    """Number from the phone; one that is there already changes nothing."""
    made_at: dt.datetime | None = None


@transaction.atomic
def enter(actor: Actor, ledger: Ledger, told: Entry, now: dt.datetime) -> Any:
    """Write a row; the same entry sent again is answered with the row that is there."""
    known = _entered(ledger, told.entry)
    if known is not None and known.unit_id != told.unit.pk:
        raise Refused(_("这个编号别处用过了，没有保存；请重新填一次"))
    if known is not None:
        return known
    row = draft(actor, ledger, told, now)
    _insert(ledger, row)
    _note(actor, "ledger.enter", ledger, row, now, fields=sorted(told.values))
    return row


@transaction.atomic
def correct(
    actor: Actor,
    ledger: Ledger,
    old: Any,
    values: Mapping[str, Any],
    now: dt.datetime,
    *,
    entry: uuid.UUID | None = None,
) -> Any:
    """Write a row that replaces another; the other stays and is marked."""
    known = _entered(ledger, entry)
    if known is not None and known.school_id != old.school_id:
        raise Refused(_("这个编号别处用过了，没有保存；请重新填一次"))
    if known is not None:
        return known
    old = _hold(ledger, old)
    row = successor(actor, ledger, old, values, now)
    row.entry = entry or row.entry
    _set_state(ledger, old, REPLACED)
    _insert(ledger, row)
    _note(
        actor, "ledger.correct", ledger, row, now,
        fields=sorted(values), replaces=old.pk,
    )  # fmt: skip
    return row


@transaction.atomic
def withdraw(actor: Actor, ledger: Ledger, row: Any, now: dt.datetime) -> None:
    """Take a row back on the day it was written, by who wrote it; what it replaced returns."""
    row = _hold(ledger, row)
    if row.by_id is None or row.by_id != actor.person_id:
        raise Refused(_("只有填写的人能撤回，别人请更正"))
    if row.at.astimezone(now.tzinfo).date() != now.date():
        raise Refused(_("只能当天撤回，现在请更正"))
    if _moved(row):
        raise Refused(_("已经办过，不能撤回，请更正"))
    _set_state(ledger, row, REPLACED)
    if row.replaces_id:
        ledger.rows().filter(pk=row.replaces_id).update(state=row.state)
    _note(actor, "ledger.withdraw", ledger, row, now, restores=row.replaces_id)


@transaction.atomic
def move(
    actor: Actor,
    ledger: Ledger,
    row: Any,
    step: Move,
    *,
    now: dt.datetime,
    values: Mapping[str, Any] | None = None,
) -> Any:
    """Take a row from a state to the next; refused with what is missing or who may not."""
    row = _hold(ledger, row)
    _refuse_move(actor, ledger, row, step, values or {})
    before = row.state
    for name, value in settled(ledger, values or {}).items():
        setattr(row, name, value)
    row.state = step.target
    row.due = first_due(ledger, row)
    row.done_at = now if ledger.state(row.state).closed else None
    check(row)
    _save(row, {*(values or {}), "state", "due", "done_at"})
    _note(
        actor, "ledger.move", ledger, row, now,
        move=step.code, before=before, after=row.state, fields=sorted(values or {}),
    )  # fmt: skip
    return row


@transaction.atomic
def attach(
    actor: Actor,
    ledger: Ledger,
    row: Any,
    kind: EvidenceKind,
    now: dt.datetime,
    *,
    note: str = "",
    photo: bytes = b"",
) -> Evidence:
    """Keep how something of a row was shown to be so; `photo` was drawn anew."""
    if kind not in ledger.evidence:
        raise Refused(_("这本台账不收这种佐证：{kind}", kind=_(kind.label)))
    if not note and not photo:
        raise Refused(_("请写一句说明，或附一张照片"))
    kept = Evidence.objects.create(
        ledger=ledger.slug,
        row=row.pk,
        school_id=row.school_id,
        kind=kind.value,
        note=note,
        photo=photo,
        by_id=actor.person_id,
        at=now,
    )
    _note(
        actor, "ledger.evidence", ledger, row, now,
        evidence=kept.pk, kind=kind.value, photo=bool(photo),
    )  # fmt: skip
    return kept


@transaction.atomic
def import_rows(
    actor: Actor,
    ledger: Ledger,
    kept: Import,
    planned: Iterable[tuple[Any, Any]],
    now: dt.datetime,
) -> Import:
    """Write what an import showed: rows, each with the one it replaces if there is one."""
    kept = Import.objects.select_for_update().get(pk=kept.pk)
    if kept.state != ImportState.PREVIEW:
        raise Refused(_("这次导入已经处理过了"))
    kept.made = [_import_row(actor, ledger, kept, pair, now) for pair in planned]
    kept.state = ImportState.CONFIRMED.value
    kept.confirmed_at, kept.undo_until = now, now + UNDO
    kept.save(update_fields=["made", "state", "confirmed_at", "undo_until"])
    audit.write(
        actor, "ledger.import", kept, school=kept.school_id, at=now,
        ledger=ledger.slug, rows=len(kept.made), **kept.counts,
    )  # fmt: skip
    return kept


@transaction.atomic
def undo_import(actor: Actor, ledger: Ledger, kept: Import, now: dt.datetime) -> Import:
    """Take back every row of an import; refused once any of them was worked on."""
    kept = Import.objects.select_for_update().get(pk=kept.pk)
    if kept.state != ImportState.CONFIRMED or not kept.undo_until:
        raise Refused(_("这次导入没有生效，没有可撤销的"))
    if now > kept.undo_until:
        raise Refused(_("过了撤销的时间，请逐条更正"))
    rows = ledger.rows().select_for_update().in_bulk([made[0] for made in kept.made])
    worked = [pk for pk, _old, _before, state in kept.made if rows[pk].state != state]
    if worked:
        raise Refused(_("其中{n}条已经办过或更正过，不能整批撤销", n=len(worked)))
    for pk, old, before, _state in kept.made:
        _set_state(ledger, rows[pk], REPLACED)
        if old:
            ledger.rows().filter(pk=old).update(state=before)
        _note(actor, "ledger.undo_import", ledger, rows[pk], now, restores=old)
    kept.state = ImportState.UNDONE.value
    kept.save(update_fields=["state"])
    return kept


@transaction.atomic
def note_export(
    actor: Actor, ledger: Ledger, school: Unit, now: dt.datetime, **body: Any
) -> None:
    """Write into the trail that a ledger leaves the system, for what and how many rows."""
    told = {"ledger": ledger.slug, **body}
    audit.write(actor, "ledger.export", school, school=school, at=now, **told)


def _import_row(
    actor: Actor,
    ledger: Ledger,
    kept: Import,
    pair: tuple[Any, Any],
    now: dt.datetime,
) -> tuple[int, int | None, str, str]:
    row, old = pair
    before = ""
    if old is not None:
        held = _hold(ledger, old)
        before = held.state
        _set_state(ledger, held, REPLACED)
    _insert(ledger, row)
    replaced = old.pk if old else None
    _note(actor, "ledger.import", ledger, row, now, source=kept.pk, replaces=replaced)
    return row.pk, replaced, before, row.state


def draft(actor: Actor, ledger: Ledger, told: Entry, now: dt.datetime) -> Any:
    """A new row, not written yet: its state, its clock, whether it comes late."""
    row = ledger.model(
        entry=told.entry or uuid.uuid4(),
        unit=told.unit,
        school=told.unit.school or told.unit,
        day=told.day,
        at=now,
        made_at=told.made_at,
        by_id=actor.person_id,
        acting=actor.acting,
        state=ledger.first,
        **settled(ledger, told.values),
    )
    row.due = first_due(ledger, row)
    row.late = is_late(row, told.made_at or now)
    check(row)
    return row


def successor(
    actor: Actor, ledger: Ledger, old: Any, values: Mapping[str, Any], now: dt.datetime
) -> Any:
    """The row that would replace another, not written yet."""
    kept = {
        column.attname: getattr(old, column.attname)
        for column in old._meta.concrete_fields  # noqa: SLF001  # Django's public name
        if column.name not in OWN
    }
    made = {"by_id": actor.person_id, "acting": actor.acting, "replaces_id": old.pk}
    row: Any = ledger.model(**kept, **made, at=now)
    for name, value in settled(ledger, values).items():
        setattr(row, name, value)
    row.school = row.unit.school or row.unit
    row.due = first_due(ledger, row)
    check(row)
    return row


def settled(ledger: Ledger, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values with the usual one where nothing was said and a field cannot be empty."""
    known = {field.name: field for field in ledger.model._meta.concrete_fields}  # noqa: SLF001  # Django's public name
    return {
        name: known[name].get_default()
        if value is None and not known[name].null and known[name].has_default()
        else value
        for name, value in values.items()
    }


def is_late(row: Any, written: dt.datetime) -> bool:
    """Whether a row is a late one 补报: written after its day or after its time."""
    after = row.due is not None and written > row.due
    return bool(after or written.date() > row.day)


def check(row: Any) -> None:
    """Refuse a row whose fields do not hold what they may."""
    try:
        row.clean_fields(exclude=["replaces", "by", "unit", "school", *_blanks(row)])
    except ValidationError as wrong:
        raise Refused(sentence(wrong)) from wrong


def _blanks(row: Any) -> list[str]:
    """Fields in which nothing stands, as they allow; what must be filled a column says."""
    columns = row._meta.concrete_fields  # noqa: SLF001  # Django's public name
    told = {column.name: getattr(row, column.attname) for column in columns}
    nulls = {column.name for column in columns if column.null}
    return [
        name
        for name, value in told.items()
        if _empty(value) and (value is not None or name in nulls)
    ]


def sentence(wrong: ValidationError) -> str:
    """What Django found, in one line."""
    if hasattr(wrong, "error_dict"):
        found: Iterable[str] = (
            f"{name}：{' '.join(texts)}" for name, texts in wrong.message_dict.items()
        )
        return "；".join(found)
    return "；".join(wrong.messages)


def allowed(ledger: Ledger, row: Any) -> tuple[Move, ...]:
    """The steps that lead on from the state a row is in."""
    return tuple(step for step in ledger.moves if row.state in step.sources)


def missing(ledger: Ledger, row: Any, step: Move, values: Mapping[str, Any]) -> str:
    """The headings of what a step needs and nobody filled; empty: nothing."""
    headings = {column.field: column.heading for column in ledger.columns}
    return "、".join(
        _(headings.get(name, name))
        for name in step.needs
        if _empty(values.get(name, getattr(row, name)))
    )


def second_eyes(row: Any, step: Move, person: int | None) -> bool:
    """Whether somebody may not take a step since he did what it checks."""
    if not step.not_by:
        return False
    first = getattr(row, f"{step.not_by}_id")
    return first is not None and first == person


def _refuse_move(
    actor: Actor, ledger: Ledger, row: Any, step: Move, values: Mapping[str, Any]
) -> None:
    if row.state not in step.sources:
        state = _(ledger.state(row.state).label)
        raise Refused(_("现在是「{state}」，不能这样办；请刷新后再看", state=state))
    if second_eyes(row, step, actor.person_id):
        raise Refused(_("这一步要由另一个人办"))
    if told := missing(ledger, row, step, values):
        raise Refused(_("还要先填：{fields}", fields=told))


def _empty(value: Any) -> bool:
    return value is None or value in ("", [], ())


def _entered(ledger: Ledger, entry: uuid.UUID | None) -> Any:
    return ledger.rows().filter(entry=entry).first() if entry else None


def _hold(ledger: Ledger, row: Any) -> Any:
    """The row as it is now, held until the transaction ends; it must be in force."""
    rows = ledger.rows().select_for_update(of=("self",)).select_related("unit")
    held = rows.get(pk=row.pk)
    if held.state == REPLACED:
        raise Refused(_("这一条已经更正或撤回，请看最新的一条"))
    return held


def _insert(ledger: Ledger, row: Any) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as clash:
        said = _(
            "与《{name}》已有的一条冲突，没有保存；请打开那一条更正",
            name=_(ledger.name),
        )
        raise Refused(said) from clash


def _save(row: Any, names: Iterable[str]) -> None:
    try:
        with transaction.atomic():
            row.save(update_fields=sorted(names))
    except IntegrityError as clash:
        raise Refused(_("与规定不符，没有保存；请核对所填内容")) from clash


def _set_state(ledger: Ledger, row: Any, state: str) -> None:
    ledger.rows().filter(pk=row.pk).update(state=state)


def _moved(row: Any) -> bool:
    lines = AuditLine.objects.filter(school=row.school_id, subject=audit.subject(row))
    return lines.filter(deed="ledger.move").exists()


def _note(
    actor: Actor, deed: str, ledger: Ledger, row: Any, now: dt.datetime, **body: Any
) -> None:
    told = {"ledger": ledger.slug, **body}
    audit.write(actor, deed, row, school=row.school_id, at=now, **told)
