"""The demo's day: what has been done in it by 07:42, through the flows that people use.

The holiday survey is answered, yesterday is reported, this morning's checks are half in:
an incident runs, a class has an alarm, one school has sent nothing, and the classes of
the accounts that one can log in with still wait; one of them owes last evening's check.
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from bihuan.base.random import below, key, uniform
from bihuan.base.units import Celsius
from bihuan.base.wording import N_, _
from bihuan.plan.words import Role as PersonRole
from bihuan.rules.absence import Trace
from bihuan.rules.access import Role
from bihuan.rules.book import load
from bihuan.rules.incident_clock import Step
from bihuan.rules.passage import Verdict
from bihuan.rules.triage import Symptom
from bihuan.web.flows import (
    absences,
    checklist,
    daily,
    gate,
    isolation,
    morning,
    survey,
)
from bihuan.web.flows.checklist import Wanted
from bihuan.web.flows.incidents import list_contacts, step
from bihuan.web.ledgers.absences.models import Absence
from bihuan.web.ledgers.checks.entry import CheckEntry, ExceptionEntry
from bihuan.web.ledgers.checks.models import Kind, Slot
from bihuan.web.ledgers.gate.entry import Scan
from bihuan.web.ledgers.incidents.models import Incident
from bihuan.web.ledgers.isolation.models import Room
from bihuan.web.org.models import Assignment, Person, Unit, UnitKind
from bihuan.web.org.scope import Actor

SILENT: Final = "KQZX"
"""The school that has not reported this morning."""
OWED: Final = "teacher"
"""Account whose class has not sent last evening's check."""
FIRST_TWO: Final = 2
"""Pupils of that class who were ill yesterday."""
SICK: Final = 0.012
"""Share of pupils who are ill on a day (assumed)."""
SEVEN: Final = dt.time(7, 5)
UNASKED: Final = 29
"""Of so many classes one has not answered the survey."""
CLUSTER: Final = 4
"""Pupils of one class who are ill with the same, so that an alarm fires."""
SATURDAY: Final = 5
FLU: Final = frozenset({Symptom.FEVER, Symptom.COUGH, Symptom.SORE_THROAT})
COMMON: Final = (
    frozenset({Symptom.HEADACHE}),
    frozenset({Symptom.DIZZINESS}),
    frozenset({Symptom.RED_EYES}),
)
COMMON_COLD: Final = (Symptom.COUGH, Symptom.HEADACHE)
NOON: Final = dt.time(14, 5)
EVENING: Final = dt.time(21, 35)
UNTRACED: Final = 12
"""Of so many absences of yesterday one was not followed up."""
MET: Final = 60
PASSED: Final = 40
HELD: Final = 2
"""Day pupils who stood at the gate so far, how many went in, how many wait."""
LISTED: Final = {
    "O10": N_("查阅资料"),
    "O12": N_("现场连线"),
    "O13": N_("查阅资料"),
    "O14": N_("现场演示"),
    "N4a": N_("查阅资料"),
    "N4c": N_("查阅资料"),
    "N4d": N_("随机访谈"),
    "N15a": N_("照片"),
    "N17": N_("查阅资料"),
    "N19d": N_("随机访谈"),
}
"""Rows of the rule book on the demo's checklist, and how each is verified."""
YESTERDAY: Final = ("SYGZ", "SANG")
"""Schools whose yesterday is told too."""


@dataclass(frozen=True, slots=True)
class Klass:
    """A class, its teacher and its pupils by seat."""

    unit: Unit
    teacher: Actor
    pupils: Sequence[Person]


def live(bureau: Unit, shown: Unit, now: dt.datetime) -> None:
    """Let everything happen that has happened by now."""
    yesterday = before(now.date())
    classes = list(_classes(bureau))
    waiting = _tried()
    marked = _marks(classes, shown, waiting)
    _survey(bureau, classes, now)
    for number, klass in enumerate(classes):
        if _told(klass):
            _yesterday(
                klass, number, dt.datetime.combine(yesterday, SEVEN, now.tzinfo),
                waiting.get(klass.unit.pk, ""),
                whole=klass.unit.school == shown,
            )  # fmt: skip
    _trace(bureau, yesterday, now)
    _daily(bureau, yesterday, now)
    for number, klass in enumerate(classes):
        silent = klass.unit.school and klass.unit.school.code == SILENT
        if klass.unit.pk in waiting or silent:
            continue
        before_it = yesterday if _told(klass) else None
        ill, back = _morning(klass, before_it, now.date(), marked)
        _check(klass, ill, _at(now.date(), number, now), back=back)
    _isolate(shown, now)
    _gate(shown, now)
    _checklist(bureau, now)


