"""The build hook: scripts by hash from npm, once, and a clear word when it cannot."""

import json
import re
import shutil
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

from bihuan.web.pages import shell

ROOT = Path(__file__).parent.parent
hatch_build = ModuleType("hatch_build")
SourceFileLoader("hatch_build", str(ROOT / "hatch_build.py")).exec_module(hatch_build)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with the lock and an empty static folder."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "static").mkdir()
    return tmp_path


def test_the_lock_has_hashes_and_names_no_host() -> None:
    text = (ROOT / "package-lock.json").read_text("utf-8")
    packages = json.loads(text)["packages"]
    assert "://" not in text
    assert {
        name
        for name, facts in packages.items()
        if name and not facts["integrity"].startswith("sha512-")
    } == set()
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]
    for name, version in wanted.items():
        assert re.fullmatch(r"[\d.]+", version)
        assert packages[f"node_modules/{name}"]["version"] == version


def test_the_scripts_are_those_of_the_lock() -> None:
    vendor = shell.STATIC / "vendor"
    assert (vendor / ".lock").read_text("ascii") == hatch_build.lock_hash(ROOT)
    for name in hatch_build.SCRIPTS.values():
        assert "sourceMappingURL" not in (vendor / name).read_text("utf-8")


def test_nothing_is_fetched_when_all_is_there(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "static/vendor").mkdir()
    (tree / "static/vendor/.lock").write_text(hatch_build.lock_hash(tree), "ascii")
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    hatch_build.bring_scripts(tree, tree / "static")
    assert [path.name for path in (tree / "static/vendor").iterdir()] == [".lock"]


def test_it_says_what_to_do_when_no_registry_is_reached(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_cache", str(tree / "cache"))
    with pytest.raises(hatch_build.NotBrought, match="npm config set registry"):
        hatch_build.bring_scripts(tree, tree / "static")
    assert list((tree / "static").iterdir()) == []


@pytest.mark.slow
def test_they_are_brought_where_there_is_no_node(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tree))
    hatch_build.bring_scripts(tree, tree / "static")
    brought = {path.name for path in (tree / "static/vendor").iterdir()}
    assert brought == {".lock", *hatch_build.SCRIPTS.values()}
    first = (tree / "static/vendor/htmx.min.js").read_bytes()
    assert first == (shell.STATIC / "vendor/htmx.min.js").read_bytes()
