"""Tables of the report as values: the page and the document show the same ones."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bihuan.base.problems import Problem, Weight
from bihuan.base.wording import _
from bihuan.loop.outcome import (
    SIZE_BINS,
    Assumption,
    Estimate,
    Leak,
    Outcome,
    Question,
    Rehearsal,
    SchoolRehearsal,
    Worth,
)
from bihuan.report import findings, pool, wording
from bihuan.report.pool import HeatRow, MeasureRow
from bihuan.report.wording import CHANCE, COUNT, DIFFERENCE, POINTS, Form


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, what stands small beside it (an interval), its state."""

    text: str
    note: str = ""
    number: bool = False
    mark: str = ""
    """pass, fail, late, unknown, wait, na or empty."""
    strong: bool = False
    link: str = ""
    """Where the row stands that it comes from: #log-7."""
    anchor: str = ""
    """What links to it say."""
    tag: str = ""
    """Shown as a tag of this kind: law, plan, practice, target, or plain."""

    @property
    def whole(self) -> str:
        """The cell in one line."""
        note = _("（{interval}）", interval=self.note) if self.note else ""
        return self.text + note


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Rows under headings; the first cell of a row names it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    numbers: tuple[bool, ...] = ()
    """Which columns hold numbers; found from the rows."""

    def __post_init__(self) -> None:
        first = self.rows[0] if self.rows else ()
        numbers = tuple(cell.number for cell in first) or (False,) * len(self.columns)
        object.__setattr__(self, "numbers", numbers)


def estimated(estimate: Estimate | None, form: Form = COUNT) -> Cell:
    """A cell with an estimate; a dash where there is none."""
    if estimate is None:
        return Cell("—", number=True)
    told = wording.said(estimate, form)
    return Cell(told.value, told.interval, number=True)


def counted(value: float) -> Cell:
    """A cell with a number that was not simulated."""
    return Cell(wording.plain(value), number=True)


def name(text: str) -> Cell:
    """The cell that names a row."""
    return Cell(text, strong=True)


def beds_cell(outcome: Outcome) -> Cell:
    """Whether the isolation beds do, in a word and a shape."""
    state = pool.beds_state(outcome)
    if state == "enough":
        return Cell(_("够"), number=True, mark="pass")
    if state == "maybe":
        return Cell(_("可能不够"), number=True, mark="late")
    lack = max(round(outcome.beds_peak.value) - outcome.beds, 1)
    text = _("差 {n} 张").format(n=lack)
    return Cell(text, number=True, mark="fail", strong=True)


def checks(rehearsal: Rehearsal) -> Table:
    """What the check found, school by school in customary order."""
    return Table(
        title=_("预案检查发现了什么"),
        columns=(_("学校"), _("错误"), _("提醒"), _("最要紧的")),
        rows=tuple(_check_row(school) for school in rehearsal.schools),
        note=_("按学校惯用次序排，不按名次；错误须改完才能送审。"),
    )


def _check_row(school: SchoolRehearsal) -> tuple[Cell, ...]:
    wrong = findings.count(school.problems, Weight.ERROR)
    warned = findings.count(school.problems, Weight.WARNING)
    most = _("；").join(findings.pressing(school.problems)) or _("没有发现问题")
    return (
        name(school.school.name),
        Cell(
            str(wrong),
            number=True,
            strong=bool(wrong),
            mark="fail" if wrong else "pass",
        ),
        Cell(str(warned), number=True),
        Cell(most),
    )


