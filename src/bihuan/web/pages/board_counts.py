"""What the command board counts: a dozen sums in the database, whatever the number of schools.

Nothing that is missing is counted as zero: a school of which no class has reported has no
figures, and a sum says whom it leaves out.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from django.db.models import Count, Min, Q, QuerySet, Sum

from bihuan.rules.book import load
from bihuan.rules.escalation import Ladder, ladder
from bihuan.rules.triage import Symptom
from bihuan.web.flows import daily
from bihuan.web.ledgers.absences.models import CLOSED, Absence
from bihuan.web.ledgers.checks.models import (
    CheckException,
    ClassCheck,
    Kind,
    Slot,
    Standing,
)
from bihuan.web.ledgers.checks.slots import asked_of
from bihuan.web.ledgers.core.rows import in_force
from bihuan.web.ledgers.daily.ledger import DailyState
from bihuan.web.ledgers.daily.models import DailyReport
from bihuan.web.ledgers.isolation.models import Room, RoomState, Stay, StayState
from bihuan.web.org.models import Unit, UnitKind
from bihuan.web.org.policy import Policy, policies_of, screening_of
from bihuan.web.org.scope import under

GASTRO: Final = frozenset({Symptom.DIARRHOEA.value, Symptom.VOMITING.value})
DAYS: Final = 14
"""Days of the trend."""


@dataclass(kw_only=True, slots=True)
class Line:
    """What is known of a school or a class now; None: nobody has said it."""

    unit: Unit
    asked: int = 0
    """Classes that have to hand in a check."""
    came: int = 0
    late: int = 0
    enrolled: int = 0
    expected: int | None = None
    present: int | None = None
    sick: int | None = None
    fever: int | None = None
    gastro: int | None = None
    beds: int | None = None
    """Isolation rooms in use; None: none is registered."""
    taken: int = 0
    report: str = ""
    """on_time, late, filled, or empty: none."""
    report_at: dt.datetime | None = None
    check_by: dt.datetime | None = None
    report_by: dt.datetime | None = None

    @property
    def complete(self) -> bool:
        """Whether every class has handed in its check."""
        return self.came >= self.asked

    @property
    def reported(self) -> bool:
        """Whether its daily report is signed."""
        return self.report in {"on_time", "late"}

    def checks_late(self, now: dt.datetime) -> bool:
        """Whether classes are missing after their time."""
        return bool(
            not self.complete and (self.check_by is None or self.check_by < now)
        )

    def report_late(self, now: dt.datetime) -> bool:
        """Whether its daily report is missing after its time."""
        due = self.report_by
        return not self.reported and due is not None and due < now

    @property
    def known(self) -> bool:
        """Whether anybody has reported today."""
        return self.expected is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Total:
    """A sum over the schools that are complete, and the names of those it leaves out."""

    n: int
    figures: Mapping[str, int]
    came: int
    asked: int
    without: Sequence[Unit]


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """One day of the trend; None: nobody has reported on it."""

    day: dt.date
    sick: int | None
    fever: int | None


@dataclass(kw_only=True, slots=True)
class Counts:
    """All lines of a board, and the policy of each school."""

    lines: list[Line] = field(default_factory=list)
    policies: Mapping[int, Policy] = field(default_factory=dict)

    def total(self) -> Total:
        """Add up the schools of which every class has reported."""
        whole = [line for line in self.lines if line.complete and line.known]
        names = ("expected", "present", "sick", "fever", "gastro")
        return Total(
            n=len(whole),
            figures={n: sum(getattr(line, n) or 0 for line in whole) for n in names},
            came=sum(line.came for line in whole),
            asked=sum(line.asked for line in whole),
            without=[line.unit for line in self.lines if line not in whole],
        )


def counts(schools: Iterable[Unit], now: dt.datetime) -> Counts:
    """Count the schools that have classes, in the order of the tree."""
    units = list(schools)
    day = now.date()
    lines = {unit.pk: Line(unit=unit) for unit in units}
    _classes(lines)
    lines = {pk: line for pk, line in lines.items() if line.asked}
    found = Counts(
        lines=list(lines.values()),
        policies=policies_of(line.unit for line in lines.values()),
    )
    _checks(lines, day)
    _ill(lines, day, found.policies)
    _rooms(lines)
    _reports(lines, day)
    for line in found.lines:
        _limits(line, found.policies[line.unit.pk], now)
    return found


def limits_of(
    school: Unit, policy: Policy, now: dt.datetime
) -> tuple[dt.datetime | None, dt.datetime | None]:
    """By when a school's checks and its report are due."""
    line = Line(unit=school)
    _limits(line, policy, now)
    return line.check_by, line.report_by


