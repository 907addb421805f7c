"""Alarms 报警: cases of the last days held against the rules; each keeps the rule it rests on."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from bihuan.base.units import Celsius
from bihuan.base.wording import _
from bihuan.rules.absence import Trace
from bihuan.rules.access import Role
from bihuan.rules.alarms import Alarm as Found, Case, Cell, Group, counted
from bihuan.rules.book import DISEASES, load
from bihuan.rules.precision import Closing, Diagnosis, Precision, Truth, truth
from bihuan.rules.triage import Screening, Symptom, syndromes
from bihuan.web.flows.accounts import Refused
from bihuan.web.ledgers.absences.models import Absence
from bihuan.web.ledgers.checks.models import CheckException, Kind
from bihuan.web.ledgers.core.rows import REPLACED, in_force
from bihuan.web.ledgers.incidents.ledger import precision
from bihuan.web.ledgers.incidents.models import (
    DIAGNOSES,
    NOT_CATCHING,
    RULED_OUT,
    Alarm,
    AlarmState,
    Incident,
)
from bihuan.web.notices.inbox import holders, tell
from bihuan.web.org import audit
from bihuan.web.org.models import Person, Unit, UnitKind
from bihuan.web.org.policy import alarm_rules_of, screening_of
from bihuan.web.org.scope import Actor

SYSTEM: Final = Actor(account_id=None, person_id=None, via="job")
LOOKED_BACK: Final = dt.timedelta(days=14)
"""Windows of the rules are not longer."""
GAP: Final = dt.timedelta(days=3)
"""Days without an entry after which somebody's illness is a new one: a weekend and a day."""
PRECISION_DAYS: Final = dt.timedelta(days=60)
"""Days of alarms over which precision is told."""
TOLD: Final = (Role.SCHOOL_DOCTOR, Role.PRINCIPAL, Role.BUREAU_OFFICE)
"""Who may take an alarm."""


@dataclass
class Illness:
    """What was written down of somebody's illness, over its days."""

    day: dt.date
    last: dt.date
    symptoms: set[Symptom] = field(default_factory=set)
    celsius: float | None = None
    disease: str = ""
    confirmed: bool = False

    def take(
        self, day: dt.date, symptoms: Iterable[str], celsius: Any, disease: str = ""
    ) -> None:
        """Add what was written on a day."""
        self.last = max(self.last, day)
        self.symptoms |= {Symptom(code) for code in symptoms}
        if celsius is not None:
            self.celsius = max(float(celsius), self.celsius or 0.0)
        self.disease = disease or self.disease


@transaction.atomic
def weigh(school: Unit, now: dt.datetime) -> tuple[Alarm, ...]:
    """Hold the cases of a school against the rules; gives the alarms that it raised or grew.

    Asked again with the same cases it changes nothing: one cluster of a rule is one alarm
    until it is closed.
    """
    found = [one for one in _counted(school, now) if one.fired]
    if not found:
        return ()
    units = _units(school)
    standing = _standing(school, found)
    touched = []
    for one in found:
        alarm = _kept(one, school, units, standing, now)
        if alarm is not None:
            touched.append(alarm)
    return tuple(touched)


def watched(school: Unit, now: dt.datetime) -> tuple[Found, ...]:
    """What one more case would set off 没到线，在看."""
    return tuple(
        one
        for one in _counted(school, now)
        if not one.fired and one.threshold and 1 < one.count == one.threshold - 1
    )


def _counted(school: Unit, now: dt.datetime) -> tuple[Found, ...]:
    day = now.date()
    cases = tuple(cases_of(school, day))
    if not cases:
        return ()
    return counted(cases, _sizes(school), alarm_rules_of(school, day), day)


def cases_of(
    school: Unit, day: dt.date, back: dt.timedelta = LOOKED_BACK
) -> Iterator[Case]:
    """Illnesses of a school's persons that were found in the last days."""
    policy = screening_of(school, day)
    ill = _illnesses(school, day - back, day)
    people = Person.objects.filter(pk__in=ill).select_related(
        "unit", "unit__parent", "room"
    )
    for person in people:
        cells = frozenset(_cells(person, school))
        for one in ill[person.pk]:
            yield _case(person.pk, one, cells, policy)


