"""Files that somebody hands in to do harm: what looks like a workbook or a photo and is none.

Each is made anew in memory, small on the wire. `books()` are for whatever takes a
workbook, `photos()` for whatever takes a photo, `NAMES` are names of files.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import openpyxl
from PIL import Image

MIB: Final = 2**20
UNPACKED: Final = 200 * MIB
"""Bytes that the bombs unpack to."""
MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
FOREIGN: Final = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS: Final = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)  # fmt: skip


@dataclass(frozen=True)
class Harm:
    """A file, and what the refusal may say it is: one of some words."""

    name: str
    content: bytes
    words: tuple[str, ...]


DAMAGED: Final = ("损坏", "打不开")
NONE: Final = ("不是 .xlsx", "打不开")
LARGE: Final = ("太大", "超过")
OLD: Final = ("旧格式",)
LOCKED: Final = ("打开密码",)
EMPTY: Final = ("空", "损坏", "打不开", "先选")


def books() -> Iterator[Harm]:
    """Workbooks that are none, or do harm."""
    sound = workbook()
    yield Harm("bomb", bomb("xl/worksheets/sheet1.xml"), LARGE)
    yield Harm("bomb of texts", bomb("xl/sharedStrings.xml"), LARGE)
    yield Harm("bomb that lies of its size", lying(), (*DAMAGED, *LARGE))
    yield Harm("torn", sound[: len(sound) // 2], DAMAGED)
    yield Harm("bytes turned over", turned(sound), (*DAMAGED, *NONE, *LOCKED, *LARGE))
    yield Harm("nothing", b"", EMPTY)
    yield Harm("pdf", b"%PDF-1.7\n" + b"x" * 4000, NONE)
    yield Harm("page", b"<html><script>x9()</script></html>", NONE)
    yield Harm("commas", "姓名,学号\n示例,1\n".encode("gb18030"), NONE)
    yield Harm("zip of a letter", other_zip("word/document.xml"), NONE)
    yield Harm("old book with macros", ole(), OLD)
    yield Harm("locked", ole(locked=True), LOCKED)
    for part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml"):
        yield Harm(f"entity in {part}", declared(part, FOREIGN), DAMAGED)
        yield Harm(f"laughs in {part}", declared(part, LAUGHS), DAMAGED)
    yield Harm("laughs in the texts", declared("xl/sharedStrings.xml", LAUGHS), DAMAGED)
    yield Harm("a million columns", far("XFD", 5000), LARGE)
    yield Harm("the last cell", far("XFD", 1048576), LARGE)
    yield Harm("far beyond the last", far("ZZZ", 9999999), (*LARGE, *DAMAGED))


def workbook(*texts: str) -> bytes:
    """A sound workbook with some texts in its first column."""
    book = openpyxl.Workbook()
    for text in texts or ("示例",):
        book.worksheets[0].append([text])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def repacked(**parts: bytes) -> bytes:
    """A sound workbook with some parts put in another's place; `__` stands for a slash."""
    made = io.BytesIO()
    new = {
        name.replace("__", "/").replace("_xml", ".xml"): part
        for name, part in parts.items()
    }
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:  # fmt: skip
        for info in old.infolist():
            if info.filename not in new:
                out.writestr(info.filename, old.read(info))
        for name, part in new.items():
            out.writestr(name, part)
    return made.getvalue()


def part_of(name: str) -> bytes:
    """A part of a sound workbook."""
    with zipfile.ZipFile(io.BytesIO(workbook())) as book:
        return book.read(name) if name in book.namelist() else b"<sst/>"


def _replaced(name: str, part: bytes) -> bytes:
    return repacked(**{name.replace("/", "__").replace(".xml", "_xml"): part})


