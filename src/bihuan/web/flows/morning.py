"""A check of the day 晨午晚检: counted, its exceptions judged, traced, isolated, weighed.

An entry that is there answers as the first time and changes nothing. A later entry of the
same class, day and slot replaces the earlier one, whichever came in first.
"""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from django.db import transaction
from django.db.models import CharField, Q, QuerySet, Value

from bihuan.base.wording import N_, _
from bihuan.plan.words import Role as PersonRole
from bihuan.rules.book import Book, load
from bihuan.rules.triage import Course, Disposition, Screening, triage
from bihuan.web.flows import absences, alarms
from bihuan.web.flows.accounts import Refused
from bihuan.web.flows.incidents import open_incident
from bihuan.web.flows.standing import clock_of, made, place, there
from bihuan.web.ledgers.absences.models import Absence
from bihuan.web.ledgers.checks.entry import CheckEntry, ExceptionEntry
from bihuan.web.ledgers.checks.models import (
    CheckException,
    ClassCheck,
    DraftCount,
    Kind,
    Mode,
    Slot,
    Standing,
)
from bihuan.web.ledgers.checks.slots import Asked, asked_of
from bihuan.web.org import audit, ready
from bihuan.web.org.models import Person, Unit, UnitKind
from bihuan.web.org.policy import (
    DEPTH,
    Policy,
    paths_above,
    plans_at,
    policy_in,
    policy_of,
    screening_of,
)
from bihuan.web.org.ready import Ready, ReadyRows
from bihuan.web.org.scope import Actor

COLUMNS: Final = {
    Kind.SICK: "sick",
    Kind.LEAVE: "leave",
    Kind.LATE: "tardy",
    Kind.UNKNOWN: "unknown",
    Kind.UNWELL: "unwell",
}
"""Column of a check that counts an exception."""
COUNTED: Final = {
    Kind.SICK: N_("病假{n}"),
    Kind.LEAVE: N_("事假{n}"),
    Kind.LATE: N_("迟到{n}"),
    Kind.UNKNOWN: N_("不明{n}"),
    Kind.UNWELL: N_("不适{n}"),
}
"""How many there are of an exception, as the answer says it."""
OTHER_DAY: Final = N_("填写的日子和晨检的日子不一样，没有收下")
TOO_LATE: Final = N_("更正只到当天24:00，之后请校医在台账里更正")
BACK: Final = dt.timedelta(days=3)
"""A day before today that may still be made good 补报 is no longer ago: over a weekend."""
ACTED_ON: Final = frozenset({Course.ISOLATE})


