"""Sick absences 因病缺课: opened by a check, traced every day, closed by two signatures."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from bihuan.base.wording import N_, _
from bihuan.plan.words import Post
from bihuan.rules.absence import (
    BY,
    Need,
    Trace,
    Tracing,
    move,
    next_contact,
    tracing,
)
from bihuan.rules.access import Role
from bihuan.rules.book import DISEASES, Book, load
from bihuan.rules.comeback import Missing, Recovery, Return, may_return
from bihuan.rules.passage import Direction
from bihuan.rules.stay import Goes
from bihuan.rules.triage import Symptom, Syndrome
from bihuan.web.flows.accounts import Refused
from bihuan.web.ledgers.absences.models import (
    CLOSED,
    WITHDRAWN,
    Absence,
    AbsenceKind,
    AbsenceStep,
)
from bihuan.web.ledgers.checks.models import (
    CheckException,
    ClassCheck,
    Kind,
    Standing,
)
from bihuan.web.ledgers.checks.slots import quiet_from
from bihuan.web.ledgers.core.rows import in_force
from bihuan.web.ledgers.gate.models import Action, Passing
from bihuan.web.ledgers.isolation.models import Stay
from bihuan.web.notices.inbox import holders, tell
from bihuan.web.org import audit
from bihuan.web.org.models import Unit
from bihuan.web.org.policy import policy_of
from bihuan.web.org.scope import Actor

POSTS: Final[Mapping[Role | None, Post]] = {
    Role.CLASS_TEACHER: Post.CLASS_TEACHER,
    Role.GRADE_HEAD: Post.CLASS_TEACHER,
    Role.SCHOOL_DOCTOR: Post.DOCTOR,
}
"""As which post of `rules.absence` a role acts; a grade head traces where a class has none."""
TRACED: Final = {
    Kind.SICK.value: AbsenceKind.SICK.value,
    Kind.UNKNOWN.value: AbsenceKind.UNKNOWN.value,
}
"""Exceptions that open a trace."""
_SIGNATURES: Final = frozenset({Missing.TEACHER, Missing.DOCTOR, Missing.TWO_PERSONS})
_CONTACTS: Final = frozenset({Trace.FIRST, Trace.AGAIN, Trace.HOME})
_FIELDS: Final = (
    "kind", "symptoms", "syndromes", "celsius", "onset", "last_day", "back_on",
    "returned_on", "state", "done_at", "due",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Noted:
    """What a check did to the absences of its unit."""

    opened: tuple[Absence, ...] = ()
    returned: tuple[Absence, ...] = ()
    unsigned: tuple[Absence, ...] = ()
    """Back in class before both have signed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StepEntry:
    """A step of a trace as it was handed in."""

    after: Trace
    entry: uuid.UUID = field(default_factory=uuid.uuid4)
    contact: str = ""
    symptoms: frozenset[Symptom] = frozenset()
    celsius: float | None = None
    onset: dt.date | None = None
    hospital: str = ""
    diagnosis: str = ""
    certificate: str = ""
    free_since: dt.date | None = None
    reason: str = ""


def open_of(unit: Unit | int) -> "QuerySet[Absence]":
    """Absences of a unit that are traced."""
    return Absence.objects.filter(unit=unit).exclude(state__in=CLOSED)


def by_person(numbers: Collection[int]) -> dict[int, Absence]:
    """Absences with some numbers by their person; most classes of a morning have none."""
    if not numbers:
        return {}
    rows = Absence.objects.filter(pk__in=numbers).select_related("check_row")
    return {row.person_id: row for row in rows}


def note(
    actor: Actor,
    check: ClassCheck,
    exceptions: Sequence[CheckException],
    now: dt.datetime,
    *,
    open_now: Mapping[int, Absence],
    back: Iterable[int] = (),
    replaced: ClassCheck | None = None,
) -> Noted:
    """Open, go on with or close the traces that a check speaks of; in its transaction.

    open_now: the open absences of the check's unit by person, as the check read them.
    """
    missed = {e.person_id: e for e in exceptions if e.kind in TRACED}
    here = {*back, *(e.person_id for e in exceptions if e.kind == Kind.UNWELL.value)}
    region = (
        policy_of(check.school).region or "" if missed.keys() - open_now.keys() else ""
    )
    fresh = sorted(missed.keys() - open_now.keys())
    new = [_opened(actor, check, missed[person], region, now) for person in fresh]
    left = _left(fresh, check.day, now) if fresh else {}
    for row in new:
        row.left_at = left.get(row.person_id)
    for person in missed.keys() & open_now.keys():
        _go_on(open_now[person], missed[person], check.day)
    gone = (
        _taken_back(check, replaced, {*missed})
        if replaced and _missed(replaced)
        else []
    )
    here -= {row.person_id for row in gone}
    came = [open_now[person] for person in sorted(here & open_now.keys())]
    returned = [row for row in came if _back(row, check.day, now)]
    changed = [open_now[one] for one in {*missed, *here} & open_now.keys()]
    _write(new, changed, gone, now)
    if returned:
        AbsenceStep.objects.bulk_create(
            _step_row(actor, row, Trace.RETURNED, now) for row in returned
        )
    if new or changed or gone:
        audit.write(
            actor, "absence.note", check, school=check.school_id, at=now,
            opened=[row.person_id for row in new],
            returned=[row.person_id for row in returned],
            withdrawn=[row.person_id for row in gone],
        )  # fmt: skip
    unsigned = tuple(row for row in came if not row.signed)
    if unsigned:
        tell(
            "return_sign",
            holders(Role.SCHOOL_DOCTOR, check.unit, now.date()),
            unit=check.school, now=now, link="/absences/", count=len(unsigned),
        )  # fmt: skip
    return Noted(tuple(new), tuple(returned), unsigned)


