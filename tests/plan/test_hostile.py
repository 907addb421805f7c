"""Files that mean harm, or suffered it: each gets a clear error, soon, in little memory."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from bihuan.plan.read import read
from bihuan.plan.save import save
from world import small_plan

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
BOOK = """<?xml version="1.0"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="片区" sheetId="1" r:id="rId1"/></sheets></workbook>"""
RELS = """<?xml version="1.0"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="worksheets/sheet1.xml" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>
<Relationship Id="rId2" Target="sharedStrings.xml" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/>
</Relationships>"""
ROOT = """<?xml version="1.0"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="xl/workbook.xml" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>
</Relationships>"""
TYPES = """<?xml version="1.0"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/></Types>"""
START = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
END = "</sheetData></worksheet>"
HEADER = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>片区代码</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>片区名称</t></is></c></row>'
)


def raw_book(path: Path, sheet: str | bytes, **more: str | bytes) -> Path:
    """A workbook of one sheet, written by hand."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", ROOT)
        archive.writestr("xl/workbook.xml", BOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", RELS)
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, part in more.items():
            archive.writestr(f"xl/{name}.xml", part)
    return path


def _missing(folder: Path) -> Path:
    return folder / "none.xlsx"


def _empty_folder(folder: Path) -> Path:
    (folder / "plans").mkdir()
    return folder / "plans"


def _two_books(folder: Path) -> Path:
    for name in ("a.xlsx", "b.xlsx", "~$b.xlsx"):
        (folder / name).write_bytes(b"")
    return folder


def _below_a_file(folder: Path) -> Path:
    (folder / "file").write_text("x")
    return folder / "file" / "plan.xlsx"


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder / "plan.xlsx")
    return folder / "plan.xlsx"


def _text(folder: Path) -> Path:
    (folder / "plan.xlsx").write_text("名称,学段\n一高,高中\n", "utf-8")
    return folder / "plan.xlsx"


