"""The return as a workbook: the sheet that schools expect, batches, loads, judgement."""

import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from bihuan.base.problems import Problem, Weight
from bihuan.base.wording import _, speak
from bihuan.plan.plan import Plan
from bihuan.report.packed import clean, packed
from bihuan.report.stagger import rows, words
from bihuan.report.stagger.values import Told, ToldDay
from bihuan.stagger.answer import Goal
from bihuan.stagger.hand.sheet import SHEET
from bihuan.stagger.verify.asked import Asked
from bihuan.stagger.verify.loads import strips
from bihuan.stagger.verify.read import Read

Value = str | int | float | dt.date | None
Sheet = tuple[str, tuple[str, ...], list[tuple[Value, ...]]]
WIDE: Final = 40
A4: Final = 9


def calendar(told: Told, *, lang: str) -> bytes:
    """The workbook of a calendar; the same answer gives the same bytes."""
    with speak(lang):
        title = _("{district}错峰返校日历", district=told.plan.district.name)
        return _book(told.plan, title, list(_of_calendar(told)))


def day(told: ToldDay, *, lang: str) -> bytes:
    """The workbook of a school's day."""
    with speak(lang):
        name = words.school(told.plan, told.day.school)
        title = _("{school} {day} 时段", school=name, day=told.day.date.isoformat())
        return _book(told.plan, title, list(_of_day(told)))


def _book(plan: Plan, title: str, sheets: Sequence[Sheet]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        made = dt.datetime.combine(plan.district.drawn_up, dt.time())
        book.set_properties({"title": clean(title), "created": made})
        strong = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
        )
        dates = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, headings, body in sheets:
            _fill(book.add_worksheet(name), headings, body, strong, dates)
    return packed(file.getvalue())


def _fill(
    sheet: Worksheet,
    headings: tuple[str, ...],
    body: list[tuple[Value, ...]],
    strong: Format,
    dates: Format,
) -> None:
    """Headings in the first row, so that the sheet can be read back."""
    for place, heading in enumerate(headings):
        sheet.write_string(0, place, heading, strong)
        sheet.set_column(place, place, _width(heading, [r[place] for r in body]))
    for number, row in enumerate(body, 1):
        for place, value in enumerate(row):
            if isinstance(value, dt.date):
                sheet.write_datetime(number, place, value, dates)
            elif isinstance(value, str):
                sheet.write_string(number, place, clean(value))
            elif value is not None:
                sheet.write_number(number, place, value)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(body), 1), len(headings) - 1)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, 0)


def _width(heading: str, values: Iterable[Value]) -> float:
    longest = max(_places(str(value)) for value in (heading, *values))
    return min(longest + 2, WIDE)


def _places(text: str) -> int:
    return sum(2 if letter >= "\u2e80" else 1 for letter in text)


def _of_calendar(told: Told) -> Iterator[Sheet]:
    plan, answer = told.plan, told.calendar
    heads = tuple(column.label for column in SHEET.columns)
    body: list[tuple[Value, ...]] = [
        row.cells() for row in rows.of_calendar(plan, answer)
    ]
    yield SHEET.label, heads, body
    yield _batches(told)
    yield _loads(told)
    yield _goals(told)
    yield _judged(told.problems)
    if told.before:
        lines = words.difference(plan, told.before, answer)
        yield _("改动"), (_("改动"),), [(line,) for line in lines]
    if answer.conflict:
        lines = (*words.conflict(answer.conflict), *words.repairs(answer.conflict))
        yield _("冲突"), (_("冲突和办法"),), [(line,) for line in lines]
    yield _about(told)


def _batches(told: Told) -> Sheet:
    """Batches by area and date, with the inspection of their school."""
    plan = told.plan
    areas = {row.code: row.name for row in plan.areas}
    visits = {v.school: v.date for v in told.calendar.visits}
    heads = (
        _("片区"),
        _("学校"),
        _("批次"),
        _("人数"),
        _("返校日期"),
        _("星期"),
        _("缘由"),
        _("核验日期"),
    )
    ordered = sorted(
        told.calendar.openings,
        key=lambda o: (
            list(areas).index(plan.by_code[o.school].area)
            if plan.by_code[o.school].area in areas
            else -1,
            o.school,
            o.date,
        ),
    )
    body: list[tuple[Value, ...]] = [
        (
            areas.get(plan.by_code[o.school].area, ""),
            words.school(plan, o.school),
            words.grades(plan, o),
            o.students,
            o.date,
            words.weekday(o.date),
            _(o.why.label),
            visits.get(o.school),
        )
        for o in ordered
    ]
    return _("批次"), heads, body


