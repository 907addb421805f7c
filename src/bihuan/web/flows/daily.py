"""The daily and the zero report 日报、零报告: figures that are there already, signed by a person.

A class that has not reported is named and is in no figure; a school that has not signed
is named and is in no sum. A zero report is a statement, never the absence of rows.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from bihuan.base.wording import _
from bihuan.rules.access import Role
from bihuan.rules.book import load
from bihuan.rules.daily import LABELS, ClassCount, Daily, Ill, daily
from bihuan.rules.survey import Outcome
from bihuan.rules.triage import Symptom
from bihuan.web.flows.accounts import Refused
from bihuan.web.ledgers.absences.models import CLOSED, Absence, AbsenceKind
from bihuan.web.ledgers.checks.models import (
    CheckException,
    ClassCheck,
    Kind,
    Slot,
    Standing,
)
from bihuan.web.ledgers.checks.slots import clock_of
from bihuan.web.ledgers.core.rows import REPLACED, in_force
from bihuan.web.ledgers.daily.ledger import FIGURES, DailyState
from bihuan.web.ledgers.daily.models import DailyReport
from bihuan.web.ledgers.incidents.models import Incident
from bihuan.web.ledgers.isolation.models import Stay, StayState
from bihuan.web.ledgers.survey.models import Answer
from bihuan.web.notices import inbox
from bihuan.web.org import audit
from bihuan.web.org.models import Unit, UnitKind
from bihuan.web.org.policy import Policy, policy_of, screening_of
from bihuan.web.org.scope import Actor, under

TYPED: Final = ("confirmed", "suspected", "short")
"""Figures that somebody may type; the others are counted."""
HARMLESS: Final = frozenset({"expected", "present"})
"""Figures of a zero report that are not zero."""
LINK: Final = "/daily/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What is known of a school's day at a moment."""

    figures: Mapping[str, int]
    missing: tuple[Unit, ...]
    """Classes that have not reported; they are in no figure."""
    asked: int
    """Classes that have to report."""

    @property
    def zero(self) -> bool:
        """Whether everybody was asked and nothing was found."""
        return zero(self.figures, self.missing)


def zero(figures: Mapping[str, int], missing: Iterable[object]) -> bool:
    """Whether figures are those of a zero report."""
    known = set(LABELS) <= set(figures)
    ill = any(value for name, value in figures.items() if name not in HARMLESS)
    return known and not ill and not tuple(missing)


# ---- counting -------------------------------------------------------------------------


def count(school: Unit, day: dt.date) -> Counted:
    """Count a school's day from its checks, absences, stays, survey and incidents."""
    classes = {_key(row): row for row in _classes(school)}
    sums = _daily(school, day, classes)
    figures = {
        name: value
        for name in LABELS
        if (value := getattr(sums, name).value) is not None
    }
    figures |= _besides(school, day)
    missing = tuple(classes[key] for key in sums.expected.without)
    return Counted(figures=figures, missing=missing, asked=len(classes))


def figures_of(school: Unit, day: dt.date) -> dict[str, int]:
    """Figures of a day for the office's own form: as signed, else as counted now."""
    row = current(school, day)
    return dict(row.figures if row else count(school, day).figures)


def _key(unit: Unit) -> str:
    return unit.path


def _classes(school: Unit) -> QuerySet[Unit, Unit]:
    rows = Unit.objects.filter(under([school.path], "path"), kind=UnitKind.CLASS.value)
    return rows.filter(closed_on=None).order_by("path")


def _daily(school: Unit, day: dt.date, classes: Mapping[str, Unit]) -> Daily:
    checks = _checks(school, day, UnitKind.CLASS)
    counts = {
        row.unit.path: ClassCount(expected=row.expected, present=row.present)
        for row in checks
    }
    told = {key: counts.get(key) for key in classes}
    return daily(told, _ill(school, day, checks))


def _checks(school: Unit, day: dt.date, kind: UnitKind) -> list[ClassCheck]:
    rows = ClassCheck.objects.filter(
        school=school, day=day, slot=Slot.MORNING.value, state=Standing.SENT.value,
        unit__kind=kind.value, unit__closed_on=None,
    )  # fmt: skip
    return list(rows.select_related("unit"))


def _ill(school: Unit, day: dt.date, checks: Iterable[ClassCheck]) -> list[Ill]:
    """Everybody who is ill today, each once: of the checks, and of absences besides."""
    line = screening_of(school, day).fever_line
    found: dict[int, Ill] = {}
    rows = CheckException.objects.filter(
        check_row__in=list(checks), kind__in=[Kind.SICK.value, Kind.UNWELL.value]
    ).select_related("check_row__unit")
    for row in rows:
        hot = (
            line is not None and row.celsius is not None and float(row.celsius) >= line
        )
        found[row.person_id] = Ill(
            unit=row.check_row.unit.path,
            sick=row.kind == Kind.SICK.value,
            symptoms=_symptoms(row.symptoms) | ({Symptom.FEVER} if hot else set()),
        )
    reported = {check.unit_id for check in checks}
    for absence in _absent(school, day):
        if absence.unit_id not in reported and absence.person_id not in found:
            found[absence.person_id] = Ill(
                unit=absence.unit.path, sick=True, symptoms=_symptoms(absence.symptoms)
            )
    return list(found.values())


