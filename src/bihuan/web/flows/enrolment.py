"""The roster comes in: looked at first, then taken over as a whole, undone as a whole.

A pupil is known by school and student number; a row that says something else of him
changes him, a pupil that the file does not have is left alone (leaving is a deed of its
own). Units that are missing are made.
"""

import datetime as dt
import json
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from bihuan.base.problems import Problem, error
from bihuan.base.wording import N_, _
from bihuan.plan.enrolment import Entry, Line, read_enrolment
from bihuan.plan.names import class_key, folded, grade_key
from bihuan.plan.words import Role as PersonRole
from bihuan.web import planfile
from bihuan.web.flows.accounts import Refused
from bihuan.web.org import audit
from bihuan.web.org.crypto import blind, decrypt, encrypt
from bihuan.web.org.models import (
    EnrolmentImport,
    EnrolmentState,
    Person,
    Sex,
    Unit,
    UnitKind,
)
from bihuan.web.org.scope import Actor
from bihuan.web.org.units import add_unit

UNKNOWN_SCHOOL: Final = error(
    "P133",
    N_("学校「{came}」不在您管的范围里。"),
    N_("请写系统里的校名：{allowed}。"),
)
BATCH: Final = 2_000
SHOWN: Final = 200
"""Problems that are kept with an import; the count has them all."""
TEXTS: Final = ("name", "seat", "boards", "bed", "hall", "table", "bus", "born")
"""Fields an entry and a person have in common."""
FIELDS: Final = (
    *TEXTS, "sex", "unit_id", "room_id", "phone", "phone_blind", "phone_last",
    "id_number", "id_blind", "address", "left_on",
)  # fmt: skip
"""Fields of a person that an import may change."""
_SEXES: Final = {"男": Sex.MALE.value, "女": Sex.FEMALE.value}


@dataclass(frozen=True, slots=True)
class Change:
    """What a line would do: make a person, change one (`old` has him), or nothing."""

    school: Unit
    entry: Entry
    old: Person | None


@transaction.atomic
def preview(
    actor: Actor, unit: Unit, content: bytes, name: str, now: dt.datetime
) -> EnrolmentImport:
    """Look at a roster without changing anything; what was found is kept for a yes."""
    heard: list[Problem] = []
    changes = list(_changes(unit, content, name, heard))
    counts = Counter(_kind(change) for change in changes)
    counts["bad"] = len({p.where for p in heard if p.weight == "error"})
    row = EnrolmentImport.objects.create(
        unit=unit, file=content, file_name=name[:120], counts=dict(counts),
        problems=[str(problem) for problem in heard[:SHOWN]],
        by_id=actor.person_id, at=now,
    )  # fmt: skip
    audit.write(
        actor, "enrolment.preview", row, school=unit, at=now, counts=dict(counts)
    )
    return row


@transaction.atomic
def take_over(actor: Actor, row: EnrolmentImport, now: dt.datetime) -> EnrolmentImport:
    """Take a looked-at roster over: bad rows stay out, all the others come in."""
    held = EnrolmentImport.objects.select_for_update().get(pk=row.pk)
    if held.state != EnrolmentState.PREVIEW.value:
        raise Refused(_("这份名册已经处理过了，请看它的结果"))
    units = _Units()
    done = _Done()
    changes = [
        change
        for change in _changes(held.unit, bytes(held.file), held.file_name, [])
        if _kind(change) != "same"
    ]
    for part in _batches(changes):
        _apply(part, units, done, now)
    _count_classes(units.classes)
    held.before = zlib.compress(json.dumps(done.told(), default=str).encode())
    held.state = EnrolmentState.DONE.value
    held.file = b""
    held.save(update_fields=["before", "state", "file"])
    audit.write(
        actor, "enrolment", held, school=held.unit, at=now,
        new=len(done.made), changed=len(done.old),
    )  # fmt: skip
    return held


