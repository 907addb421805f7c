"""Weak spots planted in the plans of the seven high schools, for the checks to find.

Each is one change to a sound plan; README.md lists them with the code of the problem
that the check has to raise.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from functools import reduce
from typing import Any

from bihuan.base.ids import ClassCode, PersonId, SchoolCode
from bihuan.base.units import Days, MilligramPerLitre, Minutes, Share
from bihuan.plan.measures import SymptomCheck
from bihuan.plan.plan import Plan
from bihuan.plan.timetable import Teaching
from bihuan.plan.words import DocumentStatus, Post, Who

Edit = Callable[[Plan], Plan]


@dataclass(frozen=True)
class Spot:
    """A weak spot: the school's code, what is wrong, the problem's code, the change."""

    school: str
    said: str
    code: str
    edit: Edit


def planted(plan: Plan) -> Plan:
    """The plan with every weak spot in it."""
    return reduce(lambda so_far, spot: spot.edit(so_far), SPOTS, plan)


def _change(school: str, table: str, key: str, **new: Any) -> Edit:
    """Change the rows of a school whose code, id, name or item is the key."""

    def edit(plan: Plan) -> Plan:
        rows = list(getattr(plan, table))
        for n in _numbers(rows, school, key):
            rows[n] = replace(rows[n], **new)
        return _with(plan, table, rows)

    return edit


def _drop(school: str, table: str, key: str) -> Edit:
    """Take rows of a school away."""

    def edit(plan: Plan) -> Plan:
        rows = getattr(plan, table)
        gone = _numbers(rows, school, key)
        kept = (row for n, row in enumerate(rows) if n not in gone)
        return _with(plan, table, kept)

    return edit


def _all(*edits: Edit) -> Edit:
    """One change after the other."""
    return lambda plan: reduce(lambda so_far, edit: edit(so_far), edits, plan)


def _add(school: str, table: str, row: Any) -> Edit:
    """Add a row after the last one of a school."""

    def edit(plan: Plan) -> Plan:
        rows = list(getattr(plan, table))
        last = max(n for n, other in enumerate(rows) if other.school == school)
        rows.insert(last + 1, row)
        return _with(plan, table, rows)

    return edit


def _with(plan: Plan, table: str, rows: Iterable[Any]) -> Plan:
    """The plan with other rows in a table."""
    changed: dict[str, Any] = {table: tuple(rows)}
    return replace(plan, **changed)


def _numbers(rows: Sequence[Any], school: str, key: str) -> list[int]:
    """Which rows of a school a key speaks of; at least one."""
    found = [
        n for n, row in enumerate(rows) if row.school == school and key in _keys(row)
    ]
    if not found:
        raise ValueError(f"{school}: no row {key}")
    return found


def _keys(row: Any) -> tuple[str, ...]:
    """The names by which the plants above speak of a row."""
    if isinstance(row, Teaching):
        return (f"{row.klass} {row.subject}",)
    names = ("code", "id", "name", "item", "partner", "kind", "title", "post")
    return tuple(str(getattr(row, name)) for name in names if hasattr(row, name))


LATE = SymptomCheck(
    school=SchoolCode("KQZX"),
    code="C24",
    at=time(22, 40),
    who=Who.DAY_STUDENTS,
    looker=Post.CLASS_TEACHER,
    fever_sensitivity=Share(0.88),
    symptom_sensitivity=Share(0.3),
    missed=Share(0.06),
    false_positive=Share(0.0005),
)
"""A check of day students after they have gone."""


NIGHT = "夜间发热学生处置"
FIVE = (
    "离校与返校组织",
    "困难与隔离学生关爱",
    "思想教育与主题班会",
    "返校前行踪和健康摸排",
    "送诊与家长联系",
)
SPOTS: tuple[Spot, ...] = (
    Spot("SYGZ", "夜间负责隔离的校医都不住校", "P408", _change("SYGZ", "people", "doctor", lives_in=False)),
    Spot("SYGZ", "75%酒精 4月12日过期，早于储备期末", "P415", _change("SYGZ", "supplies", "75%酒精", expires=date(2020, 4, 12))),
    Spot("SYGZ", "定点医院的电话没有试拨日期", "S190", _change("SYGZ", "liaison", "hospital", tested=None)),
    Spot("SYGZ", "发现后 12 分钟才进隔离室", "S172", _change("SYGZ", "measures", "isolation", delay=Minutes(12))),
    Spot("YIGZ", "学生二餐厅每批超座位", "P401", _change("YIGZ", "zones", "学生二餐厅", seats=380, tables=95)),
    Spot("YIGZ", "思想教育没有写进责任", "P306", _drop("YIGZ", "duties", "思想教育与主题班会")),
    Spot("YIGZ", "教室每天只通风一次", "S166", _change("YIGZ", "measures", "ventilation", times=1)),
    Spot("ERGZ", "一楼餐厅每批超座位", "P401", _change("ERGZ", "zones", "一楼餐厅", seats=560, tables=140)),
    Spot("ERGZ", "84消毒液只够 9 天", "P412", _change("ERGZ", "supplies", "84消毒液（5%）", stock=240.0)),
    Spot("ERGZ", "84消毒液达不到全省两周的要求", "S137", _all()),
    Spot("ERGZ", "夜间单管无人", "P407", _drop("ERGZ", "duties", NIGHT)),
    Spot("ERGZ", "校医 4 人，少 1 人", "S135", _all(*(_drop("ERGZ", "people", f"ERGZ-XY-{n:02}") for n in (5, 6)))),
    Spot("ERGZ", "临时隔离室1 紧邻食堂", "S181", _change("ERGZ", "zones", "GL1", apart=False)),
    Spot("KQZX", "正门测温没有B角", "P303", _change("KQZX", "duties", "正门入校测温", deputy=PersonId(""))),
    Spot("KQZX", "走读生晚检在 22:40，已经离校", "P506", _add("KQZX", "measures", LATE)),
    Spot("KQZX", "任课表写了不存在的高二(13)班", "P203", _change("KQZX", "teaching", "高二(12)班 地理", klass=ClassCode("高二(13)班"))),
    Spot("KQZX", "夜间单管无人", "P407", _drop("KQZX", "duties", NIGHT)),
    Spot("KQZX", "疾控的电话 3月15日后没有试拨", "S157", _change("KQZX", "liaison", "health", tested=date(2020, 3, 15))),
    Spot("ZJZX", "第一食堂每批超座位", "P401", _change("ZJZX", "zones", "第一食堂", seats=460, tables=115)),
    Spot("ZJZX", "高一住校生缺床位", "P403", _drop("ZJZX", "zones", "S1-1室")),
    Spot("ZJZX", "高一(3)班的班主任不在人员表里", "P203", _change("ZJZX", "classes", "高一(3)班", homeroom=PersonId("ZJZX-JS-999"))),
    Spot("ZJZX", "物资采购的责任人和B角是同一人", "P313", _change("ZJZX", "duties", "物资采购与缺口上报", deputy=PersonId("ZJZX-ZW-04"))),
    Spot("ZJZX", "物体表面消毒只用 250 mg/L", "S168", _change("ZJZX", "measures", "cleaning", strength=MilligramPerLitre(250))),
    Spot("SANG", "医用外科口罩 3月31日已过期", "P414", _change("SANG", "supplies", "医用外科口罩", expires=date(2020, 3, 31))),
    Spot("SANG", "过期的不算，口罩够 0 天", "P412", _all()),
    Spot("SANG", "口罩达不到全省两周的要求", "S137", _all()),
    Spot("SANG", "一人五项责任", "P410", _all(*(_change("SANG", "duties", name, person=PersonId("SANG-DY-01")) for name in FIVE))),
    Spot("SANG", "高三定在 4月8日返校，与全省日期不同", "P507", _change("SANG", "measures", "C19", opens=date(2020, 4, 8))),
    Spot("SANG", "高三返校日期与河南省的通知不同", "S101", _all()),
    Spot("SANG", "就餐分四批，早饭、午饭时间不够", "P402", _change("SANG", "measures", "staggered_dining", batches=4)),
    Spot("SANG", "临时隔离室只有一间", "S180", _all(_drop("SANG", "zones", "GL2"), _drop("SANG", "zones", "GL3"))),
    Spot("SANG", "夜间单管无人", "P407", _drop("SANG", "duties", NIGHT)),
    Spot("QPGZ", "西门只开一条通道，到校时间内进不完", "P404", _all(_change("QPGZ", "zones", "西门", lanes=1), _change("QPGZ", "measures", "gate_check", seconds=6.0))),
    Spot("QPGZ", "西门前后两批排队重叠", "P405", _all()),
    Spot("QPGZ", "外地返回者只观察 7 天", "S108", _change("QPGZ", "measures", "return_survey", hold=Days(7))),
    Spot("QPGZ", "开学工作方案签发了，没有报备", "S104", _change("QPGZ", "documents", "青屏高中开学工作方案", status=DocumentStatus.SIGNED)),
    Spot("QPGZ", "夜间单管无人", "P407", _drop("QPGZ", "duties", NIGHT)),
)  # fmt: skip
