"""The demo's day: what has been done in it by 07:42, through the flows that people use.

The holiday survey is answered, yesterday is reported, this morning's checks are half in:
an incident runs, a class has an alarm, one school has sent nothing.
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bihuan.base.random import below, key, uniform
from bihuan.base.units import Celsius
from bihuan.plan.words import Role as PersonRole
from bihuan.rules.access import Role
from bihuan.rules.incident_clock import Step
from bihuan.rules.triage import Symptom
from bihuan.web.flows import daily, gate, isolation, morning, survey
from bihuan.web.flows.incidents import step
from bihuan.web.ledgers.checks.entry import CheckEntry, ExceptionEntry
from bihuan.web.ledgers.checks.models import Kind, Slot
from bihuan.web.ledgers.gate.entry import Scan
from bihuan.web.ledgers.incidents.models import Incident
from bihuan.web.ledgers.isolation.models import Room
from bihuan.web.org.models import Assignment, Person, Unit, UnitKind
from bihuan.web.org.scope import Actor

SILENT: Final = "KQZX"
"""The school that has not reported this morning."""
WAITING: Final = 2
"""Classes at the top of the shown school that are left for whoever tries the demo."""
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
    _survey(bureau, classes, now)
    for number, klass in enumerate(classes):
        at = _at(yesterday, number, now)
        if klass.unit.school and klass.unit.school.code not in YESTERDAY:
            continue
        _check(klass, _ill(klass, yesterday, shown), at)
    _daily(bureau, yesterday, now)
    waiting = 0
    for number, klass in enumerate(classes):
        if klass.unit.school == shown and klass.unit.level == _top(classes, shown):
            waiting += 1
            if waiting <= WAITING:
                continue
        if klass.unit.school and klass.unit.school.code == SILENT:
            continue
        _check(klass, _ill(klass, now.date(), shown), _at(now.date(), number, now))
    _isolate(shown, now)
    _gate(shown, now)


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


def _top(classes: Sequence[Klass], school: Unit) -> int:
    return max(k.unit.level for k in classes if k.unit.school == school)


def _at(day: dt.date, number: int, now: dt.datetime) -> dt.datetime:
    """When a class hands its check in: between 07:05 and 07:40."""
    start = dt.datetime.combine(day, SEVEN, now.tzinfo)
    return start + dt.timedelta(seconds=60 * below(35, 0, "demo at", number))


def _ill(klass: Klass, day: dt.date, shown: Unit) -> tuple[ExceptionEntry, ...]:
    """Who is not normal in a class on a day."""
    found = dict(_cluster(klass, day, shown))
    for person in klass.pupils:
        draw = uniform(0, "demo ill", person.pk, day.toordinal())
        if person.pk not in found and draw < SICK:
            said = COMMON[below(len(COMMON), 0, "demo what", person.pk)]
            kind = Kind.LEAVE if draw < SICK / 4 else Kind.SICK
            found[person.pk] = ExceptionEntry(
                person=person.pk,
                kind=kind,
                symptoms=said if kind is Kind.SICK else frozenset(),
                celsius=None,
            )
    return tuple(found.values())


def _cluster(
    klass: Klass, day: dt.date, shown: Unit
) -> Iterator[tuple[int, ExceptionEntry]]:
    """In one class of the shown school several have the same; in another one has fever."""
    if klass.unit.school != shown or klass.unit.code not in MARKED:
        return
    for person in klass.pupils[2 : 2 + MARKED[klass.unit.code]]:
        yield (
            person.pk,
            ExceptionEntry(
                person=person.pk,
                kind=Kind.UNWELL if klass.unit.code == ONE_HOT else Kind.SICK,
                symptoms=FLU,
                celsius=Celsius(38.4),
                onset=day,
            ),
        )


ONE_HOT: Final = "高三(7)班"
MARKED: Final = {"高三(5)班": CLUSTER, ONE_HOT: 1}
"""Classes with something to see, and how many pupils are ill in them."""


def _check(
    klass: Klass, exceptions: tuple[ExceptionEntry, ...], at: dt.datetime
) -> None:
    entry = CheckEntry(
        entry=_entry("check", klass.unit.pk, at.date().toordinal()),
        slot=Slot.MORNING,
        day=at.date(),
        expected=len(klass.pupils),
        exceptions=exceptions,
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
    incident = Incident.objects.filter(school=shown, unit__code=ONE_HOT).last()
    if incident is None or incident.day != now.date():
        return
    at = incident.opened_at
    for minutes, which in ((3, Step.MASKED), (8, Step.HEAD)):
        step(doctor, incident, which, min(at + dt.timedelta(minutes=minutes), now))


def _gate(shown: Unit, now: dt.datetime) -> None:
    """Day pupils come in through the first gate."""
    door = Unit.objects.filter(school=shown, kind=UnitKind.GATE.value).order_by("path")[
        0
    ]
    guard = who(Role.GATE_GUARD, door, now.date())
    rows = Person.objects.filter(
        school=shown, role=PersonRole.STUDENT.value, boards=False, left_on=None
    )
    for number, person in enumerate(rows.order_by("pk")[:24]):
        scan = Scan(entry=_entry("gate", number), person=person.pk, lane=1 + number % 3)
        gate.pass_gate(guard, door, scan, now - dt.timedelta(minutes=25 - number))
