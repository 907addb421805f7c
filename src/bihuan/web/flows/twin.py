"""The exercise twin of a school: its units, people, rights and duties once more, apart.

Twins hang under a root of their own, so the scope that keeps schools apart keeps them
away from every list, count, export, alarm and gateway. Telephone, address and identity
number are not copied: a drill needs none. Doing it again brings the twin in step.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet

from bihuan.rules.access import Role
from bihuan.web.flows.mirror import end_assignments
from bihuan.web.org.models import Assignment, Duty, Person, Unit, UnitKind
from bihuan.web.org.units import BATCH, above, add_units

UNIT: Final = ("name", "stage", "level", "entered", "town", "size", "closed_on")
PERSON: Final = (
    "role", "code", "name", "sex", "born", "seat", "boards", "bed", "hall", "table",
    "bus", "post", "employer", "certificate_until", "joined_on", "left_on", "from_plan",
)  # fmt: skip
DUTY: Final = ("code", "name", "in_place", "standard", "post", "since", "until")


def twin(school: Unit, now: dt.datetime) -> Unit:
    """Make the exercise twin of a school, or bring it in step; gives the twin."""
    with transaction.atomic():
        line = above(school)
        offices = Unit.objects.filter(
            parent=line[0], kind__in=(UnitKind.SECTION, UnitKind.HEALTH)
        )
        real = [
            *line[:-1],
            *offices,
            *Unit.objects.filter(path__startswith=school.path),
        ]
        units = _units(real)
        people = _people(real, units)
        _assignments(real, units, people, now.date())
        _duties(school, units[school.pk], people)
    return units[school.pk]


def _units(real: Iterable[Unit]) -> dict[int, Unit]:
    """Twins by the number of the real unit, made level by level."""
    real = sorted(real, key=lambda unit: unit.path)
    twins = {
        unit.twin_of_id: unit
        for unit in Unit.objects.filter(twin_of__in=[u.pk for u in real])
        if unit.twin_of_id
    }
    changed = [t for u in real if (t := twins.get(u.pk)) and _copy(u, t, UNIT)]
    Unit.objects.bulk_update(changed, UNIT, batch_size=BATCH // 5)
    levels: dict[int, list[Unit]] = {}
    for unit in real:
        if unit.pk not in twins:
            levels.setdefault(unit.path.count("."), []).append(unit)
    for _depth, units in sorted(levels.items()):
        _make(units, twins)
    return twins


def _make(units: Iterable[Unit], twins: dict[int, Unit]) -> None:
    """Make the twins of units of one level."""
    made = []
    for unit in units:
        parent = twins[unit.parent_id] if unit.parent_id else None
        copy = Unit(
            parent=parent, kind=unit.kind, code=unit.code, exercise=True, twin_of=unit
        )
        _copy(unit, copy, UNIT)
        twins[unit.pk] = copy
        made.append(copy)
    add_units(made)
    schools = [unit for unit in made if unit.kind == UnitKind.SCHOOL]
    for school in schools:
        school.school = school
    Unit.objects.bulk_update(schools, ["school"])


def _people(real: Iterable[Unit], units: Mapping[int, Unit]) -> dict[int, Person]:
    """Twins of everybody but guardians, by the number of the real person."""
    rows = Person.objects.filter(unit__in=[u.pk for u in real]).exclude(
        role=Role.GUARDIAN.value
    )
    twins = {
        person.twin_of_id: person
        for person in Person.objects.filter(unit__in=[u.pk for u in units.values()])
        if person.twin_of_id
    }
    new, changed = [], []
    for person in rows.iterator(chunk_size=2000):
        copy = twins.get(person.pk)
        if copy is None and person.left_on is None:
            copy = twins[person.pk] = Person(twin_of=person)
            _place(person, copy, units)
            new.append(copy)
        elif copy is not None and _place(person, copy, units):
            changed.append(copy)
    Person.objects.bulk_create(new, batch_size=BATCH)
    places = ("unit", "school", "room", *PERSON)
    Person.objects.bulk_update(changed, places, batch_size=BATCH // 5)
    return twins


def _place(person: Person, copy: Person, units: Mapping[int, Unit]) -> bool:
    """Put a copy where its original is; tells whether anything changed."""
    before = copy.unit_id, copy.school_id, copy.room_id
    unit = units[person.unit_id]
    copy.unit, copy.school = unit, unit.school
    copy.room = units.get(person.room_id) if person.room_id else None
    changed = _copy(person, copy, PERSON)
    return changed or before != (copy.unit_id, copy.school_id, copy.room_id)


def _assignments(
    real: Iterable[Unit],
    units: Mapping[int, Unit],
    people: Mapping[int, Person],
    day: dt.date,
) -> None:
    """Give the twins the rights that the originals have today, and end the others."""
    held = _open(Assignment.objects.filter(unit__in=[u.pk for u in real]), day)
    wanted = {
        (people[row.person_id].pk, row.role, units[row.unit_id].pk): row
        for row in held.filter(since__lte=day)
        if row.person_id in people
    }
    rows = _open(
        Assignment.objects.filter(unit__in=[u.pk for u in units.values()]), day
    )
    has = {(row.person_id, row.role, row.unit_id): row for row in rows}
    Assignment.objects.bulk_create(
        Assignment(
            person_id=person,
            role=role,
            unit_id=unit,
            since=wanted[person, role, unit].since,
            deputy=wanted[person, role, unit].deputy,
            from_plan=wanted[person, role, unit].from_plan,
        )
        for person, role, unit in wanted.keys() - has.keys()
    )
    gone = [row.pk for key, row in has.items() if key not in wanted]
    end_assignments(Assignment.objects.filter(pk__in=gone), day)


def _open(rows: QuerySet[Assignment], day: dt.date) -> QuerySet[Assignment]:
    return rows.filter(Q(until=None) | Q(until__gt=day), acting_for=None)


def _duties(school: Unit, copy: Unit, people: Mapping[int, Person]) -> None:
    """Write the twin's duties anew where they are not those of the original."""
    told = [_duty(row, copy, people) for row in _in_force(school)]
    if sorted(map(_values, told)) == sorted(map(_values, _in_force(copy))):
        return
    Duty.objects.filter(school=copy).delete()
    Duty.objects.bulk_create(told, batch_size=BATCH)


def _in_force(school: Unit) -> QuerySet[Duty]:
    return Duty.objects.filter(school=school, until=None)


def _duty(row: Duty, copy: Unit, people: Mapping[int, Person]) -> Duty:
    made = Duty(
        school=copy,
        person=people.get(row.person_id) if row.person_id else None,
        deputy=people.get(row.deputy_id) if row.deputy_id else None,
    )
    _copy(row, made, DUTY)
    return made


def _values(row: Duty) -> tuple[str, ...]:
    names = (*DUTY, "person_id", "deputy_id")
    return tuple(str(getattr(row, name)) for name in names)


def _copy(row: Any, copy: Any, names: Iterable[str]) -> bool:
    """Copy fields; tells whether any differed."""
    changed = [name for name in names if getattr(copy, name) != getattr(row, name)]
    for name in changed:
        setattr(copy, name, getattr(row, name))
    return bool(changed)
