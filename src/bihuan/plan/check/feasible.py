"""Is the plan feasible? Seats, beds, lanes, hours, hands and stocks add up or not."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from bihuan.base.ids import SchoolCode
from bihuan.base.problems import Problem, error, warning
from bihuan.base.wording import N_
from bihuan.plan import supplies
from bihuan.plan.check.look import (
    Look,
    capacity,
    counted,
    in_scope,
    meet,
    minutes,
    pairs,
    parts,
    span,
)
from bihuan.plan.duties import Duty, Supply
from bihuan.plan.measures import (
    GateCheck,
    SeatSpacing,
    StaggeredArrival,
    StaggeredDining,
)
from bihuan.plan.people import Class
from bihuan.plan.places import Zone
from bihuan.plan.timetable import Period
from bihuan.plan.words import (
    InPlace,
    PeriodKind,
    Role,
    Who,
    ZoneKind,
)

TOO_FEW_SEATS = error(
    "P401",
    N_("{zone}有座位 {seats} 个，{meal}每批要坐 {came} 人，多 {over} 人。"),
    N_("增加就餐批次、分流到别的餐厅，或送餐到班。"),
)
MEAL_TOO_SHORT = warning(
    "P402",
    N_(
        "{school}从{meal}到下一段作息只有 {came} 分钟，{batches} 批错开 {minutes} 分钟，连同吃饭 {eat} 分钟要 {need} 分钟。"
    ),
    N_("延长就餐时间、缩短间隔，或减少批次。"),
)
TOO_FEW_BEDS = error(
    "P403",
    N_("{name}住校生 {came} 人，可用床位 {beds} 张，缺 {over} 张。"),
    N_("增加寝室、调整寝室的使用年级，或改住校生数。"),
)
GATE_TOO_SLOW = error(
    "P404",
    N_(
        "{zone}有 {came} 人要进，{lanes} 条通道、每人 {seconds} 秒，要 {need} 分钟；到校时间只有 {window} 分钟。"
    ),
    N_("增加通道或校门、延长到校时间，或分流到别的校门。"),
)
BATCH_TOO_SLOW = warning(
    "P405",
    N_("{zone}每批约 {came} 人要进 {need} 分钟，两批只隔 {minutes} 分钟，队伍会重叠。"),
    N_("拉开批次间隔，或增加通道。"),
)
NO_ISOLATION = error(
    "P406",
    N_("{school}没有可用的临时隔离室床位。"),
    N_("在场所表里添加隔离室，填上间数和床位。"),
)
NIGHT_ALONE = error(
    "P407",
    N_(
        "{school}有住校生，22:00 至 6:00 没有人负责隔离发热等症状学生（夜间单管无人）。"
    ),
    N_("添加 22:00 至 6:00 的隔离责任，写明在校住宿的责任人和B角。"),
)
NIGHT_AWAY = warning(
    "P408",
    N_("{school}夜间负责隔离的 {came} 都不住校。"),
    N_("换成住校的人，或安排住校值班。"),
)
AT_TWO_PLACES = warning(
    "P409",
    N_("{person}同一时间有两处责任：「{first}」和「{second}」（一人多岗）。"),
    N_("把其中一项交给别人，或错开时间。"),
)
TOO_MANY_DUTIES = warning(
    "P410",
    N_("{person}一人担任 {came} 项责任：{names}（一人多岗）。"),
    N_("分给别人，每人不超过 {allowed} 项。"),
)
TOO_FEW_HANDS = error(
    "P411",
    N_("{school}的「{post}」有 {came} 人，{hour} 时同时有 {need} 项责任在这个岗位。"),
    N_("增加人手、错开时间，或交给别的岗位。"),
)
SHORT_COVER = error(
    "P412",
    N_(
        "{item}可用 {stock} {unit}，每天用 {use} {unit}，只够 {came} 天；应够 {allowed} 天。"
    ),
    N_("补足 {need} {unit}，补不足的上报。"),
)
TOO_FEW_DURABLES = error(
    "P413",
    N_("{item}有 {came} {unit}，应有 {allowed} {unit}，缺 {need} {unit}。"),
    N_("补足，补不足的上报。"),
)
EXPIRED = error(
    "P414",
    N_("{item}已于 {came} 过期，不计入可用库存。"),
    N_("换新；过期的另放，做好标识。"),
)
EXPIRES_SOON = warning(
    "P415",
    N_("{item}将于 {came} 过期，早于储备期末 {allowed}。"),
    N_("先用，并补充新的。"),
)
OVERLAP = error(
    "P416",
    N_(
        "{school}的「{name}」（{came}）与「{other}」（{allowed}）时间重叠，同一批人不能同在两处。"
    ),
    N_("改其中一段的时间、星期或对象。"),
)
UNPLACED = warning(
    "P417",
    N_("{school}的作息在「{first}」之后有 {came} 分钟没有安排，学生去哪里没有写。"),
    N_("补上这段时间的安排。"),
)
NO_LESSON_PERIOD = error(
    "P418",
    N_("{name}的作息里没有第 {came} 节，课表排了课。"),
    N_("在作息里给这个年级补上第 {came} 节，或改课表。"),
)
TOO_FEW_DESKS = error(
    "P419",
    N_("{zone}有座位 {seats} 个，{name}有 {came} 人，多 {over} 人。"),
    N_("换大教室或分班，或核对座位数。"),
)
TOO_CLOSE = error(
    "P420",
    N_("{zone} {area} 平方米，{name} {came} 人按间距 {distance} 米要 {need} 平方米。"),
    N_("间距最多 {allowed} 米；要保持间距须分半上课或换大教室。"),
)
BUS_FULL = error(
    "P421",
    N_("{zone}有座位 {seats} 个，乘坐 {came} 人，多 {over} 人。"),
    N_("增加车辆或车次。"),
)
POST_MISMATCH = warning(
    "P422",
    N_("责任「{name}」的岗位是{allowed}，责任人 {person} 的岗位是{came}。"),
    N_("换成这个岗位的人，或改责任的岗位。"),
)

EATING_MINUTES: Final = 20
"""Time at a table; docs/model.md, setting `table`."""
MOST_DUTIES: Final = 4
"""Duties that one person can hold beside each other: our own judgement, a warning."""
LONGEST_GAP: Final = 120
"""Minutes of a boarders' day that may stay without a period; shorter is walking, resting."""
NIGHT: Final = ((22 * 60, 24 * 60), (24 * 60, 30 * 60))
"""22:00 to 6:00 in two halves: before and after midnight."""
MEALS: Final = (PeriodKind.BREAKFAST, PeriodKind.LUNCH, PeriodKind.SUPPER)
ELSEWHERE: Final = (PeriodKind.ARRIVAL, PeriodKind.DISMISSAL)
"""Periods in which some walk while others already sit: they may overlap with anything."""
ISOLATES: Final = ("隔离", "发热", "夜间")