@dataclass(frozen=True, slots=True)
class Submitted:
    """A check as it stands, and what is said to whoever handed it in."""

    check: ClassCheck
    said: str
    again: bool = False
    """The entry was there already."""
    isolated: tuple[int, ...] = ()
    """Persons for whom an incident is open now."""
    unsigned: tuple[int, ...] = ()
    """Persons who are back before both have signed."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """An exception with what triage makes of it."""

    told: ExceptionEntry
    made: Disposition


@transaction.atomic
def submit_check(
    actor: Actor, unit: Unit, entry: CheckEntry, now: dt.datetime
) -> Submitted:
    """Take a check of a class or a section; said again, it answers as the first time."""
    school = unit.school or unit
    head = audit.hold(school)
    known, standing = _there(unit, entry)
    if known is not None:
        return Submitted(known, said(known), again=True)
    elsewhen = TOO_LATE if standing else OTHER_DAY
    until = _until(unit, entry, standing, now)
    written = made(entry.made_at, entry.day, now, _(elsewhen), until=until)
    around = _around(unit, school, entry)
    roster, policy = around.roster, around.policy
    _refuse_strangers(entry, roster)
    check = _row(actor, unit, entry, now)
    open_now = {
        person: row
        for person, row in absences.by_person(around.absences).items()
        if row.day <= entry.day
    }
    back = entry.back | _dropped(entry, open_now)
    seen = {person for person, row in open_now.items() if row.back_on is not None}
    judged = _judge(entry, screening_of(check.school, entry.day, policy))
    _count(check, entry, roster, open_now.keys() - back - seen, judged)
    check.due = _due(check, policy, now)
    check.late = written.date() > entry.day or bool(check.due and written > check.due)
    older = place(check, standing)
    rows = _save(check, judged)
    audit.write(
        actor, "check", check, school=check.school_id, at=now, head=head,
        slot=check.slot, expected=check.expected, present=check.present,
        late=check.late, replaces=check.replaces_id,
    )  # fmt: skip
    if older:
        return Submitted(check, said(check, 0))
    noted = absences.Noted()
    if unit.kind == UnitKind.CLASS.value and not _overtaken(check, now):
        noted = absences.note(
            actor, check, rows, now,
            open_now=open_now, back=back, replaced=standing,
        )  # fmt: skip
    isolated = _isolate(actor, check, judged, now)
    if any(one.made.syndromes for one in judged):
        alarms.weigh(check.school, now)
    return Submitted(
        check,
        said(check, len(isolated)),
        isolated=isolated,
        unsigned=tuple(row.person_id for row in noted.unsigned),
    )


def school_day_before(school: Unit, day: dt.date) -> dt.date | None:
    """The last day before one on which a school was at work: some check of it came in."""
    return (
        ClassCheck.objects.filter(school=school, day__gte=day - BACK, day__lt=day)
        .order_by("-day")
        .values_list("day", flat=True)
        .first()
    )


def _until(
    unit: Unit, entry: CheckEntry, standing: ClassCheck | None, now: dt.datetime
) -> dt.date:
    """Until when a check may be handed in: its day; one never handed in, a school day more."""
    made_good = (
        standing is None or standing.at.astimezone(now.tzinfo).date() > entry.day
    )
    if entry.day >= now.date() or not made_good:
        return entry.day
    last = school_day_before(unit.school or unit, now.date())
    return now.date() if last == entry.day else entry.day


def _overtaken(check: ClassCheck, now: dt.datetime) -> bool:
    """Whether a check of a past day comes after a later day's, which says who is missing."""
    if check.day == now.date():
        return False
    later = ClassCheck.objects.filter(unit=check.unit, day__gt=check.day)
    return later.filter(state=Standing.SENT.value).exists()


@transaction.atomic
def draft_count(
    actor: Actor,
    group: Unit,
    slot: Slot,
    day: dt.date,
    now: dt.datetime,
    *,
    expected: int,
    present: int,
) -> DraftCount:
    """Take a group leader's count: it fills nothing in, it only tells the class teacher."""
    if present > expected:
        raise Refused(_("实到不能比应到多"))
    row, _made_now = DraftCount.objects.update_or_create(
        unit=group, day=day, slot=slot.value,
        defaults={
            "expected": expected, "present": present, "at": now,
            "by_id": actor.person_id,
        },
    )  # fmt: skip
    audit.write(
        actor, "check.draft", row, school=group.school_id or group.pk, at=now,
        expected=expected, present=present,
    )  # fmt: skip
    return row


@transaction.atomic
def call(actor: Actor, child: Person, now: dt.datetime) -> str:
    """Show the family's number to whoever rings up; the trail keeps that it was shown."""
    found = child.guardians.filter(until=None).select_related("guardian").first()
    family = found.guardian if found and found.guardian.phone else child
    if not family.phone:
        raise Refused(_("名册里没有电话，请让年级补上"))
    audit.write(
        actor, "call", child, school=child.school_id or child.unit_id, at=now,
        of=family.pk,
    )  # fmt: skip
    return str(family.phone)


def roster_of(unit: Unit, day: dt.date, slot: Slot) -> Mapping[int, Person]:
    """Who should be there in a check, by number; boarders only in a class's evening."""
    rows = Person.objects.filter(
        Q(left_on=None) | Q(left_on__gt=day),
        Q(joined_on=None) | Q(joined_on__lte=day),
        unit=unit,
    )
    if unit.kind == UnitKind.CLASS.value:
        rows = rows.filter(role=PersonRole.STUDENT.value)
        if slot is Slot.EVENING:
            rows = rows.filter(boards=True)
    else:
        rows = rows.exclude(role="guardian")
    told = rows.only("pk", "unit", "school", "role", "name", "boards", "seat", "code",
                     "certificate_until", "phone_last")  # fmt: skip
    return {person.pk: person for person in told.order_by("seat", "code", "pk")}


@dataclass(frozen=True, slots=True)
class _Around:
    """What a check is judged by, as one read gives it."""

    roster: frozenset[int]
    """Numbers of `roster_of`."""
    absences: tuple[int, ...]
    """Numbers of the unit's open absences."""
    policy: Policy