def _absent(school: Unit, day: dt.date) -> QuerySet[Absence, Absence]:
    """Sick absences that were seen today; of classes that have not reported yet."""
    rows = Absence.objects.filter(
        school=school, kind=AbsenceKind.SICK.value, last_day=day,
        unit__kind=UnitKind.CLASS.value,
    )  # fmt: skip
    return rows.exclude(state__in=CLOSED).select_related("unit")


def _symptoms(codes: Iterable[str]) -> frozenset[Symptom]:
    known = {symptom.value for symptom in Symptom}
    return frozenset(Symptom(code) for code in codes if code in known)


def _besides(school: Unit, day: dt.date) -> dict[str, int]:
    """Figures besides the classes' own; staff are known once a section has reported."""
    stays = Stay.objects.filter(school=school, state=StayState.IN.value)
    told = {
        "observed": stays.values("person").distinct().count(),
        "returned": in_force(
            Answer.objects.filter(
                school=school, state=Outcome.OBSERVED.value, observe_to__gt=day
            )
        ).values("person").distinct().count(),
        **_diagnosed(school, day),
    }  # fmt: skip
    sections = _checks(school, day, UnitKind.STAFF)
    if sections:
        ill = CheckException.objects.filter(
            check_row__in=sections, kind__in=[Kind.SICK.value, Kind.UNWELL.value]
        )
        told["staff"] = ill.values("person").distinct().count()
    return told


def _diagnosed(school: Unit, day: dt.date) -> dict[str, int]:
    """Cases of the day: by a laboratory, and held for one without."""
    rows = Incident.objects.filter(school=school, day=day, diagnosis="covid")
    persons = dict(rows.order_by("confirmed").values_list("person", "confirmed"))
    confirmed = sum(persons.values())
    return {"confirmed": confirmed, "suspected": len(persons) - confirmed}


# ---- by when ----------------------------------------------------------------------------


def due(
    unit: Unit, day: dt.date, zone: dt.tzinfo, policy: Policy | None = None
) -> dt.datetime | None:
    """By when a school's or a bureau's report is due; None: no row says so."""
    key = "school_report_by" if unit.school_id else "bureau_report_by"
    region = (policy or policy_of(unit)).region
    rows = load().on(day, region=region).named(key)
    own = [row.value for row in rows if row.value is not None and not row.region]
    every = own or [row.value for row in rows if row.value is not None]
    return clock_of(min(every, default=None), day, zone)


# ---- filling and signing --------------------------------------------------------------------


@transaction.atomic
def fill(
    actor: Actor,
    school: Unit,
    day: dt.date,
    now: dt.datetime,
    *,
    typed: Mapping[str, int] | None = None,
    note: str = "",
) -> DailyReport:
    """Fill a school's report from what is known now; one filled before is replaced."""
    if day > now.date():
        raise Refused(_("还没到这一天"))
    found = count(school, day)
    figures = dict(found.figures)
    for name in TYPED:
        if typed and name in typed:
            figures[name] = typed[name]
    row = _new(actor, school, day, now)
    row.figures, row.note = figures, note.strip()[:300]
    row.missing = [unit.pk for unit in found.missing]
    row.state = DailyState.FILLED.value
    row.filled_by_id, row.filled_at = actor.person_id, now
    _put(actor, row, "daily.fill", now)
    signers = inbox.holders(Role.PRINCIPAL, school, now.date())
    inbox.tell(
        "report_sign", [p for p in signers if p != actor.person_id], unit=school,
        now=now, link=LINK,
    )  # fmt: skip
    return row


@transaction.atomic
def sign(
    actor: Actor, row: DailyReport, now: dt.datetime, *, as_zero: bool = False
) -> DailyReport:
    """Sign a report; a zero report is a statement that whoever signs makes."""
    row = DailyReport.objects.select_for_update().get(pk=row.pk)
    if row.state == DailyState.SIGNED.value:
        return row
    if row.state == REPLACED:
        raise Refused(_("这一份已经被重填，请看新的一份"))
    if actor.person_id is None or row.filled_by_id == actor.person_id:
        raise Refused(_("自己填的，请另一个人签"))
    if as_zero and not zero(row.figures, row.missing):
        raise Refused(_("还有人生病或有班级没报，不能签零报告"))
    row.state, row.zero = DailyState.SIGNED.value, as_zero
    row.signed_by_id, row.done_at = actor.person_id, now
    row.late = row.due is not None and now > row.due
    row.save()
    audit.write(
        actor, "daily.sign", row, school=row.school_id, at=now, zero=as_zero,
        late=row.late, missing=row.missing,
    )  # fmt: skip
    return row


