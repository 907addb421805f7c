"""The survey before a return: rounds, answers, what becomes of a person, who is missing.

A correction is a new answer that replaces the one before. An answer that was written on
a phone earlier than the one in force comes too late to replace it, in whatever order the
two arrive.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from bihuan.base.units import Days
from bihuan.base.wording import _
from bihuan.rules.access import Role
from bihuan.rules.book import load
from bihuan.rules.survey import (
    Coverage,
    Form,
    Outcome,
    Sorted,
    SurveyRule,
    coverage,
    sort,
    survey_rule,
)
from bihuan.web.flows.accounts import Refused
from bihuan.web.ledgers.core.rows import REPLACED, in_force
from bihuan.web.ledgers.survey.models import Answer, Round
from bihuan.web.notices import inbox
from bihuan.web.org import audit
from bihuan.web.org.models import Guardianship, Person, Unit, UnitKind
from bihuan.web.org.policy import policy_of
from bihuan.web.org.scope import Actor, under

OLDEST: Final = dt.timedelta(days=7)
"""An entry that says it is older was written with a wrong clock."""
LINK: Final = "/survey/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What is said of one person; details are kept only of a yes."""

    travelled: bool = False
    outside: bool = False
    contact: bool = False
    symptoms: bool = False
    place: str = ""
    transport: str = ""
    contact_note: str = ""
    symptom_codes: tuple[str, ...] = ()
    arrived_on: dt.date | None = None

    def columns(self) -> dict[str, Any]:
        """Columns of a row; what only a yes asks for is left out of a no."""
        told = asdict(self) | {"symptom_codes": sorted(self.symptom_codes)}
        went = self.travelled or self.outside
        empty = {
            "place": went,
            "transport": went,
            "contact_note": self.contact,
            "symptom_codes": self.symptoms,
        }
        told |= {name: type(told[name])() for name, kept in empty.items() if not kept}
        return told | ({} if went or self.contact else {"arrived_on": None})


NOTHING: Final = Said()
"""No travel, no contact, no symptoms."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where people are counted: a class, a section, or one employer's people in it."""

    unit: int
    employer: str = ""


# ---- rounds -------------------------------------------------------------------------


@transaction.atomic
def open_round(
    actor: Actor,
    unit: Unit,
    *,
    name: str,
    since: dt.date,
    returns_on: dt.date,
    due: dt.datetime,
    now: dt.datetime,
) -> Round:
    """Ask everybody under a school or a bureau; whoever has to see to it is told."""
    if not since <= returns_on:
        raise Refused(_("从哪天起问要早于返校日期"))
    if Round.objects.filter(unit=unit, name=name).exists():
        raise Refused(_("已经有一轮叫“{name}”，换个名称", name=name))
    made = Round.objects.create(
        unit=unit, name=name, since=since, returns_on=returns_on, due=due,
        by_id=actor.person_id, at=now,
    )  # fmt: skip
    audit.write(
        actor, "survey.open", made, school=unit.school or unit, at=now, unit=unit.pk
    )
    _tell(made, unit, now)
    return made


@transaction.atomic
def close_round(actor: Actor, of: Round, now: dt.datetime) -> None:
    """End a round; who is under observation stays so until the day it ends."""
    if Round.objects.filter(pk=of.pk, closed_at=None).update(closed_at=now):
        school = of.unit.school or of.unit
        audit.write(actor, "survey.close", of, school=school, at=now)


@transaction.atomic
def urge(actor: Actor, of: Round, unit: Unit, now: dt.datetime) -> int:
    """Tell those who see to it how many have not answered; says how many were told."""
    told = _tell(of, unit, now)
    school = unit.school or unit
    audit.write(actor, "survey.urge", of, school=school, at=now, told=told)
    return told


def _tell(of: Round, unit: Unit, now: dt.datetime) -> int:
    """Under a bureau the principals are told, in a school the class teachers and heads."""
    missing = {
        place.unit: counted.unfilled
        for place, counted in tally(of, asked(of, now.date(), unit), now.date()).items()
        if counted.unfilled and not place.employer
    }
    if unit.school is None:
        return _tell_schools(of, missing, now)
    roles = (Role.CLASS_TEACHER, Role.LOGISTICS)
    told = 0
    for klass in Unit.objects.filter(pk__in=missing):
        people = inbox.holders(roles, klass, now.date())
        told += inbox.tell(
            "survey_due", people, unit=klass, count=missing[klass.pk], due=of.due,
            now=now, link=f"{LINK}{of.pk}/{klass.pk}/",
        )  # fmt: skip
    return told


