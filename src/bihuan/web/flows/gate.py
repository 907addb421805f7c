"""The gate: who passed, who was kept, visits, leave slips, badges.

Entries come in any order and more than once. What was done at the gate is kept as it was
done; how many passed is worked out again from all entries of a class's day, so a person
who is scanned twice, or counted with the class and then scanned, counts once.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet, Sum

from bihuan.base.units import Celsius
from bihuan.base.wording import _
from bihuan.plan.words import Role as PersonRole
from bihuan.rules.access import Role
from bihuan.rules.passage import (
    Code,
    Direction,
    GateReason,
    Hold,
    Knock,
    Passage,
    Verdict,
    passage,
)
from bihuan.rules.triage import Course, Reading, triage
from bihuan.web.flows import incidents
from bihuan.web.flows.accounts import Refused
from bihuan.web.flows.gatebook import Book, holds, listed, open_book
from bihuan.web.ledgers.core.rows import REPLACED, in_force
from bihuan.web.ledgers.gate import codes
from bihuan.web.ledgers.gate.entry import Scan
from bihuan.web.ledgers.gate.models import (
    Action,
    Badge,
    LeaveSlip,
    Passing,
    PassingKind,
    SlipState,
    Standing,
    Visit,
    VisitState,
)
from bihuan.web.ledgers.incidents.models import Origin, Spot
from bihuan.web.notices import inbox
from bihuan.web.org import audit
from bihuan.web.org.models import Person, Unit
from bihuan.web.org.policy import screening_of
from bihuan.web.org.scope import Actor

LIVE: Final = dt.timedelta(minutes=1)
"""An entry older than this tells what was done without the server."""
LANES: Final = 9
HELD_LINK: Final = "/gate/held/"
SLIPS_LINK: Final = "/gate/slips/"
VISITS_LINK: Final = "/gate/visits/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the guard's phone is told."""

    passage: Passage
    name: str = ""
    place: str = ""
    row: Passing | None = None
    course: Course | None = None


@dataclass(frozen=True, slots=True)
class Whom:
    """Who stands at the gate: a person or a visitor of this school, or neither."""

    code: Code
    person: Person | None = None
    visit: Visit | None = None

    @property
    def name(self) -> str:
        """Name as the guard sees it."""
        found = self.person or self.visit
        return found.name if found else ""

    @property
    def place(self) -> str:
        """Class or section, of a visitor the host's."""
        if self.person:
            return self.person.unit.name
        return self.visit.host.unit.name if self.visit else ""


# ---- judging ------------------------------------------------------------------------


def decide(
    person: Person, now: dt.datetime, direction: Direction = Direction.IN
) -> Passage:
    """Whether somebody may pass the gates of his school now."""
    if person.school is None:
        return passage(Knock(direction=direction, listed=False), now)
    book = open_book(person.school, now, [person.pk])
    return book.person(book.people.get(person.pk, person), direction, now)


def whom(school: Unit, scan: Scan, day: dt.date) -> Whom:
    """Whose code it is; a badge that was printed anew has expired."""
    if scan.typed:
        return Whom(Code.READ, _typed(school, scan.typed, day))
    if not scan.code:
        return Whom(
            Code.READ, _person(school, scan.person, day), _visit(school, scan.visit)
        )
    read = codes.read(scan.code, day)
    if read.code is not Code.READ or read.site != school.pk:
        return Whom(read.code)
    if read.whose is codes.Whose.VISIT:
        return Whom(Code.READ, visit=_visit(school, read.pk))
    person = _person(school, read.pk, day)
    if read.number == codes.DAY_CODE or person is None:
        return Whom(Code.READ, person)
    good = Badge.objects.filter(person=person, number=read.number, until__gte=day)
    return Whom(Code.READ if good.exists() else Code.EXPIRED, person)


def _person(school: Unit, pk: int | None, day: dt.date) -> Person | None:
    return listed(school, day).filter(pk=pk).first() if pk else None