def _case(person: int, one: Illness, cells: frozenset[Cell], policy: Screening) -> Case:
    """A case; an illness that is not passed on looks like nothing that clusters."""
    heat = None if one.celsius is None else Celsius(one.celsius)
    quiet = one.disease in (NOT_CATCHING, RULED_OUT)
    looks = frozenset() if quiet else syndromes(frozenset(one.symptoms), heat, policy)
    return Case(
        person=str(person),
        day=one.day,
        cells=cells,
        syndromes=looks,
        disease=one.disease,
        confirmed=one.confirmed,
    )


def _illnesses(
    school: Unit, since: dt.date, until: dt.date
) -> Mapping[int, list[Illness]]:
    """Of each person the illnesses, told apart by days without any entry."""
    found: dict[int, list[Illness]] = defaultdict(list)
    for person, day, symptoms, celsius, disease, sure in sorted(
        _written(school, since, until), key=lambda row: (row[0], row[1])
    ):
        mine = found[person]
        if not mine or day - mine[-1].last > GAP:
            mine.append(Illness(day, day))
        mine[-1].take(day, symptoms, celsius, disease)
        mine[-1].confirmed |= sure
    return found


Written = tuple[int, dt.date, list[str], Any, str, bool]


def _written(school: Unit, since: dt.date, until: dt.date) -> Iterator[Written]:
    """Every entry about an illness: of incidents, of the traces of absences, of checks."""
    span = {"school": school, "day__gte": since, "day__lte": until}
    for person, day, symptoms, first, again, disease, sure in in_force(
        Incident.objects.filter(**span)
    ).values_list(
        "person", "day", "symptoms", "celsius", "again", "diagnosis", "confirmed"
    ):
        yield person, day, symptoms, again or first, disease, sure
    traces = in_force(Absence.objects.filter(**span))
    for person, day, symptoms, celsius, disease, state in traces.values_list(
        "person", "day", "symptoms", "celsius", "diagnosis", "state"
    ):
        said = RULED_OUT if state in _NO_ILLNESS else _known(disease)
        yield person, day, symptoms, celsius, said, False
    rows = CheckException.objects.filter(
        check_row__school=school,
        check_row__day__gte=since,
        check_row__day__lte=until,
        kind__in=[kind.value for kind in Kind if kind.ill or kind is Kind.UNKNOWN],
    )
    rows = rows.exclude(check_row__state=REPLACED)
    for person, day, symptoms, celsius in rows.values_list(
        "person", "check_row__day", "symptoms", "celsius"
    ):
        yield person, day, symptoms, celsius, "", False


_NO_ILLNESS: Final = (Trace.EXCLUDED.value, Trace.LEAVE.value)


def _known(disease: str) -> str:
    return disease if disease in DISEASES else ""


def _cells(person: Person, school: Unit) -> Iterator[Cell]:
    """Where somebody is counted; classes and grades by the plan's codes, as rules name them."""
    yield Group.SCHOOL, school.code
    if person.unit.kind == UnitKind.CLASS.value:
        yield Group.CLASS, person.unit.code
        if person.unit.parent is not None:
            yield Group.GRADE, person.unit.parent.code
    if person.room is not None:
        yield Group.DORM_ROOM, str(person.room_id)
    if person.bus:
        yield Group.BUS, person.bus
    if person.hall:
        yield Group.MEAL, person.hall


def _sizes(school: Unit) -> Mapping[Cell, int]:
    """Persons of classes, grades and the school; of a room nobody asks a share."""
    sizes: dict[Cell, int] = defaultdict(int)
    rows = Unit.objects.filter(school=school, kind=UnitKind.CLASS.value, closed_on=None)
    for code, grade, size in rows.values_list("code", "parent__code", "size"):
        if size:
            sizes[Group.CLASS, code] += size
            sizes[Group.GRADE, grade] += size
            sizes[Group.SCHOOL, school.code] += size
    return sizes


