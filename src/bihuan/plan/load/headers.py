"""The sheets and columns of a plan: one table for reader, saver, form, YAML and documents.

What a cell may hold comes from the annotation of the field it fills; here stand the
names that clerks see, and what they need to be told.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache, cached_property
from typing import Any, Final, get_type_hints

from bihuan.base.wording import N_, SOURCE, _, language, languages, speak
from bihuan.plan.duties import Document, Duty, Liaison, Supply
from bihuan.plan.load.cells import Holds, holds
from bihuan.plan.measures import type_of
from bihuan.plan.names import folded, plain
from bihuan.plan.people import Class, Grade, Person, School
from bihuan.plan.places import Area, Zone
from bihuan.plan.plan import TABLES, Capacity, District, Order
from bihuan.plan.staging import Siblings, Slot, Staging
from bihuan.plan.timetable import CalendarDay, Lesson, Period, Teaching

KIND: Final = "kind"
"""Name of the first column of measures: which of the types a row is."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: the field it fills, its headers, what a clerk is told.

    `kinds` names the measures that know it (empty: all); `refers` the tables whose rows
    its codes name; `low` and `high` are the bounds of a number; `units` may follow it.
    """

    name: str
    zh: str
    en: str
    example: str = ""
    note: str = ""
    also: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    refers: tuple[str, ...] = ()
    low: float = 0
    high: float | None = None
    units: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The header in the language being spoken."""
        return self.zh if language() == SOURCE else self.en

    @cached_property
    def known_as(self) -> frozenset[str]:
        """Every spelling of the header that is understood, folded."""
        names = (self.zh, self.en, self.name, *self.also)
        stems = (plain(name).partition("(")[0] for name in names)
        return frozenset(map(folded, (*names, *stems)))


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet: the table it fills, its names, the type of its rows, its columns.

    `key` are the fields by which a row is the same in two plans.
    """

    table: str
    zh: str
    en: str
    note: str
    types: tuple[type, ...]
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    also: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The sheet's name in the language being spoken."""
        return self.zh if language() == SOURCE else self.en

    @cached_property
    def known_as(self) -> frozenset[str]:
        """Every spelling of the name that is understood, folded."""
        return frozenset(map(folded, (self.zh, self.en, self.table, *self.also)))

    def type(self, kind: str = "") -> type:
        """The type of a row (of a kind, for measures)."""
        return type_of[kind] if self.table == "measures" else self.types[0]

    def column(self, name: str, kind: str = "") -> Column:
        """The column that fills a field (of a kind of measure)."""
        return next(
            column
            for column in self.columns
            if column.name == name and (not column.kinds or kind in column.kinds)
        )

    def holds(self, column: Column) -> Holds:
        """What a cell of a column may hold."""
        if self.table == "measures" and column.name == KIND:
            return Holds(str)
        return next(
            hints(cls)[column.name]
            for cls in self.types
            if column.name in hints(cls) and _knows(column, cls)
        )

    def required(self, column: Column) -> bool:
        """Whether every row (that knows the column) must fill it."""
        if self.table == "measures" and column.name == KIND:
            return True
        return all(
            column.name not in defaults(cls)
            for cls in self.types
            if column.name in hints(cls) and _knows(column, cls)
        )


def _knows(column: Column, cls: type) -> bool:
    return not column.kinds or kind_of(cls) in column.kinds


def kind_of(cls: type) -> str:
    """The kind of a measure's type; empty: no measure."""
    return _KIND_OF.get(cls, "")


_KIND_OF: Final[Mapping[type, str]] = {cls: kind for kind, cls in type_of.items()}


@cache
def hints(cls: type) -> Mapping[str, Holds]:
    """What the cells of a row type may hold, by field."""
    told = get_type_hints(cls)
    return {f.name: holds(told[f.name]) for f in fields(cls)}


@cache
def defaults(cls: type) -> Mapping[str, Any]:
    """The values of fields that may be left empty."""
    return {f.name: f.default for f in fields(cls) if f.default is not MISSING}


def _c(
    name: str, zh: str, en: str, example: str = "", note: str = "", **more: Any
) -> Column:
    return Column(name=name, zh=zh, en=en, example=example, note=note, **more)


def _school(example: str = "YIGAO", zh: str = "学校") -> Column:
    also = ("学校名称", "学校代码", "单位")
    return _c("school", zh, "School", example, SCHOOL, also=also, refers=("schools",))


