"""The demo: the example district as a site, one account per role, in the middle of a day.

Everybody in it is invented. Its clock stands at a school day's morning when it is made
and runs on from there, so that there is always something to do.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import transaction

from bihuan.base.wording import N_
from bihuan.plan.plan import Plan
from bihuan.plan.words import Role as PersonRole
from bihuan.rules.access import Role
from bihuan.web.demo_day import live, who
from bihuan.web.flows import plans
from bihuan.web.flows.founding import HEALTH, found, office_of
from bihuan.web.flows.mirror import mirror
from bihuan.web.flows.syllables import invented
from bihuan.web.flows.twin import twin
from bihuan.web.org import clock
from bihuan.web.org.models import (
    Account,
    Assignment,
    Guardianship,
    Person,
    PlanState,
    Unit,
    UnitKind,
)
from bihuan.web.org.units import add_unit

PASSWORD: Final = "bihuan-demo"  # noqa: S105  # the demo's log-in page shows it
MORNING: Final = dt.time(7, 42)
"""Where the demo's clock stands when it is made: the morning check is half in."""
SHOWN: Final = "SYGZ"
"""Code of the school whose accounts are shown."""
SECOND: Final = "YIGZ"
"""Code of the school beside it, to see that one does not reach the other."""
LEVEL: Final = 12
SINCE: Final = dt.timedelta(days=80)
"""How long everybody has been there."""
SATURDAY: Final = 5
Step = Callable[[str], None]
"""Hears what is being made."""


@dataclass(frozen=True, slots=True)
class Desk:
    """An account of the demo: its name, the role it is shown for, where."""

    username: str
    role: Role
    kind: UnitKind
    school: str = SHOWN


DESKS: Final = (
    Desk("office", Role.BUREAU_OFFICE, UnitKind.BUREAU),
    Desk("section", Role.BUREAU_SECTION, UnitKind.BUREAU),
    Desk("inspector", Role.INSPECTOR, UnitKind.BUREAU),
    Desk("cdc", Role.CDC_LIAISON, UnitKind.BUREAU),
    Desk("principal", Role.PRINCIPAL, UnitKind.SCHOOL),
    Desk("party", Role.PARTY_SECRETARY, UnitKind.SCHOOL),
    Desk("grade", Role.GRADE_HEAD, UnitKind.GRADE),
    Desk("teacher", Role.CLASS_TEACHER, UnitKind.CLASS),
    Desk("teacher2", Role.CLASS_TEACHER, UnitKind.CLASS),
    Desk("leader", Role.GROUP_LEADER, UnitKind.GROUP),
    Desk("doctor", Role.SCHOOL_DOCTOR, UnitKind.SCHOOL),
    Desk("guard", Role.GATE_GUARD, UnitKind.GATE),
    Desk("dorm", Role.DORM_MANAGER, UnitKind.BUILDING),
    Desk("canteen", Role.LOGISTICS, UnitKind.STAFF),
    Desk("counsellor", Role.PSYCHOLOGIST, UnitKind.SCHOOL),
    Desk("guardian", Role.GUARDIAN, UnitKind.SCHOOL),
    Desk("admin", Role.ADMINISTRATOR, UnitKind.SCHOOL),
    Desk("principal-b", Role.PRINCIPAL, UnitKind.SCHOOL, SECOND),
    Desk("teacher-b", Role.CLASS_TEACHER, UnitKind.CLASS, SECOND),
    Desk("doctor-b", Role.SCHOOL_DOCTOR, UnitKind.SCHOOL, SECOND),
)
"""The demo's accounts, in the order in which the log-in page shows them."""


def set_clock(path: Path) -> None:
    """Let the demo's clock stand at the morning of the latest school day."""
    path.unlink(missing_ok=True)
    real = clock.now()
    day = real.date()
    while day.weekday() >= SATURDAY:
        day -= dt.timedelta(days=1)
    start = dt.datetime.combine(day, MORNING, real.tzinfo)
    path.write_text(str((start - real).total_seconds()), "ascii")


def make(plan: Plan, file: Path, tell: Step) -> Unit:
    """Make the whole demo in an empty database from a plan and its file; gives the bureau."""
    now = clock.now()
    tell(N_("单位和人员"))
    came = now - SINCE
    bureau = found(f"{plan.district.name}教体局", came)
    mirror(plan, bureau, came, made=True)
    tell(N_("账号"))
    with transaction.atomic():
        _groups()
        _accounts(bureau, came)
        _plans(bureau, file, now)
    tell(N_("这一天到现在做过的事"))
    with transaction.atomic():
        live(bureau, _school(SHOWN), now)
    tell(N_("演练用的学校"))
    for school in Unit.objects.filter(kind=UnitKind.SCHOOL, exercise=False):
        if Unit.objects.filter(school=school, kind=UnitKind.CLASS).exists():
            twin(school, now)
    return bureau


