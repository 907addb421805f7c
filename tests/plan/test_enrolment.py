"""The enrolment as schools hand it in: what is read, what is told with its cell."""

from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from openpyxl import Workbook

from bihuan.base.problems import Problem
from bihuan.plan.enrolment import Line, id_is_sound, read_enrolment

HEADS = ("年级", "班级", "姓名", "学号", "身份证号", "家长电话", "座号")
SOUND = ("高三", "高三(1)班", "示例甲", "0101", "", "13800000000", 3)
ID = "11010519491231002X"
"""The example of GB 11643-1999 itself, of nobody."""


def read(
    folder: Path, *rows: tuple[object, ...]
) -> tuple[tuple[Line, ...], list[Problem]]:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["", "", "", "", "", "", ""])
    sheet.append(list(HEADS))
    for row in rows:
        sheet.append(list(row))
    book.save(folder / "roster.xlsx")
    heard: list[Problem] = []
    return read_enrolment(folder / "roster.xlsx", heard), heard


def test_a_sound_row_is_read_as_it_stands(tmp_path: Path) -> None:
    lines, heard = read(tmp_path, SOUND)
    assert heard == []
    assert (lines[0].entry.name, lines[0].entry.code, lines[0].entry.seat) == (
        "示例甲",
        "0101",
        3,
    )


@pytest.mark.parametrize(
    ("row", "code", "cell"),
    [
        (("高三", "高三(1)班", "", "0102", "", "", 1), "P110", "C4"),
        (("高三", "高三(1)班", "示例乙", "0101", "", "", 1), "P130", "A4"),
        (
            ("高三", "高三(1)班", "示例乙", "0102", "110105194912310021", "", 1),
            "P131",
            "A4",
        ),
        (("高三", "高三(1)班", "示例乙", "0102", "", "明天补", 1), "P132", "A4"),
        (("高三", "高三(1)班", "示例乙", "0102", "", "", "前排"), "P101", "G4"),
    ],
)
def test_a_bad_row_is_told_with_its_cell(
    tmp_path: Path, row: tuple[object, ...], code: str, cell: str
) -> None:
    lines, heard = read(tmp_path, SOUND, row)
    told = [(p.code, p.where.cell) for p in heard]
    assert (code, cell) in told
    assert len(lines) == (2 if code == "P132" else 1)


def test_no_message_repeats_a_whole_identity_number(tmp_path: Path) -> None:
    wrong = "110105194912310021"
    _lines, heard = read(tmp_path, ("高三", "高三(1)班", "示例", "0102", wrong, "", 1))
    assert wrong not in str(heard[0])


@given(st.integers(0, 16), st.sampled_from("0123456789"))
@settings(deadline=None, max_examples=60)
def test_a_changed_digit_of_an_identity_number_is_seen(place: int, digit: str) -> None:
    changed = ID[:place] + digit + ID[place + 1 :]
    assert id_is_sound(changed) == (changed == ID)


def test_a_torn_file_is_one_problem(tmp_path: Path) -> None:
    torn = tmp_path / "torn.xlsx"
    torn.write_bytes(b"PK\x03\x04 torn")
    heard: list[Problem] = []
    assert read_enrolment(torn, heard) == ()
    assert [p.code for p in heard] == ["P006"]
