"""A drill's script: objectives, standards, injects, what is expected of whom.

The form of a file is `bihuan-msel/1` (docs/drill.md). Times are minutes of exercise time;
who acts is a post, bound to a person of a school through the plan's duties.
"""

from dataclasses import dataclass
from datetime import datetime

from bihuan.base.units import Minutes, Share
from bihuan.base.wording import N_
from bihuan.plan.words import InPlace, Post, Setting, Word

FORMAT = "bihuan-msel/1"


class SourceClass(Word):
    """What stands behind a standard; only law is a hard gate."""

    LAW = "law", N_("法定")
    PLAN = "plan", N_("预案")
    PRACTICE = "practice", N_("惯例")
    TARGET = "target", N_("目标")


class Form(Word):
    """How a drill is held 组织形式."""

    TABLETOP = "tabletop", N_("桌面推演")
    FULL = "full", N_("实战演练")


class Content(Word):
    """How much of it 内容."""

    SINGLE = "single", N_("单项演练")
    COMBINED = "combined", N_("综合演练")


class Purpose(Word):
    """What for 目的; a demonstration 观摩 has two blind raters."""

    TEST = "test", N_("检验性演练")
    SHOW = "show", N_("示范性演练")
    STUDY = "study", N_("研究性演练")


class Notice(Word):
    """What people were told; a scripted drill never outranks a double-blind one."""

    TOLD = "told", N_("预告")
    SINGLE_BLIND = "single_blind", N_("单盲")
    DOUBLE_BLIND = "double_blind", N_("双盲")


class InjectKind(Word):
    """What an inject is for."""

    CONTEXTUAL = "contextual", N_("情景")
    CONTINGENCY = "contingency", N_("加压")
    INFORMATION = "information", N_("通报")
    FACILITATION = "facilitation", N_("导调")


class Channel(Word):
    """How an inject reaches people."""

    ACTOR = "actor", N_("扮演者")
    APP = "app", N_("系统")
    PHONE = "phone", N_("电话")
    PAPER = "paper", N_("纸条")
    WECOM = "wecom", N_("工作群")
    MEDIA = "media", N_("网络传言")


class Draw(Word):
    """What an inject draws from a simulation of the school; `if_none` tells it scripted."""

    INDEX_CASE = "index_case", N_("首例")
    CONTACTS = "contacts", N_("接触者")
    CONTACT_TRUTH = "contact_truth", N_("接触者真值")
    SECONDARY_CASES = "secondary_cases", N_("续发病例")


@dataclass(frozen=True, kw_only=True, slots=True)
class Standard:
    """A time standard 时限标准: full marks up to target, none from fail on."""

    key: str
    target: Minutes
    fail: Minutes
    source_class: SourceClass
    source: str
    """Document and clause, or that there is none."""
    contact_time: Minutes | None = None
    """Minutes that physics asks for, within the target (a disinfectant, a thermometer)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Objective:
    """An objective 演练目标, mapped to the seven in place."""

    id: str
    text: str
    in_place: tuple[InPlace, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """A contact list is measured against the truth: least recall, least precision."""

    recall: Share
    precision: Share


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """An expected action 预期处置."""

    id: str
    act: str
    by: Post
    standard: str = ""
    """Key of a standard; empty: quality alone counts."""
    critical: bool = False
    evidence: tuple[str, ...] = ()
    objective: str = ""
    measure: Measure | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class When:
    """When an inject is due: at a time, or after an action or inject plus a delay.

    Conditions hold on the action that it waits for: `late_by` it came more minutes than
    that after its target (or never), `unless_late` the contrary, `recall_below` its list
    was worse than that.
    """

    at: Minutes | None = None
    after: str = ""
    delay: Minutes = Minutes(0)
    late_by: Minutes | None = None
    unless_late: Minutes | None = None
    recall_below: Share | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where an inject's facts come from: the script, or a simulation of this school."""

    draw: Draw
    settings: tuple[Setting, ...] = ()
    within_hours: float = 48.0
    scripted_if_none: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Inject:
    """An inject 情景事件."""

    id: str
    title: str
    text: str
    when: When
    to: tuple[Post, ...]
    kind: InjectKind = InjectKind.CONTEXTUAL
    channel: Channel = Channel.ACTOR
    manual: bool = False
    """Released by the controller's hand alone."""
    source: Source | None = None
    objective: str = ""
    expected: tuple[Expected, ...] = ()
    feeds: tuple[tuple[str, str], ...] = ()
    """(what of the plan's measures, what was measured): ("isolation.night_delay", "F2.at")."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Jump:
    """A jump of the exercise clock, refused while an action of a released inject is open."""

    after: str
    to: Minutes


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """A clause that the drill rests on: of a law, or of the school's own plan."""

    document: str
    clause: str
    law: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """A script 演练情景, the same for every school until posts are bound."""

    id: str
    title: str
    start: datetime
    form: Form = Form.FULL
    content: Content = Content.COMBINED
    purpose: Purpose = Purpose.TEST
    notice: Notice = Notice.TOLD
    disease: str = "sars2-2020"
    max_hours: float = 24.0
    basis: tuple[Basis, ...] = ()
    objectives: tuple[Objective, ...] = ()
    standards: tuple[Standard, ...] = ()
    injects: tuple[Inject, ...] = ()
    jumps: tuple[Jump, ...] = ()
    stop_rules: tuple[str, ...] = ()

    def standard(self, key: str) -> Standard | None:
        """The standard of a key, if there is one."""
        return next((s for s in self.standards if s.key == key), None)

    def expected(self) -> tuple[tuple[Inject, Expected], ...]:
        """Every expected action with its inject."""
        return tuple((i, e) for i in self.injects for e in i.expected)
