"""What the class check's page shows: who is in the room, who was missed before, what was sent."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bihuan.base.wording import N_, _
from bihuan.rules.triage import ASKED, Symptom
from bihuan.web.flows import absences
from bihuan.web.flows.morning import asked, roster_of, said
from bihuan.web.ledgers.absences.models import Absence
from bihuan.web.ledgers.checks.models import (
    CheckException,
    ClassCheck,
    DraftCount,
    Kind,
    Slot,
    Standing,
)
from bihuan.web.ledgers.checks.slots import Asked
from bihuan.web.ledgers.gate.models import LeaveSlip
from bihuan.web.org.models import Person, Unit, UnitKind
from bihuan.web.org.policy import Policy, policy_of, screening_of

ROW: Final = 7
"""Seats of a row: two, three and two with aisles between."""
AISLES: Final = frozenset({2, 5})
LOOKED_BACK: Final = dt.timedelta(days=7)
SLOTS: Final = list(Slot)
OFFERED: Final = tuple(symptom for symptom in ASKED if symptom is not Symptom.JAUNDICE)
"""Twelve symptoms of WS/T 772 fit the sheet; jaundice is told to the school doctor."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Missed:
    """Somebody who was missed before, and is asked after first."""

    person: int
    name: str
    second: str
    kind: Kind
    chip: str
    """What his seat says while he is still away."""
    symptoms: tuple[str, ...] = ()
    signed: bool = True
    """Whether he may come back: nothing is traced, or both have signed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """All that the page of a check needs."""

    unit: Unit
    slot: Slot
    day: dt.date
    asked: Asked
    people: tuple[Person, ...]
    carry: tuple[Missed, ...]
    heading: str
    sent: ClassCheck | None
    line: float | None
    """Fever line of the day, ℃."""
    expired: tuple[Person, ...]
    """Canteen staff whose health certificate has run out."""
    drafts: tuple[DraftCount, ...]
    told: Mapping[int, CheckException]
    """Exceptions of the check that stands."""

    @property
    def seats(self) -> list[list[Person | None]]:
        """The room as seen from the desk, row by row; None: an empty chair."""
        if not all(person.seat for person in self.people):
            return []
        by_seat = {person.seat: person for person in self.people}
        rows = -(-max(by_seat, default=0) // ROW)
        return [
            [by_seat.get(row * ROW + place + 1) for place in range(ROW)]
            for row in range(rows)
        ]


def sheet_of(unit: Unit, slot: Slot, now: dt.datetime) -> Sheet:
    """The page of a unit's check of a day: of today, or as that day ended."""
    day, policy = now.date(), policy_of(unit.school or unit)
    people = roster_of(unit, day, slot)
    before = _before(unit, slot, day)
    sent = ClassCheck.objects.filter(
        unit=unit, day=day, slot=slot.value, state=Standing.SENT.value
    ).first()
    carry = tuple(_carry(unit, slot, people, before, now))
    return Sheet(
        unit=unit,
        slot=slot,
        day=day,
        asked=asked_at(unit, slot, now, policy),
        people=tuple(people.values()),
        carry=carry,
        heading=_heading(len(carry), before, day),
        sent=sent,
        line=screening_of(unit.school or unit, day, policy).fever_line,
        expired=tuple(p for p in people.values() if _expired(p, day)),
        drafts=tuple(_drafts(unit, slot, day)),
        told={e.person_id: e for e in sent.exceptions.all()} if sent else {},
    )


def asked_at(
    unit: Unit, slot: Slot, now: dt.datetime, policy: Policy | None = None
) -> Asked:
    """The check of a slot with its deadline; one that is not asked has none."""
    slots = asked(unit, now, policy, boards=slot is Slot.EVENING)
    return next((one for one in slots if one.slot is slot), Asked(slot, None))


def facts(sheet: Sheet, urls: Mapping[str, str]) -> dict[str, Any]:
    """The same for the page's script, short because it goes over a village's network."""
    return {
        "day": sheet.day.isoformat(),
        "slot": sheet.slot.value,
        "due": sheet.asked.due.isoformat() if sheet.asked.due else None,
        "line": sheet.line,
        "label": f"{_(sheet.slot.label)} {sheet.unit.name}",
        "people": {p.pk: person_facts(p) for p in sheet.people},
        "carry": {
            m.person: {
                "kind": m.kind.value, "chip": m.chip, "symptoms": m.symptoms,
                "signed": m.signed,
            }
            for m in sheet.carry
        },
        "sent": {"said": said(sheet.sent), "exceptions": _told(sheet)}
        if sheet.sent
        else None,
        **urls,
    }  # fmt: skip


def person_facts(person: Person) -> list[Any]:
    """Name, second line of the sheet, last digits of the family's telephone."""
    parts = []
    if person.seat:
        row, place = divmod(person.seat - 1, ROW)
        parts.append(_("第{row}排第{place}座", row=row + 1, place=place + 1))
    if person.role == "student":
        parts.append(_("住校") if person.boards else _("走读"))
    return [person.name, "·".join(parts), person.phone_last]


