"""What came of a drill: entries of its log, marks of its actions, the seven in place."""

from dataclasses import dataclass
from enum import StrEnum

from bihuan.base.ids import PersonId, SchoolCode
from bihuan.base.units import Minutes, Share
from bihuan.base.wording import N_
from bihuan.drill.script import Expected, Inject, Scene, Standard
from bihuan.plan.words import InPlace, Word


class Rating(Word):
    """An evaluator's word on quality; performed with no, some, major, insuperable trouble."""

    P = "P", N_("完成")
    S = "S", N_("基本完成")
    M = "M", N_("部分完成")
    U = "U", N_("未完成")


class State(StrEnum):
    """What became of an expected action; late, never and not applicable differ."""

    ON_TIME = "on_time"
    LATE = "late"
    NEVER = "never"
    NOT_APPLICABLE = "not_applicable"
    CENSORED = "censored"
    """Cut off by a jump, a stop or the end of the drill."""


class ClockKind(Word):
    """What happened to the exercise clock."""

    START = "start", N_("开始")
    PAUSE = "pause", N_("暂停")
    RESUME = "resume", N_("继续")
    SPEED = "speed", N_("变速")
    JUMP = "jump", N_("跳转")
    STOP = "stop", N_("结束")


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockEvent:
    """A row of the clock's append-only log; `wall` in minutes from any fixed zero."""

    wall: Minutes
    kind: ClockKind
    value: float = 0.0
    """Speed, or exercise minutes jumped to."""
    by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A row of a drill's log: who did what when, seen by whom, with what evidence."""

    wall: Minutes
    inject: str = ""
    """Of a release; with `waived`: the controller skipped it, and why."""
    action: str = ""
    """Of an expected action: its id; done at `wall`."""
    received: Minutes | None = None
    started: Minutes | None = None
    person: PersonId = PersonId("")
    """Who did it, where it is known (a deputy, a substitute)."""
    rating: Rating | None = None
    rater: str = ""
    second_rating: Rating | None = None
    second_rater: str = ""
    listed: tuple[PersonId, ...] = ()
    """Persons on a contact list."""
    evidence: str = ""
    rectified: str = ""
    """Why a late result was taken as mended; it never makes it on time."""
    waived: str = ""
    """Why it does not apply."""
    note: str = ""
    untimed: bool = False
    """Done, but when is not known (nobody noted it, a cut in the video); `wall` is then
    that of its inject's release and says nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Truth:
    """What the controller knows and the players do not: drawn from a simulation."""

    index: PersonId = PersonId("")
    contacts: tuple[tuple[str, tuple[PersonId, ...]], ...] = ()
    """Setting, persons."""
    secondary: tuple[PersonId, ...] = ()
    drawn: bool = False
    """False: scripted, the simulation gave none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Log:
    """The whole log of one school's drill."""

    scene: str
    school: SchoolCode
    clock: tuple[ClockEvent, ...]
    entries: tuple[Entry, ...]
    truth: Truth = Truth()
    played: bool = False
    """True: simulated players, not people."""
    source: str = ""
    """live, video, paper."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """The mark of one expected action."""

    inject: Inject
    expected: Expected
    standard: Standard | None
    state: State
    minutes: Minutes | None
    """Exercise minutes from release to done; None: never, or not known."""
    time: float | None
    """Time score in [0, 1]; None where there is no standard."""
    quality: float | None
    """In [0, 1]; None: nobody rated it."""
    score: float | None
    """None: not applicable or censored."""
    recall: float | None = None
    precision: float | None = None
    person: PersonId = PersonId("")
    rating: Rating | None = None
    second_rating: Rating | None = None
    rectified: str = ""
    evidence: str = ""
    breaks_law: bool = False
    """Beyond the fail minutes of a standard of class law."""
    released: Minutes | None = None
    """Exercise minutes at which its inject was released; None: not known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """A value with its 90% interval, in [0, 1]."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceMark:
    """One of the seven in place: n actions, coverage, value (None: 未充分检验)."""

    in_place: InPlace
    actions: int
    counted: int
    value: Interval | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluation:
    """One school's drill, judged."""

    scene: Scene
    school: SchoolCode
    school_name: str
    marks: tuple[Mark, ...]
    places: tuple[PlaceMark, ...]
    total: Interval | None
    """Plain mean of the places that have a value."""
    coverage: Share
    """Share of expected actions that count."""
    kappa: float | None
    """Weighted kappa of two raters; None: one rater."""
    posts: tuple[tuple[str, str], ...]
    """Post, person who stood for it in this drill (by id)."""
    log: Log
