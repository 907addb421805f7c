"""Is every school inspected in time, on a day on which it can be?"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator

from bihuan.base.ids import AreaCode, SchoolCode
from bihuan.base.problems import Kind, Problem, error, warning
from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.plan.words import CapacityKind, Tuning
from bihuan.stagger.answer import Unready, Visit
from bihuan.stagger.verify.asked import Batch
from bihuan.stagger.verify.days import EVERYWHERE
from bihuan.stagger.verify.loads import MEND
from bihuan.stagger.verify.read import Read

NO_VISIT = error(
    "G331",
    N_("{school}没有核验日期；第一批 {came} 返校，核验应在 {first} 至 {last}。"),
    N_("排核验日期。"),
)
LATE_VISIT = error(
    "G332",
    N_("{school}在 {came} 核验，第一批 {date} 返校；核验应在 {first} 至 {last}。"),
    N_("改核验日期，或改第一批的日期。"),
)
UNREADY = error(
    "G333",
    N_("{school}在 {came} 核验，{allowed} 才具备核验条件。"),
    N_("改为 {allowed} 或更晚。"),
)
VISIT_CLOSED = error(
    "G334",
    N_("{school}在 {came} 核验，这天放假。"),
    N_("改为上班的日子。"),
)
CLEANED = error(
    "G340",
    N_("{school}在 {came} 核验，之前的消杀落在放假的 {allowed}。"),
    N_("改核验日期，让消杀的日子都不放假。"),
)
VISIT_TWICE = error(
    "G335",
    N_("{school}排了 {came} 次核验，最多一次。"),
    N_("只留一次；已经通过核验的、没有年级返校的不用排。"),
)
INSPECTIONS = error(
    "G336",
    N_("{came} {area}核验 {load} 所，当天最多 {allowed} 所，多 {over} 所。"),
    MEND,
)
TEAMS = error(
    "G337",
    N_("{came} {area}有 {load} 所学校消杀，消杀队只有 {allowed} 支，差 {over} 支。"),
    MEND,
)
NOT_READY = warning(
    "G338",
    N_("{school}{grades}定在 {came} 返校，来不及核验；{mend} 前核验才来得及。"),
    N_("限期整改、借址返校，或向上级报告。"),
)
FALSE_UNREADY = error(
    "G339",
    N_("{school}写的是来不及核验，预案不是这样：{allowed}。"),
    N_("删去这一条，或改成预案的日期。"),
)


def look(read: Read) -> Iterator[Problem]:
    """Every school's inspection, then what inspectors and teams have to do a day."""
    for school in read.asked.plan.schools:
        yield from _of_school(read, school.code)
    known = set(read.asked.plan.by_code)
    for visit in read.calendar.visits:
        if visit.school not in known:
            yield VISIT_TWICE.at(Where(sheet=visit.school), school=visit.school, came=1)
    yield from _said_unready(read)
    yield from _hands(read)


def _of_school(read: Read, school: SchoolCode) -> Iterator[Problem]:
    """The one inspection that a school must have before its first batch."""
    visits = read.visits.get(school, [])
    rows = read.by_school.get(school, [])
    done = read.asked.plan.by_code[school].accepted is not None
    where = Where(sheet=read.name(school), cell=N_("核验"))
    if len(visits) > (0 if done or not rows else 1):
        yield VISIT_TWICE.at(where, school=read.name(school), came=len(visits))
        return
    for visit in visits:
        yield from _possible(read, visit)
    if rows and not done:
        yield from _in_time(read, rows, visits)


def window(read: Read, batch: Batch, on: dt.date) -> tuple[dt.date, dt.date]:
    """From which to which day an inspection is in time for a batch."""
    valid = read.asked.tuned(Tuning.VALID, school=batch.school)
    return on - dt.timedelta(int(valid)), on - dt.timedelta(1)


