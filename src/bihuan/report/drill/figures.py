"""A drill's figures: planned against actual, prices, the seven in place, the list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bihuan.base.wording import _
from bihuan.drill.marks import Evaluation, Mark, PlaceMark, State
from bihuan.loop.drilled import Price, Review
from bihuan.outbreak.summary import Estimate
from bihuan.report import wording
from bihuan.report.charts import marks, svg
from bihuan.report.charts.marks import Look
from bihuan.report.charts.scale import Log, Scale, fitted, length, wrapped
from bihuan.report.charts.svg import Drawing
from bihuan.report.drill import facts, findings, tables, words
from bihuan.report.drill.words import Sign
from bihuan.report.figures import Figure

NARROW: Final = 326.0
"""Width of a card's inside on a phone."""


# --- planned against actual ---------------------------------------------------------------


DUSK: Final = 20.0
"""Room for the line that says when night begins."""


@dataclass(frozen=True, slots=True)
class Lane:
    """How rows of minutes are laid out: for paper in one line, for a phone in two."""

    width: float
    left: float
    right: float
    top: float
    names: float
    """Room for a row's name."""
    two: bool

    def height(self, name: str) -> float:
        """A row's height."""
        lines = len(wrapped(name, self.names))
        return 15.0 * lines + 35 if self.two else max(29.0, 15.0 * lines + 8)


WIDE_LANE: Final = Lane(760, 254, 634, 38, 214, two=False)
SLIM_LANE: Final = Lane(NARROW, 6, NARROW - 64, 38, 232, two=True)


def timeline(evaluation: Evaluation) -> Figure:
    """Minutes since release on a log axis: the standard's tick, the mark of what came."""
    rows = facts.timed(evaluation.marks)
    title = findings.timeline_title(evaluation)
    return Figure(
        anchor="figure-time",
        title=title,
        caption=_caption(evaluation, rows),
        key=time_key(),
        wide=(_timeline(evaluation, rows, WIDE_LANE, title),),
        narrow=(_timeline(evaluation, rows, SLIM_LANE, title),),
        table=tables.items(evaluation),
    )


def _caption(evaluation: Evaluation, rows: Sequence[Mark]) -> str:
    said = [_("横轴：释放后分钟，对数轴，按演练时间。")]
    for line in facts.lines(evaluation.scene, rows):
        head = _("红虚线 {n} 分", n=words.short(line.minutes))
        bound = _("法定") if line.hard else _("本次不是法定，按惯例")
        said.append(
            _(
                "{head}（{bound}）：{source}。",
                head=head,
                bound=bound,
                source=line.source,
            )
        )
    return "".join(said)


def time_key() -> tuple[tuple[Drawing, str], ...]:
    tick = svg.line(7, 0, 7, 12, "l lu")
    return (
        (_icon(tick), _("时限")),
        (_icon(marks.point(7, 6, Look.PLANNED)), _("按时")),
        (_icon(marks.glyph(7, 6, "late")), _("超时")),
        (_icon(marks.glyph(7, 6, "fail")), _("没做")),
        (_icon(marks.glyph(7, 6, "na")), _("不计")),
    )


def _icon(drawn: str) -> Drawing:
    return Drawing(14, 12, (drawn,), "")


def _timeline(
    evaluation: Evaluation, rows: Sequence[Mark], lane: Lane, title: str
) -> Drawing:
    scale = _minutes(rows, lane)
    tops = _tops(evaluation, rows, lane)
    bottom = tops[-1]
    parts = _time_axis(evaluation, rows, scale, lane, bottom)
    parts += _nightfall(evaluation, rows, tops, lane)
    for mark, top in zip(rows, tops, strict=False):
        parts += _time_row(mark, scale, lane, top)
    return Drawing(lane.width, bottom + 4, tuple(parts), title)


def _tops(evaluation: Evaluation, rows: Sequence[Mark], lane: Lane) -> list[float]:
    """Where each row begins, and where the last ends; nightfall takes a line of its own."""
    tops = [lane.top]
    for mark, after in zip(rows, (*rows[1:], None), strict=True):
        falls = after is not None and _falls(evaluation, mark, after)
        tops.append(tops[-1] + lane.height(mark.expected.act) + DUSK * falls)
    return tops


def _falls(evaluation: Evaluation, mark: Mark, after: Mark) -> bool:
    """Whether night begins between two rows."""
    scene = evaluation.scene
    return facts.night(after, scene) and not facts.night(mark, scene)


