"""Isolation rooms 临时隔离室 and observation areas 隔离观察区: who may go in, when out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bihuan.base.units import Days
from bihuan.base.wording import N_
from bihuan.plan.days import in_force
from bihuan.plan.measures import ContactListing, Isolation, Measure
from bihuan.plan.words import Word, ZoneKind
from bihuan.rules.book import Book, Measured, Rule
from bihuan.rules.indicator import State, worst


class RoomKind(Word):
    """A room for hours, or a place for days."""

    TEMPORARY = ZoneKind.ISOLATION_ROOM.value, ZoneKind.ISOLATION_ROOM.label
    OBSERVATION = ZoneKind.OBSERVATION_AREA.value, ZoneKind.OBSERVATION_AREA.label


class Refusal(Word):
    """Why somebody may not be put into a room."""

    FULL = "full", N_("住满了")
    OTHER_ILLNESS = "other_illness", N_("室内是另一种病")
    UNKNOWN_ILLNESS = "unknown_illness", N_("病种不明，只能单独一间")
    NOT_DISINFECTED = "not_disinfected", N_("上一人离开后还没消毒")
    BEDS_UNKNOWN = "beds_unknown", N_("床位数没填")


class Goes(Word):
    """Where somebody goes from a room."""

    HOME = "home", N_("家长接回")
    HOSPITAL = "hospital", N_("送医")
    OBSERVATION = "observation", N_("转隔离观察区")
    CLASS = "class", N_("回班")


class Hindrance(Word):
    """What keeps somebody in a room."""

    WHERE_TO = "where_to", N_("去向没定")
    SYMPTOMS = "symptoms", N_("还有症状")
    SYMPTOMS_UNKNOWN = "symptoms_unknown", N_("今天症状没记")
    DAYS = "days", N_("天数不够")
    DAYS_UNKNOWN = "days_unknown", N_("没有天数可依")
    RELEASE = "release", N_("没有解除观察的通知")
    DOCTOR = "doctor", N_("校医没有核")


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """A room and how many it holds; None: nobody has filled it in."""

    kind: RoomKind
    beds: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Stay:
    """Somebody in a room: with what, since when, until when, disinfected after."""

    illness: str
    """Disease or syndrome; empty: not known."""
    since: datetime
    until: datetime | None = None
    disinfected: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StayRule:
    """How long stays last on a day."""

    bed_days: Days | None
    """Days until somebody in the temporary room is fetched or moved, by the plan."""
    watch_days: Days | None
    """Days in the observation area, by the disease's row, else by the plan."""
    watch_row: Rule | None = None
    mixing: Rule | None = None
    turnover: Rule | None = None
    """Row by which a room is disinfected after each person."""


def stay_rule(
    book: Book,
    measures: Iterable[Measure],
    day: date,
    *,
    region: str,
    disease: str = "",
) -> StayRule:
    """How long stays last on a day."""
    rows = book.on(day, disease=disease, region=region)
    held = tuple(measure for measure in measures if in_force(measure, day))
    watch = rows.best("isolation_days", disease=disease)
    by_row = None if watch is None or watch.value is None else Days(round(watch.value))
    by_plan = max((m.days for m in held if isinstance(m, ContactListing)), default=None)
    return StayRule(
        bed_days=max((m.hold for m in held if isinstance(m, Isolation)), default=None),
        watch_days=by_plan if by_row is None else by_row,
        watch_row=watch,
        mixing=rows.best("isolation_mixed"),
        turnover=rows.best("isolation_disinfection"),
    )


def may_enter(room: Room, stays: Iterable[Stay], illness: str) -> tuple[Refusal, ...]:
    """Why somebody with an illness may not go into a room now; empty: go in.

    Two diseases never share a room, and what is not known shares with nothing.
    """
    all_stays = tuple(stays)
    inside = tuple(stay for stay in all_stays if stay.until is None)
    return tuple(
        dict.fromkeys(
            (
                *_no_bed(room, len(inside)),
                *(_mixed(stay, illness) for stay in inside if stay.illness != illness),
                *(Refusal.UNKNOWN_ILLNESS for _ in inside if not illness),
                *(Refusal.NOT_DISINFECTED for stay in all_stays if _is_unclean(stay)),
            )
        )
    )