def seats_of_halls(look: Look) -> Iterator[Problem]:
    """Halls in which a batch of those who eat has no seats."""
    for school in look.detailed:
        classes = look.own_classes(school.code)
        for hall in look.zones_of(school.code, ZoneKind.CANTEEN_HALL):
            eaters = [row for row in classes if row.hall == hall.code]
            for meal in _meals(look, school.code):
                came = math.ceil(_eaters(look, meal, eaters))
                if hall.seats is not None and came > hall.seats:
                    yield TOO_FEW_SEATS.at(
                        look.zone_at(hall, "seats"),
                        zone=hall.name,
                        seats=hall.seats,
                        meal=meal.name,
                        came=came,
                        over=came - hall.seats,
                    )


def time_of_meals(look: Look) -> Iterator[Problem]:
    """Meals whose last batch has no time to eat before the next period."""
    for n, row in enumerate(look.plan.measures):
        if not isinstance(row, StaggeredDining):
            continue
        school = look.plan.by_code.get(row.school)
        need = (row.batches - 1) * row.minutes + EATING_MINUTES
        for meal in _meals(look, row.school):
            came = _until_next(look, meal)
            if school and row.batches > 1 and came < need:
                yield MEAL_TOO_SHORT.at(
                    look.plan.where("measures", n, "minutes"),
                    school=school.name,
                    meal=meal.name,
                    came=came,
                    batches=row.batches,
                    minutes=f"{row.minutes:g}",
                    eat=EATING_MINUTES,
                    need=f"{need:g}",
                )


