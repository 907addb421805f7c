"""The library of scenes: each lints clean at each of the seven schools."""

import re
from collections import Counter
from pathlib import Path

import pytest

from bihuan.drill.lint import lint
from bihuan.drill.load import load
from bihuan.drill.score import LEAST, in_places
from bihuan.drill.script import Scene, SourceClass
from bihuan.plan.plan import Plan
from bihuan.plan.read import read

FOLDER = Path(__file__).parents[2] / "examples/scenes"
NAMES = (
    "gate",
    "class",
    "night",
    "canteen-worker",
    "vomiting",
    "isolation-full",
    "hidden-trip",
    "exam",
    "bus",
    "blackout",
    "influenza",
    "tuberculosis",
)


def _scene(name: str) -> Scene:
    loaded = load(FOLDER / f"{name}.yaml")
    assert loaded.problems == ()
    assert loaded.scene is not None
    return loaded.scene


@pytest.fixture(scope="module")
def plan() -> Plan:
    found = read(FOLDER.parent / "xinmi").plan
    assert found is not None
    return found


def test_the_library_is_twelve() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_scene_lints_clean_at_all_seven(name: str, plan: Plan) -> None:
    scene = _scene(name)
    schools = {person.school for person in plan.people}
    assert len(schools) == 7
    assert [str(p) for s in schools for p in lint(scene, plan, s)] == []


@pytest.mark.parametrize("name", NAMES)
def test_scene_is_of_the_size_that_a_morning_holds(name: str) -> None:
    scene = _scene(name)
    assert scene.id == name
    assert 5 <= len(scene.injects) <= 9
    assert 12 <= len(scene.expected()) <= 25


@pytest.mark.parametrize("name", NAMES)
def test_every_place_that_a_scene_claims_is_exercised(name: str) -> None:
    scene = _scene(name)
    exercised = Counter(
        place for i, e in scene.expected() for place in in_places(i, e, scene)
    )
    claimed = {place for o in scene.objectives for place in o.in_place}
    assert all(exercised[place] >= LEAST for place in claimed)


@pytest.mark.parametrize("name", NAMES)
def test_scene_rehearses_lists_and_falls_back_on_its_script(name: str) -> None:
    scene = _scene(name)
    fed = {key for inject in scene.injects for key, _measured in inject.feeds}
    assert "contact_listing.recall" in fed
    sources = [inject.source for inject in scene.injects if inject.source]
    assert sources
    assert all(source.scripted_if_none for source in sources)
    assert all(inject.text for inject in scene.injects)


@pytest.mark.parametrize("name", NAMES)
def test_no_target_of_ours_is_called_a_rule(name: str) -> None:
    for standard in _scene(name).standards:
        ours = "本系统建议值" in standard.source
        assert ours == (standard.source_class is SourceClass.TARGET)
        if standard.source_class is SourceClass.LAW:
            assert standard.key == "cluster_report"
            assert standard.fail == 24.0 * 60


def test_readme_counts_what_is_there() -> None:
    text = (FOLDER / "README.md").read_text("utf-8")
    for name in NAMES:
        scene = _scene(name)
        row = re.search(rf"^\| \[{name}\].*$", text, re.MULTILINE)
        assert row is not None, name
        _empty, _name, _what, injects, actions, *_rest = row[0].split("|")
        assert (int(injects), int(actions)) == (
            len(scene.injects),
            len(scene.expected()),
        )
