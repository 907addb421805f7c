"""The report's figures: each has a finding for a title, a drawing, and its numbers as a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bihuan.base.wording import _
from bihuan.loop.outcome import Estimate, Outcome, Question, Rehearsal, SchoolRehearsal
from bihuan.report import findings, pool, tables, wording
from bihuan.report.charts import marks, svg
from bihuan.report.charts.marks import Look
from bihuan.report.charts.scale import Scale, fitted, length, wrapped
from bihuan.report.charts.svg import Drawing
from bihuan.report.pool import HeatRow, MeasureRow
from bihuan.report.tables import Table

WIDE: Final = 672.0
"""Width of a column of paper on A4, CSS pixels."""
NARROW: Final = 340.0
"""Width of a column on a phone."""

Row = tuple[SchoolRehearsal, Outcome]


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A figure: for wide paper one drawing, for a phone several below each other."""

    anchor: str
    title: str
    caption: str
    key: tuple[tuple[Drawing, str], ...]
    wide: tuple[Drawing, ...]
    narrow: tuple[Drawing, ...]
    table: Table


def all_of(rehearsal: Rehearsal) -> tuple[Figure, ...]:
    """The district's figures in their order."""
    asked = pool.asked(rehearsal)
    found = [small_multiples(rehearsal, question) for question in asked]
    found += [heat_strip(rehearsal, asked[0])] if asked else []
    rows = pool.measures(rehearsal)
    found += [measures(rehearsal, rows)] if rows else []
    found += [leaks(rehearsal)] if any(s.leaks for s in rehearsal.schools) else []
    return tuple(found)


# --- a panel: marks on rows between two uprights ---------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """Where the rows of a chart stand."""

    top: float
    height: float
    count: int

    @property
    def bottom(self) -> float:
        return self.top + self.height * self.count

    def middle(self, row: int) -> float:
        return self.top + self.height * (row + 0.5)

    def rules(self, left: float, right: float) -> list[str]:
        """A thin line below each row."""
        ys = [self.top + self.height * (row + 1) for row in range(self.count)]
        return [svg.line(left, y, right, y, "rule") for y in ys]


Panel = Callable[[float, float, Rows], list[str]]


def _names(labels: Sequence[str], width: float, rows: Rows, css: str) -> list[str]:
    parts: list[str] = []
    for row, label in enumerate(labels):
        parts += marks.name(0, rows.middle(row), wrapped(label, width), css)
    return parts


def _tall(labels: Sequence[str], width: float, least: float) -> float:
    """A row's height that holds the longest of its names."""
    lines = max((len(wrapped(label, width)) for label in labels), default=1)
    return max(least, 15.0 * lines + 5)


def _heading(x: float, words: str) -> str:
    return svg.text(x, 14, words, "k b")


def _stacked(
    titles: Sequence[str],
    panels: Sequence[Panel],
    labels: Sequence[str],
    *,
    height: float,
    room: float,
    label: str,
) -> tuple[Drawing, ...]:
    """Panels below each other, each with the rows' names: for a phone."""
    height = _tall(labels, room - 14, height)
    rows = Rows(top=42, height=height, count=len(labels))
    return tuple(
        Drawing(
            NARROW,
            rows.bottom + 4,
            (
                _heading(0, title),
                *panel(room, NARROW - 16, rows),
                *rows.rules(0, NARROW),
                *_names(labels, room - 14, rows, "k"),
            ),
            label,
        )
        for title, panel in zip(titles, panels, strict=True)
    )


# --- figure: the schools side by side ---------------------------------------------------