def _around(unit: Unit, school: Unit, entry: CheckEntry) -> _Around:
    klass = unit.kind == UnitKind.CLASS.value
    boarders = klass and entry.slot is Slot.EVENING
    read = _BOARDERS_AROUND if boarders else _PUPILS_AROUND
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for what, number, text in read(unit.pk, entry.day, *paths_above(school)):
        found[what].append((number, text))
    pupils = [number for number, _text in found[_PUPIL]]
    return _Around(
        frozenset(pupils if klass else roster_of(unit, entry.day, entry.slot)),
        tuple(number for number, _text in found[_OPEN]),
        policy_in([row for plan in _PLANS for row in found[plan]], school),
    )


def _pupils(unit: int, day: dt.date) -> "QuerySet[Person]":
    return Person.objects.filter(
        Q(left_on=None) | Q(left_on__gt=day),
        Q(joined_on=None) | Q(joined_on__lte=day),
        unit=unit,
        role=PersonRole.STUDENT.value,
    )


_PUPIL, _OPEN = "pupil", "open"
_PLANS: Final = tuple(f"plan{depth}" for depth in reversed(range(DEPTH)))
"""What a row of the read is: the school's own plan comes before those above it."""


def _with_pupils(
    pupils: "QuerySet[Person]", unit: int, paths: tuple[str, ...]
) -> "QuerySet[Person, Any]":
    """Pupils, open absences and plans in force in one read, each row with what it is."""
    none = Value("", output_field=CharField())
    plans = zip(_PLANS, reversed(paths), strict=True)
    return pupils.values_list(_a(_PUPIL), "pk", none).union(
        absences.open_of(unit).order_by().values_list(_a(_OPEN), "pk", none),
        *(plans_at(path).values_list(_a(plan), "pk", "digest") for plan, path in plans),
        all=True,
    )


def _a(what: str) -> Value:
    return Value(what, output_field=CharField())


_PUPILS_AROUND: Final = Ready(
    (int, dt.date, *(str,) * DEPTH),
    lambda unit, day, *paths: _with_pupils(_pupils(unit, day), unit, paths),
)
_BOARDERS_AROUND: Final = Ready(
    (int, dt.date, *(str,) * DEPTH),
    lambda unit, day, *paths: _with_pupils(
        _pupils(unit, day).filter(boards=True), unit, paths
    ),
)
_SAME: Final = ReadyRows(
    (uuid.UUID, int, dt.date, str),
    lambda entry, unit, day, slot: ClassCheck.objects.filter(
        Q(entry=entry) | Q(unit=unit, day=day, slot=slot, state=Standing.SENT.value)
    ).order_by(),
)


def asked(
    unit: Unit, now: dt.datetime, policy: Policy | None = None, *, boards: bool = False
) -> tuple[Asked, ...]:
    """The checks that are asked of a unit on a day."""
    school = unit.school or unit
    held = policy or policy_of(school)
    day = now.date()
    return asked_of(
        screening_of(school, day, held), _rows(day, held.region or ""), day,
        now.tzinfo or dt.UTC,
        staff=unit.kind != UnitKind.CLASS.value, boards=boards,
    )  # fmt: skip


@lru_cache(maxsize=64)
def _rows(day: dt.date, region: str) -> Book:
    return load().on(day, region=region)


def said(check: ClassCheck, isolated: int | None = None) -> str:
    """One sentence: when it came, what is in it, who has to be apart."""
    at = clock_of(check)
    parts = [
        _("{t}补交", t=at) if check.late else _("{t}已交", t=at),
        counts_said(check),
    ]
    if isolated is None:
        isolated = check.exceptions.filter(course=Course.ISOLATE.value).count()
    if isolated:
        parts.append(_("{n}人要隔离，已报校医", n=isolated))
    return _("，").join(parts)


def counts_said(check: ClassCheck) -> str:
    """The counts of a check in words."""
    if check.mode == Mode.ALL_NORMAL.value and check.present == check.expected:
        return _("全勤{n}人", n=check.expected)
    parts = [_("实到{n}人", n=check.present)]
    told = {kind: getattr(check, column) for kind, column in COLUMNS.items()}
    parts += [_(COUNTED[kind], n=n) for kind, n in told.items() if n]
    return _("，").join(parts)


def _there(
    unit: Unit, entry: CheckEntry
) -> tuple[ClassCheck | None, ClassCheck | None]:
    """The same entry if it came before, and the check that stands now."""
    rows = _SAME.objects(entry.entry, unit.pk, entry.day, entry.slot.value)
    return there(rows, entry.entry, unit)


