"""A drill with invented values that takes every branch of its paper; not shipped."""

import math
from dataclasses import replace
from datetime import date, datetime

from bihuan.base.ids import PersonId, SchoolCode
from bihuan.base.random import uniform
from bihuan.base.units import Minutes, Share
from bihuan.drill.marks import (
    ClockEvent,
    ClockKind,
    Entry,
    Evaluation,
    Interval,
    Log,
    Mark,
    PlaceMark,
    Rating,
    State,
    Truth,
)
from bihuan.drill.script import (
    Basis,
    Channel,
    Draw,
    Expected,
    Inject,
    InjectKind,
    Jump,
    Measure,
    Notice,
    Objective,
    Scene,
    Source,
    SourceClass,
    Standard,
    When,
)
from bihuan.loop.drilled import (
    Cause,
    Comparison,
    Correction,
    Gap,
    Practice,
    Price,
    Review,
)
from bihuan.outbreak.summary import Estimate
from bihuan.plan.diff import Change, Deed
from bihuan.plan.words import InPlace, Post, Setting

HOSTILE = "<script>alert('x')</script>&\"=cmd|' /C calc'!A0"
NAMES = ("实验高中", "一高", "二高", "矿区中学", "职教中心", "三高", "青屏高中")
CODES = tuple(SchoolCode(f"XM0{n}") for n in range(1, 8))
OURS = "本系统建议值，无国家时限"
RULE = (
    "学校惯例，参照条例第二十条；只有构成第十九条事件（暴发、不明聚集等）时才是法定时限"
)
LAW = (
    "突发公共卫生事件应急条例第二十条；同室 2 人以上发热、原因不明，按第十九条事件报告"
)


def standard(
    key: str,
    target: float,
    fail: float,
    kind: SourceClass = SourceClass.TARGET,
    source: str = OURS,
) -> Standard:
    return Standard(
        key=key,
        target=Minutes(target),
        fail=Minutes(fail),
        source_class=kind,
        source=source,
    )


STANDARDS = (
    standard("leave_queue", 2, 5),
    standard("recheck", 12, 25, source="本系统建议值；水银体温计本身要 5 至 10 分"),
    standard("to_isolation", 10, 30),
    standard("chain_report", 10, 30),
    standard("report", 30, 120, SourceClass.PRACTICE, RULE),
    standard("report_law", 30, 120, SourceClass.LAW, LAW),
    standard("arrive_night", 10, 30, SourceClass.PLAN, "本校应急处置预案第四章第三条"),
    standard("substitute", 10, 30),
    standard("restock", 15, 60),
    standard("contact_list", 60, 240, source="本系统建议值，待与市疾控商定"),
    standard(
        "disinfect",
        90,
        240,
        SourceClass.PRACTICE,
        "学校消毒指引：含氯消毒剂作用 30 分钟",
    ),
    standard("parent_first", 30, 120),
    standard("online_class", 180, 1440, source="本系统建议值：当日衔接"),
)
OBJECTIVES = (
    Objective(
        id="O1", text="体温异常者及时脱离人群、复测、入室", in_place=(InPlace.RESPONSE,)
    ),
    Objective(
        id="O2", text="2 小时内向属地疾控和教体局初次报告", in_place=(InPlace.RESPONSE,)
    ),
    Objective(id="O3", text="接触者名单一次排全", in_place=(InPlace.RESPONSE,)),
    Objective(id="O4", text="物资随要随到", in_place=(InPlace.SUPPLIES,)),
    Objective(
        id="O5", text="终末消毒有方案、有记录、有验收", in_place=(InPlace.HYGIENE,)
    ),
    Objective(id="O6", text="学生关怀与家长沟通", in_place=(InPlace.CARE,)),
    Objective(id="O7", text="受影响班级线上教学当日衔接", in_place=(InPlace.ONLINE,)),
    Objective(id="O8", text="预案在变化情形下仍可执行", in_place=(InPlace.PLAN,)),
    Objective(id="O9", text="错峰时段表当场可调", in_place=(InPlace.SLOTS,)),
)


def act(
    id_: str,
    text: str,
    by: Post,
    key: str = "",
    *evidence: str,
    critical: bool = False,
    objective: str = "",
    measure: Measure | None = None,
) -> Expected:
    return Expected(
        id=id_,
        act=text,
        by=by,
        standard=key,
        evidence=evidence or ("observe",),
        critical=critical,
        objective=objective,
        measure=measure,
    )