def small_multiples(rehearsal: Rehearsal, question: Question) -> Figure:
    """Schools by rows: the chance of ≥5, sizes as planned, beds needed and there."""
    found = pool.answered(rehearsal, question)
    title = findings.chance_title(rehearsal, question)
    labels = [school.school.name for school, _o in found]
    panels: tuple[Panel, ...] = (
        lambda left, right, rows: _chance_panel(question, found, left, right, rows),
        lambda left, right, rows: _size_panel(
            [outcome for _s, outcome in found], left, right, rows
        ),
        lambda left, right, rows: _bed_panel(found, left, right, rows),
    )
    titles = (_("≥5 人暴发的机会"), _("规模（人，照预案）"), _("隔离床位"))
    rows = Rows(top=42, height=46, count=len(found))
    places = ((88, 262), (288, 508), (528, WIDE))
    parts = [*rows.rules(0, WIDE), *_names(labels, 80, rows, "k b")]
    for panel, heading, (left, right) in zip(panels, titles, places, strict=True):
        parts += [*panel(left, right, rows), _heading(left, heading)]
    return Figure(
        anchor=f"figure-{question}",
        title=title,
        caption=_(
            "{question}，{days} 天，每校 {runs} 次。横线为 90% 区间，记号为期望值。规模：每点 5%，底色为 5 人及以上。床位：点为最满一天所需（95 分位），绿竖线为现有。"
        ).format(
            question=wording.question(question),
            days=rehearsal.days,
            runs=wording.number(done(rehearsal)),
        ),
        key=_looks_key(rehearsal),
        wide=(Drawing(WIDE, rows.bottom + 4, tuple(parts), title),),
        narrow=_stacked(titles, panels, labels, height=46, room=88, label=title),
        table=tables.chances(rehearsal, question),
    )


def done(rehearsal: Rehearsal) -> int:
    """Runs that every school has: fewer than asked where the rehearsal was interrupted."""
    runs = [o.runs for school in rehearsal.schools for _q, o in school.planned]
    return min(runs, default=rehearsal.runs)


def _looks_key(rehearsal: Rehearsal) -> tuple[tuple[Drawing, str], ...]:
    older = any(school.against for school in rehearsal.schools)
    bare = any(school.nothing for school in rehearsal.schools)
    looks = [(Look.PLANNED, _("照预案"))]
    looks += [(Look.OLDER, _("上一版"))] if older else []
    looks += [(Look.NOTHING, _("不采取措施"))] if bare else []
    return tuple((_icon(look), text) for look, text in looks)


def _icon(look: Look) -> Drawing:
    return Drawing(14, 12, (marks.point(7, 6, look),), "")


def _looks(school: SchoolRehearsal, question: Question) -> list[tuple[Look, Outcome]]:
    named = (
        (Look.PLANNED, school.planned),
        (Look.OLDER, school.against),
        (Look.NOTHING, school.nothing),
    )
    pairs = ((look, pool.answer(rows, question)) for look, rows in named)
    return [(look, found) for look, found in pairs if found]


def _chance_panel(
    question: Question, found: Sequence[Row], left: float, right: float, rows: Rows
) -> list[str]:
    shown = [_looks(school, question) for school, _o in found]
    highs = tuple(o.outbreak5.high * 100 for row in shown for _l, o in row)
    fit, ticks = fitted(highs, left + 8, right, 5)
    parts = marks.axis(fit, ticks, rows.top, rows.bottom, sign="%")
    scale = fit.over(100)
    for row, versions in enumerate(shown):
        first = rows.middle(row) - (len(versions) - 1) * 5.5
        for n, (look, outcome) in enumerate(versions):
            parts += marks.interval(scale, outcome.outbreak5, first + n * 11, look)
    return parts


def _size_panel(
    outcomes: Sequence[Outcome], left: float, right: float, rows: Rows
) -> list[str]:
    step = (right - left) / len(marks.BINS)
    sand = left + marks.OUTBREAK * step
    parts = [svg.rect(sand, rows.top, right - sand, rows.bottom - rows.top, "sand")]
    for place, bin_ in enumerate(marks.BINS):
        x = left + (place + 0.5) * step
        parts.append(svg.text(x, rows.top - 5, wording.band(*bin_), "m xs"))
    for row, outcome in enumerate(outcomes):
        base = rows.middle(row) + rows.height / 2 - 7
        parts += marks.dots(outcome.size_quantiles, left, step, base)
    return parts


def _bed_panel(
    found: Sequence[Row], left: float, right: float, rows: Rows
) -> list[str]:
    values = tuple(float(max(o.beds_peak.high, o.beds)) for _s, o in found)
    scale, ticks = fitted(values, left + 6, right - 64, 3)
    parts = marks.axis(scale, ticks, rows.top, rows.bottom)
    for row, (_school, outcome) in enumerate(found):
        parts += _beds(scale, outcome, rows.middle(row), right)
    return parts


_BED_CSS: Final = {"short": "r tf b", "maybe": "r ta", "enough": "r"}