def chances(rehearsal: Rehearsal, question: Question) -> Table:
    """The numbers of the small multiples."""
    older = any(school.against for school in rehearsal.schools)
    rows = []
    for school, outcome in pool.answered(rehearsal, question):
        before = pool.answer(school.against, question)
        bare = pool.answer(school.nothing, question)
        rows.append(
            (
                name(school.school.name),
                estimated(outcome.outbreak5, CHANCE),
                *((estimated(before.outbreak5 if before else None, CHANCE),) * older),
                estimated(bare.outbreak5 if bare else None, CHANCE),
                estimated(outcome.beds_peak),
                counted(outcome.beds),
                beds_cell(outcome),
            )
        )
    return Table(
        title=_("≥5 人暴发的机会与隔离床位"),
        columns=(
            _("学校"),
            _("照预案"),
            *((_("上一版"),) * older),
            _("不采取措施"),
            _("高峰床位"),
            _("现有"),
            _("床位"),
        ),
        rows=tuple(rows),
    )


def settings(rows: tuple[HeatRow, ...]) -> Table:
    """The numbers of the heat strip: each setting's share, and its busiest hours."""
    return Table(
        title=_("感染发生在哪里"),
        columns=(_("场所"), _("占校内感染"), _("占全部感染最多的钟点")),
        rows=tuple(
            (
                name(findings.setting_name(row.setting)),
                estimated(row.share, CHANCE),
                Cell(_busiest(row.hours)),
            )
            for row in rows
        ),
    )


def _busiest(hours: tuple[float, ...]) -> str:
    top = sorted(range(24), key=lambda hour: -hours[hour])[:3]
    return _("，").join(
        _("{hour} 时 {share}").format(hour=hour, share=wording.percent(hours[hour]))
        for hour in sorted(top)
        if hours[hour] > 0
    )


def measures(rehearsal: Rehearsal, rows: tuple[MeasureRow, ...]) -> Table:
    """The worth of each kind of measure beside its cost, over the schools that have it."""
    asked = pool.asked(rehearsal)
    return Table(
        title=_("每项措施值多少、要多少"),
        columns=(
            _("措施"),
            _("学校数"),
            *(wording.question(question) for question in asked),
            _("少上的课（节）"),
            _("人工（小时）"),
        ),
        rows=tuple(
            (
                name(row.name),
                counted(row.schools),
                *(estimated(row.worth(question), DIFFERENCE) for question in asked),
                estimated(row.lessons),
                counted(row.labour_hours),
            )
            for row in rows
        ),
        note=_(
            "有这项减去没有这项，≥5 人暴发机会之差（百分点），负数是减少；课时按每班每周，人工按每校每周。"
        ),
    )


def leaks(rows: tuple[Leak, ...]) -> Table:
    """Crossings of the boundary and what they bring in."""
    return Table(
        title=_("闭环的薄弱点"),
        columns=(_("进出"), _("每周人次"), _("带入的感染（人）")),
        rows=tuple(
            (
                name(wording.cause(row.cause)),
                counted(row.crossings_per_week),
                estimated(row.imports),
            )
            for row in rows
        ),
    )


def outcome(school: SchoolRehearsal, question: Question) -> Table | None:
    """One school's answer to one question: as planned beside the other versions."""
    found = versions(school, question)
    if not found:
        return None
    rows = [
        (name(label), *(cell(one) for _n, one in found)) for label, cell in _measured()
    ]
    return Table(
        title=wording.question(question),
        columns=("", *(title for title, _o in found)),
        rows=tuple(rows),
        note=_change(school, question),
    )


def versions(
    school: SchoolRehearsal, question: Question
) -> tuple[tuple[str, Outcome], ...]:
    """The versions of the plan that answer a question: planned, older, nothing."""
    named = (
        (_("照预案"), school.planned),
        (_("上一版"), school.against),
        (_("不采取措施"), school.nothing),
    )
    pairs = ((title, pool.answer(rows, question)) for title, rows in named)
    return tuple((title, found) for title, found in pairs if found)


def _change(school: SchoolRehearsal, question: Question) -> str:
    change = dict(school.change).get(question)
    if change is None:
        return ""
    return _("比上一版，≥5 人暴发的机会：{change}（同一批随机数成对比较）").format(
        change=wording.words(change, POINTS)
    )


