"""The world of the access table: of every kind of row one at every place that matters.

A place is a class with a pupil and everything that may be written about him and his
school. `own` is where somebody acts, `other` another class of his school (for a grade
head one of another grade, for a guardian and a group leader the same class), `away`
another school. `MARKS` stand in rows and must not be seen by those they are not for.
"""

import datetime as dt
import uuid
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from django.db.models import Model

from bihuan.plan.words import Partner
from bihuan.rules.access import Role
from bihuan.rules.alarms import Ask, Group
from bihuan.rules.book import SourceClass
from bihuan.rules.contacts_of import Source
from bihuan.web.flows.twin import twin
from bihuan.web.ledgers.absences.models import Absence, AbsenceStep
from bihuan.web.ledgers.checks.models import (
    CheckException,
    ClassCheck,
    RoomCheck,
)
from bihuan.web.ledgers.core.models import (
    Evidence,
    Import,
    ImportState,
    SavedView,
    SuperiorForm,
)
from bihuan.web.ledgers.daily.models import DailyReport
from bihuan.web.ledgers.gate.models import LeaveSlip, Passing, Visit
from bihuan.web.ledgers.incidents.models import Alarm, Contact, Incident
from bihuan.web.ledgers.isolation.models import Reading, Room, Stay
from bihuan.web.ledgers.liaison.models import Agency, HealthReport
from bihuan.web.ledgers.survey.models import Answer, Round
from bihuan.web.notices.models import Bot, Notice
from bihuan.web.org.models import (
    Account,
    Assignment,
    EnrolmentImport,
    Guardianship,
    Person,
    PlanVersion,
    Token,
    Unit,
    UnitKind,
)
from bihuan.web.org.units import add_unit
from site_world import MORNING, Cast, build

DAY: Final = MORNING.date()
HEALTH: Final = "密语病情"
"""Stands in every field that tells of somebody's health."""
WHY: Final = "密语事由"
"""Stands where a leave slip says why."""
PHONE: Final = "13800001234"
NAME: Final = "学生"
"""Every pupil's name begins with it."""
HOUR: Final = dt.timedelta(hours=1)
WORKBOOK: Final = b"not a workbook"

ROLES: Final = {
    "bureau": Role.BUREAU_OFFICE, "section": Role.BUREAU_SECTION,
    "inspector": Role.INSPECTOR, "cdc": Role.CDC_LIAISON,
    "principal": Role.PRINCIPAL, "party": Role.PARTY_SECRETARY,
    "grade": Role.GRADE_HEAD, "teacher": Role.CLASS_TEACHER,
    "leader": Role.GROUP_LEADER, "doctor": Role.SCHOOL_DOCTOR,
    "guard": Role.GATE_GUARD, "dorm": Role.DORM_MANAGER,
    "logistics": Role.LOGISTICS, "psych": Role.PSYCHOLOGIST,
    "guardian": Role.GUARDIAN, "admin": Role.ADMINISTRATOR,
}  # fmt: skip
COUNTY: Final = frozenset({"bureau", "section", "cdc"})
"""Roles to whom both schools are their own."""


@dataclass
class Place:
    """A class, its pupil, its school, and a row of every kind."""

    klass: Unit
    pupil: Person
    school: Unit
    gate: Unit
    room: Unit
    building: Unit
    group: Unit
    staff: Unit
    colleague: Person
    guardian: Person
    mine: dict[str, Account]
    """Whose rows of one's own (views, imports, notices) stand for this place."""
    rows: dict[str, Any] = field(default_factory=dict)


@dataclass
class World:
    """The cast with the places seen from every role."""

    cast: Cast
    places: dict[str, Place]

    def place(self, name: str, which: str) -> Place:
        """Own, other or away, as seen by somebody."""
        if which == "away":
            return self.places["b1"]
        if which == "own":
            return self.places["canteen" if name == "logistics" else "a1"]
        same = {"grade": "a3", "guardian": "a1x", "leader": "a1x"}
        return self.places[same.get(name, "a2")]


def world() -> World:
    """Both schools with rows everywhere."""
    cast = build(students=5)
    _spread(cast)
    places = {
        "a1": _place(cast, "a", "class_a1", "pupil_a1_1", "group_a"),
        "a1x": _place(cast, "a", "class_a1", "pupil_a1_2", "group_ax"),
        "a2": _place(cast, "a2", "class_a2", "pupil_a2_1", "group_a2"),
        "a3": _place(cast, "a2", "class_a3", "pupil_a3_1", "group_a3"),
        "canteen": _place(cast, "a", "canteen_a", "cook", "group_a"),
        "b1": _place(cast, "b", "class_b1", "pupil_b1_1", "group_b"),
    }
    for place in places.values():
        _fill(cast, place)
    return World(cast, places)