def _told(klass: Klass) -> bool:
    return klass.unit.school is not None and klass.unit.school.code in YESTERDAY


def _morning(
    klass: Klass, yesterday: dt.date | None, day: dt.date, marked: Mapping[int, int]
) -> tuple[dict[int, ExceptionEntry], frozenset[int]]:
    """Who is not normal this morning, and who was ill yesterday and is there again."""
    ill = _ill(klass, day) | dict(_marked(klass, day, marked))
    were = _ill(klass, yesterday) if yesterday else {}
    sick = {pk: one for pk, one in were.items() if one.kind is Kind.SICK}
    still = {pk: one for pk, one in sick.items() if below(2, 0, "demo still", pk)}
    return still | ill, frozenset(sick.keys() - still.keys() - ill.keys())


def _marks(
    classes: Sequence[Klass], shown: Unit, waiting: Mapping[int, str]
) -> dict[int, int]:
    """Classes at the top of the shown school with something to see; how many are ill there."""
    own = [k.unit for k in classes if k.unit.school == shown]
    top = max(unit.level for unit in own)
    free = [unit.pk for unit in own if unit.level == top and unit.pk not in waiting]
    return dict(zip(free, (CLUSTER, 1), strict=False))


def _tried() -> dict[int, str]:
    """The classes of the teachers one can log in as, with the account's name."""
    held = Assignment.objects.filter(
        role=Role.CLASS_TEACHER.value, person__account__demo_of=Role.CLASS_TEACHER.value
    )
    return dict(held.values_list("unit", "person__account__username"))


def _yesterday(
    klass: Klass, number: int, seven: dt.datetime, account: str, *, whole: bool
) -> None:
    """A class's checks of the day before, all three if whole; one owes the evening's."""
    day = seven.date()
    ill = _ill(klass, day)
    if account == OWED:
        for place, person in enumerate(klass.pupils[:FIRST_TWO]):
            ill[person.pk] = _sick(person, frozenset({COMMON_COLD[place]}))

    def at(when: dt.time) -> dt.datetime:
        later = dt.timedelta(minutes=number % 9)
        return dt.datetime.combine(day, when, seven.tzinfo) + later

    _check(klass, ill, at(SEVEN))
    if not whole:
        return
    _check(klass, ill, at(NOON), Slot.NOON)
    boards = {person.pk for person in klass.pupils if person.boards}
    if account != OWED and boards:
        evening = {pk: one for pk, one in ill.items() if pk in boards}
        _check(klass, evening, at(EVENING), Slot.EVENING)


def _trace(bureau: Unit, day: dt.date, now: dt.datetime) -> None:
    """Yesterday's absences are followed up but for a few."""
    evening = dt.datetime.combine(day, dt.time(17), now.tzinfo)
    rows = Absence.objects.filter(unit__path__startswith=bureau.path, day=day)
    for number, row in enumerate(rows.order_by("pk")):
        if number % UNTRACED == 0:
            continue
        teacher = who(Role.CLASS_TEACHER, row.unit, now.date())
        told = absences.StepEntry(
            after=Trace.FIRST, entry=_entry("trace", number), contact="电话",
            symptoms=frozenset(map(Symptom, row.symptoms)) or frozenset({Symptom.UNKNOWN}),
            onset=day,
        )  # fmt: skip
        absences.step(teacher, row, told, evening)


def before(day: dt.date) -> dt.date:
    """The school day before."""
    day -= dt.timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day -= dt.timedelta(days=1)
    return day


def who(role: Role, unit: Unit, day: dt.date) -> Actor:
    """Somebody who holds a role at a unit."""
    row = Assignment.objects.filter(role=role.value, unit=unit, since__lte=day)
    held = row.order_by("deputy", "pk")[0]
    return Actor(account_id=None, person_id=held.person_id, role=role)


