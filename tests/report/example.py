"""A rehearsal with invented values that takes every branch of the report; not shipped."""

from dataclasses import replace
from datetime import date

from bihuan.base.ids import AreaCode, SchoolCode
from bihuan.base.problems import Problem, error, warning
from bihuan.base.random import uniform
from bihuan.base.where import Where
from bihuan.loop.outcome import (
    Assumption,
    Estimate,
    Leak,
    Mend,
    Outcome,
    Question,
    Rehearsal,
    SchoolRehearsal,
    Sensitivity,
    Worth,
)
from bihuan.plan.people import School
from bihuan.plan.words import Setting, Stage

HOSTILE = "<script>alert('x')</script>&\"=cmd|' /C calc'!A0"

BEDS_SHORT = error(
    "T998",
    "隔离室床位 {came} 张，按规定要 {allowed} 张。",
    "补到 {allowed} 张，或写明借用的地方。",
)
NO_DEPUTY = warning("T999", "「{duty}」没有 B角。", "写上 B角的岗位和电话。")

NAMES = (
    "实验高中",
    "一高",
    "二高",
    "矿区中学",
    "职教中心",
    "三高",
    "青屏高中",
)
CHANCES = (0.24, 0.21, 0.27, 0.22, 0.18, 0.30, 0.23)
BEDS = (14, 18, 12, 10, 16, 12, 10)
PEAKS = (11.0, 9.0, 19.0, 10.0, 7.0, 21.0, 9.0)
ERRORS = (0, 1, 2, 2, 1, 4, 1)
HOURS: dict[Setting, dict[int, float]] = {
    Setting.CLASSROOM: {8: 2, 9: 4, 10: 4, 11: 2, 14: 2, 15: 4, 16: 2, 17: 1},
    Setting.STUDY: {7: 1, 19: 4, 20: 5, 21: 5},
    Setting.SEAT: {8: 1, 9: 1, 10: 1, 15: 1, 20: 1},
    Setting.DORM_ROOM: {
        6: 1,
        12: 2,
        13: 3,
        22: 5,
        23: 3,
        0: 4,
        1: 4,
        2: 4,
        3: 3,
        4: 3,
        5: 3,
    },
    Setting.DORM_FLOOR: {6: 2, 22: 3},
    Setting.TABLE: {7: 2, 12: 4, 18: 3},
    Setting.CANTEEN_HALL: {7: 1, 12: 3, 18: 2},
    Setting.STAIR: {9: 0.5, 10: 0.5, 21: 1},
    Setting.GATE: {7: 0.6},
    Setting.STAFF_ROOM: {8: 0.4},
    Setting.HOUSEHOLD: {19: 0.6},
}
WORTHS = (
    ("isolation", "发热等症状者隔离", -0.071, 0.03, 0.0, 14.0),
    ("contact_listing", "接触者名单（查全 0.9）", -0.048, 0.025, 0.05, 6.0),
    ("symptom_check", "晨检（07:20）", -0.041, 0.024, 1.5, 20.0),
    ("symptom_check", "晚检（19:00）", -0.012, 0.02, 0.8, 20.0),
    ("closed_campus", "封闭管理", -0.003, 0.01, 0.0, 42.0),
    ("staggered_dining", "错峰就餐（2 批）", -0.015, 0.0145, 1.7, 9.0),
    ("suspension", "停课（2 例停班 4 天）", -0.013, 0.012, 4.6, 2.0),
    ("ventilation", "开窗通风（每天 3 次）", -0.005, 0.011, 0.9, 5.0),
    ("gate_check", "校门测温", -0.002, 0.010, 0.0, 30.0),
    ("mask", "佩戴口罩", -0.033, 0.02, 0.0, 0.0),
)


def around(value: float, half: float) -> Estimate:
    """An estimate with its interval to both sides."""
    return Estimate(value, value - half, value + half)


def share(value: float, half: float) -> Estimate:
    return Estimate(value, max(value - half, 0.0), min(value + half, 1.0))


