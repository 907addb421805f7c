"""Who was together with somebody in the last days: rolls of bed, desk, table, bus, class, lessons."""

import datetime as dt
import math
from collections.abc import Iterator
from typing import Final

from django.db.models import Q, QuerySet

from bihuan.base.units import Days
from bihuan.plan.days import day_kinds
from bihuan.plan.plan import Plan
from bihuan.plan.roster.splits import homes
from bihuan.plan.words import Role as PersonRole
from bihuan.rules.contacts_of import Roll, Source
from bihuan.web.org.models import Guardianship, Person, UnitKind
from bihuan.web.org.policy import policy_of

LOOK_BACK: Final = Days(4)
"""Days before being found for which contacts are listed, that day among them."""


def rolls_of(person: Person, until: dt.date) -> tuple[Roll, ...]:
    """Every roll that may name contacts; one that should be there and is not has no persons."""
    return (
        *_dormitory(person),
        *_desk(person),
        *_table(person),
        *_bus(person),
        *_class(person),
        *_lessons(person, until),
        *_household(person),
    )


def _people(person: Person) -> "QuerySet[Person]":
    """Those of the same school who have not left."""
    here = Person.objects.filter(school=person.school_id, left_on=None)
    return here.exclude(pk=person.pk).exclude(role="guardian")


def _roll(
    source: Source, people: "QuerySet[Person] | None", day: dt.date | None = None
) -> Roll:
    if people is None:
        return Roll(source=source, day=day, persons=None)
    keys = frozenset(str(pk) for pk in people.values_list("pk", flat=True))
    return Roll(source=source, day=day, persons=keys)


def _dormitory(person: Person) -> Iterator[Roll]:
    if person.room_id:
        yield _roll(Source.DORM_ROOM, _people(person).filter(room=person.room_id))
    elif person.boards:
        yield _roll(Source.DORM_ROOM, None)


def _desk(person: Person) -> Iterator[Roll]:
    if person.role != PersonRole.STUDENT.value:
        return
    if not person.seat:
        yield _roll(Source.SEAT, None)
        return
    near = beside(person.seat, _columns(person))
    yield _roll(Source.SEAT, _people(person).filter(unit=person.unit_id, seat__in=near))


def _columns(person: Person) -> int:
    """Desks in a row: the plan's, else as many as a square room has."""
    plan = policy_of(person.school).plan if person.school else None
    rows = plan.classes if plan else ()
    given = [row.columns for row in rows if row.code == person.unit.code]
    size = person.unit.size or person.seat
    return given[0] if given and given[0] else max(1, math.ceil(math.sqrt(size)))


def beside(seat: int, columns: int) -> frozenset[int]:
    """Seats around a seat, counted from 1 row by row."""
    row, column = divmod(seat - 1, columns)
    return frozenset(
        (row + down) * columns + column + right + 1
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
        if (down or right) and 0 <= column + right < columns and row + down >= 0
    )


def _table(person: Person) -> Iterator[Roll]:
    if person.table:
        same = _people(person).filter(table=person.table, hall=person.hall)
        if not person.hall:  # tables are then counted within the class
            same = same.filter(unit=person.unit_id)
        yield _roll(Source.TABLE, same)
    elif person.hall:
        yield _roll(Source.TABLE, None)


def _bus(person: Person) -> Iterator[Roll]:
    if person.bus:
        yield _roll(Source.BUS, _people(person).filter(bus=person.bus))


def _class(person: Person) -> Iterator[Roll]:
    if person.unit.kind in (UnitKind.CLASS.value, UnitKind.STAFF.value):
        yield _roll(Source.CLASS, _people(person).filter(unit=person.unit_id))


def _household(person: Person) -> Iterator[Roll]:
    """Siblings at the same school, as the guardians tell."""
    guardians = Guardianship.objects.filter(child=person, until=None)
    same = Guardianship.objects.filter(
        guardian__in=guardians.values("guardian"), until=None
    )
    kin = _people(person).filter(pk__in=same.values("child"))
    if kin.exists():
        yield _roll(Source.HOUSEHOLD, kin)


def _lessons(person: Person, until: dt.date) -> Iterator[Roll]:
    """Other classes and the teachers of the lessons of each day; no timetable: not known."""
    school = person.school
    plan = policy_of(school).plan if school else None
    if school is None or plan is None or not plan.lessons:
        yield _roll(Source.LESSON, None)
        return
    for day in (until - dt.timedelta(days=back) for back in range(LOOK_BACK)):
        classes, teachers = _met(plan, person, day)
        if classes or teachers:
            pupils = Q(unit__kind=UnitKind.CLASS.value, unit__code__in=classes)
            here = _people(person).filter(pupils | Q(code__in=teachers))
            yield _roll(Source.LESSON, here, day)


def _met(
    plan: Plan, person: Person, day: dt.date
) -> tuple[frozenset[str], frozenset[str]]:
    """Codes of the other classes, and of teachers, that somebody had lessons with."""
    kind = _kind_of(plan, day)
    home = {str(part): str(whole) for part, whole in homes(plan.classes).items()}
    own = person.unit.code
    classes: set[str] = set()
    teachers: set[str] = set()
    for lesson in plan.lessons:
        met = {home.get(code, code) for code in lesson.classes}
        if lesson.day == kind + 1 and (own in met or person.code in lesson.teachers):
            classes |= met
            teachers |= set(lesson.teachers)
    teachers.discard("")
    return frozenset(classes - {own}), frozenset(teachers - {person.code})


def _kind_of(plan: Plan, day: dt.date) -> int:
    """Which day of the timetable's cycle a day is; none of them on a day without lessons."""
    number = (day - plan.district.opens).days
    return int(day_kinds(plan, plan.schools[0].code, 1, start=number)[0])
