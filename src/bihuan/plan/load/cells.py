"""One cell: from what a clerk wrote to a value, and from a value to what is written.

What a cell may hold is known from the annotation of the field that it fills.
"""

import datetime as dt
import difflib
import math
import re
import types
import typing
import unicodedata
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

from bihuan.base.problems import Kind, error
from bihuan.base.wording import N_, SOURCE, _, language, languages, speak
from bihuan.plan import words
from bihuan.plan.names import folded, plain
from bihuan.plan.words import Word

Raw = (
    str | int | float | bool | dt.date | dt.time | dt.timedelta | tuple[str, ...] | None
)
"""A cell as a file gives it; `datetime` is a `date`, YAML lists are tuples."""
Value = Any
"""A value of a field of the plan."""

LONGEST: Final = 32_000
"""Characters in a cell; Excel holds 32,767."""

BAD_NUMBER: Final = error(
    "P101",
    N_("「{column}」填的是「{came}」，应该是数字。"),
    N_("请只填数字，不写说明。"),
)
BAD_WHOLE: Final = error(
    "P102",
    N_("「{column}」填的是「{came}」，应该是整数。"),
    N_("请填整数。"),
)
OUT_OF_RANGE: Final = error(
    "P103",
    N_("「{column}」填的是「{came}」，应该在 {low} 到 {high} 之间。"),
    N_("请核对后改正。"),
)
BAD_SHARE: Final = error(
    "P104",
    N_("「{column}」填的是「{came}」，应该是比例，0% 到 100%。"),
    N_("请填 90% 或 0.9 这样的比例。"),
)
BAD_DATE: Final = error(
    "P105",
    N_("「{column}」填的是「{came}」，不是日期。"),
    N_("请填 2020-04-07 这样的日期。"),
)
BAD_TIME: Final = error(
    "P106",
    N_("「{column}」填的是「{came}」，不是时间。"),
    N_("请填 07:20 这样的时间。"),
)
BAD_BOOL: Final = error(
    "P107",
    N_("「{column}」填的是「{came}」，应该是「是」或「否」。"),
    N_("请填「是」或「否」。"),
)
BAD_WORD: Final = error(
    "P108",
    N_("「{column}」填的是「{came}」，可填：{allowed}；最接近的是「{closest}」。"),
    N_("请从下拉列表中选。"),
)
TOO_LONG: Final = error(
    "P109",
    N_("「{column}」有 {came} 个字，最多 {high} 个。"),
    N_("请缩短。"),
)
EMPTY: Final = error(
    "P110",
    N_("「{column}」必填，这里空着。"),
    N_("请补填。"),
)


class BadCell(Exception):  # noqa: N818  # a cell that is bad, not a failure of ours
    """A cell does not hold what it may: the kind of problem, its words."""

    def __init__(self, kind: Kind, **words_: object) -> None:
        super().__init__(kind.code)
        self.kind = kind
        self.words = {name: _short(word) for name, word in words_.items()}


def _short(word: object) -> str:
    """A word short enough for a message; a list of what is allowed is long."""
    text = str(word)
    return text if len(text) <= _MESSAGE else f"{text[:_MESSAGE]}…"


_MESSAGE: Final = 400


@dataclass(frozen=True, slots=True)
class Holds:
    """What a cell may hold: a base type, its unit, one or many, or nothing."""

    of: type
    unit: str = ""
    many: bool = False
    optional: bool = False


@cache
def holds(hint: Any) -> Holds:
    """Say what a cell may hold for the annotation of a field."""
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        (inner,) = (a for a in typing.get_args(hint) if a is not types.NoneType)
        return _with(holds(inner), optional=True)
    if typing.get_origin(hint) is tuple:
        return _with(holds(typing.get_args(hint)[0]), many=True)
    if isinstance(hint, typing.NewType):
        return Holds(holds(hint.__supertype__).of, unit=hint.__name__)
    return Holds(hint)


