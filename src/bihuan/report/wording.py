"""How numbers and dates are said: an estimate never stands without its interval."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from bihuan.base.wording import N_, SOURCE, _, language
from bihuan.loop.outcome import Estimate, Question

MINUS: Final = "\u2212"
NUMERALS: Final = "零一二三四五六七八九十"
MONTHS: Final = (
    N_("1月{day}日"),
    N_("2月{day}日"),
    N_("3月{day}日"),
    N_("4月{day}日"),
    N_("5月{day}日"),
    N_("6月{day}日"),
    N_("7月{day}日"),
    N_("8月{day}日"),
    N_("9月{day}日"),
    N_("10月{day}日"),
    N_("11月{day}日"),
    N_("12月{day}日"),
)
CAUSES: Final = {
    "day_students": N_("走读生往返"),
    "boarders": N_("寄宿生离校返校"),
    "staff": N_("教职工往返"),
    "visitors": N_("来访、送货"),
    "before": N_("开学前已感染"),
}
"""How infections come in, by the code that `Leak` and `Outcome.imports` carry."""

QUESTIONS: Final = {
    Question.RETURNER: N_("1 名感染者返校"),
    Question.IMPORTS: N_("感染从校外带入"),
}


@dataclass(frozen=True, slots=True)
class Form:
    """How a quantity is shown: times a factor, with a sign behind it and a unit."""

    factor: float = 1.0
    sign: str = ""
    unit: str = ""
    """A catalogue entry; empty where the heading says the unit."""
    large: float = 100.0
    """From this size on no digits follow the point."""
    paired: bool = False
    """A difference: where its interval covers zero, that is said in place of the number."""


TINY: Final = 0.01
MOST_DIGITS: Final = 5
CHANCE: Final = Form(factor=100.0, sign="%", large=10.0)
COUNT: Final = Form()
POINTS: Final = Form(factor=100.0, unit=N_("个百分点"), paired=True)
DIFFERENCE: Final = Form(factor=100.0, paired=True)
"""Points under a heading that says so."""
PERSONS: Final = Form(unit=N_("人"), large=10.0, paired=True)
BED_DAYS: Final = Form(unit=N_("人·天"), large=10.0, paired=True)
SHARE: Final = Form(factor=100.0, sign="%", large=10.0, paired=True)
MEND_FORMS: Final = {
    "points": POINTS,
    "persons": PERSONS,
    "bed_days": BED_DAYS,
    "share": SHARE,
}
"""The form of a mend's effect, by `Mend.unit`."""


@dataclass(frozen=True, slots=True)
class Said:
    """An estimate in words: the number and, apart, its interval."""

    value: str
    interval: str

    def __str__(self) -> str:
        return self.value + _("（{interval}）", interval=self.interval)


def number(value: float, digits: int = 0) -> str:
    """A number with thousands commas and a true minus; no minus zero."""
    if not math.isfinite(value):
        return _("算不出")
    text = f"{abs(value):,.{digits}f}"
    negative = value < 0 and text.strip("0.,") != ""
    return MINUS + text if negative else text


def plain(value: float) -> str:
    """A number with as many digits as its size deserves; a whole one has none."""
    whole = math.isfinite(value) and value == round(value)
    return number(value, 0 if whole else _digits(value, COUNT))


def said(estimate: Estimate, form: Form = COUNT) -> Said:
    """An estimate in words; a difference that covers zero is not given a number."""
    ends = [v * form.factor for v in (estimate.value, estimate.low, estimate.high)]
    digits = _digits(max(map(abs, ends)), form)
    if form.paired and not estimate.covers_zero and _vanishes(ends, digits):
        digits += 1  # an end that is not zero is not shown as zero
    value, low, high = (number(end, digits) for end in ends)
    if form.paired and estimate.covers_zero:
        shown = _("差异在误差范围内")
    else:
        shown = " ".join(part for part in (value + form.sign, _(form.unit)) if part)
    return Said(shown, _("{low} 至 {high}", low=low, high=high))


def _vanishes(ends: list[float], digits: int) -> bool:
    """Whether an end would be shown as zero."""
    return any(round(end, digits) == 0 for end in ends)


def words(estimate: Estimate, form: Form = COUNT) -> str:
    """An estimate in one piece: −4.1（−6.9 至 −1.2）."""
    return str(said(estimate, form))


def percent(share: float) -> str:
    """A share as a percentage."""
    scaled = share * CHANCE.factor
    return number(scaled, _digits(scaled, CHANCE)) + CHANCE.sign


def span(values: Iterable[float]) -> str:
    """From the least to the greatest share: 18% 至 30%, or one where they are the same."""
    ordered = sorted(values)
    low, high = percent(ordered[0]), percent(ordered[-1])
    return low if low == high else _("{low} 至 {high}", low=low, high=high)


def band(low: int, high: int | None) -> str:
    """A bin of sizes: 1, 2–4, ≥50."""
    if high is None:
        return f"≥{low}"
    return str(low) if low == high else f"{low}–{high}"


def day(when: date) -> str:
    """A day of the year: 4月7日 / 7 April."""
    return _(MONTHS[when.month - 1], day=when.day)


def dated(when: date) -> str:
    """A day with its year: 2020年4月7日 / 7 April 2020."""
    return _("{year}年{day}", year=when.year, day=day(when))


def schools(count: int) -> str:
    """So many schools: 七校 / 7 schools."""
    return _("{n}校", n=numeral(count)) if count != 1 else _("1 校")


def numeral(count: int) -> str:
    """A small count as Chinese writes it before a noun; digits elsewhere."""
    if language() == SOURCE and 1 <= count < len(NUMERALS):
        return "两" if count == 2 else NUMERALS[count]  # noqa: PLR2004  # 两校, not 二校
    return f"{count:,}"


def ordinal(place: int) -> str:
    """The number of a heading: 一, 二 in Chinese, digits elsewhere."""
    chinese = language() == SOURCE and 1 <= place < len(NUMERALS)
    return NUMERALS[place] if chinese else str(place)


def listed(names: Iterable[str], most: int = 6) -> str:
    """Names in a row; of a long row the first, and how many there are."""
    rest = list(names)
    row = _("、").join(rest[:most])
    return row if len(rest) <= most else _("{row}等 {n} 项", row=row, n=len(rest))


def sentence(text: str) -> str:
    """A text with its full stop, whether or not it came with one."""
    bare = text.rstrip("。.：:；; ")
    return _("{text}。", text=bare) if bare else ""


def cause(code: str) -> str:
    """What a crossing is called."""
    return _(CAUSES.get(code, code))


def question(which: Question) -> str:
    """What a question is called."""
    return _(QUESTIONS[which])


def _digits(size: float, form: Form) -> int:
    """Digits that tell something: none of a large number, two that count of a tiny one."""
    if abs(size) >= form.large or size == 0 or not math.isfinite(size):
        return 0
    if abs(size) < TINY:
        return min(MOST_DIGITS, 1 - math.floor(math.log10(abs(size))))
    return 1 if form.paired or abs(size) >= 1.0 else 2
