"""The cast of the site's tests: two schools under a bureau, one account per role.

``build()`` makes them in the database and gives them back by name; ``Client`` logs in
without a password. The day is a school day at 07:20 unless a test says otherwise.
"""

import datetime as dt
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.test import Client

from bihuan.plan.words import Role as PersonRole
from bihuan.rules.access import Role
from bihuan.web.org.models import (
    Account,
    Assignment,
    Guardianship,
    Person,
    Unit,
    UnitKind,
)
from bihuan.web.org.units import add_unit

ZONE = ZoneInfo("Asia/Shanghai")
DAY = dt.date(2026, 3, 9)
"""A Monday."""
MORNING = dt.datetime(2026, 3, 9, 7, 20, tzinfo=ZONE)


@dataclass
class Cast:
    """Units, persons and accounts by a short name."""

    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)

    def client(self, name: str) -> Client:
        """A browser in which somebody is logged in."""
        client = Client()
        client.force_login(
            self.accounts[name], backend="django.contrib.auth.backends.ModelBackend"
        )
        return client


def build(students: int = 6) -> Cast:
    """A bureau with schools A and B; A has classes 1 and 2 of a grade, B has class 1.

    Accounts: bureau, section, inspector, cdc, and of school A: principal, party, grade,
    teacher (class 1), teacher2 (class 2), leader, doctor, guard, dorm, logistics, psych,
    guardian (of the first pupil of class 1), admin; of school B: principal_b, teacher_b,
    doctor_b, guard_b. `outsider` has an account and no role.
    """
    cast = Cast()
    bureau = add_unit(None, UnitKind.BUREAU, "B", "示例市教体局")
    cast.units["bureau"] = bureau
    cast.units["office"] = add_unit(bureau, UnitKind.SECTION, "O", "教育疫情防控办")
    cast.units["health"] = add_unit(bureau, UnitKind.HEALTH, "H", "示例市疾控中心")
    for letter in "AB":
        _school(cast, bureau, letter, students)
    for name, role in (
        ("bureau", Role.BUREAU_OFFICE),
        ("section", Role.BUREAU_SECTION),
        ("inspector", Role.INSPECTOR),
        ("cdc", Role.CDC_LIAISON),
    ):
        at = cast.units["school_a"] if name == "inspector" else bureau
        _account(cast, name, role, at, home=cast.units["office"])
    _account(cast, "outsider", None, cast.units["office"])
    return cast


def _school(cast: Cast, bureau: Unit, letter: str, students: int) -> None:
    low = letter.lower()
    school = add_unit(
        bureau,
        UnitKind.SCHOOL,
        letter,
        f"示例{letter}中学",
        stage="senior",
        town="城区",
    )
    grade = add_unit(school, UnitKind.GRADE, "G12", "高三", level=12)
    staff = add_unit(school, UnitKind.STAFF, "S", "教职工")
    canteen = add_unit(school, UnitKind.STAFF, "C", "食堂")
    building = add_unit(school, UnitKind.BUILDING, "D1", "1号楼")
    room = add_unit(building, UnitKind.ROOM, "101", "101")
    gate = add_unit(school, UnitKind.GATE, "E", "东门")
    cast.units |= {
        f"school_{low}": school,
        f"grade_{low}": grade,
        f"staff_{low}": staff,
        f"canteen_{low}": canteen,
        f"building_{low}": building,
        f"room_{low}": room,
        f"gate_{low}": gate,
    }
    for number in (1, 2) if letter == "A" else (1,):
        klass = add_unit(
            grade,
            UnitKind.CLASS,
            f"C{number}",
            f"高三({number})班",
            level=12,
            entered=2023,
            size=students,
        )
        cast.units[f"class_{low}{number}"] = klass
        for seat in range(1, students + 1):
            cast.people[f"pupil_{low}{number}_{seat}"] = Person.objects.create(
                unit=klass,
                school=school,
                role=PersonRole.STUDENT.value,
                code=f"{letter}{number}{seat:02d}",
                name=f"学生{letter}{number}{seat:02d}",
                seat=seat,
                boards=seat <= 4,
                room=room if seat <= 4 else None,
                bed=str(seat) if seat <= 4 else "",
                table=str((seat + 3) // 4),
            )
    suffix = "" if letter == "A" else "_b"
    held = [
        ("principal", Role.PRINCIPAL, school),
        ("teacher", Role.CLASS_TEACHER, cast.units[f"class_{low}1"]),
        ("doctor", Role.SCHOOL_DOCTOR, school),
        ("guard", Role.GATE_GUARD, gate),
    ]
    if letter == "A":
        group = add_unit(cast.units["class_a1"], UnitKind.GROUP, "1", "第一组")
        cast.units["group_a"] = group
        held += [
            ("party", Role.PARTY_SECRETARY, school),
            ("grade", Role.GRADE_HEAD, grade),
            ("teacher2", Role.CLASS_TEACHER, cast.units["class_a2"]),
            ("leader", Role.GROUP_LEADER, group),
            ("dorm", Role.DORM_MANAGER, building),
            ("logistics", Role.LOGISTICS, canteen),
            ("psych", Role.PSYCHOLOGIST, school),
            ("guardian", Role.GUARDIAN, school),
            ("admin", Role.ADMINISTRATOR, school),
        ]
    for name, role, unit in held:
        _account(cast, name + suffix, role, unit, home=staff)
    if letter == "A":
        Guardianship.objects.create(
            guardian=cast.people["guardian"],
            child=cast.people["pupil_a1_1"],
            since=DAY,
        )


def _account(
    cast: Cast, name: str, role: Role | None, unit: Unit, home: Unit | None = None
) -> None:
    home = home or unit
    person = Person.objects.create(
        unit=home, school=home.school, role=PersonRole.STAFF.value, name=f"示例{name}"
    )
    cast.people[name] = person
    cast.accounts[name] = Account.objects.create_user(
        f"user-{name}", "correct-horse-42", person=person
    )
    if role:
        Assignment.objects.create(
            person=person, role=role.value, unit=unit, since=DAY - dt.timedelta(days=30)
        )
