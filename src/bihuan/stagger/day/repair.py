"""When a part does not fit: what stands against what, and which single change helps."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bihuan.base.ids import ZoneCode
from bihuan.base.wording import _
from bihuan.plan.words import Flow
from bihuan.stagger.answer import Conflict, Repair
from bihuan.stagger.day.facts import (
    LANES,
    MEALS,
    STEP,
    Facts,
    Gate,
    Placed,
    clock,
    whole,
)
from bihuan.stagger.day.parts import SHARE, Bench, Part

COUNTING: Final = "counting"
MUCH: Final = 60
"""A capacity so many times as large is none."""
LONG: Final = 240
"""Minutes by which a period that does not bind is longer."""
LONGER: Final = (5, 10, 15, 20, 30, 45, 60, 90, 120)
LANES_MORE: Final = (1, 2, 3, 4)
SEATED: Final = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)
COUNTERS: Final = (5, 10, 15, 20, 30, 40, 60, 80, 120, 180, 260)
"""Persons a minute more."""
TRY: Final = 1.0
"""Seconds for one try."""
Change = Callable[[Facts], Facts]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A group of rows of a part: what it is called, what it says, a way to take it away."""

    names: tuple[str, ...]
    said: str
    without: Change


@dataclass(frozen=True, kw_only=True)
class Lever:
    """A thing to change by growing amounts."""

    row: str
    """Its group, the first place's where it moves several together."""
    amounts: tuple[float, ...]
    change: Callable[[float], Change]
    say: Callable[[float], str]
    cost: Callable[[float], float]


@dataclass
class Clinic:
    """Tries changes on a part that does not fit."""

    facts: Facts
    before: Sequence[Placed]
    """What was placed before the part."""
    seed: int
    tries: int
    """How many times the solver may still be asked."""

    def fits(self, facts: Facts, part: Part) -> bool:
        """Whether the part fits under changed facts."""
        asked = _under(facts, part)
        if impossible(facts, asked):
            return False
        self.tries -= 1
        bench = Bench(
            facts,
            TRY / SHARE.get(part.flow, SHARE[Flow.LUNCH]),
            self.seed,
            any_will_do=True,
            placed=list(self.before),
        )
        return bench.solve(asked).placed is not None

    def conflict(self, part: Part) -> Conflict:
        """What cannot hold together, and the changes that help."""
        proof = COUNTING if impossible(self.facts, part) else ""
        every = tuple(rows_of(self.facts, part))
        rows = self._minimal(part, every) or every
        return Conflict(
            rows=tuple(name for row in rows for name in row.names),
            said=tuple(_said(row, proof=proof) for row in rows),
            proof=proof,
            minimal=self.tries > 0 and rows is not every,
            repairs=tuple(sorted(self._repairs(part), key=lambda r: (r.cost, r.said))),
        )

    def _minimal(self, part: Part, every: Sequence[Row]) -> tuple[Row, ...]:
        """Take away one row after another; who is needed for the conflict stays."""
        facts, kept = self.facts, []
        for row in every:
            freer = row.without(facts)
            if self.tries > 0 and not self.fits(freer, part):
                facts = freer
            else:
                kept.append(row)
        return tuple(kept)

    def _repairs(self, part: Part) -> Iterator[Repair]:
        """The least amount of each lever that helps by itself."""
        for lever in levers(self.facts, part):
            amount = self._least(lever, part)
            if amount is not None:
                yield Repair(
                    row=lever.row,
                    said=_(
                        "{flow}：{change}",
                        flow=_(part.flow.label),
                        change=lever.say(amount),
                    ),
                    amount=amount,
                    cost=lever.cost(amount),
                )

    def _least(self, lever: Lever, part: Part) -> float | None:
        """The least amount that helps, by halving: what helps helps with more of it too."""

        def helps(number: int) -> bool:
            if self.tries <= 0:
                return False
            return self.fits(lever.change(lever.amounts[number])(self.facts), part)

        low, high = -1, len(lever.amounts) - 1
        if high < 0 or not helps(high):
            return None
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if helps(middle) else (middle, high)
        return lever.amounts[high]


def _said(row: Row, *, proof: str) -> str:
    """A row in words; where nothing is proven it says what was tried."""
    return row.said if proof else _("{row}（按批次模板）", row=row.said)


def _under(facts: Facts, part: Part) -> Part:
    """The part with its period as changed."""
    more = facts.longer.get(part.flow, 0)
    if not more:
        return part
    needs = tuple(replace(need, high=need.high + more) for need in part.needs)
    place = part.place and (part.place[0], part.place[1], part.place[2] + more)
    return replace(part, needs=needs, place=place)


# --- what can be proven ---------------------------------------------------------------