def at(minutes: float) -> When:
    return When(at=Minutes(minutes))


def after(
    what: str,
    minutes: float,
    late_by: float | None = None,
    unless_late: float | None = None,
) -> When:
    return When(
        after=what,
        delay=Minutes(minutes),
        late_by=None if late_by is None else Minutes(late_by),
        unless_late=None if unless_late is None else Minutes(unless_late),
    )


INJECTS = (
    Inject(
        id="INJ-01",
        title="入校晨检：一名高二学生额温 37.8 ℃",
        text="扮演者持红色标识卡通过 3 号通道，测温枪读数 37.8 ℃，自述昨夜咽痛。",
        when=at(10),
        to=(Post.GUARD,),
        source=Source(draw=Draw.INDEX_CASE),
        objective="O1",
        expected=(
            act("A1", "佩戴口罩并引离队列", Post.GUARD, "leave_queue", critical=True),
            act(
                "A2",
                "水银体温计复测并记录两次读数",
                Post.DOCTOR,
                "recheck",
                "form:temp_recheck",
                critical=True,
            ),
            act("A3", "其余学生通道不中断、间距保持", Post.VICE_HEAD),
        ),
        feeds=(("isolation.delay", "A2.at"),),
    ),
    Inject(
        id="INJ-02",
        title="复测 38.1 ℃，学生说与同宿舍 7 人同桌吃早饭",
        text="复测 38.1 ℃。学生补充：返校途中坐过拼车。",
        when=after("A2", 5),
        to=(Post.DOCTOR,),
        source=Source(draw=Draw.CONTACTS, settings=(Setting.DORM_ROOM, Setting.TABLE)),
        objective="O2",
        expected=(
            act(
                "B1",
                "经专用通道送入临时隔离室",
                Post.DOCTOR,
                "to_isolation",
                "scan:isolation_room",
                critical=True,
                objective="O1",
            ),
            act(
                "B2",
                "班主任、年级、校级三级电话报告",
                Post.CLASS_TEACHER,
                "chain_report",
                "call_log",
            ),
            act(
                "B3",
                "向属地疾控和教体局初次报告",
                Post.LIAISON,
                "report",
                "form:initial_report",
                critical=True,
            ),
            act(
                "B4",
                "通知监护人",
                Post.CLASS_TEACHER,
                "parent_first",
                "call_log",
                objective="O6",
            ),
        ),
        feeds=(("isolation.delay", "B1.at"),),
    ),
    Inject(
        id="INJ-03",
        title="隔离室已占用一间，又送来一名腹泻学生",
        text="第二名学生呕吐一次、无发热，要求进隔离室。",
        when=after("B1", 10, unless_late=5),
        to=(Post.DOCTOR,),
        kind=InjectKind.CONTINGENCY,
        manual=True,
        objective="O4",
        expected=(
            act(
                "C1",
                "分室安置不混放",
                Post.DOCTOR,
                "",
                "scan:isolation_room",
                critical=True,
                objective="O8",
            ),
            act("C2", "呕吐物规范处置", Post.CLEANER, "disinfect", objective="O5"),
            act("C3", "缺口物资补齐", Post.LOGISTICS, "restock", "stock_out"),
        ),
    ),
    Inject(
        id="INJ-04",
        title="市疾控来电：要近 4 天同班、同宿、同桌名单",
        text="请在最短时间内给出名单，注明座位、床位、就餐时段。",
        when=at(180),
        to=(Post.LIAISON,),
        channel=Channel.PHONE,
        source=Source(draw=Draw.CONTACT_TRUTH),
        objective="O3",
        expected=(
            act(
                "D1",
                "提交接触者名单",
                Post.GRADE_HEAD,
                "contact_list",
                "roster",
                critical=True,
                measure=Measure(recall=Share(0.95), precision=Share(0.6)),
            ),
            act("D2", "名单内人员原地等待不串班", Post.CLASS_TEACHER),
        ),
        feeds=(("tracing.delay", "D1.at"), ("tracing.recall", "D1.recall")),
    ),
    Inject(
        id="INJ-05",
        title="午餐高峰：测温岗一人临时离岗，B 区就餐断档",
        text="B 区第二批 400 人已到，测温岗空缺。",
        when=at(270),
        to=(Post.CANTEEN,),
        channel=Channel.APP,
        objective="O8",
        expected=(
            act(
                "E1",
                "启用替补人员或改走 A 区",
                Post.CANTEEN,
                "substitute",
                "duty_swap",
            ),
            act(
                "E2",
                "错峰时段表当场调整并广播",
                Post.VICE_HEAD,
                "",
                "notice",
                objective="O9",
            ),
        ),
    ),
    Inject(
        id="INJ-06",
        title="夜间宿舍：502 室两名学生发热，校医已离校",
        text="502 室学生敲门：两个人都烧到 38 度，室友慌了。",
        when=at(920),
        to=(Post.DORM_MANAGER,),
        channel=Channel.PHONE,
        source=Source(draw=Draw.SECONDARY_CASES),
        objective="O6",
        expected=(
            act(
                "F1",
                "夜班值守到场",
                Post.VICE_HEAD,
                "arrive_night",
                "scan",
                critical=True,
                objective="O8",
            ),
            act(
                "F2",
                "两名学生分别安置、6 名室友单独管理",
                Post.DORM_MANAGER,
                "to_isolation",
                "scan",
                critical=True,
                objective="O1",
            ),
            act(
                "F3",
                "补报疾控和教体局",
                Post.LIAISON,
                "report_law",
                "form:followup_report",
                critical=True,
                objective="O2",
            ),
            act("F4", "心理安抚到人", Post.COUNSELLOR),
        ),
        feeds=(
            ("report.night", "F3.at"),
            ("isolation.night_delay", "F2.at"),
            ("isolation.night_arrival", "F1.at"),
        ),
    ),
    Inject(
        id="INJ-07",
        title="家长群出现“学校死人了”截图",
        text="（演练）家长群截图，12 条追问，一名家长称已报警、正赶来校门口。",
        when=after("F1", 20, late_by=5),
        to=(Post.OFFICE,),
        channel=Channel.MEDIA,
        objective="O6",
        expected=(
            act(
                "G1",
                "首次口径发布且不泄露学生身份",
                Post.OFFICE,
                "parent_first",
                "notice",
                critical=True,
            ),
            act("G2", "校门口家长接待与劝返", Post.MORAL),
            act(
                "G3",
                "舆情同步报教体局",
                Post.LIAISON,
                "report",
                "form:followup_report",
                objective="O2",
            ),
        ),
    ),
    Inject(
        id="INJ-08",
        title="终末消毒与次日停课班级线上衔接",
        text="疾控指导：教室、宿舍、通道终末消毒；高二（7）班明日起居家学习。",
        when=after("F2", 30),
        to=(Post.LOGISTICS, Post.ACADEMIC),
        kind=InjectKind.INFORMATION,
        channel=Channel.APP,
        objective="O5",
        expected=(
            act(
                "H1",
                "消毒方案、配比、作用时间、验收签字齐全",
                Post.LOGISTICS,
                "disinfect",
                "form:disinfect",
                critical=True,
            ),
            act("H2", "消毒后通风、复检", Post.CLEANER),
            act(
                "H3",
                "线上课表、学生设备和网络摸底",
                Post.ACADEMIC,
                "online_class",
                "timetable",
                objective="O7",
            ),
        ),
    ),
)