def outcome(chance: float, beds: int, peak: float, question: Question) -> Outcome:
    """What happened to a school whose chance of an outbreak is given."""
    imports = question is Question.IMPORTS
    none = 0.62 if imports else 0.05
    sizes = sorted(
        int(1 + 60 * chance * uniform(7, "size", n) ** 4 * 3) for n in range(50)
    )
    hidden = round(50 * none)
    quantiles = tuple([0] * hidden + sizes[hidden:])
    return Outcome(
        runs=1000,
        outbreak5=share(chance, 0.023),
        outbreak20=share(chance / 3, 0.015),
        size=around(40 * chance, 3 * chance + 0.4),
        none=none,
        size_bins=tuple(
            (1 - none) * part for part in (0.4, 0.25, 0.15, 0.1, 0.07, 0.03)
        ),
        size_quantiles=quantiles,
        found=share(0.87, 0.02),
        days_to_found=None if chance < 0.05 else (2.0, 5.0, 11.0),
        by_setting=tuple(
            (setting, share(sum(hours.values()) / 113, 0.02))
            for setting, hours in HOURS.items()
        ),
        by_hour=tuple(
            (setting, tuple(hours.get(h, 0.0) / 113 for h in range(24)))
            for setting, hours in HOURS.items()
        ),
        beds=beds,
        beds_peak=Estimate(peak, max(peak - 5, 0), peak + 6),
        bedless_days=around(max(peak - beds, 0.2) * 3.1, 0.2),
        apart_days=around(420.0, 31.0),
        class_days=around(12.4, 1.3),
        confirmed=around(6.2, 0.7),
        tests=around(1310.0, 44.0),
        false_positives=around(61.0, 3.2),
        imports=tuple(
            (cause, around(value, value / 4))
            for cause, value in (
                ("day_students", 0.82),
                ("boarders", 1.31),
                ("staff", 0.23),
                ("visitors", 0.034),
                ("before", 0.45),
            )
        ),
        supplies=(
            ("医用外科口罩", 241_000.0, 260_000.0),
            ("含氯消毒剂", 812.0, 600.0),
            ("免洗手消毒液", 305.0, None),
        ),
    )


def worths(number: int, question: Question) -> tuple[Worth, ...]:
    return tuple(
        Worth(
            code=f"m{place}",
            kind=kind,
            label=label,
            outbreak5=around(_moved(kind, value, number, question), half),
            size=around(value * 40, half * 40),
            lessons=Estimate(lessons, lessons * 0.8, lessons * 1.3),
            labour_hours=labour,
            gain_by_pairing=3.4,
        )
        for place, (kind, label, value, half, lessons, labour) in enumerate(WORTHS)
    )


def _moved(kind: str, value: float, number: int, question: Question) -> float:
    if kind == "closed_campus" and question is Question.IMPORTS:
        return -0.09
    if kind == "ventilation" and question is Question.IMPORTS:
        return 0.004
    return value * (1 + 0.05 * (number - 3))


def problems(number: int, name: str) -> tuple[Problem, ...]:
    wrong = tuple(
        BEDS_SHORT.at(
            Where("xinmi.xlsx", "场所", f"F{17 + n}"),
            came=12,
            allowed=19 + n,
            name=name,
        )
        for n in range(ERRORS[number])
    )
    warned = tuple(
        NO_DEPUTY.at(Where("xinmi.xlsx", "责任", f"H{9 + n}"), duty=duty)
        for n, duty in enumerate(("校门测温", "夜间单管", "食堂消毒")[: 1 + number % 3])
    )
    return wrong + warned


def school(number: int, name: str) -> SchoolRehearsal:
    """One of the seven."""
    code = SchoolCode(f"s{number}")
    chance, beds, peak = CHANCES[number], BEDS[number], PEAKS[number]
    ask = tuple(Question)
    return SchoolRehearsal(
        school=School(code=code, name=name, stage=Stage.SENIOR, area=AreaCode("a")),
        students=2000 + 310 * number,
        boarders=1500 + 200 * number,
        staff=180 + 20 * number,
        classes=36 + 6 * number,
        r0=2.1 + 0.15 * number,
        planned=tuple((q, outcome(_scaled(chance, q), beds, peak, q)) for q in ask),
        nothing=tuple(
            (q, outcome(_scaled(2.6 * chance, q), beds, peak * 1.4, q)) for q in ask
        ),
        against=(),
        change=(),
        worth=tuple((q, worths(number, q)) for q in ask),
        leaks=tuple(
            Leak(
                cause=cause, crossings_per_week=weekly, imports=around(value, value / 4)
            )
            for cause, weekly, value in (
                ("day_students", 4200.0 - 300 * number, 0.82),
                ("boarders", 1500.0, 1.31),
                ("staff", 1310.0, 0.23),
                ("visitors", 60.0, 0.034),
            )
        ),
        problems=problems(number, name),
    )


def _scaled(chance: float, question: Question) -> float:
    return chance if question is Question.RETURNER else chance / 6


def mends() -> tuple[Mend, ...]:
    both = (SchoolCode("s2"), SchoolCode("s5"))
    return (
        Mend(
            title="五校夜间没有“分室、单管”的人，先补夜班",
            text="22:00 后校医不在校，预案没写谁把发热学生和室友分开",
            who="各校校长",
            due=date(2020, 4, 5),
            schools=(SchoolCode("s0"), SchoolCode("s2"), SchoolCode("s5")),
            effect_name="≥5 人暴发机会",
            effect=Estimate(-0.071, -0.102, -0.043),
            unit="points",
            cost="夜班每晚 1 人",
        ),
        Mend(
            title="三高、二高隔离床位不到规定数",
            text="推演中高峰那几天有人无处可隔。可借职教中心空置实训楼一层。",
            who="两校总务主任",
            due=date(2020, 4, 6),
            schools=both,
            effect_name="无床可隔的学生·天",
            effect=Estimate(-31.0, -48.0, -17.0),
            unit="bed_days",
            cost="",
        ),
        Mend(
            title="校门测温岗没有 B角",
            text="校门测温一人一岗，请假那天没有人顶",
            who="矿区中学校长",
            due=date(2020, 4, 6),
            schools=(SchoolCode("s3"),),
            effect_name="标准要求",
            effect=None,
            unit="points",
            cost="",
        ),
        Mend(
            title="大休由两周改四周",
            text="每次大休后第一周带入最多",
            who="局里统一定",
            due=None,
            schools=(),
            effect_name="60 天带入的感染",
            effect=Estimate(-0.38, -0.46, -0.29),
            unit="share",
            cost="家长联系每月多 2 次",
        ),
        Mend(
            title="三校食堂第二批超座位，改三批",
            text="一高、二高、职教中心第二批超 90 至 220 座",
            who="各校总务主任",
            due=date(2020, 4, 9),
            schools=(),
            effect_name="感染人数",
            effect=Estimate(-1.5, -3.6, 0.4),
            unit="persons",
            cost="中午少 20 分钟",
        ),
    )


