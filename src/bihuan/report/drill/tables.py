"""Tables of a drill's paper: the page and the documents show the same ones."""

from datetime import timedelta
from urllib.parse import quote

from bihuan.base.ids import SchoolCode
from bihuan.base.wording import _
from bihuan.drill.marks import Entry, Evaluation, Mark, Rating, State
from bihuan.drill.script import Inject, Scene, Standard
from bihuan.loop.drilled import (
    Cause,
    Comparison,
    Correction,
    Practice,
    Price,
    Review,
)
from bihuan.outbreak.summary import Estimate
from bihuan.report import wording
from bihuan.report.drill import facts, findings, words
from bihuan.report.tables import Cell, Table, estimated
from bihuan.report.wording import CHANCE


def folder(code: str) -> str:
    """The name of a school's folder: its code where that can name one, else escaped."""
    plain = code.replace("-", "").replace("_", "").isalnum()
    return code if plain else quote(code, safe="").replace(".", "%2E")


def _id(mark: Mark) -> Cell:
    return Cell(mark.expected.id, link=f"#a-{mark.expected.id}")


def _act_link(action: str) -> Cell:
    return Cell(action, link=f"#a-{action}" if action else "")


def items(evaluation: Evaluation) -> Table:
    """Every expected action: standard with its class, what became of it, its score."""
    return Table(
        title=_("处置逐项表：{n} 项", n=len(evaluation.marks)),
        columns=(
            _("编号"),
            _("预期处置"),
            _("岗位"),
            _("时限"),
            _("最迟"),
            _("类别"),
            _("用时"),
            _("做得怎样"),
            _("质量"),
            _("得分"),
        ),
        rows=tuple(_item(mark, evaluation) for mark in evaluation.marks),
        note=_(
            "只有“法定”是硬线；预案、惯例、目标都不是规定。用时从情景释放算起，按演练时间。得分为时间分与质量分各半，没有时限的只看质量；单项是一次观察，没有区间。告知方式：{notice}。",
            notice=findings.notice(evaluation),
        ),
    )


def _item(mark: Mark, evaluation: Evaluation) -> tuple[Cell, ...]:
    row = facts.row_of(evaluation, mark.expected.id)
    return (
        Cell(mark.expected.id, strong=True, anchor=f"a-{mark.expected.id}"),
        Cell(_act(mark)),
        Cell(_(mark.expected.by.label)),
        *_limits(mark.standard),
        Cell(words.kind(mark.standard), tag=words.tag(mark.standard)),
        Cell(_used(mark), number=True, link=f"#log-{row}" if row else ""),
        Cell(words.state(mark), mark=words.MARKS[mark.state], strong=mark.breaks_law),
        Cell(rating(mark)),
        Cell("—" if mark.score is None else words.score(mark.score), number=True),
    )


def _act(mark: Mark) -> str:
    if not mark.expected.critical:
        return mark.expected.act
    return _("{act}（关键）", act=mark.expected.act)


def _limits(standard: Standard | None) -> tuple[Cell, Cell]:
    if standard is None:
        return Cell("—", number=True), Cell("—", number=True)
    link_ = f"#s-{standard.key}"
    return (
        Cell(words.minutes(standard.target), number=True, link=link_),
        Cell(words.minutes(standard.fail), number=True),
    )


def _used(mark: Mark) -> str:
    return "—" if mark.minutes is None else words.minutes(mark.minutes)


def rating(mark: Mark) -> str:
    """The evaluators' words on quality."""
    found = [r for r in (mark.rating, mark.second_rating) if r]
    labels = [_(r.label) for r in found]
    if not labels:
        return _("没评")
    return labels[0] if len(set(labels)) == 1 else _(" / ").join(labels)


def standards(scene: Scene) -> Table:
    """Every standard that an action has, with the class and the source of it."""
    users: dict[str, list[str]] = {}
    for _released, expected in scene.expected():
        users.setdefault(expected.standard, []).append(expected.id)
    rows = [row for row in scene.standards if row.key in users]
    return Table(
        title=_(
            "时限从哪里来：{n} 种时限，法定 {law} 种",
            n=len(rows),
            law=sum(map(words.hard, rows)),
        ),
        columns=(_("用在"), _("类别"), _("目标"), _("最迟"), _("出处")),
        rows=tuple(
            (
                Cell(_("、").join(users[row.key]), anchor=f"s-{row.key}"),
                Cell(words.kind(row), tag=words.tag(row)),
                Cell(words.minutes(row.target), number=True),
                Cell(words.minutes(row.fail), number=True),
                Cell(_(row.source)),
            )
            for row in rows
        ),
        note=_("只有“法定”是硬线；预案、惯例、目标都不是规定。"),
    )


