"""What the solvers answer and the checker judges: frozen values, no solver's words.

A calendar is dates by school and grade, a day is slots by class. Everything a clerk may
write by hand is in `openings`, `visits` and `slots`; the rest tells how good it is.
"""

import datetime as dt
from dataclasses import dataclass, field

from bihuan.base.ids import AreaCode, GradeCode, SchoolCode, ZoneCode
from bihuan.base.wording import N_
from bihuan.plan.staging import Slot
from bihuan.plan.words import Flow, Setting, Word

MODEL = "stagger/1"
"""Version of the formulation, written into every answer."""


class Status(Word):
    """How an answer ends."""

    PROVEN = "proven", N_("已证最优")
    """The gap is at most 0.01 %."""
    FOUND = "found", N_("已排出")
    IMPOSSIBLE = "impossible", N_("无解")
    """Confirmed by a second engine or a certificate, never by one solver's word."""
    UNDECIDED = "undecided", N_("未能判定")
    """Out of time: no answer, or none that is known to be impossible."""


class Aim(Word):
    """The three plans that a clerk chooses from."""

    EARLIEST = "earliest", N_("最早")
    CALMEST = "calmest", N_("最稳")
    BALANCED = "balanced", N_("均衡")


class Goal(Word):
    """A term of the calendar's objective, reported by itself, never as a sum."""

    LATE = "late", N_("晚返校（人·天）")
    PEAK = "peak", N_("单日最多返校（人）")
    SIBLINGS = "siblings", N_("同胞不同日（对）")
    FAIRNESS = "fairness", N_("片区最大平均推迟（天）")
    CHANGE = "change", N_("改期（人·天）")


class Why(Word):
    """Why a batch has its date."""

    ORDER = "order", N_("上级定日期")
    LOCK = "lock", N_("锁定")
    CHOSEN = "chosen", N_("排定")


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """A batch 批次: grades of a school that come back on one day."""

    school: SchoolCode
    grades: tuple[GradeCode, ...]
    date: dt.date
    why: Why = Why.CHOSEN
    students: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """The inspection 核验 of a school; its disinfection ends the day before it."""

    school: SchoolCode
    date: dt.date


@dataclass(frozen=True, kw_only=True, slots=True)
class Unready:
    """A date fixed from above finds a school that cannot be accepted in time.

    A named outcome, not a failure: mend by `mend_by`, borrow premises, or report upwards.
    """

    school: SchoolCode
    grades: tuple[GradeCode, ...]
    date: dt.date
    order: str
    """Code of the order that fixes the date."""
    ready: dt.date | None
    """Earliest day on which the school could pass; None: not within the term."""
    mend_by: dt.date
    """Last day on which an inspection would still be in time."""
    borrow: tuple[SchoolCode, ...] = ()
    """Accepted schools of the area with the room, nearest in size first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One term of the objective: its value in the goal's unit, the weight it had."""

    goal: Goal
    value: float
    weight: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Repair:
    """A change that makes a plan possible: of which row, where, when, how much."""

    row: str
    """The row's group, as in `Conflict.rows`."""
    said: str
    """In the words of the plan, with the amount: 1号片区4天内增加共14个批次名额."""
    amount: float
    cost: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    """What cannot all hold, and the cheapest ways out."""

    rows: tuple[str, ...]
    """Groups of rows of a minimal conflict: any one less, and the rest can be had."""
    said: tuple[str, ...]
    """The same groups in the words of the plan."""
    proof: str
    """farkas, second engine; empty: not confirmed, so not to be called impossible."""
    minimal: bool
    """False: time ran out before every member was tried."""
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """Opening dates of a district; `gap` is (objective - bound) / bound."""

    status: Status
    openings: tuple[Opening, ...] = ()
    visits: tuple[Visit, ...] = ()
    unready: tuple[Unready, ...] = ()
    terms: tuple[Term, ...] = ()
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    conflict: Conflict | None = None
    aim: Aim = Aim.BALANCED
    seed: int = 0
    seconds: float = field(default=0.0, compare=False)
    engine: str = ""
    """How it was found, with the solver's version: highs 1.16.0, restricted and dive."""
    model: str = MODEL


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """Waiting at a place, minutes, person by person over repeated draws."""

    flow: Flow
    zone: ZoneCode
    people: int
    mean: float
    p95: float
    longest: float
    fluid: float
    """Mean wait of the fluid queue, without any spread."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mixing:
    """Expected transmissions that a setting's meetings carry, with what it rests on."""

    setting: Setting
    minutes: float
    """Person-minutes together across classes."""
    weighted: float
    """The same times the engine's rate per pair and hour."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """Slots of a school on a date."""

    school: SchoolCode
    date: dt.date
    status: Status
    present: tuple[GradeCode, ...] = ()
    slots: tuple[Slot, ...] = ()
    queues: tuple[Queue, ...] = ()
    mixing: tuple[Mixing, ...] = ()
    stands: bool | None = None
    """Whether the ranking against the other plans survives rates of 0.5 to 1.5 times."""
    others: tuple[tuple[str, float, float], ...] = ()
    """Plans compared: name, weighted mixing, mean wait at the gate in minutes."""
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    conflict: Conflict | None = None
    seed: int = 0
    seconds: float = field(default=0.0, compare=False)
    engine: str = ""
    model: str = MODEL


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """One difference of two calendars: a batch with another day."""

    school: SchoolCode
    grades: tuple[GradeCode, ...]
    was: dt.date | None
    now: dt.date | None
    students: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Pool:
    """What counties share: persons sampled a day, by date; areas are the county's own."""

    area: AreaCode
    by_day: tuple[tuple[dt.date, int], ...]