RELEASED = {
    "INJ-01": 10.0,
    "INJ-02": 26.0,
    "INJ-03": 55.0,
    "INJ-04": 180.0,
    "INJ-05": 272.0,
    "INJ-06": 920.0,
    "INJ-07": 961.0,
    "INJ-08": 996.0,
}

OFF, NOT, CUT = "off", "not", "cut"
SECOND = {
    "A1": (1.5, "P", "P"),
    "A2": (11.0, "P", "S"),
    "A3": (None, "P", "P"),
    "B1": (14.0, "S", "S"),
    "B2": (8.0, "P", "P"),
    "B3": (47.0, "S", "S"),
    "B4": (22.0, "P", "S"),
    "C1": (None, "P", "P"),
    "C2": (35.0, "S", "P"),
    "C3": (24.0, "S", "M"),
    "D1": (71.0, "M", "M"),
    "D2": (None, "S", "S"),
    "E1": (9.0, "P", "P"),
    "E2": (None, "P", "P"),
    "F1": (19.0, "S", "S"),
    "F2": (46.0, "M", "M"),
    "F3": (NOT, "U", "U"),
    "F4": (None, "S", "S"),
    "G1": (38.0, "S", "M"),
    "G2": (OFF, "", ""),
    "G3": (52.0, "S", "S"),
    "H1": (84.0, "P", "P"),
    "H2": (None, "P", "P"),
    "H3": (CUT, "", ""),
}
"""Minutes, first and second rating, of the school of the design's picture."""

