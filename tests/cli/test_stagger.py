"""`bihuan stagger`: calendars and days planned, judged, kept, gone on from."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest

from bihuan.base.ids import AreaCode
from bihuan.cli.main import run
from bihuan.cli.stagger_rehearse import RehearseTold
from bihuan.cli.stagger_told import CalendarTold, CheckTold, DayTold, ExplainTold
from bihuan.cli.values import schema
from bihuan.plan.places import Area
from bihuan.plan.plan import Capacity, Order, Plan
from bihuan.plan.save import save
from bihuan.plan.words import CapacityKind, Extent, OrderKind, Stage
from bihuan.report.stagger.sheets import calendar as workbook
from bihuan.report.stagger.values import Told
from bihuan.stagger.answer import Calendar, Opening, Status
from day_made import klass, of
from return_made import DRAWN, OPENS, district, grade, school

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "docs/schema"
COUNTY = ROOT / "examples/county"
Said = pytest.CaptureFixture[str]


def small() -> Plan:
    """A senior school that has been inspected: a fixed year, two free ones."""
    return Plan(
        district=district(),
        areas=(Area(code=AreaCode("A"), name="甲片"),),
        schools=(school("S", Stage.SENIOR, accepted=DRAWN),),
        grades=(grade("S", 12, 90), grade("S", 11, 80), grade("S", 10, 70)),
        orders=(
            Order(
                code="O1",
                level=12,
                extent=Extent.CITY,
                kind=OrderKind.FIXED,
                date=OPENS,
            ),
        ),
    )


@pytest.fixture
def plan_file(tmp_path: Path) -> Path:
    save(small(), tmp_path / "plan.xlsx", lang="zh-Hans")
    return tmp_path / "plan.xlsx"


def judged(said: Said, name: str) -> dict[str, Any]:
    """The answer of the last command, held against its schema."""
    whole: dict[str, Any] = json.loads(said.readouterr().out)
    jsonschema.validate(whole, json.loads((SCHEMAS / name).read_text("utf-8")))
    return whole


def by_hand(tmp_path: Path, *days: int) -> Path:
    """A sheet with the dates of the three years, days after the first."""
    openings = tuple(
        Opening(
            school=small().schools[0].code,
            grades=(small().grades[n].code,),
            date=OPENS + timedelta(day),
            students=small().grades[n].students,
        )
        for n, day in enumerate(days)
    )
    calendar = Calendar(status=Status.FOUND, openings=openings)
    path = tmp_path / "hand.xlsx"
    path.write_bytes(workbook(Told(plan=small(), calendar=calendar), lang="zh-Hans"))
    return path


# --- check ----------------------------------------------------------------------------


def test_a_sheet_that_keeps_the_rules_is_found_right(
    plan_file: Path, tmp_path: Path, capsys: Said
) -> None:
    hand = by_hand(tmp_path, 0, 1, 2)
    assert run(["stagger", "check", str(plan_file), str(hand)]) == 0
    assert "没有发现问题" in capsys.readouterr().out


def test_a_sheet_that_breaks_one_is_told_at_its_cell(
    plan_file: Path, tmp_path: Path, capsys: Said
) -> None:
    hand = by_hand(tmp_path, 0, 2, 1)
    assert run(["stagger", "check", str(plan_file), str(hand), "--json"]) == 2
    whole = judged(capsys, "stagger-check.json")
    (problem,) = whole["problems"]
    assert (problem["code"], problem["where"]) == (
        "G313",
        "hand.xlsx:错峰返校安排表!E3",
    )
    assert whole["errors"] == 1
    assert whole["objectives"]["late"] > 0


def test_a_bad_cell_is_told_with_what_is_wrong_with_the_dates(
    plan_file: Path, tmp_path: Path, capsys: Said
) -> None:
    hand = by_hand(tmp_path, 0, 1, 2)
    book = openpyxl.load_workbook(hand)
    book["错峰返校安排表"]["E3"] = "下周一"
    book.save(hand)
    assert run(["stagger", "check", str(plan_file), str(hand), "--json"]) == 2
    codes = [p["code"] for p in judged(capsys, "stagger-check.json")["problems"]]
    assert codes == ["P105", "G303"]


def test_a_judged_sheet_is_drawn(plan_file: Path, tmp_path: Path, capsys: Said) -> None:
    out = tmp_path / "drawn"
    hand = by_hand(tmp_path, 0, 2, 1)
    assert run(["stagger", "check", str(plan_file), str(hand), "--out", str(out)]) == 2
    assert "chip-wrong" in (out / "calendar.html").read_text("utf-8")
    capsys.readouterr()


def test_what_is_no_answer_is_refused(
    plan_file: Path, tmp_path: Path, capsys: Said
) -> None:
    for text in (
        "{}",
        "[]",
        "no",
        '{"schema": "bihuan-stagger-calendar/1"}',
        '{"schema": "bihuan-stagger-day/1", "day": 3}',
    ):
        path = tmp_path / "answer.json"
        path.write_text(text, "utf-8")
        assert run(["stagger", "check", str(plan_file), str(path)]) == 1
        assert "answer.json" in capsys.readouterr().err
    assert run(["stagger", "check", str(plan_file), str(tmp_path / "none.xlsx")]) != 0


# --- calendar -------------------------------------------------------------------------


def planned(plan: Path, *words: str) -> int:
    asked = ["stagger", "calendar", str(plan), "--seconds", "5", "--threads", "1"]
    return run([*asked, *words])


def test_a_calendar_is_planned_judged_and_told_by_its_schema(
    plan_file: Path, capsys: Said
) -> None:
    assert planned(plan_file, "--json") == 0
    whole = judged(capsys, "stagger-calendar.json")
    assert whole["schema"] == "bihuan-stagger-calendar/1"
    assert whole["status"] == "proven"
    assert whole["violations"] == []
    assert whole["objectives"]["late"] == whole["calendar"]["terms"][0]["value"]
    assert [*whole] == sorted(whole)
    assert planned(plan_file, "--json") == 0
    assert judged(capsys, "stagger-calendar.json") == whole


def test_a_calendar_is_written_and_passes_its_check(
    plan_file: Path, tmp_path: Path, capsys: Said
) -> None:
    out = tmp_path / "out"
    assert planned(plan_file, "--out", str(out)) == 0
    for name in (
        "calendar.html",
        "calendar.xlsx",
        "calendar.json",
        "schools/S/return.ics",
    ):
        assert (out / name).stat().st_size > 0
    assert run(["stagger", "check", str(plan_file), str(out / "calendar.json")]) == 0
    assert run(["stagger", "check", str(plan_file), str(out / "calendar.xlsx")]) == 0
    capsys.readouterr()


def test_a_hand_edit_is_locked_and_the_rest_is_planned_again(
    plan_file: Path, tmp_path: Path, capsys: Said
) -> None:
    out, again = tmp_path / "out", tmp_path / "again"
    assert planned(plan_file, "--out", str(out)) == 0
    book = openpyxl.load_workbook(out / "calendar.xlsx")
    page = book["错峰返校安排表"]
    (row,) = (r for r in page.iter_rows(min_row=2) if r[1].value == "11年级")
    row[4].value = "2021-03-22"
    book.save(out / "calendar.xlsx")
    words = [
        "--edited",
        str(out / "calendar.xlsx"),
        "--replan",
        str(out / "calendar.json"),
    ]
    assert planned(plan_file, *words, "--out", str(again)) == 0
    whole = json.loads((again / "calendar.json").read_text("utf-8"))
    dates = {
        o["grades"][0]: (o["date"], o["why"]) for o in whole["calendar"]["openings"]
    }
    assert dates["G11"] == ("2021-03-22", "lock")
    assert dates["G10"][0] > "2021-03-22"
    assert whole["sequence"] == {"S/G10": 1, "S/G11": 1}
    assert "SEQUENCE:1" in (again / "schools/S/return.ics").read_text("utf-8")
    assert "换日期" in capsys.readouterr().out


def test_a_plan_that_cannot_be_has_its_conflict_told(
    tmp_path: Path, capsys: Said
) -> None:
    nobody = Capacity(kind=CapacityKind.STUDENTS, start=OPENS, amount=0)
    save(replace(small(), capacities=(nobody,)), tmp_path / "plan.xlsx", lang="zh-Hans")
    assert planned(tmp_path / "plan.xlsx", "--json") == 1
    whole = judged(capsys, "stagger-calendar.json")
    assert whole["status"] == "impossible"
    assert run(["stagger", "explain", str(tmp_path / "plan.xlsx"), "--json"]) == 1
    told = judged(capsys, "stagger-explain.json")
    assert told["conflict"]["rows"] == ["students"]
    assert told["conflict"]["proof"]


def test_three_plans_are_offered(plan_file: Path, capsys: Said) -> None:
    assert planned(plan_file, "--offers", "--json") == 0
    whole = judged(capsys, "stagger-calendar.json")
    assert [one["aim"] for one in whole["offers"]][:3] == [
        "earliest",
        "calmest",
        "balanced",
    ]


def test_an_unknown_aim_is_refused(plan_file: Path, capsys: Said) -> None:
    assert planned(plan_file, "--aim", "best") == 1
    assert "earliest、calmest、balanced" in capsys.readouterr().err


# --- day ------------------------------------------------------------------------------


def test_a_day_of_a_school_that_is_not_is_refused(
    plan_file: Path, capsys: Said
) -> None:
    words = ["stagger", "day", str(plan_file), "--date", "2021-03-11"]
    assert run([*words, "--school", "T"]) == 1
    assert "「T」" in capsys.readouterr().err
    assert run([*words, "--school", "S"]) == 1  # no classes, no day plan
    assert "G202" in capsys.readouterr().err


def test_a_day_is_planned_written_and_passes_its_check(
    tmp_path: Path, capsys: Said
) -> None:
    plan = tmp_path / "plan.xlsx"
    save(of([klass(0, 40, 10), klass(1, 30, 0)]).plan, plan, lang="zh-Hans")
    out = tmp_path / "day"
    words = ["stagger", "day", str(plan), "--school", "S", "--date", "2021-03-11"]
    assert run([*words, "--seconds", "2", "--out", str(out), "--json"]) == 0
    whole = judged(capsys, "stagger-day.json")
    assert whole["violations"] == []
    assert {slot["flow"] for slot in whole["day"]["slots"]} >= {"arrival", "lunch"}
    for name in ("day.xlsx", "cards.html", "duty.html", "classes/C0.ics"):
        assert (out / name).stat().st_size > 0
    assert run(["stagger", "check", str(plan), str(out / "day.json")]) == 0
    capsys.readouterr()


def test_a_day_is_rehearsed_against_everybody_at_once(
    tmp_path: Path, capsys: Said
) -> None:
    plan = tmp_path / "plan.xlsx"
    save(of([klass(0, 40, 10), klass(1, 30, 0)]).plan, plan, lang="zh-Hans")
    words = ["stagger", "rehearse", str(plan), "--school", "S", "--date", "2021-03-11"]
    words += ["--seconds", "2", "--runs", "20", "--days", "10"]
    assert run([*words, "--json"]) == 0
    whole = judged(capsys, "stagger-rehearse.json")
    assert [row["question"] for row in whole["rows"]] == ["returner", "imports"]
    assert all(row["runs"] == 20 for row in whole["rows"])
    assert run(words) == 0
    assert "情景推演，非预测" in capsys.readouterr().out


# --- a stop ---------------------------------------------------------------------------


@pytest.mark.slow
def test_a_stop_writes_the_best_calendar_so_far(tmp_path: Path) -> None:
    """A county for ten minutes, stopped when a plan is there."""
    out = tmp_path / "out"
    words = ["stagger", "calendar", str(COUNTY), "--seconds", "600", "--out", str(out)]
    with subprocess.Popen(
        [sys.executable, "-m", "bihuan", *words], stdout=subprocess.PIPE, text=True
    ) as search:
        time.sleep(60)
        search.send_signal(signal.SIGINT)
        said, _nothing = search.communicate(timeout=120)
    assert search.returncode == 0
    assert "中途停止" in said
    kept = json.loads((out / "calendar.json").read_text("utf-8"))
    assert kept["partial"] is True
    assert kept["violations"] == []


# --- schemas --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (CalendarTold, "stagger-calendar"),
        (DayTold, "stagger-day"),
        (CheckTold, "stagger-check"),
        (ExplainTold, "stagger-explain"),
        (RehearseTold, "stagger-rehearse"),
    ],
)
def test_the_schema_is_that_of_the_types(kind: type, name: str) -> None:
    told = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))
    assert told == json.loads(json.dumps(schema(kind, f"bihuan-{name}/1")))