def free_beds(room: Room, stays: Iterable[Stay]) -> int | None:
    """Beds that are left; None: not known, which is not none and not enough."""
    inside = sum(stay.until is None for stay in stays)
    return None if room.beds is None else max(0, room.beds - inside)


def leave_by(room: Room, stay: Stay, rule: StayRule) -> datetime | None:
    """Until when somebody is to have left a room; None: nothing says so."""
    temporary = room.kind is RoomKind.TEMPORARY
    days = rule.bed_days if temporary else rule.watch_days
    return None if days is None else stay.since + timedelta(days=days)


def hindrances(
    room: Room,
    stay: Stay,
    rule: StayRule,
    now: datetime,
    *,
    goes: Goes | None,
    symptoms: bool | None,
    released: bool = False,
    checked: bool = False,
) -> tuple[Hindrance, ...]:
    """What keeps somebody in a room now; empty: may go.

    symptoms: whether there are any today, None not noted; released: by who ordered the
    observation; checked: by the school doctor. To a hospital one may always go.
    """
    if goes is Goes.HOSPITAL:
        return ()
    if goes is None:
        return (Hindrance.WHERE_TO,)
    if room.kind is RoomKind.OBSERVATION:
        over = _days_left(room, stay, rule, now)
        return (*_ill(symptoms), *over, *(() if released else (Hindrance.RELEASE,)))
    if goes is Goes.CLASS:
        return (*_ill(symptoms), *(() if checked else (Hindrance.DOCTOR,)))
    return ()


def checklist(book: Book, day: date, *, region: str) -> tuple[Rule, ...]:
    """What a room must have on a day, row by row; rows without a known number ask nothing."""
    rows = book.on(day, region=region).rules
    return tuple(
        row
        for row in rows
        if row.scope == RoomKind.TEMPORARY.value and row.key != "isolation_capacity"
    )


def rooms_needed(book: Book, day: date, *, region: str) -> Rule | None:
    """The row that says how many rooms a school has; None: no row in force."""
    row = book.on(day, region=region).best("isolation_rooms")
    return row if row is not None and row.unit is Measured.ROOMS else None


def fitness(answers: Mapping[str, bool | None], rows: Iterable[Rule]) -> State:
    """Whether a room has all; a row that nobody has answered leaves it unknown."""
    said = {True: State.PASS, False: State.FAIL, None: State.UNKNOWN}
    return worst(said[answers.get(row.code)] for row in rows)


def _no_bed(room: Room, inside: int) -> Iterator[Refusal]:
    if room.beds is None:
        yield Refusal.BEDS_UNKNOWN
    elif inside >= room.beds:
        yield Refusal.FULL


def _mixed(stay: Stay, illness: str) -> Refusal:
    known = stay.illness and illness
    return Refusal.OTHER_ILLNESS if known else Refusal.UNKNOWN_ILLNESS


def _is_unclean(stay: Stay) -> bool:
    return stay.until is not None and stay.disinfected is None


def _ill(symptoms: bool | None) -> Iterator[Hindrance]:  # noqa: FBT001  # three answers
    if symptoms is None:
        yield Hindrance.SYMPTOMS_UNKNOWN
    elif symptoms:
        yield Hindrance.SYMPTOMS


def _days_left(
    room: Room, stay: Stay, rule: StayRule, now: datetime
) -> Iterator[Hindrance]:
    until = leave_by(room, stay, rule)
    if until is None:
        yield Hindrance.DAYS_UNKNOWN
    elif now < until:
        yield Hindrance.DAYS