def _typed(school: Unit, words: str, day: dt.date) -> Person | None:
    """The one person whom name, or name and class, or number mean; two: nobody."""
    name, __, place = words.partition(" ")
    rows = listed(school, day).filter(Q(name=name) | Q(code__iexact=name))
    rows = rows.filter(unit__name__contains=place.strip()) if place else rows
    found = list(rows[:2])
    if len(found) != 1:
        raise Refused(_("名册里没有，或不止一个“{words}”，请写姓名和班级", words=words))
    return found[0]


def _visit(school: Unit, pk: int | None) -> Visit | None:
    rows = Visit.objects.filter(school=school).select_related("host", "host__unit")
    return rows.filter(pk=pk).first() if pk else None


def judge(school: Unit, of: Whom, scan: Scan, now: dt.datetime) -> tuple[Passage, Book]:
    """Whether who stands at the gate may pass at a moment."""
    book = open_book(school, now, [of.person.pk] if of.person else [])
    if of.code is not Code.READ:
        told = passage(Knock(code=of.code, listed=None), now)
    elif of.visit is not None:
        told = book.visitor(of.visit, scan.direction, now)
    elif of.person is not None:
        told = book.person(of.person, scan.direction, now)
    else:
        told = passage(Knock(direction=scan.direction, listed=False), now)
    return told, book


# ---- passing ------------------------------------------------------------------------


@transaction.atomic
def pass_gate(actor: Actor, gate: Unit, scan: Scan, now: dt.datetime) -> Answer:
    """Judge somebody at a gate and keep what was done; a resent entry changes nothing."""
    school = gate.school or gate
    there = Passing.objects.filter(entry=scan.entry, school=school).first()
    if there is not None:
        return _as_before(there)
    moment = scan.moment(now)
    of = whom(school, scan, moment.date())
    told, book = judge(school, of, scan, moment)
    known = of.person or of.visit
    if known is None or told.verdict is Verdict.RETAKE:
        return Answer(passage=told, name=of.name, place=of.place)
    if scan.celsius is not None:
        return _measured(actor, gate, of, scan, now)
    done = _done(scan, told, now)
    row = _row(actor, gate, of, scan, now)
    _settle(row, done, now)
    _use(actor, row, of, book, now)
    row.save(force_insert=True)
    _recount(row)
    row.refresh_from_db(fields=["count"])
    _follow(actor, row, of, told, now)
    return Answer(passage=done, name=of.name, place=of.place, row=row)


def _as_before(row: Passing) -> Answer:
    of = Whom(Code.READ, row.person, row.visit)
    held = row.action == Action.HELD.value
    told = (
        Passage(Verdict.HOLD, GateReason(row.reason)) if held else Passage(Verdict.PASS)
    )
    return Answer(passage=told, name=of.name, place=of.place, row=row)


def _done(scan: Scan, told: Passage, now: dt.datetime) -> Passage:
    """What was done: by this answer, or by the phone's own when it had no server."""
    if scan.shown is None or now - scan.moment(now) < LIVE:
        return told
    if scan.shown == "":
        return Passage(Verdict.PASS)
    reasons = {reason.value: reason for reason in GateReason}
    reason = reasons.get(scan.shown)
    return told if reason is None else Passage(Verdict.HOLD, reason)


def _row(actor: Actor, gate: Unit, of: Whom, scan: Scan, now: dt.datetime) -> Passing:
    moment = scan.moment(now)
    kind = PassingKind.PERSON if of.person else PassingKind.VISITOR
    return Passing(
        entry=scan.entry, unit=gate, school=gate.school or gate, day=moment.date(),
        at=now, made_at=scan.made_at and moment, by_id=actor.person_id,
        acting=actor.acting, kind=kind.value, direction=scan.direction.value,
        lane=min(max(scan.lane, 1), LANES), person=of.person, visit=of.visit,
        celsius=scan.celsius, again=scan.again,
        host=of.visit.host if of.visit else None,
        count=of.visit.count if of.visit else 1,
    )  # fmt: skip


