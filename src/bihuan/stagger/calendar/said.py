"""The groups of rows in the words of the plan."""

from bihuan.base.wording import N_, _
from bihuan.plan.plan import Plan
from bihuan.plan.words import CapacityKind, Stage, Word
from bihuan.stagger.calendar.rows import GROUPS

KINDS = {name: kind for kind, name in GROUPS.items()}
OF_STAGE = {
    "gap": N_("{stage}同校批次间隔"),
    "end": N_("{stage}排期的最后一天"),
}
OF_SCHOOL = {
    "lock": N_("{school}锁定的日期"),
    "visit": N_("{school}返校前的核验"),
}


def said(plan: Plan, group: str) -> str:
    """A group of rows as the plan calls it: 1号片区的开学批次."""
    kind, _colon, of = group.partition(":")
    if kind == "order":
        return _order(plan, of)
    if kind in OF_STAGE:
        return _(OF_STAGE[kind], stage=label(Stage(of)))
    if kind in OF_SCHOOL:
        return _(OF_SCHOOL[kind], school=school_name(plan, of))
    return _capacity(plan, KINDS[kind], of)


def label(word: Word) -> str:
    """A word of a vocabulary in the language being spoken."""
    return _(word.label)


def school_name(plan: Plan, code: str) -> str:
    """The name of a school."""
    return next((row.name for row in plan.schools if row.code == code), code)


def area_name(plan: Plan, code: str) -> str:
    """The name of an area."""
    return next((row.name for row in plan.areas if row.code == code), code)


def _capacity(plan: Plan, kind: CapacityKind, area: str) -> str:
    if not area:
        return _("全区县每天的{kind}", kind=label(kind))
    return _("{area}每天的{kind}", area=area_name(plan, area), kind=label(kind))


def _order(plan: Plan, code: str) -> str:
    row = next((row for row in plan.orders if row.code == code), None)
    if row is None:
        return code
    grade = next((g.name for g in plan.grades if g.level == row.level), str(row.level))
    return _(
        "上级要求{code}：{grade}{kind}{date}",
        code=row.code,
        grade=grade,
        kind=label(row.kind),
        date=row.date.isoformat(),
    )
