"""``bihuan plan``: form, check, compare, convert."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest

from bihuan.cli.main import run
from bihuan.plan.plan import Plan
from bihuan.plan.read import read
from bihuan.plan.save import save
from world import small_plan

SCHEMAS = Path(__file__).parents[2] / "docs/schema"
PLAN = small_plan()
STALE = replace(PLAN.liaison[1], tested=date(2020, 1, 1))
WARNED = replace(PLAN, liaison=(PLAN.liaison[0], STALE, *PLAN.liaison[2:]))
TOO_MANY = replace(PLAN.classes[0], boarders=25)
WRONG = replace(PLAN, classes=(TOO_MANY, *PLAN.classes[1:]))


@pytest.fixture(autouse=True)
def _chinese_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BIHUAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")


def _saved(plan: Plan, folder: Path, name: str = "plan.xlsx") -> str:
    save(plan, folder / name)
    return str(folder / name)


def _answer(capsys: pytest.CaptureFixture[str], command: str) -> Any:
    told = json.loads(capsys.readouterr().out)
    schema = json.loads((SCHEMAS / f"{command}.json").read_text("utf-8"))
    jsonschema.validate(told, schema)
    return told


@pytest.mark.parametrize(
    ("plan", "code", "last"),
    [
        (PLAN, 0, "plan.xlsx：没有发现问题"),
        (WARNED, 1, "plan.xlsx：错误 0 处，提示 1 处"),
    ],
)
def test_check_ends_with_its_verdict(
    plan: Plan, code: int, last: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["plan", "check", _saved(plan, tmp_path)]) == code
    assert capsys.readouterr().out.splitlines()[-1] == last


def test_check_of_a_wrong_plan_names_cell_and_code(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["plan", "check", _saved(WRONG, tmp_path)]) == 2
    lines = capsys.readouterr().out.splitlines()
    (line,) = [line for line in lines if "[P206]" in line]
    assert line.startswith(
        "错误 plan.xlsx:班级!G5: 高一(1)班住校生 25 人，多于学生 24 人。"
    )
    assert "\x1b" not in line


def test_check_as_json_is_what_its_schema_says(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = _saved(WRONG, tmp_path)
    assert run(["plan", "check", path, "--json", "--on", "2020-04-02"]) == 2
    told = _answer(capsys, "plan-check")
    assert told["on"] == "2020-04-02"
    assert told["errors"] == sum(p["weight"] == "error" for p in told["problems"])
    assert ("P206", "班级", "G5") in {
        (p["code"], p["sheet"], p["cell"]) for p in told["problems"]
    }


def test_check_of_nothing_is_an_answer_too(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["plan", "check", str(tmp_path / "no.xlsx"), "--json"]) == 2
    told = _answer(capsys, "plan-check")
    assert (told["on"], [p["code"] for p in told["problems"]]) == (None, ["P001"])


def test_rules_of_another_day_may_be_asked_for(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = _saved(PLAN, tmp_path)
    run(["plan", "check", path, "--json"])
    assert _answer(capsys, "plan-check")["problems"] == []
    run(["plan", "check", path, "--json", "--on", "2020-05-20"])
    told = _answer(capsys, "plan-check")
    assert {p["code"][0] for p in told["problems"]} == {"S"}


def test_problems_are_in_the_order_of_the_form_errors_first(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = Path(_saved(WARNED, tmp_path))
    book = openpyxl.load_workbook(path)
    for sheet, cell in (
        ("联防联控", "F10"),
        ("班级", "F10"),
        ("班级", "F9"),
        ("区县", "D5"),
    ):
        book[sheet][cell].value = "?"
    book.save(path)
    run(["plan", "check", str(path), "--json"])
    told = _answer(capsys, "plan-check")["problems"]
    bad = [(p["sheet"], p["cell"]) for p in told if p["code"] in ("P101", "P105")]
    assert bad == [("区县", "D5"), ("班级", "F9"), ("班级", "F10"), ("联防联控", "F10")]
    weights = [p["weight"] for p in told]
    assert weights == sorted(weights)


def test_diff_says_what_changed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    old, new = _saved(PLAN, tmp_path), _saved(WRONG, tmp_path, "new")
    assert run(["plan", "diff", old, new]) == 0
    assert capsys.readouterr().out == "一高：高一(1)班 住校生数 12 改为 25\n"
    assert run(["plan", "diff", old, old]) == 0
    assert capsys.readouterr().out == "两份预案相同\n"


def test_diff_as_json_is_what_its_schema_says(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    old, new = _saved(PLAN, tmp_path), _saved(WRONG, tmp_path, "new")
    assert run(["plan", "diff", old, new, "--json"]) == 0
    (change,) = _answer(capsys, "plan-diff")["changes"]
    assert (change["table"], change["field"], change["label"]) == (
        "classes",
        "boarders",
        "住校生数",
    )


def test_diff_refuses_a_plan_that_cannot_be_read(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["plan", "diff", _saved(PLAN, tmp_path), str(tmp_path / "no")]) == 1
    assert "没有这个文件或文件夹" in capsys.readouterr().err


def test_save_turns_one_form_into_the_other(tmp_path: Path) -> None:
    path = _saved(PLAN, tmp_path)
    assert run(["plan", "save", path, str(tmp_path / "folder")]) == 0
    assert (
        run(["plan", "save", str(tmp_path / "folder"), str(tmp_path / "b.xlsx")]) == 0
    )
    assert read(tmp_path / "b.xlsx").plan == PLAN


@pytest.mark.parametrize("command", [["save", "plan.xlsx"], ["template"]])
def test_what_is_there_is_not_overwritten_unless_told(
    command: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    _saved(PLAN, tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out.xlsx").write_text("precious")
    assert run(["plan", *command, "out.xlsx"]) == 1
    assert "--force" in capsys.readouterr().err
    assert (tmp_path / "out.xlsx").read_text() == "precious"
    assert run(["plan", *command, "out.xlsx", "--force"]) == 0
    assert openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames[0] == "区县"


def test_template_is_written_in_the_language_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "form.xlsx"
    assert run(["plan", "template", str(out), "--lang", "en"]) == 0
    assert openpyxl.load_workbook(out).sheetnames[:2] == ["District", "Areas"]


def test_template_wants_a_workbook(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["plan", "template", str(tmp_path / "form.csv")]) == 2
    assert ".xlsx" in capsys.readouterr().err
