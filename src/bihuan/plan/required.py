"""What every school's plan must have somebody for: duties, posts, partners, documents.

The duties are those of the seven in place 七个到位 and of the ten things 十件事.
"""

from dataclasses import dataclass
from typing import Final

from bihuan.base.wording import N_
from bihuan.plan.duties import Duty
from bihuan.plan.words import InPlace, Post


@dataclass(frozen=True, kw_only=True, slots=True)
class Required:
    """A duty that a school must have; a plan's duty is it by code or by what it says."""

    code: str
    name: str
    in_place: InPlace
    words: tuple[str, ...]
    """A duty whose name has one of these words is this one."""
    core: bool = False
    """Without it one of the seven is not in place."""
    boarding: bool = False
    """Only where students board."""

    def met_by(self, duty: Duty) -> bool:
        """Whether a duty of the plan is this one."""
        if duty.code.partition("-")[0] == self.code:
            return True
        return any(word in duty.name for word in self.words)


def _duty(
    code: str,
    name: str,
    in_place: InPlace,
    words: str,
    *,
    core: bool = False,
    boarding: bool = False,
) -> Required:
    said = tuple(words.split())
    return Required(
        code=code,
        name=name,
        in_place=in_place,
        words=said,
        core=core,
        boarding=boarding,
    )


_D = InPlace
DUTIES: Final = (
    _duty("lead", N_("防控工作总负责"), _D.PLAN, "第一责任 总负责 总指挥 领导小组", core=True),
    _duty("plans", N_("方案预案的制定、备案"), _D.PLAN, "预案 方案"),
    _duty("party", N_("党组织和党员先锋岗"), _D.PLAN, "党员 党组织 党支部"),
    _duty("network", N_("四级联防联控网络"), _D.PLAN, "网络 联防联控"),
    _duty("training", N_("防控人员培训"), _D.PLAN, "培训"),
    _duty("drill", N_("应急演练和开学第一课"), _D.PLAN, "演练 第一课"),
    _duty("hazards", N_("安全隐患排查"), _D.PLAN, "隐患 安全排查"),
    _duty("report", N_("疫情报告和零报告"), _D.PLAN, "信息报告 疫情报告 零报告 日报", core=True),
    _duty("liaison", N_("与卫生、公安等部门联络"), _D.PLAN, "联络 联系医院 联系卫生 部门沟通"),
    _duty("supplies", N_("物资采购、保管、盘点"), _D.SUPPLIES, "物资", core=True),
    _duty("gate", N_("校门出入管理"), _D.SLOTS, "校门 入校 门卫 出入", core=True),
    _duty("dining", N_("错峰就餐秩序"), _D.SLOTS, "就餐"),
    _duty("slots", N_("错峰到校、课间、离校"), _D.SLOTS, "课间 离校 错峰到校 放学"),
    _duty("dorm", N_("宿舍管理和夜间值守"), _D.SLOTS, "宿舍 寝室 宿管", boarding=True),
    _duty("disinfection", N_("消毒"), _D.HYGIENE, "消毒 消杀", core=True),
    _duty("ventilation", N_("定时通风"), _D.HYGIENE, "通风"),
    _duty("cleaning", N_("公共区域卫生"), _D.HYGIENE, "卫生 保洁 清洁 公共区域"),
    _duty("food", N_("食品安全：留样、陪餐"), _D.HYGIENE, "留样 陪餐 食品"),
    _duty("counselling", N_("心理疏导"), _D.CARE, "心理", core=True),
    _duty("care", N_("隔离、困难学生关爱"), _D.CARE, "关爱 帮扶 慰问"),
    _duty("education", N_("思想教育"), _D.CARE, "思想 德育 主题教育"),
    _duty("families", N_("告知家长、热线"), _D.CARE, "家长 热线 家校"),
    _duty("survey", N_("假期行踪和健康摸排"), _D.RESPONSE, "摸排 行踪 健康监测"),
    _duty("check", N_("晨午晚检"), _D.RESPONSE, "晨检 晨午 午检"),
    _duty("absence", N_("因病缺勤追踪"), _D.RESPONSE, "缺勤 缺课"),
    _duty("isolation", N_("发热等症状者隔离"), _D.RESPONSE, "隔离室 发热 隔离观察", core=True),
    _duty("screening", N_("接触者排查"), _D.RESPONSE, "接触者"),
    _duty("transport", N_("送诊"), _D.RESPONSE, "送诊 转运 就诊"),
    _duty("opinion", N_("舆情应对"), _D.RESPONSE, "舆情"),
    _duty("online", N_("线上教学"), _D.ONLINE, "线上教学 网课 线上", core=True),
    _duty("tutoring", N_("督促、辅导和返校衔接"), _D.ONLINE, "督促 辅导 衔接 摸底"),
)  # fmt: skip
"""Every school's duties; requirements D (core) and E."""

POSTS: Final = (Post.HEAD, Post.DOCTOR, Post.GUARD, Post.CLEANER, Post.LIAISON)
"""Posts that every school fills."""
