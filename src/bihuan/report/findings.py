"""What the figures say, in sentences made from data: titles, the lead, clear and unclear."""

from dataclasses import dataclass

from bihuan.base.problems import Problem, Weight
from bihuan.base.wording import _
from bihuan.loop.outcome import (
    Estimate,
    Leak,
    Outcome,
    Question,
    Rehearsal,
    SchoolRehearsal,
)
from bihuan.plan.words import Setting
from bihuan.report import pool, wording
from bihuan.report.pool import HeatRow, MeasureRow


def lead(rehearsal: Rehearsal) -> str:
    """The report in one breath: the chances as planned, without measures, what the check says."""
    parts = [_chances(rehearsal, question) for question in pool.asked(rehearsal)]
    parts.append(_errors(rehearsal))
    return "".join(wording.sentence(part) for part in parts)


def _chances(rehearsal: Rehearsal, question: Question) -> str:
    rows = pool.answered(rehearsal, question)
    chance = wording.span(outcome.outbreak5.value for _s, outcome in rows)
    bare = [pool.answer(school.nothing, question) for school, _o in rows]
    said = _(
        "{question}，照预案走，{schools}出现 5 人及以上暴发的机会是 {chance}"
    ).format(
        question=_premise(rehearsal, question),
        schools=_who(rows),
        chance=chance,
    )
    values = [outcome.outbreak5.value for outcome in bare if outcome]
    if not values:
        return said
    return _("{said}；不采取任何措施，是 {chance}").format(
        said=said, chance=wording.span(values)
    )


def _who(rows: tuple[tuple[SchoolRehearsal, Outcome], ...]) -> str:
    """So many schools, or the name of the only one."""
    return rows[0][0].school.name if len(rows) == 1 else wording.schools(len(rows))


def _premise(rehearsal: Rehearsal, question: Question) -> str:
    if question is Question.RETURNER:
        return _("1 名感染者第 0 天返校")
    return _("{days} 天里感染从校外带入").format(days=rehearsal.days)


def _errors(rehearsal: Rehearsal) -> str:
    rows = [count(school.problems, Weight.ERROR) for school in rehearsal.schools]
    if not any(rows):
        return _("预案检查没有发现错误")
    if len(rows) == 1:
        return _("预案检查发现 {n} 处错误").format(n=sum(rows))
    return _("预案检查发现 {n} 处错误，涉及{schools}").format(
        n=sum(rows), schools=wording.schools(sum(map(bool, rows)))
    )


def count(problems: tuple[Problem, ...], weight: Weight) -> int:
    """How many problems of a weight."""
    return sum(problem.weight is weight for problem in problems)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """How many of so many differences are clearly lower, clearly higher, or neither."""

    lower: int
    higher: int
    unclear: int

    @property
    def all(self) -> int:
        return self.lower + self.higher + self.unclear


def against_nothing(rehearsal: Rehearsal, question: Question) -> Verdicts:
    """Schools whose interval as planned lies below, above or across that without measures."""
    pairs = [
        (outcome.outbreak5, bare.outbreak5)
        for school, outcome in pool.answered(rehearsal, question)
        if (bare := pool.answer(school.nothing, question))
    ]
    lower = sum(plan.high < bare.low for plan, bare in pairs)
    higher = sum(plan.low > bare.high for plan, bare in pairs)
    return Verdicts(lower, higher, len(pairs) - lower - higher)


def against_older(rehearsal: Rehearsal, question: Question) -> Verdicts:
    """Schools whose paired change from the older version is clear, and which way."""
    changes = [
        change
        for school in rehearsal.schools
        for asked, change in school.change
        if asked is question
    ]
    lower = sum(change.high < 0 for change in changes)
    higher = sum(change.low > 0 for change in changes)
    return Verdicts(lower, higher, len(changes) - lower - higher)


def chance_title(rehearsal: Rehearsal, question: Question) -> str:
    """The finding of the small multiples: the older plan if there is one, else no measures; then beds."""
    older = against_older(rehearsal, question)
    first = (
        _older_title(older)
        if older.all
        else _nothing_title(against_nothing(rehearsal, question))
    )
    return _("{question}：{first}；{second}").format(
        question=wording.question(question),
        first=first,
        second=beds_title(rehearsal, question),
    )


