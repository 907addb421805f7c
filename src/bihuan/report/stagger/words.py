"""How a return is said: grades in a run, days, status, conflict, what moved."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

from bihuan.base.wording import N_, SOURCE, _, language
from bihuan.plan.people import Grade
from bihuan.plan.plan import Plan
from bihuan.plan.words import Flow
from bihuan.report import wording
from bihuan.stagger.answer import (
    Calendar,
    Conflict,
    Day,
    Goal,
    Moved,
    Opening,
    Status,
)

WEEKDAYS: Final = (
    N_("周一"),
    N_("周二"),
    N_("周三"),
    N_("周四"),
    N_("周五"),
    N_("周六"),
    N_("周日"),
)
CIRCLED: Final = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
COUNTED: Final = "counting"
"""Proof of a day's conflict: no start whatever can do it."""
SENIOR: Final = 9
"""From the level above it on a grade is called by its own name, 高一 and not 十."""


def weekday(on: dt.date) -> str:
    """The day of the week."""
    return _(WEEKDAYS[on.weekday()])


def day(on: dt.date) -> str:
    """A day with its weekday: 4月7日（周二）."""
    return _("{day}（{weekday}）", day=wording.day(on), weekday=weekday(on))


def percent(share: float) -> str:
    """A gap as a percentage, never said smaller than it is."""
    if share * 100 < 0.05:  # noqa: PLR2004  # below a twentieth of a percent
        return "<0.1%" if share > 0 else "0%"
    return f"{share * 100:.1f}%"


def grades(plan: Plan, opening: Opening | Moved) -> str:
    """The grades of a batch: 高三, 四至六年级."""
    rows = _rows(plan, opening)
    if not rows:
        return _("、").join(opening.grades)
    if language() != SOURCE:
        return _latin(rows)
    levels = [row.level for row in rows]
    runs = levels == sorted(range(min(levels), max(levels) + 1))
    if len(rows) == 1 or not runs or levels[-1] > SENIOR:
        return _("、").join(row.name for row in rows)
    return f"{_numeral(levels[0])}至{_numeral(levels[-1])}年级"


def chip(plan: Plan, opening: Opening | Moved) -> str:
    """The same, short enough for a chip: 四至六; one grade keeps its name."""
    said = grades(plan, opening)
    return said.removesuffix("年级") if len(opening.grades) > 1 else said


def _numeral(level: int) -> str:
    return wording.NUMERALS[level]


def _latin(rows: Sequence[Grade]) -> str:
    levels = [row.level for row in rows]
    names = ["K" if level == 0 else f"G{level}" for level in levels]
    runs = levels == list(range(levels[0], levels[-1] + 1))
    if len(names) > 2 and runs:  # noqa: PLR2004  # two are named, more are a run
        return f"{names[0]}–{levels[-1]}"
    return ", ".join(names)


def _rows(plan: Plan, opening: Opening | Moved) -> list[Grade]:
    known = {(row.school, row.code): row for row in plan.grades}
    found = [known.get((opening.school, code)) for code in opening.grades]
    return sorted((row for row in found if row), key=lambda row: row.level)


def school(plan: Plan, code: str) -> str:
    """The name of a school."""
    return next((row.name for row in plan.schools if row.code == code), code)


def person(plan: Plan, school_: str, known_as: str) -> str:
    """A person's name where the plan has it, else the id that the school knows."""
    for row in plan.people:
        if row.school == school_ and row.id == known_as:
            return row.name or row.id
    return known_as


def goal(which: Goal, value: float) -> str:
    """A term's value with as many digits as it deserves."""
    digits = 1 if which is Goal.FAIRNESS else 0
    return wording.number(value, digits)


def term(calendar: Calendar, which: Goal) -> float | None:
    """The value of a term; None: the answer does not tell it."""
    return next((row.value for row in calendar.terms if row.goal is which), None)


def status(calendar: Calendar) -> str:
    """How the answer ends, in a sentence: found, impossible, or not known."""
    if calendar.status is Status.IMPOSSIBLE:
        return _("无法排出方案（已由两种方法确认）。")
    if calendar.status is Status.UNDECIDED:
        return _undecided(calendar.gap)
    if calendar.gap is None:
        return _("已排出方案。")
    if calendar.status is Status.PROVEN:
        return _("已排出方案，已证最优。")
    return _("已排出方案，离理论最好不超过 {gap}。", gap=percent(calendar.gap))


def _undecided(gap: float | None) -> str:
    """Out of time; never called impossible."""
    if gap is None:
        return _("未能判定：时间到了，还没有排出方案，也没有证明排不出。")
    return _("未能判定，现有最好方案差距 {gap}。", gap=percent(gap))


def lead(calendar: Calendar) -> str:
    """The sentence that answers the question."""
    if not calendar.openings:
        return status(calendar)
    last = max(row.date for row in calendar.openings)
    peak = term(calendar, Goal.PEAK)
    if peak is None:
        return _("{day}全部返校。", day=wording.day(last))
    return _(
        "{day}全部返校，自排的日子单日最多返校 {peak} 人。",
        day=wording.day(last),
        peak=wording.number(peak),
    )


