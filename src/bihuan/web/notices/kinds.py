"""Kinds of notices and the typed parts that their sentences are filled with.

A notice holds counts, the names of units and a time, never a text that somebody typed:
what may be said is a table of sentences, and a sentence has places only for those parts.
So a child's name, a diagnosis or a temperature has no way into a group's chat.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from string import Formatter
from typing import Final
from zoneinfo import ZoneInfo

from bihuan.base.wording import N_, _
from bihuan.web.org.models import UnitKind

CHINA: Final = ZoneInfo("Asia/Shanghai")
PLACES: Final = frozenset({"unit", "klass", "count", "total", "minutes", "due"})
MOST: Final = 10_000_000


class NotAllowed(ValueError):  # noqa: N818  # it names what happened, as its message does
    """Something was to be said that may not leave the system."""


class Roll(StrEnum):
    """What several notices of one kind about one unit become in a digest."""

    LAST = "last"
    SUM = "sum"


_STEM: Final = r"[\w（）()·-]{0,40}"
_TWIN: Final = r"(?:（演练）|\(演练\))?"
_SCHOOL: Final = (
    rf"{_STEM}(?:学校|校区|分校|本部|中心校?|教学点|[中小大]学|学院|[高初]中|"
    r"[高中小初]部|幼儿园|[一二三四五六七八九十百\d]+[高中小初幼])"
)
_SHAPES: Final = {
    UnitKind.CITY: rf"{_STEM}(?:办|办公室|指挥部)",
    UnitKind.BUREAU: rf"{_STEM}(?:局|办|办公室)",
    UnitKind.HEALTH: rf"{_STEM}(?:中心|疾控)",
    UnitKind.CENTRE: _SCHOOL,
    UnitKind.SCHOOL: _SCHOOL,
    UnitKind.CAMPUS: _SCHOOL,
    UnitKind.GRADE: rf"{_STEM}(?:年级|级|届|[高初小][一二三四五六]|[大中小]班)",
    UnitKind.CLASS: rf"{_STEM}班",
    UnitKind.BUILDING: rf"{_STEM}(?:楼|栋|号|公寓|宿舍)",
    UnitKind.ROOM: rf"[A-Z]?\d[\d-]{{0,8}}|{_STEM}(?:室|间|号)",
    UnitKind.GATE: rf"{_STEM}(?:门|岗)",
}
"""How a unit's name ends; a kind without a shape is told by its kind alone."""


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a unit: it has the shape of such names, or is empty: its kind's word."""

    kind: UnitKind
    text: str = ""

    def __post_init__(self) -> None:
        if self.text and not fits(self.kind, self.text):
            msg = f"not the name of a {self.kind}"  # what came may be a person's name
            raise NotAllowed(msg)

    def __str__(self) -> str:
        return self.text or _(self.kind.label)


