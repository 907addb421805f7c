"""One school's drill as a self-contained page: the board, then the full text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import jinja2

from bihuan.base.wording import _, language, speak
from bihuan.drill.marks import Evaluation, Mark
from bihuan.drill.script import Scene
from bihuan.loop.drilled import Practice, Review
from bihuan.report import page as base, wording
from bihuan.report.drill import facts, figures, findings, tables, words
from bihuan.report.figures import Figure
from bihuan.report.tables import Table

MOST: Final = 6
"""Things done well that the board names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """What every page of a drill carries: the stripes' band and the foot."""

    lang: str
    title: str
    kind: str
    """What this page is: 演练评估报告."""
    band: str
    """School, scene, hours."""
    notice: str
    players: str
    blame: str
    foot: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A part of the full text."""

    anchor: str
    title: str
    facts: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Everything the templates show of one school."""

    frame: Frame
    kick: str
    lead: tuple[str, ...]
    law: str
    weak: str
    says: tuple[tuple[str, str], ...]
    timeline: Figure
    prices: Figure | None
    together: str
    left_out: str
    good: tuple[str, ...]
    places: Figure
    corrections: Table
    recall: Figure | None
    versions: Figure | None
    changes: tuple[str, ...]
    parts: tuple[Part, ...]


def environment() -> jinja2.Environment:
    """The one environment of templates."""
    return base._environment()  # noqa: SLF001  # the report's own


def html(review: Review, practices: Sequence[Practice] = (), *, lang: str) -> str:
    """The whole page as the text of one file."""
    with speak(lang):
        template = environment().get_template("drill/school.html")
        return template.render(page=page(review, practices), _=_)


def page(review: Review, practices: Sequence[Practice] = ()) -> Page:
    """The values of the page, in the language being spoken."""
    judged = review.evaluation
    return Page(
        frame=frame(judged, _("演练评估报告"), foot=foot(review)),
        kick=kick(judged),
        lead=findings.lead(review),
        law=findings.law(judged),
        weak=findings.weak(judged),
        says=findings.says(review),
        timeline=figures.timeline(judged),
        prices=figures.prices(review),
        together=findings.together(review),
        left_out=findings.left_out(review),
        good=well(review, practices),
        places=figures.places(judged),
        corrections=tables.corrections(review),
        recall=figures.recall(judged),
        versions=figures.versions(review) if facts.simulated(review) else None,
        changes=tables.changes(review),
        parts=parts(review, practices),
    )


def frame(evaluation: Evaluation, kind: str, *, foot: str) -> Frame:
    """The band and foot of a page about one school."""
    scene = evaluation.scene
    return Frame(
        lang=language(),
        title=_("{school}·{kind}", school=evaluation.school_name, kind=kind),
        kind=kind,
        band=_(
            "{school}·{scene}·{day}",
            school=evaluation.school_name,
            scene=_(scene.title),
            day=hours(evaluation),
        ),
        notice=findings.notice(evaluation),
        players=findings.players(evaluation),
        blame=_(words.BLAME),
        foot=foot,
    )


def hours(evaluation: Evaluation) -> str:
    """The day of the drill, from when to when on the exercise clock."""
    scene = evaluation.scene
    ends = [
        when + (mark.minutes or 0.0)
        for mark in evaluation.marks
        if (when := facts.released(mark)) is not None
    ]
    day, start = wording.day(scene.start.date()), f"{scene.start:%H:%M}"
    if not ends:
        return _("{day} {start} 起", day=day, start=start)
    end = words.clock(scene, max(ends))
    last = scene.start + timedelta(minutes=max(ends))
    if last.date() > scene.start.date():
        return _("{day} {start} 至次日 {end}", day=day, start=start, end=end)
    return _("{day} {start} 至 {end}", day=day, start=start, end=end)


def kick(evaluation: Evaluation) -> str:
    """What stands above the headline: what page it is, who judged."""
    return _("事后评估·{who}", who=findings.who_judged(evaluation))


def foot(review: Review) -> str:
    """Versions and where numbers come from."""
    if not review.model_version:
        return _("每个数字可点到来源行")
    return _(
        "模型 {model}　参数表 {parameters}　种子 {seed}　每个数字可点到来源行",
        model=review.model_version,
        parameters=review.parameters_version or "—",
        seed=review.seed,
    )


def well(review: Review, practices: Sequence[Practice] = ()) -> tuple[str, ...]:
    """What went well, what others can take over."""
    mine = [row for row in practices if row.school == review.evaluation.school]
    acts = {mark.expected.id: mark.expected.act for mark in review.evaluation.marks}
    said = [_practice(row, acts.get(row.action, "")) for row in mine]
    told = {row.action for row in mine}
    rest = [m for m in facts.good(review.evaluation) if m.expected.id not in told]
    return (*said, *(_well(mark) for mark in rest[: MOST - len(said)]))


def _practice(row: Practice, act: str) -> str:
    return _(
        "{act}（{id}）：{time}，各校中位 {median}，可作经验做法。",
        act=act,
        id=row.action,
        time=words.minutes(row.minutes),
        median=words.minutes(row.median),
    )


def _well(mark: Mark) -> str:
    target = mark.standard.target if mark.standard else 0.0
    return _(
        "{act}（{id}）：{time}，{kind} {target}。",
        act=mark.expected.act,
        id=mark.expected.id,
        time=words.minutes(mark.minutes or 0.0),
        kind=words.kind(mark.standard),
        target=words.minutes(target),
    )


# --- the full text, in the order of an after-action report ----------------------------------


