"""Is the plan consistent? References that lead nowhere, counts that disagree, clashes."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, Final

from bihuan.base.problems import Problem, error, warning
from bihuan.base.wording import N_
from bihuan.plan.check.look import Look, capacity
from bihuan.plan.plan import TABLES
from bihuan.plan.words import Role, Stage, ZoneKind

UNKNOWN = error(
    "P203",
    N_("{what}「{came}」不存在；最接近的是「{closest}」。"),
    N_("改成已有的{what}，或先在其表中添加。"),
)
NOWHERE = error(
    "P204",
    N_("{what}「{came}」不存在，也没有相近的。"),
    N_("改成已有的{what}，或先在其表中添加。"),
)
TWICE = error(
    "P205",
    N_("「{came}」写了两遍，第一遍在 {first}。"),
    N_("删去一行，或改成各自的代码。"),
)
MORE_BOARDERS = error(
    "P206",
    N_("{name}住校生 {boarders} 人，多于学生 {students} 人。"),
    N_("核对这两个人数。"),
)
STUDENTS_DIFFER = error(
    "P207",
    N_("{school}填学生 {came} 人，各班相加是 {sum} 人。"),
    N_("改学校的学生数，或改班级的学生数。"),
)
BOARDERS_DIFFER = error(
    "P208",
    N_("{school}填住校生 {came} 人，各班相加是 {sum} 人。"),
    N_("改学校的住校生数，或改班级的住校生数。"),
)
OVERFULL = error(
    "P209",
    N_("{zone}有床 {beds} 张，安排了 {came} 人，多 {over} 人。"),
    N_("把多出的人换到别的寝室，或改床位数。"),
)
NOT_MUTUAL = warning(
    "P210",
    N_("{person}写了兄弟姐妹 {other}，{other} 没有写 {person}。"),
    N_("在 {other} 的行里也写上 {person}，或删去。"),
)
TEACHER_TWICE = error(
    "P211",
    N_("教师「{came}」在第 {day} 天第 {period} 节有两处课，另一处在 {first}。"),
    N_("调开其中一节，或换教师。"),
)
CLASS_TWICE = error(
    "P212",
    N_("班级「{came}」在第 {day} 天第 {period} 节有两处课，另一处在 {first}。"),
    N_("调开其中一节；分组教学请写成教学分组。"),
)
ROOM_TWICE = error(
    "P213",
    N_("{zone}在第 {day} 天第 {period} 节有两处课，另一处在 {first}。"),
    N_("调开其中一节，或换教室。"),
)
WRONG_LEVEL = warning(
    "P214",
    N_("{name}是 {level} 年级，{school}是{stage}，应为 {low} 至 {high} 年级。"),
    N_("改年级的级别，或改学校的学段。"),
)
BED_TWICE = error(
    "P215",
    N_("{zone} {bed} 号床安排了两人：{came} 和 {other}。"),
    N_("给其中一人换床。"),
)
LIST_DIFFERS = warning(
    "P216",
    N_("{name}填学生 {came} 人，人员表里有 {sum} 人。"),
    N_("补齐名单，或改班级的学生数。"),
)
WRONG_KIND = warning(
    "P217",
    N_("{zone}是{came}，这里应是{allowed}。"),
    N_("换成对的场所，或改场所的类型。"),
)
NO_SUCH_PERIOD = error(
    "P218",
    N_(
        "课在第 {day} 天第 {period} 节；作息里没有第 {period} 节，或一周没有第 {day} 天。"
    ),
    N_("改课表的天和节，或在作息里补上这一节。"),
)
TWO_DAYS = error(
    "P219",
    N_("{came} 在校历里写了两遍，第一遍在 {first}。"),
    N_("一天只留一行。"),
)

LEVELS: Final = {
    Stage.KINDERGARTEN: (0, 0),
    Stage.PRIMARY: (1, 6),
    Stage.JUNIOR: (7, 9),
    Stage.SENIOR: (10, 12),
    Stage.VOCATIONAL: (10, 12),
    Stage.NINE_YEAR: (1, 9),
    Stage.TOWNSHIP_CENTRE: (0, 9),
}
"""Grade levels of each stage."""

WHAT: Final = {
    ("areas",): N_("片区"),
    ("schools",): N_("学校"),
    ("grades",): N_("年级"),
    ("classes",): N_("班级"),
    ("zones",): N_("场所"),
    ("people",): N_("人员"),
    ("documents",): N_("文件"),
    ("grades", "classes"): N_("年级或班级"),
}
"""What a reference is called, by the tables that it may point into."""

REFERENCES: Final = (
    ("schools", "area", ("areas",)),
    ("schools", "superior", ("schools",)),
    ("capacities", "area", ("areas",)),
    ("orders", "document", ("documents",)),
    ("grades", "head", ("people",)),
    ("classes", "grade", ("grades",)),
    ("classes", "within", ("classes",)),
    ("classes", "room", ("zones",)),
    ("classes", "homeroom", ("people",)),
    ("classes", "stair", ("zones",)),
    ("classes", "gate", ("zones",)),
    ("classes", "hall", ("zones",)),
    ("people", "klass", ("classes",)),
    ("people", "room", ("zones",)),
    ("people", "hall", ("zones",)),
    ("people", "bus", ("zones",)),
    ("people", "siblings", ("people",)),
    ("zones", "users", ("grades", "classes")),
    ("periods", "grade", ("grades",)),
    ("teaching", "teacher", ("people",)),
    ("teaching", "klass", ("classes",)),
    ("lessons", "classes", ("classes",)),
    ("lessons", "teachers", ("people",)),
    ("lessons", "rooms", ("zones",)),
    ("duties", "person", ("people",)),
    ("duties", "deputy", ("people",)),
    ("duties", "place", ("zones",)),
    ("supplies", "keeper", ("people",)),
    ("staging", "document", ("documents",)),
    ("siblings", "grade", ("grades",)),
    ("siblings", "other_school", ("schools",)),
    ("slots", "klass", ("classes",)),
    ("slots", "zone", ("zones",)),
    ("slots", "leader", ("people",)),
)
"""Table, field, tables that it points into; rows of a school point into their school."""

KEYS: Final = (
    ("areas", ("code",)),
    ("orders", ("code",)),
    ("schools", ("code",)),
    ("grades", ("school", "code")),
    ("classes", ("school", "code")),
    ("people", ("school", "id")),
    ("zones", ("school", "code")),
    ("measures", ("school", "code")),
    ("duties", ("school", "code")),
    ("supplies", ("school", "item", "place")),
    ("liaison", ("school", "partner", "organisation")),
    ("teaching", ("school", "teacher", "klass", "subject")),
    ("documents", ("code",)),
    ("capacities", ("area", "start", "kind")),
    ("staging", ("school", "stage", "kind")),
)
"""Table, the fields that tell its rows apart."""

SCHOOLLESS: Final = ("areas", "orders", "capacities", "schools")
KINDS: Final = (
    ("classes", "room", ZoneKind.CLASSROOM),
    ("classes", "stair", ZoneKind.STAIR),
    ("classes", "gate", ZoneKind.GATE),
    ("classes", "hall", ZoneKind.CANTEEN_HALL),
    ("people", "room", ZoneKind.DORM_ROOM),
    ("people", "hall", ZoneKind.CANTEEN_HALL),
    ("people", "bus", ZoneKind.BUS),
)
"""Table, field, the kind of place it must name."""
ONE_LESSON: Final = (ZoneKind.CLASSROOM, ZoneKind.LABORATORY)
"""Places that hold one lesson at a time; a sports ground holds several."""


def unknown_schools(look: Look) -> Iterator[Problem]:
    """Rows of a school that is not in the plan."""
    for table in _tables_of_schools():
        for n, row in enumerate(getattr(look.plan, table)):
            if row.school and row.school not in look.plan.by_code:
                where = look.plan.where(table, n, "school")
                yield _unknown(look, ("schools",), "", row.school, where)


def unknown_references(look: Look) -> Iterator[Problem]:
    """Fields that name a row which is not there, with the closest that is."""
    known = _known(look)
    for table, field, targets in REFERENCES:
        for n, row in enumerate(getattr(look.plan, table)):
            school = getattr(row, "school", "")
            if school and school not in look.plan.by_code:
                continue
            for came in _named(getattr(row, field)):
                owner = _owner(targets, school)
                if not any((target, owner, came) in known for target in targets):
                    where = look.plan.where(table, n, field)
                    yield _unknown(look, targets, owner, came, where)


def duplicates(look: Look) -> Iterator[Problem]:
    """Rows with the key of an earlier row."""
    for table, key in KEYS:
        first: dict[tuple[str, ...], int] = {}
        for n, row in enumerate(getattr(look.plan, table)):
            parts = tuple(str(getattr(row, field)) for field in key)
            earlier = first.setdefault(parts, n)
            if earlier != n:
                yield TWICE.at(
                    look.plan.where(table, n, key[-1]),
                    came=" ".join(filter(None, parts[-1:])),
                    first=look.plan.where(table, earlier),
                )


def days_twice(look: Look) -> Iterator[Problem]:
    """Days of the calendar of one school that are given twice."""
    first: dict[tuple[str, date], int] = {}
    for n, row in enumerate(look.plan.calendar):
        earlier = first.setdefault((row.school, row.date), n)
        if earlier != n:
            where = look.plan.where("calendar", n, "date")
            told = look.plan.where("calendar", earlier)
            yield TWO_DAYS.at(where, came=row.date, first=told)


def more_boarders(look: Look) -> Iterator[Problem]:
    """Schools and classes with more boarders than students."""
    for table in ("schools", "classes"):
        for n, row in enumerate(getattr(look.plan, table)):
            given_by_classes = table == "schools" and not row.students
            if row.boarders > row.students and not given_by_classes:
                yield MORE_BOARDERS.at(
                    look.plan.where(table, n, "boarders"),
                    name=row.name,
                    boarders=row.boarders,
                    students=row.students,
                )


def totals(look: Look) -> Iterator[Problem]:
    """Schools whose counts are not the sums of their classes."""
    for n, school in enumerate(look.plan.schools):
        classes = look.own_classes(school.code)
        for field, kind in (
            ("students", STUDENTS_DIFFER),
            ("boarders", BOARDERS_DIFFER),
        ):
            given = getattr(school, field)
            summed = sum(getattr(row, field) for row in classes)
            if classes and given and given != summed:
                where = look.plan.where("schools", n, field)
                yield kind.at(where, school=school.name, came=given, sum=summed)


def lists(look: Look) -> Iterator[Problem]:
    """Classes whose list of students has another length than their count."""
    listed = Counter(
        (row.school, row.klass)
        for row in look.plan.people
        if row.role is Role.STUDENT and row.klass
    )
    for n, row in enumerate(look.plan.classes):
        found = listed[row.school, row.code]
        if found and found != row.students:
            where = look.plan.where("classes", n, "students")
            yield LIST_DIFFERS.at(where, name=row.name, came=row.students, sum=found)


def overfull_rooms(look: Look) -> Iterator[Problem]:
    """Dormitory rooms with more persons than beds."""
    sleepers = Counter((row.school, row.room) for row in look.plan.people if row.room)
    for key, came in sleepers.items():
        zone = look.zones.get(key)
        beds = capacity(zone) if zone else None
        if zone and beds is not None and came > beds:
            where = look.zone_at(zone, "beds")
            yield OVERFULL.at(
                where, zone=zone.name, beds=beds, came=came, over=came - beds
            )


def beds_twice(look: Look) -> Iterator[Problem]:
    """Beds that two persons have."""
    first: dict[tuple[str, str, str], str] = {}
    for n, row in enumerate(look.plan.people):
        zone = look.zones.get((row.school, row.room))
        if not (zone and row.bed):
            continue
        other = first.setdefault((row.school, row.room, row.bed), row.id)
        if other != row.id:
            where = look.plan.where("people", n, "bed")
            yield BED_TWICE.at(
                where, zone=zone.name, bed=row.bed, came=row.id, other=other
            )


def one_sided_siblings(look: Look) -> Iterator[Problem]:
    """Siblings of whom only one names the other."""
    for n, row in enumerate(look.plan.people):
        for other in row.siblings:
            person = look.people.get((row.school, other))
            if person and row.id not in person.siblings:
                where = look.plan.where("people", n, "siblings")
                yield NOT_MUTUAL.at(where, person=row.id, other=other)


def wrong_kinds(look: Look) -> Iterator[Problem]:
    """Fields that name a place of another kind."""
    for table, field, kind in KINDS:
        for n, row in enumerate(getattr(look.plan, table)):
            zone = look.zones.get((row.school, getattr(row, field)))
            if zone and zone.kind is not kind:
                yield WRONG_KIND.at(
                    look.plan.where(table, n, field),
                    zone=zone.name,
                    came=zone.kind.label,
                    allowed=kind.label,
                )


def levels(look: Look) -> Iterator[Problem]:
    """Grades of a level that their school's stage does not have."""
    for n, row in enumerate(look.plan.grades):
        school = look.plan.by_code.get(row.school)
        if school is None:
            continue
        low, high = LEVELS[school.stage]
        if not low <= row.level <= high:
            yield WRONG_LEVEL.at(
                look.plan.where("grades", n, "level"),
                name=row.name,
                level=row.level,
                school=school.name,
                stage=school.stage.label,
                low=low,
                high=high,
            )


