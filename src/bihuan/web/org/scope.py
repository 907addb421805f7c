"""The only door to rows: who looks, what he may do, and which rows that covers.

A view asks ``reach_unit``, ``reach_person`` or ``reach_row`` for one row and ``within``
for many. What is out of reach does not exist: Http404, never 403, across schools. An
exercise school hangs under a root of its own, so the same prefixes keep it apart.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest

from bihuan.rules.access import Deed, Detail, Reach, Role, right
from bihuan.web.org import clock
from bihuan.web.org.models import Account, Assignment, Glass, Guardianship, Person, Unit
from bihuan.web.org.units import unit_by_number

M = TypeVar("M", bound=Model)

LARGEST = 2**63
"""No row has this number, nor can a database be asked for it."""
DIGITS = len(str(LARGEST)) - 1
MACHINE = Detail.PSEUDONYM
"""The most a token sees of a person, whatever role it borrows from."""
EXERCISE_KEY = "exercise"
"""Session key that is set while somebody acts in an exercise school."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held today at a unit; `top` and `school_path` are prefixes of paths."""

    role: Role
    unit_id: int
    top: str
    school_id: int | None
    school_path: str
    acting: bool = False
    only: Deed | None = None
    """The one deed for which a token borrows the role; None: all of the role's."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, as what; goes into every audit line."""

    account_id: int | None
    person_id: int | None
    role: Role | None = None
    acting: bool = False
    via: str = "web"


@dataclass(frozen=True, slots=True)
class Seen:
    """Who looks: the account, its person, what it holds today, what it may open."""

    account_id: int
    person_id: int | None
    name: str
    grants: tuple[Grant, ...]
    own: tuple[int, ...] = ()
    """Persons somebody may see as his own: himself and his children."""
    glass: tuple[str, ...] = ()
    """Paths whose names are open for now."""
    exercise: bool = False
    token: bool = False
    deeds: frozenset[Deed] | None = None
    """The only deeds a token may do; None: all of its roles'."""

    @property
    def roles(self) -> frozenset[Role]:
        """Roles held today."""
        return frozenset(grant.role for grant in self.grants)

    def may(self, deed: Deed) -> bool:
        """Whether any role held today may do a deed, somewhere."""
        if self.deeds is not None and deed not in self.deeds:
            return False
        return any(right(grant.role, deed) for grant in self.grants)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Where a deed is allowed: rows under `top`, shown with `detail`, by `grant`."""

    top: str
    detail: Detail
    grant: Grant


def seen(request: HttpRequest) -> Seen | None:
    """Who looks at a page; None: nobody logged in. Asked once a request."""
    if not hasattr(request, "_seen"):
        account = getattr(request, "user", None)
        found = look(request, account) if isinstance(account, Account) else None
        request._seen = found  # type: ignore[attr-defined]  # noqa: SLF001  # a cache of this request
    answer: Seen | None = request._seen  # type: ignore[attr-defined]  # noqa: SLF001
    return answer


def look(request: HttpRequest, account: Account) -> Seen | None:
    """What an account may do today, in the real schools or in the exercise."""
    person = account.person
    if person is None or not account.is_active:
        return Seen(account.pk, None, account.username, ())
    exercise = bool(request.session.get(EXERCISE_KEY))
    if exercise:
        person = Person.objects.filter(twin_of=person).first() or person
    return seen_as(account.pk, person, clock.now(), exercise=exercise)


def seen_as(
    account_id: int, person: Person, now: dt.datetime, *, exercise: bool = False
) -> Seen:
    """What a person may do at a moment."""
    grants = _grants(person, now.date(), exercise=exercise)
    roles = {grant.role for grant in grants}
    return Seen(
        account_id=account_id,
        person_id=person.pk,
        name=person.name,
        grants=grants,
        own=(person.pk, *(_children(person) if Role.GUARDIAN in roles else ())),
        glass=_glass(person, now) if any(right(r, Deed.GLASS) for r in roles) else (),
        exercise=exercise,
    )


def _children(person: Person) -> Iterable[int]:
    ties = Guardianship.objects.filter(guardian=person, until=None)
    return ties.values_list("child_id", flat=True)


def _glass(person: Person, now: dt.datetime) -> tuple[str, ...]:
    broken = Glass.objects.filter(person=person, until__gt=now)
    return tuple(broken.values_list("unit__path", flat=True))


def actor(request: HttpRequest, deed: Deed, at: Unit | None = None) -> Actor:
    """Who does a deed (at a unit): the role that allows it, one's own before an acting one."""
    who = _somebody(request)
    fitting = [
        allowed.grant
        for allowed in places(who, deed)
        if at is None or at.path.startswith(allowed.top)
    ]
    grant = min(fitting, key=lambda grant: grant.acting, default=None)
    return Actor(
        account_id=who.account_id or None,
        person_id=who.person_id,
        role=grant.role if grant else None,
        acting=bool(grant and grant.acting),
        via="api" if who.token else "web",
    )