def _plans(bureau: Unit, file: Path, now: dt.datetime) -> None:
    """The district's plan is in force since three weeks, checked as any other."""
    office = who(Role.BUREAU_OFFICE, bureau, now.date())
    since = now - dt.timedelta(days=21)
    data = file.read_bytes()
    version = plans.upload(office, bureau, file.name, data, since)
    version.state = PlanState.IN_FORCE.value
    version.in_force_from = since
    version.save(update_fields=["state", "in_force_from"])


def _groups() -> None:
    """Cut the shown school's top-level classes into groups, each with a leader."""
    classes = Unit.objects.filter(
        school__code=SHOWN, kind=UnitKind.CLASS, level=LEVEL, exercise=False
    )
    for klass in classes[:2]:
        for number, name in enumerate(("第一组", "第二组", "第三组", "第四组"), 1):
            add_unit(klass, UnitKind.GROUP, str(number), name)


def _accounts(bureau: Unit, now: dt.datetime) -> None:
    """Give every desk a person and an account."""
    password = make_password(PASSWORD)
    taken: set[int] = set()
    for number, desk in enumerate(DESKS):
        person, place = _holder(desk, bureau, number, taken, now)
        taken.add(person.pk)
        Account.objects.create(
            username=desk.username,
            password=password,
            person=person,
            demo_of=desk.role.value,
            demo_note=place,
        )


def _holder(
    desk: Desk, bureau: Unit, number: int, taken: set[int], now: dt.datetime
) -> tuple[Person, str]:
    """Who sits at a desk and where: somebody of the plan, else somebody made for it."""
    if desk.role is Role.GUARDIAN:
        return _guardian(number, now)
    if desk.role is Role.GROUP_LEADER:
        return _leader(now)
    if desk.kind is UnitKind.BUREAU:
        return _official(desk, bureau, number, now)
    if desk.role is Role.ADMINISTRATOR:
        school = _school(desk.school)
        section = Unit.objects.get(parent=school, code="office")
        person = _new(section, number, now)
        _give(person, desk.role, school, now)
        return person, school.name
    return _of_plan(desk, taken)


def _of_plan(desk: Desk, taken: set[int]) -> tuple[Person, str]:
    """Whom the plan gives the role; in the highest grade where there are several."""
    school = _school(desk.school)
    held = Assignment.objects.filter(
        role=desk.role.value,
        unit__path__startswith=school.path,
        unit__kind=desk.kind.value,
        deputy=False,
    ).exclude(person__in=taken)
    row = held.select_related("person", "unit").order_by("-unit__level", "pk")[0]
    place = row.unit.name if row.unit == school else f"{school.name} {row.unit.name}"
    return row.person, place


def _official(
    desk: Desk, bureau: Unit, number: int, now: dt.datetime
) -> tuple[Person, str]:
    """Somebody of the bureau, or of the CDC beside it."""
    cdc = desk.role is Role.CDC_LIAISON
    home = office_of(bureau, HEALTH) if cdc else office_of(bureau)
    person = _new(home, number, now)
    _give(person, desk.role, bureau, now)
    return person, home.name if cdc else bureau.name


def _guardian(number: int, now: dt.datetime) -> tuple[Person, str]:
    """A mother with two children in two classes."""
    classes = _top_classes()
    children = [_pupils(klass)[4] for klass in classes[:2]]
    person = Person.objects.create(
        unit=classes[0],
        school=classes[0].school,
        role=Role.GUARDIAN.value,
        name=invented("demo", number),
        joined_on=now.date(),
    )
    for child in children:
        Guardianship.objects.create(
            guardian=person, child=child, relation="母亲", since=now.date()
        )
    _give(person, Role.GUARDIAN, _school(SHOWN), now)
    return person, "、".join(klass.name for klass in classes[:2])


def _leader(now: dt.datetime) -> tuple[Person, str]:
    """A pupil who leads the first group of the first class."""
    klass = _top_classes()[0]
    group = Unit.objects.get(parent=klass, kind=UnitKind.GROUP, code="1")
    person = _pupils(klass)[0]
    _give(person, Role.GROUP_LEADER, group, now)
    return person, f"{klass.name} {group.name}"


def _new(unit: Unit, number: int, now: dt.datetime) -> Person:
    return Person.objects.create(
        unit=unit,
        school=unit.school,
        role=PersonRole.STAFF.value,
        name=invented("demo", number),
        joined_on=now.date(),
    )


def _give(person: Person, role: Role, unit: Unit, now: dt.datetime) -> None:
    Assignment.objects.create(
        person=person, role=role.value, unit=unit, since=now.date()
    )


def _school(code: str) -> Unit:
    return Unit.objects.get(kind=UnitKind.SCHOOL, code=code, exercise=False)


def _top_classes() -> list[Unit]:
    return list(
        Unit.objects.filter(
            school=_school(SHOWN), kind=UnitKind.CLASS, level=LEVEL
        ).order_by("path")
    )


def _pupils(klass: Unit) -> list[Person]:
    return list(
        klass.people.filter(role=PersonRole.STUDENT.value, left_on=None).order_by(
            "seat"
        )
    )
