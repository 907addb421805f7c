"""The plan's closed vocabularies; a member's value is what files hold."""

from enum import StrEnum
from typing import Self

from bihuan.base.wording import N_


class Word(StrEnum):
    """A vocabulary: each member has a code for files and a label for people."""

    label: str

    def __new__(cls, code: str, label: str = "") -> Self:
        """A member from its code and its label (the label is a catalogue entry)."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member


class Stage(Word):
    """Kind of school 学段."""

    KINDERGARTEN = "kindergarten", N_("幼儿园")
    PRIMARY = "primary", N_("小学")
    JUNIOR = "junior", N_("初中")
    SENIOR = "senior", N_("普通高中")
    VOCATIONAL = "vocational", N_("中等职业学校")
    NINE_YEAR = "nine_year", N_("九年一贯制学校")
    TOWNSHIP_CENTRE = "township_centre", N_("乡镇中心校")


class Role(Word):
    """What somebody is at school."""

    STUDENT = "student", N_("学生")
    TEACHER = "teacher", N_("教师")
    STAFF = "staff", N_("职工")
    CONTRACTOR = "contractor", N_("外包人员")
    DRIVER = "driver", N_("司机")


class Post(Word):
    """Posts that duties name 岗位."""

    HEAD = "head", N_("校长")
    PARTY_SECRETARY = "party_secretary", N_("党组织书记")
    VICE_HEAD = "vice_head", N_("副校长")
    OFFICE = "office", N_("办公室主任")
    ACADEMIC = "academic", N_("教务主任")
    MORAL = "moral", N_("德育主任")
    LOGISTICS = "logistics", N_("总务主任")
    GRADE_HEAD = "grade_head", N_("年级主任")
    CLASS_TEACHER = "class_teacher", N_("班主任")
    TEACHER = "teacher", N_("任课教师")
    DOCTOR = "doctor", N_("校医")
    COUNSELLOR = "counsellor", N_("心理教师")
    GUARD = "guard", N_("保安")
    DORM_MANAGER = "dorm_manager", N_("宿管")
    CANTEEN = "canteen", N_("食堂人员")
    CLEANER = "cleaner", N_("保洁")
    DRIVER = "driver", N_("校车司机")
    LIAISON = "liaison", N_("信息联络员")
    OTHER = "other", N_("其他职工")


class ZoneKind(Word):
    """Kind of place 场所."""

    CLASSROOM = "classroom", N_("教室")
    DORM_ROOM = "dorm_room", N_("寝室")
    DORM_FLOOR = "dorm_floor", N_("宿舍楼层")
    CANTEEN_HALL = "canteen_hall", N_("餐厅")
    GATE = "gate", N_("校门")
    STAIR = "stair", N_("楼梯")
    CLINIC = "clinic", N_("医务室")
    ISOLATION_ROOM = "isolation_room", N_("临时隔离室")
    OBSERVATION_AREA = "observation_area", N_("隔离观察区")
    LABORATORY = "laboratory", N_("实验室")
    BUS = "bus", N_("校车")
    TOILET = "toilet", N_("厕所")
    BATH = "bath", N_("浴室")
    SHOP = "shop", N_("小卖部")
    OFFICE = "office", N_("办公室")
    OTHER = "other", N_("其他场所")


class PeriodKind(Word):
    """What a period of the day is for."""

    ARRIVAL = "arrival", N_("到校")
    LESSON = "lesson", N_("上课")
    STUDY = "study", N_("自习")
    BREAK = "break", N_("课间")
    EXERCISE = "exercise", N_("课间操")
    BREAKFAST = "breakfast", N_("早餐")
    LUNCH = "lunch", N_("午餐")
    SUPPER = "supper", N_("晚餐")
    NOON_REST = "noon_rest", N_("午休")
    WASH = "wash", N_("洗漱")
    SLEEP = "sleep", N_("就寝")
    DISMISSAL = "dismissal", N_("放学")


class Setting(Word):
    """Where people meet 场景; the engine, the contact list and the report speak of these."""

    CLASSROOM = "classroom", N_("教室（上课）")
    STUDY = "study", N_("教室（自习）")
    SEAT = "seat", N_("前后左右座")
    DORM_ROOM = "dorm_room", N_("寝室")
    DORM_FLOOR = "dorm_floor", N_("宿舍楼层、洗漱间")
    TABLE = "table", N_("餐桌")
    CANTEEN_HALL = "canteen_hall", N_("餐厅")
    GATE = "gate", N_("校门排队")
    STAIR = "stair", N_("楼道、课间")
    BUS = "bus", N_("校车")
    STAFF_ROOM = "staff_room", N_("办公室")
    HOUSEHOLD = "household", N_("家中")


class Extent(Word):
    """How far an order reaches."""

    PROVINCE = "province", N_("全省")
    CITY = "city", N_("全市")
    DISTRICT = "district", N_("全区县")


class OrderKind(Word):
    """What an order fixes."""

    FIXED = "fixed", N_("统一日期")
    NOT_BEFORE = "not_before", N_("不早于")
    NOT_AFTER = "not_after", N_("不晚于")


class CapacityKind(Word):
    """What is scarce on a day."""

    OPENINGS = "openings", N_("开学批次")
    DISINFECTION_TEAMS = "disinfection_teams", N_("消杀队")
    SAMPLING = "sampling", N_("采样人次")
    OBSERVATION_BEDS = "observation_beds", N_("集中观察床位")
    BUSES = "buses", N_("客车")
    INSPECTIONS = "inspections", N_("核验组次")
    STUDENTS = "students", N_("返校人数")
    SUPPLIED = "supplied", N_("物资可供在校人数")


class DayKind(Word):
    """What a calendar row says of its day."""

    HOLIDAY = "holiday", N_("放假")
    SCHOOL_DAY = "school_day", N_("上课")
    STAY = "stay", N_("周末留校")
    HOME_LEAVE = "home_leave", N_("大休离校")
    ONLINE = "online", N_("线上教学")


class InPlace(Word):
    """The seven in place 七个到位."""

    PLAN = "d1", N_("工作预案")
    SUPPLIES = "d2", N_("物资保障")
    SLOTS = "d3", N_("时段管控")
    HYGIENE = "d4", N_("消杀保洁")
    CARE = "d5", N_("教育关爱")
    RESPONSE = "d6", N_("应急处置")
    ONLINE = "d7", N_("线上教育")


class Tuning(Word):
    """What a setting of the staggered return says; its unit stands in the label."""

    TERM = "term", N_("排期天数")
    NOTICE = "notice", N_("提前通知天数")
    BATCHES = "batches", N_("每校分几批")
    LOW_FIRST = "low_first", N_("低年级在前")
    GAP = "gap", N_("同校批次间隔天数")
    WEEKENDS = "weekends", N_("周末可返校")
    VALID = "valid", N_("核验有效天数")
    DISINFECTION = "disinfection", N_("每校消杀天数")
    SAMPLED = "sampled", N_("返校采样比例")
    SAMPLING_AHEAD = "sampling_ahead", N_("采样提前天数")
    OBSERVED = "observed", N_("返校进观察比例")
    OBSERVATION = "observation", N_("观察天数")
    BUS_SEATS = "bus_seats", N_("每车座位")
    LATE = "late", N_("晚返校权重")
    PEAK = "peak", N_("单日最多返校权重")
    SIBLINGS = "siblings", N_("同胞不同日权重")
    FAIRNESS = "fairness", N_("片区不均权重")
    CHANGE = "change", N_("改期权重")
    CHANGED = "changed", N_("改期家庭上限")
    SLOT = "slot", N_("时段分钟数")
    SERVICE = "service", N_("每人过检秒数")
    OUT = "out", N_("每人出校秒数")
    HEADROOM = "headroom", N_("通道余量")
    IGNORE = "ignore", N_("不按时段来的比例")
    SPREAD = "spread", N_("到校早晚分钟数")
    SEATED = "seated", N_("餐位使用率")
    COUNTER = "counter", N_("窗口每分钟打饭人数")
    EATING = "eating", N_("就餐分钟数")
    STAIR = "stair", N_("楼梯每分钟通过人数")
    TAPS = "taps", N_("每层洗漱位")
    WASHING = "washing", N_("洗漱分钟数")


class Flow(Word):
    """Where a class passes in a day, in the order of the day."""

    BUS = "bus", N_("乘校车")
    ARRIVAL = "arrival", N_("到校")
    BREAKFAST = "breakfast", N_("早餐")
    LUNCH = "lunch", N_("午餐")
    SUPPER = "supper", N_("晚餐")
    DISMISSAL = "dismissal", N_("离校")
    WASH = "wash", N_("洗漱")


class Driver(Word):
    """What the use of a supply grows with."""

    STUDENT = "student", N_("学生")
    STAFF = "staff", N_("教职工")
    PERSON = "person", N_("师生")
    CLASS = "class", N_("班级")
    LANE = "lane", N_("校门通道")
    ISOLATION_ROOM = "isolation_room", N_("隔离室")
    AREA = "area", N_("百平方米")
    SCHOOL = "school", N_("学校")


class Partner(Word):
    """Who a school keeps touch with 联防联控."""

    HEALTH = "health", N_("卫生健康部门、疾控")
    HOSPITAL = "hospital", N_("定点医院")
    POLICE = "police", N_("派出所")
    TOWNSHIP = "township", N_("乡镇（街道）防控办")
    COMMUNITY = "community", N_("社区、村委会")


class DocumentKind(Word):
    """What a document is."""

    OPENING = "opening", N_("开学工作方案")
    DAILY = "daily", N_("日常防控方案")
    EMERGENCY = "emergency", N_("应急处置预案")
    OPINION = "opinion", N_("舆情应对预案")
    ONLINE = "online", N_("线上教学方案")
    BASIS = "basis", N_("上级文件")


class DocumentStatus(Word):
    """How far a document has come."""

    PENDING = "pending", N_("待录入")
    DRAFT = "draft", N_("起草")
    SIGNED = "signed", N_("校长签发")
    FILED = "filed", N_("已备案")


class Who(Word):
    """Whom a measure looks at or moves."""

    ALL = "all", N_("全体")
    STUDENTS = "students", N_("学生")
    BOARDERS = "boarders", N_("寄宿生")
    DAY_STUDENTS = "day_students", N_("走读生")
    STAFF = "staff", N_("教职工")


class Unit(Word):
    """A unit that a rule counts in and closes."""

    CLASS = "class", N_("班级")
    DORM_ROOM = "dorm_room", N_("寝室")
    DORM_FLOOR = "dorm_floor", N_("宿舍楼层")
    GRADE = "grade", N_("年级")
    SCHOOL = "school", N_("学校")


class Counted(Word):
    """Which cases a rule counts."""

    FOUND = "found", N_("发现有症状者")
    CONFIRMED = "confirmed", N_("确诊者")


class Place(Word):
    """Where people wait while a quarantine lasts."""

    HOME = "home", N_("居家")
    SINGLE = "single", N_("单间")
    DORM = "dorm", N_("原寝室")


class MaskKind(Word):
    """Kind of mask."""

    CLOTH = "cloth", N_("普通口罩")
    SURGICAL = "surgical", N_("医用外科口罩")
    RESPIRATOR = "respirator", N_("颗粒物防护口罩")
