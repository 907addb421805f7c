"""One page for the headmaster, one for the bureau chief."""

from dataclasses import dataclass, replace
from typing import Final

from bihuan.base.wording import _, speak
from bihuan.loop.drilled import Cause, Review
from bihuan.report import wording
from bihuan.report.drill import facts, findings, page as school, tables, words
from bihuan.report.drill.page import Frame, Part
from bihuan.report.tables import Table

MOST: Final = 6
"""Rows of a table on one page."""
FEW: Final = 4
OUTWARD: Final = (Cause.SUPPLIES, Cause.COORDINATION, Cause.SURROUNDINGS)
"""Causes that a school does not mend alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """Everything the template shows."""

    frame: Frame
    kick: str
    lead: tuple[str, ...]
    law: str
    weak: str
    says: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    caution: str


def head(review: Review, *, lang: str) -> str:
    """The headmaster's page as the text of one file."""
    with speak(lang):
        return _rendered(_letter(review, _("校长一页"), _for_head(review)))


def bureau(review: Review, *, lang: str) -> str:
    """The bureau chief's page as the text of one file."""
    with speak(lang):
        return _rendered(_letter(review, _("局长一页"), _for_bureau(review)))


def _rendered(letter: Letter) -> str:
    template = school.environment().get_template("drill/letter.html")
    return template.render(page=letter, _=_)


def _letter(review: Review, kind: str, parts: tuple[Part | None, ...]) -> Letter:
    judged = review.evaluation
    return Letter(
        frame=school.frame(judged, kind, foot=school.foot(review)),
        kick=school.kick(judged),
        lead=findings.lead(review),
        law=findings.law(judged),
        weak=findings.weak(judged),
        says=findings.says(review),
        parts=tuple(part for part in parts if part),
        caution=_(
            "这是一次演练，是弱证据：同一所学校换一天也会差出区间那么多。{total}。分钟的目标是纪律，不是规定；推演的数是情景推演，非预测。",
            total=findings.total(judged),
        ),
    )


def _for_head(review: Review) -> tuple[Part | None, ...]:
    return (
        _todo(review),
        Part(anchor="seven", title=_seven_title(review), tables=(_seven(review),)),
        _changes(review),
        Part(
            anchor="versions",
            title=_("照预案与照演练"),
            lines=(findings.rehearsed(review),),
        ),
        _well(review),
    )


def _for_bureau(review: Review) -> tuple[Part | None, ...]:
    return (
        Part(anchor="score", title=_("这一场怎样评的"), facts=_score(review)),
        _dear(review),
        _outward(review),
        _todo(review),
        _well(review),
    )


def _unlinked(table: Table) -> Table:
    """A table whose cells lead nowhere: the rows stand on the other page."""
    rows = tuple(
        tuple(replace(cell, link="", anchor="") for cell in row) for row in table.rows
    )
    return replace(table, rows=rows)


def _todo(review: Review) -> Part | None:
    table = _unlinked(tables.corrections(review))
    if not table.rows:
        return None
    left = len(table.rows) - MOST
    note = _("{note}另有 {n} 项见全文。", note=table.note, n=left)
    short = replace(
        table, rows=table.rows[:MOST], note=note if left > 0 else table.note
    )
    return Part(anchor="todo", title=table.title, tables=(short,))


def _seven_title(review: Review) -> str:
    return _("七个到位（{notice}）", notice=findings.notice(review.evaluation))


def _seven(review: Review) -> Table:
    table = _unlinked(tables.places(review.evaluation))
    return replace(table, title=_seven_title(review), note="")


def _changes(review: Review) -> Part | None:
    lines = tables.changes(review)
    if not lines:
        return None
    return Part(anchor="changes", title=_("建议怎样改预案"), lines=lines[:FEW])


def _well(review: Review) -> Part | None:
    lines = school.well(review)[:3]
    return Part(anchor="good", title=_("做得好的"), lines=lines) if lines else None


def _score(review: Review) -> tuple[tuple[str, str], ...]:
    judged = review.evaluation
    rows = (
        (_("告知方式"), findings.notice(judged)),
        (_("记录来自"), findings.source(judged)),
        (_("评估"), findings.who_judged(judged)),
        (_("完成率"), findings.total(judged)),
        (_("短板"), findings.shortest(judged)),
        (
            _("覆盖率"),
            _(
                "{share}，{n} 项处置里计分 {k} 项",
                share=words.score(judged.coverage),
                n=len(judged.marks),
                k=sum(row.score is not None for row in judged.marks),
            ),
        ),
    )
    return tuple((name, text) for name, text in rows if text)


def _dear(review: Review) -> Part | None:
    table = _unlinked(tables.prices(review))
    if not table.rows:
        return None
    keep = (0, 1, 2, 3, 4)
    whole = facts.together(review)
    rows = table.rows[: -1 if whole else None][:FEW]
    short = replace(
        table,
        columns=tuple(table.columns[n] for n in keep),
        rows=tuple(
            tuple(row[n] for n in keep)
            for row in (*rows, *(table.rows[-1:] if whole else ()))
        ),
        note=wording.sentence(findings.basis(review)),
    )
    return Part(anchor="price", title=table.title, tables=(short,))


def _outward(review: Review) -> Part | None:
    rows = [gap for gap in review.gaps if gap.cause in OUTWARD]
    lines = tuple(
        _(
            "{cause}（{id}）：{text}。",
            cause=_(words.CAUSES[gap.cause]),
            id=gap.action,
            text=_(gap.text).rstrip("。"),
        )
        for gap in rows[:FEW]
    )
    if not lines:
        return None
    return Part(anchor="outward", title=_("学校一家办不了的"), lines=lines)
