"""Reading a ledger's sheet as it comes back: what each row would do, cell by cell.

Nothing is written here. Sheets are read as `plan.load` reads a plan's: titles above the
header, merged cells, full-width digits, 无 and 否 and —, days in any of their spellings.
"""

import datetime as dt
import hashlib
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from django.db import models
from django.utils.timezone import get_current_timezone

from bihuan.base.problems import Problem, Weight
from bihuan.base.where import Where
from bihuan.base.wording import N_, _, languages, speak
from bihuan.plan.load import headers
from bihuan.plan.load.cells import (
    BAD_TIME,
    EMPTY,
    BadCell,
    Holds,
    Limits,
    Raw,
    canonical,
    is_nothing,
    parse,
    text_of,
)
from bihuan.plan.load.package import Refused as RefusedFile, cell_name
from bihuan.plan.load.rows import Cell, Row as FileRow
from bihuan.plan.load.workbook import (
    NO_HEADER,
    Page,
    find_header,
    open_book,
    read_table,
)
from bihuan.rules.access import Detail
from bihuan.web.ledgers.core import flows
from bihuan.web.ledgers.core.declare import Column, Kind, Ledger
from bihuan.web.ledgers.core.flows import Entry
from bihuan.web.ledgers.core.forms import COOLEST, HOTTEST
from bihuan.web.ledgers.core.listing import with_common
from bihuan.web.ledgers.core.persons import Names, find_unit
from bihuan.web.ledgers.core.rows import REPLACED, in_force
from bihuan.web.ledgers.core.sheet import (
    HELP,
    NUMBER,
    SIGNATURES,
    SheetColumn,
    cell_value,
    columns_of,
)
from bihuan.web.ledgers.core.sight import Sight
from bihuan.web.ledgers.core.values import masked, person_shown, said as value_said
from bihuan.web.org import scope
from bihuan.web.org.models import Person, Unit
from bihuan.web.org.scope import Actor

MOST_ROWS: Final = 5_000
"""Rows of one import: it is one transaction, and others wait for it."""
WRONG: Final = N_("错误说明")
"""Heading of the column in which bad rows are explained."""
FOOT: Final = ("说明：", "备注：", "注：", "合计")
"""How the lines below the rows begin, beside the signatures."""
NEW, CHANGE, SAME, ERROR = "new", "change", "same", "error"
_ROW: Final = re.compile(r"[0-9]+$")
_MOMENT: Final = re.compile(r"(.+?)[T\s　]+(.+)")
ABSENT: Final = object()
"""A column that the sheet does not have, so that nothing is said of it."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a cell."""

    cell: str
    said: str


@dataclass(slots=True)
class Line:
    """A row of the sheet and what it would do."""

    number: int
    """Number of the row in the sheet, from 1."""
    kind: str = ERROR
    unit: Unit | None = None
    day: dt.date | None = None
    values: dict[str, Any] = field(default_factory=dict)
    came: dict[str, Raw] = field(default_factory=dict)
    """What stood in the cells, by field."""
    old: Any = None
    wrong: list[Wrong] = field(default_factory=list)
    title: str = ""
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    """Heading, what stands there, what would."""


@dataclass(slots=True)
class Reading:
    """A sheet that was read."""

    sheet: str = ""
    lines: list[Line] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """What is wrong with the file as a whole: then nothing of it is taken."""
    remarks: list[str] = field(default_factory=list)
    page: Page | None = None
    header: int = 0
    """The last row of the header, from 0."""
    present: frozenset[str] = frozenset()
    """Keys of the columns that the sheet has."""

    def counts(self) -> dict[str, int]:
        """Rows by what they would do."""
        kinds = [line.kind for line in self.lines]
        return {kind: kinds.count(kind) for kind in (NEW, CHANGE, SAME, ERROR)}

    def digest(self) -> str:
        """A digest of what would be done, to see whether it is still the same."""
        told = [
            (
                line.number,
                line.kind,
                line.old and line.old.pk,
                _plain(line.unit),
                *_told(line),
            )
            for line in self.lines
        ]
        return hashlib.sha256(repr(told).encode()).hexdigest()


def _told(line: Line) -> tuple[Any, ...]:
    return tuple(sorted((name, _plain(value)) for name, value in line.values.items()))


@dataclass(frozen=True)
class LedgerSheet(headers.Sheet):
    """A ledger's sheet as the plan's reader knows sheets."""

    def required(self, column: headers.Column) -> bool:
        """Say nothing of a missing column here: a row that needs it says so."""
        del column
        return False