def _settle(row: Passing, done: Passage, now: dt.datetime) -> None:
    """Passed, or held; who is held on the way in waits, once."""
    if done.verdict is Verdict.PASS:
        row.action, row.state, row.done_at = (
            Action.PASSED.value,
            Standing.DONE.value,
            now,
        )
        return
    row.action, row.reason = Action.HELD.value, str(done.reason or "")
    row.count = 0
    waits = row.direction == Direction.IN.value and not _waiting(row).exists()
    row.state = (Standing.WAITING if waits else Standing.DONE).value


def _waiting(row: Passing) -> QuerySet[Passing, Passing]:
    rows = Passing.objects.filter(school=row.school, day=row.day)
    rows = rows.filter(state=Standing.WAITING.value, direction=Direction.IN.value)
    return rows.filter(person=row.person, visit=row.visit)


def _use(actor: Actor, row: Passing, of: Whom, book: Book, now: dt.datetime) -> None:
    """A slip or a visit is used when somebody passes by it."""
    if row.action != Action.PASSED.value:
        return
    out = row.direction == Direction.OUT.value
    if of.visit is not None:
        state = VisitState.LEFT if out else VisitState.USED
        Visit.objects.filter(pk=of.visit.pk).update(state=state.value, done_at=now)
    elif of.person is not None:
        slip = _out_by(row, of.person, book) if out else _back_from(of.person, book)
        if slip is not None:
            _mark(actor, row, slip, SlipState.USED if out else SlipState.BACK, now)


def _out_by(row: Passing, person: Person, book: Book) -> LeaveSlip | None:
    slip = book.slip(person, row.written_at)
    going = {SlipState.APPROVED.value, SlipState.USED.value}
    return slip if slip is not None and slip.state in going else None


def _back_from(person: Person, book: Book) -> LeaveSlip | None:
    """The slip somebody is out by, also when he comes back too late."""
    slips = book.slips.get(person.pk, [])
    return next((s for s in slips if s.state == SlipState.USED.value), None)


def _mark(
    actor: Actor, row: Passing, slip: LeaveSlip, state: SlipState, now: dt.datetime
) -> None:
    row.slip = slip
    LeaveSlip.objects.filter(pk=slip.pk).update(state=state.value)
    audit.write(
        actor, "slip.used", slip, school=row.school_id, at=now, state=state.value
    )


def _follow(
    actor: Actor, row: Passing, of: Whom, told: Passage, now: dt.datetime
) -> None:
    """The trail, the waiting area, and whoever has to come."""
    audit.write(
        actor, "gate.pass", row, school=row.school_id, at=now, action=row.action,
        reason=row.reason, person=row.person_id, visit=row.visit_id, lane=row.lane,
    )  # fmt: skip
    if row.action == Action.PASSED.value:
        _waiting(row).update(state=Standing.DONE.value, done_at=now)
    if of.person is None or row.direction == Direction.OUT.value:
        return
    if row.state == Standing.WAITING.value:
        _tell("gate_hold", of.person, row, now)
    elif row.action == Action.PASSED.value and told.verdict is Verdict.HOLD:
        _tell("gate_differs", of.person, row, now)


def _tell(kind: str, person: Person, row: Passing, now: dt.datetime) -> None:
    if person.role != PersonRole.STUDENT.value:
        return
    teachers = inbox.holders(Role.CLASS_TEACHER, person.unit, now.date())
    waiting = Passing.objects.filter(
        school=row.school, day=row.day, state=Standing.WAITING.value,
        person__unit=person.unit_id,
    ).count()  # fmt: skip
    inbox.tell(
        kind, teachers, unit=row.school, klass=person.unit, count=max(waiting, 1),
        now=now, link=HELD_LINK,
    )  # fmt: skip


# ---- temperature --------------------------------------------------------------------