def bomb(part: str) -> bytes:
    """A part that unpacks to far more than is read."""
    made = io.BytesIO(workbook())
    block = b" " * MIB
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as book:
        info = zipfile.ZipInfo(part + ".x.xml" if part in book.namelist() else part)
        info.compress_type = zipfile.ZIP_DEFLATED
        with book.open(info, "w") as out:
            for _n in range(UNPACKED // MIB):
                out.write(block)
    return made.getvalue()


def lying() -> bytes:
    """A bomb whose directory says that it is small."""
    made = bytearray(bomb("xl/sharedStrings.xml"))
    told = struct.pack("<L", UNPACKED)
    while (at := made.find(told)) >= 0:
        made[at : at + 4] = struct.pack("<L", 99)
    return bytes(made)


def turned(content: bytes) -> bytes:
    """The same with bytes in its middle turned over."""
    made = bytearray(content)
    for at in range(200, len(made) - 200, 97):
        made[at] ^= 0xFF
    return bytes(made)


def other_zip(part: str) -> bytes:
    """A zip that is no workbook."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        out.writestr(part, "x")
    return made.getvalue()


def ole(*, locked: bool = False) -> bytes:
    """The head of a compound file, as .xls and locked files have it."""
    name = "EncryptedPackage" if locked else "_VBA_PROJECT_CUR"
    return bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 504 + name.encode("utf-16-le") + b"\0" * 4096  # fmt: skip


def declared(part: str, doctype: str) -> bytes:
    """A workbook with a document type of its own in a part, and its entity used."""
    text = part_of(part).decode()
    head, _mark, rest = text.rpartition("?>")
    start = rest.lstrip()
    closing = start.index(">") + 1
    use = "&i;" if "&a;" in doctype else "&e;"
    made = (
        f"{head + '?>' if head else ''}{doctype}{start[:closing]}{use}{start[closing:]}"
    )
    return _replaced(part, made.encode())


def far(column: str, row: int) -> bytes:
    """A sheet with a cell far away."""
    sheet = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        f'<row r="{row}"><c r="{column}{row}"><v>1</v></c></row></sheetData></worksheet>'
    )
    return _replaced("xl/worksheets/sheet1.xml", sheet.encode())


def with_macro() -> bytes:
    """A sound workbook that carries a macro and a link to elsewhere."""
    return repacked(
        xl__vbaProject_bin=b"macro",
        xl__externalLinks__externalLink1_xml=b"<externalLink/>",
    )


# ---- photos ---------------------------------------------------------------------------


SVG: Final = (
    b'<svg xmlns="http://www.w3.org/2000/svg" onload="x9()"><script>x9()</script></svg>'
)
PAGE: Final = b"<html><body><script>x9()</script></body></html>"


def photos() -> Iterator[Harm]:
    """Photos that are none."""
    said = ("不是能用的照片", "超过", "空")
    good = photo("JPEG")
    yield Harm("drawing.svg", SVG, said)
    yield Harm("page.jpg", PAGE, said)
    yield Harm("page behind a GIF's head", b"GIF89a/*" + PAGE, said)
    yield Harm("page behind a JPEG's head", good[:20] + PAGE, said)
    yield Harm("torn", good[: len(good) // 3], said)
    yield Harm("animation", photo("GIF"), said)
    yield Harm("icon", photo("ICO"), said)
    yield Harm("tiff", photo("TIFF"), said)
    yield Harm("bomb of a picture", picture_bomb(50_000, 50_000), said)
    yield Harm("bomb below the limit of the library", picture_bomb(9_000, 9_000), said)
    yield Harm("bomb of a camera's size", picture_bomb(7_700, 7_700, colours=6), said)
    yield Harm("bomb of a text", text_bomb(), said)
    yield Harm("workbook", workbook(), said)
    yield Harm("nothing", b"", said)


def photo(kind: str) -> bytes:
    """A small picture of a kind."""
    made = io.BytesIO()
    Image.new("RGB", (64, 48), (10, 90, 200)).save(made, kind)
    return made.getvalue()


def polyglot() -> bytes:
    """A photo that is a page too, with a place and a maker in it."""
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F], exif[0x8825] = "maker-x9", {1: "N", 2: (34.0, 7.0, 0.0)}
    Image.new("RGB", (64, 48)).save(made, "JPEG", exif=exif, comment=PAGE)
    return made.getvalue() + PAGE


def picture_bomb(width: int, height: int, colours: int = 0) -> bytes:
    """A PNG that says it is huge, and is so for as long as one reads on; 6: four bytes each."""
    deep = 8 if colours else 1
    length = width * 4 if colours else width // 8 + 1
    line = zlib.compress((b"\0" * (length + 1)) * min(height, 200), 9)
    head = struct.pack(">LLBBBBB", width, height, deep, colours, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", line) + _chunk(b"IEND", b"")  # fmt: skip


def text_bomb() -> bytes:
    """A PNG whose comment unpacks to very much."""
    head = struct.pack(">LLBBBBB", 8, 8, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    text = (
        b"x\0\0"
        + b"".join(packer.compress(b"a" * MIB) for _n in range(200))
        + packer.flush()
    )
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"zTXt", text) + _chunk(b"IDAT", zlib.compress(b"\0" * 16)) + _chunk(b"IEND", b"")  # fmt: skip


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))  # fmt: skip


NAMES: Final = (
    "../../../../etc/passwd.xlsx", "..\\..\\windows\\x.xlsx", "/etc/passwd", "..", ".",
    "CON.xlsx", "x" * 250 + ".xlsx", "台" * 250 + ".xlsx", "a\x00.xlsx", "",
    'a"><x9>.xlsx', "a\r\nSet-Cookie: x=1.xlsx", "\u202excod.xlsx", "a\ud800.xlsx",
)  # fmt: skip
"""Names under which a file comes: another place, too long, odd letters, none."""