TABLE = tuple(PersonId(f"S2-1107-{n:02}") for n in range(1, 15))
ROOM = tuple(PersonId(f"S2-1107-{n:02}") for n in range(1, 8))
CLASS_ = tuple(PersonId(f"S2-1107-{n:02}") for n in range(15, 36))
STAFF = tuple(PersonId(f"T2-{n:02}") for n in range(1, 7))
TRUTH = Truth(
    index=PersonId("S2-1107-40"),
    contacts=(
        ("dorm_room", ROOM),
        ("table", TABLE),
        ("seat", CLASS_),
        ("staff_room", STAFF),
    ),
    secondary=(PersonId("S2-1107-03"), PersonId("S2-1107-05")),
    drawn=True,
)
EVERY = frozenset(p for _where, row in TRUTH.contacts for p in row)
MISSED = frozenset((*TABLE[8:14], *STAFF[:3]))
LISTED = (*sorted(EVERY - MISSED), *(PersonId(f"S2-1201-{n:02}") for n in range(1, 6)))

BASIS = (
    Basis(document="本校应急处置预案", clause="第四章"),
    Basis(document="突发公共卫生事件应急条例", clause="第二十条", law=True),
)


def scene() -> Scene:
    """The scene of all seven."""
    return Scene(
        id="yl-gz-jisu-2020-01",
        title="返校首周发热学生综合演练",
        start=datetime(2020, 3, 28, 7, 0),  # noqa: DTZ001  # a school's own clock
        notice=Notice.DOUBLE_BLIND,
        basis=BASIS,
        objectives=OBJECTIVES,
        standards=STANDARDS,
        injects=INJECTS,
        jumps=(Jump(after="INJ-05", to=Minutes(870)),),
        stop_rules=(
            "出现真实发热、伤病或真实突发事件",
            "拥挤、围堵、家长误信为真",
            "总指挥口令“演练中止”（全员频道）",
        ),
    )


def time_score(minutes: float, found: Standard) -> float:
    if minutes <= found.target:
        return 1.0
    if minutes >= found.fail:
        return 0.0
    return 1 - math.log(minutes / found.target) / math.log(found.fail / found.target)


QUALITY = {"P": 1.0, "S": 0.75, "M": 0.35, "U": 0.0}


def state_of(minutes: float | str | None, found: Standard | None) -> State:
    if minutes == OFF:
        return State.NOT_APPLICABLE
    if minutes == CUT:
        return State.CENSORED
    if minutes == NOT:
        return State.NEVER
    late = isinstance(minutes, float) and found is not None and minutes > found.target
    return State.LATE if late else State.ON_TIME


def mark(
    inject: Inject,
    expected: Expected,
    minutes: float | str | None,
    first: str,
    second: str,
) -> Mark:
    found = scene().standard(expected.standard)
    state = state_of(minutes, found)
    done = minutes if isinstance(minutes, float) else None
    time = time_score(done, found) if found and done is not None else None
    quality = QUALITY[first] if first else None
    score: float | None = None
    if state is State.NEVER:
        score = 0.0
    elif state in {State.ON_TIME, State.LATE}:
        parts = [part for part in (time, quality) if part is not None]
        score = sum(parts) / len(parts) if parts else None
    law = found is not None and found.source_class is SourceClass.LAW
    beyond = state is State.NEVER or (
        done is not None and found is not None and done > found.fail
    )
    return Mark(
        inject=inject,
        expected=expected,
        standard=found,
        state=state,
        minutes=None if done is None else Minutes(done),
        time=time,
        quality=quality,
        score=score,
        person=PersonId(f"P-{expected.by}"),
        rating=Rating(first) if first else None,
        second_rating=Rating(second) if second else None,
        evidence=expected.evidence[0],
        breaks_law=law and beyond,
        released=Minutes(RELEASED[inject.id]),
    )