def _units(school: Unit) -> Mapping[Cell, Unit]:
    """Units that alarms hang at."""
    kinds = {
        UnitKind.CLASS.value: (Group.CLASS, "code"),
        UnitKind.GRADE.value: (Group.GRADE, "code"),
        UnitKind.ROOM.value: (Group.DORM_ROOM, "pk"),
    }
    rows = Unit.objects.filter(school=school, kind__in=kinds, closed_on=None)
    found: dict[Cell, Unit] = {(Group.SCHOOL, school.code): school}
    for unit in rows:
        group, name = kinds[unit.kind]
        found[group, str(getattr(unit, name))] = unit
    return found


def _key(one: Found) -> str:
    rule, group, unit, kind = one.key
    return f"{rule}|{group.value}|{unit}|{kind}"[:120]


def _standing(school: Unit, found: Iterable[Found]) -> Mapping[str, Alarm]:
    """The last alarm of each cluster that fires now."""
    rows = Alarm.objects.filter(school=school, key__in=[_key(one) for one in found])
    return {alarm.key: alarm for alarm in rows.select_for_update().order_by("day")}


def _kept(
    one: Found,
    school: Unit,
    units: Mapping[Cell, Unit],
    standing: Mapping[str, Alarm],
    now: dt.datetime,
) -> Alarm | None:
    """Raise an alarm, or let the one that stands grow; None: nothing is new."""
    persons = sorted(map(int, one.persons))
    old = standing.get(_key(one))
    if old is not None and set(persons) <= set(old.persons):
        return None
    if old is not None and (
        old.state != AlarmState.CLOSED.value or old.day == now.date()
    ):
        return _grown(old, one, persons, now)
    return _raised(one, persons, school, units, now)


def _grown(alarm: Alarm, one: Found, persons: list[int], now: dt.datetime) -> Alarm:
    """More cases of the same cluster; one that was closed today is open again."""
    alarm.persons = sorted({*alarm.persons, *persons})
    alarm.count, alarm.last = len(alarm.persons), one.last
    if alarm.state == AlarmState.CLOSED.value:
        alarm.state, alarm.diagnosis, alarm.true_alarm = AlarmState.OPEN.value, "", None
        alarm.done_at = alarm.closed_by = None
    alarm.save()
    audit.write(
        SYSTEM, "alarm.grow", alarm, school=alarm.school_id, at=now, count=alarm.count
    )
    _tell(alarm, now)
    return alarm


def _raised(
    one: Found,
    persons: list[int],
    school: Unit,
    units: Mapping[Cell, Unit],
    now: dt.datetime,
) -> Alarm:
    rule, document = one.rule, load().by_code.get(one.rule.document)
    alarm = Alarm.objects.create(
        unit=units.get(one.cell, school),
        school=school,
        day=now.date(),
        at=now,
        raised_at=now,
        state=AlarmState.OPEN.value,
        rule=rule.code,
        title=rule.name,
        document=document.title if document else "",
        binding=rule.source.value,
        ask=rule.ask.value,
        group=rule.group.value,
        where=one.unit if rule.group in (Group.BUS, Group.MEAL) else "",
        key=_key(one),
        syndrome=one.syndrome.value if one.syndrome else "",
        disease=one.disease,
        counted=rule.counted.value,
        count=one.count,
        threshold=one.threshold or one.count,
        window=rule.window,
        persons=persons,
        first=one.first,
        last=one.last,
        report_by=one.due(now),
        due=one.due(now),
    )
    audit.write(
        SYSTEM, "alarm.raise", alarm, school=school, at=now, rule=rule.code,
        count=one.count, persons=persons,
    )  # fmt: skip
    _tell(alarm, now)
    return alarm


def _tell(alarm: Alarm, now: dt.datetime) -> None:
    """Tell by counts: doctor, head and bureau, who take it; the grade, which sees its cases."""
    day = now.date()
    takers = holders(TOLD, alarm.unit, day)
    grade = set(holders(Role.GRADE_HEAD, alarm.unit, day)) - set(takers)
    for to, link, group in (
        (takers, f"/alarms/{alarm.pk}/", alarm.school),
        (grade, "/incidents/", None),
    ):
        tell(
            "alarm_class", to, unit=alarm.school, klass=alarm.unit, count=alarm.count,
            now=now, link=link, group=group,
        )  # fmt: skip


