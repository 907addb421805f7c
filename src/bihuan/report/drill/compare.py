"""The bureau's page: seven schools, one scene, side by side in customary order."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bihuan.base.wording import _, language, speak
from bihuan.drill.marks import Evaluation, Interval, Mark, State
from bihuan.loop.drilled import Comparison, Review
from bihuan.outbreak.summary import Estimate
from bihuan.report import wording
from bihuan.report.charts import marks, svg
from bihuan.report.charts.marks import Look
from bihuan.report.charts.scale import Scale, fitted, length, wrapped
from bihuan.report.charts.svg import Drawing
from bihuan.report.drill import facts, figures, findings, tables, words
from bihuan.report.drill.figures import NARROW
from bihuan.report.drill.page import Frame, environment
from bihuan.report.drill.words import Sign
from bihuan.report.figures import Figure, Rows
from bihuan.report.tables import Table

WIDE: Final = 1300.0
"""Width of a card's inside across the whole desk."""
PAPER: Final = 680.0
"""Width of a sheet of A4 between its stripes."""
PANELS: Final = 4
"""Prices side by side: the dearest, and all together."""
SHAPES: Final = {
    State.ON_TIME: "done",
    State.LATE: "late",
    State.NEVER: "fail",
    State.NOT_APPLICABLE: "na",
    State.CENSORED: "na",
}