def parts(unit: Unit, now: dt.datetime, policy: Policy) -> list[Line]:
    """The grades of a school, or the classes of a grade, each counted by its classes."""
    below = UnitKind.GRADE if unit.kind == UnitKind.SCHOOL.value else UnitKind.CLASS
    rows = Unit.objects.filter(
        under([unit.path], "path"), kind=below.value, closed_on=None
    )
    lines = [Line(unit=one) for one in rows.order_by("path")]
    paths = {line.unit.path: line for line in lines}
    classes = Unit.objects.filter(
        under([unit.path], "path"), kind=UnitKind.CLASS.value, closed_on=None
    )
    for path, size in classes.values_list("path", "size"):
        if line := _over(paths, path):
            line.asked += 1
            line.enrolled += size
    checks = _sent(now.date()).filter(under([unit.path], "unit__path"))
    fields = ("expected", "present", "sick")
    for path, late, *told in checks.values_list("unit__path", "late", *fields):
        if line := _over(paths, path):
            line.came += 1
            line.late += late
            for name, value in zip(fields, told, strict=True):
                setattr(line, name, (getattr(line, name) or 0) + value)
            line.fever, line.gastro = line.fever or 0, line.gastro or 0
    hot = screening_of(unit.school or unit, now.date(), policy).fever_line
    ill = _exceptions(now.date()).filter(under([unit.path], "check_row__unit__path"))
    for path, codes, heat in ill.values_list(
        "check_row__unit__path", "symptoms", "celsius"
    ):
        if line := _over(paths, path):
            _add_ill(line, codes, heat, hot)
    return [line for line in lines if line.asked]


def _over(paths: Mapping[str, Line], path: str) -> Line | None:
    """The line whose unit a class is, or lies in."""
    steps = (path[: 8 * n] for n in range(path.count("."), 0, -1))
    return next((paths[step] for step in steps if step in paths), None)


def _numbers(lines: Mapping[int, Line]) -> list[int]:
    return list(lines)


def _classes(lines: Mapping[int, Line]) -> None:
    rows = Unit.objects.filter(
        school__in=_numbers(lines), kind=UnitKind.CLASS.value, closed_on=None
    )
    for pk, n, size in (
        rows.order_by()
        .values_list("school")
        .annotate(n=Count("pk"), sum=Sum("size"))
        .values_list("school", "n", "sum")
    ):
        line = lines[pk or 0]  # filtered by its school, so there is one
        line.asked, line.enrolled = n, size or 0


def _sent(day: dt.date) -> "QuerySet[ClassCheck]":
    return ClassCheck.objects.filter(
        day=day, slot=Slot.MORNING.value, state=Standing.SENT.value,
        unit__kind=UnitKind.CLASS.value, unit__closed_on=None,
    ).order_by()  # fmt: skip


def _exceptions(day: dt.date) -> "QuerySet[CheckException]":
    return CheckException.objects.filter(
        check_row__in=_sent(day), kind__in=[Kind.SICK.value, Kind.UNWELL.value]
    )


def _checks(lines: Mapping[int, Line], day: dt.date) -> None:
    rows = _sent(day).filter(school__in=_numbers(lines)).values("school")
    for row in rows.annotate(
        came=Count("pk"), tardy_rows=Count("pk", filter=Q(late=True)),
        all_expected=Sum("expected"), all_present=Sum("present"), all_sick=Sum("sick"),
    ):  # fmt: skip
        line = lines[row["school"] or 0]
        line.came, line.late = row["came"], row["tardy_rows"]
        line.expected, line.present = row["all_expected"], row["all_present"]
        line.sick, line.fever, line.gastro = row["all_sick"], 0, 0