def _minutes(rows: Sequence[Mark], lane: Lane) -> Log:
    known = [float(m.minutes) for m in rows if m.minutes]
    targets = [m.standard.target for m in rows if m.standard]
    # the law's line has to fit, a limit of a day does not
    fails = [m.standard.fail for m in rows if m.standard and m.standard.fail <= 240]  # noqa: PLR2004
    high = max([*known, *targets, *fails, 10.0]) * 1.3
    low = min([*known, *targets, 1.0])
    return Log(max(low, 0.5), high, lane.left, lane.right)


def _time_axis(
    evaluation: Evaluation,
    rows: Sequence[Mark],
    scale: Log,
    lane: Lane,
    bottom: float,
) -> list[str]:
    law = facts.lines(evaluation.scene, rows)
    red = [line.minutes for line in law]
    parts = []
    for tick in scale.ticks(24):
        if all(abs(scale(tick) - scale(line)) > 20 for line in red):  # noqa: PLR2004  # px
            x = scale(tick)
            parts.append(svg.line(x, lane.top, x, bottom, "grid"))
            parts.append(svg.text(x, lane.top - 6, words.short(tick), "m s"))
    for line in law:
        x = scale(line.minutes)
        parts.append(svg.line(x, lane.top, x, bottom, "law"))
        parts.append(svg.text(x, lane.top - 6, words.short(line.minutes), "m s tf b"))
    parts += (
        [
            svg.text(
                min(scale(law[-1].minutes), lane.width - 40),
                13,
                _law_name(law),
                "m s tf b",
            )
        ]
        if law
        else []
    )
    return parts


def _law_name(law: Sequence[facts.Line]) -> str:
    return _("法定线") if any(line.hard for line in law) else _("惯例线")


def _nightfall(
    evaluation: Evaluation, rows: Sequence[Mark], tops: Sequence[float], lane: Lane
) -> list[str]:
    """A line where night begins, and from what hour."""
    parts = []
    for mark, after, top in zip(rows, rows[1:], tops[1:], strict=False):
        if _falls(evaluation, mark, after):
            y, when = top - DUSK + 1, facts.released(after) or 0.0
            said = _("夜间，{clock} 起", clock=words.clock(evaluation.scene, when))
            parts.append(svg.line(0, y, lane.width, y, "dusk"))
            parts.append(svg.text(0, y + 14, said, "s"))
    return parts


def _time_row(mark: Mark, scale: Log, lane: Lane, top: float) -> list[str]:
    under = top + lane.height(mark.expected.act)
    name = wrapped(mark.expected.act, lane.names)
    strong = " b" if mark.state in {State.LATE, State.NEVER} else ""
    first = top + 16 if lane.two else (top + under) / 2
    y = under - 15 if lane.two else first
    centre = first + (len(name) - 1) * 7.5 if lane.two else first
    parts = [
        svg.text(0, centre - (len(name) - 1) * 7.5 + 4, mark.expected.id, "s"),
        *marks.name(32, centre, name, f"k{strong}"),
        *_drawn(mark, scale, y),
    ]
    used, css = _told(mark)
    parts.append(svg.text(lane.width - 1, first + 4, used, f"r {css}"))
    if mark.standard:
        rule, x = words.rule(mark.standard), lane.width - (1 if lane.two else 66)
        parts.append(svg.text(x, y + 4, rule, "r s"))
    return parts


def _told(mark: Mark) -> tuple[str, str]:
    """What stands at the row's end, and how."""
    if mark.state is State.NEVER:
        return _("没做"), "tf b"
    if mark.state not in facts.JUDGED:
        return _(words.STATES[mark.state]), "s"
    used = _("没记时") if mark.minutes is None else words.minutes(mark.minutes)
    if mark.breaks_law:
        return used, "tf b"
    return used, "ta b" if mark.state is State.LATE else "k"


def _drawn(mark: Mark, scale: Log, y: float) -> list[str]:
    if mark.standard is None:
        return []
    x = scale(mark.standard.target)
    tick = svg.line(x, y - 8, x, y + 8, "l lt")
    if mark.state is State.NEVER:
        end = scale.right - 2
        return [svg.line(x, y, end, y, "gone"), tick, marks.glyph(end, y, "fail")]
    if mark.state not in facts.JUDGED:
        return [tick, marks.glyph(x + 12, y, "na")]
    if mark.minutes is None:
        return [tick]
    done = scale(mark.minutes)
    if mark.state is State.LATE:
        css, shape = ("over", "fail") if mark.breaks_law else ("past", "late")
        return [svg.line(x, y, done, y, css), tick, marks.glyph(done, y, shape)]
    return [svg.line(x, y, done, y, "early"), tick, svg.circle(done, y, 5, "fg")]


