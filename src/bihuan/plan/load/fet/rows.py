"""The rows of a FET file, streamed: safe against entities, depth and size, lines known.

A FET file is lists of rows below one root. Only the lists that say who meets whom are
kept; of the constraints only those that place an activity or give it a room.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import create_parser

from bihuan.base.problems import Kind, Problem, error
from bihuan.base.where import Where
from bihuan.base.wording import N_

MAX_MEGABYTES: Final = 64
"""Of a file; the largest of FET's own examples has 13."""
MAX_ELEMENTS: Final = 1_000_000
"""Elements kept; FET's own limits (30,000 activities, 30,000 subgroups) need fewer."""
MAX_DEPTH: Final = 16
"""Elements in each other; FET itself uses at most 7."""
_DIGITS: Final = 6
_CHUNK: Final = 1 << 16

LISTS: Final[dict[str, frozenset[str]]] = {
    "Days_List": frozenset({"Day"}),
    "Hours_List": frozenset({"Hour"}),
    "Teachers_List": frozenset({"Teacher"}),
    "Students_List": frozenset({"Year"}),
    "Activities_List": frozenset({"Activity"}),
    "Rooms_List": frozenset({"Room"}),
    "Time_Constraints_List": frozenset({"ConstraintActivityPreferredStartingTime"}),
    "Space_Constraints_List": frozenset(
        {
            "ConstraintActivityPreferredRoom",
            "ConstraintStudentsSetHomeRoom",
            "ConstraintTeacherHomeRoom",
            "ConstraintSubjectPreferredRoom",
        }
    ),
}
"""Lists read and their rows; everything else is passed over."""
NESTED: Final = frozenset({"Group", "Subgroup", "Set_of_Real_Rooms"})
"""What in a row holds others; all else in a row is a text."""
TEXTS: Final = frozenset({"Mode", "Institution_Name"})
_LIST: Final = 2
_ROW: Final = 3
"""Depths of lists and of their rows."""

TOO_LARGE = error(
    "F101",
    N_("文件有 {came} MB，最多读 {allowed} MB。"),
    N_("请确认是 FET 的 .fet 文件，并删去用不到的限制条件后再存一次。"),
)
BROKEN = error(
    "F102",
    N_("这里不是完整的 XML：{came}。"),
    N_("文件可能没有存完或被截断；请在 FET 里重新保存后再试。"),
)
UNSAFE = error(
    "F103",
    N_("文件里定义了实体（{came}），不予读取。"),
    N_("FET 自己不写实体；请在 FET 里打开并重新保存。"),
)
NOT_FET = error(
    "F104",
    N_("最外层是「{came}」，FET 课表应是「fet」。"),
    N_("请选择 FET 保存的 .fet 文件。"),
)
TOO_DEEP = error(
    "F105",
    N_("元素嵌套了 {came} 层以上，FET 文件不会超过 {allowed} 层。"),
    N_("请在 FET 里打开并重新保存。"),
)


TOO_MANY = error(
    "F106",
    N_("学生、课程、教室等条目超过 {allowed} 项，不再往下读。"),
    N_("请确认是一所学校的课表；几所学校请分开保存。"),
)


@dataclass(slots=True)
class Row:
    """An element that holds others, and the line it starts on."""

    line: int
    texts: list[tuple[str, str]] = field(default_factory=list)
    """Names and texts of what is in it, as written."""
    below: list[tuple[str, "Row"]] = field(default_factory=list)
    """Names and rows of what is in it and holds others (NESTED)."""

    def first(self, tag: str, default: str = "") -> str:
        """The first text of that name."""
        return next((text for name, text in self.texts if name == tag), default)

    def every(self, tag: str) -> list[str]:
        """The texts of that name that are not blank."""
        return [text for name, text in self.texts if name == tag and text.strip()]

    def rows(self, tag: str) -> "Iterator[Row]":
        """The rows of that name."""
        return (row for name, row in self.below if name == tag)


@dataclass(slots=True)
class Rows:
    """A FET file: attributes of its root, its simple texts, its lists by name."""

    version: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[tuple[str, Row]]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    """Line on which each list starts."""

    def of(self, name: str, tag: str = "") -> Iterator[Row]:
        """Rows of a list, all or those of one name."""
        rows = self.lists.get(name, ())
        return (row for kind, row in rows if not tag or kind == tag)


