"""What a gate knows today: who is listed, who is kept out and why, slips, visits, hours.

The guard's phone gets of it a verdict for each minute of the day, worked out here by
`rules.passage`, so that a phone without a network judges as the server does and holds
nothing of the reasons.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Q, QuerySet

from bihuan.plan.words import Role as PersonRole
from bihuan.rules.passage import (
    Direction,
    Hold,
    Knock,
    Passage,
    Slip,
    Verdict,
    Window,
    passage,
)
from bihuan.web.flows.survey import held_at_gate
from bihuan.web.ledgers.absences.models import CLOSED, Absence, AbsenceKind
from bihuan.web.ledgers.gate import codes
from bihuan.web.ledgers.gate.hours import Group, Hours
from bihuan.web.ledgers.gate.models import (
    Badge,
    LeaveSlip,
    SlipState,
    Visit,
    VisitState,
)
from bihuan.web.ledgers.incidents.models import Incident, Standing as IncidentStanding
from bihuan.web.ledgers.isolation.models import Stay, StayState
from bihuan.web.org.models import Person, Unit
from bihuan.web.org.policy import policy_of

STALE: Final = dt.timedelta(hours=24)
"""A list older than this says nothing any more."""
AGREED: Final = frozenset(
    {SlipState.APPROVED.value, SlipState.USED.value, SlipState.BACK.value}
)
WELCOME: Final = frozenset(
    {VisitState.APPROVED.value, VisitState.USED.value, VisitState.LEFT.value}
)
Line = tuple[tuple[int, str], ...]
"""From which minute of the day which answer: a reason's code, "" for pass."""


@dataclass(frozen=True, kw_only=True)
class Book:
    """What is known at a school's gates on a day."""

    school: Unit
    day: dt.date
    zone: dt.tzinfo
    hours: Hours
    people: dict[int, Person]
    holds: dict[int, frozenset[Hold]]
    slips: dict[int, list[LeaveSlip]]
    visits: dict[int, Visit]
    _hours: dict[tuple[Group, Direction], tuple[Window, ...] | None] = field(
        default_factory=dict
    )

    def person(self, person: Person, direction: Direction, now: dt.datetime) -> Passage:
        """Whether somebody may pass."""
        return passage(self._knock(person, direction, now), now)

    def visitor(self, visit: Visit, direction: Direction, now: dt.datetime) -> Passage:
        """Whether a visitor may pass."""
        return passage(_visitor(visit, direction), now)

    def slip(self, person: Person, now: dt.datetime) -> LeaveSlip | None:
        """The leave slip that holds now, an approved one first."""
        slips = self.slips.get(person.pk, [])
        found = [row for row in slips if row.starts <= now < row.ends]
        found.sort(key=lambda row: row.state not in AGREED)
        return found[0] if found else None

    def coming(self, now: dt.datetime) -> tuple[Window | None, list[Person]]:
        """The hour of arrival that runs, and whom it is for."""
        window, found = None, []
        for person in self.people.values():
            mine = self._windows(group(person), Direction.IN) or ()
            open_ = next((one for one in mine if one.holds(now)), None)
            if open_ is not None:
                window = open_
                found.append(person)
        return window, found

    def line(self, person: Person, direction: Direction) -> Line:
        """The day's answers for somebody."""
        return _line(
            lambda now: self.person(person, direction, now),
            self._moments(person, direction),
        )

    def visitor_line(self, visit: Visit, direction: Direction) -> Line:
        """The day's answers for a visitor."""
        moments = (*self._ends, visit.starts, visit.ends)
        return _line(lambda now: self.visitor(visit, direction, now), self._of(moments))

    @property
    def _ends(self) -> tuple[dt.datetime, ...]:
        return (dt.datetime.combine(self.day, dt.time(), self.zone),)

    def _moments(self, person: Person, direction: Direction) -> list[dt.datetime]:
        windows = self._windows(group(person), direction) or ()
        slips = self.slips.get(person.pk, [])
        moments = (
            *self._ends,
            *(at for one in windows for at in (one.start, one.end)),
            *(at for row in slips for at in (row.starts, row.ends)),
        )
        return self._of(moments)

    def _of(self, moments: Iterable[dt.datetime]) -> list[dt.datetime]:
        """Moments of this day, in order."""
        first = self._ends[0]
        end = first + dt.timedelta(days=1)
        here = (at.astimezone(self.zone) for at in moments)
        return sorted({at for at in here if first <= at < end})

    def _knock(self, person: Person, direction: Direction, now: dt.datetime) -> Knock:
        slip = self.slip(person, now)
        return Knock(
            direction=direction,
            listed=person.pk in self.people,
            windows=self._windows(group(person), direction),
            holds=self.holds.get(person.pk, frozenset()),
            slip=None if slip is None else _slip(slip, direction),
        )

    def _windows(self, of: Group, direction: Direction) -> tuple[Window, ...] | None:
        key = of, direction
        if key not in self._hours:
            self._hours[key] = self.hours.of(*key)
        return self._hours[key]