def _beds(scale: Scale, outcome: Outcome, y: float, right: float) -> list[str]:
    there = scale(outcome.beds)
    state = pool.beds_state(outcome)
    look = Look.SHORT if state == "short" else Look.NEED
    return [
        svg.rect(scale(0), y - 6, there - scale(0), 12, "soft"),
        svg.line(there, y - 10, there, y + 10, "l lg"),
        *marks.interval(scale, outcome.beds_peak, y, look),
        svg.text(right, y + 4, tables.beds_cell(outcome).text, _BED_CSS[state]),
    ]


# --- figure: where and when --------------------------------------------------------------

HOURS: Final = tuple((hour, hour + 1) for hour in range(pool.DAY_BREAKS, 24))
PAIRS: Final = tuple((hour, hour + 2) for hour in range(pool.DAY_BREAKS, 24, 2))


def heat_strip(rehearsal: Rehearsal, question: Question) -> Figure:
    """Settings by clock hours: shares of the infections inside, with totals."""
    found = pool.heat(outcome for _s, outcome in pool.answered(rehearsal, question))
    title = findings.heat_title(found)
    return Figure(
        anchor="figure-heat",
        title=title,
        caption=_(
            "{question}，照预案，各校按感染人数合并。每格为该场所、该时段的感染占校内全部感染的百分比，横轴为钟点。右列为合计（90% 区间取各校两端之和，只宽不窄）。"
        ).format(question=wording.question(question)),
        key=(),
        wide=(_heat(found, BROAD, title),),
        narrow=(_heat(found, SLIM, title),),
        table=tables.settings(found),
    )


@dataclass(frozen=True, slots=True)
class Strip:
    """How a heat strip is laid out: its width, room for names and totals, its columns."""

    width: float
    room: float
    totals: float
    hours: tuple[tuple[int, int], ...]

    @property
    def unit(self) -> float:
        """Width of a column; that of the night is two."""
        return (self.width - self.room - self.totals) / (len(self.hours) + 2)


BROAD: Final = Strip(WIDE, 132, 118, HOURS)
SLIM: Final = Strip(NARROW, 84, 98, PAIRS)


def _heat(found: Sequence[HeatRow], strip: Strip, title: str) -> Drawing:
    width, room = strip.width, strip.room
    labels = [findings.setting_name(row.setting) for row in found]
    rows = Rows(top=20, height=_tall(labels, room - 6, 26), count=len(found))
    parts = [svg.text(width, 12, _("合计（区间）"), "r s"), *_heat_heads(strip)]
    for row, one in enumerate(found):
        parts += _heat_cells(one, strip, rows.top + row * rows.height, rows.height)
        share = wording.said(one.share, wording.CHANCE)
        interval = _("（{interval}）", interval=share.interval)
        y = rows.middle(row) + 4
        parts.append(svg.runs(width, y, share.value, interval, "r k s"))
    parts += _names(labels, room - 6, rows, "k")
    parts += marks.heat_key(0, rows.bottom + 8, room if width == WIDE else 0)
    return Drawing(width, rows.bottom + 24, tuple(parts), title)


def _heat_heads(strip: Strip) -> list[str]:
    parts = [
        svg.text(strip.room + (n + 0.5) * strip.unit, 12, str(start), "m s")
        for n, (start, _end) in enumerate(strip.hours)
    ]
    last = strip.room + (len(strip.hours) + 1) * strip.unit
    return [*parts, svg.text(last, 12, "0–6", "m s")]


def _heat_cells(one: HeatRow, strip: Strip, y: float, height: float) -> list[str]:
    cells = [(sum(one.hours[start:end]), strip.unit) for start, end in strip.hours]
    cells.append((sum(one.hours[: pool.DAY_BREAKS]), 2 * strip.unit))
    return [
        marks.heat_cell(strip.room + n * strip.unit, y, width, height, share)
        for n, (share, width) in enumerate(cells)
    ]


# --- figure: worth beside cost -----------------------------------------------------------


