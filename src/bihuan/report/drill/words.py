"""How a drill's times, states and scores are said."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from bihuan.base.wording import N_, _
from bihuan.drill.marks import Interval, Mark, Rating, State
from bihuan.drill.script import Scene, SourceClass, Standard, When
from bihuan.loop.drilled import Cause, Price
from bihuan.outbreak.summary import Estimate
from bihuan.plan.words import InPlace, Post, Setting
from bihuan.report import wording
from bihuan.report.wording import Form

BLAME: Final = N_("演练数据不得用于追责和考核")
"""What every page of a drill carries."""
SIMULATED: Final = N_("模拟参演人员，不是真人")
TOO_FEW: Final = 3
"""Fewer actions than this say nothing about one of the seven in place."""
HOUR: Final = 60
STATES: Final = {
    State.ON_TIME: N_("按时"),
    State.LATE: N_("超时"),
    State.NEVER: N_("没做"),
    State.NOT_APPLICABLE: N_("不适用"),
    State.CENSORED: N_("截断"),
}
MARKS: Final = {
    State.ON_TIME: "pass",
    State.LATE: "late",
    State.NEVER: "fail",
    State.NOT_APPLICABLE: "na",
    State.CENSORED: "na",
}
"""The shape of a state in a table."""
CAUSES: Final = {
    Cause.PLAN: N_("预案方面"),
    Cause.PEOPLE: N_("人员方面"),
    Cause.SUPPLIES: N_("物资方面"),
    Cause.COORDINATION: N_("协同方面"),
    Cause.SURROUNDINGS: N_("环境方面"),
}
GLYPHS: Final = {
    Rating.P: "done",
    Rating.S: "half",
    Rating.M: "late",
    Rating.U: "fail",
}
SOURCES: Final = {
    "live": N_("现场记录"),
    "video": N_("录像评议（较弱证据）"),
    "paper": N_("纸面记录"),
}
POINTS: Final = Form(factor=100.0, unit=N_("个百分点"), paired=True)
PERSONS: Final = Form(unit=N_("人"), large=10.0, paired=True)
PERSON_DAYS: Final = Form(unit=N_("人·天"), large=10.0, paired=True)
CLASS_DAYS: Final = Form(unit=N_("班·天"), large=10.0, paired=True)
WEAK: Final = 0.4
"""A weighted kappa below this: the round is judged again."""
AGREEMENT: Final = (
    (WEAK, N_("不一致，要重评")),
    (0.6, N_("中等")),
    (0.8, N_("较一致")),
    (1.01, N_("很一致")),
)
"""Upper ends and words (Landis & Koch, Biometrics 1977;33:159-174)."""


def minutes(value: float) -> str:
    """A length of time: 46 分, 1.5 分, 3 小时."""
    if value >= 4 * HOUR and value % HOUR == 0:
        return _("{n} 小时", n=wording.number(value / HOUR))
    return _("{n} 分", n=short(value))


def short(value: float) -> str:
    """Minutes with a digit behind the point only where they are few."""
    whole = value == round(value) or value >= 10  # noqa: PLR2004  # a tenth of ten tells nothing
    return wording.number(value, 0 if whole else 1)


def at(value: float) -> str:
    """A time on the exercise clock: T+15:20."""
    whole = round(value)
    return f"T+{whole // HOUR:02}:{whole % HOUR:02}"


def clock(scene: Scene, value: float) -> str:
    """A time on the clock of the wall: 22:20."""
    return f"{scene.start + timedelta(minutes=value):%H:%M}"


def due(when: When) -> str:
    """When an inject is due, by the script."""
    if when.at is not None:
        return at(when.at)
    if not when.after:
        return _("由导调释放")
    said = _("{what} 后 {time}", what=when.after, time=minutes(when.delay))
    if condition := _condition(when):
        return _("{said}，{condition}", said=said, condition=condition)
    return said


def _condition(when: When) -> str:
    if when.late_by is not None:
        return _("且它迟了 {time}以上", time=minutes(when.late_by))
    if when.unless_late is not None:
        return _("且它没有迟 {time}以上", time=minutes(when.unless_late))
    if when.recall_below is not None:
        return _("且名单查全率低于 {share}", share=score(when.recall_below))
    return ""


def score(value: float) -> str:
    """A score in [0, 1]."""
    return wording.number(value, 2)


def interval(value: Interval | None) -> str:
    """A score with its interval, or that there is none to give."""
    if value is None:
        return _("未充分检验")
    return score(value.value) + _("（{interval}）", interval=ends(value))


def ends(value: Interval) -> str:
    """Both ends of an interval of scores."""
    return _("{low} 至 {high}", low=score(value.low), high=score(value.high))


def state(mark: Mark) -> str:
    """What became of an action, in words."""
    said = _(STATES[mark.state])
    if mark.breaks_law:
        return _("{said}，过了法定时限", said=said)
    return _("{said}，事后补正", said=said) if mark.rectified else said


def kind(standard: Standard | None) -> str:
    """The class of a standard's source; a dash where there is no standard."""
    return _(standard.source_class.label) if standard else "—"


def tag(standard: Standard | None) -> str:
    """How a class of source is drawn."""
    return str(standard.source_class) if standard else ""


def rule(standard: Standard) -> str:
    """A standard in short: its class and minutes."""
    return _("{kind} {n}", kind=kind(standard), n=short(standard.target))


def hard(standard: Standard | None) -> bool:
    """Whether it is law: the only hard line."""
    return standard is not None and standard.source_class is SourceClass.LAW


def post(code: str) -> str:
    """What a post is called."""
    return _named(Post, code)


def setting(code: str) -> str:
    """What a setting is called."""
    return _named(Setting, code)


def place(which: InPlace) -> str:
    """What one of the seven is called."""
    return _(which.label)


def _named(words: type[Post | Setting], code: str) -> str:
    found = {str(word): word.label for word in words}
    return _(found.get(code, code))


def agreement(kappa: float) -> str:
    """How far two evaluators agree."""
    return _(next(words for end, words in AGREEMENT if kappa < end))


class Sign(StrEnum):
    """Which way a price points."""

    COSTS = "costs"
    SAVES = "saves"
    UNCLEAR = "unclear"


def sign(estimate: Estimate) -> Sign:
    """Whether doing as measured costs, saves, or cannot be told."""
    if estimate.covers_zero:
        return Sign.UNCLEAR
    return Sign.COSTS if estimate.value > 0 else Sign.SAVES


def signed(estimate: Estimate, form: Form = PERSONS) -> str:
    """A difference with its plus or minus and its interval."""
    told = wording.said(estimate, form)
    plus = "+" if sign(estimate) is Sign.COSTS else ""
    return plus + str(told)


def gain(estimate: Estimate, form: Form = PERSONS) -> str:
    """What is won by doing as the standard says: 少 5.7 人（2.6 至 9.4）."""
    if sign(estimate) is Sign.UNCLEAR:
        return str(wording.said(estimate, form))
    if sign(estimate) is Sign.SAVES:
        back = Estimate(-estimate.value, -estimate.high, -estimate.low)
        return _("多 {much}", much=wording.said(back, form))
    return _("少 {much}", much=wording.said(estimate, form))


def lacking(price: Price) -> str:
    """What was measured against what was asked."""
    if not price.standard:
        return price.measured
    return _(
        "实测 {measured}，标准 {standard}",
        measured=price.measured,
        standard=price.standard,
    )