def teachers_twice(look: Look) -> Iterator[Problem]:
    """Teachers who have two lessons at once."""
    for n, came, day, period, first in _clashes(look, lambda row: row.teachers):
        where = look.plan.where("lessons", n, "teachers")
        told = look.plan.where("lessons", first)
        yield TEACHER_TWICE.at(where, came=came, day=day, period=period, first=told)


def classes_twice(look: Look) -> Iterator[Problem]:
    """Classes that have two lessons at once; a class meets with the groups that split it."""

    def taught(row: Any) -> Iterable[str]:
        rows = (look.classes.get((row.school, code)) for code in row.classes)
        return [*row.classes, *{k.within for k in rows if k and k.within}]

    for n, came, day, period, first in _clashes(look, taught):
        lesson, earlier = look.plan.lessons[n], look.plan.lessons[first]
        if came not in (*lesson.classes, *earlier.classes):
            continue  # two groups of one class, at the same time as it should be
        klass = look.classes.get((lesson.school, came))
        yield CLASS_TWICE.at(
            look.plan.where("lessons", n, "classes"),
            came=klass.name if klass else came,
            day=day,
            period=period,
            first=look.plan.where("lessons", first),
        )


def rooms_twice(look: Look) -> Iterator[Problem]:
    """Class rooms and laboratories with two lessons at once."""

    def held(row: Any) -> Iterable[str]:
        zones = ((code, look.zones.get((row.school, code))) for code in row.rooms)
        return [code for code, zone in zones if zone and zone.kind in ONE_LESSON]

    for n, came, day, period, first in _clashes(look, held):
        zone = look.zones[look.plan.lessons[n].school, came]
        where = look.plan.where("lessons", n, "rooms")
        told = look.plan.where("lessons", first)
        yield ROOM_TWICE.at(where, zone=zone.name, day=day, period=period, first=told)


