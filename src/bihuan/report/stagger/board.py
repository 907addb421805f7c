"""The calendar as one page: the sentence, what is wrong, the plans, the drawing."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import jinja2

from bihuan.base.ids import GradeCode, SchoolCode
from bihuan.base.problems import Problem, Weight, errors
from bihuan.base.wording import SOURCE, _, language, speak
from bihuan.report import page as base, wording
from bihuan.report.charts.svg import Drawing
from bihuan.report.stagger import gantt, words
from bihuan.report.stagger.gantt import Chart
from bihuan.report.stagger.values import Told
from bihuan.report.tables import Cell, Table
from bihuan.stagger.answer import Calendar, Goal, Opening, Why
from bihuan.stagger.verify.visits import NOT_READY

MOST: Final = 8
"""Problems and changes that the page shows; the workbook has all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A card of sentences."""

    title: str
    note: str
    lines: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Date:
    """A day for the list of narrow screens: who opens on it."""

    day: str
    total: str
    batches: tuple[tuple[str, str, bool], ...]
    """School, grades, whether the date is from above."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Everything the template shows."""

    lang: str
    title: str
    kick: str
    lead: str
    partial: str
    boxes: tuple[Box, ...]
    plans: Table
    plans_note: str
    axis: Drawing | None
    areas: tuple[Drawing, ...]
    strips: tuple[Drawing, ...]
    ghosts: bool
    dates: tuple[Date, ...]
    foot: tuple[str, ...]


def environment() -> jinja2.Environment:
    """The one environment of templates."""
    return base._environment()  # noqa: SLF001  # the report's own


def html(told: Told, *, lang: str) -> str:
    """The page as the text of one file: no script, no request."""
    with speak(lang):
        template = environment().get_template("stagger/calendar.html")
        return template.render(page=page(told), _=_)


def page(told: Told) -> Page:
    """The values of the page, in the language being spoken."""
    chart = Chart(told, _wrong(told))
    drawn = bool(told.calendar.openings)
    return Page(
        lang=language(),
        title=_("{district}错峰返校日历", district=_(told.plan.district.name)),
        kick=_kick(told),
        lead=words.lead(told.calendar),
        partial=_partial(told),
        boxes=tuple(box for box in _boxes(told) if box.lines),
        plans=_plans(told.offers or (told.calendar,), told.calendar),
        plans_note=_plans_note(told),
        axis=gantt.axis(chart) if drawn else None,
        areas=tuple(gantt.areas(chart)) if drawn else (),
        strips=tuple(gantt.capacity(chart)) if drawn else (),
        ghosts=told.before is not None,
        dates=_dates(told),
        foot=_foot(told),
    )


def _wrong(told: Told) -> frozenset[tuple[SchoolCode, GradeCode]]:
    """Grades whose batch breaks a rule: named by an error, or on a day that is over."""
    bad = {p.where for p in errors(told.problems)}
    places = {(where.sheet, where.cell) for where in bad}
    dates = {where.cell for where in bad}
    plan = told.plan
    areas = {row.code: row.name for row in plan.areas}
    found = set()
    for opening in told.calendar.openings:
        school = plan.by_code.get(opening.school)
        names = "、".join(_names(told, opening.school, opening.grades))
        own = school and (school.name, names) in places
        on = opening.date.isoformat()
        wide = {areas.get(school.area, "") if school else "", "全区县"}
        shared = on in dates and any((name, on) in places for name in wide)
        if (own or shared) and opening.why is Why.CHOSEN:
            found |= {(opening.school, code) for code in opening.grades}
    return frozenset(found)


def _names(
    told: Told, school: SchoolCode, grades: Sequence[GradeCode]
) -> tuple[str, ...]:
    known = {(g.school, g.code): g.name for g in told.plan.grades}
    return tuple(known.get((school, code), code) for code in grades)


def _kick(told: Told) -> str:
    if not told.calendar.openings:
        return _("错时错峰返校 · {aim}方案", aim=_(told.calendar.aim.label))
    return _(
        "错时错峰返校 · {schools} 所学校，{batches} 批 · {aim}方案",
        schools=len({o.school for o in told.calendar.openings}),
        batches=len(told.calendar.openings),
        aim=_(told.calendar.aim.label),
    )


def _partial(told: Told) -> str:
    if not told.partial:
        return ""
    return _("中途停止：这是停下时最好的方案，不是算完的。")


