"""``bihuan drill check|new|template|dry-run``: a script before the day."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest

from bihuan.cli.main import run
from bihuan.drill.dryrun import rehearsed
from bihuan.drill.load import load, save
from bihuan.drill.script import Scene
from bihuan.plan.save import save as save_plan
from script_world import small_script
from world import YIGAO, small_plan

SCHEMAS = Path(__file__).parents[2] / "docs/schema"
SCENE = small_script()


@pytest.fixture(autouse=True)
def _chinese_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BIHUAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "120")


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("plan")
    save_plan(small_plan(), folder / "plan.xlsx")
    return str(folder / "plan.xlsx")


def _saved(folder: Path, scene: Scene = SCENE) -> str:
    save(scene, folder / "small.yaml")
    return str(folder / "small.yaml")


def _spoiled(folder: Path) -> str:
    path = Path(_saved(folder))
    path.write_text(path.read_text("utf-8").replace("within: report", "within: x"))
    return str(path)


def test_check_lists_warnings_and_its_verdict(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, plan: str
) -> None:
    path = _saved(tmp_path, replace(SCENE, stop_rules=()))
    assert run(["drill", "check", path, "--plan", plan, "--school", "一高"]) == 1
    *lines, last = capsys.readouterr().out.splitlines()
    assert last == f"small.yaml：错误 0 处，提示 {len(lines)} 处"
    assert all(line.startswith("提示 small.yaml:") for line in lines)


def test_check_of_a_broken_script_names_line_and_code(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = _spoiled(tmp_path)
    assert run(["drill", "check", path]) == 2
    first = capsys.readouterr().out.splitlines()[0]
    rows = Path(path).read_text("utf-8").splitlines()
    number = next(n for n, row in enumerate(rows, 1) if "within: x" in row)
    assert first.startswith(f"错误 small.yaml:{number}: 时限「x」不在时限表里")
    assert first.endswith("[D103]")


def test_check_as_json_is_what_its_schema_says(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, plan: str
) -> None:
    assert run(["drill", "check", _spoiled(tmp_path), "--plan", plan, "--json"]) == 2
    told: Any = json.loads(capsys.readouterr().out)
    schema = json.loads((SCHEMAS / "drill-check.json").read_text("utf-8"))
    jsonschema.validate(told, schema)
    assert told["schools"] == ["YIGAO", "QIZHONG"]
    assert (told["scene"], told["injects"], told["actions"]) == ("small", 4, 8)
    assert told["problems"][0]["code"] == "D103"


def test_check_of_a_file_that_is_none(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["drill", "check", str(tmp_path / "x.yaml"), "--json"]) == 2
    told: Any = json.loads(capsys.readouterr().out)
    assert told["scene"] is None
    assert [p["code"] for p in told["problems"]] == ["D001"]


def test_check_speaks_english(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["--lang", "en", "drill", "check", _spoiled(tmp_path)]) == 2
    assert "[D103]" in capsys.readouterr().out


def test_new_script_has_nothing_wrong(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("new.yaml", "new.xlsx"):
        out = str(tmp_path / name)
        assert run(["drill", "new", out]) == 0
        assert run(["drill", "new", out]) == 1
        assert run(["drill", "new", out, "--force"]) == 0
        assert run(["drill", "check", out]) == 0
    assert load(tmp_path / "new.yaml").scene == load(tmp_path / "new.xlsx").scene
    assert "#" in (tmp_path / "new.yaml").read_text("utf-8")
    assert run(["drill", "new", str(tmp_path / "new.doc")]) == 2
    capsys.readouterr()


def test_template_is_the_form_of_a_school(tmp_path: Path, plan: str) -> None:
    out = str(tmp_path / "form.xlsx")
    words = ["drill", "template", _saved(tmp_path), out, "--plan", plan]
    assert run([*words, "--school", "一高"]) == 0
    names = openpyxl.load_workbook(out).sheetnames
    assert {"时钟", "处置记录", "评估表 O1"} <= set(names)
    assert run([*words, "--school", "一高"]) == 1
    assert run([*words, "--school", "三高", "--force"]) == 1


def test_template_of_a_broken_script_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, plan: str
) -> None:
    words = ["drill", "template", _spoiled(tmp_path), str(tmp_path / "form.xlsx")]
    assert run([*words, "--plan", plan, "--school", "一高"]) == 1
    assert "[D103]" in capsys.readouterr().err
    assert not (tmp_path / "form.xlsx").exists()


def test_dry_run_says_who_gets_what_when(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, plan: str
) -> None:
    words = ["drill", "dry-run", _saved(tmp_path), "--plan", plan]
    assert run([*words, "--school", "YIGAO"]) == 0
    out = capsys.readouterr().out
    lines = [line for line in out.splitlines() if "T+" in line]
    assert [line.split()[:3] for line in lines[:4]] == [
        ["T+00:10", "07:10", "A"],
        ["T+00:25", "07:25", "B"],
        ["T+00:25", "07:25", "C"],
        ["T+02:00", "09:00", "D"],
    ]
    assert "LIAISON（B角 OFFICE）" in out
    assert "30/120 分（法定）" in out
    assert "时钟跳到 T+01:50" in out


def test_dry_run_in_planned_order_with_hands_last(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, plan: str
) -> None:
    hand = replace(SCENE.injects[3], when=replace(SCENE.injects[3].when, at=None))
    scene = replace(SCENE, injects=(hand, *SCENE.injects[:3]))
    words = ["drill", "dry-run", _saved(tmp_path, scene), "--plan", plan]
    assert run([*words, "--school", "YIGAO"]) == 0
    out = capsys.readouterr().out
    assert out.index(" A ") < out.index(" B ") < out.index("手动")


def test_steps_say_on_what_an_inject_depends() -> None:
    steps = {s.id: s for s in rehearsed(SCENE, small_plan(), YIGAO)}
    assert steps["B"].what == "复测（A1 之后 5 分钟）"
    assert steps["C"].what == "慢了（A1 之后；超时 5 分钟以上才发）"
    assert steps["D"].what == "要名单（导调手动；取自推演：接触者真值）"
    assert (steps["A1"].limit, steps["A2"].limit) == ("10/30 分（目标）", "看质量")
    assert steps["A1"].what.strip().startswith("★")
