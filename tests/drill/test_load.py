"""A script goes into a file and comes out of it the same, in either form."""

from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings

from bihuan.base.problems import Weight
from bihuan.drill.build import ASSUMED_SOURCE
from bihuan.drill.load import EXAMPLE, load, save
from bihuan.drill.script import Scene, SourceClass
from bihuan.plan.words import InPlace, Post
from script_world import scripts, small_script

EXAMPLES = Path(__file__).parents[2] / "examples/scenes"
QUIET = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def _back(scene: Scene, path: Path, lang: str = "zh-Hans") -> Scene:
    save(scene, path, lang=lang)
    loaded = load(path)
    assert loaded.problems == ()
    assert loaded.scene is not None
    return loaded.scene


@QUIET
@given(scripts())
def test_any_script_survives_yaml(tmp_path: Path, scene: Scene) -> None:
    assert _back(scene, tmp_path / "s.yaml") == scene


@settings(QUIET, max_examples=25)
@given(scripts())
def test_any_script_survives_a_workbook(tmp_path: Path, scene: Scene) -> None:
    assert _back(scene, tmp_path / "s.xlsx") == scene


def test_workbook_in_english_is_the_same_script(tmp_path: Path) -> None:
    scene = small_script()
    assert _back(scene, tmp_path / "s.xlsx", "en") == scene
    assert "Event list" in openpyxl.load_workbook(tmp_path / "s.xlsx").sheetnames


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda p: p.stem)
def test_example_goes_to_excel_and_back(path: Path, tmp_path: Path) -> None:
    scene = load(path).scene
    assert scene is not None
    assert _back(scene, tmp_path / "s.xlsx") == scene


def test_the_script_to_start_from_reads_without_a_problem() -> None:
    assert load(EXAMPLE).problems == ()


def test_parts_know_their_lines(tmp_path: Path) -> None:
    save(small_script(), tmp_path / "s.yaml")
    lines = (tmp_path / "s.yaml").read_text("utf-8").splitlines()
    places = load(tmp_path / "s.yaml").places or {}
    line = int(places["expected", 2]["within"].cell)
    assert "action: B1" in lines[line - 1]
    assert "id: C" in lines[int(places["injects", 2]["id"].cell) - 1]


# --- a chronogram made by hand ----------------------------------------------------------

HEADER = ["序号", "时间", "情景", "处置措施", "责任人", "完成时限", "到位", "备注"]
ROWS: list[list[Any]] = [
    [1, "7点10分", "校门测温：一名学生37.8℃", "引离队列", "门卫", "2分钟内", "应急处置到位", "红卡"],
    [None, None, None, "水银体温计复测", "校医", "１２分钟", None, None],
    [2, "7：30", "同寝室同学怎么办", "原教室等待", "班主任", None, "应急处置", None],
    [3, "T＋０１：００", "家长来电", "统一答复", "办公室", "半小时", "教育关爱", None],
]  # fmt: skip


def _chronogram(path: Path, said: str = "演练时间：2020.3.28 7:00") -> Path:
    """A sheet as a moral-education office makes it: titles merged, injects merged."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Sheet1"
    sheet.append(["返校首日发热学生应急演练"])
    sheet.merge_cells("A1:H1")
    sheet.append([said])
    sheet.merge_cells("A2:H2")
    sheet.append([])
    sheet.append(HEADER)
    for row in ROWS:
        sheet.append(row)
    for column in "ABCG":
        sheet.merge_cells(f"{column}5:{column}6")
    book.save(path)
    return path


def test_chronogram_made_by_hand_is_understood(tmp_path: Path) -> None:
    loaded = load(_chronogram(tmp_path / "脚本.xlsx"))
    scene = loaded.scene
    assert scene is not None
    assert (scene.id, scene.title) == ("脚本", "返校首日发热学生应急演练")
    assert scene.start == datetime(2020, 3, 28, 7, 0)  # noqa: DTZ001
    assert [i.when.at for i in scene.injects] == [10.0, 30.0, 60.0]
    assert [len(i.expected) for i in scene.injects] == [2, 1, 1]
    assert [e.by for _i, e in scene.expected()] == [
        Post.GUARD,
        Post.DOCTOR,
        Post.CLASS_TEACHER,
        Post.OFFICE,
    ]
    assert {o.in_place for o in scene.objectives} == {
        (InPlace.RESPONSE,),
        (InPlace.CARE,),
    }
    assert {s.target for s in scene.standards} == {2.0, 12.0, 30.0}


def test_minutes_of_a_chronogram_are_a_target_and_never_a_rule(tmp_path: Path) -> None:
    loaded = load(_chronogram(tmp_path / "s.xlsx"))
    assert loaded.scene is not None
    told = {(s.source_class, s.source) for s in loaded.scene.standards}
    assert told == {(SourceClass.TARGET, ASSUMED_SOURCE)}
    assert [p.code for p in loaded.problems].count("D025") == 3
    assert all(p.weight is Weight.WARNING for p in loaded.problems)


@pytest.mark.parametrize("name", ["s.xlsx", "s.yaml"])
def test_chronogram_is_exported_unchanged(tmp_path: Path, name: str) -> None:
    scene = load(_chronogram(tmp_path / "hand.xlsx")).scene
    assert scene is not None
    assert _back(scene, tmp_path / name) == scene


@pytest.mark.parametrize(
    "said",
    [
        "2020年3月28日7点",
        "时间 2020/3/28",
        "2020-03-28T07:00",
        "２０２０．３．２８　７：００",
    ],
)
def test_start_is_found_above_the_header(tmp_path: Path, said: str) -> None:
    scene = load(_chronogram(tmp_path / "s.xlsx", said)).scene
    assert scene is not None
    first = (
        10.0 if scene.start.minute == 0 else 0.0
    )  # no time said: that of the first row
    assert scene.injects[0].when.at == first
    assert scene.start.date().isoformat() == "2020-03-28"


def test_chronogram_without_a_day_asks_for_it(tmp_path: Path) -> None:
    loaded = load(_chronogram(tmp_path / "s.xlsx", "开学前"))
    assert loaded.scene is None
    assert "D023" in {p.code for p in loaded.problems}


def test_unmerged_rows_that_repeat_their_inject_are_one_inject(tmp_path: Path) -> None:
    path = _chronogram(tmp_path / "s.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet is not None
    for column in "ABCG":
        sheet.unmerge_cells(f"{column}5:{column}6")
        sheet[f"{column}6"] = sheet[f"{column}5"].value
    book.save(path)
    scene = load(path).scene
    assert scene is not None
    assert len(scene.injects) == 3


def test_time_merged_over_two_injects_is_that_of_both(tmp_path: Path) -> None:
    path = _chronogram(tmp_path / "s.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet is not None
    sheet["B8"] = None
    sheet.merge_cells("B7:B8")
    book.save(path)
    scene = load(path).scene
    assert scene is not None
    assert [i.when.at for i in scene.injects] == [10.0, 30.0, 30.0]
