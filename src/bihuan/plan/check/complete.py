"""Is the plan complete? Nothing ownerless, nothing that every school has left out."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from bihuan.base.ids import SchoolCode
from bihuan.base.problems import Problem, error, warning
from bihuan.base.wording import N_
from bihuan.plan import required
from bihuan.plan.check.look import Look
from bihuan.plan.words import Partner, Post, ZoneKind

NO_CLASS_TEACHER = error(
    "P301",
    N_("{name}没有班主任。"),
    N_("填上班主任。"),
)
NOBODY = error(
    "P302",
    N_("责任「{name}」没有责任人。"),
    N_("落实到一个具体的人。"),
)
NO_DEPUTY = error(
    "P303",
    N_("责任「{name}」没有B角。"),
    N_("填上责任人不在时由谁代替。"),
)
NO_STANDARD = error(
    "P304",
    N_("责任「{name}」没有写标准。"),
    N_("写明做到什么程度，最好有数字和时限。"),
)
CORE_MISSING = error(
    "P305",
    N_("{school}的责任分工里没有「{duty}」，{in_place}不到位。"),
    N_("添加这项责任（编号可用 {code}），写明标准、责任人、B角。"),
)
DUTY_MISSING = warning(
    "P306",
    N_("{school}的责任分工里没有「{duty}」。"),
    N_("添加这项责任（编号可用 {code}）；若已含在别的责任里，在其名称中写明。"),
)
NO_DAY_PLAN = error(
    "P307",
    N_("{school}没有作息。"),
    N_("在作息表里填上每天的各段时间。"),
)
NO_GATE = error(
    "P308",
    N_("{school}没有校门。"),
    N_("在场所表里添加校门和通道数。"),
)
NO_MEASURES = error(
    "P309",
    N_("{school}没有任何防控措施。"),
    N_("在措施表里填上晨午晚检、隔离、消毒等措施。"),
)
NO_PARTNER = error(
    "P310",
    N_("{school}没有填与「{partner}」的联系人。"),
    N_("在联防联控表里填上单位、联系人、电话和最近测试日期。"),
)
POST_EMPTY = error(
    "P311",
    N_("{school}的「{post}」岗位没有人。"),
    N_("在人员表里填上担任这个岗位的人。"),
)
COUNTS_ONLY = warning(
    "P312",
    N_("{school}只填了人数，没有班级，未作判断。"),
    N_("收到该校预案后补齐；只作统计用的可以不管。"),
)
OWN_DEPUTY = error(
    "P313",
    N_("责任「{name}」的责任人和B角是同一人 {came}。"),
    N_("换一个人作B角。"),
)
NO_KEEPER = error(
    "P314",
    N_("物资「{item}」没有保管人。"),
    N_("填上保管人。"),
)
NO_HEAD = error(
    "P315",
    N_("{name}没有年级主任。"),
    N_("填上年级主任。"),
)
NO_ROOM = warning(
    "P316",
    N_("{name}没有填教室。"),
    N_("填上教室；推演按默认的面积和通风计。"),
)
NO_LIMIT = warning(
    "P317",
    N_("{zone}的{what}未填，无法判断。"),
    N_("填上{what}；不知道的去量，不要填 0。"),
)
NO_SUPPLIES = error(
    "P318",
    N_("{school}没有填任何防疫物资。"),
    N_("在物资表里填上库存、用量和保管人。"),
)

LIMITS: Final = (
    (ZoneKind.GATE, "lanes", N_("通道数")),
    (ZoneKind.CANTEEN_HALL, "seats", N_("座位数")),
    (ZoneKind.DORM_ROOM, "beds", N_("床位数")),
    (ZoneKind.ISOLATION_ROOM, "beds", N_("床位数")),
    (ZoneKind.OBSERVATION_AREA, "beds", N_("床位数")),
    (ZoneKind.CLASSROOM, "area", N_("面积")),
)
"""Kind of place, the limit without which it cannot be judged, what it is called."""


def class_teachers(look: Look) -> Iterator[Problem]:
    """Classes without a class teacher; groups that split a class need none."""
    for n, row in enumerate(look.plan.classes):
        if not (row.homeroom or row.within):
            yield NO_CLASS_TEACHER.at(
                look.plan.where("classes", n, "homeroom"), name=row.name
            )


def owners(look: Look) -> Iterator[Problem]:
    """Duties without a person, without a deputy, with one person as both."""
    for n, row in enumerate(look.plan.duties):
        if not row.person:
            yield NOBODY.at(look.plan.where("duties", n, "person"), name=row.name)
        where = look.plan.where("duties", n, "deputy")
        if not row.deputy:
            yield NO_DEPUTY.at(where, name=row.name)
        elif row.deputy == row.person:
            yield OWN_DEPUTY.at(where, name=row.name, came=row.person)


def standards_of_duties(look: Look) -> Iterator[Problem]:
    """Duties that do not say what they are done to."""
    for n, row in enumerate(look.plan.duties):
        if not row.standard.strip():
            where = look.plan.where("duties", n, "standard")
            yield NO_STANDARD.at(where, name=row.name)


def required_duties(look: Look) -> Iterator[Problem]:
    """Duties that every school must have, and a school has not."""
    for school in look.detailed:
        duties = [row for _, row in look.of("duties", school.code)]
        boards = any(row.boarders for row in look.own_classes(school.code))
        for duty in required.DUTIES:
            if (duty.boarding and not boards) or any(map(duty.met_by, duties)):
                continue
            kind = CORE_MISSING if duty.core else DUTY_MISSING
            yield kind.at(
                look.school_at(school.code),
                school=school.name,
                duty=duty.name,
                in_place=duty.in_place.label,
                code=duty.code,
            )


def parts_of_schools(look: Look) -> Iterator[Problem]:
    """Schools without day plan, gate, measures or supplies."""
    for school in look.detailed:
        has = {
            NO_DAY_PLAN: look.of("periods", school.code),
            NO_GATE: look.zones_of(school.code, ZoneKind.GATE),
            NO_MEASURES: look.of("measures", school.code),
            NO_SUPPLIES: look.of("supplies", school.code),
        }
        for kind, rows in has.items():
            if not rows:
                yield kind.at(look.school_at(school.code), school=school.name)


def partners(look: Look) -> Iterator[Problem]:
    """Partners outside with whom a school has no line."""
    for school in look.detailed:
        known = {row.partner for _, row in look.of("liaison", school.code)}
        for partner in Partner:
            if partner not in known:
                where = look.school_at(school.code)
                yield NO_PARTNER.at(where, school=school.name, partner=partner.label)


def posts(look: Look) -> Iterator[Problem]:
    """Required posts that nobody fills."""
    for school in look.detailed:
        filled = Counter(row.post for _, row in look.of("people", school.code))
        for post in _posts(look, school.code):
            if not filled[post]:
                where = look.school_at(school.code)
                yield POST_EMPTY.at(where, school=school.name, post=post.label)


def counts_only(look: Look) -> Iterator[Problem]:
    """Schools of which only counts are given."""
    detailed = {school.code for school in look.detailed}
    for school in look.plan.schools:
        if school.code not in detailed:
            yield COUNTS_ONLY.at(look.school_at(school.code), school=school.name)


def keepers(look: Look) -> Iterator[Problem]:
    """Supplies that nobody keeps."""
    for n, row in enumerate(look.plan.supplies):
        if not row.keeper:
            yield NO_KEEPER.at(look.plan.where("supplies", n, "keeper"), item=row.item)


def grade_heads(look: Look) -> Iterator[Problem]:
    """Grades without a head, in schools that give more than counts."""
    detailed = {school.code for school in look.detailed}
    for n, row in enumerate(look.plan.grades):
        if not row.head and row.school in detailed:
            yield NO_HEAD.at(look.plan.where("grades", n, "head"), name=row.name)


def rooms(look: Look) -> Iterator[Problem]:
    """Classes without a room of their own."""
    for n, row in enumerate(look.plan.classes):
        if not (row.room or row.within):
            yield NO_ROOM.at(look.plan.where("classes", n, "room"), name=row.name)


def limits(look: Look) -> Iterator[Problem]:
    """Places whose limit is not known."""
    for kind, field, what in LIMITS:
        for n, row in enumerate(look.plan.zones):
            if row.kind is kind and getattr(row, field) is None:
                where = look.plan.where("zones", n, field)
                yield NO_LIMIT.at(where, zone=row.name, what=what)


CHECKS: Final[tuple[Callable[[Look], Iterator[Problem]], ...]] = (
    class_teachers,
    owners,
    standards_of_duties,
    required_duties,
    parts_of_schools,
    partners,
    posts,
    counts_only,
    keepers,
    grade_heads,
    rooms,
    limits,
)


def _posts(look: Look, school: SchoolCode) -> Iterator[Post]:
    yield from required.POSTS
    if any(row.boarders for row in look.own_classes(school)):
        yield Post.DORM_MANAGER
    if look.zones_of(school, ZoneKind.CANTEEN_HALL):
        yield Post.CANTEEN