def lessons_nowhere(look: Look) -> Iterator[Problem]:
    """Lessons at a time that the day plan does not have."""
    numbers: dict[str, set[int]] = defaultdict(set)
    for period in look.plan.periods:
        numbers[period.school].add(period.number)
    for n, row in enumerate(look.plan.lessons):
        last = row.period + row.duration - 1
        known = numbers[row.school]
        late_day = row.day > look.plan.district.cycle_days
        if row.day and known and (late_day or not {row.period, last} <= known):
            where = look.plan.where("lessons", n, "period")
            yield NO_SUCH_PERIOD.at(where, day=row.day, period=row.period)


CHECKS: Final[tuple[Callable[[Look], Iterator[Problem]], ...]] = (
    unknown_schools,
    unknown_references,
    duplicates,
    days_twice,
    more_boarders,
    totals,
    lists,
    overfull_rooms,
    beds_twice,
    one_sided_siblings,
    wrong_kinds,
    levels,
    teachers_twice,
    classes_twice,
    rooms_twice,
    lessons_nowhere,
)


def _tables_of_schools() -> tuple[str, ...]:
    return tuple(table for table in TABLES if table not in SCHOOLLESS)


def _known(look: Look) -> set[tuple[str, str, str]]:
    """Every (table, school, code) that a reference may name."""
    known: set[tuple[str, str, str]] = set()
    known.update(("people", row.school, row.id) for row in look.plan.people)
    for table in ("areas", "schools", "documents"):
        known.update((table, "", row.code) for row in getattr(look.plan, table))
    for table in ("grades", "classes", "zones"):
        rows = getattr(look.plan, table)
        known.update((table, row.school, row.code) for row in rows)
    return known


def _owner(targets: tuple[str, ...], school: str) -> str:
    return "" if targets[0] in ("areas", "schools", "documents") else school


def _named(value: str | tuple[str, ...]) -> tuple[str, ...]:
    found = (value,) if isinstance(value, str) else value
    return tuple(name for name in found if name)


def _unknown(
    look: Look, targets: tuple[str, ...], school: str, came: str, where: Any
) -> Problem:
    what = WHAT[targets]
    closest = look.closest(targets, school, came)
    if closest:
        return UNKNOWN.at(where, what=what, came=came, closest=closest)
    return NOWHERE.at(where, what=what, came=came)


def _clashes(
    look: Look, named: Callable[[Any], Iterable[str]]
) -> Iterator[tuple[int, str, int, int, int]]:
    """Lesson, name, day, period, earlier lesson: the name is taken twice at that time."""
    taken: dict[tuple[str, int, int, str], int] = {}
    for n, row in enumerate(look.plan.lessons):
        if not row.day:
            continue
        for period in range(row.period, row.period + row.duration):
            for name in set(named(row)):
                first = taken.setdefault((row.school, row.day, period, name), n)
                if first != n:
                    yield n, name, row.day, period, first