def _nothing_title(seen: Verdicts) -> str:
    n = wording.schools(seen.all)
    if not seen.all:
        return _("各校暴发的机会")
    if seen.all == 1:
        return _single_title(seen)
    if seen.lower == seen.all:
        return _("照预案，{n}暴发的机会都低于不采取措施时").format(n=n)
    if not seen.lower and not seen.higher:
        return _("照预案与不采取措施，{n}暴发的机会分不出高低").format(n=n)
    if not seen.higher:
        return _("照预案，{k}暴发的机会低于不采取措施时，{m}分不出高低").format(
            k=wording.schools(seen.lower), m=wording.schools(seen.unclear)
        )
    return _("照预案，{k}暴发的机会低于不采取措施时，{m}反而高").format(
        k=wording.schools(seen.lower), m=wording.schools(seen.higher)
    )


def _single_title(seen: Verdicts) -> str:
    if seen.lower:
        return _("照预案，暴发的机会低于不采取措施时")
    if seen.higher:
        return _("照预案，暴发的机会反而高于不采取措施时")
    return _("照预案与不采取措施，暴发的机会分不出高低")


def _older_title(seen: Verdicts) -> str:
    if not seen.lower and not seen.higher:
        return _("比上一版，{n}暴发的机会差异都在误差范围内").format(
            n=wording.schools(seen.all)
        )
    parts = [
        text.format(n=wording.schools(n))
        for text, n in (
            (_("{n}暴发的机会低了"), seen.lower),
            (_("{n}高了"), seen.higher),
            (_("{n}差异在误差范围内"), seen.unclear),
        )
        if n
    ]
    return _("比上一版，{parts}").format(parts=_("，").join(parts))


def beds_title(rehearsal: Rehearsal, question: Question) -> str:
    """Which schools lack isolation beds."""
    states = {
        school.school.name: pool.beds_state(outcome)
        for school, outcome in pool.answered(rehearsal, question)
    }
    short = [name for name, state in states.items() if state == "short"]
    maybe = [name for name, state in states.items() if state == "maybe"]
    if short:
        return _("{names}隔离床位不够").format(names=_names(short))
    if maybe:
        return _("{names}隔离床位可能不够").format(names=_names(maybe))
    return _("隔离床位够用")


def _names(names: list[str]) -> str:
    many = 3
    return wording.schools(len(names)) if len(names) > many else _("、").join(names)


def heat_title(rows: tuple[HeatRow, ...]) -> str:
    """Where and when infections happen."""
    if not rows:
        return _("推演中校内没有传播")
    first = rows[0]
    if len(rows) > 1 and rows[1].share.high >= first.share.low:
        return _("{a}与{b}占得最多，两者分不出高低").format(
            a=setting_name(first.setting), b=setting_name(rows[1].setting)
        )
    return _("{a}占得最多，{when}最集中").format(
        a=setting_name(first.setting), when=_peak(first)
    )


def setting_name(setting: Setting) -> str:
    """What a setting is called."""
    return _(setting.label)


def _peak(row: HeatRow) -> str:
    night = sum(row.hours[: pool.DAY_BREAKS])
    hour = max(range(pool.DAY_BREAKS, 24), key=lambda h: row.hours[h])
    if night > row.hours[hour]:
        return _("0 至 6 时")
    return _("{hour} 时前后").format(hour=hour)


def measures_title(rows: tuple[MeasureRow, ...]) -> str:
    """Which measures help, and what the lessons go to."""
    clear = [row for row in rows if row.best < 0]
    if not rows:
        return _("没有比较单项措施")
    if not clear:
        return _("没有一项措施的作用看得出来")
    return _("{first}；{second}").format(
        first=_helps(rows, clear), second=_dearest(rows)
    )


