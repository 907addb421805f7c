"""`bihuan plan contacts`: who meets whom by setting, for people and for machines."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bihuan.base.ids import SchoolCode
from bihuan.cli.main import run
from bihuan.plan.save import save
from bihuan.plan.words import Setting
from world import QIZHONG, YIGAO, small_plan

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "docs/schema/plan-contacts.json"
TIMETABLES = ROOT.parent / "shared/data/timetables"
Said = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def plan_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plan") / "plan"
    plan = small_plan()
    counted = replace(plan.schools[0], code=SchoolCode("XIAO"), name="小学")
    save(replace(plan, schools=(*plan.schools, counted)), path)
    return path


def answer(said: Said, *words: str | Path) -> dict[str, Any]:
    assert run(["plan", "contacts", "--json", *map(str, words)]) == 0
    whole: dict[str, Any] = json.loads(said.readouterr().out)
    jsonschema.validate(whole, json.loads(SCHEMA.read_text("utf-8")))
    return whole


def timetable(name: str) -> Path:
    path = TIMETABLES / name
    if not path.exists():
        pytest.skip(f"no {path}: real timetables are not part of the project")
    return path


def test_the_answer_has_every_school_with_classes(
    capsys: Said, plan_file: Path
) -> None:
    whole = answer(capsys, plan_file)
    assert [row["name"] for row in whole["schools"]] == ["一高", "七中"]
    assert whole["filled"] == []
    assert "fet" not in whole
    first = whole["schools"][0]
    assert (first["students"], first["unplaced_lessons"]) == (144, 0)
    assert first["staff"] == sum(row.school == YIGAO for row in small_plan().people)
    assert [row["setting"] for row in first["settings"]] == list(Setting)


def test_one_school_is_named_by_code_or_name(capsys: Said, plan_file: Path) -> None:
    for name in ("QIZHONG", "七中"):
        whole = answer(capsys, plan_file, "--school", name)
        assert [row["code"] for row in whole["schools"]] == ["QIZHONG"]


def test_the_table_has_a_row_a_setting(capsys: Said, plan_file: Path) -> None:
    assert run(["plan", "contacts", str(plan_file), "--school", "七中"]) == 0
    lines = capsys.readouterr().out.splitlines()
    staff = sum(row.school == QIZHONG for row in small_plan().people)
    assert f"七中：学生 96，教职工 {staff}，家人 190" in lines[0]
    hall = next(line.split() for line in lines if line.split()[:1] == ["餐厅"])
    assert hall == ["餐厅", "1", "96", "100", "7,600", "95.0"]
    bus = next(line.split() for line in lines if line.split()[:1] == ["校车"])
    assert bus == ["校车", "0"]


def test_an_unknown_school_is_refused_with_those_there_are(
    capsys: Said, plan_file: Path
) -> None:
    assert run(["plan", "contacts", str(plan_file), "--school", "八中"]) != 0
    assert "一高、七中、小学" in capsys.readouterr().err


def test_a_school_that_is_only_counted_is_refused(
    capsys: Said, plan_file: Path
) -> None:
    assert run(["plan", "contacts", str(plan_file), "--school", "小学"]) != 0
    assert "「小学」只有人数" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_refused(capsys: Said, tmp_path: Path) -> None:
    assert run(["plan", "contacts", str(tmp_path / "none.xlsx"), "--json"]) == 2
    said = capsys.readouterr()
    assert "none.xlsx" in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    "name", ["hk_secondary_solved", "morocco_highschool_2018_solved"]
)
def test_a_timetable_s_counts_are_fet_s_own(capsys: Said, name: str) -> None:
    path = timetable(f"{name}.fet")
    whole = answer(capsys, path)
    with (TIMETABLES / "counts.csv").open(encoding="utf-8", newline="") as file:
        expected = next(row for row in csv.DictReader(file) if row.pop("file") == name)
    assert whole["fet"] == {key: int(value) for key, value in expected.items()}
    assert whole["filled"]


def test_an_unsolved_timetable_has_no_lessons_and_a_warning(capsys: Said) -> None:
    path = timetable("hk_secondary_unsolved.fet")
    assert run(["plan", "contacts", "--json", str(path)]) == 0
    said = capsys.readouterr()
    whole = json.loads(said.out)
    rows = {row["setting"]: row for row in whole["schools"][0]["settings"]}
    assert rows["classroom"]["groups"] == 0
    assert whole["schools"][0]["unplaced_lessons"] > 800
    assert whole["fet"]["subgroup_pair_hours"] == 0
    assert "[F112]" in said.err


def test_a_timetable_is_shown_with_its_counts_and_what_was_filled(capsys: Said) -> None:
    path = timetable("belize_college_2013_solved.fet")
    assert run(["plan", "contacts", str(path)]) == 0
    said = capsys.readouterr().out
    assert "subgroup_slots_filled" in said
    assert "按默认值补上" in said