@dataclass(frozen=True)
class Reader:
    """Reads the sheet of a ledger for whoever hands it in."""

    eye: Sight
    actor: Actor
    now: dt.datetime

    @property
    def ledger(self) -> Ledger:
        """The ledger."""
        return self.eye.ledger

    @cached_property
    def columns(self) -> tuple[SheetColumn, ...]:
        """Every column the sheet may have."""
        return columns_of(self.ledger, Detail.NAMED)

    @cached_property
    def units(self) -> list[Unit]:
        """Units for which rows may be entered."""
        return list(self.eye.units)

    @cached_property
    def names(self) -> dict[int, Names]:
        """People by unit, looked up once."""
        return {}

    def read(self, content: bytes, name: str) -> Reading:
        """What each row of a workbook would do; or what is wrong with the file."""
        reading = self.laid_out(content, name)
        if reading.page is not None:
            self._fill(reading, reading.page)
        return reading

    def laid_out(self, content: bytes, name: str) -> Reading:
        """The sheet of a workbook that is the ledger's, its rows not looked at yet."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{_safe(name)}.xlsx"
            path.write_bytes(content)
            try:
                return self._laid_out(path)
            except RefusedFile as refused:
                told = refused.kind.at(Where(path.name), **refused.words)
                return Reading(problems=[str(told)])

    def _laid_out(self, path: Path) -> Reading:
        book = open_book(path)
        pages = [book.page(name) for name in book.names if book.filled(name)]
        found = [(find_header(self.sheet, page.grid), page) for page in pages]
        best = max(
            ((header, page) for header, page in found if header),
            key=lambda pair: len(pair[0].columns),
            default=None,
        )
        if best is None:
            allowed = "、".join(_(c.heading) for c in self.columns[:6])
            told = NO_HEADER.at(Where(path.name), allowed=allowed)
            return Reading(problems=[str(told)])
        header, page = best
        present = frozenset(column.name for column in header.columns.values())
        return Reading(sheet=page.name, page=page, header=header.last, present=present)

    def _fill(self, reading: Reading, page: Page) -> None:
        heard: list[Problem] = []
        rows = [*_data(read_table(self.sheet, page, heard).rows)]
        if len(rows) > MOST_ROWS:
            said = _(
                "有{n}行，一次最多导入{most}行，请分几次", n=len(rows), most=MOST_ROWS
            )
            reading.problems.append(said)
            return
        bad = self._sort_out(reading, heard)
        reading.lines = [self._line(row, reading.present, bad) for row in rows]
        _double(self.ledger, reading.lines)
        self._match(reading.lines)
        for line in reading.lines:
            self._judge(line)

    @cached_property
    def sheet(self) -> LedgerSheet:
        """The sheet with its headings in every language."""
        columns = [*map(_header, self.columns)]
        columns.append(_header(SheetColumn(key=WRONG, heading=WRONG)))
        name = self.ledger.name
        return LedgerSheet(
            table=self.ledger.slug, zh=name, en=name, note="", types=(),
            columns=tuple(columns), key=(),
        )  # fmt: skip

    def _sort_out(
        self, reading: Reading, heard: list[Problem]
    ) -> dict[int, list[Wrong]]:
        """What is wrong by row; what is about the whole sheet goes to the remarks."""
        bad: dict[int, list[Wrong]] = {}
        for problem in heard:
            place = _ROW.search(problem.where.cell)
            row = int(place[0]) if place else 0
            if problem.weight is Weight.ERROR and row > reading.header + 1:
                told = Wrong(problem.where.cell, f"{problem.said}{problem.mend}")
                bad.setdefault(row, []).append(told)
            else:
                reading.remarks.append(str(problem))
        return bad

    def _line(
        self, row: FileRow, present: frozenset[str], bad: dict[int, list[Wrong]]
    ) -> Line:
        """A row's values; a cell that does not hold what it may is told."""
        number = _number_of(row)
        line = Line(number, wrong=bad.get(number, []))
        cells = {c.key: row.cells.get(c.heading) for c in self.columns}
        self._known(line, cells)
        self._unit(line, cells)
        for column in self.columns:
            cell = cells[column.key]
            if (
                cell is None
                or cell.bad
                or not column.entered
                or column.key not in present
            ):
                continue
            if column.key in ("unit", *_NOT_FIELDS):
                continue
            self._value(line, column, cell)
        note = cells.get("note")
        if note is not None and not note.bad and "note" in present:
            line.came["note"] = note.raw
            if not self._untouched(line, "note", note.raw):
                line.values.setdefault("note", canonical(text_of(note.raw))[:300])
        line.day = line.values.pop("day", None) or (line.old and line.old.day)
        line.title = _title(cells, self.columns)
        return line

    def _known(self, line: Line, cells: Mapping[str, Cell | None]) -> None:
        """The row that the sheet's number means."""
        cell = cells[NUMBER]
        if cell is None or is_nothing(cell.raw):
            return
        text = text_of(cell.raw).strip()
        found = self.eye.rows().filter(pk=scope.row_number(text)).first()
        if found is None:
            _tell(line, cell, _("没有编号{n}的记录；新加的行请把编号空着", n=text[:20]))
        elif found.state == REPLACED:
            _tell(line, cell, _("编号{n}已经更正过，请重新导出再改", n=text[:20]))
        elif not self.eye.may(self.ledger.enter, found):
            _tell(line, cell, _("编号{n}不归您填", n=text[:20]))
        else:
            line.old = found

    def _unit(self, line: Line, cells: Mapping[str, Cell | None]) -> None:
        cell, school = cells.get("unit"), cells.get("school")
        if cell is None or is_nothing(cell.raw):
            line.unit = line.old.unit if line.old else self._only_unit()
            if line.unit is None:
                where = cell.where.cell if cell else cell_name(line.number, 1)
                line.wrong.append(Wrong(where, _("请填单位")))
            return
        named = text_of(school.raw) if school and not is_nothing(school.raw) else ""
        if line.old and text_of(cell.raw).strip() == line.old.unit.name:
            line.unit = line.old.unit
            return
        found = find_unit(self.units, text_of(cell.raw), named)
        if isinstance(found, str):
            _tell(line, cell, found)
        else:
            line.unit = found

    def _only_unit(self) -> Unit | None:
        return self.units[0] if len(self.units) == 1 else None

    def _value(self, line: Line, column: SheetColumn, cell: Cell) -> None:
        declared = column.column
        if declared is None or self._untouched(line, declared.field, cell.raw):
            return
        line.came[declared.field] = cell.raw
        try:
            value = self._parsed(line, declared, cell.raw)
        except BadCell as bad:
            told = bad.kind.at(cell.where, **bad.words)
            line.wrong.append(Wrong(cell.where.cell, f"{told.said}{told.mend}"))
            return
        if isinstance(value, Refusal):
            _tell(line, cell, value.said)
        elif value is not ABSENT:
            line.values[declared.field] = value

    def _untouched(self, line: Line, name: str, raw: Raw) -> bool:
        """Whether a cell holds what our sheet would: masked numbers, 无 and all."""
        if line.old is None:
            return False
        if name == "note":
            written: Any = masked(line.old.note)
        else:
            column = next(c for c in self.every if c.field == name)
            written = cell_value(line.old, column, self.eye.detail(line.old))
        return canonical(text_of(raw)) == canonical(text_of(written))

    @cached_property
    def every(self) -> tuple[Column, ...]:
        """Every declared column, and those that each sheet has."""
        return with_common(self.ledger.columns)

    def _parsed(self, line: Line, column: Column, raw: Raw) -> Any:
        """The value of a cell, as the model's field takes it."""
        if column.kind is Kind.PERSON:
            value = self._person(line, column, raw)
        elif column.kind is Kind.UNIT:
            found = None if is_nothing(raw) else find_unit(self.units, text_of(raw))
            value = Refusal(found) if isinstance(found, str) else found
        else:
            value = _read(self.ledger, column, raw)
        if value is None and column.field == "day":
            return ABSENT  # a new row is of today, one that is there stays of its day
        if value is None and column.required:
            raise BadCell(EMPTY, column=_(column.heading))
        return _stored(self.ledger, column, value)

    def _person(self, line: Line, column: Column, raw: Raw) -> Any:
        if is_nothing(raw):
            return None
        text = text_of(raw).strip()
        there = getattr(line.old, column.field) if line.old else None
        if there and text == person_shown(there, self.eye.detail(line.old)):
            return there
        if line.unit is None:
            return ABSENT
        names = self.names.setdefault(line.unit.pk, Names(line.unit))
        found = names.find(text)
        return Refusal(found) if isinstance(found, str) else found

    def _match(self, lines: list[Line]) -> None:
        """Find rows that are there already by the ledger's key."""
        key = self.ledger.key
        if not key or not lines:
            return
        units = {line.unit.pk for line in lines if line.unit}
        rows = in_force(self.eye.rows().filter(unit__in=units))
        known = {
            tuple(_plain(getattr(row, _attname(row, name))) for name in key): row
            for row in rows.iterator(chunk_size=2000)
        }
        for line in lines:
            if line.old is None and not line.wrong:
                line.old = known.get(_key(line, key))
                self._leave(line)

    def _leave(self, line: Line) -> None:
        """Of a row that is there, leave alone what the sheet says as ours would."""
        for name, raw in line.came.items():
            if self._untouched(line, name, raw):
                line.values.pop(name, None)

    def _judge(self, line: Line) -> None:
        """Say whether a row is new, a change, the same, or has an error."""
        if line.wrong:
            return
        line.changes = [*self._changes(line)] if line.old else []
        try:
            self.made(line)
        except flows.Refused as refused:
            line.wrong.append(Wrong(cell_name(line.number, 1), str(refused)))
            return
        if line.old is None:
            line.kind = NEW
        else:
            line.kind = CHANGE if line.changes else SAME

    def made(self, line: Line) -> Any:
        """The row that a line would make, not written yet."""
        if line.unit is None:
            raise flows.Refused(_("请填单位"))
        if line.old is not None:
            return flows.successor(
                self.actor, self.ledger, line.old, self.told(line), self.now
            )
        self._refuse_gaps(line)
        day = line.day or self.now.date()
        told = Entry(unit=line.unit, day=day, values=line.values)
        return flows.draft(self.actor, self.ledger, told, self.now)

    def told(self, line: Line) -> dict[str, Any]:
        """All that a line says of a row that is there."""
        told = {**line.values, "unit": line.unit}
        return told if line.day is None else {**told, "day": line.day}

    def _refuse_gaps(self, line: Line) -> None:
        """A new row has to fill what must be filled, whether the sheet has it or not."""
        gaps = [
            _(column.heading)
            for column in self.columns
            if column.required
            and column.key not in ("unit", "day")
            and line.values.get(column.key) in (None, "", [])
        ]
        if gaps:
            raise flows.Refused(_("缺少必填的列：{columns}", columns="、".join(gaps)))

    def _changes(self, line: Line) -> Iterator[tuple[str, str, str]]:
        level = self.eye.detail(line.old)
        columns = {column.field: column for column in self.ledger.columns}
        told = self.told(line)
        for name, value in told.items():
            before = getattr(line.old, name)
            if _plain(before) == _plain(value):
                continue
            column = columns.get(name) or Column(field=name, heading=_OTHERS[name])
            yield _(column.heading), _shown(before, column, level), _shown(value, column, level)  # fmt: skip


