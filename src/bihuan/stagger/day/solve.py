"""The slots of a school's day: `plan_day`."""

import datetime as dt
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Final

from bihuan.base.ids import SchoolCode
from bihuan.base.problems import Problem
from bihuan.base.wording import _
from bihuan.plan.people import Class
from bihuan.plan.plan import Plan
from bihuan.plan.words import Flow, Setting
from bihuan.stagger.answer import Calendar, Conflict, Day, Status
from bihuan.stagger.day.facts import MEALS, Facts, Placed, facts, openings
from bihuan.stagger.day.mixing import (
    CHOSEN,
    Rates,
    minutes_together,
    mixing,
    stands,
)
from bihuan.stagger.day.parts import Bench, Part, in_blocks, parts, rides, unstaggered
from bihuan.stagger.day.queues import mean_at_gates, queues
from bihuan.stagger.day.repair import Clinic
from bihuan.stagger.day.trouble import NOBODY_BACK, NoDay, troubles

PROVEN: Final = 1e-4
TRIES: Final = 30
"""How often the solver is asked for conflicts and repairs of a part."""
ORDER: Final = tuple(Flow)
OF_FLOW: Final[Mapping[Flow, Setting]] = {
    Flow.ARRIVAL: Setting.GATE,
    Flow.DISMISSAL: Setting.GATE,
    Flow.WASH: Setting.DORM_FLOOR,
    **dict.fromkeys(MEALS, Setting.CANTEEN_HALL),
}
"""Where a part's classes meet."""


def plan_day(
    plan: Plan,
    school: SchoolCode,
    date: dt.date,
    *,
    rates: Rates,
    calendar: Calendar | None = None,
    seconds: float = 10.0,
    seed: int = 0,
    told: Callable[[str], None] | None = None,
) -> Day:
    """Slots of every class that is at school on a date; NoDay where nobody can be.

    `told` hears what is being done.
    """
    began = time.perf_counter()
    asked = _asked(plan, school, date, calendar)
    day = _Desk(asked, rates, seconds, seed, told or _nobody).day()
    return replace(day, seconds=time.perf_counter() - began)


def _nobody(_doing: str) -> None:
    """Listen to nothing."""


def _asked(
    plan: Plan, school: SchoolCode, date: dt.date, calendar: Calendar | None
) -> Facts:
    """What the day rests on; NoDay where there is none."""
    found = tuple(troubles(plan, school, date))
    if found:
        raise NoDay(found)
    asked = facts(plan, school, date, calendar)
    if not asked.present:
        opening = openings(plan, school, calendar)
        first = min(
            (row for row in plan.classes if row.school == school and not row.within),
            key=lambda row: opening[row.code],
        )
        raise NoDay((_nobody_back(plan, school, date, first, opening[first.code]),))
    return asked


def _nobody_back(
    plan: Plan, school: SchoolCode, date: dt.date, first: Class, opens: dt.date
) -> Problem:
    row = plan.by_code[school]
    return NOBODY_BACK.at(
        plan.where("schools", plan.schools.index(row)),
        school=row.name,
        came=date,
        first=f"{first.grade} {opens}",
    )