def beds_for_boarders(look: Look) -> Iterator[Problem]:
    """Boarders for whom there is no bed: in the whole school, else in a grade."""
    for school in look.detailed:
        rooms = look.zones_of(school.code, ZoneKind.DORM_ROOM)
        if any(room.beds is None for room in rooms):
            continue
        classes = look.own_classes(school.code)
        where = look.school_at(school.code)
        whole = list(_bedless(where, school.name, rooms, classes))
        yield from whole
        for _, grade in [] if whole else look.of("grades", school.code):
            own = [row for row in classes if row.grade == grade.code]
            codes = {grade.code, *(row.code for row in own)}
            open_to = [r for r in rooms if not r.users or codes & set(r.users)]
            name = school.name + grade.name
            yield from _bedless(where, name, open_to, own)


def lanes(look: Look) -> Iterator[Problem]:
    """Gates whose lanes cannot pass everybody within the arrival period."""
    for gate, came, seconds, window in _arrivals(look):
        need = came * seconds / gate.lanes / 60 if gate.lanes else math.inf
        if need > window:
            yield GATE_TOO_SLOW.at(
                look.zone_at(gate, "lanes"),
                zone=gate.name,
                came=came,
                lanes=gate.lanes,
                seconds=f"{seconds:g}",
                need=f"{need:.0f}",
                window=window,
            )


def batches_at_gates(look: Look) -> Iterator[Problem]:
    """Batches of a staggered arrival that queue into each other."""
    staggered = {
        row.school: (n, row)
        for n, row in enumerate(look.plan.measures)
        if isinstance(row, StaggeredArrival) and row.batches > 1
    }
    for gate, came, seconds, _window in _arrivals(look):
        if gate.school not in staggered or not gate.lanes:
            continue
        n, measure = staggered[gate.school]
        batch = math.ceil(came / measure.batches)
        need = batch * seconds / gate.lanes / 60
        if need > measure.minutes:
            yield BATCH_TOO_SLOW.at(
                look.plan.where("measures", n, "minutes"),
                zone=gate.name,
                came=batch,
                need=f"{need:.0f}",
                minutes=f"{measure.minutes:g}",
            )


def isolation_beds(look: Look) -> Iterator[Problem]:
    """Schools without a bed in an isolation room; an unknown number is told elsewhere."""
    for school in look.detailed:
        rooms = look.zones_of(school.code, ZoneKind.ISOLATION_ROOM)
        unknown = any(room.beds is None for room in rooms)
        if not unknown and not sum(capacity(room) or 0 for room in rooms):
            where = look.school_at(school.code)
            yield NO_ISOLATION.at(where, school=school.name)


def nights(look: Look) -> Iterator[Problem]:
    """Boarding schools where nobody isolates the ill at night."""
    for school in look.detailed:
        if not any(row.boarders for row in look.own_classes(school.code)):
            continue
        duties = [row for _, row in look.of("duties", school.code) if _isolates(row)]
        where = look.school_at(school.code)
        if not all(any(_covers(row, half) for row in duties) for half in NIGHT):
            yield NIGHT_ALONE.at(where, school=school.name)
            continue
        night = [row for row in duties if any(_covers(row, half) for half in NIGHT)]
        people = {code for row in night for code in (row.person, row.deputy) if code}
        known = [look.people.get((school.code, code)) for code in sorted(people)]
        if people and not any(person and person.lives_in for person in known):
            names = "、".join(sorted(people))
            yield NIGHT_AWAY.at(where, school=school.name, came=names)


def at_two_places(look: Look) -> Iterator[Problem]:
    """Persons whose duties at two places share an hour."""
    for owned in _by_person(look).values():
        timed = [(n, row) for n, row in owned if row.start and row.end and row.place]
        for (_, first), (n, second) in pairs(timed):
            if first.place != second.place and meet(_hours(first), _hours(second)):
                yield AT_TWO_PLACES.at(
                    look.plan.where("duties", n, "person"),
                    person=second.person,
                    first=first.name,
                    second=second.name,
                )


def too_many_duties(look: Look) -> Iterator[Problem]:
    """Persons who answer for more duties than one can."""
    for owned in _by_person(look).values():
        if len(owned) > MOST_DUTIES:
            n, last = owned[-1]
            yield TOO_MANY_DUTIES.at(
                look.plan.where("duties", n, "person"),
                person=last.person,
                came=len(owned),
                names="、".join(row.name for _, row in owned),
                allowed=MOST_DUTIES,
            )