def _refuse_strangers(entry: CheckEntry, roster: frozenset[int]) -> None:
    named = {one.person for one in entry.exceptions} | entry.back
    if strangers := named - roster:
        raise Refused(
            _("有{n}人不在今天的名单上，请重新打开页面再交", n=len(strangers))
        )


def _row(actor: Actor, unit: Unit, entry: CheckEntry, now: dt.datetime) -> ClassCheck:
    return ClassCheck(
        entry=entry.entry,
        unit=unit,
        school=unit.school or unit,
        day=entry.day,
        at=now,
        made_at=entry.made_at and min(entry.made_at, now),
        by_id=actor.person_id,
        acting=actor.acting,
        slot=entry.slot.value,
        state=Standing.SENT.value,
    )


def _judge(entry: CheckEntry, policy: Screening) -> tuple[_Judged, ...]:
    return tuple(_Judged(one, triage(one.reading, policy)) for one in entry.exceptions)


def _dropped(entry: CheckEntry, open_now: Mapping[int, Absence]) -> set[int]:
    """Whom this slot's earlier check missed, and this one does not any more."""
    named = {one.person for one in entry.exceptions}
    return {
        person
        for person, row in open_now.items()
        if row.check_row is not None
        and (row.check_row.day, row.check_row.slot) == (entry.day, entry.slot.value)
    } - named


def _count(
    check: ClassCheck,
    entry: CheckEntry,
    roster: frozenset[int],
    waited_for: AbstractSet[int],
    judged: Iterable[_Judged],
) -> None:
    """Count everybody once; whom nobody has confirmed is unknown, never present."""
    kinds = Counter(one.told.kind for one in judged)
    named = {one.person for one in entry.exceptions}
    forgotten = (waited_for & roster) - named
    unseen = max(len(roster) - entry.expected, 0)
    for kind, column in COLUMNS.items():
        setattr(check, column, kinds[kind])
    check.expected = len(roster)
    check.unknown = min(
        check.unknown + len(forgotten) + unseen,
        check.expected - check.sick - check.leave - check.tardy,
    )
    away = check.sick + check.leave + check.tardy + check.unknown
    check.present = check.expected - away
    check.unwell = min(check.unwell, check.present)
    check.unmeasured = sum(
        one.told.kind.ill and one.told.celsius is None for one in judged
    )
    some = check.unwell or away
    check.mode = Mode.EXCEPTIONS.value if some else Mode.ALL_NORMAL.value


def _due(check: ClassCheck, policy: Policy, now: dt.datetime) -> dt.datetime | None:
    at = dt.datetime.combine(check.day, dt.time(), now.tzinfo)
    slots = asked(check.unit, at, policy, boards=check.slot == Slot.EVENING.value)
    return next((one.due for one in slots if one.slot.value == check.slot), None)


def _save(check: ClassCheck, judged: Iterable[_Judged]) -> list[CheckException]:
    ready.add(check)
    rows = [_exception(check, one) for one in judged]
    ready.add_all(rows)
    return rows


def _exception(check: ClassCheck, one: _Judged) -> CheckException:
    heat = one.told.celsius
    return CheckException(
        check_row=check,
        person_id=one.told.person,
        kind=one.told.kind.value,
        symptoms=sorted(one.told.symptoms),
        celsius=None if heat is None else Decimal(str(heat)),
        onset=one.told.onset,
        course=one.made.course.value,
        syndromes=sorted(one.made.syndromes),
    )


def _isolate(
    actor: Actor, check: ClassCheck, judged: Iterable[_Judged], now: dt.datetime
) -> tuple[int, ...]:
    """Open an incident for everybody who is there and must be apart; only on the day itself."""
    found = [one for one in judged if one.made.course in ACTED_ON]
    if not found or check.day != now.date():
        return ()
    people = Person.objects.select_related("unit__school", "school").in_bulk(
        [one.told.person for one in found]
    )
    for one in found:
        open_incident(
            actor,
            person=people[one.told.person],
            celsius=one.told.celsius,
            symptoms=sorted(one.told.symptoms),
            now=now,
            made_at=check.made_at,
            source="check",
            entry=uuid.uuid5(check.entry, str(one.told.person)),
        )
    return tuple(one.told.person for one in found)
