"""A calendar from a sheet filled in by hand, with the place of every date."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bihuan.base.ids import ClassCode, GradeCode, SchoolCode
from bihuan.base.problems import Problem, error
from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.plan.load.cells import closest
from bihuan.plan.load.package import Refused
from bihuan.plan.load.workbook import Book, open_book, read_table
from bihuan.plan.names import class_key, folded, grade_key
from bihuan.plan.people import Class, Grade
from bihuan.plan.plan import Plan
from bihuan.plan.words import ZoneKind
from bihuan.stagger.answer import Calendar, Opening, Status
from bihuan.stagger.hand.sheet import SHEET, TITLE, Filled, filled
from bihuan.stagger.verify.asked import Asked

NO_SHEET: Final = error(
    "G382",
    N_("没有工作表「{allowed}」；有：{came}。"),
    N_("请用 bihuan stagger calendar 写出的工作簿，工作表名称不要改。"),
)
NO_SCHOOL: Final = error(
    "G383",
    N_("预案里没有学校「{came}」；最接近的是「{closest}」。"),
    N_("改成预案里的学校名称或代码。"),
)
NO_GRADE: Final = error(
    "G384",
    N_("{school}没有年级「{came}」；最接近的是「{closest}」。"),
    N_("改成预案里的年级名称或代码。"),
)
NO_CLASS: Final = error(
    "G385",
    N_("{school}没有班级「{came}」；最接近的是「{closest}」。"),
    N_("改成预案里的班级名称或代码。"),
)
OTHER_GRADE: Final = error(
    "G386",
    N_("{school}的{klass}是{allowed}的，这里写的是「{came}」。"),
    N_("改正年级或班级。"),
)
TWO_DATES: Final = error(
    "G387",
    N_("{school}{grade}写了两个返校日期：{first} 和 {came}。"),
    N_("一个年级同一天返校；只留一个日期。"),
)
CLASS_COUNT: Final = error(
    "G388",
    N_("{school}{klass}写的是 {came} 人，预案是 {allowed} 人。"),
    N_("改成预案的人数；人数变了，先改预案。"),
)
NO_GATE: Final = error(
    "G389",
    N_("{school}没有校门「{came}」；最接近的是「{closest}」。"),
    N_("改成预案里的校门名称或代码。"),
)
NO_LANE: Final = error(
    "G390",
    N_("{gate}写的是 {came} 号通道，只有 {allowed} 条。"),
    N_("改成 1 到 {allowed}。"),
)
Key = tuple[SchoolCode, GradeCode]


@dataclass(frozen=True)
class Hand:
    """What a sheet says, the place of each grade's date, what is wrong with its cells."""

    calendar: Calendar
    places: Mapping[Key, Where]
    problems: tuple[Problem, ...]


def read_hand(path: Path, plan: Plan) -> Hand:
    """Read a calendar made or mended by hand; a grade without a date is left open."""
    heard: list[Problem] = []
    try:
        rows = list(_rows(path, heard))
    except Refused as refused:
        heard.append(refused.kind.at(Where(path.name), **refused.words))
        rows = []
    reader = _Reader(plan, heard)
    for row in rows:
        reader.take(row)
    return Hand(reader.calendar(), reader.places, tuple(heard))


def _rows(path: Path, heard: list[Problem]) -> Iterator[Filled]:
    """The rows of the sheet that are not blank."""
    book = open_book(path)
    name = _named(book)
    if name is None:
        came = "、".join(book.names[:9])
        heard.append(NO_SHEET.at(Where(path.name), came=came, allowed=TITLE))
        return
    for row in read_table(SHEET, book.page(name), heard).rows:
        if made := filled(row, heard):
            yield made


def _named(book: Book) -> str | None:
    """The sheet by its name, else the only one that holds something."""
    for name in book.names:
        if folded(name) in SHEET.known_as:
            return name
    full = [name for name in book.names if book.filled(name)]
    return full[0] if len(full) == 1 else None


