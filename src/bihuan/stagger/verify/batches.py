"""Are the right grades opened once, in the plan's batches, on days that they may?"""

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise

from bihuan.base.problems import Problem, error
from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.plan.words import OrderKind, Tuning
from bihuan.stagger.answer import Opening, Why
from bihuan.stagger.verify.asked import Batch
from bihuan.stagger.verify.read import Read

UNKNOWN = error(
    "G301",
    N_("预案里没有「{school}」的「{grades}」，或者这个年级没有学生。"),
    N_("改成预案里的学校和年级。"),
)
TWICE = error(
    "G302",
    N_("{school}{grades}排了两次：{first} 和 {came}。"),
    N_("只留一次。"),
)
MISSING = error(
    "G303",
    N_("{school}{grades}没有返校日期，有学生 {students} 人。"),
    N_("补上返校日期。"),
)
COUNT = error(
    "G304",
    N_("{school}{grades}写的是 {came} 人，预案是 {allowed} 人。"),
    N_("改成预案的人数；人数变了，先改预案。"),
)
CUT = error(
    "G305",
    N_("{school}{grades}不是一批：{allowed}。"),
    N_("按预案的分批排日期。"),
)
AGAINST_ORDER = error(
    "G306",
    N_("{school}{grades}排在 {came}，上级要求 {order} 定在 {allowed}。"),
    N_("改为 {allowed}。"),
)
AGAINST_LOCK = error(
    "G307",
    N_("{school}{grades}排在 {came}，预案锁定在 {allowed}。"),
    N_("改为 {allowed}，或先在预案里解锁。"),
)
TOO_EARLY = error(
    "G308",
    N_("{school}{grades}排在 {came}，上级要求 {order} 不早于 {allowed}。"),
    N_("改为 {allowed} 或更晚。"),
)
TOO_LATE = error(
    "G309",
    N_("{school}{grades}排在 {came}，上级要求 {order} 不晚于 {allowed}。"),
    N_("改为 {allowed} 或更早。"),
)
UNTOLD = error(
    "G310",
    N_(
        "{school}{grades}排在 {came}；预案 {drawn} 编制，提前 {days} 天通知，最早 {allowed}。"
    ),
    N_("改为 {allowed} 或更晚。"),
)
CLOSED = error(
    "G311",
    N_("{school}{grades}排在 {came}，这天不上课。"),
    N_("改为上课的日子；校历里可以写明这天上课。"),
)
OUTSIDE = error(
    "G312",
    N_("{school}{grades}排在 {came}，排期从 {first} 到 {last}。"),
    N_("改到排期之内，或改错峰设置的排期天数。"),
)
ORDER = error(
    "G313",
    N_(
        "{school}{grades}排在 {came}，前一批{before}排在 {date}，至少隔 {days} 天，最早 {allowed}。"
    ),
    N_("改为 {allowed} 或更晚，或把前一批提前。"),
)
WHY = error(
    "G314",
    N_("{school}{grades}的日期写的缘由是「{came}」，按预案应是「{allowed}」。"),
    N_("改正缘由。"),
)


def look(read: Read) -> Iterator[Problem]:
    """Everything that is wrong with a batch by itself or beside the one before it."""
    yield from _known(read)
    yield from _covered(read)
    yield from _cut(read)
    for batch, on in read.opened:
        yield from _allowed(read, batch, on)
    for rows in read.by_school.values():
        for before, after in pairwise(rows):
            yield from _after(read, before, after)


def _known(read: Read) -> Iterator[Problem]:
    """Openings of nobody, with wrong counts, with a wrong reason."""
    for opening in read.calendar.openings:
        where = read.where(opening)
        if not read.known(opening):
            yield UNKNOWN.at(where, **read.words(opening))
            continue
        batch = read.batch(opening)
        if opening.students != batch.students:
            words = {"came": opening.students, "allowed": batch.students}
            yield COUNT.at(where, **words, **read.words(opening))
        if opening.why is not batch.why:
            labels = {"came": opening.why.label, "allowed": batch.why.label}
            yield WHY.at(where, **labels, **read.words(opening))


