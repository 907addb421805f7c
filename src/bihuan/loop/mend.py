"""What might be mended in a school's plan: each remedy changes the plan and is rehearsed.

A remedy looks at a school's part of the plan and answers with the mended plan, or None
where there is nothing to mend. Words are catalogue entries; {schools} and the like are
filled when schools with the same remedy are put together.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import TypeVar

import xarray as xr

from bihuan.base.ids import SchoolCode
from bihuan.base.units import Days, Hours, Minutes, Share
from bihuan.base.wording import N_
from bihuan.loop.observe import outbreak
from bihuan.outbreak import summary
from bihuan.outbreak.scenario import Question
from bihuan.outbreak.summary import Estimate
from bihuan.outbreak.variant import beds
from bihuan.plan.measures import (
    ContactListing,
    Isolation,
    Mask,
    Measure,
    ReturnSurvey,
    StaggeredDining,
    SymptomCheck,
    Testing,
    Ventilation,
)
from bihuan.plan.plan import Plan
from bihuan.plan.words import MaskKind, Post, Setting, Who, ZoneKind

M = TypeVar("M", bound=Measure)

GOOD_RECALL = 0.95
NIGHT_MINUTES = 30.0
EVENING = time(20, 0)
TEST_HOURS = 6.0
MISSED = 0.02
AIRINGS, AIRING_MINUTES = 4, 30.0
LEAVE_DAYS = 28
MOST_BATCHES = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Remedy:
    """A way to mend a plan, with the words that say it."""

    name: str
    apply: Callable[[Plan, SchoolCode, int], Plan | None]
    """(plan, school, beds needed) to the mended plan; None: nothing to mend."""
    title: str
    text: str
    who: str
    cost: str
    days_before: int
    """Due so many days before the first day of school."""
    counts: str = "outbreak5"
    """What its effect counts: outbreak5, bedless_days or imports."""

    @property
    def question(self) -> Question:
        """The question under which it is tried."""
        return Question.IMPORTS if self.counts == "imports" else Question.RETURNER

    @property
    def effect_name(self) -> str:
        """What the effect counts, a catalogue entry."""
        return _EFFECTS[self.counts][0]

    @property
    def unit(self) -> str:
        """How the effect is shown: points, bed_days, persons."""
        return _EFFECTS[self.counts][1]

    @property
    def scale(self) -> float:
        """What counts as much as ten points of the chance of an outbreak."""
        return _EFFECTS[self.counts][2]

    def compare(self, mended: xr.Dataset, planned: xr.Dataset) -> Estimate:
        """Mended minus planned, over the same seeds."""
        if self.counts == "imports":
            return summary.difference(
                mended["imports"].sum("cause"), planned["imports"].sum("cause")
            )
        if self.counts == "bedless_days":
            return summary.difference(mended["bedless_days"], planned["bedless_days"])
        return summary.difference_of_shares(outbreak(mended), outbreak(planned))

    def due(self, plan: Plan) -> date:
        """The day by which it must be done; not before the plan is dated."""
        day = plan.district.opens - timedelta(days=self.days_before)
        return max(day, plan.district.drawn_up)


_EFFECTS = {
    "outbreak5": (N_("≥5 人暴发机会"), "points", 0.1),
    "bedless_days": (N_("无床可隔的人·天"), "bed_days", 5.0),
    "imports": (N_("60 天校外输入人数"), "persons", 1.0),
}
"""What an effect counts: its name, its unit, what weighs as much as ten points."""


def _with(plan: Plan, old: Measure | None, new: Measure) -> Plan:
    kept = tuple(m for m in plan.measures if m is not old)
    return replace(plan, measures=(*kept, new))


def _mine(plan: Plan, school: SchoolCode, kind: type[M]) -> Iterable[M]:
    return (m for m in plan.measures if m.school == school and isinstance(m, kind))


def _night(plan: Plan, school: SchoolCode, need: int) -> Plan | None:
    """An evening check of boarders by the dormitory manager, and somebody at night."""
    del need
    boards = any(c.boarders for c in plan.classes if c.school == school)
    checks = list(_mine(plan, school, SymptomCheck))
    isolation = next(iter(_mine(plan, school, Isolation)), None)
    late = [c for c in checks if c.at >= EVENING and c.who is not Who.STAFF]
    slow = isolation is not None and isolation.night_delay > NIGHT_MINUTES
    if not boards or (late and not slow):
        return None
    if isolation is not None and slow:
        quick = replace(isolation, night_delay=Minutes(NIGHT_MINUTES))
        plan = _with(plan, isolation, quick)
    if late:
        return plan
    evening = SymptomCheck(
        school=school,
        code="+night",
        at=time(21, 40),
        who=Who.BOARDERS,
        looker=Post.DORM_MANAGER,
        fever_sensitivity=Share(0.85),
        symptom_sensitivity=Share(0.3),
        missed=Share(0.05),
        false_positive=Share(0.0005),
    )
    return _with(plan, None, evening)


def _list(plan: Plan, school: SchoolCode, need: int) -> Plan | None:
    del need
    now = next(iter(_mine(plan, school, ContactListing)), None)
    if now is None or (now.recall >= GOOD_RECALL and now.delay <= TEST_HOURS):
        return None
    better = replace(
        now,
        recall=Share(max(now.recall, GOOD_RECALL)),
        delay=Hours(min(now.delay, TEST_HOURS)),
    )
    return _with(plan, now, better)


def _beds(plan: Plan, school: SchoolCode, need: int) -> Plan | None:
    """As many beds in isolation rooms as the fullest days need."""
    have = beds(plan, school, ZoneKind.ISOLATION_ROOM)
    rooms = [
        z
        for z in plan.zones
        if z.school == school and z.kind is ZoneKind.ISOLATION_ROOM
    ]
    if need <= have or not rooms:
        return None
    first = rooms[0]
    its_own = (first.beds or 0) * (first.rooms or 1)
    more = replace(first, beds=its_own + need - have, rooms=1)
    zones = tuple(more if z is first else z for z in plan.zones)
    return replace(plan, zones=zones)


def _test(plan: Plan, school: SchoolCode, need: int) -> Plan | None:
    del need
    now = next(iter(_mine(plan, school, Testing)), None)
    if now is None or now.delay <= TEST_HOURS:
        return None
    return _with(plan, now, replace(now, delay=Hours(TEST_HOURS)))


def _morning(plan: Plan, school: SchoolCode, need: int) -> Plan | None:
    del need
    out = plan
    for check in _mine(plan, school, SymptomCheck):
        if check.missed > MISSED:
            out = _with(out, check, replace(check, missed=Share(MISSED)))
    return None if out is plan else out


def _leave(plan: Plan, school: SchoolCode, need: int) -> Plan | None:
    del need
    now = plan.by_code[school]
    if not 0 < now.leave_every < LEAVE_DAYS:
        return None
    later = replace(now, leave_every=Days(LEAVE_DAYS), first_leave=None)
    return replace(plan, schools=tuple(later if s is now else s for s in plan.schools))


def _dine(plan: Plan, school: SchoolCode, need: int) -> Plan | None:
    del need
    now = next(iter(_mine(plan, school, StaggeredDining)), None)
    if now is None or now.batches >= MOST_BATCHES:
        return None
    return _with(plan, now, replace(now, batches=now.batches + 1))


def _air(plan: Plan, school: SchoolCode, need: int) -> Plan | None:
    del need
    now = next(
        (
            v
            for v in _mine(plan, school, Ventilation)
            if Setting.CLASSROOM in v.settings
        ),
        None,
    )
    if now is None or now.times * now.minutes >= AIRINGS * AIRING_MINUTES:
        return None
    more = replace(now, times=AIRINGS, minutes=Minutes(AIRING_MINUTES))
    return _with(plan, now, more)


def _masks(plan: Plan, school: SchoolCode, need: int) -> Plan | None:
    del need
    if any(_mine(plan, school, Mask)):
        return None
    mask = Mask(
        school=school,
        code="+mask",
        mask=MaskKind.SURGICAL,
        wearing=Share(0.8),
        settings=(Setting.CLASSROOM, Setting.STUDY, Setting.GATE, Setting.STAIR),
    )
    return _with(plan, None, mask)


def _survey(plan: Plan, school: SchoolCode, need: int) -> Plan | None:
    del need
    now = next(iter(_mine(plan, school, ReturnSurvey)), None)
    if now is None or now.coverage >= 1.0:
        return None
    return _with(plan, now, replace(now, coverage=Share(1.0)))


REMEDIES: tuple[Remedy, ...] = (
    Remedy(
        name="night",
        apply=_night,
        title=N_("{schools}夜间没有“分室、单管”的人，先补夜班"),
        text=N_(
            "晚检或夜间隔离没有落到人：22:00 后发现的发热等症状学生要和室友分开，"
            "{minutes} 分钟内单独安置。"
        ),
        who=N_("各校校长、宿管"),
        cost=N_("每晚每栋宿舍值守 1 人"),
        days_before=2,
    ),
    Remedy(
        name="list",
        apply=_list,
        title=N_("{schools}接触者名单改由座位表、床位表、餐桌表生成"),
        text=N_("预案的查全率 {now}，漏掉的人照常上课。目标 0.95，6 小时内出名单。"),
        who=N_("各校教务主任"),
        cost=N_("教务处一次录入座位、床位、餐桌"),
        days_before=1,
    ),
    Remedy(
        name="beds",
        apply=_beds,
        title=N_("{schools}临时隔离室床位不够"),
        text=N_("推演中高峰那几天有人无处可隔：{now}。"),
        who=N_("各校总务主任"),
        cost=N_("借用空置房间，添床"),
        days_before=1,
        counts="bedless_days",
    ),
    Remedy(
        name="test",
        apply=_test,
        title=N_("{schools}检测结果提前到 6 小时内"),
        text=N_("预案里结果要等 {now} 小时，名单和隔离都跟着晚。"),
        who=N_("各校校医与定点医院"),
        cost=N_("与定点医院约定专送"),
        days_before=2,
    ),
    Remedy(
        name="morning",
        apply=_morning,
        title=N_("{schools}晨午晚检不漏人"),
        text=N_("预案估计每次漏检 {now}。降到 2%。"),
        who=N_("各班班主任"),
        cost=N_("每次每班多 1 分钟"),
        days_before=1,
    ),
    Remedy(
        name="survey",
        apply=_survey,
        title=N_("{schools}返校摸排补到最后一人"),
        text=N_("摸排覆盖 {now}，没填的人同样返校。"),
        who=N_("各班班主任"),
        cost=N_("逐户电话"),
        days_before=3,
    ),
    Remedy(
        name="leave",
        apply=_leave,
        title=N_("{schools}大休改为四周一次"),
        text=N_("现为每 {now} 天一次；寄宿生每次离校返校都是一次输入机会。"),
        who=N_("教体局统一定"),
        cost=N_("家长见面少，周末要有人带"),
        days_before=4,
        counts="imports",
    ),
    Remedy(
        name="dine",
        apply=_dine,
        title=N_("{schools}就餐多分一批"),
        text=N_("现为 {now} 批。同时坐在一个餐厅里的人少，共餐桌的人不变。"),
        who=N_("各校总务主任"),
        cost=N_("中午多用 20 分钟"),
        days_before=1,
    ),
    Remedy(
        name="air",
        apply=_air,
        title=N_("{schools}教室通风加到 4 次、每次 30 分钟"),
        text=N_("现为每天 {now} 分钟。"),
        who=N_("各班卫生委员、班主任"),
        cost=N_("课间开窗，每次 1 分钟"),
        days_before=1,
    ),
    Remedy(
        name="masks",
        apply=_masks,
        title=N_("{schools}课堂和楼道戴口罩"),
        text=N_("预案没有写口罩。按八成人戴医用外科口罩算。"),
        who=N_("各班班主任"),
        cost=N_("每人每天 1 只"),
        days_before=1,
    ),
)


def standing(plan: Plan, school: SchoolCode, remedy: str) -> str:
    """What the plan says now of the thing that a remedy mends, as the text shows it."""
    match remedy:
        case "list":
            row = next(iter(_mine(plan, school, ContactListing)))
            return f"{row.recall:.2f}"
        case "test":
            return f"{next(iter(_mine(plan, school, Testing))).delay:g}"
        case "morning":
            worst = max(c.missed for c in _mine(plan, school, SymptomCheck))
            return f"{worst:.0%}"
        case "survey":
            return f"{next(iter(_mine(plan, school, ReturnSurvey))).coverage:.0%}"
        case "leave":
            return str(plan.by_code[school].leave_every)
        case "dine":
            return str(next(iter(_mine(plan, school, StaggeredDining))).batches)
        case "air":
            airs = _mine(plan, school, Ventilation)
            air = next(v for v in airs if Setting.CLASSROOM in v.settings)
            return f"{air.times * air.minutes:g}"
        case _:
            return ""
