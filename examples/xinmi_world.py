"""The example district 新密 as values: its areas, schools, days, crews, duties, goods.

Counts are assumptions; no person and no school document is real. Public texts, towns and
dates of 2020 are facts. make_xinmi.py builds the plan from this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

from bihuan.plan.words import (
    DayKind,
    Driver,
    InPlace,
    Partner,
    Post,
    Setting,
    Stage,
    Tuning,
    Unit,
    ZoneKind,
)

SEED = 20200402
DRAWN_UP = date(2020, 4, 2)
OPENS = date(2020, 4, 7)
NOT_BEFORE = date(2020, 4, 13)
JUNIOR_THREE = date(2020, 4, 20)
OUT = Path(__file__).parent / "xinmi" / "plan.xlsx"

# --- the district -------------------------------------------------------------------

AREAS = {
    "城区": ("青屏街街道", "新华路街道", "西大街街道", "城关镇"),
    "矿区": ("矿区街道", "来集镇", "岳村镇"),
    "东片": ("曲梁镇", "刘寨镇", "白寨镇", "郑州曲梁产业集聚区"),
    "西片": ("米村镇", "牛店镇", "平陌镇", "袁庄乡", "伏羲山风景区"),
    "南片": ("超化镇", "苟堂镇", "大隗镇"),
}

LEVELS = {
    0: "幼儿园",
    1: "一年级",
    2: "二年级",
    3: "三年级",
    4: "四年级",
    5: "五年级",
    6: "六年级",
    7: "七年级",
    8: "八年级",
    9: "九年级",
    10: "高一",
    11: "高二",
    12: "高三",
}

BASIS: tuple[tuple[str, str, str, str, date | None], ...] = (
    ("hygiene-1990", "学校卫生工作条例", "国家教育委员会、卫生部", "国家教委令第10号、卫生部令第1号", date(1990, 6, 4)),
    ("report-2006", "学校和托幼机构传染病疫情报告工作规范（试行）", "卫生部、教育部", "卫办疾控发〔2006〕65号", date(2006, 4, 6)),
    ("gb28932-2012", "中小学校传染病预防控制工作管理规范", "国家标准", "GB 28932-2012", date(2012, 12, 31)),
    ("ili-2018", "流感样病例暴发疫情处置指南（2018年版）", "中国疾病预防控制中心", "", None),
    ("food-2019", "学校食品安全与营养健康管理规定", "教育部、市场监管总局、国家卫生健康委", "", date(2019, 2, 20)),
    ("data-2020", "关于做好个人信息保护利用大数据支撑联防联控工作的通知", "中央网信办", "", date(2020, 2, 4)),
    ("covid-1", "中小学校新冠肺炎防控技术方案（第一版）", "国务院应对新冠肺炎疫情联防联控机制", "", date(2020, 2, 24)),
    ("moe-2020-03-12", "中小学校新型冠状病毒肺炎防控指南", "教育部应对新冠肺炎疫情工作领导小组", "", date(2020, 3, 12)),
    ("henan-2020-03-31", "河南省2020年春季学期开学安排（据2020年3月31日新华社报道，原文题名待核）", "河南省", "", date(2020, 3, 31)),
)  # fmt: skip
"""Public texts the plan rests on: code (the rule book's), title, issuer, number, day issued."""

OWN_DOCUMENTS = ("通知", "办法之一", "办法之二", "办法之三", "办法之四")
"""The bureau's own 1个通知、4个办法 are not public: five empty rows 待录入."""


@dataclass(frozen=True, kw_only=True)
class Small:
    """A school given by counts only."""

    code: str
    name: str
    stage: Stage
    area: str
    levels: Sequence[int]
    students: int
    staff: int
    boarders: int = 0
    superior: str = ""


SMALL = (
    Small(code="CZ-A", name="城区第一初级中学（示例）", stage=Stage.JUNIOR, area="城区", levels=range(7, 10), students=1960, staff=148),
    Small(code="CZ-B", name="城区第二初级中学（示例）", stage=Stage.JUNIOR, area="城区", levels=range(7, 10), students=1710, staff=131),
    Small(code="CZ-C", name="矿区初级中学（示例）", stage=Stage.JUNIOR, area="矿区", levels=range(7, 10), students=1120, staff=93, boarders=380),
    Small(code="CZ-D", name="东片初级中学（示例）", stage=Stage.JUNIOR, area="东片", levels=range(7, 10), students=1340, staff=107, boarders=620),
    Small(code="CZ-E", name="西片初级中学（示例）", stage=Stage.JUNIOR, area="西片", levels=range(7, 10), students=890, staff=76, boarders=540),
    Small(code="CZ-F", name="南片初级中学（示例）", stage=Stage.JUNIOR, area="南片", levels=range(7, 10), students=1180, staff=95, boarders=450),
    Small(code="XX-A", name="城区第一小学（示例）", stage=Stage.PRIMARY, area="城区", levels=range(1, 7), students=2240, staff=121),
    Small(code="XX-B", name="城区第二小学（示例）", stage=Stage.PRIMARY, area="城区", levels=range(1, 7), students=1880, staff=104),
    Small(code="XX-C", name="城区第三小学（示例）", stage=Stage.PRIMARY, area="城区", levels=range(1, 7), students=1530, staff=86),
    Small(code="XX-D", name="矿区小学（示例）", stage=Stage.PRIMARY, area="矿区", levels=range(1, 7), students=960, staff=58),
    Small(code="XX-E", name="东片小学（示例）", stage=Stage.PRIMARY, area="东片", levels=range(1, 7), students=840, staff=52),
    Small(code="XX-F", name="西片小学（示例）", stage=Stage.PRIMARY, area="西片", levels=range(1, 7), students=520, staff=36),
    Small(code="XX-G", name="南片第一小学（示例）", stage=Stage.PRIMARY, area="南片", levels=range(1, 7), students=610, staff=41, superior="ZX-A"),
    Small(code="XX-H", name="南片第二小学（示例）", stage=Stage.PRIMARY, area="南片", levels=range(1, 7), students=330, staff=24, superior="ZX-A"),
    Small(code="ZX-A", name="南片中心校（示例）", stage=Stage.TOWNSHIP_CENTRE, area="南片", levels=range(7), students=1260, staff=82),
)  # fmt: skip

PASSED = date(2020, 4, 1)
"""The day on which the high schools passed the inspection, all but the two of READY."""
READY = {
    "KQZX": date(2020, 4, 2),
    "SANG": date(2020, 4, 8),
    "CZ-A": date(2020, 4, 8),
    "CZ-B": date(2020, 4, 8),
    "CZ-C": date(2020, 4, 10),
    "CZ-D": date(2020, 4, 10),
    "CZ-E": date(2020, 4, 14),
    "CZ-F": date(2020, 4, 13),
    "XX-A": date(2020, 4, 13),
    "XX-B": date(2020, 4, 13),
    "XX-C": date(2020, 4, 15),
    "XX-D": date(2020, 4, 15),
    "XX-E": date(2020, 4, 16),
    "XX-F": date(2020, 4, 20),
    "XX-G": date(2020, 4, 17),
    "XX-H": date(2020, 4, 22),
    "ZX-A": date(2020, 4, 20),
}
"""From when a school can be inspected. 三高 is late for the province's day: to be told by name."""

STAGING = (
    (Tuning.TERM, 40, None),
    (Tuning.GAP, 2, Stage.SENIOR),
    (Tuning.GAP, 2, Stage.VOCATIONAL),
    (Tuning.SAMPLED, 0.1, None),
    (Tuning.OBSERVED, 0.005, None),
)
"""How the return is staggered: what differs from the defaults, of which schools."""

HURRIED = ("YIGZ", "ERGZ", "ZJZX")
"""Schools whose halls are small for their pupils: four short sittings, every seat taken."""
SLOTTED = (
    (Tuning.SEATED, 0.9, 1.0),
    (Tuning.EATING, 15, 12),
    (Tuning.COUNTER, 280, 420),
    (Tuning.TAPS, 56, 56),
)
"""Of a day's slots: what holds at most schools, what at those of HURRIED."""

SUPPLIED = (
    (date(2020, 4, 7), 9_000),
    (date(2020, 4, 13), 21_000),
    (date(2020, 4, 20), 32_000),
    (date(2020, 4, 27), 45_000),
)
"""How many at school the supplies are enough for, from a day on."""

SIBLINGS = (
    ("XX-A", 3, "CZ-A", 7, 38),
    ("XX-A", 5, "CZ-A", 8, 41),
    ("XX-B", 4, "CZ-B", 7, 29),
    ("XX-C", 2, "CZ-B", 8, 22),
    ("XX-D", 4, "CZ-C", 7, 17),
    ("XX-E", 5, "CZ-D", 8, 15),
    ("XX-F", 3, "CZ-E", 7, 9),
    ("XX-G", 6, "CZ-F", 7, 12),
    ("XX-H", 2, "ZX-A", 4, 6),
    ("ZX-A", 5, "CZ-F", 8, 14),
    ("CZ-A", 7, "YIGZ", 10, 26),
    ("CZ-B", 8, "SYGZ", 11, 19),
    ("CZ-C", 7, "KQZX", 10, 11),
    ("CZ-F", 8, "SANG", 11, 13),
)
"""Families with a child in each of two grades: school, level, other school, level, how many."""

CALENDAR = (
    *((date(2020, 4, 26), DayKind.SCHOOL_DAY, "劳动节调休，补周二课"),),
    *((date(2020, 5, day), DayKind.HOLIDAY, "劳动节") for day in range(1, 6)),
    *((date(2020, 5, 9), DayKind.SCHOOL_DAY, "劳动节调休，上周六课"),),
    *((date(2020, 6, day), DayKind.HOLIDAY, "端午节") for day in range(25, 28)),
    *((date(2020, 6, 28), DayKind.SCHOOL_DAY, "端午节调休，补周四课"),),
)

# --- the seven high schools ---------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Campus:
    """A high school as its plan describes it; every count is an assumption."""

    code: str
    name: str
    area: str
    vocational: bool = False
    classes: tuple[int, int, int]
    """Classes of 高一, 高二, 高三."""
    arts: int = 6
    """Classes of 文科 among those of 高二, likewise of 高三."""
    size: tuple[int, int]
    """Fewest, most students in a class."""
    boarding: int
    """Boarders among 100 students."""
    beds: int
    """Beds in a dormitory room."""
    room: float
    """Area of a class room, m²."""
    halls: tuple[tuple[str, float, int], ...]
    """Canteen halls: name, area in m², seats."""
    gates: tuple[tuple[str, float, int], ...]
    """Gates: name, waiting area in m², lanes."""
    isolation: tuple[int, ...]
    """Beds of each isolation room."""
    observation: tuple[int, int]
    """Rooms of the observation area, beds in each."""
    crew: Mapping[Post, int]
    buses: int = 0
    shift: int = 0
    """Minutes by which the day is later than that of 实验高中."""
    leave_every: int
    leave_days: int = 2
    first_leave: date
    returns: tuple[date, date, date] = (date(2020, 4, 16), NOT_BEFORE, OPENS)
    """When 高一, 高二, 高三 come back."""
    checks: tuple[str, str, str] = ("07:20", "14:00", "21:40")
    sight: tuple[float, float, float] = (0.92, 0.35, 0.03)
    """Of a check: sensitivity with fever, without fever, share not looked at."""
    delay: tuple[int, int] = (10, 30)
    """Minutes from being found to being apart, by day and by night."""
    recall: float
    listing: float = 4.0
    """Hours until the contacts are listed."""
    listed: tuple[Setting, ...] = (Setting.SEAT, Setting.DORM_ROOM, Setting.TABLE)
    wearing: float
    airing: tuple[int, int] = (3, 30)
    """Times a day, minutes each time."""
    dining: tuple[int, int] = (3, 20)
    """Batches, minutes from one to the next."""
    arriving: tuple[int, int] = (2, 15)
    breaks: tuple[int, int] = (2, 3)
    spacing: float = 0.0
    visitors: int = 4
    survey: tuple[float, float, float] = (1.0, 0.92, 0.45)
    """Coverage, truthful, flagged."""
    shutting: tuple[Unit, ...] = (Unit.CLASS, Unit.DORM_ROOM)
    """Units kept apart on one confirmed case."""
    stock: int
    """Days the supplies last."""


def _crew(
    *,
    doctors: int,
    guards: int,
    dorms: int,
    canteen: int,
    cleaners: int,
    drivers: int = 0,
) -> dict[Post, int]:
    """Posts outside the class room, how many persons each."""
    return {
        Post.HEAD: 1,
        Post.PARTY_SECRETARY: 1,
        Post.VICE_HEAD: 4,
        Post.OFFICE: 2,
        Post.ACADEMIC: 2,
        Post.MORAL: 3,
        Post.LOGISTICS: 4,
        Post.GRADE_HEAD: 6,
        Post.DOCTOR: doctors,
        Post.COUNSELLOR: 2,
        Post.LIAISON: 2,
        Post.GUARD: guards,
        Post.DORM_MANAGER: dorms,
        Post.CANTEEN: canteen,
        Post.CLEANER: cleaners,
        Post.DRIVER: drivers,
    }


SEVEN = (
    Campus(
        code="SYGZ",
        name="实验高中",
        area="城区",
        classes=(20, 20, 20),
        size=(53, 57),
        boarding=92,
        beds=8,
        room=78.0,
        halls=(("一餐厅", 1150.0, 720), ("二餐厅", 980.0, 560)),
        gates=(("南门", 260.0, 3), ("东门", 140.0, 2)),
        isolation=(2, 2, 2, 2),
        observation=(12, 1),
        crew=_crew(doctors=6, guards=14, dorms=16, canteen=62, cleaners=24),
        leave_every=28,
        leave_days=3,
        first_leave=date(2020, 5, 1),
        recall=0.91,
        wearing=0.9,
        spacing=1.0,
        visitors=2,
        stock=20,
    ),
    Campus(
        code="YIGZ",
        name="一高",
        area="城区",
        classes=(26, 24, 26),
        size=(53, 57),
        arts=8,
        boarding=84,
        beds=8,
        room=80.0,
        halls=(
            ("学生一餐厅", 1250.0, 780),
            ("学生二餐厅", 860.0, 560),
            ("三楼餐厅", 560.0, 330),
        ),
        gates=(("正门", 300.0, 4), ("西门", 150.0, 3)),
        isolation=(3, 3, 2, 2),
        observation=(16, 1),
        crew=_crew(doctors=7, guards=16, dorms=18, canteen=78, cleaners=30),
        shift=-10,
        leave_every=28,
        leave_days=3,
        first_leave=date(2020, 5, 1),
        checks=("07:10", "13:50", "21:30"),
        sight=(0.93, 0.4, 0.02),
        delay=(8, 20),
        recall=0.95,
        listing=2.0,
        listed=(Setting.SEAT, Setting.DORM_ROOM, Setting.TABLE, Setting.CLASSROOM),
        wearing=0.92,
        visitors=3,
        survey=(1.0, 0.94, 0.5),
        shutting=(Unit.CLASS, Unit.DORM_ROOM, Unit.DORM_FLOOR),
        stock=24,
    ),
    Campus(
        code="ERGZ",
        name="二高",
        area="城区",
        classes=(22, 22, 20),
        size=(54, 58),
        boarding=88,
        beds=8,
        room=74.0,
        halls=(("一楼餐厅", 1350.0, 880), ("二楼餐厅", 700.0, 420)),
        gates=(("大门", 220.0, 3), ("北门", 120.0, 2)),
        isolation=(2, 2, 2, 2),
        observation=(8, 1),
        crew=_crew(doctors=6, guards=12, dorms=16, canteen=60, cleaners=22),
        leave_every=14,
        first_leave=date(2020, 4, 25),
        sight=(0.9, 0.3, 0.05),
        delay=(10, 40),
        recall=0.84,
        listing=6.0,
        wearing=0.85,
        visitors=6,
        stock=18,
    ),
    Campus(
        code="KQZX",
        name="矿区中学",
        area="矿区",
        classes=(12, 12, 12),
        arts=4,
        size=(55, 59),
        boarding=70,
        beds=6,
        room=72.0,
        halls=(("餐厅一楼", 820.0, 480), ("餐厅二楼", 820.0, 460)),
        gates=(("正门", 180.0, 3),),
        isolation=(2, 2, 1),
        observation=(8, 1),
        crew=_crew(doctors=3, guards=8, dorms=8, canteen=36, cleaners=14),
        shift=5,
        leave_every=14,
        first_leave=date(2020, 4, 25),
        checks=("07:25", "14:05", "21:45"),
        sight=(0.88, 0.3, 0.06),
        delay=(10, 45),
        recall=0.8,
        listing=8.0,
        wearing=0.8,
        airing=(3, 30),
        visitors=8,
        stock=17,
    ),
    Campus(
        code="ZJZX",
        name="职教中心",
        area="东片",
        vocational=True,
        classes=(18, 18, 16),
        size=(51, 56),
        boarding=76,
        beds=6,
        room=76.0,
        halls=(("第一食堂", 1180.0, 640), ("第二食堂", 640.0, 380)),
        gates=(("东大门", 240.0, 3), ("实训楼门", 120.0, 2)),
        isolation=(2, 2, 2, 2, 2),
        observation=(30, 1),
        crew=_crew(doctors=5, guards=12, dorms=14, canteen=50, cleaners=20),
        shift=20,
        leave_every=14,
        first_leave=date(2020, 4, 18),
        returns=(date(2020, 4, 17), date(2020, 4, 14), OPENS),
        checks=("07:40", "14:20", "21:40"),
        sight=(0.88, 0.28, 0.08),
        delay=(9, 30),
        recall=0.78,
        listing=8.0,
        wearing=0.75,
        airing=(4, 30),
        arriving=(3, 12),
        visitors=10,
        survey=(1.0, 0.88, 0.4),
        stock=19,
    ),
    Campus(
        code="SANG",
        name="三高",
        area="南片",
        classes=(14, 14, 14),
        arts=4,
        size=(55, 59),
        boarding=96,
        beds=8,
        room=70.0,
        halls=(("大餐厅", 1240.0, 700), ("小餐厅", 380.0, 220)),
        gates=(("校门", 160.0, 3),),
        isolation=(2, 2, 2),
        observation=(6, 1),
        crew=_crew(doctors=4, guards=8, dorms=12, canteen=40, cleaners=16),
        shift=-5,
        leave_every=28,
        first_leave=date(2020, 5, 2),
        checks=("07:15", "13:55", "21:35"),
        sight=(0.86, 0.28, 0.06),
        delay=(10, 60),
        recall=0.75,
        listing=12.0,
        wearing=0.78,
        visitors=6,
        stock=16,
    ),
    Campus(
        code="QPGZ",
        name="青屏高中",
        area="城区",
        classes=(16, 16, 16),
        size=(52, 56),
        boarding=58,
        beds=6,
        room=76.0,
        halls=(("一楼餐厅", 900.0, 540), ("二楼餐厅", 900.0, 520)),
        gates=(("北门", 200.0, 3), ("西门", 130.0, 3)),
        isolation=(2, 2, 2),
        observation=(10, 1),
        crew=_crew(doctors=5, guards=12, dorms=10, canteen=46, cleaners=18, drivers=8),
        buses=4,
        leave_every=14,
        first_leave=date(2020, 4, 18),
        returns=(date(2020, 4, 17), date(2020, 4, 14), OPENS),
        sight=(0.9, 0.35, 0.04),
        delay=(10, 35),
        recall=0.86,
        wearing=0.86,
        arriving=(3, 12),
        visitors=5,
        survey=(1.0, 0.9, 0.45),
        stock=18,
    ),
)

GRADES = (10, 11, 12)
FIRST_YEAR = GRADES[0]
AIR = 1.2
"""Air changes an hour of a room whose windows stand as they usually do."""

DAY = """
    起床洗漱    wash       05:50 06:10 boarders
    到校        arrival    06:10 06:50 day_students
    早读        study      06:50 07:25
    早餐        breakfast  07:25 08:25
    第1节       lesson     08:30 09:10
    课间1       break      09:10 09:20
    第2节       lesson     09:20 10:00
    课间操      exercise   10:00 10:25
    第3节       lesson     10:25 11:05
    课间3       break      11:05 11:15
    第4节       lesson     11:15 11:55
    午餐        lunch      11:55 12:55
    午休        noon_rest  13:00 13:50 boarders
    午读        study      13:55 14:10
    第5节       lesson     14:10 14:50
    课间5       break      14:50 15:00
    第6节       lesson     15:00 15:40
    课间6       break      15:40 15:50
    第7节       lesson     15:50 16:30
    课间7       break      16:30 16:40
    第8节       lesson     16:40 17:20
    晚餐        supper     17:20 18:20
    晚自习1     study      18:40 19:30
    课间9       break      19:30 19:40
    晚自习2     study      19:40 20:40
    课间10      break      20:40 20:50
    晚自习3     study      20:50 22:00
    放学        dismissal  22:00 22:15 day_students
    晚洗漱      wash       22:00 22:30 boarders
    就寝        sleep      22:30 05:50 boarders
"""
"""The day of 实验高中; that of another school is some minutes earlier or later until 18:40."""

EVENING = time(18, 30)
"""From here on every school keeps the same hours: evening study ends at 22:00."""

SUBJECTS: Mapping[str, Mapping[str, int]] = {
    "高一": {"语文": 6, "数学": 7, "英语": 7, "物理": 4, "化学": 4, "生物": 3, "政治": 3, "历史": 3, "地理": 3, "体育": 2, "音乐": 1, "美术": 1, "信息技术": 2, "心理健康": 1, "班会": 1},
    "高二理": {"语文": 6, "数学": 8, "英语": 8, "物理": 6, "化学": 6, "生物": 5, "政治": 2, "体育": 3, "信息技术": 2, "心理健康": 1, "班会": 1},
    "高二文": {"语文": 7, "数学": 8, "英语": 8, "政治": 6, "历史": 6, "地理": 6, "体育": 3, "信息技术": 2, "心理健康": 1, "班会": 1},
    "高三理": {"语文": 8, "数学": 8, "英语": 8, "物理": 7, "化学": 6, "生物": 7, "体育": 2, "心理健康": 1, "班会": 1},
    "高三文": {"语文": 8, "数学": 8, "英语": 8, "政治": 7, "历史": 7, "地理": 7, "体育": 2, "班会": 1},
    "职教": {"语文": 5, "数学": 5, "英语": 5, "德育": 2, "体育": 3, "信息技术": 4, "专业理论": 10, "专业实训": 12, "心理健康": 1, "班会": 1},
}  # fmt: skip
"""Lessons a week by stream; eight a day on six days fill 48."""

SHARED = ("体育", "音乐", "美术", "信息技术", "心理健康", "德育")
"""Subjects whose teachers serve all grades; those of the others keep to one grade."""

LEADERS = {
    "高一": ("语文", "数学"),
    "高二理": ("物理", "化学"),
    "高二文": ("政治", "历史"),
    "高三理": ("物理", "化学"),
    "高三文": ("政治", "历史"),
    "职教": ("专业实训", "专业实训"),
}
"""Whose teacher is class teacher: of the first class of a pair, of the second."""

FULL_LOAD = 16
"""Most lessons a week of one teacher, the class meeting of a class teacher apart."""

CODES = {
    Post.HEAD: "XZ",
    Post.PARTY_SECRETARY: "SJ",
    Post.VICE_HEAD: "FX",
    Post.OFFICE: "BGS",
    Post.ACADEMIC: "JW",
    Post.MORAL: "DY",
    Post.LOGISTICS: "ZW",
    Post.GRADE_HEAD: "NJ",
    Post.DOCTOR: "XY",
    Post.COUNSELLOR: "XL",
    Post.LIAISON: "XX",
    Post.GUARD: "BA",
    Post.DORM_MANAGER: "SG",
    Post.CANTEEN: "ST",
    Post.CLEANER: "BJ",
    Post.DRIVER: "SJY",
}
ROTA = {Post.DOCTOR: 4}
"""Posts of which only so many take turns at duties; the others stand in."""

CONTRACTED = (Post.GUARD, Post.CANTEEN, Post.CLEANER)
LIVING_IN = (Post.DOCTOR, Post.DORM_MANAGER, Post.GUARD, Post.CANTEEN)


@dataclass(frozen=True, kw_only=True)
class Job:
    """A duty of every school: its place and hours where it has some."""

    name: str
    in_place: InPlace
    standard: str
    post: Post
    deputy: Post
    start: str = ""
    end: str = ""
    at: ZoneKind | None = None
    """One duty for each place of this kind."""


D = InPlace
JOBS = (
    Job(name="疫情防控第一责任人", in_place=D.PLAN, standard="每日研判一次，有记录", post=Post.HEAD, deputy=Post.PARTY_SECRETARY),
    Job(name="方案预案制定与备案", in_place=D.PLAN, standard="五类方案开学前10日报备", post=Post.VICE_HEAD, deputy=Post.OFFICE),
    Job(name="党员先锋岗", in_place=D.PLAN, standard="每个重点岗位有党员", post=Post.PARTY_SECRETARY, deputy=Post.VICE_HEAD),
    Job(name="四级联防联控网络", in_place=D.PLAN, standard="学校、年级、班级、小组逐级抽测可接通", post=Post.OFFICE, deputy=Post.MORAL),
    Job(name="岗位培训", in_place=D.PLAN, standard="上岗前培训到人", post=Post.ACADEMIC, deputy=Post.MORAL),
    Job(name="应急演练与开学第一课", in_place=D.PLAN, standard="开学前每校区一次实战演练，全员参加", post=Post.VICE_HEAD, deputy=Post.MORAL),
    Job(name="安全隐患排查", in_place=D.PLAN, standard="九类隐患每周一查，登记、整改、销号", post=Post.VICE_HEAD, deputy=Post.LOGISTICS),
    Job(name="与卫生公安等部门联络", in_place=D.PLAN, standard="每周试拨一次，有记录", post=Post.OFFICE, deputy=Post.LIAISON),
    Job(name="物资保管与盘点", in_place=D.SUPPLIES, standard="储备不少于14天用量，每周盘点", post=Post.LOGISTICS, deputy=Post.LOGISTICS),
    Job(name="物资采购与缺口上报", in_place=D.SUPPLIES, standard="缺口当日报教育疫情防控办", post=Post.LOGISTICS, deputy=Post.OFFICE),
    Job(name="校门值守", in_place=D.SLOTS, standard="24小时有人，无关人员不得进入", post=Post.GUARD, deputy=Post.GUARD, at=ZoneKind.GATE),
    Job(name="入校测温", in_place=D.SLOTS, standard="逐人测温，37.3℃及以上复测", post=Post.GUARD, deputy=Post.GUARD, start="06:00", end="07:00", at=ZoneKind.GATE),
    Job(name="错峰就餐秩序", in_place=D.SLOTS, standard="分批进出，同向就坐", post=Post.CANTEEN, deputy=Post.CANTEEN, start="07:20", end="18:30", at=ZoneKind.CANTEEN_HALL),
    Job(name="课间与楼道秩序", in_place=D.SLOTS, standard="分批出教室，右行，不聚集", post=Post.GRADE_HEAD, deputy=Post.GRADE_HEAD, start="08:00", end="20:50"),
    Job(name="离校与返校组织", in_place=D.SLOTS, standard="按班分时段，走固定校门", post=Post.MORAL, deputy=Post.VICE_HEAD),
    Job(name="公共区域消毒", in_place=D.HYGIENE, standard="含氯500 mg/L，作用30分钟，有记录", post=Post.CLEANER, deputy=Post.CLEANER),
    Job(name="宿舍清洁消毒", in_place=D.HYGIENE, standard="每日1次，开窗3次", post=Post.DORM_MANAGER, deputy=Post.DORM_MANAGER),
    Job(name="食堂消毒与留样", in_place=D.HYGIENE, standard="餐前30分钟消毒通风，留样48小时，每餐有学校负责人陪餐", post=Post.CANTEEN, deputy=Post.CANTEEN),
    Job(name="重点场所消毒", in_place=D.HYGIENE, standard="实验室、厕所、浴室、小卖部、开水间每日2次", post=Post.CLEANER, deputy=Post.CLEANER),
    Job(name="心理辅导", in_place=D.CARE, standard="热线开通，当日回应", post=Post.COUNSELLOR, deputy=Post.COUNSELLOR),
    Job(name="困难与隔离学生关爱", in_place=D.CARE, standard="每日联系一次", post=Post.MORAL, deputy=Post.GRADE_HEAD),
    Job(name="思想教育与主题班会", in_place=D.CARE, standard="每月一次，各班都有", post=Post.MORAL, deputy=Post.GRADE_HEAD),
    Job(name="家长告知与热线", in_place=D.CARE, standard="返校前3日告知到户，热线每日8:00至20:00有人接", post=Post.OFFICE, deputy=Post.MORAL),
    Job(name="返校前行踪和健康摸排", in_place=D.RESPONSE, standard="师生员工一人不漏，外包人员由用人单位报", post=Post.MORAL, deputy=Post.OFFICE),
    Job(name="舆情应对", in_place=D.RESPONSE, standard="统一口径，2小时内回应", post=Post.PARTY_SECRETARY, deputy=Post.OFFICE),
    Job(name="晨检午检晚检汇总", in_place=D.RESPONSE, standard="班级8:30前、学校10:00前报齐", post=Post.DOCTOR, deputy=Post.DOCTOR),
    Job(name="因病缺勤追踪", in_place=D.RESPONSE, standard="当日首追，直到复课", post=Post.DOCTOR, deputy=Post.GRADE_HEAD),
    Job(name="临时隔离室管理", in_place=D.RESPONSE, standard="两病不同室，一人一消毒", post=Post.DOCTOR, deputy=Post.DOCTOR, start="06:00", end="22:00"),
    Job(name="隔离观察区管理", in_place=D.RESPONSE, standard="每日两次测温，送餐到室", post=Post.LOGISTICS, deputy=Post.DORM_MANAGER, start="07:00", end="21:00"),
    Job(name="夜间发热学生处置", in_place=D.RESPONSE, standard="22:00至6:00有人在校，分室单管", post=Post.DOCTOR, deputy=Post.DOCTOR, start="22:00", end="06:00"),
    Job(name="宿舍夜间值守", in_place=D.SLOTS, standard="22:00至6:00每栋有人", post=Post.DORM_MANAGER, deputy=Post.DORM_MANAGER, start="22:00", end="06:00"),
    Job(name="送诊与家长联系", in_place=D.RESPONSE, standard="15分钟内通知家长，专车送定点医院", post=Post.MORAL, deputy=Post.VICE_HEAD),
    Job(name="接触者排查", in_place=D.RESPONSE, standard="座位、床位、餐桌三表生成名单", post=Post.ACADEMIC, deputy=Post.MORAL),
    Job(name="疫情报告", in_place=D.RESPONSE, standard="2小时内报疾控和教育疫情防控办", post=Post.LIAISON, deputy=Post.LIAISON),
    Job(name="日报告零报告", in_place=D.RESPONSE, standard="每日10:00前，无情况也报", post=Post.LIAISON, deputy=Post.OFFICE),
    Job(name="线上教学组织", in_place=D.ONLINE, standard="未返校和隔离学生有课上", post=Post.ACADEMIC, deputy=Post.VICE_HEAD),
    Job(name="线上督促与辅导", in_place=D.ONLINE, standard="每日查出勤和作业", post=Post.GRADE_HEAD, deputy=Post.GRADE_HEAD),
    Job(name="校车测温与消毒", in_place=D.SLOTS, standard="上车测温，每趟消毒通风", post=Post.DRIVER, deputy=Post.DRIVER, start="05:50", end="06:50", at=ZoneKind.BUS),
)  # fmt: skip
CLASS_JOB = Job(name="晨午晚检与教室通风", in_place=D.HYGIENE, standard="三检逐人看问测；每日通风3次，每次不少于30分钟", post=Post.CLASS_TEACHER, deputy=Post.CLASS_TEACHER)  # fmt: skip
"""One for each class."""

GOODS: tuple[tuple[str, str, Driver, float, bool, date | None], ...] = (
    ("医用外科口罩", "只", Driver.PERSON, 1.0, False, date(2022, 2, 28)),
    ("颗粒物防护口罩", "只", Driver.ISOLATION_ROOM, 4.0, False, date(2022, 2, 28)),
    ("84消毒液（5%）", "升", Driver.CLASS, 0.4, False, date(2020, 12, 31)),
    ("75%酒精", "升", Driver.CLASS, 0.05, False, date(2021, 8, 31)),
    ("洗手液", "瓶", Driver.CLASS, 0.5, False, date(2022, 3, 31)),
    ("一次性医用手套", "双", Driver.ISOLATION_ROOM, 10.0, False, date(2023, 1, 31)),
    ("隔离衣", "件", Driver.ISOLATION_ROOM, 2.0, False, date(2022, 6, 30)),
    ("医疗废物袋", "只", Driver.SCHOOL, 20.0, False, None),
    ("额温枪", "支", Driver.CLASS, 1.0, True, None),
    ("水银体温计", "支", Driver.CLASS, 2.0, True, None),
    ("红外测温仪", "台", Driver.LANE, 1.0, True, None),
    ("喷雾器", "台", Driver.SCHOOL, 6.0, True, None),
)
"""Item, unit, driver, use a day (durables: number required) per driver, durable, expiry."""

PARTNERS = {
    Partner.HEALTH: "新密市疾病预防控制中心",
    Partner.HOSPITAL: "定点医院发热门诊",
    Partner.POLICE: "辖区派出所",
    Partner.TOWNSHIP: "属地街道（乡镇）防控办",
    Partner.COMMUNITY: "属地社区（村）",
}
