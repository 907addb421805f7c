"""Standards of the day: checks, temperature, air, disinfection, distance, food, closures."""

import re
from collections.abc import Iterator
from datetime import time
from typing import Any, Final

from bihuan.base.wording import N_
from bihuan.plan import required
from bihuan.plan.check.look import parts
from bihuan.plan.duties import Duty
from bihuan.plan.measures import (
    Cleaning,
    GateCheck,
    Isolation,
    SeatSpacing,
    Suspension,
    SymptomCheck,
    Ventilation,
)
from bihuan.plan.words import Counted, PeriodKind, Setting, Unit, Who, ZoneKind
from bihuan.rules.book import Measured, Rule
from bihuan.rules.standards.ask import Ask, Broken, Standard, Unknown, standard

NOON: Final = time(12)
EVENING: Final = time(17)
_CELSIUS: Final = re.compile(r"(3\d(?:\.\d)?)\s*(?:℃|°C|度)")
_HOURS: Final = re.compile(r"(\d+)\s*小时")


def morning(ask: Ask, rule: Rule) -> Iterator[Broken]:
    """No check of all students before the first lesson."""
    first = min(_lessons(ask), default=NOON)
    yield from _missing(ask, rule, Who.STUDENTS, time(0), first)


def noon(ask: Ask, rule: Rule) -> Iterator[Broken]:
    """No check of all students before the first lesson of the afternoon."""
    afternoon = [start for start in _lessons(ask) if start >= NOON]
    if afternoon:
        yield from _missing(ask, rule, Who.STUDENTS, time(11, 30), min(afternoon))


def evening(ask: Ask, rule: Rule) -> Iterator[Broken]:
    """No check of boarders in the evening."""
    if ask.boards:
        yield from _missing(ask, rule, Who.BOARDERS, EVENING, time.max)


def temperatures(ask: Ask, rule: Rule) -> Iterator[Broken]:
    """Fewer checks a day than the row asks for."""
    looked = _of(ask, SymptomCheck)
    came = sum(Who.DAY_STUDENTS in parts(row.who) for _, row in looked)
    came += bool(_of(ask, GateCheck))
    if came < (rule.value or 0):
        yield Broken(ask.at, came, round(rule.value or 0))


def fever_line(ask: Ask, rule: Rule) -> Iterator[Broken | Unknown]:
    """A fever line in the duties' standards that is another, or none at all."""
    said = [
        (n, float(number))
        for n, row in ask.look.of("duties", ask.school.code)
        if _is(row, "check", "gate", "isolation")
        for number in _CELSIUS.findall(row.standard)
    ]
    if not said:
        yield Unknown(ask.at, N_("发热线（晨午晚检、校门、隔离责任的标准）"))
    for n, came in said:
        if came != rule.value:
            where = ask.look.plan.where("duties", n, "standard")
            yield Broken(where, f"{came:g}", f"{rule.value:g}")


def gate_check(ask: Ask, _rule: Rule) -> Iterator[Broken]:
    """Nobody takes temperatures at the gate."""
    if not _of(ask, GateCheck):
        yield Broken(ask.at, N_("没有校门测温"))


def ventilation_times(ask: Ask, rule: Rule) -> Iterator[Broken]:
    """Class rooms aired less often than the row asks for."""
    yield from _ventilation(ask, rule, "times")


def ventilation_minutes(ask: Ask, rule: Rule) -> Iterator[Broken]:
    """Class rooms aired for fewer minutes than the row asks for."""
    yield from _ventilation(ask, rule, "minutes")


def strength(ask: Ask, rule: Rule) -> Iterator[Broken]:
    """Surfaces disinfected at a lower strength than the row asks for, or not."""
    rows = _of(ask, Cleaning)
    if not rows:
        yield Broken(ask.at, 0, f"{rule.value:g}")
    for n, row in rows:
        if row.strength < (rule.value or 0):
            where = ask.look.plan.where("measures", n, "strength")
            yield Broken(where, f"{row.strength:g}", f"{rule.value:g}")


