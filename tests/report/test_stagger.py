"""The papers of a return: dates as calendar files, words, page, workbook, cards."""

import datetime as dt
import io
import re
from dataclasses import replace

import icalendar
import openpyxl
import pytest

from bihuan.base.ids import GradeCode, SchoolCode
from bihuan.base.wording import speak
from bihuan.plan.plan import Capacity, Order, Plan
from bihuan.plan.words import CapacityKind, Extent, OrderKind, Stage
from bihuan.report.stagger import board, cards, ics, notice, sheets, words
from bihuan.report.stagger.values import Told, ToldDay, sequences
from bihuan.stagger.answer import (
    Calendar,
    Conflict,
    Goal,
    Opening,
    Repair,
    Status,
    Term,
    Unready,
    Visit,
    Why,
)
from bihuan.stagger.verify.calendar import check
from day_made import klass, of
from return_made import HEADINGS, OPENS, district, grade, school

S = SchoolCode("S")
DAY = dt.timedelta(1)


def plan() -> Plan:
    """A primary school and a senior one whose last year is fixed."""
    senior = [
        replace(grade("T", n, 100), name=f"高{x}") for n, x in ((12, "三"), (11, "二"))
    ]
    primary = [
        replace(grade("S", n, 40), name=f"{x}年级")
        for n, x in enumerate("一二三四五六", 1)
    ]
    return Plan(
        district=district(),
        schools=(school("S", Stage.PRIMARY), school("T", Stage.SENIOR)),
        grades=(*primary, *senior),
        orders=(
            Order(
                code="O1",
                level=12,
                extent=Extent.PROVINCE,
                kind=OrderKind.FIXED,
                date=OPENS,
            ),
        ),
        capacities=(Capacity(kind=CapacityKind.STUDENTS, start=OPENS, amount=100),),
    )


def opening(
    code: str, levels: tuple[int, ...], on: dt.date, why: Why = Why.CHOSEN
) -> Opening:
    return Opening(
        school=SchoolCode(code),
        grades=tuple(GradeCode(f"G{n}") for n in levels),
        date=on,
        why=why,
        students=sum(100 if n > 9 else 40 for n in levels),
    )