def _spread(cast: Cast) -> None:
    """Another grade, another dormitory and groups, so that "other" is told from own."""
    units = cast.units
    school = units["school_a"]
    lower = add_unit(school, UnitKind.GRADE, "G11", "高二", level=11)
    units["class_a3"] = add_unit(
        lower, UnitKind.CLASS, "C3", "高二(3)班", level=11, entered=2024, size=2
    )
    units["building_a2"] = add_unit(school, UnitKind.BUILDING, "D2", "2号楼")
    units["room_a2"] = add_unit(units["building_a2"], UnitKind.ROOM, "201", "201")
    units["gate_a2"] = add_unit(school, UnitKind.GATE, "W", "西门")
    Person.objects.filter(unit=units["class_a2"]).exclude(room=None).update(
        room=units["room_a2"]
    )
    for name, klass, number in (
        ("group_ax", "class_a1", "2"), ("group_a2", "class_a2", "1"),
        ("group_a3", "class_a3", "1"), ("group_b", "class_b1", "1"),
    ):  # fmt: skip
        units[name] = add_unit(units[klass], UnitKind.GROUP, number, f"第{number}组")
    for seat in (1, 2):
        cast.people[f"pupil_a3_{seat}"] = Person.objects.create(
            unit=units["class_a3"], school=school, role="student", seat=seat,
            code=f"A3{seat:02d}", name=f"{NAME}A30{seat}",
        )  # fmt: skip
    cast.people["cook"] = Person.objects.create(
        unit=units["canteen_a"], school=school, role="staff", name="示例厨师",
        certificate_until=DAY + dt.timedelta(days=90),
    )  # fmt: skip
    Person.objects.filter(role="student").update(phone=PHONE, phone_last=PHONE[-4:])
    _accounts(cast)


def _accounts(cast: Cast) -> None:
    """People of school B whose rows of their own stand for another school."""
    for name, role in (
        ("admin_b", Role.ADMINISTRATOR),
        ("cook_b", None),
        ("guardian_b", Role.GUARDIAN),
    ):
        person = Person.objects.create(
            unit=cast.units["staff_b"],
            school=cast.units["school_b"],
            role="staff" if name != "guardian_b" else "guardian",
            name=f"示例{name}",
        )
        cast.people[name] = person
        cast.accounts[name] = Account.objects.create_user(f"user-{name}", person=person)
        if role:
            Assignment.objects.create(
                person=person, role=role.value, unit=cast.units["school_b"], since=DAY
            )
    Guardianship.objects.create(
        guardian=cast.people["guardian_b"], child=cast.people["pupil_b1_1"], since=DAY
    )


def _place(cast: Cast, at: str, klass: str, pupil: str, group: str) -> Place:
    """Who and what belongs to a class."""
    low, units, people = at[0], cast.units, cast.people
    teacher = {"class_a1": "teacher", "class_b1": "teacher_b"}.get(klass, "teacher2")
    child = people[pupil]
    known = Guardianship.objects.filter(child=child).first()
    own = {name: cast.accounts[name] for name in ROLES}
    others = dict.fromkeys(ROLES, cast.accounts["teacher2"])
    away = dict.fromkeys(ROLES, cast.accounts["teacher_b"])
    mine = away if low == "b" else own if klass in {"class_a1", "canteen_a"} else others
    if pupil == "pupil_a1_2":
        mine = others
    return Place(
        klass=units[klass], pupil=child, school=units[f"school_{low}"],
        gate=units[f"gate_{at}"], room=units[f"room_{at}"],
        building=units[f"building_{at}"], group=units[group],
        staff=units[f"staff_{low}"], colleague=people[teacher],
        guardian=known.guardian if known else people["guardian_b"], mine=mine,
    )  # fmt: skip