def distance(ask: Ask, rule: Rule) -> Iterator[Broken]:
    """Desks closer than the row asks for."""
    rows = _of(ask, SeatSpacing)
    if not rows:
        yield Broken(ask.at, N_("没有规定"), f"{rule.value:g}")
    for n, row in rows:
        if row.distance < (rule.value or 0):
            where = ask.look.plan.where("measures", n, "distance")
            yield Broken(where, f"{row.distance:g}", f"{rule.value:g}")


def samples(ask: Ask, rule: Rule) -> Iterator[Broken | Unknown]:
    """Food samples kept for fewer hours than the row asks for."""
    if not ask.look.zones_of(ask.school.code, ZoneKind.CANTEEN_HALL):
        return
    said = [
        (n, int(hours))
        for n, row in ask.look.of("duties", ask.school.code)
        if "留样" in row.name + row.standard
        for hours in _HOURS.findall(row.standard)
    ]
    if not said:
        yield Unknown(ask.at, N_("食品留样的小时数（食堂责任的标准）"))
    for n, came in said:
        if came < (rule.value or 0):
            where = ask.look.plan.where("duties", n, "standard")
            yield Broken(where, came, f"{rule.value:g}")


def company(ask: Ask, _rule: Rule) -> Iterator[Broken | Unknown]:
    """A canteen that nobody answers for, or whose duties say not who eats along."""
    if not ask.look.zones_of(ask.school.code, ZoneKind.CANTEEN_HALL):
        return
    duties = [row for _, row in ask.look.of("duties", ask.school.code)]
    if not any(_is(row, "food") for row in duties):
        yield Broken(ask.at, N_("食品安全：留样、陪餐"))
    elif not any("陪餐" in row.name + row.standard for row in duties):
        yield Unknown(ask.at, N_("陪餐安排（食堂责任的名称或标准）"))


def room_minutes(ask: Ask, rule: Rule) -> Iterator[Broken]:
    """Isolation that takes longer than the row asks for."""
    for n, row in _of(ask, Isolation):
        if row.delay > (rule.value or 0):
            where = ask.look.plan.where("measures", n, "delay")
            yield Broken(where, f"{row.delay:g}", f"{rule.value:g}")


def closures(ask: Ask, rule: Rule) -> Iterator[Broken]:
    """Suspensions that name a row and are laxer than it."""
    for n, row in _of(ask, Suspension):
        if row.rule == rule.code:
            for field, came, allowed in laxer(row, rule):
                where = ask.look.plan.where("measures", n, field)
                yield Broken(where, came, allowed)


def laxer(measure: Suspension, rule: Rule) -> Iterator[tuple[str, object, object]]:
    """Field, what a suspension says, what its row says: where it lets more pass."""
    if rule.scope in set(Unit) and measure.unit != rule.scope:
        yield "unit", measure.unit.label, Unit(rule.scope).label
    by_share = rule.unit is Measured.SHARE
    given = measure.share if by_share else measure.count
    if rule.value is not None and (given is None or given > rule.value):
        field = "share" if by_share else "count"
        yield field, "—" if given is None else f"{given:g}", f"{rule.value:g}"
    if rule.window and measure.window < rule.window:
        yield "window", measure.window, rule.window
    if rule.days and measure.days < rule.days:
        yield "days", measure.days, rule.days
    if measure.counted is Counted.CONFIRMED and rule.disease == "influenza":
        yield "counted", measure.counted.label, Counted.FOUND.label