Panel = Callable[[float, float, Rows], list[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Broad(Figure):
    """A figure for the whole desk, with drawings that fit a sheet of paper."""

    paper: tuple[Drawing, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Everything the template shows."""

    frame: Frame
    kick: str
    lead: tuple[str, ...]
    law: str
    says: tuple[tuple[str, str], ...]
    order: str
    pairs: tuple[str, ...]
    progress: Table
    figures: tuple[Broad, ...]
    practices: Table
    schools: tuple[tuple[str, str], ...]


def html(comparison: Comparison, *, lang: str) -> str:
    """The whole page as the text of one file."""
    with speak(lang):
        template = environment().get_template("drill/compare.html")
        return template.render(page=page(comparison), _=_)


def page(comparison: Comparison) -> Page:
    """The values of the page, in the language being spoken."""
    found = (_progress(comparison), _places(comparison), _prices(comparison))
    return Page(
        frame=frame(comparison),
        kick=kick(comparison),
        lead=lead(comparison),
        law=law(comparison),
        says=says(comparison),
        order=findings.order(comparison),
        pairs=findings.pairs(comparison),
        progress=tables.progress(comparison),
        figures=tuple(figure for figure in found if figure),
        practices=tables.practices(comparison),
        schools=tuple(
            (
                r.evaluation.school_name,
                f"{tables.link(r.evaluation.school)}/report.html",
            )
            for r in comparison.reviews
        ),
    )


def frame(comparison: Comparison) -> Frame:
    """The band and foot."""
    judged = [review.evaluation for review in comparison.reviews]
    scene = judged[0].scene if judged else None
    kind = _("同一情景，各校对照")
    played = sum(one.log.played for one in judged)
    some = _("{n} 校为模拟参演人员，不是真人", n=played) if played else ""
    notices = sorted({one.scene.notice for one in judged})
    return Frame(
        lang=language(),
        title=kind,
        kind=kind,
        band=_(
            "{scene}·{day}",
            scene=_(scene.title),
            day=wording.dated(scene.start.date()),
        )
        if scene
        else "",
        notice=_("、").join(_(notice.label) for notice in notices),
        players=some,
        blame=_(words.BLAME),
        foot=_(
            "模型 {model}　每处 {runs} 对推演　种子 {seed}　每个数字可点到学校的页",
            model=comparison.model_version or "—",
            runs=wording.number(comparison.runs),
            seed=comparison.seed,
        ),
    )


def kick(comparison: Comparison) -> str:
    """What stands above the headline."""
    return _(
        "{schools}，同一脚本，按学校惯用次序排，不按名次",
        schools=wording.schools(len(comparison.reviews)),
    )


def lead(comparison: Comparison) -> tuple[str, ...]:
    """How many were in time, and whether schools can be told apart."""
    shares = [
        sum(mark.state is State.ON_TIME for mark in rows) / len(rows)
        for review in comparison.reviews
        if (rows := _judged(review.evaluation))
    ]
    order = wording.sentence(findings.order(comparison))
    if not shares:
        return (_("没有一项处置能按时限评；"), order)
    said = _("有时限的处置，各校按时 {span}；", span=wording.span(shares))
    return (said, order)


def _judged(evaluation: Evaluation) -> list[Mark]:
    return [m for m in facts.timed(evaluation.marks) if m.state in facts.JUDGED]


def law(comparison: Comparison) -> str:
    """Which schools went beyond a limit of law; empty where none did."""
    said = [
        _(
            "{school}（{ids}）",
            school=review.evaluation.school_name,
            ids=_("、").join(mark.expected.id for mark in rows),
        )
        for review in comparison.reviews
        if (rows := facts.broken(review.evaluation))
    ]
    return _("过了法定时限：{said}。", said=_("、").join(said)) if said else ""


def says(comparison: Comparison) -> tuple[tuple[str, str], ...]:
    """What most schools miss, what costs most schools, what there is to learn."""
    return (_missed(comparison), _dear(comparison), _learn(comparison))


def _missed(comparison: Comparison) -> tuple[str, str]:
    late: Counter[str] = Counter()
    acts: dict[str, str] = {}
    for review in comparison.reviews:
        for mark in review.evaluation.marks:
            acts[mark.expected.id] = mark.expected.act
            late[mark.expected.id] += mark.state in {State.LATE, State.NEVER}
    said = [
        _("{id} {act}：{n} 校", id=id_, act=acts[id_], n=count)
        for id_, count in late.most_common(3)
        if count
    ]
    text = wording.sentence(_("；").join(said)) or _("没有超时和没做的。")
    return _("最多学校没按时做到的"), text


def _dear(comparison: Comparison) -> tuple[str, str]:
    clear = Counter(
        price.key for review in comparison.reviews for price in facts.to_mend(review)
    )
    names = tables.price_keys(comparison)
    said = [
        _("{name}：{n} 校看得出", name=names[key], n=count)
        for key, count in clear.most_common(3)
    ]
    text = wording.sentence(_("；").join(said)) or _("各校都看不出延误的代价。")
    return _("推演里有代价的"), text


def _learn(comparison: Comparison) -> tuple[str, str]:
    names = {r.evaluation.school: r.evaluation.school_name for r in comparison.reviews}
    said = [
        _("{school} {id}", school=names.get(row.school, row.school), id=row.action)
        for row in comparison.practices
    ]
    text = wording.sentence(wording.listed(said)) or _("没有一校明显快过别校。")
    return _("可以互相学的"), text


# --- drawings: rows are schools, panels stand side by side or below each other ----------------


def _names(comparison: Comparison) -> list[str]:
    return [review.evaluation.school_name for review in comparison.reviews]


def _room(labels: Sequence[str], most: float) -> float:
    return min(max((length(text, 12) for text in labels), default=0.0) + 16, most)


def _side(
    titles: Sequence[str],
    panels: Sequence[Panel],
    labels: Sequence[str],
    width: float,
    most: int,
) -> tuple[Drawing, ...]:
    """Panels side by side, so many in a line; each line is a drawing."""
    return tuple(
        _line(titles[n : n + most], panels[n : n + most], labels, width, most)
        for n in range(0, len(panels), most)
    )


def _line(
    titles: Sequence[str],
    panels: Sequence[Panel],
    labels: Sequence[str],
    width: float,
    most: int,
) -> Drawing:
    room, gap = _room(labels, 150), 22.0
    each = (width - room + gap) / most
    heads = [wrapped(title, each - gap) for title in titles]
    top = 27 + 15.0 * max(map(len, heads))
    rows = Rows(top=top, height=30 if width > PAPER else 24, count=len(labels))
    parts = _labels(labels, room, rows, width)
    for n, (head, panel) in enumerate(zip(heads, panels, strict=True)):
        left = room + n * each
        parts += [
            svg.text(left, 14 + 15 * k, words_, "k b") for k, words_ in enumerate(head)
        ]
        parts += panel(left, left + each - gap, rows)
    return Drawing(width, rows.bottom + 6, tuple(parts), _("、").join(titles))


def _below(
    titles: Sequence[str], panels: Sequence[Panel], labels: Sequence[str], name: str
) -> tuple[Drawing, ...]:
    room = _room(labels, 110)
    rows = Rows(top=42, height=30, count=len(labels))
    return tuple(
        Drawing(
            NARROW,
            rows.bottom + 4,
            (
                svg.text(0, 14, title, "k b"),
                *_labels(labels, room, rows, NARROW),
                *panel(room, NARROW - 4, rows),
            ),
            name,
        )
        for title, panel in zip(titles, panels, strict=True)
    )


def _labels(labels: Sequence[str], room: float, rows: Rows, width: float) -> list[str]:
    parts = rows.rules(0, width)
    for row, label in enumerate(labels):
        parts += marks.name(0, rows.middle(row), wrapped(label, room - 6), "k b")
    return parts


def _progress(comparison: Comparison) -> Broad | None:
    """A mark for every action of every school."""
    if not comparison.reviews:
        return None
    done = [len(_late(review.evaluation)) for review in comparison.reviews]
    title = _("逐项进度：{n} 校共 {k} 项超时或没做", n=len(done), k=sum(done))
    return Broad(
        anchor="figure-progress",
        title=title,
        caption=_(
            "一个记号一项处置，按事件次序；竖线隔开各条情景。右列：按时 / 有时限。"
        ),
        key=figures.time_key()[1:],
        wide=(_matrix(comparison, title, WIDE),),
        paper=(_matrix(comparison, title, PAPER),),
        narrow=_slim_matrix(comparison, title),
        table=tables.progress(comparison),
    )


def _late(evaluation: Evaluation) -> list[Mark]:
    return [m for m in evaluation.marks if m.state in {State.LATE, State.NEVER}]


def _share(evaluation: Evaluation) -> str:
    rows = _judged(evaluation)
    done = sum(mark.state is State.ON_TIME for mark in rows)
    return f"{done} / {len(rows)}"


def _shape(mark: Mark) -> str:
    return "fail" if mark.breaks_law else SHAPES[mark.state]


def _matrix(comparison: Comparison, name: str, width: float) -> Drawing:
    labels = _names(comparison)
    room = _room(labels, 150)
    rows = Rows(top=26, height=30 if width > PAPER else 26, count=len(labels))
    first = comparison.reviews[0].evaluation.marks
    step = (width - room - 56) / max(len(first), 1)
    parts = _labels(labels, room, rows, width)
    for n, mark in enumerate(first):
        x = room + (n + 0.5) * step
        parts.append(svg.text(x, 16, mark.expected.id, "m s"))
        if n and mark.inject.id != first[n - 1].inject.id:
            edge = room + n * step
            parts.append(svg.line(edge, 6, edge, rows.bottom, "rule"))
    for row, review in enumerate(comparison.reviews):
        y = rows.middle(row)
        for n, mark in enumerate(review.evaluation.marks):
            parts.append(marks.glyph(room + (n + 0.5) * step, y, _shape(mark)))
        parts.append(svg.text(width, y + 4, _share(review.evaluation), "r k"))
    return Drawing(width, rows.bottom + 4, tuple(parts), name)


def _slim_matrix(comparison: Comparison, name: str) -> tuple[Drawing, ...]:
    parts: list[str] = []
    top = 0.0
    for review in comparison.reviews:
        judged = review.evaluation
        parts.append(svg.text(0, top + 14, judged.school_name, "k b"))
        parts.append(svg.text(NARROW, top + 14, _share(judged), "r k"))
        for n, mark in enumerate(judged.marks):
            x, y = 8 + 27 * (n % 12), top + 34 + 32 * (n // 12)
            parts.append(marks.glyph(x, y, _shape(mark)))
            parts.append(svg.text(x, y + 17, mark.expected.id, "m xs"))
        top += 34 + 32 * ((len(judged.marks) - 1) // 12 + 1)
    return (Drawing(NARROW, top, tuple(parts), name),)


def _places(comparison: Comparison) -> Broad | None:
    """The seven in place of every school on one scale."""
    if not comparison.reviews:
        return None
    places = comparison.reviews[0].evaluation.places
    titles = [words.place(row.in_place) for row in places]
    panels = [_place_panel(comparison, n) for n in range(len(places))]
    short = sum(
        all(review.evaluation.places[n].value is None for review in comparison.reviews)
        for n in range(len(places))
    )
    notice = frame(comparison).notice
    title = (
        _("七个到位（{notice}）：{n} 项各校都未充分检验", notice=notice, n=short)
        if short
        else _("七个到位（{notice}）", notice=notice)
    )
    return Broad(
        anchor="figure-places",
        title=title,
        caption=_(
            "完成率 0 至 1，同一尺度；点为值，横线为 90% 区间（按各校共同先验与本校处置重抽）。少于 {n} 项的写 n，不给数。",
            n=words.TOO_FEW,
        ),
        key=(),
        wide=_side(titles, panels, _names(comparison), WIDE, len(panels)),
        paper=_side(titles, panels, _names(comparison), PAPER, 4),
        narrow=_below(titles, panels, _names(comparison), title),
        table=tables.all_places(comparison),
    )


def _place_panel(comparison: Comparison, which: int) -> Panel:
    def panel(left: float, right: float, rows: Rows) -> list[str]:
        scale = Scale(0.0, 1.0, left + 6, right - 8)
        parts = marks.axis(scale, (0.0, 0.5, 1.0), rows.top, rows.bottom)
        for row, review in enumerate(comparison.reviews):
            place = review.evaluation.places[which]
            y = rows.middle(row)
            parts += _place_mark(scale, place.value, place.counted, y)
        return parts

    return panel


def _place_mark(
    scale: Scale, value: Interval | None, count: int, y: float
) -> list[str]:
    if value is None:
        x = scale(0.5)
        return [
            marks.glyph(x - 18, y, "unknown"),
            svg.text(x - 6, y + 4, f"n = {count}", "s"),
        ]
    return figures.ink(scale, Estimate(value.value, value.low, value.high), y)


def _prices(comparison: Comparison) -> Broad | None:
    """What each delay costs at every school, on one scale."""
    names = tables.price_keys(comparison)
    if not names:
        return None
    single = [key for key in names if key != facts.ALL][: PANELS - 1]
    keys = [*single, facts.ALL] if facts.ALL in names else single
    every = [e for key in keys for e in _of_key(comparison, key) if e]
    titles = [names[key] for key in keys]
    panels = [_price_panel(comparison, key, every) for key in keys]
    clear = sum(words.sign(value) is Sign.COSTS for value in every)
    title = _("延误的代价：{n} 处里 {k} 处看得出多出的感染", n=len(every), k=clear)
    return Broad(
        anchor="figure-price",
        title=title,
        caption=_(
            "多出的感染人数（实测减标准），各栏同一尺度；点为期望值，横线为 90% 区间，空心表示差异在误差范围内。各校各用本校模型，{runs} 对推演。",
            runs=wording.number(comparison.runs),
        ),
        key=(),
        wide=_side(titles, panels, _names(comparison), WIDE, len(panels)),
        paper=_side(titles, panels, _names(comparison), PAPER, PANELS),
        narrow=_below(titles, panels, _names(comparison), title),
        table=tables.all_prices(comparison),
    )


def _of_key(comparison: Comparison, key: str) -> list[Estimate | None]:
    return [tables.price_of(review, key) for review in comparison.reviews]


def _price_panel(comparison: Comparison, key: str, every: Sequence[Estimate]) -> Panel:
    def panel(left: float, right: float, rows: Rows) -> list[str]:
        ends = tuple(v for e in every for v in (e.low, e.high))
        scale, ticks = fitted(ends, left + 6, right - 8, 4)
        parts = marks.axis(scale, ticks, rows.top, rows.bottom)
        for row, value in enumerate(_of_key(comparison, key)):
            y = rows.middle(row)
            if value is None:
                parts.append(svg.text(scale(0) + 6, y + 4, "—", "s"))
            else:
                parts += marks.interval(scale, value, y, _look(value))
        return parts

    return panel


def _look(value: Estimate) -> Look:
    return figures.SIGN_LOOKS[words.sign(value)]


def with_versions(comparison: Comparison, review: Review) -> Review:
    """A school's review with the versions of the whole where it has none of its own."""
    return replace(
        review,
        runs=review.runs or comparison.runs,
        seed=review.seed or comparison.seed,
        model_version=review.model_version or comparison.model_version,
    )
