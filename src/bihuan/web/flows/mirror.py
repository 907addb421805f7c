"""The plan in force as units, people, posts and duties of the site.

A second mirror of the same plan changes nothing. What the plan does not say stays as it
is; what came by hand or by roster is left alone. People who are not in the plan any more
leave today, and their rights end at once.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, DateField, Q, QuerySet, Value
from django.db.models.functions import Greatest

from bihuan.base.wording import N_
from bihuan.plan.duties import Duty as PlannedDuty
from bihuan.plan.people import Class, Person as Planned, School
from bihuan.plan.places import Zone
from bihuan.plan.plan import Plan
from bihuan.plan.populate import populate
from bihuan.plan.roster.splits import homes
from bihuan.plan.words import Post, Role as PersonRole, ZoneKind
from bihuan.web.flows.posts import SCHOOL, Held, held
from bihuan.web.flows.syllables import invented
from bihuan.web.org.models import Assignment, Duty, Person, Unit, UnitKind
from bihuan.web.org.units import BATCH, add_units, move

SECTIONS: Final[Mapping[str, tuple[str, tuple[Post, ...]]]] = {
    "office": (
        N_("行政"),
        (
            Post.HEAD, Post.PARTY_SECRETARY, Post.VICE_HEAD, Post.OFFICE, Post.ACADEMIC,
            Post.MORAL, Post.LOGISTICS, Post.LIAISON,
        ),
    ),
    "teachers": (
        N_("教师"),
        (Post.TEACHER, Post.CLASS_TEACHER, Post.GRADE_HEAD, Post.COUNSELLOR),
    ),
    "clinic": (N_("医务室"), (Post.DOCTOR,)),
    "canteen": (N_("食堂"), (Post.CANTEEN,)),
    "guards": (N_("保安"), (Post.GUARD,)),
    "cleaners": (N_("保洁"), (Post.CLEANER,)),
    "dormitory": (N_("宿管"), (Post.DORM_MANAGER,)),
    "drivers": (N_("校车司机"), (Post.DRIVER,)),
    "others": (N_("其他职工"), (Post.OTHER,)),
}  # fmt: skip
"""Sections of a school's staff: code, name, whose posts they are."""

CLOSING: Final = (
    UnitKind.GRADE,
    UnitKind.CLASS,
    UnitKind.BUILDING,
    UnitKind.ROOM,
    UnitKind.GATE,
)
"""Kinds that close when the plan names others of their kind and not them."""
ALWAYS: Final = ("office", "canteen")
"""Sections every school has, whoever is in them."""
FIELDS: Final = (
    "unit", "role", "post", "name", "boards", "room", "bed", "seat", "hall", "table",
    "bus", "left_on",
)  # fmt: skip
"""Fields of a person that the plan may say."""
SEPTEMBER: Final = 9
"""Month in which a school year begins."""

_SECTION: Final = {
    post: code for code, (_name, posts) in SECTIONS.items() for post in posts
}
_SECTION_OF_ROLE: Final = {
    PersonRole.TEACHER: "teachers",
    PersonRole.DRIVER: "drivers",
}
Key = tuple[UnitKind, str]