def _tell_schools(of: Round, missing: Mapping[int, int], now: dt.datetime) -> int:
    counts: dict[Unit, int] = defaultdict(int)
    for unit in Unit.objects.filter(pk__in=missing).select_related("school"):
        if unit.school:
            counts[unit.school] += missing[unit.pk]
    return sum(
        inbox.tell(
            "survey_due", inbox.holders(Role.PRINCIPAL, school, now.date()),
            unit=school, count=count, due=of.due, now=now, link=f"{LINK}{of.pk}/",
        )
        for school, count in counts.items()
    )  # fmt: skip


def rounds_over(
    paths: Iterable[str], *, closed: bool = False
) -> QuerySet[Round, Round]:
    """Rounds that ask somebody under or above these places."""
    tops = list(paths)
    above = {path[: 8 * n] for path in tops for n in range(1, path.count(".") + 1)}
    rows = Round.objects.filter(under(tops, "unit__path") | Q(unit__path__in=above))
    return (rows if closed else rows.filter(closed_at=None)).select_related("unit")


def asked(
    of: Round, day: dt.date, unit: Unit | None = None
) -> QuerySet[Person, Person]:
    """Everybody a round asks (under a unit): all who are there, but no guardians."""
    rows = Person.objects.filter(
        under([(unit or of.unit).path], "unit__path"),
        Q(left_on=None) | Q(left_on__gt=day),
        unit__path__startswith=of.unit.path,
        unit__closed_on=None,
    )
    return rows.exclude(role="guardian")


# ---- answers ------------------------------------------------------------------------


@transaction.atomic
def answer(
    actor: Actor,
    of: Round,
    person: Person,
    said: Said,
    *,
    entry: uuid.UUID,
    now: dt.datetime,
    made_at: dt.datetime | None = None,
    source: str = "form",
) -> Answer:
    """Keep what is said of a person; the entry sent again changes nothing."""
    there = Answer.objects.filter(entry=entry).first()
    if there is not None:
        return there
    _are_asked(of, [person], now.date())
    made_at = _honest(made_at, now)
    current = _in_force(of).select_for_update().filter(person=person).first()
    days = _days(person.school or of.unit, now.date())
    row = _row(actor, of, person, said, days, entry=entry, now=now, made_at=made_at)
    row.source = source
    if current is not None and current.written_at > row.written_at:
        row.state = REPLACED
    elif current is not None:
        Answer.objects.filter(pk=current.pk).update(state=REPLACED)
        row.replaces = current
    row.save(force_insert=True)
    audit.write(
        actor, "survey.answer", row, school=row.school, at=now,
        person=person.pk, outcome=row.state, source=source,
    )  # fmt: skip
    return row


@transaction.atomic
def answer_rest(
    actor: Actor,
    of: Round,
    people: Sequence[Person],
    *,
    entry: uuid.UUID,
    now: dt.datetime,
    made_at: dt.datetime | None = None,
) -> int:
    """Nothing for everybody of a class who has no answer yet; says how many that were.

    Who was asked is known when the button is pressed: `people`. Sent again, or pressed
    again, it finds nobody without an answer.
    """
    day, made_at = now.date(), _honest(made_at, now)
    known = set(
        _in_force(of).filter(person__in=people).values_list("person", flat=True)
    )
    left = [person for person in people if person.pk not in known]
    _are_asked(of, left, day)
    at = {person.pk: person.school_id or of.unit_id for person in left}
    days = {s.pk: _days(s, day) for s in Unit.objects.filter(pk__in={*at.values()})}
    rows = [
        _row(
            actor, of, person, NOTHING, days[at[person.pk]],
            entry=uuid.uuid5(entry, str(person.pk)), now=now, made_at=made_at,
        )
        for person in left
    ]  # fmt: skip
    for row in rows:
        row.source = "class"
    Answer.objects.bulk_create(rows)
    for school in {row.school_id for row in rows}:
        audit.write(
            actor, "survey.class", of, school=school, at=now,
            units=sorted({r.unit_id for r in rows}), count=len(rows),
        )  # fmt: skip
    return len(rows)


