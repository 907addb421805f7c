"""Standards of means: isolation rooms, beds, doctors, guards, supplies."""

from collections.abc import Iterator
from typing import Final

from bihuan.base.wording import N_
from bihuan.plan.check.feasible import drivers
from bihuan.plan.places import Zone
from bihuan.plan.words import Post, ZoneKind
from bihuan.rules.book import Rule
from bihuan.rules.standards.ask import Ask, Broken, Standard, Unknown, standard

SMALL: Final = 100
"""Students below whom GB/T 29315-2022 has a rule of its own; above it is silent to LARGE."""
LARGE: Final = 1000


def isolation_rooms(ask: Ask, rule: Rule) -> Iterator[Broken]:
    """Fewer isolation rooms than the row asks for."""
    came = sum(zone.rooms or 1 for zone in _isolation(ask))
    if came < (rule.value or 0):
        yield Broken(ask.at, came, round(rule.value or 0))


def isolation_apart(ask: Ask, _rule: Rule) -> Iterator[Broken | Unknown]:
    """Isolation rooms that stand beside class rooms or share their air."""
    yield from _said(ask, "apart", N_("隔离室是否相对独立"))


def isolation_toilet(ask: Ask, _rule: Rule) -> Iterator[Broken | Unknown]:
    """Isolation rooms without a toilet of their own."""
    yield from _said(ask, "toilet", N_("隔离室有无独立厕所"))


def observation_area(ask: Ask, _rule: Rule) -> Iterator[Broken]:
    """Boarding schools without an observation area."""
    areas = ask.look.zones_of(ask.school.code, ZoneKind.OBSERVATION_AREA)
    if ask.boards and not areas:
        yield Broken(ask.at, 0, 1)


def beds_per_room(ask: Ask, rule: Rule) -> Iterator[Broken]:
    """Dormitory rooms with more beds than the row allows."""
    for zone in ask.look.zones_of(ask.school.code, ZoneKind.DORM_ROOM):
        if zone.beds is not None and zone.beds > (rule.value or 0):
            where = ask.look.zone_at(zone, "beds")
            yield Broken(where, f"{zone.name} {zone.beds}", round(rule.value or 0))


def doctors(ask: Ask, rule: Rule) -> Iterator[Broken]:
    """Fewer doctors than one for so many students; a small school has at least one."""
    need = max(1, ask.students // round(rule.value or 1))
    came = _holders(ask, Post.DOCTOR)
    if came < need:
        yield Broken(ask.at, came, need)


def guards(ask: Ask, rule: Rule) -> Iterator[Broken]:
    """Fewer guards than the row asks for a school of this size."""
    need = round(rule.value or 0)
    if rule.key == "guards_small" and ask.students >= SMALL:
        return
    if rule.key == "guards_large":
        if ask.students < LARGE:
            return
        step = next(iter(ask.book.named("guards_step")), None)
        if step and step.value:
            need += int((ask.students - LARGE) // step.value)
    came = _holders(ask, Post.GUARD)
    if came < need:
        yield Broken(ask.at, came, need)


def supplies(ask: Ask, rule: Rule) -> Iterator[Broken | Unknown]:
    """Supplies in date that do not last the days that the row asks for."""
    for n, row in ask.look.of("supplies", ask.school.code):
        where = ask.look.plan.where("supplies", n, "stock")
        number = drivers(ask.look, row)
        if row.durable:
            continue
        if not number or row.rate <= 0:
            yield Unknown(where, N_("物资的每日用量"))
            continue
        expired = row.expires is not None and row.expires < ask.on
        days = 0 if expired else int(row.stock / (number * row.rate))
        if days < (rule.value or 0):
            yield Broken(where, f"{row.item} {days}", round(rule.value or 0))


STANDARDS: Final[tuple[Standard, ...]] = (
    standard(
        130,
        "isolation_rooms",
        isolation_rooms,
        N_("{school}有临时隔离室 {came} 间，应有 {allowed} 间，发热等症状与其他症状分开（{rule}，《{document}》，{source}）。"),
        N_("增加隔离室。"),
    ),
    standard(
        131,
        "isolation_apart",
        isolation_apart,
        N_("{school}的{came}不是相对独立，紧邻教室、食堂或共用气流（{rule}，《{document}》，{source}）。"),
        N_("换到相对独立、通风好的地方。"),
    ),
    standard(
        132,
        "isolation_toilet",
        isolation_toilet,
        N_("{school}的{came}没有独立厕所（{rule}，《{document}》，{source}）。"),
        N_("换一间，或指定专用厕所，用后消毒。"),
    ),
    standard(
        133,
        "observation_area",
        observation_area,
        N_("{school}有住校生，没有隔离观察区（{rule}，《{document}》，{source}）。"),
        N_("在校内或借址设置，写明床位、厕所、送餐和管理员。"),
    ),
    standard(
        134,
        "beds_per_room",
        beds_per_room,
        N_("{school}{came} 张床，每间不超过 {allowed} 人（{rule}，《{document}》，{source}）。"),
        N_("减少每间人数，多出的调到别的寝室。"),
    ),
    standard(
        135,
        "doctor_students",
        doctors,
        N_("{school}有校医 {came} 人，应有 {allowed} 人（{rule}，《{document}》，{source}）。"),
        N_("配齐；一时配不齐的，与医院签约派驻。"),
    ),
    standard(
        136,
        "guards_small guards_large guards_campus",
        guards,
        N_("{school}有保安 {came} 人，应有 {allowed} 人（{rule}，《{document}》，{source}）。"),
        N_("配齐保安。"),
    ),
    standard(
        137,
        "supplies_days",
        supplies,
        N_("{school}{came} 天，应够 {allowed} 天（{rule}，《{document}》，{source}）。"),
        N_("补足，补不足的上报市疫情办。数字为可用天数。"),
    ),
)  # fmt: skip


def _isolation(ask: Ask) -> list[Zone]:
    return ask.look.zones_of(ask.school.code, ZoneKind.ISOLATION_ROOM)


def _said(ask: Ask, field: str, what: str) -> Iterator[Broken | Unknown]:
    for zone in _isolation(ask):
        where = ask.look.zone_at(zone, field)
        if getattr(zone, field) is None:
            yield Unknown(where, what)
        elif not getattr(zone, field):
            yield Broken(where, zone.name)


def _holders(ask: Ask, post: Post) -> int:
    people = ask.look.of("people", ask.school.code)
    return sum(row.post is post for _, row in people)