SCHOOL: Final = N_("学校的代码或名称")
ROWS: Final = N_("一行一条；带 * 的必填；灰色的示例行不读入")
PERSON: Final = N_("人员编号")
SCOPE: Final = N_("年级或班级，用顿号分开；空着表示全校")
SHARE: Final = N_("比例，如 90% 或 0.9")
PLACE: Final = N_("场所的代码或名称")
DAY: Final = N_("年-月-日，如 2020-04-07")
TIME: Final = N_("24 小时制，如 07:20")

_PEOPLE: Final = ("people",)
_ZONES: Final = ("zones",)
_UNITS: Final = ("grades", "classes")
_PERSONS: Final = ("人", "名")
_DAYS: Final = ("天", "日", "days", "d")
_HOURS: Final = ("小时", "h", "hours")
_MINUTES: Final = ("分钟", "分", "min", "minutes")
_AREA: Final = ("平方米", "㎡", "m2", "m²")
_TIMES: Final = ("次", "次/天")


def _m(
    name: str, zh: str, en: str, note: str = "", kinds: str = "", **more: Any
) -> Column:
    """A column of measures: the kinds that know it, by their codes."""
    return Column(
        name=name, zh=zh, en=en, note=note, kinds=tuple(kinds.split()), **more
    )


_BATCHED: Final = "staggered_arrival staggered_dining staggered_breaks"
_APART: Final = "contact_listing quarantine suspension"
_COUNTS: Final = "quarantine suspension"
_LOOKS: Final = "symptom_check gate_check"

