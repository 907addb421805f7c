"""Who is meant by what a clerk wrote: a person by name or number, a unit by its name."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from bihuan.base.wording import _
from bihuan.plan.load.cells import closest
from bihuan.plan.names import class_key, folded, grade_key, plain
from bihuan.web.org import scope
from bihuan.web.org.models import Person, Unit, UnitKind


def people_of(unit: Unit) -> QuerySet[Person]:
    """Those who are in a unit or sleep in it, and have not left."""
    here = scope.under([unit.path], "unit__path") | scope.under(
        [unit.path], "room__path"
    )
    pupils = Person.objects.filter(here, left_on=None).exclude(role="guardian")
    return pupils.select_related("unit").order_by("unit__path", "seat", "pk")


@dataclass(frozen=True)
class Names:
    """The people of a unit by name and number, read once."""

    unit: Unit

    @cached_property
    def known(self) -> dict[str, list[Person]]:
        """People by each way of naming them."""
        found: dict[str, list[Person]] = {}
        for person in people_of(self.unit).defer("phone", "id_number", "address"):
            for said in {plain(person.name), plain(person.code)} - {""}:
                found.setdefault(said, []).append(person)
        return found

    def find(self, text: str) -> Person | str:
        """The person with a name or number; else what is wrong."""
        said = plain(text)
        name, _bracket, code = said.rstrip(")").partition("(")
        found = self.known.get(said) or self.known.get(name, [])
        found = [person for person in found if person.code == code] or found
        if len(found) == 1:
            return found[0]
        if found:
            codes = "、".join(person.code or str(person.pk) for person in found)
            return _("{unit}有{n}人叫这个名字，请填学号：{codes}", unit=self.unit.name, n=len(found), codes=codes)  # fmt: skip
        return _("{unit}没有这个人；请核对姓名，或改填学号、工号", unit=self.unit.name)


def find_unit(units: Iterable[Unit], text: str, school: str = "") -> Unit | str:
    """The unit out of some with a name, however the class is written; else what is wrong."""
    some = [unit for unit in units if not school or _is_school(unit, school)]
    said = folded(text)
    found = [unit for unit in some if _called(unit, said)]
    found = found or [unit for unit in some if _same(unit, text)]
    if len(found) == 1:
        return found[0]
    if found:
        return _("有{n}个单位叫「{name}」，请填上学校", n=len(found), name=text[:40])
    near = closest(said, [folded(unit.name) for unit in some])
    names = {folded(unit.name): unit.name for unit in some}
    return _("没有单位「{came}」，或不归您填；最接近的是「{near}」", came=text[:40], near=names.get(near, "—"))  # fmt: skip


def _is_school(unit: Any, school: str) -> bool:
    return unit.school is not None and folded(unit.school.name) == folded(school)


def _called(unit: Unit, said: str) -> bool:
    full = folded(f"{unit.school.name}{unit.name}") if unit.school else ""
    return said in (folded(unit.name), folded(unit.code), full)


def _same(unit: Unit, text: str) -> bool:
    """Whether two ways of writing mean the same class or grade."""
    if unit.kind == UnitKind.CLASS:
        key = class_key(text)
        return key is not None and key == class_key(unit.name)
    if unit.kind == UnitKind.GRADE:
        level = grade_key(text)
        return level is not None and level == (unit.level or grade_key(unit.name))
    return False