def _with(held: Holds, *, many: bool = False, optional: bool = False) -> Holds:
    return Holds(held.of, held.unit, many=many, optional=optional)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What else is known of a cell: its name for messages, bounds, words after a number."""

    column: str = ""
    low: float = 0
    high: float | None = None
    units: tuple[str, ...] = ()
    refers: bool = False


_EXACT: Final = 1e15
"""Below it every whole number is written without an exponent."""

NOTHING: Final = frozenset(
    {
        "",
        "无",
        "空",
        "没有",
        "—",
        "——",
        "-",
        "--",
        "–",
        "/",
        "\\",
        "n/a",
        "na",
        "none",
        "null",
    }
)
"""Ways of writing that there is nothing."""
_SHORT: Final = 40
NO: Final = frozenset({"否", "0", "不", "no", "n", "false", "f", "×", "x", "✗", "✕"})
YES: Final = frozenset({"是", "有", "1", "yes", "y", "true", "t", "√", "✓", "对"})
_CONTROL: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]"
)
_ESCAPE: Final = re.compile("_x[0-9A-Fa-f]{4}_")
"""How workbooks spell control characters; some programs let it stand in the text."""
_SPLIT: Final = re.compile(r"[、,，;；\s]+")
_BRACKET: Final = re.compile(r"\s*([()])\s*")


def canonical(text: str) -> str:
    """A text as a plan holds it: without control characters and spaces around it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    while _ESCAPE.search(text):
        text = _ESCAPE.sub("", text)
    return _CONTROL.sub("", text).strip().strip("\u200b\ufeff").strip()


def canonical_code(text: str) -> str:
    """A code or a reference as a plan holds it: half-width, single spaces inside."""
    return " ".join(unicodedata.normalize("NFKC", canonical(text)).split())


def is_nothing(raw: Raw) -> bool:
    """Whether a cell says that there is nothing."""
    if isinstance(raw, str):
        short = raw if len(raw) < _SHORT else raw.strip()[:_SHORT]
        return plain(_CONTROL.sub("", short)).casefold() in NOTHING
    return raw is None


def parse(raw: Raw, held: Holds, limits: Limits) -> Value:
    """The value of a cell; None (or no members) where it says nothing."""
    if isinstance(raw, str) and len(raw) > LONGEST:
        raise BadCell(TOO_LONG, column=limits.column, came=len(raw), high=LONGEST)
    if held.many:
        return _many(raw, held, limits)
    if held.of is bool:
        return _bool(raw, limits)
    if is_nothing(raw) or (_says_no(raw) and (limits.refers or _never_zero(held))):
        return None
    return _PARSERS.get(held.of, _word)(raw, held, limits)


def _never_zero(held: Holds) -> bool:
    """Whether 0 or 否 can only mean nothing."""
    return held.of in (dt.date, dt.time) or issubclass(held.of, Word)


def _says_no(raw: Raw) -> bool:
    if isinstance(raw, str):
        return plain(raw).casefold() in ("0", "否")
    return isinstance(raw, (int, float)) and raw == 0 and raw is not False


def _many(raw: Raw, held: Holds, limits: Limits) -> tuple[Value, ...]:
    if is_nothing(raw) or (_says_no(raw) and limits.refers):
        return ()
    if isinstance(raw, tuple):
        return tuple(
            parse(part, _with(held), limits) for part in raw if not is_nothing(part)
        )
    text = _BRACKET.sub(r"\1", unicodedata.normalize("NFKC", text_of(raw)))
    parts = [part for part in _SPLIT.split(text) if part and not is_nothing(part)]
    if issubclass(held.of, Word):
        parts = _joined(parts, spellings_of(held.of))
    return tuple(parse(part, _with(held), limits) for part in parts)


_WORDS: Final = 4
"""Most parts of the name of a word, such as 楼道、课间."""


def _joined(parts: list[str], known: Container[str]) -> list[str]:
    """Put names together again that have separators of their own."""
    joined = []
    while parts:
        runs = range(min(_WORDS, len(parts)), 0, -1)
        run = next((n for n in runs if _spelled("".join(parts[:n])) in known), 1)
        joined.append("".join(parts[:run]))
        parts = parts[run:]
    return joined


def _spelled(text: str) -> str:
    """The name of a word folded, without separators."""
    return folded(text).replace("、", "")


def text_of(raw: Raw) -> str:
    """What a cell says as text: whole numbers without a point, dates as dates."""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < _EXACT:
        return str(int(raw))
    if isinstance(raw, dt.datetime):
        return str(raw.date()) if raw.time() == dt.time() else str(raw)
    if isinstance(raw, tuple):
        return "、".join(raw)
    return str(raw) if raw is not None else ""


def _text(raw: Raw, held: Holds, limits: Limits) -> str:
    coded = bool(held.unit) or limits.refers
    return (canonical_code if coded else canonical)(text_of(raw))