# --- what each delay costs ------------------------------------------------------------------


def prices(review: Review) -> Figure | None:
    """Expected extra infections with intervals; hollow where nothing can be told."""
    rows = facts.single(review)
    if not rows:
        return None
    clear = sum(words.sign(p.infections) is not Sign.UNCLEAR for p in rows)
    title = _("每处延误值多少：{n} 处里 {k} 处看得出", n=len(rows), k=clear)
    basis = findings.basis(review)
    return Figure(
        anchor="figure-price",
        title=title,
        caption=_(
            "比按标准做到多出的感染人数；点为期望值，横线为 90% 区间；空心表示差异在误差范围内。{basis}。",
            basis=basis or _("推演次数没写"),
        ),
        key=(),
        wide=(_prices(review, rows, 540, title),),
        narrow=(_slim_prices(review, rows, title),),
        table=tables.prices(review),
    )


def _ends(rows: Sequence[Price]) -> tuple[float, ...]:
    return tuple(v for p in rows for v in (p.infections.low, p.infections.high))


SIGN_LOOKS: Final = {
    Sign.COSTS: Look.SHORT,
    Sign.SAVES: Look.PLANNED,
    Sign.UNCLEAR: Look.UNCLEAR,
}


def _prices(review: Review, rows: Sequence[Price], width: float, title: str) -> Drawing:
    room, told = 186.0, 142.0
    scale, ticks = fitted(_ends(rows), room + 8, width - told, 4)
    labels = [wrapped(_price_label(price), room - 40) for price in rows]
    tall = max(30.0, 15.0 * max(map(len, labels)) + 6)
    bottom = 24 + tall * len(rows)
    parts = marks.axis(scale, ticks, 24, bottom)
    parts.append(svg.text(width, 16, _("期望值（90% 区间）"), "r s"))
    for place, price in enumerate(rows):
        y = 24 + tall * (place + 0.5)
        clear = words.sign(price.infections) is not Sign.UNCLEAR
        parts.append(svg.text(0, y + 4, _action(review, price), "s"))
        parts += marks.name(34, y, labels[place], "k" if clear else "")
        parts += _price_mark(scale, price.infections, y)
        parts.append(_price_told(price.infections, width, y))
    return Drawing(width, bottom + 4, tuple(parts), title)


def _slim_prices(review: Review, rows: Sequence[Price], title: str) -> Drawing:
    scale, ticks = fitted(_ends(rows), 8, NARROW - 10, 4)
    labels = [wrapped(_price_label(price), NARROW - 164) for price in rows]
    tall = 31.0 + 15 * max(map(len, labels))
    bottom = 24 + tall * len(rows)
    parts = marks.axis(scale, ticks, 24, 26)
    for place, price in enumerate(rows):
        top = 24 + tall * place
        y, x = top + tall - 12, scale(0)
        parts.append(svg.text(0, top + 18, _action(review, price), "s"))
        parts += [
            svg.text(32, top + 18 + 15 * n, text, "k")
            for n, text in enumerate(labels[place])
        ]
        parts.append(svg.line(x, y - 8, x, y + 8, "zero"))
        parts += _price_mark(scale, price.infections, y)
        parts.append(_price_told(price.infections, NARROW, top + 14))
    return Drawing(NARROW, bottom + 4, tuple(parts), title)


def _price_label(price: Price) -> str:
    measured = price.measured
    name = findings.price_name(price)
    return _("{name} {measured}", name=name, measured=measured) if measured else name


def _action(review: Review, price: Price) -> str:
    mark = facts.worst(review, price)
    return mark.expected.id if mark else ""


def _price_mark(scale: Scale, value: Estimate, y: float) -> tuple[str, str]:
    return marks.interval(scale, value, y, SIGN_LOOKS[words.sign(value)])


def _price_told(value: Estimate, x: float, y: float) -> str:
    if words.sign(value) is Sign.UNCLEAR:
        return svg.text(x, y + 4, _("差异在误差范围内"), "r s")
    form = wording.Form(paired=True, large=10.0)
    return svg.text(x, y + 4, words.signed(value, form), "r s k")