def marks(number: int) -> tuple[Mark, ...]:
    """The marks of one of the seven."""
    return tuple(
        mark(inject, expected, *_result(number, expected))
        for inject, expected in scene().expected()
    )


def _result(number: int, expected: Expected) -> tuple[float | str | None, str, str]:
    minutes, first, second = SECOND[expected.id]
    if number == 2:
        return minutes, first, second
    drawn = uniform(11, f"drill {expected.id}", number)
    skill = (0.62, 0.55, 0.5, 0.6, 0.97, 0.16, 0.5)[number]
    if isinstance(minutes, float):
        minutes = round(minutes * (0.4 + 1.4 * drawn * (1.4 - skill)), 1)
    elif minutes == NOT and drawn < skill + 0.2:
        minutes = round(25 + 60 * drawn)
        minutes = float(minutes)
    if minutes in {OFF, CUT}:
        return minutes, first, second
    rated = "PSMU"[min(int(4 * drawn ** (0.5 + 3 * skill)), 3)]
    return minutes, rated, ""


def in_places(expected: Expected, inject: Inject) -> tuple[InPlace, ...]:
    wanted = expected.objective or inject.objective
    return next(row.in_place for row in OBJECTIVES if row.id == wanted)


def places(found: tuple[Mark, ...]) -> tuple[PlaceMark, ...]:
    made = []
    for place in InPlace:
        rows = [m for m in found if place in in_places(m.expected, m.inject)]
        scores = [m.score for m in rows if m.score is not None]
        value = None
        if len(scores) >= 3:
            mean = sum(scores) / len(scores)
            half = 0.42 / math.sqrt(len(scores))
            value = Interval(
                value=mean, low=max(mean - half, 0.0), high=min(mean + half * 0.8, 1.0)
            )
        made.append(
            PlaceMark(
                in_place=place, actions=len(rows), counted=len(scores), value=value
            )
        )
    return tuple(made)


def log(number: int, found: tuple[Mark, ...]) -> Log:
    """A log as it came in: releases, deeds, a pause and a jump."""
    start = Minutes(0.0)
    rows = []
    for m in found:
        if m.state is State.CENSORED:
            continue
        wall = RELEASED[m.inject.id] + (m.minutes or 3.0)
        rows.append(
            Entry(
                wall=Minutes(wall),
                action=m.expected.id,
                received=Minutes(RELEASED[m.inject.id] + 0.5),
                person=m.person,
                rating=m.rating,
                rater="E1" if m.rating else "",
                second_rating=m.second_rating,
                second_rater="E2" if m.second_rating else "",
                listed=LISTED if m.expected.id == "D1" else (),
                evidence=m.evidence,
                waived="校门口没有家长到场" if m.state is State.NOT_APPLICABLE else "",
                note="评估员在场" if m.expected.id == "A3" else "",
            )
        )
    rows = [row for row in rows if row.action != "F3" or number != 2]
    releases = [Entry(wall=Minutes(at_), inject=id_) for id_, at_ in RELEASED.items()]
    return Log(
        scene=scene().id,
        school=CODES[number],
        clock=(
            ClockEvent(wall=start, kind=ClockKind.START, by="总指挥"),
            ClockEvent(wall=Minutes(300.0), kind=ClockKind.PAUSE, by="总指挥"),
            ClockEvent(wall=Minutes(312.0), kind=ClockKind.RESUME, by="总指挥"),
            ClockEvent(wall=Minutes(330.0), kind=ClockKind.JUMP, value=870.0),
            ClockEvent(wall=Minutes(1000.0), kind=ClockKind.STOP, by="总指挥"),
        ),
        entries=tuple(sorted([*releases, *rows], key=lambda row: row.wall)),
        truth=TRUTH,
        played=number != 2,
        source="" if number != 2 else "live",
    )


POSTS = tuple(
    (str(post), f"P-{post}")
    for post in (
        Post.GUARD,
        Post.DOCTOR,
        Post.VICE_HEAD,
        Post.CLASS_TEACHER,
        Post.LIAISON,
        Post.CLEANER,
        Post.LOGISTICS,
        Post.GRADE_HEAD,
        Post.CANTEEN,
        Post.DORM_MANAGER,
        Post.COUNSELLOR,
        Post.OFFICE,
        Post.MORAL,
        Post.ACADEMIC,
    )
)