def injects(evaluation: Evaluation) -> Table:
    """The event list: planned and released times, from where."""
    marks = {mark.inject.id: mark for mark in reversed(evaluation.marks)}
    return Table(
        title=_("事件清单：{n} 条", n=len(evaluation.scene.injects)),
        columns=(
            _("编号"),
            _("情景"),
            _("计划"),
            _("实际释放"),
            _("方式"),
            _("给谁"),
            _("内容来自"),
        ),
        rows=tuple(
            _inject(inject, marks.get(inject.id), evaluation)
            for inject in evaluation.scene.injects
        ),
        note=_("T+ 为演练时间；暂停不计，跳转计入。"),
    )


def _inject(
    inject: Inject, mark: Mark | None, evaluation: Evaluation
) -> tuple[Cell, ...]:
    when = mark.released if mark else None
    return (
        Cell(inject.id, strong=True, anchor=f"i-{inject.id}"),
        Cell(inject.title),
        Cell(words.due(inject.when)),
        Cell("—" if when is None else _at(evaluation.scene, when)),
        Cell(_(inject.channel.label)),
        Cell(_("、").join(_(post.label) for post in inject.to)),
        Cell(origin(inject, drawn=evaluation.log.truth.drawn)),
    )


def _at(scene: Scene, when: float) -> str:
    return _("{at}（{clock}）", at=words.at(when), clock=words.clock(scene, when))


def origin(inject: Inject, *, drawn: bool) -> str:
    """Whether its facts are drawn from a simulation of the school or written."""
    if inject.source is None:
        return _("脚本")
    what = _(inject.source.draw.label)
    if drawn:
        return _("本校推演抽取：{what}", what=what)
    return _("脚本代替推演：{what}", what=what)


def places(evaluation: Evaluation) -> Table:
    """The seven in place with n, coverage and interval."""
    return Table(
        title=_("七个到位（{notice}）", notice=findings.notice(evaluation)),
        columns=(
            _("到位项"),
            _("处置"),
            _("计分"),
            _("覆盖率"),
            _("完成率"),
            _("90% 区间"),
        ),
        rows=tuple(
            (
                Cell(words.place(row.in_place), strong=True),
                Cell(str(row.actions), number=True),
                Cell(str(row.counted), number=True),
                Cell(
                    words.score(row.counted / row.actions) if row.actions else "—",
                    number=True,
                ),
                *_place_value(row.value.value if row.value else None),
                Cell(words.ends(row.value) if row.value else "—", number=True),
            )
            for row in evaluation.places
        ),
        note=_(
            "少于 {n} 项的写“未充分检验”，不给数。区间按各校共同先验与本校处置重抽得出（90%）。演练一次是一次观察，同一所学校换一天也会差出这么多。",
            n=words.TOO_FEW,
        ),
    )


def _place_value(value: float | None) -> tuple[Cell, ...]:
    if value is None:
        return (Cell(_("未充分检验"), number=True, mark="unknown"),)
    return (Cell(words.score(value), number=True),)


def prices(review: Review) -> Table:
    """What each delay costs in four units, with intervals, and its effort."""
    rows = [*facts.single(review)]
    whole = facts.together(review)
    return Table(
        title=_("每处延误值多少"),
        columns=(
            _("哪一处"),
            _("实测"),
            _("标准"),
            _("多出的感染（人）"),
            _("≥5 人暴发的机会（百分点）"),
            _("隔离（人·天）"),
            _("停课（班·天）"),
            _("费力"),
        ),
        rows=tuple(
            _price(price, review) for price in (*rows, *((whole,) if whole else ()))
        ),
        note=_(
            "实测减标准；同一批随机数，90% 区间。区间含 0 的写“差异在误差范围内”。费力是估计值，1 为一句话，5 为要钱要人。{basis}。",
            basis=findings.basis(review) or _("推演次数没写"),
        ),
    )


def _price(price: Price, review: Review) -> tuple[Cell, ...]:
    mark = facts.worst(review, price)
    form = wording.Form(paired=True, large=10.0)
    points = wording.Form(factor=100.0, paired=True)
    return (
        Cell(
            findings.short_name(review, price),
            strong=True,
            link=f"#a-{mark.expected.id}" if mark else "",
        ),
        Cell(price.measured or "—", number=True),
        Cell(price.standard or "—", number=True),
        estimated(price.infections, form),
        estimated(price.outbreak5, points),
        estimated(price.apart_days, form),
        estimated(price.lessons, form),
        Cell(wording.plain(price.effort), number=True),
    )


def recall(evaluation: Evaluation) -> Table:
    """The contact list against the truth, setting by setting; counts only."""
    return Table(
        title=_("接触者名单"),
        columns=(_("在哪里接触"), _("真值"), _("排对"), _("漏"), _("查全率")),
        rows=tuple(
            (
                Cell(words.setting(row.setting), strong=True),
                Cell(str(row.true), number=True),
                Cell(str(row.found), number=True),
                Cell(str(row.true - row.found), number=True),
                Cell(
                    words.score(row.found / row.true) if row.true else "—", number=True
                ),
            )
            for row in facts.recalled(evaluation)
        ),
        note=_("同一人在几处接触的，各处都计；这是点数，没有抽样，所以没有区间。"),
    )