@transaction.atomic
def undo(actor: Actor, row: EnrolmentImport, now: dt.datetime) -> EnrolmentImport:
    """Undo an import: those it made leave as of today, those it changed are as before."""
    held = EnrolmentImport.objects.select_for_update().get(pk=row.pk)
    if held.state != EnrolmentState.DONE.value:
        raise Refused(_("只有已导入的名册可以撤销"))
    told = json.loads(zlib.decompress(bytes(held.before)))
    touched = [*told["made"], *(old["pk"] for old in told["old"])]
    people = Person.objects.filter(pk__in=touched)
    classes = set(people.values_list("unit_id", flat=True))
    Person.objects.filter(pk__in=told["made"]).update(left_on=now.date())
    for old in told["old"]:
        _restore(old)
    _count_classes(classes | set(people.values_list("unit_id", flat=True)))
    held.state = EnrolmentState.UNDONE.value
    held.save(update_fields=["state"])
    audit.write(actor, "enrolment.undo", held, school=held.unit, at=now)
    return held


@dataclass(slots=True)
class _Done:
    """What was made and what stood there before."""

    made: list[int] = field(default_factory=list)
    old: list[dict[str, Any]] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        return {"made": self.made, "old": self.old}


def _changes(
    unit: Unit, content: bytes, name: str, heard: list[Problem]
) -> Iterator[Change]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, planfile.file_name(name))
        path.write_bytes(content)
        lines = read_enrolment(path, heard)
    schools = _schools(unit)
    by_school: dict[int, list[Line]] = {}
    for line in lines:
        school = schools.get(folded(line.entry.school))
        if school is None:
            allowed = "、".join(sorted({s.name for s in schools.values()})[:6])
            heard.append(
                UNKNOWN_SCHOOL.at(line.where, came=line.entry.school, allowed=allowed)
            )
        else:
            by_school.setdefault(school.pk, []).append(line)
    for pk, found in by_school.items():
        school = next(s for s in schools.values() if s.pk == pk)
        yield from _of_school(school, found)


def _of_school(school: Unit, lines: Sequence[Line]) -> Iterator[Change]:
    known = {
        person.code: person
        for person in Person.objects.filter(school=school)
        .exclude(code="")
        .select_related("unit", "room", "room__parent")
    }
    for line in lines:
        yield Change(school, line.entry, known.get(line.entry.code))


def _schools(unit: Unit) -> dict[str, Unit]:
    """Schools under a unit by their folded name and code; a school itself also by nothing."""
    rows = Unit.objects.filter(
        path__startswith=unit.path, kind=UnitKind.SCHOOL.value, closed_on=None
    )
    found = {folded(name): row for row in rows for name in (row.name, row.code)}
    if unit.kind == UnitKind.SCHOOL.value:
        found[""] = unit
    return found


def _kind(change: Change) -> str:
    if change.old is None:
        return "new"
    old, entry = change.old, change.entry
    same = (
        all(getattr(old, name) == getattr(entry, name) for name in TEXTS)
        and old.left_on is None
        and old.sex == _SEXES.get(entry.sex, "")
        and old.phone_blind == blind(entry.phone)
        and old.id_blind == blind(entry.id_number)
        and old.address == entry.address
        and _class_of(old.unit.name) == _class_of(entry.klass)
        and (old.room.name if old.room else "") == entry.room
    )
    return "same" if same else "changed"


def _class_of(name: str) -> object:
    return class_key(name) or folded(name)