def evaluation(number: int = 2) -> Evaluation:
    """One school's drill, judged."""
    found = marks(number)
    if number == 2:
        found = tuple(
            replace(m, recall=32 / 41, precision=32 / 37)
            if m.expected.id == "D1"
            else replace(m, person=PersonId("P-deputy"))
            if m.expected.id == "E1"
            else replace(m, rectified="补充记录后认可")
            if m.expected.id == "C3"
            else m
            for m in found
        )
    known = places(found)
    values = [place.value for place in known if place.value]
    total = Interval(
        value=sum(v.value for v in values) / len(values),
        low=sum(v.low for v in values) / len(values),
        high=sum(v.high for v in values) / len(values),
    )
    counted = sum(m.score is not None for m in found)
    return Evaluation(
        scene=scene(),
        school=CODES[number],
        school_name=NAMES[number],
        marks=found,
        places=known,
        total=total,
        coverage=Share(counted / len(found)),
        kappa=0.74 if number == 2 else None,
        posts=POSTS,
        log=log(number, found),
    )


def price(
    key: str,
    label: str,
    measured: str,
    standard_: str,
    infections: Estimate,
    *,
    effort: float,
) -> Price:
    return Price(
        key=key,
        label=label,
        measured=measured,
        standard=standard_,
        infections=infections,
        outbreak5=infections.scaled(0.011),
        apart_days=infections.scaled(14.0),
        lessons=infections.scaled(3.4),
        effort=effort,
    )


def prices(number: int) -> tuple[Price, ...]:
    less = 1.0 if number == 2 else 0.5 + uniform(5, "price", number)
    rows = (
        (
            "isolation.night_delay",
            "夜间分室、单管",
            "46 分",
            "10 分",
            (3.1, 1.2, 5.6),
            2.0,
        ),
        ("tracing.recall", "名单漏人（查全率）", "0.78", "0.95", (2.4, 0.9, 4.3), 1.0),
        ("report.night", "夜间补报", "没做", "30 分", (0.9, 0.1, 2.0), 1.0),
        (
            "isolation.night_arrival",
            "夜班到场",
            "19 分",
            "10 分",
            (0.4, -0.3, 1.2),
            3.0,
        ),
        ("isolation.delay", "入室", "14 分", "10 分", (0.2, -0.4, 0.8), 1.0),
        ("tracing.delay", "名单", "71 分", "60 分", (0.1, -0.4, 0.7), 1.0),
        ("all", "一起补", "", "", (5.7, 2.6, 9.4), 5.0),
    )
    return tuple(
        price(
            key,
            label,
            measured,
            standard_,
            Estimate(v, lo, hi).scaled(less),
            effort=effort,
        )
        for key, label, measured, standard_, (v, lo, hi), effort in rows
    )


GAPS = (
    Gap(
        action="F2",
        text="校医已离校，宿管员没有接过这一岗的培训，先打电话后分室",
        cause=Cause.PEOPLE,
        evidence="评估员现场记录",
    ),
    Gap(
        action="D1",
        text="漏的是同桌就餐 6 人、跨班授课教师 3 人",
        cause=Cause.PLAN,
        evidence="名单与真值比对",
    ),
    Gap(
        action="F3",
        text="报告人夜间没有 B角，报告表不在宿舍值班室",
        cause=Cause.PLAN,
        evidence="没有补报记录",
    ),
    Gap(
        action="B3",
        text="首报等全部信息齐了才报",
        cause=Cause.COORDINATION,
        evidence="通话记录",
    ),
    Gap(
        action="C3",
        text="呕吐包放在总务库房，周末要找钥匙",
        cause=Cause.SUPPLIES,
        evidence="出库单",
    ),
    Gap(
        action="G1",
        text="校门口信号弱，家长群消息晚到",
        cause=Cause.SURROUNDINGS,
        evidence="截图",
    ),
)
CORRECTIONS = (
    Correction(
        gap="F2",
        text="宿管员先分室再打电话，室友带到同层空房",
        owner="总务主任 XM03-T017",
        due=date(2020, 4, 5),
        inject="INJ-06",
    ),
    Correction(
        gap="D1",
        text="名单由座位表和床位表一键生成，年级主任只补漏",
        owner="教务主任 XM03-T022",
        due=date(2020, 4, 4),
        inject="INJ-04",
    ),
    Correction(
        gap="F3",
        text="报告人设夜间 B角，报告表放宿舍值班室",
        owner="信息联络员 XM03-T031",
        due=date(2020, 4, 4),
        inject="INJ-06",
    ),
    Correction(
        gap="B3",
        text="首报先报“发现、去向、联系人”三项，其余 1 小时内补",
        owner="信息联络员 XM03-T031",
        due=date(2020, 4, 6),
        inject="INJ-02",
        verified=True,
    ),
)
CHANGES = (
    Change(
        deed=Deed.CHANGED,
        table="measures",
        school="二高",
        row="发热等症状者隔离 M05",
        field="night_delay",
        kind="isolation",
        before="10",
        after="46",
    ),
    Change(deed=Deed.ADDED, table="duties", school="二高", row="夜间单管 B角"),
)


