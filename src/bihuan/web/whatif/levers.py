"""The levers of a school's plan: fields of its measures that somebody may pull, with bounds.

A lever is a field of a kind of measure, and moves every measure of that kind that has the
same value; where they differ, each has its own. Beds are a lever of the zones.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import time
from typing import Any, Final

from bihuan.base.ids import SchoolCode
from bihuan.base.wording import N_
from bihuan.plan.measures import Measure, SymptomCheck
from bihuan.plan.plan import Plan
from bihuan.plan.words import Word, ZoneKind

BEDS: Final = "zone.beds"
NIGHT: Final = (time(22), time(6))


class Group(Word):
    """What a lever is good for."""

    FIND = "find", N_("找得到")
    APART = "apart", N_("隔得开")
    LESS = "less", N_("传得少")
    OUT = "out", N_("进得少")


@dataclass(frozen=True, slots=True)
class Field:
    """A field that may be pulled: where it stands, what it is called, how far it goes."""

    key: str
    """kind.field"""
    group: Group
    name: str
    low: float
    high: float
    step: float
    unit: str = ""
    whole: bool = False


FIELDS: Final = (
    Field("symptom_check.fever_sensitivity", Group.FIND, N_("晨午晚检发现发热的比例"), 0.3, 0.95, 0.05),
    Field("symptom_check.missed", Group.FIND, N_("晨午晚检漏看的比例"), 0.0, 0.5, 0.01),
    Field("contact_listing.recall", Group.FIND, N_("接触者名单查全率"), 0.4, 1.0, 0.01),
    Field("testing.delay", Group.FIND, N_("出检测结果"), 2, 72, 1, N_("小时")),
    Field("isolation.delay", Group.APART, N_("白天发现到分室"), 5, 180, 5, N_("分钟")),
    Field("isolation.night_delay", Group.APART, N_("夜间发现到分室"), 5, 480, 5, N_("分钟")),
    Field("contact_listing.delay", Group.APART, N_("接触者名单用时"), 1, 72, 1, N_("小时")),
    Field(BEDS, Group.APART, N_("隔离室床位"), 0, 60, 1, N_("张"), whole=True),
    Field("staggered_dining.batches", Group.APART, N_("就餐批次"), 1, 6, 1, N_("批"), whole=True),
    Field("staggered_arrival.batches", Group.APART, N_("到校批次"), 1, 6, 1, N_("批"), whole=True),
    Field("ventilation.times", Group.LESS, N_("每日开窗通风"), 0, 8, 1, N_("次"), whole=True),
    Field("ventilation.minutes", Group.LESS, N_("每次通风"), 0, 60, 5, N_("分钟")),
    Field("mask.wearing", Group.LESS, N_("口罩佩戴率"), 0.0, 1.0, 0.05),
    Field("cleaning.times", Group.LESS, N_("每日消毒保洁"), 0, 6, 1, N_("次"), whole=True),
    Field("return_survey.coverage", Group.OUT, N_("返校摸排覆盖率"), 0.0, 1.0, 0.01),
    Field("return_survey.truthful", Group.OUT, N_("返校摸排如实率"), 0.0, 1.0, 0.01),
    Field("gate_check.fever_sensitivity", Group.OUT, N_("校门测温发现发热的比例"), 0.1, 0.95, 0.05),
    Field("closed_campus.visitors", Group.OUT, N_("每日放进的来访"), 0, 60, 1, N_("人"), whole=True),
)  # fmt: skip
"""In the order of the page."""


class OutOfRange(ValueError):  # noqa: N818  # it names what was wrong
    """A lever was asked to stand where it cannot, or there is no such lever."""


@dataclass(frozen=True, slots=True)
class Lever:
    """A lever as it stands in the plan."""

    key: str
    """The field's key, with @code where the measures of a kind differ."""
    field: Field
    value: float
    detail: str = ""

    @property
    def low(self) -> float:
        """The lowest it goes; the plan's own value is always within."""
        return min(self.field.low, self.value)

    @property
    def high(self) -> float:
        """The highest it goes."""
        return max(self.field.high, self.value)


def levers(plan: Plan, school: SchoolCode) -> tuple[Lever, ...]:
    """The levers that a school's plan has."""
    return tuple(lever for one in FIELDS for lever in _of(one, plan, school))


def pulled(plan: Plan, school: SchoolCode, values: Mapping[str, float]) -> Plan:
    """The plan with levers at other values; OutOfRange for what is no lever of it."""
    known = {lever.key: lever for lever in levers(plan, school)}
    for key, value in values.items():
        lever = known.get(key)
        if lever is None or not lever.low <= value <= lever.high:
            raise OutOfRange(key)
        plan = _pull(plan, school, lever, value)
    return plan


def measures_of(plan: Plan, school: SchoolCode, key: str) -> tuple[Measure, ...]:
    """The measures that a lever moves."""
    kind, _field, code = _parts(key)
    return tuple(
        m
        for m in plan.measures
        if m.school == school
        and m.kind == kind
        and (not code or m.code in code.split("+"))
    )


def _of(field: Field, plan: Plan, school: SchoolCode) -> Iterator[Lever]:
    if field.key == BEDS:
        rooms = _rooms(plan, school)
        if rooms:
            beds = sum((z.beds or 0) * (z.rooms or 1) for z in rooms)
            yield Lever(field.key, field, float(beds))
        return
    mine = measures_of(plan, school, field.key)
    if field.key == "isolation.night_delay" and not _at_night(plan, school):
        return  # nobody is found at night, so it would bear on nobody
    name = field.key.partition(".")[2]
    alike: dict[float, list[Measure]] = {}
    for one in mine:
        alike.setdefault(float(getattr(one, name)), []).append(one)
    for value, some in alike.items():
        if len(alike) == 1:
            yield Lever(field.key, field, value)
        else:
            codes = "+".join(one.code for one in some)
            detail = " ".join(map(_detail, some))
            yield Lever(f"{field.key}@{codes}", field, value, detail)


def _detail(measure: Measure) -> str:
    return f"{measure.at:%H:%M}" if isinstance(measure, SymptomCheck) else measure.code


def _at_night(plan: Plan, school: SchoolCode) -> bool:
    return any(
        m.at >= NIGHT[0] or m.at < NIGHT[1]
        for m in plan.measures
        if isinstance(m, SymptomCheck) and m.school == school
    )


def _rooms(plan: Plan, school: SchoolCode) -> list[Any]:
    return [
        z
        for z in plan.zones
        if z.school == school and z.kind is ZoneKind.ISOLATION_ROOM
    ]


def _parts(key: str) -> tuple[str, str, str]:
    name, _at, code = key.partition("@")
    kind, _dot, field = name.partition(".")
    return kind, field, code


def _pull(plan: Plan, school: SchoolCode, lever: Lever, value: float) -> Plan:
    if lever.key == BEDS:
        first, *rest = _rooms(plan, school)
        other = {z: replace(z, beds=0) for z in rest}
        other[first] = replace(first, beds=round(value), rooms=1)
        zones = tuple(other.get(z, z) if z.school == school else z for z in plan.zones)
        return replace(plan, zones=zones)
    _kind, field, _code = _parts(lever.key)
    mine = set(measures_of(plan, school, lever.key))
    told: dict[str, Any] = {field: round(value) if lever.field.whole else value}
    changed = tuple(replace(m, **told) if m in mine else m for m in plan.measures)
    return replace(plan, measures=changed)
