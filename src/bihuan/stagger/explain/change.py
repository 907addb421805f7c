"""A bent plan read as changes of the district's plan: which row, where, when, how much.

A repair is worth its name only if the changed plan can be had: `holds` looks at the very
dates again, under the rows that the changed plan has.
"""

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from bihuan.base.ids import AreaCode, GradeCode, SchoolCode
from bihuan.base.wording import N_, _
from bihuan.plan.measures import StagedOpening
from bihuan.plan.plan import Capacity, Order, Plan
from bihuan.plan.staging import Staging
from bihuan.plan.words import CapacityKind, OrderKind, Stage, Tuning
from bihuan.stagger.answer import Calendar, Opening, Status, Visit
from bihuan.stagger.calendar.days import Floats
from bihuan.stagger.calendar.made import unready
from bihuan.stagger.calendar.rows import NONE
from bihuan.stagger.calendar.said import KINDS, area_name, label, school_name
from bihuan.stagger.calendar.spec import spec
from bihuan.stagger.explain.core import Core, core
from bihuan.stagger.explain.levers import kind_of

MORE: Mapping[CapacityKind, str] = {
    CapacityKind.OPENINGS: N_("{place}{days}天内增加共{amount}个批次名额"),
    CapacityKind.STUDENTS: N_("{place}{days}天内放宽每日返校人数，共{amount}人"),
    CapacityKind.SAMPLING: N_("{place}{days}天内增加采样能力，共{amount}人次"),
    CapacityKind.OBSERVATION_BEDS: N_("{place}{days}天内增加观察床位，共{amount}张次"),
    CapacityKind.BUSES: N_("{place}{days}天内增加客车，共{amount}辆次"),
    CapacityKind.SUPPLIED: N_("{place}{days}天内物资再备足，最多多{amount}人"),
    CapacityKind.INSPECTIONS: N_("{place}{days}天内增加核验，共{amount}组次"),
    CapacityKind.DISINFECTION_TEAMS: N_("{place}{days}天内增加消杀队，共{amount}队次"),
}
TAKEN = 0.5
"""Above it a column is 1."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A plan with a row changed."""

    plan: Plan
    said: str
    amount: float
    """In the unit of the row: batches, persons, days."""


@dataclass(frozen=True, slots=True)
class Dates:
    """A plan's dates, by what the plan calls its rows."""

    openings: Mapping[tuple[SchoolCode, GradeCode], dt.date]
    visits: Mapping[SchoolCode, dt.date]


def dates(known: Core, x: Floats) -> Dates:
    """The dates that columns stand for."""
    asked = known.spec
    count = len(asked.batch)
    openings = {
        (batch.school.code, grade): asked.days.date(int(asked.day[n]))
        for n in np.flatnonzero(x[:count] > TAKEN)
        for batch in (asked.batches[asked.batch[n]],)
        for grade in batch.grades
    }
    visits = {
        asked.plan.schools[asked.inspected[asked.visited[n]]].code: asked.days.date(
            int(asked.visit_day[n])
        )
        for n in np.flatnonzero(x[count : known.columns] > TAKEN)
    }
    return Dates(openings, visits)


def holds(plan: Plan, found: Dates) -> bool:
    """Whether dates keep every row of a plan."""
    known = core(plan, wide=False)
    x = columns(known, found)
    return x is not None and known.holds(x)


def columns(known: Core, found: Dates) -> Floats | None:
    """The columns that dates stand for; None: a date is no choice."""
    asked = known.spec
    x = np.zeros(known.columns)
    for number, batch in enumerate(asked.batches):
        on = {found.openings.get((batch.school.code, grade)) for grade in batch.grades}
        day = on.pop() if len(on) == 1 else None
        part = np.arange(asked.first[number], asked.first[number + 1])
        here = part[asked.day[part] == asked.days.number(day)] if day else part[:0]
        if not len(here):
            return None
        x[here] = 1.0
    base = len(asked.batch)
    for number, school in enumerate(asked.inspected):
        on_day = found.visits.get(asked.plan.schools[school].code)
        part = np.arange(asked.visit_first[number], asked.visit_first[number + 1])
        if on_day and len(part):
            x[base + part[asked.visit_day[part] == asked.days.number(on_day)]] = 1.0
    return x


