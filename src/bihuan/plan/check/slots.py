"""Do the slots of classes 班级时段 lie where and when a class can pass?"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import time
from typing import Final

from bihuan.base.problems import Problem, error
from bihuan.base.wording import N_
from bihuan.plan.check.look import Look, pairs, parts, span
from bihuan.plan.staging import Slot
from bihuan.plan.words import Flow, PeriodKind, ZoneKind

REVERSED = error(
    "P230",
    N_("{klass}{flow}时段的结束 {came} 不晚于开始 {allowed}。"),
    N_("改两个时间。"),
)
WRONG_PLACE = error(
    "P231",
    N_("{klass}的{flow}时段在{zone}，它是{came}，应是{allowed}。"),
    N_("换成对的场所。"),
)
TOGETHER = error(
    "P232",
    N_("{klass}的{flow}时段 {came} 与{other} {allowed} 重叠。"),
    N_("改其中一个时段；住校生、走读生分开的，填明对象。"),
)
NO_LANE = error(
    "P233",
    N_("{zone}有 {allowed} 条通道，时段写的是第 {came} 条。"),
    N_("改通道的序号，或改校门的通道数。"),
)
CLOSED = error(
    "P522",
    N_("{klass}的{flow}时段 {came} 不在作息的{flow}时间 {allowed} 之内。"),
    N_("改时段，或改作息。"),
)

PLACES: Final = {
    Flow.BUS: ZoneKind.BUS,
    Flow.ARRIVAL: ZoneKind.GATE,
    Flow.BREAKFAST: ZoneKind.CANTEEN_HALL,
    Flow.LUNCH: ZoneKind.CANTEEN_HALL,
    Flow.SUPPER: ZoneKind.CANTEEN_HALL,
    Flow.DISMISSAL: ZoneKind.GATE,
    Flow.WASH: ZoneKind.DORM_FLOOR,
}
"""The kind of place that a class passes through."""
PERIODS: Final = {
    Flow.BREAKFAST: PeriodKind.BREAKFAST,
    Flow.LUNCH: PeriodKind.LUNCH,
    Flow.SUPPER: PeriodKind.SUPPER,
    Flow.DISMISSAL: PeriodKind.DISMISSAL,
    Flow.WASH: PeriodKind.WASH,
}
"""The period that a flow keeps; boarders who come back arrive all morning."""


def reversed_slots(look: Look) -> Iterator[Problem]:
    """Slots that end when they start, or before."""
    for n, row in enumerate(look.plan.slots):
        if row.end <= row.start:
            yield REVERSED.at(
                look.plan.where("slots", n, "end"),
                klass=row.klass,
                flow=row.flow.label,
                came=f"{row.end:%H:%M}",
                allowed=f"{row.start:%H:%M}",
            )


def wrong_places(look: Look) -> Iterator[Problem]:
    """Slots at a place of another kind, in a lane that the gate does not have."""
    for n, row in enumerate(look.plan.slots):
        zone = look.zones.get((row.school, row.zone))
        if zone is None:
            continue
        if zone.kind is not PLACES[row.flow]:
            yield WRONG_PLACE.at(
                look.plan.where("slots", n, "zone"),
                klass=row.klass,
                flow=row.flow.label,
                zone=zone.name,
                came=zone.kind.label,
                allowed=PLACES[row.flow].label,
            )
        elif row.lane and zone.lanes is not None and row.lane > zone.lanes:
            where = look.plan.where("slots", n, "lane")
            yield NO_LANE.at(where, zone=zone.name, allowed=zone.lanes, came=row.lane)


def two_at_once(look: Look) -> Iterator[Problem]:
    """Slots in which some of a class would be at two places at once."""
    rows: dict[tuple[str, str], list[tuple[int, Slot]]] = defaultdict(list)
    for n, row in enumerate(look.plan.slots):
        if row.start < row.end:
            rows[row.school, row.klass].append((n, row))
    for own in rows.values():
        for (_, a), (n, b) in pairs(own):
            # Floors of one class wash at the same time: other persons of the class.
            floors = a.flow is b.flow is Flow.WASH and a.zone != b.zone
            buses = a.flow is b.flow is Flow.BUS and a.zone != b.zone
            shared = parts(a.who) & parts(b.who)
            if shared and not (floors or buses) and a.start < b.end and b.start < a.end:
                yield TOGETHER.at(
                    look.plan.where("slots", n, "start"),
                    klass=b.klass,
                    flow=b.flow.label,
                    came=_told(b),
                    other=a.flow.label,
                    allowed=_told(a),
                )


def outside_hours(look: Look) -> Iterator[Problem]:
    """Slots that are not within the periods of their kind at the school."""
    for n, row in enumerate(look.plan.slots):
        kind = PERIODS.get(row.flow)
        spells = [one for _, one in look.of("periods", row.school) if one.kind is kind]
        if spells and row.start < row.end:
            spans = [span(one) for one in spells]
            first, last = min(a for a, _ in spans), max(b for _, b in spans)
            if first <= _minute(row.start) and _minute(row.end) <= last:
                continue
            allowed = "、".join(
                sorted({f"{one.start:%H:%M}-{one.end:%H:%M}" for one in spells})
            )
            yield CLOSED.at(
                look.plan.where("slots", n, "start"),
                klass=row.klass,
                flow=row.flow.label,
                came=_told(row),
                allowed=allowed,
            )


CHECKS: Final[tuple[Callable[[Look], Iterator[Problem]], ...]] = (
    reversed_slots,
    wrong_places,
    two_at_once,
    outside_hours,
)


def _told(row: Slot) -> str:
    return f"{row.start:%H:%M}-{row.end:%H:%M}"


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute
