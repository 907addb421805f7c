"""Urging 催报: one key tells those who have not reported, and nobody twice in ten minutes.

Above a school it tells the school's head and doctor, how many classes are missing and
that the daily report is; within one it tells whoever can mend it: class teachers, and
for the head also who keeps a dormitory or a gate, and the doctor. Counts only, no name.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Count

from bihuan.rules.access import Role
from bihuan.web.flows import daily, dorm
from bihuan.web.ledgers.checks.models import (
    ClassCheck,
    Found,
    RoomCheck,
    Slot,
    Standing,
)
from bihuan.web.ledgers.core.rows import in_force
from bihuan.web.ledgers.daily.ledger import DailyState
from bihuan.web.ledgers.daily.models import DailyReport
from bihuan.web.ledgers.gate.models import Passing, Standing as Passed
from bihuan.web.ledgers.incidents.models import Alarm, AlarmState
from bihuan.web.ledgers.isolation.models import Stay, StayState
from bihuan.web.notices.inbox import holders, tell
from bihuan.web.notices.models import Bot, Notice
from bihuan.web.org import audit
from bihuan.web.org.models import Unit, UnitKind
from bihuan.web.org.policy import Policy, policy_of
from bihuan.web.org.scope import Actor, under

QUIET: Final = dt.timedelta(minutes=10)
"""Who was told so lately is not told again."""
NEAR: Final = dt.timedelta(minutes=60)
"""What is due within this is urged already."""
HEADS: Final = (Role.PRINCIPAL, Role.SCHOOL_DOCTOR)
LINKS: Final = {"check_late": "/ledgers/checks/", "report_due": "/daily/"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Late:
    """A unit that has not reported: its missing classes, and whether its report is missing."""

    unit: Unit
    classes: int = 0
    check_by: dt.datetime | None = None
    report: bool = False
    report_by: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """Something besides checks that is missing in a school, and who can mend it."""

    kind: str
    unit: Unit
    role: Role
    count: int | None = None
    due: dt.datetime | None = None
    link: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Urged:
    """What urging did: units and inboxes that were told, units left in peace, bots used."""

    units: int = 0
    inboxes: int = 0
    lately: int = 0
    """Units that were told within the last ten minutes already."""
    nobody: int = 0
    """Units in which nobody has an account."""
    bots: int = 0


@transaction.atomic
def urge_schools(
    actor: Actor, at: Unit, late: Iterable[Late], now: dt.datetime
) -> Urged:
    """Tell the head and the doctor of each school what is missing."""
    rows = [one for one in late if one.classes or one.report]
    known = _lately([one.unit for one in rows], ("check_late", "report_due"), now)
    told = [list(_school(one, known, now)) for one in rows]
    return _noted(actor, at, rows, told, now)


@transaction.atomic
def urge_classes(
    actor: Actor,
    at: Unit,
    classes: Iterable[Unit],
    due: dt.datetime | None,
    now: dt.datetime,
    *,
    gaps: Iterable[Gap] = (),
) -> Urged:
    """Tell the teacher of each class that its check is missing, and others of their gaps."""
    rows = list(classes)
    others = list(gaps)
    rung = Notice.objects.filter(
        kind="check_due", klass__in=rows, at__gt=now - QUIET
    ).values_list("klass", flat=True)
    known = set(rung)
    told = [[_class(unit, due, now)] if unit.pk not in known else [] for unit in rows]
    lately = _lately([gap.unit for gap in others], {gap.kind for gap in others}, now)
    told += [
        [] if (gap.kind, gap.unit.pk) in lately else [_gap(gap, now)] for gap in others
    ]
    units = [*rows, *(gap.unit for gap in others)]
    return _noted(actor, at, [Late(unit=unit) for unit in units], told, now)


def gaps_of(school: Unit, now: dt.datetime) -> list[Gap]:
    """What is missing in a school besides checks: rooms, who waits, the doctor's work."""
    policy = policy_of(school)
    return [
        *_rooms(school, policy, now),
        *_waiting(school, now),
        *_doctor(school, policy, now),
    ]


def _rooms(school: Unit, policy: Policy, now: dt.datetime) -> Iterator[Gap]:
    """Buildings in which rooms are not looked through an hour before the end, or after."""
    due = dorm.due_of(school, now.date(), policy, now)
    if due is None or due - now > NEAR:
        return
    done = RoomCheck.objects.filter(
        day=now.date(), state=Standing.SENT.value, found=Found.CHECKED.value
    )
    left = (
        Unit.objects.filter(
            school=school, kind=UnitKind.ROOM.value, closed_on=None,
            parent__kind=UnitKind.BUILDING.value,
        )
        .exclude(pk__in=done.values("unit"))
        .values_list("parent")
        .annotate(n=Count("pk"))
        .order_by()
    )  # fmt: skip
    counts = dict(left)
    for unit in Unit.objects.filter(pk__in=counts).order_by("path"):
        yield Gap(
            kind="rooms_due", unit=unit, role=Role.DORM_MANAGER,
            count=counts[unit.pk], due=due, link=f"/dorm/{unit.pk}/",
        )  # fmt: skip