@dataclass(frozen=True)
class _Desk:
    """One day while it is worked on."""

    facts: Facts
    rates: Rates
    seconds: float
    seed: int
    told: Callable[[str], None]

    def day(self) -> Day:
        """The answer."""
        bench = Bench(self.facts, self.seconds, self.seed)
        failed: list[Part] = []
        floors: list[tuple[Flow, float]] = []
        for part in parts(self.facts):
            self.told(_(part.flow.label))
            done = bench.solve(part)
            floors.append((part.flow, done.floor))
            if done.placed is None:
                failed.append(part)
        placed = (*bench.placed, *rides(self.facts, bench.placed))
        return self._answered(placed, failed, floors)

    def _answered(
        self,
        placed: tuple[Placed, ...],
        failed: Sequence[Part],
        floors: Sequence[tuple[Flow, float]],
    ) -> Day:
        rows = mixing(self.facts, placed, self.rates)
        objective = sum(row.weighted for row in rows if row.setting in CHOSEN)
        bound = sum(
            floor / 60.0 * self.rates.of(OF_FLOW[flow]) for flow, floor in floors
        )
        conflict = self._conflict(placed, failed) if failed else None
        gap = _gap(objective, bound)
        held, others = (None, ()) if failed else self._compared(placed)
        whole = not failed
        return Day(
            school=self.facts.school,
            date=self.facts.date,
            status=_status(conflict, gap),
            present=self.facts.present,
            slots=tuple(one.slot() for one in _in_order(self.facts, placed)),
            queues=queues(self.facts, placed, seed=self.seed),
            mixing=rows,
            stands=held,
            others=others,
            objective=objective if whole else None,
            bound=bound if whole else None,
            gap=gap if whole else None,
            conflict=conflict,
            seed=self.seed,
            engine=f"ortools {version('ortools')}, cp-sat on batch templates",
        )

    def _conflict(self, placed: Sequence[Placed], failed: Sequence[Part]) -> Conflict:
        """Of all parts that do not fit: rows and repairs, told once for parts alike."""
        self.told(_("找出哪里排不下"))
        found: dict[object, Conflict] = {}
        for part in failed:
            if _alike(part) not in found:
                clinic = Clinic(self.facts, placed, self.seed, TRIES)
                found[_alike(part)] = clinic.conflict(part)
        proven = [one for one in found.values() if one.proof]
        # What is proven is not told in one breath with what only was not found.
        every = proven or list(found.values())
        return Conflict(
            rows=_once(row for one in every for row in one.rows),
            said=_once(text for one in every for text in one.said),
            proof=every[0].proof,
            minimal=len(every) == 1 and every[0].minimal,
            repairs=tuple(
                sorted(
                    (row for one in found.values() for row in one.repairs),
                    key=lambda row: (row.cost, row.said),
                )
            ),
        )

    def _compared(
        self, placed: Sequence[Placed]
    ) -> tuple[bool, tuple[tuple[str, float, float], ...]]:
        """The plan beside the clerk's and beside none, and whether their order stands."""
        plans = {
            "ours": placed,
            "blocks": in_blocks(self.facts),
            "none": unstaggered(self.facts),
        }
        minutes = [minutes_together(self.facts, one) for one in plans.values()]
        rows = tuple(
            (
                name,
                sum(n / 60.0 * self.rates.of(s) for s, n in together.items()),
                mean_at_gates(queues(self.facts, one, seed=self.seed)),
            )
            for (name, one), together in zip(plans.items(), minutes, strict=True)
        )
        return stands(minutes, self.rates), rows


def _alike(part: Part) -> tuple[object, ...]:
    """Parts of one shape have one conflict: lunch and supper, two evenings of a floor."""
    flow = "meal" if part.flow in MEALS else part.flow
    return flow, part.place and part.place[0], part.people, part.high - part.low


def _once(rows: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rows))


def _gap(objective: float, bound: float) -> float:
    """How far above the bound; nothing above nothing is none."""
    if objective <= 0.0:
        return 0.0
    return (objective - bound) / bound if bound > 0.0 else float("inf")


def _status(conflict: Conflict | None, gap: float) -> Status:
    if conflict is None:
        return Status.PROVEN if gap <= PROVEN else Status.FOUND
    return Status.IMPOSSIBLE if conflict.proof else Status.UNDECIDED


def _in_order(facts: Facts, placed: Sequence[Placed]) -> list[Placed]:
    """By class in the plan's order, then by the order of the day."""
    rank = {row.code: n for n, row in enumerate(facts.plan.classes)}
    return sorted(
        placed,
        key=lambda one: (
            rank[one.need.klass.code],
            ORDER.index(one.need.flow),
            one.start,
            one.zone,
        ),
    )
