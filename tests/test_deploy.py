"""The deploying guide names what is there, and its commands are run as they stand."""

import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import Final

import pytest
from rich.progress import Progress

import bihuan
import bundle
import debian

ROOT = Path(__file__).parents[1]
GUIDE: Final = (ROOT / "docs/guide/deploy.md").read_text("utf-8")
BLOCKS: Final = re.findall(r"^```sh\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
PACKAGES: Final = re.findall(
    r" ([a-z][\w.+-]+)", BLOCKS[0].split("--yes")[1].splitlines()[0]
)
READ = re.compile(r'environ(?:\.get\(|\[)\s*"(BIHUAN_[A-Z_]+)"')
OLD, NEW = bihuan.__version__, "0.2.0"
MIGRATION: Final = """
from django.db import migrations
class Migration(migrations.Migration):
    dependencies = [("org", "{last}")]
    operations = [migrations.RunSQL("CREATE TABLE upgraded (n int)")]
"""
CHECKS: Final = Path(__file__).parent / "deployed.sh"
"""What the test looks at after a block, by a word of the block."""


def test_every_variable_of_the_site_is_in_the_guide() -> None:
    sources = (ROOT / "src/bihuan/web").rglob("*.py")
    read = {name for path in sources for name in READ.findall(path.read_text("utf-8"))}
    assert len(read) > 8
    assert {name for name in read if name not in GUIDE} == set()


def test_the_guide_names_no_command_that_is_not_there() -> None:
    site = (ROOT / "src/bihuan/cli").glob("site*.py")
    source = "\n".join(path.read_text("utf-8") for path in site)
    named = set(re.findall(r"bihuan(?: |-)site (\w+)", GUIDE))
    assert len(named) > 6
    for command in named:
        assert f'"{command}"' in source or f"def {command}" in source, command


def test_the_guide_installs_this_version() -> None:
    found = re.findall(r"bihuan-([\d.]+\d)-linux", "".join(BLOCKS))
    assert sorted(found) == [OLD, NEW]
    assert f"bihuan-{OLD}-windows-x86_64-py311.zip" in GUIDE


def made_bundle(folder: Path, root: Path) -> Path:
    """A bundle of a tree for this machine's Debian."""
    target = bundle.Target("linux-x86_64", (3, 11))
    source = bundle.Source(cache=ROOT / ".cache/bundle", python=python_with_pip())
    with Progress(disable=True) as bar:
        return bundle.make(target, root=root, out=folder, source=source, bar=bar)[0]


def python_with_pip() -> str:
    """A Python that has pip; the environment of development has none."""
    return shutil.which("python3.11", path="/usr/bin") or sys.executable


def newer_tree(folder: Path) -> Path:
    """This tree as a newer version, whose database has one table more."""
    for name in ("pyproject.toml", "hatch_build.py", "package.json", "package-lock.json", "README.md", "LICENSE"):  # fmt: skip
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "src", folder / "src")
    source = folder / "src/bihuan"
    text = (source / "__init__.py").read_text("utf-8").replace(OLD, NEW)
    (source / "__init__.py").write_text(text, "utf-8")
    steps = source / "web/org/migrations"
    last = max(path.stem for path in steps.glob("0*.py"))
    (steps / "9999_newer.py").write_text(MIGRATION.format(last=last), "utf-8")
    return folder


def script() -> str:
    """The guide's blocks one after another, each told before it runs and looked at after."""
    looks = dict(re.findall(r"^# after: (.+)\n((?:(?!# after: ).*\n)*)", CHECKS.read_text("utf-8"), re.MULTILINE))  # fmt: skip
    lines = ["trap 'journalctl --no-pager --lines=60' ERR"]
    for number, block in enumerate(BLOCKS, 1):
        lines += [f"echo {shlex.quote(f'=== block {number}: ' + block.splitlines()[0])}", block]  # fmt: skip
        for mark in [mark for mark in looks if mark in block]:
            lines += [f"echo {shlex.quote(f'--- after {mark}')}", looks.pop(mark)]
    assert looks == {}, "a look without its block"
    return "\n".join([*lines, "echo === all blocks ran"])


@pytest.mark.slow
def test_the_guide_runs_as_it_stands(tmp_path: Path) -> None:
    if reason := debian.missing(PACKAGES):
        pytest.skip(reason)
    old = made_bundle(tmp_path, ROOT)
    (tmp_path / "newer").mkdir()
    new = made_bundle(tmp_path, newer_tree(tmp_path / "newer"))
    files = {f"srv/{path.name}": path for path in (old, new)}
    ended = debian.run(script(), files, seconds=1500)
    assert ended.code == 0, ended.said[-6000:]
    assert ended.said.rstrip().endswith("=== all blocks ran")
