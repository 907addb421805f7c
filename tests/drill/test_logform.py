"""The log of a real drill: its form, what is filled in, a video, a log as YAML."""

from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from bihuan.base.ids import PersonId
from bihuan.base.problems import Weight
from bihuan.base.units import Minutes
from bihuan.drill.logform import read_log, save_log, write_form
from bihuan.drill.marks import (
    ClockEvent,
    ClockKind,
    Entry,
    Log,
    Rating,
    State,
    Truth,
)
from bihuan.drill.session import final
from script_world import small_script
from world import YIGAO, small_plan

PLAN, SCENE = small_plan(), small_script()


def _form(folder: Path, lang: str = "zh-Hans") -> openpyxl.Workbook:
    write_form(SCENE, PLAN, YIGAO, folder / "form.xlsx", lang=lang)
    return openpyxl.load_workbook(folder / "form.xlsx")


def _rows(book: openpyxl.Workbook, sheet: str) -> dict[str, int]:
    """Row number by what its first cell says."""
    column = (book[sheet].cell(r, 1).value for r in range(1, book[sheet].max_row + 1))
    return {str(v): r for r, v in enumerate(column, 1) if v}


def _fill(book: openpyxl.Workbook, sheet: str, row: str, **cells: Any) -> None:
    """Fill cells of a row by their header."""
    page = book[sheet]
    heads = {
        str(page.cell(3, c).value).strip("*"): c for c in range(1, page.max_column + 1)
    }
    number = _rows(book, sheet)[row]
    for head, value in cells.items():
        page.cell(number, heads[head], value)


def _read(folder: Path, name: str = "form.xlsx") -> Log:
    log, problems = read_log(folder / name, SCENE, PLAN, YIGAO)
    assert [str(p) for p in problems if p.weight is Weight.ERROR] == []
    assert log is not None
    return log


# --- the form ----------------------------------------------------------------------------


def test_form_knows_what_each_row_asks_of_whom(tmp_path: Path) -> None:
    book = _form(tmp_path)
    page = book["处置记录"]
    row = _rows(book, "处置记录")["B1"]
    told = [page.cell(row, c).value for c in range(1, page.max_column + 1)]
    assert told[1] == "LIAISON"
    assert told[-1] == "做 B1 · 信息联络员 · 目标 30 分，120 分不得分（法定）"


def test_form_has_drop_downs_and_a_sheet_to_print_for_each_objective(
    tmp_path: Path,
) -> None:
    book = _form(tmp_path)
    rules = book["处置记录"].data_validations.dataValidation
    assert {rule.type for rule in rules} == {"list"}
    assert len(rules) == 2
    sheet = book["评估表 O2"]
    cells = [str(c.value) for row in sheet.iter_rows() for c in row if c.value]
    assert {"B1", "B2", "D2"} <= set(cells)
    assert "A1" not in cells
    assert "演练数据不得用于追责和考核" in cells
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == (
        "landscape",
        9,
    )


def test_empty_form_reads_without_an_error(tmp_path: Path) -> None:
    _form(tmp_path)
    log, problems = read_log(tmp_path / "form.xlsx", SCENE, PLAN, YIGAO)
    assert log is not None
    assert log.entries == ()
    assert {p.code for p in problems} == {"D224", "D230"}


def test_form_in_english_is_the_same_form(tmp_path: Path) -> None:
    book = _form(tmp_path, "en")
    _fill(book, "Releases", "A", Released="07:10")
    book.save(tmp_path / "form.xlsx")
    assert [e.inject for e in _read(tmp_path).entries] == ["A"]