_OTHERS: Final = {"unit": "单位", "day": "日期", "note": "备注"}
_NOT_FIELDS: Final = ("#", "school", "state", "late", NUMBER)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a cell means nobody."""

    said: str


def _header(column: SheetColumn) -> headers.Column:
    """A column of the sheet as the plan's reader knows columns."""
    also = _spoken(column.heading)
    return headers.Column(name=column.key, zh=column.heading, en=also[-1], also=also)


def _spoken(text: str) -> tuple[str, ...]:
    """A text in every language."""
    said = []
    for tongue in languages():
        with speak(tongue):
            said.append(_(text))
    return tuple(said)


@cache
def _foot() -> tuple[str, ...]:
    """How the lines below the rows begin, in every language."""
    helps = (said.partition("{")[0] for said in _spoken(HELP))
    names = (said for name in SIGNATURES for said in _spoken(name))
    return (*FOOT, *helps, *names)


def _data(rows: Iterable[FileRow]) -> Iterator[FileRow]:
    """The rows above the foot of the sheet, without empty ones."""
    for row in rows:
        filled = [cell for cell in row.cells.values() if not is_nothing(cell.raw)]
        said = text_of(filled[0].raw).strip() if filled else ""
        if said.startswith(_foot()):
            return
        if any(True for _cell in filled):
            yield row