def _number(raw: Raw, held: Holds, limits: Limits) -> float:
    number = _read_number(raw, held, limits)
    if held.unit == "Share":
        if not 0 <= number <= 1:
            raise BadCell(BAD_SHARE, column=limits.column, came=text_of(raw))
        return number
    high = math.inf if limits.high is None else limits.high
    if not limits.low <= number <= high or math.isinf(number):
        raise BadCell(
            OUT_OF_RANGE,
            column=limits.column,
            came=text_of(raw),
            low=text_of(limits.low),
            high="∞" if math.isinf(high) else text_of(high),
        )
    return number


def _read_number(raw: Raw, held: Holds, limits: Limits) -> float:
    bad = BAD_SHARE if held.unit == "Share" else BAD_NUMBER
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return raw
    if not isinstance(raw, str):
        raise BadCell(bad, column=limits.column, came=text_of(raw))
    text = plain(raw).replace("−", "-")
    for unit in sorted(limits.units, key=len, reverse=True):
        text = text.removesuffix(plain(unit))
    percent = held.unit == "Share" and text.endswith("%")
    if not _NUMBER.fullmatch(text := text.removesuffix("%") if percent else text):
        raise BadCell(bad, column=limits.column, came=raw)
    text = text.replace(",", "")
    if held.of is int and _WHOLE.fullmatch(text):
        return int(text)
    return float(f"{text}e-2") if percent and "e" not in text.lower() else float(text)


_NUMBER: Final = re.compile(
    r"[+-]?(?:(?:\d{1,3}(?:,\d{3})+|\d{1,400})(?:\.\d{0,400})?|\.\d{1,400})"
    r"(?:[eE][+-]?\d{1,3})?"
)
_WHOLE: Final = re.compile(r"[+-]?\d{1,400}")


def _whole(raw: Raw, held: Holds, limits: Limits) -> int:
    number = _number(raw, held, limits)
    if int(number) != number:
        raise BadCell(BAD_WHOLE, column=limits.column, came=text_of(raw))
    return int(number)


def _float(raw: Raw, held: Holds, limits: Limits) -> float:
    return float(_number(raw, held, limits))


