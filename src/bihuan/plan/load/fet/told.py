"""What is told of a FET file while it is read, and how its names are found."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from bihuan.base.problems import Kind, Problem, error, warning
from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.plan.load.fet.rows import Row, Rows

DAYS, HOURS = N_("天的名称"), N_("节次的名称")
TEACHERS, STUDENTS = N_("教师名单"), N_("学生组")
ROOMS, ACTIVITIES = N_("教室名单"), N_("课的编号")
DURATION = N_("1 到 100 的整数")
MOST: Final = 100
"""Problems of one kind that are listed one by one."""
MUST: Final = 100.0
"""Percent: weight of a constraint that must hold."""

TOO_MANY_SETS = error(
    "F107",
    N_("学生组太多：组数乘以最小组数是 {came}，最多读 {allowed}。"),
    N_("请确认是一所学校的课表；几所学校请分开保存。"),
)
MISSING_LIST = error(
    "F110",
    N_("文件里没有「{came}」。"),
    N_("课表要有天、节次、教师、学生、课程各一张表；请在 FET 里重新保存。"),
)
EMPTY_LIST = warning(
    "F111",
    N_("「{came}」是空的。"),
    N_("请在 FET 里补上，否则接触情况算不出来。"),
)
NOT_SOLVED = warning(
    "F112",
    N_("{came} 门课都没有排进课表，谁在何时何地与谁上课算不出来，按 0 计。"),
    N_("请在 FET 里生成课表，再保存「数据和课表」文件。"),
)
NOT_PLACED = warning(
    "F113",
    N_("{allowed} 门课里有 {came} 门没有排进课表，不计入接触。"),
    N_("请在 FET 里生成完整课表，再保存「数据和课表」文件。"),
)
UNKNOWN = warning(
    "F114",
    N_("「{came}」不在{allowed}里。"),
    N_("请在 FET 里改正名称；这一处按没有填处理。"),
)
UNLISTED = warning(
    "F115",
    N_("「{came}」不在{allowed}里，按新的一项加上。"),
    N_("请在 FET 里补上这一项或改正名称。"),
)
TWICE = warning(
    "F116",
    N_("{allowed}「{came}」出现了不止一次。"),
    N_("名称相同的按同一项处理，编号相同的课各算一门；请在 FET 里改正。"),
)
DISAGREE = warning(
    "F117",
    N_("{allowed} 个学生组的人数没有填或上下级对不上，第一个是「{came}」。"),
    N_("按最上一级的人数往下分；请在 FET 里核对人数。"),
)
NO_NUMBER = warning(
    "F118",
    N_("「{came}」不是{allowed}。"),
    N_("请在 FET 里改正；这一处按 {used} 处理。"),
)
OVER_END = warning(
    "F119",
    N_("有课排到了一天最后一节以后，共 {came} 门。"),
    N_("请在 FET 里重新排课；多出的节次接在最后一节之后。"),
)
UNEVEN = warning(
    "F120",
    N_("半天模式下应有双数个半天，这里是 {came} 个，按整天处理。"),
    N_("请在 FET 里核对上午、下午是否成对。"),
)

NO_TIMES = warning(
    "F121",
    N_("从节次名称（{came}……）看不出上课时间，按默认作息排。"),
    N_("想用本校的时间，请在 FET 里把节次写成「08:00-08:45」这样再保存。"),
)

MORE = warning(
    "F122",
    N_("同类问题 [{allowed}] 还有 {came} 处没有列出。"),
    N_("请先改正列出的，再读一次。"),
)


@dataclass(slots=True)
class Told:
    """Problems found in a file so far, and where each row of the plan was written."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    places: dict[tuple[str, int], dict[str, Where]] = field(default_factory=dict)
    _seen: set[tuple[str, str, str]] = field(default_factory=set)
    _times: Counter[str] = field(default_factory=Counter)
    _rows: Counter[str] = field(default_factory=Counter)

    def tell(self, kind: Kind, line: int, **words: object) -> None:
        """Note a problem, of one kind and one name only the first."""
        key = (kind.code, str(words.get("allowed")), str(words.get("came")))
        if key in self._seen:
            return
        self._seen.add(key)
        self._times[kind.code] += 1
        if self._times[kind.code] <= MOST:
            self.problems.append(kind.at(self.where(line), **words))

    def tell_rest(self) -> None:
        """Say how many problems of a kind are not listed."""
        for code, times in self._times.items():
            if times > MOST:
                rest = MORE.at(Where(file=self.file), came=times - MOST, allowed=code)
                self.problems.append(rest)

    def place(self, table: str, line: int) -> None:
        """Note where the next row of a table was written."""
        self.places[table, self._rows[table]] = {"": self.where(line)}
        self._rows[table] += 1

    def where(self, line: int) -> Where:
        """A line of the file."""
        return Where(file=self.file, cell=str(line))


class Names:
    """Keys of a list: found as written, else without the blanks around them."""

    def __init__(self, names: Iterable[str]) -> None:
        self.number = {name: n for n, name in enumerate(dict.fromkeys(names))}
        bare = Counter(name.strip() for name in self.number)
        self._bare = {n.strip(): n for n in self.number if bare[n.strip()] == 1}

    def find(self, name: str) -> str | None:
        """The key meant by a name."""
        return name if name in self.number else self._bare.get(name.strip())

    def add(self, name: str) -> str:
        """One more key."""
        self.number.setdefault(name, len(self.number))
        return name


def keys(rows: Rows, name: str, what: str, told: Told) -> Names:
    """Names of a list's rows; a name listed twice is told."""
    seen: dict[str, None] = {}
    for row in rows.of(name):
        key = row.first("Name")
        if key in seen:
            told.tell(TWICE, row.line, came=key, allowed=what)
        if key.strip():
            seen[key] = None
    return Names(seen)


def binding(rows: Rows, name: str, tag: str) -> Iterator[Row]:
    """Constraints in force that must hold."""
    return (row for row in rows.of(name, tag) if is_active(row) and _must_hold(row))


def is_active(row: Row) -> bool:
    """FET writes true and false, early versions yes and no, before that nothing."""
    return row.first("Active").strip().lower() not in ("false", "no")


def _must_hold(row: Row) -> bool:
    """Weight 100: what a solved file says; less is a wish."""
    try:
        return float(row.first("Weight_Percentage", "100")) >= MUST
    except ValueError:
        return False