def _measured() -> tuple[tuple[str, Callable[[Outcome], Cell]], ...]:
    return (
        (_("≥5 人暴发的机会"), lambda o: estimated(o.outbreak5, CHANCE)),
        (_("≥20 人暴发的机会"), lambda o: estimated(o.outbreak20, CHANCE)),
        (_("校内感染（人）"), lambda o: estimated(o.size)),
        (_("有感染时被发现的机会"), lambda o: estimated(o.found, CHANCE)),
        (_("到第一次发现（天，中位数）"), _days_to_found),
        (_("隔离床位，高峰"), lambda o: estimated(o.beds_peak)),
        (_("隔离床位，现有"), lambda o: counted(o.beds)),
        (_("无床可隔（人·天）"), lambda o: estimated(o.bedless_days)),
        (_("隔离、停课的学生（人·天）"), lambda o: estimated(o.apart_days)),
        (_("停掉的课（班·天）"), lambda o: estimated(o.class_days)),
        (_("确诊（人）"), lambda o: estimated(o.confirmed)),
        (_("检测（人次）"), lambda o: estimated(o.tests)),
        (
            _("误报（人次）"),
            lambda o: estimated(o.false_positives),
        ),
    )


def _days_to_found(outcome: Outcome) -> Cell:
    if outcome.days_to_found is None:
        return Cell(_("没有发现"), number=True)
    low, middle, high = map(wording.plain, outcome.days_to_found)
    return Cell(
        middle, _("八成在 {low} 至 {high}").format(low=low, high=high), number=True
    )


def sizes(school: SchoolRehearsal, question: Question) -> Table:
    """Shares of the runs by size of the outbreak."""
    found = versions(school, question)
    return Table(
        title=_("规模的分布"),
        columns=("", _("无人感染"), *(wording.band(*bin_) for bin_ in SIZE_BINS)),
        rows=tuple(
            (
                name(title),
                *(
                    Cell(wording.percent(share), number=True)
                    for share in (one.none, *one.size_bins)
                ),
            )
            for title, one in found
        ),
    )


def worth(school: SchoolRehearsal) -> Table | None:
    """One school's measures, each taken away on its own."""
    by_code: dict[str, dict[Question, Worth]] = {}
    for question, row in school.worth:
        for one in row:
            by_code.setdefault(one.code, {})[question] = one
    if not by_code:
        return None
    asked = [question for question, _row in school.worth]
    return Table(
        title=_("每项措施值多少、要多少"),
        columns=(
            _("措施"),
            *(wording.question(question) for question in asked),
            _("少上的课（节）"),
            _("人工（小时）"),
        ),
        rows=tuple(_worth_row(found, asked) for found in by_code.values()),
        note=_(
            "有这项减去单独撤回这一项，≥5 人暴发机会之差（百分点），负数是减少；课时按每班每周，人工按每周。"
        ),
    )


def _worth_row(found: dict[Question, Worth], asked: list[Question]) -> tuple[Cell, ...]:
    any_one = next(iter(found.values()))
    cells = [found.get(question) for question in asked]
    return (
        name(_(any_one.label)),
        *(estimated(one.outbreak5 if one else None, DIFFERENCE) for one in cells),
        estimated(any_one.lessons),
        counted(any_one.labour_hours),
    )


def imports(school: SchoolRehearsal) -> Table | None:
    """What each crossing of one school brings in, and what was there before opening."""
    outcome = pool.answer(school.planned, Question.IMPORTS)
    weekly = {leak.cause: leak.crossings_per_week for leak in school.leaks}
    brought = {leak.cause: leak.imports for leak in school.leaks}
    brought |= dict(outcome.imports) if outcome else {}
    if not brought:
        return None
    return Table(
        title=_("从哪里带入"),
        columns=(_("进出"), _("每周人次"), _("带入的感染（人）")),
        rows=tuple(
            (
                name(wording.cause(cause)),
                counted(weekly[cause]) if cause in weekly else Cell("—", number=True),
                estimated(imported),
            )
            for cause, imported in brought.items()
        ),
    )