SHEETS: Final[tuple[Sheet, ...]] = (
    Sheet(
        table="district",
        zh="区县",
        en="District",
        also=("全区县", "基本情况"),
        note=N_("只填一行；带 * 的必填；灰色的示例行不读入"),
        types=(District,),
        key=(),
        columns=(
            _c("name", "区县名称", "District", "新密市", also=("名称",)),
            _c("region", "区划代码", "Region code", "410183", N_("GB/T 2260 六位代码")),
            _c("drawn_up", "编制日期", "Drawn up", "2020-04-02", DAY),
            _c("opens", "开学日期", "Opens", "2020-04-07", N_("最早一天上课的日期")),
            _c(
                "incidence",
                "校外发病率（每十万人每天）",
                "Incidence outside (per 100,000 a day)",
                "0.2",
                N_("校外每十万人每天新增感染人数"),
                also=("校外发病率",),
            ),
            _c("cycle_days", "课表周期（天）", "Timetable cycle (days)", "5", N_("5 为周一至周五，6 含周六"), low=1, high=14, units=_DAYS),
            _c("reserve_days", "物资储备天数", "Reserve (days)", "14", N_("各校物资应够用的天数"), units=_DAYS),
            _c("note", "备注", "Note"),
        ),
    ),
    Sheet(
        table="areas",
        zh="片区",
        en="Areas",
        note=ROWS,
        types=(Area,),
        key=("code",),
        columns=(
            _c("code", "片区代码", "Area code", "A1", also=("代码",)),
            _c("name", "片区名称", "Area", "城区", also=("名称",)),
            _c("towns", "乡镇街道", "Towns", "青屏街、新华路", N_("用顿号分开")),
        ),
    ),
    Sheet(
        table="orders",
        zh="上级要求",
        en="Orders",
        note=ROWS,
        types=(Order,),
        key=("code",),
        columns=(
            _c("code", "编号", "Order code", "O1", also=("代码",)),
            _c("level", "年级序号", "Grade level", "12", N_("高三 12，初三 9，小学一年级 1，幼儿园 0"), high=12),
            _c("extent", "范围", "Extent", "全省"),
            _c("kind", "要求", "Kind", "统一日期"),
            _c("date", "日期", "Date", "2020-04-07", DAY),
            _c("document", "依据文件", "Document", "B1", N_("文件编号"), refers=("documents",)),
            _c("stage", "学段", "Stage", "", N_("空着表示有这个年级的学校都算")),
        ),
    ),
    Sheet(
        table="capacities",
        zh="资源容量",
        en="Capacities",
        note=ROWS,
        types=(Capacity,),
        key=("kind", "area", "start"),
        columns=(
            _c("kind", "资源", "Capacity", "开学批次"),
            _c("start", "起始日期", "From", "2020-04-07", DAY),
            _c("amount", "每日数量", "Amount a day", "2"),
            _c("end", "截止日期", "To", "2020-07-10", N_("空着表示一直有效")),
            _c("area", "片区", "Area", "A1", N_("空着表示全区县"), refers=("areas",)),
        ),
    ),
    Sheet(
        table="staging",
        zh="错峰设置",
        en="Staggering",
        note=ROWS,
        types=(Staging,),
        key=("kind", "school", "stage"),
        columns=(
            _c("kind", "项目", "Setting", "同校批次间隔天数"),
            _c("amount", "数值", "Amount", "1", N_("单位见项目；比例如 90% 或 0.9")),
            _c("school", "学校", "School", "", N_("空着表示不限学校"), refers=("schools",)),
            _c("stage", "学段", "Stage", "", N_("空着表示不限学段")),
            _c("document", "依据文件", "Document", "", N_("文件编号"), refers=("documents",)),
        ),
    ),
    Sheet(
        table="schools",
        zh="学校",
        en="Schools",
        also=("学校信息", "学校基本情况"),
        note=ROWS,
        types=(School,),
        key=("code",),
        columns=(
            _c("code", "学校代码", "School code", "YIGAO", also=("代码",)),
            _c("name", "学校名称", "School", "一高", also=("名称", "学校")),
            _c("stage", "学段", "Stage", "普通高中"),
            _c("area", "片区", "Area", "A1", refers=("areas",)),
            _c("superior", "上级学校", "Superior", "", N_("中心校或本部"), also=("隶属",), refers=("schools",)),
            _c("students", "学生数", "Students", "2400", N_("有班级表时可不填"), units=_PERSONS),
            _c("boarders", "住校生数", "Boarders", "2000", units=_PERSONS, also=("寄宿生数",)),
            _c("staff", "教职工数", "Staff", "210", units=_PERSONS),
            _c("leave_every", "大休间隔（天）", "Home leave every (days)", "28", N_("两次大休相隔的天数，0 为每周"), units=_DAYS),
            _c("leave_days", "大休天数", "Home leave (days)", "2", units=_DAYS),
            _c("first_leave", "首次大休", "First home leave", "2020-05-01", DAY),
            _c("ready", "具备核验条件", "Ready from", "2020-04-02", N_("自查达标、可以来核验的日期；空着表示随时")),
            _c("accepted", "通过核验", "Accepted on", "", N_("还没有核验的空着")),
            _c("note", "备注", "Note"),
        ),
    ),
    Sheet(
        table="grades",
        zh="年级",
        en="Grades",
        note=ROWS,
        types=(Grade,),
        key=("school", "code"),
        columns=(
            _school(),
            _c("code", "年级代码", "Grade code", "G12", also=("代码",)),
            _c("name", "年级名称", "Grade", "高三", also=("年级", "名称")),
            _c("level", "年级序号", "Grade level", "12", N_("高三 12，初三 9，小学一年级 1，幼儿园 0"), high=12),
            _c("head", "年级主任", "Head of grade", "T12-3", PERSON, refers=_PEOPLE),
            _c("students", "学生数", "Students", "", N_("没有填班级的年级才填"), units=_PERSONS),
            _c("riders", "乘客车返校", "Come by coach", "", N_("其中乘客车返校的人数"), units=_PERSONS),
        ),
    ),
    Sheet(
        table="classes",
        zh="班级",
        en="Classes",
        note=ROWS,
        types=(Class,),
        key=("school", "code"),
        columns=(
            _school(),
            _c("code", "班级代码", "Class code", "G12C05", also=("代码",)),
            _c("name", "班级名称", "Class", "高三(5)班", also=("班级", "名称")),
            _c("grade", "年级", "Grade", "G12", N_("年级的代码或名称"), refers=("grades",)),
            _c("within", "所属班级", "Within", "", N_("教学分组所属的行政班"), refers=("classes",)),
            _c("students", "学生数", "Students", "55", units=_PERSONS, also=("人数",)),
            _c("boarders", "住校生数", "Boarders", "50", units=_PERSONS, also=("寄宿生数",)),
            _c("room", "教室", "Room", "R1205", PLACE, refers=_ZONES),
            _c("homeroom", "班主任", "Class teacher", "T12-1", PERSON, refers=_PEOPLE),
            _c("stair", "楼梯", "Stair", "STAIR-W", PLACE, refers=_ZONES),
            _c("gate", "校门", "Gate", "GATE", PLACE, refers=_ZONES),
            _c("hall", "餐厅", "Canteen hall", "HALL", PLACE, refers=_ZONES),
            _c("columns", "座位列数", "Desk columns", "8", N_("0 为按教室面积估算"), units=("列",)),
        ),
    ),
    Sheet(
        table="people",
        zh="人员",
        en="People",
        also=("师生", "学生", "教职工", "花名册"),
        note=ROWS,
        types=(Person,),
        key=("school", "id"),
        columns=(
            _school(),
            _c("id", "人员编号", "Person ID", "S0001", also=("编号", "学号", "工号")),
            _c("name", "姓名", "Name", "", N_("可不填")),
            _c("role", "身份", "Role", "学生"),
            _c("post", "岗位", "Post"),
            _c("klass", "班级", "Class", "高三(5)班", N_("班级的代码或名称"), refers=("classes",)),
            _c("room", "寝室", "Dormitory room", "D301", PLACE, also=("宿舍",), refers=_ZONES),
            _c("bed", "床位", "Bed", "2", also=("床号",)),
            _c("seat", "座位号", "Seat", "17", N_("按行从 1 数起，0 为未给出"), units=("号",)),
            _c("hall", "餐厅", "Canteen hall", "HALL", PLACE, refers=_ZONES),
            _c("table", "餐桌", "Table", "12", also=("桌号",)),
            _c("bus", "校车", "Bus", "", PLACE, refers=_ZONES),
            _c("siblings", "同校兄弟姐妹", "Siblings", "", N_("人员编号，用顿号分开"), refers=_PEOPLE),
            _c("lives_in", "住校", "Lives in", "是", N_("是或否"), also=("是否住校", "寄宿")),
        ),
    ),
    Sheet(
        table="zones",
        zh="场所",
        en="Places",
        also=("区域", "场地"),
        note=ROWS,
        types=(Zone,),
        key=("school", "code"),
        columns=(
            _school(),
            _c("code", "场所代码", "Place code", "D3", also=("代码",)),
            _c("name", "场所名称", "Place", "宿舍楼3层寝室", also=("场所", "名称")),
            _c("kind", "类型", "Kind", "寝室", also=("场所类型",)),
            _c("building", "楼栋", "Building", "宿舍楼"),
            _c("floor", "楼层", "Floor", "3", low=-9, high=99, units=("层", "楼")),
            _c("area", "面积（平方米）", "Area (m²)", "24", units=_AREA),
            _c("volume", "容积（立方米）", "Volume (m³)", "72", units=("立方米", "m3", "m³")),
            _c("air_changes", "换气次数（每小时）", "Air changes (per hour)", "1", N_("平时开窗情况下"), units=_TIMES),
            _c("seats", "座位数", "Seats", "", units=("座", "个")),
            _c("tables", "餐桌数", "Tables", "", units=("张",)),
            _c("beds", "床位数", "Beds", "8", N_("每间的床位"), units=("张", "床", "个")),
            _c("lanes", "通道数", "Lanes", "", units=("条", "个")),
            _c("rooms", "间数", "Rooms", "12", N_("本行代表几间同样的房间"), units=("间",)),
            _c("apart", "独立", "Stands apart", "", N_("与教室、餐厅分开，不共用空气")),
            _c("toilet", "独立卫生间", "Own toilet", "是", N_("是或否"), also=("卫生间",)),
            _c("users", "使用者", "Users", "高三", SCOPE, refers=_UNITS),
            _c("note", "备注", "Note"),
        ),
    ),
    Sheet(
        table="periods",
        zh="作息",
        en="Day plan",
        also=("作息时间", "作息表"),
        note=ROWS,
        types=(Period,),
        key=("school", "name", "kind", "who", "grade", "days"),
        columns=(
            _school(),
            _c("name", "时段", "Period", "第1节", also=("名称",)),
            _c("kind", "类型", "Kind", "上课"),
            _c("start", "开始", "Start", "08:00", TIME, also=("开始时间",)),
            _c("end", "结束", "End", "08:40", TIME, also=("结束时间",)),
            _c("days", "星期", "Weekdays", "12345", N_("1 为周一，7 为周日")),
            _c("who", "对象", "Who", "学生"),
            _c("grade", "年级", "Grade", "", N_("空着表示各年级"), refers=("grades",)),
            _c("number", "节次", "Lesson number", "1", N_("当天第几节课"), units=("节",)),
        ),
    ),
    Sheet(
        table="teaching",
        zh="任课",
        en="Teaching",
        note=ROWS,
        types=(Teaching,),
        key=("school", "teacher", "klass", "subject"),
        columns=(
            _school(),
            _c("teacher", "教师", "Teacher", "T12-1", PERSON, refers=_PEOPLE),
            _c("klass", "班级", "Class", "高三(5)班", N_("班级的代码或名称"), refers=("classes",)),
            _c("subject", "科目", "Subject", "语文", also=("学科",)),
            _c("lessons", "周课时", "Lessons a week", "6", units=("节",)),
        ),
    ),
    Sheet(
        table="lessons",
        zh="课表",
        en="Timetable",
        note=ROWS,
        types=(Lesson,),
        key=("school", "day", "period", "classes"),
        columns=(
            _school(),
            _c("day", "第几天", "Day", "1", N_("周期内第几天，0 为未排"), also=("星期",), high=99),
            _c("period", "第几节", "Lesson", "1", also=("节次",), high=99),
            _c("duration", "连上节数", "Duration", "1", low=1, high=99, units=("节",)),
            _c("subject", "科目", "Subject", "语文", also=("学科",)),
            _c("classes", "班级", "Classes", "高三(5)班", N_("用顿号分开"), refers=("classes",)),
            _c("teachers", "教师", "Teachers", "T12-1", N_("用顿号分开"), refers=_PEOPLE),
            _c("rooms", "教室", "Rooms", "R1205", N_("用顿号分开"), refers=_ZONES),
        ),
    ),
    Sheet(
        table="calendar",
        zh="校历",
        en="Calendar",
        note=ROWS,
        types=(CalendarDay,),
        key=("date", "school"),
        columns=(
            _c("date", "日期", "Date", "2020-05-01", DAY),
            _c("kind", "类型", "Kind", "放假"),
            _c("school", "学校", "School", "", N_("空着表示全区县"), refers=("schools",)),
            _c("note", "备注", "Note", "劳动节"),
        ),
    ),
    Sheet(
        table="siblings",
        zh="同胞",
        en="Siblings",
        note=ROWS,
        types=(Siblings,),
        key=("school", "grade", "other_school", "other_grade"),
        columns=(
            _school(),
            _c("grade", "年级", "Grade", "G12", refers=("grades",)),
            _c("other_school", "另一学校", "Other school", "SHIYAN", SCHOOL, refers=("schools",)),
            _c("other_grade", "另一年级", "Other grade", "G10", N_("另一学校的年级")),
            _c("pairs", "对数", "Pairs", "12", N_("两个年级都有孩子的家庭数，不填姓名"), units=("对",)),
        ),
    ),
    Sheet(
        table="slots",
        zh="班级时段",
        en="Slots",
        note=ROWS,
        types=(Slot,),
        key=("school", "klass", "flow", "who"),
        columns=(
            _school(),
            _c("klass", "班级", "Class", "G12C01", refers=("classes",)),
            _c("flow", "环节", "Flow", "到校"),
            _c("start", "开始", "Start", "07:20", TIME),
            _c("end", "结束", "End", "07:35", TIME),
            _c("zone", "场所", "Place", "GATE1", PLACE, refers=("zones",)),
            _c("lane", "通道", "Lane", "1", N_("校门通道的序号；空着表示不限")),
            _c("who", "对象", "Who", "学生"),
            _c("leader", "带队人", "Leader", "", PERSON, refers=_PEOPLE),
        ),
    ),
    Sheet(
        table="measures",
        zh="措施",
        en="Measures",
        also=("防控措施",),
        note=N_("一行一条；每种措施只填它用得着的列；带 * 的必填；灰色的示例行不读入"),
        types=tuple(type_of.values()),
        key=("school", "code", KIND),
        columns=(
            _m(KIND, "种类", "Measure", example="晨午晚检", also=("措施",)),
            _school(),
            _m("code", "编号", "Measure code", example="M01", also=("措施编号", "代码")),
            _m("scope", "适用范围", "Scope", SCOPE, refers=_UNITS),
            _m("start", "起始日期", "From", N_("空着表示从第一天起")),
            _m("end", "截止日期", "To", N_("空着表示到最后一天")),
            _m("at", "检查时间", "At", TIME, "symptom_check", example="07:20"),
            _m("opens", "开学日期", "Opens", DAY, "staged_opening"),
            _m("locked", "锁定", "Locked", N_("重新排期时不动"), "staged_opening"),
            _m("who", "对象", "Who", kinds="symptom_check vaccination", example="学生"),
            _m("looker", "检查人", "Looker", N_("岗位"), "symptom_check", example="班主任"),
            _m("fever_sensitivity", "发热检出率", "Fever found", SHARE, _LOOKS, example="90%"),
            _m("symptom_sensitivity", "无热症状检出率", "Symptoms found", SHARE, "symptom_check", example="40%"),
            _m("missed", "漏检率", "Missed", SHARE, _LOOKS, example="5%"),
            _m("false_positive", "误检率", "False positives", SHARE, _LOOKS, example="0.2%"),
            _m("seconds", "每人用时（秒）", "Seconds a person", kinds="gate_check", units=("秒", "s")),
            _m("delay", "隔离用时（分钟）", "Delay (minutes)", N_("从发现到隔离，6:00 至 22:00"), "isolation", units=_MINUTES),
            _m("night_delay", "夜间隔离用时（分钟）", "Night delay (minutes)", N_("从发现到隔离，22:00 至 6:00"), "isolation", units=_MINUTES),
            _m("hold", "占用或留观天数", "Hold (days)", N_("隔离室床位占用，或返校前留家"), "isolation return_survey", units=_DAYS),
            _m("least_days", "最少离校天数", "Least days away", kinds="isolation", units=_DAYS),
            _m("symptom_free", "症状消失（小时）", "Symptom free (hours)", N_("返校前症状消失的时间"), "isolation", units=_HOURS),
            _m("delay", "延迟（小时）", "Delay (hours)", N_("到出结果、列出名单或停课"), f"testing {_APART}", units=_HOURS),
            _m("sensitivity", "检测灵敏度", "Sensitivity", SHARE, "testing"),
            _m("recall", "名单完整度", "Recall", SHARE, "contact_listing"),
            _m("unit", "单元", "Unit", N_("在哪一级计数、隔离或停课"), _COUNTS),
            _m("counted", "计数对象", "Counted", kinds=_COUNTS),
            _m("count", "人数线", "Count", kinds=_COUNTS, units=_PERSONS),
            _m("share", "比例线", "Share", SHARE, "suspension"),
            _m("window", "计数天数", "Window (days)", kinds=_COUNTS, units=_DAYS),
            _m("days", "隔离或停课天数", "Days", kinds=_APART, units=_DAYS),
            _m("place", "隔离地点", "Place", kinds="contact_listing quarantine"),
            _m("rule", "依据条款", "Rule", kinds="suspension"),
            _m("settings", "场景", "Settings", N_("用顿号分开"), "contact_listing mask ventilation cleaning"),
            _m("mask", "口罩", "Mask", kinds="mask"),
            _m("wearing", "佩戴率", "Wearing", SHARE, "mask"),
            _m("times", "每天次数", "Times a day", kinds="ventilation cleaning", units=_TIMES),
            _m("minutes", "间隔或每次（分钟）", "Minutes", N_("通风每次时长，或相邻两批的间隔"), f"ventilation {_BATCHED}", units=_MINUTES),
            _m("air_changes", "开窗换气次数（每小时）", "Air changes (per hour)", kinds="ventilation", units=_TIMES),
            _m("strength", "有效氯（毫克/升）", "Chlorine (mg/L)", kinds="cleaning", units=("毫克/升", "mg/L")),
            _m("batches", "批数", "Batches", kinds=_BATCHED, low=1, units=("批",)),
            _m("distance", "间距（米）", "Distance (m)", kinds="seat_spacing", units=("米", "m")),
            _m("visitors", "每日来访", "Visitors a day", kinds="closed_campus", units=(*_PERSONS, "人次")),
            _m("open_visitors", "不封闭时每日来访", "Visitors if open", kinds="closed_campus", units=(*_PERSONS, "人次")),
            _m("coverage", "覆盖率", "Coverage", SHARE, "return_survey vaccination"),
            _m("truthful", "如实填报率", "Truthful", SHARE, "return_survey"),
            _m("flagged", "识别率", "Flagged", SHARE, "return_survey"),
            _m("effectiveness", "保护率", "Effectiveness", SHARE, "vaccination"),
        ),
    ),
    Sheet(
        table="duties",
        zh="责任",
        en="Duties",
        also=("责任分工", "岗位责任"),
        note=ROWS,
        types=(Duty,),
        key=("school", "code"),
        columns=(
            _school(),
            _c("code", "责任编号", "Duty code", "Z01", also=("编号", "代码")),
            _c("name", "责任", "Duty", "入校检查", also=("责任名称", "事项")),
            _c("in_place", "七个到位", "In place", "时段管控"),
            _c("standard", "标准", "Standard", "逐人测温"),
            _c("post", "岗位", "Post", "保安"),
            _c("person", "责任人", "Person", "GUARD-1", PERSON, refers=_PEOPLE),
            _c("deputy", "B角", "Deputy", "GUARD-2", PERSON, also=("副责任人",), refers=_PEOPLE),
            _c("place", "地点", "Place", "GATE", PLACE, refers=_ZONES),
            _c("start", "开始", "Start", "06:40", TIME, also=("开始时间",)),
            _c("end", "结束", "End", "07:40", TIME, also=("结束时间",)),
        ),
    ),
    Sheet(
        table="supplies",
        zh="物资",
        en="Supplies",
        also=("防疫物资", "物资台账"),
        note=ROWS,
        types=(Supply,),
        key=("school", "item"),
        columns=(
            _school(),
            _c("item", "物品", "Item", "医用外科口罩", also=("物资", "名称", "品名")),
            _c("unit", "单位", "Unit", "只", also=("计量单位",)),
            _c("stock", "库存", "Stock", "12000", also=("数量",)),
            _c("driver", "按什么用", "Driver", "师生", also=("用量依据",)),
            _c("rate", "每日用量", "Rate a day", "2", N_("每单位每天；耐用品填每单位应有数")),
            _c("durable", "耐用品", "Durable", "否", N_("是或否")),
            _c("expires", "有效期至", "Expires", "2021-12-31", DAY, also=("有效期",)),
            _c("keeper", "保管人", "Keeper", "LOGISTICS", PERSON, refers=_PEOPLE),
            _c("place", "存放地点", "Kept at", "物资库"),
        ),
    ),
    Sheet(
        table="liaison",
        zh="联防联控",
        en="Liaison",
        also=("联络", "联系单位"),
        note=ROWS,
        types=(Liaison,),
        key=("school", "partner"),
        columns=(
            _school(),
            _c("partner", "部门", "Partner", "定点医院", also=("类别",)),
            _c("organisation", "单位名称", "Organisation", "定点医院发热门诊"),
            _c("contact", "联系人", "Contact", "值班室"),
            _c("phone", "电话", "Phone", "0371-00000000", also=("联系电话",)),
            _c("tested", "最近试拨", "Tested", "2020-04-01", DAY),
        ),
    ),
    Sheet(
        table="documents",
        zh="文件",
        en="Documents",
        also=("预案文件", "文件清单"),
        note=ROWS,
        types=(Document,),
        key=("code",),
        columns=(
            _c("code", "文件编号", "Document code", "YIGAO-1", also=("编号", "代码")),
            _c("title", "标题", "Title", "一高开学工作方案", also=("文件名称", "名称")),
            _c("kind", "类型", "Kind", "开学工作方案"),
            _c("school", "学校", "School", "YIGAO", N_("空着表示区县"), refers=("schools",)),
            _c("issuer", "发文单位", "Issuer", "一高"),
            _c("number", "文号", "Number"),
            _c("issued", "发文日期", "Issued", "2020-04-01", DAY),
            _c("status", "状态", "Status", "已备案"),
        ),
    ),
)  # fmt: skip

SHEET: Final[Mapping[str, Sheet]] = {sheet.table: sheet for sheet in SHEETS}


def find_sheet(name: str) -> Sheet | None:
    """The sheet that a name means."""
    spelled = folded(name)
    return next((sheet for sheet in SHEETS if spelled in sheet.known_as), None)


def ordered() -> tuple[str, ...]:
    """The tables in the order of a file, the district first."""
    return ("district", *TABLES)


@cache
def kinds_of_measures() -> Mapping[str, str]:
    """Every spelling of the kinds of measures, folded."""
    known = {}
    for kind, cls in type_of.items():
        known[folded(kind)] = kind
        for tongue in languages():
            with speak(tongue):
                known[folded(_(cls.label))] = kind
    return known