def _number_of(row: FileRow) -> int:
    found = _ROW.search(row.where.cell)
    return int(found[0]) if found else 0


def _title(cells: Mapping[str, Cell | None], columns: Iterable[SheetColumn]) -> str:
    """The first cells of a row, so that a clerk knows which one it is."""
    said = [
        text_of(cell.raw)[:20]
        for column in columns
        if (cell := cells[column.key]) and column.entered and not is_nothing(cell.raw)
    ]
    return " ".join(said[:4])


def _tell(line: Line, cell: Cell, said: str) -> None:
    line.wrong.append(Wrong(cell.where.cell, said))


def _read(ledger: Ledger, column: Column, raw: Raw) -> Any:
    """The value of a cell that is about nobody."""
    named = Limits(column=_(column.heading))
    match column.kind:
        case Kind.WHOLE:
            return parse(raw, Holds(int), Limits(column=named.column, units=_COUNTED))
        case Kind.NUMBER:
            return parse(raw, Holds(float), Limits(column=named.column, low=-1e9))
        case Kind.CELSIUS:
            limits = Limits(
                column=named.column, low=COOLEST, high=HOTTEST, units=_DEGREES
            )
            return parse(raw, Holds(float), limits)
        case Kind.DAY:
            return parse(raw, Holds(dt.date), named)
        case Kind.TIME:
            return _time(ledger, column, raw, named)
        case Kind.YES_NO:
            return parse(raw, Holds(bool), named)
        case Kind.CHOICE if column.words:
            return parse(raw, Holds(column.words), named)
        case Kind.CHOICES if column.words:
            return parse(raw, Holds(column.words, many=True), named)
    return parse(raw, Holds(str), named)