def test_filled_form_is_a_log(tmp_path: Path) -> None:
    book = _form(tmp_path)
    for n, row in enumerate(
        (("07:00", "开始"), ("7点20分", "暂停"), ("07:30", "继续"), ("13:00", "结束")),
        5,
    ):
        for c, value in enumerate(row, 1):
            book["时钟"].cell(n, c, value)
    _fill(book, "情景发出", "A", 发出时间="07：10")
    _fill(book, "情景发出", "B", 发出时间="07:40")
    _fill(book, "情景发出", "C", 没有发的原因="没有超时")
    _fill(
        book,
        "处置记录",
        "A1",
        完成="7点18分",
        评级="基本完成",
        评估人员="外校校医",
        第二评级="P",
        第二评估人员="市疾控",
    )
    _fill(book, "处置记录", "A2", 完成="是", 评级="P", 谁做的="DOCTOR-2")
    _fill(book, "处置记录", "B1", 完成="08:30", 补正原因="电话占线，传真补报")
    _fill(book, "处置记录", "B2", 不适用原因="无此班")
    book.save(tmp_path / "form.xlsx")
    log = _read(tmp_path)
    assert (log.scene, log.school, log.source, log.played) == (
        "small",
        YIGAO,
        "live",
        False,
    )
    assert [(e.wall, e.kind) for e in log.clock] == [
        (420.0, ClockKind.START),
        (440.0, ClockKind.PAUSE),
        (450.0, ClockKind.RESUME),
        (780.0, ClockKind.STOP),
    ]
    done = {e.action or e.inject: e for e in log.entries}
    assert done["C"].waived == "没有超时"
    assert (done["A1"].rating, done["A1"].second_rating) == (Rating.S, Rating.P)
    assert (done["A2"].untimed, done["A2"].person) == (True, "DOCTOR-2")
    assert done["B1"].rectified
    states = {t.expected.id: t.state for t in final(SCENE, log).tasks}
    assert states == {
        "A1": State.ON_TIME,
        "A2": State.ON_TIME,
        "B1": State.LATE,
        "B2": State.NOT_APPLICABLE,
        "C1": State.NOT_APPLICABLE,
        "C2": State.NOT_APPLICABLE,
        "D1": State.NOT_APPLICABLE,
        "D2": State.NOT_APPLICABLE,
    }


def test_a_list_has_a_sheet_of_its_own(tmp_path: Path) -> None:
    book = _form(tmp_path)
    _fill(book, "情景发出", "D", 发出时间="09:00")
    _fill(book, "处置记录", "D1", 完成="09:40", 名单="DOCTOR-1、LIAISON")
    for n, person in enumerate(("GUARD-1", "GUARD-2"), 5):
        book["接触者名单"].cell(n, 1, "D1")
        book["接触者名单"].cell(n, 2, person)
    book["真值"].cell(5, 1, "寝室")
    book["真值"].cell(5, 2, "GUARD-1、GUARD-2、CLEANER-1")
    book["真值"].cell(6, 1, "首例")
    book["真值"].cell(6, 2, "DOCTOR-2")
    book.save(tmp_path / "form.xlsx")
    log = _read(tmp_path)
    (entry,) = [e for e in log.entries if e.action]
    assert entry.listed == ("DOCTOR-1", "LIAISON", "GUARD-1", "GUARD-2")
    assert log.truth.index == "DOCTOR-2"
    assert log.truth.contacts == (("dorm_room", ("GUARD-1", "GUARD-2", "CLEANER-1")),)


def test_rated_without_a_time_is_done_without_a_time(tmp_path: Path) -> None:
    book = _form(tmp_path)
    _fill(book, "情景发出", "A", 发出时间="07:10")
    _fill(book, "处置记录", "A1", 评级="M")
    _fill(book, "处置记录", "A2", 评级="U")
    book.save(tmp_path / "form.xlsx")
    done = [e for e in _read(tmp_path).entries if e.action]
    assert [(e.action, e.untimed, e.wall) for e in done] == [("A1", True, 430.0)]


# --- nights and videos --------------------------------------------------------------------

NIGHT = """format: bihuan-drill-log/1
scene: small
school: YIGAO
clock: [{wall: '22:00', kind: 开始}]
releases: [{inject: A, wall: '23:50'}, {inject: B, wall: 次日 00:30}]
actions: [{action: A1, done: '00:04'}, {action: B1, done: '2020-04-14 01:00'}]
"""
VIDEO = """format: bihuan-drill-log/1
scene: small
school: YIGAO
source: 录像
releases: [{inject: A, wall: '0:30'}, {inject: B, wall: '12:00'}]
actions:
- {action: A1, done: '5:30'}
- {action: A2, done: '6:00'}
- {action: B1, done: '1:02:00'}
- {action: B2, done: '44:00'}
cuts: [{at: '5:45'}, {at: '13:00'}]
"""


def _yaml(folder: Path, text: str) -> Log:
    (folder / "log.yaml").write_text(text, "utf-8")
    return _read(folder, "log.yaml")


def test_times_past_midnight_are_of_the_next_day(tmp_path: Path) -> None:
    log = _yaml(tmp_path, NIGHT)
    assert [e.wall for e in log.entries] == [1430.0, 1444.0, 1470.0, 1500.0]


