"""Checks that nobody handed in: the worker climbs the ladder for them, as it does for rows.

There is no row to hang a rung on, so what was told is kept by the unit, the day and the
slot. A day is a school day where some check of the bureau has come: no calendar knows
when a school is closed, and on such a day nobody may be rung up.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.urls import reverse

from bihuan.plan.words import Role as PersonRole
from bihuan.rules.access import Role
from bihuan.rules.book import load
from bihuan.rules.escalation import Due, due_rungs
from bihuan.web.ledgers.checks.models import ClassCheck, Slot, Standing
from bihuan.web.ledgers.checks.slots import asked_of
from bihuan.web.ledgers.core.clocks import CLIMBS, PAST, climbed, ladder_of
from bihuan.web.ledgers.core.models import Rung
from bihuan.web.notices.inbox import holders, tell
from bihuan.web.org.models import Person, Unit, UnitKind
from bihuan.web.org.policy import Policy, policies_of, screening_of

LEDGER: Final = "missing-checks"
"""Under what it is kept who was told; the row is the unit's number."""
DUE: Final = {
    Slot.MORNING: "check_due",
    Slot.NOON: "noon_due",
    Slot.EVENING: "evening_due",
}
"""What a class teacher is told."""
LATE: Final = {
    Slot.MORNING: "check_late",
    Slot.NOON: "noon_late",
    Slot.EVENING: "evening_late",
}
"""What is told of several classes."""
LIST: Final = "/ledgers/checks/"
ROOT: Final = 8
"""Letters of a path that name the top of its tree."""


@dataclass(frozen=True, slots=True)
class _Site:
    """What there is on a day: classes by school, who boards, what came, what was told."""

    day: dt.date
    classes: Mapping[int, list[Unit]]
    boarding: frozenset[int]
    came: frozenset[tuple[int, str]]
    told: frozenset[tuple[int, str, str]]
    roots: frozenset[str]
    """Tops of the trees in which this is a school day."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Classes of a school that miss one check, and the rung whose time has come."""

    school: Unit
    slot: Slot
    by: dt.datetime
    rung: Due
    classes: list[Unit]


_Whom = list[tuple[str, list[tuple[tuple[int, ...], list[Unit]]]]]
"""Of each name of a rung its people, with the classes they are told of."""


def climb(now: dt.datetime) -> int:
    """Tell everybody whose rung has come of a missing check; says how many notices it made."""
    schools = list(
        Unit.objects.filter(
            kind=UnitKind.SCHOOL.value, exercise=False, closed_on=None
        ).select_related("twin_of")
    )
    policies = policies_of(schools)
    told = 0
    # what came due in the quiet hours is told in the morning after
    for day in (now.date() - dt.timedelta(days=1), now.date()):
        site = _site(day)
        for school in schools:
            if school.path[:ROOT] in site.roots:
                for group in _groups(site, school, policies[school.pk], now):
                    rung = group.rung.rung.to
                    whom = [
                        (n, list(_held(n, group.classes, now.date()))) for n in rung
                    ]
                    told += _tell(group, whom, site, now)
    return told


def told(unit: Unit, slot: Slot, day: dt.date) -> tuple[Role, ...]:
    """To whom above it a missing check of a unit went."""
    return climbed(LEDGER, [unit.pk], unit.school or unit, day, _clock(day, slot))


def _site(day: dt.date) -> _Site:
    classes: dict[int, list[Unit]] = {}
    rows = Unit.objects.filter(
        kind=UnitKind.CLASS.value, closed_on=None, school__exercise=False
    )
    for unit in rows.select_related("school"):
        classes.setdefault(unit.school_id or unit.pk, []).append(unit)
    sent = ClassCheck.objects.filter(day=day, state=Standing.SENT.value)
    boarders = Person.objects.filter(
        boards=True, left_on=None, role=PersonRole.STUDENT.value
    )
    said = Rung.objects.filter(ledger=LEDGER, clock__startswith=day.isoformat())
    paths = sent.values_list("school__path", flat=True).distinct()
    return _Site(
        day=day,
        classes=classes,
        boarding=frozenset(boarders.values_list("unit", flat=True).distinct()),
        came=frozenset(sent.values_list("unit", "slot")),
        told=frozenset(said.values_list("row", "clock", "rung")),
        roots=frozenset(path[:ROOT] for path in paths),
    )


def _groups(
    site: _Site, school: Unit, policy: Policy, now: dt.datetime
) -> Iterator[_Group]:
    """Rungs of a school whose time has come, each with the classes it was not told for."""
    classes = site.classes.get(school.pk)
    if not classes:
        return
    steps = ladder_of(school, site.day)
    asked = asked_of(
        screening_of(school, site.day, policy),
        load().on(site.day, region=policy.region),
        site.day,
        now.tzinfo or dt.UTC,
        boards=True,
    )
    for one in asked:
        if one.due is None:
            continue
        for rung in due_rungs(one.due, now, steps):
            left = [u for u in classes if _waits(site, u, one.slot, rung)]
            if left and now - rung.at <= PAST:
                yield _Group(school, one.slot, one.due, rung, left)


def _waits(site: _Site, unit: Unit, slot: Slot, rung: Due) -> bool:
    if slot is Slot.EVENING and unit.pk not in site.boarding:
        return False
    said = (unit.pk, _clock(site.day, slot), rung.rung.code)
    return (unit.pk, slot.value) not in site.came and said not in site.told


@transaction.atomic
def _tell(group: _Group, whom: _Whom, site: _Site, now: dt.datetime) -> int:
    """Tell the people of a rung, class by class below and by the number above; note it."""
    notices, people = 0, {unit.pk: set[int]() for unit in group.classes}
    for name, parts in whom:
        for held, classes in parts:
            notices += (
                _above(group, name, held, classes, now)
                if name in CLIMBS
                else sum(_below(group, site.day, held, one, now) for one in classes)
            )
            for one in classes:
                people[one.pk].update(held)
    Rung.objects.bulk_create(
        [
            Rung(
                ledger=LEDGER, row=pk, clock=_clock(site.day, group.slot),
                rung=group.rung.rung.code, at=now, told=sorted(held),
            )
            for pk, held in people.items()
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return notices


def _held(
    name: str, classes: Iterable[Unit], day: dt.date
) -> Iterator[tuple[tuple[int, ...], list[Unit]]]:
    """The classes by who is told of them."""
    roles = CLIMBS.get(name, (Role.CLASS_TEACHER,))
    found: dict[tuple[int, ...], list[Unit]] = {}
    for unit in classes:
        held = holders(roles, unit, day, deputies=name != "duty")
        found.setdefault(tuple(held), []).append(unit)
    yield from found.items()


def _below(
    group: _Group,
    day: dt.date,
    people: tuple[int, ...],
    klass: Unit,
    now: dt.datetime,
) -> int:
    # of a past day the today page leads to the check: a notice's address has no question
    own = reverse("check", args=[klass.pk, group.slot.value])
    link = own if day == now.date() else reverse("today")
    return tell(
        DUE[group.slot], people, unit=group.school, klass=klass, now=now, due=group.by,
        link=link,
    )  # fmt: skip


def _above(
    group: _Group,
    name: str,
    people: tuple[int, ...],
    classes: list[Unit],
    now: dt.datetime,
) -> int:
    grade = classes[0].parent if name == "grade_head" else None
    return tell(
        LATE[group.slot], people, unit=grade or group.school, count=len(classes),
        now=now, due=group.by, link=LIST,
    )  # fmt: skip


def _clock(day: dt.date, slot: Slot) -> str:
    return f"{day.isoformat()} {slot.value}"