STANDARDS: Final[tuple[Standard, ...]] = (
    standard(
        110,
        "check_morning",
        morning,
        N_("{school}没有覆盖{came}的晨检，{allowed} 前应有一次（{rule}，《{document}》，{source}）。"),
        N_("添加晨检，写明时间、对象和检查人。"),
    ),
    standard(
        111,
        "check_noon",
        noon,
        N_("{school}没有覆盖{came}的午检，{allowed} 前应有一次（{rule}，《{document}》，{source}）。"),
        N_("添加午检，写明时间、对象和检查人。"),
    ),
    standard(
        112,
        "check_evening",
        evening,
        N_("{school}没有覆盖{came}的晚检（{rule}，《{document}》，{source}）。"),
        N_("添加晚检，由宿管或班主任逐室查看。"),
    ),
    standard(
        113,
        "temperature_checks",
        temperatures,
        N_("{school}走读生每天测温、检查 {came} 次，应有 {allowed} 次（{rule}，《{document}》，{source}）。"),
        N_("增加检查次数。"),
    ),
    standard(
        114,
        "fever_line",
        fever_line,
        N_("{school}的发热线写作 {came}℃，通行的是 {allowed}℃（{rule}，《{document}》，{source}）。"),
        N_("统一写作 {allowed}℃；流感样病例另按 38℃。"),
    ),
    standard(
        115,
        "gate_check",
        gate_check,
        N_("{school}{came}，入校一律核验身份、测体温（{rule}，《{document}》，{source}）。"),
        N_("添加校门测温。"),
    ),
    standard(
        116,
        "ventilation_times",
        ventilation_times,
        N_("{school}教室每天通风 {came} 次，应有 {allowed} 次（{rule}，《{document}》，{source}）。"),
        N_("增加通风次数，写进课间安排。"),
    ),
    standard(
        117,
        "ventilation_minutes",
        ventilation_minutes,
        N_("{school}教室每次通风 {came} 分钟，应有 {allowed} 分钟（{rule}，《{document}》，{source}）。"),
        N_("延长每次通风的时间。"),
    ),
    standard(
        118,
        "surface_strength",
        strength,
        N_("{school}物体表面消毒用含氯 {came} mg/L，应有 {allowed} mg/L（{rule}，《{document}》，{source}）。"),
        N_("改配制比例；5% 的 84 消毒液按 1:99 配成 500 mg/L。"),
    ),
    standard(
        119,
        "distance",
        distance,
        N_("{school}座位间距是 {came} 米，应有 {allowed} 米（{rule}，《{document}》，{source}）。"),
        N_("拉开座位；教室坐不下的分两室或分半上课。"),
    ),
    standard(
        120,
        "food_sample_hours",
        samples,
        N_("{school}食品留样 {came} 小时，应有 {allowed} 小时（{rule}，《{document}》，{source}）。"),
        N_("改留样时间。"),
    ),
    standard(
        121,
        "food_company",
        company,
        N_("{school}没有人负责「{came}」（{rule}，《{document}》，{source}）。"),
        N_("写明每餐由谁陪餐、怎样记录。"),
    ),
    standard(
        122,
        "room_minutes",
        room_minutes,
        N_("{school}发现后 {came} 分钟才进隔离室，目标是 {allowed} 分钟（{rule}，《{document}》，{source}）。"),
        N_("演练路线和分工，缩短时间。"),
    ),
    standard(
        123,
        "suspend",
        closures,
        N_("{school}的停课条件比所引的条款松：写的是{came}，条款是{allowed}（{rule}「{name}」，《{document}》，{source}）。"),
        N_("改得不松于条款，或改引别的条款。"),
    ),
)  # fmt: skip


def _of(ask: Ask, kind: type[Any]) -> list[tuple[int, Any]]:
    rows = ask.look.of("measures", ask.school.code)
    return [(n, row) for n, row in rows if isinstance(row, kind)]


def _lessons(ask: Ask) -> list[time]:
    periods = ask.look.of("periods", ask.school.code)
    return [row.start for _, row in periods if row.kind is PeriodKind.LESSON]


def _missing(
    ask: Ask, _rule: Rule, who: Who, after: time, before: time
) -> Iterator[Broken]:
    groups = parts(who) if ask.boards else parts(who) - {Who.BOARDERS}
    seen: set[Who] = set()
    for _, row in _of(ask, SymptomCheck):
        if after <= row.at <= before and not row.scope:
            seen |= parts(row.who)
    if not groups <= seen:
        yield Broken(ask.at, who.label, f"{before:%H:%M}")


def _ventilation(ask: Ask, rule: Rule, field: str) -> Iterator[Broken]:
    rows = [
        (n, getattr(row, field))
        for n, row in _of(ask, Ventilation)
        if Setting.CLASSROOM in row.settings
    ]
    most = max((value for _, value in rows), default=0)
    if most < (rule.value or 0):
        where = ask.look.plan.where("measures", rows[0][0], field) if rows else ask.at
        yield Broken(where, f"{most:g}", f"{rule.value:g}")


def _is(duty: Duty, *codes: str) -> bool:
    wanted = (row for row in required.DUTIES if row.code in codes)
    return any(row.met_by(duty) for row in wanted)