def _fill(cast: Cast, place: Place) -> None:
    """Write a row of every kind."""
    rows = place.rows
    base: dict[str, Any] = {"school": place.school, "day": DAY, "at": MORNING}
    here = base | {"unit": place.klass, "note": HEALTH}
    about = here | {"person": place.pupil}
    _checks(place, here)
    rows["absence"] = Absence.objects.create(
        **about, state="registered", kind="sick", symptoms=["fever"], hospital=HEALTH,
        diagnosis=HEALTH, reason=HEALTH, last_day=DAY, celsius=Decimal("38.6"),
        due=MORNING + HOUR,
    )  # fmt: skip
    AbsenceStep.objects.create(
        absence=rows["absence"], step="first", at=MORNING, day=DAY, note=HEALTH
    )
    rows["incident"] = Incident.objects.create(
        **about, state="open", place="classroom", source="check", opened_at=MORNING,
        symptoms=["fever"], celsius=Decimal("38.6"), diagnosis_words=HEALTH,
        hospital="示例医院", due=MORNING + HOUR,
    )  # fmt: skip
    rows["contact"] = Contact.objects.create(
        incident=rows["incident"], person=place.pupil, sources=[Source.CLASS.value],
        closeness=1, last=DAY,
    )  # fmt: skip
    _gate(place, base, about)
    _of_school(cast, place, base)
    rows["stay"] = Stay.objects.create(
        **about, state="in", room=rows["isolation"], incident=rows["incident"],
        illness="fever", came_at=MORNING,
    )  # fmt: skip
    Reading.objects.create(
        stay=rows["stay"], entry=uuid.uuid4(), at=MORNING, celsius=Decimal("38.6")
    )
    rows["answer"] = Answer.objects.create(
        **about, round=rows["round"], state="unverified", travelled=True, outside=True,
        contact=True, symptoms=True, place=HEALTH, contact_note=HEALTH,
        arrived_on=DAY, symptom_codes=["fever"],
    )  # fmt: skip
    _mine(place)


def _checks(place: Place, here: dict[str, Any]) -> None:
    check, _new = ClassCheck.objects.get_or_create(
        unit=place.klass, day=DAY, slot="morning", state="sent",
        defaults=here | {"expected": 5, "present": 4, "sick": 1, "mode": "exceptions"},
    )  # fmt: skip
    CheckException.objects.create(
        check_row=check, person=place.pupil, kind="sick", symptoms=["fever"],
        celsius=Decimal("38.6"),
    )  # fmt: skip
    room, _new = RoomCheck.objects.get_or_create(
        unit=place.room, day=DAY, state="sent",
        defaults={
            "school": place.school, "at": MORNING, "expected": 4, "present": 4,
        },
    )  # fmt: skip
    place.rows |= {"check": check, "room_check": room}


def _gate(place: Place, base: dict[str, Any], about: dict[str, Any]) -> None:
    rows = place.rows
    rows["passing"] = Passing.objects.create(
        **base, unit=place.gate, state="waiting", kind="person", action="held",
        reason="papers", person=place.pupil, celsius=Decimal("38.6"), note=HEALTH,
    )  # fmt: skip
    rows["visit"] = Visit.objects.create(
        **base, unit=place.school, state="asked", host=place.colleague, name="来访甲",
        reason="修水管", starts=MORNING, ends=MORNING + 3 * HOUR, phone=PHONE,
    )  # fmt: skip
    rows["slip"] = LeaveSlip.objects.create(
        **about | {"note": WHY}, state="asked", by=place.colleague, reason="sick",
        starts=MORNING, ends=MORNING + 3 * HOUR,
    )  # fmt: skip