def hands(look: Look) -> Iterator[Problem]:
    """Posts with more duties at one hour than persons."""
    for school in look.detailed:
        people = Counter(row.post for _, row in look.of("people", school.code))
        timed = defaultdict(list)
        for _, row in look.of("duties", school.code):
            if row.post and row.start and row.end:
                timed[row.post].append(row)
        for post, duties in timed.items():
            hour, need = max(_at_once(duties), key=lambda pair: pair[1])
            if people[post] and need > people[post]:
                yield TOO_FEW_HANDS.at(
                    look.school_at(school.code),
                    school=school.name,
                    post=post.label,
                    came=people[post],
                    hour=hour,
                    need=need,
                )


def cover(look: Look) -> Iterator[Problem]:
    """Supplies that do not last the days of reserve."""
    reserve = look.plan.district.reserve_days
    for n, row in enumerate(look.plan.supplies):
        use = row.rate * (drivers(look, row) or 0)
        usable = 0.0 if _expired(look, row) else row.stock
        if row.durable or use <= 0 or usable >= use * reserve:
            continue
        yield SHORT_COVER.at(
            look.plan.where("supplies", n, "stock"),
            item=row.item,
            unit=row.unit,
            stock=f"{usable:g}",
            use=f"{use:g}",
            came=math.floor(usable / use),
            allowed=reserve,
            need=math.ceil(use * reserve - usable),
        )


def durables(look: Look) -> Iterator[Problem]:
    """Durables of which there are fewer than their drivers ask for."""
    for n, row in enumerate(look.plan.supplies):
        need = math.ceil(row.rate * (drivers(look, row) or 0))
        if row.durable and row.stock < need:
            yield TOO_FEW_DURABLES.at(
                look.plan.where("supplies", n, "stock"),
                item=row.item,
                unit=row.unit,
                came=f"{row.stock:g}",
                allowed=need,
                need=math.ceil(need - row.stock),
            )


def expiry(look: Look) -> Iterator[Problem]:
    """Supplies out of date, or soon."""
    district = look.plan.district
    horizon = district.drawn_up.toordinal() + district.reserve_days
    for n, row in enumerate(look.plan.supplies):
        where = look.plan.where("supplies", n, "expires")
        if _expired(look, row):
            yield EXPIRED.at(where, item=row.item, came=row.expires)
        elif row.expires and row.expires.toordinal() < horizon:
            end = type(row.expires).fromordinal(horizon)
            yield EXPIRES_SOON.at(where, item=row.item, came=row.expires, allowed=end)


def overlaps(look: Look) -> Iterator[Problem]:
    """Periods that ask the same people to be at two places at once."""
    for school in look.detailed:
        rows = [
            (n, row)
            for n, row in look.of("periods", school.code)
            if row.kind not in ELSEWHERE
        ]
        for (_, first), (n, second) in pairs(rows):
            if _same_people(first, second) and meet(span(first), span(second)):
                yield OVERLAP.at(
                    look.plan.where("periods", n, "start"),
                    school=school.name,
                    name=second.name,
                    came=_clock(second),
                    other=first.name,
                    allowed=_clock(first),
                )


def gaps(look: Look) -> Iterator[Problem]:
    """Hours of a boarders' school day for which no period says where they are."""
    for school in look.detailed:
        if not any(row.boarders for row in look.own_classes(school.code)):
            continue
        rows = [
            row
            for _, row in look.of("periods", school.code)
            if Who.BOARDERS in parts(row.who) and "1" in row.days
        ]
        for first, gap in _gaps(sorted(rows, key=span)):
            if gap > LONGEST_GAP:
                where = look.school_at(school.code)
                yield UNPLACED.at(where, school=school.name, first=first, came=gap)