def _classes(bureau: Unit) -> Iterator[Klass]:
    """Every class that has a teacher, with its pupils, in two questions."""
    held = Assignment.objects.filter(
        role=Role.CLASS_TEACHER.value, unit__path__startswith=bureau.path, until=None
    ).select_related("unit", "unit__school")
    pupils: dict[int, list[Person]] = {}
    rows = Person.objects.filter(
        unit__path__startswith=bureau.path, role=PersonRole.STUDENT.value, left_on=None
    )
    for person in rows.order_by("seat"):
        pupils.setdefault(person.unit_id, []).append(person)
    for row in held.order_by("unit__path"):
        actor = Actor(None, row.person_id, Role.CLASS_TEACHER)
        yield Klass(row.unit, actor, pupils.get(row.unit_id, ()))


def _at(day: dt.date, number: int, now: dt.datetime) -> dt.datetime:
    """When a class hands its check in: between 07:05 and 07:40."""
    start = dt.datetime.combine(day, SEVEN, now.tzinfo)
    return start + dt.timedelta(seconds=60 * below(35, 0, "demo at", number))


def _ill(klass: Klass, day: dt.date) -> dict[int, ExceptionEntry]:
    """Who is not normal in a class on a day, by person."""
    found = {}
    for person in klass.pupils:
        draw = uniform(0, "demo ill", person.pk, day.toordinal())
        if draw < SICK / 4:
            found[person.pk] = ExceptionEntry(person=person.pk, kind=Kind.LEAVE)
        elif draw < SICK:
            found[person.pk] = _sick(
                person, COMMON[below(len(COMMON), 0, "demo what", person.pk)]
            )
    return found


def _sick(person: Person, symptoms: frozenset[Symptom]) -> ExceptionEntry:
    return ExceptionEntry(person=person.pk, kind=Kind.SICK, symptoms=symptoms)


def _marked(
    klass: Klass, day: dt.date, marked: Mapping[int, int]
) -> Iterator[tuple[int, ExceptionEntry]]:
    """Several of a marked class have the same; where it is one, he is there with fever."""
    many = marked.get(klass.unit.pk, 0)
    for person in klass.pupils[2 : 2 + many]:
        yield (
            person.pk,
            ExceptionEntry(
                person=person.pk,
                kind=Kind.UNWELL if many == 1 else Kind.SICK,
                symptoms=FLU,
                celsius=HOT,
                onset=day,
            ),
        )


HOT: Final = Celsius(38.4)


def _check(
    klass: Klass,
    ill: Mapping[int, ExceptionEntry],
    at: dt.datetime,
    slot: Slot = Slot.MORNING,
    *,
    back: frozenset[int] = frozenset(),
) -> None:
    entry = CheckEntry(
        entry=_entry(f"check {slot.value}", klass.unit.pk, at.date().toordinal()),
        slot=slot,
        day=at.date(),
        expected=len(klass.pupils),
        exceptions=tuple(ill.values()),
        back=back,
    )
    morning.submit_check(klass.teacher, klass.unit, entry, at)


def _entry(stream: str, *counters: int) -> uuid.UUID:
    """A number for an entry that is the same in every demo."""
    high, low = key(0, stream, *counters), key(1, stream, *counters)
    return uuid.UUID(int=high << 64 | low, version=4)


def _survey(bureau: Unit, classes: Sequence[Klass], now: dt.datetime) -> None:
    """The survey before the return: nearly all have answered, a few had travelled."""
    office = who(Role.BUREAU_OFFICE, bureau, now.date())
    day = now.date()
    opened = now - dt.timedelta(days=3)
    of = survey.open_round(
        office, bureau, name="返校前行踪健康排查", since=day - dt.timedelta(days=14),
        returns_on=day, due=now - dt.timedelta(hours=12), now=opened,
    )  # fmt: skip
    for number, klass in enumerate(classes):
        if number % UNASKED == 1 or not klass.pupils:
            continue
        at = opened + dt.timedelta(hours=4 + number % 30)
        if number % 9 == 1:
            said = survey.Said(
                travelled=True, place="邻市", transport="自驾",
                arrived_on=day - dt.timedelta(days=2 + number % 5),
            )  # fmt: skip
            survey.answer(
                klass.teacher, of, klass.pupils[number % len(klass.pupils)], said,
                entry=_entry("survey", number), now=at,
            )  # fmt: skip
        survey.answer_rest(
            klass.teacher, of, klass.pupils, entry=_entry("rest", number), now=at
        )


