"""The ground: pins, tasks and schemas are what the documents say."""

import json
import re
import subprocess
from importlib import import_module
from pathlib import Path

import jsonschema
import pytest

from bihuan.cli.main import FLOORS

ROOT = Path(__file__).parent.parent
PINS = sorted((ROOT / "requirements").glob("*.txt"))
SCHEMAS = sorted((ROOT / "docs/schema").glob("*.json"))
TASKS = {"setup", "demo", "test", "check", "bench", "bundle", "words", "lock", "serve"}


def test_run_alone_lists_its_tasks() -> None:
    done = subprocess.run(
        [str(ROOT / "run")], capture_output=True, text=True, check=True
    )
    listed = re.findall(r"^  (\w+) +\S", done.stdout, flags=re.MULTILINE)
    assert set(listed) == TASKS


def test_unknown_task_is_refused_in_one_line() -> None:
    done = subprocess.run(
        [str(ROOT / "run"), "tset"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == "./run: there is no task tset; ./run lists them\n"


@pytest.mark.parametrize("path", PINS, ids=lambda path: path.name)
def test_every_pin_has_a_hash_and_no_address(path: Path) -> None:
    text = path.read_text("utf-8")
    pins = re.findall(r"^[\w.\-\[\]]+==.*(?:\n    .*)*", text, flags=re.MULTILINE)
    assert pins
    assert [pin for pin in pins if "--hash=sha256:" not in pin] == []
    assert re.findall(r"https?:|file:|--(?:extra-)?index|--find-links", text) == []


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_schema_is_valid_and_named_after_its_command(path: Path) -> None:
    schema = json.loads(path.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    name = schema["properties"]["schema"]["const"]
    assert re.fullmatch(rf"bihuan-{path.stem}/\d+", name)


def test_every_floor_of_the_command_line_is_named() -> None:
    folder = ROOT / "src/bihuan/cli"
    offered = {
        path.stem
        for path in folder.glob("*.py")
        if hasattr(import_module(f"bihuan.cli.{path.stem}"), "register")
    }
    below = {"contacts", "drill_run", "site_keeping"}  # below plan, drill, site
    assert set(FLOORS) == offered - below


def test_every_version_of_the_changelog_tells_its_results() -> None:
    versions = re.split(
        r"^## ", (ROOT / "CHANGELOG.md").read_text("utf-8"), flags=re.MULTILINE
    )
    assert versions[1:]
    assert [text for text in versions[1:] if "\n### Results\n" not in text] == []
