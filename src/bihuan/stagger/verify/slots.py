"""Has every group its slots, each in its time, at a place that it may use?"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from bihuan.base.ids import ClassCode
from bihuan.base.problems import Problem, error
from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.plan.people import Class
from bihuan.plan.places import Zone
from bihuan.plan.staging import Slot
from bihuan.plan.tuning import tuned
from bihuan.plan.words import Flow, Tuning, Who, ZoneKind
from bihuan.stagger.answer import Day
from bihuan.stagger.verify.present import MEALS, PLACES, RIDE, Due, Present

NO_DAY = error(
    "G351",
    N_("{came} {school}没有人在校，不该有时段。"),
    N_("换一天，或改校历。"),
)
PRESENT = error(
    "G352",
    N_("{came} {school}在校的年级写的是 {said}，应是 {allowed}。"),
    N_("改正在校的年级，时段跟着改。"),
)
NOBODY = error(
    "G353",
    N_("{klass}的{flow}（{who}）不该有时段。"),
    N_("删去这一行。"),
)
MISSING = error(
    "G354",
    N_("{klass}的{flow}（{who}）没有时段，有 {size} 人。"),
    N_("补上时段，在 {low} 至 {high} 之间。"),
)
TWICE = error(
    "G355",
    N_("{klass}的{flow}（{who}）排了 {came} 次。"),
    N_("只留一次。"),
)
OUTSIDE = error(
    "G356",
    N_("{klass}的{flow}排在 {start} 至 {end}，作息是 {low} 至 {high}。"),
    N_("改到作息之内。"),
)
BACKWARDS = error(
    "G357",
    N_("{klass}的{flow}从 {start} 到 {end}，没有时间。"),
    N_("结束要晚于开始。"),
)
NO_PLACE = error(
    "G358",
    N_("{klass}的{flow}排在「{came}」，本校没有这个{kind}。"),
    N_("改成本校的{kind}：{allowed}。"),
)
NOT_THEIRS = error(
    "G359",
    N_("{klass}的{flow}排在「{came}」，那里只给 {allowed} 用。"),
    N_("改到给这个班用的地方。"),
)
NO_LANE = error(
    "G360",
    N_("{klass}的{flow}走 {place} {came} 号通道，通道只有 {allowed} 条。"),
    N_("改成 1 到 {allowed}；空着表示不限。"),
)
LANELESS = error(
    "G361",
    N_("{klass}的{flow}写了 {came} 号通道，{place}没有通道。"),
    N_("把通道空着。"),
)
LEADER = error(
    "G362",
    N_("{klass}的{flow}带队人写的是「{came}」，班主任是「{allowed}」。"),
    N_("改成班主任。"),
)
SHORT = error(
    "G363",
    N_("{klass}的{flow}只有 {came} 分钟，至少 {allowed} 分钟。"),
    N_("放长时段。"),
)
RIDES = error(
    "G364",
    N_("{klass}的校车 {start} 至 {end}；应是 30 分钟，不晚于 {allowed} 到校。"),
    N_("改发车时间，或改到校时段。"),
)
LANES = 2
Rows = Mapping[tuple[ClassCode, Flow], tuple[Slot, ...]]


def minute(slot_time: object) -> int:
    """Minutes after midnight."""
    hour, minute_ = getattr(slot_time, "hour", 0), getattr(slot_time, "minute", 0)
    return int(hour) * 60 + int(minute_)


def clock(at: int) -> str:
    """A minute as time of day."""
    return f"{at // 60:02d}:{at % 60:02d}"


@dataclass(frozen=True)
class Placed:
    """A slot with what it answers: how many persons pass, within which minutes."""

    slot: Slot
    due: Due

    @property
    def start(self) -> int:
        """Minute of its start."""
        return minute(self.slot.start)

    @property
    def end(self) -> int:
        """Minute of its end."""
        return minute(self.slot.end)


@dataclass(frozen=True)
class Beside:
    """A day beside its plan."""

    present: Present
    day: Day

    @cached_property
    def names(self) -> Mapping[ClassCode, Class]:
        """Homerooms by code."""
        return {row.code: row for row in self.present.homerooms}

    @cached_property
    def matched(self) -> tuple[Placed, ...]:
        """Slots that answer a need, one for one."""
        found = (self._slot(due) for due in self.present.due)
        pairs = zip(found, self.present.due, strict=True)
        return tuple(Placed(slot, due) for slot, due in pairs if slot)

    @cached_property
    def rows(self) -> Rows:
        """Slots by class and flow."""
        rows: dict[tuple[ClassCode, Flow], list[Slot]] = defaultdict(list)
        for slot in self.day.slots:
            rows[slot.klass, slot.flow].append(slot)
        return {key: tuple(own) for key, own in rows.items()}

    def answers(self, due: Due) -> list[Slot]:
        """Slots that may be meant by a need."""
        own = [s for s in self.rows.get((due.klass, due.flow), ()) if s.who is due.who]
        if not due.zone:
            return own
        there = [slot for slot in own if slot.zone == due.zone]
        if due.flow is not Flow.WASH:
            return there
        low, high = due.span
        return [s for s in there if minute(s.start) < high and minute(s.end) > low]

    def _slot(self, due: Due) -> Slot | None:
        return next(iter(self.answers(due)), None)

    def where(self, klass: ClassCode, flow: Flow) -> Where:
        """The place of a slot for a message."""
        return Where(sheet=self.named(klass), cell=flow.label)

    def named(self, klass: ClassCode) -> str:
        """The name of a class; its code where the school does not know it."""
        row = self.names.get(klass)
        return row.name if row else klass

    def zone(self, slot: Slot) -> Zone | None:
        """The place of a slot, where it is one of the right kind."""
        zone = self.present.zones.get(slot.zone)
        return zone if zone and zone.kind is PLACES[slot.flow] else None

    def set(self, kind: Tuning) -> float:
        """A setting of the school."""
        return tuned(self.present.plan, kind, school=self.present.school)


def look(beside: Beside) -> Iterator[Problem]:
    """Everything that is wrong with a slot by itself."""
    present, day = beside.present, beside.day
    school = present.plan.by_code[present.school].name
    where = Where(sheet=school, cell=str(day.date))
    if not present.open or not present.classes:
        if day.slots or day.present:
            yield NO_DAY.at(where, came=day.date, school=school)
        return
    if set(day.present) != set(present.grades):
        yield PRESENT.at(
            where,
            came=day.date,
            school=school,
            said="、".join(day.present) or "—",
            allowed="、".join(present.grades),
        )
    yield from _had(beside)
    yield from _idle(beside)
    for placed in beside.matched:
        yield from _timed(beside, placed)
        yield from _placed(beside, placed)
    yield from _buses(beside)


def _had(beside: Beside) -> Iterator[Problem]:
    """Needs without a slot, needs with two."""
    for due in beside.present.due:
        words = {
            "klass": beside.named(due.klass),
            "flow": due.flow.label,
            "who": due.who.label,
        }
        found = beside.answers(due)
        where = beside.where(due.klass, due.flow)
        if not found:
            low, high = map(clock, due.span)
            yield MISSING.at(where, size=due.size, low=low, high=high, **words)
        if len(found) > 1:
            yield TWICE.at(where, came=len(found), **words)


def _idle(beside: Beside) -> Iterator[Problem]:
    """Slots that nobody needs."""
    used = Counter(
        id(slot) for due in beside.present.due for slot in beside.answers(due)
    )
    for slot in beside.day.slots:
        if not used[id(slot)] or slot.school != beside.present.school:
            yield NOBODY.at(
                beside.where(slot.klass, slot.flow),
                klass=beside.named(slot.klass),
                flow=slot.flow.label,
                who=slot.who.label,
            )


def _timed(beside: Beside, placed: Placed) -> Iterator[Problem]:
    """A slot outside its period, too short, or the wrong way round."""
    slot, due = placed.slot, placed.due
    where = beside.where(slot.klass, slot.flow)
    words = {
        "klass": beside.named(slot.klass),
        "flow": slot.flow.label,
        "start": clock(placed.start),
        "end": clock(placed.end),
    }
    if placed.end <= placed.start:
        yield BACKWARDS.at(where, **words)
    low, high = due.span
    if placed.start < low or placed.end > high:
        yield OUTSIDE.at(where, low=clock(low), high=clock(high), **words)
    least = int(beside.set(Tuning.EATING))
    if slot.flow in MEALS and placed.end - placed.start < least:
        length = placed.end - placed.start
        yield SHORT.at(where, came=length, allowed=least, **words)


def _placed(beside: Beside, placed: Placed) -> Iterator[Problem]:
    """A slot at a place that is not there, not theirs, by a lane that is not there."""
    slot, zone = placed.slot, beside.zone(placed.slot)
    where, klass = beside.where(slot.klass, slot.flow), beside.names[slot.klass]
    words = {"klass": klass.name, "flow": slot.flow.label}
    if zone is None:
        kind = PLACES[slot.flow]
        known = [z.name for z in beside.present.zones.values() if z.kind is kind]
        allowed = "、".join(known)
        yield NO_PLACE.at(
            where, came=slot.zone, kind=kind.label, allowed=allowed, **words
        )
        return
    bound = bool(placed.due.zone)  # a floor, a bus: where its persons are
    if zone.users and not bound and not {klass.code, klass.grade} & set(zone.users):
        yield NOT_THEIRS.at(
            where, came=zone.name, allowed="、".join(zone.users), **words
        )
    lanes = zone.lanes or LANES
    if zone.kind is not ZoneKind.GATE and slot.lane:
        yield LANELESS.at(where, came=slot.lane, place=zone.name, **words)
    if zone.kind is ZoneKind.GATE and not 0 <= slot.lane <= lanes:
        yield NO_LANE.at(where, came=slot.lane, allowed=lanes, place=zone.name, **words)
    if slot.leader != klass.homeroom:
        yield LEADER.at(
            where, came=slot.leader or "—", allowed=klass.homeroom or "—", **words
        )


def _buses(beside: Beside) -> Iterator[Problem]:
    """Rides that are not half an hour, or end after the class is due at the gate."""
    arrivals = {
        placed.slot.klass: placed.start
        for placed in beside.matched
        if placed.slot.flow is Flow.ARRIVAL and placed.slot.who is Who.DAY_STUDENTS
    }
    for placed in beside.matched:
        due = arrivals.get(placed.slot.klass)
        late = due is not None and placed.end > due
        ride = placed.slot.flow is Flow.BUS
        if ride and (late or placed.end - placed.start != RIDE):
            yield RIDES.at(
                beside.where(placed.slot.klass, Flow.BUS),
                klass=beside.named(placed.slot.klass),
                start=clock(placed.start),
                end=clock(placed.end),
                allowed="—" if due is None else clock(due),
            )