def measures(rehearsal: Rehearsal, found: tuple[MeasureRow, ...]) -> Figure:
    """Kinds of measure by rows: what each takes off the chance, beside its cost."""
    asked = [q for q in pool.asked(rehearsal) if any(row.worth(q) for row in found)]
    title = findings.measures_title(found)
    labels = [row.name for row in found]
    panels: list[Panel] = [_worth_panel(found, question) for question in asked]
    panels += [_lesson_panel(found), _labour_panel(found)]
    titles = [wording.question(question) for question in asked]
    titles += [_("少上的课（节）"), _("人工（小时）")]
    return Figure(
        anchor="figure-measures",
        title=title,
        caption=_(
            "单独撤回这一项、其余不变，同一批随机数成对比较；各校平均，同类多项取每项平均，区间取各校两端的平均，只宽不窄。前{k}栏为 ≥5 人暴发机会之差（百分点）；课时按每班每周，人工按每校每周。横线为 90% 区间，空心表示差异在误差范围内。"
        ).format(k=wording.numeral(len(asked))),
        key=(),
        wide=(_beside(titles, panels, labels, title),),
        narrow=_stacked(titles, panels, labels, height=34, room=118, label=title),
        table=tables.measures(rehearsal, found),
    )


def _beside(
    titles: Sequence[str], panels: Sequence[Panel], labels: Sequence[str], title: str
) -> Drawing:
    room, gap, costs = 150.0, 26.0, 196.0
    rows = Rows(top=42, height=_tall(labels, room - 10, 27), count=len(labels))
    each = (WIDE - room - costs) / max(len(panels) - 2, 1)
    edges = [room + n * each for n in range(len(panels) - 1)]
    edges += [edges[-1] + costs * 0.54, WIDE + gap]
    parts = _names(labels, room - 10, rows, "k")
    for n, (heading, panel) in enumerate(zip(titles, panels, strict=True)):
        parts += panel(edges[n], edges[n + 1] - gap, rows)
        parts.append(_heading(edges[n], heading))
    return Drawing(WIDE, rows.bottom + 4, tuple(parts), title)


def _worth_panel(found: Sequence[MeasureRow], question: Question) -> Panel:
    def panel(left: float, right: float, rows: Rows) -> list[str]:
        # every panel has the scale of the widest, so that questions can be compared
        every = [e for row in found for _q, e in row.by_question]
        ends = tuple(v * 100 for e in every for v in (e.low, e.high))
        fit, ticks = fitted(ends, right, left + 6, 4)
        parts, scale = marks.axis(fit, ticks, rows.top, rows.bottom), fit.over(100)
        values = [row.worth(question) for row in found]
        for row, value in enumerate(values):
            parts += _worth_mark(scale, value, rows.middle(row), right)
        return parts

    return panel


def _worth_mark(
    scale: Scale, value: Estimate | None, y: float, right: float
) -> list[str]:
    if value is None:
        return [svg.text(scale(0) + 6, y + 4, "—", "s")]
    if not value.covers_zero:
        look = Look.PLANNED if value.value < 0 else Look.SHORT
        return [*marks.interval(scale, value, y, look)]
    told, end = _("差异在误差范围内"), scale.inside(value.low) + 6
    fits = end + length(told, 11) <= right + 12
    note = [svg.text(end, y + 4, told, "s")] if fits else []
    return [*marks.interval(scale, value, y, Look.UNCLEAR), *note]


def _lesson_panel(found: Sequence[MeasureRow]) -> Panel:
    def panel(left: float, right: float, rows: Rows) -> list[str]:
        ends = tuple(v for r in found for v in (r.lessons.low, r.lessons.high))
        scale, ticks = fitted(ends, left + 6, right - 4, 3)
        parts = marks.axis(scale, ticks, rows.top, rows.bottom)
        for row, one in enumerate(found):
            parts += marks.interval(scale, one.lessons, rows.middle(row), Look.COST)
        return parts

    return panel


def _labour_panel(found: Sequence[MeasureRow]) -> Panel:
    def panel(left: float, right: float, rows: Rows) -> list[str]:
        values = tuple(row.labour_hours for row in found)
        scale, ticks = fitted(values, left + 6, right - 34, 1)
        parts = marks.axis(scale, ticks[:1], rows.top, rows.bottom)
        for row, hours in enumerate(values):
            y, end = rows.middle(row), scale(hours)
            parts.append(marks.bar(scale, hours, y, "fa"))
            parts.append(svg.text(end + 5, y + 4, wording.plain(hours), "s"))
        return parts

    return panel


# --- figure: the leaks of the loop -------------------------------------------------------


