"""Does what the plan says of the staggered return 错峰返校 agree with itself and its dates?"""

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from bihuan.base.problems import Problem, error, warning
from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.plan.check.look import Look, pairs
from bihuan.plan.holidays import public
from bihuan.plan.measures import StagedOpening
from bihuan.plan.plan import Order, Plan
from bihuan.plan.tuning import TUNED, tuned
from bihuan.plan.words import DayKind, OrderKind, Tuning

SAME_GRADE = error(
    "P220",
    N_("同胞的两个年级是同一个：{came}。"),
    N_("改成两个不同的年级；同年级的不用填。"),
)
NO_PAIRS = error(
    "P221",
    N_("{came}的同胞对数是 {pairs}，至少应为 1。"),
    N_("填上家庭数，或删去这一行。"),
)
PAIR_TWICE = error(
    "P222",
    N_("{came}的同胞写了两遍，第一遍在 {first}。"),
    N_("合成一行；两个年级先后不论。"),
)
NO_OTHER_GRADE = error(
    "P223",
    N_("{school}没有年级「{came}」；最接近的是「{closest}」。"),
    N_("改成该校已有的年级。"),
)
GRADE_DIFFERS = error(
    "P224",
    N_("{grade}填学生 {came} 人，各班相加是 {sum} 人。"),
    N_("改年级的学生数，或改班级的学生数。"),
)
GRADES_DIFFER = error(
    "P225",
    N_("{school}填学生 {came} 人，各年级相加是 {sum} 人。"),
    N_("改学校的学生数，或改年级的学生数。"),
)
MORE_RIDERS = error(
    "P226",
    N_("{grade}乘客车返校 {came} 人，多于学生 {students} 人。"),
    N_("核对这两个人数。"),
)
NEGATIVE = error(
    "P227",
    N_("{kind}的每日数量是 {came}，不能小于 0。"),
    N_("改成 0 或更大的数；没有限制的删去这一行。"),
)
OUT_OF_BOUNDS = error(
    "P228",
    N_("{kind}是 {came}，应在 {low} 至 {high} 之间。"),
    N_("改成范围内的数，或删去这一行用默认值。"),
)
NOT_WHOLE = error(
    "P229",
    N_("{kind}是 {came}，应为整数。"),
    N_("改成整数。"),
)
CAPACITY_REVERSED = error(
    "P515",
    N_("{kind}的截止日期 {came} 早于起始日期 {allowed}。"),
    N_("改两个日期。"),
)
TWO_FIXED = error(
    "P516",
    N_("年级序号 {level} 有两个统一日期：{came} 和 {allowed}（{order}）。"),
    N_("向上级核实，只留一个。"),
)
WINDOW_EMPTY = error(
    "P517",
    N_(
        "年级序号 {level} 不早于 {came}，又不晚于 {allowed}，没有一天可排；另一条是 {order}。"
    ),
    N_("向上级核实，改其中一个日期。"),
)
FIXED_OUTSIDE = error(
    "P518",
    N_("年级序号 {level} 统一于 {came}，又{kind} {allowed}；另一条是 {order}。"),
    N_("向上级核实，改其中一个日期。"),
)
OUTSIDE_TERM = error(
    "P519",
    N_("{what}是 {came}，排期只从 {first} 到 {last}。"),
    N_("改日期，或改全区县的开学日、错峰设置的排期天数。"),
)
FIXED_ON_HOLIDAY = warning(
    "P520",
    N_("{what}是 {came}，这天不上课。"),
    N_("核对日期；确定要返校的，在校历里写明这天上课。"),
)
READY_LATE = error(
    "P521",
    N_("{school} {allowed} 通过核验，却写着 {came} 才具备条件。"),
    N_("改其中一个日期。"),
)
SATURDAY: Final = 5


def term(plan: Plan) -> tuple[date, date]:
    """First and last day on which a batch may open."""
    days = min(max(tuned(plan, Tuning.TERM), 1), TUNED[Tuning.TERM].high)
    return plan.district.opens, plan.district.opens + timedelta(days=int(days) - 1)


