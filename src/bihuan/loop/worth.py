"""Which measures are taken away one by one, and what they are called."""

from collections.abc import Iterable

from bihuan.base.ids import SchoolCode
from bihuan.base.wording import N_, _
from bihuan.plan.measures import (
    ContactListing,
    Isolation,
    Mask,
    Measure,
    Quarantine,
    StaggeredArrival,
    StaggeredBreaks,
    StaggeredDining,
    Suspension,
    SymptomCheck,
    Testing,
    Vaccination,
    Ventilation,
)
from bihuan.plan.plan import Plan

Group = tuple[Measure, ...]


def groups(
    plan: Plan, school: SchoolCode, wanted: Iterable[str] = ()
) -> tuple[Group, ...]:
    """Measures that are taken away together, in the plan's order.

    Checks, quarantines and suspensions stand for themselves; rows of another kind (one
    opening day per grade, air for several rooms) are one measure. `wanted`: kinds or
    codes; empty: all.
    """
    found: dict[tuple[str, str], list[Measure]] = {}
    names = set(wanted)
    alone = (SymptomCheck, Quarantine, Suspension)
    for measure in plan.measures:
        if measure.school == school and (
            not names or {measure.kind, measure.code} & names
        ):
            code = measure.code if isinstance(measure, alone) else ""
            found.setdefault((measure.kind, code), []).append(measure)
    return tuple(tuple(rows) for rows in found.values())


def label(group: Group) -> str:
    """A measure's name with what matters of it, in the language in force."""
    first = group[0]
    detail = _detail(first) if len(group) == 1 else ""
    name = _(first.label)
    return _("{name}（{detail}）").format(name=name, detail=detail) if detail else name


def _detail(measure: Measure) -> str:
    match measure:
        case SymptomCheck():
            return f"{measure.at:%H:%M}"
        case Quarantine() | Suspension():
            return _("{unit}，{days} 天").format(
                unit=_(measure.unit.label), days=measure.days
            )
        case ContactListing():
            return _("查全率 {recall:.2f}").format(recall=measure.recall)
        case StaggeredArrival() | StaggeredBreaks() | StaggeredDining():
            return _("{n} 批").format(n=measure.batches)
        case Testing():
            return _("{hours:g} 小时").format(hours=measure.delay)
        case Isolation():
            return _("{minutes:g} 分钟内").format(minutes=measure.delay)
        case Mask():
            return _(measure.mask.label)
        case Ventilation():
            return _("每天 {n} 次").format(n=measure.times)
        case Vaccination():
            return f"{measure.coverage:.0%}"
        case _:
            return ""


CAUSE_NAMES = {
    "day_students": N_("走读生往返"),
    "boarders": N_("寄宿生大休离返校"),
    "staff": N_("教职工进出"),
    "visitors": N_("来访、送货"),
    "before": N_("返校前已感染"),
}
"""Causes of imports for people."""
