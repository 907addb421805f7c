"""A sick absence 因病缺课追踪: from 登记 to 复课, what each step needs, when contact is due."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bihuan.base.units import Days
from bihuan.base.wording import N_
from bihuan.plan.words import Post, Word
from bihuan.rules.book import Book, Rule


class Trace(Word):
    """Where the trace of an absence has come to."""

    REGISTERED = "registered", N_("登记")
    FIRST = "first", N_("首追")
    AGAIN = "again", N_("复追")
    SEEN = "seen", N_("就诊")
    DIAGNOSED = "diagnosed", N_("诊断")
    HOME = "home", N_("居家")
    CERTIFIED = "certified", N_("证明")
    CHECKED = "checked", N_("校医核")
    RETURNED = "returned", N_("复课")
    LEAVE = "leave", N_("转为事假")
    EXCLUDED = "excluded", N_("排除")

    @property
    def closed(self) -> bool:
        """Whether the trace has ended."""
        return not MOVES[self]


class Need(Word):
    """What must be written down before a step counts."""

    CONTACT = "contact", N_("跟谁联系的")
    SYMPTOMS = "symptoms", N_("症状")
    ONSET = "onset", N_("发病时间")
    HOSPITAL = "hospital", N_("就诊医院")
    DIAGNOSIS = "diagnosis", N_("诊断")
    CERTIFICATE = "certificate", N_("证明")
    TEACHER = "teacher", N_("班主任签字")
    DOCTOR = "doctor", N_("校医签字")
    REASON = "reason", N_("理由")


_T = Trace
MOVES: Final[Mapping[Trace, frozenset[Trace]]] = {
    _T.REGISTERED: frozenset({_T.FIRST, _T.LEAVE}),
    _T.FIRST: frozenset(
        {_T.AGAIN, _T.SEEN, _T.HOME, _T.CHECKED, _T.LEAVE, _T.EXCLUDED}
    ),
    _T.AGAIN: frozenset(
        {_T.AGAIN, _T.SEEN, _T.HOME, _T.CERTIFIED, _T.CHECKED, _T.LEAVE, _T.EXCLUDED}
    ),
    _T.SEEN: frozenset({_T.AGAIN, _T.DIAGNOSED, _T.HOME}),
    _T.DIAGNOSED: frozenset({_T.AGAIN, _T.HOME, _T.CERTIFIED, _T.EXCLUDED}),
    _T.HOME: frozenset({_T.AGAIN, _T.SEEN, _T.CERTIFIED, _T.CHECKED}),
    _T.CERTIFIED: frozenset({_T.CHECKED, _T.HOME}),
    _T.CHECKED: frozenset({_T.RETURNED, _T.HOME}),
    _T.RETURNED: frozenset(),
    _T.LEAVE: frozenset(),
    _T.EXCLUDED: frozenset(),
}
"""From where to where a trace may go; nothing leads to 复课 but the school doctor's check."""

NEEDS: Final[Mapping[Trace, frozenset[Need]]] = {
    _T.REGISTERED: frozenset(),
    _T.FIRST: frozenset({Need.CONTACT, Need.SYMPTOMS, Need.ONSET}),
    _T.AGAIN: frozenset({Need.CONTACT, Need.SYMPTOMS}),
    _T.SEEN: frozenset({Need.HOSPITAL}),
    _T.DIAGNOSED: frozenset({Need.DIAGNOSIS}),
    _T.HOME: frozenset({Need.CONTACT}),
    _T.CERTIFIED: frozenset({Need.CERTIFICATE}),
    _T.CHECKED: frozenset({Need.DOCTOR}),
    _T.RETURNED: frozenset({Need.TEACHER, Need.DOCTOR}),
    _T.LEAVE: frozenset({Need.REASON}),
    _T.EXCLUDED: frozenset({Need.REASON, Need.DOCTOR}),
}
"""What each step needs; 暂不清楚 is an answer to a symptom, silence is none."""

BY: Final[Mapping[Trace, frozenset[Post]]] = {
    _T.REGISTERED: frozenset({Post.CLASS_TEACHER, Post.DOCTOR}),
    _T.FIRST: frozenset({Post.CLASS_TEACHER}),
    _T.AGAIN: frozenset({Post.DOCTOR, Post.CLASS_TEACHER}),
    _T.SEEN: frozenset({Post.DOCTOR, Post.CLASS_TEACHER}),
    _T.DIAGNOSED: frozenset({Post.DOCTOR}),
    _T.HOME: frozenset({Post.DOCTOR, Post.CLASS_TEACHER}),
    _T.CERTIFIED: frozenset({Post.DOCTOR, Post.CLASS_TEACHER}),
    _T.CHECKED: frozenset({Post.DOCTOR}),
    _T.RETURNED: frozenset({Post.CLASS_TEACHER}),
    _T.LEAVE: frozenset({Post.CLASS_TEACHER}),
    _T.EXCLUDED: frozenset({Post.DOCTOR}),
}
"""Whose step it is; who holds the post may be a deputy."""


@dataclass(frozen=True, slots=True)
class Move:
    """Whether a trace may go on, and what is missing."""

    allowed: bool
    missing: tuple[Need, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether it may go now."""
        return self.allowed and not self.missing


@dataclass(frozen=True, kw_only=True, slots=True)
class Tracing:
    """When contact is due, with the rows that say so; None: no row, nothing is asked."""

    first: Days | None
    again: Days | None
    rows: tuple[Rule, ...] = ()


def tracing(book: Book, day: date, *, region: str) -> Tracing:
    """How often an absence is followed up on a day."""
    in_force = book.on(day, region=region)
    first, again = in_force.best("trace_first_days"), in_force.best("trace_again_days")
    return Tracing(
        first=_days(first),
        again=_days(again),
        rows=tuple(row for row in (first, again) if row),
    )


def move(before: Trace, after: Trace, given: Iterable[Need]) -> Move:
    """Whether a trace may go from one step to another with what is written down."""
    if after not in MOVES[before]:
        return Move(allowed=False)
    have = frozenset(given)
    lacking = tuple(need for need in Need if need in NEEDS[after] - have)
    return Move(allowed=True, missing=lacking)


def next_contact(
    opened: date, contacts: Iterable[date], state: Trace, rule: Tracing
) -> date | None:
    """The day on which the next contact is due; None: the trace is closed, or no row asks."""
    last = max(contacts, default=None)
    wait = rule.first if last is None else rule.again
    if state.closed or wait is None:
        return None
    return (opened if last is None else last) + timedelta(days=wait)


def _days(row: Rule | None) -> Days | None:
    return None if row is None or row.value is None else Days(round(row.value))