def _left(people: list[int], day: dt.date, now: dt.datetime) -> dict[int, dt.datetime]:
    """When somebody went from school, that day or the evening before: by room or gate."""
    since = dt.datetime.combine(day - dt.timedelta(days=1), dt.time(), now.tzinfo)
    stays = Stay.objects.filter(person__in=people, left_at__gte=since)
    out = in_force(Passing.objects.filter(person__in=people, at__gte=since)).filter(
        direction=Direction.OUT.value, action=Action.PASSED.value
    )
    home = stays.filter(goes__in=(Goes.HOME.value, Goes.HOSPITAL.value))
    rows = [*home.values_list("person", "left_at"), *out.values_list("person", "at")]
    found: dict[int, dt.datetime] = {}
    for person, at in rows:
        if person and at:
            found[person] = max(at, found.get(person, at))
    return found


def _write(
    new: list[Absence], changed: list[Absence], gone: list[Absence], now: dt.datetime
) -> None:
    if new:
        Absence.objects.bulk_create(new)
    if changed:
        Absence.objects.bulk_update(changed, _FIELDS)
    if gone:
        Absence.objects.filter(pk__in=[row.pk for row in gone]).update(
            state=WITHDRAWN, done_at=now, due=None
        )


def _opened(
    actor: Actor, check: ClassCheck, one: CheckException, region: str, now: dt.datetime
) -> Absence:
    row = Absence(
        unit_id=check.unit_id,
        school_id=check.school_id,
        day=check.day,
        at=now,
        made_at=check.made_at,
        by_id=actor.person_id,
        acting=actor.acting,
        state=Trace.REGISTERED.value,
        person_id=one.person_id,
        check_row=check,
        kind=TRACED[one.kind],
        symptoms=one.symptoms,
        syndromes=one.syndromes,
        celsius=one.celsius,
        onset=one.onset,
        last_day=check.day,
    )
    row.due = due_of(row, region, now)
    return row


def _go_on(row: Absence, one: CheckException, day: dt.date) -> None:
    """Somebody is still missed; what was said today adds to what was known."""
    row.last_day = max(row.last_day, day)
    row.back_on = None
    row.kind = TRACED[one.kind] if row.kind == AbsenceKind.UNKNOWN.value else row.kind
    row.symptoms = sorted({*row.symptoms, *one.symptoms})
    row.syndromes = sorted({*row.syndromes, *one.syndromes})
    row.celsius = one.celsius if one.celsius is not None else row.celsius
    row.onset = row.onset or one.onset


def _back(row: Absence, day: dt.date, now: dt.datetime) -> bool:
    """Somebody is there again: with both signatures the trace is closed."""
    row.back_on = row.back_on or day
    if not row.signed:
        return False
    row.state, row.returned_on = Trace.RETURNED.value, day
    row.done_at, row.due = now, None
    return True


def _missed(check: ClassCheck) -> bool:
    """Whether a check that stood told of somebody who was missed."""
    return bool(check.sick or check.unknown)


def _taken_back(
    check: ClassCheck, replaced: ClassCheck, missed: set[int]
) -> list[Absence]:
    """Traces that the replaced check opened and nobody has worked on, nor another check asks."""
    others = CheckException.objects.filter(
        check_row__unit=check.unit_id, check_row__day=check.day,
        check_row__state=Standing.SENT.value, kind__in=TRACED,
    ).exclude(check_row=check)  # fmt: skip
    rows = Absence.objects.filter(
        unit=check.unit_id, day=check.day, state=Trace.REGISTERED.value,
        person__in=replaced.exceptions.values("person"), steps=None,
    ).exclude(person__in=missed)  # fmt: skip
    return list(rows.exclude(person__in=others.values("person")))


