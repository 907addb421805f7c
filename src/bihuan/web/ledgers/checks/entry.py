"""What a phone hands in for a check, read into types; nothing is looked up here."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeVar

from bihuan.base.units import Celsius
from bihuan.base.wording import N_, _
from bihuan.rules.triage import AbsenceKind, Reading, Symptom
from bihuan.web.ledgers.checks.models import Kind, RoomKind, Slot
from bihuan.web.org.told import day_of, moment_of

COLDEST: Final = 34.0
HOTTEST: Final = 43.0
"""What a thermometer shows of somebody alive lies between them, ℃."""
MOST: Final = 500
"""Persons of a class or a section."""
BEYOND: Final = 2**63
"""No row has such a number."""
UNMEASURED: Final = "unmeasured"
T = TypeVar("T")
W = TypeVar("W", Slot, Kind, RoomKind)


@dataclass(frozen=True, slots=True)
class Wrong:
    """What cannot be read: whose it is, where, what came, what is allowed."""

    person: int | None
    """Number of the person it is about; None: the check as a whole."""
    field: str
    came: str
    allowed: str
    """A message with no places of its own."""

    def say(self) -> str:
        """One sentence; the page that shows it knows the person's name."""
        return _(
            "{field}填的是“{came}”，应填：{allowed}",
            field=_(FIELDS[self.field]),
            came=self.came or _("空"),
            allowed=_(self.allowed),
        )