def _covered(read: Read) -> Iterator[Problem]:
    """Grades that open twice, grades that do not."""
    first: dict[tuple[str, str], Opening] = {}
    for opening in read.openings:
        for code in opening.grades:
            key = (opening.school, code)
            if key in first:
                words = {"first": first[key].date, "came": opening.date}
                yield TWICE.at(read.where(opening), **words, **read.words(opening))
            first.setdefault(key, opening)
    for school, code in read.asked.grades:
        if (school, code) not in first:
            batch = read.asked.batch(school, (code,))
            where = Where(sheet=read.name(school), cell=read.told(batch))
            yield MISSING.at(where, students=batch.students, **read.words(batch))


def _cut(read: Read) -> Iterator[Problem]:
    """Batches that are not a run of a band's grades, or not as many as the plan wants."""
    wanted = {(batch.school, batch.grades): batch for batch in read.asked.batches}
    for batch, _on in read.opened:
        if (batch.school, batch.grades) not in wanted:
            own = [
                read.told(other)
                for other in wanted.values()
                if other.school == batch.school
                and set(other.grades) & set(batch.grades)
            ]
            words = {"allowed": " / ".join(own)}
            yield CUT.at(read.where(batch), **words, **read.words(batch))


def _allowed(read: Read, batch: Batch, on: dt.date) -> Iterator[Problem]:
    """A date that the batch may not have; a fixed one stands whatever the rest says."""
    where, words = read.where(batch), {"came": on, **read.words(batch)}
    if batch.fixed is not None:
        if on != batch.fixed:
            kind = AGAINST_ORDER if batch.why is Why.ORDER else AGAINST_LOCK
            yield kind.at(where, order=batch.order, allowed=batch.fixed, **words)
        return
    yield from _ordered(read, batch, on)
    first = read.asked.plan.district.opens
    last = read.asked.days.last(batch.school, batch.stage)
    if not first <= on <= last:
        yield OUTSIDE.at(where, first=first, last=last, **words)
    drawn = read.asked.plan.district.drawn_up
    days = int(read.asked.tuned(Tuning.NOTICE, school=batch.school, stage=batch.stage))
    if on < (told := drawn + dt.timedelta(days)):
        yield UNTOLD.at(where, drawn=drawn, days=days, allowed=told, **words)
    if not read.asked.days.working(batch.school, on, batch.stage):
        yield CLOSED.at(where, **words)


def _ordered(read: Read, batch: Batch, on: dt.date) -> Iterator[Problem]:
    """Orders that a date breaks."""
    where, words = read.where(batch), {"came": on, **read.words(batch)}
    for code in batch.grades:
        for order in read.asked.orders(batch.school, code, OrderKind.NOT_BEFORE):
            if on < order.date:
                yield TOO_EARLY.at(where, order=order.code, allowed=order.date, **words)
        for order in read.asked.orders(batch.school, code, OrderKind.NOT_AFTER):
            if on > order.date:
                yield TOO_LATE.at(where, order=order.code, allowed=order.date, **words)


def _after(
    read: Read, before: tuple[Batch, dt.date], after: tuple[Batch, dt.date]
) -> Iterator[Problem]:
    """A batch that opens too soon after the one before it in its school."""
    batch, on = after
    if batch.fixed is not None:
        return
    gap = read.asked.tuned(Tuning.GAP, school=batch.school, stage=batch.stage)
    allowed = before[1] + dt.timedelta(int(gap))
    if on < allowed:
        yield ORDER.at(
            read.where(batch),
            came=on,
            before=read.told(before[0]),
            date=before[1],
            days=int(gap),
            allowed=allowed,
            **read.words(batch),
        )