def lesson_periods(look: Look) -> Iterator[Problem]:
    """Grades with lessons at a number that their day plan does not have."""
    taught: dict[tuple[str, str, int], int] = {}
    for n, lesson in enumerate(look.plan.lessons):
        for code in lesson.classes:
            klass = look.classes.get((lesson.school, code))
            if klass and lesson.day:
                taught.setdefault((lesson.school, klass.grade, lesson.period), n)
    for (school, grade_code, number), n in taught.items():
        periods = [row for _, row in look.of("periods", SchoolCode(school))]
        of_number = [row for row in periods if row.number == number]
        grade = look.grades.get((school, grade_code))
        if of_number and not any(row.grade in ("", grade_code) for row in of_number):
            where = look.plan.where("lessons", n, "period")
            name = grade.name if grade else grade_code
            yield NO_LESSON_PERIOD.at(where, name=name, came=number)


def desks(look: Look) -> Iterator[Problem]:
    """Classes larger than their room's seats."""
    for n, row in enumerate(look.plan.classes):
        room = look.zones.get((row.school, row.room))
        if room and room.seats is not None and row.students > room.seats:
            yield TOO_FEW_DESKS.at(
                look.plan.where("classes", n, "students"),
                zone=room.name,
                seats=room.seats,
                name=row.name,
                came=row.students,
                over=row.students - room.seats,
            )


def spacing(look: Look) -> Iterator[Problem]:
    """Rooms too small for the seat spacing that a measure promises."""
    for measure in look.plan.measures:
        if not isinstance(measure, SeatSpacing):
            continue
        for row in look.own_classes(measure.school):
            room = look.zones.get((row.school, row.room))
            if not (room and room.area and in_scope(measure.scope, row)):
                continue
            need = row.students * measure.distance**2
            if need > room.area:
                yield TOO_CLOSE.at(
                    look.zone_at(room, "area"),
                    zone=room.name,
                    area=f"{room.area:g}",
                    name=row.name,
                    came=row.students,
                    distance=f"{measure.distance:g}",
                    need=f"{need:.0f}",
                    allowed=f"{math.floor(100 * math.sqrt(room.area / row.students)) / 100:g}",
                )


def seats_of_buses(look: Look) -> Iterator[Problem]:
    """Buses with more riders than seats."""
    riders = Counter((row.school, row.bus) for row in look.plan.people if row.bus)
    for key, came in riders.items():
        bus = look.zones.get(key)
        if bus and bus.seats is not None and came > bus.seats:
            yield BUS_FULL.at(
                look.zone_at(bus, "seats"),
                zone=bus.name,
                seats=bus.seats,
                came=came,
                over=came - bus.seats,
            )


def posts_of_owners(look: Look) -> Iterator[Problem]:
    """Duties whose person holds another post than the duty asks for."""
    for n, row in enumerate(look.plan.duties):
        person = look.people.get((row.school, row.person))
        if person and row.post and person.post and person.post is not row.post:
            yield POST_MISMATCH.at(
                look.plan.where("duties", n, "person"),
                name=row.name,
                person=person.id,
                allowed=row.post.label,
                came=person.post.label,
            )


CHECKS: Final[tuple[Callable[[Look], Iterator[Problem]], ...]] = (
    seats_of_halls,
    time_of_meals,
    beds_for_boarders,
    lanes,
    batches_at_gates,
    isolation_beds,
    nights,
    at_two_places,
    too_many_duties,
    hands,
    cover,
    durables,
    expiry,
    overlaps,
    gaps,
    lesson_periods,
    desks,
    spacing,
    seats_of_buses,
    posts_of_owners,
)


def drivers(look: Look, row: Supply) -> float | None:
    """How many of what a supply is used by; None: the plan does not say."""
    school = look.plan.by_code.get(row.school)
    if school is None:
        return None
    classes = look.own_classes(school.code)
    listed = [p for _, p in look.of("people", school.code) if p.role != Role.STUDENT]
    return supplies.drivers(
        look.plan,
        school.code,
        students=sum(k.students for k in classes) or school.students,
        staff=school.staff or len(listed),
    )[row.driver]


def _meals(look: Look, school: SchoolCode) -> list[Period]:
    return [row for _, row in look.of("periods", school) if row.kind in MEALS]


def _until_next(look: Look, meal: Period) -> int:
    """Minutes from the start of a meal to the next period of the same people."""
    first, last = span(meal)
    later = [
        span(row)[0]
        for _, row in look.of("periods", meal.school)
        if _same_people(row, meal) and span(row)[0] >= last
    ]
    return min(later, default=24 * 60) - first