def _waiting(school: Unit, now: dt.datetime) -> Iterator[Gap]:
    """Gates at which somebody waits since more than a while."""
    rows = in_force(Passing.objects.filter(school=school, day=now.date()))
    waits = dict(
        rows.filter(state=Passed.WAITING.value, at__lt=now - QUIET)
        .values_list("unit")
        .annotate(n=Count("pk"))
        .order_by()
    )
    for unit in Unit.objects.filter(pk__in=waits).order_by("path"):
        yield Gap(
            kind="gate_hold", unit=unit, role=Role.GATE_GUARD, count=waits[unit.pk],
            link=f"/gate/{unit.pk}/waiting/",
        )  # fmt: skip


def _doctor(school: Unit, policy: Policy, now: dt.datetime) -> Iterator[Gap]:
    """Alarms nobody took, stays without today's reading, a report that is not filled."""
    doctor, day = Role.SCHOOL_DOCTOR, now.date()
    alarms = in_force(Alarm.objects.filter(school=school, state=AlarmState.OPEN.value))
    if n := alarms.count():
        yield Gap(kind="alarm", unit=school, role=doctor, count=n, link="/alarms/")
    stays = Stay.objects.filter(school=school, state=StayState.IN.value)
    if n := stays.exclude(readings__at__date=day).count():
        yield Gap(kind="stay_due", unit=school, role=doctor, count=n, link="/rooms/")
    due = daily.due(school, day, now.tzinfo or dt.UTC, policy)
    filled = in_force(DailyReport.objects.filter(unit=school, day=day))
    if due is not None and due - now < NEAR and not filled.exists():
        yield Gap(
            kind="report_due", unit=school, role=doctor, due=due,
            link=LINKS["report_due"],
        )  # fmt: skip


def _gap(gap: Gap, now: dt.datetime) -> int:
    people = holders(gap.role, gap.unit, now.date())
    return tell(
        gap.kind, people, unit=gap.unit, count=gap.count, due=gap.due, now=now,
        link=gap.link,
    )  # fmt: skip


def missing_classes(tops: Iterable[str], day: dt.date) -> list[Unit]:
    """Classes under some units whose morning check is not there."""
    there = ClassCheck.objects.filter(
        day=day, slot=Slot.MORNING.value, state=Standing.SENT.value
    )
    rows = Unit.objects.filter(
        under(tops, "path"), kind=UnitKind.CLASS.value, closed_on=None
    )
    return list(rows.exclude(pk__in=there.values("unit")).select_related("school"))


def signed(schools: Iterable[Unit], day: dt.date) -> set[int]:
    """Schools whose report of a day is signed."""
    rows = in_force(DailyReport.objects.filter(unit__in=list(schools), day=day))
    return set(
        rows.filter(state=DailyState.SIGNED.value).values_list("unit", flat=True)
    )


def _school(late: Late, known: set[tuple[str, int]], now: dt.datetime) -> Iterator[int]:
    """Say what is missing, each thing once; gives the inboxes that each notice came to."""
    people = holders(HEADS, late.unit, now.date())
    if late.classes and ("check_late", late.unit.pk) not in known:
        yield tell(
            "check_late", people, unit=late.unit, count=late.classes, now=now,
            due=late.check_by or now, link=LINKS["check_late"], group=late.unit,
        )  # fmt: skip
    if late.report and ("report_due", late.unit.pk) not in known:
        yield tell(
            "report_due", people, unit=late.unit, due=late.report_by or now, now=now,
            link=LINKS["report_due"], group=late.unit,
        )  # fmt: skip


def _class(unit: Unit, due: dt.datetime | None, now: dt.datetime) -> int:
    teachers = holders(Role.CLASS_TEACHER, unit, now.date())
    return tell(
        "check_due", teachers, unit=unit.school or unit, klass=unit, now=now,
        due=due or now, link=f"/check/{unit.pk}/{Slot.MORNING.value}/",
    )  # fmt: skip


def _lately(
    units: Iterable[Unit], kinds: Iterable[str], now: dt.datetime
) -> set[tuple[str, int]]:
    rows = Notice.objects.filter(
        kind__in=list(kinds), unit__in=list(units), at__gt=now - QUIET
    )
    return set(rows.values_list("kind", "unit"))


def _noted(
    actor: Actor,
    at: Unit,
    rows: list[Late],
    told: list[list[int]],
    now: dt.datetime,
) -> Urged:
    reached = [one.unit for one, counts in zip(rows, told, strict=True) if any(counts)]
    urged = Urged(
        units=len(reached),
        inboxes=sum(map(sum, told)),
        lately=sum(not counts for counts in told),
        nobody=sum(bool(counts) and not any(counts) for counts in told),
        bots=Bot.objects.filter(unit__in=reached, on=True, removed_at=None).count(),
    )
    audit.write(
        actor, "urge", at, school=at.school_id or at.pk, at=now,
        units=[unit.pk for unit in reached], inboxes=urged.inboxes,
        lately=urged.lately,
    )  # fmt: skip
    return urged
