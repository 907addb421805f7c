"""The calendar drawn: schools by area, dates from above, batches, what is scarce below.

One drawing a part, so that a page of print breaks between areas and the axis comes again.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape

from bihuan.base.ids import AreaCode, GradeCode, SchoolCode
from bihuan.base.wording import N_, _
from bihuan.plan.people import School
from bihuan.plan.words import CapacityKind, OrderKind
from bihuan.report import wording
from bihuan.report.charts import svg
from bihuan.report.charts.scale import length
from bihuan.report.charts.svg import Drawing
from bihuan.report.stagger import words
from bihuan.report.stagger.values import Told
from bihuan.stagger.answer import Opening, Why
from bihuan.stagger.verify.asked import Asked
from bihuan.stagger.verify.days import NOBODY, Days
from bihuan.stagger.verify.loads import Strip, strips
from bihuan.stagger.verify.read import Read

WIDTH = 1354.0
ROW = 25.0
CHIP = 18.0
AXIS = 58.0
STRIP = 62.0
NUMBER = 60.0
"""Room for a school's number of students."""
NARROWEST, WIDEST = 130.0, 260.0
TAIL = 3
"""Days drawn after the last batch."""
FEWEST = 21
ROOMY = 17.0
"""From this width of a day on each day has its number."""
THIN, THICK = 1.5, 8.0
FLAG = 16.0
MONTH = 60.0
"""Room for the name of a month."""
MONTHS = (
    N_("1月"),
    N_("2月"),
    N_("3月"),
    N_("4月"),
    N_("5月"),
    N_("6月"),
    N_("7月"),
    N_("8月"),
    N_("9月"),
    N_("10月"),
    N_("11月"),
    N_("12月"),
)
Heights = Callable[[float], float]


@dataclass(frozen=True)
class Placed:
    """A batch with where its chip stands."""

    opening: Opening
    text: str
    x: float
    width: float
    level: int


@dataclass(frozen=True)
class Chart:
    """A calendar on its axis of days."""

    told: Told
    wrong: frozenset[tuple[SchoolCode, GradeCode]] = field(default_factory=frozenset)
    """Grades of batches that break a rule."""

    @cached_property
    def span(self) -> tuple[dt.date, dt.date]:
        """The first and the last day drawn."""
        dates = [o.date for o in self.told.calendar.openings]
        if self.told.before:
            dates += [o.date for o in self.told.before.openings]
        opens = self.told.plan.district.opens
        first = min([*dates, opens])
        last = max([*dates, opens]) + dt.timedelta(TAIL)
        return first, max(last, first + dt.timedelta(FEWEST))

    @cached_property
    def days(self) -> list[dt.date]:
        """Every day drawn."""
        first, last = self.span
        return [first + dt.timedelta(n) for n in range((last - first).days + 1)]

    @cached_property
    def left(self) -> float:
        """Where the days begin: right of the longest name."""
        names = [length(row.name) for row in self.told.plan.schools]
        return min(max([NARROWEST, *names]), WIDEST) + NUMBER

    @cached_property
    def day(self) -> float:
        """Width of a day."""
        return (WIDTH - self.left) / len(self.days)

    def x(self, on: dt.date) -> float:
        """Left edge of a day."""
        return self.left + (on - self.span[0]).days * self.day

    def off(self, on: dt.date) -> str:
        """How a day is tinted: a weekend, a holiday, or not."""
        if Days(self.told.plan).working(NOBODY, on, None):
            return ""
        return "weekend" if on.weekday() >= 5 else "holiday"  # noqa: PLR2004  # Saturday

    def ground(self, height: float, top: float = 0.0) -> Iterator[str]:
        """Tints and Mondays behind a part."""
        for on in self.days:
            if css := self.off(on):
                yield svg.rect(self.x(on), top, self.day, height - top, css)
            if on.weekday() == 0:
                yield svg.line(self.x(on), top, self.x(on), height, "grid")

    @cached_property
    def flags(self) -> list[tuple[dt.date, str]]:
        """Dates from above that schools of the plan have, each in a few words."""
        opened = {(o.school, c) for o in self.told.calendar.openings for c in o.grades}
        rows = [g for g in self.told.plan.grades if (g.school, g.code) in opened]
        levels = {g.level: g for g in rows}
        found: dict[dt.date, str] = {}
        for order in self.told.plan.orders:
            if order.kind is OrderKind.FIXED and order.level in levels:
                grade = levels[order.level]
                opening = Opening(
                    school=grade.school, grades=(grade.code,), date=order.date
                )
                text = _(
                    "{grade} {day}：{extent}同步",
                    grade=words.grades(self.told.plan, opening),
                    day=wording.day(order.date),
                    extent=_(order.extent.label),
                )
                if self.span[0] <= order.date <= self.span[1]:
                    found.setdefault(order.date, text)
        return sorted(found.items())


