"""After the day: the evaluators' report, the organiser's summary, the plan to mend.

Chapters of the evaluation are those that the State Council's rules on emergency plans ask
of any evaluation (国办发〔2013〕101号, article 23); those of the summary are those of the
national guide to drills: aim, time and place, who took part, outline, problems and causes,
lessons, advice.
"""

from dataclasses import replace

from bihuan.base.wording import _
from bihuan.drill.marks import Mark
from bihuan.loop.drilled import Cause, Practice, Review
from bihuan.report.drill import findings, page, tables, words
from bihuan.report.drill.paper import Chapter, Paper, document
from bihuan.report.tables import Table

Lines = tuple[str, ...]


def docx(review: Review, practices: tuple[Practice, ...] = ()) -> bytes:
    """All three in one file, in the language being spoken."""
    papers = (evaluation(review), summary(review, practices), improvement(review))
    judged = review.evaluation
    note = "　".join(filter(None, (findings.notice(judged), findings.players(judged))))
    return document(
        papers,
        foot=page.foot(review),
        day=judged.scene.start.date(),
        note=note,
    )


def evaluation(review: Review) -> Paper:
    """评估报告, by the evaluators."""
    judged = review.evaluation
    return Paper(
        title=_("{school}演练评估报告", school=judged.school_name),
        under=page.frame(judged, "", foot="").band,
        chapters=(
            Chapter(
                title=_("演练的执行情况"),
                lines=_some(
                    *findings.lead(review), findings.law(judged), findings.weak(judged)
                ),
                tables=(_short_items(review),),
            ),
            Chapter(
                title=_("预案的合理性与可操作性"),
                lines=_of_cause(review, Cause.PLAN) + _some(findings.rehearsed(review)),
                tables=(tables.standards(judged.scene),),
            ),
            Chapter(
                title=_("指挥协调和应急联动情况"),
                lines=_of_cause(review, Cause.COORDINATION),
            ),
            Chapter(
                title=_("应急人员的处置情况"),
                lines=_of_cause(review, Cause.PEOPLE) + _some(findings.recall(judged)),
                tables=(tables.places(judged), *_filled(tables.recall(judged))),
            ),
            Chapter(
                title=_("所用设备装备的适用性"),
                lines=_of_cause(review, Cause.SUPPLIES)
                + _of_cause(review, Cause.SURROUNDINGS, _("场地和环境没有发现问题。")),
            ),
            Chapter(
                title=_("对完善预案、准备、机制和措施的意见"),
                lines=_advice(review),
                tables=_filled(tables.prices(review)),
            ),
            Chapter(
                title=_("评估一致性"),
                lines=(findings.who_judged(judged) + _("。"),),
                tables=_filled(tables.disputes(judged)),
            ),
        ),
        signed=(_("评估组长"), _("第三方评估人员")),
    )


def summary(review: Review, practices: tuple[Practice, ...] = ()) -> Paper:
    """总结报告, by the organiser."""
    judged = review.evaluation
    return Paper(
        title=_("{school}演练总结报告", school=judged.school_name),
        under=page.frame(judged, "", foot="").band,
        chapters=(
            Chapter(title=_("演练目的"), lines=_pairs(page.purpose(judged.scene))),
            Chapter(title=_("时间和地点"), lines=_pairs(page.manner(judged))),
            Chapter(title=_("参演单位和人员"), lines=_who(review)),
            Chapter(
                title=_("演练方案概要"),
                lines=page.outline(judged.scene),
                tables=(tables.injects(judged),),
            ),
            Chapter(
                title=_("发现的问题与原因"),
                lines=page.gaps_by_kind(review) or (_("没有记下问题。"),),
                tables=_filled(tables.gaps(review)),
            ),
            Chapter(
                title=_("经验和教训"),
                lines=page.well(review, practices) + _lessons(review),
            ),
            Chapter(title=_("改进有关工作的建议"), lines=_advice(review)),
        ),
        signed=(_("总指挥"),),
    )


