"""The table of defaults: what stands in for what a bare timetable does not say."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bihuan.base.wording import N_, _

_ASSUMED: Final = N_("假定")
_EXAMPLE: Final = N_("与示例区县一致")
_UNKNOWN_TIMES: Final = N_("节次名称里没有时间")
_ILI: Final = N_("流感样病例暴发疫情处置指南（2018年版）")
_MODEST: Final = N_("假定的一般做法")
_MINUTES: Final = N_("分钟")


@dataclass(frozen=True, slots=True)
class Default:
    """A value that stands in for what a timetable does not say."""

    key: str
    """What it is for, and after a dot which part of that."""
    name: str
    value: float | str
    unit: str
    why: str

    @property
    def group(self) -> str:
        """What it is for; the rows of a group are used together."""
        return self.key.partition(".")[0]

    def __str__(self) -> str:
        """`name: value unit (why)`, in the language in force."""
        shown = f"{self.value:g}" if isinstance(self.value, float) else _(self.value)
        unit = f" {_(self.unit)}" if self.unit else ""
        return _("{name}：{value}{unit}（{why}）").format(
            name=_(self.name), value=shown, unit=unit, why=_(self.why)
        )


DEFAULTS: Final[tuple[Default, ...]] = (
    Default("world.region", N_("用哪里的规定评判"), "410000", "", N_("河南省，与示例区县同省")),
    Default("world.drawn_up", N_("预案日期"), "2020-04-02", "", _EXAMPLE),
    Default("world.opens", N_("开学日期"), "2020-04-07", "", _EXAMPLE),
    Default("world.incidence", N_("校外每天每十万人新增感染"), 0.05, N_("人"), _EXAMPLE),
    Default("boarders", N_("住校生"), 0.0, N_("人"), N_("课表不说住校，按走读学校")),
    Default("class_size", N_("没有填人数的班"), 45.0, N_("人"), _ASSUMED),
    Default("day.morning", N_("上午第一节"), "08:00", "", _UNKNOWN_TIMES),
    Default("day.afternoon", N_("下午第一节，最早"), "14:00", "", _UNKNOWN_TIMES),
    Default("day.lesson", N_("一节课"), 45.0, _MINUTES, _UNKNOWN_TIMES),
    Default("day.break", N_("课间"), 10.0, _MINUTES, _UNKNOWN_TIMES),
    Default("day.lessons", N_("一天的节数"), 8.0, N_("节"), N_("一节课也没有排定时才用")),
    Default("arrival.window", N_("到校"), 30.0, _MINUTES, _ASSUMED),
    Default("arrival.before", N_("到校结束到第一节"), 10.0, _MINUTES, _ASSUMED),
    Default("breaks", N_("两节之间算课间的空档，至少"), 3.0, _MINUTES, _ASSUMED),
    Default("lunch.minutes", N_("午餐，至多"), 40.0, _MINUTES, N_("在中午最长的空档里，全体在校就餐")),
    Default("lunch.least", N_("午餐，至少"), 20.0, _MINUTES, N_("空档不到这么长，就不在校就餐")),
    Default("lunch.from", N_("午餐不早于"), "10:30", "", _ASSUMED),
    Default("lunch.until", N_("午餐不晚于"), "14:30", "", _ASSUMED),
    Default("dismissal", N_("放学，最后一节之后"), 20.0, _MINUTES, _ASSUMED),
    Default("own_room", N_("没有教室的班"), N_("各有一间本班教室"), "", _ASSUMED),
    Default("room.seat", N_("教室每座面积"), 1.4, N_("平方米"), _ASSUMED),
    Default("room.least", N_("教室面积，至少"), 50.0, N_("平方米"), _ASSUMED),
    Default("room.height", N_("教室净高"), 3.3, N_("米"), _ASSUMED),
    Default("room.air", N_("教室换气，窗户如常"), 2.0, N_("次/小时"), _ASSUMED),
    Default("gate.area", N_("校门一个，面积"), 80.0, N_("平方米"), _ASSUMED),
    Default("gate.lane", N_("校门一条通道供"), 500.0, N_("人"), _ASSUMED),
    Default("gate.lanes", N_("校门通道，至少"), 2.0, N_("条"), _ASSUMED),
    Default("hall.seat", N_("餐厅一座面积（座位够全体师生）"), 1.3, N_("平方米"), _ASSUMED),
    Default("hall.table", N_("一张餐桌"), 4.0, N_("座"), _ASSUMED),
    Default("hall.height", N_("餐厅净高"), 4.0, N_("米"), _ASSUMED),
    Default("hall.air", N_("餐厅换气"), 3.0, N_("次/小时"), _ASSUMED),
    Default("isolation.rooms", N_("临时隔离室，每间一床"), 2.0, N_("间"), N_("假定独立、有厕所")),
    Default("isolation.area", N_("临时隔离室面积"), 15.0, N_("平方米"), _ASSUMED),
    Default("class_teacher", N_("班主任"), N_("给本班上课最多的教师，一人一班"), "", _ASSUMED),
    Default("check.fever", N_("晨检、午检发现发热者的机会"), 0.9, "", N_("班主任看全体学生")),
    Default("check.symptoms", N_("晨检、午检发现其他有症状者的机会"), 0.4, "", _MODEST),
    Default("check.missed", N_("晨检、午检漏看的比例"), 0.05, "", _MODEST),
    Default("check.false", N_("晨检、午检误判的机会"), 0.002, "", _MODEST),
    Default("check.before", N_("晨检、午检早于上午、下午第一节"), 5.0, _MINUTES, _MODEST),
    Default("gate_check.fever", N_("校门测温发现发热者的机会"), 0.8, "", _MODEST),
    Default("gate_check.missed", N_("校门测温漏看的比例"), 0.02, "", _MODEST),
    Default("apart.delay", N_("白天从发现到隔离"), 15.0, _MINUTES, _MODEST),
    Default("apart.night", N_("夜间从发现到隔离"), 60.0, _MINUTES, _MODEST),
    Default("apart.days", N_("至少离校"), 3.0, N_("天"), _MODEST),
    Default("apart.free", N_("症状消失到返校"), 48.0, N_("小时"), _ILI),
    Default("testing.delay", N_("从发现到出检测结果"), 24.0, N_("小时"), _MODEST),
    Default("testing.sensitivity", N_("检测灵敏度"), 0.85, "", _MODEST),
    Default("suspension.count", N_("一班一天发现几例停课"), 5.0, N_("例"), _ILI),
    Default("suspension.share", N_("一班一天发现多大比例停课"), 0.3, "", _ILI),
    Default("suspension.days", N_("停课"), 4.0, N_("天"), _ILI),
    Default("ventilation.times", N_("教室开窗"), 3.0, N_("次/天"), _MODEST),
    Default("ventilation.minutes", N_("每次开窗"), 30.0, _MINUTES, _MODEST),
    Default("ventilation.air", N_("开窗时换气"), 6.0, N_("次/小时"), _MODEST),
)  # fmt: skip
"""Everything that `defaults.complete` may fill, in the order in which it says so."""

_BY_KEY: Final = {row.key: row for row in DEFAULTS}


def number(key: str) -> float:
    """A default that is a number."""
    value = _BY_KEY[key].value
    if not isinstance(value, float):
        raise TypeError(key)
    return value


def text(key: str) -> str:
    """A default that is a word, a date or a time."""
    value = _BY_KEY[key].value
    if not isinstance(value, str):
        raise TypeError(key)
    return value


def said(groups: Iterable[str]) -> tuple[str, ...]:
    """The defaults of some groups in words, in the language in force."""
    used = set(groups)
    return tuple(str(row) for row in DEFAULTS if row.group in used)