def orders_agree(look: Look) -> Iterator[Problem]:
    """Orders for one level that cannot both be kept, told at the later row."""
    for (_, a), (n, b) in pairs(list(enumerate(look.plan.orders))):
        together = a.stage is None or b.stage is None or a.stage is b.stage
        if a.level == b.level and together:
            where = look.plan.where("orders", n, "date")
            yield from _against(a, b, where)


def orders_in_term(look: Look) -> Iterator[Problem]:
    """Orders whose date leaves nothing of the term."""
    first, last = term(look.plan)
    for n, row in enumerate(look.plan.orders):
        early = row.kind is not OrderKind.NOT_BEFORE and row.date < first
        late = row.kind is not OrderKind.NOT_AFTER and row.date > last
        if early or late:
            yield OUTSIDE_TERM.at(
                look.plan.where("orders", n, "date"),
                what=row.kind.label,
                came=row.date,
                first=first,
                last=last,
            )


def openings_in_term(look: Look) -> Iterator[Problem]:
    """Published dates after the last day; those before the first are told elsewhere."""
    first, last = term(look.plan)
    for n, row in enumerate(look.plan.measures):
        if isinstance(row, StagedOpening) and row.opens > last:
            where = look.plan.where("measures", n, "opens")
            yield OUTSIDE_TERM.at(
                where, what=row.label, came=row.opens, first=first, last=last
            )


def dates_on_holidays(look: Look) -> Iterator[Problem]:
    """Dates from above, and locked ones, on which nobody is taught."""
    district = {row.date: row.kind for row in look.plan.calendar if not row.school}
    own = {(row.school, row.date): row.kind for row in look.plan.calendar}
    for n, order in enumerate(look.plan.orders):
        if order.kind is OrderKind.FIXED and not _taught(order.date, district):
            where = look.plan.where("orders", n, "date")
            yield FIXED_ON_HOLIDAY.at(where, what=order.kind.label, came=order.date)
    for n, row in enumerate(look.plan.measures):
        if not (isinstance(row, StagedOpening) and row.locked):
            continue
        kind = own.get((row.school, row.opens))
        days = district if kind is None else {row.opens: kind}
        if not _taught(row.opens, days):
            where = look.plan.where("measures", n, "opens")
            yield FIXED_ON_HOLIDAY.at(where, what=row.label, came=row.opens)


def capacities(look: Look) -> Iterator[Problem]:
    """Capacities below nothing, or that end before they start."""
    for n, row in enumerate(look.plan.capacities):
        words = {"kind": row.kind.label}
        if row.amount < 0:
            where = look.plan.where("capacities", n, "amount")
            yield NEGATIVE.at(where, came=row.amount, **words)
        if row.end and row.end < row.start:
            where = look.plan.where("capacities", n, "end")
            yield CAPACITY_REVERSED.at(where, came=row.end, allowed=row.start, **words)


def amounts(look: Look) -> Iterator[Problem]:
    """Settings out of their bounds, fractions of what is whole."""
    for n, row in enumerate(look.plan.staging):
        bounds, where = TUNED[row.kind], look.plan.where("staging", n, "amount")
        words = {"kind": row.kind.label, "came": f"{row.amount:g}"}
        if not bounds.low <= row.amount <= bounds.high or math.isinf(row.amount):
            low, high = f"{bounds.low:g}", f"{bounds.high:g}"
            high = "∞" if math.isinf(bounds.high) else high
            yield OUT_OF_BOUNDS.at(where, low=low, high=high, **words)
        elif bounds.whole and not float(row.amount).is_integer():
            yield NOT_WHOLE.at(where, **words)


def readiness(look: Look) -> Iterator[Problem]:
    """Schools that passed before they could be inspected, or are ready after the term."""
    first, last = term(look.plan)
    for n, row in enumerate(look.plan.schools):
        where = look.plan.where("schools", n, "ready")
        if row.ready and row.accepted and row.accepted < row.ready:
            yield READY_LATE.at(
                where, school=row.name, came=row.ready, allowed=row.accepted
            )
        elif row.ready and row.ready > last and not row.accepted:
            what = N_("具备核验条件的日期")
            yield OUTSIDE_TERM.at(
                where, what=what, came=row.ready, first=first, last=last
            )