def axis(chart: Chart) -> Drawing:
    """Months, days, dates from above."""
    parts = [*chart.ground(AXIS, 40.0)]
    for on in chart.days:
        last = chart.x(on) > WIDTH - MONTH
        if (on.day == 1 or on == chart.span[0]) and not last:
            text = _(MONTHS[on.month - 1])
            parts.append(svg.text(chart.x(on) + 2, 12, text, "k b"))
        weekday = not chart.off(on)
        if chart.day >= ROOMY or on.weekday() == 0:
            middle = chart.x(on) + chart.day / 2
            parts.append(svg.text(middle, 53, str(on.day), f"m s{' k' * weekday}"))
        if weekday and on.weekday() >= 5:  # noqa: PLR2004  # a made-up workday
            middle = chart.x(on) + chart.day / 2
            parts.append(svg.text(middle, 38, _("班"), "m xs"))
    parts += _flags(chart)
    label = _("日期")
    return Drawing(WIDTH, AXIS, tuple(parts), label)


def _flags(chart: Chart) -> Iterator[str]:
    """Flags side by side; one that would cover the next goes a line up."""
    edge = 0.0
    for on, text in chart.flags:
        width = length(text, 11) + 12
        x = min(chart.x(on), WIDTH - width)
        if x < edge:
            continue  # two orders a few days apart: the line and the chips say it
        edge = x + width
        yield svg.line(chart.x(on), 18, chart.x(on), AXIS, "order")
        yield svg.rect(x, 16, width, FLAG, "chip-order")
        yield svg.text(x + 6, 28, text, "s tw b")


def areas(chart: Chart) -> Iterator[Drawing]:
    """The schools of each area, with what they open."""
    plan = chart.told.plan
    opened = {o.school for o in chart.told.calendar.openings}
    known = [(row.code, row.name) for row in plan.areas]
    loose = {s.area for s in plan.schools} - {code for code, _name in known}
    for code, name in (*known, *((c, c or _("未分片区")) for c in sorted(loose))):
        own = [s for s in plan.schools if s.area == code and s.code in opened]
        if own:
            yield _area(chart, name, own)


def _area(chart: Chart, name: str, own: Sequence[School]) -> Drawing:
    rows = [(school, _chips(chart, school.code)) for school in own]
    heights = [
        ROW * (1 + max((c.level for c in chips), default=0)) for _s, chips in rows
    ]
    height = ROW + sum(heights)
    parts = [*chart.ground(height)]
    ground = len(parts)
    parts.append(svg.rect(0, 0, WIDTH, ROW - 1, "band"))
    parts.append(svg.text(0, 16, name, "k b s"))
    top = ROW
    for (school, chips), tall in zip(rows, heights, strict=True):
        parts += _row(chart, school, chips, top)
        parts.append(svg.line(0, top + tall, WIDTH, top + tall, "grid"))
        top += tall
    behind = [
        svg.line(chart.x(on), 0, chart.x(on), height, "order") for on, _t in chart.flags
    ]
    label = _("{area}：{n} 所学校的返校日期", area=name, n=len(own))
    return Drawing(WIDTH, height, (*parts[:ground], *behind, *parts[ground:]), label)