def calendar(plan: Plan, found: Dates) -> Calendar:
    """Dates as an answer that the checker can judge."""
    asked = spec(plan)
    return Calendar(
        status=Status.FOUND,
        openings=tuple(
            Opening(
                school=batch.school.code,
                grades=batch.grades,
                date=found.openings[batch.school.code, batch.grades[0]],
                why=batch.why,
                students=batch.students,
            )
            for batch in asked.batches
        ),
        visits=tuple(
            Visit(school=school, date=on) for school, on in found.visits.items()
        ),
        unready=unready(asked),
    )


def changed(known: Core, x: Floats, plan: Plan, name: str) -> Changed | None:
    """The plan in which a group gives way as far as some dates need; None: it need not."""
    kind, _colon, of = name.partition(":")
    if kind in KINDS:
        return _more(known, x, plan, name)
    if kind == "gap":
        return _closer(known, x, plan, Stage(of))
    if kind == "end":
        return _longer(known, x, plan, Stage(of))
    if kind == "visit":
        return _sooner(known, x, plan, SchoolCode(of))
    if kind == "lock":
        return _unlocked(known, x, plan, SchoolCode(of))
    return _ordered(known, x, plan, of)


# --- what is scarce -------------------------------------------------------------------


def _more(known: Core, x: Floats, plan: Plan, name: str) -> Changed | None:
    """More of a capacity on the days that need it."""
    kind, area = KINDS[kind_of(name)], AreaCode(name.partition(":")[2])
    over = _over(known, x, name)
    if kind is CapacityKind.SUPPLIED:
        over = _stocked(known, over)
    if kind is CapacityKind.SAMPLING:
        over = _spread(known, over)
    if not over:
        return None
    days = known.spec.days
    rows = []
    for number, extra in sorted(over.items()):
        on = days.date(number)
        rows.append(
            Capacity(
                kind=kind,
                start=on,
                end=on,
                amount=_room(known, kind, area, number) + extra,
                area=area,
            )
        )
    starts = {row.start for row in rows}
    kept = tuple(_cut(plan, kind, area, starts))
    amounts = over.values()
    amount = max(amounts) if kind is CapacityKind.SUPPLIED else sum(amounts)
    place = area_name(plan, area) if area else _("全区县")
    said = _(MORE[kind], place=place, days=len(over), amount=amount)
    return Changed(
        replace(plan, capacities=(*kept, *rows)), _days_said(said, starts), amount
    )


def _days_said(said: str, days: set[dt.date]) -> str:
    """The change with its days: from the first to the last."""
    first, last = min(days), max(days)
    if first == last:
        return _("{said}（{day}）", said=said, day=first.isoformat())
    return _(
        "{said}（{first}至{last}间）",
        said=said,
        first=first.isoformat(),
        last=last.isoformat(),
    )


def _cut(
    plan: Plan, kind: CapacityKind, area: AreaCode, starts: set[dt.date]
) -> Iterator[Capacity]:
    """Rows that begin on a changed day go on from the day after it."""
    for row in plan.capacities:
        mine = row.kind is kind and row.area == area
        start = row.start
        while mine and start in starts:
            start += dt.timedelta(1)
        if row.end is None or start <= row.end:
            yield replace(row, start=start)


def _room(known: Core, kind: CapacityKind, area: AreaCode, number: int) -> int:
    """What there is on a day; of the batches of an area its own row, else everybody's."""
    days = known.spec.days
    room = days.room(kind, area)[number - days.first]
    if kind is CapacityKind.OPENINGS and not math.isfinite(room):
        room = days.room(kind)[number - days.first]
    return int(room)