def _daily(bureau: Unit, day: dt.date, now: dt.datetime) -> None:
    """Yesterday's report of the schools whose yesterday is told is filled and signed."""
    evening = dt.datetime.combine(day, dt.time(16, 30), now.tzinfo)
    for school in _schools(bureau):
        if school.code not in YESTERDAY:
            continue
        doctor = who(Role.SCHOOL_DOCTOR, school, now.date())
        row = daily.fill(doctor, school, day, evening)
        head = who(Role.PRINCIPAL, school, now.date())
        daily.sign(head, row, evening + dt.timedelta(minutes=20))


def _schools(bureau: Unit) -> list[Unit]:
    """Schools that have classes."""
    with_classes = Unit.objects.filter(
        path__startswith=bureau.path, kind=UnitKind.CLASS.value
    ).values("school")
    return list(Unit.objects.filter(pk__in=with_classes).order_by("path"))


def _isolate(shown: Unit, now: dt.datetime) -> None:
    """The doctor has the rooms in hand, and the pupil with fever in one of them."""
    doctor = who(Role.SCHOOL_DOCTOR, shown, now.date())
    isolation.bring_rooms(doctor, shown, now)
    for room in Room.objects.filter(school=shown):
        listed = isolation.checklist_of(room, now.date())
        isolation.answer_checklist(
            doctor, room, {row.code: True for row in listed}, now
        )
    incident = Incident.objects.filter(school=shown, day=now.date()).last()
    if incident is not None:
        _care(doctor, incident, now)


def _care(doctor: Actor, incident: Incident, now: dt.datetime) -> None:
    """Within a quarter of an hour the pupil is masked, apart, measured; contacts are listed."""

    def at(minutes: int) -> dt.datetime:
        return min(incident.opened_at + dt.timedelta(minutes=minutes), now)

    step(doctor, incident, Step.MASKED, at(2))
    room = Room.objects.filter(school=incident.school).order_by("pk")[0]
    isolation.come(doctor, incident.person, room, at(6), incident=incident)
    step(doctor, incident, Step.REMEASURED, at(8), again=Decimal("38.1"))
    step(doctor, incident, Step.HEAD, at(9))
    step(doctor, incident, Step.GUARDIAN, at(10), note=_("电话"))
    list_contacts(doctor, incident, at(12))


def _gate(shown: Unit, now: dt.datetime) -> None:
    """Day pupils come in through the first gate; a few are held."""
    door = Unit.objects.filter(school=shown, kind=UnitKind.GATE.value).order_by("path")[
        0
    ]
    guard = who(Role.GATE_GUARD, door, now.date())
    rows = Person.objects.filter(
        school=shown, role=PersonRole.STUDENT.value, boards=False, left_on=None
    )
    came = {Verdict.PASS: PASSED, Verdict.HOLD: HELD}
    for number, person in enumerate(rows.order_by("seat", "pk")[:MET]):
        at = now - dt.timedelta(seconds=20 * (MET - number))
        verdict = gate.decide(person, at).verdict
        if came.get(verdict, 0):
            came[verdict] -= 1
            entry = _entry("gate", number)
            scan = Scan(entry=entry, person=person.pk, lane=1 + number % 3)
            gate.pass_gate(guard, door, scan, at)


def _checklist(bureau: Unit, now: dt.datetime) -> None:
    """The bureau's checklist: rows of the rule book that hold today, each with its document.

    The bureau's own ten items 十个坚决到位 are its own paper, and are not made up here.
    """
    book = load()
    rows = {rule.code: rule for rule in book.on(now.date()).rules}
    titles = {document.code: document.title for document in book.documents}
    wanted = [
        Wanted(rows[code].name, _(how), titles[rows[code].document][:120])
        for code, how in LISTED.items()
        if code in rows
    ]
    checklist.put_items(
        who(Role.BUREAU_OFFICE, bureau, now.date()), bureau, wanted, now
    )