def _measured(
    actor: Actor, gate: Unit, of: Whom, scan: Scan, now: dt.datetime
) -> Answer:
    """A temperature taken at the gate: let be, measure again, or isolate 快隔离."""
    course = course_of(gate.school or gate, scan, now)
    row = _row(actor, gate, of, scan, now)
    row.count = 0
    _by_course(row, course, of, now)
    row.save(force_insert=True)
    _waiting(row).exclude(pk=row.pk).update(
        state=Standing.DONE.value, done_at=now
    )  # the second measurement settles the first
    audit.write(
        actor, "gate.measure", row, school=row.school_id, at=now, action=row.action,
        person=row.person_id, visit=row.visit_id,
    )  # fmt: skip
    if row.action == Action.ISOLATED.value and of.person is not None:
        _open_incident(actor, row, of.person, scan, now)
    held = course in {Course.REMEASURE, Course.ISOLATE}
    told = Passage(Verdict.HOLD, GateReason.PAPERS) if held else Passage(Verdict.PASS)
    return Answer(passage=told, name=of.name, place=of.place, row=row, course=course)


def course_of(school: Unit, scan: Scan, now: dt.datetime) -> Course:
    """What the day's lines say of a temperature at the gate."""
    reading = Reading(
        celsius=None if scan.celsius is None else Celsius(float(scan.celsius)),
        repeat=None if scan.again is None else Celsius(float(scan.again)),
        symptoms=frozenset(),
        present=True,
        at_gate=True,
    )
    return triage(reading, screening_of(school, scan.moment(now).date())).course


def _by_course(row: Passing, course: Course, of: Whom, now: dt.datetime) -> None:
    row.state, row.done_at = Standing.DONE.value, now
    if course is Course.REMEASURE:
        row.action, row.reason = Action.REMEASURED.value, ""
        row.state, row.done_at = Standing.WAITING.value, None
    elif course is Course.ISOLATE:
        away = of.person is None
        row.action = (Action.TURNED_AWAY if away else Action.ISOLATED).value
    else:
        row.action = Action.REMEASURED.value


def _open_incident(
    actor: Actor, row: Passing, person: Person, scan: Scan, now: dt.datetime
) -> None:
    opened = incidents.open_incident(
        actor, person=person, place=Spot.GATE.value, source=Origin.GATE.value,
        celsius=row.again or row.celsius, symptoms=("fever",), now=now,
        made_at=row.made_at, entry=uuid.uuid5(scan.entry, "incident"),
    )  # fmt: skip
    Passing.objects.filter(pk=row.pk).update(incident=opened.pk)
    row.incident = opened.pk


@transaction.atomic
def take(
    actor: Actor, row: Passing, now: dt.datetime, *, away: bool = False
) -> Passing:
    """Somebody leaves the waiting area: fetched by the class teacher, or turned away."""
    row = Passing.objects.select_for_update().get(pk=row.pk)
    if row.state != Standing.WAITING.value:
        return row
    row.state, row.done_at, row.done_by_id = Standing.DONE.value, now, actor.person_id
    if away:
        row.action, row.reason = Action.TURNED_AWAY.value, ""
    row.save()
    audit.write(
        actor, "gate.take", row, school=row.school_id, at=now, action=row.action
    )
    return row


# ---- a whole class, vehicles, goods ---------------------------------------------------


@transaction.atomic
def head_count(
    actor: Actor, gate: Unit, scan: Scan, now: dt.datetime, *, klass: Unit, count: int
) -> Passing:
    """A class of boarders is counted through; the newest count of the day holds.

    count: those who passed with the class, besides those who were scanned before.
    """
    school = gate.school or gate
    there = Passing.objects.filter(entry=scan.entry, school=school).first()
    if there is not None:
        return there
    most = len(boarders(klass, now.date()))
    if not 0 <= count <= most:
        raise Refused(_("{klass}寄宿生只有{n}人", klass=klass.name, n=most))
    moment = scan.moment(now)
    row = Passing(
        entry=scan.entry, unit=gate, school=school, day=moment.date(), at=now,
        made_at=scan.made_at and moment, by_id=actor.person_id, acting=actor.acting,
        kind=PassingKind.CLASS.value, direction=scan.direction.value,
        lane=min(max(scan.lane, 1), LANES), klass=klass, count=count,
        action=Action.PASSED.value, state=Standing.DONE.value, done_at=now,
    )  # fmt: skip
    _supersede(row)
    row.save(force_insert=True)
    _recount(row)
    audit.write(
        actor, "gate.class", row, school=school, at=now, klass=klass.pk, count=count
    )
    return row


