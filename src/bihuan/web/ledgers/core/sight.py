"""What somebody sees of a ledger: which rows, and how much of each one's person."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest

from bihuan.rules.access import Deed, Detail, Reach, right
from bihuan.web.ledgers.core.declare import Kind, Ledger
from bihuan.web.org import scope
from bihuan.web.org.models import Unit
from bihuan.web.org.scope import Actor, Seen


@dataclass(frozen=True)
class Sight:
    """A ledger through the eyes of whoever asks."""

    request: HttpRequest
    ledger: Ledger
    who: Seen
    tops: tuple[tuple[str, Detail], ...]
    """Paths under which rows are seen, each with its detail."""
    own: frozenset[int]
    """Persons whose rows are seen as one's own."""

    @property
    def most(self) -> Detail:
        """The most detail at which any row is seen."""
        levels = [detail for _top, detail in self.tops]
        return max(levels, default=Detail.NONE) if not self.own else Detail.NAMED

    @property
    def least(self) -> Detail:
        """The least detail at which any row is seen: what may be searched and sorted by."""
        levels = [detail for _top, detail in self.tops if self._each(detail)]
        return min(levels, default=self.most)

    def detail(self, row: Any) -> Detail:
        """How much of a row's person is shown."""
        person = self.ledger.person
        if person and getattr(row, f"{person}_id") in self.own:
            return Detail.NAMED
        path = row.unit.path
        levels = [detail for top, detail in self.tops if path.startswith(top)]
        return max(levels, default=Detail.NONE)

    def rows(self) -> QuerySet[Any]:
        """Rows that may be looked at one by one; corrected ones among them."""
        tops = [top for top, detail in self.tops if self._each(detail)]
        kept = scope.under(tops, "unit__path")
        if self.own:
            kept |= Q(**{f"{self.ledger.person}__in": self.own})
        return _related(self.ledger).filter(kept)

    @property
    def each(self) -> bool:
        """Whether any row may be looked at one by one."""
        return bool(self.own) or any(self._each(detail) for _top, detail in self.tops)

    def counted(self) -> QuerySet[Any]:
        """Rows that may only be counted: they are about persons, and only numbers are open."""
        tops = [top for top, detail in self.tops if not self._each(detail)]
        return _related(self.ledger).filter(scope.under(tops, "unit__path"))

    def row(self, pk: int) -> Any:
        """The row with a number, if it may be looked at; else it does not exist."""
        found = self.rows().filter(pk=pk).first()
        if found is None:
            raise Http404
        return found

    def may(self, deed: Deed | None, row: Any = None) -> bool:
        """Whether a deed may be done: somewhere, or to a row."""
        if deed is None or not self.who.may(deed):
            return False
        if row is None:
            return True
        places = scope.places(self.who, deed)
        if any(row.unit.path.startswith(place.top) for place in places):
            return True
        person = self.ledger.person
        if not person or not holds_own(self.who, deed):
            return False
        return getattr(row, f"{person}_id") in self.who.own

    def actor(self, deed: Deed, unit: Unit | None = None) -> Actor:
        """Who does a deed, for the flow."""
        return scope.actor(self.request, deed, unit)

    @cached_property
    def units(self) -> QuerySet[Unit]:
        """Units for which a new row may be entered."""
        if self.ledger.enter is None:
            return Unit.objects.none()
        found = scope.my_units(self.request, self.ledger.enter, *self.ledger.units)
        return found.select_related("school", "parent")

    def _each(self, detail: Detail) -> bool:
        return not self.ledger.person or detail >= Detail.PSEUDONYM


