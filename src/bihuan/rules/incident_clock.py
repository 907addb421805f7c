"""The clocks of an incident 快隔离 快筛查 快诊治: what is done, what is next, how long it may take."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from bihuan.base.units import Minutes, Share
from bihuan.base.wording import N_
from bihuan.plan.days import in_force
from bihuan.plan.measures import ContactListing, Isolation, Measure
from bihuan.plan.words import Word
from bihuan.rules.book import Book, Rule, SourceClass


class Step(Word):
    """Steps of an incident in their order."""

    FOUND = "found", N_("发现")
    MASKED = "masked", N_("戴口罩离班")
    ROOM = "room", N_("入隔离室")
    REMEASURED = "remeasured", N_("复测")
    GUARDIAN = "guardian", N_("通知家长")
    HEAD = "head", N_("通知校医、校长")
    REPORTED = "reported", N_("报教育局、疾控")
    TRANSPORT = "transport", N_("转运")
    CONTACTS = "contacts", N_("接触者名单")
    DISINFECTED = "disinfected", N_("终末消毒")
    CLASS = "class", N_("班级处置")
    DIAGNOSED = "diagnosed", N_("诊断")
    CLOSED = "closed", N_("关闭")


class Fast(Word):
    """The three clocks that stand side by side."""

    ISOLATE = "isolate", N_("快隔离")
    SCREEN = "screen", N_("快筛查")
    TREAT = "treat", N_("快诊治")

    @property
    def step(self) -> Step:
        """The step at which its clock stops."""
        return _STOPS[self]


_STOPS: Final = {
    Fast.ISOLATE: Step.ROOM,
    Fast.SCREEN: Step.CONTACTS,
    Fast.TREAT: Step.TRANSPORT,
}


class Phase(Word):
    """How a step stands against its limit."""

    TODO = "todo", N_("没开始")
    RUNNING = "running", N_("计时中")
    SOON = "soon", N_("快到时限")
    DONE = "done", N_("按时做完")
    LATE = "late", N_("超时")


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """Minutes from being found within which a step is done, and where they come from."""

    step: Step
    minutes: Minutes
    source: SourceClass
    reference: str
    """Code of the row, or of the plan's measure."""
    by_plan: bool = False
    """Whether the school's own plan sets it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """A step: done or due, how long it has taken, how long it may take."""

    step: Step
    phase: Phase
    used: Minutes
    """Minutes from being found until done, or until now."""
    done_at: datetime | None = None
    due: datetime | None = None
    limit: Limit | None = None
    """None: neither plan nor book sets one."""

    @property
    def done(self) -> bool:
        """Whether the step is done, in time or late."""
        return self.done_at is not None

    @property
    def left(self) -> Minutes | None:
        """Minutes until the limit, below zero past it; None: there is no limit."""
        return None if self.limit is None else Minutes(self.limit.minutes - self.used)


def limits(
    book: Book,
    measures: Iterable[Measure],
    opened_at: datetime,
    *,
    region: str,
    night: bool = False,
    report: Rule | None = None,
) -> tuple[Limit, ...]:
    """The limits of an incident: the plan's before the book's.

    night: between 22:00 and 06:00, as the plan counts; report: the row by which it has
    to be reported, None while nothing has to be.
    """
    day = opened_at.date()
    rows = book.on(day, region=region)
    held = tuple(measure for measure in measures if in_force(measure, day))
    found = {
        row_step: _by_row(row_step, row)
        for row_step, key in _KEYS.items()
        if (row := rows.best(key)) is not None and row.value is not None
    }
    found |= {limit.step: limit for limit in _by_plan(held, night=night)}
    if report is not None and report.value is not None:
        found[Step.REPORTED] = _of(Step.REPORTED, report, report.value * _HOUR)
    return tuple(found[step] for step in Step if step in found)


def report_row(book: Book, day: date, disease: str, *, notifiable: bool) -> Rule | None:
    """The row by which a case has to be reported; None: it need not be.

    A disease's own row goes first; every notifiable one is reported at once.
    """
    rows = book.on(day, disease=disease).named("report_hours")
    single = [row for row in rows if row.disease and row.scope == "school"]
    general = [row for row in rows if notifiable and row.scope == "notifiable"]
    return next(iter((*single, *general)), None)


def clocks(
    done: Mapping[Step, datetime],
    opened_at: datetime,
    now: datetime,
    policy: Iterable[Limit],
    *,
    soon: Share = Share(0.75),
) -> tuple[Clock, ...]:
    """Every step with its clock; all clocks run from being found.

    soon: share of its limit after which a clock is said to run short.
    """
    limit_of = {limit.step: limit for limit in policy}
    ends = {Step.FOUND: opened_at, **done}
    return tuple(
        _clock(step, ends.get(step), opened_at, now, limit_of.get(step), soon=soon)
        for step in Step
    )


def next_step(of: Iterable[Clock]) -> Clock | None:
    """The one thing to do now: the first step that is not done; None: all are."""
    return next((clock for clock in of if not clock.done), None)


def is_night(at: datetime, rows: Book) -> bool:
    """Whether a time lies in the quiet hours of the book."""
    start, end = rows.best("quiet_from"), rows.best("quiet_to")
    if start is None or end is None or start.value is None or end.value is None:
        return False
    hour = at.hour + at.minute / _HOUR
    return hour >= start.value or hour < end.value


_HOUR: Final = 60.0
_KEYS: Final = {
    Step.ROOM: "room_minutes",
    Step.GUARDIAN: "guardian_minutes",
    Step.TRANSPORT: "transport_minutes",
    Step.CONTACTS: "list_minutes",
}
"""Keys of the rows with a step's minutes."""


def _by_row(step: Step, row: Rule) -> Limit:
    return _of(step, row, row.value or 0.0)


def _of(step: Step, row: Rule, minutes: float) -> Limit:
    return Limit(
        step=step,
        minutes=Minutes(minutes),
        source=row.source_class,
        reference=row.code,
    )


def _by_plan(held: Iterable[Measure], *, night: bool) -> Iterable[Limit]:
    for measure in held:
        if isinstance(measure, Isolation):
            delay = measure.night_delay if night else measure.delay
            yield _own(Step.ROOM, delay, measure.code)
        elif isinstance(measure, ContactListing):
            yield _own(Step.CONTACTS, Minutes(measure.delay * _HOUR), measure.code)


def _own(step: Step, minutes: Minutes, code: str) -> Limit:
    return Limit(
        step=step,
        minutes=minutes,
        source=SourceClass.PLAN,
        reference=code,
        by_plan=True,
    )


def _clock(
    step: Step,
    done_at: datetime | None,
    opened_at: datetime,
    now: datetime,
    limit: Limit | None,
    *,
    soon: Share,
) -> Clock:
    used = Minutes(max(0.0, ((done_at or now) - opened_at).total_seconds() / 60))
    minutes = None if limit is None else limit.minutes
    return Clock(
        step=step,
        phase=_phase(used, minutes, is_done=done_at is not None, soon=soon),
        used=used,
        done_at=done_at,
        due=None if minutes is None else opened_at + timedelta(minutes=minutes),
        limit=limit,
    )


def _phase(
    used: Minutes, limit: Minutes | None, *, is_done: bool, soon: Share
) -> Phase:
    if limit is None:
        return Phase.DONE if is_done else Phase.TODO
    if used > limit:
        return Phase.LATE
    if is_done:
        return Phase.DONE
    return Phase.SOON if used >= soon * limit else Phase.RUNNING