class _Units:
    """Units of schools by their names, made when a row wants one that is not there."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, str, object], Unit] = {}
        self.loaded: set[int] = set()
        self.classes: set[int] = set()

    def klass(self, school: Unit, entry: Entry) -> Unit:
        """The class of an entry, in its grade."""
        grade = self._part(
            school, school, UnitKind.GRADE, grade_key(entry.grade) or entry.grade,
            entry.grade, level=grade_key(entry.grade) or 0,
        )  # fmt: skip
        klass = self._part(
            school, grade, UnitKind.CLASS, _class_of(entry.klass), entry.klass,
            level=grade.level,
        )  # fmt: skip
        self.classes.add(klass.pk)
        return klass

    def room(self, school: Unit, entry: Entry) -> Unit | None:
        """The dormitory room of an entry, in its building."""
        if not entry.room:
            return None
        name = entry.building or _("宿舍")
        building = self._part(school, school, UnitKind.BUILDING, name, name)
        key = (building.pk, entry.room)
        return self._part(school, building, UnitKind.ROOM, key, entry.room)

    def _part(
        self,
        school: Unit,
        parent: Unit,
        kind: UnitKind,
        key: object,
        name: str,
        **fields: Any,
    ) -> Unit:
        if school.pk not in self.loaded:
            self._load(school)
        place = (school.pk, kind.value, key)
        if place not in self.known:
            self.known[place] = add_unit(parent, kind, name[:40], name, **fields)
        return self.known[place]

    def _load(self, school: Unit) -> None:
        self.loaded.add(school.pk)
        for unit in Unit.objects.filter(school=school, closed_on=None):
            self.known[school.pk, unit.kind, self._key(unit)] = unit

    @staticmethod
    def _key(unit: Unit) -> object:
        match unit.kind:
            case UnitKind.GRADE.value:
                return grade_key(unit.name) or unit.name
            case UnitKind.CLASS.value:
                return _class_of(unit.name)
            case UnitKind.ROOM.value:
                return (unit.parent_id, unit.name)
        return unit.name


def _apply(
    changes: Sequence[Change], units: _Units, done: _Done, now: dt.datetime
) -> None:
    made: list[Person] = []
    changed: list[Person] = []
    for change in changes:
        old = change.old
        if old is not None:
            done.old.append(_before(old))
        person = old or Person(
            school=change.school, code=change.entry.code,
            role=PersonRole.STUDENT.value, joined_on=now.date(),
        )  # fmt: skip
        _fill(person, change, units)
        (changed if old else made).append(person)
    done.made += [person.pk for person in Person.objects.bulk_create(made)]
    Person.objects.bulk_update(changed, FIELDS_BY_NAME, batch_size=400)


FIELDS_BY_NAME: Final = tuple(name.removesuffix("_id") for name in FIELDS)


def _fill(person: Person, change: Change, units: _Units) -> None:
    entry = change.entry
    for name in TEXTS:
        setattr(person, name, getattr(entry, name))
    person.unit = units.klass(change.school, entry)
    person.room = units.room(change.school, entry)
    person.sex = _SEXES.get(entry.sex, "")
    person.phone, person.phone_blind = entry.phone, blind(entry.phone)
    person.phone_last = entry.phone[-4:]
    person.id_number, person.id_blind = entry.id_number, blind(entry.id_number)
    person.address = entry.address
    person.left_on = None


def _before(person: Person) -> dict[str, Any]:
    """What undo restores; personal texts stay encrypted in what is kept."""
    kept = {name: getattr(person, name) for name in FIELDS if name not in _SECRET}
    return {"pk": person.pk, **kept, "secret": _hidden(person)}


_SECRET: Final = ("phone", "id_number", "address")


def _hidden(person: Person) -> list[str]:
    return [encrypt(getattr(person, name)).hex() for name in _SECRET]


def _restore(old: dict[str, Any]) -> None:
    secret = [decrypt(bytes.fromhex(text)) for text in old.pop("secret")]
    number = old.pop("pk")
    Person.objects.filter(pk=number).update(
        **old, **dict(zip(_SECRET, secret, strict=True))
    )


def _count_classes(classes: set[int]) -> None:
    """Keep the number of pupils enrolled in each class 应到."""
    for pk in classes:
        pupils = Person.objects.filter(
            unit=pk, role=PersonRole.STUDENT.value, left_on=None
        )
        Unit.objects.filter(pk=pk).update(size=pupils.count())


def _batches(changes: Sequence[Change]) -> Iterator[Sequence[Change]]:
    for first in range(0, len(changes), BATCH):
        yield changes[first : first + BATCH]