# --- the seven in place ---------------------------------------------------------------------


PER_LINE: Final = 12
"""Glyphs in a line."""


def places(evaluation: Evaluation) -> Figure:
    """One glyph per action, n, the interval; under three actions no number."""
    rows = evaluation.places
    short = sum(row.value is None for row in rows)
    notice = findings.notice(evaluation)
    title = (
        _("七个到位（{notice}）：{n} 项未充分检验", notice=notice, n=short)
        if short
        else _("七个到位（{notice}）：检验了多少、做到多少", notice=notice)
    )
    return Figure(
        anchor="figure-places",
        title=title,
        caption=_(
            "一个记号一项处置；完成率按时间与质量计，关键处置算两份；横线为 90% 区间（按各校共同先验与本校处置重抽）。{total}。",
            total=findings.total(evaluation),
        ),
        key=_rating_key(),
        wide=(_places(evaluation, rows, title),),
        narrow=(_slim_places(evaluation, rows, title),),
        table=tables.places(evaluation),
    )


def _rating_key() -> tuple[tuple[Drawing, str], ...]:
    named = (
        ("done", _("完成")),
        ("half", _("基本完成")),
        ("late", _("部分完成")),
        ("fail", _("未完成")),
        ("unknown", _("没评")),
        ("na", _("不计")),
    )
    return tuple((_icon(marks.glyph(7, 6, shape)), text) for shape, text in named)


def _places(evaluation: Evaluation, rows: Sequence[PlaceMark], title: str) -> Drawing:
    width = 640.0
    labels = [wrapped(words.place(row.in_place), 100) for row in rows]
    room = max((length(text) for lines in labels for text in lines), default=0.0) + 10
    scale = Scale(0.0, 1.0, room + 300, 506)
    tall = [30.0 + 19 * _more(evaluation, row) for row in rows]
    bottom = 24 + sum(tall)
    parts = marks.axis(scale, (0.0, 0.5, 1.0), 24, bottom)
    parts += [
        svg.text(room, 16, _("检验的处置"), "s"),
        svg.text(width, 16, _("完成率（90% 区间）"), "r s"),
    ]
    top = 24.0
    for row, label, high in zip(rows, labels, tall, strict=True):
        y = top + 15
        parts += marks.name(0, y, label, "k")
        parts += _row_of_glyphs(evaluation, row, room + 8, y)
        parts.append(svg.text(room + 242, y + 4, f"n = {row.counted}", "s"))
        parts += _place_mark(scale, row, y, width)
        top += high
    return Drawing(width, bottom + 4, tuple(parts), title)


def _more(evaluation: Evaluation, row: PlaceMark) -> int:
    """Lines of glyphs beyond the first."""
    return max(len(facts.of_place(evaluation, row.in_place)) - 1, 0) // PER_LINE