def gaps(review: Review) -> Table:
    """What went wrong, by cause."""
    order = list(Cause)
    rows = sorted(review.gaps, key=lambda gap: order.index(gap.cause))
    return Table(
        title=_("问题与原因：{n} 项", n=len(rows)),
        columns=(_("原因"), _("编号"), _("问题"), _("证据")),
        rows=tuple(
            (
                Cell(_(words.CAUSES[gap.cause]), tag="plain"),
                _act_link(gap.action),
                Cell(_(gap.text)),
                Cell(_(gap.evidence)),
            )
            for gap in rows
        ),
    )


def corrections(review: Review) -> Table:
    """What is to be done: who, by when, the inject that must pass."""
    rows = facts.open_first(review)
    return Table(
        title=_("整改 {n} 项", n=len(rows)),
        columns=(
            _("编号"),
            _("做什么"),
            _("原因"),
            _("谁"),
            _("几点前"),
            _("怎样算完"),
        ),
        rows=tuple(_correction(row, review) for row in rows),
        note=_("复演通过才销号，打勾不算。"),
    )


def _correction(row: Correction, review: Review) -> tuple[Cell, ...]:
    gap = facts.gap_of(review, row.gap)
    done = _("复演 {inject} 已通过") if row.verified else _("复演 {inject}")
    return (
        _act_link(row.gap),
        Cell(_(row.text)),
        Cell(_(words.CAUSES[gap.cause]) if gap else "—", tag="plain" if gap else ""),
        Cell(_(row.owner)),
        Cell(wording.day(row.due)),
        Cell(
            done.format(inject=row.inject),
            mark="pass" if row.verified else "wait",
            link=f"#i-{row.inject}",
        ),
    )


def changes(review: Review) -> tuple[str, ...]:
    """Proposed changes of the plan, in words."""
    return tuple(str(change) for change in review.changes)


def versions(review: Review) -> Table:
    """As planned beside as rehearsed."""
    rows = ((_("照预案"), review.as_planned), (_("照演练"), review.as_rehearsed))
    return Table(
        title=_("照预案与照演练"),
        columns=(_("怎样做"), _("≥5 人暴发的机会")),
        rows=tuple(
            (Cell(n, strong=True), estimated(e, CHANCE))
            for n, e in rows
            if facts.simulated(review)
        ),
        note=findings.basis(review),
    )


def disputes(evaluation: Evaluation) -> Table:
    """Where two evaluators differ."""
    rows = facts.disputed(evaluation)
    return Table(
        title=_(
            "意见分歧：{k} 项双评，{n} 项不同",
            k=len(facts.twice(evaluation)),
            n=len(rows),
        ),
        columns=(_("编号"), _("预期处置"), _("第一评"), _("第二评")),
        rows=tuple(
            (
                _id(mark),
                Cell(mark.expected.act),
                Cell(_rated(mark.rating)),
                Cell(_rated(mark.second_rating)),
            )
            for mark in rows
        ),
    )


def _rated(rating_: Rating | None) -> str:
    return _(rating_.label) if rating_ else "—"


def log(evaluation: Evaluation) -> Table:
    """The log row by row, without names."""
    rows = enumerate(evaluation.log.entries, 1)
    return Table(
        title=_("日志：{n} 行", n=len(evaluation.log.entries)),
        columns=(_("行"), _("钟点"), _("情景或处置"), _("证据"), _("说明")),
        rows=tuple(_entry(number, entry, evaluation) for number, entry in rows),
        note=_("钟点是当天的钟，不是演练时间。日志不列姓名。"),
    )


def _entry(number: int, entry: Entry, evaluation: Evaluation) -> tuple[Cell, ...]:
    since = entry.wall - facts.started(evaluation.log)
    when = evaluation.scene.start + timedelta(minutes=since)
    told = (entry.note, entry.rectified, entry.waived)
    what = entry.inject or entry.action
    link = f"#i-{what}" if entry.inject else f"#a-{what}"
    return (
        Cell(str(number), anchor=f"log-{number}"),
        Cell(f"{when:%H:%M}"),
        Cell(
            _("释放 {id}", id=what) if entry.inject else what, link=link if what else ""
        ),
        Cell(entry.evidence),
        Cell(_("；").join(filter(None, told))),
    )


# --- the bureau's comparison ------------------------------------------------------------------