def _in_time(
    read: Read, rows: list[tuple[Batch, dt.date]], visits: list[Visit]
) -> Iterator[Problem]:
    """An inspection 1 to `valid` days before the first batch, or the named outcome.

    Where the outcome is named the first batch whose date is chosen waits for it.
    """
    batch, on = min(rows, key=lambda row: row[1])
    first, last = window(read, batch, on)
    if any(first <= visit.date <= last for visit in visits):
        return
    where = Where(sheet=read.name(batch.school), cell=N_("核验"))
    named = [u for u in read.calendar.unready if u.school == batch.school]
    if named and read.stands(batch, on):
        words = {"came": on, "mend": named[0].mend_by, **read.words(batch)}
        yield NOT_READY.at(where, **words)
        if free := [row for row in rows if not read.stands(*row)]:
            yield from _in_time(read, free, visits)
        return
    name, span = read.name(batch.school), {"first": first, "last": last}
    for visit in visits:
        yield LATE_VISIT.at(where, school=name, came=visit.date, date=on, **span)
    if not visits:
        yield NO_VISIT.at(where, school=name, came=on, **span)


def _possible(read: Read, visit: Visit) -> Iterator[Problem]:
    """An inspection of a school that is not ready, or on a day on which nobody comes."""
    plan = read.asked.plan
    ready = plan.by_code[visit.school].ready
    name = read.name(visit.school)
    where = Where(sheet=name, cell=N_("核验"))
    allowed = max(ready or plan.district.drawn_up, plan.district.drawn_up)
    if visit.date < allowed:
        yield UNREADY.at(where, school=name, came=visit.date, allowed=allowed)
    if not read.asked.days.working(visit.school, visit.date, None):
        yield VISIT_CLOSED.at(where, school=name, came=visit.date)
    days = int(read.asked.tuned(Tuning.DISINFECTION, school=visit.school))
    before = [visit.date - dt.timedelta(n) for n in range(1, days + 1)]
    if shut := [on for on in before if read.asked.days.shut(visit.school, on)]:
        words = {"came": visit.date, "allowed": min(shut)}
        yield CLEANED.at(where, school=name, **words)


def _said_unready(read: Read) -> Iterator[Problem]:
    """Named outcomes that are not so."""
    for row in read.calendar.unready:
        if why := _not_so(read, row):
            where = Where(sheet=read.name(row.school), cell=N_("核验"))
            yield FALSE_UNREADY.at(where, school=read.name(row.school), allowed=why)


def _not_so(read: Read, row: Unready) -> str:
    """Why a school is not unready as the answer says; empty: it is."""
    rows = read.by_school.get(row.school, [])
    if not rows or read.asked.plan.by_code[row.school].accepted:
        return N_("不需要核验")
    batch, on = min(rows, key=lambda pair: pair[1])
    first, last = window(read, batch, on)
    if not read.stands(batch, on):
        return N_("第一批的日期可以改")
    if row.date != on or row.order != batch.order or row.grades != batch.grades:
        return N_("第一批的年级、日期或上级要求不同")
    visits = read.visits.get(row.school, [])
    if any(first <= visit.date <= last for visit in visits):
        return N_("核验来得及")
    return "" if first <= row.mend_by <= last else N_("来得及的最后一天不对")


def _hands(read: Read) -> Iterator[Problem]:
    """Days on which more is inspected or disinfected than there are hands."""
    cleaned: Counter[tuple[AreaCode, dt.date]] = Counter()
    visited: Counter[tuple[AreaCode, dt.date]] = Counter()
    for visit in read.calendar.visits:
        if visit.school not in read.asked.plan.by_code:
            continue
        days = int(read.asked.tuned(Tuning.DISINFECTION, school=visit.school))
        for area in (EVERYWHERE, read.area(visit.school)):
            visited[area, visit.date] += 1
            for number in range(1, days + 1):
                cleaned[area, visit.date - dt.timedelta(number)] += 1
    yield from _short(read, visited, CapacityKind.INSPECTIONS, INSPECTIONS)
    yield from _short(read, cleaned, CapacityKind.DISINFECTION_TEAMS, TEAMS)


def _short(
    read: Read,
    load: Counter[tuple[AreaCode, dt.date]],
    kind: CapacityKind,
    wrong: Kind,
) -> Iterator[Problem]:
    names = defaultdict(
        lambda: N_("全区县"), {a.code: a.name for a in read.asked.plan.areas}
    )
    for (area, on), number in sorted(load.items()):
        allowed = read.asked.days.room(kind, on, area)
        if allowed is not None and number > allowed:
            where = Where(sheet=names[area], cell=on.isoformat())
            words = {"load": number, "allowed": allowed, "over": number - allowed}
            yield wrong.at(where, came=on, area=names[area], **words)