@transaction.atomic
def verify(
    actor: Actor,
    row: Answer,
    now: dt.datetime,
    *,
    community: str = "",
    arrived_on: dt.date | None = None,
) -> Answer:
    """Check a yes, by somebody else than who wrote it; then the rule says what follows."""
    row = _locked(row)
    if row.verified_at is not None:
        return row
    if row.by_id == actor.person_id:
        raise Refused(_("自己填的，请另一个人核实"))
    row.arrived_on = arrived_on or row.arrived_on
    if row.arrived_on is None and (row.travelled or row.outside or row.contact):
        raise Refused(_("要写返回日期或最后一次接触的日期"))
    row.verified_by_id, row.verified_at = actor.person_id, now
    row.community = community.strip()
    return _sorted_again(actor, row, "survey.verify", now)


@transaction.atomic
def release(actor: Actor, row: Answer, note: str, now: dt.datetime) -> Answer:
    """End a contact's observation by the word of whoever ordered it."""
    row = _locked(row)
    if row.released_at is not None:
        return row
    if row.verified_at is None:
        raise Refused(_("先核实，再解除"))
    if not note.strip():
        raise Refused(_("写明谁解除的、凭什么证明"))
    row.released_by_id, row.released_at = actor.person_id, now
    row.note = note.strip()[:300]
    return _sorted_again(actor, row, "survey.release", now)


@transaction.atomic
def resort(now: dt.datetime) -> int:
    """Let observations end on their day; says how many did. For the daily job."""
    over = Answer.objects.filter(
        state=Outcome.OBSERVED.value, observe_to__lte=now.date()
    )
    nobody = Actor(None, None, via="job")
    ended = [
        _sorted_again(nobody, row, "survey.over", now)
        for row in over.select_for_update().order_by("pk")
    ]
    return len(ended)


def _locked(row: Answer) -> Answer:
    current = Answer.objects.select_for_update().get(pk=row.pk)
    if current.state == REPLACED:
        raise Refused(_("这一份已经被更正，请看新的一份"))
    return current


def _sorted_again(actor: Actor, row: Answer, deed: str, now: dt.datetime) -> Answer:
    before = row.state
    if deed != "survey.over":  # an end keeps the days it was set with
        row.observe_days = _days(row.school, now.date())
    _sort(row, now)
    row.save()
    audit.write(
        actor, deed, row, school=row.school_id, at=now, was=before, outcome=row.state
    )
    return row


def _row(
    actor: Actor,
    of: Round,
    person: Person,
    said: Said,
    days: int | None,
    *,
    entry: uuid.UUID,
    now: dt.datetime,
    made_at: dt.datetime | None,
) -> Answer:
    row = Answer(
        entry=entry, unit_id=person.unit_id,
        school_id=person.school_id or of.unit_id, day=now.date(), at=now,
        made_at=made_at, by_id=actor.person_id, acting=actor.acting, due=of.due,
        late=(made_at or now) > of.due, round=of, person=person,
        observe_days=days, **said.columns(),
    )  # fmt: skip
    _sort(row, now)
    return row


def _sort(row: Answer, now: dt.datetime) -> None:
    found = outcome(row, now.date())
    row.state, row.observe_to = found.outcome.value, found.until
    row.done_at = now if found.outcome is Outcome.CLEAR else None


def _days(school: Unit, day: dt.date) -> int | None:
    """Days of observation that hold at a school."""
    policy = policy_of(school)
    rule = survey_rule(load(), policy.measures, day, region=policy.region)
    return None if rule.days is None else round(rule.days)


def _are_asked(of: Round, people: Sequence[Person], day: dt.date) -> None:
    found = asked(of, day).filter(pk__in=[person.pk for person in people])
    if found.count() < len({person.pk for person in people}):
        raise Refused(_("这一轮不问这个人"))
    if of.closed_at is not None and people:
        raise Refused(_("这一轮已经结束"))