_DATE: Final = (
    re.compile(
        r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?(?:T?00:00(?::00(?:\.0+)?)?)?"
    ),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
_EPOCH: Final = dt.date(1899, 12, 30)
_SERIAL: Final = re.compile(r"\d{5}")
_SERIALS: Final = range(32_874, 73_051)
"""Serial numbers of 1990 to 2099: a smaller or larger number is no date of a plan."""


def _date(raw: Raw, _held: Holds, limits: Limits) -> dt.date:
    bad = BadCell(BAD_DATE, column=limits.column, came=text_of(raw))
    if isinstance(raw, dt.datetime):
        return raw.date()
    if isinstance(raw, dt.date):
        return raw
    text = plain(text_of(raw))
    if _SERIAL.fullmatch(text) and int(text) in _SERIALS:
        return _EPOCH + dt.timedelta(days=int(text))
    for pattern in _DATE:
        if match := pattern.fullmatch(text):
            try:
                return dt.date(*map(int, match.groups()))
            except ValueError:
                raise bad from None
    raise bad


_TIME: Final = re.compile(
    r"(?P<half>上午|早上|下午|晚上)?(?P<hour>\d{1,2})(?:[:点时](?P<minute>\d{1,2})?分?)"
    r"(?::?(?P<second>\d{1,2})秒?)?"
)
_COMPACT_TIME: Final = re.compile(r"(?P<hour>\d{2})(?P<minute>\d{2})")
_DAY: Final = 86_400


def _time(raw: Raw, _held: Holds, limits: Limits) -> dt.time:
    bad = BadCell(BAD_TIME, column=limits.column, came=text_of(raw))
    if isinstance(raw, dt.datetime):
        return raw.time().replace(microsecond=0)
    if isinstance(raw, dt.time):
        return raw.replace(microsecond=0)
    if isinstance(raw, dt.timedelta):
        raw = raw.total_seconds() / _DAY
    if isinstance(raw, float) and 0 <= raw < 1:
        return _clock(round(raw * _DAY) % _DAY)
    text = plain(text_of(raw)).replace("点半", "点30")
    match = _TIME.fullmatch(text) or _COMPACT_TIME.fullmatch(text)
    if not match:
        raise bad
    parts = match.groupdict()
    hour = int(parts["hour"])
    if parts.get("half") in ("下午", "晚上") and hour < 12:  # noqa: PLR2004  # noon
        hour += 12
    try:
        return dt.time(hour, int(parts["minute"] or 0), int(parts.get("second") or 0))
    except ValueError:
        raise bad from None


def _clock(seconds: int) -> dt.time:
    return dt.time(seconds // 3600, seconds // 60 % 60, seconds % 60)


def _bool(raw: Raw, limits: Limits) -> bool | None:
    said = plain(text_of(raw)).casefold()
    if said in NO or said in ("无", "没有"):
        return False
    if said in YES:
        return True
    if is_nothing(raw):
        return None
    raise BadCell(BAD_BOOL, column=limits.column, came=text_of(raw))


def _word(raw: Raw, held: Holds, limits: Limits) -> Word:
    came = text_of(raw)
    spellings = spellings_of(held.of)
    if found := spellings.get(_spelled(came)):
        return found
    shown = [show_word(member) for member in members(held.of)]
    near = closest(_spelled(came), spellings)
    raise BadCell(
        BAD_WORD,
        column=limits.column,
        came=came[:60],
        allowed="、".join(shown),
        closest=show_word(spellings[near]) if near else "—",
    )


def closest(came: str, known: Iterable[str]) -> str:
    """The known text that is nearest to what came; empty: none is near."""
    found = difflib.get_close_matches(came[:60], list(known), n=1, cutoff=0.5)
    return found[0] if found else ""


def members(word: type) -> tuple[Word, ...]:
    """The members of a vocabulary."""
    return tuple(cast("Iterable[Word]", word))


@cache
def spellings_of(word: type) -> dict[str, Word]:
    """Every spelling of the members of a vocabulary, folded: code, label, other names."""
    known: dict[str, Word] = {}
    for member in members(word):
        known[_spelled(member.value)] = member
        for tongue in languages():
            with speak(tongue):
                known.setdefault(_spelled(_(member.label)), member)
    for other, code in _OTHERS.get(word, {}).items():
        known.setdefault(_spelled(other), known[_spelled(code)])
    return known


_OTHERS: Final[dict[type, dict[str, str]]] = {
    words.Stage: {"高中": "senior", "职高": "vocational", "中职": "vocational", "中心校": "township_centre", "九年一贯制": "nine_year"},
    words.Role: {"老师": "teacher", "学员": "student", "工勤": "staff", "外聘": "contractor"},
    words.Post: {"老师": "teacher", "医生": "doctor", "保健医生": "doctor", "门卫": "guard", "宿舍管理员": "dorm_manager", "书记": "party_secretary", "党支部书记": "party_secretary"},
    words.ZoneKind: {"宿舍": "dorm_room", "食堂": "canteen_hall", "隔离室": "isolation_room", "大门": "gate", "卫生间": "toilet", "楼道": "stair", "卫生室": "clinic"},
    words.PeriodKind: {"正课": "lesson", "早读": "study", "晚自习": "study", "晚饭": "supper", "早饭": "breakfast", "午饭": "lunch", "大课间": "exercise", "睡觉": "sleep"},
    words.Setting: {"教室": "classroom", "自习": "study", "宿舍": "dorm_room", "食堂": "canteen_hall", "校门": "gate", "楼道": "stair", "楼梯": "stair"},
    words.Who: {"师生": "all", "住校生": "boarders", "教师": "staff"},
    words.Unit: {"班": "class", "宿舍": "dorm_room", "全校": "school"},
    words.DayKind: {"休息": "holiday", "上学": "school_day", "调休上班": "school_day", "大休": "home_leave"},
    words.Partner: {"疾控": "health", "卫健委": "health", "医院": "hospital", "公安": "police", "社区": "community", "乡镇": "township"},
}  # fmt: skip

_PARSERS: Final[dict[type, Any]] = {
    str: _text,
    int: _whole,
    float: _float,
    dt.date: _date,
    dt.time: _time,
}


def show_word(member: Word) -> str:
    """A member as a clerk reads it: its label; in English its code, which stays the same."""
    return member.label if language() == SOURCE else member.value.replace("_", " ")


def show(value: Value, *, many: bool = False) -> Raw:
    """What is written into a cell for a value, in the language being spoken."""
    if many:
        return "、".join(str(show(part)) for part in value) or show_nothing()
    if isinstance(value, Word):
        return show_word(value)
    if isinstance(value, bool):
        return show_bool(value)
    if isinstance(value, dt.time):
        return value.isoformat("minutes" if not value.second else "seconds")
    return cast("Raw", value)


def show_bool(value: bool) -> str:  # noqa: FBT001  # the value itself
    """是 or 否."""
    yes, no = ("是", "否") if language() == SOURCE else ("yes", "no")
    return yes if value else no


def show_nothing() -> str:
    """The word for nothing, where an empty cell would mean the usual."""
    return "无" if language() == SOURCE else "none"