def _eaters(look: Look, meal: Period, classes: Iterable[Class]) -> float:
    """Those of some classes who eat at the same time as a meal, in its fullest batch.

    Even batches are the best that any staggering can do.
    """
    same_time = [
        row
        for row in _meals(look, meal.school)
        if row.kind is meal.kind and meet(span(row), span(meal))
    ]
    return sum(
        max(
            (
                counted(row.who, klass)
                for row in same_time
                if row.grade in ("", klass.grade)
            ),
            default=0,
        )
        / _batches(look, klass)
        for klass in classes
    )


def _batches(look: Look, klass: Class) -> int:
    return max(
        (
            row.batches
            for _, row in look.of("measures", klass.school)
            if isinstance(row, StaggeredDining) and in_scope(row.scope, klass)
        ),
        default=1,
    )


def _bedless(
    where: Any, name: str, rooms: Iterable[Zone], classes: Iterable[Class]
) -> Iterator[Problem]:
    beds = sum(capacity(room) or 0 for room in rooms)
    came = sum(row.boarders for row in classes)
    if came > beds:
        yield TOO_FEW_BEDS.at(where, name=name, came=came, beds=beds, over=came - beds)


def _arrivals(look: Look) -> Iterator[tuple[Zone, int, float, int]]:
    """Gate, students who come in, seconds each, minutes of the arrival period."""
    for school in look.detailed:
        checks = [
            row
            for _, row in look.of("measures", school.code)
            if isinstance(row, GateCheck)
        ]
        periods = [
            row
            for _, row in look.of("periods", school.code)
            if row.kind is PeriodKind.ARRIVAL
        ]
        if not (checks and periods):
            continue
        window = sum(last - first for first, last in map(span, periods[:1]))
        for gate in look.zones_of(school.code, ZoneKind.GATE):
            came = sum(
                klass.students - klass.boarders
                for klass in look.own_classes(school.code)
                if klass.gate == gate.code
            )
            if gate.lanes is not None:
                yield gate, came, max(row.seconds for row in checks), window


def _isolates(duty: Duty) -> bool:
    named = duty.code.partition("-")[0] == "isolation"
    says = any(word in duty.name for word in ISOLATES)
    return named or (duty.in_place is InPlace.RESPONSE and says)


def _covers(duty: Duty, part: tuple[int, int]) -> bool:
    """Whether a duty's hours hold a part of the night; without hours: whenever needed."""
    if duty.start is None or duty.end is None:
        return True
    first, last = _hours(duty)
    shifts = (0, 24 * 60)
    return any(first + s <= part[0] and part[1] <= last + s for s in shifts)


def _hours(duty: Duty) -> tuple[int, int]:
    if duty.start is None or duty.end is None:
        return 0, 24 * 60
    return minutes(duty.start, duty.end)


def _by_person(look: Look) -> dict[tuple[str, str], list[tuple[int, Duty]]]:
    owned: dict[tuple[str, str], list[tuple[int, Duty]]] = defaultdict(list)
    for n, row in enumerate(look.plan.duties):
        if row.person:
            owned[row.school, row.person].append((n, row))
    return owned


def _at_once(duties: Iterable[Duty]) -> Iterator[tuple[int, int]]:
    """Each hour of the day, and how many duties run in it."""
    spans = [_hours(row) for row in duties]
    for hour in range(24):
        now = hour * 60, hour * 60 + 60
        yield hour, sum(meet(now, one) for one in spans)


def _expired(look: Look, row: Supply) -> bool:
    return row.expires is not None and row.expires < look.plan.district.drawn_up


def _same_people(a: Period, b: Period) -> bool:
    days = set(a.days) & set(b.days)
    grades = not a.grade or not b.grade or a.grade == b.grade
    return bool(days and grades and parts(a.who) & parts(b.who))


def _clock(row: Period) -> str:
    return f"{row.start:%H:%M}–{row.end:%H:%M}"


def _gaps(rows: list[Period]) -> Iterator[tuple[str, int]]:
    """Name of the period before a gap, minutes of the gap."""
    latest, name = None, ""
    for row in rows:
        first, last = span(row)
        if latest is not None and first > latest:
            yield name, first - latest
        if latest is None or last > latest:
            latest, name = last, row.name