def _honest(made_at: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
    """A phone's time, within reason: never after now, never older than a week."""
    return None if made_at is None else min(max(made_at, now - OLDEST), now)


def _in_force(of: Round) -> QuerySet[Answer, Answer]:
    return in_force(Answer.objects.filter(round=of))


# ---- what becomes of people -----------------------------------------------------------


def outcome(row: Answer | None, day: dt.date) -> Sorted:
    """What becomes of a person on a day, by the days that held when it was written."""
    if row is None:
        return sort(None, SurveyRule(days=None), day)
    days = row.observe_days
    rule = SurveyRule(days=None if days is None else Days(days))
    return sort(form_of(row), rule, day)


def form_of(row: Answer) -> Form:
    """A row as the rules read it."""
    return Form(
        travelled=row.travelled,
        outside=row.outside,
        contact=row.contact,
        symptoms=row.symptoms,
        arrived=row.arrived_on,
        verified=row.verified_at is not None,
        released=row.released_at is not None,
    )


def answers_of(of: Round, people: Iterable[Person]) -> dict[int, Answer]:
    """Answers in force of some people, by person."""
    rows = _in_force(of).filter(person__in=[p.pk for p in people])
    return {row.person_id: row for row in rows.select_related("by", "verified_by")}


def tally(
    of: Round, people: QuerySet[Person, Person], day: dt.date
) -> dict[Place, Coverage]:
    """How far a round has come, by class, section and employer.

    A place stands once for all its people and once for each employer in it.
    """
    expected: dict[Place, int] = defaultdict(int)
    found: dict[Place, list[Outcome]] = defaultdict(list)
    for unit, employer, count in people.values_list("unit", "employer").annotate(
        count=Count("pk")
    ):
        for place in _places(unit, employer):
            expected[place] += count
    rows = _in_force(of).filter(person__in=people)
    no = Q(travelled=False, outside=False, contact=False, symptoms=False)
    for unit, employer, count in (
        rows.filter(no)
        .values_list("person__unit", "person__employer")
        .annotate(count=Count("pk"))
    ):
        for place in _places(unit, employer):
            found[place] += [Outcome.CLEAR] * count
    for row in rows.exclude(no).select_related("person"):
        for place in _places(row.person.unit_id, row.person.employer):
            found[place].append(outcome(row, day).outcome)
    return {
        place: coverage(found[place], expected=count)
        for place, count in expected.items()
    }


def _places(unit: int, employer: str) -> tuple[Place, ...]:
    whole = Place(unit)
    return (whole, Place(unit, employer)) if employer else (whole,)


def together(parts: Iterable[Coverage]) -> Coverage:
    """The sum of several places."""
    rows = list(parts)
    return Coverage(
        expected=sum(r.expected for r in rows),
        clear=sum(r.clear for r in rows),
        held=sum(r.held for r in rows),
        observed=sum(r.observed for r in rows),
        unverified=sum(r.unverified for r in rows),
    )


def held_at_gate(
    school: Unit, day: dt.date, among: Iterable[int] | None = None
) -> frozenset[int]:
    """Persons of a school (among some) whom the survey keeps out on a day.

    While a round is open, everybody who is not cleared; after it, who is still observed.
    """
    held: set[int] = set()
    wanted = None if among is None else list(among)
    current = rounds_over([school.path], closed=True).filter(
        since__lte=day, unit__path__in=_up(school.path)
    )
    for of in current:
        people = asked(of, day, school)
        people = people if wanted is None else people.filter(pk__in=wanted)
        if of.closed_at is None:
            held |= set(people.values_list("pk", flat=True)) - _cleared(of, people, day)
        else:
            rows = _in_force(of).filter(person__in=people, observe_to__gt=day)
            seen = (r for r in rows if outcome(r, day).outcome is Outcome.OBSERVED)
            held |= {row.person_id for row in seen}
    return frozenset(held)


def _cleared(of: Round, people: QuerySet[Person, Person], day: dt.date) -> set[int]:
    return {
        row.person_id
        for row in _in_force(of).filter(person__in=people)
        if outcome(row, day).outcome is Outcome.CLEAR
    }


def _up(path: str) -> list[str]:
    return [path[: 8 * n] for n in range(1, path.count(".") + 1)]


def sections(school: Unit) -> QuerySet[Unit, Unit]:
    """Classes and sections of a school, in the order of the tree."""
    kinds = [UnitKind.CLASS.value, UnitKind.STAFF.value]
    rows = Unit.objects.filter(under([school.path], "path"), kind__in=kinds)
    return rows.filter(closed_on=None)


def guardian_filled(rows: Iterable[Answer]) -> int:
    """How many answers came from a guardian himself."""
    answers = list(rows)
    pairs = Guardianship.objects.filter(
        child__in=[row.person_id for row in answers], until=None
    ).values_list("guardian", "child")
    own = set(pairs)
    return sum((row.by_id, row.person_id) in own for row in answers)