def progress(comparison: Comparison) -> Table:
    """Schools in customary order: how far each came, its total."""
    return Table(
        title=_("各校进度与完成率"),
        columns=(
            _("学校"),
            _("告知"),
            _("谁来演"),
            _("按时"),
            _("超时"),
            _("没做"),
            _("过法定"),
            _("覆盖率"),
            _("完成率"),
            _("一致性 κ"),
            _("整改"),
        ),
        rows=tuple(_progress(review) for review in comparison.reviews),
        note=_(
            "按学校惯用次序排，不按名次。完成率为有数的到位项的平均，括号内为 90% 区间；告知方式不同的不能比。"
        ),
    )


def _progress(review: Review) -> tuple[Cell, ...]:
    judged = review.evaluation
    found = facts.counted(facts.timed(judged.marks))
    law = len(facts.broken(judged))
    open_ = sum(not row.verified for row in review.corrections)
    total = judged.total
    return (
        Cell(
            judged.school_name, strong=True, link=f"{link(judged.school)}/report.html"
        ),
        Cell(findings.notice(judged), tag="plain"),
        Cell(_("模拟") if judged.log.played else _("真人")),
        Cell(str(found[State.ON_TIME]), number=True),
        Cell(str(found[State.LATE]), number=True),
        Cell(str(found[State.NEVER]), number=True),
        Cell(str(law), number=True, mark="fail" if law else "", strong=bool(law)),
        Cell(words.score(judged.coverage), number=True),
        Cell(words.score(total.value), words.ends(total), number=True)
        if total
        else Cell(_("未充分检验"), number=True),
        Cell("—" if judged.kappa is None else words.score(judged.kappa), number=True),
        Cell(_("{k} / {n} 未销", k=open_, n=len(review.corrections)), number=True),
    )


def link(code: str) -> str:
    """A school's folder in an address."""
    return quote(folder(code))


def all_places(comparison: Comparison) -> Table:
    """Schools by the seven in place."""
    first = comparison.reviews[0].evaluation.places if comparison.reviews else ()
    return Table(
        title=_("各校七个到位"),
        columns=(_("学校"), *(words.place(row.in_place) for row in first)),
        rows=tuple(
            (
                Cell(review.evaluation.school_name, strong=True),
                *(
                    Cell(
                        words.score(row.value.value),
                        _("{ends}，n = {n}", ends=words.ends(row.value), n=row.counted),
                        number=True,
                    )
                    if row.value
                    else Cell(_("未充分检验"), f"n = {row.counted}", number=True)
                    for row in review.evaluation.places
                ),
            )
            for review in comparison.reviews
        ),
    )


def all_prices(comparison: Comparison) -> Table:
    """Schools by what each delay costs, in infections."""
    keys = price_keys(comparison)
    form = wording.Form(paired=True, large=10.0)
    return Table(
        title=_("各校延误的代价"),
        columns=(_("学校"), *keys.values()),
        rows=tuple(
            (
                Cell(review.evaluation.school_name, strong=True),
                *(estimated(price_of(review, key), form) for key in keys),
            )
            for review in comparison.reviews
        ),
    )


def price_keys(comparison: Comparison) -> dict[str, str]:
    """The keys of prices that any school has, dearest over all first; all together last."""
    names: dict[str, str] = {}
    sums: dict[str, float] = {}
    for review in comparison.reviews:
        for price in review.prices:
            names.setdefault(price.key, _(price.label))
            sums[price.key] = sums.get(price.key, 0.0) + price.infections.value
    ordered = sorted(names, key=lambda key: (key == facts.ALL, -sums[key]))
    return {key: names[key] for key in ordered}


def price_of(review: Review, key: str) -> Estimate | None:
    return next((p.infections for p in review.prices if p.key == key), None)


def practices(comparison: Comparison) -> Table:
    """What each school does best, and who could take it over."""
    names = {r.evaluation.school: r.evaluation.school_name for r in comparison.reviews}
    acts = {
        e.id: e.act
        for review in comparison.reviews
        for _i, e in review.evaluation.scene.expected()
    }
    return Table(
        title=_("经验做法：{n} 条", n=len(comparison.practices)),
        columns=(
            _("学校"),
            _("编号"),
            _("做的是"),
            _("用时"),
            _("各校中位"),
            _("谁可以学"),
        ),
        rows=tuple(
            _practice(row, names, acts.get(row.action, ""))
            for row in comparison.practices
        ),
        note=_("采用学校复演通过才算有效。"),
    )


def _practice(
    row: Practice, names: dict[SchoolCode, str], act: str
) -> tuple[Cell, ...]:
    return (
        Cell(
            names.get(row.school, row.school),
            strong=True,
            link=f"{link(row.school)}/report.html#a-{row.action}",
        ),
        Cell(row.action),
        Cell(act),
        Cell(words.minutes(row.minutes), number=True),
        Cell(words.minutes(row.median), number=True),
        Cell(_("、").join(names.get(code, code) for code in row.takers) or "—"),
    )
