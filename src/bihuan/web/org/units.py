"""How units are made: path, school and exercise follow from the parent."""

from typing import Any

from bihuan.web.org.models import Unit, UnitKind, path_under


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


def above(unit: Unit) -> list[Unit]:
    """Units from the root down to a unit, itself last."""
    steps = unit.path.count(".")
    paths = [unit.path[: 8 * (n + 1)] for n in range(steps)]
    return list(Unit.objects.filter(path__in=paths).order_by("path"))


def root_of(unit: Unit) -> Unit:
    """The bureau, or its exercise twin, that a unit hangs under."""
    return Unit.objects.get(path=unit.path[:8])