def assumptions() -> tuple[Assumption, ...]:
    return (
        Assumption(
            name="潜伏期中位数",
            value="5.1",
            low="4.5",
            high="5.8",
            unit="天",
            source="Lauer 2020, doi 10.7326/M20-0504",
            assumed=False,
        ),
        Assumption(
            name="教室空气路径强度",
            value="0.10",
            low="0.05",
            high="0.20",
            unit="每小时",
            source="",
            assumed=True,
        ),
        Assumption(
            name="来访者感染机会的折扣",
            value="0.05",
            low="0.01",
            high="0.10",
            unit="",
            source="docs/model.md",
            assumed=True,
        ),
    )


def rehearsal() -> Rehearsal:
    """Seven schools, both questions."""
    return Rehearsal(
        title="七所高中开学预案推演报告",
        district="新密市",
        plan_date=date(2020, 4, 7),
        plan_file="xinmi.xlsx",
        older_file="",
        pathogen="sars-cov-2-2020",
        pathogen_name="新冠病毒（2020 年初毒株参数）",
        pathogen_low_high=(2.5, 2.0, 3.1),
        runs=1000,
        days=60,
        seed=20200407,
        model_version="1",
        parameters_version="2020-03",
        incidence=0.2,
        schools=tuple(school(number, name) for number, name in enumerate(NAMES)),
        mends=mends(),
        assumptions=assumptions(),
        sensitivity=(
            Sensitivity(
                name="教室空气路径强度",
                low=share(0.21, 0.02),
                high=share(0.28, 0.02),
                reorders=True,
            ),
            Sensitivity(
                name="来访者感染机会的折扣",
                low=share(0.24, 0.02),
                high=share(0.25, 0.02),
                reorders=False,
            ),
        ),
        filled=("二高没有填教室面积，按每人 1.2 平方米补。",),
        left_out=("家长在校门外聚集", "校外补习", "天气"),
        ahead=((date(2020, 4, 13), "高三返校"), (date(2020, 4, 20), "初三返校")),
    )


def versus() -> Rehearsal:
    """The same against an older version of the plan, interrupted."""
    whole = rehearsal()
    schools = tuple(
        replace(
            one,
            against=tuple(
                (
                    q,
                    replace(
                        o, outbreak5=share(o.outbreak5.value + 0.06, 0.03), runs=412
                    ),
                )
                for q, o in one.planned
            ),
            planned=tuple((q, replace(o, runs=412)) for q, o in one.planned),
            change=(
                (Question.RETURNER, around(-0.06 + 0.02 * number, 0.03)),
                (Question.IMPORTS, around(0.0, 0.01)),
            ),
        )
        for number, one in enumerate(whole.schools)
    )
    return replace(
        whole, schools=schools, older_file="xinmi-2020-03-30.xlsx", interrupted=True
    )


def bare() -> Rehearsal:
    """One school of which next to nothing is known: every part that may be absent is."""
    one = school(0, "一校")
    planned = replace(
        one.planned[0][1],
        found=None,
        days_to_found=None,
        by_setting=(),
        by_hour=(),
        imports=(),
        supplies=(),
    )
    empty = replace(
        one,
        planned=((Question.RETURNER, planned),),
        nothing=(),
        worth=(),
        leaks=(),
        problems=(),
    )
    return replace(
        rehearsal(),
        schools=(empty,),
        mends=(),
        assumptions=(),
        sensitivity=(),
        filled=(),
        left_out=(),
        ahead=(),
    )


def hostile() -> Rehearsal:
    """Names and notes that try to be markup, a formula or a control character."""
    whole = rehearsal()
    first = whole.schools[0]
    mean = replace(
        first,
        school=replace(first.school, name=HOSTILE),
        problems=(
            NO_DEPUTY.at(Where("=1+1.xlsx", "<b>", "A1"), duty=HOSTILE + "{came}\x0b"),
        ),
    )
    return replace(
        whole,
        title="=1+1" + HOSTILE,
        schools=(mean, *whole.schools[1:]),
        mends=(replace(whole.mends[0], title=HOSTILE, who="{who}"),),
        filled=(HOSTILE,),
    )