def _letter(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "plan.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("word/document.xml", "<w/>")
    return folder / "plan.xlsx"


def _old_letter(folder: Path) -> Path:
    (folder / "plan.xlsx").write_bytes(OLE + bytes(4096))
    return folder / "plan.xlsx"


def _encrypted(folder: Path) -> Path:
    directory = "EncryptedPackage".encode("utf-16-le")
    (folder / "plan.xlsx").write_bytes(OLE + bytes(9000) + directory + bytes(500))
    return folder / "plan.xlsx"


def _locked_part(folder: Path) -> Path:
    path = raw_book(folder / "plan.xlsx", START + END)
    told = bytearray(path.read_bytes())
    place = told.index(b"PK\x01\x02")
    while place >= 0:  # the flag in every entry of the directory
        told[place + 8] |= 1
        place = told.find(b"PK\x01\x02", place + 1)
    path.write_bytes(told)
    return path


def _nothing(folder: Path) -> Path:
    (folder / "plan.xlsx").write_bytes(b"")
    return folder / "plan.xlsx"


def _truncated(folder: Path) -> Path:
    path = folder / "plan.xlsx"
    save(small_plan(), path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def _half_sheet(folder: Path) -> Path:
    return raw_book(folder / "plan.xlsx", START + HEADER)


def _entities(folder: Path) -> Path:
    doctype = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
    sheet = START.replace("<worksheet", f"{doctype}<worksheet") + HEADER + END
    return raw_book(folder / "plan.xlsx", sheet)


def _entities_in_texts(folder: Path) -> Path:
    texts = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><sst><si><t>&a;</t></si></sst>'
    return raw_book(folder / "plan.xlsx", START + HEADER + END, sharedStrings=texts)


def _bomb(folder: Path) -> Path:
    return raw_book(folder / "plan.xlsx", START.encode() + bytes(300 * 2**20))


def _lying_bomb(folder: Path) -> Path:
    """A part that unpacks to far more than the directory says."""
    path = raw_book(folder / "plan.xlsx", START.encode() + bytes(20 * 2**20))
    told, large = (
        bytearray(path.read_bytes()),
        (20 * 2**20 + len(START)).to_bytes(4, "little"),
    )
    assert told.count(large) == 2
    path.write_bytes(told.replace(large, (5000).to_bytes(4, "little")))
    return path


def _million_rows(folder: Path) -> Path:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(2, 1_000_002)
    )
    return raw_book(folder / "plan.xlsx", START + HEADER + rows + END)


def _far_cell(folder: Path) -> Path:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return raw_book(folder / "plan.xlsx", START + HEADER + far + END)


def _one_text_everywhere(folder: Path) -> Path:
    """One text of a megabyte that a hundred thousand cells show."""
    texts = f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{"a" * 2**20}</t></si></sst>'
    rows = "".join('<row><c t="s"><v>0</v></c></row>' for _n in range(100_000))
    return raw_book(
        folder / "plan.xlsx", START + HEADER + rows + END, sharedStrings=texts
    )


def _many_parts(folder: Path) -> Path:
    path = raw_book(folder / "plan.xlsx", START + END)
    with zipfile.ZipFile(path, "a") as archive:
        for n in range(5000):
            archive.writestr(f"xl/x{n}.xml", "")
    return path


def _other_workbook(folder: Path) -> Path:
    book = openpyxl.Workbook()
    book.create_sheet("成绩")["A1"] = "姓名"
    book.save(folder / "plan.xlsx")
    return folder / "plan.xlsx"


def _large_yaml(folder: Path) -> Path:
    (folder / "areas.yaml").write_bytes(b" " * (25 * 2**20))
    return folder


def _yaml(text: str) -> Callable[[Path], Path]:
    def made(folder: Path) -> Path:
        (folder / "areas.yaml").write_text(text, "utf-8")
        return folder

    return made


ROWS_OF_YAML = "format: bihuan-plan/1\nareas:\n" + "- {code: a, name: b}\n" * 300_001
FLOW_OF_YAML = f"format: bihuan-plan/1\nareas: [{'{code: a, name: b},' * 300_001}]"
CASES: tuple[tuple[Callable[[Path], Path], str], ...] = (
    (_missing, "P001"),
    (_empty_folder, "P019"),
    (_two_books, "P020"),
    (_below_a_file, "P002"),
    (_pipe, "P002"),
    (_text, "P005"),
    (_letter, "P005"),
    (_old_letter, "P003"),
    (_encrypted, "P004"),
    (_locked_part, "P004"),
    (_nothing, "P006"),
    (_truncated, "P006"),
    (_half_sheet, "P006"),
    (_entities, "P006"),
    (_entities_in_texts, "P006"),
    (_lying_bomb, "P006"),
    (_many_parts, "P007"),
    (_far_cell, "P009"),
    (_other_workbook, "P010"),
    (_large_yaml, "P017"),
    (_yaml("format: bihuan-plan/1\nareas:\n- code: [a\n"), "P014"),
    (_yaml("format: bihuan-plan/1\nareas: " + "[" * 100_000), "P014"),
    (_yaml("format: bihuan-plan/1\nareas:\n- code: {a: [b]}\n"), "P015"),
    (_yaml("format: bihuan-plan/1\nareas:\n- &x {code: a, name: b}\n- *x\n"), "P015"),
    (_yaml("- a\n"), "P015"),
    (_yaml(""), "P016"),
    (_yaml("areas: []\n"), "P016"),
    (_yaml("format: bihuan-plan/9\nareas: []\n"), "P016"),
)
HEAVY: tuple[tuple[Callable[[Path], Path], str], ...] = (
    (_bomb, "P007"),
    (_million_rows, "P008"),
    (_one_text_everywhere, "P007"),
    (_yaml(ROWS_OF_YAML), "P008"),
    (_yaml(FLOW_OF_YAML), "P008"),
)


@pytest.mark.parametrize(("make", "code"), CASES)
def test_hostile_file_is_refused(
    make: Callable[[Path], Path], code: str, tmp_path: Path
) -> None:
    reading = read(make(tmp_path))
    assert reading.plan is None
    problem = reading.problems[-1]
    assert {p.code for p in reading.problems} - {"P011"} == {code}
    assert problem.where.file
    assert problem.said
    assert problem.mend


MEASURED = """
import json, re, sys, time
from pathlib import Path
from bihuan.plan.read import read
start = time.process_time()
reading = read(Path(sys.argv[1]))
used = time.process_time() - start
# not ru_maxrss: that begins at what the tests themselves had when they forked
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
print(json.dumps([[p.code for p in reading.problems], used, peak]))
"""


@pytest.mark.slow
@pytest.mark.parametrize(("make", "code"), HEAVY)
def test_heavy_file_is_refused_soon_and_in_little_memory(
    make: Callable[[Path], Path], code: str, tmp_path: Path
) -> None:
    path = make(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    codes, seconds, kibibytes = json.loads(done.stdout)
    assert codes == [code]
    assert seconds < 10
    assert kibibytes < 2**20


def test_file_without_permission_is_refused(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    path = _text(tmp_path)
    path.chmod(0)
    assert [p.code for p in read(path).problems] == ["P002"]


def test_macros_links_and_pictures_are_never_opened(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    save(small_plan(), path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xff" * 1000)
        archive.writestr("xl/externalLinks/externalLink1.xml", "<not xml")
        archive.writestr("xl/media/image1.xml", "<not xml")
    reading = read(path)
    assert reading.problems == ()
    assert reading.plan == small_plan()


def test_merged_ranges_that_overlap_without_end_do_not_hang(tmp_path: Path) -> None:
    wide = "".join(f'<c r="{c}2"><v>1</v></c>' for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(3, 3000)
    )
    merged = "".join('<mergeCell ref="A1:Z3000"/>' for _n in range(20_000))
    sheet = (
        f'{START}{HEADER}<row r="2">{wide}</row>{rows}</sheetData>'
        f"<mergeCells>{merged}</mergeCells></worksheet>"
    )
    assert read(raw_book(tmp_path / "plan.xlsx", sheet)) is not None


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small sound workbook made by another library."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "片区"
    page.append(["片区代码", "片区名称"])
    page.append(["A1", "城区"])
    path = tmp_path_factory.mktemp("good") / "good.xlsx"
    book.save(path)
    return path.read_bytes()


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(data=st.data())
def test_damage_anywhere_is_told_and_never_crashes(
    good: bytes, data: st.DataObject, tmp_path: Path
) -> None:
    hurt = bytearray(good)
    for _n in range(data.draw(st.integers(1, 4))):
        hurt[data.draw(st.integers(0, len(hurt) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "hurt.xlsx"
    path.write_bytes(hurt)
    reading = read(path)
    assert reading.plan is not None or reading.problems


PARTS = ("sheet", "texts")
INK = st.text(
    st.sampled_from('<>/="& rctvsfi0123456789ABZ') | st.characters(codec="utf-8"),
    max_size=60,
)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(inside=INK, tags=st.lists(st.sampled_from(
    ['<row r="2">', "</row>", '<c r="A2" t="s">', '<c r="B2">', "</c>", "<v>0</v>", "<v>9</v>",
     "<f>1+1</f>", '<c r="A99999999">', '<c t="e"><v>#REF!</v></c>', '<row r="-1"/>', "<is/>",
     '<row r="99999999"/>', '<c r="ZZZ1"><v>1</v></c>', '<c r="A2" s="999"><v>4e400</v></c>',
     '<c r="A2" t="d"><v>2020</v></c>', '<c r="A2" t="b"><v>x</v></c>']
), max_size=6))  # fmt: skip
def test_odd_sheets_never_crash(inside: str, tags: list[str], tmp_path: Path) -> None:
    texts = f"<sst><si><t>{inside}</t></si></sst>"
    sheet = START + HEADER + "".join(tags) + END
    path = raw_book(tmp_path / "odd.xlsx", sheet, sharedStrings=texts)
    reading = read(path)
    assert reading.plan is not None or reading.problems