def conflict(told: Conflict) -> tuple[str, ...]:
    """What cannot all hold, in sentences: how sure, the rows, the way out."""
    if not told.rows:
        return tuple(told.said)
    rows = "".join(
        f"{mark}{text.rstrip('。；')}；"
        for mark, text in zip(CIRCLED, told.said, strict=False)
    ).rstrip("；")
    known = _("排不出方案的原因还没有第二种方法确认。")
    if told.proof:
        known = _("无法排出方案（已由两种方法确认）。")
    if told.proof == COUNTED:
        known = _("无法排出方案（人数和容量一算便知）。")
    lines = [known, _("直接冲突：{rows}。", rows=rows)]
    if told.minimal and len(told.said) > 1:
        lines.append(_("任去其一即可松动。"))
    if not told.minimal:
        lines.append(_("时间不够逐条去试，其中可能有多余的。"))
    return tuple(lines)


def conflict_of_day(told: Conflict) -> tuple[str, ...]:
    """The same of a school's day, whose batches are not all there could be."""
    if told.proof:
        return conflict(told)
    first, *rest = conflict(told)
    return _("按批次模板排不出；{first}", first=first), *rest


def repairs(told: Conflict) -> tuple[str, ...]:
    """The ways out, cheapest first."""
    rows = sorted(told.repairs, key=lambda row: row.cost)
    return tuple(wording.sentence(row.said) for row in rows)


def moved(old: Calendar, new: Calendar) -> tuple[Moved, ...]:
    """Every batch that opens on another day, the ones with most students first."""
    was = {(o.school, code): o.date for o in old.openings for code in o.grades}
    now = {(o.school, code) for o in new.openings for code in o.grades}
    rows = [
        Moved(
            school=o.school,
            grades=tuple(c for c in o.grades if was.get((o.school, c)) == before),
            was=before,
            now=o.date,
            students=o.students,
        )
        for o in new.openings
        for before in dict.fromkeys(was.get((o.school, c)) for c in o.grades)
        if before != o.date
    ]
    rows += [
        Moved(school=o.school, grades=gone, was=o.date, now=None, students=o.students)
        for o in old.openings
        if (gone := tuple(c for c in o.grades if (o.school, c) not in now))
    ]
    return tuple(sorted(rows, key=lambda row: (-row.students, row.school, row.grades)))


def difference(plan: Plan, old: Calendar, new: Calendar) -> tuple[str, ...]:
    """What moved, sentence by sentence; first how many have another date."""
    rows = moved(old, new)
    if not rows:
        return (_("两份日历日期相同。"),)
    whole = sum(row.students for row in new.openings)
    touched = sum(row.students for row in rows)
    share = percent(touched / whole) if whole else "—"
    head = _(
        "{n} 批换日期，{students} 名学生，占 {share}。",
        n=len(rows),
        students=wording.number(touched),
        share=share,
    )
    return head, *(_moved(plan, row) for row in rows)


def _moved(plan: Plan, row: Moved) -> str:
    name, who = school(plan, row.school), grades(plan, row)
    students = wording.number(row.students)
    if row.was is None and row.now:
        return _(
            "{school}{grades}新排在 {now}（{students} 人）。",
            school=name,
            grades=who,
            now=day(row.now),
            students=students,
        )
    if row.now is None or row.was is None:
        return _(
            "{school}{grades}不再有返校日期（{students} 人）。",
            school=name,
            grades=who,
            students=students,
        )
    days = (row.now - row.was).days
    how = _("晚 {n} 天", n=days) if days > 0 else _("早 {n} 天", n=-days)
    return _(
        "{school}{grades}从 {was} 改到 {now}，{how}（{students} 人）。",
        school=name,
        grades=who,
        was=wording.day(row.was),
        now=day(row.now),
        how=how,
        students=students,
    )


def unready(plan: Plan, calendar: Calendar) -> tuple[str, ...]:
    """Schools whose fixed date comes before they can be inspected, and the ways out."""
    return tuple(
        _(
            "{school}的{grades}上级定在 {date} 返校，来不及核验。{mend}前整改完可以补核验；或借址返校：{borrow}；或向上级报告。",
            school=school(plan, row.school),
            grades=_("、").join(row.grades),
            date=wording.day(row.date),
            mend=wording.day(row.mend_by),
            borrow=_names(plan, row.borrow),
        )
        for row in calendar.unready
    )


def _names(plan: Plan, codes: Iterable[str]) -> str:
    names = [school(plan, code) for code in codes]
    return _("、").join(names[:3]) or _("片区里没有已核验、坐得下的学校")


def waits(told: Day) -> str:
    """How long people wait at the gate in the morning, person by person."""
    gates = [q for q in told.queues if q.flow is Flow.ARRIVAL]
    if not gates:
        return ""
    people = sum(q.people for q in gates) or 1
    mean = sum(q.mean * q.people for q in gates) / people
    return _(
        "早上进校平均等 {mean} 分钟，最慢的门 95% 的人不超过 {p95} 分钟。",
        mean=wording.number(mean, 1),
        p95=wording.number(max(q.p95 for q in gates), 1),
    )


PLANS: Final = {
    "ours": N_("本方案"),
    "blocks": N_("按年级分块"),
    "none": N_("不错峰"),
}


def compared(told: Day) -> tuple[str, ...]:
    """The plan beside others, and whether their order rests on what was assumed."""
    rows = [
        _(
            "{plan}：加权接触 {mixing}，门口平均等 {wait} 分钟。",
            plan=_(PLANS.get(name, name)),
            mixing=wording.plain(mixing),
            wait=wording.number(wait, 1),
        )
        for name, mixing, wait in told.others
    ]
    if told.stands is True:
        rows.append(_("接触率各取一半和一倍半，三个方案的先后不变。"))
    if told.stands is False:
        rows.append(_("接触率取一半或一倍半，三个方案的先后会变：别只凭这个数选。"))
    return tuple(rows)
