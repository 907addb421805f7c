"""`bihuan drill run|evaluate|report` and `rehearse --as-rehearsed`, from outside."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bihuan.cli.drill_run import Judged, Ran
from bihuan.cli.kept import NAME, load_review
from bihuan.cli.main import run
from bihuan.cli.values import schema
from bihuan.drill.logform import save_log
from bihuan.plan.save import save
from world import small_plan

ROOT = Path(__file__).parents[2]
NIGHT = ROOT / "examples/scenes/night.yaml"
SCHEMAS = ROOT / "docs/schema"
Said = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def plan_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plan") / "plan"
    save(small_plan(), path)
    return path


def drill(*words: str | Path) -> int:
    return run(["drill", *map(str, words)])


@pytest.fixture(scope="module")
def done(plan_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a drill that was run at both schools."""
    out = tmp_path_factory.mktemp("done")
    assert drill("run", NIGHT, "--plan", plan_file, "--runs", "60", "--out", out) == 0
    return out


def answer(said: Said, name: str, *words: str | Path) -> dict[str, Any]:
    assert drill(*words, "--json") == 0
    whole: dict[str, Any] = json.loads(said.readouterr().out)
    jsonschema.validate(whole, json.loads((SCHEMAS / name).read_text("utf-8")))
    return whole


def test_a_run_writes_papers_for_each_school_and_the_bureau(done: Path) -> None:
    assert (done / "index.html").is_file()
    for school in ("YIGAO", "QIZHONG"):
        assert (done / school / "report.html").is_file()
        assert (done / school / "report.docx").is_file()
    assert "演练数据不得用于追责和考核" in (done / "index.html").read_text("utf-8")


def test_what_is_kept_comes_back_as_it_was(done: Path) -> None:
    kept = load_review(done / NAME)
    assert [r.evaluation.school_name for r in kept.reviews]
    again = done.parent / "again"
    assert drill("report", done / NAME, "--out", again) == 0
    for path in done.rglob("*.html"):
        told = (again / path.relative_to(done)).read_bytes()
        assert told == path.read_bytes()


def test_a_run_answers_in_json_by_its_schema(plan_file: Path, capsys: Said) -> None:
    words = ("run", NIGHT, "--plan", plan_file, "--school", "YIGAO", "--runs", "20")
    whole = answer(capsys, "drill-run.json", *words)
    assert whole["schema"] == "bihuan-drill-run/1"
    (one,) = whole["comparisons"]
    assert [r["evaluation"]["school"] for r in one["reviews"]] == ["YIGAO"]


def test_a_log_is_judged_as_a_run_is(
    plan_file: Path, done: Path, tmp_path: Path, capsys: Said
) -> None:
    log = load_review(done / NAME).reviews[0].evaluation.log
    path = tmp_path / "log.yaml"
    save_log(log, path)
    words = ("evaluate", NIGHT, path, "--plan", plan_file, "--school", "YIGAO")
    whole = answer(capsys, "drill-evaluate.json", *words, "--runs", "20")
    marks = whole["review"]["evaluation"]["marks"]
    before = load_review(done / NAME).reviews[0].evaluation.marks
    assert [m["state"] for m in marks] == [str(m.state) for m in before]


def test_a_re_drill_closes_corrections_that_passed(
    plan_file: Path, done: Path, tmp_path: Path
) -> None:
    words = ("run", NIGHT, "--plan", plan_file, "--runs", "20", "--players", "trained")
    assert drill(*words, "--verify", done / NAME, "--out", tmp_path) == 0
    before, after = load_review(done / NAME), load_review(tmp_path / NAME)
    assert not any(c.verified for r in before.reviews for c in r.corrections)
    assert any(c.verified for r in after.reviews for c in r.corrections)


def test_a_plan_is_rehearsed_as_it_was_drilled(
    plan_file: Path, done: Path, capsys: Said
) -> None:
    words = ["rehearse", str(plan_file), "--runs", "10", "--days", "7", "--json"]
    capsys.readouterr()
    assert run([*words, "--school", "YIGAO", "--as-rehearsed", str(done / NAME)]) == 0
    whole = json.loads(capsys.readouterr().out)
    assert whole["older_file"] == NAME
    assert whole["schools"][0]["against"]


def test_the_papers_speak_english_too(done: Path, tmp_path: Path) -> None:
    code = run(
        ["--lang", "en", "drill", "report", str(done / NAME), "--out", str(tmp_path)]
    )
    assert code == 0
    assert 'lang="en"' in (tmp_path / "index.html").read_text("utf-8")


def test_several_scenes_have_a_folder_each(plan_file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "second.yaml"
    copy.write_bytes(NIGHT.read_bytes())
    out = tmp_path / "out"
    words = ("--plan", plan_file, "--runs", "10", "--school", "YIGAO", "--out", out)
    assert drill("run", NIGHT, copy, *words) == 0
    assert (out / "night" / NAME).is_file()
    assert (out / "second" / NAME).is_file()


def test_a_disease_without_a_model_is_played_and_not_priced(
    plan_file: Path, tmp_path: Path, capsys: Said
) -> None:
    scene = NIGHT.with_name("tuberculosis.yaml")
    assert drill("run", scene, "--plan", plan_file, "--out", tmp_path) == 0
    assert "不计价" in capsys.readouterr().err
    for review in load_review(tmp_path / NAME).reviews:
        assert review.prices == ()
        assert review.evaluation.total is not None
    for path in tmp_path.rglob("*.html"):
        text = path.read_text("utf-8")
        assert "nan" not in text
        assert "没有这种病原体的模型" in text or path.name != "report.html"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--players", "heroes"), "heroes"),
        (("--school", "没有"), "没有学校"),
        (("--verify", str(NIGHT)), NAME),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    plan_file: Path, capsys: Said, words: tuple[str, ...], said: str
) -> None:
    assert drill("run", NIGHT, "--plan", plan_file, *words) == 1
    told = capsys.readouterr().err
    assert said in told
    assert len(told.strip().splitlines()) == 1


def test_a_file_that_was_not_kept_is_refused(tmp_path: Path, capsys: Said) -> None:
    for text in ("{}", "[]", '{"schema": "bihuan-drill-review/1"}', "no"):
        path = tmp_path / "x.json"
        path.write_text(text, "utf-8")
        assert drill("report", path) == 1
        assert "review.json" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("kind", "name"), [(Ran, "drill-run"), (Judged, "drill-evaluate")]
)
def test_the_schema_is_that_of_the_types(kind: type, name: str) -> None:
    told = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))
    assert told == json.loads(json.dumps(schema(kind, f"bihuan-{name}/1")))