def _helps(rows: tuple[MeasureRow, ...], clear: list[MeasureRow]) -> str:
    if len(clear) == len(rows):
        return _("{n} 项措施的作用都看得出来，{best}").format(
            n=len(rows), best=_best(clear)
        )
    return _("看得出作用的有 {k} 项（共 {n} 项），{best}").format(
        k=len(clear), n=len(rows), best=_best(clear)
    )


def _best(clear: list[MeasureRow]) -> str:
    """The measure whose expected worth is the greatest, for each question it is clear for."""
    best = {q: found for q in Question if (found := _best_for(clear, q))}
    if len(set(best.values())) == 1:
        return _("按期望值减得最多的是{name}").format(name=next(iter(best.values())))
    parts = [
        _("{question}时是{name}").format(question=wording.question(q), name=found)
        for q, found in best.items()
    ]
    return _("按期望值减得最多的，{parts}").format(parts=_("，").join(parts))


def _best_for(clear: list[MeasureRow], question: Question) -> str:
    worths = [
        (worth.value, row.name)
        for row in clear
        if (worth := row.worth(question)) and worth.high < 0
    ]
    return min(worths)[1] if worths else ""


def _dearest(rows: tuple[MeasureRow, ...]) -> str:
    dear = max(rows, key=lambda row: row.lessons.value)
    if dear.lessons.low <= 0:
        return _("占不占课看不出来") if dear.lessons.high > 0 else _("都不占课")
    return _("{name}占课最多").format(name=dear.name)


def leaks_title(rows: tuple[Leak, ...]) -> str:
    """Which crossing brings most in."""
    if not rows or rows[0].imports.high <= 0:
        return _("推演中没有感染从校外带入")
    first = wording.cause(rows[0].cause)
    if rows[0].imports.low <= 0:
        return _("带入的太少，分不出从哪里带入最多")
    if len(rows) > 1 and rows[1].imports.high >= rows[0].imports.low:
        return _("{a}与{b}带入最多，两者分不出高低").format(
            a=first, b=wording.cause(rows[1].cause)
        )
    if rows[0].cause == "before":
        return _("带入最多的是{a}").format(a=first)
    return _("闭环最大的薄弱点是{a}").format(a=first)


@dataclass(frozen=True, slots=True)
class Sight:
    """Kinds of measure by whether their worth can be told, for one question."""

    question: Question
    clear: tuple[str, ...]
    """Lower in every school that has it, no interval holds zero."""
    mixed: tuple[str, ...]
    """Clear in some schools only."""
    unclear: tuple[str, ...]
    """Every school's interval holds zero."""
    worse: tuple[str, ...]
    """Higher in every school that has it."""


def sight(rows: tuple[MeasureRow, ...], question: Question) -> Sight:
    """Sort the kinds of measure by what can be told of them."""
    piles: dict[str, list[str]] = {"clear": [], "mixed": [], "unclear": [], "worse": []}
    for row in rows:
        if estimates := dict(row.single).get(question):
            piles[_pile(estimates)].append(row.name)
    return Sight(question, *(tuple(pile) for pile in piles.values()))


def _pile(estimates: tuple[Estimate, ...]) -> str:
    if all(e.covers_zero for e in estimates):
        return "unclear"
    if all(e.high < 0 for e in estimates):
        return "clear"
    return "worse" if all(e.low > 0 for e in estimates) else "mixed"


def pressing(problems: tuple[Problem, ...], most: int = 1) -> tuple[str, ...]:
    """The most pressing kinds of problem: errors first, the frequent first, one sentence each."""
    ordered = sorted(problems, key=lambda p: (p.weight is not Weight.ERROR, p.code))
    kinds: dict[str, list[Problem]] = {}
    for problem in ordered:
        kinds.setdefault(problem.code, []).append(problem)
    rows = sorted(
        kinds.values(), key=lambda row: (row[0].weight is not Weight.ERROR, -len(row))
    )
    return tuple(_kind_said(row) for row in rows[:most])


def _kind_said(row: list[Problem]) -> str:
    text = row[0].said.rstrip("。. ")
    if len(row) == 1:
        return text
    return _("{text}（等 {n} 处）").format(text=text, n=len(row))