def whole_number(text: str) -> int:
    """A whole number as FET writes it; -1 for anything else, or far too large."""
    plain = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    return int(text) if plain else -1


def read_rows(path: Path) -> Rows | Problem:
    """The rows of a file, or why it cannot be read."""
    size = path.stat().st_size
    if size > MAX_MEGABYTES * 1_000_000:
        where = Where(file=path.name)
        return TOO_LARGE.at(where, came=-(-size // 1_000_000), allowed=MAX_MEGABYTES)
    parser = create_parser()
    collector = _Collector(parser)
    parser.setContentHandler(collector)
    try:
        parser.feed(b"")  # an empty file is broken too
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                parser.feed(chunk)
        parser.close()
    except _Refused as refused:
        return refused.problem(path.name)
    except DefusedXmlException as found:
        where = Where(file=path.name, cell=str(parser.getLineNumber() or 1))
        return UNSAFE.at(where, came=type(found).__name__)
    except SAXParseException as broken:
        where = Where(file=path.name, cell=str(broken.getLineNumber() or 1))
        return BROKEN.at(where, came=broken.getMessage())
    except (LookupError, ValueError) as odd:  # an encoding that Python does not know
        return BROKEN.at(Where(file=path.name, cell="1"), came=odd)
    return collector.found


class _Refused(SAXException):
    """The stream is well-formed so far and yet no FET file."""

    def __init__(
        self, kind: Kind, line: int, came: object = "", allowed: int = 0
    ) -> None:
        super().__init__(kind.code)
        self.kind, self.line, self.came, self.allowed = kind, line, came, allowed

    def problem(self, file: str) -> Problem:
        where = Where(file=file, cell=str(self.line))
        return self.kind.at(where, came=self.came, allowed=self.allowed)


class _Collector(ContentHandler):
    """Keeps the rows wanted and forgets the rest as it goes by."""

    def __init__(self, place: Locator) -> None:
        super().__init__()
        self.found = Rows()
        self._place = place
        self._depth = 0
        self._kept = 0
        self._list = ""
        self._open: list[Row] = []
        """Rows that are not closed yet, the innermost last."""
        self._leaf = 0
        """Depth of the text that is read, 0: none."""
        self._text: list[str] = []

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _Refused(TOO_DEEP, self._line(), MAX_DEPTH, MAX_DEPTH)
        if self._leaf:
            self._text.clear()
        elif self._open:
            self._begin_in_row(name)
        elif self._depth == _ROW:
            if name in LISTS.get(self._list, ()):
                self._open_row(name, self.found.lists[self._list])
        elif self._depth == _LIST:
            self._begin_list(name)
        elif self._depth == 1:
            self._begin(name, attrs)

    def characters(self, content: str) -> None:
        if self._leaf:
            self._text.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802
        if self._leaf == self._depth:
            self._end_text(name)
        elif self._open and not self._leaf:
            self._open.pop()
        self._depth -= 1

    def _begin(self, name: str, attrs: AttributesImpl) -> None:
        if name.lower() != "fet":
            raise _Refused(NOT_FET, self._line(), name)
        self.found.version = attrs.get("version", "")

    def _begin_list(self, name: str) -> None:
        self._list = name
        if name in LISTS:
            self.found.lists.setdefault(name, [])
            self.found.lines.setdefault(name, self._line())
        elif name in TEXTS:
            self._begin_text()

    def _begin_in_row(self, name: str) -> None:
        if name in NESTED:
            self._open_row(name, self._open[-1].below)
        else:
            self._keep()
            self._begin_text()

    def _begin_text(self) -> None:
        self._leaf = self._depth
        self._text.clear()

    def _end_text(self, name: str) -> None:
        text = "".join(self._text)
        if self._open:
            self._open[-1].texts.append((name, text))
        else:
            self.found.texts.setdefault(name, text.strip())
        self._leaf = 0

    def _open_row(self, name: str, rows: list[tuple[str, Row]]) -> None:
        self._keep()
        row = Row(self._line())
        rows.append((name, row))
        self._open.append(row)

    def _keep(self) -> None:
        self._kept += 1
        if self._kept > MAX_ELEMENTS:
            raise _Refused(TOO_MANY, self._line(), allowed=MAX_ELEMENTS)

    def _line(self) -> int:
        return self._place.getLineNumber() or 1