@transaction.atomic
def take(actor: Actor, alarm: Alarm, now: dt.datetime) -> None:
    """Take an alarm: from now on somebody answers for it; who was first stays."""
    audit.hold(alarm.school_id)
    row = Alarm.objects.select_for_update().get(pk=alarm.pk)
    if row.state != AlarmState.OPEN.value:
        return
    row.state, row.taken_at = AlarmState.TAKEN.value, now
    row.taken_by_id = actor.person_id
    row.acting = actor.acting
    row.save(update_fields=["state", "taken_at", "taken_by", "acting"])
    audit.write(actor, "alarm.take", row, school=row.school_id, at=now)


@transaction.atomic
def close(actor: Actor, alarm: Alarm, diagnosis: str, now: dt.datetime) -> None:
    """Close an alarm with what its cases had; whether it was true follows from that."""
    audit.hold(alarm.school_id)
    row = Alarm.objects.select_for_update().get(pk=alarm.pk)
    if row.state == AlarmState.CLOSED.value:
        return
    if diagnosis not in dict(DIAGNOSES):
        raise Refused(_("关闭报警要填诊断，或选“排除”。"))
    row.state, row.diagnosis, row.done_at = AlarmState.CLOSED.value, diagnosis, now
    row.closed_by_id = actor.person_id
    row.true_alarm = _is_true(row)
    row.save(update_fields=["state", "diagnosis", "done_at", "closed_by", "true_alarm"])
    audit.write(
        actor, "alarm.close", row, school=row.school_id, at=now, diagnosis=diagnosis,
        true=row.true_alarm,
    )  # fmt: skip


@transaction.atomic
def retell(school: Unit, persons: Iterable[int], now: dt.datetime) -> None:
    """Judge alarms anew by diagnoses that came; an open one may be told before it closes."""
    wanted = set(persons)
    since = now.date() - PRECISION_DAYS
    for row in Alarm.objects.filter(school=school, day__gte=since).exclude(
        state=REPLACED
    ):
        if not wanted & set(row.persons):
            continue
        was, row.true_alarm = row.true_alarm, _is_true(row)
        if was != row.true_alarm:
            row.save(update_fields=["true_alarm"])
            audit.write(
                SYSTEM, "alarm.truth", row, school=row.school_id, at=now,
                true=row.true_alarm,
            )  # fmt: skip


def _is_true(alarm: Alarm) -> bool | None:
    """Whether enough of its persons had one illness that is passed on; None: not out yet.

    Whose own diagnosis is not out is taken to have what the alarm was closed with.
    """
    own = _diagnoses(alarm.persons)
    said = tuple(
        _diagnosis(own.get(person) or alarm.diagnosis) for person in alarm.persons
    )
    return _TRUTH[truth(Closing(threshold=alarm.threshold, diagnoses=said))]


_TRUTH: Final = {Truth.TRUE: True, Truth.FALSE: False, Truth.UNKNOWN: None}


def _diagnoses(persons: Iterable[int]) -> Mapping[int, str]:
    """The newest diagnosis of each person."""
    rows = Incident.objects.filter(person__in=persons).exclude(diagnosis="")
    return dict(rows.order_by("day", "pk").values_list("person", "diagnosis"))


def _diagnosis(disease: str) -> Diagnosis | None:
    if not disease:
        return None
    catching = disease not in (NOT_CATCHING, RULED_OUT)
    return Diagnosis(disease=disease, communicable=catching)


def precision_of(rows: "QuerySet[Alarm]", rule: str, day: dt.date) -> Precision:
    """How often a rule was right among alarms, over the last days 这条准不准."""
    since = day - PRECISION_DAYS
    found = rows.filter(rule=rule, day__gte=since, day__lte=day)
    return precision(found.exclude(state=REPLACED))