def places(who: Seen, deed: Deed) -> tuple[Allowed, ...]:
    """Everywhere somebody may do a deed, and how much of persons he sees there."""
    if who.deeds is not None and deed not in who.deeds:
        return ()
    found = []
    for grant in who.grants:
        held = right(grant.role, deed)
        if held is None or held.reach is Reach.OWN or grant.only not in {None, deed}:
            continue
        top = grant.top if held.reach is Reach.UNIT else grant.school_path or grant.top
        seen_as = min(held.detail, MACHINE) if who.token else held.detail
        found.append(Allowed(top, seen_as, grant))
    return tuple(found)


def under(tops: Iterable[str], field: str) -> Q:
    """Rows whose path (a field) lies under one of the tops; none: no row."""
    ranges = [
        Q(**{f"{field}__gte": top, f"{field}__lt": top + "~"}) for top in set(tops)
    ]
    return reduce(or_, ranges, Q(pk__in=[]))


def within(
    request: HttpRequest,
    deed: Deed,
    rows: QuerySet[M],
    unit: str = "unit",
    person: str = "",
) -> QuerySet[M]:
    """Keep the rows a deed may be done to: by their unit, or one's own by their person.

    unit: lookup of the row's unit; person: lookup of the person it is about, for roles
    that reach only their own (guardians), empty where a row is about nobody.
    """
    who = _somebody(request)
    kept = under(
        (a.top for a in places(who, deed)), f"{unit}__path" if unit else "path"
    )
    if person and any(_own(grant.role, deed) for grant in who.grants):
        kept |= Q(**{f"{person}__in": who.own})
    return rows.filter(kept)


def detail(request: HttpRequest, deed: Deed, unit: Unit) -> Detail:
    """How much of the persons of a unit a deed shows; broken glass shows names."""
    who = _somebody(request)
    if any(unit.path.startswith(path) for path in who.glass) and who.may(Deed.GLASS):
        return Detail.NAMED
    levels = [a.detail for a in places(who, deed) if unit.path.startswith(a.top)]
    return max(levels, default=Detail.NONE)


def reach_unit(request: HttpRequest, deed: Deed, pk: int) -> Unit:
    """The unit with a number, if a deed reaches it; else it does not exist."""
    unit = unit_by_number(pk) if 0 < pk < LARGEST else None
    tops = [allowed.top for allowed in places(_somebody(request), deed)]
    if unit is None or not any(unit.path.startswith(top) for top in tops):
        raise Http404
    return unit


def reach_person(request: HttpRequest, deed: Deed, pk: int) -> Person:
    """The person with a number, through the unit, the dormitory room, or as one's own."""
    who = _somebody(request)
    tops = [a.top for a in places(who, deed)]
    kept = under(tops, "unit__path") | under(tops, "room__path")
    if any(_own(grant.role, deed) for grant in who.grants):
        kept |= Q(pk__in=who.own)
    rows = Person.objects.select_related("unit", "school", "room").filter(kept)
    return _one(rows, pk)


def reach_row(
    request: HttpRequest,
    deed: Deed,
    rows: QuerySet[M],
    pk: int,
    *,
    unit: str = "unit",
    person: str = "",
) -> M:
    """The row with a number, if a deed reaches it; else it does not exist."""
    return _one(within(request, deed, rows, unit, person), pk)


def row_number(text: str | None) -> int:
    """A row's number as a form or an address has it; what is none is 0, which no row has."""
    plain = text is not None and text.isascii() and text.isdecimal()
    return int(text) if text and plain and len(text) <= DIGITS else 0


def my_units(request: HttpRequest, deed: Deed, *kinds: str) -> QuerySet[Unit]:
    """Units of some kinds that a deed reaches, in the order of the tree."""
    rows = within(request, deed, Unit.objects.filter(closed_on=None), unit="")
    return rows.filter(kind__in=kinds) if kinds else rows


def me(request: HttpRequest) -> int:
    """Number of the person who looks; 0: an account without one."""
    return _somebody(request).person_id or 0


def _one(rows: QuerySet[M], pk: int) -> M:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _own(role: Role, deed: Deed) -> bool:
    held = right(role, deed)
    return held is not None and held.reach is Reach.OWN


def _somebody(request: HttpRequest) -> Seen:
    who = seen(request)
    if who is None:
        raise Http404
    return who


def _grants(person: Person, day: dt.date, *, exercise: bool) -> tuple[Grant, ...]:
    held = Assignment.objects.filter(
        Q(until=None) | Q(until__gt=day),
        person=person,
        since__lte=day,
        unit__exercise=exercise,
    ).select_related("unit", "unit__school")
    return tuple(
        Grant(
            role=Role(row.role),
            unit_id=row.unit_id,
            top=row.unit.path,
            school_id=row.unit.school_id,
            school_path=row.unit.school.path if row.unit.school else "",
            acting=row.acting_for_id is not None,
        )
        for row in held
    )
