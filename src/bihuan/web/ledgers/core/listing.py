"""The list of a ledger: its table, its filters, its search, what is saved of them."""

import copy
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any, Final

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict

from bihuan.base.wording import _
from bihuan.rules.access import Detail
from bihuan.web.ledgers.core import values
from bihuan.web.ledgers.core.declare import Column, Kind, Ledger
from bihuan.web.ledgers.core.forms import unit_line
from bihuan.web.ledgers.core.rows import in_force
from bihuan.web.ledgers.core.sight import Sight
from bihuan.web.org import scope
from bihuan.web.org.models import Unit

PAGE: Final = 50
MOST_UNITS: Final = 600
"""Units that a filter offers."""
NOT_SAVED: Final = frozenset({"page", "view", "csrfmiddlewaretoken"})
UNSORTED: Final = frozenset({Kind.CHOICES, Kind.LONG})


class Cell(tables.Column):  # type: ignore[misc]  # the library has no types
    """A declared column of the list."""

    def __init__(self, sight: Sight, column: Column, **options: Any) -> None:
        super().__init__(empty_values=(), verbose_name=_(column.heading), **options)
        self.sight, self.column = sight, column

    def __deepcopy__(self, _memo: dict[int, Any]) -> "Cell":
        """Copy the column and not the request behind its eyes."""
        return copy.copy(self)

    def render(self, record: Any) -> str:
        """The value in words, as much as may be seen."""
        return values.shown(record, self.column, self.sight.detail(record))


def table_for(sight: Sight, rows: QuerySet[Any], request: HttpRequest) -> Any:
    """The table of some rows, sorted and cut into pages as the address asks."""
    made: dict[str, Any] = {
        name_of(column): Cell(sight, column, **_sorting(sight, column))
        for column in listed(sight)
    }
    table = type("LedgerTable", (tables.Table,), made)(rows, order_by="")
    tables.RequestConfig(request, paginate={"per_page": PAGE, "silent": True}).configure(table)  # fmt: skip
    return table


def listed(sight: Sight) -> tuple[Column, ...]:
    """The columns of the list: the unit and the day first, unless the ledger says where."""
    columns = tuple(c for c in sight.ledger.columns_for(sight.most) if c.listed)
    return with_common(columns)


def with_common(columns: Iterable[Column]) -> tuple[Column, ...]:
    """Columns with the unit and the day that every row has, where they are not declared."""
    told = tuple(columns)
    names = {column.field for column in told}
    common = [column for column in COMMON if column.field not in names]
    return (*common, *told)


COMMON: Final = (
    Column(field="day", heading="日期", kind=Kind.DAY, required=True),
    Column(field="unit", heading="单位", kind=Kind.UNIT, required=True),
)


def name_of(column: Column) -> str:
    """Name of a column in addresses."""
    return column.field.replace(".", "__")


def _sorting(sight: Sight, column: Column) -> dict[str, Any]:
    """By what a column sorts: a person's name only where names are seen."""
    personal = column.shown_from > Detail.NUMBERS and sight.least < Detail.NAMED
    if column.kind in UNSORTED or personal or not _stored(sight.ledger, column):
        return {"orderable": False}
    lookup = name_of(column)
    if column.kind in (Kind.PERSON, Kind.UNIT):
        lookup += "__path" if column.kind is Kind.UNIT else "__name"
    return {"order_by": (lookup,)}


def _stored(ledger: Ledger, column: Column) -> bool:
    """Whether a column is one of the database, along relations."""
    model: Any = ledger.model
    for name in column.field.split("."):
        known = {field.name: field for field in model._meta.concrete_fields}  # noqa: SLF001
        if name not in known:
            return False
        model = known[name].related_model or model
    return True