@dataclass(frozen=True, slots=True)
class Mirrored:
    """How much a mirror changed."""

    counts: Mapping[str, int]

    def __bool__(self) -> bool:
        return any(self.counts.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Spec:
    """A unit as the plan has it."""

    kind: UnitKind
    code: str
    name: str
    under: Key | None = None
    """None: right under the school."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    first: Mapping[str, Any] = field(default_factory=dict)
    """Fields of a new unit only: they tell of the day it came."""

    @property
    def key(self) -> Key:
        return self.kind, self.code


def mirror(
    plan: Plan, bureau: Unit, now: dt.datetime, *, made: bool = False
) -> Mirrored:
    """Bring units, people, rights and duties in step with a plan.

    Schools that the plan does not name are left as they are. made: also make persons
    where the plan only counts them, with invented names; for the demo and for drills.
    """
    counts = Counter[str]()
    with transaction.atomic():
        for row, unit in _schools(plan, bureau, counts):
            _School(plan, row, unit, now.date(), counts, made).mirror()
    return Mirrored(dict(counts))


def _schools(
    plan: Plan, bureau: Unit, counts: Counter[str]
) -> list[tuple[School, Unit]]:
    """The units of the plan's schools, under the bureau or their centre school's tier."""
    there = {
        (UnitKind(unit.kind), unit.code): unit
        for unit in Unit.objects.filter(
            path__startswith=bureau.path, kind__in=(UnitKind.CENTRE, UnitKind.SCHOOL)
        ).select_related("parent")
    }
    areas = {area.code: area.name for area in plan.areas}
    above = {row.superior for row in plan.schools if row.superior}
    tiers = [
        Spec(kind=UnitKind.CENTRE, code=code, name=plan.by_code[code].name)
        for code in sorted(above & plan.by_code.keys())
    ]
    _keep(bureau, there, tiers, counts)
    specs = [
        Spec(
            kind=UnitKind.SCHOOL,
            code=row.code,
            name=row.name,
            under=_tier(row, there),
            fields={
                "stage": row.stage.value,
                "town": areas.get(row.area, ""),
                "size": _students(plan, row),
            },
        )
        for row in plan.schools
    ]
    _keep(bureau, there, specs, counts)
    return [(row, there[UnitKind.SCHOOL, row.code]) for row in plan.schools]


def _tier(row: School, there: Mapping[Key, Unit]) -> Key | None:
    """The centre school's tier a school stands under: its own, or its superior's."""
    keys = [(UnitKind.CENTRE, str(code)) for code in (row.superior, row.code)]
    return next((key for key in keys if key in there), None)


def _students(plan: Plan, row: School) -> int:
    counted = sum(
        c.students for c in plan.classes if c.school == row.code and not c.within
    )
    return counted or row.students


def _keep(
    top: Unit, there: dict[Key, Unit], specs: Iterable[Spec], counts: Counter[str]
) -> None:
    """Add the units that are missing, change those that differ, hang them rightly."""
    new = []
    for spec in specs:
        parent = there[spec.under] if spec.under else top
        told = {"name": spec.name[:80], "closed_on": None, **spec.fields}
        unit = there.get(spec.key)
        if unit is None:
            made = Unit(
                parent=parent,
                kind=spec.kind.value,
                code=spec.code,
                **told,
                **spec.first,
            )
            new.append(made)
            there[spec.key] = made
        elif changed := _changed(unit, told):
            unit.save(update_fields=changed)
            counts["units"] += 1
        if unit is not None and unit.parent_id != parent.pk:
            move(unit, parent)
            counts["units"] += 1
    add_units(new)
    _be_own_schools(new)
    counts["units"] += len(new)


def _be_own_schools(units: Iterable[Unit]) -> None:
    """A school is in itself."""
    schools = [unit for unit in units if unit.kind == UnitKind.SCHOOL]
    for unit in schools:
        unit.school = unit
    Unit.objects.bulk_update(schools, ["school"], batch_size=BATCH)


def _changed(row: Any, told: Mapping[str, Any]) -> list[str]:
    """Set what differs, and name it."""
    names = [name for name, value in told.items() if getattr(row, name) != value]
    for name in names:
        setattr(row, name, told[name])
    return names


@dataclass
class _School:
    """One school being brought in step."""

    plan: Plan
    row: School
    unit: Unit
    day: dt.date
    counts: Counter[str]
    made: bool

    def __post_init__(self) -> None:
        code = self.row.code
        self.part = self.plan.of(code)
        self.staff_and_students = (
            populate(self.plan, code) if self.made else self.part.people
        )
        self.home = homes(self.part.classes)
        self.places = {str(zone.code): zone.name for zone in self.part.zones}
        found = Unit.objects.filter(school=self.unit).exclude(pk=self.unit.pk)
        self.units: dict[Key, Unit] = {
            (UnitKind(unit.kind), unit.code): unit
            for unit in found.select_related("parent")
        }

    def mirror(self) -> None:
        """Units first, then people in them, then what they hold."""
        specs = list(self._specs())
        for depth in (False, True):
            level = (spec for spec in specs if bool(spec.under) is depth)
            _keep(self.unit, self.units, level, self.counts)
        self._close({spec.key for spec in specs})
        people = self._people()
        self._sizes()
        self._assign(people)
        self._duties(people)

    def _specs(self) -> Iterator[Spec]:
        yield Spec(kind=UnitKind.BRANCH, code="party", name="党支部")
        used = {_section(p) for p in self.staff_and_students}
        for code, (name, _posts) in SECTIONS.items():
            if code in used or code in ALWAYS:
                yield Spec(kind=UnitKind.STAFF, code=code, name=name)
        yield from self._class_specs()
        yield from self._place_specs()

    def _class_specs(self) -> Iterator[Spec]:
        levels = {grade.code: max(grade.level, 0) for grade in self.part.grades}
        for grade in self.part.grades:
            told = {"level": levels[grade.code]}
            yield Spec(
                kind=UnitKind.GRADE, code=grade.code, name=grade.name, fields=told
            )
        for klass in self.part.classes:
            if self.home[klass.code] == klass.code and klass.grade in levels:
                yield self._class_spec(klass, levels[klass.grade])

    def _class_spec(self, klass: Class, level: int) -> Spec:
        return Spec(
            kind=UnitKind.CLASS,
            code=klass.code,
            name=klass.name,
            under=(UnitKind.GRADE, klass.grade),
            fields={"level": level},
            first={"entered": entered(level, self.day)},
        )

    def _place_specs(self) -> Iterator[Spec]:
        rooms = [z for z in self.part.zones if z.kind is ZoneKind.DORM_ROOM]
        for name in dict.fromkeys(building_of(zone) for zone in rooms):
            yield Spec(kind=UnitKind.BUILDING, code=name, name=name)
        for zone in rooms:
            for number in range(1, (zone.rooms or 1) + 1):
                yield _room_spec(zone, number)
        for zone in self.part.zones:
            if zone.kind is ZoneKind.GATE:
                yield Spec(kind=UnitKind.GATE, code=zone.code, name=zone.name)

    def _close(self, named: set[Key]) -> None:
        """Close what the plan does not name, where it names others of that kind."""
        for kind in {key[0] for key in named} & set(CLOSING):
            for key, unit in self.units.items():
                if key[0] is kind and key not in named and unit.closed_on is None:
                    unit.closed_on = self.day
                    unit.save(update_fields=["closed_on"])
                    self.counts["units"] += 1

    def _sizes(self) -> None:
        """A class has as many as its roster lists; without a roster, as the plan counts."""
        rows = Person.objects.filter(
            school=self.unit, role=PersonRole.STUDENT.value, left_on=None
        )
        listed = dict(rows.values_list("unit").annotate(n=Count("pk")).order_by())
        for klass in self.part.classes:
            unit = self.units.get((UnitKind.CLASS, klass.code))
            size = listed.get(unit.pk, klass.students) if unit else 0
            if unit and _changed(unit, {"size": size}):
                unit.save(update_fields=["size"])
                self.counts["units"] += 1

    def _people(self) -> dict[str, Person]:
        """Bring the people in step; gives those of the plan by their id."""
        there = {
            person.code: person
            for person in Person.objects.filter(school=self.unit).exclude(code="")
        }
        new, changed = [], dict[int, Person]()
        numbers = Counter[str]()
        for planned in self.staff_and_students:
            numbers[_home(planned)] += 1
            told = self._told(planned)
            person = there.get(planned.id)
            if person is None:
                told |= {"name": self._name(planned, numbers[_home(planned)])}
                there[planned.id] = self._new(planned, told)
                new.append(there[planned.id])
            elif _changed(person, self._kept(person, told)):
                changed[person.pk] = person
        Person.objects.bulk_create(new, batch_size=BATCH)
        Person.objects.bulk_update(changed.values(), FIELDS, batch_size=BATCH // 5)
        self.counts["people"] += len(new) + len(changed)
        named = {person.id for person in self.staff_and_students}
        self._leave([p for code, p in there.items() if code not in named])
        return {code: p for code, p in there.items() if code in named}

    def _new(self, planned: Planned, told: Mapping[str, Any]) -> Person:
        return Person(
            school=self.unit,
            code=planned.id,
            joined_on=self.day,
            from_plan=True,
            **told,
        )

    def _told(self, planned: Planned) -> dict[str, Any]:
        """What the plan says of a person, in the columns of the site."""
        room = self._room(planned)
        told = {
            "unit_id": self._unit(planned).pk,
            "role": planned.role.value,
            "post": planned.post.value if planned.post else "",
            "name": planned.name,
            "boards": planned.lives_in or bool(planned.room),
            "room_id": room.pk if room else None,
            "bed": planned.bed.rpartition("-")[2][:10] if room else "",
            "seat": planned.seat,
            "hall": self._place(planned.hall),
            "table": planned.table[:20],
            "bus": self._place(planned.bus),
        }
        return told

    def _kept(self, person: Person, told: Mapping[str, Any]) -> dict[str, Any]:
        """What is to be set of a person who is there: only what the plan does say."""
        kept = {name: value for name, value in told.items() if value}
        if person.from_plan:
            kept["boards"] = told["boards"]
            kept["left_on"] = None
        return kept

    def _name(self, planned: Planned, number: int) -> str:
        """The plan's name, else an invented one where people are made, else the id."""
        if planned.name or not self.made:
            return planned.name or planned.id
        return invented(f"{planned.school}/{_home(planned)}", number)

    def _unit(self, planned: Planned) -> Unit:
        """A pupil's class, or the section of somebody's post; else the school."""
        if planned.role is PersonRole.STUDENT:
            home = self.home.get(planned.klass, planned.klass)
            return self.units.get((UnitKind.CLASS, home), self.unit)
        return self.units[UnitKind.STAFF, _section(planned)]

    def _room(self, planned: Planned) -> Unit | None:
        number = planned.bed.rpartition("-")[0] or "1"
        return self.units.get((UnitKind.ROOM, f"{planned.room}/{number}"))

    def _place(self, code: str) -> str:
        return self.places.get(code, code)[:40]

    def _leave(self, people: Iterable[Person]) -> None:
        """Those who came with the plan and are not in it any more leave; rights end."""
        gone = [p.pk for p in people if p.from_plan and p.left_on is None]
        for start in range(0, len(gone), BATCH):
            part = gone[start : start + BATCH]
            Person.objects.filter(pk__in=part).update(left_on=self.day)
            end_assignments(Assignment.objects.filter(person__in=part), self.day)
        self.counts["left"] += len(gone)

    def _assign(self, people: Mapping[str, Person]) -> None:
        """Give the roles that follow from posts, end those that do not any more."""
        places = [key for key, unit in self.units.items() if unit.closed_on is None]
        wanted = {
            (people[h.person].pk, h.role.value, self._at(h).pk): h
            for h in held(self.part, self.staff_and_students, sorted(places))
            if h.person in people
        }
        rows = Assignment.objects.filter(unit__school=self.unit, acting_for=None)
        rows = rows.filter(Q(until=None) | Q(until__gt=self.day))
        has = {(row.person_id, row.role, row.unit_id): row for row in rows}
        Assignment.objects.bulk_create(
            Assignment(
                person_id=person,
                role=role,
                unit_id=unit,
                since=self.day,
                deputy=wanted[person, role, unit].deputy,
                from_plan=True,
            )
            for person, role, unit in wanted.keys() - has.keys()
        )
        stale = [r.pk for k, r in has.items() if r.from_plan and k not in wanted]
        end_assignments(Assignment.objects.filter(pk__in=stale), self.day)
        self.counts["assignments"] += len(wanted.keys() - has.keys()) + len(stale)

    def _at(self, held: Held) -> Unit:
        return self.unit if held.place == SCHOOL else self.units[held.place]

    def _duties(self, people: Mapping[str, Person]) -> None:
        """End duties that changed or went, begin those that came; history stays."""
        wanted = {duty.code[:40]: self._duty(duty, people) for duty in self.part.duties}
        rows = Duty.objects.filter(school=self.unit, until=None)
        has = {row.code: row for row in rows}
        same = {
            code
            for code in wanted.keys() & has.keys()
            if _same(wanted[code], has[code])
        }
        stale = [row.pk for code, row in has.items() if code not in same]
        Duty.objects.filter(pk__in=stale).update(until=self.day)
        new = [duty for code, duty in wanted.items() if code not in same]
        Duty.objects.bulk_create(new, batch_size=BATCH)
        self.counts["duties"] += len(stale) + len(new)

    def _duty(self, duty: PlannedDuty, people: Mapping[str, Person]) -> Duty:
        return Duty(
            school=self.unit,
            code=duty.code[:40],
            name=duty.name[:120],
            in_place=duty.in_place.value,
            standard=duty.standard,
            post=duty.post.value if duty.post else "",
            person=people.get(duty.person),
            deputy=people.get(duty.deputy),
            since=self.day,
        )


def end_assignments(rows: QuerySet[Assignment], day: dt.date) -> None:
    """End assignments at once; one that would only begin later never begins."""
    rows.filter(Q(until=None) | Q(until__gt=day)).update(
        until=Greatest("since", Value(day, DateField()))
    )


def entered(level: int, day: dt.date) -> int:
    """The year in which a class that has a level on a day entered its school; 0: unknown."""
    if not level:
        return 0
    began = day.year - (day.month < SEPTEMBER)
    first = max(base for base in (1, 7, 10) if base <= level)
    return began - (level - first)


def building_of(zone: Zone) -> str:
    """The building of a dormitory room; one that does not say is by itself."""
    return (zone.building or zone.name)[:40]


def _room_spec(zone: Zone, number: int) -> Spec:
    """One room of a row of the plan, which may stand for a whole floor."""
    many = (zone.rooms or 1) > 1
    floor = zone.floor if zone.floor is not None else zone.code
    return Spec(
        kind=UnitKind.ROOM,
        code=f"{zone.code}/{number}",
        name=f"{floor}{number:02d}" if many else zone.name,
        under=(UnitKind.BUILDING, building_of(zone)),
    )


def _section(person: Planned) -> str:
    """The section of somebody's post, else of his role."""
    if person.role is PersonRole.STUDENT:
        return ""
    if person.post:
        return _SECTION[person.post]
    return _SECTION_OF_ROLE.get(person.role, "others")


def _home(person: Planned) -> str:
    """Within what an invented name comes once: the class, or the staff."""
    return person.klass if person.role is PersonRole.STUDENT else "staff"


def _same(a: Duty, b: Duty) -> bool:
    names = ("name", "in_place", "standard", "post", "person_id", "deputy_id")
    return all(getattr(a, name) == getattr(b, name) for name in names)
