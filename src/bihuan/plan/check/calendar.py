"""Are measures and dates sensible? Dates in order, in the term, in range, in scope."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final

from bihuan.base.problems import Kind, Problem, error, warning
from bihuan.base.wording import N_
from bihuan.plan.check.look import (
    MINUTES_A_DAY,
    Look,
    meet,
    pairs,
    parts,
    span,
)
from bihuan.plan.measures import (
    Measure,
    StagedOpening,
    StaggeredArrival,
    StaggeredBreaks,
    StaggeredDining,
    Suspension,
    SymptomCheck,
)
from bihuan.plan.people import Grade
from bihuan.plan.plan import Order
from bihuan.plan.tuning import band
from bihuan.plan.words import OrderKind, Who

REVERSED = error(
    "P501",
    N_("{label}的结束日期 {came} 早于开始日期 {allowed}。"),
    N_("改两个日期。"),
)
OUTSIDE = error(
    "P502",
    N_("{label}在 {came} 就结束了，开学是 {allowed}。"),
    N_("改结束日期，或删去这项措施。"),
)
UNKNOWN_SCOPE = error(
    "P503",
    N_("{label}的范围「{came}」不是本校的年级或班级；最接近的是「{closest}」。"),
    N_("改成已有的年级或班级；全校的不用填。"),
)
BAD_SHARE = error(
    "P504",
    N_("{label}的{field}是 {came}，应在 0 至 1（0% 至 100%）之间。"),
    N_("改成 0% 至 100% 之间的数。"),
)
TWICE = error(
    "P505",
    N_("{label}在同一时间、同一范围写了两遍，另一遍在 {first}。"),
    N_("只留一项，或分开范围、日期。"),
)
NOBODY_THERE = error(
    "P506",
    N_("{label}在 {came}，这时没有{who}在校。"),
    N_("改成在校的时间；作息见 {school}的作息表。"),
)
AGAINST_FIXED = error(
    "P507",
    N_("{grade}定于 {came} 开学，上级要求 {order} 统一为 {allowed}。"),
    N_("改为 {allowed}。"),
)
TOO_EARLY = error(
    "P508",
    N_("{grade}定于 {came} 开学，上级要求 {order} 不早于 {allowed}。"),
    N_("改为 {allowed} 或更晚。"),
)
TWO_OPENINGS = error(
    "P509",
    N_("{grade}有两个开学日期：{first} 和 {came}。"),
    N_("只留一个。"),
)
TOO_SMALL = error(
    "P510",
    N_("{label}的{field}是 {came}，至少应为 {allowed}。"),
    N_("改成不小于 {allowed} 的数。"),
)
NO_THRESHOLD = error(
    "P511",
    N_("{label}没有填人数，也没有填占比，永远不会启动。"),
    N_("填上人数或占比。"),
)
EMPTY_BATCHES = warning(
    "P512",
    N_("{label}分 {came} 批，范围内只有 {allowed} 个班。"),
    N_("批次不多于班数。"),
)
LEAVE_UNCLEAR = error(
    "P513",
    N_("{school}每 {every} 天大休 {days} 天，算不出放假日期。"),
    N_("填上首次大休日期；大休天数要少于周期。"),
)
OPENS_BEFORE_TERM = error(
    "P514",
    N_("{label}定于 {came}，早于全区县开学日 {allowed}。"),
    N_("改开学日期，或改全区县的开学日。"),
)

TOO_LATE = error(
    "P523",
    N_("{grade}定于 {came} 开学，上级要求 {order} 不晚于 {allowed}。"),
    N_("改为 {allowed} 或更早。"),
)

SHARES: Final = {
    "fever_sensitivity": N_("发热检出率"),
    "symptom_sensitivity": N_("其他症状检出率"),
    "missed": N_("漏检率"),
    "false_positive": N_("误判率"),
    "sensitivity": N_("检测灵敏度"),
    "recall": N_("回忆率"),
    "share": N_("占比"),
    "wearing": N_("佩戴率"),
    "coverage": N_("覆盖率"),
    "truthful": N_("如实率"),
    "flagged": N_("识别率"),
    "effectiveness": N_("有效率"),
}
"""Fields that are shares, and their names."""

LEAST: Final = {
    "count": (1, N_("人数")),
    "window": (1, N_("窗口天数")),
    "days": (1, N_("天数")),
    "times": (1, N_("次数")),
    "batches": (1, N_("批次")),
    "minutes": (0, N_("分钟数")),
    "delay": (0, N_("延迟")),
    "night_delay": (0, N_("夜间延迟")),
    "hold": (0, N_("占床天数")),
    "seconds": (0, N_("每人秒数")),
    "strength": (0, N_("浓度")),
    "air_changes": (0, N_("换气次数")),
    "distance": (0, N_("间距")),
    "visitors": (0, N_("来访人数")),
}
"""Fields that have a least value, and their names."""

STAGGERED: Final = (StaggeredArrival, StaggeredDining, StaggeredBreaks)


def dates(look: Look) -> Iterator[Problem]:
    """Measures that end before they start, or before school does."""
    opens = look.plan.district.opens
    for n, row in enumerate(look.plan.measures):
        where = look.plan.where("measures", n, "end")
        if row.end and row.start and row.end < row.start:
            yield REVERSED.at(where, label=row.label, came=row.end, allowed=row.start)
        elif row.end and row.end < opens:
            yield OUTSIDE.at(where, label=row.label, came=row.end, allowed=opens)


def scopes(look: Look) -> Iterator[Problem]:
    """Measures for grades or classes that their school does not have."""
    for n, row in enumerate(look.plan.measures):
        for came in row.scope:
            key = (row.school, came)
            if key in look.grades or key in look.classes:
                continue
            closest = look.closest(("grades", "classes"), row.school, came)
            where = look.plan.where("measures", n, "scope")
            yield UNKNOWN_SCOPE.at(
                where, label=row.label, came=came, closest=closest or "—"
            )


def shares(look: Look) -> Iterator[Problem]:
    """Shares below 0 or above 1."""
    for n, row, field, value in _numbers(look, SHARES):
        if not 0 <= value <= 1:
            where = look.plan.where("measures", n, field)
            yield BAD_SHARE.at(
                where, label=row.label, field=SHARES[field], came=f"{value:g}"
            )


def least(look: Look) -> Iterator[Problem]:
    """Numbers below what makes sense."""
    for n, row, field, value in _numbers(look, LEAST):
        low, name = LEAST[field]
        if value < low:
            where = look.plan.where("measures", n, field)
            yield TOO_SMALL.at(
                where, label=row.label, field=name, came=f"{value:g}", allowed=low
            )


def thresholds(look: Look) -> Iterator[Problem]:
    """Suspensions without a threshold."""
    for n, row in enumerate(look.plan.measures):
        if isinstance(row, Suspension) and row.count is None and row.share is None:
            where = look.plan.where("measures", n, "count")
            yield NO_THRESHOLD.at(where, label=row.label)


def duplicates(look: Look) -> Iterator[Problem]:
    """The same measure twice for the same scope at the same time."""
    alike: dict[tuple[Any, ...], list[tuple[int, Measure]]] = defaultdict(list)
    for n, row in enumerate(look.plan.measures):
        alike[row.school, row.kind, _purpose(row)].append((n, row))
    for rows in alike.values():
        for (earlier, a), (n, b) in pairs(rows):
            if sorted(a.scope) == sorted(b.scope) and _together(a, b):
                first = look.plan.where("measures", earlier)
                where = look.plan.where("measures", n)
                yield TWICE.at(where, label=b.label, first=first)


def checks_at_nobody(look: Look) -> Iterator[Problem]:
    """Checks at an hour when none of those to be looked at is at school."""
    for n, row in enumerate(look.plan.measures):
        if not isinstance(row, SymptomCheck):
            continue
        spans = _at_school(look, row)
        at = row.at.hour * 60 + row.at.minute
        if spans and not any(meet((at, at + 1), one) for one in spans):
            school = look.plan.by_code.get(row.school)
            yield NOBODY_THERE.at(
                look.plan.where("measures", n, "at"),
                label=row.label,
                came=f"{row.at:%H:%M}",
                who=row.who.label,
                school=school.name if school else row.school,
            )


def openings(look: Look) -> Iterator[Problem]:
    """Staged openings that an order from above forbids, or before the district opens."""
    for n, row in enumerate(look.plan.measures):
        if not isinstance(row, StagedOpening):
            continue
        where = look.plan.where("measures", n, "opens")
        if row.opens < look.plan.district.opens:
            allowed = look.plan.district.opens
            yield OPENS_BEFORE_TERM.at(
                where, label=row.label, came=row.opens, allowed=allowed
            )
        for grade in _grades(look, row):
            for kind, order in _broken(look, row, grade):
                yield kind.at(
                    where,
                    grade=grade.name,
                    came=row.opens,
                    order=order.code,
                    allowed=order.date,
                )


def _broken(
    look: Look, row: StagedOpening, grade: Grade
) -> Iterator[tuple[Kind, Order]]:
    """Orders for a grade that a date does not keep."""
    school = look.plan.by_code.get(row.school)
    stages = {None} | ({school.stage, band(school, grade)} if school else set())
    for order in look.plan.orders:
        if order.level != grade.level or order.stage not in stages:
            continue
        if order.kind is OrderKind.FIXED and row.opens != order.date:
            yield AGAINST_FIXED, order
        if order.kind is OrderKind.NOT_BEFORE and row.opens < order.date:
            yield TOO_EARLY, order
        if order.kind is OrderKind.NOT_AFTER and row.opens > order.date:
            yield TOO_LATE, order


def two_openings(look: Look) -> Iterator[Problem]:
    """Grades or classes that open on two days."""
    first: dict[tuple[str, str], date] = {}
    for n, row in enumerate(look.plan.measures):
        if not isinstance(row, StagedOpening):
            continue
        for code in row.scope:
            opens = first.setdefault((row.school, code), row.opens)
            if opens != row.opens:
                grade = look.grades.get((row.school, code))
                where = look.plan.where("measures", n, "opens")
                yield TWO_OPENINGS.at(
                    where,
                    grade=grade.name if grade else code,
                    first=opens,
                    came=row.opens,
                )


def batches(look: Look) -> Iterator[Problem]:
    """More batches than classes."""
    for n, row in enumerate(look.plan.measures):
        if not isinstance(row, STAGGERED):
            continue
        classes = [
            k
            for k in look.own_classes(row.school)
            if not row.scope or {k.code, k.grade} & set(row.scope)
        ]
        if classes and row.batches > len(classes):
            where = look.plan.where("measures", n, "batches")
            yield EMPTY_BATCHES.at(
                where, label=row.label, came=row.batches, allowed=len(classes)
            )


def home_leave(look: Look) -> Iterator[Problem]:
    """Home leaves that cannot be dated."""
    for n, row in enumerate(look.plan.schools):
        every, days = row.leave_every, row.leave_days
        unclear = row.first_leave is None or not 0 < days < every
        if every and row.boarders and unclear:
            where = look.plan.where("schools", n, "first_leave")
            yield LEAVE_UNCLEAR.at(where, school=row.name, every=every, days=days)


CHECKS: Final[tuple[Callable[[Look], Iterator[Problem]], ...]] = (
    dates,
    scopes,
    shares,
    least,
    thresholds,
    duplicates,
    checks_at_nobody,
    openings,
    two_openings,
    batches,
    home_leave,
)


def _numbers(look: Look, names: Any) -> Iterator[tuple[int, Measure, str, float]]:
    """Row, measure, field, number of every field of these names that is given."""
    for n, row in enumerate(look.plan.measures):
        for field in names:
            value = getattr(row, field, None)
            if isinstance(value, int | float):
                yield n, row, field, value


def _purpose(row: Measure) -> tuple[object, ...]:
    """What tells two measures of a kind apart, beside scope and dates."""
    fields = ("at", "who", "unit", "counted", "settings", "mask", "rule", "place")
    return tuple(getattr(row, field, None) for field in fields)


def _together(a: Measure, b: Measure) -> bool:
    starts = max(a.start or date.min, b.start or date.min)
    return starts <= min(a.end or date.max, b.end or date.max)


def _at_school(look: Look, row: SymptomCheck) -> list[tuple[int, int]]:
    """Spans of a school day in which some of a check's persons are at school."""
    periods = [one for _, one in look.of("periods", row.school) if "1" in one.days]
    spans = []
    for who in parts(row.who):
        if who is Who.BOARDERS and any(
            k.boarders for k in look.own_classes(row.school)
        ):
            spans.append((0, MINUTES_A_DAY))
        own = [span(one) for one in periods if who in parts(one.who)]
        if who is Who.STAFF:
            own = own or [span(one) for one in periods]
        if own and who is not Who.BOARDERS:
            spans.append((min(own)[0], max(last for _, last in own)))
    return spans


def _grades(look: Look, row: StagedOpening) -> list[Any]:
    """Grades that a staged opening speaks of; the grade of a class that it names."""
    codes = set(row.scope)
    for code in row.scope:
        klass = look.classes.get((row.school, code))
        if klass:
            codes.add(klass.grade)
    rows = [grade for _, grade in look.of("grades", row.school)]
    return [grade for grade in rows if not row.scope or grade.code in codes]