def _over(known: Core, x: Floats, name: str) -> dict[int, int]:
    """By how much each day of a group is passed, in whole units above what there is."""
    kind, area = KINDS[kind_of(name)], AreaCode(name.partition(":")[2])
    ahead = known.spec.settings.whole(Tuning.SAMPLING_AHEAD)
    got = known.activity(x)
    found = {}
    for row in np.flatnonzero(known.rows_of((name,))):
        if got[row] <= known.upper[row] + 1e-6:
            continue
        day = int(known.day[row])
        if kind is CapacityKind.SAMPLING:
            room = sum(_sampled(known, area, day + n) for n in range(max(1, ahead)))
        else:
            room = _room(known, kind, area, day)
        found[day] = math.ceil(got[row] - room - 1e-6)
    return found


def _sampled(known: Core, area: AreaCode, number: int) -> float:
    """Persons who can be sampled on a day; beyond the span there is no limit to count."""
    days = known.spec.days
    at = number - days.first
    room = days.room(CapacityKind.SAMPLING, area)
    return float(room[at]) if 0 <= at < len(room) else 0.0


def _spread(known: Core, over: dict[int, int]) -> dict[int, int]:
    """What a span of days lacks, added on its last day that is not yet in another."""
    ahead = max(1, known.spec.settings.whole(Tuning.SAMPLING_AHEAD))
    added: dict[int, int] = {}
    for day in sorted(over):
        span = range(day, day + ahead)
        lacking = over[day] - sum(added.get(n, 0) for n in span)
        if lacking > 0:
            last = span[-1]
            added[last] = added.get(last, 0) + lacking
    return added


def _stocked(known: Core, over: dict[int, int]) -> dict[int, int]:
    """Stock lacking on a day is lacking on the days before it that have no more."""
    days = known.spec.days
    room = days.room(CapacityKind.SUPPLIED)
    found: dict[int, int] = {}
    for day, extra in over.items():
        needed = room[day - days.first] + extra
        for number in range(days.first, day + 1):
            lacking = needed - room[number - days.first]
            if number > day - MOST_DAYS and 0 < lacking <= extra:
                found[number] = max(found.get(number, 0), math.ceil(lacking))
    return found


MOST_DAYS = 60
"""How far back stock is told; before that nobody is back."""


# --- order and time -------------------------------------------------------------------


def _closer(known: Core, x: Floats, plan: Plan, stage: Stage) -> Changed | None:
    """Smaller gaps for the schools that need them."""
    asked = known.spec
    on = {int(asked.batch[n]): int(asked.day[n]) for n in _chosen(known, x)}
    needed: dict[SchoolCode, int] = {}
    for late in np.flatnonzero(asked.gap >= 0):
        batch = asked.batches[late]
        between = on[int(late)] - on[int(late) - 1]
        if batch.stage is stage and between < asked.gap[late]:
            code = batch.school.code
            needed[code] = min(needed.get(code, between), between)
    if not needed or min(needed.values()) < 0:
        return None
    rows = tuple(
        Staging(kind=Tuning.GAP, amount=gap, school=school, stage=stage)
        for school, gap in needed.items()
    )
    kept = tuple(
        row
        for row in plan.staging
        if not (row.kind is Tuning.GAP and row.stage is stage and row.school in needed)
    )
    names = _listed([school_name(plan, code) for code in needed])
    said = _(
        "{count}所学校的{stage}批次间隔缩到{gap}天：{names}",
        count=len(needed),
        stage=label(stage),
        gap=min(needed.values()),
        names=names,
    )
    return Changed(replace(plan, staging=(*kept, *rows)), said, len(needed))


def _longer(known: Core, x: Floats, plan: Plan, stage: Stage) -> Changed | None:
    """A later last day of the term for a stage."""
    asked = known.spec
    own = [n for n in _chosen(known, x) if asked.batches[asked.batch[n]].stage is stage]
    used = max((int(asked.day[n]) for n in own), default=NONE)
    term = asked.settings.whole(Tuning.TERM, stage=stage)
    if used < term:
        return None
    rows = tuple(
        row
        for row in plan.staging
        if not (row.kind is Tuning.TERM and row.stage is stage)
    )
    row = Staging(kind=Tuning.TERM, amount=used + 1, stage=stage)
    said = _(
        "{stage}的最后一天推迟到{day}（晚{days}天）",
        stage=label(stage),
        day=asked.days.date(used).isoformat(),
        days=used - term + 1,
    )
    return Changed(replace(plan, staging=(*rows, row)), said, used - term + 1)