_COUNTED: Final = ("人", "名", "次", "个", "支", "件")
_DEGREES: Final = ("℃", "°C", "度")


def _time(ledger: Ledger, column: Column, raw: Raw, named: Limits) -> Any:
    """A time of the day, or a moment where the field holds one."""
    stored = _field(ledger, column)
    if not isinstance(stored, models.DateTimeField):
        return parse(raw, Holds(dt.time), named)
    if is_nothing(raw):
        return None
    zone = get_current_timezone()
    if isinstance(raw, dt.datetime):
        return raw.replace(tzinfo=zone)
    found = _MOMENT.fullmatch(text_of(raw).strip())
    if found is None:
        raise BadCell(BAD_TIME, column=named.column, came=text_of(raw))
    day = parse(found[1], Holds(dt.date), named)
    time = parse(found[2], Holds(dt.time), named)
    return dt.datetime.combine(day, time, zone)


def _field(ledger: Ledger, column: Column) -> Any:
    return ledger.model._meta.get_field(column.field)  # noqa: SLF001  # Django's public name


def _stored(ledger: Ledger, column: Column, value: Any) -> Any:
    """A value as the field takes it; nothing is what the field has for nothing."""
    if value is ABSENT or isinstance(value, Refusal):
        return value
    stored = _field(ledger, column)
    if value is None:
        text = stored.get_internal_type() in _TEXTS and not stored.null
        return "" if text else None
    if isinstance(stored, models.DecimalField):
        return stored.to_python(f"{value:.{stored.decimal_places}f}")
    if isinstance(value, tuple):
        return [str(part.value) for part in value]
    return value.value if column.kind is Kind.CHOICE else value


_TEXTS: Final = ("CharField", "TextField")


def _double(ledger: Ledger, lines: list[Line]) -> None:
    """Two lines that mean one row: the later one is told of the first."""
    seen: dict[Any, int] = {}
    for line in lines:
        if line.wrong:
            continue
        told = ("pk", line.old.pk) if line.old else _key(line, ledger.key)
        if not told:
            continue
        if told in seen:
            said = _("与第{n}行重复", n=seen[told])
            line.wrong.append(Wrong(cell_name(line.number, 1), said))
        seen.setdefault(told, line.number)


def _key(line: Line, key: tuple[str, ...]) -> tuple[Any, ...]:
    told = {**line.values, "unit": line.unit, "day": line.day}
    return tuple(_plain(told.get(name)) for name in key)


def _attname(row: Any, name: str) -> str:
    return str(row._meta.get_field(name).attname)  # noqa: SLF001


def _plain(value: Any) -> Any:
    """A value for comparison: rows by number, decimals as they are written."""
    if isinstance(value, models.Model):
        return _plain(value.pk)
    if isinstance(value, (list, tuple)):
        return tuple(map(_plain, value))
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).replace(second=0, microsecond=0).isoformat()
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if value is None or isinstance(value, bool):
        return value
    number = isinstance(value, (int, float, Decimal))
    return str(float(value)) if number else str(value)


def _shown(value: Any, column: Column, detail: Detail) -> str:
    """A value in the preview."""
    if value is None or value in ("", [], ()):
        return "—"
    if isinstance(value, Person):
        return person_shown(value, detail) or "—"
    return value_said(value, column)


def _safe(name: str) -> str:
    """A file's name for messages, without what a path could do."""
    stem = Path(name.replace("\\", "/")).stem
    return re.sub(r"[^\w（）()·-]", "_", stem)[:60] or "sheet"