def test_a_video_has_time_codes_and_cuts(tmp_path: Path) -> None:
    """A cut between release and deed hides the time; past what counts it hides nothing."""
    log = _yaml(tmp_path, VIDEO)
    done = {e.action: e for e in log.entries if e.action}
    assert (done["A1"].wall, done["A1"].untimed) == (5.5, False)
    assert (done["A2"].wall, done["A2"].untimed) == (0.5, True)
    assert (done["B1"].wall, done["B1"].untimed) == (12.0, True)
    assert (done["B2"].wall, done["B2"].untimed) == (44.0, False)
    states = {t.expected.id: t.state for t in final(SCENE, log).tasks}
    assert (states["B1"], states["B2"]) == (State.CENSORED, State.LATE)
    assert log.clock == (ClockEvent(wall=Minutes(0), kind=ClockKind.START),)


def test_excel_takes_a_time_code_for_hours_and_minutes(tmp_path: Path) -> None:
    """12:34 typed into a cell becomes 12 hours 34 minutes; it meant minutes and seconds."""
    book = _form(tmp_path)
    _fill(book, "演练记录", "small", 记录方式="录像")
    _fill(book, "情景发出", "A", 发出时间=time(0, 30))
    _fill(book, "处置记录", "A1", 完成=time(5, 30))
    book.save(tmp_path / "form.xlsx")
    log = _read(tmp_path)
    assert [e.wall for e in log.entries] == [0.5, 5.5]


# --- a log as YAML -----------------------------------------------------------------------

WALLS = st.integers(1, 300).map(lambda n: Minutes(n / 4))
PEOPLE = st.sampled_from(["DOCTOR-1", "GUARD-1", "LIAISON"]).map(PersonId)


@st.composite
def logs(draw: st.DrawFn) -> Log:
    """A log such as a program writes: releases, deeds after them, in order of time."""
    entries: list[Entry] = []
    for inject in SCENE.injects:
        wall = draw(WALLS)
        if draw(st.booleans()):
            entries.append(Entry(wall=Minutes(0), inject=inject.id, waived="没有人手"))
            continue
        entries.append(Entry(wall=wall, inject=inject.id))
        for expected in inject.expected:
            untimed = draw(st.booleans())
            gap = Minutes(0 if untimed else draw(WALLS))
            listed = (
                st.lists(PEOPLE, min_size=1, unique=True)
                if expected.measure
                else st.just([])
            )
            entries.append(
                Entry(
                    wall=Minutes(wall + gap),
                    action=expected.id,
                    person=draw(PEOPLE | st.just(PersonId(""))),
                    rating=draw(st.none() | st.sampled_from(Rating)),
                    evidence=draw(st.sampled_from(["", "登记表第3行"])),
                    listed=tuple(draw(listed)),
                    rectified=draw(st.sampled_from(["", "占线"])),
                    untimed=untimed,
                )
            )
    return Log(
        scene=SCENE.id,
        school=YIGAO,
        clock=(
            ClockEvent(wall=Minutes(0), kind=ClockKind.START, by="导调"),
            ClockEvent(wall=Minutes(200), kind=ClockKind.STOP),
        ),
        entries=tuple(sorted(entries, key=lambda e: (e.wall, not e.inject))),
        truth=Truth(
            index=PersonId("GUARD-1"),
            contacts=(("seat", (PersonId("DOCTOR-1"),)),),
            secondary=(PersonId("LIAISON"),),
            drawn=draw(st.booleans()),
        ),
        played=draw(st.booleans()),
        source=draw(st.sampled_from(["live", "paper"])),
    )


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(logs())
def test_a_log_survives_yaml(tmp_path: Path, log: Log) -> None:
    save_log(log, tmp_path / "log.yaml")
    back = _read(tmp_path, "log.yaml")
    key = lambda e: (e.wall, not e.inject, e.inject, e.action)  # noqa: E731
    assert sorted(back.entries, key=key) == sorted(log.entries, key=key)
    assert replace(back, entries=()) == replace(log, entries=())


@pytest.mark.parametrize(("code", "minutes"), [("12:34", 754), ("1:02:34.5", 3754.5)])
def test_time_codes_are_seconds(code: str, minutes: float, tmp_path: Path) -> None:
    log = _yaml(
        tmp_path,
        VIDEO.replace("'44:00'", f"'{code}'").replace(
            "{at: '5:45'}, {at: '13:00'}", ""
        ),
    )
    (wall,) = [e.wall for e in log.entries if e.action == "B2"]
    assert wall * 60 == pytest.approx(minutes)