FIELDS: Final = {
    "entry": N_("编号"),
    "slot": N_("时段"),
    "day": N_("日期"),
    "made_at": N_("填写时间"),
    "expected": N_("应到"),
    "present": N_("实到"),
    "exceptions": N_("异常名单"),
    "back": N_("已到名单"),
    "person": N_("人员"),
    "kind": N_("情况"),
    "symptoms": N_("症状"),
    "celsius": N_("体温"),
    "onset": N_("发病日期"),
    "found": N_("查房结果"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ExceptionEntry:
    """Somebody who is not normal, as the phone says."""

    person: int
    kind: Kind
    symptoms: frozenset[Symptom] = frozenset()
    celsius: Celsius | None = None
    """None: not measured, which was said so."""
    onset: dt.date | None = None

    @property
    def reading(self) -> Reading:
        """The same as triage takes it."""
        return Reading(
            celsius=self.celsius,
            symptoms=self.symptoms,
            present=self.kind.present,
            absence=None if self.kind is Kind.UNWELL else AbsenceKind(self.kind.value),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckEntry:
    """A check as it was handed in."""

    entry: uuid.UUID
    slot: Slot
    day: dt.date
    expected: int
    """How many the page said there should be, which is what was confirmed."""
    exceptions: tuple[ExceptionEntry, ...] = ()
    back: frozenset[int] = frozenset()
    """Persons missed before who are there now."""
    made_at: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RoomEntry:
    """A room's evening check as it was handed in."""

    entry: uuid.UUID
    day: dt.date
    nobody: bool
    """Nobody answered the door: all are unknown."""
    absent: frozenset[int] = frozenset()
    hot: Mapping[int, Celsius | None] = field(default_factory=dict)
    made_at: dt.datetime | None = None


def read_entry(told: Any) -> CheckEntry | tuple[Wrong, ...]:
    """Read a check from JSON, or say everything that is wrong with it."""
    form = _Form(told)
    entry = form.get("entry", _uuid, N_("一个UUID"))
    slot = form.get("slot", _word(Slot), N_("morning、noon或evening"))
    day = form.get("day", day_of, N_("日期，如2026-03-09"))
    expected = form.get("expected", _count, N_("0到500的整数"))
    made_at = form.maybe("made_at", moment_of, N_("带时区的时间"))
    rows = form.get("exceptions", _list, N_("列表"))
    back = form.maybe("back", _persons, N_("人员编号的列表")) or frozenset()
    exceptions = tuple(_exceptions(rows or (), form))
    _once(exceptions, back, form)
    if form.wrong or entry is None or slot is None or day is None or expected is None:
        return tuple(form.wrong)
    return CheckEntry(
        entry=entry, slot=slot, day=day, expected=expected, exceptions=exceptions,
        back=back, made_at=made_at,
    )  # fmt: skip


def read_room(told: Any) -> RoomEntry | tuple[Wrong, ...]:
    """Read a room's check from JSON, or say everything that is wrong with it."""
    form = _Form(told)
    entry = form.get("entry", _uuid, N_("一个UUID"))
    day = form.get("day", day_of, N_("日期，如2026-03-09"))
    found = form.get("found", _found, N_("checked或nobody"))
    made_at = form.maybe("made_at", moment_of, N_("带时区的时间"))
    rows = form.maybe("exceptions", _list, N_("列表")) or []
    absent, hot = _sleepers(rows, form)
    if form.wrong or entry is None or day is None or found is None:
        return tuple(form.wrong)
    if found == "nobody" and (absent or hot):
        return (Wrong(None, "exceptions", str(len(rows)), N_("没有人应门时不记人")),)
    return RoomEntry(
        entry=entry, day=day, nobody=found == "nobody", absent=absent, hot=hot,
        made_at=made_at,
    )  # fmt: skip


class _Form:
    """A mapping that came from outside, and what was wrong with it so far."""

    def __init__(
        self, told: Any, person: int | None = None, wrong: list[Wrong] | None = None
    ) -> None:
        self.told: Mapping[str, Any] = told if isinstance(told, dict) else {}
        self.person = person
        self.wrong: list[Wrong] = [] if wrong is None else wrong

    def get(self, name: str, read: Callable[[Any], T], allowed: str) -> T | None:
        """A value that must be there."""
        came = self.told.get(name)
        try:
            return read(came)
        except (TypeError, ValueError, InvalidOperation):
            self.refuse(name, came, allowed)
            return None

    def maybe(self, name: str, read: Callable[[Any], T], allowed: str) -> T | None:
        """A value that may be left out."""
        if self.told.get(name) in (None, ""):
            return None
        return self.get(name, read, allowed)

    def refuse(self, name: str, came: Any, allowed: str) -> None:
        """Note what is wrong; what came is shown, but never all of a long text."""
        said = "" if came is None else str(came)[:40]
        self.wrong.append(Wrong(self.person, name, said, allowed))


def _exceptions(rows: "list[Any] | tuple[()]", form: _Form) -> Iterator[ExceptionEntry]:
    for row in rows:
        part = _Form(row, wrong=form.wrong)
        person = part.get("person", _number, N_("人员编号"))
        part.person = person
        kind = part.get("kind", _word(Kind), N_("病假、事假、迟到、在校不适或原因不明"))
        if person is None or kind is None:
            continue
        if not kind.ill:
            yield ExceptionEntry(person=person, kind=kind)
            continue
        found = _ill(person, kind, part)
        if found is not None:
            yield found


def _ill(person: int, kind: Kind, part: _Form) -> ExceptionEntry | None:
    symptoms = part.get("symptoms", _symptoms, N_("名单上的症状，或“暂不清楚”"))
    celsius = part.get("celsius", _celsius, N_("34.0到43.0，或“未测”"))
    onset = part.maybe("onset", day_of, N_("日期，如2026-03-09"))
    if symptoms is None or celsius is None:
        return None
    measured = None if celsius == UNMEASURED else Celsius(float(celsius))
    if not symptoms and (kind is Kind.SICK or measured is None):
        part.refuse("symptoms", "", N_("名单上的症状，或“暂不清楚”"))
        return None
    return ExceptionEntry(
        person=person, kind=kind, symptoms=symptoms, celsius=measured, onset=onset
    )


def _sleepers(
    rows: list[Any], form: _Form
) -> tuple[frozenset[int], dict[int, Celsius | None]]:
    absent: set[int] = set()
    hot: dict[int, Celsius | None] = {}
    for row in rows:
        part = _Form(row, wrong=form.wrong)
        person = part.get("person", _number, N_("人员编号"))
        part.person = person
        kind = part.get("kind", _word(RoomKind), N_("不在或体温异常"))
        if person is None or kind is None:
            continue
        if person in absent or person in hot:
            part.refuse("person", person, N_("每人一行"))
        elif kind is RoomKind.ABSENT:
            absent.add(person)
        else:
            came = part.get("celsius", _celsius, N_("34.0到43.0，或“未测”"))
            hot[person] = None if came in (None, UNMEASURED) else Celsius(float(came))
    return frozenset(absent), hot


def _once(
    exceptions: tuple[ExceptionEntry, ...], back: frozenset[int], form: _Form
) -> None:
    """Somebody has one exception, and is not missing and back at once."""
    seen: set[int] = set()
    for one in exceptions:
        missed = one.person in back and not one.kind.present
        if one.person in seen or missed:
            form.wrong.append(
                Wrong(one.person, "person", str(one.person), N_("每人一行"))
            )
        seen.add(one.person)


def _uuid(came: Any) -> uuid.UUID:
    if not isinstance(came, str):
        raise TypeError
    return uuid.UUID(came)


def _word(words: type[W]) -> Callable[[Any], W]:
    return words


def _found(came: Any) -> str:
    if came not in ("checked", "nobody"):
        raise ValueError
    return str(came)


def _number(came: Any) -> int:
    if not isinstance(came, int) or isinstance(came, bool) or not 0 < came < BEYOND:
        raise ValueError
    return came


def _count(came: Any) -> int:
    if not isinstance(came, int) or isinstance(came, bool) or not 0 <= came <= MOST:
        raise ValueError
    return came


def _list(came: Any) -> list[Any]:
    if not isinstance(came, list) or len(came) > MOST:
        raise ValueError
    return came


def _persons(came: Any) -> frozenset[int]:
    return frozenset(map(_number, _list(came)))


def _symptoms(came: Any) -> frozenset[Symptom]:
    return frozenset(map(Symptom, _list(came)))


def _celsius(came: Any) -> Decimal | str:
    """A temperature to a tenth; 未测 is an answer, nothing at all is none."""
    if came == UNMEASURED:
        return UNMEASURED
    if isinstance(came, bool) or came is None:
        raise ValueError
    measured = Decimal(str(came))
    if not COLDEST <= measured <= HOTTEST:
        raise ValueError
    return measured.quantize(Decimal("0.1"))