def _chips(chart: Chart, school: SchoolCode) -> list[Placed]:
    """The batches of a school, a chip that would cover another one line lower."""
    told, placed = chart.told, list[Placed]()
    own = sorted(
        (o for o in told.calendar.openings if o.school == school), key=lambda o: o.date
    )
    for opening, after in zip(own, (*own[1:], None), strict=True):
        text = words.chip(told.plan, opening)
        room = (after.date - opening.date).days * chart.day if after else WIDTH
        if length(text, 12) + 14 > room:
            text = text.removesuffix("年级") or text
        width = max(length(text, 12) + 12, 30.0)
        x = min(chart.x(opening.date), WIDTH - width)
        level = 0
        while any(p.level == level and x < p.x + p.width + 2 for p in placed):
            level += 1
        placed.append(Placed(opening, text, x, width, level))
    return placed


def _row(
    chart: Chart, school: School, chips: Sequence[Placed], top: float
) -> Iterator[str]:
    """Name, number, the line that grows, the chips."""
    whole = sum(chip.opening.students for chip in chips)
    middle = top + ROW / 2
    yield svg.text(10, middle + 4, _short(school.name), "k")
    yield svg.text(chart.left - 10, middle + 4, wording.number(whole), "r s")
    there = 0
    for chip, after in zip(chips, (*chips[1:], None), strict=True):
        there += chip.opening.students
        end = after.x if after else WIDTH
        y = middle + chip.level * ROW
        share = there / whole if whole else 0.0
        yield _line(chip.x, end, y, THIN + (THICK - THIN) * share)
    yield from _ghosts(chart, school.code, top)
    for chip in chips:
        yield from _chip(chart, chip, top)


def _short(name: str) -> str:
    """A name that fits its column."""
    while length(name) > WIDEST:
        name = name[:-2] + "…"
    return name


def _line(start: float, end: float, y: float, width: float) -> str:
    return (
        f'<line x1="{svg.short(start)}" y1="{svg.short(y)}" x2="{svg.short(end)}" '
        f'y2="{svg.short(y)}" class="there" stroke-width="{svg.short(width)}"/>'
    )


def _ghosts(chart: Chart, school: SchoolCode, top: float) -> Iterator[str]:
    """Where a batch stood before it was moved."""
    told = chart.told
    now = {
        (c, o.date)
        for o in told.calendar.openings
        for c in o.grades
        if o.school == school
    }
    for old in told.before.openings if told.before else ():
        if old.school == school and any((c, old.date) not in now for c in old.grades):
            y = top + (ROW - CHIP) / 2
            text = words.chip(told.plan, old)
            width = max(length(text, 12) + 12, 30.0)
            x = min(chart.x(old.date), WIDTH - width)
            yield _box(x, y, width, "chip-ghost")
            yield svg.text(x + width / 2, y + 13, text, "m s")


def _chip(chart: Chart, chip: Placed, top: float) -> Iterator[str]:
    opening = chip.opening
    y = top + chip.level * ROW + (ROW - CHIP) / 2
    wrong = any((opening.school, code) in chart.wrong for code in opening.grades)
    fixed = opening.why is not Why.CHOSEN
    css = "chip-wrong" if wrong else "chip-order" if fixed else "chip"
    yield _box(chip.x, y, chip.width, css)
    letters = "m s tw b" if fixed and not wrong else "m s k"
    yield svg.text(chip.x + chip.width / 2, y + 13, chip.text, letters)


def _box(x: float, y: float, width: float, css: str) -> str:
    return (
        f'<rect x="{svg.short(x)}" y="{svg.short(y)}" width="{svg.short(width)}" '
        f'height="{svg.short(CHIP)}" rx="3" class="{escape(css)}"/>'
    )


def capacity(chart: Chart) -> Iterator[Drawing]:
    """Arrivals, then of each scarce kind the area where it is tightest."""
    read = Read(Asked(chart.told.plan), chart.told.calendar)
    tightest: dict[CapacityKind, Strip] = {}
    for strip in strips(read, *chart.span):
        best = tightest.get(strip.kind)
        if best is None or _tight(strip) > _tight(best):
            tightest[strip.kind] = strip
    used = [s for s in tightest.values() if any(a + b for _on, a, b in s.days)]
    ordered = sorted(used, key=lambda s: (s.kind is not CapacityKind.STUDENTS, s.kind))
    for strip in ordered:
        yield _strip(chart, strip)