def open_book(
    school: Unit, now: dt.datetime, people: Iterable[int] | None = None
) -> Book:
    """Look up what is known today, of everybody or of some persons."""
    day, zone = now.date(), now.tzinfo or dt.UTC
    rows = listed(school, day)
    rows = rows if people is None else rows.filter(pk__in=list(people))
    found = {row.pk: row for row in rows}
    wanted = None if people is None else found.keys()
    return Book(
        school=school,
        day=day,
        zone=zone,
        hours=Hours(policy_of(school).plan, (school.twin_of or school).code, day, zone),
        people=found,
        holds=holds(school, day, wanted),
        slips=_slips(school, day, zone, wanted),
        visits={row.pk: row for row in visits(school, day, zone)},
    )


def listed(school: Unit, day: dt.date) -> QuerySet[Person, Person]:
    """Who belongs to a school: pupils and staff who have not left."""
    rows = Person.objects.filter(
        Q(left_on=None) | Q(left_on__gt=day), school=school, unit__closed_on=None
    ).exclude(role="guardian")
    return rows.select_related("unit", "unit__parent").order_by(
        "unit__path", "seat", "pk"
    )


def holds(
    school: Unit, day: dt.date, people: Iterable[int] | None = None
) -> dict[int, frozenset[Hold]]:
    """What keeps whom out; only the class teacher and the school doctor see which."""
    wanted = None if people is None else frozenset(people)
    found: dict[int, set[Hold]] = defaultdict(set)
    for hold, persons in _held(school, day, wanted):
        for person in persons:
            if wanted is None or person in wanted:
                found[person].add(hold)
    return {person: frozenset(why) for person, why in found.items()}


def _held(
    school: Unit, day: dt.date, wanted: frozenset[int] | None
) -> Iterator[tuple[Hold, Iterable[int]]]:
    incidents = Incident.objects.filter(
        school=school, state=IncidentStanding.OPEN.value
    )
    yield Hold.INCIDENT, _of(incidents, wanted)
    stays = Stay.objects.filter(school=school, state=StayState.IN.value, left_at=None)
    yield Hold.OBSERVATION, _of(stays, wanted)
    absences = Absence.objects.filter(
        school=school, kind=AbsenceKind.SICK.value
    ).exclude(state__in=CLOSED)
    yield Hold.RETURN, _of(absences, wanted)
    yield Hold.SURVEY, held_at_gate(school, day, wanted)


def _of(rows: QuerySet[Any, Any], wanted: frozenset[int] | None) -> Iterable[int]:
    rows = rows if wanted is None else rows.filter(person__in=wanted)
    return rows.values_list("person", flat=True)


def visits(school: Unit, day: dt.date, zone: dt.tzinfo) -> QuerySet[Visit, Visit]:
    """Visits of a day."""
    start = dt.datetime.combine(day, dt.time(), zone)
    rows = Visit.objects.filter(
        school=school, starts__lt=start + dt.timedelta(days=1), ends__gt=start
    )
    return rows.select_related("host", "host__unit")


def group(person: Person) -> Group:
    """With whom somebody passes."""
    if person.role != PersonRole.STUDENT.value:
        return Group(student=False)
    parent = person.unit.parent
    grade = parent.code if parent else ""
    return Group(student=True, boards=person.boards, grade=grade)


