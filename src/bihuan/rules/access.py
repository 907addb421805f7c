"""Who may do what, and how much of a person he then sees: the table of rights.

Sixteen roles, each right a deed with a level of detail and a reach. The site asks this
table through ``web.org.scope`` and nowhere else; a test walks every route with every role.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from bihuan.base.wording import N_
from bihuan.plan.words import Word


class Role(Word):
    """A role on the site 角色."""

    BUREAU_OFFICE = "bureau_office", N_("教育疫情防控办")
    BUREAU_SECTION = "bureau_section", N_("局机关科室")
    INSPECTOR = "inspector", N_("督查员")
    PRINCIPAL = "principal", N_("校长")
    PARTY_SECRETARY = "party_secretary", N_("党组织书记")
    GRADE_HEAD = "grade_head", N_("年级主任")
    CLASS_TEACHER = "class_teacher", N_("班主任")
    GROUP_LEADER = "group_leader", N_("学生组长")
    SCHOOL_DOCTOR = "school_doctor", N_("校医")
    GATE_GUARD = "gate_guard", N_("门卫")
    DORM_MANAGER = "dorm_manager", N_("宿管")
    LOGISTICS = "logistics", N_("总务、食堂")
    PSYCHOLOGIST = "psychologist", N_("心理教师")
    GUARDIAN = "guardian", N_("家长、学生")
    CDC_LIAISON = "cdc_liaison", N_("疾控联络员")
    ADMINISTRATOR = "administrator", N_("系统管理员")


class Detail(IntEnum):
    """How much of a person is shown 详细程度."""

    NONE = 0
    NUMBERS = 1
    PSEUDONYM = 2
    NAMED = 3


class Reach(Word):
    """Whose rows a right is about 范围."""

    OWN = "own", N_("本人、子女")
    UNIT = "unit", N_("任职单位及下属")
    SCHOOL = "school", N_("任职单位所在学校")


class Deed(Word):
    """Something that is done or looked at on the site."""

    TODAY = "today", N_("看今天要做的事")
    INBOX = "inbox", N_("看通知")
    CHECK_ENTER = "check.enter", N_("报晨午晚检")
    CHECK_DRAFT = "check.draft", N_("代报应到实到草稿")
    CHECK_SEE = "check.see", N_("看晨午晚检")
    ABSENCE_TRACE = "absence.trace", N_("追踪因病缺课")
    ABSENCE_SIGN_CLASS = "absence.sign_class", N_("班主任签复课")
    ABSENCE_SIGN_DOCTOR = "absence.sign_doctor", N_("校医签复课")
    ABSENCE_SEE = "absence.see", N_("看因病缺课")
    GATE_KEEP = "gate.keep", N_("守校门")
    GATE_INVITE = "gate.invite", N_("登记来访")
    GATE_SLIP = "gate.slip", N_("报请假条、印胸卡")
    GATE_APPROVE = "gate.approve", N_("批请假条")
    GATE_SEE = "gate.see", N_("看校门出入")
    DORM_CHECK = "dorm.check", N_("查寝")
    INCIDENT_OPEN = "incident.open", N_("报异常")
    INCIDENT_STEP = "incident.step", N_("处置异常")
    INCIDENT_SEE = "incident.see", N_("看异常处置")
    ROOM_KEEP = "room.keep", N_("管隔离室")
    ROOM_SEE = "room.see", N_("看隔离室")
    DAILY_FILL = "daily.fill", N_("填日报")
    DAILY_SIGN = "daily.sign", N_("签日报、零报告")
    DAILY_SEE = "daily.see", N_("看日报")
    SURVEY_ROUND = "survey.round", N_("发起排查")
    SURVEY_FILL = "survey.fill", N_("填排查")
    SURVEY_VERIFY = "survey.verify", N_("核实排查")
    SURVEY_SEE = "survey.see", N_("看排查")
    LIAISON_REPORT = "liaison.report", N_("向卫生部门报告")
    LIAISON_ANSWER = "liaison.answer", N_("回复学校的报告")
    LIAISON_SEE = "liaison.see", N_("看联防联控")
    ALARM_SEE = "alarm.see", N_("看报警")
    ALARM_TAKE = "alarm.take", N_("接报警")
    BOARD = "board.see", N_("看指挥台")
    URGE = "board.urge", N_("催报")
    WHAT_IF = "whatif.run", N_("推演")
    PLAN_SEE = "plan.see", N_("看预案")
    PLAN_UPLOAD = "plan.upload", N_("上传预案")
    PLAN_APPROVE = "plan.approve", N_("批准预案")
    PLAN_PARTY = "plan.party", N_("党组织审定预案")
    PLAN_PUBLISH = "plan.publish", N_("发布预案")
    DUTY_SEE = "duty.see", N_("看责任清单")
    CHECKLIST_EDIT = "checklist.edit", N_("改核查清单")
    CHECKLIST_SEE = "checklist.see", N_("看核查清单")
    PEOPLE_SEE = "people.see", N_("看名册")
    PEOPLE_EDIT = "people.edit", N_("改名册")
    HAND_OVER = "people.hand_over", N_("交代班")
    ACCOUNTS = "accounts", N_("管账号")
    CONSENT = "consent", N_("同意书")
    EXPORT = "export", N_("导出")
    AUDIT_SEE = "audit.see", N_("看留痕")
    GLASS = "glass", N_("申请看姓名")
    SETTINGS = "settings", N_("设置")


@dataclass(frozen=True, slots=True)
class Right:
    """A deed a role may do, how much of persons it shows, and whose rows it is about."""

    detail: Detail
    reach: Reach


_A, _P, _N = Detail.NUMBERS, Detail.PSEUDONYM, Detail.NAMED


def _rights(detail: Detail, reach: Reach, *deeds: Deed) -> dict[Deed, Right]:
    return dict.fromkeys(deeds, Right(detail, reach))


_EVERYBODY: Final = _rights(Detail.NONE, Reach.OWN, Deed.TODAY, Deed.INBOX)

RIGHTS: Final[Mapping[Role, Mapping[Deed, Right]]] = {
    Role.BUREAU_OFFICE: _EVERYBODY
    | _rights(
        _A, Reach.UNIT,
        Deed.CHECK_SEE, Deed.ABSENCE_SEE, Deed.GATE_SEE, Deed.ROOM_SEE,
        Deed.DAILY_SEE, Deed.DAILY_SIGN, Deed.SURVEY_SEE, Deed.SURVEY_ROUND,
        Deed.LIAISON_SEE, Deed.BOARD,
        Deed.URGE, Deed.WHAT_IF, Deed.PLAN_SEE, Deed.PLAN_UPLOAD, Deed.PLAN_PUBLISH,
        Deed.DUTY_SEE, Deed.CHECKLIST_EDIT, Deed.CHECKLIST_SEE, Deed.EXPORT,
        Deed.GLASS, Deed.AUDIT_SEE, Deed.SETTINGS,
    )
    | _rights(_P, Reach.UNIT, Deed.ALARM_SEE, Deed.ALARM_TAKE, Deed.INCIDENT_SEE),
    Role.BUREAU_SECTION: _EVERYBODY
    | _rights(
        _A, Reach.UNIT,
        Deed.BOARD, Deed.DAILY_SEE, Deed.PLAN_SEE, Deed.DUTY_SEE, Deed.CHECKLIST_SEE,
        Deed.SURVEY_SEE, Deed.LIAISON_SEE,
    ),
    Role.INSPECTOR: _EVERYBODY
    | _rights(
        _A, Reach.UNIT,
        Deed.CHECK_SEE, Deed.DAILY_SEE, Deed.GATE_SEE, Deed.ROOM_SEE, Deed.SURVEY_SEE,
        Deed.PLAN_SEE, Deed.DUTY_SEE, Deed.CHECKLIST_SEE,
    ),
    Role.PRINCIPAL: _EVERYBODY
    | _rights(
        _N, Reach.SCHOOL,
        Deed.CHECK_SEE, Deed.ABSENCE_SEE, Deed.GATE_SEE, Deed.GATE_INVITE,
        Deed.GATE_SLIP, Deed.GATE_APPROVE, Deed.SURVEY_ROUND,
        Deed.INCIDENT_OPEN, Deed.INCIDENT_SEE, Deed.INCIDENT_STEP, Deed.ROOM_SEE,
        Deed.DAILY_SEE, Deed.DAILY_SIGN, Deed.SURVEY_SEE, Deed.LIAISON_SEE,
        Deed.LIAISON_REPORT, Deed.ALARM_SEE, Deed.ALARM_TAKE, Deed.PEOPLE_SEE,
        Deed.HAND_OVER, Deed.EXPORT, Deed.DUTY_SEE,
    )
    | _rights(
        _A, Reach.SCHOOL,
        Deed.BOARD, Deed.URGE, Deed.PLAN_SEE, Deed.PLAN_UPLOAD, Deed.PLAN_APPROVE,
        Deed.CHECKLIST_SEE, Deed.AUDIT_SEE,
    ),
    Role.PARTY_SECRETARY: _EVERYBODY
    | _rights(
        _A, Reach.SCHOOL,
        Deed.BOARD, Deed.PLAN_SEE, Deed.PLAN_PARTY, Deed.DUTY_SEE, Deed.CHECKLIST_SEE,
        Deed.DAILY_SEE,
    ),
    Role.GRADE_HEAD: _EVERYBODY
    | _rights(
        _N, Reach.UNIT,
        Deed.CHECK_SEE, Deed.ABSENCE_SEE, Deed.ABSENCE_TRACE, Deed.INCIDENT_OPEN,
        Deed.INCIDENT_SEE, Deed.SURVEY_SEE, Deed.PEOPLE_SEE, Deed.HAND_OVER,
        Deed.GATE_INVITE, Deed.GATE_SLIP, Deed.GATE_APPROVE, Deed.URGE,
    )
    | _rights(_A, Reach.SCHOOL, Deed.PLAN_SEE, Deed.DUTY_SEE),
    Role.CLASS_TEACHER: _EVERYBODY
    | _rights(
        _N, Reach.UNIT,
        Deed.CHECK_ENTER, Deed.CHECK_SEE, Deed.ABSENCE_SEE, Deed.ABSENCE_TRACE,
        Deed.ABSENCE_SIGN_CLASS, Deed.INCIDENT_OPEN, Deed.SURVEY_FILL,
        Deed.SURVEY_VERIFY, Deed.SURVEY_SEE, Deed.GATE_INVITE, Deed.GATE_SLIP,
        Deed.PEOPLE_SEE,
        Deed.HAND_OVER, Deed.CONSENT, Deed.EXPORT,
    )
    | _rights(_A, Reach.SCHOOL, Deed.PLAN_SEE, Deed.DUTY_SEE),
    Role.GROUP_LEADER: _EVERYBODY | _rights(_A, Reach.UNIT, Deed.CHECK_DRAFT),
    Role.SCHOOL_DOCTOR: _EVERYBODY
    | _rights(
        _N, Reach.SCHOOL,
        Deed.CHECK_ENTER, Deed.CHECK_SEE, Deed.ABSENCE_SEE, Deed.ABSENCE_TRACE,
        Deed.ABSENCE_SIGN_DOCTOR, Deed.INCIDENT_OPEN, Deed.INCIDENT_STEP,
        Deed.INCIDENT_SEE, Deed.ROOM_KEEP, Deed.ROOM_SEE, Deed.SURVEY_SEE,
        Deed.SURVEY_ROUND, Deed.SURVEY_VERIFY, Deed.LIAISON_REPORT, Deed.LIAISON_SEE,
        Deed.ALARM_SEE,
        Deed.ALARM_TAKE, Deed.PEOPLE_SEE, Deed.HAND_OVER, Deed.EXPORT,
    )
    | _rights(
        _A, Reach.SCHOOL,
        Deed.DAILY_FILL, Deed.DAILY_SEE, Deed.WHAT_IF, Deed.PLAN_SEE, Deed.DUTY_SEE,
    ),
    Role.GATE_GUARD: _EVERYBODY
    | _rights(_N, Reach.SCHOOL, Deed.GATE_KEEP)
    | _rights(_A, Reach.SCHOOL, Deed.INCIDENT_OPEN, Deed.HAND_OVER),
    Role.DORM_MANAGER: _EVERYBODY
    | _rights(_N, Reach.UNIT, Deed.DORM_CHECK, Deed.INCIDENT_OPEN)
    | _rights(_A, Reach.UNIT, Deed.HAND_OVER),
    Role.LOGISTICS: _EVERYBODY
    | _rights(
        _N, Reach.UNIT, Deed.CHECK_ENTER, Deed.CHECK_SEE, Deed.SURVEY_FILL,
        Deed.SURVEY_VERIFY, Deed.SURVEY_SEE, Deed.GATE_SLIP,
    )
    | _rights(
        _A, Reach.SCHOOL,
        Deed.ROOM_SEE, Deed.PLAN_SEE, Deed.DUTY_SEE, Deed.INCIDENT_OPEN, Deed.HAND_OVER,
    )
    | _rights(_N, Reach.SCHOOL, Deed.GATE_INVITE),
    Role.PSYCHOLOGIST: _EVERYBODY
    | _rights(_A, Reach.SCHOOL, Deed.PLAN_SEE, Deed.INCIDENT_OPEN),
    Role.GUARDIAN: _EVERYBODY
    | _rights(_N, Reach.OWN, Deed.SURVEY_FILL, Deed.CONSENT, Deed.ABSENCE_SEE),
    Role.CDC_LIAISON: _EVERYBODY
    | _rights(_P, Reach.UNIT, Deed.LIAISON_SEE, Deed.LIAISON_ANSWER),
    Role.ADMINISTRATOR: _EVERYBODY
    | _rights(_N, Reach.UNIT, Deed.PEOPLE_EDIT, Deed.ACCOUNTS)
    | _rights(_A, Reach.UNIT, Deed.AUDIT_SEE, Deed.SETTINGS),
}  # fmt: skip

HEALTH: Final = frozenset(
    {
        Deed.CHECK_SEE, Deed.ABSENCE_SEE, Deed.INCIDENT_SEE, Deed.INCIDENT_STEP,
        Deed.ROOM_KEEP, Deed.SURVEY_SEE, Deed.ALARM_SEE,
    }
)  # fmt: skip
"""Deeds that show a person's health."""

WHOLE_SCHOOL: Final = frozenset({Role.PRINCIPAL, Role.GRADE_HEAD, Role.SCHOOL_DOCTOR})
"""Roles whose unit is larger than a class; `second_factor` checks them against the table."""


def right(role: Role, deed: Deed) -> Right | None:
    """Look up what a role may do."""
    return RIGHTS[role].get(deed)


def second_factor(role: Role) -> bool:
    """Whether a role sees names above a class, so that a password alone is not enough.

    The bureau's office sees them after breaking the glass; an administrator reads the
    roster and hands out accounts. A guard sees names without any health.
    """
    if role in {Role.BUREAU_OFFICE, Role.ADMINISTRATOR, Role.CDC_LIAISON}:
        return True
    named = any(
        deed in HEALTH and held.detail is Detail.NAMED
        for deed, held in RIGHTS[role].items()
    )
    return named and role in WHOLE_SCHOOL
