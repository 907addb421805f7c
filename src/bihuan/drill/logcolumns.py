"""The rows of a drill's log: one table of keys and headers for YAML, Excel and the form."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final, NewType

from bihuan.base.ids import PersonId
from bihuan.base.wording import N_
from bihuan.drill.marks import ClockKind, Rating
from bihuan.plan.load.headers import Column, Sheet
from bihuan.plan.words import Word

LOG_FORMAT: Final = "bihuan-drill-log/1"

Wall = NewType("Wall", str)
"""A time on the wall: 07:20, 次日 00:10, T+00:10; in a video a time code, 12:34."""


class Medium(Word):
    """What a log was written from."""

    LIVE = "live", N_("现场")
    VIDEO = "video", N_("录像")
    PAPER = "paper", N_("纸面")


@dataclass(frozen=True, kw_only=True)
class LogRow:
    """What is said of a log once."""

    scene: str
    school: str
    source: Medium = Medium.PAPER
    day: dt.date | None = None
    played: bool = False
    drawn: bool = False


@dataclass(frozen=True, kw_only=True)
class ClockRow:
    """What happened to the clock."""

    wall: Wall
    kind: ClockKind
    value: float = 0.0
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class ReleaseRow:
    """An inject released, or skipped."""

    inject: str
    wall: Wall | None = None
    skipped: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class DoneRow:
    """What became of an expected action."""

    action: str
    person: PersonId = PersonId("")
    received: Wall | None = None
    started: Wall | None = None
    done: Wall | None = None
    rating: Rating | None = None
    rater: str = ""
    second_rating: Rating | None = None
    second_rater: str = ""
    evidence: str = ""
    listed: tuple[PersonId, ...] = ()
    rectified: str = ""
    waived: str = ""
    note: str = ""
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class ListedRow:
    """A person on a contact list."""

    action: str
    person: PersonId


@dataclass(frozen=True, kw_only=True)
class TruthRow:
    """Persons that the controller knows: first case, next cases, contacts of a setting."""

    what: str
    persons: tuple[PersonId, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CutRow:
    """A place where a video was cut."""

    at: Wall


def _c(
    name: str, zh: str, en: str, example: str = "", note: str = "", **more: Any
) -> Column:
    return Column(name=name, zh=zh, en=en, example=example, note=note, **more)


TIME: Final = N_("墙上的钟，如 07:20；过了零点写 次日 00:10；录像写分:秒")
PERSONS: Final = N_("人员编号，用顿号分开")
_ONE: Final = N_("只填一行；带 * 的必填；灰色的示例行不读入")
_EACH: Final = N_("一行一条；带 * 的必填；灰色的示例行不读入")

HEAD: Final = Sheet(
    table="log",
    zh="演练记录",
    en="Log",
    note=_ONE,
    types=(LogRow,),
    key=(),
    columns=(
        _c("scene", "脚本代码", "Scene", "night"),
        _c("school", "学校代码", "School", "YIGZ", also=("学校",)),
        _c("source", "记录方式", "Source", "现场", N_("现场、录像或纸面")),
        _c("day", "日期", "Day", "2020-04-13"),
        _c("played", "模拟参演", "Simulated players", "否", N_("模拟参演人员填是，真人填否")),
        _c("drawn", "取自推演", "Drawn", "否", N_("真值取自本校推演填是")),
    ),
)  # fmt: skip
CLOCK: Final = Sheet(
    table="clock",
    zh="时钟",
    en="Clock",
    also=("时钟记录",),
    note=N_("开始、暂停、继续、变速、跳转、结束，按先后一行一条"),
    types=(ClockRow,),
    key=(),
    columns=(
        _c("wall", "时间", "Time", "21:40", TIME),
        _c("kind", "事件", "Event", "开始"),
        _c("value", "数值", "Value", "", N_("变速填倍数，跳转填跳到的演练分钟")),
        _c("by", "谁", "By", "总指挥"),
    ),
)
RELEASES: Final = Sheet(
    table="releases",
    zh="情景发出",
    en="Releases",
    note=N_("控制人员填写：每个情景实际发出的时间；没有发的写原因"),
    types=(ReleaseRow,),
    key=("inject",),
    columns=(
        _c("inject", "编号", "Inject", "N1"),
        _c("wall", "发出时间", "Released", "21:45", TIME),
        _c("skipped", "没有发的原因", "Skipped because"),
        _c("note", "备注", "Note"),
    ),
)
ACTIONS: Final = Sheet(
    table="actions",
    zh="处置记录",
    en="Actions",
    note=N_("记录人员填写：时间照钟填；做了没看到时间的，完成一栏填“是”"),
    types=(DoneRow,),
    key=("action",),
    columns=(
        _c("action", "处置编号", "Action", "N1-1"),
        _c("person", "谁做的", "Person", "YIGZ-SG-04", N_("人员编号；B角、代办如实写")),
        _c("received", "收到", "Received", "21:45", TIME),
        _c("started", "开始", "Started", "21:47", TIME),
        _c("done", "完成", "Done", "21:55", TIME),
        _c("rating", "评级", "Rating", "P", N_("P 完成，S 基本完成，M 部分完成，U 未完成")),
        _c("rater", "评估人员", "Rater", "二高校医"),
        _c("second_rating", "第二评级", "Second rating", "S", N_("观摩演练由两人各自评，互不商量")),
        _c("second_rater", "第二评估人员", "Second rater"),
        _c("evidence", "证据", "Evidence", "登记表第3行"),
        _c("listed", "名单", "Listed", "", PERSONS),
        _c("rectified", "补正原因", "Rectified because", "", N_("迟了但补上、予以认可的原因；不改为按时")),
        _c("waived", "不适用原因", "Not applicable because"),
        _c("note", "观察", "Note"),
        _c("hint", "提示", "Hint", "", N_("处置、岗位、时限；只供填写时看，不读")),
    ),
)  # fmt: skip
LISTED: Final = Sheet(
    table="listed",
    zh="接触者名单",
    en="Contact list",
    also=("名单",),
    note=N_("学校交出的名单，一行一人"),
    types=(ListedRow,),
    key=(),
    columns=(
        _c("action", "处置编号", "Action", "N5-1"),
        _c("person", "人员编号", "Person", "YIGZ-G10C01-07", also=("编号", "学号")),
    ),
)
TRUTH: Final = Sheet(
    table="truth",
    zh="真值",
    en="Truth",
    note=N_("只给控制人员：首例、续发、各场景的真接触者；参演人员不得看到"),
    types=(TruthRow,),
    key=(),
    columns=(
        _c("what", "是什么", "What", "寝室", N_("首例、续发，或接触的场景")),
        _c("persons", "人员", "Persons", "YIGZ-G10C01-07", PERSONS),
    ),
)
CUTS: Final = Sheet(
    table="cuts",
    zh="剪辑",
    en="Cuts",
    note=N_("录像中剪断的地方，分:秒；跨过剪断处的时间不作数"),
    types=(CutRow,),
    key=(),
    columns=(_c("at", "时间码", "Time code", "03:12"),),
)

LOG_SHEETS: Final = (HEAD, CLOCK, RELEASES, ACTIONS, LISTED, TRUTH, CUTS)
"""The sheets of a log in their order."""
LOG_PARTS: Final = LOG_SHEETS[1:]
"""The lists of a YAML log."""
