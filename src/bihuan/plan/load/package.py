"""Opening a workbook that may be hostile: a file becomes parts that are safe to read.

An .xlsx file is a zip of XML parts. Only the parts that hold sheets, texts and formats
are taken, unpacked here under a limit and handed on as a new zip, so that whoever reads
it sees the very bytes that were looked at; macros, links and pictures never get there.
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml import DefusedXmlException, ElementTree
from defusedxml.expatreader import DefusedExpatParser

from bihuan.base.problems import Kind, error
from bihuan.base.wording import N_

MIB: Final = 2**20
MOST_FILE: Final = 100 * MIB
MOST_UNPACKED: Final = 96 * MIB
MOST_DIRECTORY: Final = MIB
"""Bytes of a part that lists other parts."""
MOST_PARTS: Final = 4_000
MOST_ROWS: Final = 300_000
MOST_CELLS: Final = 4_000_000
"""Cells of the smallest rectangle that holds all of a sheet: that much is laid out."""
MOST_TEXT: Final = 96 * MIB
"""Characters in all cells; a text that many cells share counts for each."""

OLD_FORM: Final = error(
    "P003",
    N_("这是旧格式文件（.xls 或 .doc），不能读取。"),
    N_("请在 Excel 或 WPS 中另存为 .xlsx。"),
)
ENCRYPTED: Final = error(
    "P004",
    N_("文件设了打开密码，不能读取。"),
    N_("请去掉密码后另存。"),
)
NOT_WORKBOOK: Final = error(
    "P005",
    N_("这不是 .xlsx 工作簿。"),
    N_("请用 bihuan plan template 生成空表，填好后另存为 .xlsx。"),
)
DAMAGED: Final = error(
    "P006",
    N_("文件不完整或已损坏。"),
    N_("请重新复制或下载；能打开时另存一份再试。"),
)
TOO_LARGE: Final = error(
    "P007",
    N_("文件展开后超过 {high} MiB，不读取。"),
    N_("请删去图片和无关的工作表；预案通常不到 10 MiB。"),
)
TOO_MANY_ROWS: Final = error(
    "P008",
    N_("工作簿超过 {high} 行，不读取。"),
    N_("请删去无关的工作表和空白行，或分学校提交。"),
)
TOO_WIDE: Final = error(
    "P009",
    N_("工作表「{sheet}」最远用到第 {row} 行第 {column} 列，范围太大，不读取。"),
    N_("请删去表外远处的零散内容。"),
)


class Refused(Exception):  # noqa: N818  # it is the file that is refused
    """A file is not read: the kind of problem, its words."""

    def __init__(self, kind: Kind, **words: object) -> None:
        super().__init__(kind.code)
        self.kind = kind
        self.words = words


@dataclass(slots=True)
class Scan:
    """What a sheet's values do not tell: formulas, errors, what is hidden, how far it reaches.

    Rows and columns count from 1.
    """

    rows: int = 0
    last_row: int = 0
    last_column: int = 0
    formulas: set[tuple[int, int]] = field(default_factory=set)
    errors: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Package:
    """A workbook whose parts were looked at: a zip of them, a scan for each sheet."""

    content: io.BytesIO
    scans: dict[str, Scan]


def open_package(path: Path) -> Package:
    """Unpack and look at a workbook, or refuse it."""
    with path.open("rb") as file:
        _look_at_head(file)
        try:
            with zipfile.ZipFile(file) as archive:
                parts = _unpack(archive)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as bad:
            raise Refused(DAMAGED) from bad
    scans = {}
    tally = Tally(MOST_ROWS, MOST_TEXT, _lengths(parts.get(_SHARED, b"")))
    for name, part in _sheets(parts):
        scans[name] = _scan(name, parts[part], tally)
    return Package(_packed(parts), scans)


_SHARED: Final = "xl/sharedStrings.xml"


@dataclass(slots=True)
class Tally:
    """How many rows and characters a workbook may still have; lengths of its texts."""

    rows: int
    text: int
    lengths: list[int]

    def count_row(self) -> None:
        """One row more."""
        self.rows -= 1
        if self.rows < 0:
            raise Refused(TOO_MANY_ROWS, high=MOST_ROWS)

    def count_text(self, number: str) -> None:
        """One more cell with a shared text, given by its number."""
        n = int(number) if _INDEX.fullmatch(number) else 0
        self.text -= self.lengths[n] if n < len(self.lengths) else 0
        if self.text < 0:
            raise Refused(TOO_LARGE, high=MOST_TEXT // MIB)


_INDEX: Final = re.compile("[0-9]{1,9}")


_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIP: Final = b"PK\x03\x04"


def _look_at_head(file: io.BufferedReader) -> None:
    """Refuse what is no zip by its first bytes, and what is too large."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    head = file.read(len(_OLE))
    if head == _OLE:
        directory = file.read(8 * MIB) + _tail(file, size)
        locked = "EncryptedPackage".encode("utf-16-le") in directory
        raise Refused(ENCRYPTED if locked else OLD_FORM)
    if not head.startswith(_ZIP):
        raise Refused(NOT_WORKBOOK if size else DAMAGED)
    if size > MOST_FILE:
        raise Refused(TOO_LARGE, high=MOST_FILE // MIB)
    file.seek(0)


def _tail(file: io.BufferedReader, size: int) -> bytes:
    """The end of a file, where large compound files have their directory."""
    file.seek(max(0, size - MIB))
    return file.read()


_FOREIGN: Final = re.compile(
    r"/(externalLinks|drawings|media|charts|embeddings|customXml|printerSettings"
    r"|comments|threadedComments|tables|pivot\w*|theme|ctrlProps|activeX|diagrams)\b"
)


def _unpack(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """The parts that matter, as long as they are not too large."""
    names = [*dict.fromkeys(archive.namelist())]
    if len(names) > MOST_PARTS:
        raise Refused(TOO_LARGE, high=MOST_UNPACKED // MIB)
    if "xl/workbook.xml" not in names:
        raise Refused(NOT_WORKBOOK)
    infos = [archive.getinfo(name) for name in names if _matters(name)]
    if any(info.flag_bits & 1 for info in infos):
        raise Refused(ENCRYPTED)
    if sum(info.file_size for info in infos) > MOST_UNPACKED:
        raise Refused(TOO_LARGE, high=MOST_UNPACKED // MIB)
    return {info.filename: _unpack_part(archive, info) for info in infos}


def _matters(name: str) -> bool:
    return name.endswith((".xml", ".rels")) and not _FOREIGN.search(f"/{name}")


def _unpack_part(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """One part; no more is unpacked than the archive's directory says."""
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused(DAMAGED)
    with archive.open(info) as part:
        return part.read(info.file_size + 1)


def _packed(parts: dict[str, bytes]) -> io.BytesIO:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part)
    content.seek(0)
    return content


def _sheets(parts: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """Sheets of the workbook in its order: name, part."""
    targets = {
        node.get("Id", ""): posixpath.normpath(
            posixpath.join("/xl", node.get("Target", ""))
        ).lstrip("/")
        for node in _nodes(parts.get("xl/_rels/workbook.xml.rels", b""), "Relationship")
    }
    for node in _nodes(parts["xl/workbook.xml"], "sheet"):
        link = next((v for k, v in node.items() if k.endswith("}id")), "")
        part = targets.get(link, "")
        if part in parts:
            yield node.get("name", ""), part


def _nodes(part: bytes, tag: str) -> list[dict[str, str]]:
    """The attributes of a part's nodes of one local name."""
    if len(part) > MOST_DIRECTORY:
        raise Refused(TOO_LARGE, high=MOST_DIRECTORY // MIB)
    try:
        root = ElementTree.fromstring(part, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as bad:
        raise Refused(DAMAGED) from bad
    return [
        dict(node.attrib)
        for node in root.iter()
        if str(node.tag).rpartition("}")[2] == tag
    ]


def _scan(name: str, part: bytes, tally: Tally) -> Scan:
    """Look through a sheet, and stop when it has too many rows or reaches too far."""
    scanner = _Scanner(tally)
    _walk(part, scanner)
    scan = scanner.scan
    if scan.last_row * scan.last_column > MOST_CELLS:
        raise Refused(TOO_WIDE, sheet=name, row=scan.last_row, column=scan.last_column)
    return scan


def _lengths(part: bytes) -> list[int]:
    """The lengths of the texts that cells share."""
    lengths = _Lengths()
    if part:
        _walk(part, lengths)
    return lengths.found


def _walk(part: bytes, handler: ContentHandler) -> None:
    """Take a handler through the elements of a part."""
    parser = DefusedExpatParser(forbid_dtd=True)
    parser.setContentHandler(handler)
    view = memoryview(part)
    try:
        for start in range(0, len(part), MIB):
            parser.feed(bytes(view[start : start + MIB]))
        parser.close()
    except (SAXParseException, DefusedXmlException, ValueError) as bad:
        raise Refused(DAMAGED) from bad


class _Lengths(ContentHandler):
    """Adds up the characters of each shared text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[int] = []

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802  # the interface's name
        del attrs
        if name.rpartition(":")[2] == "si":
            self.found.append(0)

    def characters(self, content: str) -> None:
        if self.found:
            self.found[-1] += len(content)


class _Scanner(ContentHandler):
    """Follows the elements of a sheet; of texts only the number of a shared one is read."""

    def __init__(self, tally: Tally) -> None:
        super().__init__()
        self.scan = Scan()
        self._tally = tally
        self._row = 0
        self._column = 0
        self._filled = False
        self._shared = False
        self._number: list[str] | None = None

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802  # the interface's name
        tag = name.rpartition(":")[2]
        if tag == "c":
            self._cell(attrs.get("r", ""), attrs.get("t", ""))
        elif tag in ("v", "is", "f"):
            self._content(tag)
        elif tag == "row":
            self._start_row(attrs)
        elif tag == "col" and attrs.get("hidden") in ("1", "true"):
            span = _whole(attrs.get("min", "")), _whole(attrs.get("max", ""))
            self.scan.hidden_columns.append(span)

    def characters(self, content: str) -> None:
        if self._number is not None:
            self._number.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802  # the interface's name
        if self._number is not None and name.rpartition(":")[2] == "v":
            self._tally.count_text("".join(self._number).strip())
            self._number = None

    def _start_row(self, attrs: AttributesImpl) -> None:
        self._row = _whole(attrs.get("r", "")) or self._row + 1
        self._column, self._filled = 0, False
        if attrs.get("hidden") in ("1", "true"):
            self.scan.hidden_rows.append(self._row)

    def _cell(self, place: str, kind: str) -> None:
        match = _PLACE.fullmatch(place)
        if match:
            self._column, self._row = column_number(match[1]), int(match[2])
        else:
            self._column += 1
        self._shared = kind == "s"
        if kind == "e":
            self.scan.errors.add((self._row, self._column))

    def _content(self, tag: str) -> None:
        scan = self.scan
        if not self._filled:
            self._filled = True
            scan.rows += 1
            self._tally.count_row()
        if tag == "f":
            scan.formulas.add((self._row, self._column))
        elif tag == "v" and self._shared:
            self._number = []
        scan.last_row = max(scan.last_row, self._row)
        scan.last_column = max(scan.last_column, self._column)


_PLACE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < len("10000000") + 1 else 0


def column_number(letters: str) -> int:
    """The number of a column, A being 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def cell_name(row: int, column: int) -> str:
    """The name of a cell, as C17; both count from 1."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"
