"""What a day says of itself, worked out anew: who meets how long, who queues, the gap."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations

from bihuan.base.ids import ZoneCode
from bihuan.base.problems import Problem, error
from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.plan.words import Flow, Setting
from bihuan.stagger.answer import Status
from bihuan.stagger.verify.present import MEALS
from bihuan.stagger.verify.slots import Beside, Placed

MIXING = error(
    "G378",
    N_("「{setting}」写的是 {came} 人·分钟，重新算是 {allowed}。"),
    N_("不要用这份答案，重新排。"),
)
QUEUED = error(
    "G379",
    N_("「{place}」{flow}写的是 {came} 人排队，按时段是 {allowed} 人。"),
    N_("不要用这份答案，重新排。"),
)
GAP = error(
    "G380",
    N_("差距写的是 {came}，由总目标和下界算是 {allowed}；状态是「{status}」。"),
    N_("不要用这份答案，重新排。"),
)
ON_STAIR = 3
"""Minutes for which two classes meet on a stair when they come together."""
PROVEN = 1e-4


def look(beside: Beside) -> Iterator[Problem]:
    """Claims that do not hold; slots written by hand claim nothing."""
    known = together(beside.matched, beside)
    for row in beside.day.mixing:
        right = known.get(row.setting)
        if right is not None and not _same(row.minutes, right):
            came, allowed = f"{row.minutes:g}", f"{right:g}"
            where = Where(sheet=row.setting.label)
            label = row.setting.label
            yield MIXING.at(where, setting=label, came=came, allowed=allowed)
    yield from _queued(beside)
    yield from _gap(beside)


def together(rows: Iterable[Placed], beside: Beside) -> dict[Setting, float]:
    """Pairs of different classes times minutes at one place; gates have waits besides."""
    placed = list(rows)
    return {
        Setting.CANTEEN_HALL: _overlap(r for r in placed if r.slot.flow in MEALS),
        Setting.DORM_FLOOR: _overlap(r for r in placed if r.slot.flow is Flow.WASH),
        Setting.BUS: _overlap(r for r in placed if r.slot.flow is Flow.BUS),
        Setting.STAIR: _stairs(placed, beside),
    }


def _overlap(rows: Iterable[Placed]) -> float:
    places: dict[ZoneCode, list[Placed]] = defaultdict(list)
    for row in rows:
        places[row.slot.zone].append(row)
    return float(
        sum(
            a.due.size * b.due.size * max(0, min(a.end, b.end) - max(a.start, b.start))
            for there in places.values()
            for a, b in combinations(there, 2)
            if a.slot.klass != b.slot.klass
        )
    )


def _stairs(rows: Iterable[Placed], beside: Beside) -> float:
    moments: dict[ZoneCode, list[tuple[str, int, int]]] = defaultdict(list)
    for row in rows:
        stair, meal = beside.names[row.slot.klass].stair, row.slot.flow in MEALS
        if stair and (meal or row.slot.flow is Flow.DISMISSAL):
            moments[stair].append((row.slot.klass, row.start, row.due.size))
        if stair and meal:
            moments[stair].append((row.slot.klass, row.end, row.due.size))
    return float(
        sum(
            a[2] * b[2] * max(0, ON_STAIR - abs(a[1] - b[1]))
            for there in moments.values()
            for a, b in combinations(there, 2)
            if a[0] != b[0]
        )
    )


def _queued(beside: Beside) -> Iterator[Problem]:
    """Persons at each place and flow."""
    people: Counter[tuple[Flow, ZoneCode]] = Counter()
    for row in beside.matched:
        people[row.slot.flow, row.slot.zone] += row.due.size
    for queue in beside.day.queues:
        right = people[queue.flow, queue.zone]
        if queue.people != right:
            yield QUEUED.at(
                Where(sheet=queue.zone),
                place=queue.zone,
                flow=queue.flow.label,
                came=queue.people,
                allowed=right,
            )


def _gap(beside: Beside) -> Iterator[Problem]:
    """The gap against objective and bound, the status against the gap."""
    day = beside.day
    right = day.gap
    if day.objective is not None and day.bound is not None and day.bound > 0:
        right = (day.objective - day.bound) / day.bound
    whole = day.objective is None or day.bound is None or day.gap is not None
    same = right is None or day.gap is None or _same(right, day.gap)
    unproven = right is None or right > PROVEN + 1e-6
    claimed = day.status is Status.PROVEN and day.objective is not None
    if not (whole and same) or (claimed and unproven and day.objective):
        words = {"came": day.gap, "allowed": right, "status": day.status.label}
        yield GAP.at(Where(sheet=day.school), **words)


def _same(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-4, abs_tol=1e-4)