def _row_of_glyphs(
    evaluation: Evaluation, row: PlaceMark, x: float, y: float
) -> list[str]:
    found = facts.of_place(evaluation, row.in_place)
    return [
        marks.glyph(
            x + 19 * (n % PER_LINE), y + 19 * (n // PER_LINE), facts.glyph(mark)
        )
        for n, mark in enumerate(found)
    ]


def _place_mark(scale: Scale, row: PlaceMark, y: float, right: float) -> list[str]:
    if row.value is None:
        text = _("未充分检验：少于 {n} 项，不给数", n=words.TOO_FEW)
        return [svg.text(right, y + 4, text, "r s")]
    value = Estimate(row.value.value, row.value.low, row.value.high)
    parts = ink(scale, value, y)
    return [*parts, svg.text(right, y + 4, words.interval(row.value), "r s k")]


def ink(scale: Scale, value: Estimate, y: float) -> list[str]:
    """What was rehearsed: an ink dot on its interval."""
    line = svg.line(scale(value.low), y, scale(value.high), y, "l lu")
    return [line, svg.circle(scale(value.value), y, 4.5, "fk")]


def _slim_places(
    evaluation: Evaluation, rows: Sequence[PlaceMark], title: str
) -> Drawing:
    scale = Scale(0.0, 1.0, 6, NARROW - 10)
    parts: list[str] = []
    top = 0.0
    for row in rows:
        lines = _more(evaluation, row)
        name = words.place(row.in_place)
        parts.append(svg.text(0, top + 16, name, "k b"))
        parts.append(svg.text(length(name) + 8, top + 16, f"n = {row.counted}", "s"))
        parts += _row_of_glyphs(evaluation, row, 8, top + 34)
        y = top + 54 + 19 * lines
        if row.value is None:
            parts.append(svg.text(NARROW, top + 16, _("未充分检验"), "r s"))
            top = y - 4
        else:
            told = words.interval(row.value)
            parts.append(svg.text(NARROW, top + 16, told, "r s k"))
            parts.append(svg.line(scale(0), y, scale(1), y, "rule"))
            value = Estimate(row.value.value, row.value.low, row.value.high)
            parts += ink(scale, value, y)
            top = y + 14
    return Drawing(NARROW, top + 2, tuple(parts), title)


# --- the contact list -------------------------------------------------------------------------


def recall(evaluation: Evaluation) -> Figure | None:
    """The list against the truth, setting by setting."""
    rows = facts.recalled(evaluation)
    mark = facts.list_mark(evaluation)
    if not rows or mark is None:
        return None
    true, there = facts.contacts(evaluation.log), facts.listed(evaluation)
    title = _(
        "接触者名单（{id}）：{n} 人漏了 {k} 人",
        id=mark.expected.id,
        n=len(true),
        k=len(true - there),
    )
    return Figure(
        anchor="figure-recall",
        title=title,
        caption=findings.recall(evaluation)
        + _("实条为排对，红框为漏；同一人在几处接触的，各处都计；点数，没有区间。"),
        key=(),
        wide=(_recall(rows, 540, title),),
        narrow=(_recall(rows, NARROW, title),),
        table=tables.recall(evaluation),
    )


def _recall(rows: Sequence[facts.Recalled], width: float, title: str) -> Drawing:
    labels = [words.setting(row.setting) for row in rows]
    room = min(max(map(length, labels)) + 14, 130.0)
    most = tuple(float(row.true) for row in rows)
    scale, ticks = fitted(most, room, width - 96, 4)
    tall = max(28.0, 15.0 * max(len(wrapped(text, room - 8)) for text in labels) + 6)
    bottom = 24 + tall * len(rows)
    parts = marks.axis(scale, ticks, 24, bottom)
    for place, row in enumerate(rows):
        y = 24 + tall * (place + 0.5)
        missed = row.true - row.found
        parts += marks.name(0, y, wrapped(labels[place], room - 8), "k")
        parts.append(marks.bar(scale, row.found, y, "fg"))
        if missed:
            x, end = scale(row.found), scale(row.true)
            parts.append(svg.rect(x, y - 5, end - x, 10, "missed"))
        told = (
            _("{found} / {true}，漏 {n}", found=row.found, true=row.true, n=missed)
            if missed
            else f"{row.found} / {row.true}"
        )
        parts.append(svg.text(width, y + 4, told, "r s tf b" if missed else "r s k"))
    return Drawing(width, bottom + 4, tuple(parts), title)


# --- as planned, as rehearsed -------------------------------------------------------------------


def versions(review: Review) -> Figure:
    """Both on one axis: planned a green dot, rehearsed an ink square."""
    title = findings.rehearsed(review)
    return Figure(
        anchor="figure-versions",
        title=_("照预案与照演练"),
        caption=title,
        key=(),
        wide=(_versions(review, 540, title),),
        narrow=(_versions(review, NARROW, title),),
        table=tables.versions(review),
    )


def _versions(review: Review, width: float, title: str) -> Drawing:
    rows = (
        (_("照预案"), review.as_planned, Look.PLANNED),
        (_("照演练"), review.as_rehearsed, Look.OLDER),
    )
    room = max(length(name) for name, _e, _l in rows) + 12
    highs = tuple(value.high * 100 for _n, value, _l in rows)
    fit, ticks = fitted(highs, room, width - 100, 4)
    parts = marks.axis(fit, ticks, 24, 80, sign="%")
    scale = fit.over(100)
    for place, (name, value, look) in enumerate(rows):
        y = 38.0 + 28 * place
        parts.append(svg.text(0, y + 4, name, "k"))
        parts += marks.interval(scale, value, y, look)
        told = wording.words(value, wording.CHANCE)
        parts.append(svg.text(width, y + 4, told, "r s k"))
    return Drawing(width, 84, tuple(parts), title)