def _supersede(row: Passing) -> None:
    """Of two counts of a class the one made later holds, whichever came first."""
    current = _counts(row).select_for_update().first()
    if current is None:
        return
    if current.written_at > row.written_at:
        row.state = REPLACED
        return
    Passing.objects.filter(pk=current.pk).update(state=REPLACED)
    row.replaces = current


def _counts(row: Passing) -> QuerySet[Passing, Passing]:
    rows = in_force(Passing.objects.filter(kind=PassingKind.CLASS.value))
    return rows.filter(klass=row.klass, day=row.day, direction=row.direction)


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """A vehicle or goods at the gate."""

    kind: PassingKind
    host: Person
    what: str
    plate: str = ""
    pieces: int = 1


@transaction.atomic
def bring(
    actor: Actor, gate: Unit, load: Load, scan: Scan, now: dt.datetime
) -> Passing:
    """Note a vehicle or goods, with whoever expects them."""
    school = gate.school or gate
    there = Passing.objects.filter(entry=scan.entry, school=school).first()
    if there is not None:
        return there
    moment = scan.moment(now)
    row = Passing(
        entry=scan.entry, unit=gate, school=school, day=moment.date(), at=now,
        made_at=scan.made_at and moment, by_id=actor.person_id, acting=actor.acting,
        kind=load.kind.value, direction=scan.direction.value, lane=scan.lane,
        host=load.host, what=load.what.strip(), plate=load.plate.strip().upper(),
        count=load.pieces, action=Action.PASSED.value, state=Standing.DONE.value,
        done_at=now,
    )  # fmt: skip
    row.save(force_insert=True)
    audit.write(
        actor, "gate.bring", row, school=school, at=now, kind=row.kind, host=row.host_id
    )
    return row


# ---- how many passed ------------------------------------------------------------------


def boarders(klass: Unit, day: dt.date) -> list[Person]:
    """Pupils of a class who sleep at school."""
    school = klass.school or klass
    rows = listed(school, day).filter(unit=klass, boards=True)
    return list(rows.filter(role=PersonRole.STUDENT.value))


def _recount(row: Passing) -> None:
    """Work out again who counts, from all entries of the class's or the person's day."""
    unit = row.klass or (row.person.unit if row.person else None)
    if unit is None:
        return
    rows = _entries(unit, row.day)
    counts = counted(rows, {person.pk for person in boarders(unit, row.day)})
    for one in rows:
        if one.kind == PassingKind.PERSON.value and one.count != counts[one.pk]:
            Passing.objects.filter(pk=one.pk).update(count=counts[one.pk])


def _entries(unit: Unit, day: dt.date) -> list[Passing]:
    """Entries of a class's day in which somebody passed, in the order they were made."""
    rows = in_force(Passing.objects.filter(day=day, action=Action.PASSED.value))
    persons = list(rows.filter(kind=PassingKind.PERSON.value, person__unit=unit))
    classes = list(rows.filter(kind=PassingKind.CLASS.value, klass=unit))
    return sorted([*classes, *persons], key=_order)


def _order(row: Passing) -> tuple[dt.datetime, bool, str]:
    """By when it was made; at one moment the class before its pupils."""
    return row.written_at, row.kind == PassingKind.PERSON.value, str(row.entry)