def sibling_rows(look: Look) -> Iterator[Problem]:
    """Siblings of one grade with itself, of no families, twice."""
    seen: dict[frozenset[tuple[str, str]], int] = {}
    for n, row in enumerate(look.plan.siblings):
        where = look.plan.where("siblings", n, "pairs")
        one, other = (row.school, row.grade), (row.other_school, row.other_grade)
        came = f"{row.school} {row.grade}"
        if one == other:
            yield SAME_GRADE.at(where, came=came)
        if row.pairs < 1:
            yield NO_PAIRS.at(where, came=came, pairs=row.pairs)
        earlier = seen.setdefault(frozenset((one, other)), n)
        if earlier != n:
            first = look.plan.where("siblings", earlier)
            yield PAIR_TWICE.at(where, came=came, first=first)


def other_grades(look: Look) -> Iterator[Problem]:
    """Siblings in a grade that the other school does not have."""
    for n, row in enumerate(look.plan.siblings):
        school = look.plan.by_code.get(row.other_school)
        if school and (row.other_school, row.other_grade) not in look.grades:
            closest = look.closest(("grades",), row.other_school, row.other_grade)
            yield NO_OTHER_GRADE.at(
                look.plan.where("siblings", n, "other_grade"),
                school=school.name,
                came=row.other_grade,
                closest=closest or "—",
            )


def heads(look: Look) -> Iterator[Problem]:
    """Grades whose students are not those of their classes, whose riders are too many."""
    taught: dict[tuple[str, str], int] = {}
    for row in look.plan.classes:
        if not row.within:
            key = (row.school, row.grade)
            taught[key] = taught.get(key, 0) + row.students
    for n, grade in enumerate(look.plan.grades):
        found = taught.get((grade.school, grade.code))
        if found and grade.students and grade.students != found:
            where = look.plan.where("grades", n, "students")
            yield GRADE_DIFFERS.at(
                where, grade=grade.name, came=grade.students, sum=found
            )
        students = found or grade.students
        if grade.riders > students:
            where = look.plan.where("grades", n, "riders")
            yield MORE_RIDERS.at(
                where, grade=grade.name, came=grade.riders, students=students
            )


def grade_sums(look: Look) -> Iterator[Problem]:
    """Schools by counts whose grades do not add up to their students."""
    for n, school in enumerate(look.plan.schools):
        rows = [grade.students for _, grade in look.of("grades", school.code)]
        told = rows and all(rows) and not look.of("classes", school.code)
        if told and school.students and school.students != sum(rows):
            where = look.plan.where("schools", n, "students")
            yield GRADES_DIFFER.at(
                where, school=school.name, came=school.students, sum=sum(rows)
            )


CHECKS: Final[tuple[Callable[[Look], Iterator[Problem]], ...]] = (
    orders_agree,
    orders_in_term,
    openings_in_term,
    dates_on_holidays,
    capacities,
    amounts,
    readiness,
    sibling_rows,
    other_grades,
    heads,
    grade_sums,
)


def _against(a: Order, b: Order, where: Where) -> Iterator[Problem]:
    """What is wrong with two orders of a level together."""
    one, other = sorted((a, b), key=lambda order: _RANK[order.kind])
    words = {"level": a.level, "order": a.code}
    came, allowed = one.date, other.date
    if other.kind is OrderKind.FIXED and came != allowed:
        yield TWO_FIXED.at(where, came=b.date, allowed=a.date, **words)
    elif one.kind is OrderKind.FIXED:
        early = other.kind is OrderKind.NOT_BEFORE and came < allowed
        late = other.kind is OrderKind.NOT_AFTER and came > allowed
        if early or late:
            kind = other.kind.label
            yield FIXED_OUTSIDE.at(
                where, came=came, kind=kind, allowed=allowed, **words
            )
    elif one.kind is not other.kind and came > allowed:
        yield WINDOW_EMPTY.at(where, came=came, allowed=allowed, **words)


_RANK: Final = {OrderKind.FIXED: 0, OrderKind.NOT_BEFORE: 1, OrderKind.NOT_AFTER: 2}


def _taught(on: date, rows: Mapping[date, DayKind]) -> bool:
    """Whether a day is a school day: its row, else the public calendar, else the week."""
    row = rows.get(on)
    if row is not None:
        return row is DayKind.SCHOOL_DAY
    off, made_up = public(on.year)
    return on in made_up or (on not in off and on.weekday() < SATURDAY)
