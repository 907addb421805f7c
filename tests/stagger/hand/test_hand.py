"""A sheet filled in by hand: read back, bad cells located, edits become locks."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings

from bihuan.base.ids import ClassCode, GradeCode, SchoolCode, ZoneCode
from bihuan.base.problems import errors
from bihuan.plan.measures import StagedOpening
from bihuan.plan.people import Class
from bihuan.plan.places import Zone
from bihuan.plan.plan import Plan
from bihuan.plan.words import Stage, ZoneKind
from bihuan.report.stagger.sheets import calendar as workbook
from bihuan.report.stagger.values import Told
from bihuan.stagger.answer import Calendar
from bihuan.stagger.hand.lock import dates, edits, locked
from bihuan.stagger.hand.read import Hand, read_hand
from bihuan.stagger.hand.visit import visited
from bihuan.stagger.verify.calendar import check
from return_made import DRAWN, HEADINGS, Made, district, grade, returns, school

S = SchoolCode("S")
MONDAY = dt.date(2021, 3, 15)
RIGHT = [
    "S校",
    "高二",
    "高二(1)班",
    40,
    MONDAY,
    "07:20–07:35",
    "东门",
    2,
    "17:00–17:05",
    "",
    "",
]


def small() -> Plan:
    """A senior school of two grades, one class each, one gate."""
    names = {11: "高二", 10: "高一"}
    grades = tuple(
        replace(grade("S", level, 0), name=name) for level, name in names.items()
    )
    classes = tuple(
        Class(
            school=S,
            code=ClassCode(f"G{level}C1"),
            name=f"{name}(1)班",
            grade=GradeCode(f"G{level}"),
            students=40,
        )
        for level, name in names.items()
    )
    gate = Zone(school=S, code=ZoneCode("E"), name="东门", kind=ZoneKind.GATE, lanes=2)
    return Plan(
        district=district(),
        schools=(school("S", Stage.SENIOR, accepted=DRAWN),),
        grades=grades,
        classes=classes,
        zones=(gate,),
    )


def sheet(path: Path, *rows: list[object], title: str = "错峰返校安排表") -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = title
    page.append(HEADINGS)
    for row in rows:
        page.append(row)
    book.save(path)
    return path


def filled(tmp_path: Path, **changes: object) -> Hand:
    """A sheet of two classes, the first of them changed."""
    first = dict(zip(HEADINGS, RIGHT, strict=True)) | changes
    second = ["S校", "高一", "高一(1)班", 40, dt.date(2021, 3, 16)]
    return read_hand(sheet(tmp_path / "hand.xlsx", [*first.values()], second), small())


def test_a_sheet_is_read_with_the_place_of_each_date(tmp_path: Path) -> None:
    hand = filled(tmp_path)
    assert hand.problems == ()
    assert dates(hand.calendar) == {
        (S, "G11"): MONDAY,
        (S, "G10"): dt.date(2021, 3, 16),
    }
    assert str(hand.places[S, GradeCode("G11")]) == "hand.xlsx:错峰返校安排表!E2"
    assert check(small(), hand.calendar, places=hand.places) == []


@pytest.mark.parametrize(
    ("column", "came", "code", "cell"),
    [
        ("学校", "T校", "G383", "A2"),
        ("年级", "初九", "G384", "B2"),
        ("班级", "高二(9)班", "G385", "C2"),
        ("年级", "高一", "G386", "B2"),
        ("人数", "很多", "P101", "D2"),
        ("人数", 41, "G388", "D2"),
        ("返校日期", "下周", "P105", "E2"),
        ("返校日期", "2021-02-30", "P105", "E2"),
        ("时段", "早上", "G381", "F2"),
        ("时段", "07:35–07:20", "G381", "F2"),
        ("离校时段", "25:00–26:00", "G381", "I2"),
        ("校门", "西门", "G389", "G2"),
        ("通道", 3, "G390", "H2"),
        ("通道", "一", "P101", "H2"),
    ],
)
def test_a_bad_cell_is_located(
    tmp_path: Path, column: str, came: object, code: str, cell: str
) -> None:
    hand = filled(tmp_path, **{column: came})
    assert [(p.code, p.where.cell) for p in errors(hand.problems)] == [(code, cell)]
    assert "{" not in str(hand.problems[0])


@pytest.mark.parametrize(
    ("column", "came"),
    [
        ("学校", "S"),
        ("年级", "G11"),
        ("年级", "高中二"),
        ("班级", "高二1班"),
        ("人数", "40人"),
        ("返校日期", "2021年3月15日"),
        ("返校日期", "2021/3/15"),
        ("时段", "7:20-7:35"),
        ("时段", "07:20 至 07:35"),
        ("时段", None),
        ("校门", "E"),
        ("通道", "2号"),
    ],
)
def test_what_clerks_usually_write_is_understood(
    tmp_path: Path, column: str, came: object
) -> None:
    hand = filled(tmp_path, **{column: came})
    assert [str(p) for p in hand.problems] == []
    assert dates(hand.calendar)[S, GradeCode("G11")] == MONDAY


def test_a_grade_with_two_dates_is_told_at_the_second(tmp_path: Path) -> None:
    other = [*RIGHT[:4], dt.date(2021, 3, 17)]
    hand = read_hand(sheet(tmp_path / "two.xlsx", RIGHT, other), small())
    assert [p.code for p in hand.problems if p.code == "G387"] == ["G387"]
    assert next(p for p in hand.problems if p.code == "G387").where.cell == "E3"


def test_an_empty_date_leaves_the_grade_open(tmp_path: Path) -> None:
    hand = filled(tmp_path, 返校日期=None)
    assert hand.problems == ()
    assert [p.code for p in check(small(), hand.calendar)] == ["G303"]


def test_a_formula_is_not_read(tmp_path: Path) -> None:
    hand = filled(tmp_path, 返校日期="=TODAY()")
    assert [p.code for p in hand.problems] == ["P123"]


def test_another_workbook_is_refused_with_its_sheets(tmp_path: Path) -> None:
    path = tmp_path / "other.xlsx"
    book = openpyxl.Workbook()
    for name in ("甲", "乙"):
        book.create_sheet(name).append(["一"])
    book.save(path)
    assert [p.code for p in read_hand(path, small()).problems] == ["G382"]
    path.write_bytes(b"no workbook")
    assert read_hand(path, small()).problems


@settings(max_examples=15, deadline=None)
@given(made=returns())
def test_what_is_written_is_read_back(
    made: Made, tmp_path_factory: pytest.TempPathFactory
) -> None:
    told = Told(plan=made.plan, calendar=made.calendar)
    path = tmp_path_factory.mktemp("hand") / "calendar.xlsx"
    for lang in ("zh-Hans", "en"):
        path.write_bytes(workbook(told, lang=lang))
        hand = read_hand(path, made.plan)
        assert [str(problem) for problem in hand.problems] == []
        assert dates(hand.calendar) == dates(made.calendar)


def test_inspections_are_found_where_the_sheet_tells_none(tmp_path: Path) -> None:
    plan = small()
    plan = replace(plan, schools=(school("S", Stage.SENIOR),))
    hand = read_hand(sheet(tmp_path / "hand.xlsx", RIGHT), plan)
    judged = check(plan, visited(plan, hand.calendar))
    assert not {p.code for p in judged} & {"G331", "G332"}


# --- edits become locks ------------------------------------------------------------------


def moved(calendar: Calendar, code: str, on: dt.date) -> Calendar:
    rows = tuple(
        replace(o, date=on) if GradeCode(code) in o.grades else o
        for o in calendar.openings
    )
    return replace(calendar, openings=rows)


def test_edits_are_locked_and_the_rest_is_published(tmp_path: Path) -> None:
    plan = small()
    before = filled(tmp_path).calendar
    later = dt.date(2021, 3, 19)
    mended = moved(before, "G10", later)
    assert edits(plan, mended, before) == {(S, "G10"): later}
    again = locked(plan, mended, before)
    rows = [m for m in again.measures if isinstance(m, StagedOpening)]
    assert {(m.scope, m.opens, m.locked) for m in rows} == {
        (("G11",), MONDAY, False),
        (("G10",), later, True),
    }
    wrong = [
        p.code for p in check(again, moved(mended, "G10", later + dt.timedelta(3)))
    ]
    assert "G307" in wrong


def test_without_an_earlier_calendar_the_plan_says_what_was(tmp_path: Path) -> None:
    plan = small()
    told = StagedOpening(school=S, code="M", scope=("G11",), opens=MONDAY)
    plan = replace(plan, measures=(told,))
    mended = filled(tmp_path).calendar
    assert set(edits(plan, mended, None)) == {(S, "G10")}
    again = locked(plan, mended, None)
    assert told not in again.measures