def _sooner(known: Core, x: Floats, plan: Plan, code: SchoolCode) -> Changed | None:
    """A school that can be inspected earlier."""
    on = dates(known, x).visits.get(code)
    school = plan.by_code[code]
    if on is None or school.ready is None or on >= school.ready:
        return None
    schools = tuple(
        replace(row, ready=on) if row.code == code else row for row in plan.schools
    )
    said = _(
        "{school}提前{days}天具备核验条件（{day}）",
        school=school.name,
        days=(school.ready - on).days,
        day=on.isoformat(),
    )
    return Changed(replace(plan, schools=schools), said, (school.ready - on).days)


def _unlocked(known: Core, x: Floats, plan: Plan, code: SchoolCode) -> Changed | None:
    """Locked dates of a school moved to where they fit."""
    found = dates(known, x).openings
    moved: list[StagedOpening] = []
    lines: list[str] = []
    days = 0
    for batch in known.spec.batches:
        on = found[batch.school.code, batch.grades[0]]
        if batch.school.code == code and batch.fixed and not batch.order:
            if on == batch.fixed:
                continue
            days += abs((on - batch.fixed).days)
            moved.append(
                StagedOpening(
                    school=code,
                    code=f"moved-{batch.grades[0]}",
                    scope=batch.grades,
                    opens=on,
                    locked=True,
                )
            )
            lines.append(
                _(
                    "{school}{grades}锁定的{was}改为{now}",
                    school=batch.school.name,
                    grades="、".join(batch.grades),
                    was=batch.fixed.isoformat(),
                    now=on.isoformat(),
                )
            )
    if not moved:
        return None
    # The last locked row of a grade holds.
    measures = (*plan.measures, *moved)
    return Changed(replace(plan, measures=measures), "；".join(lines), days)


def _ordered(known: Core, x: Floats, plan: Plan, code: str) -> Changed | None:
    """A window from above, and those given with it, opened as far as some dates need."""
    order = next(row for row in plan.orders if row.code == code)
    if order.kind is OrderKind.FIXED:
        return None
    alike = together(plan, order)
    found = dates(known, x).openings
    before = order.kind is OrderKind.NOT_BEFORE
    used = [
        found[batch.school.code, batch.grades[0]]
        for batch in known.spec.batches
        if set(alike) & set(batch.orders)
    ]
    to = min(used, default=order.date) if before else max(used, default=order.date)
    if (to >= order.date) if before else (to <= order.date):
        return None
    rows = tuple(replace(row, date=to) if row in alike else row for row in plan.orders)
    said = _(
        "向上级申请把{code}的{kind}{was}改为{now}",
        code="、".join(row.code for row in alike),
        kind=label(order.kind),
        was=order.date.isoformat(),
        now=to.isoformat(),
    )
    return Changed(replace(plan, orders=rows), said, abs((to - order.date).days))


def together(plan: Plan, order: Order) -> tuple[Order, ...]:
    """Orders that say the same of other levels: they were given together."""
    same = (order.kind, order.date, order.extent, order.document)
    return tuple(
        row
        for row in plan.orders
        if (row.kind, row.date, row.extent, row.document) == same
    )


def _chosen(known: Core, x: Floats) -> list[int]:
    """Choices of batches that a plan takes."""
    return [int(n) for n in np.flatnonzero(x[: len(known.spec.batch)] > TAKEN)]


MOST_NAMES = 3


def _listed(names: list[str]) -> str:
    """A few names, and how many there are."""
    told = "、".join(names[:MOST_NAMES])
    return told if len(names) <= MOST_NAMES else _("{names}等", names=told)