def fits(kind: UnitKind, text: str) -> bool:
    """Whether a text has the shape of a name of such a unit."""
    shape = _SHAPES.get(kind)
    return bool(shape and re.fullmatch(f"(?:{shape}){_TWIN}", text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a notice may tell: units, counts, minutes and a time."""

    unit: Name | None = None
    klass: Name | None = None
    count: int | None = None
    total: int | None = None
    minutes: int | None = None
    due: datetime | None = None

    def __post_init__(self) -> None:
        _name(self.unit)
        _name(self.klass)
        for number in (self.count, self.total, self.minutes):
            _number(number)
        if self.due is not None and self.due.utcoffset() is None:
            msg = "a time without its zone"
            raise NotAllowed(msg)

    def given(self) -> frozenset[str]:
        """Which of the places have a value."""
        return frozenset(p for p in PLACES if getattr(self, p) is not None)

    def said(self, at: datetime | None = None) -> dict[str, object]:
        """The values as they are read by people, who know which day it was told on."""
        values = {place: getattr(self, place) for place in self.given()}
        if self.due is not None:
            values["due"] = said_time(self.due, at)
        return values


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of notice: its title and its sentence, both marked for translation."""

    key: str
    title: str
    line: str
    red: bool = False
    roll: Roll = Roll.LAST

    def __post_init__(self) -> None:
        if strange := (_places(self.line) | _places(self.title)) - PLACES:
            msg = f"notice {self.key}: no such place {sorted(strange)}"
            raise NotAllowed(msg)

    @property
    def places(self) -> frozenset[str]:
        """What the sentence wants to be told."""
        return _places(self.line)


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of a declared kind with the facts that it wants."""

    kind: Kind
    facts: Facts
    at: datetime | None = None
    """When it was told; a time of that day is said without the day."""

    def __post_init__(self) -> None:
        if KINDS.get(self.kind.key) != self.kind:
            msg = f"notice {self.kind.key} is not declared"
            raise NotAllowed(msg)
        if missing := self.kind.places - self.facts.given():
            msg = f"notice {self.kind.key}: {sorted(missing)} is not told"
            raise NotAllowed(msg)

    def say(self) -> str:
        """The sentence in the language being spoken."""
        return _(self.kind.line, **self.facts.said(self.at))


KINDS: Final[dict[str, Kind]] = {}


def declare(
    key: str, title: str, line: str, *, red: bool = False, roll: Roll = Roll.LAST
) -> Kind:
    """Add a kind of notice; a key has one meaning."""
    kind = Kind(key=key, title=title, line=line, red=red, roll=roll)
    if KINDS.setdefault(key, kind) != kind:
        msg = f"notice {key} is declared twice"
        raise NotAllowed(msg)
    return kind


def said_time(when: datetime, at: datetime | None = None) -> str:
    """A time as it is said in China: 4月8日07:50, or 07:50 on that day."""
    here = when.astimezone(CHINA)
    if at is not None and at.astimezone(CHINA).date() == here.date():
        return f"{here:%H:%M}"
    return _("{month}月{day}日{t}", month=here.month, day=here.day, t=f"{here:%H:%M}")


def _places(sentence: str) -> frozenset[str]:
    """The names of the places in a sentence."""
    return frozenset(
        place for _t, place, _s, _c in Formatter().parse(sentence) if place
    )


def _name(value: object) -> None:
    """Refuse what is not the checked name of a unit."""
    if value is not None and not isinstance(value, Name):
        msg = "a unit is told by its checked name"
        raise NotAllowed(msg)


def _number(value: object) -> None:
    """Refuse what is not a count."""
    if value is None:
        return
    if type(value) is not int or not 0 <= value <= MOST:
        msg = "a count is a whole number"
        raise NotAllowed(msg)


TEST: Final = declare("test", N_("测试"), N_("这是一条测试，收到就是通了"), red=True)
"""Red, so that whoever asked for it sees it at once."""

declare("check_due", N_("晨检还没交"), N_("{klass}的晨检还没交，{due}前交"))
declare("check_late", N_("晨检催报"), N_("{unit}还有{count}个班没交晨检，{due}前交"))
declare("noon_due", N_("午检还没交"), N_("{klass}的午检还没交，{due}前交"))
declare("noon_late", N_("午检催报"), N_("{unit}还有{count}个班没交午检，{due}前交"))
declare("evening_due", N_("晚检还没交"), N_("{klass}的晚检还没交，{due}前交"))
declare("evening_late", N_("晚检催报"), N_("{unit}还有{count}个班没交晚检，{due}前交"))
declare("rooms_due", N_("查寝还没完"), N_("{unit}还有{count}间没查寝，{due}前查完"))
declare("report_due", N_("日报还没交"), N_("{unit}的日报还没交，{due}前交"))
declare("report_sign", N_("日报待签"), N_("{unit}的日报填好了，等您签"))
declare("report_late", N_("日报催报"), N_("{unit}还有{count}所学校没交日报，{due}前交"))
declare("task_due", N_("快到时限"), N_("{unit}有{count}件事快到时限，最早的{due}"))
declare("task_late", N_("超过时限"), N_("{unit}有{count}件事超过了时限"))
declare("task_up", N_("逾期上报"), N_("{unit}有{count}件事逾期没办，已报到您这里"))
declare(
    "incident_open",
    N_("异常情况"),
    N_("{unit}有{count}起异常情况在处置"),
    red=True,
)
declare(
    "incident_late",
    N_("处置超时"),
    N_("{unit}有{count}步超过了限时"),
    red=True,
)
declare(
    "alarm",
    N_("聚集预警"),
    N_("{unit}有{count}条预警等人接"),
    red=True,
)
declare(
    "alarm_class",
    N_("聚集预警"),
    N_("{unit}{klass}到了预警线，{count}人"),
    red=True,
)
declare(
    "absence_trace",
    N_("缺课追踪"),
    N_("{klass}有{count}名缺课学生今天还没追踪"),
)
declare("return_sign", N_("复课证明"), N_("{unit}有{count}份复课证明等您核对"))
declare("leave_sign", N_("请假单"), N_("{klass}有{count}张请假单等您批"))
declare(
    "dorm_missing",
    N_("晚间查寝"),
    N_("{unit}晚上有{count}人不在寝室"),
    red=True,
)
declare("gate_hold", N_("校门"), N_("{unit}校门有{count}人在等"))
declare(
    "gate_differs",
    N_("校门"),
    N_("{klass}有{count}人按离线名单进了校，手续没有办完"),
)
declare("visit_asked", N_("来访"), N_("{unit}有{count}位来访等您答应"), roll=Roll.SUM)
declare(
    "survey_due", N_("健康排查"), N_("{unit}还有{count}人没填健康排查，{due}前填完")
)
declare("stay_due", N_("隔离观察"), N_("{unit}有{count}人今天的观察还没记"))
declare("plan_sign", N_("预案待审"), N_("{unit}有一份预案等您审"))
declare("plan_back", N_("预案退回"), N_("{unit}的预案退回了，有{count}处要改"))
declare("plan_out", N_("预案生效"), N_("{unit}的新预案生效了"))
declare("names_seen", N_("查看姓名"), N_("{unit}有人按规定查看了姓名，请核对"))
declare("account_locked", N_("账号锁住"), N_("{unit}有{count}个账号锁住了，等您解锁"))
declare("handed_over", N_("代班"), N_("{klass}今天由您代班"))
declare("duty_gap", N_("岗位空缺"), N_("{unit}有{count}项责任没有人"))
declare(
    "health_report",
    N_("情况专报"),
    N_("{unit}报来{count}份情况专报，等您回执"),
    red=True,
)
declare("liaison_back", N_("卫生部门回复"), N_("{unit}上报的有{count}件有了回复"))
declare("import_done", N_("导入完成"), N_("{unit}导入{total}行，其中{count}行要改"))
