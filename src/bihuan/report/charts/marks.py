"""What stands on a chart: axis, interval row, quantile dots, heat strip, bar."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from bihuan.base.wording import _
from bihuan.loop.outcome import SIZE_BINS, Estimate
from bihuan.report import wording
from bihuan.report.charts import svg
from bihuan.report.charts.scale import Scale, length

DOTS: Final = 20
"""Dots of a distribution: one is 5%."""
STEPS: Final = (0.0, 0.01, 0.025, 0.05, 0.10)
"""Lower ends of the heat strip's classes above zero, as shares."""
WRITTEN: Final = 0.045
"""From this share on a cell carries its number."""
BINS: Final = ((0, 0), *SIZE_BINS)
"""Bins of a chart: nobody infected, then those of the outcome."""
OUTBREAK: Final = 3
"""Index of the first bin that is an outbreak (≥5)."""


class Look(StrEnum):
    """Whose mark it is: shape and colour say it together."""

    PLANNED = "planned"
    """Green dot."""
    NOTHING = "nothing"
    """Grey diamond."""
    OLDER = "older"
    """Ink square: the version in force before."""
    NEED = "need"
    """Grey dot: what is needed, beside what there is."""
    SHORT = "short"
    """Red dot: more is needed than there is."""
    COST = "cost"
    """Amber dot."""
    UNCLEAR = "unclear"
    """Hollow: the interval covers zero."""


_LINES: Final = {
    Look.PLANNED: "lg",
    Look.NOTHING: "lu",
    Look.OLDER: "lk",
    Look.NEED: "lu",
    Look.SHORT: "lf",
    Look.COST: "la",
    Look.UNCLEAR: "lu",
}
_FILLS: Final = {
    Look.PLANNED: "fg",
    Look.NOTHING: "fu",
    Look.OLDER: "fk",
    Look.NEED: "fu",
    Look.SHORT: "ff",
    Look.COST: "fa",
    Look.UNCLEAR: "hollow",
}


def point(x: float, y: float, look: Look) -> str:
    """The shape of a mark."""
    fill = _FILLS[look]
    if look is Look.OLDER:
        return svg.rect(x - 4, y - 4, 8, 8, fill)
    if look is Look.NOTHING:
        return svg.path(
            f"M{svg.short(x)} {svg.short(y - 5)}l5 5-5 5-5-5z",
            fill,
        )
    return svg.circle(x, y, 4.2, fill)


def interval(scale: Scale, estimate: Estimate, y: float, look: Look) -> tuple[str, str]:
    """A line from end to end of the interval, the mark on the expected value."""
    line = svg.line(
        scale.inside(estimate.low),
        y,
        scale.inside(estimate.high),
        y,
        f"l {_LINES[look]}",
    )
    return line, point(scale.inside(estimate.value), y, look)


def axis(
    scale: Scale,
    ticks: Sequence[float],
    top: float,
    bottom: float,
    *,
    sign: str = "",
) -> list[str]:
    """Upright lines at the ticks, their numbers above; the zero line is darker."""
    parts: list[str] = []
    digits = max(map(_decimals, ticks))
    for tick in ticks:
        x = scale(tick)
        css = "zero" if tick == 0 else "grid"
        parts.append(svg.line(x, top, x, bottom, css))
        parts.append(svg.text(x, top - 5, wording.number(tick, digits) + sign, "m s"))
    return parts


def _decimals(tick: float) -> int:
    """Digits behind the point that a tick needs."""
    return len(f"{tick:.6f}".rstrip("0").partition(".")[2])


def dots(
    quantiles: Sequence[int], left: float, step: float, base: float, *, dot: float = 2.9
) -> list[str]:
    """Sizes as dots in bins, one dot 5% of the runs.

    quantiles: sizes at 1%, 3%, ..., 99%, persons; every fifth half is a dot.
    """
    pitch = min(2 * dot + 1.4, (step - 4) / 4)
    counts = dots_by_bin(quantiles)
    parts: list[str] = []
    for place, count in enumerate(counts):
        css = "fk" if place >= OUTBREAK else "fu"
        x = left + place * step + (step - 3 * pitch) / 2
        parts += [
            svg.circle(x + n % 4 * pitch, base - n // 4 * pitch, dot, css)
            for n in range(count)
        ]
    return parts


def dots_by_bin(quantiles: Sequence[int]) -> tuple[int, ...]:
    """How many of the 20 dots fall into each of BINS."""
    chosen = [
        quantiles[(2 * n + 1) * len(quantiles) // (2 * DOTS)] for n in range(DOTS)
    ]
    return tuple(
        sum(low <= size and (high is None or size <= high) for size in chosen)
        for low, high in BINS
    )


def heat(share: float) -> str:
    """The class of a cell of the heat strip."""
    return f"h{sum(share > 0 and share >= low for low in STEPS)}"


def heat_cell(x: float, y: float, width: float, height: float, share: float) -> str:
    """A cell of the heat strip; its number is written where it matters."""
    parts = svg.rect(x, y, width - 1.5, height - 2, heat(share))
    if share < WRITTEN:
        return parts
    css = "m s tw" if share >= STEPS[3] else "m s k"
    middle = y + height / 2 + 3
    return parts + svg.text(
        x + width / 2 - 0.75, middle, wording.number(share * 100), css
    )


def heat_key(left: float, y: float, room: float) -> list[str]:
    """What the heat strip's colours mean; without room the caption says of what."""
    names = ("0", "<1%", "1–2.5", "2.5–5", "5–10", "≥10%")
    parts = [svg.text(left, y + 10, _("占全部感染"), "s")] if room else []
    x = left + room
    for index, name in enumerate(names):
        parts.append(svg.rect(x, y, 16, 11, f"h{index}"))
        parts.append(svg.text(x + 20, y + 10, name, "s"))
        x += 20 + length(name, 11) + 8
    return parts


def bar(scale: Scale, value: float, y: float, css: str) -> str:
    """A bar from zero to a value that was counted, not simulated."""
    return svg.rect(scale(0), y - 5, scale.inside(value) - scale(0), 10, css)


def name(x: float, y: float, lines: Sequence[str], css: str = "k") -> list[str]:
    """A label of one or more lines, centred on a row."""
    first = y + 4 - (len(lines) - 1) * 7.5
    return [svg.text(x, first + n * 15, words, css) for n, words in enumerate(lines)]


def glyph(x: float, y: float, state: str) -> str:
    """What became of one thing, in a shape: done, half, late, fail, unknown, na."""
    left, top = x - 6, y - 6
    drawn = {
        "done": lambda: svg.circle(x, y, 5.6, "fg"),
        "half": lambda: svg.circle(x, y, 5, "gr") + _half(x, y),
        "late": lambda: svg.path(_diamond(x, y, 6.4), "sl"),
        "fail": lambda: svg.rect(left, top, 12, 12, "ff") + _cross(x, y),
        "unknown": lambda: svg.circle(x, y, 5.4, "su dash"),
        "na": lambda: svg.circle(x, y, 1.8, "fu"),
    }
    return drawn[state]()


def _half(x: float, y: float) -> str:
    a, b = svg.short(x), svg.short(y - 5)
    return svg.path(f"M{a} {b}a5 5 0 0 1 0 10z", "fg")


def _diamond(x: float, y: float, r: float) -> str:
    return f"M{svg.short(x)} {svg.short(y - r)}l{r} {r}-{r} {r}-{r}-{r}z"


def _cross(x: float, y: float) -> str:
    a, b = svg.short(x - 3), svg.short(y - 3)
    return svg.path(f"M{a} {b}l6 6m0-6l-6 6", "sx")