def _boxes(told: Told) -> tuple[Box, ...]:
    """What keeps the calendar from being signed, worst first."""
    plan, answer = told.plan, told.calendar
    conflict = answer.conflict
    wrong = [p for p in told.problems if p.weight is Weight.ERROR]
    warned = [
        p
        for p in told.problems
        if p.weight is Weight.WARNING and p.code != NOT_READY.code
    ]
    boxes = []
    if conflict:
        boxes.append(
            Box(
                title=_("冲突"),
                note="",
                lines=words.conflict(conflict)[bool(conflict.proof) :],
                mark="fail" if conflict.proof else "late",
            )
        )
        boxes.append(
            Box(
                title=_("代价最小的调整"),
                note=_("最省的在前"),
                lines=words.repairs(conflict)[:MOST],
            )
        )
    boxes += [
        Box(
            title=_("独立核对：{n} 处违规", n=len(wrong)),
            note="",
            lines=_said(wrong),
            mark="fail",
        ),
        Box(
            title=_("上级定的日期，学校来不及核验"),
            note=_("限期整改、借址返校或上报，由教体局定"),
            lines=words.unready(plan, answer)[:MOST],
            mark="late",
        ),
        Box(title=_("要知道的"), note="", lines=_said(warned), mark="late"),
    ]
    if told.before:
        lines = words.difference(plan, told.before, answer)
        boxes.append(Box(title=_("和上一版比"), note="", lines=_first(lines), mark=""))
    return tuple(boxes)


def _said(problems: Sequence[Problem]) -> tuple[str, ...]:
    space = "" if language() == SOURCE else " "
    return _first(tuple(dict.fromkeys(f"{p.said}{space}{p.mend}" for p in problems)))


def _first(lines: tuple[str, ...]) -> tuple[str, ...]:
    if len(lines) <= MOST:
        return lines
    rest = _("另有 {n} 条，见工作簿。", n=len(lines) - MOST)
    return (*lines[:MOST], rest)


def _plans(offers: Sequence[Calendar], chosen: Calendar) -> Table:
    """The plans to choose from, term by term; nobody is shown a sum."""
    return Table(
        title=_("方案") if len(offers) == 1 else _("{n} 个方案", n=len(offers)),
        columns=(
            _("方案"),
            _("全部返校"),
            _("晚返校（人·天）"),
            _("单日最多"),
            _("同胞不同日"),
            _("片区最多推迟"),
            _("改期（人·天）"),
        ),
        rows=tuple(_plan(one, one is chosen) for one in offers),
    )


def _plan(one: Calendar, chosen: bool) -> tuple[Cell, ...]:  # noqa: FBT001
    last = max((o.date for o in one.openings), default=None)
    name = _(one.aim.label)
    values = {term.goal: term.value for term in one.terms}
    cells = [
        Cell(
            words.goal(goal, values[goal]) if goal in values else "—",
            number=True,
            strong=chosen,
        )
        for goal in Goal
    ]
    return (
        Cell(_("{aim}（选用）", aim=name) if chosen else name, strong=chosen),
        Cell(wording.day(last) if last else "—", number=True, strong=chosen),
        *cells,
    )


def _plans_note(told: Told) -> str:
    wrong = sum(1 for _p in errors(told.problems))
    judged = _("独立核对：{n} 处违规。", n=wrong)
    free = _("单日最多不含上级定的日子。")
    return words.status(told.calendar) + judged + free


def _dates(told: Told) -> tuple[Date, ...]:
    """Who opens when, day by day."""
    ordered = sorted(told.calendar.openings, key=lambda o: (o.date, o.school))
    return tuple(
        _date(told, on, list(own)) for on, own in groupby(ordered, lambda o: o.date)
    )


def _date(told: Told, on: dt.date, rows: Sequence[Opening]) -> Date:
    return Date(
        day=words.day(on),
        total=_("{n} 人", n=f"{sum(o.students for o in rows):,}"),
        batches=tuple(
            (
                words.school(told.plan, o.school),
                words.grades(told.plan, o),
                o.why is not Why.CHOSEN,
            )
            for o in rows
        ),
    )


def _foot(told: Told) -> tuple[str, ...]:
    answer = told.calendar
    parts = (
        _("预案 {day}", day=wording.dated(told.plan.district.drawn_up)),
        _("模型 {model}", model=answer.model),
        _("种子 {seed}", seed=answer.seed),
        answer.engine,
    )
    return tuple(part for part in parts if part)