def parts(review: Review, practices: Sequence[Practice] = ()) -> tuple[Part, ...]:
    """The parts that have something to say."""
    judged = review.evaluation
    found = (
        Part(anchor="basis", title=_("目的与依据"), facts=purpose(judged.scene)),
        Part(anchor="when", title=_("时间地点与方式"), facts=manner(judged)),
        Part(anchor="who", title=_("参演岗位"), lines=took_part(judged)),
        Part(
            anchor="events",
            title=_("情景概要与事件清单"),
            lines=outline(judged.scene),
            tables=(tables.injects(judged),),
        ),
        Part(
            anchor="items",
            title=_("处置逐项"),
            tables=(tables.items(judged), tables.standards(judged.scene)),
        ),
        Part(anchor="seven", title=_("七个到位"), tables=(tables.places(judged),)),
        _listed(judged),
        _priced(review),
        Part(
            anchor="gaps",
            title=_("问题与原因"),
            lines=gaps_by_kind(review),
            tables=_some(tables.gaps(review)),
        ),
        Part(anchor="good", title=_("亮点与经验做法"), lines=well(review, practices)),
        Part(
            anchor="changes",
            title=_("建议怎样改预案"),
            lines=tables.changes(review),
        ),
        Part(
            anchor="versions",
            title=_("照预案与照演练"),
            lines=(findings.rehearsed(review),),
            tables=_some(tables.versions(review)),
        ),
        Part(
            anchor="agree",
            title=_("评估一致性与分歧"),
            lines=(wording.sentence(findings.who_judged(judged)),),
            tables=_some(tables.disputes(judged)),
        ),
        Part(anchor="log", title=_("附件：日志"), tables=_some(tables.log(judged))),
    )
    return tuple(part for part in found if _says(part))


def _says(part: Part) -> bool:
    return bool(part.facts or part.lines or part.tables)


def _some(table: Table) -> tuple[Table, ...]:
    return (table,) if table.rows else ()


def _listed(judged: Evaluation) -> Part:
    return Part(
        anchor="list",
        title=_("接触者名单"),
        lines=tuple(filter(None, (findings.recall(judged),))),
        tables=_some(tables.recall(judged)),
    )


def _priced(review: Review) -> Part:
    said = (findings.together(review), findings.left_out(review))
    return Part(
        anchor="price",
        title=_("延误代价"),
        lines=tuple(filter(None, said)),
        tables=_some(tables.prices(review)),
    )


def purpose(scene: Scene) -> tuple[tuple[str, str], ...]:
    """What the drill is for, clause by clause."""
    clauses = [
        _("{document} {clause}", document=_(row.document), clause=_(row.clause))
        for row in scene.basis
    ]
    goals = [
        _(
            "{text}（{places}）",
            text=_(row.text),
            places=_("、").join(map(words.place, row.in_place)),
        )
        for row in scene.objectives
    ]
    rows = (
        (_("依据条款"), _("；").join(clauses)),
        (_("演练目标"), _("；").join(goals)),
    )
    return tuple((head, wording.sentence(text)) for head, text in rows if text)


def manner(judged: Evaluation) -> tuple[tuple[str, str], ...]:
    """When, where, how it was held."""
    scene, log = judged.scene, judged.log
    times, whole = facts.paused(log)
    kind = _("、").join(
        _(word.label) for word in (scene.form, scene.content, scene.purpose)
    )
    rows = (
        (_("时间"), _("{day}（演练时间）", day=hours(judged))),
        (_("地点"), judged.school_name),
        (_("组织形式"), kind),
        (_("告知方式"), _(scene.notice.label)),
        (_("记录来自"), findings.source(judged)),
        (_("暂停"), _pauses(times, whole)),
        (
            _("跳转"),
            _("{n} 次；跳转时没有开着的处置", n=facts.jumps(log))
            if facts.jumps(log)
            else "",
        ),
    )
    return tuple((head, text) for head, text in rows if text)


def _pauses(times: int, whole: float) -> str:
    if not times:
        return _("没有")
    return _("{n} 次，共 {time}；暂停不计入用时", n=times, time=words.minutes(whole))


def took_part(judged: Evaluation) -> tuple[str, ...]:
    """Which posts took part; no persons."""
    if not judged.posts:
        return ()
    names = _("、").join(words.post(post) for post, _person in judged.posts)
    said = [_("{n} 个岗位：{names}。", n=len(judged.posts), names=names)]
    empty = [words.post(post) for post, person in judged.posts if not person]
    if empty:
        said.append(_("没有人的岗位：{names}。", names=_("、").join(empty)))
    other = [mark.expected.id for mark in facts.substituted(judged)]
    if other:
        said.append(_("由 B角或替补做的处置：{ids}。", ids=_("、").join(other)))
    if judged.log.played:
        said.append(
            _("这一场由程序模拟参演人员，没有真人参加：它检验脚本和预案，不检验人。")
        )
    return tuple(said)


def outline(scene: Scene) -> tuple[str, ...]:
    """The scene in a sentence, what was drawn, when it stops."""
    drawn = sum(inject.source is not None for inject in scene.injects)
    said = _(
        "{title}：情景 {n} 条，预期处置 {k} 项，其中 {drawn} 条的内容由本校推演抽取。",
        title=_(scene.title),
        n=len(scene.injects),
        k=len(scene.expected()),
        drawn=drawn,
    )
    stops = _("；").join(_(rule) for rule in scene.stop_rules)
    return (said, _("提前终止：{stops}。", stops=stops)) if stops else (said,)


def gaps_by_kind(review: Review) -> tuple[str, ...]:
    """How many gaps of each cause."""
    parts = [
        _("{cause} {n} 项", cause=_(name), n=count)
        for cause, name in words.CAUSES.items()
        if (count := sum(gap.cause is cause for gap in review.gaps))
    ]
    return (_("；").join(parts) + _("。"),) if parts else ()