@transaction.atomic
def step(actor: Actor, absence: Absence, told: StepEntry, now: dt.datetime) -> Absence:
    """Take a trace a step on; refused with what is missing, or by whose step it is."""
    audit.hold(absence.school_id)
    row = Absence.objects.select_for_update().get(pk=absence.pk)
    if AbsenceStep.objects.filter(entry=told.entry).exists():
        return row
    _refuse(actor, row, told, now)
    _take(actor, row, told, now)
    row.save()
    made = _step_row(actor, row, told.after, now, told)
    made.save(force_insert=True)
    audit.write(
        actor, "absence.step", row, school=row.school_id, at=now, step=told.after.value
    )
    _tell_signers(row, told.after, now)
    return row


def sign(
    actor: Actor,
    absence: Absence,
    now: dt.datetime,
    *,
    reason: str = "",
    entry: uuid.UUID | None = None,
) -> Absence:
    """Sign a return: the doctor's check, or the class teacher's word after it."""
    if POSTS.get(actor.role) is Post.DOCTOR:
        told = StepEntry(
            after=Trace.CHECKED, reason=reason, entry=entry or uuid.uuid4()
        )
        return step(actor, absence, told, now)
    return _sign_class(actor, absence, now)


@transaction.atomic
def _sign_class(actor: Actor, absence: Absence, now: dt.datetime) -> Absence:
    audit.hold(absence.school_id)
    row = Absence.objects.select_for_update().get(pk=absence.pk)
    if row.class_signed_by_id == actor.person_id:
        return row
    if actor.role is not Role.CLASS_TEACHER:
        raise Refused(_("复课由班主任和校医签字"))
    if row.state != Trace.CHECKED.value:
        raise Refused(_("校医还没有核，核过再签"))
    _refuse_one_hand(actor, row)
    row.class_signed_by_id, row.class_signed_at = actor.person_id, now
    if row.back_on:
        row.state, row.returned_on = Trace.RETURNED.value, now.date()
        row.done_at, row.due = now, None
        _step_row(actor, row, Trace.RETURNED, now).save(force_insert=True)
    row.save()
    audit.write(actor, "absence.sign", row, school=row.school_id, at=now)
    return row


def due_of(row: Absence, region: str, now: dt.datetime) -> dt.datetime | None:
    """By when somebody speaks to the family next; None: nothing is asked any more."""
    trace = row.trace
    if trace is None:
        return None
    contacts = [row.contacted_on] if row.contacted_on else []
    day = next_contact(row.day, contacts, trace, _tracing(now.date(), region))
    if day is None:
        return None
    day = max(day, row.day)
    return quiet_from(_rows(day, region), day, now.tzinfo or dt.UTC)


def comeback(
    row: Absence, school: Unit, now: dt.datetime, *, reason: str = ""
) -> Return:
    """Whether the days rule and the paper let somebody come back, before anybody signs."""
    zone = now.tzinfo
    free = None
    if row.free_since is not None:
        free = dt.datetime.combine(row.free_since, dt.time(), zone)
    recovery = Recovery(
        disease=row.diagnosis if row.diagnosis in DISEASES else "",
        syndromes=frozenset(Syndrome(code) for code in row.syndromes),
        symptom_free_since=free,
        onset=row.onset,
        certificate=bool(row.certificate),
        teacher=str(row.class_signed_by_id or ""),
        doctor=str(row.doctor_signed_by_id or ""),
        doctor_reason=reason,
    )
    region = policy_of(school).region or ""
    return may_return(recovery, load(), now, region=region)


def _refuse(actor: Actor, row: Absence, told: StepEntry, now: dt.datetime) -> None:
    before = row.trace
    if before is None or before.closed:
        raise Refused(_("这一条已经结束，不能再改"))
    post = POSTS.get(actor.role)
    if post not in BY[told.after]:
        whose = _("、").join(_(one.label) for one in Post if one in BY[told.after])
        raise Refused(_("这一步由{whose}来做", whose=whose))
    asked = move(before, told.after, _given(actor, row, told))
    if not asked.allowed:
        raise Refused(
            _(
                "“{before}”之后不能直接到“{after}”",
                before=_(before.label), after=_(told.after.label),
            )
        )  # fmt: skip
    if asked.missing:
        lacking = _("、").join(_(need.label) for need in asked.missing)
        raise Refused(_("还缺：{lacking}", lacking=lacking))
    if told.after is Trace.CHECKED:
        _refuse_too_early(row, told, now)
    if told.after is Trace.RETURNED:
        _refuse_one_hand(actor, row)