def narrowed(sight: Sight, request: HttpRequest) -> Any:
    """The filters of a ledger over the rows in force that are seen."""
    rows = in_force(sight.rows())
    fields: dict[str, Any] = {"q": _search(sight)} if searched(sight) else {}
    fields |= _common_filters(sight)
    made = {name_of(column): _filter(column) for column in _filtered(sight)}
    fields |= {name: found for name, found in made.items() if found is not None}
    meta = type("Meta", (), {"model": sight.ledger.model, "fields": []})
    kind = type("LedgerFilter", (filters.FilterSet,), {**fields, "Meta": meta})
    return kind(request.GET, rows, request=request)


def _common_filters(sight: Sight) -> dict[str, Any]:
    """State, days and unit, as far as the declaration names them."""
    asked, told = sight.ledger.filters, {}
    if "state" in asked:
        states = [(state.code, _(state.label)) for state in sight.ledger.states]
        told["state"] = filters.ChoiceFilter(
            label=_("状态"), choices=states, empty_label=_("全部")
        )
    if "day" in asked:
        told["since"] = filters.DateFilter("day", "gte", label=_("从"), widget=_day())
        told["until"] = filters.DateFilter("day", "lte", label=_("到"), widget=_day())
    units = _units(sight)
    if len(units) > 1:
        told["unit"] = filters.ChoiceFilter(
            label=_("单位"),
            choices=[(str(unit.pk), unit_line(unit)) for unit in units],
            empty_label=_("全部"),
            method=_under_unit,
        )
    return told


def _units(sight: Sight) -> list[Unit]:
    """Units that one may narrow to: those rows are entered for, and their schools."""
    kinds = {*sight.ledger.units, "school"}
    tops = [top for top, _detail in sight.tops]
    found = Unit.objects.filter(scope.under(tops, "path"), kind__in=kinds)
    return list(found.select_related("school")[:MOST_UNITS])


def _under_unit(rows: QuerySet[Any], _name: str, number: str) -> QuerySet[Any]:
    unit = Unit.objects.get(pk=number)
    return rows.filter(scope.under([unit.path], "unit__path"))


def _filtered(sight: Sight) -> list[Column]:
    names = set(sight.ledger.filters)
    columns = sight.ledger.columns_for(sight.most)
    return [column for column in columns if column.field in names]


def _filter(column: Column) -> Any:
    """The filter of a column by its kind; None: it is not filtered by."""
    name, label = name_of(column), _(column.heading)
    match column.kind:
        case Kind.CHOICE:
            words = [(word.value, _(word.label)) for word in column.words or ()]
            return filters.ChoiceFilter(
                name, label=label, choices=words, empty_label=_("全部")
            )
        case Kind.YES_NO:
            offered = [("1", _("是")), ("0", _("否"))]
            return filters.ChoiceFilter(
                name, label=label, choices=offered, empty_label=_("全部")
            )
        case Kind.TEXT:
            return filters.CharFilter(name, "icontains", label=label)
    return None


def _search(sight: Sight) -> Any:
    """The filter that finds a text in any of the searched fields."""
    lookups = searched(sight)

    def search(rows: QuerySet[Any], _name: str, text: str) -> QuerySet[Any]:
        parts = (Q(**{f"{lookup}__icontains": text}) for lookup in lookups)
        return rows.filter(reduce(or_, parts, Q(pk__in=[])))

    return filters.CharFilter(label=_("查找"), method=search)


def searched(sight: Sight) -> tuple[str, ...]:
    """Fields that may be searched: personal ones only where names are seen."""
    personal = {
        column.field: column.shown_from > Detail.NUMBERS or column.kind is Kind.PERSON
        for column in sight.ledger.columns
    }
    return tuple(
        name.replace(".", "__")
        for name in sight.ledger.search
        if sight.least >= Detail.NAMED
        or not (
            personal.get(name, False) or name.startswith(sight.ledger.person or "\0")
        )
    )


def _day() -> forms.DateInput:
    return forms.DateInput({"type": "date"}, "%Y-%m-%d")


def saved_query(sent: QueryDict) -> str:
    """What of an address is kept in a saved view."""
    kept = QueryDict(mutable=True)
    for name in sent:
        if name not in NOT_SAVED:
            kept.setlist(name, [value for value in sent.getlist(name) if value])
    return kept.urlencode()
