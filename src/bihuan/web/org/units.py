"""How units are made: path, school and exercise follow from the parent."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Concat, LPad, Substr

from bihuan.web.org.models import STEP, Unit, UnitKind, path_under
from bihuan.web.org.ready import Ready

BATCH: Final = 500
"""Rows written by one statement."""


def add_unit(
    parent: Unit | None, kind: UnitKind, code: str, name: str, **fields: Any
) -> Unit:
    """Add a unit under a parent; its path is known once it has a number."""
    unit = Unit(
        parent=parent,
        kind=kind.value,
        code=code,
        name=name,
        path=f"new {kind.value} {parent.pk if parent else 0} {code}"[:90],
        school=parent.school if parent else None,
        **{"exercise": parent.exercise if parent else False, **fields},
    )
    unit.save()
    unit.path = path_under(parent, unit.pk)
    if kind is UnitKind.SCHOOL:
        unit.school = unit
    unit.save(update_fields=["path", "school"])
    return unit


def add_units(units: Sequence[Unit]) -> None:
    """Add many units whose parents are there already; paths as `add_unit` makes them."""
    for number, unit in enumerate(units):
        unit.path = f"new {unit.parent_id or 0} {number}"
        unit.school = unit.school or (unit.parent.school if unit.parent else None)
        unit.exercise = unit.parent.exercise if unit.parent else unit.exercise
    made = Unit.objects.bulk_create(units, batch_size=BATCH)
    numbers = [unit.pk for unit in made]
    parent = Unit.objects.filter(pk=OuterRef("parent_id")).values("path")
    for start in range(0, len(numbers), BATCH):
        Unit.objects.filter(pk__in=numbers[start : start + BATCH]).update(
            path=Concat(
                Subquery(parent),
                LPad(Cast("pk", CharField()), STEP - 1, Value("0")),
                Value("."),
            )
        )
    for unit in made:
        unit.path = path_under(unit.parent, unit.pk)


def move(unit: Unit, parent: Unit) -> None:
    """Hang a unit, with all below it, under another parent of the same root."""
    old, new = unit.path, path_under(parent, unit.pk)
    Unit.objects.filter(path__startswith=old).update(
        path=Concat(Value(new), Substr("path", len(old) + 1))
    )
    Unit.objects.filter(pk=unit.pk).update(parent=parent)
    unit.parent, unit.path = parent, new


def above(unit: Unit) -> list[Unit]:
    """Units from the root down to a unit, itself last."""
    steps = unit.path.count(".")
    paths = [unit.path[: 8 * (n + 1)] for n in range(steps)]
    return list(Unit.objects.filter(path__in=paths).order_by("path"))


def root_of(unit: Unit) -> Unit:
    """The bureau, or its exercise twin, that a unit hangs under."""
    return Unit.objects.get(path=unit.path[:8])


_FIELDS: Final = tuple(field.attname for field in Unit._meta.concrete_fields)  # noqa: SLF001  # Django's own public-by-custom name
_UNIT: Final = Ready(
    (int,),
    lambda pk: Unit.objects.filter(pk=pk).order_by().values_list(
        *_FIELDS, *(f"school__{name}" for name in _FIELDS)
    ),
)  # fmt: skip


def unit_by_number(pk: int) -> Unit | None:
    """A unit with its school, by the read that every page and every entry begins with."""
    rows = _UNIT(pk)
    if not rows:
        return None
    unit, school = _made(rows[0][: len(_FIELDS)]), rows[0][len(_FIELDS) :]
    if unit.school_id is not None:
        unit.school = unit if unit.school_id == unit.pk else _made(school)
    return unit


def _made(values: tuple[Any, ...]) -> Unit:
    told = dict(zip(_FIELDS, values, strict=True))
    told["exercise"] = bool(told["exercise"])
    if isinstance(told["closed_on"], str):  # SQLite has no dates
        told["closed_on"] = dt.date.fromisoformat(told["closed_on"])
    return Unit.from_db("default", _FIELDS, [told[name] for name in _FIELDS])