def _refuse_too_early(row: Absence, told: StepEntry, now: dt.datetime) -> None:
    """The doctor's check keeps the days rule, or says why not."""
    row.free_since = told.free_since or row.free_since
    row.certificate = told.certificate or row.certificate
    answer = comeback(row, row.school, now, reason=told.reason)
    lacking = [one for one in answer.missing if one not in _SIGNATURES]
    if not lacking:
        return
    said = _("、").join(_(one.label) for one in lacking)
    if answer.earliest and now < answer.earliest:
        on = _(
            "最早{month}月{day}日", month=answer.earliest.month, day=answer.earliest.day
        )
        said = _("{told}（{seen}）", told=said, seen=on)
    raise Refused(_("还不能复课：{said}。校医另有判断的，请写明理由", said=said))


def _refuse_one_hand(actor: Actor, row: Absence) -> None:
    if actor.role is not Role.CLASS_TEACHER:
        raise Refused(_("复课由班主任签字"))
    if row.doctor_signed_by_id == actor.person_id:
        raise Refused(_("校医和班主任的签字须是两个人"))


def _given(actor: Actor, row: Absence, told: StepEntry) -> set[Need]:
    """What is written down for a step, here or before."""
    doctor = POSTS.get(actor.role) is Post.DOCTOR
    known = {
        Need.CONTACT: bool(told.contact),
        Need.SYMPTOMS: bool(told.symptoms),
        Need.ONSET: bool(told.onset or row.onset),
        Need.HOSPITAL: bool(told.hospital),
        Need.DIAGNOSIS: bool(told.diagnosis),
        Need.CERTIFICATE: bool(told.certificate),
        Need.TEACHER: bool(row.class_signed_by_id) or not doctor,
        Need.DOCTOR: doctor or bool(row.doctor_signed_by_id),
        Need.REASON: bool(told.reason),
    }
    return {need for need, given in known.items() if given}


def _take(actor: Actor, row: Absence, told: StepEntry, now: dt.datetime) -> None:
    """Write a step's answers into the row; going home again takes the signatures back."""
    for name in (
        "hospital",
        "diagnosis",
        "certificate",
        "reason",
        "onset",
        "free_since",
    ):
        setattr(row, name, getattr(told, name) or getattr(row, name))
    row.symptoms = sorted({*row.symptoms, *(s.value for s in told.symptoms)})
    if told.after in _CONTACTS:
        row.contacted_on = now.date()
    if told.after is Trace.CHECKED:
        row.doctor_signed_by_id, row.doctor_signed_at = actor.person_id, now
    if told.after is Trace.HOME:
        row.doctor_signed_by = row.class_signed_by = None
        row.doctor_signed_at = row.class_signed_at = None
    if told.after is Trace.RETURNED:
        row.class_signed_by_id, row.class_signed_at = actor.person_id, now
        row.returned_on = now.date()
    row.traced_by_id = actor.person_id
    row.state = told.after.value
    row.done_at = now if told.after.closed else None
    row.due = due_of(row, policy_of(row.school).region or "", now)


def _step_row(
    actor: Actor,
    row: Absence,
    after: Trace,
    now: dt.datetime,
    told: StepEntry | None = None,
) -> AbsenceStep:
    return AbsenceStep(
        entry=told.entry if told else uuid.uuid4(),
        absence=row,
        step=after.value,
        at=now,
        day=now.date(),
        by_id=actor.person_id,
        acting=actor.acting,
        contact=told.contact if told else "",
        symptoms=sorted(s.value for s in told.symptoms) if told else [],
        celsius=told.celsius if told else None,
        note=told.reason if told else "",
    )


def _tell_signers(row: Absence, after: Trace, now: dt.datetime) -> None:
    """A paper waits for the doctor; the doctor's check waits for the class teacher."""
    whom = {Trace.CERTIFIED: Role.SCHOOL_DOCTOR, Trace.CHECKED: Role.CLASS_TEACHER}
    if after not in whom:
        return
    waiting = Absence.objects.filter(unit=row.unit_id, state=after.value)
    tell(
        "return_sign", holders(whom[after], row.unit, now.date()), unit=row.school,
        now=now, link="/absences/", count=waiting.count(),
    )  # fmt: skip


@lru_cache(maxsize=64)
def _rows(day: dt.date, region: str) -> Book:
    return load().on(day, region=region)


@lru_cache(maxsize=64)
def _tracing(day: dt.date, region: str) -> Tracing:
    return tracing(load(), day, region=region)


STEPS_SAID: Final = {
    Trace.FIRST: N_("今天打过电话"),
    Trace.AGAIN: N_("又问过一次"),
    Trace.SEEN: N_("去医院了"),
    Trace.DIAGNOSED: N_("有诊断了"),
    Trace.HOME: N_("在家休养"),
    Trace.CERTIFIED: N_("收到证明"),
    Trace.CHECKED: N_("核过，可以复课"),
    Trace.RETURNED: N_("人已到，签字复课"),
    Trace.LEAVE: N_("其实是事假"),
    Trace.EXCLUDED: N_("不是病，排除"),
}
"""A step as a button says it."""