def supplies(school: SchoolRehearsal) -> Table | None:
    """Supplies used over the horizon against the stock."""
    rows = {
        item: (used, stock)
        for _question, found in school.planned
        for item, used, stock in found.supplies
    }
    if not rows:
        return None
    return Table(
        title=_("物资：用多少、存多少"),
        columns=(_("物资"), _("推演期内期望用量"), _("库存"), _("够不够")),
        rows=tuple(
            (
                name(_(item)),
                counted(used),
                Cell(_("未填"), mark="unknown") if stock is None else counted(stock),
                _enough(used, stock),
            )
            for item, (used, stock) in rows.items()
        ),
        note=_("用量按人数、班级等折算，取两问中后一问。"),
    )


def _enough(used: float, stock: float | None) -> Cell:
    if stock is None:
        return Cell(_("不明"), mark="unknown")
    if stock >= used:
        return Cell(_("够"), mark="pass")
    return Cell(
        _("差 {n}").format(n=wording.plain(used - stock)), mark="fail", strong=True
    )


MOST_PROBLEMS = 30


def problems(school: SchoolRehearsal) -> Table | None:
    """What the check found in one school: where, what, what to do."""
    if not school.problems:
        return None
    rows = sorted(school.problems, key=lambda p: (p.weight is not Weight.ERROR, p))
    rest = len(rows) - MOST_PROBLEMS
    return Table(
        title=_("预案检查发现了什么"),
        columns=(_("在哪里"), _("是什么"), _("怎么改")),
        rows=tuple(_problem_row(problem) for problem in rows[:MOST_PROBLEMS]),
        note=_("还有 {n} 处，见 report.xlsx。").format(n=rest) if rest > 0 else "",
    )


def _problem_row(problem: Problem) -> tuple[Cell, ...]:
    wrong = problem.weight is Weight.ERROR
    return (
        Cell(str(problem.where), mark="fail" if wrong else "late"),
        Cell(f"{problem.said} [{problem.code}]"),
        Cell(problem.mend),
    )


def assumptions(rehearsal: Rehearsal) -> Table:
    """Every value the rehearsal rests on, the assumed ones first."""
    rows = sorted(rehearsal.assumptions, key=lambda row: not row.assumed)
    return Table(
        title=_("参数与假定"),
        columns=(_("参数"), _("取值"), _("范围"), _("出处")),
        rows=tuple(_assumption_row(row) for row in rows),
    )


def _assumption_row(row: Assumption) -> tuple[Cell, ...]:
    reach = (
        _("{low} 至 {high}", low=row.low, high=row.high) if row.low or row.high else "—"
    )
    source = _(row.source)
    if row.assumed:
        told = _("假定，没有出处") + (_("：") + source if source else "")
        return (
            name(_(row.name)),
            _valued(row),
            Cell(reach, number=True),
            Cell(told, mark="late"),
        )
    return name(_(row.name)), _valued(row), Cell(reach, number=True), Cell(source)


def _valued(row: Assumption) -> Cell:
    return Cell(" ".join(part for part in (row.value, _(row.unit)) if part))


def sensitivity(rehearsal: Rehearsal) -> Table | None:
    """What moves when an assumption stands at the end of its range."""
    if not rehearsal.sensitivity:
        return None
    return Table(
        title=_("改一改假定，结果动多少"),
        columns=(_("假定"), _("取下端"), _("取上端"), _("头两项换不换位")),
        rows=tuple(
            (
                name(_(row.name)),
                estimated(row.low, CHANCE),
                estimated(row.high, CHANCE),
                Cell(_("换位"), mark="late", strong=True)
                if row.reorders
                else Cell(_("不变"), mark="pass"),
            )
            for row in rehearsal.sensitivity
        ),
        note=_("数字是各校 ≥5 人暴发机会的平均。"),
    )


def present(tables: Iterable[Table | None]) -> tuple[Table, ...]:
    """The tables that there are."""
    return tuple(table for table in tables if table)