def review(number: int = 2) -> Review:
    """One school's drill with all that follows."""
    rest = number != 2
    return Review(
        evaluation=evaluation(number),
        prices=prices(number),
        gaps=GAPS[: 2 if rest else None],
        corrections=CORRECTIONS[: 2 if rest else None],
        changes=() if number == 4 else CHANGES,
        as_planned=Estimate(0.18, 0.164, 0.197),
        as_rehearsed=Estimate(0.243, 0.225, 0.262),
        runs=2000,
        seed=20200328,
        model_version="1.0",
        parameters_version="2020-03",
    )


def comparison() -> Comparison:
    """Seven schools, one order that can be told."""
    rest = tuple(code for code in CODES if code not in {CODES[4], CODES[5]})
    return Comparison(
        reviews=tuple(review(number) for number in range(7)),
        order=((CODES[4],), rest, (CODES[5],)),
        better=((CODES[4], CODES[5], 0.99), (CODES[4], CODES[2], 0.93)),
        practices=(
            Practice(
                action="A1",
                school=CODES[2],
                minutes=1.5,
                median=2.2,
                takers=(CODES[0], CODES[5]),
            ),
            Practice(
                action="E1",
                school=CODES[4],
                minutes=4.1,
                median=9.0,
                takers=CODES[:4],
            ),
        ),
        runs=2000,
        seed=20200328,
        model_version="1.0",
    )


def level() -> Comparison:
    """Seven schools that cannot be told apart, and no practice that stands out."""
    return replace(comparison(), order=(CODES,), better=(), practices=())


def bare() -> Review:
    """A school of which next to nothing is known."""
    whole = scene()
    first = replace(INJECTS[0], source=None, feeds=(), when=When(), objective="O9")
    small = replace(whole, injects=(first,), basis=(), stop_rules=(), jumps=())
    marks_ = tuple(
        Mark(
            inject=first,
            expected=expected,
            standard=small.standard(expected.standard),
            state=State.CENSORED,
            minutes=None,
            time=None,
            quality=None,
            score=None,
        )
        for expected in first.expected
    )
    return Review(
        evaluation=Evaluation(
            scene=small,
            school=SchoolCode("../x y"),
            school_name="小学",
            marks=marks_,
            places=tuple(
                PlaceMark(in_place=place, actions=0, counted=0, value=None)
                for place in InPlace
            ),
            total=None,
            coverage=Share(0.0),
            kappa=None,
            posts=(),
            log=Log(scene=small.id, school=SchoolCode("../x y"), clock=(), entries=()),
        ),
        prices=(),
        gaps=(),
        corrections=(),
        changes=(),
        as_planned=Estimate(0.1, 0.08, 0.12),
        as_rehearsed=Estimate(0.1, 0.08, 0.12),
    )


def hostile() -> Review:
    """Every text that people write tries to be markup."""
    whole = review()
    judged = replace(
        whole.evaluation,
        school_name=HOSTILE,
        scene=replace(scene(), title=HOSTILE, stop_rules=(HOSTILE,)),
        kappa=0.31,
        marks=tuple(
            replace(
                m,
                expected=replace(m.expected, act=HOSTILE),
                inject=replace(m.inject, title=HOSTILE, text=HOSTILE),
            )
            for m in whole.evaluation.marks
        ),
    )
    return replace(
        whole,
        evaluation=judged,
        gaps=tuple(replace(gap, text=HOSTILE) for gap in whole.gaps),
        corrections=tuple(replace(row, text=HOSTILE) for row in whole.corrections),
        prices=tuple(replace(row, label=HOSTILE) for row in whole.prices),
    )