def improvement(review: Review) -> Paper:
    """整改计划: what, who, by when, the inject that must pass."""
    judged = review.evaluation
    todo = tables.corrections(review)
    return Paper(
        title=_("{school}整改计划", school=judged.school_name),
        under=page.frame(judged, "", foot="").band,
        chapters=(
            Chapter(
                title=_("整改项"),
                lines=(todo.note,) if todo.rows else (_("没有整改项。"),),
                tables=_filled(replace(todo, note="")),
            ),
            Chapter(
                title=_("建议怎样改预案"),
                lines=tuple(text + _("。") for text in tables.changes(review))
                or (_("没有要改预案的建议。"),),
            ),
            Chapter(title=_("怎样算完"), lines=_closing(review)),
        ),
        signed=(_("校长"), _("督办人")),
    )


def _some(*texts: str) -> Lines:
    return tuple(text for text in texts if text)


def _filled(table: Table) -> tuple[Table, ...]:
    return (table,) if table.rows else ()


def _pairs(rows: tuple[tuple[str, str], ...]) -> Lines:
    return tuple(
        _("{head}：{text}。", head=head, text=text.rstrip("。")) for head, text in rows
    ) or (_("脚本没有写。"),)


def _short_items(review: Review) -> Table:
    """The items without what the standards' table says."""
    table = tables.items(review.evaluation)
    kept = (0, 1, 2, 3, 5, 6, 7, 9)
    return replace(
        table,
        columns=tuple(table.columns[n] for n in kept),
        rows=tuple(tuple(row[n] for n in kept) for row in table.rows),
    )


def _of_cause(review: Review, cause: Cause, none: str = "") -> Lines:
    """Gaps of a cause in sentences, or that there are none."""
    said = tuple(
        _(
            "{id}：{text}（依据：{evidence}）。",
            id=gap.action,
            text=_(gap.text).rstrip("。"),
            evidence=_(gap.evidence),
        )
        for gap in review.gaps
        if gap.cause is cause
    )
    name = _(words.CAUSES[cause])
    return said or (none or _("{cause}没有发现问题。", cause=name),)


def _who(review: Review) -> Lines:
    judged = review.evaluation
    school = _("参演单位：{school}。", school=judged.school_name)
    return (school, *page.took_part(judged), findings.who_judged(judged) + _("。"))


def _lessons(review: Review) -> Lines:
    short = [
        words.place(row.in_place)
        for row in review.evaluation.places
        if row.value is None
    ]
    said = findings.shortest(review.evaluation)
    return _some(
        said + _("。") if said else "",
        _("未充分检验、下次要补的到位项：{names}。", names=_("、").join(short))
        if short
        else "",
        _never(review),
    )


def _never(review: Review) -> str:
    rows = [m for m in review.evaluation.marks if words.MARKS[m.state] == "fail"]
    names = _("；").join(_named(mark) for mark in rows)
    return _("没做的：{names}。", names=names) if names else ""


def _named(mark: Mark) -> str:
    return _("{id} {act}", id=mark.expected.id, act=mark.expected.act)


def _advice(review: Review) -> Lines:
    """What to mend first, second, need not; what all is worth; how to change the plan."""
    said = tuple(
        _("{head}。{text}", head=head, text=text)
        for head, text in findings.says(review)
    )
    changes = tuple(text + _("。") for text in tables.changes(review))
    rest = _some(findings.together(review), findings.left_out(review))
    return (*said, *rest, *changes)


def _closing(review: Review) -> Lines:
    injects = sorted({row.inject for row in review.corrections if not row.verified})
    if not injects:
        return (_("没有待复演的情景。"),)
    return (
        _(
            "重演 {names}，这几条情景按时限做到才销号；打勾不算。",
            names=_("、").join(injects),
        ),
        _("到期没有复演通过的，转督办。"),
    )