def _loads(told: Told) -> Sheet:
    """What every day takes beside what there is; days on which nothing happens are left out."""
    heads = (
        _("资源"),
        _("范围"),
        _("日期"),
        _("上级定日期和锁定的"),
        _("自排的"),
        _("合计"),
        _("上限"),
    )
    areas = {row.code: row.name for row in told.plan.areas}
    dates = [o.date for o in told.calendar.openings]
    body: list[tuple[Value, ...]] = []
    if dates:
        read = Read(Asked(told.plan), told.calendar)
        for strip in strips(read, min(dates), max(dates)):
            limits = dict(strip.room)
            body += [
                (
                    _(strip.kind.label),
                    areas.get(strip.area, "") or _("全区县"),
                    on,
                    round(stand, 2),
                    round(free, 2),
                    round(stand + free, 2),
                    limits[on],
                )
                for on, stand, free in strip.days
                if stand + free
            ]
    return _("资源占用"), heads, body


def _goals(told: Told) -> Sheet:
    """The terms of the answer and of the other plans that were offered."""
    plans = told.offers or (told.calendar,)
    heads = (
        _("方案"),
        _("全部返校"),
        *(_(goal.label) for goal in Goal),
        _("差距"),
        _("状态"),
    )
    body: list[tuple[Value, ...]] = []
    for one in plans:
        values = {term.goal: term.value for term in one.terms}
        body.append(
            (
                _(one.aim.label),
                max((o.date for o in one.openings), default=None),
                *(values.get(goal) for goal in Goal),
                None if one.gap is None else round(one.gap, 6),
                _(one.status.label),
            )
        )
    return _("方案"), heads, body


def _judged(problems: Sequence[Problem]) -> Sheet:
    heads = (_("分量"), _("在哪里"), _("是什么"), _("怎么改"), _("代号"))
    body: list[tuple[Value, ...]] = [
        (
            _("错误") if p.weight is Weight.ERROR else _("提醒"),
            str(p.where),
            p.said,
            p.mend,
            p.code,
        )
        for p in problems
    ]
    return _("独立核对"), heads, body


def _about(told: Told) -> Sheet:
    answer = told.calendar
    body: list[tuple[Value, ...]] = [
        (_("区县"), told.plan.district.name),
        (_("预案日期"), told.plan.district.drawn_up),
        (_("状态"), words.status(answer)),
        (_("差距"), answer.gap),
        (_("种子"), answer.seed),
        (_("求解"), answer.engine),
        (_("模型"), answer.model),
    ]
    return _("说明"), (_("项"), _("值")), body


def _of_day(told: ToldDay) -> Iterator[Sheet]:
    plan, answer = told.plan, told.day
    heads = tuple(column.label for column in SHEET.columns)
    body: list[tuple[Value, ...]] = [
        row.cells() for row in rows.of_day(plan, answer, told.dates)
    ]
    yield SHEET.label, heads, body
    yield _slots(told)
    yield _waits(told)
    yield _mixing(told)
    yield _judged(told.problems)


def _slots(told: ToldDay) -> Sheet:
    """Every slot, in the columns of the plan's own sheet 班级时段."""
    heads = (
        _("学校"),
        _("班级"),
        _("环节"),
        _("开始"),
        _("结束"),
        _("场所"),
        _("通道"),
        _("对象"),
        _("带队人"),
    )
    own = [z for z in told.plan.zones if z.school == told.day.school]
    zones = {z.code: z.name for z in own}
    names = {c.code: c.name for c in told.plan.classes if c.school == told.day.school}
    body: list[tuple[Value, ...]] = [
        (
            words.school(told.plan, s.school),
            names.get(s.klass, s.klass),
            _(s.flow.label),
            f"{s.start:%H:%M}",
            f"{s.end:%H:%M}",
            zones.get(s.zone, s.zone),
            s.lane or None,
            _(s.who.label),
            s.leader,
        )
        for s in told.day.slots
    ]
    return _("班级时段"), heads, body


def _waits(told: ToldDay) -> Sheet:
    heads = (
        _("环节"),
        _("场所"),
        _("人数"),
        _("平均等（分钟）"),
        _("95% 的人不超过（分钟）"),
        _("最久（分钟）"),
    )
    zones = {z.code: z.name for z in told.plan.zones if z.school == told.day.school}
    body: list[tuple[Value, ...]] = [
        (
            _(q.flow.label),
            zones.get(q.zone, q.zone),
            q.people,
            round(q.mean, 2),
            round(q.p95, 2),
            round(q.longest, 2),
        )
        for q in told.day.queues
    ]
    return _("排队"), heads, body


def _mixing(told: ToldDay) -> Sheet:
    heads = (_("场景"), _("跨班同处（人·分钟）"), _("加权（期望传播）"))
    body: list[tuple[Value, ...]] = [
        (_(m.setting.label), round(m.minutes, 1), m.weighted) for m in told.day.mixing
    ]
    return _("跨班接触"), heads, body
