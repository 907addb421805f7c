"""What an answer says of itself, worked out anew: terms, objective, gap, status."""

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterator, Mapping

from bihuan.base.ids import AreaCode
from bihuan.base.problems import Problem, error
from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.plan.words import Tuning
from bihuan.stagger.answer import Goal, Status
from bihuan.stagger.verify.asked import Batch, Key
from bihuan.stagger.verify.read import Read

VALUE = error(
    "G341",
    N_("「{goal}」写的是 {came}，重新算是 {allowed}。"),
    N_("答案和目标值对不上：不要用这份答案，重新排。"),
)
GOALS = error(
    "G342",
    N_("目标写了 {came}，应当各写一次：{allowed}。"),
    N_("不要用这份答案，重新排。"),
)
OBJECTIVE = error(
    "G343",
    N_("总目标写的是 {came}，各项加权是 {allowed}。"),
    N_("不要用这份答案，重新排。"),
)
GAP = error(
    "G344",
    N_("差距写的是 {came}，由总目标和下界算是 {allowed}。"),
    N_("不要用这份答案，重新排。"),
)
STATUS = error(
    "G345",
    N_("状态写的是「{came}」，差距是 {allowed}。"),
    N_("差距不超过 0.01% 才算已证最优；有日期才算已排出。"),
)
PROVEN = 1e-4
TOLERANCE = 1e-6
PLACE = Where(sheet=N_("目标"))


def terms(read: Read) -> Mapping[Goal, float]:
    """Every term of the objective by its name."""
    return {
        Goal.LATE: _late(read),
        Goal.PEAK: _peak(read),
        Goal.SIBLINGS: _siblings(read),
        Goal.FAIRNESS: _fairness(read),
        Goal.CHANGE: _change(read),
    }


def look(read: Read) -> Iterator[Problem]:
    """Claims that do not hold; a calendar made by hand claims nothing."""
    told = read.calendar
    if told.terms:
        yield from _values(read)
    if told.objective is not None and told.terms:
        whole = sum(term.value * term.weight for term in told.terms)
        if not _same(whole, told.objective):
            yield OBJECTIVE.at(PLACE, came=_said(told.objective), allowed=_said(whole))
    yield from _gap(read)


def _values(read: Read) -> Iterator[Problem]:
    known = terms(read)
    goals = [term.goal for term in read.calendar.terms]
    if sorted(goals) != sorted(known):
        came, allowed = ", ".join(goals), ", ".join(known)
        yield GOALS.at(PLACE, came=came, allowed=allowed)
    for term in read.calendar.terms:
        if term.goal in known and not _same(term.value, known[term.goal]):
            words = {"came": _said(term.value), "allowed": _said(known[term.goal])}
            yield VALUE.at(PLACE, goal=term.goal.label, **words)


def _gap(read: Read) -> Iterator[Problem]:
    """The gap against objective and bound, the status against the gap."""
    told = read.calendar
    gap = told.gap
    if told.objective is not None and told.bound is not None:
        under = told.bound <= told.objective + TOLERANCE * max(1.0, abs(told.objective))
        gap = (told.objective - told.bound) / told.bound if told.bound > 0 else None
        if not under or (gap is not None and not _near(told.gap, gap)):
            came, allowed = _said(told.gap), _said(gap)
            yield GAP.at(PLACE, came=came, allowed=allowed)
    proven = told.status is Status.PROVEN and told.objective is not None
    if proven and (gap is None or gap > PROVEN + TOLERANCE):
        yield STATUS.at(PLACE, came=told.status.label, allowed=_said(gap))
    if told.status in (Status.PROVEN, Status.FOUND) and not told.openings:
        yield STATUS.at(PLACE, came=told.status.label, allowed="—")


def _near(came: float | None, gap: float) -> bool:
    return came is not None and math.isclose(came, gap, rel_tol=1e-4, abs_tol=1e-6)


def _said(value: float | None) -> str:
    return "—" if value is None else f"{value:.6g}"


def _same(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def delay(read: Read, batch: Batch, on: dt.date) -> int:
    """Days from a batch's earliest day; a date that stands delays nobody."""
    if read.stands(batch, on):
        return 0
    earliest = read.asked.earliest(batch)
    return max(0, (on - earliest).days) if earliest else 0


def _late(read: Read) -> float:
    """Student days late, each stage with its weight."""
    return sum(
        batch.students
        * delay(read, batch, on)
        * read.asked.tuned(Tuning.LATE, school=batch.school, stage=batch.stage)
        for batch, on in read.opened
    )


def _peak(read: Read) -> float:
    """The most students who open on a day by a date that the calendar chose."""
    days: Counter[dt.date] = Counter()
    for batch, on in read.opened:
        if not read.stands(batch, on):
            days[on] += batch.students
    return float(max(days.values(), default=0))


def dates(read: Read) -> Mapping[Key, dt.date]:
    """The date of every grade."""
    return {
        (batch.school, code): on for batch, on in read.opened for code in batch.grades
    }


def _siblings(read: Read) -> float:
    """Families whose children come back on two days."""
    opened = dates(read)
    return float(
        sum(
            row.pairs
            for row in read.asked.plan.siblings
            if (one := opened.get((row.school, row.grade)))
            and (other := opened.get((row.other_school, row.other_grade)))
            and one != other
        )
    )


def _fairness(read: Read) -> float:
    """The largest mean delay of an area."""
    waited: Counter[AreaCode] = Counter()
    students: Counter[AreaCode] = Counter()
    for batch, on in read.opened:
        if not read.stands(batch, on):
            area = read.area(batch.school)
            waited[area] += batch.students * delay(read, batch, on)
            students[area] += batch.students
    return max((waited[a] / students[a] for a in students), default=0.0)


def _change(read: Read) -> float:
    """Student days moved from the published dates."""
    published = read.asked.published
    return float(
        sum(
            read.asked.students(*key) * abs((on - published[key]).days)
            for key, on in dates(read).items()
            if key in published
        )
    )
