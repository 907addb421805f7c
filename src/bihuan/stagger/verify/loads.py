"""What every day takes of what is scarce, beside what there is."""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from bihuan.base.ids import AreaCode
from bihuan.base.problems import Kind, Problem, error, warning
from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.plan.words import CapacityKind, Tuning
from bihuan.stagger.answer import Why
from bihuan.stagger.verify.asked import Batch
from bihuan.stagger.verify.days import EVERYWHERE
from bihuan.stagger.verify.read import Read

MEND = N_("把其中的批次挪到别的日子，或改资源容量。")
OPENINGS = error(
    "G321",
    N_("{came} {area}有 {load} 批返校，当天最多 {allowed} 批，多 {over} 批。"),
    MEND,
)
STUDENTS = error(
    "G322",
    N_("{came} {area}返校 {load} 人，当天最多 {allowed} 人，多 {over} 人。"),
    MEND,
)
SAMPLING = error(
    "G323",
    N_(
        "{came} 起 {days} 天 {area}要采样 {load} 人次，采样能力 {allowed} 人次，多 {over} 人次。"
    ),
    MEND,
)
BEDS = error(
    "G324",
    N_("{came} {area}要观察床位 {load} 张，只有 {allowed} 张，差 {over} 张。"),
    MEND,
)
BUSES = error(
    "G325", N_("{came} {area}要客车 {load} 辆，只有 {allowed} 辆，差 {over} 辆。"), MEND
)
SUPPLIED = error(
    "G326",
    N_("{came} {area}在校 {load} 人，物资只够 {allowed} 人，多 {over} 人。"),
    MEND,
)
FIXED = warning(
    "G327",
    N_("{came} {area}的{kind}：上级定的和锁定的日期就要 {load}，只有 {allowed}。"),
    N_("日期不能动；增加资源，或向上级报告。"),
)
EPSILON = 1e-6
Sums = Mapping[dt.date, "Load"]


