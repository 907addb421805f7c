"""What goes up on walls: a card a class, a sheet a gate and a hall."""

from collections.abc import Iterator
from dataclasses import dataclass

from bihuan.base.wording import _, language, speak
from bihuan.plan.people import Class
from bihuan.plan.places import Zone
from bihuan.plan.staging import Slot
from bihuan.plan.words import Flow, Who, ZoneKind
from bihuan.report import wording
from bihuan.report.stagger import board, words
from bihuan.report.stagger.rows import span
from bihuan.report.stagger.values import ToldDay
from bihuan.report.tables import Cell, Table

A_PAGE = 8
"""Cards of A6 on a page of A3; the same page on A4 gives cards of A7."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line of a card: what, when, where."""

    flow: str
    time: str
    place: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """A class's day."""

    klass: str
    who: str
    day: str
    lines: tuple[Line, ...]
    foot: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """What somebody at a gate or in a hall has before them."""

    place: str
    day: str
    facts: str
    table: Table


def cards_html(told: ToldDay, *, lang: str) -> str:
    """Every class's card, eight to a page."""
    with speak(lang):
        made = list(cards(told))
        pages = [made[n : n + A_PAGE] for n in range(0, len(made), A_PAGE)]
        template = board.environment().get_template("stagger/cards.html")
        title = _("{school}班级时段卡", school=_school(told))
        return template.render(pages=pages, title=title, lang=language(), _=_)


def duty_html(told: ToldDay, *, lang: str) -> str:
    """The sheets of gates and halls, a page each."""
    with speak(lang):
        template = board.environment().get_template("stagger/duty.html")
        title = _("{school}值守表", school=_school(told))
        sheets = list(duties(told))
        return template.render(sheets=sheets, title=title, lang=language(), _=_)


def cards(told: ToldDay) -> Iterator[Card]:
    """A card for each group of a class that has its own hours."""
    for klass in told.plan.classes:
        own = [s for s in told.day.slots if s.klass == klass.code]
        if klass.school != told.day.school or klass.within or not own:
            continue
        groups = [
            who
            for who in (Who.DAY_STUDENTS, Who.BOARDERS)
            if any(s.who is who for s in own)
        ] or [Who.STUDENTS]
        for who in groups:
            yield _card(told, klass, who, [s for s in own if _theirs(s, who)])


def _theirs(slot: Slot, who: Who) -> bool:
    return slot.who in (who, Who.STUDENTS)


def _card(told: ToldDay, klass: Class, who: Who, own: list[Slot]) -> Card:
    order = list(Flow)
    rows = sorted(own, key=lambda s: (order.index(s.flow), s.start))
    known_as = next((s.leader for s in rows if s.leader), "")
    leader = words.person(told.plan, klass.school, known_as)
    return Card(
        klass=klass.name,
        who="" if who is Who.STUDENTS else _(who.label),
        day=words.day(told.day.date),
        lines=tuple(
            Line(flow=_(s.flow.label), time=span(s), place=_place(told, s))
            for s in rows
        ),
        foot=_("带队人 {leader}", leader=leader) if leader else _school(told),
    )


def _place(told: ToldDay, slot: Slot) -> str:
    """Where a class passes: 东门 2 号通道."""
    zone = _zones(told).get(slot.zone)
    name = zone.name if zone else slot.zone
    if slot.lane:
        return _("{gate} {n} 号通道", gate=name, n=slot.lane)
    return name


def _zones(told: ToldDay) -> dict[str, Zone]:
    return {z.code: z for z in told.plan.zones if z.school == told.day.school}


def _school(told: ToldDay) -> str:
    return words.school(told.plan, told.day.school)


def duties(told: ToldDay) -> Iterator[Sheet]:
    """Each gate's classes in and out, each hall's sittings, minute by minute."""
    for zone in _zones(told).values():
        own = [s for s in told.day.slots if s.zone == zone.code]
        if zone.kind in (ZoneKind.GATE, ZoneKind.CANTEEN_HALL) and own:
            yield Sheet(
                place=f"{_school(told)} {zone.name}",
                day=words.day(told.day.date),
                facts=_facts(told, zone),
                table=_table(told, zone, own),
            )


def _facts(told: ToldDay, zone: Zone) -> str:
    """What there is, and how long people wait by the calculation."""
    parts = []
    if zone.kind is ZoneKind.GATE and zone.lanes:
        parts.append(_("通道 {n} 条", n=zone.lanes))
    if zone.kind is ZoneKind.CANTEEN_HALL and zone.seats:
        parts.append(_("座位 {n} 个", n=zone.seats))
    for queue in told.day.queues:
        if queue.zone == zone.code:
            said = _(
                "{flow}平均等 {mean} 分钟，95% 的人不超过 {p95} 分钟",
                flow=_(queue.flow.label),
                mean=wording.number(queue.mean, 1),
                p95=wording.number(queue.p95, 1),
            )
            parts.append(said)
    return _("；").join(parts)


def _table(told: ToldDay, zone: Zone, own: list[Slot]) -> Table:
    rows = sorted(own, key=lambda s: (s.start, s.lane, s.klass))
    gate = zone.kind is ZoneKind.GATE
    middle = (_("通道"),) if gate else ()
    return Table(
        title=zone.name,
        columns=(
            _("时段"),
            _("环节"),
            *middle,
            _("班级"),
            _("对象"),
            _("人数"),
            _("带队人"),
            _("实到"),
            _("签名"),
        ),
        rows=tuple(_row(told, slot, gate=gate) for slot in rows),
    )


def _row(told: ToldDay, slot: Slot, *, gate: bool) -> tuple[Cell, ...]:
    klass = next(
        row
        for row in told.plan.classes
        if row.school == slot.school and row.code == slot.klass
    )
    size = {
        Who.BOARDERS: klass.boarders,
        Who.DAY_STUDENTS: klass.students - klass.boarders,
    }.get(slot.who, klass.students)
    middle = (Cell(str(slot.lane) if slot.lane else _("任一")),) if gate else ()
    return (
        Cell(span(slot), strong=True),
        Cell(_(slot.flow.label)),
        *middle,
        Cell(klass.name),
        Cell(_(slot.who.label)),
        Cell(wording.number(size), number=True),
        Cell(words.person(told.plan, slot.school, slot.leader)),
        Cell(""),
        Cell(""),
    )
