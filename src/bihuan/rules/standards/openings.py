"""Standards of coming back: who opens when, what is filed, tested, surveyed before."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Final

from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.plan import required
from bihuan.plan.check.look import Look
from bihuan.plan.measures import ReturnSurvey, StagedOpening
from bihuan.plan.people import Grade
from bihuan.plan.words import DocumentKind, DocumentStatus, Partner
from bihuan.rules.book import Rule
from bihuan.rules.standards.ask import Ask, Broken, Standard, Unknown, standard

GRADE: Final = "grade_"
TESTED: Final = (Partner.HEALTH, Partner.HOSPITAL)


def opening(look: Look, grade: Grade) -> tuple[date, Where]:
    """The day a grade comes back and where the plan says so."""
    for n, row in look.of("measures", grade.school):
        if isinstance(row, StagedOpening) and grade.code in row.scope:
            return row.opens, look.plan.where("measures", n, "opens")
    for n, row in look.of("measures", grade.school):
        if isinstance(row, StagedOpening) and not row.scope:
            return row.opens, look.plan.where("measures", n, "opens")
    return look.plan.district.opens, look.school_at(grade.school)


def fixed(ask: Ask, rule: Rule) -> Iterator[Broken]:
    """Grades whose day the row fixes, and who open on another."""
    for grade in _grades(ask):
        opens, where = opening(ask.look, grade)
        if rule.day and rule.scope == f"{GRADE}{grade.level}" and opens != rule.day:
            yield Broken(where, f"{grade.name} {opens}", rule.day)


def not_before(ask: Ask, rule: Rule) -> Iterator[Broken]:
    """Grades without a day of their own that open before the row's day."""
    own = {row.scope for row in ask.book.named("opens")}
    for grade in _grades(ask):
        opens, where = opening(ask.look, grade)
        early = rule.day is not None and opens < rule.day
        if early and f"{GRADE}{grade.level}" not in own:
            yield Broken(where, f"{grade.name} {opens}", rule.day)


def together(ask: Ask, rule: Rule) -> Iterator[Broken]:
    """Grades that must open in step and open on another day than most."""
    look = ask.look
    days = Counter(
        opening(look, grade)[0]
        for grade in look.plan.grades
        if rule.scope == f"{GRADE}{grade.level}" and grade.school in look.plan.by_code
    )
    if not days:
        return
    usual = min(days, key=lambda day: (-days[day], day))
    for grade in _grades(ask):
        opens, where = opening(look, grade)
        if rule.scope == f"{GRADE}{grade.level}" and opens != usual:
            yield Broken(where, f"{grade.name} {opens}", usual)


def filed(ask: Ask, rule: Rule) -> Iterator[Broken | Unknown]:
    """An opening plan that is not filed so many days before the first grade is back."""
    rows = [
        (n, row)
        for n, row in ask.look.of("documents", ask.school.code)
        if row.kind is DocumentKind.OPENING
    ]
    need = round(rule.value or 0)
    if not rows:
        yield Broken(ask.at, N_("没有开学工作方案"), need)
    for n, row in rows:
        where = ask.look.plan.where("documents", n, "issued")
        days = [opening(ask.look, grade)[0] for grade in _grades(ask)]
        if row.status is not DocumentStatus.FILED:
            yield Broken(where, row.status.label, need)
        elif row.issued is None:
            yield Unknown(where, N_("报备日期"))
        elif days and (min(days) - row.issued).days < need:
            yield Broken(where, (min(days) - row.issued).days, need)


def documents(ask: Ask, _rule: Rule) -> Iterator[Broken]:
    """Kinds of plan that the school has not."""
    own = ask.look.of("documents", ask.school.code)
    ready = {row.kind for _, row in own if row.status is not DocumentStatus.PENDING}
    for kind in DocumentKind:
        if kind is not DocumentKind.BASIS and kind not in ready:
            yield Broken(ask.at, kind.label)


def network(ask: Ask, _rule: Rule) -> Iterator[Broken]:
    """A school where nobody answers for the four-level network."""
    wanted = next(row for row in required.DUTIES if row.code == "network")
    duties = (row for _, row in ask.look.of("duties", ask.school.code))
    if not any(map(wanted.met_by, duties)):
        yield Broken(ask.at, wanted.name)


def lines(ask: Ask, rule: Rule) -> Iterator[Broken | Unknown]:
    """Lines to health department and hospital whose last test is too old."""
    for n, row in ask.look.of("liaison", ask.school.code):
        where = ask.look.plan.where("liaison", n, "tested")
        if row.partner not in TESTED:
            continue
        if row.tested is None:
            yield Unknown(where, N_("联系电话的测试日期"))
        elif (ask.on - row.tested).days > (rule.value or 0):
            yield Broken(where, row.tested, round(rule.value or 0))


def survey(ask: Ask, rule: Rule) -> Iterator[Broken]:
    """Returners held for fewer days than the row asks, or not surveyed at all."""
    rows = [
        (n, row)
        for n, row in ask.look.of("measures", ask.school.code)
        if isinstance(row, ReturnSurvey)
    ]
    need = round(rule.value or 0)
    if not rows:
        yield Broken(ask.at, N_("没有返校摸排"), need)
    for n, row in rows:
        if row.hold < need:
            where = ask.look.plan.where("measures", n, "hold")
            yield Broken(where, row.hold, need)


STANDARDS: Final[tuple[Standard, ...]] = (
    standard(
        101,
        "opens",
        fixed,
        N_("{school}{came} 开学，统一日期是 {allowed}（{rule}，《{document}》，{source}）。"),
        N_("改为 {allowed}。"),
    ),
    standard(
        102,
        "opens_not_before",
        not_before,
        N_("{school}{came} 开学，不得早于 {allowed}（{rule}，《{document}》，{source}）。"),
        N_("改为 {allowed} 或更晚。"),
    ),
    standard(
        103,
        "opens_together",
        together,
        N_("{school}{came} 开学，其他学校同年级是 {allowed}，应同步（{rule}，《{document}》，{source}）。"),
        N_("与市里定的日期统一。"),
    ),
    standard(
        104,
        "filed_days",
        filed,
        N_("{school}的开学工作方案应在开学前 {allowed} 天报备，现在是：{came}（{rule}，《{document}》，{source}）。"),
        N_("尽快报备；来不及的，向教育疫情防控办说明。数字为报备到开学的天数。"),
    ),
    standard(
        105,
        "documents_five",
        documents,
        N_("{school}没有「{came}」（{rule}，《{document}》，{source}）。"),
        N_("制定并由校长签发，在文件表里登记。"),
    ),
    standard(
        106,
        "network",
        network,
        N_("{school}没有人负责「{came}」（{rule}，《{document}》，{source}）。"),
        N_("添加责任：学校、年级、班级、家长四级，逐级测试接通。"),
    ),
    standard(
        107,
        "line_days",
        lines,
        N_("{school}的联系电话 {came} 测试后再没有测过，应在 {allowed} 天内测试（{rule}，《{document}》，{source}）。"),
        N_("打一次电话，登记日期。"),
    ),
    standard(
        108,
        "return_survey_days",
        survey,
        N_("{school}外地返回者观察天数是 {came}，应为 {allowed} 天（{rule}，《{document}》，{source}）。"),
        N_("改返校摸排的观察天数；没有这项措施的补上。"),
    ),
)  # fmt: skip


def _grades(ask: Ask) -> list[Grade]:
    return [row for _, row in ask.look.of("grades", ask.school.code)]