@dataclass(slots=True)
class Load:
    """What a day takes: of dates that the calendar chose, of those that stand."""

    free: float = 0.0
    stand: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A kind of capacity: what a batch takes, on which days, which are left out."""

    kind: CapacityKind
    wrong: Kind
    takes: Callable[[Read, Batch], float]
    exempt: frozenset[Why] = frozenset()
    ahead: Callable[[Read], int] = field(default=lambda _read: 0)
    """Days before an opening on which it counts, by a window that ends the day before."""
    stays: Callable[[Read], int] = field(default=lambda _read: 1)
    """Days from the opening on for which it counts; 0: to the end."""


def look(read: Read) -> Iterator[Problem]:
    """Every limit that is passed, by kind, area and day."""
    for rule in RULES:
        for area in _areas(read):
            yield from _passed(read, rule, area)


@dataclass(frozen=True, kw_only=True)
class Strip:
    """A kind of capacity over the days: what they take, what there is."""

    kind: CapacityKind
    area: AreaCode
    days: tuple[tuple[dt.date, float, float], ...]
    """Date, what dates that stand take, what chosen ones take."""
    counted: tuple[tuple[dt.date, float], ...]
    """Date, how much of what stands counts against the limit."""
    room: tuple[tuple[dt.date, float | None], ...]
    """Date, what there is; None: no limit."""


def strips(read: Read, first: dt.date, last: dt.date) -> Iterator[Strip]:
    """Every limited kind and area over a span of days; arrivals even without a limit."""
    span = [first + dt.timedelta(n) for n in range((last - first).days + 1)]
    for rule in RULES:
        for area in _areas(read):
            wanted = rule.kind is CapacityKind.STUDENTS and not area
            if not wanted and not _limited(read, rule, area):
                continue
            shown = replace(rule, exempt=frozenset())
            sums = _loads(read, shown, area)
            held = _loads(read, rule, area)
            loads = [(on, sums.get(on, Load())) for on in span]
            yield Strip(
                kind=rule.kind,
                area=area,
                days=tuple((on, load.stand, load.free) for on, load in loads),
                counted=tuple((on, held.get(on, Load()).stand) for on in span),
                room=tuple((on, _room(read, rule, area, on)) for on in span),
            )


def _areas(read: Read) -> tuple[AreaCode, ...]:
    return (EVERYWHERE, *dict.fromkeys(s.area for s in read.asked.plan.schools))


def _passed(read: Read, rule: Rule, area: AreaCode) -> Iterator[Problem]:
    """Days of an area on which a limit is passed."""
    if not _limited(read, rule, area):
        return
    before: tuple[float, float, float | None] | None = None
    for on, load in sorted(_loads(read, rule, area).items()):
        allowed = _room(read, rule, area, on)
        same = (load.free, load.stand, allowed)
        told, before = same == before, same
        if allowed is None or (told and rule.wrong is SUPPLIED):
            continue  # nothing new is said of a day on which nobody opens
        words = {
            "came": on,
            "area": _name(read, area),
            "allowed": f"{allowed:g}",
            "load": f"{round(load.free + load.stand, 3):g}",
            "over": f"{round(load.free + load.stand - allowed, 3):g}",
            "days": rule.ahead(read),
        }
        where = Where(sheet=_name(read, area), cell=on.isoformat())
        if load.free > max(0.0, allowed - load.stand) + EPSILON:
            yield rule.wrong.at(where, **words)
        elif load.stand > allowed + EPSILON:
            yield FIXED.at(
                where, **{**words, "kind": rule.kind.label, "load": f"{load.stand:g}"}
            )


def _limited(read: Read, rule: Rule, area: AreaCode) -> bool:
    """Whether the plan limits a kind for an area."""
    if rule.kind is CapacityKind.OPENINGS:
        either = {(rule.kind, area), (rule.kind, EVERYWHERE)}
        return area != EVERYWHERE and bool(either & read.limited)
    return (rule.kind, area) in read.limited


def _room(read: Read, rule: Rule, area: AreaCode, on: dt.date) -> float | None:
    """What there is on a day; of sampling, on as many days as count together."""
    days = read.asked.days
    if rule.kind is CapacityKind.OPENINGS:
        own = days.room(rule.kind, on, area)
        return own if own is not None else days.room(rule.kind, on)
    whole = 0
    for number in range(max(1, rule.ahead(read))):
        part = days.room(rule.kind, on + dt.timedelta(number), area)
        if part is None:
            return None
        whole += part
    return whole


def _loads(read: Read, rule: Rule, area: AreaCode) -> Sums:
    """What each day takes."""
    sums: dict[dt.date, Load] = defaultdict(Load)
    ahead, stays = rule.ahead(read), rule.stays(read)
    opened = read.by_area.get(area, [])
    last = max((on for _batch, on in read.opened), default=dt.date.min)
    for batch, on in opened:
        stands = read.stands(batch, on)
        if stands and batch.why in rule.exempt:
            continue
        first = on - dt.timedelta(ahead)
        length = ahead or stays or (last - on).days + 1
        taken = rule.takes(read, batch)
        for number in range(length):
            load = sums[first + dt.timedelta(number)]
            if stands:
                load.stand += taken
            else:
                load.free += taken
    return sums


def _name(read: Read, area: AreaCode) -> str:
    if not area:
        return N_("全区县")
    return next((a.name for a in read.asked.plan.areas if a.code == area), area)


def _set(read: Read, kind: Tuning) -> float:
    """A setting of the district."""
    return read.asked.tuned(kind)


def _coaches(read: Read, batch: Batch) -> int:
    """Coaches of a batch."""
    seats = read.asked.tuned(Tuning.BUS_SEATS, school=batch.school, stage=batch.stage)
    riders = sum(read.asked.grades[batch.school, code].riders for code in batch.grades)
    return math.ceil(riders / seats)


def _share(kind: Tuning) -> Callable[[Read, Batch], float]:
    """Students of a batch times a share that the plan sets."""

    def taken(read: Read, batch: Batch) -> float:
        share = read.asked.tuned(kind, school=batch.school, stage=batch.stage)
        return share * batch.students

    return taken


RULES = (
    Rule(
        kind=CapacityKind.OPENINGS,
        wrong=OPENINGS,
        takes=lambda _read, _batch: 1.0,
        exempt=frozenset((Why.ORDER,)),
    ),
    Rule(
        kind=CapacityKind.STUDENTS,
        wrong=STUDENTS,
        takes=lambda _read, batch: float(batch.students),
        exempt=frozenset((Why.ORDER, Why.LOCK)),
    ),
    Rule(
        kind=CapacityKind.SAMPLING,
        wrong=SAMPLING,
        takes=_share(Tuning.SAMPLED),
        ahead=lambda read: int(_set(read, Tuning.SAMPLING_AHEAD)),
    ),
    Rule(
        kind=CapacityKind.OBSERVATION_BEDS,
        wrong=BEDS,
        takes=_share(Tuning.OBSERVED),
        stays=lambda read: int(_set(read, Tuning.OBSERVATION)),
    ),
    Rule(kind=CapacityKind.BUSES, wrong=BUSES, takes=_coaches),
    Rule(
        kind=CapacityKind.SUPPLIED,
        wrong=SUPPLIED,
        takes=lambda _read, batch: float(batch.students),
        stays=lambda _read: 0,
    ),
)
