"""Do gates, halls, stairs, taps and buses take those who are sent there at one time?"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import product
from typing import NamedTuple

from bihuan.base.ids import ZoneCode
from bihuan.base.problems import Kind, Problem, error
from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.plan.places import Zone
from bihuan.plan.words import Flow, Tuning, ZoneKind
from bihuan.stagger.verify.present import MEALS
from bihuan.stagger.verify.slots import LANES, Beside, Placed, clock

MEND = N_("挪开其中的班级，或放长时段。")
GATE = error(
    "G370",
    N_(
        "{flow}：{place} {start} 至 {end} 过 {load} 人，最多 {allowed} 人，多 {over} 人。"
    ),
    MEND,
)
LANE = error(
    "G371",
    N_(
        "{flow}：{place} {lane} 号通道 {start} 至 {end} 过 {load} 人，最多 {allowed} 人，多 {over} 人。"
    ),
    MEND,
)
SEATS = error(
    "G372",
    N_("{place} {start} 有 {load} 人就餐，可坐 {allowed} 人，多 {over} 人。"),
    MEND,
)
COUNTER = error(
    "G373",
    N_(
        "{place} {start} 至 {end} 有 {load} 人打饭，窗口最多 {allowed} 人，多 {over} 人。"
    ),
    MEND,
)
STAIR = error(
    "G374",
    N_("{place} {start} 起 5 分钟有 {load} 人，最多 {allowed} 人，多 {over} 人。"),
    MEND,
)
TAPS = error(
    "G375",
    N_("{place} {start} 至 {end} 有 {load} 人洗漱，最多 {allowed} 人，多 {over} 人。"),
    MEND,
)
SEATED = error(
    "G376",
    N_("{place}坐 {load} 人，座位 {allowed} 个，多 {over} 人。"),
    N_("增加座位，或分到别的校车。"),
)
APART = error(
    "G377",
    N_("{place}上各班的时间不一样：{came}。"),
    N_("一辆校车只有一个时间。"),
)
HALL_SEATS = 400
MOMENT = 5
"""Minutes that a class is on its stair."""
TINY = 1e-9


class Use(NamedTuple):
    """Persons from minute to minute."""

    start: int
    end: int
    size: int


def whole(number: float) -> int:
    """Round down."""
    return math.floor(number + TINY)


def look(beside: Beside) -> Iterator[Problem]:
    """Everything that a place does not take."""
    by_zone: dict[ZoneCode, list[Placed]] = defaultdict(list)
    for placed in beside.matched:
        if beside.zone(placed.slot):
            by_zone[placed.slot.zone].append(placed)
    for code, rows in by_zone.items():
        zone = beside.present.zones[code]
        match zone.kind:
            case ZoneKind.GATE:
                yield from _gate(beside, zone, rows)
            case ZoneKind.CANTEEN_HALL:
                yield from _hall(beside, zone, rows)
            case ZoneKind.DORM_FLOOR:
                yield from _taps(beside, zone, rows)
            case _:
                yield from _bus(beside, zone, rows)
    yield from _stairs(beside)


def _uses(rows: Iterable[Placed]) -> list[Use]:
    return [Use(row.start, row.end, row.due.size) for row in rows]


def _spans(uses: list[Use]) -> Iterator[tuple[int, int, int]]:
    """Every span from a start to an end, with the persons inside."""
    starts, ends = {use.start for use in uses}, {use.end for use in uses}
    for low, high in product(sorted(starts), sorted(ends)):
        if low < high:
            inside = (u.size for u in uses if low <= u.start and u.end <= high)
            yield low, high, sum(inside)


def _told(kind: Kind, zone: Zone, load: int, allowed: int, **words: object) -> Problem:
    where = Where(sheet=zone.name, cell=str(words.get("start", "")))
    over = load - allowed
    return kind.at(
        where, place=zone.name, load=load, allowed=allowed, over=over, **words
    )


def _gate(beside: Beside, zone: Zone, rows: list[Placed]) -> Iterator[Problem]:
    """Lanes, each by itself and all together, in and out apart."""
    lanes = zone.lanes or LANES
    for flow, kind in ((Flow.ARRIVAL, Tuning.SERVICE), (Flow.DISMISSAL, Tuning.OUT)):
        own = [row for row in rows if row.slot.flow is flow]
        per_minute = (1 - beside.set(Tuning.HEADROOM)) * 60 / beside.set(kind)
        for lane in (0, *range(1, lanes + 1)):
            part = own if not lane else [row for row in own if row.slot.lane == lane]
            wide = lanes if not lane else 1
            for low, high, load in _spans(_uses(part)):
                if load > (allowed := whole(wide * per_minute * (high - low))):
                    yield _told(
                        LANE if lane else GATE,
                        zone,
                        load,
                        allowed,
                        lane=lane,
                        flow=flow.label,
                        start=clock(low),
                        end=clock(high),
                    )


def _hall(beside: Beside, zone: Zone, rows: list[Placed]) -> Iterator[Problem]:
    """Seats at every minute; counters over every span."""
    seats = zone.seats or HALL_SEATS
    allowed = whole(beside.set(Tuning.SEATED) * seats)
    for at in sorted({row.start for row in rows}):
        load = sum(row.due.size for row in rows if row.start <= at < row.end)
        if load > allowed:
            yield _told(SEATS, zone, load, allowed, start=clock(at))
    halls = beside.present.zones.values()
    every = sum(z.seats or HALL_SEATS for z in halls if z.kind is ZoneKind.CANTEEN_HALL)
    rate = beside.set(Tuning.COUNTER) * seats / every
    eating = int(beside.set(Tuning.EATING))
    served = [Use(u.start, u.end - eating, u.size) for u in _uses(rows)]
    for use in served:
        if use.end <= use.start and use.size:
            yield _told(
                COUNTER,
                zone,
                use.size,
                0,
                start=clock(use.start),
                end=clock(use.start),
            )
    for low, high, load in _spans([u for u in served if u.start < u.end]):
        if load > (most := whole(rate * (high - low))):
            yield _told(COUNTER, zone, load, most, start=clock(low), end=clock(high))


def _taps(beside: Beside, zone: Zone, rows: list[Placed]) -> Iterator[Problem]:
    """Whole turns at the taps of a floor."""
    taps = zone.lanes or int(beside.set(Tuning.TAPS))
    turn = int(beside.set(Tuning.WASHING))
    for low, high, load in _spans(_uses(rows)):
        if load > (allowed := taps * ((high - low) // turn)):
            yield _told(TAPS, zone, load, allowed, start=clock(low), end=clock(high))


def _bus(beside: Beside, zone: Zone, rows: list[Placed]) -> Iterator[Problem]:
    """One time for all who ride, and a seat for each."""
    times = sorted({(row.start, row.end) for row in rows})
    if len(times) > 1:
        came = "、".join(f"{clock(low)}–{clock(high)}" for low, high in times)
        yield APART.at(Where(sheet=zone.name), place=zone.name, came=came)
    load = sum(row.due.size for row in rows)
    if load > (allowed := zone.seats or int(beside.set(Tuning.BUS_SEATS))):
        yield _told(SEATED, zone, load, allowed)


def _stairs(beside: Beside) -> Iterator[Problem]:
    """Persons on a stair within five minutes of each moment at which a class is on it."""
    moments: dict[ZoneCode, list[tuple[int, int]]] = defaultdict(list)
    for row in beside.matched:
        stair = beside.names[row.slot.klass].stair
        if stair and row.slot.flow in MEALS:
            moments[stair] += [(row.start, row.due.size), (row.end, row.due.size)]
        elif stair and row.slot.flow is Flow.DISMISSAL:
            moments[stair].append((row.start, row.due.size))
    for code, rows in moments.items():
        zone = beside.present.zones.get(code)
        if zone is None or zone.kind is not ZoneKind.STAIR:
            continue
        allowed = whole(MOMENT * beside.set(Tuning.STAIR) * (zone.lanes or 1))
        for at in sorted({at for at, _size in rows}):
            load = sum(size for when, size in rows if at <= when < at + MOMENT)
            if load > allowed:
                yield _told(STAIR, zone, load, allowed, start=clock(at))
