"""The evening check of a dormitory's rooms: who is there, whose temperature is not normal.

No illness is told here. A room where nobody answers is unknown and stays so until it is
looked into again.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.db.models import Q

from bihuan.base.wording import _
from bihuan.rules.access import Role
from bihuan.rules.book import load
from bihuan.web.flows.accounts import Refused
from bihuan.web.flows.incidents import open_incident
from bihuan.web.flows.standing import clock_of, made, place, there
from bihuan.web.ledgers.absences.models import CLOSED, Absence
from bihuan.web.ledgers.checks.entry import RoomEntry
from bihuan.web.ledgers.checks.models import (
    CheckException,
    Found,
    Kind,
    RoomCheck,
    RoomException,
    RoomKind,
    Standing,
)
from bihuan.web.ledgers.checks.slots import room_due
from bihuan.web.ledgers.gate.models import LeaveSlip, SlipState
from bihuan.web.ledgers.isolation.models import Stay
from bihuan.web.notices.inbox import holders, tell
from bihuan.web.org import audit
from bihuan.web.org.models import Person, Unit
from bihuan.web.org.policy import Policy, policy_of, screening_of
from bihuan.web.org.scope import Actor

TOLD: Final = (Role.GRADE_HEAD, Role.PRINCIPAL)
"""Who is told when a sleeper is not in his bed."""
AT_HOME: Final = "home"
ELSEWHERE: Final = "elsewhere"


@dataclass(frozen=True, slots=True)
class SubmittedRoom:
    """A room's check as it stands, and what is said to the keeper."""

    check: RoomCheck
    said: str
    again: bool = False


@transaction.atomic
def submit_room(
    actor: Actor, room: Unit, entry: RoomEntry, now: dt.datetime
) -> SubmittedRoom:
    """Take a room's check; said again, it answers as the first time."""
    head = audit.hold(room.school or room)
    known, standing = _there(room, entry)
    if known is not None:
        return SubmittedRoom(known, said(known), again=True)
    elsewhen = _("填写的日子和查寝的日子不一样，没有收下")
    written = made(entry.made_at, entry.day, now, elsewhen)
    sleepers = sleepers_of([room], entry.day)
    away = away_of(sleepers, written)
    policy = policy_of(room.school or room)
    _refuse(
        entry, sleepers, screening_of(room.school or room, entry.day, policy).fever_line
    )
    here = sleepers.keys() - away.keys() | entry.hot.keys()
    check = _row(actor, room, entry, here, now)
    check.due = due_of(room, entry.day, policy, now)
    check.late = bool(check.due and written > check.due)
    older = place(check, standing)
    check.save(force_insert=True)
    RoomException.objects.bulk_create(_exceptions(check, entry))
    audit.write(
        actor, "room.check", check, school=check.school_id, at=now, head=head,
        expected=check.expected, present=check.present, flagged=check.flagged,
        replaces=check.replaces_id,
    )  # fmt: skip
    if not older and entry.day == now.date():
        for person, heat in sorted(entry.hot.items()):
            _isolate(actor, check, sleepers[person], heat, now)
        _tell_missing(check, len(entry.absent & here), now)
    return SubmittedRoom(check, said(check))


def sleepers_of(rooms: Iterable[Unit], day: dt.date) -> dict[int, Person]:
    """Who sleeps in some rooms, by bed."""
    rows = Person.objects.filter(
        Q(left_on=None) | Q(left_on__gt=day), room__in=[room.pk for room in rooms]
    ).only("pk", "name", "bed", "room", "unit", "school", "role")
    found = sorted(rows, key=lambda person: (person.bed.zfill(3), person.pk))
    return {person.pk: person for person in found}


def away_of(sleepers: Mapping[int, Person], at: dt.datetime) -> dict[int, str]:
    """Who need not be in bed: at home on leave, or in a room of the school's own care."""
    day = at.date()
    ill = Absence.objects.filter(person__in=sleepers, back_on=None)
    slips = LeaveSlip.objects.filter(
        person__in=sleepers, starts__lte=at, ends__gt=at,
        state__in=(SlipState.APPROVED.value, SlipState.USED.value),
    )  # fmt: skip
    leave = CheckException.objects.filter(
        person__in=sleepers, kind__in=(Kind.LEAVE.value, Kind.SICK.value),
        check_row__day=day, check_row__state=Standing.SENT.value,
    )  # fmt: skip
    stays = Stay.objects.filter(person__in=sleepers, left_at=None)
    home = {
        *ill.exclude(state__in=CLOSED).values_list("person", flat=True),
        *slips.values_list("person", flat=True),
        *leave.values_list("person", flat=True),
    }
    found = dict.fromkeys(home, AT_HOME)
    return found | dict.fromkeys(stays.values_list("person", flat=True), ELSEWHERE)