@transaction.atomic
def sign_sum(actor: Actor, bureau: Unit, day: dt.date, now: dt.datetime) -> DailyReport:
    """State a bureau's sum of a day, with the schools that are not in it."""
    if actor.person_id is None:
        raise Refused(_("要有人签"))
    told = sum_up(schools(bureau), day)
    row = _new(actor, bureau, day, now)
    row.figures, row.missing = dict(told.figures), [unit.pk for unit in told.missing]
    row.state, row.zero = DailyState.SIGNED.value, zero(told.figures, told.missing)
    row.filled_by_id = row.signed_by_id = actor.person_id
    row.filled_at = row.done_at = now
    return _put(actor, row, "daily.sum", now)


@transaction.atomic
def urge(actor: Actor, bureau: Unit, day: dt.date, now: dt.datetime) -> int:
    """Tell the schools that have not signed; says how many schools there are."""
    told = sum_up(schools(bureau), day)
    roles = (Role.PRINCIPAL, Role.SCHOOL_DOCTOR)
    for school in told.missing:
        inbox.tell(
            "report_due", inbox.holders(roles, school, now.date()), unit=school,
            due=due(school, day, now.tzinfo or dt.UTC) or now, now=now, link=LINK,
        )  # fmt: skip
    audit.write(
        actor, "daily.urge", bureau, school=bureau, at=now, count=len(told.missing)
    )
    return len(told.missing)


def _new(actor: Actor, unit: Unit, day: dt.date, now: dt.datetime) -> DailyReport:
    limit = due(unit, day, now.tzinfo or dt.UTC)
    return DailyReport(
        unit=unit, school=unit.school or unit, day=day, at=now, by_id=actor.person_id,
        acting=actor.acting, due=limit, late=limit is not None and now > limit,
        replaces=current(unit, day),
    )  # fmt: skip


def _put(actor: Actor, row: DailyReport, deed: str, now: dt.datetime) -> DailyReport:
    if row.replaces is not None:
        DailyReport.objects.filter(pk=row.replaces.pk).update(state=REPLACED)
    row.save(force_insert=True)
    audit.write(
        actor, deed, row, school=row.school_id, at=now, figures=row.figures,
        missing=row.missing, late=row.late,
    )  # fmt: skip
    return row


def current(unit: Unit, day: dt.date) -> DailyReport | None:
    """The report of a day that is in force."""
    rows = in_force(DailyReport.objects.filter(unit=unit, day=day))
    return rows.select_related("filled_by", "signed_by", "unit").first()


# ---- sums over schools -----------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Summed:
    """A sum over schools: only those whose report is signed, and who is missing."""

    figures: Mapping[str, int]
    asked: int
    missing: tuple[Unit, ...]
    """Schools that have not signed; they are in no figure."""
    partial: tuple[Unit, ...]
    """Schools that signed while classes were missing."""

    @property
    def reported(self) -> int:
        """Schools that are in the figures."""
        return self.asked - len(self.missing)


def schools(over: Unit) -> list[Unit]:
    """Schools under a bureau or a centre school, in the order of the tree."""
    rows = Unit.objects.filter(under([over.path], "path"), kind=UnitKind.SCHOOL.value)
    return list(rows.filter(closed_on=None).select_related("parent").order_by("path"))


def reports(of: Iterable[Unit], day: dt.date) -> dict[int, DailyReport]:
    """Reports in force of some schools, by school."""
    rows = in_force(DailyReport.objects.filter(unit__in=list(of), day=day))
    return {row.unit_id: row for row in rows.select_related("filled_by", "signed_by")}


def sum_up(
    of: Iterable[Unit], day: dt.date, known: Mapping[int, DailyReport] | None = None
) -> Summed:
    """Add the signed reports of schools."""
    units = list(of)
    rows = reports(units, day) if known is None else known
    signed = {
        unit: rows[unit.pk]
        for unit in units
        if unit.pk in rows and rows[unit.pk].state == DailyState.SIGNED.value
    }
    return Summed(
        figures=_added([row.figures for row in signed.values()]),
        asked=len(units),
        missing=tuple(unit for unit in units if unit not in signed),
        partial=tuple(unit for unit, row in signed.items() if row.missing),
    )


def _added(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Sums of columns; one that no school knows is left out."""
    found: dict[str, int] = defaultdict(int)
    for row in rows:
        for name, value in row.items():
            found[name] += int(value)
    return {name: found[name] for name in FIGURES if name in found}
