"""The enrolment 学籍名册: who is in which class, as a school hands it in, thousands of rows at once.

Unlike the plan, whose people have no name, the roster is personal; it is read here and
kept by the site alone, its personal fields encrypted.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bihuan.base.problems import Problem, error, warning
from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.plan.build import build_rows
from bihuan.plan.load.headers import Column, Sheet
from bihuan.plan.load.package import Refused
from bihuan.plan.load.workbook import NO_HEADER, Page, open_book, stream_table

TWICE: Final = error(
    "P130",
    N_("学号「{came}」在 {other} 已经有了。"),
    N_("请核对是不是同一个人；是就删去一行，不是就改正学号。"),
)
BAD_ID: Final = error(
    "P131",
    N_("身份证号「{came}」不对：应是18位，最后一位校验不符。"),
    N_("请照证件改正；不知道就空着。"),
)
BAD_PHONE: Final = warning(
    "P132",
    N_("电话「{came}」不像一个电话号码，没有读。"),
    N_("请填11位手机号，或带区号的座机。"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A row of the roster: a pupil and where he sits, sleeps, eats and rides."""

    school: str = ""
    grade: str
    klass: str
    name: str
    code: str
    sex: str = ""
    born: dt.date | None = None
    id_number: str = ""
    phone: str = ""
    address: str = ""
    seat: int = 0
    boards: bool = False
    building: str = ""
    room: str = ""
    bed: str = ""
    hall: str = ""
    table: str = ""
    bus: str = ""


ENROLMENT: Final = Sheet(
    table="enrolment",
    zh="名册",
    en="Enrolment",
    note=N_("每个学生一行；学号相同就是同一个人。"),
    types=(Entry,),
    key=("grade", "klass", "name", "code"),
    columns=(
        Column(name="school", zh="学校", en="School", note=N_("单校上报可以空着")),
        Column(name="grade", zh="年级", en="Grade", example="高三"),
        Column(name="klass", zh="班级", en="Class", example="高三(1)班"),
        Column(name="name", zh="姓名", en="Name", example="示例"),
        Column(name="code", zh="学号", en="Student number", example="20230101"),
        Column(name="sex", zh="性别", en="Sex", example="女"),
        Column(name="born", zh="出生日期", en="Born"),
        Column(name="id_number", zh="身份证号", en="ID number"),
        Column(name="phone", zh="家长电话", en="Guardian's phone", also=("电话",)),
        Column(name="address", zh="家庭地址", en="Address"),
        Column(name="seat", zh="座号", en="Seat", low=0, high=200),
        Column(name="boards", zh="是否寄宿", en="Boards"),
        Column(name="building", zh="宿舍楼", en="Building"),
        Column(name="room", zh="寝室", en="Room"),
        Column(name="bed", zh="床位", en="Bed"),
        Column(name="hall", zh="餐厅", en="Hall"),
        Column(name="table", zh="餐桌", en="Table"),
        Column(name="bus", zh="校车", en="Bus"),
    ),
)
_PHONE: Final = re.compile(r"\+?\d[\d -]{5,18}\d")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""Weights and check characters of GB 11643-1999."""
_CHECKS: Final = "10X98765432"


@dataclass(frozen=True, slots=True)
class Line:
    """An entry and the place it was written at."""

    entry: Entry
    where: Where


def read_enrolment(path: Path, heard: list[Problem]) -> tuple[Line, ...]:
    """The roster of a workbook's first filled sheet; bad rows are told and left out."""
    try:
        return tuple(_sound(_lines(_page(path), heard), heard))
    except Refused as refused:
        heard.append(refused.kind.at(Where(path.name), **refused.words))
        return ()


def id_is_sound(number: str) -> bool:
    """Whether an identity number has its 18 characters and its check character."""
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return False
    total = sum(int(d) * w for d, w in zip(number[:17], _WEIGHTS, strict=True))
    return _CHECKS[total % 11] == number[17]


def _page(path: Path) -> Page:
    book = open_book(path)
    filled = [name for name in book.names if book.filled(name)]
    return book.page(filled[0] if filled else book.names[0])


def _lines(page: Page, heard: list[Problem]) -> Iterator[Line]:
    if not page.grid:
        allowed = "、".join(column.label for column in ENROLMENT.columns[:6])
        heard.append(NO_HEADER.at(page.where(0, 0), allowed=allowed))
        return
    table = stream_table(ENROLMENT, page, heard)
    for built in build_rows(ENROLMENT, table, heard):
        if not built.bad:
            yield _checked(Line(Entry(**built.values), built.places[""]), heard)


def _checked(line: Line, heard: list[Problem]) -> Line:
    """The line, its identity number and telephone looked at."""
    entry = line.entry
    number = entry.id_number.upper().replace(" ", "")
    if number and not id_is_sound(number):
        heard.append(BAD_ID.at(line.where, came=masked(number)))
    phone = entry.phone.strip()
    if phone and not _PHONE.fullmatch(phone):
        heard.append(BAD_PHONE.at(line.where, came=phone[:20]))
        phone = ""
    if (number, phone) == (entry.id_number, entry.phone):
        return line
    values = {name: getattr(entry, name) for name in Entry.__dataclass_fields__}
    return Line(Entry(**{**values, "id_number": number, "phone": phone}), line.where)


def _sound(lines: Iterator[Line], heard: list[Problem]) -> Iterator[Line]:
    """Lines whose student number comes once in its school and whose id is sound."""
    first: dict[str, dict[str, Where]] = defaultdict(dict)
    for line in lines:
        entry, seen = line.entry, first[line.entry.school]
        if entry.code in seen:
            other = seen[entry.code].cell
            heard.append(TWICE.at(line.where, came=entry.code, other=other))
        elif not entry.id_number or id_is_sound(entry.id_number):
            seen[entry.code] = line.where
            yield line


def masked(number: str) -> str:
    """An identity number as messages show it: 4101**********1234."""
    return number[:4] + "*" * max(0, len(number) - 8) + number[-4:]