def _tight(strip: Strip) -> float:
    """The largest share of what there is that a day takes."""
    limits, counted = dict(strip.room), dict(strip.counted)
    shares = [
        (counted[on] + free) / max(limit, 0.5)
        for on, _stand, free in strip.days
        if (limit := limits[on]) is not None and counted[on] + free
    ]
    return max(shares, default=0.0)


def _strip(chart: Chart, strip: Strip) -> Drawing:
    """Bars of a day, the limit dashed, what is over it in red with its number."""
    limits, counted = dict(strip.room), dict(strip.counted)
    loads = [stand + free for _on, stand, free in strip.days]
    known = [limit for limit in limits.values() if limit is not None]
    most = max([*loads, *known, 1.0])
    base, tall = STRIP - 8, STRIP - 26

    def y(value: float) -> float:
        return base - tall * value / most

    parts = [*chart.ground(base)]
    parts.append(svg.text(0, 20, _name(chart, strip), "k b s"))
    parts.append(svg.text(0, 36, _limit(known), "s"))
    for on, stand, free in strip.days:
        x, wide = chart.x(on) + chart.day * 0.12, chart.day * 0.76
        limit = limits[on]
        left = None if limit is None else max(0.0, limit - counted[on])
        wrong = left is not None and free > left + 1e-6
        if free:
            css = "over" if wrong else "there-bar"
            parts.append(svg.rect(x, y(free), wide, base - y(free), css))
        if stand:  # above: where it does not count the limit is that of the rest
            height = y(free) - y(stand + free)
            parts.append(svg.rect(x, y(stand + free), wide, height, "fk"))
        if wrong:
            text = wording.plain(round(stand + free, 1))
            parts.append(svg.text(x + wide / 2, y(stand + free) - 3, text, "m s b tf"))
    parts += _most(chart, strip, y, known=bool(known))
    parts += _limits(chart, strip, y)
    parts.append(svg.line(chart.left, base, WIDTH, base, "rule"))
    label = _("{name}：{limit}", name=_name(chart, strip), limit=_limit(known))
    return Drawing(WIDTH, STRIP, tuple(parts), label)


def _most(chart: Chart, strip: Strip, y: Heights, *, known: bool) -> Iterator[str]:
    """The number of the fullest chosen day, where no limit tells it."""
    if known or not strip.days:
        return
    on, stand, free = max(strip.days, key=lambda day: day[2])
    if free:
        text = wording.plain(stand + free)
        yield svg.text(
            chart.x(on) + chart.day / 2, y(stand + free) - 3, text, "m s b k"
        )


def _limits(chart: Chart, strip: Strip, y: Heights) -> Iterator[str]:
    """The limit, day by day, joined where it stays."""
    runs: list[tuple[dt.date, dt.date, float]] = []
    for on, limit in strip.room:
        if limit is None:
            continue
        if runs and runs[-1][2] == limit and (on - runs[-1][1]).days == 1:
            runs[-1] = (runs[-1][0], on, limit)
        else:
            runs.append((on, on, limit))
    for first, last, limit in runs:
        yield svg.line(
            chart.x(first), y(limit), chart.x(last) + chart.day, y(limit), "limit"
        )


def _name(chart: Chart, strip: Strip) -> str:
    names = {row.code: row.name for row in chart.told.plan.areas}
    kind = _(strip.kind.label)
    if strip.area == AreaCode(""):
        return _("{kind}（日）", kind=kind)
    return _("{area} {kind}", area=names.get(strip.area, strip.area), kind=kind)


def _limit(known: Sequence[float]) -> str:
    if not known:
        return _("没有上限")
    low, high = min(known), max(known)
    if low == high:
        return _("上限 {n}", n=f"{high:,.0f}")
    return _("上限 {low}–{high}", low=f"{low:,.0f}", high=f"{high:,.0f}")