def due_of(
    room: Unit, day: dt.date, policy: Policy, now: dt.datetime
) -> dt.datetime | None:
    """Until when the rooms are looked through."""
    rows = load().on(day, region=policy.region or "")
    screening = screening_of(room.school or room, day, policy)
    return room_due(screening, rows, day, now.tzinfo or dt.UTC)


def said(check: RoomCheck) -> str:
    """One sentence: when, who was there."""
    at = clock_of(check)
    if check.found == Found.NOBODY.value:
        return _("{t}没有人应门，应在{n}人，去向不明", t=at, n=check.expected)
    parts = [_("{t}已查，在寝{n}人", t=at, n=check.present)]
    if missing := check.expected - check.present:
        parts.append(_("不在{n}人", n=missing))
    if check.flagged:
        parts.append(_("体温异常{n}人，已报校医", n=check.flagged))
    return _("，").join(parts)


def _there(room: Unit, entry: RoomEntry) -> tuple[RoomCheck | None, RoomCheck | None]:
    of_day = Q(unit=room, day=entry.day, state=Standing.SENT.value)
    rows = RoomCheck.objects.filter(Q(entry=entry.entry) | of_day)
    return there(rows, entry.entry, room)


def _refuse(
    entry: RoomEntry, sleepers: Mapping[int, Person], line: float | None
) -> None:
    if strangers := (entry.absent | entry.hot.keys()) - sleepers.keys():
        raise Refused(
            _("有{n}人不在这间的名单上，请重新打开页面再交", n=len(strangers))
        )
    for person, heat in entry.hot.items():
        if heat is not None and line is not None and heat < line:
            raise Refused(
                _(
                    "{name}{heat}℃，不到发热线{line}℃，不记体温异常",
                    name=sleepers[person].name, heat=heat, line=line,
                )
            )  # fmt: skip


def _row(
    actor: Actor, room: Unit, entry: RoomEntry, here: AbstractSet[int], now: dt.datetime
) -> RoomCheck:
    """A check of those who should be there; behind a shut door nobody is known to be."""
    absent = len(here) if entry.nobody else len(entry.absent & here)
    return RoomCheck(
        entry=entry.entry,
        unit=room,
        school=room.school or room,
        day=entry.day,
        at=now,
        made_at=entry.made_at and min(entry.made_at, now),
        by_id=actor.person_id,
        acting=actor.acting,
        state=Standing.SENT.value,
        found=Found.NOBODY.value if entry.nobody else Found.CHECKED.value,
        expected=len(here),
        present=len(here) - absent,
        flagged=0 if entry.nobody else len(entry.hot),
    )


def _exceptions(check: RoomCheck, entry: RoomEntry) -> list[RoomException]:
    if entry.nobody:
        return []
    absent = [
        RoomException(check_row=check, person_id=person, kind=RoomKind.ABSENT.value)
        for person in sorted(entry.absent)
    ]
    hot = [
        RoomException(
            check_row=check, person_id=person, kind=RoomKind.HOT.value,
            celsius=None if heat is None else Decimal(str(heat)),
        )
        for person, heat in sorted(entry.hot.items())
    ]  # fmt: skip
    return absent + hot


def _isolate(
    actor: Actor, check: RoomCheck, person: Person, heat: float | None, now: dt.datetime
) -> None:
    """A raised temperature at night opens an incident."""
    open_incident(
        actor, person=person, place="dorm", source="dorm", celsius=heat,
        symptoms=["fever"], now=now, made_at=check.made_at,
        entry=uuid.uuid5(check.entry, str(person.pk)),
    )  # fmt: skip


def _tell_missing(check: RoomCheck, missing: int, now: dt.datetime) -> None:
    """Tell of who is not in his bed, unless the whole room has not answered yet."""
    if not missing or check.found == Found.NOBODY.value:
        return
    tell(
        "dorm_missing", holders(TOLD, check.unit, now.date()), unit=check.school,
        now=now, link="/dorm/", count=missing,
    )  # fmt: skip
