"""Times as clerks write them: T+00:10, 7点10分, 2020.3.28 7:10, 10分钟内."""

import datetime as dt
import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from bihuan.base.problems import error
from bihuan.base.units import Minutes
from bihuan.base.wording import N_
from bihuan.plan.load.cells import BadCell, Holds, Limits, Raw, parse, text_of
from bihuan.plan.names import plain

BAD_MOMENT: Final = error(
    "D020",
    N_("「{column}」填的是「{came}」，不是时间。"),
    N_("请填 T+00:10（开始后 10 分钟）或 07:10 这样的时间。"),
)
BAD_SPAN: Final = error(
    "D021",
    N_("「{column}」填的是「{came}」，不是时长。"),
    N_("请填分钟数，如 10、10分钟、1小时30分。"),
)
BAD_START: Final = error(
    "D022",
    N_("「{column}」填的是「{came}」，不是日期和时间。"),
    N_("请填 2020-03-28 07:00 这样的日期和时间。"),
)

HOUR: Final = 60
DAY: Final = 1440
LONGEST: Final = Minutes(60.0 * DAY)
"""No drill has a longer time in it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as written: minutes after the start, or a time of day on some day."""

    minutes: Minutes | None = None
    clock: dt.time | None = None
    date: dt.date | None = None
    days: int = 0
    """Days later, where that is said and no date."""

    def after(self, start: dt.datetime) -> Minutes:
        """Minutes after a start; a time of day before it is one of the next day."""
        if self.minutes is not None or self.clock is None:
            return self.minutes or Minutes(0.0)
        day = self.date or start.date() + dt.timedelta(days=self.days)
        gone = dt.datetime.combine(day, self.clock) - start.replace(tzinfo=None)
        late = gone.total_seconds() / HOUR
        wraps = late < 0 and self.date is None and not self.days
        return Minutes(late + DAY if wraps else late)


_T: Final = re.compile(r"[tT]?\+(\d{1,4})[:：](\d{1,2})(?:[:：](\d{1,2}))?")
_T_MINUTES: Final = re.compile(
    r"(?:[tT]\+|(?:演练)?开始后?)(\d{1,6}(?:\.\d{1,30})?(?:e-\d{1,3})?)(?:分钟?|min)?后?"
)
_BARE: Final = re.compile(r"\d{1,6}(?:\.\d{1,30})?(?:分钟?|min)?")
_NEXT: Final = re.compile(r"(次日|第二天|翌日|当日|当天)(.+)")
_DATED: Final = re.compile(
    r"(\d{4}[-./年]\d{1,2}[-./月]\d{1,2})(?:日\s*|\s*T|\s+)(.+)", re.DOTALL
)
_ZONE: Final = re.compile(r"(?<=\d)(?:Z|[+-]\d\d:?\d\d)$")
_RANGE: Final = re.compile(r"[-—–~～至到]+")


def moment(raw: Raw, column: str) -> Moment:
    """What a cell says of when something comes."""
    bad = BadCell(BAD_MOMENT, column=column, came=text_of(raw))
    if isinstance(raw, dt.timedelta):
        return Moment(_within(raw.total_seconds() / HOUR, bad))
    if isinstance(raw, dt.datetime):
        return Moment(clock=raw.time().replace(microsecond=0), date=raw.date())
    if isinstance(raw, dt.time) or (isinstance(raw, float) and 0 < raw < 1):
        return Moment(clock=_clock(raw, bad))
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return Moment(_within(float(raw), bad))
    if not isinstance(raw, str):
        raise bad
    return _relative(raw, bad) or _absolute(raw, bad)


def _relative(raw: str, bad: BadCell) -> Moment | None:
    text = plain(raw)
    if match := _T.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        if max(minutes, seconds) >= HOUR:
            raise bad
        return Moment(_within(hours * HOUR + minutes + seconds / HOUR, bad))
    if match := _T_MINUTES.fullmatch(text):
        return Moment(_within(float(match[1]), bad))
    if _BARE.fullmatch(text):
        return Moment(_within(float(re.sub(r"[^\d.]", "", text)), bad))
    return None


def _absolute(raw: str, bad: BadCell) -> Moment:
    text = unicodedata.normalize("NFKC", raw).strip()
    if match := _DATED.fullmatch(text):
        clock = _clock(_ZONE.sub("", match[2]), bad)
        return Moment(clock=clock, date=_date(match[1], bad))
    days = 0
    if match := _NEXT.fullmatch(text):
        days = 0 if match[1].startswith("当") else 1
        text = match[2]
    return Moment(clock=_clock(text, bad), days=days)