def calendar(**changes: object) -> Calendar:
    plain = Calendar(
        status=Status.FOUND,
        openings=(
            opening("T", (12,), OPENS, Why.ORDER),
            opening("T", (11,), OPENS + 5 * DAY),
            opening("S", (6, 5, 4), OPENS + 6 * DAY),
            opening("S", (3, 2, 1), OPENS + 7 * DAY),
        ),
        visits=tuple(Visit(school=SchoolCode(c), date=OPENS - DAY) for c in "ST"),
        terms=(
            Term(goal=Goal.LATE, value=1234.0, weight=1.0),
            Term(goal=Goal.PEAK, value=120.0, weight=3.0),
        ),
        gap=0.004,
        seed=7,
        engine="highs",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # fields by name


def told(**changes: object) -> Told:
    return replace(Told(plan=plan(), calendar=calendar()), **changes)  # type: ignore[arg-type]  # fields by name


# --- calendar files ------------------------------------------------------------------------


def events(content: bytes) -> dict[str, icalendar.cal.Component]:
    whole = icalendar.Calendar.from_ical(content)
    return {str(e["UID"]): e for e in whole.walk("VEVENT")}


def test_every_batch_is_a_day_with_one_alarm_a_week_before() -> None:
    found = events(ics.of_school(told(), "S"))
    assert sorted(found) == [
        "return-410000-S-G3+G2+G1@bihuan",
        "return-410000-S-G6+G5+G4@bihuan",
    ]
    event = found["return-410000-S-G6+G5+G4@bihuan"]
    assert event.decoded("DTSTART") == OPENS + 6 * DAY
    assert event.decoded("DTEND") == OPENS + 7 * DAY
    assert event.decoded("SEQUENCE") == 0
    assert str(event["SUMMARY"]) == "S校四至六年级返校"
    (alarm,) = event.walk("VALARM")
    assert alarm.decoded("TRIGGER") == dt.timedelta(days=-7)


def test_sequence_rises_with_a_new_date_only_and_the_uid_stays() -> None:
    old = calendar()
    rows = (*old.openings[:3], replace(old.openings[3], date=OPENS + 9 * DAY))
    new = calendar(openings=rows, seed=8, gap=0.001)
    counts = sequences(old, {}, new)
    before = events(ics.of_school(told(), "S"))
    after = events(ics.of_school(told(calendar=new, sequences=counts), "S"))
    assert before.keys() == after.keys()
    assert {uid: e.decoded("SEQUENCE") for uid, e in after.items()} == {
        "return-410000-S-G6+G5+G4@bihuan": 0,
        "return-410000-S-G3+G2+G1@bihuan": 1,
    }
    back = sequences(new, counts, old)
    assert set(back.values()) == {0, 2}
    assert sequences(old, counts, old) == counts


def test_the_same_answer_gives_the_same_bytes() -> None:
    assert ics.of_school(told(), "S") == ics.of_school(told(), "S")
    assert sheets.calendar(told(), lang="en") == sheets.calendar(told(), lang="en")


def test_each_class_has_its_own_file_and_its_hours() -> None:
    made = of([klass(0, 40, 10), klass(1, 40, 0)])
    day = ToldDay(plan=made.plan, day=made.day)
    files = dict(ics.of_day(day))
    assert sorted(files) == ["C0", "C1"]
    hours = events(files["C0"])  # type: ignore[index]  # a class's code
    assert len(hours) == 5
    assert {str(e["LOCATION"]) for e in hours.values()} >= {"0门 1 号通道", "餐厅"}


# --- words ------------------------------------------------------------------------------


CONFLICT = Conflict(
    rows=("order:O2", "gap:primary"),
    said=("小学须在5月4日前全部开学", "同校批次至少隔1天"),
    proof="farkas",
    minimal=True,
    repairs=(
        Repair(row="gap:primary", said="同校批次不隔天", amount=1, cost=9.0),
        Repair(
            row="openings:A", said="1号片区4天内增加共14个批次名额", amount=14, cost=2.0
        ),
    ),
)


def test_a_confirmed_conflict_is_told_with_its_rows_and_cheapest_repair() -> None:
    assert words.conflict(CONFLICT) == (
        "无法排出方案（已由两种方法确认）。",
        "直接冲突：①小学须在5月4日前全部开学；②同校批次至少隔1天。",
        "任去其一即可松动。",
    )
    assert words.repairs(CONFLICT)[0] == "1号片区4天内增加共14个批次名额。"


def test_what_nobody_confirmed_is_not_called_impossible() -> None:
    unsure = replace(CONFLICT, proof="", minimal=False)
    said = " ".join(words.conflict(unsure))
    assert "无法排出" not in said
    assert "任去其一" not in said
    out_of_time = calendar(status=Status.UNDECIDED, gap=0.0123)
    assert words.status(out_of_time) == "未能判定，现有最好方案差距 1.2%。"
    none = Calendar(status=Status.UNDECIDED)
    assert words.status(none).startswith("未能判定")


def test_a_difference_names_who_moved_most_students_first() -> None:
    old = calendar()
    rows = (
        old.openings[0],
        replace(old.openings[1], date=OPENS + 8 * DAY),
        replace(old.openings[2], date=OPENS + 5 * DAY),
        old.openings[3],
    )
    said = words.difference(plan(), old, calendar(openings=rows))
    assert said[0] == "2 批换日期，220 名学生，占 50.0%。"
    assert said[1].startswith("S校四至六年级从 3月16日 改到 3月15日（周一），早 1 天")
    assert said[2].startswith("T校高二从 3月15日 改到 3月18日（周四），晚 3 天")
    assert words.difference(plan(), old, old) == ("两份日历日期相同。",)


def test_a_split_batch_is_told_grade_by_grade() -> None:
    old = calendar()
    half = opening("S", (3,), OPENS + 9 * DAY)
    rest = opening("S", (2, 1), OPENS + 7 * DAY)
    new = calendar(openings=(*old.openings[:3], half, rest))
    (row,) = words.moved(old, new)
    assert (row.grades, row.was, row.now) == (("G3",), OPENS + 7 * DAY, OPENS + 9 * DAY)


@pytest.mark.parametrize(("lang", "said"), [("zh-Hans", "四至六年级"), ("en", "G4–6")])
def test_grades_are_said_as_a_run(lang: str, said: str) -> None:
    with speak(lang):
        assert words.grades(plan(), calendar().openings[2]) == said


def test_an_unready_school_is_told_with_three_ways_out() -> None:
    row = Unready(
        school=SchoolCode("T"),
        grades=(GradeCode("G12"),),
        date=OPENS,
        order="O1",
        ready=None,
        mend_by=OPENS - DAY,
        borrow=(S,),
    )
    (line,) = words.unready(plan(), calendar(unready=(row,)))
    for part in ("3月9日前整改", "S校", "向上级报告"):
        assert part in line


# --- page, workbook, notice, cards -------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh-Hans", "en"])
def test_the_page_asks_for_nothing_and_shows_everybody(lang: str) -> None:
    problems = tuple(check(plan(), calendar()))
    page = board.html(told(problems=problems, before=calendar()), lang=lang)
    assert not re.search(r"<script|https?://(?!www\.w3\.org)", page)
    for name in ("S校", "T校"):
        assert page.count(name) >= 2  # in the drawing and in the list of narrow screens
    assert page.count("chip-wrong") >= 2  # the day on which 120 open where 100 may


def test_where_a_batch_stood_is_drawn() -> None:
    old = calendar()
    rows = (*old.openings[:3], replace(old.openings[3], date=OPENS + 9 * DAY))
    page = board.html(
        told(calendar=calendar(openings=rows), before=old), lang="zh-Hans"
    )
    assert page.count('class="chip-ghost"') == 2  # the legend and the chip


def test_a_conflict_without_any_date_has_a_page_too() -> None:
    none = Calendar(status=Status.IMPOSSIBLE, conflict=CONFLICT)
    page = board.html(told(calendar=none), lang="zh-Hans")
    assert "14个批次名额" in page
    assert "gantt" not in page.split("</style>")[1]


def test_a_stopped_search_is_marked() -> None:
    assert "中途停止" in board.html(told(partial=True), lang="zh-Hans")
    assert "中途停止" not in board.html(told(), lang="zh-Hans")


def test_the_workbook_has_the_sheet_that_schools_expect() -> None:
    book = openpyxl.load_workbook(io.BytesIO(sheets.calendar(told(), lang="zh-Hans")))
    page = book["错峰返校安排表"]
    heads = [cell.value for cell in page[1]]
    assert heads == HEADINGS
    assert page.max_row == 1 + 8  # a row a grade where there are no classes
    assert {"批次", "资源占用", "方案", "独立核对", "说明"} <= set(book.sheetnames)


def test_the_notice_names_every_date_of_the_school_and_no_other() -> None:
    text = notice.text(told(), "S")
    assert "四至六年级：3月16日（周二）返校。" in text
    assert "高三" not in text
    assert notice.docx(told(), "S") == notice.docx(told(), "S")


def test_a_class_in_two_groups_has_two_cards_and_two_rows() -> None:
    made = of([klass(0, 40, 10), klass(1, 40, 0)])
    day = ToldDay(plan=made.plan, day=made.day)
    assert [(c.klass, c.who) for c in cards.cards(day)] == [
        ("0班", "走读生"),
        ("0班", "寄宿生"),
        ("1班", "走读生"),
    ]
    page = cards.cards_html(day, lang="zh-Hans")
    assert page.count('slot-card"') == 3
    book = openpyxl.load_workbook(io.BytesIO(sheets.day(day, lang="zh-Hans")))
    rows = [[c.value for c in row] for row in book["错峰返校安排表"]]
    assert rows[1][:4] == ["S校", "11年级", "0班", 40]
    assert rows[1][5:9] == ["06:00–06:15", "0门", "1", "17:00–17:05"]


def test_every_gate_and_hall_has_a_duty_sheet() -> None:
    made = of([klass(0, 40, 10), klass(1, 40, 0)])
    found = list(cards.duties(ToldDay(plan=made.plan, day=made.day)))
    assert [sheet.place for sheet in found] == ["S校 0门", "S校 1门", "S校 餐厅"]
    assert [len(sheet.table.rows) for sheet in found] == [2, 2, 3]