def _ill(
    lines: Mapping[int, Line], day: dt.date, policies: Mapping[int, Policy]
) -> None:
    """Fever and belly of those in the checks; the symptoms are told one by one."""
    hot = {
        pk: screening_of(line.unit, day, policies[pk]).fever_line
        for pk, line in lines.items()
    }
    rows = _exceptions(day).filter(check_row__school__in=_numbers(lines))
    for pk, codes, heat in rows.values_list("check_row__school", "symptoms", "celsius"):
        _add_ill(lines[pk or 0], codes, heat, hot[pk or 0])


def _add_ill(line: Line, codes: Iterable[str], heat: Any, fever: float | None) -> None:
    said = set(codes)
    measured = fever is not None and heat is not None and float(heat) >= fever
    line.fever = (line.fever or 0) + (measured or Symptom.FEVER.value in said)
    line.gastro = (line.gastro or 0) + bool(said & GASTRO)


def _rooms(lines: Mapping[int, Line]) -> None:
    rooms = in_force(Room.objects.filter(state=RoomState.IN_USE.value)).order_by()
    rooms = rooms.filter(school__in=_numbers(lines))
    for pk, n in rooms.values_list("school").annotate(n=Count("pk")):
        lines[pk].beds = n
    stays = Stay.objects.filter(
        state=StayState.IN.value, school__in=_numbers(lines)
    ).order_by()
    for pk, n in stays.values_list("school").annotate(n=Count("room", distinct=True)):
        lines[pk].taken = n


def _reports(lines: Mapping[int, Line], day: dt.date) -> None:
    rows = in_force(DailyReport.objects.filter(day=day, unit__in=_numbers(lines)))
    for pk, state, late, at in rows.values_list("unit", "state", "late", "done_at"):
        signed = state == DailyState.SIGNED.value
        lines[pk].report = ("late" if late else "on_time") if signed else "filled"
        lines[pk].report_at = at


def _limits(line: Line, policy: Policy, now: dt.datetime) -> None:
    day, zone = now.date(), now.tzinfo or dt.UTC
    slots = asked_of(
        screening_of(line.unit, day, policy), _book(day, policy.region), day, zone
    )
    line.check_by = next((s.due for s in slots if s.slot is Slot.MORNING), None)
    line.report_by = daily.due(line.unit, day, zone, policy)


@lru_cache(maxsize=64)
def _book(day: dt.date, region: str) -> Any:
    return load().on(day, region=region)


@lru_cache(maxsize=64)
def ladder_on(day: dt.date, region: str) -> Ladder:
    """The ladder of escalation of a region on a day."""
    return ladder(load(), day, region=region)


def trend(schools: Iterable[Unit], day: dt.date, line: float | None) -> list[Day]:
    """Sick and hot pupils of the last days; a day on which nobody reported is a gap."""
    units = [unit.pk for unit in schools]
    span = {"day__gt": day - dt.timedelta(days=DAYS), "day__lte": day}
    checks = ClassCheck.objects.filter(
        school__in=units, slot=Slot.MORNING.value, state=Standing.SENT.value,
        unit__kind=UnitKind.CLASS.value, **span,
    ).order_by()  # fmt: skip
    sick = dict(checks.values_list("day").annotate(n=Sum("sick")))
    hot: Mapping[dt.date, int] = defaultdict(int)
    if line is not None:
        rows = CheckException.objects.filter(check_row__in=checks, celsius__gte=line)
        hot = defaultdict(
            int, rows.order_by().values_list("check_row__day").annotate(n=Count("pk"))
        )
    days = [day - dt.timedelta(days=n) for n in reversed(range(DAYS))]
    return [Day(day=d, sick=sick.get(d), fever=hot[d] if d in sick else None)
            for d in days]  # fmt: skip


def overdue_traces(
    schools: Iterable[int], now: dt.datetime
) -> dict[int, tuple[int, dt.datetime]]:
    """Absences whose family should have been spoken to: how many, since when, by school."""
    rows = Absence.objects.filter(school__in=list(schools), due__lt=now)
    rows = rows.exclude(state__in=CLOSED).order_by()
    return {
        pk: (n, first)
        for pk, n, first in rows.values_list("school").annotate(
            n=Count("pk"), first=Min("due")
        )
    }