def _clock(raw: Raw, bad: BadCell) -> dt.time:
    """A time of day; of a span such as 7:10-7:20 the beginning."""
    first = _RANGE.split(raw)[0] if isinstance(raw, str) else raw
    try:
        found: dt.time | None = parse(first, Holds(dt.time), Limits())
    except BadCell:
        raise bad from None
    if found is None:
        raise bad
    return found


def _date(raw: str, bad: BadCell) -> dt.date:
    try:
        found: dt.date | None = parse(raw, Holds(dt.date), Limits())
    except BadCell:
        raise bad from None
    if found is None:
        raise bad
    return found


def _within(minutes: float, bad: BadCell) -> Minutes:
    if not 0 <= minutes <= LONGEST:
        raise bad
    return Minutes(float(minutes))


def show_moment(minutes: Minutes) -> str:
    """T+00:10; with seconds or as minutes where that is needed to say the same."""
    seconds = round(minutes * HOUR)
    whole, rest = divmod(seconds, HOUR)
    text = f"T+{whole // HOUR:02}:{whole % HOUR:02}" + (f":{rest:02}" if rest else "")
    if moment(text, "").minutes == minutes:
        return text
    return f"T+{minutes!r}分"


_SPAN: Final = re.compile(
    r"(?:(?P<h>\d{1,6}(?:\.\d{1,30})?)(?:小时|h|时|hours?))?半?"
    r"(?:(?P<m>\d{1,6}(?:\.\d{1,30})?(?:e-\d{1,3})?)(?:分钟?|min|minutes?|m|$))?"
    r"(?:(?P<s>\d{1,6})(?:秒钟?|s))?"
)
_HALF: Final = re.compile(r"(\d)个?半小时")
_HH_MM: Final = re.compile(r"(\d{1,4}):(\d\d)(?::(\d\d))?")
_TRIM: Final = re.compile(r"^[≤<约不超过]+|(?:以内|之内|内|前|后)$")


def span(raw: Raw, column: str) -> Minutes:
    """A length of time in minutes: 10, 10分钟内, 1小时30分, 00:05 (hours:minutes)."""
    bad = BadCell(BAD_SPAN, column=column, came=text_of(raw))
    if isinstance(raw, dt.timedelta):
        return _within(raw.total_seconds() / HOUR, bad)
    if isinstance(raw, dt.time):
        return _within(raw.hour * HOUR + raw.minute + raw.second / HOUR, bad)
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return _within(float(raw), bad)
    text = _TRIM.sub("", plain(raw)) if isinstance(raw, str) else ""
    text = _HALF.sub(r"\1.5小时", text).replace("半小时", "30分").replace("个", "")
    if match := _HH_MM.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return _within(hours * HOUR + minutes + seconds / HOUR, bad)
    match = _SPAN.fullmatch(text)
    if not text or not match:
        raise bad
    hours_, minutes_, seconds_ = (float(match[part] or 0) for part in "hms")
    half = HOUR / 2 if "半" in text else 0
    return _within(hours_ * HOUR + half + minutes_ + seconds_ / HOUR, bad)


def start(raw: Raw, column: str) -> dt.datetime:
    """Date and time of the school's own clock; an offset from Greenwich is left out."""
    bad = BadCell(BAD_START, column=column, came=text_of(raw))
    if isinstance(raw, dt.datetime):
        return raw.replace(microsecond=0, tzinfo=None)
    text = unicodedata.normalize("NFKC", text_of(raw)).strip()
    match = _DATED.fullmatch(text)
    if not match:
        raise bad
    clock = _clock(_ZONE.sub("", match[2].strip()), bad)
    return dt.datetime.combine(_date(match[1], bad), clock)


def show_start(moment_: dt.datetime) -> str:
    """2020-03-28 07:00, with seconds where there are some."""
    timespec = "seconds" if moment_.second else "minutes"
    return moment_.replace(tzinfo=None).isoformat(" ", timespec)


def show_span(minutes: Minutes) -> float | int:
    """Minutes as a number, whole where it is."""
    whole = math.isfinite(minutes) and float(minutes).is_integer()
    return int(minutes) if whole else float(minutes)