def counted(rows: Sequence[Passing], boarding: Iterable[int]) -> dict[int, int]:
    """How many each entry counts for: who goes the same way twice counts once.

    After a class was counted, so many of its boarders count as were still missing.
    """
    boards = set(boarding)
    last: dict[int, str] = {}
    left: dict[str, int] = {}
    found: dict[int, int] = {}
    for row in rows:
        if row.kind == PassingKind.CLASS.value:
            through = sum(last.get(person) == row.direction for person in boards)
            left[row.direction] = len(boards) - through - row.count
            found[row.pk] = row.count
            continue
        person = row.person_id or 0
        fresh = last.get(person) != row.direction
        if fresh and person in boards and person not in last and row.direction in left:
            fresh = left[row.direction] > 0
            left[row.direction] -= 1
        last[person] = row.direction
        found[row.pk] = int(fresh)
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """The three numbers at the foot of the guard's page."""

    passed: int
    missing: int | None
    """Of those whose hour it is; None: no hour runs now."""
    waiting: int


def figures(gate: Unit, lane: int, book: Book, now: dt.datetime) -> Figures:
    """How many went in here, who is still to come in this hour, who waits."""
    school = gate.school or gate
    today = in_force(Passing.objects.filter(school=school, day=now.date()))
    inward = today.filter(direction=Direction.IN.value, action=Action.PASSED.value)
    people = inward.exclude(
        kind__in=[PassingKind.GOODS.value, PassingKind.VEHICLE.value]
    )
    here = people.filter(unit=gate, lane=lane).aggregate(n=Sum("count"))["n"]
    waiting = today.filter(unit=gate, state=Standing.WAITING.value).count()
    window, due = book.coming(now)
    came = set(inward.exclude(person=None).values_list("person", flat=True))
    missing = sum(person.pk not in came for person in due)
    return Figures(
        passed=here or 0, missing=missing if window else None, waiting=waiting
    )


# ---- visits, slips, badges ------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Visiting:
    """Who comes, to whom, why, when."""

    host: Person
    name: str
    reason: str
    starts: dt.datetime
    ends: dt.datetime
    company: str = ""
    phone: str = ""
    count: int = 1
    plate: str = ""
    well: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Leave:
    """Who leaves, why, when."""

    person: Person
    reason: str
    starts: dt.datetime
    ends: dt.datetime
    with_guardian: bool = True
    note: str = ""


@transaction.atomic
def visit(
    actor: Actor,
    school: Unit,
    of: Visiting,
    now: dt.datetime,
    entry: uuid.UUID | None = None,
) -> Visit:
    """Register a visit; a host who does it himself has agreed, any other is asked."""
    there = entry and Visit.objects.filter(entry=entry, school=school).first()
    if there:
        return there
    _span(of.starts, of.ends, now)
    own = of.host.pk == actor.person_id
    row = Visit.objects.create(
        entry=entry or uuid.uuid4(), unit=school, school=school,
        day=of.starts.astimezone(now.tzinfo).date(), at=now, by_id=actor.person_id,
        acting=actor.acting, host=of.host, name=of.name.strip(),
        company=of.company.strip(), phone=of.phone.strip(),
        phone_last=of.phone.strip()[-4:], reason=of.reason.strip(), count=of.count,
        plate=of.plate.strip().upper(), starts=of.starts, ends=of.ends, well=of.well,
        state=(VisitState.APPROVED if own else VisitState.ASKED).value,
    )  # fmt: skip
    audit.write(
        actor, "visit.ask", row, school=school, at=now, host=of.host.pk, state=row.state
    )
    if not own:
        inbox.tell(
            "visit_asked", [of.host], unit=school, count=1, now=now, link=VISITS_LINK
        )
    return row