def code_texts(
    book: Book, badges: dict[int, Badge] | None = None
) -> Iterator[tuple[str, Person]]:
    """Every code that is good today, with whose it is."""
    known = badges if badges is not None else badges_of(book.people, book.day)
    site = book.school.pk
    for person in book.people.values():
        yield codes.make(codes.Whose.PERSON, person.pk, site, book.day), person
        badge = known.get(person.pk)
        if badge is not None:
            yield badge_code(badge, site), person


def badges_of(people: Iterable[int], day: dt.date) -> dict[int, Badge]:
    """Badges that are good on a day, by person."""
    rows = Badge.objects.filter(person__in=list(people), until__gte=day)
    return {row.person_id: row for row in rows}


def badge_code(badge: Badge, site: int) -> str:
    """The text of a printed badge."""
    return codes.make(
        codes.Whose.PERSON, badge.person_id, site, badge.until, badge.number
    )


def visit_code(visit: Visit) -> str:
    """The text of a visitor's code, good on the last day of the visit."""
    until = visit.ends.astimezone(visit.starts.tzinfo).date()
    return codes.make(codes.Whose.VISIT, visit.pk, visit.school_id, until)


def as_list(book: Book, now: dt.datetime) -> dict[str, Any]:
    """The list of the day for a phone: codes' digests, names, classes, answers.

    Nothing of anybody's health, and no code: only digests of the codes.
    """
    lines: dict[Line, int] = {}

    def number(line: Line) -> int:
        return lines.setdefault(line, len(lines))

    rows: list[list[Any]] = []
    places: dict[tuple[str, int], int] = {}
    for person in book.people.values():
        places["p", person.pk] = len(rows)
        ways = [number(book.line(person, way)) for way in Direction]
        rows.append(["p", person.pk, person.name, person.unit.name, *ways, person.code])
    for visit in book.visits.values():
        places["v", visit.pk] = len(rows)
        ways = [number(book.visitor_line(visit, way)) for way in Direction]
        rows.append(["v", visit.pk, visit.name, visit.host.unit.name, *ways, ""])
    found = {
        codes.digest(text): places["p", person.pk] for text, person in code_texts(book)
    }
    found |= {
        codes.digest(visit_code(visit)): places["v", visit.pk]
        for visit in book.visits.values()
    }
    return {
        "made": now.isoformat(),
        "day": book.day.isoformat(),
        "lines": [list(line) for line in lines],
        "rows": rows,
        "codes": found,
    }


def _slips(
    school: Unit, day: dt.date, zone: dt.tzinfo, people: Iterable[int] | None
) -> dict[int, list[LeaveSlip]]:
    start = dt.datetime.combine(day, dt.time(), zone)
    rows = LeaveSlip.objects.filter(
        school=school, starts__lt=start + dt.timedelta(days=1), ends__gt=start
    )
    rows = rows if people is None else rows.filter(person__in=list(people))
    found: dict[int, list[LeaveSlip]] = defaultdict(list)
    for row in rows:
        found[row.person_id].append(row)
    return dict(found)


def _slip(row: LeaveSlip, direction: Direction) -> Slip:
    """A slip as the rules read it: who is back does not leave by it again."""
    again = direction is Direction.OUT and row.state == SlipState.BACK.value
    agreed = row.state in AGREED and not again
    return Slip(window=Window(row.starts, row.ends), approved=agreed)


def _visitor(visit: Visit, direction: Direction) -> Knock:
    return Knock(
        direction=direction,
        listed=True,
        holds=frozenset() if visit.well else frozenset({Hold.SURVEY}),
        visit=Slip(
            window=Window(visit.starts, visit.ends), approved=visit.state in WELCOME
        ),
    )


def _line(judge: Any, moments: list[dt.datetime]) -> Line:
    """Answers from each moment on; those like the one before are left out."""
    found: list[tuple[int, str]] = []
    for at in moments:
        told = judge(at)
        said = "" if told.verdict is Verdict.PASS else str(told.reason or "retake")
        if not found or found[-1][1] != said:
            found.append((at.hour * 60 + at.minute, said))
    return tuple(found)