def sight(request: HttpRequest, ledger: Ledger, *and_deeds: Deed) -> Sight:
    """What somebody sees of a ledger; with more deeds, only where all of them reach.

    Whoever may not see it is told that it does not exist.
    """
    who = scope.seen(request)
    if who is None or not all(who.may(deed) for deed in (ledger.see, *and_deeds)):
        raise Http404
    tops = _tops(who, ledger.see)
    for deed in and_deeds:
        tops = _meet(tops, _tops(who, deed))
    own = ledger.person and not and_deeds and holds_own(who, ledger.see)
    return Sight(request, ledger, who, tops, frozenset(who.own if own else ()))


def holds_own(who: Seen, deed: Deed) -> bool:
    """Whether somebody may do a deed to his own and his children's rows."""
    held = (right(grant.role, deed) for grant in who.grants)
    return any(found and found.reach is Reach.OWN for found in held)


def _tops(who: Seen, deed: Deed) -> tuple[tuple[str, Detail], ...]:
    """Paths a deed reaches with their detail; broken glass shows names."""
    tops = [(place.top, place.detail) for place in scope.places(who, deed)]
    if who.may(Deed.GLASS):
        tops += [
            (path, Detail.NAMED)
            for path in who.glass
            if any(path.startswith(top) for top, _detail in tops)
        ]
    return tuple(tops)


def _meet(
    some: tuple[tuple[str, Detail], ...], others: tuple[tuple[str, Detail], ...]
) -> tuple[tuple[str, Detail], ...]:
    """Where both reach, with the lesser detail."""
    return tuple(_both(some, others))


def _both(
    some: tuple[tuple[str, Detail], ...], others: tuple[tuple[str, Detail], ...]
) -> Iterator[tuple[str, Detail]]:
    for one, detail in some:
        for other, level in others:
            if one.startswith(other) or other.startswith(one):
                yield max(one, other, key=len), min(detail, level)


def _related(ledger: Ledger) -> QuerySet[Any]:
    """Rows with the units and persons that their columns name, in one query."""
    shown = {column.field.replace(".", "__") for column in ledger.columns}
    sealed = {f"{name}__{part}" for name in _persons(ledger) for part in SEALED}
    rows = ledger.rows().select_related(*UNITS, *_joined(ledger))
    return rows.defer(*(sealed - shown))


def _joined(ledger: Ledger) -> list[str]:
    """Relations that the columns follow, beside those that every row has."""
    found = set()
    for column in ledger.columns:
        parts = column.field.split(".")
        if column.kind not in (Kind.PERSON, Kind.UNIT):
            parts = parts[:-1]
        found.add("__".join(parts))
    return sorted(name for name in found - {"", *UNITS} if _is_relation(ledger, name))


SEALED: Final = ("phone", "id_number", "address")
"""Fields of a person that are decrypted only where they are asked for."""


def _persons(ledger: Ledger) -> list[str]:
    """Columns that are persons."""
    return [
        column.field.replace(".", "__")
        for column in ledger.columns
        if column.kind is Kind.PERSON
        and _is_relation(ledger, column.field.replace(".", "__"))
    ]


def lean(ledger: Ledger, rows: QuerySet[Any]) -> Iterator[Any]:
    """Many rows one by one: units are few, so that they are read once and not with each."""
    units: dict[int, Unit] = {}
    joined = _joined(ledger)
    light = rows.select_related(None)
    light = light.select_related(*joined) if joined else light  # none would mean all
    for row in light.iterator(chunk_size=2000):
        for name in UNITS:
            number = getattr(row, f"{name}_id")
            if number not in units:
                units[number] = Unit.objects.select_related("school").get(pk=number)
            setattr(row, name, units[number])
        yield row


UNITS: Final = ("unit", "school")
"""Relations that every row has to units."""


def _is_relation(ledger: Ledger, lookup: str) -> bool:
    """Whether every step of a lookup leads to one other row."""
    model: Any = ledger.model
    for name in lookup.split("__"):
        fields = {field.name: field for field in model._meta.get_fields()}  # noqa: SLF001
        field = fields.get(name)
        if field is None or not (field.many_to_one or field.one_to_one):
            return False
        model = field.related_model
    return True