@transaction.atomic
def answer_visit(actor: Actor, row: Visit, now: dt.datetime, *, yes: bool) -> Visit:
    """The host, or the principal, agrees to a visit or does not."""
    row = Visit.objects.select_for_update().get(pk=row.pk)
    if actor.person_id != row.host_id and actor.role is not Role.PRINCIPAL:
        raise Refused(_("只有被访人和校长能答应"))
    if row.state not in {VisitState.ASKED.value, VisitState.APPROVED.value}:
        return row
    row.state = (VisitState.APPROVED if yes else VisitState.REFUSED).value
    row.save(update_fields=["state"])
    audit.write(
        actor, "visit.answer", row, school=row.school_id, at=now, state=row.state
    )
    return row


@transaction.atomic
def slip(
    actor: Actor, of: Leave, now: dt.datetime, entry: uuid.UUID | None = None
) -> LeaveSlip:
    """Ask for a pupil's leave; grade head and principal are told."""
    there = entry and LeaveSlip.objects.filter(entry=entry).first()
    if there:
        return there
    _span(of.starts, of.ends, now)
    person = of.person
    school = person.school or person.unit
    row = LeaveSlip.objects.create(
        entry=entry or uuid.uuid4(), unit=person.unit, school=school,
        day=of.starts.astimezone(now.tzinfo).date(), at=now, by_id=actor.person_id,
        acting=actor.acting, state=SlipState.ASKED.value, person=person,
        reason=of.reason, starts=of.starts, ends=of.ends,
        with_guardian=of.with_guardian, note=of.note.strip(),
    )  # fmt: skip
    audit.write(actor, "slip.ask", row, school=school, at=now, person=person.pk)
    waiting = LeaveSlip.objects.filter(unit=row.unit, state=SlipState.ASKED.value)
    roles = (Role.GRADE_HEAD, Role.PRINCIPAL)
    inbox.tell(
        "leave_sign", inbox.holders(roles, person.unit, now.date()), unit=school,
        klass=person.unit, count=waiting.count(), now=now, link=SLIPS_LINK,
    )  # fmt: skip
    return row


@transaction.atomic
def answer_slip(
    actor: Actor, row: LeaveSlip, now: dt.datetime, *, yes: bool
) -> LeaveSlip:
    """Approve or refuse a leave slip; nobody approves his own."""
    row = LeaveSlip.objects.select_for_update().get(pk=row.pk)
    if actor.person_id is None or row.by_id == actor.person_id:
        raise Refused(_("自己申请的，请另一个人批"))
    if row.state != SlipState.ASKED.value:
        return row
    row.state = (SlipState.APPROVED if yes else SlipState.REFUSED).value
    row.approved_by_id = actor.person_id
    row.done_at = now
    row.save(update_fields=["state", "approved_by", "done_at"])
    audit.write(
        actor, "slip.answer", row, school=row.school_id, at=now, state=row.state
    )
    return row


def _span(starts: dt.datetime, ends: dt.datetime, now: dt.datetime) -> None:
    if not starts < ends:
        raise Refused(_("结束时间要晚于开始时间"))
    if ends <= now:
        raise Refused(_("这段时间已经过去了"))


@transaction.atomic
def make_badges(
    actor: Actor,
    klass: Unit,
    people: Sequence[Person],
    until: dt.date,
    now: dt.datetime,
) -> list[Badge]:
    """Print badges anew; those printed before stop working."""
    if until < now.date():
        raise Refused(_("有效期要到今天以后"))
    made = []
    for person in people:
        badge, fresh = Badge.objects.select_for_update().get_or_create(
            person=person,
            defaults={"until": until, "by_id": actor.person_id, "at": now},
        )
        if not fresh:
            badge.number, badge.until, badge.at = badge.number + 1, until, now
            badge.by_id = actor.person_id
            badge.save()
        made.append(badge)
    audit.write(
        actor, "badges", klass, school=klass.school or klass, at=now, count=len(made)
    )
    return made


def reasons_of(
    people: Iterable[Person], school: Unit, day: dt.date
) -> dict[int, tuple[Hold, ...]]:
    """True reasons of holds, for those who may see them."""
    found = holds(school, day, [person.pk for person in people])
    return {person: tuple(sorted(why)) for person, why in found.items()}