def _of_school(cast: Cast, place: Place, base: dict[str, Any]) -> None:
    """Rows of a school; the class has an alarm of its own."""
    rows, school = place.rows, base | {"unit": place.school}
    rows["alarm"] = Alarm.objects.create(
        **base | {"unit": place.klass}, state="open", rule="C1", title="聚集",
        binding=next(iter(SourceClass)).value, ask=next(iter(Ask)).value,
        group=Group.CLASS.value, key=f"C1 {place.pupil.pk}", counted="cases", count=5,
        threshold=5, window=3, persons=[place.pupil.pk], first=DAY, last=DAY,
        raised_at=MORNING, syndrome="fever",
    )  # fmt: skip
    rows["isolation"], _new = Room.objects.get_or_create(
        school=place.school, code="I1", state="in_use",
        defaults=school | {"name": "临时隔离室", "kind": "isolation_room", "beds": 9},
    )  # fmt: skip
    rows["agency"], _new = Agency.objects.get_or_create(
        unit=place.school, partner=Partner.HEALTH.value, organisation="示例疾控",
        state="in_force", defaults=base,
    )  # fmt: skip
    facts = {"unit": place.klass.name, "count": 5, "persons": [place.pupil.pk]}
    rows["report"] = HealthReport.objects.create(
        **school, state="sent", partner=rows["agency"], alarm=rows["alarm"],
        facts=facts, sent_at=MORNING,
    )  # fmt: skip
    rows["draft"] = HealthReport.objects.create(
        **school, state="draft", partner=rows["agency"], incident=rows["incident"],
        facts=facts,
    )  # fmt: skip
    rows["daily"], _new = DailyReport.objects.get_or_create(
        unit=place.school, day=DAY, defaults=school | {"state": "filled"}
    )
    rows["round"], _new = Round.objects.get_or_create(
        unit=place.school, name="返校", defaults={
            "since": DAY - dt.timedelta(days=14), "returns_on": DAY,
            "due": MORNING + HOUR, "at": MORNING,
        },
    )  # fmt: skip
    rows["plan"], _new = PlanVersion.objects.get_or_create(
        unit=place.school, number=1,
        defaults={
            "file": WORKBOOK, "file_name": "plan.xlsx", "digest": "0", "at": MORNING
        },
    )  # fmt: skip
    rows["enrolment"], _new = EnrolmentImport.objects.get_or_create(
        unit=place.school,
        defaults={"file": WORKBOOK, "file_name": "roster.xlsx", "at": MORNING},
    )
    rows["bot"], _new = Bot.objects.get_or_create(
        unit=place.school,
        defaults={
            "kind": "wecom", "name": "群",
            "url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k",
        },
    )  # fmt: skip
    rows["superior"], _new = SuperiorForm.objects.get_or_create(
        unit=place.school, name="上级表",
        defaults={"file": _workbook(), "file_name": "form.xlsx", "at": MORNING},
    )  # fmt: skip
    rows["bureau_form"], _new = SuperiorForm.objects.get_or_create(
        unit=cast.units["bureau"], name="上级表",
        defaults={"file": _workbook(), "file_name": "form.xlsx", "at": MORNING},
    )  # fmt: skip
    rows["token"], _new = Token.objects.get_or_create(
        unit=place.school, name="测温仪",
        defaults={"digest": f"d{place.school.pk}", "until": MORNING + 9 * HOUR},
    )  # fmt: skip


def _workbook() -> bytes:
    import io  # noqa: PLC0415

    import openpyxl  # noqa: PLC0415

    file = io.BytesIO()
    openpyxl.Workbook().save(file)
    return file.getvalue()


def _mine(place: Place) -> None:
    """Rows that belong to an account: one for each role, of which only his own are open."""
    rows = place.rows
    for name, account in place.mine.items():
        rows[f"notice {name}"], _new = Notice.objects.get_or_create(
            account=account, kind="class_missing", unit=place.school,
            defaults={"link": "/", "at": MORNING},
        )  # fmt: skip
        for slug in ("slips", "liaison", "visits"):
            rows[f"view {slug} {name}"], _new = SavedView.objects.get_or_create(
                account=account, ledger=slug, name="常用", defaults={"query": "state=x"}
            )
            rows[f"import {slug} {name}"], _new = Import.objects.get_or_create(
                account=account, ledger=slug,
                defaults={
                    "school": place.school, "at": MORNING, "file": WORKBOOK,
                    "file_name": "in.xlsx", "state": ImportState.PREVIEW.value,
                    "counts": {"new": 0, "change": 0, "same": 0, "error": 0},
                },
            )  # fmt: skip


def evidence_of(ledger: str, row: Any) -> Evidence:
    """A photo of a row."""
    found: Model
    found, _new = Evidence.objects.get_or_create(
        ledger=ledger, row=row.pk, school=row.school, kind="photo",
        defaults={"photo": b"jpeg", "at": MORNING},
    )  # fmt: skip
    return found


def exercise(cast: Cast) -> Unit:
    """The exercise twin of school A."""
    return twin(cast.units["school_a"], MORNING)


def more(world: World, seat: int) -> None:
    """The same rows about another pupil of the first class."""
    place = world.places["a1"]
    pupil = world.cast.people[f"pupil_a1_{seat}"]
    if pupil.pk != world.places["a1x"].pupil.pk:
        _fill(world.cast, replace(place, pupil=pupil, rows={}))