def leaks(rehearsal: Rehearsal) -> Figure:
    """Crossings of the boundary by cause: how many a week, what they bring in."""
    found = pool.leaks(rehearsal)
    title = findings.leaks_title(found)
    labels = [wording.cause(row.cause) for row in found]
    crossings = _crossing_panel([row.crossings_per_week for row in found])
    brought = _brought_panel([row.imports for row in found])
    titles = (
        _("每周进出（人次）"),
        _("带入的感染（人，{days} 天）").format(days=rehearsal.days),
    )
    rows = Rows(top=42, height=_tall(labels, 120, 32), count=len(found))
    parts = [
        *rows.rules(0, WIDE),
        *_names(labels, 120, rows, "k"),
        *crossings(132, 352, rows),
        _heading(132, titles[0]),
        *brought(376, WIDE, rows),
        _heading(376, titles[1]),
    ]
    return Figure(
        anchor="figure-leaks",
        title=title,
        caption=_(
            "各校合计，照预案；外面每天每十万人新增 {incidence} 人感染。进出人次由预案算出，带入的感染由推演得出，横线为 90% 区间（取各校两端之和，只宽不窄）。"
        ).format(incidence=wording.plain(rehearsal.incidence)),
        key=(),
        wide=(Drawing(WIDE, rows.bottom + 4, tuple(parts), title),),
        narrow=_stacked(
            titles, (crossings, brought), labels, height=40, room=100, label=title
        ),
        table=tables.leaks(found),
    )


def _crossing_panel(values: Sequence[float]) -> Panel:
    def panel(left: float, right: float, rows: Rows) -> list[str]:
        scale, ticks = fitted(tuple(values), left + 6, right - 56, 2)
        parts = marks.axis(scale, ticks, rows.top, rows.bottom)
        for row, value in enumerate(values):
            y, end = rows.middle(row), scale(value)
            parts.append(marks.bar(scale, value, y, "fu"))
            parts.append(svg.text(end + 6, y + 4, wording.number(value), "s k"))
        return parts

    return panel


def _brought_panel(values: Sequence[Estimate]) -> Panel:
    def panel(left: float, right: float, rows: Rows) -> list[str]:
        scale, ticks = fitted(tuple(e.high for e in values), left + 6, right - 104, 3)
        parts = marks.axis(scale, ticks, rows.top, rows.bottom)
        for row, value in enumerate(values):
            y, told = rows.middle(row), wording.said(value)
            interval = _("（{interval}）", interval=told.interval)
            parts += marks.interval(scale, value, y, Look.OLDER)
            parts.append(svg.runs(right, y + 4, told.value, interval, "r s k"))
        return parts

    return panel


# --- a school's own drawing --------------------------------------------------------------


def school_sizes(school: SchoolRehearsal, question: Question) -> Figure | None:
    """How large outbreaks get in one school, version by version."""
    found = tables.versions(school, question)
    if not found:
        return None
    title = wording.question(question)

    def drawing(width: float, room: float) -> Drawing:
        rows = Rows(top=20, height=40, count=len(found))
        outcomes = [outcome for _title, outcome in found]
        labels = [label for label, _o in found]
        parts = [
            *_size_panel(outcomes, room, width, rows),
            *rows.rules(0, width),
            *_names(labels, room - 10, rows, "k"),
        ]
        return Drawing(width, rows.bottom + 4, tuple(parts), title)

    return Figure(
        anchor="",
        title=_("规模的分布（人）"),
        caption=_("每点 5%，底色为 5 人及以上。"),
        key=(),
        wide=(drawing(WIDE, 150),),
        narrow=(drawing(NARROW, 76),),
        table=tables.sizes(school, question),
    )


def school_settings(school: SchoolRehearsal, question: Question) -> Figure | None:
    """Where and when infections happen in one school, as planned."""
    found = pool.heat(o for asked, o in school.planned if asked is question)
    if not found:
        return None
    title = findings.heat_title(found)
    return Figure(
        anchor="",
        title=title,
        caption=_(
            "{question}，照预案；每格占校内全部感染的百分比，横轴为钟点。"
        ).format(question=wording.question(question)),
        key=(),
        wide=(_heat(found, BROAD, title),),
        narrow=(_heat(found, SLIM, title),),
        table=tables.settings(found),
    )
