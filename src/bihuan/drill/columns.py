"""The rows of a script's file: one table of keys and headers for YAML, Excel and docs.

A key is the same in both forms. In Excel the injects and what is expected stand in one
sheet, the chronogram 事件清单: a row an action, the cells of its inject merged.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final, NewType

from bihuan.base.units import Minutes, Share
from bihuan.base.wording import N_
from bihuan.drill.script import (
    Channel,
    Content,
    Draw,
    Form,
    InjectKind,
    Notice,
    Purpose,
    SourceClass,
)
from bihuan.plan.load.headers import Column, Sheet
from bihuan.plan.words import InPlace, Post, Setting

Moment = NewType("Moment", float)
"""A time of the drill: T+00:10, or a time of day."""
Start = NewType("Start", dt.datetime)
Feed = NewType("Feed", str)
"""`isolation.night_delay=F2.at`."""
Limit = NewType("Limit", str)
"""Key of a standard, or minutes of a hand-made chronogram."""


@dataclass(frozen=True, kw_only=True)
class SceneRow:
    """What is said of a script once."""

    id: str = ""
    title: str = ""
    start: Start
    form: Form = Form.FULL
    content: Content = Content.COMBINED
    purpose: Purpose = Purpose.TEST
    notice: Notice = Notice.TOLD
    disease: str = "sars2-2020"
    max_hours: float = 24.0


@dataclass(frozen=True, kw_only=True)
class BasisRow:
    """A clause."""

    document: str
    clause: str = ""
    law: bool = False


@dataclass(frozen=True, kw_only=True)
class ObjectiveRow:
    """An objective."""

    id: str
    text: str
    in_place: tuple[InPlace, ...]


@dataclass(frozen=True, kw_only=True)
class StandardRow:
    """A time standard; `class` is a word of the language, so its field has a longer name."""

    key: str
    target: Minutes
    fail: Minutes
    source_class: SourceClass
    source: str
    contact_time: Minutes | None = None


@dataclass(frozen=True, kw_only=True)
class InjectRow:
    """An inject without what is expected."""

    id: str = ""
    title: str
    text: str = ""
    at: Moment | None = None
    after: str = ""
    delay: Minutes = Minutes(0)
    late_by: Minutes | None = None
    unless_late: Minutes | None = None
    recall_below: Share | None = None
    to: tuple[Post, ...] = ()
    kind: InjectKind = InjectKind.CONTEXTUAL
    channel: Channel = Channel.ACTOR
    manual: bool = False
    draw: Draw | None = None
    settings: tuple[Setting, ...] = ()
    within_hours: float = 48.0
    scripted_if_none: bool = True
    objective: str = ""
    feeds: tuple[Feed, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ActionRow:
    """An expected action."""

    action: str = ""
    act: str
    by: Post
    within: Limit = Limit("")
    critical: bool = False
    evidence: tuple[str, ...] = ()
    serves: str = ""
    recall: Share | None = None
    precision: Share | None = None


@dataclass(frozen=True, kw_only=True)
class ChronogramRow(InjectRow):
    """A row of the chronogram: an inject, one of the actions that it asks for."""

    title: str = ""
    action: str = ""
    act: str = ""
    by: Post | None = None
    within: Limit = Limit("")
    critical: bool = False
    evidence: tuple[str, ...] = ()
    serves: str = ""
    recall: Share | None = None
    precision: Share | None = None


@dataclass(frozen=True, kw_only=True)
class JumpRow:
    """A jump of the clock."""

    after: str
    to: Moment


@dataclass(frozen=True, kw_only=True)
class StopRow:
    """A stop rule."""

    text: str


def _c(
    name: str, zh: str, en: str, example: str = "", note: str = "", **more: Any
) -> Column:
    return Column(name=name, zh=zh, en=en, example=example, note=note, **more)


ROWS: Final = N_("一行一条；带 * 的必填；灰色的示例行不读入")
WHEN: Final = N_("T+00:10 是演练开始后 10 分钟；也可填 07:10 这样的时刻")
MINUTES: Final = N_("分钟数，如 10；也可填 1小时30分")
_HOURS: Final = ("小时", "h", "hours")

_INJECT: Final = (
    _c("id", "编号", "Inject", "N1", also=("序号", "事件编号", "情景编号", "No.")),
    _c("at", "时间", "At", "T+00:10", WHEN, also=("计划时间", "时刻", "时间点", "演练时间")),
    _c("title", "情景", "Title", "夜间宿舍：两名学生发热", also=("情景事件", "事件", "标题", "演练科目", "科目", "演练环节", "环节")),
    _c("text", "内容", "Text", "502 室学生敲门：两个人都烧到 38 度。", N_("参演人员看到或听到的原话"), also=("具体内容", "情景描述", "情景内容", "台词", "演练内容")),
    _c("to", "接收岗位", "To", "宿管", N_("岗位，用顿号分开"), also=("告知岗位", "接收人", "接收单位", "受令岗位")),
    _c("channel", "传递方式", "Channel", "电话", also=("渠道", "方式")),
    _c("kind", "类别", "Kind", "情景", also=("性质", "事件类别")),
    _c("after", "在此之后", "After", "N1-1", N_("处置编号或情景编号；填了它就不填时间"), also=("前置",)),
    _c("delay", "间隔", "Delay", "5", MINUTES),
    _c("late_by", "超时多少才发", "If late by", "5", N_("前一处置比目标晚这么多分钟，或没做，才发出")),
    _c("unless_late", "没超时多少才发", "Unless late by", "5", N_("前一处置没有比目标晚这么多分钟，才发出")),
    _c("recall_below", "查全率低于多少才发", "If recall below", "90%", N_("名单查全率低于此值，才发出")),
    _c("manual", "导调手动", "By hand", "否", N_("只由导调人员手动发出"), also=("手动",)),
    _c("draw", "取自推演", "Draw", "首例", N_("从本校推演中抽取；空着表示按脚本")),
    _c("settings", "推演场景", "Settings", "寝室、前后左右座"),
    _c("within_hours", "推演时限（小时）", "Cases within (hours)", "48", units=_HOURS),
    _c("scripted_if_none", "推演没有时按脚本", "Scripted if none", "是"),
    _c("objective", "目标", "Objective", "O1", N_("目标编号，或七个到位之一"), also=("演练目标", "到位", "考核项目", "所属到位")),
    _c("feeds", "反馈到", "Feeds", "isolation.night_delay=N1-2.at", N_("措施字段=处置编号.at、.missed 或 .recall")),
)  # fmt: skip
_ACTION: Final = (
    _c("action", "处置编号", "Action", "N1-1", also=("处置序号", "动作编号")),
    _c("act", "预期处置", "Expected", "夜班值守到场", also=("处置", "处置措施", "处置动作", "应对措施", "预期行动", "处置流程", "工作内容", "响应动作")),
    _c("by", "责任岗位", "By", "宿管", also=("岗位", "责任人", "负责岗位", "处置岗位", "执行岗位", "责任单位", "负责人")),
    _c("within", "时限", "Within", "arrive_night", N_("时限表的代码；没有时限表时填分钟数"), also=("完成时限", "处置时限", "时限要求", "要求时限")),
    _c("critical", "关键", "Critical", "是", also=("是否关键", "关键动作")),
    _c("evidence", "证据", "Evidence", "scan、photo", also=("记录方式", "佐证", "印证材料")),
    _c("serves", "处置目标", "Action's objective", "O1", N_("空着表示与情景同一目标")),
    _c("recall", "查全率", "Recall", "95%", N_("接触者名单的最低查全率")),
    _c("precision", "查准率", "Precision", "60%", N_("接触者名单的最低查准率")),
)  # fmt: skip

SCENE: Final = Sheet(
    table="scene",
    zh="演练",
    en="Drill",
    also=("基本信息", "演练信息", "概况"),
    note=N_("只填一行；带 * 的必填；灰色的示例行不读入"),
    types=(SceneRow,),
    key=(),
    columns=(
        _c("id", "代码", "Code", "night", also=("编号",)),
        _c("title", "名称", "Title", "夜间宿舍发热", also=("演练名称", "标题")),
        _c("start", "开始", "Start", "2020-04-13 21:50", N_("日期和时间"), also=("开始时间", "演练时间")),
        _c("form", "组织形式", "Form", "实战演练", also=("形式",)),
        _c("content", "内容范围", "Content", "综合演练", also=("演练内容",)),
        _c("purpose", "目的", "Purpose", "检验性演练", also=("演练目的",)),
        _c("notice", "告知方式", "Notice", "双盲"),
        _c("disease", "疾病", "Disease", "sars2-2020"),
        _c("max_hours", "最长（小时）", "Longest (hours)", "24", units=_HOURS, high=1440),
    ),
)  # fmt: skip
BASIS: Final = Sheet(
    table="basis",
    zh="依据",
    en="Basis",
    note=ROWS,
    types=(BasisRow,),
    key=(),
    columns=(
        _c("document", "文件", "Document", "本校应急处置预案"),
        _c("clause", "条款", "Clause", "第四章"),
        _c("law", "法律法规", "Law", "否", also=("法定",)),
    ),
)
OBJECTIVES: Final = Sheet(
    table="objectives",
    zh="目标",
    en="Objectives",
    also=("演练目标",),
    note=ROWS,
    types=(ObjectiveRow,),
    key=("id",),
    columns=(
        _c("id", "目标编号", "Objective", "O1", also=("编号",)),
        _c("text", "目标", "Text", "夜间发热学生及时单独安置", also=("内容",)),
        _c("in_place", "到位", "In place", "应急处置", N_("七个到位，可以多个，用顿号分开")),
    ),
)  # fmt: skip
STANDARDS: Final = Sheet(
    table="standards",
    zh="时限",
    en="Standards",
    also=("时限标准",),
    note=N_("来源类别如实填写：没有文件依据的是目标，不是规定"),
    types=(StandardRow,),
    key=("key",),
    columns=(
        _c("key", "代码", "Key", "arrive_night", also=("编号",)),
        _c("target", "目标（分钟）", "Target (min)", "10", MINUTES),
        _c("fail", "不得分（分钟）", "Fail (min)", "30", MINUTES),
        _c("source_class", "来源类别", "Class", "目标", N_("法定、预案、惯例或目标")),
        _c("source", "来源", "Source", "本系统建议值，无国家时限", also=("出处",)),
        _c("contact_time", "作用时间（分钟）", "Contact time (min)", "30", N_("消毒剂、体温计本身需要的时间")),
    ),
)  # fmt: skip
INJECTS: Final = Sheet(
    table="injects",
    zh="情景事件",
    en="Injects",
    note=ROWS,
    types=(InjectRow,),
    key=("id",),
    columns=_INJECT,
)
EXPECTED: Final = Sheet(
    table="expected",
    zh="预期处置",
    en="Expected actions",
    note=ROWS,
    types=(ActionRow,),
    key=("action",),
    columns=_ACTION,
)
CHRONOGRAM: Final = Sheet(
    table="chronogram",
    zh="事件清单",
    en="Event list",
    also=("情景事件清单", "脚本", "演练脚本", "演练流程", "流程", "MSEL"),
    note=N_("一行一个处置；同一情景的单元格可以合并，或只填第一行"),
    types=(ChronogramRow,),
    key=(),
    columns=(*_INJECT, *_ACTION),
)
JUMPS: Final = Sheet(
    table="jumps",
    zh="时间跳转",
    en="Jumps",
    also=("跳转",),
    note=N_("有处置未完成时不得跳转"),
    types=(JumpRow,),
    key=(),
    columns=(
        _c("after", "在此之后", "After", "N5", N_("处置编号或情景编号")),
        _c("to", "跳到", "To", "T+14:30", WHEN),
    ),
)
STOP_RULES: Final = Sheet(
    table="stop_rules",
    zh="终止规则",
    en="Stop rules",
    also=("终止条件",),
    note=N_("一行一条；出现其中一条，演练终止"),
    types=(StopRow,),
    key=(),
    columns=(_c("text", "规则", "Rule", "出现真实发热、伤病或真实突发事件", also=("内容", "条件")),),
)  # fmt: skip

SHEETS: Final = (
    SCENE,
    BASIS,
    OBJECTIVES,
    STANDARDS,
    CHRONOGRAM,
    JUMPS,
    STOP_RULES,
)
"""The sheets of a workbook in its order."""
PARTS: Final = (BASIS, OBJECTIVES, STANDARDS, INJECTS, JUMPS, STOP_RULES)
"""The lists of a YAML file in its order, below the keys of the scene itself."""
INJECT_KEYS: Final = tuple(column.name for column in _INJECT)
ACTION_KEYS: Final = tuple(column.name for column in _ACTION)