class _Reader:
    """Rows as they come, resolved against the plan."""

    def __init__(self, plan: Plan, heard: list[Problem]) -> None:
        self.asked = Asked(plan)
        self.heard = heard
        self.places: dict[Key, Where] = {}
        self._dates: dict[Key, Filled] = {}
        self._counts: dict[Key, list[Filled]] = defaultdict(list)
        self._classes: dict[Key, dict[ClassCode, list[Filled]]] = {}
        self._by_name = _names((s.code, s.code, s.name) for s in plan.schools)

    def take(self, row: Filled) -> None:
        """One row: whose it is, what is wrong with it, its date."""
        school = self._school(row)
        grade = self._grade(row, school) if school else None
        if not school or not grade:
            return
        key = (school, grade.code)
        klass = self._class(row, grade) if row.line.klass else None
        if row.line.klass and klass is None:
            return
        self._gate(row, school)
        if klass:
            own = self._classes.setdefault(key, {})
            own.setdefault(klass.code, []).append(row)
        else:
            self._counts[key].append(row)
        self._date(row, key)

    def _school(self, row: Filled) -> SchoolCode | None:
        came = row.line.school
        if found := self._by_name.get(folded(came)):
            return SchoolCode(found)
        near = closest(folded(came), self._by_name)
        name = (
            self.asked.plan.by_code[SchoolCode(self._by_name[near])].name
            if near
            else "—"
        )
        self.heard.append(NO_SCHOOL.at(row.where("school"), came=came, closest=name))
        return None

    def _grade(self, row: Filled, school: SchoolCode) -> Grade | None:
        own = [g for g in self.asked.plan.grades if g.school == school]
        came, level = row.line.grade, grade_key(row.line.grade)
        for grade in own:
            if folded(came) in (folded(grade.code), folded(grade.name)):
                return grade
        for grade in own:
            if level is not None and grade.level == level:
                return grade
        near = closest(came, [g.name for g in own]) or "—"
        name = self.asked.plan.by_code[school].name
        self.heard.append(
            NO_GRADE.at(row.where("grade"), school=name, came=came, closest=near)
        )
        return None

    def _class(self, row: Filled, grade: Grade) -> Class | None:
        own = [
            c
            for c in self.asked.plan.classes
            if c.school == grade.school and not c.within
        ]
        came, key = row.line.klass, class_key(row.line.klass)
        name = self.asked.plan.by_code[grade.school].name
        found = next(
            (c for c in own if folded(came) in (folded(c.code), folded(c.name))), None
        ) or next((c for c in own if key and class_key(c.name) == key), None)
        if found is None:
            near = closest(came, [c.name for c in own]) or "—"
            self.heard.append(
                NO_CLASS.at(row.where("klass"), school=name, came=came, closest=near)
            )
        elif found.grade != grade.code:
            self.heard.append(
                OTHER_GRADE.at(
                    row.where("grade"),
                    school=name,
                    klass=found.name,
                    came=row.line.grade,
                    allowed=found.grade,
                )
            )
            return None
        return found

    def _gate(self, row: Filled, school: SchoolCode) -> None:
        """The gate and the lane, where they are filled in."""
        if not row.line.gate:
            return
        gates = [
            z
            for z in self.asked.plan.zones
            if z.school == school and z.kind is ZoneKind.GATE
        ]
        came = folded(row.line.gate)
        found = next(
            (z for z in gates if came in (folded(z.code), folded(z.name))), None
        )
        name = self.asked.plan.by_code[school].name
        if found is None:
            near = closest(row.line.gate, [z.name for z in gates]) or "—"
            words = {"school": name, "came": row.line.gate, "closest": near}
            self.heard.append(NO_GATE.at(row.where("gate"), **words))
        elif row.line.lane and found.lanes and row.line.lane > found.lanes:
            where = row.where("lane")
            self.heard.append(
                NO_LANE.at(
                    where, gate=found.name, came=row.line.lane, allowed=found.lanes
                )
            )

    def _date(self, row: Filled, key: Key) -> None:
        """The date of a grade; every row that has one must have the same."""
        if row.line.date is None:
            return
        first = self._dates.setdefault(key, row)
        self.places.setdefault(key, row.where("date"))
        if first.line.date != row.line.date:
            self.heard.append(
                TWO_DATES.at(
                    row.where("date"),
                    school=self.asked.plan.by_code[key[0]].name,
                    grade=row.line.grade,
                    first=first.line.date,
                    came=row.line.date,
                )
            )

    def calendar(self) -> Calendar:
        """Grades of a batch that have one date together, in the plan's batches."""
        self._count()
        openings = [
            opening
            for batch in self.asked.batches
            for opening in self._of(batch.grades, batch.school)
        ]
        return Calendar(status=Status.FOUND, openings=tuple(openings), engine="hand")

    def _of(
        self, grades: tuple[GradeCode, ...], school: SchoolCode
    ) -> Iterator[Opening]:
        """A batch as it was filled in: one opening a date."""
        by_date: dict[object, list[GradeCode]] = {}
        for code in grades:
            if row := self._dates.get((school, code)):
                by_date.setdefault(row.line.date, []).append(code)
        for codes in by_date.values():
            first = self._dates[school, codes[0]].line.date
            if first:
                batch = self.asked.batch(school, tuple(codes))
                yield Opening(
                    school=school,
                    grades=batch.grades,
                    date=first,
                    why=batch.why,
                    students=sum(self._students((school, code)) for code in codes),
                )

    def _students(self, key: Key) -> int:
        """What the sheet says of a grade, where it says it of the whole."""
        told = [row.line.students for row in self._counts[key]]
        whole = self.asked.students(*key)
        return told[0] if told and told[0] is not None else whole

    def _count(self) -> None:
        """Classes whose number is not the plan's, a class in two groups taken together."""
        known = {(c.school, c.code): c for c in self.asked.plan.classes}
        for (school, _grade), classes in self._classes.items():
            for code, rows in classes.items():
                numbers = [r.line.students for r in rows if r.line.students is not None]
                klass = known[school, code]
                if len(numbers) == len(rows) and sum(numbers) != klass.students:
                    self.heard.append(
                        CLASS_COUNT.at(
                            rows[-1].where("students"),
                            school=self.asked.plan.by_code[school].name,
                            klass=klass.name,
                            came=sum(numbers),
                            allowed=klass.students,
                        )
                    )


def _names(rows: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    known: dict[str, str] = {}
    for code, *names in rows:
        known |= {folded(name): code for name in names}
    return known