def _told(sheet: Sheet) -> dict[int, dict[str, Any]]:
    return {
        person: {
            "kind": row.kind,
            "symptoms": row.symptoms,
            "celsius": "unmeasured" if row.celsius is None else float(row.celsius),
        }
        for person, row in sheet.told.items()
    }


def _before(unit: Unit, slot: Slot, day: dt.date) -> ClassCheck | None:
    """The last check before this one, at most a week back."""
    earlier = SLOTS[: SLOTS.index(slot)]
    rows = ClassCheck.objects.filter(
        unit=unit, day__gte=day - LOOKED_BACK, day__lte=day, state=Standing.SENT.value
    ).prefetch_related("exceptions")
    past = [
        row for row in rows if row.day < day or Slot(row.slot) in earlier
    ]  # a week has few
    return max(
        past, key=lambda row: (row.day, SLOTS.index(Slot(row.slot))), default=None
    )


def _carry(
    unit: Unit,
    slot: Slot,
    people: Mapping[int, Person],
    before: ClassCheck | None,
    now: dt.datetime,
) -> Iterator[Missed]:
    """Those who are traced, who were on leave or late last time, who have a slip today."""
    seen: set[int] = set()
    traced = absences.open_of(unit).filter(
        person__in=people, back_on=None, day__lte=now.date()
    )
    for row in traced.exclude(check_row__day=now.date(), check_row__slot=slot.value):
        seen.add(row.person_id)
        yield _traced(row, people[row.person_id], now.date())
    for told, day in _told_before(before):
        kind = Kind(told.kind)
        again = kind is Kind.LEAVE or (kind is Kind.LATE and day == now.date())
        if again and told.person_id in people and told.person_id not in seen:
            seen.add(told.person_id)
            yield _plain(people[told.person_id], kind, _last(day, now.date()))
    for slip in _slips(people, now):
        if slip.person_id not in seen:
            seen.add(slip.person_id)
            yield _plain(
                people[slip.person_id], Kind.LEAVE, _("请假条已批"), _(Kind.LEAVE.label)
            )


def _told_before(
    before: ClassCheck | None,
) -> Iterator[tuple[CheckException, dt.date]]:
    if before is not None:
        for told in before.exceptions.all():
            yield told, before.day


def _traced(row: Absence, person: Person, day: dt.date) -> Missed:
    n = (day - row.day).days + 1
    label = _(Kind(row.kind).label)
    told = _("、").join(_(Symptom(code).label) for code in row.symptoms)
    if row.signed:
        second = _("{kind}{n}天，复课两签已齐", kind=label, n=n - 1)
    else:
        second = _("{kind}第{n}天", kind=label, n=n) + (
            f"{_('，')}{told}" if told else ""
        )
    return Missed(
        person=person.pk, name=person.name, second=second, kind=Kind(row.kind),
        chip=_("病 {n}天", n=n) if row.kind == Kind.SICK.value else _("没到"),
        symptoms=tuple(row.symptoms), signed=row.signed,
    )  # fmt: skip


def _plain(person: Person, kind: Kind, when: str, what: str = "") -> Missed:
    label = _(kind.label)
    return Missed(
        person=person.pk, name=person.name, second=when if what else f"{when}{label}",
        kind=kind, chip=label,
    )  # fmt: skip


def _slips(people: Mapping[int, Person], now: dt.datetime) -> Iterable[LeaveSlip]:
    """Leave slips that were granted and hold now."""
    return LeaveSlip.objects.filter(
        person__in=people, starts__lte=now, ends__gt=now, state__in=("approved", "used")
    )


def _last(then: dt.date, day: dt.date) -> str:
    days = (day - then).days
    return _(_WHEN.get(days, N_("上次")))


def day_said(day: dt.date, today: dt.date) -> str:
    """A day before today as a teacher calls it."""
    if (today - day).days == 1:
        return _("昨天")
    return _("{month}月{day}日", month=day.month, day=day.day)


_WHEN: Final = {0: N_("今天早些时候"), 1: N_("昨天")}


def _heading(n: int, before: ClassCheck | None, day: dt.date) -> str:
    """The question after those who were missed, or that there is nobody to ask after."""
    if before is None:
        return _("以前缺课的{n}人，现在到了吗", n=n) if n else _("没有要问的人")
    when = _last(before.day, day)
    if n:
        return _("{when}缺课的{n}人，现在到了吗", when=when, n=n)
    return _("{when}没有人缺课，今天没有人请假", when=when)


def _expired(person: Person, day: dt.date) -> bool:
    until = person.certificate_until
    return until is not None and until < day


def _drafts(unit: Unit, slot: Slot, day: dt.date) -> Iterable[DraftCount]:
    if unit.kind != UnitKind.CLASS.value:
        return ()
    rows = DraftCount.objects.filter(unit__parent=unit, slot=slot.value, day=day)
    return rows.select_related("unit")