def impossible(facts: Facts, part: Part) -> bool:
    """Whether a count shows that no start whatever can do it."""
    spans = {(a.low, b.high) for a in part.needs for b in part.needs}
    return any(
        _too_many(facts, part, low, high) for low, high in spans if low < high
    ) or _stairs_too_many(facts, part)


def _too_many(facts: Facts, part: Part, low: int, high: int) -> bool:
    """Whether those who must pass within a span are more than anything lets through."""
    inside = [n for n in part.needs if low <= n.low and n.high <= high]
    people = sum(need.size for need in inside)
    largest = max((need.size for need in inside), default=0)
    each = list(_through(facts, part, high - low))
    return people > sum(each) or largest > max(each, default=0)


def _through(facts: Facts, part: Part, minutes: int) -> Iterator[int]:
    """The most persons that each place takes in so many minutes."""
    limits = facts.limits
    if part.place is not None:
        yield facts.taps[part.place[0]] * (minutes // limits.washing)
    elif part.flow in MEALS:
        for hall in facts.halls:
            seats = hall.seats * (minutes // limits.eating)
            yield min(seats, whole(hall.rate * max(0, minutes - limits.eating)))
    else:
        for gate in facts.gates:
            yield gate.lanes * limits.through(part.flow, minutes)


def _stairs_too_many(facts: Facts, part: Part) -> bool:
    """Whether the stairs cannot take all moments of the period."""
    if part.place is not None or part.flow is Flow.ARRIVAL:
        return False
    moments = 2 if part.flow in MEALS else 1
    for stair, most in facts.stairs.items():
        own = [need for need in part.needs if need.klass.stair == stair]
        steps = (part.high - part.low) // STEP + 1
        if moments * sum(n.size for n in own) > most * steps:
            return True
        if any(need.size > most for need in own):
            return True
    return False


# --- what may give --------------------------------------------------------------------


def rows_of(facts: Facts, part: Part) -> Iterator[Row]:
    """The rows that bind a part, the hardest to change last."""
    if part.place is not None:
        zone = part.place[0]
        yield Row(
            names=(f"taps:{zone}",),
            said=_(
                "{zone}洗漱位 {n} 个，每人 {minutes} 分钟",
                zone=_name(facts, zone),
                n=facts.taps[zone],
                minutes=facts.limits.washing,
            ),
            without=_more_taps(MUCH * facts.taps[zone]),
        )
    elif part.flow in MEALS:
        yield from _meal_rows(facts)
    else:
        yield Row(
            names=tuple(f"lanes:{gate.code}" for gate in facts.gates),
            said=_(
                "{zones}每通道每分钟过 {n} 人",
                zones=_names(facts, (gate.code for gate in facts.gates)),
                n=f"{facts.limits.through(part.flow, 60) / 60.0:.1f}",
            ),
            without=_faster(MUCH),
        )
    if part.flow in MEALS or part.flow is Flow.DISMISSAL:
        yield _stair_row(facts, part)
    yield Row(
        names=(f"window:{part.flow}",),
        said=_(
            "{flow} {people} 人都在 {low} 至 {high} 之间",
            flow=_(part.flow.label),
            people=part.people,
            low=f"{clock(part.low):%H:%M}",
            high=f"{clock(part.high):%H:%M}",
        ),
        without=_longer(part.flow, LONG),
    )


def _meal_rows(facts: Facts) -> Iterator[Row]:
    codes = [hall.code for hall in facts.halls]
    yield Row(
        names=tuple(f"counter:{code}" for code in codes),
        said=_("窗口每分钟打饭 {n} 人", n=f"{sum(h.rate for h in facts.halls):g}"),
        without=_more_counters(MUCH * 60),
    )
    yield Row(
        names=tuple(f"seats:{code}" for code in codes),
        said=_(
            "{zones}同时可坐 {n} 人",
            zones=_names(facts, codes),
            n=sum(hall.seats for hall in facts.halls),
        ),
        without=_seats(MUCH),
    )


def _stair_row(facts: Facts, part: Part) -> Row:
    used = {need.klass.stair for need in part.needs} & set(facts.stairs)
    codes = [code for code in facts.stairs if code in used]
    return Row(
        names=tuple(f"stair:{code}" for code in codes),
        said=_(
            "{zones}每 5 分钟过 {n} 人",
            zones=_names(facts, codes),
            n=_("、").join(dict.fromkeys(str(facts.stairs[code]) for code in codes)),
        ),
        without=_wider(MUCH),
    )


def levers(facts: Facts, part: Part) -> Iterator[Lever]:
    """Single changes, cheap ones first."""
    yield Lever(
        row=f"window:{part.flow}",
        amounts=LONGER,
        change=lambda minutes: _longer(part.flow, int(minutes)),
        say=lambda minutes: _("延长 {n} 分钟", n=f"{minutes:g}"),
        cost=lambda minutes: minutes / 10.0,
    )
    if part.place is not None:
        yield from _tap_levers(facts, part)
    elif part.flow in MEALS:
        yield from _meal_levers(facts)
    else:
        yield from _gate_levers(facts)


def _tap_levers(facts: Facts, part: Part) -> Iterator[Lever]:
    zone, low, high = part.place or (ZoneCode(""), 0, 0)
    turns = max(1, (high - low) // facts.limits.washing)
    lack = -(-part.people // turns) - facts.taps[zone]
    yield Lever(
        row=f"taps:{zone}",
        amounts=(float(lack),),
        change=lambda taps: _more_taps(int(taps)),
        say=lambda taps: _(
            "{zone}增加 {n} 个洗漱位", zone=_name(facts, zone), n=f"{taps:g}"
        ),
        cost=lambda taps: taps / 5.0,
    )


def _meal_levers(facts: Facts) -> Iterator[Lever]:
    yield Lever(
        row=f"counter:{facts.halls[0].code}",
        amounts=tuple(map(float, COUNTERS)),
        change=_more_counters,
        say=lambda n: _("窗口每分钟多打 {n} 人的饭", n=f"{n:g}"),
        cost=lambda n: n / 10.0,
    )
    yield Lever(
        row=f"seats:{facts.halls[0].code}",
        amounts=tuple(s for s in SEATED if s > facts.limits.seated),
        change=lambda share: _seats(share / facts.limits.seated),
        say=lambda share: _("餐位使用率提高到 {n}%", n=f"{share * 100:g}"),
        cost=lambda share: (share - facts.limits.seated) * 20.0,
    )
    if facts.stairs:
        yield Lever(
            row=f"stair:{next(iter(facts.stairs))}",
            amounts=(2.0,),
            change=_wider,
            say=lambda _n: _("楼梯通过人数加倍"),
            cost=lambda _n: 8.0,
        )


def _gate_levers(facts: Facts) -> Iterator[Lever]:
    for gate in facts.gates:
        yield Lever(
            row=f"lanes:{gate.code}",
            amounts=tuple(map(float, LANES_MORE)),
            change=lambda n, code=gate.code: _more_lanes(code, int(n)),  # type: ignore[misc]
            say=lambda n, code=gate.code: _(  # type: ignore[misc]
                "{zone}增加 {n} 条通道", zone=_name(facts, code), n=f"{n:g}"
            ),
            cost=lambda n: 2.0 * n,
        )
    yield Lever(
        row=f"lanes:{facts.gates[0].code}",
        amounts=(float(LANES),),
        change=lambda lanes: _more_gates(int(lanes)),
        say=lambda lanes: _("多开一个门，{n} 条通道", n=f"{lanes:g}"),
        cost=lambda lanes: 3.0 + lanes,
    )


def _longer(flow: Flow, minutes: int) -> Change:
    return lambda facts: replace(facts, longer={**facts.longer, flow: minutes})


def _faster(times: float) -> Change:
    return lambda facts: replace(
        facts,
        limits=replace(
            facts.limits,
            service=facts.limits.service / times,
            out=facts.limits.out / times,
        ),
    )


def _more_lanes(code: ZoneCode, lanes: int) -> Change:
    return lambda facts: replace(
        facts,
        gates=tuple(
            replace(g, lanes=g.lanes + lanes) if g.code == code else g
            for g in facts.gates
        ),
    )


def _more_gates(lanes: int) -> Change:
    return lambda facts: replace(
        facts, gates=(*facts.gates, Gate(code=ZoneCode("+"), lanes=lanes))
    )


def _more_counters(persons: float) -> Change:
    def changed(facts: Facts) -> Facts:
        before = sum(hall.rate for hall in facts.halls)
        wider = (before + persons) / before
        halls = tuple(replace(h, rate=h.rate * wider) for h in facts.halls)
        return replace(facts, halls=halls)

    return changed


def _seats(times: float) -> Change:
    """Seats from the whole number of them, not from what was rounded."""
    return lambda facts: replace(
        facts,
        halls=tuple(
            replace(h, seats=whole(times * h.whole_seats * facts.limits.seated))
            for h in facts.halls
        ),
    )


def _wider(times: float) -> Change:
    return lambda facts: replace(
        facts, stairs={code: int(n * times) for code, n in facts.stairs.items()}
    )


def _more_taps(taps: int) -> Change:
    return lambda facts: replace(
        facts, taps={code: n + taps for code, n in facts.taps.items()}
    )


def _name(facts: Facts, code: str) -> str:
    rows = facts.plan.zones
    return next(
        (z.name for z in rows if z.school == facts.school and z.code == code), code
    )


def _names(facts: Facts, codes: Iterable[str]) -> str:
    return _("、").join(_name(facts, code) for code in codes)
